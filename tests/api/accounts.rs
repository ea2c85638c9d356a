//! Administering people: nobody rises above themselves, changes take effect at once, somebody stays in charge.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::{PASSWORD, Server};

fn put(client: &Client, path: &str, body: &Value) -> Reply {
    client.send("PUT", path, Some(("application/json", body.to_string().as_bytes())))
}

fn set_roles(client: &Client, user: &str, roles: &[&str]) -> Reply {
    put(client, &format!("/api/v1/users/{user}/roles"), &json!({ "roles": roles }))
}

fn me(client: &Client) -> Reply {
    client.get("/api/v1/me").expect(200)
}

/// Somebody who manages people and roles and sees customers, without being an administrator.
fn personnel_officer(server: &Server) -> (String, Client) {
    let all = json!({ "read": "all", "create": "all", "update": "all", "archive": "all" });
    let permissions = json!({ "users": all, "roles": all, "api_keys": all, "customers": { "read": "all" } });
    let role = json!({ "key": "personnel", "name_zh": "人事", "name_en": "Personnel", "permissions": permissions });
    server.admin().post("/api/v1/roles", &role).expect(201);
    server.user("personnel", None)
}

engines! {
    fn the_last_administrator_stays_one_and_stays_active(server: &Server) {
        let admin = server.admin();
        let profile = me(&admin);
        let id = profile.id();
        set_roles(&admin, &id, &["director"]).expect_problem(409, "last_administrator");
        let path = format!("/api/v1/users/{id}");
        let version = admin.get(&path).expect(200).version();
        admin.patch(&path, version, &json!({ "status": "disabled" })).expect_problem(409, "last_administrator");
        admin.delete(&path).expect_problem(409, "last_administrator");
        server.user("administrator", None);
        set_roles(&admin, &id, &["director"]).expect(200);
        admin.get("/api/v1/roles").expect(403);
    }

    fn nobody_grants_more_than_they_have(server: &Server) {
        let admin_id = me(&server.admin()).id();
        let (own_id, officer) = personnel_officer(server);
        assert_eq!(set_roles(&officer, &own_id, &["personnel", "administrator"]).expect(422).wrong_fields(), ["roles"]);
        set_roles(&officer, &admin_id, &[]).expect(422);
        officer.post(&format!("/api/v1/users/{admin_id}/password"), &json!({ "password": "Another-Long-Password-7" })).expect(403);
        let role = json!({ "key": "more", "name_zh": "更多", "name_en": "More", "permissions": { "customers": { "update": "own" } } });
        assert_eq!(officer.post("/api/v1/roles", &role).expect(422).wrong_fields(), ["permissions"]);
        let key = officer.post("/api/v1/api_keys", &json!({ "name": "x", "role_keys": ["integration"] })).expect(422);
        assert_eq!(key.wrong_fields(), ["role_keys"]);
        let roles = officer.get("/api/v1/roles").expect(200);
        let director = roles.items().iter().find(|r| r["key"] == "director").unwrap();
        let (path, none) = (format!("/api/v1/roles/{}", director["id"].as_str().unwrap()), json!({ "permissions": {} }));
        officer.patch(&path, director["version"].as_i64().unwrap(), &none).expect(422);
    }

    fn a_changed_role_takes_effect_at_once(server: &Server) {
        let (id, rep) = server.user("representative", None);
        rep.get("/api/v1/customers").expect(200);
        rep.post("/api/v1/products", &json!({ "name": "产品" })).expect(403);
        set_roles(&server.admin(), &id, &["director"]).expect(200);
        rep.post("/api/v1/products", &json!({ "name": "产品" })).expect(201);
        set_roles(&server.admin(), &id, &[]).expect(200);
        rep.get("/api/v1/customers").expect(403);
    }

    fn a_disabled_user_is_out_at_once_and_cannot_log_in(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let path = format!("/api/v1/users/{id}");
        let email = server.admin().get(&path).expect(200)["email"].as_str().unwrap().to_owned();
        let version = server.admin().get(&path).expect(200).version();
        server.admin().patch(&path, version, &json!({ "status": "disabled" })).expect(200);
        rep.get("/api/v1/me").expect(401);
        server.anonymous().post("/api/v1/auth/login", &json!({ "email": email, "password": PASSWORD })).expect(401);
    }

    fn moving_somebody_to_another_team_moves_what_their_manager_sees(server: &Server) {
        let (east, north) = (server.create("teams", &json!({ "name": "华东" })), server.create("teams", &json!({ "name": "华北" })));
        let (_, manager) = server.user("manager", Some(&east));
        let (rep, _) = server.user("representative", Some(&east));
        let customer = server.create("customers", &json!({ "name": "张江", "owner_id": rep }));
        manager.get(&format!("/api/v1/customers/{customer}")).expect(200);
        let path = format!("/api/v1/users/{rep}");
        let version = server.admin().get(&path).expect(200).version();
        server.admin().patch(&path, version, &json!({ "team_id": north })).expect(200);
        manager.get(&format!("/api/v1/customers/{customer}")).expect(404);
    }

    fn the_lead_of_a_team_sees_its_members_records_from_another_team(server: &Server) {
        let (lead, manager) = server.user("manager", None);
        let team = server.create("teams", &json!({ "name": "华南", "lead_id": lead }));
        let (rep, _) = server.user("representative", Some(&team));
        let customer = server.create("customers", &json!({ "name": "广州", "owner_id": rep }));
        manager.get(&format!("/api/v1/customers/{customer}")).expect(200);
    }

    fn a_password_from_an_administrator_activates_and_asks_to_be_changed(server: &Server) {
        let (id, rep) = server.user("representative", None);
        assert_eq!(server.admin().get(&format!("/api/v1/users/{id}")).expect(200)["status"], "active");
        assert_eq!(me(&rep)["password_temporary"], true);
        let change = json!({ "current_password": PASSWORD, "new_password": "Another-Long-Password-7" });
        rep.post("/api/v1/auth/password", &change).expect(204);
        assert_eq!(me(&rep)["password_temporary"], false);
    }

    fn a_session_can_be_seen_and_ended_by_its_owner_only(server: &Server) {
        let (_, rep) = server.user("representative", None);
        let sessions = server.admin().get("/api/v1/auth/sessions").expect(200);
        let current = sessions.items().iter().find(|s| s["current"] == true).unwrap()["id"].as_str().unwrap().to_owned();
        rep.delete(&format!("/api/v1/auth/sessions/{current}")).expect(404);
        server.admin().delete(&format!("/api/v1/auth/sessions/{current}")).expect(204);
        server.admin().get("/api/v1/me").expect_problem(401, "session_ended");
    }

    fn an_api_key_never_outgrows_its_maker(server: &Server) {
        let (id, director) = server.user("director", None);
        let made = director.post("/api/v1/api_keys", &json!({ "name": "报表" })).expect(201);
        let key = server.anonymous().with_token(made["key"].as_str().unwrap());
        key.get("/api/v1/customers").expect(200);
        key.post("/api/v1/api_keys", &json!({ "name": "another" })).expect(403);
        key.post("/api/v1/auth/password", &json!({ "current_password": PASSWORD, "new_password": "Another-Long-Password-7" })).expect(403);
        set_roles(&server.admin(), &id, &["service"]).expect(200);
        key.get("/api/v1/customers").expect(200);
        key.post("/api/v1/customers", &json!({ "name": "x" })).expect(403);
    }

    fn an_api_key_is_seen_and_revoked_by_its_owner_or_an_administrator(server: &Server) {
        let (director, other) = (server.as_role("director"), server.as_role("manager"));
        let id = director.post("/api/v1/api_keys", &json!({ "name": "报表" })).expect(201).id();
        assert!(other.get("/api/v1/api_keys").expect(200).items().is_empty());
        other.delete(&format!("/api/v1/api_keys/{id}")).expect(404);
        assert_eq!(server.admin().get("/api/v1/api_keys").expect(200).items().len(), 1);
        server.admin().delete(&format!("/api/v1/api_keys/{id}")).expect(204);
        let past = json!({ "name": "x", "expires_at": "2020-01-01T00:00:00Z" });
        assert_eq!(director.post("/api/v1/api_keys", &past).expect(422).wrong_fields(), ["expires_at"]);
    }

    fn a_role_is_changed_at_its_version_and_a_shipped_one_is_not_deleted(server: &Server) {
        let admin = server.admin();
        let role = admin.post("/api/v1/roles", &json!({ "key": "helper", "name_zh": "助理", "name_en": "Helper" })).expect(201);
        let path = format!("/api/v1/roles/{}", role.id());
        admin.send("PATCH", &path, Some(("application/json", b"{}"))).expect(428);
        admin.patch(&path, 1, &json!({ "name_en": "Assistant" })).expect(200);
        admin.patch(&path, 1, &json!({ "name_en": "Other" })).expect(412);
        admin.post("/api/v1/roles", &json!({ "key": "helper", "name_zh": "助理", "name_en": "Helper" })).expect(422);
        let unknown = json!({ "key": "odd", "name_zh": "怪", "name_en": "Odd", "permissions": { "unicorns": { "read": "all" } } });
        assert_eq!(admin.post("/api/v1/roles", &unknown).expect(422).wrong_fields(), ["permissions.unicorns"]);
        let (user, _) = server.user("helper", None);
        admin.delete(&path).expect_problem(409, "role_in_use");
        set_roles(&admin, &user, &[]).expect(200);
        admin.delete(&path).expect(204);
        let roles = admin.get("/api/v1/roles").expect(200);
        let shipped = roles.items().iter().find(|r| r["builtin"] == true).unwrap()["id"].as_str().unwrap().to_owned();
        admin.delete(&format!("/api/v1/roles/{shipped}")).expect_problem(409, "builtin_role");
    }

    fn everybody_changes_the_own_profile_and_nothing_else_of_it(server: &Server) {
        let rep = server.as_role("representative");
        let patch = |body: Value| rep.send("PATCH", "/api/v1/me", Some(("application/json", body.to_string().as_bytes())));
        let changed = patch(json!({ "name": "李雷", "locale": "en", "phone": "13812345678" })).expect(200);
        assert_eq!((&changed["name"], &changed["locale"], &changed["phone"]), (&json!("李雷"), &json!("en"), &json!("13812345678")));
        assert_eq!(patch(json!({ "phone": null })).expect(200)["phone"], Value::Null);
        for foreign in ["team_id", "status", "email", "title", "roles"] {
            assert_eq!(patch(json!({ foreign: "x" })).expect(422).wrong_fields(), [foreign]);
        }
        assert_eq!(patch(json!({ "name": null })).expect(422).wrong_fields(), ["name"]);
    }

    fn the_organisation_has_a_real_time_zone_and_currency(server: &Server) {
        let admin = server.admin();
        let patch = |body: Value| admin.settle("PATCH", "/api/v1/organisation", &body);
        assert_eq!(patch(json!({ "timezone": "Mars/Base" })).expect(422).wrong_fields(), ["timezone"]);
        assert_eq!(patch(json!({ "currency": "yuan" })).expect(422).wrong_fields(), ["currency"]);
        patch(json!({ "name": "华东仪器", "timezone": "Europe/Berlin", "currency": "EUR" })).expect(200);
        let known = admin.get("/api/v1/organisation").expect(200);
        assert_eq!(me(&admin)["organisation"], known.json);
        assert_eq!([&known["name"], &known["timezone"], &known["currency"]], ["华东仪器", "Europe/Berlin", "EUR"]);
        server.as_role("director").send("PATCH", "/api/v1/organisation", Some(("application/json", b"{\"name\":\"x\"}"))).expect(403);
    }

    fn settings_that_somebody_else_has_changed_meanwhile_are_not_written_over(server: &Server) {
        let admin = server.admin();
        let working = json!({ "opens": "08:30", "closes": "17:30" });
        for (method, path, body) in [
            ("PATCH", "/api/v1/organisation", json!({ "name": "改了名" })),
            ("PUT", "/api/v1/pool_settings", json!({ "hours": 30 })),
            ("PUT", "/api/v1/working_calendar", working),
        ] {
            let read = admin.get(path).expect(200);
            let version = read["version"].as_i64().unwrap();
            assert_eq!(read.header("etag"), Some(format!("\"{version}\"").as_str()), "{path}");
            let send = |client: &Client| client.send(method, path, Some(("application/json", body.to_string().as_bytes())));
            let based = admin.with_header("if-match", &format!("\"{version}\""));
            assert_eq!(send(&admin).expect(428)["code"], "version_required", "{path}");
            assert_eq!(send(&based).expect(200)["version"], version + 1, "{path}");
            assert_eq!(send(&based).expect(412)["code"], "stale_version", "{path}");
            assert_eq!(admin.get(path).expect(200)["version"], version + 1, "{path}");
        }
    }

    fn three_pipelines_are_shipped_and_one_is_the_default(server: &Server) {
        let pipelines = server.admin().get("/api/v1/pipelines").expect(200);
        let default: Vec<&Value> = pipelines.items().iter().filter(|p| p["is_default"] == true).collect();
        assert_eq!((pipelines.items().len(), default.len()), (3, 1));
        let id = default[0]["id"].as_str().unwrap();
        let stages = server.admin().get(&format!("/api/v1/pipeline_stages?pipeline_id={id}&sort=position")).expect(200);
        let names: Vec<&str> = stages.items().iter().filter_map(|s| s["name"].as_str()).collect();
        assert_eq!(names, ["初步接触", "需求分析", "方案报价", "商务谈判", "合同签订", "输单"]);
    }

    fn a_pipeline_that_is_no_longer_the_default_has_a_new_version_and_an_event(server: &Server) {
        let admin = server.admin();
        let path = |id: &str| format!("/api/v1/pipelines/{id}");
        let marked = || -> Vec<String> {
            let page = admin.get("/api/v1/pipelines?is_default=true&archived=true").expect(200);
            page.items().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
        };
        let version = |id: &str| admin.get(&path(id)).expect(200).version();
        let told = |id: &str| admin.get(&format!("/api/v1/events?object=pipelines&record_id={id}")).expect(200).items().to_vec();
        let shipped = marked().remove(0);
        let before = admin.get(&path(&shipped)).expect(200);
        let first = server.create("pipelines", &json!({ "name": "大客户", "position": 8, "is_default": true }));
        assert_eq!((marked(), version(&first), told(&first).len()), (vec![first.clone()], 1, 1));
        let after = admin.get(&path(&shipped)).expect(200);
        assert_eq!((after.version(), &after["is_default"]), (before.version() + 1, &json!(false)));
        assert_ne!(after["updated_at"], before["updated_at"]);
        let event = told(&shipped).remove(0);
        assert_eq!((&event["type"], &event["old"]["is_default"], &event["new"]["is_default"]), (&json!("pipeline.updated"), &json!(true), &json!(false)));
        assert!(event["actor_id"].is_string(), "{event}");

        let second = server.create("pipelines", &json!({ "name": "渠道", "position": 9 }));
        admin.patch(&path(&second), 1, &json!({ "is_default": true })).expect(200);
        assert_eq!((marked(), version(&first), version(&second)), (vec![second.clone()], 2, 2));
        // One in the archive is no default before it is back.
        assert!(admin.delete(&path(&second)).status < 300);
        admin.patch(&path(&first), 2, &json!({ "is_default": true })).expect(200);
        assert_eq!((marked(), version(&second)), (vec![first.clone()], 4));
        admin.patch(&path(&second), 4, &json!({ "is_default": true })).expect(200);
        assert_eq!(version(&first), 3);
        admin.post_empty(&format!("{}/restore", path(&second))).expect(200);
        assert_eq!((marked(), version(&first)), (vec![second.clone()], 4));
    }

    fn of_pipelines_in_bulk_the_last_one_that_stays_the_default_is_it(server: &Server) {
        let admin = server.admin();
        let marked = || -> Vec<String> {
            let page = admin.get("/api/v1/pipelines?is_default=true&archived=true").expect(200);
            page.items().iter().map(|p| p["name"].as_str().unwrap().to_owned()).collect()
        };
        let new = |name: &str| json!({ "op": "create", "data": { "name": name, "is_default": true } });
        let broken = json!({ "op": "create", "data": { "name": "坏的", "is_default": true, "position": "last" } });
        let kept = server.create("pipelines", &json!({ "name": "乙" }));
        let change = |on: bool| json!({ "op": "update", "id": kept, "data": { "is_default": on } });
        let operations = [new("甲"), broken, change(true), change(false)];
        let done = admin.post("/api/v1/pipelines/bulk", &json!({ "operations": operations })).expect(200);
        let statuses: Vec<i64> = done["results"].as_array().unwrap().iter().map(|r| r["status"].as_i64().unwrap()).collect();
        assert_eq!((statuses, marked()), (vec![201, 422, 200, 200], vec!["甲".to_owned()]), "{}", done.json);
        let failed = json!({ "op": "update", "id": kept, "version": 1, "data": { "is_default": true } });
        let done = admin.post("/api/v1/pipelines/bulk", &json!({ "operations": [change(true), failed] })).expect(200);
        assert_eq!((&done["results"][0]["status"], &done["results"][1]["status"]), (&json!(200), &json!(412)), "{}", done.json);
        assert_eq!(marked(), ["乙"]);
    }
}
