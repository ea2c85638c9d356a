//! Customers by recency, frequency and money: nine segments, each a list.

use super::list_link::ListLink;
use super::metric::{Scope, drill, short};
use super::reports::card_actions;
use super::reports::table::{Cell, Table};
use crate::data::http::{Request, encode};
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::ui::cls;
use crate::ui::overlay::Dialog;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, icon, skeleton_lines, spinner, tone};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The segments in reading order: key and hue.
const ORDER: [(&str, &str); 9] = [
    ("HHH", "success"),
    ("HLH", "primary"),
    ("LHH", "warning"),
    ("LLH", "error"),
    ("HHL", "success"),
    ("HLL", "info"),
    ("LHL", "neutral"),
    ("LLL", "neutral"),
    ("none", "neutral"),
];

#[derive(Properties, PartialEq)]
pub(crate) struct RfmProps {
    /// Whose customers; the period is that of the scores.
    pub(crate) scope: Scope,
}

/// The grid of segments.
#[component]
pub(crate) fn RfmCard(p: &RfmProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let why = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let report =
        use_query::<Value>(format!("/scores/rfm{}", Scope { product: None, ..p.scope.always() }.query_string()));
    let ask = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(true))
    };
    let hide = {
        let why = why.clone();
        Callback::from(move |()| why.set(false))
    };
    let refresh = {
        let (busy, toaster) = (busy.clone(), toaster.clone());
        Callback::from(move |_: MouseEvent| {
            let (busy, toaster) = (busy.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                match Request::post("/scores/rfm/refresh", json!({})).text().await {
                    Ok(_) => {
                        invalidate("/scores");
                        invalidate("/customers");
                        toaster.ok(l.rfm_refreshed())
                    }
                    Err(e) => toaster.err(e.text(l)),
                }
                busy.set(false);
            });
        })
    };
    let file = report.data.as_ref().map(|r| file(l, session.currency(), r)).unwrap_or_default();
    let extra = html! { <span class="flex items-center">{ card_actions(l, None, "rfm", &file, toaster.clone()) }<button class="btn btn-ghost btn-xs" aria-label={l.recompute()} onclick={refresh} disabled={*busy}>if *busy { { spinner() } } else { { icon("refresh-cw", "size-3.5") } }<span class="hidden sm:inline">{ l.recompute() }</span></button><button class="btn btn-ghost btn-xs btn-square" aria-label={l.explain()} title={l.explain()} onclick={ask}>{ icon("circle-help", "size-4") }</button></span> };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => grid(l, session.currency(), r),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={report.refetch.clone()} /> },
        (None, None) => skeleton_lines(6),
    };
    html! { <Card title={l.rfm()} {extra}>{ body }if *why { <Dialog title={l.rfm()} wide=true onclose={hide}><p class="leading-6">{ l.rfm_why() }</p>{ report.data.as_ref().map(|r| cuts(l, session.currency(), r)).unwrap_or_default() }</Dialog> }</Card> }
}

/// The segments as a file.
fn file(l: Lang, currency: &str, r: &Value) -> Table {
    let segments = r.get("segments").and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = segments
        .iter()
        .map(|s| {
            let amount = s.get("amount_minor").and_then(Value::as_f64);
            let n = count_of(s);
            let label = s.get("label").and_then(Value::as_str).unwrap_or_else(|| key_of(s));
            vec![
                Cell::words(label),
                Cell::words(key_of(s)),
                Cell::number(format::group(n), Some(n as f64)),
                Cell::number(short(l, currency, "money", amount), amount.map(|a| a / 100.0)),
            ]
        })
        .collect();
    Table { heads: [l.rfm(), "RFM", l.nav_group_customers(), l.amount()].map(str::to_owned).to_vec(), rows }
}

fn key_of(s: &Value) -> &str {
    s.get("key").and_then(Value::as_str).unwrap_or("")
}

fn count_of(s: &Value) -> u64 {
    s.get("customers").and_then(Value::as_u64).unwrap_or(0)
}

fn grid(l: Lang, currency: &str, r: &Value) -> Html {
    let segments = r.get("segments").and_then(Value::as_array).cloned().unwrap_or_default();
    let total: u64 = segments.iter().map(count_of).sum();
    if total == 0 {
        return html! { <Empty small=true icon="users" title={l.rfm_none()} body={l.rfm_none_body()} /> };
    }
    html! { <div class="grid grid-cols-1 gap-2.5 px-4 pb-4 min-[480px]:grid-cols-2 md:grid-cols-4" data-testid="rfm">{ for ORDER.iter().filter_map(|(key, hue)| segments.iter().find(|s| key_of(s) == *key).map(|s| tile(l, currency, s, key, hue, total))) }</div> }
}

fn tile(l: Lang, currency: &str, s: &Value, key: &str, hue: &str, total: u64) -> Html {
    let label = s.get("label").and_then(Value::as_str).map_or_else(|| key.to_owned(), str::to_owned);
    let n = count_of(s);
    let share = n as f64 / total as f64 * 100.0;
    let (object, query) = drill(s).unwrap_or_else(|| {
        (
            "customers".into(),
            format!("filter={}", encode(&json!({"field":"rfm_segment","op":"eq","value":key}).to_string())),
        )
    });
    let wide = (key == "none").then_some("md:col-span-4");
    html! {
        <ListLink {object} {query} class={cls!("block rounded-xl border border-base-300 px-3.5 py-3 transition-colors hover:border-primary/50", wide)}>
            <span class="flex items-center justify-between gap-2"><span class={cls!("truncate rounded-md px-1.5 text-xs font-medium leading-5.5", tone(hue))}>{ label }</span><span class="text-[11px] text-base-content/70">{ if key == "none" { "" } else { key } }</span></span>
            <span class="mt-1.5 flex flex-wrap items-baseline gap-x-2"><span class="text-lg font-semibold tabular-nums">{ format::group(n) }</span><span class="text-xs tabular-nums text-base-content/70">{ format::percent(share) }</span>
                if let Some(m) = s.get("amount_minor").and_then(Value::as_f64).filter(|_| key != "none") { <span class="ml-auto whitespace-nowrap text-xs tabular-nums text-base-content/70">{ short(l, currency, "money", Some(m)) }</span> }</span>
            <span class="mt-1.5 block h-1 overflow-hidden rounded-full bg-base-200"><span class="block h-full rounded-full bg-primary/60" style={format!("width:{share:.1}%")}></span></span>
        </ListLink>
    }
}

/// Where the scores 2 to 5 begin, and when they were computed.
fn cuts(l: Lang, currency: &str, r: &Value) -> Html {
    let Some(run) = r.get("run").filter(|v| !v.is_null()) else { return html! {} };
    let row = |name: &str, label: &str, unit: &str| {
        let list = run.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let cell = |v: &Value| v.as_f64().map_or_else(|| "—".to_owned(), |x| short(l, currency, unit, Some(x)));
        html! { <tr class="h-8"><td class="pr-3">{ label.to_owned() }</td>{ for list.iter().map(|v| html! { <td class="px-2 text-right">{ cell(v) }</td> }) }</tr> }
    };
    let clock = crate::browser::clock();
    let at = run.get("at").and_then(Value::as_str).map(|t| format::moment(l, t, &clock)).unwrap_or_default();
    html! { <div class="mt-3 overflow-x-auto"><h3 class="text-xs text-base-content/70">{ l.rfm_cuts() }</h3><table class="mt-1 text-[13px] tabular-nums"><thead class="text-xs text-base-content/70"><tr><th></th>{ for (2..=5).map(|n| html! { <th class="px-2 text-right font-medium">{ l.score_n(n) }</th> }) }</tr></thead>
    <tbody class="divide-y divide-base-300/60">{ row("recency_cuts", l.rfm_r(), "days") }{ row("frequency_cuts", l.rfm_f(), "count") }{ row("monetary_cuts", l.rfm_m(), "money") }</tbody></table><p class="mt-2 text-xs text-base-content/70">{ l.rfm_at(&at) }</p></div> }
}
