//! The record mechanism over HTTP: versions, merge patch, archive, lists, bulk, idempotency, custom fields, events.

use serde_json::{Value, json};
use tests::engines;
use tests::server::Server;

fn customer(server: &Server, name: &str) -> String {
    server.create("customers", &json!({ "name": name }))
}

engines! {
    fn the_lines_of_an_order_go_with_it_to_a_new_owner(server: &Server) {
        let ((old, before), (new, after)) = (server.user("representative", None), server.user("representative", None));
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        let order = server.create("orders", &json!({
            "customer_id": customer, "ordered_on": "2026-05-04", "owner_id": old,
            "lines": [{ "quantity": 2, "unit_price_minor": 5_000 }, { "quantity": 1, "unit_price_minor": 700 }],
        }));
        let lines = |client: &tests::client::Client| client.get("/api/v1/order_lines").expect(200).items().len();
        assert_eq!((lines(&before), lines(&after)), (2, 0));
        server.admin().patch(&format!("/api/v1/orders/{order}"), server.admin().get(&format!("/api/v1/orders/{order}")).expect(200).version(), &json!({ "owner_id": new })).expect(200);
        assert_eq!((lines(&before), lines(&after)), (0, 2));
    }

    fn a_filter_over_a_link_tells_nothing_of_records_out_of_sight(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let secret = server.create("customers", &json!({ "name": "他人的客户", "annual_revenue_minor": 123_400 }));
        let own = server.create("customers", &json!({ "name": "自己的客户", "annual_revenue_minor": 123_400, "owner_id": id }));
        for (name, customer) in [("商机一", &secret), ("商机二", &own)] {
            server.create("opportunities", &json!({ "name": name, "customer_id": customer, "owner_id": id }));
        }
        let found = |client: &tests::client::Client, filter: serde_json::Value| -> Vec<String> {
            let encoded: String = filter.to_string().bytes().map(|b| format!("%{b:02X}")).collect();
            let page = client.get(&format!("/api/v1/opportunities?sort=created_at&filter={encoded}")).expect(200);
            page.items().iter().map(|o| o["name"].as_str().unwrap().to_owned()).collect()
        };
        let revenue = json!({ "field": "customer_id.annual_revenue_minor", "op": "gt", "value": 100_000 });
        assert_eq!(found(&server.admin(), revenue.clone()), ["商机一", "商机二"]);
        assert_eq!(found(&rep, revenue.clone()), ["商机二"]);
        assert_eq!(found(&rep, json!({ "field": "customer_id.name", "op": "is_empty" })), ["商机一"]);
        assert_eq!(found(&rep, json!({ "field": "owner_id.name", "op": "is_not_empty" })), ["商机一", "商机二"]);
        // Who may not see customers at all learns nothing of any.
        let role = json!({ "key": "deals_only", "name_zh": "只看商机", "name_en": "Deals only", "permissions": { "opportunities": { "read": "all" } } });
        server.admin().post("/api/v1/roles", &role).expect(201);
        assert!(found(&server.as_role("deals_only"), revenue).is_empty());
    }

    fn a_record_comes_back_as_it_was_sent_with_its_system_fields(server: &Server) {
        let admin = server.admin();
        let made = admin.post("/api/v1/customers", &json!({ "name": "张江精密仪器有限公司", "city": "上海", "employees": 120, "grade": "A", "grade_reason": "测试" })).expect(201);
        assert_eq!((made.version(), &made["city"], &made["employees"], &made["grade"]), (1, &json!("上海"), &json!(120), &json!("A")));
        assert!(made["created_at"].is_string() && made["archived_at"].is_null() && made["custom"].is_object());
        let read = admin.get(&format!("/api/v1/customers/{}", made.id())).expect(200);
        // Scores follow in the background, at any moment after the answer; they are no change by anybody, so the version stays.
        let objects = admin.get("/api/v1/objects").expect(200);
        let fields = objects.items().iter().find(|o| o["key"] == "customers").unwrap()["fields"].clone();
        let computed = |key: &str| fields.as_array().unwrap().iter().any(|f| f["key"] == key && f["writable"] == false) || key == "lifecycle_stage";
        let given = |json: &serde_json::Value| json.as_object().unwrap().iter().filter(|(k, _)| !computed(k)).map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
        assert_eq!(given(&read.json), given(&made.json));
        let system = ["id", "version", "created_at", "updated_at", "archived_at", "created_by"];
        assert!(system.iter().all(|key| read[*key] == made[*key]), "{}", read.json);
        assert_eq!(read.header("etag"), Some("\"1\""));
    }

    fn a_merge_patch_keeps_what_it_does_not_name_and_null_clears(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "华星软件有限公司", "city": "上海", "phone": "021-5555 6666" }));
        let path = format!("/api/v1/customers/{id}");
        let changed = admin.patch(&path, 1, &json!({ "city": null, "short_name": "华星" })).expect(200);
        assert_eq!((changed.version(), &changed["city"], &changed["short_name"], &changed["name"]), (2, &json!(null), &json!("华星"), &json!("华星软件有限公司")));
        assert!(!changed["phone"].is_null());
    }

    fn a_stale_version_is_412_a_missing_one_428_and_nothing_is_lost(server: &Server) {
        let admin = server.admin();
        let path = format!("/api/v1/customers/{}", customer(server, "原名有限公司"));
        admin.patch(&path, 1, &json!({ "name": "甲的名字" })).expect(200);
        admin.patch(&path, 1, &json!({ "name": "乙的名字" })).expect(412);
        admin.send("PATCH", &path, Some(("application/json", br#"{"name":"x"}"#))).expect(428);
        for wrong in ["1", "W/\"1\"", "\"one\"", "\"1"] {
            admin.with_header("if-match", wrong).send("PATCH", &path, Some(("application/json", br#"{"name":"x"}"#))).expect(400);
        }
        assert_eq!(admin.get(&path).expect(200)["name"], "甲的名字");
    }

    fn every_fault_of_an_input_is_named_at_once(server: &Server) {
        let wrong = json!({ "name": "", "email": "keine", "employees": "viele", "grade": "Z", "unknown_one": 1, "version": 3 });
        let reply = server.admin().post("/api/v1/customers", &wrong).expect(422);
        let mut fields = reply.wrong_fields();
        fields.sort_unstable();
        assert_eq!(fields, ["email", "employees", "grade", "name", "unknown_one", "version"]);
    }

    fn nul_characters_and_endless_texts_are_422(server: &Server) {
        let admin = server.admin();
        for name in ["a\u{0}b".to_owned(), "x".repeat(100_000)] {
            assert_eq!(admin.post("/api/v1/customers", &json!({ "name": name })).expect(422).wrong_fields(), ["name"]);
        }
    }

    fn an_archived_record_leaves_the_list_and_restore_brings_it_back(server: &Server) {
        let admin = server.admin();
        let id = customer(server, "归档有限公司");
        let path = format!("/api/v1/customers/{id}");
        let listed = |query: &str| admin.get(&format!("/api/v1/customers?{query}")).expect(200).items().iter().any(|c| c["id"] == json!(id));
        assert!(admin.delete(&path).status < 300);
        assert!(!listed("limit=200") && listed("archived=only") && listed("archived=true"));
        admin.post_empty(&format!("{path}/restore")).expect(200);
        assert!(listed("limit=200") && !listed("archived=only"));
    }

    fn what_a_list_of_links_holds_already_may_be_archived_or_out_of_sight_when_others_come_to_it(server: &Server) {
        let admin = server.admin();
        let [gone, second, third, dead] = ["旧标签", "新标签", "又一个", "停用的"].map(|name| server.create("tags", &json!({ "name": name })));
        let id = server.create("customers", &json!({ "name": "老标签有限公司", "tags": [gone] }));
        for tag in [&gone, &dead] {
            assert!(admin.delete(&format!("/api/v1/tags/{tag}")).status < 300);
        }
        let path = format!("/api/v1/customers/{id}");
        let tagged = |tags: serde_json::Value| admin.patch(&path, admin.get(&path).expect(200).version(), &json!({ "tags": tags }));
        assert_eq!(tagged(json!([gone, second])).expect(200)["tags"], json!([gone, second]));
        assert_eq!(tagged(json!([gone, second, dead])).expect(422).wrong_fields(), ["tags"]);
        let more = json!({ "operations": [{ "op": "update", "id": id, "data": { "tags": [gone, second, third] } }] });
        assert_eq!(admin.post("/api/v1/customers/bulk", &more).expect(200)["results"][0]["status"], 200);
        assert_eq!(tagged(json!([gone, third])).expect(200)["tags"], json!([gone, third]));
        assert_eq!(tagged(json!([third])).expect(200)["tags"], json!([third]));
        assert_eq!(tagged(json!([gone, third])).expect(422).wrong_fields(), ["tags"], "what was taken off does not come back");

        let ((me, rep), (colleague, _)) = (server.user("representative", None), server.user("representative", None));
        let contact = |name: &str, owner: &str| {
            let customer = server.create("customers", &json!({ "name": format!("{name}的公司"), "owner_id": owner }));
            server.create("contacts", &json!({ "name": name, "customer_id": customer, "owner_id": owner }))
        };
        let (theirs, hidden, mine) = (contact("甲", &colleague), contact("乙", &colleague), contact("丙", &me));
        let visit = server.create("activities", &json!({ "subject": "拜访", "kind": "visit", "customer_id": id, "occurred_at": "2026-05-04T02:00:00Z", "owner_id": me, "audience_ids": [theirs] }));
        let path = format!("/api/v1/activities/{visit}");
        let heard = |who: serde_json::Value| rep.patch(&path, rep.get(&path).expect(200).version(), &json!({ "audience_ids": who }));
        assert_eq!(heard(json!([theirs, mine])).expect(200)["audience_ids"], json!([theirs, mine]));
        assert_eq!(heard(json!([theirs, hidden, mine])).expect(422).wrong_fields(), ["audience_ids"]);
    }

    fn pages_hold_every_record_once_in_order(server: &Server) {
        let admin = server.admin();
        for i in 0..25 {
            customer(server, &format!("客户{:02}有限公司", i % 7));
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/v1/customers?sort=name,-created_at&limit=4{cursor}")).expect(200);
            seen.extend(page.items().iter().map(|c| (c["name"].as_str().unwrap().to_owned(), c["id"].as_str().unwrap().to_owned())));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.windows(2).all(|w| w[0].0 <= w[1].0));
        seen.sort_unstable_by(|a, b| a.1.cmp(&b.1));
        seen.dedup_by(|a, b| a.1 == b.1);
        assert_eq!(seen.len(), 25);
    }

    fn a_filter_in_the_condition_language_limits_a_list_and_its_total(server: &Server) {
        let admin = server.admin();
        for (name, grade, employees) in [("甲公司", "A", 10), ("乙公司", "B", 200), ("丙公司", "C", 3000)] {
            server.create("customers", &json!({ "name": name, "grade": grade, "grade_reason": "测试", "employees": employees }));
        }
        let names = |filter: &str| {
            let page = admin.get(&format!("/api/v1/customers?count=exact&sort=name&filter={}", encode(filter))).expect(200);
            assert_eq!(page["total"].as_u64(), Some(page.items().len() as u64));
            page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(r#"{"all":[{"field":"grade","op":"in","value":["A","B"]},{"field":"employees","op":"gt","value":50}]}"#), ["乙公司"]);
        assert_eq!(names(r#"{"not":{"field":"grade","op":"eq","value":"A"}}"#).len(), 2);
        assert_eq!(names(r#"{"any":[]}"#).len(), 0);
    }

    fn an_unknown_field_operator_or_sort_key_is_422_and_named(server: &Server) {
        let admin = server.admin();
        for (query, word) in [
            (format!("filter={}", encode(r#"{"field":"shoe_size","op":"eq","value":1}"#)), "shoe_size"),
            (format!("filter={}", encode(r#"{"field":"grade","op":"resembles","value":1}"#)), "resembles"),
            ("sort=shoe_size".to_owned(), "shoe_size"),
            ("fields=id,shoe_size".to_owned(), "shoe_size"),
            ("shoe_size=1".to_owned(), "shoe_size"),
        ] {
            let reply = admin.get(&format!("/api/v1/customers?{query}")).expect(422);
            assert!(reply.json.to_string().contains(word), "{query}: {}", reply.json);
        }
    }

    fn a_field_is_asked_for_a_value_or_for_none_and_not_for_a_blank(server: &Server) {
        let admin = server.admin();
        server.create("customers", &json!({ "name": "无电话有限公司" }));
        for (query, field) in [("phone=%20", "phone"), ("grade=A,", "grade"), ("employees=null", "employees"), ("owner_id=%20", "owner_id")] {
            let reply = admin.get(&format!("/api/v1/customers?{query}")).expect(422);
            assert_eq!((reply.wrong_fields(), &reply["errors"][0]["code"]), (vec![field], &json!("required")), "{query}");
        }
        assert_eq!(admin.get("/api/v1/customers?phone=").expect(200).items().len(), 1);
    }

    fn a_letter_that_few_of_the_newest_begin_with_is_found_further_down_and_on_every_page(server: &Server) {
        let admin = server.admin();
        // Every twentieth of 2,200 begins with x: the newest thousand hold fewer than a page of them.
        for part in 0..11 {
            let operation = |i: u32| json!({ "op": "create", "data": { "name": if i.is_multiple_of(20) { format!("新{i}") } else { format!("甲{i}") } } });
            let operations: Vec<Value> = (part * 200..part * 200 + 200).map(operation).collect();
            admin.post("/api/v1/customers/bulk", &json!({ "operations": operations })).expect(200);
        }
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/v1/customers?q=x&limit=60{cursor}")).expect(200);
            found.extend(page.items().iter().map(|c| c["name"].as_str().unwrap_or_default().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={}", encode(next));
        }
        let all: Vec<String> = (0..2200).rev().filter(|i| i % 20 == 0).map(|i| format!("新{i}")).collect();
        assert_eq!(found, all);
    }

    fn search_finds_a_name_by_one_character_pinyin_and_initials(server: &Server) {
        let admin = server.admin();
        let id = server.create("contacts", &json!({ "name": "张伟", "phone": "13812345678" }));
        server.create("contacts", &json!({ "name": "李娜" }));
        for q in ["张", "伟", "zhangwei", "zw", "13812345678", "5678"] {
            let page = admin.get(&format!("/api/v1/contacts?q={}", encode(q))).expect(200);
            let found: Vec<&str> = page.items().iter().filter_map(|c| c["id"].as_str()).collect();
            assert_eq!(found, [id.as_str()], "{q}");
        }
    }

    fn search_finds_words_with_vowel_signs_and_letters_beyond_latin(server: &Server) {
        let admin = server.admin();
        for name in ["กีสา จำกัด", "Ποσειδών ΑΕ", "Łódź Süd", "Ёлка"] {
            server.create("customers", &json!({ "name": name }));
        }
        for (q, name) in [
            ("กีสา", "กีสา จำกัด"),
            ("กี", "กีสา จำกัด"),
            ("ποσειδών", "Ποσειδών ΑΕ"),
            ("lodz", "Łódź Süd"),
            ("SUD", "Łódź Süd"),
            ("ёлк", "Ёлка"),
        ] {
            let page = admin.get(&format!("/api/v1/customers?q={}", encode(q))).expect(200);
            let found: Vec<&str> = page.items().iter().filter_map(|c| c["name"].as_str()).collect();
            assert_eq!(found, [name], "{q}");
        }
    }

    fn a_short_beginning_finds_the_same_records_in_small_pages_as_in_one(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        for i in 0..40 {
            let name = ["华星", "新远", "金成", "海信"][i % 4];
            let owner = if i % 3 == 0 { json!(rep_id) } else { Value::Null };
            server.create("customers", &json!({ "name": format!("{name}{i}"), "owner_id": owner }));
        }
        for client in [&admin, &rep] {
            for q in ["x", "hx", "xin", "j"] {
                let read = |limit: usize| {
                    let (mut names, mut cursor) = (Vec::new(), String::new());
                    loop {
                        let page = client.get(&format!("/api/v1/customers?q={q}&limit={limit}{cursor}")).expect(200);
                        names.extend(page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()));
                        let Some(next) = page["next_cursor"].as_str() else { return names };
                        cursor = format!("&cursor={}", encode(next));
                    }
                };
                let all = read(200);
                assert!(!all.is_empty(), "{q}");
                assert!(all.iter().all(|name| !name.starts_with("金") || q == "j"), "{q}: {all:?}");
                for limit in [1, 3, 7] {
                    assert_eq!(read(limit), all, "{q} in pages of {limit}");
                }
            }
        }
    }

    fn a_filter_on_characters_within_a_name_finds_exactly_those_names(server: &Server) {
        let admin = server.admin();
        for name in ["上海华星软件有限公司", "华软星有限公司", "北京华·星软件", "HX华星A软件", "星华软件"] {
            server.create("customers", &json!({ "name": name }));
        }
        let found = |filter: &Value, more: &str| {
            let page = admin.get(&format!("/api/v1/customers?count=exact&sort=name{more}&filter={}", encode(&filter.to_string()))).expect(200);
            assert_eq!(page["total"], json!(page.items().len()));
            page.items().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let contains = |text: &str| json!({ "field": "name", "op": "contains", "value": text });
        assert_eq!(found(&contains("华星"), ""), ["HX华星A软件", "上海华星软件有限公司"]);
        assert_eq!(found(&contains("星A软"), ""), ["HX华星A软件"]);
        assert_eq!(found(&contains("x华"), ""), ["HX华星A软件"]);
        assert_eq!(found(&contains("华·星"), ""), ["北京华·星软件"]);
        assert_eq!(found(&contains("没有的字"), ""), [""; 0]);
        assert_eq!(found(&json!({ "any": [contains("软星"), contains("星华")] }), ""), ["华软星有限公司", "星华软件"]);
        assert_eq!(found(&json!({ "not": contains("软件") }), ""), ["华软星有限公司"]);
        assert_eq!(found(&json!({ "all": [contains("软件"), contains("有限")] }), ""), ["上海华星软件有限公司"]);
        // More characters in more tests than one search may have.
        let name: Vec<char> = "上海华星软件有限公司".chars().collect();
        let parts = (0..9).flat_map(|from| (from + 2..=10).map(move |to| (from, to)));
        let parts = parts.map(|(from, to)| contains(&name[from..to].iter().collect::<String>()));
        let many = json!({ "all": parts.collect::<Vec<_>>() });
        assert_eq!(found(&many, ""), ["上海华星软件有限公司"]);
        assert_eq!(found(&contains("软件"), "&q=hx"), ["HX华星A软件", "上海华星软件有限公司"]);
    }

    fn a_bulk_answers_per_row_and_each_row_stands_alone(server: &Server) {
        let admin = server.admin();
        let id = customer(server, "旧名有限公司");
        let operations = json!({ "operations": [
            { "op": "create", "data": { "name": "新客户一" } },
            { "op": "create", "data": { "name": "" } },
            { "op": "update", "id": id, "version": 1, "data": { "name": "新名有限公司" } },
            { "op": "update", "id": id, "version": 1, "data": { "name": "过时" } },
        ] });
        let reply = admin.post("/api/v1/customers/bulk", &operations).expect(200);
        let statuses: Vec<i64> = reply["results"].as_array().unwrap().iter().map(|r| r["status"].as_i64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 200, 412]);
        assert_eq!(admin.get(&format!("/api/v1/customers/{id}")).expect(200)["name"], "新名有限公司");
    }

    fn whatever_is_made_is_made_once_for_its_key(server: &Server) {
        let admin = server.admin();
        let rule = json!({ "object": "customers", "trigger": { "kind": "event", "on": ["created"] }, "actions": [] });
        let cases = [
            ("roles", json!({ "key": "assistant", "name_zh": "助理", "name_en": "Assistant", "permissions": {} }), ""),
            ("rules", json!({ "name": "规则", "definition": rule }), ""),
            ("webhooks", json!({ "name": "ERP", "url": "https://erp.example.com/flywheel", "events": ["order.created"] }), "secret"),
            ("api_keys", json!({ "name": "ERP", "role_keys": ["integration"] }), "key"),
            ("custom_fields", json!({ "object": "customers", "key": "zone", "kind": "text", "label_zh": "片区", "label_en": "Zone" }), ""),
            ("exports", json!({ "object": "customers" }), ""),
        ];
        for (path, input, told_once) in cases {
            let keyed = admin.with_header("idempotency-key", &format!("once-{path}"));
            let path = format!("/api/v1/{path}");
            let count = || admin.get(&path).expect(200).items().len();
            let before = count();
            let (first, again) = (keyed.post(&path, &input), keyed.post(&path, &input));
            assert!(first.status < 300 && again.status == first.status, "{path}: {} {}", first.json, again.json);
            assert_eq!(again.id(), first.id(), "{path}");
            assert_eq!(count(), before + 1, "{path}");
            if !told_once.is_empty() {
                assert!(first[told_once].as_str().is_some_and(|text| text.len() > 8), "{path}: {}", first.json);
                assert!(again[told_once].as_str().unwrap_or_default().is_empty(), "{path}: it is kept");
            }
        }
    }

    fn an_idempotency_key_gives_the_first_answer_again_and_refuses_another_body(server: &Server) {
        let admin = server.admin().with_header("idempotency-key", "visit-2026-11-22-1");
        let first = admin.post("/api/v1/customers", &json!({ "name": "一次有限公司" })).expect(201);
        let again = admin.post("/api/v1/customers", &json!({ "name": "一次有限公司" })).expect(201);
        assert_eq!(first.id(), again.id());
        admin.post("/api/v1/customers", &json!({ "name": "别的有限公司" })).expect(422);
        assert_eq!(server.admin().get("/api/v1/customers?count=exact").expect(200)["total"], 1);
    }

    fn every_change_writes_one_event_with_old_and_new(server: &Server) {
        let admin = server.admin();
        let id = customer(server, "事件有限公司");
        admin.patch(&format!("/api/v1/customers/{id}"), 1, &json!({ "city": "杭州" })).expect(200);
        let events = admin.get(&format!("/api/v1/events?object=customers&record_id={id}")).expect(200);
        let types: Vec<&str> = events.items().iter().filter_map(|e| e["type"].as_str()).collect();
        assert_eq!(types, ["customer.updated", "customer.created"]);
        assert_eq!((&events.items()[0]["old"]["city"], &events.items()[0]["new"]["city"]), (&json!(null), &json!("杭州")));
    }

    fn a_custom_field_is_validated_filtered_and_sorted_like_a_built_in_one(server: &Server) {
        let admin = server.admin();
        let field = json!({ "object": "customers", "key": "shelf_count", "label_zh": "货架数", "label_en": "Shelves", "kind": "int" });
        admin.post("/api/v1/custom_fields", &field).expect(201);
        for (name, shelves) in [("甲", 3), ("乙", 30)] {
            server.create("customers", &json!({ "name": name, "custom": { "shelf_count": shelves } }));
        }
        let reply = admin.post("/api/v1/customers", &json!({ "name": "丙", "custom": { "shelf_count": "many" } })).expect(422);
        assert_eq!(reply.wrong_fields(), ["custom.shelf_count"]);
        let page = admin.get(&format!("/api/v1/customers?sort=-custom.shelf_count&filter={}", encode(r#"{"field":"custom.shelf_count","op":"gt","value":1}"#))).expect(200);
        assert_eq!(page.items().iter().map(|c| c["name"].as_str().unwrap()).collect::<Vec<_>>(), ["乙", "甲"]);
    }

    fn what_was_moved_deep_with_those_above_it_can_still_be_changed(server: &Server) {
        let admin = server.admin();
        let chain = |count: usize| {
            let mut made: Vec<String> = Vec::new();
            for level in 0..count {
                let input = json!({ "name": format!("第{level}层有限公司"), "parent_id": made.last() });
                made.push(server.create("customers", &input));
            }
            made
        };
        let (upper, lower) = (chain(32), chain(40));
        let path = |id: &String| format!("/api/v1/customers/{id}");
        admin.patch(&path(&lower[0]), 1, &json!({ "parent_id": upper[31] })).expect(200);
        admin.patch(&path(&lower[39]), 1, &json!({ "city": "杭州" })).expect(200);
        // Nothing is put so deep, though, and nothing below itself.
        let deeper = admin.post("/api/v1/customers", &json!({ "name": "更深有限公司", "parent_id": lower[39] })).expect(422);
        assert_eq!((deeper.wrong_fields(), &deeper["errors"][0]["code"]), (vec!["parent_id"], &json!("too_deep")));
        let circle = admin.patch(&path(&upper[0]), 1, &json!({ "parent_id": lower[5] })).expect(422);
        assert_eq!(circle.wrong_fields(), ["parent_id"]);
    }

    fn a_page_ends_at_any_value_that_was_worked_out(server: &Server) {
        let admin = server.admin();
        // From the year 1 on it is more days than anybody could write down.
        for year in ["0001", "0002", "0003"] {
            let raised = json!({ "title": year, "raised_on": format!("{year}-01-01"), "status": "resolved", "resolved_on": "2026-11-20" });
            server.create("obstacles", &raised);
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/v1/obstacles?sort=-days&limit=1{cursor}")).expect(200);
            assert!(page.items()[0]["days"].as_i64() > Some(100_000), "{}", page.json);
            seen.push(page.items()[0]["title"].as_str().unwrap().to_owned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["0001", "0002", "0003"]);
        admin.get("/api/v1/obstacles?sort=days&limit=1&cursor=e30").expect(422);
    }

    fn a_filter_is_answered_or_refused_whatever_its_size(server: &Server) {
        let admin = server.admin();
        let groups = |n: usize| {
            let filter = json!({ "any": vec![json!({ "all": [] }); n] });
            admin.get(&format!("/api/v1/customers?filter={}", encode(&filter.to_string())))
        };
        groups(490).expect(200);
        assert_eq!(groups(600).expect(422).wrong_fields(), ["filter"]);
        let many = admin.get(&format!("/api/v1/customers?{}", vec!["city=a"; 600].join("&"))).expect(422);
        assert_eq!((many.wrong_fields(), &many["errors"][0]["code"]), (vec!["filter"], &json!("too_many")));
        // Whom somebody sees is asked again with every test over a link.
        let team = server.create("teams", &json!({ "name": "大团队" }));
        for i in 0..130 {
            server.create("users", &json!({ "name": format!("成员{i}"), "email": format!("member{i}@example.com"), "team_id": team }));
        }
        let (id, manager) = server.user("manager", Some(&team));
        let company = server.create("customers", &json!({ "name": "可见有限公司", "city": "苏州", "owner_id": id }));
        let hidden = server.create("customers", &json!({ "name": "不可见有限公司", "city": "苏州" }));
        for (name, customer) in [("王芳", &company), ("李雷", &hidden)] {
            server.create("contacts", &json!({ "name": name, "customer_id": customer, "owner_id": id }));
        }
        let filter = json!({ "all": vec![json!({ "field": "customer_id.city", "op": "eq", "value": "苏州" }); 100] });
        let page = manager.get(&format!("/api/v1/contacts?filter={}", encode(&filter.to_string()))).expect(200);
        assert_eq!(page.items().iter().map(|c| &c["name"]).collect::<Vec<_>>(), ["王芳"]);
        // And once for all tags that a linked record is to have.
        let (team, tag) = (server.create("teams", &json!({ "name": "小团队" })), server.create("tags", &json!({ "name": "VIP" })));
        for i in 0..20 {
            server.create("users", &json!({ "name": format!("同事{i}"), "email": format!("mate{i}@example.com"), "team_id": team }));
        }
        let (id, manager) = server.user("manager", Some(&team));
        for (name, owner) in [("赵敏", json!(id)), ("周宁", Value::Null)] {
            let mut input = json!({ "name": format!("{name}有限公司"), "tags": [tag] });
            if !owner.is_null() {
                input["owner_id"] = owner;
            }
            let customer = server.create("customers", &input);
            server.create("contacts", &json!({ "name": name, "customer_id": customer, "owner_id": id }));
        }
        for (op, wanted) in [("has_all", "赵敏"), ("has_any", "赵敏"), ("has_none", "周宁")] {
            let filter = json!({ "field": "customer_id.tags", "op": op, "value": vec![&tag; 1000] });
            let page = manager.get(&format!("/api/v1/contacts?filter={}", encode(&filter.to_string()))).expect(200);
            assert_eq!(page.items().iter().map(|c| &c["name"]).collect::<Vec<_>>(), [wanted], "{op}");
        }
    }

    fn a_link_to_a_record_that_is_not_there_is_422(server: &Server) {
        let reply = server.admin().post("/api/v1/contacts", &json!({ "name": "张伟", "customer_id": "019aa000-0000-7000-8000-00000000dead" })).expect(422);
        assert_eq!(reply.wrong_fields(), ["customer_id"]);
    }

    fn fields_limits_what_a_list_answers_with_and_refs_names_the_links(server: &Server) {
        let admin = server.admin();
        let customer = customer(server, "链接有限公司");
        server.create("contacts", &json!({ "name": "王芳", "customer_id": customer }));
        let page = admin.get("/api/v1/contacts?fields=id,name,customer_id&refs=true").expect(200);
        let keys: Vec<&String> = page.items()[0].as_object().unwrap().keys().collect();
        // The id, the version and the sort keys are always there.
        assert!(keys.iter().all(|key| ["id", "name", "customer_id", "version", "created_at"].contains(&key.as_str())), "{keys:?}");
        assert_eq!(page["refs"][&customer], "链接有限公司");
    }
}

/// Percent-encoded.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
