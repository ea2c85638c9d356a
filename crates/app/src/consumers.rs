//! Readers of the event log: each has done with every event up to its own durable position.
//!
//! What a consumer does with a batch of events and the move of its position are one transaction, so
//! that a crash at any point neither loses nor repeats an effect in the database. What leaves the
//! database (mail, calls of other systems) is written to an outbox by the same transaction.
//! The position is held by a row lock for as long as the transaction lasts (`FOR UPDATE SKIP LOCKED`
//! on PostgreSQL, the one write transaction on SQLite): of any number of processes one works on a
//! consumer, and when it dies the database lets go of the lock at once, with no lease to wait for.
//!
//! To add one: write `prepare` and name it in [`ALL`]. It begins at the end of the log when it runs first.

use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use persistence::consumers::{self as store, Consumer as State};
use persistence::db::{self, AnyConnection, DbPool, PooledConn, write_tx};
use persistence::events::{self, Event, Filter, Horizon};
use persistence::sql::Engine;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

mod catalogue;

pub use catalogue::ALL;

/// What follows from a batch: run inside the transaction that moves the position.
pub type Effects = Box<dyn FnOnce(&mut Ctx<'_>) -> Result<()>>;

/// A reader of the event log.
pub struct Consumer {
    /// Its name, under which its position is kept.
    pub name: &'static str,
    /// The objects whose events it wants, by plural key; empty for all.
    pub objects: &'static [&'static str],
    /// Events at a time.
    pub batch: i64,
    /// Reads a batch, oldest first, and says what follows; `None` for nothing. On SQLite it runs
    /// outside of the transaction, so that events which nobody waits for cost no write: what it
    /// decides by must be read again, locked, by the effects where that matters.
    pub prepare: fn(&mut Ctx<'_>, &[Event]) -> Result<Option<Effects>>,
}

/// Tries at one event before it is passed over.
const TRIES: i64 = 5;
/// How long a SQLite position may stand unwritten while nothing follows from the events.
const UNWRITTEN: Duration = Duration::from_secs(1);
/// How long a consumer that has news lets more come together: a batch of many events costs little more than one of one.
const TOGETHER: Duration = Duration::from_millis(100);
/// While records are brought in, a consumer rests for so many times as long as it worked: on PostgreSQL its work is done by
/// another process, which no priority of a thread of ours reaches, and somebody waits for the import.
const ASIDE: u32 = 3;
/// It rests no longer than this at a time.
const LONGEST_ASIDE: Duration = Duration::from_secs(1);
/// How long a consumer that found nothing waits for news of this process before it looks for those of others; each time that
/// it finds nothing again, twice as long.
const IDLE: Duration = Duration::from_millis(250);
/// It waits no longer than this: what another process wrote is read that late at most, and a server without work costs next
/// to nothing.
const LONGEST_IDLE: Duration = Duration::from_secs(1);
/// How long the schema may be used.
const FRESH: Duration = Duration::from_secs(2);

static NEWS: (Mutex<u64>, Condvar) = (Mutex::new(0), Condvar::new());

/// Tells the consumers of this process that there are events.
pub fn wake() {
    let mut count = NEWS.0.lock().unwrap_or_else(PoisonError::into_inner);
    *count = count.wrapping_add(1);
    NEWS.1.notify_all();
}

/// Waits for news since `seen`, or for as long as given; answers what has been seen now.
pub fn wait(seen: u64, at_most: Duration) -> u64 {
    let count = NEWS.0.lock().unwrap_or_else(PoisonError::into_inner);
    match NEWS.1.wait_timeout_while(count, at_most, |count| *count == seen) {
        Ok((count, _)) => *count,
        Err(poisoned) => *poisoned.into_inner().0,
    }
}

/// [`wait`], and lets more come together when there is news.
pub fn rest(seen: u64, at_most: Duration) -> u64 {
    let now = wait(seen, at_most);
    if now != seen {
        std::thread::sleep(TOGETHER);
    }
    now
}

/// Makes every consumer known, so that none can begin after a change that is acknowledged from now on. To be called before
/// the first request is answered; the threads of the consumers may be late.
pub fn enrol(pool: &DbPool) -> Result<()> {
    let mut conn = db::get(pool)?;
    let known = store::all(&mut conn)?;
    let missing: Vec<&Consumer> = ALL.iter().filter(|c| known.iter().all(|k| k.name != c.name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let now = Utc::now().trunc_subsecs(6);
    write_tx(&mut conn, |conn| Ok(missing.iter().try_for_each(|c| store::register(conn, c.name, now))?))
}

/// Reads on until told to stop.
pub fn work(pool: &DbPool, consumer: &'static Consumer, stop: &AtomicBool) {
    let mut reader = Reader::new(pool, consumer);
    let (mut seen, mut idle) = (0, IDLE);
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let pass = catch_unwind(AssertUnwindSafe(|| reader.pass()));
        let pass = pass.unwrap_or_else(|_| Err(Error::Internal("the consumer panicked".to_owned())));
        if matches!(pass, Ok(Pass::More | Pass::Done)) && crate::imports::run::is_running() {
            std::thread::sleep((begun.elapsed() * ASIDE).min(LONGEST_ASIDE));
        }
        // While others write there is always something new. Whoever took each of it at once would commit as often as they
        // do, and on SQLite every commit makes all other connections forget their pages.
        idle = match pass {
            Ok(Pass::More) => continue,
            Ok(Pass::Done) => IDLE,
            Ok(Pass::Idle) => (idle * 2).min(LONGEST_IDLE),
            Err(error) => {
                tracing::warn!(consumer = consumer.name, ?error, "the consumer waits");
                reader.failed(&error);
                IDLE
            }
        };
        seen = rest(seen, idle);
    }
}

/// What one look at the log came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Something was read, and there is more.
    More,
    /// Something was read, and it was all that there was.
    Done,
    /// There is nothing to do now.
    Idle,
}

/// One consumer at work in this process.
pub struct Reader<'a> {
    pool: &'a DbPool,
    consumer: &'static Consumer,
    horizon: Horizon,
    schema: Option<(Instant, Arc<Schema>)>,
    /// The written position, how far this process has read beyond it, and since when.
    ahead: Option<(i64, i64, Instant)>,
}

impl<'a> Reader<'a> {
    /// Begins where the consumer stands.
    pub fn new(pool: &'a DbPool, consumer: &'static Consumer) -> Reader<'a> {
        Reader { pool, consumer, horizon: Horizon::default(), schema: None, ahead: None }
    }

    /// Handles the next batch, if there is one.
    pub fn pass(&mut self) -> Result<Pass> {
        let mut conn = db::get(self.pool)?;
        let now = Utc::now().trunc_subsecs(6);
        let upto = self.horizon.advance(&mut conn)?;
        let Some(state) = store::find(&mut conn, self.consumer.name)? else {
            write_tx::<_, Error>(&mut conn, |conn| Ok(store::register(conn, self.consumer.name, now)?))?;
            return Ok(Pass::More);
        };
        if state.retry_at.is_some_and(|at| at > now) {
            return Ok(Pass::Idle);
        }
        if conn.engine() == Engine::Pg {
            if state.position >= upto {
                return Ok(Pass::Idle);
            }
            return self.pass_held(&mut conn, upto, now);
        }
        self.pass_beside(&mut conn, &state, upto, now)
    }

    /// PostgreSQL: everything under the row lock, so that processes do not double each other's work.
    fn pass_held(&mut self, conn: &mut PooledConn, upto: i64, now: DateTime<Utc>) -> Result<Pass> {
        let schema = self.schema(conn)?;
        write_tx(conn, |conn| {
            let Some(state) = store::hold(conn, self.consumer.name)? else { return Ok(Pass::Idle) };
            let batch = Batch::read(conn, self.consumer, &state, state.position, upto)?;
            if batch.last <= state.position {
                return Ok(Pass::Idle);
            }
            let effects = with(conn, &schema, now, |ctx| self.prepare(ctx, &batch.events))?;
            batch.carry_out(conn, &schema, now, self.consumer, effects)?;
            Ok(batch.pass(state.position, upto))
        })
    }

    /// SQLite: readers wait for nobody, so only what follows takes the write lock.
    fn pass_beside(&mut self, conn: &mut PooledConn, state: &State, upto: i64, now: DateTime<Utc>) -> Result<Pass> {
        let ahead = self.ahead.filter(|(written, ..)| *written == state.position);
        let (from, since) = ahead.map_or((state.position, Instant::now()), |(_, at, since)| (at, since));
        let schema = self.schema(conn)?;
        let batch = Batch::read(conn, self.consumer, state, from, upto)?;
        let effects = match batch.events.as_slice() {
            [] => None,
            events => with(conn, &schema, now, |ctx| self.prepare(ctx, events))?,
        };
        let overdue = batch.last > state.position && since.elapsed() > UNWRITTEN;
        if effects.is_none() && !overdue && state.failures == 0 {
            if batch.last > state.position {
                self.ahead = Some((state.position, batch.last, since));
            }
            return Ok(batch.pass(from, upto));
        }
        self.ahead = None;
        write_tx(conn, |conn| {
            // Somebody else may have been here since.
            if store::hold(conn, self.consumer.name)?.is_none_or(|held| held.position != state.position) {
                return Ok(Pass::More);
            }
            batch.carry_out(conn, &schema, now, self.consumer, effects)?;
            Ok(batch.pass(from, upto))
        })
    }

    fn prepare(&self, ctx: &mut Ctx<'_>, events: &[Event]) -> Result<Option<Effects>> {
        if events.is_empty() { Ok(None) } else { (self.consumer.prepare)(ctx, events) }
    }

    fn schema(&mut self, conn: &mut AnyConnection) -> Result<Arc<Schema>> {
        if let Some((at, schema)) = &self.schema
            && at.elapsed() < FRESH
        {
            return Ok(schema.clone());
        }
        let schema = Arc::new(crate::schema::load(conn)?);
        self.schema = Some((Instant::now(), schema.clone()));
        Ok(schema)
    }

    /// Takes note of a failure, and passes over an event that fails again and again.
    fn failed(&mut self, error: &Error) {
        self.ahead = None;
        // A database that is busy or away is no fault of the event.
        if matches!(error, Error::Unavailable(_) | Error::Contended(_) | Error::Full(_)) {
            return;
        }
        let noted = db::get(self.pool).map_err(Error::from).and_then(|mut conn| {
            let upto = self.horizon.advance(&mut conn)?;
            let now = Utc::now().trunc_subsecs(6);
            write_tx(&mut conn, |conn| note_failure(conn, self.consumer, upto, error, now))
        });
        if let Err(error) = noted {
            tracing::warn!(consumer = self.consumer.name, ?error, "the failure could not be noted");
        }
    }
}

/// Events that were read, and the position after them.
struct Batch {
    events: Vec<Event>,
    last: i64,
}

impl Batch {
    /// One event at a time after a failure, so that the one at fault stands alone.
    fn read(conn: &mut AnyConnection, consumer: &Consumer, state: &State, from: i64, upto: i64) -> Result<Batch> {
        let limit = if state.failures > 0 { 1 } else { consumer.batch };
        let objects: Vec<String> = consumer.objects.iter().map(|o| (*o).to_owned()).collect();
        let filter = Filter { objects: &objects, ..Filter::default() };
        let events = events::after(conn, &filter, from, upto, limit)?;
        let full = events.len() as i64 == limit;
        let last = events.last().map_or(from, |e| e.seq);
        Ok(Batch { last: if full { last } else { upto.max(from) }, events })
    }

    /// What reading it from one position came to, of a log that ended at `upto`.
    fn pass(&self, from: i64, upto: i64) -> Pass {
        match self.last {
            last if last <= from => Pass::Idle,
            last if last < upto => Pass::More,
            _ => Pass::Done,
        }
    }

    fn carry_out(
        &self,
        conn: &mut AnyConnection,
        schema: &Arc<Schema>,
        now: DateTime<Utc>,
        consumer: &Consumer,
        effects: Option<Effects>,
    ) -> Result<()> {
        if let Some(effects) = effects {
            with(conn, schema, now, effects)?;
        }
        Ok(store::advance(conn, consumer.name, self.last, now)?)
    }
}

fn note_failure(
    conn: &mut AnyConnection,
    consumer: &Consumer,
    upto: i64,
    error: &Error,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(state) = store::hold(conn, consumer.name)? else { return Ok(()) };
    let text = format!("{error:?}");
    let failures = state.failures + 1;
    // The first failure may be of any event of a batch; from then on they come one by one.
    if failures > TRIES {
        let batch = Batch::read(conn, consumer, &state, state.position, upto)?;
        if let [event] = batch.events.as_slice() {
            tracing::error!(consumer = consumer.name, event = event.seq, error = text, "event passed over");
            store::pass_over(conn, consumer.name, event.seq, &text, now)?;
            return Ok(store::advance(conn, consumer.name, event.seq, now)?);
        }
    }
    let wait = TimeDelta::milliseconds(100 << failures.clamp(0, 9));
    Ok(store::fail(conn, consumer.name, failures, &text, now + wait)?)
}

/// A context of the program itself, which belongs to no user.
fn with<T>(
    conn: &mut AnyConnection,
    schema: &Arc<Schema>,
    now: DateTime<Utc>,
    f: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
) -> Result<T> {
    let actor = Actor::system(Uuid::nil());
    f(&mut Ctx { conn, actor: &actor, now, request_id: Uuid::now_v7(), schema })
}

/// How far a consumer is behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Lag {
    /// Which consumer.
    pub name: String,
    /// Its state.
    pub state: State,
    /// Events that it has still to read.
    pub events: i64,
    /// Age of the first of them; 0 when there is none.
    pub milliseconds: i64,
}

/// How far each consumer is behind.
pub fn lags(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Vec<Lag>> {
    let mut lags = Vec::new();
    for state in store::all(conn)? {
        let (end, since) = store::lag(conn, state.position)?;
        let milliseconds = since.map_or(0, |at| (now - at).num_milliseconds().max(0));
        lags.push(Lag { name: state.name.clone(), events: (end - state.position).max(0), milliseconds, state });
    }
    Ok(lags)
}

/// Tries an event again that was passed over; true when it is done now. Inside the caller's transaction.
pub fn retry(ctx: &mut Ctx<'_>, id: Uuid) -> Result<bool> {
    let failure = store::failure(ctx.conn, id)?.ok_or(Error::NotFound)?;
    let consumer = ALL.iter().find(|c| c.name == failure.consumer);
    let event = events::at(ctx.conn, failure.event_seq)?;
    let (schema, now) = (ctx.schema.clone(), ctx.now);
    let tried = match (consumer, event) {
        (Some(consumer), Some(event)) => write_tx(ctx.conn, |conn| {
            let effects = with(conn, &schema, now, |ctx| (consumer.prepare)(ctx, &[event]))?;
            effects.map_or(Ok(()), |effects| with(conn, &schema, now, effects))
        }),
        // Neither can come back, so there is nothing left to do.
        _ => Ok(()),
    };
    match &tried {
        Err(error @ (Error::Unavailable(_) | Error::Contended(_) | Error::Full(_))) => return Err(error.clone()),
        Err(error) => store::retried(ctx.conn, id, Some(&format!("{error:?}")), now)?,
        Ok(()) => store::retried(ctx.conn, id, None, now)?,
    }
    Ok(tried.is_ok())
}
