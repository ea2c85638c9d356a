//! The process itself: health, start, stop.

use tests::database::{Database, Engine};
use tests::engines;
use tests::server::Server;

engines! {
    fn health_and_readiness_answer_without_a_session(server: &Server) {
        let anonymous = server.anonymous();
        assert_eq!(anonymous.get("/healthz").expect(200)["status"], "ok");
        assert_eq!(anonymous.get("/readyz").expect(200)["status"], "ready");
        let metrics = anonymous.get("/metrics").expect(200);
        assert!(String::from_utf8_lossy(&metrics.body).contains("# TYPE"));
    }

    fn every_answer_forbids_framing_sniffing_and_foreign_scripts(server: &Server) {
        let reply = server.anonymous().get("/api/v1/setup");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let policy = reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("object-src 'none'"), "{policy}");
        assert!(!policy.split(';').any(|rule| rule.contains("script-src") && rule.contains("'unsafe-inline'")), "{policy}");
    }
}

#[test]
fn a_server_stops_when_asked_and_starts_again_on_the_same_database() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        server.anonymous().get("/healthz").expect(200);
        server.stop();
        server.start_again();
        server.admin().get("/api/v1/me").expect(200);
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let id = server.create("customers", &serde_json::json!({ "name": "张江精密仪器有限公司" }));
        server.kill();
        server.start_again();
        let found = server.admin().get(&format!("/api/v1/customers/{id}")).expect(200);
        assert_eq!(found["name"], "张江精密仪器有限公司");
    }
}

#[test]
fn two_servers_that_start_at_once_migrate_once() {
    let Some(database) = Database::empty(Engine::Postgres) else { return };
    let url = database.url().to_owned();
    let folder = database.folder().to_owned();
    let starts: Vec<_> = (0..2)
        .map(|_| {
            let mut command = std::process::Command::new(tests::server::program());
            command.arg("migrate").env("DATABASE_URL", &url).env("FLYWHEEL_DATA_DIR", &folder);
            command.stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let outputs: Vec<_> = starts.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().all(|o| o.status.success()));
    let applied = outputs.iter().filter(|o| String::from_utf8_lossy(&o.stdout).contains("applied")).count();
    assert_eq!(applied, 1);
}
