//! The days one after the other, each with what is in it.

use super::layout::{Entry, on_day};
use super::{Acts, sign_of, tone_of, weekday};
use crate::format::Clock;
use crate::i18n::Lang;
use crate::ui::{Card, Empty, cls, icon};
use chrono::{Datelike, Duration, NaiveDate};
use yew::prelude::*;

pub(super) fn agenda(l: Lang, clock: &Clock, from: NaiveDate, to: NaiveDate, entries: &[Entry], acts: &Acts) -> Html {
    let days: Vec<NaiveDate> = (0..(to - from).num_days()).map(|i| from + Duration::days(i)).collect();
    let full: Vec<&NaiveDate> = days.iter().filter(|d| entries.iter().any(|e| e.at.date() == **d)).collect();
    if full.is_empty() {
        return html! { <Card><Empty icon="calendar-days" title={l.cal_none()} body={l.cal_none_body()} /></Card> };
    }
    html! { <div class="space-y-3" data-testid="agenda">{ for full.into_iter().map(|d| day_list(l, clock, *d, &on_day(entries, *d), acts)) }</div> }
}

/// One day with its entries.
pub(super) fn day_list(l: Lang, clock: &Clock, day: NaiveDate, list: &[&Entry], acts: &Acts) -> Html {
    let today = day == clock.today();
    let name = format!("{} {}", day, weekday(l, day.weekday().num_days_from_monday() as usize));
    html! {
        <section key={day.to_string()} class="overflow-hidden rounded-box border border-base-300 bg-base-100">
            <header class="flex h-9 items-center gap-2 bg-base-200/50 px-4 text-xs"><h3 class={cls!("font-semibold tabular-nums", today.then_some("text-primary"))}>{ name }</h3>if today { <span class="text-primary">{ l.cal_today() }</span> }
                <button type="button" class="btn btn-ghost btn-xs btn-square ml-auto" aria-label={l.cal_add_on(&day.to_string())} onclick={acts.day.reform(move |_: MouseEvent| day)}>{ icon("plus", "size-4") }</button></header>
            if list.is_empty() { <p class="px-4 py-4 text-[13px] text-base-content/70">{ l.cal_day_none() }</p> }
            <ul class="divide-y divide-base-300/60">{ for list.iter().map(|e| line(l, e, acts)) }</ul>
        </section>
    }
}

/// An entry as a line.
pub(super) fn line(l: Lang, e: &Entry, acts: &Acts) -> Html {
    let entry = e.clone();
    html! {
        <li key={e.id.clone()}><button type="button" data-entry={e.id.clone()} class="flex min-h-11 w-full cursor-pointer items-center gap-3 px-4 py-1.5 text-left text-[13px] hover:bg-base-200/50" onclick={acts.open.reform(move |_: MouseEvent| entry.clone())}>
            <span class="w-10 shrink-0 text-xs tabular-nums text-base-content/70">{ e.time() }</span><span class={cls!("grid size-6 shrink-0 place-items-center rounded-md", tone_of(e))}>{ icon(sign_of(e), "size-3.5") }</span>
            <span class="min-w-0 flex-1"><span class={cls!("block truncate", e.done.then_some("text-base-content/70 line-through"))}>{ &e.title }</span>if let Some((_, name)) = &e.customer { <span class="block truncate text-xs text-base-content/70">{ name }</span> }</span>
            if e.late { <span class="shrink-0 text-xs text-error">{ l.tasks_overdue() }</span> }
        </button></li>
    }
}
