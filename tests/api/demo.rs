//! The demonstration company has problems on purpose; each can be found with what the product shows to everybody.

use std::process::Command;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use tests::client::Client;
use tests::database::{Database, Engine};
use tests::server::{Server, program};
use tests::wait::within;

struct Demo {
    _server: Server,
    admin: Client,
    today: NaiveDate,
}

fn encode(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn flywheel(database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env("DATABASE_URL", database.url()).env("FLYWHEEL_DATA_DIR", database.folder());
    command
}

fn administrator(server: &Server) -> Client {
    let login = json!({ "email": app::demo::EMAIL, "password": app::demo::PASSWORD });
    let session = server.anonymous().post("/api/v1/auth/login", &login).expect(200);
    server.anonymous().with_token(session["access_token"].as_str().unwrap())
}

fn demo() -> Demo {
    let database = Database::empty(Engine::Sqlite).expect("SQLite is always there");
    let made = flywheel(&database, &["demo"]).output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Server::on(database, &[]);
    let admin = administrator(&server);
    let today = admin.get("/api/v1/scores/rfm").expect(200)["run"]["as_of"].as_str().unwrap().parse().unwrap();
    Demo { _server: server, admin, today }
}

impl Demo {
    fn ago(&self, days: u64) -> NaiveDate {
        self.today - Days::new(days)
    }

    fn count(&self, object: &str, filter: &Value) -> i64 {
        let encoded = encode(&filter.to_string());
        let page = self.admin.get(&format!("/api/v1/{object}?count=exact&limit=1&filter={encoded}")).expect(200);
        page["total"].as_i64().unwrap()
    }

    fn metric(&self, key: &str, group: &str, from: u64, to: u64) -> Vec<(String, f64)> {
        let path = format!("/api/v1/metrics/{key}?group_by={group}&from={}&to={}", self.ago(from), self.ago(to));
        let found = self.admin.get(&path).expect(200);
        let row = |r: &Value| Some((r["label"].as_str()?.to_owned(), r["value"].as_f64()?));
        found["rows"].as_array().unwrap().iter().filter_map(row).collect()
    }

    /// What an order comes to is what its lines come to, and they what is sold for so much each.
    fn amounts_that_add_up(&self) {
        let lines = self.admin.get("/api/v1/order_lines?limit=200").expect(200);
        assert_eq!(lines.items().len(), 200);
        for line in lines.items() {
            let each = line["quantity"].as_f64().unwrap() * line["unit_price_minor"].as_f64().unwrap();
            assert_eq!(Some(each), line["amount_minor"].as_f64(), "{line}");
        }
        let order = lines.items()[0]["order_id"].as_str().unwrap();
        let order = self.admin.get(&format!("/api/v1/orders/{order}")).expect(200);
        assert_eq!(order["amount_minor"], lines.items()[0]["amount_minor"], "each has one line");
    }

    /// Somebody calls the small customers and neglects the large ones.
    fn the_upside_down_representative(&self) {
        let users = self.admin.get("/api/v1/users?limit=200").expect(200);
        let share = |owner: &str, grade: &str| {
            let of = |more: Value| {
                let test = |field: &str, value: &str| json!({ "field": field, "op": "eq", "value": value });
                self.count("customers", &json!({ "all": [test("owner_id", owner), test("grade", grade), more] }))
            };
            let all = of(json!({ "all": [] }));
            let seen = of(json!({ "field": "last_contact_at", "op": "within_days", "value": 60 }));
            (all >= 5).then(|| seen as f64 / all as f64)
        };
        let rate = |user: &Value| {
            let id = user["id"].as_str()?;
            Some((user["name"].as_str()?.to_owned(), share(id, "A")? - share(id, "D")?))
        };
        let mut found: Vec<(String, f64)> = users.items().iter().filter_map(rate).collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert!(found.len() > 10, "{found:?}");
        assert!(found[0].1 < 0.0 && found[0].1 < found[1].1 - 0.05, "{found:?}");
    }

    /// A region whose proposals do not turn into negotiations any more.
    fn the_stuck_region(&self) {
        let path = format!("/api/v1/reports/funnel?region=%E5%8D%8E%E5%8D%97&from={}&to={}", self.ago(150), self.today);
        let funnel = self.admin.get(&path).expect(200);
        let stuck = &funnel["stuck"];
        let stage = funnel["stages"].as_array().unwrap().iter().position(|s| s["stage_id"] == stuck["stage_id"]);
        assert_eq!(stage, Some(2), "{stuck}");
        assert!(stuck["drop"].as_f64().unwrap() > 5.0, "{stuck}");
    }

    /// A team that has gone quiet.
    fn the_quiet_team(&self) {
        let (now, before) = (self.metric("activities", "team", 55, 0), self.metric("activities", "team", 200, 66));
        let trend = |(team, n): &(String, f64)| {
            let old = before.iter().find(|(name, _)| name == team)?.1;
            Some((team.clone(), n / old))
        };
        let mut trends: Vec<(String, f64)> = now.iter().filter_map(trend).collect();
        trends.sort_by(|a, b| a.1.total_cmp(&b.1));
        assert!(trends.len() >= 6 && trends[0].1 < 0.8 * trends[1].1, "{trends:?}");
    }

    /// Good customers who have not ordered for half a year.
    fn the_lapsed_customers(&self) {
        let good = json!({ "field": "grade", "op": "in", "value": ["A", "B"] });
        let lapsed = json!({ "field": "last_order_on", "op": "older_than_days", "value": 180 });
        let bought = json!({ "field": "last_order_on", "op": "within_days", "value": 400 });
        assert!(self.count("customers", &json!({ "all": [good, lapsed, bought] })) > 20);
        let grid = self.admin.get("/api/v1/scores/rfm").expect(200);
        let gone: i64 = grid["segments"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| s["key"].as_str().is_some_and(|code| code.starts_with('L') && code.ends_with('H')))
            .map(|s| s["customers"].as_i64().unwrap())
            .sum();
        assert!(gone > 10, "{}", grid["segments"]);
    }

    /// Large open opportunities that nobody follows.
    fn the_forgotten_deals(&self) {
        let filter = json!({ "all": [
            { "field": "status", "op": "eq", "value": "open" },
            { "field": "amount_minor", "op": "gt", "value": 10_000_000 },
            { "field": "last_activity_at", "op": "older_than_days", "value": 14 },
        ] });
        assert!(self.count("opportunities", &filter) > 5);
    }

    /// Companies entered twice, slightly differently.
    fn the_twins(&self) {
        let filter = json!({ "field": "name", "op": "contains", "value": "（有限公司）" }).to_string();
        let encoded = encode(&filter);
        let odd = self.admin.get(&format!("/api/v1/customers?limit=50&filter={encoded}")).expect(200);
        assert!(odd.items().len() > 10);
        let with_twin = odd.items().iter().filter(|customer| {
            let name = customer["name"].as_str().unwrap();
            let stem = encode(name.split('（').next().unwrap());
            self.admin.get(&format!("/api/v1/customers?q={stem}&limit=20")).expect(200).items().len() > 1
        });
        assert!(with_twin.count() * 10 > odd.items().len() * 8);
    }
}

#[test]
fn the_hidden_problems_of_the_demonstration_can_be_found_over_the_interface() {
    let demo = demo();
    demo.amounts_that_add_up();
    demo.the_upside_down_representative();
    demo.the_stuck_region();
    demo.the_quiet_team();
    demo.the_lapsed_customers();
    demo.the_forgotten_deals();
    demo.the_twins();
}

/// How many there are of what the making writes at its different stages.
fn inventory(database: &Database) -> Vec<(&'static str, Option<i64>)> {
    let pool = persistence::db::pool(database.url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    let mut count = |table| {
        let mut q = persistence::sql::Sql::start(&conn, "SELECT COUNT(*) FROM ");
        q.ident(table);
        let found = q.first(&mut conn).unwrap();
        (table, found.and_then(|cells| cells.0.first().and_then(domain::value::Value::as_int)))
    };
    ["users", "customers", "orders", "activities", "tasks", "assessments"].map(&mut count).into()
}

fn said(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Kills the making as soon as the database says that a stage is reached.
fn kill_at(database: &Database, stage: &str) {
    let pool = persistence::db::pool(database.url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    let mut child = flywheel(database, &["demo", "--if-empty", "--scale", "0.02"]).spawn().expect("the program runs");
    let wanted = format!("\"{stage}\"");
    within(Duration::from_secs(120), stage, || {
        let mark = persistence::settings::get(&mut conn, "demonstration").ok().flatten();
        let somebody = persistence::identity::any_person(&mut conn).unwrap_or(false);
        (somebody && mark.is_some_and(|mark| mark.contains(&wanted))).then_some(())
    });
    child.kill().expect("it is still at work");
    let ended = child.wait().expect("a child");
    assert!(!ended.success(), "it came to its end before it could be killed");
}

fn survives_kills(engine: Engine) {
    let Some(whole) = Database::empty(engine) else { return };
    let made = said(&flywheel(&whole, &["demo", "--scale", "0.02"]).output().unwrap());
    let counts = made.lines().find(|line| line.contains("customers")).unwrap();
    let broken = Database::empty(engine).unwrap();
    assert!(flywheel(&broken, &["migrate"]).output().unwrap().status.success());
    for stage in ["begun", "peopled"] {
        kill_at(&broken, stage);
    }
    let ended = said(&flywheel(&broken, &["demo", "--if-empty", "--scale", "0.02"]).output().unwrap());
    assert!(ended.contains("broken off") && ended.contains(counts), "{ended}{made}");
    let again = said(&flywheel(&broken, &["demo", "--if-empty"]).output().unwrap());
    assert!(again.contains("is there"), "{again}");
    assert_eq!(inventory(&broken), inventory(&whole));
}

#[test]
fn a_demonstration_that_was_killed_while_it_was_made_is_completed_by_the_next_start_on_sqlite() {
    survives_kills(Engine::Sqlite);
}

#[test]
fn a_demonstration_that_was_killed_while_it_was_made_is_completed_by_the_next_start_on_postgresql() {
    survives_kills(Engine::Postgres);
}
