//! Scoring every customer: at night, after a change of settings, and on request.

use super::customers::Background;
use super::{contacts, customers};
use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result, Visible};
use chrono::{DateTime, NaiveDate, Utc};
use contract::scoring::ScoreRun;
use domain::policy::Action;
use persistence::db::{AnyConnection, write_tx};
use std::sync::Arc;
use uuid::Uuid;

/// What the last run was.
const RUN: &str = "score_run";
/// Customers scored in one transaction, so that others get their turn and memory stays bounded.
const CHUNK: i64 = 500;

/// Scores all customers now, on request. Only for those who may change every customer.
/// Runs in transactions of its own, so it must not be called inside one.
pub fn refresh_all(ctx: &mut Ctx<'_>) -> Result<ScoreRun> {
    match ctx.require("customers", Action::Update)? {
        Visible::All => run_now(ctx.conn, ctx.schema, ctx.now),
        Visible::Owners(_) => Err(Error::Forbidden { permission: "customers.update".to_owned() }),
    }
}

/// Scores all customers if that has not been done today since the settings last changed.
pub fn refresh_all_if_due(
    conn: &mut AnyConnection,
    schema: &Arc<Schema>,
    now: DateTime<Utc>,
) -> Result<Option<ScoreRun>> {
    if last_run(conn)?.is_some_and(|last| last.as_of >= schema.zone.day(now)) {
        return Ok(None);
    }
    run_now(conn, schema, now).map(Some)
}

/// The last run.
pub fn last_run(conn: &mut AnyConnection) -> Result<Option<ScoreRun>> {
    let stored = persistence::settings::get(conn, RUN)?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Has the worker score all customers again, for the settings have changed.
pub(super) fn due_again(ctx: &mut Ctx<'_>) -> Result<()> {
    let Some(mut last) = last_run(ctx.conn)? else { return Ok(()) };
    last.as_of = NaiveDate::default();
    keep(ctx.conn, &last, ctx.now)?;
    Ok(())
}

fn keep(conn: &mut AnyConnection, run: &ScoreRun, now: DateTime<Utc>) -> Result<()> {
    let json = serde_json::to_string(run).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(persistence::settings::set(conn, RUN, &json, now)?)
}

fn run_now(conn: &mut AnyConnection, schema: &Arc<Schema>, now: DateTime<Utc>) -> Result<ScoreRun> {
    let actor = Actor::system(Uuid::nil());
    let mut run = ScoreRun { as_of: schema.zone.day(now), at: now, customers: 0, changed: 0, contacts: 0 };
    let base = with(conn, &actor, schema, now, Background::load)?;
    let mut after = None;
    loop {
        let ids = persistence::customer_scores::ids_after(conn, after, CHUNK)?;
        let Some(last) = ids.last().copied() else { break };
        let (contacts, changed) = write_tx::<_, Error>(conn, |conn| {
            with(conn, &actor, schema, now, |ctx| {
                let unscored = persistence::contact_materials::unscored(ctx.conn, &ids, now)?;
                let contacts = match unscored.as_slice() {
                    [] => 0,
                    some => contacts::rescore(ctx, &base.models, some, &[])?,
                };
                Ok((contacts, customers::refresh(ctx, &base, &ids)?))
            })
        })?;
        run.customers += ids.len() as u64;
        run.contacts += contacts as u64;
        run.changed += changed as u64;
        after = Some(last);
    }
    write_tx::<_, Error>(conn, |conn| keep(conn, &run, now))?;
    Ok(run)
}

fn with<T>(
    conn: &mut AnyConnection,
    actor: &Actor,
    schema: &Arc<Schema>,
    now: DateTime<Utc>,
    f: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
) -> Result<T> {
    f(&mut Ctx { conn, actor, now, request_id: Uuid::now_v7(), schema })
}
