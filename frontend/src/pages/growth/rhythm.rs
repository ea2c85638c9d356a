//! When contacts were made, day by day over a year, and what is planned.

use super::{behind, list, may_change, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::Me;
use crate::format;
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, icon, page_head, skeleton_lines, skeleton_rows};
use chrono::{Datelike, Duration, NaiveDate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

const WEEKS: i64 = 52;

/// The page.
#[component]
pub(crate) fn Rhythm() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let owner = use_state_eq(|| None::<Choice>);
    let customer = use_state_eq(|| None::<Choice>);
    browser::set_title(&format!("{} · {}", l.nav_rhythm(), l.app_name()));
    let today = browser::clock().today();
    let of = owner.as_ref().map(|o| format!("&owner_id={}", o.0)).unwrap_or_default();
    let first = today - Duration::days(7 * WEEKS + i64::from(today.weekday().num_days_from_monday()));
    let last = today + Duration::days(14);
    let days = use_query::<Value>(format!("/cadence/calendar?from={first}&to={last}{of}"));
    let planned = use_query::<Value>(format!("/activities?completed=false&sort=occurred_at&limit=30&refs=true{of}"));
    let set = |s: &UseStateHandle<Option<Choice>>| {
        let s = s.clone();
        Callback::from(move |c: Option<Choice>| s.set(c))
    };
    let body = match (&days.data, &days.error) {
        (Some(d), _) => heat(l, list(d, "days"), first, last, today),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={days.refetch.clone()} /> },
        (None, None) => skeleton_lines(7),
    };
    let ondone = Callback::from(move |(id, version): (String, i64)| {
        let toaster = toaster.clone();
        spawn_local(async move {
            let sent =
                Request::patch(format!("/activities/{id}"), json!({ "completed": true })).if_match(Some(version));
            match sent.json::<Value>().await {
                Ok(_) => {
                    invalidate("/activities");
                    invalidate("/cadence");
                    toaster.ok(l.visit_saved())
                }
                Err(e) => toaster.err(e.text(l)),
            }
        })
    });
    let ahead = match (&planned.data, &planned.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty small=true icon="calendar-clock" title={l.planned_none()} /> }
        }
        (Some(d), _) => plans(l, &session.me, d, &ondone),
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={planned.refetch.clone()} /> },
        (None, None) => skeleton_rows(4),
    };
    let close = {
        let customer = customer.clone();
        Callback::from(move |()| customer.set(None))
    };
    let may = session.object("activities").is_some_and(|o| o.may("create"));
    let pick = html! { if may { <div class="w-44"><LinkPicker object="customers" small=true value={None::<Choice>} onchange={set(&customer)} placeholder={l.plan_contact()} /></div> } };
    html! { <>
        { page_head(html! { { l.nav_rhythm() } }, html! { <div class="w-44"><LinkPicker object="users" small=true value={(*owner).clone()} onchange={set(&owner)} placeholder={l.everyone()} /></div> }) }
        <Card title={l.heat_title()}>{ body }</Card>
        <div class="mt-4"><Card title={l.planned_title()} extra={pick}>{ ahead }</Card></div>
        if let Some(c) = (*customer).clone() { <Lazy room={Room::Visit(Box::new(super::VisitProps { customer: c, planned: true, content: None, onclose: close }))} /> }
    </> }
}

/// One column for each week, one row for each weekday.
fn heat(l: Lang, days: &[Value], first: NaiveDate, last: NaiveDate, today: NaiveDate) -> Html {
    let known: BTreeMap<&str, &Value> = days.iter().map(|d| (words(d, "day"), d)).collect();
    let made = |d: &Value| num(d, "contacts").unwrap_or(0.0) as i64;
    let most = days.iter().map(made).max().unwrap_or(0).max(1) as f64;
    let total: i64 = days.iter().map(made).sum();
    let worked = days.iter().filter(|d| made(d) > 0).count().max(1);
    let step = |n: i64| match (n as f64 / most * 4.0).ceil() as i64 {
        _ if n == 0 => "bg-base-200",
        ..=1 => "bg-primary/25",
        2 => "bg-primary/50",
        3 => "bg-primary/75",
        _ => "bg-primary",
    };
    let weeks = (last - first).num_days() / 7 + 1;
    let day = |week: i64, weekday: i64| {
        let at = first + Duration::days(week * 7 + weekday);
        let text = at.to_string();
        let found = known.get(text.as_str()).copied();
        let (n, ahead) = found.map_or((0, 0), |d| (made(d), num(d, "planned").unwrap_or(0.0) as i64));
        let ring = if at == today {
            "ring-2 ring-warning"
        } else if ahead > 0 {
            "ring-1 ring-info"
        } else {
            ""
        };
        // A target of 24 pixels around a smaller square: days lie close together and are hit all the same.
        let place = "grid size-6 place-items-center";
        let square = html! { <span class={crate::ui::cls!("block size-5 rounded-[4px]", step(n), ring)} title={l.heat_day(&text, n, ahead)}></span> };
        match found {
            Some(d) if n > 0 => {
                behind(d, html! { <>{ square }<span class="sr-only">{ l.heat_day(&text, n, ahead) }</span></> }, place)
            }
            _ => html! { <span class={place}>{ square }</span> },
        }
    };
    let month = |week: i64| {
        let at = first + Duration::days(week * 7);
        if at.day() <= 7 { format::month_word(l, at.month()) } else { String::new() }
    };
    html! { <div class="px-4 pb-4" data-testid="heat">
        <p class="pb-2 text-xs text-base-content/70">{ l.heat_total(&format::group(total as u64), &format::number(total as f64 / worked as f64, 1)) }</p>
        // Reversed, so that it begins at the latest week where a year does not fit.
        <div class="relative flex flex-row-reverse overflow-x-auto pb-1" tabindex="0">{ for (0..weeks).rev().map(|w| html! { <div class="grid shrink-0"><span class="h-4 w-6 overflow-visible whitespace-nowrap text-[10px] text-base-content/70">{ month(w) }</span>{ for (0..7).map(|d| day(w, d)) }</div> }) }</div>
        <p class="mt-2 flex items-center gap-1.5 text-xs text-base-content/70">{ l.heat_less() }{ for ["bg-base-200", "bg-primary/25", "bg-primary/50", "bg-primary/75", "bg-primary"].iter().map(|c| html! { <span class={crate::ui::cls!("size-3 rounded-[3px]", *c)}></span> }) }{ l.heat_more() }</p>
    </div> }
}

fn plans(l: Lang, me: &Me, d: &Value, ondone: &Callback<(String, i64)>) -> Html {
    let clock = browser::clock();
    let name = |id: &str| d.get("refs").map_or("", |r| words(r, id)).to_owned();
    html! { <ul class="divide-y divide-base-300/60" data-testid="planned">{ for list(d, "items").iter().map(|a| {
    let id = words(a, "id").to_owned();
    let late = format::parse_moment(words(a, "occurred_at")).is_some_and(|at| at < clock.now);
    let onclick = { let (ondone, key) = (ondone.clone(), (id.clone(), num(a, "version").unwrap_or(1.0) as i64)); Callback::from(move |_: MouseEvent| ondone.emit(key.clone())) };
    html! { <li key={id.clone()} class="flex items-center gap-3 px-4 py-2 text-[13px]"><Link<Route> to={Route::record("activities", &id)} classes="min-w-0 flex-1 hover:text-primary"><span class="block truncate font-medium">{ words(a, "subject") }</span><span class="block truncate text-xs text-base-content/70">{ format::moment(l, words(a, "occurred_at"), &clock) }{ " · " }{ name(words(a, "customer_id")) }</span></Link<Route>>
        if late { { badge("warning", l.planned_late()) } }if may_change(me, "activities", a) { <button class="btn btn-xs" data-testid="plan-done" {onclick}>{ icon("check", "size-3.5") }{ l.planned_done() }</button> }</li> } }) }</ul> }
}
