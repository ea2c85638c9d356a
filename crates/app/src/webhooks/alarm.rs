//! Telling people that an endpoint keeps failing, that deliveries to it were given up, and that it works again: each once.

use crate::{Actor, Ctx, Result, rules};
use chrono::{DateTime, Utc};
use persistence::db::AnyConnection;
use persistence::webhooks::{self as store, Webhook};
use std::sync::Arc;
use uuid::Uuid;

/// Failures in a row after which people are told: a quarter of an hour of trying.
const OFTEN: i64 = 10;

/// After a failure; `given_up` when the delivery was parked. Inside the transaction that settles it.
pub(super) fn failed(conn: &mut AnyConnection, id: Uuid, given_up: bool, now: DateTime<Utc>) -> Result<()> {
    let Some(webhook) = store::find(conn, id)? else { return Ok(()) };
    let alarmed = webhook.alarmed_at.or((webhook.failures >= OFTEN || given_up).then_some(now));
    let gave_up = webhook.gave_up_at.or(given_up.then_some(now));
    if (alarmed, gave_up) == (webhook.alarmed_at, webhook.gave_up_at) {
        return Ok(());
    }
    tracing::warn!(webhook = %id, error = webhook.last_error, given_up, "an endpoint keeps failing");
    store::told(conn, id, alarmed, gave_up)?;
    // One piece of news at a time: that a delivery was given up says that the endpoint fails.
    let code = if gave_up != webhook.gave_up_at { "webhook_parked" } else { "webhook_failing" };
    tell(conn, &webhook, code, webhook.last_error.as_deref().unwrap_or_default(), now)
}

/// After a success.
pub(super) fn recovered(conn: &mut AnyConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let Some(webhook) = store::find(conn, id)? else { return Ok(()) };
    if webhook.alarmed_at.is_none() && webhook.gave_up_at.is_none() {
        return Ok(());
    }
    store::told(conn, id, None, None)?;
    tell(conn, &webhook, "webhook_recovered", "", now)
}

fn tell(conn: &mut AnyConnection, webhook: &Webhook, code: &str, detail: &str, now: DateTime<Utc>) -> Result<()> {
    let schema = Arc::new(crate::schema::load(conn)?);
    let actor = Actor::system(Uuid::nil());
    let mut ctx = Ctx { conn, actor: &actor, now, request_id: Uuid::now_v7(), schema: &schema };
    let key = format!("{code}:{}:{}", webhook.id, now.timestamp_micros());
    let about = Some(("webhooks", webhook.id));
    rules::alarm(&mut ctx, webhook.created_by, about, (code, &webhook.name, detail), &key)
}
