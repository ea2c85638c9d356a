//! The writer of a process on SQLite: what several callers write at the same time becomes one transaction.
//!
//! A commit costs more than what is committed: the file is synced, the word index closes a segment, the pages that
//! every record touches are logged again. SQLite has one writer anyway, so those who wait for their turn share one
//! commit, and nobody is answered before it. Those who write again and again come back just after it was made; the next
//! one waits a moment for them, where they would otherwise fall apart into halves that commit by turns. Who writes
//! alone waits for nobody. The writer keeps a connection of its own, whose cache stays true because
//! nobody else writes.

use crate::db::{self, AnyConnection, Target, write_tx};
use crate::error::{Error, Result};
use crate::sql::{Cells, Sql};
use domain::value::Value;
use std::collections::VecDeque;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Writes in one transaction at most.
const MOST: usize = 64;
/// A transaction that has run for so long takes no more in.
const LONGEST: Duration = Duration::from_millis(20);
/// How long after a commit the next one waits for those who were answered by it and may be back at once.
const GATHERING: Duration = Duration::from_micros(500);

/// So many writes within [`OFTEN_MS`] are people at work, rather than one who presses a button.
const OFTEN: usize = 8;
/// The time for which writes are counted.
const OFTEN_MS: u64 = 1_000;

/// When the last writes took their places, in milliseconds of [`now_ms`], by turns.
static LATEST: [AtomicU64; OFTEN] = [const { AtomicU64::new(0) }; OFTEN];
static TURN: AtomicUsize = AtomicUsize::new(0);

/// Milliseconds since this was first asked, and some more: at first nobody has written lately.
fn now_ms() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(OFTEN_MS)
}

fn note() {
    let turn = TURN.fetch_add(1, Ordering::Relaxed) % OFTEN;
    if let Some(slot) = LATEST.get(turn) {
        slot.store(now_ms(), Ordering::Relaxed);
    }
}

/// Do people write by way of a [`Writer`] of this process again and again? Whoever writes long transactions then makes
/// them shorter, so that nobody waits long for them.
pub fn is_busy() -> bool {
    let since = now_ms().saturating_sub(OFTEN_MS);
    LATEST.iter().all(|at| at.load(Ordering::Relaxed) > since)
}

/// How a write came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// Its changes are to remain.
    Kept,
    /// It left no savepoint open and is to be taken back.
    TakenBack,
    /// It broke off, by a panic or because the database failed: nobody knows what state the transaction is in. A savepoint
    /// may be open, in which case a commit would be none, or SQLite has rolled all back by itself.
    BrokenOff,
}

/// Something to be written.
pub trait Write: Send {
    /// Carries it out. It may be called again after its changes were taken back because of another's failure.
    fn run(&mut self, conn: &mut AnyConnection) -> Ran;

    /// What [`Write::run`] did last is on the disk, or was to be taken back and is; or the reason why neither is so.
    fn decided(self: Box<Self>, failure: Option<Error>);
}

/// Hands writes to the thread that carries them out.
#[derive(Debug)]
pub struct Writer {
    queue: Sender<Box<dyn Write>>,
}

impl Writer {
    /// Starts the thread for a SQLite database; it ends with the writer. `None` on PostgreSQL, whose writers do not
    /// wait for each other.
    pub fn start(url: &str) -> Result<Option<Writer>> {
        let target = Target::parse(url)?;
        if let Target::Pg(_) = target {
            return Ok(None);
        }
        let (queue, waiting) = channel();
        let thread = std::thread::Builder::new().name("writer".to_owned());
        thread.spawn(move || work(&target, &waiting)).map_err(|e| Error::Unavailable(e.to_string()))?;
        Ok(Some(Writer { queue }))
    }

    /// Takes its place in the queue. A write that cannot be carried out is told so.
    pub fn submit(&self, write: Box<dyn Write>) {
        note();
        if let Err(refused) = self.queue.send(write) {
            refused.0.decided(Some(Error::Unavailable("the writer has stopped".to_owned())));
        }
    }
}

/// Who waits, and who may come back.
struct Queue<'a> {
    incoming: &'a Receiver<Box<dyn Write>>,
    waiting: VecDeque<Box<dyn Write>>,
    /// When the last ones were answered, and how many wrote at the same time then.
    answered: Option<(Instant, usize)>,
}

impl Queue<'_> {
    /// The next, when there is one now, or when as many as wrote at the same time lately are not yet together.
    fn next(&mut self, together: usize) -> Option<Box<dyn Write>> {
        if let Some(next) = self.waiting.pop_front() {
            return Some(next);
        }
        match self.incoming.try_recv() {
            Ok(next) => Some(next),
            Err(_) => {
                let (since, writers) = self.answered?;
                let left = GATHERING.checked_sub(since.elapsed()).filter(|_| together < writers)?;
                self.incoming.recv_timeout(left).ok()
            }
        }
    }

    /// These have to be carried out once more, before all others.
    fn again(&mut self, writes: impl DoubleEndedIterator<Item = Box<dyn Write>>) {
        writes.rev().for_each(|write| self.waiting.push_front(write));
    }

    /// A group is about to be answered: whoever waits by now is not of it.
    fn answering(&mut self, group: usize) {
        self.waiting.extend(self.incoming.try_iter().take(MOST));
        self.answered = Some((Instant::now(), group + self.waiting.len()));
    }
}

fn work(target: &Target, incoming: &Receiver<Box<dyn Write>>) {
    let mut own: Option<(AnyConnection, Instant)> = None;
    let mut queue = Queue { incoming, waiting: VecDeque::new(), answered: None };
    while let Some(first) = queue.waiting.pop_front().or_else(|| incoming.recv().ok()) {
        let conn = match own.take().filter(|(_, since)| since.elapsed() < db::LIFETIME) {
            Some(own) => Ok(own),
            None => db::connect(target).map(|conn| (conn, Instant::now())),
        };
        match conn {
            Ok((mut conn, since)) => {
                let usable = together(&mut conn, first, &mut queue);
                // A connection that failed may be of a file that is gone; the next write opens another.
                own = usable.then_some((conn, since));
            }
            Err(failure) => first.decided(Some(failure)),
        }
    }
}

/// Why a transaction ends without a commit.
enum End {
    /// A write is to be taken back.
    TakenBack,
    /// A write broke off.
    BrokenOff,
    /// The database.
    Failed(Error),
}

impl From<diesel::result::Error> for End {
    fn from(e: diesel::result::Error) -> End {
        End::Failed(e.into())
    }
}

impl From<Error> for End {
    fn from(e: Error) -> End {
        End::Failed(e)
    }
}

/// Carries out the first and whoever waits by then; false when the connection is of no more use.
fn together(conn: &mut AnyConnection, first: Box<dyn Write>, queue: &mut Queue<'_>) -> bool {
    let start = Instant::now();
    let mut group = vec![first];
    // SQLite may have rolled back by itself, so that the transaction ends with another failure.
    let mut broke_off = false;
    let result = write_tx(conn, |conn| {
        let mut before = None;
        loop {
            match group.last_mut().map(|write| write.run(conn)) {
                Some(Ran::BrokenOff) => {
                    broke_off = true;
                    return Err(End::BrokenOff);
                }
                // One that changed nothing leaves nothing to be taken back; of the first that is not known.
                Some(Ran::TakenBack) if before != Some(changes(conn)?) => return Err(End::TakenBack),
                _ => {}
            }
            if group.len() == MOST || start.elapsed() > LONGEST {
                return Ok(());
            }
            let Some(next) = queue.next(group.len()) else { return Ok(()) };
            before = Some(changes(conn)?);
            group.push(next);
        }
    });
    queue.answering(group.len());
    match result {
        Ok(()) => group.into_iter().for_each(|write| write.decided(None)),
        Err(End::TakenBack) if group.len() == 1 => group.into_iter().for_each(|write| write.decided(None)),
        Err(End::TakenBack) => {
            let mut rest = group.into_iter();
            while let Some(write) = rest.next() {
                if !alone(conn, write) {
                    queue.again(rest);
                    return false;
                }
            }
        }
        Err(_) if broke_off => {
            // Closing the connection takes everything back; what was well comes again on another one.
            if let Some(write) = group.pop() {
                write.decided(None);
            }
            queue.again(group.into_iter());
            return false;
        }
        Err(End::Failed(failure)) => {
            group.into_iter().for_each(|write| write.decided(Some(failure.clone())));
            return false;
        }
        Err(End::BrokenOff) => return false,
    }
    true
}

/// Carries out one write in a transaction of its own; false when the connection is of no more use.
fn alone(conn: &mut AnyConnection, mut write: Box<dyn Write>) -> bool {
    let mut broke_off = false;
    let result = write_tx(conn, |conn| match write.run(conn) {
        Ran::Kept => Ok(()),
        Ran::TakenBack => Err(End::TakenBack),
        Ran::BrokenOff => {
            broke_off = true;
            Err(End::BrokenOff)
        }
    });
    match result {
        Err(_) if broke_off => {
            write.decided(None);
            false
        }
        Ok(()) | Err(End::TakenBack) => {
            write.decided(None);
            true
        }
        Err(End::Failed(failure)) => {
            write.decided(Some(failure));
            false
        }
        Err(End::BrokenOff) => false,
    }
}

/// Rows that this connection has changed so far.
fn changes(conn: &mut AnyConnection) -> Result<i64> {
    let row = Sql::start(conn, "SELECT total_changes()").first(conn)?;
    Ok(row.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const PATIENCE: Duration = Duration::from_secs(20);

    /// Writes a line; the one that is to break does so within a savepoint, having written it.
    struct Line {
        text: &'static str,
        breaks: bool,
        /// Waits until the others are in the queue.
        gate: Option<Receiver<()>>,
        tell: Sender<(&'static str, Option<Error>)>,
    }

    fn insert(conn: &mut AnyConnection, text: &str) {
        let mut q = Sql::start(conn, "INSERT INTO lines VALUES (");
        q.text(text).push(")");
        q.execute(conn).expect("a line");
    }

    impl Write for Line {
        fn run(&mut self, conn: &mut AnyConnection) -> Ran {
            if let Some(gate) = self.gate.take() {
                gate.recv_timeout(PATIENCE).expect("the others");
            }
            let worked = catch_unwind(AssertUnwindSafe(|| {
                write_tx::<_, End>(conn, |conn| {
                    insert(conn, self.text);
                    assert!(!self.breaks, "as wanted");
                    Ok(())
                })
                .is_ok()
            }));
            if worked.is_ok() { Ran::Kept } else { Ran::BrokenOff }
        }

        fn decided(self: Box<Self>, failure: Option<Error>) {
            self.tell.send((self.text, failure)).expect("somebody listens");
        }
    }

    fn stored(url: &str) -> Vec<String> {
        let mut conn = db::connect(&Target::parse(url).expect("an address")).expect("a connection");
        let rows = Sql::start(&conn, "SELECT text FROM lines ORDER BY rowid").load(&mut conn).expect("the lines");
        rows.into_iter().filter_map(|Cells(c)| Some(c.first()?.as_str()?.to_owned())).collect()
    }

    #[test]
    fn a_write_that_breaks_off_within_a_savepoint_takes_nobody_elses_with_it() {
        let folder = std::env::temp_dir().join(format!("flywheel_writer_{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let url = format!("sqlite:{}", folder.join("lines.db").display());
        let mut conn = db::connect(&Target::parse(&url).expect("an address")).expect("a connection");
        Sql::start(&conn, "CREATE TABLE lines (text TEXT NOT NULL)").execute(&mut conn).expect("a table");
        let writer = Writer::start(&url).expect("a thread").expect("SQLite");
        let (tell, told) = channel();
        let (open, gate) = channel();
        let mut gate = Some(gate);
        for text in ["before", "with", "broken", "after"] {
            let line = Line { text, breaks: text == "broken", gate: gate.take(), tell: tell.clone() };
            writer.submit(Box::new(line));
        }
        open.send(()).expect("the first waits");
        let mut answered: Vec<_> = (0..4).map(|_| told.recv_timeout(PATIENCE).expect("an answer")).collect();
        answered.sort_unstable_by_key(|(text, _)| *text);
        assert!(answered.iter().all(|(_, failure)| failure.is_none()), "{answered:?}");
        // Another connection sees what was answered.
        assert_eq!(stored(&url), ["before", "with", "after"]);
        std::fs::remove_dir_all(&folder).expect("the folder");
    }
}
