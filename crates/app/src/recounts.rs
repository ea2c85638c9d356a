//! Counting kept totals anew after a change of what they depend on besides the records: the order of a pipeline's
//! stages, and the organisation's time zone.
//!
//! Everybody goes on working meanwhile. Every step is a short transaction after which the part that it counted is right
//! and stays so, since writers already go by the new rule; until the last step, figures say that they are being counted.

use crate::imports::run::{Stop, Worker};
use crate::totals::facts;
use crate::{Ctx, Error, Result};
use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use contract::metrics::Recount as Shown;
use domain::condition::{Condition, FieldRef, Op, SortKey, Test};
use domain::fields::Direction;
use domain::ladder::{Rung, furthest};
use domain::metrics::{Measure, Totals, contributions};
use domain::record::Shape;
use domain::value::Value;
use persistence::jobs;
use persistence::records::{After, Archived, List, Order, Owners};
use persistence::recounts::{self, Recount, Way};
use persistence::sql::Store;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Kind of the jobs that count anew.
pub(crate) const RUN: &str = "recount";
/// Opportunities looked at in one step.
const PAGE: i64 = 2_000;
/// Records that a step over days is to have, unless a single day has more.
const SLICE: i64 = 20_000;
/// After this time every process knows the organisation's new settings.
const KNOWN: TimeDelta = TimeDelta::seconds(3);

/// That activities are counted with whether they were written down in time.
pub(crate) const ON_TIME: &str = "on_time_counted";
/// The place of the activities among [`PHASES`].
const ACTIVITIES: usize = 1;

const STAGE_ORDER: &str = "stage_order";
const TIME_ZONE: &str = "time_zone";

/// How far a recount has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Progress {
    /// Opportunities: the last one looked at.
    after: Option<Uuid>,
    /// Opportunities looked at.
    done: i64,
    /// Days: which of [`PHASES`].
    phase: usize,
    /// Days: the last one counted.
    day: Option<NaiveDate>,
    /// Days: the time zone that they are counted in.
    zone: Option<String>,
}

/// What figures say while they are counted anew: `pipeline` names the one that they are about, if it is one.
pub(crate) fn shown(ctx: &Ctx<'_>, pipeline: Option<Uuid>) -> Option<Shown> {
    let concerns = |r: &&Recount| r.reason == TIME_ZONE || pipeline.is_none_or(|id| id == r.subject);
    let slowest = ctx.schema.recounts.iter().filter(concerns).min_by(|a, b| a.percent.total_cmp(&b.percent))?;
    Some(Shown { reason: slowest.reason.clone(), percent: slowest.percent })
}

fn store(ctx: &mut Ctx<'_>, subject: Uuid, reason: &str, percent: f64, progress: &Progress) -> Result<()> {
    let progress = serde_json::to_string(progress).map_err(|e| Error::Internal(e.to_string()))?;
    let begun_at = ctx.now;
    Ok(recounts::set(ctx.conn, &Recount { subject, reason: reason.to_owned(), begun_at, percent, progress })?)
}

/// Has the opportunities of a pipeline follow a change of its stages: a few at once, many by a job.
pub(crate) fn stage_order(ctx: &mut Ctx<'_>, pipeline: Uuid) -> Result<()> {
    if recounts::lock(ctx.conn, pipeline)?.is_some() {
        // The order that its job has been going by is no longer the order.
        return store(ctx, pipeline, STAGE_ORDER, 0.0, &Progress::default());
    }
    let looked = renumber(ctx, pipeline, None)?;
    if (looked.len() as i64) < PAGE {
        return Ok(());
    }
    let progress = Progress { after: looked.last().copied(), done: looked.len() as i64, ..Progress::default() };
    store(ctx, pipeline, STAGE_ORDER, 0.0, &progress)?;
    if !jobs::is_waiting(ctx.conn, RUN, pipeline)? {
        jobs::enqueue(ctx.conn, RUN, pipeline, ctx.now)?;
    }
    Ok(())
}

/// Has the totals follow a change of the organisation's time zone.
pub(crate) fn time_zone(ctx: &mut Ctx<'_>, zone: &str) -> Result<()> {
    if !recounts::any_totals(ctx.conn)? {
        return Ok(());
    }
    store(ctx, Uuid::nil(), TIME_ZONE, 0.0, &Progress { zone: Some(zone.to_owned()), ..Progress::default() })?;
    if !jobs::is_waiting(ctx.conn, RUN, Uuid::nil())? {
        // Before that, another process may still write by the old zone.
        jobs::enqueue(ctx.conn, RUN, Uuid::nil(), ctx.now + KNOWN)?;
    }
    Ok(())
}

/// Counts the activities of an organisation anew that were counted before it was kept whether they were written down in
/// time; once.
pub(crate) fn on_time(ctx: &mut Ctx<'_>) -> Result<()> {
    if persistence::settings::get(ctx.conn, ON_TIME)?.is_some() || recounts::lock(ctx.conn, Uuid::nil())?.is_some() {
        return Ok(());
    }
    if recounts::any_totals(ctx.conn)? {
        let zone = Some(ctx.schema.timezone.to_string());
        store(ctx, Uuid::nil(), TIME_ZONE, 0.0, &Progress { zone, phase: ACTIVITIES, ..Progress::default() })?;
        if !jobs::is_waiting(ctx.conn, RUN, Uuid::nil())? {
            jobs::enqueue(ctx.conn, RUN, Uuid::nil(), ctx.now + KNOWN)?;
        }
    }
    Ok(persistence::settings::set(ctx.conn, ON_TIME, "true", ctx.now)?)
}

/// Runs a recount to its end.
pub(crate) fn run(worker: &Worker<'_>) -> std::result::Result<(), Stop> {
    let mut conn = persistence::db::get(worker.pool)?;
    while !worker.transaction(&mut conn, |ctx| step(ctx, worker))? {}
    Ok(())
}

/// One step; true at the end.
fn step(ctx: &mut Ctx<'_>, worker: &Worker<'_>) -> std::result::Result<bool, Stop> {
    let subject = worker.job.subject;
    let Some(recount) = recounts::lock(ctx.conn, subject)? else {
        jobs::finish(ctx.conn, worker.job, "done", None, ctx.now)?;
        return Ok(true);
    };
    let progress: Progress = serde_json::from_str(&recount.progress).map_err(|e| Error::Internal(e.to_string()))?;
    let next = if recount.reason == TIME_ZONE {
        next_days(ctx, progress)?
    } else {
        next_opportunities(ctx, subject, progress)?
    };
    match next {
        Some((percent, progress)) => {
            store(ctx, subject, &recount.reason, percent, &progress)?;
            Ok(false)
        }
        None => {
            recounts::end(ctx.conn, subject)?;
            jobs::finish(ctx.conn, worker.job, "done", None, ctx.now)?;
            Ok(true)
        }
    }
}

fn next_opportunities(ctx: &mut Ctx<'_>, pipeline: Uuid, progress: Progress) -> Result<Option<(f64, Progress)>> {
    let looked = renumber(ctx, pipeline, progress.after)?;
    if (looked.len() as i64) < PAGE {
        return Ok(None);
    }
    let done = progress.done + looked.len() as i64;
    let all = recounts::count_of(ctx.conn, pipeline)?.max(1);
    let percent = (100.0 * done as f64 / all as f64).min(99.0);
    Ok(Some((percent, Progress { after: looked.last().copied(), done, ..progress })))
}

/// Gives a page of a pipeline's opportunities the furthest position and the probability that follow from the stages as
/// they are now; answers their ids.
fn renumber(ctx: &mut Ctx<'_>, pipeline: Uuid, after: Option<Uuid>) -> Result<Vec<Uuid>> {
    let page = recounts::ways(ctx.conn, pipeline, after, PAGE)?;
    let ids: Vec<Uuid> = page.iter().map(|way| way.id).collect();
    if ids.is_empty() {
        return Ok(ids);
    }
    let stages = recounts::stages(ctx.conn, pipeline)?;
    let mut visited: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (opportunity, stage) in recounts::visited(ctx.conn, &ids)? {
        visited.entry(opportunity).or_default().push(stage);
    }
    let rungs: Vec<Rung> = stages.iter().map(|(rung, _)| *rung).collect();
    // By what they are to have: few different pairs, whatever the number of opportunities.
    let mut groups: BTreeMap<(i64, Option<u64>), Vec<Uuid>> = BTreeMap::new();
    for way in &page {
        let stays = visited.get(&way.id).into_iter().flatten().copied();
        let position = furthest(&rungs, way.status, stays.chain(way.stage));
        let probability = probability(way, &stages);
        if position != way.furthest || probability != way.probability {
            groups.entry((position, probability.map(f64::to_bits))).or_default().push(way.id);
        }
    }
    let shape = ctx.shape("opportunities")?;
    let zone = ctx.zone();
    let mut totals = Totals::new();
    for ((position, probability), ids) in groups {
        for record in persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)? {
            let mut renumbered = record.clone();
            renumbered.set(&shape, "furthest_position", Value::Int(position));
            totals.record(facts(&shape, &record, zone).as_ref(), facts(&shape, &renumbered, zone).as_ref());
        }
        recounts::set_way(ctx.conn, &ids, position, probability.map(f64::from_bits))?;
    }
    persistence::totals::add(ctx.conn, &totals)?;
    Ok(ids)
}

fn probability(way: &Way, stages: &[(Rung, Option<f64>)]) -> Option<f64> {
    use domain::metrics::OpportunityStatus::{Lost, Open, Won};
    match way.status {
        Won => Some(100.0),
        Lost => Some(0.0),
        Open => stages.iter().find(|(rung, _)| Some(rung.id) == way.stage).and_then(|(_, manual)| *manual),
    }
}

/// Records whose place in the totals depends on the time zone, by the field that says where they stand.
struct Phase {
    object: &'static str,
    field: &'static str,
    measures: &'static [Measure],
    /// Only records of one of these statuses, by whole months: that is how some of these totals are kept.
    closed: &'static [&'static str],
}

const PHASES: [Phase; 4] = [
    Phase { object: "customers", field: "created_at", measures: &[Measure::Customers], closed: &[] },
    Phase { object: "activities", field: "occurred_at", measures: &[Measure::Activities], closed: &[] },
    Phase { object: "opportunities", field: "created_at", measures: &[Measure::Cohort], closed: &[] },
    Phase {
        object: "opportunities",
        field: "closed_on",
        measures: &[Measure::Won, Measure::Lost, Measure::Closed],
        closed: &["won", "lost"],
    },
];

fn next_days(ctx: &mut Ctx<'_>, progress: Progress) -> std::result::Result<Option<(f64, Progress)>, Stop> {
    if progress.zone.as_deref() != Some(ctx.schema.timezone.as_str()) {
        // This worker read the settings before they changed; given back, the job is taken up with the new ones.
        return Err(Stop::Ending);
    }
    let Some(phase) = PHASES.get(progress.phase) else { return Ok(None) };
    recounts::lock_totals(ctx.conn)?;
    let slices = Slices { shape: ctx.shape(phase.object)?, phase };
    let until = slices.end(ctx, progress.day)?;
    slices.count(ctx, progress.day, until)?;
    let share = 100.0 / PHASES.len() as f64;
    let next = match until {
        Some(day) => Progress { day: Some(day), ..progress },
        None => Progress { phase: progress.phase + 1, day: None, ..progress },
    };
    let within = match next.day {
        Some(day) => slices.part(ctx, day)?,
        None => 0.0,
    };
    Ok(Some((share * (next.phase as f64 + within), next)))
}

/// The days under which stands what closed on an unknown day, together with what closed on one of them: a whole month, since
/// some totals are kept by months. They are counted at once, with the first slice.
fn unknown_days() -> (NaiveDate, NaiveDate) {
    let first = NaiveDate::default();
    (first, first + TimeDelta::days(30))
}

struct Slices {
    shape: Arc<Shape>,
    phase: &'static Phase,
}

impl Slices {
    fn is_day(&self) -> bool {
        !self.phase.closed.is_empty()
    }

    /// The field's value at the beginning or end of a day.
    fn value(&self, ctx: &Ctx<'_>, day: NaiveDate, end: bool) -> Value {
        match (self.is_day(), end) {
            (true, _) => Value::Date(day),
            (false, false) => Value::Time(ctx.zone().midnight(day)),
            (false, true) => Value::Time(ctx.zone().end_of(day)),
        }
    }

    fn day(&self, ctx: &Ctx<'_>, value: &Value) -> Option<NaiveDate> {
        value.as_date().or_else(|| value.as_time().map(|at| ctx.zone().day(at)))
    }

    /// The day of the record that stands `skip` places behind the first one of a day or later.
    fn day_from(&self, ctx: &mut Ctx<'_>, from: Option<NaiveDate>, skip: i64) -> Result<Option<NaiveDate>> {
        let from = from.map(|day| self.value(ctx, day, false));
        let store = if self.is_day() { Store::Date } else { Store::Time };
        let column = (self.phase.object, self.phase.field, store);
        let mut found: Option<NaiveDate> = None;
        let statuses: Vec<Option<&str>> =
            if self.is_day() { self.phase.closed.iter().copied().map(Some).collect() } else { vec![None] };
        for status in statuses {
            let value = recounts::value_from(ctx.conn, column, status, from.as_ref(), skip)?;
            let day = value.and_then(|v| self.day(ctx, &v));
            found = [found, day].into_iter().flatten().min();
        }
        Ok(found)
    }

    /// The last day of the slice that follows a day; none when it is the last slice.
    fn end(&self, ctx: &mut Ctx<'_>, after: Option<NaiveDate>) -> Result<Option<NaiveDate>> {
        let Some(first) = self.day_from(ctx, after.and_then(|d| d.succ_opt()), 0)? else { return Ok(None) };
        if self.is_day() {
            let next_month = first.with_day(1).and_then(|d| d.checked_add_months(Months::new(1)));
            return Ok(next_month.and_then(|d| d.pred_opt()));
        }
        let beyond = self.day_from(ctx, Some(first), SLICE)?;
        Ok(beyond.map(|day| day.pred_opt().filter(|d| *d >= first).unwrap_or(first)))
    }

    /// How much of the time that there are records of lies before the end of a day, 0..1.
    fn part(&self, ctx: &mut Ctx<'_>, day: NaiveDate) -> Result<f64> {
        let first = self.day_from(ctx, None, 0)?.unwrap_or(day);
        let all = (ctx.parse().today() - first).num_days().max(1) as f64;
        Ok(((day - first).num_days() as f64 / all).clamp(0.0, 1.0))
    }

    /// Counts the records of the days after one and up to another; without them, from the beginning and to the end.
    fn count(&self, ctx: &mut Ctx<'_>, after: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<()> {
        let apart = unknown_days();
        let kept_apart = self.is_day().then_some(apart);
        recounts::clear_days(ctx.conn, self.phase.measures, (after, until), kept_apart)?;
        let from = after.and_then(|d| d.succ_opt()).map(|d| Op::Gte(self.value(ctx, d, false)));
        let to = until.map(|d| Op::Lte(self.value(ctx, d, true)));
        let field = |name: &str| {
            let (place, field) = self.shape.find(name)?;
            Some(FieldRef::own(place, field))
        };
        let unknown = || Error::Internal(format!("{} has no {}", self.phase.object, self.phase.field));
        let place = field(self.phase.field).ok_or_else(unknown)?;
        let test = |field: &FieldRef, op: Op| Condition::Test(Box::new(Test { field: field.clone(), op }));
        let days: Vec<Condition> = from.into_iter().chain(to).map(|op| test(&place, op)).collect();
        let order = Order::Keys(vec![SortKey { field: place.clone(), direction: Direction::Ascending }]);
        let mut totals = Totals::new();
        if !self.is_day() {
            self.add(ctx, &Condition::All(days), &order, &mut totals)?;
            return Ok(persistence::totals::add(ctx.conn, &totals)?);
        }
        let status = field("status").ok_or_else(unknown)?;
        for word in self.phase.closed {
            let of_status = test(&status, Op::Eq(Value::Text((*word).to_owned())));
            let among = test(&place, Op::Between(Value::Date(apart.0), Value::Date(apart.1)));
            let known = [test(&place, Op::IsNotEmpty), Condition::Not(Box::new(among.clone()))];
            let slice = Condition::All(days.iter().cloned().chain([of_status.clone()]).chain(known).collect());
            self.add(ctx, &slice, &order, &mut totals)?;
            if after.is_none() {
                let unknown = Condition::Any(vec![test(&place, Op::IsEmpty), among]);
                self.add(ctx, &Condition::All(vec![of_status, unknown]), &order, &mut totals)?;
            }
        }
        Ok(persistence::totals::add(ctx.conn, &totals)?)
    }

    fn add(&self, ctx: &mut Ctx<'_>, condition: &Condition, order: &Order, totals: &mut Totals) -> Result<()> {
        let zone = ctx.zone();
        let mut after: Option<After> = None;
        loop {
            let list = List {
                shape: &self.shape,
                owners: Owners::All,
                archived: Archived::No,
                condition: Some(condition),
                search: None,
                order,
                after: after.as_ref(),
                limit: PAGE,
                only: None,
            };
            let rows = persistence::records::list(ctx.conn, &list)?;
            let found = rows.iter().filter_map(|row| facts(&self.shape, &row.record, zone));
            let parts = found.flat_map(|facts| contributions(&facts));
            parts.filter(|part| self.phase.measures.contains(&part.key.measure)).for_each(|part| totals.add(part));
            match rows.last() {
                Some(last) if rows.len() as i64 == PAGE => {
                    let value = last.record.get(&self.shape, self.phase.field).clone();
                    after = Some(After::Keys(vec![value], last.record.id()));
                }
                _ => return Ok(()),
            }
        }
    }
}
