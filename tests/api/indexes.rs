//! Filters that people use every day are read through an index on both engines.

use domain::condition::{Condition, Reader};
use domain::policy::Masks;
use persistence::records::{Archived, List, Order, Owners};
use serde_json::{Value, json};
use tests::engines;
use tests::server::Server;

/// The plan of the customers under a filter, as one text.
fn plan(server: &Server, filter: &Value) -> String {
    let pool = persistence::db::pool(server.database().url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    persistence::jobs::refresh_statistics(&mut conn, "customers").unwrap();
    let schema = app::schema::load(&mut conn).unwrap();
    let shape = schema.shape("customers").unwrap().clone();
    let cx = domain::fields::ParseCx { zone: schema.zone, me: None, now: chrono::Utc::now() };
    let shapes = |key: &str| schema.shape(key).cloned();
    let reader = Reader { shape: &shape, shapes: &shapes, masks: Masks::default(), cx: &cx };
    let condition: Condition = reader.condition(filter, "filter").unwrap();
    let order = Order::Keys(reader.default_sort());
    let list = List {
        shape: &shape,
        owners: Owners::All,
        archived: Archived::No,
        condition: Some(&condition),
        search: None,
        order: &order,
        after: None,
        limit: 51,
        only: None,
    };
    persistence::introspect::plan(&mut conn, &list).unwrap().join("\n")
}

engines! {
    fn a_filter_by_a_custom_field_goes_through_its_index(server: &Server) {
        let fields = [("delivery_zone", "text", "配送区"), ("seats", "int", "席位数"), ("contract_end", "date", "合同到期"), ("discount", "percent", "折扣")];
        for (key, kind, label) in fields {
            server.create("custom_fields", &json!({ "object": "customers", "key": key, "kind": kind, "label_zh": label, "label_en": key }));
        }
        let row = |i: i32| format!("客户{i},{i}区,{i},20{:02}-0{}-11,{}.5\n", i % 50 + 20, i % 9 + 1, i % 99);
        let text: String = std::iter::once("客户名称,配送区,席位数,合同到期,折扣\n".to_owned()).chain((0..3_000).map(row)).collect();
        let done = crate::imports::bring(&server.admin(), "customers", "customers.csv", text.as_bytes());
        assert_eq!(done["progress"]["created"], 3_000, "{}", done.json);
        let values = [json!("77区"), json!(77), json!("2031-05-11"), json!(12.5)];
        for ((key, ..), value) in fields.into_iter().zip(values) {
            let filter = json!({ "field": format!("custom.{key}"), "op": "eq", "value": value });
            let plan = plan(server, &filter);
            assert!(plan.contains(&format!("customers_custom_{key}")), "{filter}\n{plan}");
        }
    }

    fn a_phone_as_it_stands_is_found_by_its_last_digits(server: &Server) {
        let text: String = std::iter::once("客户名称,电话\n".to_owned()).chain((0..2_000).map(|i| format!("客户{i},1390000{i:04}\n"))).collect();
        crate::imports::bring(&server.admin(), "customers", "customers.csv", text.as_bytes());
        let id = server.create("customers", &json!({ "name": "电话客户", "phone": "021-6666 7777" }));
        for (op, value) in [("eq", json!("021-6666 7777")), ("in", json!(["021-6666 7777", "13800000000"]))] {
            let filter = json!({ "field": "phone", "op": op, "value": value });
            let plan = plan(server, &filter);
            assert!(plan.contains("customers_phone_tail"), "{filter}\n{plan}");
            let path = format!("/api/v1/customers?filter={}", encoded(&filter));
            assert_eq!(server.admin().get(&path).expect(200).items()[0]["id"], json!(id));
        }
        let other = json!({ "field": "phone", "op": "eq", "value": "021-66667777" });
        assert!(server.admin().get(&format!("/api/v1/customers?filter={}", encoded(&other))).expect(200).items().is_empty());
    }

    fn a_filter_by_a_rare_tag_or_a_member_of_a_team_begins_at_those_who_have_it(server: &Server) {
        let text: String = std::iter::once("客户名称\n".to_owned()).chain((0..2_000).map(|i| format!("客户{i}\n"))).collect();
        crate::imports::bring(&server.admin(), "customers", "customers.csv", text.as_bytes());
        let tag = server.create("tags", &json!({ "name": "年会邀请" }));
        let (member, _) = server.user("representative", None);
        server.create("customers", &json!({ "name": "有标签的客户", "tags": [tag], "account_team_ids": [member] }));
        for (field, value) in [("tags", &tag), ("account_team_ids", &member)] {
            for op in ["has_any", "has_all"] {
                let filter = json!({ "field": field, "op": op, "value": [value] });
                let plan = plan(server, &filter);
                // PostgreSQL decides by itself, from how often a tag occurs.
                let decided = plan.contains("cost=");
                assert!(decided || plan.contains("SEARCH t USING INDEX sqlite_autoindex_customers_1 (id=?)"), "{filter}\n{plan}");
                let found = server.admin().get(&format!("/api/v1/customers?count=exact&filter={}", encoded(&filter))).expect(200);
                assert_eq!((found.items().len(), &found["total"]), (1, &json!(1)), "{filter}");
            }
        }
    }
}

fn encoded(filter: &Value) -> String {
    filter.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
}
