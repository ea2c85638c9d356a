//! What keeps people from working well and who clears it away, and what they learned.

use super::incentives::Incentives;
use super::ramp::Ramp;
use super::{list, may_change, num, words};
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
    let trainings = use_query::<Value>("/trainings?limit=200&sort=-taken_on&refs=true".to_owned());
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
            if solved { { badge("success", &l.obstacle_days(num(o, "days").unwrap_or(0.0) as i64)) } } else { { badge("warning", &l.obstacle_open(since)) }if may_change(&session.me, "pulses", o) { <button class="btn btn-xs" {onclick}>{ l.obstacle_solved() }</button> } }</li> } }) }</ul> }
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
            let session = |t: &Value| {
                let hours = num(t, "hours").map(|h| format!(" · {}", l.training_hours(&format::number(h, 1))));
                format!("{}{}", format::date(l, words(t, "taken_on"), &clock), hours.unwrap_or_default())
            };
            let mark = |s: Option<f64>| html! { if let Some(s) = s { <b class="font-semibold tabular-nums">{ format::number(s, 0) }</b> } };
            let alone = |t: &Value| html! { <li key={words(t, "id").to_owned()} class="flex items-center gap-3 px-4 py-2 text-[13px]"><Link<Route> to={Route::record("trainings", words(t, "id"))} classes="min-w-0 flex-1 hover:text-primary"><span class="block truncate font-medium">{ words(t, "title") }</span><span class="block truncate text-xs text-base-content/70">{ name(words(t, "owner_id")) }{ " · " }{ session(t) }</span></Link<Route>>{ mark(num(t, "score")) }</li> };
            let person = |t: &&Value| html! { <li key={words(t, "id").to_owned()} class="flex items-center gap-3 py-1"><Link<Route> to={Route::record("trainings", words(t, "id"))} classes="min-w-0 flex-1 truncate hover:text-primary">{ name(words(t, "owner_id")) }</Link<Route>>{ mark(num(t, "score")) }</li> };
            let row = |of: Vec<&Value>| match of.as_slice() {
                [t] => alone(t),
                [t, ..] => {
                    html! { <li key={words(t, "id").to_owned()} class="px-4 text-[13px]"><details class="group"><summary class="flex cursor-pointer list-none items-center gap-3 py-2 [&::-webkit-details-marker]:hidden"><span class="min-w-0 flex-1"><span class="block truncate font-medium">{ words(t, "title") }</span><span class="block truncate text-xs text-base-content/70">{ session(t) }{ " · " }{ l.training_people(of.len()) }</span></span>
                    if let Some(mean) = mean(&of) { <span class="shrink-0 text-xs text-base-content/70">{ l.training_mean() }{ " " }<b class="font-semibold text-base-content tabular-nums">{ format::number(mean, 0) }</b></span> }{ icon("chevron-down", "size-4 text-base-content/60 transition-transform group-open:rotate-180") }</summary><ul class="pb-2 pl-4">{ for of.iter().map(person) }</ul></details></li> }
                }
                [] => html! {},
            };
            html! { <ul class="divide-y divide-base-300/60" data-testid="trainings">{ for sessions(list(d, "items")).into_iter().map(row) }</ul> }
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

/// Trainings by what was trained and when: one line for all who were there.
fn sessions(items: &[Value]) -> Vec<Vec<&Value>> {
    let mut out: Vec<Vec<&Value>> = Vec::new();
    for t in items {
        let same = |of: &Vec<&Value>| {
            of.first().is_some_and(|o| ["title", "taken_on"].into_iter().all(|key| words(o, key) == words(t, key)))
        };
        match out.iter_mut().find(|of| same(of)) {
            Some(of) => of.push(t),
            None => out.push(vec![t]),
        }
    }
    out
}

/// The mean score of those who have one.
fn mean(of: &[&Value]) -> Option<f64> {
    let scores: Vec<f64> = of.iter().filter_map(|t| num(t, "score")).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_at_the_same_training_stands_in_one_line_with_the_mean() {
        let at = |title: &str, score: Option<i32>| json!({ "title": title, "taken_on": "2026-11-17", "score": score });
        let items = [at("复盘", Some(80)), at("提问", None), at("复盘", Some(90)), at("复盘", None)];
        let found = sessions(&items);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        assert_eq!((mean(&found[0]), mean(&found[1])), (Some(85.0), None));
    }
}
