//! What follows elsewhere when records are written.

use super::sums::Sums;
use crate::pool::Moved;
use crate::{Ctx, Result};
use domain::record::{Record, Shape};
use persistence::pipeline::StageStay;
use persistence::rfm_grid::Move;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a set of written records means for others, gathered and written at once. In a request of many rows what is noted
/// belongs to the row at hand until [`Effects::keep`], and goes with it when it is rolled back.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    stays: Vec<StageStay>,
    contacted: BTreeSet<Uuid>,
    worked: BTreeSet<Uuid>,
    ordered: BTreeSet<Uuid>,
    reordered: BTreeSet<Uuid>,
    /// Orders with their new owners.
    reowned: Vec<(Uuid, Option<Uuid>)>,
    /// Customers that have another owner than before.
    handed: BTreeSet<Uuid>,
    totals: domain::metrics::Totals,
    /// The totals of rows before that stay.
    held: domain::metrics::Totals,
    /// Customers that change their place in the RFM grid, and those of rows before.
    moved: Vec<Move>,
    held_moves: Vec<Move>,
    /// Customers whose people go into the pool or leave it with them, and those of rows before.
    pooled: Vec<Moved>,
    held_pooled: Vec<Moved>,
    /// Pipelines that became the default, in their order, and those of rows before.
    defaults: Vec<Uuid>,
    held_defaults: Vec<Uuid>,
    /// By how much the lines of orders sum up to more or less, and that of rows before.
    lines: Vec<(Uuid, i64)>,
    held_lines: BTreeMap<Uuid, i64>,
}

impl Effects {
    /// Takes note of one written record.
    pub(super) fn note(&mut self, shape: &Shape, old: Option<&Record>, new: &Record, ctx: &Ctx<'_>) {
        crate::totals::note(&mut self.totals, shape, old, new, ctx);
        let both = |key: &str| {
            [old.and_then(|o| o.get(shape, key).as_id()), new.get(shape, key).as_id()].into_iter().flatten()
        };
        match shape.def.key {
            "opportunities" if old.is_none_or(|o| o.get(shape, "stage_id") != new.get(shape, "stage_id")) => {
                self.stays.push(StageStay {
                    opportunity_id: new.id(),
                    stage_id: new.get(shape, "stage_id").as_id().unwrap_or_default(),
                    position: new.get(shape, "furthest_position").as_int().unwrap_or(0),
                    user_id: ctx.actor.user_id,
                    entered_at: if old.is_none() { new.at(2).as_time().unwrap_or(ctx.now) } else { ctx.now },
                    first: old.is_none(),
                });
            }
            "customers" => {
                self.moved.extend(crate::scores::moved(shape, old, new));
                if old.is_some_and(|o| o.owner(shape) != new.owner(shape)) {
                    self.handed.insert(new.id());
                }
            }
            "activities" => {
                self.contacted.extend(both("customer_id"));
                self.worked.extend(both("opportunity_id"));
            }
            "pipeline_stages" => {
                let same = |key: &str| old.is_some_and(|o| o.get(shape, key) == new.get(shape, key));
                if !["position", "kind", "probability", "pipeline_id", "archived_at"].into_iter().all(same) {
                    self.reordered.extend(both("pipeline_id"));
                }
            }
            "orders" => {
                self.ordered.extend(both("customer_id"));
                if old.is_some_and(|o| o.owner(shape) != new.owner(shape)) {
                    self.reowned.push((new.id(), new.owner(shape)));
                }
            }
            "order_lines" => {
                let part = |line: &Record, sign: i64| {
                    let order = line.get(shape, "order_id").as_id().filter(|_| !line.archived())?;
                    Some((order, sign * line.get(shape, "amount_minor").as_int()?))
                };
                self.lines.extend(old.and_then(|old| part(old, -1)));
                self.lines.extend(part(new, 1));
            }
            "pipelines" => {
                let leads = |r: &Record| !r.archived() && r.get(shape, "is_default").as_bool() == Some(true);
                if leads(new) && !old.is_some_and(leads) {
                    self.defaults.push(new.id());
                }
            }
            _ => {}
        }
    }

    /// Takes note of a written customer whose people go with it where it went into the pool or left it. What becomes one
    /// with another, and what is taken back, says by itself whose its people are.
    pub(super) fn note_pool(&mut self, shape: &Shape, old: &Record, new: &Record) {
        let lies = |r: &Record| !r.get(shape, "pooled_at").is_null();
        if shape.def.key == "customers" && lies(old) != lies(new) {
            self.pooled.push((new.id(), old.owner(shape), new.owner(shape)));
        }
    }

    /// Forgets what was noted of the row at hand: it is rolled back.
    pub(super) fn abandon(&mut self) {
        let (held, held_moves) = (std::mem::take(&mut self.held), std::mem::take(&mut self.held_moves));
        let (held_lines, held_pooled) = (std::mem::take(&mut self.held_lines), std::mem::take(&mut self.held_pooled));
        let held_defaults = std::mem::take(&mut self.held_defaults);
        *self = Effects { held, held_moves, held_lines, held_pooled, held_defaults, ..Effects::default() };
    }

    /// Writes it, except for the totals.
    pub(super) fn flush_row(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        if !self.stays.is_empty() {
            persistence::pipeline::write_stays(ctx.conn, &self.stays)?;
            self.stays.clear();
        }
        let take = |set: &mut BTreeSet<Uuid>| std::mem::take(set).into_iter().collect::<Vec<_>>();
        persistence::derived::last_contact(ctx.conn, &take(&mut self.contacted), ctx.now)?;
        persistence::derived::last_activity(ctx.conn, &take(&mut self.worked), ctx.now)?;
        persistence::derived::last_order(ctx.conn, &take(&mut self.ordered), ctx.zone().day(ctx.now))?;
        for (order, owner) in std::mem::take(&mut self.reowned) {
            persistence::derived::own_lines(ctx.conn, order, owner)?;
        }
        persistence::derived::own_behaviours(ctx.conn, &take(&mut self.handed))?;
        for pipeline in take(&mut self.reordered) {
            crate::recounts::stage_order(ctx, pipeline)?;
        }
        Ok(())
    }

    /// The row at hand stays: its totals wait for the end of the transaction.
    pub(super) fn keep(&mut self) {
        std::mem::take(&mut self.totals).rows().for_each(|c| self.held.add(c));
        self.held_moves.append(&mut self.moved);
        self.held_pooled.append(&mut self.pooled);
        self.held_defaults.append(&mut self.defaults);
        for (order, by) in self.lines.drain(..) {
            *self.held_lines.entry(order).or_default() += by;
        }
    }

    /// Fails when the lines of the row that is noted would take the amount of an order out of range.
    pub(super) fn check_sums(&self, sums: &Sums) -> Result<()> {
        let mut row: BTreeMap<Uuid, i64> = BTreeMap::new();
        for (order, by) in &self.lines {
            *row.entry(*order).or_default() += by;
        }
        let held = |order: &Uuid| self.held_lines.get(order).copied().unwrap_or(0);
        row.into_iter().filter(|(_, by)| *by != 0).try_for_each(|(order, by)| sums.check(order, held(&order) + by))
    }

    /// Orders whose lines sum up to something else than before, with the difference; forgotten here.
    pub(super) fn take_sums(&mut self) -> BTreeMap<Uuid, i64> {
        let mut sums = std::mem::take(&mut self.held_lines);
        sums.retain(|_, by| *by != 0);
        sums
    }

    /// Customers whose people go into the pool or leave it with them; forgotten here.
    pub(super) fn take_pooled(&mut self) -> Vec<Moved> {
        std::mem::take(&mut self.held_pooled)
    }

    /// Pipelines that became the default, in their order; forgotten here.
    pub(super) fn take_defaults(&mut self) -> Vec<Uuid> {
        std::mem::take(&mut self.held_defaults)
    }

    /// Adds the totals that wait in another set, so that all of a transaction are written at once.
    pub(super) fn absorb(&mut self, mut other: Effects) {
        other.held.rows().for_each(|c| self.held.add(c));
        self.held_moves.append(&mut other.held_moves);
    }

    /// Writes it. The totals come last and once in a transaction, in their order: they are rows which many writers
    /// share, so they are locked for as short as can be, and two writers never wait for each other in a circle.
    pub(super) fn flush(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        self.flush_row(ctx)?;
        self.keep();
        if !self.held.is_empty() {
            persistence::totals::add(ctx.conn, &std::mem::take(&mut self.held))?;
        }
        Ok(persistence::rfm_grid::apply(ctx.conn, &std::mem::take(&mut self.held_moves))?)
    }
}
