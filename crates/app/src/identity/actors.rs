//! From a credential to an actor, quickly: an in-memory cache that is dropped at every change.

use super::hashing::hex;
use crate::{Actor, Error, Result};
use chrono::{DateTime, Utc};
use domain::policy::Permissions;
use persistence::db::{self, AnyConnection};
use persistence::identity as store;
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
pub fn load_actor(conn: &mut AnyConnection, credential: &Credential, now: DateTime<Utc>) -> Result<Actor> {
    match credential {
        Credential::Session { user, session } => {
            let found = store::session(conn, *session, false)?;
            let good = found.is_some_and(|s| s.user_id == *user && s.revoked_at.is_none() && s.expires_at > now);
            if !good {
                return Err(Error::Unauthenticated("session_ended"));
            }
            let mut actor = load_user(conn, *user)?;
            actor.session_id = Some(*session);
            Ok(actor)
        }
        Credential::Key(hash) => {
            let key = store::key_by_hash(conn, &hex(hash))?;
            let key = key.filter(|k| is_in_force(k, now)).ok_or(Error::Unauthenticated("invalid_token"))?;
            let mut actor = load_user(conn, key.user_id)?;
            actor.permissions = Arc::new(key.permissions.intersect(&actor.permissions));
            actor.api_key_id = Some(key.id);
            if key.last_used_at.is_none_or(|t| now - t > chrono::Duration::minutes(1)) {
                // Good to know, but no reason to turn the request away when the database is busy.
                let _ = db::write_tx(conn, |conn| store::touch_key(conn, key.id, now).map_err(Error::from));
            }
            Ok(actor)
        }
    }
}

fn is_in_force(key: &store::ApiKey, now: DateTime<Utc>) -> bool {
    key.revoked_at.is_none() && key.expires_at.is_none_or(|t| t > now)
}

/// An active user with the union of the roles and the people around.
fn load_user(conn: &mut AnyConnection, user: Uuid) -> Result<Actor> {
    let person = store::person(conn, user)?.filter(|p| p.is_active()).ok_or(Error::Unauthenticated("session_ended"))?;
    let roles = store::roles_of(conn, user)?;
    let team_id = person.team.as_ref().map(|(id, _, _)| *id);
    let team = match team_id {
        Some(team) => store::team_members(conn, team)?,
        None => Vec::new(),
    };
    let subtree = store::subtree_members(conn, user, team_id)?;
    Ok(Actor {
        user_id: user,
        name: person.name.into(),
        permissions: Arc::new(Permissions::union(roles.iter().map(|r| &r.permissions))),
        team: with(team, user),
        subtree: with(subtree, user),
        api_key_id: None,
        session_id: None,
        pool: None,
    })
}

/// A user for work in the background, within the limits of the API key that asked for it, which must be in force as for
/// a request.
pub(crate) fn load_person(
    conn: &mut AnyConnection,
    user: Uuid,
    key: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Actor> {
    let mut actor = load_user(conn, user)?;
    if let Some(key) = key {
        let key = store::key(conn, key)?.filter(|k| k.user_id == user && is_in_force(k, now));
        let key = key.ok_or(Error::Unauthenticated("invalid_token"))?;
        actor.permissions = Arc::new(key.permissions.intersect(&actor.permissions));
        actor.api_key_id = Some(key.id);
    }
    Ok(actor)
}

/// Who acts from the command line: the user with this address, or the first administrator.
pub fn operator(conn: &mut AnyConnection, email: Option<&str>) -> Result<Actor> {
    let user = match email {
        Some(email) => store::person_by_email(conn, &email.to_lowercase())?.map(|person| person.id),
        None => store::users_with_role(conn, "administrator")?.into_iter().min(),
    };
    load_user(conn, user.ok_or_else(|| Error::field("as", "link_missing", ""))?)
}

/// The people of a list and the user, each once.
fn with(mut people: Vec<Uuid>, user: Uuid) -> Arc<[Uuid]> {
    people.push(user);
    people.sort_unstable();
    people.dedup();
    people.into()
}
