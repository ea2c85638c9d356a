//! What a number is: its formula, its course over the months, its parts, and the records behind it.

use super::list_link::{ListLink, records_link};
use super::metric::{Scope, drill, full, metric_path, rows, short};
use crate::chart::Chart;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::field::select;
use crate::ui::overlay::Drawer;
use crate::ui::{Failed, skeleton_lines};
use serde_json::{Value, json};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ExplainProps {
    pub(crate) metric: String,
    pub(crate) scope: Scope,
    pub(crate) onclose: Callback<()>,
}

/// The drawer that explains a metric.
#[component]
pub(crate) fn Explain(p: &ExplainProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let group = use_state_eq(|| "team".to_owned());
    let catalogue = use_query::<Value>("/metrics".to_owned());
    let now = use_query::<Value>(metric_path(&p.metric, &p.scope, None));
    let parts = use_query::<Value>(metric_path(&p.metric, &p.scope, Some(&group)));
    let trend = use_query::<Value>(metric_path(&p.metric, &p.scope, Some("month")));
    let about = catalogue.data.as_ref().and_then(|c| {
        c.get("items")
            .unwrap_or(c)
            .as_array()
            .and_then(|a| a.iter().find(|m| m.get("key").and_then(Value::as_str) == Some(&p.metric)).cloned())
    });
    let say = |keys: &[&str]| {
        about
            .as_ref()
            .and_then(|m| keys.iter().find_map(|k| m.get(*k).and_then(Value::as_str)))
            .unwrap_or("")
            .to_owned()
    };
    let unit = now.data.as_ref().and_then(|v| v.get("unit")).and_then(Value::as_str).unwrap_or("count").to_owned();
    let value = now.data.as_ref().and_then(|v| v.get("value")).and_then(Value::as_f64);
    let groups: Vec<(String, String)> = [
        ("region", l.by_region()),
        ("team", l.by_team()),
        ("user", l.by_user()),
        ("product", l.by_product()),
        ("stage", l.by_stage()),
    ]
    .into_iter()
    .filter(|(k, _)| {
        about
            .as_ref()
            .and_then(|m| m.get("groups").or_else(|| m.get("group_by")))
            .and_then(Value::as_array)
            .is_none_or(|g| g.iter().any(|v| v.as_str() == Some(k)))
    })
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .collect();
    let ongroup = {
        let group = group.clone();
        Callback::from(move |v: String| group.set(v))
    };
    let period = match (p.scope.from, p.scope.to) {
        (Some(a), Some(b)) => format!("{a} — {b}"),
        _ => l.all_time().to_owned(),
    };
    let title = match say(&["label", "name"]) {
        s if s.is_empty() => p.metric.clone(),
        s => s,
    };
    html! {
        <Drawer {title} wide=true onclose={p.onclose.clone()}>
            <div class="flex items-end justify-between gap-4"><div><p class="text-3xl font-semibold tabular-nums" title={full(session.currency(), &unit, value)}>{ if now.loading && value.is_none() { "…".to_owned() } else { short(l, session.currency(), &unit, value) } }</p><p class="mt-1 text-xs text-base-content/70">{ period }</p></div>{ now.data.as_ref().map(|v| records_link(v, l.records_behind())).unwrap_or_default() }</div>
            if let Some(e) = &now.error { <Failed error={e.clone()} retry={now.refetch.clone()} /> }
            <section class="mt-4 rounded-xl bg-base-200/70 px-4 py-3"><h3 class="text-xs text-base-content/70">{ l.formula() }</h3><p class="mt-0.5 text-[13px]">{ say(&["explanation", "formula", "description"]) }</p>
                if let Some(v) = &now.data { { inputs(l, session.currency(), v) } }</section>
            <h3 class="mb-1 mt-5 text-[13px] font-semibold">{ l.trend() }</h3>
            { trend.data.as_ref().map_or_else(|| if trend.error.is_some() { html! { <p class="text-xs text-base-content/70">{ l.unknown() }</p> } } else { skeleton_lines(4) }, |v| trend_chart(l, &title_of(v, &p.metric), v, &unit)) }
            <div class="mb-1 mt-5 flex items-center justify-between"><h3 class="text-[13px] font-semibold">{ l.parts() }</h3>{ select("group", l.parts(), &groups, &group, "select-sm w-32", ongroup) }</div>
            { parts.data.as_ref().map_or_else(|| if parts.error.is_some() { html! {} } else { skeleton_lines(4) }, |v| parts_table(l, session.currency(), v, &unit)) }
        </Drawer>
    }
}

fn title_of(v: &Value, key: &str) -> String {
    v.get("label").and_then(Value::as_str).unwrap_or(key).to_owned()
}

/// Numerator and denominator, where the metric is a ratio.
fn inputs(l: Lang, currency: &str, v: &Value) -> Html {
    let one = |key: &str| v.get(key).and_then(Value::as_f64);
    match (one("numerator"), one("denominator")) {
        (Some(n), Some(d)) => {
            let unit = if n > 1e6 { "money" } else { "count" };
            html! { <p class="mt-1 text-xs tabular-nums text-base-content/70">{ format!("{} ÷ {}", short(l, currency, unit, Some(n)), format::number(d, 0)) }</p> }
        }
        _ => html! {},
    }
}

fn trend_chart(l: Lang, label: &str, v: &Value, unit: &str) -> Html {
    let rows = rows(v);
    if rows.is_empty() {
        return html! { <p class="text-xs text-base-content/70">{ l.no_data() }</p> };
    }
    let key = |r: &Value| r.get("key").and_then(Value::as_str).unwrap_or("").to_owned();
    let scale = if unit == "money" { 100.0 } else { 1.0 };
    let option = json!({
        "grid": { "left": 4, "right": 8, "top": 12, "bottom": 0, "containLabel": true }, "tooltip": { "trigger": "axis", "valueFormatter": if unit == "money" { "@wan" } else { "@num" } },
        "xAxis": { "type": "category", "data": rows.iter().map(|r| format::axis_month(l, &key(r))).collect::<Vec<_>>() },
        "yAxis": { "type": "value", "axisLabel": { "formatter": if unit == "money" { "@wan" } else { "@num" } } },
        "series": [{ "type": "bar", "name": label, "barMaxWidth": 22, "itemStyle": { "borderRadius": [4, 4, 0, 0] }, "data": rows.iter().map(|r| r.get("value").and_then(Value::as_f64).map(|x| x / scale)).collect::<Vec<_>>() }]
    });
    html! { <Chart {option} label={label.to_owned()} class="h-44" /> }
}

fn parts_table(l: Lang, currency: &str, v: &Value, unit: &str) -> Html {
    let mut rows = rows(v);
    if rows.is_empty() {
        return html! { <p class="text-xs text-base-content/70">{ l.no_data() }</p> };
    }
    let value = |r: &Value| r.get("value").and_then(Value::as_f64);
    rows.sort_by(|a, b| value(b).unwrap_or(f64::MIN).total_cmp(&value(a).unwrap_or(f64::MIN)));
    let max = rows.iter().filter_map(value).fold(0.0f64, f64::max).max(1e-9);
    html! { <ul class="text-[13px]">{ for rows.iter().map(|r| {
    let label = r.get("label").or_else(|| r.get("key")).and_then(Value::as_str).filter(|s| !s.is_empty()).unwrap_or(l.none_word()).to_owned();
    let share = value(r).unwrap_or(0.0).max(0.0) / max * 100.0;
    let name = match drill(r) { Some((object, query)) => html! { <ListLink {object} {query} class="truncate hover:text-primary hover:underline">{ label }</ListLink> }, None => html! { <span class="truncate">{ label }</span> } };
    html! { <li class="grid h-8 grid-cols-[120px_1fr_auto] items-center gap-3">{ name }<span class="h-1.5 overflow-hidden rounded-full bg-base-200"><span class="block h-full rounded-full bg-primary/70" style={format!("width:{share:.1}%")}></span></span>
        <span class="text-right tabular-nums" title={full(currency, unit, value(r))}>{ short(l, currency, unit, value(r)) }if let Some(n) = r.get("n").and_then(Value::as_i64) { <span class="ml-2 text-xs text-base-content/70">{ l.n_records(n) }</span> }</span></li> } }) }</ul> }
}
