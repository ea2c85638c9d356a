//! The organisation's working days and hours, by which deadlines in working hours are counted.

use crate::data::http::{ApiError, Request};
use crate::data::query::{invalidate, use_query};
use crate::data::session::use_session;
use crate::data::wire::wire;
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Field, Input, value_of};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, icon, skeleton_rows, spinner};
use serde_json::json;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

wire! {
/// When people work.
pub(crate) struct Workdays {
    pub(crate) opens: String,
    pub(crate) closes: String,
    pub(crate) holidays: Vec<String>,
    pub(crate) worked: Vec<String>,
}
}

/// The card.
#[component]
pub(crate) fn WorkdaysCard() -> Html {
    let l = use_lang();
    let query = use_query::<Workdays>("/working_calendar".to_owned());
    match (&query.data, &query.error) {
        (Some(w), _) => html! { <Days start={(**w).clone()} /> },
        (None, Some(e)) => {
            html! { <Card title={l.workdays()}><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> }
        }
        (None, None) => html! { <Card title={l.workdays()}>{ skeleton_rows(3) }</Card> },
    }
}

#[derive(Properties, PartialEq)]
struct DaysProps {
    start: Workdays,
}

#[component]
fn Days(p: &DaysProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let now = use_state_eq(|| p.start.clone());
    let error = use_state_eq(|| None::<ApiError>);
    let busy = use_state_eq(|| false);
    let may = use_session().me.may("settings", "update");
    let with = |f: fn(&mut Workdays, String)| {
        let now = now.clone();
        Callback::from(move |v: String| {
            let mut next = (*now).clone();
            f(&mut next, v);
            now.set(next)
        })
    };
    let onsubmit = {
        let (now, error, busy) = (now.clone(), error.clone(), busy.clone());
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            let (now, error, busy, toaster) = (now.clone(), error.clone(), busy.clone(), toaster.clone());
            busy.set(true);
            spawn_local(async move {
                let body =
                    json!({ "opens": now.opens, "closes": now.closes, "holidays": now.holidays, "worked": now.worked });
                let answer = Request::put("/working_calendar", body).text().await;
                busy.set(false);
                if answer.is_ok() {
                    invalidate("/working_calendar");
                    toaster.ok(l.saved())
                }
                error.set(answer.err());
            });
        })
    };
    let wrong = |key: &str| {
        let found = error.as_ref().and_then(|e| e.errors.iter().find(|x| x.field.starts_with(key)));
        found.map(|x| AttrValue::from(x.message.clone()))
    };
    let time = |key: &'static str, label: &'static str, value: &str, oninput: Callback<String>| html! { <Field {label} error={wrong(key)}><Input name={key} kind="time" value={value.to_owned()} {oninput} disabled={!may} /></Field> };
    html! {
        <Card title={l.workdays()}><form novalidate=true {onsubmit} class="max-w-md px-4 pb-4 pt-1">
            <p class="mb-3 text-[13px] text-base-content/70">{ l.workdays_body() }</p>
            if let Some(e) = error.as_ref().filter(|e| e.errors.is_empty()) { <p class="mb-3 rounded-lg bg-error/10 px-3 py-2 text-[13px] text-error" role="alert">{ e.text(l) }</p> }
            <div class="grid grid-cols-2 gap-x-3">
                { time("opens", l.workdays_opens(), &now.opens, with(|w, v| w.opens = v)) }
                { time("closes", l.workdays_closes(), &now.closes, with(|w, v| w.closes = v)) }
            </div>
            { days(l, "holidays", l.workdays_off(), &now.holidays, may, with(|w, v| flip(&mut w.holidays, v)), wrong("holidays")) }
            { days(l, "worked", l.workdays_on(), &now.worked, may, with(|w, v| flip(&mut w.worked, v)), wrong("worked")) }
            if may { <button type="submit" class="btn btn-sm btn-primary" disabled={*busy}>if *busy { { spinner() } }{ l.save() }</button> }
        </form></Card>
    }
}

/// Adds a day, or takes it away when it is there.
fn flip(days: &mut Vec<String>, day: String) {
    match days.iter().position(|d| *d == day) {
        Some(i) => drop(days.remove(i)),
        None => {
            days.push(day);
            days.sort_unstable();
        }
    }
}

/// Days as chips, and a box for one more.
fn days(
    l: Lang,
    name: &'static str,
    label: &'static str,
    list: &[String],
    may: bool,
    onflip: Callback<String>,
    error: Option<AttrValue>,
) -> Html {
    let add = {
        let (known, onflip) = (list.to_vec(), onflip.clone());
        Callback::from(move |e: Event| {
            let day = value_of(&e);
            if crate::format::parse_day(&day).is_some() && !known.contains(&day) {
                onflip.emit(day)
            }
            if let Some(input) = e.target_dyn_into::<web_sys::HtmlInputElement>() {
                input.set_value("")
            }
        })
    };
    html! {
        <fieldset class="mb-4"><legend class="mb-1 text-[13px] text-base-content/75">{ label }</legend>
            <div class="flex flex-wrap items-center gap-1.5" data-days={name}>{ for list.iter().map(|d| {
                let onclick = { let (onflip, d) = (onflip.clone(), d.clone()); Callback::from(move |_: MouseEvent| onflip.emit(d.clone())) };
                html! { <span key={d.clone()} class="inline-flex h-7 items-center gap-0.5 rounded-md bg-base-content/8 pl-2 text-xs tabular-nums">{ d }if may { <button type="button" class="grid size-6 cursor-pointer place-items-center" aria-label={l.remove(d)} {onclick}>{ icon("x", "size-3") }</button> }</span> } }) }
                if may { <input type="date" class="input input-sm w-40" {name} aria-label={l.workdays_add(label)} onchange={add} /> }</div>
            if let Some(e) = error { <span class="text-xs text-error" role="alert">{ e }</span> }
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::flip;

    #[test]
    fn a_day_is_added_in_its_order_and_taken_away() {
        let mut days = vec!["2026-10-01".to_owned(), "2027-01-01".to_owned()];
        flip(&mut days, "2026-12-25".into());
        assert_eq!(days, ["2026-10-01", "2026-12-25", "2027-01-01"]);
        flip(&mut days, "2026-10-01".into());
        assert_eq!(days, ["2026-12-25", "2027-01-01"]);
    }
}
