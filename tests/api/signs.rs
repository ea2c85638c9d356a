//! Signs that something is to be done, the rules that see them, playbooks and their effect, intent, recommendations and
//! the library.

use chrono::{DateTime, Duration, NaiveDate, SubsecRound, Utc};
use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn day(days_ago: i64) -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive() - Duration::days(days_ago)
}

fn at(days_ago: i64) -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0) - Duration::days(days_ago) - Duration::minutes(1)
}

/// A customer of grade A that belongs to somebody.
fn important(server: &Server, owner: &str) -> String {
    server.create(
        "customers",
        &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90, "strategic_value": 80, "owner_id": owner }),
    )
}

fn seen(server: &Server, customer: &str, kind: &str, days_ago: i64, times: i64) -> String {
    let deed = json!({ "customer_id": customer, "kind": kind, "occurred_at": at(days_ago), "times": times });
    server.create("behaviours", &deed)
}

#[track_caller]
fn kept(client: &Client, id: &str, field: &str, value: &Value) -> Value {
    until(&format!("{field} {value}"), || {
        let found = client.get(&format!("/api/v1/customers/{id}")).expect(200).json;
        (found[field] == *value).then_some(found)
    })
}

/// Has a shipped rule look now, and waits until the customer has a run of a playbook.
#[track_caller]
fn acted(admin: &Client, rule: &str, customer: &str, playbook: &str) -> Value {
    let rules = admin.get("/api/v1/rules").expect(200);
    let id =
        rules.items().iter().find(|r| r["key"] == rule).expect("the shipped rule")["id"].as_str().unwrap().to_owned();
    for what in ["pause", "resume"] {
        admin.post_empty(&format!("/api/v1/rules/{id}/{what}")).expect(200);
    }
    until(playbook, || {
        let runs = admin.get(&format!("/api/v1/playbook_runs?customer_id={customer}")).expect(200);
        runs.items().iter().find(|r| r["playbook"] == playbook).cloned()
    })
}

fn told(client: &Client, word: &str) -> usize {
    let news = client.get("/api/v1/notifications").expect(200);
    news.items().iter().filter(|n| n["title"].as_str().is_some_and(|t| t.contains(word))).count()
}

fn put(admin: &Client, path: &str, version: Option<i64>, body: &Value) -> Reply {
    let client = match version {
        Some(v) => admin.with_header("if-match", &format!("\"{v}\"")),
        None => admin.clone(),
    };
    client.send("PUT", path, Some(("application/json", body.to_string().as_bytes())))
}

engines! {
    fn who_looks_three_times_and_does_not_order_gets_an_offer_by_the_shipped_rule(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let id = important(server, &owner);
        seen(server, &id, "product_view", 3, 2);
        let found = kept(&admin, &id, "intent", &json!(4));
        assert_eq!(found["browsed_on"], Value::Null);
        seen(server, &id, "price_view", 1, 1);
        kept(&admin, &id, "browsed_on", &json!(day(0)));
        let run = acted(&admin, "browsed_without_order", &id, "browsed_without_order");
        assert_eq!((&run["automatic"], &run["owner_id"]), (&json!(true), &json!(owner)));
        until("the owner is told", || (told(&rep, "多次浏览还没有下单") == 1).then_some(()));
        let tasks = admin.get(&format!("/api/v1/tasks?customer_id={id}")).expect(200);
        assert!(tasks.items().iter().any(|t| t["origin"] == "playbook:browsed_without_order"), "{}", tasks.json);
        server.create("orders", &json!({ "customer_id": id, "ordered_on": day(0), "amount_minor": 100_000 }));
        kept(&admin, &id, "browsed_on", &Value::Null);
    }

    fn what_a_customer_did_goes_with_it_to_its_new_owner_and_into_the_pool(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let (other_id, other) = server.user("representative", None);
        let id = important(server, &owner);
        let entry = format!("/api/v1/behaviours/{}", seen(server, &id, "product_view", 3, 2));
        assert_eq!(rep.get(&entry).expect(200)["owner_id"], json!(owner));
        admin.settle("PATCH", &format!("/api/v1/customers/{id}"), &json!({ "owner_id": other_id })).expect(200);
        rep.get(&entry).expect(404);
        assert_eq!(other.get(&entry).expect(200)["owner_id"], json!(other_id));
        other.post(&format!("/api/v1/customers/{id}/release"), &json!({})).expect(200);
        other.get(&entry).expect(404);
        assert_eq!(admin.get(&entry).expect(200)["owner_id"], Value::Null);
        rep.post_empty(&format!("/api/v1/customers/{id}/claim")).expect(200);
        rep.get(&entry).expect(200);
    }

    fn who_bought_again_too_rarely_is_called_back_by_the_shipped_rule(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let id = important(server, &owner);
        // Half a year and a few days ago the last purchase but one fell out of the window: there are 184 days in six months at most.
        for ago in [400, 186, 20] {
            server.create("orders", &json!({ "customer_id": id, "ordered_on": day(ago), "amount_minor": 100_000 }));
        }
        // With the first order alone the sign would be older.
        until("the sign of all three orders", || {
            let since = admin.get(&format!("/api/v1/customers/{id}")).expect(200)["recall_on"].as_str()?.parse::<NaiveDate>().ok()?;
            (since <= day(0) && since > day(7)).then_some(())
        });
        acted(&admin, "low_repurchase", &id, "low_repurchase");
        until("the owner is told", || (told(&rep, "复购少于 2 次") == 1).then_some(()));
        let scores = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        assert!(scores["playbooks"].as_array().unwrap().iter().any(|p| p["key"] == "low_repurchase"));
    }

    fn silence_and_looks_at_competitors_alarm_the_owner_and_the_director(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let (_, director) = server.user("director", None);
        let id = important(server, &owner);
        let call = json!({ "subject": "回访", "kind": "call", "customer_id": id, "occurred_at": at(100), "owner_id": owner });
        server.create("activities", &call);
        seen(server, &id, "competitor_view", 120, 1);
        let path = format!("/api/v1/customers/{id}/scores");
        until("one look, and that long ago", || (admin.get(&path).expect(200)["health"]["competitor_views"] == json!(0)).then_some(()));
        let before = admin.get(&path).expect(200);
        assert_eq!((&before["health"]["silent"], &before["health"]["high_churn_risk"]), (&json!(true), &json!(false)));
        seen(server, &id, "competitor_view", 5, 2);
        kept(&admin, &id, "churn_on", &json!(day(0)));
        acted(&admin, "high_churn_risk", &id, "churn_risk");
        until("both are told", || (told(&rep, "高流失风险") == 1 && told(&director, "高流失风险") == 1).then_some(()));
        let tasks = admin.get(&format!("/api/v1/tasks?customer_id={id}")).expect(200);
        let made = tasks.items().iter().filter(|t| t["origin"] == "playbook:churn_risk").count();
        assert_eq!(made, 2, "an exclusive benefit and an executive visit: {}", tasks.json);
        // A contact breaks the silence.
        server.create("activities", &json!({ "subject": "上门", "kind": "visit", "customer_id": id, "occurred_at": at(0), "owner_id": owner }));
        kept(&admin, &id, "churn_on", &Value::Null);
    }

    fn health_that_falls_by_thirty_points_is_an_alert_with_a_playbook(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let id = important(server, &owner);
        let said = |ago: i64, renewal: i64| json!({ "customer_id": id, "assessed_on": day(ago), "renewal_intention": renewal, "nps": 60, "usage_frequency": 80 });
        server.create("assessments", &said(40, 90));
        kept(&admin, &id, "health_band", &json!("healthy"));
        assert_eq!(admin.get(&format!("/api/v1/customers/{id}")).expect(200)["health_alert_on"], Value::Null);
        server.create("assessments", &said(0, 60));
        kept(&admin, &id, "health_alert_on", &json!(day(0)));
        let health = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200)["health"].clone();
        assert!(health["alerts"].to_string().contains("90") && health["alerts"].to_string().contains("60"), "{health}");
        acted(&admin, "health_alert", &id, "health_alert");
        until("the owner is told", || (told(&rep, "当前健康度") == 1).then_some(()));
        // Unknown then or now is no fall.
        let other = important(server, &owner);
        server.create("assessments", &json!({ "customer_id": other, "assessed_on": day(0), "renewal_intention": 10, "nps": -80, "usage_frequency": 5 }));
        kept(&admin, &other, "health_band", &json!("at_risk"));
        assert_eq!(admin.get(&format!("/api/v1/customers/{other}")).expect(200)["health_alert_on"], Value::Null);
    }

    fn a_dimension_that_comes_into_a_band_starts_its_playbook_by_itself_and_once(server: &Server) {
        let admin = server.admin();
        let (owner, _) = server.user("representative", None);
        let id = important(server, &owner);
        let small = server.create("customers", &json!({ "name": "小客户", "potential": 10, "fit": 10, "strategic_value": 10, "owner_id": owner }));
        let said = |customer: &str, closeness: i64| {
            server.create("assessments", &json!({ "customer_id": customer, "assessed_on": day(0), "relationship_closeness": closeness, "competitor_safety": closeness }));
            kept(&admin, customer, "sdae_security", &json!(closeness));
        };
        let runs = |customer: &str| admin.get(&format!("/api/v1/playbook_runs?customer_id={customer}")).expect(200).items().to_vec();
        for customer in [&id, &small] {
            said(customer, 70);
            said(customer, 40);
        }
        let [run] = &runs(&id)[..] else { panic!("{:?}", runs(&id)) };
        assert_eq!([&run["playbook"], &run["automatic"], &run["dimension"], &run["band"]], [&json!("security_weak"), &json!(true), &json!("security"), &json!("weak")]);
        assert_eq!((run["score_before"].as_f64(), &run["started_on"]), (Some(40.0), &json!(day(0))));
        let tasks = admin.get(&format!("/api/v1/tasks?customer_id={id}")).expect(200);
        assert!(!tasks.items().is_empty() && tasks.items().iter().all(|t| t["origin"] == "playbook:security_weak"));
        assert!(runs(&small).is_empty(), "grades of the settings only: A and B");
        said(&id, 75);
        said(&id, 30);
        assert_eq!(runs(&id).len(), 1, "not again within its 90 days");
    }

    fn playbooks_are_changed_written_for_a_preference_and_taken_back(server: &Server) {
        let admin = server.admin();
        let list = || admin.get("/api/v1/playbooks").expect(200);
        let of = |key: &str| list().items().iter().find(|p| p["key"] == key).cloned();
        assert_eq!((list()["version"].as_i64(), list().items().len()), (Some(0), 28));
        let input = json!({ "title": "挽回大客户", "aim": "总监带队上门。", "fits": { "kind": "sign", "value": "win_back" }, "starts": "by_hand",
            "tasks": [{ "title": "约总监拜访", "days": 2, "priority": "high", "doer": "manager" }] });
        let path = "/api/v1/playbooks/win_back";
        put(&admin, path, None, &input).expect(428);
        put(&admin, path, Some(7), &input).expect(412);
        let mut wrong = input.clone();
        wrong["tasks"] = json!([{ "title": "", "days": 900, "priority": "soon", "doer": "cat" }]);
        wrong["fits"] = json!({ "kind": "dimension", "value": "luck" });
        let fields = put(&admin, path, Some(0), &wrong).expect(422).wrong_fields().iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        assert_eq!(fields, ["fits.value", "tasks[0].priority", "tasks[0].doer", "tasks[0].title", "tasks[0].days"]);
        let changed = put(&admin, path, Some(0), &input).expect(200);
        assert_eq!([&changed["title"], &changed["shipped"], &changed["changed"]], [&json!("挽回大客户"), &json!(true), &json!(true)]);
        assert_eq!(list()["version"], json!(1));
        // One of one's own, for those who like something.
        let style = server.create("tags", &json!({ "name": "极简风" }));
        let mut own = input.clone();
        own["title"] = json!("极简风客户");
        own["fits"] = json!({ "kind": "preference", "value": style });
        let made = admin.post("/api/v1/playbooks", &own).expect(201);
        let key = made["key"].as_str().unwrap();
        let (owner, rep) = server.user("representative", None);
        let id = server.create("customers", &json!({ "name": "设计院", "owner_id": owner, "preference_ids": [style] }));
        let fitting = admin.get(&format!("/api/v1/customers/{id}/scores")).expect(200);
        assert!(fitting["playbooks"].as_array().unwrap().iter().any(|p| p["key"] == key), "{}", fitting["playbooks"]);
        assert!(of(key).is_some_and(|p| p["fits_label"].as_str().unwrap().contains("极简风")));
        rep.post(&format!("/api/v1/customers/{id}/playbooks"), &json!({ "playbook": key })).expect(201);
        let effect = of(key).unwrap()["effect"].clone();
        assert_eq!([&effect["runs"], &effect["measured"], &effect["mean_change"]], [&json!(1), &json!(0), &Value::Null]);
        put(&rep, path, Some(2), &input).expect(403);
        let delete = |key: &str| admin.with_header("if-match", &format!("\"{}\"", list()["version"])).send("DELETE", &format!("/api/v1/playbooks/{key}"), None);
        delete(key).expect(204);
        delete("win_back").expect(204);
        delete("win_back").expect(404);
        assert!(of(key).is_none() && of("win_back").is_some_and(|p| p["changed"] == false));
        admin.post(&format!("/api/v1/customers/{id}/playbooks"), &json!({ "playbook": key })).expect(422);
    }

    fn the_ledger_of_points_makes_the_list_of_high_intent_for_those_who_may_see_the_customers(server: &Server) {
        let admin = server.admin();
        let (owner, own) = server.user("representative", None);
        let (_, other) = server.user("representative", None);
        let (keen, cool) = (important(server, &owner), important(server, &owner));
        for (kind, ago, times) in [("price_view", 0, 2), ("trial_request", 0, 1), ("case_download", 30, 2), ("competitor_view", 1, 5)] {
            seen(server, &keen, kind, ago, times);
        }
        seen(server, &cool, "product_view", 0, 1);
        // 20 + 20, and of 10 points half after 30 days: its minutes may make it 31.
        until("the points", || admin.get(&format!("/api/v1/customers/{keen}")).expect(200)["intent"].as_i64().filter(|n| (44..=45).contains(n)));
        let list = own.get("/api/v1/intent").expect(200);
        let [first] = list.items() else { panic!("{}", list.json) };
        assert_eq!([&first["customer_id"], &first["grade"], &first["owner_id"]], [&json!(keen), &json!("A"), &json!(owner)]);
        assert!(first["last_seen"].is_string());
        assert!(other.get("/api/v1/intent").expect(200).items().is_empty());
        let ledger = own.get(&format!("/api/v1/customers/{keen}/intent")).expect(200);
        assert_eq!((ledger.items().len(), ledger["high_from"].as_f64()), (4, Some(30.0)));
        let download = ledger.items().iter().find(|e| e["kind"] == "case_download").unwrap();
        assert!((4.8..=5.0).contains(&download["worth"].as_f64().unwrap()) && download["points"] == json!(10));
        other.get(&format!("/api/v1/customers/{keen}/intent")).expect(404);
        // An entry belongs to whom the customer belongs to; nobody writes entries of customers out of reach.
        let entry = own.get("/api/v1/behaviours?limit=1").expect(200).items()[0].clone();
        assert_eq!(entry["owner_id"], json!(owner));
        other.post("/api/v1/behaviours", &json!({ "customer_id": keen, "kind": "price_view", "occurred_at": at(0) })).expect(422);
    }

    fn preferences_recommend_products_not_yet_bought_and_cases(server: &Server) {
        let admin = server.admin();
        let (simple, chinese) = (server.create("tags", &json!({ "name": "极简风" })), server.create("tags", &json!({ "name": "新中式" })));
        let product = |name: &str, category: &str, tags: Value| server.create("products", &json!({ "name": name, "category": category, "tags": tags }));
        let both = product("悬浮柜", "柜体", json!([simple, chinese]));
        let one = product("隐形门", "门", json!([simple]));
        let owned = product("岩板台面", "台面", json!([simple]));
        product("罗马柱", "装饰", json!([]));
        let case = server.create("contents", &json!({ "title": "极简样板间实景", "kind": "case_study", "tags": [simple] }));
        let id = server.create("customers", &json!({ "name": "设计院", "preference_ids": [simple, chinese] }));
        server.create("orders", &json!({ "customer_id": id, "ordered_on": day(5), "lines": [{ "product_id": owned, "quantity": 1, "unit_price_minor": 30_000 }] }));
        let found = admin.get(&format!("/api/v1/customers/{id}/recommendations")).expect(200);
        let ids = |key: &str| found[key].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!((ids("products"), ids("cases")), (vec![both, one], vec![case]));
        assert_eq!((found["products"][0]["percent"].as_f64(), &found["products"][0]["met"]), (Some(100.0), &json!(["新中式", "极简风"])));
        assert_eq!((&found["bought"][0]["category"], &found["bought"][0]["amount_minor"]), (&json!("台面"), &json!(30_000)));
        let missing: Vec<&str> = found["not_bought"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(missing.contains(&"柜体") && missing.contains(&"装饰") && !missing.contains(&"台面"), "{missing:?}");
        server.as_role("representative").get(&format!("/api/v1/customers/{id}/recommendations")).expect(404);
    }

    fn the_library_shows_what_was_used_and_how_the_deals_went(server: &Server) {
        let admin = server.admin();
        let (owner, own) = server.user("representative", None);
        let id = important(server, &owner);
        let case = server.create("contents", &json!({ "title": "准时交付案例", "kind": "case_study" }));
        server.create("contents", &json!({ "title": "没人用过", "kind": "brochure" }));
        let sample = server.create("resources", &json!({ "name": "样品", "kind": "sample", "unit_cost_minor": 30_000 }));
        let deals: Vec<String> = (0..5).map(|i| {
            let deal = server.create("opportunities", &json!({ "name": "商机", "customer_id": id, "owner_id": owner, "amount_minor": 100_000 }));
            let stages = admin.get("/api/v1/pipeline_stages?limit=200").expect(200);
            let of = admin.get(&format!("/api/v1/opportunities/{deal}")).expect(200)["pipeline_id"].clone();
            let kind = if i < 3 { "won" } else { "lost" };
            let stage = stages.items().iter().find(|s| s["kind"] == kind && s["pipeline_id"] == of).unwrap()["id"].clone();
            admin.patch(&format!("/api/v1/opportunities/{deal}"), 1, &json!({ "stage_id": stage })).expect(200);
            deal
        }).collect();
        for deal in deals.iter().chain([&deals[0]]) {
            let visit = json!({ "subject": "拜访", "kind": "visit", "customer_id": id, "opportunity_id": deal, "occurred_at": at(2), "owner_id": owner, "content_ids": [case], "resource_ids": [sample] });
            server.create("activities", &visit);
        }
        let found = until("all six contacts", || {
            let found = own.get("/api/v1/library-use").expect(200);
            (found["contents"][0]["contacts"] == json!(6)).then_some(found)
        });
        let used = &found["contents"][0];
        assert_eq!([&used["id"], &used["customers"], &used["closed"], &used["won_minor"]], [&json!(case), &json!(1), &json!(5), &json!(300_000)]);
        assert_eq!((used["won"].as_f64(), &used["cost_minor"]), (Some(60.0), &Value::Null));
        assert_eq!((&found["contents"][1]["contacts"], &found["contents"][1]["won"]), (&json!(0), &Value::Null));
        assert_eq!((&found["resources"][0]["id"], &found["resources"][0]["cost_minor"]), (&json!(sample), &json!(180_000)));
        let (_, other) = server.user("representative", None);
        assert_eq!(other.get("/api/v1/library-use").expect(200)["contents"][0]["contacts"], json!(0));
    }

    fn a_self_assessment_is_compared_with_the_records_and_training_counts_as_learning(server: &Server) {
        let admin = server.admin();
        let team = server.create("teams", &json!({ "name": "一组" }));
        let (rep, _) = server.user("representative", Some(&team));
        let call = json!({ "subject": "电话", "kind": "call", "customer_id": important(server, &rep), "occurred_at": at(1), "owner_id": rep });
        let call = server.create("activities", &call);
        until("scored", || admin.get(&format!("/api/v1/activities/{call}")).expect(200)["r1"].is_number().then_some(()));
        server.create("trainings", &json!({ "title": "新品知识", "kind": "product", "taken_on": day(3), "score": 80, "owner_id": rep }));
        let report = admin.get(&format!("/api/v1/principles?team_id={team}")).expect(200);
        let engagement = report["gauges"].as_array().unwrap().iter().find(|g| g["principle"] == "engagement").unwrap();
        let learning = engagement["parts"].as_array().unwrap().iter().find(|p| p["key"] == "cognitive").unwrap();
        assert_eq!(learning["value"].as_f64(), Some(80.0), "{engagement}");
        let questions = admin.get("/api/v1/audit-questions").expect(200);
        let answers: serde_json::Map<String, Value> = questions.items().iter().map(|q| (q["key"].as_str().unwrap().to_owned(), json!(2))).collect();
        let audit = admin.post("/api/v1/audits", &json!({ "taken_on": day(0), "answers": answers })).expect(201).id();
        let rows = admin.get(&format!("/api/v1/audits/{audit}/comparison")).expect(200)["rows"].clone();
        assert_eq!(rows.as_array().map(Vec::len), Some(11));
        let customer = rows.as_array().unwrap().iter().find(|r| r["key"] == "customer").unwrap();
        assert_eq!((customer["felt"].as_f64(), customer["measured"].as_f64(), customer["gap"].as_f64()), (Some(25.0), Some(100.0), Some(-75.0)));
        let gaps: Vec<f64> = rows.as_array().unwrap().iter().map(|r| r["gap"].as_f64().unwrap_or(0.0).abs()).collect();
        assert!(gaps.windows(2).all(|w| w[0] >= w[1]), "{gaps:?}");
    }

    fn an_obstacle_says_after_how_many_days_it_was_cleared_away(server: &Server) {
        let admin = server.admin();
        let id = server.create("obstacles", &json!({ "title": "报价审批慢", "raised_on": day(6) }));
        let path = format!("/api/v1/obstacles/{id}");
        assert_eq!(admin.get(&path).expect(200)["days"], Value::Null);
        let solved = admin.patch(&path, 1, &json!({ "status": "resolved" })).expect(200);
        assert_eq!((&solved["resolved_on"], &solved["days"]), (&json!(day(0)), &json!(6)));
        let again = admin.patch(&path, 2, &json!({ "status": "open" })).expect(200);
        assert_eq!((&again["resolved_on"], &again["days"]), (&Value::Null, &Value::Null));
    }

    fn contradictory_settings_of_every_model_are_refused_with_the_field(server: &Server) {
        let admin = server.admin();
        for (model, document, field) in [
            ("health", json!({ "weights": { "usage": 0, "service": 0, "renewal": 0, "nps": 0, "interaction": 0, "frequency": 0 } }), "weights"),
            ("health", json!({ "healthy": 50, "watch": 70 }), "watch"),
            ("tiers", json!({ "strategic_above_minor": 100, "growth_from_minor": 500 }), "strategic_above_minor"),
            ("lifecycle", json!({ "entry": { "growth": [[]] } }), "entry.growth[0]"),
            ("lifecycle", json!({ "entitlements": [{ "key": "a", "zh": "甲", "en": "A", "from": "retention", "until": "growth" }] }), "entitlements[0].until"),
            ("repeat", json!({ "years": 0 }), "years"),
            ("triggers", json!({ "view_days": 0 }), "view_days"),
            ("intent", json!({ "half_life_days": 0 }), "half_life_days"),
            ("principles", json!({ "colour": 1 }), "colour"),
            ("cadence", json!({ "interval_days": { "A": 7, "B": 0, "C": 30, "D": 90 } }), "interval_days.B"),
            ("four_r", json!({ "early": 0.0 }), "early"),
            ("four_r", json!({ "customer_points": { "A": 0, "B": 0, "C": 50, "D": 100 } }), "customer_points.D"),
            ("four_r", json!({ "cost_cap_minor": { "A": 100, "B": 100, "C": 100, "D": 0 } }), "cost_cap_minor.D"),
            ("cadence", json!({ "least_value_minor": { "A": 1, "B": 2, "C": 2, "D": 2 } }), "least_value_minor.B"),
            ("cadence", json!({ "typical_minutes": { "call": 0, "visit": 0, "meeting": 0, "online_meeting": 0, "chat": 0 } }), "typical_minutes"),
        ] {
            let refused = put(&admin, &format!("/api/v1/score-settings/{model}"), Some(0), &json!({ "document": document })).expect(422);
            assert!(refused.wrong_fields().contains(&field), "{model}: {}", refused.json);
            admin.post(&format!("/api/v1/score-settings/{model}/preview"), &json!({ "document": document })).expect(422);
        }
    }
}
