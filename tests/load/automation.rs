//! What automation costs: the matcher with many rules, news on the stream, a rule by time over everybody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::client::Client;

use crate::figures::{Figure, Target};
use crate::http::{Connection, Run};
use crate::process::Server;
use crate::{PASSWORD, import};

const RULES: usize = 200;
const ROWS: usize = 50_000;
const NEWS: usize = 100;

/// Measures it on a filled server.
pub fn automation(server: &Server, token: &str, customer: &str) -> Vec<Figure> {
    let client = Client::new(&format!("http://127.0.0.1:{}", server.port)).with_token(token);
    let mut figures = matcher(server, &client, token, customer);
    figures.push(news(&client));
    figures.push(by_time(&client));
    figures.extend(of_everybody(&client));
    figures
}

fn publish(client: &Client, name: &str, trigger: &Value, city: &str) -> String {
    let definition = json!({
        "object": "customers", "trigger": trigger, "imports": true,
        "condition": { "field": "city", "op": "eq", "value": city },
        "actions": [{ "kind": "set_fields", "values": { "note": name } }],
    });
    let id = client.post("/api/v1/rules", &json!({ "name": name, "definition": definition })).expect(201).id();
    client.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
    id
}

/// Every row of an import is an event that every one of the rules looks at; meanwhile somebody reads.
fn matcher(server: &Server, client: &Client, token: &str, customer: &str) -> Vec<Figure> {
    let trigger = json!({ "kind": "event", "on": ["created"] });
    let rules: Vec<String> =
        (0..RULES).map(|i| publish(client, &format!("测速规则{i}"), &trigger, &format!("无此城{i}"))).collect();
    server.settle();
    let idle = reading(server.port, token, customer, || std::thread::sleep(Duration::from_secs(3)));
    let (before, start) = (server.thread("rules"), Instant::now());
    let mut matched = Duration::ZERO;
    let busy = reading(server.port, token, customer, || {
        import(server, token, ROWS);
        server.rest_of("rules");
        // The wait for quiet is no part of the work.
        matched = start.elapsed().saturating_sub(Server::PATIENCE);
        server.catch_up();
    });
    let elapsed = start.elapsed().saturating_sub(Server::PATIENCE);
    let spent = server.thread("rules") - before;
    for id in rules {
        client.delete(&format!("/api/v1/rules/{id}")).expect(204);
    }
    let per_second = |time: Duration| ROWS as f64 / time.as_secs_f64().max(1e-9);
    let times = busy.quantile(0.99).as_secs_f64() / idle.quantile(0.99).as_secs_f64().max(1e-9);
    vec![
        Figure::new(
            "events through 200 rules, per second of their thread",
            per_second(spent),
            "1/s",
            Target::Least(10_000.0),
        ),
        Figure::new(
            "events written and matched against 200 rules",
            per_second(matched),
            "1/s",
            Target::Least(10_000.0),
        ),
        Figure::new("the same, until scores and news have followed too", per_second(elapsed), "1/s", Target::Open),
        Figure::new("p99 of reads meanwhile, times that at rest", times, "×", Target::Most(2.0)),
    ]
}

/// Reads at a steady pace while something else goes on.
fn reading(port: u16, token: &str, customer: &str, meanwhile: impl FnOnce()) -> Run {
    let ended = AtomicBool::new(false);
    let start = Instant::now();
    let mut latencies = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut connection = Connection::open(port, token).expect("the server listens");
            let (path, mut seen) = (format!("/api/v1/customers/{customer}"), Vec::new());
            while !ended.load(Ordering::Relaxed) {
                let sent = Instant::now();
                let (status, _) = connection.send("GET", &path, "", &[]).expect("an answer");
                assert_eq!(status, 200, "{path}");
                seen.push(sent.elapsed());
                std::thread::sleep(Duration::from_millis(2));
            }
            seen
        });
        meanwhile();
        ended.store(true, Ordering::Relaxed);
        reader.join().expect("the reader does not panic")
    });
    latencies.sort_unstable();
    Run { count: latencies.len(), elapsed: start.elapsed(), latencies }
}

/// From the answer to a write to the news of it on the open stream of another person.
fn news(client: &Client) -> Figure {
    let name = format!("news.{}@example.com", chrono::Utc::now().timestamp_millis());
    let id = client.post("/api/v1/users", &json!({ "name": "听众", "email": name })).expect(201).id();
    let roles = json!({ "roles": ["representative"] }).to_string();
    client.send("PUT", &format!("/api/v1/users/{id}/roles"), Some(("application/json", roles.as_bytes()))).expect(200);
    client.post(&format!("/api/v1/users/{id}/password"), &json!({ "password": PASSWORD })).expect(204);
    let login =
        client.anonymous().post("/api/v1/auth/login", &json!({ "email": name, "password": PASSWORD })).expect(200);
    let listener = client.anonymous().with_token(login["access_token"].as_str().expect("a token"));
    let mut stream = listener.follow("/api/v1/stream");
    stream.wait_for("unread");
    let mut latencies: Vec<f64> = (0..NEWS)
        .map(|i| {
            let task = json!({ "title": format!("测速任务{i}"), "owner_id": id });
            client.post("/api/v1/tasks", &task).expect(201);
            let answered = Instant::now();
            stream.wait_for("notification");
            answered.elapsed().as_secs_f64()
        })
        .collect();
    latencies.sort_unstable_by(f64::total_cmp);
    Figure::new("from an event to its news on the stream, p99", latencies[NEWS * 99 / 100 - 1], "s", Target::Most(1.0))
}

/// From the publication of a rule by time that nobody fits to the end of its first look at everybody.
fn by_time(client: &Client) -> Figure {
    let trigger = json!({ "kind": "elapsed", "field": "last_contact_at", "count": 7, "unit": "days" });
    let start = Instant::now();
    let id = publish(client, "测速时间规则", &trigger, "无此城");
    let path = format!("/api/v1/rules/{id}");
    while client.get(&path).expect(200)["checked_at"].is_null() {
        assert!(start.elapsed() < Duration::from_secs(120), "the rule does not look");
        std::thread::sleep(Duration::from_millis(20));
    }
    let elapsed = start.elapsed().as_secs_f64();
    client.delete(&path).expect(204);
    Figure::new("a rule by time over every customer", elapsed, "s", Target::Most(2.0))
}

/// A rule by time that everybody fits: how fast it acts, and how long whoever pauses it waits meanwhile.
fn of_everybody(client: &Client) -> Vec<Figure> {
    let definition = json!({
        "object": "customers", "trigger": { "kind": "elapsed", "field": "created_at", "count": 1, "unit": "minutes" },
        "actions": [{ "kind": "set_fields", "values": { "note": "测速" } }],
    });
    let id =
        client.post("/api/v1/rules", &json!({ "name": "测速全员规则", "definition": definition })).expect(201).id();
    client.post_empty(&format!("/api/v1/rules/{id}/publish")).expect(200);
    let (path, done) = (format!("/api/v1/rules/{id}"), |rule: &Value| rule["runs"]["done"].as_f64().unwrap_or(0.0));
    let begun = Instant::now();
    while done(&client.get(&path).expect(200).json) == 0.0 {
        assert!(begun.elapsed() < Duration::from_secs(120), "the rule does not act");
        std::thread::sleep(Duration::from_millis(20));
    }
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(5));
    let asked = Instant::now();
    let paused = client.post_empty(&format!("{path}/pause")).expect(200);
    let waited = asked.elapsed().as_secs_f64();
    let rate = done(&paused.json) / start.elapsed().as_secs_f64();
    client.delete(&path).expect(204);
    vec![
        Figure::new("a rule by time that everybody fits, records acted on", rate, "1/s", Target::Open),
        Figure::new("how long its pause took meanwhile", waited, "s", Target::Most(1.0)),
    ]
}
