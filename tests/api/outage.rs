//! A database that is busy or away: the caller is told to come back, and nothing acknowledged is lost.

use std::fs::{self, File};
use std::io::Write;
use std::sync::mpsc;
use std::thread;

use serde_json::json;
use tests::database::{Database, Engine};
use tests::server::Server;

/// Ends connections of the server to its database.
fn disconnect(database: &Database, which: &str) {
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.query(&format!("{end} AND {which}"));
}

#[test]
fn a_connection_lost_between_requests_is_replaced_unnoticed() {
    let Some(server) = Server::start(Engine::Postgres) else { return };
    let admin = server.admin();
    for _ in 0..3 {
        disconnect(server.database(), "true");
        admin.get("/api/v1/customers").expect(200);
        disconnect(server.database(), "true");
        admin.post("/api/v1/customers", &json!({ "name": "张江" })).expect(201);
    }
    assert_eq!(admin.get("/api/v1/customers?count=exact").expect(200)["total"], 3);
}

#[test]
fn a_connection_lost_in_mid_request_is_503_and_leaves_nothing_behind() {
    let Some(server) = Server::start(Engine::Postgres) else { return };
    let (admin, database) = (server.admin(), server.database());
    let mut lock = database.begin("BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)");
    database.wait_for("SELECT count(*) FROM pg_locks WHERE relation = 'customers'::regclass AND granted");
    let reply = thread::scope(|scope| {
        let write = scope.spawn(|| admin.post("/api/v1/customers", &json!({ "name": "张江" })));
        database.wait_for("SELECT count(*) FROM pg_locks WHERE relation = 'customers'::regclass AND NOT granted");
        disconnect(database, "wait_event_type = 'Lock'");
        write.join().unwrap()
    });
    let reply = reply.expect_problem(503, "unavailable");
    assert!(reply.header("retry-after").is_some());
    disconnect(database, "query LIKE '%pg_sleep%'");
    lock.wait().unwrap();
    assert_eq!(admin.get("/api/v1/customers?count=exact").expect(200)["total"], 0);
    admin.post("/api/v1/customers", &json!({ "name": "张江" })).expect(201);
}

#[test]
fn a_locked_sqlite_file_can_be_read_and_a_write_is_told_to_come_back() {
    let Some(server) = Server::start(Engine::Sqlite) else { return };
    let admin = server.admin();
    let pool = persistence::db::pool(server.database().url(), 1).unwrap();
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        scope.spawn(move || {
            let mut conn = persistence::db::get(&pool).unwrap();
            persistence::db::write_tx(&mut conn, |_| {
                tell.send(()).unwrap();
                released.recv().ok();
                Ok::<_, persistence::Error>(())
            })
        });
        told.recv().unwrap();
        admin.get("/api/v1/customers").expect(200);
        let reply = admin.post("/api/v1/customers", &json!({ "name": "张江" })).expect_problem(503, "unavailable");
        assert!(reply.header("retry-after").is_some());
        release.send(()).unwrap();
    });
    admin.post("/api/v1/customers", &json!({ "name": "张江" })).expect(201);
}

#[test]
fn a_full_disk_is_said_to_be_one_and_nothing_acknowledged_is_lost() {
    let database = Server::set_up(Engine::Sqlite).expect("SQLite is always there");
    let Some(server) = Server::on_small_disk(database, 24) else { return };
    let admin = server.admin();
    let post =
        |i: i32| admin.post("/api/v1/customers", &json!({ "name": format!("客户{i:04}"), "note": "满".repeat(2_000) }));
    let mut acknowledged = 0;
    for i in 0..20 {
        post(i).expect(201);
        acknowledged += 1;
    }
    let ballast = server.inside(&server.database().folder().join("ballast"));
    let mut file = File::create(&ballast).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    drop(file);
    let refused = (20..2_000).map(post).find(|reply| {
        acknowledged += i32::from(reply.status == 201);
        reply.status != 201
    });
    let refused = refused.expect("some write is one too many").expect_problem(503, "storage_full");
    assert!(refused.header("retry-after").is_some());
    assert!(refused["detail"].as_str().unwrap().contains("full"), "{}", refused.json);
    // What was there can be read, an upload is refused the same way, and with room again work goes on.
    let total = || admin.get("/api/v1/customers?count=exact&limit=1").expect(200)["total"].as_i64().unwrap();
    assert_eq!(total(), i64::from(acknowledged));
    let bytes = vec![b'x'; 3 << 20];
    let upload = admin.send("POST", "/api/v1/files?name=a.csv", Some(("application/octet-stream", bytes.as_slice())));
    upload.expect_problem(503, "storage_full");
    fs::remove_file(&ballast).unwrap();
    post(5_000).expect(201);
    assert_eq!(total(), i64::from(acknowledged + 1));
    let copy = server.database().folder().with_extension("after.db");
    for ending in ["", "-wal"] {
        let name = format!("flywheel.db{ending}");
        let from = server.inside(&server.database().folder().join(name));
        fs::copy(from, format!("{}{ending}", copy.display())).unwrap();
    }
    let pool = persistence::db::pool(&format!("sqlite:{}", copy.display()), 1).unwrap();
    persistence::backup::check(&mut persistence::db::get(&pool).unwrap()).unwrap();
}
