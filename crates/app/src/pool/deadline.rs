//! The first contact after an assignment: until when, who is warned, and what happens when nobody was in contact.

use super::moves::{into_pool, pool_record};
use super::{entry, may_give, store};
use crate::notifications::{News, tell};
use crate::records::Writer;
use crate::{Ctx, Error, Result};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use contract::notifications::NewsKind;
use contract::pool::PoolSettings;
use domain::fields::FieldError;
use domain::pool::{Reason, due};
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::records::Owners;
use serde_json::json;
use uuid::Uuid;

const KEY: &str = "pool";
/// Records of one step.
const STEP: i64 = 200;

/// How a record comes to a new owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Giving {
    /// Somebody gives it.
    #[default]
    ByHand,
    /// A rule gives it.
    ByRule,
    /// A file tells who has it.
    OfThePast,
    /// What was changed is taken back.
    Back,
    /// Its new owner takes it out of the pool.
    Claim,
}

/// The settings of the pool.
pub fn settings(ctx: &mut Ctx<'_>) -> Result<PoolSettings> {
    let (version, stored) = crate::settings::load::<PoolSettings>(ctx.conn, KEY)?;
    Ok(PoolSettings { version, ..stored })
}

/// Changes the version that the caller has read. Deadlines that run already stay as they were set.
pub fn set_settings(ctx: &mut Ctx<'_>, version: Option<i64>, mut input: PoolSettings) -> Result<PoolSettings> {
    let before = settings(ctx)?;
    crate::settings::based_on(version, before.version)?;
    input.version = before.version;
    let mut errors = Vec::new();
    let mut within = |field: &str, value: u32, min: u32, max: u32| {
        if !(min..=max).contains(&value) {
            errors.push(FieldError::new(field, "out_of_range", format!("{min}..{max}")));
        }
    };
    within("hours", input.hours, 1, 720);
    within("warn_hours", input.warn_hours, 0, input.hours.saturating_sub(1).min(719));
    within("holdings", input.holdings, 0, 100_000);
    within("claims_per_day", input.claims_per_day, 0, 10_000);
    within("rest_days", input.rest_days, 0, 365);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    if input == before {
        return Ok(before);
    }
    crate::identity::note_settings(ctx, "pool_settings", &before, &input)?;
    input.version = crate::settings::replace(ctx, KEY, before.version, &input)?;
    Ok(input)
}

/// What follows for the pool when a record that is about to be written changes its owner: it leaves the pool, and where
/// the assignment carries a deadline, that begins; without an owner it is in the pool.
///
/// An assignment carries one when it takes the record out of the pool, when a rule makes it, and when somebody hands on
/// a customer with whom nobody was ever in contact. Who takes back what they gave away a moment ago, files that tell of
/// the past, and new records carry none.
pub(crate) fn follow(
    ctx: &mut Ctx<'_>,
    shape: &Shape,
    old: Option<&Record>,
    new: &mut Record,
    giving: Giving,
) -> Result<()> {
    let Some(old) = old else { return Ok(()) };
    let owner = new.owner(shape);
    if old.owner(shape) == owner {
        return Ok(());
    }
    new.set(shape, "touch_due_at", Value::Null);
    // People write down contacts by the minute: one in the minute of the assignment is one after it.
    let minute = ctx.now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(ctx.now);
    new.set(shape, "assigned_at", owner.map_or(Value::Null, |_| Value::Time(minute)));
    let Some(owner) = owner else {
        // What is in nobody's hands and not in the pool either nobody could reach. What is taken back as it was before
        // has its old place, whatever that was.
        if entry(shape, new).is_none() && giving != Giving::Back {
            let reason = if giving == Giving::ByRule { Reason::Rule } else { Reason::Returned };
            into_pool(ctx, shape, old, reason, None).apply(shape, new);
        }
        return Ok(());
    };
    let lay = entry(shape, old);
    if lay.is_some() {
        if giving != Giving::Claim {
            may_give(ctx, owner)?;
        }
        for key in ["pooled_at", "pool_reason", "pool_note", "pool_from_id"] {
            new.set(shape, key, Value::Null);
        }
    }
    let carries = match giving {
        Giving::OfThePast | Giving::Back => false,
        Giving::ByRule => true,
        Giving::Claim => !lay.is_some_and(|entry| entry.is_taken_back(owner, ctx.now)),
        Giving::ByHand => {
            let known = !new.get(shape, "last_contact_at").is_null();
            lay.is_some() || (owner != ctx.actor.user_id && !known)
        }
    };
    if carries && let Some(until) = until(ctx)? {
        new.set(shape, "touch_due_at", Value::Time(until));
    }
    Ok(())
}

/// The deadline of an assignment made now.
fn until(ctx: &mut Ctx<'_>) -> Result<Option<DateTime<Utc>>> {
    let settings = settings(ctx)?;
    if !settings.deadline {
        return Ok(None);
    }
    let calendar = if settings.working { Some(crate::calendar::load(ctx)?) } else { None };
    Ok(Some(due(ctx.now, settings.hours, calendar.as_ref())))
}

/// Takes away what was not contacted in time, a step of many at a time: each once, since taking and forgetting the
/// deadline are one transaction. True when there may be more.
pub(crate) fn take_away(ctx: &mut Ctx<'_>) -> Result<bool> {
    let ids = store::overdue(ctx.conn, ctx.now, STEP)?;
    let shape = ctx.shape("customers")?;
    let mut writer = Writer::trusted(shape.clone());
    let mut news = Vec::new();
    for record in persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)? {
        let owner = record.owner(&shape);
        pool_record(ctx, &mut writer, &record, Reason::NoFirstTouch, None)?;
        news.extend(owner.map(|owner| taken(&shape, &record, owner, None)));
    }
    writer.flush(ctx)?;
    tell(ctx, news)?;
    Ok(ids.len() as i64 == STEP)
}

/// News for whoever owned a record that went to the pool without them: by the deadline, or by a rule of this name.
pub(crate) fn taken(shape: &Shape, record: &Record, owner: Uuid, rule: Option<&str>) -> News {
    let title = record.get(shape, "name").as_str().unwrap_or_default();
    let params = json!({ "title": title, "taken": true, "rule": rule });
    News {
        user: owner,
        kind: NewsKind::Pool,
        // It is not theirs to open any more.
        about: None,
        params: params.as_object().cloned().unwrap_or_default(),
        key: format!("pool:taken:{}:{}", record.id(), record.version()),
        first: 0,
    }
}

/// Warns of first contacts that are due soon, each once.
pub(crate) fn warn(ctx: &mut Ctx<'_>) -> Result<()> {
    let settings = settings(ctx)?;
    let ahead = settings.hours.saturating_sub(settings.warn_hours);
    if settings.warn_hours == 0 {
        return Ok(());
    }
    let calendar = if settings.working { Some(crate::calendar::load(ctx)?) } else { None };
    let horizon = due(ctx.now, ahead, calendar.as_ref());
    loop {
        let near = store::near(ctx.conn, ctx.now, horizon, STEP)?;
        let news = near.iter().map(|n| nearly(ctx, n)).collect();
        tell(ctx, news)?;
        let ids: Vec<Uuid> = near.iter().map(|n| n.id).collect();
        store::warned(ctx.conn, &ids)?;
        if (ids.len() as i64) < STEP {
            return Ok(());
        }
    }
}

fn nearly(ctx: &Ctx<'_>, n: &store::Near) -> News {
    let until = ctx.zone().local(n.due).format("%Y-%m-%d %H:%M").to_string();
    let params = json!({ "title": n.name, "due": until });
    News {
        user: n.owner,
        kind: NewsKind::Pool,
        about: Some(("customers".to_owned(), n.id)),
        params: params.as_object().cloned().unwrap_or_default(),
        key: format!("pool:near:{}:{}", n.id, n.due.timestamp_micros()),
        first: 0,
    }
}
