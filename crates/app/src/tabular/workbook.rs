//! Reading spreadsheets (XLSX) row by row, after checks that they are what they claim to be.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use calamine::{Cell, DataRef, ExcelDateTime, Reader, Style, Xlsx, XlsxError};
use zip::ZipArchive;

use super::row::{Flaw, MAX_CELL, Row};
use super::{TabularError, parts};

/// The names of the sheets of a workbook, in order.
pub fn sheets(input: impl Read + Seek) -> Result<Vec<String>, TabularError> {
    let book = open(input)?;
    Ok(book.sheet_names())
}

/// Hands each row of a sheet (of the first if none is named) to `visit`, until it breaks off.
/// A formula cell gives the value that was stored with it, a share that is shown as a percentage that percentage: `35%` for
/// 0.35. Blank rows are left out.
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
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let percent = |style: &Style| style.number_format.as_ref().is_some_and(|format| is_percent(&format.format_code));
    let percents: Vec<bool> = cells.styles().iter().map(percent).collect();
    let mut row = Row::default();
    row.clear(1);
    let mut text = String::new();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (at, column) = cell.get_position();
        let number = u64::from(at) + 1;
        if number != row.number {
            if !row.is_blank() && visit(&mut row).is_break() {
                return Ok(());
            }
            row.clear(number);
        }
        while row.len() < column as usize && row.len() < super::row::MAX_COLUMNS {
            row.push("");
        }
        let percent = percents.get(style).copied().unwrap_or(false);
        push_cell(&mut row, &cell, percent, &mut text);
    }
    if !row.is_blank() {
        let _ = visit(&mut row);
    }
    Ok(())
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

fn push_cell(row: &mut Row, cell: &Cell<DataRef<'_>>, percent: bool, text: &mut String) {
    text.clear();
    match cell.get_value() {
        DataRef::Empty => {}
        DataRef::Int(number) if percent => text.push_str(&percentage(*number as f64)),
        DataRef::Float(number) if percent => text.push_str(&percentage(*number)),
        DataRef::Int(number) => text.push_str(&number.to_string()),
        DataRef::Float(number) => text.push_str(&plain_number(*number)),
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
    row.push(text);
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
