//! Metrics, funnel, forecast and RFM over HTTP: true figures, only what the caller may see, and every number opens its list.

use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;

/// Two regions with one team each and a representative in both; a pipeline with two open stages; closed and open opportunities.
struct Company {
    pipeline: String,
    stages: Vec<String>,
    east: (String, Client),
    west: (String, Client),
}

fn company(server: &Server) -> Company {
    let pipeline = server.create("pipelines", &json!({ "name": "大客户流程", "position": 5 }));
    let kinds = [("初访", "open"), ("方案", "open"), ("赢单", "won"), ("输单", "lost")];
    let stages = kinds.iter().enumerate().map(|(i, (name, kind))| {
        server.create(
            "pipeline_stages",
            &json!({ "pipeline_id": pipeline, "name": name, "position": i + 1, "kind": kind }),
        )
    });
    let stages: Vec<String> = stages.collect();
    let person = |region: &str| {
        let team = server.create("teams", &json!({ "name": format!("{region}团队"), "region": region }));
        server.user("representative", Some(&team))
    };
    Company { pipeline, stages, east: person("华东"), west: person("华西") }
}

impl Company {
    fn deal(&self, server: &Server, owner: &str, stage: usize, amount: i64, days: (&str, Option<&str>)) -> String {
        server.create(
            "opportunities",
            &json!({
                "name": format!("商机 {amount}"), "pipeline_id": self.pipeline, "stage_id": self.stages[stage], "owner_id": owner,
                "amount_minor": amount, "engaged_on": days.0, "closed_on": days.1,
            }),
        )
    }

    /// East wins 100 after 10 days and 300 after 20, loses 50; West wins 200 after 60; both have open ones.
    fn deals(&self, server: &Server) {
        self.deal(server, &self.east.0, 2, 10_000, ("2026-03-01", Some("2026-03-11")));
        self.deal(server, &self.east.0, 2, 30_000, ("2026-03-10", Some("2026-03-30")));
        self.deal(server, &self.east.0, 3, 5_000, ("2026-03-01", Some("2026-04-02")));
        self.deal(server, &self.west.0, 2, 20_000, ("2026-02-01", Some("2026-04-02")));
        self.deal(server, &self.east.0, 0, 40_000, ("2026-05-01", None));
        self.deal(server, &self.west.0, 1, 80_000, ("2026-05-01", None));
    }

    fn metric(&self, client: &Client, key: &str, query: &str) -> Value {
        client.get(&format!("/api/v1/metrics/{key}?pipeline_id={}{query}", self.pipeline)).expect(200).json
    }
}

/// The records that a number's link lists.
fn listed(client: &Client, link: &Value) -> i64 {
    let link = link.as_str().expect("a link");
    client.get(&format!("{link}&count=exact&limit=1")).expect(200)["total"].as_i64().expect("a total")
}

engines! {
    fn figures_are_those_of_the_records(server: &Server) {
        let company = company(server);
        company.deals(server);
        let admin = server.admin();
        for (key, value, n) in [
            ("opportunities_created", 6.0, 6),
            ("opportunities_won", 3.0, 3),
            ("opportunities_lost", 1.0, 1),
            ("win_rate", 75.0, 4),
            ("won_value", 60_000.0, 3),
            ("mean_won_value", 20_000.0, 3),
            ("mean_cycle_days", 30.0, 3),
            ("median_cycle_days", 20.0, 3),
            ("open_pipeline", 120_000.0, 2),
        ] {
            let found = company.metric(&admin, key, "");
            assert_eq!((found["value"].as_f64(), found["n"].as_i64()), (Some(value), Some(n)), "{key}: {found}");
            assert_eq!(listed(&admin, &found["drill_down"]), n, "{key}");
        }
        let march = company.metric(&admin, "won_value", "&from=2026-03-01&to=2026-03-31");
        assert_eq!(march["value"].as_f64(), Some(40_000.0));
        assert_eq!(listed(&admin, &march["drill_down"]), 2);
        assert_eq!(company.metric(&admin, "win_rate", "&from=2020-01-01&to=2020-12-31")["value"], Value::Null);
    }

    fn every_group_adds_up_and_opens_its_own_list(server: &Server) {
        let company = company(server);
        company.deals(server);
        let admin = server.admin();
        for (key, group, rows) in [
            ("won_value", "region", 2),
            ("won_value", "team", 2),
            ("won_value", "user", 2),
            ("won_value", "month", 2),
            ("won_value", "product", 1),
            ("open_pipeline", "stage", 2),
            ("open_pipeline", "month", 1),
            ("opportunities_created", "month", 1),
        ] {
            let found = company.metric(&admin, key, &format!("&group_by={group}"));
            let list = found["rows"].as_array().unwrap();
            assert_eq!(list.len(), rows, "{key} by {group}: {found}");
            let sum: f64 = list.iter().filter_map(|r| r["value"].as_f64()).sum();
            assert_eq!(Some(sum), found["value"].as_f64(), "{key} by {group}");
            for row in list {
                assert_eq!(listed(&admin, &row["drill_down"]), row["n"].as_i64().unwrap(), "{key} by {group}: {row}");
            }
        }
        let by_region = company.metric(&admin, "won_value", "&group_by=region");
        let first = &by_region["rows"][0];
        assert_eq!((&first["key"], first["value"].as_f64()), (&json!("华东"), Some(40_000.0)));
    }

    fn a_number_counts_only_what_the_caller_may_see(server: &Server) {
        let company = company(server);
        company.deals(server);
        let own = company.metric(&company.east.1, "won_value", "&group_by=user");
        assert_eq!((own["value"].as_f64(), own["rows"].as_array().map(Vec::len)), (Some(40_000.0), Some(1)));
        assert_eq!(listed(&company.east.1, &own["drill_down"]), 2);
        let of_another = company.metric(&company.east.1, "won_value", &format!("&owner_id={}", company.west.0));
        assert_eq!(of_another["value"].as_f64(), Some(0.0));
        let narrowed = company.metric(&server.admin(), "won_value", "&region=%E5%8D%8E%E8%A5%BF");
        assert_eq!(narrowed["value"].as_f64(), Some(20_000.0));
        assert_eq!(listed(&server.admin(), &narrowed["drill_down"]), 1);
    }

    fn totals_follow_every_kind_of_change(server: &Server) {
        let company = company(server);
        let admin = server.admin();
        let id = company.deal(server, &company.east.0, 0, 10_000, ("2026-03-01", None));
        let path = format!("/api/v1/opportunities/{id}");
        let open = || company.metric(&admin, "open_pipeline", "")["value"].as_f64();
        assert_eq!(open(), Some(10_000.0));
        admin.patch(&path, 1, &json!({ "amount_minor": 70_000 })).expect(200);
        assert_eq!(open(), Some(70_000.0));
        admin.patch(&path, 2, &json!({ "owner_id": company.west.0 })).expect(200);
        assert_eq!(company.metric(&admin, "open_pipeline", &format!("&owner_id={}", company.east.0))["value"].as_f64(), Some(0.0));
        assert_eq!(company.metric(&admin, "open_pipeline", &format!("&owner_id={}", company.west.0))["value"].as_f64(), Some(70_000.0));
        let version = admin.patch(&path, 3, &json!({ "stage_id": company.stages[2], "closed_on": "2026-03-08" })).expect(200).version();
        assert_eq!(open(), Some(0.0));
        assert_eq!(company.metric(&admin, "mean_cycle_days", "")["value"].as_f64(), Some(7.0));
        admin.delete(&path);
        assert_eq!(company.metric(&admin, "opportunities_won", "")["value"].as_f64(), Some(0.0));
        admin.post_empty(&format!("{path}/restore")).expect(200);
        assert_eq!(company.metric(&admin, "won_value", "")["value"].as_f64(), Some(70_000.0));
        admin.patch(&path, version + 2, &json!({ "stage_id": company.stages[1] })).expect(200);
        assert_eq!((open(), company.metric(&admin, "opportunities_won", "")["value"].as_f64()), (Some(70_000.0), Some(0.0)));
    }

    fn a_benchmark_that_was_set_for_a_stage_goes_before_the_previous_period(server: &Server) {
        let (company, admin) = (company(server), server.admin());
        for i in 0..20 {
            company.deal(server, &company.east.0, usize::from(i % 4 == 0), 1_000, ("2026-05-01", None));
        }
        let funnel = |days: &str| admin.get(&format!("/api/v1/reports/funnel?pipeline_id={}{days}", company.pipeline)).expect(200).json;
        assert!(funnel("")["stuck"].is_null(), "without a first day there is no period before, and no benchmark is set");
        let path = format!("/api/v1/pipeline_stages/{}", company.stages[0]);
        admin.patch(&path, 1, &json!({ "benchmark": 120 })).expect(422);
        admin.patch(&path, 1, &json!({ "benchmark": 40 })).expect(200);
        for days in ["", "&from=2026-01-01"] {
            let found = funnel(days);
            let stuck = &found["stuck"];
            assert_eq!((&stuck["stage_id"], &stuck["baseline"], &stuck["drop"], &stuck["entries"]), (&json!(company.stages[0]), &json!(40.0), &json!(15.0), &json!(20)), "{stuck}");
            assert_eq!((&stuck["compared_with"], &found["stages"][0]["compared_with"]), (&json!("benchmark"), &json!("benchmark")));
            assert!(found["stages"][1]["compared_with"].is_null());
        }
        admin.patch(&path, 2, &json!({ "benchmark": 20 })).expect(200);
        assert!(funnel("")["stuck"].is_null(), "more go on than are expected to");
    }

    fn the_funnel_counts_stages_reached_and_opens_them(server: &Server) {
        let company = company(server);
        company.deals(server);
        let admin = server.admin();
        let funnel = admin.get(&format!("/api/v1/reports/funnel?pipeline_id={}", company.pipeline)).expect(200);
        let reached: Vec<i64> = funnel["stages"].as_array().unwrap().iter().map(|s| s["reached"].as_i64().unwrap()).collect();
        assert_eq!(reached, [6, 4, 3]);
        assert_eq!((&funnel["open"], &funnel["won"], &funnel["lost"], &funnel["win_rate"]), (&json!(2), &json!(3), &json!(1), &json!(75.0)));
        assert_eq!((&funnel["mean_cycle_days"], &funnel["median_cycle_days"]), (&json!(30.0), &json!(20.0)));
        let product = server.create("products", &json!({ "name": "一种产品" }));
        let of_one = admin.get(&format!("/api/v1/reports/funnel?pipeline_id={}&product_id={product}", company.pipeline)).expect(200);
        let untold = of_one["stages"].as_array().unwrap().iter().all(|s| s["mean_days"].is_null() && s["median_days"].is_null());
        assert!(untold, "days in stages are not kept by product: {of_one:?}", of_one = of_one.json);
        for stage in funnel["stages"].as_array().unwrap() {
            assert_eq!(listed(&admin, &stage["drill_down"]), stage["reached"].as_i64().unwrap(), "{stage}");
        }
        let own = company.west.1.get(&format!("/api/v1/reports/funnel?pipeline_id={}", company.pipeline)).expect(200);
        assert_eq!((&own["won"], &own["lost"]), (&json!(1), &json!(0)));
    }

    fn the_forecast_weighs_open_amounts_by_the_history_of_their_stage(server: &Server) {
        let company = company(server);
        company.deals(server);
        let admin = server.admin();
        let path = format!("/api/v1/pipeline_stages/{}", company.stages[1]);
        admin.patch(&path, 1, &json!({ "probability": 50 })).expect(200);
        let forecast = admin.get(&format!("/api/v1/reports/forecast?pipeline_id={}", company.pipeline)).expect(200);
        // First stage: 3 of 4 closed were won, (3 + 1) / (4 + 2); second stage: set by hand.
        let expected = 40_000.0 * 4.0 / 6.0 + 80_000.0 * 0.5;
        assert!((forecast["expected_minor"].as_f64().unwrap() - expected).abs() < 0.01, "{}", forecast.json);
        let (low, high) = (forecast["low_minor"].as_f64().unwrap(), forecast["high_minor"].as_f64().unwrap());
        let variance = 2.0 / 9.0 * 40_000.0f64.powi(2) + 0.25 * 80_000.0f64.powi(2);
        assert!((high - low - 2.0 * 1.2816 * variance.sqrt()).abs() < 1.0, "{low}..{high}");
        assert_eq!((&forecast["n"], &forecast["amount_minor"]), (&json!(2), &json!(120_000)));
        let weighted = company.metric(&admin, "weighted_pipeline", "&group_by=stage");
        assert!((weighted["value"].as_f64().unwrap() - expected).abs() < 1.0);
        let summary = admin.get(&format!("/api/v1/pipelines/{}/summary", company.pipeline)).expect(200);
        assert_eq!((&summary["open"], &summary["open_minor"]), (&json!(2), &json!(120_000)));
        assert!((summary["expected_minor"].as_f64().unwrap() - expected).abs() < 0.01);
        assert_eq!(summary["stages"].as_array().map(Vec::len), Some(4));
    }

    fn rfm_scores_customers_and_says_why(server: &Server) {
        let admin = server.admin();
        let today = admin.post_empty("/api/v1/scores/rfm/refresh").expect(200)["as_of"].as_str().unwrap().to_owned();
        let today: chrono::NaiveDate = today.parse().unwrap();
        let customers: Vec<String> = (1..=5).map(|i| {
            let id = server.create("customers", &json!({ "name": format!("客户{i}") }));
            for _ in 0..i {
                let day = today - chrono::Duration::days(50 - 10 * i);
                server.create("orders", &json!({ "customer_id": id, "ordered_on": day, "amount_minor": 1000 * i }));
            }
            id
        }).collect();
        let idle = server.create("customers", &json!({ "name": "无订单" }));
        server.create("orders", &json!({ "customer_id": idle, "ordered_on": today, "amount_minor": 5, "status": "cancelled" }));
        server.create("orders", &json!({ "customer_id": customers[4], "ordered_on": today, "amount_minor": 5000, "status": "returned" }));
        let run = admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        assert_eq!((&run["scored"], &run["window_days"]), (&json!(5), &json!(365)));
        let best = admin.get(&format!("/api/v1/customers/{}", customers[4])).expect(200);
        assert_eq!([&best["rfm_r"], &best["rfm_f"], &best["rfm_m"], &best["rfm_segment"]], [&json!(5), &json!(5), &json!(5), &json!("HHH")]);
        let none = admin.get(&format!("/api/v1/customers/{idle}")).expect(200);
        assert_eq!((&none["rfm_segment"], &none["rfm_r"]), (&json!("none"), &Value::Null));
        let grid = admin.get("/api/v1/scores/rfm").expect(200);
        let counted: i64 = grid["segments"].as_array().unwrap().iter().map(|s| s["customers"].as_i64().unwrap()).sum();
        assert_eq!((counted, &grid["unscored"]), (6, &json!(0)));
        for row in grid["segments"].as_array().unwrap().iter().chain(grid["cells"].as_array().unwrap()) {
            assert_eq!(listed(&admin, &row["drill_down"]), row["customers"].as_i64().unwrap(), "{row}");
        }
        let why = admin.get(&format!("/api/v1/scores/rfm/{}", customers[4])).expect(200);
        assert_eq!((&why["segment"], &why["overlay"]), (&json!("HHH"), &json!("high_value")));
        let monetary = &why["dimensions"][2];
        assert_eq!([&monetary["value"], &monetary["score"], &monetary["worse"], &monetary["of"]], [&json!(20_000), &json!(5), &json!(4), &json!(5)]);
        assert_eq!(listed(&admin, &why["drill_down"]), 6);
        assert_eq!(why["history"].as_array().map(Vec::len), Some(1));
        server.as_role("representative").post_empty("/api/v1/scores/rfm/refresh").expect(403);
    }

    fn rfm_reaches_every_customer_of_many_in_one_run_and_in_the_next(server: &Server) {
        let admin = server.admin();
        let rows: String = (0..4_300).map(|i| format!("多客户{i:04}\n")).collect();
        crate::imports::bring(&admin, "customers", "many.csv", format!("客户名称\n{rows}").as_bytes());
        let today = admin.post_empty("/api/v1/scores/rfm/refresh").expect(200)["as_of"].clone();
        let end = |sort: &str| admin.get(&format!("/api/v1/customers?sort={sort}&limit=1")).expect(200).items()[0]["id"].as_str().unwrap().to_owned();
        let (first, last) = (end("name"), end("-name"));
        let order = |customer: &str| server.create("orders", &json!({ "customer_id": customer, "ordered_on": today, "amount_minor": 900 }));
        let (of_first, _) = (order(&first), order(&last));
        let counts = || {
            let run = admin.post_empty("/api/v1/scores/rfm/refresh").expect(200)["scored"].clone();
            let none = admin.get("/api/v1/customers?rfm_segment=none&count=exact&limit=1").expect(200)["total"].clone();
            let grid = admin.get("/api/v1/scores/rfm").expect(200);
            let counted: i64 = grid["segments"].as_array().unwrap().iter().map(|s| s["customers"].as_i64().unwrap()).sum();
            let segment = |id: &str| admin.get(&format!("/api/v1/customers/{id}")).expect(200)["rfm_segment"] != json!("none");
            (run, none, counted, segment(&first), segment(&last))
        };
        assert_eq!(counts(), (json!(2), json!(4_298), 4_300, true, true));
        admin.delete(&format!("/api/v1/orders/{of_first}")).expect(200);
        assert_eq!(counts(), (json!(1), json!(4_299), 4_300, false, true));
    }

    fn the_kept_rfm_grid_follows_every_write_and_is_what_counting_anew_gives(server: &Server) {
        let admin = server.admin();
        let today = admin.post_empty("/api/v1/scores/rfm/refresh").expect(200)["as_of"].clone();
        let owners: Vec<String> = (0..2).map(|_| server.user("representative", None).0).collect();
        let customers: Vec<String> = (0..6).map(|i| {
            let id = server.create("customers", &json!({ "name": format!("在册{i}"), "owner_id": owners[i % 2] }));
            for _ in 0..i {
                server.create("orders", &json!({ "customer_id": id, "ordered_on": today, "amount_minor": 700 * i }));
            }
            id
        }).collect();
        admin.post_empty("/api/v1/scores/rfm/refresh").expect(200);
        let fresh = server.create("customers", &json!({ "name": "新来", "owner_id": owners[0] }));
        admin.patch(&format!("/api/v1/customers/{}", customers[5]), 1, &json!({ "owner_id": owners[0] })).expect(200);
        admin.delete(&format!("/api/v1/customers/{}", customers[4])).expect(200);
        admin.delete(&format!("/api/v1/customers/{}", customers[2])).expect(200);
        admin.post_empty(&format!("/api/v1/customers/{}/restore", customers[2])).expect(200);
        let operations = json!({ "operations": [
            { "op": "create", "data": { "name": "批量", "owner_id": owners[1] } },
            { "op": "create", "data": { "name": "" } },
            { "op": "update", "id": customers[3], "data": { "owner_id": owners[0], "city": "苏州" } },
            { "op": "archive", "id": fresh },
        ] });
        admin.post("/api/v1/customers/bulk", &operations).expect(200);
        let grids = || -> Vec<Value> {
            let narrow = owners.iter().map(|owner| format!("?owner_id={owner}")).chain([String::new()]);
            narrow.map(|query| admin.get(&format!("/api/v1/scores/rfm{query}")).expect(200).json).collect()
        };
        let kept = grids();
        for grid in &kept {
            for row in grid["segments"].as_array().unwrap().iter().chain(grid["cells"].as_array().unwrap()) {
                assert_eq!(listed(&admin, &row["drill_down"]), row["customers"].as_i64().unwrap(), "{row}");
            }
        }
        assert_eq!(kept.iter().map(|grid| grid["unscored"].as_i64().unwrap()).collect::<Vec<_>>(), [0, 1, 1]);
        let mut conn = persistence::db::get(&persistence::db::pool(server.database().url(), 1).unwrap()).unwrap();
        persistence::db::write_tx(&mut conn, persistence::rfm_grid::rebuild).unwrap();
        assert_eq!(grids(), kept);
    }

    fn what_a_metric_cannot_answer_is_422_and_named(server: &Server) {
        let admin = server.admin();
        for (path, field) in [
            ("/api/v1/metrics/won_value?group_by=colour", "group_by"),
            ("/api/v1/metrics/won_value?group_by=stage", "group_by"),
            ("/api/v1/metrics/won_value?from=2026-02-02&to=2026-01-01", "to"),
            ("/api/v1/metrics/won_value?from=0001-01-01", "from"),
            ("/api/v1/metrics/calls?product_id=019aa000-0000-7000-8000-00000000dead", "product_id"),
            ("/api/v1/reports/funnel?to=%2B200000-01-01", "to"),
            ("/api/v1/reports/funnel?pipeline_id=019aa000-0000-7000-8000-00000000dead", "pipeline_id"),
            ("/api/v1/reports/forecast?pipeline_id=019aa000-0000-7000-8000-00000000dead", "pipeline_id"),
        ] {
            let reply = admin.get(path).expect(422);
            assert!(reply.json["errors"].to_string().contains(field), "{path}: {}", reply.json);
        }
        admin.get("/api/v1/metrics/happiness").expect(404);
    }
}
