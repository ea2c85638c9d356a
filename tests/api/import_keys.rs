//! Which records an import's rows are about, and which ones its cells name.

use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;

use crate::imports::{analyse, bring, run};

/// Analyses a file, changes the options and runs.
fn bring_with(client: &Client, object: &str, text: &str, options: &Value) -> tests::client::Reply {
    let import = analyse(client, object, "file.csv", text.as_bytes()).expect(201);
    let path = format!("/api/v1/imports/{}", import.id());
    client.settle("PATCH", &path, options).expect(200);
    run(client, &import, false)
}

/// The values of a field by the names of their records.
fn field(client: &Client, object: &str, name: &str, key: &str) -> Vec<(String, Value)> {
    let page = client.get(&format!("/api/v1/{object}?sort={name}&limit=200")).expect(200);
    page.items().iter().map(|one| (one[name].as_str().unwrap().to_owned(), one[key].clone())).collect()
}

engines! {
    fn a_contact_is_looked_for_at_the_customer_of_its_row(server: &Server) {
        let admin = server.admin();
        let [first, second] = ["甲公司", "乙公司"].map(|name| server.create("customers", &json!({ "name": name })));
        let one = server.create("contacts", &json!({ "name": "王伟", "customer_id": first }));
        let other = server.create("contacts", &json!({ "name": "王伟", "customer_id": second }));
        let third = server.create("customers", &json!({ "name": "丙公司" }));
        let text = "任务,客户,联系人\na,乙公司,王伟\nb,甲公司,王伟\nc,丙公司,王伟\nd,,王伟\n";
        let done = bring_with(&admin, "tasks", text, &json!({ "create_missing": { "contact_id": true } }));
        assert_eq!((&done["progress"]["created"], &done["progress"]["rejected"]), (&json!(3), &json!(1)), "{}", done.json);
        let linked = field(&admin, "tasks", "title", "contact_id");
        assert_eq!((&linked[0].1, &linked[1].1), (&json!(other), &json!(one)));
        let made = admin.get(&format!("/api/v1/contacts/{}", linked[2].1.as_str().unwrap())).expect(200);
        assert_eq!((&made["name"], &made["customer_id"]), (&json!("王伟"), &json!(third)));
    }

    fn among_more_customers_than_are_held_in_memory_a_name_is_found_however_it_is_written(server: &Server) {
        let admin = server.admin();
        let mut text: String = std::iter::once("公司\n".to_owned()).chain((0..5_001).map(|n| format!("客户{n}\n"))).collect();
        text.push_str("Acme\niPhone Care\n华为（中国）\nＡＢＣ贸易\nÉcole\n");
        let done = bring(&admin, "customers", "crowd.csv", text.as_bytes());
        assert_eq!(done["progress"]["created"], 5_006, "{}", done.json);
        let text = "姓名,公司\n1,ACME\n2,ａｃｍｅ\n3,IPHONE  care\n4,华为(中国)\n5,abc贸易\n6,éCOLE\n7,Acme Two\n8,ACME two\n";
        let done = bring_with(&admin, "contacts", text, &json!({ "create_missing": { "customer_id": true }, "match_fields": [] }));
        assert_eq!((&done["progress"]["created"], &done["progress"]["created_linked"]["customers"]), (&json!(8), &json!(1)), "{}", done.json);
        let again = bring(&admin, "customers", "again.csv", "公司,城市\nACME,上海\nIphone care,上海\n华为(中国),上海\n".as_bytes());
        assert_eq!((&again["progress"]["created"], &again["progress"]["updated"]), (&json!(0), &json!(3)), "{}", again.json);
    }

    fn a_dry_run_over_several_steps_counts_what_is_missing_once(server: &Server) {
        let admin = server.admin();
        let rows = (0..5_000).map(|n| format!("第{n}次,新客户{},人{}\n", n % 3, n % 2));
        let text: String = std::iter::once("任务,客户,联系人\n".to_owned()).chain(rows).collect();
        let import = analyse(&admin, "tasks", "tasks.csv", text.as_bytes()).expect(201);
        let options = json!({ "create_missing": { "customer_id": true, "contact_id": true } });
        admin.settle("PATCH", &format!("/api/v1/imports/{}", import.id()), &options).expect(200);
        let tried = run(&admin, &import, true);
        assert_eq!(tried["progress"]["created_linked"], json!({ "customers": 3, "contacts": 6 }), "{}", tried.json);
        let done = run(&admin, &import, false);
        assert_eq!(tried["progress"], done["progress"]);
    }

    fn a_phone_is_no_key_where_colleagues_share_it_and_the_same_in_any_writing_where_it_is(server: &Server) {
        let admin = server.admin();
        let shared = "姓名,手机\n张三,021-55556666\n李四,02155556666\n王五,13800000000\n";
        let import = analyse(&admin, "contacts", "shared.csv", shared.as_bytes()).expect(201);
        assert_eq!(import["match_fields"], json!([]));
        server.create("contacts", &json!({ "name": "赵六", "phone": "138 1111 2222" }));
        let own = "姓名,手机\n赵六,+86 138-1111-2222\n钱七,13900000000\n";
        let import = analyse(&admin, "contacts", "own.csv", own.as_bytes()).expect(201);
        assert_eq!(import["match_fields"], json!(["phone"]));
        let done = run(&admin, &import, false);
        assert_eq!((&done["progress"]["created"], &done["progress"]["updated"]), (&json!(1), &json!(1)), "{}", done.json);
    }

    fn customers_are_recognised_by_a_number_in_a_custom_field(server: &Server) {
        let admin = server.admin();
        for (key, kind, label) in [("erp_code", "text", "ERP编码"), ("erp_number", "int", "ERP序号")] {
            server.create("custom_fields", &json!({ "object": "customers", "key": key, "kind": kind, "label_zh": label, "label_en": key }));
        }
        bring(&admin, "customers", "first.csv", "公司,ERP编码,ERP序号\n甲公司,k-1,1\n乙公司,k-2,2\n".as_bytes());
        let by = |key: &str| json!({ "match_fields": [format!("custom.{key}")] });
        let done = bring_with(&admin, "customers", "公司,ERP编码\n甲集团,K-1\n丙公司,K-3\n", &by("erp_code"));
        assert_eq!((&done["progress"]["created"], &done["progress"]["updated"]), (&json!(1), &json!(1)), "{}", done.json);
        let done = bring_with(&admin, "customers", "公司,ERP序号\n乙集团,2\n丁公司,4\n", &by("erp_number"));
        assert_eq!((&done["progress"]["created"], &done["progress"]["updated"]), (&json!(1), &json!(1)), "{}", done.json);
        let names: Vec<String> = field(&admin, "customers", "name", "id").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["丁公司", "丙公司", "乙集团", "甲集团"]);
    }
}
