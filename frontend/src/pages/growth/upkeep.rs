//! What keeps people from working well and who clears it away, and what they learned.

use super::incentives::Incentives;
use super::ramp::Ramp;
use super::{list, num, words};
use crate::browser;
use crate::data::http::Request;
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::format;
use crate::i18n::use_lang;
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::route::Route;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, badge, icon, skeleton_rows};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Both lists.
#[component]
pub(crate) fn Upkeep() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let creating = use_state_eq(|| "");
    let obstacles = use_query::<Value>("/obstacles?limit=30&sort=-raised_on&refs=true".to_owned());
    let trainings = use_query::<Value>("/trainings?limit=30&sort=-taken_on&refs=true".to_owned());
    let clock = browser::clock();
    let add = |object: &'static str, text: &'static str| {
        let creating = creating.clone();
        let may = session.object(object).is_some_and(|o| o.may("create"));
        html! { if may { <button class="btn btn-sm" onclick={Callback::from(move |_: MouseEvent| creating.set(object))}>{ icon("plus", "size-4") }{ text }</button> } }
    };
    let close = {
        let creating = creating.clone();
        Callback::from(move |()| creating.set(""))
    };
    let solve = Callback::from(move |(id, version): (String, i64)| {
        let toaster = toaster.clone();
        spawn_local(async move {
            let sent =
                Request::patch(format!("/obstacles/{id}"), json!({ "status": "resolved" })).if_match(Some(version));
            match sent.json::<Value>().await {
                Ok(_) => {
                    invalidate("/obstacles");
                    toaster.ok(l.obstacle_solved())
                }
                Err(e) => toaster.err(e.text(l)),
            }
        })
    });
    let hindered = match (&obstacles.data, &obstacles.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty small=true icon="circle-check" title={l.obstacles_none()} /> }
        }
        (Some(d), _) => {
            let name = |id: &str| d.get("refs").map_or("", |r| words(r, id)).to_owned();
            html! { <ul class="divide-y divide-base-300/60" data-testid="obstacles">{ for list(d, "items").iter().map(|o| {
            let (id, solved) = (words(o, "id").to_owned(), words(o, "status") == "resolved");
            let since = format::parse_day(words(o, "raised_on")).map_or(0, |day| (clock.today() - day).num_days().max(0));
            let onclick = { let (solve, key) = (solve.clone(), (id.clone(), num(o, "version").unwrap_or(1.0) as i64)); Callback::from(move |_: MouseEvent| solve.emit(key.clone())) };
            let who = [name(words(o, "owner_id")), name(words(o, "responsible_id"))].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(" → ");
            html! { <li key={id.clone()} class="flex items-center gap-3 px-4 py-2 text-[13px]"><Link<Route> to={Route::record("obstacles", &id)} classes="min-w-0 flex-1 hover:text-primary"><span class="block truncate font-medium">{ words(o, "title") }</span><span class="block truncate text-xs text-base-content/70">{ who }</span></Link<Route>>
            if solved { { badge("success", &l.obstacle_days(num(o, "days").unwrap_or(0.0) as i64)) } } else { { badge("warning", &l.obstacle_open(since)) }<button class="btn btn-xs" {onclick}>{ l.obstacle_solved() }</button> }</li> } }) }</ul> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={obstacles.refetch.clone()} /> },
        (None, None) => skeleton_rows(4),
    };
    let learned = match (&trainings.data, &trainings.error) {
        (Some(d), _) if list(d, "items").is_empty() => {
            html! { <Empty small=true icon="lightbulb" title={l.trainings_none()} /> }
        }
        (Some(d), _) => {
            let name = |id: &str| d.get("refs").map_or("", |r| words(r, id)).to_owned();
            html! { <ul class="divide-y divide-base-300/60" data-testid="trainings">{ for list(d, "items").iter().map(|t| html! { <li key={words(t, "id").to_owned()} class="flex items-center gap-3 px-4 py-2 text-[13px]"><Link<Route> to={Route::record("trainings", words(t, "id"))} classes="min-w-0 flex-1 hover:text-primary"><span class="block truncate font-medium">{ words(t, "title") }</span><span class="block truncate text-xs text-base-content/70">{ name(words(t, "owner_id")) }{ " · " }{ format::date(l, words(t, "taken_on"), &clock) }if let Some(h) = num(t, "hours") { { " · " }{ l.training_hours(&format::number(h, 1)) } }</span></Link<Route>>
            if let Some(s) = num(t, "score") { <b class="font-semibold tabular-nums">{ format::number(s, 0) }</b> }</li> }) }</ul> }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={trainings.refetch.clone()} /> },
        (None, None) => skeleton_rows(4),
    };
    let form = session.object(*creating).cloned();
    html! { <><div class="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
    <Card title={l.obstacles()} extra={add("obstacles", l.obstacle_new())}>{ hindered }</Card>
    <Card title={l.trainings()} extra={add("trainings", l.training_new())}>{ learned }</Card>
    <Incentives /><Ramp /></div>
    if let Some(meta) = form { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta, preset: Record::default(), onclose: close })))} /> }</> }
}
