//! The lines of an order, which are written with it.

use super::write::{Stamp, Writer};
use crate::{Ctx, Error, Result, Visible};
use domain::fields::FieldError;
use domain::objects::OWN;
use domain::record::{Changes, Record, Shape, read_input};
use domain::value::Value;
use std::sync::Arc;
use uuid::Uuid;

/// Where a record has the time of its last change.
const UPDATED_AT: usize = 3;

type Lines = Vec<serde_json::Value>;

/// Takes `lines` out of an order's input.
pub(super) fn split_lines(
    object: &str,
    json: &serde_json::Value,
) -> Result<(Option<serde_json::Value>, Option<Lines>)> {
    if object != "orders" || json.get("lines").is_none() {
        return Ok((None, None));
    }
    let mut input = json.clone();
    let lines = input.as_object_mut().and_then(|o| o.remove("lines"));
    match lines {
        Some(serde_json::Value::Array(lines)) if lines.len() <= 500 => Ok((Some(input), Some(lines))),
        Some(serde_json::Value::Array(_)) => Err(Error::field("lines", "too_many", "500")),
        Some(serde_json::Value::Null) => Ok((Some(input), None)),
        _ => Err(Error::field("lines", "wrong_type", "array")),
    }
}

/// The live lines of an order, all of them: bulk and imports may bring more than one input of an order.
pub(super) fn lines_of(ctx: &mut Ctx<'_>, shape: &Arc<Shape>, order: Uuid) -> Result<Vec<Record>> {
    const STEP: i64 = 500;
    let Some((place, field)) = shape.find("order_id") else { return Ok(Vec::new()) };
    let field = domain::condition::FieldRef::own(place, field);
    let test = domain::condition::Test { field, op: domain::condition::Op::Eq(Value::Id(order)) };
    let condition = domain::condition::Condition::Test(Box::new(test));
    let mut records = Vec::new();
    let mut after: Option<persistence::records::After> = None;
    loop {
        let list = persistence::records::List {
            shape,
            owners: persistence::records::Owners::All,
            archived: persistence::records::Archived::No,
            condition: Some(&condition),
            search: None,
            order: &persistence::records::Order::Newest,
            after: after.as_ref(),
            limit: STEP,
            only: None,
        };
        let rows = persistence::records::list(ctx.conn, &list)?;
        let full = rows.len() as i64 == STEP;
        after = rows.last().map(|row| persistence::records::After::Seq(row.seq));
        records.extend(rows.into_iter().map(|r| r.record));
        if !full {
            break;
        }
    }
    records.reverse();
    Ok(records)
}

/// Replaces the lines of an order; its amount is their sum unless the caller gave one.
pub(super) fn replace_lines(
    ctx: &mut Ctx<'_>,
    writer: &mut Writer,
    order: Record,
    lines: &Lines,
    given: bool,
    visible: &Visible,
) -> Result<Record> {
    let shape = ctx.shape("order_lines")?;
    let mut sum = 0i64;
    let mut errors: Vec<FieldError> = Vec::new();
    let mut made: Vec<Record> = Vec::with_capacity(lines.len());
    let mut new_lines = Writer::new(shape.clone());
    for (i, line) in lines.iter().enumerate() {
        let mut json = line.clone();
        if let Some(object) = json.as_object_mut() {
            object.insert("order_id".to_owned(), serde_json::Value::String(order.id().to_string()));
        }
        let read = read_input(&shape, &json, true, ctx.actor.permissions.masks, &ctx.parse()).map_err(Error::Invalid);
        match read.and_then(|changes| new_lines.create(ctx, changes, &Visible::All, Stamp::default())) {
            Ok(record) => {
                sum = sum.saturating_add(record.get(&shape, "amount_minor").as_int().unwrap_or(0));
                made.push(record);
            }
            Err(Error::Invalid(list)) => {
                errors.extend(list.into_iter().map(|e| FieldError { field: format!("lines[{i}].{}", e.field), ..e }))
            }
            Err(e) => return Err(e),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let before = lines_of(ctx, &shape, order.id())?;
    let same = |(old, new): (&Record, &Record)| (OWN..shape.custom_at()).all(|at| old.at(at) == new.at(at));
    let changed = before.len() != made.len() || !before.iter().zip(&made).all(same);
    if changed {
        let mut old_lines = Writer::new(shape.clone());
        for line in before {
            old_lines.set_archived(ctx, &line, true)?;
        }
        old_lines.flush_lines(ctx)?;
        new_lines.flush_lines(ctx)?;
    }
    let stored = if given || sum == order.get(&writer.shape, "amount_minor").as_int().unwrap_or(0) {
        // Whoever read the order has read its lines: others are another version, unless this request has made one already.
        if !changed || *order.at(UPDATED_AT) == Value::Time(ctx.now) {
            return Ok(order);
        }
        writer.touch(ctx, &order, "lines", visible)?
    } else {
        if sum.abs() > domain::fields::MONEY_MAX {
            return Err(Error::field("amount_minor", "out_of_range", ""));
        }
        let mut changes = Changes::default();
        changes.set(&writer.shape.clone(), "amount_minor", Value::Int(sum));
        writer.update(ctx, &order, &changes, visible)?
    };
    writer.flush_row(ctx)?;
    Ok(stored.record)
}
