//! The organisation's working days and hours, by which deadlines in working hours are counted.

use super::form::use_form;
use crate::data::query::use_query;
use crate::data::wire::wire;
use crate::i18n::{Lang, use_lang};
use crate::ui::field::{Field, Input, value_of};
use crate::ui::{Card, Failed, icon, skeleton_rows};
use serde_json::json;
use yew::prelude::*;

wire! {
/// When people work.
pub(crate) struct Workdays {
    pub(crate) version: i64,
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
    let form = use_form(
        &p.start,
        p.start.version,
        ("/working_calendar", "/working_calendar"),
        |w| json!({ "opens": w.opens, "closes": w.closes, "holidays": w.holidays, "worked": w.worked }),
    );
    let (now, may) = (&form.now, form.may);
    let time = |key: &'static str, label: &'static str, value: &str, oninput: Callback<String>| html! { <Field {label} error={form.wrong(key)}><Input name={key} kind="time" value={value.to_owned()} {oninput} disabled={!may} /></Field> };
    let body = html! { <>
        <div class="grid grid-cols-2 gap-x-3">
            { time("opens", l.workdays_opens(), &now.opens, form.with(|w, v| w.opens = v)) }
            { time("closes", l.workdays_closes(), &now.closes, form.with(|w, v| w.closes = v)) }
        </div>
        { days(l, "holidays", l.workdays_off(), &now.holidays, may, form.with(|w, v| flip(&mut w.holidays, v)), form.wrong("holidays")) }
        { days(l, "worked", l.workdays_on(), &now.worked, may, form.with(|w, v| flip(&mut w.worked, v)), form.wrong("worked")) }
    </> };
    form.card(l, l.workdays(), l.workdays_body(), ("workdays", "max-w-md"), body)
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
