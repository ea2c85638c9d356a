//! The public pool: what is in it is seen under masks by whoever may claim it and by nobody else, exactly one gets it, and
//! what nobody contacts in time goes back.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::thread;
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

const PHONE: &str = "13812345678";

/// A customer of somebody's.
fn customer(server: &Server, name: &str, owner: &str) -> String {
    let input = json!({ "name": name, "phone": PHONE, "email": "zhang@pool.example.com", "owner_id": owner });
    server.create("customers", &input)
}

/// A customer in the pool that nobody owned before.
fn pooled(server: &Server, name: &str) -> String {
    let id = server.create("customers", &json!({ "name": name, "phone": PHONE, "email": "zhang@pool.example.com" }));
    release(&server.admin(), &id).expect(200);
    id
}

fn release(client: &Client, id: &str) -> Reply {
    client.post(&format!("/api/v1/customers/{id}/release"), &json!({ "note": "客户说明年再谈" }))
}

fn claim(client: &Client, id: &str) -> Reply {
    client.post_empty(&format!("/api/v1/customers/{id}/claim"))
}

fn get(client: &Client, id: &str) -> Reply {
    client.get(&format!("/api/v1/customers/{id}"))
}

fn set(server: &Server, changes: &Value) {
    let mut settings = server.admin().get("/api/v1/pool_settings").expect(200).json;
    for (key, value) in changes.as_object().unwrap() {
        settings[key] = value.clone();
    }
    server.admin().settle("PUT", "/api/v1/pool_settings", &settings).expect(200);
}

/// Sets moments that no caller may set, as if time had passed.
fn pretend(server: &Server, id: &str, column: &'static str, at: DateTime<Utc>) {
    assert_eq!(server.pretend("customers", Some(id), column, at), 1);
}

fn news(client: &Client) -> Vec<Value> {
    let news = client.get("/api/v1/notifications?limit=200").expect(200);
    news.items().iter().filter(|n| n["kind"] == "pool").cloned().collect()
}

fn visit(client: &Client, customer: &str, at: DateTime<Utc>) {
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let input = json!({ "subject": "首次电话", "kind": "call", "customer_id": customer, "occurred_at": at });
    client.post("/api/v1/activities", &input).expect(201);
}

fn hours(reply: &Reply, field: &str) -> i64 {
    let due: DateTime<Utc> =
        reply[field].as_str().unwrap_or_else(|| panic!("no {field}: {}", reply.json)).parse().unwrap();
    (due - Utc::now() + TimeDelta::minutes(30)).num_hours()
}

engines! {
    fn what_is_in_the_pool_is_seen_under_masks_there_and_nowhere_else(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let (_, other) = server.user("representative", None);
        let id = customer(server, "云帆科技", &rep_id);
        release(&rep, &id).expect(200);
        for client in [&rep, &other] {
            let page = client.get("/api/v1/pool/customers?refs=true&q=%E4%BA%91%E5%B8%86&sort=-pooled_at").expect(200);
            let seen = &page.items()[0];
            assert_eq!((&seen["id"], &seen["owner_id"], &seen["pool_reason"]), (&json!(id), &Value::Null, &json!("returned")));
            assert_eq!((&seen["pool_from_id"], &seen["pool_note"]), (&json!(rep_id), &json!("客户说明年再谈")));
            assert_eq!((&seen["phone"], &seen["email"]), (&json!("138****5678"), &json!("z***@pool.example.com")));
            assert_eq!(client.get(&format!("/api/v1/pool/customers/{id}")).expect(200)["phone"], "138****5678");
            // Nobody finds by what they do not see.
            let nothing = |query: &str| client.get(&format!("/api/v1/pool/customers?{query}")).expect(200).items().len();
            assert_eq!(nothing("q=13812345678"), 0);
            client.get(&format!("/api/v1/pool/customers?phone={PHONE}")).expect(422);
            client.get("/api/v1/pool/customers?archived=true").expect(422);
            // The ordinary ways show nothing of it.
            get(client, &id).expect(404);
            assert_eq!(client.get("/api/v1/customers?count=exact").expect(200)["total"], 0);
            assert!(!client.get("/api/v1/search?q=%E4%BA%91%E5%B8%86").expect(200).json.to_string().contains(&id));
            assert!(client.get(&format!("/api/v1/events?record_id={id}")).expect(200).items().is_empty());
        }
        let reader = server.as_role("read_only");
        reader.get("/api/v1/pool/customers").expect(403);
        reader.get(&format!("/api/v1/pool/customers/{id}")).expect(403);
        claim(&reader, &id).expect(403);
        // A record that is not in the pool is not there for those who look at the pool.
        let mine = customer(server, "不在公海", &rep_id);
        other.get(&format!("/api/v1/pool/customers/{mine}")).expect(404);
        claim(&other, &mine).expect(404);
        release(&other, &mine).expect(404);
    }

    fn of_all_who_claim_at_once_exactly_one_gets_it_and_the_others_are_told_who(server: &Server) {
        let people: Vec<(String, Client)> = (0..6).map(|_| server.user("representative", None)).collect();
        let id = pooled(server, "抢手客户");
        let replies: Vec<Reply> = thread::scope(|scope| {
            let sent: Vec<_> = people.iter().map(|(_, client)| scope.spawn(|| claim(client, &id))).collect();
            sent.into_iter().map(|reply| reply.join().unwrap()).collect()
        });
        let won: Vec<usize> = (0..people.len()).filter(|i| replies[*i].status == 200).collect();
        let [winner] = won.as_slice() else { panic!("{won:?} got it") };
        let owner = get(&server.admin(), &id).expect(200);
        assert_eq!(owner["owner_id"], json!(people[*winner].0));
        assert_eq!((&owner["pooled_at"], &owner["pool_reason"]), (&Value::Null, &Value::Null));
        for (i, reply) in replies.iter().enumerate().filter(|(i, _)| i != winner) {
            assert_eq!((reply.status, &reply["code"]), (409, &json!("claimed_by_other")), "{i}: {}", reply.json);
            assert!(reply["detail"].as_str().unwrap().contains("representative 测试"), "{}", reply.json);
        }
        claim(&people[*winner].1, &id).expect_problem(409, "already_yours");
        assert_eq!(get(&people[*winner].1, &id).expect(200)["phone"], PHONE, "what is one's own is seen in full");
    }

    fn many_are_claimed_as_far_as_the_limits_go_and_each_that_fails_says_why(server: &Server) {
        set(server, &json!({ "claims_per_day": 3, "rest_days": 7, "holdings": 0 }));
        let (rep_id, rep) = server.user("representative", None);
        let (_, other) = server.user("representative", None);
        let own = customer(server, "我退回的", &rep_id);
        release(&rep, &own).expect(200);
        pretend(server, &own, "pooled_at", Utc::now() - TimeDelta::hours(1));
        let taken = pooled(server, "别人的");
        claim(&other, &taken).expect(200);
        let free: Vec<String> = (0..4).map(|i| pooled(server, &format!("公海{i}"))).collect();
        let gone = "019aa000-0000-7000-8000-00000000dead".to_owned();
        let ids: Vec<&String> = [&own, &taken, &gone].into_iter().chain(&free).collect();
        let reply = rep.post("/api/v1/pool/customers/claim", &json!({ "ids": ids })).expect(200);
        let results = reply["results"].as_array().unwrap();
        let codes: Vec<&str> = results.iter().map(|r| r["error"]["code"].as_str().unwrap_or("ok")).collect();
        assert_eq!(codes, ["owned_lately", "claimed_by_other", "not_found", "ok", "ok", "ok", "claims_used_up"]);
        assert!(results.iter().take(3).all(|r| !r["error"]["detail"].as_str().unwrap().is_empty()));
        let standing = rep.get("/api/v1/pool").expect(200);
        assert_eq!((&standing["claimed_today"], &standing["held"]), (&json!(3), &json!(3)));
        set(server, &json!({ "claims_per_day": 0, "holdings": 3 }));
        claim(&rep, &free[3]).expect_problem(409, "holdings_full");
        set(server, &json!({ "holdings": 4 }));
        claim(&rep, &free[3]).expect(200);
    }

    fn what_was_given_back_by_mistake_is_taken_back_as_it_was(server: &Server) {
        set(server, &json!({ "claims_per_day": 1 }));
        let (rep_id, rep) = server.user("representative", None);
        let id = customer(server, "手滑", &rep_id);
        let person = server.create("contacts", &json!({ "name": "王丽", "customer_id": id, "owner_id": rep_id }));
        release(&rep, &id).expect(200);
        release(&rep, &id).expect_problem(409, "in_pool_already");
        rep.get(&format!("/api/v1/contacts/{person}")).expect(404);
        let back = claim(&rep, &id).expect(200);
        assert_eq!((&back["owner_id"], &back["touch_due_at"]), (&json!(rep_id), &Value::Null));
        assert_eq!(rep.get("/api/v1/pool").expect(200)["claimed_today"], 0, "it was no claim");
        assert_eq!(rep.get(&format!("/api/v1/contacts/{person}")).expect(200)["owner_id"], json!(rep_id));
        let events = rep.get(&format!("/api/v1/events?record_id={id}")).expect(200);
        let text = events.json.to_string();
        assert!(text.contains("pool_reason") && text.contains("客户说明年再谈"), "the history has old and new values: {text}");
    }

    fn a_manager_gives_records_of_the_pool_to_the_people_below_and_to_nobody_else(server: &Server) {
        let team = server.create("teams", &json!({ "name": "华东" }));
        let (rep_id, rep) = server.user("representative", Some(&team));
        let (_, manager) = server.user("manager", Some(&team));
        let (stranger, _) = server.user("representative", None);
        let id = pooled(server, "分配客户");
        let assign = |client: &Client, to: &str| client.post("/api/v1/pool/customers/assign", &json!({ "ids": [id], "user_id": to }));
        assign(&rep, &rep_id).expect(403);
        assert_eq!(assign(&manager, &stranger).expect(422).wrong_fields(), ["user_id"]);
        let done = assign(&manager, &rep_id).expect(200);
        assert_eq!(done["results"][0]["status"], 200);
        let mine = get(&rep, &id).expect(200);
        assert_eq!(hours(&mine, "touch_due_at"), 24, "the assignment carries a deadline");
        assert_eq!(assign(&manager, &rep_id).expect(200)["results"][0]["error"]["code"], "claimed_by_other");
    }

    fn what_is_not_contacted_in_time_goes_to_the_pool_once_and_a_contact_stops_the_clock(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let (late, touched, early) = (pooled(server, "超时"), pooled(server, "已联系"), pooled(server, "联系在前"));
        for id in [&late, &touched, &early] {
            assert_eq!(hours(&claim(&rep, id).expect(200), "touch_due_at"), 24);
        }
        visit(&rep, &touched, Utc::now());
        assert_eq!(get(&rep, &touched).expect(200)["touch_due_at"], Value::Null);
        visit(&rep, &early, Utc::now() - TimeDelta::days(3));
        assert!(get(&rep, &early).expect(200)["touch_due_at"].is_string(), "a contact before the assignment is not the first one after it");
        pretend(server, &late, "touch_due_at", Utc::now() - TimeDelta::hours(1));
        until("it goes to the pool", || (get(&rep, &late).status == 404).then_some(()));
        let seen = rep.get(&format!("/api/v1/pool/customers/{late}")).expect(200);
        assert_eq!((&seen["pool_reason"], &seen["pool_from_id"]), (&json!("no_first_touch"), &json!(rep_id)));
        let told = until("its owner is told", || Some(news(&rep)).filter(|n| !n.is_empty()));
        assert_eq!(told.len(), 1);
        claim(&rep, &late).expect_problem(409, "owned_lately");
        let events = server.admin().get(&format!("/api/v1/events?record_id={late}")).expect(200);
        let taken: Vec<&Value> = events.items().iter().filter(|e| e["new"]["pool_reason"] == "no_first_touch").collect();
        assert_eq!(taken.len(), 1, "{}", events.json);
        assert_eq!((&taken[0]["actor_id"], &taken[0]["old"]["owner_id"]), (&Value::Null, &json!(rep_id)), "nobody did it");
    }

    fn only_assignments_carry_a_deadline(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let (other_id, _) = server.user("representative", None);
        let admin = server.admin();
        let due = |id: &str| get(&admin, id).expect(200)["touch_due_at"].clone();
        let give = |id: &str, to: &str| {
            let version = get(&admin, id).expect(200)["version"].as_i64().unwrap();
            admin.patch(&format!("/api/v1/customers/{id}"), version, &json!({ "owner_id": to })).expect(200);
        };
        let id = customer(server, "新建", &rep_id);
        assert_eq!(due(&id), Value::Null, "a new customer has none");
        give(&id, &other_id);
        assert!(due(&id).is_string(), "nobody was ever in contact");
        give(&id, &rep_id);
        visit(&rep, &id, Utc::now());
        give(&id, &other_id);
        assert_eq!(due(&id), Value::Null, "who takes over a customer that is known has none");
        set(server, &json!({ "deadline": false }));
        let free = pooled(server, "不计时");
        assert_eq!(claim(&rep, &free).expect(200)["touch_due_at"], Value::Null);
        // Nobody but those who may assign gives out what is in the pool, by no other way.
        let marketing = server.as_role("marketing");
        let hidden = pooled(server, "绕过");
        let version = get(&admin, &hidden).expect(200)["version"].as_i64().unwrap();
        marketing.patch(&format!("/api/v1/customers/{hidden}"), version, &json!({ "owner_id": rep_id })).expect(403);
    }

    fn an_assignment_that_is_taken_back_by_hand_leads_to_the_pool_again(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let (_, other) = server.user("representative", None);
        let director = server.as_role("director");
        let ids = [pooled(server, "收回甲"), pooled(server, "收回乙")];
        director.post("/api/v1/pool/customers/assign", &json!({ "ids": ids, "user_id": rep_id })).expect(200);
        let contacts = ids.clone().map(|id| server.create("contacts", &json!({ "name": "王芳", "customer_id": id, "owner_id": rep_id })));
        let version = get(&director, &ids[0]).expect(200)["version"].as_i64().unwrap();
        director.patch(&format!("/api/v1/customers/{}", ids[0]), version, &json!({ "owner_id": null })).expect(200);
        let row = json!({ "op": "update", "id": ids[1], "data": { "owner_id": null } });
        let reply = director.post("/api/v1/customers/bulk", &json!({ "operations": [row] })).expect(200);
        assert_eq!(reply["results"][0]["status"], 200, "{}", reply.json);
        for id in &ids {
            get(&rep, id).expect(404);
            let seen = other.get(&format!("/api/v1/pool/customers/{id}")).expect(200);
            assert_eq!((&seen["pool_reason"], &seen["pool_from_id"]), (&json!("returned"), &json!(rep_id)));
            assert!(seen["pooled_at"].is_string() && seen["touch_due_at"].is_null(), "{}", seen.json);
            claim(&other, id).expect(200);
        }
        // Who comes back by hand, as by any other way, has the people again that nobody looks after.
        let returned = pooled(server, "收回丙");
        let person = server.create("contacts", &json!({ "name": "李工", "customer_id": returned, "owner_id": null }));
        let version = get(&director, &returned).expect(200)["version"].as_i64().unwrap();
        director.patch(&format!("/api/v1/customers/{returned}"), version, &json!({ "owner_id": rep_id })).expect(200);
        rep.get(&format!("/api/v1/contacts/{person}")).expect(200);
        for contact in contacts {
            rep.get(&format!("/api/v1/contacts/{contact}")).expect(404);
            other.get(&format!("/api/v1/contacts/{contact}")).expect(200);
        }
    }

    fn a_rule_moves_to_the_pool_and_its_test_run_and_log_say_what(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let id = customer(server, "规则移入", &rep_id);
        let admin = server.admin();
        let rule = json!({ "name": "C 级退回", "definition": {
            "object": "customers", "trigger": { "kind": "change", "field": "grade", "to": "C" }, "condition": null,
            "actions": [{ "kind": "move_to_pool", "reason": "no_follow_up" }] } });
        let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
        admin.post_empty(&format!("/api/v1/rules/{rule}/publish")).expect(200);
        let version = get(&rep, &id).expect(200)["version"].as_i64().unwrap();
        rep.patch(&format!("/api/v1/customers/{id}"), version, &json!({ "grade": "C", "grade_reason": "测试" })).expect(200);
        until("the rule moves it", || (get(&rep, &id).status == 404).then_some(()));
        let seen = rep.get(&format!("/api/v1/pool/customers/{id}")).expect(200);
        assert_eq!((&seen["pool_reason"], &seen["pool_note"]), (&json!("no_follow_up"), &json!("C 级退回")));
        let log = until("it is written down", || {
            let log = admin.get(&format!("/api/v1/rules/{rule}/runs")).expect(200);
            (!log.items().is_empty()).then_some(log)
        });
        let action = &log.items()[0]["actions"][0];
        assert_eq!((&action["kind"], &action["done"]), (&json!("move_to_pool"), &json!(true)));
        until("its owner is told", || (!news(&rep).is_empty()).then_some(()));
        let tried = admin.post(&format!("/api/v1/rules/{rule}/test"), &json!({ "days": 7 })).expect(200);
        assert_eq!(tried["matched"], 1);
        // Objects without a pool have no such action, and the shipped rule waits as a draft.
        let wrong = json!({ "name": "错", "definition": { "object": "opportunities", "trigger": { "kind": "event", "on": ["created"] },
            "condition": null, "actions": [{ "kind": "move_to_pool" }] } });
        let wrong = admin.post("/api/v1/rules", &wrong).expect(201).id();
        let reply = admin.post_empty(&format!("/api/v1/rules/{wrong}/publish")).expect(422);
        assert_eq!(reply.wrong_fields(), ["definition.actions[0].kind"]);
        let rules = admin.get("/api/v1/rules").expect(200);
        let shipped = rules.items().iter().find(|r| r["key"] == "idle_to_pool").expect("the shipped rule");
        assert_eq!(shipped["state"], "draft");
    }

    fn my_day_shows_first_contacts_that_are_waited_for(server: &Server) {
        let (_, rep) = server.user("representative", None);
        let id = pooled(server, "今天要联系");
        claim(&rep, &id).expect(200);
        let day = rep.get("/api/v1/my_day").expect(200);
        let items: Vec<&Value> = day["groups"].as_array().unwrap().iter().flat_map(|g| g["items"].as_array().unwrap()).collect();
        assert_eq!(items.len(), 1);
        assert_eq!((&items[0]["object"], &items[0]["id"]), (&json!("customers"), &json!(id)));
        visit(&rep, &id, Utc::now());
        assert_eq!(rep.get("/api/v1/my_day").expect(200)["groups"], json!([]));
    }

    fn settings_of_the_pool_that_make_no_sense_are_refused_by_field(server: &Server) {
        let put = |body: &Value| server.admin().settle("PUT", "/api/v1/pool_settings", body);
        assert_eq!(put(&json!({ "hours": 0, "rest_days": 1000 })).expect(422).wrong_fields(), ["hours", "warn_hours", "rest_days"]);
        assert_eq!(put(&json!({ "hours": 24, "warn_hours": 24 })).expect(422).wrong_fields(), ["warn_hours"]);
        let rep = server.as_role("representative");
        rep.get("/api/v1/pool_settings").expect(200);
        rep.send("PUT", "/api/v1/pool_settings", Some(("application/json", b"{}"))).expect(403);
    }

    fn what_is_imported_without_an_owner_goes_to_the_pool_where_the_importer_says_so(server: &Server) {
        let admin = server.admin();
        let (_, rep) = server.user("representative", None);
        let file = "客户名称,电话,城市\n展会来的甲公司,13812345678,苏州\n展会来的乙公司,13912345678,无锡\n";
        let bring = |client: &Client, into_pool: bool| {
            let import = crate::imports::analyse(client, "customers", "fair.csv", file.as_bytes()).expect(201);
            let path = format!("/api/v1/imports/{}", import.id());
            client.settle("PATCH", &path, &json!({ "into_pool": into_pool })).expect(200);
            crate::imports::run(client, &import, false)
        };
        assert_eq!(bring(&admin, true)["progress"]["created"], json!(2));
        let waiting = rep.get("/api/v1/pool/customers").expect(200);
        assert_eq!(waiting.items().len(), 2);
        for one in waiting.items() {
            assert_eq!((&one["owner_id"], &one["pool_reason"]), (&Value::Null, &json!("imported")));
            assert!(one["pooled_at"].is_string() && one["phone"].as_str().unwrap().contains('*'), "{one}");
        }
        let id = waiting.items()[0]["id"].as_str().unwrap().to_owned();
        claim(&rep, &id).expect(200);
        assert_eq!(get(&rep, &id).expect(200)["phone"].as_str().unwrap().len(), 11);
        let import = crate::imports::analyse(&rep, "customers", "mine.csv", file.as_bytes()).expect(201);
        let path = format!("/api/v1/imports/{}", import.id());
        rep.settle("PATCH", &path, &json!({ "into_pool": true })).expect(403);
    }
}

#[test]
fn owners_are_warned_once_before_the_deadline_and_missed_ones_are_caught_up_once() {
    for engine in [tests::database::Engine::Sqlite, tests::database::Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let (_, rep) = server.user("representative", None);
        let email = rep.get("/api/v1/me").expect(200)["email"].as_str().unwrap().to_owned();
        let (near, missed) = (pooled(&server, "快到期"), pooled(&server, "停机时到期"));
        claim(&rep, &near).expect(200);
        claim(&rep, &missed).expect(200);
        server.stop();
        pretend(&server, &near, "touch_due_at", Utc::now() + TimeDelta::hours(3));
        pretend(&server, &missed, "touch_due_at", Utc::now() - TimeDelta::days(2));
        for _ in 0..2 {
            server.start_again();
            let rep = server.log_in(&email);
            until("both are told", || (news(&rep).len() >= 2).then_some(()));
            until("the missed one is in the pool", || (get(&rep, &missed).status == 404).then_some(()));
            server.stop();
        }
        server.start_again();
        let rep = server.log_in(&email);
        let told: Vec<String> = news(&rep).iter().map(|n| n["title"].as_str().unwrap().to_owned()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(get(&rep, &near).expect(200)["touch_due_at"].is_string());
    }
}
