//! Custom fields: what an organisation adds to the objects.

use crate::data::http::{ApiError, Request};
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{Page, Record, int, text};
use crate::i18n::{Lang, use_lang};
use crate::record::save::changed;
use crate::ui::field::{Field, Input, Toggle, select, value_of};
use crate::ui::overlay::{Confirm, Drawer, use_leave};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, icon, skeleton_rows, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

const KINDS: [&str; 13] = [
    "text",
    "long_text",
    "choice",
    "int",
    "number",
    "money",
    "percent",
    "date",
    "datetime",
    "bool",
    "email",
    "phone",
    "url",
];

fn kind_label(l: Lang, kind: &str) -> &'static str {
    match kind {
        "text" => l.kind_text(),
        "long_text" => l.kind_long_text(),
        "choice" => l.kind_choice(),
        "int" => l.kind_int(),
        "number" => l.kind_number(),
        "money" => l.kind_money(),
        "percent" => l.kind_percent(),
        "date" => l.kind_date(),
        "datetime" => l.kind_datetime(),
        "bool" => l.kind_bool(),
        "email" => l.kind_email(),
        "phone" => l.kind_phone(),
        _ => l.kind_url(),
    }
}

#[component]
pub(crate) fn CustomFields() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let query = use_query::<Page<Record>>("/custom_fields".to_owned());
    let editing = use_state_eq(|| None::<Option<Record>>);
    let dropping = use_state_eq(|| None::<Record>);
    let open = |r: Option<Record>| {
        let editing = editing.clone();
        Callback::from(move |_: MouseEvent| editing.set(Some(r.clone())))
    };
    let close = {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(None))
    };
    let keep = {
        let dropping = dropping.clone();
        Callback::from(move |()| dropping.set(None))
    };
    let gone = {
        let (dropping, toaster) = (dropping.clone(), toaster.clone());
        Callback::from(move |()| {
            if let Some(r) = (*dropping).clone() {
                let toaster = toaster.clone();
                spawn_local(async move {
                    match Request::delete(format!("/custom_fields/{}", text(&r, "id")))
                        .if_match(int(&r, "version"))
                        .text()
                        .await
                    {
                        Ok(_) => {
                            changed("custom_fields");
                            toaster.ok(l.saved())
                        }
                        Err(e) => toaster.err(e.text(l)),
                    }
                })
            }
        })
    };
    let may = |action| session.me.may("custom_fields", action);
    let label_of = |f: &Record| {
        text(
            f,
            match l {
                Lang::Zh => "label_zh",
                Lang::En => "label_en",
            },
        )
        .to_owned()
    };
    let object = |key: &str| session.object(key).map_or_else(|| key.to_owned(), |o| o.label_plural.clone());
    let row = |f: &Record| {
        let ask = {
            let (dropping, f) = (dropping.clone(), f.clone());
            Callback::from(move |_: MouseEvent| dropping.set(Some(f.clone())))
        };
        html! {
        <tr class="h-11" key={text(f, "id").to_owned()}><td class="px-4 font-medium">{ label_of(f) }if f.get("required").and_then(Value::as_bool).unwrap_or(false) { <span class="text-error">{ " *" }</span> }</td><td class="px-4">{ object(text(f, "object")) }</td><td class="px-4">{ kind_label(l, text(f, "kind")) }</td><td class="hidden px-4 font-mono text-xs text-base-content/70 sm:table-cell">{ text(f, "key") }</td>
            <td class="w-20 px-2 text-right">if may("update") { <button class="btn btn-ghost btn-xs btn-square" aria-label={l.edit()} onclick={open(Some(f.clone()))}>{ icon("pencil", "size-3.5") }</button> }if may("archive") { <button class="btn btn-ghost btn-xs btn-square" aria-label={l.delete()} onclick={ask}>{ icon("trash-2", "size-3.5") }</button> }</td></tr> }
    };
    let body = match (&query.data, &query.error) {
        (Some(d), _) if d.items.is_empty() => {
            html! { <Empty small=true icon="sliders-horizontal" title={l.fields_none()} body={l.fields_none_body()} /> }
        }
        (Some(d), _) => {
            html! { <div class="overflow-x-auto" tabindex="0"><table class="w-full text-[13px]"><thead class="bg-base-200/60 text-left text-xs text-base-content/70"><tr class="h-9"><th class="px-4 font-medium">{ l.name() }</th><th class="px-4 font-medium">{ l.object() }</th><th class="px-4 font-medium">{ l.kind() }</th><th class="hidden px-4 font-medium sm:table-cell">{ l.key() }</th><th></th></tr></thead><tbody class="divide-y divide-base-300/60">{ for d.items.iter().map(row) }</tbody></table></div> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(4),
    };
    html! { <Card title={l.custom_fields()} extra={html! { if may("create") { <button class="btn btn-sm btn-primary" onclick={open(None)} data-testid="new-field">{ icon("plus", "size-4") }{ l.field_new() }</button> } }}>
        <p class="px-4 pb-3 text-[13px] text-base-content/70">{ l.fields_body() }</p>{ body }
        if let Some(field) = (*editing).clone() { <FieldForm {field} onclose={close} /> }
        if let Some(f) = (*dropping).clone() { <Confirm title={l.field_delete(&label_of(&f))} body={l.field_delete_body()} action={l.delete()} danger=true onyes={gone} onclose={keep} /> }
    </Card> }
}

#[derive(Properties, PartialEq)]
struct FieldFormProps {
    field: Option<Record>,
    onclose: Callback<()>,
}

/// What is typed, as texts. Options that are there can be called something else; new ones are written one per line.
#[derive(Clone, PartialEq)]
struct Draft {
    object: String,
    key: String,
    zh: String,
    en: String,
    kind: String,
    options: Vec<Choice>,
    added: String,
    required: bool,
    in_list: bool,
}

/// An option as the server has it. Records hold its key, so that stays whatever the option is called.
#[derive(Clone, PartialEq, Debug)]
struct Choice {
    key: String,
    zh: String,
    en: String,
    color: String,
}

impl Choice {
    fn json(&self) -> Value {
        let either = |a: &str, b: &str| if a.trim().is_empty() { b.trim().to_owned() } else { a.trim().to_owned() };
        json!({ "key": self.key, "label_zh": either(&self.zh, &self.en), "label_en": either(&self.en, &self.zh), "color": self.color })
    }
}

fn options(f: &Record) -> Vec<Choice> {
    let list = f.get("choices").and_then(Value::as_array).cloned().unwrap_or_default();
    let get = |c: &Value, k: &str| c.get(k).and_then(Value::as_str).unwrap_or("").to_owned();
    list.iter()
        .map(|c| Choice { key: get(c, "key"), zh: get(c, "label_zh"), en: get(c, "label_en"), color: get(c, "color") })
        .collect()
}

/// The options with those of the lines behind them, `中文 | English` or one name for both. A line that is called like an
/// option that is there adds nothing.
fn choices(options: &[Choice], added: &str) -> Vec<Value> {
    let mut all = options.to_vec();
    for line in added.lines().map(str::trim).filter(|s| !s.is_empty()) {
        let (zh, en) = line.split_once('|').map_or((line, ""), |(zh, en)| (zh.trim(), en.trim()));
        let zh = if zh.is_empty() { en } else { zh };
        if zh.is_empty() || all.iter().any(|o| o.zh == zh) {
            continue;
        }
        let key = new_key(&all, zh, en);
        all.push(Choice { key, zh: zh.to_owned(), en: en.to_owned(), color: String::new() });
    }
    all.iter().map(Choice::json).collect()
}

/// Calls an option something else; an English name that only repeats the Chinese one goes along.
fn rename(o: &mut Choice, to: String, in_zh: bool) {
    if in_zh && o.zh == o.en {
        o.en.clone_from(&to);
    }
    *(if in_zh { &mut o.zh } else { &mut o.en }) = to;
}

/// A key that no option has: from the English name, else the Chinese one.
fn new_key(options: &[Choice], zh: &str, en: &str) -> String {
    let base = match slug(en) {
        s if s.is_empty() => zh.replace(',', "_").chars().take(50).collect(),
        s => s,
    };
    let free = |key: &String| options.iter().all(|o| o.key != *key);
    std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}_{n}"))).find(free).unwrap_or(base)
}

/// An identifier from an English label.
fn slug(text: &str) -> String {
    let s: String =
        text.trim().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let s = s.trim_matches(|c: char| c == '_' || c.is_ascii_digit()).to_owned();
    s.chars().take(40).collect()
}

#[component]
fn FieldForm(p: &FieldFormProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let old = p.field.clone().unwrap_or_default();
    let flag = |k: &str| old.get(k).and_then(Value::as_bool).unwrap_or(false);
    let draft = use_state_eq(|| Draft {
        object: match text(&old, "object") {
            "" => "customers",
            o => o,
        }
        .to_owned(),
        key: text(&old, "key").to_owned(),
        zh: text(&old, "label_zh").to_owned(),
        en: text(&old, "label_en").to_owned(),
        kind: match text(&old, "kind") {
            "" => "text",
            k => k,
        }
        .to_owned(),
        options: options(&old),
        added: String::new(),
        required: flag("required"),
        in_list: flag("in_list"),
    });
    let began = use_memo((), |()| (*draft).clone());
    let (leave, asking) = use_leave(*draft != *began, p.onclose.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let is_new = p.field.is_none();
    let set = |f: fn(&mut Draft, String)| {
        let draft = draft.clone();
        Callback::from(move |v: String| {
            let mut d = (*draft).clone();
            f(&mut d, v);
            draft.set(d)
        })
    };
    let flip = |f: fn(&mut Draft, bool)| {
        let draft = draft.clone();
        Callback::from(move |v: bool| {
            let mut d = (*draft).clone();
            f(&mut d, v);
            draft.set(d)
        })
    };
    let onsubmit = {
        let (draft, error, busy, old, close, toaster) =
            (draft.clone(), error.clone(), busy.clone(), p.field.clone(), p.onclose.clone(), toaster.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let d = (*draft).clone();
            let key = if d.key.is_empty() { slug(&d.en) } else { d.key.clone() };
            let mut body = json!({ "label_zh": d.zh.trim(), "label_en": match d.en.trim() { "" => d.zh.trim(), s => s }, "required": d.required, "in_list": d.in_list });
            if let Some(map) = body.as_object_mut() {
                if d.kind == "choice" {
                    map.insert("choices".into(), Value::Array(choices(&d.options, &d.added)));
                }
                if old.is_none() {
                    map.insert("object".into(), json!(d.object));
                    map.insert("key".into(), json!(key));
                    map.insert("kind".into(), json!(d.kind));
                }
            }
            let request = match &old {
                Some(r) => {
                    Request::patch(format!("/custom_fields/{}", text(r, "id")), body).if_match(int(r, "version"))
                }
                None => Request::create("/custom_fields", body),
            };
            let (error, busy, close, toaster) = (error.clone(), busy.clone(), close.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                match request.text().await {
                    Ok(_) => {
                        changed("custom_fields");
                        toaster.ok(l.saved());
                        close.emit(())
                    }
                    Err(e) => {
                        busy.set(false);
                        error.set(Some(e))
                    }
                }
            });
        })
    };
    let wrong = |k: &str| {
        error
            .as_ref()
            .and_then(|e| e.errors.iter().find(|x| x.field == k || x.field.starts_with(&format!("{k}["))))
            .map(|x| AttrValue::from(x.message.clone()))
    };
    let objects: Vec<(String, String)> = session
        .objects
        .iter()
        .filter(|o| {
            o.customizable
                || matches!(
                    o.key.as_str(),
                    "customers" | "contacts" | "opportunities" | "orders" | "products" | "activities" | "tasks"
                )
        })
        .map(|o| (o.key.clone(), o.label_plural.clone()))
        .collect();
    let kinds: Vec<(String, String)> = KINDS.iter().map(|k| ((*k).to_owned(), kind_label(l, k).to_owned())).collect();
    let fixed = |shown: String| html! { <Input name="fixed" value={shown} disabled=true oninput={Callback::noop()} /> };
    let label_of = |list: &[(String, String)], k: &str| {
        list.iter().find(|x| x.0 == k).map_or_else(|| k.to_owned(), |x| x.1.clone())
    };
    let renamed = |at: usize, in_zh: bool| {
        let draft = draft.clone();
        Callback::from(move |v: String| {
            let mut d = (*draft).clone();
            if let Some(o) = d.options.get_mut(at) {
                rename(o, v, in_zh);
            }
            draft.set(d)
        })
    };
    let leave_out = |key: &str| {
        let (draft, key) = (draft.clone(), key.to_owned());
        Callback::from(move |_: MouseEvent| {
            let mut d = (*draft).clone();
            d.options.retain(|o| o.key != key);
            draft.set(d)
        })
    };
    let option = |(at, o): (usize, &Choice)| {
        html! { <li class="flex items-center gap-2" key={o.key.clone()}>
            <Input name="choice_zh" label={AttrValue::from(l.label_zh())} value={o.zh.clone()} oninput={renamed(at, true)} />
            <Input name="choice_en" label={AttrValue::from(l.label_en())} value={o.en.clone()} oninput={renamed(at, false)} />
            <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={format!("{} {}", l.delete(), o.zh)} onclick={leave_out(&o.key)}>{ icon("trash-2", "size-3.5") }</button>
        </li> }
    };
    let footer = html! { <><button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button><button type="submit" form="field-form" class="btn btn-sm btn-primary" disabled={*busy || draft.zh.trim().is_empty() && draft.en.trim().is_empty()}>if *busy { { spinner() } }{ l.save() }</button></> };
    html! { <><Drawer title={if is_new { l.field_new() } else { l.field_edit() }} onclose={leave} {footer}>
    <form id="field-form" novalidate=true {onsubmit}>
        if let Some(e) = error.as_ref().filter(|e| e.errors.is_empty()) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
        <div class="grid grid-cols-2 gap-x-3">
            <Field label={l.object()} error={wrong("object")}>{ if is_new { select("object", l.object(), &objects, &draft.object, "w-full", set(|d, v| d.object = v)) } else { fixed(label_of(&objects, &draft.object)) } }</Field>
            <Field label={l.kind()} error={wrong("kind")}>{ if is_new { select("kind", l.kind(), &kinds, &draft.kind, "w-full", set(|d, v| d.kind = v)) } else { fixed(label_of(&kinds, &draft.kind)) } }</Field>
            <Field label={l.label_zh()} error={wrong("label_zh")}><Input name="label_zh" value={draft.zh.clone()} oninput={set(|d, v| d.zh = v)} /></Field>
            <Field label={l.label_en()} error={wrong("label_en")}><Input name="label_en" value={draft.en.clone()} oninput={set(|d, v| d.en = v)} /></Field>
        </div>
        <Field label={l.key()} error={wrong("key")} help={AttrValue::from(l.key_help())}>{ if is_new { html! { <Input name="key" value={draft.key.clone()} placeholder={slug(&draft.en)} oninput={set(|d, v| d.key = v)} /> } } else { fixed(draft.key.clone()) } }</Field>
        if draft.kind == "choice" {
            if !draft.options.is_empty() { <p class="mt-1 mb-1 text-[13px] text-base-content/75" aria-hidden="true">{ l.choices() }</p><ul class="mb-4 space-y-2" aria-label={l.choices()}>{ for draft.options.iter().enumerate().map(option) }</ul> }
            <Field label={if draft.options.is_empty() { l.choices() } else { l.choices_added() }} error={wrong("choices")} help={AttrValue::from(l.choices_help())}><textarea class="textarea w-full text-sm" rows="4" name="choices" value={draft.added.clone()} oninput={set(|d, v| d.added = v).reform(|e: InputEvent| value_of(&e))} /></Field>
        }
        <div class="space-y-3 pt-1"><Toggle on={draft.required} label={l.field_required()} onchange={flip(|d, v| d.required = v)} /><Toggle on={draft.in_list} label={l.field_in_list()} onchange={flip(|d, v| d.in_list = v)} /></div>
    </form></Drawer>{ asking }</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(key: &str, zh: &str, en: &str, color: &str) -> Choice {
        Choice { key: key.to_owned(), zh: zh.to_owned(), en: en.to_owned(), color: color.to_owned() }
    }

    #[test]
    fn new_options_are_read_one_per_line() {
        assert_eq!(
            choices(&[], "华东 | East\n\n 华南 \n华南"),
            vec![
                json!({"key":"east","label_zh":"华东","label_en":"East","color":""}),
                json!({"key":"华南","label_zh":"华南","label_en":"华南","color":""})
            ]
        );
    }

    #[test]
    fn an_option_that_is_renamed_keeps_its_key_and_its_colour() {
        let stored = json!({"choices": [{"key":"华东区","label_zh":"华东区","label_en":"华东区","color":"info"}]});
        let mut kept = options(&serde_json::from_value(stored).unwrap());
        rename(&mut kept[0], "华东".to_owned(), true);
        let saved = choices(&kept, "华东区\n华东");
        assert_eq!(saved[0], json!({"key":"华东区","label_zh":"华东","label_en":"华东","color":"info"}));
        assert_eq!(saved[1]["key"], "华东区_2");
        assert_eq!(saved.len(), 2);
    }

    #[test]
    fn options_are_taken_as_the_server_shows_them() {
        let stored = json!({"choices": [{"key":"e","label_zh":"华东","label_en":"East","color":"info"}]});
        assert_eq!(options(&serde_json::from_value(stored).unwrap()), [shown("e", "华东", "East", "info")]);
    }

    #[test]
    fn a_label_makes_an_identifier() {
        assert_eq!(slug(" Sales Region 2! "), "sales_region");
        assert_eq!(slug("预算"), "");
    }
}
