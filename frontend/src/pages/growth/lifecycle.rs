//! The stages of the life of customers with us side by side, and who moved between them in the period.

use super::{behind, list, num, words};
use crate::format;
use crate::i18n::Lang;
use crate::ui::{Empty, cls, icon};
use serde_json::Value;
use yew::prelude::*;

/// The body of the card.
pub(super) fn flow(l: Lang, v: &Value) -> Html {
    let stages = list(v, "stages");
    let count = |s: &Value, key: &str| num(s, key).unwrap_or(0.0).max(0.0) as u64;
    let all: u64 = stages.iter().map(|s| count(s, "customers")).sum();
    if all == 0 {
        return html! { <Empty small=true icon="users" title={l.no_data()} /> };
    }
    let one = |(i, s): (usize, &Value)| {
        let n = |key: &str| format::group(count(s, key));
        let (came, returned, stopped) = (count(s, "came"), count(s, "came_back"), count(s, "stopped"));
        let gone = serde_json::json!({ "drill_down": words(s, "stopped_drill_down") });
        html! { <li class="relative min-w-0 flex-1 rounded-box border border-base-300 p-3" data-stage={words(s, "stage").to_owned()}>
            if i > 0 { <span class="absolute -left-[1.4rem] top-1/2 hidden -translate-y-1/2 text-base-content/50 lg:block">{ icon("arrow-right", "size-4") }</span> }
            <p class="text-[13px] font-medium">{ words(s, "label") }</p>
            <p class="text-xl font-semibold tabular-nums">{ behind(s, html! { { n("customers") } }, "hover:text-primary hover:underline") }<span class="ml-2 text-xs font-normal text-base-content/70">{ format::percent(100.0 * count(s, "customers") as f64 / all as f64) }</span></p>
            <p class="flex min-h-6 flex-wrap items-center gap-x-3 text-xs">
                if came > 0 { <span>{ l.flow_came(&n("came")) }</span> }
                if returned > 0 { <span>{ l.flow_returned(&n("came_back")) }</span> }
                if stopped > 0 { { behind(&gone, html! { { l.flow_stopped(&n("stopped")) } }, "inline-flex min-h-6 items-center text-base-content/70 hover:text-primary hover:underline") } }
                if came + returned + stopped == 0 { <span class="text-base-content/70">{ l.flow_still() }</span> }
            </p>
            <p class="mt-2 line-clamp-2 text-xs text-base-content/70">{ words(s, "focus") }</p>
        </li> }
    };
    let name =
        |code: &str| stages.iter().find(|s| words(s, "stage") == code).map_or("", |s| words(s, "label")).to_owned();
    let moves = list(v, "moves");
    let most = moves.iter().map(|m| count(m, "customers")).max().unwrap_or(1).max(1) as f64;
    let moved = |m: &Value| {
        let back = m.get("back").and_then(Value::as_bool).unwrap_or(false);
        let share = count(m, "customers") as f64 / most * 100.0;
        let text = html! { <span class="inline-flex items-center gap-1.5">{ name(words(m, "from")) }{ icon("arrow-right", "size-3.5 text-base-content/60") }{ name(words(m, "to")) }</span> };
        html! { <li class="grid min-h-9 grid-cols-[minmax(9.5rem,auto)_minmax(0,1fr)_auto] items-center gap-3 text-[13px]" data-move={format!("{}-{}", words(m, "from"), words(m, "to"))}>{ behind(m, text, "hover:text-primary hover:underline") }
        <span class="block h-2 rounded-full bg-base-200"><span class={cls!("block h-full rounded-full", if back { "bg-base-content/35" } else { "bg-primary/70" })} style={format!("width:{share:.1}%")}></span></span>
        <span class="text-right tabular-nums">{ l.seg_customers(&format::group(count(m, "customers"))) }<span class="ml-1.5 text-xs text-base-content/70">{ if back { l.flow_back() } else { l.flow_on() } }</span></span></li> }
    };
    html! { <div class="px-4 pb-4" data-testid="lifecycle-flow">
        <ol class="flex flex-col gap-3 lg:flex-row lg:gap-7">{ for stages.iter().enumerate().map(one) }</ol>
        <p class="pb-1 pt-3 text-xs text-base-content/70">{ l.flow_hint() }</p>
        if moves.is_empty() { <p class="text-[13px] text-base-content/70">{ l.flow_none() }</p> } else { <ul>{ for moves.iter().map(moved) }</ul> }
    </div> }
}
