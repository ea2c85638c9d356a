//! Endpoints of other systems, and what is to be sent to them.

mod queue;

pub use queue::{Stop, claim, due, stopped};

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// An endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// Version of the row.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed by somebody.
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who made it, or last changed where it is or what it is told: it is told what that person may see.
    pub created_by: Option<Uuid>,
    /// The API key by which they did, within whose limits it is told.
    pub api_key_id: Option<Uuid>,
    /// Name.
    pub name: String,
    /// `flywheel`, `wecom`, `dingtalk` or `feishu`.
    pub kind: String,
    /// Where to send.
    pub url: String,
    /// What the deliveries are signed with.
    pub secret: Option<String>,
    /// Types of events, a JSON list.
    pub events: String,
    /// Deliveries are made.
    pub active: bool,
    /// Failed deliveries in a row.
    pub failures: i64,
    /// No delivery before this.
    pub rest_until: Option<DateTime<Utc>>,
    /// Why the last one failed.
    pub last_error: Option<String>,
    /// When one last succeeded.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When one last failed.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// When people were told that it keeps failing; none while it works.
    pub alarmed_at: Option<DateTime<Utc>>,
    /// When people were told that a delivery was given up; none while it works.
    pub gave_up_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "SELECT w.id, w.version, w.created_at, w.updated_at, w.archived_at, w.created_by, w.api_key_id, w.name, w.kind, w.url, w.secret, \
    w.events, w.active, w.failures, w.rest_until, w.last_error, w.last_success_at, w.last_failure_at, w.alarmed_at, w.gave_up_at FROM webhooks w WHERE ";

fn read(cells: Cells) -> Result<Webhook> {
    let mut r = Row::new(cells);
    Ok(Webhook {
        id: r.id()?,
        version: r.int()?,
        created_at: r.time()?,
        updated_at: r.time()?,
        archived_at: r.opt_time(),
        created_by: r.opt_id(),
        api_key_id: r.opt_id(),
        name: r.text()?,
        kind: r.text()?,
        url: r.text()?,
        secret: r.opt_text(),
        events: r.text()?,
        active: r.bool()?,
        failures: r.int()?,
        rest_until: r.opt_time(),
        last_error: r.opt_text(),
        last_success_at: r.opt_time(),
        last_failure_at: r.opt_time(),
        alarmed_at: r.opt_time(),
        gave_up_at: r.opt_time(),
    })
}

/// Keeps what people were told about an endpoint.
pub fn told(
    conn: &mut AnyConnection,
    id: Uuid,
    alarmed_at: Option<DateTime<Utc>>,
    gave_up_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE webhooks SET alarmed_at = ");
    q.bind(Store::Time, &or_null(alarmed_at, Value::Time)).push(", gave_up_at = ");
    q.bind(Store::Time, &or_null(gave_up_at, Value::Time)).push(" WHERE id = ").id(id);
    q.execute(conn)?;
    Ok(())
}

/// Every endpoint that is not archived, by name.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Webhook>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("w.archived_at IS NULL ORDER BY w.name, w.id");
    q.load(conn)?.into_iter().map(read).collect()
}

/// One endpoint that is not archived, locked; its queue may grow meanwhile.
pub fn find(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Webhook>> {
    let mut q = Sql::start(conn, COLUMNS);
    q.push("w.archived_at IS NULL AND w.id = ").id(id).pick(" FOR NO KEY UPDATE", "");
    q.first(conn)?.map(read).transpose()
}

/// Writes an endpoint: a new one, or a changed one whose version in the database is still `expected`.
pub fn save(conn: &mut AnyConnection, w: &Webhook, expected: Option<i64>) -> Result<bool> {
    let text = |s: &Option<String>| or_null(s.clone(), Value::Text);
    let Some(expected) = expected else {
        let mut q = Sql::start(
            conn,
            "INSERT INTO webhooks (id, version, created_at, updated_at, created_by, api_key_id, name, kind, url, secret, events, active, failures) VALUES (",
        );
        q.id(w.id).push(", 1, ").time(w.created_at).push(", ").time(w.updated_at).push(", ");
        q.bind(Store::Id, &or_null(w.created_by, Value::Id)).push(", ");
        q.bind(Store::Id, &or_null(w.api_key_id, Value::Id)).push(", ").text(w.name.clone()).push(", ");
        q.text(w.kind.clone()).push(", ").text(w.url.clone()).push(", ").bind(Store::Text, &text(&w.secret)).push(", ");
        q.bind(Store::Json, &Value::Json(w.events.clone())).push(", ").bind(Store::Bool, &Value::Bool(w.active));
        q.push(", 0)");
        return Ok(q.execute(conn)? > 0);
    };
    let mut q = Sql::start(conn, "UPDATE webhooks SET version = ");
    q.int(w.version).push(", updated_at = ").time(w.updated_at).push(", archived_at = ");
    q.bind(Store::Time, &or_null(w.archived_at, Value::Time)).push(", name = ").text(w.name.clone());
    q.push(", created_by = ").bind(Store::Id, &or_null(w.created_by, Value::Id));
    q.push(", api_key_id = ").bind(Store::Id, &or_null(w.api_key_id, Value::Id));
    q.push(", url = ").text(w.url.clone()).push(", secret = ").bind(Store::Text, &text(&w.secret));
    q.push(", events = ").bind(Store::Json, &Value::Json(w.events.clone()));
    q.push(", active = ").bind(Store::Bool, &Value::Bool(w.active)).push(", rest_until = NULL");
    q.push(" WHERE id = ").id(w.id).push(" AND version = ").int(expected);
    Ok(q.execute(conn)? > 0)
}

/// Something to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Order of making; 0 before it is written.
    pub seq: i64,
    /// Its id, the same at every try.
    pub id: Uuid,
    /// To which endpoint.
    pub webhook_id: Uuid,
    /// What makes it happen once: the event, or the run of a rule.
    pub occasion: String,
    /// Type of the event.
    pub kind: String,
    /// Plural key of the object.
    pub object: String,
    /// The record.
    pub subject: Uuid,
    /// What is sent, JSON text.
    pub body: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// `waiting`, `done` or `parked`.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: DateTime<Utc>,
    /// HTTP status of the last answer.
    pub status: Option<i64>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it was done or parked.
    pub finished_at: Option<DateTime<Utc>>,
}

const DELIVERY: &str = "seq, id, webhook_id, occasion, type, object, subject, body, created_at, state, attempts, next_at, status, error, finished_at";

fn read_delivery(cells: Cells) -> Result<Delivery> {
    let mut r = Row::new(cells);
    Ok(Delivery {
        seq: r.int()?,
        id: r.id()?,
        webhook_id: r.id()?,
        occasion: r.text()?,
        kind: r.text()?,
        object: r.text()?,
        subject: r.id()?,
        body: r.text()?,
        created_at: r.time()?,
        state: r.text()?,
        attempts: r.int()?,
        next_at: r.time()?,
        status: r.opt_int(),
        error: r.opt_text(),
        finished_at: r.opt_time(),
    })
}

/// Puts deliveries into the outbox, each once by its occasion.
pub fn send(conn: &mut AnyConnection, deliveries: &[Delivery]) -> Result<()> {
    for chunk in deliveries.chunks(50) {
        let mut q = Sql::start(
            conn,
            "INSERT INTO webhook_deliveries (id, webhook_id, occasion, type, object, subject, body, created_at, state, attempts, next_at) VALUES ",
        );
        for (i, d) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(d.id).push(", ").id(d.webhook_id);
            q.push(", ").text(d.occasion.clone()).push(", ").text(d.kind.clone()).push(", ").text(d.object.clone());
            q.push(", ").id(d.subject).push(", ").text(d.body.clone()).push(", ").time(d.created_at);
            q.push(", 'waiting', 0, ").time(d.created_at).push(")");
        }
        q.push(" ON CONFLICT (webhook_id, occasion) DO NOTHING");
        q.execute(conn)?;
    }
    Ok(())
}

/// Writes what came of a try: the state of the delivery and the health of its endpoint.
pub fn settle(
    conn: &mut AnyConnection,
    d: &Delivery,
    error: Option<&str>,
    rest_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE webhook_deliveries SET lease_until = NULL, state = ");
    q.text(d.state.clone()).push(", next_at = ").time(d.next_at).push(", status = ");
    q.bind(Store::Int, &or_null(d.status, Value::Int)).push(", error = ");
    q.bind(Store::Text, &or_null(error.map(str::to_owned), Value::Text)).push(", finished_at = ");
    q.bind(Store::Time, &or_null(d.finished_at, Value::Time)).push(" WHERE id = ").id(d.id);
    q.execute(conn)?;
    let mut q = Sql::start(conn, "UPDATE webhooks SET rest_until = ");
    q.bind(Store::Time, &or_null(rest_until, Value::Time));
    match error {
        None => q.push(", failures = 0, last_success_at = ").time(now),
        Some(error) => {
            q.push(", failures = failures + 1, last_failure_at = ").time(now).push(", last_error = ").text(error)
        }
    };
    q.push(" WHERE id = ").id(d.webhook_id);
    q.execute(conn)?;
    Ok(())
}

/// The deliveries of an endpoint, newest first, before a position.
pub fn deliveries(
    conn: &mut AnyConnection,
    webhook: Uuid,
    state: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.push(DELIVERY).push(" FROM webhook_deliveries WHERE webhook_id = ").id(webhook);
    q.push(" AND seq < ").int(before.unwrap_or(i64::MAX));
    if let Some(state) = state {
        q.push(" AND state = ").text(state);
    }
    q.push(" ORDER BY seq DESC LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(read_delivery).collect()
}

/// Has deliveries sent again: one that has ended, or all of an endpoint that were parked. Answers how many.
pub fn replay(conn: &mut AnyConnection, webhook: Uuid, delivery: Option<Uuid>, now: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(
        conn,
        "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, finished_at = NULL, created_at = ",
    );
    q.time(now).push(", next_at = ").time(now).push(" WHERE webhook_id = ").id(webhook);
    match delivery {
        Some(id) => q.push(" AND state <> 'waiting' AND id = ").id(id),
        None => q.push(" AND state = 'parked'"),
    };
    q.execute(conn)
}

/// Number of deliveries by endpoint and state; the done ones are not counted.
pub fn pending(conn: &mut AnyConnection) -> Result<HashMap<(Uuid, String), i64>> {
    let q = Sql::start(
        conn,
        "SELECT webhook_id, state, count(*) FROM webhook_deliveries WHERE state <> 'done' GROUP BY webhook_id, state",
    );
    let read = |Cells(c): Cells| Some(((c.first()?.as_id()?, c.get(1)?.as_str()?.to_owned()), c.get(2)?.as_int()?));
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// Forgets what an endpoint was told and was to be told.
pub fn forget_all(conn: &mut AnyConnection, webhook: Uuid) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM webhook_deliveries WHERE webhook_id = ");
    q.id(webhook);
    q.execute(conn)
}

/// Forgets what an endpoint was still to be told, and what was given up. What is just being sent is left: whoever sends
/// it holds its row and asks for that of the endpoint.
pub fn forget_untold(conn: &mut AnyConnection, webhook: Uuid, now: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM webhook_deliveries WHERE state <> 'done' AND webhook_id = ");
    q.id(webhook).push(" AND (lease_until IS NULL OR lease_until < ").time(now).push(")");
    q.execute(conn)
}

/// Forgets what was delivered before a moment, and what archived endpoints were to be told: an event from before may have
/// been read after, and what was just being sent then may have failed.
pub fn forget(conn: &mut AnyConnection, before: DateTime<Utc>) -> Result<usize> {
    let mut q = Sql::start(conn, "DELETE FROM webhook_deliveries WHERE state = 'done' AND finished_at < ");
    q.time(before);
    let old = q.execute(conn)?;
    let mut q = Sql::start(conn, "DELETE FROM webhook_deliveries WHERE state <> 'done' AND webhook_id IN (");
    q.push("SELECT w.id FROM webhooks w WHERE w.archived_at IS NOT NULL)");
    Ok(old + q.execute(conn)?)
}
