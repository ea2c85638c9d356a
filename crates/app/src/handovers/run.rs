//! Carrying a hand-over out: step by step, each a transaction of its own that takes the oldest records still held and
//! stores how far it has come. Every record is gone through once, though a rule may give it back.

use super::{Progress, Setup, active, holding, parse, reach, to_json};
use crate::imports::run::{Stop, Worker};
use crate::notifications::news::{of_object, title};
use crate::notifications::{News, tell};
use crate::pool::Giving;
use crate::records::Writer;
use crate::{Ctx, Error, Result, Visible};
use contract::handovers::{HandOverState, HoldingKind};
use contract::notifications::NewsKind;
use domain::handover::{self, CONTACTS, CUSTOMERS, Holding, next};
use domain::policy::Action;
use domain::pool::Reason;
use domain::record::{Changes, Record, Shape};
use persistence::handovers::{self as store, HandOverRow, Held};
use persistence::jobs;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Records of one step, without what goes along with them.
const STEP: i64 = 100;
/// Records that may be left out; with more of them something else is wrong.
const MOST_LEFT_OUT: i64 = 1_000;

/// Hands over what was asked for.
pub(crate) fn run(worker: &Worker<'_>) -> std::result::Result<(), Stop> {
    let mut conn = persistence::db::get(worker.pool)?;
    let (mut row, setup, progress) = worker.transaction(&mut conn, |ctx| {
        let mut row = go_on(ctx, worker.job.subject)?;
        let (setup, progress): (Setup, Progress) = (parse(&row.setup)?, parse(&row.progress)?);
        row.state = HandOverState::Running.key().to_owned();
        row.updated_at = ctx.now;
        store::update(ctx.conn, &row)?;
        Ok((row, setup, progress))
    })?;
    let mut giving = Giver { id: row.id, user: row.user, setup, progress };
    while let Some(kind) = giving.setup.kinds.get(giving.progress.phase).copied() {
        let holding = holding(kind)?;
        let (visible, found) = worker.transaction(&mut conn, |ctx| {
            let visible = giving.reached(ctx, holding)?;
            let found = giving.oldest(ctx, holding, &visible)?;
            Ok((visible, found))
        })?;
        if found.is_empty() {
            giving.progress.phase += 1;
            giving.progress.after = None;
        }
        giving.step(worker, &mut conn, &mut row, holding, &visible, &found)?;
    }
    worker.transaction(&mut conn, |ctx| {
        go_on(ctx, row.id)?;
        end(ctx, &mut row, &giving.setup, &giving.progress, HandOverState::Done, None)?;
        jobs::finish(ctx.conn, worker.job, "done", None, ctx.now)?;
        Ok(())
    })
}

/// The hand-over, locked, unless somebody has stopped it.
fn go_on(ctx: &mut Ctx<'_>, id: Uuid) -> std::result::Result<HandOverRow, Stop> {
    let row = store::find(ctx.conn, id, true)?.ok_or(Error::NotFound)?;
    if row.finished_at.is_none() { Ok(row) } else { Err(Stop::Cancelled) }
}

/// Ends a hand-over that cannot go on.
pub(crate) fn fail(ctx: &mut Ctx<'_>, id: Uuid, code: &str) -> Result<()> {
    let found = store::find(ctx.conn, id, true)?;
    let Some(mut row) = found.filter(|row| row.finished_at.is_none()) else { return Ok(()) };
    let (setup, progress): (Setup, Progress) = (parse(&row.setup)?, parse(&row.progress)?);
    end(ctx, &mut row, &setup, &progress, HandOverState::Failed, Some(code))
}

/// Ends a hand-over that somebody stops.
pub(super) fn cancel(ctx: &mut Ctx<'_>, row: &mut HandOverRow) -> Result<()> {
    let (setup, progress): (Setup, Progress) = (parse(&row.setup)?, parse(&row.progress)?);
    end(ctx, row, &setup, &progress, HandOverState::Cancelled, None)
}

/// Writes down how it ended, and tells whoever was given something.
fn end(
    ctx: &mut Ctx<'_>,
    row: &mut HandOverRow,
    setup: &Setup,
    progress: &Progress,
    state: HandOverState,
    error: Option<&str>,
) -> Result<()> {
    row.state = state.key().to_owned();
    row.progress = to_json(progress)?;
    row.error = error.map(str::to_owned);
    row.finished_at = Some(ctx.now);
    row.updated_at = ctx.now;
    store::update(ctx.conn, row)?;
    let from = title(ctx, "users", row.user)?;
    let actor = row.created_by.map(|id| title(ctx, "users", id)).transpose()?.unwrap_or_default();
    let mut news = Vec::new();
    for receiver in setup.new.receivers.iter().map(|r| r.user_id).filter(|id| Some(*id) != row.created_by) {
        let Some(given) = progress.given.get(&receiver) else { continue };
        let mut parts = Vec::new();
        for (key, count) in given {
            let Some(holding) = handover::find(key) else { continue };
            let mut part = of_object(ctx, holding.object, *count > 1)?;
            part.insert("kind".to_owned(), holding.key.into());
            part.insert("count".to_owned(), (*count).into());
            parts.push(Json::Object(part));
        }
        // In the order in which they were handed over.
        parts.sort_by_key(|part| handover::ALL.iter().position(|holding| part["kind"] == holding.key));
        let params = json!({ "from": from, "actor": actor, "parts": parts });
        news.push(News {
            user: receiver,
            kind: NewsKind::Assigned,
            about: None,
            params: params.as_object().cloned().unwrap_or_default(),
            key: format!("hand_over:{}", row.id),
            first: 0,
        });
    }
    tell(ctx, news)
}

/// The writers of a step, one for each object.
struct Desk {
    id: Uuid,
    giving: Giving,
    writers: Vec<Writer>,
}

impl Desk {
    fn writer(&mut self, shape: &Arc<Shape>) -> &mut Writer {
        let at = match self.writers.iter().position(|writer| writer.shape.def == shape.def) {
            Some(at) => at,
            None => {
                self.writers.push(Writer::handing(shape.clone(), self.id, self.giving));
                self.writers.len() - 1
            }
        };
        &mut self.writers[at]
    }
}

/// Who gives what to whom.
struct Giver {
    id: Uuid,
    user: Uuid,
    setup: Setup,
    progress: Progress,
}

impl Giver {
    fn to_pool(&self, holding: &Holding) -> bool {
        self.setup.new.customers_to_pool && holding.key == CUSTOMERS
    }

    /// Whose records of a kind whoever asked for it reaches now.
    fn reached(&self, ctx: &Ctx<'_>, holding: &Holding) -> Result<Visible> {
        let permission = crate::ctx::permission_name(ctx.shape(holding.object)?.def.permission, Action::Update);
        reach(ctx, holding, Action::Update, self.user)?.ok_or(Error::Forbidden { permission })
    }

    fn oldest(&self, ctx: &mut Ctx<'_>, holding: &Holding, visible: &Visible) -> Result<Vec<store::At>> {
        let shape = ctx.shape(holding.object)?;
        let held = Held { shape: &shape, holding, person: self.user, owners: visible.owners(), now: ctx.now };
        Ok(store::oldest(ctx.conn, &held, self.progress.after, STEP)?)
    }

    /// One step; where the database or a rule refuses a record, the step is tried in halves, so that only that record
    /// is left out.
    fn step(
        &mut self,
        worker: &Worker<'_>,
        conn: &mut persistence::db::AnyConnection,
        row: &mut HandOverRow,
        holding: &'static Holding,
        visible: &Visible,
        found: &[store::At],
    ) -> std::result::Result<(), Stop> {
        let ids: Vec<Uuid> = found.iter().map(|(_, id)| *id).collect();
        let mut tries = 0;
        loop {
            let before = self.progress.clone();
            let result = worker.transaction(conn, |ctx| {
                go_on(ctx, row.id)?;
                self.hand_over(ctx, holding, visible, &ids)?;
                self.pass(found);
                self.store(ctx, row)
            });
            let Err(stop) = result else { return Ok(()) };
            self.progress = before;
            match (stop, found) {
                (Stop::Failed(Error::Stale { .. } | Error::Contended(_)), _) if tries < 5 => tries += 1,
                (Stop::Failed(error @ Error::Conflict { code: NOBODY, .. }), _) => return Err(Stop::Failed(error)),
                (Stop::Failed(Error::Conflict { .. } | Error::Invalid(_) | Error::Stale { .. }), [one])
                    if self.progress.left_out < MOST_LEFT_OUT =>
                {
                    self.pass(&[*one]);
                    self.progress.left_out += 1;
                    return worker.transaction(conn, |ctx| {
                        go_on(ctx, row.id)?;
                        self.store(ctx, row)
                    });
                }
                (Stop::Failed(Error::Conflict { .. } | Error::Invalid(_) | Error::Stale { .. }), [_, _, ..]) => {
                    let (first, second) = found.split_at(found.len() / 2);
                    self.step(worker, conn, row, holding, visible, first)?;
                    return self.step(worker, conn, row, holding, visible, second);
                }
                (stop, _) => return Err(stop),
            }
        }
    }

    /// These have been gone through.
    fn pass(&mut self, found: &[store::At]) {
        if let Some(last) = found.last() {
            self.progress.after = Some(*last);
        }
    }

    fn store(&self, ctx: &mut Ctx<'_>, row: &mut HandOverRow) -> std::result::Result<(), Stop> {
        row.progress = to_json(&self.progress)?;
        row.updated_at = ctx.now;
        Ok(store::update(ctx.conn, row)?)
    }

    /// Whoever takes over and is still here, with their shares; those who have left meanwhile have none.
    fn shares(&self, ctx: &mut Ctx<'_>) -> Result<Vec<(Uuid, u32)>> {
        let receivers = &self.setup.new.receivers;
        let ids: Vec<Uuid> = receivers.iter().map(|r| r.user_id).collect();
        let here: BTreeSet<Uuid> = active(ctx, &ids)?;
        Ok(receivers.iter().map(|r| (r.user_id, if here.contains(&r.user_id) { r.share } else { 0 })).collect())
    }

    /// Who is to have the next record of a kind.
    fn turn(&self, holding: &Holding, shares: &[(Uuid, u32)]) -> Result<Uuid> {
        let given = |id: &Uuid| self.progress.given.get(id).and_then(|g| g.get(holding.key)).copied().unwrap_or(0);
        let so_far: Vec<i64> = shares.iter().map(|(id, _)| given(id)).collect();
        let weights: Vec<u32> = shares.iter().map(|(_, share)| *share).collect();
        let at = next(&so_far, &weights).ok_or_else(|| Error::conflict("receiver_inactive", ""))?;
        shares.get(at).map(|(id, _)| *id).ok_or(Error::NotFound)
    }

    /// Gives records of a kind to others, and customers with what is open about them.
    fn hand_over(
        &mut self,
        ctx: &mut Ctx<'_>,
        holding: &'static Holding,
        visible: &Visible,
        ids: &[Uuid],
    ) -> std::result::Result<(), Stop> {
        if ids.is_empty() {
            return Ok(());
        }
        let shape = ctx.shape(holding.object)?;
        let shares = self.shares(ctx)?;
        let records = self.held(ctx, holding, visible, ids)?;
        let at_hand = self.owners_of_customers(ctx, holding, &shape, &records, &shares)?;
        let giving = if self.setup.new.deadline { Giving::ByHand } else { Giving::OfThePast };
        let mut desk = Desk { id: self.id, giving, writers: Vec::new() };
        let mut went: BTreeMap<Uuid, Option<Uuid>> = BTreeMap::new();
        for record in &records {
            let to = match record.get(&shape, "customer_id").as_id().and_then(|customer| at_hand.get(&customer)) {
                _ if self.to_pool(holding) => None,
                Some(owner) => Some(*owner),
                None => Some(self.turn(holding, &shares)?),
            };
            self.give(ctx, &mut desk, holding, record, to)?;
            went.insert(record.id(), to);
        }
        if holding.key == CUSTOMERS {
            self.follow(ctx, &mut desk, &went)?;
        }
        desk.writers.iter_mut().try_for_each(|writer| writer.write_rows(ctx))?;
        Ok(desk.writers.iter_mut().try_for_each(|writer| writer.flush(ctx))?)
    }

    /// Those of these records that the person still holds, locked, in the order asked for.
    fn held(&self, ctx: &mut Ctx<'_>, holding: &Holding, visible: &Visible, ids: &[Uuid]) -> Result<Vec<Record>> {
        let shape = ctx.shape(holding.object)?;
        persistence::records::lock(ctx.conn, &shape, ids)?;
        let place: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut records = persistence::records::get_many(ctx.conn, &shape, ids, visible.owners())?;
        records.retain(|record| holding.holds(&shape, record, self.user, ctx.now));
        records.sort_by_key(|record| place.get(&record.id()).copied());
        Ok(records)
    }

    /// The customers of these records that belong to somebody who takes over.
    fn owners_of_customers(
        &self,
        ctx: &mut Ctx<'_>,
        holding: &Holding,
        shape: &Shape,
        records: &[Record],
        shares: &[(Uuid, u32)],
    ) -> Result<HashMap<Uuid, Uuid>> {
        let customers: BTreeSet<Uuid> = records.iter().filter_map(|r| r.get(shape, "customer_id").as_id()).collect();
        if customers.is_empty() || !holding.is_owned() {
            return Ok(HashMap::new());
        }
        let ids: Vec<Uuid> = customers.into_iter().collect();
        let of = ctx.shape(CUSTOMERS)?;
        let owners = persistence::records::links(ctx.conn, &of, "owner_id", &ids)?;
        let here = |owner: &Uuid| shares.iter().any(|(id, share)| id == owner && *share > 0);
        Ok(owners.into_iter().filter_map(|(id, owner)| Some((id, owner.filter(here)?))).collect())
    }

    /// What is open about customers goes where they went: contacts always, the rest as far as it is asked for. Into the
    /// pool go contacts only, since whatever else is open needs somebody who does it.
    fn follow(&mut self, ctx: &mut Ctx<'_>, desk: &mut Desk, went: &BTreeMap<Uuid, Option<Uuid>>) -> Result<()> {
        let customers: Vec<Uuid> = went.keys().copied().collect();
        for kind in HoldingKind::ALL {
            let holding = holding(kind)?;
            let follows =
                holding.key == CONTACTS || (!self.setup.new.customers_to_pool && self.setup.kinds.contains(&kind));
            if !holding.is_owned() || holding.key == CUSTOMERS || !follows {
                continue;
            }
            let shape = ctx.shape(holding.object)?;
            let mut ids =
                store::owned_by_about(ctx.conn, holding.object, self.user, ("customer_id", customers.as_slice()))?;
            ids.sort_unstable();
            for record in self.held(ctx, holding, &Visible::All, &ids)? {
                let customer = record.get(&shape, "customer_id").as_id();
                let Some(to) = customer.and_then(|id| went.get(&id)) else { continue };
                self.give(ctx, desk, holding, &record, *to)?;
            }
        }
        Ok(())
    }

    /// Gives one record to somebody, or to the pool.
    fn give(
        &mut self,
        ctx: &mut Ctx<'_>,
        desk: &mut Desk,
        holding: &Holding,
        record: &Record,
        to: Option<Uuid>,
    ) -> Result<()> {
        let shape = ctx.shape(holding.object)?;
        let writer = desk.writer(&shape);
        if self.to_pool(holding) {
            crate::pool::pool_record(ctx, writer, record, Reason::OwnerLeft, self.setup.new.note.as_deref())?;
        } else {
            let mut changes = Changes::default();
            changes.set(&shape, holding.hold.field(), holding.replaced(&shape, record, self.user, to));
            writer.update(ctx, record, &changes, &Visible::All)?;
        }
        // What only goes along was not counted before either.
        if self.setup.kinds.iter().any(|kind| kind.key() == holding.key) {
            self.progress.done += 1;
        }
        match to {
            Some(id) => {
                *self.progress.given.entry(id).or_default().entry(holding.key.to_owned()).or_default() += 1;
            }
            None if holding.key == CUSTOMERS => self.progress.pooled += 1,
            None => {}
        }
        Ok(())
    }
}

/// Nobody who is to take over is here any more.
const NOBODY: &str = "receiver_inactive";
