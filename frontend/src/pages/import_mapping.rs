//! What the columns of a file mean: fields, formats, match keys, and values that need a decision.

use super::import_changes::Make;
use crate::data::jobs::{Column, Import, Unmatched};
use crate::data::query::use_query;
use crate::data::types::{FieldMeta, ObjectMeta, Record, text};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::record::link::{Choice, LinkPicker};
use crate::ui::cls;
use crate::ui::field::{Field, Toggle, select};
use crate::ui::{Card, icon};
use serde_json::{Value, json};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What a file may say of a record though nobody can enter it: which one it is, who made it and when.
const ORIGIN: [&str; 3] = ["id", "created_at", "created_by"];

#[derive(Properties, PartialEq)]
pub(crate) struct PartProps {
    pub(crate) meta: ObjectMeta,
    pub(crate) import: Rc<Import>,
    pub(crate) onpatch: Callback<Value>,
    /// For what depends on the changes that are sent before.
    pub(crate) onmake: Callback<Make>,
    /// How often a change has failed: by this, controls that are to show again what is stored are told apart.
    pub(crate) failures: u32,
}

/// `{outer: {inner: value}}` with any keys.
fn nested(outer: &str, inner: &str, value: Value) -> Value {
    let mut m = serde_json::Map::new();
    m.insert(inner.to_owned(), value);
    let mut o = serde_json::Map::new();
    o.insert(outer.to_owned(), Value::Object(m));
    Value::Object(o)
}

/// One line per column: its header, some values, and the field it is.
#[component]
pub(crate) fn Mapping(p: &PartProps) -> Html {
    let l = use_lang();
    let i = &p.import;
    let mapped = i.columns.iter().filter(|c| i.mapping.contains_key(&c.header)).count();
    let missing: Vec<&str> = p
        .meta
        .fields
        .iter()
        .filter(|f| {
            f.required && f.writable && f.default.is_null() && f.importable && !i.mapping.values().any(|m| *m == f.key)
        })
        .map(|f| f.label.as_str())
        .collect();
    html! {
        <Card title={l.mapping()} extra={html! { <span class="text-xs text-base-content/70">{ l.mapped_n(mapped, i.columns.len()) }</span> }}>
            if !i.duplicate_headers.is_empty() { <p class="mx-4 mb-2 rounded-lg bg-warning/10 px-3 py-2 text-[13px]">{ l.duplicate_headers(&i.duplicate_headers.join(l.pick("、", ", "))) }</p> }
            if !missing.is_empty() { <p class="mx-4 mb-2 rounded-lg bg-warning/10 px-3 py-2 text-[13px]">{ l.mapping_missing(&missing.join(l.pick("、", ", "))) }</p> }
            <ul class="divide-y divide-base-300/60">{ for i.columns.iter().map(|c| html! { <ColumnRow key={c.header.clone()} meta={p.meta.clone()} column={c.clone()} import={i.clone()} onpatch={p.onpatch.clone()} /> }) }</ul>
        </Card>
    }
}

#[derive(Properties, PartialEq)]
struct ColumnRowProps {
    meta: ObjectMeta,
    column: Column,
    import: Rc<Import>,
    onpatch: Callback<Value>,
}

#[component]
fn ColumnRow(p: &ColumnRowProps) -> Html {
    let l = use_lang();
    let (c, i) = (&p.column, &p.import);
    let now = i.mapping.get(&c.header).cloned().unwrap_or_default();
    let mut options = vec![(String::new(), l.do_not_import().to_owned())];
    let taken = |k: &str| i.mapping.iter().any(|(h, f)| f == k && *h != c.header);
    let shown = |key: &str, label: &str| {
        (key.to_owned(), if taken(key) { l.noted(label, l.in_use()) } else { label.to_owned() })
    };
    let is_offered = |f: &&FieldMeta| f.importable || f.key == now || ORIGIN.contains(&f.key.as_str());
    options.extend(p.meta.fields.iter().filter(is_offered).map(|f| shown(&f.key, &f.label)));
    let onchange = {
        let (onpatch, header) = (p.onpatch.clone(), c.header.clone());
        Callback::from(move |v: String| {
            onpatch.emit(nested("mapping", &header, if v.is_empty() { Value::Null } else { json!(v) }))
        })
    };
    let field = p.meta.field(&now);
    let sure = c.guess.as_deref() == Some(now.as_str()) && !now.is_empty();
    html! {
        <li class="grid grid-cols-1 items-center gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[minmax(0,1fr)_20px_minmax(0,240px)]">
            <div class="min-w-0"><p class="flex items-center gap-2 text-[13px] font-medium"><span class="truncate">{ &c.header }</span><span class="shrink-0 rounded bg-base-content/8 px-1.5 text-[11px] font-normal leading-4.5 text-base-content/70">{ shape(l, &c.shape) }</span></p>
                <p class="truncate text-xs text-base-content/70">{ c.samples.iter().take(4).cloned().collect::<Vec<_>>().join("  ·  ") }</p></div>
            <span class="hidden text-base-content/70 sm:block">{ icon("arrow-right", "size-4") }</span>
            <div class="min-w-0"><div class="flex items-center gap-2">{ select("map", &l.field_for(&c.header), &options, &now, "select-sm w-full", onchange) }
                if sure { <span class={cls!("shrink-0 text-[11px] tabular-nums", if c.confidence >= 0.8 { "text-success" } else { "text-warning" })} title={l.confidence()}>{ format::percent(c.confidence * 100.0) }</span> }</div>
                { format_of(l, c, i, field, &p.onpatch) }</div>
        </li>
    }
}

fn shape(l: Lang, shape: &str) -> &'static str {
    match shape {
        "int" => l.kind_int(),
        "number" => l.kind_number(),
        "date" => l.kind_date(),
        "datetime" => l.kind_datetime(),
        "time" => l.shape_time(),
        "bool" => l.kind_bool(),
        "email" => l.kind_email(),
        "phone" => l.kind_phone(),
        "url" => l.kind_url(),
        "empty" => l.shape_empty(),
        _ => l.kind_text(),
    }
}

/// An order of day, month and year as a person writes it.
fn date_order(l: Lang, key: &str) -> &'static str {
    match key {
        "dmy" => l.date_dmy(),
        "mdy" => l.date_mdy(),
        _ => l.date_ymd(),
    }
}

/// Doubts about a column: the order of its dates, the unit of its amounts and percentages.
fn format_of(l: Lang, c: &Column, i: &Import, field: Option<&FieldMeta>, onpatch: &Callback<Value>) -> Html {
    let Some(field) = field else { return html! {} };
    if matches!(field.kind.as_str(), "date" | "datetime") && c.date_ambiguous && i.date_format.is_none() {
        return html! { <p class="mt-1 flex items-center gap-1 text-xs text-warning">{ icon("circle-alert", "size-3.5") }{ l.date_ambiguous(date_order(l, c.date_format.as_deref().unwrap_or_default())) }</p> };
    }
    let units = match field.kind.as_str() {
        "money" => vec![
            ("1", l.unit_one()),
            ("1000", l.unit_thousand()),
            ("10000", l.unit_wan()),
            ("1000000", l.unit_million()),
            ("100000000", l.unit_yi()),
        ],
        "percent" if !c.samples.iter().all(|s| s.ends_with(['%', '％'])) => {
            vec![("1", l.percent_of_hundred()), ("100", l.percent_of_one())]
        }
        _ => Vec::new(),
    };
    if !units.is_empty() {
        let now = i.multiply.get(&c.header).copied().unwrap_or(1).to_string();
        let options: Vec<(String, String)> = units.iter().map(|(n, label)| ((*n).into(), (*label).into())).collect();
        let width = "select-xs w-36";
        let onchange = {
            let (onpatch, header) = (onpatch.clone(), c.header.clone());
            Callback::from(move |v: String| onpatch.emit(nested("multiply", &header, json!(v.parse::<i64>().ok()))))
        };
        let said = if field.kind == "money" { l.unit() } else { l.percent_written() };
        return html! { <div class="mt-1 flex items-center gap-2 text-xs text-base-content/70">{ said }{ select("unit", said, &options, &now, width, onchange) }</div> };
    }
    html! {}
}

/// Match keys and formats, what to do with known records and bad cells, links that may be made.
#[component]
pub(crate) fn Options(p: &PartProps) -> Html {
    let l = use_lang();
    let i = &p.import;
    let picked = use_state_eq(|| None::<Choice>);
    let person = i.default_owner_id.as_ref().filter(|id| picked.as_ref().is_none_or(|c| c.0 != **id));
    let person = use_query::<Record>(person.map_or_else(String::new, |id| format!("/users/{id}")));
    let owner = i.default_owner_id.clone().map(|id| {
        let chosen = picked.as_ref().filter(|c| c.0 == id).map(|c| c.1.clone());
        let read = || person.data.as_ref().filter(|r| text(r, "id") == id).map(|r| text(r, "name").to_owned());
        let unread = || if person.error.is_some() { id.clone() } else { "…".to_owned() };
        (id.clone(), chosen.or_else(read).unwrap_or_else(unread))
    });
    let mapped: Vec<&FieldMeta> = p.meta.fields.iter().filter(|f| i.mapping.values().any(|m| *m == f.key)).collect();
    let keys = mapped
        .iter()
        .filter(|f| !f.masked)
        .filter(|f| match f.kind.as_str() {
            "text" | "phone" | "email" | "link" | "date" | "id" | "url" => true,
            "int" => f.custom,
            _ => false,
        })
        .take(10);
    let flip = |key: &str| {
        let (onmake, key) = (p.onmake.clone(), key.to_owned());
        Callback::from(move |e: Event| {
            let key = key.clone();
            let on = e.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked());
            onmake.emit(Box::new(move |now: &Import| {
                let mut keys = now.match_fields.clone();
                keys.retain(|k| *k != key);
                keys.extend(on.then(|| key.clone()));
                json!({ "match_fields": keys })
            }))
        })
    };
    let set = |key: &'static str| {
        let onpatch = p.onpatch.clone();
        Callback::from(move |v: String| {
            let mut m = serde_json::Map::new();
            m.insert(key.into(), json!(v));
            onpatch.emit(Value::Object(m))
        })
    };
    let pairs =
        |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let links: Vec<&&FieldMeta> =
        mapped.iter().filter(|f| f.kind == "tags" || f.kind == "link" && f.link.as_deref() != Some("users")).collect();
    let at_customer = i.mapping.values().any(|m| m == "customer_id")
        && links.iter().any(|f| matches!(f.link.as_deref(), Some("contacts" | "opportunities")));
    let may_pool = p.meta.field("pooled_at").is_some() && crate::data::session::use_session().me.may("pool", "update");
    let onowner = {
        let (picked, onpatch) = (picked.clone(), p.onpatch.clone());
        Callback::from(move |c: Option<Choice>| {
            onpatch.emit(json!({ "default_owner_id": c.as_ref().map(|c| c.0.clone()) }));
            picked.set(c)
        })
    };
    html! {
        <Card title={l.import_options()} class="px-0"><div class="space-y-4 px-4 pb-4 text-[13px]">
            <fieldset><legend class="mb-1 text-base-content/75">{ l.match_by() }</legend><p class="mb-1.5 text-xs text-base-content/70">{ l.match_by_help() }</p>
                { for keys.map(|f| html! { <label class="flex h-7 cursor-pointer items-center gap-2" key={f.key.clone()}><input type="checkbox" class="checkbox checkbox-xs" checked={i.match_fields.contains(&f.key)} onchange={flip(&f.key)} />{ &f.label }</label> }) }</fieldset>
            if !i.match_fields.is_empty() { <Field label={l.when_exists()}>{ select("existing", l.when_exists(), &pairs(&[("update", l.exists_update()), ("skip", l.exists_skip())]), if i.existing == "skip" { "skip" } else { "update" }, "w-full select-sm", set("existing")) }</Field> }
            <Field label={l.bad_cells()}>{ select("bad_cells", l.bad_cells(), &pairs(&[("reject_row", l.bad_reject()), ("leave_empty", l.bad_empty())]), if i.bad_cells == "leave_empty" { "leave_empty" } else { "reject_row" }, "w-full select-sm", set("bad_cells")) }</Field>
            <div class="grid grid-cols-2 gap-3"><Field label={l.date_format()}>{ select("date_format", l.date_format(), &pairs(&[("auto", l.automatic()), ("ymd", l.date_ymd()), ("dmy", l.date_dmy()), ("mdy", l.date_mdy())]), i.date_format.as_deref().unwrap_or("auto"), "w-full select-sm", set("date_format")) }</Field>
            <Field label={l.number_format()}>{ select("number_format", l.number_format(), &pairs(&[("auto", l.automatic()), ("point", "1,234.5"), ("comma", "1.234,5")]), i.number_format.as_deref().unwrap_or("auto"), "w-full select-sm", set("number_format")) }</Field></div>
            if !links.is_empty() { <fieldset class="space-y-2.5"><legend class="mb-1 text-base-content/75">{ l.create_missing() }</legend>if at_customer { <p class="text-xs text-base-content/70">{ l.found_at_customer() }</p> }{ for links.iter().map(|f| { let (onpatch, key) = (p.onpatch.clone(), f.key.clone()); html! { <Toggle key={f.key.clone()} on={i.create_missing.get(&f.key).copied().unwrap_or(false)} label={l.create_missing_of(&f.label)} onchange={Callback::from(move |on: bool| onpatch.emit(nested("create_missing", &key, json!(on))))} /> } }) }</fieldset> }
            if may_pool { <div><Toggle on={i.into_pool} label={l.import_pool()} onchange={p.onpatch.reform(|on: bool| json!({ "into_pool": on }))} /><p class="mt-1 text-xs text-base-content/70">{ l.import_pool_body() }</p></div> }
            if p.meta.owned && !i.into_pool && !i.mapping.values().any(|m| m == "owner_id") { <div><p class="mb-1 text-base-content/75">{ l.default_owner() }</p><LinkPicker object="users" small=true value={owner} onchange={onowner} placeholder={l.me_importing()} /></div> }
        </div></Card>
    }
}

/// Values that match nothing exactly: each is decided once.
#[component]
pub(crate) fn Values(p: &PartProps) -> Html {
    let l = use_lang();
    let i = &p.import;
    let left = i.undecided();
    html! {
        <Card title={l.values_title()} extra={html! { <span class={cls!("text-xs", if left > 0 { "text-warning" } else { "text-success" })}>{ if left > 0 { l.values_left(left) } else { l.values_all().to_owned() } }</span> }}>
            <p class="px-4 pb-2 text-[13px] text-base-content/70">{ l.values_body() }</p>
            { for i.unmatched.iter().filter(|(_, v)| !v.is_empty()).map(|(key, values)| { let field = p.meta.field(key).cloned().unwrap_or_default(); html! { <section key={key.clone()} class="border-t border-base-300/60">
                <header class="flex items-center justify-between px-4 pt-2.5 text-xs text-base-content/70"><span>{ if field.label.is_empty() { key.clone() } else { field.label.clone() } }</span>{ accept_all(l, key, i, &p.onmake) }</header>
                <ul>{ for values.iter().take(100).map(|u| html! { <ValueRow key={u.value.clone()} field={field.clone()} column={key.clone()} value={u.clone()} import={i.clone()} onpatch={p.onpatch.clone()} failures={p.failures} /> }) }</ul></section> } }) }
        </Card>
    }
}

/// The proposals for values of a field that nobody has decided.
fn open(i: &Import, key: &str) -> serde_json::Map<String, Value> {
    let decided = i.value_links.get(key);
    let values = i.unmatched.get(key).into_iter().flatten();
    values
        .filter(|u| u.suggestion.is_some() && !decided.is_some_and(|m| m.contains_key(&u.value)))
        .map(|u| (u.value.clone(), json!(u.suggestion)))
        .collect()
}

fn accept_all(l: Lang, key: &str, i: &Import, onmake: &Callback<Make>) -> Html {
    let n = open(i, key).len();
    if n < 2 {
        return html! {};
    }
    let key = key.to_owned();
    let onclick = onmake.reform(move |_: MouseEvent| -> Make {
        let key = key.clone();
        Box::new(move |now: &Import| nested("value_links", &key, Value::Object(open(now, &key))))
    });
    html! { <button class="btn btn-ghost btn-xs text-primary" {onclick}>{ l.accept_all(n) }</button> }
}

#[derive(Properties, PartialEq)]
struct ValueRowProps {
    field: FieldMeta,
    column: String,
    value: Unmatched,
    import: Rc<Import>,
    onpatch: Callback<Value>,
    failures: u32,
}

#[component]
fn ValueRow(p: &ValueRowProps) -> Html {
    let l = use_lang();
    let u = &p.value;
    let names = use_state_eq(|| None::<Choice>);
    let decided = p.import.value_links.get(&p.column).and_then(|m| m.get(&u.value)).cloned();
    let choose = {
        let (onpatch, column, value) = (p.onpatch.clone(), p.column.clone(), u.value.clone());
        move |to: Value| {
            let mut m = serde_json::Map::new();
            m.insert(value.clone(), to);
            onpatch.emit(nested("value_links", &column, Value::Object(m)))
        }
    };
    let yes = {
        let (choose, s) = (choose.clone(), u.suggestion.clone());
        Callback::from(move |_: MouseEvent| choose(json!(s)))
    };
    let no = {
        let choose = choose.clone();
        Callback::from(move |_: MouseEvent| choose(Value::Null))
    };
    let pick = {
        let (choose, names) = (choose.clone(), names.clone());
        Callback::from(move |c: Option<Choice>| {
            if let Some(c) = c {
                choose(json!(c.0));
                names.set(Some(c))
            }
        })
    };
    let pick_key = {
        let choose = choose.clone();
        Callback::from(move |v: String| choose(if v.is_empty() { Value::Null } else { json!(v) }))
    };
    let label = |id: &str| {
        let picked = names.as_ref().filter(|c| c.0 == id).map(|c| c.1.clone());
        let suggested = (u.suggestion.as_deref() == Some(id)).then(|| u.label.clone()).flatten();
        let choice = p.field.choices.iter().find(|c| c.key == id).map(|c| c.label.clone());
        picked.or(suggested).or(choice).unwrap_or_else(|| id.to_owned())
    };
    let other = match p.field.kind.as_str() {
        "link" | "tags" => {
            let object = p.field.link.clone().unwrap_or_else(|| "tags".to_owned());
            html! { <div class="w-44"><LinkPicker {object} small=true value={None::<Choice>} onchange={pick} placeholder={l.choose_other()} /></div> }
        }
        "choice" => {
            let mut options = vec![(String::new(), l.choose_other().to_owned())];
            options.extend(p.field.choices.iter().map(|c| (c.key.clone(), c.label.clone())));
            let chooser = select("value", l.choose_other(), &options, "", "select-sm w-44", pick_key);
            html! { <span key={p.failures}>{ chooser }</span> }
        }
        _ => html! {},
    };
    let create = p.import.create_missing.get(&p.column).copied().unwrap_or(false);
    html! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2 text-[13px]">
            <span class="min-w-0 flex-1 basis-40"><b class="font-medium">{ &u.value }</b><span class="ml-2 text-xs tabular-nums text-base-content/70">{ l.rows_n(&u.count.to_string()) }</span></span>
            { match (&decided, &u.suggestion) {
                (Some(Some(id)), _) => html! { <span class="flex items-center gap-1.5 text-success">{ icon("circle-check", "size-4") }{ format!("= {}", label(id)) }<button class="btn btn-ghost btn-xs text-base-content/70" onclick={no}>{ l.not_this() }</button></span> },
                (Some(None), _) => html! { <span class="flex items-center gap-1.5 text-base-content/70">{ icon("circle-check", "size-4") }{ if create && matches!(p.field.kind.as_str(), "link" | "tags") { l.will_create() } else { l.leave_empty() } }{ other }</span> },
                (None, Some(_)) => html! { <span class="flex flex-wrap items-center gap-1.5"><span class="text-base-content/75">{ l.is_it(u.label.as_deref().unwrap_or("")) }</span>if let Some(s) = u.score { <span class="text-[11px] tabular-nums text-base-content/70">{ format::percent(s * 100.0) }</span> }<button class="btn btn-xs btn-primary" onclick={yes} data-testid="accept">{ l.yes() }</button><button class="btn btn-xs" onclick={no}>{ l.no() }</button>{ other }</span> },
                (None, None) if u.several => html! { <span class="flex items-center gap-1.5"><span class="text-xs text-warning">{ l.several_match() }</span>{ other }</span> },
                (None, None) => html! { <span class="flex items-center gap-1.5"><span class="text-xs text-warning">{ if create && matches!(p.field.kind.as_str(), "link" | "tags") { l.will_create() } else { l.no_match() } }</span>{ other }</span> },
            } }
        </li>
    }
}
