//! Noticing that a rule which should act does not.

use super::run::alarm;
use crate::{Ctx, Result, consumers};
use chrono::{DateTime, TimeDelta, Utc};
use persistence::rules::{self as store, Rule};

/// How late a rule may look.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// Should an active rule have looked already?
pub fn is_late(rule: &Rule, now: DateTime<Utc>) -> bool {
    // One that has very much to do is late only once nobody is at it any more.
    let last = rule.next_at.map(|at| rule.alive_at.map_or(at, |alive| at.max(alive)));
    rule.state == "active" && rule.timed && last.is_none_or(|at| now - at > PATIENCE)
}

/// Raises an alarm, once for each occasion, about rules that do not look when they should, and about events that nobody reads.
pub fn watch(ctx: &mut Ctx<'_>) -> Result<()> {
    let now = ctx.now;
    for rule in store::all(ctx.conn)?.iter().filter(|rule| is_late(rule, now)) {
        let due = rule.next_at.map_or(0, |at| at.timestamp());
        let about = Some(("rules", rule.id));
        alarm(ctx, rule.published_by, about, ("rule_late", &rule.name, ""), &format!("late:{}:{due}", rule.id))?;
    }
    for lag in consumers::lags(ctx.conn, ctx.now)? {
        if lag.name == "rules" && lag.events > 0 && lag.milliseconds > PATIENCE.num_milliseconds() {
            let key = format!("behind:{}", lag.state.position);
            let detail = lag.state.error.as_deref().unwrap_or("");
            alarm(ctx, None, None, ("rules_behind", &lag.name, detail), &key)?;
        }
    }
    Ok(())
}
