//! Links to records of the same file that came later, set when all rows are there.

use std::collections::HashMap;

use domain::record::{Changes, Record};
use domain::value::Value;
use persistence::imports::IssueRow;
use persistence::records::Owners;
use uuid::Uuid;

use super::links::{Found, scope};
use super::rows::{Memory, Plan};
use super::setup::{Note, Progress};
use crate::records::Writer;
use crate::{Ctx, Error, Result};

/// Says why the record which a row names is not linked.
pub(super) fn missing_link(progress: &mut Progress, issue: IssueRow, code: &str) -> IssueRow {
    let issue = IssueRow { code: code.to_owned(), detail: None, ..issue };
    let note = Note {
        code: &issue.code,
        column: issue.column.as_deref(),
        field: issue.field.as_deref(),
        detail: None,
        rejected: false,
    };
    progress.note(&note, issue.row, issue.value.as_deref().unwrap_or_default());
    progress.counts.issues += 1;
    issue
}

/// Sets links to names that were not there when their rows were read; returns what is still missing.
pub(super) fn link(
    ctx: &mut Ctx<'_>,
    plan: &Plan,
    memory: &mut Memory,
    progress: &mut Progress,
    open: &[(i64, IssueRow)],
) -> Result<Vec<IssueRow>> {
    let shape = &plan.shape;
    let object = shape.def.key;
    let id = |issue: &IssueRow| issue.detail.as_deref().and_then(domain::fields::parse_id).unwrap_or_default();
    let mut ids: Vec<Uuid> = open.iter().map(|(_, issue)| id(issue)).collect();
    ids.sort_unstable();
    ids.dedup();
    persistence::records::lock(ctx.conn, shape, &ids)?;
    let mut records: HashMap<Uuid, Record> = persistence::records::get_many(ctx.conn, shape, &ids, Owners::All)?
        .into_iter()
        .map(|record| (record.id(), record))
        .collect();
    let within = |record: Option<&Record>| scope(object).and_then(|at| record?.get(shape, at).as_id());
    let names = open.iter().filter_map(|(_, issue)| Some((within(records.get(&id(issue))), issue.value.clone()?)));
    memory.links.look_again(ctx, object, &names.collect())?;
    let mut writer = Writer::import(shape.clone(), plan.import);
    let mut missing = Vec::new();
    let Some(reach) = plan.update.as_ref().or(plan.create.as_ref()) else { return Ok(missing) };
    for (_, issue) in open {
        let (Some(field), Some(name)) = (issue.field.as_deref(), issue.value.as_deref()) else { continue };
        let make = plan.makes(field);
        let record = records.get(&id(issue)).cloned();
        let within = within(record.as_ref());
        let target = match memory.links.find(object, within, name) {
            Found::One(target) => Ok(target),
            Found::None if make && shape.custom.iter().any(|field| field.required) => Err("link_needs_fields"),
            Found::None if make => match memory.links.make(ctx, &mut writer, within, name, ctx.actor.user_id) {
                Ok((made, _)) => {
                    *progress.counts.created_linked.entry(object.to_owned()).or_default() += 1;
                    writer.flush(ctx)?;
                    Ok(made)
                }
                Err(Error::Invalid(_) | Error::Forbidden { .. }) => Err("link_not_created"),
                Err(error) => return Err(error),
            },
            Found::None | Found::Several => Err("link_not_found"),
        };
        let (target, record) = match (target, record) {
            (Ok(target), Some(record)) => (target, record),
            (Err(code), _) => {
                missing.push(missing_link(progress, issue.clone(), code));
                continue;
            }
            (Ok(_), None) => {
                missing.push(missing_link(progress, issue.clone(), "link_not_found"));
                continue;
            }
        };
        let mut changes = Changes::default();
        changes.set(shape, field, Value::Id(target));
        match writer.update(ctx, &record, &changes, reach) {
            Ok(stored) => {
                // Another column of its row may wait for a link too.
                records.insert(record.id(), stored.record);
            }
            Err(Error::Invalid(errors)) => {
                let code = errors.first().map_or("invalid", |error| error.code);
                missing.push(IssueRow { code: code.to_owned(), detail: None, ..issue.clone() });
            }
            Err(error) => return Err(error),
        }
    }
    writer.flush(ctx)?;
    Ok(missing)
}
