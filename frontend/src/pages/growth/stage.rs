//! Where a customer stands in its life with us: the stage, what the later ones ask for and what of it holds, its rights
//! and the stages before.

use super::customer::{made_with, sheet};
use super::{list, num, words};
use crate::browser;
use crate::data::types::FieldMeta;
use crate::format;
use crate::i18n::Lang;
use crate::ui::{badge, cls, icon};
use serde_json::Value;
use yew::prelude::*;

/// The sheet of the lifecycle; `rank` is the field of the partner ranks.
pub(super) fn sheet_of(l: Lang, v: &Value, currency: &str, rank: Option<&FieldMeta>) -> Html {
    let entitlements: Vec<&str> = list(v, "entitlements").iter().filter_map(Value::as_str).collect();
    let body = html! { <>
        <p class="text-[13px] text-base-content/80">{ words(v, "focus") }</p>
        if !entitlements.is_empty() { <p class="mt-2 text-xs text-base-content/70">{ l.stage_rights() }</p> }
        if !entitlements.is_empty() { <ul class="mt-2 space-y-1 text-xs">{ for entitlements.iter().map(|e| html! { <li class="flex gap-1.5">{ icon("check", "size-3.5 text-success") }{ *e }</li> }) }</ul> }
        { for stages(list(v, "conditions")).into_iter().map(|(stage, tests)| entry(l, stage, &tests, currency, rank)) }
        if !list(v, "history").is_empty() { <ol class="mt-3 space-y-1 border-l border-base-300 pl-3 text-xs">{ for list(v, "history").iter().take(5).map(|h| html! { <li><span class="font-medium">{ words(h, "label") }</span><span class="ml-2 text-base-content/70">{ format::moment(l, words(h, "entered_at"), &browser::clock()) }</span></li> }) }</ol> }
        { made_with(l, num(v, "settings_version")) }
    </> };
    sheet(l.lifecycle(), badge("info", words(v, "label")), body)
}

/// The tests by the stage that they lead to, in their order.
fn stages(conditions: &[Value]) -> Vec<(&str, Vec<&Value>)> {
    let mut found: Vec<(&str, Vec<&Value>)> = Vec::new();
    for c in conditions {
        match found.last_mut().filter(|(stage, _)| *stage == words(c, "stage")) {
            Some((_, tests)) => tests.push(c),
            None => found.push((words(c, "stage"), vec![c])),
        }
    }
    found
}

/// What a stage asks for: any of its alternatives, all tests of which hold.
fn entry(l: Lang, stage: &str, tests: &[&Value], currency: &str, rank: Option<&FieldMeta>) -> Html {
    let way = |c: &Value| num(c, "alternative").unwrap_or(0.0) as usize;
    let holds = |c: &Value| c.get("holds").and_then(Value::as_bool).unwrap_or(false);
    let ways = tests.last().map_or(0, |c| way(c) + 1);
    let met = |i: usize| tests.iter().filter(|c| way(c) == i && holds(c)).count();
    let all = |i: usize| tests.iter().filter(|c| way(c) == i).count();
    // The way of which the least is missing says how near the stage is.
    let nearest = (0..ways).min_by_key(|i| all(*i) - met(*i)).unwrap_or(0);
    let label = domain::lifecycle::Stage::parse(stage).map_or(["", ""], domain::lifecycle::Stage::label);
    let test = |c: &Value| {
        let on = holds(c);
        let value = |key: &str| {
            num(c, key).map_or_else(|| l.unknown().to_owned(), |v| figure(l, words(c, "key"), v, currency, rank))
        };
        let op = match words(c, "op") {
            "more_than" => ">",
            "at_least" => "≥",
            "at_most" => "≤",
            _ => "<",
        };
        html! { <li class="grid grid-cols-[auto_minmax(0,1fr)_auto] items-baseline gap-x-1.5" data-holds={on.to_string()}>{ icon(if on { "circle-check" } else { "circle-x" }, if on { "size-3.5 self-center text-success" } else { "size-3.5 self-center text-base-content/50" }) }<span class="min-w-0 wrap-anywhere">{ words(c, "fact") }<span class="ml-1 whitespace-nowrap tabular-nums">{ op }{ " " }{ value("value") }</span></span><span class={cls!("whitespace-nowrap tabular-nums", if on { "text-success" } else { "text-base-content/70" })}>{ l.stage_now(&value("found")) }</span></li> }
    };
    html! { <section class="mt-3 text-xs" data-testid={format!("entry-{stage}")}><h4 class="flex items-baseline justify-between gap-2 text-base-content/70"><span>{ l.stage_entry(l.pick(label[0], label[1])) }</span><span class="tabular-nums">{ l.stage_met(met(nearest), all(nearest)) }</span></h4>
    { for (0..ways).map(|i| html! { <>if i > 0 { <p class="pl-5 text-base-content/70">{ l.stage_or() }</p> }<ul class="mt-1 space-y-1">{ for tests.iter().filter(|c| way(c) == i).map(|c| test(c)) }</ul></> }) }</section> }
}

/// A number of a fact in its unit.
fn figure(l: Lang, key: &str, value: f64, currency: &str, rank: Option<&FieldMeta>) -> String {
    match key {
        "partner_rank" => {
            let choice = rank.and_then(|f| f.choices.get(value as usize));
            choice.map_or_else(|| format::number(value, 0), |c| c.label.clone())
        }
        key if key.ends_with("_minor") => format::money(l, currency, value as i64),
        _ => format::number(value, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tests_stand_with_the_stage_they_lead_to() {
        let all = json!([{ "stage": "growth" }, { "stage": "maturity" }, { "stage": "maturity" }]);
        let found = stages(all.as_array().unwrap());
        assert_eq!(found.iter().map(|(s, t)| (*s, t.len())).collect::<Vec<_>>(), [("growth", 1), ("maturity", 2)]);
    }
}
