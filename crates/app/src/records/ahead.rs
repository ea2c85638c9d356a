//! What the rules ask about other records, read for a whole batch at once and remembered until it is written.

use crate::{Ctx, Error, Result};
use domain::objects::STAGE_POSITION_MAX;
use domain::record::{Record, Shape};
use domain::value::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A tree deeper than this is refused.
const MAX_DEPTH: usize = 64;

/// One link of other records: the owner of an order, the parent of a customer or team.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    links: HashMap<Uuid, Option<Uuid>>,
    /// The last place taken in a pipeline.
    places: HashMap<Uuid, i64>,
}

/// The link that the rules of an object follow: in which of its fields the other record is named, what the other
/// record is, and which of its links is wanted.
fn followed(object: &str) -> Option<(&'static str, &'static str, &'static str)> {
    match object {
        "customers" => Some(("parent_id", "customers", "parent_id")),
        "teams" => Some(("parent_id", "teams", "parent_id")),
        "order_lines" => Some(("order_id", "orders", "owner_id")),
        "behaviours" => Some(("customer_id", "customers", "owner_id")),
        _ => None,
    }
}

impl Ahead {
    /// The field of an object whose records are worth reading ahead.
    pub(super) fn field(shape: &Shape) -> Option<&'static str> {
        followed(shape.def.key).map(|(field, ..)| field)
    }

    /// Reads what the rules will ask about these records and, in a tree, about those above them.
    pub(super) fn read(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, mut ids: Vec<Uuid>) -> Result<()> {
        let Some((field, object, link)) = followed(shape.def.key) else { return Ok(()) };
        let other = ctx.shape(object)?;
        for _ in 0..MAX_DEPTH {
            ids.sort_unstable();
            ids.dedup();
            ids.retain(|id| !self.links.contains_key(id));
            if ids.is_empty() {
                break;
            }
            if shape.def.key == "order_lines" {
                // Their amounts may follow, after the lines are written, which lock them less.
                persistence::records::lock(ctx.conn, &other, &ids)?;
            }
            let found = persistence::records::links(ctx.conn, &other, link, &ids)?;
            self.links.extend(ids.iter().map(|id| (*id, None)));
            self.links.extend(found.iter().copied());
            ids.clear();
            if field == link {
                ids.extend(found.into_iter().filter_map(|(_, next)| next));
            }
        }
        Ok(())
    }

    fn of(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, id: Uuid) -> Result<Option<Uuid>> {
        if !self.links.contains_key(&id) {
            self.read(ctx, shape, vec![id])?;
        }
        Ok(self.links.get(&id).copied().flatten())
    }

    /// The owner of the record that these belong to: of an order to whom its lines belong, of a customer to whom its
    /// behaviours belong.
    pub(super) fn owner_of(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, other: Uuid) -> Result<Option<Uuid>> {
        self.of(ctx, shape, other)
    }

    /// A tree stays a tree.
    pub(super) fn no_cycle(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, new: &Record) -> Result<()> {
        let mut parent = new.get(shape, "parent_id").as_id();
        for _ in 0..MAX_DEPTH {
            let Some(id) = parent else { return Ok(()) };
            if id == new.id() {
                return Err(Error::field("parent_id", "link_to_itself", ""));
            }
            parent = self.of(ctx, shape, id)?;
        }
        Err(Error::field("parent_id", "too_deep", MAX_DEPTH.to_string()))
    }

    /// A stage that says no place comes after all others of its pipeline.
    pub(super) fn place(&mut self, ctx: &mut Ctx<'_>, shape: &Shape, stage: &mut Record) -> Result<()> {
        if !stage.get(shape, "position").is_null() {
            return Ok(());
        }
        let pipeline = stage.get(shape, "pipeline_id").as_id().unwrap_or_default();
        let last = match self.places.get(&pipeline) {
            Some(last) => *last,
            None => {
                let last = persistence::pipeline::last_position(ctx.conn, pipeline)?;
                *self.places.entry(pipeline).or_insert(last)
            }
        };
        stage.set(shape, "position", Value::Int((last + 1).min(STAGE_POSITION_MAX)));
        Ok(())
    }

    /// A record of a tree is written: those below it stand on what it says now. A stage takes its place.
    pub(super) fn note(&mut self, shape: &Shape, new: &Record) {
        if shape.def.key == "pipeline_stages"
            && let Some(pipeline) = new.get(shape, "pipeline_id").as_id()
            && let Some(last) = self.places.get_mut(&pipeline)
        {
            *last = new.get(shape, "position").as_int().unwrap_or(0).max(*last);
        }
        if followed(shape.def.key).is_some_and(|(field, _, link)| field == link) {
            self.links.insert(new.id(), new.get(shape, "parent_id").as_id());
        }
    }

    /// The batch is written; the next one reads again what others may have changed meanwhile.
    pub(super) fn forget(&mut self) {
        self.links.clear();
        self.places.clear();
    }
}
