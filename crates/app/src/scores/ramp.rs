//! How long newcomers take to their first deal.

use crate::metrics::{Narrow, People};
use crate::{Ctx, Result};
use chrono::Duration;
use contract::scoring::{RampCohort, RampNewcomer, RampQuery, RampReport};
use domain::policy::{Action, Scope};
use domain::ramp::{self, Newcomer};
use persistence::identity::Role;
use uuid::Uuid;

/// Days for which somebody is new enough to be counted.
const LOOK_BACK: i64 = 730;

/// The newcomers that the caller may see.
pub fn report(ctx: &mut Ctx<'_>, query: &RampQuery) -> Result<RampReport> {
    let visible = ctx.require("scores", Action::Read)?;
    let narrow = Narrow { owner: None, team: query.team_id, region: query.region.clone() };
    let visible = People::load(ctx)?.narrow(&visible, &narrow);
    let today = ctx.parse().today();
    // Who makes opportunities of their own, and of nobody else, is there to sell.
    let sells = |r: &Role| r.permissions.scope("opportunities", Action::Create) == Scope::Own;
    let selling: Vec<Uuid> =
        persistence::identity::roles(ctx.conn)?.iter().filter(|r| sells(r)).map(|r| r.id).collect();
    let span = (today - Duration::days(LOOK_BACK), today);
    let found = persistence::flywheel::newcomers(ctx.conn, span, visible.owners(), &selling)?;
    let plain: Vec<Newcomer> =
        found.iter().map(|n| Newcomer { hired_on: n.hired_on, first_won_on: n.first_won_on }).collect();
    let ramps = ramp::ramps(&plain, today);
    let cohort =
        |c: &ramp::Cohort| RampCohort { from: c.from, hired: c.hired, ramped: c.ramped, mean_days: c.mean_days };
    let newcomers = found.into_iter().zip(&ramps.each).map(|(n, r)| RampNewcomer {
        user_id: n.id,
        name: n.name,
        hired_on: n.hired_on,
        first_won_on: n.first_won_on,
        days: r.days,
        waiting: r.waiting,
        late: r.late,
    });
    Ok(RampReport {
        as_of: today,
        newcomers: newcomers.collect(),
        mean_days: ramps.mean_days,
        median_days: ramps.median_days,
        trend_days: ramps.trend_days,
        cohorts: ramps.cohorts.iter().map(cohort).collect(),
    })
}
