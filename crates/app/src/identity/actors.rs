//! From a credential to an actor, quickly: an in-memory cache that is dropped at every change.

use crate::{Actor, Error, Result};
use chrono::{DateTime, Utc};
use persistence::db::AnyConnection;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How every API key starts.
pub const KEY_PREFIX: &str = "fw_";

/// What a request shows of itself, already checked as far as that goes without a database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A genuine access token of this session.
    Session {
        /// Whose session.
        user: Uuid,
        /// Which session.
        session: Uuid,
    },
    /// An API key, by the SHA-256 of its text.
    Key([u8; 32]),
}

impl Credential {
    /// Of an API key's text.
    pub fn of_key(key: &str) -> Credential {
        Credential::Key(Sha256::digest(key.as_bytes()).into())
    }
}

/// Actors by credential. A change of this process drops all at once; one of another process shows after the time to live.
pub struct ActorCache {
    fresh: Duration,
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    actors: HashMap<Credential, (Instant, Arc<Actor>)>,
    /// Counts the clearings, so that what was read before one is not kept after it.
    generation: u64,
}

/// Actors kept at most; more than that many callers within the time to live start over.
const CAPACITY: usize = 20_000;

impl ActorCache {
    /// Empty, with this time to live.
    pub fn new(fresh: Duration) -> ActorCache {
        ActorCache { fresh, held: RwLock::new(Held::default()) }
    }

    /// The actor, if it was loaded a short while ago.
    pub fn get(&self, credential: &Credential) -> Option<Arc<Actor>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.actors.get(credential).filter(|(at, _)| at.elapsed() < self.fresh).map(|(_, actor)| actor.clone())
    }

    /// Loads an actor and keeps it, unless the cache was cleared meanwhile.
    pub fn load(&self, credential: &Credential, load: impl FnOnce() -> Result<Actor>) -> Result<Arc<Actor>> {
        let before = self.held.read().unwrap_or_else(PoisonError::into_inner).generation;
        let at = Instant::now();
        let actor = Arc::new(load()?);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.generation == before {
            if held.actors.len() >= CAPACITY {
                held.actors.clear();
            }
            held.actors.insert(credential.clone(), (at, actor.clone()));
        }
        Ok(actor)
    }

    /// Forgets everybody.
    pub fn clear(&self) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.actors.clear();
        held.generation += 1;
    }
}

/// The actor behind a credential: the user must be active, the session or key in force.
pub fn load_actor(_conn: &mut AnyConnection, _credential: &Credential, _now: DateTime<Utc>) -> Result<Actor> {
    Err(Error::Unauthenticated("session_ended"))
}
