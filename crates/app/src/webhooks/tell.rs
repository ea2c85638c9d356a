//! From events to deliveries: a consumer of the log, and calls of rules.

use super::maker;
use crate::consumers::Effects;
use crate::{Actor, Ctx, Error, Result};
use contract::webhooks::WebhookKind;
use domain::objects;
use domain::policy::{Action, Masks};
use domain::record::Shape;
use persistence::events::Event;
use persistence::webhooks::{self as store, Delivery, Webhook};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Is this a type of event that an endpoint can be told?
pub(super) fn is_known(event: &str) -> bool {
    if event == "*" {
        return true;
    }
    let Some((object, verb)) = event.split_once('.') else { return false };
    objects::ALL.iter().any(|def| def.singular == object)
        && ["*", "created", "updated", "archived", "restored"].contains(&verb)
}

fn wants(patterns: &[String], kind: &str) -> bool {
    let object = kind.split('.').next().unwrap_or_default();
    patterns.iter().any(|p| p == "*" || p == kind || p.strip_suffix(".*") == Some(object))
}

/// Says what a batch of events is to be sent to whom.
pub fn prepare(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
    let webhooks = store::all(ctx.conn)?;
    let listening: Vec<(Webhook, Vec<String>)> = webhooks
        .into_iter()
        .map(|w| (serde_json::from_str::<Vec<String>>(&w.events).unwrap_or_default(), w))
        .filter(|(patterns, _)| !patterns.is_empty())
        .map(|(patterns, w)| (w, patterns))
        .collect();
    if listening.is_empty() {
        return Ok(None);
    }
    let owners = owners(ctx, events)?;
    let mut deliveries = Vec::new();
    for (webhook, patterns) in &listening {
        let Some(actor) = maker(ctx, webhook)? else { continue };
        for event in events.iter().filter(|e| wants(patterns, &e.kind)) {
            let Some(shape) = ctx.schema.shape(&event.object).cloned() else { continue };
            if sees(&actor, &shape, owners.get(&event.record_id).copied().flatten()) {
                deliveries.push(delivery(ctx, webhook, &actor, &shape, event)?);
            }
        }
    }
    if deliveries.is_empty() {
        return Ok(None);
    }
    // In the order of the log, so that the deliveries of a record are in its order too.
    deliveries.sort_by_key(|(seq, _)| *seq);
    let deliveries: Vec<Delivery> = deliveries.into_iter().map(|(_, d)| d).collect();
    let makers: Vec<_> = listening.iter().map(|(w, _)| (w.id, w.created_by, w.api_key_id)).collect();
    Ok(Some(Box::new(move |ctx| {
        // What one may see must not go to where another has just turned it.
        let now = store::all(ctx.conn)?;
        let turned = |w: &Webhook| makers.iter().any(|m| m.0 == w.id && (m.1, m.2) != (w.created_by, w.api_key_id));
        if now.iter().any(turned) {
            return Err(Error::Contended("an endpoint has another maker".to_owned()));
        }
        Ok(store::send(ctx.conn, &deliveries)?)
    })))
}

fn owners(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<HashMap<Uuid, Option<Uuid>>> {
    let mut ids: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for event in events {
        ids.entry(&event.object).or_default().push(event.record_id);
    }
    let mut found = HashMap::new();
    for (object, ids) in ids {
        if let Some(shape) = ctx.schema.shape(object).filter(|s| s.def.owned).cloned() {
            found.extend(persistence::records::links(ctx.conn, &shape, "owner_id", &ids)?);
        }
    }
    Ok(found)
}

fn sees(actor: &Actor, shape: &Shape, owner: Option<Uuid>) -> bool {
    let visible = actor.visible(shape.def.permission, Action::Read);
    visible.is_some_and(|visible| !shape.def.owned || visible.contains(owner))
}

fn delivery(
    ctx: &mut Ctx<'_>,
    webhook: &Webhook,
    actor: &Actor,
    shape: &Shape,
    event: &Event,
) -> Result<(i64, Delivery)> {
    let masks = actor.permissions.masks;
    let old = crate::feed::document(event.old.as_deref(), shape, masks);
    let new = crate::feed::document(event.new.as_deref(), shape, masks);
    let body = match WebhookKind::of(&webhook.kind) {
        WebhookKind::Flywheel => json!({
            "id": event.id,
            "seq": event.seq,
            "type": event.kind,
            "object": event.object,
            "record_id": event.record_id,
            "actor_id": event.actor_id,
            "at": domain::value::write_time(&event.at),
            "old": old,
            "new": new,
            "request_id": event.request_id,
        }),
        kind => {
            let title = crate::notifications::news::title(ctx, &event.object, event.record_id)?;
            let verb = match event.kind.rsplit('.').next().unwrap_or_default() {
                "created" => "新建",
                "archived" => "归档",
                "restored" => "恢复",
                _ => "更新",
            };
            message(kind, &format!("{}「{title}」已{verb}", shape.def.label.zh))
        }
    };
    let subject = (event.object.as_str(), event.record_id);
    Ok((event.seq, make(ctx, webhook, &format!("e{}", event.seq), &event.kind, subject, &body)))
}

/// A text message as each group robot takes it. What a robot's signature needs is added when it is sent.
fn message(kind: WebhookKind, text: &str) -> Json {
    match kind {
        WebhookKind::Feishu => json!({ "msg_type": "text", "content": { "text": text } }),
        WebhookKind::Wecom | WebhookKind::Dingtalk | WebhookKind::Flywheel => {
            json!({ "msgtype": "text", "text": { "content": text } })
        }
    }
}

fn make(
    ctx: &Ctx<'_>,
    webhook: &Webhook,
    occasion: &str,
    kind: &str,
    (object, subject): (&str, Uuid),
    body: &Json,
) -> Delivery {
    Delivery {
        seq: 0,
        id: Uuid::now_v7(),
        webhook_id: webhook.id,
        occasion: occasion.to_owned(),
        kind: kind.to_owned(),
        object: object.to_owned(),
        subject,
        body: body.to_string(),
        created_at: ctx.now,
        state: "waiting".to_owned(),
        attempts: 0,
        next_at: ctx.now,
        status: None,
        error: None,
        finished_at: None,
    }
}

/// A test of an endpoint.
pub(super) fn ping(ctx: &Ctx<'_>, webhook: &Webhook) -> Delivery {
    let at = domain::value::write_time(&ctx.now);
    let body = match WebhookKind::of(&webhook.kind) {
        WebhookKind::Flywheel => json!({ "type": "ping", "webhook_id": webhook.id, "at": at }),
        kind => message(kind, "飞轮 CRM 测试消息"),
    };
    make(ctx, webhook, &format!("ping:{}", Uuid::now_v7()), "ping", ("webhooks", webhook.id), &body)
}

/// A rule calls an endpoint about a record, which it is told as far as both the rule and the endpoint's maker may see it;
/// the reason when it is not called.
pub fn call(
    ctx: &mut Ctx<'_>,
    id: Uuid,
    occasion: &str,
    rule: &str,
    shape: &Shape,
    record: &domain::record::Record,
) -> Result<std::result::Result<(), &'static str>> {
    let Some(webhook) = store::find(ctx.conn, id)? else { return Ok(Err("webhook_gone")) };
    let Some(maker) = maker(ctx, &webhook)? else { return Ok(Err("webhook_stopped")) };
    let owner = shape.def.owned.then(|| record.get(shape, "owner_id").as_id()).flatten();
    if !sees(&maker, shape, owner) {
        return Ok(Err("webhook_sight"));
    }
    let (mine, theirs) = (ctx.actor.permissions.masks, maker.permissions.masks);
    let masks = Masks { phone: mine.phone.max(theirs.phone), email: mine.email.max(theirs.email) };
    let title = record.get(shape, shape.def.title).as_str().unwrap_or_default();
    let body = match WebhookKind::of(&webhook.kind) {
        WebhookKind::Flywheel => {
            let mut shown = String::new();
            record.write_json(shape, masks, None, &mut shown);
            let shown: Json = serde_json::from_str(&shown).unwrap_or_default();
            let at = domain::value::write_time(&ctx.now);
            json!({ "type": "rule.fired", "rule": rule, "object": shape.def.key, "record_id": record.id(), "at": at, "record": shown })
        }
        kind => message(kind, &format!("规则「{rule}」：{}「{title}」", shape.def.label.zh)),
    };
    let delivery = make(ctx, &webhook, occasion, "rule.fired", (shape.def.key, record.id()), &body);
    store::send(ctx.conn, &[delivery])?;
    Ok(Ok(()))
}
