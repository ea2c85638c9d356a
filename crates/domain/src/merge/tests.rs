use super::{children, lists, mergeable, plan};
use crate::objects::{ACTIVITIES, CONTACTS, CUSTOMERS, PRODUCTS};
use crate::record::{Record, Shape};
use crate::value::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn record(shape: &Shape, n: u128, values: &[(&str, Value)]) -> Record {
    let mut record = Record::empty(shape);
    record.values[0] = Value::Id(id(n));
    for (key, value) in values {
        record.set(shape, key, value.clone());
    }
    record
}

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

fn list(members: &[u128]) -> Value {
    Value::List(members.iter().map(|n| Value::Id(id(*n))).collect())
}

#[test]
fn the_survivor_keeps_its_values_and_is_filled_from_the_others_in_their_order() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[("name", text("甲公司"))]);
    let second = record(&shape, 2, &[("name", text("乙公司")), ("city", text("上海"))]);
    let third = record(&shape, 3, &[("city", text("北京")), ("industry", text("制造"))]);
    let plan = plan(&shape, &survivor, &[second, third], &BTreeMap::new(), &[]).unwrap();
    assert_eq!(plan.changes.get(&shape, "name"), None);
    assert_eq!(plan.changes.get(&shape, "city"), Some(&text("上海")));
    assert_eq!(plan.changes.get(&shape, "industry"), Some(&text("制造")));
    let from = |field: &str| plan.kept.iter().find(|k| k.field == field).map(|k| (k.from.clone(), k.changed));
    assert_eq!(from("name"), Some((vec![id(1)], false)));
    assert_eq!(from("city"), Some((vec![id(2)], true)));
    assert_eq!(from("industry"), Some((vec![id(3)], true)));
    assert_eq!(from("website"), None);
}

#[test]
fn lists_are_united_unless_one_is_chosen() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[("tags", list(&[20, 30]))]);
    let other = record(&shape, 2, &[("tags", list(&[10, 30]))]);
    let united = plan(&shape, &survivor, std::slice::from_ref(&other), &BTreeMap::new(), &[]).unwrap();
    assert_eq!(united.changes.get(&shape, "tags"), Some(&list(&[10, 20, 30])));
    let chosen = BTreeMap::from([("tags".to_owned(), id(2))]);
    let one = plan(&shape, &survivor, &[other], &chosen, &[]).unwrap();
    assert_eq!(one.changes.get(&shape, "tags"), Some(&list(&[10, 30])));
}

#[test]
fn what_was_chosen_is_kept_even_where_it_is_empty() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[("city", text("上海"))]);
    let other = record(&shape, 2, &[("name", text("乙公司"))]);
    let chosen = BTreeMap::from([("city".to_owned(), id(2)), ("name".to_owned(), id(2))]);
    let plan = plan(&shape, &survivor, &[other], &chosen, &[]).unwrap();
    assert_eq!(plan.changes.get(&shape, "city"), Some(&Value::Null));
    assert_eq!(plan.changes.get(&shape, "name"), Some(&text("乙公司")));
}

#[test]
fn a_wrong_choice_names_its_field() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[("name", text("甲公司"))]);
    let other = record(&shape, 2, &[]);
    for (field, of, code) in
        [("planet", 2, "unknown_field"), ("health", 2, "read_only"), ("city", 9, "not_merged"), ("name", 2, "required")]
    {
        let chosen = BTreeMap::from([(field.to_owned(), id(of))]);
        let errors = plan(&shape, &survivor, std::slice::from_ref(&other), &chosen, &[]).unwrap_err();
        assert_eq!((errors[0].field.as_str(), errors[0].code), (format!("values.{field}").as_str(), code));
    }
}

#[test]
fn a_grade_that_the_model_gave_another_record_is_not_taken_over_one_set_by_hand_is() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[]);
    let computed = record(&shape, 2, &[("grade", text("A"))]);
    let by_hand = record(&shape, 3, &[("grade", text("B")), ("grade_manual", Value::Bool(true))]);
    let plan = plan(&shape, &survivor, &[computed, by_hand], &BTreeMap::new(), &[]).unwrap();
    assert_eq!(plan.changes.get(&shape, "grade"), Some(&text("B")));
}

#[test]
fn a_link_between_the_merged_records_is_cut() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[("parent_id", Value::Id(id(2)))]);
    let other = record(&shape, 2, &[("parent_id", Value::Id(id(7)))]);
    let handed_on = plan(&shape, &survivor, &[other], &BTreeMap::new(), &[]).unwrap();
    assert_eq!(handed_on.changes.get(&shape, "parent_id"), Some(&Value::Id(id(7))));
    let alone = plan(&shape, &survivor, &[record(&shape, 2, &[])], &BTreeMap::new(), &[]).unwrap();
    assert_eq!(alone.changes.get(&shape, "parent_id"), Some(&Value::Null));
}

#[test]
fn of_the_parents_of_the_others_none_is_taken_that_comes_to_hang_below_the_survivor() {
    let shape = Shape::plain(&CUSTOMERS);
    let under = |n: u128, parent: u128| record(&shape, n, &[("parent_id", Value::Id(id(parent)))]);
    let others = [under(2, 7), under(3, 8)];
    let survivor = record(&shape, 1, &[]);
    let one = plan(&shape, &survivor, &others, &BTreeMap::new(), &[id(7)]).unwrap();
    assert_eq!(one.changes.get(&shape, "parent_id"), Some(&Value::Id(id(8))));
    let none = plan(&shape, &survivor, &others, &BTreeMap::new(), &[id(7), id(8)]).unwrap();
    assert_eq!(none.changes.get(&shape, "parent_id"), None);
    // Its own place is for people to decide.
    let own = plan(&shape, &under(1, 7), &others, &BTreeMap::new(), &[id(7)]).unwrap();
    assert_eq!(own.changes.get(&shape, "parent_id"), None);
}

#[test]
fn whoever_is_merged_and_merges_twice_ends_with_the_same() {
    let shape = Shape::plain(&CUSTOMERS);
    let survivor = record(&shape, 1, &[("tags", list(&[5]))]);
    let other = record(&shape, 2, &[("tags", list(&[4])), ("city", text("上海"))]);
    let first = plan(&shape, &survivor, std::slice::from_ref(&other), &BTreeMap::new(), &[]).unwrap();
    let mut merged = survivor;
    first.changes.apply(&shape, &mut merged);
    let second = plan(&shape, &merged, &[other], &BTreeMap::new(), &[]).unwrap();
    assert!(second.changes.columns.is_empty() && second.kept.iter().all(|k| !k.changed));
}

#[test]
fn the_children_are_found_from_the_declarations() {
    let of = |target: &str| -> Vec<String> {
        children(target).iter().map(|c| format!("{}.{}", c.def.key, c.field.key)).collect()
    };
    let customers = of("customers");
    for child in ["contacts.customer_id", "orders.customer_id", "customers.parent_id", "behaviours.customer_id"] {
        assert!(customers.iter().any(|c| c == child), "{child}");
    }
    let contacts = of("contacts");
    for child in ["activities.contact_id", "activities.audience_ids", "opportunities.contact_id"] {
        assert!(contacts.iter().any(|c| c == child), "{child}");
    }
    assert!(mergeable(&CUSTOMERS) && mergeable(&CONTACTS) && !mergeable(&PRODUCTS));
    let names = |def| lists(def).iter().filter_map(|at| Shape::plain(def).column(*at)).map(|f| f.key.to_string());
    assert_eq!(names(&ACTIVITIES).collect::<Vec<_>>(), ["audience_ids"]);
}
