//! The public pool: deadlines of first contacts, and who got what out of the pool.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// Whether a first contact is overdue: one look-up in a small index.
pub fn is_overdue(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM customers WHERE touch_due_at <= ");
    q.time(now).push(" AND archived_at IS NULL LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// Customers whose first contact is overdue, locked: of several processes each takes others.
pub fn overdue(conn: &mut AnyConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM customers WHERE touch_due_at <= ");
    q.time(now).push(" AND archived_at IS NULL ORDER BY touch_due_at, id").limit(limit);
    q.pick(" FOR UPDATE SKIP LOCKED", "");
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// A first contact that is due soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The customer.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner: Uuid,
    /// Until when.
    pub due: DateTime<Utc>,
}

/// First contacts that are due before the horizon and of which nobody was warned, locked.
pub fn near(conn: &mut AnyConnection, now: DateTime<Utc>, horizon: DateTime<Utc>, limit: i64) -> Result<Vec<Near>> {
    let mut q = Sql::start(conn, "SELECT id, name, owner_id, touch_due_at FROM customers WHERE touch_due_at > ");
    q.time(now).push(" AND touch_due_at <= ").time(horizon);
    q.push(" AND archived_at IS NULL AND owner_id IS NOT NULL");
    q.push(" AND (touch_warned_for IS NULL OR touch_warned_for <> touch_due_at)");
    q.push(" ORDER BY touch_due_at, id").limit(limit).pick(" FOR UPDATE SKIP LOCKED", "");
    let read = |cells: Cells| {
        let mut r = Row::new(cells);
        Ok(Near { id: r.id()?, name: r.text()?, owner: r.id()?, due: r.time()? })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The owners of these customers were warned of the deadline.
pub fn warned(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<()> {
    for chunk in customers.chunks(500) {
        let mut q = Sql::start(conn, "UPDATE customers SET touch_warned_for = touch_due_at WHERE id IN ");
        q.ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// A person's customers whose first contact is due, the most urgent first.
pub fn touches_of(conn: &mut AnyConnection, owner: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM customers WHERE owner_id = ");
    q.id(owner).push(" AND touch_due_at IS NOT NULL AND archived_at IS NULL ORDER BY touch_due_at, id").limit(limit);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// How many live customers a person owns, counted no further than a limit.
pub fn held(conn: &mut AnyConnection, owner: Uuid, limit: i64) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*) FROM (SELECT 1 FROM customers WHERE owner_id = ");
    q.id(owner).push(" AND archived_at IS NULL").limit(limit).push(") AS counted");
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// Somebody got a record out of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// When.
    pub at: DateTime<Utc>,
    /// Plural key of the record's object.
    pub object: String,
    /// The record.
    pub record: Uuid,
    /// Who got it.
    pub user: Uuid,
    /// They took it themselves.
    pub claimed: bool,
}

/// Keeps who got what.
pub fn note_exits(conn: &mut AnyConnection, exits: &[Exit]) -> Result<()> {
    for chunk in exits.chunks(100) {
        let mut q = Sql::start(conn, "INSERT INTO pool_exits (id, at, object, record_id, user_id, claimed) VALUES ");
        for (i, exit) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(Uuid::now_v7()).push(", ").time(exit.at).push(", ");
            q.text(exit.object.clone()).push(", ").id(exit.record).push(", ").id(exit.user).push(", ");
            q.bind(Store::Bool, &Value::Bool(exit.claimed)).push(")");
        }
        q.execute(conn)?;
    }
    Ok(())
}

/// How much a person has claimed since a moment.
pub fn claims_since(conn: &mut AnyConnection, user: Uuid, since: DateTime<Utc>) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*) FROM pool_exits WHERE user_id = ");
    q.id(user).push(" AND at >= ").time(since).pick(" AND claimed", " AND claimed = 1");
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// Who got a record last, if that was after a moment.
pub fn last_exit(conn: &mut AnyConnection, record: Uuid, since: DateTime<Utc>) -> Result<Option<Uuid>> {
    let mut q = Sql::start(conn, "SELECT user_id FROM pool_exits WHERE record_id = ");
    q.id(record).push(" AND at >= ").time(since).push(" ORDER BY at DESC LIMIT 1");
    q.first(conn)?.map(|cells| Row::new(cells).id()).transpose()
}

/// Forgets what no limit asks about any more.
pub fn forget_exits(conn: &mut AnyConnection, before: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM pool_exits WHERE at < ");
    q.time(before);
    q.execute(conn)
}

/// A person at a customer: the contact's id, the customer, and who looks after the contact.
pub type Person = (Uuid, Uuid, Option<Uuid>);

/// The live contacts of these customers.
pub fn contacts(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<Person>> {
    let mut found = Vec::new();
    for chunk in customers.chunks(500) {
        let mut q = Sql::start(conn, "SELECT id, customer_id, owner_id FROM contacts WHERE archived_at IS NULL");
        q.push(" AND customer_id IN ").ids(chunk);
        let read = |cells: Cells| {
            let mut r = Row::new(cells);
            Ok((r.id()?, r.id()?, r.opt_id()))
        };
        let rows: Result<Vec<Person>> = q.load(conn)?.into_iter().map(read).collect();
        found.extend(rows?);
    }
    Ok(found)
}
