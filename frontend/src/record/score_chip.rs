//! The health of a customer beside its name, with what made it.

use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{Record, field_value, text};
use crate::format;
use crate::i18n::use_lang;
use crate::ui::pieces::score_chip;
use crate::ui::{Failed, nothing, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct HealthProps {
    pub(super) record: Record,
}

/// The chip; nothing for those who may not see scores.
#[component]
pub(super) fn Health(p: &HealthProps) -> Html {
    let l = use_lang();
    let session = use_session();
    if !session.me.may("scores", "read") || !p.record.contains_key("health") {
        return nothing();
    }
    let value = field_value(&p.record, "health").as_f64();
    let color = match text(&p.record, "health_band") {
        _ if value.is_none() => "neutral",
        "healthy" => "success",
        "watch" => "warning",
        _ => "error",
    };
    score_chip(l, l.health(), value, color, html! { <Why id={text(&p.record, "id").to_owned()} /> })
}

#[derive(Properties, PartialEq)]
struct WhyProps {
    id: String,
}

/// The inputs with their weights; read when somebody wants to know.
#[component]
fn Why(p: &WhyProps) -> Html {
    let l = use_lang();
    let overview = use_query::<Value>(format!("/customers/{}/overview", p.id));
    let Some(o) = &overview.data else {
        return match &overview.error {
            Some(e) => html! { <Failed error={e.clone()} retry={overview.refetch.clone()} /> },
            None => skeleton_lines(4),
        };
    };
    let parts = o.pointer("/scores/health/parts").and_then(Value::as_array).cloned().unwrap_or_default();
    let word = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let number = |v: &Value, key: &str| {
        v.get(key).and_then(Value::as_f64).map_or_else(|| l.unknown_score().to_owned(), |n| format::number(n, 2))
    };
    html! { <><p class="pb-1 text-xs text-base-content/70">{ l.score_parts() }</p>
    <ul class="space-y-1 text-xs" data-testid="why">{ for parts.iter().map(|v| html! { <li class="flex justify-between gap-3" title={word(v, "formula")}><span class="truncate">{ word(v, "label") }</span><span class="shrink-0 tabular-nums">{ number(v, "value") }{ " × " }{ number(v, "weight") }</span></li> }) }</ul></> }
}
