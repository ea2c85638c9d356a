//! What follows when a customer enters a lifecycle stage: its history, what it is entitled to, and who must act.

use super::customers::{Background, Known};
use super::evaluate::Evaluation;
use crate::{Ctx, Result};
use chrono::Duration;
use domain::lifecycle::Stage;
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::events::Event;
use persistence::lifecycle as store;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Records that follow from the scores of many customers, written at once. The program makes them, no person.
#[derive(Default)]
pub(super) struct Consequences {
    entitlements: Vec<Record>,
    tasks: Vec<Record>,
    revoked: Vec<(Uuid, Vec<String>)>,
    moves: Vec<store::Move>,
}

impl Consequences {
    /// Takes note of what a customer's evaluation asks for.
    pub(super) fn note(&mut self, ctx: &mut Ctx<'_>, known: &Known, e: &Evaluation, base: &Background) -> Result<()> {
        let outcome = &e.lifecycle;
        if known.stage.map(|(stage, _)| stage) != Some(outcome.stage) {
            self.moves.push(store::Move {
                customer: known.customer.id,
                stage: outcome.stage.code(),
                reason: serde_json::to_string(&outcome.reason).unwrap_or_default(),
            });
            // What comes with the first stage everybody has; it is not written down for each of a million.
            let first = known.stage.is_none() && outcome.stage == Stage::Acquisition;
            for key in outcome.granted.iter().filter(|_| !first) {
                self.grant(ctx, known, key, outcome.stage.code(), base)?;
            }
            if !outcome.revoked.is_empty() {
                self.revoked.push((known.customer.id, outcome.revoked.clone()));
            }
            if outcome.granted.iter().any(|key| key == "account_manager") && known.customer.manager.is_none() {
                self.task(ctx, known, "lifecycle", "指定专属客户经理", base)?;
            }
        }
        let before = known.customer.scores.health_band.as_deref().and_then(domain::health::Band::parse);
        if let (Some(before), Some(now)) = (before, e.health.band)
            && now > before
        {
            self.task(ctx, known, "health_alert", "客户健康度下降，尽快联系了解原因", base)?;
        }
        let was_alive =
            known.customer.scores.alive.is_none_or(|p| p / 100.0 >= base.models.repeat.value.win_back_below);
        if was_alive && e.prediction.as_ref().is_some_and(|p| p.win_back) {
            self.task(ctx, known, "win_back", "重要客户可能流失，安排挽回拜访", base)?;
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
        Ok(())
    }

    fn task(&mut self, ctx: &Ctx<'_>, known: &Known, origin: &str, title: &str, base: &Background) -> Result<()> {
        let shape = ctx.shape("tasks")?;
        let mut record = blank(ctx, &shape, known.customer.owner);
        let due = ctx.parse().midnight(base.today + Duration::days(2)) + Duration::hours(18);
        record.set(&shape, "title", Value::Text(title.to_owned()));
        record.set(&shape, "due_at", Value::Time(due));
        record.set(&shape, "status", Value::Text("open".to_owned()));
        record.set(&shape, "priority", Value::Text("high".to_owned()));
        record.set(&shape, "customer_id", Value::Id(known.customer.id));
        record.set(&shape, "origin", Value::Text(origin.to_owned()));
        self.tasks.push(record);
        Ok(())
    }

    /// Writes everything.
    pub(super) fn flush(mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        store::enter(ctx.conn, &self.moves, ctx.now)?;
        store::revoke(ctx.conn, &self.revoked, ctx.zone().day(ctx.now), ctx.now)?;
        let shape = ctx.shape("entitlements")?;
        insert(ctx, &shape, &self.entitlements)?;
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
    let event = |record: &Record| Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: format!("{}.created", shape.def.singular),
        object: shape.def.key.to_owned(),
        record_id: record.id(),
        actor_id: None,
        at: ctx.now,
        old: None,
        new: Some(crate::records::whole(shape, record)),
        request_id: ctx.request_id,
        origin_id: None,
    };
    let events: Vec<Event> = records.iter().map(event).collect();
    Ok(persistence::events::append(ctx.conn, &events)?)
}
