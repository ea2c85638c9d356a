//! Tests of reading and writing whole files.

mod cells;

use std::borrow::Cow;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::TabularError;
use super::layout::Layout;
use super::parts::{self, Limits};
use super::row::{Flaw, MAX_CELL};
use super::write::{Cell, CsvWriter, XlsxWriter, guard, unguard};

type Flaws = Vec<(u64, Option<usize>, Flaw)>;

fn read(bytes: &[u8], name: &str) -> Result<(Layout, Vec<Vec<String>>, Flaws), TabularError> {
    let mut input = Cursor::new(bytes);
    let layout = Layout::find(&mut input, name, None)?;
    let (mut rows, mut flaws) = (Vec::new(), Vec::new());
    layout.each_row(&mut input, &mut |row| {
        rows.push(row.cells().map(str::to_owned).collect());
        flaws.extend(row.flaws.iter().map(|(column, flaw)| (row.number, *column, *flaw)));
        ControlFlow::Continue(())
    })?;
    Ok((layout, rows, flaws))
}

fn csv(bytes: &[u8]) -> (Layout, Vec<Vec<String>>, Flaws) {
    read(bytes, "x.csv").expect("a readable file")
}

#[test]
fn every_encoding_gives_the_same_table() {
    let text = "客户名称,城市\r\n北京科技有限公司,北京\r\n深圳市某某贸易公司,深圳\r\n";
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let marked = |mark: &[u8], body: &[u8]| [mark, body].concat();
    let files = [
        text.as_bytes().to_vec(),
        marked(&[0xEF, 0xBB, 0xBF], text.as_bytes()),
        marked(&[0xFF, 0xFE], &wide(u16::to_le_bytes)),
        marked(&[0xFE, 0xFF], &wide(u16::to_be_bytes)),
        encoding_rs::GB18030.encode(text).0.into_owned(),
    ];
    for file in files {
        let (layout, rows, flaws) = csv(&file);
        assert_eq!(layout.headers, ["客户名称", "城市"], "{}", layout.charset);
        assert_eq!(rows, [["北京科技有限公司", "北京"], ["深圳市某某贸易公司", "深圳"]]);
        assert_eq!(flaws, []);
    }
}

#[test]
fn one_damaged_byte_is_reported_and_does_not_change_the_encoding() {
    let mut file = "名称,城市\n".repeat(40).into_bytes();
    file.extend_from_slice(b"ab\xFFc,x\n");
    let (layout, rows, flaws) = csv(&file);
    assert_eq!(layout.charset, "UTF-8");
    assert_eq!(rows.last(), Some(&vec!["ab\u{FFFD}c".to_owned(), "x".to_owned()]));
    assert_eq!(flaws, [(41, Some(0), Flaw::BadText)]);
}

#[test]
fn every_delimiter_is_found() {
    for delimiter in [",", "\t", ";", "|"] {
        let file = ["name,city", "A one,B", "\"x,\t;|y\",D"].join("\n").replace(',', delimiter);
        let (layout, rows, _) = csv(file.as_bytes());
        assert_eq!(layout.delimiter, delimiter);
        assert_eq!(rows[0], ["A one", "B"]);
        assert_eq!(rows[1].len(), 2);
    }
    let (layout, rows, _) =
        csv(b" customer_id  date cds  value\r\n 00001 19970101  1   11.77\r\n 00002 19970112  1  12.00\r\n");
    assert_eq!(layout.delimiter, "blanks");
    assert_eq!(layout.headers, ["customer_id", "date", "cds", "value"]);
    assert_eq!(rows[0], ["00001", "19970101", "1", "11.77"]);
}

#[test]
fn a_table_without_a_header_gets_numbered_columns() {
    let (layout, rows, _) = csv(b" 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2   29.73\r\n");
    assert_eq!((layout.header_row, rows.len()), (0, 2));
    assert_eq!(layout.headers.first().map(String::as_str), Some("column_1"));
}

#[test]
fn a_title_above_the_header_is_passed_over() {
    let (layout, rows, _) = csv("客户清单,,\n\n名称,城市,电话\n甲,北京,1\n乙,上海,2\n丙,广州,3\n".as_bytes());
    assert_eq!((layout.header_row, rows.len()), (3, 3));
    assert_eq!(layout.headers, ["名称", "城市", "电话"]);
}

#[test]
fn quotes_newlines_and_blank_lines_are_read_as_meant() {
    let (_, rows, flaws) = csv(b"a,b\n\"x \"\"y\"\"\nz\",1\n\n\r\nsay \"hi\",2\r\"q\" ,3\n\"\",4");
    assert_eq!(rows, [["x \"y\"\nz", "1"], ["say \"hi\"", "2"], ["q", "3"], ["", "4"]]);
    assert_eq!(flaws, []);
}

#[test]
fn a_quote_that_is_never_closed_costs_only_its_own_cell() {
    let (_, rows, flaws) = csv(b"a,b\n\"open,1\r\nnext,2\r\nlast,3");
    assert_eq!(rows, [["\"open", "1"], ["next", "2"], ["last", "3"]]);
    assert_eq!(flaws, [(2, Some(0), Flaw::UnclosedQuote)]);
}

/// A table of at least so many bytes; every row in which `open` finds its number begins with a mark that is never closed.
fn long_table(bytes: usize, open: impl Fn(usize) -> bool) -> (Vec<u8>, usize) {
    let mut file = b"name,city,phone\n".to_vec();
    let mut rows = 0;
    while file.len() < bytes {
        rows += 1;
        let mark = if open(rows) { "\"" } else { "" };
        file.extend_from_slice(format!("{mark}Company {rows},Shanghai,021-5555 {rows}\n").as_bytes());
    }
    (file, rows)
}

#[test]
fn a_quote_that_is_never_closed_costs_only_its_own_cell_however_large_the_file_is() {
    for size in [MAX_CELL / 2, 3 * MAX_CELL] {
        let (file, count) = long_table(size, |row| row == 4);
        let (_, rows, flaws) = csv(&file);
        assert_eq!(rows.len(), count);
        assert_eq!(rows[3], ["\"Company 4", "Shanghai", "021-5555 4"]);
        assert_eq!(rows[4], ["Company 5", "Shanghai", "021-5555 5"]);
        assert_eq!(flaws, [(5, Some(0), Flaw::UnclosedQuote)], "{size}");
    }
}

#[test]
fn many_quotes_that_are_never_closed_cost_only_their_own_cells() {
    for every in [1, 7, 20_000] {
        let (file, count) = long_table(2 * MAX_CELL, |row| row % every == 0);
        let (_, rows, flaws) = csv(&file);
        assert_eq!(rows.len(), count, "{every}");
        assert_eq!(flaws.len(), count / every, "{every}");
        assert!(rows.iter().all(|row| row[1] == "Shanghai"), "{every}");
    }
}

#[test]
fn a_quote_that_is_never_closed_takes_no_row_up_to_a_quoted_cell_or_a_quote_inside_a_word() {
    for after in ["\"c, d\"", "say \"hi\""] {
        let (_, rows, flaws) = csv(format!("a,b\nx,0\n\"open,1\nnext,2\n{after},3\nlast,4\n").as_bytes());
        assert_eq!(rows[1..3], [["\"open", "1"], ["next", "2"]], "{after}");
        assert_eq!(rows[3], [after.replace("\"c, d\"", "c, d"), "3".to_owned()]);
        assert_eq!((rows.len(), flaws), (5, vec![(3, Some(0), Flaw::UnclosedQuote)]));
    }
}

#[test]
fn a_long_text_of_many_lines_is_one_cell_unless_it_never_ends() {
    let text = "One line of a long text.\nAnother, with a comma.\n\nThis one, too, and more.\n".repeat(16_000);
    assert!(text.len() > MAX_CELL);
    let (_, rows, flaws) = csv(format!("a,b\nx,0\n1,\"{text}\"\nnext,2\n").as_bytes());
    assert_eq!((rows.len(), &rows[2]), (3, &vec!["next".to_owned(), "2".to_owned()]));
    assert_eq!(flaws, [(3, Some(1), Flaw::CellTooLong)]);
    let (_, rows, flaws) = csv(format!("a,b\nx,0\n1,\"{}\nlast,2", text.repeat(16)).as_bytes());
    assert_eq!(rows.last(), Some(&vec!["last".to_owned(), "2".to_owned()]));
    assert_eq!(flaws[0], (3, Some(1), Flaw::UnclosedQuote));
}

#[test]
fn ragged_rows_are_kept_and_reported() {
    let (_, rows, flaws) = csv(b"a,b,c\n1,2,3\n4\n5,6,7,8\n9,10,11,\n");
    assert_eq!(rows.len(), 4);
    assert_eq!(flaws, [(3, None, Flaw::MissingCells), (4, None, Flaw::ExtraCells)]);
}

#[test]
fn nul_characters_are_removed_and_reported() {
    let (_, rows, flaws) = csv(b"a,b\nx\0y\0,\"\0z\"\nfine,text\nmore,text\n");
    assert_eq!(rows[0], ["xy", "z"]);
    assert_eq!(flaws, [(2, Some(0), Flaw::Nul), (2, Some(1), Flaw::Nul)]);
}

#[test]
fn a_cell_of_ten_megabytes_is_cut_and_reported() {
    for quote in ["", "\""] {
        let mut file = format!("a,b\n1,{quote}").into_bytes();
        file.extend(std::iter::repeat_n(b'x', 10 * 1024 * 1024));
        file.extend_from_slice(format!("{quote}\nnext,2\n").as_bytes());
        let (_, rows, flaws) = csv(&file);
        assert_eq!(rows[0][1].len(), MAX_CELL);
        assert_eq!(rows[1], ["next", "2"]);
        assert_eq!(flaws, [(2, Some(1), Flaw::CellTooLong)]);
    }
}

#[test]
fn duplicate_headers_are_made_unique_and_reported() {
    let (layout, _, _) = csv(b"name,phone,phone,,phone\nA,1,2,3,4\n");
    assert_eq!(layout.headers, ["name", "phone", "phone (2)", "column_4", "phone (3)"]);
    assert_eq!(layout.duplicates, ["phone"]);
}

#[test]
fn files_that_are_no_table_are_refused() {
    for (bytes, name, code) in [
        (&b""[..], "x.csv", "no_rows"),
        (&b"\n\n \n"[..], "x.csv", "no_rows"),
        (&b"name,city\n"[..], "x.xlsx", "not_a_workbook"),
        (&b"PK\x03\x04garbage"[..], "x.csv", "not_a_workbook"),
        (&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], "x.xls", "old_or_encrypted_workbook"),
    ] {
        let error = read(bytes, name).err().map(|error| error.code());
        assert_eq!(error, Some(code));
    }
}

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        writer.write_all(body).expect("its body");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn a_zip_that_is_no_workbook_is_refused() {
    let file = zip_of(&[("hello.txt", b"hello")]);
    assert_eq!(read(&file, "x.xlsx").err().map(|error| error.code()), Some("not_a_workbook"));
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![b' '; 64 * 1024 * 1024];
    let file = zip_of(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    assert!(file.len() < 1024 * 1024);
    assert_eq!(read(&file, "x.xlsx").err().map(|error| error.code()), Some("unpacks_too_large"));
}

/// A workbook of one sheet, which is the part `sheet` of the folder `xl`, and further parts.
fn workbook_of(sheet: &str, body: &[u8], parts: &[(&str, &[u8])]) -> Vec<u8> {
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id='r1' Type='http://x/relationships/{kind}' Target='{target}'/></Relationships>"
        )
    };
    let (package, book) = (relation("officeDocument", "xl/workbook.xml"), relation("worksheet", sheet));
    let path = format!("xl/{sheet}");
    let all: [(&str, &[u8]); 4] = [
        ("_rels/.rels", package.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book.as_bytes()),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name='One' r:id='r1'/></sheets></workbook>"),
        (&path, body),
    ];
    zip_of(&[&all, parts].concat())
}

fn sheet_of(rows: &str) -> Vec<u8> {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()
}

/// A row whose only cell holds a text, given with its tags.
fn row_of(number: usize, text: &str) -> String {
    format!("<row r='{number}'><c r='A{number}' t='inlineStr'><is>{text}</is></c></row>")
}

#[test]
fn a_zip_bomb_that_lies_about_its_size_is_refused() {
    let size = 64_u32 * 1024 * 1024 + 12_345;
    let mut file = workbook_of("worksheets/sheet1.xml", &vec![b' '; size as usize], &[]);
    let places: Vec<usize> =
        file.windows(4).enumerate().filter(|(_, four)| *four == size.to_le_bytes()).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        file[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
    }
    let code = read(&file, "x.xlsx").err().map(|error| error.code());
    assert!(matches!(code, Some("unpacks_too_large" | "damaged_file")), "{code:?}");
}

#[test]
fn a_cell_that_is_too_long_is_told_and_one_that_would_fill_the_memory_makes_the_file_a_bomb() {
    let digits: String = (0..1_600_000).map(|number| number.to_string()).collect();
    let book = |length: usize| {
        let rows =
            [row_of(1, "<t>name</t>"), row_of(2, &format!("<t>{}</t>", &digits[..length])), row_of(3, "<t>next</t>")];
        workbook_of("worksheets/sheet1.xml", &sheet_of(&rows.concat()), &[])
    };
    let (_, rows, flaws) = read(&book(2 * MAX_CELL), "x.xlsx").expect("a readable file");
    assert_eq!((rows[0][0].len(), rows[1][0].as_str()), (MAX_CELL, "next"));
    assert_eq!(flaws, [(2, Some(0), Flaw::CellTooLong)]);
    assert_eq!(read(&book(9 * MAX_CELL), "x.xlsx").err().map(|error| error.code()), Some("unpacks_too_large"));
}

/// What is said of a workbook under limits that are reached soon.
fn judged(file: &[u8]) -> Option<&'static str> {
    let limits = Limits { unpacked: 300_000, resident: 100_000, held: 10_000 };
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("an archive");
    parts::check(&mut archive, &limits).err().map(|error| error.code())
}

#[test]
fn whatever_would_be_held_in_memory_as_one_piece_is_limited_wherever_it_stands() {
    let (long, short) = ("x".repeat(10_001), "x".repeat(90));
    let several = |piece: &str| piece.repeat(300);
    let held = [
        row_of(1, &format!("<t>{long}</t>")),
        row_of(1, &format!("<t>{}</t>", several(&format!("{short}<!-- <c></c> -->")))),
        row_of(1, &format!("<t>{}</t>", several("&#65;&amp;&#65;&amp;&#65;&amp;&#65;&amp;"))),
        row_of(1, &several(&format!("<r><t>{short}</t></r>"))),
        row_of(
            1,
            &format!(
                "<t><![CDATA[{}]]></t>",
                several("<c></c><c/> ]] > <!-- --><c></c><c/> ]> <c></c> > <c></c> <c></c> <c></c><c/>")
            ),
        ),
        format!("<row><c r='{long}'/></row>"),
        format!(
            "<row><c r='{}'/></row>",
            several("<c></c><c/> > <c></c><c/> > <c></c> > <c></c><c/> > <c></c> <c></c> <c></c><c/> ")
        ),
        format!(
            "<row><!-- {} --></row>",
            several("> <c></c> -> <c></c> -- > <c></c> > <c></c> > <c></c> <c></c> <c></c><c/>   ")
        ),
        format!(
            "<row><?x {} ?></row>",
            several("> <c></c> -> <c></c> ? > <c></c> > <c></c> > <c></c> <c></c> <c></c><c/>    ")
        ),
        format!("<row>{long}</row>"),
        "<row>".repeat(300),
    ];
    for rows in held {
        // By its name nobody would take it for a sheet, by its relationship it is one.
        for name in ["worksheets/sheet1.xml", "worksheets/sheet1.bin", "media/image1.png"] {
            let file = workbook_of(name, &sheet_of(&rows), &[]);
            assert_eq!(judged(&file), Some("unpacks_too_large"), "{name}: {}", &rows[..100]);
        }
    }
    let texts = format!("<sst><si>{}</si></sst>", several(&format!("<r><t>{short}</t></r>")));
    let room = "<sst count='9' uniqueCount = '1000000000000'></sst>";
    let sheet = sheet_of(&row_of(1, "<t>name</t>"));
    for texts in [texts.as_str(), room] {
        let file = workbook_of("worksheets/sheet1.xml", &sheet, &[("xl/sharedStrings.xml", texts.as_bytes())]);
        assert_eq!(judged(&file), Some("unpacks_too_large"));
    }
    let closed = format!("<t>{}</t>", several(&format!("{short}</c><c>")));
    for rows in [
        row_of(1, &closed),
        row_of(1, "<t>a</is></t>"),
        "</row>".to_owned(),
        "<!DOCTYPE a [<!ENTITY b '>'>]>".to_owned(),
    ] {
        assert_eq!(
            judged(&workbook_of("worksheets/sheet1.xml", &sheet_of(&rows), &[])),
            Some("damaged_file"),
            "{rows}"
        );
    }
}

#[test]
fn all_that_is_read_of_a_workbook_is_counted_and_nothing_else() {
    let rows = |count| {
        sheet_of(&(1..=count).map(|number| row_of(number, &format!("<t a=\">\">{number}</t>"))).collect::<String>())
    };
    let noise: String = (0..40_000).map(|number| number.to_string()).collect();
    let (large, larger) = (rows(3_000), rows(6_000));
    assert!(large.len() > 150_000 && large.len() < 300_000 && larger.len() > 300_000);
    for name in ["worksheets/sheet1.xml", "worksheets/sheet1.bin"] {
        let unread: [(&str, &[u8]); 2] =
            [("xl/media/image1.png", noise.as_bytes()), ("customXml/item1.xml", noise.as_bytes())];
        assert_eq!(judged(&workbook_of(name, &large, &unread)), None, "{name}");
        assert_eq!(judged(&workbook_of(name, &larger, &[])), Some("unpacks_too_large"), "{name}");
    }
    // What is read as a whole is no sheet that is read row by row, whatever its folder is called.
    for name in ["worksheets/styles.xml", "worksheets/workbook.xml", "worksheets/sharedStrings.xml"] {
        assert_eq!(judged(&workbook_of(name, &large, &[])), Some("unpacks_too_large"), "{name}");
    }
}

#[test]
fn a_formula_cell_gives_its_stored_value_and_a_date_cell_its_day() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["name", "sum", "day", "rate", "flag"]) {
        sheet.write_string(0, column, name).expect("a header");
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_string(2, 0, "张伟").expect("a text");
    let sum = rust_xlsxwriter::Formula::new("=1+2").set_result("3");
    sheet.write_formula(2, 1, sum).expect("a formula");
    sheet.write_number_with_format(2, 2, 46086.0, &day).expect("a day");
    sheet.write_number(2, 3, 0.1 + 0.2).expect("a number");
    sheet.write_boolean(2, 4, true).expect("a flag");
    let file = book.save_to_buffer().expect("a workbook");
    let (layout, rows, _) = read(&file, "x.xlsx").expect("a readable file");
    assert_eq!(layout.headers.len(), 5);
    assert_eq!(rows, [["张伟", "3", "2026-03-05", "0.3", "true"]]);
}

#[test]
fn exported_text_is_never_a_formula() {
    for text in ["=1+1", "+cmd|x", "-2+3", "@sum", "\t=1", "\r=1", "'=1", "''+x", "+86 138"] {
        assert!(guard(text).starts_with('\''), "{text}");
        assert_eq!(unguard(&guard(text)), text);
    }
    for text in ["-12.5", "+3", "plain", "'quoted'", "", "1=2", "张"] {
        assert_eq!(guard(text), text);
        assert_eq!(unguard(text), text);
    }
}

fn write_csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = CsvWriter::new(Vec::new(), true).expect("a writer");
    for row in rows {
        writer.row(row.iter().map(|cell| Cell::Text(Cow::Borrowed(cell)))).expect("a row");
    }
    writer.finish().expect("a file")
}

fn write_xlsx(header: &[String], rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = XlsxWriter::new("客户", header).expect("a writer");
    for row in rows {
        writer.row(row.iter().map(|cell| Cell::Text(Cow::Borrowed(cell)))).expect("a row");
    }
    let mut file = Vec::new();
    writer.finish(&mut file).expect("a file");
    file
}

/// Text of any kind, formulas, quotes, newlines, Chinese and emoji among it.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z \"',;|=+@-]{0,12}",
        "[=+@'-]{1,3}[a-z0-9(]{0,6}",
        "[\u{4E00}-\u{4E10}\u{1F600}-\u{1F610}\n]{1,6}",
        "[0-9.,-]{1,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_written_file_reads_back_the_same(cells in prop::collection::vec(prop::collection::vec(cell(), 2), 1..8)) {
        let header = vec!["first name".to_owned(), "second name".to_owned()];
        // A row of blanks is not a row; a first cell keeps it.
        let rows: Vec<Vec<String>> = cells
            .into_iter()
            .map(|mut row| {
                row[0].insert(0, 'k');
                row.push("end".to_owned());
                row
            })
            .collect();
        let header: Vec<String> = header.into_iter().chain(["third name".to_owned()]).collect();
        let mut all = vec![header.clone()];
        all.extend(rows.iter().cloned());
        let (layout, back, flaws) = csv(&write_csv(&all));
        prop_assert_eq!(&layout.headers, &header);
        prop_assert_eq!(&back, &rows);
        prop_assert_eq!(flaws, vec![]);
        let (layout, back, _) = read(&write_xlsx(&header, &rows), "x.xlsx").expect("a readable file");
        prop_assert_eq!(&layout.headers, &header);
        prop_assert_eq!(&back, &rows);
    }

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, "x.csv");
        let _ = read(&bytes, "x.xlsx");
        let _ = read(&[&b"PK\x03\x04"[..], &bytes].concat(), "x.csv");
    }

    #[test]
    fn guarding_is_undone_by_reading(text in "['=+@\t\r-]{0,4}[a-z0-9]{0,4}") {
        let guarded = guard(&text);
        prop_assert_eq!(unguard(&guarded), &text);
    }
}

#[test]
fn a_share_that_a_workbook_shows_as_a_percentage_is_that_percentage() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "毛利率").expect("a cell");
    let formats = ["0%", "0.00%", "0.0%;[Red]-0.0%", "General", "0.00", "0\"%\"", "0\\%"];
    let shares = [0.35, 0.07, -0.285, 0.35, 0.35, 35.0, 35.0];
    for (row, (format, share)) in (1..).zip(formats.into_iter().zip(shares)) {
        let format = rust_xlsxwriter::Format::new().set_num_format(format);
        sheet.write_with_format(row, 0, share, &format).expect("a cell");
    }
    let percent = rust_xlsxwriter::Format::new().set_num_format("0%");
    sheet.write_with_format(8, 0, "35%", &percent).expect("a cell");
    sheet.write_with_format(9, 0, 1, &percent).expect("a cell");
    let file = book.save_to_buffer().expect("a workbook");
    let (_, rows, _) = read(&file, "x.xlsx").expect("a readable file");
    let cells: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(cells, ["35%", "7%", "-28.5%", "0.35", "0.35", "35", "35", "35%", "100%"]);
}
