//! Webhooks: signed, in order, tried again, and no harm from whoever is called.

use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::client::Client;
use tests::database::Engine;
use tests::receiver::{Receiver, answer};
use tests::server::Server;
use tests::wait::until;

fn on_both(test: impl Fn(&Server)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if let Some(server) = Server::start_with(engine, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]) {
            test(&server);
        }
    }
}

fn create(client: &Client, input: &Value) -> Value {
    client.post("/api/v1/webhooks", input).expect(201).json
}

fn webhook(client: &Client, id: &Value) -> Value {
    client.get(&format!("/api/v1/webhooks/{}", id.as_str().unwrap())).expect(200).json
}

fn deliveries(client: &Client, id: &Value) -> Vec<Value> {
    client.get(&format!("/api/v1/webhooks/{}/deliveries", id.as_str().unwrap())).expect(200).items().to_vec()
}

#[test]
fn an_endpoint_is_told_of_what_its_maker_may_see_signed_in_order_with_old_and_new_values() {
    on_both(|server| {
        let receiver = Receiver::new(|_| answer("200 OK", "x"));
        let admin = server.admin();
        let made = create(&admin, &json!({ "name": "ERP", "url": receiver.url("/hook"), "events": ["customer.*"] }));
        let secret = made["secret"].as_str().unwrap();
        assert!(webhook(&admin, &made["id"])["secret"].is_null());
        let record = admin.post("/api/v1/customers", &json!({ "name": "一" })).expect(201);
        let path = format!("/api/v1/customers/{}", record.id());
        for version in 1..5 {
            admin.patch(&path, version, &json!({ "name": format!("第{version}次") })).expect(200);
        }
        server.create("tasks", &json!({ "title": "不在其中" }));
        let received = until("five calls", || Some(receiver.received()).filter(|r| r.len() >= 5));
        let bodies: Vec<Value> = received.iter().map(|r| serde_json::from_str(&r.body).unwrap()).collect();
        let names: Vec<&str> = bodies.iter().filter_map(|b| b["new"]["name"].as_str()).collect();
        assert_eq!(names, ["一", "第1次", "第2次", "第3次", "第4次"]);
        assert_eq!((&bodies[1]["type"], &bodies[1]["old"]["name"]), (&json!("customer.updated"), &json!("一")));
        let (time, signed) = received[0].header("flywheel-signature").split_once(",v1=").unwrap();
        let text = format!("{}.{}", time.strip_prefix("t=").unwrap(), received[0].body);
        assert_eq!(signed, app::webhooks::sign(secret, text.as_bytes()));
        let done = until("all are settled", || {
            Some(deliveries(&admin, &made["id"])).filter(|d| d.iter().all(|d| d["state"] == "done"))
        });
        assert_eq!((done.len(), &done[0]["status"]), (5, &json!(200)));
        assert_eq!(webhook(&admin, &made["id"])["waiting"], 0);
    });
}

#[test]
fn a_failing_endpoint_is_tried_again_keeps_the_order_and_shows_its_last_error() {
    on_both(|server| {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = calls.clone();
        let receiver = Receiver::new(move |_| match count.fetch_add(1, Ordering::Relaxed) {
            0 => answer("500 Internal Server Error", "out of order"),
            _ => answer("204 No Content", ""),
        });
        let admin = server.admin();
        let made = create(&admin, &json!({ "name": "x", "url": receiver.url("/"), "events": ["customer.created"] }));
        server.create("customers", &json!({ "name": "一" }));
        let failing = until("it fails", || Some(webhook(&admin, &made["id"])).filter(|w| w["failures"] == 1));
        assert_eq!(failing["last_error"], "HTTP 500: out of order");
        assert!(failing["next_try_at"].is_string());
        let delivery =
            until("it succeeds", || deliveries(&admin, &made["id"]).into_iter().find(|d| d["state"] == "done"));
        assert_eq!(delivery["attempts"], 2);
        let received = receiver.received();
        assert_eq!(received[0].header("flywheel-delivery"), received[1].header("flywheel-delivery"));
        assert_eq!(webhook(&admin, &made["id"])["failures"], 0);
    });
}

#[test]
fn an_endpoint_that_redirects_hangs_up_or_sends_a_flood_harms_nobody() {
    let server = Server::start_with(Engine::Sqlite, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]).unwrap();
    let admin = server.admin();
    let inner = Receiver::new(|_| answer("200 OK", "secret"));
    let target = inner.url("/inside");
    let redirects =
        Receiver::new(move |_| format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n"));
    let breaks = Receiver::new(|_| String::new());
    let floods = Receiver::new(|_| answer("200 OK", &"x".repeat(20 << 20)));
    let made: Vec<Value> = [&redirects, &breaks, &floods]
        .iter()
        .map(|r| create(&admin, &json!({ "name": "x", "url": r.url("/"), "events": ["customer.created"] })))
        .collect();
    server.create("customers", &json!({ "name": "一" }));
    let error = |w: &Value| until("it fails", || webhook(&admin, &w["id"])["last_error"].as_str().map(str::to_owned));
    assert_eq!(error(&made[0]), "redirects are not followed");
    assert!(!error(&made[1]).is_empty());
    until("the flood is cut off", || deliveries(&admin, &made[2]["id"]).into_iter().find(|d| d["state"] == "done"));
    assert!(inner.received().is_empty());
}

#[test]
fn private_addresses_are_refused_unless_they_are_allowed() {
    let server = Server::start(Engine::Sqlite).unwrap();
    let admin = server.admin();
    for url in ["http://127.0.0.1:9/", "http://10.0.0.1/x", "https://[::1]/", "http://169.254.169.254/latest"] {
        let reply = admin.post("/api/v1/webhooks", &json!({ "name": "x", "url": url, "events": [] })).expect(422);
        assert_eq!(reply.wrong_fields(), ["url"], "{url}");
    }
    // A name that means this machine is found out when it is called.
    let made = create(
        &admin,
        &json!({ "name": "x", "url": "http://localtest.me.invalid:9/", "events": ["customer.created"] }),
    );
    server.create("customers", &json!({ "name": "一" }));
    until("it fails", || webhook(&admin, &made["id"])["last_error"].as_str().map(str::to_owned));
    let events = json!({ "name": "x", "url": "https://example.com/", "events": ["king.crowned"] });
    assert_eq!(admin.post("/api/v1/webhooks", &events).expect(422).wrong_fields(), ["events[0]"]);
    server.as_role("manager").get("/api/v1/webhooks").expect(403);
}

#[test]
fn group_robots_get_messages_as_they_document_them_and_a_refusal_is_a_failure() {
    let server = Server::start_with(Engine::Sqlite, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]).unwrap();
    let admin = server.admin();
    let robots = Receiver::new(|r| match r.target.split('?').next().unwrap() {
        "/refuses" => answer("200 OK", r#"{"errcode":310000,"errmsg":"keywords not in content"}"#),
        "/feishu" => answer("200 OK", r#"{"code":0,"msg":"success"}"#),
        _ => answer("200 OK", r#"{"errcode":0,"errmsg":"ok"}"#),
    });
    let robot = |kind: &str, path: &str| {
        create(
            &admin,
            &json!({ "name": path, "kind": kind, "url": robots.url(path), "secret": "SEC1", "events": ["customer.created"] }),
        )
    };
    let (wecom, refuses) = (robot("wecom", "/wecom"), robot("dingtalk", "/refuses"));
    robot("dingtalk", "/dingtalk?access_token=1");
    robot("feishu", "/feishu");
    server.create("customers", &json!({ "name": "张江" }));
    until("four calls", || (robots.received().len() >= 4).then_some(()));
    let of = |path: &str| robots.received().into_iter().find(|r| r.target.starts_with(path)).unwrap();
    let body = |path: &str| serde_json::from_str::<Value>(&of(path).body).unwrap();
    assert_eq!(body("/wecom"), json!({ "msgtype": "text", "text": { "content": "客户「张江」已新建" } }));
    assert_eq!(body("/dingtalk")["text"]["content"], "客户「张江」已新建");
    assert!(of("/dingtalk").target.contains("&timestamp=") && of("/dingtalk").target.contains("&sign="));
    let feishu = body("/feishu");
    assert_eq!((&feishu["msg_type"], &feishu["content"]["text"]), (&json!("text"), &json!("客户「张江」已新建")));
    assert!(feishu["sign"].is_string() && feishu["timestamp"].is_string());
    let error = until("it is refused", || webhook(&admin, &refuses["id"])["last_error"].as_str().map(str::to_owned));
    assert!(error.contains("keywords not in content"));
    until("it is taken", || deliveries(&admin, &wecom["id"]).into_iter().find(|d| d["state"] == "done"));
}

#[test]
fn a_rule_calls_an_endpoint_and_the_state_of_operations_shows_it_all() {
    on_both(|server| {
        let receiver = Receiver::new(|_| answer("200 OK", ""));
        let admin = server.admin();
        let made = create(&admin, &json!({ "name": "规则用", "url": receiver.url("/"), "events": [] }));
        let rule = json!({ "name": "叫一声", "definition": { "object": "orders", "trigger": { "kind": "event", "on": ["created"] },
            "actions": [{ "kind": "call_webhook", "webhook_id": made["id"] }] } });
        let id = admin.post("/api/v1/rules", &rule).expect(201).id();
        admin.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
        let customer = server.create("customers", &json!({ "name": "张江" }));
        server.create(
            "orders",
            &json!({ "number": "SO-1", "customer_id": customer, "ordered_on": "2026-11-20", "amount_minor": 500 }),
        );
        let received = until("a call", || receiver.received().into_iter().next());
        let body: Value = serde_json::from_str(&received.body).unwrap();
        assert_eq!((&body["type"], &body["record"]["number"]), (&json!("rule.fired"), &json!("SO-1")));
        let test = admin.post_empty(&format!("/api/v1/webhooks/{}/test", made["id"].as_str().unwrap())).expect(202);
        assert_eq!(test["type"], "ping");
        until("the ping", || (receiver.received().len() >= 2).then_some(()));
        let state = until("everything is done", || {
            Some(admin.get("/api/v1/operations").expect(200)).filter(|s| s["deliveries_waiting"] == 0)
        });
        let names: Vec<&str> =
            state["consumers"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
        for name in ["notifications", "rules", "webhooks"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert_eq!(state["schedules"].as_array().unwrap().len(), 9, "the shipped rules");
        assert_eq!((&state["failures"], &state["mail"]["available"]), (&json!([]), &json!(false)));
        let metrics = server.anonymous().send_unchecked("GET", "/metrics", None);
        assert!(String::from_utf8_lossy(&metrics.body).contains("flywheel_consumer_lag"));
        server.as_role("representative").get("/api/v1/operations").expect(403);
    });
}

/// Sets a column of an endpoint or delivery as if time had passed.
fn pretend(server: &Server, table: &'static str, id: &str, set: impl FnOnce(&mut persistence::sql::Sql)) {
    let pool = persistence::db::pool(server.database().url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    let mut q = persistence::sql::Sql::start(&conn, "UPDATE ");
    q.push(table).push(" SET ");
    set(&mut q);
    q.push(" WHERE id = ").id(id.parse().unwrap());
    assert_eq!(q.execute(&mut conn).unwrap(), 1);
}

fn alarms(client: &Client) -> Vec<String> {
    let news = client.get("/api/v1/notifications").expect(200);
    let alarms = news.items().iter().filter(|n| n["kind"] == "alarm");
    alarms.map(|n| n["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_endpoint_that_fails_for_a_day_alarms_once_parks_what_it_was_to_be_told_and_alarms_again_when_it_works() {
    on_both(|server| {
        let works = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flag = works.clone();
        let receiver = Receiver::new(move |_| match flag.load(Ordering::Relaxed) {
            true => answer("200 OK", ""),
            false => answer("500 Internal Server Error", "out of order"),
        });
        let admin = server.admin();
        let made = create(&admin, &json!({ "name": "ERP", "url": receiver.url("/"), "events": ["customer.created"] }));
        let id = made["id"].as_str().unwrap().to_owned();
        server.create("customers", &json!({ "name": "一" }));
        until("it fails", || (webhook(&admin, &made["id"])["failures"].as_i64() > Some(0)).then_some(()));
        assert!(alarms(&admin).is_empty(), "one failure is no alarm");
        pretend(server, "webhooks", &id, |q| {
            q.push("failures = 9, rest_until = NULL");
        });
        let delivery = deliveries(&admin, &made["id"])[0]["id"].as_str().unwrap().to_owned();
        let at_once = |q: &mut persistence::sql::Sql| {
            q.push("next_at = created_at");
        };
        pretend(server, "webhook_deliveries", &delivery, at_once);
        until("the alarm", || (alarms(&admin) == ["The webhook “ERP” keeps failing; it is tried again"]).then_some(()));
        // A day later.
        pretend(server, "webhook_deliveries", &delivery, |q| {
            let day = chrono::TimeDelta::hours(25);
            q.push("next_at = created_at, created_at = ").time(chrono::Utc::now() - day);
        });
        pretend(server, "webhooks", &id, |q| {
            q.push("rest_until = NULL");
        });
        until("it is given up", || (webhook(&admin, &made["id"])["parked"] == 1).then_some(()));
        until("people are told", || alarms(&admin)[0].contains("has failed for 24 hours").then_some(()));
        works.store(true, Ordering::Relaxed);
        pretend(server, "webhooks", &id, |q| {
            q.push("rest_until = NULL");
        });
        admin.post_empty(&format!("/api/v1/webhooks/{id}/replay")).expect(200);
        until("it works", || {
            (webhook(&admin, &made["id"])["parked"] == 0 && webhook(&admin, &made["id"])["waiting"] == 0).then_some(())
        });
        let told = until("people are told", || Some(alarms(&admin)).filter(|a| a.len() == 3));
        assert_eq!(told[0], "The webhook “ERP” works again");
        admin.post_empty(&format!("/api/v1/webhooks/{id}/test")).expect(202);
        until("it goes on working", || {
            deliveries(&admin, &made["id"]).iter().all(|d| d["state"] == "done").then_some(())
        });
        assert_eq!(alarms(&admin).len(), 3);
    });
}

#[test]
fn deliveries_show_what_was_sent_only_to_those_who_may_see_the_record() {
    on_both(|server| {
        let receiver = Receiver::new(|_| answer("200 OK", ""));
        let admin = server.admin();
        let made = create(&admin, &json!({ "name": "ERP", "url": receiver.url("/"), "events": ["customer.*"] }));
        let record = admin.post("/api/v1/customers", &json!({ "name": "张江", "phone": "13812345678" })).expect(201);
        let path = format!("/api/v1/customers/{}", record.id());
        admin.patch(&path, 1, &json!({ "name": "张江科技" })).expect(200);
        let sent = until("both are sent", || {
            Some(deliveries(&admin, &made["id"])).filter(|d| d.len() == 2 && d.iter().all(|d| d["state"] == "done"))
        });
        assert_eq!(
            (&sent[0]["title"], &sent[0]["old"]["name"], &sent[0]["new"]["name"]),
            (&json!("张江科技"), &json!("张江"), &json!("张江科技"))
        );
        assert_eq!(sent[1]["new"]["phone"], "13812345678");
        let custom = json!({ "key": "hooks_only", "name_zh": "只管接口", "name_en": "Hooks only", "permissions": { "webhooks": { "read": "all" }, "customers": { "read": "own" } }, "masks": { "phone": "partial", "email": "partial" } });
        admin.post("/api/v1/roles", &custom).expect(201);
        let keeper = server.as_role("hooks_only");
        let seen = deliveries(&keeper, &made["id"]);
        assert!(seen.iter().all(|d| d["title"].is_null() && d["old"].is_null() && d["new"].is_null()), "{seen:?}");
        let id = sent[0]["id"].as_str().unwrap();
        let calls = receiver.received().len();
        let again = format!("/api/v1/webhooks/{}/deliveries/{id}/replay", made["id"].as_str().unwrap());
        assert_eq!(admin.post_empty(&again).expect(200)["replayed"], 1);
        until("it is sent again", || (receiver.received().len() > calls).then_some(()));
    });
}

#[test]
fn an_endpoint_that_hangs_or_sends_a_gigabyte_holds_nobody_up() {
    let server = Server::start_with(Engine::Sqlite, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]).unwrap();
    let admin = server.admin();
    let well = Receiver::new(|_| answer("200 OK", ""));
    let hangs = tests::receiver::Silent::start();
    let floods = tests::receiver::Flood::start(1 << 30);
    let make = |url: String| create(&admin, &json!({ "name": "x", "url": url, "events": ["customer.created"] }));
    let (slow, flood, good) = (make(hangs.url()), make(floods.url()), make(well.url("/")));
    server.create("customers", &json!({ "name": "一" }));
    until("the good one is told meanwhile", || (well.received().len() == 1).then_some(()));
    let error = until("the slow one is given up for now", || {
        webhook(&admin, &slow["id"])["last_error"].as_str().map(str::to_owned)
    });
    assert!(error.contains("timeout"), "{error}");
    until("the flood is cut off", || deliveries(&admin, &flood["id"]).into_iter().find(|d| d["state"] == "done"));
    assert!(floods.sent() < 64 << 20, "{} bytes were read", floods.sent());
    assert_eq!(deliveries(&admin, &good["id"])[0]["state"], "done");
}

#[test]
fn what_happens_while_an_endpoint_is_paused_is_sent_when_it_goes_on() {
    on_both(|server| {
        let receiver = Receiver::new(|_| answer("200 OK", ""));
        let admin = server.admin();
        let made = create(&admin, &json!({ "name": "ERP", "url": receiver.url("/"), "events": ["customer.created"] }));
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
        let paused = admin.patch(&path, 1, &json!({ "active": false })).expect(200);
        server.create("customers", &json!({ "name": "停用期间" }));
        until("it waits", || (webhook(&admin, &made["id"])["waiting"] == 1).then_some(()));
        assert!(receiver.received().is_empty());
        admin.patch(&path, paused.version(), &json!({ "active": true })).expect(200);
        let told = until("it is told", || receiver.received().into_iter().next());
        assert_eq!(serde_json::from_str::<Value>(&told.body).unwrap()["new"]["name"], "停用期间");
    });
}

#[test]
fn what_an_archived_endpoint_was_still_to_be_told_goes_with_it() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start_with(engine, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]) else { continue };
        let receiver = Receiver::new(|_| answer("200 OK", ""));
        let admin = server.admin();
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let made = create(&admin, &json!({ "name": "ERP", "url": receiver.url("/"), "events": ["customer.created"] }));
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
        admin.patch(&path, 1, &json!({ "active": false })).expect(200);
        for name in ["一", "二"] {
            server.create("customers", &json!({ "name": name }));
        }
        until("both wait", || (webhook(&admin, &made["id"])["waiting"] == 2).then_some(()));
        let given_up = deliveries(&admin, &made["id"])[0]["id"].as_str().unwrap().to_owned();
        pretend(&server, "webhook_deliveries", &given_up, |q| {
            q.push("state = 'parked'");
        });
        let id = made["id"].as_str().unwrap().parse().unwrap();
        let mut left = persistence::webhooks::deliveries(&mut conn, id, None, None, 9).unwrap();
        admin.delete(&path).expect(204);
        assert!(persistence::webhooks::pending(&mut conn).unwrap().is_empty(), "{engine:?}");
        // One that comes late, of an event from before; the clock goes its first round at the start.
        left.truncate(1);
        server.stop();
        persistence::webhooks::send(&mut conn, &left).unwrap();
        assert_eq!(persistence::webhooks::pending(&mut conn).unwrap().len(), 1, "{engine:?}");
        server.start_again();
        until("the late one is gone", || persistence::webhooks::pending(&mut conn).unwrap().is_empty().then_some(()));
        assert!(receiver.received().is_empty(), "{engine:?}");
    }
}
