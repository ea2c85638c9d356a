//! Calls, mails and messages from other systems: logged once, attached by themselves, and what is not certain left to a
//! person.

use super::Book;
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result, Visible};
use contract::communications::{
    Attach, Candidate, Communication as Shown, CommunicationInput, CommunicationResult, CommunicationResults,
    CommunicationState, Communications, CommunicationsInput, Decided, Direction, ItemError, Participant,
};
use domain::fields::{FieldError, Kind};
use domain::policy::Action;
use domain::reach::{Address, Belongs};
use domain::record::{Changes, Record, Shape, mask, read_input};
use domain::value::Value;
use persistence::communications::{self as store, Communication};
use serde_json::{Value as Json, json};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Items and participants of one request.
const MOST: usize = 100;
const PEOPLE: usize = 20;

fn addresses(p: &Participant) -> BTreeSet<Address> {
    let text = |s: &Option<String>| s.as_deref().map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned);
    let phone = p.phone.as_deref().and_then(Address::phone);
    let email = p.email.as_deref().and_then(Address::email);
    let all = [phone, email, text(&p.wechat).map(Address::Wechat), text(&p.external_key).map(Address::External)];
    all.into_iter().flatten().collect()
}

/// Whose texts are of a length that can be kept.
fn checked(source: &str, items: &[CommunicationInput]) -> Result<()> {
    let mut errors = Vec::new();
    if source.trim().is_empty() || source.chars().count() > 50 || source.contains('\0') {
        errors.push(FieldError::new("source", "out_of_range", "1..50"));
    }
    if items.is_empty() || items.len() > MOST {
        errors.push(FieldError::new("items", "out_of_range", format!("1..{MOST}")));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

fn faults(item: &CommunicationInput) -> Vec<ItemError> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code: &str| errors.push(ItemError { field: field.to_owned(), code: code.to_owned() });
    if item.external_id.trim().is_empty() || item.external_id.chars().count() > 200 || item.external_id.contains('\0') {
        wrong("external_id", "out_of_range");
    }
    if item.participants.len() > PEOPLE {
        wrong("participants", "too_many");
    }
    for p in &item.participants {
        for text in [&p.name, &p.phone, &p.email, &p.wechat, &p.external_key].into_iter().flatten() {
            if text.chars().count() > 254 || text.contains('\0') {
                wrong("participants", "too_long");
            }
        }
    }
    errors
}

/// Logs communications of one system.
pub fn log(ctx: &mut Ctx<'_>, input: &CommunicationsInput) -> Result<CommunicationResults> {
    let visible = ctx.require("activities", Action::Create)?;
    checked(&input.source, &input.items)?;
    let source = input.source.trim();
    let keys: Vec<String> = input.items.iter().map(|i| i.external_id.trim().to_owned()).collect();
    let mut known: HashMap<String, Communication> =
        store::known(ctx.conn, source, &keys)?.into_iter().map(|c| (c.external_key.clone(), c)).collect();
    let all: BTreeSet<Address> = input.items.iter().flat_map(|i| i.participants.iter().flat_map(addresses)).collect();
    let book = Book::read(ctx, &all, true)?;
    let shape = ctx.shape("activities")?;
    // The links were found within the caller's sight.
    let mut writer = Writer::trusted(shape.clone());
    let (mut rows, mut results) = (Vec::new(), Vec::new());
    let owners = owners_in_reach(ctx, input, &visible)?;
    for (item, key) in input.items.iter().zip(&keys) {
        if let Some(before) = known.get(key) {
            results.push(result(ctx, before, true)?);
            continue;
        }
        match one(ctx, &mut writer, &shape, &book, item, &owners, &visible)? {
            Err(errors) => results.push(refused(key, errors)),
            Ok((activity, belongs, state)) => {
                let row = row(ctx, source, key, item, &activity, &belongs, state);
                results.push(made(&row, state, &belongs));
                known.insert(key.clone(), row.clone());
                rows.push(row);
            }
        }
    }
    writer.flush(ctx)?;
    store::insert(ctx.conn, &rows)?;
    Ok(CommunicationResults { results })
}

/// The people who may be named as owners: those in the reach of the caller who are there.
fn owners_in_reach(ctx: &mut Ctx<'_>, input: &CommunicationsInput, visible: &Visible) -> Result<HashSet<Uuid>> {
    let named: BTreeSet<Uuid> =
        input.items.iter().filter_map(|i| i.owner_id).filter(|id| visible.contains(Some(*id))).collect();
    let named: Vec<Uuid> = named.into_iter().collect();
    let active = persistence::rules::active(ctx.conn, &named)?;
    Ok(active.into_iter().map(|m| m.id).collect())
}

type Logged = std::result::Result<(Record, Belongs, CommunicationState), Vec<ItemError>>;

fn one(
    ctx: &mut Ctx<'_>,
    writer: &mut Writer,
    shape: &Arc<Shape>,
    book: &Book,
    item: &CommunicationInput,
    owners: &HashSet<Uuid>,
    visible: &Visible,
) -> Result<Logged> {
    let mut errors = faults(item);
    let owner = item.owner_id.unwrap_or(ctx.actor.user_id);
    if item.owner_id.is_some_and(|id| !owners.contains(&id)) {
        errors.push(ItemError { field: "owner_id".to_owned(), code: "owner_out_of_scope".to_owned() });
    }
    let people: Vec<BTreeSet<Address>> = item.participants.iter().map(addresses).collect();
    let belongs = book.belongs(ctx, &people)?;
    let subject = item.subject.as_deref().map(str::trim).filter(|s| !s.is_empty());
    let json = json!({
        "subject": subject.map_or_else(|| titled(shape, item), str::to_owned),
        "kind": item.kind,
        "occurred_at": domain::value::write_time(&item.occurred_at),
        "duration_minutes": item.duration_minutes,
        "note": item.note,
        "owner_id": owner,
        "customer_initiated": item.direction == Direction::In,
    });
    let read = read_input(shape, &json, true, ctx.actor.permissions.masks, &ctx.parse());
    let mut changes = match read {
        Ok(changes) if errors.is_empty() => changes,
        Ok(_) => return Ok(Err(errors)),
        Err(faults) => {
            errors.extend(faults.into_iter().map(|e| ItemError { field: e.field, code: e.code.to_owned() }));
            return Ok(Err(errors));
        }
    };
    attach(shape, &mut changes, &belongs);
    let record = writer.create(ctx, changes, visible, Stamp::default())?;
    let state = match (belongs.ambiguous(), belongs.unmatched()) {
        (true, _) => CommunicationState::Ambiguous,
        (_, true) => CommunicationState::Unmatched,
        _ => CommunicationState::Attached,
    };
    Ok(Ok((record, belongs, state)))
}

/// A line where the other system gives none: the kind and with whom.
fn titled(shape: &Shape, item: &CommunicationInput) -> String {
    let kind = shape.find("kind").and_then(|(_, field)| match &field.kind {
        Kind::Choice(choices) => choices.iter().find(|c| c.key == item.kind).map(|c| c.label.zh.to_string()),
        _ => None,
    });
    let with = item.participants.iter().find_map(|p| p.name.clone());
    let with = with.filter(|name| !name.trim().is_empty()).unwrap_or_default();
    let line = format!("{}{}{with}", kind.unwrap_or_default(), if with.is_empty() { "" } else { "：" });
    line.chars().take(200).collect::<String>().replace(['\r', '\n'], " ")
}

fn attach(shape: &Shape, changes: &mut Changes, belongs: &Belongs) {
    let links =
        [("customer_id", belongs.customer), ("contact_id", belongs.contact), ("opportunity_id", belongs.opportunity)];
    for (field, id) in links {
        if let Some(id) = id {
            changes.set(shape, field, Value::Id(id));
        }
    }
}

fn row(
    ctx: &Ctx<'_>,
    source: &str,
    key: &str,
    item: &CommunicationInput,
    activity: &Record,
    belongs: &Belongs,
    state: CommunicationState,
) -> Communication {
    let candidates = json!({
        "customers": belongs.customers, "contacts": belongs.contacts, "opportunities": belongs.opportunities,
    });
    Communication {
        id: Uuid::now_v7(),
        created_at: ctx.now,
        source: source.to_owned(),
        external_key: key.to_owned(),
        activity_id: activity.id(),
        direction: if item.direction == Direction::In { "in" } else { "out" }.to_owned(),
        addresses: json!(item.participants).to_string(),
        candidates: candidates.to_string(),
        state: word(state).to_owned(),
    }
}

fn word(state: CommunicationState) -> &'static str {
    match state {
        CommunicationState::Attached => "attached",
        CommunicationState::Ambiguous => "ambiguous",
        CommunicationState::Unmatched => "unmatched",
        CommunicationState::Dismissed => "dismissed",
    }
}

fn state_of(word: &str) -> CommunicationState {
    match word {
        "ambiguous" => CommunicationState::Ambiguous,
        "unmatched" => CommunicationState::Unmatched,
        "dismissed" => CommunicationState::Dismissed,
        _ => CommunicationState::Attached,
    }
}

fn refused(key: &str, errors: Vec<ItemError>) -> CommunicationResult {
    CommunicationResult {
        external_id: key.to_owned(),
        state: None,
        duplicate: false,
        id: None,
        activity_id: None,
        customer_id: None,
        contact_id: None,
        opportunity_id: None,
        errors,
    }
}

fn made(row: &Communication, state: CommunicationState, belongs: &Belongs) -> CommunicationResult {
    CommunicationResult {
        state: Some(state),
        id: Some(row.id),
        activity_id: Some(row.activity_id),
        customer_id: belongs.customer,
        contact_id: belongs.contact,
        opportunity_id: belongs.opportunity,
        ..refused(&row.external_key, Vec::new())
    }
}

/// What became of one that was logged before, as far as the caller may see its activity.
fn result(ctx: &mut Ctx<'_>, row: &Communication, duplicate: bool) -> Result<CommunicationResult> {
    let base =
        CommunicationResult { duplicate, state: Some(state_of(&row.state)), ..refused(&row.external_key, Vec::new()) };
    match crate::records::get(ctx, "activities", row.activity_id) {
        Ok((shape, activity)) => {
            let link = |key: &str| activity.get(&shape, key).as_id();
            let (customer_id, contact_id, opportunity_id) =
                (link("customer_id"), link("contact_id"), link("opportunity_id"));
            let (id, activity_id) = (Some(row.id), Some(row.activity_id));
            Ok(CommunicationResult { id, activity_id, customer_id, contact_id, opportunity_id, ..base })
        }
        // One of the same request is not written yet, one of somebody else is out of sight.
        Err(Error::NotFound | Error::Forbidden { .. }) => Ok(base),
        Err(error) => Err(error),
    }
}

/// A page of what is left to a person.
pub fn open(ctx: &mut Ctx<'_>, cursor: Option<&str>, limit: i64) -> Result<Communications> {
    let visible = ctx.require("activities", Action::Read)?;
    let shape = ctx.shape("activities")?;
    let load = |conn: &mut Ctx<'_>, before, limit| store::open(conn.conn, &shape, visible.owners(), before, limit);
    let before = match cursor {
        None | Some("") => None,
        Some(text) => Some(domain::fields::parse_id(text).ok_or_else(|| Error::field("cursor", "invalid_cursor", ""))?),
    };
    let mut rows = load(ctx, before, limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = rows.last().filter(|_| more).map(|c| c.id.to_string());
    let ids: Vec<Uuid> = rows.iter().map(|c| c.activity_id).collect();
    let activities = persistence::records::get_many(ctx.conn, &shape, &ids, visible.owners())?;
    let activities: HashMap<Uuid, Record> = activities.into_iter().map(|r| (r.id(), r)).collect();
    let titles = titles(ctx, &shape, &rows, &activities)?;
    let shown = rows.iter().filter_map(|c| Some(show(ctx, &shape, c, activities.get(&c.activity_id)?, &titles)));
    Ok(Communications { items: shown.collect(), next_cursor })
}

/// The ids of a row's candidates of an object.
fn ids(row: &Communication, object: &str) -> Vec<Uuid> {
    let json: Json = serde_json::from_str(&row.candidates).unwrap_or_default();
    let list = json.get(object).and_then(Json::as_array).cloned().unwrap_or_default();
    list.iter().filter_map(Json::as_str).filter_map(domain::fields::parse_id).collect()
}

const OBJECTS: [&str; 3] = ["customers", "contacts", "opportunities"];

fn titles(
    ctx: &mut Ctx<'_>,
    shape: &Shape,
    rows: &[Communication],
    activities: &HashMap<Uuid, Record>,
) -> Result<HashMap<Uuid, String>> {
    let known = activities.values().filter_map(|r| r.get(shape, "customer_id").as_id());
    let mut wanted: Vec<(&'static str, Vec<Uuid>)> = OBJECTS
        .into_iter()
        .map(|object| (object, rows.iter().flat_map(|row| ids(row, object)).collect::<Vec<Uuid>>()))
        .collect();
    wanted[0].1.extend(known);
    Ok(crate::records::titles(ctx, wanted.into_iter().filter(|(_, ids)| !ids.is_empty()))?.into_iter().collect())
}

fn show(ctx: &Ctx<'_>, shape: &Shape, row: &Communication, activity: &Record, titles: &HashMap<Uuid, String>) -> Shown {
    let masks = ctx.actor.permissions.masks;
    let mut participants: Vec<Participant> = serde_json::from_str(&row.addresses).unwrap_or_default();
    for p in &mut participants {
        p.phone = p.phone.take().and_then(|s| mask(&s, &Kind::Phone, masks));
        p.email = p.email.take().and_then(|s| mask(&s, &Kind::Email, masks));
    }
    let candidates = OBJECTS.into_iter().flat_map(|object| ids(row, object).into_iter().map(move |id| (object, id)));
    let candidates = candidates
        .filter_map(|(object, id)| Some(Candidate { object: object.to_owned(), id, title: titles.get(&id)?.clone() }));
    let customer_id = activity.get(shape, "customer_id").as_id();
    let text = |key: &str| activity.get(shape, key).as_str().unwrap_or_default().to_owned();
    Shown {
        id: row.id,
        activity_id: row.activity_id,
        subject: text("subject"),
        kind: text("kind"),
        occurred_at: activity.get(shape, "occurred_at").as_time().unwrap_or(row.created_at),
        direction: if row.direction == "in" { Direction::In } else { Direction::Out },
        source: row.source.clone(),
        state: state_of(&row.state),
        participants,
        customer: customer_id.and_then(|id| titles.get(&id).cloned()),
        customer_id,
        candidates: candidates.collect(),
    }
}

/// The communication, locked, with its activity, when the caller may change that.
fn load(ctx: &mut Ctx<'_>, id: Uuid) -> Result<(Communication, Arc<Shape>, Record, Visible)> {
    let (reach, readable) = (ctx.require("activities", Action::Update)?, ctx.require("activities", Action::Read)?);
    let shape = ctx.shape("activities")?;
    let row = store::lock(ctx.conn, id)?.ok_or(Error::NotFound)?;
    let activity = persistence::records::get(ctx.conn, &shape, row.activity_id, readable.owners(), true)?;
    let activity = activity.ok_or(Error::NotFound)?;
    if !reach.contains(activity.owner(&shape)) {
        return Err(Error::Forbidden { permission: crate::ctx::permission_name("activities", Action::Update) });
    }
    Ok((row, shape, activity, reach))
}

/// Attaches a communication to what somebody chose; what they did not choose stays as it is.
pub fn choose(ctx: &mut Ctx<'_>, id: Uuid, to: &Attach) -> Result<Decided> {
    let (row, shape, activity, reach) = load(ctx, id)?;
    if to.customer_id.is_none() && to.contact_id.is_none() && to.opportunity_id.is_none() {
        return Err(Error::field("customer_id", "required", ""));
    }
    let mut changes = Changes::default();
    let mut customer = to.customer_id;
    for (object, chosen) in [("contacts", to.contact_id), ("opportunities", to.opportunity_id)] {
        let Some(chosen) = chosen else { continue };
        let field = if object == "contacts" { "contact_id" } else { "opportunity_id" };
        let found = crate::records::get(ctx, object, chosen);
        let (of, record) = found.map_err(|_| Error::field(field, "link_missing", ""))?;
        changes.set(&shape, field, Value::Id(chosen));
        customer = customer.or(record.get(&of, "customer_id").as_id());
    }
    if let Some(customer) = customer {
        changes.set(&shape, "customer_id", Value::Id(customer));
    }
    let mut writer = Writer::new(shape);
    writer.update(ctx, &activity, &changes, &reach)?;
    writer.flush(ctx)?;
    decided(ctx, &row, CommunicationState::Attached)
}

/// Says that a communication belongs to nobody: its activity stays as it is.
pub fn dismiss(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Decided> {
    let (row, ..) = load(ctx, id)?;
    decided(ctx, &row, CommunicationState::Dismissed)
}

fn decided(ctx: &mut Ctx<'_>, row: &Communication, state: CommunicationState) -> Result<Decided> {
    store::decide(ctx.conn, row.id, word(state), ctx.actor.user_id, ctx.now)?;
    Ok(Decided { id: row.id, state, activity_id: row.activity_id })
}
