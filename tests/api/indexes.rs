//! Filters and searches that people use every day are read through an index on both engines, where that is the shorter way.

use domain::condition::{Condition, Reader};
use domain::policy::Masks;
use persistence::records::{Archived, Called, List, Order, Owners};
use persistence::sql::{Engine, Sql};
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

/// Makes a customer that SQLite takes for the last of very many: there are as many as the greatest number says.
fn seem_many(server: &Server) {
    server.create("customers", &json!({ "name": "前" }));
    let pool = persistence::db::pool(server.database().url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    if conn.engine() == Engine::Sqlite {
        Sql::start(&conn, "UPDATE customers SET seq = 60000").execute(&mut conn).unwrap();
    }
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

    fn hundreds_of_names_and_phones_of_a_file_are_looked_for_by_index(server: &Server) {
        let text: String = std::iter::once("客户名称,电话\n".to_owned()).chain((0..5_000).map(|i| format!("客户{i},1390000{i:04}\n"))).collect();
        crate::imports::bring(&server.admin(), "customers", "customers.csv", text.as_bytes());
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let shape = domain::record::Shape::plain(&domain::objects::CUSTOMERS);
        let names: Vec<String> = (0..500).map(|i| format!("客户 {i}")).collect();
        let phones: Vec<String> = (0..500).map(|i| format!("1390000{i:04}")).collect();
        for (column, texts, index) in [("name", &names, "customers_name_folded"), ("phone", &phones, "customers_phone_tail")] {
            let called = Called { column, texts, link: None, at: None };
            let plan = persistence::introspect::plan_of_names(&mut conn, &shape, called).unwrap();
            assert!(plan.iter().any(|line| line.contains(index)), "{plan:#?}");
            assert!(!plan.iter().any(|line| line.contains("Seq Scan on customers") || line.contains("SCAN t")), "{plan:#?}");
            assert_eq!(persistence::records::find_alike(&mut conn, &shape, called, Owners::All).unwrap().len(), 500);
        }
    }

    fn a_beginning_that_a_good_part_of_very_many_records_have_is_found_newest_first_on_every_page(server: &Server) {
        let admin = server.admin();
        seem_many(server);
        let signs: Vec<char> = "安邦诚达恩飞高恒嘉凯利明宁平勤瑞盛泰伟新".chars().collect();
        let name = |i: usize| {
            let city = if i.is_multiple_of(3) { "北京" } else { "上海" };
            format!("{city}{}{}{}厂{i}", signs[i % 20], signs[i / 20 % 20], signs[i / 400 % 20])
        };
        let text: String = std::iter::once("客户名称,城市\n".to_owned()).chain((0..4_000).map(|i| format!("{},{}\n", name(i), i % 2))).collect();
        crate::imports::bring(&admin, "customers", "customers.csv", text.as_bytes());
        let pages = |query: &str, most: usize| {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            while found.len() < most {
                let page = admin.get(&format!("/api/v1/customers?{query}&limit=20{cursor}")).expect(200);
                found.extend(page.items().iter().map(|c| c["name"].as_str().unwrap_or_default().to_owned()));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={}", next.replace('=', "%3D"));
            }
            found
        };
        let expected = |fits: &dyn Fn(usize) -> bool, most| -> Vec<String> { (0..4_000).rev().filter(|i| fits(*i)).map(name).take(most).collect() };
        assert_eq!(pages("q=shanghai", 200), expected(&|i| i % 3 != 0, 200));
        assert_eq!(pages("q=shanghai&city=1", 200), expected(&|i| i % 3 != 0 && i % 2 == 1, 200));
        assert_eq!(pages("q=shanghai%20chang", 60), expected(&|i| i % 3 != 0, 60));
        // The newest have none of these, so the index is asked.
        assert_eq!(pages("q=shanghaianan", 200), expected(&|i| i % 3 != 0 && i % 20 == 0 && i / 20 % 20 == 0, 200));
        assert_eq!(pages("q=shanghaixinxinhengchang", 20), [name(3_199)]);
    }

    fn the_newest_records_are_looked_at_by_their_numbers_whoever_looks_and_by_what(server: &Server) {
        let text: String = std::iter::once("客户名称
".to_owned()).chain((0..2_000).map(|i| format!("客户{i}
"))).collect();
        crate::imports::bring(&server.admin(), "customers", "customers.csv", text.as_bytes());
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        if conn.engine() == Engine::Pg {
            // It knows by itself how few numbers lie between two.
            return;
        }
        let shape = domain::record::Shape::plain(&domain::objects::CUSTOMERS);
        let owners: Vec<_> = (0..6).map(|_| uuid::Uuid::now_v7()).collect();
        for (owners, seqs) in [(&owners[..0], 51), (&owners[..1], 51), (&owners[..1], 201), (&owners[..], 51), (&owners[..], 201)] {
            let list = List {
                shape: &shape,
                owners: if owners.is_empty() { Owners::All } else { Owners::Only(owners) },
                archived: Archived::No,
                condition: None,
                search: None,
                order: &Order::Newest,
                after: None,
                limit: 51,
                only: None,
            };
            let seqs: Vec<i64> = (1..=seqs).collect();
            let plan = persistence::introspect::plan_of_numbers(&mut conn, &list, &seqs).unwrap();
            assert_eq!(plan.iter().filter(|line| line.contains("USING INTEGER PRIMARY KEY (rowid")).count(), 2, "{plan:#?}");
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:#?}");
        }
    }

    fn a_page_of_the_newest_is_the_last_only_when_there_are_no_more(server: &Server) {
        let admin = server.admin();
        seem_many(server);
        let text: String = std::iter::once("客户名称
".to_owned()).chain((0..4_000).map(|i| format!("上海厂{i}
"))).collect();
        crate::imports::bring(&admin, "customers", "customers.csv", text.as_bytes());
        let newest = admin.get("/api/v1/customers?sort=-created_at&limit=20").expect(200);
        let ids: Vec<String> = newest.items().iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
        let (reader, ended) = (server.admin(), std::sync::atomic::AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for id in ids.iter().cycle() {
                    if ended.load(std::sync::atomic::Ordering::Relaxed) {
                        break;
                    }
                    let path = format!("/api/v1/customers/{id}");
                    assert!(admin.delete(&path).status < 300);
                    admin.post_empty(&format!("{path}/restore")).expect(200);
                }
            });
            for _ in 0..150 {
                let page = reader.get("/api/v1/customers?q=s&limit=20").expect(200);
                assert!(page["next_cursor"].is_string(), "{} records and no next page", page.items().len());
            }
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
        });
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
