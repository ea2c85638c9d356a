//! A server of its own for every test: the real program as a process of its own, on a database that was set up once and copied.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::client::Client;
use crate::database::{Database, Engine};

/// The administrator of every test's organisation.
pub const ADMIN: &str = "admin@example.com";
/// The password of everybody.
pub const PASSWORD: &str = "Correct-Horse-9-Battery";

/// A running server with its database; both end with it.
pub struct Server {
    child: Child,
    database: Database,
    base: String,
    settings: Vec<(String, String)>,
    admin: OnceLock<Client>,
}

/// The program `flywheel`, built together with the tests that run it.
pub fn program() -> PathBuf {
    let mut folder = env::current_exe().expect("a path");
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    folder.join("flywheel-under-test")
}

/// The OpenAPI document as the code generates it now.
pub fn generated_document() -> String {
    let output = Command::new(program()).arg("openapi").output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A process that does background work only.
pub struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Server {
    /// A server that was set up: one organisation, one administrator. `None` where the engine is not to be had.
    pub fn start(engine: Engine) -> Option<Server> {
        Some(Server::on(Server::set_up(engine)?, &[]))
    }

    /// A database that was set up: one organisation, one administrator.
    pub fn set_up(engine: Engine) -> Option<Database> {
        static SQLITE: OnceLock<Option<Database>> = OnceLock::new();
        static POSTGRES: OnceLock<Option<Database>> = OnceLock::new();
        let kept = match engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        };
        let template = kept.get_or_init(|| Server::fresh(engine).map(Server::into_template)).as_ref()?;
        Some(template.copy())
    }

    /// A server that was set up, with more settings in its environment.
    pub fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Option<Server> {
        let mut server = Server::start(engine)?;
        server.kill();
        let database = std::mem::replace(&mut server.database, Database::none());
        Some(Server::on(database, settings))
    }

    /// A server before its set-up.
    pub fn fresh(engine: Engine) -> Option<Server> {
        Some(Server::on(Database::empty(engine)?, &[]))
    }

    /// A server on this database with more settings in its environment.
    pub fn on(database: Database, settings: &[(&str, &str)]) -> Server {
        let settings: Vec<(String, String)> =
            settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let (child, base) = spawn(&database, &settings);
        Server { child, database, base, settings, admin: OnceLock::new() }
    }

    fn into_template(mut self) -> Database {
        let setup = json!({ "organisation": "飞轮测试", "name": "管理员", "email": ADMIN, "password": PASSWORD });
        self.anonymous().post("/api/v1/setup", &setup).expect(201);
        self.stop();
        std::mem::replace(&mut self.database, Database::none())
    }

    /// A server whose files lie on a disk of so many megabytes that is its own: in a namespace, so that no rights are
    /// needed. `None`, with the reason printed, where the kernel does not let anybody have one.
    pub fn on_small_disk(database: Database, megabytes: u32) -> Option<Server> {
        let able = "mount -t tmpfs -o size=1m tmpfs /tmp";
        let tried = Command::new("unshare").args(["-Urm", "sh", "-c", able]).output();
        if !tried.as_ref().is_ok_and(|output| output.status.success()) {
            println!("skipped: this kernel lets nobody mount a disk of their own ({tried:?})");
            return None;
        }
        let copy = database.folder().with_extension("copy");
        let file = database.folder().join("flywheel.db");
        fs::copy(&file, &copy).expect("the database is a file");
        let script = format!(
            "mount -t tmpfs -o size={megabytes}m tmpfs '{folder}' && cp '{copy}' '{file}' && rm '{copy}' && exec '{program}' serve",
            folder = database.folder().display(),
            copy = copy.display(),
            file = file.display(),
            program = program().display(),
        );
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", &script]);
        let (child, base) = launch(command, &database, &[]);
        Some(Server { child, database, base, settings: Vec::new(), admin: OnceLock::new() })
    }

    /// A path as the server sees it, for looking into its namespace from outside.
    pub fn inside(&self, path: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.child.id(), path.display()))
    }

    /// Ends it the polite way and waits.
    pub fn stop(&mut self) {
        self.signal("TERM");
        self.ended();
    }

    /// Sends it a signal: `TERM`, `INT`.
    pub fn signal(&self, name: &str) {
        let asked = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the server had ended already:\n{}", self.log());
    }

    /// Waits until it has ended, which it must have done in peace.
    pub fn ended(&mut self) {
        let ended = self.child.wait().expect("a child");
        assert!(ended.success(), "{ended}:\n{}", self.log());
    }

    /// Its address and port.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().expect("a running child");
        self.child.wait().expect("a child");
    }

    /// Starts it again on the same database, after [`Server::stop`] or [`Server::kill`].
    pub fn start_again(&mut self) {
        let (child, base) = spawn(&self.database, &self.settings);
        self.child = child;
        self.base = base;
        self.admin = OnceLock::new();
    }

    /// A worker of its own beside it, on the same database; it dies at once when dropped.
    pub fn worker(&self) -> Worker {
        let mut command = Command::new(program());
        command.arg("worker").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        surround(&mut command, &self.database, &self.settings);
        Worker(command.spawn().unwrap_or_else(|e| panic!("{}: {e}", program().display())))
    }

    /// Its database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Moves a moment of one record, or of all, behind the server's back, as if time had passed; how many were moved.
    pub fn pretend(&self, table: &'static str, id: Option<&str>, column: &'static str, at: DateTime<Utc>) -> usize {
        let pool = persistence::db::pool(self.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let mut q = persistence::sql::Sql::start(&conn, "UPDATE ");
        q.ident(table).push(" SET ").ident(column).push(" = ").time(at);
        if let Some(id) = id {
            q.push(" WHERE id = ").id(id.parse().unwrap());
        }
        q.execute(&mut conn).unwrap()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.database.folder().join("server.log")).unwrap_or_default()
    }

    /// A caller without a session.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.base).with_header("accept-language", "en")
    }

    /// The administrator.
    pub fn admin(&self) -> Client {
        self.admin.get_or_init(|| self.log_in(ADMIN)).clone()
    }

    /// Somebody with the password of everybody.
    pub fn log_in(&self, email: &str) -> Client {
        let reply =
            self.anonymous().post("/api/v1/auth/login", &json!({ "email": email, "password": PASSWORD })).expect(200);
        self.anonymous().with_token(reply["access_token"].as_str().expect("a token"))
    }

    /// A new user with one role (its key), in a team of their own unless one is given: their id, and their session.
    pub fn user(&self, role: &str, team: Option<&str>) -> (String, Client) {
        let admin = self.admin();
        let email =
            format!("{role}.{}@example.com", admin.get("/api/v1/users?count=exact&limit=1").expect(200)["total"]);
        let id = self.create("users", &json!({ "name": format!("{role} 测试"), "email": email, "team_id": team }));
        admin
            .send(
                "PUT",
                &format!("/api/v1/users/{id}/roles"),
                Some(("application/json", json!({ "roles": [role] }).to_string().as_bytes())),
            )
            .expect(200);
        admin.post(&format!("/api/v1/users/{id}/password"), &json!({ "password": PASSWORD })).expect(204);
        (id, self.log_in(&email))
    }

    /// A new user with one of the shipped roles.
    pub fn as_role(&self, role: &str) -> Client {
        self.user(role, None).1
    }

    /// A record made by the administrator.
    #[track_caller]
    pub fn create(&self, object: &str, input: &Value) -> String {
        self.admin().post(&format!("/api/v1/{object}"), input).expect(201).id()
    }
}

fn spawn(database: &Database, settings: &[(String, String)]) -> (Child, String) {
    let mut command = Command::new(program());
    command.arg("serve");
    launch(command, database, settings)
}

fn launch(mut command: Command, database: &Database, settings: &[(String, String)]) -> (Child, String) {
    let log = database.folder().join("server.log");
    let file = File::create(&log).expect("a log file");
    command.stdin(Stdio::null()).stdout(file.try_clone().expect("a file")).stderr(file);
    surround(&mut command, database, settings);
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", program().display()));
    match listening(&mut child, &log) {
        Ok(address) => (child, format!("http://{address}")),
        Err(why) => {
            child.kill().ok();
            child.wait().ok();
            panic!("{why}:\n{}", fs::read_to_string(&log).unwrap_or_default());
        }
    }
}

/// The environment of a process of the program.
fn surround(command: &mut Command, database: &Database, settings: &[(String, String)]) {
    command
        .env("DATABASE_URL", database.url())
        .env("FLYWHEEL_DATA_DIR", database.folder())
        .env("FLYWHEEL_BIND", "127.0.0.1:0");
    command.env("FLYWHEEL_SECRET", "0123456789abcdef0123456789abcdef").env("FLYWHEEL_LOG", "json");
    command.envs(
        ["FLYWHEEL_RATE_LIMIT", "FLYWHEEL_ADDRESS_RATE_LIMIT", "FLYWHEEL_LOGIN_RATE_LIMIT"].map(|name| (name, "0")),
    );
    command.env("FLYWHEEL_WORKERS", "2").env("FLYWHEEL_POOL_SIZE", "4");
    command.envs(settings.iter().map(|(k, v)| (k, v)));
}

/// Waits until the server's log says where it listens.
fn listening(child: &mut Child, log: &Path) -> Result<String, String> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        let text = fs::read_to_string(log).unwrap_or_default();
        let address = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find_map(|line| Some(line["address"].as_str()?.to_owned()));
        if let Some(address) = address {
            return Ok(address);
        }
        if let Some(status) = child.try_wait().expect("a child") {
            return Err(format!("the server ended with {status}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err("the server did not listen within a minute".to_owned())
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            eprintln!("the server's log:\n{}", self.log());
        }
    }
}

/// Writes each test once and runs it on both engines: `fn a_sentence(server: &Server) { … }` becomes the module
/// `a_sentence` with the tests `sqlite` and `postgresql`. A server that was set up is handed in.
#[macro_export]
macro_rules! engines {
    ($($(#[$meta:meta])* fn $name:ident($server:ident: &Server) $body:block)*) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            fn on_either_engine($server: &$crate::server::Server) $body

            #[test]
            fn sqlite() {
                on_either_engine(&$crate::server::Server::start($crate::database::Engine::Sqlite).expect("SQLite is always there"));
            }

            #[test]
            fn postgresql() {
                if let Some(server) = $crate::server::Server::start($crate::database::Engine::Postgres) {
                    on_either_engine(&server);
                }
            }
        }
    )* };
}
