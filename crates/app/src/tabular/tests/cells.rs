//! What cells of real files hold besides their value.

use rust_xlsxwriter::{Format, Workbook};

use super::{csv, read, write_csv, write_xlsx};
use crate::tabular::profile::{Profile, Shape};

/// The rows of a workbook.
fn rows(mut book: Workbook) -> Vec<Vec<String>> {
    read(&book.save_to_buffer().expect("a workbook"), "x.xlsx").expect("a readable file").1
}

#[test]
fn a_cell_merged_over_rows_holds_for_each_of_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    for (column, header) in (0..).zip(["公司", "姓名", "备注"]) {
        sheet.write(0, column, header).expect("a cell");
    }
    sheet.merge_range(1, 0, 2, 0, "甲公司", &plain).expect("a merge");
    sheet.merge_range(1, 2, 3, 2, "同一地址", &plain).expect("a merge");
    for (row, name) in (1..).zip(["张伟", "王芳", "李娜", "赵敏"]) {
        sheet.write(row, 1, name).expect("a cell");
    }
    sheet.merge_range(6, 0, 9, 0, "没有其他内容的行", &plain).expect("a merge");
    let rows = rows(book);
    assert_eq!(
        rows,
        [
            vec!["甲公司", "张伟", "同一地址"],
            vec!["甲公司", "王芳", "同一地址"],
            vec!["", "李娜", "同一地址"],
            vec!["", "赵敏"],
            vec!["没有其他内容的行"],
        ]
    );
}

#[test]
fn a_header_of_two_rows_has_the_names_of_its_second_row() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 1, 0, "客户名称", &plain).expect("a merge");
    sheet.merge_range(0, 1, 0, 2, "联系方式", &plain).expect("a merge");
    sheet.merge_range(0, 3, 1, 3, "城市", &plain).expect("a merge");
    sheet.write(1, 1, "电话").expect("a cell");
    sheet.write(1, 2, "邮箱").expect("a cell");
    for (column, text) in (0..).zip(["甲公司", "13812345678", "a@b.cn", "上海"]) {
        sheet.write(2, column, text).expect("a cell");
    }
    let file = book.save_to_buffer().expect("a workbook");
    let (layout, rows, _) = read(&file, "x.xlsx").expect("a readable file");
    assert_eq!(layout.headers, ["客户名称", "电话", "邮箱", "城市"]);
    assert_eq!(rows, [["甲公司", "13812345678", "a@b.cn", "上海"]]);
}

#[test]
fn a_merge_of_a_whole_column_does_not_repeat_a_long_text_for_every_row() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "备注").expect("a cell");
    sheet.write(0, 1, "序号").expect("a cell");
    sheet.merge_range(1, 0, 5_000, 0, &"长".repeat(30_000), &Format::new()).expect("a merge");
    for row in 1..200 {
        sheet.write(row, 1, row).expect("a cell");
    }
    let rows = rows(book);
    assert_eq!(rows.len(), 199);
    assert!(rows[1..].iter().all(|row| row[0].is_empty()));
}

#[test]
fn a_number_shown_with_leading_zeros_keeps_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "编码").expect("a cell");
    for (row, (format, number)) in
        (1..).zip([("000000", 123.0), ("00", 7.0), ("0", 5.0), ("000", 1.5), ("000000", 12_345_678.0), ("000", -4.0)])
    {
        sheet.write_with_format(row, 0, number, &Format::new().set_num_format(format)).expect("a cell");
    }
    assert_eq!(rows(book).concat(), ["000123", "07", "5", "1.5", "12345678", "-4"]);
}

#[test]
fn a_time_without_a_day_is_no_day_and_a_day_zero_is_empty() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "时间").expect("a cell");
    sheet.write(0, 1, "姓名").expect("a cell");
    for (row, (format, number)) in
        (1..).zip([("h:mm", 0.395_833_333_333_333_3), ("yyyy-mm-dd", 0.0), ("yyyy-mm-dd hh:mm", 45_721.75)])
    {
        sheet.write_with_format(row, 0, number, &Format::new().set_num_format(format)).expect("a cell");
        sheet.write(row, 1, "张").expect("a cell");
    }
    let cells: Vec<String> = rows(book).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(cells, ["09:30:00", "", "2025-03-05 18:00:00"]);
    let mut profile = Profile::default();
    ["09:30:00", "9:45", "23:59"].into_iter().for_each(|cell| profile.see(cell));
    assert_eq!(profile.shape(), Shape::Clock);
}

#[test]
fn cells_that_a_workbook_does_not_store_are_no_fault() {
    let header = ["姓名", "电话", "备注"].map(str::to_owned);
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let data = [row(["张伟", "13812345678", ""]), row(["王芳", "", ""])];
    let (_, back, flaws) = read(&write_xlsx(&header, &data), "x.xlsx").expect("a readable file");
    assert_eq!(back.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["张伟", "王芳"]);
    assert_eq!(flaws, []);
    assert_eq!(csv("姓名,电话,备注\n张伟,13812345678\n".as_bytes()).2.len(), 1);
}

#[test]
fn digits_that_a_file_protects_come_in_as_digits() {
    let file = "订单号,电话\n\"=\"\"00123\"\"\",'13812345678\n=\"3245\",'00.5\n'='x',='y'\n";
    let (_, back, _) = csv(file.as_bytes());
    assert_eq!(back, [["00123", "13812345678"], ["3245", "00.5"], ["='x'", "='y'"]]);
    let texts = vec!["'5", "''7.5", "'90年代", "=\"12\"", "'=\"12\"", "'-1"];
    let row: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let header = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
    let rows = [row];
    assert_eq!(csv(&write_csv(&[header.clone(), rows[0].clone()])).1, [texts.as_slice()]);
    assert_eq!(read(&write_xlsx(&header, &rows), "x.xlsx").expect("a readable file").1, [texts]);
}

#[test]
fn characters_that_nobody_sees_do_not_come_in() {
    let (layout, rows, _) =
        csv("\u{FEFF}公司\u{200B},电话\n甲公司\u{200B},\u{202D}13812345678\u{202C}\n乙\u{2060}公司,1\n".as_bytes());
    assert_eq!(layout.headers, ["公司", "电话"]);
    assert_eq!(rows, [["甲公司", "13812345678"], ["乙公司", "1"]]);
}
