//! Everything that happened with a customer in one order of time: contacts, steps of opportunities, orders, tasks done,
//! behaviours and changes.

use super::{num, words};
use crate::browser;
use crate::data::session::use_session;
use crate::data::types::{EventItem, Record};
use crate::data::wire::Wire;
use crate::format;
use crate::i18n::use_lang;
use crate::record::log::use_log;
use crate::record::timeline::entry;
use crate::record::value::{Refs, Show};
use crate::record::waiting::{self, use_queue};
use crate::route::Route;
use crate::ui::{Empty, Failed, badge, cls, icon, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// The kinds that can be looked at alone, in the order of their buttons.
const KINDS: [&str; 6] = ["activity", "opportunity", "order", "task", "behaviour", "change"];

#[derive(Properties, PartialEq)]
pub(crate) struct HistoryProps {
    pub(crate) id: String,
}

/// What is told where the customer's history may have changed.
const HEARD: [&str; 5] = ["/events", "/activities", "/orders", "/opportunities", "/tasks"];

/// The tab of a customer's page.
#[component]
pub(crate) fn History(p: &HistoryProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let queue = use_queue();
    let unsent: Vec<_> = queue.iter().filter(|w| waiting::about(w, &p.id)).collect();
    let chosen = use_state_eq(|| None::<&'static str>);
    let kinds = chosen.map(|k| format!("kinds={k}")).unwrap_or_default();
    let (log, load) = use_log::<Value>(format!("/customers/{}/timeline?{kinds}", p.id), &HEARD);
    let choice = |kind: Option<&'static str>| {
        let on = *chosen == kind;
        let onclick = {
            let chosen = chosen.clone();
            Callback::from(move |_: MouseEvent| chosen.set(kind))
        };
        html! { <button type="button" key={kind.unwrap_or("all")} aria-pressed={on.to_string()} {onclick} data-kind={kind.unwrap_or("all")} class={cls!("h-8 shrink-0 cursor-pointer whitespace-nowrap rounded-lg border px-2.5 text-[13px] max-sm:h-10", if on { "border-primary bg-primary/10 text-primary" } else { "border-base-300 hover:border-primary/40" })}>{ l.history_kind(kind.unwrap_or("all")) }</button> }
    };
    let kinds = html! { <div class="flex gap-1.5 overflow-x-auto px-4 pt-1 pb-3 [scrollbar-width:none]" role="group" aria-label={l.history_kinds()}>{ choice(None) }{ for KINDS.into_iter().map(|k| choice(Some(k))) }</div> };
    let body = if let Some(e) = log.error.clone().filter(|_| log.items.is_empty()) {
        html! { <Failed error={e} retry={load.reform(|()| None)} /> }
    } else if !log.ready {
        skeleton_lines(6)
    } else if log.items.is_empty() && unsent.is_empty() {
        html! { <Empty icon="history" small=true title={l.history_none()} /> }
    } else {
        let show = Show::new(l, &session, &log.refs);
        let more = {
            let (load, next) = (load.clone(), log.next.clone());
            Callback::from(move |_: MouseEvent| load.emit(next.clone()))
        };
        html! { <>
            if !unsent.is_empty() { <div class="mb-3">{ waiting::lines(l, &unsent) }</div> }
            <ol class="relative ml-8 border-l border-base-300 py-2 pr-4" data-testid="timeline">
                { for log.items.iter().map(|i| html! { <li key={key(i)} class="relative pb-4 pl-6" data-kind={words(i, "kind").to_owned()}>{ item(&show, i) }</li> }) }
                if let Some(e) = &log.error { <li class="pl-6 text-xs text-error" role="alert">{ e.text(l) }</li> }
                if log.next.is_some() { <li class="pl-6"><button class="btn btn-ghost btn-xs" onclick={more}>{ l.load_more() }</button></li> }
            </ol>
        </> }
    };
    html! { <div>{ kinds }{ body }</div> }
}

fn key(item: &Value) -> String {
    let of = |part: &str, key: &str| item.get(part).map_or("", |c| words(c, key)).to_owned();
    let own = of("change", "id") + &of("step", "stage_id");
    format!("{}{}{}{own}", words(item, "kind"), words(item, "record_id"), words(item, "at"))
}

fn item(show: &Show, i: &Value) -> Html {
    let kind = words(i, "kind");
    if let ("change", Some(change), Some(meta)) = (kind, i.get("change"), show.session.object("customers")) {
        let change = <EventItem as Wire>::read(change);
        let refs: Refs = show.refs.iter().map(|(k, v)| (k.clone(), v.clone())).chain(change.refs.clone()).collect();
        return entry(&Show::new(show.lang, show.session, &refs), meta, &change);
    }
    let Some(record) = i.get("record") else { return html! {} };
    let (l, clock) = (show.lang, browser::clock());
    let at = words(i, "at");
    // Of an order only the day is known.
    let when = if kind == "order" {
        format::date(l, words(record, "ordered_on"), &clock)
    } else {
        format::moment(l, at, &clock)
    };
    let (mark, color) = match kind {
        "activity" => (contact_icon(words(record, "kind")), "text-primary"),
        "opportunity" => ("git-branch", "text-info"),
        "order" => ("shopping-cart", "text-success"),
        "task" => ("circle-check", "text-success"),
        _ => ("globe", "text-warning"),
    };
    let object = words(i, "object");
    let route = Route::record(object, words(i, "record_id"));
    let title = title(show, kind, record);
    html! { <>
        <span class={cls!("absolute -left-3 top-0 grid size-6 place-items-center rounded-full border border-base-300 bg-base-100 ring-4 ring-base-100", color)}>{ icon(mark, "size-3.5") }</span>
        <p class="text-[13px]"><Link<Route> to={route} classes="font-medium hover:text-primary wrap-anywhere">{ title }</Link<Route>><time class="ml-2 whitespace-nowrap text-xs text-base-content/70" datetime={at.to_owned()} title={format::moment_full(at, &clock)}>{ when }</time></p>
        <div class="mt-0.5 flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-xs text-base-content/70">{ below(show, kind, record, i.get("step").unwrap_or(&Value::Null)) }</div>
        if kind == "activity" && !words(record, "note").is_empty() { <p class="mt-1 line-clamp-3 whitespace-pre-line text-xs text-base-content/80 wrap-anywhere">{ words(record, "note") }</p> }
    </> }
}

fn title(show: &Show, kind: &str, record: &Value) -> String {
    let said = match kind {
        "activity" => words(record, "subject"),
        "order" => words(record, "number"),
        "task" => words(record, "title"),
        _ => words(record, "name"),
    };
    match (said, kind) {
        ("", "order") => show.lang.history_order().to_owned(),
        ("", "behaviour") => show.lang.behaviour(words(record, "kind")).to_owned(),
        ("", _) => show.lang.history_unnamed().to_owned(),
        (said, _) => said.to_owned(),
    }
}

/// What else is to be known of it, in a line.
fn below(show: &Show, kind: &str, record: &Value, step: &Value) -> Html {
    let l = show.lang;
    let choice = |key: &str| of_field(show, kind, key, record);
    let money = || num(record, "amount_minor").map(|m| format::money(l, show.session.currency(), m as i64));
    let person = |key: &str| show.label(words(record, key)).to_owned();
    match kind {
        "activity" => {
            html! { <>{ choice("kind") }<span>{ person("contact_id") }</span><span>{ words(record, "outcome") }</span><span>{ person("owner_id") }</span></> }
        }
        "opportunity" => {
            let to = badge("info", words(step, "stage_name"));
            let from = words(step, "from");
            html! { <>if from.is_empty() { <span>{ l.history_new() }</span> } else { <span>{ from }</span>{ icon("arrow-right", "size-3") } }{ to }if let Some(m) = money() { <span class="tabular-nums">{ m }</span> }<span>{ words(step, "user_name") }</span></> }
        }
        "order" => {
            html! { <>{ choice("status") }if let Some(m) = money() { <span class="tabular-nums">{ m }</span> }<span>{ person("owner_id") }</span></> }
        }
        "task" => {
            html! { <><span>{ l.history_done() }</span><span>{ person("owner_id") }</span><span class="wrap-anywhere">{ words(record, "result") }</span></> }
        }
        _ => {
            let times = num(record, "times").filter(|n| *n > 1.0).map(|n| l.history_times(n as i64));
            html! { <>{ choice("kind") }<span>{ person("contact_id") }</span>if let Some(t) = times { <span>{ t }</span> }<span class="wrap-anywhere">{ words(record, "url") }</span></> }
        }
    }
}

fn of_field(show: &Show, kind: &str, key: &str, record: &Value) -> Html {
    let object = match kind {
        "activity" => "activities",
        "order" => "orders",
        _ => "behaviours",
    };
    let none = Record::new();
    let field = show.session.object(object).and_then(|m| m.field(key));
    field.map(|f| show.field(f, record.as_object().unwrap_or(&none))).unwrap_or_default()
}

fn contact_icon(kind: &str) -> &'static str {
    match kind {
        "call" => "phone",
        "email" => "mail",
        "chat" => "message-square",
        "note" => "notebook-pen",
        _ => "users",
    }
}
