//! Background work: claimed from the database, run, and taken over from processes that died.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use contract::imports::ImportState;
use domain::policy::Action;
use persistence::db::{AnyConnection, DbPool, write_tx};
use persistence::jobs::{self, Job};
use uuid::Uuid;

use crate::imports::run::{Stop, Worker, fail};
use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result, Visible, consumers, exports, handovers, imports, recounts};

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(500);
/// How often a worker looks for work that time makes due.
const HOUSEKEEPING: Duration = Duration::from_secs(300);
/// Claims after which a job is given up.
const MAX_ATTEMPTS: i64 = 50;

/// Set when this process is about to end: jobs stop at their next step.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Set when something has become due before its time.
static LOOK: AtomicBool = AtomicBool::new(false);

static NEWS: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Tells an idle worker of this process that there is work.
pub fn wake() {
    *NEWS.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
    NEWS.1.notify_all();
}

/// Has a worker of this process look soon for what has become due.
pub fn look_around() {
    LOOK.store(true, Ordering::Relaxed);
    wake();
}

/// Works until told to stop; what is under way then is finished or taken over by another process.
pub fn work(pool: &DbPool, stop: &AtomicBool) {
    let mut looked = None;
    while !stop.load(Ordering::Relaxed) {
        if looked.is_none_or(|at: Instant| at.elapsed() > HOUSEKEEPING) || LOOK.swap(false, Ordering::Relaxed) {
            looked = Some(Instant::now());
            if let Err(error) = keep_house(pool) {
                tracing::warn!(?error, "the daily work waits");
            }
        }
        match work_once(pool) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, "the queue of jobs cannot be read"),
        }
        let news = NEWS.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok((mut news, _)) = NEWS.1.wait_timeout_while(news, IDLE, |news| !*news) {
            *news = false;
        }
    }
}

/// What time alone makes due: the day's scores, answers kept for repeated requests that nobody repeats any more, files
/// that were begun and never ended, and those that have been kept long enough.
fn keep_house(pool: &DbPool) -> Result<()> {
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = persistence::db::get(pool)?;
    if !persistence::identity::any_person(&mut conn)? {
        return Ok(());
    }
    crate::idempotency::sweep(&mut conn, now)?;
    sweep_files(&mut conn, now)?;
    let schema = crate::schema::load(&mut conn)?;
    let schema = Arc::new(schema);
    score(&mut conn, &schema, now)
}

/// Runs of the scores in a row at most; what is due after them waits for the next look.
const RUNS: usize = 3;

/// The scores of the day, and once more where settings were saved meanwhile: by one thread, for what all customers are scored
/// by follows from what they bought. Another process that does the same at the same time does no harm.
fn score(conn: &mut AnyConnection, schema: &Arc<Schema>, now: DateTime<Utc>) -> Result<()> {
    static BUSY: Mutex<()> = Mutex::new(());
    let _turn = match BUSY.try_lock() {
        Ok(turn) => turn,
        Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
        Err(TryLockError::WouldBlock) => return Ok(()),
    };
    let mut now = now;
    for _ in 0..RUNS {
        let rfm = crate::scores::refresh_if_due(conn, schema, now)?;
        if let Some(run) = &rfm {
            tracing::info!(customers = run.scored, "customers scored");
        }
        let all = crate::scores::refresh_all_if_due(conn, schema, now)?;
        if let Some(run) = &all {
            tracing::info!(
                customers = run.customers,
                changed = run.changed,
                contacts = run.contacts,
                "scores refreshed"
            );
            persistence::db::shrink(conn)?;
        }
        if rfm.is_none() && all.is_none() {
            break;
        }
        now = Utc::now().trunc_subsecs(6);
    }
    Ok(())
}

/// An upload or an export may take hours; one that has not ended after so long was broken off.
const UNFINISHED: TimeDelta = TimeDelta::days(1);

fn sweep_files(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<()> {
    let gone = write_tx::<_, Error>(conn, |conn| Ok(persistence::files::delete_unfinished(conn, now - UNFINISHED)?))?;
    if gone > 0 {
        tracing::info!(files = gone, "files that were never ended have been removed");
    }
    let expired = crate::files::sweep(conn, now)?;
    if expired > 0 {
        tracing::info!(files = expired, "files that were kept long enough have been removed");
    }
    Ok(())
}

/// Lets the threads that answer requests go before this one where there are more threads with work than cores: whoever
/// waits for an answer waits, whereas what follows from it may follow a moment later.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::debug!(?error, "background work keeps its priority");
    }
}

/// What a thread does until it is told to stop.
type Work = Box<dyn FnOnce(&DbPool, &AtomicBool) + Send>;

/// Works on threads of their own until dropped.
pub struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts this many threads for jobs, and one for each consumer of the event log, for the clock, for mail and for
    /// webhooks; those that follow the log work on `beside`.
    pub fn start(pool: &DbPool, beside: &DbPool, threads: usize) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        // The names tell in a list of threads what costs time.
        let start_on = |pool: &DbPool, name: &str, work: Work| {
            let (pool, stop) = (pool.clone(), stop.clone());
            std::thread::Builder::new().name(name.to_owned()).spawn(move || {
                step_back();
                work(&pool, &stop)
            })
        };
        let start = |name: &str, work: Work| start_on(beside, name, work);
        let jobs = (0..threads).map(|_| start_on(pool, "job", Box::new(work)));
        let readers = consumers::ALL.iter().map(|consumer| {
            start(
                consumer.name,
                Box::new(move |pool: &DbPool, stop: &AtomicBool| consumers::work(pool, consumer, stop)),
            )
        });
        let others = [
            start_on(pool, "clock", Box::new(crate::clock::work)),
            start("mail", Box::new(crate::mail::work)),
            start("deliver", Box::new(crate::webhooks::work)),
            start("deliver", Box::new(crate::webhooks::work)),
        ];
        let threads = jobs.chain(readers).chain(others).collect::<std::io::Result<Vec<_>>>()?;
        Ok(Self { stop, threads })
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        ENDING.store(true, Ordering::Relaxed);
        wake();
        consumers::wake();
        // A job under way stops at its next step; its lease runs out and another process goes on with it.
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Runs the job that is due, if any; false when there is none.
pub fn work_once(pool: &DbPool) -> Result<bool> {
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = persistence::db::get(pool)?;
    if !jobs::due(&mut conn, now)? {
        return Ok(false);
    }
    let Some(job) = write_tx::<_, Error>(&mut conn, |conn| Ok(jobs::claim(conn, now)?))? else { return Ok(false) };
    drop(conn);
    tracing::info!(job = %job.id, kind = job.kind, attempt = job.attempts, "job begins");
    let result = if job.attempts > MAX_ATTEMPTS {
        Err(Stop::Failed(Error::conflict("too_many_attempts", "")))
    } else {
        holding(pool, &job, |held| {
            catch_unwind(AssertUnwindSafe(|| dispatch(pool, &job, held)))
                .unwrap_or_else(|_| Err(Stop::Failed(Error::Internal("the job panicked".to_owned()))))
        })
    };
    close(pool, &job, result)?;
    Ok(true)
}

/// How often the claim of a job at work is looked at.
const BEAT: Duration = Duration::from_secs(4);

/// Prolongs the claim of a job for as long as its work takes. Its steps do so too, but what lies between two of them may
/// take longer than a claim holds: a large workbook is unpacked, or read again up to the row where a run goes on. While a
/// step is under way nobody can take the job over, and prolonging its claim would only wait for the end of the step.
fn holding<T>(pool: &DbPool, job: &Job, work: impl FnOnce(&AtomicBool) -> T) -> T {
    let held = AtomicBool::new(false);
    let over = (Mutex::new(false), Condvar::new());
    let beats = || {
        let over_or_due = || {
            let done = over.0.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = over.1.wait_timeout_while(done, BEAT, |done| !*done);
            waited.map_or_else(|e| *e.into_inner().0, |(done, _)| *done)
        };
        while !over_or_due() {
            if !held.load(Ordering::Relaxed)
                && let Err(error) = prolong(pool, job)
            {
                tracing::debug!(job = %job.id, ?error, "the claim of a job could not be prolonged");
            }
        }
    };
    std::thread::scope(|scope| {
        if let Err(error) = std::thread::Builder::new().name("claim".to_owned()).spawn_scoped(scope, beats) {
            tracing::warn!(?error, "the claim of a job is only prolonged by its steps");
        }
        let result = work(&held);
        *over.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        over.1.notify_all();
        result
    })
}

/// Steps prolong a claim by themselves, so that this writes only where they take long.
fn prolong(pool: &DbPool, job: &Job) -> Result<()> {
    let now = Utc::now().trunc_subsecs(6);
    let mut conn = persistence::db::get(pool)?;
    if jobs::needs_renewal(&mut conn, job, now)? {
        write_tx::<_, Error>(&mut conn, |conn| Ok(jobs::renew(conn, job, now)?))?;
    }
    Ok(())
}

fn dispatch(pool: &DbPool, job: &Job, held: &AtomicBool) -> std::result::Result<(), Stop> {
    let mut conn = persistence::db::get(pool)?;
    let schema = Arc::new(crate::schema::load(&mut conn)?);
    let actor = owner(&mut conn, job)?;
    drop(conn);
    let worker = Worker { pool, job, actor: &actor, schema: &schema, held };
    match job.kind.as_str() {
        imports::RUN => imports::run::run(&worker),
        imports::UNDO => imports::undo::undo(&worker),
        exports::RUN => exports::run(&worker),
        recounts::RUN => recounts::run(&worker),
        handovers::RUN => handovers::run::run(&worker),
        other => Err(Stop::Failed(Error::Internal(format!("no such kind of job: {other}")))),
    }
}

/// The user on whose behalf a job runs, with the permissions of today.
fn owner(conn: &mut AnyConnection, job: &Job) -> Result<Actor> {
    let (user, key) = match job.kind.as_str() {
        recounts::RUN => return Ok(Actor::system(Uuid::nil())),
        exports::RUN => persistence::exports::find(conn, job.subject)?.map(|row| exports::runner(&row)),
        handovers::RUN => persistence::handovers::find(conn, job.subject, false)?.map(|row| handovers::runner(&row)),
        _ => persistence::imports::find(conn, job.subject)?.map(|row| imports::runner(&row, &job.kind)),
    }
    .ok_or(Error::NotFound)??;
    crate::identity::load_person(conn, user.ok_or(Error::NotFound)?, key, Utc::now())
}

fn close(pool: &DbPool, job: &Job, result: std::result::Result<(), Stop>) -> Result<()> {
    let now = Utc::now().trunc_subsecs(6);
    let stop = match result {
        Ok(()) => {
            tracing::info!(job = %job.id, "job done");
            return Ok(());
        }
        Err(Stop::Lost) => {
            tracing::info!(job = %job.id, "job called off, or lost to another worker");
            return Ok(());
        }
        Err(stop) => stop,
    };
    let mut conn = persistence::db::get(pool)?;
    write_tx::<_, Error>(&mut conn, |conn| {
        match stop {
            Stop::Lost => {}
            Stop::Ending => {
                tracing::info!(job = %job.id, "job given back");
                jobs::postpone(conn, job, "", now)?;
            }
            Stop::Cancelled => {
                tracing::info!(job = %job.id, "job cancelled");
                jobs::finish(conn, job, "cancelled", None, now)?;
            }
            Stop::Failed(Error::Unavailable(why) | Error::Contended(why) | Error::Full(why)) => {
                tracing::warn!(job = %job.id, why, "job postponed");
                let wait = TimeDelta::seconds(job.attempts.clamp(1, 60));
                jobs::postpone(conn, job, &why, now + wait)?;
            }
            Stop::Failed(error) => {
                tracing::error!(job = %job.id, ?error, "job failed");
                let code = code(&error);
                if jobs::finish(conn, job, "failed", Some(&format!("{error:?}")), now)? {
                    end_subject(conn, job, &code)?;
                }
            }
        }
        Ok(())
    })
}

/// The people whose jobs of this kind the caller sees in lists, always including the caller; `None` for everybody's.
pub(crate) fn whose(ctx: &Ctx<'_>, kind: &str) -> Option<Vec<Uuid>> {
    let me = ctx.actor.user_id;
    match ctx.actor.visible(kind, Action::Read) {
        Some(Visible::All) => None,
        Some(Visible::Owners(people)) => Some(people.iter().copied().filter(|id| *id != me).chain([me]).collect()),
        Some(Visible::Pool) | None => Some(vec![me]),
    }
}

/// The names of those who started jobs.
pub(crate) fn makers(ctx: &mut Ctx<'_>, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    let users = ctx.shape("users")?;
    Ok(persistence::records::titles(ctx.conn, &users, &ids, persistence::records::Owners::All)?.into_iter().collect())
}

/// Whether a job should stop at its next step, because its process is about to end.
pub(crate) fn ending() -> bool {
    ENDING.load(Ordering::Relaxed)
}

fn code(error: &Error) -> String {
    match error {
        Error::Conflict { code, .. } => (*code).to_owned(),
        Error::Invalid(errors) => errors.first().map_or("invalid", |error| error.code).to_owned(),
        Error::Forbidden { .. } => "forbidden".to_owned(),
        Error::NotFound => "not_found".to_owned(),
        Error::Stale { .. } => "changed_meanwhile".to_owned(),
        Error::Unauthenticated(code) => (*code).to_owned(),
        Error::VersionRequired
        | Error::TooMany(_)
        | Error::Unavailable(_)
        | Error::Contended(_)
        | Error::Full(_)
        | Error::Internal(_) => "internal".to_owned(),
    }
}

fn end_subject(conn: &mut AnyConnection, job: &Job, code: &str) -> Result<()> {
    let schema = Arc::new(crate::schema::load(conn)?);
    let actor = Actor::system(Uuid::nil());
    let now = Utc::now().trunc_subsecs(6);
    let mut ctx = Ctx { conn, actor: &actor, now, request_id: job.id, schema: &schema };
    match job.kind.as_str() {
        imports::RUN | imports::UNDO => fail(&mut ctx, job.subject, ImportState::Failed, Some(code)),
        // Figures go on saying that they are not yet counted, until the next change of the same counts them.
        recounts::RUN => Ok(()),
        handovers::RUN => handovers::run::fail(&mut ctx, job.subject, code),
        _ => exports::fail(&mut ctx, job.subject, code),
    }
}
