//! Rules: written as drafts, tried, published in versions, paused; acting by events and by time.

mod actions;
mod compile;
pub mod listen;
mod listeners;
mod people;
mod retry;
mod run;
mod shipped;
pub mod sweep;
mod text;
mod trial;
mod trigger;
mod watch;
mod watched;

pub use retry::retry;
pub(crate) use run::alarm;
pub use shipped::{ship, ship_if_missing};
pub use trial::test;
pub use watch::{is_late, watch};
pub(crate) use watched::Watched;

use crate::{Ctx, Error, Result, Visible};
use chrono::Days;
use compile::{Compiled, Compiler};
use contract::rules::{
    Rule as RuleOut, RuleDefinition, RuleHealth, RuleInput, RuleMove, RulePatch, RuleRun, RuleRuns, RuleState,
    RuleVersion, RuleVersions, Rules, RunCounts, RunOutcome, Trigger,
};
use domain::automation::calendar::Calendar;
use domain::policy::Action;
use persistence::rules::{self as store, Rule, Run, Version};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rules at most; each is looked at for every change.
const MAX_RULES: usize = 1_000;
/// Days over which runs are counted.
const COUNTED: u64 = 30;

/// When people work here.
pub fn working_calendar(ctx: &mut Ctx<'_>) -> Result<Calendar> {
    crate::calendar::load(ctx)
}

type Counts = HashMap<(Uuid, String), i64>;

fn counts(ctx: &mut Ctx<'_>) -> Result<Counts> {
    let since = ctx.now.checked_sub_days(Days::new(COUNTED)).unwrap_or(ctx.now);
    Ok(store::counts_since(ctx.conn, since)?)
}

fn read_definition(text: &str) -> Result<RuleDefinition> {
    serde_json::from_str(text).map_err(|e| Error::Internal(format!("a rule's definition cannot be read: {e}")))
}

fn present(ctx: &Ctx<'_>, rule: Rule, position: i64, counts: &Counts) -> Result<RuleOut> {
    let count = |o: RunOutcome| counts.get(&(rule.id, o.key().to_owned())).copied().unwrap_or(0);
    let state = match rule.state.as_str() {
        "active" => RuleState::Active,
        "paused" => RuleState::Paused,
        "stopped" => RuleState::Stopped,
        _ => RuleState::Draft,
    };
    let health = match state {
        RuleState::Stopped => RuleHealth::Stopped,
        RuleState::Draft | RuleState::Paused => RuleHealth::Off,
        RuleState::Active if is_late(&rule, ctx.now) => RuleHealth::Late,
        RuleState::Active => RuleHealth::Ok,
    };
    let draft = read_definition(&rule.draft)?;
    let published = rule.published.as_deref().map(read_definition).transpose()?;
    Ok(RuleOut {
        position,
        state,
        health,
        changed: published.as_ref().is_none_or(|p| *p != draft),
        runs: RunCounts {
            done: count(RunOutcome::Done),
            partly: count(RunOutcome::Partly),
            skipped: count(RunOutcome::Skipped),
            failed: count(RunOutcome::Failed),
        },
        draft,
        published,
        id: rule.id,
        version: rule.version,
        created_at: rule.created_at,
        updated_at: rule.updated_at,
        created_by: rule.created_by,
        key: rule.key,
        name: rule.name,
        description: rule.description,
        stopped_reason: rule.stopped_reason,
        published_number: rule.number,
        published_by: rule.published_by,
        published_at: rule.published_at,
        next_at: rule.next_at,
        checked_at: rule.checked_at,
        fired_at: rule.fired_at,
    })
}

/// Every rule that the caller may see, in the order in which they act.
pub fn list(ctx: &mut Ctx<'_>) -> Result<Rules> {
    let visible = ctx.require("rules", Action::Read)?;
    let counts = counts(ctx)?;
    let rules = store::all(ctx.conn)?.into_iter().zip(1..);
    let mut items = Vec::new();
    for (rule, position) in rules.filter(|(rule, _)| visible.contains(rule.created_by)) {
        items.push(present(ctx, rule, position, &counts)?);
    }
    Ok(Rules { items })
}

/// One rule.
pub fn get(ctx: &mut Ctx<'_>, id: Uuid) -> Result<RuleOut> {
    let visible = ctx.require("rules", Action::Read)?;
    let all = store::all(ctx.conn)?;
    let position = all.iter().position(|r| r.id == id).map_or(0, |at| at as i64 + 1);
    let rule = all.into_iter().find(|r| r.id == id && visible.contains(r.created_by)).ok_or(Error::NotFound)?;
    let counts = counts(ctx)?;
    present(ctx, rule, position, &counts)
}

/// The rule, locked, when the action reaches it.
fn load_for(ctx: &mut Ctx<'_>, id: Uuid, action: Action) -> Result<Rule> {
    let reach = ctx.require("rules", action)?;
    let visible = ctx.require("rules", Action::Read)?;
    let rule = store::find(ctx.conn, id, true)?.filter(|r| r.archived_at.is_none() && visible.contains(r.created_by));
    let rule = rule.ok_or(Error::NotFound)?;
    if !reach.contains(rule.created_by) {
        return Err(Error::Forbidden { permission: crate::ctx::permission_name("rules", action) });
    }
    Ok(rule)
}

fn check_version(rule: &Rule, version: Option<i64>) -> Result<()> {
    match version {
        None => Err(Error::VersionRequired),
        Some(v) if v == rule.version => Ok(()),
        Some(_) => Err(Error::Stale { current: rule.version }),
    }
}

fn save(ctx: &mut Ctx<'_>, old: &Rule, mut new: Rule) -> Result<RuleOut> {
    if new != *old {
        new.version = old.version + 1;
        new.updated_at = ctx.now;
        if !store::update(ctx.conn, &new, old.version)? {
            return Err(Error::Stale { current: old.version });
        }
        note(ctx, "updated", Some(old), Some(&new))?;
    }
    if new.archived_at.is_some() {
        let counts = counts(ctx)?;
        return present(ctx, new, 0, &counts);
    }
    get(ctx, old.id)
}

/// Appends the change of a rule to the log.
fn note(ctx: &mut Ctx<'_>, verb: &str, old: Option<&Rule>, new: Option<&Rule>) -> Result<()> {
    let shown = |r: &Rule| {
        let definition = r.published.as_deref().unwrap_or(&r.draft);
        serde_json::json!({ "name": r.name, "state": r.state, "number": r.number, "definition": read_definition(definition).ok() }).to_string()
    };
    let Some(id) = new.or(old).map(|r| r.id) else { return Ok(()) };
    let event = persistence::events::Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: format!("rule.{verb}"),
        object: "rules".to_owned(),
        record_id: id,
        // The program itself is nobody.
        actor_id: Some(ctx.actor.user_id).filter(|id| !id.is_nil()),
        at: ctx.now,
        old: old.map(shown),
        new: new.map(shown),
        request_id: ctx.request_id,
        origin_id: None,
        key_id: ctx.actor.api_key_id,
    };
    Ok(persistence::events::append(ctx.conn, &[event])?)
}

fn check_name(name: &str) -> Result<String> {
    match name.trim() {
        "" => Err(Error::field("name", "required", "")),
        name if name.chars().count() > 100 => Err(Error::field("name", "too_long", "100")),
        name if name.contains(['\0', '\r', '\n']) => Err(Error::field("name", "one_line", "")),
        name => Ok(name.to_owned()),
    }
}

fn check_description(text: Option<String>) -> Result<Option<String>> {
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) if text.chars().count() > 1_000 => Err(Error::field("description", "too_long", "1000")),
        Some(text) if text.contains('\0') => Err(Error::field("description", "nul_character", "")),
        Some(text) => Ok(Some(text.to_owned())),
    }
}

fn write_definition(d: &RuleDefinition) -> Result<String> {
    let text = serde_json::to_string(d).map_err(|e| Error::Internal(e.to_string()))?;
    if text.contains("\\u0000") {
        return Err(Error::field("definition", "nul_character", ""));
    }
    if text.len() > 100_000 {
        return Err(Error::field("definition", "too_long", "100000"));
    }
    Ok(text)
}

/// Makes a rule: a draft, last in the order.
pub fn create(ctx: &mut Ctx<'_>, input: RuleInput) -> Result<RuleOut> {
    ctx.require("rules", Action::Create)?;
    let all = store::all(ctx.conn)?;
    if all.len() >= MAX_RULES {
        return Err(Error::conflict("too_many_rules", MAX_RULES.to_string()));
    }
    let rule = Rule {
        id: Uuid::now_v7(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        created_by: Some(ctx.actor.user_id),
        key: None,
        name: check_name(&input.name)?,
        description: check_description(input.description)?,
        position: all.last().map_or(1, |r| r.position + 1),
        state: "draft".to_owned(),
        stopped_reason: None,
        draft: write_definition(&input.definition)?,
        published: None,
        number: 0,
        published_by: None,
        published_key_id: None,
        published_at: None,
        acts_since: None,
        timed: false,
        next_at: None,
        checked_at: None,
        fired_at: None,
        alive_at: None,
    };
    store::insert(ctx.conn, &rule)?;
    note(ctx, "created", None, Some(&rule))?;
    get(ctx, rule.id)
}

/// Changes name, description or draft. What is published goes on until the draft is published.
pub fn update(ctx: &mut Ctx<'_>, id: Uuid, version: Option<i64>, patch: RulePatch) -> Result<RuleOut> {
    let old = load_for(ctx, id, Action::Update)?;
    check_version(&old, version)?;
    let mut new = old.clone();
    if let Some(name) = &patch.name {
        new.name = check_name(name)?;
    }
    if patch.description.is_some() {
        new.description = check_description(patch.description)?;
    }
    if let Some(definition) = &patch.definition {
        new.draft = write_definition(definition)?;
    }
    save(ctx, &old, new)
}

/// Archives a rule: it acts no more, its runs stay.
pub fn archive(ctx: &mut Ctx<'_>, id: Uuid) -> Result<()> {
    let old = load_for(ctx, id, Action::Archive)?;
    let new = Rule { archived_at: Some(ctx.now), state: "paused".to_owned(), ..old.clone() };
    save(ctx, &old, new)?;
    Ok(())
}

fn compile(ctx: &mut Ctx<'_>, d: &RuleDefinition) -> Result<Compiled> {
    let calendar = working_calendar(ctx)?;
    let compiler = Compiler { schema: ctx.schema, actor: ctx.actor, now: ctx.now, calendar: &calendar };
    let compiled = compiler.compile(d, "definition")?;
    compile::check_targets(ctx.conn, ctx.schema, d, "definition")?;
    Ok(compiled)
}

/// Publishes the draft: checked whole, it acts from now on with the caller's permissions.
pub fn publish(ctx: &mut Ctx<'_>, id: Uuid) -> Result<RuleOut> {
    let old = load_for(ctx, id, Action::Update)?;
    let definition = read_definition(&old.draft)?;
    let compiled = compile(ctx, &definition)?;
    let mut new = old.clone();
    new.published = Some(old.draft.clone());
    new.number += 1;
    answer_for(ctx, &mut new);
    new.published_at = Some(ctx.now);
    start(ctx, &mut new, &definition, &compiled)?;
    keep_version(ctx, &new, &old.draft)?;
    save(ctx, &old, new)
}

/// Keeps what a rule is published as.
fn keep_version(ctx: &mut Ctx<'_>, rule: &Rule, definition: &str) -> Result<()> {
    let version = Version {
        number: rule.number,
        definition: definition.to_owned(),
        published_at: ctx.now,
        published_by: rule.published_by,
        published_key_id: rule.published_key_id,
    };
    Ok(store::insert_version(ctx.conn, rule.id, &version)?)
}

/// Has a rule act with the permissions of the caller, within the limits of the API key, if that is how they call.
fn answer_for(ctx: &Ctx<'_>, rule: &mut Rule) {
    (rule.published_by, rule.published_key_id) = (Some(ctx.actor.user_id), ctx.actor.api_key_id);
}

/// Publishes another definition in the name of whoever published the one before; state and turns stay.
fn renew(ctx: &mut Ctx<'_>, old: &Rule, definition: &RuleDefinition) -> Result<()> {
    let text = write_definition(definition)?;
    let new = Rule {
        version: old.version + 1,
        updated_at: ctx.now,
        draft: text.clone(),
        published: Some(text.clone()),
        number: old.number + 1,
        published_at: Some(ctx.now),
        ..old.clone()
    };
    keep_version(ctx, &new, &text)?;
    if !store::update(ctx.conn, &new, old.version)? {
        return Err(Error::Stale { current: old.version });
    }
    note(ctx, "updated", Some(old), Some(&new))
}

/// Sets a rule to act, and when it looks first. One that acts already goes on with what has happened since it began.
fn start(ctx: &mut Ctx<'_>, rule: &mut Rule, d: &RuleDefinition, compiled: &Compiled) -> Result<()> {
    if rule.state != "active" {
        rule.acts_since = Some(ctx.now);
    }
    rule.state = "active".to_owned();
    rule.stopped_reason = None;
    rule.timed = !d.trigger.by_events();
    rule.next_at = match (&d.trigger, &compiled.cron) {
        (Trigger::Schedule { working, .. }, Some(cron)) => {
            let calendar = working_calendar(ctx)?;
            cron.next(ctx.now, &calendar, *working)
        }
        _ if rule.timed => Some(ctx.now),
        _ => None,
    };
    Ok(())
}

/// Pauses a rule; a sweep under way stops at its next step. What happens meanwhile is not made up for.
pub fn pause(ctx: &mut Ctx<'_>, id: Uuid) -> Result<RuleOut> {
    let old = load_for(ctx, id, Action::Update)?;
    match old.state.as_str() {
        "active" => save(ctx, &old, Rule { state: "paused".to_owned(), ..old.clone() }),
        "paused" => get(ctx, id),
        _ => Err(Error::conflict("rule_not_active", old.state)),
    }
}

/// Lets a paused or stopped rule act again, as it was published; it is checked anew.
pub fn resume(ctx: &mut Ctx<'_>, id: Uuid) -> Result<RuleOut> {
    let old = load_for(ctx, id, Action::Update)?;
    let Some(text) = &old.published else { return Err(Error::conflict("rule_not_published", "")) };
    if old.state == "active" {
        return get(ctx, id);
    }
    let definition = read_definition(text)?;
    let compiled = compile(ctx, &definition)?;
    let mut new = old.clone();
    answer_for(ctx, &mut new);
    start(ctx, &mut new, &definition, &compiled)?;
    save(ctx, &old, new)
}

/// Moves a rule to another place in the order.
pub fn move_to(ctx: &mut Ctx<'_>, id: Uuid, to: &RuleMove) -> Result<Rules> {
    load_for(ctx, id, Action::Update)?;
    let mut ids: Vec<Uuid> = store::all(ctx.conn)?.into_iter().map(|r| r.id).filter(|other| *other != id).collect();
    let at = match to.after {
        None => 0,
        Some(after) => {
            let found = ids.iter().position(|other| *other == after);
            found.ok_or_else(|| Error::field("after", "link_missing", ""))? + 1
        }
    };
    ids.insert(at, id);
    for (id, position) in ids.into_iter().zip(1..) {
        store::place(ctx.conn, id, position)?;
    }
    list(ctx)
}

/// The published versions of a rule.
pub fn versions(ctx: &mut Ctx<'_>, id: Uuid) -> Result<RuleVersions> {
    get(ctx, id)?;
    let read = |v: Version| {
        Ok(RuleVersion {
            number: v.number,
            definition: read_definition(&v.definition)?,
            published_at: v.published_at,
            published_by: v.published_by,
        })
    };
    Ok(RuleVersions { items: store::versions(ctx.conn, id)?.into_iter().map(read).collect::<Result<_>>()? })
}

/// A page of a rule's runs on records that the caller may see.
pub fn runs(
    ctx: &mut Ctx<'_>,
    id: Uuid,
    outcome: Option<RunOutcome>,
    before: Option<i64>,
    limit: i64,
) -> Result<RuleRuns> {
    get(ctx, id)?;
    let mut rows = store::runs(ctx.conn, id, outcome.map(RunOutcome::key), before, limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = rows.last().filter(|_| more).map(|r| r.seq.to_string());
    Ok(RuleRuns { items: show_runs(ctx, rows)?, next_cursor })
}

fn show_runs(ctx: &mut Ctx<'_>, rows: Vec<Run>) -> Result<Vec<RuleRun>> {
    let mut ids: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for run in &rows {
        ids.entry(run.object.clone()).or_default().push(run.subject);
    }
    let mut titles: HashMap<Uuid, String> = HashMap::new();
    for (object, ids) in ids {
        let shape = ctx.shape(&object)?;
        let Some(visible) = ctx.actor.visible(shape.def.permission, Action::Read) else { continue };
        let visible = if shape.def.owned { visible } else { Visible::All };
        titles.extend(persistence::records::titles(ctx.conn, &shape, &ids, visible.owners())?);
    }
    let mut shown = Vec::new();
    for run in rows {
        let Some(title) = titles.get(&run.subject).cloned() else { continue };
        shown.push(show_run(ctx, run, title)?);
    }
    trial::within_sight(ctx, &mut shown)?;
    Ok(shown)
}

fn show_run(ctx: &Ctx<'_>, run: Run, title: String) -> Result<RuleRun> {
    let shape = ctx.shape(&run.object)?;
    let mut detail: Map<String, Json> = serde_json::from_str(&run.detail).unwrap_or_default();
    let mut take = |key: &str| detail.remove(key).unwrap_or_default();
    let text = |json: Json| json.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    let (reason, told) = (text(take("reason")), text(take("detail")));
    let inputs = match take("inputs") {
        Json::Object(inputs) => trial::masked(ctx, &shape, inputs),
        _ => Map::new(),
    };
    Ok(RuleRun {
        id: run.id,
        at: run.at,
        number: run.number,
        record_id: run.subject,
        title,
        outcome: match run.outcome.as_str() {
            "partly" => RunOutcome::Partly,
            "skipped" => RunOutcome::Skipped,
            "failed" => RunOutcome::Failed,
            _ => RunOutcome::Done,
        },
        reason,
        detail: told,
        inputs,
        actions: serde_json::from_value(take("actions")).unwrap_or_default(),
        object: run.object,
    })
}
