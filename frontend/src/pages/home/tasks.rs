//! My tasks by when they are due, finished and put off with one click.

use super::group_head;
use crate::browser;
use crate::data::change::{Change, change};
use crate::data::http::encode;
use crate::data::query::use_query;
use crate::data::types::{Page, Record, int, text};
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::pages::list_link::ListLink;
use crate::record::waiting::{self, use_queue};
use crate::route::Route;
use crate::ui::overlay::{Popover, menu_item};
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Empty, Failed, cls, icon, skeleton_lines};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use yew::prelude::*;
use yew_router::prelude::*;

/// How many days ahead the card looks, besides today.
const AHEAD: i64 = 7;

/// My open tasks, with a further condition.
fn mine(extra: Value) -> Value {
    json!({ "all": [
        { "field": "status", "op": "eq", "value": "open" },
        { "field": "owner_id", "op": "eq", "value": "$me" },
        extra,
    ] })
}

/// The moment at which a day of the organisation begins.
fn midnight(day: NaiveDate, clock: &Clock) -> DateTime<Utc> {
    clock.zone.midnight(day)
}

/// Due before the morning after so many days.
fn due_within(days: i64, clock: &Clock) -> Value {
    let end = midnight(clock.today() + Duration::days(days + 1), clock);
    json!({ "field": "due_at", "op": "lt", "value": format::moment_text(end) })
}

fn path(filter: &Value, rest: &str) -> String {
    format!("/tasks?{rest}&filter={}", encode(&filter.to_string()))
}

/// How many tasks wait until tomorrow.
#[component]
pub(super) fn Brief() -> Html {
    let l = use_lang();
    let clock = browser::clock();
    let tasks = use_query::<Page<Record>>(path(&mine(due_within(1, &clock)), "limit=1&count=exact&fields=id"));
    let text = match tasks.data.as_ref().and_then(|d| d.total) {
        Some(0) => l.brief_none().to_owned(),
        Some(n) => l.brief(n),
        None => "\u{a0}".to_owned(),
    };
    html! { <p class="mt-0.5 text-[13px] text-base-content/70">{ text }</p> }
}

/// When a task is due, as seen from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    Overdue,
    Today,
    Next,
    Undated,
}

fn when(due: &str, clock: &Clock) -> When {
    match format::parse_moment(due) {
        None => When::Undated,
        Some(at) if at < clock.now => When::Overdue,
        Some(at) if clock.zone.day(at) == clock.today() => When::Today,
        Some(_) => When::Next,
    }
}

/// The tasks of the next days.
#[component]
pub(super) fn TasksCard() -> Html {
    let l = use_lang();
    let clock = browser::clock();
    let toaster = use_toaster();
    let gone = use_state_eq(BTreeSet::<String>::new);
    let now = use_mut_ref(BTreeSet::<String>::new);
    let dated = use_query::<Page<Record>>(path(&mine(due_within(AHEAD, &clock)), "limit=50&sort=due_at&refs=true"));
    let undated = use_query::<Page<Record>>(path(
        &mine(json!({ "field": "due_at", "op": "is_empty" })),
        "limit=5&sort=-created_at&refs=true",
    ));
    let all = use_query::<Page<Record>>(path(&mine(json!({ "all": [] })), "limit=1&count=exact&fields=id"));
    {
        // A list that was read again without them knows of them by itself, and shows those that are opened again.
        let (gone, now) = (gone.setter(), now.clone());
        use_effect_with((dated.data.clone(), undated.data.clone()), move |(dated, undated)| {
            let listed: BTreeSet<&str> =
                [dated, undated].into_iter().flatten().flat_map(|page| &page.items).map(|t| text(t, "id")).collect();
            now.borrow_mut().retain(|id| listed.contains(id.as_str()));
            gone.set(now.borrow().clone());
        });
    }
    let send = {
        let (gone, now) = (gone.setter(), now.clone());
        Callback::from(move |c: Change| {
            let (gone, now, id) = (gone.clone(), now.clone(), c.id.clone());
            let settled = Callback::from(move |done: bool| {
                if done {
                    now.borrow_mut().insert(id.clone())
                } else {
                    now.borrow_mut().remove(&id)
                };
                gone.set(now.borrow().clone());
            });
            change(l, toaster.clone(), c, settled);
        })
    };
    // Put off is not finished: it stays, at its new place.
    let move_on = {
        let toaster = use_toaster();
        Callback::from(move |c: Change| change(l, toaster.clone(), c, Callback::noop()))
    };
    let queue = use_queue();
    let unsent = waiting::new_ones(&queue, "tasks", None);
    let body = match (&dated.data, &dated.error) {
        (Some(d), _) => {
            let extra = undated.data.as_deref().map(|u| u.items.clone()).unwrap_or_default();
            let mut list: Vec<&Record> =
                d.items.iter().chain(&extra).filter(|t| !gone.contains(text(t, "id"))).collect();
            list.sort_by_key(|t| when(text(t, "due_at"), &clock));
            let refs = |t: &Record| {
                let id = text(t, "customer_id");
                d.refs.get(id).or_else(|| undated.data.as_ref()?.refs.get(id)).cloned().unwrap_or_default()
            };
            let groups = [
                (When::Overdue, l.tasks_overdue()),
                (When::Today, l.tasks_today()),
                (When::Next, l.tasks_next()),
                (When::Undated, l.tasks_undated()),
            ];
            // What was just finished is in the lists and in the count until both are read again.
            let listed = (d.items.len() + extra.len()) as u64;
            // While a list is on its way, nobody knows what is in none.
            let known = undated.data.is_some() || undated.error.is_some();
            let rest = all.data.as_ref().filter(|_| known).and_then(|a| a.total).unwrap_or(0).saturating_sub(listed);
            if list.is_empty() {
                free(l)
            } else {
                html! { <>
                    { for groups.into_iter().map(|(g, label)| {
                        let part: Vec<&&Record> = list.iter().filter(|t| when(text(t, "due_at"), &clock) == g).collect();
                        if part.is_empty() { return html! {} }
                        html! { <section>{ group_head(label, part.len() as u64, g == When::Overdue) }<ul class="divide-y divide-base-300/60">{ for part.into_iter().map(|t| row(l, &clock, t, refs(t), &send, &move_on)) }</ul></section> }
                    }) }
                    if rest > 0 { <p class="border-t border-base-300/60 px-4 py-2.5 text-xs text-base-content/70">{ l.tasks_rest(rest) }</p> }
                </> }
            }
        }
        (None, Some(e)) => html! { <Failed error={e.clone()} retry={dated.refetch.clone()} /> },
        (None, None) => skeleton_lines(8),
    };
    let query = format!("filter={}&sort=due_at", encode(&mine(json!({ "all": [] })).to_string()));
    let extra =
        html! { <ListLink object="tasks" {query}>{ l.open_as_list() }{ icon("arrow-right", "size-3.5") }</ListLink> };
    html! { <Card title={l.todo()} class="overflow-hidden" {extra}><div data-testid="my-tasks">{ waiting::lines(l, &unsent) }{ body }</div></Card> }
}

/// Nothing to do: whom one might call.
fn free(l: Lang) -> Html {
    let filter = json!({ "all": [
        { "field": "owner_id", "op": "eq", "value": "$me" },
        { "field": "last_contact_at", "op": "older_than_days", "value": 30 },
    ] });
    let query = format!("filter={}&sort=last_contact_at", encode(&filter.to_string()));
    let action = html! { <ListLink object="customers" {query} class="btn btn-sm">{ l.tasks_free_do() }</ListLink> };
    html! { <Empty small=true icon="circle-check" title={l.tasks_free()} body={l.tasks_free_body()} {action} /> }
}

fn row(
    l: Lang,
    clock: &Clock,
    t: &Record,
    customer: String,
    finish: &Callback<Change>,
    move_on: &Callback<Change>,
) -> Html {
    let (id, title, due) = (text(t, "id").to_owned(), text(t, "title").to_owned(), text(t, "due_at").to_owned());
    let version = int(t, "version");
    let done = finish.reform({
        let (id, title) = (id.clone(), title.clone());
        move |_: MouseEvent| Change {
            object: "tasks".into(),
            id: id.clone(),
            version,
            set: json!({ "status": "done" }),
            back: json!({ "status": "open" }),
            title: Some(title.clone()),
            said: l.task_finished(&title),
            unsaid: l.task_reopened().into(),
        }
    });
    let snooze = |at: Option<DateTime<Utc>>| {
        let (id, was, clock) = (id.clone(), due.clone(), *clock);
        move_on.reform(move |_: MouseEvent| {
            let to = at.map(format::moment_text).unwrap_or_default();
            Change {
                object: "tasks".into(),
                id: id.clone(),
                version,
                set: json!({ "due_at": to }),
                back: json!({ "due_at": if was.is_empty() { Value::Null } else { json!(was) } }),
                title: None,
                said: l.task_moved(&format::moment(l, &to, &clock)),
                unsaid: l.saved().into(),
            }
        })
    };
    let late = when(&due, clock) == When::Overdue;
    html! {
        <li key={id.clone()} class="group flex min-h-11 items-center gap-1 pl-2 pr-2 hover:bg-base-200/50">
            <button type="button" class="grid size-9 shrink-0 cursor-pointer place-items-center rounded-full" aria-label={l.task_finish(&title)} title={l.task_finish(&title)} onclick={done}><span class="grid size-4.5 place-items-center rounded-full border-[1.5px] border-base-content/45 text-primary transition-colors [button:hover>&]:border-primary [button:hover>&]:bg-primary/10">{ icon("check", "size-3 opacity-0 [button:hover_&]:opacity-100") }</span></button>
            <Link<Route> to={Route::record("tasks", &id)} classes="min-w-0 flex-1 py-1.5 text-[13px]"><span class="flex items-center gap-1.5"><span class="truncate">{ &title }</span>if text(t, "priority") == "high" { <span class="size-1.5 shrink-0 rounded-full bg-error" title={l.priority_high()}></span> }</span>if !customer.is_empty() { <span class="block truncate text-xs text-base-content/70">{ customer }</span> }</Link<Route>>
            if !due.is_empty() { <time datetime={due.clone()} title={format::moment_full(&due, clock)} class={cls!("shrink-0 text-xs tabular-nums", if late { "text-error" } else { "text-base-content/70" })}>{ format::moment(l, &due, clock) }</time> }
            <Popover right=true menu=true width="sm:w-48" label={l.task_snooze(&title)} button_class="btn btn-ghost btn-sm btn-square text-base-content/70" button={icon("alarm-clock", "size-4")}>
                { menu_item("clock", l.snooze_hours(), snooze(Some(clock.now + Duration::hours(3)))) }
                { menu_item("clock", l.snooze_tomorrow(), snooze(nine(clock.today() + Duration::days(1), clock))) }
                { menu_item("calendar-days", l.snooze_monday(), snooze(nine(next_monday(clock.today()), clock))) }
                { menu_item("calendar-days", l.snooze_week(), snooze(nine(clock.today() + Duration::days(7), clock))) }
            </Popover>
        </li>
    }
}

/// Nine in the morning.
fn nine(day: NaiveDate, clock: &Clock) -> Option<DateTime<Utc>> {
    Some(clock.zone.moment(day.and_hms_opt(9, 0, 0)?))
}

/// The Monday after a day.
fn next_monday(day: NaiveDate) -> NaiveDate {
    day + Duration::days(7 - i64::from(day.weekday().num_days_from_monday()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn clock() -> Clock {
        let zone = domain::zone::Zone::fixed(FixedOffset::east_opt(8 * 3600).unwrap());
        Clock { now: format::parse_moment("2026-11-22T08:00:00Z").unwrap(), zone }
    }

    #[test]
    fn a_task_belongs_to_the_day_of_its_reader() {
        let c = clock();
        assert_eq!(when("2026-11-22T07:59:00Z", &c), When::Overdue);
        assert_eq!(when("2026-11-22T15:59:00Z", &c), When::Today);
        assert_eq!(when("2026-11-22T16:00:00Z", &c), When::Next);
        assert_eq!(when("", &c), When::Undated);
    }

    #[test]
    fn put_off_to_monday_is_the_coming_one() {
        let day = |s: &str| s.parse::<NaiveDate>().unwrap();
        assert_eq!(next_monday(day("2026-11-22")), day("2026-11-23"));
        assert_eq!(next_monday(day("2026-11-23")), day("2026-11-30"));
        assert_eq!(nine(day("2026-11-23"), &clock()).map(format::moment_text).as_deref(), Some("2026-11-23T01:00:00Z"));
    }
}
