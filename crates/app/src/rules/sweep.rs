//! Rules that act by time: every record that is due, found by the database, in steps that can be taken over or stopped.

use super::compile::Compiled;
use super::run::{Actors, Ready, Set, Unfit, ready, stop};
use super::working_calendar;
use crate::schema::{self, Schema};
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use contract::rules::{RuleDefinition, TimeUnit, Trigger};
use domain::automation::calendar::Calendar;
use domain::automation::cron::Cron;
use domain::policy::Action;
use persistence::db::{self, AnyConnection, DbPool, write_tx};
use persistence::rules::{self as store, Due, Occasion, Stretch, Swept, Tally};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Records in one transaction.
const CHUNK: i64 = 100;
/// Records looked at by one query.
const SPAN: i64 = 50_000;
/// How long a rule may go on while others wait for their turn.
const SLICE: Duration = Duration::from_secs(2);
/// How long a sweep may go without a sign of life.
const SILENCE: Duration = Duration::from_secs(4);

/// When a rule that acts by time looks after it has looked now.
pub fn next_look(
    d: &RuleDefinition,
    cron: Option<&Cron>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match &d.trigger {
        Trigger::Schedule { working, .. } => cron?.next(now, calendar, *working),
        Trigger::Elapsed { unit, .. } | Trigger::Before { unit, .. } => Some(match unit {
            TimeUnit::Days => now + TimeDelta::minutes(10),
            TimeUnit::Minutes | TimeUnit::Hours => now + TimeDelta::minutes(1),
        }),
        Trigger::Event { .. } | Trigger::Change { .. } | Trigger::Crosses { .. } => None,
    }
}

/// Has the schedules go by the calendar and the time zone that this transaction leaves behind. One that is due looks
/// first, and anew, so that who is at it does not count its next time out as before.
pub(crate) fn reschedule(ctx: &mut Ctx<'_>) -> Result<()> {
    count_out(ctx, |_| true)
}

/// Has the schedules that wait for their time go by the holidays which this program knows: the one before it may have
/// known others. A sweep under way goes on from where it stands.
pub(crate) fn reschedule_waiting(ctx: &mut Ctx<'_>) -> Result<()> {
    let now = ctx.now;
    count_out(ctx, |rule| rule.next_at.is_none_or(|at| at > now))
}

fn count_out(ctx: &mut Ctx<'_>, which: impl Fn(&store::Rule) -> bool) -> Result<()> {
    let mut calendar = working_calendar(ctx)?;
    calendar.zone = schema::zone(&schema::organisation(ctx.conn)?.timezone).unwrap_or(calendar.zone);
    for rule in store::all(ctx.conn)?.iter().filter(|rule| rule.timed && rule.state == "active" && which(rule)) {
        let definition = rule.published.as_deref().and_then(|text| super::read_definition(text).ok());
        let Some(Trigger::Schedule { cron, working }) = definition.map(|d| d.trigger) else { continue };
        let next = Cron::parse(&cron).and_then(|cron| cron.next(ctx.now, &calendar, working));
        store::set_next(ctx.conn, rule.id, next, ctx.now)?;
    }
    Ok(())
}

/// Sweeps for the rule that is due, if any, for as long as it may; false when there is none. `ending` says when to leave
/// the rest to another process.
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
    let prepared = match ready(&mut conn, rule, &mut Actors::new(), now)? {
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
    /// Goes on until the end of the table or of the time slice; what remains is taken up by whoever comes next.
    fn carry_on(&self, conn: &mut AnyConnection, ending: &dyn Fn() -> bool) -> Result<bool> {
        let begun = Instant::now();
        let (mut after, mut noted) = (self.sweep.after, Instant::now());
        loop {
            let found = self.due(conn, after)?;
            after = found.next;
            let over = begun.elapsed() > SLICE || ending();
            // Records that are not due are passed over without a write.
            if found.ids.is_empty() && after.is_some() && !over && noted.elapsed() < SILENCE {
                continue;
            }
            noted = Instant::now();
            let held = write_tx::<_, Error>(conn, |conn| self.step(conn, &found, over))?;
            if !found.ids.is_empty() {
                crate::consumers::wake();
            }
            if after.is_none() || over || !held {
                // The pages of a whole table are of no use to what comes next.
                persistence::db::shrink(conn)?;
                return Ok(true);
            }
        }
    }

    /// Acts on the records of a stretch, and moves the sweep on; false when it is no longer ours to carry on.
    fn step(&self, conn: &mut AnyConnection, found: &Stretch, over: bool) -> Result<bool> {
        let now = Utc::now().trunc_subsecs(6);
        if !store::keep_sweeping(conn, self.sweep, found.next, now)? {
            return Ok(false);
        }
        let mut tally = Tally::new();
        let set = Set { occasion: self.occasion.clone(), ..Set::default() };
        for id in &found.ids {
            let ran = with(conn, self.schema, now, |ctx| self.ready.run(ctx, self.compiled, self.calendar, *id, &set))?;
            if let super::run::Ran::Did(outcome) = ran {
                *tally.entry((self.ready.rule.id, outcome.key())).or_default() += 1;
            }
        }
        store::acted(conn, &tally, now)?;
        if found.next.is_none() {
            let next = next_look(&self.ready.definition, self.compiled.cron.as_ref(), self.calendar, now);
            store::end_sweep(conn, self.sweep, next, now)?;
        } else if over {
            store::rest_sweep(conn, self.sweep, found.next, now)?;
        }
        Ok(true)
    }

    fn due(&self, conn: &mut AnyConnection, after: Option<Uuid>) -> Result<Stretch> {
        let shape = &self.compiled.shape;
        let Some(visible) = self.ready.actor.visible(shape.def.permission, Action::Read) else {
            return Ok(Stretch { ids: Vec::new(), next: None });
        };
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
            span: Some(SPAN),
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
