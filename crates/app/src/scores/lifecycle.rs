//! What follows from scores: the history of lifecycle stages, what a customer is entitled to, the playbooks that begin
//! by themselves, and who must act.

use super::customers::{Background, Known};
use super::evaluate::Evaluation;
use super::playbooks::Aim;
use super::service::{Doers, People};
use crate::{Ctx, Result};
use chrono::Duration;
use domain::lifecycle::Stage;
use domain::playbooks::{Entry, Fits, Sign};
use domain::record::{Record, Shape};
use domain::trend::EFFECT_DAYS;
use domain::value::Value;
use persistence::events::Event;
use persistence::lifecycle as store;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// The right to a dedicated manager, whom somebody has to appoint.
const MANAGER: &str = "account_manager";

/// Records that follow from the scores of many customers, written at once. The program makes them, no person.
#[derive(Default)]
pub(super) struct Consequences {
    entitlements: Vec<Record>,
    /// Customers that are to get a dedicated manager, with their owners.
    unmanaged: Vec<(Uuid, Option<Uuid>)>,
    tasks: Vec<Record>,
    revoked: Vec<(Uuid, Vec<String>)>,
    /// Rights that end, each with what it is from then on.
    ended: Vec<(store::Right, &'static str)>,
    moves: Vec<store::Move>,
    begun: Vec<Begun>,
}

/// A playbook that begins by itself.
struct Begun {
    customer: Uuid,
    owner: Option<Uuid>,
    manager: Option<Uuid>,
    team: Vec<Uuid>,
    entry: Entry,
    aim: Aim,
    score: Option<f64>,
}

impl Consequences {
    /// Takes note of what a customer's evaluation asks for.
    ///
    /// `held` are its rights, where those of all customers are to be what the settings say.
    pub(super) fn note(
        &mut self,
        ctx: &mut Ctx<'_>,
        known: &Known,
        e: &Evaluation,
        base: &Background,
        held: Option<&[store::Right]>,
    ) -> Result<()> {
        let outcome = &e.lifecycle;
        if let Some(held) = held {
            self.reconcile(ctx, known, outcome.stage, base, held)?;
        }
        if known.stage.map(|(stage, _)| stage) != Some(outcome.stage) {
            self.moves.push(store::Move {
                customer: known.customer.id,
                stage: outcome.stage.code(),
                reason: serde_json::to_string(&outcome.reason).unwrap_or_default(),
            });
            // What comes with the first stage everybody has; it is not written down for each of a million, but for those
            // who take it along into the next.
            let first = outcome.stage == Stage::Acquisition && known.stage.is_none();
            let rights = &base.models.lifecycle.value.entitlements;
            let taken = match known.stage {
                Some((Stage::Acquisition, _)) => rights.iter().filter(|r| r.holds_in(Stage::Acquisition)).collect(),
                _ => Vec::new(),
            };
            let taken = taken.into_iter().filter(|r| r.holds_in(outcome.stage)).map(|r| &r.key);
            for key in outcome.granted.iter().chain(taken).filter(|_| !first && held.is_none()) {
                self.grant(ctx, known, key, outcome.stage.code(), base)?;
            }
            if !outcome.revoked.is_empty() && held.is_none() {
                self.revoked.push((known.customer.id, outcome.revoked.clone()));
            }
        }
        if known.customer.stopped {
            return Ok(());
        }
        self.begin(known, e, base);
        if known.customer.scores.win_back_on.is_none() && e.win_back() {
            self.task(ctx, (known.customer.id, known.customer.owner), "win_back", "重要客户可能流失，安排挽回拜访")?;
        }
        Ok(())
    }

    /// Notes the playbooks that begin by themselves: for a dimension that came into another band, a stage that was
    /// entered, a sign that began to show.
    fn begin(&mut self, known: &Known, e: &Evaluation, base: &Background) {
        let settings = &base.models.sdae.value;
        let mut reasons: Vec<Fits> = Vec::new();
        for (before, now) in known.customer.scores.sdae.iter().zip(&e.sdae.dimensions) {
            // Both as customers carry them: in whole points.
            let bands = before.zip(now.total.score.map(f64::round)).map(|(before, now)| [before, now]);
            let bands = bands.map(|both| both.map(|score| domain::sdae::band(score, settings)));
            if let Some([_, band]) = bands.filter(|[before, now]| before != now) {
                reasons.push(Fits::Dimension { dimension: now.dimension, band });
            }
        }
        if known.stage.is_some_and(|(stage, _)| stage != e.lifecycle.stage) {
            reasons.push(Fits::Stage { stage: e.lifecycle.stage });
        }
        let shows = e.signs.since(known.customer.scores.signs, base.today);
        let signs = [Sign::Browsed, Sign::Recall, Sign::Churn, Sign::Health];
        for ((sign, now), before) in signs.into_iter().zip(shows).zip(known.customer.scores.signs) {
            if before.is_none() && now == Some(base.today) {
                reasons.push(Fits::Sign { sign });
            }
        }
        for fits in reasons {
            for entry in base.library.automatic(fits, e.grade) {
                let aim = super::playbooks::aim(&entry.plan, e);
                self.begun.push(Begun {
                    customer: known.customer.id,
                    owner: known.customer.owner,
                    manager: known.customer.manager,
                    team: known.customer.team.clone(),
                    entry: entry.clone(),
                    aim,
                    score: e.sdae.dimensions[aim.0 as usize].total.score.map(f64::round),
                });
            }
        }
    }

    /// Gives what the settings give in a stage, takes what they no longer give, and leaves one of each.
    fn reconcile(
        &mut self,
        ctx: &Ctx<'_>,
        known: &Known,
        stage: Stage,
        base: &Background,
        held: &[store::Right],
    ) -> Result<()> {
        let settings = &base.models.lifecycle.value.entitlements;
        let wanted: Vec<&str> = settings.iter().filter(|e| e.holds_in(stage)).map(|e| e.key.as_str()).collect();
        let mut kept: HashSet<&str> = HashSet::new();
        for right in held {
            if !wanted.contains(&right.key.as_str()) {
                self.ended.push((right.clone(), "revoked"));
            } else if !kept.insert(&right.key) {
                self.ended.push((right.clone(), "duplicate"));
            }
        }
        // What comes with the first stage is not written down for those who never left it.
        let never_left =
            known.stage.is_none_or(|(at, _)| at == stage) && known.customer.scores.lifecycle_from.is_none();
        if stage == Stage::Acquisition && never_left {
            return Ok(());
        }
        for key in wanted.into_iter().filter(|key| !kept.contains(key)) {
            self.grant(ctx, known, key, stage.code(), base)?;
        }
        Ok(())
    }

    fn grant(&mut self, ctx: &Ctx<'_>, known: &Known, key: &str, stage: &str, base: &Background) -> Result<()> {
        let Some(right) = base.models.lifecycle.value.entitlements.iter().find(|e| e.key == key) else { return Ok(()) };
        let shape = ctx.shape("entitlements")?;
        let mut record = blank(ctx, &shape, known.customer.owner);
        record.set(&shape, "customer_id", Value::Id(known.customer.id));
        record.set(&shape, "key", Value::Text(key.to_owned()));
        record.set(&shape, "name", Value::Text(right.zh.clone()));
        record.set(&shape, "stage", Value::Text(stage.to_owned()));
        record.set(&shape, "granted_on", Value::Date(base.today));
        record.set(&shape, "status", Value::Text("active".to_owned()));
        self.entitlements.push(record);
        if key == MANAGER && known.customer.manager.is_none() && !known.customer.stopped {
            self.unmanaged.push((known.customer.id, known.customer.owner));
        }
        Ok(())
    }

    fn task(
        &mut self,
        ctx: &Ctx<'_>,
        (customer, owner): (Uuid, Option<Uuid>),
        origin: &str,
        title: &str,
    ) -> Result<()> {
        let shape = ctx.shape("tasks")?;
        let mut record = blank(ctx, &shape, owner);
        let due = ctx.parse().midnight(ctx.parse().today() + Duration::days(2)) + Duration::hours(18);
        record.set(&shape, "title", Value::Text(title.to_owned()));
        record.set(&shape, "due_at", Value::Time(due));
        record.set(&shape, "status", Value::Text("open".to_owned()));
        record.set(&shape, "priority", Value::Text("high".to_owned()));
        record.set(&shape, "customer_id", Value::Id(customer));
        record.set(&shape, "origin", Value::Text(origin.to_owned()));
        self.tasks.push(record);
        Ok(())
    }

    /// Writes everything.
    pub(super) fn flush(mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        store::enter(ctx.conn, &self.moves, ctx.now)?;
        self.end(ctx)?;
        let shape = ctx.shape("entitlements")?;
        // One that came with a merged customer is not given again.
        let of =
            |r: &Record| r.get(&shape, "customer_id").as_id().zip(r.get(&shape, "key").as_str().map(str::to_owned));
        let customers: Vec<Uuid> = self.entitlements.iter().filter_map(|r| of(r).map(|(id, _)| id)).collect();
        let rights = store::rights(ctx.conn, &customers)?.into_iter().map(|right| (right.customer, right.key));
        let active: HashSet<(Uuid, String)> = rights.collect();
        self.entitlements.retain(|r| of(r).is_some_and(|right| !active.contains(&right)));
        insert(ctx, &shape, &self.entitlements)?;
        let given: HashSet<Uuid> =
            self.entitlements.iter().filter_map(of).filter(|(_, key)| key == MANAGER).map(|(id, _)| id).collect();
        for to in std::mem::take(&mut self.unmanaged).into_iter().filter(|(customer, _)| given.contains(customer)) {
            self.task(ctx, to, "lifecycle", "指定专属客户经理")?;
        }
        self.carry_out(ctx)?;
        let shape = ctx.shape("tasks")?;
        let customers: Vec<Uuid> = self.tasks.iter().filter_map(|t| t.get(&shape, "customer_id").as_id()).collect();
        let open: HashSet<(Uuid, String)> = store::open_tasks(ctx.conn, &customers)?.into_iter().collect();
        self.tasks.retain(|t| {
            let key = t.get(&shape, "customer_id").as_id().zip(t.get(&shape, "origin").as_str().map(str::to_owned));
            key.is_some_and(|key| !open.contains(&key))
        });
        insert(ctx, &shape, &self.tasks)
    }
}

impl Consequences {
    /// Ends the rights that are lost, each with its event.
    fn end(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        let customers: Vec<Uuid> = self.revoked.iter().map(|(id, _)| *id).collect();
        let lost: HashSet<(Uuid, &str)> =
            self.revoked.iter().flat_map(|(id, keys)| keys.iter().map(|key| (*id, key.as_str()))).collect();
        let held = store::rights(ctx.conn, &customers)?;
        self.ended.extend(
            held.into_iter().filter(|r| lost.contains(&(r.customer, r.key.as_str()))).map(|right| (right, "revoked")),
        );
        let today = ctx.zone().day(ctx.now);
        for status in ["revoked", "duplicate"] {
            let ids: Vec<Uuid> = self.ended.iter().filter(|(_, to)| *to == status).map(|(right, _)| right.id).collect();
            store::end_rights(ctx.conn, &ids, status, today, ctx.now)?;
        }
        let events: Vec<Event> = self
            .ended
            .iter()
            .map(|(right, status)| Event {
                old: Some(json!({ "status": "active", "revoked_on": null }).to_string()),
                new: Some(json!({ "status": status, "revoked_on": today }).to_string()),
                ..event(ctx, "entitlement.updated".to_owned(), "entitlements", right.id)
            })
            .collect();
        Ok(persistence::events::append(ctx.conn, &events)?)
    }

    /// Makes the runs and tasks of the playbooks that begin, except where the same one began within its time of effect.
    fn carry_out(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        if self.begun.is_empty() {
            return Ok(());
        }
        let today = ctx.parse().today();
        let customers: Vec<Uuid> = self.begun.iter().map(|b| b.customer).collect();
        let since = today - Duration::days(i64::from(EFFECT_DAYS));
        let mut known: HashSet<(Uuid, String)> = store::started(ctx.conn, &customers, since)?.into_iter().collect();
        self.begun.retain(|b| known.insert((b.customer, b.entry.key.clone())));
        let owners: Vec<Uuid> = self.begun.iter().filter_map(|b| b.owner).collect();
        let leads: HashMap<Uuid, Uuid> = store::leads(ctx.conn, &owners)?.into_iter().collect();
        let doers = Doers::load(ctx)?;
        let (runs, tasks) = (ctx.shape("playbook_runs")?, ctx.shape("tasks")?);
        let (mut new_runs, mut new_tasks) = (Vec::new(), Vec::new());
        for b in &self.begun {
            let text = |text: &str| Value::Text(text.to_owned());
            let mut run = blank(ctx, &runs, b.owner);
            run.set(&runs, "customer_id", Value::Id(b.customer));
            run.set(&runs, "name", text(&b.entry.plan.title.zh));
            run.set(&runs, "playbook", text(&b.entry.key));
            run.set(&runs, "automatic", Value::Bool(true));
            run.set(&runs, "dimension", text(b.aim.0.code()));
            run.set(&runs, "band", b.aim.1.map_or(Value::Null, |band| text(band.code())));
            run.set(&runs, "started_on", Value::Date(today));
            run.set(&runs, "score_before", b.score.map_or(Value::Null, Value::Num));
            new_runs.push(run);
            let lead = b.owner.and_then(|owner| leads.get(&owner)).copied();
            let people = People { owner: b.owner, lead, manager: b.manager, team: &b.team };
            for step in &b.entry.plan.tasks {
                let mut task = blank(ctx, &tasks, doers.of(step.doer, &people));
                let due = ctx.parse().midnight(today + Duration::days(i64::from(step.in_days))) + Duration::hours(18);
                task.set(&tasks, "title", text(&step.title.zh));
                task.set(&tasks, "note", text(&super::playbooks::note(step, contract::problem::Lang::Zh)));
                task.set(&tasks, "due_at", Value::Time(due));
                task.set(&tasks, "status", text("open"));
                task.set(&tasks, "priority", text(step.priority.code()));
                task.set(&tasks, "customer_id", Value::Id(b.customer));
                task.set(&tasks, "origin", Value::Text(format!("playbook:{}", b.entry.key)));
                if let Some(every) = step.repeat {
                    task.set(&tasks, "repeat", text(every.code()));
                    task.set(&tasks, "repeat_by", text("done"));
                    task.set(&tasks, "repeat_from", Value::Date(ctx.zone().day(due)));
                }
                new_tasks.push(task);
            }
        }
        insert(ctx, &runs, &new_runs)?;
        insert(ctx, &tasks, &new_tasks)
    }
}

fn blank(ctx: &Ctx<'_>, shape: &Shape, owner: Option<Uuid>) -> Record {
    let mut record = Record::empty(shape);
    record.values[0] = Value::Id(Uuid::now_v7());
    record.values[1] = Value::Int(1);
    record.values[2] = Value::Time(ctx.now);
    record.values[3] = Value::Time(ctx.now);
    record.set(shape, "owner_id", owner.map_or(Value::Null, Value::Id));
    record
}

fn insert(ctx: &mut Ctx<'_>, shape: &Arc<Shape>, records: &[Record]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    persistence::records::insert_many(ctx.conn, shape, records)?;
    let made = |record: &Record| Event {
        new: Some(crate::records::whole(shape, record)),
        ..event(ctx, format!("{}.created", shape.def.singular), shape.def.key, record.id())
    };
    let events: Vec<Event> = records.iter().map(made).collect();
    Ok(persistence::events::append(ctx.conn, &events)?)
}

/// An event of the program itself.
fn event(ctx: &Ctx<'_>, kind: String, object: &str, record_id: Uuid) -> Event {
    Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind,
        object: object.to_owned(),
        record_id,
        actor_id: None,
        at: ctx.now,
        old: None,
        new: None,
        request_id: ctx.request_id,
        origin_id: None,
        key_id: None,
    }
}
