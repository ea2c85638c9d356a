//! What time alone makes due: the day's scores, answers that nobody asks for any more.

use chrono::{TimeDelta, Utc};
use persistence::db::AnyConnection;
use persistence::notifications::{self, Notification};
use persistence::rules;
use persistence::settings::{self, Answer};
use serde_json::{Value, json};
use tests::database::Engine;
use tests::server::Server;
use tests::wait_until;
use uuid::Uuid;

/// Leaves news that somebody read long ago, for [`wait_for_a_round`]. To be called while no server is there.
pub(crate) fn leave_old_news(conn: &mut AnyConnection, user: Uuid) {
    let news = Notification {
        seq: 0,
        id: Uuid::now_v7(),
        created_at: Utc::now() - TimeDelta::days(200),
        user_id: user,
        kind: "rule".to_owned(),
        object: None,
        subject: None,
        params: "{}".to_owned(),
        dedupe_key: "old".to_owned(),
        read_at: None,
    };
    notifications::insert(conn, &[news]).unwrap();
    notifications::mark_all(conn, user, None, Utc::now()).unwrap();
}

/// Waits until the clock has gone a round: after the digests it forgets old news.
#[track_caller]
pub(crate) fn wait_for_a_round(conn: &mut AnyConnection, user: Uuid) {
    let (before, lately) = (Utc::now() - TimeDelta::days(300), Utc::now() - TimeDelta::days(190));
    wait_until("a round", || {
        notifications::since(conn, &[user], before).unwrap().iter().all(|n| n.created_at > lately)
    });
}

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
        let me: Uuid = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().parse().unwrap();
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
        let me: Uuid = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().parse().unwrap();
        server.stop();
        leave_old_news(&mut conn, me);
        server.start_again();
        wait_for_a_round(&mut conn, me);
        assert!(shipped(&server).is_none(), "{engine:?}: it came back");
    }
}

#[test]
fn shipped_rules_that_nobody_changed_come_to_todays_form_and_all_others_stay() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        server.kill();
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let now = Utc::now();
        // As they were shipped before the account team was told; the first of all had no condition on investing either.
        let mut put_back = |key: &str, change: &dyn Fn(&mut Value), published: bool, again: bool| {
            let mut rule = rules::all(&mut conn).unwrap().into_iter().find(|r| r.key.as_deref() == Some(key)).unwrap();
            let mut definition: Value = serde_json::from_str(rule.published.as_deref().unwrap()).unwrap();
            let to = definition["actions"][1]["to"].as_array_mut().unwrap();
            to.retain(|who| who["kind"] != "account_team");
            let former = definition.to_string();
            change(&mut definition);
            rule.draft = definition.to_string();
            rule.published = Some(if published { rule.draft.clone() } else { former });
            rule.version += 1;
            if again {
                rule.number += 1;
                let version = rules::Version {
                    number: rule.number,
                    definition: rule.draft.clone(),
                    published_at: now,
                    published_by: rule.published_by,
                    published_key_id: rule.published_key_id,
                };
                rules::insert_version(&mut conn, rule.id, &version).unwrap();
            } else {
                let mut q = persistence::sql::Sql::start(&conn, "UPDATE rule_versions SET definition = ");
                let text = rule.published.clone().unwrap();
                q.bind(persistence::sql::Store::Json, &domain::value::Value::Json(text));
                q.push(" WHERE rule_id = ").id(rule.id);
                q.execute(&mut conn).unwrap();
            }
            assert!(rules::update(&mut conn, &rule, rule.version - 1).unwrap());
        };
        let same = |_: &mut Value| {};
        let reworded = |d: &mut Value| d["actions"][1]["message"] = json!("请跟进客户「{name}」");
        put_back("health_alert", &same, true, false);
        put_back("browsed_without_order", &|d| d["condition"] = Value::Null, true, false);
        put_back("rfm_potential", &reworded, true, false);
        put_back("rfm_high_value", &reworded, false, false);
        // Published without the account team by somebody who had it.
        put_back("low_repurchase", &same, true, true);
        settings::set(&mut conn, "shipped_rules", "0", now).unwrap();
        server.start_again();
        let admin = server.admin();
        let rule = |key: &str| {
            let all = admin.get("/api/v1/rules").expect(200);
            all.items().iter().find(|r| r["key"] == key).cloned().unwrap()
        };
        let team = json!({ "kind": "account_team" });
        let told = |key: &str, form: &str| rule(key)[form]["actions"][1]["to"].as_array().unwrap().contains(&team);
        wait_until("the rule is renewed", || told("health_alert", "published"));
        for key in ["health_alert", "browsed_without_order"] {
            let found = rule(key);
            assert!(told(key, "published") && told(key, "draft"), "{engine:?}: {key}");
            assert_eq!(
                (&found["state"], &found["published_number"], &found["changed"]),
                (&json!("active"), &json!(2), &json!(false))
            );
            assert!(found["published_by"].is_string() && found["published"]["condition"]["all"].is_array(), "{key}");
        }
        for (key, number) in [("rfm_potential", 1), ("rfm_high_value", 1), ("low_repurchase", 2)] {
            assert!(!told(key, "published") && !told(key, "draft"), "{engine:?}: {key} was changed by somebody");
            assert_eq!(rule(key)["published_number"], json!(number), "{key}");
        }
        let log = admin.get("/api/v1/setup-events?limit=200").expect(200);
        let renewed: Vec<&Value> =
            log.items().iter().filter(|e| e["type"] == "rule.updated" && e["new"]["number"] == 2).collect();
        assert_eq!((renewed.len(), renewed.iter().all(|e| e["actor_id"].is_null())), (2, true), "{engine:?}");
    }
}

#[test]
fn a_piece_of_the_clocks_round_that_fails_holds_up_no_other() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let me: Uuid = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().parse().unwrap();
        server.stop();
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        leave_old_news(&mut conn, me);
        // What was delivered long ago is forgotten in the same round.
        persistence::sql::Sql::start(&conn, "DROP TABLE webhook_deliveries").execute(&mut conn).unwrap();
        server.start_again();
        wait_for_a_round(&mut conn, me);
        wait_until("it is in the log", || server.log().contains("old deliveries"));
    }
}
