//! What works beside an import: on PostgreSQL a connection that sorts the words of new records into their index, which
//! takes as long as all else that the database does for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use persistence::db::DbPool;
use persistence::sql::Engine;
use persistence::word_index;

/// How long the words of more records gather before they are sorted in.
const GATHERING: Duration = Duration::from_millis(20);

/// An import itself needs two connections at a time, one to write and one to read its file; with this thread it needs three.
const CONNECTIONS: usize = 3;

/// Sorts until it is dropped, and then what is left.
pub(super) struct Sorter {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    works: AtomicBool,
    stop: AtomicBool,
}

impl Sorter {
    /// Starts sorting where that is of use and allowed; where it is not, whoever inserts goes on sorting. It takes no
    /// connection that another of the imports under way, `running` with this one, would wait for.
    pub(super) fn start(pool: &DbPool, engine: Engine, running: usize) -> Sorter {
        let state = Arc::new(State::default());
        let mut sorter = Sorter { state: state.clone(), thread: None };
        if engine == Engine::Sqlite || usize::try_from(pool.max_size()).unwrap_or(usize::MAX) <= running * CONNECTIONS {
            return sorter;
        }
        let Ok(mut conn) = persistence::db::get(pool) else { return sorter };
        match word_index::sort_in(&mut conn) {
            Ok(_) => {}
            Err(error) => {
                tracing::info!(?error, "the words of an import are sorted with its rows");
                return sorter;
            }
        }
        state.works.store(true, Ordering::Relaxed);
        let work = move || {
            loop {
                // Looked at first, so that the last sorting comes after the last insert.
                let last = state.stop.load(Ordering::Relaxed);
                if let Err(error) = word_index::sort_in(&mut conn) {
                    tracing::warn!(?error, "the words of an import are sorted with its rows from here on");
                    break;
                }
                if last {
                    break;
                }
                std::thread::sleep(GATHERING);
            }
            state.works.store(false, Ordering::Relaxed);
        };
        match std::thread::Builder::new().name("words".to_owned()).spawn(work) {
            Ok(thread) => sorter.thread = Some(thread),
            Err(error) => {
                tracing::warn!(?error, "no thread sorts the words of an import");
                sorter.state.works.store(false, Ordering::Relaxed);
            }
        }
        sorter
    }

    /// Whether the sorting may be left to it.
    pub(super) fn works(&self) -> bool {
        self.state.works.load(Ordering::Relaxed)
    }
}

impl Drop for Sorter {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
