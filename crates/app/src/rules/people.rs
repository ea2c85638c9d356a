//! Who is meant by "the owner's manager", and who gets the next record.

use crate::scores::service;
use crate::{Ctx, Result};
use contract::rules::{ReassignMethod, Recipient};
use domain::record::{Record, Shape};
use persistence::records::Owners;
use persistence::rules as store;
use persistence::rules::Member;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Teams that are climbed at most.
const HEIGHT: usize = 20;

/// The active people whom recipients stand for, each once, in the order in which they are named.
pub(super) fn resolve(
    ctx: &mut Ctx<'_>,
    recipients: &[Recipient],
    (shape, record): (&Shape, &Record),
) -> Result<Vec<Uuid>> {
    let owner = record.owner(shape);
    let mut found: Vec<Uuid> = Vec::new();
    for r in recipients {
        match r {
            Recipient::Owner => found.extend(owner),
            Recipient::Manager => found.extend(leads(ctx, owner)?.into_iter().next()),
            Recipient::Director => found.extend(directors(ctx, owner)?),
            Recipient::AccountTeam => found.extend(account_team(ctx, shape, record)?),
            Recipient::Role { role } => found.extend(persistence::identity::users_with_role(ctx.conn, role)?),
            Recipient::User { user_id } => found.push(*user_id),
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|id| seen.insert(*id));
    let active: BTreeSet<Uuid> = store::active(ctx.conn, &found)?.into_iter().map(|m| m.id).collect();
    found.retain(|id| active.contains(id));
    Ok(found)
}

/// Who serves the customer that a record is or belongs to, whoever may see it.
fn account_team(ctx: &mut Ctx<'_>, shape: &Shape, record: &Record) -> Result<Vec<Uuid>> {
    if shape.def.key == "customers" {
        return Ok(service::team(shape, record));
    }
    let Some(id) = record.get(shape, "customer_id").as_id() else { return Ok(Vec::new()) };
    let shape = ctx.shape("customers")?;
    let customer = persistence::records::get(ctx.conn, &shape, id, Owners::All, false)?;
    Ok(customer.map_or_else(Vec::new, |customer| service::team(&shape, &customer)))
}

/// Who leads a person, nearest first; nobody leads themselves.
fn leads(ctx: &mut Ctx<'_>, person: Option<Uuid>) -> Result<Vec<Uuid>> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let mut team = store::active(ctx.conn, &[person])?.into_iter().next().and_then(|m| m.team);
    let mut found = Vec::new();
    for _ in 0..HEIGHT {
        let Some(id) = team else { break };
        let Some(at) = store::team(ctx.conn, id)? else { break };
        found.extend(at.lead.filter(|lead| *lead != person && !found.contains(lead)));
        team = at.parent;
    }
    Ok(found)
}

fn directors(ctx: &mut Ctx<'_>, person: Option<Uuid>) -> Result<Vec<Uuid>> {
    let all = persistence::identity::users_with_role(ctx.conn, "director")?;
    match leads(ctx, person)?.into_iter().find(|lead| all.contains(lead)) {
        Some(nearest) => Ok(vec![nearest]),
        None => Ok(all),
    }
}

/// Whoever gets the next record, or a code that says why nobody does.
pub(super) fn choose(
    ctx: &mut Ctx<'_>,
    rule: Uuid,
    object: &'static str,
    method: ReassignMethod,
    (users, team): (&[Uuid], Option<Uuid>),
    region: Option<&str>,
) -> Result<std::result::Result<Uuid, &'static str>> {
    let mut all = users.to_vec();
    if let Some(team) = team {
        all.extend(persistence::identity::team_members(ctx.conn, team)?);
    }
    all.sort_unstable();
    all.dedup();
    let mut candidates: Vec<Member> = store::active(ctx.conn, &all)?;
    if method == ReassignMethod::ByRegion {
        let Some(region) = region else { return Ok(Err("no_region")) };
        candidates.retain(|m| m.region.as_deref() == Some(region));
    }
    candidates.sort_by_key(|m| m.id);
    let ids: Vec<Uuid> = candidates.iter().map(|m| m.id).collect();
    if ids.is_empty() {
        return Ok(Err("no_candidate"));
    }
    if method == ReassignMethod::LeastLoaded {
        let loads = store::loads(ctx.conn, object, &ids)?;
        return Ok(loads.into_iter().min_by_key(|(id, n)| (*n, *id)).map(|(id, _)| id).ok_or("no_candidate"));
    }
    let turn = store::take_turn(ctx.conn, rule)?;
    let at = usize::try_from(turn.rem_euclid(ids.len() as i64)).unwrap_or(0);
    Ok(ids.get(at).copied().ok_or("no_candidate"))
}
