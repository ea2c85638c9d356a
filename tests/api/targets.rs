//! Target customers and what is done about them: segments and their coverage, groups by need, RFM as somebody sets it,
//! stopped investment, service of the basic tier, and how people take to the product.

use chrono::{DateTime, Duration, NaiveDate, SubsecRound, Utc};
use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;
use tests::wait::until;

fn day(days_ago: i64) -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive() - Duration::days(days_ago)
}

fn at(days_ago: i64) -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0) - Duration::days(days_ago) - Duration::minutes(1)
}

fn visit(client: &Client, customer: &str, days_ago: i64) -> String {
    let body = json!({ "subject": "拜访", "kind": "visit", "customer_id": customer, "occurred_at": at(days_ago), "responded": true });
    client.post("/api/v1/activities", &body).expect(201).id()
}

fn put(admin: &Client, model: &str, document: &Value) -> Reply {
    let path = format!("/api/v1/score-settings/{model}");
    let version = admin.get(&path).expect(200)["version"].as_i64().unwrap();
    let body = json!({ "document": document }).to_string();
    admin.with_header("if-match", &format!("\"{version}\"")).send(
        "PUT",
        &path,
        Some(("application/json", body.as_bytes())),
    )
}

#[track_caller]
fn kept(client: &Client, id: &str, field: &str, value: &Value) -> Value {
    until(&format!("{field} {value}"), || {
        let found = client.get(&format!("/api/v1/customers/{id}")).expect(200).json;
        (found[field] == *value).then_some(found)
    })
}

fn listed(client: &Client, link: &Value) -> i64 {
    let link = link.as_str().expect("a link");
    client.get(&format!("{link}&count=exact&limit=1")).expect(200)["total"].as_i64().expect("a total")
}

fn named<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|row| row[key] == value).unwrap_or_else(|| panic!("{value}: {list}"))
}

/// By limits instead of ranks, so that one customer alone has its scores.
fn limits() -> Value {
    json!({ "mode": { "fixed": { "recency_days": [300, 200, 100, 50], "frequency": [2, 3, 4, 5],
        "monetary_minor": [100_000, 200_000, 300_000, 400_000] } } })
}

engines! {
    fn segments_of_many_values_are_counted_as_those_of_few(server: &Server) {
        let admin = server.admin();
        server.create("customers", &json!({ "name": "甲" }));
        let id = |n: usize| format!("019aa000-0000-7000-8000-{n:012x}");
        let none_of: Value = (0..1000).map(id).collect();
        let test = json!({ "field": "tags", "op": "has_none", "value": none_of });
        let segment = |name: String, tests: usize| {
            json!({ "name": name, "purpose": "high_value", "definition": { "all": vec![test.clone(); tests] } })
        };
        for i in 0..7 {
            admin.post("/api/v1/segments", &segment(format!("细分{i}"), 5)).expect(201);
        }
        let report = admin.get("/api/v1/scores/segments").expect(200);
        let made = |row: &&Value| row["name"].as_str().is_some_and(|name| name.starts_with("细分"));
        let counts: Vec<&Value> = report["items"].as_array().unwrap().iter().filter(made).map(|row| &row["customers"]).collect();
        assert_eq!(counts, [1; 7]);
        let over = admin.post("/api/v1/segments", &segment("太大".to_owned(), 6)).expect(422);
        assert_eq!((over.wrong_fields(), &over["errors"][0]["code"]), (vec!["definition"], &json!("too_many")));
    }

    fn a_segment_counts_its_customers_and_how_many_of_them_were_contacted(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let make = |name: &str, owner: Option<&str>| {
            let mut input = json!({ "name": name, "industry": "轴承" });
            if let Some(owner) = owner {
                input["owner_id"] = json!(owner);
            }
            server.create("customers", &input)
        };
        let (first, _, _) = (make("甲", Some(&owner)), make("乙", Some(&owner)), make("丙", None));
        let segment = json!({ "name": "轴承客户", "purpose": "high_value", "strategy": "季度走访", "coverage_goal": 80,
            "definition": { "all": [{ "field": "industry", "op": "eq", "value": "轴承" }] } });
        let made = admin.post("/api/v1/segments", &segment).expect(201);
        visit(&admin, &first, 2);
        let found = until("the contact counts", || {
            let report = admin.get("/api/v1/scores/segments").expect(200).json;
            let row = named(&report["items"], "segment_id", &made.id()).clone();
            (row["contacted"] == 1).then_some(row)
        });
        assert_eq!((&found["customers"], &found["goal"], &found["strategy"]), (&json!(3), &json!(80.0), &json!("季度走访")));
        assert!((found["coverage"].as_f64().unwrap() - 100.0 / 3.0).abs() < 1e-9, "{found}");
        assert_eq!((listed(&admin, &found["drill_down"]), listed(&admin, &found["waiting"])), (3, 2));
        // A day later than the contact it counts no more.
        let recent = admin.get("/api/v1/scores/segments?days=1").expect(200);
        assert_eq!(named(&recent["items"], "segment_id", &made.id())["contacted"], 0);
        let mine = rep.get("/api/v1/scores/segments").expect(200);
        let mine = named(&mine["items"], "segment_id", &made.id());
        assert_eq!((&mine["customers"], &mine["contacted"], listed(&rep, &mine["waiting"])), (&json!(2), &json!(1), 1));
        assert_eq!(mine["owners"][0]["owner_id"], json!(owner));
        rep.post("/api/v1/segments", &segment).expect(403);
        assert_eq!(admin.get("/api/v1/scores/segments?days=0").expect_problem(422, "invalid").wrong_fields(), ["days"]);
    }

    fn a_segment_needs_a_condition_that_customers_can_be_asked(server: &Server) {
        let admin = server.admin();
        for (definition, field) in [
            (json!({}), "definition"),
            (json!({ "all": [] }), "definition"),
            (json!({ "field": "shoe_size", "op": "eq", "value": 41 }), "definition.field"),
            (json!({ "all": [{ "field": "grade", "op": "has_any", "value": ["A"] }] }), "definition.all[0].op"),
            (json!({ "field": "grade", "op": "in", "value": ["Z"] }), "definition.value"),
        ] {
            let refused = admin.post("/api/v1/segments", &json!({ "name": "错", "definition": definition }));
            assert_eq!(refused.expect_problem(422, "invalid").wrong_fields(), [field]);
        }
        let shipped = admin.get("/api/v1/segments?limit=100").expect(200);
        for key in ["keep", "activate", "rfm_high_value", "rfm_potential", "rfm_sleeping"] {
            assert!(shipped.items().iter().any(|s| s["key"] == key && s["strategy"].is_string()), "{key}");
        }
        // Every shipped condition can be counted.
        let report = admin.get("/api/v1/scores/segments").expect(200);
        assert!(report["items"].as_array().unwrap().iter().all(|s| s["unreadable"] == false));
    }

    fn customers_are_found_by_what_they_like_and_what_troubles_them(server: &Server) {
        let admin = server.admin();
        let tag = server.create("tags", &json!({ "name": "极简风" }));
        let pain = server.create("pains", &json!({ "name": "交期不稳" }));
        let id = server.create("customers", &json!({ "name": "甲", "preference_ids": [tag], "pain_ids": [pain] }));
        server.create("customers", &json!({ "name": "乙", "pain_ids": [pain] }));
        let count = |query: &str| admin.get(&format!("/api/v1/customers?{query}&count=exact")).expect(200)["total"].as_i64().unwrap();
        assert_eq!((count(&format!("preference_ids={tag}")), count(&format!("pain_ids={pain}"))), (1, 2));
        let person = server.create("contacts", &json!({ "name": "王工", "customer_id": id }));
        let over = json!({ "field": "customer_id.preference_ids", "op": "has_any", "value": [tag] }).to_string();
        let over: String = over.bytes().map(|b| format!("%{b:02X}")).collect();
        let people = admin.get(&format!("/api/v1/contacts?filter={over}")).expect(200);
        assert_eq!(people.items()[0]["id"], json!(person));
        let version = admin.get(&format!("/api/v1/customers/{id}")).expect(200).version();
        admin.patch(&format!("/api/v1/customers/{id}"), version, &json!({ "preference_ids": [] })).expect(200);
        assert_eq!((count(&format!("preference_ids={tag}")), count(&format!("pain_ids={pain}"))), (0, 2));
    }

    fn needs_that_go_together_make_a_group_that_says_why(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let tag = server.create("tags", &json!({ "name": "小批量定制" }));
        let alone = server.create("tags", &json!({ "name": "夜班" }));
        let pain = server.create("pains", &json!({ "name": "换线慢" }));
        for i in 0..6 {
            let owner = if i < 5 { json!(owner) } else { Value::Null };
            let mut input = json!({ "name": format!("客户{i}"), "tags": [tag], "pain_ids": if i < 5 { json!([pain]) } else { json!([]) } });
            if !owner.is_null() {
                input["owner_id"] = owner;
            }
            server.create("customers", &input);
        }
        for i in 0..5 {
            server.create("customers", &json!({ "name": format!("夜班{i}"), "tags": [alone] }));
        }
        admin.post_empty("/api/v1/scores/refresh").expect(200);
        let found = admin.get("/api/v1/scores/needs").expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 2, "{}", found.json);
        let group = &found["items"][0];
        assert_eq!((&group["name"], &group["customers"]), (&json!("小批量定制, 换线慢"), &json!(6)));
        let link = &group["links"][0];
        assert_eq!((&link["together"], link["similarity"].as_f64().unwrap().round()), (&json!(5), 83.0));
        assert_eq!(listed(&admin, &group["drill_down"]), 6);
        // Whose customers one does not see makes no group for one.
        let mine = rep.get("/api/v1/scores/needs").expect(200);
        assert_eq!((mine["items"].as_array().unwrap().len(), &mine["items"][0]["customers"]), (1, &json!(5)));
        // The group as a segment has the same customers.
        let segment = admin.post("/api/v1/segments", &json!({ "name": "小批量", "purpose": "need", "definition": group["definition"] })).expect(201);
        let report = admin.get("/api/v1/scores/segments").expect(200);
        assert_eq!(named(&report["items"], "segment_id", &segment.id())["customers"], 6);
    }

    fn rfm_by_limits_shows_its_effect_before_and_refuses_inverted_limits(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "甲" }));
        server.create("orders", &json!({ "customer_id": id, "ordered_on": day(10), "amount_minor": 500_000 }));
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        // Alone among its like it is the worst of all.
        assert_eq!(admin.get(&format!("/api/v1/customers/{id}")).expect(200)["rfm_segment"], "LLL");
        let effect = admin.post("/api/v1/score-settings/rfm/preview", &json!({ "document": limits() })).expect(200);
        assert_eq!((&effect["customers"], &effect["changed"]), (&json!(1), &json!(1)));
        assert_eq!((&effect["examples"][0]["before"], &effect["examples"][0]["after"]), (&json!("LLL"), &json!("HLH")));
        for (document, field) in [
            (json!({ "window_days": 0 }), "window_days"),
            (json!({ "high": 2, "low": 3 }), "low"),
            (json!({ "mode": "by_mood" }), "mode"),
            (json!({ "mode": { "fixed": { "recency_days": [50, 100, 200, 300], "frequency": [2, 3, 4, 5], "monetary_minor": [1, 2, 3, 4] } } }), "mode.fixed.recency_days[1]"),
            (json!({ "mode": { "fixed": { "recency_days": [300, 200, 100, 50], "frequency": [2, 3, 3, 5], "monetary_minor": [1, 2, 3, 4] } } }), "mode.fixed.frequency[2]"),
            (json!({ "mode": { "fixed": { "recency_days": [300, 200, 100, 50], "frequency": [2, 3, 4, 5], "monetary_minor": [0, 2, 3, 4] } } }), "mode.fixed.monetary_minor[0]"),
        ] {
            let refused = put(&admin, "rfm", &document).expect_problem(422, "invalid");
            assert_eq!(refused.wrong_fields()[0], field, "{document}");
        }
        put(&admin, "rfm", &limits()).expect(200);
        kept(&admin, &id, "rfm_segment", &json!("HLH"));
        let why = admin.get(&format!("/api/v1/scores/rfm/{id}")).expect(200);
        assert_eq!(why["dimensions"][0]["score"], 5, "{}", why.json);
    }

    fn who_falls_asleep_is_woken_once_by_the_shipped_rule_and_not_when_investment_was_stopped(server: &Server) {
        let admin = server.admin();
        let (owner, _) = server.user("representative", None);
        put(&admin, "rfm", &limits()).expect(200);
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        let asleep = |stopped: bool| {
            let id = server.create("customers", &json!({ "name": "旧客户", "owner_id": owner, "invest_stopped": stopped }));
            server.create("orders", &json!({ "customer_id": id, "ordered_on": day(330), "amount_minor": 50_000 }));
            id
        };
        let (left, woken) = (asleep(true), asleep(false));
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        for id in [&left, &woken] {
            let found = kept(&admin, id, "rfm_overlay", &json!("sleeping"));
            assert_eq!(found["rfm_overlay_on"], json!(day(0)));
        }
        let rules = admin.get("/api/v1/rules").expect(200);
        let rule = rules.items().iter().find(|r| r["key"] == "rfm_sleeping").expect("the shipped rule")["id"].as_str().unwrap().to_owned();
        for what in ["pause", "resume"] {
            admin.post_empty(&format!("/api/v1/rules/{rule}/{what}")).expect(200);
        }
        let runs = |id: &str| admin.get(&format!("/api/v1/playbook_runs?customer_id={id}")).expect(200).items().len();
        until("woken", || (runs(&woken) == 1).then_some(()));
        // The rule looked at both in one go and acted on the one alone.
        assert_eq!(admin.get(&format!("/api/v1/rules/{rule}/runs")).expect(200).items().len(), 1);
        assert_eq!(runs(&left), 0);
    }

    fn a_high_value_customer_gets_senior_sales_rights_and_a_visit_every_month(server: &Server) {
        let admin = server.admin();
        let (owner, rep) = server.user("representative", None);
        let id = server.create("customers", &json!({ "name": "恒瑞精工", "owner_id": owner }));
        let run = rep.post(&format!("/api/v1/customers/{id}/playbooks"), &json!({ "playbook": "rfm_high_value" })).expect(201);
        let tasks = admin.get(&format!("/api/v1/tasks?customer_id={id}")).expect(200);
        assert_eq!(run["task_ids"].as_array().unwrap().len(), 3);
        let visit = tasks.items().iter().find(|t| t["title"].as_str().unwrap().contains("Visit about needs")).expect("the visit").clone();
        assert_eq!((&visit["repeat"], &visit["repeat_by"]), (&json!("monthly"), &json!("done")));
        let path = format!("/api/v1/tasks/{}", visit["id"].as_str().unwrap());
        rep.patch(&path, visit["version"].as_i64().unwrap(), &json!({ "status": "done", "result": "谈了下季度计划" })).expect(200);
        let next = admin.get(&format!("/api/v1/tasks?customer_id={id}&status=open")).expect(200);
        assert!(next.items().iter().any(|t| t["previous_id"] == visit["id"]), "{}", next.json);
    }

    fn where_nothing_more_is_invested_nobody_is_told_to_make_contact(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "老客户", "potential": 95, "fit": 90, "strategic_value": 80 }));
        let path = format!("/api/v1/customers/{id}");
        kept(&admin, &id, "cadence_status", &json!("never"));
        let due = |client: &Client| client.get("/api/v1/cadence/due").expect(200)["items"].as_array().unwrap().len();
        assert_eq!(due(&admin), 1);
        let version = admin.get(&path).expect(200).version();
        let marked = admin.patch(&path, version, &json!({ "invest_stopped": true, "invest_stop_reason": "三次唤醒都没有回应" })).expect(200);
        assert_eq!(marked["invest_stopped_on"], json!(day(0)));
        let found = kept(&admin, &id, "cadence_status", &Value::Null);
        assert_eq!((&found["cadence_priority"], &found["cadence_due_on"]), (&Value::Null, &Value::Null));
        assert_eq!(due(&admin), 0);
        assert_eq!(admin.get("/api/v1/customers?invest_stopped=true").expect(200).items().len(), 1);
        let next = admin.get(&format!("{path}/overview")).expect(200);
        assert_eq!(next["next_actions"][0]["kind"], "stopped");
        assert!(next["next_actions"].as_array().unwrap().iter().all(|a| a["kind"] != "contact" && a["kind"] != "playbook"));
        // What is invested all the same is told.
        let body = json!({ "subject": "又打了一次", "kind": "call", "customer_id": id, "occurred_at": at(0), "duration_minutes": 25 });
        admin.post("/api/v1/activities", &body).expect(201);
        let stopped = until("the contact is told", || {
            let found = admin.get("/api/v1/cadence/summary").expect(200)["stopped"].clone();
            (found["contacts"] == 1).then_some(found)
        });
        assert_eq!((&stopped["customers"], &stopped["minutes"], listed(&admin, &stopped["drill_down"])), (&json!(1), &json!(25), 1));
        let version = admin.get(&path).expect(200).version();
        let back = admin.patch(&path, version, &json!({ "invest_stopped": false })).expect(200);
        assert_eq!((&back["invest_stopped_on"], &back["invest_stop_reason"]), (&Value::Null, &Value::Null));
        kept(&admin, &id, "cadence_status", &json!("on_track"));
    }

    fn urgent_needs_of_basic_customers_go_to_one_salesperson_and_others_to_their_owners(server: &Server) {
        let admin = server.admin();
        let ((shared, seller), (owner, rep)) = (server.user("representative", None), server.user("representative", None));
        let service = server.as_role("service");
        let nobody = put(&admin, "tiers", &json!({ "shared_owner_id": "018f0000-0000-7000-8000-000000000000" }));
        assert_eq!(nobody.expect_problem(422, "invalid").wrong_fields(), ["shared_owner_id"]);
        put(&admin, "tiers", &json!({ "shared_owner_id": shared })).expect(200);
        let make = |amount: i64, tier: &str| {
            let id = server.create("customers", &json!({ "name": tier, "owner_id": owner }));
            server.create("orders", &json!({ "customer_id": id, "ordered_on": day(10), "amount_minor": amount }));
            kept(&admin, &id, "service_tier", &json!(tier));
            id
        };
        let (basic, growth) = (make(100_000, "basic"), make(5_000_000, "growth"));
        assert_eq!(admin.get(&format!("/api/v1/customers/{basic}")).expect(200)["tier_on"], json!(day(0)));
        let report = |id: &str| service.post(&format!("/api/v1/customers/{id}/urgent-needs"), &json!({ "need": "少发 3 箱" })).expect(201);
        let (queued, owned) = (report(&basic), report(&growth));
        assert_eq!((&queued["owner_id"], &queued["shared"]), (&json!(shared), &json!(true)));
        assert_eq!((&owned["owner_id"], &owned["shared"]), (&json!(owner), &json!(false)));
        for (need, field) in [(json!({ "need": " " }), "need"), (json!({ "need": "长".repeat(201) }), "need")] {
            let refused = service.post(&format!("/api/v1/customers/{basic}/urgent-needs"), &need);
            assert_eq!(refused.expect_problem(422, "invalid").wrong_fields(), [field]);
        }
        let queue = seller.get("/api/v1/basic-service").expect(200);
        assert_eq!((queue["waiting"].as_array().unwrap().len(), &queue["shared_owner_id"]), (1, &json!(shared)));
        // The name of a customer that is not one's own is not told.
        assert_eq!(queue["waiting"][0]["customer_name"], Value::Null);
        assert_eq!(queue["mails"].as_array().unwrap().iter().filter(|m| m["state"] == "draft").count(), 3);
        let task = format!("/api/v1/tasks/{}", queued["task_id"].as_str().unwrap());
        let version = seller.get(&task).expect(200).version();
        seller.patch(&task, version, &json!({ "status": "done", "result": "当天补发" })).expect(200);
        let after = admin.get("/api/v1/basic-service").expect(200);
        assert_eq!((&after["answered"], after["waiting"].as_array().unwrap().len(), &after["customers"]), (&json!(1), 1, &json!(1)));
        assert!(after["median_hours"].as_f64().unwrap() < 1.0);
        rep.get(&format!("/api/v1/customers/{basic}")).expect(200);
    }

    fn use_of_the_product_is_told_by_person_and_team_from_kept_figures(server: &Server) {
        let admin = server.admin();
        let team = server.create("teams", &json!({ "name": "华东一组" }));
        let (user, rep) = server.user("representative", Some(&team));
        let (_, other) = server.user("representative", None);
        let customer = rep.post("/api/v1/customers", &json!({ "name": "甲" })).expect(201).id();
        let (fresh, late) = (visit(&rep, &customer, 0), visit(&rep, &customer, 3));
        let row = |client: &Client| {
            let report = client.get("/api/v1/adoption").expect(200);
            (named(&report["people"], "id", &user).clone(), named(&report["teams"], "id", &team).clone())
        };
        let (person, group) = row(&admin);
        assert_eq!((&person["activities"], &person["on_time"], person["on_time_share"].as_f64()), (&json!(2), &json!(1), Some(50.0)));
        assert!(person["logins"].as_i64().unwrap() >= 1 && person["days_used"] == 1, "{person}");
        assert_eq!((&group["people"], &group["activities"]), (&json!(1), &json!(2)));
        // What goes, goes from the figures too; what is merely planned does not count.
        admin.delete(&format!("/api/v1/activities/{late}")).expect(200);
        assert_eq!(row(&admin).0["on_time_share"].as_f64(), Some(100.0));
        let version = rep.get(&format!("/api/v1/activities/{fresh}")).expect(200).version();
        rep.patch(&format!("/api/v1/activities/{fresh}"), version, &json!({ "completed": false })).expect(200);
        assert_eq!(row(&admin).0["activities"], 0);
        let others = other.get("/api/v1/adoption").expect(200);
        assert!(others["people"].as_array().unwrap().iter().all(|p| p["id"] != json!(user)));
    }

    fn how_a_customer_is_best_reached_follows_from_what_was_answered(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "甲" }));
        let path = format!("/api/v1/customers/{id}/recommendations");
        assert_eq!(admin.get(&path).expect(200)["habits"], Value::Null);
        for ago in [1, 8, 15] {
            visit(&admin, &id, ago);
            let call = json!({ "subject": "电话", "kind": "call", "customer_id": id, "occurred_at": at(ago + 1), "responded": false });
            admin.post("/api/v1/activities", &call).expect(201);
        }
        let habits = admin.get(&path).expect(200)["habits"].clone();
        assert_eq!((&habits["channel"], &habits["answered"], &habits["contacts"]), (&json!("visit"), &json!(100.0), &json!(6)));
        assert!(habits["weekday"].is_i64() && habits["from_hour"].is_i64(), "{habits}");
    }
}
