//! The root: language, theme, session, and what is shown before there is one.

use crate::browser;
use crate::data::form;
use crate::data::http::{self, Request};
use crate::data::offline;
use crate::data::query;
use crate::data::session::Session;
use crate::data::types::{Login, Me, ObjectMeta, Page};
use crate::data::wire::Wire;
use crate::i18n::{Lang, LangCtx};
use crate::pages::auth::{LoginForm, LoginPage, SetupPage};
use crate::route::Route;
use crate::shell::Shell;
use crate::ui::overlay::Dialog;
use crate::ui::toast::{ChildrenProps, ToastProvider};
use crate::ui::{Failed, icon};
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Light or dark, and the way to change it.
#[derive(Clone, PartialEq)]
pub(crate) struct ThemeCtx {
    pub(crate) dark: bool,
    pub(crate) toggle: Callback<()>,
}

/// Everything.
#[component]
pub(crate) fn App() -> Html {
    let lang = use_state_eq(starting_lang);
    let dark = use_state_eq(starts_dark);
    use_effect_with((*lang, *dark), |(lang, dark)| {
        http::set_lang(*lang);
        if let Some(root) = browser::root() {
            let _ = root.set_attribute("lang", lang.tag());
            let _ = root.set_attribute("data-theme", if *dark { "crm-dark" } else { "crm" });
        }
    });
    let set_lang = {
        let lang = lang.clone();
        Callback::from(move |new: Lang| {
            browser::store("lang", if new == Lang::En { "en" } else { "zh" });
            http::set_lang(new);
            lang.set(new);
            query::clear();
        })
    };
    let toggle = {
        let dark = dark.clone();
        Callback::from(move |()| {
            browser::store("theme", if *dark { "light" } else { "dark" });
            dark.set(!*dark);
        })
    };
    html! {
        <ContextProvider<LangCtx> context={LangCtx { lang: *lang, set: set_lang }}><ContextProvider<ThemeCtx> context={ThemeCtx { dark: *dark, toggle }}>
        <ToastProvider><BrowserRouter><Gate /></BrowserRouter></ToastProvider>
        </ContextProvider<ThemeCtx>></ContextProvider<LangCtx>>
    }
}

/// The language chosen here before, else the browser's: Chinese for Chinese readers, English for the others.
fn starting_lang() -> Lang {
    let named = browser::stored("lang").or_else(|| web_sys::window().and_then(|w| w.navigator().language()));
    match named {
        Some(tag) if !tag.to_lowercase().starts_with("zh") => Lang::En,
        _ => Lang::Zh,
    }
}

fn starts_dark() -> bool {
    match browser::stored("theme").as_deref() {
        Some(theme) => theme == "dark",
        None => web_sys::window()
            .and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten())
            .is_some_and(|m| m.matches()),
    }
}

/// How far we are towards a session.
#[derive(Clone, PartialEq)]
enum Stage {
    Booting,
    Failed(http::ApiError),
    Setup,
    Login,
    In(Rc<Me>),
}

#[component]
fn Gate() -> Html {
    let stage = use_state_eq(|| Stage::Booting);
    let expired = use_state_eq(|| false);
    let lang = use_context::<LangCtx>();
    let l = lang.as_ref().map_or(Lang::Zh, |c| c.lang);
    let boot = {
        let stage = stage.setter();
        Callback::from(move |()| {
            let stage = stage.clone();
            spawn_local(async move { stage.set(first_stage().await) })
        })
    };
    {
        let (boot, expired, stage) = (boot.clone(), expired.setter(), stage.setter());
        use_effect_with((), move |()| {
            http::on_denied(Callback::from(move |()| {
                let stage = stage.clone();
                spawn_local(async move {
                    if let Ok(me) = Request::get("/me").fresh().json::<Me>().await {
                        stage.set(Stage::In(Rc::new(me)));
                        query::invalidate("/objects");
                    }
                })
            }));
            http::on_expired(Callback::from(move |()| expired.set(true)));
            offline::start();
            boot.emit(());
        });
    }
    let enter = {
        let (stage, expired) = (stage.clone(), expired.clone());
        Callback::from(move |login: Login| {
            let same = matches!(&*stage, Stage::In(me) if me.id == login.me.id);
            if matches!(&*stage, Stage::In(_)) && !same {
                // Nothing that this page still holds or wants to send may become theirs: it begins anew.
                spawn_local(async move {
                    browser::store("session", "1");
                    offline::hand_to(&login).await;
                    browser::reload();
                });
                return;
            }
            browser::set_zone(&login.me.organisation.timezone);
            http::keep_token(&login);
            expired.set(false);
            if !same {
                query::clear();
            }
            stage.set(Stage::In(Rc::new(login.me)));
        })
    };
    let log_out = {
        let stage = stage.setter();
        Callback::from(move |()| {
            let stage = stage.clone();
            spawn_local(async move {
                leave().await;
                stage.set(Stage::Login);
            });
        })
    };
    {
        let (setup, navigator) = (*stage == Stage::Setup, use_navigator());
        use_effect_with(setup, move |setup| {
            if let (true, Some(n)) = (*setup, &navigator) {
                n.replace(&Route::Setup)
            }
        });
    }
    let set_me = {
        let stage = stage.setter();
        Callback::from(move |me: Me| {
            browser::set_zone(&me.organisation.timezone);
            stage.set(Stage::In(Rc::new(me)))
        })
    };
    match &*stage {
        Stage::Booting => {
            html! { <div class="grid min-h-dvh place-items-center bg-base-200/50 text-base-content/70"><span class="loading loading-spinner" role="status" aria-label={l.loading()}></span></div> }
        }
        Stage::Failed(e) => {
            html! { <div class="grid min-h-dvh place-items-center bg-base-200/50 text-base-content"><Failed error={e.clone()} retry={boot} /></div> }
        }
        Stage::Setup => html! { <SetupPage ondone={enter} /> },
        Stage::Login => html! { <LoginPage ondone={enter} /> },
        Stage::In(me) => html! { <>
        <Loaded me={me.clone()} {set_me} {log_out} />
        if *expired {
            <Dialog title={l.log_in_again()} onclose={Callback::noop()}>
                <p class="pb-3 text-base-content/70">{ l.session_ended() }</p><LoginForm ondone={enter} email={me.email.clone()} />
            </Dialog>
        } </> },
    }
}

/// Kept while a log-out could not be told to the server.
const OWED: &str = "owed";

/// Logs out, here at once, at the server as soon as it can be told.
async fn leave() {
    let person = offline::person();
    match Request::post("/auth/logout", json!({})).text().await {
        Err(e) if e.status == 0 => browser::store(OWED, "1"),
        _ => browser::forget(OWED),
    }
    http::drop_token();
    offline::leave().await;
    if !person.is_empty() {
        browser::forget_all(&form::drafts_of(&person));
    }
    query::clear();
}

async fn first_stage() -> Stage {
    http::set_base(&browser::api_base().await);
    if browser::stored(OWED).is_some() && http::refresh().await.is_ok() {
        leave().await;
    }
    if browser::stored("session").is_some() {
        let login = match http::refresh().await {
            Ok(login) => Ok(login),
            Err(e) if e.status == 0 => offline::last_person().await.ok_or(e),
            Err(e) => Err(e),
        };
        match login {
            Ok(login) => {
                browser::set_zone(&login.me.organisation.timezone);
                recall().await;
                return Stage::In(Rc::new(login.me));
            }
            Err(e) if e.refused() => {
                http::drop_token();
                offline::leave().await;
            }
            Err(e) => return Stage::Failed(e),
        }
    }
    match Request::get("/setup").open_json::<Value>().await {
        Ok(v) if v.get("needed").and_then(Value::as_bool).unwrap_or(false) => Stage::Setup,
        Ok(_) => Stage::Login,
        Err(e) => Stage::Failed(e),
    }
}

/// Pages need to know the objects before they know what to ask for. What was known the last time will do until the answer
/// is here, so that both are asked for at once.
async fn recall() {
    let text = offline::before(starting_lang(), "/objects").await;
    if let Some(v) = text.and_then(|(text, _)| serde_json::from_str::<Value>(&text).ok()) {
        query::seed("/objects", Page::<ObjectMeta>::take(v));
    }
}

#[derive(Properties, PartialEq)]
struct LoadedProps {
    me: Rc<Me>,
    set_me: Callback<Me>,
    log_out: Callback<()>,
}

/// Loads what the API declares, then shows the pages.
#[component]
fn Loaded(p: &LoadedProps) -> Html {
    let objects = query::use_query::<Page<ObjectMeta>>("/objects".to_owned());
    let list = use_memo(objects.data.clone(), |d| d.as_ref().map(|d| Rc::new(d.items.clone())));
    match (&*list, &objects.error) {
        (Some(list), _) => html! {
        <ContextProvider<Session> context={Session { me: p.me.clone(), objects: list.clone(), set_me: p.set_me.clone(), log_out: p.log_out.clone() }}><Shell /></ContextProvider<Session>> },
        (None, Some(e)) => {
            html! { <div class="grid min-h-dvh place-items-center bg-base-200/50 text-base-content"><Failed error={e.clone()} retry={objects.refetch.clone()} /></div> }
        }
        (None, None) => html! { <Bare><div></div></Bare> },
    }
}

/// The shell's outline while its content loads.
#[component]
fn Bare(p: &ChildrenProps) -> Html {
    html! {
        <div class="flex min-h-dvh bg-base-200/50 text-base-content">
            <aside class="fixed inset-y-0 hidden w-56 border-r border-base-300 bg-base-100 px-3 lg:block"><div class="flex h-14 items-center px-2"><span class="grid size-7 place-items-center rounded-lg bg-primary text-primary-content">{ icon("target", "size-4") }</span></div>{ for (0..7).map(|_| html! { <div class="skeleton mx-2 my-3 h-4 w-28"></div> }) }</aside>
            <div class="flex-1 lg:pl-56"><header class="h-14 border-b border-base-300 bg-base-100"></header>{ p.children.clone() }</div>
        </div>
    }
}

/// Where a log-in page leads back to: these two are not pages of the shell.
pub(crate) fn leave_gate(navigator: &Navigator, route: &Route) {
    if matches!(route, Route::Login | Route::Setup) {
        navigator.replace(&Route::Home);
    }
}
