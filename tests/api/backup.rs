//! Backup and restore of the program, as an operator uses them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;
use tests::database::{Database, Engine};
use tests::server::{Server, program};

fn flywheel(database: &Database, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).env("DATABASE_URL", database.url()).env("FLYWHEEL_DATA_DIR", database.folder());
    command.output().expect("the program runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn names(server: &Server) -> Vec<String> {
    let admin = server.admin();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/customers?sort=name&limit=200{cursor}")).expect(200);
        found.extend(page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn a_backup_made_while_people_write_holds_all_that_was_there_and_can_be_restored() {
    let server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    let before: Vec<String> = (0..50).map(|i| format!("之前{i:03}")).collect();
    for name in &before {
        server.create("customers", &json!({ "name": name }));
    }
    let file = server.database().folder().join("copies/today.db");
    let (done, admin) = (AtomicBool::new(false), server.admin());
    let (made, written) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !done.load(Ordering::Relaxed) {
                admin.post("/api/v1/customers", &json!({ "name": format!("期间{written:05}") })).expect(201);
                written += 1;
            }
            written
        });
        let made = flywheel(server.database(), &["backup", text(&file)]);
        done.store(true, Ordering::Relaxed);
        (made, writer.join().unwrap())
    });
    assert!(made.status.success() && written > 0, "{written} {}", said(&made));
    let fresh = Database::empty(Engine::Sqlite).unwrap();
    let restored = flywheel(&fresh, &["restore", text(&file)]);
    assert!(restored.status.success(), "{}", said(&restored));
    let second = Server::on(fresh, &[]);
    let found = names(&second);
    assert!(before.iter().all(|name| found.contains(name)), "{found:?}");
    // What came during the copy is there from the first on without a gap, or not at all.
    let during: Vec<&String> = found.iter().filter(|name| name.starts_with("期间")).collect();
    assert!(during.iter().enumerate().all(|(i, name)| **name == format!("期间{i:05}")), "{during:?}");
    second.create("customers", &json!({ "name": "恢复之后" }));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_backup_that_may_only_be_read_where_nobody_may_write_can_be_restored() {
    let server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    server.create("customers", &json!({ "name": "备份里的" }));
    let folder = server.database().folder().join("mounted");
    let file = folder.join("copy.db");
    assert!(flywheel(server.database(), &["backup", text(&file)]).status.success());
    assert_eq!(mode(&file), 0o600, "a backup is for its owner alone");
    set_mode(&file, 0o444);
    set_mode(&folder, 0o555);
    let fresh = Database::empty(Engine::Sqlite).unwrap();
    let restored = flywheel(&fresh, &["restore", text(&file)]);
    let left = fs::read_dir(&folder).unwrap().count();
    set_mode(&folder, 0o755);
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(left, 1, "nothing lies beside the backup");
    let target = Path::new(fresh.url().strip_prefix("sqlite:").unwrap());
    assert_eq!(mode(target) & 0o600, 0o600, "its owner may write to the database");
    assert_eq!(fs::read_dir(fresh.folder()).unwrap().count(), 1, "nothing lies beside the database");
    let second = Server::on(fresh, &[]);
    assert_eq!(names(&second), ["备份里的"]);
    second.create("customers", &json!({ "name": "恢复之后" }));
}

#[test]
fn a_folder_that_is_made_for_a_database_is_for_its_owner_alone() {
    let database = Database::empty(Engine::Sqlite).expect("SQLite is always there");
    let folder = database.folder().join("made");
    let mut command = Command::new(program());
    command.arg("migrate").env("DATABASE_URL", format!("sqlite:{}/flywheel.db", folder.display()));
    let made = command.output().expect("the program runs");
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(mode(&folder), 0o700);
}

#[test]
fn a_backup_does_not_overwrite_and_leaves_nothing_half_written() {
    let server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    let file = server.database().folder().join("copy.db");
    fs::write(&file, "precious").unwrap();
    let made = flywheel(server.database(), &["backup", text(&file)]);
    assert!(!made.status.success() && said(&made).contains("exists already"), "{}", said(&made));
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    let missing = Database::empty(Engine::Sqlite).unwrap();
    let made = flywheel(&missing, &["backup", text(&missing.folder().join("copy.db"))]);
    assert!(!made.status.success() && said(&made).contains("there is no database"), "{}", said(&made));
    assert!(!missing.folder().join("copy.db").exists());
}

#[test]
fn a_broken_or_foreign_file_is_not_restored() {
    let server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    for i in 0..200 {
        server.create("customers", &json!({ "name": format!("客户{i}") }));
    }
    let good = server.database().folder().join("good.db");
    assert!(flywheel(server.database(), &["backup", text(&good)]).status.success());
    let whole = fs::read(&good).unwrap();
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    let mut scratched = whole.clone();
    let middle = whole.len() / 2;
    scratched[middle..middle + 20_000].fill(0xA5);
    for (what, bytes) in
        [("torn", torn), ("scratched", scratched), ("text", b"name,city\n".to_vec()), ("empty", Vec::new())]
    {
        let bad = server.database().folder().join(format!("{what}.db"));
        fs::write(&bad, bytes).unwrap();
        let fresh = Database::empty(Engine::Sqlite).unwrap();
        let restored = flywheel(&fresh, &["restore", text(&bad)]);
        assert!(
            !restored.status.success() && said(&restored).contains("not a sound database"),
            "{what}: {}",
            said(&restored)
        );
        let file = fresh.url().strip_prefix("sqlite:").unwrap();
        assert!(!Path::new(file).exists(), "{what}");
    }
    let restored = flywheel(server.database(), &["restore", "/nonexistent/copy.db"]);
    assert!(!restored.status.success() && said(&restored).contains("there is no file"), "{}", said(&restored));
}

#[test]
fn a_database_is_replaced_only_by_force_and_never_under_a_running_server() {
    let mut server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    server.create("customers", &json!({ "name": "备份里的" }));
    let file = server.database().folder().join("copy.db");
    assert!(flywheel(server.database(), &["backup", text(&file)]).status.success());
    server.create("customers", &json!({ "name": "备份之后的" }));
    let refused = flywheel(server.database(), &["restore", text(&file)]);
    assert!(!refused.status.success() && said(&refused).contains("--force"), "{}", said(&refused));
    let refused = flywheel(server.database(), &["restore", "--force", text(&file)]);
    assert!(!refused.status.success() && said(&refused).contains("running"), "{}", said(&refused));
    assert_eq!(names(&server), ["备份之后的", "备份里的"]);
    server.stop();
    let restored = flywheel(server.database(), &["restore", "--force", text(&file)]);
    assert!(restored.status.success(), "{}", said(&restored));
    server.start_again();
    assert_eq!(names(&server), ["备份里的"]);
    assert_eq!(beside(server.database(), ".before-restore-").len(), 1);
}

/// Files beside a SQLite database whose names go on like this.
fn beside(database: &Database, ending: &str) -> Vec<PathBuf> {
    let file = Path::new(database.url().strip_prefix("sqlite:").unwrap());
    let start = format!("{}{ending}", file.file_name().unwrap().to_str().unwrap());
    let entries = fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&start)).collect();
    found.sort();
    found
}

#[test]
fn restoring_twice_keeps_both_databases_that_were_there_and_a_refusal_leaves_no_copy() {
    let mut server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    let file = server.database().folder().join("copy.db");
    assert!(flywheel(server.database(), &["backup", text(&file)]).status.success());
    server.create("customers", &json!({ "name": "第一次之前" }));
    let refused = flywheel(server.database(), &["restore", "--force", text(&file)]);
    assert!(!refused.status.success(), "{}", said(&refused));
    assert!(beside(server.database(), ".restoring").is_empty() && beside(server.database(), ".before-").is_empty());
    server.stop();
    for _ in 0..2 {
        let restored = flywheel(server.database(), &["restore", "--force", text(&file)]);
        assert!(restored.status.success() && said(&restored).contains(".before-restore-"), "{}", said(&restored));
    }
    let kept = beside(server.database(), ".before-restore-");
    assert_eq!(kept.len(), 2, "{kept:?}");
    // The first of them is the one with what was written since the copy.
    let again = flywheel(server.database(), &["restore", "--force", text(&kept[0])]);
    assert!(again.status.success(), "{}", said(&again));
    server.start_again();
    assert_eq!(names(&server), ["第一次之前"]);
}

#[test]
fn a_damaged_database_is_set_aside_with_its_log_unless_somebody_has_it_open() {
    let mut server = Server::start(Engine::Sqlite).expect("SQLite is always there");
    server.create("customers", &json!({ "name": "备份里的" }));
    let file = server.database().folder().join("copy.db");
    assert!(flywheel(server.database(), &["backup", text(&file)]).status.success());
    let damage = |server: &Server| {
        let path = Path::new(server.database().url().strip_prefix("sqlite:").unwrap()).to_owned();
        let mut bytes = fs::read(&path).unwrap();
        bytes[..4096].fill(0xA5);
        fs::write(&path, &bytes).unwrap();
        bytes
    };
    damage(&server);
    let refused = flywheel(server.database(), &["restore", "--force", text(&file)]);
    assert!(!refused.status.success() && said(&refused).contains("running"), "{}", said(&refused));
    assert!(beside(server.database(), ".before-restore-").is_empty());
    server.kill();
    let damaged = damage(&server);
    let log = beside(server.database(), "-wal");
    assert_eq!(log.len(), 1, "a server that was killed leaves its log");
    let held = fs::read(&log[0]).unwrap();
    let restored = flywheel(server.database(), &["restore", "--force", text(&file)]);
    assert!(restored.status.success() && said(&restored).contains("damaged"), "{}", said(&restored));
    let kept = beside(server.database(), ".before-restore-");
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert_eq!(fs::read(&kept[0]).unwrap(), damaged);
    assert!(text(&kept[1]).ends_with("-shm") && text(&kept[2]).ends_with("-wal"), "{kept:?}");
    assert_eq!(fs::read(&kept[2]).unwrap(), held);
    server.start_again();
    assert_eq!(names(&server), ["备份里的"]);
}

#[test]
fn on_postgresql_its_own_tools_are_named() {
    let Some(database) = Database::empty(Engine::Postgres) else { return };
    let made = flywheel(&database, &["backup", "copy.db"]);
    assert!(!made.status.success() && said(&made).contains("pg_dump"), "{}", said(&made));
}
