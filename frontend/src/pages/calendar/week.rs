//! A week as hours. On a phone: its days one after the other.

use super::layout::{Entry, HOURS, View, lanes, on_day};
use super::month::{chip, drop_on};
use super::{Acts, agenda, sign_of, tone_of, weekday};
use crate::format::Clock;
use crate::i18n::Lang;
use crate::ui::{cls, icon};
use chrono::{Datelike, Duration, NaiveDate, NaiveTime, Timelike};
use yew::prelude::*;

/// Pixels per hour.
const HOUR: i64 = 48;
/// Entries side by side before a column only says how many more there are: narrower ones could be neither read nor hit.
const LANES: usize = 3;
/// Entries outside the hours of the grid that a day shows.
const OUTSIDE: usize = 4;

pub(super) fn week(l: Lang, clock: &Clock, at: NaiveDate, entries: &[Entry], acts: &Acts) -> Html {
    let (from, to) = View::Week.days(at);
    let days: Vec<NaiveDate> = (0..7).map(|i| from + Duration::days(i)).collect();
    let outside = entries.iter().any(|e| !e.in_hours());
    let height = format!("height:{}px", HOUR * i64::from(HOURS.end - HOURS.start));
    html! { <>
        <div class="hidden overflow-hidden rounded-box border border-base-300 bg-base-100 sm:block" data-testid="week">
            <div class="grid grid-cols-[3.25rem_repeat(7,minmax(0,1fr))] border-b border-base-300 text-xs"><span></span>{ for days.iter().enumerate().map(|(i, d)| head(l, clock, i, *d, hidden(entries, *d), acts)) }</div>
            if outside { <div class="grid grid-cols-[3.25rem_repeat(7,minmax(0,1fr))] border-b border-base-300"><span class="px-1.5 py-1 text-[11px] leading-tight text-base-content/70">{ l.cal_before_eight() }</span>{ for days.iter().map(|d| {
                let (ondragover, ondrop) = drop_on(acts, *d);
                html! { <div {ondragover} {ondrop} class="min-w-0 space-y-0.5 border-l border-base-300/60 p-0.5">{ for on_day(entries, *d).into_iter().filter(|e| !e.in_hours()).take(OUTSIDE).map(|e| chip(e, acts)) }</div> } }) }</div> }
            <div class="grid grid-cols-[3.25rem_repeat(7,minmax(0,1fr))]">
                <div class="relative" style={height.clone()}>{ for HOURS.map(|h| html! { <span class="absolute right-1.5 text-[11px] tabular-nums text-base-content/70" style={format!("top:{}px", HOUR * i64::from(h - HOURS.start) + 2)}>{ format!("{h}:00") }</span> }) }</div>
                { for days.iter().map(|d| column(clock, *d, &height, entries, acts)) }
            </div>
        </div>
        <div class="space-y-3 sm:hidden">{ agenda::agenda(l, clock, from, to, entries, acts) }</div>
    </> }
}

/// How many entries of a day have no room in the week; the day itself shows them.
fn hidden(entries: &[Entry], day: NaiveDate) -> usize {
    let (inside, outside): (Vec<&Entry>, Vec<&Entry>) = on_day(entries, day).into_iter().partition(|e| e.in_hours());
    let crowded = lanes(&inside).into_iter().filter(|(lane, _)| *lane >= LANES).count();
    crowded + outside.len().saturating_sub(OUTSIDE)
}

fn head(l: Lang, clock: &Clock, i: usize, day: NaiveDate, hidden: usize, acts: &Acts) -> Html {
    let today = day == clock.today();
    html! { <button type="button" onclick={acts.day.reform(move |_: MouseEvent| day)} class="flex cursor-pointer items-center gap-1.5 border-l border-base-300/60 px-2 py-1.5 text-base-content/75 hover:bg-base-200/60">{ weekday(l, i) }<span class={cls!("grid h-6 min-w-6 place-items-center rounded-full px-1 tabular-nums", today.then_some("bg-primary font-semibold text-primary-content"))}>{ day.day() }</span>if hidden > 0 { <span class="ml-auto truncate text-[11px] text-base-content/70">{ l.cal_more(hidden) }</span> }<span class="sr-only">{ l.cal_add_on(&day.to_string()) }</span></button> }
}

fn column(clock: &Clock, day: NaiveDate, height: &str, entries: &[Entry], acts: &Acts) -> Html {
    let list: Vec<&Entry> = on_day(entries, day).into_iter().filter(|e| e.in_hours()).collect();
    let places = lanes(&list);
    let (ondragover, ondrop) = drop_on(acts, day);
    // A click between the entries makes a task at that half hour.
    let onclick = acts.create.reform(move |e: MouseEvent| {
        let half = i64::from(e.offset_y()).max(0) * 2 / HOUR;
        ("tasks", day.and_time(NaiveTime::MIN) + Duration::hours(i64::from(HOURS.start)) + Duration::minutes(half * 30))
    });
    let now = clock.local_now();
    let line = (day == clock.today() && HOURS.contains(&now.hour()))
        .then(|| HOUR * i64::from((now.hour() - HOURS.start) * 60 + now.minute()) / 60);
    html! {
        <div key={day.to_string()} data-day={day.to_string()} {ondragover} {ondrop} class="relative border-l border-base-300/60" style={height.to_owned()}>
            <div class="absolute inset-0 cursor-pointer" {onclick} style={format!("background:repeating-linear-gradient(var(--color-base-300) 0 1px,transparent 1px {HOUR}px);opacity:.6")}></div>
            { for list.iter().zip(places).filter(|(_, (lane, _))| *lane < LANES).map(|(e, (lane, of))| block(e, lane, of.min(LANES), acts)) }
            if let Some(top) = line { <span class="pointer-events-none absolute inset-x-0 z-10 h-px bg-error" style={format!("top:{top}px")} aria-hidden="true"></span> }
        </div>
    }
}

fn block(e: &Entry, lane: usize, of: usize, acts: &Acts) -> Html {
    let top = HOUR * i64::from((e.at.hour() - HOURS.start) * 60 + e.at.minute()) / 60;
    let tall = (HOUR * e.minutes.clamp(30, 240) / 60 - 2).max(24);
    let width = 100.0 / of as f64;
    let style = format!(
        "top:{top}px;height:{tall}px;left:calc({:.2}% + 1px);width:calc({width:.2}% - 2px)",
        width * lane as f64
    );
    let (entry, dragged) = (e.clone(), e.clone());
    let ondragstart = Callback::from(move |ev: DragEvent| super::dialogs::drag(&ev, &dragged));
    html! { <button key={e.id.clone()} type="button" draggable="true" {ondragstart} data-entry={e.id.clone()} title={format!("{} {}", e.time(), e.title)} onclick={acts.open.reform(move |_: MouseEvent| entry.clone())} {style} class={cls!("absolute flex cursor-pointer flex-col items-start overflow-hidden rounded-md border border-base-100 px-1.5 py-0.5 text-left text-[11px] leading-tight", tone_of(e))}><span class="flex w-full items-center gap-1">{ icon(sign_of(e), "size-3") }<span class="truncate font-medium">{ &e.title }</span></span>if tall > 40 { <span class="tabular-nums">{ e.time() }</span> }</button> }
}
