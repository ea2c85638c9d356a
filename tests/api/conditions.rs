//! A condition means the same in memory and in SQL, on both engines; and a list pages through what it finds
//! without loss or repetition in any order.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};
use domain::condition::{Reader, SortKey};
use domain::fields::{FieldDef, Kind, ParseCx, choice};
use domain::objects;
use domain::policy::Masks;
use domain::record::{Record, Shape};
use domain::value::Value;
use domain::zone::Zone;
use persistence::db::{self, AnyConnection};
use persistence::records::{After, Archived, List, Order, Owners, insert_many, list};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tests::database::{Database, Engine};
use uuid::Uuid;

const WORDS: [&str; 8] = ["", "a", "Ab", "aB中", "中文", "100%", "a_b", "É"];

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 15, 4, 30, 0).unwrap()
}

fn cx() -> ParseCx {
    ParseCx { zone: Zone::fixed(FixedOffset::east_opt(8 * 3600).unwrap()), me: None, now: now() }
}

fn custom(key: &'static str, kind: Kind) -> FieldDef {
    FieldDef::new(key, "", "", kind)
}

fn shape(object: &'static domain::fields::ObjectDef) -> Arc<Shape> {
    let fields = vec![
        custom("c_text", Kind::Text { max: 100 }),
        custom("c_int", Kind::Int { min: -1000, max: 1000 }),
        custom("c_number", Kind::Number),
        custom("c_bool", Kind::Bool),
        custom("c_date", Kind::Date),
        custom("c_time", Kind::DateTime),
        custom(
            "c_choice",
            Kind::Choice(vec![choice("north", "北", "North", ""), choice("south", "南", "South", "")].into()),
        ),
    ];
    Arc::new(Shape { def: object, custom: if object.key == "customers" { fields.into() } else { Arc::from([]) } })
}

fn word() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned))
        .prop_map(|w| w.filter(|s| !s.is_empty()))
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (-40i64..40).prop_map(|d| NaiveDate::from_ymd_opt(2026, 3, 15).unwrap() + chrono::Duration::days(d))
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (-40i64 * 86_400..40 * 86_400, 0i64..3).prop_map(|(s, micros)| {
        now() + chrono::Duration::seconds(s / 3600 * 3600) + chrono::Duration::microseconds(micros)
    })
}

/// A customer with anything in it, and whether it has a parent.
fn customer() -> impl Strategy<Value = (Record, bool)> {
    let columns = (
        word(),
        word(),
        prop::option::of(0i64..7),
        prop::option::of(prop::sample::select(vec!["A", "B", "C"])),
        prop::option::of(time()),
        prop::option::of(day()),
    );
    let custom = (
        word(),
        prop::option::of(0i64..7),
        prop::option::of(-2.0f64..2.0),
        prop::option::of(any::<bool>()),
        prop::option::of(day()),
        prop::option::of(time()),
        // The last of them is not, or no longer, an option of the field.
        prop::option::of(prop::sample::select(vec!["north", "south", "gone"])),
    );
    (columns, custom, any::<bool>()).prop_map(|(c, x, parent)| {
        let shape = shape(&objects::CUSTOMERS);
        let mut r = Record::empty(&shape);
        let text = |s: Option<String>| s.map_or(Value::Null, Value::Text);
        r.set(&shape, "name", Value::Text(c.0.unwrap_or_else(|| "x".to_owned())));
        r.set(&shape, "city", text(c.1));
        r.set(&shape, "employees", c.2.map_or(Value::Null, Value::Int));
        r.set(&shape, "grade", c.3.map_or(Value::Null, |g| Value::Text(g.to_owned())));
        r.set(&shape, "last_contact_at", c.4.map_or(Value::Null, Value::Time));
        r.set(&shape, "last_order_on", c.5.map_or(Value::Null, Value::Date));
        let mut doc = serde_json::Map::new();
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                doc.insert(key.to_owned(), domain::record::custom_json(&value));
            }
        };
        put("c_text", text(x.0));
        put("c_int", x.1.map_or(Value::Null, Value::Int));
        put("c_number", x.2.map_or(Value::Null, |n| Value::Num((n * 4.0).round() / 4.0)));
        put("c_bool", x.3.map_or(Value::Null, Value::Bool));
        put("c_date", x.4.map_or(Value::Null, Value::Date));
        put("c_time", x.5.map_or(Value::Null, Value::Time));
        put("c_choice", text(x.6.map(str::to_owned)));
        *r.values.last_mut().unwrap() = Value::Json(Json::Object(doc).to_string());
        (r, parent)
    })
}

/// A test of any field with any operator that fits it.
fn test() -> impl Strategy<Value = Json> {
    let texts = prop::sample::select(vec!["name", "city", "custom.c_text", "parent_id.city"]);
    let text = (
        texts,
        prop::sample::select(vec!["eq", "ne", "contains", "not_contains", "starts_with"]),
        prop::sample::select(WORDS[1..].to_vec()),
    )
        .prop_map(|(f, op, v)| json!({"field": f, "op": op, "value": v}));
    let order = prop::sample::select(vec!["eq", "ne", "lt", "lte", "gt", "gte"]);
    let int = (prop::sample::select(vec!["employees", "custom.c_int", "parent_id.employees"]), order.clone(), 0i64..7)
        .prop_map(|(f, op, v)| json!({"field": f, "op": op, "value": v}));
    let number = (order.clone(), -8i64..8)
        .prop_map(|(op, v)| json!({"field": "custom.c_number", "op": op, "value": v as f64 / 4.0}));
    let between = (0i64..7, 0i64..7).prop_map(|(a, b)| json!({"field": "employees", "op": "between", "value": [a, b]}));
    let flag = any::<bool>().prop_map(|v| json!({"field": "custom.c_bool", "op": "eq", "value": v}));
    let date = (prop::sample::select(vec!["last_order_on", "custom.c_date"]), order.clone(), day())
        .prop_map(|(f, op, v)| json!({"field": f, "op": op, "value": v.to_string()}));
    let moment =
        (prop::sample::select(vec!["last_contact_at", "custom.c_time", "parent_id.last_contact_at"]), order, time())
            .prop_map(|(f, op, v)| json!({"field": f, "op": op, "value": domain::value::write_time(&v)}));
    let relative = (
        prop::sample::select(vec!["last_contact_at", "last_order_on", "custom.c_date", "custom.c_time"]),
        prop::sample::select(vec!["older_than_days", "within_days", "next_days"]),
        0i64..30,
    )
        .prop_map(|(f, op, v)| json!({"field": f, "op": op, "value": v}));
    let region = (prop::sample::select(vec!["eq", "ne"]), prop::sample::select(vec!["north", "south"]))
        .prop_map(|(op, v)| json!({"field": "custom.c_choice", "op": op, "value": v}));
    let member = (
        prop::sample::select(vec!["grade", "parent_id.grade"]),
        prop::sample::select(vec!["in", "not_in"]),
        prop::sample::subsequence(vec!["A", "B", "C", "D"], 1..4),
    )
        .prop_map(|(f, op, v)| json!({"field": f, "op": op, "value": v}));
    let fields = vec![
        "city",
        "grade",
        "employees",
        "last_contact_at",
        "last_order_on",
        "custom.c_text",
        "custom.c_bool",
        "custom.c_time",
        "custom.c_choice",
        "parent_id",
        "parent_id.city",
    ];
    let empty = (prop::sample::select(fields), prop::sample::select(vec!["is_empty", "is_not_empty"]))
        .prop_map(|(f, op)| json!({"field": f, "op": op}));
    prop_oneof![text, int, number, between, flag, date, moment, relative, region, member, empty]
}

fn condition() -> impl Strategy<Value = Json> {
    test().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|l| json!({ "all": l })),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|l| json!({ "any": l })),
            inner.prop_map(|c| json!({ "not": c })),
        ]
    })
}

/// Ids, versions and times for generated records; half of them have the first record as their parent.
fn complete(shape: &Shape, records: Vec<(Record, bool)>) -> Vec<Record> {
    let first = Uuid::now_v7();
    let stamp = |(i, (mut r, child)): (usize, (Record, bool))| {
        r.values[0] = Value::Id(if i == 0 { first } else { Uuid::now_v7() });
        r.values[1] = Value::Int(1);
        r.values[2] = Value::Time(now());
        r.values[3] = Value::Time(now());
        if i > 0 && child {
            r.set(shape, "parent_id", Value::Id(first));
        }
        r
    };
    records.into_iter().enumerate().map(stamp).collect()
}

fn all<'a>(shape: &'a Shape, order: &'a Order) -> List<'a> {
    List {
        shape,
        owners: Owners::All,
        archived: Archived::No,
        condition: None,
        search: None,
        order,
        after: None,
        limit: 1000,
        only: None,
    }
}

/// Runs a property with a database of an engine that is emptied before each case.
fn on(
    engine: Engine,
    cases: u32,
    f: impl Fn(&mut AnyConnection, Vec<(Record, bool)>, Json, Vec<(usize, bool)>) -> Result<(), TestCaseError>,
) {
    let Some(database) = Database::empty(engine) else { return };
    let pool = db::pool(database.url(), 1).unwrap();
    let mut conn = db::get(&pool).unwrap();
    db::migrate(&mut conn).unwrap();
    let conn = std::cell::RefCell::new(conn);
    let inputs = (
        prop::collection::vec(customer(), 1..24),
        condition(),
        prop::collection::vec((0..SORTS.len(), any::<bool>()), 0..3),
    );
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&inputs, |(records, condition, sort)| {
        let conn = &mut *conn.borrow_mut();
        // Rolled back, so that each case starts with an empty table.
        let mut result = Ok(());
        let undone: Result<(), persistence::DieselError> = db::write_tx(conn, |conn| {
            result = f(conn, records, condition, sort);
            Err(persistence::DieselError::RollbackTransaction)
        });
        assert!(undone.is_err());
        result
    });
    if let Err(e) = outcome {
        panic!("{engine:?}: {e}");
    }
}

fn means_the_same(engine: Engine) {
    on(engine, 300, |conn, records, json, _| {
        let shape = shape(&objects::CUSTOMERS);
        let records = complete(&shape, records);
        insert_many(conn, &shape, &records).unwrap();
        let cx = cx();
        let shapes = |key: &str| objects::find(key).map(self::shape);
        let reader = Reader { shape: &shape, shapes: &shapes, masks: Masks::default(), cx: &cx };
        let condition = reader.condition(&json, "filter").unwrap();
        let by_id: HashMap<Uuid, &Record> = records.iter().map(|r| (r.id(), r)).collect();
        let linked = |_: &'static domain::fields::ObjectDef, id: Uuid| by_id.get(&id).map(|r| (*r).clone());
        let expected: BTreeSet<Uuid> =
            records.iter().filter(|r| condition.matches(r, &linked, &cx)).map(Record::id).collect();
        let order = Order::Newest;
        let rows = list(conn, &List { condition: Some(&condition), ..all(&shape, &order) }).unwrap();
        let found: BTreeSet<Uuid> = rows.iter().map(|r| r.record.id()).collect();
        prop_assert_eq!(found, expected, "{}", json);
        Ok(())
    });
}

const SORTS: [&str; 7] =
    ["city", "employees", "last_contact_at", "last_order_on", "custom.c_int", "custom.c_time", "custom.c_choice"];

fn pages_are_whole(engine: Engine) {
    on(engine, 60, |conn, records, _, sort| {
        let shape = shape(&objects::CUSTOMERS);
        let records = complete(&shape, records);
        insert_many(conn, &shape, &records).unwrap();
        let cx = cx();
        let reader = Reader { shape: &shape, shapes: &|_| None, masks: Masks::default(), cx: &cx };
        let text = sort
            .iter()
            .map(|(i, down)| format!("{}{}", if *down { "-" } else { "" }, SORTS[*i]))
            .collect::<Vec<_>>()
            .join(",");
        let keys: Vec<SortKey> = reader.sort(&text).unwrap();
        let order = Order::Keys(keys.clone());
        let whole: Vec<Uuid> = list(conn, &all(&shape, &order)).unwrap().iter().map(|r| r.record.id()).collect();
        let mut paged = Vec::new();
        let mut after: Option<After> = None;
        loop {
            let page = list(conn, &List { after: after.as_ref(), limit: 3, ..all(&shape, &order) }).unwrap();
            let Some(last) = page.last() else { break };
            let values = keys.iter().map(|k| last.record.value(&k.field.place, &k.field.field, &cx)).collect();
            after = Some(After::Keys(values, last.record.id()));
            paged.extend(page.iter().map(|r| r.record.id()));
        }
        prop_assert_eq!(&paged, &whole, "{}", text);
        prop_assert_eq!(paged.len(), records.len());
        Ok(())
    });
}

#[test]
fn a_condition_means_the_same_in_memory_and_on_sqlite() {
    means_the_same(Engine::Sqlite);
}

#[test]
fn a_condition_means_the_same_in_memory_and_on_postgres() {
    means_the_same(Engine::Postgres);
}

#[test]
fn pages_lose_and_repeat_nothing_on_sqlite() {
    pages_are_whole(Engine::Sqlite);
}

#[test]
fn pages_lose_and_repeat_nothing_on_postgres() {
    pages_are_whole(Engine::Postgres);
}
