//! What the open opportunities will bring.

use super::stages::{Ladder, history};
use crate::metrics::{Narrow, People};
use crate::totals::{check_days, json_id, list_link};
use crate::{Ctx, Result};
use chrono::{Datelike, Months, NaiveDate};
use contract::reports::{ForecastCategory, ForecastMonth, ForecastReport, ForecastStage, ReportQuery};
use domain::forecast::{Forecast, Portion, StageProbability};
use domain::metrics::{Contribution, Measure, SPREAD_UNIT};
use domain::policy::Action;
use persistence::pipeline::Stage;
use persistence::totals::{By, Which, sums};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The forecast of the open opportunities of a pipeline.
pub fn forecast(ctx: &mut Ctx<'_>, query: &ReportQuery) -> Result<ForecastReport> {
    let visible = ctx.require_all(&[("opportunities", Action::Read), ("reports", Action::Read)])?;
    check_days(query.from, query.to)?;
    let ladder = Ladder::asked(ctx, query.pipeline_id)?;
    let known = history(ctx, &ladder, &visible)?;
    let probabilities = ladder.probabilities(&known);
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let visible = people.narrow(&visible, &narrow);
    let first_of_month = |d: NaiveDate| d.with_day(1);
    let which = Which {
        measures: &[Measure::Open],
        from: query.from.and_then(first_of_month),
        to: query.to,
        owners: visible.owners(),
        pipeline: Some(ladder.pipeline),
        product: query.product_id,
    };
    let rows = sums(ctx.conn, &which, By { day: true, stage: true, ..By::default() })?;
    let mut conditions = people.conditions(&narrow);
    conditions.push(json!({"field": "pipeline_id", "op": "eq", "value": json_id(ladder.pipeline)}));
    conditions.push(json!({"field": "status", "op": "eq", "value": "open"}));
    if let Some(product) = query.product_id {
        conditions.push(json!({"field": "product_id", "op": "eq", "value": json_id(product)}));
    }
    let mut all_conditions = conditions.clone();
    all_conditions.extend(month_conditions(query.from.and_then(first_of_month), query.to.and_then(first_of_month)));
    let recount = crate::recounts::shown(ctx, Some(ladder.pipeline));
    Ok(ForecastReport { recount, ..report(&ladder, &probabilities, &rows, &conditions, &all_conditions) })
}

/// Open opportunities of one stage, or of one stage and month, as the model takes them.
pub(super) fn portion(row: &Contribution, probability: f64) -> Portion {
    Portion {
        n: u64::try_from(row.sums.n).unwrap_or(0),
        amount_minor: row.sums.amount,
        squares: row.sums.extra as f64 * SPREAD_UNIT,
        probability,
        not_winnable: false,
    }
}

fn report(
    ladder: &Ladder,
    probabilities: &[(Uuid, StageProbability)],
    rows: &[Contribution],
    conditions: &[Json],
    all: &[Json],
) -> ForecastReport {
    let weight = |stage: Uuid| probabilities.iter().find(|(id, _)| *id == stage).map_or(0.0, |(_, p)| p.probability);
    let result = domain::forecast::forecast(rows.iter().map(|r| portion(r, weight(r.key.stage))).collect());
    let mut months: BTreeMap<(bool, NaiveDate), Vec<Portion>> = BTreeMap::new();
    for row in rows {
        let key = (row.key.day == NaiveDate::default(), row.key.day);
        months.entry(key).or_default().push(portion(row, weight(row.key.stage)));
    }
    ForecastReport {
        n: result.categories.iter().map(|c| c.n).sum(),
        amount_minor: result.categories.iter().map(|c| c.amount_minor).sum(),
        expected_minor: result.expected_minor,
        low_minor: result.low_minor,
        high_minor: result.high_minor,
        categories: categories(&result),
        stages: stages(ladder, probabilities, rows, all),
        months: months.into_iter().map(|((none, day), portions)| month(none, day, portions, conditions)).collect(),
        drill_down: link(all, &[]),
        recount: None,
    }
}

fn link(conditions: &[Json], more: &[Json]) -> String {
    let all = [conditions, more].concat();
    list_link("opportunities", &json!({ "all": all }))
}

fn categories(result: &Forecast) -> Vec<ForecastCategory> {
    result
        .categories
        .iter()
        .map(|c| ForecastCategory {
            key: c.category.word().to_owned(),
            n: c.n,
            amount_minor: c.amount_minor,
            expected_minor: c.expected_minor,
        })
        .collect()
}

fn month(none: bool, day: NaiveDate, portions: Vec<Portion>, conditions: &[Json]) -> ForecastMonth {
    let result = domain::forecast::forecast(portions);
    let more = if none {
        vec![json!({"field": "expected_close_on", "op": "is_empty"})]
    } else {
        month_conditions(Some(day), Some(day))
    };
    ForecastMonth {
        month: (!none).then(|| day.format("%Y-%m").to_string()),
        n: result.categories.iter().map(|c| c.n).sum(),
        amount_minor: result.categories.iter().map(|c| c.amount_minor).sum(),
        expected_minor: result.expected_minor,
        drill_down: link(conditions, &more),
    }
}

/// From the first day of one month to before the first day of the month after another.
fn month_conditions(first: Option<NaiveDate>, last: Option<NaiveDate>) -> Vec<Json> {
    let end = last.and_then(|d| d.checked_add_months(Months::new(1)));
    let test = |op: &str, day: NaiveDate| json!({"field": "expected_close_on", "op": op, "value": day});
    first.map(|d| test("gte", d)).into_iter().chain(end.map(|d| test("lt", d))).collect()
}

/// Every stage with its open opportunities and its probability.
pub(super) fn stages(
    ladder: &Ladder,
    probabilities: &[(Uuid, StageProbability)],
    rows: &[Contribution],
    conditions: &[Json],
) -> Vec<ForecastStage> {
    let of = |(stage, (_, p)): (&Stage, &(Uuid, StageProbability))| {
        let here = rows.iter().filter(|r| r.key.stage == stage.id);
        let (n, amount) = here.fold((0, 0i64), |(n, amount), r| (n + r.sums.n, amount.saturating_add(r.sums.amount)));
        let condition = json!({"field": "stage_id", "op": "eq", "value": json_id(stage.id)});
        ForecastStage {
            stage_id: stage.id,
            name: stage.name.clone(),
            kind: stage.kind.clone(),
            n: u64::try_from(n).unwrap_or(0),
            amount_minor: amount,
            probability: p.probability * 100.0,
            historic: p.historic * 100.0,
            manual: p.manual.map(|m| m * 100.0),
            closed: p.closed,
            won: p.won,
            expected_minor: p.probability * amount as f64,
            drill_down: link(conditions, &[condition]),
        }
    };
    ladder.stages.iter().zip(probabilities).map(of).collect()
}
