//! The three principles and what makes them: goals, surveys, self-assessment, obstacles and training.

use super::audit::Audits;
use super::goals::Goals;
use super::pulse::Pulse;
use super::upkeep::Upkeep;
use super::{Span, gauge, list, num, score, since, words};
use crate::browser;
use crate::data::query::use_query;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::{Card, Failed, badge, page_head, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn Team() -> Html {
    let l = use_lang();
    let tab = use_state_eq(|| "gauges");
    browser::set_title(&format!("{} · {}", l.nav_principles(), l.app_name()));
    let tabs = [
        ("gauges", l.tab_gauges()),
        ("goals", l.tab_goals()),
        ("pulse", l.tab_pulse()),
        ("audit", l.tab_audit()),
        ("growth", l.tab_growth()),
    ];
    let button = |(key, text): &(&'static str, &'static str)| {
        let (key, tab) = (*key, tab.clone());
        let on = *tab == key;
        html! { <button {key} data-tab={key} role="tab" aria-selected={on.to_string()} onclick={Callback::from(move |_: MouseEvent| tab.set(key))} class={cls!("-mb-px shrink-0 cursor-pointer whitespace-nowrap border-b-2 px-3 pb-2 pt-1 text-[13px]", if on { "border-base-content font-medium" } else { "border-transparent text-base-content/75 hover:text-base-content" })}>{ *text }</button> }
    };
    let body = match *tab {
        "goals" => html! { <Goals /> },
        "pulse" => html! { <Pulse /> },
        "audit" => html! { <Audits /> },
        "growth" => html! { <Upkeep /> },
        _ => html! { <Gauges /> },
    };
    html! { <>
        { page_head(html! { { l.nav_principles() } }, html! {}) }
        <div class="mb-4 flex gap-1 overflow-x-auto border-b border-base-300" role="tablist" tabindex="0">{ for tabs.iter().map(button) }</div>
        { body }
    </> }
}

/// The three gauges with their inputs.
#[component]
fn Gauges() -> Html {
    let l = use_lang();
    let days = use_state_eq(|| 90i64);
    let report = use_query::<Value>(format!("/principles{}", since(*days)));
    let ondays = {
        let days = days.clone();
        Callback::from(move |d: i64| days.set(d))
    };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            html! { <div class="grid grid-cols-1 gap-4 lg:grid-cols-3" data-testid="gauges">{ for list(r, "gauges").iter().map(|g| one(l, g, words(g, "principle") == words(r, "lowest"))) }<p class="text-xs text-base-content/70 lg:col-span-3">{ l.pulse_together() }</p></div> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(8) }</Card> },
    };
    html! { <><div class="mb-3 flex justify-end"><Span days={*days} onchange={ondays} /></div>{ body }</> }
}

fn one(l: Lang, g: &Value, lowest: bool) -> Html {
    let value = num(g, "score");
    html! { <Card key={words(g, "principle").to_owned()}><div class="p-4">
        <div class="flex items-start justify-between gap-3"><div><h2 class="text-[15px] font-semibold">{ words(g, "label") }</h2><p class="text-xs text-base-content/70">{ words(g, "question") }</p></div>if lowest { { badge("warning", l.lowest()) } }</div>
        <p class="my-2 text-[32px] font-semibold leading-none tabular-nums">{ score(l, value) }</p>
        <div>{ for list(g, "parts").iter().map(|p| gauge(l, words(p, "label"), num(p, "value"), html! { if num(p, "value").is_some() { <span class="text-xs text-base-content/70">{ "× " }{ format::number(num(p, "weight").unwrap_or(0.0), 2) }</span> } })) }</div>
    </div></Card> }
}
