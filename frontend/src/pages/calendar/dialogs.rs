//! What opens over the calendar: a day, and an entry that can be finished or moved without dragging.

use super::layout::{Entry, on_day};
use super::{Acts, agenda, nine, sign_of, tone_of};
use crate::data::change::{Change, change};
use crate::data::session::Session;
use crate::data::session::use_session;
use crate::format::{Clock, money, parse_day};
use crate::i18n::{Lang, use_lang};
use crate::route::Route;
use crate::ui::field::value_of;
use crate::ui::overlay::Dialog;
use crate::ui::toast::use_toaster;
use crate::ui::{avatar, cls, icon};
use chrono::NaiveDate;
use serde_json::json;
use std::cell::RefCell;
use yew::prelude::*;
use yew_router::prelude::*;

thread_local! {
    /// What is being dragged; the browser's own store holds texts only.
    static DRAGGED: RefCell<Option<Entry>> = const { RefCell::new(None) };
}

/// An entry begins to be dragged.
pub(super) fn drag(e: &DragEvent, entry: &Entry) {
    if let Some(data) = e.data_transfer() {
        let _ = data.set_data("text/plain", &entry.title);
        data.set_effect_allowed("move");
    }
    DRAGGED.set(Some(entry.clone()));
}

/// What was being dragged.
pub(super) fn dragged() -> Option<Entry> {
    DRAGGED.take()
}

/// A day: what is in it, and what can be added.
pub(super) fn day(
    l: Lang,
    clock: &Clock,
    day: NaiveDate,
    entries: &[Entry],
    session: &Session,
    acts: &Acts,
    onclose: Callback<()>,
) -> Html {
    let list = on_day(entries, day);
    let at = if day == clock.today() { clock.local_now() } else { nine(day) };
    let one = |object: &'static str, label: &'static str, class: &'static str| {
        let moment = if object == "tasks" { nine(day).max(at) } else { at };
        let onclick = acts.create.reform(move |_: MouseEvent| (object, moment));
        session.object(object).filter(|o| o.may("create")).map(|_| html! { <button type="button" class={cls!("btn btn-sm", class)} data-testid={format!("day-{object}")} {onclick}>{ icon("plus", "size-4") }{ label }</button> }).unwrap_or_default()
    };
    let footer = html! { <>{ one("activities", l.quick_log(), "") }{ one("tasks", l.quick_task(), "btn-primary") }</> };
    html! { <Dialog title={day.to_string()} {onclose} {footer}>
        if list.is_empty() { <p class="py-2 text-base-content/70">{ l.cal_day_none() }</p> }
        <ul class="-mx-5 divide-y divide-base-300/60">{ for list.into_iter().map(|e| agenda::line(l, e, acts)) }</ul>
    </Dialog> }
}

#[derive(Properties, PartialEq)]
pub(super) struct EntryProps {
    pub(super) entry: Entry,
    pub(super) acts: Acts,
    pub(super) onclose: Callback<()>,
}

/// An entry: what it is, and what can be done with it.
#[component]
pub(super) fn EntryDialog(p: &EntryProps) -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let e = &p.entry;
    let meta = session.object(e.object);
    let may = meta.is_some_and(|m| m.may("update"));
    let kind = meta
        .and_then(|m| m.field("kind"))
        .and_then(|f| f.choices.iter().find(|c| c.key == e.kind))
        .map(|c| c.label.clone())
        .or_else(|| meta.map(|m| m.label.clone()))
        .unwrap_or_default();
    let onmove = {
        let (entry, shift, close) = (e.clone(), p.acts.shift.clone(), p.onclose.clone());
        Callback::from(move |ev: Event| {
            if let Some(day) = parse_day(&value_of(&ev)) {
                shift.emit((entry.clone(), day));
                close.emit(())
            }
        })
    };
    let finish = {
        let (e, close) = (e.clone(), p.onclose.clone());
        Callback::from(move |_: MouseEvent| {
            let c = Change {
                object: "tasks".into(),
                id: e.id.clone(),
                version: e.version,
                set: json!({ "status": "done" }),
                back: json!({ "status": "open" }),
                title: Some(e.title.clone()),
                said: l.task_finished(&e.title),
                unsaid: l.task_reopened().into(),
            };
            change(l, toaster.clone(), c, Callback::noop());
            close.emit(())
        })
    };
    let footer = html! { <>
        if may && e.is_task() && !e.done { <button type="button" class="btn btn-sm" onclick={finish}>{ icon("check", "size-4") }{ l.done() }</button> }
        <Link<Route> to={Route::record(e.object, &e.id)} classes="btn btn-sm btn-primary">{ l.cal_open() }</Link<Route>>
    </> };
    html! { <Dialog title={e.title.clone()} onclose={p.onclose.clone()} {footer}>
        <dl class="space-y-2.5">
            <div class="flex items-center gap-2"><span class={cls!("inline-flex h-6 items-center gap-1.5 rounded-md px-2 text-xs font-medium", tone_of(e))}>{ icon(sign_of(e), "size-3.5") }{ kind }</span><span class="tabular-nums">{ format!("{} {}", e.at.date(), e.time()) }</span>if let Some(minor) = e.amount { <b class="font-medium tabular-nums">{ money(l, session.currency(), minor) }</b> }if e.late { <span class="text-xs text-error">{ l.tasks_overdue() }</span> }if e.done { <span class="text-xs text-success">{ l.cal_done() }</span> }</div>
            if let Some((id, name)) = &e.customer { <div class="flex items-center gap-2">{ icon("building-2", "size-4 text-base-content/70") }<Link<Route> to={Route::record("customers", id)} classes="truncate hover:text-primary hover:underline">{ name }</Link<Route>></div> }
            if !e.owner.is_empty() { <div class="flex items-center gap-2">{ avatar(&e.owner, "size-5 text-[10px]") }{ &e.owner }</div> }
        </dl>
        if may { <label class="mt-4 block"><span class="mb-1 block text-base-content/75">{ l.cal_move_to() }</span><input type="date" name="move" class="input input-sm w-44" value={e.at.date().to_string()} onchange={onmove} /></label> }
    </Dialog> }
}
