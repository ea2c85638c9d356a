//! Rules: nothing wrong is published, what is published acts once for each record and occasion, and everything is written down.

use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn body(trigger: &Value, condition: &Value, actions: &Value) -> Value {
    json!({ "name": "规则", "definition": { "object": "opportunities", "trigger": trigger, "condition": condition, "actions": actions } })
}

fn create(client: &Client, input: &Value) -> String {
    client.post("/api/v1/rules", input).expect(201).id()
}

fn act(client: &Client, id: &str, what: &str) -> Reply {
    client.post_empty(&format!("/api/v1/rules/{id}/{what}"))
}

fn published(client: &Client, input: &Value) -> String {
    let id = create(client, input);
    act(client, &id, "publish").expect(200);
    id
}

fn runs(client: &Client, id: &str) -> Reply {
    client.get(&format!("/api/v1/rules/{id}/runs")).expect(200)
}

fn wait_for_runs(client: &Client, id: &str, count: usize) -> Reply {
    until("the rule acts", || Some(runs(client, id)).filter(|r| r.items().len() >= count))
}

fn tag(server: &Server, name: &str) -> String {
    server.create("tags", &json!({ "name": name, "color": "error" }))
}

fn any_message() -> Value {
    json!([{ "kind": "notify", "to": [{ "kind": "owner" }], "message": "看一下「{name}」" }])
}

fn shipped(client: &Client, key: &str) -> Value {
    let rules = client.get("/api/v1/rules").expect(200);
    rules.items().iter().find(|r| r["key"] == key).expect("the shipped rule").clone()
}

/// Days ago, as the API takes times.
fn ago(days: i64) -> String {
    (chrono::Utc::now() - chrono::TimeDelta::days(days)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

engines! {
    fn time_runs_from_the_creation_only_where_nobody_was_ever_in_contact(server: &Server) {
        let admin = server.admin();
        let owner = server.user("representative", None).0;
        let silent = server.create("customers", &json!({ "name": "从未联系", "owner_id": owner }));
        let pooled = server.create("customers", &json!({ "name": "在公海", "owner_id": owner }));
        server.create("activities", &json!({ "subject": "电话", "kind": "call", "customer_id": pooled, "occurred_at": ago(1) }));
        admin.post(&format!("/api/v1/customers/{pooled}/release"), &json!({ "note": "客户说明年再谈" })).expect(200);
        assert!(server.pretend("customers", None, "created_at", chrono::Utc::now() - chrono::TimeDelta::days(40)) > 0);
        let matched = |field: &str, count: i64, unit: &str| {
            let trigger = json!({ "kind": "elapsed", "field": field, "count": count, "unit": unit });
            let definition = json!({ "object": "customers", "trigger": trigger, "actions": any_message() });
            let id = create(&admin, &json!({ "name": "久未动", "definition": definition }));
            let found = admin.post(&format!("/api/v1/rules/{id}/test"), &json!({})).expect(200);
            found.items().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(matched("last_contact_at", 30, "days"), [silent.as_str()], "silent since it was made");
        assert_eq!(matched("pooled_at", 1, "days"), [""; 0], "who is not in the pool has not been there for a day");
        assert_eq!(matched("touch_due_at", 1, "minutes"), [""; 0]);
        assert_eq!(matched("grade_set_at", 7, "days"), [""; 0]);
    }

    fn a_rule_does_not_act_on_what_happened_before_it_was_published(server: &Server) {
        let admin = server.admin();
        let created = json!({ "kind": "event", "on": ["created"] });
        let input = |name: &str| {
            json!({ "name": name, "definition": { "object": "customers", "trigger": created, "actions": any_message() } })
        };
        let (early, late) = (published(&admin, &input("先发布")), published(&admin, &input("后发布")));
        let publish_at = |at: chrono::DateTime<chrono::Utc>| {
            assert_eq!(server.pretend("rules", Some(&late), "acts_since", at), 1);
            // A rule is read anew when somebody has changed it.
            let path = format!("/api/v1/rules/{late}");
            let version = admin.get(&path).expect(200).version();
            admin.patch(&path, version, &json!({ "description": at.to_rfc3339() })).expect(200);
        };
        let hour = chrono::TimeDelta::hours(1);
        publish_at(chrono::Utc::now() + hour);
        server.create("customers", &json!({ "name": "发布以前" }));
        wait_for_runs(&admin, &early, 1);
        publish_at(chrono::Utc::now() - hour);
        let after = server.create("customers", &json!({ "name": "发布以后" }));
        let log = wait_for_runs(&admin, &late, 1);
        assert_eq!(log.items().iter().map(|r| r["record_id"].clone()).collect::<Vec<_>>(), [json!(after)]);
    }

    fn the_shipped_rule_counts_only_working_hours_of_a_wait(server: &Server) {
        let admin = server.admin();
        let rule = shipped(&admin, "unanswered_message");
        let id = rule["id"].as_str().unwrap().to_owned();
        let rule = admin.get(&format!("/api/v1/rules/{id}")).expect(200);
        let trigger = &rule["published"]["trigger"];
        assert_eq!((&trigger["count"], &trigger["unit"], &trigger["working"]), (&json!(2), &json!("hours"), &json!(true)));
        // Every day is worked, in the hour after this one: none of it lies within the last three hours, five in five days.
        let now = chrono::Utc::now() + chrono::TimeDelta::hours(8);
        let opens = (now + chrono::TimeDelta::hours(1)).format("%H:00").to_string();
        let closes = (now + chrono::TimeDelta::hours(1)).format("%H:59").to_string();
        let mut calendar = admin.get("/api/v1/working_calendar").expect(200).json;
        calendar["opens"] = json!(opens);
        calendar["closes"] = json!(closes);
        calendar["worked"] = (0..9).map(|days| json!((now - chrono::TimeDelta::days(days)).date_naive())).collect();
        admin.settle("PUT", "/api/v1/working_calendar", &calendar).expect(200);
        let ask = |name: &str, hours: i64| {
            let customer = server.create("customers", &json!({ "name": name, "owner_id": server.user("representative", None).0 }));
            let at = (chrono::Utc::now() - chrono::TimeDelta::hours(hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            server.create("activities", &json!({ "subject": "来信", "kind": "email", "customer_id": customer, "customer_initiated": true, "occurred_at": at }));
            customer
        };
        let (long, _short) = (ask("等了很久", 24 * 5), ask("下班后来信", 3));
        act(&admin, &id, "pause").expect(200);
        act(&admin, &id, "resume").expect(200);
        let log = wait_for_runs(&admin, &id, 1);
        assert_eq!(log.items().iter().map(|r| r["record_id"].clone()).collect::<Vec<_>>(), [json!(long)]);
        // A look that begins after the first has ended finds nobody else either.
        let looked = admin.get(&format!("/api/v1/rules/{id}")).expect(200)["checked_at"].clone();
        act(&admin, &id, "pause").expect(200);
        act(&admin, &id, "resume").expect(200);
        until("it looks again", || (admin.get(&format!("/api/v1/rules/{id}")).expect(200)["checked_at"] != looked).then_some(()));
        assert_eq!(runs(&admin, &id).items().len(), 1);
    }

    fn a_message_without_an_answer_for_two_hours_is_told_once_and_stands_in_the_day_until_somebody_answers(server: &Server) {
        let admin = server.admin();
        assert_eq!(shipped(&admin, "unanswered_message")["state"], "active");
        let (rep_id, rep) = server.user("representative", None);
        let make = |name: &str| server.create("customers", &json!({ "name": name, "owner_id": rep_id }));
        let (asks, answered, quiet) = (make("来问的客户"), make("已回复的客户"), make("没来信的客户"));
        let write = |customer: &str, kind: &str, theirs: bool, hours: i64| {
            let at = (chrono::Utc::now() - chrono::TimeDelta::hours(hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            server.create("activities", &json!({ "subject": "往来", "kind": kind, "customer_id": customer, "customer_initiated": theirs, "occurred_at": at }));
            at
        };
        write(&asks, "chat", false, 9);
        let since = write(&asks, "chat", true, 5);
        write(&asks, "email", true, 4);
        // A note to oneself is no answer, and whoever calls is answered at once.
        write(&asks, "note", false, 3);
        write(&answered, "email", true, 5);
        write(&answered, "call", false, 4);
        write(&quiet, "call", true, 5);
        let waits = |id: &str| admin.get(&format!("/api/v1/customers/{id}")).expect(200)["unanswered_at"].clone();
        let moment = |v: &Value| v.as_str().map(|t| t.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        assert_eq!(moment(&waits(&asks)), moment(&json!(since)));
        assert_eq!((waits(&answered), waits(&quiet)), (Value::Null, Value::Null));
        let trigger = json!({ "kind": "elapsed", "field": "unanswered_at", "count": 2, "unit": "hours" });
        let rule = published(&admin, &json!({ "name": "没有回复", "definition": { "object": "customers", "trigger": trigger, "actions": any_message() } }));
        let log = wait_for_runs(&admin, &rule, 1);
        assert_eq!((log.items().len(), &log.items()[0]["record_id"]), (1, &json!(asks)));
        let looked = admin.get(&format!("/api/v1/rules/{rule}")).expect(200)["checked_at"].clone();
        act(&admin, &rule, "pause").expect(200);
        act(&admin, &rule, "resume").expect(200);
        until("it looks again", || (admin.get(&format!("/api/v1/rules/{rule}")).expect(200)["checked_at"] != looked).then_some(()));
        assert_eq!(runs(&admin, &rule).items().len(), 1, "the same wait is told once");
        let day = |client: &Client| client.get("/api/v1/my_day").expect(200)["groups"].clone();
        let group = day(&rep)[0].clone();
        assert_eq!((&group["key"], &group["items"][0]["id"], &group["items"][0]["waiting"]), (&json!("waiting"), &json!(asks), &json!(true)));
        write(&asks, "visit", false, 1);
        assert_eq!((waits(&asks), day(&rep)), (Value::Null, json!([])));
        // A new message is a new wait.
        assert_eq!(moment(&json!(write(&asks, "chat", true, 0))), moment(&waits(&asks)));
    }

    fn the_shipped_rule_marks_large_silent_opportunities_and_tells_owner_and_director(server: &Server) {
        let rule = shipped(&server.admin(), "large_and_silent");
        assert_eq!((&rule["state"], &rule["health"], &rule["published_number"]), (&json!("active"), &json!("ok"), &json!(1)));
        let team = server.create("teams", &json!({ "name": "华东" }));
        let (rep_id, rep) = server.user("representative", Some(&team));
        let (_, director) = server.user("director", None);
        let make = |name: &str, amount: i64| server.create("opportunities", &json!({ "name": name, "amount_minor": amount, "owner_id": rep_id }));
        let (large, small, fresh) = (make("大单", 12_000_000), make("小单", 5_000_000), make("新单", 30_000_000));
        for opportunity in [&large, &small] {
            server.create("activities", &json!({ "subject": "拜访", "kind": "visit", "opportunity_id": opportunity, "occurred_at": ago(8) }));
        }
        // The next look is minutes away; to resume is to look at once.
        let id = rule["id"].as_str().unwrap();
        act(&server.admin(), id, "pause").expect(200);
        act(&server.admin(), id, "resume").expect(200);
        let log = wait_for_runs(&server.admin(), id, 1);
        let run = &log.items()[0];
        assert_eq!((&run["record_id"], &run["outcome"], &run["inputs"]["amount_minor"]), (&json!(large), &json!("done"), &json!(12_000_000)));
        let tags = |id: &str| server.admin().get(&format!("/api/v1/opportunities/{id}?refs=true")).expect(200);
        assert!(tags(&large)["refs"].to_string().contains("风险"));
        assert_eq!(tags(&small)["tags"], json!([]));
        let told = |client: &Client| {
            let news = client.get("/api/v1/notifications").expect(200);
            news.items().iter().filter(|n| n["kind"] == "rule").map(|n| n["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(told(&rep), ["商机「大单」（120,000 元，—）已 7 天没有跟进"]);
        assert_eq!(told(&director).len(), 1);
        let looked = server.admin().get(&format!("/api/v1/rules/{id}")).expect(200)["checked_at"].clone();
        act(&server.admin(), id, "pause").expect(200);
        act(&server.admin(), id, "resume").expect(200);
        until("it looks again", || (server.admin().get(&format!("/api/v1/rules/{id}")).expect(200)["checked_at"] != looked).then_some(()));
        assert_eq!(runs(&server.admin(), id).items().len(), 1, "the same silence is told once");
        assert_eq!(told(&rep).len(), 1);
        server.admin().get(&format!("/api/v1/opportunities/{fresh}")).expect(200);
    }

    fn a_rule_with_faults_is_a_draft_and_says_where_they_are(server: &Server) {
        let admin = server.admin();
        let wrong = json!({
            "name": "错", "definition": {
                "object": "opportunities",
                "trigger": { "kind": "elapsed", "field": "amount_minor", "count": 7, "unit": "days" },
                "condition": { "all": [{ "field": "nothing", "op": "eq", "value": 1 }, { "field": "amount_minor", "op": "gt", "value": "viel" }] },
                "actions": [
                    { "kind": "set_fields", "values": { "status": "won", "probability": 5 } },
                    { "kind": "notify", "to": [{ "kind": "role", "role": "king" }], "message": "{nothing}" },
                    { "kind": "add_tag", "tag_id": "019aa000-0000-7000-8000-00000000dead" },
                    { "kind": "send_email", "field": "name", "subject": "x", "body": "y" },
                ],
            },
        });
        let id = create(&admin, &wrong);
        let reply = act(&admin, &id, "publish").expect(422);
        let fields = reply.wrong_fields();
        for field in [
            "definition.trigger.field",
            "definition.condition.all[0].field",
            "definition.condition.all[1].value",
            "definition.actions[0].values.status",
            "definition.actions[1].message",
            "definition.actions[3].kind",
            "definition.actions[3].field",
        ] {
            assert!(fields.contains(&field), "{field} is not in {fields:?}");
        }
        let mut better = wrong["definition"].clone();
        better["trigger"]["field"] = json!("last_activity_at");
        better["condition"] = Value::Null;
        better["actions"] = json!([wrong["definition"]["actions"][1], wrong["definition"]["actions"][2]]);
        better["actions"][0]["message"] = json!("x");
        let version = admin.get(&format!("/api/v1/rules/{id}")).expect(200).version();
        admin.patch(&format!("/api/v1/rules/{id}"), version, &json!({ "definition": better })).expect(200);
        let reply = act(&admin, &id, "publish").expect(422);
        assert_eq!(reply.wrong_fields(), ["definition.actions[1].tag_id", "definition.actions[0].to[0].role"]);
        act(&admin, &id, "resume").expect_problem(409, "rule_not_published");
        let unreadable = json!({ "name": "x", "definition": { "object": "customers", "trigger": { "kind": "someday" }, "actions": [] } });
        assert_eq!(admin.post("/api/v1/rules", &unreadable).expect(422).wrong_fields(), ["definition.trigger.kind"]);
    }

    fn a_rule_acts_on_a_change_of_a_field_with_old_and_new_value(server: &Server) {
        let admin = server.admin();
        let stages = admin.get("/api/v1/pipeline_stages?sort=position&limit=200").expect(200);
        let pipelines = admin.get("/api/v1/pipelines?is_default=true").expect(200);
        let pipeline = pipelines.items()[0]["id"].clone();
        let stage: Vec<Value> = stages.items().iter().filter(|s| s["pipeline_id"] == pipeline).map(|s| s["id"].clone()).collect();
        let red = tag(server, "报价中");
        let trigger = json!({ "kind": "change", "field": "stage_id", "from": stage[1], "to": stage[2] });
        let actions = json!([{ "kind": "add_tag", "tag_id": red }, { "kind": "create_task", "title": "报价：{name}", "assignee": { "kind": "owner" }, "due_in_days": 2, "working": true }]);
        let id = published(&admin, &body(&trigger, &json!({ "field": "customer_id.grade", "op": "eq", "value": "A" }), &actions));
        let customer = server.create("customers", &json!({ "name": "张江", "grade": "A", "grade_reason": "测试" }));
        let other = server.create("customers", &json!({ "name": "别家", "grade": "B", "grade_reason": "测试" }));
        let opportunity = server.create("opportunities", &json!({ "name": "一", "customer_id": customer }));
        let unfit = server.create("opportunities", &json!({ "name": "二", "customer_id": other }));
        for to in [&stage[2], &stage[1], &stage[2]] {
            for record in [&opportunity, &unfit] {
                admin.post(&format!("/api/v1/opportunities/{record}/move"), &json!({ "stage_id": to })).expect(200);
            }
        }
        let log = wait_for_runs(&admin, &id, 1);
        let run = &log.items()[0];
        assert_eq!((&run["record_id"], &run["inputs"]["stage_id (before)"]), (&json!(opportunity), &stage[1]));
        assert_eq!(run["inputs"]["customer_id.grade"], "A");
        let tasks = admin.get("/api/v1/tasks").expect(200);
        assert_eq!(tasks.items().len(), 1);
        assert_eq!((&tasks.items()[0]["title"], &tasks.items()[0]["customer_id"], &tasks.items()[0]["origin"]), (&json!("报价：一"), &json!(customer), &json!("规则：规则")));
        let event = admin.get(&format!("/api/v1/events?record_id={opportunity}")).expect(200);
        assert_eq!(event.items()[0]["new"]["tags"], json!([red]));
    }

    fn a_rule_adds_its_tag_to_a_record_that_has_an_archived_one(server: &Server) {
        let admin = server.admin();
        let (gone, red) = (tag(server, "停用"), tag(server, "红"));
        let record = server.create("opportunities", &json!({ "name": "一", "tags": [gone] }));
        assert!(admin.delete(&format!("/api/v1/tags/{gone}")).status < 300);
        let change = json!({ "kind": "change", "field": "lost_reason" });
        let id = published(&admin, &body(&change, &Value::Null, &json!([{ "kind": "add_tag", "tag_id": red }])));
        let path = format!("/api/v1/opportunities/{record}");
        admin.patch(&path, admin.get(&path).expect(200).version(), &json!({ "lost_reason": "价格" })).expect(200);
        assert_eq!(wait_for_runs(&admin, &id, 1).items()[0]["outcome"], "done");
        assert_eq!(admin.get(&path).expect(200)["tags"], json!([gone, red]));
    }

    fn a_rule_that_sets_itself_off_is_stopped_and_its_publisher_told(server: &Server) {
        let admin = server.admin();
        let trigger = json!({ "kind": "change", "field": "lost_reason" });
        let flip = |is: &str, to: &str| body(&trigger, &json!({ "field": "lost_reason", "op": "eq", "value": is }), &json!([{ "kind": "set_fields", "values": { "lost_reason": to } }]));
        let (one, two) = (published(&admin, &flip("甲", "乙")), published(&admin, &flip("乙", "甲")));
        server.create("opportunities", &json!({ "name": "来回", "lost_reason": "甲" }));
        let state = |id: &str| admin.get(&format!("/api/v1/rules/{id}")).expect(200);
        let stopped = until("one of them stops", || [&one, &two].into_iter().map(|id| state(id)).find(|r| r["state"] == "stopped"));
        assert_eq!((&stopped["stopped_reason"], &stopped["health"]), (&json!("loop"), &json!("stopped")));
        let news = until("an alarm", || {
            let news = admin.get("/api/v1/notifications").expect(200);
            news.items().iter().find(|n| n["kind"] == "alarm").cloned()
        });
        assert_eq!(news["title"], "The rule “规则” kept triggering itself and was stopped");
        assert!(runs(&admin, &one).items().len() + runs(&admin, &two).items().len() <= 8);
    }

    fn a_trial_says_what_would_have_matched_within_sight_and_does_nothing(server: &Server) {
        let team = server.create("teams", &json!({ "name": "华东" }));
        let (_, manager) = server.user("manager", Some(&team));
        let (rep, _) = server.user("representative", Some(&team));
        for i in 0..60 {
            server.create("opportunities", &json!({ "name": format!("商机{i}"), "amount_minor": i * 1_000_000, "owner_id": rep }));
        }
        server.create("opportunities", &json!({ "name": "别队的", "amount_minor": 99_000_000 }));
        let condition = json!({ "field": "amount_minor", "op": "gte", "value": 5_000_000 });
        let id = create(&manager, &body(&json!({ "kind": "event", "on": ["created"] }), &condition, &any_message()));
        let test = |input: &Value| manager.post(&format!("/api/v1/rules/{id}/test"), input).expect(200);
        let reply = test(&json!({}));
        assert_eq!((&reply["matched"], reply.items().len(), &reply["complete"]), (&json!(55), 50, &json!(true)));
        assert_eq!(reply.items()[0]["title"], "商机59");
        let scheduled = json!({ "object": "opportunities", "trigger": { "kind": "schedule", "cron": "0 9 * * 1" }, "condition": condition, "actions": any_message() });
        assert_eq!(test(&json!({ "definition": scheduled }))["matched"], 55);
        let late = json!({ "object": "opportunities", "trigger": { "kind": "elapsed", "field": "last_activity_at", "count": 1, "unit": "days" }, "actions": any_message() });
        assert_eq!(test(&json!({ "definition": late }))["matched"], 0);
        assert_eq!(runs(&manager, &id).items().len(), 0);
        manager.post(&format!("/api/v1/rules/{id}/test"), &json!({ "days": 0 })).expect(422);
    }

    fn a_rule_reaches_as_far_as_its_publisher(server: &Server) {
        let team = server.create("teams", &json!({ "name": "华东" }));
        let (_, manager) = server.user("manager", Some(&team));
        let (rep, _) = server.user("representative", Some(&team));
        let id = published(&manager, &body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &json!([{ "kind": "set_fields", "values": { "competitor": "对手" } }])));
        let outside = server.create("opportunities", &json!({ "name": "别队的" }));
        let inside = server.create("opportunities", &json!({ "name": "本队的", "owner_id": rep }));
        let log = wait_for_runs(&manager, &id, 1);
        assert_eq!((log.items().len(), &log.items()[0]["record_id"]), (1, &json!(inside)));
        assert_eq!(server.admin().get(&format!("/api/v1/opportunities/{outside}")).expect(200)["competitor"], Value::Null);
    }

    fn the_rules_of_others_can_be_seen_and_not_touched_by_a_manager(server: &Server) {
        let (_, manager) = server.user("manager", None);
        let id = create(&server.admin(), &body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &any_message()));
        manager.get(&format!("/api/v1/rules/{id}")).expect(200);
        act(&manager, &id, "publish").expect(403);
        manager.delete(&format!("/api/v1/rules/{id}")).expect(403);
        let (_, rep) = server.user("representative", None);
        rep.get("/api/v1/rules").expect(200);
        rep.post("/api/v1/rules", &body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &any_message())).expect(403);
    }

    fn what_fails_changes_nothing_is_written_down_and_can_be_tried_again(server: &Server) {
        let admin = server.admin();
        let (blue, red) = (tag(server, "蓝"), tag(server, "红"));
        let pipeline = server.create("pipelines", &json!({ "name": "空的" }));
        let actions = json!([{ "kind": "add_tag", "tag_id": blue }, { "kind": "set_fields", "values": { "pipeline_id": pipeline } }, { "kind": "add_tag", "tag_id": red }]);
        let id = published(&admin, &body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &actions));
        let record = server.create("opportunities", &json!({ "name": "一" }));
        let failed = wait_for_runs(&admin, &id, 1).items()[0].clone();
        assert_eq!((&failed["outcome"], &failed["reason"]), (&json!("failed"), &json!("pipeline_without_stages")));
        assert_eq!(admin.get(&format!("/api/v1/opportunities/{record}")).expect(200)["tags"], json!([]), "all or nothing");
        server.create("pipeline_stages", &json!({ "name": "开始", "pipeline_id": pipeline, "position": 1 }));
        let again = admin.post_empty(&format!("/api/v1/rules/{id}/runs/{}/retry", failed["id"].as_str().unwrap())).expect(200);
        assert_eq!((&again["outcome"], &again["record_id"]), (&json!("done"), &json!(record)));
        let counts = admin.get(&format!("/api/v1/rules/{id}")).expect(200)["runs"].clone();
        assert_eq!((&counts["done"], &counts["failed"]), (&json!(1), &json!(1)));
    }

    fn records_are_given_in_turn_to_whoever_has_least_and_by_region(server: &Server) {
        let admin = server.admin();
        let (east, north) = (server.create("teams", &json!({ "name": "东", "region": "华东" })), server.create("teams", &json!({ "name": "北", "region": "华北" })));
        let (a, _) = server.user("representative", Some(&east));
        let (b, _) = server.user("representative", Some(&north));
        let rule = |method: &str, source: &str| json!({ "name": method, "definition": {
            "object": "customers", "trigger": { "kind": "event", "on": ["created"] }, "condition": { "field": "source", "op": "eq", "value": source },
            "actions": [{ "kind": "reassign", "method": method, "users": [a, b] }] } });
        let turns = published(&admin, &rule("round_robin", "website"));
        let region = published(&admin, &rule("by_region", "exhibition"));
        let least = published(&admin, &rule("least_loaded", "social"));
        let make = |source: &str, region: &str| server.create("customers", &json!({ "name": format!("{source}{region}"), "source": source, "region": region }));
        let owner = |id: &str| admin.get(&format!("/api/v1/customers/{id}")).expect(200)["owner_id"].as_str().unwrap().to_owned();
        let four: Vec<String> = (0..4).map(|i| make("website", &i.to_string())).collect();
        wait_for_runs(&admin, &turns, 4);
        let owners: Vec<String> = four.iter().map(|id| owner(id)).collect();
        assert_eq!(owners.iter().filter(|o| **o == a).count(), 2, "{owners:?}");
        let northern = make("exhibition", "华北");
        wait_for_runs(&admin, &region, 1);
        assert_eq!(owner(&northern), b, "after that {b} has three customers and {a} two");
        let next = make("social", "");
        wait_for_runs(&admin, &least, 1);
        assert_eq!(owner(&next), a);
        let nowhere = make("exhibition", "海外");
        let log = wait_for_runs(&admin, &region, 2);
        let run = log.items().iter().find(|r| r["record_id"] == json!(nowhere)).unwrap();
        assert_eq!((&run["outcome"], &run["actions"][0]["reason"]), (&json!("skipped"), &json!("no_candidate")));
    }

    fn a_paused_rule_rests_and_a_draft_changes_nothing_that_acts(server: &Server) {
        let admin = server.admin();
        let id = published(&admin, &body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &json!([{ "kind": "set_fields", "values": { "competitor": "一版" } }])));
        let version = admin.get(&format!("/api/v1/rules/{id}")).expect(200).version();
        let mut draft = admin.get(&format!("/api/v1/rules/{id}")).expect(200)["draft"].clone();
        draft["actions"][0]["values"]["competitor"] = json!("二版");
        let changed = admin.patch(&format!("/api/v1/rules/{id}"), version, &json!({ "definition": draft })).expect(200);
        assert_eq!((&changed["changed"], &changed["published_number"]), (&json!(true), &json!(1)));
        admin.patch(&format!("/api/v1/rules/{id}"), version, &json!({ "name": "x" })).expect(412);
        let competitor = |id: &str| admin.get(&format!("/api/v1/opportunities/{id}")).expect(200)["competitor"].clone();
        let first = server.create("opportunities", &json!({ "name": "一" }));
        wait_for_runs(&admin, &id, 1);
        assert_eq!(competitor(&first), "一版");
        act(&admin, &id, "pause").expect(200);
        let second = server.create("opportunities", &json!({ "name": "二" }));
        let other = published(&admin, &body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &json!([{ "kind": "set_fields", "values": { "source": "website" } }])));
        let third = server.create("opportunities", &json!({ "name": "三" }));
        wait_for_runs(&admin, &other, 1);
        assert_eq!((competitor(&second), competitor(&third)), (Value::Null, Value::Null));
        assert_eq!(act(&admin, &id, "publish").expect(200)["published_number"], 2);
        let fourth = server.create("opportunities", &json!({ "name": "四" }));
        wait_for_runs(&admin, &id, 2);
        assert_eq!(competitor(&fourth), "二版");
        assert_eq!(admin.get(&format!("/api/v1/rules/{id}/versions")).expect(200).items().len(), 2);
        admin.delete(&format!("/api/v1/rules/{id}")).expect(204);
        admin.get(&format!("/api/v1/rules/{id}")).expect(404);
    }

    fn rules_act_in_their_order_which_can_be_changed(server: &Server) {
        let admin = server.admin();
        let set = |value: &str| body(&json!({ "kind": "event", "on": ["created"] }), &Value::Null, &json!([{ "kind": "set_fields", "values": { "competitor": value } }]));
        let (one, two) = (published(&admin, &set("先")), published(&admin, &set("后")));
        let first = server.create("opportunities", &json!({ "name": "一" }));
        wait_for_runs(&admin, &two, 1);
        assert_eq!(admin.get(&format!("/api/v1/opportunities/{first}")).expect(200)["competitor"], "后");
        let order = admin.post(&format!("/api/v1/rules/{two}/move"), &json!({ "after": null })).expect(200);
        assert_eq!(order.items()[0]["id"], json!(two));
        let second = server.create("opportunities", &json!({ "name": "二" }));
        wait_for_runs(&admin, &one, 2);
        assert_eq!(admin.get(&format!("/api/v1/opportunities/{second}")).expect(200)["competitor"], "先");
        admin.post(&format!("/api/v1/rules/{two}/move"), &json!({ "after": two })).expect(422);
    }

    fn the_calendar_can_be_changed_by_whoever_changes_settings(server: &Server) {
        let put = |client: &Client, body: &Value| client.settle("PUT", "/api/v1/working_calendar", body);
        let admin = server.admin();
        assert_eq!(admin.get("/api/v1/working_calendar").expect(200)["opens"], "09:00");
        put(&admin, &json!({ "opens": "08:30", "closes": "17:30", "holidays": ["2027-01-01"] })).expect(200);
        assert_eq!(put(&admin, &json!({ "opens": "18:00", "closes": "09:00" })).expect(422).wrong_fields(), ["closes"]);
        put(&server.as_role("manager"), &json!({ "opens": "08:00", "closes": "12:00" })).expect(403);
    }
}
