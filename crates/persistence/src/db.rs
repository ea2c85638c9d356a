//! The connection to either engine: set-up, pool, write transactions, migrations.

use crate::error::Error;
use crate::sql::{Cells, Engine, Sql};
use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{CustomizeConnection, ManageConnection, R2D2Connection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

mod transport;

mod any {
    #![expect(missing_docs, reason = "the derive writes public items without comments")]
    /// A connection to PostgreSQL or SQLite; one query type serves both.
    #[derive(diesel::MultiConnection)]
    pub enum AnyConnection {
        /// PostgreSQL.
        Pg(diesel::PgConnection),
        /// SQLite.
        Sqlite(diesel::SqliteConnection),
    }
}
pub use any::{AnyConnection, MultiBackend};

/// Runs one expression on the concrete connection: the body is compiled once per engine, so all of
/// diesel's per-engine features are available in it.
#[macro_export]
macro_rules! on_conn {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::AnyConnection::Pg($c) => $body,
            $crate::db::AnyConnection::Sqlite($c) => $body,
        }
    };
}

/// Where the data lives, by URL scheme. The derived connection would try each engine in turn and
/// throw the real error away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `postgres://…` or `postgresql://…`.
    Pg(String),
    /// `sqlite:PATH`; the path of the file.
    Sqlite(String),
}

impl Target {
    /// Reads a database URL; an unknown scheme is refused.
    pub fn parse(url: &str) -> Result<Target, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            if let Some(asked) = transport::encryption(url) {
                return Err(Error::Configuration(format!(
                    "DATABASE_URL asks for TLS ({asked}), which this program does not speak with PostgreSQL: reach it over \
                     loopback, a private network or a local stunnel or pgbouncer, and leave {asked} out"
                )));
            }
            return Ok(Target::Pg(url.to_owned()));
        }
        match url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            Some(path) if !path.is_empty() => Ok(Target::Sqlite(path.to_owned())),
            _ => Err(Error::Configuration("DATABASE_URL must start with sqlite: or postgres://".to_owned())),
        }
    }

    /// The file of a SQLite database that is not there; looking makes nothing.
    pub fn missing(&self) -> Option<&Path> {
        match self {
            Target::Sqlite(path) => Some(Path::new(path)).filter(|path| !path.exists()),
            Target::Pg(_) => None,
        }
    }

    /// The host whose way leads over a network on which others might listen, as nothing is encrypted; `None` for a file,
    /// a socket and this machine itself.
    pub fn exposed(&self) -> Option<String> {
        match self {
            Target::Pg(url) => transport::distant_host(url),
            Target::Sqlite(_) => None,
        }
    }
}

impl ManageConnection for Target {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        match self {
            Target::Pg(url) => diesel::PgConnection::establish(url).map(AnyConnection::Pg),
            Target::Sqlite(path) => diesel::SqliteConnection::establish(path).map(AnyConnection::Sqlite),
        }
        .map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, c: &mut AnyConnection) -> Result<(), Self::Error> {
        match c {
            AnyConnection::Pg(c) => c.ping().map_err(diesel::r2d2::Error::QueryError),
            // An open file cannot be lost the way a socket can.
            AnyConnection::Sqlite(_) => Ok(()),
        }
    }

    fn has_broken(&self, c: &mut AnyConnection) -> bool {
        std::thread::panicking() || c.is_broken()
    }
}

/// How long a connection is kept: what it remembers of statements goes with it.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);

/// What a new connection to SQLite is told of its size.
#[derive(Debug, Clone, Copy)]
struct Setup {
    /// KiB of pages that it keeps.
    cache: u32,
    /// Pages in the log before one of its commits moves them to the file.
    checkpoint: u32,
}

/// One that serves requests and writes: the upper pages of the indexes of a million customers, and some thousand of the
/// lowest. It moves as many pages as one table of the log's index holds; a page that is written again and again moves
/// once.
const USUAL: Setup = Setup { cache: 24_000, checkpoint: 4_000 };
/// One beside the writer, which forgets its pages after every commit. It commits often and little, so that moving pages
/// is left to whoever writes much.
const SMALL: Setup = Setup { cache: 2_000, checkpoint: 20_000 };
/// One that writes very many rows: it finds in its pages most of the leaves of the indexes, all over which the rows
/// belong, and writes each of them once per step.
const BULK: Setup = Setup { cache: 80_000, checkpoint: 20_000 };

impl Setup {
    fn pragmas(self) -> String {
        format!("PRAGMA cache_size=-{}; PRAGMA wal_autocheckpoint={}", self.cache, self.checkpoint)
    }
}

/// `synchronous=FULL`: what was acknowledged survives a power cut, not only a crash of the process. The file is not
/// mapped: SQLite takes the mapping away and makes it anew in every reader after every commit of another connection.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
     PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;";

const PG_SETUP: &str = "SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET lock_timeout = '10s';";

/// Messages in English, by which `Error` tells what passes. Only superusers may choose, and from PostgreSQL 15 on whoever
/// was given the right; a refusal is caught where it arises, so that it fails nothing else.
const PG_ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
     EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

impl CustomizeConnection<AnyConnection, diesel::r2d2::Error> for Setup {
    fn on_acquire(&self, conn: &mut AnyConnection) -> Result<(), diesel::r2d2::Error> {
        match conn {
            AnyConnection::Sqlite(c) => c.batch_execute(&format!("{SQLITE_SETUP} {}", self.pragmas())),
            // A server without PL/pgSQL knows no such block; all else it can.
            AnyConnection::Pg(c) => {
                c.batch_execute(&format!("{PG_SETUP} {PG_ENGLISH}")).or_else(|_| c.batch_execute(PG_SETUP))
            }
        }
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// The language in which PostgreSQL puts its messages to this connection, where it is not English.
pub fn foreign_language(conn: &mut AnyConnection) -> Result<Option<String>, Error> {
    if let AnyConnection::Sqlite(_) = conn {
        return Ok(None);
    }
    let found = Sql::start(conn, "SELECT current_setting('lc_messages')").first(conn)?;
    let language = found.and_then(|Cells(c)| c.first().and_then(domain::value::Value::as_str).map(str::to_owned));
    Ok(language.filter(|l| !is_english(l)))
}

/// Of a locale's name; an empty one leaves it to the server's surroundings, of which nothing is known.
fn is_english(locale: &str) -> bool {
    let name = locale.split(['.', '@']).next().unwrap_or_default().to_lowercase();
    matches!(name.as_str(), "" | "c" | "posix") || name.starts_with("en")
}

/// A connection outside of any pool.
pub(crate) fn connect(target: &Target) -> Result<AnyConnection, Error> {
    let refused = |e: diesel::r2d2::Error| Error::Unavailable(e.to_string());
    let mut conn = target.connect().map_err(refused)?;
    USUAL.on_acquire(&mut conn).map_err(refused)?;
    Ok(conn)
}

/// A connection out of a pool.
pub type PooledConn = diesel::r2d2::PooledConnection<Target>;

/// Pooled connections.
pub type DbPool = diesel::r2d2::Pool<Target>;

/// A pool of at most `size` connections, none of which is opened before it is needed.
/// The directory of a SQLite file is made when it is absent.
pub fn pool(url: &str, size: u32) -> Result<DbPool, Error> {
    pool_with(url, size, USUAL)
}

/// A pool for what only follows what others write: on SQLite its connections keep few pages, since every commit of
/// another one makes them forget what they kept. `None` on PostgreSQL, where connections are dear and all alike.
pub fn small_pool(url: &str, size: u32) -> Result<Option<DbPool>, Error> {
    match Target::parse(url)? {
        Target::Sqlite(_) => pool_with(url, size, SMALL).map(Some),
        Target::Pg(_) => Ok(None),
    }
}

fn pool_with(url: &str, size: u32, setup: Setup) -> Result<DbPool, Error> {
    let target = Target::parse(url)?;
    if let Target::Sqlite(path) = &target {
        make_folder_of(path)?;
    }
    let checked = matches!(target, Target::Pg(_));
    diesel::r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(checked)
        .connection_timeout(Duration::from_secs(10))
        .max_lifetime(Some(LIFETIME))
        .connection_customizer(Box::new(setup))
        .build(target)
        .map_err(|e| Error::Unavailable(e.to_string()))
}

/// Makes a directory, with those above it, where there is none. What the program keeps is nobody else's to read.
pub fn make_folder(dir: &Path) -> std::io::Result<()> {
    std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700).create(dir)
}

/// Makes the directory of a file where there is none.
fn make_folder_of(path: &str) -> Result<(), Error> {
    match Path::new(path).parent().filter(|dir| !dir.as_os_str().is_empty()) {
        Some(dir) => make_folder(dir)
            .map_err(|e| Error::Unavailable(format!("cannot make the directory {}: {e}", dir.display()))),
        None => Ok(()),
    }
}

/// A connection from the pool; when none comes in time the database is busy or away.
pub fn get(pool: &DbPool) -> Result<PooledConn, Error> {
    pool.get().map_err(|e| Error::Unavailable(e.to_string()))
}

/// A connection out of a pool for writing very many rows. On SQLite it keeps more pages than others do, and gives them
/// back at its end.
pub struct BulkConn(PooledConn);

impl std::fmt::Debug for BulkConn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BulkConn")
    }
}

impl std::ops::Deref for BulkConn {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.0
    }
}

impl std::ops::DerefMut for BulkConn {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.0
    }
}

impl Drop for BulkConn {
    fn drop(&mut self) {
        if let AnyConnection::Sqlite(c) = &mut *self.0 {
            let usual = format!("{}; PRAGMA shrink_memory", USUAL.pragmas());
            // Left as it is, the connection would only keep more than others until it is replaced.
            c.batch_execute(&usual).ok();
        }
    }
}

/// A connection out of a pool for writing very many rows.
pub fn bulk(pool: &DbPool) -> Result<BulkConn, Error> {
    let mut conn = BulkConn(get(pool)?);
    if let AnyConnection::Sqlite(c) = &mut *conn {
        c.batch_execute(&BULK.pragmas())?;
    }
    Ok(conn)
}

/// Gives back the memory that a connection has gathered during a long work; on PostgreSQL it keeps none.
pub fn shrink(conn: &mut AnyConnection) -> Result<(), Error> {
    if let AnyConnection::Sqlite(c) = conn {
        c.batch_execute("PRAGMA shrink_memory")?;
    }
    Ok(())
}

const PG: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// How the database stands against this binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// Every migration of this binary has run, and no other.
    Current,
    /// Some have not run: their names.
    Behind(Vec<String>),
    /// The database knows migrations that this binary does not: it belongs to a newer version.
    Newer(Vec<String>),
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Compares the applied migrations with the embedded ones.
pub fn schema_state(conn: &mut AnyConnection) -> Result<SchemaState, Error> {
    let wrong = |e: Failure| Error::Migration(e.to_string());
    let (known, applied, pending) = match conn {
        AnyConnection::Pg(c) => (
            versions::<diesel::pg::Pg>(PG)?,
            c.applied_migrations().map_err(wrong)?,
            c.pending_migrations(PG).map_err(wrong)?.len(),
        ),
        AnyConnection::Sqlite(c) => (
            versions::<diesel::sqlite::Sqlite>(SQLITE)?,
            c.applied_migrations().map_err(wrong)?,
            c.pending_migrations(SQLITE).map_err(wrong)?.len(),
        ),
    };
    let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    let newer: Vec<String> = applied.iter().filter(|v| !known.contains(v)).cloned().collect();
    if !newer.is_empty() {
        return Ok(SchemaState::Newer(newer));
    }
    if pending > 0 {
        return Ok(SchemaState::Behind(known.into_iter().filter(|v| !applied.contains(v)).collect()));
    }
    Ok(SchemaState::Current)
}

fn versions<DB: diesel::backend::Backend>(source: EmbeddedMigrations) -> Result<Vec<String>, Error> {
    use diesel::migration::MigrationSource;
    let all: Vec<Box<dyn diesel::migration::Migration<DB>>> =
        source.migrations().map_err(|e| Error::Migration(e.to_string()))?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}

/// Opens a database, making it where there is none, and runs what has not run yet as [`migrate`] does. Several processes
/// may call this at once: one works while the others wait.
pub fn bring_up_to_date(url: &str) -> Result<Vec<String>, Error> {
    let _turn = match Target::parse(url)? {
        Target::Sqlite(path) => {
            make_folder_of(&path)?;
            folder_lock(Path::new(&path))
        }
        Target::Pg(_) => None,
    };
    let pool = pool(url, 1)?;
    let mut conn = get(&pool)?;
    migrate(&mut conn)
}

/// A lock on the folder of a file, until it is dropped. SQLite's own locks end with each migration, and two processes that
/// open a new database at once are refused by each other. A lock on the folder leaves no file behind that another user
/// could not open. Where the system knows no such locks there is none, and the second process fails instead of waiting.
fn folder_lock(path: &Path) -> Option<std::fs::File> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let folder = std::fs::File::open(dir).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Runs what has not run yet, each migration in a transaction of its own, and says which. A database of a newer version is
/// left alone. On PostgreSQL several processes may call this at once: an advisory lock lets one work while the others
/// wait. For SQLite see [`bring_up_to_date`].
pub fn migrate(conn: &mut AnyConnection) -> Result<Vec<String>, Error> {
    const LOCK: i64 = 0x464c_5957_4845_454c;
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute(&format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"))?;
    }
    let result = migrate_locked(conn);
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK}); SET lock_timeout = '10s'"))?;
    }
    result
}

fn migrate_locked(conn: &mut AnyConnection) -> Result<Vec<String>, Error> {
    if let SchemaState::Newer(names) = schema_state(conn)? {
        return Err(Error::Migration(format!(
            "the database is newer than this program (it knows {})",
            names.join(", ")
        )));
    }
    let wrong = |e: Failure| Error::Migration(e.to_string());
    Ok(match conn {
        AnyConnection::Pg(c) => c.run_pending_migrations(PG).map_err(wrong)?.iter().map(ToString::to_string).collect(),
        AnyConnection::Sqlite(c) => {
            c.run_pending_migrations(SQLITE).map_err(wrong)?.iter().map(ToString::to_string).collect()
        }
    })
}

/// Undoes every migration, newest first: all data is gone afterwards.
pub fn revert_all(conn: &mut AnyConnection) -> Result<(), Error> {
    let wrong = |e: Failure| Error::Migration(e.to_string());
    match conn {
        AnyConnection::Pg(c) => c.revert_all_migrations(PG).map_err(wrong)?,
        AnyConnection::Sqlite(c) => c.revert_all_migrations(SQLITE).map_err(wrong)?,
    };
    Ok(())
}

/// The writers of this process queue here instead of polling SQLite's lock file.
static SQLITE_WRITER: Mutex<()> = Mutex::new(());

/// Waits until no other transaction is left that has called this with the same text; on SQLite there is never another one.
/// Whoever calls it for several texts calls it for them in their order, so that no two wait for each other.
pub fn queue_for(conn: &mut AnyConnection, what: &str) -> Result<(), Error> {
    if conn.engine() == Engine::Pg {
        let mut q = Sql::start(conn, "SELECT pg_advisory_xact_lock(hashtextextended(");
        q.text(what).push(", 0))");
        q.execute(conn)?;
    }
    Ok(())
}

/// Waits until no other transaction is left that has called this; on SQLite there is never another one.
/// Called first in a transaction that is carried out again, it makes those go one after the other.
pub fn queue(conn: &mut AnyConnection) -> Result<(), Error> {
    const LOCK: i64 = 0x464c_5957_4845_454d;
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
    }
    Ok(())
}

/// A write transaction: `BEGIN IMMEDIATE` on SQLite, `BEGIN` on PostgreSQL. Nested calls become savepoints.
///
/// A deferred transaction that reads and then writes fails with "database is locked" on SQLite as
/// soon as another one has written in between; taking the write lock at the start never does.
pub fn write_tx<T, E: From<diesel::result::Error>>(
    conn: &mut AnyConnection,
    f: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    type Tm = AnyConnection;
    let depth = <Tm as TransactionManager<AnyConnection>>::transaction_manager_status_mut(conn)
        .transaction_depth()
        .map_err(E::from)?;
    let _turn = match (depth, &mut *conn) {
        (None, AnyConnection::Sqlite(c)) => {
            let turn = SQLITE_WRITER.lock().unwrap_or_else(PoisonError::into_inner);
            diesel::connection::AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?;
            Some(turn)
        }
        // An id from the beginning: `events::Horizon` tells by it who may still commit an event.
        (None, AnyConnection::Pg(c)) => {
            let begin = "BEGIN; SELECT pg_current_xact_id()";
            diesel::connection::AnsiTransactionManager::begin_transaction_sql(c, begin)?;
            None
        }
        (Some(_), _) => {
            <Tm as TransactionManager<AnyConnection>>::begin_transaction(conn)?;
            None
        }
    };
    match f(conn) {
        Ok(value) => {
            <Tm as TransactionManager<AnyConnection>>::commit_transaction(conn)?;
            Ok(value)
        }
        Err(e) => match <Tm as TransactionManager<AnyConnection>>::rollback_transaction(conn) {
            Ok(()) | Err(diesel::result::Error::BrokenTransactionManager) => Err(e),
            Err(r) => Err(r.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_asks_for_tls_is_refused_with_what_to_do_and_without_the_password() {
        let refused = Target::parse("postgres://flywheel:secret@db.example.com/crm?sslmode=require");
        let Err(Error::Configuration(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("sslmode=require") && why.contains("stunnel") && !why.contains("secret"), "{why}");
        let plain = Target::parse("postgres://flywheel@db.example.com/crm?sslmode=prefer").unwrap();
        assert_eq!(plain.exposed().as_deref(), Some("db.example.com"));
        assert_eq!(Target::parse("sqlite:data/flywheel.db").unwrap().exposed(), None);
        assert_eq!(plain.missing(), None);
    }

    #[test]
    fn english_is_known_by_the_name_of_a_locale() {
        assert!(
            ["C", "C.UTF-8", "POSIX", "en_US.utf8", "English_United States.1252", ""].iter().all(|l| is_english(l))
        );
        assert!(!["zh_CN.UTF-8", "de_DE", "ca_ES@valencia"].iter().any(|l| is_english(l)));
    }
}
