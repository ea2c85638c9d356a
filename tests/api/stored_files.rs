//! Files that were begun and never ended do not stay.

use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta, Utc};
use contract::exports::{FileFormat, NewExport};
use contract::problem::Lang;
use persistence::db::{self, write_tx};
use persistence::files;
use serde_json::json;
use tests::database::Engine;
use tests::engines;
use tests::server::Server;
use tests::wait::until;
use uuid::Uuid;

engines! {
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
        // Settings that have changed make the workers look around at once.
        let admin = server.admin();
        let grade = admin.get("/api/v1/score-settings/grade").expect(200);
        let put = json!({ "document": grade["document"] }).to_string();
        let current = admin.with_header("if-match", &format!("\"{}\"", grade["version"]));
        current.send("PUT", "/api/v1/score-settings/grade", Some(("application/json", put.as_bytes()))).expect(200);
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
            let q = persistence::sql::Sql::start(&conn, "SELECT (SELECT COUNT(*) FROM files), state FROM exports");
            let row = q.first(&mut conn).unwrap().expect("an export");
            assert_eq!((row.0[0].as_int(), row.0[1].as_str()), (Some(0), Some("failed")), "{engine:?} {format:?}");
        }
    }
}
