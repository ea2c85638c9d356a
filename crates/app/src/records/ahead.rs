//! What the rules ask about other records, read for a whole batch at once and remembered until it is written.

use crate::{Ctx, Error, Result};
use domain::objects::STAGE_POSITION_MAX;
use domain::record::{Record, Shape};
use domain::value::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A tree deeper than this is refused.
const MAX_DEPTH: usize = 64;

/// One link of other records: the owner of an order, the parent of a customer or team.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    links: HashMap<Uuid, Option<Uuid>>,
    /// Records of a tree that the batch writes itself: what is remembered of them is what they are going to say.
    noted: HashSet<Uuid>,
    /// Nobody else moves records of the tree until the end of the transaction.
    alone: bool,
    /// The last place taken in a pipeline.
    places: HashMap<Uuid, i64>,
}

/// Until the end of the transaction nobody else moves records of this object within their tree: of two who move records
/// at the same time neither would see the other's move, and both together may close a circle. Called before records are
/// locked where it is known by then that one of them may move, so that who waits here holds nothing that the one ahead
/// needs. On SQLite there is never another writer.
pub(super) fn move_alone(ctx: &mut Ctx<'_>, object: &str) -> Result<()> {
    if followed(object).is_some_and(|(field, _, link)| field == link) {
        persistence::db::queue_for(ctx.conn, &format!("tree {object}"))?;
    }
    Ok(())
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

    /// A tree stays a tree. A record that stays where it is has its place, even where one above it was moved since so that
    /// it lies deeper now than it could be put.
    pub(super) fn no_cycle(
        &mut self,
        ctx: &mut Ctx<'_>,
        shape: &Shape,
        old: Option<&Record>,
        new: &Record,
    ) -> Result<()> {
        let mut parent = new.get(shape, "parent_id").as_id();
        if parent.is_none() || old.is_some_and(|old| old.get(shape, "parent_id").as_id() == parent) {
            return Ok(());
        }
        // Below a new record there is nothing yet that it could come to lie under.
        if old.is_some() {
            self.take_turn(ctx, shape)?;
        }
        for _ in 0..MAX_DEPTH {
            let Some(id) = parent else { return Ok(()) };
            if id == new.id() {
                return Err(Error::field("parent_id", "link_to_itself", ""));
            }
            parent = self.of(ctx, shape, id)?;
        }
        Err(Error::field("parent_id", "too_deep", MAX_DEPTH.to_string()))
    }

    /// Waits until others have moved what they move, and reads again what was read before that.
    fn take_turn(&mut self, ctx: &mut Ctx<'_>, shape: &Shape) -> Result<()> {
        if self.alone {
            return Ok(());
        }
        move_alone(ctx, shape.def.key)?;
        self.alone = true;
        let noted = std::mem::take(&mut self.noted);
        let read: Vec<Uuid> = self.links.keys().copied().filter(|id| !noted.contains(id)).collect();
        self.links.retain(|id, _| noted.contains(id));
        self.noted = noted;
        self.read(ctx, shape, read)
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
            self.noted.insert(new.id());
        }
    }

    /// The batch is written; the next one reads again what others may have changed meanwhile.
    pub(super) fn forget(&mut self) {
        self.links.clear();
        self.noted.clear();
        self.alone = false;
        self.places.clear();
    }
}
