//! Which records the rows of a file are about.

use std::fmt::Write;
use std::sync::Arc;

use contract::imports::{ImportPatch, ImportState};
use domain::value::Value;
use persistence::db::write_tx;
use serde_json::json;

use super::{House, text};
use crate::{Ctx, Error};

fn phones(rows: &[(&str, &str, &str)]) -> String {
    let mut file = "姓名,电话,邮箱\n".to_owned();
    rows.iter().for_each(|(name, phone, email)| {
        let _ = writeln!(file, "{name},{phone},{email}");
    });
    file
}

#[test]
fn people_with_one_switchboard_number_stay_several() {
    let house = House::new();
    let file = phones(&[
        ("张三", "021-55556666", "zhang@example.com"),
        ("李四", "021 5555 6666", "li@example.com"),
        ("王五", "13800000000", "wang@example.com"),
    ]);
    let draft = house.draft("contacts", "x.csv", file.as_bytes());
    assert_eq!(draft.options.match_fields, ["email"]);
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.updated), (3, 0), "{:?}", done.issues);
    let shared = file.replace("li@", "zhang@");
    let draft = house.draft("contacts", "x.csv", shared.as_bytes());
    assert!(draft.options.match_fields.is_empty(), "{:?}", draft.options.match_fields);
    let own = phones(&[("张三", "021-55556666", ""), ("王五", "13800000000", "")]);
    assert_eq!(house.draft("contacts", "x.csv", own.as_bytes()).options.match_fields, ["phone"]);
}

#[test]
fn a_phone_is_the_same_whatever_stands_between_its_digits() {
    let house = House::new();
    let first = phones(&[("张三", "138 0000 0000", ""), ("李四", "021-55556666", "")]);
    house.run(house.draft("contacts", "x.csv", first.as_bytes()).id, false);
    let second =
        phones(&[("张三", "+86 138-0000-0000", ""), ("李四", "(021)55556666", ""), ("王五", "13700000000", "")]);
    let draft = house.draft("contacts", "x.csv", second.as_bytes());
    assert_eq!(draft.options.match_fields, ["phone"]);
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.updated), (1, 2), "{:?}", done.issues);
    let twice = phones(&[("赵六", "13600000000", ""), ("赵六", "136 0000 0000", "")]);
    let draft = house.draft("contacts", "x.csv", twice.as_bytes());
    house.patch(draft.id, serde_json::json!({ "match_fields": ["phone"] }));
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.updated), (1, 1), "{:?}", done.issues);
}

#[test]
fn a_name_is_the_same_in_any_width_case_and_blanks() {
    let house = House::new();
    let first = "公司,城市\nAcme Ltd,上海\n华为（中国）,深圳\n";
    house.run(house.draft("customers", "x.csv", first.as_bytes()).id, false);
    let second = "公司,城市\nACME  LTD,上海\n华为(中国),深圳\nＡｃｍｅ Ltd,北京\nAcme,上海\n";
    let draft = house.draft("customers", "x.csv", second.as_bytes());
    assert_eq!(draft.options.match_fields, ["name"]);
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.updated), (1, 3), "{:?}", done.issues);
    assert_eq!(house.value("customers", &house.records("customers")[0], "city"), text("北京"));
}

#[test]
fn of_two_records_that_are_alike_the_one_written_as_in_the_row_is_meant() {
    let house = House::new();
    let file = "公司,城市\nAcme,上海\nACME,北京\n";
    let draft = house.draft("customers", "x.csv", file.as_bytes());
    house.patch(draft.id, serde_json::json!({ "match_fields": [] }));
    assert_eq!(house.run(draft.id, false).progress.created, 2);
    let file = "公司,城市\nACME,广州\nAcme,深圳\nacme,成都\n";
    let draft = house.draft("customers", "x.csv", file.as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!(house.codes(draft.id), [(4, "several_records_match".to_owned())]);
    assert_eq!((done.state, done.progress.updated), (ImportState::Done, 2));
    let cities: Vec<Value> = house.records("customers").iter().map(|r| house.value("customers", r, "city")).collect();
    assert_eq!(cities, [text("深圳"), text("广州")]);
}

/// Adds custom fields to customers, each with its key, kind and name.
fn with_fields(house: &mut House, fields: &[(&str, &str, &str)]) {
    let mut conn = persistence::db::get(&house.pool).unwrap();
    write_tx::<_, Error>(&mut conn, |conn| {
        let (actor, schema) = (&house.actor, &house.schema);
        let mut ctx = Ctx { conn, actor, now: chrono::Utc::now(), request_id: uuid::Uuid::now_v7(), schema };
        for (key, kind, label) in fields {
            let field = serde_json::json!({ "object": "customers", "key": key, "kind": kind, "label_zh": label, "label_en": key });
            crate::custom_fields::create(&mut ctx, &serde_json::from_value(field).unwrap())?;
        }
        Ok(())
    })
    .unwrap();
    house.schema = Arc::new(crate::schema::load(&mut conn).unwrap());
}

#[test]
fn customers_are_recognised_by_their_number_in_another_system() {
    for (kind, first, second) in [("text", "erp-001", "ERP-001"), ("int", "1001", "1001")] {
        let mut house = House::new();
        with_fields(&mut house, &[("erp_number", kind, "ERP客户编码")]);
        let key = serde_json::json!({ "match_fields": ["custom.erp_number"] });
        let file = format!("公司,ERP客户编码,城市\n甲公司,{first},上海\n乙公司,,上海\n");
        let draft = house.draft("customers", "x.csv", file.as_bytes());
        house.patch(draft.id, key.clone());
        let done = house.run(draft.id, false);
        assert_eq!((done.progress.created, done.progress.rejected), (2, 0), "{kind}: {:?}", done.issues);
        let file = format!("公司,ERP客户编码,城市\n甲有限公司,{second},苏州\n丙公司,77,苏州\n丙公司,77,无锡\n");
        let draft = house.draft("customers", "x.csv", file.as_bytes());
        house.patch(draft.id, key);
        let tried = house.run(draft.id, true);
        let done = house.run(draft.id, false);
        assert_eq!(tried.progress, done.progress, "{kind}");
        assert_eq!((done.progress.created, done.progress.updated), (1, 2), "{kind}: {:?}", done.issues);
        let customers = house.records("customers");
        let named = |at: usize| {
            [house.value("customers", &customers[at], "name"), house.value("customers", &customers[at], "city")]
        };
        assert_eq!(named(0), [text("甲有限公司"), text("苏州")], "{kind}");
        assert_eq!(named(2), [text("丙公司"), text("无锡")], "{kind}");
    }
}

#[test]
fn rows_are_not_recognised_by_fields_alone_by_which_nothing_is_found() {
    let mut house = House::new();
    with_fields(
        &mut house,
        &[("score", "number", "评分"), ("story", "long_text", "来历"), ("since", "date", "合作自")],
    );
    let draft = house.draft("customers", "x.csv", "公司,评分,来历,合作自\n甲公司,1.5,很长,2020-01-02\n".as_bytes());
    let wanted = |fields: &[&str]| {
        let patch: ImportPatch = serde_json::from_value(serde_json::json!({ "match_fields": fields })).unwrap();
        house.with(|ctx| super::super::patch(ctx, draft.id, &patch)).is_ok()
    };
    assert!(!wanted(&["custom.score"]) && !wanted(&["custom.story"]) && !wanted(&["custom.since"]));
    assert!(wanted(&["name", "custom.since"]));
    for created in [1, 0] {
        let again = house.draft("customers", "x.csv", "公司,合作自\n甲公司,2020-01-02\n".as_bytes());
        house.patch(again.id, serde_json::json!({ "match_fields": ["name", "custom.since"] }));
        assert_eq!(house.run(again.id, false).progress.created, created);
    }
}

#[test]
fn codes_are_the_same_or_not_wherever_in_the_files_they_stand() {
    let codes = [("ab-1", "AB-1", true), ("ＡＢ1", "ab1", false), ("Ab-2", "aB-2", false), ("Ab-3", "AB-3", false)];
    let phones = [("6666 5555转801", "66665555转801", false), ("6666-5555", "66665555", true)];
    let codes = codes.map(|(first, second, same)| ("products", "code", "产品名称,产品编码", first, second, same));
    let phones = phones.map(|(first, second, same)| ("contacts", "phone", "姓名,电话", first, second, same));
    for (object, field, header, first, second, same) in codes.into_iter().chain(phones) {
        let run = |house: &House, rows: &str| {
            let draft = house.draft(object, "x.csv", format!("{header}\n{rows}").as_bytes());
            house.patch(draft.id, serde_json::json!({ "match_fields": [field] }));
            house.run(draft.id, false);
        };
        let wanted = if same { 1 } else { 2 };
        let (together, apart, turned) = (House::new(), House::new(), House::new());
        run(&together, &format!("甲,{first}\n乙,{second}\n"));
        [first, second].iter().for_each(|code| run(&apart, &format!("甲,{code}\n")));
        [second, first].iter().for_each(|code| run(&turned, &format!("甲,{code}\n")));
        let counts = [together.count(object), apart.count(object), turned.count(object)];
        assert_eq!(counts, [wanted; 3], "{first} {second}");
    }
}

#[test]
fn a_stage_without_a_pipeline_is_one_of_the_pipeline_in_which_the_known_deal_is() {
    let house = House::new();
    let pipelines = ["直销", "渠道"].map(|name| house.make("pipelines", json!({ "name": name })));
    let stages = pipelines.map(|pipeline| {
        ["初步接触", "方案报价"].map(|name| {
            let position = if name == "初步接触" { 1 } else { 2 };
            house.make("pipeline_stages", json!({ "name": name, "pipeline_id": pipeline, "position": position }))
        })
    });
    for (at, number) in ["S-1", "S-2"].iter().enumerate() {
        let deal = json!({ "name": number, "number": number, "pipeline_id": pipelines[at], "stage_id": stages[at][0] });
        house.make("opportunities", deal);
    }
    let file = "商机编号,商机名称,阶段\nS-1,一,方案报价\nS-2,二,方案报价\n";
    let draft = house.draft("opportunities", "x.csv", file.as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.updated, done.progress.rejected), (2, 0), "{:?} {:?}", draft.options, done.issues);
    for record in house.records("opportunities") {
        let at = usize::from(house.value("opportunities", &record, "number") == text("S-2"));
        assert_eq!(house.value("opportunities", &record, "stage_id"), Value::Id(stages[at][1]));
        assert_eq!(house.value("opportunities", &record, "pipeline_id"), Value::Id(pipelines[at]));
    }
}
