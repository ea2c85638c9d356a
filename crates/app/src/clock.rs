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
    let (mut counted, mut seen) = (false, 0);
    while !stop.load(Ordering::Relaxed) {
        let ending = || stop.load(Ordering::Relaxed) || jobs::ending();
        let mut more = false;
        piece("rules by time", || {
            more = rules::sweep::sweep_once(pool, &ending)?;
            Ok(())
        });
        let now = Utc::now().trunc_subsecs(6);
        piece("reminders", || reminders(pool, now));
        piece("first contacts", || first_contacts(pool, now));
        piece("series of tasks", || series(pool, now));
        if round.is_none_or(|at| now - at > ROUND) {
            round = Some(now);
            piece("the round", || go_round(pool, now));
            // The program may know other holidays than the one before it.
            if !counted {
                piece("schedules", || {
                    counted = schedules(pool)?;
                    Ok(())
                });
            }
        }
        if !more {
            seen = crate::consumers::rest(seen, TICK);
        }
    }
}

/// Does one of the things that time sets off, on a connection and in transactions of its own. One that fails or panics
/// says so in the log and comes again; the others go on meanwhile.
fn piece(name: &'static str, work: impl FnOnce() -> Result<()>) {
    let done = catch_unwind(AssertUnwindSafe(work));
    let done = done.unwrap_or_else(|_| Err(Error::Internal("it panicked".to_owned())));
    if let Err(error) = done {
        tracing::warn!(piece = name, ?error, "a piece of the clock waits");
    }
}

/// Reminders that are due; looking costs a look-up in a small index, as for what follows.
fn reminders(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    let mut more = store::reminder_due(&mut conn, now)?;
    if !more {
        return Ok(());
    }
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    while more {
        more = write_tx(&mut conn, |conn| tasks::remind(&mut by_itself(conn, &schema, now)))?;
    }
    Ok(())
}

/// First contacts that did not come in time: whom they were with goes back.
fn first_contacts(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    let mut more = persistence::pool::is_overdue(&mut conn, now)?;
    if !more {
        return Ok(());
    }
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    // A contact that was planned for a moment ago is a contact now.
    write_tx(&mut conn, |conn| crate::arrivals::settle(&mut by_itself(conn, &schema, now)))?;
    while more {
        more = write_tx(&mut conn, |conn| public_pool::take_away(&mut by_itself(conn, &schema, now)))?;
    }
    Ok(())
}

/// The next tasks of series.
fn series(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    if !store::series_due(&mut conn, now)? {
        return Ok(());
    }
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    let mut next = Some(None);
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

/// Has the schedules go by what this program knows of the calendar; false where there is nobody yet.
fn schedules(pool: &DbPool) -> Result<bool> {
    let mut conn = db::get(pool)?;
    if !persistence::identity::any_person(&mut conn)? {
        return Ok(false);
    }
    let (schema, now) = (Arc::new(crate::schema::load(&mut conn)?), Utc::now().trunc_subsecs(6));
    write_tx(&mut conn, |conn| rules::sweep::reschedule_waiting(&mut by_itself(conn, &schema, now)))?;
    Ok(true)
}

fn go_round(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    if !persistence::identity::any_person(&mut conn)? {
        return Ok(());
    }
    let round = Round { pool, schema: Arc::new(crate::schema::load(&mut conn)?), now };
    drop(conn);
    round.write("shipped roles", crate::identity::ship_roles);
    round.write("shipped rules", rules::ship_if_missing);
    round.write("recounts", crate::recounts::on_time);
    round.write("arrivals", crate::arrivals::settle);
    round.write("late rules", rules::watch);
    round.digests();
    round.write("old news", notifications::sweep);
    round.write("old deliveries", webhooks::sweep);
    round.write("warnings of deadlines", public_pool::warn);
    Ok(())
}

/// One round of the clock.
struct Round<'a> {
    pool: &'a DbPool,
    schema: Arc<Schema>,
    now: DateTime<Utc>,
}

impl Round<'_> {
    /// A piece of the round.
    fn write<T>(&self, name: &'static str, work: impl FnOnce(&mut Ctx<'_>) -> Result<T>) {
        piece(name, || {
            let mut conn = db::get(self.pool)?;
            write_tx(&mut conn, |conn| work(&mut by_itself(conn, &self.schema, self.now)))?;
            Ok(())
        });
    }

    /// Most looks find them made, and those need not hold up anybody who writes.
    fn digests(&self) {
        let local = self.schema.zone.local(self.now);
        if local.hour() < DIGEST_HOUR {
            return;
        }
        piece("the look at digests", || {
            let mut conn = db::get(self.pool)?;
            let due = notifications::digests_due(&mut conn, local.date())?;
            drop(conn);
            if due {
                self.write("digests", notifications::digests);
            }
            Ok(())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_that_fails_or_panics_leaves_the_others_to_be_done() {
        let mut done = false;
        piece("fails", || Err(Error::NotFound));
        piece("panics", || panic!("on purpose"));
        piece("is done", || {
            done = true;
            Ok(())
        });
        assert!(done);
    }
}
