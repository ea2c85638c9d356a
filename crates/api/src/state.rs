//! What all requests share: the pool, the caches, the key, the counters.

use crate::config::Config;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::secret;
use crate::token::Tokens;
use app::Actor;
use app::identity::{ActorCache, Credential};
use app::schema::Schema;
use persistence::db::{self, DbPool};
use persistence::writer::Writer;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long another process's change may go unnoticed.
const FRESH: Duration = Duration::from_secs(2);

/// Shared by every thread of the server.
pub struct State {
    /// The settings in force.
    pub config: Config,
    /// Database connections.
    pub pool: DbPool,
    /// Connections of what follows the log of events; on PostgreSQL those of the pool.
    pub beside: DbPool,
    /// Who writes on SQLite; on PostgreSQL everybody does.
    pub writer: Option<Writer>,
    /// Signs and checks access tokens.
    pub tokens: Tokens,
    /// Counters and timings.
    pub metrics: Metrics,
    /// Rate limits.
    pub limits: Limits,
    /// When the process came up.
    pub started: Instant,
    /// Whoever follows what happens.
    pub live: crate::live::Live,
    actors: ActorCache,
    schema: RwLock<Option<(Instant, Arc<Schema>)>>,
}

impl State {
    /// Opens the pool and reads or makes the secret.
    pub fn new(config: Config) -> Result<State, String> {
        let pool = db::pool(&config.database_url, config.pool_size).map_err(|e| e.to_string())?;
        let small = db::small_pool(&config.database_url, config.pool_size).map_err(|e| e.to_string())?;
        let writer = Writer::start(&config.database_url).map_err(|e| e.to_string())?;
        let secret = secret::load(&config)?;
        Ok(State {
            tokens: Tokens::new(secret.as_bytes()),
            metrics: Metrics::new().map_err(|e| e.to_string())?,
            limits: Limits::new(&config),
            started: Instant::now(),
            live: crate::live::Live::new(),
            actors: ActorCache::new(FRESH),
            schema: RwLock::new(None),
            beside: small.unwrap_or_else(|| pool.clone()),
            pool,
            writer,
            config,
        })
    }

    /// The caller behind a credential and the organisation's schema, when both are known and fresh: no database, no wait.
    pub fn cached(&self, credential: &Credential) -> Option<(Arc<Actor>, Arc<Schema>)> {
        Some((self.actors.get(credential)?, self.cached_schema()?))
    }

    /// The same from the database. Blocks: call it where that is allowed.
    pub fn load(&self, credential: &Credential) -> app::Result<(Arc<Actor>, Arc<Schema>)> {
        let mut conn = db::get(&self.pool)?;
        let schema = match self.cached_schema() {
            Some(schema) => schema,
            None => self.remember_schema(app::schema::load(&mut conn)?),
        };
        let actor =
            self.actors.load(credential, || app::identity::load_actor(&mut conn, credential, chrono::Utc::now()))?;
        Ok((actor, schema))
    }

    /// The organisation's schema, from memory or the database. Blocks.
    pub fn schema(&self) -> app::Result<Arc<Schema>> {
        match self.cached_schema() {
            Some(schema) => Ok(schema),
            None => {
                let mut conn = db::get(&self.pool)?;
                Ok(self.remember_schema(app::schema::load(&mut conn)?))
            }
        }
    }

    /// Users, teams, roles, sessions or keys have changed: the next request of everybody looks again.
    pub fn forget_actors(&self) {
        self.actors.clear();
    }

    /// Settings or custom fields have changed.
    pub fn forget_schema(&self) {
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn cached_schema(&self) -> Option<Arc<Schema>> {
        let held = self.schema.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(at, _)| at.elapsed() < FRESH).map(|(_, schema)| schema.clone())
    }

    fn remember_schema(&self, schema: Schema) -> Arc<Schema> {
        let schema = Arc::new(schema);
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), schema.clone()));
        schema
    }
}
