//! What changed at the customer after a task was done, and how that was worked out.

use crate::data::query::use_query;
use crate::i18n::{Lang, use_lang};
use crate::ui::field::select;
use crate::ui::{Card, Failed, badge, icon, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct EffectProps {
    pub(super) task: String,
}

fn word<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The card on the page of a finished task.
#[component]
pub(super) fn Effect(p: &EffectProps) -> Html {
    let l = use_lang();
    let days = use_state_eq(|| "14".to_owned());
    let query = use_query::<Value>(format!("/tasks/{}/effect?days={}", p.task, *days));
    let spans = ["7", "14", "30", "90"].map(|n| (n.to_owned(), l.effect_days(n)));
    let onpick = {
        let days = days.clone();
        Callback::from(move |v: String| days.set(v))
    };
    let body = match (&query.data, &query.error) {
        (Some(e), _) => shown(l, e),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_lines(3),
    };
    html! { <Card title={l.effect()} extra={select("days", l.effect(), &spans, &days, "select-sm w-28", onpick)}><div data-testid="effect">{ body }</div></Card> }
}

fn shown(l: Lang, e: &Value) -> Html {
    let (color, label) = match word(e, "verdict") {
        "improved" => ("success", l.effect_improved()),
        "worsened" => ("error", l.effect_worsened()),
        "mixed" => ("warning", l.effect_mixed()),
        "unchanged" => ("neutral", l.effect_unchanged()),
        "waiting" => ("info", l.effect_watching()),
        _ => ("neutral", l.effect_none()),
    };
    let measures = e.get("measures").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let row = |m: &Value| {
        let (before, after) = (word(m, "before"), word(m, "after"));
        let value = match (word(m, "key"), before, after) {
            ("contact", _, "") => l.effect_no_contact().to_owned(),
            ("contact", _, day) => l.effect_first(day),
            (_, a, b) if a == b => a.to_owned(),
            (_, a, b) => format!("{a} → {b}"),
        };
        let (sign, tone) = match word(m, "turn") {
            "up" => ("arrow-up", "size-3.5 text-success"),
            "down" => ("arrow-down", "size-3.5 text-error"),
            _ => ("arrow-right", "size-3.5 text-base-content/50"),
        };
        html! { <li class="flex items-center gap-2 py-1.5"><span class="min-w-0 flex-1 truncate text-base-content/75">{ word(m, "label") }</span><span class="tabular-nums">{ value }</span>{ icon(sign, tone) }</li> }
    };
    html! { <div class="px-4 pb-3 text-[13px]">
        <p class="flex flex-wrap items-center gap-2">{ badge(color, label) }</p>
        if measures.is_empty() { <p class="pt-2 text-base-content/75">{ l.effect_none_body() }</p> } else { <ul class="divide-y divide-base-300/60 pt-1">{ for measures.iter().map(row) }</ul> }
        <details class="pt-1 text-xs"><summary class="w-fit cursor-pointer py-1 text-primary">{ l.effect_how() }</summary><p class="leading-5 text-base-content/75">{ word(e, "how") }</p></details>
    </div> }
}
