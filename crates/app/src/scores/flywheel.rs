//! Principles → 4R → SDAE → outcomes for any period, team and region; busy against effective; who may not come back.

use super::four_r::{Links, measure, tally, values};
use super::principles::{Days, Scope, measured_in};
use crate::metrics::{Narrow, People, pick};
use crate::{Ctx, Error, Result};
use chrono::{Duration, NaiveDate};
use contract::problem::Lang;
use contract::scoring::{
    DueQuery, EffortReport, EffortRow, FlywheelReading, FlywheelReport, MigrationQuery, PeriodQuery, RepeatCustomer,
    RepeatList, RfmFlow, RfmMigration,
};
use domain::flywheel::{self, Effort, Outcome, OutcomeFacts, Period, Reading, Wheel, busy_against_effective};
use domain::four_r::R;
use domain::metrics::{Contribution, Measure};
use domain::policy::Action;
use domain::principles::Principle;
use domain::sdae::Dimension;
use persistence::contact_scores::{self, By};
use persistence::flywheel as store;
use std::collections::BTreeMap;
use uuid::Uuid;

fn outcomes(ctx: &mut Ctx<'_>, scope: &Scope, days: Days, contacts: i64, person_days: i64) -> Result<OutcomeFacts> {
    let owners = scope.visible.owners();
    let which = persistence::totals::Which {
        measures: &[Measure::Won, Measure::Lost],
        from: Some(days.0),
        to: Some(days.1),
        owners,
        pipeline: None,
        product: None,
    };
    let sums = persistence::totals::sums(ctx.conn, &which, persistence::totals::By::default())?;
    let of = |measure: Measure| sums.iter().find(|c: &&Contribution| c.key.measure == measure).map(|c| c.sums);
    let (won, lost) = (of(Measure::Won).unwrap_or_default(), of(Measure::Lost).unwrap_or_default());
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let parse = ctx.parse();
    let span = (parse.midnight(days.0), parse.midnight(days.1 + Duration::days(1)));
    // What held at the end of a past period is in the history; until then grades are those of now.
    let then = (span.1 <= ctx.now).then_some(span.1);
    let ramps = store::ramps(ctx.conn, days, owners)?;
    Ok(OutcomeFacts {
        won: count(won.n),
        lost: count(lost.n),
        won_minor: won.amount,
        customers_won: count(store::customers_won(ctx.conn, days, owners)?),
        new_customers: Some(count(store::new_good_customers(ctx.conn, span, then, owners)?)),
        rep_days: Some(count(person_days)),
        contacts: Some(count(contacts)),
        ramp_days: (!ramps.is_empty()).then(|| ramps.iter().sum::<i64>() as f64 / ramps.len() as f64),
    })
}

fn turn(ctx: &mut Ctx<'_>, scope: &Scope, days: Days) -> Result<(Period, super::four_r::Measured)> {
    let found = measured_in(ctx, scope, days)?;
    let four_r = measure(ctx, &scope.models, days, scope.visible.owners().into())?;
    let means = store::means(ctx.conn, days, scope.visible.owners())?;
    let period = Period {
        principles: found.principles.gauges.map(|g| g.total.score),
        four_r: tally(&four_r.sums).index().each,
        sdae: Dimension::ALL.map(|d| means.get(d.code()).copied()),
        outcomes: outcomes(ctx, scope, days, four_r.sums.contacts, found.person_days)?,
    };
    Ok((period, four_r))
}

/// The flywheel of a period against the period before it.
pub fn report(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<FlywheelReport> {
    let (scope, days) = Scope::load(ctx, query)?;
    let length = days.1 - days.0 + Duration::days(1);
    let earlier = (days.0 - length, days.1 - length);
    let (now, four_r) = turn(ctx, &scope, days)?;
    let (before, _) = turn(ctx, &scope, earlier)?;
    let wheel = flywheel::flywheel(&now, &before);
    let row = |key: &str, label: [&'static str; 2], r: &Reading| FlywheelReading {
        key: key.to_owned(),
        label: pick(lang, label).to_owned(),
        value: r.value,
        before: r.before,
        change: r.change,
        better: r.better,
    };
    let advice = wheel.slowest.map(Wheel::advice);
    let bottleneck = four_r.bottleneck.r;
    let fix = bottleneck.map(R::fix);
    let links = Links::new(&scope.people, &scope.narrow, days);
    let behind = values(ctx, (&four_r.sums, &four_r.bottleneck), &links, lang);
    Ok(FlywheelReport {
        from: days.0,
        to: days.1,
        before_from: earlier.0,
        before_to: earlier.1,
        wheels: Wheel::ALL.iter().zip(&wheel.wheels).map(|(w, r)| row(w.code(), w.label(), r)).collect(),
        slowest: wheel.slowest.map(|w| w.code().to_owned()),
        advice: advice.map(|a| lang.pick(&a.zh, &a.en).to_owned()),
        principles: Principle::ALL.iter().zip(&wheel.principles).map(|(p, r)| row(p.code(), p.label(), r)).collect(),
        four_r: R::ALL.iter().zip(&wheel.four_r).map(|(k, r)| row(k.code(), k.label(), r)).collect(),
        sdae: Dimension::ALL.iter().zip(&wheel.sdae).map(|(d, r)| row(d.code(), d.label(), r)).collect(),
        outcomes: Outcome::ALL.iter().zip(&wheel.outcomes).map(|(o, r)| row(o.code(), o.label(), r)).collect(),
        bottleneck: bottleneck.map(|r| r.code().to_owned()),
        bottleneck_label: bottleneck.map(|r| pick(lang, r.label()).to_owned()),
        leverage_known: four_r.bottleneck.leverage_known,
        bottleneck_value: behind.into_iter().find(|v| bottleneck.is_some_and(|r| r.code() == v.r)),
        fix: fix.map(|f| lang.pick(&f.zh, &f.en).to_owned()),
    })
}

/// The eleven indices of the 90 days until today, in the order of the self-assessment.
pub(super) fn indices(ctx: &mut Ctx<'_>) -> Result<[Option<f64>; 11]> {
    let (scope, days) = Scope::load(ctx, &PeriodQuery::default())?;
    let (now, _) = turn(ctx, &scope, days)?;
    let all: Vec<Option<f64>> = now.principles.into_iter().chain(now.four_r).chain(now.sdae).collect();
    Ok(std::array::from_fn(|i| all.get(i).copied().flatten()))
}

/// Who does much, and who brings much.
pub fn effort(ctx: &mut Ctx<'_>, query: &PeriodQuery, lang: Lang) -> Result<EffortReport> {
    let (scope, days) = Scope::load(ctx, query)?;
    let owners = scope.visible.owners();
    let mut rows: BTreeMap<Uuid, (contact_scores::Sums, i64)> = BTreeMap::new();
    for (place, sums) in contact_scores::sums(ctx.conn, days, owners, By { owner: true, ..By::default() })? {
        rows.entry(place.owner).or_default().0 = sums;
    }
    let which = persistence::totals::Which {
        measures: &[Measure::Won],
        from: Some(days.0),
        to: Some(days.1),
        owners,
        pipeline: None,
        product: None,
    };
    let by = persistence::totals::By { owner: true, ..persistence::totals::By::default() };
    for won in persistence::totals::sums(ctx.conn, &which, by)? {
        rows.entry(won.key.owner).or_default().1 = won.sums.amount;
    }
    rows.retain(|id, (sums, won)| !id.is_nil() && (sums.contacts > 0 || *won > 0));
    let efforts =
        rows.iter().map(|(id, (sums, won))| Effort { key: *id, activity: sums.contacts as f64, outcome: *won as f64 });
    let placed = busy_against_effective(efforts.collect());
    let medians = placed.as_ref().map(|(_, medians)| *medians);
    let mut people: Vec<EffortRow> = placed
        .into_iter()
        .flat_map(|(placed, _)| placed)
        .map(|p| {
            let (sums, won) = rows.get(&p.effort.key).copied().unwrap_or_default();
            let advice = p.quadrant.advice();
            EffortRow {
                user_id: p.effort.key,
                name: scope.people.name(p.effort.key).unwrap_or_default().to_owned(),
                contacts: sums.contacts,
                minutes: sums.minutes,
                won_minor: won,
                won_minor_per_contact: p.yield_per_activity,
                index: tally(&sums).index().overall,
                quadrant: p.quadrant.code().to_owned(),
                quadrant_label: pick(lang, p.quadrant.label()).to_owned(),
                advice: lang.pick(&advice.zh, &advice.en).to_owned(),
            }
        })
        .collect();
    people.sort_by_key(|row| (std::cmp::Reverse(row.won_minor), row.user_id));
    Ok(EffortReport {
        from: days.0,
        to: days.1,
        median_contacts: medians.map(|m| m[0]),
        median_won_minor: medians.map(|m| m[1]),
        people,
    })
}

/// Customers that may not come back, the greatest value at risk first.
pub fn repeat_list(ctx: &mut Ctx<'_>, query: &DueQuery) -> Result<RepeatList> {
    let visible = ctx.require("customers", Action::Read)?;
    let limit = super::cadence::limit(query)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let fit = super::customers::fit(ctx)?;
    let found = store::at_risk(ctx.conn, visible.owners(), limit)?;
    let row = |c: store::AtRisk| RepeatCustomer {
        customer_id: c.id,
        name: c.name,
        owner_name: c.owner.and_then(|id| people.name(id)).map(str::to_owned),
        owner_id: c.owner,
        alive: c.alive,
        at_risk_minor: c.minor,
        last_order_on: c.last_order_on,
        rfm_segment: c.segment,
    };
    Ok(RepeatList {
        fitted_at: fit.as_ref().map(|f| f.at),
        fitted_customers: fit.map(|f| f.customers),
        items: found.into_iter().map(row).collect(),
    })
}

/// How customers moved between RFM segments.
pub fn migration(ctx: &mut Ctx<'_>, query: &MigrationQuery) -> Result<RfmMigration> {
    let visible = ctx.require("customers", Action::Read)?;
    crate::totals::check_days(query.from, query.to)?;
    let to = query.to.unwrap_or_else(|| ctx.parse().today());
    let from = query.from.unwrap_or(to - Duration::days(90));
    if from > to {
        return Err(Error::field("to", "out_of_range", from.to_string()));
    }
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let parse = ctx.parse();
    let end = |day: NaiveDate| parse.midnight(day + Duration::days(1));
    let moved = store::migration(ctx.conn, (end(from), end(to)), visible.owners())?;
    let mut flows: BTreeMap<(Option<String>, Option<String>), i64> = BTreeMap::new();
    // Who did not move since the first day is where the kept grid has them; who bought at neither time is not counted.
    for cell in persistence::rfm_grid::cells(ctx.conn, visible.owners())? {
        if let Some(segment) = cell.segment.filter(|s| s != "none") {
            *flows.entry((Some(segment.clone()), Some(segment))).or_default() += cell.customers;
        }
    }
    for flow in moved {
        let now = flow.now.clone().filter(|now| now != "none");
        if let Some(still) = now.and_then(|now| flows.get_mut(&(Some(now.clone()), Some(now)))) {
            *still -= flow.customers;
        }
        if flow.earlier.is_some() || flow.later.is_some() {
            *flows.entry((flow.earlier, flow.later)).or_default() += flow.customers;
        }
    }
    let flow = |((from, to), customers): ((Option<String>, Option<String>), i64)| RfmFlow { from, to, customers };
    let mut flows: Vec<RfmFlow> = flows.into_iter().filter(|(_, n)| *n > 0).map(flow).collect();
    flows.sort_by(|a, b| b.customers.cmp(&a.customers).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    Ok(RfmMigration { from, to, flows })
}
