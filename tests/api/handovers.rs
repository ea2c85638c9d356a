//! Handing over what somebody who leaves still holds.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::{until, within};

/// Somebody with this much: ids of customers, each with a contact, an open opportunity and an open task.
struct Leaver {
    id: String,
    customers: Vec<String>,
}

fn leaver(server: &Server, customers: usize) -> Leaver {
    let (id, _) = server.user("representative", None);
    let customers = (0..customers).map(|n| customer(server, &id, &format!("客户{n}"))).collect();
    Leaver { id, customers }
}

fn customer(server: &Server, owner: &str, name: &str) -> String {
    let customer = server.create("customers", &json!({ "name": name, "owner_id": owner }));
    let about = |object: &str, mut input: Value| {
        input["customer_id"] = json!(customer);
        input["owner_id"] = json!(owner);
        server.create(object, &input);
    };
    about("contacts", json!({ "name": "王芳" }));
    about("opportunities", json!({ "name": format!("{name}的商机"), "amount_minor": 100_000 }));
    about("tasks", json!({ "title": "回访" }));
    customer
}

fn holdings(client: &Client, user: &str) -> Reply {
    client.get(&format!("/api/v1/users/{user}/holdings")).expect(200)
}

/// How much of each kind.
fn counts(reply: &Reply) -> BTreeMap<String, i64> {
    let kinds = reply["kinds"].as_array().unwrap().iter();
    kinds.map(|k| (k["kind"].as_str().unwrap().to_owned(), k["count"].as_i64().unwrap())).collect()
}

fn ask(client: &Client, user: &str, body: &Value) -> Reply {
    client.post(&format!("/api/v1/users/{user}/hand-over"), body)
}

/// Hands over and waits for the end.
fn hand_over(client: &Client, user: &str, body: &Value) -> Value {
    let job = ask(client, user, body).expect(202);
    assert_eq!(job.header("location"), Some(format!("/api/v1/hand-overs/{}", job.id()).as_str()));
    ended(client, &job.id())
}

fn ended(client: &Client, id: &str) -> Value {
    within(Duration::from_secs(90), "the hand-over ends", || {
        let now = client.get(&format!("/api/v1/hand-overs/{id}")).expect(200).json;
        (!now["finished_at"].is_null()).then_some(now)
    })
}

fn owned(client: &Client, object: &str, owner: &str) -> i64 {
    let path = format!("/api/v1/{object}?owner_id={owner}&count=exact&limit=1");
    client.get(&path).expect(200)["total"].as_i64().unwrap()
}

fn disable(server: &Server, user: &str) {
    let path = format!("/api/v1/users/{user}");
    let version = server.admin().get(&path).expect(200).version();
    server.admin().patch(&path, version, &json!({ "status": "disabled" })).expect(200);
}

fn to(user: &str) -> Value {
    json!({ "receivers": [{ "user_id": user }] })
}

fn team_filter(user: &str) -> String {
    let filter = format!(r#"{{"field":"account_team_ids","op":"has_any","value":["{user}"]}}"#);
    filter.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn assigned_news(client: &Client) -> Vec<Value> {
    let news = client.get("/api/v1/notifications?limit=200").expect(200);
    news.items().iter().filter(|n| n["kind"] == "assigned").cloned().collect()
}

engines! {
    fn what_a_person_holds_is_counted_by_kind_as_far_as_it_is_open(server: &Server) {
        let admin = server.admin();
        let gone = leaver(server, 2);
        let mine = |input: Value| { let mut input = input; input["owner_id"] = json!(gone.id); input };
        server.create("tasks", &mine(json!({ "title": "做完了", "status": "done" })));
        let ahead = (Utc::now() + TimeDelta::days(3)).to_rfc3339();
        let past = (Utc::now() - TimeDelta::days(3)).to_rfc3339();
        for at in [ahead, past] {
            server.create("activities", &mine(json!({ "subject": "拜访", "kind": "visit", "occurred_at": at, "customer_id": gone.customers[0] })));
        }
        let other = server.create("customers", &json!({ "name": "别人的", "account_team_ids": [gone.id], "manager_id": gone.id }));
        server.create("teams", &json!({ "name": "华东", "lead_id": gone.id }));
        let found = holdings(&admin, &gone.id);
        let expected = [("customers", 2), ("contacts", 2), ("opportunities", 2), ("tasks", 2), ("activities", 1), ("managed_customers", 1), ("account_teams", 1)];
        assert_eq!(counts(&found), expected.map(|(kind, n)| (kind.to_owned(), n)).into());
        assert_eq!((&found["total"], &found["teams_led"], &found["active"], &found["may_hand_over"]), (&json!(9), &json!(1), &json!(true), &json!(true)));
        // Every number is a list.
        for kind in found["kinds"].as_array().unwrap() {
            let list = admin.get(&format!("{}&count=exact", kind["drill_down"].as_str().unwrap())).expect(200);
            assert_eq!(list["total"], kind["count"], "{kind}");
        }
        assert_eq!(owned(&admin, "customers", &gone.id), 2);
        let team = admin.get(&format!("/api/v1/customers?filter={}", team_filter(&gone.id))).expect(200);
        assert_eq!(team.items()[0]["id"], json!(other), "customers are found by who stands in their team");
        // Those who see less are told of less.
        let stranger = server.as_role("representative");
        assert_eq!(holdings(&stranger, &gone.id)["total"], 0);
        assert_eq!(holdings(&stranger, &gone.id)["may_hand_over"], false);
    }

    fn everything_goes_to_one_person_and_history_stays(server: &Server) {
        let admin = server.admin();
        let gone = leaver(server, 3);
        let (heir, heirs) = server.user("representative", None);
        let first = &gone.customers[0];
        let won = admin.get(&format!("/api/v1/opportunities?customer_id={first}")).expect(200).items()[0].clone();
        let stages = admin.get("/api/v1/pipeline_stages?limit=50").expect(200);
        let end = stages.items().iter().find(|s| s["kind"] == "won" && s["pipeline_id"] == won["pipeline_id"]).unwrap()["id"].clone();
        admin.patch(&format!("/api/v1/opportunities/{}", won["id"].as_str().unwrap()), won["version"].as_i64().unwrap(), &json!({ "stage_id": end })).expect(200);
        server.create("activities", &json!({ "subject": "来访", "kind": "visit", "occurred_at": "2026-03-02T09:00:00Z", "customer_id": first, "owner_id": gone.id }));
        let colleague = server.create("customers", &json!({ "name": "同事的客户", "account_team_ids": [gone.id, heir], "manager_id": gone.id }));
        let done = hand_over(&admin, &gone.id, &to(&heir));
        assert_eq!((&done["state"], &done["left_out"], &done["error"]), (&json!("done"), &json!(0), &Value::Null), "{done}");
        let given = &done["receivers"][0]["given"];
        assert_eq!(given, &json!({ "customers": 3, "contacts": 3, "opportunities": 2, "tasks": 3, "managed_customers": 1, "account_teams": 1 }));
        assert_eq!((&done["total"], &done["done"]), (&json!(13), &json!(13)));
        for (object, now) in [("customers", 3), ("contacts", 3), ("opportunities", 2), ("tasks", 3)] {
            assert_eq!(owned(&heirs, object, &heir), now, "{object}");
        }
        assert_eq!((owned(&admin, "opportunities", &gone.id), owned(&admin, "activities", &gone.id)), (1, 1), "what is done stays");
        let shared = admin.get(&format!("/api/v1/customers/{colleague}")).expect(200);
        assert_eq!((&shared["manager_id"], &shared["account_team_ids"]), (&json!(heir), &json!([heir])));
        // Told once, together.
        let told = until("the heir is told", || Some(assigned_news(&heirs)).filter(|n| !n.is_empty()));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0]["body"].as_str().unwrap().starts_with("3 customers, 3 contacts, 2 opportunities, 3 tasks"), "{}", told[0]);
        // The log says what went to whom, and each record has its event.
        let moves = admin.get(&format!("/api/v1/hand-overs/{}/moves?limit=5", done["id"].as_str().unwrap())).expect(200);
        assert_eq!(moves.items().len(), 5);
        let next = admin.get(&format!("/api/v1/hand-overs/{}/moves?limit=50&cursor={}", done["id"].as_str().unwrap(), moves["next_cursor"].as_str().unwrap())).expect(200);
        assert_eq!((next.items().len(), &next["next_cursor"]), (8, &Value::Null));
        let one = next.items().iter().find(|m| m["record_id"] == json!(first)).expect("the customer");
        assert_eq!((&one["field"], &one["to_user_id"], &one["title"]), (&json!("owner_id"), &json!(heir), &json!("客户0")));
        let place = moves.items().iter().chain(next.items()).find(|m| m["field"] == "account_team_ids").expect("the account team");
        assert_eq!((&place["record_id"], &place["to_user_id"]), (&json!(colleague), &json!(heir)));
        let events = admin.get(&format!("/api/v1/events?record_id={first}")).expect(200);
        let event = events.items().iter().find(|e| e["new"]["owner_id"] == json!(heir)).expect("an event");
        assert_eq!(event["old"]["owner_id"], json!(gone.id));
        // Nothing is left, and asking again is refused.
        assert_eq!(holdings(&admin, &gone.id)["total"], 0);
        ask(&admin, &gone.id, &to(&heir)).expect_problem(409, "nothing_to_hand_over");
        assert_eq!(holdings(&admin, &gone.id)["hand_over"]["id"], done["id"]);
    }

    fn customers_are_spread_by_shares_and_what_is_open_goes_with_them(server: &Server) {
        let admin = server.admin();
        let gone = leaver(server, 6);
        server.create("tasks", &json!({ "title": "没有客户的任务", "owner_id": gone.id }));
        let (one, _) = server.user("representative", None);
        let (two, _) = server.user("representative", None);
        disable(server, &gone.id);
        let body = json!({ "receivers": [{ "user_id": one, "share": 2 }, { "user_id": two }], "kinds": ["customers", "opportunities", "tasks"] });
        let done = hand_over(&admin, &gone.id, &body);
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!((owned(&admin, "customers", &one), owned(&admin, "customers", &two)), (4, 2));
        assert_eq!(owned(&admin, "tasks", &one) + owned(&admin, "tasks", &two), 7);
        let owner_of = |path: &str| admin.get(path).expect(200)["owner_id"].clone();
        for object in ["contacts", "opportunities", "tasks"] {
            let all = admin.get(&format!("/api/v1/{object}?limit=100")).expect(200);
            for record in all.items().iter().filter(|r| r["customer_id"].is_string()) {
                let customer = record["customer_id"].as_str().unwrap();
                assert!(gone.customers.iter().any(|id| id == customer));
                assert_eq!(record["owner_id"], owner_of(&format!("/api/v1/customers/{customer}")), "{object} go with their customer");
            }
        }
    }

    fn customers_go_to_the_pool_for_the_reason_that_their_owner_left(server: &Server) {
        let admin = server.admin();
        let gone = leaver(server, 2);
        let (heir, heirs) = server.user("representative", None);
        let body = json!({ "customers_to_pool": true, "note": "王芳转岗" });
        let done = hand_over(&admin, &gone.id, &body);
        assert_eq!((&done["state"], &done["pooled"], &done["kinds"]), (&json!("done"), &json!(2), &json!(["customers"])));
        let pool = heirs.get("/api/v1/pool/customers").expect(200);
        assert_eq!(pool.items().len(), 2);
        for customer in pool.items() {
            assert_eq!((&customer["pool_reason"], &customer["pool_from_id"], &customer["pool_note"]), (&json!("owner_left"), &json!(gone.id), &json!("王芳转岗")));
        }
        assert_eq!((owned(&admin, "contacts", &gone.id), owned(&admin, "tasks", &gone.id)), (0, 2), "people go along, tasks need somebody");
        let rest = hand_over(&admin, &gone.id, &to(&heir));
        assert_eq!(rest["receivers"][0]["given"], json!({ "opportunities": 2, "tasks": 2 }));
        let more = leaver(server, 1);
        let both = json!({ "customers_to_pool": true, "receivers": [{ "user_id": heir }] });
        let done = hand_over(&admin, &more.id, &both);
        assert_eq!((&done["pooled"], &done["receivers"][0]["given"]), (&json!(1), &json!({ "opportunities": 1, "tasks": 1 })));
    }

    fn who_is_to_take_over_has_to_be_here_and_within_reach(server: &Server) {
        let admin = server.admin();
        let gone = leaver(server, 1);
        let (heir, _) = server.user("representative", None);
        let (away, _) = server.user("representative", None);
        disable(server, &away);
        let finance = server.user("finance", None).0;
        let receivers = json!({ "receivers": [{ "user_id": heir, "share": 0 }, { "user_id": away }, { "user_id": gone.id }, { "user_id": heir }, { "user_id": finance }], "kinds": ["customers", "trials", "solutions", "competitor_alerts"] });
        let reply = ask(&admin, &gone.id, &receivers).expect(422);
        let wrong: Vec<(&str, &str)> = reply["errors"].as_array().unwrap().iter().map(|e| (e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
        assert_eq!(wrong, [
            ("receivers[0].share", "out_of_range"),
            ("receivers[1].user_id", "receiver_inactive"),
            ("receivers[2].user_id", "receiver_is_the_leaver"),
            ("receivers[3].user_id", "duplicate"),
            ("receivers[4].user_id", "receiver_sees_none"),
        ]);
        assert_eq!(ask(&admin, &gone.id, &json!({})).expect(422).wrong_fields(), ["receivers"]);
        assert_eq!(ask(&admin, &gone.id, &json!({ "customers_to_pool": true, "kinds": ["customers", "tasks"] })).expect(422).wrong_fields(), ["receivers"]);
        assert_eq!(ask(&admin, &gone.id, &json!({ "receivers": [{ "user_id": heir }], "customers_to_pool": true, "kinds": ["tasks"] })).expect(422).wrong_fields(), ["customers_to_pool"]);
        // Managing people is one permission, giving their records to others another.
        ask(&server.as_role("director"), &gone.id, &to(&heir)).expect(403);
        let all = json!({ "read": "all", "create": "all", "update": "all", "archive": "all", "export": "none", "import": "none" });
        let team = json!({ "read": "all", "create": "team", "update": "team", "archive": "none", "export": "none", "import": "none" });
        let role = json!({ "key": "personnel", "name_zh": "人事", "name_en": "Personnel", "permissions": { "users": all, "customers": team } });
        admin.post("/api/v1/roles", &role).expect(201);
        let east = server.create("teams", &json!({ "name": "华东" }));
        let (_, personnel) = server.user("personnel", Some(&east));
        let only = json!({ "receivers": [{ "user_id": heir }], "kinds": ["customers"] });
        ask(&personnel, &gone.id, &only).expect_problem(422, "invalid");
        let (near, _) = server.user("representative", Some(&east));
        let away = json!({ "receivers": [{ "user_id": near }], "kinds": ["customers"] });
        ask(&personnel, &gone.id, &away).expect_problem(403, "forbidden");
        assert_eq!(holdings(&personnel, &gone.id)["may_hand_over"], false);
        let ours = server.create("customers", &json!({ "name": "团队的客户", "owner_id": near }));
        assert_eq!(ask(&personnel, &near, &only).expect(422).wrong_fields(), ["receivers[0].user_id"], "outside of the team");
        ask(&personnel, &near, &json!({ "receivers": [{ "user_id": server.user("representative", Some(&east)).0 }], "kinds": ["tasks"] })).expect_problem(403, "forbidden");
        let (beside, _) = server.user("representative", Some(&east));
        let done = hand_over(&personnel, &near, &json!({ "receivers": [{ "user_id": beside }], "kinds": ["customers"] }));
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(admin.get(&format!("/api/v1/customers/{ours}")).expect(200)["owner_id"], json!(beside));
        // Nobody else looks at it.
        server.as_role("representative").get(&format!("/api/v1/hand-overs/{}", done["id"].as_str().unwrap())).expect(404);
    }

    fn a_deadline_begins_where_nobody_was_ever_in_contact_and_only_if_wanted(server: &Server) {
        let admin = server.admin();
        let (gone, rep) = server.user("representative", None);
        let (heir, _) = server.user("representative", None);
        let make = |name: &str| server.create("customers", &json!({ "name": name, "owner_id": gone }));
        let (known, new) = (make("联系过"), make("没联系过"));
        rep.post("/api/v1/activities", &json!({ "subject": "电话", "kind": "call", "customer_id": known, "occurred_at": Utc::now().to_rfc3339() })).expect(201);
        let due = |id: &str| admin.get(&format!("/api/v1/customers/{id}")).expect(200)["touch_due_at"].clone();
        hand_over(&admin, &gone, &to(&heir));
        assert_eq!(due(&known), Value::Null);
        assert!(due(&new).is_string());
        let calm = json!({ "receivers": [{ "user_id": gone }], "deadline": false });
        assert_eq!(hand_over(&admin, &heir, &calm)["state"], "done");
        assert_eq!((due(&known), due(&new)), (Value::Null, Value::Null));
    }

    fn people_who_left_something_behind_are_listed_for_those_who_see_it(server: &Server) {
        let admin = server.admin();
        let east = server.create("teams", &json!({ "name": "华东" }));
        let (boss, manager) = server.user("manager", Some(&east));
        let (gone, _) = server.user("representative", Some(&east));
        customer(server, &gone, "留下的客户");
        let (far, _) = server.user("representative", None);
        customer(server, &far, "别处的客户");
        assert_eq!(admin.get("/api/v1/leavers").expect(200).items().len(), 0);
        disable(server, &gone);
        disable(server, &far);
        let all = admin.get("/api/v1/leavers").expect(200);
        assert_eq!(all.items().iter().map(|l| l["total"].as_i64().unwrap()).collect::<Vec<_>>(), [4, 4]);
        let seen = manager.get("/api/v1/leavers").expect(200);
        assert_eq!(seen.items().iter().map(|l| l["user_id"].clone()).collect::<Vec<_>>(), [json!(gone)]);
        assert!(seen.items()[0]["left_on"].is_string());
        hand_over(&admin, &gone, &to(&boss));
        assert_eq!(manager.get("/api/v1/leavers").expect(200).items().len(), 0);
        assert_eq!(server.as_role("representative").get("/api/v1/leavers").expect(200).items().len(), 0);
    }

    fn rules_that_wait_for_a_new_owner_act_on_what_is_handed_over(server: &Server) {
        let admin = server.admin();
        let gone = leaver(server, 1);
        let (heir, _) = server.user("representative", None);
        let rule = json!({ "name": "交接回访", "definition": { "object": "customers", "trigger": { "kind": "change", "field": "owner_id" },
            "actions": [{ "kind": "create_task", "title": "认识 {name}", "assignee": { "kind": "owner" } }] } });
        let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
        admin.post_empty(&format!("/api/v1/rules/{rule}/publish")).expect(200);
        hand_over(&admin, &gone.id, &to(&heir));
        until("the rule makes its task", || (owned(&admin, "tasks", &heir) == 2).then_some(()));
    }
}

/// Many customers, from a file: ids are not needed.
fn many(server: &Server, owner: &str, n: usize) {
    let text: String =
        std::iter::once("客户名称\n".to_owned()).chain((0..n).map(|i| format!("大批客户{i}\n"))).collect();
    let admin = server.admin();
    let import = crate::imports::analyse(&admin, "customers", "customers.csv", text.as_bytes()).expect(201);
    let path = format!("/api/v1/imports/{}", import.id());
    admin.settle("PATCH", &path, &json!({ "default_owner_id": owner })).expect(200);
    assert_eq!(crate::imports::run(&admin, &import, false)["progress"]["created"], json!(n));
}

fn begun(client: &Client, job: &str) {
    within(Duration::from_secs(60), "it has begun", || {
        let now = client.get(&format!("/api/v1/hand-overs/{job}")).expect(200);
        (now["done"].as_i64().unwrap() > 0).then_some(())
    });
}

/// Every customer has been given once: the log of each names one new owner.
fn given_once(admin: &Client, job: &str, n: usize) {
    let (mut seen, mut cursor) = (BTreeMap::<String, usize>::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/hand-overs/{job}/moves?limit=200&cursor={cursor}")).expect(200);
        for item in page.items() {
            *seen.entry(item["record_id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), n);
    assert!(seen.values().all(|times| *times == 1), "somebody was given a record twice");
}

fn goes_on_after_a_kill(engine: Engine) {
    const N: usize = 1_500;
    let Some(mut server) = Server::start(engine) else { return };
    let (gone, _) = server.user("representative", None);
    let (one, _) = server.user("representative", None);
    let (two, _) = server.user("representative", None);
    many(&server, &gone, N);
    let admin = server.admin();
    let body = json!({ "receivers": [{ "user_id": one }, { "user_id": two }], "deadline": false });
    let job = ask(&admin, &gone, &body).expect(202).id();
    ask(&admin, &gone, &body).expect_problem(409, "hand_over_running");
    begun(&admin, &job);
    server.kill();
    server.start_again();
    let admin = server.admin();
    let done = ended(&admin, &job);
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(N)), "{done}");
    assert_eq!((owned(&admin, "customers", &one), owned(&admin, "customers", &two)), (750, 750));
    assert_eq!(owned(&admin, "customers", &gone), 0);
    given_once(&admin, &job, N);
    crate::totals::assert_kept_is_counted(&server);
}

#[test]
fn a_hand_over_that_is_killed_in_the_middle_goes_on_and_gives_everything_once_on_sqlite() {
    goes_on_after_a_kill(Engine::Sqlite);
}

#[test]
fn a_hand_over_that_is_killed_in_the_middle_goes_on_and_gives_everything_once_on_postgresql() {
    goes_on_after_a_kill(Engine::Postgres);
}

fn goes_round_those_who_leave_meanwhile(engine: Engine) {
    let Some(server) = Server::start(engine) else { return };
    let (gone, _) = server.user("representative", None);
    let (one, _) = server.user("representative", None);
    let (two, _) = server.user("representative", None);
    many(&server, &gone, 1_200);
    let admin = server.admin();
    let job = ask(&admin, &gone, &json!({ "receivers": [{ "user_id": one }, { "user_id": two }] })).expect(202).id();
    begun(&admin, &job);
    disable(&server, &two);
    let then = owned(&admin, "customers", &two);
    let done = ended(&admin, &job);
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(1_200)), "{done}");
    let (ones, twos) = (owned(&admin, "customers", &one), owned(&admin, "customers", &two));
    // One step may have been under way.
    assert!(twos <= then + 50 && ones > twos, "{ones} and {twos}, {then} when disabled");
}

fn stops_when_nobody_is_left(engine: Engine) {
    let Some(mut server) = Server::start(engine) else { return };
    let (gone, _) = server.user("representative", None);
    let (heir, _) = server.user("representative", None);
    many(&server, &gone, 1_200);
    let admin = server.admin();
    let job = ask(&admin, &gone, &to(&heir)).expect(202).id();
    begun(&admin, &job);
    server.kill();
    {
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        assert!(persistence::identity::set_status(&mut conn, heir.parse().unwrap(), "disabled", Utc::now()).unwrap());
    }
    server.start_again();
    let admin = server.admin();
    let stopped = ended(&admin, &job);
    assert_eq!((&stopped["state"], &stopped["error"]), (&json!("failed"), &json!("receiver_inactive")), "{stopped}");
    let (went, stayed) = (owned(&admin, "customers", &heir), owned(&admin, "customers", &gone));
    assert!(went > 0 && stayed > 0 && went + stayed == 1_200, "{went} and {stayed}");
    let (other, _) = server.user("representative", None);
    assert_eq!(hand_over(&admin, &gone, &to(&other))["state"], "done");
    assert_eq!(owned(&admin, "customers", &other), stayed);
}

#[test]
fn who_is_disabled_while_things_are_handed_over_is_given_no_more() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        goes_round_those_who_leave_meanwhile(engine);
        stops_when_nobody_is_left(engine);
    }
}

fn is_stopped_by_hand(engine: Engine) {
    const N: i64 = 2_000;
    let Some(server) = Server::start(engine) else { return };
    let (gone, _) = server.user("representative", None);
    let (heir, heir_sees) = server.user("representative", None);
    many(&server, &gone, usize::try_from(N).unwrap());
    let admin = server.admin();
    let job = ask(&admin, &gone, &to(&heir)).expect(202).id();
    begun(&admin, &job);
    let path = format!("/api/v1/hand-overs/{job}/cancel");
    let stopped = admin.post_empty(&path).expect(200);
    assert_eq!((&stopped["state"], &stopped["error"]), (&json!("cancelled"), &Value::Null));
    let went = stopped["done"].as_i64().unwrap();
    assert!(went > 0 && went < N, "{went}");
    admin.post_empty(&path).expect_problem(409, "hand_over_ended");
    // Whoever was given something is told how much, and nothing more goes.
    let told = until("it is told", || assigned_news(&heir_sees).first().cloned());
    assert!(told["body"].as_str().unwrap().replace(',', "").contains(&went.to_string()), "{told}");
    assert_eq!((owned(&admin, "customers", &heir), owned(&admin, "customers", &gone)), (went, N - went));
    assert_eq!(admin.get(&format!("/api/v1/hand-overs/{job}")).expect(200)["done"], json!(went));
    let rest = hand_over(&admin, &gone, &to(&heir));
    assert_eq!((&rest["state"], &rest["done"]), (&json!("done"), &json!(N - went)));
    crate::totals::assert_kept_is_counted(&server);
}

#[test]
fn a_hand_over_can_be_stopped_and_the_rest_handed_over_later() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        is_stopped_by_hand(engine);
    }
}

fn is_given_back_by_a_rule(engine: Engine) {
    const N: usize = 400;
    let Some(server) = Server::start(engine) else { return };
    let (gone, _) = server.user("representative", None);
    let (heir, _) = server.user("representative", None);
    many(&server, &gone, N);
    let admin = server.admin();
    let rule = json!({ "name": "退回原负责人", "definition": { "object": "customers", "trigger": { "kind": "change", "field": "owner_id" },
        "condition": { "field": "owner_id", "op": "eq", "value": heir },
        "actions": [{ "kind": "reassign", "method": "round_robin", "users": [gone] }] } });
    let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
    admin.post_empty(&format!("/api/v1/rules/{rule}/publish")).expect(200);
    let done = hand_over(&admin, &gone, &to(&heir));
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &json!(N)), "{done}");
    given_once(&admin, done["id"].as_str().unwrap(), N);
    until("the rule has given everything back", || {
        (owned(&admin, "customers", &gone) == i64::try_from(N).unwrap()).then_some(())
    });
}

#[test]
fn a_rule_that_gives_records_back_does_not_keep_a_hand_over_going() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        is_given_back_by_a_rule(engine);
    }
}
