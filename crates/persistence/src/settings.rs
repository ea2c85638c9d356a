//! Settings of the organisation and its custom fields.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Sql, Store, shape};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A setting as its JSON text.
pub fn get(conn: &mut AnyConnection, key: &str) -> Result<Option<String>> {
    let mut q = Sql::start(conn, "SELECT value FROM settings WHERE key = ");
    q.text(key);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_str).map(str::to_owned)))
}

/// A setting as its JSON text, with its version from 1.
pub fn versioned(conn: &mut AnyConnection, key: &str) -> Result<Option<(i64, String)>> {
    let mut q = Sql::start(conn, "SELECT version, value FROM settings WHERE key = ");
    q.text(key);
    let read = |Cells(c): Cells| Some((c.first()?.as_int()?, c.get(1)?.as_str()?.to_owned()));
    Ok(q.first(conn)?.and_then(read))
}

/// Writes a setting.
pub fn set(conn: &mut AnyConnection, key: &str, json: &str, now: DateTime<Utc>) -> Result<()> {
    write(conn, key, json, now, false, None).map(|_| ())
}

/// Writes a setting with the next version, whatever it was before.
pub fn raise(conn: &mut AnyConnection, key: &str, json: &str, now: DateTime<Utc>) -> Result<()> {
    write(conn, key, json, now, true, None).map(|_| ())
}

/// Writes a setting whose version is still `expected`, 0 for one that was never written; tells whether it was.
pub fn replace(conn: &mut AnyConnection, key: &str, json: &str, now: DateTime<Utc>, expected: i64) -> Result<bool> {
    write(conn, key, json, now, true, Some(expected))
}

/// Writes a setting whose version is still `expected`, 0 for one that was never written, and leaves the version; tells
/// whether it was. Nobody else writes it before the end of the transaction, however that turns out.
pub fn set_at(conn: &mut AnyConnection, key: &str, json: &str, now: DateTime<Utc>, expected: i64) -> Result<bool> {
    write(conn, key, json, now, false, Some(expected))
}

fn write(
    conn: &mut AnyConnection,
    key: &str,
    json: &str,
    now: DateTime<Utc>,
    next_version: bool,
    expected: Option<i64>,
) -> Result<bool> {
    let mut q = Sql::start(conn, "INSERT INTO settings (key, value, updated_at) VALUES (");
    q.text(key).push(", ").bind(Store::Json, &Value::Json(json.to_owned())).push(", ").time(now);
    q.push(") ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at");
    if next_version {
        q.push(", version = settings.version + 1");
    }
    if let Some(expected) = expected {
        q.push(" WHERE settings.version = ").int(expected);
    }
    Ok(q.execute(conn)? > 0)
}

/// A field that the organisation added to an object.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomField {
    /// Its id.
    pub id: Uuid,
    /// Version, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Plural key of the object.
    pub object: String,
    /// Key in `custom`.
    pub key: String,
    /// Name of the kind.
    pub kind: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// Choices, limits and link target as JSON text.
    pub options: String,
    /// Must be given.
    pub required: bool,
    /// Shown in lists unless the user chooses otherwise.
    pub in_list: bool,
    /// Place in the order.
    pub position: i64,
}

/// Every custom field, in order.
pub fn custom_fields(conn: &mut AnyConnection) -> Result<Vec<CustomField>> {
    let q = Sql::start(
        conn,
        "SELECT id, version, created_at, updated_at, object, key, kind, label_zh, label_en, options, required, in_list, position \
         FROM custom_fields ORDER BY object, position, key",
    );
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

fn read(Cells(cells): Cells) -> Option<CustomField> {
    let mut cells = cells.into_iter();
    let mut next = |store| {
        let mut cell = cells.next().unwrap_or_default();
        shape(store, &mut cell);
        cell
    };
    let text = |v: Value| v.as_str().map(str::to_owned);
    Some(CustomField {
        id: next(Store::Id).as_id()?,
        version: next(Store::Int).as_int()?,
        created_at: next(Store::Time).as_time()?,
        updated_at: next(Store::Time).as_time()?,
        object: text(next(Store::Text))?,
        key: text(next(Store::Text))?,
        kind: text(next(Store::Text))?,
        label_zh: text(next(Store::Text))?,
        label_en: text(next(Store::Text))?,
        options: text(next(Store::Json))?,
        required: next(Store::Bool).as_bool()?,
        in_list: next(Store::Bool).as_bool()?,
        position: next(Store::Int).as_int()?,
    })
}

/// Writes a new custom field.
pub fn insert_custom_field(conn: &mut AnyConnection, f: &CustomField) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO custom_fields (id, version, created_at, updated_at, object, key, kind, label_zh, label_en, options, required, in_list, position) VALUES (",
    );
    q.id(f.id).push(", ").int(f.version).push(", ").time(f.created_at).push(", ").time(f.updated_at);
    for text in [&f.object, &f.key, &f.kind, &f.label_zh, &f.label_en] {
        q.push(", ").text(text.clone());
    }
    q.push(", ")
        .bind(Store::Json, &Value::Json(f.options.clone()))
        .push(", ")
        .bind(Store::Bool, &Value::Bool(f.required));
    q.push(", ").bind(Store::Bool, &Value::Bool(f.in_list)).push(", ").int(f.position).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Writes a changed custom field whose version in the database is still `expected`.
pub fn update_custom_field(conn: &mut AnyConnection, f: &CustomField, expected: i64) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE custom_fields SET version = ");
    q.int(f.version).push(", updated_at = ").time(f.updated_at).push(", label_zh = ").text(f.label_zh.clone());
    q.push(", label_en = ")
        .text(f.label_en.clone())
        .push(", options = ")
        .bind(Store::Json, &Value::Json(f.options.clone()));
    q.push(", required = ")
        .bind(Store::Bool, &Value::Bool(f.required))
        .push(", in_list = ")
        .bind(Store::Bool, &Value::Bool(f.in_list));
    q.push(", position = ").int(f.position).push(" WHERE id = ").id(f.id).push(" AND version = ").int(expected);
    Ok(q.execute(conn)? > 0)
}

/// Removes a custom field's definition; the values stay in their records.
pub fn delete_custom_field(conn: &mut AnyConnection, id: Uuid) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM custom_fields WHERE id = ");
    q.id(id);
    q.execute(conn)?;
    Ok(())
}

/// The answer that was given for an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Hash of the request it answered.
    pub request_hash: String,
    /// HTTP status.
    pub status: i64,
    /// `ETag`, if any.
    pub etag: Option<String>,
    /// `Location`, if any.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

/// The answer given for this key since a moment.
pub fn answer(conn: &mut AnyConnection, user: Uuid, key: &str, since: DateTime<Utc>) -> Result<Option<Answer>> {
    let mut q =
        Sql::start(conn, "SELECT request_hash, status, etag, location, body FROM idempotency_keys WHERE user_id = ");
    q.id(user).push(" AND key = ").text(key).push(" AND created_at > ").time(since);
    let read = |Cells(c): Cells| {
        let [hash, status, etag, location, body] = c.as_slice() else { return None };
        let text = |v: &Value| v.as_str().map(str::to_owned);
        Some(Answer {
            request_hash: text(hash)?,
            status: status.as_int()?,
            etag: text(etag),
            location: text(location),
            body: text(body).unwrap_or_default(),
        })
    };
    Ok(q.first(conn)?.and_then(read))
}

/// Keeps the answer for a key; an expired one under the same key gives way.
pub fn remember_answer(
    conn: &mut AnyConnection,
    user: Uuid,
    key: &str,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<()> {
    let text = |s: &Option<String>| s.clone().map_or(Value::Null, Value::Text);
    let mut q = Sql::start(conn, "DELETE FROM idempotency_keys WHERE user_id = ");
    q.id(user).push(" AND key = ").text(key);
    q.execute(conn)?;
    let mut q = Sql::start(
        conn,
        "INSERT INTO idempotency_keys (user_id, key, request_hash, status, etag, location, body, created_at) VALUES (",
    );
    q.id(user).push(", ").text(key).push(", ").text(answer.request_hash.clone()).push(", ").int(answer.status);
    q.push(", ").bind(Store::Text, &text(&answer.etag)).push(", ").bind(Store::Text, &text(&answer.location));
    q.push(", ").text(answer.body.clone()).push(", ").time(now).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Forgets answers older than a moment.
pub fn forget_answers(conn: &mut AnyConnection, before: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM idempotency_keys WHERE created_at < ");
    q.time(before);
    q.execute(conn)
}
