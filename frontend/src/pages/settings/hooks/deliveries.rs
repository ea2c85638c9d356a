//! What an endpoint was told, with old and new values, and sending again.

use super::events::OBJECTS;
use crate::browser;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::invalidate;
use crate::data::session::{Session, use_session};
use crate::data::types::{Page, Record, int, text};
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::field::select;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, skeleton_rows};
use gloo_timers::callback::Timeout;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct DeliveryListProps {
    pub(super) id: String,
    /// Another number has the list read again.
    pub(super) fresh: u32,
    /// The reader may send again.
    pub(super) may: bool,
}

/// What has been read.
#[derive(Clone, Default, PartialEq)]
struct Read {
    items: Vec<Record>,
    next: Option<String>,
    ready: bool,
    error: Option<ApiError>,
}

#[component]
pub(super) fn DeliveryList(p: &DeliveryListProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let clock = browser::clock();
    let wanted = use_state_eq(String::new);
    let read = use_state_eq(Read::default);
    let again = use_state_eq(|| 0u32);
    let load = {
        let (read, id, wanted) = (read.clone(), p.id.clone(), (*wanted).clone());
        Callback::from(move |cursor: Option<String>| {
            let state = if wanted.is_empty() { String::new() } else { format!("&state={wanted}") };
            let more = cursor.as_ref().map(|c| format!("&cursor={}", encode(c))).unwrap_or_default();
            let path = format!("/webhooks/{id}/deliveries?limit=20{state}{more}");
            let read = read.clone();
            spawn_local(async move {
                let mut next = if cursor.is_some() { (*read).clone() } else { Read::default() };
                next.ready = true;
                match Request::get(path).json::<Page<Record>>().await {
                    Ok(page) => {
                        next.items.extend(page.items);
                        next.next = page.next_cursor;
                    }
                    Err(e) => next.error = Some(e),
                }
                read.set(next);
            });
        })
    };
    {
        let load = load.clone();
        use_effect_with((p.id.clone(), (*wanted).clone(), p.fresh, *again), move |_| load.emit(None));
    }
    {
        // What is on its way now ends soon: it is looked at again, as long as it is tried at once.
        let near = read.items.iter().any(|d| text(d, "state") == "waiting" && int(d, "attempts").unwrap_or(0) < 3);
        let again = again.clone();
        use_effect_with((near, (*read).clone()), move |(near, _)| {
            let look = move || {
                again.set(*again + 1);
                invalidate("/webhooks");
            };
            let timer = near.then(|| Timeout::new(1500, look));
            move || drop(timer)
        });
    }
    let replay = |delivery: &str| {
        let (path, toaster, again) =
            (format!("/webhooks/{}/deliveries/{delivery}/replay", p.id), toaster.clone(), again.clone());
        Callback::from(move |_: MouseEvent| {
            let (path, toaster, again) = (path.clone(), toaster.clone(), again.clone());
            spawn_local(async move {
                match Request::post(path, json!({})).text().await {
                    Ok(_) => toaster.ok(l.hook_replayed(1)),
                    Err(e) => toaster.err(e.text(l)),
                }
                invalidate("/webhooks");
                again.set(*again + 1);
            })
        })
    };
    let row = |d: &Record| {
        let state = text(d, "state");
        let (color, label) = state_words(l, state);
        html! { <li key={text(d, "id").to_owned()} data-testid="delivery" class="px-4 py-2.5 text-[13px]">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">{ badge(color, label) }<span class="min-w-0 truncate">{ what(l, &session, d) }</span><span class="text-xs text-base-content/70">{ tries(l, d, &clock) }</span>
                <time class="ml-auto text-xs tabular-nums text-base-content/70" title={format::moment_full(text(d, "created_at"), &clock)}>{ format::moment(l, text(d, "created_at"), &clock) }</time>
                if p.may && state != "waiting" { <button class="btn btn-xs" onclick={replay(text(d, "id"))}>{ l.hook_replay() }</button> }</div>
            if state != "done" && !text(d, "error").is_empty() { <p class="mt-1 break-words text-xs text-error">{ text(d, "error") }</p> }
            { values(l, &session, d) }
        </li> }
    };
    let body = match (&read.error, read.ready) {
        (Some(e), _) if read.items.is_empty() => html! { <Failed error={e.clone()} retry={load.reform(|()| None)} /> },
        (_, false) => skeleton_rows(4),
        _ if read.items.is_empty() => {
            html! { <Empty small=true icon="history" title={l.hook_deliveries_none()} body={l.hook_deliveries_none_body()} /> }
        }
        _ => html! { <ul class="divide-y divide-base-300/60">{ for read.items.iter().map(row) }</ul> },
    };
    let states = [
        ("", l.delivery_all()),
        ("waiting", l.delivery_waiting()),
        ("done", l.delivery_done()),
        ("parked", l.delivery_parked()),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let onpick = {
        let wanted = wanted.clone();
        Callback::from(move |v: String| wanted.set(v))
    };
    let more = {
        let (load, next) = (load.clone(), read.next.clone());
        Callback::from(move |_: MouseEvent| load.emit(next.clone()))
    };
    html! { <Card title={l.hook_deliveries()} extra={select("state", l.hook_deliveries(), &states, &wanted, "select-sm w-28", onpick)}>{ body }if read.next.is_some() { <div class="p-3"><button class="btn btn-sm btn-ghost" onclick={more}>{ l.load_more() }</button></div> }</Card> }
}

fn state_words(l: Lang, state: &str) -> (&'static str, &'static str) {
    match state {
        "done" => ("success", l.delivery_done()),
        "parked" => ("error", l.delivery_parked()),
        _ => ("info", l.delivery_waiting()),
    }
}

/// What it was about: the kind of change, and the record with the way to it.
fn what(l: Lang, session: &Session, d: &Record) -> Html {
    let kind = text(d, "type");
    let word = match kind {
        "ping" => return html! { l.delivery_ping() },
        "rule.fired" => l.delivery_rule().to_owned(),
        _ => {
            let (one, verb) = kind.split_once('.').unwrap_or((kind, ""));
            let plural = OBJECTS.iter().find(|(_, o)| *o == one).map_or(text(d, "object"), |(plural, _)| plural);
            let label = session.object(plural).map_or_else(|| one.to_owned(), |o| o.label.clone());
            let verb = match verb {
                "created" => l.verb_created(),
                "updated" => l.verb_updated(),
                "archived" => l.verb_archived(),
                "restored" => l.verb_restored(),
                other => other,
            };
            format!("{label} · {verb}")
        }
    };
    let to = Route::record(text(d, "object"), text(d, "record_id"));
    html! { <>{ word }if !text(d, "title").is_empty() { { " · " }<Link<Route> {to} classes="font-medium hover:text-primary hover:underline">{ text(d, "title") }</Link<Route>> }</> }
}

fn tries(l: Lang, d: &Record, clock: &Clock) -> String {
    let attempts = int(d, "attempts").unwrap_or(0);
    let mut parts = Vec::new();
    match (text(d, "state"), attempts) {
        (_, 0) => {}
        ("done", 1) => parts.push(l.delivery_once().to_owned()),
        (_, n) => parts.push(l.delivery_tries(n)),
    }
    parts.extend(int(d, "status").map(|s| l.delivery_answer(s)));
    if attempts > 0 && text(d, "state") == "waiting" && !text(d, "next_at").is_empty() {
        parts.push(l.delivery_next(&format::moment(l, text(d, "next_at"), clock)));
    }
    parts.join(" · ")
}

/// What was sent: each field before and after, or the message.
fn values(l: Lang, session: &Session, d: &Record) -> Html {
    let document = |key: &str| d.get(key).and_then(Value::as_object);
    let (old, new) = (document("old"), document("new"));
    let inner = if !text(d, "message").is_empty() {
        html! { <p class="rounded-lg bg-base-200 px-3 py-2">{ text(d, "message") }</p> }
    } else if old.is_none() && new.is_none() {
        if text(d, "type") == "ping" {
            return html! {};
        }
        html! { <p class="text-base-content/70">{ l.delivery_hidden() }</p> }
    } else {
        let keys: BTreeSet<&String> =
            old.into_iter().flatten().chain(new.into_iter().flatten()).map(|(k, _)| k).collect();
        let meta = session.object(text(d, "object"));
        let cell = |doc: Option<&Record>, key: &str| match doc.and_then(|m| m.get(key)) {
            None | Some(Value::Null) => "—".to_owned(),
            Some(Value::String(s)) => s.clone(),
            Some(v) => v.to_string(),
        };
        let rows = keys.into_iter().map(|key| {
            let label = meta.and_then(|m| m.field(key)).map_or_else(|| key.clone(), |f| f.label.clone());
            html! { <tr class="border-t border-base-300/60"><th scope="row" class="py-1 pr-3 text-left font-normal text-base-content/75">{ label }</th><td class="max-w-40 break-words py-1 pr-3">{ cell(old, key) }</td><td class="max-w-40 break-words py-1">{ cell(new, key) }</td></tr> }
        });
        html! { <div class="overflow-x-auto"><table class="w-full text-xs"><thead><tr class="text-base-content/70"><th scope="col" class="pr-3 text-left font-normal">{ l.delivery_field() }</th><th scope="col" class="pr-3 text-left font-normal">{ l.delivery_old() }</th><th scope="col" class="text-left font-normal">{ l.delivery_new() }</th></tr></thead><tbody>{ for rows }</tbody></table></div> }
    };
    html! { <details class="mt-1 text-xs"><summary class="w-fit cursor-pointer py-1 text-primary">{ l.delivery_values() }</summary><div class="pt-1">{ inner }</div></details> }
}
