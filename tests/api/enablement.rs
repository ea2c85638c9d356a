//! Competitors at the door, incentives that everybody can read, and newcomers on their way to the first deal.

use chrono::{Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn day(days_ago: i64) -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive() - Duration::days(days_ago)
}

fn alert(server: &Server, customer: &str, days_ago: i64) -> String {
    let seen = json!({ "competitor": "远景自动化", "customer_id": customer, "noticed_on": day(days_ago), "source": "customer" });
    server.create("competitor_alerts", &seen)
}

/// The indicator "no competitor threat" of a customer's security.
fn safety(client: &Client, customer: &str) -> Value {
    let scores = client.get(&format!("/api/v1/customers/{customer}/scores")).expect(200);
    let security = scores["sdae"]["dimensions"].as_array().unwrap().iter().find(|d| d["dimension"] == "security");
    let parts = security.unwrap()["parts"].as_array().unwrap();
    parts.iter().find(|p| p["key"] == "no_competitor").unwrap()["value"].clone()
}

engines! {
    fn an_open_competitor_alert_costs_security_until_it_is_closed(server: &Server) {
        let admin = server.admin();
        let [threatened, other] = ["恒瑞精工", "华东精密"].map(|name| server.create("customers", &json!({ "name": name })));
        assert_eq!(safety(&admin, &other), Value::Null, "nobody has ever written one down: unknown");
        let first = alert(server, &threatened, 9);
        assert_eq!((safety(&admin, &threatened), safety(&admin, &other)), (json!(50.0), json!(100.0)));
        for days_ago in [5, 3] {
            alert(server, &threatened, days_ago);
        }
        assert_eq!(safety(&admin, &threatened), json!(0.0), "never below nothing");
        let closed = admin.patch(&format!("/api/v1/competitor_alerts/{first}"), 1, &json!({ "status": "closed" })).expect(200);
        assert_eq!(closed["closed_on"], json!(day(0)));
        let again = admin.patch(&format!("/api/v1/competitor_alerts/{first}"), 2, &json!({ "status": "open" })).expect(200);
        assert_eq!(again["closed_on"], Value::Null);
    }

    fn an_alert_changes_the_kept_security_of_its_customer(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let said = json!({ "customer_id": id, "assessed_on": day(1), "relationship_closeness": 80 });
        server.create("assessments", &said);
        let kept = |wanted: Value| until(&format!("security {wanted}"), || {
            (admin.get(&format!("/api/v1/customers/{id}")).expect(200)["sdae_security"] == wanted).then_some(())
        });
        // 30 of closeness alone is below the coverage; with the alert (30·80 + 20·50)/50.
        alert(server, &id, 3);
        kept(json!(68));
        alert(server, &id, 2);
        kept(json!(48));
    }

    fn an_alert_or_incentive_that_ends_before_it_began_is_refused(server: &Server) {
        let admin = server.admin();
        let id = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let wrong = json!({ "competitor": "远景", "customer_id": id, "noticed_on": day(3), "status": "closed", "closed_on": day(5) });
        assert_eq!(admin.post("/api/v1/competitor_alerts", &wrong).expect(422).wrong_fields(), ["closed_on"]);
        let wrong = json!({ "title": "奖励", "starts_on": day(3), "ends_on": day(5) });
        assert_eq!(admin.post("/api/v1/incentives", &wrong).expect(422).wrong_fields(), ["ends_on"]);
    }

    fn everybody_reads_the_rules_of_incentives_and_says_once_that_they_are_understood(server: &Server) {
        let rule = json!({ "title": "销售提成", "audience": "representatives", "starts_on": day(30), "published": true, "terms": "回款 100 万以内 8%" });
        let rule = server.create("incentives", &rule);
        let rep = server.as_role("representative");
        assert_eq!(rep.get(&format!("/api/v1/incentives/{rule}")).expect(200)["terms"], "回款 100 万以内 8%");
        rep.patch(&format!("/api/v1/incentives/{rule}"), 1, &json!({ "terms": "全部 12%" })).expect(403);
        let read = json!({ "incentive_id": rule, "read_on": day(0), "understood": false, "question": "跨月怎么算？" });
        rep.post("/api/v1/incentive_reads", &read).expect(201);
        rep.post("/api/v1/incentive_reads", &read).expect_problem(409, "duplicate");
        let seen = server.admin().get(&format!("/api/v1/incentive_reads?incentive_id={rule}")).expect(200);
        assert_eq!(seen.items()[0]["question"], "跨月怎么算？");
    }

    fn newcomers_show_how_long_they_took_and_who_still_waits(server: &Server) {
        let admin = server.admin();
        let pipeline = admin.get("/api/v1/pipelines").expect(200).items()[0]["id"].clone();
        let stages = admin.get("/api/v1/pipeline_stages?limit=50").expect(200);
        let stage = |kind: &str| stages.items().iter().find(|s| s["kind"] == kind && s["pipeline_id"] == pipeline).unwrap()["id"].clone();
        let customer = server.create("customers", &json!({ "name": "恒瑞精工" }));
        let hire = |role: &str, at_work: i64| {
            let (id, _) = server.user(role, None);
            let version = admin.get(&format!("/api/v1/users/{id}")).expect(200).version();
            admin.patch(&format!("/api/v1/users/{id}"), version, &json!({ "hired_on": day(at_work) })).expect(200);
            id
        };
        // Without an opportunity so far: who is there to sell is waited for, who is not is not.
        let fresh = hire("representative", 20);
        hire("finance", 20);
        for (at_work, ramp) in [(600, Some(150)), (450, Some(120)), (300, Some(90)), (200, Some(60)), (130, None)] {
            let id = hire("representative", at_work);
            let mut deal = json!({ "name": "首单", "customer_id": customer, "owner_id": id, "pipeline_id": pipeline });
            deal["stage_id"] = stage(if ramp.is_some() { "won" } else { "open" });
            if let Some(ramp) = ramp {
                deal["closed_on"] = json!(day(at_work - ramp));
            }
            server.create("opportunities", &deal);
        }
        let found = admin.get("/api/v1/ramp").expect(200);
        assert_eq!((&found["mean_days"], &found["median_days"], &found["trend_days"]), (&json!(105.0), &json!(105.0), &json!(-60.0)));
        let people = found["newcomers"].as_array().unwrap();
        assert_eq!(people.len(), 6);
        assert_eq!((&people[0]["user_id"], &people[0]["days"], &people[0]["waiting"]), (&json!(fresh), &json!(20), &json!(true)));
        let latest = &people[1];
        assert_eq!((&latest["days"], &latest["waiting"], &latest["late"]), (&json!(130), &json!(true), &json!(true)));
        let wheel = admin.get(&format!("/api/v1/flywheel?from={}&to={}", day(220), day(130))).expect(200);
        let outcomes = wheel["outcomes"].as_array().unwrap();
        let ramp = outcomes.iter().find(|o| o["key"] == "ramp_days").unwrap();
        assert_eq!(ramp["value"], json!(75.0), "the first deals of the period, after 90 and 60 days");
        // Each sees no further than their scope.
        let rep = server.as_role("representative").get("/api/v1/ramp").expect(200);
        assert_eq!((&rep["newcomers"], &rep["mean_days"]), (&json!([]), &Value::Null));
    }

    fn channels_say_which_source_brings_customers_that_qualify_and_buy(server: &Server) {
        let admin = server.admin();
        let good = json!({ "potential": 95, "fit": 90, "strategic_value": 80 });
        let customer = |name: &str, source: &str, screening: &str, good_one: bool| {
            let mut input = json!({ "name": name, "source": source, "screening": screening });
            if good_one {
                input.as_object_mut().unwrap().extend(good.as_object().unwrap().clone());
            }
            server.create("customers", &input)
        };
        let buyer = customer("展会一", "exhibition", "qualified", true);
        customer("展会二", "exhibition", "qualified", true);
        customer("展会三", "exhibition", "unfit", false);
        customer("官网一", "website", "nurture", false);
        server.create("customers", &json!({ "name": "来源不明" }));
        server.create("orders", &json!({ "customer_id": buyer, "ordered_on": day(1), "amount_minor": 500_000 }));
        let found = admin.get("/api/v1/channels").expect(200);
        let row = |source: Value| found["rows"].as_array().unwrap().iter().find(|r| r["source"] == source).unwrap().clone();
        let fair = row(json!("exhibition"));
        assert_eq!((&fair["customers"], &fair["screened"], &fair["qualified"], &fair["good"]), (&json!(3), &json!(3), &json!(2), &json!(2)));
        assert_eq!((&fair["bought"], &fair["prospects"], &fair["good_share"]), (&json!(1), &json!(1), &json!(100.0)));
        assert!((fair["precision"].as_f64().unwrap() - 66.667).abs() < 0.01);
        assert_eq!((&row(json!("website"))["precision"], &row(Value::Null)["precision"]), (&json!(0.0), &Value::Null));
        // The figures lead to their records.
        let link = |key: &str| admin.get(&format!("{}&count=exact", fair[key].as_str().unwrap())).expect(200)["total"].clone();
        assert_eq!((link("drill_down"), link("prospects_link")), (json!(3), json!(1)));
        let strange = server.as_role("representative").get("/api/v1/channels").expect(200);
        assert_eq!(strange["rows"], json!([]));
    }

    fn trials_and_solutions_make_the_need_fit_of_a_customer(server: &Server) {
        let admin = server.admin();
        let pains: Vec<String> = ["交期不稳", "不良率高"].iter().map(|p| server.create("pains", &json!({ "name": p }))).collect();
        let id = server.create("customers", &json!({ "name": "恒瑞精工", "pain_ids": pains }));
        let fit = || admin.get(&format!("/api/v1/customers/{id}/need-fit")).expect(200);
        assert_eq!((&fit()["score"], &fit()["coverage"]), (&Value::Null, &json!(0.0)));
        let plan = json!({ "title": "换型提速", "customer_id": id, "pain_ids": [pains[0]], "status": "sent", "sent_on": day(3) });
        let plan = server.create("solutions", &plan);
        assert_eq!(fit()["score"], json!(50.0), "one of two needs is answered");
        admin.patch(&format!("/api/v1/solutions/{plan}"), 1, &json!({ "status": "accepted", "fit": 80 })).expect(200);
        let trial = json!({ "title": "样机", "customer_id": id, "starts_on": day(9), "status": "running" });
        let trial = server.create("trials", &trial);
        assert_eq!(fit()["parts"][2]["source"], "missing", "a trial that runs says nothing yet");
        admin.patch(&format!("/api/v1/trials/{trial}"), 1, &json!({ "status": "succeeded", "ends_on": day(1), "fit": 60 })).expect(200);
        assert_eq!(fit()["score"], json!(62.0));
        let wrong = json!({ "title": "样机", "customer_id": id, "starts_on": day(1), "ends_on": day(3) });
        assert_eq!(admin.post("/api/v1/trials", &wrong).expect(422).wrong_fields(), ["ends_on"]);
    }
}
