//! Service of the basic tier: its mails, who answers urgent needs, and those that wait.

use super::{behind, list, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_lines};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// The page.
#[component]
pub(crate) fn Basic() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    browser::set_title(&format!("{} · {}", l.nav_basic(), l.app_name()));
    let report = use_query::<Value>("/basic-service".to_owned());
    let may = session.me.may("settings", "update");
    let onshared = Callback::from(move |c: Option<Choice>| {
        let toaster = toaster.clone();
        spawn_local(async move {
            match share(c.map(|c| c.0)).await {
                Ok(()) => {
                    invalidate("/basic-service");
                    invalidate("/score-settings");
                    toaster.ok(l.basic_saved())
                }
                Err(e) => toaster.err(e.errors.first().map_or_else(|| e.text(l), |f| f.message.clone())),
            }
        })
    });
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            let shared = Some(words(r, "shared_owner_id").to_owned()).filter(|id| !id.is_empty());
            let value = shared.map(|id| (id, words(r, "shared_owner_name").to_owned()));
            html! { <>
                { tiles(l, r) }
                <div class="mt-4 grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                    <Card title={l.basic_queue()}>{ queue(l, list(r, "waiting")) }</Card>
                    <div class="grid grid-cols-1 min-w-0 gap-4">
                        <Card title={l.basic_shared()}><div class="px-4 pb-4 text-[13px]" data-testid="shared">if may { <LinkPicker object="users" {value} onchange={onshared} placeholder={l.basic_shared_none()} name="shared_owner_id" /> } else { <b class="font-medium">{ value.map_or_else(|| l.basic_shared_none().to_owned(), |v| v.1) }</b> }<p class="mt-2 text-xs text-base-content/70">{ l.basic_shared_hint() }</p></div></Card>
                        if !r.get("mails").unwrap_or(&Value::Null).is_null() { <Card title={l.basic_mails()}>{ mails(l, list(r, "mails")) }</Card> }
                    </div>
                </div>
            </> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    html! { <>{ page_head(html! { { l.nav_basic() } }, html! {}) }<p class="mb-3 max-w-3xl text-[13px] text-base-content/70">{ l.basic_hint() }</p>{ body }</> }
}

/// Names the shared salesperson, or nobody.
async fn share(user: Option<String>) -> Result<(), crate::data::http::ApiError> {
    let found = Request::get("/score-settings/tiers").json::<Value>().await?;
    let mut document = found.get("document").cloned().unwrap_or_default();
    if let Some(document) = document.as_object_mut() {
        match user {
            Some(id) => drop(document.insert("shared_owner_id".to_owned(), json!(id))),
            None => drop(document.remove("shared_owner_id")),
        }
    }
    let version = found.get("version").and_then(Value::as_i64);
    Request::put("/score-settings/tiers", json!({ "document": document })).if_match(version).text().await.map(|_| ())
}

fn tiles(l: Lang, r: &Value) -> Html {
    let tile = |label: &'static str, text: Html| html! { <div class="rounded-box border border-base-300 bg-base-100 px-4 pb-3 pt-3"><p class="text-xs text-base-content/70">{ label }</p><p class="text-[22px] font-semibold leading-8 tabular-nums">{ text }</p></div> };
    let whole = |key: &str| format::group(num(r, key).unwrap_or(0.0) as u64);
    html! { <div class="grid grid-cols-2 gap-3 xl:grid-cols-4" data-testid="basic">
        { tile(l.basic_customers(), behind(r, html! { { whole("customers") } }, "hover:text-primary hover:underline")) }
        { tile(l.basic_queue(), html! { { list(r, "waiting").len() } }) }
        { tile(l.basic_answered(), html! { { whole("answered") } }) }
        { tile(l.basic_median(), html! { { num(r, "median_hours").map_or_else(|| l.unknown().to_owned(), |h| l.basic_hours(&format::number(h, 1))) } }) }
    </div> }
}

fn queue(l: Lang, rows: &[Value]) -> Html {
    if rows.is_empty() {
        return html! { <Empty small=true icon="circle-check" title={l.basic_queue_none()} /> };
    }
    let clock = browser::clock();
    html! { <ul class="divide-y divide-base-300/60" data-testid="urgent">{ for rows.iter().map(|u| {
        let due = words(u, "due_at");
        let late = chrono::DateTime::parse_from_rfc3339(due).is_ok_and(|at| at < clock.now);
        html! { <li key={words(u, "task_id").to_owned()} class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-[13px]"><Link<Route> to={Route::record("tasks", words(u, "task_id"))} classes="min-w-0 flex-1 basis-52 hover:text-primary"><span class="block truncate font-medium">{ words(u, "need") }</span><span class="block truncate text-xs text-base-content/70">{ words(u, "customer_name") }if !words(u, "owner_name").is_empty() { { " · " }{ words(u, "owner_name") } }</span></Link<Route>>
        if late { { badge("error", l.basic_overdue()) } }<span class="text-xs tabular-nums text-base-content/70">{ l.basic_due(&format::moment(l, due, &clock)) }</span></li> }
    }) }</ul> }
}

fn mails(l: Lang, rows: &[Value]) -> Html {
    if rows.is_empty() {
        return html! { <Empty small=true icon="mail" title={l.basic_mails_none()} /> };
    }
    let state = |m: &Value| match words(m, "state") {
        "active" => badge("success", l.state_active()),
        "paused" => badge("warning", l.state_paused()),
        "stopped" => badge("error", l.state_stopped()),
        _ => badge("neutral", l.state_draft()),
    };
    html! { <><p class="px-4 pb-1 text-xs text-base-content/70">{ l.basic_mails_hint() }</p><ul class="divide-y divide-base-300/60" data-testid="mails">{ for rows.iter().map(|m| html! { <li><Link<Route> to={Route::Rule { id: words(m, "rule_id").to_owned() }} classes="flex min-h-11 items-center justify-between gap-3 px-4 py-1.5 text-[13px] hover:bg-base-200/60"><span class="flex min-w-0 items-center gap-2">{ icon("mail", "size-4 text-base-content/70") }<span class="truncate">{ words(m, "name") }</span></span><span class="flex shrink-0 items-center gap-2 text-xs text-base-content/70">if num(m, "sent").unwrap_or(0.0) > 0.0 { { l.basic_sent(num(m, "sent").unwrap_or(0.0) as i64) } }{ state(m) }</span></Link<Route>></li> }) }</ul></> }
}
