//! What an import may set and link to: nothing that its caller could not when making the same records by hand.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;

use crate::imports::{analyse, run};

const CONTACTS: &str = "姓名,公司\n张三,甲\n李四,乙公司\n";

fn contacts(client: &Client, text: &str) -> Reply {
    analyse(client, "contacts", "contacts.csv", text.as_bytes()).expect(201)
}

fn patch(client: &Client, import: &Reply, body: &Value) -> Reply {
    client.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), body)
}

/// The fields that a change of the options is refused for, each with its code.
fn refused(reply: Reply) -> Vec<(String, String)> {
    let reply = reply.expect(422);
    let errors = reply["errors"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors.map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

fn issues(client: &Client, import: &Reply) -> Vec<(i64, String)> {
    let page = client.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
    page.items().iter().map(|i| (i["row"].as_i64().unwrap(), i["code"].as_str().unwrap().to_owned())).collect()
}

fn wrong(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

/// A text of many different characters, which no database makes short.
fn note(characters: u32) -> String {
    (0..characters).filter_map(|n| char::from_u32(0x4e00 + n * 7_919 % 20_000)).collect()
}

engines! {
    fn fields_that_only_the_system_writes_have_no_default_either(server: &Server) {
        let admin = server.admin();
        let other = server.create("customers", &json!({ "name": "甲公司" }));
        let import = analyse(&admin, "customers", "x.csv", "公司\n乙公司\n".as_bytes()).expect(201);
        for (field, value) in [
            ("merged_into_id", json!(other)),
            ("pooled_at", json!("2026-01-01T00:00:00Z")),
            ("grade_manual", json!(true)),
            ("health", json!(99)),
            ("health", Value::Null),
            ("version", json!(7)),
        ] {
            let reply = patch(&admin, &import, &json!({ "defaults": { field: value, "city": "上海" } }));
            assert_eq!(refused(reply), wrong(&format!("defaults.{field}"), "read_only"));
        }
        patch(&admin, &import, &json!({ "defaults": { "city": "上海", "parent_id": other } })).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["created"], 1);
        let page = admin.get("/api/v1/customers?sort=-created_at").expect(200);
        let made = &page.items()[0];
        assert_eq!((&made["city"], &made["parent_id"], &made["pooled_at"]), (&json!("上海"), &json!(other), &Value::Null));
    }

    fn who_sees_numbers_masked_reads_and_runs_no_import_of_somebody_else(server: &Server) {
        let (admin, marketing) = (server.admin(), server.as_role("marketing"));
        let file = "姓名,手机,邮箱\n张三,13812345678,不是邮箱\n";
        let import = analyse(&admin, "contacts", "contacts.csv", file.as_bytes()).expect(201);
        let path = format!("/api/v1/imports/{}", import.id());
        assert!(admin.get(&path).expect(200).json.to_string().contains("13812345678"), "samples stand in it");
        let refuses = |version: i64| {
            for part in ["", "/errors"] {
                marketing.get(&format!("{path}{part}")).expect(404);
            }
            marketing.patch(&path, version, &json!({ "bad_cells": "leave_empty" })).expect(404);
            marketing.post(&format!("{path}/start"), &json!({ "dry_run": true })).expect(404);
            marketing.post_empty(&format!("{path}/undo")).expect(404);
        };
        refuses(import.version());
        let done = run(&admin, &import, false);
        assert_eq!(done["state"], "done", "{}", done.json);
        refuses(admin.get(&path).expect(200).version());
        // Its own file it knows.
        let own = analyse(&marketing, "contacts", "contacts.csv", file.as_bytes()).expect(201);
        marketing.get(&format!("/api/v1/imports/{}", own.id())).expect(200);
        assert_eq!(run(&marketing, &own, true)["state"], "done");
    }

    fn a_row_about_somebody_elses_deal_makes_nobody_at_its_customer(server: &Server) {
        let admin = server.admin();
        let (me, rep) = server.user("representative", None);
        let (colleague, _) = server.user("representative", None);
        let theirs = server.create("customers", &json!({ "name": "别人的", "owner_id": colleague }));
        let mine = server.create("customers", &json!({ "name": "我的", "owner_id": me }));
        for (number, customer, owner) in [("D-1", &theirs, &colleague), ("D-2", &mine, &me), ("D-3", &theirs, &me)] {
            server.create("opportunities", &json!({ "name": number, "number": number, "customer_id": customer, "owner_id": owner }));
        }
        let file = "商机编号,商机名称,联系人\nD-1,一,张三\nD-2,二,李四\nD-3,三,王五\n";
        let import = analyse(&rep, "opportunities", "deals.csv", file.as_bytes()).expect(201);
        let making = json!({ "match_fields": ["number"], "create_missing": { "contact_id": true } });
        patch(&rep, &import, &making).expect(200);
        run(&rep, &import, false);
        let at = |customer: &str| {
            let page = admin.get(&format!("/api/v1/contacts?customer_id={customer}")).expect(200);
            page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((at(&theirs), at(&mine)), (Vec::new(), vec!["李四".to_owned()]));
    }

    fn an_import_links_only_to_what_its_caller_may_link_to_by_hand(server: &Server) {
        let admin = server.admin();
        let (me, rep) = server.user("representative", None);
        let (colleague, _) = server.user("representative", None);
        let theirs = server.create("customers", &json!({ "name": "别人的", "owner_id": colleague }));
        let mine = rep.post("/api/v1/customers", &json!({ "name": "我的" })).expect(201).id();
        let archived = rep.post("/api/v1/customers", &json!({ "name": "旧的" })).expect(201).id();
        rep.delete(&format!("/api/v1/customers/{archived}")).expect(200);
        let by_hand = |customer: &str| rep.post("/api/v1/contacts", &json!({ "name": "张三", "customer_id": customer }));
        let import = contacts(&rep, CONTACTS);
        for id in [&theirs, &archived, "0197a000-0000-7000-8000-000000000000"] {
            assert_eq!(refused(by_hand(id)), wrong("customer_id", "link_missing"));
            let said = patch(&rep, &import, &json!({ "value_links": { "customer_id": { "甲": id, "乙公司": mine } } }));
            assert_eq!(refused(said), wrong("value_links.customer_id", "link_missing"));
            let given = patch(&rep, &import, &json!({ "defaults": { "customer_id": id } }));
            assert_eq!(refused(given), wrong("defaults.customer_id", "link_missing"));
            let owner = patch(&rep, &import, &json!({ "default_owner_id": id }));
            assert_eq!(refused(owner), wrong("default_owner_id", "link_missing"));
        }
        let hand_over = rep.post("/api/v1/customers", &json!({ "name": "给别人", "owner_id": colleague }));
        assert_eq!(refused(hand_over), wrong("owner_id", "owner_out_of_scope"));
        let owner = patch(&rep, &import, &json!({ "default_owner_id": colleague }));
        assert_eq!(refused(owner), wrong("default_owner_id", "owner_out_of_scope"));
        let given = patch(&rep, &import, &json!({ "defaults": { "owner_id": colleague } }));
        assert_eq!(refused(given), wrong("defaults.owner_id", "owner_out_of_scope"));
        let said = json!({
            "value_links": { "customer_id": { "甲": mine, "乙公司": null } }, "default_owner_id": me, "bad_cells": "reject_row"
        });
        patch(&rep, &import, &said).expect(200);
        assert_eq!(run(&rep, &import, false)["progress"]["created"], 2);
        // The administrator may link to what belongs to anybody.
        patch(&admin, &contacts(&admin, CONTACTS), &json!({ "value_links": { "customer_id": { "甲": theirs } } })).expect(200);

        // Ids in the cells of a file are under the same rule.
        let file = format!("姓名,公司\n一,{mine}\n二,{theirs}\n三,{archived}\n");
        let import = contacts(&rep, &file);
        patch(&rep, &import, &json!({ "mapping": { "姓名": "name", "公司": "customer_id" } })).expect(200);
        assert_eq!(run(&rep, &import, false)["progress"]["created"], 1);
        assert_eq!(issues(&rep, &import), [(3, "link_not_found".to_owned()), (4, "link_not_found".to_owned())]);
    }

    fn a_value_whose_record_has_gone_since_is_a_bad_cell(server: &Server) {
        let admin = server.admin();
        let [first, second] = ["客户一", "客户二"].map(|name| server.create("customers", &json!({ "name": name })));
        let import = contacts(&admin, CONTACTS);
        patch(&admin, &import, &json!({ "value_links": { "customer_id": { "甲": first, "乙公司": second } } })).expect(200);
        admin.delete(&format!("/api/v1/customers/{first}")).expect(200);
        // What was said before is in the way of no other change.
        patch(&admin, &import, &json!({ "existing": "skip" })).expect(200);
        for dry_run in [true, false] {
            let done = run(&admin, &import, dry_run);
            assert_eq!((&done["state"], &done["progress"]["created"]), (&json!("done"), &json!(1)), "{}", done.json);
            assert_eq!(issues(&admin, &import), [(2, "link_not_found".to_owned())]);
        }
        let page = admin.get("/api/v1/contacts").expect(200);
        assert_eq!(page.items()[0]["customer_id"], json!(second));
    }

    fn an_import_does_not_begin_when_what_all_rows_are_given_has_gone(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "客户一" }));
        let (owner, _) = server.user("representative", None);
        let [linked, owned] = [(); 2].map(|()| contacts(&admin, "姓名\n张三\n"));
        patch(&admin, &linked, &json!({ "defaults": { "customer_id": customer } })).expect(200);
        patch(&admin, &owned, &json!({ "default_owner_id": owner })).expect(200);
        admin.delete(&format!("/api/v1/customers/{customer}")).expect(200);
        admin.delete(&format!("/api/v1/users/{owner}")).expect(200);
        for (import, why) in [(linked, "default_missing"), (owned, "default_owner_missing")] {
            let done = run(&admin, &import, false);
            assert_eq!((&done["state"], &done["error"]), (&json!("failed"), &json!(why)), "{}", done.json);
        }
        assert_eq!(admin.get("/api/v1/contacts?count=exact").expect(200)["total"], 0);
    }

    fn a_note_in_the_column_of_customers_becomes_no_customer(server: &Server) {
        let admin = server.admin();
        let file = format!("姓名,公司\n一,{}\n二,{}\n三,\"丙\n公司\"\n", note(10_000), note(201));
        for dry_run in [true, false] {
            let import = contacts(&admin, &file);
            let options = json!({ "mapping": { "姓名": "name", "公司": "customer_id" }, "create_missing": { "customer_id": true } });
            patch(&admin, &import, &options).expect(200);
            let done = run(&admin, &import, dry_run);
            assert_eq!((&done["state"], &done["progress"]["created"]), (&json!("done"), &json!(1)), "{}", done.json);
            assert_eq!(issues(&admin, &import), [2, 3].map(|row| (row, "link_not_created".to_owned())));
        }
        let page = admin.get("/api/v1/customers").expect(200);
        assert_eq!(page.items().iter().map(|c| &c["name"]).collect::<Vec<_>>(), [&json!("丙 公司")]);

        // Nor is one waited for in the file itself.
        let file = format!("公司,上级客户\n甲公司,{}\n乙公司,丁公司\n", note(10_000));
        let import = analyse(&admin, "customers", "customers.csv", file.as_bytes()).expect(201);
        let options = json!({ "mapping": { "公司": "name", "上级客户": "parent_id" }, "create_missing": { "parent_id": true } });
        patch(&admin, &import, &options).expect(200);
        let done = run(&admin, &import, false);
        assert_eq!((&done["state"], &done["progress"]["created"]), (&json!("done"), &json!(1)), "{}", done.json);
        assert_eq!(issues(&admin, &import), [(2, "link_not_created".to_owned())]);
    }
}
