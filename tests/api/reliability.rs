//! What must happen happens, once: after a downtime, after a worker that died, with several workers, after a failure that
//! was mended, and however much a rule has to do.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use persistence::db::{self, PooledConn};
use persistence::sql::Sql;
use persistence::{consumers, events, settings};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tests::client::Client;
use tests::database::Engine;
use tests::engines;
use tests::receiver::MailServer;
use tests::server::Server;
use tests::wait::{until, within};

fn connect(server: &Server) -> PooledConn {
    db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap()
}

fn published(client: &Client, object: &str, trigger: &Value, actions: &Value) -> String {
    let rule = json!({ "name": "规则", "definition": { "object": object, "trigger": trigger, "actions": actions } });
    let id = client.post("/api/v1/rules", &rule).expect(201).id();
    client.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
    id
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

fn many(client: &Client, prefix: &str, count: usize) {
    let names: Vec<String> = (0..count).map(|i| format!("{prefix}{i}")).collect();
    for part in names.chunks(500) {
        let operations: Vec<Value> =
            part.iter().map(|name| json!({ "op": "create", "data": { "name": name } })).collect();
        client.post("/api/v1/customers/bulk", &json!({ "operations": operations })).expect(200);
    }
}

/// A rule as it is now; a server that has its hands full is asked again.
fn rule_state(client: &Client, id: &str) -> Value {
    until("an answer", || {
        let reply = client.get(&format!("/api/v1/rules/{id}"));
        (reply.status != 503).then(|| reply.expect(200).json)
    })
}

fn done(client: &Client, id: &str) -> i64 {
    rule_state(client, id)["runs"]["done"].as_i64().unwrap()
}

/// Sets columns of a rule as if time had passed or a worker had been at it.
fn pretend(conn: &mut PooledConn, rule: &str, set: impl FnOnce(&mut Sql)) {
    let mut q = Sql::start(conn, "UPDATE rules SET ");
    set(&mut q);
    q.push(" WHERE id = ").id(rule.parse().unwrap());
    assert_eq!(q.execute(conn).unwrap(), 1);
}

#[test]
fn a_schedule_that_was_missed_while_the_server_was_down_is_caught_up_with_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "张江" }));
        let trigger = json!({ "kind": "schedule", "cron": "0 3 * * *" });
        let actions = json!([{ "kind": "create_task", "title": "月度回访", "assignee": { "kind": "owner" } }]);
        let rule = published(&admin, "customers", &trigger, &actions);
        server.kill();
        // Three nights went by.
        pretend(&mut connect(&server), &rule, |q| {
            q.push("next_at = ").time(Utc::now() - TimeDelta::days(3));
        });
        server.start_again();
        let admin = server.admin();
        let state = until("it catches up", || Some(rule_state(&admin, &rule)).filter(|r| r["checked_at"].is_string()));
        let next: DateTime<Utc> = state["next_at"].as_str().unwrap().parse().unwrap();
        assert!(next > Utc::now(), "{engine:?}");
        let runs = all(&admin, &format!("/api/v1/rules/{rule}/runs?"));
        assert_eq!(runs.iter().map(|r| &r["record_id"]).collect::<Vec<_>>(), [&json!(customer)], "{engine:?}");
        assert_eq!(all(&admin, "/api/v1/tasks?").len(), 1, "{engine:?}");
    }
}

#[test]
fn a_rule_by_time_that_a_dead_worker_left_is_gone_on_with_from_where_it_stood() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let admin = server.admin();
        many(&admin, "客户", 250);
        let trigger = json!({ "kind": "schedule", "cron": "0 3 1 1 *" });
        let actions = json!([{ "kind": "set_fields", "values": { "industry": "已处理" } }]);
        let rule = published(&admin, "customers", &trigger, &actions);
        let mut ids: Vec<String> =
            all(&admin, "/api/v1/customers?fields=id&").iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        server.kill();
        // Somebody held it a moment ago and had come to the hundredth record.
        let (half, lease_end) = (ids[99].parse().unwrap(), Utc::now() + TimeDelta::seconds(3));
        let (then, mut conn) = (Utc::now() - TimeDelta::minutes(1), connect(&server));
        pretend(&mut conn, &rule, |q| {
            q.push("next_at = ").time(then);
        });
        let mut q = Sql::start(
            &conn,
            "UPDATE rule_progress SET version = (SELECT version FROM rules WHERE id = rule_id), sweep_at = ",
        );
        q.time(then).push(", sweep_after = ").id(half).push(", lease = ").id(uuid::Uuid::now_v7());
        q.push(", lease_until = ").time(lease_end).push(" WHERE rule_id = ").id(rule.parse().unwrap());
        if q.clone().execute(&mut conn).unwrap() == 0 {
            let mut made = Sql::start(&conn, "INSERT INTO rule_progress (rule_id, turn) VALUES (");
            made.id(rule.parse().unwrap()).push(", 0)");
            made.execute(&mut conn).unwrap();
            assert_eq!(q.execute(&mut conn).unwrap(), 1);
        }
        server.start_again();
        let admin = server.admin();
        until("the rest is done", || (done(&admin, &rule) == 150).then_some(()));
        assert!(Utc::now() > lease_end, "{engine:?}: nobody takes a rule from whoever holds it");
        let runs = all(&admin, &format!("/api/v1/rules/{rule}/runs?"));
        let touched: BTreeSet<String> = runs.iter().map(|r| r["record_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(touched, ids[100..].iter().cloned().collect(), "{engine:?}");
    }
}

#[test]
fn several_workers_of_which_some_die_do_everything_exactly_once() {
    let Some(server) = Server::start(Engine::Postgres) else { return };
    let admin = server.admin();
    let actions = json!([
        { "kind": "set_fields", "values": { "industry": "已处理" } },
        { "kind": "create_task", "title": "跟进 {name}", "assignee": { "kind": "owner" } },
    ]);
    let rule = published(&admin, "customers", &json!({ "kind": "event", "on": ["created"] }), &actions);
    let timed = json!([{ "kind": "set_fields", "values": { "city": "上海" } }]);
    let mut workers = vec![server.worker(), server.worker(), server.worker()];
    for round in 0..6 {
        many(&admin, &format!("第{round}批"), 100);
        // One dies in the middle of its work, another takes its place.
        drop(workers.remove(0));
        workers.push(server.worker());
    }
    within(Duration::from_secs(240), "all is handled", || (done(&admin, &rule) == 600).then_some(()));
    let night = published(&admin, "customers", &json!({ "kind": "schedule", "cron": "0 3 1 1 *" }), &timed);
    pretend(&mut connect(&server), &night, |q| {
        q.push("next_at = ").time(Utc::now() - TimeDelta::minutes(1));
    });
    within(Duration::from_secs(240), "all is swept", || (done(&admin, &night) == 600).then_some(()));
    drop(workers);
    let customers = all(&admin, "/api/v1/customers?fields=id,industry,city&");
    assert!(customers.iter().all(|c| c["industry"] == "已处理" && c["city"] == "上海"));
    let mut tasks: BTreeMap<String, usize> = BTreeMap::new();
    for task in all(&admin, "/api/v1/tasks?fields=customer_id&") {
        *tasks.entry(task["customer_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!((customers.len(), tasks.len()), (600, 600));
    assert!(tasks.values().all(|n| *n == 1), "one task for each customer");
    for rule in [rule, night] {
        assert_eq!(all(&admin, &format!("/api/v1/rules/{rule}/runs?")).len(), 600);
    }
}

#[test]
fn a_rule_is_paused_while_a_step_of_it_is_under_way_and_other_rules_get_their_turn() {
    let Some(server) = Server::start(Engine::Postgres) else { return };
    let admin = server.admin();
    let yearly = json!({ "kind": "schedule", "cron": "0 3 1 1 *" });
    let actions = json!([{ "kind": "set_fields", "values": { "industry": "已处理" } }]);
    let (busy, other) =
        (published(&admin, "customers", &yearly, &actions), published(&admin, "customers", &yearly, &actions));
    server.create("customers", &json!({ "name": "张江" }));
    let mut conn = connect(&server);
    let progress = format!("rule_progress WHERE rule_id = '{busy}'");
    server
        .database()
        .query(&format!("INSERT INTO rule_progress (rule_id, turn) SELECT '{busy}', 0 ON CONFLICT DO NOTHING"));
    // A step that does not come to its end.
    let mut step =
        server.database().begin(&format!("BEGIN; SELECT * FROM {progress} FOR UPDATE; SELECT pg_sleep(600)"));
    server.database().wait_for("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%rule_progress%pg_sleep(600)' AND wait_event = 'PgSleep' AND datname = current_database()");
    for rule in [&busy, &other] {
        pretend(&mut conn, rule, |q| {
            q.push("next_at = ").time(Utc::now() - TimeDelta::minutes(1));
        });
    }
    assert_eq!(admin.post_empty(&format!("/api/v1/rules/{busy}/pause")).expect(200)["state"], "paused");
    until("the other rule acts", || (done(&admin, &other) == 1).then_some(()));
    step.kill().ok();
    step.wait().ok();
    assert_eq!(done(&admin, &busy), 0);
}

engines! {
    fn a_rule_that_matches_very_many_records_works_in_steps_and_stops_when_it_is_paused(server: &Server) {
        let admin = server.admin();
        many(&admin, "客户", 900);
        let trigger = json!({ "kind": "schedule", "cron": "0 3 1 1 *" });
        // Enough to do for each that a request comes in between.
        let task = json!({ "kind": "create_task", "title": "回访 {name}", "assignee": { "kind": "owner" } });
        let actions = json!([task, task, task, task]);
        let rule = published(&admin, "customers", &trigger, &actions);
        let mut conn = connect(server);
        pretend(&mut conn, &rule, |q| {
            q.push("next_at = ").time(Utc::now() - TimeDelta::minutes(1));
        });
        until("it has begun", || (done(&admin, &rule) > 0).then_some(()));
        let paused = admin.post_empty(&format!("/api/v1/rules/{rule}/pause")).expect(200);
        let before = paused["runs"]["done"].as_i64().unwrap();
        // What comes by another way meanwhile shows that the paused rule had time to go on, and did not: after the step
        // that was under way when it was paused.
        // Of those before the log may still be read.
        let late = json!({ "field": "name", "op": "contains", "value": "后来的" });
        let definition = json!({ "object": "customers", "trigger": { "kind": "event", "on": ["created"] }, "condition": late, "actions": [{ "kind": "set_fields", "values": { "city": "上海" } }] });
        let other = admin.post("/api/v1/rules", &json!({ "name": "后来的", "definition": definition })).expect(201).id();
        admin.post_empty(&format!("/api/v1/rules/{other}/publish")).expect(200);
        let another = |n: i64| {
            server.create("customers", &json!({ "name": format!("后来的 {n}") }));
            until("the other rule acts", || (done(&admin, &other) == n).then_some(()));
        };
        another(1);
        let stopped = done(&admin, &rule);
        assert!(stopped < 900 && stopped % 100 == 0, "it stopped at {stopped}, after whole steps");
        assert!(stopped <= before + 100, "it stopped at {stopped}, more than a step after {before}");
        another(2);
        assert_eq!(done(&admin, &rule), stopped);
        admin.post_empty(&format!("/api/v1/rules/{rule}/resume")).expect(200);
        pretend(&mut conn, &rule, |q| {
            q.push("next_at = ").time(Utc::now() - TimeDelta::minutes(1));
        });
        within(Duration::from_secs(240), "the rest is done", || (done(&admin, &rule) >= 902).then_some(()));
    }

    fn a_rule_starts_a_playbook_for_the_customer(server: &Server) {
        let admin = server.admin();
        let playbook = admin.get("/api/v1/playbooks").expect(200).items()[0].clone();
        let action = json!([{ "kind": "start_playbook", "playbook": playbook["key"] }]);
        let rule = published(&admin, "opportunities", &json!({ "kind": "event", "on": ["created"] }), &action);
        let customer = server.create("customers", &json!({ "name": "张江" }));
        server.create("opportunities", &json!({ "name": "大单", "customer_id": customer }));
        server.create("opportunities", &json!({ "name": "没有客户" }));
        let runs = until("both are dealt with", || Some(all(&admin, &format!("/api/v1/rules/{rule}/runs?"))).filter(|r| r.len() == 2));
        let outcomes: BTreeSet<(&str, &str)> = runs.iter().map(|r| (r["outcome"].as_str().unwrap(), r["actions"][0]["reason"].as_str().unwrap_or_default())).collect();
        assert_eq!(outcomes, [("done", ""), ("skipped", "no_customer")].into());
        let tasks = all(&admin, &format!("/api/v1/tasks?customer_id={customer}&"));
        assert_eq!(tasks.len(), playbook["tasks"].as_array().unwrap().len());
        let unknown = json!({ "name": "x", "definition": { "object": "customers", "trigger": { "kind": "event", "on": ["created"] }, "actions": [{ "kind": "start_playbook", "playbook": "nothing" }] } });
        let id = admin.post("/api/v1/rules", &unknown).expect(201).id();
        assert_eq!(admin.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(422).wrong_fields(), ["definition.actions[0].playbook"]);
    }

    fn an_action_whose_target_is_gone_is_skipped_with_the_reason(server: &Server) {
        let admin = server.admin();
        let tag = server.create("tags", &json!({ "name": "风险提示", "color": "error" }));
        let hook = admin.post("/api/v1/webhooks", &json!({ "name": "ERP", "url": "https://erp.example.com/", "events": [] })).expect(201).id();
        let (who, _) = server.user("representative", None);
        let actions = json!([
            { "kind": "add_tag", "tag_id": tag },
            { "kind": "call_webhook", "webhook_id": hook },
            { "kind": "notify", "to": [{ "kind": "user", "user_id": who }], "message": "看" },
            { "kind": "set_fields", "values": { "city": "上海" } },
        ]);
        let rule = published(&admin, "customers", &json!({ "kind": "event", "on": ["created"] }), &actions);
        admin.delete(&format!("/api/v1/tags/{tag}")).expect(200);
        admin.delete(&format!("/api/v1/webhooks/{hook}")).expect(204);
        let version = admin.get(&format!("/api/v1/users/{who}")).expect(200).version();
        admin.patch(&format!("/api/v1/users/{who}"), version, &json!({ "status": "disabled" })).expect(200);
        let customer = server.create("customers", &json!({ "name": "张江" }));
        let run = until("the rule acts", || all(&admin, &format!("/api/v1/rules/{rule}/runs?")).into_iter().next());
        let reasons: Vec<&Value> = run["actions"].as_array().unwrap().iter().map(|a| &a["reason"]).collect();
        assert_eq!(reasons, [&json!("tag_gone"), &json!("webhook_gone"), &json!("nobody"), &Value::Null]);
        assert_eq!(run["outcome"], "partly");
        assert_eq!(admin.get(&format!("/api/v1/customers/{customer}")).expect(200)["city"], "上海");
    }
}

#[test]
fn an_event_that_was_passed_over_is_handled_when_somebody_tries_it_again_and_only_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let (rep_id, rep) = server.user("representative", None);
        let admin_id = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().to_owned();
        let customer = server.create("customers", &json!({ "name": "张江" }));
        drop(rep);
        server.kill();
        let mut conn = connect(&server);
        let missed = events::Event {
            seq: 0,
            id: uuid::Uuid::now_v7(),
            kind: "customer.updated".to_owned(),
            object: "customers".to_owned(),
            record_id: customer.parse().unwrap(),
            actor_id: Some(admin_id.parse().unwrap()),
            at: Utc::now(),
            old: Some("{}".to_owned()),
            new: Some(json!({ "owner_id": rep_id }).to_string()),
            request_id: uuid::Uuid::now_v7(),
            origin_id: None,
            key_id: None,
        };
        events::append(&mut conn, &[missed]).unwrap();
        let seq = events::end(&mut conn).unwrap();
        consumers::skip_to_end(&mut conn, Utc::now()).unwrap();
        consumers::pass_over(&mut conn, "notifications", seq, "the disk was full", Utc::now()).unwrap();
        server.start_again();
        let admin = server.admin();
        let email = admin.get(&format!("/api/v1/users/{rep_id}")).expect(200)["email"].as_str().unwrap().to_owned();
        let rep = server.log_in(&email);
        let failures = admin.get("/api/v1/operations").expect(200)["failures"].clone();
        assert_eq!(failures[0]["error"], "the disk was full", "{engine:?}");
        let told = || rep.get("/api/v1/notifications").expect(200).items().len();
        assert_eq!(told(), 0, "{engine:?}");
        let path = format!("/api/v1/operations/failures/{}/retry", failures[0]["id"].as_str().unwrap());
        server.as_role("director").post_empty(&path).expect(403);
        assert_eq!(admin.post_empty(&path).expect(200)["done"], true, "{engine:?}");
        assert_eq!(told(), 1, "{engine:?}");
        assert_eq!(admin.get("/api/v1/operations").expect(200)["failures"], json!([]), "{engine:?}");
        admin.post_empty(&path);
        assert_eq!(told(), 1, "{engine:?}: what was told is not told again");
    }
}

#[test]
fn unread_news_comes_together_in_one_mail_a_day_for_whoever_wants_it_so() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mails = MailServer::start();
        let url = mails.url();
        let settings = [("FLYWHEEL_SMTP_URL", url.as_str()), ("FLYWHEEL_MAIL_FROM", "飞轮 <crm@example.com>")];
        let Some(mut server) = Server::start_with(engine, &settings) else { continue };
        let (rep_id, rep) = server.user("representative", None);
        let (other_id, _) = server.user("representative", None);
        // Somewhere it is day.
        // One in which it is past the hour of digests and no day is about to end.
        let zone = match Utc::now().hour() {
            0..=8 => "Asia/Shanghai",
            9..=18 => "Etc/UTC",
            _ => "America/New_York",
        };
        let admin = server.admin();
        admin.settle("PATCH", "/api/v1/organisation", &json!({ "timezone": zone })).expect(200);
        let wish = json!({ "items": [{ "kind": "assigned", "in_app": true, "email": "digest" }] }).to_string();
        rep.send("PUT", "/api/v1/notifications/preferences", Some(("application/json", wish.as_bytes()))).expect(200);
        for (name, owner) in [("张江科技", &rep_id), ("临港装备", &rep_id), ("别人的", &other_id)] {
            server.create("customers", &json!({ "name": name, "owner_id": owner }));
        }
        until("both are told", || (rep.get("/api/v1/notifications").expect(200)["unread"] == 2).then_some(()));
        server.stop();
        // As if the digests of today were still to come; those of yesterday told of nothing.
        let mut conn = connect(&server);
        let now = Utc::now();
        let yesterday = json!({ "as_of": now.date_naive() - TimeDelta::days(2), "at": now - TimeDelta::days(1) });
        settings::set(&mut conn, "digests", &yesterday.to_string(), now).unwrap();
        server.start_again();
        // The clock goes its first round at the start.
        for _ in 0..3 {
            let admin = server.admin();
            until("the digest is on its way or sent", || {
                let mail = admin.get("/api/v1/operations").expect(200)["mail"].clone();
                (mail["sent"].as_i64().unwrap() + mail["waiting"].as_i64().unwrap() > 0).then_some(())
            });
            server.stop();
            server.start_again();
        }
        until("it is sent", || (!mails.mails().is_empty()).then_some(()));
        let sent = mails.mails();
        assert_eq!(sent.len(), 1, "{engine:?}: once a day, for one reader");
        assert!(sent[0].0.starts_with("representative"), "{engine:?}");
        assert!(sent[0].1.to_lowercase().contains("message-id"), "{engine:?}");
    }
}
