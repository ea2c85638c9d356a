//! A database that is busy or away: the caller is told to come back, and nothing acknowledged is lost.

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
