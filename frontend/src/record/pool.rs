//! Giving records to the public pool, taking them out, and what came of it row by row.

use super::save::changed;
use super::value::Refs;
use crate::data::http::{ApiError, Request, random_key};
use crate::data::query::invalidate;
use crate::data::types::{Record, text};
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Field, select, value_of};
use crate::ui::overlay::{Dialog, use_leave};
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{icon, spinner};
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Rows in one request.
const PART: usize = 200;

/// What came of a request of many rows: ids that went well, and names with the reason of those that did not.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Came {
    pub(crate) good: Vec<String>,
    pub(crate) bad: Vec<(String, String)>,
}

/// Sends rows to `/pool/customers/VERB` in parts; `more` goes along with each. A lost answer is asked for again under
/// the same key.
pub(crate) async fn send(verb: &str, rows: &[(String, String)], more: Value) -> Result<Came, ApiError> {
    let mut came = Came::default();
    for part in rows.chunks(PART) {
        let mut body = more.clone();
        body["ids"] = part.iter().map(|r| r.0.as_str()).collect::<Vec<_>>().into();
        let path = format!("/pool/customers/{verb}");
        let answer = Request::create_as(random_key(), path, body).json::<Value>().await?;
        let results = answer.get("results").and_then(Value::as_array).cloned().unwrap_or_default();
        for ((id, name), result) in part.iter().zip(results) {
            match result.get("error").filter(|e| !e.is_null()) {
                None => came.good.push(id.clone()),
                Some(e) => {
                    let why = e.get("detail").and_then(Value::as_str).unwrap_or_default();
                    came.bad.push((name.clone(), why.to_owned()));
                }
            }
        }
    }
    moved();
    Ok(came)
}

/// What shows customers is read again.
pub(crate) fn moved() {
    changed("customers");
    for also in ["/pool", "/my_day", "/contacts"] {
        invalidate(also);
    }
}

/// Names with the reason why nothing came of them.
pub(crate) fn came_dialog(l: Lang, came: &Came, onclose: Callback<()>) -> Html {
    html! {
        <Dialog title={l.pool_results()} {onclose}>
            <p class="mb-2 text-base-content/75">{ l.pool_results_body(came.good.len(), came.bad.len()) }</p>
            <ul class="max-h-80 divide-y divide-base-300/60 overflow-y-auto text-[13px]" data-testid="pool-results">{ for came.bad.iter().enumerate().map(|(i, (name, why))| html! { <li key={i} class="py-2"><b class="block truncate font-medium">{ name }</b><span class="text-base-content/75">{ why }</span></li> }) }</ul>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ReleaseProps {
    pub(crate) rows: Vec<Rc<Record>>,
    /// Called when it is done, with whether anything was given away.
    pub(crate) onclose: Callback<bool>,
}

/// Asks why, and gives the records to the pool.
#[component]
pub(crate) fn ReleaseDialog(p: &ReleaseProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let reason = use_state_eq(|| "returned".to_owned());
    let note = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    let error = use_state_eq(|| None::<String>);
    let came = use_state_eq(|| None::<Came>);
    let named: Vec<(String, String)> =
        p.rows.iter().map(|r| (text(r, "id").to_owned(), text(r, "name").to_owned())).collect();
    let unsaved = came.is_none() && (!note.trim().is_empty() || *reason != "returned");
    let (leave, asking) = use_leave(unsaved, p.onclose.reform(|()| false));
    if let Some(c) = &*came {
        return came_dialog(l, c, p.onclose.reform(|()| true));
    }
    let options = [
        ("returned".to_owned(), l.pool_reason_returned().to_owned()),
        ("no_follow_up".to_owned(), l.pool_reason_no_follow_up().to_owned()),
        ("owner_left".to_owned(), l.pool_reason_owner_left().to_owned()),
    ];
    let onreason = {
        let reason = reason.clone();
        Callback::from(move |v: String| reason.set(v))
    };
    let onnote = {
        let note = note.clone();
        Callback::from(move |e: InputEvent| note.set(value_of(&e)))
    };
    let onclick = {
        let (named, reason, note, busy, error, came, done) =
            (named.clone(), reason.clone(), note.clone(), busy.clone(), error.clone(), came.clone(), p.onclose.clone());
        Callback::from(move |_: MouseEvent| {
            let more = json!({ "reason": *reason, "note": note.trim() });
            let (named, busy, error, came, done, toaster) =
                (named.clone(), busy.clone(), error.clone(), came.clone(), done.clone(), toaster.clone());
            let taken_back = *reason == "returned";
            busy.set(true);
            spawn_local(async move {
                let sent = send("release", &named, more).await;
                busy.set(false);
                match sent {
                    Ok(c) => {
                        say_released(l, &toaster, &named, &c, taken_back);
                        if c.bad.is_empty() { done.emit(true) } else { came.set(Some(c)) }
                    }
                    Err(e) => error.set(Some(e.text(l))),
                }
            });
        })
    };
    let title = match named.as_slice() {
        [one] => l.pool_release_one(&one.1),
        many => l.pool_release_n(many.len()),
    };
    html! { <>
        <Dialog {title} onclose={leave} footer={html! { <button type="button" class="btn btn-sm btn-primary" data-testid="release-do" disabled={*busy} {onclick}>if *busy { { spinner() } }{ l.pool_release() }</button> }}>
            <p class="mb-3 text-[13px] text-base-content/75">{ l.pool_release_body() }</p>
            if let Some(e) = &*error { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e }</p> }
            <Field label={l.pool_reason_label()}>{ select("reason", l.pool_reason_label(), &options, &reason, "w-full", onreason) }</Field>
            <Field label={l.pool_note()}><textarea name="note" rows="3" maxlength="300" class="textarea w-full" placeholder={l.pool_note_hint()} value={(*note).clone()} oninput={onnote} /></Field>
        </Dialog>{ asking }
    </> }
}

/// Says what was given away; what was given back by hand can be taken back at once.
fn say_released(l: Lang, toaster: &Toaster, named: &[(String, String)], c: &Came, taken_back: bool) {
    let rows: Vec<(String, String)> = named.iter().filter(|(id, _)| c.good.contains(id)).cloned().collect();
    let said = match rows.as_slice() {
        [] => return,
        [one] => l.pool_released(&one.1),
        many => l.pool_released_n(many.len()),
    };
    if !taken_back {
        toaster.ok(said);
        return;
    }
    let again = toaster.clone();
    toaster.undo(
        said,
        Callback::from(move |()| {
            let (rows, again) = (rows.clone(), again.clone());
            spawn_local(async move {
                match send("claim", &rows, json!({})).await {
                    Ok(c) => match c.bad.first() {
                        None => again.ok(l.pool_taken_back()),
                        Some((_, why)) => again.err(why.clone()),
                    },
                    Err(e) => again.err(e.text(l)),
                }
            });
        }),
    );
}

/// A line under the head of a customer that is in the pool, with whom the first contact is due, or who waits for an answer.
pub(super) fn standing(l: Lang, record: &Record, refs: &Refs, clock: &Clock) -> Html {
    let moment = |key: &str| format::moment(l, text(record, key), clock);
    if !text(record, "pooled_at").is_empty() {
        let from = match refs.get(text(record, "pool_from_id")) {
            Some(who) => l.pool_from(who),
            None => l.pool_from_nobody().to_owned(),
        };
        let note = text(record, "pool_note");
        return html! { <p data-testid="in-pool" class="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-info/30 bg-info/10 px-3 py-2 text-[13px]">{ icon("handshake", "size-4") }<b class="font-medium">{ l.pool_in_pool() }</b><span>{ l.pool_since(&moment("pooled_at")) }</span><span>{ from }</span>if !note.is_empty() { <span class="min-w-0 wrap-anywhere text-base-content/75">{ note }</span> }</p> };
    }
    if !text(record, "touch_due_at").is_empty() {
        return html! { <p data-testid="touch-due" class="mb-4 flex items-center gap-2 rounded-lg border border-warning/30 bg-warning/10 px-3 py-2 text-[13px]">{ icon("alarm-clock", "size-4") }{ l.touch_until(&moment("touch_due_at")) }</p> };
    }
    if !text(record, "unanswered_at").is_empty() {
        return html! { <p data-testid="waiting" class="mb-4 flex items-center gap-2 rounded-lg border border-warning/30 bg-warning/10 px-3 py-2 text-[13px]">{ icon("message-square", "size-4") }{ l.waiting_since(&moment("unanswered_at")) }</p> };
    }
    html! {}
}
