//! Facts of customers and opportunities that were ahead when they were written, when their time comes.

use crate::{Ctx, Error, Result};
use chrono::{DateTime, Duration, Utc};
use persistence::{derived, settings};
use std::collections::BTreeSet;

/// Up to when facts are settled.
const UPTO: &str = "facts_upto";
/// What is looked at again, since a write may be committed a while after the time it carries.
const OVERLAP: Duration = Duration::minutes(10);
/// What is looked at the first time.
const FIRST: Duration = Duration::days(100);
/// While nothing arrives, the mark is moved as seldom as this.
const SELDOM: Duration = Duration::hours(1);

/// Settles the facts of whatever has come since the last time.
pub(crate) fn settle(ctx: &mut Ctx<'_>) -> Result<()> {
    let kept = settings::get(ctx.conn, UPTO)?.and_then(|json| serde_json::from_str::<DateTime<Utc>>(&json).ok());
    let upto = kept.unwrap_or(ctx.now - FIRST);
    let from = upto - OVERLAP;
    let (customers, opportunities) = derived::arrived(ctx.conn, (from, ctx.now))?;
    let (last, today) = (ctx.zone().day(from), ctx.zone().day(ctx.now));
    // A day begins once: what was written since then was right when it was written.
    let ordered = match last.succ_opt() {
        Some(first) if kept.is_some() && first <= today => derived::ordered_within(ctx.conn, (first, today))?,
        _ => BTreeSet::new(),
    };
    let nothing = customers.is_empty() && opportunities.is_empty() && ordered.is_empty();
    derived::last_contact(ctx.conn, &customers.into_iter().collect::<Vec<_>>(), ctx.now)?;
    derived::last_activity(ctx.conn, &opportunities.into_iter().collect::<Vec<_>>(), ctx.now)?;
    derived::last_order(ctx.conn, &ordered.into_iter().collect::<Vec<_>>(), today)?;
    if kept.is_none() || !nothing || ctx.now - upto > SELDOM {
        let json = serde_json::to_string(&ctx.now).map_err(|e| Error::Internal(e.to_string()))?;
        settings::set(ctx.conn, UPTO, &json, ctx.now)?;
    }
    Ok(())
}
