//! Reading spreadsheets (XLSX) row by row, after checks that they are what they claim to be.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use calamine::{Cell, DataRef, Dimensions, ExcelDateTime, Reader, Style, Xlsx, XlsxError};
use zip::ZipArchive;

use super::clean::visible;
use super::row::{Flaw, MAX_CELL, MAX_COLUMNS, Row};
use super::{TabularError, parts};

/// The longest text, in bytes, of a cell that is merged over several rows and holds for each of them.
const MAX_MERGED: usize = 1_000;
/// The most columns with such cells in one row.
const MERGED_COLUMNS: usize = 50;

/// The names of the sheets of a workbook, in order.
pub fn sheets(input: impl Read + Seek) -> Result<Vec<String>, TabularError> {
    let book = open(input)?;
    Ok(book.sheet_names())
}

/// Hands each row of a sheet (of the first if none is named) to `visit`, until it breaks off.
/// A formula cell gives the value that was stored with it, a share that is shown as a percentage that percentage: `35%` for
/// 0.35, a whole number that is shown with leading zeros these zeros. A cell that is merged downwards holds for each of its
/// rows. Blank rows are left out.
pub fn each_row<R: Read + Seek>(
    input: R,
    sheet: Option<&str>,
    visit: &mut dyn FnMut(&mut Row) -> ControlFlow<()>,
) -> Result<(), TabularError> {
    let mut book = open(input)?;
    let names = book.sheet_names();
    let name = match sheet {
        Some(name) => names.iter().find(|known| known.as_str() == name),
        None => names.first(),
    };
    let name = name.ok_or(TabularError::UnknownSheet)?.clone();
    let mut merged = Merged::of(&book.merge_cells_by_sheet_name(&name).unwrap_or_default());
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let shown: Vec<Shown> = cells.styles().iter().map(Shown::of).collect();
    let mut row = Row::default();
    row.clear(1);
    let mut text = String::new();
    // Whether the row has anything of its own.
    let mut own = false;
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (at, column) = cell.get_position();
        let number = u64::from(at) + 1;
        if number != row.number {
            merged.fill(&mut row, usize::MAX);
            if own && visit(&mut row).is_break() {
                return Ok(());
            }
            row.clear(number);
            own = false;
        }
        let column = column as usize;
        merged.fill(&mut row, column);
        read_cell(&mut row, &cell, shown.get(style).copied().unwrap_or_default(), &mut text);
        let filled = !visible(&text).trim().is_empty();
        own |= filled;
        match merged.above(number, column) {
            Some(above) if !filled => row.push_merged(above),
            _ => row.push(&text),
        }
        merged.keep(number, column, &text);
    }
    merged.fill(&mut row, usize::MAX);
    if own {
        let _ = visit(&mut row);
    }
    Ok(())
}

/// The cells of a sheet that are merged over several rows.
struct Merged {
    /// The last row of each, by its first row and column.
    last: HashMap<(u64, usize), u64>,
    /// By column: the last row and the text of those that have begun.
    open: BTreeMap<usize, (u64, String)>,
}

impl Merged {
    fn of(regions: &[Dimensions]) -> Self {
        let tall = regions.iter().filter(|region| region.start.0 < region.end.0);
        let place = |region: &Dimensions| {
            ((u64::from(region.start.0) + 1, region.start.1 as usize), u64::from(region.end.0) + 1)
        };
        Self { last: tall.map(place).collect(), open: BTreeMap::new() }
    }

    /// Takes in what stands in a cell, unless saying it again for every row would take too long.
    fn keep(&mut self, row: u64, column: usize, text: &str) {
        let Some(last) = self.last.get(&(row, column)) else { return };
        self.open.retain(|_, (last, _)| row <= *last);
        if text.len() <= MAX_MERGED && self.open.len() < MERGED_COLUMNS {
            self.open.insert(column, (*last, text.to_owned()));
        }
    }

    /// What a cell above holds that this one is merged with.
    fn above(&self, row: u64, column: usize) -> Option<&str> {
        self.open.get(&column).filter(|(last, _)| row <= *last).map(|(_, text)| text.as_str())
    }

    /// The cells up to a column that are not stored: empty, or merged with one above.
    fn fill(&self, row: &mut Row, column: usize) {
        let end = match column {
            usize::MAX => self.open.iter().rev().find(|(_, (last, _))| row.number <= *last).map_or(0, |(at, _)| at + 1),
            column => column,
        };
        while row.len() < end.min(MAX_COLUMNS) {
            match self.above(row.number, row.len()) {
                Some(above) => row.push_merged(above),
                None => row.push(""),
            }
        }
    }
}

/// How a style shows a number.
#[derive(Clone, Copy, Default)]
struct Shown {
    /// A share of one as a percentage.
    percent: bool,
    /// The least digits, with zeros in front.
    digits: usize,
}

impl Shown {
    fn of(style: &Style) -> Self {
        let Some(format) = style.number_format.as_ref() else { return Self::default() };
        let code = format.format_code.as_str();
        let zeros = code.len() > 1 && code.len() <= 30 && code.bytes().all(|sign| sign == b'0');
        Self { percent: is_percent(code), digits: if zeros { code.len() } else { 0 } }
    }

    fn number(self, number: f64) -> String {
        if self.percent {
            return percentage(number);
        }
        self.padded(plain_number(number))
    }

    fn padded(self, number: String) -> String {
        let whole = number.len() < self.digits && number.bytes().all(|sign| sign.is_ascii_digit());
        if whole { format!("{number:0>width$}", width = self.digits) } else { number }
    }
}

/// Whether a number format shows shares of one as percentages: a percent sign in it that is no literal text.
fn is_percent(format: &str) -> bool {
    let mut quoted = false;
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => quoted = !quoted,
            // The character behind these is literal, a filling or a width.
            '\\' | '*' | '_' if !quoted => _ = signs.next(),
            '%' if !quoted => return true,
            _ => {}
        }
    }
    false
}

fn read_cell(row: &mut Row, cell: &Cell<DataRef<'_>>, shown: Shown, text: &mut String) {
    text.clear();
    match cell.get_value() {
        DataRef::Empty => {}
        DataRef::Int(number) if !shown.percent => text.push_str(&shown.padded(number.to_string())),
        DataRef::Int(number) => text.push_str(&percentage(*number as f64)),
        DataRef::Float(number) => text.push_str(&shown.number(*number)),
        DataRef::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        DataRef::DateTime(moment) => text.push_str(&date_text(moment)),
        DataRef::String(value) => clean(value, row, text),
        DataRef::SharedString(value) => clean(value, row, text),
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => clean(value, row, text),
        DataRef::Error(error) => {
            text.push_str(&error.to_string());
            row.flaw(Flaw::SheetError);
        }
    }
}

fn clean(value: &str, row: &mut Row, text: &mut String) {
    let mut value = value;
    if value.len() > MAX_CELL {
        row.flaw(Flaw::CellTooLong);
        let mut end = MAX_CELL;
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        value = value.get(..end).unwrap_or_default();
    }
    if value.contains('\0') {
        row.flaw(Flaw::Nul);
        text.extend(value.chars().filter(|c| *c != '\0'));
    } else {
        text.push_str(value);
    }
}

fn percentage(share: f64) -> String {
    format!("{}%", plain_number(share * 100.0))
}

/// A number without the noise of its binary form: a spreadsheet shows at most 15 digits.
fn plain_number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

fn date_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return plain_number(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    // Below the first day stand a time of day alone, and the nothing that a formula found.
    match moment.as_f64() {
        0.0 => return String::new(),
        time if time < 1.0 => return format!("{hour:02}:{minute:02}:{second:02}"),
        _ => {}
    }
    // Seconds are kept as a fraction of a day, so a whole second may read as 59.9995.
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        date
    } else {
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    }
}

fn open<R: Read + Seek>(mut input: R) -> Result<Xlsx<R>, TabularError> {
    input.seek(SeekFrom::Start(0))?;
    let mut magic = [0; 4];
    let read = input.read(&mut magic)?;
    if magic.get(..read) == Some(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(TabularError::OldOrEncrypted);
    }
    input.seek(SeekFrom::Start(0))?;
    let mut archive = ZipArchive::new(input).map_err(|_| TabularError::NotXlsx)?;
    parts::check(&mut archive, &parts::LIMITS)?;
    let mut input = archive.into_inner();
    input.seek(SeekFrom::Start(0))?;
    Xlsx::new(input).map_err(broken)
}

fn broken(error: XlsxError) -> TabularError {
    match error {
        XlsxError::Password => TabularError::OldOrEncrypted,
        XlsxError::Io(error) => TabularError::Io(error),
        XlsxError::WorksheetNotFound(_) => TabularError::UnknownSheet,
        other => TabularError::Broken(other.to_string()),
    }
}
