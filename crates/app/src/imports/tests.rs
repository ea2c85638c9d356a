//! Tests of whole imports on SQLite; `tests/api/imports.rs` has those on both engines.

use std::io::Write;
use std::sync::Arc;

use chrono::Utc;
use contract::imports::{Import, ImportPatch, ImportState, NewImport};
use contract::problem::Lang;
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::db::{DbPool, write_tx};
use uuid::Uuid;

use crate::files::FileWriter;
use crate::schema::Schema;
use crate::{Actor, Ctx, Error, Result};

struct House {
    pool: DbPool,
    actor: Actor,
    schema: Arc<Schema>,
    folder: std::path::PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl House {
    fn new() -> House {
        let folder = std::env::temp_dir().join(format!("flywheel-imports-{}", Uuid::now_v7()));
        let pool = persistence::db::pool(&format!("sqlite:{}/test.db", folder.display()), 4).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        persistence::db::migrate(&mut conn).unwrap();
        let schema = Arc::new(crate::schema::load(&mut conn).unwrap());
        let house = House { pool, actor: Actor::system(Uuid::now_v7()), schema, folder };
        house.insert("users", house.actor.user_id, &[("name", "Importer"), ("status", "active"), ("locale", "en")]);
        house
    }

    fn insert(&self, object: &str, id: Uuid, texts: &[(&str, &str)]) {
        let shape = Shape::plain(domain::objects::find(object).unwrap());
        let mut record = Record::empty(&shape);
        record.values[0] = Value::Id(id);
        record.values[1] = Value::Int(1);
        record.values[2] = Value::Time(Utc::now());
        record.values[3] = Value::Time(Utc::now());
        for (key, text) in texts {
            record.set(&shape, key, Value::Text((*text).to_owned()));
        }
        let mut conn = persistence::db::get(&self.pool).unwrap();
        write_tx::<_, Error>(&mut conn, |conn| Ok(persistence::records::insert(conn, &shape, &record)?)).unwrap();
    }

    fn with<T>(&self, f: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
        let mut conn = persistence::db::get(&self.pool).unwrap();
        let request_id = Uuid::now_v7();
        f(&mut Ctx { conn: &mut conn, actor: &self.actor, now: Utc::now(), request_id, schema: &self.schema })
    }

    fn draft(&self, object: &str, name: &str, bytes: &[u8]) -> Import {
        let mut file = FileWriter::begin(&self.pool, name, Some(self.actor.user_id), Utc::now()).unwrap();
        file.write_all(bytes).unwrap();
        let file = file.finish().unwrap();
        let new = NewImport { object: object.to_owned(), file_id: file.id, sheet: None };
        self.with(|ctx| super::create(ctx, &self.pool, &new)).unwrap()
    }

    fn patch(&self, id: Uuid, json: serde_json::Value) -> Import {
        let patch: ImportPatch = serde_json::from_value(json).unwrap();
        self.with(|ctx| super::patch(ctx, id, &patch)).unwrap()
    }

    fn run(&self, id: Uuid, dry_run: bool) -> Import {
        self.with(|ctx| super::start(ctx, id, dry_run)).unwrap();
        assert!(crate::jobs::work_once(&self.pool).unwrap());
        self.with(|ctx| super::get(ctx, id, Lang::En)).unwrap()
    }

    fn count(&self, object: &str) -> i64 {
        let shape = self.schema.shape(object).unwrap().clone();
        let list = super::links::everything(&shape, persistence::records::Owners::All);
        self.with(|ctx| Ok(persistence::records::count(ctx.conn, &list, None)?)).unwrap()
    }
}

#[test]
fn zz_real() {
    let house = House::new();
    let dir = std::env::var("FLYWHEEL_REAL_DATA").unwrap();
    let bytes = |name: &str| std::fs::read(format!("{dir}/{name}")).unwrap();
    for (object, file, patch) in [
        ("teams", "crm_sales_teams.csv", serde_json::json!({})),
        ("users", "crm_sales_teams.csv", serde_json::json!({})),
        ("products", "crm_products.csv", serde_json::json!({})),
        ("customers", "crm_accounts.csv", serde_json::json!({"multiply": {"revenue": 1000000}})),
    ] {
        let import = house.draft(object, file, &bytes(file));
        eprintln!("{object} {:?} {:?} {:?}", import.options.mapping, import.options.match_fields, import.unmatched);
        house.patch(import.id, patch);
        let t = std::time::Instant::now();
        let done = house.run(import.id, true);
        eprintln!("  dry {:?} {:?} {:?} {:?}", t.elapsed(), done.state, done.progress, done.error);
        let done = house.run(import.id, false);
        eprintln!("  {:?} {:?} {:?} {:?}", t.elapsed(), done.state, done.progress, done.error);
        for issue in &done.issues { eprintln!("    {issue:?}"); }
        assert_eq!(done.state, ImportState::Done);
        eprintln!("count {}", house.count(object));
    }
}
#[test]
fn zz_speed() {
    let house = House::new();
    let n = 40000;
    let mut f = String::from("name,industry,phone,email,city,region,employees,revenue,created_at,note\n");
    for i in 0..n { f.push_str(&format!("上海某某科技有限公司{i},软件,138{:08},contact{i}@example{i}.com,上海,华东,{},{}.50,2025-0{}-1{},一些备注\n", i, i%1000, i, i%9+1, i%9)); }
    let t = std::time::Instant::now();
    let import = house.draft("customers", "x.csv", f.as_bytes());
    eprintln!("draft {:?} {:?} {:?}", t.elapsed(), import.options.mapping, import.options.match_fields);
    let t = std::time::Instant::now();
    let done = house.run(import.id, false);
    let s = t.elapsed().as_secs_f64();
    eprintln!("{:?} {:?} {} rows/s", done.progress, done.issues, n as f64 / s);
}
