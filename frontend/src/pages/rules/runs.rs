//! What a rule did, record by record, and the versions that acted.

use super::actions::action_words;
use super::model::{Teller, list, word};
use super::names::{use_names, use_roles};
use crate::browser;
use crate::data::filter::Speech;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::field::select;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, skeleton_rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct RunsProps {
    pub(super) id: String,
    /// The rule may be changed.
    pub(super) may: bool,
}

/// What has been read of the log.
#[derive(Clone, Default, PartialEq)]
struct Log {
    items: Vec<Value>,
    next: Option<String>,
    ready: bool,
    error: Option<ApiError>,
}

/// The log of a rule, newest first.
#[component]
pub(super) fn Runs(p: &RunsProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let clock = browser::clock();
    let outcome = use_state_eq(String::new);
    let log = use_state_eq(Log::default);
    let again = use_state_eq(|| 0u32);
    let load = {
        let (log, id, outcome) = (log.clone(), p.id.clone(), (*outcome).clone());
        Callback::from(move |cursor: Option<String>| {
            let part =
                |name: &str, v: &str| if v.is_empty() { String::new() } else { format!("&{name}={}", encode(v)) };
            let path = format!(
                "/rules/{id}/runs?limit=30{}{}",
                part("outcome", &outcome),
                part("cursor", cursor.as_deref().unwrap_or(""))
            );
            let log = log.clone();
            spawn_local(async move {
                let mut next = if cursor.is_some() { (*log).clone() } else { Log::default() };
                next.ready = true;
                match Request::get(path).json::<Value>().await {
                    Ok(page) => {
                        next.items.extend(list(&page, "items").iter().cloned());
                        next.next = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
                    }
                    Err(e) => next.error = Some(e),
                }
                log.set(next);
            });
        })
    };
    {
        let load = load.clone();
        use_effect_with((p.id.clone(), (*outcome).clone(), *again), move |_| load.emit(None));
    }
    let retry = |run: String| {
        let (id, toaster, again) = (p.id.clone(), toaster.clone(), again.clone());
        Callback::from(move |_: MouseEvent| {
            let (path, toaster, again) = (format!("/rules/{id}/runs/{run}/retry"), toaster.clone(), again.clone());
            spawn_local(async move {
                match Request::post(path, json!({})).text().await {
                    Ok(_) => toaster.ok(l.run_retried()),
                    Err(e) => toaster.err(e.text(l)),
                }
                again.set(*again + 1);
            });
        })
    };
    let all: Vec<(String, String)> = [
        ("", l.run_all()),
        ("done", l.run_done()),
        ("partly", l.run_partly()),
        ("skipped", l.run_skipped()),
        ("failed", l.run_failed()),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .to_vec();
    let onpick = {
        let outcome = outcome.clone();
        Callback::from(move |v: String| outcome.set(v))
    };
    let body = match (&log.error, log.ready) {
        (Some(e), _) if log.items.is_empty() => html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> },
        (_, false) => skeleton_rows(5),
        _ if log.items.is_empty() => html! { <Empty icon="history" title={l.run_none()} body={l.run_none_body()} /> },
        _ => html! { <ul class="divide-y divide-base-300/60">{ for log.items.iter().map(|r| {
            let (color, label) = outcome_words(l, word(r, "outcome"));
            let why = [word(r, "reason"), word(r, "detail")].into_iter().filter(|s| !s.is_empty()).map(|s| reason(l, s).to_owned()).collect::<Vec<_>>().join(" · ");
            html! { <li key={word(r, "id").to_owned()} class="px-4 py-2.5 text-[13px]"><div class="flex flex-wrap items-center gap-x-3 gap-y-1">{ badge(color, label) }<Link<Route> to={Route::record(word(r, "object"), word(r, "record_id"))} classes="min-w-0 truncate font-medium hover:text-primary hover:underline">{ word(r, "title") }</Link<Route>><span class="text-xs text-base-content/70">{ l.run_version(r.get("number").and_then(Value::as_i64).unwrap_or(0)) }</span><time class="ml-auto text-xs tabular-nums text-base-content/70" title={format::moment_full(word(r, "at"), &clock)}>{ format::moment(l, word(r, "at"), &clock) }</time>if p.may && word(r, "outcome") == "failed" { <button class="btn btn-xs" onclick={retry(word(r, "id").to_owned())}>{ l.run_retry() }</button> }</div>
                if !why.is_empty() { <p class="mt-1 text-xs text-base-content/75">{ why }</p> }
                <p class="mt-1 flex flex-wrap gap-x-3 text-xs text-base-content/70">{ for list(r, "actions").iter().map(|a| html! { <span>{ action(l, a) }</span> }) }</p></li> }
        }) }</ul> },
    };
    let more = {
        let (load, next) = (load.clone(), log.next.clone());
        Callback::from(move |_: MouseEvent| load.emit(next.clone()))
    };
    html! { <Card title={l.rule_tab_runs()} extra={select("outcome", l.run_all(), &all, &outcome, "select-sm w-32", onpick)}>{ body }if log.next.is_some() { <div class="p-3"><button class="btn btn-sm btn-ghost" onclick={more}>{ l.load_more() }</button></div> }</Card> }
}

fn outcome_words(l: Lang, outcome: &str) -> (&'static str, &'static str) {
    match outcome {
        "done" => ("success", l.run_done()),
        "partly" => ("warning", l.run_partly()),
        "failed" => ("error", l.run_failed()),
        _ => ("neutral", l.run_skipped()),
    }
}

/// What an action did, or why it did not.
fn action(l: Lang, a: &Value) -> String {
    let name = action_words(l, word(a, "kind")).1;
    match (a.get("done").and_then(Value::as_bool), word(a, "reason")) {
        (Some(true), _) => format!("✓ {name}"),
        (_, "") => format!("– {name}"),
        (_, why) => format!("– {name}{}", l.pick("：", ": ").to_owned() + reason(l, why)),
    }
}

fn reason(l: Lang, key: &str) -> &str {
    match key {
        "already" => l.why_already(),
        "out_of_reach" => l.why_out_of_reach(),
        "nobody" => l.why_nobody(),
        "cannot_see" => l.why_cannot_see(),
        "no_candidate" => l.why_no_candidate(),
        "no_customer" => l.why_no_customer(),
        "no_region" => l.why_no_region(),
        "tag_gone" => l.why_tag_gone(),
        "webhook_gone" => l.why_webhook_gone(),
        "webhook_stopped" => l.why_webhook_stopped(),
        "webhook_sight" => l.why_webhook_sight(),
        "no_address" => l.why_no_address(),
        "mail_not_configured" => l.why_mail_not_configured(),
        other => other,
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct VersionsProps {
    pub(super) id: String,
    /// Number of the version that acts.
    pub(super) now: i64,
    /// The rule may be changed.
    pub(super) may: bool,
    /// Takes a definition as the draft.
    pub(super) ontake: Callback<Value>,
}

/// What was published, newest first, each in words.
#[component]
pub(super) fn Versions(p: &VersionsProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let clock = browser::clock();
    let query = use_query::<Value>(format!("/rules/{}/versions", p.id));
    let items = query.data.as_ref().map(|d| list(d, "items").to_vec()).unwrap_or_default();
    let names = use_names(items.iter().map(|v| v["definition"].clone()).collect());
    let roles: BTreeMap<String, String> = use_roles().into_iter().collect();
    let body = match (&query.data, &query.error) {
        (Some(_), _) if items.is_empty() => html! { <Empty icon="history" title={l.version_none()} /> },
        (Some(_), _) => html! { <ul class="divide-y divide-base-300/60">{ for items.iter().map(|v| {
            let d = v["definition"].clone();
            let said = session.object(word(&d, "object")).and_then(|meta| {
                let speech = Speech { lang: l, meta, refs: &names, currency: session.currency(), clock: &clock };
                Teller { speech, roles: &roles }.rule(&d)
            });
            let number = v.get("number").and_then(Value::as_i64).unwrap_or(0);
            let take = p.ontake.reform(move |_: MouseEvent| d.clone());
            html! { <li key={number} class="flex items-start gap-3 px-4 py-3 text-[13px]"><div class="min-w-0 flex-1"><p class="flex items-center gap-2 font-medium">{ l.run_version(number) }if number == p.now { { badge("success", l.version_now()) } }</p><p class="mt-0.5 leading-5 text-base-content/75">{ said.unwrap_or_default() }</p><p class="mt-0.5 text-xs text-base-content/70">{ l.version_by(&format::moment(l, word(v, "published_at"), &clock)) }</p></div>if p.may { <button class="btn btn-sm" onclick={take}>{ l.version_take() }</button> }</li> }
        }) }</ul> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(3),
    };
    html! { <Card title={l.rule_tab_versions()}>{ body }</Card> }
}
