//! Endpoints of other systems and group robots: what they are told, how they are doing, and what was sent.

mod deliveries;
mod events;
mod form;
mod page;

pub(super) use page::HookPage;

use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::{Page, Record, int, text};
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{Card, Empty, Failed, badge, icon, skeleton_rows};
pub(super) use events::OBJECTS;
use form::HookForm;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Every endpoint with its health.
#[component]
pub(super) fn Hooks() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let query = use_query::<Page<Record>>("/webhooks".to_owned());
    let making = use_state_eq(|| false);
    let clock = browser::clock();
    let may = session.me.may("webhooks", "create");
    let open = {
        let making = making.clone();
        Callback::from(move |_: MouseEvent| making.set(true))
    };
    let close = {
        let making = making.clone();
        Callback::from(move |()| making.set(false))
    };
    let row = |w: &Record| {
        let (id, name) = (text(w, "id").to_owned(), text(w, "name").to_owned());
        let flip = switch(l, &toaster, w);
        html! { <li key={id.clone()} data-testid="hook" class="flex items-start gap-3 px-4 py-3">
            <input type="checkbox" role="switch" class="toggle toggle-sm toggle-primary mt-1 shrink-0" aria-label={l.hook_on(&name)} checked={on(w)} disabled={!session.me.may("webhooks", "update")} onchange={flip} />
            <div class="min-w-0 flex-1"><div class="flex flex-wrap items-center gap-x-2 gap-y-1"><Link<Route> to={Route::Webhook { id }} classes="text-[13px] font-medium hover:text-primary hover:underline">{ name }</Link<Route>>{ state(l, w) }<span class="text-xs text-base-content/70">{ kind(l, text(w, "kind")) }</span></div>
                <p class="truncate font-mono text-xs text-base-content/70">{ text(w, "url") }</p>
                if let Some(why) = stopped(l, w) { <p class="mt-0.5 text-xs text-error">{ why }</p> }
                if failing(w) { <p class="mt-0.5 line-clamp-2 text-xs text-error">{ text(w, "last_error") }</p> }
                <p class="mt-1 flex flex-wrap gap-x-3 text-xs tabular-nums text-base-content/70">{ for pulse(l, &clock, w).into_iter().map(|t| html! { <span>{ t }</span> }) }</p></div>
            { icon("chevron-right", "mt-1.5 size-4 text-base-content/50") }
        </li> }
    };
    let body = match (&query.data, &query.error) {
        (Some(d), _) if d.items.is_empty() => {
            html! { <Empty small=true icon="webhook" title={l.hook_none()} body={l.hook_none_body()} /> }
        }
        (Some(d), _) => html! { <ul class="divide-y divide-base-300/60">{ for d.items.iter().map(row) }</ul> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(3),
    };
    let extra = html! { if may { <button class="btn btn-sm btn-primary" onclick={open} data-testid="new-hook">{ icon("plus", "size-4") }{ l.hook_new() }</button> } };
    html! { <Card title={l.hooks()} {extra}><p class="px-4 pb-3 text-[13px] text-base-content/70">{ l.hooks_body() }</p>{ body }if *making { <HookForm onclose={close} /> }</Card> }
}

fn on(w: &Record) -> bool {
    w.get("active").and_then(Value::as_bool).unwrap_or(false)
}

fn failing(w: &Record) -> bool {
    int(w, "failures").unwrap_or(0) > 0
}

/// Turns an endpoint on or off.
fn switch(l: Lang, toaster: &Toaster, w: &Record) -> Callback<Event> {
    let (id, name, version, active) = (text(w, "id").to_owned(), text(w, "name").to_owned(), int(w, "version"), on(w));
    let toaster = toaster.clone();
    Callback::from(move |_: Event| {
        let (toaster, name) = (toaster.clone(), name.clone());
        let request = Request::patch(format!("/webhooks/{id}"), json!({ "active": !active })).if_match(version);
        spawn_local(async move {
            match request.text().await {
                Ok(_) if active => toaster.ok(l.hook_paused_ok(&name)),
                Ok(_) => toaster.ok(l.hook_resumed_ok(&name)),
                Err(e) => toaster.err(e.text(l)),
            }
            invalidate("/webhooks");
        })
    })
}

fn kind(l: Lang, key: &str) -> &'static str {
    match key {
        "wecom" => l.hook_kind_wecom(),
        "dingtalk" => l.hook_kind_dingtalk(),
        "feishu" => l.hook_kind_feishu(),
        _ => l.hook_kind_flywheel(),
    }
}

/// Why nothing is sent, when nobody answers for it any more.
fn stopped(l: Lang, w: &Record) -> Option<&'static str> {
    match text(w, "stopped_reason") {
        "" => None,
        "key_gone" => Some(l.hook_stopped_key()),
        _ => Some(l.hook_stopped_owner()),
    }
}

/// How it is doing, as a pill.
fn state(l: Lang, w: &Record) -> Html {
    if stopped(l, w).is_some() {
        return badge("error", l.hook_stopped());
    }
    match (on(w), failing(w), text(w, "last_success_at")) {
        (false, ..) => badge("neutral", l.hook_off()),
        (_, true, _) => badge("error", l.hook_failing()),
        (_, _, "") => badge("info", l.hook_new_state()),
        _ => badge("success", l.hook_ok()),
    }
}

/// What it is told, its last success, what waits, what was given up.
fn pulse(l: Lang, clock: &Clock, w: &Record) -> Vec<String> {
    let mut out = vec![told(l, w)];
    let at = |key: &str| Some(text(w, key)).filter(|t| !t.is_empty()).map(|t| format::moment(l, t, clock));
    if failing(w) {
        out.push(l.hook_failed_n(int(w, "failures").unwrap_or(0)));
        out.extend(at("next_try_at").map(|t| l.hook_next(&t)));
    }
    match at("last_success_at") {
        Some(t) => out.push(l.hook_last_ok(&t)),
        None if failing(w) => out.push(l.hook_never_ok().to_owned()),
        None => {}
    }
    let count = |key: &str| int(w, key).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0).map(format::group);
    out.extend(count("waiting").map(|n| l.hook_waiting(&n)));
    out.extend(count("parked").map(|n| l.hook_parked(&n)));
    out
}

fn told(l: Lang, w: &Record) -> String {
    let events = words(w);
    match events.as_slice() {
        [] => l.hook_only_rules().to_owned(),
        _ if events.iter().any(|e| e == "*") => l.hook_everything().to_owned(),
        list => l.hook_events_n(list.len()),
    }
}

/// The events that it is told.
fn words(w: &Record) -> Vec<String> {
    let list = w.get("events").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
