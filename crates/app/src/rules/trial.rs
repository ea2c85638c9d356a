//! Trying a rule: what it would have matched, of what the caller may see. Nothing is done.

use super::compile::{Compiled, verb};
use super::run::{inputs, linked};
use super::trigger::{Documents, sets_off};
use super::{compile, load_for, read_definition};
use crate::{Ctx, Error, Result};
use chrono::TimeDelta;
use contract::rules::{RuleDefinition, RuleRun, RuleTest, RuleTestRecord, RuleTestResult, Trigger};
use domain::automation::is_logged;
use domain::condition::Sight;
use domain::fields::Kind;
use domain::policy::{Action, Mask};
use domain::record::{Place, Record, Shape, mask, masked as hidden};
use persistence::events::Filter;
use persistence::records::{Archived, List, Order, Owners};
use persistence::rules::{self as store, Due};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Records that are shown.
const SHOWN: usize = 50;
/// Records that are counted; beyond it the number is "at least".
const COUNTED: i64 = 100_000;
/// Events that are looked through, newest first.
const EVENTS: usize = 50_000;
/// Events of one page.
const PAGE: i64 = 1_000;

/// Tries a rule's draft, or another definition in its place.
pub fn test(ctx: &mut Ctx<'_>, id: Uuid, input: &RuleTest) -> Result<RuleTestResult> {
    let rule = load_for(ctx, id, Action::Update)?;
    let days = input.days.unwrap_or(30);
    if !(1..=365).contains(&days) {
        return Err(Error::field("days", "out_of_range", "1..365"));
    }
    let definition = match &input.definition {
        Some(given) => given.clone(),
        None => read_definition(&rule.draft)?,
    };
    let compiled = compile(ctx, &definition)?;
    match definition.trigger.by_events() {
        true => by_events(ctx, &definition, &compiled, days),
        false => by_time(ctx, &compiled),
    }
}

/// For a rule by time: the records that are due now, whether it has acted on them or not.
fn by_time(ctx: &mut Ctx<'_>, compiled: &Compiled) -> Result<RuleTestResult> {
    let shape = &compiled.shape;
    let visible = ctx.require(shape.def.permission, Action::Read)?;
    let list = List {
        shape,
        owners: visible.owners(),
        archived: Archived::No,
        condition: Some(&compiled.condition),
        search: None,
        order: &Order::Newest,
        after: None,
        limit: 1,
        only: None,
    };
    let matched = persistence::records::count(ctx.conn, &list, Some(COUNTED))?;
    let due = Due {
        shape,
        owners: visible.owners(),
        condition: &compiled.condition,
        unless: None,
        after: None,
        span: None,
        limit: SHOWN as i64,
    };
    let ids = store::due_records(ctx.conn, &due)?.ids;
    let records = persistence::records::get_many(ctx.conn, shape, &ids, visible.owners())?;
    let items = show(ctx, compiled, records)?;
    Ok(RuleTestResult { matched, complete: matched < COUNTED, events: None, items })
}

/// For a rule by events: the records whose events of the last days would have set it off, as they are now.
fn by_events(ctx: &mut Ctx<'_>, d: &RuleDefinition, compiled: &Compiled, days: i64) -> Result<RuleTestResult> {
    let since = ctx.now - TimeDelta::days(days);
    let objects = [d.object.clone()];
    let filter = Filter { objects: &objects, ..Filter::default() };
    let (mut before, mut looked, mut complete) = (None, 0, false);
    let mut ids: Vec<Uuid> = Vec::new();
    let mut seen = BTreeSet::new();
    while looked < EVENTS {
        let page = persistence::events::newest(ctx.conn, &filter, before, PAGE)?;
        let end = (page.len() as i64) < PAGE || page.last().is_some_and(|e| e.at < since);
        before = page.last().map(|e| e.seq);
        for event in page.iter().filter(|e| e.at >= since) {
            looked += 1;
            let set = verb(&event.kind).and_then(|verb| sets_off(&d.trigger, verb, &Documents::of(event)));
            if set.is_some() && seen.insert(event.record_id) {
                ids.push(event.record_id);
            }
        }
        if end {
            complete = true;
            break;
        }
    }
    let visible = ctx.require(compiled.shape.def.permission, Action::Read)?;
    let records = persistence::records::get_many(ctx.conn, &compiled.shape, &ids, visible.owners())?;
    let around = linked(ctx, &[&compiled.condition], &records)?;
    let cx = ctx.parse();
    let find = |def: &'static domain::fields::ObjectDef, id: Uuid| around.get(&(def.key, id)).cloned();
    let fits = |r: &Record| compiled.condition.matches(r, &find, &cx);
    let place: HashMap<Uuid, usize> = ids.into_iter().zip(0..).collect();
    let mut fitting: Vec<Record> = records.into_iter().filter(fits).collect();
    fitting.sort_by_key(|r| place.get(&r.id()).copied());
    if let Trigger::Change { field, .. } | Trigger::Crosses { field, .. } = &d.trigger {
        complete &= is_logged(&d.object, field);
    }
    let matched = fitting.len() as i64;
    fitting.truncate(SHOWN);
    let items = show(ctx, compiled, fitting)?;
    Ok(RuleTestResult { matched, complete, events: Some(looked as i64), items })
}

fn show(ctx: &mut Ctx<'_>, compiled: &Compiled, records: Vec<Record>) -> Result<Vec<RuleTestRecord>> {
    let shape = &compiled.shape;
    let owners: Vec<Uuid> = records.iter().filter_map(|r| r.owner(shape)).collect();
    let users = ctx.shape("users")?;
    let names: HashMap<Uuid, String> =
        persistence::records::titles(ctx.conn, &users, &owners, crate::Visible::All.owners())?.into_iter().collect();
    let mut items = Vec::new();
    for record in records {
        let found = inputs(ctx, shape, &record, &compiled.looks_at)?;
        items.push(RuleTestRecord {
            object: shape.def.key.to_owned(),
            id: record.id(),
            title: record.get(shape, shape.def.title).as_str().unwrap_or_default().to_owned(),
            owner: record.owner(shape).and_then(|id| names.get(&id).cloned()),
            inputs: found,
        });
    }
    Ok(items)
}

/// The values that a rule saw, under the masks of whoever looks at them now.
pub(super) fn masked(ctx: &Ctx<'_>, shape: &Arc<Shape>, mut inputs: Map<String, Json>) -> Map<String, Json> {
    let masks = ctx.actor.permissions.masks;
    for (name, value) in &mut inputs {
        let own = name.split(' ').next().unwrap_or_default();
        let kind = match (shape.find(own), own.split_once('.')) {
            (Some((_, field)), _) => Some(field.kind.clone()),
            (None, Some((link, rest))) => shape.find(link).and_then(|(_, field)| match &field.kind {
                domain::fields::Kind::Link(object) => {
                    Some(ctx.schema.shape(object)?.find(rest).map(|(_, f)| f.kind.clone())?)
                }
                _ => None,
            }),
            (None, None) => None,
        };
        if let Some(kind) = kind.filter(|kind| hidden(kind, masks) != Mask::Clear) {
            *value = value.as_str().and_then(|s| mask(s, &kind, masks)).map_or(Json::Null, Json::String);
        }
    }
    inputs
}

/// Takes away what runs saw over links to records that whoever looks at them now may not see.
pub(super) fn within_sight(ctx: &mut Ctx<'_>, runs: &mut [RuleRun]) -> Result<()> {
    let mut subjects: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.inputs.keys().any(|name| name.contains('.'))) {
        subjects.entry(run.object.clone()).or_default().push(run.record_id);
    }
    for (object, ids) in subjects {
        let shape = ctx.shape(&object)?;
        let records = persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)?;
        let records: HashMap<Uuid, Record> = records.into_iter().map(|record| (record.id(), record)).collect();
        // Over which link a value was seen: where it stands, and the object and field behind it.
        let via = |name: &str| {
            let own = name.split(' ').next().unwrap_or_default();
            let (link, rest) = own.split_once('.').filter(|_| shape.find(own).is_none())?;
            let (Place::Column(at), field) = shape.find(link)? else { return None };
            let Kind::Link(object) = &field.kind else { return None };
            let target = ctx.schema.shape(object)?;
            Some((at, target.def, target.find(rest)?.1.clone()))
        };
        let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
        for run in runs.iter().filter(|run| run.object == object) {
            for (at, def, _) in run.inputs.keys().filter_map(|name| via(name)) {
                wanted.entry(def.key).or_default().extend(records.get(&run.record_id).and_then(|r| r.at(at).as_id()));
            }
        }
        let actor = ctx.actor;
        let hidden: HashMap<(Uuid, String), Option<Uuid>> = runs
            .iter()
            .filter(|run| run.object == object)
            .flat_map(|run| run.inputs.keys().map(move |name| (run.record_id, name)))
            .filter_map(|(id, name)| {
                let (at, def, field) = via(name)?;
                let linked = || records.get(&id).and_then(|record| record.at(at).as_id());
                match crate::records::sight(actor, def, &field) {
                    Sight::All => None,
                    Sight::Owners(_) => Some(((id, name.clone()), linked())),
                    Sight::Nothing => Some(((id, name.clone()), None)),
                }
            })
            .collect();
        let wanted = wanted.into_iter().map(|(key, ids)| (key, ids.into_iter().collect()));
        let seen: BTreeSet<Uuid> = crate::records::titles(ctx, wanted)?.into_iter().map(|(id, _)| id).collect();
        for run in runs.iter_mut().filter(|run| run.object == object) {
            let id = run.record_id;
            run.inputs.retain(|name, _| match hidden.get(&(id, name.clone())) {
                None => true,
                Some(linked) => linked.is_some_and(|linked| seen.contains(&linked)),
            });
        }
    }
    Ok(())
}
