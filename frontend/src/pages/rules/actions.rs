//! What a rule does: one card per action.

use super::model::{fresh_action, list, with, word, wrong_at};
use super::people::{Recipients, one_recipient};
use crate::data::types::{FieldMeta, ObjectMeta};
use crate::i18n::{Lang, use_lang};
use crate::record::input::FieldInput;
use crate::record::link::{Choice, LinkPicker, ManyPicker};
use crate::record::value::Refs;
use crate::ui::field::{Labelled, select, value_of};
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::{cls, icon};
use serde_json::{Map, Value, json};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ActionsProps {
    pub(super) meta: ObjectMeta,
    pub(super) actions: Vec<Value>,
    pub(super) refs: Rc<Refs>,
    /// Keys and labels of roles.
    pub(super) roles: Vec<(String, String)>,
    /// Mail can be sent.
    pub(super) mail: bool,
    /// Playbooks that can be started: keys and titles.
    pub(super) playbooks: Vec<(String, String)>,
    /// Endpoints that can be called: ids and names.
    pub(super) hooks: Vec<(String, String)>,
    /// Path and message of each problem.
    pub(super) errors: Vec<(String, String)>,
    pub(super) onname: Callback<Choice>,
    pub(super) onchange: Callback<Vec<Value>>,
}

/// What an action is called, and its sign.
pub(super) fn action_words(l: Lang, kind: &str) -> (&'static str, &'static str) {
    match kind {
        "add_tag" => ("tag", l.act_tag()),
        "remove_tag" => ("tag", l.act_untag()),
        "create_task" => ("list-checks", l.act_task()),
        "set_fields" => ("pencil", l.act_set()),
        "reassign" => ("users-round", l.act_reassign()),
        "send_email" => ("mail", l.act_mail()),
        "call_webhook" => ("webhook", l.act_hook()),
        "start_playbook" => ("play", l.act_playbook()),
        "move_to_pool" => ("handshake", l.act_pool()),
        _ => ("bell", l.act_notify()),
    }
}

#[component]
pub(super) fn Actions(p: &ActionsProps) -> Html {
    let l = use_lang();
    let tagged = p.meta.field("tags").is_some() || p.meta.fields.iter().any(|f| f.kind == "tags");
    let owned = p.meta.owned;
    let kinds = [
        "notify",
        "create_task",
        "add_tag",
        "remove_tag",
        "set_fields",
        "reassign",
        "move_to_pool",
        "start_playbook",
        "send_email",
        "call_webhook",
    ]
    .into_iter()
    .filter(|k| match *k {
        "call_webhook" => !p.hooks.is_empty(),
        "start_playbook" => !p.playbooks.is_empty() && served(&p.meta),
        "add_tag" | "remove_tag" => tagged,
        "reassign" => owned,
        "move_to_pool" => p.meta.field("pooled_at").is_some(),
        "send_email" => p.mail,
        _ => true,
    });
    let add = |kind: &'static str| {
        let actions = p.actions.clone();
        let onclick = p.onchange.reform(move |_: MouseEvent| {
            let mut actions = actions.clone();
            actions.push(fresh_action(kind));
            actions
        });
        let (sign, label) = action_words(l, kind);
        menu_item(sign, label, onclick)
    };
    let none = p.actions.is_empty().then(|| wrong_at(&p.errors, "definition.actions")).flatten();
    html! { <div class="space-y-3">
        { for p.actions.iter().enumerate().map(|(i, a)| card(l, p, i, a)) }
        if let Some(text) = none { <p class="text-xs text-error" role="alert">{ text }</p> }
        <div class="w-fit" data-testid="add-action"><Popover menu=true width="sm:w-48" button_class="btn btn-sm" button={html! { <>{ icon("plus", "size-4") }{ l.act_add() }</> }}>{ for kinds.map(add) }</Popover></div>
    </div> }
}

fn card(l: Lang, p: &ActionsProps, i: usize, a: &Value) -> Html {
    let put = {
        let (actions, onchange) = (p.actions.clone(), p.onchange.clone());
        Callback::from(move |a: Option<Value>| {
            let mut actions = actions.clone();
            match a {
                Some(a) => actions[i] = a,
                None => drop(actions.remove(i)),
            }
            onchange.emit(actions)
        })
    };
    let up = {
        let actions = p.actions.clone();
        p.onchange.reform(move |_: MouseEvent| {
            let mut actions = actions.clone();
            actions.swap(i, i - 1);
            actions
        })
    };
    let (sign, label) = action_words(l, word(a, "kind"));
    let wrong = wrong_at(&p.errors, &format!("definition.actions[{i}]"));
    html! {
        <div key={format!("{i} {}", word(a, "kind"))} data-testid="action" class={cls!("rounded-xl border p-3", if wrong.is_some() { "border-error" } else { "border-base-300" })}>
            <div class="mb-2 flex items-center gap-2">{ icon(sign, "size-4 text-base-content/70") }<span class="text-[13px] font-medium">{ label }</span><span class="ml-auto flex">
                if i > 0 { <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={l.act_up(i + 1)} title={l.act_up(i + 1)} onclick={up}>{ icon("arrow-up", "size-3.5") }</button> }
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={l.act_remove(i + 1)} title={l.act_remove(i + 1)} onclick={put.reform(|_: MouseEvent| None)}>{ icon("x", "size-4") }</button></span></div>
            { body(l, p, a, &put.reform(Some)) }
            if let Some(text) = wrong { <p class="mt-2 text-xs text-error" role="alert">{ text }</p> }
        </div>
    }
}

/// Why a rule moves records to the pool.
pub(super) fn pool_reasons(l: Lang) -> [(&'static str, &'static str); 3] {
    [
        ("rule", l.act_pool_rule()),
        ("no_follow_up", l.pool_reason_no_follow_up()),
        ("owner_left", l.pool_reason_owner_left()),
    ]
}

/// A small label above a control.
/// The record is a customer or belongs to one.
fn served(meta: &ObjectMeta) -> bool {
    meta.key == "customers" || meta.field("customer_id").is_some()
}

fn labelled(label: &'static str, control: Html) -> Html {
    html! { <Labelled class="block min-w-0" words="mb-1 block text-xs text-base-content/75" label={html! { { label } }}>{ control }</Labelled> }
}

fn body(l: Lang, p: &ActionsProps, a: &Value, put: &Callback<Value>) -> Html {
    let set = |key: &'static str| {
        let a = a.clone();
        put.reform(move |v: Value| with(&a, key, v))
    };
    let number = |key: &'static str| a.get(key).and_then(Value::as_u64).map(|n| n.to_string()).unwrap_or_default();
    match word(a, "kind") {
        "add_tag" | "remove_tag" => {
            let id = word(a, "tag_id").to_owned();
            let value = (!id.is_empty()).then(|| (id.clone(), p.refs.get(&id).cloned().unwrap_or_else(|| "…".into())));
            labelled(
                l.act_tag_which(),
                html! { <LinkPicker object="tags" name="tag" {value} onchange={named(p, set("tag_id"))} /> },
            )
        }
        "create_task" => {
            let working = a.get("working").and_then(Value::as_bool).unwrap_or(false);
            let priorities = [("high", l.prio_high()), ("normal", l.prio_normal()), ("low", l.prio_low())]
                .map(|(k, v)| (k.to_owned(), v.to_owned()));
            html! { <div class="space-y-2.5">
                { text(l, p, a, "title", l.act_task_title(), false, &set("title")) }
                <div class="grid grid-cols-1 gap-3 sm:grid-cols-3">
                    { labelled(l.act_task_who(), one_recipient(l, &a["assignee"], &p.roles, served(&p.meta), &set("assignee"))) }
                    { labelled(l.act_task_due(), html! { <input type="number" min="0" name="due" class="input w-full tabular-nums" value={number("due_in_days")} oninput={set("due_in_days").reform(|e: InputEvent| value_of(&e).trim().parse::<u32>().map_or(Value::Null, Value::from))} /> }) }
                    { labelled(l.act_task_priority(), select("priority", l.act_task_priority(), &priorities, word(a, "priority"), "w-full", set("priority").reform(|v: String| json!(v)))) }
                </div>
                <label class="flex cursor-pointer items-center gap-2 text-[13px]"><input type="checkbox" class="checkbox checkbox-sm" checked={working} onchange={set("working").reform(move |_: Event| json!(!working))} />{ l.act_working() }</label>
            </div> }
        }
        "set_fields" => set_field(l, p, a, &set("values")),
        "reassign" => {
            let methods = [
                ("round_robin", l.method_round()),
                ("least_loaded", l.method_least()),
                ("by_region", l.method_region()),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
            let users: Vec<Choice> = list(a, "users")
                .iter()
                .filter_map(Value::as_str)
                .map(|id| (id.to_owned(), p.refs.get(id).cloned().unwrap_or_else(|| "…".into())))
                .collect();
            let onusers = {
                let (send, onname) = (set("users"), p.onname.clone());
                Callback::from(move |v: Vec<Choice>| {
                    v.iter().for_each(|c| onname.emit(c.clone()));
                    send.emit(json!(v.into_iter().map(|c| c.0).collect::<Vec<_>>()))
                })
            };
            let team = word(a, "team_id").to_owned();
            let team =
                (!team.is_empty()).then(|| (team.clone(), p.refs.get(&team).cloned().unwrap_or_else(|| "…".into())));
            html! { <div class="grid grid-cols-1 gap-3 sm:grid-cols-3">{ labelled(l.act_method(), select("method", l.act_method(), &methods, word(a, "method"), "w-full", set("method").reform(|v: String| json!(v)))) }
            <div><span class="mb-1 block text-xs text-base-content/75">{ l.act_people() }</span><ManyPicker object="users" value={users} onchange={onusers} label={l.act_people()} /></div>{ labelled(l.act_team(), html! { <LinkPicker object="teams" value={team} onchange={named(p, set("team_id"))} /> }) }</div> }
        }
        "send_email" => {
            html! { <div class="space-y-2.5"><Recipients to={list(a, "to").to_vec()} roles={p.roles.clone()} served={served(&p.meta)} refs={p.refs.clone()} onname={p.onname.clone()} onchange={set("to").reform(|v: Vec<Value>| json!(v))} />{ text(l, p, a, "subject", l.act_subject(), false, &set("subject")) }{ text(l, p, a, "body", l.act_message(), true, &set("body")) }</div> }
        }
        "notify" => {
            html! { <div class="space-y-2.5"><Recipients to={list(a, "to").to_vec()} roles={p.roles.clone()} served={served(&p.meta)} refs={p.refs.clone()} onname={p.onname.clone()} onchange={set("to").reform(|v: Vec<Value>| json!(v))} />{ text(l, p, a, "message", l.act_message(), true, &set("message")) }</div> }
        }
        "move_to_pool" => {
            let reasons = pool_reasons(l).map(|(k, v)| (k.to_owned(), v.to_owned()));
            html! { <>{ labelled(l.act_pool_why(), select("reason", l.act_pool_why(), &reasons, word(a, "reason"), "w-full", set("reason").reform(|v: String| json!(v)))) }<p class="mt-1 text-xs text-base-content/70">{ l.act_pool_help() }</p></> }
        }
        "start_playbook" => {
            let mut all = vec![(String::new(), l.choose().to_owned())];
            all.extend(p.playbooks.clone());
            labelled(
                l.act_playbook_which(),
                select(
                    "playbook",
                    l.act_playbook_which(),
                    &all,
                    word(a, "playbook"),
                    "w-full",
                    set("playbook").reform(|v: String| if v.is_empty() { Value::Null } else { json!(v) }),
                ),
            )
        }
        "call_webhook" => {
            let mut all = vec![(String::new(), l.choose().to_owned())];
            all.extend(p.hooks.clone());
            html! { <>{ labelled(l.act_hook_which(), select("webhook", l.act_hook_which(), &all, word(a, "webhook_id"), "w-full", set("webhook_id").reform(|v: String| if v.is_empty() { Value::Null } else { json!(v) }))) }<p class="mt-1 text-xs text-base-content/70">{ l.act_hook_help() }</p></> }
        }
        _ => html! { <p class="text-[13px] text-base-content/70">{ action_words(l, word(a, "kind")).1 }</p> },
    }
}

/// Chooses a linked record and keeps its name.
fn named(p: &ActionsProps, send: Callback<Value>) -> Callback<Option<Choice>> {
    let onname = p.onname.clone();
    Callback::from(move |c: Option<Choice>| {
        if let Some(c) = &c {
            onname.emit(c.clone())
        }
        send.emit(c.map_or(Value::Null, |c| json!(c.0)))
    })
}

/// A text with a menu of fields to put into it.
fn text(
    l: Lang,
    p: &ActionsProps,
    a: &Value,
    key: &'static str,
    label: &'static str,
    long: bool,
    send: &Callback<Value>,
) -> Html {
    let now = word(a, key).to_owned();
    let oninput = send.reform(|e: InputEvent| json!(value_of(&e)));
    let fields = p
        .meta
        .fields
        .iter()
        .filter(|f| !f.masked && !matches!(f.kind.as_str(), "tags" | "json" | "long_text" | "bool"))
        .take(14);
    let items = fields.map(|f| {
        let (now, key) = (now.clone(), f.key.clone());
        let onclick = send.reform(move |_: MouseEvent| json!(format!("{now}{{{key}}}")));
        html! { <button type="button" role="menuitem" {onclick} class="flex h-8 w-full cursor-pointer items-center rounded-lg px-2.5 text-left text-[13px] hover:bg-base-content/6">{ &f.label }</button> }
    });
    html! { <div>
        <div class="mb-1 flex items-end justify-between gap-2"><span class="text-xs text-base-content/75">{ label }</span><Popover menu=true right=true width="sm:w-48" button_class="btn btn-ghost btn-xs -my-1 text-primary" button={html! { <>{ icon("plus", "size-3.5") }{ l.act_insert() }</> }}>{ for items }</Popover></div>
        if long { <textarea class="textarea w-full text-[13px]" rows="2" name={key} aria-label={label} value={now} {oninput} /> } else { <input type="text" class="input w-full text-[13px]" name={key} aria-label={label} value={now} {oninput} /> }
        if long { <p class="mt-0.5 text-xs text-base-content/70">{ l.act_message_hint() }</p> }
    </div> }
}

/// One field and what it becomes.
fn set_field(l: Lang, p: &ActionsProps, a: &Value, send: &Callback<Value>) -> Html {
    let fields: Vec<&FieldMeta> = p
        .meta
        .fields
        .iter()
        .filter(|f| {
            f.writable
                && !f.masked
                && !matches!(f.kind.as_str(), "tags" | "json")
                && f.key != "stage_id"
                && f.key != "pipeline_id"
        })
        .collect();
    let values = a.get("values").and_then(Value::as_object).cloned().unwrap_or_default();
    let choices: Vec<(String, String)> = fields.iter().map(|f| (f.key.clone(), f.label.clone())).collect();
    let rows = values.iter().map(|(key, value)| {
        let one = |k: String, v: Value| {
            let mut m = Map::new();
            m.insert(k, v);
            Value::Object(m)
        };
        let onfield = send.reform(move |k: String| one(k, Value::Null));
        let field = fields.iter().find(|f| f.key == *key).map(|f| (*f).clone());
        let k = key.clone();
        let onvalue = send.reform(move |v: Value| one(k.clone(), v));
        html! { <div class="grid grid-cols-1 gap-3 sm:grid-cols-2">{ labelled(l.trig_field(), select("set", l.trig_field(), &choices, key, "w-full", onfield)) }{ field.map(|field| labelled(l.act_value(), html! { <FieldInput {field} value={value.clone()} refs={p.refs.clone()} onname={p.onname.clone()} onchange={onvalue} /> })).unwrap_or_default() }</div> }
    });
    if values.is_empty() {
        let mut all = vec![(String::new(), l.choose().to_owned())];
        all.extend(choices.clone());
        let onfield = send.reform(|k: String| json!({ (k): null }));
        return labelled(l.trig_field(), select("set", l.trig_field(), &all, "", "w-full", onfield));
    }
    html! { <>{ for rows }</> }
}
