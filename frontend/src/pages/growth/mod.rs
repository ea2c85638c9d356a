//! The growth flywheel: whom to contact, how right the contacts are, where the wheel is slow, what a customer is worth.

mod adoption;
mod alerts;
mod audit;
mod basic;
mod channels;
mod course;
mod customer;
mod due;
mod fading;
mod flywheel;
mod four_r;
mod goals;
mod history;
mod incentives;
mod library;
mod lifecycle;
mod likes;
mod need_fit;
mod playbook_form;
mod playbook_page;
mod playbooks;
mod principles;
mod pulse;
mod radar;
mod ramp;
mod rhythm;
mod scope;
mod segments;
mod stage;
mod stop;
mod target_form;
mod targets;
mod upkeep;
mod visit;
mod whole;

pub(crate) use visit::VisitProps;

use crate::data::listing::drill_target;
use crate::data::query::Query;
use crate::data::types::Me;
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::parts::Room;
use crate::ui::cls;
use crate::ui::field::select;
use crate::ui::{FailedLine, nothing, skeleton_lines};
use serde_json::Value;
use yew::prelude::*;

/// The rooms of the part `growth`.
pub(crate) fn draw(room: &Room) -> Html {
    match room {
        Room::Due => html! { <due::Due /> },
        Room::FourR => html! { <four_r::FourR /> },
        Room::Flywheel => html! { <flywheel::Wheel /> },
        Room::Rhythm => html! { <rhythm::Rhythm /> },
        Room::Segments => html! { <segments::Segments /> },
        Room::Targets => html! { <targets::Targets /> },
        Room::Adoption => html! { <adoption::Adoption /> },
        Room::Basic => html! { <basic::Basic /> },
        Room::Playbooks => html! { <playbook_page::Playbooks /> },
        Room::Principles => html! { <principles::Team /> },
        Room::Library => html! { <library::Library /> },
        Room::Channels => html! { <channels::Channels /> },
        Room::Visit(p) => html! { <visit::Visit ..(**p).clone() /> },
        Room::CustomerWhole(id, ontab) => {
            html! { <whole::Whole key={id.clone()} id={id.clone()} ontab={ontab.clone()} /> }
        }
        Room::CustomerHistory(id) => html! { <history::History key={id.clone()} id={id.clone()} /> },
        Room::CustomerScores(id) => html! { <customer::Scores key={id.clone()} id={id.clone()} /> },
        _ => html! {},
    }
}

/// A card whose figures are not there: on their way, out of sight, or not to be had just now.
fn missing(query: &Query<Value>) -> Html {
    let body = match &query.error {
        Some(e) if e.status == 403 => return nothing(),
        Some(e) => html! { <FailedLine error={e.clone()} retry={query.refetch.clone()} /> },
        None => skeleton_lines(3),
    };
    html! { <section class="min-w-0 rounded-box border border-base-300">{ body }</section> }
}

/// Whether somebody may change a record under a permission; whose right reaches as far as what is their own, with what they
/// answer for.
fn may_change(me: &Me, permission: &str, record: &Value) -> bool {
    match me.permissions.get(permission).and_then(|g| g.get("update")).map(String::as_str) {
        None | Some("none") => false,
        Some("own") => words(record, "owner_id") == me.id,
        Some(_) => true,
    }
}

/// The text under a key, or nothing.
fn words<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The number under a key.
fn num(v: &Value, key: &str) -> Option<f64> {
    v.get(key).and_then(Value::as_f64)
}

/// The list under a key.
fn list<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A score with at most one decimal; unknown stays unknown.
fn score(l: Lang, v: Option<f64>) -> String {
    v.map_or_else(|| l.unknown().to_owned(), |v| crate::format::number(v, 1))
}

/// A score in a table, where the unknown is a dash.
fn cell(v: Option<f64>) -> String {
    v.map_or_else(|| "—".to_owned(), |v| crate::format::number(v, 1))
}

/// One of a row of buttons of which one or several are chosen.
fn chip(text: &str, on: bool, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" aria-pressed={on.to_string()} {onclick} class={cls!("inline-flex min-h-9 max-w-full cursor-pointer items-center gap-1.5 rounded-full border px-3 py-1 text-left text-[13px]", if on { "border-primary bg-primary/10 font-medium text-primary" } else { "border-base-300 hover:border-primary/50" })}>{ text.to_owned() }</button> }
}

/// The hue of a score from 0 to 100.
fn hue(v: Option<f64>) -> &'static str {
    match v {
        Some(v) if v >= 75.0 => "bg-success",
        Some(v) if v >= 50.0 => "bg-warning",
        Some(_) => "bg-error",
        None => "bg-base-300",
    }
}

/// A bar from 0 to 100, with a mark at the goal if there is one.
fn bar(value: Option<f64>, goal: Option<f64>) -> Html {
    let width = value.unwrap_or(0.0).clamp(0.0, 100.0);
    html! { <span class="relative block h-1.5 rounded-full bg-base-200" aria-hidden="true"><span class={cls!("block h-full rounded-full", hue(value))} style={format!("width:{width:.1}%")}></span>if let Some(g) = goal { <span class="absolute -top-0.5 h-2.5 w-0.5 bg-base-content/45" style={format!("left:{g:.1}%")}></span> }</span> }
}

/// A label, its score and a bar.
fn gauge(l: Lang, label: &str, value: Option<f64>, note: Html) -> Html {
    html! { <div class="py-1.5"><div class="flex items-baseline justify-between gap-3 text-[13px]"><span class="truncate">{ label.to_owned() }</span><span class="inline-flex shrink-0 items-center gap-1 tabular-nums">{ note }<b class="ml-1 font-semibold">{ score(l, value) }</b></span></div><div class="mt-1">{ bar(value, None) }</div></div> }
}

/// A link to the list behind a number, where there is one.
fn behind(v: &Value, text: Html, class: &'static str) -> Html {
    match v.get("drill_down").and_then(Value::as_str).and_then(drill_target) {
        Some((object, query)) => html! { <ListLink {object} {query} class={cls!(class)}>{ text }</ListLink> },
        None => html! { <span class={class}>{ text }</span> },
    }
}

/// The change since the period before, in the hue of better or worse.
fn change(l: Lang, v: &Value) -> Html {
    let Some(by) = num(v, "change").filter(|c| c.abs() >= 0.05) else { return html! {} };
    let tone = match v.get("better").and_then(Value::as_bool) {
        Some(true) => "text-success",
        Some(false) => "text-error",
        None => "text-base-content/70",
    };
    let sign = if by > 0.0 { "+" } else { "" };
    html! { <span class={cls!("text-xs tabular-nums", tone)} title={l.versus_before()}>{ format!("{sign}{}", crate::format::number(by, 1)) }</span> }
}

/// `&from=…` of the last so many days.
fn since(days: i64) -> String {
    let today = crate::browser::clock().today();
    format!("?from={}&to={today}", today - chrono::Duration::days(days - 1))
}

#[derive(Properties, PartialEq)]
struct SpanProps {
    days: i64,
    onchange: Callback<i64>,
}

/// Chooses how far back a report looks.
#[component]
fn Span(p: &SpanProps) -> Html {
    let l = use_lang();
    let options: Vec<(String, String)> = [30, 90, 180, 365].iter().map(|d| (d.to_string(), l.last_days(*d))).collect();
    let onchange = p.onchange.reform(|v: String| v.parse().unwrap_or(90));
    select("span", l.period(), &options, &p.days.to_string(), "select-sm w-36", onchange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn whose_right_reaches_their_own_may_change_what_they_answer_for() {
        let me = |scope: &str| Me {
            id: "me".to_owned(),
            permissions: BTreeMap::from([(
                "pulses".to_owned(),
                BTreeMap::from([("update".to_owned(), scope.to_owned())]),
            )]),
            ..Me::default()
        };
        let (mine, theirs) = (json!({ "owner_id": "me" }), json!({ "owner_id": "you" }));
        assert!(may_change(&me("own"), "pulses", &mine) && !may_change(&me("own"), "pulses", &theirs));
        assert!(may_change(&me("team"), "pulses", &theirs) && !may_change(&me("none"), "pulses", &mine));
        assert!(!may_change(&me("all"), "activities", &mine));
    }
}
