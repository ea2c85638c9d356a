//! The segment grid, and why a customer is where it is.

use super::refresh::{label, run, way};
use crate::metrics::{Narrow, People};
use crate::totals::{json_id, list_link};
use crate::{Ctx, Result};
use chrono::Duration;
use contract::problem::Lang;
use contract::scores::{RfmCell, RfmChange, RfmDimension, RfmExplanation, RfmGrid, RfmQuery, RfmRun, RfmSegment};
use domain::policy::Action;
use domain::rfm::{Overlay, Scores, Segment};
use persistence::scores::RfmRow;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Changes shown with an explanation.
const HISTORY: i64 = 24;

/// The customers that the caller may see, by segment and by score.
pub fn grid(ctx: &mut Ctx<'_>, query: &RfmQuery, lang: Lang) -> Result<RfmGrid> {
    let visible = ctx.require_all(&[("customers", Action::Read), ("scores", Action::Read)])?;
    let people = People::load(ctx)?;
    let narrow = Narrow { owner: query.owner_id, team: query.team_id, region: query.region.clone() };
    let conditions = people.conditions(&narrow);
    let visible = people.narrow(&visible, &narrow);
    let found = persistence::rfm_grid::cells(ctx.conn, visible.owners())?;
    let segments = Segment::ALL
        .into_iter()
        .map(|segment| {
            let here = found.iter().filter(|c| c.segment.as_deref() == Some(segment.code()));
            let test = json!({"field": "rfm_segment", "op": "eq", "value": segment.code()});
            let mut row = RfmSegment {
                key: segment.code().to_owned(),
                label: label(segment, lang),
                customers: 0,
                orders: 0,
                amount_minor: 0,
                drill_down: link("customers", &conditions, &[test]),
            };
            for cell in here {
                row.customers += cell.customers;
                row.orders += cell.orders;
                row.amount_minor = row.amount_minor.saturating_add(cell.amount_minor);
            }
            row
        })
        .collect();
    Ok(RfmGrid {
        run: run(ctx.conn)?,
        segments,
        cells: cells(&found, &conditions),
        unscored: found.iter().filter(|c| c.segment.is_none()).map(|c| c.customers).sum(),
    })
}

fn cells(found: &[persistence::rfm_grid::RfmCell], conditions: &[Json]) -> Vec<RfmCell> {
    let mut cells: BTreeMap<(i64, i64), RfmCell> = BTreeMap::new();
    for cell in found {
        let Some((r, f)) = cell.scores else { continue };
        let tests =
            [json!({"field": "rfm_r", "op": "eq", "value": r}), json!({"field": "rfm_f", "op": "eq", "value": f})];
        let row = cells.entry((r, f)).or_insert_with(|| RfmCell {
            r,
            f,
            customers: 0,
            amount_minor: 0,
            drill_down: link("customers", conditions, &tests),
        });
        row.customers += cell.customers;
        row.amount_minor = row.amount_minor.saturating_add(cell.amount_minor);
    }
    cells.into_values().collect()
}

fn link(object: &str, conditions: &[Json], more: &[Json]) -> String {
    let all = [conditions, more].concat();
    list_link(object, &json!({ "all": all }))
}

/// Why a customer is in its segment, as of the last run.
pub fn explain(ctx: &mut Ctx<'_>, customer: Uuid, lang: Lang) -> Result<RfmExplanation> {
    let (shape, record) = crate::records::get(ctx, "customers", customer)?;
    let segment = record.get(&shape, "rfm_segment").as_str().and_then(Segment::parse);
    let row = persistence::scores::rfm_of(ctx.conn, customer)?;
    let run = run(ctx.conn)?;
    let settings = way(ctx)?;
    let changes = persistence::scores::snapshots(ctx.conn, customer, "rfm", HISTORY)?;
    let scores = row.as_ref().map(scores_of).unwrap_or_default();
    let dimensions = match (&row, &run) {
        (Some(row), Some(run)) => dimensions(row, run),
        _ => Vec::new(),
    };
    let change = |s: persistence::scores::Snapshot| RfmChange { at: s.at, segment: s.band, scores: s.value as i64 };
    Ok(RfmExplanation {
        customer_id: customer,
        segment: segment.map(|s| s.code().to_owned()),
        label: segment.map(|s| label(s, lang)),
        overlay: Overlay::of(scores, &settings).map(|o| o.code().to_owned()),
        dimensions,
        drill_down: link("orders", &orders_of(customer, run.as_ref()), &[]),
        run,
        history: changes.into_iter().map(change).collect(),
    })
}

fn scores_of(row: &RfmRow) -> Scores {
    let [r, f, m] = row.scores.map(|s| u8::try_from(s).unwrap_or(0));
    Scores { r, f, m }
}

fn dimensions(row: &RfmRow, run: &RfmRun) -> Vec<RfmDimension> {
    let days = (run.as_of - row.last_on).num_days();
    let values = [("recency", days), ("frequency", row.orders), ("monetary", row.amount_minor)];
    let cuts = [&run.recency_cuts, &run.frequency_cuts, &run.monetary_cuts];
    let of = i64::try_from(run.scored).unwrap_or(i64::MAX);
    values
        .into_iter()
        .zip(row.scores)
        .zip(row.worse)
        .zip(cuts)
        .map(|((((key, value), score), worse), cuts)| RfmDimension {
            key: key.to_owned(),
            value,
            score,
            worse,
            of,
            cuts: cuts.clone(),
        })
        .collect()
}

fn orders_of(customer: Uuid, run: Option<&RfmRun>) -> Vec<Json> {
    let mut all = vec![
        json!({"field": "customer_id", "op": "eq", "value": json_id(customer)}),
        json!({"field": "status", "op": "in", "value": ["confirmed", "fulfilled", "returned"]}),
    ];
    if let Some(run) = run {
        let from = run.as_of - Duration::days(i64::from(run.window_days.max(1)) - 1);
        all.push(json!({"field": "ordered_on", "op": "gte", "value": from}));
        all.push(json!({"field": "ordered_on", "op": "lte", "value": run.as_of}));
    }
    all
}
