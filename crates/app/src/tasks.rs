//! Tasks: what their fields mean together, reminders, snoozing, and the next of a series.

mod day;
mod effect;

pub use day::day;
pub use effect::effect;

use crate::notifications::{News, tell};
use crate::records::Writer;
use crate::{Actor, Ctx, Error, Result, Visible};
use chrono::{DateTime, TimeDelta, Utc};
use contract::notifications::NewsKind;
use contract::tasks::Snoozed;
use domain::policy::Action;
use domain::record::{Changes, Record, Shape};
use domain::tasks::{Repeat, Series, remind_at};
use domain::value::Value;
use persistence::tasks as store;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Reminders and tasks of one step.
const STEP: i64 = 500;
/// The longest time for which a task can be put off.
const FAR: TimeDelta = TimeDelta::days(366);

fn text<'a>(r: &'a Record, shape: &Shape, key: &str) -> &'a str {
    r.get(shape, key).as_str().unwrap_or_default()
}

/// Completes a task before it is written: when it was done, when it reminds, from when it repeats.
pub(crate) fn complete(ctx: &Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &mut Record) -> Result<()> {
    let done = text(new, shape, "status") == "done";
    if !done {
        new.set(shape, "done_at", Value::Null);
    } else if old.is_none_or(|o| text(o, shape, "status") != "done") {
        new.set(shape, "done_at", Value::Time(ctx.now));
    }
    let due = new.get(shape, "due_at").as_time();
    let repeats = Repeat::of(text(new, shape, "repeat")).is_some();
    if repeats && due.is_none() {
        return Err(Error::field("due_at", "required", ""));
    }
    let same = |new: &Record, key: &str| old.is_some_and(|o| o.get(shape, key) == new.get(shape, key));
    if text(new, shape, "status") != "open" {
        new.set(shape, "remind_at", Value::Null);
        new.set(shape, "resume_at", Value::Null);
    } else if !["due_at", "reminder", "status"].into_iter().all(|key| same(new, key)) {
        let at = due.and_then(|due| remind_at(due, text(new, shape, "reminder"), ctx.now));
        new.set(shape, "remind_at", at.map_or(Value::Null, Value::Time));
        new.set(shape, "resume_at", Value::Null);
    }
    match due.filter(|_| repeats) {
        None => new.set(shape, "repeat_from", Value::Null),
        Some(due) if !(same(new, "due_at") && same(new, "repeat")) => {
            new.set(shape, "repeat_from", Value::Date(ctx.zone().day(due)));
        }
        Some(_) => {}
    }
    Ok(())
}

/// The task that follows on one that was done just now, if it repeats and none follows on it yet.
pub(crate) fn following(ctx: &mut Ctx<'_>, shape: &Shape, old: &Record, new: &Record) -> Result<Option<Record>> {
    let done = text(old, shape, "status") != "done" && text(new, shape, "status") == "done";
    if !done || new.get(shape, "repeat").is_null() || store::has_next(ctx.conn, new.id())? {
        return Ok(None);
    }
    next(ctx, shape, new)
}

/// The next task of a series: as the one before, due at the next of its times that still lies ahead.
fn next(ctx: &mut Ctx<'_>, shape: &Shape, task: &Record) -> Result<Option<Record>> {
    let (Some(repeat), Some(due)) = (Repeat::of(text(task, shape, "repeat")), task.get(shape, "due_at").as_time())
    else {
        return Ok(None);
    };
    let zone = ctx.zone();
    let local = zone.local(due);
    let skips = task.get(shape, "repeat_skip").as_bool() == Some(true);
    let calendar = if skips { Some(crate::calendar::load(ctx)?) } else { None };
    let series = Series {
        first: task.get(shape, "repeat_from").as_date().unwrap_or(local.date()),
        repeat,
        until: task.get(shape, "repeat_until").as_date(),
        working: calendar.as_ref(),
    };
    let Some(at) = series.next(local.date(), due.max(ctx.now), |day| zone.moment(day.and_time(local.time()))) else {
        return Ok(None);
    };
    let mut new = task.clone();
    for (at, value) in [
        (0, Value::Id(Uuid::now_v7())),
        (1, Value::Int(1)),
        (2, Value::Time(ctx.now)),
        (3, Value::Time(ctx.now)),
        (4, Value::Null),
    ] {
        new.values[at] = value;
    }
    for key in ["done_at", "result", "resume_at"] {
        new.set(shape, key, Value::Null);
    }
    let reminder = remind_at(at, text(task, shape, "reminder"), ctx.now);
    new.set(shape, "status", Value::Text("open".to_owned()));
    new.set(shape, "due_at", Value::Time(at));
    new.set(shape, "remind_at", reminder.map_or(Value::Null, Value::Time));
    new.set(shape, "repeat_from", Value::Date(series.first));
    new.set(shape, "previous_id", Value::Id(task.id()));
    Ok(Some(new))
}

/// Puts a task off: it is out of the way until then, and reminds then. `None` brings it back.
pub fn snooze(ctx: &mut Ctx<'_>, id: Uuid, until: Option<DateTime<Utc>>) -> Result<Snoozed> {
    let shape = ctx.shape("tasks")?;
    let (reach, readable) = (ctx.require("tasks", Action::Update)?, ctx.require("tasks", Action::Read)?);
    let task = persistence::records::get(ctx.conn, &shape, id, readable.owners(), true)?.ok_or(Error::NotFound)?;
    if !reach.contains(task.owner(&shape)) {
        return Err(Error::Forbidden { permission: crate::ctx::permission_name("tasks", Action::Update) });
    }
    if until.is_some_and(|until| until <= ctx.now || until - ctx.now > FAR) {
        return Err(Error::field("resume_at", "out_of_range", "1..366 d"));
    }
    if text(&task, &shape, "status") != "open" || task.archived() {
        return Err(Error::conflict("task_not_open", text(&task, &shape, "status")));
    }
    let mut changes = Changes::default();
    let value = |at: Option<DateTime<Utc>>| at.map_or(Value::Null, Value::Time);
    let due = task.get(&shape, "due_at").as_time();
    let remind = until.or_else(|| due.and_then(|due| remind_at(due, text(&task, &shape, "reminder"), ctx.now)));
    changes.set(&shape, "resume_at", value(until));
    changes.set(&shape, "remind_at", value(remind));
    let mut writer = Writer::new(shape.clone());
    let stored = writer.update(ctx, &task, &changes, &reach)?;
    writer.flush(ctx)?;
    let (task, at) = (&stored.record, |key: &str| stored.record.get(&shape, key).as_time());
    let (resume_at, remind_at) = (at("resume_at"), at("remind_at"));
    Ok(Snoozed { id: task.id(), version: task.version(), resume_at, remind_at })
}

/// Gives the reminders that are due, a step of many at a time: each once, since giving and forgetting are one
/// transaction. True when there may be more.
pub(crate) fn remind(ctx: &mut Ctx<'_>) -> Result<bool> {
    let due = store::due_reminders(ctx.conn, ctx.now, STEP)?;
    let zone = ctx.zone();
    let news = due.iter().map(|r| {
        let at = r.due_at.map(|at| zone.local(at).format("%Y-%m-%d %H:%M").to_string());
        let params = json!({ "title": r.title, "due": at, "late": r.due_at.is_some_and(|at| at <= ctx.now) });
        News {
            user: r.owner,
            kind: NewsKind::Reminder,
            about: Some(("tasks".to_owned(), r.task)),
            params: params.as_object().cloned().unwrap_or_default(),
            key: format!("reminder:{}:{}", r.task, r.remind_at.timestamp_micros()),
            first: 0,
        }
    });
    let news: Vec<News> = news.collect();
    tell(ctx, news)?;
    let tasks: Vec<Uuid> = due.iter().map(|r| r.task).collect();
    store::reminded(ctx.conn, &tasks)?;
    Ok(due.len() as i64 == STEP)
}

/// Makes the next task of every series by schedule whose last one is due, a step at a time; in the name of its owner.
/// Answers where to go on, if there may be more.
pub(crate) fn carry_on(ctx: &mut Ctx<'_>, after: Option<Uuid>) -> Result<Option<Uuid>> {
    let ids = store::due_series(ctx.conn, ctx.now, after, STEP)?;
    let shape = ctx.shape("tasks")?;
    let tasks = persistence::records::get_many(ctx.conn, &shape, &ids, Visible::All.owners())?;
    let mut actors: HashMap<Uuid, Arc<Actor>> = HashMap::new();
    let mut writer = Writer::trusted(shape.clone());
    for task in &tasks {
        let Some(owner) = task.owner(&shape) else { continue };
        let Some(new) = next(ctx, &shape, task)? else { continue };
        let actor = actors.entry(owner).or_insert_with(|| Arc::new(Actor::system(owner))).clone();
        let (now, request_id, schema) = (ctx.now, ctx.request_id, ctx.schema);
        writer.follow(&Ctx { conn: ctx.conn, actor: &actor, now, request_id, schema }, new);
    }
    writer.flush(ctx)?;
    Ok(ids.last().copied().filter(|_| ids.len() as i64 == STEP))
}
