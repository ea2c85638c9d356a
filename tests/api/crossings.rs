//! Rules that wait for a figure: it passes a line once, only what a rule waits for becomes an event, and a chain that
//! goes by way of a score is found.

use chrono::{Duration, Utc};
use persistence::db;
use persistence::events::{self, Filter};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn draft(client: &Client, object: &str, trigger: &Value, actions: &Value) -> String {
    let rule = json!({ "name": "规则", "definition": { "object": object, "trigger": trigger, "actions": actions } });
    client.post("/api/v1/rules", &rule).expect(201).id()
}

fn published(client: &Client, object: &str, trigger: &Value, actions: &Value) -> String {
    let id = draft(client, object, trigger, actions);
    client.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
    id
}

fn told() -> Value {
    json!([{ "kind": "notify", "to": [{ "kind": "owner" }], "message": "看一下「{name}」" }])
}

fn crosses(field: &str, side: &str, value: i64) -> Value {
    json!({ "kind": "crosses", "field": field, "side": side, "value": value })
}

fn runs(client: &Client, rule: &str) -> Vec<Value> {
    client.get(&format!("/api/v1/rules/{rule}/runs")).expect(200).items().to_vec()
}

fn wait_for_runs(client: &Client, rule: &str, count: usize) -> Vec<Value> {
    until("the rule acts", || Some(runs(client, rule)).filter(|r| r.len() >= count))
}

fn wait_for(client: &Client, customer: &str, field: &str, value: &Value) {
    until(&format!("{field} {value}"), || {
        let found = client.get(&format!("/api/v1/customers/{customer}")).expect(200);
        (found[field] == *value).then_some(())
    });
}

/// Assesses a customer and waits for its security.
fn assess(server: &Server, customer: &str, closeness: i64) {
    let today = (Utc::now() + Duration::hours(8)).date_naive();
    server.create("assessments", &json!({ "customer_id": customer, "assessed_on": today, "relationship_closeness": closeness, "competitor_safety": closeness }));
    wait_for(&server.admin(), customer, "sdae_security", &json!(closeness));
}

/// The changes of a field that the log tells of a record, before and after.
fn log(server: &Server, record: &str, field: &str) -> Vec<(Value, Value)> {
    let mut conn = db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap();
    let records = [record.parse().unwrap()];
    let filter = Filter { records: &records, ..Filter::default() };
    let read = |text: Option<String>| -> Value { serde_json::from_str(text.as_deref().unwrap_or("{}")).unwrap() };
    let pair = |e: events::Event| (read(e.old)[field].clone(), read(e.new)[field].clone());
    let all = events::newest(&mut conn, &filter, None, 1_000).unwrap().into_iter().map(pair);
    let mut found: Vec<(Value, Value)> = all.filter(|(old, new)| old != new).collect();
    found.reverse();
    found
}

engines! {
    fn a_score_that_falls_below_a_line_sets_a_rule_off_at_that_moment_and_nothing_else_is_logged(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "恒瑞精工" }));
        assess(server, &customer, 80);
        assess(server, &customer, 50);
        assert!(log(server, &customer, "sdae_security").is_empty(), "nobody waits for it");
        let rule = published(&admin, "customers", &crosses("sdae_security", "below", 60), &told());
        let tried = admin.post(&format!("/api/v1/rules/{rule}/test"), &json!({})).expect(200);
        assert_eq!((&tried["matched"], &tried["complete"]), (&json!(0), &json!(false)), "the past of a score is not known");
        for closeness in [70, 40] {
            assess(server, &customer, closeness);
        }
        let [run] = &wait_for_runs(&admin, &rule, 1)[..] else { panic!("{:?}", runs(&admin, &rule)) };
        assert_eq!([&run["record_id"], &run["outcome"]], [&json!(customer), &json!("done")]);
        let seen = ["sdae_security (before)", "sdae_security"].map(|key| run["inputs"][key].as_f64());
        assert_eq!(seen, [Some(70.0), Some(40.0)]);
        for closeness in [30, 75, 55] {
            assess(server, &customer, closeness);
        }
        wait_for_runs(&admin, &rule, 2);
        let falls: Vec<(Value, Value)> = log(server, &customer, "sdae_security");
        assert_eq!(json!(falls), json!([[70.0, 40.0], [75.0, 55.0]]), "only what passes the line is an event");
    }

    fn a_rule_may_wait_for_every_change_of_a_score_until_it_is_paused(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "恒瑞精工" }));
        assess(server, &customer, 80);
        let any = json!({ "kind": "change", "field": "sdae_security", "from": null, "to": null });
        let rule = published(&admin, "customers", &any, &told());
        let to = json!({ "kind": "change", "field": "sdae_security", "from": null, "to": 20 });
        let to = published(&admin, "customers", &to, &told());
        assess(server, &customer, 70);
        assess(server, &customer, 20);
        wait_for_runs(&admin, &rule, 2);
        assert_eq!(wait_for_runs(&admin, &to, 1).len(), 1);
        for id in [&rule, &to] {
            admin.post_empty(&format!("/api/v1/rules/{id}/pause")).expect(200);
        }
        assess(server, &customer, 60);
        assert_eq!(log(server, &customer, "sdae_security").len(), 2);
    }

    fn what_a_run_over_all_orders_says_anew_sets_rules_off(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let today = (Utc::now() + Duration::hours(8)).date_naive();
        let order = admin.post("/api/v1/orders", &json!({ "customer_id": customer, "number": "SO-1", "ordered_on": today, "amount_minor": 100_000, "status": "confirmed" })).expect(201);
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        let lost = json!({ "kind": "change", "field": "rfm_segment", "from": null, "to": "none" });
        let lost = published(&admin, "customers", &lost, &told());
        admin.patch(&format!("/api/v1/orders/{}", order.id()), order["version"].as_i64().unwrap(), &json!({ "status": "cancelled" })).expect(200);
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        let run = wait_for_runs(&admin, &lost, 1);
        assert_eq!((run.len(), &run[0]["inputs"]["rfm_segment"]), (1, &json!("none")));
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        assert_eq!(log(server, &customer, "rfm_segment").len(), 1, "the same again is no change");
    }

    fn an_amount_that_people_write_passes_a_line_too(server: &Server) {
        let admin = server.admin();
        let rule = published(&admin, "opportunities", &crosses("amount_minor", "above", 10_000_000), &told());
        let deal = |amount: i64| admin.post("/api/v1/opportunities", &json!({ "name": "商机", "amount_minor": amount })).expect(201);
        let (small, large) = (deal(5_000_000), deal(20_000_000));
        let change = |id: &str, version: i64, amount: i64| admin.patch(&format!("/api/v1/opportunities/{id}"), version, &json!({ "amount_minor": amount })).expect(200);
        change(&small.id(), 1, 10_000_000);
        change(&small.id(), 2, 10_000_001);
        change(&large.id(), 1, 30_000_000);
        let last = deal(1);
        change(&last.id(), 1, 99_000_000);
        let acted = wait_for_runs(&admin, &rule, 2);
        let records: Vec<&Value> = acted.iter().map(|r| &r["record_id"]).collect();
        assert_eq!(records, [&json!(last.id()), &json!(small.id())]);
    }

    fn rules_that_chase_each_other_by_way_of_a_score_are_stopped(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90, "strategic_value": 80, "cadence_days": 30 }));
        let lately = (Utc::now() - Duration::days(3)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        server.create("activities", &json!({ "subject": "拜访", "kind": "visit", "customer_id": customer, "occurred_at": lately }));
        let due = || admin.get(&format!("/api/v1/customers/{customer}")).expect(200)["cadence_due_on"].clone();
        let first = until("the next contact is due", || Some(due()).filter(|d| !d.is_null()));
        // What one writes moves a figure, and the figure sets the other off.
        let rule = |is: i64, to: i64| {
            let definition = json!({ "object": "customers", "trigger": { "kind": "change", "field": "cadence_due_on" },
                "condition": { "field": "cadence_days", "op": "eq", "value": is },
                "actions": [{ "kind": "set_fields", "values": { "cadence_days": to } }] });
            let id = admin.post("/api/v1/rules", &json!({ "name": "规则", "definition": definition })).expect(201).id();
            admin.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
            id
        };
        let rules = [rule(10, 20), rule(20, 10)];
        admin.patch(&format!("/api/v1/customers/{customer}"), 1, &json!({ "cadence_days": 10 })).expect(200);
        let stopped = until("one is stopped", || {
            rules.iter().map(|id| admin.get(&format!("/api/v1/rules/{id}")).expect(200).json).find(|r| r["state"] == "stopped")
        });
        assert_eq!(stopped["stopped_reason"], "loop");
        assert_ne!(due(), first);
    }

    fn what_no_rule_can_wait_for_is_said_with_its_place_when_it_is_published(server: &Server) {
        let admin = server.admin();
        let wrong = |object: &str, trigger: Value, field: &str, code: &str| {
            let id = draft(&admin, object, &trigger, &told());
            let reply = admin.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(422);
            let error = &reply["errors"][0];
            assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)), "{trigger}");
        };
        let change = |field: &str| json!({ "kind": "change", "field": field });
        wrong("customers", change("last_contact_at"), "definition.trigger.field", "follows_other_records");
        wrong("opportunities", change("last_activity_at"), "definition.trigger.field", "follows_other_records");
        wrong("customers", crosses("name", "below", 1), "definition.trigger.field", "no_number_field");
        wrong("customers", crosses("nothing", "below", 1), "definition.trigger.field", "unknown_field");
        wrong("opportunities", crosses("customer_id.health", "below", 1), "definition.trigger.field", "own_field_only");
        wrong("customers", crosses("health", "below", 101), "definition.trigger.value", "out_of_range");
        wrong("customers", json!({ "kind": "crosses", "field": "health", "side": "above" }), "definition.trigger.value", "required");
    }
}
