//! The three principles and what makes them: goals, surveys, self-assessment, obstacles and training.

use super::audit::Audits;
use super::goals::Goals;
use super::pulse::Pulse;
use super::scope::{Scope, ScopeBar};
use super::upkeep::Upkeep;
use super::{gauge, list, num, score, words};
use crate::browser;
use crate::chart::Chart;
use crate::data::query::use_query;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::{Card, Empty, Failed, badge, page_head, skeleton_lines};
use serde_json::{Value, json};
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

/// The three gauges with their inputs, and their course.
#[component]
fn Gauges() -> Html {
    let l = use_lang();
    let scope = use_state_eq(Scope::default);
    let report = use_query::<Value>(format!("/principles{}", scope.query()));
    let months = use_query::<Value>(format!("/principles/months{}", scope.until()));
    let onscope = {
        let scope = scope.clone();
        Callback::from(move |s: Scope| scope.set(s))
    };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            html! { <div class="grid grid-cols-1 gap-4 lg:grid-cols-3" data-testid="gauges">{ for list(r, "gauges").iter().map(|g| one(l, g, words(g, "principle") == words(r, "lowest"))) }<p class="text-xs text-base-content/70 lg:col-span-3">{ l.pulse_together() }</p></div> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(8) }</Card> },
    };
    let course = match (&months.data, &months.error) {
        (Some(c), _) => course(l, c),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={months.refetch.clone()} /> },
        (None, None) => skeleton_lines(6),
    };
    html! { <><div class="mb-3"><ScopeBar scope={(*scope).clone()} onchange={onscope} /></div>{ body }<div class="mt-4"><Card title={l.gauges_course()}>{ course }</Card></div></> }
}

/// The gauges month by month: a line for each, broken where too little is known.
fn course(l: Lang, c: &Value) -> Html {
    let months = list(c, "items");
    let score_of = |m: &Value, at: usize| list(m, "scores").get(at).and_then(Value::as_f64);
    if months.iter().all(|m| (0..3).all(|at| score_of(m, at).is_none())) {
        return html! { <Empty small=true icon="trending-up" title={l.no_data()} /> };
    }
    let named = |m: &Value| format::axis_month(l, words(m, "from").get(..7).unwrap_or(""));
    let series: Vec<Value> = list(c, "labels")
        .iter()
        .zip(["@primary", "@second", "@third"])
        .zip(["circle", "rect", "triangle"])
        .enumerate()
        .map(|(at, ((label, color), symbol))| {
            json!({ "name": label, "type": "line", "symbol": symbol, "symbolSize": 7, "color": color, "lineStyle": { "width": 2 }, "data": months.iter().map(|m| score_of(m, at)).collect::<Vec<_>>() })
        })
        .collect();
    let option = json!({
        "legend": { "top": 0, "right": 0 },
        "grid": { "left": 4, "right": 12, "top": 32, "bottom": 0, "containLabel": true },
        "tooltip": { "trigger": "axis", "valueFormatter": "@num" },
        "xAxis": { "type": "category", "boundaryGap": false, "data": months.iter().map(named).collect::<Vec<_>>(), "axisLabel": { "hideOverlap": true } },
        "yAxis": { "type": "value", "min": 0, "max": 100, "axisLabel": { "formatter": "@num" } },
        "series": series
    });
    html! { <div class="px-4 pb-4" data-testid="course"><Chart {option} label={l.gauges_course()} class="h-64" /><p class="mt-2 text-xs leading-5 text-base-content/70">{ l.counted_people() }</p></div> }
}

fn one(l: Lang, g: &Value, lowest: bool) -> Html {
    let value = num(g, "score");
    html! { <Card key={words(g, "principle").to_owned()}><div class="p-4">
        <div class="flex items-start justify-between gap-3"><div><h2 class="text-[15px] font-semibold">{ words(g, "label") }</h2><p class="text-xs text-base-content/70">{ words(g, "question") }</p></div>if lowest { { badge("warning", l.lowest()) } }</div>
        <p class="my-2 text-[32px] font-semibold leading-none tabular-nums">{ score(l, value) }</p>
        <div>{ for list(g, "parts").iter().map(|p| gauge(l, words(p, "label"), num(p, "value"), html! { if num(p, "value").is_some() { <span class="text-xs text-base-content/70">{ "× " }{ format::number(num(p, "weight").unwrap_or(0.0), 2) }</span> } })) }</div>
    </div></Card> }
}
