//! How people take to the product: log-ins, and how soon activities are written down (S4-43). From kept figures only.

use crate::metrics::{Narrow, People};
use crate::{Ctx, Result};
use contract::scoring::{AdoptionReport, AdoptionRow, PeriodQuery};
use domain::adoption::ON_TIME_HOURS;
use domain::metrics::Measure;
use domain::policy::Action;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Log-ins and the share of activities written down in time, by person and team.
pub fn report(ctx: &mut Ctx<'_>, query: &PeriodQuery) -> Result<AdoptionReport> {
    let visible = ctx.require("scores", Action::Read)?;
    let days = super::four_r::period(ctx, query.from, query.to)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let calendar = crate::calendar::load(ctx)?;
    let until = days.1.min(ctx.parse().today());
    let worked = days.0.iter_days().take_while(|day| *day <= until).filter(|day| calendar.is_working_day(*day)).count();
    let work_days = i64::try_from(worked).unwrap_or(i64::MAX);
    let mut rows = at_work(ctx, &people, &visible)?;
    for (user, logins, used) in persistence::usage::sums(ctx.conn, days, visible.owners())? {
        if let Some(row) = rows.get_mut(&user) {
            (row.logins, row.days_used) = (logins, used);
        }
    }
    let which = persistence::totals::Which {
        measures: &[Measure::Activities],
        from: Some(days.0),
        to: Some(days.1),
        owners: visible.owners(),
        pipeline: None,
        product: None,
    };
    let by = persistence::totals::By { owner: true, ..persistence::totals::By::default() };
    for made in persistence::totals::sums(ctx.conn, &which, by)? {
        if let Some(row) = rows.get_mut(&made.key.owner) {
            (row.activities, row.on_time) = (made.sums.n, made.sums.extra);
        }
    }
    let team_of = |user: &Uuid| people.members().iter().find(|m| m.id == *user).and_then(|m| m.team);
    let (mut total, mut teams) = (AdoptionRow::default(), BTreeMap::<Uuid, AdoptionRow>::new());
    for (user, row) in &rows {
        add(&mut total, row);
        let Some(team) = team_of(user) else { continue };
        let sum = teams.entry(team).or_default();
        (sum.id, sum.name) = (Some(team), people.team(team).map(|t| t.name.clone()));
        add(sum, row);
    }
    let shares = |mut row: AdoptionRow| {
        let share = |part: i64, whole: i64| (whole > 0).then(|| 100.0 * part as f64 / whole as f64);
        row.on_time_share = share(row.on_time, row.activities);
        row.used = share(row.days_used, row.people * work_days).map(|used| used.min(100.0));
        row
    };
    let sorted = |rows: Vec<AdoptionRow>| {
        let mut rows: Vec<AdoptionRow> = rows.into_iter().map(shares).collect();
        rows.sort_by(|a, b| {
            let order = |row: &AdoptionRow| row.on_time_share.unwrap_or(-1.0);
            order(b).total_cmp(&order(a)).then(b.activities.cmp(&a.activities)).then_with(|| a.name.cmp(&b.name))
        });
        rows
    };
    Ok(AdoptionReport {
        from: days.0,
        to: days.1,
        work_days,
        within_hours: ON_TIME_HOURS,
        total: shares(total),
        teams: sorted(teams.into_values().collect()),
        people: sorted(rows.into_values().collect()),
    })
}

/// A row for each person at work whom the caller may see.
fn at_work(ctx: &mut Ctx<'_>, people: &People, visible: &crate::Visible) -> Result<BTreeMap<Uuid, AdoptionRow>> {
    let ids: Vec<Uuid> = people.members().iter().map(|m| m.id).filter(|id| visible.contains(Some(*id))).collect();
    let active = persistence::rules::active(ctx.conn, &ids)?;
    let row = |id: Uuid| AdoptionRow {
        id: Some(id),
        name: people.name(id).map(str::to_owned),
        people: 1,
        ..AdoptionRow::default()
    };
    Ok(active.into_iter().map(|member| (member.id, row(member.id))).collect())
}

fn add(sum: &mut AdoptionRow, row: &AdoptionRow) {
    sum.people += row.people;
    sum.logins += row.logins;
    sum.days_used += row.days_used;
    sum.activities += row.activities;
    sum.on_time += row.on_time;
}
