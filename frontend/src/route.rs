//! The addresses of the pages.

use std::cell::RefCell;
use yew::prelude::*;
use yew_router::prelude::*;

/// A page.
#[derive(Clone, Debug, PartialEq, Routable)]
pub(crate) enum Route {
    #[at("/")]
    Home,
    #[at("/setup")]
    Setup,
    #[at("/login")]
    Login,
    #[at("/my-day")]
    MyDay,
    #[at("/communications")]
    Reach,
    #[at("/calendar")]
    Calendar,
    #[at("/reports")]
    Reports,
    #[at("/reports/:page")]
    Report { page: String },
    #[at("/rules")]
    Rules,
    #[at("/rules/:id")]
    Rule { id: String },
    #[at("/notifications")]
    Notifications,
    #[at("/imports")]
    Imports,
    #[at("/imports/new")]
    NewImport,
    #[at("/imports/:id")]
    Import { id: String },
    #[at("/exports")]
    Exports,
    /// What waits for the network.
    #[at("/outbox")]
    Outbox,
    #[at("/due")]
    Due,
    #[at("/four-r")]
    FourR,
    #[at("/flywheel")]
    Flywheel,
    #[at("/rhythm")]
    Rhythm,
    #[at("/segments")]
    Segments,
    #[at("/playbooks")]
    Playbooks,
    #[at("/principles")]
    Principles,
    #[at("/library")]
    Library,
    #[at("/ui")]
    Gallery,
    #[at("/settings")]
    Settings,
    #[at("/settings/webhooks/:id")]
    Webhook { id: String },
    #[at("/settings/:page")]
    SettingsPage { page: String },
    #[at("/:object")]
    List { object: String },
    #[at("/:object/:id")]
    Record { object: String, id: String },
    #[not_found]
    #[at("/404")]
    NotFound,
}

impl Route {
    pub(crate) fn list(object: &str) -> Route {
        Route::List { object: object.to_owned() }
    }

    pub(crate) fn record(object: &str, id: &str) -> Route {
        Route::Record { object: object.to_owned(), id: id.to_owned() }
    }

    pub(crate) fn report(page: &str) -> Route {
        Route::Report { page: page.to_owned() }
    }

    pub(crate) fn rule(id: &str) -> Route {
        Route::Rule { id: id.to_owned() }
    }

    pub(crate) fn settings(page: &str) -> Route {
        Route::SettingsPage { page: page.to_owned() }
    }
}

thread_local! {
    static NAVIGATOR: RefCell<Option<Navigator>> = const { RefCell::new(None) };
}

/// The way to other pages, for [`anchor`]; called by the shell.
pub(crate) fn keep_navigator(navigator: Option<Navigator>) {
    NAVIGATOR.set(navigator);
}

/// A link to a page. Rows are full of links, and a component of its own for each of them would cost more than the rows.
pub(crate) fn anchor(to: &Route, class: &'static str, children: Html) -> Html {
    let (href, to) = (to.to_path(), to.clone());
    let onclick = Callback::from(move |e: MouseEvent| {
        if e.meta_key() || e.ctrl_key() || e.shift_key() || e.alt_key() {
            return;
        }
        if let Some(n) = NAVIGATOR.with_borrow(Clone::clone) {
            e.prevent_default();
            n.push(&to);
        }
    });
    html! { <a {class} {href} {onclick}>{ children }</a> }
}

/// Opens a list with a query that is already encoded.
pub(crate) fn open_list(navigator: &Navigator, object: &str, query: &str) {
    let _ = navigator.push_with_query(&Route::list(object), yew_router::query::Raw(query));
}
