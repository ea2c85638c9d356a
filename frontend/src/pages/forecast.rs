//! What will probably come: the expected sum with its interval, by category, and won amounts over the months.

use super::list_link::ListLink;
use super::metric::{Scope, drill, metric_path, rows, short};
use super::reports::card_actions;
use super::reports::table::{Cell, Table};
use crate::chart::Chart;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::overlay::Dialog;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, icon, skeleton_lines};
use serde_json::{Value, json};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ForecastProps {
    pub(crate) scope: Scope,
    pub(crate) onopen: Callback<String>,
    /// Offers the picture and the table as files.
    #[prop_or_default]
    pub(crate) tools: bool,
}

/// The forecast.
#[component]
pub(crate) fn ForecastCard(p: &ForecastProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let chart = use_node_ref();
    let table = use_state_eq(|| false);
    let why = use_state_eq(|| false);
    let report = use_query::<Value>(format!("/reports/forecast{}", p.scope.always().query_string()));
    let won = use_query::<Value>(metric_path("won_value", &year_back(&p.scope), Some("month")));
    let flip = {
        let table = table.clone();
        Callback::from(move |_: MouseEvent| table.set(!*table))
    };
    let ask = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(true))
    };
    let hide = {
        let why = why.clone();
        Callback::from(move |()| why.set(false))
    };
    let money = |v: &Value, key: &str| short(l, session.currency(), "money", v.get(key).and_then(Value::as_f64));
    let months = report.data.as_ref().map(|r| series(l, won.data.as_deref(), r)).unwrap_or_default();
    let files = if p.tools {
        card_actions(l, (!*table).then_some(&chart), "forecast", &months_file(l, session.currency(), &months), toaster)
    } else {
        html! {}
    };
    let extra = html! { <span class="flex">{ files }<button class="btn btn-ghost btn-xs btn-square" aria-label={l.as_table()} title={l.as_table()} aria-pressed={table.to_string()} onclick={flip}>{ icon(if *table { "chart-no-axes-column" } else { "table-2" }, "size-4") }</button><button class="btn btn-ghost btn-xs btn-square" aria-label={l.explain()} title={l.explain()} onclick={ask}>{ icon("circle-help", "size-4") }</button></span> };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => {
            html! { <div class="grid grid-cols-1 gap-x-6 gap-y-2 px-4 pb-4 md:grid-cols-[220px_minmax(0,1fr)]">
                <div><p class="text-xs text-base-content/70">{ l.forecast_expected() }</p><p class="text-2xl font-semibold tabular-nums">{ money(r, "expected_minor") }</p>
                    <p class="mb-3 text-xs tabular-nums text-base-content/70">{ l.forecast_interval(&money(r, "low_minor"), &money(r, "high_minor")) }</p>
                    { for categories(r).iter().map(|c| category(l, session.currency(), c)) }</div>
                if *table { { months_table(l, session.currency(), &months) } } else if months.is_empty() { <Empty small=true icon="trending-up" title={l.no_data()} /> } else { <div ref={chart.clone()}><Chart class="h-72" label={l.forecast()} option={option(l, &months)} /></div> }
            </div> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={report.refetch.clone()} /> },
        (None, None) => skeleton_lines(8),
    };
    html! { <Card title={l.forecast()} {extra}>{ body }
        if *why { <Dialog title={l.forecast()} onclose={hide}><p class="leading-6">{ l.forecast_why() }</p>
            if let Some(r) = &report.data { { probabilities(l, r) } }</Dialog> }
    </Card> }
}

fn year_back(scope: &Scope) -> Scope {
    let today = crate::browser::clock().today();
    Scope {
        from: today.checked_sub_months(chrono::Months::new(11)).and_then(|d| chrono::Datelike::with_day(&d, 1)),
        to: Some(today),
        ..scope.clone()
    }
}

fn categories(r: &Value) -> Vec<Value> {
    r.get("categories").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn category(l: Lang, currency: &str, c: &Value) -> Html {
    let key = c.get("key").and_then(Value::as_str).unwrap_or("");
    let (name, dot) = match key {
        "commit" => (l.cat_commit(), "bg-primary"),
        "best_case" => (l.cat_best(), "bg-primary/55"),
        _ => (l.cat_pipeline(), "bg-primary/25"),
    };
    let row = html! { <><span class={cls!("size-2 rounded-full", dot)}></span><span class="flex-1 truncate">{ name }</span><span class="text-xs text-base-content/70">{ l.n_records(c.get("n").and_then(Value::as_i64).unwrap_or(0)) }</span><span class="w-20 text-right font-medium tabular-nums">{ short(l, currency, "money", c.get("amount_minor").and_then(Value::as_f64)) }</span></> };
    match drill(c) {
        Some((object, query)) => {
            html! { <ListLink {object} {query} class="flex h-7 items-center gap-2 text-[13px] hover:text-primary">{ row }</ListLink> }
        }
        None => html! { <div class="flex h-7 items-center gap-2 text-[13px]">{ row }</div> },
    }
}

/// Month, won, expected; amounts in currency units.
type Month = (String, Option<f64>, Option<f64>);

fn series(l: Lang, won: Option<&Value>, report: &Value) -> Vec<Month> {
    let mut months = std::collections::BTreeMap::<String, (Option<f64>, Option<f64>)>::new();
    let now: String = crate::browser::clock().today().to_string().chars().take(7).collect();
    let key = |v: &Value, name: &str| v.get(name).and_then(Value::as_str).filter(|k| k.len() == 7).map(str::to_owned);
    let amount = |v: &Value, name: &str| v.get(name).and_then(Value::as_f64).map(|x| x / 100.0);
    for r in won.map(rows).unwrap_or_default() {
        if let Some(k) = key(&r, "key") {
            months.entry(k).or_default().0 = amount(&r, "value");
        }
    }
    // What should have closed in the past is not to be expected there any more.
    for m in report.get("months").and_then(Value::as_array).into_iter().flatten() {
        if let Some(k) = key(m, "month").filter(|k| *k >= now) {
            months.entry(k).or_default().1 = amount(m, "expected_minor");
        }
    }
    months.into_iter().take(24).map(|(k, (a, b))| (format::axis_month(l, &k), a, b)).collect()
}

fn option(l: Lang, months: &[Month]) -> Value {
    json!({
        "legend": { "top": 0, "right": 0, "data": [l.won_word(), l.expected_word()] },
        "grid": { "left": 4, "right": 8, "top": 34, "bottom": 0, "containLabel": true }, "tooltip": { "trigger": "axis", "axisPointer": { "type": "shadow" }, "valueFormatter": "@wan" },
        "xAxis": { "type": "category", "data": months.iter().map(|m| m.0.clone()).collect::<Vec<_>>() },
        "yAxis": { "type": "value", "axisLabel": { "formatter": "@wan" } },
        "series": [
            { "name": l.won_word(), "type": "bar", "stack": "a", "barMaxWidth": 26, "itemStyle": { "borderRadius": [4, 4, 0, 0], "color": "@primary" }, "data": months.iter().map(|m| m.1).collect::<Vec<_>>() },
            { "name": l.expected_word(), "type": "bar", "stack": "a", "barMaxWidth": 26, "itemStyle": { "borderRadius": [4, 4, 0, 0], "color": "@primary-soft" }, "data": months.iter().map(|m| m.2).collect::<Vec<_>>() },
        ]
    })
}

/// The months as a file.
fn months_file(l: Lang, currency: &str, months: &[Month]) -> Table {
    let money =
        |v: Option<f64>| Cell::number(v.map(|v| format::money(l, currency, (v * 100.0) as i64)).unwrap_or_default(), v);
    let rows = months.iter().map(|m| vec![Cell::words(m.0.clone()), money(m.1), money(m.2)]).collect();
    Table { heads: [l.month(), l.won_word(), l.expected_word()].map(str::to_owned).to_vec(), rows }
}

fn months_table(l: Lang, currency: &str, months: &[Month]) -> Html {
    let money = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), |v| format::money(l, currency, (v * 100.0) as i64));
    html! { <div class="max-h-72 overflow-y-auto"><table class="w-full text-[13px] tabular-nums"><thead class="text-left text-xs text-base-content/70"><tr><th class="font-medium">{ l.month() }</th><th class="text-right font-medium">{ l.won_word() }</th><th class="text-right font-medium">{ l.expected_word() }</th></tr></thead>
    <tbody class="divide-y divide-base-300/60">{ for months.iter().map(|m| html! { <tr class="h-7"><td>{ &m.0 }</td><td class="text-right">{ money(m.1) }</td><td class="text-right">{ money(m.2) }</td></tr> }) }</tbody></table></div> }
}

/// The probability of each stage and where it comes from.
fn probabilities(l: Lang, r: &Value) -> Html {
    let stages = r.get("stages").and_then(Value::as_array).cloned().unwrap_or_default();
    if stages.is_empty() {
        return html! {};
    }
    let pct = |v: Option<&Value>| v.and_then(Value::as_f64).map_or_else(|| "—".to_owned(), format::percent);
    html! { <table class="mt-3 w-full text-[13px] tabular-nums"><thead class="text-left text-xs text-base-content/70"><tr><th class="font-medium">{ l.stage() }</th><th class="text-right font-medium">{ l.probability() }</th><th class="text-right font-medium">{ l.won_of_closed() }</th></tr></thead>
    <tbody>{ for stages.iter().map(|s| html! { <tr class="h-7"><td>{ s.get("name").or_else(|| s.get("label")).and_then(Value::as_str).unwrap_or("") }if s.get("manual").is_some_and(|m| !m.is_null()) { <span class="ml-1 text-xs text-base-content/70">{ l.manual() }</span> }</td><td class="text-right">{ pct(s.get("probability")) }</td><td class="text-right">{ format!("{} / {}", s.get("won").and_then(Value::as_i64).unwrap_or(0), s.get("closed").and_then(Value::as_i64).unwrap_or(0)) }</td></tr> }) }</tbody></table> }
}
