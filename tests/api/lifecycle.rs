//! The life of customers with us on the page and over the API: guidance, conditions, the course of every score.

use chrono::{Duration, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::wait::until;

/// The scores of a customer once they say what is wanted.
fn scores(client: &Client, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    until(what, || {
        let found = client.get(&format!("/api/v1/customers/{id}/scores")).expect(200).json;
        wanted(&found).then_some(found)
    })
}

fn change(client: &Client, id: &str, patch: &Value) {
    let path = format!("/api/v1/customers/{id}");
    let version = client.get(&path).expect(200).version();
    client.patch(&path, version, patch).expect(200);
}

fn course<'a>(scores: &'a Value, model: &str) -> Vec<&'a Value> {
    scores["history"].as_array().unwrap().iter().filter(|h| h["model"] == model).collect()
}

engines! {
    fn what_people_judge_says_what_its_values_stand_for(server: &Server) {
        let meta = server.admin().get("/api/v1/objects/customers").expect(200);
        let field = |key: &str| meta["fields"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap();
        for key in ["potential", "fit", "strategic_value"] {
            let anchors = field(key)["guidance"].as_array().unwrap();
            assert!(anchors.len() >= 4 && anchors[0]["value"] == 100 && anchors[0]["text"].is_string(), "{key}");
        }
        assert_eq!(field("wallet_share")["guidance"], Value::Null);
    }

    fn the_way_to_the_next_stage_shows_what_is_met_and_what_is_missing(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "晨光家居", "partner_rank": "core" }));
        let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        let conditions = scores["lifecycle"]["conditions"].as_array().unwrap();
        let of = |key: &str| conditions.iter().find(|c| c["key"] == key).unwrap();
        let bought = of("purchased_minor");
        assert_eq!((&bought["stage"], &bought["value"], &bought["found"], &bought["holds"]), (&json!("growth"), &json!(5e7), &json!(0.0), &json!(false)));
        let rank = of("partner_rank");
        assert_eq!((&rank["stage"], &rank["value"], &rank["found"]), (&json!("maturity"), &json!(2.0), &json!(1.0)));
        assert!(scores["lifecycle"]["settings_version"].is_i64());
    }

    fn customers_are_told_by_stage_and_by_their_moves_within_scope(server: &Server) {
        let admin = server.admin();
        let flow = |client: &Client, query: &str| client.get(&format!("/api/v1/scores/lifecycle{query}")).expect(200).json;
        let listed = |client: &Client, link: &Value| {
            client.get(&format!("{}&count=exact&limit=1", link.as_str().unwrap())).expect(200)["total"].as_i64().unwrap()
        };
        let id = server.create("customers", &json!({ "name": "金泰贸易" }));
        let stage = |wanted: &str| {
            scores(&admin, &id, wanted, |s| s["lifecycle"]["history"][0]["stage"] == wanted);
        };
        stage("acquisition");
        change(&admin, &id, &json!({ "lifecycle_stage": "maturity" }));
        stage("maturity");
        let grown = until("the move", || {
            let found = flow(&admin, "");
            found["moves"].as_array().unwrap().iter().find(|m| m["to"] == "maturity").cloned()
        });
        assert_eq!((&grown["from"], &grown["back"], listed(&admin, &grown["drill_down"])), (&json!("acquisition"), &json!(false), grown["customers"].as_i64().unwrap()));
        let kept = admin.get(&format!("/api/v1/customers/{id}")).expect(200);
        assert_eq!((&kept["lifecycle_from"], kept["lifecycle_on"].is_string()), (&json!("acquisition"), true));
        // Back again: told as a fall, and the move before is none any more.
        change(&admin, &id, &json!({ "lifecycle_stage": "growth", "invest_stopped": true, "invest_stop_reason": "停产" }));
        stage("growth");
        let (row, back) = until("the move back", || {
            let found = flow(&admin, "");
            let back = found["moves"].as_array().unwrap().iter().find(|m| m["from"] == "maturity")?.clone();
            Some((found["stages"][1].clone(), back))
        });
        assert_eq!((&back["to"], &back["back"]), (&json!("growth"), &json!(true)));
        assert_eq!((row["customers"].as_i64(), row["came_back"].as_i64(), row["stopped"].as_i64()), (Some(1), Some(1), Some(1)));
        assert_eq!((listed(&admin, &row["drill_down"]), listed(&admin, &row["stopped_drill_down"])), (1, 1));
        let stranger = server.as_role("representative");
        let theirs = flow(&stranger, "");
        assert!(theirs["stages"].as_array().unwrap().iter().all(|s| s["customers"] == 0) && theirs["moves"] == json!([]));
        let before = flow(&admin, "?from=2026-01-01&to=2026-01-31");
        assert_eq!((&before["moves"], &before["stages"][1]["stopped"]), (&json!([]), &json!(0)));
        admin.get("/api/v1/scores/lifecycle?from=2026-02-01&to=2026-01-01").expect(422);
    }

    fn the_course_of_a_score_has_its_settings_and_leaves_open_what_was_unknown(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "海川机电", "potential": 90, "fit": 90 }));
        scores(&admin, &id, "the first grade", |s| course(s, "grade").len() == 1);
        change(&admin, &id, &json!({ "potential": null, "fit": null }));
        let now = scores(&admin, &id, "the second grade", |s| course(s, "grade").len() == 2);
        let grades = course(&now, "grade");
        assert_eq!((&grades[0]["band"], &grades[0]["value"]), (&json!("none"), &Value::Null));
        assert_eq!((&grades[1]["band"], &grades[1]["value"]), (&json!("A"), &json!(90.0)));
        assert_eq!(grades[1]["settings_version"], now["grade"]["settings_version"]);
    }

    fn whoever_is_in_the_account_team_is_told_does_their_steps_and_judges_the_customer(server: &Server) {
        let admin = server.admin();
        let (owner, owning) = server.user("representative", None);
        let ((service, serving), (technical, _), (manager, managing)) =
            (server.user("service", None), server.user("technical", None), server.user("customer_success", None));
        let id = server.create("customers", &json!({ "name": "云岭电气", "owner_id": owner, "manager_id": manager, "account_team_ids": [technical, service] }));
        let other = server.create("customers", &json!({ "name": "长河水务", "owner_id": owner }));
        // The rule tells them all, and says of an object without customers that it has no team.
        let to = json!([{ "kind": "account_team" }]);
        let rule = |object: &str, field: &str| json!({ "name": "客户团队提醒", "definition": {
            "object": object, "trigger": { "kind": "change", "field": field },
            "actions": [{ "kind": "notify", "to": to, "message": "{name} 有变化" }] } });
        let made = admin.post("/api/v1/rules", &rule("customers", "city")).expect(201);
        admin.post_empty(&format!("/api/v1/rules/{}/publish", made.id())).expect(200);
        change(&admin, &id, &json!({ "city": "昆明" }));
        for client in [&serving, &managing] {
            until("the team is told", || {
                let news = client.get("/api/v1/notifications").expect(200);
                news.json.to_string().contains("云岭电气").then_some(())
            });
        }
        let wrong = admin.post("/api/v1/rules", &rule("products", "name")).expect(201);
        let wrong = admin.post_empty(&format!("/api/v1/rules/{}/publish", wrong.id())).expect(422);
        assert_eq!(wrong["errors"][0]["code"], "no_customer");
        // Each step goes to whom it is for; where nobody of the team has the role, to the owner.
        let doers = |customer: &str, client: &Client| {
            let made = client.post(&format!("/api/v1/customers/{customer}/playbooks"), &json!({ "playbook": "profile_decision_chain" })).expect(201);
            let task = |id: &Value| admin.get(&format!("/api/v1/tasks/{}", id.as_str().unwrap())).expect(200)["owner_id"].clone();
            made["task_ids"].as_array().unwrap().iter().map(task).collect::<Vec<Value>>()
        };
        let theirs = doers(&id, &serving);
        assert!(theirs.contains(&json!(service)) && theirs.contains(&json!(technical)) && theirs.contains(&json!(owner)), "{theirs:?}");
        assert!(doers(&other, &admin).iter().all(|who| *who == json!(owner)));
        serving.post(&format!("/api/v1/customers/{other}/playbooks"), &json!({ "playbook": "health_alert" })).expect(403);
        // They judge the customers that they serve, and no others.
        let judged = |customer: &str| json!({ "customer_id": customer, "assessed_on": "2026-01-15", "csat": 80 });
        let made = serving.post("/api/v1/assessments", &judged(&id)).expect(201);
        assert_eq!(made["owner_id"], json!(service));
        serving.patch(&format!("/api/v1/assessments/{}", made.id()), made.version(), &json!({ "csat": 70 })).expect(200);
        serving.post("/api/v1/assessments", &judged(&other)).expect_problem(422, "invalid");
        managing.post("/api/v1/assessments", &judged(&id)).expect(201);
        owning.post("/api/v1/assessments", &judged(&other)).expect(201);
    }

    fn rights_that_change_in_the_settings_reach_the_customers_of_the_stage(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "新港包装", "lifecycle_stage": "growth" }));
        let rights = |status: &str| {
            let list = admin.get(&format!("/api/v1/entitlements?customer_id={id}&status={status}")).expect(200);
            let mut keys: Vec<String> = list.items().iter().map(|e| e["key"].as_str().unwrap().to_owned()).collect();
            keys.sort();
            keys
        };
        until("the rights of growth", || (rights("active") == ["stock_first"]).then_some(()));
        let settings = admin.get("/api/v1/score-settings/lifecycle").expect(200);
        let mut document = settings["document"].clone();
        let list = document["entitlements"].as_array_mut().unwrap();
        list.retain(|e| e["key"] != "stock_first");
        list.push(json!({ "key": "priority_line", "zh": "优先排产", "en": "Made first", "from": "growth", "until": "retention" }));
        let preview = admin.post("/api/v1/score-settings/lifecycle/preview", &json!({ "document": document })).expect(200);
        let effect = |key: &str| {
            let right = preview["rights"].as_array().unwrap().iter().find(|r| r["key"] == key).unwrap().clone();
            (right["name"].clone(), right["gained"].clone(), right["lost"].clone())
        };
        assert_eq!(effect("priority_line"), (json!("Made first"), json!(1), json!(0)));
        assert_eq!(effect("stock_first"), (json!("First pick of slow-moving stock"), json!(0), json!(1)));
        // The customer loses one and gets another: it is one whose rights change, and none whose scores do.
        assert_eq!((&preview["customers"], &preview["changed"], &preview["rights_changed"]), (&json!(1), &json!(0), &json!(1)));
        let same = admin.post("/api/v1/score-settings/lifecycle/preview", &json!({ "document": settings["document"] })).expect(200);
        assert_eq!((&same["rights_changed"], &same["rights"]), (&json!(0), &json!([])));
        let body = json!({ "document": document }).to_string();
        admin.with_header("if-match", &format!("\"{}\"", settings.version())).send("PUT", "/api/v1/score-settings/lifecycle", Some(("application/json", body.as_bytes()))).expect(200);
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        assert_eq!((rights("active"), rights("revoked")), (vec!["priority_line".to_owned()], vec!["stock_first".to_owned()]));
        // Each has its event, and nothing changes with the next run.
        let gone = admin.get(&format!("/api/v1/entitlements?customer_id={id}&status=revoked")).expect(200).items()[0]["id"].clone();
        let events = admin.get(&format!("/api/v1/events?object=entitlements&record_id={}", gone.as_str().unwrap())).expect(200);
        assert_eq!((&events.items()[0]["type"], &events.items()[0]["new"]["status"]), (&json!("entitlement.updated"), &json!("revoked")));
        // Saved once more, so that the run looks at all rights again.
        document["settle_days"] = json!(document["settle_days"].as_i64().unwrap() + 1);
        admin.settle("PUT", "/api/v1/score-settings/lifecycle", &json!({ "document": document })).expect(200);
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        assert_eq!((rights("active").len(), rights("revoked").len()), (1, 1));
    }

    fn a_manager_whom_new_settings_promise_is_to_be_appointed_like_one_who_comes_with_the_stage(server: &Server) {
        let admin = server.admin();
        let ((owner, rep), (manager, _)) = (server.user("representative", None), server.user("customer_success", None));
        let made = |name: &str, more: Value| {
            let mut customer = json!({ "name": name, "owner_id": owner, "lifecycle_stage": "growth" });
            customer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            server.create("customers", &customer)
        };
        let plain: Vec<String> = (1..=5).map(|i| made(&format!("临港 {i} 号厂"), json!({}))).collect();
        let served = made("临港码头", json!({ "manager_id": manager }));
        let stopped = made("临港旧厂", json!({ "invest_stopped": true, "invest_stop_reason": "停产" }));
        let back = made("临港船厂", json!({}));
        let held = |id: &str| -> Vec<String> {
            let list = admin.get(&format!("/api/v1/entitlements?customer_id={id}&status=active")).expect(200);
            list.items().iter().map(|e| e["key"].as_str().unwrap().to_owned()).collect()
        };
        let tasks = |id: &str| admin.get(&format!("/api/v1/tasks?customer_id={id}&origin=lifecycle")).expect(200).items().len();
        let told = || -> Vec<String> {
            let news = rep.get("/api/v1/notifications?limit=200").expect(200);
            news.items().iter().filter_map(|n| n["title"].as_str()).filter(|t| t.starts_with("The system")).map(str::to_owned).collect()
        };
        // One has been further already: its task is open still, and its right has ended.
        until("the right of growth", || (held(&back) == ["stock_first"]).then_some(()));
        change(&admin, &back, &json!({ "lifecycle_stage": "maturity" }));
        until("the task of the stage", || (tasks(&back) == 1).then_some(()));
        change(&admin, &back, &json!({ "lifecycle_stage": "growth" }));
        until("growth again", || (held(&back) == ["stock_first"]).then_some(()));
        until("it is told", || (told() == ["The system assigned the task “指定专属客户经理” to you"]).then_some(()));
        let settings = admin.get("/api/v1/score-settings/lifecycle").expect(200);
        let mut document = settings["document"].clone();
        for right in document["entitlements"].as_array_mut().unwrap().iter_mut().filter(|r| r["key"] == "account_manager") {
            right["from"] = json!("growth");
        }
        let put = |document: &Value| {
            admin.settle("PUT", "/api/v1/score-settings/lifecycle", &json!({ "document": document })).expect(200);
            admin.post_empty("/api/v1/scores/refresh").expect(200);
        };
        put(&document);
        let all = || plain.iter().map(|id| tasks(id)).collect::<Vec<_>>();
        assert_eq!(all(), [1, 1, 1, 1, 1]);
        assert_eq!((tasks(&served), tasks(&stopped), tasks(&back)), (0, 0, 1));
        assert!(held(&served).contains(&"account_manager".to_owned()), "the right is theirs all the same");
        until("they are told together", || told().contains(&"The system assigned 5 tasks to you".to_owned()).then_some(()));
        // Taken away and given once more: what is open is not asked for again, nor where somebody was appointed.
        change(&admin, &plain[0], &json!({ "manager_id": manager }));
        let open = admin.get(&format!("/api/v1/tasks?customer_id={}&origin=lifecycle", plain[0])).expect(200).items()[0].clone();
        admin.patch(&format!("/api/v1/tasks/{}", open["id"].as_str().unwrap()), open["version"].as_i64().unwrap(), &json!({ "status": "done" })).expect(200);
        put(&settings["document"]);
        put(&document);
        assert_eq!((all(), told().len()), (vec![1, 1, 1, 1, 1], 2));
    }

    fn a_right_of_the_first_stage_that_lasts_is_taken_along(server: &Server) {
        let admin = server.admin();
        let settings = admin.get("/api/v1/score-settings/lifecycle").expect(200);
        let mut document = settings["document"].clone();
        let lasting = json!({ "key": "sample_box", "zh": "样品盒", "en": "Sample box", "from": "acquisition", "until": "maturity" });
        document["entitlements"].as_array_mut().unwrap().push(lasting);
        admin.settle("PUT", "/api/v1/score-settings/lifecycle", &json!({ "document": document })).expect(200);
        let id = server.create("customers", &json!({ "name": "东湖食品" }));
        scores(&admin, &id, "acquisition", |s| s["lifecycle"]["history"][0]["stage"] == "acquisition");
        change(&admin, &id, &json!({ "lifecycle_stage": "growth" }));
        let held = until("its rights", || {
            let list = admin.get(&format!("/api/v1/entitlements?customer_id={id}&status=active")).expect(200);
            let mut keys: Vec<String> = list.items().iter().map(|e| e["key"].as_str().unwrap().to_owned()).collect();
            keys.sort();
            (!keys.is_empty()).then_some(keys)
        });
        assert_eq!(held, ["sample_box", "stock_first"]);
    }

    fn a_right_that_both_had_is_one_after_merging_and_two_again_when_it_is_undone(server: &Server) {
        let admin = server.admin();
        let made = |name: &str| server.create("customers", &json!({ "name": name, "lifecycle_stage": "growth" }));
        let (into, gone) = (made("江北纸业"), made("江北纸业有限公司"));
        let held = |id: &str, status: &str| admin.get(&format!("/api/v1/entitlements?customer_id={id}&status={status}")).expect(200).items().len();
        until("both have it", || (held(&into, "active") == 1 && held(&gone, "active") == 1).then_some(()));
        admin.post(&format!("/api/v1/customers/{into}/merge"), &json!({ "ids": [gone] })).expect(200);
        assert_eq!((held(&into, "active"), held(&into, "duplicate")), (1, 1));
        admin.post(&format!("/api/v1/customers/{into}/unmerge"), &json!({})).expect(200);
        assert_eq!((held(&into, "active"), held(&into, "duplicate"), held(&gone, "active"), held(&gone, "duplicate")), (1, 0, 1, 0));
    }

    fn the_services_of_a_tier_stay_when_its_amounts_change(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "北辰石化" }));
        let today = (Utc::now() + Duration::hours(8)).date_naive();
        server.create("orders", &json!({ "customer_id": id, "ordered_on": today, "amount_minor": 70_000_000 }));
        let settings = admin.get("/api/v1/score-settings/tiers").expect(200);
        let body = json!({ "document": { "preset": "enterprise", "strategic_above_minor": 60_000_000, "growth_from_minor": 10_000_000 } }).to_string();
        admin.with_header("if-match", &format!("\"{}\"", settings.version())).send("PUT", "/api/v1/score-settings/tiers", Some(("application/json", body.as_bytes()))).expect(200);
        let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        assert_eq!(scores["tier"]["tier"], "strategic");
        assert!(scores["tier"]["services"][0].as_str().unwrap().contains("task force"), "{}", scores["tier"]);
        assert_eq!(scores["tier"]["settings_version"], json!(1));
    }

    fn an_open_alert_alone_is_no_rising_interest_and_a_mail_that_is_answered_breaks_the_silence(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "宏远机床" }));
        let at = |days: i64| (Utc::now() - Duration::days(days)).to_rfc3339();
        let act = |kind: &str, days: i64, more: Value| {
            let mut activity = json!({ "subject": "往来", "kind": kind, "customer_id": id, "occurred_at": at(days) });
            activity.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            server.create("activities", &activity);
        };
        act("call", 120, json!({}));
        server.create("competitor_alerts", &json!({ "customer_id": id, "competitor": "某竞品", "noticed_on": "2026-01-10", "status": "open" }));
        let health = || admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200)["health"].clone();
        assert_eq!((&health()["silent"], &health()["high_churn_risk"]), (&json!(true), &json!(false)));
        for days in [5, 6] {
            server.create("behaviours", &json!({ "customer_id": id, "kind": "competitor_view", "occurred_at": at(days), "times": 2 }));
        }
        until("the risk", || (health()["high_churn_risk"] == true).then_some(()));
        // A mail of ours says nothing; one that the customer wrote does.
        act("email", 3, json!({ "customer_initiated": false }));
        assert_eq!(health()["silent"], json!(true));
        act("email", 2, json!({ "customer_initiated": true }));
        assert_eq!((&health()["silent"], &health()["high_churn_risk"]), (&json!(false), &json!(false)));
    }
}
