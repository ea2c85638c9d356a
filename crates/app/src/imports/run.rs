//! Running an import: reading the file step by step, each step in a transaction of its own that
//! also stores how far the import has come, so that it goes on from there after a crash.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{SubsecRound, Utc};
use contract::imports::ImportState;
use persistence::db::{AnyConnection, DbPool, write_tx};
use persistence::imports::{ImportRow, IssueRow};
use persistence::jobs::{self, Job};
use uuid::Uuid;

use super::beside::Sorter;
use super::convert::Column;
use super::links::fold;
use super::rows::{DEFERRED, Memory, Plan, defaults, is_seen, scopes, step};
use super::settle::{link, missing_link};
use super::setup::{Progress, Setup, read, to_json};
use crate::files::FileReader;
use crate::schema::Schema;
use crate::tabular::row::Row;
use crate::{Actor, Ctx, Error, Result};

/// Rows of one step: two fifths of a second or so, during which SQLite has no other writer. The more of them, the more belong
/// to the same leaf of an index and are written with it.
const STEP: usize = 8_000;
/// Rows of one step while people write.
const SHORT_STEP: usize = 1_000;

/// Imports that this process runs now.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Whether this process brings in records now.
pub(crate) fn is_running() -> bool {
    RUNNING.load(Ordering::Relaxed) > 0
}

/// Counts as a running import until it is dropped.
struct UnderWay;

impl UnderWay {
    fn begin() -> UnderWay {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        UnderWay
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why a run stops before the end of the file.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Another process has taken the job over, or it was called off.
    Lost,
    /// This process is about to end; another one or the next start goes on.
    Ending,
    /// A person cancelled it, or what it did is not to stay.
    Cancelled,
    /// It cannot go on.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<persistence::Error> for Stop {
    fn from(error: persistence::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<persistence::DieselError> for Stop {
    fn from(error: persistence::DieselError) -> Self {
        Self::Failed(error.into())
    }
}

/// Who runs it, on which data.
pub(crate) struct Worker<'a> {
    pub(crate) pool: &'a DbPool,
    pub(crate) job: &'a Job,
    pub(crate) actor: &'a Actor,
    pub(crate) schema: &'a Arc<Schema>,
    /// Set while a transaction of the job is under way that has prolonged its claim.
    pub(crate) held: &'a AtomicBool,
}

/// Takes back, however a transaction ends, that it is under way.
struct Held<'a>(&'a AtomicBool);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Worker<'_> {
    /// Runs one transaction of the job; it fails as lost when another process has the job.
    pub(crate) fn transaction<T>(
        &self,
        conn: &mut AnyConnection,
        f: impl FnOnce(&mut Ctx<'_>) -> std::result::Result<T, Stop>,
    ) -> std::result::Result<T, Stop> {
        if crate::jobs::ending() {
            return Err(Stop::Ending);
        }
        let now = Utc::now().trunc_subsecs(6);
        let _held = Held(self.held);
        write_tx(conn, |conn| {
            if !jobs::renew(conn, self.job, now)? {
                return Err(Stop::Lost);
            }
            self.held.store(true, Ordering::Relaxed);
            jobs::plan_afresh(conn)?;
            if crate::schema::organisation(conn)?.timezone != self.schema.timezone {
                // Taken up again, the job goes by the new time zone.
                return Err(Stop::Ending);
            }
            let mut ctx = Ctx { conn, actor: self.actor, now, request_id: self.job.id, schema: self.schema };
            f(&mut ctx)
        })
    }
}

/// Runs the import of a job to its end.
pub(crate) fn run(worker: &Worker<'_>) -> std::result::Result<(), Stop> {
    let _under_way = UnderWay::begin();
    let mut conn = persistence::db::bulk(worker.pool)?;
    let import = worker.job.subject;
    let (plan, progress) = worker.transaction(&mut conn, |ctx| begin(ctx, import))?;
    let before = jobs::known_rows(&mut conn, plan.plan.shape.def.key)?;
    let analysed = before.max(1);
    let memory = Memory::default();
    let sorter =
        (!plan.plan.setup.dry_run).then(|| Sorter::start(worker.pool, conn.engine(), RUNNING.load(Ordering::Relaxed)));
    let mut runner = Runner { worker, conn, plan, progress, memory, before, analysed, deferred: Vec::new(), sorter };
    let mut input = FileReader::open(worker.pool, runner.plan.setup_file)?;
    let layout = runner.plan.plan.setup.layout.clone();
    let mut rows: Vec<Row> = Vec::with_capacity(STEP);
    let mut stop = None;
    let offset = runner.progress.offset;
    let result = layout.each_row(&mut input, &mut |row| {
        if row.number <= offset {
            return ControlFlow::Continue(());
        }
        rows.push(std::mem::take(row));
        if rows.len() < if persistence::writer::is_busy() { SHORT_STEP } else { STEP } {
            return ControlFlow::Continue(());
        }
        let done = runner.step(&rows);
        rows.clear();
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stop = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    if let Some(stop) = stop {
        return Err(stop);
    }
    result.map_err(|error| match error {
        crate::tabular::TabularError::Io(error) => Error::Unavailable(error.to_string()),
        other => Error::field("file_id", other.code(), other.to_string()),
    })?;
    if !rows.is_empty() {
        runner.step(&rows)?;
    }
    runner.settle()?;
    runner.sorter = None;
    runner.end()
}

/// A plan with the file it is for.
struct Planned {
    plan: Plan,
    setup_file: Uuid,
}

fn begin(ctx: &mut Ctx<'_>, import: Uuid) -> std::result::Result<(Planned, Progress), Stop> {
    let mut row = persistence::imports::lock(ctx.conn, import)?.ok_or(Error::NotFound)?;
    // One that was cancelled by a version which left its job waiting.
    if ![ImportState::Queued.key(), ImportState::Running.key()].contains(&row.state.as_str()) {
        return Err(Stop::Cancelled);
    }
    let setup: Setup = read(&row.setup)?;
    let mut progress: Progress = read(&row.progress)?;
    if row.state == ImportState::Queued.key() {
        row.state = ImportState::Running.key().to_owned();
        row.started_at = Some(ctx.now);
        let total = progress.counts.rows_total;
        progress = Progress::default();
        progress.counts.rows_total = total;
        row.progress = to_json(&progress)?;
        row.updated_at = ctx.now;
        persistence::imports::clear_issues(ctx.conn, import)?;
        persistence::imports::update(ctx.conn, &row)?;
    }
    let shape = ctx.shape(&row.object)?;
    let (create, update) = scopes(ctx, &shape)?;
    let masks = ctx.actor.permissions.masks;
    if let Some(field) = setup.options.match_fields.iter().find(|field| !is_seen(&shape, field, masks)) {
        return Err(Error::field("match_fields", "masked", field.as_str()).into());
    }
    let pipeline =
        setup.options.defaults.get("pipeline_id").and_then(|json| json.as_str()).and_then(domain::fields::parse_id);
    let pipeline = match pipeline {
        Some(pipeline) => Some(pipeline),
        None => persistence::pipeline::stages(ctx.conn)?.1,
    };
    let plan = Plan {
        import,
        columns: super::linked::columns(ctx, &setup, &shape)?,
        defaults: defaults(ctx, &shape, Some(&setup))?,
        setup,
        shape,
        create,
        update,
        pipeline,
    };
    Ok((Planned { plan, setup_file: row.file_id }, progress))
}

impl Plan {
    /// What two imports must not do at the same time, lest both make the same record because neither sees the other's yet.
    fn turns(&self) -> Vec<String> {
        let linked = self.columns.iter().filter(|column| self.makes(&column.name)).filter_map(Column::link);
        let main = (!self.setup.options.match_fields.is_empty()).then_some(self.shape.def.key);
        let objects: BTreeSet<&str> = linked.chain(main).collect();
        objects.into_iter().map(|object| format!("import {object}")).collect()
    }

    /// Whether records are made for names in this field that lead nowhere.
    pub(super) fn makes(&self, field: &str) -> bool {
        self.setup.options.create_missing.get(field).copied().unwrap_or(false)
    }
}

struct Runner<'a> {
    worker: &'a Worker<'a>,
    conn: persistence::db::BulkConn,
    plan: Planned,
    progress: Progress,
    memory: Memory,
    /// Rows that the planner knew of at the beginning.
    before: i64,
    /// Rows when the statistics were last refreshed.
    analysed: i64,
    /// In a dry run: links to names that may come later in the file.
    deferred: Vec<IssueRow>,
    sorter: Option<Sorter>,
}

impl Runner<'_> {
    /// One step; if the database refuses a row of it, the step is tried in halves, so that only
    /// that row is left out.
    fn step(&mut self, rows: &[Row]) -> std::result::Result<(), Stop> {
        let mut tries = 0;
        loop {
            let before = self.progress.clone();
            let result = if self.plan.plan.setup.dry_run { self.try_dry(rows) } else { self.try_step(rows) };
            let Err(stop) = result else { return Ok(()) };
            self.progress = before;
            self.memory.forget();
            match (stop, rows) {
                (Stop::Failed(Error::Stale { .. } | Error::Contended(_)), _) if tries < 5 => tries += 1,
                (Stop::Failed(error @ (Error::Conflict { .. } | Error::Invalid(_) | Error::Stale { .. })), [row]) => {
                    return self.leave_out(row, &error);
                }
                (Stop::Failed(Error::Conflict { .. } | Error::Invalid(_) | Error::Stale { .. }), _) => {
                    let (first, second) = rows.split_at(rows.len() / 2);
                    self.step(first)?;
                    return self.step(second);
                }
                (stop, _) => return Err(stop),
            }
        }
    }

    fn try_step(&mut self, rows: &[Row]) -> std::result::Result<(), Stop> {
        let (plan, memory, progress) = (&self.plan.plan, &mut self.memory, &mut self.progress);
        let sorted_beside = self.sorter.as_ref().is_some_and(Sorter::works);
        let turns = plan.turns();
        self.worker.transaction(&mut self.conn, |ctx| {
            turns.iter().try_for_each(|turn| persistence::db::queue_for(ctx.conn, turn))?;
            if sorted_beside {
                persistence::word_index::leave_unsorted(ctx.conn)?;
            }
            let before = progress.position;
            let outcome = step(ctx, plan, memory, progress, rows)?;
            store(ctx, plan.import, progress, before, &outcome.issues)
        })?;
        self.memory.links.keep();
        // Once for each time that the table has doubled.
        let counts = &self.progress.counts;
        let made = counts.created + counts.created_linked.values().sum::<i64>();
        if self.before + made >= self.analysed * 2 {
            self.analysed = self.before + made;
            let linked = counts.created_linked.keys().filter_map(|object| domain::objects::find(object));
            let tables = linked.map(|def| def.key).chain([self.plan.plan.shape.def.key]);
            tables.into_iter().try_for_each(|table| jobs::refresh_statistics(&mut self.conn, table))?;
        }
        Ok(())
    }

    /// The same without a trace: the step's transaction is rolled back, its report stored apart.
    fn try_dry(&mut self, rows: &[Row]) -> std::result::Result<(), Stop> {
        let (plan, memory, progress) = (&self.plan.plan, &mut self.memory, &mut self.progress);
        let before = progress.position;
        let mut found = None;
        let result = self.worker.transaction(&mut self.conn, |ctx| -> std::result::Result<(), Stop> {
            found = Some(step(ctx, plan, memory, progress, rows)?);
            Err(Stop::Cancelled)
        });
        let Some(outcome) = found else { return result };
        memory.seen.extend(&outcome.made);
        memory.links.try_out();
        memory.forget();
        let (deferred, issues): (Vec<IssueRow>, Vec<IssueRow>) =
            outcome.issues.into_iter().partition(|issue| issue.code == DEFERRED);
        self.deferred.extend(deferred);
        self.worker.transaction(&mut self.conn, |ctx| store(ctx, plan.import, progress, before, &issues))
    }

    fn leave_out(&mut self, row: &Row, error: &Error) -> std::result::Result<(), Stop> {
        let (code, detail) = match error {
            Error::Conflict { code, detail } => (*code, detail.clone()),
            Error::Invalid(errors) => errors.first().map_or(("invalid", String::new()), |e| (e.code, e.field.clone())),
            _ => ("changed_meanwhile", String::new()),
        };
        let issue = IssueRow {
            row: i64::try_from(row.number).unwrap_or(i64::MAX),
            column: None,
            field: None,
            code: code.to_owned(),
            detail: (!detail.is_empty()).then_some(detail),
            value: None,
            rejected: true,
        };
        let progress = &mut self.progress;
        let note = super::setup::Note { code, column: None, field: None, detail: None, rejected: true };
        progress.note(&note, issue.row, "");
        progress.counts.rows_done += 1;
        progress.counts.rejected += 1;
        progress.counts.issues += 1;
        progress.offset = row.number;
        let import = self.plan.plan.import;
        let before = progress.position;
        self.worker.transaction(&mut self.conn, |ctx| store(ctx, import, progress, before, &[issue]))
    }

    /// Links to records that came later in the file.
    fn settle(&mut self) -> std::result::Result<(), Stop> {
        if self.plan.plan.setup.dry_run {
            return self.settle_dry();
        }
        loop {
            let (plan, memory, progress) = (&self.plan.plan, &mut self.memory, &mut self.progress);
            let turns = plan.turns();
            let done = self.worker.transaction(&mut self.conn, |ctx| {
                turns.iter().try_for_each(|turn| persistence::db::queue_for(ctx.conn, turn))?;
                let open = persistence::imports::deferred(ctx.conn, plan.import, DEFERRED, 500)?;
                if open.is_empty() {
                    return Ok(true);
                }
                let before = progress.position;
                let issues = link(ctx, plan, memory, progress, &open)?;
                let places: Vec<i64> = open.iter().map(|(place, _)| *place).collect();
                persistence::imports::delete_issues(ctx.conn, plan.import, &places)?;
                store(ctx, plan.import, progress, before, &issues)?;
                Ok(false)
            })?;
            self.memory.links.keep();
            if done {
                return Ok(());
            }
        }
    }

    fn settle_dry(&mut self) -> std::result::Result<(), Stop> {
        let plan = &self.plan.plan;
        let mut missing = Vec::new();
        for issue in std::mem::take(&mut self.deferred) {
            let name = issue.value.as_deref().unwrap_or_default();
            if self.memory.has_title(name) {
                continue;
            }
            let code = match issue.field.as_deref().is_some_and(|field| plan.makes(field)) {
                true if !plan.shape.custom.iter().any(|field| field.required) => {
                    self.memory.titles.insert(fold(name));
                    *self.progress.counts.created_linked.entry(plan.shape.def.key.to_owned()).or_default() += 1;
                    continue;
                }
                true => "link_needs_fields",
                false => "link_not_found",
            };
            missing.push(missing_link(&mut self.progress, issue, code));
        }
        let (import, progress) = (self.plan.plan.import, &mut self.progress);
        let before = progress.position;
        self.worker.transaction(&mut self.conn, |ctx| store(ctx, import, progress, before, &missing))
    }

    fn end(&mut self) -> std::result::Result<(), Stop> {
        self.progress.counts.rows_total = Some(self.progress.counts.rows_done);
        let (import, progress) = (self.plan.plan.import, &self.progress);
        let job = self.worker.job;
        self.worker.transaction(&mut self.conn, |ctx| {
            let mut row = persistence::imports::lock(ctx.conn, import)?.ok_or(Error::NotFound)?;
            row.state = ImportState::Done.key().to_owned();
            row.progress = to_json(progress)?;
            let mut setup: Setup = read(&row.setup)?;
            if !setup.dry_run {
                // Nobody asks for them any more.
                setup.distinct.clear();
                row.setup = to_json(&setup)?;
            }
            row.finished_at = Some(ctx.now);
            row.updated_at = ctx.now;
            persistence::imports::update(ctx.conn, &row)?;
            jobs::finish(ctx.conn, job, "done", None, ctx.now)?;
            Ok(())
        })
    }
}

fn store(
    ctx: &mut Ctx<'_>,
    import: Uuid,
    progress: &mut Progress,
    before: i64,
    issues: &[IssueRow],
) -> std::result::Result<(), Stop> {
    persistence::imports::add_issues(ctx.conn, import, before, issues)?;
    progress.position = before + issues.len() as i64;
    persistence::imports::update_progress(ctx.conn, import, &to_json(progress)?, ctx.now)?;
    Ok(())
}

/// Ends an import that could not be run to its end.
pub(crate) fn fail(ctx: &mut Ctx<'_>, import: Uuid, state: ImportState, error: Option<&str>) -> Result<()> {
    let Some(mut row): Option<ImportRow> = persistence::imports::lock(ctx.conn, import)? else { return Ok(()) };
    row.state = state.key().to_owned();
    row.error = error.map(str::to_owned);
    row.finished_at = Some(ctx.now);
    row.updated_at = ctx.now;
    Ok(persistence::imports::update(ctx.conn, &row)?)
}

impl Memory {
    /// Whether a row so far had this name.
    fn has_title(&self, name: &str) -> bool {
        self.titles.contains(&fold(name))
    }
}
