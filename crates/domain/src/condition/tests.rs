use super::*;
use crate::objects;
use chrono::{FixedOffset, TimeZone, Utc};
use serde_json::json;

fn cx() -> ParseCx {
    let offset = FixedOffset::east_opt(8 * 3600).unwrap();
    ParseCx {
        zone: crate::zone::Zone::fixed(offset),
        me: Some(Uuid::from_u128(7)),
        now: Utc.with_ymd_and_hms(2026, 3, 15, 4, 0, 0).unwrap(),
    }
}

fn shape() -> Shape {
    Shape::plain(&objects::CUSTOMERS)
}

fn read(json: serde_json::Value) -> Result<Condition, Vec<FieldError>> {
    let (shape, cx) = (shape(), cx());
    let shapes = |key: &str| objects::find(key).map(|def| Arc::new(Shape::plain(def)));
    Reader { shape: &shape, shapes: &shapes, masks: Masks::default(), cx: &cx }.condition(&json, "filter")
}

fn record(pairs: &[(&str, Value)]) -> Record {
    let shape = shape();
    let mut r = Record::empty(&shape);
    for (k, v) in pairs {
        r.set(&shape, k, v.clone());
    }
    r
}

fn holds(json: serde_json::Value, pairs: &[(&str, Value)]) -> bool {
    read(json).unwrap().matches(&record(pairs), &|_, _| None, &cx())
}

#[test]
fn a_test_on_an_unknown_value_is_false_and_its_negation_true() {
    assert!(!holds(json!({"field":"employees","op":"gt","value":5}), &[]));
    assert!(holds(json!({"not":{"field":"employees","op":"gt","value":5}}), &[]));
    assert!(holds(json!({"field":"employees","op":"ne","value":5}), &[]));
    assert!(holds(json!({"field":"grade","op":"not_in","value":["A"]}), &[]));
}

#[test]
fn every_operator_decides_as_its_name_says() {
    let r = [
        ("name", Value::Text("Huawei 华为技术".into())),
        ("employees", Value::Int(120)),
        ("grade", Value::Text("A".into())),
        ("last_contact_at", Value::Time(Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap())),
    ];
    for (expected, test) in [
        (true, json!({"field":"employees","op":"eq","value":120})),
        (true, json!({"field":"employees","op":"between","value":[100,120]})),
        (false, json!({"field":"employees","op":"lt","value":120})),
        (true, json!({"field":"employees","op":"lte","value":120})),
        (true, json!({"field":"grade","op":"in","value":["A","B"]})),
        (true, json!({"field":"name","op":"contains","value":"HUAWEI"})),
        (true, json!({"field":"name","op":"contains","value":"为技"})),
        (false, json!({"field":"name","op":"not_contains","value":"为技"})),
        (true, json!({"field":"name","op":"starts_with","value":"hua"})),
        (true, json!({"field":"phone","op":"is_empty"})),
        (true, json!({"field":"name","op":"is_not_empty"})),
        (true, json!({"field":"last_contact_at","op":"older_than_days","value":14})),
        (false, json!({"field":"last_contact_at","op":"older_than_days","value":15})),
        (true, json!({"field":"last_contact_at","op":"within_days","value":15})),
        (true, json!({"field":"tags","op":"has_none","value":["00000000-0000-7000-8000-000000000001"]})),
        (true, json!({"all":[]})),
        (false, json!({"any":[]})),
    ] {
        assert_eq!(holds(test.clone(), &r), expected, "{test}");
    }
}

#[test]
fn a_fault_names_its_place_and_every_fault_is_reported() {
    let errors = read(json!({"all":[
        {"field":"colour","op":"eq","value":1},
        {"field":"grade","op":"contains","value":"A"},
        {"any":[{"field":"employees","op":"gt","value":"many"}]},
        {"field":"name","op":"eq","value":"x","extra":1}
    ]}))
    .unwrap_err();
    let found: Vec<(&str, &str)> = errors.iter().map(|e| (e.field.as_str(), e.code)).collect();
    assert_eq!(
        found,
        [
            ("filter.all[0].field", "unknown_field"),
            ("filter.all[1].op", "unknown_operator"),
            ("filter.all[2].any[0].value", "wrong_type"),
            ("filter.all[3].extra", "unknown_field")
        ]
    );
}

#[test]
fn nesting_and_size_are_limited() {
    let mut deep = json!({"field":"name","op":"is_empty"});
    for _ in 0..20 {
        deep = json!({ "not": deep });
    }
    assert_eq!(read(deep).unwrap_err()[0].code, "too_deep");
    let many: Vec<_> = (0..101).map(|_| json!({"field":"name","op":"is_empty"})).collect();
    assert_eq!(read(json!({ "all": many })).unwrap_err()[0].code, "too_many");
    let groups = |n: usize| read(json!({ "any": vec![json!({ "all": [] }); n] }));
    assert!(groups(499).is_ok());
    assert_eq!((groups(500).unwrap_err()[0].field.as_str(), groups(500).unwrap_err()[0].code), ("filter", "too_many"));
    let tags = |ids: usize| {
        let id = |n: usize| Uuid::from_u128(n as u128).to_string();
        json!({ "field": "tags", "op": "has_none", "value": (0..ids).map(id).collect::<Vec<_>>() })
    };
    assert!(read(json!({ "all": vec![tags(1000); 5] })).is_ok());
    let over = read(json!({ "all": [tags(1000), tags(1000), { "any": vec![tags(1000); 3] }, tags(1)] })).unwrap_err();
    assert_eq!((over[0].field.as_str(), over[0].code, over[0].detail.as_str()), ("filter", "too_many", "5000"));
}

#[test]
fn a_masked_field_cannot_be_tested() {
    let (shape, cx) = (shape(), cx());
    let masks = Masks { phone: Mask::Partial, email: Mask::Clear };
    let reader = Reader { shape: &shape, shapes: &|_| None, masks, cx: &cx };
    let error = reader.condition(&json!({"field":"phone","op":"starts_with","value":"138"}), "filter").unwrap_err();
    assert_eq!(error[0].code, "masked");
    assert_eq!(reader.sort("phone").unwrap_err()[0].code, "not_sortable");
}

#[test]
fn a_linked_field_is_read_through_its_link() {
    let shape = Shape::plain(&objects::CONTACTS);
    let cx = cx();
    let shapes = |key: &str| objects::find(key).map(|def| Arc::new(Shape::plain(def)));
    let reader = Reader { shape: &shape, shapes: &shapes, masks: Masks::default(), cx: &cx };
    let c = reader.condition(&json!({"field":"customer_id.grade","op":"eq","value":"A"}), "filter").unwrap();
    let mut contact = Record::empty(&shape);
    let customer = record(&[("grade", Value::Text("A".into()))]);
    assert!(!c.matches(&contact, &|_, _| Some(customer.clone()), &cx));
    contact.set(&shape, "customer_id", Value::Id(Uuid::from_u128(1)));
    assert!(c.matches(&contact, &|_, _| Some(customer.clone()), &cx));
}

#[test]
fn an_equality_of_a_query_string_reads_lists_numbers_and_me() {
    let (shape, cx) = (shape(), cx());
    let reader = Reader { shape: &shape, shapes: &|_| None, masks: Masks::default(), cx: &cx };
    let op = |name: &str, text: &str| match reader.equality(name, text) {
        Ok(Condition::Test(t)) => t.op,
        other => panic!("{other:?}"),
    };
    assert_eq!(op("grade", "A,B"), Op::In(vec![Value::Text("A".into()), Value::Text("B".into())]));
    assert_eq!(op("employees", "12"), Op::Eq(Value::Int(12)));
    assert_eq!(op("owner_id", "$me"), Op::Eq(Value::Id(Uuid::from_u128(7))));
    assert_eq!(op("grade", ""), Op::IsEmpty);
    assert!(reader.equality("employees", "x").is_err());
    for (name, text) in
        [("phone", " "), ("employees", "null"), ("owner_id", " "), ("grade", "A,"), ("grade", ", "), ("grade", "A, ,B")]
    {
        let refused = reader.equality(name, text).unwrap_err();
        assert_eq!(refused, [FieldError::new(name, "required", "")], "{name}={text}");
    }
}
