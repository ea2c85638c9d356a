//! What time alone sets off: rules by time, digests, and noticing what should have happened and did not.

use crate::{Actor, Ctx, Error, Result, jobs, notifications, rules, webhooks};
use chrono::{DateTime, SubsecRound, TimeDelta, Timelike, Utc};
use persistence::db::{self, DbPool, write_tx};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
        match swept.unwrap_or_else(|_| Err(Error::Internal("the sweep panicked".to_owned()))) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, "rules by time wait"),
        }
        let now = Utc::now().trunc_subsecs(6);
        if round.is_none_or(|at| now - at > ROUND) {
            round = Some(now);
            if let Err(error) = go_round(pool, now) {
                tracing::warn!(?error, "the round of the clock waits");
            }
        }
        seen = crate::consumers::rest(seen, TICK);
    }
}

fn go_round(pool: &DbPool, now: DateTime<Utc>) -> Result<()> {
    let mut conn = db::get(pool)?;
    if !persistence::identity::any_person(&mut conn)? {
        return Ok(());
    }
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    let actor = Actor::system(Uuid::nil());
    write_tx(&mut conn, |conn| {
        let mut ctx = Ctx { conn, actor: &actor, now, request_id: Uuid::now_v7(), schema: &schema };
        rules::watch(&mut ctx)?;
        if schema.zone.local(now).hour() >= DIGEST_HOUR {
            notifications::digests(&mut ctx)?;
        }
        notifications::sweep(&mut ctx)?;
        webhooks::sweep(&mut ctx)?;
        Ok(())
    })
}
