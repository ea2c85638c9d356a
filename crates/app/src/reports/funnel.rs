//! How far opportunities come, how fast, and where they get stuck.

use super::stages::Ladder;
use crate::metrics::{Narrow, People};
use crate::totals::{check_days, day_value, json_id, list_link};
use crate::{Ctx, Result, Visible};
use chrono::NaiveDate;
use contract::reports::{ComparedWith, FunnelReport, FunnelStage, ReportQuery, StuckPoint};
use domain::funnel::{self, Duration, Funnel, Input};
use domain::metrics::{Contribution, Measure};
use domain::policy::Action;
use persistence::pipeline::Stage;
use persistence::totals::{By, Which, sums};
use serde_json::{Value as Json, json};

/// The funnel of the opportunities created in a period; cycles and stays are those that ended in it.
pub fn funnel(ctx: &mut Ctx<'_>, query: &ReportQuery) -> Result<FunnelReport> {
    let visible = ctx.require_all(&[("opportunities", Action::Read), ("reports", Action::Read)])?;
    check_days(query.from, query.to)?;
    let ladder = Ladder::asked(ctx, query.pipeline_id)?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let result = funnel::funnel(Input {
        stages: ladder.rungs().count(),
        standings: cohort(ctx, &ladder, query, &visible, (query.from, query.to))?,
        stays: stays(ctx, &ladder, query, &visible)?,
        cycles: cycles(ctx, &ladder, query, &visible)?,
        baseline: baseline(ctx, &ladder, query, &visible)?,
    });
    let mut conditions = people.conditions(&narrow);
    conditions.push(json!({"field": "pipeline_id", "op": "eq", "value": json_id(ladder.pipeline)}));
    if let Some(product) = query.product_id {
        conditions.push(json!({"field": "product_id", "op": "eq", "value": json_id(product)}));
    }
    let cx = ctx.parse();
    for (op, day, end) in [("gte", query.from, false), ("lte", query.to, true)] {
        if let Some(day) = day {
            let value = day_value("created_at", day, end, &cx);
            conditions.push(json!({"field": "created_at", "op": op, "value": value}));
        }
    }
    let recount = crate::recounts::shown(ctx, Some(ladder.pipeline));
    Ok(FunnelReport { recount, ..report(&ladder, result, &conditions) })
}

type Days = (Option<NaiveDate>, Option<NaiveDate>);

fn rows(
    ctx: &mut Ctx<'_>,
    ladder: &Ladder,
    query: &ReportQuery,
    visible: &Visible,
    measure: Measure,
    days: Days,
) -> Result<Vec<Contribution>> {
    let which = Which {
        measures: &[measure],
        from: days.0,
        to: days.1,
        owners: visible.owners(),
        pipeline: Some(ladder.pipeline),
        product: query.product_id,
    };
    let by = By { bucket: true, stage: measure == Measure::Stays, ..By::default() };
    Ok(sums(ctx.conn, &which, by)?)
}

fn cohort(
    ctx: &mut Ctx<'_>,
    ladder: &Ladder,
    query: &ReportQuery,
    visible: &Visible,
    days: Days,
) -> Result<Vec<funnel::Standing>> {
    Ok(ladder.standings(rows(ctx, ladder, query, visible, Measure::Cohort, days)?.iter()))
}

/// None for one product: stays are not kept by product.
fn stays(ctx: &mut Ctx<'_>, ladder: &Ladder, query: &ReportQuery, visible: &Visible) -> Result<Vec<Vec<Duration>>> {
    if query.product_id.is_some() {
        return Ok(ladder.rungs().map(|_| Vec::new()).collect());
    }
    let found = rows(ctx, ladder, query, visible, Measure::Stays, (query.from, query.to))?;
    let of = |id| found.iter().filter(|r| r.key.stage == id).map(duration).collect();
    Ok(ladder.rungs().map(|stage| of(stage.id)).collect())
}

fn cycles(ctx: &mut Ctx<'_>, ladder: &Ladder, query: &ReportQuery, visible: &Visible) -> Result<Vec<Duration>> {
    let found = rows(ctx, ladder, query, visible, Measure::Won, (query.from, query.to))?;
    Ok(found.iter().map(duration).collect())
}

fn duration(row: &Contribution) -> Duration {
    Duration { days: row.key.bucket, n: row.sums.n }
}

/// The conversions expected: the benchmarks that were set, else those of the equal period before.
fn baseline(ctx: &mut Ctx<'_>, ladder: &Ladder, query: &ReportQuery, visible: &Visible) -> Result<Vec<Option<f64>>> {
    let before = before(ctx, ladder, query, visible)?;
    let before = before.into_iter().chain(std::iter::repeat(None));
    Ok(ladder.rungs().zip(before).map(|(stage, before)| stage.benchmark.or(before)).collect())
}

/// The conversions of the equal period before; nothing without a first day.
fn before(ctx: &mut Ctx<'_>, ladder: &Ladder, query: &ReportQuery, visible: &Visible) -> Result<Vec<Option<f64>>> {
    let Some(from) = query.from else { return Ok(Vec::new()) };
    let to = query.to.unwrap_or_else(|| ctx.parse().today()).max(from);
    let before = from - (to - from) - chrono::Duration::days(1);
    let days = (Some(before), from.pred_opt());
    let standings = cohort(ctx, ladder, query, visible, days)?;
    let input = Input { stages: ladder.rungs().count(), standings, ..Input::default() };
    Ok(funnel::funnel(input).stages.iter().map(|s| s.conversion).collect())
}

fn compared_with(stage: &Stage) -> ComparedWith {
    if stage.benchmark.is_some() { ComparedWith::Benchmark } else { ComparedWith::PreviousPeriod }
}

fn report(ladder: &Ladder, result: Funnel, conditions: &[Json]) -> FunnelReport {
    let link = |more: Vec<Json>| {
        let all = [conditions, &more].concat();
        list_link("opportunities", &json!({ "all": all }))
    };
    let reached = |stage: &Stage| {
        let won = json!({"field": "status", "op": "eq", "value": "won"});
        if stage.kind == "won" {
            return won;
        }
        // Of two stages in one place the later one is reached with the one after them.
        let first = ladder.rungs().find(|s| s.position == stage.position).is_some_and(|s| s.id == stage.id);
        let op = if first { "gte" } else { "gt" };
        json!({"any": [{"field": "furthest_position", "op": op, "value": stage.position}, won]})
    };
    let stages = ladder
        .rungs()
        .zip(&result.stages)
        .map(|(stage, row)| FunnelStage {
            stage_id: stage.id,
            name: stage.name.clone(),
            kind: stage.kind.clone(),
            reached: row.reached,
            amount_minor: row.amount_minor,
            open: row.open,
            conversion: row.conversion,
            baseline: row.baseline,
            compared_with: row.baseline.map(|_| compared_with(stage)),
            mean_days: row.mean_days,
            median_days: row.median_days,
            drill_down: link(vec![reached(stage)]),
        })
        .collect();
    let names: Vec<_> = ladder.rungs().collect();
    let stuck = result.stuck.and_then(|s| {
        names.get(s.stage).map(|stage| StuckPoint {
            stage_id: stage.id,
            name: stage.name.clone(),
            conversion: s.conversion,
            baseline: s.baseline,
            compared_with: compared_with(stage),
            drop: s.drop,
            entries: s.entries,
        })
    });
    FunnelReport {
        pipeline_id: ladder.pipeline,
        stages,
        open: result.open,
        won: result.won,
        lost: result.lost,
        won_minor: result.won_minor,
        win_rate: result.win_rate,
        mean_won_minor: result.mean_won_minor,
        mean_cycle_days: result.mean_cycle_days,
        median_cycle_days: result.median_cycle_days,
        velocity_minor: result.velocity_minor,
        stuck,
        drill_down: link(Vec::new()),
        recount: None,
    }
}
