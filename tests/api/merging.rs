//! Merging customers and contacts: nothing that belongs to any of them is lost, figures stay right, and it can be undone.

use crate::totals::assert_kept_is_counted;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn at(days_ago: i64) -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0) - Duration::days(days_ago) - Duration::minutes(1)
}

fn call(server: &Server, customer: &str, days_ago: i64) -> String {
    let call = json!({ "subject": "电话", "kind": "call", "customer_id": customer, "occurred_at": at(days_ago), "duration_minutes": 30 });
    server.create("activities", &call)
}

fn merge(client: &Client, object: &str, into: &str, more: &Value) -> Reply {
    client.post(&format!("/api/v1/{object}/{into}/merge"), more)
}

fn unmerge(client: &Client, object: &str, id: &str, more: &Value) -> Reply {
    client.post(&format!("/api/v1/{object}/{id}/unmerge"), more)
}

fn get(client: &Client, object: &str, id: &str) -> Value {
    client.get(&format!("/api/v1/{object}/{id}")).expect(200).json
}

/// How many records of a kind move, or go back.
fn moved(result: &Reply, object: &str) -> u64 {
    let all = result["moved"].as_array().unwrap().iter().filter(|m| m["object"] == object);
    all.map(|m| m["count"].as_u64().unwrap()).sum()
}

/// One record of every kind that belongs to a customer: object and id.
fn children(server: &Server, customer: &str) -> Vec<(&'static str, String)> {
    let contact = server.create("contacts", &json!({ "name": "王总", "customer_id": customer }));
    let opportunity =
        server.create("opportunities", &json!({ "name": "二期", "customer_id": customer, "contact_id": contact }));
    let order =
        json!({ "number": customer, "customer_id": customer, "ordered_on": "2026-11-20", "amount_minor": 500_000 });
    let assessment = json!({ "customer_id": customer, "assessed_on": "2026-11-20", "relationship_closeness": 70 });
    let deed = json!({ "customer_id": customer, "kind": "product_view", "occurred_at": at(2) });
    let right = json!({ "customer_id": customer, "name": "专属支持", "granted_on": "2026-11-01" });
    let run =
        json!({ "customer_id": customer, "name": "维护计划", "dimension": "security", "started_on": "2026-11-01" });
    vec![
        ("orders", server.create("orders", &order)),
        ("activities", call(server, customer, 5)),
        ("tasks", server.create("tasks", &json!({ "title": "回访", "customer_id": customer, "contact_id": contact }))),
        ("assessments", server.create("assessments", &assessment)),
        ("behaviours", server.create("behaviours", &deed)),
        ("entitlements", server.create("entitlements", &right)),
        ("playbook_runs", server.create("playbook_runs", &run)),
        ("contacts", contact),
        ("opportunities", opportunity),
    ]
}

engines! {
    fn everything_that_belongs_to_a_merged_customer_is_with_the_survivor(server: &Server) {
        let admin = server.admin();
        let tags: Vec<String> = ["老客户", "重点"].iter().map(|t| server.create("tags", &json!({ "name": t }))).collect();
        let kept = server.create("customers", &json!({ "name": "恒瑞精工", "tags": [tags[0]] }));
        let gone = server.create("customers", &json!({ "name": "恒瑞精密工业", "city": "苏州", "tags": [tags[1]] }));
        let below = server.create("customers", &json!({ "name": "恒瑞精密工业昆山厂", "parent_id": gone }));
        let children = children(server, &gone);
        admin.post("/api/v1/comments", &json!({ "object": "customers", "record_id": gone, "body": "注意账期" })).expect(201);
        let plan = json!({ "ids": [gone], "dry_run": true });
        let dry = merge(&admin, "customers", &kept, &plan).expect(200);
        assert_eq!((&dry["id"], &dry["version"]), (&Value::Null, &json!(1)));
        for (object, id) in &children {
            assert_eq!(moved(&dry, object), 1, "{object}");
            assert_eq!(get(&admin, object, id)["customer_id"], json!(gone), "a dry run changes nothing");
        }
        let field = |name: &str| dry["fields"].as_array().unwrap().iter().find(|f| f["field"] == name).unwrap().clone();
        assert_eq!((&field("city")["from"], &field("city")["changed"]), (&json!([gone]), &json!(true)));
        assert_eq!((&field("name")["from"], &field("tags")["from"]), (&json!([kept]), &json!([kept, gone])));

        let done = merge(&admin, "customers", &kept, &json!({ "ids": [gone] })).expect(200);
        assert_eq!(done["moved"], dry["moved"]);
        for (object, id) in &children {
            let child = get(&admin, object, id);
            assert_eq!((&child["customer_id"], child["version"].as_i64() > Some(1)), (&json!(kept), true), "{object}");
        }
        assert_eq!(get(&admin, "customers", &below)["parent_id"], json!(kept));
        let survivor = get(&admin, "customers", &kept);
        let mut all = tags.clone();
        all.sort();
        assert_eq!((&survivor["city"], &survivor["tags"], &survivor["version"]), (&json!("苏州"), &json!(all), &done["version"]));
        assert_eq!(survivor["last_order_on"], "2026-11-20");
        assert!(survivor["last_contact_at"].is_string());
        let comments = admin.get(&format!("/api/v1/comments?object=customers&record_id={kept}")).expect(200);
        assert_eq!(comments.items()[0]["body"], "注意账期");
        assert_kept_is_counted(server);
    }

    fn a_merged_record_says_where_it_went_and_its_history_stays_readable(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        let kept = server.create("customers", &json!({ "name": "恒瑞精工", "owner_id": rep_id }));
        let gone = server.create("customers", &json!({ "name": "恒瑞精密工业" }));
        merge(&admin, "customers", &kept, &json!({ "ids": [gone] })).expect(200);
        let loser = admin.get(&format!("/api/v1/customers/{gone}?refs=true")).expect(200);
        assert_eq!((&loser["merged_into_id"], &loser["refs"][&kept]), (&json!(kept), &json!("恒瑞精工")));
        assert!(loser["archived_at"].is_string());
        let names: Vec<Value> = admin.get("/api/v1/customers").expect(200).items().iter().map(|c| c["name"].clone()).collect();
        assert_eq!(names, [json!("恒瑞精工")]);
        // Whoever sees the survivor sees what happened to what became part of it.
        let events = rep.get(&format!("/api/v1/events?record_id={kept}")).expect(200);
        let told: BTreeSet<(String, String)> = events.items().iter()
            .map(|e| (e["record_id"].as_str().unwrap().to_owned(), e["type"].as_str().unwrap().to_owned())).collect();
        for (record, kind) in [(&kept, "customer.merged"), (&gone, "customer.created"), (&gone, "customer.archived")] {
            assert!(told.contains(&(record.clone(), kind.to_owned())), "{kind}: {told:?}");
        }
        let list = admin.get(&format!("/api/v1/customers/{kept}/merges")).expect(200);
        assert_eq!((&list.items()[0]["merged"], &list["refs"][&gone]), (&json!([gone]), &json!("恒瑞精密工业")));
        // It does not come back alone: what belonged to it is elsewhere.
        admin.post_empty(&format!("/api/v1/customers/{gone}/restore")).expect_problem(409, "already_merged");
    }

    fn the_contacts_of_merged_customers_are_scored_as_those_of_one(server: &Server) {
        let admin = server.admin();
        let important = |name: &str| server.create("customers", &json!({ "name": name, "potential": 95, "fit": 90, "strategic_value": 80 }));
        let (kept, gone) = (important("恒瑞精工"), important("恒瑞精密工业"));
        let (first, second) = (call(server, &kept, 10), call(server, &gone, 9));
        let frequency = |id: &str, wanted: f64| until(&format!("{wanted} of {id}"), || {
            let r2 = get(&admin, "activities", id)["r2"].as_f64()?;
            ((r2 - wanted).abs() < 0.1).then_some(())
        });
        frequency(&first, 100.0);
        frequency(&second, 100.0);
        merge(&admin, "customers", &kept, &json!({ "ids": [gone] })).expect(200);
        // One day of an interval of seven after the other.
        frequency(&second, 28.6);
        let index = || admin.get(&format!("/api/v1/four-r?customer_id={kept}")).expect(200);
        assert_eq!(index()["index"]["contacts"], json!(2), "{}", index().json);
        unmerge(&admin, "customers", &kept, &json!({})).expect(200);
        frequency(&second, 100.0);
        assert_eq!(index()["index"]["contacts"], json!(1));
        assert_kept_is_counted(server);
    }

    fn values_are_kept_as_they_were_chosen_and_own_fields_too(server: &Server) {
        let admin = server.admin();
        let own = json!({ "object": "customers", "key": "level", "kind": "text", "label_zh": "级别", "label_en": "Level" });
        admin.post("/api/v1/custom_fields", &own).expect(201);
        let kept = server.create("customers", &json!({ "name": "甲", "city": "上海", "custom": { "level": "一" } }));
        let gone = server.create("customers", &json!({ "name": "乙", "city": "北京", "custom": { "level": "二" } }));
        let chosen = json!({ "ids": [gone], "values": { "city": gone, "custom.level": gone } });
        merge(&admin, "customers", &kept, &chosen).expect(200);
        let survivor = get(&admin, "customers", &kept);
        assert_eq!((&survivor["name"], &survivor["city"], &survivor["custom"]), (&json!("甲"), &json!("北京"), &json!({ "level": "二" })));
        // What was changed since stays, and is named.
        admin.patch(&format!("/api/v1/customers/{kept}"), 2, &json!({ "city": "深圳" })).expect(200);
        let undone = unmerge(&admin, "customers", &kept, &json!({})).expect(200);
        assert_eq!(undone["kept_fields"], json!(["city"]));
        let survivor = get(&admin, "customers", &kept);
        assert_eq!((&survivor["city"], &survivor["custom"]), (&json!("深圳"), &json!({ "level": "一" })));
        let back = get(&admin, "customers", &gone);
        assert_eq!((&back["city"], &back["archived_at"], &back["merged_into_id"]), (&json!("北京"), &Value::Null, &Value::Null));
    }

    fn what_the_survivor_did_goes_with_it_to_the_owner_that_was_chosen_and_back(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        let kept = server.create("customers", &json!({ "name": "恒瑞精工", "owner_id": rep_id }));
        let gone = server.create("customers", &json!({ "name": "恒瑞精密工业" }));
        let deed = json!({ "customer_id": kept, "kind": "product_view", "occurred_at": at(2) });
        let entry = format!("/api/v1/behaviours/{}", server.create("behaviours", &deed));
        rep.get(&entry).expect(200);
        merge(&admin, "customers", &kept, &json!({ "ids": [gone], "values": { "owner_id": gone } })).expect(200);
        rep.get(&entry).expect(404);
        unmerge(&admin, "customers", &kept, &json!({})).expect(200);
        assert_eq!(rep.get(&entry).expect(200)["owner_id"], json!(rep_id));
    }

    fn an_undone_merge_leaves_everything_where_it_was(server: &Server) {
        let admin = server.admin();
        let kept = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let gone = server.create("customers", &json!({ "name": "恒瑞精密工业", "city": "苏州" }));
        let own = call(server, &kept, 3);
        let children = children(server, &gone);
        admin.post("/api/v1/comments", &json!({ "object": "customers", "record_id": gone, "body": "注意账期" })).expect(201);
        merge(&admin, "customers", &kept, &json!({ "ids": [gone] })).expect(200);
        let dry = unmerge(&admin, "customers", &kept, &json!({ "dry_run": true })).expect(200);
        assert_eq!((moved(&dry, "orders"), dry["left"].as_array().unwrap().len()), (1, 0));
        unmerge(&admin, "customers", &kept, &json!({})).expect(200);
        for (object, id) in &children {
            assert_eq!(get(&admin, object, id)["customer_id"], json!(gone), "{object}");
        }
        assert_eq!(get(&admin, "activities", &own)["customer_id"], json!(kept));
        let (survivor, back) = (get(&admin, "customers", &kept), get(&admin, "customers", &gone));
        assert_eq!((&survivor["city"], &survivor["last_order_on"]), (&Value::Null, &Value::Null));
        assert_eq!((&back["city"], &back["last_order_on"], &back["archived_at"]), (&json!("苏州"), &json!("2026-11-20"), &Value::Null));
        let comments = admin.get(&format!("/api/v1/comments?object=customers&record_id={gone}")).expect(200);
        assert_eq!(comments.items().len(), 1);
        unmerge(&admin, "customers", &kept, &json!({})).expect_problem(409, "nothing_to_unmerge");
        assert_kept_is_counted(server);
    }

    fn what_was_worked_with_since_is_in_the_way_of_undoing_or_stays(server: &Server) {
        let admin = server.admin();
        let kept = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let gone = server.create("customers", &json!({ "name": "恒瑞精密工业" }));
        let (changed, other) = (call(server, &gone, 5), call(server, &gone, 4));
        merge(&admin, "customers", &kept, &json!({ "ids": [gone] })).expect(200);
        admin.patch(&format!("/api/v1/activities/{changed}"), 2, &json!({ "outcome": "已报价" })).expect(200);
        let refused = unmerge(&admin, "customers", &kept, &json!({})).expect_problem(409, "changed_since_merge");
        assert!(refused["detail"].as_str().unwrap().contains("activities 1"), "{}", refused.json);
        let dry = unmerge(&admin, "customers", &kept, &json!({ "dry_run": true })).expect(200);
        assert_eq!(dry["left"], json!([{ "object": "activities", "ids": [changed], "count": 1 }]));
        let done = unmerge(&admin, "customers", &kept, &json!({ "leave_changed": true })).expect(200);
        assert_eq!(moved(&done, "activities"), 1);
        assert_eq!(get(&admin, "activities", &changed)["customer_id"], json!(kept));
        assert_eq!(get(&admin, "activities", &other)["customer_id"], json!(gone));
    }

    fn merges_one_after_the_other_are_undone_in_their_order(server: &Server) {
        let admin = server.admin();
        let [a, b, c] = ["甲", "乙", "丙"].map(|name| server.create("customers", &json!({ "name": name })));
        let visit = call(server, &a, 5);
        merge(&admin, "customers", &b, &json!({ "ids": [a] })).expect(200);
        merge(&admin, "customers", &c, &json!({ "ids": [b] })).expect(200);
        // Whoever asks for the first is shown the one that is there.
        assert_eq!(get(&admin, "customers", &a)["merged_into_id"], json!(c));
        merge(&admin, "customers", &c, &json!({ "ids": [a] })).expect_problem(409, "already_merged");
        unmerge(&admin, "customers", &b, &json!({})).expect_problem(409, "archived");
        unmerge(&admin, "customers", &c, &json!({})).expect(200);
        assert_eq!(get(&admin, "activities", &visit)["customer_id"], json!(b));
        unmerge(&admin, "customers", &b, &json!({})).expect(200);
        assert_eq!(get(&admin, "activities", &visit)["customer_id"], json!(a));
        assert_eq!(admin.get("/api/v1/customers?count=exact").expect(200)["total"], 3);
    }

    fn a_merged_contact_stands_once_in_every_list_and_link(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let person = |name: &str| server.create("contacts", &json!({ "name": name, "customer_id": customer }));
        let (kept, gone, third) = (person("王芳"), person("王小芳"), person("李雷"));
        let meeting = |audience: &[&String]| {
            let of = json!({ "subject": "评审", "kind": "meeting", "customer_id": customer, "contact_id": gone, "occurred_at": at(3), "audience_ids": audience });
            server.create("activities", &of)
        };
        let (both, one) = (meeting(&[&kept, &gone, &third]), meeting(&[&gone]));
        let done = merge(&admin, "contacts", &kept, &json!({ "ids": [gone] })).expect(200);
        assert_eq!(moved(&done, "activities"), 4);
        let mut pair = [kept.clone(), third];
        pair.sort();
        let shown = get(&admin, "activities", &both);
        assert_eq!((&shown["audience_ids"], &shown["contact_id"], &shown["version"]), (&json!(pair), &json!(kept), &json!(2)));
        assert_eq!(get(&admin, "activities", &one)["audience_ids"], json!([kept]));
        unmerge(&admin, "contacts", &kept, &json!({})).expect(200);
        let shown = get(&admin, "activities", &one);
        assert_eq!((&shown["audience_ids"], &shown["contact_id"]), (&json!([gone]), &json!(gone)));
    }

    fn nothing_moves_that_the_caller_may_not_change(server: &Server) {
        let admin = server.admin();
        let (rep_id, rep) = server.user("representative", None);
        let own = |name: &str| server.create("customers", &json!({ "name": name, "owner_id": rep_id }));
        let (kept, gone) = (own("恒瑞精工"), own("恒瑞精密工业"));
        let strange = server.create("customers", &json!({ "name": "别人的客户" }));
        assert_eq!(merge(&rep, "customers", &kept, &json!({ "ids": [strange] })).expect(422).wrong_fields(), ["ids[0]"]);
        merge(&rep, "customers", &strange, &json!({ "ids": [kept] })).expect(404);
        // The administrator's visit is not the representative's to move.
        let visit = call(server, &gone, 3);
        let dry = merge(&rep, "customers", &kept, &json!({ "ids": [gone], "dry_run": true })).expect(200);
        assert_eq!(dry["moved"][0]["out_of_reach"], 1, "{}", dry.json);
        merge(&rep, "customers", &kept, &json!({ "ids": [gone] })).expect(403);
        assert_eq!(get(&admin, "customers", &gone)["archived_at"], Value::Null);
        admin.patch(&format!("/api/v1/activities/{visit}"), 1, &json!({ "owner_id": rep_id })).expect(200);
        merge(&rep, "customers", &kept, &json!({ "ids": [gone] })).expect(200);
        merge(&server.as_role("read_only"), "customers", &kept, &json!({ "ids": [gone] })).expect(403);
    }

    fn merges_that_cross_leave_one_record_and_tell_the_other_caller(server: &Server) {
        let admin = server.admin();
        for round in 0..5 {
            let [a, b] = [0, 1].map(|i| server.create("customers", &json!({ "name": format!("交叉{round}{i}") })));
            let statuses: BTreeSet<u16> = thread::scope(|scope| {
                let one = |into: &String, from: &String| {
                    let (admin, into, body) = (&admin, into.clone(), json!({ "ids": [from] }));
                    scope.spawn(move || merge(admin, "customers", &into, &body).status)
                };
                let sent = [one(&a, &b), one(&b, &a)];
                sent.into_iter().map(|request| request.join().unwrap()).collect()
            });
            assert_eq!(statuses, BTreeSet::from([200, 409]));
        }
        assert_eq!(admin.get("/api/v1/customers?count=exact").expect(200)["total"], 5);
        assert_kept_is_counted(server);
    }

    fn a_company_does_not_take_over_a_parent_that_hangs_below_it(server: &Server) {
        let admin = server.admin();
        let below = |name: &str, parent: Option<&String>| {
            server.create("customers", &json!({ "name": name, "parent_id": parent }))
        };
        let top = below("总部", None);
        let a = below("甲", None);
        let middle = below("中间公司", Some(&a));
        let (b, c) = (below("乙", Some(&middle)), below("丙", Some(&top)));
        let parent = |reply: &Reply| {
            let fields = reply["fields"].as_array().unwrap();
            fields.iter().find(|f| f["field"] == "parent_id").map(|f| f["from"].clone())
        };
        let alone = merge(&admin, "customers", &a, &json!({ "ids": [b], "dry_run": true })).expect(200);
        assert_eq!(parent(&alone), None);
        // Of several, the first counts that can be above it.
        let both = json!({ "ids": [b, c] });
        let dry = merge(&admin, "customers", &a, &json!({ "ids": [b, c], "dry_run": true })).expect(200);
        assert_eq!(parent(&dry), Some(json!([c])));
        merge(&admin, "customers", &a, &both).expect(200);
        assert_eq!(get(&admin, "customers", &a)["parent_id"], json!(top));
        assert_eq!(get(&admin, "customers", &middle)["parent_id"], json!(a));
    }

    fn a_merge_that_would_come_undone_into_a_circle_stays(server: &Server) {
        let admin = server.admin();
        let below = |name: &str, parent: Option<&str>| server.create("customers", &json!({ "name": name, "parent_id": parent }));
        let top = below("集团", None);
        let (kept, lost) = (below("甲", None), below("乙", Some(&top)));
        let child = below("丙", Some(&lost));
        merge(&admin, "customers", &kept, &json!({ "ids": [lost], "values": { "parent_id": kept } })).expect(200);
        let parent = |id: &String| get(&admin, "customers", id)["parent_id"].clone();
        assert_eq!((parent(&kept), parent(&child)), (Value::Null, json!(kept)));
        let version = get(&admin, "customers", &top)["version"].as_i64().unwrap();
        admin.patch(&format!("/api/v1/customers/{top}"), version, &json!({ "parent_id": child })).expect(200);
        // The other would get back its place below the group, which lies below it by now.
        unmerge(&admin, "customers", &kept, &json!({})).expect_problem(409, "changed_since_merge");
        assert_eq!(parent(&child), json!(kept));
    }

    fn a_merge_that_is_only_looked_at_or_undone_leaves_people_with_whoever_looks_after_them(server: &Server) {
        let admin = server.admin();
        let (rep, _) = server.user("representative", None);
        let [kept, gone] = ["甲", "乙"].map(|name| server.create("customers", &json!({ "name": name, "owner_id": rep })));
        let contact = server.create("contacts", &json!({ "name": "王敏", "customer_id": kept, "owner_id": rep }));
        admin.patch(&format!("/api/v1/customers/{gone}"), 1, &json!({ "owner_id": null })).expect(200);
        let owner = |object: &str, id: &str| get(&admin, object, id)["owner_id"].clone();
        let mut plan = json!({ "ids": [gone], "values": { "owner_id": gone }, "dry_run": true });
        merge(&admin, "customers", &kept, &plan).expect(200);
        assert_eq!((owner("customers", &kept), owner("contacts", &contact)), (json!(rep), json!(rep)));
        plan["dry_run"] = json!(false);
        merge(&admin, "customers", &kept, &plan).expect(200);
        assert_eq!(owner("customers", &kept), Value::Null);
        unmerge(&admin, "customers", &kept, &json!({})).expect(200);
        assert_eq!((owner("customers", &kept), owner("contacts", &contact)), (json!(rep), json!(rep)));
    }

    fn a_wrong_merge_names_what_is_wrong(server: &Server) {
        let admin = server.admin();
        let [a, b] = ["甲", "乙"].map(|name| server.create("customers", &json!({ "name": name })));
        let middle = server.create("customers", &json!({ "name": "中间公司", "parent_id": b }));
        let wrong = |body: Value| -> Vec<String> {
            merge(&admin, "customers", &a, &body).expect(422).wrong_fields().into_iter().map(str::to_owned).collect()
        };
        assert_eq!(wrong(json!({ "ids": [] })), ["ids"]);
        assert_eq!(wrong(json!({ "ids": [a] })), ["ids[0]"]);
        assert_eq!(wrong(json!({ "ids": [b, b] })), ["ids[1]"]);
        assert_eq!(wrong(json!({ "ids": [b], "values": { "planet": b } })), ["values.planet"]);
        assert_eq!(wrong(json!({ "ids": [b], "values": { "health": b } })), ["values.health"]);
        assert_eq!(wrong(json!({ "ids": [b], "values": { "city": middle } })), ["values.city"]);
        merge(&admin, "products", &a, &json!({ "ids": [b] })).expect(404);
        admin.with_header("if-match", "\"9\"").post(&format!("/api/v1/customers/{a}/merge"), &json!({ "ids": [b] })).expect(412);
        // A company cannot hang below one that comes to hang below it.
        admin.patch(&format!("/api/v1/customers/{a}"), 1, &json!({ "parent_id": middle })).expect(200);
        assert_eq!(wrong(json!({ "ids": [b] })), ["parent_id"]);
        assert_eq!(wrong(json!({ "ids": [b], "dry_run": true })), ["parent_id"], "a dry run promises nothing else");
        merge(&admin, "customers", &a, &json!({ "ids": [b], "values": { "parent_id": b } })).expect(200);
    }
}
