//! Creating, changing, archiving and restoring records: one path for requests, bulk and imports.

use super::ahead::{Ahead, move_alone};
use super::base::Base;
use super::effects::Effects;
use super::lines::{replace_lines, split_lines};
use super::rules::Rules;
use super::sums::Sums;
use super::told::{difference, whole};
use super::{Shown, defaults, links, present, sums};
use crate::pool::Giving;
use crate::{Ctx, Error, Result, Visible};
use chrono::{DateTime, Utc};
use domain::objects;
use domain::policy::{Action, Scope};
use domain::record::{Changes, Record, Shape, read_input};
use domain::value::Value;
use persistence::db::AnyConnection;
use persistence::events::Event;
use std::sync::Arc;
use uuid::Uuid;

mod merged;

/// What a write left behind.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The record as it is now.
    pub record: Record,
    /// False when the change changed nothing: no version, no event.
    pub changed: bool,
}

/// Who made a record and when, for imports that keep the original author and date.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stamp {
    /// The original time; now by default.
    pub created_at: Option<DateTime<Utc>>,
    /// The original author; the caller by default.
    pub created_by: Option<Uuid>,
}

/// Writes records of one object: gathers inserts, events and effects, and writes them in few
/// statements when flushed. A request writes one record with it, an import a thousand.
pub struct Writer {
    /// The object.
    pub shape: Arc<Shape>,
    origin: Option<Uuid>,
    check_links: bool,
    inserts: Vec<Record>,
    events: Vec<Event>,
    rules: Rules,
    effects: Effects,
    /// Of a request of many rows: what the sums of lines were before it.
    sums: Option<Sums>,
}

impl Writer {
    /// A writer for requests: links are checked to exist and to be visible.
    pub fn new(shape: Arc<Shape>) -> Writer {
        Writer {
            shape,
            origin: None,
            check_links: true,
            inserts: Vec::new(),
            events: Vec::new(),
            rules: Rules::default(),
            effects: Effects::default(),
            sums: None,
        }
    }

    /// A writer for a request of many rows: the row that would take the amount of an order out of range fails, instead
    /// of all of them at the end.
    pub(super) fn many(shape: Arc<Shape>, sums: Sums) -> Writer {
        Writer { sums: Some(sums), ..Writer::new(shape) }
    }

    /// A writer whose caller made or resolved the links itself.
    pub fn trusted(shape: Arc<Shape>) -> Writer {
        Writer { check_links: false, ..Writer::new(shape) }
    }

    /// A writer for what follows from a rule: its events carry the rule's id.
    pub fn caused(shape: Arc<Shape>, rule: Uuid) -> Writer {
        Writer { origin: Some(rule), rules: Rules::giving(Giving::ByRule), ..Writer::new(shape) }
    }

    /// The same for links that the caller made itself.
    pub(crate) fn trusting(self) -> Writer {
        Writer { check_links: false, ..self }
    }

    /// A writer for those who take records out of the public pool for themselves.
    pub(crate) fn claiming(shape: Arc<Shape>) -> Writer {
        Writer { rules: Rules::giving(Giving::Claim), ..Writer::trusted(shape) }
    }

    /// A writer for an import: its events carry the import's id, and its links were resolved by the caller.
    pub fn import(shape: Arc<Shape>, origin: Uuid) -> Writer {
        let rules = Rules::giving(Giving::OfThePast);
        Writer { origin: Some(origin), check_links: false, rules, ..Writer::new(shape) }
    }

    /// A writer that takes back what an import did: its events carry the id of the job, and the values are those from before.
    pub(crate) fn back(shape: Arc<Shape>, origin: Uuid) -> Writer {
        Writer { origin: Some(origin), rules: Rules::giving(Giving::Back), ..Writer::trusted(shape) }
    }

    /// A writer for a hand-over: its events carry the id of the hand-over, and its links were chosen by the caller.
    pub(crate) fn handing(shape: Arc<Shape>, origin: Uuid, giving: Giving) -> Writer {
        Writer { origin: Some(origin), rules: Rules::giving(giving), ..Writer::trusted(shape) }
    }

    /// A writer for what follows from what another one writes: its events carry the same origin.
    pub(crate) fn following(shape: Arc<Shape>, origin: Option<Uuid>) -> Writer {
        Writer { origin, ..Writer::trusted(shape) }
    }

    /// Reads for a whole batch, in a few queries, what the rules will ask about the records that these changes and
    /// records name.
    pub fn read_ahead<'a>(
        &mut self,
        ctx: &mut Ctx<'_>,
        changes: impl IntoIterator<Item = &'a Changes>,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<()> {
        let shape = self.shape.clone();
        let Some(field) = Ahead::field(&shape) else { return Ok(()) };
        let named = changes.into_iter().filter_map(|c| c.get(&shape, field)?.as_id());
        let held = records.into_iter().filter_map(|r| r.get(&shape, field).as_id());
        self.rules.read_ahead(ctx, &shape, named.chain(held).collect())
    }

    /// Checks and queues a new record. The caller's scope for creating is `visible`.
    pub fn create(&mut self, ctx: &mut Ctx<'_>, changes: Changes, visible: &Visible, stamp: Stamp) -> Result<Record> {
        self.queue(ctx, changes, visible, stamp).cloned()
    }

    /// The same without a copy of the record.
    pub fn queue(&mut self, ctx: &mut Ctx<'_>, mut changes: Changes, reach: &Visible, stamp: Stamp) -> Result<&Record> {
        let shape = self.shape.clone();
        let own = ctx.actor.user_id;
        if shape.def.owned && changes.get(&shape, "owner_id").is_none() {
            changes.set(&shape, "owner_id", Value::Id(own));
        }
        let mut record = Record::empty(&shape);
        changes.apply(&shape, &mut record);
        record.values[0] = Value::Id(Uuid::now_v7());
        record.values[1] = Value::Int(1);
        record.values[2] = Value::Time(stamp.created_at.unwrap_or(ctx.now));
        record.values[3] = Value::Time(ctx.now);
        record.values[5] = Value::Id(stamp.created_by.unwrap_or(own));
        if self.check_links {
            links::check(ctx, &shape, &record, None)?;
        }
        self.rules.apply(ctx, &shape, None, &mut record, &changes)?;
        self.explain(ctx, &shape, None, &mut record, &changes)?;
        check_owner(&shape, &record, reach)?;
        self.rules.passed(&shape, &record);
        self.queue_event(ctx, "created", &record, None, Some(whole(&shape, &record)));
        self.effects.note(&shape, None, &record, ctx);
        self.inserts.push(record);
        self.inserts.last().ok_or_else(|| Error::Internal("a new record is not there".to_owned()))
    }

    /// Checks and writes a change of a record that was read (and locked) in this transaction.
    pub fn update(&mut self, ctx: &mut Ctx<'_>, old: &Record, changes: &Changes, visible: &Visible) -> Result<Stored> {
        let shape = self.shape.clone();
        let mut new = old.clone();
        let (columns, custom) = changes.apply(&shape, &mut new);
        if columns.is_empty() && !custom {
            return Ok(Stored { record: new, changed: false });
        }
        if self.check_links {
            links::check(ctx, &shape, &new, Some(old))?;
        }
        self.rules.apply(ctx, &shape, Some(old), &mut new, changes)?;
        self.explain(ctx, &shape, Some(old), &mut new, changes)?;
        check_owner(&shape, &new, visible)?;
        let stored = self.save(ctx, "updated", old, new)?;
        if !self.rules.takes_back() {
            self.effects.note_pool(&shape, old, &stored.record);
        }
        Ok(stored)
    }

    /// Asks whoever sets a grade by hand for the reason.
    fn explain(
        &self,
        ctx: &Ctx<'_>,
        shape: &Shape,
        old: Option<&Record>,
        new: &mut Record,
        changes: &Changes,
    ) -> Result<()> {
        if shape.def.key != "customers" || self.origin.is_some() {
            return Ok(());
        }
        crate::scores::grading::explain(ctx, shape, old, new, changes.get(shape, "grade_reason"))
    }

    /// Archives or restores.
    pub(super) fn set_archived(&mut self, ctx: &mut Ctx<'_>, old: &Record, archived: bool) -> Result<Stored> {
        if old.archived() == archived {
            return Ok(Stored { record: old.clone(), changed: false });
        }
        let mut new = old.clone();
        new.values[4] = if archived { Value::Time(ctx.now) } else { Value::Null };
        self.rules.archiving(ctx, &self.shape.clone(), &mut new, archived)?;
        self.save(ctx, if archived { "archived" } else { "restored" }, old, new)
    }

    /// Gives a record a new version because a part changed that belongs to it and is shown with it, which the event names.
    pub(super) fn touch(&mut self, ctx: &mut Ctx<'_>, old: &Record, part: &str, visible: &Visible) -> Result<Stored> {
        check_owner(&self.shape, old, visible)?;
        let stored = self.save(ctx, "updated", old, old.clone())?;
        self.tell(part, "true");
        Ok(stored)
    }

    /// Adds to the last event what its fields do not say.
    fn tell(&mut self, key: &str, told: &str) {
        if let Some(after) = self.events.last_mut().and_then(|event| event.new.as_mut()) {
            after.pop();
            after.push_str(if after.len() > 1 { "," } else { "" });
            after.push_str(&format!("\"{key}\":{told}}}"));
        }
    }

    /// Reads the house's vocabulary anew: a writer that is kept from one transaction to the next must not go by stages and
    /// settings that somebody has changed in between.
    pub(crate) fn look_again(&mut self) {
        self.rules.look_again();
    }

    fn save(&mut self, ctx: &mut Ctx<'_>, verb: &str, old: &Record, mut new: Record) -> Result<Stored> {
        let shape = self.shape.clone();
        new.values[1] = Value::Int(old.version() + 1);
        new.values[3] = Value::Time(ctx.now);
        let changed: Vec<usize> = (0..shape.custom_at()).filter(|at| old.at(*at) != new.at(*at)).collect();
        let custom = old.at(shape.custom_at()) != new.at(shape.custom_at());
        if !persistence::records::update(ctx.conn, &shape, &new, &changed, custom, old.version())? {
            return Err(Error::Stale { current: old.version() });
        }
        self.rules.passed(&shape, &new);
        let (before, after) = difference(&shape, old, &new);
        self.queue_event(ctx, verb, &new, Some(before), Some(after));
        self.effects.note(&shape, Some(old), &new, ctx);
        if shape.def.key == "tasks"
            && let Some(next) = crate::tasks::following(ctx, &shape, old, &new)?
        {
            self.follow(ctx, next);
        }
        Ok(Stored { record: new, changed: true })
    }

    /// Queues a record that follows from another one, complete as it is.
    pub(crate) fn follow(&mut self, ctx: &Ctx<'_>, record: Record) {
        let shape = self.shape.clone();
        self.queue_event(ctx, "created", &record, None, Some(whole(&shape, &record)));
        self.effects.note(&shape, None, &record, ctx);
        self.inserts.push(record);
    }

    fn queue_event(&mut self, ctx: &Ctx<'_>, verb: &str, record: &Record, old: Option<String>, new: Option<String>) {
        self.events.push(Event {
            seq: 0,
            id: Uuid::now_v7(),
            kind: format!("{}.{verb}", self.shape.def.singular),
            object: self.shape.def.key.to_owned(),
            record_id: record.id(),
            // The program itself is nobody.
            actor_id: Some(ctx.actor.user_id).filter(|id| !id.is_nil()),
            at: ctx.now,
            old,
            new,
            request_id: ctx.request_id,
            origin_id: self.origin,
            key_id: ctx.actor.api_key_id,
        });
    }

    /// Writes what was gathered: records, events, and what follows from them elsewhere.
    pub fn flush(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        self.flush_row(ctx)?;
        self.keep();
        let lines = self.effects.take_sums();
        if !lines.is_empty() {
            self.effects.absorb(sums::follow(ctx, &lines, self.origin)?);
        }
        let pooled = self.effects.take_pooled();
        if !pooled.is_empty() {
            self.effects.absorb(crate::pool::contacts_follow(ctx, &pooled, self.origin)?);
        }
        let made = self.effects.take_defaults();
        if !made.is_empty() {
            self.effects.absorb(defaults::follow(ctx, &made, self.origin)?);
        }
        self.effects.flush(ctx)
    }

    /// Writes what was gathered of the lines of an order, whose amount is seen to by whoever writes them.
    pub(super) fn flush_lines(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        self.flush_row(ctx)?;
        self.keep();
        self.effects.take_sums();
        self.effects.flush(ctx)
    }

    /// Writes what was gathered, and hands over the kept totals that wait for the end of the transaction.
    pub(crate) fn finish(mut self, ctx: &mut Ctx<'_>) -> Result<Effects> {
        self.flush_row(ctx)?;
        self.keep();
        Ok(self.effects)
    }

    /// The same for one row of many in a transaction, or for a part of it: the kept totals wait for [`Writer::flush`].
    pub(crate) fn flush_row(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        if let Some(sums) = &self.sums {
            self.effects.check_sums(sums)?;
        }
        self.write_rows(ctx)?;
        self.rules.written();
        self.effects.flush_row(ctx)
    }

    /// The row is complete and stays, whatever becomes of the next one.
    pub(crate) fn keep(&mut self) {
        self.effects.keep();
    }

    /// Forgets what was gathered since the last row that stays: this one is rolled back.
    pub(crate) fn abandon(&mut self) {
        self.inserts.clear();
        self.events.clear();
        self.rules.written();
        self.effects.abandon();
    }

    /// Writes the records and events that were gathered, but not yet what follows from them elsewhere.
    pub(crate) fn write_rows(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        let append = |conn: &mut AnyConnection| persistence::events::append(conn, &self.events);
        if self.inserts.is_empty() {
            append(ctx.conn)?;
        } else {
            persistence::records::insert_around(ctx.conn, &self.shape, &self.inserts, append)?;
            self.inserts.clear();
        }
        self.events.clear();
        Ok(())
    }
}

/// The owner after a write must be within the scope of the action.
fn check_owner(shape: &Shape, record: &Record, visible: &Visible) -> Result<()> {
    if !shape.def.owned || visible.contains(record.owner(shape)) {
        return Ok(());
    }
    Err(Error::field("owner_id", "owner_out_of_scope", ""))
}

/// Creates a record from an API input.
pub fn create(ctx: &mut Ctx<'_>, object: &str, json: &serde_json::Value) -> Result<Shown> {
    sums::lock_orders(ctx, object, &[], json.get("order_id"))?;
    alone(ctx, object, |ctx, writer| create_by(ctx, writer, json))
}

/// Changes a record by a JSON merge patch based on a version.
pub fn update(
    ctx: &mut Ctx<'_>,
    object: &str,
    id: Uuid,
    version: Option<i64>,
    json: &serde_json::Value,
) -> Result<Shown> {
    if json.get("parent_id").is_some() {
        move_alone(ctx, object)?;
    }
    sums::lock_orders(ctx, object, &[id], json.get("order_id"))?;
    alone(ctx, object, |ctx, writer| update_by(ctx, writer, id, Base::of(version), json))
}

/// Archives a record.
pub fn archive(ctx: &mut Ctx<'_>, object: &str, id: Uuid, version: Option<i64>) -> Result<Shown> {
    sums::lock_orders(ctx, object, &[id], None)?;
    alone(ctx, object, |ctx, writer| archive_by(ctx, writer, id, Base::if_named(version), true))
}

/// Brings a record back from the archive.
pub fn restore(ctx: &mut Ctx<'_>, object: &str, id: Uuid, version: Option<i64>) -> Result<Shown> {
    sums::lock_orders(ctx, object, &[id], None)?;
    alone(ctx, object, |ctx, writer| archive_by(ctx, writer, id, Base::if_named(version), false))
}

/// One row in a transaction of its own.
fn alone(ctx: &mut Ctx<'_>, object: &str, f: impl FnOnce(&mut Ctx<'_>, &mut Writer) -> Result<Shown>) -> Result<Shown> {
    let mut writer = Writer::new(ctx.shape(object)?);
    let shown = f(ctx, &mut writer)?;
    writer.flush(ctx)?;
    Ok(shown)
}

/// Creates with a writer that the caller flushes at the end.
pub(super) fn create_by(ctx: &mut Ctx<'_>, writer: &mut Writer, json: &serde_json::Value) -> Result<Shown> {
    let shape = writer.shape.clone();
    let visible = ctx.require(shape.def.permission, Action::Create)?;
    let (input, lines) = split_lines(shape.def.key, json)?;
    let changes = read_input(&shape, input.as_ref().unwrap_or(json), true, ctx.actor.permissions.masks, &ctx.parse())
        .map_err(Error::Invalid)?;
    let mut record = writer.create(ctx, changes, &visible, Stamp::default())?;
    writer.flush_row(ctx)?;
    if let Some(lines) = lines {
        let given = json.get("amount_minor").is_some_and(|v| !v.is_null());
        record = replace_lines(ctx, writer, record, &lines, given, &visible)?;
    }
    present(ctx, &shape, &record, false)
}

/// Changes with a writer that the caller flushes at the end.
pub(super) fn update_by(
    ctx: &mut Ctx<'_>,
    writer: &mut Writer,
    id: Uuid,
    base: Base,
    json: &serde_json::Value,
) -> Result<Shown> {
    let shape = writer.shape.clone();
    let (old, visible) = load_for(ctx, &shape, id, Action::Update)?;
    base.check(&old)?;
    let (input, lines) = split_lines(shape.def.key, json)?;
    let changes = read_input(&shape, input.as_ref().unwrap_or(json), false, ctx.actor.permissions.masks, &ctx.parse())
        .map_err(Error::Invalid)?;
    let mut record = writer.update(ctx, &old, &changes, &visible)?.record;
    writer.flush_row(ctx)?;
    if let Some(lines) = lines {
        let given = json.get("amount_minor").is_some_and(|v| !v.is_null());
        record = replace_lines(ctx, writer, record, &lines, given, &visible)?;
    }
    present(ctx, &shape, &record, false)
}

/// Archives or restores with a writer that the caller flushes at the end.
pub(super) fn archive_by(
    ctx: &mut Ctx<'_>,
    writer: &mut Writer,
    id: Uuid,
    base: Base,
    archived: bool,
) -> Result<Shown> {
    let shape = writer.shape.clone();
    let (old, _) = load_for(ctx, &shape, id, Action::Archive)?;
    base.check(&old)?;
    let stored = writer.set_archived(ctx, &old, archived)?;
    writer.flush_row(ctx)?;
    present(ctx, &shape, &stored.record, false)
}

/// Archives or restores for an import's undo.
pub fn set_archived_by(ctx: &mut Ctx<'_>, writer: &mut Writer, old: &Record, archived: bool) -> Result<Stored> {
    writer.set_archived(ctx, old, archived)
}

/// The record, locked, when the action reaches it. One that the caller may see but not touch is
/// forbidden; one that the caller may not see does not exist.
fn load_for(ctx: &mut Ctx<'_>, shape: &Shape, id: Uuid, action: Action) -> Result<(Record, Visible)> {
    let permission = shape.def.permission;
    let visible = ctx.require(permission, action)?;
    let readable = ctx.require(permission, Action::Read)?;
    // A shared view or a published goal is everybody's to read and its owner's to change.
    let record = persistence::records::get(ctx.conn, shape, id, readable.owners(), true)?.ok_or(Error::NotFound)?;
    if shape.def.owned && !visible.contains(record.owner(shape)) {
        return Err(Error::Forbidden { permission: crate::ctx::permission_name(permission, action) });
    }
    Ok((record, visible))
}

/// May the caller do this to at least some records of an object?
pub fn may(ctx: &Ctx<'_>, object: &str, action: Action) -> bool {
    objects::find(object).is_some_and(|def| ctx.actor.permissions.scope(def.permission, action) != Scope::None)
}
