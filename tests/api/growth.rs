//! The flywheel looked at closely: what an R is worth to a group, who was there in a past period, and whose goals are whose.

use chrono::{Duration, NaiveDate, Utc};
use persistence::contact_scores::Latest;
use persistence::customer_scores::{Snapshot, remember};
use persistence::flywheel::new_good_customers;
use persistence::records::Owners;
use persistence::sql::Sql;
use serde_json::{Value, json};
use tests::client::Client;
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn day(days_ago: i64) -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive() - Duration::days(days_ago)
}

/// A member of a list by its key.
fn of<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().find(|i| i[key] == value).unwrap_or_else(|| panic!("no {key} {value} in {list}"))
}

fn change(admin: &Client, path: &str, changes: &Value) -> Value {
    let version = admin.get(path).expect(200).version();
    admin.patch(path, version, changes).expect(200).json
}

fn team(server: &Server, name: &str, region: &str) -> String {
    server.create("teams", &json!({ "name": name, "region": region }))
}

/// A deal that is closed, with one contact with its customer.
fn closed(server: &Server, owner: &str, good: bool, won: bool) -> String {
    let admin = server.admin();
    let points = if good { 95 } else { 5 };
    let graded = json!({ "name": "客户", "potential": points, "fit": points, "owner_id": owner });
    let customer = server.create("customers", &graded);
    let pipeline = admin.get("/api/v1/pipelines").expect(200).items()[0]["id"].clone();
    let stages = admin.get("/api/v1/pipeline_stages?limit=50").expect(200);
    let kind = if won { "won" } else { "lost" };
    let stage =
        stages.items().iter().find(|s| s["kind"] == kind && s["pipeline_id"] == pipeline).unwrap()["id"].clone();
    let deal = json!({ "name": "商机", "customer_id": customer, "owner_id": owner, "pipeline_id": pipeline, "stage_id": stage });
    let deal = server.create("opportunities", &deal);
    let at = Utc::now() - Duration::days(1);
    let call = json!({ "subject": "回访", "kind": "call", "customer_id": customer, "owner_id": owner, "opportunity_id": deal, "occurred_at": at });
    let call = server.create("activities", &call);
    until("scored", || admin.get(&format!("/api/v1/activities/{call}")).expect(200)["r1"].is_number().then_some(()));
    customer
}

fn leverage(index: &Value) -> Option<f64> {
    of(&index["values"], "r", "customer")["leverage"].as_f64()
}

engines! {
    fn what_an_r_is_worth_to_a_group_is_told_by_what_the_group_closed_itself(server: &Server) {
        let admin = server.admin();
        let body = json!({ "document": { "least_closed": 1 } }).to_string();
        let settings = admin.with_header("if-match", "\"0\"");
        settings.send("PUT", "/api/v1/score-settings/four_r", Some(("application/json", body.as_bytes()))).expect(200);
        let (east, south) = (team(server, "华东一组", "华东"), team(server, "华南一组", "华南"));
        let ((first, _), (second, _)) = (server.user("representative", Some(&east)), server.user("representative", Some(&south)));
        // In the east good customers buy, in the south the others do.
        for (owner, good, won) in [(&first, true, true), (&first, false, false), (&second, true, false), (&second, false, true)] {
            closed(server, owner, good, won);
        }
        for by in ["team", "region", "user"] {
            let report = admin.get(&format!("/api/v1/four-r?group_by={by}")).expect(200);
            assert_eq!(leverage(&report["index"]), Some(0.0));
            let worth: Vec<Option<f64>> = report["groups"].as_array().unwrap().iter().map(|g| leverage(&g["index"])).collect();
            assert!(worth.contains(&Some(1.0)) && worth.contains(&Some(-1.0)), "{by}: {}", report.json);
        }
        // Where all that was closed is too much to look at, the latest of each person are looked at.
        let mut conn = persistence::db::get(&persistence::db::pool(server.database().url(), 1).unwrap()).unwrap();
        let mut latest = |which| {
            let whose = persistence::records::Owners::All.into();
            let found = persistence::contact_scores::closed(&mut conn, (day(30), day(0)), whose, which).unwrap();
            let mut found: Vec<_> = found.into_iter().map(|c| (c.owner, c.won)).collect();
            found.sort_unstable();
            found
        };
        assert_eq!((latest(Latest::OfEach(2)), latest(Latest::OfEach(1)).len()), (latest(Latest::OfAll(9)), 2));
        let months = admin.get("/api/v1/four-r?group_by=month").expect(200);
        assert_eq!(leverage(&months["groups"][0]["index"]), None);
        // The flywheel says the same of what holds results back, with the contacts behind it, the worst first.
        let wheel = admin.get(&format!("/api/v1/flywheel?team_id={south}")).expect(200);
        let held = &wheel["bottleneck_value"];
        assert_eq!(held["r"], wheel["bottleneck"], "{}", wheel.json);
        assert!(held["gap"].as_f64() > Some(0.0) && wheel["fix"].is_string());
        let behind = held["drill_down"].as_str().unwrap();
        assert!(behind.contains("&sort=r"), "{behind}");
        assert!(!admin.get(behind).expect(200).items().is_empty());
        // Of the customers of one grade.
        let good = admin.get("/api/v1/four-r?grade=A").expect(200);
        assert_eq!((&good["index"]["contacts"], leverage(&good["index"])), (&json!(2), None));
        let all = good["index"]["drill_down"].as_str().unwrap();
        assert_eq!(admin.get(all).expect(200).items().len(), 2);
        assert_eq!(admin.get("/api/v1/four-r?grade=E").expect(422).wrong_fields(), ["grade"]);
    }

    fn a_past_period_counts_who_was_there_then_and_whose_customers_they_were(server: &Server) {
        let admin = server.admin();
        let team = team(server, "华东一组", "华东");
        let people: Vec<String> = (0..3).map(|_| server.user("representative", Some(&team)).0).collect();
        let user = |at: usize| format!("/api/v1/users/{}", people[at]);
        for (at, changes) in [json!({ "hired_on": day(700) }), json!({ "hired_on": day(5) }), json!({ "hired_on": day(700), "left_on": day(200) })].iter().enumerate() {
            change(&admin, &user(at), changes);
        }
        let there = |from: i64, to: i64| admin.get(&format!("/api/v1/principles?team_id={team}&from={}&to={}", day(from), day(to))).expect(200)["people"].clone();
        assert_eq!((there(400, 300), there(150, 100), there(30, 0), there(900, 800)), (json!(2), json!(1), json!(2), json!(0)));
        let course = admin.get(&format!("/api/v1/principles/months?team_id={team}")).expect(200);
        let months = course["items"].as_array().unwrap();
        assert_eq!((months.len(), &months[0]["people"], &months[11]["people"]), (12, &json!(2), &json!(2)));
        assert!(months.iter().any(|m| m["people"] == json!(1)), "{}", course.json);
        assert_eq!(course["labels"].as_array().unwrap().len(), 3);
        let own = server.user("representative", Some(&team)).1.get("/api/v1/principles/months").expect(200);
        assert_eq!(own["items"][11]["people"], json!(1), "of oneself only");
        assert_eq!(admin.get("/api/v1/principles/months?from=2020-01-01").expect(422).wrong_fields(), ["from"]);
        // Whoever is disabled leaves today, and has not left any more when they come back.
        assert_eq!(change(&admin, &user(1), &json!({ "status": "disabled" }))["left_on"], json!(day(0)));
        assert_eq!(change(&admin, &user(1), &json!({ "status": "active" }))["left_on"], Value::Null);
        // The same for whoever is archived, disabled or not.
        let back = |at: usize| admin.post_empty(&format!("{}/restore", user(at))).expect(200)["left_on"].clone();
        let gone = |at: usize| admin.delete(&user(at)).expect(200)["left_on"].clone();
        assert_eq!((gone(1), back(1)), (json!(day(0)), Value::Null));
        change(&admin, &user(1), &json!({ "left_on": day(3) }));
        // By now there is a fourth, who came today.
        assert_eq!((gone(1), there(30, 3), there(2, 0)), (json!(day(3)), json!(2), json!(2)));
        assert_eq!((back(1), there(2, 0)), (Value::Null, json!(3)));
        change(&admin, &user(1), &json!({ "status": "disabled" }));
        assert_eq!((gone(1), back(1)), (json!(day(0)), json!(day(0))), "of somebody disabled it stays");
        change(&admin, &user(1), &json!({ "status": "active" }));
        // Somebody who never came: the account can be closed all the same.
        let (newcomer, _) = server.user("representative", None);
        let newcomer = format!("/api/v1/users/{newcomer}");
        change(&admin, &newcomer, &json!({ "hired_on": day(-7) }));
        assert_eq!(change(&admin, &newcomer, &json!({ "status": "disabled" }))["left_on"], json!(day(-7)));
        let wrong = admin.patch(&user(1), admin.get(&user(1)).expect(200).version(), &json!({ "left_on": day(50) })).expect(422);
        assert_eq!(wrong.wrong_fields(), ["left_on"]);
        // A new customer is the success of whoever had it first.
        let customer = server.create("customers", &json!({ "name": "客户", "potential": 95, "fit": 90, "owner_id": people[0] }));
        let moved = change(&admin, &format!("/api/v1/customers/{customer}"), &json!({ "owner_id": people[1] }));
        assert_eq!((&moved["owner_id"], &moved["first_owner_id"]), (&json!(people[1]), &json!(people[0])));
        let made = |at: usize| {
            let wheel = admin.get(&format!("/api/v1/flywheel?owner_id={}", people[at])).expect(200);
            of(&wheel["outcomes"], "key", "new_per_rep_day")["value"].as_f64()
        };
        assert!(made(0) > Some(0.0), "{:?}", made(0));
        assert!(made(1).unwrap_or(0.0) == 0.0, "{:?}", made(1));
    }

    fn everybody_has_goals_of_their_own_and_sees_what_is_published(server: &Server) {
        let (admin, east) = (server.admin(), team(server, "华东一组", "华东"));
        let ((rep, rep_client), (_, manager)) = (server.user("representative", Some(&east)), server.user("manager", Some(&east)));
        let (_, other) = server.user("representative", None);
        let draft = server.create("goals", &json!({ "title": "明年目标", "level": "company" }));
        let goal = server.create("goals", &json!({ "title": "复购率 60%", "level": "company", "published": true }));
        let own = rep_client.post("/api/v1/goals", &json!({ "title": "回访 12 家老客户", "level": "person", "parent_id": goal })).expect(201);
        assert_eq!(own["owner_id"], json!(rep));
        let titles = |client: &Client| -> Vec<String> {
            let list = client.get("/api/v1/goals?sort=title").expect(200);
            list.items().iter().map(|g| g["title"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!((titles(&rep_client).len(), titles(&manager).len(), titles(&admin).len()), (2, 2, 3));
        assert_eq!(titles(&other), ["复购率 60%"]);
        rep_client.get(&format!("/api/v1/goals/{draft}")).expect(404);
        rep_client.patch(&format!("/api/v1/goals/{goal}"), 1, &json!({ "title": "随便" })).expect(403);
        // Nobody sets goals beyond their reach.
        for (client, level, allowed) in [(&rep_client, "team", false), (&rep_client, "company", false), (&manager, "team", true), (&manager, "company", false)] {
            let answer = client.post("/api/v1/goals", &json!({ "title": "目标", "level": level, "published": true }));
            if allowed { answer.expect(201); } else { assert_eq!(answer.expect(422).wrong_fields(), ["level"]); }
        }
        let path = format!("/api/v1/goals/{}", own.id());
        assert_eq!(rep_client.patch(&path, 1, &json!({ "level": "company" })).expect(422).wrong_fields(), ["level"]);
        manager.post("/api/v1/goals", &json!({ "title": "每周陪访一次", "level": "person", "owner_id": rep })).expect(201);
        // The incentives remain the company's.
        rep_client.post("/api/v1/incentives", &json!({ "title": "奖励", "starts_on": day(0) })).expect(403);
        // Who agrees is counted, and told to those who may read it.
        for client in [&rep_client, &manager, &other] {
            client.post("/api/v1/acknowledgements", &json!({ "goal_id": goal, "acknowledged_on": day(0), "agrees": true })).expect(201);
        }
        let told = |client: &Client| {
            let list = client.get("/api/v1/goal-agreements").expect(200);
            let found = of(&list["items"], "goal_id", &goal);
            (found["people"].as_i64(), found["mine"] == json!(true))
        };
        assert_eq!((told(&admin), told(&manager), told(&rep_client)), ((Some(3), false), (Some(2), true), (None, true)));
    }
}

#[test]
fn a_new_customer_counts_by_the_grade_that_it_had_at_the_end_of_the_period() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let ((first, _), (second, _)) = (server.user("representative", None), server.user("representative", None));
        let made = |owner: &str| server.create("customers", &json!({ "name": "客户", "owner_id": owner }));
        let ids: Vec<String> = (0..9).map(|_| made(&first)).collect();
        let handed = made(&first);
        change(&server.admin(), &format!("/api/v1/customers/{handed}"), &json!({ "owner_id": second }));
        server.kill();
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let now = Utc::now();
        let at = |days: i64| now - Duration::days(days);
        let q = Sql::start(&conn, "DELETE FROM score_snapshots WHERE model = 'grade'");
        q.execute(&mut conn).unwrap();
        // The grade of now, and those that the history knows, by the days since they were given. The period ends 50 days ago.
        type Grades<'a> = &'a [(i64, &'a str)];
        let histories: [(Option<&str>, Grades<'_>); 10] = [
            (Some("A"), &[]),                     // graded before there was a history: counts
            (Some("D"), &[(80, "A")]),            // its history is not at its end yet: counts
            (Some("C"), &[(80, "B"), (40, "C")]), // was good then: counts
            (Some("A"), &[(80, "C"), (40, "A")]), // is good since
            (Some("A"), &[(40, "A")]),            // had no grade then
            (Some("A"), &[(80, "B"), (60, "D")]), // fell before the end
            (Some("B"), &[(80, "D"), (60, "none"), (51, "B"), (49, "A")]), // rose the day before: counts
            (None, &[(80, "A")]),                 // has none any more
            (Some("C"), &[]),                     // was never good
            (Some("A"), &[(80, "A")]),            // of whoever had it first: counts
        ];
        for (id, (grade, history)) in ids.iter().chain([&handed]).zip(histories) {
            let id: uuid::Uuid = id.parse().unwrap();
            let mut q = Sql::start(&conn, "UPDATE customers SET created_at = ");
            q.time(at(90)).push(", grade = ");
            match grade {
                Some(grade) => q.text(grade),
                None => q.push("NULL"),
            };
            q.push(" WHERE id = ").id(id);
            q.execute(&mut conn).unwrap();
            for (days, band) in history {
                let snapshot = Snapshot {
                    subject: id,
                    model: "grade",
                    value: 0.0,
                    band: (*band).to_owned(),
                    coverage: None,
                    inputs: "{}".to_owned(),
                    settings_version: 0,
                };
                remember(&mut conn, &[snapshot], at(*days)).unwrap();
            }
        }
        let mut good = |span: (i64, i64), then: Option<i64>, owners: Owners<'_>| {
            new_good_customers(&mut conn, (at(span.0), at(span.1)), then.map(at), owners).unwrap()
        };
        let [first, second] = [&first, &second].map(|id| [id.parse::<uuid::Uuid>().unwrap()]);
        assert_eq!(good((100, 50), Some(50), Owners::All), 5, "{engine:?}");
        assert_eq!(good((100, 50), Some(50), Owners::Only(&first)), 5, "{engine:?}");
        assert_eq!(good((100, 50), Some(50), Owners::Only(&second)), 0, "{engine:?}");
        assert_eq!(good((100, 50), None, Owners::All), 6, "{engine:?}: by the grade of now");
        assert_eq!(good((80, 50), Some(50), Owners::All), 0, "{engine:?}: nobody came");
    }
}
