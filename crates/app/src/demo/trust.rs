//! What the first look at customers brought, and the trials and solutions that were made for some of them. Nothing here
//! draws at random, so that the rest of the company stays what it is.

use super::company::Company;
use super::library::add;
use super::plan::{Customer, Habit, Plan};
use super::{World, text};
use crate::Result;
use domain::value::Value;
use uuid::Uuid;

/// What became of the first look at a customer: channels differ in whom they bring.
pub(super) fn screening(customer: &Customer, turn: usize) -> Value {
    let strict = matches!(customer.source, "advertising" | "social" | "outbound");
    match (customer.grade, turn % 6) {
        (_, 5) => Value::Null,
        ("A" | "B", _) => text("qualified"),
        ("C", n) => text(if n < if strict { 1 } else { 3 } { "qualified" } else { "nurture" }),
        (_, n) => text(if n < if strict { 4 } else { 2 } { "unfit" } else { "nurture" }),
    }
}

/// Fills in trials and solutions of customers that began to buy or are about to.
pub(super) fn make(world: &mut World<'_>, company: &Company, plan: &Plan, ids: &[Uuid]) -> Result<()> {
    let courted = |c: &Customer| matches!(c.habit, Habit::Never | Habit::Once) && matches!(c.grade, "A" | "B");
    let chosen = plan.customers.iter().zip(ids).filter(|(c, _)| courted(c) && c.since > 60);
    for (turn, (customer, id)) in chosen.step_by(5).take(40).enumerate() {
        let owner = company.reps[customer.rep].id;
        let pain = company.library.pains.get(customer.pain).copied();
        let ago = 20 + (turn as i64 * 11) % 35;
        let (status, fit) =
            [("accepted", Some(88.0)), ("sent", None), ("accepted", Some(76.0)), ("declined", Some(45.0))][turn % 4];
        let decided = if fit.is_some() { Value::Date(world.workday(ago - 12)) } else { Value::Null };
        let fields = vec![
            ("title", text(["产线换型提速方案", "良率提升方案", "准时交付保障方案", "设备预防维护方案"][turn % 4])),
            ("customer_id", Value::Id(*id)),
            ("pain_ids", pain.map_or(Value::Null, |p| Value::List(vec![Value::Id(p)]))),
            ("status", text(status)),
            ("sent_on", Value::Date(world.workday(ago))),
            ("decided_on", decided),
            ("fit", fit.map_or(Value::Null, Value::Num)),
        ];
        add(world, "solutions", owner, ago, fields)?;
        if turn % 2 == 1 {
            continue;
        }
        let (status, fit, finding) = [
            ("succeeded", Some(90.0), "节拍达到要求，操作工一天上手"),
            ("running", None, ""),
            ("failed", Some(40.0), "换型时间没有达到预期，需要改夹具"),
        ][turn / 2 % 3];
        let fields = vec![
            ("title", text("A 系列样机试用两周")),
            ("customer_id", Value::Id(*id)),
            (
                "product_id",
                company.products.get(turn % company.products.len().max(1)).map_or(Value::Null, |p| Value::Id(p.0)),
            ),
            ("starts_on", Value::Date(world.workday(ago - 5))),
            ("ends_on", if fit.is_some() { Value::Date(world.workday(3)) } else { Value::Null }),
            ("status", text(status)),
            ("fit", fit.map_or(Value::Null, Value::Num)),
            ("finding", if finding.is_empty() { Value::Null } else { text(finding) }),
        ];
        add(world, "trials", owner, ago - 5, fields)?;
    }
    Ok(())
}
