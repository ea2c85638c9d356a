//! Numbers and the lists behind them count the same records, also where something was left empty.

use chrono::{Datelike, Duration, Months, NaiveDate, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn today() -> NaiveDate {
    (Utc::now() + Duration::hours(8)).date_naive()
}

fn encode(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn listed(client: &Client, link: &Value) -> i64 {
    let link = link.as_str().expect("a link");
    client.get(&format!("{link}&count=exact&limit=1")).expect(200)["total"].as_i64().expect("a total")
}

/// A pipeline and its stages, none of which says its place.
fn pipeline(server: &Server, kinds: &[&str]) -> (String, Vec<String>) {
    let pipeline = server.create("pipelines", &json!({ "name": "流程", "position": 9 }));
    let stage = |kind: &&str| {
        server
            .create("pipeline_stages", &json!({ "name": format!("{kind}阶段"), "pipeline_id": pipeline, "kind": kind }))
    };
    let stages = kinds.iter().map(stage).collect();
    (pipeline, stages)
}

/// How many reached each stage, as long as the lists say the same.
#[track_caller]
fn reached(client: &Client, pipeline: &str) -> Vec<(Value, i64)> {
    let funnel = client.get(&format!("/api/v1/reports/funnel?pipeline_id={pipeline}")).expect(200);
    let stage = |stage: &Value| {
        let n = stage["reached"].as_i64().unwrap();
        assert_eq!(listed(client, &stage["drill_down"]), n, "{stage}");
        (stage["stage_id"].clone(), n)
    };
    funnel["stages"].as_array().unwrap().iter().map(stage).collect()
}

fn position(client: &Client, stage: &str) -> i64 {
    client.get(&format!("/api/v1/pipeline_stages/{stage}")).expect(200)["position"].as_i64().unwrap()
}

engines! {
    fn channels_of_a_team_or_region_list_the_customers_of_its_members(server: &Server) {
        let admin = server.admin();
        let team = |region: &str| server.create("teams", &json!({ "name": format!("{region}团队"), "region": region }));
        let (east, west) = (team("华东"), team("华西"));
        for (team, customers) in [(&east, 2), (&west, 3)] {
            let (owner, _) = server.user("representative", Some(team));
            for i in 0..customers {
                let good = json!({ "name": format!("展会{i}"), "source": "exhibition", "owner_id": owner, "potential": 95, "fit": 90, "strategic_value": 80 });
                server.create("customers", &good);
            }
        }
        let (east, region) = (format!("?team_id={east}"), format!("?region={}", encode("华西")));
        for (query, customers) in [(east.as_str(), 2), (region.as_str(), 3), ("", 5)] {
            let found = admin.get(&format!("/api/v1/channels{query}")).expect(200);
            let row = &found["rows"][0];
            assert_eq!((&row["customers"], &row["prospects"]), (&json!(customers), &json!(customers)), "{query}");
            assert_eq!((listed(&admin, &row["drill_down"]), listed(&admin, &row["prospects_link"])), (customers, customers), "{query}");
        }
    }

    fn a_day_of_contacts_lists_its_contacts_alone(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "客户", "potential": 95, "fit": 95 }));
        let at = Utc::now() - Duration::days(2);
        let make = |kind: &str, completed: bool| {
            let body = json!({ "subject": "联系", "kind": kind, "customer_id": customer, "occurred_at": at, "completed": completed });
            server.create("activities", &body)
        };
        let call = make("call", true);
        make("email", true);
        make("note", true);
        make("visit", false);
        until("scored", || admin.get(&format!("/api/v1/activities/{call}")).expect(200)["r1"].is_number().then_some(()));
        let calendar = admin.get("/api/v1/cadence/calendar").expect(200);
        let days = calendar["days"].as_array().unwrap();
        assert!(days.iter().any(|day| day["contacts"] == json!(1)), "{calendar:?}");
        for day in days {
            assert_eq!(listed(&admin, &day["drill_down"]), day["contacts"].as_i64().unwrap(), "{day}");
        }
    }

    fn stages_that_say_no_place_come_one_after_the_other(server: &Server) {
        let admin = server.admin();
        let (pipeline, stages) = pipeline(server, &["open", "open", "won", "lost"]);
        assert_eq!(stages.iter().map(|s| position(&admin, s)).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let deal = admin.post("/api/v1/opportunities", &json!({ "name": "商机", "pipeline_id": pipeline })).expect(201);
        assert_eq!((&deal["stage_id"], &deal["furthest_position"]), (&json!(stages[0]), &json!(1)));
        let stage = |i: usize, n: i64| (json!(stages[i]), n);
        assert_eq!(reached(&admin, &pipeline), [stage(0, 1), stage(1, 0), stage(2, 0)]);
        // In bulk each row counts those before it, and an open stage is one before the closed ones wherever it is.
        let row = |name: &str| json!({ "op": "create", "data": { "name": name, "pipeline_id": pipeline } });
        let reply = admin.post("/api/v1/pipeline_stages/bulk", &json!({ "operations": [row("谈判"), row("合同")] })).expect(200);
        let made: Vec<String> = reply["results"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(made.iter().map(|s| position(&admin, s)).collect::<Vec<_>>(), [5, 6]);
        admin.post(&format!("/api/v1/opportunities/{}/move", deal.id()), &json!({ "stage_id": made[0] })).expect(200);
        let wanted = [stage(0, 1), stage(1, 1), (json!(made[0]), 1), (json!(made[1]), 0), stage(2, 0)];
        assert_eq!(reached(&admin, &pipeline), wanted);
        let path = format!("/api/v1/pipeline_stages/{}", stages[1]);
        let moved = admin.patch(&path, 1, &json!({ "position": null })).expect(200);
        assert_eq!(moved["position"], json!(7), "whoever gives up a place comes last");
    }

    fn of_stages_in_one_place_the_older_one_comes_first(server: &Server) {
        let admin = server.admin();
        let (pipeline, stages) = pipeline(server, &["open", "open", "open", "won"]);
        let place = |stage: usize, position: i64| {
            let path = format!("/api/v1/pipeline_stages/{}", stages[stage]);
            admin.patch(&path, admin.get(&path).expect(200).version(), &json!({ "position": position })).expect(200);
        };
        // On the way to another order two of them share a place.
        for (stage, at) in [(0, 0), (1, 0), (2, 0), (3, 0)] {
            place(stage, at);
        }
        let deal = |stage: Option<usize>| {
            let body = json!({ "name": "商机", "pipeline_id": pipeline, "stage_id": stage.map(|i| &stages[i]) });
            admin.post("/api/v1/opportunities", &body).expect(201)["stage_id"].clone()
        };
        assert_eq!(deal(None), json!(stages[0]));
        deal(Some(1));
        deal(Some(3));
        let stage = |i: usize, n: i64| (json!(stages[i]), n);
        assert_eq!(reached(&admin, &pipeline), [stage(0, 3), stage(1, 1), stage(2, 1), stage(3, 1)]);
    }

    fn an_opportunity_comes_back_only_to_a_stage_that_is_there(server: &Server) {
        let admin = server.admin();
        let (pipeline, stages) = pipeline(server, &["open", "open", "won"]);
        let deal = server.create("opportunities", &json!({ "name": "商机", "stage_id": stages[1] }));
        let path = format!("/api/v1/opportunities/{deal}");
        let restore = json!({ "operations": [{ "op": "restore", "id": deal }] });
        let refused = || {
            let refused = admin.post_empty(&format!("{path}/restore")).expect_problem(409, "stage_archived");
            assert!(refused["detail"].as_str().is_some_and(|said| said.contains("open阶段")), "{refused:?}");
            let reply = admin.post("/api/v1/opportunities/bulk", &restore).expect(200);
            assert_eq!(reply["results"][0]["status"], json!(409), "{reply:?}");
        };
        admin.delete(&path).expect(200);
        admin.delete(&format!("/api/v1/pipeline_stages/{}", stages[1])).expect(200);
        refused();
        admin.post_empty(&format!("/api/v1/pipeline_stages/{}/restore", stages[1])).expect(200);
        admin.delete(&format!("/api/v1/pipelines/{pipeline}")).expect(200);
        refused();
        admin.post_empty(&format!("/api/v1/pipelines/{pipeline}/restore")).expect(200);
        let back = admin.post_empty(&format!("{path}/restore")).expect(200);
        admin.patch(&path, back.version(), &json!({ "name": "又来了" })).expect(200);
    }

    fn the_summary_of_a_pipeline_counts_the_closes_of_its_months(server: &Server) {
        let admin = server.admin();
        let (pipeline, stages) = pipeline(server, &["open", "won", "lost"]);
        let first = today().with_day(1).unwrap();
        let next = first + Months::new(1);
        for (stage, closed_on) in [(1, first), (1, next), (1, first - Months::new(12)), (2, first), (2, next), (2, next)] {
            let deal = json!({ "name": "商机", "stage_id": stages[stage], "amount_minor": 100, "closed_on": closed_on, "engaged_on": closed_on });
            server.create("opportunities", &deal);
        }
        let summary = admin.get(&format!("/api/v1/pipelines/{pipeline}/summary")).expect(200);
        let of_month = format!("?pipeline_id={pipeline}&from={first}&to={}", next.pred_opt().unwrap());
        for (key, metric) in [("won_this_month", "opportunities_won"), ("lost_this_month", "opportunities_lost")] {
            let value = admin.get(&format!("/api/v1/metrics/{metric}{of_month}")).expect(200)["value"].as_f64();
            assert_eq!((summary[key].as_f64(), value), (Some(1.0), Some(1.0)), "{key}");
        }
        assert_eq!((&summary["won_this_month_minor"], &summary["win_rate"]), (&json!(100), &json!(50.0)));
    }

    fn numbers_that_read_as_phones_are_found_as_they_are_written(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "客户", "phone": "010-2024-0002" }));
        let order = server.create("orders", &json!({ "customer_id": customer, "ordered_on": today(), "number": "010-2024-0001" }));
        let deal = server.create("opportunities", &json!({ "name": "商机", "number": "12-2024-00001" }));
        for (object, q, wanted) in [
            ("orders", "010-2024-0001", Some(&order)),
            ("orders", "010 2024 0001", Some(&order)),
            ("orders", "010-2024-0002", None),
            ("opportunities", "12-2024-00001", Some(&deal)),
            ("opportunities", "12-2024-00002", None),
            ("customers", "010-2024-0002", Some(&customer)),
            ("customers", "010-2024-0001", None),
        ] {
            let found = admin.get(&format!("/api/v1/{object}?q={}", encode(q))).expect(200);
            let ids: Vec<&Value> = found.items().iter().map(|r| &r["id"]).collect();
            assert_eq!(ids, wanted.map(|id| json!(id)).iter().collect::<Vec<_>>(), "{object} {q}");
        }
    }

    fn a_metric_lists_what_it_counts_and_what_has_no_day_is_in_no_period(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "客户" }));
        for (status, amount) in [("confirmed", 1000), ("fulfilled", 2000), ("returned", 600), ("cancelled", 50)] {
            let order = json!({ "customer_id": customer, "ordered_on": today(), "status": status, "amount_minor": amount });
            server.create("orders", &order);
        }
        let metric = |key: &str, query: &str| admin.get(&format!("/api/v1/metrics/{key}{query}")).expect(200);
        let mean = metric("average_order_value", "?group_by=user");
        assert_eq!((&mean["value"], &mean["n"]), (&json!(1200.0), &json!(3)));
        for number in [&mean.json, &mean["rows"][0]] {
            assert_eq!(listed(&admin, &number["drill_down"]), number["n"].as_i64().unwrap(), "{number}");
        }
        server.create("opportunities", &json!({ "name": "无日期", "amount_minor": 100 }));
        server.create("opportunities", &json!({ "name": "有日期", "amount_minor": 10, "expected_close_on": today() }));
        server.create("opportunities", &json!({ "name": "很久以前", "amount_minor": 1, "expected_close_on": "1969-05-05" }));
        for (query, value) in [
            ("", 111.0),
            ("?from=1900-01-01", 11.0),
            ("?to=2199-12-31", 11.0),
            ("?from=1900-01-01&to=2199-12-31", 11.0),
            ("?from=1970-01-01", 10.0),
            ("?from=1900-01-01&to=1969-12-31", 1.0),
        ] {
            let open = metric("open_pipeline", query);
            assert_eq!(open["value"].as_f64(), Some(value), "{query}");
            assert_eq!(listed(&admin, &open["drill_down"]), open["n"].as_i64().unwrap(), "{query}");
        }
    }
}
