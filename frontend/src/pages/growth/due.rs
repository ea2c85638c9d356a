//! Whom to contact today, the most urgent first, and whom one contacts too often.

use super::{bar, behind, fading, list, num, words};
use crate::browser;
use crate::data::query::use_query;
use crate::data::session::use_session;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::{Card, Empty, Failed, avatar, badge, icon, page_head, skeleton_rows};
use serde_json::Value;
use yew::prelude::*;
use yew_router::prelude::*;

/// The page.
#[component]
pub(crate) fn Due() -> Html {
    let l = use_lang();
    let session = use_session();
    let owner = use_state_eq(|| None::<Choice>);
    let logging = use_state_eq(|| None::<Choice>);
    browser::set_title(&format!("{} · {}", l.nav_due(), l.app_name()));
    let of = owner.as_ref().map(|o| format!("owner_id={}", o.0)).unwrap_or_default();
    let due = use_query::<Value>(format!("/cadence/due?limit=100&{of}").trim_end_matches('&').to_owned());
    let summary = use_query::<Value>(format!("/cadence/summary?{of}").trim_end_matches(['?', '&']).to_owned());
    let keen = use_query::<Value>(format!("/intent?limit=12&{of}").trim_end_matches('&').to_owned());
    let fade = use_query::<Value>(format!("/repeat-purchase?limit=12&{of}").trim_end_matches('&').to_owned());
    let onowner = {
        let owner = owner.clone();
        Callback::from(move |c: Option<Choice>| owner.set(c))
    };
    let onlog = {
        let logging = logging.clone();
        Callback::from(move |c: Choice| logging.set(Some(c)))
    };
    let close = {
        let (logging, a, b) = (logging.clone(), due.refetch.clone(), summary.refetch.clone());
        Callback::from(move |()| {
            logging.set(None);
            a.emit(());
            b.emit(())
        })
    };
    let may_log = session.object("activities").is_some_and(|o| o.may("create"));
    let body = match (&due.data, &due.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty icon="circle-check" title={l.due_none()} body={l.due_none_body()} /> }
        }
        (Some(d), _) => {
            html! { <ul class="divide-y divide-base-300/60" data-testid="due">{ for list(d, "items").iter().map(|c| line(l, session.currency(), c, may_log.then(|| onlog.clone()))) }</ul> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={due.refetch.clone()} /> },
        (None, None) => skeleton_rows(8),
    };
    html! { <>
        { page_head(html! { { l.nav_due() } }, html! { <div class="w-44"><LinkPicker object="users" small=true value={(*owner).clone()} onchange={onowner} placeholder={l.everyone()} /></div> }) }
        if let Some(s) = &summary.data { { standing(l, s) } }
        <div class="mt-4 grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Card title={l.due_today()}>if let Some(s) = &summary.data { { stopped(l, s) } }{ body }</Card>
            <div class="grid min-w-0 grid-cols-1 gap-4">if let Some(k) = &keen.data { { about_to_buy(l, k) } }
            { fading::card(l, session.currency(), &fade) }
            if let Some(s) = &summary.data { { too_often(l, s) } }</div>
        </div>
        if let Some(c) = (*logging).clone() { <Lazy room={Room::Visit(Box::new(super::VisitProps { customer: c, planned: false, content: None, onclose: close }))} /> }
    </> }
}

fn tone(status: &str) -> &'static str {
    match status {
        "never" => "warning",
        "under" => "error",
        "due" => "info",
        "on_track" => "success",
        _ => "neutral",
    }
}

/// How all customers stand: the share on track, then each status with its list.
fn standing(l: Lang, s: &Value) -> Html {
    let adherence = num(s, "adherence");
    html! { <div class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
        <div class="rounded-box border border-base-300 bg-base-100 px-4 pb-3 pt-3"><p class="text-xs text-base-content/70">{ l.adherence() }</p><p class="text-[22px] font-semibold leading-8 tabular-nums">{ adherence.map_or_else(|| l.unknown().to_owned(), format::percent) }</p>{ bar(adherence, None) }</div>
        { for list(s, "statuses").iter().map(|x| behind(x, html! { <>
            <span class="block">{ badge(tone(words(x, "status")), words(x, "label")) }</span><b class="mt-1 block text-[22px] font-semibold leading-8 tabular-nums">{ format::group(num(x, "customers").unwrap_or(0.0) as u64) }</b></> },
            "block rounded-box border border-base-300 bg-base-100 px-4 pb-2.5 pt-3 hover:border-primary/50")) }
    </div> }
}

/// Those in whom nothing more is invested, and what is all the same.
fn stopped(l: Lang, s: &Value) -> Html {
    let Some(v) = s.get("stopped").filter(|v| num(v, "customers").unwrap_or(0.0) > 0.0) else { return html! {} };
    let text = l.stop_count(&format::group(num(v, "customers").unwrap_or(0.0) as u64));
    let (contacts, minutes) = (num(v, "contacts").unwrap_or(0.0) as i64, num(v, "minutes").unwrap_or(0.0) as i64);
    html! { <p class="flex flex-wrap gap-x-3 px-4 pb-2 text-xs text-base-content/70" data-testid="stopped">{ behind(v, html! { { text } }, "hover:text-primary hover:underline") }if contacts > 0 { <span class="text-warning">{ l.stop_spent(contacts, minutes) }</span> }</p> }
}

fn line(l: Lang, currency: &str, c: &Value, onlog: Option<Callback<Choice>>) -> Html {
    let (id, name) = (words(c, "customer_id").to_owned(), words(c, "name").to_owned());
    let waited = num(c, "days_since").map_or_else(|| l.never_contacted().to_owned(), |d| l.days_since(d as i64));
    let onclick = onlog.map(|f| {
        let choice = (id.clone(), name.clone());
        f.reform(move |_: MouseEvent| choice.clone())
    });
    html! {
        <li key={id.clone()} class="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5 text-[13px]">
            { avatar(&name, "size-8 text-xs") }
            <div class="min-w-0 flex-1 basis-48"><Link<Route> to={Route::record("customers", &id)} classes="flex items-center gap-2 font-medium hover:text-primary"><span class="truncate">{ &name }</span>if let Some(g) = c.get("grade").and_then(Value::as_str) { { badge("primary", &l.grade_is(g)) } }</Link<Route>>
                <p class="truncate text-xs text-base-content/70">{ waited }{ " · " }{ l.every_days(num(c, "interval_days").unwrap_or(0.0) as i64) }if !words(c, "owner_name").is_empty() { { " · " }{ words(c, "owner_name") } }</p></div>
            { badge(tone(words(c, "status")), words(c, "status_label")) }
            <div class="flex w-full items-center justify-between gap-3 pl-11 sm:w-auto sm:pl-0">
                <div class="tabular-nums sm:w-28 sm:text-right" title={l.at_stake()}>{ num(c, "value_minor").map(|v| format::money(l, currency, v as i64)).unwrap_or_default() }if let Some(x) = num(c, "lateness") { <span class="block text-xs text-base-content/70">{ l.times_late(&format::number(x, 1)) }</span> }</div>
                if let Some(onclick) = onclick { <button class="btn btn-sm" data-testid="log-contact" {onclick}>{ icon("notebook-pen", "size-4") }{ l.log_contact() }</button> }
            </div>
        </li>
    }
}

/// Customers of high intent, and what they did last.
fn about_to_buy(l: Lang, k: &Value) -> Html {
    let rows = list(k, "items");
    if rows.is_empty() {
        return html! { <Card title={l.keen()}><Empty small=true icon="sparkles" title={l.keen_none()} body={l.keen_none_body()} /></Card> };
    }
    let clock = browser::clock();
    html! { <Card title={l.keen()}><ul class="divide-y divide-base-300/60 pb-1" data-testid="keen">{ for rows.iter().map(|c| html! { <li><Link<Route> to={Route::record("customers", words(c, "customer_id"))} classes="flex min-h-12 items-center justify-between gap-3 px-4 py-1.5 text-[13px] hover:bg-base-200/60"><span class="min-w-0"><span class="block truncate">{ words(c, "name") }</span><span class="block truncate text-xs text-base-content/70">{ words(c, "last_seen") }{ " · " }{ format::moment(l, words(c, "last_seen_at"), &clock) }</span></span><b class="shrink-0 font-semibold tabular-nums text-primary">{ l.points_n(&format::group(num(c, "points").unwrap_or(0.0) as u64)) }</b></Link<Route>></li> }) }</ul></Card> }
}

fn too_often(l: Lang, s: &Value) -> Html {
    let over = list(s, "over");
    let count = |key: &str| num(s, key).unwrap_or(0.0) as i64;
    let missing = match count("missing_contacts") {
        0 => html! {},
        n => {
            html! { <p class="px-4 pb-1 text-xs text-base-content/70" data-testid="missing">{ l.missing_contacts(n, count("missing_minutes")) }</p> }
        }
    };
    if over.is_empty() {
        return html! { <Card title={l.too_often()}>{ missing }<Empty small=true icon="circle-check" title={l.too_often_none()} /></Card> };
    }
    html! { <Card title={l.too_often()}>
        { missing }
        <p class="px-4 pb-1 text-xs text-base-content/70">{ l.wasted(count("excess_contacts"), count("wasted_minutes")) }</p>
        <ul class="divide-y divide-base-300/60">{ for over.iter().take(12).map(|c| html! { <li><Link<Route> to={Route::record("customers", words(c, "customer_id"))} classes="flex h-10 items-center justify-between gap-3 px-4 text-[13px] hover:bg-base-200/60"><span class="truncate">{ words(c, "name") }</span><span class="shrink-0 text-xs tabular-nums text-base-content/70">{ l.contacts_of(num(c, "contacts_in_interval").unwrap_or(0.0) as i64, num(c, "most_contacts").unwrap_or(0.0) as i64) }</span></Link<Route>></li> }) }</ul>
    </Card> }
}
