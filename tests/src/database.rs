//! A database of its own for every test, on either engine, gone at its end.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A database of the server that `FLYWHEEL_TEST_PG` names.
    Postgres,
}

/// A database; dropping it removes it.
#[derive(Debug)]
pub struct Database {
    engine: Engine,
    url: String,
    name: String,
    folder: PathBuf,
}

/// The URL of the PostgreSQL server for tests. Without one, tests on PostgreSQL are skipped, except in CI.
fn postgres() -> Option<String> {
    let url = env::var("FLYWHEEL_TEST_PG").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(
            env::var("CI").is_err(),
            "FLYWHEEL_TEST_PG is not set: CI runs every test on PostgreSQL too (make test)"
        );
        println!("skipped on PostgreSQL: FLYWHEEL_TEST_PG is not set (scripts/pg.sh with cargo test …)");
    }
    url
}

/// Runs one statement as the server's superuser and returns what it prints.
fn psql(server: &str, statement: &str) -> String {
    let output = psql_command(server, statement).output().unwrap_or_else(|e| panic!("psql: {e}"));
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn psql_command(server: &str, statement: &str) -> Command {
    let program = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin/psql"))
        .filter(|path| path.exists())
        .max();
    let mut command = Command::new(program.unwrap_or_else(|| "psql".into()));
    command.args(["--no-psqlrc", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, server]);
    command
}

fn with_name(server: &str, name: &str) -> String {
    let (head, _) =
        server.rsplit_once('/').unwrap_or_else(|| panic!("FLYWHEEL_TEST_PG is no postgres://…/database URL: {server}"));
    format!("{head}/{name}")
}

impl Database {
    /// Without tables; `None` where the engine is not to be had.
    pub fn empty(engine: Engine) -> Option<Database> {
        Database::create(engine, None)
    }

    /// With everything that is in this one, which nobody may be using.
    pub fn copy(&self) -> Database {
        Database::create(self.engine, Some(self)).expect("the engine was there for the original")
    }

    fn create(engine: Engine, template: Option<&Database>) -> Option<Database> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("flywheel_{}_{}", id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let server = match engine {
            Engine::Sqlite => String::new(),
            Engine::Postgres => postgres()?,
        };
        let folder = parent().join(&name);
        fs::create_dir_all(&folder).expect("a folder under the temporary directory");
        let url = match engine {
            Engine::Sqlite => {
                let file = folder.join("flywheel.db");
                if let Some(template) = template {
                    fs::copy(template.folder.join("flywheel.db"), &file).expect("the template is a file");
                }
                format!("sqlite:{}", file.display())
            }
            Engine::Postgres => {
                let from = template.map(|t| format!(" TEMPLATE {}", t.name)).unwrap_or_default();
                psql(&server, &format!("CREATE DATABASE {name}{from}"));
                with_name(&server, &name)
            }
        };
        Some(Database { engine, url, name, folder })
    }

    /// Stands where another one was taken out.
    pub(crate) fn none() -> Database {
        Database { engine: Engine::Sqlite, url: String::new(), name: String::new(), folder: PathBuf::new() }
    }

    /// Runs a statement in this PostgreSQL database and returns what it prints.
    pub fn query(&self, statement: &str) -> String {
        psql(&self.url, statement)
    }

    /// Starts a statement in this PostgreSQL database without waiting for its end.
    pub fn begin(&self, statement: &str) -> Child {
        let mut command = psql_command(&self.url, statement);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap_or_else(|e| panic!("psql: {e}"))
    }

    /// Waits until a statement prints something else than `0`.
    #[track_caller]
    pub fn wait_for(&self, statement: &str) {
        let start = Instant::now();
        while self.query(statement) == "0" {
            assert!(start.elapsed() < Duration::from_secs(30), "never: {statement}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// As `DATABASE_URL` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder of its own, for the files of the server that uses it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres
            && let Some(server) = postgres()
        {
            psql(&server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
        if !self.name.is_empty() {
            fs::remove_dir_all(&self.folder).ok();
        }
    }
}

/// Where the folders of this process are. Templates live as long as their process and cannot remove themselves, so
/// the folders of processes that have ended are removed here. Every user of the machine has a parent of their own: in
/// that of another user nothing may be written, and nothing removed.
fn parent() -> &'static Path {
    static PARENT: OnceLock<PathBuf> = OnceLock::new();
    PARENT.get_or_init(|| {
        let user = fs::metadata("/proc/self").expect("the folder of this process").uid();
        let all = env::temp_dir().join(format!("flywheel-tests-{user}"));
        for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
            if !Path::new("/proc").join(entry.file_name()).exists() {
                fs::remove_dir_all(entry.path()).ok();
            }
        }
        let mine = all.join(id().to_string());
        fs::create_dir_all(&mine).expect("a folder under the temporary directory");
        mine
    })
}
