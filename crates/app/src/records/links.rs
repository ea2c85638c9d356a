//! Links of a record: what they point to must exist and be visible to the caller.

use crate::{Ctx, Error, Result, Visible};
use domain::fields::{FieldError, Kind};
use domain::policy::Action;
use domain::record::{Record, Shape};
use domain::value::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// Checks the links that are new or changed; of a list, those that were not in it: what a record links to already may be
/// archived or out of the caller's sight, and still others come to it. The fault is reported at the field.
pub(super) fn check(ctx: &mut Ctx<'_>, shape: &Shape, new: &Record, old: Option<&Record>) -> Result<()> {
    let mut errors = Vec::new();
    for (at, field) in shape.columns().enumerate().filter(|(at, _)| super::list::is_own(*at)) {
        if old.is_some_and(|o| o.at(at) == new.at(at)) {
            continue;
        }
        let (object, ids) = match (&field.kind, new.at(at)) {
            (Kind::Link(object), Value::Id(id)) => (object.as_ref(), vec![*id]),
            (Kind::Links(object), Value::List(list)) => (object.as_ref(), added(list, old.map(|old| old.at(at)))),
            (Kind::Tags, Value::List(list)) => ("tags", added(list, old.map(|old| old.at(at)))),
            _ => continue,
        };
        // Whoever has logged in is there.
        let logged_in = ctx.actor.session_id.is_some() || ctx.actor.api_key_id.is_some();
        if object == "users" && logged_in && ids == [ctx.actor.user_id] {
            continue;
        }
        if object == shape.def.key && ids.contains(&new.id()) {
            errors.push(FieldError::new(field.key.as_ref(), "link_to_itself", ""));
        } else if !all_there(ctx, object, &ids)? {
            errors.push(FieldError::new(field.key.as_ref(), "link_missing", ""));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The ids of a list that were not in it before.
fn added(list: &[Value], before: Option<&Value>) -> Vec<Uuid> {
    let held: HashSet<Uuid> = match before {
        Some(Value::List(held)) => held.iter().filter_map(Value::as_id).collect(),
        _ => HashSet::new(),
    };
    list.iter().filter_map(Value::as_id).filter(|id| !held.contains(id)).collect()
}

/// Whose records of an object the caller may link to: people and the vocabulary of the house are everybody's. None where
/// there are none that he may.
pub(crate) fn linkable(ctx: &Ctx<'_>, target: &Shape) -> Option<Visible> {
    match target.def.key {
        "users" | "teams" | "tags" | "pipelines" | "pipeline_stages" | "products" => Some(Visible::All),
        _ => ctx.actor.visible(target.def.permission, Action::Read),
    }
}

/// Those of many ids that the caller may not link to, by the same rule, in a few queries.
pub(crate) fn missing(ctx: &mut Ctx<'_>, object: &str, ids: HashSet<Uuid>) -> Result<HashSet<Uuid>> {
    let target = ctx.shape(object)?;
    let Some(visible) = linkable(ctx, &target) else { return Ok(ids) };
    let wanted: Vec<Uuid> = ids.iter().copied().collect();
    let live = persistence::records::live(ctx.conn, &target, &wanted, visible.owners())?;
    let mut missing = ids;
    for id in live {
        missing.remove(&id);
    }
    Ok(missing)
}

fn all_there(ctx: &mut Ctx<'_>, object: &str, ids: &[Uuid]) -> Result<bool> {
    if ids.is_empty() {
        return Ok(true);
    }
    let target = ctx.shape(object)?;
    let Some(visible) = linkable(ctx, &target) else { return Ok(false) };
    for id in ids {
        if !persistence::records::stays(ctx.conn, &target, *id, visible.owners())? {
            return Ok(false);
        }
    }
    Ok(true)
}
