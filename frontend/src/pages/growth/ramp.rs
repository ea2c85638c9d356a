//! How long newcomers take to their first deal, and whether that gets shorter.

use super::{list, num, words};
use crate::browser;
use crate::data::query::use_query;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::{Card, Empty, Failed, avatar, badge, skeleton_rows};
use serde_json::Value;
use yew::prelude::*;

/// The card.
#[component]
pub(super) fn Ramp() -> Html {
    let l = use_lang();
    let query = use_query::<Value>("/ramp".to_owned());
    let body = match (&query.data, &query.error) {
        (Some(d), _) if list(d, "newcomers").is_empty() => {
            html! { <Empty small=true icon="users-round" title={l.ramp_none()} /> }
        }
        (Some(d), _) => shown(l, d),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={query.refetch.clone()} /> },
        (None, None) => skeleton_rows(3),
    };
    html! { <Card title={l.ramp()}>{ body }</Card> }
}

fn trend(l: Lang, days: Option<f64>) -> Html {
    let whole = |n: f64| format::number(n.abs(), 0);
    match days {
        None => html! { <span class="text-xs text-base-content/70">{ l.ramp_few() }</span> },
        Some(n) if n <= -0.5 => badge("success", &l.ramp_faster(&whole(n))),
        Some(n) if n >= 0.5 => badge("warning", &l.ramp_slower(&whole(n))),
        Some(_) => badge("neutral", l.ramp_same()),
    }
}

fn shown(l: Lang, d: &Value) -> Html {
    let clock = browser::clock();
    let cohorts = list(d, "cohorts");
    let most = cohorts.iter().filter_map(|c| num(c, "mean_days")).fold(1.0, f64::max);
    let bar = |c: &Value| {
        let from = words(c, "from");
        let year = from.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0);
        let month: i64 = from.get(5..7).and_then(|m| m.parse().ok()).unwrap_or(1);
        let mean = num(c, "mean_days");
        let width = format!("width:{:.0}%", 100.0 * mean.unwrap_or(0.0) / most);
        html! { <li class="grid grid-cols-[6.5rem_minmax(0,1fr)_auto] items-center gap-3 py-1"><span class="text-xs text-base-content/75">{ l.ramp_quarter(year, month / 3 + 1) }</span>
        <span class="h-2 rounded-full bg-base-content/8"><span class="block h-2 rounded-full bg-primary" style={width}></span></span>
        <span class="text-xs tabular-nums text-base-content/75">{ mean.map_or_else(|| "—".to_owned(), |m| l.days_n(&format::number(m, 0))) }{ " · " }{ l.ramp_hired(num(c, "hired").unwrap_or(0.0) as i64) }</span></li> }
    };
    let person = |n: &Value| {
        let flag = |key: &str| n.get(key).and_then(Value::as_bool).unwrap_or(false);
        let days = num(n, "days").unwrap_or(0.0) as i64;
        html! { <li key={words(n, "user_id").to_owned()} class="flex items-center gap-3 py-2">{ avatar(words(n, "name"), "size-7 text-xs") }
        <span class="min-w-0 flex-1"><b class="block truncate font-medium">{ words(n, "name") }</b><span class="block truncate text-xs text-base-content/70">{ format::date(l, words(n, "hired_on"), &clock) }</span></span>
        <span class="text-right"><span class={cls!("block text-xs tabular-nums", if flag("waiting") { "text-base-content/75" } else { "font-medium text-success" })}>{ if flag("waiting") { l.ramp_waiting(days) } else { l.ramp_first(days) } }</span>if flag("late") { <span class="block text-xs text-warning">{ l.ramp_late() }</span> }</span></li> }
    };
    html! { <div class="px-4 pb-3 text-[13px]" data-testid="ramp">
        <p class="flex flex-wrap items-baseline gap-x-3 gap-y-1"><span class="text-base-content/70">{ l.ramp_mean() }</span><b class="text-xl font-semibold tabular-nums">{ num(d, "mean_days").map_or_else(|| "—".to_owned(), |m| format::number(m, 0)) }</b>{ trend(l, num(d, "trend_days")) }</p>
        <h4 class="mt-3 text-xs text-base-content/70">{ l.ramp_by_quarter() }</h4><ul>{ for cohorts.iter().map(bar) }</ul>
        <ul class="mt-2 divide-y divide-base-300/60 border-t border-base-300/60">{ for list(d, "newcomers").iter().map(person) }</ul>
    </div> }
}
