//! Up to 1,000 operations in one request: one result per row, each row atomic.

use super::ahead::move_alone;
use super::base::Base;
use super::sums;
use super::write::{self, Writer};
use crate::{Ctx, Error, Result};
use domain::fields::{FieldError, parse_id};
use serde_json::Value as Json;
use uuid::Uuid;

/// Operations in one request at most.
pub const MAX_OPERATIONS: usize = 1000;

/// What came of one operation.
#[derive(Debug)]
pub struct Outcome {
    /// Id and version of the record, when it went well.
    pub done: Option<(Uuid, i64)>,
    /// 200, 201, or none when it failed.
    pub created: bool,
    /// Why it failed.
    pub error: Option<Error>,
}

/// Runs the operations of `{"operations":[{op, id?, version?, data?}]}` in order.
pub fn run(ctx: &mut Ctx<'_>, object: &str, body: &Json) -> Result<Vec<Outcome>> {
    let operations = match body.get("operations") {
        Some(Json::Array(list)) => list,
        Some(_) => return Err(Error::field("operations", "wrong_type", "array")),
        None => return Err(Error::field("operations", "required", "")),
    };
    if let Some(key) = body.as_object().and_then(|o| o.keys().find(|k| *k != "operations")) {
        return Err(Error::field(key.clone(), "unknown_field", ""));
    }
    if operations.len() > MAX_OPERATIONS {
        return Err(Error::field("operations", "too_many", MAX_OPERATIONS.to_string()));
    }
    let shape = ctx.shape(object)?;
    let named = |op: &Json| op.get("id").and_then(Json::as_str).and_then(parse_id);
    let ids: Vec<Uuid> = operations.iter().filter_map(named).collect();
    if operations.iter().any(|op| op.get("data").is_some_and(|data| data.get("parent_id").is_some())) {
        move_alone(ctx, object)?;
    }
    let orders = operations.iter().filter_map(|op| op.get("data")?.get("order_id"));
    let orders = sums::lock_orders(ctx, object, &ids, orders)?;
    persistence::records::lock(ctx.conn, &shape, &ids)?;
    let mut writer = Writer::many(shape, sums::Sums::of(ctx, &orders)?);
    let outcomes = operations.iter().map(|op| one(ctx, &mut writer, op)).collect::<Result<Vec<_>>>()?;
    writer.flush(ctx)?;
    Ok(outcomes)
}

/// One row, in a savepoint of its own. Only what concerns the database as a whole ends the request.
fn one(ctx: &mut Ctx<'_>, writer: &mut Writer, op: &Json) -> Result<Outcome> {
    let (actor, now, request_id, schema) = (ctx.actor, ctx.now, ctx.request_id, ctx.schema);
    let mut created = false;
    let result = persistence::db::write_tx(ctx.conn, |conn| {
        let mut ctx = Ctx { conn, actor, now, request_id, schema };
        perform(&mut ctx, writer, op, &mut created)
    });
    match result {
        Ok(_) => writer.keep(),
        Err(_) => writer.abandon(),
    }
    match result {
        Ok(done) => Ok(Outcome { done: Some(done), created, error: None }),
        Err(error @ (Error::Unavailable(_) | Error::Contended(_) | Error::Full(_) | Error::Internal(_))) => Err(error),
        Err(error) => Ok(Outcome { done: None, created: false, error: Some(error) }),
    }
}

fn perform(ctx: &mut Ctx<'_>, writer: &mut Writer, op: &Json, created: &mut bool) -> Result<(Uuid, i64)> {
    let fields = op.as_object().ok_or_else(|| Error::field("", "not_an_object", ""))?;
    if let Some(key) = fields.keys().find(|k| !matches!(k.as_str(), "op" | "id" | "version" | "data")) {
        return Err(Error::field(key.clone(), "unknown_field", ""));
    }
    let id = || match fields.get("id") {
        None | Some(Json::Null) => Err(Error::field("id", "required", "")),
        Some(j) => j.as_str().and_then(parse_id).ok_or_else(|| Error::field("id", "id", "")),
    };
    let version = match fields.get("version") {
        None | Some(Json::Null) => None,
        Some(j) => Some(j.as_i64().ok_or_else(|| Error::field("version", "wrong_type", "integer"))?),
    };
    // Without a version the row is changed as it is now: selecting rows and assigning them is not based on what
    // they held.
    let base = Base::if_named(version);
    let empty = Json::Object(serde_json::Map::new());
    let data = fields.get("data").unwrap_or(&empty);
    let inside = |e: Error| match e {
        Error::Invalid(list) => {
            Error::Invalid(list.into_iter().map(|e| FieldError { field: format!("data.{}", e.field), ..e }).collect())
        }
        e => e,
    };
    let shown = match fields.get("op").and_then(Json::as_str) {
        Some("create") => {
            *created = true;
            write::create_by(ctx, writer, data).map_err(inside)?
        }
        Some("update") => write::update_by(ctx, writer, id()?, base, data).map_err(inside)?,
        Some("archive") => write::archive_by(ctx, writer, id()?, base, true)?,
        Some("restore") => write::archive_by(ctx, writer, id()?, base, false)?,
        _ => return Err(Error::field("op", "choice", "create, update, archive, restore")),
    };
    Ok((shown.id, shown.version))
}
