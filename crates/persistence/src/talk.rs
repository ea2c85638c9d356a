//! Comments and attachments of records.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Sql, Store, shape};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRow {
    /// Its id.
    pub id: Uuid,
    /// Counts its changes.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When its words were last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// Plural key of the object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// The text.
    pub body: String,
    /// The mentioned people.
    pub mentions: Vec<Uuid>,
}

const COMMENT: &str = "SELECT id, version, created_at, updated_at, archived_at, created_by, object, record_id, body, mentions, edited_at FROM comments";

fn read_comment(Cells(mut c): Cells) -> Option<CommentRow> {
    for (at, store) in [(2, Store::Time), (3, Store::Time), (4, Store::Time), (9, Store::Json), (10, Store::Time)] {
        shape(store, c.get_mut(at)?);
    }
    let [id, version, created, updated, archived, by, object, record, body, mentions, edited] = c.as_slice() else {
        return None;
    };
    Some(CommentRow {
        id: id.as_id()?,
        version: version.as_int()?,
        created_at: created.as_time()?,
        updated_at: updated.as_time()?,
        edited_at: edited.as_time(),
        archived_at: archived.as_time(),
        created_by: by.as_id(),
        object: object.as_str()?.to_owned(),
        record_id: record.as_id()?,
        body: body.as_str()?.to_owned(),
        mentions: mentions.as_str().and_then(|s| serde_json::from_str(s).ok()).unwrap_or_default(),
    })
}

fn moment(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, Value::Time)
}

fn ids(list: &[Uuid]) -> Value {
    Value::Json(serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned()))
}

/// Stores a new comment.
pub fn insert_comment(conn: &mut AnyConnection, c: &CommentRow) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO comments (id, version, created_at, updated_at, created_by, object, record_id, body, mentions) VALUES (",
    );
    q.id(c.id).push(", ").int(c.version).push(", ").time(c.created_at).push(", ").time(c.updated_at).push(", ");
    q.bind(Store::Id, &c.created_by.map_or(Value::Null, Value::Id)).push(", ").text(c.object.clone()).push(", ");
    q.id(c.record_id).push(", ").text(c.body.clone()).push(", ").bind(Store::Json, &ids(&c.mentions)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// A comment, locked until the end of the transaction.
pub fn comment(conn: &mut AnyConnection, id: Uuid, lock: bool) -> Result<Option<CommentRow>> {
    let mut q = Sql::start(conn, COMMENT);
    q.push(" WHERE id = ").id(id);
    if lock {
        q.pick(" FOR UPDATE", "");
    }
    Ok(q.first(conn)?.and_then(read_comment))
}

/// Stores a comment's text, mentions and archive.
pub fn update_comment(conn: &mut AnyConnection, c: &CommentRow) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE comments SET version = ");
    q.int(c.version).push(", updated_at = ").time(c.updated_at).push(", archived_at = ");
    q.bind(Store::Time, &moment(c.archived_at)).push(", edited_at = ").bind(Store::Time, &moment(c.edited_at));
    q.push(", body = ").text(c.body.clone()).push(", mentions = ");
    q.bind(Store::Json, &ids(&c.mentions)).push(" WHERE id = ").id(c.id);
    q.execute(conn)?;
    Ok(())
}

/// The live comments of a record, newest first, before a position of the list.
pub fn comments(
    conn: &mut AnyConnection,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<CommentRow>> {
    let mut q = Sql::start(conn, COMMENT);
    push_of(&mut q, object, record, before, limit);
    Ok(q.load(conn)?.into_iter().filter_map(read_comment).collect())
}

fn push_of(q: &mut Sql, object: &str, record: Uuid, before: Option<Uuid>, limit: i64) {
    q.push(" WHERE archived_at IS NULL AND record_id = ").id(record).push(" AND object = ").text(object);
    // Ids are in the order of their making.
    if let Some(id) = before {
        q.push(" AND id < ").id(id);
    }
    q.push(" ORDER BY id DESC LIMIT ").int(limit);
}

/// A file of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Its id.
    pub id: Uuid,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who brought it.
    pub created_by: Option<Uuid>,
    /// Plural key of the object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// The stored file.
    pub file_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
    /// What its content is.
    pub media_type: String,
}

const ATTACHMENT: &str = "SELECT id, created_at, archived_at, created_by, object, record_id, file_id, name, size, media_type FROM attachments";

fn read_attachment(Cells(mut c): Cells) -> Option<AttachmentRow> {
    for at in [1, 2] {
        shape(Store::Time, c.get_mut(at)?);
    }
    let [id, created, archived, by, object, record, file, name, size, media] = c.as_slice() else { return None };
    Some(AttachmentRow {
        id: id.as_id()?,
        created_at: created.as_time()?,
        archived_at: archived.as_time(),
        created_by: by.as_id(),
        object: object.as_str()?.to_owned(),
        record_id: record.as_id()?,
        file_id: file.as_id()?,
        name: name.as_str()?.to_owned(),
        size: size.as_int()?,
        media_type: media.as_str()?.to_owned(),
    })
}

/// Stores a new attachment.
pub fn insert_attachment(conn: &mut AnyConnection, a: &AttachmentRow) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO attachments (id, created_at, created_by, object, record_id, file_id, name, size, media_type) VALUES (",
    );
    q.id(a.id).push(", ").time(a.created_at).push(", ");
    q.bind(Store::Id, &a.created_by.map_or(Value::Null, Value::Id)).push(", ").text(a.object.clone()).push(", ");
    q.id(a.record_id).push(", ").id(a.file_id).push(", ").text(a.name.clone()).push(", ").int(a.size).push(", ");
    q.text(a.media_type.clone()).push(")");
    q.execute(conn)?;
    Ok(())
}

/// An attachment.
pub fn attachment(conn: &mut AnyConnection, id: Uuid, lock: bool) -> Result<Option<AttachmentRow>> {
    let mut q = Sql::start(conn, ATTACHMENT);
    q.push(" WHERE id = ").id(id);
    if lock {
        q.pick(" FOR UPDATE", "");
    }
    Ok(q.first(conn)?.and_then(read_attachment))
}

/// Archives an attachment or brings it back.
pub fn archive_attachment(conn: &mut AnyConnection, id: Uuid, at: Option<DateTime<Utc>>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE attachments SET archived_at = ");
    q.bind(Store::Time, &moment(at)).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// The live attachments of a record, newest first, before a position of the list.
pub fn attachments(
    conn: &mut AnyConnection,
    object: &str,
    record: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<AttachmentRow>> {
    let mut q = Sql::start(conn, ATTACHMENT);
    push_of(&mut q, object, record, before, limit);
    Ok(q.load(conn)?.into_iter().filter_map(read_attachment).collect())
}
