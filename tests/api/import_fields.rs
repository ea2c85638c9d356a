//! What becomes of values on their way from a file into fields, those of the organisation among them.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;

use crate::imports::{analyse, bring, run, settled};

const FILE: &str = "公司,片区,授信等级,终端数量,毛利率,签约额,首次到访,已备案\n\
    甲公司,华东,A+,12,35%,1200.50,2026-03-05,是\n\
    乙公司,华北,a-,7,8.5,88,2026/4/6,否\n\
    丙公司,,A,1,2,3,2026-01-01,是\n";

/// Fields of several kinds, the first of them required.
fn add_fields(admin: &Client) {
    let option = |key: &str, label: &str| json!({ "key": key, "label_zh": label, "label_en": label });
    let ratings = json!([option("a", "A"), option("a_plus", "A+"), option("a_minus", "A-")]);
    for (key, kind, zh, en, choices) in [
        ("zone", "text", "片区", "Zone", json!([])),
        ("rating", "choice", "授信等级", "Credit rating", ratings),
        ("terminals", "int", "终端数量", "Terminals", json!([])),
        ("margin", "percent", "毛利率", "Margin", json!([])),
        ("signed", "money", "签约额", "Signed", json!([])),
        ("first_visit", "date", "首次到访", "First visit", json!([])),
        ("registered", "bool", "已备案", "Registered", json!([])),
    ] {
        let field = json!({
            "object": "customers", "key": key, "kind": kind, "label_zh": zh, "label_en": en, "choices": choices,
            "required": key == "zone"
        });
        admin.post("/api/v1/custom_fields", &field).expect(201);
    }
}

fn custom(client: &Client, name: &str) -> Value {
    let page = client.get("/api/v1/customers?limit=200").expect(200);
    page.items().iter().find(|customer| customer["name"] == name).map(|c| c["custom"].clone()).unwrap_or_default()
}

fn patch(client: &Client, import: &Reply, body: &Value) -> Reply {
    client.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), body)
}

engines! {
    fn custom_fields_are_imported_by_their_labels_required_like_any_other_and_exported(server: &Server) {
        let admin = server.admin();
        add_fields(&admin);
        let import = analyse(&admin, "customers", "x.csv", FILE.as_bytes()).expect(201);
        for (header, key) in [("片区", "zone"), ("授信等级", "rating"), ("毛利率", "margin"), ("首次到访", "first_visit")] {
            assert_eq!(import["mapping"][header], format!("custom.{key}"), "{}", import["mapping"]);
        }
        let done = run(&admin, &import, false);
        assert_eq!((&done["progress"]["created"], &done["progress"]["rejected"]), (&json!(2), &json!(1)), "{}", done["issues"]);
        let errors = admin.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
        let error = &errors["items"][0];
        assert_eq!((&error["row"], &error["column"], &error["code"]), (&json!(4), &json!("片区"), &json!("required")), "{error}");
        let first = json!({ "zone": "华东", "rating": "a_plus", "terminals": 12, "margin": 35.0, "signed": 120_050, "first_visit": "2026-03-05", "registered": true });
        let second = json!({ "zone": "华北", "rating": "a_minus", "terminals": 7, "margin": 8.5, "signed": 8_800, "first_visit": "2026-04-06", "registered": false });
        assert_eq!((custom(&admin, "甲公司"), custom(&admin, "乙公司")), (first, second));

        // What goes out comes back as the same.
        for format in ["csv", "xlsx"] {
            let export = admin.post("/api/v1/exports", &json!({ "object": "customers", "format": format })).expect(202);
            assert_eq!(settled(&admin, &format!("/api/v1/exports/{}", export.id()))["rows"], 2);
            let file = admin.get(&format!("/api/v1/exports/{}/content", export.id())).expect(200);
            if format == "csv" {
                let text = String::from_utf8_lossy(&file.body).into_owned();
                assert!(["Credit rating", "First visit", "A+", "华东", "2026-04-06"].iter().all(|part| text.contains(part)), "{text}");
            }
            let again = analyse(&admin, "customers", &format!("x.{format}"), &file.body).expect(201);
            for key in ["zone", "rating", "terminals", "margin", "signed", "first_visit", "registered"] {
                let key = json!(format!("custom.{key}"));
                assert!(again["mapping"].as_object().unwrap().values().any(|field| *field == key), "{format}: {key} of {}", again["mapping"]);
            }
            let done = run(&admin, &again, false);
            assert_eq!((&done["progress"]["unchanged"], &done["progress"]["rejected"]), (&json!(2), &json!(0)), "{format}: {}", done["issues"]);
        }
    }

    fn a_required_custom_field_may_be_given_for_all_rows_of_a_file(server: &Server) {
        let admin = server.admin();
        add_fields(&admin);
        let done = bring(&admin, "customers", "x.csv", "公司\n甲公司\n".as_bytes());
        assert_eq!((&done["progress"]["created"], &done["progress"]["rejected"]), (&json!(0), &json!(1)), "{}", done["issues"]);
        let import = analyse(&admin, "customers", "x.csv", "公司\n甲公司\n".as_bytes()).expect(201);
        patch(&admin, &import, &json!({ "defaults": { "custom.nonsense": 1 } })).expect(422);
        patch(&admin, &import, &json!({ "defaults": { "custom.zone": "华南", "custom.margin": 20 } })).expect(200);
        assert_eq!(run(&admin, &import, false)["progress"]["created"], 1);
        assert_eq!(custom(&admin, "甲公司"), json!({ "zone": "华南", "margin": 20.0 }));
    }

    fn a_name_alone_makes_no_record_that_has_required_custom_fields(server: &Server) {
        let admin = server.admin();
        add_fields(&admin);
        server.create("customers", &json!({ "name": "甲公司", "custom": { "zone": "华东" } }));
        let file = "商机名称,客户\n项目一,甲公司\n项目二,乙公司\n".as_bytes();
        for dry_run in [true, false] {
            let import = analyse(&admin, "opportunities", "x.csv", file).expect(201);
            let options = json!({ "mapping": { "商机名称": "name", "客户": "customer_id" }, "create_missing": { "customer_id": true } });
            patch(&admin, &import, &options).expect(200);
            let done = run(&admin, &import, dry_run);
            let issues = admin.get(&format!("/api/v1/imports/{}/errors", import.id())).expect(200);
            let codes: Vec<&str> = issues.items().iter().filter_map(|issue| issue["code"].as_str()).collect();
            assert_eq!(codes, ["link_needs_fields"], "{}", issues.json);
            assert_eq!(issues.items()[0]["row"], 3);
            assert_eq!(done["progress"]["created_linked"], json!({}), "{}", done["progress"]);
        }
        assert_eq!(admin.get("/api/v1/customers?count=exact").expect(200)["total"], 1);
    }

    fn a_unit_and_an_owner_chosen_for_an_import_can_be_taken_back(server: &Server) {
        let admin = server.admin();
        let (owner, _) = server.user("representative", None);
        let import = analyse(&admin, "customers", "x.csv", "公司,年营业额\n甲公司,12\n".as_bytes()).expect(201);
        let chosen = patch(&admin, &import, &json!({ "multiply": { "年营业额": 10_000 }, "default_owner_id": owner })).expect(200);
        assert_eq!((&chosen["multiply"]["年营业额"], &chosen["default_owner_id"]), (&json!(10_000), &json!(owner)));
        let back = patch(&admin, &import, &json!({ "multiply": { "年营业额": 1 }, "default_owner_id": null })).expect(200);
        assert_eq!((&back["multiply"], &back["default_owner_id"]), (&json!({}), &Value::Null));
        patch(&admin, &import, &json!({ "multiply": { "年营业额": 10_000 } })).expect(200);
        let back = patch(&admin, &import, &json!({ "multiply": { "年营业额": null } })).expect(200);
        assert_eq!(back["multiply"], json!({}));
        run(&admin, &import, false);
        let page = admin.get("/api/v1/customers").expect(200);
        assert_eq!(page.items()[0]["annual_revenue_minor"], 1_200);
        assert_ne!(page.items()[0]["owner_id"], json!(owner));
    }

    fn two_people_who_change_an_import_at_once_do_not_undo_each_other(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "customers", "x.csv", "公司,城市\n甲公司,上海\n".as_bytes()).expect(201);
        let path = format!("/api/v1/imports/{}", import.id());
        let version = import["version"].as_i64().unwrap();
        let first = admin.patch(&path, version, &json!({ "existing": "skip" })).expect(200);
        assert_eq!(first["version"], version + 1);
        assert_eq!(admin.patch(&path, version, &json!({ "mapping": { "城市": null } })).expect(412)["code"], "stale_version");
        admin.send("PATCH", &path, Some(("application/json", br#"{"mapping":{}}"#))).expect(428);
        assert_eq!(admin.get(&path).expect(200)["mapping"]["城市"], "city");
    }

    fn an_import_that_others_have_changed_does_not_start_with_settings_nobody_has_looked_at(server: &Server) {
        let admin = server.admin();
        let import = analyse(&admin, "customers", "x.csv", "公司,城市\n甲公司,上海\n".as_bytes()).expect(201);
        let path = format!("/api/v1/imports/{}", import.id());
        let version = import["version"].as_i64().unwrap();
        admin.patch(&path, version, &json!({ "mapping": { "城市": null } })).expect(200);
        let start = |version: i64| {
            let based = admin.with_header("if-match", &format!("\"{version}\""));
            based.post(&format!("{path}/start"), &json!({ "dry_run": false }))
        };
        assert_eq!(start(version).expect(412)["code"], "stale_version");
        assert_eq!(admin.get(&path).expect(200)["state"], "draft");
        start(version + 1).expect(202);
        assert_eq!(settled(&admin, &path)["progress"]["created"], 1);
        assert_eq!(admin.get("/api/v1/customers").expect(200).items()[0]["city"], Value::Null);
    }
}
