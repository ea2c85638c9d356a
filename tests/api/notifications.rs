//! News: who is told what, once, and as it happens.

use app::Error;
use chrono::Utc;
use persistence::db::{self, write_tx};
use persistence::events::{self, Event};
use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::until;

fn news(client: &Client) -> Reply {
    client.get("/api/v1/notifications").expect(200)
}

fn kinds(reply: &Reply) -> Vec<&str> {
    reply.items().iter().filter_map(|n| n["kind"].as_str()).collect()
}

fn wait_for(client: &Client, count: usize) -> Reply {
    until("the news arrives", || Some(news(client)).filter(|n| n.items().len() >= count))
}

engines! {
    fn whoever_is_given_a_record_is_told_and_whoever_takes_one_is_not(server: &Server) {
        let (id, rep) = server.user("representative", None);
        rep.post("/api/v1/customers", &json!({ "name": "自己的" })).expect(201);
        let customer = server.create("customers", &json!({ "name": "张江科技", "owner_id": id }));
        let reply = wait_for(&rep, 1);
        assert_eq!(reply["unread"], 1);
        let item = &reply.items()[0];
        assert_eq!((item["kind"].as_str(), item["record_id"].as_str()), (Some("assigned"), Some(customer.as_str())));
        assert_eq!(item["title"], "管理员 assigned the customer “张江科技” to you");
        assert_eq!(news(&rep.with_header("accept-language", "zh-CN")).items().len(), 1);
        assert_eq!(news(&server.admin()).items().len(), 0);
    }

    fn many_records_given_at_once_are_one_piece_of_news(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let operations: Vec<Value> =
            (0..40).map(|i| json!({ "op": "create", "data": { "name": format!("客户{i}"), "owner_id": id } })).collect();
        server.admin().post("/api/v1/customers/bulk", &json!({ "operations": operations })).expect(200);
        let reply = wait_for(&rep, 1);
        assert_eq!(reply.items().len(), 1);
        assert_eq!(reply.items()[0]["title"], "管理员 assigned 40 customers to you");
    }

    fn what_is_too_much_for_one_reading_of_the_log_is_one_piece_of_news_all_the_same(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let operations: Vec<Value> =
            (0..900).map(|i| json!({ "op": "create", "data": { "name": format!("客户{i}"), "owner_id": id } })).collect();
        server.admin().post("/api/v1/customers/bulk", &json!({ "operations": operations })).expect(200);
        let reply = until("all of them", || {
            Some(news(&rep)).filter(|n| n.items()[..].iter().any(|n| n["title"] == "管理员 assigned 900 customers to you"))
        });
        assert_eq!(reply.items().len(), 1);
    }

    fn what_is_added_after_the_news_was_read_is_told_by_itself_with_its_title(server: &Server) {
        let (id, rep) = server.user("representative", None);
        // What one request gives may be read from the log in parts; here each part is a call of its own.
        let admin = server.admin().with_header("x-request-id", "019aa000-0000-7000-8000-0000000000aa");
        let give = |names: &[&str]| {
            let data = |name: &&str| json!({ "op": "create", "data": { "name": name, "owner_id": id } });
            let operations: Vec<Value> = names.iter().map(data).collect();
            admin.post("/api/v1/customers/bulk", &json!({ "operations": operations })).expect(200);
        };
        let titles = |page: &Reply| -> Vec<String> { page.items().iter().map(|n| n["title"].as_str().unwrap().to_owned()).collect() };
        give(&["甲", "乙", "丙", "丁"]);
        assert_eq!(titles(&wait_for(&rep, 1)), ["管理员 assigned 4 customers to you"]);
        // Unread, it grows.
        give(&["戊"]);
        until("it grows", || (titles(&news(&rep)) == ["管理员 assigned 5 customers to you"]).then_some(()));
        rep.post_empty("/api/v1/notifications/read_all").expect(200);
        give(&["己公司"]);
        let told = wait_for(&rep, 2);
        assert_eq!(titles(&told), ["管理员 assigned the customer “己公司” to you", "管理员 assigned 5 customers to you"]);
        assert_eq!(told["unread"], 1);
    }

    fn tasks_about_one_customer_are_one_piece_of_news_about_it(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let customer = rep.post("/api/v1/customers", &json!({ "name": "张江科技" })).expect(201).id();
        let tasks = |about: &[&str]| -> Vec<Value> {
            let data = |c: &&str| json!({ "title": "回访", "owner_id": id, "customer_id": c });
            about.iter().map(|c| json!({ "op": "create", "data": data(c) })).collect()
        };
        let bulk = |operations: Vec<Value>| {
            server.admin().post("/api/v1/tasks/bulk", &json!({ "operations": operations })).expect(200)
        };
        bulk(tasks(&[&customer, &customer]));
        let first = wait_for(&rep, 1).items()[0].clone();
        assert_eq!((&first["title"], &first["body"]), (&json!("管理员 assigned 2 tasks to you"), &json!("张江科技")));
        assert_eq!((&first["object"], first["record_id"].as_str()), (&json!("customers"), Some(customer.as_str())));
        let other = rep.post("/api/v1/customers", &json!({ "name": "华星软件" })).expect(201).id();
        bulk(tasks(&[&customer, &customer, &other, &other]));
        let second = wait_for(&rep, 2).items()[0].clone();
        assert_eq!((&second["title"], &second["body"]), (&json!("管理员 assigned 4 tasks to you"), &json!("About 2 customers")));
        bulk(tasks(&[&other]));
        let third = wait_for(&rep, 3).items()[0].clone();
        assert_eq!((&third["title"], &third["body"]), (&json!("管理员 assigned the task “回访” to you"), &json!("华星软件")));
        // Who may not see a customer does not learn its name from what is to be done about it.
        let hidden = server.create("customers", &json!({ "name": "保密项目" }));
        bulk(tasks(&[&hidden]));
        bulk(tasks(&[&hidden, &hidden]));
        let told = wait_for(&rep, 5);
        let about = |i: usize| (told.items()[i]["body"].clone(), told.items()[i]["object"].clone());
        assert_eq!((about(0), about(1)), ((json!(""), Value::Null), (json!(""), json!("tasks"))));
    }

    fn a_mention_in_a_note_is_told_once_to_whoever_may_see_the_record(server: &Server) {
        let team = server.create("teams", &json!({ "name": "华东" }));
        let (id, manager) = server.user("manager", Some(&team));
        let (stranger_id, stranger) = server.user("representative", None);
        let (_, rep) = server.user("representative", Some(&team));
        let note = format!("请 @[经理]({id}) 和 @[路人]({stranger_id}) 看看报价");
        let record = rep.post("/api/v1/customers", &json!({ "name": "张江", "note": note })).expect(201);
        let reply = wait_for(&manager, 1);
        assert_eq!(kinds(&reply), ["mention"]);
        assert!(reply.items()[0]["body"].as_str().is_some_and(|body| body.contains("看看报价")));
        let more = json!({ "note": format!("{note}，今天下午") });
        rep.patch(&format!("/api/v1/customers/{}", record.id()), record.version(), &more).expect(200);
        server.create("tasks", &json!({ "title": "后来的", "owner_id": id }));
        assert_eq!(kinds(&wait_for(&manager, 2)), ["assigned", "mention"], "the same mention is not told again");
        assert_eq!(news(&stranger).items().len(), 0, "a mention reveals no record");
    }

    fn news_is_marked_as_read_one_by_one_or_all_together_by_its_reader_only(server: &Server) {
        let (id, rep) = server.user("representative", None);
        for name in ["甲", "乙", "丙"] {
            server.create("customers", &json!({ "name": name, "owner_id": id }));
        }
        let first = wait_for(&rep, 3).items()[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/notifications/{first}");
        let (read, unread) = (json!({ "read": true }), json!({ "read": false }));
        let patch = |client: &Client, body: &Value| client.send("PATCH", &path, Some(("application/json", body.to_string().as_bytes())));
        patch(&server.admin(), &read).expect(404);
        assert!(patch(&rep, &read).expect(200)["read_at"].is_string());
        assert_eq!(news(&rep)["unread"], 2);
        assert_eq!(rep.get("/api/v1/notifications?unread=true").expect(200).items().len(), 2);
        assert!(patch(&rep, &unread).expect(200)["read_at"].is_null());
        let all = rep.post_empty("/api/v1/notifications/read_all").expect(200);
        assert_eq!((&all["marked"], &all["unread"]), (&json!(3), &json!(0)));
        let page = rep.get("/api/v1/notifications?limit=2").expect(200);
        let rest = rep.get(&format!("/api/v1/notifications?limit=2&cursor={}", page["next_cursor"].as_str().unwrap())).expect(200);
        assert_eq!((page.items().len(), rest.items().len(), &rest["next_cursor"]), (2, 1, &Value::Null));
    }

    fn a_kind_of_news_can_be_switched_off_and_mail_only_chosen_where_it_can_be_sent(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let path = "/api/v1/notifications/preferences";
        let put = |email: &str| {
            let body = json!({ "items": [{ "kind": "assigned", "in_app": false, "email": email }] });
            rep.send("PUT", path, Some(("application/json", body.to_string().as_bytes())))
        };
        assert_eq!(put("instant").expect(422).wrong_fields(), ["items[0].email"]);
        put("off").expect(200);
        let chosen = rep.get(path).expect(200);
        assert_eq!((&chosen["mail_available"], chosen.items().len()), (&json!(false), 6));
        assert_eq!(chosen.items()[0]["in_app"], false);
        let note = format!("@[我]({id})");
        server.create("tasks", &json!({ "title": "看", "owner_id": id, "note": note }));
        assert_eq!(kinds(&wait_for(&rep, 1)), ["mention"]);
    }

    fn the_live_stream_tells_of_records_in_sight_and_resumes_where_it_broke_off(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let mut stream = rep.follow("/api/v1/stream");
        assert_eq!(stream.wait_for("unread").data["unread"], 0);
        let foreign = server.create("customers", &json!({ "name": "别人的" }));
        const NAMED: &str = "019aa000-0000-7000-8000-0000000000ac";
        let by_name = server.admin().with_header("x-request-id", NAMED);
        let own = by_name.post("/api/v1/customers", &json!({ "name": "自己的", "owner_id": id })).expect(201)["id"].clone();
        // Which of the two is told first is open.
        let (mut change, mut news) = (None, None);
        let (change, news) = until("one's own customer and the news of it", || {
            let event = stream.next_event().expect("the stream goes on");
            match event.name.as_str() {
                "change" => {
                    assert_ne!(event.data["record_id"], json!(foreign));
                    change = Some(event).filter(|e| e.data["record_id"] == json!(own)).or(change.take());
                }
                "notification" => news = Some(event),
                _ => {}
            }
            change.clone().zip(news.clone())
        });
        assert_eq!((&change.data["type"], &change.data["request_id"]), (&json!("customer.created"), &json!(NAMED)));
        assert_eq!((&news.data["unread"], &news.data["record_id"]), (&json!(1), &json!(own)));
        drop(stream);
        let missed = server.create("tasks", &json!({ "title": "错过的", "owner_id": id }));
        server.create("tasks", &json!({ "title": "与我无关" }));
        let mut again = rep.with_header("last-event-id", &change.id.unwrap()).follow("/api/v1/stream");
        until("what was missed", || {
            let change = again.wait_for("change");
            Some(change).filter(|c| c.data["record_id"] == json!(missed))
        });
        rep.get("/api/v1/stream?last_event_id=x").expect(422);
    }

    fn what_is_read_in_one_window_is_told_in_the_others(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let mut stream = rep.follow("/api/v1/stream");
        assert_eq!(stream.wait_for("unread").data["unread"], 0);
        for name in ["甲", "乙"] {
            server.create("customers", &json!({ "name": name, "owner_id": id }));
        }
        until("both pieces of news", || (stream.wait_for("notification").data["unread"] == 2).then_some(()));
        let first = rep.get("/api/v1/notifications?limit=1").expect(200).items()[0]["id"].clone();
        let path = format!("/api/v1/notifications/{}", first.as_str().unwrap());
        // Whatever is told, it says how much is unread by then.
        let mut told = |count: i64| until("the count", || (stream.next_event()?.data["unread"] == count).then_some(()));
        rep.patch(&path, 1, &json!({ "read": true })).expect(200);
        told(1);
        rep.post_empty("/api/v1/notifications/read_all").expect(200);
        told(0);
    }

    fn a_flood_of_news_hides_nothing_from_the_live_stream(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let mut stream = rep.follow("/api/v1/stream");
        stream.wait_for("unread");
        for hundred in 0..12 {
            let rows: Vec<Value> = (0..100)
                .map(|i| json!({ "op": "create", "data": { "name": format!("客户 {hundred}-{i}"), "owner_id": id } }))
                .collect();
            server.admin().post("/api/v1/customers/bulk", &json!({ "operations": rows })).expect(200);
        }
        let last = server.create("customers", &json!({ "name": "最后的", "owner_id": id }));
        until("the last news", || (stream.wait_for("notification").data["record_id"] == json!(last)).then_some(()));
    }

    fn the_live_stream_ends_with_the_session(server: &Server) {
        let (id, rep) = server.user("representative", None);
        let mut stream = rep.follow("/api/v1/stream");
        stream.wait_for("unread");
        let path = format!("/api/v1/users/{id}");
        let version = server.admin().get(&path).expect(200).version();
        server.admin().patch(&path, version, &json!({ "status": "disabled" })).expect(200);
        until("the stream ends", || stream.next_event().is_none().then_some(()));
    }
}

#[test]
fn open_streams_do_not_hold_up_the_end_of_the_server() {
    let mut server = Server::start(Engine::Sqlite).unwrap();
    let mut stream = server.admin().follow("/api/v1/stream");
    stream.wait_for("unread");
    let begun = std::time::Instant::now();
    server.stop();
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
    assert!(stream.next_event().is_none());
}

#[test]
fn whoever_comes_back_to_the_live_stream_is_told_what_took_its_place_before_others_and_was_committed_after_them() {
    let Some(server) = Server::start(Engine::Postgres) else { return };
    let admin = server.admin();
    let task = server.create("tasks", &json!({ "title": "后提交的" }));
    let mut conn = db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap();
    let last_told = events::end(&mut conn).unwrap();
    let late = Event {
        seq: 0,
        id: uuid::Uuid::now_v7(),
        kind: "task.updated".to_owned(),
        object: "tasks".to_owned(),
        record_id: task.parse().unwrap(),
        actor_id: None,
        at: Utc::now(),
        old: Some("{}".to_owned()),
        new: Some("{}".to_owned()),
        request_id: uuid::Uuid::now_v7(),
        origin_id: None,
        key_id: None,
    };
    let mut stream = write_tx::<_, Error>(&mut conn, |conn| {
        events::append(conn, &[late])?;
        server.create("customers", &json!({ "name": "先提交的" }));
        // What was missed is told together with how much is unread, before the transaction ends.
        let mut stream = admin.with_header("last-event-id", &last_told.to_string()).follow("/api/v1/stream");
        stream.wait_for("unread");
        Ok(stream)
    })
    .unwrap();
    let end = server.create("customers", &json!({ "name": "最后的" }));
    let mut told = Vec::new();
    while told.last().is_none_or(|change: &Value| change["record_id"] != json!(end)) {
        told.push(stream.wait_for("change").data);
    }
    assert!(told.iter().any(|change| change["type"] == "task.updated"), "{told:?}");
    assert!(told.is_sorted_by_key(|change| change["seq"].as_i64()), "{told:?}");
    assert_eq!(told.iter().filter(|change| change["type"] == "customer.created").count(), 2, "{told:?}");
}
