//! Who may do what: set-up, log-in, sessions, roles, scopes, masks, keys.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::database::Engine;
use tests::engines;
use tests::server::{ADMIN, PASSWORD, Server};

fn log_in(client: &Client, email: &str, password: &str) -> Reply {
    client.post("/api/v1/auth/login", &json!({ "email": email, "password": password }))
}

/// The refresh cookie of a log-in or refresh, as a client sends it back.
fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").and_then(|c| c.split(';').next()).unwrap_or_default().to_owned()
}

fn refresh(client: &Client, cookie: &str) -> Reply {
    client.with_header("cookie", cookie).post_empty("/api/v1/auth/refresh")
}

#[test]
fn set_up_is_offered_once_and_makes_the_administrator() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(server) = Server::fresh(engine) else { continue };
        let anonymous = server.anonymous();
        assert_eq!(anonymous.get("/api/v1/setup").expect(200)["needed"], true);
        let input = json!({ "organisation": "飞轮", "name": "林总", "email": "lin@example.com", "password": PASSWORD });
        let reply = anonymous.post("/api/v1/setup", &input).expect(201);
        let me = anonymous.with_token(reply["access_token"].as_str().unwrap()).get("/api/v1/me").expect(200);
        assert_eq!((&me["name"], &me["roles"]), (&json!("林总"), &json!(["administrator"])));
        assert_eq!(anonymous.get("/api/v1/setup").expect(200)["needed"], false);
        assert_eq!(anonymous.post("/api/v1/setup", &input).status, 409);
    }
}

engines! {
    fn a_wrong_password_and_an_unknown_address_answer_alike(server: &Server) {
        let anonymous = server.anonymous();
        let (wrong, unknown) = (log_in(&anonymous, ADMIN, "wrong-password-1"), log_in(&anonymous, "nobody@example.com", "wrong-password-1"));
        assert_eq!((wrong.status, &wrong["code"], &wrong["detail"]), (401, &unknown["code"], &unknown["detail"]));
    }

    fn an_account_is_locked_after_repeated_failures(server: &Server) {
        let anonymous = server.anonymous();
        let statuses: Vec<u16> = (0..12).map(|_| log_in(&anonymous, ADMIN, "wrong-password-1").status).collect();
        assert_eq!(statuses[0], 401);
        assert_eq!(*statuses.last().unwrap(), 429, "{statuses:?}");
        let locked = log_in(&anonymous, ADMIN, PASSWORD).expect(429);
        assert!(locked.header("retry-after").is_some_and(|s| s.parse::<u64>().is_ok()));
    }

    fn the_refresh_token_rotates_and_reuse_of_a_spent_one_ends_the_family(server: &Server) {
        let anonymous = server.anonymous();
        let login = log_in(&anonymous, ADMIN, PASSWORD).expect(200);
        let header = login.header("set-cookie").unwrap().to_ascii_lowercase();
        assert!(header.contains("httponly") && header.contains("samesite=strict") && header.contains("path=/api/v1/auth"), "{header}");
        let first = cookie(&login);
        let second = cookie(&refresh(&anonymous, &first).expect(200));
        assert_ne!(first, second);
        let third = cookie(&refresh(&anonymous, &second).expect(200));
        refresh(&anonymous, &first).expect(401);
        refresh(&anonymous, &third).expect(401);
    }

    fn a_refresh_whose_answer_was_lost_can_be_repeated_for_half_a_minute(server: &Server) {
        let anonymous = server.anonymous();
        let first = cookie(&log_in(&anonymous, ADMIN, PASSWORD).expect(200));
        let lost = cookie(&refresh(&anonymous, &first).expect(200));
        let second = cookie(&refresh(&anonymous, &first).expect(200));
        assert_ne!(lost, second);
        // Answers may overtake each other: the one that came first is as good, and then the only one.
        let third = cookie(&refresh(&anonymous, &lost).expect(200));
        refresh(&anonymous, &second).expect_problem(401, "token_reused");
        refresh(&anonymous, &third).expect(401);
    }

    fn a_spent_refresh_token_ends_the_session_once_its_successor_was_used_or_the_half_minute_is_over(server: &Server) {
        let anonymous = server.anonymous();
        let first = cookie(&log_in(&anonymous, ADMIN, PASSWORD).expect(200));
        let second = cookie(&refresh(&anonymous, &first).expect(200));
        let third = cookie(&refresh(&anonymous, &second).expect(200));
        refresh(&anonymous, &first).expect_problem(401, "token_reused");
        refresh(&anonymous, &third).expect(401);
        let first = cookie(&log_in(&anonymous, ADMIN, PASSWORD).expect(200));
        let second = cookie(&refresh(&anonymous, &first).expect(200));
        server.pretend("sessions", None, "spent_at", chrono::Utc::now() - chrono::Duration::seconds(31));
        refresh(&anonymous, &first).expect_problem(401, "token_reused");
        refresh(&anonymous, &second).expect(401);
    }

    fn log_out_ends_the_session(server: &Server) {
        let anonymous = server.anonymous();
        let login = log_in(&anonymous, ADMIN, PASSWORD).expect(200);
        let session = anonymous.with_token(login["access_token"].as_str().unwrap());
        session.with_header("cookie", &cookie(&login)).post_empty("/api/v1/auth/logout").expect(204);
        refresh(&anonymous, &cookie(&login)).expect(401);
    }

    fn a_changed_password_replaces_the_old_one(server: &Server) {
        let (anonymous, admin) = (server.anonymous(), server.admin());
        let change = |old: &str, new: &str| admin.post("/api/v1/auth/password", &json!({ "current_password": old, "new_password": new }));
        assert_eq!(change("not-the-old-one-1", "Another-Long-Password-7").status, 422);
        assert_eq!(change(PASSWORD, "short").expect(422).wrong_fields(), ["new_password"]);
        change(PASSWORD, "Another-Long-Password-7").expect(204);
        log_in(&anonymous, ADMIN, PASSWORD).expect(401);
        log_in(&anonymous, ADMIN, "Another-Long-Password-7").expect(200);
    }

    fn eleven_roles_are_shipped(server: &Server) {
        let reply = server.admin().get("/api/v1/roles").expect(200);
        let mut keys: Vec<&str> = reply.items().iter().filter_map(|r| r["key"].as_str()).collect();
        keys.sort_unstable();
        let shipped = ["administrator", "customer_success", "director", "finance", "integration", "manager", "marketing", "read_only", "representative", "service", "technical"];
        assert_eq!(keys, shipped);
    }

    fn a_representative_sees_only_what_is_theirs_and_the_rest_is_404(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let theirs = server.create("customers", &json!({ "name": "我的客户", "owner_id": id }));
        let other = server.create("customers", &json!({ "name": "别人的客户" }));
        rep.get(&format!("/api/v1/customers/{theirs}")).expect(200);
        rep.get(&format!("/api/v1/customers/{other}")).expect(404);
        rep.patch(&format!("/api/v1/customers/{other}"), 1, &json!({ "name": "抢来的" })).expect(404);
        assert!(rep.delete(&format!("/api/v1/customers/{other}")).status == 404 || rep.delete(&format!("/api/v1/customers/{other}")).status == 403);
        let list = rep.get("/api/v1/customers?count=exact").expect(200);
        assert_eq!((&list["total"], &list.items()[0]["id"]), (&json!(1), &json!(theirs)));
        let events = rep.get(&format!("/api/v1/events?object=customers&record_id={other}"));
        assert!(events.status == 404 || events.items().is_empty());
        let found = rep.get("/api/v1/search?q=%E5%AE%A2%E6%88%B7").expect(200);
        assert!(found.items().iter().all(|hit| hit["id"] != json!(other)));
    }

    fn a_manager_sees_the_teams_below_and_not_beside(server: &Server) {
        let east = server.create("teams", &json!({ "name": "华东" }));
        let shanghai = server.create("teams", &json!({ "name": "上海", "parent_id": east }));
        let north = server.create("teams", &json!({ "name": "华北" }));
        let (_, director) = server.user("director", Some(&east));
        let (below, _) = server.user("representative", Some(&shanghai));
        let (beside, _) = server.user("representative", Some(&north));
        let seen = server.create("customers", &json!({ "name": "上海客户", "owner_id": below }));
        let unseen = server.create("customers", &json!({ "name": "北京客户", "owner_id": beside }));
        director.get(&format!("/api/v1/customers/{seen}")).expect(200);
        let manager = server.user("manager", Some(&east)).1;
        manager.get(&format!("/api/v1/customers/{seen}")).expect(200);
        manager.get(&format!("/api/v1/customers/{unseen}")).expect(404);
    }

    fn a_team_is_archived_when_nobody_and_no_team_is_in_it_any_more(server: &Server) {
        let admin = server.admin();
        let east = server.create("teams", &json!({ "name": "华东" }));
        let shanghai = server.create("teams", &json!({ "name": "上海", "parent_id": east }));
        let (person, _) = server.user("representative", Some(&shanghai));
        let (team, above) = (format!("/api/v1/teams/{shanghai}"), format!("/api/v1/teams/{east}"));
        admin.delete(&above).expect_problem(409, "in_use");
        admin.delete(&team).expect_problem(409, "in_use");
        admin.settle("PATCH", &format!("/api/v1/users/{person}"), &json!({ "team_id": null })).expect(200);
        assert!(admin.delete(&team).expect(200)["archived_at"].is_string());
        admin.delete(&above).expect(200);
        admin.post_empty(&format!("{above}/restore")).expect(200);
    }

    fn a_masked_phone_is_masked_in_details_lists_and_search(server: &Server) {
        let admin = server.admin();
        let (permissions, masks) = (json!({ "contacts": { "read": "all" } }), json!({ "phone": "partial", "email": "hidden" }));
        let role = json!({ "key": "masked", "name_zh": "看不全", "name_en": "Masked", "permissions": permissions, "masks": masks });
        admin.post("/api/v1/roles", &role).expect(201);
        let id = server.create("contacts", &json!({ "name": "张伟", "phone": "13812345678", "email": "zhang@example.com" }));
        let masked = server.as_role("masked");
        let one = masked.get(&format!("/api/v1/contacts/{id}")).expect(200);
        let many = masked.get("/api/v1/contacts").expect(200);
        for contact in [&one.json, &many.items()[0]] {
            let phone = contact["phone"].as_str().unwrap_or_default();
            assert!(phone.contains('*') && !phone.contains("1234"), "{contact}");
            assert_eq!(contact["email"], Value::Null);
        }
        let search = |client: &Client, text: &str| client.get(&format!("/api/v1/search?q={text}")).expect(200);
        for whole in ["13812345678", "zhang%40example.com"] {
            assert_eq!(search(&server.admin(), whole).items().len(), 1, "{whole}");
            assert_eq!(search(&masked, whole).items().len(), 0, "{whole} is found by somebody who may not see it");
            let list = masked.get(&format!("/api/v1/contacts?q={whole}")).expect(200);
            assert_eq!(list.items().len(), 0, "{whole} is found in the list");
        }
        let found = search(&masked, "%E5%BC%A0%E4%BC%9F");
        assert_eq!(found.items().len(), 1);
        assert!(!["12345678", "zhang@"].iter().any(|part| found.json.to_string().contains(part)), "{}", found.json);
    }

    fn a_custom_phone_stays_masked_in_records_and_events_when_its_field_is_gone(server: &Server) {
        let admin = server.admin();
        let field = json!({ "object": "contacts", "key": "second_phone", "label_zh": "备用电话", "label_en": "Second phone", "kind": "phone" });
        let field = admin.post("/api/v1/custom_fields", &field).expect(201).id();
        let (permissions, masks) = (json!({ "contacts": { "read": "all" }, "events": { "read": "all" } }), json!({ "phone": "partial", "email": "clear" }));
        let role = json!({ "key": "half_sighted", "name_zh": "看一半", "name_en": "Half", "permissions": permissions, "masks": masks });
        admin.post("/api/v1/roles", &role).expect(201);
        let body = json!({ "name": "张伟", "custom": { "second_phone": "13812345678" } });
        let id = server.create("contacts", &body);
        let (contact, events) = (format!("/api/v1/contacts/{id}"), format!("/api/v1/events?object=contacts&record_id={id}"));
        let masked = server.as_role("half_sighted");
        let seen = || {
            let paths = [contact.as_str(), "/api/v1/contacts", events.as_str()];
            paths.map(|path| masked.get(path).expect(200).json.to_string()).join("\n")
        };
        let (before, whole) = (seen(), "13812345678");
        assert!(before.contains("second_phone") && !before.contains(whole), "{before}");
        admin.delete(&format!("/api/v1/custom_fields/{field}")).expect(204);
        assert!(!seen().contains(whole), "{}", seen());
        // Nothing is lost for those who may see it.
        assert_eq!(admin.get(&contact).expect(200)["custom"]["second_phone"], whole);
    }

    fn an_api_key_is_shown_once_and_works_until_it_is_revoked(server: &Server) {
        let admin = server.admin();
        let made = admin.post("/api/v1/api_keys", &json!({ "name": "erp", "role_keys": ["integration"] })).expect(201);
        let key = made["key"].as_str().unwrap();
        assert!(key.starts_with("fw_"));
        let integration = server.anonymous().with_token(key);
        integration.get("/api/v1/customers").expect(200);
        assert!(!admin.get("/api/v1/api_keys").expect(200).json.to_string().contains(key));
        admin.delete(&format!("/api/v1/api_keys/{}", made.id())).expect(204);
        integration.get("/api/v1/customers").expect(401);
    }
}
