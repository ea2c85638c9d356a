//! The figures at the top of the workbench: each with its change, each opens its explanation.

use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::pages::metric::{Scope, full, metric_path, short};
use crate::ui::icon;
use serde_json::Value;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct FigureProps {
    pub(super) metric: &'static str,
    pub(super) scope: Scope,
    pub(super) onopen: Callback<String>,
}

/// One figure; a click explains it.
#[component]
pub(super) fn Figure(p: &FigureProps) -> Html {
    let l = use_lang();
    let session = use_session();
    // What is open is open now: a period would only ask when it is expected to close.
    let stock = matches!(p.metric, "open_pipeline" | "weighted_pipeline");
    let scope = if stock { p.scope.always() } else { p.scope.clone() };
    let answer = use_query::<Value>(metric_path(p.metric, &scope, None));
    let before = use_query::<Value>(scope.before().map(|s| metric_path(p.metric, &s, None)).unwrap_or_default());
    let onclick = {
        let (onopen, key) = (p.onopen.clone(), p.metric);
        Callback::from(move |_: MouseEvent| onopen.emit(key.to_owned()))
    };
    let body = match (&answer.data, &answer.error) {
        (Some(v), _) => {
            let now = v.get("value").and_then(Value::as_f64);
            let unit = v.get("unit").and_then(Value::as_str).unwrap_or("count");
            let was = before.data.as_ref().and_then(|b| b.get("value").and_then(Value::as_f64));
            html! { <><span class="block whitespace-nowrap text-[22px] font-semibold leading-8 tabular-nums" title={full(session.currency(), unit, now)}>{ short(l, session.currency(), unit, now) }</span>
            <span class="flex h-4 items-baseline gap-1.5 overflow-hidden text-xs">{ change(l, p.metric, unit, now, was) }if let Some(was) = was { <span class="hidden truncate text-base-content/70 sm:inline">{ l.was_before(&short(l, session.currency(), unit, Some(was))) }</span> }</span></> }
        }
        (None, Some(e)) => html! { <span class="block min-h-12 pt-1 text-xs text-error">{ e.text(l) }</span> },
        (None, None) => {
            html! { <><span class="skeleton my-1.5 block h-5 w-24"></span><span class="block h-4"></span></> }
        }
    };
    html! {
        <button {onclick} data-testid={format!("kpi-{}", p.metric)} class="group cursor-pointer rounded-box border border-base-300 bg-base-100 px-4 pb-2.5 pt-3 text-left transition-colors hover:border-primary/50">
            <span class="flex items-center justify-between text-xs text-base-content/70"><span class="truncate">{ label(l, p.metric) }</span>{ icon("info", "size-3.5 opacity-0 group-hover:opacity-70") }</span>{ body }
        </button>
    }
}

/// The change since the period before, where both are known.
fn change(l: Lang, metric: &str, unit: &str, now: Option<f64>, was: Option<f64>) -> Html {
    let (Some(now), Some(was)) = (now, was) else { return html! {} };
    let diff = now - was;
    if diff.abs() < 1e-9 {
        return html! {};
    }
    let text = match unit {
        "percent" => format!("{}{}", if diff >= 0.0 { "+" } else { "" }, l.points(&format::number(diff, 1))),
        _ if was == 0.0 => return html! {},
        _ => format!("{}{}", if diff >= 0.0 { "+" } else { "" }, format::percent(diff / was * 100.0)),
    };
    // A shorter cycle is the better one.
    let good = if metric.contains("cycle") { diff < 0.0 } else { diff >= 0.0 };
    html! { <span class={if good { "text-success" } else { "text-error" }} title={l.versus_before()}>{ text }</span> }
}

/// What a figure is called before the server has said so.
fn label(l: Lang, metric: &str) -> &'static str {
    match metric {
        "open_pipeline" => l.m_open_pipeline(),
        "won_value" => l.m_won_value(),
        "win_rate" => l.m_win_rate(),
        "median_cycle_days" => l.m_cycle(),
        "new_customers" => l.m_new_customers(),
        _ => l.m_activities(),
    }
}
