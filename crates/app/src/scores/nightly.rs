//! Scoring every customer: at night, after a change of settings, and on request.

use super::customers::{Background, RepeatFit};
use super::{contacts, customers, due};
use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result, Visible};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use contract::scoring::ScoreRun;
use domain::policy::Action;
use domain::repeat::{History, bg_nbd, spend};
use domain::trend::EFFECT_DAYS;
use persistence::db::{AnyConnection, write_tx};
use persistence::flywheel::DaySums;
use std::sync::Arc;
use uuid::Uuid;

/// What the last run was.
const RUN: &str = "score_run";
/// The version of the lifecycle settings that the rights of all customers were last made to follow.
const RIGHTS: &str = "rights_version";
/// Customers scored in one transaction, so that others get their turn and memory stays bounded.
const CHUNK: i64 = 500;

/// Scores all customers now, on request. Only for those who may change every customer.
/// Runs in transactions of its own, so it must not be called inside one.
pub fn refresh_all(ctx: &mut Ctx<'_>) -> Result<ScoreRun> {
    match ctx.require("customers", Action::Update)? {
        Visible::All => run_now(ctx.conn, ctx.schema, ctx.now)?
            .ok_or_else(|| Error::Unavailable("the server is stopping".to_owned())),
        Visible::Owners(_) | Visible::Pool => Err(Error::Forbidden { permission: "customers.update".to_owned() }),
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
    run_now(conn, schema, now)
}

/// The last run.
pub fn last_run(conn: &mut AnyConnection) -> Result<Option<ScoreRun>> {
    let stored = persistence::settings::get(conn, RUN)?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Has the worker score all customers again, for the settings have changed.
pub(super) fn due_again(ctx: &mut Ctx<'_>) -> Result<()> {
    let last = last_run(ctx.conn)?.map(|last| ScoreRun { as_of: NaiveDate::default(), ..last });
    due::again(ctx.conn, RUN, last.as_ref(), ctx.now)
}

/// Scores everybody; nothing when the process is about to end: what is scored so far stays, and the next process begins anew.
/// Whoever saves settings meanwhile makes it due again.
fn run_now(conn: &mut AnyConnection, schema: &Arc<Schema>, now: DateTime<Utc>) -> Result<Option<ScoreRun>> {
    let actor = Actor::system(Uuid::nil());
    let pass = Pass { actor: &actor, schema, now, id: Uuid::now_v7() };
    let mut run = ScoreRun { as_of: schema.zone.day(now), at: now, customers: 0, changed: 0, contacts: 0 };
    write_tx::<_, Error>(conn, |conn| pass.with(conn, crate::arrivals::settle))?;
    let asked = due::asked(conn, RUN)?;
    let mut base = pass.with(conn, Background::load)?;
    // Rights that are added to a stage, or taken from it, reach the customers that are in it already.
    let rights = base.models.lifecycle.version.to_string();
    base.reconcile = persistence::settings::get(conn, RIGHTS)?.as_ref() != Some(&rights);
    let mut histories = Vec::new();
    let mut sums = DaySums::new();
    if !pass.go(conn, &base, &mut run, (&mut histories, &mut sums))? {
        return Ok(None);
    }
    let needs = super::needs::tally(conn)?;
    let first = base.fit.is_none();
    // The customers of today are judged by what was found yesterday, so that they are read once; but the first time there is no yesterday.
    if let Some(fit) = fit(&histories, now) {
        drop(histories);
        write_tx::<_, Error>(conn, |conn| pass.with(conn, |ctx| customers::keep_fit(ctx, &fit)))?;
        if first {
            let base = pass.with(conn, Background::load)?;
            sums.clear();
            if !pass.go(conn, &base, &mut run.clone(), (&mut Vec::new(), &mut sums))? {
                return Ok(None);
            }
        }
    }
    let again = ScoreRun { as_of: NaiveDate::default(), ..run.clone() };
    let is_done = write_tx::<_, Error>(conn, |conn| {
        let today = schema.zone.day(now);
        persistence::lifecycle::measure_playbooks(conn, today - Duration::days(i64::from(EFFECT_DAYS)), today)?;
        persistence::flywheel::keep_sums(conn, today, &sums)?;
        persistence::needs::keep(conn, &needs)?;
        persistence::settings::set(conn, RIGHTS, &rights, now)?;
        due::end(conn, RUN, asked, (&run, &again), now)
    })?;
    if !is_done {
        crate::jobs::look_around();
    }
    Ok(Some(run))
}

fn fit(histories: &[History], at: DateTime<Utc>) -> Option<RepeatFit> {
    let buying = bg_nbd::fit(histories).ok()?;
    let spending = spend::fit(histories).ok().map(|fit| fit.params);
    Some(RepeatFit { buying: buying.params, spending, customers: buying.customers, converged: buying.converged, at })
}

/// One run: what it does carries its id, so that what it gives to a person is told together.
struct Pass<'a> {
    actor: &'a Actor,
    schema: &'a Arc<Schema>,
    now: DateTime<Utc>,
    id: Uuid,
}

impl Pass<'_> {
    /// Scores everybody once and gathers what they bought; false when the process is about to end before that.
    fn go(
        &self,
        conn: &mut AnyConnection,
        base: &Background,
        run: &mut ScoreRun,
        (histories, sums): (&mut Vec<History>, &mut DaySums),
    ) -> Result<bool> {
        let mut after = None;
        loop {
            if crate::jobs::ending() {
                return Ok(false);
            }
            let ids = persistence::customer_scores::ids_after(conn, after, CHUNK)?;
            let Some(last) = ids.last().copied() else { break };
            let (contacts, changed) = write_tx::<_, Error>(conn, |conn| {
                self.with(conn, |ctx| {
                    // Customers first: contacts are compared with the stage that their customer is in.
                    let changed = customers::refresh_gathering(ctx, base, &ids, histories, sums)?;
                    let unscored = persistence::contact_materials::unscored(ctx.conn, &ids, self.now)?;
                    let contacts = match unscored.as_slice() {
                        [] => 0,
                        some => contacts::rescore(ctx, &base.models, some, &[])?,
                    };
                    Ok((contacts, changed))
                })
            })?;
            run.customers += ids.len() as u64;
            run.contacts += contacts as u64;
            run.changed += changed as u64;
            after = Some(last);
        }
        Ok(true)
    }

    fn with<T>(&self, conn: &mut AnyConnection, f: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
        f(&mut Ctx { conn, actor: self.actor, now: self.now, request_id: self.id, schema: self.schema })
    }
}
