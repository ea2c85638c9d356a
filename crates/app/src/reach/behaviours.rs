//! What customers do by themselves, a thousand at a time: kept once by their key, linked to whom they are about.

use super::Book;
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result};
use contract::communications::{
    BehaviourBatch, BehaviourEvent, BehaviourResult, BehaviourResults, BehaviourStatus, ItemError,
};
use domain::fields::FieldError;
use domain::policy::{Action, Masks};
use domain::reach::{Address, Belongs};
use domain::record::read_input;
use domain::value::Value;
use persistence::events::Event;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Events of one request.
const MOST: usize = 1_000;

fn addresses(item: &BehaviourEvent) -> BTreeSet<Address> {
    let external = item.external_key.as_deref().map(str::trim).filter(|s| !s.is_empty());
    let email = item.email.as_deref().and_then(Address::email);
    let phone = item.phone.as_deref().and_then(Address::phone);
    [email, phone, external.map(|s| Address::External(s.to_owned()))].into_iter().flatten().collect()
}

/// Keeps the events that are new.
pub fn log(ctx: &mut Ctx<'_>, input: &BehaviourBatch) -> Result<BehaviourResults> {
    let visible = ctx.require("activities", Action::Create)?;
    if input.items.is_empty() || input.items.len() > MOST {
        return Err(Error::field("items", "out_of_range", format!("1..{MOST}")));
    }
    let shape = ctx.shape("behaviours")?;
    let keys: Vec<String> = input.items.iter().map(|i| i.key.trim().to_owned()).collect();
    let all = crate::Visible::All;
    let mut known: HashMap<String, Uuid> =
        persistence::records::find_by_text(ctx.conn, &shape, "event_key", &keys, all.owners())?.into_iter().collect();
    let book = Book::read(ctx, &input.items.iter().flat_map(addresses).collect(), false)?;
    let found: Vec<Belongs> = input.items.iter().map(|i| book.belongs(ctx, &[addresses(i)])).collect::<Result<_>>()?;
    // They belong to whom the customer belongs to, who must not change before they are there to go with it.
    let mut customers: Vec<uuid::Uuid> = found.iter().filter_map(|belongs| belongs.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let customer = ctx.shape("customers")?;
    persistence::records::lock(ctx.conn, &customer, &customers)?;
    let owners = owners(ctx, &found)?;
    let mut writer = Writer::trusted(shape.clone());
    let (mut results, mut told) = (Vec::with_capacity(keys.len()), Vec::new());
    for ((item, key), belongs) in input.items.iter().zip(&keys).zip(&found) {
        if let Some(id) = known.get(key) {
            results.push(result(key, BehaviourStatus::Duplicate, Some(*id), &Belongs::default(), Vec::new()));
            continue;
        }
        let json = json!({
            "name": item.name, "kind": item.kind, "occurred_at": domain::value::write_time(&item.occurred_at),
            "url": item.url, "source": item.source, "email": item.email, "phone": item.phone,
            "external_key": item.external_key, "event_key": key,
        });
        // Whoever sends events says who it was; what they may read of others is another matter.
        let read = read_input(&shape, &json, true, Masks::default(), &ctx.parse());
        let mut changes = match read {
            Ok(changes) if !key.is_empty() => changes,
            Ok(_) => {
                results.push(refused(key, vec![FieldError::new("key", "required", "")]));
                continue;
            }
            Err(faults) => {
                results.push(refused(key, faults));
                continue;
            }
        };
        for (field, id) in [("customer_id", belongs.customer), ("contact_id", belongs.contact)] {
            changes.set(&shape, field, id.map_or(Value::Null, Value::Id));
        }
        // One of a contact without a customer belongs to whom the contact belongs to, as far as the caller may write for
        // them; one of a customer always to whom the customer belongs to.
        let owner = belongs.customer.or(belongs.contact).and_then(|id| owners.get(&id).copied());
        let owner = owner.filter(|owner| visible.contains(Some(*owner))).unwrap_or(ctx.actor.user_id);
        changes.set(&shape, "owner_id", Value::Id(owner));
        let record = match writer.create(ctx, changes, &visible, Stamp::default()) {
            Ok(record) => record,
            // Nothing of it is written: the others of the batch stand.
            Err(Error::Invalid(faults)) => {
                results.push(refused(key, faults));
                continue;
            }
            Err(error) => return Err(error),
        };
        known.insert(key.clone(), record.id());
        told.extend(lines(ctx, item, record.id(), belongs));
        results.push(result(key, BehaviourStatus::Created, Some(record.id()), belongs, Vec::new()));
    }
    writer.flush(ctx)?;
    persistence::events::append(ctx.conn, &told)?;
    Ok(sum(results))
}

/// A line in the timelines of the contact and the customer that it is about.
fn lines(ctx: &Ctx<'_>, item: &BehaviourEvent, id: Uuid, belongs: &Belongs) -> Vec<Event> {
    let new = json!({
        "behaviour_id": id, "behaviour": item.kind, "what": item.name,
        "happened_at": domain::value::write_time(&item.occurred_at), "address": item.url,
    });
    let of = [("customers", "customer", belongs.customer), ("contacts", "contact", belongs.contact)];
    let line = |(object, singular, record): (&str, &str, Option<Uuid>)| {
        Some(Event {
            seq: 0,
            id: Uuid::now_v7(),
            kind: format!("{singular}.behaved"),
            object: object.to_owned(),
            record_id: record?,
            actor_id: Some(ctx.actor.user_id),
            at: ctx.now,
            old: None,
            new: Some(new.to_string()),
            request_id: ctx.request_id,
            origin_id: None,
            key_id: ctx.actor.api_key_id,
        })
    };
    of.into_iter().filter_map(line).collect()
}

/// The owners of the customers and contacts that were found.
fn owners(ctx: &mut Ctx<'_>, found: &[Belongs]) -> Result<HashMap<Uuid, Uuid>> {
    let mut owners = HashMap::new();
    let ids = |of: fn(&Belongs) -> Option<Uuid>| -> Vec<Uuid> {
        found.iter().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
    };
    for (object, ids) in [("customers", ids(|b| b.customer)), ("contacts", ids(|b| b.contact))] {
        let shape = ctx.shape(object)?;
        let links = persistence::records::links(ctx.conn, &shape, "owner_id", &ids)?;
        owners.extend(links.into_iter().filter_map(|(id, owner)| Some((id, owner?))));
    }
    Ok(owners)
}

/// The result of an event that cannot be kept, with what is wrong in the words of the request.
fn refused(key: &str, faults: Vec<FieldError>) -> BehaviourResult {
    let field = |name: String| if name == "event_key" { "key".to_owned() } else { name };
    let error = |e: FieldError| ItemError { field: field(e.field), code: e.code.to_owned() };
    let errors = faults.into_iter().map(error).collect();
    result(key, BehaviourStatus::Refused, None, &Belongs::default(), errors)
}

fn result(
    key: &str,
    status: BehaviourStatus,
    id: Option<Uuid>,
    belongs: &Belongs,
    errors: Vec<ItemError>,
) -> BehaviourResult {
    let (contact_id, customer_id) = (belongs.contact, belongs.customer);
    BehaviourResult { key: key.to_owned(), status, id, contact_id, customer_id, errors }
}

fn sum(results: Vec<BehaviourResult>) -> BehaviourResults {
    let count = |status| results.iter().filter(|r| r.status == status).count() as i64;
    let linked = results.iter().filter(|r| r.customer_id.is_some() || r.contact_id.is_some()).count() as i64;
    BehaviourResults {
        created: count(BehaviourStatus::Created),
        duplicates: count(BehaviourStatus::Duplicate),
        refused: count(BehaviourStatus::Refused),
        linked,
        results,
    }
}
