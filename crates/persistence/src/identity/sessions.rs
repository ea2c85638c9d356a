//! Sessions: one per log-in, kept alive by a refresh token that changes at every use.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Engine, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// SHA-256 of the refresh token that is good now.
    pub token_hash: String,
    /// SHA-256 of the token that was exchanged for it, before the first refresh none.
    pub previous_hash: Option<String>,
    /// When that one was exchanged first.
    pub spent_at: Option<DateTime<Utc>>,
    /// SHA-256 of tokens that were given for the same one and not used either, oldest first, with spaces between.
    pub unused_hashes: Option<String>,
    /// How often it was refreshed.
    pub generation: i64,
    /// The log-in.
    pub created_at: DateTime<Utc>,
    /// Without a refresh it ends then.
    pub expires_at: DateTime<Utc>,
    /// The last log-in or refresh.
    pub last_used_at: DateTime<Utc>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Where it logged in from.
    pub address: Option<String>,
    /// When it was ended, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

const SESSION: &str = "SELECT id, user_id, token_hash, generation, created_at, expires_at, last_used_at, user_agent, address, revoked_at, previous_hash, spent_at, unused_hashes FROM sessions WHERE ";

fn read(cells: Cells) -> Result<Session> {
    let mut r = Row::new(cells);
    Ok(Session {
        id: r.id()?,
        user_id: r.id()?,
        token_hash: r.text()?,
        generation: r.int()?,
        created_at: r.time()?,
        expires_at: r.time()?,
        last_used_at: r.time()?,
        user_agent: r.opt_text(),
        address: r.opt_text(),
        revoked_at: r.opt_time(),
        previous_hash: r.opt_text(),
        spent_at: r.opt_time(),
        unused_hashes: r.opt_text(),
    })
}

/// A session by id; `lock` keeps others from changing it until the end of the transaction.
pub fn session(conn: &mut AnyConnection, id: Uuid, lock: bool) -> Result<Option<Session>> {
    let mut q = Sql::start(conn, SESSION);
    q.push("id = ").id(id);
    if lock && q.engine() == Engine::Pg {
        q.push(" FOR UPDATE");
    }
    q.first(conn)?.map(read).transpose()
}

/// A user's sessions that are in force, newest first.
pub fn sessions_of(conn: &mut AnyConnection, user: Uuid, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let mut q = Sql::start(conn, SESSION);
    q.push("user_id = ")
        .id(user)
        .push(" AND revoked_at IS NULL AND expires_at > ")
        .time(now)
        .push(" ORDER BY created_at DESC");
    q.load(conn)?.into_iter().map(read).collect()
}

/// Adds a session, and drops this user's that ended long ago.
pub fn insert_session(conn: &mut AnyConnection, s: &Session) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM sessions WHERE user_id = ");
    q.id(s.user_id).push(" AND expires_at < ").time(s.created_at - chrono::Duration::days(30));
    q.execute(conn)?;
    let mut q = Sql::start(
        conn,
        "INSERT INTO sessions (id, user_id, token_hash, generation, created_at, expires_at, last_used_at, user_agent, address) VALUES (",
    );
    q.id(s.id).push(", ").id(s.user_id).push(", ").text(s.token_hash.clone()).push(", ").int(s.generation);
    q.push(", ").time(s.created_at).push(", ").time(s.expires_at).push(", ").time(s.last_used_at);
    q.push(", ").bind(Store::Text, &or_null(s.user_agent.clone(), Value::Text));
    q.push(", ").bind(Store::Text, &or_null(s.address.clone(), Value::Text)).push(")");
    q.execute(conn)?;
    Ok(())
}

/// Replaces a session's refresh token.
pub fn rotate_session(conn: &mut AnyConnection, s: &Session) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE sessions SET token_hash = ");
    q.text(s.token_hash.clone()).push(", generation = ").int(s.generation).push(", expires_at = ").time(s.expires_at);
    q.push(", last_used_at = ").time(s.last_used_at).push(", previous_hash = ");
    q.bind(Store::Text, &or_null(s.previous_hash.clone(), Value::Text)).push(", spent_at = ");
    q.bind(Store::Time, &or_null(s.spent_at, Value::Time)).push(", unused_hashes = ");
    q.bind(Store::Text, &or_null(s.unused_hashes.clone(), Value::Text)).push(" WHERE id = ").id(s.id);
    q.execute(conn)?;
    Ok(())
}

/// Ends a session of a user. True when there was one in force.
pub fn revoke_session(conn: &mut AnyConnection, user: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "UPDATE sessions SET revoked_at = ");
    q.time(now)
        .push(" WHERE id = ")
        .id(id)
        .push(" AND user_id = ")
        .id(user)
        .push(" AND revoked_at IS NULL AND expires_at > ")
        .time(now);
    Ok(q.execute(conn)? == 1)
}

/// Ends a user's sessions, all or all but one.
pub fn revoke_sessions_of(
    conn: &mut AnyConnection,
    user: Uuid,
    except: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE sessions SET revoked_at = ");
    q.time(now).push(" WHERE revoked_at IS NULL AND user_id = ").id(user);
    if let Some(kept) = except {
        q.push(" AND id <> ").id(kept);
    }
    q.execute(conn)?;
    Ok(())
}
