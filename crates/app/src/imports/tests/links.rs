//! What names lead to while others make records too.

use contract::imports::ImportState;
use serde_json::json;
use uuid::Uuid;

use super::House;
use crate::Error;
use crate::imports::links::{Found, Links, Wanted};
use crate::records::Writer;

fn find(house: &House, links: &mut Links, object: &str, within: Option<Uuid>, name: &str) -> Found {
    let wanted: Wanted = [(within, name.to_owned())].into();
    house.with(|ctx| links.look_up(ctx, object, &wanted)).unwrap();
    links.find(object, within, name)
}

#[test]
fn what_somebody_makes_between_two_steps_is_found_by_the_next() {
    let house = House::new();
    let mut links = Links::default();
    let known = house.make("customers", json!({ "name": "甲公司" }));
    assert_eq!(find(&house, &mut links, "customers", None, "甲公司"), Found::One(known));
    assert_eq!(find(&house, &mut links, "customers", None, "ACME"), Found::None);
    assert_eq!(find(&house, &mut links, "contacts", Some(known), "王伟"), Found::None);
    links.keep();
    let acme = house.make("customers", json!({ "name": "Acme" }));
    let contact = house.make("contacts", json!({ "name": "王伟", "customer_id": known }));
    assert_eq!(find(&house, &mut links, "customers", None, "ACME"), Found::One(acme));
    assert_eq!(find(&house, &mut links, "customers", None, &acme.to_string()), Found::One(acme));
    assert_eq!(find(&house, &mut links, "contacts", Some(known), "王伟"), Found::One(contact));
}

#[test]
fn between_two_steps_a_record_is_archived_and_another_becomes_part_of_a_third() {
    let house = House::new();
    let mut links = Links::default();
    let [kept, merged, gone] =
        ["甲公司", "乙公司", "丙公司"].map(|name| house.make("customers", json!({ "name": name })));
    for (name, id) in [("甲公司", kept), ("乙公司", merged), ("丙公司", gone)] {
        assert_eq!(find(&house, &mut links, "customers", None, name), Found::One(id));
    }
    links.keep();
    house.with(|ctx| crate::records::archive(ctx, "customers", gone, None)).unwrap();
    let merge = serde_json::from_value(json!({ "ids": [merged] })).unwrap();
    house.with(|ctx| crate::records::merge(ctx, "customers", kept, None, &merge)).unwrap();
    assert_eq!(find(&house, &mut links, "customers", None, "乙公司"), Found::One(kept));
    assert_eq!(find(&house, &mut links, "customers", None, "甲公司"), Found::One(kept));
    assert_eq!(find(&house, &mut links, "customers", None, "丙公司"), Found::None);
    assert_eq!(find(&house, &mut links, "customers", None, &merged.to_string()), Found::None);
}

#[test]
fn within_a_step_a_name_that_is_not_there_is_asked_for_once() {
    let house = House::new();
    let mut links = Links::default();
    assert_eq!(find(&house, &mut links, "customers", None, "ACME"), Found::None);
    house.make("customers", json!({ "name": "ACME" }));
    assert_eq!(find(&house, &mut links, "customers", None, "ACME"), Found::None);
}

#[test]
fn nothing_is_kept_of_a_step_that_is_rolled_back_and_what_others_made_meanwhile_is_found() {
    let house = House::new();
    let mut links = Links::default();
    assert_eq!(find(&house, &mut links, "tags", None, "VIP"), Found::None);
    let made = house.with(|ctx| {
        let mut writer = Writer::import(ctx.shape("tags")?, Uuid::now_v7());
        let owner = ctx.actor.user_id;
        links.make(ctx, &mut writer, None, "VIP", owner)
    });
    let (made, _) = made.unwrap();
    assert_eq!(links.find("tags", None, "vip"), Found::One(made));
    // It was never written.
    links.forget();
    assert_eq!(links.find("tags", None, "VIP"), Found::None);
    assert_eq!(links.find("tags", None, &made.to_string()), Found::None);
    let other = house.make("tags", json!({ "name": "VIP", "color": "error" }));
    assert_eq!(find(&house, &mut links, "tags", None, "VIP"), Found::One(other));
}

#[test]
fn of_many_customers_an_archived_one_is_not_linked_by_its_id() {
    let house = House::new();
    let text: String = std::iter::once("公司\n".to_owned()).chain((0..5_001).map(|n| format!("客户{n}\n"))).collect();
    house.run(house.draft("customers", "crowd.csv", text.as_bytes()).id, false);
    let gone = house.make("customers", json!({ "name": "甲公司" }));
    house.with(|ctx| crate::records::archive(ctx, "customers", gone, None)).unwrap();
    assert_eq!(find(&house, &mut Links::default(), "customers", None, &gone.to_string()), Found::None);
}

#[test]
fn a_name_that_its_field_does_not_take_makes_nothing() {
    let house = House::new();
    let long = "长".repeat(201);
    let file = format!("姓名,公司\n一,{long}\n二,\"甲\n公司\"\n三,甲 公司\n");
    let draft = house.draft("contacts", "x.csv", file.as_bytes());
    house.patch(draft.id, json!({ "create_missing": { "customer_id": true } }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (2, 1), "{:?}", done.issues);
    assert_eq!(house.codes(draft.id), [(2, "link_not_created".to_owned())]);
    let names: Vec<_> = house.records("customers").iter().map(|r| house.value("customers", r, "name")).collect();
    assert_eq!(names, [super::text("甲 公司")]);
}

#[test]
fn a_name_that_its_field_does_not_take_is_not_waited_for_in_the_file_itself() {
    let house = House::new();
    let long = "长".repeat(201);
    let file = format!("公司,上级客户\n甲公司,{long}\n乙公司,丙公司\n");
    let draft = house.draft("customers", "x.csv", file.as_bytes());
    house.patch(draft.id, json!({ "create_missing": { "parent_id": true } }));
    for dry_run in [true, false] {
        let done = house.run(draft.id, dry_run);
        assert_eq!(done.state, ImportState::Done);
        assert_eq!(house.codes(draft.id)[0], (2, "link_not_created".to_owned()), "{dry_run}");
    }
    assert_eq!(house.count("customers"), 2);
}

#[test]
fn options_name_only_what_is_there_and_a_run_asks_again() {
    let house = House::new();
    let [kept, gone] = ["甲公司", "乙公司"].map(|name| house.make("customers", json!({ "name": name })));
    let said = json!({ "customer_id": { "甲": kept, "乙": gone } });
    let [by_value, by_default] =
        [(); 2].map(|()| house.draft("contacts", "x.csv", "姓名,公司\n一,甲\n二,乙\n".as_bytes()));
    house.patch(by_value.id, json!({ "value_links": said }));
    house.patch(by_default.id, json!({ "mapping": { "公司": null }, "defaults": { "customer_id": gone } }));
    house.with(|ctx| crate::records::archive(ctx, "customers", gone, None)).unwrap();
    for (options, field, code) in [
        (json!({ "value_links": said }), "value_links.customer_id", "link_missing"),
        (json!({ "defaults": { "customer_id": gone } }), "defaults.customer_id", "link_missing"),
        (json!({ "default_owner_id": kept }), "default_owner_id", "link_missing"),
        (json!({ "defaults": { "version": 7 } }), "defaults.version", "read_only"),
    ] {
        let patch = serde_json::from_value(options).unwrap();
        let Err(Error::Invalid(errors)) = house.with(|ctx| crate::imports::patch(ctx, by_value.id, &patch)) else {
            panic!("{field} is accepted")
        };
        let errors: Vec<(&str, &str)> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(errors, [(field, code)]);
    }
    let done = house.run(by_value.id, false);
    assert_eq!((done.state, done.progress.created), (ImportState::Done, 1), "{:?}", done.issues);
    assert_eq!(house.codes(by_value.id), [(3, "link_not_found".to_owned())]);
    let failed = house.run(by_default.id, false);
    assert_eq!((failed.state, failed.error.as_deref()), (ImportState::Failed, Some("default_missing")));
}
