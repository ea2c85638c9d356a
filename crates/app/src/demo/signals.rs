//! What customers do where the seller can see it, what is planned with them, what people learn and what stands in their
//! way. Nothing here draws at random, so that the rest of the company stays what it is.

use super::company::Company;
use super::library::add;
use super::plan::{Habit, Plan};
use super::{World, text};
use crate::scores;
use crate::{Error, Result};
use chrono::{DateTime, Duration, Utc};
use contract::problem::Lang;
use contract::scoring::NewPlaybookRun;
use domain::value::Value;
use persistence::db::AnyConnection;
use std::sync::Arc;
use uuid::Uuid;

/// Fills it in.
pub(super) fn make(world: &mut World<'_>, company: &Company, plan: &Plan, ids: &[Uuid]) -> Result<()> {
    for (i, (customer, id)) in plan.customers.iter().zip(ids.iter().copied()).enumerate() {
        let owner = company.reps[customer.rep].id;
        // Some look at prices and ask for a trial, some look and do not buy, some look at competitors.
        let deeds: &[(&str, i64, i64)] = if i % 37 == 3 && customer.habit != Habit::Lapsed {
            &[("product_view", 9, 3), ("case_download", 6, 1), ("price_view", 3, 1), ("trial_request", 2, 1)]
        } else if i % 41 == 7 {
            &[("product_view", 20, 2), ("white_paper", 12, 1), ("product_view", 5, 2)]
        } else if customer.habit == Habit::Lapsed && i % 3 == 0 {
            &[("competitor_view", 120, 1), ("competitor_view", 40, 3), ("competitor_view", 11, 2)]
        } else {
            &[]
        };
        for (kind, days_ago, times) in deeds.iter().copied().filter(|(_, ago, _)| *ago < customer.since) {
            let fields = vec![
                ("customer_id", Value::Id(id)),
                ("kind", text(kind)),
                ("occurred_at", Value::Time(world.now - Duration::days(days_ago) - Duration::minutes(i as i64 % 240))),
                ("times", Value::Int(times)),
                ("source", text(if kind == "competitor_view" { "行业网站" } else { "官网" })),
            ];
            add(world, "behaviours", owner, days_ago, fields)?;
        }
        if i % 31 == 4 && matches!(customer.grade, "A" | "B") {
            let day = world.today + Duration::days(1 + i as i64 % 9);
            let at = world.schema.zone.moment(day.and_time(chrono::NaiveTime::MIN) + Duration::hours(9 + i as i64 % 8));
            let fields = vec![
                ("subject", text("季度需求拜访")),
                ("kind", text("visit")),
                ("customer_id", Value::Id(id)),
                ("occurred_at", Value::Time(at)),
                ("completed", Value::Bool(false)),
            ];
            add(world, "activities", owner, 1, fields)?;
        }
    }
    super::targets::make(world, company, plan, ids)?;
    people(world, company)
}

/// Trainings of everybody, and a few obstacles.
fn people(world: &mut World<'_>, company: &Company) -> Result<()> {
    for (i, rep) in company.reps.iter().enumerate() {
        for (title, kind, days_ago, hours) in [
            ("新品 A 系列知识", "product", 62, 3.0),
            ("需求挖掘与提问", "skill", 33, 2.0),
            ("输单复盘：为什么没有打动决策人", "review", 12, 1.5),
        ] {
            if (i + days_ago as usize).is_multiple_of(3) {
                continue;
            }
            let score = (if rep.energy < 0.5 { 58.0 } else { 80.0 }) + (i * 7 % 17) as f64;
            let fields = vec![
                ("title", text(title)),
                ("kind", text(kind)),
                ("taken_on", Value::Date(world.workday(days_ago))),
                ("hours", Value::Num(hours)),
                ("score", if kind == "review" { Value::Null } else { Value::Num(score) }),
                ("owner_id", Value::Id(rep.id)),
            ];
            add(world, "trainings", rep.id, days_ago, fields)?;
        }
    }
    let obstacles = [
        ("报价审批要等三天，客户等不及", 25, None),
        ("样品库存不透明，答应客户的交期常常落空", 18, None),
        ("老客户的合同电子版找不到", 60, Some(41)),
        ("出差报销周期太长", 48, Some(39)),
    ];
    for (i, (title, raised, solved)) in obstacles.into_iter().enumerate() {
        let Some(rep) = company.reps.get(i * 5 % company.reps.len().max(1)) else { break };
        let fields = vec![
            ("title", text(title)),
            ("raised_on", Value::Date(world.workday(raised))),
            ("status", text(if solved.is_some() { "resolved" } else { "open" })),
            ("resolved_on", solved.map_or(Value::Null, |ago| Value::Date(world.workday(ago)))),
            ("responsible_id", Value::Id(world.admin)),
            ("owner_id", Value::Id(rep.id)),
        ];
        add(world, "obstacles", rep.id, raised, fields)?;
    }
    Ok(())
}

/// Customers whose relationship was worked on.
const HELPED: i64 = 24;

/// A quarter of a year ago the relationship to some customers was worked on by a playbook; most of them have been
/// assessed better since.
pub(super) fn playbooks(
    conn: &mut AnyConnection,
    schema: &Arc<crate::schema::Schema>,
    admin: Uuid,
    night: DateTime<Utc>,
    reached: impl FnOnce(&mut AnyConnection) -> Result<()>,
) -> Result<()> {
    let actor = crate::Actor::system(admin);
    persistence::db::write_tx::<_, Error>(conn, |conn| {
        let mut ctx = crate::Ctx { conn, actor: &actor, now: night, request_id: Uuid::now_v7(), schema };
        let weak = persistence::customer_scores::weakest(ctx.conn, "security", HELPED)?;
        for (i, customer) in weak.into_iter().enumerate() {
            let new = NewPlaybookRun { playbook: "security_weak".to_owned() };
            let started = scores::start_playbook(&mut ctx, customer, &new, Lang::Zh)?;
            ctx.now = night + Duration::days(20);
            for task in started.task_ids {
                done(&mut ctx, task)?;
            }
            ctx.now = night;
            if i % 4 == 3 {
                continue;
            }
            let shape = ctx.shape("assessments")?;
            let mut changes = domain::record::Changes::default();
            let later = schema.zone.day(night) + Duration::days(50);
            for (key, value) in [
                ("customer_id", Value::Id(customer)),
                ("assessed_on", Value::Date(later)),
                ("relationship_closeness", Value::Num(62.0 + (i % 5) as f64 * 6.0)),
                ("note", text("关系维护后再评估")),
            ] {
                changes.set(&shape, key, value);
            }
            let mut writer = crate::records::Writer::trusted(shape);
            writer.create(&mut ctx, changes, &crate::Visible::All, crate::records::Stamp::default())?;
            writer.flush(&mut ctx)?;
        }
        reached(ctx.conn)
    })
}

/// Has a task done.
pub(super) fn done(ctx: &mut crate::Ctx<'_>, task: Uuid) -> Result<()> {
    let shape = ctx.shape("tasks")?;
    let all = crate::Visible::All;
    let Some(old) = persistence::records::get(ctx.conn, &shape, task, all.owners(), true)? else { return Ok(()) };
    let mut changes = domain::record::Changes::default();
    changes.set(&shape, "status", text("done"));
    let mut writer = crate::records::Writer::trusted(shape);
    writer.update(ctx, &old, &changes, &all)?;
    writer.flush(ctx)
}
