//! When a rule acts.

use super::model::{
    TRIGGERS, changing, dates, fresh_trigger, list, numbers, rhythm, rhythm_word, schedule, unit, verb, with, word,
};
use crate::data::types::ObjectMeta;
use crate::i18n::{Lang, use_lang};
use crate::record::input::FieldInput;
use crate::record::link::Choice;
use crate::record::value::Refs;
use crate::ui::cls;
use crate::ui::field::{Labelled, select, value_of};
use serde_json::{Value, json};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct TriggerProps {
    pub(super) meta: ObjectMeta,
    pub(super) trigger: Value,
    pub(super) refs: Rc<Refs>,
    pub(super) onname: Callback<Choice>,
    pub(super) onchange: Callback<Value>,
}

/// The kind of the trigger as tiles, and what it needs to know.
#[component]
pub(super) fn TriggerEditor(p: &TriggerProps) -> Html {
    let l = use_lang();
    let now = word(&p.trigger, "kind");
    let tile = |kind: &'static str| {
        let (meta, on) = (p.meta.clone(), kind == now);
        let onchange = p.onchange.clone();
        // The kind that is already chosen keeps what was said of it.
        let onclick = Callback::from(move |_: MouseEvent| {
            if !on {
                onchange.emit(fresh_trigger(kind, &meta))
            }
        });
        let label = match kind {
            "event" => l.trig_event(),
            "change" => l.trig_change(),
            "crosses" => l.trig_crosses(),
            "before" => l.trig_before(),
            "schedule" => l.trig_schedule(),
            _ => l.trig_elapsed(),
        };
        html! { <button key={kind} type="button" aria-pressed={on.to_string()} data-testid={format!("trigger-{kind}")} {onclick} class={cls!("min-h-9 cursor-pointer rounded-lg border px-3 text-[13px]", if on { "border-primary bg-primary/8 font-medium text-primary" } else { "border-base-300 hover:border-base-content/30" })}>{ label }</button> }
    };
    let body = match now {
        "event" => event(l, p),
        "change" => change(l, p),
        "crosses" => crosses(l, p),
        "schedule" => timetable(l, p),
        _ => distance(l, p),
    };
    html! { <div class="space-y-3"><div role="group" aria-label={l.rule_trigger()} class="flex flex-wrap gap-2">{ for TRIGGERS.into_iter().map(tile) }</div>{ body }</div> }
}

fn set(p: &TriggerProps, key: &'static str) -> Callback<Value> {
    let trigger = p.trigger.clone();
    p.onchange.reform(move |v: Value| with(&trigger, key, v))
}

fn event(l: Lang, p: &TriggerProps) -> Html {
    let on: Vec<String> = list(&p.trigger, "on").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    html! { <div class="flex flex-wrap gap-x-4 gap-y-2">{ for ["created", "updated", "archived", "restored"].into_iter().map(|v| {
        let (has, on, send) = (on.iter().any(|x| x == v), on.clone(), set(p, "on"));
        let onchange = Callback::from(move |_: Event| {
            let mut on = on.clone();
            if has { on.retain(|x| x != v) } else { on.push(v.to_owned()) }
            send.emit(json!(on))
        });
        html! { <label class="flex cursor-pointer items-center gap-2 text-[13px]"><input type="checkbox" class="checkbox checkbox-sm" checked={has} {onchange} />{ verb(l, v) }</label> }
    }) }</div> }
}

fn change(l: Lang, p: &TriggerProps) -> Html {
    let fields = changing(&p.meta);
    let key = word(&p.trigger, "field");
    let onfield = p.onchange.reform(|v: String| json!({ "kind": "change", "field": v, "from": null, "to": null }));
    let end = |name: &'static str, label: &'static str| {
        let field = p.meta.field(key).cloned().map(|mut f| {
            f.required = false;
            f
        });
        field.map(|field| html! { <Labelled class="min-w-0 flex-1" words="mb-1 block text-xs text-base-content/75" label={html! { { l.noted(label, l.trig_any()) } }}><FieldInput {field} value={p.trigger.get(name).cloned().unwrap_or(Value::Null)} refs={p.refs.clone()} onname={p.onname.clone()} onchange={set(p, name)} /></Labelled> }).unwrap_or_default()
    };
    html! { <div class="flex flex-wrap items-end gap-3"><label class="block"><span class="mb-1 block text-xs text-base-content/75">{ l.trig_field() }</span>{ select("field", l.trig_field(), &fields, key, "w-44", onfield) }</label>{ end("from", l.trig_from()) }{ end("to", l.trig_to()) }</div> }
}

/// "Health falls below 60".
fn crosses(l: Lang, p: &TriggerProps) -> Html {
    let (fields, key) = (numbers(&p.meta), word(&p.trigger, "field"));
    let side = word(&p.trigger, "side");
    let sides = [("below", l.trig_below()), ("above", l.trig_above())].map(|(k, w)| (k.to_owned(), w.to_owned()));
    let field = p.meta.field(key).cloned().map(|mut f| {
        // The line is the rule's own, whoever writes the field.
        (f.required, f.writable) = (true, true);
        f
    });
    let onfield = {
        let side = side.to_owned();
        p.onchange.reform(move |v: String| json!({ "kind": "crosses", "field": v, "side": side, "value": null }))
    };
    html! { <>
        <div class="flex flex-wrap items-center gap-2 text-[13px]">{ select("field", l.trig_field(), &fields, key, "w-44", onfield) }{ select("side", l.trig_side(), &sides, side, "w-32", set(p, "side").reform(|v: String| json!(v))) }<label class="block w-36" data-testid="trigger-line">{ for field.map(|field| html! { <><span class="sr-only">{ field.label.clone() }</span><FieldInput {field} value={p.trigger.get("value").cloned().unwrap_or(Value::Null)} refs={p.refs.clone()} onname={p.onname.clone()} onchange={set(p, "value")} /></> }) }</label></div>
        <p class="text-xs text-base-content/75">{ l.trig_crosses_body() }</p>
    </> }
}

/// "7 days since …" and "30 days before …".
fn distance(l: Lang, p: &TriggerProps) -> Html {
    let before = word(&p.trigger, "kind") == "before";
    let units: Vec<(String, String)> =
        ["minutes", "hours", "days"].into_iter().map(|u| (u.to_owned(), unit(l, u).to_owned())).collect();
    let count = p.trigger.get("count").and_then(Value::as_u64).unwrap_or(0).to_string();
    let oncount = set(p, "count").reform(|e: InputEvent| json!(value_of(&e).trim().parse::<u32>().unwrap_or(0)));
    let working = p.trigger.get("working").and_then(Value::as_bool).unwrap_or(false);
    let field = html! { { select("field", l.trig_field(), &dates(&p.meta), word(&p.trigger, "field"), "w-44", set(p, "field").reform(|v: String| json!(v))) } };
    let amount = html! { <><input type="number" min="1" name="count" class="input w-20 tabular-nums" aria-label={if before { l.trig_ahead() } else { l.trig_passed() }} value={count} oninput={oncount} />{ select("unit", l.unit_days(), &units, word(&p.trigger, "unit"), "w-24", set(p, "unit").reform(|v: String| json!(v))) }</> };
    let empty = if domain::automation::runs_from_the_beginning(&p.meta.key, word(&p.trigger, "field")) {
        l.trig_never_made()
    } else {
        l.trig_never_left()
    };
    html! { <>
        <div class="flex flex-wrap items-center gap-2 text-[13px]"><span>{ l.trig_since() }</span>{ field }<span>{ if before { l.trig_ahead() } else { l.trig_passed() } }</span>{ amount }</div>
        if !before { <label class="flex cursor-pointer items-center gap-2 text-[13px]"><input type="checkbox" class="checkbox checkbox-sm" checked={working} onchange={set(p, "working").reform(move |_: Event| json!(!working))} />{ l.unit_working() }</label> <p class="text-xs text-base-content/75" data-testid="trigger-empty">{ empty }</p> }
    </> }
}

fn timetable(l: Lang, p: &TriggerProps) -> Html {
    let (key, hour, minute) = rhythm(&p.trigger);
    let all: Vec<(String, String)> = ["workday", "day", "week", "month", "hour", "own"]
        .into_iter()
        .map(|k| (k.to_owned(), rhythm_word(l, k).to_owned()))
        .collect();
    let onrhythm = {
        let trigger = p.trigger.clone();
        p.onchange.reform(move |k: String| {
            if k == "own" { with(&trigger, "cron", json!("0 9 * * 1-5")) } else { schedule(&k, hour, minute) }
        })
    };
    let ontime = p.onchange.reform(move |e: Event| {
        let text = value_of(&e);
        let (h, m) = text.split_once(':').unwrap_or(("9", "0"));
        schedule(key, h.parse().unwrap_or(9), m.parse().unwrap_or(0))
    });
    let oncron = set(p, "cron").reform(|e: InputEvent| json!(value_of(&e)));
    html! { <div class="flex flex-wrap items-center gap-2">{ select("rhythm", l.trig_every(), &all, key, "w-44", onrhythm) }
    if key == "own" { <input type="text" name="cron" class="input w-44 font-mono" aria-label={l.every_own()} value={word(&p.trigger, "cron").to_owned()} oninput={oncron} /> }
    if !matches!(key, "own" | "hour") { <input type="time" name="at" class="input w-32" aria-label={l.trig_at()} value={format!("{hour:02}:{minute:02}")} onchange={ontime} /> }</div> }
}
