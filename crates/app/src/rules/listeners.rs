//! The rules that act by events, kept ready between batches: with hundreds of rules and thousands of events a second,
//! reading and compiling them anew for each batch would cost more than all that they are asked.

use super::compile::Compiled;
use super::run::{Actors, Ready, Unfit, publisher, ready};
use super::working_calendar;
use crate::schema::Schema;
use crate::{Ctx, Result};
use contract::rules::{EventVerb, RuleDefinition, Trigger};
use persistence::db::AnyConnection;
use persistence::rules::{self as store, Rule};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The rules about one object.
#[derive(Default)]
pub(super) struct Interested {
    /// By verb: those that wait for it, and those of them that act on imports too.
    plain: [[Vec<usize>; 2]; 4],
    /// Those that wait for a change of a field.
    pub(super) changes: Vec<(usize, RuleDefinition)>,
}

impl Interested {
    /// The rules that wait for a verb, by place.
    pub(super) fn waiting_for(&self, verb: EventVerb, imported: bool) -> &[usize] {
        &self.plain[verb as usize][usize::from(imported)]
    }

    fn add(&mut self, rule: usize, d: RuleDefinition) {
        let Trigger::Event { on } = &d.trigger else { return self.changes.push((rule, d)) };
        let verbs: BTreeSet<usize> = on.iter().map(|verb| *verb as usize).collect();
        for verb in verbs {
            self.plain[verb][0].push(rule);
            if d.imports {
                self.plain[verb][1].push(rule);
            }
        }
    }
}

/// Every rule that acts by events.
pub(super) struct Listeners {
    stamp: Vec<(Uuid, i64)>,
    /// In the order in which they act.
    pub(super) all: Vec<Rule>,
    /// By the object that they are about.
    pub(super) by_object: HashMap<String, Interested>,
    /// Those whose definition cannot be read.
    pub(super) unread: Vec<usize>,
    /// What was compiled lately, for one schema.
    compiled: Mutex<Option<Compilation>>,
}

/// Rules by their place, as compiled for a schema.
type Compilation = (Arc<Schema>, HashMap<usize, Arc<Fit>>);

/// Rules that can act, by their place, and those that cannot.
type Sorted = (BTreeMap<usize, Arc<Fit>>, Vec<(Rule, Unfit)>);

/// A rule that can act.
pub(super) struct Fit {
    /// The rule and as whom it acts.
    pub(super) ready: Ready,
    /// What it asks.
    pub(super) compiled: Compiled,
}

/// The rules of a moment: those kept, while no rule has been published, paused, moved or changed.
pub(super) fn listeners(conn: &mut AnyConnection) -> Result<Arc<Listeners>> {
    static KEPT: Mutex<Option<Arc<Listeners>>> = Mutex::new(None);
    let stamp = store::listening_versions(conn)?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(listeners) = kept.as_ref().filter(|l| l.stamp == stamp) {
        return Ok(listeners.clone());
    }
    let read = Arc::new(read(store::listening(conn)?));
    *kept = Some(read.clone());
    Ok(read)
}

fn read(all: Vec<Rule>) -> Listeners {
    let stamp = all.iter().map(|rule| (rule.id, rule.version)).collect();
    let (mut by_object, mut unread) = (HashMap::<String, Interested>::new(), Vec::new());
    for (i, rule) in all.iter().enumerate() {
        match rule.published.as_deref().and_then(|s| serde_json::from_str::<RuleDefinition>(s).ok()) {
            Some(d) => by_object.entry(d.object.clone()).or_default().add(i, d),
            None => unread.push(i),
        }
    }
    Listeners { stamp, all, by_object, unread, compiled: Mutex::new(None) }
}

/// Makes the rules of these places ready to act with their publishers' rights of today. One whose condition names no
/// time relative to now, and whose publisher has the same rights as before, stays as it was compiled for the same schema.
pub(super) fn fit_for(ctx: &mut Ctx<'_>, listeners: &Listeners, wanted: &BTreeSet<usize>) -> Result<Sorted> {
    let mut compiled = listeners.compiled.lock().unwrap_or_else(PoisonError::into_inner);
    let (schema, kept) = compiled.get_or_insert_with(|| (ctx.schema.clone(), HashMap::new()));
    if !Arc::ptr_eq(schema, ctx.schema) {
        (*schema, *kept) = (ctx.schema.clone(), HashMap::new());
    }
    let mut actors = Actors::new();
    let (mut fits, mut unfit) = (BTreeMap::new(), Vec::new());
    for (i, rule) in wanted.iter().filter_map(|i| Some((*i, listeners.all.get(*i)?))) {
        if let (Some(fit), Some(actor)) = (kept.get(&i), publisher(ctx.conn, rule, &mut actors, ctx.now)?)
            && *fit.ready.actor == *actor
        {
            fits.insert(i, fit.clone());
            continue;
        }
        match fit(ctx, rule, &mut actors)? {
            Ok(fit) => {
                let fit = Arc::new(fit);
                if !is_relative(&fit.ready.definition) {
                    kept.insert(i, fit.clone());
                }
                fits.insert(i, fit);
            }
            Err(why) => unfit.push(why),
        }
    }
    Ok((fits, unfit))
}

fn fit(ctx: &mut Ctx<'_>, rule: &Rule, actors: &mut Actors) -> Result<std::result::Result<Fit, (Rule, Unfit)>> {
    let ready = match ready(ctx.conn, rule.clone(), actors, ctx.now)? {
        Ok(ready) => ready,
        Err(why) => return Ok(Err(why)),
    };
    // Rules by events do not ask the calendar what sets them off.
    let calendar = working_calendar(ctx)?;
    Ok(match ready.compile(ctx, &calendar)? {
        Ok(compiled) => Ok(Fit { ready, compiled }),
        Err(why) => Err((ready.rule, why)),
    })
}

/// Does its condition name a time relative to now?
fn is_relative(d: &RuleDefinition) -> bool {
    let text = d.condition.as_ref().map(ToString::to_string).unwrap_or_default();
    ["older_than_days", "within_days", "next_days"].iter().any(|op| text.contains(op))
}
