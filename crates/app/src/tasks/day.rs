//! A person's day: what is overdue, what is due, what is planned, what was put off, what is done.

use crate::{Ctx, Result};
use chrono::{Days, TimeDelta};
use contract::problem::Lang;
use contract::tasks::{DayBy, DayGroup, DayItem, MyDay};
use domain::policy::Action;
use domain::record::{Record, Shape};
use persistence::records::Owners;
use persistence::tasks as store;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Entries of a kind that are shown.
const SHOWN: i64 = 300;
/// Who has waited longer for an answer does not wait any more.
const LATE: TimeDelta = TimeDelta::days(30);

/// The caller's day.
pub fn day(ctx: &mut Ctx<'_>, by: DayBy, lang: Lang) -> Result<MyDay> {
    let (me, now, zone) = (ctx.actor.user_id, ctx.now, ctx.zone());
    let date = zone.day(now);
    let tomorrow = date.checked_add_days(Days::new(1)).unwrap_or(date);
    let (begin, end) = (zone.midnight(date), zone.midnight(tomorrow));
    // One more of each than is shown tells whether anything is left out.
    let parts = [
        ("customers", "unanswered_at", store::waiting(ctx.conn, me, now - LATE, SHOWN + 1)?),
        ("customers", "touch_due_at", persistence::pool::touches_of(ctx.conn, me, SHOWN + 1)?),
        ("tasks", "due_at", store::open_until(ctx.conn, me, end, SHOWN + 1)?),
        ("activities", "occurred_at", store::planned_between(ctx.conn, me, (begin, end), SHOWN + 1)?),
        ("tasks", "due_at", store::done_between(ctx.conn, me, (begin, end), SHOWN + 1)?),
    ];
    let complete = parts.iter().all(|(_, _, ids)| ids.len() <= SHOWN as usize);
    let mut items = Vec::new();
    for (object, at, mut ids) in parts {
        ids.truncate(SHOWN as usize);
        items.extend(read(ctx, object, at, &ids)?);
    }
    name(ctx, &mut items)?;
    let count = |f: &dyn Fn(&DayItem) -> bool| items.iter().filter(|i| f(i)).count() as i64;
    let away = |i: &DayItem| !i.done && i.resume_at.is_some_and(|at| at > now);
    let (snoozed, finished) = (count(&away), count(&|i| i.done));
    let overdue = count(&|i| i.overdue && !away(i));
    let today = items.len() as i64 - snoozed - finished - overdue;
    let upcoming = store::count_open(ctx.conn, me, (end, end + TimeDelta::days(7)))?;
    let groups = group(items, by, lang, &away);
    Ok(MyDay { date, by, groups, overdue, today, snoozed, done: finished, upcoming, complete })
}

/// Records by their ids, in that order, each with the moment that puts it into the day.
fn read(ctx: &mut Ctx<'_>, object: &str, at: &str, ids: &[Uuid]) -> Result<Vec<DayItem>> {
    let shape = ctx.shape(object)?;
    // They are the caller's own, which every scope holds; a key or a role may be without the object.
    if ctx.actor.visible(shape.def.permission, Action::Read).is_none() {
        return Ok(Vec::new());
    }
    let found = persistence::records::get_many(ctx.conn, &shape, ids, Owners::All)?;
    let mut by_id: HashMap<Uuid, Record> = found.into_iter().map(|r| (r.id(), r)).collect();
    let records = ids.iter().filter_map(|id| by_id.remove(id));
    Ok(records.map(|r| item(ctx, &shape, at, &r)).collect())
}

fn item(ctx: &Ctx<'_>, shape: &Shape, at: &str, r: &Record) -> DayItem {
    let text = |key: &str| r.get(shape, key).as_str().map(str::to_owned);
    let id = |key: &str| r.get(shape, key).as_id();
    let task = shape.def.key == "tasks";
    let waiting = at == "unanswered_at";
    let at = r.get(shape, at).as_time();
    let done = task && text("status").as_deref() == Some("done");
    DayItem {
        object: shape.def.key.to_owned(),
        id: r.id(),
        version: r.version(),
        title: text(shape.def.title).unwrap_or_default(),
        at,
        waiting,
        overdue: task && !done && at.is_some_and(|at| at < ctx.now),
        done,
        priority: text("priority"),
        customer_id: if shape.def.key == "customers" { Some(r.id()) } else { id("customer_id") },
        customer: None,
        contact_id: id("contact_id"),
        contact: None,
        opportunity_id: id("opportunity_id"),
        opportunity: None,
        origin: text("origin"),
        resume_at: r.get(shape, "resume_at").as_time(),
        repeat: text("repeat"),
        result: text("result"),
    }
}

/// Adds the names of what they are about, as far as the caller may see it: one query for each object.
fn name(ctx: &mut Ctx<'_>, items: &mut [DayItem]) -> Result<()> {
    let ids = |of: fn(&DayItem) -> Option<Uuid>| -> Vec<Uuid> {
        items.iter().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let wanted = [
        ("customers", ids(|i| i.customer_id)),
        ("contacts", ids(|i| i.contact_id)),
        ("opportunities", ids(|i| i.opportunity_id)),
    ];
    let titles: HashMap<Uuid, String> =
        crate::records::titles(ctx, wanted.into_iter().filter(|(_, ids)| !ids.is_empty()))?.into_iter().collect();
    let title = |id: Option<Uuid>| id.and_then(|id| titles.get(&id).cloned());
    for item in items {
        item.customer = title(item.customer_id);
        item.contact = title(item.contact_id);
        item.opportunity = title(item.opportunity_id);
    }
    Ok(())
}

fn group(items: Vec<DayItem>, by: DayBy, lang: Lang, away: &dyn Fn(&DayItem) -> bool) -> Vec<DayGroup> {
    // What is to be done comes first, then what was put off and what is done.
    let mut groups: BTreeMap<(u8, String), DayGroup> = BTreeMap::new();
    let mut order: HashMap<String, String> = HashMap::new();
    for item in items {
        let fixed =
            |place: u8, key: &str, zh, en| ((place, String::new()), key.to_owned(), lang.pick(zh, en).to_owned());
        let (place, key, label) = match (by, &item) {
            (_, i) if i.done => fixed(9, "done", "今天已完成", "Done today"),
            (_, i) if away(i) => fixed(8, "snoozed", "稍后处理", "Put off"),
            (DayBy::Time, i) if i.waiting => fixed(0, "waiting", "等待回复", "Waiting for an answer"),
            (DayBy::Time, i) if i.overdue => fixed(1, "overdue", "已逾期", "Overdue"),
            (DayBy::Time, _) => fixed(2, "today", "今天", "Today"),
            (DayBy::Customer, DayItem { customer_id: Some(id), customer: Some(name), .. }) => {
                // Customers stand in the order of their first entry.
                let next = format!("{:06}", order.len());
                let at = order.entry(id.to_string()).or_insert(next).clone();
                ((3, at), id.to_string(), name.clone())
            }
            (DayBy::Customer, _) => fixed(7, "none", "没有关联客户", "About no customer"),
        };
        groups.entry(place).or_insert_with(|| DayGroup { key, label, items: Vec::new() }).items.push(item);
    }
    let mut groups: Vec<DayGroup> = groups.into_values().collect();
    for group in groups.iter_mut().filter(|g| g.key != "done") {
        group.items.sort_by_key(|i| i.at);
    }
    groups
}
