//! Fields of the organisation: what becomes of stored values when a definition changes, goes or comes back.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn choice_field(admin: &Client, options: &[&str]) -> Reply {
    let choices: Vec<Value> = options.iter().map(|key| json!({ "key": key, "color": "info" })).collect();
    let field = json!({ "object": "customers", "key": "region", "kind": "choice", "label_zh": "大区", "label_en": "Region", "choices": choices });
    admin.post("/api/v1/custom_fields", &field).expect(201)
}

fn in_region(server: &Server, name: &str, region: Option<&str>) -> String {
    server.create("customers", &json!({ "name": name, "custom": region.map_or(json!({}), |r| json!({ "region": r })) }))
}

fn names(page: &Reply) -> Vec<String> {
    page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
}

fn filtered(admin: &Client, op: &str, value: Option<&str>) -> Reply {
    let filter = json!({ "field": "custom.region", "op": op, "value": value }).to_string();
    let encoded: String = filter.bytes().map(|b| format!("%{b:02X}")).collect();
    admin.get(&format!("/api/v1/customers?sort=name&filter={encoded}"))
}

/// The names of all customers in an order, page by page; a list that begins again is cut off.
fn paged(admin: &Client, sort: &str) -> Vec<String> {
    let (mut found, mut path) = (Vec::new(), format!("/api/v1/customers?limit=1&sort={sort}"));
    for _ in 0..20 {
        let page = admin.get(&path).expect(200);
        found.extend(names(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/customers?limit=1&sort={sort}&cursor={cursor}");
    }
    found
}

/// The lines of an export of names and regions.
fn exported(admin: &Client) -> Vec<String> {
    let wanted =
        json!({ "object": "customers", "format": "csv", "sort": "custom.region", "fields": ["name", "custom.region"] });
    let export = format!("/api/v1/exports/{}", admin.post("/api/v1/exports", &wanted).expect(202).id());
    until("the export ends", || (admin.get(&export).expect(200)["state"] == "done").then_some(()));
    let file = admin.get(&format!("{export}/content")).expect(200);
    let text = String::from_utf8_lossy(&file.body).into_owned();
    text.trim_start_matches('\u{feff}').lines().skip(1).map(str::to_owned).collect()
}

engines! {
    fn an_option_that_records_have_can_be_renamed_and_cannot_be_left_out(server: &Server) {
        let admin = server.admin();
        let field = choice_field(&admin, &["华东区", "华南区", "华北区"]);
        let path = format!("/api/v1/custom_fields/{}", field.id());
        in_region(server, "甲", Some("华东区"));
        in_region(server, "乙", Some("华东区"));
        let renamed = json!({ "choices": [{ "key": "华东区", "label_zh": "华东", "label_en": "East", "color": "info" }, { "key": "华南区" }] });
        let renamed = admin.patch(&path, 1, &renamed).expect(200);
        assert_eq!(renamed["choices"][0], json!({ "key": "华东区", "label_zh": "华东", "label_en": "East", "color": "info" }));
        assert_eq!(names(&filtered(&admin, "eq", Some("华东区")).expect(200)), ["乙", "甲"]);
        assert_eq!(exported(&admin).iter().filter(|line| line.ends_with(",East")).count(), 2);
        let reply = admin.patch(&path, 2, &json!({ "choices": [{ "key": "华南区" }] })).expect(422);
        assert_eq!((&reply["errors"][0]["field"], &reply["errors"][0]["code"]), (&json!("choices"), &json!("choice_in_use")));
        let message = reply["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("华东 / East (2)"), "{message}");
        admin.patch(&path, 2, &json!({ "choices": [{ "key": "华东区", "label_zh": "华东", "label_en": "East" }] })).expect(200);
    }

    fn a_value_that_is_no_option_any_more_is_listed_filtered_and_exported_as_it_is_stored(server: &Server) {
        let admin = server.admin();
        let field = choice_field(&admin, &["a", "m", "z"]);
        for (name, region) in [("c1", None), ("c2", Some("a")), ("c3", Some("z")), ("c4", Some("z")), ("c5", None)] {
            in_region(server, name, region);
        }
        // An archived record is in nobody's way and keeps what it has.
        let kept = format!("/api/v1/customers/{}", in_region(server, "c6", Some("m")));
        assert!(admin.delete(&kept).status < 300);
        admin.patch(&format!("/api/v1/custom_fields/{}", field.id()), 1, &json!({ "choices": [{ "key": "a" }, { "key": "z" }] })).expect(200);
        admin.post_empty(&format!("{kept}/restore")).expect(200);
        assert_eq!(admin.get(&kept).expect(200)["custom"]["region"], "m");
        let ascending = paged(&admin, "custom.region");
        assert_eq!(ascending, ["c1", "c5", "c2", "c6", "c3", "c4"]);
        let descending: Vec<String> = ascending.into_iter().rev().collect();
        assert_eq!(paged(&admin, "-custom.region"), descending);
        assert_eq!(names(&filtered(&admin, "is_not_empty", None).expect(200)), ["c2", "c3", "c4", "c6"]);
        assert_eq!(names(&filtered(&admin, "is_empty", None).expect(200)), ["c1", "c5"]);
        assert_eq!(exported(&admin), ["c1,", "c5,", "c2,a", "c6,m", "c3,z", "c4,z"]);
        // As a new value it is refused.
        assert_eq!(admin.post("/api/v1/customers", &json!({ "name": "c7", "custom": { "region": "m" } })).expect(422).wrong_fields(), ["custom.region"]);
    }

    fn a_field_made_again_finds_its_values_and_is_refused_while_they_are_of_another_kind(server: &Server) {
        let admin = server.admin();
        let field = |kind: &str, choices: &[&str]| {
            let choices: Vec<Value> = choices.iter().map(|key| json!({ "key": key })).collect();
            let field = json!({ "object": "customers", "key": "code", "kind": kind, "label_zh": "编码", "label_en": "Code", "choices": choices });
            admin.post("/api/v1/custom_fields", &field)
        };
        let path = format!("/api/v1/custom_fields/{}", field("text", &[]).expect(201).id());
        server.create("customers", &json!({ "name": "甲", "custom": { "code": "A-1" } }));
        server.create("customers", &json!({ "name": "乙", "custom": { "code": "17" } }));
        server.create("customers", &json!({ "name": "丙" }));
        let archived = server.create("customers", &json!({ "name": "丁", "custom": { "code": "2026-03-04" } }));
        assert!(admin.delete(&format!("/api/v1/customers/{archived}")).status < 300);
        admin.delete(&path).expect(204);
        let refused = |reply: Reply, field: &str, code: &str, records: usize| {
            let error = reply.expect(422)["errors"][0].clone();
            assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
            assert!(error["message"].as_str().unwrap().contains(&format!(" {records} ")), "{error}");
        };
        for (kind, records) in [("int", 3), ("money", 3), ("number", 3), ("percent", 3), ("bool", 3), ("date", 2), ("datetime", 3)] {
            refused(field(kind, &[]), "key", "stored_of_another_kind", records);
        }
        refused(field("choice", &["17", "18"]), "choices", "stored_beyond_choices", 2);
        let again = field("choice", &["17", "A-1", "2026-03-04"]).expect(201).id();
        let page = admin.get("/api/v1/customers?sort=-custom.code").expect(200);
        assert_eq!(names(&page), ["甲", "乙", "丙"]);
        admin.delete(&format!("/api/v1/custom_fields/{again}")).expect(204);
        field("text", &[]).expect(201);
    }

    fn what_was_masked_does_not_come_back_as_a_text(server: &Server) {
        let admin = server.admin();
        let field = |kind: &str| {
            let field = json!({ "object": "customers", "key": "direct", "kind": kind, "label_zh": "直线", "label_en": "Direct line" });
            admin.post("/api/v1/custom_fields", &field)
        };
        for (kind, value) in [("phone", "13812345678"), ("email", "a@example.com")] {
            let id = field(kind).expect(201).id();
            let customer = server.create("customers", &json!({ "name": "甲", "custom": { "direct": value } }));
            admin.delete(&format!("/api/v1/custom_fields/{id}")).expect(204);
            for other in ["text", "long_text", "url", if kind == "phone" { "email" } else { "phone" }] {
                let error = field(other).expect(422)["errors"][0].clone();
                assert_eq!((&error["field"], &error["code"]), (&json!("key"), &json!("stored_of_another_kind")), "{other}");
            }
            let again = field(kind).expect(201).id();
            admin.patch(&format!("/api/v1/customers/{customer}"), 1, &json!({ "custom": { "direct": null } })).expect(200);
            admin.delete(&format!("/api/v1/custom_fields/{again}")).expect(204);
        }
        field("text").expect(201);
    }

    fn a_text_too_long_for_an_index_is_refused_as_a_short_one(server: &Server) {
        let admin = server.admin();
        let field = |kind: &str| json!({ "object": "customers", "key": "story", "kind": kind, "label_zh": "来历", "label_en": "Story" });
        let long = admin.post("/api/v1/custom_fields", &field("long_text")).expect(201).id();
        server.create("customers", &json!({ "name": "甲", "custom": { "story": "长".repeat(9_000) } }));
        admin.delete(&format!("/api/v1/custom_fields/{long}")).expect(204);
        let reply = admin.post("/api/v1/custom_fields", &field("text")).expect(422);
        assert_eq!(reply["errors"][0]["code"], "stored_of_another_kind");
        admin.post("/api/v1/custom_fields", &field("long_text")).expect(201);
    }

    fn whole_numbers_are_numbers_and_not_the_other_way_round(server: &Server) {
        let admin = server.admin();
        let field = |kind: &str| {
            let field = json!({ "object": "customers", "key": "size", "kind": kind, "label_zh": "规模", "label_en": "Size" });
            admin.post("/api/v1/custom_fields", &field)
        };
        let whole = field("int").expect(201).id();
        server.create("customers", &json!({ "name": "甲", "custom": { "size": 5 } }));
        admin.delete(&format!("/api/v1/custom_fields/{whole}")).expect(204);
        let number = field("number").expect(201).id();
        server.create("customers", &json!({ "name": "乙", "custom": { "size": 2.5 } }));
        assert_eq!(names(&admin.get("/api/v1/customers?sort=custom.size").expect(200)), ["乙", "甲"]);
        admin.delete(&format!("/api/v1/custom_fields/{number}")).expect(204);
        assert_eq!(field("int").expect(422)["errors"][0]["code"], "stored_of_another_kind");
    }
}
