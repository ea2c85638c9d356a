//! The control that edits a field of any kind.

use super::link::{Choice, LinkPicker, ManyPicker};
use super::value::Refs;
use crate::browser;
use crate::data::form::{input_text, parse_input};
use crate::data::types::FieldMeta;
use crate::i18n::use_lang;
use crate::ui::cls;
use crate::ui::field::{Input, use_several, value_of};
use serde_json::Value;
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

#[derive(Properties, PartialEq)]
pub(crate) struct FieldInputProps {
    pub(crate) field: FieldMeta,
    pub(crate) value: Value,
    pub(crate) onchange: Callback<Value>,
    #[prop_or_default]
    pub(crate) onblur: Callback<()>,
    #[prop_or_default]
    pub(crate) invalid: bool,
    /// Names of linked records that are known already.
    #[prop_or_default]
    pub(crate) refs: Rc<Refs>,
    /// Tells the name of a newly chosen record.
    #[prop_or_default]
    pub(crate) onname: Callback<Choice>,
    /// A further condition on linked records.
    #[prop_or_default]
    pub(crate) scope: AttrValue,
}

/// One control, by the kind of its field.
#[component]
pub(crate) fn FieldInput(p: &FieldInputProps) -> Html {
    let f = &p.field;
    use_several(matches!(f.kind.as_str(), "tags" | "links" | "choices"));
    match f.kind.as_str() {
        "choice" => choice_input(p),
        "bool" => bool_input(p),
        "link" => link_input(p),
        "tags" => many_input(p, "tags".into()),
        "links" => many_input(p, p.field.link.clone().unwrap_or_default()),
        "choices" => choices_input(p),
        "long_text" | "json" => html! { <TextArea ..p.clone_props() /> },
        _ if !f.guidance.is_empty() => html! { <><TextInput ..p.clone_props() />{ guidance(p) }</> },
        _ => html! { <TextInput ..p.clone_props() /> },
    }
}

impl FieldInputProps {
    fn clone_props(&self) -> FieldInputProps {
        FieldInputProps {
            field: self.field.clone(),
            value: self.value.clone(),
            onchange: self.onchange.clone(),
            onblur: self.onblur.clone(),
            invalid: self.invalid,
            refs: self.refs.clone(),
            onname: self.onname.clone(),
            scope: self.scope.clone(),
        }
    }
}

/// What the values of a judged field stand for; a click takes one.
fn guidance(p: &FieldInputProps) -> Html {
    html! { <span class="mt-1 block" role="group" aria-label={p.field.label.clone()} data-testid="guidance">{ for p.field.guidance.iter().map(|a| {
        let (on, value) = (p.value.as_f64() == Some(a.value), a.value);
        let onclick = p.onchange.reform(move |e: MouseEvent| {
            e.prevent_default();
            Value::from(value)
        });
        html! { <button type="button" key={value.to_string()} aria-pressed={on.to_string()} {onclick} class={cls!("flex w-full cursor-pointer items-baseline gap-2 rounded-md px-2 py-1 text-left text-xs max-sm:py-2", if on { "bg-primary/10 text-primary" } else { "text-base-content/75 hover:bg-base-200" })}><b class="w-7 shrink-0 text-right font-medium tabular-nums">{ value }</b><span>{ &a.text }</span></button> }
    }) }</span> }
}

fn choice_input(p: &FieldInputProps) -> Html {
    let f = &p.field;
    let onchange = p.onchange.reform(|e: Event| match value_of(&e) {
        s if s.is_empty() => Value::Null,
        s => Value::String(s),
    });
    let now = p.value.as_str().unwrap_or("");
    html! {
        <select class={cls!("select w-full", p.invalid.then_some("select-error"))} name={f.key.clone()} {onchange} onblur={p.onblur.reform(|_| ())}>
            <option value="" selected={now.is_empty()} disabled={f.required && !now.is_empty()}>{ "—" }</option>
            // An option that has gone stays with the records that have it.
            if !now.is_empty() && f.choices.iter().all(|c| c.key != now) { <option value={now.to_owned()} selected=true>{ now }</option> }
            { for f.choices.iter().map(|c| html! { <option key={c.key.clone()} value={c.key.clone()} selected={c.key == now}>{ &c.label }</option> }) }
        </select>
    }
}

fn bool_input(p: &FieldInputProps) -> Html {
    let on = p.value.as_bool().unwrap_or(false);
    html! { <span class="flex h-10 items-center"><input type="checkbox" class="toggle toggle-sm toggle-primary" role="switch" name={p.field.key.clone()} checked={on} onchange={p.onchange.reform(move |_| Value::Bool(!on))} /></span> }
}

fn link_input(p: &FieldInputProps) -> Html {
    let value = p
        .value
        .as_str()
        .map(|id| (id.to_owned(), p.refs.get(id).cloned().unwrap_or_else(|| id.chars().take(8).collect())));
    let onchange = {
        let (onchange, onname) = (p.onchange.clone(), p.onname.clone());
        Callback::from(move |c: Option<Choice>| match c {
            Some(c) => {
                onname.emit(c.clone());
                onchange.emit(Value::String(c.0))
            }
            None => onchange.emit(Value::Null),
        })
    };
    html! { <LinkPicker object={p.field.link.clone().unwrap_or_default()} {value} {onchange} invalid={p.invalid} name={p.field.key.clone()} scope={p.scope.clone()} onblur={p.onblur.clone()} /> }
}

/// Several options as buttons that are on or off.
fn choices_input(p: &FieldInputProps) -> Html {
    let now: Vec<String> =
        p.value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect();
    html! { <span class="flex flex-wrap gap-1.5" role="group" aria-label={p.field.label.clone()}>{ for p.field.choices.iter().map(|c| {
        let on = now.contains(&c.key);
        let onclick = { let (now, key, onchange) = (now.clone(), c.key.clone(), p.onchange.clone()); Callback::from(move |e: MouseEvent| {
            e.prevent_default();
            let mut next = now.clone();
            if on { next.retain(|k| *k != key) } else { next.push(key.clone()) }
            onchange.emit(Value::Array(next.into_iter().map(Value::String).collect()))
        }) };
        html! { <button type="button" key={c.key.clone()} aria-pressed={on.to_string()} {onclick} class={cls!("h-8 cursor-pointer rounded-lg border px-2.5 text-[13px]", if on { "border-primary bg-primary/10 text-primary" } else { "border-base-300 hover:border-primary/40" })}>{ &c.label }</button> }
    }) }</span> }
}

fn many_input(p: &FieldInputProps, object: String) -> Html {
    let ids = p.value.as_array().cloned().unwrap_or_default();
    let value: Vec<Choice> = ids
        .iter()
        .filter_map(Value::as_str)
        .map(|id| (id.to_owned(), p.refs.get(id).cloned().unwrap_or_else(|| id.chars().take(8).collect())))
        .collect();
    let onchange = {
        let (onchange, onname) = (p.onchange.clone(), p.onname.clone());
        Callback::from(move |list: Vec<Choice>| {
            if let Some(c) = list.last() {
                onname.emit(c.clone())
            }
            onchange.emit(Value::Array(list.into_iter().map(|c| Value::String(c.0)).collect()));
        })
    };
    html! { <ManyPicker {object} {value} {onchange} label={p.field.label.clone()} /> }
}

/// Keeps the typed text, so that `1.` and `1.5万` are not rewritten under one's fingers.
#[hook]
fn use_typed(p: &FieldInputProps) -> (String, Callback<String>) {
    let clock = browser::clock();
    let shown = input_text(&p.field, &p.value, &clock);
    let typed = use_state_eq(|| shown.clone());
    // A value that is not what the typed text means came from outside.
    let outside = parse_input(&p.field, &typed, &clock) != p.value && !(typed.trim().is_empty() && p.value.is_null());
    let text = if outside { shown } else { (*typed).clone() };
    let oninput = {
        let (typed, field, onchange) = (typed.clone(), p.field.clone(), p.onchange.clone());
        Callback::from(move |s: String| {
            onchange.emit(parse_input(&field, &s, &browser::clock()));
            typed.set(s)
        })
    };
    (text, oninput)
}

#[component]
fn TextInput(p: &FieldInputProps) -> Html {
    let l = use_lang();
    let (text, oninput) = use_typed(p);
    let (kind, placeholder) = match p.field.kind.as_str() {
        "date" => ("date", ""),
        "datetime" => ("datetime-local", ""),
        "email" => ("email", ""),
        "phone" => ("tel", ""),
        "url" => ("url", "https://"),
        "money" => ("text", l.money_hint()),
        _ => ("text", ""),
    };
    html! { <Input name={p.field.key.clone()} {kind} {placeholder} value={text} {oninput} invalid={p.invalid} onblur={p.onblur.clone()} autocomplete={AttrValue::from("off")} /> }
}

#[component]
fn TextArea(p: &FieldInputProps) -> Html {
    let (text, oninput) = use_typed(p);
    html! { <textarea class={cls!("textarea w-full text-sm", p.invalid.then_some("textarea-error"))} rows="4" name={p.field.key.clone()} value={text} oninput={oninput.reform(|e: InputEvent| value_of(&e))} onblur={p.onblur.reform(|_| ())} /> }
}
