//! What happens, as it happens: one thread per process follows the event log and the news, and tells whoever listens.

use actix_web::web;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::record::Shape;
use persistence::db::{self, DbPool};
use persistence::events::{self, Event, Filter, Horizon};
use persistence::notifications::{self, Notification};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::state::State;

/// Messages that a slow listener may be behind before it is told to start over.
const ROOM: usize = 4096;
/// Events at a time.
const BATCH: i64 = 500;
/// How long to wait for a sign that something happened before looking anyway.
const REST: Duration = Duration::from_millis(250);
/// How long somebody who comes waits for the first look at the log.
const FIRST_LOOK: Duration = Duration::from_secs(5);
/// News is looked for this far back, since it is committed a while after its time.
const OVERLAP: TimeDelta = TimeDelta::seconds(30);

/// Something to tell listeners.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// A record changed.
    Change(Arc<Change>),
    /// Somebody was told something.
    News(Arc<Notification>),
    /// Somebody marked their news as read or unread.
    Read(Uuid),
    /// Something may have happened that nobody was told.
    Reset,
    /// The server ends.
    End,
}

/// A change of a record, with what decides who may see it.
#[derive(Debug)]
pub(crate) struct Change {
    /// The event.
    pub(crate) event: Event,
    /// The record's owner now; `None` where the record has none.
    pub(crate) owner: Option<Uuid>,
}

/// Where listeners are told.
pub struct Live {
    sender: broadcast::Sender<Message>,
    stop: AtomicBool,
    /// Up to where the log was final at the last look at it; none before the first.
    settled: watch::Sender<Option<i64>>,
    /// Who listens, each in so many windows.
    users: Mutex<HashMap<Uuid, usize>>,
}

impl Live {
    /// Without listeners.
    pub fn new() -> Live {
        Live {
            sender: broadcast::channel(ROOM).0,
            stop: AtomicBool::new(false),
            settled: watch::Sender::new(None),
            users: Mutex::default(),
        }
    }

    fn count(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn users(&self) -> Vec<Uuid> {
        self.count().keys().copied().collect()
    }

    /// Up to where whoever comes back reads what they missed: what follows is told to all who listen by now, also what
    /// comes into sight behind later positions. None where nobody knows yet.
    pub(crate) async fn settled(&self) -> Option<i64> {
        let mut settled = self.settled.subscribe();
        let first = tokio::time::timeout(FIRST_LOOK, settled.wait_for(Option::is_some)).await;
        first.ok()?.ok().and_then(|settled| *settled)
    }

    /// A person read their news, perhaps in another window.
    pub(crate) fn read(&self, user: Uuid) {
        let _ = self.sender.send(Message::Read(user));
    }

    /// Tells everybody that it ends, so that nobody holds the server up.
    pub(crate) fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.sender.send(Message::End);
        app::consumers::wake();
    }

    pub(crate) fn ended(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Default for Live {
    fn default() -> Live {
        Live::new()
    }
}

/// Somebody who listens, until dropped.
pub(crate) struct Listener {
    receiver: broadcast::Receiver<Message>,
    state: web::Data<State>,
    user: Uuid,
}

impl Listener {
    /// Hears everything from now on.
    pub(crate) fn new(state: &web::Data<State>, user: Uuid) -> Listener {
        let receiver = state.live.sender.subscribe();
        *state.live.count().entry(user).or_default() += 1;
        Listener { receiver, state: state.clone(), user }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Result<Message, RecvError> {
        self.receiver.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut count = self.state.live.count();
        let windows = count.get(&self.user).copied().unwrap_or_default();
        if windows > 1 {
            count.insert(self.user, windows - 1);
        } else {
            count.remove(&self.user);
        }
    }
}

/// Follows the log until the end.
pub(crate) fn follow(state: &web::Data<State>) {
    let mut tail = Tail { horizon: Horizon::default(), position: None, told: HashMap::new() };
    let mut seen = 0;
    // The first look is before the first rest: it says where the log ended when nobody listened yet.
    while !state.live.ended() {
        if let Err(error) = tail.look(&state.beside, &state.live) {
            tracing::warn!(?error, "the live stream waits");
        }
        if state.live.users().is_empty() {
            // Nobody hears what is found: it only has to know where the log ends when somebody comes.
            let rests = if tail.position.is_some() { 4 } else { 1 };
            for _ in 0..rests {
                if state.live.users().is_empty() && !state.live.ended() {
                    std::thread::sleep(REST);
                }
            }
        } else {
            seen = app::consumers::wait(seen, REST);
        }
    }
}

struct Tail {
    horizon: Horizon,
    position: Option<i64>,
    /// News that was told, and when it was made.
    told: HashMap<Uuid, DateTime<Utc>>,
}

impl Tail {
    fn look(&mut self, pool: &DbPool, live: &Live) -> app::Result<()> {
        let mut conn = db::get(pool)?;
        loop {
            let upto = self.horizon.advance(&mut conn)?;
            if upto == 0 && events::end(&mut conn)? > 0 {
                // Since the start a transaction has been open that may still put something before all of it: nobody knows
                // yet where the log ends.
                return Ok(());
            }
            live.settled.send_replace(Some(upto));
            // Asked after the position was made known: whoever comes now reads what is up to it, and hears all that follows.
            let users = live.users();
            if self.position.is_none() && !users.is_empty() {
                let _ = live.sender.send(Message::Reset);
            }
            let from = match self.position {
                Some(from) if !users.is_empty() => from,
                _ => upto,
            };
            let batch = events::after(&mut conn, &Filter::default(), from, upto, BATCH)?;
            let more = batch.len() as i64 == BATCH;
            self.position = Some(if more { batch.last().map_or(upto, |e| e.seq) } else { upto });
            for change in owned(&mut conn, batch)? {
                let _ = live.sender.send(Message::Change(Arc::new(change)));
            }
            if !more {
                return self.news(&mut conn, live, &users);
            }
        }
    }

    fn news(&mut self, conn: &mut db::AnyConnection, live: &Live, users: &[Uuid]) -> app::Result<()> {
        let since = Utc::now().trunc_subsecs(6) - OVERLAP;
        for news in notifications::since(conn, users, since)? {
            if self.told.insert(news.id, news.created_at).is_none() {
                let _ = live.sender.send(Message::News(Arc::new(news)));
            }
        }
        self.told.retain(|_, at| *at > since);
        Ok(())
    }
}

/// The events of records, with their owners: one query for each object, however many listen.
pub(crate) fn owned(conn: &mut db::AnyConnection, batch: Vec<Event>) -> app::Result<Vec<Change>> {
    let mut by_object: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    for event in &batch {
        if let Some(def) = domain::objects::find(&event.object).filter(|def| def.owned) {
            by_object.entry(def.key).or_default().push(event.record_id);
        }
    }
    let mut owners = HashMap::new();
    for (object, ids) in by_object {
        if let Some(def) = domain::objects::find(object) {
            owners.extend(persistence::records::links(conn, &Shape::plain(def), "owner_id", &ids)?);
        }
    }
    let known = batch.into_iter().filter(|e| domain::objects::find(&e.object).is_some());
    Ok(known.map(|event| Change { owner: owners.get(&event.record_id).copied().flatten(), event }).collect())
}
