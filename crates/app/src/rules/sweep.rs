//! Rules that act by time: every record that is due, found by the database, in steps that can be taken over or stopped.

use super::compile::Compiled;
use super::run::{Ready, Set, Unfit, ready, stop};
use super::working_calendar;
use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use contract::rules::{RuleDefinition, TimeUnit, Trigger};
use domain::automation::calendar::Calendar;
use domain::policy::Action;
use persistence::db::{self, AnyConnection, DbPool, write_tx};
use persistence::rules::{self as store, Due, Occasion, Swept};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Records in one transaction.
const CHUNK: i64 = 100;
/// Between two steps.
const BREAK: Duration = Duration::from_millis(10);

/// When a rule that acts by time looks after it has looked now.
pub fn next_look(
    d: &RuleDefinition,
    cron: Option<&domain::automation::cron::Cron>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match &d.trigger {
        Trigger::Schedule { working, .. } => cron?.next(now, calendar, *working),
        Trigger::Elapsed { unit, .. } | Trigger::Before { unit, .. } => Some(match unit {
            TimeUnit::Days => now + TimeDelta::minutes(10),
            TimeUnit::Minutes | TimeUnit::Hours => now + TimeDelta::minutes(1),
        }),
        Trigger::Event { .. } | Trigger::Change { .. } => None,
    }
}

/// Sweeps for the rule that is due, if any; false when there is none. `ending` says when to leave the rest to another process.
pub fn sweep_once(pool: &DbPool, ending: &dyn Fn() -> bool) -> Result<bool> {
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = db::get(pool)?;
    // Most looks find nothing, and those need not hold up anybody who writes.
    if !store::sweep_due(&mut conn, now)? {
        return Ok(false);
    }
    let begun = write_tx::<_, Error>(&mut conn, |conn| Ok(store::begin_sweep(conn, now)?))?;
    let Some(sweep) = begun else { return Ok(false) };
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    let Some(rule) = store::find(&mut conn, sweep.rule, false)? else { return Ok(true) };
    // A time that was missed is caught up once: the occasion is the time that was set, the next one lies ahead.
    let scheduled = rule.next_at.unwrap_or(sweep.at);
    let prepared = match ready(&mut conn, rule, &mut HashMap::new())? {
        Err(why) => Err(why),
        Ok(ready) => {
            let (compiled, calendar) = with(&mut conn, &schema, sweep.at, |ctx| {
                let calendar = working_calendar(ctx)?;
                Ok((ready.compile(ctx, &calendar)?, calendar))
            })?;
            compiled.map(|c| (c, calendar)).map_err(|why| (ready.rule.clone(), why)).map(|(c, k)| (ready, c, k))
        }
    };
    let (ready, compiled, calendar) = match prepared {
        Ok(prepared) => prepared,
        Err((rule, why)) => {
            write_tx(&mut conn, |conn| {
                with(conn, &schema, now, |ctx| match &why {
                    Unfit::OwnerGone => stop(ctx, &rule, "owner_gone", ""),
                    Unfit::Invalid(detail) => stop(ctx, &rule, "invalid", detail),
                })
            })?;
            return Ok(true);
        }
    };
    let occasion = compiled.cron.is_some().then(|| format!("s{}", scheduled.timestamp()));
    let job = Job { ready: &ready, compiled: &compiled, calendar: &calendar, occasion, sweep: &sweep, schema: &schema };
    job.carry_on(&mut conn, ending)
}

struct Job<'a> {
    ready: &'a Ready,
    compiled: &'a Compiled,
    calendar: &'a Calendar,
    /// Of a schedule; otherwise a field of each record tells it.
    occasion: Option<String>,
    sweep: &'a Swept,
    schema: &'a Arc<Schema>,
}

impl Job<'_> {
    fn carry_on(&self, conn: &mut AnyConnection, ending: &dyn Fn() -> bool) -> Result<bool> {
        let mut after = self.sweep.after;
        loop {
            let ids = self.due(conn, after)?;
            let last = (ids.len() as i64) < CHUNK;
            after = ids.last().copied().or(after);
            let now = Utc::now().trunc_subsecs(6);
            let held = write_tx::<_, Error>(conn, |conn| {
                if !store::keep_sweeping(conn, self.sweep, after, now)? {
                    return Ok(false);
                }
                let mut fired = BTreeSet::new();
                let set = Set { occasion: self.occasion.clone(), ..Set::default() };
                for id in &ids {
                    let ran = with(conn, self.schema, now, |ctx| {
                        self.ready.run(ctx, self.compiled, self.calendar, *id, &set)
                    })?;
                    if matches!(ran, super::run::Ran::Did(_)) {
                        fired.insert(self.ready.rule.id);
                    }
                }
                store::fired(conn, &fired, now)?;
                if last {
                    let cron = self.compiled.cron.as_ref();
                    let next = next_look(&self.ready.definition, cron, self.calendar, now);
                    store::end_sweep(conn, self.sweep, next, now)?;
                }
                Ok(true)
            })?;
            if !ids.is_empty() {
                crate::consumers::wake();
            }
            // PostgreSQL gives the row of the rule to whoever is quickest: without a break that is always the next step,
            // and somebody who wants to pause the rule waits in vain.
            std::thread::sleep(BREAK);
            // What remains is taken up by whoever comes next, from where it stands.
            if last || !held || ending() {
                return Ok(true);
            }
        }
    }

    fn due(&self, conn: &mut AnyConnection, after: Option<Uuid>) -> Result<Vec<Uuid>> {
        let shape = &self.compiled.shape;
        let Some(visible) = self.ready.actor.visible(shape.def.permission, Action::Read) else { return Ok(Vec::new()) };
        let occasion = match (&self.occasion, &self.compiled.field) {
            (Some(text), _) => Some(Occasion::Fixed(text)),
            (None, Some(field)) => Some(Occasion::Field(field)),
            (None, None) => None,
        };
        let due = Due {
            shape,
            owners: visible.owners(),
            condition: &self.compiled.condition,
            unless: occasion.map(|occasion| (self.ready.rule.id, occasion)),
            after,
            limit: CHUNK,
        };
        Ok(store::due_records(conn, &due)?)
    }
}

fn with<T>(
    conn: &mut AnyConnection,
    schema: &Arc<Schema>,
    now: DateTime<Utc>,
    f: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
) -> Result<T> {
    let actor = Actor::system(Uuid::nil());
    f(&mut Ctx { conn, actor: &actor, now, request_id: Uuid::now_v7(), schema })
}
