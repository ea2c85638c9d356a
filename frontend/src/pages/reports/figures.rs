//! One figure, split by region, team, person, product, stage or month, beside the period before.

use super::table::{Cell, Table};
use super::{card_actions, delta};
use crate::chart::Chart;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::pages::metric::{Scope, drill, metric_path, rows, short};
use crate::ui::field::select;
use crate::ui::toast::use_toaster;
use crate::ui::{Empty, Failed, cls, icon, skeleton_lines};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct FiguresProps {
    pub(super) scope: Scope,
    pub(super) before: Option<Scope>,
    pub(super) metric: String,
    pub(super) group: String,
    /// Chooses figure and split.
    pub(super) onpick: Callback<(String, String)>,
    /// Explains a figure.
    pub(super) onopen: Callback<String>,
}

/// How many bars a chart has at most; the table has all.
const BARS: usize = 20;

#[component]
pub(super) fn Figures(p: &FiguresProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let chart = use_node_ref();
    let catalogue = use_query::<Value>("/metrics".to_owned());
    let metrics: Vec<Value> = catalogue
        .data
        .as_ref()
        .map(|c| c.get("items").unwrap_or(c).as_array().cloned().unwrap_or_default())
        .unwrap_or_default();
    let about = metrics.iter().find(|m| word(m, "key") == p.metric);
    let groups = splits(l, about);
    let group = if groups.iter().any(|g| g.0 == p.group) {
        p.group.clone()
    } else {
        groups.first().map(|g| g.0.clone()).unwrap_or_default()
    };
    let path = |s: &Scope| if about.is_some() { metric_path(&p.metric, s, Some(&group)) } else { String::new() };
    let now = use_query::<Value>(path(&p.scope));
    let was = use_query::<Value>(p.before.as_ref().filter(|_| group != "month").map(path).unwrap_or_default());
    let choices: Vec<(String, String)> =
        metrics.iter().map(|m| (word(m, "key").to_owned(), word(m, "label").to_owned())).collect();
    let onmetric = {
        let group = group.clone();
        p.onpick.reform(move |m: String| (m, group.clone()))
    };
    let ongroup = {
        let metric = p.metric.clone();
        p.onpick.reform(move |g: String| (metric.clone(), g))
    };
    let explain = {
        let metric = p.metric.clone();
        p.onopen.reform(move |_: MouseEvent| metric.clone())
    };
    let label = about.map(|m| word(m, "label").to_owned()).unwrap_or_default();
    // What is compared has its place from the beginning, so that nothing moves when it comes.
    let none = Value::Null;
    let before = p.before.as_ref().filter(|_| group != "month").map(|_| was.data.as_deref().unwrap_or(&none));
    let table =
        now.data.as_ref().map(|v| table(l, session.currency(), &p.metric, &group, v, before)).unwrap_or_default();
    let body = match (&now.data, now.error.as_ref().or(catalogue.error.as_ref())) {
        (Some(v), _) if rows(v).is_empty() => {
            html! { <Empty icon="chart-no-axes-column" title={l.no_data()} body={l.rep_none_body()} /> }
        }
        (Some(v), _) => html! { <>
            { head(l, session.currency(), &p.metric, v, before) }
            <div ref={chart.clone()} class="px-4"><Chart class={if group == "month" { "h-72" } else { "h-80" }} label={label} option={option(l, &group, v, before)} /></div>
            { table.view() }
        </> },
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={now.refetch.clone()} /> },
        (None, None) => skeleton_lines(12),
    };
    let extra = html! { <span class="flex items-center gap-1">{ card_actions(l, Some(&chart), "figures", &table, toaster) }<button class="btn btn-ghost btn-xs btn-square print:hidden" aria-label={l.explain()} title={l.explain()} onclick={explain}>{ icon("circle-help", "size-4") }</button></span> };
    html! { <section class="rounded-box border border-base-300 bg-base-100"><header class="flex flex-wrap items-center gap-2 px-4 py-2">
    { select("metric", l.rep_metric(), &choices, &p.metric, "select-sm w-44", onmetric) }
    { select("group", l.rep_group(), &groups, &group, "select-sm w-32", ongroup) }
    <span class="ml-auto">{ extra }</span></header>{ body }</section> }
}

fn word<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

/// How a figure can be split, in words.
fn splits(l: Lang, about: Option<&Value>) -> Vec<(String, String)> {
    let known = about.and_then(|m| m.get("groups").or_else(|| m.get("group_by"))).and_then(Value::as_array);
    [
        ("team", l.by_team()),
        ("region", l.by_region()),
        ("user", l.by_user()),
        ("product", l.by_product()),
        ("stage", l.by_stage()),
        ("month", l.rep_by_month()),
    ]
    .into_iter()
    .filter(|(k, _)| known.is_none_or(|g| g.iter().any(|v| v.as_str() == Some(k))))
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .collect()
}

fn value_of(v: &Value) -> Option<f64> {
    v.get("value").and_then(Value::as_f64)
}

/// The values of another period by the key of their group.
fn by_key(v: Option<&Value>) -> BTreeMap<String, f64> {
    let list = v.map(rows).unwrap_or_default();
    list.iter().filter_map(|r| Some((word(r, "key").to_owned(), value_of(r)?))).collect()
}

fn name_of(l: Lang, group: &str, r: &Value) -> String {
    match word(r, "label") {
        _ if group == "month" => word(r, "key").to_owned(),
        "" => l.none_word().to_owned(),
        s => s.to_owned(),
    }
}

/// The whole, above its parts.
fn head(l: Lang, currency: &str, metric: &str, v: &Value, before: Option<&Value>) -> Html {
    let unit = word(v, "unit");
    let was = before.and_then(value_of);
    let (text, good) = delta(l, metric, unit, value_of(v), was);
    html! { <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 pb-2"><span class="text-xs text-base-content/70">{ l.rep_overall() }</span><span class="text-2xl font-semibold tabular-nums">{ short(l, currency, unit, value_of(v)) }</span>
    if before.is_some() { <span class="text-xs tabular-nums text-base-content/70">{ l.was_before(&short(l, currency, unit, was)) }</span><span class={cls!("text-xs tabular-nums", good.map(|g| if g { "text-success" } else { "text-error" }))}>{ text }</span> }</div> }
}

fn table(l: Lang, currency: &str, metric: &str, group: &str, v: &Value, before: Option<&Value>) -> Table {
    let unit = word(v, "unit").to_owned();
    let was = by_key(before);
    let scale = if unit == "money" { 100.0 } else { 1.0 };
    let title = splits(l, None).into_iter().find(|s| s.0 == group).map(|s| s.1).unwrap_or_default();
    let mut heads = vec![title, l.rep_now().to_owned()];
    if before.is_some() {
        heads.extend([l.rep_before().to_owned(), l.rep_change().to_owned()]);
    }
    heads.push(l.rep_records().to_owned());
    let cell = |x: Option<f64>| Cell::number(short(l, currency, &unit, x), x.map(|x| x / scale));
    let rows = rows(v)
        .iter()
        .map(|r| {
            let mut row = vec![Cell::words(name_of(l, group, r)).to(drill(r)), cell(value_of(r))];
            if before.is_some() {
                let old = was.get(word(r, "key")).copied();
                let (text, good) = delta(l, metric, &unit, value_of(r), old);
                row.extend([cell(old), Cell { number: true, ..Cell::words(text) }.judged(good)]);
            }
            let n = r.get("n").and_then(Value::as_f64);
            row.push(Cell::number(n.map(|n| format::number(n, 0)).unwrap_or_default(), n));
            row
        })
        .collect();
    Table { heads, rows }
}

/// Bars, the present ones full and those of the period before pale beside them.
fn option(l: Lang, group: &str, v: &Value, before: Option<&Value>) -> Value {
    let unit = word(v, "unit");
    let form = if unit == "money" { "@wan" } else { "@num" };
    let scale = if unit == "money" { 100.0 } else { 1.0 };
    let list: Vec<Value> = rows(v).into_iter().take(if group == "month" { 36 } else { BARS }).collect();
    let was = by_key(before);
    let names: Vec<String> = list
        .iter()
        .map(|r| if group == "month" { format::axis_month(l, word(r, "key")) } else { name_of(l, group, r) })
        .collect();
    let mut series = vec![
        json!({ "name": l.rep_now(), "type": "bar", "barMaxWidth": 22, "itemStyle": { "borderRadius": [4, 4, 0, 0], "color": "@primary" }, "data": list.iter().map(|r| value_of(r).map(|x| x / scale)).collect::<Vec<_>>() }),
    ];
    if before.is_some() {
        series.insert(0, json!({ "name": l.rep_before(), "type": "bar", "barMaxWidth": 22, "itemStyle": { "borderRadius": [4, 4, 0, 0], "color": "@primary-soft" }, "data": list.iter().map(|r| was.get(word(r, "key")).map(|x| x / scale)).collect::<Vec<_>>() }));
    }
    json!({
        "legend": { "top": 0, "right": 0, "show": before.is_some() },
        "grid": { "left": 4, "right": 8, "top": 30, "bottom": 0, "containLabel": true },
        "tooltip": { "trigger": "axis", "axisPointer": { "type": "shadow" }, "valueFormatter": form },
        "xAxis": { "type": "category", "data": names, "axisLabel": { "interval": if list.len() > 12 { json!("auto") } else { json!(0) }, "hideOverlap": true } },
        "yAxis": { "type": "value", "axisLabel": { "formatter": form } },
        "series": series
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value() -> Value {
        json!({ "unit": "money", "value": 300_000, "rows": [
            { "key": "t1", "label": "一队", "value": 200_000, "n": 2, "drill_down": "/api/v1/opportunities?status=won" },
            { "key": null, "label": "", "value": 100_000, "n": 1, "drill_down": "" },
        ] })
    }

    #[test]
    fn a_row_has_this_period_the_one_before_and_the_change() {
        let before = json!({ "unit": "money", "rows": [{ "key": "t1", "value": 100_000 }] });
        let t = table(Lang::Zh, "CNY", "won_value", "team", &value(), Some(&before));
        assert_eq!(t.heads, ["按团队", "本期", "上期", "变化", "记录数"]);
        let texts: Vec<&str> = t.rows[0].iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["一队", "¥2,000", "¥1,000", "+100%", "2"]);
        assert_eq!(t.rows[0][1].raw, "2000");
        assert_eq!(t.rows[1][0].text, "（未填写）");
        assert_eq!(t.rows[1][2].text, "未知", "a group that was not there is unknown, not zero");
    }

    #[test]
    fn without_a_comparison_there_are_no_columns_for_it() {
        assert_eq!(table(Lang::En, "CNY", "won_value", "team", &value(), None).heads.len(), 3);
    }
}
