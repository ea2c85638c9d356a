//! What time alone makes due: the day's scores, answers that nobody asks for any more.

use chrono::{TimeDelta, Utc};
use persistence::notifications::{self, Notification};
use persistence::settings::{self, Answer};
use serde_json::json;
use tests::database::Engine;
use tests::server::Server;
use tests::wait_until;

#[test]
fn the_worker_scores_all_customers_on_the_first_occasion_of_a_day() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let admin = server.admin();
        let run = admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        server
            .create("orders", &json!({ "customer_id": customer, "ordered_on": run["as_of"], "amount_minor": 100_000 }));
        let path = format!("/api/v1/customers/{customer}");
        assert!(admin.get(&path).expect(200)["rfm_r"].is_null());
        // The day after, as far as the program can tell.
        let mut yesterday = run.json.clone();
        let day: chrono::NaiveDate = run["as_of"].as_str().unwrap().parse().unwrap();
        yesterday["as_of"] = json!(day.pred_opt());
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        settings::set(&mut persistence::db::get(&pool).unwrap(), "rfm_run", &yesterday.to_string(), Utc::now())
            .unwrap();
        server.stop();
        server.start_again();
        let admin = server.admin();
        wait_until("scored", || !admin.get(&path).expect(200)["rfm_r"].is_null());
        let log = server.log();
        assert!(log.contains("customers scored"), "{log}");
    }
}

#[test]
fn answers_kept_for_repeated_requests_are_forgotten_after_a_day_and_not_before() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let me: uuid::Uuid = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().parse().unwrap();
        server.stop();
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let answer =
            Answer { request_hash: "x".to_owned(), status: 201, etag: None, location: None, body: "{}".to_owned() };
        let now = Utc::now();
        for (key, hours) in [("old", 25), ("young", 23)] {
            settings::remember_answer(&mut conn, me, key, &answer, now - TimeDelta::hours(hours)).unwrap();
        }
        server.start_again();
        let mut kept = |key| settings::answer(&mut conn, me, key, now - TimeDelta::days(9)).unwrap().is_some();
        wait_until("the old answer is gone", || !kept("old"));
        assert!(kept("young"), "{engine:?}");
    }
}

#[test]
fn the_shipped_rule_comes_to_organisations_that_were_set_up_before_it_and_not_to_those_who_took_it_away() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        server.kill();
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        for table in ["rule_runs", "rule_versions", "rule_progress", "rule_counts", "rules"] {
            let mut q = persistence::sql::Sql::start(&conn, "DELETE FROM ");
            q.push(table);
            q.execute(&mut conn).unwrap();
        }
        server.start_again();
        let shipped = |server: &Server| {
            let rules = server.admin().get("/api/v1/rules").expect(200);
            rules.items().iter().find(|r| r["key"] == "large_and_silent").cloned()
        };
        let mut found = None;
        wait_until("the rule is there", || {
            found = shipped(&server);
            found.is_some()
        });
        let rule = found.unwrap();
        assert_eq!(rule["state"], "active", "{engine:?}");
        server.admin().delete(&format!("/api/v1/rules/{}", rule["id"].as_str().unwrap())).expect(204);
        server.stop();
        server.start_again();
        // The round of the clock that would bring it back forgets old news too.
        let me: uuid::Uuid = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().parse().unwrap();
        server.stop();
        let (old, now) = (Utc::now() - TimeDelta::days(200), Utc::now());
        let news = Notification {
            seq: 0,
            id: uuid::Uuid::now_v7(),
            created_at: old,
            user_id: me,
            kind: "rule".to_owned(),
            object: None,
            subject: None,
            params: "{}".to_owned(),
            dedupe_key: "old".to_owned(),
            read_at: None,
        };
        notifications::insert(&mut conn, &[news]).unwrap();
        notifications::mark_all(&mut conn, me, None, now).unwrap();
        server.start_again();
        let before = old - TimeDelta::days(1);
        wait_until("a round", || {
            notifications::since(&mut conn, &[me], before).unwrap().iter().all(|n| n.created_at > old)
        });
        assert!(shipped(&server).is_none(), "{engine:?}: it came back");
    }
}
