//! What an object demands beyond its fields, and what follows elsewhere when it changes.

use super::ahead::Ahead;
use crate::pool::Giving;
use crate::{Ctx, Error, Result};
use domain::fields::Kind;
use domain::ladder::{Rung, furthest};
use domain::metrics::OpportunityStatus;
use domain::policy::{Action, Scope};
use domain::record::{Changes, Record, Shape};
use domain::value::Value;
use persistence::pipeline::Stage;
use persistence::recounts;
use std::collections::HashMap;
use uuid::Uuid;

/// Rules across fields. Keeps the pipelines it has read, since an import asks for them with each row.
#[derive(Debug, Default)]
pub(super) struct Rules {
    stages: Option<HashMap<Uuid, Stage>>,
    default_pipeline: Option<Uuid>,
    grading: Option<domain::grade::Settings>,
    intent: Option<domain::intent::Settings>,
    /// How records come to a new owner. Of the past: what they do not say is not known, rather than today.
    giving: Giving,
    ahead: Ahead,
}

impl Rules {
    /// Rules for records that come to a new owner in this way.
    pub(super) fn giving(giving: Giving) -> Rules {
        Rules { giving, ..Rules::default() }
    }

    /// Whether what was changed is taken back.
    pub(super) fn takes_back(&self) -> bool {
        self.giving == Giving::Back
    }

    /// What the rules will ask about these records, those that a batch links to, in a few queries.
    pub(super) fn read_ahead(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, ids: Vec<Uuid>) -> Result<()> {
        self.ahead.read(ctx, shape, ids)
    }

    /// A record passed the rules and is to be written.
    pub(super) fn passed(&mut self, shape: &Shape, new: &Record) {
        self.ahead.note(shape, new);
    }

    /// What the rules have read may have changed.
    pub(super) fn look_again(&mut self) {
        *self = Rules { giving: self.giving, ahead: std::mem::take(&mut self.ahead), ..Rules::default() };
    }

    /// What was gathered is written.
    pub(super) fn written(&mut self) {
        self.ahead.forget();
    }

    /// Checks and completes a record before it is written; `changes` are those that made the new one.
    pub(super) fn apply(
        &mut self,
        ctx: &mut Ctx<'_>,
        shape: &Shape,
        old: Option<&Record>,
        new: &mut Record,
        changes: &Changes,
    ) -> Result<()> {
        match shape.def.key {
            "opportunities" => self.opportunity(ctx, shape, old, new),
            "tasks" => crate::tasks::complete(ctx, shape, old, new),
            "customers" => {
                crate::scores::grading::apply(ctx, &mut self.grading, shape, old, new)?;
                crate::scores::grading::pin_stage(ctx, shape, old, new);
                crate::pool::follow(ctx, shape, old, new, self.giving)?;
                first_owner(shape, old, new);
                crate::scores::grading::stop_investing(ctx, shape, new);
                self.ahead.no_cycle(ctx, shape, old, new)
            }
            "teams" => self.ahead.no_cycle(ctx, shape, old, new),
            "order_lines" => {
                let given = changes.get(shape, "amount_minor").is_some_and(|amount| !amount.is_null());
                self.order_line(ctx, shape, old, new, given)
            }
            "users" => {
                left(ctx, shape, old, new);
                if old.is_none_or(|old| ["hired_on", "left_on"].iter().any(|k| old.get(shape, k) != new.get(shape, k)))
                {
                    in_order(shape, new, ("hired_on", "left_on"))?;
                }
                let active = |r: &Record| r.get(shape, "status").as_str() == Some("active");
                match old {
                    Some(old) if active(old) && !active(new) => {
                        crate::identity::require_other_administrator(ctx, old.id())
                    }
                    _ => Ok(()),
                }
            }
            "pipeline_stages" => {
                self.ahead.place(ctx, shape, new)?;
                stage_in_use(ctx, shape, old, new)
            }
            "saved_views" => saved_view(ctx, shape, new),
            "segments" => crate::scores::segments::check(ctx, shape, new),
            "audits" => crate::scores::audits::sum_up(shape, new),
            "behaviours" => self.behaviour(ctx, shape, old, new),
            "assessments" => crate::scores::service::check_assessment(ctx, shape, new),
            "obstacles" => {
                obstacle(ctx, shape, new);
                Ok(())
            }
            "competitor_alerts" => {
                ended(ctx, shape, new, ("closed", "closed_on"));
                in_order(shape, new, ("noticed_on", "closed_on"))
            }
            "goals" => goal(ctx, shape, old, new),
            "incentives" | "trials" => in_order(shape, new, ("starts_on", "ends_on")),
            "solutions" => in_order(shape, new, ("sent_on", "decided_on")),
            "playbook_runs" if old.is_none() => crate::scores::playbooks::remember_before(ctx, shape, new),
            _ => Ok(()),
        }
    }

    /// Refuses to archive what live records stand on, and to bring back what has nothing to stand on. Whoever is archived
    /// leaves with it.
    pub(super) fn archiving(
        &mut self,
        ctx: &mut Ctx<'_>,
        shape: &Shape,
        record: &mut Record,
        archived: bool,
    ) -> Result<()> {
        // What belonged to it is elsewhere; undoing the merge brings both back.
        if let Some(into) = record.get(shape, domain::merge::POINTER).as_id().filter(|_| !archived) {
            return Err(Error::conflict("already_merged", into.to_string()));
        }
        let column = match shape.def.key {
            "opportunities" if !archived => return self.stands(ctx, shape, record),
            "pipelines" => "pipeline_id",
            "pipeline_stages" => "stage_id",
            // Who is in a team and who leads those above it sees what the team has: that does not go on out of sight.
            "teams" if archived => {
                let by = persistence::identity::team_in_use(ctx.conn, record.id())?;
                return by.map_or(Ok(()), |by| Err(Error::conflict("in_use", by)));
            }
            "users" => {
                if archived {
                    crate::identity::require_other_administrator(ctx, record.id())?;
                }
                // Of somebody disabled the day stays: they left before, and do not come back with it.
                if record.get(shape, "status").as_str() == Some("active") {
                    leave_or_return(ctx, shape, record, archived);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.stages = None;
        if archived && persistence::pipeline::in_use(ctx.conn, column, record.id())? {
            return Err(Error::conflict("in_use", "opportunities"));
        }
        Ok(())
    }

    /// An opportunity without a live stage of a live pipeline has no place in any figure, and nobody could change it.
    fn stands(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, record: &Record) -> Result<()> {
        let Some(stage) = record.get(shape, "stage_id").as_id() else { return Ok(()) };
        if self.load(ctx)?.contains_key(&stage) {
            return Ok(());
        }
        let names = crate::records::titles(ctx, [("pipeline_stages", [stage].into())])?;
        let name = names.into_iter().map(|(_, name)| name).next().unwrap_or_default();
        Err(Error::conflict("stage_archived", name))
    }

    fn load(&mut self, ctx: &mut Ctx<'_>) -> Result<&HashMap<Uuid, Stage>> {
        if self.stages.is_none() {
            let (stages, default) = persistence::pipeline::stages(ctx.conn)?;
            self.default_pipeline = default;
            self.stages = Some(stages.into_iter().map(|s| (s.id, s)).collect());
        }
        self.stages.as_ref().ok_or_else(|| Error::Internal("stages were not read".to_owned()))
    }

    /// Stage and pipeline belong together, the status follows the stage, the furthest stage only grows.
    fn opportunity(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &mut Record) -> Result<()> {
        let wanted = new.get(shape, "stage_id").as_id();
        if wanted.is_some_and(|id| self.stages.as_ref().is_some_and(|s| !s.contains_key(&id))) {
            self.stages = None;
        }
        self.load(ctx)?;
        let stages = self.stages.as_ref().ok_or(Error::NotFound)?;
        let pipeline = new.get(shape, "pipeline_id").as_id();
        let same_stage = old.is_some_and(|o| o.get(shape, "stage_id") == new.get(shape, "stage_id"));
        let moved_pipeline = old.is_some_and(|o| o.get(shape, "pipeline_id") != new.get(shape, "pipeline_id"));
        let stage = match wanted {
            Some(id) if !(same_stage && moved_pipeline) => {
                stages.get(&id).ok_or_else(|| Error::field("stage_id", "link_missing", ""))?
            }
            _ => {
                let pipeline =
                    pipeline.or(self.default_pipeline).ok_or_else(|| Error::field("pipeline_id", "required", ""))?;
                let first = stages
                    .values()
                    .filter(|s| s.pipeline_id == pipeline && s.kind == "open")
                    .min_by_key(|s| (s.position, s.id));
                first.ok_or_else(|| Error::field("pipeline_id", "pipeline_without_stages", ""))?
            }
        };
        if pipeline.is_some_and(|p| p != stage.pipeline_id) && (old.is_none() || moved_pipeline) {
            return Err(Error::field("stage_id", "stage_of_another_pipeline", ""));
        }
        new.set(shape, "pipeline_id", Value::Id(stage.pipeline_id));
        new.set(shape, "stage_id", Value::Id(stage.id));
        new.set(shape, "status", Value::Text(stage.kind.clone()));
        self.follow_stage(ctx, shape, old, new, stage)
    }

    fn follow_stage(
        &self,
        ctx: &mut Ctx<'_>,
        shape: &Shape,
        old: Option<&Record>,
        new: &mut Record,
        stage: &Stage,
    ) -> Result<()> {
        let status = OpportunityStatus::parse(&stage.kind).unwrap_or(OpportunityStatus::Open);
        let reached = furthest(&self.rungs(stage.pipeline_id), status, std::iter::once(stage.id));
        let before = match old {
            None => 0,
            Some(old) if status != OpportunityStatus::Won => {
                self.furthest_before(ctx, shape, old, stage.pipeline_id)?
            }
            Some(_) => reached,
        };
        let back = self.giving == Giving::Back;
        if !back {
            new.set(shape, "furthest_position", Value::Int(reached.max(before)));
        }
        let probability = match stage.kind.as_str() {
            "won" => Value::Num(100.0),
            "lost" => Value::Num(0.0),
            _ => stage.probability.map_or(Value::Null, Value::Num),
        };
        new.set(shape, "probability", probability);
        // One that was there before it was written down has stood on its stage since then, as its history says.
        let entered = match old {
            None => Some(new.at(2).as_time().unwrap_or(ctx.now)),
            Some(old) => (old.get(shape, "stage_id").as_id() != Some(stage.id)).then_some(ctx.now),
        };
        // What is taken back has its old values again, as the event log has them.
        if let Some(entered) = entered.filter(|_| !back) {
            new.set(shape, "stage_entered_at", Value::Time(entered));
        }
        if stage.kind == "open" {
            new.set(shape, "closed_on", Value::Null);
        } else if new.get(shape, "closed_on").is_null() && !back && self.giving != Giving::OfThePast {
            new.set(shape, "closed_on", Value::Date(ctx.parse().today()));
        }
        Ok(())
    }

    /// A line belongs to whom its order belongs to; its amount is quantity × price unless given, and follows them as long
    /// as it was that. Given again as it was, it no longer follows.
    fn order_line(
        &mut self,
        ctx: &mut Ctx<'_>,
        shape: &Shape,
        old: Option<&Record>,
        new: &mut Record,
        given: bool,
    ) -> Result<()> {
        let order = new.get(shape, "order_id").as_id().unwrap_or_default();
        let owner = self.ahead.owner_of(ctx, shape, order)?;
        new.set(shape, "owner_id", owner.map_or(Value::Null, Value::Id));
        let product = |line: &Record| {
            let (quantity, price) =
                (line.get(shape, "quantity").as_f64()?, line.get(shape, "unit_price_minor").as_f64()?);
            Some((quantity * price).round())
        };
        let amount = |line: &Record| line.get(shape, "amount_minor").as_int();
        let followed = |old: &Record| product(old).is_some_and(|product| amount(old) == Some(product as i64));
        let follows = |old: &Record| !given && amount(old) == amount(new) && followed(old);
        let open = amount(new).is_none() || old.is_some_and(follows);
        if open {
            let computed = product(new).unwrap_or_else(|| amount(new).unwrap_or(0) as f64);
            if computed.abs() > domain::fields::MONEY_MAX as f64 {
                return Err(Error::field("quantity", "out_of_range", ""));
            }
            new.set(shape, "amount_minor", Value::Int(computed as i64));
        }
        Ok(())
    }

    /// An entry of the ledger belongs to whom its customer belongs to, and keeps the points of the day it was written.
    fn behaviour(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &mut Record) -> Result<()> {
        let same = |new: &Record, key: &str| old.is_some_and(|o| o.get(shape, key) == new.get(shape, key));
        if let Some(customer) = new.get(shape, "customer_id").as_id().filter(|_| !same(new, "customer_id")) {
            let owner = self.ahead.owner_of(ctx, shape, customer)?;
            new.set(shape, "owner_id", owner.map_or(Value::Null, Value::Id));
        }
        if new.get(shape, "name").is_null() {
            let kind = new.get(shape, "kind").as_str().unwrap_or_default();
            let word = shape.find("kind").and_then(|(_, field)| match &field.kind {
                Kind::Choice(choices) => choices.iter().find(|c| c.key == kind),
                _ => None,
            });
            let word = word.map_or(Value::Null, |word| Value::Text(word.label.zh.to_string()));
            new.set(shape, "name", word);
        }
        if !same(new, "kind") || !same(new, "times") {
            let settings = match self.intent {
                Some(settings) => settings,
                None => *self.intent.insert(crate::scores::models::Models::load(ctx.conn)?.intent.value),
            };
            let kind = new.get(shape, "kind").as_str().and_then(domain::intent::Behaviour::parse);
            let times = new.get(shape, "times").as_int().and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
            let points = kind.map_or(0.0, |kind| settings.points(kind, times));
            new.set(shape, "points", Value::Int(points.round() as i64));
        }
        Ok(())
    }

    fn rungs(&self, pipeline: Uuid) -> Vec<Rung> {
        let stages = self.stages.iter().flat_map(HashMap::values).filter(|s| s.pipeline_id == pipeline);
        let rung = |s: &Stage| {
            let kind = OpportunityStatus::parse(&s.kind)?;
            Some(Rung { id: s.id, position: s.position, kind, live: true })
        };
        stages.filter_map(rung).collect()
    }

    /// How far an opportunity had come before a change. One that was won has not reached the end after all, and one of
    /// another pipeline may have been in this one before: both are asked where they have been.
    fn furthest_before(&self, ctx: &mut Ctx<'_>, shape: &Shape, old: &Record, pipeline: Uuid) -> Result<i64> {
        let was_won = old.get(shape, "status").as_str() == Some("won");
        if !was_won && old.get(shape, "pipeline_id").as_id() == Some(pipeline) {
            return Ok(old.get(shape, "furthest_position").as_int().unwrap_or(0));
        }
        let rungs: Vec<Rung> = recounts::stages(ctx.conn, pipeline)?.into_iter().map(|(rung, _)| rung).collect();
        let visited = recounts::visited(ctx.conn, &[old.id()])?;
        Ok(furthest(&rungs, OpportunityStatus::Open, visited.into_iter().map(|(_, stage)| stage)))
    }
}

/// What it means to stand on a stage does not change under those who stand on it.
fn stage_in_use(ctx: &mut Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &Record) -> Result<()> {
    let Some(old) = old else { return Ok(()) };
    let same = |key: &str| old.get(shape, key) == new.get(shape, key);
    if same("kind") && same("pipeline_id") || !recounts::stands_on(ctx.conn, old.id())? {
        return Ok(());
    }
    Err(Error::conflict("in_use", "opportunities"))
}

/// What has ended says since when, today unless it was said; what has not ended says nothing.
fn ended(ctx: &Ctx<'_>, shape: &Shape, new: &mut Record, (status, on): (&str, &str)) {
    if new.get(shape, "status").as_str() != Some(status) {
        new.set(shape, on, Value::Null);
    } else if new.get(shape, on).is_null() {
        new.set(shape, on, Value::Date(ctx.parse().today()));
    }
}

/// Whoever had a customer first remains known when it changes hands; until then that is its owner.
fn first_owner(shape: &Shape, old: Option<&Record>, new: &mut Record) {
    let Some(before) = old.and_then(|old| old.owner(shape)) else { return };
    if new.owner(shape) != Some(before) && new.get(shape, "first_owner_id").is_null() {
        new.set(shape, "first_owner_id", Value::Id(before));
    }
}

/// Whoever is disabled without a last day at work leaves today; whoever comes back has none.
fn left(ctx: &Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &mut Record) {
    let status = |r: &Record| r.get(shape, "status").as_str().map(str::to_owned);
    let Some(before) = old.and_then(status) else { return };
    match (before.as_str(), status(new).as_deref()) {
        ("disabled", Some("active")) => leave_or_return(ctx, shape, new, false),
        ("active", Some("disabled")) => leave_or_return(ctx, shape, new, true),
        _ => {}
    }
}

/// The last day at work of somebody who leaves without one is today, of whoever returns there is none.
fn leave_or_return(ctx: &Ctx<'_>, shape: &Shape, person: &mut Record, leaves: bool) {
    if !leaves {
        person.set(shape, "left_on", Value::Null);
    } else if person.get(shape, "left_on").is_null() {
        let today = ctx.parse().today();
        let hired = person.get(shape, "hired_on").as_date();
        person.set(shape, "left_on", Value::Date(hired.map_or(today, |day| day.max(today))));
    }
}

/// Goals of the company are set and published by those who reach all of it, goals of a team by those who reach more than
/// themselves.
fn goal(ctx: &Ctx<'_>, shape: &Shape, old: Option<&Record>, new: &Record) -> Result<()> {
    in_order(shape, new, ("starts_on", "ends_on"))?;
    let kept = |key: &str| old.is_some_and(|old| old.get(shape, key) == new.get(shape, key));
    let needed = match new.get(shape, "level").as_str() {
        Some("company") => Scope::All,
        Some("team") => Scope::Team,
        _ => return Ok(()),
    };
    let action = if old.is_some() { Action::Update } else { Action::Create };
    if (kept("level") && kept("published")) || ctx.actor.permissions.scope("goals", action) >= needed {
        return Ok(());
    }
    Err(Error::field("level", "level_out_of_scope", ""))
}

/// The second day is not before the first.
fn in_order(shape: &Shape, new: &Record, (first, second): (&str, &'static str)) -> Result<()> {
    match (new.get(shape, first).as_date(), new.get(shape, second).as_date()) {
        (Some(from), Some(to)) if to < from => Err(Error::field(second, "out_of_range", from.to_string())),
        _ => Ok(()),
    }
}

/// An obstacle that is resolved says since when, and after how many days.
fn obstacle(ctx: &Ctx<'_>, shape: &Shape, new: &mut Record) {
    ended(ctx, shape, new, ("resolved", "resolved_on"));
    let span = new.get(shape, "raised_on").as_date().zip(new.get(shape, "resolved_on").as_date());
    let days = span.map(|(raised, resolved)| (resolved - raised).num_days().max(0));
    new.set(shape, "days", days.map_or(Value::Null, Value::Int));
}

fn saved_view(ctx: &Ctx<'_>, shape: &Shape, new: &Record) -> Result<()> {
    let object = new.get(shape, "object").as_str().unwrap_or_default();
    if ctx.schema.shape(object).is_none() {
        return Err(Error::field("object", "choice", domain::objects::ALL.map(|o| o.key).join(", ")));
    }
    Ok(())
}
