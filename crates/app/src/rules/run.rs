//! One rule acting on one record for one occasion: once, in full or not at all, and written down.

use super::actions::Acting;
use super::compile::{Compiled, Compiler};
use super::text::value;
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, Utc};
use contract::notifications::NewsKind;
use contract::rules::{ActionOutcome, RuleDefinition, RunOutcome, Trigger};
use domain::automation::calendar::Calendar;
use domain::condition::{Condition, FieldRef, Reader};
use domain::policy::Action;
use domain::record::{Place, Record, Shape};
use domain::value::Value;
use persistence::db::{AnyConnection, write_tx};
use persistence::records::Owners;
use persistence::rules::{self as store, Rule, Run};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

use crate::notifications::{News, tell};

/// How often a rule may stand in the chain of changes that sets it off again.
const REPEATS: i64 = 3;
/// How long such a chain may be.
const CHAIN: i64 = 10;

/// A published rule, ready to act.
pub(super) struct Ready {
    /// The rule.
    pub(super) rule: Rule,
    /// What it does.
    pub(super) definition: RuleDefinition,
    /// As whom.
    pub(super) actor: Arc<Actor>,
}

/// What set a rule off.
#[derive(Debug, Clone, Default)]
pub(super) struct Set {
    /// The occasion; told by the record's field when it is not given.
    pub(super) occasion: Option<String>,
    /// The run behind the event, if a rule was.
    pub(super) cause: Option<Uuid>,
    /// What the event says that the record does not: old values.
    pub(super) inputs: Map<String, Json>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ran {
    /// Nothing was to be done: the record does not fit (any more), or the rule had acted on the occasion before.
    Not,
    /// It acted, and wrote down what came of it.
    Did(RunOutcome),
    /// It keeps setting itself off, and was stopped.
    Loop,
}

/// Why a rule cannot act at all.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unfit {
    /// Its publisher is no longer active, or the API key by which it was published no longer in force.
    OwnerGone,
    /// Its definition no longer fits.
    Invalid(String),
}

/// Publishers with the API keys by which they published, each read once.
pub(super) type Actors = HashMap<(Uuid, Option<Uuid>), Arc<Actor>>;

/// Makes a rule ready: reads its definition and its publisher's rights of today.
pub(super) fn ready(
    conn: &mut AnyConnection,
    rule: Rule,
    actors: &mut Actors,
    now: DateTime<Utc>,
) -> Result<std::result::Result<Ready, (Rule, Unfit)>> {
    let definition: Option<RuleDefinition> = rule.published.as_deref().and_then(|s| serde_json::from_str(s).ok());
    let Some(definition) = definition else {
        return Ok(Err((rule, Unfit::Invalid("its definition cannot be read".to_owned()))));
    };
    match publisher(conn, &rule, actors, now)? {
        Some(actor) => Ok(Ok(Ready { rule, definition, actor })),
        None => Ok(Err((rule, Unfit::OwnerGone))),
    }
}

/// The publisher of a rule with the rights of today, within the limits of the API key by which it was published; none when
/// they are no longer active, or the key no longer in force.
pub(super) fn publisher(
    conn: &mut AnyConnection,
    rule: &Rule,
    actors: &mut Actors,
    now: DateTime<Utc>,
) -> Result<Option<Arc<Actor>>> {
    let who = (rule.published_by.unwrap_or_default(), rule.published_key_id);
    if let Some(actor) = actors.get(&who) {
        return Ok(Some(actor.clone()));
    }
    match crate::identity::load_person(conn, who.0, who.1, now) {
        Ok(actor) => Ok(Some(actors.entry(who).or_insert(Arc::new(actor)).clone())),
        Err(Error::Unauthenticated(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Ready {
    /// Compiles it for now.
    pub(super) fn compile(&self, ctx: &Ctx<'_>, calendar: &Calendar) -> Result<std::result::Result<Compiled, Unfit>> {
        let compiler = Compiler { schema: ctx.schema, actor: &self.actor, now: ctx.now, calendar };
        match compiler.compile(&self.definition, "definition") {
            Ok(compiled) => Ok(Ok(compiled)),
            Err(Error::Invalid(errors)) => {
                let text = errors.iter().map(|e| format!("{}: {}", e.field, e.code)).collect::<Vec<_>>().join(", ");
                Ok(Err(Unfit::Invalid(text)))
            }
            Err(error) => Err(error),
        }
    }

    /// Acts on a record, once for the occasion. Inside the caller's transaction; what fails leaves nothing but the note.
    pub(super) fn run(
        &self,
        ctx: &mut Ctx<'_>,
        compiled: &Compiled,
        calendar: &Calendar,
        id: Uuid,
        set: &Set,
    ) -> Result<Ran> {
        if let Some(cause) = set.cause {
            let (times, length) = store::in_chain(ctx.conn, cause, self.rule.id, CHAIN)?;
            if times >= REPEATS || length >= CHAIN {
                stop(ctx, &self.rule, "loop", "")?;
                return Ok(Ran::Loop);
            }
        }
        let run_id = Uuid::now_v7();
        let (now, schema) = (ctx.now, ctx.schema.clone());
        let mut occasion = set.occasion.clone();
        let tried = write_tx(ctx.conn, |conn| {
            let mut ctx = Ctx { conn, actor: &self.actor, now, request_id: run_id, schema: &schema };
            self.attempt(&mut ctx, compiled, calendar, id, set, &mut occasion)
        });
        match tried {
            Ok(ran) => Ok(ran),
            // Not the rule's fault, and no reason to use the occasion up.
            Err(error @ (Error::Unavailable(_) | Error::Contended(_) | Error::Full(_))) => Err(error),
            Err(error) => {
                // What fails has had its occasion, or a rule by time would try it again at every look. One that failed
                // before the record was read has none.
                let mut run = self.note(ctx, run_id, id, occasion.unwrap_or_else(|| run_id.to_string()), set);
                run.outcome = RunOutcome::Failed.key().to_owned();
                run.detail =
                    json!({ "reason": code(&error), "detail": told(&error), "inputs": {}, "actions": [] }).to_string();
                Ok(if store::claim_run(ctx.conn, &run)? { Ran::Did(RunOutcome::Failed) } else { Ran::Not })
            }
        }
    }

    /// Acts on a record under the request's id as the run's, and leaves the occasion in `occasion` as soon as it is known.
    fn attempt(
        &self,
        ctx: &mut Ctx<'_>,
        compiled: &Compiled,
        calendar: &Calendar,
        id: Uuid,
        set: &Set,
        occasion: &mut Option<String>,
    ) -> Result<Ran> {
        let (shape, run_id) = (compiled.shape.clone(), ctx.request_id);
        let visible = ctx.require(shape.def.permission, Action::Read)?;
        crate::records::lock_orders(ctx, shape.def.key, &[id], None)?;
        let record = persistence::records::get(ctx.conn, &shape, id, visible.owners(), true)?;
        let Some(record) = record else { return Ok(Ran::Not) };
        let wants_archived = matches!(&self.definition.trigger, Trigger::Event { on } if on.contains(&contract::rules::EventVerb::Archived));
        if record.archived() && !wants_archived {
            return Ok(Ran::Not);
        }
        let linked = linked(ctx, &[&compiled.condition], std::slice::from_ref(&record))?;
        let find = |def: &'static domain::fields::ObjectDef, id: Uuid| linked.get(&(def.key, id)).cloned();
        if !compiled.condition.matches(&record, &find, &ctx.parse()) {
            return Ok(Ran::Not);
        }
        let this = match (&set.occasion, &compiled.field) {
            (Some(given), _) => given.clone(),
            (None, Some(field)) => occasion_of(ctx, field, &record),
            (None, None) => return Ok(Ran::Not),
        };
        *occasion = Some(this.clone());
        let mut run = self.note(ctx, run_id, id, this, set);
        if !store::claim_run(ctx.conn, &run)? {
            return Ok(Ran::Not);
        }
        let mut inputs = inputs(ctx, &shape, &record, &compiled.looks_at)?;
        inputs.extend(set.inputs.clone());
        let mut acting = Acting { rule: &self.rule, run: run_id, shape, record, calendar };
        let outcomes = acting.all(ctx, &self.definition.actions)?;
        let outcome = outcome_of(&outcomes);
        run.detail = json!({ "inputs": inputs, "actions": outcomes }).to_string();
        store::settle_run(ctx.conn, run_id, outcome.key(), &run.detail, ctx.now)?;
        Ok(Ran::Did(outcome))
    }

    fn note(&self, ctx: &Ctx<'_>, id: Uuid, subject: Uuid, occasion: String, set: &Set) -> Run {
        Run {
            seq: 0,
            id,
            rule_id: self.rule.id,
            number: self.rule.number,
            object: self.definition.object.clone(),
            subject,
            occasion,
            at: ctx.now,
            cause: set.cause,
            depth: i64::from(set.cause.is_some()),
            outcome: RunOutcome::Done.key().to_owned(),
            detail: "{}".to_owned(),
        }
    }
}

fn outcome_of(outcomes: &[ActionOutcome]) -> RunOutcome {
    match (outcomes.iter().filter(|o| o.done).count(), outcomes.len()) {
        (0, _) => RunOutcome::Skipped,
        (n, all) if n == all => RunOutcome::Done,
        _ => RunOutcome::Partly,
    }
}

/// The text that tells one occasion from the next, as `persistence::rules::Occasion::Field` has it.
fn occasion_of(ctx: &Ctx<'_>, field: &FieldRef, record: &Record) -> String {
    let found = record.value(&field.place, &field.field, &ctx.parse());
    match (&field.place, found) {
        (Place::Custom, value) => value.to_json().as_str().unwrap_or_default().to_owned(),
        (_, Value::Date(day)) => day.to_string(),
        (_, Value::Time(at)) => at.timestamp_micros().to_string(),
        _ => record.at(2).as_time().unwrap_or_default().timestamp_micros().to_string(),
    }
}

/// The values of the fields that a rule looks at.
pub(super) fn inputs(
    ctx: &mut Ctx<'_>,
    shape: &Arc<Shape>,
    record: &Record,
    names: &[String],
) -> Result<Map<String, Json>> {
    let mut found = Map::new();
    for name in names {
        let field = {
            let cx = ctx.parse();
            let shapes = |key: &str| ctx.schema.shape(key).cloned();
            let reader = Reader { shape, shapes: &shapes, masks: ctx.actor.permissions.masks, cx: &cx };
            reader.field(name, "").ok()
        };
        if let Some(field) = field {
            found.insert(name.clone(), value(ctx, &field, record)?.to_json());
        }
    }
    Ok(found)
}

/// Linked records by object and id.
pub(super) type Linked = HashMap<(&'static str, Uuid), Record>;

/// The records that conditions look at over a link, read in one query for each object.
pub(super) fn linked(ctx: &mut Ctx<'_>, conditions: &[&Condition], records: &[Record]) -> Result<Linked> {
    let mut vias = Vec::new();
    conditions.iter().for_each(|c| collect(c, &mut vias));
    let mut ids: HashMap<&'static str, Vec<Uuid>> = HashMap::new();
    for (at, object) in vias {
        ids.entry(object).or_default().extend(records.iter().filter_map(|r| r.at(at).as_id()));
    }
    let mut found = Linked::new();
    for (object, mut ids) in ids {
        ids.sort_unstable();
        ids.dedup();
        let shape = ctx.shape(object)?;
        for record in persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)? {
            found.insert((object, record.id()), record);
        }
    }
    Ok(found)
}

fn collect(condition: &Condition, vias: &mut Vec<(usize, &'static str)>) {
    match condition {
        Condition::All(list) | Condition::Any(list) => list.iter().for_each(|c| collect(c, vias)),
        Condition::Not(inner) => collect(inner, vias),
        Condition::Test(test) => vias.extend(test.field.via.map(|(at, def)| (at, def.key))),
    }
}

/// Stops a rule and tells its publisher and the administrators.
pub(super) fn stop(ctx: &mut Ctx<'_>, rule: &Rule, reason: &str, detail: &str) -> Result<()> {
    if !store::stop(ctx.conn, rule.id, reason, ctx.now)? {
        return Ok(());
    }
    tracing::warn!(rule = %rule.id, reason, detail, "rule stopped");
    let code = match reason {
        "loop" => "rule_loop",
        "owner_gone" => "rule_owner_gone",
        _ => "rule_invalid",
    };
    let key = format!("stopped:{}:{}", rule.id, ctx.now.timestamp_micros());
    alarm(ctx, rule.published_by, Some(("rules", rule.id)), (code, &rule.name, detail), &key)
}

/// Tells the administrators, and whoever else it concerns, that something does not work.
pub(crate) fn alarm(
    ctx: &mut Ctx<'_>,
    also: Option<Uuid>,
    about: Option<(&str, Uuid)>,
    (code, name, detail): (&str, &str, &str),
    key: &str,
) -> Result<()> {
    let mut people = persistence::identity::users_with_role(ctx.conn, domain::policy::roles::ADMINISTRATOR)?;
    people.extend(also);
    people.sort_unstable();
    people.dedup();
    let params = json!({ "code": code, "name": name, "detail": detail });
    let params = params.as_object().cloned().unwrap_or_default();
    let about = about.map(|(object, id)| (object.to_owned(), id));
    let news = |user| News {
        user,
        kind: NewsKind::Alarm,
        about: about.clone(),
        params: params.clone(),
        key: key.to_owned(),
        first: 0,
    };
    tell(ctx, people.into_iter().map(news).collect())
}

/// A stable code for why actions failed.
fn code(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "not_found",
        Error::Invalid(errors) => errors.first().map_or("invalid", |e| e.code),
        Error::Conflict { code, .. } => code,
        Error::Stale { .. } => "changed_meanwhile",
        Error::Forbidden { .. } => "forbidden",
        Error::Unauthenticated(code) => code,
        Error::VersionRequired
        | Error::TooMany(_)
        | Error::Unavailable(_)
        | Error::Contended(_)
        | Error::Full(_)
        | Error::Internal(_) => "internal",
    }
}

fn told(error: &Error) -> String {
    match error {
        Error::Invalid(errors) => {
            errors.iter().map(|e| format!("{}: {} {}", e.field, e.code, e.detail)).collect::<Vec<_>>().join("; ")
        }
        Error::Conflict { detail, .. } => detail.clone(),
        Error::Forbidden { permission } => permission.clone(),
        _ => String::new(),
    }
}
