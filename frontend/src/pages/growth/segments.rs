//! How customers are spread over the bands of each score, and how they moved between lifecycle stages and RFM segments.

use super::lifecycle::flow;
use super::scope::{Scope, ScopeBar};
use super::{behind, list, num, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::{Card, Empty, Failed, page_head, skeleton_lines};
use serde_json::Value;
use std::collections::BTreeMap;
use yew::prelude::*;

/// What customers can be looked at by, in the order of the choice.
const BY: [&str; 7] =
    ["rfm_segment", "grade", "lifecycle_stage", "asset_class", "sdae_weakest", "health_band", "service_tier"];

/// The page.
#[component]
pub(crate) fn Segments() -> Html {
    let l = use_lang();
    let session = use_session();
    let by = use_state_eq(|| BY[0].to_owned());
    let scope = use_state_eq(Scope::default);
    browser::set_title(&format!("{} · {}", l.nav_segments(), l.app_name()));
    let spread = use_query::<Value>(format!("/scores/distribution?by={}{}", *by, scope.whose()));
    let moves = use_query::<Value>(format!("/scores/rfm/migration{}", scope.query()));
    let stages = use_query::<Value>(format!("/scores/lifecycle{}", scope.query()));
    let customers = session.object("customers");
    let label = |key: &str| customers.and_then(|o| o.field(key)).map_or_else(|| key.to_owned(), |f| f.label.clone());
    let options: Vec<(String, String)> = BY.iter().map(|k| ((*k).to_owned(), label(k))).collect();
    let set = |s: &UseStateHandle<String>| {
        let s = s.clone();
        Callback::from(move |v: String| s.set(v))
    };
    let onscope = {
        let scope = scope.clone();
        Callback::from(move |s: Scope| scope.set(s))
    };
    let segments: Vec<(String, String)> = customers
        .and_then(|o| o.field("rfm_segment"))
        .map(|f| f.choices.iter().map(|c| (c.key.clone(), c.label.clone())).collect())
        .unwrap_or_default();
    let body = match (&spread.data, &spread.error) {
        (Some(d), _) => bands(l, list(d, "bands")),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={spread.refetch.clone()} /> },
        (None, None) => skeleton_lines(7),
    };
    let moved = match (&moves.data, &moves.error) {
        (Some(d), _) => migration(l, &segments, list(d, "flows")),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={moves.refetch.clone()} /> },
        (None, None) => skeleton_lines(10),
    };
    let lived = match (&stages.data, &stages.error) {
        (Some(d), _) => flow(l, d),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={stages.refetch.clone()} /> },
        (None, None) => skeleton_lines(6),
    };
    html! { <>
        { page_head(html! { { l.nav_segments() } }, html! { <ScopeBar scope={(*scope).clone()} onchange={onscope} /> }) }
        <Card title={l.seg_distribution()} extra={select("by", l.seg_by(), &options, &by, "select-sm w-36", set(&by))}>{ body }</Card>
        <div class="mt-4"><Card title={l.flow_title()}>{ lived }</Card></div>
        <div class="mt-4"><Card title={l.seg_migration()}>{ moved }</Card></div>
    </> }
}

fn bands(l: Lang, rows: &[Value]) -> Html {
    let count = |b: &Value| num(b, "customers").unwrap_or(0.0);
    let most = rows.iter().map(count).fold(1.0, f64::max);
    let all: f64 = rows.iter().map(count).sum();
    if all == 0.0 {
        return html! { <Empty small=true icon="users" title={l.no_data()} /> };
    }
    html! { <ul class="px-4 pb-3" data-testid="bands">{ for rows.iter().map(|b| html! { <li class="grid min-h-9 grid-cols-[136px_1fr_auto] items-center gap-3 text-[13px]">
    { behind(b, html! { <span class="truncate">{ words(b, "label") }</span> }, "truncate hover:text-primary hover:underline") }
    <span class="block h-2 rounded-full bg-base-200"><span class="block h-full rounded-full bg-primary/70" style={format!("width:{:.1}%", count(b) / most * 100.0)}></span></span>
    <span class="w-24 text-right tabular-nums">{ l.seg_customers(&format::group(count(b) as u64)) }<span class="ml-1.5 text-xs text-base-content/70">{ format::percent(count(b) / all * 100.0) }</span></span></li> }) }</ul> }
}

/// Higher is better: what a segment is worth keeping.
fn rank(key: &str) -> i32 {
    match key {
        "HHH" => 9,
        "HLH" => 8,
        "LHH" => 7,
        "HHL" => 6,
        "HLL" => 5,
        "LLH" => 4,
        "LHL" => 3,
        "LLL" => 2,
        "none" => 1,
        _ => 0,
    }
}

fn migration(l: Lang, segments: &[(String, String)], flows: &[Value]) -> Html {
    let mut cells: BTreeMap<(String, String), i64> = BTreeMap::new();
    let (mut better, mut worse) = (0i64, 0i64);
    for f in flows {
        let (from, to, n) =
            (words(f, "from").to_owned(), words(f, "to").to_owned(), num(f, "customers").unwrap_or(0.0) as i64);
        if !from.is_empty() && !to.is_empty() && from != to {
            if rank(&to) > rank(&from) { better += n } else { worse += n }
        }
        *cells.entry((from, to)).or_default() += n;
    }
    if better + worse == 0 {
        return html! { <Empty small=true icon="users" title={l.seg_none()} /> };
    }
    let most =
        cells.iter().filter(|((a, b), _)| a != b && !a.is_empty()).map(|(_, n)| *n).max().unwrap_or(1).max(1) as f64;
    let cell = |from: &str, to: &str| {
        let n = cells.get(&(from.to_owned(), to.to_owned())).copied().unwrap_or(0);
        if n == 0 {
            return html! { <td class="text-center text-base-content/70">{ "·" }</td> };
        }
        let share = (n as f64 / most * 38.0).clamp(6.0, 38.0);
        let hue = if from == to {
            "var(--color-base-200)".to_owned()
        } else if rank(to) > rank(from) {
            format!("color-mix(in oklab, var(--color-success) {share:.0}%, transparent)")
        } else {
            format!("color-mix(in oklab, var(--color-error) {share:.0}%, transparent)")
        };
        html! { <td class="text-center tabular-nums" style={format!("background:{hue}")}>{ format::group(n as u64) }</td> }
    };
    html! { <div class="px-4 pb-4">
        <p class="pb-1 text-[13px]">{ l.seg_moved(&format::group((better + worse) as u64)) }<span class="ml-3 text-success">{ l.seg_up() }{ " " }{ format::group(better as u64) }</span><span class="ml-3 text-error">{ l.seg_down() }{ " " }{ format::group(worse as u64) }</span></p>
        <p class="pb-2 text-xs text-base-content/70">{ l.seg_migration_hint() }</p>
        <div class="overflow-x-auto" tabindex="0"><table class={cls!("w-full min-w-[720px] border-separate border-spacing-0.5 text-xs")} data-testid="migration"><thead><tr><th></th>{ for segments.iter().map(|(_, text)| html! { <th class="px-1 py-1.5 font-medium whitespace-nowrap text-base-content/70">{ text }</th> }) }</tr></thead>
        <tbody>{ for segments.iter().map(|(from, text)| html! { <tr class="h-8"><th class="pr-2 text-right font-medium whitespace-nowrap text-base-content/70">{ text }</th>{ for segments.iter().map(|(to, _)| cell(from, to)) }</tr> }) }</tbody></table></div>
    </div> }
}
