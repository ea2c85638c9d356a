//! What time asks of tasks: reminders, the next of a series, a person's day.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A reminder to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// The task.
    pub task: Uuid,
    /// Its title.
    pub title: String,
    /// Who is reminded.
    pub owner: Uuid,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// The moment of the reminder.
    pub remind_at: DateTime<Utc>,
}

/// Reminders that are due, locked: of several processes each takes others.
pub fn due_reminders(conn: &mut AnyConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Reminder>> {
    let mut q = Sql::start(conn, "SELECT id, title, owner_id, due_at, remind_at FROM tasks WHERE remind_at <= ");
    q.time(now).push(" AND status = 'open' AND archived_at IS NULL AND owner_id IS NOT NULL ORDER BY remind_at");
    q.limit(limit).pick(" FOR UPDATE SKIP LOCKED", "");
    let read = |cells: Cells| {
        let mut r = Row::new(cells);
        Ok(Reminder { task: r.id()?, title: r.text()?, owner: r.id()?, due_at: r.opt_time(), remind_at: r.time()? })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Whether a reminder is due.
pub fn reminder_due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM tasks WHERE remind_at <= ");
    q.time(now).push(" AND status = 'open' AND archived_at IS NULL AND owner_id IS NOT NULL LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// These reminders were given.
pub fn reminded(conn: &mut AnyConnection, tasks: &[Uuid]) -> Result<()> {
    for chunk in tasks.chunks(500) {
        let mut q = Sql::start(conn, "UPDATE tasks SET remind_at = NULL WHERE id IN ");
        q.ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// Is there a task that follows on this one?
pub fn has_next(conn: &mut AnyConnection, task: Uuid) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM tasks WHERE previous_id = ");
    q.id(task);
    Ok(q.first(conn)?.is_some())
}

fn push_without_next(q: &mut Sql, now: DateTime<Utc>) {
    q.push("SELECT t.id FROM tasks t WHERE t.repeat_by = 'schedule' AND t.status = 'open' AND t.due_at <= ").time(now);
    q.push(" AND t.archived_at IS NULL AND t.repeat IS NOT NULL AND t.owner_id IS NOT NULL AND (t.repeat_until IS NULL OR t.repeat_until > t.repeat_from)");
    q.push(" AND NOT EXISTS (SELECT 1 FROM tasks n WHERE n.previous_id = t.id)");
}

/// Open tasks of a series by schedule that are due and that none follows on, after an id, locked.
pub fn due_series(conn: &mut AnyConnection, now: DateTime<Utc>, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::new(conn.engine());
    push_without_next(&mut q, now);
    if let Some(after) = after {
        q.push(" AND t.id > ").id(after);
    }
    q.push(" ORDER BY t.id").limit(limit).pick(" FOR UPDATE OF t SKIP LOCKED", "");
    Ok(ids(q.load(conn)?))
}

/// Whether a series may need its next task.
pub fn series_due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::new(conn.engine());
    push_without_next(&mut q, now);
    q.push(" LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

fn ids(rows: Vec<Cells>) -> Vec<Uuid> {
    rows.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect()
}

/// A person's open tasks that are due before a moment, by due time; at most so many.
pub fn open_until(conn: &mut AnyConnection, owner: Uuid, until: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM tasks WHERE archived_at IS NULL AND status = 'open' AND owner_id = ");
    q.id(owner).push(" AND due_at < ").time(until).push(" ORDER BY due_at, id").limit(limit);
    Ok(ids(q.load(conn)?))
}

/// A person's tasks that were done between two moments, the last first.
pub fn done_between(
    conn: &mut AnyConnection,
    owner: Uuid,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM tasks WHERE archived_at IS NULL AND owner_id = ");
    q.id(owner).push(" AND done_at >= ").time(from).push(" AND done_at < ").time(to);
    q.push(" ORDER BY done_at DESC, id").limit(limit);
    Ok(ids(q.load(conn)?))
}

/// A person's planned activities between two moments, by time.
pub fn planned_between(
    conn: &mut AnyConnection,
    owner: Uuid,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM activities WHERE archived_at IS NULL AND owner_id = ");
    q.id(owner).push(" AND occurred_at >= ").time(from).push(" AND occurred_at < ").time(to);
    q.pick(" AND completed IS FALSE", " AND completed = 0").push(" ORDER BY occurred_at, id").limit(limit);
    Ok(ids(q.load(conn)?))
}

/// A person's customers who have waited for an answer since a moment after this one, the longest first.
pub fn waiting(conn: &mut AnyConnection, owner: Uuid, after: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM customers WHERE archived_at IS NULL AND owner_id = ");
    q.id(owner).push(" AND unanswered_at > ").time(after).push(" ORDER BY unanswered_at, id").limit(limit);
    Ok(ids(q.load(conn)?))
}

/// How many open tasks of a person are due between two moments.
pub fn count_open(conn: &mut AnyConnection, owner: Uuid, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Result<i64> {
    let mut q =
        Sql::start(conn, "SELECT count(*) FROM tasks WHERE archived_at IS NULL AND status = 'open' AND owner_id = ");
    q.id(owner).push(" AND due_at >= ").time(from).push(" AND due_at < ").time(to);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// The first completed contact with a customer after a moment and not after another.
pub fn contact_between(
    conn: &mut AnyConnection,
    customer: Uuid,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<DateTime<Utc>>> {
    let mut q = Sql::start(conn, "SELECT occurred_at FROM activities WHERE archived_at IS NULL AND customer_id = ");
    q.id(customer).push(" AND ").push(crate::derived::CONTACT);
    q.pick(" AND completed IS NOT FALSE", " AND coalesce(completed, 1) = 1");
    q.push(" AND occurred_at > ").time(from).push(" AND occurred_at <= ").time(to);
    q.push(" ORDER BY occurred_at LIMIT 1");
    Ok(q.first(conn)?.and_then(|cells| Row::new(cells).opt_time()))
}
