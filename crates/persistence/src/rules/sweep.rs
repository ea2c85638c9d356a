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
    /// This holder's claim.
    pub lease: Uuid,
    /// The moment for which it is made.
    pub at: DateTime<Utc>,
    /// The last record that it has done with.
    pub after: Option<Uuid>,
}

/// Is a rule due for which nobody sweeps?
pub fn sweep_due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM rules WHERE state = 'active' AND archived_at IS NULL AND next_at <= ");
    q.time(now).push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(") LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// Takes on the rule that has waited longest, if one is due and nobody sweeps for it.
pub fn begin_sweep(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Option<Swept>> {
    if !sweep_due(conn, now)? {
        return Ok(None);
    }
    let lease = Uuid::now_v7();
    let mut q = Sql::start(conn, "UPDATE rules SET lease = ");
    q.id(lease).push(", lease_until = ").time(now + LEASE).push(", sweep_at = coalesce(sweep_at, ").time(now);
    q.push(") WHERE id = (SELECT id FROM rules WHERE state = 'active' AND archived_at IS NULL AND next_at <= ")
        .time(now);
    q.push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(") ORDER BY next_at LIMIT 1");
    q.pick(" FOR UPDATE SKIP LOCKED)", ")").push(" RETURNING id, sweep_at, sweep_after");
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Swept { rule: r.id()?, at: r.time()?, after: r.opt_id(), lease })
    };
    q.first(conn)?.map(read).transpose()
}

/// Moves a sweep on and renews its claim; false when it is lost or the rule no longer active, and the holder must stop
/// without a further change.
pub fn keep_sweeping(conn: &mut AnyConnection, sweep: &Swept, after: Option<Uuid>, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE rules SET lease_until = ");
    q.time(now + LEASE).push(", sweep_after = ").bind(Store::Id, &or_null(after, Value::Id));
    q.push(" WHERE state = 'active' AND id = ").id(sweep.rule).push(" AND lease = ").id(sweep.lease);
    Ok(q.execute(conn)? == 1)
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
        "UPDATE rules SET lease = NULL, lease_until = NULL, sweep_at = NULL, sweep_after = NULL, checked_at = ",
    );
    q.time(now).push(", next_at = ").bind(Store::Time, &or_null(next, Value::Time));
    q.push(" WHERE id = ").id(sweep.rule).push(" AND lease = ").id(sweep.lease);
    q.execute(conn)?;
    Ok(())
}

/// Sets when a rule looks next.
pub fn set_next(conn: &mut AnyConnection, rule: Uuid, next: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE rules SET next_at = ");
    q.time(next).push(" WHERE id = ").id(rule);
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
    /// Only records after this one, by id.
    pub after: Option<Uuid>,
    /// Records at most.
    pub limit: i64,
}

/// What tells one occasion for a record from the next.
#[derive(Debug, Clone, Copy)]
pub enum Occasion<'a> {
    /// The value of a field; where it is unknown, the time of creation.
    Field(&'a FieldRef),
    /// The same for every record.
    Fixed(&'a str),
}

/// The ids of records that are due, in the order of their ids.
pub fn due_records(conn: &mut AnyConnection, due: &Due<'_>) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT t.id FROM ");
    q.ident(due.shape.def.key).push(" t WHERE t.archived_at IS NULL AND ");
    push_condition(&mut q, due.condition, due.shape.def.key);
    push_owners(&mut q, due.shape, due.owners);
    if let Some((rule, occasion)) = due.unless {
        q.push(" AND NOT EXISTS (SELECT 1 FROM rule_runs r WHERE r.subject = t.id AND r.rule_id = ").id(rule);
        q.push(" AND r.occasion = ");
        push_occasion(&mut q, occasion);
        q.push(")");
    }
    if let Some(after) = due.after {
        q.push(" AND t.id > ").id(after);
    }
    q.push(" ORDER BY t.id LIMIT ").int(due.limit);
    Ok(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect())
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
