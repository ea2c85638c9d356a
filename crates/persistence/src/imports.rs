//! Imports and exports as they are stored.

use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql, Store, shape};

/// A stored import. `setup` and `progress` are JSON documents whose form the use cases know.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    /// Its id.
    pub id: Uuid,
    /// Counts the changes of its setup.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Whose it is.
    pub created_by: Option<Uuid>,
    /// Plural key of the object.
    pub object: String,
    /// The file.
    pub file_id: Uuid,
    /// Where it stands.
    pub state: String,
    /// Layout, columns, mapping and options.
    pub setup: String,
    /// Counts and the offset up to which rows are committed.
    pub progress: String,
    /// When it began to run.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed as a whole.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, version, created_at, updated_at, created_by, object, file_id, state, setup, progress, \
     started_at, finished_at, error";

const STORES: [Store; 13] = [
    Store::Id,
    Store::Int,
    Store::Time,
    Store::Time,
    Store::Id,
    Store::Text,
    Store::Id,
    Store::Text,
    Store::Json,
    Store::Json,
    Store::Time,
    Store::Time,
    Store::Text,
];

fn row(mut cells: Cells) -> ImportRow {
    for (cell, store) in cells.0.iter_mut().zip(STORES) {
        shape(store, cell);
    }
    let at = |index: usize| cells.0.get(index).cloned().unwrap_or_default();
    let text = |index: usize| at(index).as_str().unwrap_or_default().to_owned();
    ImportRow {
        id: at(0).as_id().unwrap_or_default(),
        version: at(1).as_int().unwrap_or_default(),
        created_at: at(2).as_time().unwrap_or_default(),
        updated_at: at(3).as_time().unwrap_or_default(),
        created_by: at(4).as_id(),
        object: text(5),
        file_id: at(6).as_id().unwrap_or_default(),
        state: text(7),
        setup: text(8),
        progress: text(9),
        started_at: at(10).as_time(),
        finished_at: at(11).as_time(),
        error: at(12).as_str().map(str::to_owned),
    }
}

fn json(text: &str) -> Value {
    Value::Json(text.to_owned())
}

/// Stores a new import.
pub fn insert(conn: &mut AnyConnection, import: &ImportRow) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO imports (id, version, created_at, updated_at, created_by, object, file_id, state, setup, progress) VALUES (",
    );
    q.id(import.id).push(",").int(import.version).push(",").time(import.created_at).push(",").time(import.updated_at);
    q.push(",").bind(Store::Id, &import.created_by.map_or(Value::Null, Value::Id)).push(",").text(&import.object);
    q.push(",").id(import.file_id).push(",").text(&import.state).push(",").bind(Store::Json, &json(&import.setup));
    q.push(",").bind(Store::Json, &json(&import.progress)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// One import.
pub fn find(conn: &mut AnyConnection, id: Uuid) -> Result<Option<ImportRow>> {
    let mut q = Sql::new(conn.engine());
    q.push("SELECT ").push(COLUMNS).push(" FROM imports WHERE id = ").id(id);
    Ok(q.first(conn)?.map(row))
}

/// One import, locked until the end of the transaction.
pub fn lock(conn: &mut AnyConnection, id: Uuid) -> Result<Option<ImportRow>> {
    let mut q = Sql::new(conn.engine());
    q.push("SELECT ").push(COLUMNS).push(" FROM imports WHERE id = ").id(id).pick(" FOR UPDATE", "");
    Ok(q.first(conn)?.map(row))
}

/// The newest imports, of everybody or of some people, and of one API key where it is given, before a position of the list.
pub fn list(
    conn: &mut AnyConnection,
    of: Option<&[Uuid]>,
    key: Option<Uuid>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ImportRow>> {
    let mut q = Sql::new(conn.engine());
    q.push("SELECT ").push(COLUMNS).push(" FROM imports WHERE 1 = 1");
    if let Some(people) = of {
        q.push(" AND created_by IN ").ids(people);
    }
    if let Some(key) = key {
        // What was looked at before this was kept tells the key by which it was started.
        q.pick(
            " AND coalesce(setup ->> 'made_by_key', setup ->> 'api_key_id') = ",
            " AND coalesce(json_extract(setup, '$.made_by_key'), json_extract(setup, '$.api_key_id')) = ",
        );
        q.text(key.to_string());
    }
    // Ids are in the order of their making.
    if let Some(id) = before {
        q.push(" AND id < ").id(id);
    }
    q.push(" ORDER BY id DESC LIMIT ").int(limit);
    Ok(q.load(conn)?.into_iter().map(row).collect())
}

/// Stores what changed of an import: everything but its origin.
pub fn update(conn: &mut AnyConnection, import: &ImportRow) -> Result<()> {
    let time = |time: Option<DateTime<Utc>>| time.map_or(Value::Null, Value::Time);
    let mut q = Sql::start(conn, "UPDATE imports SET version = ");
    q.int(import.version).push(", updated_at = ").time(import.updated_at).push(", state = ").text(&import.state);
    q.push(", setup = ").bind(Store::Json, &json(&import.setup));
    q.push(", progress = ").bind(Store::Json, &json(&import.progress));
    q.push(", started_at = ").bind(Store::Time, &time(import.started_at));
    q.push(", finished_at = ").bind(Store::Time, &time(import.finished_at));
    q.push(", error = ").bind(Store::Text, &import.error.clone().map_or(Value::Null, Value::Text));
    q.push(" WHERE id = ").id(import.id);
    q.execute(conn)?;
    Ok(())
}

/// Stores how far a running import has come.
pub fn update_progress(conn: &mut AnyConnection, id: Uuid, progress: &str, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE imports SET updated_at = ");
    q.time(now).push(", progress = ").bind(Store::Json, &json(progress)).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Something wrong with a row of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueRow {
    /// Number of the row in the file, as a spreadsheet counts.
    pub row: i64,
    /// Header of the column, where one column is at fault.
    pub column: Option<String>,
    /// The field it was for.
    pub field: Option<String>,
    /// Stable code.
    pub code: String,
    /// What more there is to say.
    pub detail: Option<String>,
    /// The text of the cell, cut.
    pub value: Option<String>,
    /// Whether the row was left out for it.
    pub rejected: bool,
}

/// Adds issues, the first at `position`.
pub fn add_issues(conn: &mut AnyConnection, import: Uuid, position: i64, issues: &[IssueRow]) -> Result<()> {
    let mut position = position;
    let engine: Engine = conn.engine();
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    for part in issues.chunks(500) {
        let mut q = Sql::new(engine);
        q.push("INSERT INTO import_issues (import_id, position, row_number, column_name, field, code, detail, value, rejected) VALUES ");
        for (index, issue) in part.iter().enumerate() {
            q.push(if index == 0 { "(" } else { ",(" }).id(import).push(",").int(position).push(",").int(issue.row);
            q.push(",").bind(Store::Text, &text(&issue.column)).push(",").bind(Store::Text, &text(&issue.field));
            q.push(",").text(&issue.code).push(",").bind(Store::Text, &text(&issue.detail));
            q.push(",").bind(Store::Text, &text(&issue.value));
            q.push(",").bind(Store::Bool, &Value::Bool(issue.rejected)).push(")");
            position += 1;
        }
        q.execute(conn)?;
    }
    Ok(())
}

/// Issues in their order, from a position on, with their positions.
pub fn issues(conn: &mut AnyConnection, import: Uuid, from: i64, limit: i64) -> Result<Vec<(i64, IssueRow)>> {
    let mut q = Sql::start(
        conn,
        "SELECT position, row_number, column_name, field, code, detail, value, rejected FROM import_issues WHERE import_id = ",
    );
    q.id(import).push(" AND position >= ").int(from).push(" ORDER BY position LIMIT ").int(limit);
    read_issues(q, conn)
}

/// The first issues with this code, with their positions.
pub fn deferred(conn: &mut AnyConnection, import: Uuid, code: &str, limit: i64) -> Result<Vec<(i64, IssueRow)>> {
    let mut q = Sql::start(
        conn,
        "SELECT position, row_number, column_name, field, code, detail, value, rejected FROM import_issues WHERE import_id = ",
    );
    q.id(import).push(" AND code = ").text(code).push(" ORDER BY position LIMIT ").int(limit);
    read_issues(q, conn)
}

/// Removes issues by their positions.
pub fn delete_issues(conn: &mut AnyConnection, import: Uuid, positions: &[i64]) -> Result<()> {
    for part in positions.chunks(500) {
        let mut q = Sql::start(conn, "DELETE FROM import_issues WHERE import_id = ");
        q.id(import).push(" AND position IN (");
        for (index, position) in part.iter().enumerate() {
            q.push(if index == 0 { "" } else { "," }).int(*position);
        }
        q.push(")");
        q.execute(conn)?;
    }
    Ok(())
}

fn read_issues(q: Sql, conn: &mut AnyConnection) -> Result<Vec<(i64, IssueRow)>> {
    Ok(q.load(conn)?
        .into_iter()
        .map(|mut cells| {
            if let Some(cell) = cells.0.get_mut(7) {
                shape(Store::Bool, cell);
            }
            let at = |index: usize| cells.0.get(index).cloned().unwrap_or_default();
            let text = |index: usize| at(index).as_str().map(str::to_owned);
            let issue = IssueRow {
                row: at(1).as_int().unwrap_or_default(),
                column: text(2),
                field: text(3),
                code: text(4).unwrap_or_default(),
                detail: text(5),
                value: text(6),
                rejected: at(7).as_bool().unwrap_or_default(),
            };
            (at(0).as_int().unwrap_or_default(), issue)
        })
        .collect())
}

/// Forgets all issues of an import, before it runs again.
pub fn clear_issues(conn: &mut AnyConnection, import: Uuid) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM import_issues WHERE import_id = ");
    q.id(import);
    q.execute(conn)?;
    Ok(())
}
