//! Use cases of every object: list, read, create, change, archive, restore, in bulk.

mod ahead;
mod base;
pub mod bulk;
mod defaults;
mod effects;
pub mod history;
mod lines;
mod links;
mod list;
mod merge;
mod rules;
mod sums;
mod told;
mod unmerge;
mod write;

pub(crate) use effects::Effects;
pub(crate) use links::{linkable, missing as missing_links};
pub(crate) use list::names_of;
pub use list::{Params, list, page, sight};
pub use merge::{merge, merges};
pub(crate) use sums::lock_orders;
pub(crate) use told::whole;
pub use unmerge::unmerge;
pub use write::{Stamp, Stored, Writer, archive, create, may, restore, set_archived_by, update};

use crate::{Ctx, Error, Result, Visible};
use domain::policy::Action;
use domain::record::{Record, Shape};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// One record as JSON text, with the version that its `ETag` carries.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The record.
    pub json: String,
    /// Its version.
    pub version: i64,
    /// Its id.
    pub id: Uuid,
}

/// A record that the caller may see.
pub fn get(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<(Arc<Shape>, Record)> {
    let shape = ctx.shape(object)?;
    let visible = ctx.require(shape.def.permission, Action::Read)?;
    let record = persistence::records::get(ctx.conn, &shape, id, visible.owners(), false)?.ok_or(Error::NotFound)?;
    Ok((shape, record))
}

/// A record as the API shows it; with `refs`, the titles of the records it links to.
pub fn show(ctx: &mut Ctx<'_>, object: &str, id: Uuid, refs: bool) -> Result<Shown> {
    let (shape, record) = get(ctx, object, id)?;
    present(ctx, &shape, &record, refs)
}

/// A record that was read already, as the API shows it.
pub fn present(ctx: &mut Ctx<'_>, shape: &Shape, record: &Record, refs: bool) -> Result<Shown> {
    let mut json = String::with_capacity(1024);
    record.write_json(shape, ctx.actor.permissions.masks, None, &mut json);
    if shape.def.key == "orders" {
        json.pop();
        json.push_str(",\"lines\":");
        json.push_str(&lines(ctx, record.id())?);
        json.push('}');
    }
    if refs {
        json.pop();
        json.push_str(",\"refs\":");
        list::write_refs(ctx, shape, std::slice::from_ref(record), &mut json)?;
        json.push('}');
    }
    Ok(Shown { json, version: record.version(), id: record.id() })
}

/// The lines of an order, whoever may see the order sees them.
fn lines(ctx: &mut Ctx<'_>, order: Uuid) -> Result<String> {
    let shape = ctx.shape("order_lines")?;
    let records = lines::lines_of(ctx, &shape, order)?;
    let mut json = String::from("[");
    for (i, line) in records.iter().enumerate() {
        if i > 0 {
            json.push(',');
        }
        line.write_json(&shape, ctx.actor.permissions.masks, None, &mut json);
    }
    json.push(']');
    Ok(json)
}

/// The titles of records by object, as far as the caller may see them: one query for each object. People, teams and
/// the vocabulary of the house are known to everyone.
pub(crate) fn titles(
    ctx: &mut Ctx<'_>,
    wanted: impl IntoIterator<Item = (&'static str, Vec<Uuid>)>,
) -> Result<Vec<(Uuid, String)>> {
    let mut found = Vec::new();
    for (object, ids) in wanted {
        let target = ctx.shape(object)?;
        let visible = match object {
            "users" | "teams" | "tags" | "pipelines" | "pipeline_stages" => Some(Visible::All),
            _ => ctx.actor.visible(target.def.permission, Action::Read),
        };
        if let Some(visible) = visible {
            found.extend(persistence::records::titles(ctx.conn, &target, &ids, visible.owners())?);
        }
    }
    Ok(found)
}

/// The ids a record's links hold, by object.
fn linked_ids(shape: &Shape, records: &[Record]) -> Vec<(&'static str, Vec<Uuid>)> {
    let mut found: Vec<(&'static str, BTreeSet<Uuid>)> = Vec::new();
    for (at, field) in shape.columns().enumerate() {
        let object = match &field.kind {
            domain::fields::Kind::Link(object) | domain::fields::Kind::Links(object) => object.as_ref(),
            domain::fields::Kind::Tags => "tags",
            _ => continue,
        };
        let Some(def) = domain::objects::find(object) else { continue };
        let entry = match found.iter().position(|(o, _)| *o == def.key) {
            Some(i) => i,
            None => {
                found.push((def.key, BTreeSet::new()));
                found.len() - 1
            }
        };
        for record in records {
            match record.at(at) {
                domain::value::Value::List(list) => {
                    found[entry].1.extend(list.iter().filter_map(domain::value::Value::as_id))
                }
                value => found[entry].1.extend(value.as_id()),
            }
        }
    }
    found.into_iter().filter(|(_, ids)| !ids.is_empty()).map(|(o, ids)| (o, ids.into_iter().collect())).collect()
}
