//! Deliveries as people see them: what was sent, as far as they may see the record.

use crate::{Ctx, Result, Visible};
use contract::webhooks::{Delivery, DeliveryState};
use domain::policy::Action;
use persistence::webhooks as store;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Several, with their records' names in one query for each object.
pub(super) fn all(ctx: &mut Ctx<'_>, rows: Vec<store::Delivery>) -> Result<Vec<Delivery>> {
    let mut ids: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for row in &rows {
        ids.entry(row.object.clone()).or_default().push(row.subject);
    }
    let mut titles: HashMap<Uuid, String> = HashMap::new();
    for (object, ids) in ids {
        let Some(shape) = ctx.schema.shape(&object).cloned() else { continue };
        let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { continue };
        let visible = if shape.def.owned { visible } else { Visible::All };
        titles.extend(persistence::records::titles(ctx.conn, &shape, &ids, visible.owners())?);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let title = titles.get(&row.subject).cloned();
            show(ctx, row, title)
        })
        .collect())
}

/// One about no record.
pub(super) fn one(ctx: &Ctx<'_>, row: store::Delivery) -> Delivery {
    show(ctx, row, None)
}

fn show(ctx: &Ctx<'_>, d: store::Delivery, title: Option<String>) -> Delivery {
    let body: Json = serde_json::from_str(&d.body).unwrap_or_default();
    let seen = title.is_some();
    let part = |keys: [&str; 2]| -> Option<Map<String, Json>> {
        let found = keys.iter().filter_map(|k| body.get(*k)).find(|v| v.is_object()).filter(|_| seen)?;
        let shape = ctx.schema.shape(&d.object)?;
        crate::feed::document(Some(&found.to_string()), shape, ctx.actor.permissions.masks)
    };
    let message = [["text", "content"], ["content", "text"]].iter().find_map(|[a, b]| body.get(a)?.get(b)?.as_str());
    let state = match d.state.as_str() {
        "done" => DeliveryState::Done,
        "parked" => DeliveryState::Parked,
        _ => DeliveryState::Waiting,
    };
    Delivery {
        old: part(["old", "old"]),
        new: part(["new", "record"]),
        message: message.filter(|_| seen || d.kind == "ping").map(str::to_owned),
        title,
        id: d.id,
        created_at: d.created_at,
        type_: d.kind,
        object: d.object,
        record_id: d.subject,
        next_at: Some(d.next_at).filter(|_| state == DeliveryState::Waiting),
        state,
        attempts: d.attempts,
        status: d.status,
        error: d.error,
        finished_at: d.finished_at,
    }
}
