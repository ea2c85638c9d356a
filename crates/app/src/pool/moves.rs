//! In and out of the pool: claiming, giving to somebody, giving back; one by one and many at once.

use super::{distinct, entry, may_give, pooled, remark, settings, store, today};
use crate::records::bulk::Outcome;
use crate::records::{Effects, Shown, Writer, present};
use crate::{Ctx, Error, Result, Visible};
use chrono::TimeDelta;
use contract::pool::{AssignMany, ClaimMany, PoolSettings, Release, ReleaseMany, ReleaseReason, Released};
use domain::policy::Action;
use domain::pool::Reason;
use domain::record::{Changes, Record, Shape};
use domain::value::Value;
use persistence::pool::Exit;
use persistence::records::Owners;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// For how long whoever comes second is told who was first.
const TOLD: TimeDelta = TimeDelta::hours(24);

/// A request at the pool: what it writes, and what is left of the caller's limits.
struct Desk {
    object: &'static str,
    shape: Arc<Shape>,
    writer: Writer,
    limits: PoolSettings,
    /// Claims that are left today.
    claims: Option<i64>,
    /// Records that may still be added to what is owned.
    room: Option<i64>,
    exits: Vec<Exit>,
}

impl Desk {
    fn open(ctx: &mut Ctx<'_>, object: &str, writer: fn(Arc<Shape>) -> Writer) -> Result<Desk> {
        let object = pooled(object)?;
        let shape = ctx.shape(object)?;
        let limits = settings(ctx)?;
        let writer = writer(shape.clone());
        Ok(Desk { object, shape, writer, limits, claims: None, room: None, exits: Vec::new() })
    }

    /// A desk for claiming: with the caller's limits.
    fn for_claims(ctx: &mut Ctx<'_>, object: &str) -> Result<Desk> {
        ctx.require(super::PERMISSION, Action::Create)?;
        let mut desk = Desk::open(ctx, object, Writer::claiming)?;
        let (me, since) = (ctx.actor.user_id, today(ctx));
        if desk.limits.claims_per_day > 0 {
            let used = store::claims_since(ctx.conn, me, since)?;
            desk.claims = Some(i64::from(desk.limits.claims_per_day) - used);
        }
        if desk.limits.holdings > 0 {
            let max = i64::from(desk.limits.holdings);
            desk.room = Some(max - store::held(ctx.conn, me, max)?);
        }
        Ok(desk)
    }

    /// A live record, locked, whoever owns it.
    fn load(&self, ctx: &mut Ctx<'_>, id: Uuid) -> Result<Record> {
        let found = persistence::records::get(ctx.conn, &self.shape, id, Owners::All, true)?;
        found.filter(|r| !r.archived()).ok_or(Error::NotFound)
    }

    /// A record in the pool, locked. When somebody was faster the answer says who; of other people's records it says
    /// nothing.
    fn load_pooled(&self, ctx: &mut Ctx<'_>, id: Uuid) -> Result<Record> {
        let record = self.load(ctx, id)?;
        if entry(&self.shape, &record).is_some() {
            return Ok(record);
        }
        if record.owner(&self.shape) == Some(ctx.actor.user_id) {
            return Err(Error::conflict("already_yours", ""));
        }
        let readable = ctx.actor.visible(self.shape.def.permission, Action::Read);
        let seen = readable.is_some_and(|v| v.contains(record.owner(&self.shape)));
        let first = store::last_exit(ctx.conn, id, ctx.now - TOLD)?;
        match (first.or(record.owner(&self.shape).filter(|_| seen)), seen) {
            (Some(owner), _) => {
                Err(Error::conflict("claimed_by_other", crate::notifications::news::title(ctx, "users", owner)?))
            }
            (None, true) => Err(Error::conflict("not_in_pool", "")),
            (None, false) => Err(Error::NotFound),
        }
    }

    /// Gives a record a new owner.
    fn give(&mut self, ctx: &mut Ctx<'_>, record: &Record, to: Uuid, claimed: bool) -> Result<Record> {
        let mut changes = Changes::default();
        changes.set(&self.shape, "owner_id", Value::Id(to));
        let stored = self.writer.update(ctx, record, &changes, &Visible::All)?;
        self.writer.flush_row(ctx)?;
        let (object, record) = (self.object.to_owned(), record.id());
        self.exits.push(Exit { at: ctx.now, object, record, user: to, claimed });
        Ok(stored.record)
    }

    /// The caller takes a record out of the pool.
    fn claim(&mut self, ctx: &mut Ctx<'_>, id: Uuid) -> Result<Record> {
        let record = self.load_pooled(ctx, id)?;
        let (me, now) = (ctx.actor.user_id, ctx.now);
        let entry = entry(&self.shape, &record).ok_or(Error::NotFound)?;
        if entry.is_taken_back(me, now) {
            return self.give(ctx, &record, me, false);
        }
        if entry.rests_for(me, self.limits.rest_days, now) {
            return Err(Error::conflict("owned_lately", self.limits.rest_days.to_string()));
        }
        if self.claims.is_some_and(|left| left <= 0) {
            return Err(Error::conflict("claims_used_up", self.limits.claims_per_day.to_string()));
        }
        if self.room.is_some_and(|left| left <= 0) {
            return Err(Error::conflict("holdings_full", self.limits.holdings.to_string()));
        }
        let taken = self.give(ctx, &record, me, true)?;
        self.claims = self.claims.map(|left| left - 1);
        self.room = self.room.map(|left| left - 1);
        Ok(taken)
    }

    /// The caller gives a record within their reach back to the pool.
    fn release(&mut self, ctx: &mut Ctx<'_>, id: Uuid, reason: ReleaseReason, note: Option<&str>) -> Result<Record> {
        let permission = self.shape.def.permission;
        let (reach, readable) = (ctx.require(permission, Action::Update)?, ctx.require(permission, Action::Read)?);
        let record = self.load(ctx, id)?;
        let owner = record.owner(&self.shape);
        if !readable.contains(owner) {
            // Whoever sees it in the pool is told that it is there already.
            let pooled = entry(&self.shape, &record).is_some();
            let sees = ctx.actor.visible(super::PERMISSION, Action::Read).is_some();
            return Err(if pooled && sees { Error::conflict("in_pool_already", "") } else { Error::NotFound });
        }
        if entry(&self.shape, &record).is_some() {
            return Err(Error::conflict("in_pool_already", ""));
        }
        if !reach.contains(owner) {
            return Err(Error::Forbidden { permission: crate::ctx::permission_name(permission, Action::Update) });
        }
        let reason = Reason::of(reason.key()).unwrap_or(Reason::Returned);
        self.put(ctx, &record, reason, note)
    }

    /// Puts a record into the pool.
    fn put(&mut self, ctx: &mut Ctx<'_>, record: &Record, reason: Reason, note: Option<&str>) -> Result<Record> {
        let stored =
            self.writer.update(ctx, record, &into_pool(ctx, &self.shape, record, reason, note), &Visible::All)?;
        self.writer.flush_row(ctx)?;
        Ok(stored.record)
    }

    /// Writes what is common to all rows.
    fn close(mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        store::note_exits(ctx.conn, &self.exits)?;
        self.writer.flush(ctx)
    }

    /// One row of a request, alone.
    fn alone(
        mut self,
        ctx: &mut Ctx<'_>,
        f: impl FnOnce(&mut Desk, &mut Ctx<'_>) -> Result<Record>,
    ) -> Result<(Arc<Shape>, Record)> {
        let record = f(&mut self, ctx)?;
        let shape = self.shape.clone();
        self.close(ctx)?;
        Ok((shape, record))
    }

    /// Many rows of a request: one result each, each in a savepoint of its own.
    fn many(
        mut self,
        ctx: &mut Ctx<'_>,
        ids: &[Uuid],
        mut f: impl FnMut(&mut Desk, &mut Ctx<'_>, Uuid) -> Result<Record>,
    ) -> Result<Vec<Outcome>> {
        let ids = distinct(ids)?;
        persistence::records::lock(ctx.conn, &self.shape, &ids)?;
        let mut outcomes = Vec::with_capacity(ids.len());
        for id in ids {
            let (actor, now, request_id, schema) = (ctx.actor, ctx.now, ctx.request_id, ctx.schema);
            let exits = self.exits.len();
            let result = persistence::db::write_tx(ctx.conn, |conn| {
                f(&mut self, &mut Ctx { conn, actor, now, request_id, schema }, id)
            });
            match result {
                Ok(record) => {
                    self.writer.keep();
                    let done = Some((record.id(), record.version()));
                    outcomes.push(Outcome { done, created: false, error: None });
                }
                Err(error @ (Error::Unavailable(_) | Error::Contended(_) | Error::Full(_) | Error::Internal(_))) => {
                    return Err(error);
                }
                Err(error) => {
                    self.writer.abandon();
                    self.exits.truncate(exits);
                    outcomes.push(Outcome { done: None, created: false, error: Some(error) });
                }
            }
        }
        self.close(ctx)?;
        Ok(outcomes)
    }
}

/// The changes that put a record into the pool.
pub(super) fn into_pool(ctx: &Ctx<'_>, shape: &Shape, record: &Record, reason: Reason, note: Option<&str>) -> Changes {
    let mut changes = Changes::default();
    changes.set(shape, "owner_id", Value::Null);
    changes.set(shape, "pooled_at", Value::Time(ctx.now));
    changes.set(shape, "pool_reason", Value::Text(reason.key().to_owned()));
    changes.set(shape, "pool_note", note.map_or(Value::Null, |n| Value::Text(n.to_owned())));
    changes.set(shape, "pool_from_id", record.owner(shape).map_or(Value::Null, Value::Id));
    changes
}

/// Moves a record that a rule or the clock takes away, with a writer of the caller's.
pub(crate) fn pool_record(
    ctx: &mut Ctx<'_>,
    writer: &mut Writer,
    record: &Record,
    reason: Reason,
    note: Option<&str>,
) -> Result<Record> {
    let shape = writer.shape.clone();
    let changes = into_pool(ctx, &shape, record, reason, note);
    Ok(writer.update(ctx, record, &changes, &Visible::All)?.record)
}

/// A customer that went into the pool or left it: which, whose it was, whose it is.
pub(crate) type Moved = (Uuid, Option<Uuid>, Option<Uuid>);

/// The people at a customer go with it: to the pool when their owner gave the customer away, and to the new owner when
/// nobody looks after them. What somebody else looks after stays with them. The totals that wait to be written are handed
/// back.
pub(crate) fn contacts_follow(ctx: &mut Ctx<'_>, moved: &[Moved], origin: Option<Uuid>) -> Result<Effects> {
    let by_customer: HashMap<Uuid, (Option<Uuid>, Option<Uuid>)> =
        moved.iter().map(|(id, from, to)| (*id, (*from, *to))).collect();
    let customers: Vec<Uuid> = by_customer.keys().copied().collect();
    let mut wanted: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    for (contact, customer, owner) in store::contacts(ctx.conn, &customers)? {
        let Some((from, to)) = by_customer.get(&customer) else { continue };
        let follows = match to {
            Some(_) => owner.is_none(),
            None => owner.is_some() && owner == *from,
        };
        if follows {
            wanted.insert(contact, *to);
        }
    }
    let shape = ctx.shape("contacts")?;
    let mut ids: Vec<Uuid> = wanted.keys().copied().collect();
    ids.sort_unstable();
    persistence::records::lock(ctx.conn, &shape, &ids)?;
    let mut writer = Writer::following(shape.clone(), origin);
    for record in persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)? {
        let owner = wanted.get(&record.id()).copied().flatten();
        let mut changes = Changes::default();
        changes.set(&shape, "owner_id", owner.map_or(Value::Null, Value::Id));
        writer.update(ctx, &record, &changes, &Visible::All)?;
    }
    writer.finish(ctx)
}

/// Takes a record out of the pool for the caller.
pub fn claim(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<Shown> {
    let desk = Desk::for_claims(ctx, object)?;
    let (shape, record) = desk.alone(ctx, |desk, ctx| desk.claim(ctx, id))?;
    present(ctx, &shape, &record, false)
}

/// Takes records out of the pool for the caller, as far as the limits go.
pub fn claim_many(ctx: &mut Ctx<'_>, object: &str, input: &ClaimMany) -> Result<Vec<Outcome>> {
    Desk::for_claims(ctx, object)?.many(ctx, &input.ids, Desk::claim)
}

/// Gives records in the pool to somebody within the caller's reach. Limits of claiming do not apply: somebody decided.
pub fn assign(ctx: &mut Ctx<'_>, object: &str, input: &AssignMany) -> Result<Vec<Outcome>> {
    ctx.require(super::PERMISSION, Action::Update)?;
    let active = persistence::rules::active(ctx.conn, &[input.user_id])?;
    if active.is_empty() {
        return Err(Error::field("user_id", "link_missing", ""));
    }
    if may_give(ctx, input.user_id).is_err() {
        return Err(Error::field("user_id", "owner_out_of_scope", ""));
    }
    let desk = Desk::open(ctx, object, Writer::trusted)?;
    desk.many(ctx, &input.ids, |desk, ctx, id| {
        let record = desk.load_pooled(ctx, id)?;
        desk.give(ctx, &record, input.user_id, false)
    })
}

/// Gives a record back to the pool. Its owner may not see it any more, so the answer is its id and version.
pub fn release(ctx: &mut Ctx<'_>, object: &str, id: Uuid, input: &Release) -> Result<Released> {
    let note = remark(input.note.as_deref())?;
    let desk = Desk::open(ctx, object, Writer::trusted)?;
    let (_, record) = desk.alone(ctx, |desk, ctx| desk.release(ctx, id, input.reason, note.as_deref()))?;
    Ok(Released { id: record.id(), version: record.version() })
}

/// Gives records back to the pool.
pub fn release_many(ctx: &mut Ctx<'_>, object: &str, input: &ReleaseMany) -> Result<Vec<Outcome>> {
    let note = remark(input.note.as_deref())?;
    let desk = Desk::open(ctx, object, Writer::trusted)?;
    desk.many(ctx, &input.ids, |desk, ctx, id| desk.release(ctx, id, input.reason, note.as_deref()))
}
