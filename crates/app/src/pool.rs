//! The public pool: records that nobody owns, seen under masks by whoever may claim them; how they get in and out.

mod deadline;
mod moves;

pub(crate) use deadline::{Giving, follow, take_away, taken, warn};
pub use deadline::{set_settings, settings};
pub(crate) use moves::{Moved, contacts_follow, pool_record};
pub use moves::{assign, claim, claim_many, release, release_many};

use crate::records::Shown;
use crate::{Actor, Ctx, Error, Result, Visible};
use chrono::{DateTime, Utc};
use contract::pool::PoolStanding;
use domain::policy::{Action, Scope};
use domain::pool::{Entry, Reason};
use domain::record::{Record, Shape};
use persistence::pool as store;
use uuid::Uuid;

/// The pool's own permission: seeing it, claiming (`create`), and giving to others (`update`, with a scope of people).
const PERMISSION: &str = "pool";

/// The plural key of an object whose records can be in the pool.
fn pooled(object: &str) -> Result<&'static str> {
    domain::pool::OBJECTS.into_iter().find(|o| *o == object).ok_or(Error::NotFound)
}

/// How a record lies in the pool, if it does.
fn entry(shape: &Shape, record: &Record) -> Option<Entry> {
    Some(Entry {
        since: record.get(shape, "pooled_at").as_time()?,
        reason: record.get(shape, "pool_reason").as_str().and_then(Reason::of),
        from: record.get(shape, "pool_from_id").as_id(),
    })
}

/// Does something as somebody who looks at the pool and at nothing else.
fn at_the_pool<T>(ctx: &mut Ctx<'_>, object: &str, f: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
    let object = pooled(object)?;
    ctx.require(PERMISSION, Action::Read)?;
    let actor: Actor = ctx.actor.at_the_pool(object);
    f(&mut Ctx { conn: ctx.conn, actor: &actor, now: ctx.now, request_id: ctx.request_id, schema: ctx.schema })
}

/// A page of the records in the pool, filtered, searched and sorted as any list; phones and addresses are masked.
pub fn list(ctx: &mut Ctx<'_>, object: &str, pairs: &[(String, String)]) -> Result<String> {
    if pairs.iter().any(|(key, _)| key == "archived") {
        return Err(Error::field("archived", "unknown_parameter", ""));
    }
    at_the_pool(ctx, object, |ctx| crate::records::list(ctx, object, pairs))
}

/// One record in the pool.
pub fn show(ctx: &mut Ctx<'_>, object: &str, id: Uuid, refs: bool) -> Result<Shown> {
    at_the_pool(ctx, object, |ctx| {
        let (shape, record) = crate::records::get(ctx, object, id)?;
        if record.archived() {
            return Err(Error::NotFound);
        }
        crate::records::present(ctx, &shape, &record, refs)
    })
}

/// Where the caller stands: what they may do, what they have claimed today and what they own.
pub fn standing(ctx: &mut Ctx<'_>) -> Result<PoolStanding> {
    ctx.require(PERMISSION, Action::Read)?;
    let settings = settings(ctx)?;
    let may = |action| ctx.actor.permissions.scope(PERMISSION, action) != Scope::None;
    let (may_claim, may_assign) = (may(Action::Create), may(Action::Update));
    let (me, since) = (ctx.actor.user_id, today(ctx));
    let claimed_today = store::claims_since(ctx.conn, me, since)?;
    let held = store::held(ctx.conn, me, i64::from(settings.holdings).max(1_000))?;
    Ok(PoolStanding { may_claim, may_assign, claimed_today, held, settings })
}

/// The begin of today.
fn today(ctx: &Ctx<'_>) -> DateTime<Utc> {
    let zone = ctx.zone();
    zone.midnight(zone.day(ctx.now))
}

/// May the caller give a record in the pool to this person? To oneself only by claiming, which has its limits.
fn may_give(ctx: &Ctx<'_>, to: Uuid) -> Result<()> {
    match ctx.require(PERMISSION, Action::Update)? {
        visible if visible.contains(Some(to)) => Ok(()),
        Visible::All | Visible::Owners(_) | Visible::Pool => Err(Error::field("owner_id", "owner_out_of_scope", "")),
    }
}

/// The ids of a request, each once, none too many.
fn distinct(ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let max = crate::records::bulk::MAX_OPERATIONS;
    if ids.is_empty() {
        return Err(Error::field("ids", "required", ""));
    }
    if ids.len() > max {
        return Err(Error::field("ids", "too_many", max.to_string()));
    }
    let mut seen = std::collections::BTreeSet::new();
    Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
}

/// What is said about a record given back, short and on one line.
pub(crate) fn remark(note: Option<&str>) -> Result<Option<String>> {
    let note = note.map(str::trim).filter(|n| !n.is_empty());
    match note {
        Some(n) if n.chars().count() > 300 => Err(Error::field("note", "too_long", "300")),
        Some(n) if n.contains('\0') => Err(Error::field("note", "nul_character", "")),
        Some(n) => Ok(Some(n.split(['\r', '\n']).map(str::trim).collect::<Vec<_>>().join(" "))),
        None => Ok(None),
    }
}
