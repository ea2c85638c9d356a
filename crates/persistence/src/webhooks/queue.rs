//! Whose turn it is: each endpoint has a queue of its own and is told one thing at a time, the events of a record in
//! their order. Finding the head of a queue costs the same however long it has become, since an endpoint that is down
//! for a day gathers very many deliveries.

use super::{DELIVERY, Delivery, Webhook, read, read_delivery};
use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, Utc};
use domain::value::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Its maker is no longer active.
    MakerGone,
    /// The API key by which it was made or changed is no longer in force.
    KeyGone,
}

const MAKER_THERE: &str =
    "EXISTS (SELECT 1 FROM users u WHERE u.id = w.created_by AND u.status = 'active' AND u.archived_at IS NULL)";

/// Endpoints whose API key, if there is one, is in force.
fn push_key_there(q: &mut Sql, now: DateTime<Utc>) {
    q.push("(w.api_key_id IS NULL OR EXISTS (SELECT 1 FROM api_keys k WHERE k.id = w.api_key_id");
    q.push(" AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ").time(now).push(")))");
}

/// The endpoints that are told nothing because nobody answers for them any more.
pub fn stopped(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<HashMap<Uuid, Stop>> {
    let mut q = Sql::start(conn, "SELECT w.id, CASE WHEN ");
    q.push(MAKER_THERE).push(" THEN 1 ELSE 0 END FROM webhooks w WHERE w.archived_at IS NULL AND NOT (");
    q.push(MAKER_THERE).push(" AND ");
    push_key_there(&mut q, now);
    q.push(")");
    let read = |Cells(c): Cells| {
        let stop = if c.get(1)?.as_int()? == 0 { Stop::MakerGone } else { Stop::KeyGone };
        Some((c.first()?.as_id()?, stop))
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// Endpoints that do not rest, and for which somebody answers.
fn push_awake(q: &mut Sql, now: DateTime<Utc>) {
    q.push(MAKER_THERE).push(" AND ");
    push_key_there(q, now);
    q.push(" AND ");
    q.push("w.archived_at IS NULL AND w.active").pick("", " = 1");
    q.push(" AND (w.rest_until IS NULL OR w.rest_until <= ").time(now).push(")");
}

/// Endpoints for which something is due and which nobody is telling anything, the one that waits longest first.
fn ready(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT w.id FROM webhooks w WHERE ");
    push_awake(&mut q, now);
    q.push(" AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_at <= ");
    q.time(now);
    q.push(") AND NOT EXISTS (SELECT 1 FROM webhook_deliveries h WHERE h.webhook_id = w.id AND h.lease_until >= ")
        .time(now);
    q.push(") ORDER BY (SELECT min(f.next_at) FROM webhook_deliveries f WHERE f.webhook_id = w.id AND f.state = 'waiting'), w.id");
    Ok(q.load(conn)?.into_iter().filter_map(|Cells(c)| c.first().and_then(Value::as_id)).collect())
}

/// What an endpoint is to be told next: what has waited longest and is the first of its record.
fn head(conn: &mut AnyConnection, webhook: Uuid, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let mut q = Sql::start(conn, "SELECT d.id FROM webhook_deliveries d WHERE d.webhook_id = ");
    q.id(webhook).push(" AND d.state = 'waiting' AND d.next_at <= ").time(now);
    q.push(" AND NOT EXISTS (SELECT 1 FROM webhook_deliveries h WHERE h.webhook_id = ").id(webhook);
    q.push(" AND h.lease_until >= ").time(now);
    q.push(") AND NOT EXISTS (SELECT 1 FROM webhook_deliveries p WHERE p.webhook_id = ").id(webhook);
    q.push(" AND p.subject = d.subject AND p.state = 'waiting' AND p.seq < d.seq) ORDER BY d.next_at, d.seq LIMIT 1");
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_id)))
}

/// Whether something may be sent now; a look that takes no lock.
pub fn due(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    for webhook in ready(conn, now)? {
        if head(conn, webhook, now)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Claims the next delivery of the endpoint that has waited longest, until the lease ends.
pub fn claim(
    conn: &mut AnyConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<(Delivery, Webhook)>> {
    for id in ready(conn, now)? {
        // Held before its queue is looked at: what another process claims is then either seen or not yet begun.
        let Some(webhook) = hold(conn, id, now)? else { continue };
        let Some(delivery) = head(conn, id, now)? else { continue };
        let mut q = Sql::start(conn, "UPDATE webhook_deliveries SET attempts = attempts + 1, lease_until = ");
        q.time(until).push(" WHERE id = ").id(delivery).push(" RETURNING ").push(DELIVERY);
        return Ok(q.first(conn)?.map(read_delivery).transpose()?.map(|delivery| (delivery, webhook)));
    }
    Ok(None)
}

/// An endpoint that does not rest, held against others who would send; not against those who add to its queue.
fn hold(conn: &mut AnyConnection, id: Uuid, now: DateTime<Utc>) -> Result<Option<Webhook>> {
    let mut q = Sql::start(conn, super::COLUMNS);
    push_awake(&mut q, now);
    q.push(" AND w.id = ").id(id).pick(" FOR NO KEY UPDATE SKIP LOCKED", "");
    q.first(conn)?.map(read).transpose()
}
