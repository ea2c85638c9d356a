//! The funnel as a report: each stage beside the period before.

use super::card_actions;
use super::table::{Cell, Table};
use crate::chart::Chart;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::data::types::{Page, Record, text};
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::pages::funnel::{option, stage_id, stages_of, stuck_line, summary};
use crate::pages::metric::{Scope, drill, short};
use crate::route::open_list;
use crate::ui::field::select;
use crate::ui::overlay::Dialog;
use crate::ui::toast::use_toaster;
use crate::ui::{Empty, Failed, icon, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct FunnelReportProps {
    pub(super) scope: Scope,
    pub(super) before: Option<Scope>,
}

#[component]
pub(super) fn FunnelReport(p: &FunnelReportProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let navigator = use_navigator();
    let chosen = use_state_eq(String::new);
    let why = use_state_eq(|| false);
    let chart = use_node_ref();
    let pipelines = use_query::<Page<Record>>("/pipelines?limit=50&sort=position".to_owned());
    let list: Vec<(String, String)> = pipelines
        .data
        .as_ref()
        .map(|d| d.items.iter().map(|r| (text(r, "id").to_owned(), text(r, "name").to_owned())).collect())
        .unwrap_or_default();
    let pipeline =
        if chosen.is_empty() { list.first().map(|x| x.0.clone()).unwrap_or_default() } else { (*chosen).clone() };
    let path = |s: &Scope| {
        if pipeline.is_empty() { String::new() } else { format!("/reports/funnel?pipeline_id={pipeline}{}", s.query()) }
    };
    let now = use_query::<Value>(path(&p.scope));
    let was = use_query::<Value>(p.before.as_ref().map(path).unwrap_or_default());
    // Its columns stand from the beginning, so that nothing moves when their values come.
    let none = Value::Null;
    let before = p.before.as_ref().map(|_| was.data.as_deref().unwrap_or(&none));
    let table = now.data.as_ref().map(|r| table(l, session.currency(), r, before)).unwrap_or_default();
    let onpick = {
        let chosen = chosen.clone();
        Callback::from(move |v: String| chosen.set(v))
    };
    let set_why = |on: bool| {
        let why = why.clone();
        Callback::from(move |()| why.set(on))
    };
    let body = match (&now.data, now.error.as_ref().or(pipelines.error.as_ref())) {
        (Some(r), _) if stages_of(r).is_empty() => {
            html! { <Empty icon="filter" title={l.no_data()} body={l.rep_none_body()} /> }
        }
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
            html! { <>
                <div class="grid grid-cols-1 items-center gap-6 px-4 pb-2 lg:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]"><div ref={chart.clone()}><Chart class="h-80" label={l.funnel()} option={option(&stages)} onclick={Some(open)} /></div><div class="[&_dl]:grid-cols-2">{ summary(l, session.currency(), r) }{ stuck_line(l, r) }</div></div>
                { table.view() }
                if p.scope.product.is_some() { <p class="px-4 py-2 text-xs text-base-content/70">{ l.rep_no_days_by_product() }</p> }
            </> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={now.refetch.clone()} /> },
        (None, None) if pipelines.data.is_some() && pipeline.is_empty() => {
            html! { <Empty icon="filter" title={l.board_no_stages()} /> }
        }
        (None, None) => skeleton_lines(12),
    };
    html! { <section class="rounded-box border border-base-300 bg-base-100"><header class="flex flex-wrap items-center gap-2 px-4 py-2"><h2 class="text-[13px] font-semibold">{ l.funnel() }</h2>
    if list.len() > 1 { { select("pipeline", l.pipeline(), &list, &pipeline, "select-sm w-40", onpick) } }
    <span class="ml-auto flex items-center gap-1">{ card_actions(l, Some(&chart), "funnel", &table, toaster) }<button class="btn btn-ghost btn-xs btn-square print:hidden" aria-label={l.explain()} title={l.explain()} onclick={set_why(true).reform(|_: MouseEvent| ())}>{ icon("circle-help", "size-4") }</button></span></header>{ body }
    if *why { <Dialog title={l.funnel()} onclose={set_why(false)}><p class="leading-6">{ l.funnel_why() }</p></Dialog> }</section> }
}

fn table(l: Lang, currency: &str, r: &Value, before: Option<&Value>) -> Table {
    let num = |v: Option<&Value>, key: &str| v.and_then(|v| v.get(key)).and_then(Value::as_f64);
    let old: Vec<Value> = before.map(stages_of).unwrap_or_default();
    let mut heads = vec![l.stage(), l.reached()];
    if before.is_some() {
        heads.push(l.rep_reached_before());
    }
    heads.push(l.conversion());
    let benchmark = |s: &Value| {
        let is_set = s.get("compared_with").and_then(Value::as_str) == Some("benchmark");
        num(Some(s), "baseline").filter(|_| is_set)
    };
    let has_benchmark = stages_of(r).iter().any(|s| benchmark(s).is_some());
    if has_benchmark {
        heads.push(l.rep_benchmark());
    }
    if before.is_some() {
        heads.push(l.rep_conversion_before());
    }
    heads.extend([l.now_here(), l.amount(), l.median_stay()]);
    let count = |v: Option<f64>| Cell::number(v.map_or_else(|| "—".into(), |v| format::number(v, 0)), v);
    let share = |v: Option<f64>| Cell::number(format::share(v), v);
    let rows = stages_of(r)
        .iter()
        .map(|s| {
            let was = old.iter().find(|o| stage_id(o) == stage_id(s));
            let now = Some(s);
            let mut row = vec![
                Cell::words(s.get("name").and_then(Value::as_str).unwrap_or("")).to(drill(s)),
                count(num(now, "reached")),
            ];
            if before.is_some() {
                row.push(count(num(was, "reached")));
            }
            let expected = benchmark(s).or(num(was, "conversion"));
            let worse = num(now, "conversion").zip(expected).map(|(a, b)| a - b).filter(|d| d.abs() >= 5.0);
            row.push(share(num(now, "conversion")).judged(worse.map(|d| d > 0.0)));
            if has_benchmark {
                row.push(share(benchmark(s)));
            }
            if before.is_some() {
                row.push(share(num(was, "conversion")));
            }
            let amount = num(now, "amount_minor");
            row.push(count(num(now, "open")));
            row.push(Cell::number(short(l, currency, "money", amount), amount.map(|a| a / 100.0)));
            let days = num(now, "median_days");
            row.push(Cell::number(days.map_or_else(|| "—".into(), |d| format::number(d, 1)), days));
            row
        })
        .collect();
    Table { heads: heads.into_iter().map(str::to_owned).collect(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_stage_stands_beside_itself_of_the_period_before() {
        let now = json!({ "stages": [{ "stage_id": "s1", "name": "线索", "reached": 100, "conversion": 40.0, "open": 3, "amount_minor": 100, "median_days": null }] });
        let was = json!({ "stages": [{ "stage_id": "s1", "reached": 80, "conversion": 50.0 }] });
        let t = table(Lang::Zh, "CNY", &now, Some(&was));
        let texts: Vec<&str> = t.rows[0].iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["线索", "100", "80", "40.0%", "50.0%", "3", "¥1", "—"]);
        assert_eq!(t.rows[0][3].good, Some(false), "ten points less is worse");
        assert_eq!(t.rows[0].len(), t.heads.len());
        assert_eq!(table(Lang::Zh, "CNY", &now, None).heads.len(), 6);
    }

    #[test]
    fn a_benchmark_that_is_set_is_shown_and_decides_instead_of_the_period_before() {
        let now = json!({ "stages": [{ "stage_id": "s1", "name": "线索", "reached": 100, "conversion": 60.0, "baseline": 85.0, "compared_with": "benchmark", "open": 3, "amount_minor": 100, "median_days": null }] });
        let was = json!({ "stages": [{ "stage_id": "s1", "reached": 80, "conversion": 50.0 }] });
        let t = table(Lang::Zh, "CNY", &now, Some(&was));
        let texts: Vec<&str> = t.rows[0].iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["线索", "100", "80", "60.0%", "85.0%", "50.0%", "3", "¥1", "—"]);
        assert_eq!(t.rows[0][3].good, Some(false), "better than before, and far from what is expected");
        assert_eq!(t.rows[0].len(), t.heads.len());
    }
}
