//! Exports as they are stored.

use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Sql, Store, shape};

/// A stored export. `setup` is a JSON document whose form the use cases know.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRow {
    /// Its id.
    pub id: Uuid,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Whose it is.
    pub created_by: Option<Uuid>,
    /// Plural key of the object.
    pub object: String,
    /// Where it stands.
    pub state: String,
    /// Format, fields, filter and sort.
    pub setup: String,
    /// Rows written so far.
    pub rows: i64,
    /// The finished file.
    pub file_id: Option<Uuid>,
    /// Until when the file is kept.
    pub file_expires_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, created_at, updated_at, created_by, object, state, setup, row_count, file_id, finished_at, error, \
     (SELECT expires_at FROM files WHERE files.id = exports.file_id AND files.gone_at IS NULL)";

const STORES: [Store; 12] = [
    Store::Id,
    Store::Time,
    Store::Time,
    Store::Id,
    Store::Text,
    Store::Text,
    Store::Json,
    Store::Int,
    Store::Id,
    Store::Time,
    Store::Text,
    Store::Time,
];

fn row(mut cells: Cells) -> ExportRow {
    for (cell, store) in cells.0.iter_mut().zip(STORES) {
        shape(store, cell);
    }
    let at = |index: usize| cells.0.get(index).cloned().unwrap_or_default();
    let text = |index: usize| at(index).as_str().unwrap_or_default().to_owned();
    ExportRow {
        id: at(0).as_id().unwrap_or_default(),
        created_at: at(1).as_time().unwrap_or_default(),
        updated_at: at(2).as_time().unwrap_or_default(),
        created_by: at(3).as_id(),
        object: text(4),
        state: text(5),
        setup: text(6),
        rows: at(7).as_int().unwrap_or_default(),
        file_id: at(8).as_id(),
        file_expires_at: at(11).as_time(),
        finished_at: at(9).as_time(),
        error: at(10).as_str().map(str::to_owned),
    }
}

/// Stores a new export.
pub fn insert(conn: &mut AnyConnection, export: &ExportRow) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO exports (id, created_at, updated_at, created_by, object, state, setup, row_count) VALUES (",
    );
    q.id(export.id).push(",").time(export.created_at).push(",").time(export.updated_at).push(",");
    q.bind(Store::Id, &export.created_by.map_or(Value::Null, Value::Id)).push(",").text(&export.object).push(",");
    q.text(&export.state).push(",").bind(Store::Json, &Value::Json(export.setup.clone()));
    q.push(",").int(export.rows).push(")");
    q.execute(conn)?;
    Ok(())
}

/// One export.
pub fn find(conn: &mut AnyConnection, id: Uuid) -> Result<Option<ExportRow>> {
    let mut q = Sql::new(conn.engine());
    q.push("SELECT ").push(COLUMNS).push(" FROM exports WHERE id = ").id(id);
    Ok(q.first(conn)?.map(row))
}

/// The newest exports, of everybody or of some people, and of one API key where it is given, before a position of the list.
pub fn list(
    conn: &mut AnyConnection,
    of: Option<&[Uuid]>,
    key: Option<Uuid>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ExportRow>> {
    let mut q = Sql::new(conn.engine());
    q.push("SELECT ").push(COLUMNS).push(" FROM exports WHERE 1 = 1");
    if let Some(people) = of {
        q.push(" AND created_by IN ").ids(people);
    }
    if let Some(key) = key {
        q.pick(" AND setup ->> 'api_key_id' = ", " AND json_extract(setup, '$.api_key_id') = ").text(key.to_string());
    }
    // Ids are in the order of their making.
    if let Some(id) = before {
        q.push(" AND id < ").id(id);
    }
    q.push(" ORDER BY id DESC LIMIT ").int(limit);
    Ok(q.load(conn)?.into_iter().map(row).collect())
}

/// Stores what changed of an export.
pub fn update(conn: &mut AnyConnection, export: &ExportRow) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE exports SET updated_at = ");
    q.time(export.updated_at).push(", state = ").text(&export.state).push(", row_count = ").int(export.rows);
    q.push(", file_id = ").bind(Store::Id, &export.file_id.map_or(Value::Null, Value::Id));
    q.push(", finished_at = ").bind(Store::Time, &export.finished_at.map_or(Value::Null, Value::Time));
    q.push(", error = ").bind(Store::Text, &export.error.clone().map_or(Value::Null, Value::Text));
    q.push(" WHERE id = ").id(export.id);
    q.execute(conn)?;
    Ok(())
}
