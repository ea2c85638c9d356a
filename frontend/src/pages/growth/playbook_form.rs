//! Writing a playbook: for whom, how it starts, its tasks.

use super::playbook_page::{KINDS, kind_label};
use super::{list, words};
use crate::data::http::{ApiError, Request};
use crate::data::query::invalidate;
use crate::data::session::use_session;
use crate::i18n::use_lang;
use crate::record::link::{Choice, LinkPicker};
use crate::ui::field::{Field, Input, Toggle, select};
use crate::ui::overlay::{Drawer, use_leave};
use crate::ui::toast::use_toaster;
use crate::ui::{icon, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct PlaybookFormProps {
    /// None for a new one.
    pub(crate) playbook: Option<Value>,
    pub(crate) version: i64,
    pub(crate) onclose: Callback<()>,
}

fn start(p: Option<&Value>) -> Value {
    let Some(p) = p else {
        return json!({ "title": "", "aim": "", "fits": { "kind": "profile", "value": "price_sensitive" }, "starts": "by_hand", "active": true,
            "tasks": [{ "title": "", "note": "", "days": 3, "priority": "normal", "doer": "owner", "repeat": null }] });
    };
    let tasks: Vec<Value> = list(p, "tasks").iter().map(|t| json!({ "title": words(t, "title"), "note": words(t, "note"), "days": t.get("days"), "priority": words(t, "priority"), "doer": words(t, "doer_key"), "repeat": t.get("repeat") })).collect();
    json!({ "title": words(p, "title"), "aim": words(p, "aim"), "fits": p.get("fits"), "starts": words(p, "starts"), "active": p.get("active"), "tasks": tasks })
}

/// The drawer.
#[component]
pub(crate) fn PlaybookForm(p: &PlaybookFormProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let draft = use_state_eq(|| start(p.playbook.as_ref()));
    let began = use_memo((), |()| start(p.playbook.as_ref()));
    let (leave, asking) = use_leave(*draft != *began, p.onclose.clone());
    let tag = use_state_eq(|| None::<Choice>);
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let key = p.playbook.as_ref().map(|b| words(b, "key").to_owned());
    let set = |path: String| {
        let draft = draft.clone();
        Callback::from(move |v: String| {
            let mut next = (*draft).clone();
            if let Some(place) = next.pointer_mut(&path) {
                *place = if path.ends_with("/days") {
                    v.trim().parse::<u16>().map_or(Value::Null, |n| json!(n))
                } else if path.ends_with("/repeat") {
                    if v.is_empty() { Value::Null } else { json!(v) }
                } else {
                    json!(v)
                };
            }
            draft.set(next)
        })
    };
    let become_ = |next: Value| {
        let draft = draft.clone();
        Callback::from(move |_: MouseEvent| draft.set(next.clone()))
    };
    let finish = {
        let (error, busy, toaster, close) = (error.clone(), busy.clone(), toaster.clone(), p.onclose.clone());
        move |request: Request, said: &'static str| {
            let (error, busy, toaster, close) = (error.clone(), busy.clone(), toaster.clone(), close.clone());
            busy.set(true);
            spawn_local(async move {
                match request.text().await {
                    Ok(_) => {
                        invalidate("/playbooks");
                        invalidate("/customers/");
                        toaster.ok(said);
                        close.emit(())
                    }
                    Err(e) => error.set(Some(e)),
                }
                busy.set(false);
            })
        }
    };
    let version = p.version;
    let save = {
        let (draft, finish, key) = (draft.clone(), finish.clone(), key.clone());
        Callback::from(move |_: MouseEvent| {
            finish(
                match &key {
                    Some(key) => Request::put(format!("/playbooks/{key}"), (*draft).clone()).if_match(Some(version)),
                    None => Request::create("/playbooks", (*draft).clone()),
                },
                l.playbook_saved(),
            )
        })
    };
    let reset = key
        .filter(|_| p.playbook.as_ref().is_some_and(|b| b.get("changed").and_then(Value::as_bool) == Some(true)))
        .map(|key| {
            let finish = finish.clone();
            Callback::from(move |_: MouseEvent| {
                finish(Request::delete(format!("/playbooks/{key}")).if_match(Some(version)), l.playbook_saved())
            })
        });
    let shipped = p.playbook.as_ref().is_some_and(|b| b.get("shipped").and_then(Value::as_bool) == Some(true));
    let wrong = |field: &str| {
        error
            .as_ref()
            .and_then(|e| e.errors.iter().find(|x| x.field == field))
            .map(|x| AttrValue::from(x.message.clone()))
    };
    let text = |label: &'static str, path: &str, field: String| {
        let value = draft
            .pointer(path)
            .map(|v| v.as_str().map_or_else(|| v.as_u64().map(|n| n.to_string()).unwrap_or_default(), str::to_owned))
            .unwrap_or_default();
        html! { <Field {label} error={wrong(&field)}><Input name={field.clone()} {value} oninput={set(path.to_owned())} invalid={wrong(&field).is_some()} /></Field> }
    };
    let choices = |object: &str, field: &str| -> Vec<(String, String)> {
        session
            .object(object)
            .and_then(|o| o.field(field))
            .map(|f| f.choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect())
            .unwrap_or_default()
    };
    let pairs = |list: &[(&str, &'static str)]| -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let kind = draft.pointer("/fits/kind").and_then(Value::as_str).unwrap_or("any").to_owned();
    let values = match kind.as_str() {
        "dimension" => choices("playbook_runs", "dimension"),
        "stage" => choices("customers", "lifecycle_stage"),
        "profile" => choices("customers", "profile_type"),
        "segment" => pairs(&[
            ("high_value", l.pick("高价值客户", "High value")),
            ("potential", l.pick("潜力客户", "Potential")),
            ("sleeping", l.pick("沉睡客户", "Sleeping")),
        ]),
        "sign" => pairs(&[
            ("win_back", l.pick("重要客户可能流失", "Of value and probably gone")),
            ("churn", l.pick("高流失风险", "High churn risk")),
            ("health", l.pick("健康预警", "Health alert")),
            ("recall", l.pick("复购偏少", "Buys again too rarely")),
            ("browsed", l.pick("多次浏览未下单", "Viewed often, not ordered")),
        ]),
        _ => Vec::new(),
    };
    let onkind = {
        let draft = draft.clone();
        let first: Vec<(&'static str, &'static str)> = vec![
            ("dimension", "security"),
            ("stage", "growth"),
            ("profile", "price_sensitive"),
            ("segment", "high_value"),
            ("sign", "health"),
        ];
        Callback::from(move |k: String| {
            let mut next = (*draft).clone();
            let value = first.iter().find(|(key, _)| *key == k).map(|(_, v)| *v);
            next["fits"] = json!({ "kind": k, "value": value, "band": (k == "dimension").then_some("weak") });
            draft.set(next)
        })
    };
    let ontag = {
        let (draft, tag) = (draft.clone(), tag.clone());
        Callback::from(move |c: Option<Choice>| {
            let mut next = (*draft).clone();
            next["fits"]["value"] = json!(c.as_ref().map(|c| c.0.clone()));
            draft.set(next);
            tag.set(c)
        })
    };
    let kinds: Vec<(String, String)> = KINDS.iter().map(|k| ((*k).to_owned(), kind_label(l, k).to_owned())).collect();
    let at = |path: &str| draft.pointer(path).and_then(Value::as_str).unwrap_or("").to_owned();
    let doers = pairs(&[
        ("owner", l.doer_owner()),
        ("manager", l.doer_manager()),
        ("technical", l.doer_technical()),
        ("service", l.doer_service()),
    ]);
    let mut repeats = vec![(String::new(), l.task_once().to_owned())];
    repeats.extend(
        choices("tasks", "repeat")
            .into_iter()
            .filter(|(k, _)| matches!(k.as_str(), "weekly" | "monthly" | "quarterly")),
    );
    let tasks = list(&draft, "tasks").len();
    let without = |i: usize| {
        let mut next = (*draft).clone();
        if let Some(list) = next.get_mut("tasks").and_then(Value::as_array_mut) {
            list.remove(i);
        }
        next
    };
    let with_one = {
        let mut next = (*draft).clone();
        if let Some(list) = next.get_mut("tasks").and_then(Value::as_array_mut) {
            list.push(
                json!({ "title": "", "note": "", "days": 7, "priority": "normal", "doer": "owner", "repeat": null }),
            );
        }
        next
    };
    let active = draft.get("active").and_then(Value::as_bool).unwrap_or(true);
    let onactive = {
        let draft = draft.clone();
        Callback::from(move |on: bool| {
            let mut next = (*draft).clone();
            next["active"] = json!(on);
            draft.set(next)
        })
    };
    let footer = html! { <>
    if let Some(reset) = reset { <button type="button" class="btn btn-sm btn-ghost mr-auto" data-testid="playbook-reset" disabled={*busy} onclick={reset}>{ if shipped { l.playbook_reset() } else { l.playbook_remove() } }</button> }
    <button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button>
    <button type="button" class="btn btn-sm btn-primary" data-testid="playbook-save" disabled={*busy} onclick={save}>if *busy { { spinner() } }{ l.save() }</button></> };
    html! { <><Drawer title={if p.playbook.is_some() { l.playbook_edit() } else { l.playbook_new() }} onclose={leave} {footer} wide=true>
        { text(l.pb_title(), "/title", "title".to_owned()) }
        { text(l.pb_aim(), "/aim", "aim".to_owned()) }
        <div class="grid grid-cols-1 gap-x-3 sm:grid-cols-3">
            <Field label={l.pb_fits()} error={wrong("fits.kind")}>{ select("fits.kind", l.pb_fits(), &kinds, &kind, "w-full", onkind) }</Field>
            if kind == "preference" { <Field label={l.pb_which()} error={wrong("fits.value")}><LinkPicker object="tags" value={(*tag).clone()} onchange={ontag} name="fits.value" /></Field> }
            if !values.is_empty() { <Field label={l.pb_which()} error={wrong("fits.value")}>{ select("fits.value", l.pb_which(), &values, &at("/fits/value"), "w-full", set("/fits/value".to_owned())) }</Field> }
            if kind == "dimension" { <Field label={l.pb_band()} error={wrong("fits.band")}>{ select("fits.band", l.pb_band(), &choices("playbook_runs", "band"), &at("/fits/band"), "w-full", set("/fits/band".to_owned())) }</Field> }
        </div>
        <div class="mb-3 grid grid-cols-1 items-center gap-3 sm:grid-cols-2"><Field label={l.pb_starts()}>{ select("starts", l.pb_starts(), &pairs(&[("by_hand", l.started_by_hand()), ("automatic", l.started_by_itself())]), &at("/starts"), "w-full", set("/starts".to_owned())) }</Field>
            <Toggle on={active} onchange={onactive} label={l.pb_active()} /></div>
        <h3 class="mb-2 text-[13px] font-semibold">{ l.pb_tasks() }</h3>
        if let Some(text) = wrong("tasks") { <p class="mb-2 text-xs text-error" role="alert">{ text }</p> }
        { for (0..tasks).map(|i| html! { <div key={i} class="mb-3 rounded-xl border border-base-300 p-3" data-testid="task">
            <div class="flex items-start gap-2"><div class="min-w-0 flex-1">{ text(l.pb_task_title(), &format!("/tasks/{i}/title"), format!("tasks[{i}].title")) }</div>if tasks > 1 { <button type="button" class="btn btn-ghost btn-sm btn-square mt-6" aria-label={l.remove(l.pb_tasks())} onclick={become_(without(i))}>{ icon("trash-2", "size-4") }</button> }</div>
            { text(l.pb_task_note(), &format!("/tasks/{i}/note"), format!("tasks[{i}].note")) }
            <div class="grid grid-cols-2 gap-x-3 sm:grid-cols-4">{ text(l.pb_task_days(), &format!("/tasks/{i}/days"), format!("tasks[{i}].days")) }
                <Field label={l.pb_task_doer()}>{ select(&format!("tasks[{i}].doer"), l.pb_task_doer(), &doers, &at(&format!("/tasks/{i}/doer")), "w-full", set(format!("/tasks/{i}/doer"))) }</Field>
                <Field label={l.pb_priority()}>{ select(&format!("tasks[{i}].priority"), l.pb_priority(), &choices("tasks", "priority"), &at(&format!("/tasks/{i}/priority")), "w-full", set(format!("/tasks/{i}/priority"))) }</Field>
                <Field label={l.task_repeats()} error={wrong(&format!("tasks[{i}].repeat"))}>{ select(&format!("tasks[{i}].repeat"), l.task_repeats(), &repeats, &at(&format!("/tasks/{i}/repeat")), "w-full", set(format!("/tasks/{i}/repeat"))) }</Field></div></div> }) }
        <button type="button" class="btn btn-sm" data-testid="task-add" onclick={become_(with_one)}>{ icon("plus", "size-4") }{ l.pb_add_task() }</button>
        if let Some(e) = (*error).as_ref().filter(|e| e.errors.is_empty()) { <p class="mt-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
    </Drawer>{ asking }</> }
}
