//! A pipeline at a glance, from a few rows.

use super::forecast::{portion, stages};
use super::stages::Ladder;
use crate::totals::json_id;
use crate::{Ctx, Result};
use chrono::{Datelike, Months, NaiveDate};
use contract::reports::PipelineSummary;
use domain::metrics::{Contribution, Measure, OpportunityStatus};
use domain::policy::Action;
use persistence::totals::{By, Which, sums};
use serde_json::json;
use uuid::Uuid;

const WON: i32 = 1;

/// The open opportunities of a pipeline, their forecast, and how the last twelve months closed.
pub fn summary(ctx: &mut Ctx<'_>, pipeline: Uuid) -> Result<PipelineSummary> {
    let visible = ctx.require("opportunities", Action::Read)?;
    let ladder = Ladder::load(ctx, Some(pipeline))?;
    let which = Which {
        measures: &[Measure::Stock, Measure::Standing, Measure::Closed],
        from: None,
        to: None,
        owners: visible.owners(),
        pipeline: Some(pipeline),
        product: None,
    };
    let rows = sums(ctx.conn, &which, By { day: true, stage: true, bucket: true, ..By::default() })?;
    let of = |measure: Measure| rows.iter().filter(move |r| r.key.measure == measure);
    let history: Vec<_> =
        ladder.standings(of(Measure::Standing)).into_iter().filter(|s| s.status != OpportunityStatus::Open).collect();
    let probabilities = ladder.probabilities(&history);
    let weight = |stage: Uuid| probabilities.iter().find(|(id, _)| *id == stage).map_or(0.0, |(_, p)| p.probability);
    let stock: Vec<Contribution> = of(Measure::Stock).copied().collect();
    let forecast = domain::forecast::forecast(stock.iter().map(|r| portion(r, weight(r.key.stage))).collect());
    let this_month = first_of(ctx.parse().today());
    let year_ago = this_month.checked_sub_months(Months::new(11)).unwrap_or(this_month);
    let year = Closed::of(&rows, (year_ago, this_month));
    let month = Closed::of(&rows, (this_month, this_month));
    let conditions = [
        json!({"field": "pipeline_id", "op": "eq", "value": json_id(pipeline)}),
        json!({"field": "status", "op": "eq", "value": "open"}),
    ];
    let open: u64 = forecast.categories.iter().map(|c| c.n).sum();
    Ok(PipelineSummary {
        pipeline_id: pipeline,
        open,
        open_minor: forecast.categories.iter().map(|c| c.amount_minor).sum(),
        expected_minor: forecast.expected_minor,
        low_minor: forecast.low_minor,
        high_minor: forecast.high_minor,
        won_this_month: unsigned(month.won),
        won_this_month_minor: month.won_minor,
        lost_this_month: unsigned(month.lost),
        win_rate: year.win_rate(),
        mean_cycle_days: year.mean_cycle(),
        velocity_minor: year.velocity(open),
        stages: stages(&ladder, &probabilities, &stock, &conditions),
        recount: crate::recounts::shown(ctx, Some(pipeline)),
    })
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// What closed in some months, each told by its first day.
#[derive(Default)]
struct Closed {
    won: i64,
    lost: i64,
    won_minor: i64,
    won_days: i64,
}

impl Closed {
    fn of(rows: &[Contribution], (first, last): (NaiveDate, NaiveDate)) -> Closed {
        let mut closed = Closed::default();
        let within = |r: &&Contribution| r.key.measure == Measure::Closed && (first..=last).contains(&r.key.day);
        for row in rows.iter().filter(within) {
            if row.key.bucket == WON {
                closed.won += row.sums.n;
                closed.won_minor = closed.won_minor.saturating_add(row.sums.amount);
                closed.won_days += row.sums.extra;
            } else {
                closed.lost += row.sums.n;
            }
        }
        closed
    }

    fn win_rate(&self) -> Option<f64> {
        let all = self.won + self.lost;
        (all > 0).then(|| 100.0 * self.won as f64 / all as f64)
    }

    fn mean_cycle(&self) -> Option<f64> {
        (self.won > 0).then(|| self.won_days as f64 / self.won as f64)
    }

    fn velocity(&self, open: u64) -> Option<f64> {
        let cycle = self.mean_cycle().filter(|days| *days > 0.0)?;
        let mean_won = self.won_minor as f64 / self.won as f64;
        Some(open as f64 * self.win_rate()? / 100.0 * mean_won / cycle)
    }
}
