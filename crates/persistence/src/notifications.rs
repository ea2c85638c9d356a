//! What people are told, how they want to be told, and mail on its way.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Something a person is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// Order of telling; 0 before it is written.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Who is told.
    pub user_id: Uuid,
    /// What kind of news, by its key.
    pub kind: String,
    /// Plural key of the object it is about.
    pub object: Option<String>,
    /// The record it is about.
    pub subject: Option<Uuid>,
    /// What its text names, a JSON object.
    pub params: String,
    /// What makes it the same news for a person.
    pub dedupe_key: String,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str =
    "SELECT seq, id, created_at, user_id, kind, object, subject, params, dedupe_key, read_at FROM notifications WHERE ";

/// Writes news; what a person was told before is left out. Answers what was new.
pub fn insert(conn: &mut AnyConnection, news: &[Notification]) -> Result<Vec<Uuid>> {
    let mut new = Vec::with_capacity(news.len());
    for chunk in news.chunks(100) {
        let mut q = Sql::start(
            conn,
            "INSERT INTO notifications (id, created_at, user_id, kind, object, subject, params, dedupe_key) VALUES ",
        );
        for (i, n) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(n.id).push(", ").time(n.created_at).push(", ").id(n.user_id);
            q.push(", ").text(n.kind.clone()).push(", ");
            q.bind(Store::Text, &or_null(n.object.clone(), Value::Text)).push(", ");
            q.bind(Store::Id, &or_null(n.subject, Value::Id)).push(", ");
            q.bind(Store::Json, &Value::Json(n.params.clone())).push(", ").text(n.dedupe_key.clone()).push(")");
        }
        q.push(" ON CONFLICT (user_id, dedupe_key) DO NOTHING RETURNING id");
        new.extend(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)));
    }
    Ok(new)
}

/// What people were told under these keys.
pub fn told(conn: &mut AnyConnection, keys: &[(Uuid, &str)]) -> Result<Vec<Notification>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(200) {
        let mut q = Sql::start(conn, COLUMNS);
        for (i, (user, key)) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(user_id = " } else { " OR (user_id = " }).id(*user);
            q.push(" AND dedupe_key = ").text(*key).push(")");
        }
        for cells in q.load(conn)? {
            found.push(read(cells)?);
        }
    }
    Ok(found)
}

/// Changes what the text of news names.
pub fn retell(conn: &mut AnyConnection, id: Uuid, params: &str) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE notifications SET params = ");
    q.bind(Store::Json, &Value::Json(params.to_owned())).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// A person's news, newest first, before a position.
pub fn of_user(
    conn: &mut AnyConnection,
    user: Uuid,
    unread: bool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Notification>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("user_id = ").id(user).push(" AND seq < ").int(before.unwrap_or(i64::MAX));
    if unread {
        q.push(" AND read_at IS NULL");
    }
    q.push(" ORDER BY seq DESC LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(read).collect()
}

/// The news of these people since a moment, oldest first.
pub fn since(conn: &mut AnyConnection, users: &[Uuid], moment: DateTime<Utc>) -> Result<Vec<Notification>> {
    let mut news = Vec::new();
    for chunk in users.chunks(500) {
        let mut q = Sql::start(conn, COLUMNS);
        q.push("created_at > ").time(moment).push(" AND user_id IN (");
        for (i, user) in chunk.iter().enumerate() {
            q.push(if i == 0 { "" } else { ", " }).id(*user);
        }
        q.push(") ORDER BY seq");
        for cells in q.load(conn)? {
            news.push(read(cells)?);
        }
    }
    Ok(news)
}

/// Unread news of these kinds of everybody since a moment, by person: for the digest.
pub fn unread_since(conn: &mut AnyConnection, user: Uuid, moment: DateTime<Utc>) -> Result<Vec<Notification>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("user_id = ").id(user).push(" AND read_at IS NULL AND created_at > ").time(moment);
    q.push(" ORDER BY seq LIMIT 200");
    q.load(conn)?.into_iter().map(read).collect()
}

/// The position of a person's latest news; 0 without any.
pub fn latest(conn: &mut AnyConnection, user: Uuid) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT coalesce(max(seq), 0) FROM notifications WHERE user_id = ");
    q.id(user);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// How much news a person has not read.
pub fn unread(conn: &mut AnyConnection, user: Uuid) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*) FROM notifications WHERE read_at IS NULL AND user_id = ");
    q.id(user);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// Marks one as read or unread; `None` when the person has no such news.
pub fn mark(
    conn: &mut AnyConnection,
    user: Uuid,
    id: Uuid,
    read_at: Option<DateTime<Utc>>,
) -> Result<Option<Notification>> {
    let mut q = Sql::start(conn, "UPDATE notifications SET read_at = ");
    match read_at {
        // The first reading counts.
        Some(at) => q.push("coalesce(read_at, ").time(at).push(")"),
        None => q.push("NULL"),
    };
    q.push(" WHERE user_id = ").id(user).push(" AND id = ").id(id);
    q.push(" RETURNING seq, id, created_at, user_id, kind, object, subject, params, dedupe_key, read_at");
    q.first(conn)?.map(read).transpose()
}

/// Marks everything up to a position as read; answers how much that was.
pub fn mark_all(conn: &mut AnyConnection, user: Uuid, upto: Option<i64>, now: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "UPDATE notifications SET read_at = ");
    q.time(now).push(" WHERE read_at IS NULL AND user_id = ").id(user);
    q.push(" AND seq <= ").int(upto.unwrap_or(i64::MAX));
    q.execute(conn)
}

/// Forgets what was read before a moment.
pub fn forget(conn: &mut AnyConnection, before: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM notifications WHERE read_at IS NOT NULL AND created_at < ");
    q.time(before);
    q.execute(conn)
}

fn read(cells: Cells) -> Result<Notification> {
    let mut r = Row::new(cells);
    Ok(Notification {
        seq: r.int()?,
        id: r.id()?,
        created_at: r.time()?,
        user_id: r.id()?,
        kind: r.text()?,
        object: r.opt_text(),
        subject: r.opt_id(),
        params: r.text()?,
        dedupe_key: r.text()?,
        read_at: r.opt_time(),
    })
}

/// How a person wants to be told one kind of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Whose.
    pub user_id: Uuid,
    /// Which kind.
    pub kind: String,
    /// In the application.
    pub in_app: bool,
    /// By mail: `off`, `instant` or `digest`.
    pub email: String,
}

/// What people have chosen; whoever has not chosen is absent.
pub fn preferences(conn: &mut AnyConnection, users: &[Uuid]) -> Result<HashMap<(Uuid, String), Preference>> {
    let mut found = HashMap::new();
    for chunk in users.chunks(500) {
        let mut q =
            Sql::start(conn, "SELECT user_id, kind, in_app, email FROM notification_preferences WHERE user_id IN ");
        q.ids(chunk);
        for cells in q.load(conn)? {
            let mut r = Row::new(cells);
            let p = Preference { user_id: r.id()?, kind: r.text()?, in_app: r.bool()?, email: r.text()? };
            found.insert((p.user_id, p.kind.clone()), p);
        }
    }
    Ok(found)
}

/// Whoever wants some kind of news in a digest.
pub fn digest_readers(conn: &mut AnyConnection) -> Result<Vec<Uuid>> {
    let q = Sql::start(conn, "SELECT DISTINCT user_id FROM notification_preferences WHERE email = 'digest'");
    Ok(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect())
}

/// Keeps a choice.
pub fn prefer(conn: &mut AnyConnection, p: &Preference) -> Result<()> {
    let mut q = Sql::start(conn, "INSERT INTO notification_preferences (user_id, kind, in_app, email) VALUES (");
    q.id(p.user_id).push(", ").text(p.kind.clone()).push(", ").bind(Store::Bool, &Value::Bool(p.in_app));
    q.push(", ").text(p.email.clone());
    q.push(") ON CONFLICT (user_id, kind) DO UPDATE SET in_app = excluded.in_app, email = excluded.email");
    q.execute(conn)?;
    Ok(())
}

/// Mail on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: Uuid,
    /// Address.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Tries so far.
    pub attempts: i64,
}

/// Puts a mail into the outbox, once by its key; tells whether it went in now.
pub fn send(
    conn: &mut AnyConnection,
    recipient: &str,
    subject: &str,
    body: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut q = Sql::start(
        conn,
        "INSERT INTO mails (id, created_at, recipient, subject, body, dedupe_key, state, attempts, next_at) VALUES (",
    );
    q.id(Uuid::now_v7()).push(", ").time(now);
    for text in [recipient, subject, body, key] {
        q.push(", ").text(text);
    }
    q.push(", 'waiting', 0, ").time(now).push(") ON CONFLICT (dedupe_key) DO NOTHING");
    Ok(q.execute(conn)? > 0)
}

/// Claims the mail that has waited longest until the lease ends.
pub fn claim_mail(conn: &mut AnyConnection, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<Mail>> {
    let mut q = Sql::start(conn, "UPDATE mails SET attempts = attempts + 1, lease_until = ");
    q.time(until).push(" WHERE id = (SELECT id FROM mails WHERE state = 'waiting' AND next_at <= ").time(now);
    q.push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(") ORDER BY next_at LIMIT 1");
    q.pick(" FOR UPDATE SKIP LOCKED)", ")").push(" RETURNING id, recipient, subject, body, attempts");
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(Mail { id: r.id()?, recipient: r.text()?, subject: r.text()?, body: r.text()?, attempts: r.int()? })
    };
    q.first(conn)?.map(read).transpose()
}

/// Whether a mail is due that nobody sends.
pub fn mail_due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let mut q = Sql::start(conn, "SELECT 1 FROM mails WHERE state = 'waiting' AND next_at <= ");
    q.time(now).push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(") LIMIT 1");
    Ok(q.first(conn)?.is_some())
}

/// Ends a try: sent, to be tried again, or parked for good.
pub fn settle_mail(
    conn: &mut AnyConnection,
    id: Uuid,
    state: &str,
    error: Option<&str>,
    next_at: DateTime<Utc>,
) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE mails SET lease_until = NULL, state = ");
    q.text(state).push(", next_at = ").time(next_at).push(", error = ");
    q.bind(Store::Text, &or_null(error.map(str::to_owned), Value::Text));
    if state != "waiting" {
        q.push(", finished_at = ").time(next_at);
    }
    q.push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Has every parked mail tried again.
pub fn revive_mails(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "UPDATE mails SET state = 'waiting', attempts = 0, finished_at = NULL, next_at = ");
    q.time(now).push(" WHERE state = 'parked'");
    q.execute(conn)
}

/// Number of mails by state, and the last error among the parked ones.
pub fn mail_counts(conn: &mut AnyConnection) -> Result<(HashMap<String, i64>, Option<String>)> {
    let rows = Sql::start(conn, "SELECT state, count(*) FROM mails GROUP BY state").load(conn)?;
    let pair = |Cells(c): Cells| Some((c.first()?.as_str()?.to_owned(), c.get(1)?.as_int()?));
    let counts = rows.into_iter().filter_map(pair).collect();
    let q = Sql::start(conn, "SELECT error FROM mails WHERE error IS NOT NULL ORDER BY created_at DESC LIMIT 1");
    let error = q.first(conn)?.and_then(|Cells(c)| c.first().and_then(|v| v.as_str().map(str::to_owned)));
    Ok((counts, error))
}

/// Active users by id and name, for finding who is mentioned.
pub fn names(conn: &mut AnyConnection) -> Result<Vec<(Uuid, String)>> {
    let q = Sql::start(conn, "SELECT id, name FROM users WHERE archived_at IS NULL AND status = 'active'");
    let pair = |Cells(c): Cells| Some((c.first()?.as_id()?, c.get(1)?.as_str()?.to_owned()));
    Ok(q.load(conn)?.into_iter().filter_map(pair).collect())
}

/// Address and language of people.
pub fn addresses(conn: &mut AnyConnection, users: &[Uuid]) -> Result<HashMap<Uuid, (Option<String>, String)>> {
    let mut q = Sql::start(conn, "SELECT id, email, locale FROM users WHERE status = 'active' AND id IN ");
    q.ids(users);
    let mut found = HashMap::new();
    for cells in q.load(conn)? {
        let mut r = Row::new(cells);
        found.insert(r.id()?, (r.opt_text(), r.text()?));
    }
    Ok(found)
}
