//! Comments and attachments: seen by whoever sees the record, written by whoever works, part of its history.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;

fn say(client: &Client, customer: &str, body: &str) -> Reply {
    client.post("/api/v1/comments", &json!({ "object": "customers", "record_id": customer, "body": body }))
}

fn comments(client: &Client, customer: &str) -> Reply {
    client.get(&format!("/api/v1/comments?object=customers&record_id={customer}"))
}

fn attach(client: &Client, customer: &str, name: &str, bytes: &[u8]) -> Reply {
    let path = format!("/api/v1/attachments?object=customers&record_id={customer}&name={name}");
    client.send("POST", &path, Some(("application/octet-stream", bytes)))
}

/// The smallest picture: one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

engines! {
    fn a_comment_mentions_people_and_stands_in_the_timeline(server: &Server) {
        let (lilei, _) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        let admin = server.admin();
        let body = format!("下周三来厂，请 @[李雷]({lilei}) 准备；@[无此人](019aa000-0000-7000-8000-00000000dead)");
        let made = say(&admin, &customer, &body).expect(201);
        assert_eq!((&made["body"], &made["mentions"]), (&json!(body), &json!([lilei])));
        say(&admin, &customer, "第二条").expect(201);
        let list = comments(&admin, &customer).expect(200);
        let texts: Vec<&Value> = list.items().iter().map(|c| &c["body"]).collect();
        assert_eq!(texts, [&json!("第二条"), &json!(body)]);
        assert!(list["refs"][&lilei].is_string(), "{}", list["refs"]);
        let page = admin.get(&format!("/api/v1/comments?object=customers&record_id={customer}&limit=1")).expect(200);
        let rest = format!("/api/v1/comments?object=customers&record_id={customer}&limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
        assert_eq!(admin.get(&rest).expect(200).items()[0]["id"], made["id"]);
        let events = admin.get(&format!("/api/v1/events?record_id={customer}")).expect(200);
        let told = events.items().iter().rfind(|e| e["type"] == "customer.commented").unwrap();
        assert_eq!((&told["new"]["note"], &told["new"]["mentions"]), (&json!(body), &json!([lilei])));
    }

    fn what_everybody_reads_is_not_in_everybodys_reach(server: &Server) {
        let (director, rep) = (server.as_role("director"), server.as_role("representative"));
        let goal = json!({ "title": "全年新签 300 家", "level": "company", "published": true, "starts_on": "2026-01-01", "ends_on": "2030-12-31" });
        let goal = director.post("/api/v1/goals", &goal).expect(201).id();
        let said = json!({ "object": "goals", "record_id": goal, "body": "上半年先看华东" });
        let said = format!("/api/v1/comments/{}", director.post("/api/v1/comments", &said).expect(201).id());
        rep.get(&format!("/api/v1/goals/{goal}")).expect(200);
        rep.delete(&said).expect(403);
        director.delete(&said).expect(200);
    }

    fn only_its_author_rewords_a_comment_and_a_stale_version_loses_nothing(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司", "owner_id": id }));
        let made = say(&rep, &customer, "初稿").expect(201);
        let path = format!("/api/v1/comments/{}", made.id());
        server.admin().patch(&path, 1, &json!({ "body": "别人改的" })).expect(403);
        assert_eq!(made["edited_at"], Value::Null);
        let changed = rep.patch(&path, 1, &json!({ "body": "定稿" })).expect(200);
        assert!(changed.version() == 2 && changed["edited_at"].is_string(), "{}", changed.json);
        assert_eq!(rep.patch(&path, 2, &json!({ "body": "定稿" })).expect(200).version(), 2, "the same words are no change");
        rep.patch(&path, 1, &json!({ "body": "又改" })).expect_problem(412, "stale_version");
        rep.send("PATCH", &path, Some(("application/json", br#"{"body":"x"}"#))).expect(428);
        for wrong in [json!({ "body": "" }), json!({ "body": "  " }), json!({ "body": "长".repeat(10_001) }), json!({ "body": 7 })] {
            assert_eq!(rep.patch(&path, 2, &wrong).expect(422).wrong_fields(), ["body"]);
        }
        // Who may archive the record may take a comment away, and it comes back.
        server.admin().delete(&path).expect(200);
        assert!(comments(&rep, &customer).expect(200).items().is_empty());
        rep.post_empty(&format!("{path}/restore")).expect(200);
        let found = comments(&rep, &customer).expect(200);
        let back = &found.items()[0];
        assert_eq!((&back["body"], &back["edited_at"]), (&json!("定稿"), &changed["edited_at"]));
        let events = rep.get(&format!("/api/v1/events?record_id={customer}")).expect(200);
        let told = events.items().iter().find(|e| e["type"] == "customer.comment_updated").unwrap();
        assert_eq!((&told["old"]["note"], &told["new"]["note"]), (&json!("初稿"), &json!("定稿")));
    }

    fn what_belongs_to_a_record_out_of_sight_does_not_exist(server: &Server) {
        let customer = server.create("customers", &json!({ "name": "看不见的公司" }));
        let admin = server.admin();
        let comment = say(&admin, &customer, "内部意见").expect(201).id();
        let file = attach(&admin, &customer, "a.png", PNG).expect(201).id();
        let other = server.as_role("representative");
        for path in [format!("/api/v1/comments/{comment}"), format!("/api/v1/attachments/{file}"), format!("/api/v1/attachments/{file}/content")] {
            other.get(&path).expect(404);
        }
        for path in [format!("/api/v1/comments/{comment}"), format!("/api/v1/attachments/{file}")] {
            other.delete(&path).expect(404);
        }
        assert_eq!(comments(&other, &customer).expect(422).wrong_fields(), ["record_id"]);
        assert_eq!(say(&other, &customer, "偷看").expect(422).wrong_fields(), ["record_id"]);
        assert_eq!(attach(&other, &customer, "b.png", PNG).expect(422).wrong_fields(), ["record_id"]);
        let nothing = other.get(&format!("/api/v1/events?record_id={customer}"));
        assert!(nothing.status == 200 && nothing.items().is_empty(), "{}", nothing.json);
        let wrong = json!({ "object": "planets", "record_id": customer, "body": "x" });
        assert_eq!(admin.post("/api/v1/comments", &wrong).expect(422).wrong_fields(), ["object"]);
    }

    fn who_only_looks_on_reads_but_does_not_write(server: &Server) {
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        say(&server.admin(), &customer, "一条意见").expect(201);
        let reader = server.as_role("read_only");
        assert_eq!(comments(&reader, &customer).expect(200).items().len(), 1);
        say(&reader, &customer, "也说一句").expect(403);
        attach(&reader, &customer, "a.png", PNG).expect(403);
        say(&server.as_role("service"), &customer, "客户来电反映").expect(201);
    }

    fn a_comment_sent_twice_is_said_once(server: &Server) {
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        let admin = server.admin().with_header("idempotency-key", "offline-1");
        let first = say(&admin, &customer, "离线写的").expect(201);
        assert_eq!(say(&admin, &customer, "离线写的").expect(201).id(), first.id());
        assert_eq!(comments(&server.admin(), &customer).expect(200).items().len(), 1);
    }

    fn an_attachment_comes_back_as_it_was_and_only_true_pictures_are_shown_in_the_page(server: &Server) {
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        let admin = server.admin();
        let drawing = attach(&admin, &customer, "%E5%9B%BE%E7%BA%B8.png", PNG).expect(201);
        assert_eq!((&drawing["name"], &drawing["media_type"], &drawing["preview"]), (&json!("图纸.png"), &json!("image/png"), &json!(true)));
        let shown = admin.get(&format!("/api/v1/attachments/{}/content", drawing.id())).expect(200);
        assert_eq!(shown.body, PNG);
        assert_eq!(shown.header("content-type"), Some("image/png"));
        assert!(shown.header("content-disposition").is_some_and(|d| d.starts_with("inline")));
        assert!(shown.header("content-security-policy").is_some_and(|p| p.contains("sandbox")));
        let contract = attach(&admin, &customer, "contract.pdf", b"%PDF-1.4 ...").expect(201);
        assert_eq!((&contract["media_type"], &contract["preview"]), (&json!("application/pdf"), &json!(true)));
        let shown = admin.get(&format!("/api/v1/attachments/{}/content", contract.id())).expect(200);
        assert_eq!(shown.header("content-type"), Some("application/pdf"));
        assert!(shown.header("content-security-policy").is_some_and(|p| p.contains("sandbox")));
        let page = b"<html><script>alert(1)</script></html>";
        for name in ["x.html", "x.png", "x.svg", "x.pdf"] {
            let file = attach(&admin, &customer, name, page).expect(201);
            assert_eq!(file["preview"], false, "{name}");
            let saved = admin.get(&format!("/api/v1/attachments/{}/content", file.id())).expect(200);
            assert_eq!(saved.header("content-type"), Some("application/octet-stream"), "{name}");
            assert!(saved.header("content-disposition").is_some_and(|d| d.starts_with("attachment")), "{name}");
            assert_eq!(saved.header("x-content-type-options"), Some("nosniff"));
        }
        let list = admin.get(&format!("/api/v1/attachments?object=customers&record_id={customer}")).expect(200);
        assert_eq!(list.items().len(), 6);
        admin.delete(&format!("/api/v1/attachments/{}", drawing.id())).expect(200);
        admin.get(&format!("/api/v1/attachments/{}/content", drawing.id())).expect(404);
        admin.post_empty(&format!("/api/v1/attachments/{}/restore", drawing.id())).expect(200);
        let events = admin.get(&format!("/api/v1/events?record_id={customer}")).expect(200);
        let kinds: Vec<&str> = events.items().iter().filter_map(|e| e["type"].as_str()).collect();
        assert_eq!(kinds.iter().filter(|k| **k == "customer.file_attached").count(), 7);
        assert!(kinds.contains(&"customer.file_removed"));
    }

    fn an_attachment_of_50_megabytes_lands_and_a_larger_one_is_413(server: &Server) {
        let customer = server.create("customers", &json!({ "name": "张江精密仪器有限公司" }));
        let admin = server.admin();
        let large = vec![7u8; 50 << 20];
        let made = attach(&admin, &customer, "film.mp4", &large).expect(201);
        assert_eq!(made["size"], 50 << 20);
        let back = admin.get(&format!("/api/v1/attachments/{}/content", made.id())).expect(200);
        assert!(back.body == large);
        let over = vec![7u8; (50 << 20) + 1];
        attach(&admin, &customer, "film.mp4", &over).expect_problem(413, "body_too_large");
        assert_eq!(attach(&admin, &customer, "%20", b"x").expect(422).wrong_fields(), ["name"]);
    }
}
