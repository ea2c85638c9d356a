//! Writing tables: CSV (RFC 4180) and XLSX, row by row, in constant memory.

use std::borrow::Cow;
use std::io::{self, Write};

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::TabularError;
use super::clean::is_digits;

/// The most rows a sheet of a workbook can have; a further sheet takes the rest.
const SHEET_ROWS: u32 = 1_048_576;
/// The longest text of a spreadsheet cell, in characters.
const SHEET_TEXT: usize = 32_767;

/// A value to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text, never taken as a formula.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// A number.
    Num(f64),
    /// A number of hundredths, such as money in minor units.
    Hundredths(i64),
    /// A truth value.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
    /// A moment, in the time zone that the reader expects.
    Time(NaiveDateTime),
}

/// Text as it may stand in a CSV cell: a spreadsheet takes what begins with `=`, `+`, `-`, `@`,
/// a tab or a return as a formula, so such text gets an apostrophe in front, except plain numbers.
/// Text that already begins with apostrophes before such a character or before digits gets one more, so that
/// [`unguard`] gives back every text.
pub fn guard(text: &str) -> Cow<'_, str> {
    let bare = text.trim_start_matches('\'');
    let digits = bare.len() < text.len() && is_digits(bare);
    if digits || bare.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Takes away the apostrophe that [`guard`] put in front, or somebody else before digits, and the formula `="00123"` by
/// which other programs keep a spreadsheet from counting digits.
pub fn unguard(text: &str) -> &str {
    let special = |rest: &str| {
        let bare = rest.trim_start_matches('\'');
        bare.starts_with(['=', '+', '-', '@', '\t', '\r']) || is_digits(bare)
    };
    match text.strip_prefix('\'') {
        Some(rest) if special(rest) => rest,
        Some(_) => text,
        None => match text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.contains('"') => inner,
            _ => text,
        },
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.matches('.').count() <= 1
}

/// A writer of CSV.
pub struct CsvWriter<W: Write> {
    inner: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// A writer into `output`; with `mark` a byte order mark comes first, by which spreadsheets
    /// know that the file is UTF-8.
    pub fn new(mut output: W, mark: bool) -> io::Result<Self> {
        if mark {
            output.write_all("\u{FEFF}".as_bytes())?;
        }
        let inner = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(output);
        Ok(Self { inner })
    }

    /// Writes one row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Empty => self.inner.write_field("")?,
                Cell::Text(text) => self.inner.write_field(guard(&text).as_bytes())?,
                Cell::Int(number) => self.inner.write_field(number.to_string())?,
                Cell::Num(number) => self.inner.write_field(number.to_string())?,
                Cell::Hundredths(number) => self.inner.write_field(hundredths(number))?,
                Cell::Bool(flag) => self.inner.write_field(if flag { "true" } else { "false" })?,
                Cell::Date(day) => self.inner.write_field(day.to_string())?,
                Cell::Time(moment) => {
                    self.inner.write_field(moment.format("%Y-%m-%d %H:%M:%S%.f").to_string())?;
                }
            }
        }
        self.inner.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.inner.flush()?;
        self.inner.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

/// Hundredths as a decimal number: `-1234` is `-12.34`.
pub fn hundredths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, part) = (number.unsigned_abs() / 100, number.unsigned_abs() % 100);
    format!("{sign}{whole}.{part:02}")
}

/// A writer of XLSX. Rows go to a temporary file until [`XlsxWriter::finish`].
pub struct XlsxWriter {
    book: Workbook,
    name: String,
    header: Vec<String>,
    sheets: u32,
    next: u32,
    text: Format,
    money: Format,
    day: Format,
    moment: Format,
    bold: Format,
}

impl XlsxWriter {
    /// A workbook with one sheet of this name and this header row.
    pub fn new(name: &str, header: &[String]) -> Result<Self, TabularError> {
        let mut writer = Self {
            book: Workbook::new(),
            name: sheet_name(name),
            header: header.to_vec(),
            sheets: 0,
            next: 0,
            text: Format::new().set_quote_prefix(),
            money: Format::new().set_num_format("#,##0.00"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            bold: Format::new().set_bold(),
        };
        writer.add_sheet()?;
        Ok(writer)
    }

    fn add_sheet(&mut self) -> Result<(), TabularError> {
        self.sheets += 1;
        let name = if self.sheets == 1 { self.name.clone() } else { format!("{} {}", self.name, self.sheets) };
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, label) in (0_u16..).zip(&self.header) {
            sheet.set_column_width(column, 18)?;
            sheet.write_string_with_format(0, column, short(label), &self.bold)?;
        }
        self.next = 1;
        Ok(())
    }

    /// Writes one row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> Result<(), TabularError> {
        if self.next >= SHEET_ROWS {
            self.add_sheet()?;
        }
        let index = self.sheets.saturating_sub(1) as usize;
        let row = self.next;
        self.next += 1;
        let formats = (&self.text, &self.money, &self.day, &self.moment);
        let sheet = self.book.worksheet_from_index(index)?;
        for (column, cell) in (0_u16..).zip(cells) {
            write_cell(sheet, (row, column), &cell, formats)?;
        }
        Ok(())
    }

    /// Ends the workbook and writes it to `output`.
    pub fn finish(mut self, output: impl Write + Send) -> Result<(), TabularError> {
        self.book.save_to_writer(output)?;
        Ok(())
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    (text, money, day, moment): (&Format, &Format, &Format, &Format),
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(value) if guard(value) == **value => {
            sheet.write_string(row, column, short(value))?;
        }
        Cell::Text(value) => {
            sheet.write_string_with_format(row, column, short(value), text)?;
        }
        // Beyond 15 digits a spreadsheet would change a number.
        Cell::Int(value) if value.unsigned_abs() >= 1_000_000_000_000_000 => {
            sheet.write_string(row, column, value.to_string())?;
        }
        Cell::Int(value) => {
            sheet.write_number(row, column, *value as f64)?;
        }
        Cell::Num(value) if value.is_finite() => {
            sheet.write_number(row, column, *value)?;
        }
        Cell::Num(_) => {}
        Cell::Hundredths(value) if value.unsigned_abs() >= 1_000_000_000_000_000 => {
            sheet.write_string(row, column, hundredths(*value))?;
        }
        Cell::Hundredths(value) => {
            sheet.write_number_with_format(row, column, *value as f64 / 100.0, money)?;
        }
        Cell::Bool(value) => {
            sheet.write_boolean(row, column, *value)?;
        }
        Cell::Date(value) => match serial(value.and_time(chrono::NaiveTime::MIN)) {
            Some(number) => {
                sheet.write_number_with_format(row, column, number, day)?;
            }
            None => {
                sheet.write_string(row, column, value.to_string())?;
            }
        },
        Cell::Time(value) => match serial(*value) {
            Some(number) => {
                sheet.write_number_with_format(row, column, number, moment)?;
            }
            None => {
                sheet.write_string(row, column, value.to_string())?;
            }
        },
    }
    Ok(())
}

/// Days since 1899-12-30, as a spreadsheet counts from March 1900 to the year 9999.
fn serial(moment: NaiveDateTime) -> Option<f64> {
    let start = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(chrono::NaiveTime::MIN);
    let days = (moment - start).num_milliseconds() as f64 / 86_400_000.0;
    (61.0..2_958_466.0).contains(&days).then_some(days)
}

fn short(text: &str) -> &str {
    if text.len() <= SHEET_TEXT {
        return text;
    }
    match text.char_indices().nth(SHEET_TEXT) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

/// A name that a sheet may have: at most 28 characters (room for a number), none of `[]:*?/\'`.
fn sheet_name(name: &str) -> String {
    let clean: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(28).collect();
    if clean.trim().is_empty() { "Sheet".to_owned() } else { clean }
}
