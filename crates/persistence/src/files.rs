//! Files kept in the database in pieces, so that every process of several can read them and a
//! backup holds them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::value::Value;
use uuid::Uuid;

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Sql, Store, shape};
use crate::types::{Id, Ts};

mod table {
    diesel::table! {
        use diesel::sql_types::{Binary, BigInt};
        use crate::types::sql::Uid;
        file_chunks (file_id, position) {
            file_id -> Uid,
            position -> BigInt,
            data -> Binary,
        }
    }
}
use table::file_chunks;

/// Bytes of every piece of a file but the last.
pub const CHUNK: usize = 1024 * 1024;

/// A stored file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRow {
    /// Its id.
    pub id: Uuid,
    /// When its upload began.
    pub created_at: DateTime<Utc>,
    /// Who uploaded or made it.
    pub created_by: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
    /// Whether all of it has arrived and is still there.
    pub complete: bool,
}

/// Begins a file without content.
pub fn create(conn: &mut AnyConnection, id: Uuid, name: &str, by: Option<Uuid>, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "INSERT INTO files (id, created_at, created_by, name, size, complete) VALUES (");
    q.id(id).push(",").time(now).push(",").bind(Store::Id, &by.map_or(Value::Null, Value::Id));
    q.push(",").text(name).push(",0,").bind(Store::Bool, &Value::Bool(false)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Adds the next piece; all but the last are [`CHUNK`] bytes long.
pub fn append(conn: &mut AnyConnection, id: Uuid, position: i64, data: &[u8]) -> Result<()> {
    diesel::insert_into(file_chunks::table)
        .values((
            file_chunks::file_id.eq(Id(id)),
            file_chunks::position.eq(position),
            file_chunks::data.eq(data.to_vec()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Marks a file as whole, to go at `expires` unless somebody keeps it.
pub fn complete(conn: &mut AnyConnection, id: Uuid, size: i64, expires: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE files SET size = ");
    q.int(size).push(", complete = ").bind(Store::Bool, &Value::Bool(true)).push(", expires_at = ").time(expires);
    q.push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Keeps a file until this moment, or for good; false when it has gone.
pub fn keep(conn: &mut AnyConnection, id: Uuid, until: Option<DateTime<Utc>>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE files SET expires_at = ");
    q.bind(Store::Time, &until.map_or(Value::Null, Value::Time)).push(" WHERE gone_at IS NULL AND id = ").id(id);
    Ok(q.execute(conn)? > 0)
}

/// A file whose time is up.
pub fn expired(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM files WHERE expires_at < ");
    q.time(now).push(" ORDER BY expires_at LIMIT 1");
    Ok(q.first(conn)?.and_then(|mut cells| {
        let cell = cells.0.first_mut()?;
        shape(Store::Id, cell);
        cell.as_id()
    }))
}

/// Takes a file away whose time is up: it cannot be read any more, and its last `pieces` pieces go. Tells whether nothing is
/// left to do. The file stays locked for the step, so that of several who sweep none takes the work of another for done.
pub fn take_away(conn: &mut AnyConnection, id: Uuid, pieces: i64, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE files SET gone_at = coalesce(gone_at, ");
    q.time(now).push(") WHERE expires_at < ").time(now).push(" AND id = ").id(id);
    if q.execute(conn)? == 0 {
        return Ok(true);
    }
    let mut q = Sql::start(conn, "DELETE FROM file_chunks WHERE file_id = ");
    q.id(id).push(" AND position > (SELECT MAX(position) FROM file_chunks WHERE file_id = ").id(id);
    q.push(") - ").int(pieces);
    q.execute(conn)?;
    let mut q = Sql::start(conn, "SELECT 1 FROM file_chunks WHERE file_id = ");
    q.id(id).push(" LIMIT 1");
    if q.first(conn)?.is_some() {
        return Ok(false);
    }
    let mut q = Sql::start(conn, "UPDATE files SET expires_at = NULL WHERE id = ");
    q.id(id);
    q.execute(conn)?;
    // What names it still tells its name.
    let mut q = Sql::start(conn, "DELETE FROM files WHERE id = ");
    q.id(id);
    for table in ["imports", "exports", "attachments"] {
        q.push(" AND NOT EXISTS (SELECT 1 FROM ").ident(table).push(" WHERE file_id = ").id(id).push(")");
    }
    q.execute(conn)?;
    Ok(true)
}

/// A file without its content.
pub fn find(conn: &mut AnyConnection, id: Uuid) -> Result<Option<FileRow>> {
    let mut q = Sql::start(
        conn,
        "SELECT created_at, created_by, name, size, CASE WHEN gone_at IS NULL THEN complete END FROM files WHERE id = ",
    );
    q.id(id);
    let Some(mut cells) = q.first(conn)? else { return Ok(None) };
    for (cell, store) in cells.0.iter_mut().zip([Store::Time, Store::Id, Store::Text, Store::Int, Store::Bool]) {
        shape(store, cell);
    }
    let at = |index: usize| cells.0.get(index).cloned().unwrap_or_default();
    Ok(Some(FileRow {
        id,
        created_at: at(0).as_time().unwrap_or_default(),
        created_by: at(1).as_id(),
        name: at(2).as_str().unwrap_or_default().to_owned(),
        size: at(3).as_int().unwrap_or_default(),
        complete: at(4).as_bool().unwrap_or_default(),
    }))
}

/// One piece of a file.
pub fn chunk(conn: &mut AnyConnection, id: Uuid, position: i64) -> Result<Option<Vec<u8>>> {
    Ok(file_chunks::table
        .filter(file_chunks::file_id.eq(Id(id)).and(file_chunks::position.eq(position)))
        .select(file_chunks::data)
        .first::<Vec<u8>>(conn)
        .optional()?)
}

/// Removes a file and its content.
pub fn delete(conn: &mut AnyConnection, id: Uuid) -> Result<()> {
    diesel::delete(file_chunks::table.filter(file_chunks::file_id.eq(Id(id)))).execute(conn)?;
    let mut q = Sql::start(conn, "DELETE FROM files WHERE id = ");
    q.id(id);
    q.execute(conn)?;
    Ok(())
}

/// Removes uploads that were begun before `before` and never ended; returns how many.
pub fn delete_unfinished(conn: &mut AnyConnection, before: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM files WHERE complete = ");
    q.bind(Store::Bool, &Value::Bool(false)).push(" AND created_at < ").time(Ts(before).0);
    q.execute(conn)
}
