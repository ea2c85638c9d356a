//! How far each consumer of the event log has come, and what it could not handle.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The state of one consumer.
#[derive(Debug, Clone, PartialEq)]
pub struct Consumer {
    /// Its name.
    pub name: String,
    /// The last position that it has done with.
    pub position: i64,
    /// Failed tries in a row at what comes next.
    pub failures: i64,
    /// Why the last try failed.
    pub error: Option<String>,
    /// No try before this.
    pub retry_at: Option<DateTime<Utc>>,
    /// When the position last moved.
    pub updated_at: DateTime<Utc>,
}

/// An event that a consumer passed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Its id.
    pub id: Uuid,
    /// Which consumer.
    pub consumer: String,
    /// Position of the event.
    pub event_seq: i64,
    /// Why it failed last.
    pub error: String,
    /// When it failed first.
    pub created_at: DateTime<Utc>,
    /// When it was last tried again.
    pub retried_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "SELECT name, position, failures, error, retry_at, updated_at FROM consumers";

/// Makes a consumer known that is not yet; it begins at the present end of the log.
pub fn register(conn: &mut AnyConnection, name: &str, now: DateTime<Utc>) -> Result<()> {
    let end = crate::events::end(conn)?;
    let mut q = Sql::start(conn, "INSERT INTO consumers (name, position, failures, updated_at) VALUES (");
    q.text(name).push(", ").int(end).push(", 0, ").time(now).push(") ON CONFLICT (name) DO NOTHING");
    q.execute(conn)?;
    Ok(())
}

/// Has every consumer pass over what is in the log now: history that was brought in is not news.
pub fn skip_to_end(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<()> {
    let end = crate::events::end(conn)?;
    let mut q = Sql::start(conn, "UPDATE consumers SET failures = 0, error = NULL, retry_at = NULL, updated_at = ");
    q.time(now).push(", position = ").int(end).push(" WHERE position < ").int(end);
    q.execute(conn)?;
    Ok(())
}

/// Every consumer, by name.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Consumer>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push(" ORDER BY name");
    q.load(conn)?.into_iter().map(read).collect()
}

/// One consumer.
pub fn find(conn: &mut AnyConnection, name: &str) -> Result<Option<Consumer>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push(" WHERE name = ").text(name);
    q.first(conn)?.map(read).transpose()
}

/// One consumer, held until the end of the transaction; `None` while another process holds it. On
/// SQLite the write transaction itself is the hold.
pub fn hold(conn: &mut AnyConnection, name: &str) -> Result<Option<Consumer>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push(" WHERE name = ").text(name).pick(" FOR UPDATE SKIP LOCKED", "");
    q.first(conn)?.map(read).transpose()
}

/// Moves a held consumer on.
pub fn advance(conn: &mut AnyConnection, name: &str, position: i64, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE consumers SET failures = 0, error = NULL, retry_at = NULL, updated_at = ");
    q.time(now).push(", position = ").int(position).push(" WHERE name = ").text(name);
    q.execute(conn)?;
    Ok(())
}

/// Takes note of a failed try.
pub fn fail(conn: &mut AnyConnection, name: &str, failures: i64, error: &str, retry_at: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE consumers SET failures = ");
    q.int(failures).push(", error = ").text(error).push(", retry_at = ").time(retry_at);
    q.push(" WHERE name = ").text(name);
    q.execute(conn)?;
    Ok(())
}

fn read(cells: Cells) -> Result<Consumer> {
    let mut r = Row::new(cells);
    Ok(Consumer {
        name: r.text()?,
        position: r.int()?,
        failures: r.int()?,
        error: r.opt_text(),
        retry_at: r.opt_time(),
        updated_at: r.time()?,
    })
}

/// Keeps an event that a consumer passes over.
pub fn pass_over(conn: &mut AnyConnection, name: &str, seq: i64, error: &str, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "INSERT INTO consumer_failures (id, consumer, event_seq, error, created_at) VALUES (");
    q.id(Uuid::now_v7()).push(", ").text(name).push(", ").int(seq).push(", ").text(error).push(", ").time(now);
    q.push(") ON CONFLICT (consumer, event_seq) DO UPDATE SET error = excluded.error, resolved_at = NULL");
    q.execute(conn)?;
    Ok(())
}

const FAILURE: &str =
    "SELECT id, consumer, event_seq, error, created_at, retried_at FROM consumer_failures WHERE resolved_at IS NULL";

/// The events passed over and not yet handled after all, oldest first.
pub fn failures(conn: &mut AnyConnection, limit: i64) -> Result<Vec<Failure>> {
    let mut q = Sql::start(conn, FAILURE);
    q.push(" ORDER BY created_at, id LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(read_failure).collect()
}

/// One of them.
pub fn failure(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Failure>> {
    let mut q = Sql::start(conn, FAILURE);
    q.push(" AND id = ").id(id).pick(" FOR UPDATE", "");
    q.first(conn)?.map(read_failure).transpose()
}

/// Takes note of another try: `None` when it succeeded.
pub fn retried(conn: &mut AnyConnection, id: Uuid, error: Option<&str>, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE consumer_failures SET retried_at = ");
    q.time(now);
    match error {
        Some(error) => q.push(", error = ").text(error),
        None => q.push(", resolved_at = ").time(now),
    };
    q.push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

fn read_failure(cells: Cells) -> Result<Failure> {
    let mut r = Row::new(cells);
    Ok(Failure {
        id: r.id()?,
        consumer: r.text()?,
        event_seq: r.int()?,
        error: r.text()?,
        created_at: r.time()?,
        retried_at: r.opt_time(),
    })
}

/// The position of the last event that is visible, and the time of the first one after a position.
pub fn lag(conn: &mut AnyConnection, position: i64) -> Result<(i64, Option<DateTime<Utc>>)> {
    let mut q =
        Sql::start(conn, "SELECT coalesce((SELECT max(seq) FROM events), 0), (SELECT at FROM events WHERE seq > ");
    q.int(position).push(" ORDER BY seq LIMIT 1)");
    let Some(cells) = q.first(conn)? else { return Ok((0, None)) };
    let mut r = Row::new(cells);
    Ok((r.int()?, r.opt_time()))
}
