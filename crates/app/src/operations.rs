//! What works in the background, and how it is doing.

use crate::{Ctx, Result, consumers, mail, rules};
use contract::automation::{ConsumerState, FailureState, MailState, Operations, Retried, ScheduleState};
use domain::policy::Action;
use uuid::Uuid;

/// Failures that are shown.
const SHOWN: i64 = 200;

/// Everything at once.
pub fn overview(ctx: &mut Ctx<'_>) -> Result<Operations> {
    let lags = consumers::lags(ctx.conn, ctx.now)?;
    let consumers = lags.into_iter().map(|lag| ConsumerState {
        name: lag.name,
        position: lag.state.position,
        events_behind: lag.events,
        milliseconds_behind: lag.milliseconds,
        failures: lag.state.failures,
        error: lag.state.error,
        updated_at: lag.state.updated_at,
    });
    let consumers = consumers.collect();
    let (mails, last_error) = persistence::notifications::mail_counts(ctx.conn)?;
    let mails = |state: &str| mails.get(state).copied().unwrap_or(0);
    let pending = persistence::webhooks::pending(ctx.conn)?;
    let deliveries = |state: &str| pending.iter().filter(|((_, s), _)| s == state).map(|(_, n)| n).sum();
    let failures = persistence::consumers::failures(ctx.conn, SHOWN)?.into_iter().map(|f| FailureState {
        id: f.id,
        consumer: f.consumer,
        event_seq: f.event_seq,
        error: f.error,
        created_at: f.created_at,
        retried_at: f.retried_at,
    });
    Ok(Operations {
        consumers,
        jobs: persistence::jobs::counts(ctx.conn)?.into_iter().collect(),
        mail: MailState {
            available: mail::available(),
            waiting: mails("waiting"),
            parked: mails("parked"),
            sent: mails("sent"),
            last_error,
        },
        deliveries_waiting: deliveries("waiting"),
        deliveries_parked: deliveries("parked"),
        failures: failures.collect(),
        schedules: schedules(ctx)?,
    })
}

fn schedules(ctx: &mut Ctx<'_>) -> Result<Vec<ScheduleState>> {
    let now = ctx.now;
    let Some(visible) = ctx.actor.visible("rules", Action::Read) else { return Ok(Vec::new()) };
    let timed = persistence::rules::all(ctx.conn)?.into_iter().filter(|r| r.timed && r.state == "active");
    let mut found: Vec<ScheduleState> = timed
        .filter(|rule| visible.contains(rule.created_by))
        .map(|rule| ScheduleState {
            late: rules::is_late(&rule, now),
            rule_id: rule.id,
            name: rule.name,
            next_at: rule.next_at,
            checked_at: rule.checked_at,
        })
        .collect();
    found.sort_by_key(|s| s.next_at);
    Ok(found)
}

/// Tries an event again that was passed over.
pub fn retry_failure(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Retried> {
    let done = consumers::retry(ctx, id)?;
    Ok(Retried { done, count: 1 })
}

/// Tries every mail again that was given up.
pub fn retry_mail(ctx: &mut Ctx<'_>) -> Result<Retried> {
    let count = persistence::notifications::revive_mails(ctx.conn, ctx.now)? as i64;
    Ok(Retried { done: true, count })
}
