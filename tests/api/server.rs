//! The process itself: health, start, stop.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
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
fn a_request_in_flight_is_answered_after_either_signal_and_no_new_one_is_taken() {
    for signal in ["TERM", "INT"] {
        let Some(mut server) = Server::start(Engine::Sqlite) else { return };
        let body = json!({ "email": tests::server::ADMIN, "password": tests::server::PASSWORD }).to_string();
        let (first, second) = body.split_at(body.len() / 2);
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let head =
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: crm\r\nconnection: close\r\ncontent-type: application/json";
        write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{first}", body.len()).unwrap();
        tests::wait::pass(Duration::from_millis(300));
        server.signal(signal);
        tests::wait::until("the server to take nobody new", || TcpStream::connect(server.address()).err());
        write!(stream, "{second}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{signal}: {answer}");
        server.ended();
    }
}

#[test]
fn pressing_ctrl_c_twice_waits_for_nobody() {
    let Some(mut server) = Server::start(Engine::Sqlite) else { return };
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(
        stream,
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: crm\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{{"
    )
    .unwrap();
    tests::wait::pass(Duration::from_millis(300));
    let start = Instant::now();
    server.signal("INT");
    tests::wait::until("the server to take nobody new", || TcpStream::connect(server.address()).err());
    server.signal("INT");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(start.elapsed() < Duration::from_secs(10), "it waited for {:?}", start.elapsed());
    server.kill();
    server.start_again();
    server.admin().get("/api/v1/me").expect(200);
}

#[test]
fn a_method_that_a_caller_makes_up_is_no_series_of_its_own() {
    let Some(server) = Server::start(Engine::Sqlite) else { return };
    for i in 0..3 {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(stream, "AAAA{i} /api/v1/{i} HTTP/1.1\r\nhost: crm\r\nconnection: close\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
    let page = String::from_utf8(server.anonymous().get("/metrics").expect(200).body).unwrap();
    let other: Vec<&str> = page.lines().filter(|l| l.starts_with("flywheel_requests_total{method=\"OTHER\"")).collect();
    assert!(other.len() == 1 && other[0].ends_with(" 3") && !page.contains("AAAA"), "{page}");
}

#[test]
fn a_user_of_postgresql_who_may_not_choose_its_language_works_all_the_same_and_one_who_may_gets_english() {
    let Some(database) = Database::empty(Engine::Postgres) else { return };
    let name = database.url().rsplit_once('/').unwrap().1;
    database.query(&format!("ALTER DATABASE {name} SET lc_messages = 'POSIX'"));
    database.query(&format!("CREATE ROLE {name}_plain LOGIN PASSWORD 'plain'"));
    let language = |url: &str| {
        let pool = persistence::db::pool(url, 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let q = persistence::sql::Sql::start(
            &conn,
            "SELECT current_setting('lc_messages') || ' ' || current_setting('lock_timeout')",
        );
        format!("{:?}", q.first(&mut conn).unwrap())
    };
    let (scheme, rest) = database.url().split_once("://").unwrap();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let plain = language(&format!("{scheme}://{name}_plain:plain@{place}"));
    let chosen = language(database.url());
    database.query(&format!("DROP ROLE {name}_plain"));
    assert!(plain.contains("POSIX 10s"), "{plain}");
    assert!(chosen.contains("C 10s"), "{chosen}");
}

#[test]
fn a_database_that_is_to_be_reached_by_tls_is_refused_with_what_to_do_instead() {
    let Some(database) = Database::empty(Engine::Sqlite) else { return };
    for arguments in [&["serve"][..], &["worker"], &["migrate"]] {
        let mut command = Command::new(tests::server::program());
        command.args(arguments).env("FLYWHEEL_DATA_DIR", database.folder());
        command.env("DATABASE_URL", "postgres://flywheel:hidden@192.0.2.1/flywheel?sslmode=verify-full");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("sslmode=verify-full") && said.contains("pgbouncer"),
            "{said}"
        );
        assert!(!said.contains("hidden"), "{said}");
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
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::empty(engine) else { continue };
        let starts: Vec<_> = (0..2)
            .map(|_| {
                let mut command = Command::new(tests::server::program());
                command.arg("migrate").env("DATABASE_URL", database.url());
                command.env("FLYWHEEL_DATA_DIR", database.folder());
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let outputs: Vec<_> = starts.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        for output in &outputs {
            assert!(output.status.success(), "{engine:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let applied = outputs.iter().filter(|o| String::from_utf8_lossy(&o.stdout).contains("applied")).count();
        assert_eq!(applied, 1, "{engine:?}");
    }
}

#[test]
fn a_caller_over_the_rate_limit_waits_as_long_as_it_is_told() {
    let Some(database) = Database::empty(Engine::Sqlite) else { return };
    let server = Server::on(database, &[("FLYWHEEL_ADDRESS_RATE_LIMIT", "1")]);
    let replies: Vec<_> = (0..40).map(|_| server.anonymous().send_unchecked("GET", "/api/v1/setup", None)).collect();
    let turned_away = replies.iter().find(|r| r.status == 429).expect("one of forty at once is too many");
    assert_eq!(turned_away["code"], "too_many_requests");
    assert!(turned_away.header("retry-after").is_some_and(|s| s.parse::<u64>().is_ok_and(|s| s >= 1)));
}

#[test]
fn only_a_configured_origin_may_use_the_api_from_its_pages() {
    let Some(database) = Database::empty(Engine::Sqlite) else { return };
    let server = Server::on(database, &[("FLYWHEEL_CORS_ORIGINS", "https://crm.example.com")]);
    let from =
        |origin: &str| server.anonymous().with_header("origin", origin).send_unchecked("GET", "/api/v1/setup", None);
    assert_eq!(from("https://crm.example.com").header("access-control-allow-origin"), Some("https://crm.example.com"));
    assert_eq!(from("https://evil.example.com").header("access-control-allow-origin"), None);
}

#[test]
fn a_page_of_a_configured_origin_may_send_what_the_page_sends_and_reads_that_it_has_to_wait() {
    let origin = "https://crm.example.com";
    let Some(database) = Database::empty(Engine::Sqlite) else { return };
    let settings = [("FLYWHEEL_CORS_ORIGINS", origin), ("FLYWHEEL_ADDRESS_RATE_LIMIT", "1")];
    let server = Server::on(database, &settings);
    let page = server.anonymous().with_header("origin", origin);
    let sent = ["authorization", "content-type", "accept-language", "if-match", "idempotency-key", "last-event-id"];
    let asking = page.with_header("access-control-request-method", "PATCH");
    for header in sent {
        let asking = asking.with_header("access-control-request-headers", header);
        assert_eq!(asking.send_unchecked("OPTIONS", "/api/v1/stream", None).status, 200, "{header}");
    }
    let replies: Vec<_> = (0..40).map(|_| page.send_unchecked("GET", "/api/v1/setup", None)).collect();
    let turned_away = replies.iter().find(|r| r.status == 429).expect("one of forty at once is too many");
    assert_eq!(turned_away.header("access-control-allow-origin"), Some(origin));
    assert!(turned_away.header("access-control-expose-headers").is_some_and(|names| names.contains("retry-after")));
}

#[test]
fn the_command_line_lets_people_in_again() {
    let Some(server) = Server::start(Engine::Sqlite) else { return };
    let user = |arguments: &[&str]| {
        let mut command = std::process::Command::new(tests::server::program());
        command.arg("user").args(arguments).env("DATABASE_URL", server.database().url());
        command.env("FLYWHEEL_DATA_DIR", server.database().folder()).output().unwrap()
    };
    let made = user(&["create", "--name", "李雷", "--email", "li.lei@example.com", "--role", "manager"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let password = String::from_utf8(made.stdout).unwrap();
    let login = serde_json::json!({ "email": "li.lei@example.com", "password": password.trim() });
    let reply = server.anonymous().post("/api/v1/auth/login", &login).expect(200);
    assert_eq!(reply["me"]["roles"], serde_json::json!(["manager"]));
    let again = user(&["password", "li.lei@example.com"]);
    assert!(again.status.success());
    server.anonymous().post("/api/v1/auth/login", &login).expect(401);
    assert!(String::from_utf8(user(&["list"]).stdout).unwrap().contains("li.lei@example.com\t李雷\tactive\tmanager"));
    assert!(!user(&["password", "nobody@example.com"]).status.success());
}

#[test]
fn a_server_whose_address_is_taken_says_how_to_choose_another() {
    let Some(server) = Server::start(Engine::Sqlite) else { return };
    let Some(second) = Server::set_up(Engine::Sqlite) else { return };
    let said = refusal(&second, &["serve", "--bind", server.address()]);
    assert!(said.contains(server.address()) && said.contains("--bind or FLYWHEEL_BIND"), "{said}");
}

#[test]
fn a_database_that_is_not_there_is_asked_for_and_not_made() {
    let database = Database::empty(Engine::Sqlite).expect("SQLite is always there");
    let folder = database.folder().join("wrong");
    std::fs::create_dir(&folder).unwrap();
    for arguments in [
        &["serve", "--no-migrate"][..],
        &["worker"],
        &["user", "list"],
        &["import", "customers.csv", "--object", "customers"],
        &["import", "--undo", "019aa000-0000-7000-8000-0000000000ab"],
        &["backup", "copies/today.db"],
    ] {
        let mut command = Command::new(tests::server::program());
        command.args(arguments).current_dir(&folder).env("FLYWHEEL_BIND", "127.0.0.1:0");
        let output = command.env_remove("DATABASE_URL").env_remove("FLYWHEEL_CONFIG").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let wanted = "there is no database data/flywheel.db: say where it is with DATABASE_URL";
        assert!(!output.status.success() && said.contains(wanted), "{arguments:?}: {said}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{arguments:?} made something");
    }
}

#[test]
fn what_prints_much_ends_in_peace_when_nobody_reads_it_any_more() {
    let mut command = Command::new(tests::server::program());
    let mut child = command.arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a command that must end by itself, unsuccessfully; what it said.
fn refusal(database: &Database, arguments: &[&str]) -> String {
    let mut command = Command::new(tests::server::program());
    command.args(arguments).env("DATABASE_URL", database.url()).env("FLYWHEEL_DATA_DIR", database.folder());
    command.env("FLYWHEEL_BIND", "127.0.0.1:0").env("FLYWHEEL_SECRET", "0123456789abcdef0123456789abcdef");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    let mut running = || child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(30);
    while running() {
        tests::wait::pass(Duration::from_millis(20));
    }
    child.kill().ok();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?} began to work");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn statement(database: &Database, text: &'static str) {
    let pool = persistence::db::pool(database.url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    assert_eq!(persistence::sql::Sql::start(&conn, text).execute(&mut conn).unwrap(), 1);
}

#[test]
fn no_process_starts_on_a_database_that_is_newer_than_itself() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Server::set_up(engine) else { continue };
        statement(&database, "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')");
        for arguments in [&["serve", "--no-migrate"][..], &["serve"], &["worker"], &["migrate"]] {
            let said = refusal(&database, arguments);
            assert!(
                said.contains("newer than this program") && said.contains("20991231000000"),
                "{arguments:?}: {said}"
            );
        }
    }
}

#[test]
fn what_does_not_migrate_does_not_start_on_a_database_that_is_half_migrated() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Server::set_up(engine) else { continue };
        statement(
            &database,
            "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT MAX(version) FROM __diesel_schema_migrations)",
        );
        let file = database.folder().join("customers.csv");
        std::fs::write(&file, "name\n甲公司\n").unwrap();
        let import = ["import", file.to_str().unwrap(), "--object", "customers", "--dry-run"];
        let undo = ["import", "--undo", "019aa000-0000-7000-8000-0000000000ab"];
        for arguments in [&["serve", "--no-migrate"][..], &["worker"], &["user", "list"], &import, &undo] {
            let said = refusal(&database, arguments);
            assert!(said.contains("run `flywheel migrate`"), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn what_was_indexed_before_words_were_taken_apart_as_they_are_made_is_found_and_forgotten_after_the_upgrade() {
    const BACK: &str = include_str!("../../migrations/sqlite/2026-12-02-050000_words_as_made/down.sql");
    let Some(mut server) = Server::start(Engine::Sqlite) else { return };
    let edit = |server: &mut Server, statements: &[&str]| {
        server.kill();
        {
            let pool = persistence::db::pool(server.database().url(), 1).unwrap();
            let mut conn = persistence::db::get(&pool).unwrap();
            for text in statements {
                let mut q = persistence::sql::Sql::start(&conn, "");
                q.push((*text).to_owned());
                q.execute(&mut conn).unwrap();
            }
        }
        server.start_again();
    };
    let without_comments: String = BACK.lines().filter(|line| !line.starts_with("--")).collect();
    let back: Vec<&str> = without_comments.split_terminator(';').collect();
    edit(&mut server, &back);
    let stays = server.create("customers", &json!({ "name": "张江精密 Müller GmbH" }));
    let renamed = server.create("customers", &json!({ "name": "张江仪器 Čapek 3000" }));
    edit(&mut server, &["DELETE FROM __diesel_schema_migrations WHERE version = '20261202050000'"]);
    let new = server.create("customers", &json!({ "name": "张江新材料" }));
    let admin = server.admin();
    let found = |q: &str| {
        let q = q.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let reply = admin.get(&format!("/api/v1/customers?q={q}")).expect(200);
        let mut ids: Vec<String> = reply.items().iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<&str>| {
        ids.sort_unstable();
        ids.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for q in ["张", "zhangjiang", "zj"] {
        assert_eq!(found(q), sorted(vec![&stays, &renamed, &new]), "{q}");
    }
    assert_eq!((found("muller"), found("capek")), (vec![stays.clone()], vec![renamed.clone()]));
    admin.patch(&format!("/api/v1/customers/{renamed}"), 1, &json!({ "name": "浦东仪器" })).expect(200);
    assert_eq!((found("capek"), found("浦东")), (vec![], vec![renamed.clone()]));
    assert_eq!(found("张江"), sorted(vec![&stays, &new]));
}
