//! What news, logs, matching and figures tell beside a record: nothing of other records that the reader may not see.

use chrono::Utc;
use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

use crate::imports::{analyse, run};

/// A key of the administrator's with these permissions.
fn key(server: &Server, permissions: &Value) -> Client {
    let input =
        json!({ "name": "对接", "permissions": permissions, "masks": { "phone": "hidden", "email": "hidden" } });
    let made = server.admin().post("/api/v1/api_keys", &input).expect(201);
    server.anonymous().with_token(made["key"].as_str().unwrap())
}

/// A team, someone who leads it and someone in it.
fn team(server: &Server, name: &str) -> ((String, Client), (String, Client)) {
    let team = server.create("teams", &json!({ "name": name }));
    (server.user("manager", Some(&team)), server.user("representative", Some(&team)))
}

fn published(client: &Client, definition: &Value) -> String {
    let id = client.post("/api/v1/rules", &json!({ "name": "规则", "definition": definition })).expect(201).id();
    client.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
    id
}

fn change(client: &Client, path: &str, change: &Value) {
    client.settle("PATCH", path, change).expect(200);
}

fn wait_for_run(client: &Client, rule: &str) -> Reply {
    let runs = || client.get(&format!("/api/v1/rules/{rule}/runs")).expect(200);
    until("the rule acts", || Some(runs()).filter(|runs| !runs.items().is_empty()))
}

engines! {
    fn a_key_reads_no_news_and_ends_no_session_of_its_person(server: &Server) {
        let (admin, (_, colleague)) = (server.admin(), server.user("director", None));
        let me = admin.get("/api/v1/me").expect(200).id();
        let bare = key(server, &json!({ "customers": { "read": "all" } }));
        for path in ["notifications", "notifications/preferences", "auth/sessions"] {
            bare.get(&format!("/api/v1/{path}")).expect_problem(403, "forbidden");
        }
        bare.post_empty("/api/v1/notifications/read_all").expect(403);
        let session = admin.get("/api/v1/auth/sessions").expect(200).items()[0]["id"].as_str().unwrap().to_owned();
        bare.delete(&format!("/api/v1/auth/sessions/{session}")).expect(403);
        bare.send("PATCH", "/api/v1/me", Some(("application/merge-patch+json", br#"{"locale":"en"}"#))).expect(403);
        bare.get("/api/v1/me").expect(200);
        let mut stream = bare.follow("/api/v1/stream");
        let told = colleague.post("/api/v1/customers", &json!({ "name": "交给你了", "owner_id": me })).expect(201).id();
        until("the news", || admin.get("/api/v1/notifications").expect(200).items().iter().any(|n| n["record_id"] == json!(told)).then_some(()));
        let last = server.create("customers", &json!({ "name": "最后一个" }));
        loop {
            let event = stream.next_event().expect("the stream goes on");
            assert_eq!(event.name, "change", "{:?}", event.data);
            if event.data["record_id"] == json!(last) {
                break;
            }
        }
    }

    fn matching_rows_tells_nothing_of_a_colleagues_record_but_that_its_name_is_taken(server: &Server) {
        let ((_, rep), (colleague, _)) = (server.user("representative", None), server.user("representative", None));
        server.create("customers", &json!({ "name": "甲公司", "grade": "B", "grade_reason": "测试", "owner_id": colleague }));
        let issues = |fields: &Value| {
            let import = analyse(&rep, "customers", "x.csv", "客户名称,等级\n甲公司,A\n甲公司,B\n甲公司,C\n".as_bytes()).expect(201);
            rep.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &json!({ "match_fields": fields })).expect(200);
            run(&rep, &import, true);
            let page = rep.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
            page.items().iter().map(|i| i["code"].as_str().unwrap().to_owned()).filter(|code| code == "record_not_yours").count()
        };
        assert_eq!(issues(&json!(["name", "grade"])), 0);
        assert_eq!(issues(&json!(["name"])), 3);
    }

    fn a_rule_names_linked_records_only_as_far_as_its_publisher_sees_them(server: &Server) {
        let ((_, manager), (owner, rep)) = team(server, "华东");
        let customer = server.create("customers", &json!({ "name": "别队的客户" }));
        let deal = server.create("opportunities", &json!({ "name": "商机一", "customer_id": customer, "owner_id": owner }));
        let path = format!("/api/v1/opportunities/{deal}");
        let said = |message: &str| {
            let notify = json!([{ "kind": "notify", "to": [{ "kind": "owner" }], "message": message }]);
            let trigger = json!({ "kind": "event", "on": ["updated"] });
            published(&manager, &json!({ "object": "opportunities", "trigger": trigger, "actions": notify }));
        };
        let news = || rep.get("/api/v1/notifications").expect(200).json.to_string();
        said("第一条「{customer_id}」");
        change(&server.admin(), &path, &json!({ "amount_minor": 100 }));
        until("the first message", || news().contains("第一条「—」").then_some(()));
        assert!(!news().contains("别队的客户"));
        change(&server.admin(), &format!("/api/v1/customers/{customer}"), &json!({ "owner_id": owner }));
        change(&server.admin(), &path, &json!({ "amount_minor": 200 }));
        until("the second message", || news().contains("第一条「别队的客户」").then_some(()));
    }

    fn the_log_of_a_rule_keeps_what_it_saw_over_links_from_those_who_may_not(server: &Server) {
        let admin = server.admin();
        let ((owner, rep), (other, _)) = (server.user("representative", None), server.user("representative", None));
        let customer = server.create("customers", &json!({ "name": "同事的客户", "annual_revenue_minor": 700, "owner_id": other }));
        let deal = server.create("opportunities", &json!({ "name": "商机二", "customer_id": customer, "owner_id": owner }));
        let condition = json!({ "all": [{ "field": "customer_id.annual_revenue_minor", "op": "gt", "value": 1 }, { "field": "name", "op": "eq", "value": "商机二" }] });
        let notify = json!([{ "kind": "notify", "to": [{ "kind": "owner" }], "message": "看一下" }]);
        let trigger = json!({ "kind": "event", "on": ["updated"] });
        let rule = published(&admin, &json!({ "object": "opportunities", "trigger": trigger, "condition": condition, "actions": notify }));
        change(&admin, &format!("/api/v1/opportunities/{deal}"), &json!({ "amount_minor": 100 }));
        let inputs = |client: &Client| wait_for_run(client, &rule).items()[0]["inputs"].clone();
        assert_eq!(inputs(&admin)["customer_id.annual_revenue_minor"], json!(700));
        let seen = inputs(&rep);
        assert_eq!((&seen["customer_id.annual_revenue_minor"], &seen["name"]), (&Value::Null, &json!("商机二")));
        change(&admin, &format!("/api/v1/customers/{customer}"), &json!({ "owner_id": owner }));
        assert_eq!(inputs(&rep)["customer_id.annual_revenue_minor"], json!(700));
    }

    fn my_day_shows_only_what_the_caller_may_read(server: &Server) {
        let customer = server.create("customers", &json!({ "name": "今天要联系的客户" }));
        assert_eq!(server.pretend("customers", Some(&customer), "touch_due_at", Utc::now() + chrono::TimeDelta::hours(1)), 1);
        let call = json!({ "subject": "今天的电话", "kind": "call", "customer_id": customer, "completed": false, "occurred_at": Utc::now() + chrono::TimeDelta::seconds(1) });
        server.create("activities", &call);
        let day = |permissions: &Value| key(server, permissions).get("/api/v1/my_day").expect(200).json.to_string();
        let tasks = day(&json!({ "tasks": { "read": "own" } }));
        assert!(!tasks.contains("今天要联系的客户") && !tasks.contains("今天的电话"), "{tasks}");
        let all = json!({ "tasks": { "read": "own" }, "customers": { "read": "own" }, "activities": { "read": "own" } });
        assert!(day(&all).contains("今天要联系的客户"));
    }

    fn a_preview_of_settings_names_customers_only_to_those_who_may_see_them(server: &Server) {
        server.create("customers", &json!({ "name": "恒瑞精工", "potential": 95, "fit": 90, "strategic_value": 80 }));
        let stricter = json!({ "document": { "cuts": { "a": 95, "b": 65, "c": 40 } } });
        let preview = |client: &Client| client.post("/api/v1/score-settings/grade/preview", &stricter).expect(200).json;
        let (whole, count) = (preview(&server.admin()), preview(&key(server, &json!({ "settings": { "read": "all", "update": "all" } }))));
        assert_eq!((&whole["changed"], &whole["examples"][0]["name"]), (&json!(1), &json!("恒瑞精工")));
        assert_eq!((&count["changed"], &count["examples"]), (&json!(1), &json!([])));
    }

    fn the_ledger_of_points_lists_behaviours_only_to_those_who_may_read_them(server: &Server) {
        let (admin, finance) = (server.admin(), server.as_role("finance"));
        let customer = server.create("customers", &json!({ "name": "常来看看" }));
        let seen = json!({ "customer_id": customer, "kind": "price_view", "occurred_at": Utc::now(), "times": 2 });
        server.create("behaviours", &seen);
        let ledger = |client: &Client| client.get(&format!("/api/v1/customers/{customer}/intent")).expect(200).json;
        let (whole, sum) = (ledger(&admin), ledger(&finance));
        assert_eq!((whole["items"].as_array().unwrap().len(), sum["items"].as_array().unwrap().len()), (1, 0));
        assert!(sum["points"].as_f64().unwrap() > 0.0);
    }
}
