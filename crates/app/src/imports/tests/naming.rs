//! Which records the names in a file mean.

use std::fmt::Write;

use contract::imports::ImportState;
use domain::value::Value;
use uuid::Uuid;

use super::{House, text};

fn make(house: &House, object: &str, json: serde_json::Value) -> Uuid {
    let made = house.with(|ctx| crate::records::create(ctx, object, &json).map(|_| ()));
    made.unwrap();
    house.records(object).last().unwrap().id()
}

/// Two customers, each with a contact of the same name.
fn namesakes(house: &House) -> [(Uuid, Uuid); 2] {
    ["甲公司", "乙公司"].map(|name| {
        let customer = make(house, "customers", serde_json::json!({ "name": name }));
        let contact = make(house, "contacts", serde_json::json!({ "name": "王伟", "customer_id": customer }));
        (customer, contact)
    })
}

fn linked(house: &House, object: &str, key: &str) -> Vec<Value> {
    house.records(object).iter().map(|record| house.value(object, record, key)).collect()
}

#[test]
fn of_contacts_with_one_name_the_customer_of_the_row_decides() {
    let house = House::new();
    let [(_, first), (_, second)] = namesakes(&house);
    let draft =
        house.draft("tasks", "x.csv", "任务,客户,联系人\n一,乙公司,王伟\n二,甲公司,王伟\n三,,王伟\n".as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (2, 1), "{:?} {:?}", draft.options, done.issues);
    assert_eq!(linked(&house, "tasks", "contact_id"), [Value::Id(second), Value::Id(first)]);
    assert_eq!(house.codes(draft.id), [(4, "ambiguous_link".to_owned())]);
}

#[test]
fn nobody_of_another_customer_is_linked_and_who_is_made_belongs_to_the_customer_of_the_row() {
    let house = House::new();
    let [(_, first), _] = namesakes(&house);
    let third = make(&house, "customers", serde_json::json!({ "name": "丙公司" }));
    let file = "任务,客户,联系人\n一,丙公司,王伟\n二,甲公司,王伟\n三,丁公司,王伟\n四,丙公司,王伟\n";
    let draft = house.draft("tasks", "x.csv", file.as_bytes());
    house.patch(draft.id, serde_json::json!({ "create_missing": { "customer_id": true } }));
    let tried = house.run(draft.id, true);
    assert_eq!((tried.progress.created, tried.progress.rejected), (1, 3), "{:?}", tried.issues);
    house.patch(draft.id, serde_json::json!({ "create_missing": { "contact_id": true } }));
    let done = house.run(draft.id, false);
    assert_eq!((done.state, done.progress.created), (ImportState::Done, 4), "{:?}", done.issues);
    let made = done.progress.created_linked;
    assert_eq!((made["customers"], made["contacts"]), (1, 2));
    let contacts = house.records("contacts");
    let of = |contact: &Value| {
        let record = contacts.iter().find(|record| Value::Id(record.id()) == *contact).unwrap();
        house.value("contacts", record, "customer_id")
    };
    let people = linked(&house, "tasks", "contact_id");
    let customers = linked(&house, "tasks", "customer_id");
    assert_eq!(people.iter().map(of).collect::<Vec<_>>(), customers);
    assert_eq!((&people[1], &customers[0]), (&Value::Id(first), &Value::Id(third)));
    assert_eq!(people[0], people[3]);
}

/// A file of tasks, a quarter more rows than one step takes, which names six people at three customers.
fn long_file() -> String {
    let mut file = "任务,客户,联系人\n".to_owned();
    for n in 0..5_000 {
        let _ = writeln!(file, "第{n}次,新客户{},人{}", n % 3, n % 2);
    }
    file
}

#[test]
fn a_dry_run_of_several_steps_counts_a_missing_record_once() {
    let house = House::new();
    let draft = house.draft("tasks", "x.csv", long_file().as_bytes());
    house.patch(draft.id, serde_json::json!({ "create_missing": { "customer_id": true, "contact_id": true } }));
    let tried = house.run(draft.id, true);
    assert_eq!(tried.progress.created_linked["customers"], 3, "{:?}", tried.issues);
    assert_eq!(tried.progress.created_linked["contacts"], 6);
    assert_eq!((house.count("customers"), house.count("contacts")), (0, 0));
    let done = house.run(draft.id, false);
    assert_eq!((tried.progress, tried.issues), (done.progress, done.issues));
}

/// More customers than are held in memory, all but the last few with plain names.
fn crowd(house: &House, last: &[&str]) {
    let mut file = "公司\n".to_owned();
    (0..5_001).for_each(|n| {
        let _ = writeln!(file, "客户{n}");
    });
    last.iter().for_each(|name| file.push_str(&format!("{name}\n")));
    let done = house.run(house.draft("customers", "crowd.csv", file.as_bytes()).id, false);
    assert_eq!(done.progress.created, 5_001 + last.len() as i64, "{:?}", done.issues);
}

#[test]
fn among_many_records_width_case_and_blanks_of_a_name_do_not_matter() {
    let house = House::new();
    let names = ["Acme", "iPhone Care", "华为（中国）", "ＡＢＣ贸易", "École"];
    crowd(&house, &names);
    let customers = house.records("customers");
    let id = |name: &str| {
        let found = house.with(|ctx| {
            let shape = ctx.shape("customers")?;
            let owners = persistence::records::Owners::All;
            Ok(persistence::records::find_by_text(ctx.conn, &shape, "name", &[name.to_owned()], owners)?)
        });
        Value::Id(found.unwrap()[0].1)
    };
    assert!(!customers.is_empty());
    let file = "姓名,公司\n一,ACME\n二,Acme\n三,ａｃｍｅ\n四,IPHONE  care\n五,华为(中国)\n六,abc贸易\n七,éCOLE\n八,Acme Two\n九,acme two\n";
    let draft = house.draft("contacts", "x.csv", file.as_bytes());
    house.patch(draft.id, serde_json::json!({ "create_missing": { "customer_id": true } }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.created_linked["customers"]), (9, 1), "{:?}", done.issues);
    let linked = linked(&house, "contacts", "customer_id");
    let wanted = ["Acme", "Acme", "Acme", "iPhone Care", "华为（中国）", "ＡＢＣ贸易", "École"].map(id);
    assert_eq!(linked[..7], wanted);
    assert_eq!(linked[7], linked[8]);
    assert_eq!(house.value("customers", house.records("customers").last().unwrap(), "name"), text("Acme Two"));
}

#[test]
fn among_many_contacts_the_customer_of_the_row_decides() {
    let house = House::new();
    let [_, (_, second)] = namesakes(&house);
    let mut file = "姓名,公司\n".to_owned();
    (0..5_001).for_each(|n| {
        let _ = writeln!(file, "人{n},甲公司");
    });
    let done = house.run(house.draft("contacts", "crowd.csv", file.as_bytes()).id, false);
    assert_eq!(done.progress.created, 5_001, "{:?}", done.issues);
    let file = "任务,客户,联系人\n一,乙公司,王伟\n二,乙公司,人7\n三,甲公司,人7\n四,,人8\n五,,王伟\n";
    let draft = house.draft("tasks", "x.csv", file.as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!(house.codes(draft.id), [(3, "link_not_found".to_owned()), (6, "ambiguous_link".to_owned())]);
    assert_eq!(done.progress.created, 3, "{:?}", done.issues);
    assert_eq!(linked(&house, "tasks", "contact_id")[0], Value::Id(second));
}

/// A house whose importer sees phones and addresses only masked.
fn masked_house() -> House {
    use domain::policy::{Mask, Masks};
    let mut house = House::new();
    let mut permissions = (*house.actor.permissions).clone();
    permissions.masks = Masks { phone: Mask::Partial, email: Mask::Partial };
    let mut conn = persistence::db::get(&house.pool).unwrap();
    let mut role =
        persistence::identity::roles(&mut conn).unwrap().into_iter().find(|r| r.key == "everything").unwrap();
    role.permissions = permissions.clone();
    role.version += 1;
    persistence::db::write_tx::<_, crate::Error>(&mut conn, |conn| {
        assert!(persistence::identity::update_role(conn, &role)?);
        Ok(())
    })
    .unwrap();
    house.actor.permissions = std::sync::Arc::new(permissions);
    house
}

#[test]
fn nobody_learns_by_a_link_whose_phone_or_address_it_is_that_he_sees_masked() {
    let file = "任务,联系人\n一,13800000000\n二,li@example.com\n三,李四\n";
    for (house, created) in [(House::new(), 3), (masked_house(), 1)] {
        let person = serde_json::json!({ "name": "李四", "phone": "13800000000", "email": "li@example.com" });
        make(&house, "contacts", person);
        let draft = house.draft("tasks", "x.csv", file.as_bytes());
        let open = draft.unmatched.get("contact_id").map_or(0, Vec::len);
        assert_eq!(open, 3 - created as usize, "{:?}", draft.unmatched);
        let done = house.run(draft.id, false);
        assert_eq!(done.progress.created, created, "{:?}", done.issues);
    }
}

#[test]
fn a_number_or_an_address_tells_who_is_meant_and_so_does_a_name_that_belongs_to_nobody() {
    for crowded in [false, true] {
        let house = House::new();
        let [_, _] = namesakes(&house);
        let person = |json| make(&house, "contacts", json);
        let loose = person(serde_json::json!({ "name": "李四" }));
        let reached =
            person(serde_json::json!({ "name": "赵六", "phone": "13800000000", "email": "zhao@example.com" }));
        if crowded {
            let mut file = "姓名,公司\n".to_owned();
            (0..5_001).for_each(|n| {
                let _ = writeln!(file, "人{n},甲公司");
            });
            house.run(house.draft("contacts", "crowd.csv", file.as_bytes()).id, false);
        }
        make(&house, "customers", serde_json::json!({ "name": "丙公司" }));
        let file =
            "任务,客户,联系人\n一,丙公司,李四\n二,丙公司,zhao@example.com\n三,丙公司,13800000000\n四,丙公司,王伟\n";
        let draft = house.draft("tasks", "x.csv", file.as_bytes());
        let done = house.run(draft.id, false);
        assert_eq!(house.codes(draft.id), [(5, "link_not_found".to_owned())], "{:?}", done.issues);
        assert_eq!(linked(&house, "tasks", "contact_id"), [loose, reached, reached].map(Value::Id));
    }
}

#[test]
fn nobody_is_linked_whose_customer_the_row_names_but_nobody_knows() {
    let house = House::new();
    let [(_, first), _] = namesakes(&house);
    make(&house, "contacts", serde_json::json!({ "name": "李四" }));
    let file = "任务,客户,联系人\n一,无此公司,李四\n二,甲公司,王伟\n";
    let draft = house.draft("tasks", "x.csv", file.as_bytes());
    house.patch(draft.id, serde_json::json!({ "bad_cells": "leave_empty", "create_missing": { "contact_id": true } }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, house.count("contacts")), (2, 3), "{:?}", done.issues);
    assert_eq!(house.codes(draft.id), [(2, "link_not_found".to_owned()), (2, "link_not_found".to_owned())]);
    assert_eq!(linked(&house, "tasks", "contact_id"), [Value::Null, Value::Id(first)]);
}

#[test]
fn of_people_at_the_customer_of_each_row_nothing_is_asked_for_the_whole_file() {
    let house = House::new();
    namesakes(&house);
    let open = |file: &str, defaults: serde_json::Value| {
        let draft = house.draft("tasks", "x.csv", file.as_bytes());
        house.patch(draft.id, serde_json::json!({ "defaults": defaults })).unmatched.contains_key("contact_id")
    };
    let customer = house.records("customers")[0].id();
    assert!(!open("任务,客户,联系人\n一,乙公司,王伟伟\n", serde_json::json!({})));
    assert!(!open("任务,联系人\n一,王伟伟\n", serde_json::json!({ "customer_id": customer })));
    assert!(open("任务,联系人\n一,王伟伟\n", serde_json::json!({})));
}
