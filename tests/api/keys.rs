//! API keys: what they leave behind sees and does no more than the key, and ends with it.

use crate::imports::{analyse, run, settled};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::database::Engine;
use tests::engines;
use tests::receiver::{Receiver, answer};
use tests::server::Server;
use tests::wait::until;

const PHONE: &str = "13812345678";

fn on_both(test: impl Fn(&Server)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if let Some(server) = Server::start_with(engine, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]) {
            test(&server);
        }
    }
}

/// A key of the administrator's with these permissions and masks: its id, and its bearer.
fn key(server: &Server, permissions: &Value, mask: &str) -> (String, Client) {
    let masks = json!({ "phone": mask, "email": mask });
    let input = json!({ "name": "对接", "permissions": permissions, "masks": masks });
    let made = server.admin().post("/api/v1/api_keys", &input).expect(201);
    (made.id(), server.anonymous().with_token(made["key"].as_str().unwrap()))
}

fn revoke(server: &Server, key: &str) {
    server.admin().delete(&format!("/api/v1/api_keys/{key}")).expect(204);
}

fn listener() -> Receiver {
    Receiver::new(|_| answer("200 OK", ""))
}

fn hook(client: &Client, receiver: &Receiver, events: &[&str]) -> String {
    let input = json!({ "name": "ERP", "url": receiver.url("/"), "events": events });
    client.post("/api/v1/webhooks", &input).expect(201).id()
}

fn path(id: &str) -> String {
    format!("/api/v1/webhooks/{id}")
}

fn deliveries(client: &Client, id: &str) -> usize {
    client.get(&format!("{}/deliveries", path(id))).expect(200).items().len()
}

/// Changes an endpoint at its version of now.
fn turn(by: &Client, id: &str, change: &Value) -> Value {
    by.settle("PATCH", &path(id), change).expect(200).json
}

fn customer(server: &Server, name: &str) -> String {
    server.create("customers", &json!({ "name": name, "phone": PHONE, "email": "wang@example.com" }))
}

/// Waits until somebody was told of a customer, and answers everything that they were told.
fn told(receiver: &Receiver, name: &str) -> String {
    until("the call", || {
        let all: Vec<String> = receiver.received().into_iter().map(|r| r.body).collect();
        let all = all.join("\n");
        all.contains(name).then_some(all)
    })
}

#[test]
fn a_webhook_that_a_key_made_is_told_what_the_key_sees_and_nothing_once_it_is_revoked() {
    on_both(|server| {
        let (witness, blind, half) = (listener(), listener(), listener());
        let admin = server.admin();
        let watched = hook(&admin, &witness, &["*"]);
        let nothing = hook(&key(server, &json!({ "webhooks": { "create": "all" } }), "hidden").1, &blind, &["*"]);
        let seeing = json!({ "webhooks": { "create": "all" }, "customers": { "read": "all" } });
        let (id, seeing) = key(server, &seeing, "hidden");
        let masked = hook(&seeing, &half, &["*"]);
        server.create("tasks", &json!({ "title": "不在其中" }));
        customer(server, "第一家");
        let seen = told(&half, "第一家");
        assert!(!seen.contains(PHONE) && !seen.contains("wang@example.com") && !seen.contains("不在其中"), "{seen}");
        assert!(told(&witness, "第一家").contains(PHONE));
        assert_eq!(deliveries(&admin, &nothing), 0);
        let shown = admin.get(&path(&masked)).expect(200);
        assert_eq!((&shown["api_key_id"], &shown["stopped_reason"]), (&json!(id), &Value::Null));
        assert!(admin.get(&path(&watched)).expect(200)["api_key_id"].is_null());

        revoke(server, &id);
        assert_eq!(admin.get(&path(&masked)).expect(200)["stopped_reason"], "key_gone");
        admin.post_empty(&format!("{}/test", path(&masked))).expect_problem(409, "webhook_stopped");
        admin.post_empty(&format!("{}/replay", path(&masked))).expect_problem(409, "webhook_stopped");
        let second = customer(server, "第二家");
        told(&witness, "第二家");
        let made = admin.get(&format!("{}/deliveries", path(&masked))).expect(200);
        assert!(made.items().iter().all(|d| d["record_id"] != json!(second)), "{}", made.json);

        // Who sends its address again answers for it.
        let taken = turn(&admin, &masked, &json!({ "url": half.url("/") }));
        assert_eq!((&taken["api_key_id"], &taken["stopped_reason"]), (&Value::Null, &Value::Null));
        customer(server, "第三家");
        assert!(told(&half, "第三家").contains(PHONE));
        assert!(!half.received().iter().any(|r| r.body.contains("第二家")));
    });
}

#[test]
fn what_waits_for_a_webhook_waits_on_once_its_key_has_expired() {
    on_both(|server| {
        let (witness, down) = (listener(), Receiver::new(|_| answer("500 Internal Server Error", "down")));
        let admin = server.admin();
        hook(&admin, &witness, &["customer.created"]);
        let permissions = json!({ "webhooks": { "create": "all" }, "customers": { "read": "all" } });
        let (id, maker) = key(server, &permissions, "clear");
        let failing = hook(&maker, &down, &["customer.created"]);
        customer(server, "第一家");
        until("it fails", || (admin.get(&path(&failing)).expect(200)["failures"] == 1).then_some(()));
        let past = Utc::now() - TimeDelta::minutes(1);
        assert_eq!(server.pretend("api_keys", Some(&id), "expires_at", past), 1);
        assert_eq!(admin.get(&path(&failing)).expect(200)["stopped_reason"], "key_gone");
        let tries = down.received().len();
        server.pretend("webhooks", Some(&failing), "rest_until", past);
        server.pretend("webhook_deliveries", None, "next_at", past);
        customer(server, "第二家");
        told(&witness, "第二家");
        assert_eq!((down.received().len(), deliveries(&admin, &failing)), (tries, 1));
    });
}

#[test]
fn whoever_turns_a_webhook_elsewhere_is_its_maker_and_gets_nothing_that_was_made_for_another() {
    on_both(|server| {
        let (first, second) = (listener(), listener());
        let admin = server.admin();
        let permissions = json!({ "webhooks": { "read": "all", "update": "all" }, "customers": { "read": "own" } });
        let role = json!({ "key": "keeper", "name_zh": "管推送", "name_en": "Keeper", "permissions": permissions,
            "masks": { "phone": "hidden", "email": "hidden" } });
        admin.post("/api/v1/roles", &role).expect(201);
        let (keeper_id, keeper) = server.user("keeper", None);
        let id = hook(&admin, &first, &["customer.created"]);
        let maker = admin.get(&path(&id)).expect(200)["created_by"].clone();
        customer(server, "第一家");
        assert!(told(&first, "第一家").contains(PHONE));
        assert_eq!(turn(&keeper, &id, &json!({ "name": "改名", "url": first.url("/") }))["created_by"], maker);

        assert_eq!(turn(&keeper, &id, &json!({ "url": second.url("/") }))["created_by"], json!(keeper_id));
        assert_eq!(deliveries(&admin, &id), 0, "what was made for another can be sent to nobody any more");
        customer(server, "第二家");
        let own = json!({ "name": "自己的", "phone": PHONE, "owner_id": keeper_id });
        server.create("customers", &own);
        let seen = told(&second, "自己的");
        assert!(!seen.contains(PHONE) && !seen.contains("第二家"), "{seen}");

        // Who sees everything may see what was sent before.
        assert_eq!(turn(&admin, &id, &json!({ "url": first.url("/") }))["created_by"], maker);
        assert_eq!(deliveries(&admin, &id), 1);

        // So it is for one's own key.
        let permissions = json!({ "webhooks": { "read": "all", "update": "all" } });
        let (key_id, key) = key(server, &permissions, "hidden");
        let turned = turn(&key, &id, &json!({ "events": ["*"] }));
        assert_eq!((&turned["created_by"], &turned["api_key_id"]), (&maker, &json!(key_id)));
        assert_eq!(deliveries(&admin, &id), 0);
    });
}

#[test]
fn a_rule_tells_a_webhook_what_both_its_publisher_and_the_webhook_s_maker_may_see() {
    on_both(|server| {
        let (open, masked) = (listener(), listener());
        let admin = server.admin();
        let all = json!({ "read": "all", "create": "all", "update": "all" });
        let permissions = json!({ "webhooks": all, "rules": all, "customers": { "read": "all" } });
        let (_, key) = key(server, &permissions, "hidden");
        let (opened, closed) = (hook(&admin, &open, &[]), hook(&key, &masked, &[]));
        for (publisher, webhook) in [(&key, opened), (&admin, closed)] {
            let definition = json!({ "object": "customers", "trigger": { "kind": "event", "on": ["created"] },
                "actions": [{ "kind": "call_webhook", "webhook_id": webhook }] });
            let rule = json!({ "name": "叫一声", "definition": definition });
            let id = publisher.post("/api/v1/rules", &rule).expect(201).id();
            publisher.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
        }
        customer(server, "张江");
        for receiver in [&open, &masked] {
            let seen = told(receiver, "张江");
            assert!(!seen.contains(PHONE) && !seen.contains("wang@example.com"), "{seen}");
        }
    });
}

engines! {
    fn a_rule_that_a_key_published_does_no_more_than_the_key_and_stops_with_it(server: &Server) {
        let admin = server.admin();
        let other = server.user("representative", None).0;
        let all = json!({ "read": "all", "create": "all", "update": "all" });
        let (id, key) = key(server, &json!({ "customers": { "read": "all", "update": "own" }, "rules": all }), "clear");
        let definition = json!({ "object": "customers", "trigger": { "kind": "event", "on": ["created"] },
            "actions": [{ "kind": "set_fields", "values": { "city": "上海" } }] });
        let rule = key.post("/api/v1/rules", &json!({ "name": "补城市", "definition": definition })).expect(201).id();
        let rule = format!("/api/v1/rules/{rule}");
        key.post_empty(&format!("{rule}/publish")).expect(200);
        let of = |name: &str, owner: Option<&str>| match owner {
            Some(owner) => server.create("customers", &json!({ "name": name, "owner_id": owner })),
            None => server.create("customers", &json!({ "name": name })),
        };
        let city = |id: &str| admin.get(&format!("/api/v1/customers/{id}")).expect(200)["city"].clone();
        let ran = |on: &str| until("the rule acts", || {
            let runs = admin.get(&format!("{rule}/runs")).expect(200);
            runs.items().iter().find(|run| run["record_id"] == on).cloned()
        });
        let (theirs, own) = (of("别人的", Some(&other)), of("自己的", None));
        let run = ran(&theirs);
        assert_eq!((&run["outcome"], &run["actions"][0]["reason"]), (&json!("skipped"), &json!("out_of_reach")), "{run}");
        assert_eq!((&ran(&own)["outcome"], city(&own), city(&theirs)), (&json!("done"), json!("上海"), Value::Null));

        revoke(server, &id);
        let late = of("之后的", None);
        let stopped = until("it stops", || Some(admin.get(&rule).expect(200)).filter(|rule| rule["state"] == "stopped"));
        assert_eq!((&stopped["stopped_reason"], city(&late)), (&json!("owner_gone"), Value::Null));

        // Who resumes it answers for it.
        admin.post_empty(&format!("{rule}/resume")).expect(200);
        let again = of("再来", Some(&other));
        assert_eq!((&ran(&again)["outcome"], city(&again)), (&json!("done"), json!("上海")));
    }

    fn a_key_without_users_finds_by_their_names_and_teams_and_by_nothing_else_of_theirs(server: &Server) {
        let team = server.create("teams", &json!({ "name": "华东", "region": "东区" }));
        let (rep, _) = server.user("representative", Some(&team));
        let private = json!({ "phone": PHONE, "hired_on": "2024-03-01" });
        server.admin().settle("PATCH", &format!("/api/v1/users/{rep}"), &private).expect(200);
        server.create("customers", &json!({ "name": "张江", "owner_id": rep }));
        let customers = json!({ "read": "all" });
        let both = json!({ "customers": customers, "users": { "read": "all" } });
        let (seeing, blind) = (key(server, &both, "clear").1, key(server, &json!({ "customers": customers }), "clear").1);
        blind.get("/api/v1/users").expect(403);
        let found = |by: &Client, filter: Value| {
            let encoded: String = filter.to_string().bytes().map(|b| format!("%{b:02X}")).collect();
            by.get(&format!("/api/v1/customers?filter={encoded}")).expect(200).items().len()
        };
        for (field, op, value) in [
            ("owner_id.phone", "starts_with", json!("138")),
            ("owner_id.email", "starts_with", json!("representative")),
            ("owner_id.hired_on", "lt", json!("2025-01-01")),
            ("owner_id.status", "is_not_empty", Value::Null),
        ] {
            let filter = json!({ "field": field, "op": op, "value": value });
            assert_eq!((found(&seeing, filter.clone()), found(&blind, filter)), (1, 0), "{field}");
        }
        for filter in [
            json!({ "field": "owner_id.name", "op": "starts_with", "value": "representative" }),
            json!({ "field": "owner_id.team_id", "op": "in", "value": [team] }),
        ] {
            assert_eq!((found(&seeing, filter.clone()), found(&blind, filter)), (1, 1));
        }
    }

    fn a_key_without_products_learns_their_names_from_no_export_and_no_figure(server: &Server) {
        let product = server.create("products", &json!({ "name": "秘密产品" }));
        server.create("opportunities", &json!({ "name": "大单", "product_id": product, "amount_minor": 500 }));
        let mut permissions = json!({ "opportunities": { "read": "all", "export": "all" }, "metrics": { "read": "all" } });
        let blind = key(server, &permissions, "clear").1;
        permissions["products"] = json!({ "read": "all" });
        let seeing = key(server, &permissions, "clear").1;
        for (by, named) in [(&seeing, true), (&blind, false)] {
            let wanted = json!({ "object": "opportunities", "format": "csv", "fields": ["name", "product_id"] });
            let path = format!("/api/v1/exports/{}", by.post("/api/v1/exports", &wanted).expect(202).id());
            assert_eq!(settled(by, &path)["state"], "done");
            let text = String::from_utf8_lossy(&by.get(&format!("{path}/content")).expect(200).body).into_owned();
            assert_eq!((text.contains("大单"), text.contains("秘密产品")), (true, named), "{text}");
            let figure = by.get("/api/v1/metrics/opportunities_created?group_by=product").expect(200);
            assert!(figure["rows"].as_array().unwrap().iter().any(|row| row["key"] == json!(product)), "{}", figure.json);
            assert_eq!(figure.json.to_string().contains("秘密产品"), named, "{}", figure.json);
        }
    }

    fn a_key_reads_no_export_but_its_own(server: &Server) {
        let admin = server.admin();
        customer(server, "张江");
        let permissions = json!({ "customers": { "read": "all", "export": "all" } });
        let keys = [(); 2].map(|()| key(server, &permissions, "hidden").1);
        let [key, other] = &keys;
        let make = |by: &Client| {
            let made = by.post("/api/v1/exports", &json!({ "object": "customers" })).expect(202);
            let path = format!("/api/v1/exports/{}", made.id());
            assert_eq!(settled(by, &path)["state"], "done");
            path
        };
        let text = |by: &Client, path: &str| {
            String::from_utf8_lossy(&by.get(&format!("{path}/content")).expect(200).body).into_owned()
        };
        let listed = |by: &Client| by.get("/api/v1/exports").expect(200).items().len();
        let whole = make(&admin);
        assert!(text(&admin, &whole).contains(PHONE));
        for path in [whole.clone(), format!("{whole}/content")] {
            key.get(&path).expect(404);
        }
        assert_eq!(listed(key), 0);
        let own = make(key);
        assert!(!text(key, &own).contains(PHONE));
        for path in [own.clone(), format!("{own}/content")] {
            other.get(&path).expect(404);
        }
        assert!(text(&admin, &own).contains("张江"), "its owner sees it");
        assert_eq!((listed(key), listed(other), listed(&admin)), (1, 0, 2));
    }

    fn a_key_reads_no_import_but_its_own(server: &Server) {
        let admin = server.admin();
        let permissions = json!({ "customers": { "read": "all", "create": "all", "update": "all", "import": "all" } });
        let keys = [(); 2].map(|()| key(server, &permissions, "hidden").1);
        let [key, other] = &keys;
        let file = format!("客户名称,手机\n张江,{PHONE}\n");
        let made = analyse(&admin, "customers", "customers.csv", file.as_bytes()).expect(201);
        let path = format!("/api/v1/imports/{}", made.id());
        assert!(admin.get(&path).expect(200).json.to_string().contains(PHONE), "samples stand in it");
        key.get(&path).expect(404);
        key.get(&format!("{path}/errors")).expect(404);
        key.patch(&path, 1, &json!({ "bad_cells": "leave_empty" })).expect(404);
        key.post(&format!("{path}/start"), &json!({ "dry_run": true })).expect(404);
        let listed = |by: &Client| by.get("/api/v1/imports").expect(200).items().len();
        assert_eq!(listed(key), 0);
        let own = analyse(key, "customers", "customers.csv", "客户名称,城市\n浦东,上海\n".as_bytes()).expect(201);
        let done = run(key, &own, false);
        assert_eq!((&done["state"], &done["progress"]["created"]), (&json!("done"), &json!(1)), "{}", done.json);
        other.get(&format!("/api/v1/imports/{}", own.id())).expect(404);
        admin.get(&format!("/api/v1/imports/{}", own.id())).expect(200);
        assert_eq!((listed(key), listed(other), listed(&admin)), (1, 0, 2));
    }
}
