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

/// Something to be written.
pub trait Write: Send {
    /// Carries it out, and says whether its changes are to remain. It may be called again after they were taken back
    /// because of another's failure.
    fn run(&mut self, conn: &mut AnyConnection) -> bool;

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
    let result = write_tx(conn, |conn| {
        let mut before = None;
        loop {
            let kept = group.last_mut().is_some_and(|write| write.run(conn));
            // One that changed nothing leaves nothing to be taken back; of the first that is not known.
            if !kept && before != Some(changes(conn)?) {
                return Err(End::TakenBack);
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
            let usable: Vec<bool> = group.into_iter().map(|write| alone(conn, write)).collect();
            return usable.into_iter().all(|usable| usable);
        }
        Err(End::Failed(failure)) => {
            group.into_iter().for_each(|write| write.decided(Some(failure.clone())));
            return false;
        }
    }
    true
}

/// Carries out one write in a transaction of its own; false when the connection is of no more use.
fn alone(conn: &mut AnyConnection, mut write: Box<dyn Write>) -> bool {
    let result = write_tx(conn, |conn| if write.run(conn) { Ok(()) } else { Err(End::TakenBack) });
    match result {
        Ok(()) | Err(End::TakenBack) => {
            write.decided(None);
            true
        }
        Err(End::Failed(failure)) => {
            write.decided(Some(failure));
            false
        }
    }
}

/// Rows that this connection has changed so far.
fn changes(conn: &mut AnyConnection) -> Result<i64> {
    let row = Sql::start(conn, "SELECT total_changes()").first(conn)?;
    Ok(row.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}
