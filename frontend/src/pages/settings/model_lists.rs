//! Settings that are lists: the ways into a lifecycle stage, the rights of customers, and presets of service tiers.

use super::model_words::say;
use crate::data::types::FieldProblem;
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Input, select, value_of};
use crate::ui::{cls, icon};
use domain::lifecycle::{Fact, Stage};
use domain::tiers::{Preset, Service, Tier};
use serde_json::{Value, json};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ListsProps {
    pub(crate) model: String,
    pub(crate) document: Value,
    pub(crate) onchange: Callback<Value>,
    #[prop_or_default]
    pub(crate) errors: Vec<FieldProblem>,
}

pub(super) fn changed(document: &Value, path: &str, value: Value) -> Value {
    let mut next = document.clone();
    if let Some(place) = next.pointer_mut(path) {
        *place = value;
    }
    next
}

fn rows<'a>(document: &'a Value, path: &str) -> &'a [Value] {
    document.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn added(document: &Value, path: &str, row: Value) -> Value {
    let mut next = document.clone();
    if let Some(list) = next.pointer_mut(path).and_then(Value::as_array_mut) {
        list.push(row);
    }
    next
}

fn removed(document: &Value, path: &str, i: usize) -> Value {
    let mut next = document.clone();
    if let Some(list) = next.pointer_mut(path).and_then(Value::as_array_mut)
        && i < list.len()
    {
        list.remove(i);
    }
    next
}

/// The lists of a model, if it has any.
#[component]
pub(crate) fn Lists(p: &ListsProps) -> Html {
    let l = use_lang();
    match p.model.as_str() {
        "lifecycle" => html! { <>{ entry(l, p) }{ entitlements(l, p) }</> },
        "tiers" => presets(l, p),
        "rfm" => super::model_rfm::mode(l, p),
        _ => html! {},
    }
}

fn presets(l: Lang, p: &ListsProps) -> Html {
    let button = |preset: Preset, text: &'static str| {
        let onclick = {
            let shared_owner_id =
                p.document.get("shared_owner_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
            let settings = domain::tiers::Settings { shared_owner_id, ..preset.settings() };
            let (f, settings) = (p.onchange.clone(), serde_json::to_value(settings).unwrap_or_default());
            Callback::from(move |_: MouseEvent| f.emit(settings.clone()))
        };
        let on = p.document.get("preset").and_then(Value::as_str) == Some(preset.code());
        html! { <button type="button" aria-pressed={on.to_string()} data-preset={preset.code()} class={cls!("btn btn-sm", on.then_some("btn-primary btn-outline"))} {onclick}>{ text }</button> }
    };
    let chosen =
        Preset::ALL.into_iter().find(|preset| p.document.get("preset").and_then(Value::as_str) == Some(preset.code()));
    let services = chosen.into_iter().flat_map(|preset| Tier::ALL.map(|tier| (tier, preset.services(tier))));
    let line = |(tier, services): (Tier, &'static [Service])| {
        let [zh, en] = tier.label();
        let said: Vec<&str> = services.iter().map(|s| l.pick(&s.text.zh, &s.text.en)).collect();
        html! { <div class="flex gap-2"><dt class="w-20 shrink-0 text-base-content/70">{ l.pick(zh, en) }</dt><dd>{ said.join(l.pick("；", "; ")) }</dd></div> }
    };
    html! { <div class="mb-4 flex flex-wrap items-center gap-2 text-[13px]"><span class="text-base-content/75">{ l.preset() }</span>{ button(Preset::Saas, l.preset_saas()) }{ button(Preset::Enterprise, l.preset_enterprise()) }
    <p class="w-full text-xs text-base-content/70">{ l.preset_hint() }</p><dl class="w-full space-y-1 text-xs" data-testid="preset-services">{ for services.map(line) }</dl></div> }
}

const OPS: [(&str, &str); 4] = [("more_than", ">"), ("at_least", "≥"), ("at_most", "≤"), ("less_than", "<")];

/// The ways into each stage: one of the groups, all tests of which hold.
fn entry(l: Lang, p: &ListsProps) -> Html {
    let fact = |f: &Fact| {
        let name = f.label();
        let text = if l == Lang::Zh { name.zh } else { name.en };
        (f.code().to_owned(), text.into_owned())
    };
    let facts: Vec<(String, String)> = Fact::ALL.iter().map(fact).collect();
    let ops: Vec<(String, String)> = OPS.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let to = |next: Value| {
        let f = p.onchange.clone();
        Callback::from(move |_: MouseEvent| f.emit(next.clone()))
    };
    let fresh = json!({ "fact": "purchased_minor", "op": "more_than", "value": 50_000_000 });
    let stage = |stage: &'static str| {
        let path = format!("/entry/{stage}");
        let groups = rows(&p.document, &path).to_vec();
        let group = |(i, tests): (usize, &Value)| {
            let of = format!("{path}/{i}");
            let test = |(j, t): (usize, &Value)| {
                let at = format!("{of}/{j}");
                let text = |key: &str| t.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
                let money = text("fact").ends_with("_minor");
                let number = t.get("value").and_then(Value::as_f64).unwrap_or(0.0) / if money { 100.0 } else { 1.0 };
                let put = |key: &'static str| {
                    let (f, document, at) = (p.onchange.clone(), p.document.clone(), format!("{at}/{key}"));
                    Callback::from(move |v: String| f.emit(changed(&document, &at, json!(v))))
                };
                let onvalue = {
                    let (f, document, at) = (p.onchange.clone(), p.document.clone(), format!("{at}/value"));
                    Callback::from(move |e: Event| {
                        let n = value_of(&e).trim().parse::<f64>().unwrap_or(0.0);
                        f.emit(changed(&document, &at, json!(if money { n * 100.0 } else { n })))
                    })
                };
                html! { <div class="mb-2 flex flex-wrap items-center gap-2">{ select(&at, l.entry_fact(), &facts, &text("fact"), "select-sm w-52", put("fact")) }{ select(&format!("{at}/op"), l.entry_op(), &ops, &text("op"), "select-sm w-16", put("op")) }
                <input class="input input-sm w-32" inputmode="decimal" aria-label={l.entry_value()} value={number.to_string()} onchange={onvalue} />
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={l.remove(l.entry_fact())} onclick={to(if tests.as_array().is_some_and(|a| a.len() == 1) { removed(&p.document, &path, i) } else { removed(&p.document, &of, j) })}>{ icon("x", "size-3.5") }</button></div> }
            };
            html! { <div class="mb-2 rounded-lg bg-base-200/60 p-3">if i > 0 { <p class="mb-1.5 text-xs text-base-content/70">{ l.entry_or() }</p> }{ for tests.as_array().into_iter().flatten().enumerate().map(test) }
            <button type="button" class="btn btn-ghost btn-xs" onclick={to(added(&p.document, &of, fresh.clone()))}>{ icon("plus", "size-3.5") }{ l.entry_add() }</button></div> }
        };
        html! { <div class="mb-3"><p class="mb-1.5 text-[13px]">{ say(l, stage) }</p>{ for groups.iter().enumerate().map(group) }<button type="button" class="btn btn-ghost btn-xs" onclick={to(added(&p.document, &path, json!([fresh.clone()])))}>{ icon("plus", "size-3.5") }{ l.entry_add_group() }</button></div> }
    };
    html! { <fieldset class="mb-2" data-testid="entry"><legend class="mb-2 text-[13px] font-semibold">{ l.entry_rules() }</legend>{ stage("growth") }{ stage("maturity") }{ stage("retention") }</fieldset> }
}

/// What customers are entitled to, from one stage to another.
fn entitlements(l: Lang, p: &ListsProps) -> Html {
    let stages: Vec<(String, String)> = Stage::ALL
        .iter()
        .map(|s| {
            (s.code().to_owned(), {
                let [zh, en] = s.label();
                l.pick(zh, en).to_owned()
            })
        })
        .collect();
    let to = |next: Value| {
        let f = p.onchange.clone();
        Callback::from(move |_: MouseEvent| f.emit(next.clone()))
    };
    let one = |(i, e): (usize, &Value)| {
        let at = format!("/entitlements/{i}");
        let text = |key: &str| e.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        let put = |key: &'static str| {
            let (f, document, at) = (p.onchange.clone(), p.document.clone(), format!("{at}/{key}"));
            Callback::from(move |v: String| f.emit(changed(&document, &at, json!(v))))
        };
        let input = |key: &'static str, label: &'static str| html! { <Input name={format!("entitlements[{i}].{key}")} value={text(key)} oninput={put(key)} class={cls!("input-sm")} label={Some(yew::virtual_dom::AttrValue::Static(label))} placeholder={label} /> };
        html! { <div class="mb-2 grid grid-cols-2 items-center gap-2 md:grid-cols-[1fr_1fr_1fr_auto_auto_auto]">{ input("zh", l.ent_zh()) }{ input("en", l.ent_en()) }{ input("key", l.ent_key()) }
        { select(&format!("{at}/from"), l.ent_from(), &stages, &text("from"), "select-sm w-28", put("from")) }{ select(&format!("{at}/until"), l.ent_until(), &stages, &text("until"), "select-sm w-28", put("until")) }
        <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label={l.remove(&text("zh"))} onclick={to(removed(&p.document, "/entitlements", i))}>{ icon("x", "size-3.5") }</button></div> }
    };
    let fresh = json!({ "key": "", "zh": "", "en": "", "from": "growth", "until": "retention" });
    html! { <fieldset class="mb-3" data-testid="rights"><legend class="mb-2 text-[13px] font-semibold">{ l.entitlements() }</legend>{ for rows(&p.document, "/entitlements").iter().enumerate().map(one) }
    <button type="button" class="btn btn-ghost btn-xs" onclick={to(added(&p.document, "/entitlements", fresh))}>{ icon("plus", "size-3.5") }{ l.ent_add() }</button></fieldset> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_list_is_added_changed_and_removed_where_it_stands() {
        let document = json!({ "entry": { "growth": [[{ "value": 1 }]] } });
        let more = added(&document, "/entry/growth/0", json!({ "value": 2 }));
        assert_eq!(more, json!({ "entry": { "growth": [[{ "value": 1 }, { "value": 2 }]] } }));
        let other = changed(&more, "/entry/growth/0/1/value", json!(3));
        assert_eq!(rows(&other, "/entry/growth/0")[1], json!({ "value": 3 }));
        assert_eq!(removed(&other, "/entry/growth/0", 0), json!({ "entry": { "growth": [[{ "value": 3 }]] } }));
        assert_eq!(removed(&document, "/entry/growth", 7), document);
    }
}
