//! Tasks: reminded once, put off, made again once, and measured.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn in_minutes(minutes: i64) -> String {
    stamp(Utc::now() + TimeDelta::minutes(minutes))
}

fn reminders(client: &Client) -> Vec<Value> {
    let news = client.get("/api/v1/notifications?limit=200").expect(200);
    news.items().iter().filter(|n| n["kind"] == "reminder").cloned().collect()
}

fn task(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/tasks/{id}")).expect(200).json
}

fn finish(client: &Client, id: &str) -> Value {
    let version = task(client, id)["version"].as_i64().unwrap();
    client
        .patch(&format!("/api/v1/tasks/{id}"), version, &json!({ "status": "done", "result": "已回款" }))
        .expect(200)
        .json
}

fn series(client: &Client, title: &str) -> Vec<Value> {
    let list = client.get("/api/v1/tasks?limit=200&sort=created_at").expect(200);
    let mut tasks: Vec<Value> = list.items().iter().filter(|t| t["title"] == title).cloned().collect();
    // The clock may have read the time just before the first one was made.
    tasks.sort_by_key(|task| task["previous_id"].is_string());
    tasks
}

/// Sets moments that no caller may set, as if time had passed.
fn pretend(server: &Server, id: &str, column: &'static str, at: DateTime<Utc>) {
    assert_eq!(server.pretend("tasks", Some(id), column, at), 1);
}

engines! {
    fn a_day_that_shows_only_a_part_says_so_whatever_it_leaves_out(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        for i in 0..301 {
            server.create("customers", &json!({ "name": format!("等回复{i}"), "owner_id": rep_id }));
        }
        let complete = || rep.get("/api/v1/my_day").expect(200)["complete"].clone();
        assert_eq!(complete(), true);
        assert_eq!(server.pretend("customers", None, "unanswered_at", Utc::now() - chrono::TimeDelta::hours(1)), 301);
        assert_eq!(complete(), false);
    }

    fn a_task_reminds_its_owner_once_before_it_is_due(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let due = in_minutes(10);
        let id = server.create("tasks", &json!({ "title": "回访张江", "due_at": due, "owner_id": rep_id, "reminder": "m15" }));
        let none = server.create("tasks", &json!({ "title": "不提醒", "due_at": due, "owner_id": rep_id, "reminder": "none" }));
        let later = server.create("tasks", &json!({ "title": "以后", "due_at": in_minutes(600), "owner_id": rep_id }));
        let told = until("the reminder", || Some(reminders(&rep)).filter(|r| !r.is_empty()));
        assert_eq!((told.len(), &told[0]["record_id"], &told[0]["title"]), (1, &json!(id), &json!("The task “回访张江” is due soon")));
        assert!(task(&rep, &id)["remind_at"].is_null(), "it was given");
        assert!(task(&rep, &none)["remind_at"].is_null());
        assert!(task(&rep, &later)["remind_at"].is_string(), "its time has not come");
        // Whoever moves the task is reminded again; whoever changes its title is not.
        let version = task(&rep, &id)["version"].as_i64().unwrap();
        let path = format!("/api/v1/tasks/{id}");
        let renamed = rep.patch(&path, version, &json!({ "title": "回访张江科技" })).expect(200);
        assert!(renamed["remind_at"].is_null());
        let moved = rep.patch(&path, renamed.version(), &json!({ "due_at": in_minutes(12) })).expect(200);
        assert!(moved["remind_at"].is_string());
        until("the second reminder", || Some(reminders(&rep)).filter(|r| r.len() == 2));
    }

    fn whoever_wants_no_reminders_gets_none(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let off = json!({ "items": [{ "kind": "reminder", "in_app": false, "email": "off" }] }).to_string();
        rep.send("PUT", "/api/v1/notifications/preferences", Some(("application/json", off.as_bytes()))).expect(200);
        let id = server.create("tasks", &json!({ "title": "安静", "due_at": in_minutes(5), "owner_id": rep_id }));
        until("the reminder is dealt with", || task(&rep, &id)["remind_at"].is_null().then_some(()));
        assert!(reminders(&rep).is_empty());
    }

    fn a_task_that_is_put_off_is_out_of_the_way_and_reminds_when_it_comes_back(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let id = server.create("tasks", &json!({ "title": "报价", "due_at": stamp(Utc::now() - TimeDelta::hours(1)), "owner_id": rep_id }));
        let path = format!("/api/v1/tasks/{id}/snooze");
        let snoozed = rep.post(&path, &json!({ "resume_at": in_minutes(60) })).expect(200);
        assert_eq!(snoozed["resume_at"], snoozed["remind_at"]);
        let day = rep.get("/api/v1/my_day").expect(200);
        assert_eq!((&day["overdue"], &day["snoozed"], &day["groups"][0]["key"]), (&json!(0), &json!(1), &json!("snoozed")));
        assert!(reminders(&rep).is_empty());
        pretend(server, &id, "remind_at", Utc::now() - TimeDelta::seconds(1));
        pretend(server, &id, "resume_at", Utc::now() - TimeDelta::seconds(1));
        until("it reminds", || (reminders(&rep).len() == 1).then_some(()));
        assert_eq!(rep.get("/api/v1/my_day").expect(200)["overdue"], 1);
        assert!(rep.post(&path, &json!({ "resume_at": null })).expect(200)["resume_at"].is_null());
        for wrong in [in_minutes(-5), in_minutes(60 * 24 * 400)] {
            assert_eq!(rep.post(&path, &json!({ "resume_at": wrong })).expect(422).wrong_fields(), ["resume_at"]);
        }
        finish(&rep, &id);
        rep.post(&path, &json!({ "resume_at": in_minutes(60) })).expect_problem(409, "task_not_open");
        let (_, other) = server.user("representative", None);
        other.post(&path, &json!({ "resume_at": in_minutes(60) })).expect(404);
    }

    fn the_next_of_a_series_is_made_when_one_is_done_and_only_once(server: &Server) {
        let admin = server.admin();
        let due = Utc::now() + TimeDelta::days(1);
        let id = server.create("tasks", &json!({ "title": "周报", "due_at": stamp(due), "repeat": "weekly", "priority": "high" }));
        finish(&admin, &id);
        let all = series(&admin, "周报");
        assert_eq!(all.len(), 2);
        let next = &all[1];
        assert_eq!((&next["status"], &next["previous_id"], &next["priority"]), (&json!("open"), &json!(id), &json!("high")));
        assert_eq!(next["due_at"], json!(stamp(due + TimeDelta::days(7))));
        assert!(next["result"].is_null() && next["remind_at"].is_string());
        let version = task(&admin, &id)["version"].as_i64().unwrap();
        admin.patch(&format!("/api/v1/tasks/{id}"), version, &json!({ "status": "open" })).expect(200);
        finish(&admin, &id);
        assert_eq!(series(&admin, "周报").len(), 2, "done twice, made once");
        let events = admin.get(&format!("/api/v1/events?record_id={}", next["id"].as_str().unwrap())).expect(200);
        assert_eq!(events.items()[0]["type"], "task.created");
        let reply = admin.post("/api/v1/tasks", &json!({ "title": "没有日期", "repeat": "daily" })).expect(422);
        assert_eq!(reply.wrong_fields(), ["due_at"]);
    }

    fn a_series_by_schedule_goes_on_whether_one_is_done_or_not_and_skips_what_was_missed(server: &Server) {
        let admin = server.admin();
        let due = Utc::now() - TimeDelta::days(10);
        let id = server.create("tasks", &json!({ "title": "巡检", "due_at": stamp(due), "repeat": "daily", "repeat_by": "schedule" }));
        let all = until("the next one", || Some(series(&admin, "巡检")).filter(|s| s.len() > 1));
        assert_eq!(all.len(), 2, "ten days that were missed are made up for once");
        assert_eq!((&all[1]["previous_id"], &all[0]["status"]), (&json!(id), &json!("open")));
        let next: DateTime<Utc> = all[1]["due_at"].as_str().unwrap().parse().unwrap();
        assert!(next > Utc::now() && next < Utc::now() + TimeDelta::days(1), "{next}");
        // Its next is made in turn when it is due, and the last one's end ends the series.
        pretend(server, all[1]["id"].as_str().unwrap(), "due_at", Utc::now() - TimeDelta::minutes(1));
        until("the third one", || (series(&admin, "巡检").len() == 3).then_some(()));
    }

    fn a_day_off_moves_a_task_of_a_series(server: &Server) {
        let admin = server.admin();
        // A Saturday; a month later it is a Saturday again, so the Monday after it.
        let first: NaiveDate = "2027-02-06".parse().unwrap();
        let due = first.and_hms_opt(2, 0, 0).unwrap().and_utc();
        let input = json!({ "title": "盘点", "due_at": stamp(due), "repeat": "monthly", "repeat_skip": true });
        let id = server.create("tasks", &input);
        finish(&admin, &id);
        assert_eq!(series(&admin, "盘点")[1]["due_at"], "2027-03-08T02:00:00Z");
    }

    fn my_day_shows_what_is_overdue_due_and_done_by_time_and_by_customer(server: &Server) {
        let (rep_id, rep) = server.user("representative", None);
        let customer = server.create("customers", &json!({ "name": "张江科技", "owner_id": rep_id }));
        let hidden = server.create("customers", &json!({ "name": "别人的客户" }));
        let make = |title: &str, due: String, customer: &str| {
            server.create("tasks", &json!({ "title": title, "due_at": due, "owner_id": rep_id, "customer_id": customer }))
        };
        let late = make("催款", stamp(Utc::now() - TimeDelta::days(2)), &customer);
        make("看不到客户", stamp(Utc::now() - TimeDelta::hours(30)), &hidden);
        let done = make("寄样", stamp(Utc::now() - TimeDelta::days(3)), &customer);
        make("以后的", stamp(Utc::now() + TimeDelta::days(3)), &customer);
        server.create("tasks", &json!({ "title": "别人的任务", "due_at": stamp(Utc::now() - TimeDelta::days(1)) }));
        finish(&rep, &done);
        let day = rep.get("/api/v1/my_day").expect(200);
        assert_eq!((&day["overdue"], &day["done"], &day["upcoming"]), (&json!(2), &json!(1), &json!(1)));
        let groups: Vec<&str> = day["groups"].as_array().unwrap().iter().map(|g| g["key"].as_str().unwrap()).collect();
        assert_eq!(groups, ["overdue", "done"]);
        let first = &day["groups"][0]["items"][0];
        assert_eq!((&first["id"], &first["customer"], &first["overdue"]), (&json!(late), &json!("张江科技"), &json!(true)));
        let by = rep.get("/api/v1/my_day?by=customer").expect(200);
        let groups: Vec<(&str, usize)> = by["groups"].as_array().unwrap().iter().map(|g| (g["label"].as_str().unwrap(), g["items"].as_array().unwrap().len())).collect();
        assert_eq!(groups, [("张江科技", 1), ("About no customer", 1), ("Done today", 1)]);
        assert!(!by.json.to_string().contains("别人的客户"), "a customer out of sight is not named");
    }

    fn the_effect_of_a_task_is_what_changed_afterwards_and_says_when_nothing_is_known(server: &Server) {
        let admin = server.admin();
        let effect = |id: &str| admin.get(&format!("/api/v1/tasks/{id}/effect?days=7")).expect(200);
        let alone = server.create("tasks", &json!({ "title": "整理桌面" }));
        assert_eq!(effect(&alone)["verdict"], "not_done");
        finish(&admin, &alone);
        let none = effect(&alone);
        assert_eq!((&none["verdict"], &none["measures"]), (&json!("insufficient_data"), &json!([])));
        assert!(none["how"].as_str().unwrap().contains("7 days"));
        let customer = server.create("customers", &json!({ "name": "张江" }));
        let opportunity = server.create("opportunities", &json!({ "name": "大单", "customer_id": customer }));
        let id = server.create("tasks", &json!({ "title": "方案演示", "customer_id": customer, "opportunity_id": opportunity }));
        let done = finish(&admin, &id);
        let waiting = effect(&id);
        assert_eq!((&waiting["verdict"], &waiting["complete"]), (&json!("waiting"), &json!(false)));
        let pipeline = admin.get(&format!("/api/v1/opportunities/{opportunity}")).expect(200)["pipeline_id"].clone();
        let stages = admin.get("/api/v1/pipeline_stages?sort=position&limit=200").expect(200);
        let open: Vec<&Value> = stages.items().iter().filter(|s| s["pipeline_id"] == pipeline && s["kind"] == "open").collect();
        admin.post(&format!("/api/v1/opportunities/{opportunity}/move"), &json!({ "stage_id": open[1]["id"] })).expect(200);
        let better = effect(&id);
        assert_eq!(better["verdict"], "improved");
        let stage = &better["measures"][0];
        assert_eq!((&stage["key"], &stage["before"], &stage["after"], &stage["turn"]), (&json!("stage"), &open[0]["name"], &open[1]["name"], &json!("up")));
        // Seen from a time whose window had closed before, nothing changed.
        let before: DateTime<Utc> = done["done_at"].as_str().unwrap().parse().unwrap();
        pretend(server, &id, "done_at", before - TimeDelta::days(8));
        let closed = effect(&id);
        assert_eq!((&closed["complete"], &closed["measures"][0]["turn"]), (&json!(true), &json!("same")));
        let (_, other) = server.user("representative", None);
        other.get(&format!("/api/v1/tasks/{id}/effect")).expect(404);
        admin.get(&format!("/api/v1/tasks/{id}/effect?days=0")).expect(422);
    }
}
