//! Grade, cadence and the four Rs over HTTP: what is right when contacts come, go, move and lie in the future.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn days_ago(days: i64) -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0) - Duration::days(days)
}

/// A customer of grade A, contacted every 7 days.
fn important(server: &Server, owner: Option<&str>) -> String {
    let input = json!({ "name": "恒瑞精工", "potential": 95, "fit": 90, "strategic_value": 80, "owner_id": owner });
    let input = if owner.is_some() {
        input
    } else {
        json!({ "name": "恒瑞精工", "potential": 95, "fit": 90, "strategic_value": 80 })
    };
    server.create("customers", &input)
}

fn contact(client: &Client, customer: &str, days: i64) -> String {
    let body = json!({ "subject": "回访", "kind": "call", "customer_id": customer, "occurred_at": days_ago(days), "duration_minutes": 30 });
    client.post("/api/v1/activities", &body).expect(201).id()
}

/// The activity once its scores are as wanted.
#[track_caller]
fn scored(client: &Client, id: &str, r2: Option<f64>) -> Value {
    until(&format!("r2 {r2:?}"), || {
        let found = client.get(&format!("/api/v1/activities/{id}")).expect(200).json;
        (found["r2"].as_f64() == r2).then_some(found)
    })
}

fn listed(client: &Client, link: &Value) -> i64 {
    let link = link.as_str().expect("a link");
    client.get(&format!("{link}&count=exact&limit=1")).expect(200)["total"].as_i64().expect("a total")
}

engines! {
    fn a_grade_follows_its_inputs_until_somebody_sets_it_with_a_reason(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "云启", "potential": 90, "fit": 80, "strategic_value": 50 }));
        let path = format!("/api/v1/customers/{id}");
        let made = admin.get(&path).expect(200);
        assert_eq!((&made["grade"], made["grade_score"].as_f64(), &made["grade_manual"]), (&json!("B"), Some(79.0), &Value::Null));
        for said in [json!({ "grade": "A" }), json!({ "grade": "A", "grade_reason": " " })] {
            assert_eq!(admin.patch(&path, 1, &said).expect(422).wrong_fields(), ["grade_reason"]);
        }
        let unexplained = json!({ "name": "无理由", "grade": "A" });
        assert_eq!(admin.post("/api/v1/customers", &unexplained).expect(422).wrong_fields(), ["grade_reason"]);
        let set = admin.patch(&path, 1, &json!({ "grade": "A", "grade_reason": "行业标杆" })).expect(200);
        assert_eq!([&set["grade"], &set["grade_computed"], &set["grade_manual"], &set["grade_reason"]], [&json!("A"), &json!("B"), &json!(true), &json!("行业标杆")]);
        assert!(set["grade_set_by"].is_string() && set["grade_set_at"].is_string());
        let kept = admin.patch(&path, 2, &json!({ "potential": 20 })).expect(200);
        assert_eq!((&kept["grade"], &kept["grade_computed"]), (&json!("A"), &json!("C")));
        let version = kept.version();
        assert_eq!(admin.patch(&path, version, &json!({ "grade": "B" })).expect(422).wrong_fields(), ["grade_reason"]);
        let back = admin.patch(&path, 3, &json!({ "grade": null })).expect(200);
        assert_eq!((&back["grade"], &back["grade_manual"], &back["grade_reason"]), (&json!("C"), &Value::Null, &Value::Null));
        let unknown = server.create("customers", &json!({ "name": "只知战略价值", "strategic_value": 90 }));
        assert_eq!(admin.get(&format!("/api/v1/customers/{unknown}")).expect(200)["grade"], Value::Null);
    }

    fn the_frequency_of_a_contact_follows_the_one_before_it_whatever_happens_to_that(server: &Server) {
        let admin = server.admin();
        let customer = important(server, None);
        let first = contact(&admin, &customer, 21);
        let last = contact(&admin, &customer, 7);
        scored(&admin, &first, Some(100.0));
        // 14 days at an interval of 7: twice as long as it should be.
        scored(&admin, &last, Some(0.0));
        let between = contact(&admin, &customer, 14);
        scored(&admin, &last, Some(100.0));
        let why = admin.get(&format!("/api/v1/activities/{last}/four-r")).expect(200);
        assert_eq!((&why["grade"], &why["interval_days"], &why["days_since_previous"]), (&json!("A"), &json!(7), &json!(7)));
        admin.delete(&format!("/api/v1/activities/{between}")).expect(200);
        scored(&admin, &last, Some(0.0));
        scored(&admin, &between, None);
        admin.post_empty(&format!("/api/v1/activities/{between}/restore")).expect(200);
        scored(&admin, &last, Some(100.0));
        // To another customer: gone from this one, the first of the other.
        let other = important(server, None);
        let version = admin.get(&format!("/api/v1/activities/{between}")).expect(200).version();
        admin.patch(&format!("/api/v1/activities/{between}"), version, &json!({ "customer_id": other })).expect(200);
        scored(&admin, &last, Some(0.0));
        scored(&admin, &between, Some(100.0));
        // Merely planned, it is no contact.
        admin.patch(&format!("/api/v1/activities/{between}"), version + 1, &json!({ "completed": false })).expect(200);
        scored(&admin, &between, None);
        admin.get(&format!("/api/v1/activities/{between}/four-r")).expect(404);
    }

    fn a_future_contact_is_none_yet_and_two_in_one_minute_are_one(server: &Server) {
        let admin = server.admin();
        let customer = important(server, None);
        let first = contact(&admin, &customer, 7);
        let future = contact(&admin, &customer, -3);
        let at = days_ago(0) - Duration::minutes(5);
        let twice: Vec<String> = (0..2).map(|_| {
            let body = json!({ "subject": "同一通电话", "kind": "call", "customer_id": customer, "occurred_at": at });
            admin.post("/api/v1/activities", &body).expect(201).id()
        }).collect();
        scored(&admin, &first, Some(100.0));
        for id in &twice {
            let found = scored(&admin, id, Some(100.0));
            assert_eq!(found["r1"].as_f64(), Some(100.0));
            assert_eq!(admin.get(&format!("/api/v1/activities/{id}/four-r")).expect(200)["days_since_previous"], json!(7));
        }
        scored(&admin, &future, None);
        // Three logged, one of them in the future, two in one minute: two in a week, which is no excess.
        let status = until("on track", || {
            let found = admin.get(&format!("/api/v1/customers/{customer}")).expect(200).json;
            (found["cadence_status"] == "on_track").then_some(found)
        });
        assert_eq!(status["cadence_priority"], Value::Null);
        assert_eq!(admin.get("/api/v1/four-r").expect(200)["index"]["contacts"], json!(3));
    }

    fn message_and_resources_are_compared_with_stage_pain_and_role(server: &Server) {
        let admin = server.admin();
        let pain = server.create("pains", &json!({ "name": "交期不稳" }));
        let fitting = server.create("contents", &json!({ "title": "准时交付案例", "kind": "case_study", "stages": ["growth"], "pain_ids": [pain], "roles": ["decision_maker"] }));
        let strange = server.create("contents", &json!({ "title": "入门手册", "kind": "brochure", "stages": ["acquisition"], "roles": ["user"] }));
        let expert = server.create("resources", &json!({ "name": "专家到场", "kind": "expert", "unit_cost_minor": 400_000, "stages": ["growth"] }));
        let customer = server.create("customers", &json!({ "name": "华新", "potential": 95, "fit": 90, "lifecycle_stage": "growth", "pain_ids": [pain] }));
        let person = server.create("contacts", &json!({ "name": "王总", "customer_id": customer, "role": "decision_maker" }));
        let visit = |contents: Value, resources: Value, days: i64| {
            let body = json!({ "subject": "拜访", "kind": "visit", "customer_id": customer, "contact_id": person, "occurred_at": days_ago(days),
                "content_ids": contents, "resource_ids": resources });
            admin.post("/api/v1/activities", &body).expect(201).id()
        };
        let right = visit(json!([fitting]), json!([expert]), 20);
        let wrong = visit(json!([strange]), json!([]), 12);
        let found = scored(&admin, &right, Some(100.0));
        // An expert costs 4,000 yuan, an A may cost 2,000 per contact.
        assert_eq!((found["r3"].as_f64(), found["r4"].as_f64()), (Some(100.0), Some(50.0)));
        let found = until("the second", || {
            let found = admin.get(&format!("/api/v1/activities/{wrong}")).expect(200).json;
            found["r3"].is_number().then_some(found)
        });
        assert_eq!((found["r3"].as_f64(), found["r4"].as_f64()), (Some(0.0), Some(0.0)));
        let why = admin.get(&format!("/api/v1/activities/{right}/four-r")).expect(200);
        assert_eq!([&why["stage_met"], &why["pain_met"], &why["role_met"]], [&json!(true); 3]);
        assert_eq!((&why["cost_minor"], &why["cost_cap_minor"]), (&json!(400_000), &json!(200_000)));
    }

    fn contacts_count_for_whoever_made_them_even_when_the_customer_moves(server: &Server) {
        let admin = server.admin();
        let (east, east_client) = server.user("representative", None);
        let (west, west_client) = server.user("representative", None);
        let customer = important(server, Some(&east));
        let first = contact(&east_client, &customer, 14);
        scored(&admin, &first, Some(100.0));
        let path = format!("/api/v1/customers/{customer}");
        admin.patch(&path, 1, &json!({ "owner_id": west, "name": "改了名的客户" })).expect(200);
        let second = contact(&west_client, &customer, 7);
        scored(&admin, &second, Some(100.0));
        let of = |client: &Client| client.get("/api/v1/four-r?group_by=user").expect(200).json;
        let (mine, all) = (of(&east_client), of(&admin));
        let names = |of: &Value| of["worst"].as_array().unwrap().iter().map(|w| w["customer_name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&mine), [Value::Null], "the customer is nobody's business any more");
        assert!(!names(&all).is_empty() && names(&all).iter().all(|name| name == "改了名的客户"), "{all}");
        assert_eq!((&mine["index"]["contacts"], &all["index"]["contacts"]), (&json!(1), &json!(2)));
        assert_eq!(all["groups"].as_array().map(Vec::len), Some(2));
        for group in all["groups"].as_array().unwrap() {
            assert_eq!(listed(&admin, &group["index"]["drill_down"]), 1, "{group}");
        }
        assert_eq!(listed(&admin, &all["index"]["drill_down"]), 2);
        assert_eq!((&all["allocation"][0]["grade"], &all["allocation"][0]["minutes"]), (&json!("A"), &json!(60)));
        assert_eq!(all["allocation_index"], json!(45.0));
        let with = |client: &Client, customer: &str| client.get(&format!("/api/v1/four-r?customer_id={customer}"));
        let both = with(&admin, &customer).expect(200);
        assert_eq!((&both["index"]["contacts"], listed(&admin, &both["index"]["drill_down"])), (&json!(2), 2));
        assert_eq!(with(&west_client, &customer).expect(200)["index"]["contacts"], json!(1));
        assert_eq!(with(&east_client, &customer).expect(422).wrong_fields(), ["customer_id"]);
        let quiet = server.create("customers", &json!({ "name": "没有联系" }));
        assert_eq!(with(&admin, &quiet).expect(200)["index"]["contacts"], json!(0));
        west_client.get(&format!("/api/v1/activities/{first}/four-r")).expect(404);
        assert_eq!(east_client.get("/api/v1/cadence/due").expect(200).items().len(), 0);
        let due = west_client.get("/api/v1/cadence/due").expect(200);
        assert_eq!((&due.items()[0]["customer_id"], &due.items()[0]["status"]), (&json!(customer), &json!("due")));
    }

    fn who_is_due_comes_by_value_times_lateness_and_too_much_is_waste(server: &Server) {
        let admin = server.admin();
        let rich = important(server, None);
        server.create("orders", &json!({ "customer_id": rich, "ordered_on": days_ago(40).date_naive(), "amount_minor": 90_000_000 }));
        let late = important(server, None);
        let small = server.create("customers", &json!({ "name": "小客户", "grade": "C", "grade_reason": "测试" }));
        contact(&admin, &rich, 8);
        contact(&admin, &late, 30);
        let calls: Vec<String> = (1..=5).map(|days| contact(&admin, &small, days * 2)).collect();
        scored(&admin, &calls[4], Some(100.0));
        let due = until("both due", || {
            let due = admin.get("/api/v1/cadence/due?limit=10").expect(200);
            (due.items().len() == 2 && due.items()[0]["revenue_minor"] == json!(90_000_000)).then_some(due)
        });
        let [first, second] = due.items() else { panic!("{}", due.json) };
        assert_eq!((&first["customer_id"], &second["customer_id"]), (&json!(rich), &json!(late)));
        assert_eq!((&first["status"], &second["status"]), (&json!("due"), &json!("under")));
        assert_eq!(second["urgency"].as_f64(), Some(second["value_minor"].as_f64().unwrap() * 30.0 / 7.0));
        let summary = admin.get("/api/v1/cadence/summary").expect(200);
        for status in summary["statuses"].as_array().unwrap() {
            assert_eq!(listed(&admin, &status["drill_down"]), status["customers"].as_i64().unwrap(), "{status}");
        }
        // A C may be contacted twice in 30 days; five times is three too many, half an hour each.
        assert_eq!((&summary["over"][0]["customer_id"], &summary["excess_contacts"], &summary["wasted_minutes"]), (&json!(small), &json!(3), &json!(90)));
        let calendar = admin.get("/api/v1/cadence/calendar").expect(200);
        let made: i64 = calendar["days"].as_array().unwrap().iter().map(|d| d["contacts"].as_i64().unwrap()).sum();
        assert_eq!(made, 7);
        for day in calendar["days"].as_array().unwrap() {
            assert_eq!(listed(&admin, &day["drill_down"]), day["contacts"].as_i64().unwrap(), "{day}");
        }
        admin.get("/api/v1/cadence/due?limit=0").expect_problem(422, "invalid");
    }

    fn settings_are_checked_previewed_versioned_and_score_everybody_again(server: &Server) {
        let admin = server.admin();
        let customer = important(server, None);
        let put = |model: &str, version: Option<i64>, document: Value| {
            let client = match version {
                Some(v) => admin.with_header("if-match", &format!("\"{v}\"")),
                None => admin.clone(),
            };
            let body = json!({ "document": document }).to_string();
            client.send("PUT", &format!("/api/v1/score-settings/{model}"), Some(("application/json", body.as_bytes())))
        };
        for (model, document, field) in [
            ("grade", json!({ "weights": { "potential": 0, "fit": 0, "strategic": 0 } }), "weights"),
            ("grade", json!({ "cuts": { "a": 40, "b": 60, "c": 30 } }), "cuts.b"),
            ("cadence", json!({ "interval_days": { "A": 0, "B": 14, "C": 30, "D": 90 } }), "interval_days.A"),
            ("four_r", json!({ "late": 3.0 }), "lost"),
            ("sdae", json!({ "cuts": { "strong": 50, "sound": 60 } }), "cuts.sound"),
            ("sdae", json!({ "colour": 1 }), "colour"),
        ] {
            let refused = put(model, Some(0), document).expect(422);
            assert!(refused.wrong_fields().contains(&field), "{model}: {}", refused.json);
        }
        let stricter = json!({ "cuts": { "a": 95, "b": 65, "c": 40 } });
        let preview = admin.post("/api/v1/score-settings/grade/preview", &json!({ "document": stricter })).expect(200);
        assert_eq!((&preview["customers"], &preview["changed"]), (&json!(1), &json!(1)));
        assert_eq!((&preview["examples"][0]["before"], &preview["examples"][0]["after"]), (&json!("A"), &json!("B")));
        assert_eq!(admin.get("/api/v1/score-settings/grade").expect(200)["version"], json!(0));
        put("grade", None, stricter.clone()).expect(428);
        let set = put("grade", Some(0), stricter.clone()).expect(200);
        assert_eq!((&set["version"], &set["document"]["cuts"]["a"], &set["shipped"]["cuts"]["a"]), (&json!(1), &json!(95.0), &json!(80.0)));
        put("grade", Some(0), json!({})).expect(412);
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        assert_eq!(admin.get(&format!("/api/v1/customers/{customer}")).expect(200)["grade"], json!("B"));
        let rep = server.as_role("representative");
        rep.get("/api/v1/score-settings").expect(200);
        rep.post("/api/v1/score-settings/grade/preview", &json!({ "document": stricter })).expect(403);
        admin.get("/api/v1/score-settings/happiness").expect(404);
    }
}

#[test]
fn settings_that_are_saved_while_everybody_is_scored_are_scored_by_soon() {
    let Some(server) = Server::start(Engine::Postgres) else { return };
    let (admin, database) = (server.admin(), server.database());
    let customer = important(&server, None);
    admin.post_empty("/api/v1/scores/refresh").expect(200);
    // At its end, after the last customer, a run waits for what this holds.
    let hold = "BEGIN; SELECT 1 FROM settings WHERE key = 'rights_version' FOR UPDATE; SELECT pg_sleep(100)";
    let mut held = database.begin(hold);
    let here = "FROM pg_stat_activity WHERE datname = current_database()";
    database.wait_for(&format!("SELECT count(*) {here} AND wait_event = 'PgSleep'"));
    let cut = |a: u32, b: u32| {
        let document = json!({ "document": { "cuts": { "a": a, "b": b, "c": 40 } } });
        admin.settle("PUT", "/api/v1/score-settings/grade", &document).expect(200);
    };
    cut(95, 65);
    database.wait_for(&format!("SELECT count(*) {here} AND wait_event_type = 'Lock' AND query LIKE '%settings%'"));
    cut(98, 96);
    database.query(&format!("SELECT count(pg_terminate_backend(pid)) {here} AND wait_event = 'PgSleep'"));
    held.wait().unwrap();
    until("the grade by the later settings", || {
        let grade = admin.get(&format!("/api/v1/customers/{customer}")).expect(200)["grade"].clone();
        (grade == "C").then_some(())
    });
}
