//! Endpoints of other systems: who is told what, and how they are doing.

mod alarm;
mod deliver;
mod shown;
mod tell;

pub use deliver::{allow_private, sign, work};
pub use tell::{call, prepare};

use crate::identity::{Stamp, load_person};
use crate::{Ctx, Error, Result};
use chrono::TimeDelta;
use contract::webhooks::{
    Deliveries, Delivery, DeliveryState, Replayed, Webhook as WebhookOut, WebhookInput, WebhookKind, WebhookPatch,
    Webhooks,
};
use domain::fields::{FieldError, is_url};
use domain::policy::{Action, Masks};
use persistence::webhooks::{self as store, Stop, Webhook};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use uuid::Uuid;

/// How long deliveries that were made are kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Endpoints at most.
const MAX: usize = 100;

/// What is known of endpoints besides their rows: their queues, and why some are told nothing.
#[derive(Default)]
struct Known {
    pending: HashMap<(Uuid, String), i64>,
    stopped: HashMap<Uuid, Stop>,
}

fn known(ctx: &mut Ctx<'_>) -> Result<Known> {
    Ok(Known { pending: store::pending(ctx.conn)?, stopped: store::stopped(ctx.conn, ctx.now)? })
}

fn present(w: Webhook, known: &Known) -> WebhookOut {
    let count = |state: &str| known.pending.get(&(w.id, state.to_owned())).copied().unwrap_or(0);
    let reason = known.stopped.get(&w.id).map(|stop| match stop {
        Stop::MakerGone => "owner_gone",
        Stop::KeyGone => "key_gone",
    });
    WebhookOut {
        stopped_reason: reason.map(str::to_owned),
        waiting: count("waiting"),
        parked: count("parked"),
        id: w.id,
        version: w.version,
        created_at: w.created_at,
        updated_at: w.updated_at,
        created_by: w.created_by,
        api_key_id: w.api_key_id,
        kind: WebhookKind::of(&w.kind),
        events: serde_json::from_str(&w.events).unwrap_or_default(),
        active: w.active,
        secret: None,
        failures: w.failures,
        next_try_at: w.rest_until,
        last_error: w.last_error,
        last_success_at: w.last_success_at,
        last_failure_at: w.last_failure_at,
        name: w.name,
        url: w.url,
    }
}

/// Every endpoint.
pub fn list(ctx: &mut Ctx<'_>) -> Result<Webhooks> {
    let known = known(ctx)?;
    Ok(Webhooks { items: store::all(ctx.conn)?.into_iter().map(|w| present(w, &known)).collect() })
}

/// One endpoint.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid) -> Result<WebhookOut> {
    let found = store::all(ctx.conn)?.into_iter().find(|w| w.id == id).ok_or(Error::NotFound)?;
    Ok(present(found, &known(ctx)?))
}

fn check(name: &str, url: &str, events: &[String]) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code, detail: &str| errors.push(FieldError::new(field, code, detail));
    match name.trim() {
        "" => wrong("name", "required", ""),
        name if name.chars().count() > 100 => wrong("name", "too_long", "100"),
        name if name.contains(['\0', '\r', '\n']) => wrong("name", "one_line", ""),
        _ => {}
    }
    let http = url.starts_with("http://") || url.starts_with("https://");
    if !http || !is_url(url) || url.len() > 1000 || url.contains('\0') {
        wrong("url", "url", "");
    } else if deliver::is_private_literal(url) {
        wrong("url", "private_address", "");
    }
    if events.len() > 200 {
        wrong("events", "too_many", "200");
    }
    for (i, event) in events.iter().enumerate() {
        if !tell::is_known(event) {
            wrong(&format!("events[{i}]"), "unknown_event", event);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Makes an endpoint. Its secret is shown here and nowhere else.
pub fn create(ctx: &mut Ctx<'_>, input: &WebhookInput) -> Result<WebhookOut> {
    check(&input.name, &input.url, &input.events)?;
    if store::all(ctx.conn)?.len() >= MAX {
        return Err(Error::conflict("too_many_webhooks", MAX.to_string()));
    }
    let given = input.secret.as_deref().map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned);
    let secret = match input.kind {
        WebhookKind::Flywheel => Some(new_secret()?),
        WebhookKind::Dingtalk | WebhookKind::Feishu => given,
        WebhookKind::Wecom => None,
    };
    if secret.as_ref().is_some_and(|s| s.len() > 200 || s.contains('\0')) {
        return Err(Error::field("secret", "too_long", "200"));
    }
    let webhook = Webhook {
        id: Uuid::now_v7(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        created_by: Some(ctx.actor.user_id),
        api_key_id: ctx.actor.api_key_id,
        name: input.name.trim().to_owned(),
        kind: input.kind.key().to_owned(),
        url: input.url.trim().to_owned(),
        secret: secret.clone(),
        events: events(&input.events),
        active: true,
        failures: 0,
        rest_until: None,
        last_error: None,
        last_success_at: None,
        last_failure_at: None,
        alarmed_at: None,
        gave_up_at: None,
    };
    store::save(ctx.conn, &webhook, None)?;
    Stamp::of(ctx).note(ctx.conn, "webhook.created", "webhooks", webhook.id, None, Some(told(&webhook)))?;
    let shown = secret.filter(|_| input.kind == WebhookKind::Flywheel);
    Ok(WebhookOut { secret: shown, ..present(webhook, &Known::default()) })
}

fn new_secret() -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(format!("whsec_{}", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()))
}

fn events(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

/// Changes an endpoint at a version. Whoever changes where it is or what it is told is its maker from then on, and it is
/// told what they may see: otherwise an address of one's own would be a way to another's sight. An endpoint for which
/// nobody answers any more is taken over by sending either of them, or turning it on, without a change.
pub fn update(ctx: &mut Ctx<'_>, id: Uuid, version: Option<i64>, patch: &WebhookPatch) -> Result<WebhookOut> {
    let old = store::find(ctx.conn, id)?.ok_or(Error::NotFound)?;
    match version {
        None => return Err(Error::VersionRequired),
        Some(v) if v != old.version => return Err(Error::Stale { current: old.version }),
        Some(_) => {}
    }
    let before: Vec<String> = serde_json::from_str(&old.events).unwrap_or_default();
    let wanted = patch.events.clone().unwrap_or_else(|| before.clone());
    let mut new = Webhook {
        name: patch.name.as_deref().unwrap_or(&old.name).trim().to_owned(),
        url: patch.url.as_deref().unwrap_or(&old.url).trim().to_owned(),
        active: patch.active.unwrap_or(old.active),
        events: events(&wanted),
        version: old.version + 1,
        updated_at: ctx.now,
        ..old.clone()
    };
    check(&new.name, &new.url, &wanted)?;
    let turned = (new.url.as_str(), &wanted) != (old.url.as_str(), &before);
    let again = patch.url.is_some() || patch.events.is_some() || patch.active == Some(true);
    if turned || (again && maker(ctx, &old)?.is_none()) {
        take_over(ctx, &mut new)?;
    }
    if !store::save(ctx.conn, &new, Some(old.version))? {
        return Err(Error::Stale { current: old.version });
    }
    if told(&old) != told(&new) || old.url != new.url {
        let (mut was, mut is) = (told(&old), told(&new));
        // Of an address only the host is told; that another path was chosen is told all the same.
        if old.url != new.url && was["host"] == is["host"] {
            (was["address"], is["address"]) = (json!("before"), json!("changed"));
        }
        Stamp::of(ctx).note(ctx.conn, "webhook.updated", "webhooks", id, Some(was), Some(is))?;
    }
    get(ctx, id)
}

/// Makes the caller the maker of an endpoint. What it was told before, or was still to be told, is what somebody else may
/// see: it goes, so that it cannot be sent (again), unless the caller sees everything.
fn take_over(ctx: &mut Ctx<'_>, webhook: &mut Webhook) -> Result<()> {
    let me = (Some(ctx.actor.user_id), ctx.actor.api_key_id);
    if (webhook.created_by, webhook.api_key_id) == me {
        return Ok(());
    }
    (webhook.created_by, webhook.api_key_id) = me;
    let mut objects = domain::objects::ALL.iter();
    let all = objects.all(|def| ctx.actor.visible(def.permission, Action::Read) == Some(crate::Visible::All));
    if !all || ctx.actor.permissions.masks != Masks::default() {
        store::forget_all(ctx.conn, webhook.id)?;
    }
    Ok(())
}

/// Archives an endpoint: it is told nothing any more, and what it was still to be told goes.
pub fn archive(ctx: &mut Ctx<'_>, id: Uuid) -> Result<()> {
    let old = store::find(ctx.conn, id)?.ok_or(Error::NotFound)?;
    let new = Webhook { archived_at: Some(ctx.now), version: old.version + 1, ..old.clone() };
    store::save(ctx.conn, &new, Some(old.version))?;
    store::forget_untold(ctx.conn, id, ctx.now)?;
    Stamp::of(ctx).note(ctx.conn, "webhook.archived", "webhooks", id, Some(told(&old)), None)
}

/// An endpoint as the log of the set-up tells it: its address may hold a key of its own, so only the host is named.
fn told(webhook: &Webhook) -> Json {
    let host = webhook.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
    let host = host.map(|host| host.rsplit('@').next().unwrap_or(host));
    let events: Vec<String> = serde_json::from_str(&webhook.events).unwrap_or_default();
    json!({ "name": webhook.name, "target": webhook.kind, "host": host, "events": events, "active": webhook.active })
}

/// Sends a test: a `ping` about the endpoint itself.
pub fn test(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Delivery> {
    let webhook = store::find(ctx.conn, id)?.ok_or(Error::NotFound)?;
    answered_for(ctx, &webhook)?;
    let delivery = tell::ping(ctx, &webhook);
    store::send(ctx.conn, std::slice::from_ref(&delivery))?;
    Ok(shown::one(ctx, delivery))
}

/// A page of an endpoint's deliveries.
pub fn deliveries(
    ctx: &mut Ctx<'_>,
    id: Uuid,
    state: Option<DeliveryState>,
    before: Option<i64>,
    limit: i64,
) -> Result<Deliveries> {
    get(ctx, id)?;
    let state = state.map(|s| match s {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Done => "done",
        DeliveryState::Parked => "parked",
    });
    let mut rows = store::deliveries(ctx.conn, id, state, before, limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = rows.last().filter(|_| more).map(|d| d.seq.to_string());
    Ok(Deliveries { items: shown::all(ctx, rows)?, next_cursor })
}

/// Sends again: one delivery that has ended, or all of an endpoint that were given up.
pub fn replay(ctx: &mut Ctx<'_>, id: Uuid, delivery: Option<Uuid>) -> Result<Replayed> {
    let webhook = store::find(ctx.conn, id)?.ok_or(Error::NotFound)?;
    answered_for(ctx, &webhook)?;
    let replayed = store::replay(ctx.conn, id, delivery, ctx.now)?;
    if delivery.is_some() && replayed == 0 {
        return Err(Error::NotFound);
    }
    Ok(Replayed { replayed: replayed as i64 })
}

/// Forgets what was delivered long ago, and what is left of what archived endpoints were to be told.
pub(crate) fn sweep(ctx: &mut Ctx<'_>) -> Result<usize> {
    Ok(store::forget(ctx.conn, ctx.now - KEPT)?)
}

/// Refuses what would wait for ever.
fn answered_for(ctx: &mut Ctx<'_>, webhook: &Webhook) -> Result<()> {
    match maker(ctx, webhook)? {
        Some(_) => Ok(()),
        None => Err(Error::conflict("webhook_stopped", "")),
    }
}

/// What an endpoint's maker may see today, within the limits of the API key by which they made it; `None` when they are no
/// longer here, or the key is no longer in force.
fn maker(ctx: &mut Ctx<'_>, webhook: &Webhook) -> Result<Option<crate::Actor>> {
    match load_person(ctx.conn, webhook.created_by.unwrap_or_default(), webhook.api_key_id, ctx.now) {
        Ok(actor) => Ok(Some(actor)),
        Err(Error::Unauthenticated(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
