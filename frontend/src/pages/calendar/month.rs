//! A month as weeks of days. On a phone: dots, and the list of the chosen day below.

use super::layout::{Entry, View, on_day};
use super::{Acts, agenda, sign_of, tone_of, weekday};
use crate::format::Clock;
use crate::i18n::Lang;
use crate::ui::{cls, icon};
use chrono::{Datelike, Duration, NaiveDate};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Entries that a day shows before it says how many more there are.
const SHOWN: usize = 3;

pub(super) fn month(l: Lang, clock: &Clock, at: NaiveDate, entries: &[Entry], acts: &Acts) -> Html {
    let (from, to) = View::Month.days(at);
    let days: Vec<NaiveDate> = (0..(to - from).num_days()).map(|i| from + Duration::days(i)).collect();
    let chosen = if clock.today().month() == at.month() && clock.today().year() == at.year() && at.day() == 1 {
        clock.today()
    } else {
        at
    };
    html! { <>
        <div class="overflow-hidden rounded-box border border-base-300 bg-base-100" data-testid="month">
            <div class="grid grid-cols-7 border-b border-base-300 text-center text-xs text-base-content/70 sm:text-left">{ for (0..7).map(|i| html! { <div class="py-1.5 sm:px-2.5">{ weekday(l, i) }</div> }) }</div>
            <div class="grid grid-cols-7">{ for days.iter().map(|d| cell(l, clock, at, *d, &on_day(entries, *d), acts)) }</div>
        </div>
        <div class="mt-3 sm:hidden">{ agenda::day_list(l, clock, chosen, &on_day(entries, chosen), acts) }</div>
    </> }
}

/// Makes a day a place to drop an entry on.
pub(super) fn drop_on(acts: &Acts, day: NaiveDate) -> (Callback<DragEvent>, Callback<DragEvent>) {
    let over = Callback::from(|e: DragEvent| e.prevent_default());
    let shift = acts.shift.clone();
    let dropped = Callback::from(move |e: DragEvent| {
        e.prevent_default();
        if let Some(entry) = super::dialogs::dragged() {
            shift.emit((entry, day))
        }
    });
    (over, dropped)
}

fn cell(l: Lang, clock: &Clock, at: NaiveDate, day: NaiveDate, list: &[&Entry], acts: &Acts) -> Html {
    let today = day == clock.today();
    let outside = day.month() != at.month();
    let open = acts.day.reform(move |_: MouseEvent| day);
    let (ondragover, ondrop) = drop_on(acts, day);
    // The empty part of a day opens it too; what is in it opens itself.
    let onclick = {
        let acts = acts.clone();
        Callback::from(move |e: MouseEvent| {
            let inside = e.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
            if inside.is_some_and(|t| t.closest("button").ok().flatten().is_none()) {
                acts.day.emit(day)
            }
        })
    };
    let number = if today {
        "bg-primary text-primary-content font-semibold"
    } else if outside {
        "text-base-content/70"
    } else {
        ""
    };
    html! {
        <div key={day.to_string()} data-day={day.to_string()} {onclick} {ondragover} {ondrop} class={cls!("min-h-14 min-w-0 cursor-pointer border-b border-r border-base-300/60 p-1 sm:min-h-28 [&:nth-child(7n)]:border-r-0", outside.then_some("bg-base-200/40"))}>
            <button type="button" onclick={open} aria-current={today.then_some("date")} class={cls!("mx-auto grid size-7 cursor-pointer place-items-center rounded-full text-xs tabular-nums hover:bg-base-content/8 sm:mx-0", number)}>{ day.day() }<span class="sr-only">{ " " }{ l.cal_add_on(&day.to_string()) }</span></button>
            <div class="mt-0.5 hidden space-y-0.5 sm:block">
                { for list.iter().take(SHOWN).map(|e| chip(e, acts)) }
                if list.len() > SHOWN { <button type="button" class="w-full cursor-pointer rounded px-1.5 text-left text-[11px] text-base-content/70 hover:text-primary" onclick={acts.day.reform(move |_: MouseEvent| day)}>{ l.cal_more(list.len() - SHOWN) }</button> }
            </div>
            <div class="mt-0.5 flex justify-center gap-0.5 sm:hidden" aria-hidden="true">{ for list.iter().take(3).map(|e| html! { <span class={cls!("size-1.5 rounded-full", if e.late { "bg-error" } else if e.done { "bg-base-content/30" } else if e.is_task() { "bg-warning" } else if e.is_deal() { "bg-success" } else { "bg-primary" })}></span> }) }</div>
        </div>
    }
}

/// An entry in one line.
pub(super) fn chip(e: &Entry, acts: &Acts) -> Html {
    let (entry, dragged) = (e.clone(), e.clone());
    let open = acts.open.reform(move |ev: MouseEvent| {
        ev.stop_propagation();
        entry.clone()
    });
    let ondragstart = Callback::from(move |ev: DragEvent| super::dialogs::drag(&ev, &dragged));
    html! { <button key={e.id.clone()} type="button" draggable="true" {ondragstart} onclick={open} data-entry={e.id.clone()} title={format!("{} {}", e.time(), e.title).trim().to_owned()} class={cls!("flex h-5.5 w-full cursor-pointer items-center gap-1 rounded px-1.5 text-left text-[11px] leading-none", tone_of(e))}>{ icon(sign_of(e), "size-3") }if !e.is_deal() { <span class="hidden tabular-nums xl:inline">{ e.time() }</span> }<span class="truncate">{ &e.title }</span></button> }
}
