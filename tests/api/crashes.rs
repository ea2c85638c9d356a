//! The process dies at random points under load, again and again: afterwards everything has happened once.

use std::collections::BTreeMap;
use std::env;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tests::client::Client;
use tests::database::Engine;
use tests::receiver::{Receiver, answer};
use tests::server::Server;
use tests::wait::within;

/// How often the process is killed; `FLYWHEEL_KILLS` for more.
fn kills() -> u64 {
    env::var("FLYWHEEL_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(30)
}

/// Creates customers until told to stop, whether the server is there or not; answers those that were acknowledged.
fn load(client: &Client, done: &AtomicBool, count: &AtomicU64) -> Vec<String> {
    let mut acknowledged = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let name = format!("客户{}", count.fetch_add(1, Ordering::Relaxed));
        if let Some(reply) = client.try_post("/api/v1/customers", &json!({ "name": name }))
            && reply.status == 201
        {
            acknowledged.push(reply.id());
        }
    }
    acknowledged
}

fn all(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}limit=200&cursor={cursor}")).expect(200);
        items.extend(page.items().to_vec());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return items,
        }
    }
}

fn tally<'a>(keys: impl Iterator<Item = &'a Value>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    keys.filter_map(Value::as_str).for_each(|k| *found.entry(k.to_owned()).or_default() += 1);
    found
}

fn survives(engine: Engine) {
    let receiver = Receiver::new(|_| answer("200 OK", ""));
    let Some(mut server) = Server::start_with(engine, &[("FLYWHEEL_WEBHOOK_PRIVATE", "true")]) else { return };
    let admin = server.admin();
    let (boss, _) = server.user("director", None);
    let webhook = json!({ "name": "对账", "url": receiver.url("/"), "events": ["customer.created"] });
    let webhook = admin.post("/api/v1/webhooks", &webhook).expect(201).id();
    let rule = json!({ "name": "跟进", "definition": { "object": "customers", "trigger": { "kind": "event", "on": ["created"] },
        "actions": [
            { "kind": "set_fields", "values": { "industry": "已处理" } },
            { "kind": "create_task", "title": "跟进 {name}", "assignee": { "kind": "owner" } },
            { "kind": "notify", "to": [{ "kind": "user", "user_id": boss }], "message": "{name}" },
        ] } });
    let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
    admin.post_empty(&format!("/api/v1/rules/{rule}/publish")).expect(200);
    let count = AtomicU64::new(0);
    let mut random = 88_172_645_463_325_252u64;
    let mut acknowledged = Vec::new();
    for _ in 0..kills() {
        let client = server.admin();
        let done = AtomicBool::new(false);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        thread::scope(|scope| {
            let loads: Vec<_> = (0..3).map(|_| scope.spawn(|| load(&client, &done, &count))).collect();
            tests::wait::pass(Duration::from_millis(20 + random % 400));
            server.kill();
            done.store(true, Ordering::Relaxed);
            loads.into_iter().for_each(|l| acknowledged.extend(l.join().unwrap()));
        });
        server.start_again();
    }
    let admin = server.admin();
    let mut state = Value::Null;
    within(Duration::from_secs(300), "everything is handled", || {
        // Looking in between is enough, and leaves the server its time.
        tests::wait::pass(Duration::from_millis(200));
        state = admin.get("/api/v1/operations").expect(200).json;
        let behind = state["consumers"].as_array().unwrap().iter().any(|c| c["events_behind"] != 0);
        (!behind && state["deliveries_waiting"] == 0).then_some(())
    });
    let customers = all(&admin, "/api/v1/customers?fields=id,industry&");
    let ids = tally(customers.iter().map(|c| &c["id"]));
    assert!(acknowledged.len() > 10, "{engine:?}: only {} customers were made", acknowledged.len());
    assert!(acknowledged.iter().all(|id| ids.contains_key(id)), "{engine:?}: an acknowledged record is gone");
    assert!(customers.iter().all(|c| c["industry"] == "已处理"), "{engine:?}: a rule was lost");
    let tasks = all(&admin, "/api/v1/tasks?fields=customer_id&");
    assert_eq!(tally(tasks.iter().map(|t| &t["customer_id"])), ids, "{engine:?}: one task for each customer");
    let runs = all(&admin, &format!("/api/v1/rules/{rule}/runs?"));
    assert_eq!(tally(runs.iter().map(|r| &r["record_id"])), ids, "{engine:?}: one run for each customer");
    let director = server.log_in(admin.get(&format!("/api/v1/users/{boss}")).expect(200)["email"].as_str().unwrap());
    let news = all(&director, "/api/v1/notifications?");
    let told = news.iter().filter(|n| n["kind"] == "rule").map(|n| &n["record_id"]);
    assert_eq!(tally(told), ids, "{engine:?}: one notification for each customer");
    let sent = all(&admin, &format!("/api/v1/webhooks/{webhook}/deliveries?"));
    assert_eq!(tally(sent.iter().map(|d| &d["record_id"])), ids, "{engine:?}: one delivery for each customer");
    let received: Vec<Value> = receiver.received().iter().map(|r| serde_json::from_str(&r.body).unwrap()).collect();
    let received = tally(received.iter().map(|b| &b["record_id"]));
    assert!(ids.keys().all(|id| received.contains_key(id)), "{engine:?}: each was sent at least once");
    assert!(received.keys().all(|id| ids.contains_key(id)), "{engine:?}: nothing else was sent");
    println!("{engine:?}: {} kills, {} customers, {} calls", kills(), ids.len(), received.values().sum::<usize>());
}

#[test]
fn nothing_is_lost_and_nothing_happens_twice_when_the_process_is_killed_again_and_again_on_sqlite() {
    survives(Engine::Sqlite);
}

#[test]
fn nothing_is_lost_and_nothing_happens_twice_when_the_process_is_killed_again_and_again_on_postgresql() {
    survives(Engine::Postgres);
}
