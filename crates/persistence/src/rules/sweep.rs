//! Rules that act by time: which is due, which records are, and how far a sweep over them has come.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::{Owners, push_condition, push_owners};
use crate::row::{Row, or_null};
use crate::sql::{Cells, Engine, Sql, Store};
use chrono::{DateTime, TimeDelta, Utc};
use domain::condition::{Condition, FieldRef};
use domain::fields::Kind;
use domain::record::{Place, Shape};
use domain::value::Value;
use uuid::Uuid;

/// How long a sweep is somebody's without a sign of life.
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// A sweep that this process has taken on.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// Which rule.
    pub rule: Uuid,
    /// The version of it for which the sweep was begun; another one begins anew.
    pub version: i64,
    /// This holder's claim.
    pub lease: Uuid,
    /// The moment for which it is made.
    pub at: DateTime<Utc>,
    /// The last record that it has looked at.
    pub after: Option<Uuid>,
}

/// Active rules that are due and for which nobody sweeps.
fn push_due(q: &mut Sql, now: DateTime<Utc>) {
    q.push(" FROM rules r LEFT JOIN rule_progress p ON p.rule_id = r.id WHERE ");
    push_waiting(q, now);
}

fn push_waiting(q: &mut Sql, now: DateTime<Utc>) {
    q.push("r.state = 'active' AND r.archived_at IS NULL AND r.next_at <= ");
    // The claim to a version that is no longer the rule's holds nobody up: its holder stops at the next step.
    q.time(now).push(" AND (p.lease_until IS NULL OR p.version <> r.version OR p.lease_until < ").time(now).push(")");
}

/// Is a rule due for which nobody sweeps?
pub fn sweep_due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1");
    push_due(&mut q, now);
    q.push(" LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// Takes on the rule that has waited longest, if one is due and nobody sweeps for it. One that has much to do waits
/// from the end of its last turn on, so that the others get theirs.
pub fn begin_sweep(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Option<Swept>> {
    let mut q = Sql::start(conn, "INSERT INTO rule_progress (rule_id, turn) SELECT r.id, 0");
    push_due(&mut q, now);
    q.push(" AND p.rule_id IS NULL ON CONFLICT (rule_id) DO NOTHING");
    q.execute(conn)?;
    let mut q = Sql::start(conn, "SELECT r.id, r.version FROM rule_progress p JOIN rules r ON r.id = p.rule_id WHERE ");
    push_waiting(&mut q, now);
    q.push(" ORDER BY coalesce(p.stepped_at, r.next_at), r.id LIMIT 1").pick(" FOR UPDATE OF p SKIP LOCKED", "");
    let Some(cells) = q.first(conn)? else { return Ok(None) };
    let mut r = Row::new(cells);
    let (rule, version, lease) = (r.id()?, r.int()?, Uuid::now_v7());
    let mut q = Sql::start(conn, "UPDATE rule_progress SET lease = ");
    q.id(lease).push(", lease_until = ").time(now + LEASE);
    q.push(", sweep_at = CASE WHEN version = ")
        .int(version)
        .push(" THEN coalesce(sweep_at, ")
        .time(now)
        .push(") ELSE ");
    q.time(now).push(" END, sweep_after = CASE WHEN version = ").int(version).push(" THEN sweep_after END, version = ");
    q.int(version).push(" WHERE rule_id = ").id(rule);
    q.push(" RETURNING sweep_at, sweep_after");
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Swept { rule, version, at: r.time()?, after: r.opt_id(), lease })
    };
    q.first(conn)?.map(read).transpose()
}

/// Moves a sweep on and renews its claim; false when it is lost or the rule is no longer as it was begun for, and the
/// holder must stop without a further change. The row of the rule itself is only read, so that whoever pauses it waits
/// for nothing.
pub fn keep_sweeping(conn: &mut AnyConnection, sweep: &Swept, after: Option<Uuid>, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE rule_progress SET lease_until = ");
    q.time(now + LEASE).push(", sweep_after = ").bind(Store::Id, &or_null(after, Value::Id));
    q.push(" WHERE rule_id = ").id(sweep.rule).push(" AND lease = ").id(sweep.lease);
    q.push(" AND EXISTS (SELECT 1 FROM rules r WHERE r.state = 'active' AND r.archived_at IS NULL AND r.id = ");
    q.id(sweep.rule).push(" AND r.version = ").int(sweep.version).push(")");
    Ok(q.execute(conn)? == 1)
}

/// Lets go of a sweep that is not at its end: whoever comes next takes it up from where it stands.
pub fn rest_sweep(conn: &mut AnyConnection, sweep: &Swept, after: Option<Uuid>, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE rule_progress SET lease = NULL, lease_until = NULL, stepped_at = ");
    q.time(now).push(", sweep_after = ").bind(Store::Id, &or_null(after, Value::Id));
    q.push(" WHERE rule_id = ").id(sweep.rule).push(" AND lease = ").id(sweep.lease);
    q.execute(conn)?;
    Ok(())
}

/// Ends a sweep: the rule has looked, and looks again at `next`.
pub fn end_sweep(
    conn: &mut AnyConnection,
    sweep: &Swept,
    next: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "UPDATE rule_progress SET lease = NULL, lease_until = NULL, sweep_at = NULL, sweep_after = NULL, stepped_at = NULL WHERE rule_id = ",
    );
    q.id(sweep.rule).push(" AND lease = ").id(sweep.lease);
    if q.execute(conn)? == 0 {
        return Ok(());
    }
    let mut q = Sql::start(conn, "UPDATE rules SET checked_at = ");
    q.time(now).push(", next_at = ").bind(Store::Time, &or_null(next, Value::Time));
    q.push(" WHERE id = ").id(sweep.rule).push(" AND version = ").int(sweep.version);
    q.execute(conn)?;
    Ok(())
}

/// Sets when an active rule looks next, if it still waits for its time: one that is due looks first. Either way it has a
/// new version, so that a sweep that was begun before does not set what it counted out before; one that looks when it
/// would have looked anyway stays as it is.
pub fn set_next(conn: &mut AnyConnection, rule: Uuid, next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE rules SET version = version + 1, next_at = CASE WHEN next_at <= ");
    q.time(now).push(" THEN next_at ELSE ").bind(Store::Time, &or_null(next, Value::Time));
    q.push(" END WHERE state = 'active' AND archived_at IS NULL AND id = ").id(rule);
    q.push(" AND (next_at IS NULL OR next_at <= ").time(now);
    match next {
        Some(next) => q.push(" OR next_at <> ").time(next).push(")"),
        None => q.push(" OR next_at IS NOT NULL)"),
    };
    q.execute(conn)?;
    Ok(())
}

/// Records for which a rule is due.
pub struct Due<'a> {
    /// The object.
    pub shape: &'a Shape,
    /// Whose records the rule may see.
    pub owners: Owners<'a>,
    /// The rule's trigger and condition together.
    pub condition: &'a Condition,
    /// The rule that must not have acted on the occasion before, and what tells the occasion: a field, or a fixed text.
    pub unless: Option<(Uuid, Occasion<'a>)>,
    /// Only records after this one, in the order in which they lie.
    pub after: Option<Uuid>,
    /// Records to look at, at most; all when it is not given.
    pub span: Option<i64>,
    /// Records to find, at most.
    pub limit: i64,
}

/// What a look at a stretch of records found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Records that are due.
    pub ids: Vec<Uuid>,
    /// The record after which the next look begins; none at the end.
    pub next: Option<Uuid>,
}

/// What tells one occasion for a record from the next.
#[derive(Debug, Clone, Copy)]
pub enum Occasion<'a> {
    /// The value of a field; where it is unknown, the time of creation.
    Field(&'a FieldRef),
    /// The same for every record.
    Fixed(&'a str),
}

/// The records of a stretch that are due, in the order in which they lie: that reads every page of the table once, where
/// an index would be followed to and fro. A stretch is short enough for whoever must stop or show that they are alive.
pub fn due_records(conn: &mut AnyConnection, due: &Due<'_>) -> Result<Stretch> {
    let (from, upto) = (place(conn, due)?, end_of_stretch(conn, due)?);
    let table = due.shape.def.key;
    let mut q = Sql::start(conn, "SELECT t.id FROM ");
    q.ident(table).push(" t").pick("", " NOT INDEXED").push(" WHERE t.archived_at IS NULL AND ");
    push_condition(&mut q, due.condition, table);
    push_owners(&mut q, due.shape, due.owners);
    if let Some((rule, occasion)) = due.unless {
        q.push(" AND NOT EXISTS (SELECT 1 FROM rule_runs r WHERE r.subject = t.id AND r.rule_id = ").id(rule);
        q.push(" AND r.occasion = ");
        push_occasion(&mut q, occasion);
        q.push(")");
    }
    if let Some(from) = &from {
        q.pick(" AND t.id > ", " AND t.seq > ").bind(kind_of(from), from);
    }
    if let Some((place, _)) = &upto {
        q.pick(" AND t.id <= ", " AND t.seq <= ").bind(kind_of(place), place);
    }
    q.pick(" ORDER BY t.id", " ORDER BY t.seq").push(" LIMIT ").int(due.limit);
    let ids: Vec<Uuid> = q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect();
    let full = ids.len() as i64 >= due.limit;
    let next = if full { ids.last().copied() } else { upto.map(|(_, id)| id) };
    Ok(Stretch { ids, next })
}

fn kind_of(place: &Value) -> Store {
    if place.as_id().is_some() { Store::Id } else { Store::Int }
}

/// Where a stretch begins, as the order of records is told: SQLite lays records down by `seq`, PostgreSQL has them by id.
fn place(conn: &mut AnyConnection, due: &Due<'_>) -> Result<Option<Value>> {
    let Some(after) = due.after else { return Ok(None) };
    if conn.engine() == Engine::Pg {
        return Ok(Some(Value::Id(after)));
    }
    let mut q = Sql::start(conn, "SELECT seq FROM ");
    q.ident(due.shape.def.key).push(" WHERE id = ").id(after);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.into_iter().next()))
}

/// The last record of a stretch and its place; none where the table ends before.
fn end_of_stretch(conn: &mut AnyConnection, due: &Due<'_>) -> Result<Option<(Value, Uuid)>> {
    let Some(span) = due.span else { return Ok(None) };
    let from = place(conn, due)?;
    let mut q = Sql::start(conn, "SELECT ");
    q.pick("id, id FROM ", "seq, id FROM ").ident(due.shape.def.key);
    match (conn.engine(), from) {
        (Engine::Sqlite, from) => {
            let from = from.and_then(|v| v.as_int()).unwrap_or(0);
            q.push(" WHERE seq >= ").int(from + span).push(" ORDER BY seq LIMIT 1");
        }
        (Engine::Pg, from) => {
            if let Some(id) = from.and_then(|v| v.as_id()) {
                q.push(" WHERE id > ").id(id);
            }
            q.push(" ORDER BY id LIMIT 1 OFFSET ").int(span - 1);
        }
    }
    let pair = |Cells(c): Cells| Some((c.first()?.clone(), c.get(1)?.as_id()?));
    Ok(q.first(conn)?.and_then(pair))
}

/// The text that `Run::occasion` holds: microseconds for moments, the day for days.
fn push_occasion(q: &mut Sql, occasion: Occasion<'_>) {
    let field = match occasion {
        Occasion::Fixed(text) => {
            q.text(text);
            return;
        }
        Occasion::Field(field) => field,
    };
    match (&field.place, &field.field.kind, q.engine()) {
        (Place::Custom, ..) => crate::records::push_field(q, field),
        (Place::Column(_), Kind::Date, Engine::Sqlite) => {
            q.column("t", field.field.key.clone());
        }
        (Place::Column(_), Kind::Date, Engine::Pg) => {
            q.push("to_char(").column("t", field.field.key.clone()).push(", 'YYYY-MM-DD')");
        }
        (Place::Column(_), _, Engine::Sqlite) => {
            q.push("CAST(coalesce(").column("t", field.field.key.clone()).push(", t.created_at) AS TEXT)");
        }
        (Place::Column(_), _, Engine::Pg) => {
            q.push("(extract(epoch FROM coalesce(").column("t", field.field.key.clone());
            q.push(", t.created_at)) * 1000000)::bigint::text");
        }
    }
}
