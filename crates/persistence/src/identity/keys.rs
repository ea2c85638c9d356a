//! API keys: for programs, with permissions of their own.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, document, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::policy::Permissions;
use domain::value::Value;
use uuid::Uuid;

/// An API key; its text is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: Uuid,
    /// Whose: it acts as this user.
    pub user_id: Uuid,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// What it is for.
    pub name: String,
    /// The first characters of its text, to recognise it by.
    pub prefix: String,
    /// SHA-256 of its text, in hexadecimal.
    pub key_hash: String,
    /// What it allows at most.
    pub permissions: Permissions,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
}

const KEY: &str = "SELECT id, user_id, created_at, name, prefix, key_hash, permissions, expires_at, last_used_at, revoked_at FROM api_keys WHERE ";

fn read(cells: Cells) -> Result<ApiKey> {
    let mut r = Row::new(cells);
    Ok(ApiKey {
        id: r.id()?,
        user_id: r.id()?,
        created_at: r.time()?,
        name: r.text()?,
        prefix: r.text()?,
        key_hash: r.text()?,
        permissions: r.json()?,
        expires_at: r.opt_time(),
        last_used_at: r.opt_time(),
        revoked_at: r.opt_time(),
    })
}

/// A key by the hash of its text.
pub fn key_by_hash(conn: &mut AnyConnection, hash: &str) -> Result<Option<ApiKey>> {
    let mut q = Sql::start(conn, KEY);
    q.push("key_hash = ").text(hash);
    q.first(conn)?.map(read).transpose()
}

/// A key by id.
pub fn key(conn: &mut AnyConnection, id: Uuid) -> Result<Option<ApiKey>> {
    let mut q = Sql::start(conn, KEY);
    q.push("id = ").id(id);
    q.first(conn)?.map(read).transpose()
}

/// The keys of one user, or of all, that were not revoked; newest first.
pub fn keys_of(conn: &mut AnyConnection, user: Option<Uuid>) -> Result<Vec<ApiKey>> {
    let mut q = Sql::start(conn, KEY);
    q.push("revoked_at IS NULL");
    if let Some(user) = user {
        q.push(" AND user_id = ").id(user);
    }
    q.push(" ORDER BY created_at DESC, id DESC");
    q.load(conn)?.into_iter().map(read).collect()
}

/// Adds a key.
pub fn insert_key(conn: &mut AnyConnection, k: &ApiKey) -> Result<()> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO api_keys (id, user_id, created_at, name, prefix, key_hash, permissions, expires_at) VALUES (",
    );
    q.id(k.id).push(", ").id(k.user_id).push(", ").time(k.created_at).push(", ").text(k.name.clone());
    q.push(", ").text(k.prefix.clone()).push(", ").text(k.key_hash.clone());
    q.push(", ").bind(Store::Json, &document(&k.permissions)?);
    q.push(", ").bind(Store::Time, &or_null(k.expires_at, Value::Time)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Ends a key.
pub fn revoke_key(conn: &mut AnyConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE api_keys SET revoked_at = ");
    q.time(now).push(" WHERE revoked_at IS NULL AND id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Notes that a key was used.
pub fn touch_key(conn: &mut AnyConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE api_keys SET last_used_at = ");
    q.time(now).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}
