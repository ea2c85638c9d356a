//! What works in the background, in numbers that one understands: what is up to date, what waits, what failed and how
//! to have it done again, and what runs by time when.

use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, badge, cls, icon, skeleton_rows};
use gloo_timers::callback::Interval;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// How often the page looks again, in milliseconds.
const AGAIN: u32 = 5_000;

#[component]
pub(super) fn Operations() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let clock = browser::clock();
    let query = use_query::<Value>("/operations".to_owned());
    let rules = use_query::<Value>(if session.me.may("rules", "read") { "/rules".to_owned() } else { String::new() });
    {
        let refetch = query.refetch.clone();
        use_effect_with((), move |()| {
            let timer = Interval::new(AGAIN, move || refetch.emit(()));
            move || drop(timer)
        });
    }
    let may = session.me.may("operations", "update");
    let retry = {
        let toaster = toaster.clone();
        Callback::from(move |id: String| {
            let toaster = toaster.clone();
            spawn_local(async move {
                match Request::post(format!("/operations/failures/{id}/retry"), json!({})).json::<Value>().await {
                    Ok(v) if v["done"] == true => toaster.ok(l.ops_retried()),
                    Ok(_) => toaster.err(l.ops_retry_failed()),
                    Err(e) => toaster.err(e.text(l)),
                }
                invalidate("/operations");
            })
        })
    };
    let resend = {
        let toaster = toaster.clone();
        Callback::from(move |_: MouseEvent| {
            let toaster = toaster.clone();
            spawn_local(async move {
                match Request::post("/operations/mail/retry", json!({})).json::<Value>().await {
                    Ok(v) => toaster.ok(l.ops_mail_retried(v["count"].as_i64().unwrap_or(0))),
                    Err(e) => toaster.err(e.text(l)),
                }
                invalidate("/operations");
            })
        })
    };
    let o = match (&query.data, &query.error) {
        (Some(o), _) => o.clone(),
        (None, Some(e)) => {
            return html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> };
        }
        (None, None) => return html! { <Card title={l.ops()}>{ skeleton_rows(5) }</Card> },
    };
    let broken: Vec<Value> = rules.data.as_ref().map(|r| failed_rules(r)).unwrap_or_default();
    let wrong = faults(&o) + broken.len();
    html! { <div class="space-y-4">
        <Card title={l.ops()}><p class="px-4 pb-3 text-[13px] text-base-content/70">{ l.ops_body() }</p>
            <p class="mx-4 mb-4 flex items-center gap-2 rounded-lg bg-base-200/70 px-3 py-2.5 text-[13px] font-medium" role="status" data-testid="ops-verdict">if wrong == 0 { { icon("circle-check", "size-4 text-success") }{ l.ops_all_well() } } else { { icon("circle-alert", "size-4 text-error") }{ l.ops_some_wrong(wrong) } }</p></Card>
        <Card title={l.ops_readers()}><ul class="divide-y divide-base-300/60">{ for list(&o, "consumers").iter().map(|c| reader(l, c)) }</ul></Card>
        <Card title={l.ops_queues()}><ul class="divide-y divide-base-300/60">{ jobs(l, &o) }{ mail(l, &o, may.then_some(resend)) }{ hooks(l, &o, session.me.may("webhooks", "read")) }</ul></Card>
        { failures(l, &clock, list(&o, "failures"), may.then_some(retry)) }
        if !broken.is_empty() { <Card title={l.ops_failed_runs()}><ul class="divide-y divide-base-300/60">{ for broken.iter().map(|r| html! { <li class="flex items-center gap-3 px-4 py-2.5 text-[13px]"><Link<Route> to={Route::rule(word(r, "id"))} classes="min-w-0 flex-1 truncate font-medium hover:text-primary hover:underline">{ word(r, "name") }</Link<Route>><span class="tabular-nums text-error">{ l.ops_failed_runs_n(&number(&r["runs"], "failed")) }</span></li> }) }</ul></Card> }
        { schedules(l, &clock, list(&o, "schedules")) }
    </div> }
}

fn word<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

fn list<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn count(v: &Value, key: &str) -> u64 {
    v.get(key).and_then(Value::as_u64).unwrap_or(0)
}

fn number(v: &Value, key: &str) -> String {
    format::group(count(v, key))
}

/// So many changes or minutes behind is worth a look.
fn lagging(c: &Value) -> bool {
    count(c, "milliseconds_behind") > 60_000 || count(c, "failures") > 0
}

/// How much needs somebody.
fn faults(o: &Value) -> usize {
    let readers = list(o, "consumers").iter().filter(|c| lagging(c)).count();
    let late = list(o, "schedules").iter().filter(|s| s["late"] == true).count();
    let parked = [count(&o["mail"], "parked"), count(o, "deliveries_parked")];
    readers + late + parked.iter().filter(|n| **n > 0).count() + list(o, "failures").len()
}

fn failed_rules(rules: &Value) -> Vec<Value> {
    list(rules, "items").iter().filter(|r| count(&r["runs"], "failed") > 0).cloned().collect()
}

fn reader_word(l: Lang, name: &str) -> String {
    match name {
        "rules" => l.ops_reader_rules(),
        "notifications" => l.ops_reader_notifications(),
        "scores" => l.ops_reader_scores(),
        "webhooks" => l.ops_reader_webhooks(),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// A time as long as it is.
fn span(l: Lang, milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX);
    match seconds {
        0..=119 => l.ops_seconds(seconds),
        120..=7199 => l.ops_minutes(seconds / 60),
        _ => l.ops_hours(seconds / 3600),
    }
}

fn row(name: String, about: Html, extra: Html) -> Html {
    html! { <li class="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-[13px]"><span class="w-32 shrink-0 font-medium">{ name }</span><span class="flex min-w-0 flex-1 flex-wrap gap-x-3 gap-y-0.5 tabular-nums text-base-content/75">{ about }</span>{ extra }</li> }
}

fn reader(l: Lang, c: &Value) -> Html {
    let behind = count(c, "events_behind");
    let about = if behind == 0 {
        html! { <span>{ l.ops_up_to_date() }</span> }
    } else {
        html! { <><span>{ l.ops_behind(&format::group(behind)) }</span>if count(c, "milliseconds_behind") >= 1000 { <span>{ l.ops_behind_for(&span(l, count(c, "milliseconds_behind"))) }</span> }</> }
    };
    let failed = i64::try_from(count(c, "failures")).unwrap_or(0);
    let about = html! { <>{ about }if failed > 0 { <span class="text-error" title={word(c, "error").to_owned()}>{ l.ops_reader_stuck(failed) }</span> }</> };
    let mark = if lagging(c) { badge("error", l.hook_failing()) } else { badge("success", l.hook_ok()) };
    row(reader_word(l, word(c, "name")), about, mark)
}

fn spans(parts: Vec<(String, bool)>) -> Html {
    html! { <>{ for parts.into_iter().map(|(text, bad)| html! { <span class={cls!(bad.then_some("text-error"))}>{ text }</span> }) }</> }
}

fn jobs(l: Lang, o: &Value) -> Html {
    let jobs = &o["jobs"];
    let mut parts = Vec::new();
    if count(jobs, "queued") > 0 {
        parts.push((l.ops_waiting(&number(jobs, "queued")), false));
    }
    if count(jobs, "running") > 0 {
        parts.push((l.ops_running(&number(jobs, "running")), false));
    }
    if parts.is_empty() {
        parts.push((l.ops_idle().to_owned(), false));
    }
    let failed = count(jobs, "failed");
    if failed > 0 {
        parts.push((l.ops_failed(&format::group(failed)), true));
    }
    let extra = html! { if failed > 0 { <Link<Route> to={Route::Imports} classes="btn btn-xs">{ l.ops_see_imports() }</Link<Route>> } };
    row(l.ops_queue_jobs().to_owned(), spans(parts), extra)
}

fn mail(l: Lang, o: &Value, resend: Option<Callback<MouseEvent>>) -> Html {
    let mail = &o["mail"];
    let parked = count(mail, "parked");
    let mut parts = Vec::new();
    if mail["available"] == true {
        match count(mail, "waiting") {
            0 => parts.push((l.ops_idle().to_owned(), false)),
            _ => parts.push((l.ops_waiting(&number(mail, "waiting")), false)),
        }
    } else {
        parts.push((l.ops_mail_off().to_owned(), false));
    }
    if count(mail, "sent") > 0 {
        parts.push((l.ops_mail_sent(&number(mail, "sent")), false));
    }
    if parked > 0 {
        parts.push((l.ops_failed(&format::group(parked)), true));
        parts.push((word(mail, "last_error").to_owned(), true));
    }
    let button = resend.filter(|_| parked > 0).map(|onclick| {
        html! { <button class="btn btn-xs" {onclick}>{ icon("refresh-cw", "size-3.5") }{ l.ops_mail_retry(&format::group(parked)) }</button> }
    });
    row(l.ops_queue_mail().to_owned(), spans(parts), button.unwrap_or_default())
}

fn hooks(l: Lang, o: &Value, may: bool) -> Html {
    let (waiting, parked) = (count(o, "deliveries_waiting"), count(o, "deliveries_parked"));
    let mut parts = Vec::new();
    if waiting == 0 {
        parts.push((l.ops_idle().to_owned(), false));
    } else {
        parts.push((l.hook_waiting(&format::group(waiting)), false));
    }
    if parked > 0 {
        parts.push((l.hook_parked(&format::group(parked)), true));
    }
    let extra = html! { if may { <Link<Route> to={Route::settings("webhooks")} classes="btn btn-xs">{ l.ops_see_hooks() }</Link<Route>> } };
    row(l.ops_queue_hooks().to_owned(), spans(parts), extra)
}

fn failures(l: Lang, clock: &Clock, items: &[Value], retry: Option<Callback<String>>) -> Html {
    if items.is_empty() {
        return html! {};
    }
    let rows = items.iter().map(|f| {
        let name = l.ops_failure(&reader_word(l, word(f, "consumer")), f["event_seq"].as_i64().unwrap_or(0));
        let id = word(f, "id").to_owned();
        let button = retry.clone().map(|retry| {
            let id = id.clone();
            let onclick = retry.reform(move |_: MouseEvent| id.clone());
            html! { <button class="btn btn-xs" {onclick}>{ l.ops_retry() }</button> }
        });
        html! { <li key={id} data-testid="failure" class="flex items-start gap-3 px-4 py-2.5 text-[13px]"><div class="min-w-0 flex-1"><p class="font-medium">{ name }<time class="ml-2 text-xs font-normal tabular-nums text-base-content/70">{ format::moment(l, word(f, "created_at"), clock) }</time></p><p class="break-words text-xs text-error">{ word(f, "error") }</p></div>{ button.unwrap_or_default() }</li> }
    });
    html! { <Card title={l.ops_failures()}><p class="px-4 pb-2 text-[13px] text-base-content/70">{ l.ops_failures_body() }</p><ul class="divide-y divide-base-300/60">{ for rows }</ul></Card> }
}

fn schedules(l: Lang, clock: &Clock, items: &[Value]) -> Html {
    let at = |v: &Value, key: &str| match word(v, key) {
        "" => "—".to_owned(),
        t => format::moment(l, t, clock),
    };
    let rows = items.iter().map(|s| {
        html! { <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-[13px]" data-testid="schedule"><Link<Route> to={Route::rule(word(s, "rule_id"))} classes="min-w-0 flex-1 basis-48 truncate font-medium hover:text-primary hover:underline">{ word(s, "name") }</Link<Route>>if s["late"] == true { { badge("error", l.ops_late()) } }<dl class="flex gap-4 text-xs tabular-nums text-base-content/70"><div><dt class="inline">{ l.ops_checked() }{ " " }</dt><dd class="inline">{ at(s, "checked_at") }</dd></div><div><dt class="inline">{ l.ops_next() }{ " " }</dt><dd class="inline">{ at(s, "next_at") }</dd></div></dl></li> }
    });
    html! { <Card title={l.ops_schedules()}>if items.is_empty() { <p class="px-4 pb-4 text-[13px] text-base-content/70">{ l.ops_schedules_none() }</p> } else { <ul class="divide-y divide-base-300/60">{ for rows }</ul> }</Card> }
}
