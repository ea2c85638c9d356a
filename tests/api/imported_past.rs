//! What an import brings in from the past, and what rules did with it before it is taken back.

use crate::imports::{analyse, bring, run, undo};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::wait::until;

/// A rule about new customers that acts on imports too, and has been published.
fn published(client: &Client, actions: &Value) -> String {
    let definition = json!({
        "object": "customers", "trigger": { "kind": "event", "on": ["created"] }, "condition": null,
        "actions": actions, "imports": true,
    });
    let id = client.post("/api/v1/rules", &json!({ "name": "迎新", "definition": definition })).expect(201).id();
    client.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
    id
}

fn wait_for_runs(client: &Client, rule: &str, count: usize) {
    until("the rule acts", || {
        let runs = client.get(&format!("/api/v1/rules/{rule}/runs")).expect(200);
        (runs.items().len() >= count).then_some(())
    });
}

fn tasks(client: &Client) -> Vec<Value> {
    client.get("/api/v1/tasks?limit=50").expect(200).items().to_vec()
}

engines! {
    fn an_imported_opportunity_has_stood_on_its_stage_since_it_was_made(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "opportunities", "deals.csv", "商机名称,建档\n老商机,2024-01-10 09:30\n".as_bytes()).expect(201);
        let patch = json!({ "mapping": { "商机名称": "name", "建档": "created_at" } });
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &patch).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["created"], 1);
        let deal = admin.get("/api/v1/opportunities").expect(200).items()[0].clone();
        assert_eq!(deal["stage_entered_at"], deal["created_at"]);
        let path = format!("/api/v1/opportunities/{}", deal["id"].as_str().unwrap());
        let pipeline = deal["pipeline_id"].as_str().unwrap();
        let stages = admin.get(&format!("/api/v1/pipeline_stages?pipeline_id={pipeline}&sort=position")).expect(200);
        let next = stages.items().iter().find(|s| s["kind"] == "open" && s["id"] != deal["stage_id"]).unwrap();
        let moved = admin.patch(&path, 1, &json!({ "stage_id": next["id"] })).expect(200);
        assert!(moved["stage_entered_at"].as_str() > deal["created_at"].as_str());
        let funnel = admin.get("/api/v1/reports/funnel").expect(200);
        let first = funnel["stages"].as_array().unwrap().iter().find(|s| s["stage_id"] == deal["stage_id"]).unwrap();
        assert!(first["mean_days"].as_f64().unwrap() > 700.0, "{first}");
    }

    fn an_undo_takes_back_what_only_a_rule_has_touched_with_the_tasks_it_made(server: &Server) {
        let admin = server.admin();
        let rule = published(&admin, &json!([
            { "kind": "set_fields", "values": { "short_name": "待欢迎" } },
            { "kind": "create_task", "title": "欢迎 {name}", "assignee": { "kind": "owner" } },
        ]));
        let import = bring(&admin, "customers", "customers.csv", "客户名称,城市\n没人理会,上海\n有人办了任务,上海\n".as_bytes());
        wait_for_runs(&admin, &rule, 2);
        let made = tasks(&admin);
        assert_eq!(made.len(), 2, "{made:?}");
        let worked_on = made.iter().find(|t| t["title"] == "欢迎 有人办了任务").unwrap();
        let path = format!("/api/v1/tasks/{}", worked_on["id"].as_str().unwrap());
        admin.patch(&path, worked_on["version"].as_i64().unwrap(), &json!({ "status": "done" })).expect(200);
        let undone = undo(&admin, &import);
        assert_eq!((&undone["undo"]["archived"], &undone["undo"]["kept"]), (&json!(1), &json!(1)), "{}", undone["undo"]);
        let kept = &undone["undo"]["kept_records"][0];
        assert_eq!((&kept["title"], &kept["reason"]), (&json!("有人办了任务"), &json!("used")));
        let left: Vec<Value> = tasks(&admin).iter().map(|t| t["title"].clone()).collect();
        assert_eq!(left, ["欢迎 有人办了任务"]);
    }
}
