//! What time alone sets off: rules by time, digests, and noticing what should have happened and did not.

use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result, jobs, notifications, pool as public_pool, rules, tasks, webhooks};
use chrono::{DateTime, SubsecRound, TimeDelta, Timelike, Utc};
use persistence::db::{self, AnyConnection, DbPool, write_tx};
use persistence::tasks as store;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use uuid::Uuid;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_millis(500);
/// How often is looked for what should have happened.
const ROUND: TimeDelta = TimeDelta::seconds(30);
/// From when on in the day a digest is sent, local time.
const DIGEST_HOUR: u32 = 8;

/// Looks at the clock until told to stop.
pub fn work(pool: &DbPool, stop: &AtomicBool) {
    let mut round: Option<DateTime<Utc>> = None;
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        let ending = || stop.load(Ordering::Relaxed) || jobs::ending();
        let swept = catch_unwind(AssertUnwindSafe(|| rules::sweep::sweep_once(pool, &ending)));
        let swept = swept.unwrap_or_else(|_| Err(Error::Internal("the sweep panicked".to_owned())));
        let more = swept.unwrap_or_else(|error| {
            tracing::warn!(?error, "rules by time wait");
            false
        });
        let now = Utc::now().trunc_subsecs(6);
        if let Err(error) = tasks_by_time(pool, now) {
            tracing::warn!(?error, "reminders wait");
        }
        if round.is_none_or(|at| now - at > ROUND) {
            round = Some(now);
            if let Err(error) = go_round(pool, now) {
                tracing::warn!(?error, "the round of the clock waits");
            }
        }
        if !more {
            seen = crate::consumers::rest(seen, TICK);
        }
    }
}

/// Reminders, series and first contacts that are due; looking costs three look-ups in small indexes.
fn tasks_by_time(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    let (reminders, series) = (store::reminder_due(&mut conn, now)?, store::series_due(&mut conn, now)?);
    let overdue = persistence::pool::is_overdue(&mut conn, now)?;
    if !reminders && !series && !overdue {
        return Ok(());
    }
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    let mut more = reminders;
    while more {
        more = write_tx(&mut conn, |conn| tasks::remind(&mut by_itself(conn, &schema, now)))?;
    }
    if overdue {
        // A contact that was planned for a moment ago is a contact now.
        write_tx(&mut conn, |conn| crate::arrivals::settle(&mut by_itself(conn, &schema, now)))?;
    }
    more = overdue;
    while more {
        more = write_tx(&mut conn, |conn| public_pool::take_away(&mut by_itself(conn, &schema, now)))?;
    }
    let mut next = series.then_some(None);
    while let Some(after) = next {
        let end = write_tx(&mut conn, |conn| tasks::carry_on(&mut by_itself(conn, &schema, now), after))?;
        next = end.map(Some);
    }
    Ok(())
}

static ITSELF: LazyLock<Actor> = LazyLock::new(|| Actor::system(Uuid::nil()));

/// A context of the program itself, which belongs to no user.
fn by_itself<'a>(conn: &'a mut AnyConnection, schema: &'a Arc<Schema>, now: DateTime<Utc>) -> Ctx<'a> {
    Ctx { conn, actor: &ITSELF, now, request_id: Uuid::now_v7(), schema }
}

fn go_round(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    if !persistence::identity::any_person(&mut conn)? {
        return Ok(());
    }
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    write_tx(&mut conn, |conn| {
        let mut ctx = by_itself(conn, &schema, now);
        crate::identity::ship_roles(&mut ctx)?;
        rules::ship_if_missing(&mut ctx)?;
        crate::recounts::on_time(&mut ctx)?;
        crate::arrivals::settle(&mut ctx)?;
        rules::watch(&mut ctx)?;
        if schema.zone.local(now).hour() >= DIGEST_HOUR {
            notifications::digests(&mut ctx)?;
        }
        notifications::sweep(&mut ctx)?;
        webhooks::sweep(&mut ctx)?;
        public_pool::warn(&mut ctx)?;
        Ok(())
    })
}
