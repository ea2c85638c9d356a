//! What becomes of the values of cells on their way into fields.

use contract::meta::CustomFieldInput;
use serde_json::json;

use super::*;

impl House {
    /// A house whose customers have a further field.
    fn with_field(field: serde_json::Value) -> House {
        let mut house = House::new();
        let input: CustomFieldInput = serde_json::from_value(field).unwrap();
        house.with(|ctx| crate::custom_fields::create(ctx, &input)).unwrap();
        let mut conn = persistence::db::get(&house.pool).unwrap();
        house.schema = Arc::new(crate::schema::load(&mut conn).unwrap());
        house
    }

    /// The values of a further field of the customers, in the order of their making.
    fn custom(&self, key: &str) -> Vec<serde_json::Value> {
        self.records("customers").iter().map(|record| record.custom().remove(key).unwrap_or_default()).collect()
    }
}

#[test]
fn options_that_differ_only_in_signs_come_in_as_they_are_written() {
    let choice = |key: &str, label: &str| json!({ "key": key, "label_zh": label, "label_en": label });
    let choices = [choice("a", "A"), choice("a_plus", "A+"), choice("a_minus", "A-")];
    let house = House::with_field(json!({
        "object": "customers", "key": "level", "kind": "choice", "label_zh": "级别", "label_en": "Level", "choices": choices
    }));
    let file = "公司,级别\n甲,A\n乙,A+\n丙,a－\n丁,A++\n";
    let draft = house.draft("customers", "x.csv", file.as_bytes());
    let open = &draft.unmatched["custom.level"];
    assert_eq!((open.len(), open[0].value.as_str(), &open[0].suggestion), (1, "A++", &None));
    let done = house.run(draft.id, false);
    assert_eq!(house.codes(draft.id), [(5, "unknown_choice".to_owned())], "{:?}", done.issues);
    assert_eq!(house.custom("level"), [json!("a"), json!("a_plus"), json!("a_minus")]);
}

#[test]
fn the_unit_of_a_column_can_be_set_back() {
    let house = House::new();
    for back in [json!(1), json!(null)] {
        let draft = house.draft("customers", "x.csv", "公司,年营业额\n甲,12\n".as_bytes());
        let set = house.patch(draft.id, json!({ "multiply": { "年营业额": 10_000 } }));
        assert_eq!(set.options.multiply["年营业额"], 10_000);
        let kept = house.patch(draft.id, json!({ "multiply": {} }));
        assert_eq!(kept.options.multiply, set.options.multiply);
        house.patch(draft.id, json!({ "multiply": { "年营业额": back } }));
        house.run(draft.id, false);
        let record = &house.records("customers")[0];
        assert_eq!(house.value("customers", record, "annual_revenue_minor"), Value::Int(1_200));
    }
}

#[test]
fn an_owner_chosen_for_rows_without_one_can_be_taken_back() {
    let house = House::new();
    let rep = Uuid::now_v7();
    house.insert("users", rep, &[("name", "王芳"), ("status", "active"), ("locale", "en")]);
    let draft = house.draft("customers", "x.csv", "公司\n甲\n".as_bytes());
    house.patch(draft.id, json!({ "default_owner_id": rep }));
    let kept = house.patch(draft.id, json!({ "existing": "skip" }));
    assert_eq!(kept.options.default_owner_id, Some(rep));
    let cleared = house.patch(draft.id, json!({ "default_owner_id": null }));
    assert_eq!(cleared.options.default_owner_id, None);
    house.run(draft.id, false);
    let owner = house.records("customers")[0].owner(house.schema.shape("customers").unwrap());
    assert_eq!(owner, Some(house.actor.user_id));
}

#[test]
fn a_required_field_of_the_organisation_is_required_of_new_records_and_may_have_a_default() {
    let house = House::with_field(json!({
        "object": "customers", "key": "zone", "kind": "text", "label_zh": "片区", "label_en": "Zone", "required": true
    }));
    let draft = house.draft("customers", "x.csv", "公司,片区\n甲,华东\n乙,\n".as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (1, 1), "{:?}", done.issues);
    assert_eq!(house.codes(draft.id), [(3, "required".to_owned())]);
    // Who is there already need not be given it again.
    let again = house.draft("customers", "x.csv", "公司,城市\n甲,上海\n丙,上海\n".as_bytes());
    let done = house.run(again.id, false);
    assert_eq!((done.progress.updated, done.progress.rejected), (1, 1), "{:?}", done.issues);
    let filled = house.draft("customers", "x.csv", "公司,片区\n乙,\n丁,华北\n".as_bytes());
    house.patch(filled.id, json!({ "defaults": { "custom.zone": "华南" } }));
    assert_eq!(house.run(filled.id, false).progress.created, 2);
    assert_eq!(house.custom("zone"), [json!("华东"), json!("华南"), json!("华北")]);
    let open = house.draft("customers", "x.csv", "公司\n甲\n".as_bytes());
    let refused = |defaults: serde_json::Value| {
        let patch: ImportPatch = serde_json::from_value(json!({ "defaults": defaults })).unwrap();
        match house.with(|ctx| super::super::patch(ctx, open.id, &patch)) {
            Err(Error::Invalid(errors)) => (errors[0].field.clone(), errors[0].code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(json!({ "custom.other": 1 })), ("defaults.custom.other".to_owned(), "unknown_field"));
    assert_eq!(refused(json!({ "custom.zone": 1 })).0, "defaults.custom.zone");
}

#[test]
fn a_moment_in_a_date_field_is_the_day_that_the_organisation_has_then() {
    let house = House::with_field(json!({
        "object": "customers", "key": "seen_on", "kind": "date", "label_zh": "到访日", "label_en": "Seen on"
    }));
    let file =
        "公司,到访日\n甲,2026-03-05T20:00:00Z\n乙,2026-03-06T01:00:00+09:00\n丙,2026-03-05 23:30\n丁,2026-03-05\n";
    let done = house.run(house.draft("customers", "x.csv", file.as_bytes()).id, false);
    assert_eq!(done.progress.created, 4, "{:?}", done.issues);
    let days = ["2026-03-06", "2026-03-06", "2026-03-05", "2026-03-05"];
    assert_eq!(house.custom("seen_on"), days.map(|day| json!(day)));
}

#[test]
fn a_percentage_of_a_workbook_is_what_it_is_in_a_file_of_text() {
    let house = House::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let percent = rust_xlsxwriter::Format::new().set_num_format("0%");
    sheet.write(0, 0, "公司").unwrap();
    sheet.write(0, 1, "钱包份额").unwrap();
    for (row, name) in (1..).zip(["甲", "乙", "丙"]) {
        sheet.write(row, 0, name).unwrap();
    }
    sheet.write_with_format(1, 1, 0.35, &percent).unwrap();
    sheet.write(2, 1, "35%").unwrap();
    sheet.write(3, 1, 35).unwrap();
    for (name, bytes) in
        [("x.xlsx", book.save_to_buffer().unwrap()), ("x.csv", "公司,钱包份额\n丁,35%\n".as_bytes().to_vec())]
    {
        let done = house.run(house.draft("customers", name, &bytes).id, false);
        assert_eq!(done.progress.rejected, 0, "{:?}", done.issues);
    }
    let shares: Vec<Value> =
        house.records("customers").iter().map(|record| house.value("customers", record, "wallet_share")).collect();
    assert_eq!(shares, [35.0; 4].map(Value::Num));
}

#[test]
fn a_column_of_shares_of_one_is_proposed_as_percentages_and_one_of_percentages_is_not() {
    let house = House::new();
    let proposed = |cells: &[&str]| {
        let rows: String = cells.iter().enumerate().map(|(n, cell)| format!("公司{n},{cell}\n")).collect();
        house.draft("customers", "x.csv", format!("公司,钱包份额\n{rows}").as_bytes()).options.multiply
    };
    assert_eq!(proposed(&["0.35", "1", "", "0.5"]).get("钱包份额"), Some(&100));
    for percentages in
        [["0.35", "20", "", "0.5"], ["1", "0", "1", "1"], ["0.5%", "0.3%", "1", "0.2"], ["0.5", "-0.1", "1", "0.2"]]
    {
        assert!(proposed(&percentages).is_empty(), "{percentages:?}");
    }
}

#[test]
fn shares_of_one_become_percentages_where_somebody_says_so() {
    let house = House::new();
    let draft = house.draft("customers", "x.csv", "公司,钱包份额\n甲,0.35\n乙,40%\n".as_bytes());
    house.patch(draft.id, json!({ "multiply": { "钱包份额": 100 } }));
    assert_eq!(house.run(draft.id, false).progress.created, 2);
    let shares: Vec<Value> =
        house.records("customers").iter().map(|record| house.value("customers", record, "wallet_share")).collect();
    assert_eq!(shares, [Value::Num(35.0), Value::Num(40.0)]);
}

#[test]
fn a_percentage_in_a_field_of_numbers_or_money_is_the_share_that_it_stands_for() {
    let house = House::with_field(json!({
        "object": "customers", "key": "ratio", "kind": "number", "label_zh": "占比", "label_en": "Ratio"
    }));
    let file = "公司,占比,年营业额,员工人数\n甲,35%,50%,200%\n乙,0.35,0.5,2\n";
    let done = house.run(house.draft("customers", "x.csv", file.as_bytes()).id, false);
    assert_eq!(done.progress.created, 2, "{:?}", done.issues);
    assert_eq!(house.custom("ratio"), [json!(0.35), json!(0.35)]);
    for record in house.records("customers") {
        assert_eq!(house.value("customers", &record, "annual_revenue_minor"), Value::Int(50));
        assert_eq!(house.value("customers", &record, "employees"), Value::Int(2));
    }
}
