//! The filter builder: conditions in words, edited as rows; and the chips that say what is filtered.

use super::input::FieldInput;
use super::link::{Choice, ManyPicker};
use super::value::Refs;
use crate::browser;
use crate::data::filter::{Row, Speech, build, needs_value, operator_label, operators, rows, takes_days, takes_list};
use crate::data::session::use_session;
use crate::data::types::{FieldMeta, ObjectMeta};
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::ui::field::{Input, select};
use crate::ui::overlay::Popover;
use crate::ui::range::Range;
use crate::ui::{icon, nothing};
use serde_json::{Value, json};
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq, Clone)]
pub(crate) struct FilterProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) filter: Option<Value>,
    pub(crate) refs: Rc<Refs>,
    pub(crate) onchange: Callback<Option<Value>>,
}

/// The button with the panel.
#[component]
pub(crate) fn FilterButton(p: &FilterProps) -> Html {
    let l = use_lang();
    let n = rows(&p.meta, p.filter.as_ref()).map_or(1, |(_, r)| r.len());
    let button = html! { <>{ icon("filter", "size-4") }<span class="sr-only sm:not-sr-only">{ l.filter() }</span>if n > 0 { <span class="rounded-md bg-primary px-1.5 text-[11px] leading-4.5 text-primary-content">{ n }</span> }</> };
    html! { <Popover right=true width="sm:w-[600px]" {button} button_class="btn btn-sm"><Lazy room={Room::Filter(Box::new(p.clone()))} /></Popover> }
}

/// The rows. What is not finished yet lives here; what is, in the address.
#[component]
pub(crate) fn Builder(p: &FilterProps) -> Html {
    let l = use_lang();
    let start = rows(&p.meta, p.filter.as_ref());
    let names = use_state(|| (*p.refs).clone());
    let draft = use_state(|| start.clone().unwrap_or_default());
    let set = {
        let (draft, onchange) = (draft.clone(), p.onchange.clone());
        move |any: bool, list: Vec<Row>| {
            onchange.emit(build(any, &list));
            draft.set((any, list))
        }
    };
    let clear = {
        let set = set.clone();
        Callback::from(move |_: MouseEvent| set(false, vec![]))
    };
    if start.is_none() {
        return html! { <div class="p-2"><p class="text-base-content/70">{ l.filter_nested() }</p><button class="btn btn-sm mt-2" onclick={clear}>{ l.filter_clear() }</button></div> };
    }
    let (any, list) = (*draft).clone();
    let known: Rc<Refs> = Rc::new(names.iter().chain(p.refs.iter()).map(|(k, v)| (k.clone(), v.clone())).collect());
    let onname = {
        let names = names.clone();
        Callback::from(move |c: Choice| {
            let mut n = (*names).clone();
            n.insert(c.0, c.1);
            names.set(n)
        })
    };
    let add = {
        let (set, list, meta) = (set.clone(), list.clone(), p.meta.clone());
        Callback::from(move |_: MouseEvent| {
            let used: Vec<&String> = list.iter().map(|r| &r.field).collect();
            let field = meta
                .fields
                .iter()
                .filter(|f| f.filterable && f.in_list)
                .chain(meta.fields.iter().filter(|f| f.filterable))
                .find(|f| !used.contains(&&f.key));
            let mut list = list.clone();
            if let Some(f) = field {
                list.push(fresh(f))
            }
            set(any, list);
        })
    };
    let joined = {
        let (set, list) = (set.clone(), list.clone());
        Callback::from(move |v: String| set(v == "any", list.clone()))
    };
    let change = |i: usize| {
        let (set, list) = (set.clone(), list.clone());
        Callback::from(move |row: Option<Row>| {
            let mut list = list.clone();
            match row {
                Some(r) => {
                    if let Some(slot) = list.get_mut(i) {
                        *slot = r
                    }
                }
                None => drop(list.remove(i)),
            }
            set(any, list)
        })
    };
    html! {
        <div class="p-1.5">
            if list.len() > 1 { <div class="mb-2 flex items-center gap-2">{ l.filter_match() }{ select("joined", l.filter_match(), &[("all".into(), l.filter_all().into()), ("any".into(), l.filter_any().into())], if any { "any" } else { "all" }, "select-sm w-28", joined) }</div> }
            if list.is_empty() { <p class="px-1 pb-2 text-base-content/70">{ l.filter_none() }</p> }
            { for list.iter().enumerate().map(|(i, r)| html! { <RowEditor key={format!("{i} {}", r.field)} meta={p.meta.clone()} row={r.clone()} refs={known.clone()} onname={onname.clone()} onchange={change(i)} /> }) }
            <div class="flex justify-between pt-1"><button class="btn btn-ghost btn-sm text-primary" onclick={add}>{ icon("plus", "size-4") }{ l.filter_add() }</button>if !list.is_empty() { <button class="btn btn-ghost btn-sm" onclick={clear}>{ l.filter_clear() }</button> }</div>
        </div>
    }
}

fn fresh(f: &FieldMeta) -> Row {
    let op = operators(&f.kind).first().copied().unwrap_or("eq");
    Row { field: f.key.clone(), op: op.to_owned(), value: starting_value(f, op) }
}

fn starting_value(f: &FieldMeta, op: &str) -> Value {
    match f.kind.as_str() {
        _ if takes_days(op) => json!(30),
        "bool" => json!(true),
        _ => Value::Null,
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    meta: ObjectMeta,
    row: Row,
    refs: Rc<Refs>,
    onname: Callback<Choice>,
    onchange: Callback<Option<Row>>,
}

#[component]
fn RowEditor(p: &RowProps) -> Html {
    let l = use_lang();
    let Some(field) = p.meta.field(&p.row.field).cloned().or_else(|| {
        Some(FieldMeta {
            key: p.row.field.clone(),
            label: p.row.field.clone(),
            kind: "text".into(),
            ..FieldMeta::default()
        })
    }) else {
        return nothing();
    };
    let fields: Vec<(String, String)> =
        p.meta.fields.iter().filter(|f| f.filterable).map(|f| (f.key.clone(), f.label.clone())).collect();
    let usual = operators(&field.kind);
    // An operator that a link brought is said in words too.
    let brought = (!usual.contains(&p.row.op.as_str())).then_some(p.row.op.as_str());
    let ops: Vec<(String, String)> = usual
        .iter()
        .copied()
        .chain(brought)
        .map(|op| (op.to_owned(), operator_label(l, &field.kind, op).to_owned()))
        .collect();
    let onfield = {
        let (meta, onchange) = (p.meta.clone(), p.onchange.clone());
        Callback::from(move |key: String| {
            if let Some(f) = meta.field(&key) {
                onchange.emit(Some(fresh(f)))
            }
        })
    };
    let remove = l.remove(&field.label);
    let onop = {
        let (row, field, onchange) = (p.row.clone(), field.clone(), p.onchange.clone());
        Callback::from(move |op: String| {
            let same = takes_days(&op) == takes_days(&row.op)
                && takes_list(&op) == takes_list(&row.op)
                && (op == "between") == (row.op == "between")
                && needs_value(&row.op);
            let value = if same { row.value.clone() } else { starting_value(&field, &op) };
            onchange.emit(Some(Row { op, value, ..row.clone() }));
        })
    };
    let onvalue = {
        let (row, onchange) = (p.row.clone(), p.onchange.clone());
        Callback::from(move |value: Value| onchange.emit(Some(Row { value, ..row.clone() })))
    };
    html! {
        <div class="mb-2 grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-start gap-1.5 sm:grid-cols-[150px_130px_minmax(0,1fr)_auto]">
            { select("field", l.filter_field(), &fields, &p.row.field, "select-sm w-full", onfield) }
            { select("op", l.filter_op(), &ops, &p.row.op, "select-sm w-full", onop) }
            <div class="order-last col-span-3 min-w-0 sm:order-none sm:col-span-1">if needs_value(&p.row.op) { <ValueEditor field={field} row={p.row.clone()} refs={p.refs.clone()} onname={p.onname.clone()} onchange={onvalue} /> }</div>
            <button class="btn btn-ghost btn-sm btn-square" aria-label={remove} onclick={p.onchange.reform(|_: MouseEvent| None)}>{ icon("x", "size-4") }</button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ValueProps {
    field: FieldMeta,
    row: Row,
    refs: Rc<Refs>,
    onname: Callback<Choice>,
    onchange: Callback<Value>,
}

#[component]
fn ValueEditor(p: &ValueProps) -> Html {
    let l = use_lang();
    let list: Vec<String> = match &p.row.value {
        Value::Array(a) => a.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(s) => vec![s.clone()],
        _ => vec![],
    };
    if takes_days(&p.row.op) {
        let oninput = p.onchange.reform(|s: String| s.trim().parse::<i64>().map_or(Value::Null, Value::from));
        return html! { <label class="input input-sm w-28"><input type="number" min="0" aria-label={l.days()} value={p.row.value.to_string()} oninput={oninput.reform(|e: InputEvent| crate::ui::field::value_of(&e))} />{ l.days() }</label> };
    }
    if p.row.op == "between" {
        return html! { <Range field={p.field.clone()} value={p.row.value.clone()} onchange={p.onchange.clone()} /> };
    }
    match p.field.kind.as_str() {
        "choice" if takes_list(&p.row.op) => {
            html! { <div class="flex flex-wrap gap-x-3 gap-y-1 py-1">{ for p.field.choices.iter().map(|c| {
            let on = list.contains(&c.key);
            let flip = { let (list, onchange, key) = (list.clone(), p.onchange.clone(), c.key.clone()); Callback::from(move |_: Event| { let mut v = list.clone(); if on { v.retain(|k| *k != key) } else { v.push(key.clone()) } onchange.emit(json!(v)) }) };
            html! { <label class="flex h-6 cursor-pointer items-center gap-1.5"><input type="checkbox" class="checkbox checkbox-xs" checked={on} onchange={flip} />{ &c.label }</label> } }) }</div> }
        }
        "link" | "tags" | "links" => {
            let value: Vec<Choice> = list.iter().map(|id| (id.clone(), name(l, id, &p.refs))).collect();
            let onchange = {
                let (onchange, onname) = (p.onchange.clone(), p.onname.clone());
                Callback::from(move |v: Vec<Choice>| {
                    if let Some(c) = v.last() {
                        onname.emit(c.clone())
                    }
                    onchange.emit(json!(v.into_iter().map(|c| c.0).collect::<Vec<_>>()))
                })
            };
            let object =
                if p.field.kind == "tags" { "tags".to_owned() } else { p.field.link.clone().unwrap_or_default() };
            html! { <ManyPicker offer_me={object == "users"} {object} {value} {onchange} small=true label={p.field.label.clone()} /> }
        }
        "bool" => {
            let onchange = p.onchange.reform(|s: String| json!(s == "true"));
            select(
                "value",
                l.filter_value(),
                &[("true".into(), l.yes().into()), ("false".into(), l.no().into())],
                if p.row.value == json!(false) { "false" } else { "true" },
                "select-sm w-28",
                onchange,
            )
        }
        "money" | "int" | "number" | "percent" | "date" | "datetime" => {
            let mut field = p.field.clone();
            if field.kind == "datetime" {
                field.kind = "date".into()
            }
            html! { <div class="[&_.input]:h-8"><FieldInput {field} value={p.row.value.clone()} onchange={p.onchange.clone()} /></div> }
        }
        _ => {
            html! { <Input class="input-sm" name="value" label={AttrValue::from(l.filter_value())} value={p.row.value.as_str().unwrap_or("").to_owned()} oninput={p.onchange.reform(|s: String| Value::String(s))} /> }
        }
    }
}

fn name(l: Lang, id: &str, refs: &Refs) -> String {
    match id {
        "$me" => l.me_word().to_owned(),
        _ => refs.get(id).cloned().unwrap_or_else(|| id.chars().take(8).collect()),
    }
}

/// What is filtered, in words, each with a way to drop it.
#[component]
pub(crate) fn FilterChips(p: &FilterProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let Some(filter) = &p.filter else { return nothing() };
    let clock = browser::clock();
    let speech = Speech { lang: l, meta: &p.meta, refs: &p.refs, currency: session.currency(), clock: &clock };
    let chip = |text: String, without: Option<Value>| {
        let onclick = {
            let onchange = p.onchange.clone();
            Callback::from(move |_: MouseEvent| onchange.emit(without.clone()))
        };
        html! {
        <span class="inline-flex min-h-6 max-w-full items-center gap-0.5 rounded-md bg-primary/8 pl-2 text-xs text-base-content/85"><span class="truncate">{ &text }</span><button class="grid size-6 shrink-0 cursor-pointer place-items-center" aria-label={l.remove(&text)} {onclick}>{ icon("x", "size-3") }</button></span> }
    };
    let chips = match rows(&p.meta, Some(filter)) {
        None => html! { { chip(speech.tree(filter), None) } },
        Some((any, list)) => html! { <>{ for list.iter().enumerate().map(|(i, r)| {
        let rest: Vec<Row> = list.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, r)| r.clone()).collect();
        html! { <>if any && i > 0 { <span class="text-xs text-base-content/70">{ l.or_word() }</span> }{ chip(speech.row(r), build(any, &rest)) }</> } }) }</> },
    };
    html! { <div class="flex flex-wrap items-center gap-1.5 px-4 pb-2.5" data-testid="chips">{ chips }</div> }
}
