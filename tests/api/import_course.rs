//! What an import leaves as it was, and what becomes of it when it is tried, taken back or runs beside another one.

use serde_json::{Value, json};
use std::thread;
use tests::client::{Client, Reply};
use tests::engines;

use crate::imports::{analyse, run, settled, undo};

/// A file that was looked at, with other options than those that were guessed.
fn prepared(client: &Client, object: &str, text: &str, options: &Value) -> Reply {
    let import = analyse(client, object, "file.csv", text.as_bytes()).expect(201);
    client.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), options).expect(200);
    import
}

/// The stages of a pipeline, with their ids and names in their order.
fn stages(client: &Client, pipeline: &Value) -> Vec<(String, String)> {
    let page = client.get("/api/v1/pipeline_stages?sort=position&limit=100").expect(200);
    let text = |stage: &Value, key: &str| stage[key].as_str().unwrap().to_owned();
    let own = page.items().iter().filter(|stage| stage["pipeline_id"] == *pipeline);
    own.map(|stage| (text(stage, "id"), text(stage, "name"))).collect()
}

engines! {
    fn deals_that_are_recognised_by_their_number_keep_the_names_that_people_gave_them(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "云帆科技" }));
        let deal = server.create("opportunities", &json!({ "name": "二期扩容", "number": "D-1", "customer_id": customer }));
        let text = "商机编号,客户,金额\nD-1,云帆科技,1000\nD-2,云帆科技,2000\n";
        let import = prepared(&admin, "opportunities", text, &json!({ "match_fields": ["number"] }));
        let done = run(&admin, &import, false);
        assert_eq!((&done["progress"]["created"], &done["progress"]["updated"]), (&json!(1), &json!(1)), "{}", done.json);
        let known = admin.get(&format!("/api/v1/opportunities/{deal}")).expect(200);
        assert_eq!((&known["name"], &known["amount_minor"]), (&json!("二期扩容"), &json!(100_000)));
        let page = admin.get("/api/v1/opportunities?sort=number").expect(200);
        assert_eq!(page.items()[1]["name"], "云帆科技 · D-2");
    }

    fn known_records_that_are_to_be_left_alone_get_no_link_to_one_that_comes_later_in_the_file(server: &Server) {
        let admin = server.admin();
        let known = server.create("customers", &json!({ "name": "已有公司" }));
        let text = "公司,上级客户\n已有公司,集团总部\n新公司,集团总部\n集团总部,\n";
        let import = prepared(&admin, "customers", text, &json!({ "existing": "skip", "match_fields": ["name"] }));
        let done = run(&admin, &import, false);
        assert_eq!((&done["progress"]["created"], &done["progress"]["unchanged"]), (&json!(2), &json!(1)), "{}", done.json);
        let page = admin.get("/api/v1/customers?sort=created_at").expect(200);
        let parent = |name: &str| page.items().iter().find(|c| c["name"] == name).unwrap()["parent_id"].clone();
        assert!(parent("新公司").is_string());
        let known = admin.get(&format!("/api/v1/customers/{known}")).expect(200);
        assert_eq!((&known["parent_id"], &known["version"]), (&Value::Null, &json!(1)));
    }

    fn a_dry_run_counts_the_parents_that_the_run_will_make(server: &Server) {
        let admin = server.admin();
        let text = "公司,上级客户\n甲,母公司\n乙,母公司\n丙,甲\n丁,另一母公司\n";
        let import = prepared(&admin, "customers", text, &json!({ "create_missing": { "parent_id": true } }));
        let tried = run(&admin, &import, true);
        let done = run(&admin, &import, false);
        assert_eq!(done["progress"]["created_linked"], json!({ "customers": 2 }), "{}", done.json);
        for key in ["created", "created_linked", "issues", "rejected"] {
            assert_eq!(tried["progress"][key], done["progress"][key], "{key}");
        }
    }

    fn a_parent_that_lacks_required_fields_is_an_issue_of_its_row_and_fails_no_import(server: &Server) {
        let admin = server.admin();
        server.create("custom_fields", &json!({ "object": "customers", "key": "tax", "kind": "text", "label_zh": "税号", "label_en": "Tax", "required": true }));
        let text = "公司,税号,上级客户\n甲,91310000,母公司\n";
        let import = prepared(&admin, "customers", text, &json!({ "create_missing": { "parent_id": true } }));
        for dry in [true, false] {
            let done = run(&admin, &import, dry);
            assert_eq!((&done["state"], &done["progress"]["created"]), (&json!("done"), &json!(1)), "{}", done.json);
            assert_eq!(done["issues"][0]["code"], "link_needs_fields", "{}", done.json);
        }
    }

    fn deals_that_an_import_moved_on_stand_as_before_when_it_is_taken_back(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "云帆科技" }));
        let deal = server.create("opportunities", &json!({ "name": "二期扩容", "number": "D-1", "customer_id": customer }));
        let path = format!("/api/v1/opportunities/{deal}");
        let before = admin.get(&path).expect(200);
        let far = &stages(&admin, &before["pipeline_id"])[2];
        let text = format!("商机编号,阶段\nD-1,{}\n", far.1);
        let import = prepared(&admin, "opportunities", &text, &json!({ "match_fields": ["number"] }));
        let done = run(&admin, &import, false);
        assert_eq!(done["progress"]["updated"], 1, "{}", done.json);
        let moved = admin.get(&path).expect(200);
        assert_eq!(moved["stage_id"], far.0.as_str());
        assert!(moved["furthest_position"].as_i64() > before["furthest_position"].as_i64());
        let undone = undo(&admin, &import);
        assert_eq!(undone["undo"]["reverted"], 1, "{}", undone.json);
        let after = admin.get(&path).expect(200);
        for key in ["stage_id", "status", "probability", "furthest_position", "stage_entered_at", "closed_on"] {
            assert_eq!(after[key], before[key], "{key}");
        }
    }

    fn a_record_that_an_import_made_goes_or_stays_as_a_whole(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "customers", "file.csv", "公司,上级客户\n子公司,集团总部\n集团总部,\n".as_bytes()).expect(201);
        let done = run(&admin, &import, false);
        assert_eq!(done["progress"]["created"], 2, "{}", done.json);
        let page = admin.get("/api/v1/customers?sort=name").expect(200);
        let child = page.items().iter().find(|c| c["name"] == "子公司").unwrap().clone();
        assert!(child["parent_id"].is_string());
        // Somebody goes on with it.
        server.create("opportunities", &json!({ "name": "续约", "customer_id": child["id"] }));
        let undone = undo(&admin, &import);
        assert_eq!(undone["undo"]["reverted"], 0, "{}", undone.json);
        let kept = admin.get(&format!("/api/v1/customers/{}", child["id"].as_str().unwrap())).expect(200);
        assert_eq!((&kept["archived_at"], &kept["parent_id"]), (&Value::Null, &child["parent_id"]));
    }

    fn two_imports_of_the_same_file_at_once_make_each_record_once(server: &Server) {
        let admin = server.admin();
        let text: String = std::iter::once("公司,城市\n".to_owned()).chain((0..3_000).map(|n| format!("客户{n}有限公司,上海\n"))).collect();
        let imports = [0, 1].map(|_| prepared(&admin, "customers", &text, &json!({ "match_fields": ["name"] })));
        let paths = imports.each_ref().map(|import| format!("/api/v1/imports/{}", import.id()));
        for path in &paths {
            assert!(admin.post(&format!("{path}/start"), &json!({ "dry_run": false })).status < 300);
        }
        let created: i64 = paths.iter().map(|path| settled(&admin, path)["progress"]["created"].as_i64().unwrap()).sum();
        assert_eq!(created, 3_000);
        assert_eq!(admin.get("/api/v1/customers?count=exact&limit=1").expect(200)["total"], 3_000);
    }

    fn the_same_request_sent_several_times_at_once_is_carried_out_once(server: &Server) {
        for round in 0..10 {
            let admin = server.admin().with_header("idempotency-key", &format!("twice-{round}"));
            let input = json!({ "name": format!("第{round}次有限公司") });
            let ids: Vec<String> = thread::scope(|scope| {
                let send = || admin.post("/api/v1/customers", &input).expect(201).id();
                let sent: Vec<_> = (0..4).map(|_| scope.spawn(send)).collect();
                sent.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        }
        assert_eq!(server.admin().get("/api/v1/customers?count=exact&limit=1").expect(200)["total"], 10);
    }

    fn numbers_of_seventeen_digits_come_out_as_they_went_in_and_lists_by_them_have_an_end(server: &Server) {
        let admin = server.admin();
        server.create("custom_fields", &json!({ "object": "customers", "key": "share", "kind": "number", "label_zh": "份额", "label_en": "Share" }));
        let share = 14.0 / 15.0 * 100.0;
        for n in 0..7 {
            let id = server.create("customers", &json!({ "name": format!("客户{n}"), "custom": { "share": share } }));
            assert_eq!(admin.get(&format!("/api/v1/customers/{id}")).expect(200)["custom"]["share"], json!(share));
        }
        for sort in ["custom.share", "-custom.share"] {
            let (mut found, mut after) = (0, String::new());
            for _ in 0..5 {
                let page = admin.get(&format!("/api/v1/customers?sort={sort}&limit=2{after}")).expect(200);
                found += page.items().len();
                match page["next_cursor"].as_str() {
                    Some(cursor) => after = format!("&cursor={cursor}"),
                    None => break,
                }
            }
            assert_eq!(found, 7, "{sort}");
        }
    }
}
