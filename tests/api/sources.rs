//! Where what is known of a customer comes from, and everything that happened with it in one order of time.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::wait::until;

fn hours_ago(hours: i64) -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0) - Duration::hours(hours)
}

/// A text as cursors are written.
fn base64_of(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = text.bytes().flat_map(|byte| (0..8).rev().map(move |place| (byte >> place) & 1)).collect();
    let sign = |six: &[u8]| six.iter().fold(0, |number, bit| (number << 1) | usize::from(*bit)) << (6 - six.len());
    bits.chunks(6).map(|six| char::from(SIGNS[sign(six)])).collect()
}

fn source(client: &Client, customer: &str, field: &str) -> Value {
    let path = format!("/api/v1/field-sources?object=customers&record_id={customer}");
    let found = client.get(&path).expect(200);
    found.items().iter().find(|s| s["field"] == field).cloned().unwrap_or_default()
}

fn timeline(client: &Client, customer: &str, query: &str) -> Vec<Value> {
    client.get(&format!("/api/v1/customers/{customer}/timeline{query}")).expect(200).items().to_vec()
}

/// What an entry is, in a word or two.
fn word(item: &Value) -> String {
    let record = &item["record"];
    match item["kind"].as_str().unwrap_or_default() {
        "activity" => record["subject"].as_str().unwrap_or_default().to_owned(),
        "order" => record["number"].as_str().unwrap_or_default().to_owned(),
        "task" => record["title"].as_str().unwrap_or_default().to_owned(),
        "behaviour" => record["kind"].as_str().unwrap_or_default().to_owned(),
        "opportunity" => {
            let (from, to) = (item["step"]["from"].as_str().unwrap_or("new"), item["step"]["stage_name"].as_str());
            format!("{from} > {}", to.unwrap_or_default())
        }
        _ => item["change"]["type"].as_str().unwrap_or_default().to_owned(),
    }
}

fn words(items: &[Value]) -> Vec<String> {
    items.iter().map(word).collect()
}

engines! {
    fn every_value_says_who_or_what_gave_it(server: &Server) {
        let admin = server.admin();
        let file = "客户名称,城市,行业,电话\n云启智能科技,苏州,机械,021-55556666\n";
        crate::imports::bring(&admin, "customers", "%E5%B1%95%E4%BC%9A.csv", file.as_bytes());
        let id = admin.get("/api/v1/customers?limit=1").expect(200).items()[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/customers/{id}");
        let imported = source(&admin, &id, "city");
        assert_eq!((&imported["kind"], &imported["name"], &imported["changes"]), (&json!("import"), &json!("展会.csv"), &json!(1)));
        let changed = admin.patch(&path, 1, &json!({ "city": "无锡", "potential": 95, "fit": 90, "strategic_value": 80 })).expect(200);
        let by_hand = source(&admin, &id, "city");
        assert_eq!((&by_hand["kind"], &by_hand["name"], &by_hand["changes"]), (&json!("person"), &Value::Null, &json!(2)));
        assert!(by_hand["actor_name"].is_string() && by_hand["at"].is_string());
        assert_eq!(source(&admin, &id, "industry")["kind"], json!("import"), "what was not changed still comes from the file");
        let made = admin.post("/api/v1/api_keys", &json!({ "name": "ERP 接口" })).expect(201);
        let erp = server.anonymous().with_token(made["key"].as_str().unwrap());
        erp.patch(&path, changed["version"].as_i64().unwrap(), &json!({ "credit_code": "91320214MA1X2Y3Z4K" })).expect(200);
        let integrated = source(&admin, &id, "credit_code");
        assert_eq!((&integrated["kind"], &integrated["name"]), (&json!("integration"), &json!("ERP 接口")));
        let computed = until("a computed grade", || {
            Some(source(&admin, &id, "grade_score")).filter(|s| s["kind"] == json!("computed"))
        });
        assert_eq!((&computed["actor_name"], &source(&admin, &id, "grade")["kind"]), (&Value::Null, &json!("computed")));
        let version = admin.get(&path).expect(200)["version"].as_i64().unwrap();
        admin.patch(&path, version, &json!({ "grade": "B", "grade_reason": "行业标杆" })).expect(200);
        assert_eq!(source(&admin, &id, "grade")["kind"], json!("person"), "what is set by hand is somebody's");
        let log = admin.get(&format!("/api/v1/events?object=customers&record_id={id}")).expect(200);
        assert!(log.items().iter().any(|e| e["key"] == json!("ERP 接口")) && log.items().iter().any(|e| e["import_file"] == json!("展会.csv")));
        assert_eq!(source(&admin, &id, "website"), Value::Null, "what is not known has no source");
    }

    fn a_merged_customer_says_what_came_from_the_other_record(server: &Server) {
        let admin = server.admin();
        let kept = server.create("customers", &json!({ "name": "远景机械" }));
        let gone = server.create("customers", &json!({ "name": "远景机械有限公司", "website": "https://yuanjing.example.com" }));
        admin.post(&format!("/api/v1/customers/{kept}/merge"), &json!({ "ids": [gone] })).expect(200);
        assert_eq!(source(&admin, &kept, "website")["kind"], json!("merge"));
        assert_eq!(source(&admin, &kept, "name")["kind"], json!("person"));
    }

    fn sources_are_shown_to_those_who_see_the_record_and_the_log(server: &Server) {
        let (rep, theirs) = server.user("representative", None);
        let made = server.admin().post("/api/v1/api_keys", &json!({ "name": "ERP 接口" })).expect(201);
        let erp = server.anonymous().with_token(made["key"].as_str().unwrap());
        let id = erp.post("/api/v1/customers", &json!({ "name": "云启", "owner_id": rep })).expect(201).id();
        let mine = source(&theirs, &id, "name");
        assert_eq!((&mine["kind"], &mine["name"]), (&json!("integration"), &Value::Null), "whose key it was is not for everybody");
        let path = format!("/api/v1/field-sources?object=customers&record_id={id}");
        server.as_role("representative").get(&path).expect(404);
        server.as_role("service").get(&path).expect(403);
        server.as_role("read_only").get(&path).expect(200);
        server.admin().get("/api/v1/field-sources?object=nothing&record_id=x").expect(422);
    }

    fn a_rule_is_named_to_those_who_may_see_it_and_to_others_it_is_a_rule(server: &Server) {
        let admin = server.admin();
        let role = |key: &str, objects: &[&str]| {
            let grant = json!({ "read": "all", "create": "none", "update": "none", "archive": "none", "export": "none", "import": "none" });
            let permissions: serde_json::Map<String, Value> = objects.iter().map(|o| ((*o).to_owned(), grant.clone())).collect();
            admin.post("/api/v1/roles", &json!({ "key": key, "name_zh": key, "name_en": key, "permissions": permissions })).expect(201);
            server.as_role(key)
        };
        let stranger = role("without_rules", &["customers", "users", "events", "operations"]);
        let reader = role("with_rules", &["customers", "users", "events", "operations", "rules"]);
        let rule = admin.post("/api/v1/rules", &json!({ "name": "内部并购观察名单", "definition": {
            "object": "customers", "trigger": { "kind": "change", "field": "city" },
            "actions": [{ "kind": "set_fields", "values": { "industry": "机械" } }] } })).expect(201);
        admin.post_empty(&format!("/api/v1/rules/{}/publish", rule.id())).expect(200);
        let id = server.create("customers", &json!({ "name": "江海重工" }));
        admin.patch(&format!("/api/v1/customers/{id}"), 1, &json!({ "city": "南通" })).expect(200);
        until("the rule", || (source(&admin, &id, "industry")["kind"] == "rule").then_some(()));
        let log = format!("/api/v1/events?object=customers&record_id={id}&limit=50");
        let event = |client: &Client, field: &str| {
            let all = client.get(&log).expect(200);
            all.items().iter().find(|e| e["new"][field].is_string()).cloned().unwrap()
        };
        let schedules = |client: &Client| client.get("/api/v1/operations").expect(200)["schedules"].as_array().unwrap().len();
        for (client, name) in [(&reader, json!("内部并购观察名单")), (&stranger, Value::Null)] {
            let found = source(client, &id, "industry");
            assert_eq!((&found["kind"], &found["name"]), (&json!("rule"), &name));
            let changed = event(client, "industry");
            assert_eq!((&changed["automated"], &changed["rule"]), (&json!(true), &name));
            let changes = timeline(client, &id, "?kinds=change&limit=50");
            let change = changes.iter().map(|i| &i["change"]).find(|c| c["new"]["industry"] == "机械").unwrap();
            assert_eq!((&change["automated"], &change["rule"]), (&json!(true), &name));
            assert_eq!(event(client, "city")["automated"], json!(false));
        }
        assert_eq!((schedules(&reader) > 0, schedules(&stranger)), (true, 0), "rules by time are told likewise");
        // Callers name their requests as they like; what they change so stays theirs.
        let run = event(&admin, "industry")["request_id"].as_str().unwrap().to_owned();
        let version = admin.get(&format!("/api/v1/customers/{id}")).expect(200).version();
        let disguised = admin.with_header("x-request-id", &run);
        disguised.patch(&format!("/api/v1/customers/{id}"), version, &json!({ "province": "江苏" })).expect(200);
        let forged = event(&admin, "province");
        assert_eq!((&forged["request_id"], &forged["automated"], &forged["rule"]), (&json!(run), &json!(false), &Value::Null));
        assert_eq!(source(&admin, &id, "province")["kind"], "person");
        for path in [String::new(), format!("/{}", rule.id()), format!("/{}/runs", rule.id()), format!("/{}/versions", rule.id())] {
            stranger.get(&format!("/api/v1/rules{path}")).expect(403);
        }
    }

    fn a_timeline_joins_all_that_happened_in_one_order_of_time(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "云启智能科技" }));
        let opportunity = server.create("opportunities", &json!({ "name": "产线改造", "customer_id": customer, "amount_minor": 5_000_000 }));
        let path = format!("/api/v1/opportunities/{opportunity}");
        let found = admin.get(&path).expect(200);
        let stages = admin.get(&format!("/api/v1/pipeline_stages?pipeline_id={}&sort=position", found["pipeline_id"].as_str().unwrap())).expect(200);
        let second = &stages.items()[1];
        admin.patch(&path, 1, &json!({ "stage_id": second["id"] })).expect(200);
        server.create("activities", &json!({ "subject": "上门拜访", "kind": "visit", "customer_id": customer, "occurred_at": hours_ago(50) }));
        server.create("activities", &json!({ "subject": "电话回访", "kind": "call", "customer_id": customer, "occurred_at": hours_ago(2) }));
        server.create("activities", &json!({ "subject": "没去成的拜访", "kind": "visit", "customer_id": customer, "occurred_at": hours_ago(30), "completed": false }));
        server.create("activities", &json!({ "subject": "下周拜访", "kind": "visit", "customer_id": customer, "occurred_at": hours_ago(-100) }));
        server.create("orders", &json!({ "number": "SO-1", "customer_id": customer, "ordered_on": hours_ago(24 * 10).date_naive(), "amount_minor": 900_000 }));
        let task = server.create("tasks", &json!({ "title": "寄样品", "customer_id": customer }));
        server.create("tasks", &json!({ "title": "还没做", "customer_id": customer }));
        admin.patch(&format!("/api/v1/tasks/{task}"), 1, &json!({ "status": "done" })).expect(200);
        server.create("behaviours", &json!({ "customer_id": customer, "kind": "page_view", "occurred_at": hours_ago(20) }));
        admin.post("/api/v1/comments", &json!({ "object": "customers", "record_id": customer, "body": "技术总监换人了" })).expect(201);
        let all = timeline(&admin, &customer, "?limit=100");
        let order = |words: &[String], wanted: &[&str]| wanted.iter().map(|w| words.iter().position(|x| x == w).unwrap_or_else(|| panic!("{w} in {words:?}"))).collect::<Vec<_>>();
        let found = words(&all);
        let places = order(&found, &["电话回访", "page_view", "上门拜访", "SO-1"]);
        assert!(places.is_sorted(), "{found:?}");
        let step = format!("{} > {}", stages.items()[0]["name"].as_str().unwrap(), second["name"].as_str().unwrap());
        order(&found, &[&step, &format!("new > {}", stages.items()[0]["name"].as_str().unwrap()), "寄样品", "customer.created", "customer.commented"]);
        assert!(!found.iter().any(|w| w == "下周拜访" || w == "没去成的拜访" || w == "还没做" || w == "customer.behaved"), "{found:?}");
        assert!(all.iter().map(|i| i["at"].as_str().unwrap().to_owned()).collect::<Vec<_>>().is_sorted_by(|a, b| a >= b));
        for limit in [1, 2, 3, 5] {
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = admin.get(&format!("/api/v1/customers/{customer}/timeline?limit={limit}&cursor={cursor}")).expect(200);
                assert!(page.items().len() <= limit);
                paged.extend(words(page.items()));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
            }
            let (mut paged, mut whole) = (paged, found.clone());
            paged.sort();
            whole.sort();
            assert_eq!(paged, whole, "pages of {limit}");
        }
        let calls = timeline(&admin, &customer, "?kinds=activity,order");
        assert_eq!(words(&calls), ["电话回访", "上门拜访", "SO-1"]);
        for (query, field) in [("kinds=weather", "kinds"), ("cursor=x", "cursor"), ("limit=0", "limit")] {
            let refused = admin.get(&format!("/api/v1/customers/{customer}/timeline?{query}")).expect(422);
            assert_eq!(refused.wrong_fields(), [field]);
        }
        for kind in ["begun", "activity", "order", "opportunity", "change"] {
            for (at, status) in [
                ("-262143-01-01T00:00:00Z", 422),
                ("-0001-12-31T00:00:00Z", 422),
                ("0000-01-01T00:00:00Z", 200),
                ("9999-12-31T23:59:59Z", 200),
                ("+10000-01-01T00:00:00Z", 422),
                ("+262142-12-31T23:59:59Z", 422),
            ] {
                let cursor = base64_of(&json!({ kind: { "at": at } }).to_string());
                let reply = admin.get(&format!("/api/v1/customers/{customer}/timeline?cursor={cursor}")).expect(status);
                if status == 422 {
                    assert_eq!((reply.wrong_fields(), &reply["errors"][0]["code"]), (vec!["cursor"], &json!("invalid_cursor")), "{kind} {at}");
                }
            }
        }
    }

    fn a_timeline_shows_only_what_its_caller_may_see(server: &Server) {
        let admin = server.admin();
        let (me, client) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "云启", "owner_id": me }));
        server.create("activities", &json!({ "subject": "总监的拜访", "kind": "visit", "customer_id": customer, "occurred_at": hours_ago(5) }));
        client.post("/api/v1/activities", &json!({ "subject": "我的电话", "kind": "call", "customer_id": customer, "occurred_at": hours_ago(4) })).expect(201);
        assert_eq!(words(&timeline(&admin, &customer, "?kinds=activity")), ["我的电话", "总监的拜访"]);
        assert_eq!(words(&timeline(&client, &customer, "?kinds=activity")), ["我的电话"]);
        assert!(words(&timeline(&client, &customer, "")).contains(&"customer.created".to_owned()));
        let service = words(&timeline(&server.as_role("service"), &customer, ""));
        assert_eq!(service, ["我的电话", "总监的拜访"], "who may not see the log sees no changes");
        server.as_role("representative").get(&format!("/api/v1/customers/{customer}/timeline")).expect(404);
    }
}
