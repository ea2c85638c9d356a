//! Mail: from rules and notifications, by a real mail server, once.

use crate::upkeep::{leave_old_news, wait_for_a_round};
use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use persistence::db::AnyConnection;
use persistence::settings;
use persistence::sql::Sql;
use serde_json::{Value, json};
use tests::client::Client;
use tests::database::Engine;
use tests::receiver::MailServer;
use tests::server::Server;
use tests::wait::until;

#[test]
fn rules_and_notifications_send_mail_and_what_is_refused_is_parked() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mails = MailServer::start();
        let settings =
            [("FLYWHEEL_SMTP_URL", mails.url()), ("FLYWHEEL_MAIL_FROM", "飞轮 <crm@example.com>".to_owned())];
        let settings = settings.each_ref().map(|(k, v)| (*k, v.as_str()));
        let Some(server) = Server::start_with(engine, &settings) else { continue };
        let admin = server.admin();
        let (id, rep) = server.user("representative", None);
        let preference = json!({ "items": [{ "kind": "assigned", "in_app": true, "email": "instant" }] });
        let body = preference.to_string();
        rep.send("PUT", "/api/v1/notifications/preferences", Some(("application/json", body.as_bytes()))).expect(200);
        let rule = json!({ "name": "欢迎", "definition": { "object": "customers", "trigger": { "kind": "event", "on": ["created"] },
            "actions": [{ "kind": "send_email", "field": "email", "subject": "您好，{name}", "body": "欢迎！" }] } });
        let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
        admin.post_empty(&format!("/api/v1/rules/{rule}/publish")).expect(200);
        server.create("customers", &json!({ "name": "张江", "email": "buyer@example.com", "owner_id": id }));
        server.create("customers", &json!({ "name": "无效", "email": "refused@example.com" }));
        let sent = until("two mails", || Some(mails.mails()).filter(|m| m.len() >= 2));
        let mut to: Vec<&str> = sent.iter().map(|(to, _)| to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to.len(), 2);
        assert!(to.contains(&"buyer@example.com") && to.iter().any(|t| t.starts_with("representative")), "{to:?}");
        assert!(sent.iter().all(|(_, text)| text.contains("Message-ID: <") && text.contains("crm@example.com")));
        let state = until("one is parked", || {
            Some(admin.get("/api/v1/operations").expect(200))
                .filter(|s| s["mail"]["parked"] == 1 && s["mail"]["sent"] == 2)
        });
        assert!(
            state["mail"]["last_error"].as_str().is_some_and(|e| e.contains("no such mailbox")),
            "{}",
            state["mail"]
        );
        assert_eq!(admin.post_empty("/api/v1/operations/mail/retry").expect(200)["count"], 1);
    }
}

#[test]
fn what_is_added_to_unread_news_comes_by_mail_as_well() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mails = MailServer::start();
        let settings = [("FLYWHEEL_SMTP_URL", mails.url()), ("FLYWHEEL_MAIL_FROM", "crm@example.com".to_owned())];
        let settings = settings.each_ref().map(|(k, v)| (*k, v.as_str()));
        let Some(server) = Server::start_with(engine, &settings) else { continue };
        let (id, rep) = server.user("representative", None);
        let send = |client: &Client, method: &str, path: &str, body: &Value| {
            client.send(method, path, Some(("application/json", body.to_string().as_bytes()))).expect(200)
        };
        // Plain letters, so that the mails can be read as they were sent.
        send(&server.admin(), "PATCH", "/api/v1/me", &json!({ "name": "Ann" }));
        send(&rep, "PATCH", "/api/v1/me", &json!({ "locale": "en" }));
        let preference = json!({ "items": [{ "kind": "assigned", "in_app": true, "email": "instant" }] });
        send(&rep, "PUT", "/api/v1/notifications/preferences", &preference);
        // What one request gives may be read from the log in parts; here each part is a call of its own.
        let admin = server.admin().with_header("x-request-id", "019aa000-0000-7000-8000-0000000000ab");
        let give = |count: usize| {
            let data = |i| json!({ "op": "create", "data": { "name": format!("Customer {i}"), "owner_id": id } });
            let operations: Vec<Value> = (0..count).map(data).collect();
            admin.post("/api/v1/customers/bulk", &json!({ "operations": operations })).expect(200);
        };
        let told = |text: &str| mails.mails().iter().filter(|(_, mail)| mail.contains(text)).count();
        give(4);
        until("the first part", || (told("Ann assigned 4 customers to you") == 1).then_some(()));
        give(5);
        until("the second part", || (told("Ann assigned 5 customers to you") == 1).then_some(()));
        give(1);
        until("a single one", || (mails.mails().len() == 3).then_some(()));
        let news = rep.get("/api/v1/notifications").expect(200);
        assert_eq!(news.items().len(), 1, "{}", news.json);
        assert_eq!(news.items()[0]["title"], "Ann assigned 10 customers to you");
    }
}

/// Mails that were sent or will be.
fn posted(server: &Server) -> i64 {
    let mail = server.admin().get("/api/v1/operations").expect(200)["mail"].clone();
    mail["sent"].as_i64().unwrap() + mail["waiting"].as_i64().unwrap()
}

fn forget_digests(conn: &mut AnyConnection) {
    Sql::start(conn, "DELETE FROM settings WHERE key = 'digests'").execute(conn).unwrap();
}

/// The account of the digests that were made last.
fn kept_digests(conn: &mut AnyConnection) -> Option<Value> {
    settings::get(conn, "digests").unwrap().map(|kept| serde_json::from_str(&kept).unwrap())
}

/// Up to when they told.
fn told_until(kept: &Value) -> DateTime<Utc> {
    kept["at"].as_str().unwrap().parse().unwrap()
}

#[test]
fn what_happens_after_the_digest_of_a_day_waits_for_that_of_the_next() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mails = MailServer::start();
        let settings = [("FLYWHEEL_SMTP_URL", mails.url()), ("FLYWHEEL_MAIL_FROM", "crm@example.com".to_owned())];
        let settings = settings.each_ref().map(|(k, v)| (*k, v.as_str()));
        let Some(mut server) = Server::start_with(engine, &settings) else { continue };
        let pool = persistence::db::pool(server.database().url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        let now = Utc::now();
        // None are made before it is time for them here.
        let later = json!({ "as_of": now.date_naive() + TimeDelta::days(3), "at": now });
        settings::set(&mut conn, "digests", &later.to_string(), now).unwrap();
        let (id, rep) = server.user("representative", None);
        let email = rep.get("/api/v1/me").expect(200)["email"].as_str().unwrap().to_owned();
        let admin_id = server.admin().get("/api/v1/me").expect(200)["id"].as_str().unwrap().parse().unwrap();
        let send = |method: &str, path: &str, body: &Value| {
            rep.send(method, path, Some(("application/json", body.to_string().as_bytes()))).expect(200)
        };
        // Plain letters, so that the subject can be read as it was sent.
        send("PATCH", "/api/v1/me", &json!({ "locale": "en" }));
        let wish = json!({ "items": [{ "kind": "assigned", "in_app": true, "email": "digest" }] });
        send("PUT", "/api/v1/notifications/preferences", &wish);
        // Somewhere it is day.
        // One in which it is past the hour of digests and no day is about to end.
        let zone = match Utc::now().hour() {
            0..=8 => "Asia/Shanghai",
            9..=18 => "Etc/UTC",
            _ => "America/New_York",
        };
        server.admin().settle("PATCH", "/api/v1/organisation", &json!({ "timezone": zone })).expect(200);
        let give = |server: &Server, count: i64| {
            server.create("customers", &json!({ "name": format!("Customer {count}"), "owner_id": id }));
            let rep = server.log_in(&email);
            until("the news", || (rep.get("/api/v1/notifications").expect(200)["unread"] == count).then_some(()));
        };
        give(&server, 1);
        server.stop();
        // There have been no digests yet, as far as the program can tell. The clock goes its first round at the start.
        forget_digests(&mut conn);
        server.start_again();
        until("the digest", || (mails.mails().len() == 1).then_some(()));
        give(&server, 2);
        server.stop();
        leave_old_news(&mut conn, admin_id);
        server.start_again();
        wait_for_a_round(&mut conn, admin_id);
        assert_eq!(posted(&server), 1, "{engine:?}: the day has had its digest");
        server.stop();
        // Once more the day after.
        let mut last = kept_digests(&mut conn).unwrap();
        assert!(told_until(&last) >= now, "{engine:?}: the first digests told all that there was: {last}");
        let day: NaiveDate = last["as_of"].as_str().unwrap().parse().unwrap();
        last["as_of"] = json!(day.pred_opt());
        settings::set(&mut conn, "digests", &last.to_string(), now).unwrap();
        Sql::start(&conn, "UPDATE mails SET dedupe_key = 'yesterday'").execute(&mut conn).unwrap();
        server.start_again();
        until("the next digest", || (mails.mails().len() == 2).then_some(()));
        for (_, mail) in mails.mails() {
            assert!(mail.contains("Subject: 1 unread notifications today"), "{engine:?}: {mail}");
        }
        server.stop();
        // As if an earlier version, which kept no account of them, had made the digests of today.
        forget_digests(&mut conn);
        server.start_again();
        let kept = until("an account of the digests", || kept_digests(&mut conn));
        assert!(
            told_until(&kept) < Utc::now() - TimeDelta::hours(23),
            "{engine:?}: tomorrow's tell the day again: {kept}"
        );
        assert_eq!(mails.mails().len(), 2, "{engine:?}");
    }
}
