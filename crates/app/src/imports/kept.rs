//! Names that were found in an earlier step lead to records that may have been archived or merged since.

use std::collections::{HashMap, HashSet};

use domain::merge::POINTER;
use domain::record::Shape;
use persistence::records::Owners;
use uuid::Uuid;

use super::links::{Found, Index, Wanted};
use crate::{Ctx, Result};

/// Merges that are followed one after the other.
const HOPS: usize = 8;

/// Forgets what has been archived since it was found, and takes in its place what it has become part of. On PostgreSQL what
/// is named in this step remains until the step is done. `made` are the records of this step, which may not be written yet.
pub(super) fn keep(ctx: &mut Ctx<'_>, index: &mut Index, wanted: &Wanted, made: &HashSet<Uuid>) -> Result<()> {
    let known = wanted.iter().filter_map(|(scope, name)| match index.find(*scope, name) {
        Found::One(id) => Some(id),
        Found::Several | Found::None => None,
    });
    let known: HashSet<Uuid> = known.filter(|id| !made.contains(id)).collect();
    let shape = index.shape.clone();
    let gone = gone(ctx, &shape, known)?;
    if gone.is_empty() {
        return Ok(());
    }
    let into = survivors(ctx, &shape, &gone)?;
    index.ids.retain(|id| !gone.contains(id));
    index.names.retain(|_, found| match found {
        Found::One(id) if gone.contains(id) => match into.get(id) {
            Some(survivor) => {
                *found = Found::One(*survivor);
                true
            }
            None => false,
        },
        _ => true,
    });
    Ok(())
}

fn gone(ctx: &mut Ctx<'_>, shape: &Shape, ids: HashSet<Uuid>) -> Result<HashSet<Uuid>> {
    let mut sorted: Vec<Uuid> = ids.iter().copied().collect();
    sorted.sort_unstable();
    let stay: HashSet<Uuid> = persistence::records::stay(ctx.conn, shape, &sorted)?.into_iter().collect();
    Ok(ids.into_iter().filter(|id| !stay.contains(id)).collect())
}

/// The live records into which others were merged, as far as the caller may link to them.
fn survivors(ctx: &mut Ctx<'_>, shape: &Shape, gone_first: &HashSet<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let mut at: HashMap<Uuid, Uuid> = gone_first.iter().map(|id| (*id, *id)).collect();
    let mut dead = gone_first.clone();
    for _ in 0..HOPS {
        if dead.is_empty() || shape.position(POINTER).is_none() {
            break;
        }
        let ids: Vec<Uuid> = dead.iter().copied().collect();
        let records = persistence::records::get_many(ctx.conn, shape, &ids, Owners::All)?;
        let next: HashMap<Uuid, Uuid> =
            records.iter().filter_map(|r| Some((r.id(), r.get(shape, POINTER).as_id()?))).collect();
        at.retain(|_, now| !dead.contains(now) || next.contains_key(now));
        at.values_mut().for_each(|now| *now = next.get(now).copied().unwrap_or(*now));
        dead = gone(ctx, shape, next.into_values().collect())?;
    }
    at.retain(|from, now| from != now && !dead.contains(now));
    let survivors: Vec<Uuid> = at.values().copied().collect();
    let visible = super::links::linkable(ctx, shape);
    let seen = persistence::records::live(ctx.conn, shape, &survivors, visible.owners())?;
    at.retain(|_, now| seen.contains(now));
    Ok(at)
}
