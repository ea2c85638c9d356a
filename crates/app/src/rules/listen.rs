//! Rules that act by events: a consumer of the log.

use super::compile::verb;
use super::listeners::{Fit, Listeners, fit_for, listeners};
use super::run::{Ran, Set, Unfit, linked, stop};
use super::trigger::{Documents, sets_off};
use super::working_calendar;
use crate::consumers::Effects;
use crate::{Ctx, Result};
use contract::rules::EventVerb;
use domain::condition::Condition;
use domain::fields::ObjectDef;
use domain::record::Record;
use persistence::events::Event;
use persistence::records::Owners;
use persistence::rules::{self as store, Rule, Tally};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// An event, and the rules that it sets off whatever their conditions say.
struct Call<'a> {
    event: &'a Event,
    /// Those that wait for its verb, by place.
    plain: &'a [usize],
    /// Those that wait for a change in it, with the value before.
    changed: Vec<(usize, Map<String, Json>)>,
}

/// A rule that has to act on a record because of an event.
struct Candidate {
    rule: usize,
    record: Uuid,
    set: Set,
}

/// Rules that can act, by place.
type Fits = BTreeMap<usize, Arc<Fit>>;

/// Says which rules a batch of events sets off.
pub fn prepare(ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
    let listeners = listeners(ctx.conn)?;
    if listeners.all.is_empty() {
        return Ok(None);
    }
    let imports = store::imports_among(ctx.conn, events)?;
    // What is handed over is given to somebody like any other record.
    let origins: Vec<Uuid> = imports.iter().copied().collect();
    let handed = persistence::handovers::among(ctx.conn, &origins)?;
    let imported =
        |event: &Event| event.origin_id.is_some_and(|origin| imports.contains(&origin) && !handed.contains(&origin));
    let calls: Vec<Call<'_>> = events.iter().filter_map(|event| call(event, &listeners, imported(event))).collect();
    let wanted: BTreeSet<usize> = calls
        .iter()
        .flat_map(|c| c.plain.iter().chain(c.changed.iter().map(|(rule, _)| rule)))
        .chain(&listeners.unread)
        .copied()
        .collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let (fits, unfit) = fit_for(ctx, &listeners, &wanted)?;
    let matched = matching(ctx, &fits, &calls, &imports)?;
    if matched.is_empty() && unfit.is_empty() {
        return Ok(None);
    }
    let calendar = working_calendar(ctx)?;
    Ok(Some(Box::new(move |ctx| act(ctx, &fits, &unfit, &matched, &calendar))))
}

/// The rules that an event sets off, if any.
fn call<'a>(event: &'a Event, listeners: &'a Listeners, imported: bool) -> Option<Call<'a>> {
    let verb = verb(&event.kind)?;
    let interested = listeners.by_object.get(&event.object)?;
    let plain = interested.waiting_for(verb, imported);
    let written = matches!(verb, EventVerb::Created | EventVerb::Updated);
    let mut changed = Vec::new();
    if written && !interested.changes.is_empty() {
        let documents = Documents::of(event);
        for (rule, d) in &interested.changes {
            if !imported || d.imports {
                changed.extend(sets_off(&d.trigger, verb, &documents).map(|inputs| (*rule, inputs)));
            }
        }
    }
    (!plain.is_empty() || !changed.is_empty()).then_some(Call { event, plain, changed })
}

/// Has the rules act, in the order of the events and then in theirs.
fn act(
    ctx: &mut Ctx<'_>,
    fits: &Fits,
    unfit: &[(Rule, Unfit)],
    matched: &[Candidate],
    calendar: &domain::automation::calendar::Calendar,
) -> Result<()> {
    for (rule, why) in unfit {
        match why {
            Unfit::OwnerGone => stop(ctx, rule, "owner_gone", "")?,
            Unfit::Invalid(detail) => stop(ctx, rule, "invalid", detail)?,
        }
    }
    let (mut tally, mut stopped) = (Tally::new(), BTreeSet::new());
    for candidate in matched {
        let Some(fit) = fits.get(&candidate.rule) else { continue };
        if stopped.contains(&candidate.rule) {
            continue;
        }
        match fit.ready.run(ctx, &fit.compiled, calendar, candidate.record, &candidate.set)? {
            Ran::Did(outcome) => *tally.entry((fit.ready.rule.id, outcome.key())).or_default() += 1,
            Ran::Loop => {
                stopped.insert(candidate.rule);
            }
            Ran::Not => {}
        }
    }
    Ok(store::acted(ctx.conn, &tally, ctx.now)?)
}

/// What conditions look at.
struct Sight {
    records: HashMap<Uuid, Record>,
    around: super::run::Linked,
}

fn sight(ctx: &mut Ctx<'_>, fits: &Fits, calls: &[Call<'_>]) -> Result<Sight> {
    let mut ids: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for call in calls {
        ids.entry(&call.event.object).or_default().insert(call.event.record_id);
    }
    let mut sight = Sight { records: HashMap::new(), around: HashMap::new() };
    for (object, ids) in ids {
        let shape = ctx.shape(object)?;
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let found = persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)?;
        let of = fits.values().filter(|fit| fit.compiled.shape.def.key == object);
        let conditions: Vec<&Condition> = of.map(|fit| &fit.compiled.condition).collect();
        sight.around.extend(linked(ctx, &conditions, &found)?);
        sight.records.extend(found.into_iter().map(|r| (r.id(), r)));
    }
    Ok(sight)
}

/// Whether an event is not of a time before the rule was first published, or resumed: the log may be read long after, as
/// behind a large import. What happened between two versions is for the one that is there when it is read.
fn is_since(rule: &Rule, event: &Event) -> bool {
    rule.acts_since.is_none_or(|at| event.at >= at)
}

/// The candidates whose record fits.
fn matching(ctx: &mut Ctx<'_>, fits: &Fits, calls: &[Call<'_>], imports: &HashSet<Uuid>) -> Result<Vec<Candidate>> {
    if fits.is_empty() {
        return Ok(Vec::new());
    }
    let sight = sight(ctx, fits, calls)?;
    let cx = ctx.parse();
    let find = |def: &'static ObjectDef, id: Uuid| sight.around.get(&(def.key, id)).cloned();
    let mut matched = Vec::new();
    for Call { event, plain, changed } in calls {
        let Some(record) = sight.records.get(&event.record_id) else { continue };
        let holds = |rule: &usize| {
            fits.get(rule)
                .is_some_and(|f| is_since(&f.ready.rule, event) && f.compiled.condition.matches(record, &find, &cx))
        };
        let mut hits: Vec<(usize, Map<String, Json>)> =
            plain.iter().filter(|rule| holds(rule)).map(|rule| (*rule, Map::new())).collect();
        hits.extend(changed.iter().filter(|(rule, _)| holds(rule)).cloned());
        hits.sort_by_key(|(rule, _)| *rule);
        let cause = event.origin_id.filter(|origin| !imports.contains(origin)).map(|_| event.request_id);
        matched.extend(hits.into_iter().map(|(rule, inputs)| Candidate {
            rule,
            record: event.record_id,
            set: Set { occasion: Some(format!("e{}", event.seq)), cause, inputs },
        }));
    }
    Ok(matched)
}
