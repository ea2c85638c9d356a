//! Scores follow the events of the records they are made of.

use super::bands::Cause;
use super::contacts;
use super::customers::{self, Background};
use super::models::Models;
use crate::consumers::Effects;
use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use domain::value::Value;
use persistence::customer_scores as store;
use persistence::events::Event;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The objects whose changes may change a score.
pub const OBJECTS: &[&str] =
    &["customers", "activities", "opportunities", "orders", "assessments", "behaviours", "competitor_alerts"];
/// Those of them that name a customer.
const BY_CUSTOMER: [&str; 5] = ["opportunities", "orders", "assessments", "behaviours", "competitor_alerts"];
/// Customers scored at once.
pub(crate) const CHUNK: usize = 200;

/// What follows from a batch of events: the contacts that changed are scored, then the customers that they and the
/// other records belong to.
pub fn on_events(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
    let mut touched: BTreeSet<Uuid> = BTreeSet::new();
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    let mut graded: Vec<Grading> = Vec::new();
    let others = persistence::rules::imports_among(ctx.conn, events)?;
    let mut causes: HashMap<Uuid, Cause> = HashMap::new();
    for event in events {
        let cause = event.origin_id.filter(|origin| !others.contains(origin)).map(|rule| (rule, event.request_id));
        match event.object.as_str() {
            "customers" => {
                ids.insert(event.record_id);
                causes.extend(cause.map(|cause| (event.record_id, cause)));
                let says = |key: &str| event.new.as_deref().is_some_and(|new| new.contains(key));
                if says("\"grade\":") || says("\"grade_score\":") {
                    let said = event.new.as_deref().and_then(|new| serde_json::from_str(new).ok()).unwrap_or_default();
                    graded.push(Grading { customer: event.record_id, at: event.at, said });
                }
            }
            "activities" => {
                touched.insert(event.record_id);
            }
            _ => {}
        }
        for side in [&event.old, &event.new] {
            let member = side.as_deref().and_then(|s| serde_json::from_str::<serde_json::Value>(s).ok());
            let id = member.as_ref().and_then(|m| m.get("customer_id")?.as_str()).and_then(domain::fields::parse_id);
            causes.extend(id.zip(cause));
            ids.extend(id);
        }
    }
    let unnamed: Vec<(&str, Uuid)> = events
        .iter()
        .filter(|e| BY_CUSTOMER.contains(&e.object.as_str()))
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
        remember_grades(ctx, &graded)?;
        let base = Background { causes, ..Background::load(ctx)? };
        refresh(ctx, &base, &all, &touched)
    })))
}

/// A customer whose grade or its score was written, and what the event says of it.
struct Grading {
    customer: Uuid,
    at: DateTime<Utc>,
    said: Map<String, Json>,
}

/// Grades are given as customers are written; their history is kept here, each with what its event says, for there may
/// be a later one.
fn remember_grades(ctx: &mut Ctx<'_>, graded: &[Grading]) -> Result<()> {
    if graded.is_empty() {
        return Ok(());
    }
    let version = Models::load(ctx.conn)?.grade.version;
    let ids: Vec<Uuid> = graded.iter().map(|g| g.customer).collect();
    let customers: HashMap<Uuid, store::Customer> =
        store::customers(ctx.conn, &ids, false)?.into_iter().map(|c| (c.id, c)).collect();
    let mut by_time: BTreeMap<DateTime<Utc>, Vec<store::Snapshot>> = BTreeMap::new();
    for Grading { customer, at, said } in graded {
        let Some(customer) = customers.get(customer) else { continue };
        let [potential, fit, strategic] = customer.grade_inputs;
        let grade = match said.get("grade") {
            Some(grade) => grade.as_str().map(str::to_owned),
            None => customer.scores.grade.clone(),
        };
        let score = said.get("grade_score").map_or(customer.scores.grade_score, Json::as_f64);
        let manual = customer.grade_manual;
        let inputs =
            json!({ "potential": potential, "fit": fit, "strategic": strategic, "manual": manual, "score": score });
        let snapshot = store::Snapshot {
            subject: customer.id,
            model: "grade",
            value: score.unwrap_or_default(),
            band: grade.unwrap_or_else(|| "none".to_owned()),
            coverage: None,
            inputs: inputs.to_string(),
            settings_version: version,
        };
        by_time.entry(*at).or_default().push(snapshot);
    }
    for (at, snapshots) in by_time {
        store::remember(ctx.conn, &snapshots, at)?;
    }
    Ok(())
}

/// Scores the touched contacts and these customers.
fn refresh(ctx: &mut Ctx<'_>, base: &Background, ids: &[Uuid], touched: &[Uuid]) -> Result<()> {
    // Customers first: contacts are compared with the stage that their customer is in.
    for chunk in ids.chunks(CHUNK) {
        customers::refresh(ctx, base, chunk)?;
    }
    // Once for all touched, so that an activity which went from one customer to another is found on either side.
    contacts::rescore(ctx, &base.models, ids, touched)?;
    Ok(())
}

/// The customers of records whose events do not name them, since only other fields changed.
fn customers_behind(ctx: &mut Ctx<'_>, records: &[(&str, Uuid)]) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for object in BY_CUSTOMER {
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
