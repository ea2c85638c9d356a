//! Scores follow the events of the records they are made of.

use super::contacts;
use super::customers::{self, Background};
use crate::consumers::Effects;
use crate::{Ctx, Result};
use domain::value::Value;
use persistence::events::Event;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The objects whose changes may change a score.
pub const OBJECTS: &[&str] = &["customers", "activities", "opportunities", "orders", "assessments"];
/// Customers scored at once.
pub(crate) const CHUNK: usize = 200;

/// What follows from a batch of events: the contacts that changed are scored, then the customers that they and the
/// other records belong to.
pub fn on_events(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
    let mut touched: BTreeSet<Uuid> = BTreeSet::new();
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    for event in events {
        match event.object.as_str() {
            "customers" => {
                ids.insert(event.record_id);
            }
            "activities" => {
                touched.insert(event.record_id);
            }
            _ => {}
        }
        for side in [&event.old, &event.new] {
            let member = side.as_deref().and_then(|s| serde_json::from_str::<serde_json::Value>(s).ok());
            let id = member.as_ref().and_then(|m| m.get("customer_id")?.as_str());
            ids.extend(id.and_then(domain::fields::parse_id));
        }
    }
    let unnamed: Vec<(&str, Uuid)> = events
        .iter()
        .filter(|e| ["opportunities", "orders", "assessments"].contains(&e.object.as_str()))
        .map(|e| (e.object.as_str(), e.record_id))
        .collect();
    ids.extend(customers_behind(ctx, &unnamed)?);
    if touched.is_empty() && ids.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(move |ctx| {
        let touched: Vec<Uuid> = touched.into_iter().collect();
        let mut all: Vec<Uuid> =
            ids.into_iter().chain(persistence::contact_materials::customers_of(ctx.conn, &touched)?).collect();
        all.sort_unstable();
        all.dedup();
        refresh(ctx, &all, &touched)
    })))
}

/// Scores the touched contacts and these customers.
pub(crate) fn refresh(ctx: &mut Ctx<'_>, ids: &[Uuid], touched: &[Uuid]) -> Result<()> {
    let base = Background::load(ctx)?;
    // Once for all touched, so that an activity which went from one customer to another is found on either side.
    contacts::rescore(ctx, &base.models, ids, touched)?;
    for chunk in ids.chunks(CHUNK) {
        customers::refresh(ctx, &base, chunk)?;
    }
    Ok(())
}

/// The customers of records whose events do not name them, since only other fields changed.
fn customers_behind(ctx: &mut Ctx<'_>, records: &[(&str, Uuid)]) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for object in ["opportunities", "orders", "assessments"] {
        let ids: Vec<Uuid> = records.iter().filter(|(o, _)| *o == object).map(|(_, id)| *id).collect();
        if ids.is_empty() {
            continue;
        }
        let shape = ctx.shape(object)?;
        let records = persistence::records::get_many(ctx.conn, &shape, &ids, persistence::records::Owners::All)?;
        found.extend(records.iter().filter_map(|r| match r.get(&shape, "customer_id") {
            Value::Id(id) => Some(*id),
            _ => None,
        }));
    }
    Ok(found)
}
