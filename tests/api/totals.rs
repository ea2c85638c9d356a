//! Kept totals: always what a count of the records would give, whatever was written and whatever they depend on changes.

use domain::metrics::{Contribution, Measure, Sums, Totals};
use persistence::records::Owners;
use persistence::totals::{By, Which, sums};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;

/// Every row of the totals but the stays, which do not follow from the records.
fn rows(conn: &mut persistence::db::AnyConnection) -> Vec<Contribution> {
    let measures: Vec<Measure> = Measure::ALL.into_iter().filter(|m| *m != Measure::Stays).collect();
    let which = Which { measures: &measures, from: None, to: None, owners: Owners::All, pipeline: None, product: None };
    let by = By { day: true, owner: true, stage: true, product: true, bucket: true };
    let mut rows = sums(conn, &which, by).unwrap();
    rows.sort_by_key(|row| row.key);
    rows
}

/// Holds the kept totals against those that follow from the records now.
#[track_caller]
pub(crate) fn assert_kept_is_counted(server: &Server) {
    let pool = persistence::db::pool(server.database().url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    let kept = rows(&mut conn);
    let schema = std::sync::Arc::new(app::schema::load(&mut conn).unwrap());
    let actor = app::Actor::system(uuid::Uuid::nil());
    let counted = persistence::db::write_tx::<_, app::Error>(&mut conn, |conn| {
        let (now, request_id) = (chrono::Utc::now(), uuid::Uuid::nil());
        let mut ctx = app::Ctx { conn, actor: &actor, now, request_id, schema: &schema };
        app::totals::rebuild(&mut ctx)?;
        Ok(rows(ctx.conn))
    })
    .unwrap();
    let differing = |a: &[Contribution], b: &[Contribution]| -> Vec<String> {
        a.iter().filter(|row| !b.contains(row)).map(|row| format!("{row:?}")).collect()
    };
    assert_eq!(differing(&kept, &counted), differing(&counted, &kept), "kept, and counted");
    assert!(!kept.is_empty());
}

/// Waits until no figure says any more that it is being counted.
fn counted(client: &Client) {
    tests::wait_until("the figures are counted", || {
        client.get("/api/v1/metrics/open_pipeline").expect(200)["recount"].is_null()
    });
}

/// The same series of choices every time.
struct Dice(fastrand::Rng);

impl Dice {
    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.0.usize(..list.len())]
    }

    fn day(&mut self) -> String {
        format!("2026-{:02}-{:02}", self.0.u8(1..12), self.0.u8(1..28))
    }

    fn record(&mut self, object: &str, w: &World) -> Value {
        let (owner, customer) = (self.of(&w.people).clone(), self.of(&w.customers).clone());
        let day = self.day();
        match object {
            "customers" => json!({ "name": format!("客户{}", self.0.u32(..)), "owner_id": owner }),
            "activities" => json!({
                "subject": "跟进", "kind": self.of(&["call", "visit", "email", "note"]), "occurred_at": format!("{day}T{:02}:30:00Z", self.0.u8(0..24)),
                "duration_minutes": self.of(&[json!(null), json!(15), json!(90)]), "completed": self.0.u8(0..4) > 0, "owner_id": owner, "customer_id": customer,
            }),
            "orders" => json!({
                "customer_id": customer, "ordered_on": day, "amount_minor": self.0.i64(-500..90_000), "owner_id": owner,
                "status": self.of(&["draft", "confirmed", "fulfilled", "cancelled", "returned"]),
            }),
            _ => json!({
                "name": "商机", "owner_id": owner, "customer_id": customer, "pipeline_id": w.pipeline, "stage_id": self.of(&w.stages), "amount_minor": self.of(&[json!(null), json!(10_000), json!(750_000)]),
                "engaged_on": self.of(&[json!(null), json!("2026-01-15")]), "expected_close_on": self.of(&[json!(null), json!(day)]), "product_id": self.of(&[json!(null), json!(w.product)]),
            }),
        }
    }
}

struct World {
    pipeline: String,
    stages: Vec<String>,
    product: String,
    people: Vec<String>,
    customers: Vec<String>,
}

impl World {
    fn new(server: &Server) -> World {
        let pipeline = server.create("pipelines", &json!({ "name": "流程", "position": 9 }));
        let kinds = ["open", "open", "open", "won", "lost"];
        let stage = |(i, kind): (usize, &&str)| {
            server.create(
                "pipeline_stages",
                &json!({ "pipeline_id": pipeline, "name": format!("阶段{i}"), "position": (i + 1) * 10, "kind": kind }),
            )
        };
        let stages = kinds.iter().enumerate().map(stage).collect();
        let person = |i: i32| {
            server.create("users", &json!({ "name": format!("成员{i}"), "email": format!("m{i}@example.com") }))
        };
        World {
            stages,
            pipeline,
            product: server.create("products", &json!({ "name": "产品" })),
            people: (0..3).map(person).collect(),
            customers: (0..3).map(|i| server.create("customers", &json!({ "name": format!("老客户{i}") }))).collect(),
        }
    }

    fn position(&self, client: &Client, stage: usize, position: i64) {
        let path = format!("/api/v1/pipeline_stages/{}", self.stages[stage]);
        let version = client.get(&path).expect(200).version();
        client.patch(&path, version, &json!({ "position": position })).expect(200);
    }

    fn deal(&self, server: &Server, way: &[usize]) -> String {
        let id = server.create("opportunities", &json!({ "name": "商机", "stage_id": self.stages[way[0]] }));
        for stage in &way[1..] {
            server
                .admin()
                .post(&format!("/api/v1/opportunities/{id}/move"), &json!({ "stage_id": self.stages[*stage] }))
                .expect(200);
        }
        id
    }

    fn reached(&self, client: &Client) -> Vec<i64> {
        let funnel = client.get(&format!("/api/v1/reports/funnel?pipeline_id={}", self.pipeline)).expect(200);
        funnel["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| {
                let listed =
                    client.get(&format!("{}&count=exact&limit=1", s["drill_down"].as_str().unwrap())).expect(200);
                assert_eq!(listed["total"], s["reached"], "{s}");
                s["reached"].as_i64().unwrap()
            })
            .collect()
    }
}

const OBJECTS: [&str; 4] = ["customers", "activities", "orders", "opportunities"];

engines! {
    fn amounts_that_add_up_to_more_than_can_be_counted_are_refused(server: &Server) {
        let (admin, most) = (server.admin(), domain::fields::MONEY_MAX);
        let deal = |amount: i64| admin.post("/api/v1/opportunities", &json!({ "name": "大单", "amount_minor": amount }));
        let pipeline = deal(most).expect(201)["pipeline_id"].as_str().and_then(domain::fields::parse_id).unwrap();
        assert_eq!(deal(most + 1).expect(422).wrong_fields(), ["amount_minor"]);
        // As many more as would take too long to write one by one.
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let mut more = Totals::new();
        for mut row in rows(&mut conn).into_iter().filter(|row| row.sums.amount == most) {
            row.key.pipeline = pipeline;
            row.sums = Sums { n: 0, amount: i64::MAX - 1000 - most, extra: 0 };
            more.add(row);
        }
        persistence::db::write_tx(&mut conn, |conn| persistence::totals::add(conn, &more)).unwrap();
        let refused = deal(1001).expect(422);
        assert_eq!(refused["errors"][0]["code"], "total_out_of_range", "{refused:?}");
        let bulk = json!({ "operations": [{ "op": "create", "data": { "name": "小单", "amount_minor": 2000 } }] });
        admin.post("/api/v1/opportunities/bulk", &bulk).expect(422);
        assert_eq!(admin.get("/api/v1/opportunities?count=exact").expect(200)["total"], 1, "what was refused is not there");
        deal(1000).expect(201);
        assert_eq!(rows(&mut conn).iter().map(|row| row.sums.amount).max(), Some(i64::MAX), "to the last cent");
    }

    fn kept_totals_are_those_of_the_records_after_any_series_of_writes(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        let mut dice = Dice(fastrand::Rng::with_seed(20_261_122));
        let mut known: Vec<(&str, String)> = Vec::new();
        for turn in 0..300 {
            let choice = dice.0.u8(0..10);
            if known.len() < 12 || choice < 3 {
                let object = *dice.of(&OBJECTS);
                let record = dice.record(object, &world);
                known.push((object, server.create(object, &record)));
                continue;
            }
            let (object, id) = dice.of(&known).clone();
            let path = format!("/api/v1/{object}/{id}");
            match choice {
                9 => admin.delete(&path),
                8 => admin.post_empty(&format!("{path}/restore")),
                _ => {
                    let version = admin.get(&path).expect(200).version();
                    admin.patch(&path, version, &dice.record(object, &world))
                }
            }.expect(200);
            if turn % 100 == 50 {
                world.position(&admin, dice.0.usize(0..3), dice.0.i64(1..100));
            }
        }
        assert_kept_is_counted(server);
    }

    fn a_changed_order_of_stages_counts_for_what_was_reached_before(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        world.deal(server, &[0]);
        world.deal(server, &[0, 1]);
        world.deal(server, &[0, 1, 0]);
        world.deal(server, &[0, 2]);
        world.deal(server, &[0, 1, 4]);
        world.deal(server, &[0, 3]);
        world.deal(server, &[0, 2, 3, 0]);
        assert_eq!(world.reached(&admin), [7, 6, 3, 1]);
        // The second stage goes behind the third.
        world.position(&admin, 1, 35);
        assert_eq!(world.reached(&admin), [7, 6, 4, 1]);
        assert_kept_is_counted(server);
        world.position(&admin, 1, 20);
        assert_eq!(world.reached(&admin), [7, 6, 3, 1]);
        // A stage in the middle goes to the archive once nobody stands on it: who was there came as far as the one before.
        let empty = world.deal(server, &[0, 2, 0]);
        let gone = format!("/api/v1/pipeline_stages/{}", world.stages[2]);
        admin.delete(&gone).expect_problem(409, "in_use");
        for row in admin.get(&format!("/api/v1/opportunities?stage_id={}", world.stages[2])).expect(200).items() {
            admin.post(&format!("/api/v1/opportunities/{}/move", row["id"].as_str().unwrap()), &json!({ "stage_id": world.stages[0] })).expect(200);
        }
        admin.delete(&gone).expect(200);
        assert_eq!(world.reached(&admin), [8, 7, 1]);
        assert_eq!(admin.get(&format!("/api/v1/opportunities/{empty}")).expect(200)["furthest_position"], 20);
        assert_kept_is_counted(server);
        admin.post_empty(&format!("{gone}/restore")).expect(200);
        assert_eq!(world.reached(&admin), [8, 7, 4, 1]);
        assert_kept_is_counted(server);
    }

    fn what_a_stage_means_does_not_change_under_those_who_stand_on_it(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        let id = world.deal(server, &[1]);
        let path = format!("/api/v1/pipeline_stages/{}", world.stages[1]);
        admin.patch(&path, 1, &json!({ "kind": "won" })).expect_problem(409, "in_use");
        admin.delete(&format!("/api/v1/opportunities/{id}")).expect(200);
        admin.patch(&path, 1, &json!({ "kind": "won" })).expect_problem(409, "in_use");
        admin.post_empty(&format!("/api/v1/opportunities/{id}/restore")).expect(200);
        admin.post(&format!("/api/v1/opportunities/{id}/move"), &json!({ "stage_id": world.stages[0] })).expect(200);
        admin.patch(&path, 1, &json!({ "kind": "won" })).expect(200);
        assert_kept_is_counted(server);
    }

    fn the_chance_of_a_stage_is_that_of_the_opportunities_on_it(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        let id = world.deal(server, &[1]);
        admin.patch(&format!("/api/v1/pipeline_stages/{}", world.stages[1]), 1, &json!({ "probability": 35 })).expect(200);
        let deal = admin.get(&format!("/api/v1/opportunities/{id}")).expect(200);
        assert_eq!((&deal["probability"], deal.version()), (&json!(35), 1));
    }

    fn many_opportunities_follow_a_new_order_in_the_background_and_figures_say_so(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        let stages = admin.get(&format!("/api/v1/pipeline_stages?pipeline_id={}", world.pipeline)).expect(200);
        let name = |i: usize| stages.items().iter().find(|s| s["id"] == json!(world.stages[i])).unwrap()["name"].as_str().unwrap().to_owned();
        let text: String = std::iter::once("商机名称,销售流程,阶段\n".to_owned())
            .chain((0..4_500).map(|i| format!("商机{i},流程,{}\n", name(i % 3))))
            .collect();
        crate::imports::bring(&admin, "opportunities", "deals.csv", text.as_bytes());
        assert_eq!(world.reached(&admin), [4500, 3000, 1500, 0]);
        world.position(&admin, 0, 25);
        let during = admin.get(&format!("/api/v1/reports/funnel?pipeline_id={}", world.pipeline)).expect(200);
        if let Some(recount) = during["recount"].as_object() {
            assert_eq!(recount["reason"], "stage_order");
        }
        world.deal(server, &[0]);
        counted(&admin);
        assert_eq!(world.reached(&admin), [4501, 3001, 1500, 0]);
        assert_kept_is_counted(server);
    }

    fn what_closed_before_1970_or_on_an_unknown_day_is_counted_once_in_a_new_time_zone(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        let unknown = "商机名称,销售流程,阶段\n不详一,流程,阶段3\n不详二,流程,阶段3\n不详三,流程,阶段4\n";
        crate::imports::bring(&admin, "opportunities", "deals.csv", unknown.as_bytes());
        assert_eq!(admin.get("/api/v1/opportunities?status=won&closed_on=&count=exact").expect(200)["total"], 2);
        for (stage, day) in [(3, "1965-03-10"), (4, "1969-12-31"), (3, "1970-01-01"), (3, "1970-01-20"), (4, "1970-02-01"), (3, "2026-03-05")] {
            let deal = json!({
                "name": day, "pipeline_id": world.pipeline, "stage_id": world.stages[stage], "amount_minor": 100, "engaged_on": day, "closed_on": day,
            });
            server.create("opportunities", &deal);
        }
        assert_kept_is_counted(server);
        for zone in ["Europe/Lisbon", "Asia/Shanghai"] {
            admin.settle("PATCH", "/api/v1/organisation", &json!({ "timezone": zone })).expect(200);
            counted(&admin);
            assert_kept_is_counted(server);
        }
    }

    fn a_new_time_zone_counts_for_the_days_of_the_past(server: &Server) {
        let (admin, world) = (server.admin(), World::new(server));
        let mut dice = Dice(fastrand::Rng::with_seed(7));
        for object in OBJECTS.iter().cycle().take(120) {
            let record = dice.record(object, &world);
            server.create(object, &record);
        }
        let at = |at: &str| json!({ "subject": "深夜电话", "kind": "call", "occurred_at": at });
        server.create("activities", &at("2026-07-31T23:30:00Z"));
        server.create("activities", &at("2026-01-31T23:30:00Z"));
        let calls = |client: &Client, month: &str| {
            let rows = client.get("/api/v1/metrics/calls?group_by=month").expect(200);
            rows["rows"].as_array().unwrap().iter().find(|r| r["key"] == json!(month)).and_then(|r| r["n"].as_i64()).unwrap_or(0)
        };
        let before = calls(&admin, "2026-08");
        let change = |zone: &str| {
            admin.settle("PATCH", "/api/v1/organisation", &json!({ "timezone": zone })).expect(200);
        };
        change("Europe/Lisbon");
        assert_eq!(admin.get("/api/v1/metrics/calls").expect(200)["recount"]["reason"], "time_zone");
        server.create("activities", &at("2026-07-31T22:30:00Z"));
        counted(&admin);
        // An hour ahead of UTC in summer, none in winter.
        assert_kept_is_counted(server);
        change("America/New_York");
        change("Pacific/Auckland");
        counted(&admin);
        assert_kept_is_counted(server);
        change("Asia/Shanghai");
        counted(&admin);
        assert_kept_is_counted(server);
        assert_eq!(calls(&admin, "2026-08"), before + 1);
    }
}
