//! Scoring all customers.

use super::models::Models;
use super::{bands, due};
use crate::metrics::pick;
use crate::rules::Watched;
use crate::schema::Schema;
use crate::{Ctx, Error, Result, Visible};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use contract::problem::Lang;
use contract::scores::RfmRun;
use domain::policy::Action;
use domain::rfm::{Aggregate, Dimension, Overlay, Rfm, Segment, Settings, score_aggregates};
use persistence::db::{AnyConnection, write_tx};
use persistence::scores::{OrderSums, RfmRow};

/// What the last run was.
const RUN: &str = "rfm_run";
/// Customers read at once: a long read would keep the write-ahead log from being cut.
const PAGE: i64 = 512;
/// Customers written in one transaction, so that others get their turn.
const BATCH: usize = 4096;

/// Scores all customers now, on request. Only for those who may change every customer.
/// Runs in transactions of its own, so it must not be called inside one.
pub fn refresh(ctx: &mut Ctx<'_>) -> Result<RfmRun> {
    match ctx.require("customers", Action::Update)? {
        Visible::All => refresh_now(ctx.conn, ctx.schema, ctx.now),
        Visible::Owners(_) | Visible::Pool => Err(Error::Forbidden { permission: "customers.update".to_owned() }),
    }
}

/// Scores all customers if that has not yet been done today; what the worker does at night.
pub fn refresh_if_due(conn: &mut AnyConnection, schema: &Schema, now: DateTime<Utc>) -> Result<Option<RfmRun>> {
    let today = today(schema, now);
    if run(conn)?.is_some_and(|last| last.as_of >= today) {
        return Ok(None);
    }
    match refresh_now(conn, schema, now) {
        Err(_) if crate::jobs::ending() => Ok(None),
        run => run.map(Some),
    }
}

/// A run that is broken off is made again as a whole, so the process that makes it need not wait for its end.
fn go_on() -> Result<()> {
    if crate::jobs::ending() {
        return Err(Error::Unavailable("the server is about to end".to_owned()));
    }
    Ok(())
}

/// The last run.
pub fn run(conn: &mut AnyConnection) -> Result<Option<RfmRun>> {
    let stored = persistence::settings::get(conn, RUN)?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
}

fn today(schema: &Schema, now: DateTime<Utc>) -> NaiveDate {
    schema.zone.day(now)
}

fn settings(conn: &mut AnyConnection) -> Result<Settings> {
    Ok(Models::load(conn)?.rfm.value)
}

/// Has the worker score all customers again, for the settings have changed.
pub(super) fn due_again(ctx: &mut Ctx<'_>) -> Result<()> {
    let last = run(ctx.conn)?.map(|last| RfmRun { as_of: NaiveDate::default(), ..last });
    due::again(ctx.conn, RUN, last.as_ref(), ctx.now)
}

fn keep(conn: &mut AnyConnection, run: &RfmRun, now: DateTime<Utc>) -> Result<()> {
    let json = serde_json::to_string(run).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(persistence::settings::set(conn, RUN, &json, now)?)
}

/// All customers with an order in the window of these settings, and what they come to.
pub(super) fn score_all(
    conn: &mut AnyConnection,
    as_of: NaiveDate,
    settings: Settings,
) -> Result<(Vec<OrderSums>, Rfm)> {
    let days = i64::from(settings.window_days.max(1)) - 1;
    let from = as_of.checked_sub_signed(chrono::Duration::days(days)).unwrap_or(as_of);
    let sums = all_sums(conn, (from, as_of))?;
    let aggregates = sums.iter().map(aggregate).collect();
    let rfm = score_aggregates(aggregates, as_of.num_days_from_ce(), settings);
    Ok((sums, rfm))
}

fn refresh_now(conn: &mut AnyConnection, schema: &Schema, now: DateTime<Utc>) -> Result<RfmRun> {
    let as_of = today(schema, now);
    let asked = due::asked(conn, RUN)?;
    let settings = settings(conn)?;
    let (sums, rfm) = score_all(conn, as_of, settings)?;
    let worse = Dimension::ALL.map(|d| rfm.worse(d));
    for begin in (0..sums.len()).step_by(BATCH) {
        go_on()?;
        let batch = rows(&sums, &rfm, &worse, (begin, BATCH));
        write_tx(conn, |conn| persistence::scores::write_rfm(conn, &batch, now))?;
    }
    let done = RfmRun {
        as_of,
        window_days: rfm.settings.window_days,
        at: now,
        scored: rfm.scored,
        recency_cuts: rfm.cuts(Dimension::Recency).to_vec(),
        frequency_cuts: rfm.cuts(Dimension::Frequency).to_vec(),
        monetary_cuts: rfm.cuts(Dimension::Monetary).to_vec(),
    };
    let before = run(conn)?;
    let since = before.as_ref().map(|_| as_of);
    if let Some(mut last) = before {
        // From here on until its end a run that is broken off has to be made again, also on the same day.
        last.as_of = last.as_of.min(as_of.pred_opt().unwrap_or(as_of));
        write_tx(conn, |conn| keep(conn, &last, now))?;
    }
    settle(conn, now, since)?;
    let is_done = write_tx::<_, Error>(conn, |conn| {
        persistence::rfm_grid::rebuild(conn)?;
        // One that began later has the say about the day.
        let kept = run(conn)?.filter(|last| last.at > now).unwrap_or_else(|| done.clone());
        let again = RfmRun { as_of: NaiveDate::default(), ..kept.clone() };
        due::end(conn, RUN, asked, (&kept, &again), now)
    })?;
    if !is_done {
        crate::jobs::look_around();
    }
    Ok(done)
}

/// Brings the scores of a run to the customers, some at a time, so that others get their turn however many change. The
/// grid is counted anew after the last of them.
fn settle(conn: &mut AnyConnection, now: DateTime<Utc>, since: Option<NaiveDate>) -> Result<()> {
    let mut after = None;
    loop {
        go_on()?;
        let ids = persistence::customer_scores::ids_after(conn, after, BATCH as i64)?;
        let upto = ids.get(BATCH - 1).copied();
        write_tx(conn, |conn| {
            let watched = Watched::load(conn)?;
            let asked = bands::waits_for_rfm(&watched);
            let moves = persistence::scores::settle_rfm(conn, now, since, asked, (after, upto))?;
            Ok::<_, Error>(persistence::events::append(conn, &bands::rfm_moved(&moves, &watched, now))?)
        })?;
        if upto.is_none() {
            return Ok(());
        }
        after = upto;
    }
}

fn all_sums(conn: &mut AnyConnection, window: (NaiveDate, NaiveDate)) -> Result<Vec<OrderSums>> {
    let (mut sums, mut after) = (Vec::new(), None);
    loop {
        go_on()?;
        let ids = persistence::customer_scores::ids_after(conn, after, PAGE)?;
        let Some(last) = ids.last().copied() else { return Ok(sums) };
        sums.extend(persistence::scores::order_sums(conn, window, &ids)?);
        after = Some(last);
    }
}

fn aggregate(sums: &OrderSums) -> Aggregate {
    match sums.last_on {
        Some(day) => Aggregate {
            last_day: day.num_days_from_ce(),
            orders: u32::try_from(sums.orders).unwrap_or(u32::MAX),
            amount_minor: sums.amount_minor,
        },
        None => Aggregate { amount_minor: sums.amount_minor, ..Aggregate::NONE },
    }
}

/// The rows of so many customers from one on, with those who stand worse than each by dimension.
fn rows(sums: &[OrderSums], rfm: &Rfm, worse: &[Vec<u64>; 3], (begin, count): (usize, usize)) -> Vec<RfmRow> {
    let k = |dimension: usize, i: usize| worse[dimension].get(i).map_or(0, |k| i64::try_from(*k).unwrap_or(i64::MAX));
    let row = |(i, sums): (usize, &OrderSums)| {
        let scores = rfm.scores.get(i).filter(|s| s.is_scored())?;
        Some(RfmRow {
            customer: sums.customer,
            last_on: sums.last_on?,
            orders: sums.orders,
            amount_minor: sums.amount_minor,
            scores: [i64::from(scores.r), i64::from(scores.f), i64::from(scores.m)],
            worse: [k(0, i), k(1, i), k(2, i)],
            segment: Segment::of(*scores, &rfm.settings).code().to_owned(),
            overlay: Overlay::of(*scores, &rfm.settings).map(|o| o.code().to_owned()),
        })
    };
    sums.iter().enumerate().skip(begin).take(count).filter_map(row).collect()
}

/// The name of a segment in a language.
pub(super) fn label(segment: Segment, lang: Lang) -> String {
    pick(lang, segment.label()).to_owned()
}

/// The organisation's way of scoring.
pub(super) fn way(ctx: &mut Ctx<'_>) -> Result<Settings> {
    settings(ctx.conn)
}
