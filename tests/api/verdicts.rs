//! What scores say when settings are tried, old contacts are touched, value is history, and the future arrives.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use persistence::customer_scores::Snapshot;
use persistence::db::PooledConn;
use persistence::settings;
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;
use tests::wait::{pass, until};

fn day(days_ago: i64) -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive() - Duration::days(days_ago)
}

fn ago(days: i64) -> DateTime<Utc> {
    Utc::now() - Duration::days(days)
}

fn behind(server: &Server) -> PooledConn {
    persistence::db::get(&persistence::db::pool(server.database().url(), 1).unwrap()).unwrap()
}

/// What repeat purchases follow, as in the published sample.
fn fit(server: &Server) {
    let fit = json!({ "buying": { "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426 }, "spending": null, "customers": 100, "at": Utc::now() });
    settings::set(&mut behind(server), "repeat_fit", &fit.to_string(), Utc::now()).unwrap();
}

/// The RFM segment of a customer from a day on.
fn segment(server: &Server, customer: &str, band: &str, days_ago: i64) {
    let snapshot = Snapshot {
        subject: customer.parse().unwrap(),
        model: "rfm",
        value: 0.0,
        band: band.to_owned(),
        coverage: None,
        inputs: "{}".to_owned(),
        settings_version: 0,
    };
    persistence::customer_scores::remember(&mut behind(server), &[snapshot], ago(days_ago)).unwrap();
}

/// A customer once a field is as wanted.
#[track_caller]
fn kept(client: &Client, id: &str, field: &str, is: impl Fn(&Value) -> bool) -> Value {
    until(field, || {
        let found = client.get(&format!("/api/v1/customers/{id}")).expect(200).json;
        is(&found[field]).then_some(found)
    })
}

fn change(client: &Client, path: &str, data: &Value) {
    let version = client.get(path).expect(200).version();
    client.patch(path, version, data).expect(200);
}

fn call(client: &Client, customer: &str, at: DateTime<Utc>, more: &Value) -> String {
    let mut body = json!({ "subject": "回访", "kind": "call", "customer_id": customer, "occurred_at": at, "duration_minutes": 30 });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/api/v1/activities", &body).expect(201).id()
}

#[track_caller]
fn scored(client: &Client, id: &str, field: &str, value: f64) -> Value {
    until(&format!("{field} {value}"), || {
        let found = client.get(&format!("/api/v1/activities/{id}")).expect(200).json;
        (found[field].as_f64() == Some(value)).then_some(found)
    })
}

engines! {
    fn a_change_of_any_model_shows_whom_it_would_score_otherwise_and_what_cannot_be_tried_says_so(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90 }));
        for n in 1..=4 {
            server.create("orders", &json!({ "customer_id": id, "ordered_on": day(30 * n), "amount_minor": 20_000_000 }));
        }
        server.create("assessments", &json!({ "customer_id": id, "assessed_on": day(1), "usage_frequency": 80, "renewal_intention": 90, "relationship_closeness": 70 }));
        server.create("behaviours", &json!({ "customer_id": id, "kind": "price_view", "occurred_at": ago(2), "times": 1 }));
        let made = call(&admin, &id, ago(8), &json!({}));
        scored(&admin, &made, "r1", 100.0);
        segment(server, &id, "HHH", 20);
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        fit(server);
        let preview = |model: &str, document: &Value| {
            admin.post(&format!("/api/v1/score-settings/{model}/preview"), &json!({ "document": document })).expect(200).json
        };
        let mut lifecycle = admin.get("/api/v1/score-settings/lifecycle").expect(200)["document"].clone();
        lifecycle["entry"]["maturity"] = lifecycle["entry"]["growth"].clone();
        for (model, document) in [
            ("rfm", json!({ "window_days": 30 })),
            ("grade", json!({ "weights": { "potential": 10, "fit": 90, "strategic": 20 } })),
            ("cadence", json!({ "least_value_minor": { "A": 900_000_000, "B": 1, "C": 1, "D": 1 } })),
            ("four_r", json!({ "customer_points": { "A": 95, "B": 90, "C": 50, "D": 0 } })),
            ("sdae", json!({ "recency_days": 20 })),
            ("health", json!({ "interaction_days": 20 })),
            ("tiers", json!({ "strategic_above_minor": 900_000_000, "growth_from_minor": 500_000_000 })),
            ("lifecycle", lifecycle),
            ("repeat", json!({ "win_back_below": 1.0 })),
            ("triggers", json!({ "views": 1 })),
            ("intent", json!({ "half_life_days": 1 })),
        ] {
            let found = preview(model, &document);
            assert_eq!((&found["previewable"], &found["customers"], &found["changed"]), (&json!(true), &json!(1), &json!(1)), "{model}: {found}");
            let [example] = &found["examples"].as_array().unwrap()[..] else { assert_eq!(model, "four_r"); continue };
            assert_ne!(example["before"], example["after"], "{model}");
        }
        let shares = preview("grade", &json!({ "target_share": { "A": 10, "B": 30, "C": 40, "D": 20 } }));
        assert_eq!((&shares["changed"], &shares["people"]), (&json!(0), &json!(1)));
        let same = preview("grade", &json!({}));
        assert_eq!((&same["changed"], &same["people"]), (&json!(0), &json!(0)));
        let principles = preview("principles", &json!({ "least_coverage": 0.9 }));
        assert_eq!((&principles["previewable"], &principles["changed"]), (&json!(false), &json!(0)));
    }

    fn an_old_contact_keeps_its_grade_when_it_is_edited_and_one_added_later_has_that_of_its_time(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90 }));
        let path = format!("/api/v1/customers/{id}");
        let then = Utc::now();
        let made = call(&admin, &id, then, &json!({}));
        scored(&admin, &made, "r1", 100.0);
        change(&admin, &path, &json!({ "potential": 10, "fit": 10 }));
        kept(&admin, &id, "grade", |grade| grade == "D");
        let after = call(&admin, &id, Utc::now(), &json!({}));
        scored(&admin, &after, "r1", 0.0);
        // A resource that no mix recommends was not the right one.
        let gift = server.create("resources", &json!({ "name": "礼品", "kind": "material", "unit_cost_minor": 1_000 }));
        change(&admin, &format!("/api/v1/activities/{made}"), &json!({ "resource_ids": [gift] }));
        let found = scored(&admin, &made, "r4", 0.0);
        assert_eq!((&found["grade_then"], found["r1"].as_f64()), (&json!("A"), Some(100.0)));
        let late = call(&admin, &id, then + Duration::milliseconds(1), &json!({}));
        assert_eq!(scored(&admin, &late, "r1", 100.0)["grade_then"], json!("A"));
        // Graded and graded anew before anybody had read of the first.
        let quick = server.create("customers", &json!({ "name": "泰和电子", "potential": 95, "fit": 90 }));
        let between = Utc::now();
        change(&admin, &format!("/api/v1/customers/{quick}"), &json!({ "potential": 10, "fit": 10 }));
        let made = call(&admin, &quick, between, &json!({}));
        assert_eq!(scored(&admin, &made, "r1", 100.0)["grade_then"], json!("A"));
    }

    fn a_pain_ticked_for_a_contact_is_not_met_by_itself(server: &Server) {
        let admin = server.admin();
        let pain = server.create("pains", &json!({ "name": "交期不稳" }));
        let content = server.create("contents", &json!({ "title": "准时交付案例", "kind": "case_study", "pain_ids": [pain] }));
        let id = server.create("customers", &json!({ "name": "华新", "potential": 95, "fit": 90 }));
        let used = json!({ "pain_ids": [pain], "content_ids": [content] });
        let unknown = call(&admin, &id, ago(3), &used);
        scored(&admin, &unknown, "r3", 0.0);
        change(&admin, &format!("/api/v1/customers/{id}"), &json!({ "pain_ids": [pain] }));
        let known = call(&admin, &id, ago(1), &used);
        scored(&admin, &known, "r3", 50.0);
    }

    fn who_comes_to_us_is_counted_among_all_contacts_and_answers_among_those_noted(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "华新", "potential": 95, "fit": 90 }));
        call(&admin, &id, ago(4), &json!({ "customer_initiated": true, "responded": true }));
        for days in 1..=3 {
            call(&admin, &id, ago(days), &json!({}));
        }
        let part = |key: &str| {
            let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
            let dimensions = scores["sdae"]["dimensions"].as_array().unwrap().clone();
            let parts = dimensions.iter().find(|d| d["dimension"] == "acceptance").unwrap()["parts"].as_array().unwrap().clone();
            parts.iter().find(|p| p["key"] == key).unwrap()["value"].as_f64()
        };
        assert_eq!((part("initiated"), part("response")), (Some(25.0), None));
        call(&admin, &id, ago(5), &json!({ "responded": true }));
        call(&admin, &id, ago(6), &json!({ "responded": false }));
        assert_eq!((part("initiated"), part("response")), (Some(100.0 / 6.0), Some(50.0)));
    }

    fn too_many_and_too_few_contacts_are_added_up_over_all_customers_however_few_are_listed(server: &Server) {
        let admin = server.admin();
        for name in ["小客户甲", "小客户乙"] {
            let id = server.create("customers", &json!({ "name": name, "grade": "C", "grade_reason": "测试" }));
            (1..=5).for_each(|days| { call(&admin, &id, ago(2 * days), &json!({})); });
            kept(&admin, &id, "cadence_excess", |n| *n == json!(3));
        }
        let silent = server.create("customers", &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90 }));
        kept(&admin, &silent, "cadence_status", |status| status == "never");
        let found = admin.get("/api/v1/cadence/summary?limit=1").expect(200);
        assert_eq!(found["over"].as_array().map(Vec::len), Some(1));
        assert_eq!((&found["excess_contacts"], &found["wasted_minutes"]), (&json!(6), &json!(180)));
        assert_eq!((&found["missing_contacts"], &found["missing_minutes"]), (&json!(1), &json!(30)));
    }

    fn who_was_never_contacted_is_late_since_they_were_given_to_their_owner(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90 }));
        kept(&admin, &id, "cadence_status", |status| status == "never");
        server.pretend("customers", Some(&id), "created_at", ago(70));
        server.pretend("customers", Some(&id), "assigned_at", ago(14));
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        let due = admin.get("/api/v1/cadence/due").expect(200);
        assert_eq!(due.items()[0]["lateness"].as_f64(), Some(2.0));
        kept(&admin, &id, "cadence_due_on", |on| *on == json!(day(14)));
    }

    fn a_customer_that_was_of_value_and_is_gone_is_won_back_whichever_becomes_known_first(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "老客户" }));
        for days in [300, 270, 240, 210] {
            server.create("orders", &json!({ "customer_id": id, "ordered_on": day(days), "amount_minor": 20_000_000 }));
        }
        kept(&admin, &id, "last_order_on", |on| *on == json!(day(210)));
        fit(server);
        let path = format!("/api/v1/customers/{id}");
        let tasks = || {
            let found = admin.get(&format!("/api/v1/tasks?customer_id={id}&limit=50")).expect(200);
            found.items().iter().filter(|t| t["origin"] == "win_back").count()
        };
        // So long ago that it says nothing of today.
        segment(server, &id, "HHH", 500);
        segment(server, &id, "none", 450);
        change(&admin, &path, &json!({ "note": "甲" }));
        let found = kept(&admin, &id, "alive", |p| p.as_f64().is_some_and(|p| p < 30.0));
        assert_eq!((&found["win_back_on"], tasks()), (&Value::Null, 0));
        segment(server, &id, "HHH", 100);
        segment(server, &id, "none", 50);
        change(&admin, &path, &json!({ "note": "乙" }));
        kept(&admin, &id, "win_back_on", |on| *on == json!(day(0)));
        until("the task", || (tasks() == 1).then_some(()));
    }

    fn what_was_written_ahead_becomes_a_fact_when_its_time_comes(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "张江" }));
        let order = |days_ago: i64, status: &str| {
            server.create("orders", &json!({ "customer_id": id, "ordered_on": day(days_ago), "amount_minor": 100_000, "status": status }))
        };
        order(5, "confirmed");
        order(1, "returned");
        let ahead = order(-3, "confirmed");
        call(&admin, &id, Utc::now() + Duration::milliseconds(1500), &json!({}));
        let found = admin.get(&format!("/api/v1/customers/{id}")).expect(200);
        assert_eq!((&found["last_order_on"], &found["last_contact_at"]), (&json!(day(5)), &Value::Null));
        pass(std::time::Duration::from_millis(1600));
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        let found = admin.get(&format!("/api/v1/customers/{id}")).expect(200);
        assert!(found["last_contact_at"].is_string() && found["last_order_on"] == json!(day(5)), "{}", found.json);
        // Three days later, as far as the program can tell.
        let mut conn = behind(server);
        let mut q = persistence::sql::Sql::start(&conn, "UPDATE orders SET ordered_on = ");
        q.bind(persistence::sql::Store::Date, &domain::value::Value::Date(day(0))).push(" WHERE id = ").id(ahead.parse().unwrap());
        q.execute(&mut conn).unwrap();
        settings::set(&mut conn, "facts_upto", &json!(ago(3)).to_string(), Utc::now()).unwrap();
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        kept(&admin, &id, "last_order_on", |on| *on == json!(day(0)));
    }
}
