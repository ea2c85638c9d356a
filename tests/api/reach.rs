//! Calls, mails and messages attach themselves to whom they were with; what customers do by themselves is kept once.

use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::wait::until;

const WHEN: &str = "2026-11-20T02:10:00Z";

fn call(id: &str, participants: &Value) -> Value {
    json!({ "external_id": id, "kind": "call", "direction": "in", "occurred_at": WHEN, "participants": participants })
}

fn log(client: &Client, items: &[Value]) -> Vec<Value> {
    let reply = client.post("/api/v1/communications", &json!({ "source": "pbx", "items": items })).expect(200);
    reply["results"].as_array().unwrap().clone()
}

fn one(client: &Client, id: &str, participants: &Value) -> Value {
    log(client, &[call(id, participants)]).remove(0)
}

fn open(client: &Client) -> Vec<Value> {
    client.get("/api/v1/communications").expect(200).items().to_vec()
}

fn behaviours(client: &Client, items: &Value) -> Value {
    client.post("/api/v1/behaviours/batch", &json!({ "items": items })).expect(200).json
}

fn view(key: &str, email: &str) -> Value {
    json!({ "key": key, "kind": "page_view", "name": "价格页", "occurred_at": WHEN, "url": "https://example.com/price", "email": email })
}

engines! {
    fn a_list_of_values_is_no_communication_and_nobody_who_took_part(server: &Server) {
        let admin = server.admin();
        let item = |participants: &Value| {
            json!({ "external_id": "c1", "kind": "call", "direction": "in", "occurred_at": WHEN, "participants": participants })
        };
        for (items, field) in [
            (json!([item(&json!([["张伟", null]]))]), "items[0].participants[0]"),
            (json!([item(&json!([{ "name": "张伟" }, []]))]), "items[0].participants[1]"),
            (json!([["c1", "call", "in", null, null, WHEN, null, null, []]]), "items[0]"),
        ] {
            let reply = admin.post("/api/v1/communications", &json!({ "source": "pbx", "items": items })).expect(422);
            assert_eq!((reply.wrong_fields(), &reply["errors"][0]["code"]), (vec![field], &json!("wrong_type")));
        }
        let behaviours = admin.post("/api/v1/behaviours/batch", &json!({ "items": [[]] })).expect(422);
        assert_eq!(behaviours.wrong_fields(), ["items[0]"]);
    }

    fn a_call_finds_its_contact_customer_and_open_opportunity_by_the_phone_in_any_form(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "张江科技" }));
        let contact = server.create("contacts", &json!({ "name": "张伟", "customer_id": customer, "phone": "138-0013-8000" }));
        let opportunity = server.create("opportunities", &json!({ "name": "大单", "customer_id": customer }));
        let found = one(&admin, "c1", &json!([{ "name": "张伟", "phone": "+86 138 0013 8000" }]));
        assert_eq!((&found["state"], &found["customer_id"], &found["contact_id"], &found["opportunity_id"]), (&json!("attached"), &json!(customer), &json!(contact), &json!(opportunity)));
        let activity = admin.get(&format!("/api/v1/activities/{}", found["activity_id"].as_str().unwrap())).expect(200);
        assert_eq!((&activity["subject"], &activity["customer_id"], &activity["customer_initiated"]), (&json!("电话：张伟"), &json!(customer), &json!(true)));
        assert_eq!(admin.get(&format!("/api/v1/customers/{customer}")).expect(200)["last_contact_at"], WHEN, "it counts as a contact");
        let again = one(&admin, "c1", &json!([{ "phone": "13800138000" }]));
        assert_eq!((&again["duplicate"], &again["activity_id"]), (&json!(true), &found["activity_id"]));
        assert_eq!(admin.get("/api/v1/activities?count=exact").expect(200)["total"], 1);
        // The same last digits are another number.
        assert_eq!(one(&admin, "c2", &json!([{ "phone": "13900138000" }]))["state"], "unmatched");
    }

    fn mails_and_messages_are_found_by_address_wechat_identity_and_the_domain_of_a_company(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "张江", "website": "https://www.zhangjiang.cn" }));
        let contact = server.create("contacts", &json!({ "name": "李娜", "customer_id": customer, "email": "li@zhangjiang.cn", "wechat": "lina88", "external_key": "wm_1" }));
        let other = server.create("customers", &json!({ "name": "个人", "email": "boss@qq.com" }));
        for (id, who) in [("m1", json!({ "email": "Li@Zhangjiang.CN" })), ("m2", json!({ "wechat": "lina88" })), ("m3", json!({ "external_key": "wm_1" }))] {
            let found = one(&admin, id, &json!([who]));
            assert_eq!((&found["contact_id"], &found["customer_id"]), (&json!(contact), &json!(customer)), "{who}");
        }
        let colleague = one(&admin, "m4", &json!([{ "email": "new@zhangjiang.cn" }]));
        assert_eq!((&colleague["customer_id"], &colleague["contact_id"], &colleague["state"]), (&json!(customer), &Value::Null, &json!("attached")));
        let site = server.create("customers", &json!({ "name": "只有网址", "website": "http://only-site.cn/" }));
        assert_eq!(one(&admin, "m5", &json!([{ "email": "a@only-site.cn" }]))["customer_id"], json!(site));
        assert_eq!(one(&admin, "m6", &json!([{ "email": "somebody@qq.com" }]))["state"], "unmatched", "a public provider is no company");
        assert_eq!(one(&admin, "m7", &json!([{ "email": "boss@qq.com" }]))["customer_id"], json!(other));
    }

    fn what_is_not_certain_is_left_open_with_its_candidates_until_somebody_chooses(server: &Server) {
        let admin = server.admin();
        let a = server.create("customers", &json!({ "name": "甲公司", "phone": "021-61234567" }));
        let b = server.create("customers", &json!({ "name": "乙公司", "phone": "(021)61234567" }));
        let found = one(&admin, "x1", &json!([{ "phone": "02161234567" }]));
        assert_eq!((&found["state"], &found["customer_id"]), (&json!("ambiguous"), &Value::Null));
        let waiting = open(&admin);
        let titles: Vec<&str> = waiting[0]["candidates"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap()).collect();
        assert_eq!(titles.len(), 2);
        assert!(titles.contains(&"甲公司") && titles.contains(&"乙公司"));
        let path = format!("/api/v1/communications/{}/attach", waiting[0]["id"].as_str().unwrap());
        admin.post(&path, &json!({})).expect(422);
        admin.post(&path, &json!({ "customer_id": b })).expect(200);
        let activity = admin.get(&format!("/api/v1/activities/{}", found["activity_id"].as_str().unwrap())).expect(200);
        assert_eq!(activity["customer_id"], json!(b));
        assert!(open(&admin).is_empty());
        let (one_deal, two) = (server.create("opportunities", &json!({ "name": "一", "customer_id": a })), server.create("opportunities", &json!({ "name": "二", "customer_id": a })));
        let contact = server.create("contacts", &json!({ "name": "王芳", "customer_id": a, "phone": "13700001111" }));
        let deals = one(&admin, "x2", &json!([{ "phone": "13700001111" }]));
        assert_eq!((&deals["state"], &deals["customer_id"], &deals["contact_id"], &deals["opportunity_id"]), (&json!("ambiguous"), &json!(a), &json!(contact), &Value::Null));
        let row = open(&admin).remove(0);
        assert_eq!((&row["customer"], row["candidates"].as_array().unwrap().len()), (&json!("甲公司"), 2));
        admin.post(&format!("/api/v1/communications/{}/attach", row["id"].as_str().unwrap()), &json!({ "opportunity_id": two })).expect(200);
        assert_ne!(one_deal, two);
        one(&admin, "x3", &json!([{ "phone": "13999998888" }]));
        let unknown = open(&admin).remove(0);
        assert_eq!(unknown["state"], "unmatched");
        admin.post_empty(&format!("/api/v1/communications/{}/dismiss", unknown["id"].as_str().unwrap())).expect(200);
        assert!(open(&admin).is_empty());
    }

    fn nothing_is_attached_to_what_the_caller_may_not_see_or_find(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let hidden = server.create("customers", &json!({ "name": "别人的客户", "phone": "13800138000" }));
        let found = one(&rep, "h1", &json!([{ "phone": "13800138000" }]));
        assert_eq!((&found["state"], &found["customer_id"]), (&json!("unmatched"), &Value::Null));
        let mine = open(&rep);
        assert_eq!(mine.len(), 1);
        let (_, other) = server.user("representative", None);
        assert!(open(&other).is_empty(), "somebody else's calls are not seen");
        let path = format!("/api/v1/communications/{}/attach", mine[0]["id"].as_str().unwrap());
        rep.post(&path, &json!({ "customer_id": hidden })).expect(422);
        other.post(&path, &json!({ "customer_id": hidden })).expect(404);
        // A scope of one's own writes for nobody else.
        let (other_id, _) = server.user("representative", None);
        let mut item = call("h2", &json!([]));
        item["owner_id"] = json!(other_id);
        let refused = log(&rep, &[item, call("h3", &json!([]))]);
        assert_eq!((&refused[0]["errors"][0]["field"], &refused[0]["state"], &refused[1]["state"]), (&json!("owner_id"), &Value::Null, &json!("unmatched")));
        // Whoever sees phones masked finds nobody by them.
        let marketing = server.as_role("marketing");
        assert_eq!(one(&marketing, "h4", &json!([{ "phone": "13800138000" }]))["state"], "unmatched");
        assert!(!rep_id.is_empty());
    }

    fn a_thousand_behaviours_are_kept_once_each_with_a_result_for_every_one(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "张江", "owner_id": rep_id }));
        let contact = server.create("contacts", &json!({ "name": "张伟", "customer_id": customer, "email": "zhang@zj.cn", "external_key": "visitor-7", "owner_id": rep_id }));
        let mut items: Vec<Value> = (0..997).map(|i| view(&format!("k{i}"), if i % 2 == 0 { "zhang@zj.cn" } else { "nobody@example.com" })).collect();
        items.push(json!({ "key": "k0", "kind": "download", "name": "白皮书", "occurred_at": WHEN }));
        items.push(json!({ "key": "bad", "kind": "teleport", "name": "x", "occurred_at": WHEN }));
        items.push(json!({ "key": "visit", "kind": "webinar", "name": "线上发布会", "occurred_at": WHEN, "external_key": "visitor-7" }));
        let reply = behaviours(&admin, &json!(items));
        assert_eq!((&reply["created"], &reply["duplicates"], &reply["refused"], &reply["linked"]), (&json!(998), &json!(1), &json!(1), &json!(500)));
        assert_eq!(reply["results"][998]["errors"][0], json!({ "field": "kind", "code": "choice" }));
        assert_eq!(reply["results"][999]["contact_id"], json!(contact));
        let again = behaviours(&admin, &json!(items[..10]));
        assert_eq!((&again["created"], &again["duplicates"], &again["results"][0]["id"]), (&json!(0), &json!(10), &reply["results"][0]["id"]));
        let seen = rep.get(&format!("/api/v1/behaviours?customer_id={customer}&count=exact&limit=1")).expect(200);
        assert_eq!(seen["total"], 500, "the customer's owner sees them");
        let events = rep.get(&format!("/api/v1/events?object=customers&record_id={customer}")).expect(200);
        let line = events.items().iter().find(|e| e["type"] == "customer.behaved").expect("a line in the timeline");
        assert_eq!(line["new"]["what"], "线上发布会");
        admin.post("/api/v1/behaviours/batch", &json!({ "items": [] })).expect(422);
        let many: Vec<Value> = (0..1001).map(|i| json!({ "key": format!("m{i}"), "kind": "other", "name": "x", "occurred_at": WHEN })).collect();
        assert_eq!(admin.post("/api/v1/behaviours/batch", &json!({ "items": many })).expect(422).wrong_fields(), ["items"]);
    }

    fn a_behaviour_that_the_caller_may_not_write_is_refused_alone(server: &Server) {
        let (rep_id, _) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "张江", "owner_id": rep_id }));
        server.create("contacts", &json!({ "name": "张伟", "customer_id": customer, "email": "zhang@zj.cn", "owner_id": rep_id }));
        // Whoever serves all customers writes down behaviours of their own only.
        let service = server.as_role("service");
        let items = json!([view("a", "nobody@example.com"), view("b", "zhang@zj.cn"), view("c", "nobody@example.com")]);
        let reply = behaviours(&service, &items);
        assert_eq!((&reply["created"], &reply["refused"], &reply["linked"]), (&json!(2), &json!(1), &json!(0)), "{reply}");
        let refused = &reply["results"][1];
        assert_eq!(refused["errors"], json!([{ "field": "owner_id", "code": "owner_out_of_scope" }]));
        assert_eq!((&refused["key"], &refused["id"], &refused["customer_id"]), (&json!("b"), &Value::Null, &Value::Null));
    }

    fn a_behaviour_sets_off_a_rule(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "张江", "owner_id": rep_id }));
        server.create("contacts", &json!({ "name": "张伟", "customer_id": customer, "email": "zhang@zj.cn", "owner_id": rep_id }));
        let rule = json!({ "name": "看价格", "definition": { "object": "behaviours", "trigger": { "kind": "event", "on": ["created"] },
            "condition": { "all": [{ "field": "kind", "op": "eq", "value": "page_view" }, { "field": "name", "op": "contains", "value": "价格" }] },
            "actions": [{ "kind": "notify", "to": [{ "kind": "owner" }], "message": "{customer_id} 正在看「{name}」" }] } });
        let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
        admin.post_empty(&format!("/api/v1/rules/{rule}/publish")).expect(200);
        behaviours(&admin, &json!([view("a", "zhang@zj.cn"), { "key": "b", "kind": "download", "name": "价格表", "occurred_at": WHEN, "email": "zhang@zj.cn" }]));
        let told = until("the owner is told", || {
            let news = rep.get("/api/v1/notifications").expect(200);
            news.items().iter().find(|n| n["kind"] == "rule").cloned()
        });
        assert_eq!(told["title"], "张江 正在看「价格页」");
        assert_eq!(admin.get(&format!("/api/v1/rules/{rule}/runs")).expect(200).items().len(), 1);
    }
}
