//! Scores of customers with their reasons, what follows from them, the flywheel, and the story that the demonstration tells.

use std::process::Command;

use chrono::{Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::database::{Database, Engine};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn day(days_ago: i64) -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive() - Duration::days(days_ago)
}

fn listed(client: &Client, link: &Value) -> i64 {
    let link = link.as_str().expect("a link");
    client.get(&format!("{link}&count=exact&limit=1")).expect(200)["total"].as_i64().expect("a total")
}

/// A member of a list by its key.
fn of<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().find(|i| i[key] == value).unwrap_or_else(|| panic!("no {key} {value} in {list}"))
}

/// A customer that orders 200,000 yuan every 30 days, the last time 30 days ago.
fn regular(server: &Server, name: &str) -> String {
    let id = server.create("customers", &json!({ "name": name, "potential": 95, "fit": 90 }));
    for n in 1..=4 {
        server.create("orders", &json!({ "customer_id": id, "ordered_on": day(30 * n), "amount_minor": 20_000_000 }));
    }
    id
}

/// A customer's scores once they are kept as wanted.
#[track_caller]
fn kept(client: &Client, id: &str, field: &str, value: Value) -> Value {
    until(&format!("{field} {value}"), || {
        let found = client.get(&format!("/api/v1/customers/{id}")).expect(200).json;
        (found[field] == value).then_some(found)
    })
}

engines! {
    fn a_new_customer_stands_in_the_first_stage_at_once_and_nobody_set_it(server: &Server) {
        let admin = server.admin();
        let made = admin.post("/api/v1/customers", &json!({ "name": "新客户" })).expect(201);
        assert_eq!((&made["lifecycle_stage"], &made["lifecycle_manual"]), (&json!("acquisition"), &json!(null)));
        let stays = until("its stay", || {
            let shown = admin.get(&format!("/api/v1/customers/{}/scores", made.id())).expect(200).json;
            Some(shown["lifecycle"]["history"].clone()).filter(|stays| stays[0].is_object())
        });
        assert_eq!((stays.as_array().unwrap().len(), &stays[0]["stage"]), (1, &json!("acquisition")));
        let again = admin.get(&format!("/api/v1/customers/{}", made.id())).expect(200);
        assert_eq!(again["version"], 1);
    }

    fn every_score_says_what_made_it_and_what_is_missing(server: &Server) {
        let admin = server.admin();
        let id = regular(server, "恒瑞精工");
        server.create("assessments", &json!({ "customer_id": id, "assessed_on": day(0), "relationship_closeness": 80, "wallet_share": 40 }));
        server.create("assessments", &json!({ "customer_id": id, "assessed_on": day(200), "csat": 90 }));
        kept(&admin, &id, "sdae_security", json!(76));
        let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        let security = of(&scores["sdae"]["dimensions"], "dimension", "security");
        // (30·80 + 25·100 + 10·6.57) ÷ 65: no contact and no word of competitors, which are missing and not zero.
        assert!((security["score"].as_f64().unwrap() - 76.395).abs() < 0.01, "{security}");
        assert!((security["coverage"].as_f64().unwrap() - 0.65).abs() < 1e-9 && security["band"] == "sound");
        let part = |key: &str| of(&security["parts"], "key", key);
        assert_eq!((&part("closeness")["source"], part("closeness")["value"].as_f64()), (&json!("assessed"), Some(80.0)));
        assert_eq!((&part("repeat")["source"], part("repeat")["value"].as_f64()), (&json!("computed"), Some(100.0)));
        assert_eq!((&part("recency")["source"], &part("recency")["value"]), (&json!("missing"), &Value::Null));
        let points: f64 = security["parts"].as_array().unwrap().iter().filter_map(|p| p["points"].as_f64()).sum();
        assert!((points - security["score"].as_f64().unwrap()).abs() < 1e-6);
        let experience = of(&scores["sdae"]["dimensions"], "dimension", "experience");
        assert_eq!((&experience["score"], &of(&experience["parts"], "key", "csat")["source"]), (&Value::Null, &json!("stale")));
        assert_eq!((&scores["grade"]["grade"], scores["grade"]["score"].as_f64()), (&json!("A"), Some(93.125)));
        assert_eq!((&scores["tier"]["tier"], &scores["tier"]["paid_minor"]), (&json!("strategic"), &json!(80_000_000)));
        assert_eq!((&scores["cadence"]["status"], &scores["repeat"]), (&json!("never"), &Value::Null));
        let history = scores["history"].as_array().unwrap();
        assert!(history.iter().any(|h| h["model"] == "sdae" && h["dimensions"].is_array()));
        assert!(history.iter().any(|h| h["model"] == "grade" && h["band"] == "A"));
        let other = server.as_role("representative");
        other.get(&format!("/api/v1/customers/{id}/scores")).expect(404);
    }

    fn a_customer_that_bought_for_half_a_million_is_in_growth_and_gets_its_rights(server: &Server) {
        let admin = server.admin();
        let id = regular(server, "华新装饰");
        kept(&admin, &id, "lifecycle_stage", json!("growth"));
        let rights = |status: &str| {
            let list = admin.get(&format!("/api/v1/entitlements?customer_id={id}&status={status}")).expect(200);
            let mut keys: Vec<String> = list.items().iter().map(|e| e["key"].as_str().unwrap().to_owned()).collect();
            keys.sort();
            keys
        };
        assert_eq!(rights("active"), ["stock_first"]);
        // What is bought back does not take the stage away within its first month.
        let orders = admin.get(&format!("/api/v1/orders?customer_id={id}")).expect(200);
        for order in orders.items().iter().rev().take(2) {
            let path = format!("/api/v1/orders/{}", order["id"].as_str().unwrap());
            admin.patch(&path, 1, &json!({ "status": "cancelled" })).expect(200);
        }
        kept(&admin, &id, "service_tier", json!("strategic"));
        assert_eq!(kept(&admin, &id, "lifecycle_stage", json!("growth"))["lifecycle_manual"], Value::Null);
        let version = admin.get(&format!("/api/v1/customers/{id}")).expect(200).version();
        admin.patch(&format!("/api/v1/customers/{id}"), version, &json!({ "lifecycle_stage": "maturity" })).expect(200);
        until("the rights of maturity", || (rights("active").len() == 3).then_some(()));
        assert_eq!(rights("active"), ["account_manager", "joint_model", "stock_first"]);
        let tasks = admin.get(&format!("/api/v1/tasks?customer_id={id}")).expect(200);
        assert_eq!(tasks.items()[0]["origin"], "lifecycle");
        let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        let stays = &scores["lifecycle"]["history"];
        assert_eq!([&scores["lifecycle"]["manual"], &stays[0]["stage"], &stays[1]["stage"]], [&json!(true), &json!("maturity"), &json!("growth")]);
        assert!(stays[0]["left_at"].is_null() && stays[1]["left_at"].is_string());
    }

    fn a_right_that_came_with_a_merged_customer_is_not_given_again(server: &Server) {
        let admin = server.admin();
        let (into, gone) = (regular(server, "恒瑞精工"), server.create("customers", &json!({ "name": "恒瑞精密工业" })));
        let set = |id: &str, stage: &str| {
            let version = admin.get(&format!("/api/v1/customers/{id}")).expect(200).version();
            admin.patch(&format!("/api/v1/customers/{id}"), version, &json!({ "lifecycle_stage": stage })).expect(200);
        };
        let rights = |id: &str| {
            let list = admin.get(&format!("/api/v1/entitlements?customer_id={id}&status=active")).expect(200);
            let mut keys: Vec<String> = list.items().iter().map(|e| e["key"].as_str().unwrap().to_owned()).collect();
            keys.sort();
            keys
        };
        let all = ["account_manager", "joint_model", "stock_first"];
        kept(&admin, &into, "lifecycle_stage", json!("growth"));
        set(&gone, "maturity");
        until("the rights of maturity", || (rights(&gone).len() == 3).then_some(()));
        let theirs = rights(&into);
        assert_eq!(theirs, ["stock_first"]);
        admin.post(&format!("/api/v1/customers/{into}/merge"), &json!({ "ids": [gone] })).expect(200);
        set(&into, "maturity");
        let stays = || admin.get(&format!("/api/v1/customers/{into}/scores")).expect(200)["lifecycle"]["history"][0]["stage"].clone();
        until("the stage of maturity", || (stays() == "maturity").then_some(()));
        assert_eq!(rights(&into), all, "what both had is one right, and nothing is given twice");
    }

    fn a_playbook_makes_its_tasks_and_its_effect_is_measured_after_90_days(server: &Server) {
        let admin = server.admin();
        let id = regular(server, "启明科技");
        kept(&admin, &id, "lifecycle_stage", json!("growth"));
        server.create("assessments", &json!({ "customer_id": id, "assessed_on": day(0), "relationship_closeness": 0, "competitor_safety": 0 }));
        kept(&admin, &id, "sdae_weakest", json!("security"));
        let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        assert_eq!(scores["playbooks"][0]["key"], "security_weak");
        let path = format!("/api/v1/customers/{id}/playbooks");
        let made = admin.post(&path, &json!({ "playbook": "security_weak" })).expect(201);
        let tasks = scores["playbooks"][0]["tasks"].as_array().unwrap();
        assert_eq!(made["task_ids"].as_array().map(Vec::len), Some(tasks.len()));
        let task = admin.get(&format!("/api/v1/tasks/{}", made["task_ids"][0].as_str().unwrap())).expect(200);
        assert_eq!((&task["origin"], &task["title"]), (&json!("playbook:security_weak"), &tasks[0]["title"]));
        let run = admin.get(&format!("/api/v1/playbook_runs/{}", made["run_id"].as_str().unwrap())).expect(200);
        assert!(run["score_before"].as_f64().is_some_and(|s| s < 60.0) && run["score_after"].is_null(), "{}", run.json);
        let old = server.create("playbook_runs", &json!({ "customer_id": id, "name": "关系加固", "dimension": "security", "started_on": day(91) }));
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        let measured = admin.get(&format!("/api/v1/playbook_runs/{old}")).expect(200);
        assert_eq!((measured["score_after"].as_f64(), &measured["measured_on"]), (run["score_before"].as_f64(), &json!(day(0))));
        assert_eq!(admin.get(&format!("/api/v1/playbook_runs/{}", run.id())).expect(200)["measured_on"], Value::Null);
        admin.post(&path, &json!({ "playbook": "magic" })).expect(422);
        server.as_role("representative").post(&path, &json!({ "playbook": "security_weak" })).expect(404);
    }

    fn the_whole_customer_in_one_answer_shows_what_the_caller_may_see(server: &Server) {
        let admin = server.admin();
        let (owner, own) = server.user("representative", None);
        let id = server.create("customers", &json!({ "name": "联创电子", "potential": 95, "fit": 90, "owner_id": owner }));
        server.create("contacts", &json!({ "name": "王总", "customer_id": id, "owner_id": owner }));
        server.create("opportunities", &json!({ "name": "别人的商机", "customer_id": id }));
        kept(&admin, &id, "cadence_status", json!("never"));
        let path = format!("/api/v1/customers/{id}/overview");
        let (mine, all) = (own.get(&path).expect(200), admin.get(&path).expect(200));
        assert_eq!((mine["contacts"].as_array().map(Vec::len), mine["opportunities"].as_array().map(Vec::len)), (Some(1), Some(0)));
        assert_eq!(all["opportunities"].as_array().map(Vec::len), Some(1));
        assert_eq!((&mine["next_actions"][0]["kind"], &mine["customer"]["id"]), (&json!("contact"), &json!(id)));
        let finance = server.as_role("finance").get(&path).expect(200);
        assert_eq!(finance["activities"], Value::Null);
        server.as_role("representative").get(&path).expect(404);
    }

    fn content_and_resources_are_suggested_for_stage_pain_and_role(server: &Server) {
        let admin = server.admin();
        let pain = server.create("pains", &json!({ "name": "不良率高" }));
        let general = server.create("contents", &json!({ "title": "公司介绍", "kind": "brochure", "stages": ["acquisition"] }));
        let fitting = server.create("contents", &json!({ "title": "降低不良率案例", "kind": "case_study", "stages": ["acquisition"], "pain_ids": [pain], "roles": ["technical"] }));
        server.create("contents", &json!({ "title": "老客户权益", "kind": "brochure", "stages": ["retention"] }));
        for (name, cost) in [("资料包", 2_000), ("专家", 190_000), ("参观", 150_000)] {
            server.create("resources", &json!({ "name": name, "kind": "material", "unit_cost_minor": cost, "stages": ["acquisition"] }));
        }
        let id = server.create("customers", &json!({ "name": "泰和电子", "potential": 95, "fit": 90, "pain_ids": [pain] }));
        let person = server.create("contacts", &json!({ "name": "李工", "customer_id": id, "role": "technical" }));
        let found = admin.get(&format!("/api/v1/customers/{id}/suggestions?contact_id={person}")).expect(200);
        let items: Vec<&Value> = found["contents"].as_array().unwrap().iter().map(|c| &c["content_id"]).collect();
        assert_eq!(items, [&json!(fitting), &json!(general)]);
        assert_eq!((found["contents"][0]["points"].as_f64(), &found["contents"][0]["role_met"]), (Some(100.0), &json!(true)));
        assert_eq!(found["cost_cap_minor"], json!(200_000));
        let affordable = found["resources"].as_array().unwrap().iter().filter(|r| r["affordable"] == true).count();
        assert_eq!((affordable, found["resources"].as_array().map(Vec::len)), (2, Some(3)));
        let missing = admin.get(&format!("/api/v1/customers/{id}/suggestions?contact_id=019aa000-0000-7000-8000-00000000dead")).expect(422);
        assert_eq!(missing.wrong_fields(), ["contact_id"]);
    }

    fn the_principles_and_the_flywheel_follow_goals_voices_and_contacts(server: &Server) {
        let admin = server.admin();
        let team = server.create("teams", &json!({ "name": "华东一组", "region": "华东" }));
        let (first, first_client) = server.user("representative", Some(&team));
        let (second, second_client) = server.user("representative", Some(&team));
        let (_, third_client) = server.user("representative", Some(&team));
        let (_, fourth_client) = server.user("representative", Some(&team));
        for person in admin.get(&format!("/api/v1/users?team_id={team}")).expect(200).items() {
            let path = format!("/api/v1/users/{}", person["id"].as_str().unwrap());
            admin.patch(&path, person["version"].as_i64().unwrap(), &json!({ "hired_on": day(100) })).expect(200);
        }
        let goal = server.create("goals", &json!({ "title": "复购率 60%", "level": "company", "published": true }));
        first_client.post("/api/v1/acknowledgements", &json!({ "goal_id": goal, "acknowledged_on": day(1), "agrees": true })).expect(201);
        for (client, commitment) in [(&first_client, 90), (&second_client, 50), (&third_client, 70)] {
            client.post("/api/v1/pulses", &json!({ "answered_on": day(2), "commitment": commitment, "energy": 60 })).expect(201);
        }
        let customer = server.create("customers", &json!({ "name": "客户", "potential": 95, "fit": 90, "owner_id": first }));
        let at = Utc::now() - Duration::days(1);
        let call = first_client.post("/api/v1/activities", &json!({ "subject": "电话", "kind": "call", "customer_id": customer, "occurred_at": at })).expect(201).id();
        until("scored", || admin.get(&format!("/api/v1/activities/{call}")).expect(200)["r1"].is_number().then_some(()));
        let voice = |client: &Client, query: &str| {
            let report = client.get(&format!("/api/v1/principles{query}")).expect(200);
            of(&of(&report["gauges"], "principle", "commitment")["parts"], "key", "pulse")["value"].as_f64()
        };
        assert_eq!(voice(&admin, &format!("?team_id={team}")), None, "three voices");
        fourth_client.post("/api/v1/pulses", &json!({ "answered_on": day(2), "commitment": 70, "energy": 60 })).expect(201);
        // Who reads all scores and the surveys of nobody else hears nobody else.
        let clerk = server.as_role("finance");
        assert_eq!((voice(&clerk, ""), voice(&clerk, &format!("?owner_id={second}"))), (None, None));
        assert_eq!((voice(&admin, &format!("?owner_id={second}")), voice(&second_client, "")), (None, Some(50.0)));
        let report = admin.get(&format!("/api/v1/principles?team_id={team}")).expect(200);
        assert_eq!(report["people"], json!(4));
        let commitment = of(&report["gauges"], "principle", "commitment");
        let part = |key: &str| of(&commitment["parts"], "key", key)["value"].as_f64();
        assert_eq!((part("acknowledged"), part("linked"), part("pulse")), (Some(25.0), None, Some(70.0)));
        assert_eq!(commitment["score"].as_f64(), Some(47.5));
        // All time went to an A, which should have had 45 %.
        assert_eq!(of(&report["gauges"], "principle", "precision")["score"].as_f64(), Some(45.0));
        assert_eq!(report["lowest"], json!("engagement"));
        let own = first_client.get("/api/v1/principles").expect(200);
        assert_eq!((&own["people"], of(&of(&own["gauges"], "principle", "commitment")["parts"], "key", "pulse")["value"].as_f64()), (&json!(1), Some(90.0)));
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        let wheel = admin.get(&format!("/api/v1/flywheel?team_id={team}")).expect(200);
        assert_eq!(of(&wheel["four_r"], "key", "customer")["value"].as_f64(), Some(100.0));
        assert_eq!((&wheel["wheels"][0]["key"], &wheel["outcomes"][0]["value"]), (&json!("principles"), &Value::Null));
        assert!(wheel["slowest"].is_string() && wheel["advice"].is_string());
        let effort = admin.get("/api/v1/effort").expect(200);
        assert_eq!((&effort["people"][0]["user_id"], &effort["people"][0]["contacts"]), (&json!(first), &json!(1)));
        assert_eq!(second_client.get("/api/v1/effort").expect(200)["people"], json!([]));
        admin.get("/api/v1/flywheel?from=2026-02-02&to=2026-01-01").expect(422);
    }

    fn a_self_assessment_sums_its_answers_up_and_refuses_others(server: &Server) {
        let admin = server.admin();
        let questions = admin.get("/api/v1/audit-questions").expect(200);
        let answers: serde_json::Map<String, Value> = questions.items().iter().map(|q| {
            (q["key"].as_str().unwrap().to_owned(), json!(if q["subject"] == "precision" { 2 } else { 5 }))
        }).collect();
        let made = admin.post("/api/v1/audits", &json!({ "taken_on": day(0), "answers": answers })).expect(201);
        assert_eq!((made["precision"].as_f64(), made["commitment"].as_f64(), &made["weakest"]), (Some(25.0), Some(100.0), &json!("precision")));
        let refused = admin.post("/api/v1/audits", &json!({ "taken_on": day(0), "answers": { "luck": 3, "goals_known": 9 } })).expect(422);
        assert_eq!(refused.wrong_fields(), ["answers.goals_known", "answers.luck"]);
    }

    fn strategic_customers_have_a_success_manager_and_growth_customers_are_sent_cases(server: &Server) {
        let admin = server.admin();
        let day = (chrono::Utc::now() - chrono::Duration::days(30)).date_naive();
        let buyer = |name: &str, yuan: i64| {
            let id = server.create(
                "customers",
                &json!({ "name": name, "industry": "电子制造", "grade": "A", "grade_reason": "测试" }),
            );
            server.create(
                "orders",
                &json!({ "customer_id": id, "ordered_on": day, "amount_minor": yuan * 100, "status": "confirmed" }),
            );
            id
        };
        let actions = |id: &str| {
            let seen = admin.get(&format!("/api/v1/customers/{id}/overview")).expect(200).json;
            let kinds: Vec<String> = seen["next_actions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|a| a["kind"].as_str().unwrap().to_owned())
                .collect();
            (seen["scores"]["tier"].clone(), kinds)
        };
        let strategic = buyer("云启智能", 200_000);
        let (tier, kinds) = actions(&strategic);
        assert_eq!(
            (&tier["tier"], &tier["success_managers"], &tier["could_serve"]),
            (&json!("strategic"), &json!([]), &json!([]))
        );
        assert!(kinds.contains(&"success_manager".to_owned()), "{kinds:?}");
        let (manager, _) = server.user("customer_success", None);
        assert_eq!(actions(&strategic).0["could_serve"][0]["user_id"], json!(manager));
        let path = format!("/api/v1/customers/{strategic}");
        let version = admin.get(&path).expect(200)["version"].as_i64().unwrap();
        admin.patch(&path, version, &json!({ "account_team_ids": [manager] })).expect(200);
        let (tier, kinds) = actions(&strategic);
        assert_eq!((&tier["success_managers"][0]["user_id"], &tier["could_serve"]), (&json!(manager), &json!([])));
        assert!(!kinds.contains(&"success_manager".to_owned()), "{kinds:?}");

        let case = |title: &str, industry: Value| {
            server.create("contents", &json!({ "title": title, "kind": "case_study", "industry": industry }))
        };
        let general = case("通用案例", Value::Null);
        let alien = case("化工案例", json!("化工材料"));
        let own = case("电子案例", json!("电子制造"));
        let growing = buyer("恒瑞电子", 50_000);
        let (tier, kinds) = actions(&growing);
        assert_eq!((&tier["tier"], &tier["success_managers"]), (&json!("growth"), &Value::Null));
        assert_eq!(tier["case_to_send"], json!({ "content_id": own, "title": "电子案例" }));
        assert!(kinds.contains(&"case".to_owned()), "{kinds:?}");
        let sent = |content: &str, days: i64| {
            let at = chrono::Utc::now() - chrono::Duration::days(days);
            server.create("activities", &json!({ "subject": "推送案例", "kind": "chat", "customer_id": growing, "occurred_at": at, "content_ids": [content] }));
        };
        let planned = chrono::Utc::now() + chrono::Duration::days(20);
        server.create("activities", &json!({ "subject": "带案例拜访", "kind": "visit", "customer_id": growing, "occurred_at": planned, "completed": false, "content_ids": [own] }));
        assert_eq!(actions(&growing).0["case_to_send"]["content_id"], json!(own), "what is planned was not sent");
        sent(&own, 120);
        // The next one a quarter later, and none twice.
        until("the other case", || (actions(&growing).0["case_to_send"]["content_id"] == json!(general)).then_some(()));
        sent(&general, 1);
        until("no case for now", || actions(&growing).0["case_to_send"].is_null().then_some(()));
        let other = buyer("第三家", 40_000);
        let at = chrono::Utc::now() - chrono::Duration::days(1);
        server.create("activities", &json!({ "subject": "推送案例", "kind": "chat", "customer_id": other, "occurred_at": at, "content_ids": [alien] }));
        assert_eq!(actions(&other).0["case_to_send"], Value::Null, "a case of another industry was sent all the same");
        let (tier, kinds) = actions(&buyer("小店", 1_000));
        assert_eq!(
            (&tier["tier"], &tier["case_to_send"], &tier["success_managers"]),
            (&json!("basic"), &Value::Null, &Value::Null)
        );
        assert!(!kinds.iter().any(|k| k == "case" || k == "success_manager"), "{kinds:?}");
    }
}

/// A server on the demonstration company, and its administrator.
fn demonstration(engine: Engine) -> Option<(Server, Client)> {
    let database = Database::empty(engine)?;
    let output = Command::new(tests::server::program())
        .args(["demo", "--scale", "0.2"])
        .env("DATABASE_URL", database.url())
        .env("FLYWHEEL_DATA_DIR", database.folder())
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let server = Server::on(database, &[]);
    let login = json!({ "email": "admin@demo.flywheel.cn", "password": "Yunfan-2026-demo" });
    let token = server.anonymous().post("/api/v1/auth/login", &login).expect(200);
    let client = server.anonymous().with_token(token["access_token"].as_str().expect("a token"));
    Some((server, client))
}

fn tells_its_story(engine: Engine) {
    let Some((_server, admin)) = demonstration(engine) else { return };
    let report = admin.get("/api/v1/four-r?group_by=team").expect(200);
    let teams = report["groups"].as_array().unwrap();
    let bottleneck = |name: &str| of(&report["groups"], "label", name)["index"]["bottleneck"].clone();
    assert_eq!(bottleneck("华东二组"), json!("message"), "{}", report.json);
    assert_ne!(bottleneck("华东一组"), json!("message"));
    let worth = of(&report["index"]["values"], "r", "message")["leverage"].as_f64();
    assert!(worth > Some(0.1), "what fits wins: {worth:?}");
    let message = |team: &Value| of(&team["index"]["values"], "r", "message")["index"].as_f64().unwrap();
    let worst = teams.iter().min_by(|a, b| message(a).total_cmp(&message(b))).unwrap();
    assert_eq!(worst["label"], "华东二组");
    let due = admin.get("/api/v1/cadence/due?limit=20").expect(200);
    let overlooked = due.items().iter().find(|c| c["status"] == "never" && c["grade"] == "A");
    assert!(overlooked.is_some_and(|c| c["revenue_minor"].as_i64().unwrap() > 0), "{}", due.json);
    let summary = admin.get("/api/v1/cadence/summary?limit=200").expect(200);
    let clung: Vec<&Value> = summary["over"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["grade"] == "C" && c["contacts_in_interval"].as_i64() > Some(5))
        .collect();
    assert!(!clung.is_empty(), "{}", summary.json);
    let fading = admin.get("/api/v1/repeat-purchase?limit=50").expect(200);
    assert!(fading["fitted_customers"].as_u64() > Some(100), "{}", fading.json);
    assert!(fading.items().iter().any(|c| c["alive"].as_f64().is_some_and(|p| p < 50.0)), "{}", fading.json);
    let wheel = admin.get("/api/v1/flywheel").expect(200);
    for part in ["wheels", "principles", "four_r"] {
        for reading in wheel[part].as_array().unwrap() {
            assert!(reading["value"].is_number(), "{part}: {reading}");
        }
    }
    let moved = admin.get("/api/v1/scores/rfm/migration").expect(200);
    assert!(
        moved["flows"].as_array().unwrap().iter().any(|f| f["from"].is_string() && f["from"] != f["to"]),
        "{}",
        moved.json
    );
    for by in ["grade", "lifecycle_stage", "asset_class", "health_band", "service_tier"] {
        let found = admin.get(&format!("/api/v1/scores/distribution?by={by}")).expect(200);
        for band in found["bands"].as_array().unwrap() {
            assert_eq!(listed(&admin, &band["drill_down"]), band["customers"].as_i64().unwrap(), "{by}: {band}");
        }
    }
}

#[test]
fn the_demonstration_tells_its_story_on_sqlite() {
    tells_its_story(Engine::Sqlite);
}

#[test]
fn the_demonstration_tells_its_story_on_postgresql() {
    tells_its_story(Engine::Postgres);
}
