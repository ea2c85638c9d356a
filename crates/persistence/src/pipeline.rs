//! Pipelines: stages and the stays of opportunities in them.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store, shape};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// One stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its id.
    pub id: Uuid,
    /// The pipeline it belongs to.
    pub pipeline_id: Uuid,
    /// What a person reads.
    pub name: String,
    /// Place in the order.
    pub position: i64,
    /// `open`, `won` or `lost`.
    pub kind: String,
    /// Manual probability, 0..100.
    pub probability: Option<f64>,
    /// Percent of those on it that are expected to go on to the next stage, where somebody set it.
    pub benchmark: Option<f64>,
}

/// Every live stage of every live pipeline, and the default pipeline. Those of one pipeline are together, in their
/// order: nobody goes on from a closed opportunity, so that the stages that close come last wherever they were placed,
/// and of two in one place the older one comes first.
pub fn stages(conn: &mut AnyConnection) -> Result<(Vec<Stage>, Option<Uuid>)> {
    let q = Sql::start(
        conn,
        "SELECT s.id, s.pipeline_id, s.name, s.position, s.kind, s.probability, s.benchmark FROM pipeline_stages s JOIN pipelines p ON p.id = s.pipeline_id \
         WHERE s.archived_at IS NULL AND p.archived_at IS NULL ORDER BY p.position, p.id, \
         CASE s.kind WHEN 'open' THEN 0 WHEN 'won' THEN 1 ELSE 2 END, s.position, s.id",
    );
    let stages: Vec<Stage> = q.load(conn)?.into_iter().filter_map(read_stage).collect();
    let mut q = Sql::start(conn, "SELECT id FROM pipelines WHERE archived_at IS NULL ORDER BY ");
    q.pick("is_default IS TRUE DESC", "is_default DESC").push(", position, id LIMIT 1");
    let default = q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_id));
    Ok((stages, default))
}

fn read_stage(Cells(c): Cells) -> Option<Stage> {
    let [id, pipeline_id, name, position, kind, probability, benchmark] = c.as_slice() else { return None };
    Some(Stage {
        id: id.as_id()?,
        pipeline_id: pipeline_id.as_id()?,
        name: name.as_str()?.to_owned(),
        position: position.as_int()?,
        kind: kind.as_str()?.to_owned(),
        probability: probability.as_f64(),
        benchmark: benchmark.as_f64(),
    })
}

/// The last place taken in a pipeline, also by stages in the archive, which may come back to theirs.
pub fn last_position(conn: &mut AnyConnection, pipeline: Uuid) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT max(position) FROM pipeline_stages WHERE pipeline_id = ");
    q.id(pipeline);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// Does a live opportunity stand on this pipeline or stage?
pub fn in_use(conn: &mut AnyConnection, column: &'static str, id: Uuid) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM opportunities WHERE archived_at IS NULL AND ");
    q.ident(column).push(" = ").id(id).push(" LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// The pipelines that are marked as the default, also those in the archive.
pub fn defaults(conn: &mut AnyConnection) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM pipelines WHERE ");
    q.pick("is_default", "is_default = 1").push(" ORDER BY id");
    Ok(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect())
}

/// The beginning of a stay in a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StageStay {
    /// The opportunity.
    pub opportunity_id: Uuid,
    /// The stage.
    pub stage_id: Uuid,
    /// The furthest position reached by then.
    pub position: i64,
    /// Who moved it.
    pub user_id: Uuid,
    /// When.
    pub entered_at: DateTime<Utc>,
    /// The opportunity is new: no earlier stay is to be ended.
    pub first: bool,
}

/// Ends the open stays of these opportunities and begins the given ones, which are in the order of time.
pub fn write_stays(conn: &mut AnyConnection, stays: &[StageStay]) -> Result<()> {
    end_stays(conn, stays)?;
    let mut ends: Vec<Value> = Vec::with_capacity(stays.len());
    let mut next = HashMap::new();
    for stay in stays.iter().rev() {
        ends.push(next.insert(stay.opportunity_id, stay.entered_at).map_or(Value::Null, Value::Time));
    }
    ends.reverse();
    let rows: Vec<(&StageStay, &Value)> = stays.iter().zip(&ends).collect();
    let mut rest = rows.as_slice();
    let mut size = 128;
    while !rest.is_empty() {
        while size > rest.len() {
            size /= 2;
        }
        let (head, tail) = rest.split_at(size);
        let mut q = Sql::start(
            conn,
            "INSERT INTO opportunity_stage_history (id, opportunity_id, stage_id, position, user_id, entered_at, left_at) VALUES ",
        );
        for (i, (s, end)) in head.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" })
                .id(Uuid::now_v7())
                .push(", ")
                .id(s.opportunity_id)
                .push(", ")
                .id(s.stage_id);
            q.push(", ").int(s.position).push(", ").id(s.user_id).push(", ").time(s.entered_at).push(", ");
            q.bind(Store::Time, end).push(")");
        }
        q.execute(conn)?;
        rest = tail;
    }
    Ok(())
}

/// Ends the open stays that the database holds: those before the first of each opportunity, all of one moment at once.
fn end_stays(conn: &mut AnyConnection, stays: &[StageStay]) -> Result<()> {
    let mut seen = HashSet::new();
    let mut left: BTreeMap<DateTime<Utc>, Vec<Uuid>> = BTreeMap::new();
    for stay in stays {
        if seen.insert(stay.opportunity_id) && !stay.first {
            left.entry(stay.entered_at).or_default().push(stay.opportunity_id);
        }
    }
    for (at, opportunities) in left {
        for chunk in opportunities.chunks(200) {
            let mut q = Sql::start(conn, "UPDATE opportunity_stage_history SET left_at = ");
            q.time(at).push(" WHERE left_at IS NULL AND opportunity_id IN ").ids(chunk);
            q.execute(conn)?;
        }
    }
    Ok(())
}

/// A stay as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownStay {
    /// The stage.
    pub stage_id: Uuid,
    /// Its name.
    pub stage_name: String,
    /// Who moved the opportunity there.
    pub user_id: Option<Uuid>,
    /// Their name.
    pub user_name: Option<String>,
    /// From.
    pub entered_at: DateTime<Utc>,
    /// To; open for the present stage.
    pub left_at: Option<DateTime<Utc>>,
}

/// A step of an opportunity into a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its id.
    pub id: Uuid,
    /// The opportunity.
    pub opportunity: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The stage.
    pub stage_id: Uuid,
    /// Its name.
    pub stage_name: String,
    /// The name of the stage before.
    pub from: Option<String>,
    /// Who moved it.
    pub user_id: Option<Uuid>,
    /// Their name.
    pub user_name: Option<String>,
}

/// The steps of a customer's live opportunities before a moment and an id, newest first.
pub fn steps_of(
    conn: &mut AnyConnection,
    shape: &domain::record::Shape,
    customer: Uuid,
    owners: crate::records::Owners<'_>,
    (at, id): (DateTime<Utc>, Uuid),
    limit: i64,
) -> Result<Vec<Step>> {
    let mut q = Sql::start(
        conn,
        "SELECT h.id, h.opportunity_id, h.entered_at, h.stage_id, s.name, \
         (SELECT p.name FROM opportunity_stage_history b JOIN pipeline_stages p ON p.id = b.stage_id \
         WHERE b.opportunity_id = h.opportunity_id AND (b.entered_at < h.entered_at OR (b.entered_at = h.entered_at AND b.id < h.id)) \
         ORDER BY b.entered_at DESC, b.id DESC LIMIT 1), h.user_id, u.name \
         FROM opportunities t JOIN opportunity_stage_history h ON h.opportunity_id = t.id \
         JOIN pipeline_stages s ON s.id = h.stage_id LEFT JOIN users u ON u.id = h.user_id WHERE t.customer_id = ",
    );
    q.id(customer).push(" AND t.archived_at IS NULL");
    crate::records::push_owners(&mut q, shape, owners);
    q.push(" AND (h.entered_at < ").time(at).push(" OR (h.entered_at = ").time(at).push(" AND h.id < ").id(id);
    q.push(")) ORDER BY h.entered_at DESC, h.id DESC").limit(limit);
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Step {
            id: r.id()?,
            opportunity: r.id()?,
            at: r.time()?,
            stage_id: r.id()?,
            stage_name: r.text()?,
            from: r.opt_text(),
            user_id: r.opt_id(),
            user_name: r.opt_text(),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The stays of an opportunity, oldest first.
pub fn stays(conn: &mut AnyConnection, opportunity: Uuid) -> Result<Vec<ShownStay>> {
    let mut q = Sql::start(
        conn,
        "SELECT h.stage_id, s.name, h.user_id, u.name, h.entered_at, h.left_at FROM opportunity_stage_history h \
         JOIN pipeline_stages s ON s.id = h.stage_id LEFT JOIN users u ON u.id = h.user_id WHERE h.opportunity_id = ",
    );
    q.id(opportunity).push(" ORDER BY h.entered_at, h.id");
    let read = |Cells(mut c): Cells| {
        if c.len() != 6 {
            return None;
        }
        shape(Store::Time, &mut c[4]);
        shape(Store::Time, &mut c[5]);
        Some(ShownStay {
            stage_id: c[0].as_id()?,
            stage_name: c[1].as_str()?.to_owned(),
            user_id: c[2].as_id(),
            user_name: c[3].as_str().map(str::to_owned),
            entered_at: c[4].as_time()?,
            left_at: c[5].as_time(),
        })
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}
