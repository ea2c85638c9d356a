//! Hand-overs of what somebody who leaves holds, as they are stored, and who left something behind.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::{Owners, push_owners};
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::handover::{Hold, Holding, Open};
use domain::record::Shape;
use domain::value::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// A stored hand-over. `setup` and `progress` are JSON documents whose form the use cases know.
#[derive(Debug, Clone, PartialEq)]
pub struct HandOverRow {
    /// Its id.
    pub id: Uuid,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last went on.
    pub updated_at: DateTime<Utc>,
    /// Who asked for it.
    pub created_by: Option<Uuid>,
    /// Whose records are handed over.
    pub user: Uuid,
    /// Where it stands.
    pub state: String,
    /// What goes to whom.
    pub setup: String,
    /// How far it has come.
    pub progress: String,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
}

const COLUMNS: &str = "SELECT id, created_at, updated_at, created_by, user_id, state, setup, progress, finished_at, error FROM hand_overs";

fn read(cells: Cells) -> Result<HandOverRow> {
    let mut r = Row::new(cells);
    Ok(HandOverRow {
        id: r.id()?,
        created_at: r.time()?,
        updated_at: r.time()?,
        created_by: r.opt_id(),
        user: r.id()?,
        state: r.text()?,
        setup: r.text()?,
        progress: r.text()?,
        finished_at: r.opt_time(),
        error: r.opt_text(),
    })
}

/// Stores a new one.
pub fn insert(conn: &mut AnyConnection, h: &HandOverRow) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO hand_overs (id, created_at, updated_at, created_by, user_id, state, setup, progress) VALUES (",
    );
    q.id(h.id).push(", ").time(h.created_at).push(", ").time(h.updated_at).push(", ");
    q.bind(Store::Id, &or_null(h.created_by, Value::Id)).push(", ").id(h.user).push(", ").text(&h.state).push(", ");
    q.bind(Store::Json, &Value::Json(h.setup.clone())).push(", ");
    q.bind(Store::Json, &Value::Json(h.progress.clone())).push(")");
    q.execute(conn)?;
    Ok(())
}

/// One of them; locked against other writers when asked.
pub fn find(conn: &mut AnyConnection, id: Uuid, lock: bool) -> Result<Option<HandOverRow>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push(" WHERE id = ").id(id);
    if lock {
        // SQLite has one writer, who holds the lock already.
        q.pick(" FOR UPDATE", "");
    }
    q.first(conn)?.map(read).transpose()
}

/// The latest one of a person.
pub fn latest(conn: &mut AnyConnection, user: Uuid) -> Result<Option<HandOverRow>> {
    let mut q = Sql::start(conn, COLUMNS);
    // Ids are in the order of their making.
    q.push(" WHERE user_id = ").id(user).push(" ORDER BY id DESC").limit(1);
    q.first(conn)?.map(read).transpose()
}

/// Stores what changed of one.
pub fn update(conn: &mut AnyConnection, h: &HandOverRow) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE hand_overs SET updated_at = ");
    q.time(h.updated_at).push(", state = ").text(&h.state).push(", progress = ");
    q.bind(Store::Json, &Value::Json(h.progress.clone())).push(", finished_at = ");
    q.bind(Store::Time, &or_null(h.finished_at, Value::Time)).push(", error = ");
    q.bind(Store::Text, &or_null(h.error.clone(), Value::Text)).push(" WHERE id = ").id(h.id);
    q.execute(conn)?;
    Ok(())
}

/// Those of these ids that are hand-overs.
pub fn among(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut q = Sql::start(conn, "SELECT id FROM hand_overs WHERE id IN ");
    q.ids(ids);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// Live records of an object that point to these by a column and are owned by somebody: their ids.
pub fn owned_by_about(
    conn: &mut AnyConnection,
    object: &'static str,
    owner: Uuid,
    (column, targets): (&'static str, &[Uuid]),
) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for chunk in targets.chunks(500) {
        let mut q = Sql::start(conn, "SELECT t.id FROM ");
        q.ident(object).push(" t WHERE t.archived_at IS NULL AND t.owner_id = ").id(owner).push(" AND ");
        q.column("t", column).push(" IN ").ids(chunk);
        let ids: Result<Vec<Uuid>> = q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect();
        found.extend(ids?);
    }
    Ok(found)
}

/// Whose open records of a kind are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// The object.
    pub shape: &'a Shape,
    /// The kind.
    pub holding: &'a Holding,
    /// Who holds them.
    pub person: Uuid,
    /// Records of these owners only.
    pub owners: Owners<'a>,
    /// What is ahead begins here.
    pub now: DateTime<Utc>,
}

impl Held<'_> {
    /// Appends table and conditions.
    fn push(&self, q: &mut Sql) {
        q.push(" FROM ").ident(self.holding.object).push(" t");
        match self.holding.hold {
            Hold::Owner | Hold::Link(_) => {
                q.push(" WHERE ").column("t", self.holding.hold.field()).push(" = ").id(self.person);
            }
            // From the index of the members to the records: the other way would read every record.
            Hold::Member(field) => {
                q.push(" JOIN record_links l ON l.record_id = t.id WHERE l.object = ").text(self.holding.object);
                q.push(" AND l.field = ").text(field).push(" AND l.target = ").id(self.person);
            }
        }
        q.push(" AND t.archived_at IS NULL");
        push_open(q, self.holding.open, self.now);
        push_owners(q, self.shape, self.owners);
    }
}

fn push_open(q: &mut Sql, open: Open, now: DateTime<Utc>) {
    match open {
        Open::Live => {}
        Open::Status(states) => {
            q.push(" AND t.status IN (");
            for (i, state) in states.iter().enumerate() {
                q.push(if i == 0 { "" } else { ", " }).text(*state);
            }
            q.push(")");
        }
        Open::Ahead(field) => {
            q.push(" AND ").column("t", field).push(" > ").time(now);
        }
    }
}

/// How many there are.
pub fn count(conn: &mut AnyConnection, held: &Held<'_>) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*)");
    held.push(&mut q);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// A place among records, by creation and id.
pub type At = (DateTime<Utc>, Uuid);

/// The oldest of them after this one.
pub fn oldest(conn: &mut AnyConnection, held: &Held<'_>, after: Option<At>, limit: i64) -> Result<Vec<At>> {
    let mut q = Sql::start(conn, "SELECT t.created_at, t.id");
    held.push(&mut q);
    if let Some((created_at, id)) = after {
        q.push(" AND (t.created_at, t.id) > (").time(created_at).push(", ").id(id).push(")");
    }
    q.push(" ORDER BY t.created_at, t.id").limit(limit);
    let read = |cells: Cells| {
        let mut r = Row::new(cells);
        Ok((r.time()?, r.id()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// How many open records of a kind those hold who can no longer log in, by person.
pub fn left_behind(
    conn: &mut AnyConnection,
    shape: &Shape,
    holding: &Holding,
    owners: Owners<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, i64)>> {
    let mut q = Sql::start(conn, "SELECT t.owner_id, count(*) FROM ");
    q.ident(holding.object).push(" t WHERE t.archived_at IS NULL AND t.owner_id IN (SELECT u.id FROM users u WHERE ");
    q.push("u.status = 'disabled' OR u.archived_at IS NOT NULL)");
    push_open(&mut q, holding.open, now);
    push_owners(&mut q, shape, owners);
    q.push(" GROUP BY t.owner_id");
    let read = |cells: Cells| {
        let mut r = Row::new(cells);
        Ok((r.id()?, r.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Somebody who can no longer log in: id, name, last day at work.
pub type Leaver = (Uuid, String, Option<NaiveDate>);

/// These people.
pub fn leavers(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Vec<Leaver>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "SELECT id, name, left_on FROM users WHERE id IN ");
        q.ids(chunk);
        let read = |cells: Cells| {
            let mut r = Row::new(cells);
            Ok((r.id()?, r.text()?, r.opt_date()))
        };
        let rows: Result<Vec<Leaver>> = q.load(conn)?.into_iter().map(read).collect();
        found.extend(rows?);
    }
    Ok(found)
}

/// How many live teams somebody leads.
pub fn teams_led(conn: &mut AnyConnection, user: Uuid) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*) FROM teams WHERE archived_at IS NULL AND lead_id = ");
    q.id(user);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}
