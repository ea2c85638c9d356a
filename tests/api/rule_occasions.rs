//! When rules act: by the calendar of the day; what fails has had its occasion and is tried again by people, once for each failure; what happened before
//! a rule acted, or while it was paused, is none.

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use persistence::{consumers, db};
use serde_json::{Value, json};
use std::thread;
use tests::client::{Client, Reply};
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn published(client: &Client, definition: &Value) -> String {
    let id = client.post("/api/v1/rules", &json!({ "name": "规则", "definition": definition })).expect(201).id();
    act(client, &id, "publish");
    id
}

fn act(client: &Client, rule: &str, what: &str) -> Reply {
    client.post_empty(&format!("/api/v1/rules/{rule}/{what}")).expect(200)
}

fn runs(client: &Client, rule: &str) -> Vec<Value> {
    client.get(&format!("/api/v1/rules/{rule}/runs")).expect(200).items().to_vec()
}

fn wait_for_runs(client: &Client, rule: &str, count: usize) -> Vec<Value> {
    until("the rule acts", || Some(runs(client, rule)).filter(|r| r.len() >= count))
}

fn outcomes(client: &Client, rule: &str) -> Vec<String> {
    runs(client, rule).iter().map(|run| run["outcome"].as_str().unwrap().to_owned()).collect()
}

fn retry(client: &Client, rule: &str, run: &Value) -> Reply {
    client.post_empty(&format!("/api/v1/rules/{rule}/runs/{}/retry", run["id"].as_str().unwrap()))
}

/// Has a rule by time look, and waits until it has.
fn look(client: &Client, rule: &str) {
    let looked = || client.get(&format!("/api/v1/rules/{rule}")).expect(200)["checked_at"].clone();
    let before = looked();
    act(client, rule, "pause");
    act(client, rule, "resume");
    until("it looks", || (looked() != before).then_some(()));
}

/// A pipeline into which nothing can be moved, and what fails because of it.
fn failing(server: &Server) -> (String, Value) {
    let pipeline = server.create("pipelines", &json!({ "name": "空的" }));
    let actions = json!([
        { "kind": "create_task", "title": "回访：{name}", "assignee": { "kind": "owner" } },
        { "kind": "set_fields", "values": { "pipeline_id": pipeline } },
    ]);
    (pipeline, actions)
}

/// When a rule looks next.
fn next(client: &Client, rule: &str) -> DateTime<Utc> {
    client.get(&format!("/api/v1/rules/{rule}")).expect(200)["next_at"].as_str().unwrap().parse().unwrap()
}

fn monthly(working: bool) -> Value {
    let actions = json!([{ "kind": "set_fields", "values": { "industry": "已处理" } }]);
    json!({ "object": "customers", "trigger": { "kind": "schedule", "cron": "0 9 1 * *", "working": working }, "actions": actions })
}

fn mend(server: &Server, pipeline: &str) {
    server.create("pipeline_stages", &json!({ "name": "开始", "pipeline_id": pipeline, "position": 1 }));
}

fn tasks(client: &Client) -> usize {
    let all = client.get("/api/v1/tasks").expect(200);
    all.items().iter().filter(|task| task["title"] == "回访：一").count()
}

#[test]
fn a_log_that_is_read_late_tells_a_rule_nothing_of_the_time_before_it_was_published_and_while_it_was_paused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut server) = Server::start(engine) else { continue };
        let admin = server.admin();
        server.create("customers", &json!({ "name": "发布以前" }));
        let trigger = json!({ "kind": "event", "on": ["created"] });
        let actions = json!([{ "kind": "set_fields", "values": { "industry": "已处理" } }]);
        let rule = published(&admin, &json!({ "object": "customers", "trigger": trigger, "actions": actions }));
        act(&admin, &rule, "pause");
        server.create("customers", &json!({ "name": "暂停期间" }));
        act(&admin, &rule, "resume");
        // As if nobody had read since the beginning.
        server.kill();
        let mut conn = db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap();
        consumers::advance(&mut conn, "rules", 0, Utc::now()).unwrap();
        server.start_again();
        let admin = server.admin();
        let after = server.create("customers", &json!({ "name": "恢复以后" }));
        let acted: Vec<Value> = wait_for_runs(&admin, &rule, 1).iter().map(|run| run["record_id"].clone()).collect();
        assert_eq!(acted, [json!(after)], "{engine:?}");
    }
}

engines! {
    fn a_rule_by_time_that_fails_has_had_its_occasion_and_does_it_once_when_somebody_tries_again(server: &Server) {
        let admin = server.admin();
        let (pipeline, actions) = failing(server);
        let opportunity = server.create("opportunities", &json!({ "name": "一" }));
        let long_ago = (Utc::now() - TimeDelta::days(8)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        server.create("activities", &json!({ "subject": "拜访", "kind": "visit", "opportunity_id": opportunity, "occurred_at": long_ago }));
        let trigger = json!({ "kind": "elapsed", "field": "last_activity_at", "count": 7, "unit": "days" });
        let rule = published(&admin, &json!({ "object": "opportunities", "trigger": trigger, "actions": actions }));
        let failed = wait_for_runs(&admin, &rule, 1)[0].clone();
        assert_eq!([&failed["outcome"], &failed["reason"]], [&json!("failed"), &json!("pipeline_without_stages")]);
        look(&admin, &rule);
        look(&admin, &rule);
        assert_eq!(outcomes(&admin, &rule), ["failed"], "one failure, however often it looks");
        mend(server, &pipeline);
        look(&admin, &rule);
        assert_eq!((outcomes(&admin, &rule).len(), tasks(&admin)), (1, 0), "a person decides that it is mended");
        assert_eq!(retry(&admin, &rule, &failed).expect(200)["outcome"], "done");
        look(&admin, &rule);
        assert_eq!((outcomes(&admin, &rule), tasks(&admin)), (vec!["done".to_owned(), "failed".to_owned()], 1));
    }

    fn a_schedule_goes_by_the_time_zone_of_the_organisation_as_soon_as_it_has_another(server: &Server) {
        let admin = server.admin();
        let rule = published(&admin, &monthly(false));
        assert_eq!(next(&admin, &rule).hour(), 1, "nine in Shanghai");
        let change = |zone: &str| admin.settle("PATCH", "/api/v1/organisation", &json!({ "timezone": zone })).expect(200);
        change("America/New_York");
        let new = next(&admin, &rule);
        assert!([13, 14].contains(&new.hour()) && new > Utc::now(), "{new}");
        change("Asia/Shanghai");
        assert_eq!(next(&admin, &rule).hour(), 1);
        // What is due already is done all the same, and then the new zone tells the next time.
        let customer = server.create("customers", &json!({ "name": "张江" }));
        assert_eq!(server.pretend("rules", Some(&rule), "next_at", Utc::now() - TimeDelta::hours(1)), 1);
        change("America/New_York");
        assert_eq!(wait_for_runs(&admin, &rule, 1)[0]["record_id"], json!(customer));
        until("it waits for its next time", || (next(&admin, &rule) > Utc::now()).then_some(()));
        assert!([13, 14].contains(&next(&admin, &rule).hour()));
        assert_eq!(runs(&admin, &rule).len(), 1);
    }

    fn a_schedule_for_working_days_passes_over_a_day_that_is_given_off_later(server: &Server) {
        let admin = server.admin();
        let (rule, any) = (published(&admin, &monthly(true)), published(&admin, &monthly(false)));
        let (before, plain) = (next(&admin, &rule), next(&admin, &any));
        let day = |at: DateTime<Utc>| -> NaiveDate { (at + TimeDelta::hours(8)).date_naive() };
        let give_off = |days: &[NaiveDate]| {
            let mut calendar = admin.get("/api/v1/working_calendar").expect(200).json;
            calendar["holidays"] = json!(days);
            admin.settle("PUT", "/api/v1/working_calendar", &calendar).expect(200);
        };
        give_off(&[day(before)]);
        assert!(day(next(&admin, &rule)) > day(before));
        assert_eq!(next(&admin, &any), plain, "every day is a day for this one");
        give_off(&[]);
        assert_eq!(next(&admin, &rule), before);
    }

    fn a_failed_run_is_tried_again_once_and_then_the_one_that_failed_after_it(server: &Server) {
        let admin = server.admin();
        let (pipeline, actions) = failing(server);
        let trigger = json!({ "kind": "event", "on": ["created"] });
        let rule = published(&admin, &json!({ "object": "opportunities", "trigger": trigger, "actions": actions }));
        server.create("opportunities", &json!({ "name": "一" }));
        let first = wait_for_runs(&admin, &rule, 1)[0].clone();
        let second = retry(&admin, &rule, &first).expect(200).json;
        assert_eq!([&second["outcome"], &second["id"]], [&json!("failed"), &runs(&admin, &rule)[0]["id"]]);
        assert_ne!(second["id"], first["id"]);
        retry(&admin, &rule, &first).expect_problem(409, "run_retried_already");
        mend(server, &pipeline);
        let replies: Vec<Reply> = thread::scope(|scope| {
            let (admin, rule, second) = (&admin, &rule, &second);
            let clicks = [0, 1].map(|_| scope.spawn(move || retry(admin, rule, second)));
            clicks.into_iter().map(|reply| reply.join().unwrap()).collect()
        });
        let (done, refused): (Vec<Reply>, Vec<Reply>) = replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!((done.len(), refused.len()), (1, 1), "two clicks do it once");
        for reply in refused {
            reply.expect_problem(409, "run_retried_already");
        }
        assert_eq!((outcomes(&admin, &rule), tasks(&admin)), (["done", "failed", "failed"].map(str::to_owned).to_vec(), 1));
        assert_eq!(done[0]["id"], runs(&admin, &rule)[0]["id"]);
        for failed in [&first, &second] {
            retry(&admin, &rule, failed).expect_problem(409, "run_retried_already");
        }
        retry(&admin, &rule, &done[0].json).expect_problem(409, "run_not_failed");
        assert_eq!(tasks(&admin), 1);
    }
}
