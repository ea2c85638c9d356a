//! Work to be done in the background, kept in the database: claimed under a lease by any process,
//! and taken over by another when the lease runs out because its holder died.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use uuid::Uuid;

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql};
use domain::value::Value;

/// How long a claim holds without being renewed.
pub const LEASE: TimeDelta = TimeDelta::seconds(20);

/// A claimed job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// What kind of work.
    pub kind: String,
    /// What it works on.
    pub subject: Uuid,
    /// This holder's claim.
    pub lease: Uuid,
    /// How often it has been claimed, this time included.
    pub attempts: i64,
}

/// Puts a job into the queue.
pub fn enqueue(conn: &mut AnyConnection, kind: &str, subject: Uuid, run_at: DateTime<Utc>) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let mut q = Sql::start(conn, "INSERT INTO jobs (id, created_at, kind, subject, state, run_at, attempts) VALUES (");
    q.id(id).push(",").time(run_at).push(",").text(kind).push(",").id(subject);
    q.push(",'queued',").time(run_at).push(",0)");
    q.execute(conn)?;
    Ok(id)
}

/// Number of jobs by state.
pub fn counts(conn: &mut AnyConnection) -> Result<Vec<(String, i64)>> {
    let rows = Sql::start(conn, "SELECT state, COUNT(*) FROM jobs GROUP BY state").load(conn)?;
    let pair = |Cells(c): Cells| Some((c.first()?.as_str()?.to_owned(), c.get(1)?.as_int()?));
    Ok(rows.into_iter().filter_map(pair).collect())
}

/// Whether a job is due that nobody works on; a look that takes no lock.
pub fn due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM jobs WHERE finished_at IS NULL AND run_at <= ");
    q.time(now).push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(") LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// Claims the job that has waited longest, if one is due and nobody works on it.
pub fn claim(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Option<Job>> {
    let lease = Uuid::now_v7();
    let mut q = Sql::start(conn, "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease = ");
    q.id(lease).push(", lease_until = ").time(now + LEASE);
    q.push(" WHERE id = (SELECT id FROM jobs WHERE finished_at IS NULL AND run_at <= ").time(now);
    q.push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(") ORDER BY run_at LIMIT 1");
    q.pick(" FOR UPDATE SKIP LOCKED)", ")").push(" RETURNING id, kind, subject, attempts");
    let Some(cells) = q.first(conn)? else { return Ok(None) };
    let at = |index: usize| cells.0.get(index).cloned().unwrap_or_default();
    Ok(Some(Job {
        id: at(0).as_id().unwrap_or_default(),
        kind: at(1).as_str().unwrap_or_default().to_owned(),
        subject: at(2).as_id().unwrap_or_default(),
        lease,
        attempts: at(3).as_int().unwrap_or_default(),
    }))
}

/// Prolongs a claim; false when it is lost, and the holder must stop without a further change.
/// Called inside the transaction of each step, it makes every step happen once.
pub fn renew(conn: &mut AnyConnection, job: &Job, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE jobs SET lease_until = ");
    q.time(now + LEASE).push(" WHERE id = ").id(job.id).push(" AND finished_at IS NULL AND lease = ").id(job.lease);
    Ok(q.execute(conn)? == 1)
}

/// Whether half of a claim's time has passed since it was last prolonged; a look that takes no lock.
pub fn needs_renewal(conn: &mut AnyConnection, job: &Job, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM jobs WHERE id = ");
    q.id(job.id).push(" AND finished_at IS NULL AND lease = ").id(job.lease);
    q.push(" AND lease_until < ").time(now + LEASE / 2);
    Ok(q.first(conn)?.is_some())
}

/// Ends the jobs of a kind about a subject, waiting or running: the holder of one finds its claim lost at the next step,
/// and the step under way has ended before this returns.
pub fn call_off(conn: &mut AnyConnection, kind: &str, subject: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE jobs SET state = 'cancelled', lease_until = NULL, finished_at = ");
    q.time(now).push(" WHERE finished_at IS NULL AND subject = ").id(subject).push(" AND kind = ").text(kind);
    q.execute(conn)?;
    Ok(())
}

/// Has the rest of this transaction planned on PostgreSQL for the values and the table as they are:
/// a plan made while the table was empty would read it from end to end for every step.
pub fn plan_afresh(conn: &mut AnyConnection) -> Result<()> {
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off")?;
    }
    Ok(())
}

/// Has PostgreSQL keep its plans again, for inserts: theirs do not depend on the values, and the look-ups behind their
/// foreign keys, which the mode is for as well, would be planned anew with every row.
pub fn plan_once(conn: &mut AnyConnection) -> Result<()> {
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute("SET LOCAL plan_cache_mode = auto")?;
    }
    Ok(())
}

/// Tells PostgreSQL's planner how large a table has grown that a job is filling. The words for the search are left out:
/// no look-up of a job goes by them, and counting them takes longer than all other columns together. A sample of a tenth
/// of the usual one is enough for look-ups by key; PostgreSQL takes a whole one by itself later.
pub fn refresh_statistics(conn: &mut AnyConnection, table: &'static str) -> Result<()> {
    if conn.engine() == Engine::Pg {
        let mut columns = Sql::start(
            conn,
            "SELECT column_name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND data_type <> 'tsvector' AND table_name = ",
        );
        columns.text(table);
        let columns = columns.load(conn)?;
        let names = columns.iter().filter_map(|Cells(c)| c.first().and_then(Value::as_str));
        let mut q = Sql::start(conn, "ANALYZE ");
        q.ident(table).push(" (");
        for (at, name) in names.enumerate() {
            q.push(if at == 0 { "" } else { ", " }).ident(name.to_owned());
        }
        q.push(")");
        Sql::start(conn, "SET default_statistics_target = 10").execute(conn)?;
        let done = q.execute(conn);
        Sql::start(conn, "RESET default_statistics_target").execute(conn)?;
        done?;
    }
    Ok(())
}

/// About how many rows PostgreSQL's planner believes a table to have; 0 where it does not know, and on SQLite, which
/// does not ask.
pub fn known_rows(conn: &mut AnyConnection, table: &'static str) -> Result<i64> {
    if conn.engine() == Engine::Sqlite {
        return Ok(0);
    }
    let mut q = Sql::start(conn, "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(");
    q.text(table).push(")");
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// Ends a job: `done`, `failed` or `cancelled`; false when the claim is lost.
pub fn finish(
    conn: &mut AnyConnection,
    job: &Job,
    state: &str,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE jobs SET lease_until = NULL, state = ");
    q.text(state).push(", finished_at = ").time(now).push(", error = ");
    match error {
        Some(error) => q.text(error),
        None => q.push("NULL"),
    };
    q.push(" WHERE id = ").id(job.id).push(" AND finished_at IS NULL AND lease = ").id(job.lease);
    Ok(q.execute(conn)? == 1)
}

/// Gives a job back, to be tried again at a later time.
pub fn postpone(conn: &mut AnyConnection, job: &Job, error: &str, run_at: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE jobs SET state = 'queued', lease_until = NULL, run_at = ");
    q.time(run_at).push(", error = ").text(error);
    q.push(" WHERE id = ").id(job.id).push(" AND finished_at IS NULL AND lease = ").id(job.lease);
    Ok(q.execute(conn)? == 1)
}

/// Is a job of this kind about this subject waiting or running?
pub fn is_waiting(conn: &mut AnyConnection, kind: &str, subject: Uuid) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM jobs WHERE finished_at IS NULL AND subject = ");
    q.id(subject).push(" AND kind = ").text(kind).push(" LIMIT 1");
    Ok(q.first(conn)?.is_some())
}
