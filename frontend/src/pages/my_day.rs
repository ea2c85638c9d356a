//! My day: what is overdue and what is due, by time or by customer; finished with a word on what came of it, put off with
//! one click.

use crate::browser;
use crate::data::change::finish_later;
use crate::data::http::{ApiError, Request};
use crate::data::offline::{self, Waiting};
use crate::data::query::{invalidate, use_query};
use crate::data::types::Record;
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::record::waiting::{about, mark, use_queue};
use crate::route::Route;
use crate::ui::field::value_of;
use crate::ui::overlay::{Dialog, Popover, menu_item, use_leave};
use crate::ui::pieces::alert;
use crate::ui::toast::{Toaster, use_toaster};
use crate::ui::{Card, Empty, Failed, cls, icon, page_head, skeleton_rows, spinner};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

fn word<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}

fn list<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn number(v: &Value, key: &str) -> i64 {
    v.get(key).and_then(Value::as_i64).unwrap_or(0)
}

#[component]
pub(crate) fn MyDay() -> Html {
    let l = use_lang();
    let clock = browser::clock();
    let toaster = use_toaster();
    browser::set_title(&format!("{} · {}", l.nav_my_day(), l.app_name()));
    let by = use_state_eq(|| browser::stored("day.by").unwrap_or_else(|| "time".to_owned()));
    let finishing = use_state_eq(|| None::<Value>);
    let query = use_query::<Value>(format!("/my_day?by={}", *by));
    let queue = use_queue();
    {
        // Tasks change under another address than the day.
        let refetch = query.refetch.clone();
        use_effect_with((), move |()| {
            let tasks = crate::data::query::subscribe("/tasks", refetch);
            move || drop(tasks)
        });
    }
    let pick = |key: &'static str| {
        let by = by.clone();
        Callback::from(move |_: MouseEvent| {
            browser::store("day.by", key);
            by.set(key.to_owned())
        })
    };
    let finish = {
        let finishing = finishing.clone();
        Callback::from(move |item: Value| finishing.set(Some(item)))
    };
    let shut = {
        let finishing = finishing.clone();
        Callback::from(move |()| finishing.set(None))
    };
    let body = match (&query.data, &query.error) {
        (Some(d), _) if list(d, "groups").is_empty() => {
            let action = html! { <ListLink object="tasks" query="new=1" class="btn btn-sm btn-primary">{ icon("plus", "size-4") }{ l.quick_task() }</ListLink> };
            html! { <Card><Empty icon="circle-check" title={l.my_day_free()} body={l.my_day_free_body()} {action} /></Card> }
        }
        (Some(d), _) => {
            html! { <div class="space-y-4">{ for list(d, "groups").iter().map(|g| group(l, &clock, g, &queue, &toaster, &finish)) }if d["complete"] == false { <p class="text-xs text-base-content/70">{ l.my_day_more() }</p> }</div> }
        }
        (None, Some(e)) => html! { <Card><Failed error={e.clone()} retry={query.refetch.clone()} /></Card> },
        (None, None) => html! { <Card>{ skeleton_rows(6) }</Card> },
    };
    let brief = query.data.as_ref().map(|d| {
        let later = number(d, "upcoming");
        html! { <p class="-mt-2 mb-4 flex flex-wrap gap-x-1.5 text-[13px] text-base-content/70" data-testid="day-brief"><span>{ l.my_day_brief(number(d, "overdue"), number(d, "today")) }</span>if later > 0 { <span aria-hidden="true">{ "·" }</span><span>{ l.my_day_later(later) }</span> }</p> }
    });
    let one = |key: &'static str, label: &'static str| {
        let on = *by == key;
        html! { <button type="button" data-testid={format!("by-{key}")} class={cls!("h-6 cursor-pointer rounded-md px-2.5 text-xs", if on { "bg-base-100 font-medium shadow-sm" } else { "text-base-content/75" })} aria-pressed={on.to_string()} onclick={pick(key)}>{ label }</button> }
    };
    let actions = html! { <><div role="group" aria-label={l.my_day_by()} class="flex rounded-lg bg-base-200 p-1">{ one("time", l.my_day_by_time()) }{ one("customer", l.my_day_by_customer()) }</div><ListLink object="tasks" query="new=1" class="btn btn-sm btn-primary">{ icon("plus", "size-4") }{ l.quick_task() }</ListLink></> };
    // As it was read last: what somebody else has changed since the dialog was opened can be finished all the same.
    let open = finishing.as_ref().map(|item| latest(query.data.as_deref(), item).clone());
    html! { <>{ page_head(html! { { l.nav_my_day() } }, actions) }{ brief.unwrap_or_else(|| html! { <p class="-mt-2 mb-4 text-[13px]">{ "\u{a0}" }</p> }) }{ body }
        if let Some(item) = open { <Finish {item} onclose={shut} /> }
    </> }
}

/// An entry as the day shows it now; as it was where the day no longer shows it.
fn latest<'a>(day: Option<&'a Value>, item: &'a Value) -> &'a Value {
    let mut shown = day.into_iter().flat_map(|d| list(d, "groups")).flat_map(|g| list(g, "items"));
    shown.find(|i| ["object", "id"].into_iter().all(|key| i.get(key) == item.get(key))).unwrap_or(item)
}

fn group(l: Lang, clock: &Clock, g: &Value, queue: &[Waiting], toaster: &Toaster, finish: &Callback<Value>) -> Html {
    let (key, items) = (word(g, "key"), list(g, "items"));
    let name = match key.len() {
        36 => {
            html! { <Link<Route> to={Route::record("customers", key)} classes="hover:text-primary hover:underline">{ word(g, "label") }</Link<Route>> }
        }
        _ => html! { { word(g, "label") } },
    };
    html! { <Card key={key.to_owned()} class="overflow-hidden"><section data-testid={format!("day-{key}")}><h2 class={cls!("flex h-9 items-center gap-1.5 bg-base-200/50 px-4 text-xs font-medium", if key == "overdue" { "text-error" } else { "text-base-content/75" })}>{ name }<span class="tabular-nums">{ l.my_day_overdue_n(items.len()) }</span></h2>
    <ul class="divide-y divide-base-300/60">{ for items.iter().map(|i| row(l, clock, i, queue, toaster, finish)) }</ul></section></Card> }
}

fn row(l: Lang, clock: &Clock, i: &Value, queue: &[Waiting], toaster: &Toaster, finish: &Callback<Value>) -> Html {
    let (id, title, at) = (word(i, "id").to_owned(), word(i, "title").to_owned(), word(i, "at").to_owned());
    let task = word(i, "object") == "tasks";
    // Its finishing waits for the network: nobody need finish it twice.
    let unsent = queue.iter().find(|w| task && w.path == "/tasks/bulk" && about(w, &id));
    let done = i["done"] == true || unsent.is_some();
    let onfinish = {
        let item = i.clone();
        finish.reform(move |_: MouseEvent| item.clone())
    };
    let (touch, waiting) = (word(i, "object") == "customers", i["waiting"] == true);
    let sign = if waiting {
        html! { <span class="grid size-9 shrink-0 place-items-center text-warning" title={l.waiting()}>{ icon("message-square", "size-4") }</span> }
    } else if touch {
        html! { <span class="grid size-9 shrink-0 place-items-center text-warning" title={l.touch_due()}>{ icon("phone", "size-4") }</span> }
    } else if !task {
        html! { <span class="grid size-9 shrink-0 place-items-center text-base-content/70" title={l.day_planned()}>{ icon("calendar-clock", "size-4") }</span> }
    } else if done {
        html! { <span class="grid size-9 shrink-0 place-items-center text-success">{ icon("circle-check", "size-4.5") }</span> }
    } else {
        html! { <button type="button" class="grid size-9 shrink-0 cursor-pointer place-items-center rounded-full" aria-label={l.task_finish(&title)} title={l.task_finish(&title)} onclick={onfinish}><span class="grid size-4.5 place-items-center rounded-full border-[1.5px] border-base-content/45 text-primary [button:hover>&]:border-primary [button:hover>&]:bg-primary/10">{ icon("check", "size-3 opacity-0 [button:hover_&]:opacity-100") }</span></button> }
    };
    let about: Vec<&str> = [word(i, "customer"), word(i, "contact"), word(i, "opportunity")]
        .into_iter()
        .filter(|s| !s.is_empty() && !touch)
        .collect();
    let until = word(i, "resume_at");
    let away = format::parse_moment(until).is_some_and(|at| at > clock.now);
    let note = if waiting {
        l.waiting_since(&format::moment(l, &at, clock))
    } else if touch {
        l.touch_before(&format::moment(l, &at, clock))
    } else if away {
        l.day_resume_at(&format::moment(l, until, clock))
    } else {
        word(i, "result").to_owned()
    };
    html! { <li key={format!("{id} {waiting}")} data-testid="day-item" class="flex min-h-12 items-center gap-1 pl-2 pr-2 hover:bg-base-200/50">{ sign }
        <Link<Route> to={Route::record(word(i, "object"), &id)} classes="min-w-0 flex-1 py-1.5 text-[13px]"><span class="flex items-center gap-1.5"><span class={cls!("truncate", done.then_some("text-base-content/70"))}>{ &title }</span>if word(i, "priority") == "high" && !done { <span class="size-1.5 shrink-0 rounded-full bg-error" title={l.priority_high()}></span> }if !word(i, "repeat").is_empty() { <span title={l.day_repeats()}>{ icon("refresh-cw", "size-3 text-base-content/60") }</span> }</span>
            if !about.is_empty() { <span class="block truncate text-xs text-base-content/70">{ about.join(" · ") }</span> }
            if !note.is_empty() { <span class="block truncate text-xs text-base-content/70">{ note }</span> }</Link<Route>>
        if let Some(w) = unsent { { mark(l, w) } }
        if !at.is_empty() && !waiting && !touch { <time datetime={at.clone()} title={format::moment_full(&at, clock)} class={cls!("shrink-0 text-xs tabular-nums", if i["overdue"] == true && !away { "text-error" } else { "text-base-content/70" })}>{ format::moment(l, &at, clock) }</time> }
        if task && !done { { snooze(l, clock, &id, &title, away, toaster) } }
    </li> }
}

/// Puts a task off until later, or brings it back.
fn snooze(l: Lang, clock: &Clock, id: &str, title: &str, away: bool, toaster: &Toaster) -> Html {
    let to = |at: Option<DateTime<Utc>>| {
        let (id, toaster, clock) = (id.to_owned(), toaster.clone(), *clock);
        Callback::from(move |_: MouseEvent| {
            let (toaster, until) = (toaster.clone(), at.map(format::moment_text));
            let request = Request::post(format!("/tasks/{id}/snooze"), json!({ "resume_at": until }));
            spawn_local(async move {
                match (request.text().await, until) {
                    (Ok(_), Some(until)) => toaster.ok(l.day_snoozed(&format::moment(l, &until, &clock))),
                    (Ok(_), None) => toaster.ok(l.day_woken()),
                    (Err(e), _) => toaster.err(e.text(l)),
                }
                invalidate("/my_day");
                invalidate("/tasks");
            })
        })
    };
    html! { <Popover right=true menu=true width="sm:w-48" label={l.day_snooze(title)} button_class="btn btn-ghost btn-sm btn-square text-base-content/70" button={icon("alarm-clock", "size-4")}>
        if away { { menu_item("undo-2", l.day_wake(), to(None)) } }
        { menu_item("clock", l.day_hour(), to(Some(clock.now + Duration::hours(1)))) }
        { menu_item("clock", l.snooze_hours(), to(Some(clock.now + Duration::hours(3)))) }
        { menu_item("clock", l.snooze_tomorrow(), to(nine(clock.today() + Duration::days(1), clock))) }
        { menu_item("calendar-days", l.snooze_monday(), to(nine(next_monday(clock.today()), clock))) }
    </Popover> }
}

/// Nine in the morning.
fn nine(day: NaiveDate, clock: &Clock) -> Option<DateTime<Utc>> {
    Some(clock.zone.moment(day.and_hms_opt(9, 0, 0)?))
}

fn next_monday(day: NaiveDate) -> NaiveDate {
    day + Duration::days(7 - i64::from(day.weekday().num_days_from_monday()))
}

#[derive(Properties, PartialEq)]
struct FinishProps {
    item: Value,
    onclose: Callback<()>,
}

/// Finishes a task with a word on what came of it.
#[component]
fn Finish(p: &FinishProps) -> Html {
    let l = use_lang();
    let toaster = use_toaster();
    let result = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    let wrong = use_state_eq(|| None::<String>);
    let (leave, asking) = use_leave(!result.trim().is_empty(), p.onclose.clone());
    let title = word(&p.item, "title").to_owned();
    let onsubmit = {
        let (result, busy, wrong, toaster, close, title) =
            (result.clone(), busy.clone(), wrong.clone(), toaster.clone(), p.onclose.clone(), title.clone());
        let (id, version) = (word(&p.item, "id").to_owned(), p.item.get("version").and_then(Value::as_i64));
        Callback::from(move |e: SubmitEvent| {
            e.prevent_default();
            if *busy {
                return;
            }
            busy.set(true);
            let mut patch = json!({ "status": "done" });
            if !result.trim().is_empty() {
                patch["result"] = json!(result.trim());
            }
            let (busy, wrong, toaster, close, title, id) =
                (busy.clone(), wrong.clone(), toaster.clone(), close.clone(), title.clone(), id.clone());
            wrong.set(None);
            spawn_local(async move {
                let answer = match offline::away() {
                    true => Err(ApiError::offline()),
                    false => {
                        let request = Request::patch(format!("/tasks/{id}"), patch.clone());
                        request.if_match(version).json::<Record>().await
                    }
                };
                match answer {
                    Ok(_) => {
                        toaster.ok(l.task_finished(&title));
                        close.emit(())
                    }
                    Err(e) if e.status == 0 && finish_later(l, &id, patch.clone(), &title).await => {
                        toaster.ok(l.outbox_queued());
                        close.emit(())
                    }
                    Err(e) => wrong.set(Some(e.text(l))),
                }
                for path in ["/my_day", "/tasks", "/events"] {
                    invalidate(path);
                }
                busy.set(false);
            })
        })
    };
    let oninput = {
        let result = result.clone();
        Callback::from(move |e: InputEvent| result.set(value_of(&e)))
    };
    let footer = html! { <><button type="button" class="btn btn-sm btn-ghost" onclick={leave.reform(|_: MouseEvent| ())}>{ l.cancel() }</button><button type="submit" form="finish" class="btn btn-sm btn-primary" disabled={*busy}>if *busy { { spinner() } }{ l.done() }</button></> };
    html! { <><Dialog title={l.finish_title(&title)} onclose={leave} {footer}><form id="finish" {onsubmit}>{ alert("mb-3", wrong.as_deref()) }<label class="block"><span class="mb-1 block text-[13px] text-base-content/75">{ l.finish_result() }</span><textarea class="textarea w-full text-[13px]" name="result" rows="2" maxlength="300" placeholder={l.finish_hint()} value={(*result).clone()} {oninput} /><span class="block pt-0.5 text-xs text-base-content/70">{ l.finish_help() }</span></label></form></Dialog>{ asking }</> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_finished_is_as_the_day_shows_it_now() {
        let item = |version: i64| json!({ "object": "tasks", "id": "t", "version": version });
        let day = json!({ "groups": [{ "items": [{ "object": "customers", "id": "t" }] }, { "items": [item(2)] }] });
        assert_eq!(latest(Some(&day), &item(1)), &item(2));
        assert_eq!(latest(Some(&json!({ "groups": [] })), &item(1)), &item(1));
        assert_eq!(latest(None, &item(1)), &item(1));
    }

    #[test]
    fn monday_is_the_coming_one() {
        let day = |s: &str| s.parse::<NaiveDate>().unwrap();
        assert_eq!(next_monday(day("2026-11-22")), day("2026-11-23"));
        assert_eq!(next_monday(day("2026-11-23")), day("2026-11-30"));
    }
}
