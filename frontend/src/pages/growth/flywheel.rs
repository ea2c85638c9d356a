//! The flywheel: three wheels that drive one another, which of them is slow, and what they bring.

use super::scope::{Scope, ScopeBar};
use super::{change, four_r, gauge, list, num, score, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::cls;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// The page.
#[component]
pub(crate) fn Wheel() -> Html {
    let l = use_lang();
    let session = use_session();
    let scope = use_state_eq(Scope::default);
    browser::set_title(&format!("{} · {}", l.nav_flywheel(), l.app_name()));
    let report = use_query::<Value>(format!("/flywheel{}", scope.query()));
    let effort = use_query::<Value>(format!("/effort{}", scope.query()));
    let onscope = {
        let scope = scope.clone();
        Callback::from(move |s: Scope| scope.set(s))
    };
    let body = match (&report.data, &report.error) {
        (Some(r), _) => html! { <>
            <div class="grid grid-cols-1 items-stretch gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.3fr)]">
                <Card>{ wheels(l, r) }</Card>
                <div class="grid grid-cols-1 content-start gap-3 sm:grid-cols-2" data-testid="outcomes">{ for list(r, "outcomes").iter().map(|o| outcome(l, session.currency(), o)) }</div>
            </div>
            <div class="mt-4 empty:hidden">{ four_r::verdict(l, words(r, "fix"), r.get("bottleneck_value").unwrap_or(&Value::Null), r.get("leverage_known").and_then(Value::as_bool) == Some(true), session.object("activities").is_some_and(|o| o.may("read"))) }</div>
            <div class="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
                <Card title={l.wheel_principles()}>{ readings(l, list(r, "principles"), "") }</Card>
                <Card title={l.nav_four_r()} extra={html! { <Link<Route> to={Route::FourR} classes="btn btn-ghost btn-xs">{ l.open() }{ icon("arrow-right", "size-3.5") }</Link<Route>> }}>{ readings(l, list(r, "four_r"), words(r, "bottleneck")) }</Card>
                <Card title={l.sdae()}>{ readings(l, list(r, "sdae"), "") }</Card>
            </div>
            <p class="mt-3 text-xs leading-5 text-base-content/70">{ l.counted_people() }{ l.counted_customers() }</p>
        </> },
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={report.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_lines(10) }</Card> },
    };
    let people = match (&effort.data, &effort.error) {
        (Some(e), _) => people(l, session.currency(), e),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={effort.refetch.clone()} /> },
        (None, None) => skeleton_lines(6),
    };
    html! { <>{ page_head(html! { { l.nav_flywheel() } }, html! { <ScopeBar scope={(*scope).clone()} onchange={onscope} /> }) }<p class="-mt-1 mb-4 max-w-4xl text-[13px] text-base-content/75">{ l.story_text() }</p>{ body }<div class="mt-4"><Card title={l.busy_or_effective()}>{ people }</Card></div></> }
}

/// Three rings, the innermost drives the others; the slowest stands out.
fn wheels(l: Lang, r: &Value) -> Html {
    let slowest = words(r, "slowest");
    let rings = list(r, "wheels").iter().enumerate().map(|(i, w)| {
        let radius = 38.0 + 20.0 * i as f64;
        let length = std::f64::consts::TAU * radius;
        let filled = num(w, "value").unwrap_or(0.0).clamp(0.0, 100.0) / 100.0 * length;
        let hue = if words(w, "key") == slowest { "stroke-warning" } else { "stroke-primary" };
        html! { <g fill="none" stroke-width="13"><circle cx="100" cy="100" r={radius.to_string()} class="stroke-base-200" /><circle cx="100" cy="100" r={radius.to_string()} class={hue} stroke-linecap="round" stroke-dasharray={format!("{filled:.1} {length:.1}")} transform="rotate(-90 100 100)" /></g> }
    });
    let all: Vec<f64> = list(r, "wheels").iter().filter_map(|w| num(w, "value")).collect();
    let mean = (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64);
    html! { <div class="grid grid-cols-1 items-center gap-4 p-5 sm:grid-cols-[200px_minmax(0,1fr)]" data-testid="wheels">
        <svg viewBox="0 0 200 200" class="mx-auto size-48" role="img" aria-label={l.nav_flywheel()}>{ for rings }<text x="100" y="106" text-anchor="middle" class="fill-base-content text-[20px] font-semibold">{ score(l, mean) }</text></svg>
        <div class="min-w-0 text-[13px]">{ for list(r, "wheels").iter().map(|w| { let slow = words(w, "key") == slowest; html! {
            <div class="flex min-h-9 items-center gap-2"><span class={cls!("size-2.5 shrink-0 rounded-full", if slow { "bg-warning" } else { "bg-primary" })}></span><span class="min-w-0 flex-1 truncate">{ words(w, "label") }</span>if slow { { badge("warning", l.slowest()) } }<b class="font-semibold tabular-nums">{ score(l, num(w, "value")) }</b>{ change(l, w) }</div> } }) }
            if !words(r, "advice").is_empty() { <p class="mt-2 rounded-lg bg-warning/10 px-3 py-2 text-xs leading-5">{ words(r, "advice") }</p> }</div>
    </div> }
}

fn outcome(l: Lang, currency: &str, o: &Value) -> Html {
    let value = num(o, "value").map_or_else(
        || l.unknown().to_owned(),
        |v| match words(o, "key") {
            "conversion" => format::percent(v),
            "revenue_per_customer" | "value_per_contact" => format::money(l, currency, v as i64),
            "ramp_days" => l.days_n(&format::number(v, 0)),
            _ => format::number(v, 2),
        },
    );
    let delta = match (num(o, "value"), num(o, "before")) {
        (Some(now), Some(was)) if was.abs() > 1e-9 => {
            let by = (now - was) / was.abs() * 100.0;
            let tone = if o.get("better").and_then(Value::as_bool).unwrap_or(by >= 0.0) {
                "text-success"
            } else {
                "text-error"
            };
            html! { <span class={cls!("text-xs tabular-nums", tone)} title={l.versus_before()}>{ format!("{}{}", if by >= 0.0 { "+" } else { "" }, format::percent(by)) }</span> }
        }
        _ => html! {},
    };
    html! { <div key={words(o, "key").to_owned()} class="rounded-box border border-base-300 bg-base-100 px-4 pb-3 pt-3"><p class="truncate text-xs text-base-content/70">{ words(o, "label") }</p><p class="flex items-baseline gap-2 text-[22px] font-semibold leading-8 tabular-nums">{ value }{ delta }</p></div> }
}

fn readings(l: Lang, rows: &[Value], mark: &str) -> Html {
    html! { <div class="px-4 pb-4">{ for rows.iter().map(|r| gauge(l, words(r, "label"), num(r, "value"), html! { <>if !mark.is_empty() && words(r, "key") == mark { { badge("warning", l.bottleneck()) } }{ change(l, r) }</> })) }</div> }
}

/// Who is busy and who is effective: contacts against what was won.
fn people(l: Lang, currency: &str, e: &Value) -> Html {
    let rows = list(e, "people");
    if rows.is_empty() {
        return html! { <Empty small=true icon="users-round" title={l.no_data()} /> };
    }
    let color = |q: &str| match q {
        "driving" => "success",
        "efficient" => "info",
        "busy" => "warning",
        "idle" => "error",
        _ => "neutral",
    };
    html! { <>{ super::radar::scatter(l, e) }<div class="overflow-x-auto" tabindex="0"><table class="w-full text-[13px]"><thead class="text-left text-xs text-base-content/70"><tr class="h-8"><th class="px-4 font-medium">{ l.by_user() }</th><th class="px-2 text-right font-medium">{ l.contacts_n() }</th><th class="px-2 text-right font-medium">{ l.m_won_value() }</th><th class="px-2 text-right font-medium">{ l.per_contact() }</th><th class="px-2 text-right font-medium">{ l.overall() }</th><th class="px-4 font-medium">{ l.placed() }</th></tr></thead>
    <tbody class="divide-y divide-base-300/60">{ for rows.iter().map(|p| html! { <tr class="h-10" key={words(p, "user_id").to_owned()}><td class="whitespace-nowrap px-4 font-medium">{ words(p, "name") }</td><td class="px-2 text-right tabular-nums">{ format::group(num(p, "contacts").unwrap_or(0.0) as u64) }</td><td class="px-2 text-right tabular-nums">{ format::money(l, currency, num(p, "won_minor").unwrap_or(0.0) as i64) }</td><td class="px-2 text-right tabular-nums">{ num(p, "won_minor_per_contact").map_or_else(|| l.unknown().to_owned(), |v| format::money(l, currency, v as i64)) }</td><td class="px-2 text-right tabular-nums">{ score(l, num(p, "index")) }</td><td class="px-4" title={words(p, "advice").to_owned()}>{ badge(color(words(p, "quadrant")), words(p, "quadrant_label")) }</td></tr> }) }</tbody></table></div></> }
}
