//! The amount of an order follows the sum of its lines, unless somebody set another one.

use super::effects::Effects;
use super::write::Writer;
use crate::{Ctx, Error, Result, Visible};
use domain::fields::{MONEY_MAX, parse_id};
use domain::record::{Changes, Record};
use domain::value::Value;
use persistence::records::Owners;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Locks the orders to which these lines belong or are to belong, before the lines are written: whoever writes an order
/// with its lines locks it first too, so that none of them waits for another in a circle. Hands back the locked orders.
pub(crate) fn lock_orders<'a>(
    ctx: &mut Ctx<'_>,
    object: &str,
    lines: &[Uuid],
    named: impl IntoIterator<Item = &'a Json>,
) -> Result<Vec<Uuid>> {
    if object != "order_lines" {
        return Ok(Vec::new());
    }
    let (shape, orders) = (ctx.shape(object)?, ctx.shape("orders")?);
    let held = persistence::records::links(ctx.conn, &shape, "order_id", lines)?;
    let mut ids: Vec<Uuid> = named.into_iter().filter_map(Json::as_str).filter_map(parse_id).collect();
    ids.extend(held.into_iter().filter_map(|(_, order)| order));
    ids.sort_unstable();
    ids.dedup();
    persistence::records::lock(ctx.conn, &orders, &ids)?;
    Ok(ids)
}

/// The sums of lines before a request of many rows, of the orders whose amount follows them: by these each row is told
/// whether it would take an amount beyond what a field holds.
#[derive(Debug, Default)]
pub(super) struct Sums(HashMap<Uuid, i64>);

impl Sums {
    /// Those of orders that are locked.
    pub(super) fn of(ctx: &mut Ctx<'_>, orders: &[Uuid]) -> Result<Sums> {
        if orders.is_empty() {
            return Ok(Sums::default());
        }
        let shape = ctx.shape("orders")?;
        let sums = persistence::derived::sums_of_lines(ctx.conn, orders)?;
        let orders = persistence::records::get_many(ctx.conn, &shape, orders, Owners::All)?;
        let of = |order: Record| {
            let sum = sums.get(&order.id()).copied().unwrap_or(0);
            (order.get(&shape, "amount_minor").as_int().unwrap_or(0) == sum).then_some((order.id(), sum))
        };
        Ok(Sums(orders.into_iter().filter_map(of).collect()))
    }

    /// Fails when lines that change an order's sum by so much take its amount out of range.
    pub(super) fn check(&self, order: Uuid, by: i64) -> Result<()> {
        match self.0.get(&order) {
            Some(sum) if !is_held(sum.saturating_add(by)) => Err(out_of_range()),
            _ => Ok(()),
        }
    }
}

/// Whether a field holds an amount of this size.
fn is_held(amount: i64) -> bool {
    (-MONEY_MAX..=MONEY_MAX).contains(&amount)
}

fn out_of_range() -> Error {
    Error::field("amount_minor", "out_of_range", "")
}

/// Gives orders the new sum of their lines where the amount was the sum before, which is 0 without lines. `lines` says
/// by how much each sum has changed. The totals that wait to be written are handed back. Fails when a request would take
/// an amount beyond what a field holds; what an import or a rule would take there stays as it is.
pub(super) fn follow(ctx: &mut Ctx<'_>, lines: &BTreeMap<Uuid, i64>, origin: Option<Uuid>) -> Result<Effects> {
    let shape = ctx.shape("orders")?;
    let ids: Vec<Uuid> = lines.keys().copied().collect();
    persistence::records::lock(ctx.conn, &shape, &ids)?;
    let sums = persistence::derived::sums_of_lines(ctx.conn, &ids)?;
    let mut orders = persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)?;
    orders.sort_by_key(|order| order.id());
    let mut writer = Writer::following(shape.clone(), origin);
    for order in orders {
        let sum = sums.get(&order.id()).copied().unwrap_or(0);
        let before = lines.get(&order.id()).map_or(sum, |by| sum.saturating_sub(*by));
        if order.get(&shape, "amount_minor").as_int().unwrap_or(0) != before {
            continue;
        }
        if !is_held(sum) {
            if origin.is_some() {
                continue;
            }
            return Err(out_of_range());
        }
        let mut changes = Changes::default();
        changes.set(&shape, "amount_minor", Value::Int(sum));
        writer.update(ctx, &order, &changes, &Visible::All)?;
    }
    writer.finish(ctx)
}
