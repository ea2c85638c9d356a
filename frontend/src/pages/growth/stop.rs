//! Marking a customer in which nothing more is to be invested, and reporting an urgent need.

use super::words;
use crate::browser;
use crate::data::http::{ApiError, Request};
use crate::data::once::Once;
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::use_lang;
use crate::ui::field::{Field, Input};
use crate::ui::overlay::{Dialog, use_leave};
use crate::ui::toast::use_toaster;
use crate::ui::{icon, spinner};
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct StopProps {
    /// The customer's record.
    pub(crate) customer: Value,
    pub(crate) onchange: Callback<()>,
}

#[derive(Clone, Copy, PartialEq)]
enum Asking {
    Stop,
    Urgent,
}

/// Both buttons, and what says that a customer is marked.
#[component]
pub(crate) fn Stop(p: &StopProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let asking = use_state_eq(|| None::<Asking>);
    let (text, note) = (use_state_eq(String::new), use_state_eq(String::new));
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let once = use_memo((), |()| Once::default());
    let id = words(&p.customer, "id").to_owned();
    let version = p.customer.get("version").and_then(Value::as_i64);
    let stopped = p.customer.get("invest_stopped").and_then(Value::as_bool) == Some(true);
    let may = |object: &str, action: &str| session.object(object).is_some_and(|o| o.may(action));
    let send = {
        let (asking, error, busy, id, onchange) =
            (asking.clone(), error.clone(), busy.clone(), id.clone(), p.onchange.clone());
        move |request: Request, said: Box<dyn FnOnce(&Value) -> String>, once: Option<Rc<Once>>| {
            let (asking, error, busy, toaster, id, onchange) =
                (asking.clone(), error.clone(), busy.clone(), toaster.clone(), id.clone(), onchange.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = request.json::<Value>().await;
                if let Some(once) = once {
                    once.end(answer.is_ok())
                }
                match answer {
                    Ok(v) => {
                        invalidate(&format!("/customers/{id}"));
                        for list in ["/customers", "/cadence", "/tasks", "/basic-service", "/scores/segments"] {
                            invalidate(list);
                        }
                        toaster.ok(said(&v));
                        asking.set(None);
                        onchange.emit(())
                    }
                    Err(e) => error.set(Some(e)),
                }
                busy.set(false);
            })
        }
    };
    let mark = |on: bool| {
        let (send, id, text) = (send.clone(), id.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            let reason = Some((*text).clone()).filter(|t| on && !t.trim().is_empty());
            let body = json!({ "invest_stopped": on, "invest_stop_reason": reason });
            let said = if on { l.stop_done() } else { l.stop_undone() };
            let request = Request::patch(format!("/customers/{id}"), body).if_match(version);
            send(request, Box::new(move |_| said.to_owned()), None)
        })
    };
    let report = {
        let (send, id, text, note) = (send.clone(), id.clone(), text.clone(), note.clone());
        Callback::from(move |_: MouseEvent| {
            let note = Some((*note).clone()).filter(|t| !t.trim().is_empty());
            let body = json!({ "need": *text, "note": note });
            let Some(key) = once.begin(&body) else { return };
            let said = move |v: &Value| match v.get("shared").and_then(Value::as_bool) {
                Some(true) => l.urgent_shared(words(v, "owner_name")),
                _ => l.urgent_sent(words(v, "owner_name")),
            };
            let request = Request::create_as(key, format!("/customers/{id}/urgent-needs"), body);
            send(request, Box::new(said), Some(once.clone()))
        })
    };
    let open = |what: Asking| {
        let (asking, text, note, error) = (asking.clone(), text.clone(), note.clone(), error.clone());
        Callback::from(move |_: MouseEvent| {
            text.set(String::new());
            note.set(String::new());
            error.set(None);
            asking.set(Some(what))
        })
    };
    let close = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(None))
    };
    let typed = !text.trim().is_empty() || !note.trim().is_empty();
    let (leave, question) = use_leave(asking.is_some() && typed, close);
    let wrong = |field: &str| {
        let found = error.as_ref().and_then(|e| e.errors.iter().find(|x| x.field == field));
        found.map(|x| AttrValue::from(x.message.clone()))
    };
    let into = |s: &UseStateHandle<String>| {
        let s = s.clone();
        Callback::from(move |v: String| s.set(v))
    };
    let footer = |act: Callback<MouseEvent>, label: &'static str| html! { <><button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button><button type="button" class="btn btn-sm btn-primary" data-testid="confirm" disabled={*busy} onclick={act}>if *busy { { spinner() } }{ label }</button></> };
    let other = || html! { if let Some(e) = (*error).as_ref().filter(|e| e.errors.is_empty()) { <p class="mt-2 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> } };
    let since = format::date(l, words(&p.customer, "invest_stopped_on"), &browser::clock());
    html! { <>
        if may("tasks", "create") { <button class="btn btn-sm" data-testid="urgent" onclick={open(Asking::Urgent)}>{ icon("zap", "size-4") }{ l.urgent() }</button> }
        if !stopped && may("customers", "update") { <button class="btn btn-sm btn-ghost" data-testid="stop" onclick={open(Asking::Stop)}>{ icon("pause", "size-4") }{ l.stop_mark() }</button> }
        if stopped { <div class="flex w-full flex-wrap items-center justify-between gap-2 rounded-box border border-warning/40 bg-warning/10 px-4 py-2.5 text-[13px]" data-testid="stopped"><span class="min-w-0"><b class="block font-medium">{ l.stop_since(&since) }</b><span class="text-xs text-base-content/70">{ if words(&p.customer, "invest_stop_reason").is_empty() { l.stop_body() } else { words(&p.customer, "invest_stop_reason") } }</span></span>if may("customers", "update") { <button class="btn btn-sm" data-testid="resume" disabled={*busy} onclick={mark(false)}>{ l.stop_undo() }</button> }</div> }
        if *asking == Some(Asking::Stop) { <Dialog title={l.stop_title()} onclose={leave.clone()} footer={footer(mark(true), l.stop_mark())}><p class="mb-3 text-[13px]">{ l.stop_body() }</p><Field label={l.stop_reason()} error={wrong("invest_stop_reason")}><Input name="reason" value={(*text).clone()} oninput={into(&text)} /></Field>{ other() }</Dialog> }
        if *asking == Some(Asking::Urgent) { <Dialog title={l.urgent()} onclose={leave.clone()} footer={footer(report, l.urgent())}><Field label={l.urgent_what()} error={wrong("need")}><Input name="need" value={(*text).clone()} oninput={into(&text)} invalid={wrong("need").is_some()} /></Field><Field label={l.urgent_note()} error={wrong("note")}><Input name="note" value={(*note).clone()} oninput={into(&note)} /></Field>{ other() }</Dialog> }
        { question }
    </> }
}
