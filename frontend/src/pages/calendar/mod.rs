//! The calendar: tasks by when they are due, activities by when they happen and deals by when they are expected to close,
//! as a month, a week or an agenda.

mod agenda;
mod dialogs;
mod layout;
mod load;
mod month;
mod week;

use crate::browser;
use crate::data::change::{Change, change};
use crate::data::http::encode;
use crate::data::listing::pairs;
use crate::data::session::use_session;
use crate::data::types::Record;
use crate::format::{self, Clock};
use crate::i18n::{Lang, use_lang};
use crate::parts::{Lazy, Room};
use crate::record::form::RecordFormProps;
use crate::record::link::{Choice, LinkPicker};
use crate::route::Route;
use crate::ui::toast::use_toaster;
use crate::ui::{Card, Failed, cls, icon, page_head, skeleton_lines};
use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use layout::{Entry, View};
use serde_json::{Value, json};
use yew::prelude::*;
use yew_router::prelude::*;

/// What the address says.
#[derive(Clone, PartialEq)]
struct Look {
    view: View,
    at: NaiveDate,
    /// Id and name of the person; nobody means everybody within sight.
    who: Option<Choice>,
}

/// What the parts of the calendar can ask for.
#[derive(Clone, PartialEq)]
struct Acts {
    /// Opens a day.
    day: Callback<NaiveDate>,
    /// Makes something at a moment: object and moment.
    create: Callback<(&'static str, NaiveDateTime)>,
    /// Opens an entry.
    open: Callback<Entry>,
    /// Moves an entry to a day, at the same time of day.
    shift: Callback<(Entry, NaiveDate)>,
}

/// What lies over the calendar.
#[derive(Clone, PartialEq)]
enum Over {
    Day(NaiveDate),
    Entry(Box<Entry>),
    Form(&'static str, NaiveDateTime),
}

fn read_look(query: &str, me: &Choice, clock: &Clock) -> Look {
    let find = |key: &str| pairs(query).into_iter().find(|(k, _)| k == key).map(|(_, v)| v);
    let narrow =
        web_sys::window().and_then(|w| w.inner_width().ok()).and_then(|w| w.as_f64()).is_some_and(|w| w < 640.0);
    let usual = browser::stored("calendar.view").unwrap_or_else(|| if narrow { "agenda" } else { "month" }.to_owned());
    let key = find("view").unwrap_or(usual);
    Look {
        view: View::ALL.into_iter().find(|v| v.key() == key).unwrap_or(View::Month),
        at: find("at").and_then(|d| format::parse_day(&d)).unwrap_or_else(|| clock.today()),
        who: match find("who").as_deref() {
            Some("all") => None,
            Some(id) => Some((id.to_owned(), find("name").unwrap_or_default())),
            None => Some(me.clone()),
        },
    }
}

#[component]
pub(crate) fn Calendar() -> Html {
    let l = use_lang();
    let session = use_session();
    let toaster = use_toaster();
    let navigator = use_navigator();
    let clock = browser::clock();
    browser::set_title(&format!("{} · {}", l.nav_calendar(), l.app_name()));
    let me = (session.me.id.clone(), session.me.name.clone());
    let look = read_look(use_location().map(|l| l.query_str().to_owned()).as_deref().unwrap_or(""), &me, &clock);
    let over = use_state_eq(|| None::<Over>);
    let kinds = use_state_eq(|| [true; 3]);
    let (from, to) = look.view.days(look.at);
    let may = |object: &str| session.object(object).is_some_and(|o| o.may("read"));
    let shown = [kinds[0] && may("tasks"), kinds[1] && may("activities"), kinds[2] && may("opportunities")];
    let (loaded, reload) = load::use_entries((from, to, look.who.as_ref().map(|w| w.0.clone())), shown);
    let go = {
        let mine = me.0.clone();
        Callback::from(move |to: Look| {
            browser::store("calendar.view", to.view.key());
            let who = match &to.who {
                Some((id, _)) if *id == mine => String::new(),
                Some((id, name)) => format!("&who={id}&name={}", encode(name)),
                None => "&who=all".to_owned(),
            };
            if let Some(n) = &navigator {
                let query = format!("view={}&at={}{who}", to.view.key(), to.at);
                let _ = n.replace_with_query(&Route::Calendar, yew_router::query::Raw(&query));
            }
        })
    };
    let put = {
        let over = over.clone();
        move |o: Option<Over>| over.set(o)
    };
    let acts = {
        let (day, create, open) = (put.clone(), put.clone(), put.clone());
        let toaster = toaster.clone();
        Acts {
            day: Callback::from(move |d| day(Some(Over::Day(d)))),
            create: Callback::from(move |(object, at)| create(Some(Over::Form(object, at)))),
            open: Callback::from(move |e| open(Some(Over::Entry(Box::new(e))))),
            shift: Callback::from(move |(e, day): (Entry, NaiveDate)| {
                if e.at.date() != day {
                    change(l, toaster.clone(), moved(l, &e, day, &clock), Callback::noop())
                }
            }),
        }
    };
    let hide = {
        let put = put.clone();
        Callback::from(move |()| put(None))
    };
    let body = match (&loaded.error, loaded.ready) {
        (Some(e), _) if loaded.entries.is_empty() => html! { <Card><Failed error={e.clone()} retry={reload} /></Card> },
        (_, false) => html! { <Card>{ skeleton_lines(12) }</Card> },
        _ => match look.view {
            View::Month => month::month(l, &clock, look.at, &loaded.entries, &acts),
            View::Week => week::week(l, &clock, look.at, &loaded.entries, &acts),
            View::Agenda => agenda::agenda(l, &clock, from, to, &loaded.entries, &acts),
        },
    };
    html! { <>
        { page_head(html! { { l.nav_calendar() } }, actions(l, &session, &acts, look.at, &clock)) }
        { bar(l, &look, &go, &kinds) }
        if loaded.partial { <p class="mb-2 text-xs text-warning" role="status">{ l.cal_part() }</p> }
        { body }
        <p class="mt-2 hidden text-xs text-base-content/70 sm:block">{ l.cal_hint() }</p>
        { match &*over {
            Some(Over::Day(d)) => dialogs::day(l, &clock, *d, &loaded.entries, &session, &acts, hide),
            Some(Over::Entry(e)) => html! { <dialogs::EntryDialog entry={(**e).clone()} acts={acts.clone()} onclose={hide} /> },
            Some(Over::Form(object, at)) => form(&session, object, *at, &clock, hide),
            None => html! {},
        } }
    </> }
}

/// An entry at the same time of another day.
fn moved(l: Lang, e: &Entry, day: NaiveDate, clock: &Clock) -> Change {
    let text = |at: NaiveDateTime| match e.object {
        "opportunities" => json!({ "expected_close_on": at.date().to_string() }),
        "tasks" => json!({ "due_at": clock.sent(at) }),
        _ => json!({ "occurred_at": clock.sent(at) }),
    };
    Change {
        object: e.object.into(),
        id: e.id.clone(),
        version: e.version,
        set: text(day.and_time(e.at.time())),
        back: text(e.at),
        title: None,
        said: l.cal_moved(&e.title, &day.to_string()),
        unsaid: l.saved().into(),
    }
}

/// The form of a new entry at a moment.
fn form(
    session: &crate::data::session::Session,
    object: &'static str,
    at: NaiveDateTime,
    clock: &Clock,
    onclose: Callback<()>,
) -> Html {
    let Some(meta) = session.object(object).cloned() else { return html! {} };
    let mut preset = Record::new();
    for f in meta.fields.iter().filter(|f| f.writable && !f.default.is_null()) {
        crate::data::form::put(&mut preset, &f.key, f.default.clone());
    }
    preset.insert(if object == "tasks" { "due_at" } else { "occurred_at" }.into(), Value::String(clock.sent(at)));
    html! { <Lazy room={Room::Form(Box::new(yew::props!(RecordFormProps { meta, preset, onclose })))} /> }
}

/// New task and new activity, on the day that is looked at.
fn actions(l: Lang, session: &crate::data::session::Session, acts: &Acts, at: NaiveDate, clock: &Clock) -> Html {
    let day = if at < clock.today() { clock.today() } else { at };
    let one = |object: &'static str, label: &'static str, class: &'static str| {
        let onclick = acts.create.reform(move |_: MouseEvent| (object, nine(day)));
        session.object(object).filter(|o| o.may("create")).map(|_| html! { <button class={cls!("btn btn-sm", class)} data-testid={format!("new-{object}")} {onclick}>{ icon("plus", "size-4") }{ label }</button> }).unwrap_or_default()
    };
    html! { <>{ one("activities", l.quick_log(), "") }{ one("tasks", l.quick_task(), "btn-primary") }</> }
}

/// Nine in the morning of a day.
fn nine(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + Duration::hours(9)
}

/// Back, forward, today, the month's name, the view, the person, what is shown.
fn bar(l: Lang, look: &Look, go: &Callback<Look>, kinds: &UseStateHandle<load::Kinds>) -> Html {
    let to = |at: NaiveDate| {
        let look = look.clone();
        go.reform(move |_: MouseEvent| Look { at, ..look.clone() })
    };
    let (from, until) = look.view.days(look.at);
    let title = match look.view {
        View::Month => l.cal_year_month(look.at.year(), &format::month_word(l, look.at.month())),
        View::Week | View::Agenda => l.cal_range(&from.to_string(), &(until - Duration::days(1)).to_string()),
    };
    let views = View::ALL.into_iter().map(|v| {
        let label = match v {
            View::Month => l.cal_month(),
            View::Week => l.cal_week(),
            View::Agenda => l.cal_agenda(),
        };
        let (on, look) = (v == look.view, look.clone());
        let class = if on { "bg-base-100 font-medium shadow-sm" } else { "text-base-content/75" };
        html! { <button key={v.key()} type="button" data-testid={format!("view-{}", v.key())} class={cls!("h-6 cursor-pointer rounded-md px-3 text-xs", class)} aria-pressed={on.to_string()} onclick={go.reform(move |_: MouseEvent| Look { view: v, ..look.clone() })}>{ label }</button> }
    });
    let onwho = {
        let look = look.clone();
        go.reform(move |who: Option<Choice>| Look { who, ..look.clone() })
    };
    let check = |i: usize, label: &'static str| {
        let (kinds, mut next) = (kinds.clone(), **kinds);
        let on = next[i];
        next[i] = !on;
        // Something is always shown: the last one that is unchecked brings back the others.
        let next = if next.contains(&true) { next } else { next.map(|n| !n) };
        let onchange = Callback::from(move |_: Event| kinds.set(next));
        html! { <label class="flex cursor-pointer items-center gap-1.5 text-[13px]"><input type="checkbox" class="checkbox checkbox-xs" checked={on} {onchange} />{ label }</label> }
    };
    html! {
        <div class="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
            <div class="flex items-center gap-1"><button class="btn btn-sm btn-square btn-ghost" aria-label={l.cal_prev()} onclick={to(look.view.step(look.at, false))}>{ icon("chevron-left", "size-4") }</button>
                <button class="btn btn-sm btn-square btn-ghost" aria-label={l.cal_next()} onclick={to(look.view.step(look.at, true))}>{ icon("chevron-right", "size-4") }</button>
                <button class="btn btn-sm" onclick={to(browser::clock().today())}>{ l.cal_today() }</button></div>
            <h2 class="text-[15px] font-semibold tabular-nums" aria-live="polite">{ title }</h2>
            <div class="ml-auto flex flex-wrap items-center gap-3">
                { check(0, l.cal_tasks()) }{ check(1, l.cal_activities()) }{ check(2, l.cal_deals()) }
                <div class="w-40" role="group" aria-label={l.cal_whose()}><LinkPicker object="users" small=true value={look.who.clone()} onchange={onwho} placeholder={l.cal_everyone()} /></div>
                <div role="group" aria-label={l.cal_view()} class="flex rounded-lg bg-base-200 p-1">{ for views }</div>
            </div>
        </div>
    }
}

/// The tone of an entry.
fn tone_of(e: &Entry) -> &'static str {
    match e.kind.as_str() {
        _ if e.done => "tone-neutral line-through",
        _ if e.late => "tone-error",
        _ if e.is_task() => "tone-warning",
        _ if e.is_deal() => "tone-success",
        "visit" | "meeting" => "tone-primary",
        "note" | "email" => "tone-neutral",
        _ => "tone-info",
    }
}

/// The sign of an entry.
fn sign_of(e: &Entry) -> &'static str {
    match e.kind.as_str() {
        _ if e.is_task() && e.done => "circle-check",
        _ if e.is_task() => "list-checks",
        _ if e.is_deal() => "kanban",
        "call" => "phone",
        "visit" => "users",
        "meeting" | "online_meeting" => "video",
        "email" => "mail",
        "note" => "notebook-pen",
        _ => "message-square",
    }
}

/// A weekday, short, Monday first.
fn weekday(l: Lang, i: usize) -> &'static str {
    const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    l.pick(ZH[i % 7], EN[i % 7])
}
