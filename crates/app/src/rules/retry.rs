//! Trying again what failed, once for each run that did.

use super::run::{Actors, Ran, Set, ready};
use super::{load_for, show_runs, working_calendar};
use crate::{Ctx, Error, Result};
use contract::rules::{RuleRun, RunOutcome};
use domain::policy::Action;
use persistence::rules as store;
use uuid::Uuid;

/// Has a rule act once more where it failed; answers the new run. A failed run is the occasion of one more: what fails
/// again is tried again by the run that failed last, so that no two callers make two of what one of them wants.
pub fn retry(ctx: &mut Ctx<'_>, id: Uuid, run: Uuid) -> Result<RuleRun> {
    let rule = load_for(ctx, id, Action::Update)?;
    // Locked: of two who try the same run again, one waits here and then finds what the other did.
    let old = store::run(ctx.conn, run)?.filter(|r| r.rule_id == id).ok_or(Error::NotFound)?;
    if old.outcome != RunOutcome::Failed.key() {
        return Err(Error::conflict("run_not_failed", old.outcome));
    }
    let occasion = format!("retry:{}", old.id);
    if store::run_for(ctx.conn, id, old.subject, &occasion)?.is_some() {
        return Err(Error::conflict("run_retried_already", ""));
    }
    let calendar = working_calendar(ctx)?;
    let ready = match ready(ctx.conn, rule, &mut Actors::new(), ctx.now)? {
        Ok(ready) => ready,
        Err(_) => return Err(Error::conflict("rule_not_fit", "")),
    };
    let Ok(compiled) = ready.compile(ctx, &calendar)? else { return Err(Error::conflict("rule_not_fit", "")) };
    let set = Set { occasion: Some(occasion.clone()), ..Set::default() };
    match ready.run(ctx, &compiled, &calendar, old.subject, &set)? {
        Ran::Did(outcome) => {
            store::acted(ctx.conn, &store::Tally::from([((id, outcome.key()), 1)]), ctx.now)?;
        }
        Ran::Not | Ran::Loop => return Err(Error::conflict("record_no_longer_fits", "")),
    }
    let new = store::run_for(ctx.conn, id, old.subject, &occasion)?;
    show_runs(ctx, new.into_iter().collect())?.into_iter().next().ok_or(Error::NotFound)
}
