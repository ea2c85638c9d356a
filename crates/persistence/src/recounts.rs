//! Counting kept totals anew while everybody goes on working.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Sql, Store, shape};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use domain::ladder::Rung;
use domain::metrics::{Measure, OpportunityStatus};
use domain::value::Value;
use uuid::Uuid;

/// A recount that has begun and not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Recount {
    /// The pipeline, or nil for all days.
    pub subject: Uuid,
    /// Why.
    pub reason: String,
    /// Since when.
    pub begun_at: DateTime<Utc>,
    /// How much of it is done, 0..100.
    pub percent: f64,
    /// Where to go on, a JSON document whose form the use case knows.
    pub progress: String,
}

const COLUMNS: &str = "SELECT subject, reason, begun_at, percent, progress FROM recounts";

fn read(Cells(mut c): Cells) -> Option<Recount> {
    shape(Store::Time, c.get_mut(2)?);
    shape(Store::Json, c.get_mut(4)?);
    let [subject, reason, begun_at, percent, progress] = c.as_slice() else { return None };
    Some(Recount {
        subject: subject.as_id()?,
        reason: reason.as_str()?.to_owned(),
        begun_at: begun_at.as_time()?,
        percent: percent.as_f64()?,
        progress: progress.as_str()?.to_owned(),
    })
}

/// All of them.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Recount>> {
    let q = Sql::start(conn, COLUMNS);
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// The one of a subject, locked until the end of the transaction.
pub fn lock(conn: &mut AnyConnection, subject: Uuid) -> Result<Option<Recount>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push(" WHERE subject = ").id(subject).pick(" FOR UPDATE", "");
    Ok(q.first(conn)?.and_then(read))
}

/// Writes one; another of the same subject gives way.
pub fn set(conn: &mut AnyConnection, r: &Recount) -> Result<()> {
    let mut q = Sql::start(conn, "INSERT INTO recounts (subject, reason, begun_at, percent, progress) VALUES (");
    q.id(r.subject).push(", ").text(r.reason.clone()).push(", ").time(r.begun_at).push(", ");
    q.bind(Store::Num, &Value::Num(r.percent)).push(", ").bind(Store::Json, &Value::Json(r.progress.clone()));
    q.push(
        ") ON CONFLICT (subject) DO UPDATE SET reason = excluded.reason, begun_at = excluded.begun_at, \
         percent = excluded.percent, progress = excluded.progress",
    );
    q.execute(conn)?;
    Ok(())
}

/// Ends one.
pub fn end(conn: &mut AnyConnection, subject: Uuid) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM recounts WHERE subject = ");
    q.id(subject);
    q.execute(conn)?;
    Ok(())
}

/// Keeps everybody else from writing totals until the end of the transaction, and waits for those who have: what they
/// added is in the rows from then on, and what they have not yet committed they add afterwards.
pub fn lock_totals(conn: &mut AnyConnection) -> Result<()> {
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute("LOCK TABLE metric_totals IN SHARE ROW EXCLUSIVE MODE")?;
    }
    Ok(())
}

/// Removes the rows of these measures after one day and up to another. Days that are counted apart from the others, the first
/// and the last of them, go with those from the beginning on, wherever they lie, and with no others.
pub fn clear_days(
    conn: &mut AnyConnection,
    measures: &[Measure],
    (after, until): (Option<NaiveDate>, Option<NaiveDate>),
    apart: Option<(NaiveDate, NaiveDate)>,
) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM metric_totals WHERE measure IN (");
    for (i, measure) in measures.iter().enumerate() {
        q.push(if i == 0 { "" } else { "," }).int(i64::from(measure.code()));
    }
    q.push(") AND ((").pick("TRUE", "1");
    for (sql, day) in [(" AND day > ", after), (" AND day <= ", until)] {
        if let Some(day) = day {
            q.push(sql).bind(Store::Date, &Value::Date(day));
        }
    }
    q.push(")");
    if let Some((first, last)) = apart {
        q.push(if after.is_none() { " OR " } else { " AND NOT " })
            .push("(day >= ")
            .bind(Store::Date, &Value::Date(first));
        q.push(" AND day <= ").bind(Store::Date, &Value::Date(last)).push(")");
    }
    q.push(")");
    q.execute(conn)?;
    Ok(())
}

/// The value of a column in the live record that stands `skip` places behind the first one from a value on, optionally
/// of those with one status.
pub fn value_from(
    conn: &mut AnyConnection,
    (table, column, store): (&'static str, &'static str, Store),
    status: Option<&str>,
    from: Option<&Value>,
    skip: i64,
) -> Result<Option<Value>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.ident(column).push(" FROM ").ident(table).push(" WHERE archived_at IS NULL AND ").ident(column);
    match from {
        Some(value) => q.push(" >= ").bind(store, value),
        None => q.push(" IS NOT NULL"),
    };
    if let Some(status) = status {
        q.push(" AND status = ").text(status);
    }
    q.push(" ORDER BY ").ident(column).push(" LIMIT 1 OFFSET ").int(skip);
    let Some(Cells(mut cells)) = q.first(conn)? else { return Ok(None) };
    Ok(cells.pop().map(|mut cell| {
        shape(store, &mut cell);
        cell
    }))
}

/// Every stage of a pipeline with its manual probability, those in the archive too.
pub fn stages(conn: &mut AnyConnection, pipeline: Uuid) -> Result<Vec<(Rung, Option<f64>)>> {
    let mut q = Sql::start(
        conn,
        "SELECT id, position, kind, archived_at, probability FROM pipeline_stages WHERE pipeline_id = ",
    );
    q.id(pipeline);
    let read = |Cells(c): Cells| {
        let [id, position, kind, archived, probability] = c.as_slice() else { return None };
        let kind = OpportunityStatus::parse(kind.as_str()?)?;
        let rung = Rung { id: id.as_id()?, position: position.as_int()?, kind, live: archived.is_null() };
        Some((rung, probability.as_f64()))
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// What is kept of an opportunity's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The opportunity.
    pub id: Uuid,
    /// The stage it stands on.
    pub stage: Option<Uuid>,
    /// Open, won or lost.
    pub status: OpportunityStatus,
    /// The position of the furthest stage.
    pub furthest: i64,
    /// The chance of the stage it stands on.
    pub probability: Option<f64>,
}

/// Opportunities of a pipeline, archived ones too, by ascending id; locked against other writers.
pub fn ways(conn: &mut AnyConnection, pipeline: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<Way>> {
    let mut q = Sql::start(
        conn,
        "SELECT id, stage_id, status, furthest_position, probability FROM opportunities WHERE pipeline_id = ",
    );
    q.id(pipeline);
    if let Some(after) = after {
        q.push(" AND id > ").id(after);
    }
    q.push(" ORDER BY id LIMIT ").int(limit).pick(" FOR UPDATE", "");
    let read = |Cells(c): Cells| {
        let [id, stage, status, furthest, probability] = c.as_slice() else { return None };
        Some(Way {
            id: id.as_id()?,
            stage: stage.as_id(),
            status: status.as_str().and_then(OpportunityStatus::parse).unwrap_or(OpportunityStatus::Open),
            furthest: furthest.as_int().unwrap_or(0),
            probability: probability.as_f64(),
        })
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// Number of opportunities of a pipeline.
pub fn count_of(conn: &mut AnyConnection, pipeline: Uuid) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*) FROM opportunities WHERE pipeline_id = ");
    q.id(pipeline);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// The stages that opportunities have been in, as pairs.
pub fn visited(conn: &mut AnyConnection, opportunities: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let mut found = Vec::new();
    for chunk in opportunities.chunks(500) {
        let mut q = Sql::start(
            conn,
            "SELECT DISTINCT opportunity_id, stage_id FROM opportunity_stage_history WHERE opportunity_id IN ",
        );
        q.ids(chunk);
        let read = |Cells(c): Cells| Some((c.first()?.as_id()?, c.get(1)?.as_id()?));
        found.extend(q.load(conn)?.into_iter().filter_map(read));
    }
    Ok(found)
}

/// Sets what is kept of these opportunities' way. It follows from the stages, so it is no change of the record: its
/// version stays.
pub fn set_way(conn: &mut AnyConnection, ids: &[Uuid], furthest: i64, probability: Option<f64>) -> Result<()> {
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "UPDATE opportunities SET furthest_position = ");
        q.int(furthest).push(", probability = ");
        q.bind(Store::Num, &probability.map_or(Value::Null, Value::Num)).push(" WHERE id IN ").ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// Does an opportunity, archived or not, stand on this stage?
pub fn stands_on(conn: &mut AnyConnection, stage: Uuid) -> Result<bool> {
    if crate::pipeline::in_use(conn, "stage_id", stage)? {
        return Ok(true);
    }
    // The index of the opportunities leaves out the archive, that of their stays does not.
    let mut q = Sql::start(conn, "SELECT 1 FROM opportunity_stage_history WHERE left_at IS NULL AND stage_id = ");
    q.id(stage).push(" LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// Are there totals at all?
pub fn any_totals(conn: &mut AnyConnection) -> Result<bool> {
    Ok(Sql::start(conn, "SELECT 1 FROM metric_totals LIMIT 1").first(conn)?.is_some())
}
