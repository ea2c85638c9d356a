//! Tests of whole imports on SQLite; `tests/api/imports.rs` has those on both engines.

mod course;
mod habits;
mod links;
mod matching;
mod naming;
mod values;

use std::io::Write;
use std::sync::Arc;

use chrono::Utc;
use contract::imports::{Import, ImportPatch, ImportState, NewImport, UndoImport, UndoReason, UndoResult};
use contract::problem::Lang;
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::db::{DbPool, write_tx};
use serde_json::json;
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
        let role = persistence::identity::Role {
            id: Uuid::now_v7(),
            version: 1,
            created_at: Utc::now(),
            updated_at: Utc::now(),
            key: "everything".to_owned(),
            name_zh: "全部".to_owned(),
            name_en: "Everything".to_owned(),
            permissions: (*house.actor.permissions).clone(),
            builtin: false,
            position: 1,
        };
        write_tx::<_, Error>(&mut conn, |conn| {
            persistence::identity::insert_role(conn, &role)?;
            Ok(persistence::identity::set_roles_of(conn, house.actor.user_id, &[role.id])?)
        })
        .unwrap();
        drop(conn);
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
        self.with(|ctx| super::start(ctx, id, None, dry_run)).unwrap();
        assert!(crate::jobs::work_once(&self.pool).unwrap());
        self.with(|ctx| super::get(ctx, id, Lang::En)).unwrap()
    }

    fn undo(&self, id: Uuid) -> UndoResult {
        self.with(|ctx| super::undo(ctx, id, UndoImport::default())).unwrap();
        assert!(crate::jobs::work_once(&self.pool).unwrap());
        self.with(|ctx| super::get(ctx, id, Lang::En)).unwrap().undo.unwrap()
    }

    fn make(&self, object: &str, json: serde_json::Value) -> Uuid {
        self.with(|ctx| crate::records::create(ctx, object, &json)).unwrap().id
    }

    /// A rule about customers that does nothing by itself.
    fn rule(&self) -> Uuid {
        let definition =
            json!({ "object": "customers", "trigger": { "kind": "event", "on": ["created"] }, "actions": [] });
        let input = serde_json::from_value(json!({ "name": "迎新", "definition": definition })).unwrap();
        self.with(|ctx| crate::rules::create(ctx, input)).unwrap().id
    }

    fn count(&self, object: &str) -> i64 {
        let shape = self.schema.shape(object).unwrap().clone();
        let list = super::links::everything(&shape, persistence::records::Owners::All);
        self.with(|ctx| Ok(persistence::records::count(ctx.conn, &list, None)?)).unwrap()
    }

    fn records(&self, object: &str) -> Vec<Record> {
        let shape = self.schema.shape(object).unwrap().clone();
        let order = persistence::records::Order::Newest;
        let all = super::links::everything(&shape, persistence::records::Owners::All);
        let list = persistence::records::List { limit: 1000, order: &order, ..all };
        let rows = self.with(|ctx| Ok(persistence::records::list(ctx.conn, &list)?)).unwrap();
        rows.into_iter().rev().map(|row| row.record).collect()
    }

    fn value(&self, object: &str, record: &Record, key: &str) -> Value {
        record.get(self.schema.shape(object).unwrap(), key).clone()
    }

    fn codes(&self, id: Uuid) -> Vec<(i64, String)> {
        let page = self.with(|ctx| super::issues(ctx, id, None, 100, Lang::En)).unwrap();
        page.items.into_iter().map(|issue| (issue.row, issue.code)).collect()
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

const CUSTOMERS: &str =
    "公司,行业,员工人数,成立年份,上级客户\n甲公司,软件,10,2001,丙公司\n乙公司,零售,many,2002,\n丙公司,零售,30,1999,\n";

#[test]
fn good_rows_land_and_bad_ones_are_listed_with_row_and_column() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    assert_eq!(draft.options.mapping.len(), 5, "{:?}", draft.options.mapping);
    let done = house.run(draft.id, false);
    assert_eq!((done.state, done.progress.created, done.progress.rejected), (ImportState::Done, 2, 1));
    assert_eq!(house.codes(draft.id), [(3, "not_a_number".to_owned())]);
    let names: Vec<Value> = house.records("customers").iter().map(|r| house.value("customers", r, "name")).collect();
    assert_eq!(names, [text("甲公司"), text("丙公司")]);
}

#[test]
fn a_bad_cell_may_be_left_empty_instead() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    house.patch(draft.id, serde_json::json!({ "bad_cells": "leave_empty" }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected, done.progress.issues), (3, 0, 1));
}

#[test]
fn a_link_to_a_record_that_comes_later_in_the_file_is_set() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    assert!(draft.unmatched.is_empty(), "{:?}", draft.unmatched);
    house.run(draft.id, false);
    let records = house.records("customers");
    assert_eq!(house.value("customers", &records[0], "parent_id"), Value::Id(records[1].id()));
}

#[test]
fn a_dry_run_reports_the_same_and_changes_nothing() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    let tried = house.run(draft.id, true);
    assert_eq!(house.count("customers"), 0);
    let done = house.run(draft.id, false);
    assert_eq!(tried.progress, done.progress);
    assert_eq!(tried.issues, done.issues);
}

#[test]
fn a_second_import_of_the_same_file_changes_nothing_and_one_with_other_values_updates() {
    let house = House::new();
    let first = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    house.run(first.id, false);
    let second = house.run(house.draft("customers", "x.csv", CUSTOMERS.as_bytes()).id, false);
    assert_eq!((second.progress.created, second.progress.updated, second.progress.unchanged), (0, 0, 2));
    let changed = CUSTOMERS.replace("30,1999", "31,1999");
    let third = house.run(house.draft("customers", "x.csv", changed.as_bytes()).id, false);
    assert_eq!((third.progress.created, third.progress.updated, third.progress.unchanged), (0, 1, 1));
}

#[test]
fn rows_with_the_same_key_become_one_record() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", "公司,城市\n甲,北京\n乙,上海\n甲,广州\n".as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.updated), (2, 1));
    assert_eq!(house.value("customers", &house.records("customers")[0], "city"), text("广州"));
}

#[test]
fn a_misspelt_name_is_linked_once_it_is_confirmed() {
    let house = House::new();
    let product = Uuid::now_v7();
    house.insert("products", product, &[("name", "GTX Pro")]);
    let pipeline = Uuid::now_v7();
    house
        .with(|ctx| crate::records::create(ctx, "pipelines", &serde_json::json!({ "name": "P" })).map(|_| ()))
        .unwrap();
    let pipelines = house.records("pipelines");
    let stage = serde_json::json!({ "name": "Open", "pipeline_id": pipelines[0].id() });
    house.with(|ctx| crate::records::create(ctx, "pipeline_stages", &stage).map(|_| ())).unwrap();
    assert_ne!(pipeline, product);
    let file =
        "opportunity_id,product,account,deal_stage\nA1,GTXPro,Acme,open\nA2,GTX Pro,,Open\nA3,GTXPro,Acme,Open\n";
    let draft = house.draft("opportunities", "x.csv", file.as_bytes());
    let found = &draft.unmatched["product_id"][0];
    assert_eq!((found.value.as_str(), found.count, found.label.as_deref()), ("GTXPro", 2, Some("GTX Pro")));
    let patch = super::accept_suggestions(&draft, 0.8);
    house.with(|ctx| super::patch(ctx, draft.id, &patch)).unwrap();
    house.patch(draft.id, serde_json::json!({ "create_missing": { "customer_id": true } }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (3, 0), "{:?}", done.issues);
    assert_eq!(done.progress.created_linked["customers"], 1);
    for record in house.records("opportunities") {
        assert_eq!(house.value("opportunities", &record, "product_id"), Value::Id(product));
    }
    let replaced = done.issues.iter().find(|issue| issue.code == "value_replaced").unwrap();
    assert_eq!((replaced.count, replaced.detail.as_deref()), (2, Some("GTX Pro")));
}

#[test]
fn an_undo_archives_what_was_made_and_gives_old_values_back() {
    let house = House::new();
    house.run(house.draft("customers", "x.csv", "公司,城市\n甲,北京\n乙,上海\n".as_bytes()).id, false);
    let draft = house.draft("customers", "x.csv", "公司,城市\n甲,天津\n乙,杭州\n丙,广州\n".as_bytes());
    house.run(draft.id, false);
    let touched = house.records("customers")[1].id();
    let edit = serde_json::json!({ "city": "苏州" });
    house.with(|ctx| crate::records::update(ctx, "customers", touched, Some(2), &edit).map(|_| ())).unwrap();
    house.with(|ctx| super::undo(ctx, draft.id, Default::default())).unwrap();
    assert!(crate::jobs::work_once(&house.pool).unwrap());
    let undone = house.with(|ctx| super::get(ctx, draft.id, Lang::En)).unwrap();
    let undo = undone.undo.unwrap();
    assert_eq!((undone.state, undo.archived, undo.reverted, undo.kept), (ImportState::Undone, 1, 1, 1));
    let cities: Vec<Value> = house.records("customers").iter().map(|r| house.value("customers", r, "city")).collect();
    assert_eq!(cities, [text("北京"), text("苏州")]);
}

#[test]
fn an_import_keeps_original_author_date_and_owner() {
    let house = House::new();
    let rep = Uuid::now_v7();
    house.insert("users", rep, &[("name", "王芳"), ("status", "active"), ("locale", "en")]);
    let file = "公司,负责人,创建人,创建时间\n甲,王芳,王芳,2019年3月5日 10:00\n乙,无名氏,,\n";
    let draft = house.draft("customers", "x.csv", file.as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (1, 1), "{:?}", done.issues);
    assert_eq!(house.codes(draft.id), [(3, "link_not_found".to_owned())]);
    let record = &house.records("customers")[0];
    assert_eq!(record.owner(house.schema.shape("customers").unwrap()), Some(rep));
    assert_eq!(record.at(5), &Value::Id(rep));
    assert_eq!(record.at(2).as_time().unwrap().to_rfc3339(), "2019-03-05T02:00:00+00:00");
}

#[test]
fn a_row_that_the_database_refuses_costs_only_itself() {
    let house = House::new();
    let file = "姓名,邮箱\n一,a@x.com\n二,b@x.com\n三,a@x.com\n四,d@x.com\n";
    let draft = house.draft("users", "x.csv", file.as_bytes());
    house.patch(draft.id, serde_json::json!({ "match_fields": [] }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (3, 1), "{:?}", done.issues);
    assert_eq!(house.codes(draft.id), [(4, "duplicate".to_owned())]);
}

#[test]
fn an_export_reads_back_as_the_same_records() {
    let house = House::new();
    let file = "公司,备注,年营业额,员工人数\n=甲公司,\"=1+1\n-x\",1234.56,7\n乙公司,,,\n";
    house.run(house.draft("customers", "x.csv", file.as_bytes()).id, false);
    for format in ["csv", "xlsx"] {
        let new = serde_json::json!({ "object": "customers", "format": format });
        let new = serde_json::from_value(new).unwrap();
        let export = house.with(|ctx| crate::exports::create(ctx, &new, Lang::Zh)).unwrap();
        assert!(crate::jobs::work_once(&house.pool).unwrap());
        let made = house.with(|ctx| crate::exports::file(ctx, export.id)).unwrap();
        let new = NewImport { object: "customers".to_owned(), file_id: made.id, sheet: None };
        let draft = house.with(|ctx| super::create(ctx, &house.pool, &new)).unwrap();
        let fields: Vec<&String> = draft.options.mapping.values().collect();
        for field in ["name", "note", "annual_revenue_minor", "employees", "owner_id"] {
            assert!(fields.contains(&&field.to_owned()), "{format}: {field} of {fields:?}");
        }
        let done = house.run(draft.id, false);
        let counts = (done.progress.created, done.progress.updated, done.progress.unchanged, done.progress.rejected);
        assert_eq!(counts, (0, 0, 2, 0), "{format}: {:?}", done.issues);
    }
}

#[test]
fn a_cancelled_import_stops_and_a_mapping_that_is_wrong_is_refused() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", CUSTOMERS.as_bytes());
    let patch: ImportPatch =
        serde_json::from_value(serde_json::json!({ "mapping": { "公司": "nonsense", "x": "name" } })).unwrap();
    let Err(Error::Invalid(errors)) = house.with(|ctx| super::patch(ctx, draft.id, &patch)) else { panic!("accepted") };
    assert_eq!(errors.len(), 2);
    house.with(|ctx| super::start(ctx, draft.id, None, false)).unwrap();
    house.with(|ctx| super::cancel(ctx, draft.id)).unwrap();
    assert!(!crate::jobs::work_once(&house.pool).unwrap());
    assert_eq!(house.count("customers"), 0);
    let state = house.with(|ctx| super::get(ctx, draft.id, Lang::En)).unwrap().state;
    assert_eq!(state, ImportState::Cancelled);
}

#[test]
fn the_amount_of_an_order_follows_lines_that_are_imported_written_and_taken_back() {
    let house = House::new();
    let make = |object: &str, json| house.make(object, json);
    let customer = make("customers", json!({ "name": "甲公司" }));
    let order = |number: &str, amount: i64| {
        make(
            "orders",
            json!({ "number": number, "customer_id": customer, "ordered_on": "2026-05-04", "amount_minor": amount }),
        )
    };
    let (plain, agreed) = (order("SO-1", 0), order("SO-2", 123));
    let state = |id: Uuid| {
        let orders = house.records("orders");
        let found = orders.iter().find(|o| o.id() == id).unwrap();
        (house.value("orders", found, "amount_minor").as_int().unwrap(), found.version())
    };
    let lines = "订单,数量,金额\nSO-1,1,10\nSO-1,2,30.5\nSO-2,1,7\n";
    let draft = house.draft("order_lines", "lines.csv", lines.as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!(done.progress.created, 3);
    assert_eq!((state(plain), state(agreed)), ((4_050, 2), (123, 1)));
    let line = make("order_lines", json!({ "order_id": plain, "quantity": 3, "unit_price_minor": 100 }));
    assert_eq!(state(plain), (4_350, 3));
    house
        .with(|ctx| crate::records::update(ctx, "order_lines", line, Some(1), &json!({ "amount_minor": 500 })))
        .unwrap();
    assert_eq!(state(plain), (4_550, 4));
    let create =
        |order: Uuid, amount: i64| json!({ "op": "create", "data": { "order_id": order, "amount_minor": amount } });
    let operations =
        json!({ "operations": [create(plain, 1), create(agreed, 2), create(plain, 3), create(Uuid::nil(), 4)] });
    let outcomes = house.with(|ctx| crate::records::bulk::run(ctx, "order_lines", &operations)).unwrap();
    assert_eq!(outcomes.iter().filter(|o| o.done.is_some()).count(), 3);
    assert_eq!((state(plain), state(agreed)), ((4_554, 5), (123, 1)));
    let undone = house.undo(draft.id);
    assert_eq!((undone.archived, undone.reverted, undone.kept), (3, 0, 0));
    assert_eq!((state(plain), state(agreed)), ((504, 6), (123, 1)));
    house.with(|ctx| crate::records::archive(ctx, "order_lines", line, None)).unwrap();
    assert_eq!(state(plain), (4, 7));
    house.with(|ctx| crate::records::restore(ctx, "order_lines", line, None)).unwrap();
    house
        .with(|ctx| crate::records::update(ctx, "order_lines", line, Some(4), &json!({ "order_id": agreed })))
        .unwrap();
    assert_eq!((state(plain).0, state(agreed)), (4, (123, 1)));
}

#[test]
fn an_opportunity_of_the_past_has_stood_on_its_stage_since_it_was_made() {
    let house = House::new();
    let make = |object: &str, json| house.make(object, json);
    let pipeline = make("pipelines", json!({ "name": "P" }));
    make("pipeline_stages", json!({ "name": "Open", "pipeline_id": pipeline }));
    let draft = house.draft("opportunities", "x.csv", "商机名称,创建时间\n老商机,2019年3月5日 10:00\n".as_bytes());
    assert_eq!(house.run(draft.id, false).progress.created, 1);
    let record = &house.records("opportunities")[0];
    assert_eq!(house.value("opportunities", record, "stage_entered_at"), *record.at(2));
    assert_eq!(record.at(2).as_time().unwrap().to_rfc3339(), "2019-03-05T02:00:00+00:00");
}

#[test]
fn an_undo_takes_along_what_only_rules_did_and_keeps_what_people_worked_with() {
    use crate::records::{Stamp, Writer};
    let house = House::new();
    let rule = house.rule();
    let draft = house.draft("customers", "x.csv", "公司,城市\n甲,北京\n乙,北京\n".as_bytes());
    house.run(draft.id, false);
    let customers = house.records("customers");
    let all = crate::Visible::All;
    house
        .with(|ctx| {
            let mut writer = Writer::caused(ctx.shape("customers")?, rule);
            let mut tasks = Writer::caused(ctx.shape("tasks")?, rule);
            for customer in &customers {
                let mut changes = domain::record::Changes::default();
                changes.set(&writer.shape.clone(), "short_name", text("待欢迎"));
                writer.update(ctx, customer, &changes, &all)?;
                let mut task = domain::record::Changes::default();
                let shape = tasks.shape.clone();
                for (key, value) in [
                    ("title", text("欢迎")),
                    ("status", text("open")),
                    ("priority", text("normal")),
                    ("customer_id", Value::Id(customer.id())),
                ] {
                    task.set(&shape, key, value);
                }
                tasks.create(ctx, task, &all, Stamp::default())?;
            }
            writer.flush(ctx)?;
            tasks.flush(ctx)
        })
        .unwrap();
    let worked_on = house.records("tasks")[1].id();
    let done = json!({ "status": "done" });
    house.with(|ctx| crate::records::update(ctx, "tasks", worked_on, Some(1), &done)).unwrap();
    let undone = house.undo(draft.id);
    assert_eq!((undone.archived, undone.kept), (1, 1));
    assert_eq!(undone.kept_records[0].reason, UndoReason::Used);
    let left: Vec<Uuid> = house.records("tasks").iter().map(Record::id).collect();
    assert_eq!(left, [worked_on]);
}

#[test]
fn a_request_named_like_a_rules_run_is_still_somebodys_change() {
    let house = House::new();
    let rule = house.rule();
    let draft = house.draft("customers", "x.csv", "公司,城市\n甲,北京\n乙,北京\n".as_bytes());
    house.run(draft.id, false);
    let customers = house.records("customers");
    let (ruled, changed) = (&customers[0], &customers[1]);
    let run = Uuid::now_v7();
    house
        .with(|ctx| {
            let note = persistence::rules::Run {
                seq: 0,
                id: run,
                rule_id: rule,
                number: 1,
                object: "customers".to_owned(),
                subject: ruled.id(),
                occasion: "x".to_owned(),
                at: ctx.now,
                cause: None,
                depth: 0,
                outcome: "done".to_owned(),
                detail: "{}".to_owned(),
            };
            assert!(persistence::rules::claim_run(ctx.conn, &note)?);
            let Ctx { conn, actor, now, schema, .. } = ctx;
            let mut ctx = Ctx { conn, actor, now: *now, request_id: run, schema };
            crate::records::update(&mut ctx, "customers", ruled.id(), Some(ruled.version()), &json!({ "city": "天津" }))
        })
        .unwrap();
    house
        .with(|ctx| {
            let Ctx { conn, actor, now, schema, .. } = ctx;
            let mut ctx = Ctx { conn, actor, now: *now, request_id: run, schema };
            let edit = json!({ "city": "上海" });
            crate::records::update(&mut ctx, "customers", changed.id(), Some(changed.version()), &edit)
        })
        .unwrap();
    let undone = house.undo(draft.id);
    assert_eq!((undone.archived, undone.kept), (1, 1));
    assert_eq!(undone.kept_records[0].record_id, changed.id());
    assert_eq!(undone.kept_records[0].reason, UndoReason::Changed);
}
