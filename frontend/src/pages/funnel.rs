//! The funnel: how many reach each stage, how many go on, where it is stuck.

use super::list_link::ListLink;
use super::metric::{Scope, drill, short};
use crate::chart::Chart;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::open_list;
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::overlay::Dialog;
use crate::ui::{Card, Empty, Failed, icon, skeleton_lines};
use serde_json::{Value, json};
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FunnelProps {
    pub(crate) scope: Scope,
}

/// The funnel of a pipeline.
#[component]
pub(crate) fn FunnelCard(p: &FunnelProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let navigator = use_navigator();
    let chosen = use_state_eq(String::new);
    let why = use_state_eq(|| false);
    let pipelines = use_query::<Page<Record>>("/pipelines?limit=50&sort=position".to_owned());
    let list: Vec<(String, String)> = pipelines
        .data
        .as_ref()
        .map(|d| d.items.iter().map(|r| (text(r, "id").to_owned(), text(r, "name").to_owned())).collect())
        .unwrap_or_default();
    let pipeline =
        if chosen.is_empty() { list.first().map(|x| x.0.clone()).unwrap_or_default() } else { (*chosen).clone() };
    let report = use_query::<Value>(if pipeline.is_empty() {
        String::new()
    } else {
        format!("/reports/funnel?pipeline_id={pipeline}{}", p.scope.query())
    });
    let onpick = {
        let chosen = chosen.clone();
        Callback::from(move |v: String| chosen.set(v))
    };
    let ask = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(true))
    };
    let hide = {
        let why = why.clone();
        Callback::from(move |()| why.set(false))
    };
    let extra = html! { <span class="flex items-center gap-1">if list.len() > 1 { { select("pipeline", l.pipeline(), &list, &pipeline, "select-xs w-36", onpick) } }<button class="btn btn-ghost btn-xs btn-square" aria-label={l.explain()} title={l.explain()} onclick={ask}>{ icon("circle-help", "size-4") }</button></span> };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            let stages = stages_of(r);
            let open = {
                let (n, stages) = (navigator.clone(), stages.clone());
                Callback::from(move |id: String| {
                    if let (Some(n), Some((object, query))) =
                        (&n, stages.iter().find(|s| stage_id(s) == id).and_then(drill))
                    {
                        open_list(n, &object, &query)
                    }
                })
            };
            if stages.is_empty() {
                html! { <Empty small=true icon="filter" title={l.no_data()} /> }
            } else {
                html! {
                <div class="grid grid-cols-1 gap-x-6 gap-y-4 px-4 pb-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.5fr)]">
                    <Chart class="h-72" label={l.funnel()} option={option(&stages)} onclick={Some(open)} />
                    <div class="min-w-0">{ stage_table(l, session.currency(), &stages, r) }{ stuck_line(l, r) }{ summary(l, session.currency(), r) }</div>
                </div> }
            }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={report.refetch.clone()} /> },
        (None, None) if pipelines.data.is_some() && pipeline.is_empty() => {
            html! { <Empty small=true icon="filter" title={l.board_no_stages()} /> }
        }
        (None, None) => skeleton_lines(8),
    };
    html! { <Card title={l.funnel()} {extra}>{ body }if *why { <Dialog title={l.funnel()} onclose={hide}><p class="leading-6">{ l.funnel_why() }</p></Dialog> }</Card> }
}

pub(crate) fn stage_id(s: &Value) -> String {
    s.get("stage_id").and_then(Value::as_str).unwrap_or("").to_owned()
}

/// The stages of a report, in order.
pub(crate) fn stages_of(r: &Value) -> Vec<Value> {
    r.get("stages").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn stage_name(s: &Value) -> String {
    s.get("name").and_then(Value::as_str).unwrap_or("").to_owned()
}

/// One hue in steps, from light to full.
pub(crate) fn option(stages: &[Value]) -> Value {
    let n = stages.len().max(2);
    let data: Vec<Value> = stages.iter().enumerate().map(|(i, s)| json!({
        "id": stage_id(s), "name": stage_name(s), "value": s.get("reached").and_then(Value::as_i64).unwrap_or(0), "itemStyle": { "color": format!("@step:{}", i * 100 / (n - 1)) },
        // The engine of charts knows no thousands.
        "label": { "color": format!("@step-text:{}", i * 100 / (n - 1)), "formatter": format!("{{b}}  {}", format::group(s.get("reached").and_then(Value::as_u64).unwrap_or(0))) },
    })).collect();
    json!({ "tooltip": { "trigger": "item", "formatter": "{b}  {c}" }, "series": [{ "type": "funnel", "left": 0, "right": 0, "top": 4, "bottom": 4, "gap": 3, "sort": "none", "minSize": "22%",
        "itemStyle": { "borderWidth": 0, "borderRadius": 4 }, "label": { "position": "inside", "formatter": "{b}  {c}", "fontSize": 12 }, "data": data }] })
}

fn stage_table(l: Lang, currency: &str, stages: &[Value], r: &Value) -> Html {
    let stuck = r.get("stuck").filter(|s| !s.is_null());
    let stuck_id = stuck.and_then(|s| s.get("stage_id")).and_then(Value::as_str).unwrap_or("");
    let days = |v: Option<&Value>| v.and_then(Value::as_f64).map_or_else(|| "—".to_owned(), |d| format::number(d, 1));
    html! { <div class="overflow-x-auto"><table class="w-full whitespace-nowrap text-[13px] tabular-nums">
    <thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th class="pr-3 font-medium">{ l.stage() }</th><th class="px-2 text-right font-medium">{ l.reached() }</th><th class="px-2 text-right font-medium">{ l.conversion() }</th><th class="px-2 text-right font-medium">{ l.now_here() }</th><th class="px-2 text-right font-medium">{ l.amount() }</th><th class="pl-2 text-right font-medium">{ l.median_stay() }</th></tr></thead>
    <tbody class="divide-y divide-base-300/60">{ for stages.iter().map(|s| {
        let hot = !stuck_id.is_empty() && stuck_id == stage_id(s);
        let name = match drill(s) { Some((object, query)) => html! { <ListLink {object} {query} class="hover:text-primary hover:underline">{ stage_name(s) }</ListLink> }, None => html! { { stage_name(s) } } };
        html! { <tr class="h-9"><td class="pr-3 font-medium">{ name }if hot { <span class="ml-2 rounded-md bg-error/12 px-1.5 py-0.5 text-[11px] text-error">{ l.stuck_point() }</span> }</td>
            <td class="px-2 text-right">{ s.get("reached").and_then(Value::as_u64).map(format::group).unwrap_or_default() }</td>
            <td class={cls!("px-2 text-right", hot.then_some("text-error"))}>{ format::share(s.get("conversion").and_then(Value::as_f64)) }</td>
            <td class="px-2 text-right">{ s.get("open").and_then(Value::as_u64).map(format::group).unwrap_or_else(|| "—".into()) }</td>
            <td class="px-2 text-right">{ short(l, currency, "money", s.get("amount_minor").and_then(Value::as_f64)) }</td>
            <td class="pl-2 text-right">{ days(s.get("median_days")) }</td></tr> } }) }</tbody></table></div> }
}

/// Which stage it is stuck at, and what it was compared with.
pub(crate) fn stuck_line(l: Lang, r: &Value) -> Html {
    let Some(stuck) = r.get("stuck").filter(|s| !s.is_null()) else { return html! {} };
    let share = |key: &str| format::share(stuck.get(key).and_then(Value::as_f64));
    let (stage, now, expected) = (stage_name(stuck), share("conversion"), share("baseline"));
    let said = if stuck.get("compared_with").and_then(Value::as_str) == Some("benchmark") {
        l.stuck_below_benchmark(&stage, &now, &expected)
    } else {
        l.stuck_below_before(&stage, &now, &expected)
    };
    html! { <p class="mt-2 text-xs text-base-content/70" data-testid="stuck-point">{ said }</p> }
}

pub(crate) fn summary(l: Lang, currency: &str, r: &Value) -> Html {
    let num = |key: &str| r.get(key).and_then(Value::as_f64);
    let items = [
        (l.m_win_rate(), short(l, currency, "percent", num("win_rate"))),
        (l.mean_cycle(), short(l, currency, "days", num("mean_cycle_days"))),
        (l.velocity(), short(l, currency, "money", num("velocity_minor"))),
        (l.mean_won(), short(l, currency, "money", num("mean_won_minor"))),
    ];
    html! { <dl class="mt-3 grid grid-cols-2 gap-2 xl:grid-cols-4">{ for items.into_iter().map(|(k, v)| html! { <div class="rounded-lg bg-base-200/70 px-3 py-2"><dt class="text-xs text-base-content/70">{ k }</dt><dd class="text-sm font-semibold tabular-nums">{ v }</dd></div> }) }</dl> }
}
