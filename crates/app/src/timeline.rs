//! Everything that happened with a customer in one order of time (S1-07, S4-03): contacts, orders, steps of opportunities,
//! tasks done, behaviours and changes, each from its own records and only what the caller may see.

use crate::records::{Params, page};
use crate::{Ctx, Error, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use contract::feed::{StageStep, Timeline, TimelineItem, TimelineKind};
use domain::fields::FieldError;
use domain::policy::Action;
use domain::value::Value;
use persistence::events::{Event, Filter};
use persistence::records::After;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Kinds wanted, separated by commas; all by default.
    pub kinds: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many.
    pub limit: i64,
}

/// Where each source was left: a moment and an id, or a position in the log.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
}

type Places = BTreeMap<String, Place>;

/// Under which the moment stands at which the first page was asked for.
const BEGUN: &str = "begun";

/// Something found, with its place in its source.
struct Found {
    kind: TimelineKind,
    at: DateTime<Utc>,
    place: Place,
    what: What,
}

enum What {
    Record(Uuid, Json),
    Step(StageStep, Json),
    Change(Box<Event>),
}

/// A page of what happened with a customer, newest first. What is planned is no part of it.
pub fn page_of(ctx: &mut Ctx<'_>, customer: Uuid, query: &Query) -> Result<Timeline> {
    crate::records::get(ctx, "customers", customer)?;
    let kinds = kinds(query.kinds.as_deref())?;
    let mut places = places(query.cursor.as_deref())?;
    // What happens while somebody reads on is no part of the pages that follow.
    let upto = places.get(BEGUN).and_then(|place| place.at).unwrap_or(ctx.now);
    places.insert(BEGUN.to_owned(), Place { at: Some(upto), ..Place::default() });
    let (limit, mut refs) = (usize::try_from(query.limit).unwrap_or(1), Map::new());
    let mut found: Vec<Found> = Vec::new();
    for kind in kinds {
        let mut place = places.get(kind.code()).copied().unwrap_or_default();
        place.at = place.at.or(Some(upto));
        found.extend(match kind {
            TimelineKind::Activity => records(ctx, customer, (kind, "occurred_at"), place, query.limit, &mut refs)?,
            TimelineKind::Order => records(ctx, customer, (kind, "ordered_on"), place, query.limit, &mut refs)?,
            TimelineKind::Task => records(ctx, customer, (kind, "done_at"), place, query.limit, &mut refs)?,
            TimelineKind::Behaviour => records(ctx, customer, (kind, "occurred_at"), place, query.limit, &mut refs)?,
            TimelineKind::Opportunity => steps(ctx, customer, place, query.limit, &mut refs)?,
            TimelineKind::Change => changes(ctx, customer, place, query.limit)?,
        });
    }
    // Within one moment the order of the kinds stays the same, so that no page shows an entry twice or leaves one out.
    found.sort_by_key(|f| std::cmp::Reverse(f.at));
    let more = found.len() > limit;
    found.truncate(limit);
    for one in &found {
        places.insert(one.kind.code().to_owned(), one.place);
    }
    let next_cursor = more.then(|| BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_string(&places).unwrap_or_default()));
    let items = present(ctx, found)?;
    Ok(Timeline { items, refs, next_cursor })
}

fn kinds(wanted: Option<&str>) -> Result<Vec<TimelineKind>> {
    let all = || TimelineKind::ALL.map(TimelineKind::code).join(", ");
    let read = |code: &str| {
        let kind = TimelineKind::ALL.into_iter().find(|k| k.code() == code);
        kind.ok_or_else(|| Error::Invalid(vec![FieldError::new("kinds", "choice", all())]))
    };
    match wanted.filter(|w| !w.is_empty()) {
        None => Ok(TimelineKind::ALL.to_vec()),
        Some(list) => {
            let mut kinds: Vec<TimelineKind> = list.split(',').map(|k| read(k.trim())).collect::<Result<_>>()?;
            kinds.sort();
            kinds.dedup();
            Ok(kinds)
        }
    }
}

fn places(cursor: Option<&str>) -> Result<Places> {
    let Some(cursor) = cursor.filter(|c| !c.is_empty()) else { return Ok(Places::default()) };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let places = bytes.and_then(|bytes| serde_json::from_slice::<Places>(&bytes).ok());
    // No other moment is handed out, and the furthest of them fit no engine and have no day in every time zone.
    let places = places.filter(|all| all.values().filter_map(|p| p.at).all(|at| (0..=9999).contains(&at.year())));
    places.ok_or_else(|| Error::field("cursor", "invalid_cursor", ""))
}

/// The customer's records of an object that lie before a place, by a field that says when; one more than wanted, which
/// tells that there are more.
fn records(
    ctx: &mut Ctx<'_>,
    customer: Uuid,
    (kind, field): (TimelineKind, &str),
    place: Place,
    limit: i64,
    refs: &mut Map<String, Json>,
) -> Result<Vec<Found>> {
    let object = kind.object();
    let shape = ctx.shape(object)?;
    let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { return Ok(Vec::new()) };
    let pair = |key: &str, value: String| (key.to_owned(), value);
    // Limits of lists are a matter of their callers; this one needs one more than its own.
    let mut pairs = vec![pair("customer_id", customer.to_string()), pair("sort", format!("-{field}"))];
    if kind == TimelineKind::Activity {
        // One that was planned and did not take place is none.
        pairs.push(pair("filter", r#"{"field":"completed","op":"ne","value":false}"#.to_owned()));
    }
    let mut params = Params::read(ctx, object, &pairs)?;
    params.limit = limit + 1;
    let (zone, upto) = (ctx.schema.zone, place.at.unwrap_or(ctx.now));
    let day = field.ends_with("_on");
    let value = if day { Value::Date(zone.day(upto)) } else { Value::Time(upto) };
    params.after = Some(After::Keys(vec![value], place.id.unwrap_or(Uuid::max())));
    let (rows, _) = page(ctx, &params, &visible)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let at = match row.record.get(&shape, field) {
            Value::Date(day) => zone.midnight(*day),
            Value::Time(at) => *at,
            _ => continue,
        };
        let place = Place { at: Some(at), id: Some(row.record.id()), seq: None };
        found.push(Found { kind, at, place, what: What::Record(row.record.id(), shown(ctx, &shape, &row.record)?) });
    }
    let linked: Vec<_> = rows.into_iter().map(|row| row.record).collect();
    refs.extend(crate::records::names_of(ctx, &shape, &linked)?);
    Ok(found)
}

fn shown(ctx: &Ctx<'_>, shape: &domain::record::Shape, record: &domain::record::Record) -> Result<Json> {
    let mut json = String::with_capacity(512);
    record.write_json(shape, ctx.actor.permissions.masks, None, &mut json);
    serde_json::from_str(&json).map_err(|e| Error::Internal(e.to_string()))
}

/// The steps of the customer's opportunities through their stages before a place.
fn steps(
    ctx: &mut Ctx<'_>,
    customer: Uuid,
    place: Place,
    limit: i64,
    refs: &mut Map<String, Json>,
) -> Result<Vec<Found>> {
    let shape = ctx.shape("opportunities")?;
    let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { return Ok(Vec::new()) };
    let before = (place.at.unwrap_or(ctx.now), place.id.unwrap_or(Uuid::max()));
    let steps = persistence::pipeline::steps_of(ctx.conn, &shape, customer, visible.owners(), before, limit + 1)?;
    let mut ids: Vec<Uuid> = steps.iter().map(|s| s.opportunity).collect();
    ids.sort();
    ids.dedup();
    let records = persistence::records::get_many(ctx.conn, &shape, &ids, visible.owners())?;
    refs.extend(crate::records::names_of(ctx, &shape, &records)?);
    let mut found = Vec::with_capacity(steps.len());
    for s in steps {
        let Some(record) = records.iter().find(|r| r.id() == s.opportunity) else { continue };
        let place = Place { at: Some(s.at), id: Some(s.id), seq: None };
        let step = StageStep {
            stage_id: s.stage_id,
            stage_name: s.stage_name,
            from: s.from,
            user_id: s.user_id,
            user_name: s.user_name,
        };
        let what = What::Step(step, shown(ctx, &shape, record)?);
        found.push(Found { kind: TimelineKind::Opportunity, at: s.at, place, what });
    }
    Ok(found)
}

/// The changes of the customer itself before a place, for those who may see the log.
fn changes(ctx: &mut Ctx<'_>, customer: Uuid, place: Place, limit: i64) -> Result<Vec<Found>> {
    if ctx.actor.visible("events", Action::Read).is_none() {
        return Ok(Vec::new());
    }
    let objects = ["customers".to_owned()];
    let mut records = vec![customer];
    records.extend(persistence::merges::merged_into(ctx.conn, "customers", customer)?);
    // What a customer does on our pages stands in the log as well as among the behaviours.
    let filter = Filter { records: &records, objects: &objects, but: Some("customer.behaved"), ..Filter::default() };
    let events = persistence::events::newest(ctx.conn, &filter, place.seq, limit + 1)?;
    let found = |e: Event| Found {
        kind: TimelineKind::Change,
        at: e.at,
        place: Place { at: Some(e.at), seq: Some(e.seq), id: None },
        what: What::Change(Box::new(e)),
    };
    let mut found: Vec<Found> = events.into_iter().map(found).collect();
    // The log goes by its own order; a moment that was noted later than its neighbours does not go before them.
    let mut latest = place.at.unwrap_or(ctx.now);
    for one in &mut found {
        latest = latest.min(one.at);
        (one.at, one.place.at) = (latest, Some(latest));
    }
    Ok(found)
}

fn present(ctx: &mut Ctx<'_>, found: Vec<Found>) -> Result<Vec<TimelineItem>> {
    let events: Vec<Event> = found
        .iter()
        .filter_map(|f| match &f.what {
            What::Change(event) => Some((**event).clone()),
            _ => None,
        })
        .collect();
    let mut changes = crate::feed::present(ctx, events)?.into_iter();
    let item = |f: Found| {
        let (record_id, record, step, change) = match f.what {
            What::Record(id, record) => (id, Some(record), None, None),
            What::Step(step, record) => {
                let id = record.get("id").and_then(Json::as_str).and_then(domain::fields::parse_id).unwrap_or_default();
                (id, Some(record), Some(step), None)
            }
            What::Change(event) => (event.record_id, None, None, changes.next()),
        };
        TimelineItem { kind: f.kind, at: f.at, object: f.kind.object().to_owned(), record_id, record, step, change }
    };
    Ok(found.into_iter().map(item).collect())
}
