//! Writing a segment: its name, its condition, and what to do with its customers.

use super::{num, words};
use crate::data::http::{ApiError, Request};
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::data::types::FieldMeta;
use crate::i18n::use_lang;
use crate::record::filter_panel::Builder;
use crate::record::input::FieldInput;
use crate::record::value::Refs;
use crate::ui::field::{Field, Input, Toggle, select};
use crate::ui::overlay::{Confirm, Drawer, use_leave};
use crate::ui::spinner;
use crate::ui::toast::use_toaster;
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct TargetFormProps {
    /// As the report shows it; without an id it is a new one.
    pub(crate) segment: Value,
    pub(crate) refs: Rc<Refs>,
    pub(crate) onclose: Callback<()>,
}

fn start(s: &Value) -> Value {
    json!({
        "name": words(s, "name"),
        "purpose": Some(words(s, "purpose")).filter(|p| !p.is_empty()).unwrap_or("other"),
        "definition": s.get("definition"),
        "strategy": s.get("strategy"),
        "target": s.get("target").and_then(Value::as_bool).unwrap_or(true),
        "coverage_goal": num(s, "goal"),
    })
}

/// The drawer.
#[component]
pub(crate) fn TargetForm(p: &TargetFormProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let draft = use_state_eq(|| start(&p.segment));
    let began = use_memo((), |()| start(&p.segment));
    let (leave, leaving) = use_leave(*draft != *began, p.onclose.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let asking = use_state_eq(|| false);
    let id = Some(words(&p.segment, "segment_id").to_owned()).filter(|id| !id.is_empty());
    let version = p.segment.get("version").and_then(Value::as_i64);
    let put = |key: &'static str| {
        let draft = draft.clone();
        Callback::from(move |v: Value| {
            let mut next = (*draft).clone();
            next[key] = v;
            draft.set(next)
        })
    };
    let finish = {
        let (error, busy, toaster, close) = (error.clone(), busy.clone(), toaster, p.onclose.clone());
        move |request: Request, said: &'static str| {
            let (error, busy, toaster, close) = (error.clone(), busy.clone(), toaster.clone(), close.clone());
            busy.set(true);
            spawn_local(async move {
                match request.text().await {
                    Ok(_) => {
                        invalidate("/segments");
                        invalidate("/scores/segments");
                        toaster.ok(said);
                        close.emit(())
                    }
                    Err(e) => error.set(Some(e)),
                }
                busy.set(false);
            })
        }
    };
    let save = {
        let (draft, finish, id) = (draft.clone(), finish.clone(), id.clone());
        Callback::from(move |_: MouseEvent| {
            let body = (*draft).clone();
            let request = match &id {
                Some(id) => Request::patch(format!("/segments/{id}"), body).if_match(version),
                None => Request::create("/segments", body),
            };
            finish(request, l.target_saved())
        })
    };
    let remove = id.clone().map(|id| {
        let finish = finish.clone();
        Callback::from(move |()| {
            finish(Request::delete(format!("/segments/{id}")).if_match(version), l.target_removed())
        })
    });
    let ask = |on: bool| {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(on))
    };
    let wrong = |field: &str| {
        let found = error.as_ref().and_then(|e| e.errors.iter().find(|x| x.field.starts_with(field)));
        found.map(|x| AttrValue::from(x.message.clone()))
    };
    let purposes: Vec<(String, String)> = session
        .object("segments")
        .and_then(|o| o.field("purpose"))
        .map(|f| f.choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect())
        .unwrap_or_default();
    let text = |key: &str| draft.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let field = |key: &str, kind: &str| FieldMeta { key: key.into(), kind: kind.into(), ..FieldMeta::default() };
    let definition = draft.get("definition").cloned().filter(|d| !d.is_null());
    let may_remove = session.object("segments").is_some_and(|o| o.may("archive"));
    let footer = html! { <>
    if id.is_some() && may_remove { <button type="button" class="btn btn-sm btn-ghost mr-auto" disabled={*busy} onclick={ask(true).reform(|_: MouseEvent| ())}>{ l.target_remove() }</button> }
    <button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
    <button type="button" class="btn btn-sm btn-primary" data-testid="target-save" disabled={*busy} onclick={save}>if *busy { { spinner() } }{ l.save() }</button></> };
    html! { <><Drawer title={if id.is_some() { l.target_edit() } else { l.target_new() }} onclose={leave} {footer} wide=true>
        <div class="grid grid-cols-1 gap-x-3 sm:grid-cols-2">
            <Field label={l.target_name()} error={wrong("name")}><Input name="name" value={text("name")} oninput={put("name").reform(|v: String| json!(v))} invalid={wrong("name").is_some()} /></Field>
            <Field label={l.target_purpose()} error={wrong("purpose")}>{ select("purpose", l.target_purpose(), &purposes, &text("purpose"), "w-full", put("purpose").reform(|v: String| json!(v))) }</Field>
        </div>
        <Field label={l.target_condition()} error={wrong("definition")}><div class="rounded-xl border border-base-300 p-1.5" data-testid="condition">if let Some(meta) = session.object("customers") { <Builder meta={meta.clone()} filter={definition} refs={p.refs.clone()} onchange={put("definition").reform(|f: Option<Value>| f.unwrap_or(Value::Null))} /> }</div></Field>
        <Field label={l.target_strategy()} error={wrong("strategy")}><FieldInput field={field("strategy", "long_text")} value={draft.get("strategy").cloned().unwrap_or_default()} onchange={put("strategy")} /></Field>
        <div class="grid grid-cols-1 items-center gap-3 sm:grid-cols-2"><Field label={l.target_goal()} error={wrong("coverage_goal")}><FieldInput field={field("coverage_goal", "number")} value={draft.get("coverage_goal").cloned().unwrap_or_default()} onchange={put("coverage_goal")} invalid={wrong("coverage_goal").is_some()} /></Field>
            <Toggle on={draft.get("target").and_then(Value::as_bool) == Some(true)} onchange={put("target").reform(|on: bool| json!(on))} label={l.target_is()} /></div>
        if let Some(e) = (*error).as_ref().filter(|e| e.errors.is_empty()) { <p class="mt-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
    </Drawer>{ leaving }
    if let Some(onyes) = remove.filter(|_| *asking) { <Confirm title={l.target_remove()} body={l.target_remove_body()} action={l.target_remove()} danger=true {onyes} onclose={ask(false)} /> }</> }
}
