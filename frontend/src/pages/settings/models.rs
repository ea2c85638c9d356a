//! The settings of the scoring models: weights, cut-offs, intervals; what a change would do is seen before it is made.

use super::model_lists::Lists;
use super::model_words::say;
use crate::data::http::{ApiError, Request};
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::FieldMeta;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::input::FieldInput;
use crate::ui::cls;
use crate::ui::field::Field;
use crate::ui::overlay::{may_leave, use_unsaved};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, icon, skeleton_lines, spinner};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// The page: the models, and the one chosen.
#[component]
pub(crate) fn Models() -> Html {
    let l = use_lang();
    let query = use_query::<Value>("/score-settings".to_owned());
    let chosen = use_state_eq(String::new);
    let body = match (&query.data, &query.error) {
        (Some(d), _) => {
            let mut items = d.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
            // Playbooks have a page of their own.
            items.retain(|m| m.get("model").and_then(Value::as_str) != Some("playbooks"));
            let name = |m: &Value| m.get("model").and_then(Value::as_str).unwrap_or("").to_owned();
            let current = items.iter().find(|m| name(m) == *chosen).or(items.first()).cloned();
            let pick = |m: &Value| {
                let key = name(m);
                let on = current.as_ref().is_some_and(|c| name(c) == key);
                let (chosen, to) = (chosen.clone(), key.clone());
                html! { <button key={key.clone()} data-model={key.clone()} aria-pressed={on.to_string()} onclick={Callback::from(move |_: MouseEvent| if may_leave(l) { chosen.set(to.clone()) })} class={cls!("h-8 shrink-0 cursor-pointer whitespace-nowrap rounded-lg px-3 text-[13px]", if on { "bg-primary/10 font-medium text-primary" } else { "hover:bg-base-content/5" })}>{ say(l, &key) }</button> }
            };
            html! { <><div class="flex gap-1 overflow-x-auto border-b border-base-300/70 px-3 pb-2" tabindex="0">{ for items.iter().map(pick) }</div>
            if let Some(m) = current { <Editor key={format!("{}{}", name(&m), version_of(&m).unwrap_or(0))} model={m.clone()} /> }</> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_lines(8),
    };
    html! { <Card title={l.models()}>{ body }</Card> }
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    model: Value,
}

fn version_of(model: &Value) -> Option<i64> {
    model.get("version").and_then(Value::as_i64)
}

/// A setting: its path and its value.
type Leaf = (Vec<String>, Value);

/// The numbers of a document by group; what is no number (lists of rules) is left alone.
fn groups(document: &Value) -> Vec<(String, Vec<Leaf>)> {
    let mut alone = Vec::new();
    let mut out: Vec<(String, Vec<Leaf>)> = Vec::new();
    for (key, value) in document.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => {
                let plain = inner.iter().filter(|(_, v)| v.is_number() || v.is_null());
                let leaves: Vec<Leaf> = plain.map(|(k, v)| (vec![key.clone(), k.clone()], v.clone())).collect();
                if !leaves.is_empty() {
                    out.push((key.clone(), leaves));
                }
            }
            Value::Number(_) | Value::Null => alone.push((vec![key.clone()], value.clone())),
            _ => {}
        }
    }
    if !alone.is_empty() {
        out.push((String::new(), alone));
    }
    out
}

/// The document with one value changed.
fn with(document: &Value, path: &[String], value: Value) -> Value {
    let mut out = document.clone();
    if let Some(place) = out.pointer_mut(&format!("/{}", path.join("/"))) {
        *place = value;
    }
    out
}

#[component]
fn Editor(p: &EditorProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let saved = p.model.get("document").cloned().unwrap_or_default();
    let shipped = p.model.get("shipped").cloned().unwrap_or_default();
    let model = p.model.get("model").and_then(Value::as_str).unwrap_or("").to_owned();
    let version = version_of(&p.model);
    // The version that a save is based on.
    let seen = use_state_eq(|| version);
    let draft = use_state_eq(|| saved.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let preview = use_state_eq(|| None::<Value>);
    let busy = use_state_eq(|| false);
    let may = session.me.may("settings", "update");
    let look = {
        let (draft, error, preview, busy, model) =
            (draft.clone(), error.clone(), preview.clone(), busy.clone(), model.clone());
        Callback::from(move |_: MouseEvent| {
            let (error, preview, busy) = (error.clone(), preview.clone(), busy.clone());
            let request = Request::post(format!("/score-settings/{model}/preview"), json!({ "document": *draft }));
            busy.set(true);
            spawn_local(async move {
                match request.json::<Value>().await {
                    Ok(v) => {
                        preview.set(Some(v));
                        error.set(None)
                    }
                    Err(e) => error.set(Some(e)),
                }
                busy.set(false);
            });
        })
    };
    let save = {
        let (draft, error, busy, model, seen) =
            (draft.clone(), error.clone(), busy.clone(), model.clone(), seen.clone());
        Callback::from(move |_: MouseEvent| {
            let (error, busy, toaster, seen) = (error.clone(), busy.clone(), toaster.clone(), seen.clone());
            let path = format!("/score-settings/{model}");
            let request = Request::put(path.clone(), json!({ "document": *draft })).if_match(*seen);
            busy.set(true);
            spawn_local(async move {
                match request.json::<Value>().await {
                    Ok(now) => {
                        toaster.ok(l.models_saved());
                        invalidate("/score-settings");
                        // What is saved gets an editor of its own: nothing is typed until it is there.
                        busy.set(version_of(&now) != version);
                        error.set(None);
                    }
                    Err(mut e) => {
                        if e.status == 412 {
                            // Saving once more is saving over what the other has left.
                            if let Ok(now) = Request::get(path).fresh().json::<Value>().await {
                                seen.set(version_of(&now));
                            }
                            e.message = l.settings_clash().to_owned();
                        }
                        error.set(Some(e));
                        busy.set(false);
                    }
                }
            });
        })
    };
    let set = |to: Value| {
        let (draft, preview, error) = (draft.clone(), preview.clone(), error.clone());
        Callback::from(move |_: MouseEvent| {
            draft.set(to.clone());
            preview.set(None);
            error.set(None);
        })
    };
    let model_name = model.clone();
    let one = |(path, value): Leaf| {
        let key = path.last().cloned().unwrap_or_default();
        let name = path.join(".");
        let money = path.iter().any(|k| k.ends_with("_minor"));
        let field = FieldMeta {
            key: name.clone(),
            kind: if money { "money" } else { "number" }.into(),
            ..FieldMeta::default()
        };
        let wrong = error.as_ref().and_then(|e| e.errors.iter().find(|x| x.field.ends_with(&name)));
        let onchange = {
            let (draft, path) = (draft.clone(), path.clone());
            Callback::from(move |v: Value| draft.set(with(&draft, &path, v)))
        };
        let label = if model_name == "rfm" && key == "high" { say(l, "rfm_high") } else { say(l, &key) };
        html! { <Field key={name} {label} error={wrong.map(|x| AttrValue::from(x.message.clone()))}><FieldInput {field} {value} {onchange} invalid={wrong.is_some()} /></Field> }
    };
    let dirty = *draft != saved;
    use_unsaved(dirty);
    let onlists = {
        let draft = draft.clone();
        Callback::from(move |v: Value| draft.set(v))
    };
    html! { <div class="p-4">
        <fieldset disabled={!may || *busy} class="min-w-0">{ for groups(&draft).into_iter().map(|(key, leaves)| html! { <fieldset key={key.clone()} class="mb-2"><legend class="mb-2 text-[13px] font-semibold">{ if key.is_empty() { l.models_other().to_owned() } else { say(l, &key) } }</legend><div class="grid grid-cols-2 gap-x-3 md:grid-cols-4">{ for leaves.into_iter().map(one) }</div></fieldset> }) }
        <Lists model={model} document={(*draft).clone()} onchange={onlists} errors={error.as_ref().map(|e| e.errors.clone()).unwrap_or_default()} /></fieldset>
        if let Some(e) = &*error { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
        if let Some(v) = &*preview { { effect(l, v) } }
        if may { <div class="flex flex-wrap items-center gap-2 border-t border-base-300/70 pt-3">
            <button class="btn btn-sm" data-testid="preview" onclick={look} disabled={*busy}>if *busy { { spinner() } } else { { icon("search", "size-4") } }{ l.models_preview() }</button>
            <button class="btn btn-sm btn-primary" onclick={save} disabled={!dirty || *busy}>{ l.save() }</button>
            if dirty { <button class="btn btn-sm btn-ghost" disabled={*busy} onclick={set(saved)}>{ l.undo() }</button> }
            if *draft != shipped { <button class="btn btn-sm btn-ghost ml-auto" disabled={*busy} onclick={set(shipped)}>{ l.models_shipped() }</button> }
        </div> }
    </div> }
}

/// What the settings would do: customers by band now and then, and some that would change.
fn effect(l: Lang, v: &Value) -> Html {
    let count = |v: &Value, key: &str| format::group(v.get(key).and_then(Value::as_u64).unwrap_or(0));
    let rows = |key: &str| v.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    const BOX: &str = "mb-4 rounded-xl border border-primary/30 bg-primary/5 p-4 text-[13px]";
    if v.get("previewable").and_then(Value::as_bool) == Some(false) {
        return html! { <p class={BOX} data-testid="effect">{ l.models_no_preview() }</p> };
    }
    let (changed, all, rights) = (count(v, "changed"), count(v, "customers"), count(v, "rights_changed"));
    let head = match (text(v, "model").as_str(), changed.as_str(), rights.as_str()) {
        ("four_r", ..) => l.models_contacts_changed(&changed, &all),
        (_, _, "0") => l.models_changed(&changed, &all),
        (_, "0", _) => l.models_rights_changed(&rights, &all),
        _ => l.models_both_changed(&changed, &rights, &all),
    };
    let people = v.get("people").and_then(Value::as_u64).unwrap_or(0);
    html! { <div class={BOX} data-testid="effect">
        <p class="font-medium">{ head }</p>
        if people > 0 { <p>{ l.models_people_changed(&format::group(people)) }</p> }
        <div class="mt-2 grid grid-cols-1 gap-4 md:grid-cols-2"><table class="w-full"><thead class="text-left text-xs text-base-content/70"><tr><th class="font-normal"></th><th class="text-right font-normal">{ l.models_now() }</th><th class="text-right font-normal">{ l.models_then() }</th></tr></thead>
            <tbody>{ for rows("bands").iter().map(|b| html! { <tr class="h-7"><td>{ say(l, &text(b, "band")) }</td><td class="text-right tabular-nums">{ count(b, "before") }</td><td class="text-right font-medium tabular-nums">{ count(b, "after") }</td></tr> }) }</tbody></table>
            if !rows("rights").is_empty() { <table class="w-full md:order-last" data-testid="rights-effect"><thead class="text-left text-xs text-base-content/70"><tr><th class="font-normal">{ l.entitlements() }</th><th class="text-right font-normal">{ l.models_gained() }</th><th class="text-right font-normal">{ l.models_lost() }</th></tr></thead>
            <tbody>{ for rows("rights").iter().map(|r| html! { <tr class="h-7"><td>{ text(r, "name") }</td><td class="text-right tabular-nums">{ count(r, "gained") }</td><td class="text-right tabular-nums">{ count(r, "lost") }</td></tr> }) }</tbody></table> }
            <ul class="space-y-1 text-xs">{ for rows("examples").iter().take(6).map(|e| html! { <li class="flex justify-between gap-3"><span class="truncate">{ text(e, "name") }</span><span class="shrink-0 text-base-content/70">{ format!("{} → {}", say(l, &text(e, "before")), say(l, &text(e, "after"))) }</span></li> }) }</ul></div>
    </div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_changed_where_they_stand_and_lists_are_left_alone() {
        let document = json!({ "cuts": { "a": 80, "b": null }, "late": 1.2, "rules": [1, 2], "name": "x" });
        let found = groups(&document);
        assert_eq!(found.iter().map(|g| (g.0.as_str(), g.1.len())).collect::<Vec<_>>(), [("cuts", 2), ("", 1)]);
        let changed = with(&document, &["cuts".to_owned(), "b".to_owned()], json!(60));
        assert_eq!(changed, json!({ "cuts": { "a": 80, "b": 60 }, "late": 1.2, "rules": [1, 2], "name": "x" }));
    }
}
