//! What a role is not given is closed: every row of the permission matrix means something.

use domain::policy::roles::{ADMINISTRATIVE, permission_keys};
use serde_json::{Map, Value, json};
use tests::client::Client;
use tests::engines;

/// What the reading permission of a key opens.
fn opens(key: &str, pipeline: &str) -> String {
    let path = match key {
        "pool" => "pool".to_owned(),
        "settings" => "score-settings".to_owned(),
        "roles" => "setup-events".to_owned(),
        "metrics" => "metrics/win_rate".to_owned(),
        "reports" => format!("reports/funnel?pipeline_id={pipeline}"),
        "scores" => "scores/rfm".to_owned(),
        key if ADMINISTRATIVE.contains(&key) => key.to_owned(),
        key => {
            let object = domain::objects::ALL.iter().find(|object| object.permission == key).expect("an object");
            object.key.to_owned()
        }
    };
    format!("/api/v1/{path}")
}

fn everything() -> Map<String, Value> {
    let grant =
        json!({ "read": "all", "create": "all", "update": "all", "archive": "all", "export": "all", "import": "all" });
    permission_keys().into_iter().map(|key| (key.to_owned(), grant.clone())).collect()
}

fn role(admin: &Client, key: &str, permissions: &Map<String, Value>) -> String {
    let role = json!({ "key": key, "name_zh": key, "name_en": key, "permissions": permissions });
    admin.post("/api/v1/roles", &role).expect(201).id()
}

engines! {
    fn every_permission_of_the_matrix_closes_something_when_it_is_taken_away(server: &Server) {
        let admin = server.admin();
        let pipeline = admin.get("/api/v1/pipelines?limit=1").expect(200).items()[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/roles/{}", role(&admin, "almost", &everything()));
        let almost = server.as_role("almost");
        // The lists of imports and exports always hold one's own; the test after this one looks at those of others.
        for key in permission_keys().into_iter().filter(|key| !["imports", "exports"].contains(key)) {
            let opened = opens(key, &pipeline);
            almost.get(&opened).expect(200);
            let set = |permissions: &Map<String, Value>| {
                let version = admin.get(&path).expect(200).version();
                admin.patch(&path, version, &json!({ "permissions": permissions })).expect(200);
            };
            let mut permissions = everything();
            permissions.remove(key);
            set(&permissions);
            assert_eq!(almost.get(&opened).status, 403, "{key} is taken away, and {opened} answers");
            set(&everything());
        }
    }

    fn the_imports_and_exports_of_others_are_seen_by_whom_the_matrix_says(server: &Server) {
        let (mut some, all) = (everything(), everything());
        some["imports"]["read"] = json!("own");
        some["exports"]["read"] = json!("own");
        let admin = server.admin();
        role(&admin, "own_jobs", &some);
        role(&admin, "all_jobs", &all);
        crate::imports::analyse(&admin, "customers", "customers.csv", "客户名称\n甲公司\n".as_bytes()).expect(201);
        admin.post("/api/v1/exports", &json!({ "object": "customers" })).expect(202);
        let (own, seen) = (server.as_role("own_jobs"), server.as_role("all_jobs"));
        for list in ["/api/v1/imports", "/api/v1/exports"] {
            assert_eq!(own.get(list).expect(200).items().len(), 0, "{list}");
            let others = seen.get(list).expect(200);
            assert_eq!(others.items().len(), 1, "{list}");
            assert!(others.items()[0]["created_by_name"].is_string(), "{list}");
        }
        let export = admin.get("/api/v1/exports").expect(200).items()[0]["id"].clone();
        seen.get(&format!("/api/v1/exports/{}/content", export.as_str().unwrap())).expect(404);
    }

    fn who_changed_roles_keys_fields_and_settings_is_known_to_administrators(server: &Server) {
        let admin = server.admin();
        let made = role(&admin, "trainee", &Map::new());
        admin.post("/api/v1/api_keys", &json!({ "name": "官网表单", "permissions": {} })).expect(201);
        admin.settle("PATCH", "/api/v1/organisation", &json!({ "name": "新名字" })).expect(200);
        server.create("customers", &json!({ "name": "一家客户" }));
        let log = admin.get("/api/v1/setup-events").expect(200);
        let kinds: Vec<&str> = log.items().iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(kinds[..3], ["organisation.updated", "api_key.created", "role.created"]);
        let event = &log.items()[2];
        assert_eq!((&event["refs"][&made], &event["object"]), (&json!("trainee"), &json!("roles")));
        assert!(event["actor_name"].is_string());
        assert!(!kinds.contains(&"customer.created"));
        let first = admin.get("/api/v1/setup-events?limit=1").expect(200);
        let next = admin.get(&format!("/api/v1/setup-events?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).expect(200);
        assert_eq!(next.items()[0]["type"], "api_key.created");
        for role in ["director", "representative", "read_only"] {
            server.as_role(role).get("/api/v1/setup-events").expect(403);
        }
    }

    fn the_log_of_the_set_up_tells_settings_working_days_and_webhooks(server: &Server) {
        let admin = server.admin();
        let put = |path: &str, body: Value| admin.settle("PUT", path, &body).expect(200);
        let pool = admin.get("/api/v1/pool_settings").expect(200).json;
        let mut other = pool.clone();
        other["hours"] = json!(48);
        put("/api/v1/pool_settings", other.clone());
        let again = put("/api/v1/pool_settings", other);
        assert_eq!(again["version"].as_i64(), pool["version"].as_i64().map(|v| v + 1), "the same again is no change");
        put("/api/v1/working_calendar", json!({ "opens": "08:30", "closes": "18:00", "holidays": ["2026-12-31"], "worked": [] }));
        let grade = admin.get("/api/v1/score-settings/grade").expect(200);
        let mut document = grade["document"].clone();
        document["cuts"]["a"] = json!(85);
        put("/api/v1/score-settings/grade", json!({ "document": document }));
        let hook = admin.post("/api/v1/webhooks", &json!({ "name": "ERP", "kind": "flywheel", "url": "https://erp.example.com/in?key=geheim", "events": ["order.created"] })).expect(201);
        let path = format!("/api/v1/webhooks/{}", hook.id());
        admin.patch(&path, hook.version(), &json!({ "active": false })).expect(200);
        admin.delete(&path).expect(204);
        let log = admin.get("/api/v1/setup-events?limit=200").expect(200);
        let told: Vec<&Value> = log.items().iter().take(6).collect();
        let types: Vec<&str> = told.iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["webhook.archived", "webhook.updated", "webhook.created", "score_settings.updated", "working_calendar.updated", "pool_settings.updated"]);
        assert_eq!((&told[5]["old"]["hours"], &told[5]["new"]["hours"]), (&json!(24), &json!(48)));
        assert_eq!((&told[4]["new"]["holidays"], &told[3]["new"]["key"], &told[3]["new"]["cuts"]["a"]), (&json!(["2026-12-31"]), &json!("grade"), &json!(85.0)));
        assert_eq!((&told[2]["new"]["host"], &told[1]["new"]["active"]), (&json!("erp.example.com"), &json!(false)));
        assert!(!log.json.to_string().contains("geheim"), "an address may hold a key");
        server.as_role("manager").get("/api/v1/setup-events").expect(403);
    }

    fn the_log_of_the_set_up_names_playbooks_in_the_language_of_its_reader(server: &Server) {
        let admin = server.admin();
        let shipped = admin.get("/api/v1/playbooks").expect(200).items().iter().find(|p| p["key"] == "win_back").unwrap().clone();
        let mut other = shipped.clone();
        other["aim"] = json!("总监带队上门。");
        let document = |playbook: &Value| {
            let tasks = playbook["tasks"].as_array().unwrap();
            let task = |t: &Value| json!({ "title": t["title"], "note": t["note"], "days": t["days"], "priority": t["priority"], "doer": t["doer_key"] });
            json!({ "title": playbook["title"], "aim": playbook["aim"], "fits": playbook["fits"], "starts": playbook["starts"], "active": playbook["active"],
                "tasks": tasks.iter().map(task).collect::<Vec<_>>() })
        };
        let put = |path: &str, version: i64, body: &Value| {
            let body = body.to_string();
            admin.with_header("if-match", &format!("\"{version}\"")).send("PUT", path, Some(("application/json", body.as_bytes()))).expect(200)
        };
        put("/api/v1/playbooks/win_back", 0, &document(&other));
        let said = |language: &str| {
            let log = admin.with_header("accept-language", language).get("/api/v1/setup-events?limit=1").expect(200);
            log.items()[0].clone()
        };
        let (zh, en) = (said("zh"), said("en"));
        assert_eq!((&zh["old"], &zh["new"]), (&json!({ "key": "playbooks", "win_back": "shipped" }), &json!({ "key": "playbooks", "win_back": "changed" })));
        assert_eq!((&en["old"], &en["new"]), (&zh["old"], &zh["new"]));
        assert_eq!((zh["refs"]["win_back"].as_str(), en["refs"]["win_back"].as_str()), (Some("高价值客户挽回"), shipped["title"].as_str()));
    }
}
