//! What people and spreadsheets do to cells: units in headers, numbers cut short, masks, signs for nothing.

use serde_json::json;

use super::*;

impl House {
    /// The values of one field of all records, in the order of their making.
    fn values(&self, object: &str, key: &str) -> Vec<Value> {
        self.records(object).iter().map(|record| self.value(object, record, key)).collect()
    }
}

#[test]
fn an_amount_is_in_the_unit_that_its_header_names_and_a_cell_with_its_own_unit_in_that() {
    let house = House::new();
    for (header, factor) in [
        ("年营业额（万元）", Some(10_000)),
        ("年营业额(单位：百万元)", Some(1_000_000)),
        ("年营业额[亿]", Some(100_000_000)),
        ("年营业额（万元/年）", Some(10_000)),
        ("年营业额千元", Some(1_000)),
        ("annual revenue (million)", Some(1_000_000)),
        ("年营业额（元）", None),
        ("年营业额", None),
        ("年营业额（万科）", None),
    ] {
        let draft = house.draft("customers", "x.csv", format!("公司,{header}\n甲,1200\n").as_bytes());
        assert_eq!(draft.options.multiply.get(header).copied(), factor, "{header}");
    }
    let file = "公司,年营业额（万元）\n甲,1200\n乙,12万\n丙,12亿\n丁,1200元\n戊,\"¥1,200\"\n";
    let done = house.run(house.draft("customers", "x.csv", file.as_bytes()).id, false);
    assert_eq!(done.progress.rejected, 0, "{:?}", done.issues);
    let minor = [1_200_000_000, 12_000_000, 120_000_000_000, 120_000, 1_200_000_000].map(Value::Int);
    assert_eq!(house.values("customers", "annual_revenue_minor"), minor);
}

#[test]
fn a_number_that_a_spreadsheet_has_shortened_is_refused() {
    let house = House::new();
    let file = "订单号,客户,日期\n2.02503E+13,甲公司,2025-03-05\n2.02503E+13,甲公司,2025-03-06\n20250305000125,甲公司,2025-03-07\n";
    house.make("customers", json!({ "name": "甲公司" }));
    let draft = house.draft("orders", "x.csv", file.as_bytes());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.updated, done.progress.rejected), (1, 0, 2));
    assert_eq!(house.codes(draft.id), [(2, "shortened_number".to_owned()), (3, "shortened_number".to_owned())]);
}

#[test]
fn a_mask_in_a_file_replaces_no_number_whoever_imports_it() {
    let house = House::new();
    let id = house.make("contacts", json!({ "name": "张伟", "phone": "13812345678", "email": "zhang@example.com" }));
    let file = format!("编号,姓名,手机,邮箱,职位\n{id},张伟,138****5678,z***@example.com,总监\n");
    let done = house.run(house.draft("contacts", "x.csv", file.as_bytes()).id, false);
    assert_eq!((done.progress.updated, done.progress.rejected), (1, 0), "{:?}", done.issues);
    assert_eq!(done.issues.iter().filter(|issue| issue.code == "mask_kept").count(), 2, "{:?}", done.issues);
    let kept = |key: &str| house.values("contacts", key);
    assert_eq!(kept("phone"), [Value::Text("13812345678".into())]);
    assert_eq!(kept("email"), [Value::Text("zhang@example.com".into())]);
    assert_eq!(kept("title"), [Value::Text("总监".into())]);
}

#[test]
fn a_dash_or_a_word_for_nothing_is_an_empty_cell_where_it_can_be_no_value() {
    let house = House::new();
    let file = "公司,年营业额,上级客户,电话,城市\n甲,-,—,无,-\n乙, - ,/,N/A,上海\n";
    let draft = house.draft("customers", "x.csv", file.as_bytes());
    assert!(draft.unmatched.is_empty(), "{:?}", draft.unmatched);
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (2, 0), "{:?}", done.issues);
    for key in ["annual_revenue_minor", "parent_id", "phone"] {
        assert_eq!(house.values("customers", key), [Value::Null, Value::Null], "{key}");
    }
    assert_eq!(house.values("customers", "city"), ["-", "上海"].map(|city| Value::Text(city.into())));
}

#[test]
fn numbers_and_addresses_in_full_width_and_with_decimals_come_in() {
    let house = House::new();
    let file = "姓名,手机,邮箱\n张伟,１３８１２３４５６７８,ａ＠ｂ.cn\n王芳,13912345678.0,c@d.cn\n";
    let done = house.run(house.draft("contacts", "x.csv", file.as_bytes()).id, false);
    assert_eq!(done.progress.created, 2, "{:?}", done.issues);
    assert_eq!(house.values("contacts", "phone"), ["13812345678", "13912345678"].map(|t| Value::Text(t.into())));
    assert_eq!(house.values("contacts", "email"), ["a@b.cn", "c@d.cn"].map(|t| Value::Text(t.into())));
}

#[test]
fn an_amount_merged_over_rows_counts_once_and_a_name_for_each() {
    let house = House::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in (0..).zip(["名称", "客户", "金额"]) {
        sheet.write(0, column, header).unwrap();
    }
    let plain = rust_xlsxwriter::Format::new();
    sheet.merge_range(1, 1, 2, 1, "甲公司", &plain).unwrap();
    sheet.merge_range(1, 2, 2, 2, "", &plain).unwrap();
    sheet.write_with_format(1, 2, 300, &plain).unwrap();
    sheet.write(1, 0, "一期").unwrap();
    sheet.write(2, 0, "二期").unwrap();
    let customer = house.make("customers", json!({ "name": "甲公司" }));
    let pipeline = house.make("pipelines", json!({ "name": "直销", "is_default": true }));
    house.make("pipeline_stages", json!({ "name": "初步接洽", "pipeline_id": pipeline, "position": 0 }));
    let draft = house.draft("opportunities", "x.xlsx", &book.save_to_buffer().unwrap());
    let done = house.run(draft.id, false);
    assert_eq!((done.progress.created, done.progress.rejected), (2, 0), "{:?}", done.issues);
    assert_eq!(house.values("opportunities", "customer_id"), [Value::Id(customer), Value::Id(customer)]);
    assert_eq!(house.values("opportunities", "amount_minor"), [Value::Int(30_000), Value::Null]);
    assert!(done.issues.iter().any(|issue| issue.code == "merged_amount"), "{:?}", done.issues);
}

#[test]
fn a_name_of_several_is_decided_once() {
    let house = House::new();
    let [first, second] = [1, 2].map(|_| house.make("customers", json!({ "name": "甲公司" })));
    let file = "姓名,客户\n张伟,甲公司\n王芳,甲公司\n";
    let draft = house.draft("contacts", "x.csv", file.as_bytes());
    let open = &draft.unmatched["customer_id"];
    assert_eq!((open.len(), open[0].several, open[0].count, &open[0].suggestion), (1, true, 2, &None));
    house.patch(draft.id, json!({ "value_links": { "customer_id": { "甲公司": second } } }));
    assert_eq!(house.run(draft.id, false).progress.created, 2);
    assert_ne!(first, second);
    assert_eq!(house.values("contacts", "customer_id"), [Value::Id(second), Value::Id(second)]);
}
