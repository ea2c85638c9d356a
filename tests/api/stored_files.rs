//! Files do not stay for good: neither those that were begun and never ended nor those that were kept long enough; and one
//! that is sent twice is one.

use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta, Utc};
use contract::exports::{FileFormat, NewExport};
use contract::problem::Lang;
use persistence::db::{self, write_tx};
use persistence::files;
use persistence::sql::{Cells, Sql, Store, shape};
use serde_json::json;
use tests::client::{Client, Reply};
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::until;
use uuid::Uuid;

/// Has the workers look for what has become due.
fn look_around(server: &Server) {
    // Settings that have changed make them look at once.
    let admin = server.admin();
    let grade = admin.get("/api/v1/score-settings/grade").expect(200);
    let put = json!({ "document": grade["document"] }).to_string();
    let current = admin.with_header("if-match", &format!("\"{}\"", grade["version"]));
    current.send("PUT", "/api/v1/score-settings/grade", Some(("application/json", put.as_bytes()))).expect(200);
}

fn upload(client: &Client, path: &str, content: &[u8]) -> Reply {
    client.send("POST", path, Some(("application/octet-stream", content)))
}

/// The ids of all stored files.
fn stored(server: &Server) -> Vec<String> {
    let mut conn = db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap();
    let rows = Sql::start(&conn, "SELECT id FROM files ORDER BY id").load(&mut conn).unwrap();
    let id = |mut cells: Cells| {
        shape(Store::Id, &mut cells.0[0]);
        cells.0[0].as_id().unwrap().to_string()
    };
    rows.into_iter().map(id).collect()
}

engines! {
    fn files_that_were_kept_long_enough_are_removed_and_their_jobs_say_so(server: &Server) {
        let admin = server.admin();
        server.create("customers", &json!({ "name": "甲公司" }));
        let customer = server.create("customers", &json!({ "name": "乙公司" }));
        let export = admin.post("/api/v1/exports", &json!({ "object": "customers", "format": "csv" })).expect(202);
        let export = format!("/api/v1/exports/{}", export.id());
        let done = until("the export", || {
            Some(admin.get(&export).expect(200)).filter(|export| export["state"] == "done")
        });
        assert!(done["file_expires_at"].is_string());
        let file = upload(&admin, "/api/v1/files?name=c.csv", "名称\n丙公司\n".as_bytes()).expect(201).id();
        let unnamed = upload(&admin, "/api/v1/files?name=d.csv", b"a\n1\n").expect(201).id();
        let draft = admin.post("/api/v1/imports", &json!({ "object": "customers", "file_id": file })).expect(201).id();
        let attached = format!("/api/v1/attachments?object=customers&record_id={customer}&name=e.bin");
        let attached = upload(&admin, &attached, &vec![7; 3 << 20]).expect(201).id();
        let long_ago = Utc::now().trunc_subsecs(6) - TimeDelta::days(1);
        let mut conn = db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap();
        let mut q = Sql::start(&conn, "UPDATE files SET expires_at = ");
        q.time(long_ago).push(" WHERE expires_at IS NOT NULL");
        assert_eq!(q.execute(&mut conn).unwrap(), 3, "what is attached stays for good");
        look_around(server);
        let gone = until("the sweep", || {
            Some(admin.get(&export).expect(200)).filter(|export| export["file_expires_at"].is_null())
        });
        assert_eq!(gone["state"], "done");
        assert_eq!(admin.get(&format!("{export}/content")).expect(409)["code"], "file_expired");
        until("the upload", || (admin.get(&format!("/api/v1/files/{unnamed}")).status == 404).then_some(()));
        assert!(!stored(server).contains(&unnamed), "nothing names it");
        admin.get(&format!("/api/v1/imports/{draft}")).expect(200);
        let started = admin.post(&format!("/api/v1/imports/{draft}/start"), &json!({ "dry_run": false }));
        assert_eq!(started.expect(409)["code"], "file_expired");
        assert_eq!(admin.get(&format!("/api/v1/attachments/{attached}/content")).expect(200).body.len(), 3 << 20);
    }

    fn a_large_file_goes_in_steps_and_whoever_else_sweeps_takes_none_of_it_for_done(server: &Server) {
        // Of its own, as the server would take the next step itself.
        let database = Server::set_up(server.database().engine()).expect("the engine of this test");
        let mut conn = db::get(&db::pool(database.url(), 1).unwrap()).unwrap();
        let (id, now) = (Uuid::now_v7(), Utc::now().trunc_subsecs(6));
        let step = |conn: &mut db::AnyConnection, pieces| {
            write_tx::<_, persistence::Error>(conn, |conn| files::take_away(conn, id, pieces, now)).unwrap()
        };
        write_tx::<_, persistence::Error>(&mut conn, |conn| {
            files::create(conn, id, "a.csv", None, now)?;
            (0..5).try_for_each(|at| files::append(conn, id, at, b"a piece"))?;
            files::complete(conn, id, 35, now + TimeDelta::days(1))
        })
        .unwrap();
        assert!(step(&mut conn, 2), "its time is not up: nothing to do");
        assert!(files::find(&mut conn, id).unwrap().is_some_and(|file| file.complete));
        write_tx::<_, persistence::Error>(&mut conn, |conn| files::keep(conn, id, Some(now - TimeDelta::days(1)))).unwrap();
        assert!(!step(&mut conn, 2) && files::find(&mut conn, id).unwrap().is_some_and(|file| !file.complete));
        assert!(!write_tx::<_, persistence::Error>(&mut conn, |conn| files::keep(conn, id, None)).unwrap(), "it has begun to go");
        assert!(!step(&mut conn, 2) && step(&mut conn, 2));
        assert!(files::find(&mut conn, id).unwrap().is_none() && files::chunk(&mut conn, id, 0).unwrap().is_none());
    }

    fn a_file_that_is_sent_twice_with_one_key_is_one_file(server: &Server) {
        let admin = server.admin();
        let customer = server.create("customers", &json!({ "name": "甲公司" }));
        let attach = format!("/api/v1/attachments?object=customers&record_id={customer}&name=a.txt");
        let keyed = |key: &str| admin.with_header("idempotency-key", key);
        for (path, key) in [("/api/v1/files?name=a.csv", "upload-1"), (attach.as_str(), "attach-1")] {
            let first = upload(&keyed(key), path, "名称\n甲\n".as_bytes()).expect(201);
            let before = stored(server);
            let again = upload(&keyed(key), path, "名称\n甲\n".as_bytes()).expect(201);
            assert_eq!((again.id(), again.header("location")), (first.id(), first.header("location")), "{path}");
            assert_eq!(upload(&keyed(key), path, b"other").expect(422).wrong_fields(), ["Idempotency-Key"], "{path}");
            assert_eq!(stored(server), before, "{path}: what came again has gone");
        }
        assert_eq!(admin.get(&format!("/api/v1/attachments?object=customers&record_id={customer}")).expect(200).items().len(), 1);
        let file = upload(&admin, "/api/v1/files?name=b.csv", "名称\n乙\n".as_bytes()).expect(201).id();
        let draft = json!({ "object": "customers", "file_id": file });
        let (first, again) = (keyed("draft-1").post("/api/v1/imports", &draft), keyed("draft-1").post("/api/v1/imports", &draft));
        assert_eq!(first.expect(201).id(), again.expect(201).id());
    }

    fn an_upload_that_was_broken_off_is_swept_while_the_server_runs(server: &Server) {
        let mut conn = db::get(&db::pool(server.database().url(), 1).unwrap()).unwrap();
        let begin = |conn: &mut db::AnyConnection, age: TimeDelta| {
            let id = Uuid::now_v7();
            let at = Utc::now().trunc_subsecs(6) - age;
            write_tx::<_, persistence::Error>(conn, |conn| {
                files::create(conn, id, "a.csv", None, at)?;
                files::append(conn, id, 0, b"half of it")
            })
            .unwrap();
            id
        };
        let old = begin(&mut conn, TimeDelta::hours(25));
        let fresh = begin(&mut conn, TimeDelta::hours(1));
        look_around(server);
        until("the sweep", || files::find(&mut conn, old).unwrap().is_none().then_some(()));
        assert!(files::chunk(&mut conn, old, 0).unwrap().is_none(), "its content stays");
        assert!(files::find(&mut conn, fresh).unwrap().is_some(), "an upload under way is gone");
    }
}

#[test]
fn an_export_that_fails_leaves_no_file_behind() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for format in [FileFormat::Csv, FileFormat::Xlsx] {
            let Some(mut server) = Server::start(engine) else { continue };
            let field = json!({ "object": "customers", "key": "level", "label_zh": "级别", "label_en": "Level", "kind": "int" });
            let field: Uuid = server.admin().post("/api/v1/custom_fields", &field).expect(201).id().parse().unwrap();
            server.create("customers", &json!({ "name": "甲公司" }));
            server.stop();
            let pool = db::pool(server.database().url(), 4).unwrap();
            let mut conn = db::get(&pool).unwrap();
            let actor = app::identity::operator(&mut conn, None).unwrap();
            let schema = Arc::new(app::schema::load(&mut conn).unwrap());
            let now = Utc::now().trunc_subsecs(6);
            write_tx::<_, app::Error>(&mut conn, |conn| {
                let mut ctx = app::Ctx { conn, actor: &actor, now, request_id: Uuid::now_v7(), schema: &schema };
                let new = NewExport {
                    object: "customers".to_owned(),
                    format,
                    filter: Some(json!({ "field": "custom.level", "op": "is_empty" })),
                    ..NewExport::default()
                };
                app::exports::create(&mut ctx, &new, Lang::Zh)?;
                app::custom_fields::delete(&mut ctx, field)
            })
            .unwrap();
            while app::jobs::work_once(&pool).unwrap() {}
            let q = Sql::start(&conn, "SELECT (SELECT COUNT(*) FROM files), state FROM exports");
            let row = q.first(&mut conn).unwrap().expect("an export");
            assert_eq!((row.0[0].as_int(), row.0[1].as_str()), (Some(0), Some("failed")), "{engine:?} {format:?}");
        }
    }
}
