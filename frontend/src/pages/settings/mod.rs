//! Settings: one's own, the organisation's, and what administrators define.

mod account;
mod api_keys;
mod appearance;
mod audit;
mod fields;
mod form;
mod hooks;
mod model_lists;
mod model_rfm;
mod model_words;
mod models;
mod operations;
mod pool;
mod role_rows;
mod roles;
mod workdays;

use crate::browser;
use crate::data::session::{Session, use_session};
use crate::i18n::use_lang;
use crate::route::Route;
use crate::ui::cls;
use crate::ui::{Empty, icon};
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew_router::prelude::*;

/// Who may see how the set-up was changed: whoever sees every event and the roles.
fn audits(session: &Session) -> bool {
    let all =
        |key: &str| session.me.permissions.get(key).and_then(|g| g.get("read")).is_some_and(|scope| scope == "all");
    all("events") && all("roles")
}

#[derive(Properties, PartialEq)]
pub(crate) struct SettingsProps {
    pub(crate) page: String,
}

/// A page of the settings, with the list of them beside it.
#[component]
pub(crate) fn Settings(p: &SettingsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    browser::set_title(&format!("{} · {}", l.nav_settings(), l.app_name()));
    let page = if p.page.is_empty() { "profile" } else { p.page.as_str() };
    let (page, inner) = page.split_once('/').unwrap_or((page, ""));
    // On a phone the entries are a strip, in which the open one is to be in sight.
    let nav = use_node_ref();
    {
        let (nav, page) = (nav.clone(), page.to_owned());
        use_effect_with(page, move |_| {
            if let Some(strip) = nav.cast::<web_sys::HtmlElement>()
                && let Ok(Some(open)) = strip.query_selector(".is-open")
                && let Some(open) = open.dyn_ref::<web_sys::HtmlElement>()
            {
                let middle = open.offset_left() - strip.offset_left() + open.offset_width() / 2;
                strip.set_scroll_left(middle - strip.client_width() / 2);
            }
        });
    }
    let item = |key: &'static str, icon: &'static str, label: &str| {
        let on = page == key;
        html! {
        <Link<Route> to={Route::settings(key)} classes={cls!(on.then_some("is-open"), "flex h-8 shrink-0 items-center gap-2 rounded-lg px-2.5 text-[13px] whitespace-nowrap", if on { "bg-primary/10 font-medium text-primary" } else { "text-base-content/75 hover:bg-base-content/5" })}>{ crate::ui::icon(icon, "size-3.5") }{ label.to_owned() }</Link<Route>> }
    };
    let object = |key: &str| {
        session.object(key).filter(|o| o.may("read")).map(|o| html! {
        <Link<Route> to={Route::list(key)} classes="flex h-8 shrink-0 items-center gap-2 rounded-lg px-2.5 text-[13px] whitespace-nowrap text-base-content/75 hover:bg-base-content/5">{ icon(crate::shell::object_icon(key), "size-3.5") }{ &o.label_plural }{ icon("chevron-right", "ml-auto size-3 opacity-50") }</Link<Route>> }).unwrap_or_default()
    };
    let head = |text: &'static str| html! { <p class="hidden px-2.5 pb-1 pt-3 text-[11px] text-base-content/70 lg:block">{ text }</p> };
    let body = match page {
        "profile" => html! { <account::Profile /> },
        "password" => html! { <account::Password /> },
        "notifications" => html! { <crate::pages::news::Preferences /> },
        "sessions" => html! { <account::Sessions /> },
        "organisation" => html! { <account::OrganisationPage /> },
        "fields" => html! { <fields::CustomFields /> },
        "models" => html! { <models::Models /> },
        "pool" => html! { <pool::PoolCard /> },
        "roles" => html! { <roles::Roles /> },
        "webhooks" if !inner.is_empty() => html! { <hooks::HookPage key={inner.to_owned()} id={inner.to_owned()} /> },
        "webhooks" => html! { <hooks::Hooks /> },
        "audit" => html! { <audit::Audit /> },
        "operations" => html! { <operations::Operations /> },
        "api-keys" => html! { <api_keys::ApiKeys /> },
        _ => html! { <Empty icon="circle-help" title={l.page_not_found()} /> },
    };
    html! { <>
        <h1 class="mb-4 text-xl font-semibold">{ l.nav_settings() }</h1>
        <div class="grid grid-cols-1 items-start gap-4 lg:grid-cols-[190px_minmax(0,1fr)]">
            <nav ref={nav} class="flex gap-0.5 overflow-x-auto lg:flex-col lg:overflow-visible" aria-label={l.nav_settings()}>
                { head(l.settings_mine()) }{ item("profile", "user", l.my_profile()) }{ item("notifications", "bell", l.news_settings()) }{ item("password", "lock", l.change_password()) }{ item("sessions", "monitor-smartphone", l.sessions()) }
                { head(l.settings_people()) }{ item("organisation", "building-2", l.organisation()) }{ object("users") }{ object("teams") }if session.me.may("roles", "read") { { item("roles", "shield", l.roles()) } }if session.me.may("api_keys", "read") { { item("api-keys", "key", l.api_keys()) } }
                if audits(&session) { { item("audit", "history", l.setup_log()) } }
                if session.me.may("webhooks", "read") { { item("webhooks", "webhook", l.hooks()) } }if session.me.may("operations", "read") { { item("operations", "activity", l.ops()) } }
                { head(l.settings_data()) }if session.me.may("custom_fields", "read") { { item("fields", "sliders-horizontal", l.custom_fields()) } }if session.me.may("settings", "read") { { item("pool", "handshake", l.pool_settings()) }{ item("models", "target", l.models()) } }{ object("pipelines") }{ object("pipeline_stages") }{ object("tags") }{ object("contents") }{ object("resources") }{ object("pains") }{ object("goals") }{ object("saved_views") }
            </nav>
            <div class="min-w-0">{ body }</div>
        </div>
    </> }
}
