//! Rules that act by events: a consumer of the log.

use super::compile::{Compiled, verb};
use super::run::{Ran, Ready, Set, Unfit, linked, ready, stop};
use super::working_calendar;
use crate::consumers::Effects;
use crate::{Actor, Ctx, Result};
use contract::rules::{EventVerb, RuleDefinition, Trigger};
use domain::fields::ObjectDef;
use domain::record::Record;
use persistence::events::Event;
use persistence::records::Owners;
use persistence::rules::{self as store, Rule};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// A rule that may have to act on a record because of an event.
struct Candidate {
    rule: usize,
    record: Uuid,
    set: Set,
}

/// Says which rules a batch of events sets off.
pub fn prepare(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
    let rules = store::listening(ctx.conn)?;
    if rules.is_empty() {
        return Ok(None);
    }
    let imports = store::imports_among(ctx.conn, events)?;
    let mut by_object: HashMap<String, Vec<(usize, RuleDefinition)>> = HashMap::new();
    let mut unread = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        match rule.published.as_deref().and_then(|s| serde_json::from_str::<RuleDefinition>(s).ok()) {
            Some(d) => by_object.entry(d.object.clone()).or_default().push((i, d)),
            None => unread.push(i),
        }
    }
    let mut candidates = Vec::new();
    for event in events {
        let Some(interested) = by_object.get(&event.object) else { continue };
        candidates_of(event, interested, &imports, &mut candidates);
    }
    if candidates.is_empty() && unread.is_empty() {
        return Ok(None);
    }
    decide(ctx, rules, candidates, unread)
}

fn candidates_of(
    event: &Event,
    interested: &[(usize, RuleDefinition)],
    imports: &HashSet<Uuid>,
    candidates: &mut Vec<Candidate>,
) {
    let Some(verb) = verb(&event.kind) else { return };
    let document = |text: &Option<String>| -> Map<String, Json> {
        text.as_deref().and_then(|s| serde_json::from_str(s).ok()).unwrap_or_default()
    };
    let mut documents = None;
    for (rule, d) in interested {
        if event.origin_id.is_some_and(|origin| imports.contains(&origin)) && !d.imports {
            continue;
        }
        let mut inputs = Map::new();
        let hit = match &d.trigger {
            Trigger::Event { on } => on.contains(&verb),
            Trigger::Change { field, from, to } if matches!(verb, EventVerb::Created | EventVerb::Updated) => {
                let (old, new) = documents.get_or_insert_with(|| (document(&event.old), document(&event.new)));
                match change(field, old, new) {
                    Some((before, after)) => {
                        let fits = |wanted: &Option<Json>, is: &Json| wanted.as_ref().is_none_or(|w| w == is);
                        let hit = fits(from, &before) && fits(to, &after);
                        inputs.insert(format!("{field} (before)"), before);
                        hit
                    }
                    None => false,
                }
            }
            Trigger::Change { .. } | Trigger::Elapsed { .. } | Trigger::Before { .. } | Trigger::Schedule { .. } => {
                false
            }
        };
        if hit {
            let cause = event.origin_id.filter(|origin| !imports.contains(origin)).map(|_| event.request_id);
            let set = Set { occasion: Some(format!("e{}", event.seq)), cause, inputs };
            candidates.push(Candidate { rule: *rule, record: event.record_id, set });
        }
    }
}

/// The values of a field before and after, when it changed.
pub(super) fn change(field: &str, old: &Map<String, Json>, new: &Map<String, Json>) -> Option<(Json, Json)> {
    let (before, after) = match field.strip_prefix("custom.") {
        Some(key) => {
            let of = |doc: &Map<String, Json>| doc.get("custom").and_then(|c| c.get(key)).cloned().unwrap_or_default();
            (of(old), of(new))
        }
        None => (old.get(field).cloned().unwrap_or_default(), new.get(field)?.clone()),
    };
    (before != after).then_some((before, after))
}

/// Compiles the rules that may have to act, and drops the candidates whose record does not fit.
fn decide(
    ctx: &mut Ctx<'_>,
    rules: Vec<Rule>,
    candidates: Vec<Candidate>,
    unread: Vec<usize>,
) -> Result<Option<Effects>> {
    let calendar = working_calendar(ctx)?;
    let wanted: BTreeSet<usize> = candidates.iter().map(|c| c.rule).chain(unread).collect();
    let mut actors: HashMap<Uuid, Arc<Actor>> = HashMap::new();
    let mut fit: BTreeMap<usize, (Ready, Compiled)> = BTreeMap::new();
    let mut unfit: Vec<(Rule, Unfit)> = Vec::new();
    for (i, rule) in rules.into_iter().enumerate().filter(|(i, _)| wanted.contains(i)) {
        match ready(ctx.conn, rule, &mut actors)? {
            Err(why) => unfit.push(why),
            Ok(ready) => match ready.compile(ctx, &calendar)? {
                Ok(compiled) => {
                    fit.insert(i, (ready, compiled));
                }
                Err(why) => unfit.push((ready.rule, why)),
            },
        }
    }
    let matched = matching(ctx, &fit, candidates)?;
    if matched.is_empty() && unfit.is_empty() {
        return Ok(None);
    }
    Ok(Some(Box::new(move |ctx| {
        for (rule, why) in &unfit {
            match why {
                Unfit::OwnerGone => stop(ctx, rule, "owner_gone", "")?,
                Unfit::Invalid(detail) => stop(ctx, rule, "invalid", detail)?,
            }
        }
        let (mut fired, mut stopped) = (BTreeSet::new(), BTreeSet::new());
        for candidate in &matched {
            let Some((ready, compiled)) = fit.get(&candidate.rule) else { continue };
            if stopped.contains(&candidate.rule) {
                continue;
            }
            match ready.run(ctx, compiled, &calendar, candidate.record, &candidate.set)? {
                Ran::Did(_) => {
                    fired.insert(ready.rule.id);
                }
                Ran::Loop => {
                    stopped.insert(candidate.rule);
                }
                Ran::Not => {}
            }
        }
        Ok(store::fired(ctx.conn, &fired, ctx.now)?)
    })))
}

fn matching(
    ctx: &mut Ctx<'_>,
    fit: &BTreeMap<usize, (Ready, Compiled)>,
    candidates: Vec<Candidate>,
) -> Result<Vec<Candidate>> {
    let mut ids: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for c in &candidates {
        if let Some((_, compiled)) = fit.get(&c.rule) {
            ids.entry(compiled.shape.def.key).or_default().insert(c.record);
        }
    }
    let mut records: HashMap<Uuid, Record> = HashMap::new();
    let mut around = HashMap::new();
    for (object, ids) in ids {
        let shape = ctx.shape(object)?;
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let found = persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)?;
        let of = |(_, compiled): &&(Ready, Compiled)| compiled.shape.def.key == object;
        let conditions: Vec<_> = fit.values().filter(of).map(|(_, compiled)| &compiled.condition).collect();
        around.extend(linked(ctx, &conditions, &found)?);
        records.extend(found.into_iter().map(|r| (r.id(), r)));
    }
    let cx = ctx.parse();
    let find = |def: &'static ObjectDef, id: Uuid| around.get(&(def.key, id)).cloned();
    let fits = |c: &Candidate| {
        let (Some((_, compiled)), Some(record)) = (fit.get(&c.rule), records.get(&c.record)) else { return false };
        compiled.condition.matches(record, &find, &cx)
    };
    Ok(candidates.into_iter().filter(|c| fits(c)).collect())
}
