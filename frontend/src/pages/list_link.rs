//! Links from a number to the list of the records behind it.

use super::metric::drill;
use crate::ui::cls;
use crate::ui::icon;
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// A small link to the records behind a number.
pub(crate) fn records_link(v: &Value, label: &str) -> Html {
    match drill(v) {
        Some((object, query)) => {
            html! { <ListLink {object} {query}>{ label.to_owned() }{ icon("arrow-right", "size-3.5") }</ListLink> }
        }
        None => html! {},
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ListLinkProps {
    pub(crate) object: String,
    /// Already encoded.
    pub(crate) query: String,
    pub(crate) children: Html,
    #[prop_or(cls!("btn btn-ghost btn-xs"))]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) title: Option<String>,
}

/// A link to a filtered list.
#[component]
pub(crate) fn ListLink(p: &ListLinkProps) -> Html {
    let navigator = use_navigator();
    let onclick = {
        let (n, object, query) = (navigator, p.object.clone(), p.query.clone());
        Callback::from(move |e: MouseEvent| {
            if !e.meta_key()
                && !e.ctrl_key()
                && let Some(n) = &n
            {
                e.prevent_default();
                crate::route::open_list(n, &object, &query)
            }
        })
    };
    html! { <a class={p.class.clone()} href={format!("/{}?{}", p.object, p.query)} title={p.title.clone()} {onclick}>{ p.children.clone() }</a> }
}
