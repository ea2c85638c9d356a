//! How a file is laid out (kind, characters, delimiter, header row), found from the file itself.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};

use super::delimited::{DelimitedReader, Delimiter};
use super::row::Row;
use super::{TabularError, charset, date, number, workbook};

/// Rows looked at to find delimiter and header.
const SNIFFED: usize = 50;

/// Everything that is needed to read a file the same way again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// `csv` or `xlsx`.
    pub format: String,
    /// Name of the encoding of a text file.
    pub charset: String,
    /// Delimiter of a text file: the character, or `blanks`.
    pub delimiter: String,
    /// The sheet of a workbook; the first if absent.
    pub sheet: Option<String>,
    /// Number of the header row, counted from 1; 0 if there is none.
    pub header_row: u64,
    /// Names of the columns, made unique.
    pub headers: Vec<String>,
    /// Header names that stood more than once in the file.
    pub duplicates: Vec<String>,
}

impl Layout {
    /// Finds the layout of a file. A name ending in `.xlsx` or the mark of a ZIP file makes it a
    /// workbook; everything else is text.
    pub fn find(input: &mut (impl Read + Seek), name: &str, sheet: Option<&str>) -> Result<Self, TabularError> {
        input.seek(SeekFrom::Start(0))?;
        let mut magic = [0; 4];
        let read = input.read(&mut magic)?;
        input.seek(SeekFrom::Start(0))?;
        let magic = magic.get(..read).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let book = [".xlsx", ".xlsm", ".xls"].iter().any(|end| lower.ends_with(end))
            || magic.starts_with(b"PK\x03\x04")
            || magic.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
        let mut layout = Self {
            format: if book { "xlsx" } else { "csv" }.to_owned(),
            charset: UTF_8.name().to_owned(),
            delimiter: ",".to_owned(),
            sheet: sheet.map(str::to_owned),
            header_row: 1,
            headers: Vec::new(),
            duplicates: Vec::new(),
        };
        if !book {
            let encoding = charset::detect(&mut *input)?;
            layout.charset = encoding.name().to_owned();
            layout.delimiter = find_delimiter(input, encoding)?.key();
        }
        let rows = layout.head(input)?;
        layout.find_header(&rows)?;
        Ok(layout)
    }

    /// Hands each row after the header to `visit` until it breaks off; blank rows are left out,
    /// rows that do not fit the header are flagged.
    pub fn each_row(
        &self,
        input: &mut (impl Read + Seek),
        visit: &mut dyn FnMut(&mut Row) -> ControlFlow<()>,
    ) -> Result<(), TabularError> {
        let header = self.header_row;
        let columns = self.headers.len();
        // A workbook does not store the empty cells at the end of a row.
        let all = self.format != "xlsx";
        self.raw_rows(input, &mut |row| {
            if row.number <= header {
                return ControlFlow::Continue(());
            }
            row.expect(columns, all);
            visit(row)
        })
    }

    fn raw_rows(
        &self,
        input: &mut (impl Read + Seek),
        visit: &mut dyn FnMut(&mut Row) -> ControlFlow<()>,
    ) -> Result<(), TabularError> {
        input.seek(SeekFrom::Start(0))?;
        if self.format == "xlsx" {
            return workbook::each_row(input, self.sheet.as_deref(), visit);
        }
        let encoding = Encoding::for_label(self.charset.as_bytes()).unwrap_or(UTF_8);
        let delimiter = Delimiter::from_key(&self.delimiter).unwrap_or(Delimiter::Char(b','));
        let mut reader = DelimitedReader::new(input, encoding, delimiter);
        let mut row = Row::default();
        while reader.next(&mut row)? {
            if !row.is_blank() && visit(&mut row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn head(&self, input: &mut (impl Read + Seek)) -> Result<Vec<Row>, TabularError> {
        let mut rows = Vec::new();
        self.raw_rows(input, &mut |row| {
            rows.push(row.clone());
            if rows.len() < SNIFFED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(rows)
    }

    /// The header is the first row that is about as wide as the table; titles above it are
    /// narrower. Where cells of it are merged with cells of the next row, that one belongs to it and has the names. It is no header if it holds numbers, dates or empty cells as the data does.
    fn find_header(&mut self, rows: &[Row]) -> Result<(), TabularError> {
        let filled = |row: &Row| row.cells().filter(|cell| !cell.trim().is_empty()).count();
        let mut widths: Vec<usize> = rows.iter().map(filled).collect();
        widths.sort_unstable();
        let usual = widths.get(widths.len() / 2).copied().unwrap_or_default();
        let mut first = rows.iter().take(10).position(|row| filled(row) * 2 > usual).ok_or(TabularError::NoRows)?;
        // A header of several rows ends with the one in which nothing of it goes on.
        let goes_on =
            |at: usize| Some(rows.get(at + 1)?.goes_on() && rows.get(at + 1)?.number == rows.get(at)?.number + 1);
        while first < 10 && goes_on(first) == Some(true) {
            first += 1;
        }
        let first = rows.get(first).ok_or(TabularError::NoRows)?;
        let values = |row: &Row| row.cells().filter(|cell| is_value(cell)).count();
        let bare = values(first) > 0 && (values(first) * 2 >= filled(first) || filled(first) == 1);
        let width = rows.iter().map(Row::len).max().unwrap_or_default();
        if bare {
            self.header_row = 0;
            self.headers = (1..=width).map(|column| format!("column_{column}")).collect();
        } else {
            self.header_row = first.number;
            self.name_columns(first);
        }
        Ok(())
    }

    fn name_columns(&mut self, row: &Row) {
        let mut width = row.len();
        // Empty names at the end are the trailing delimiters of a careless writer.
        while width > 1 && row.cell(width - 1).trim().is_empty() {
            width -= 1;
        }
        for column in 0..width {
            let name = row.cell(column).trim();
            let name = if name.is_empty() { format!("column_{}", column + 1) } else { name.to_owned() };
            let mut unique = name.clone();
            let mut count = 1;
            while self.headers.contains(&unique) {
                count += 1;
                unique = format!("{name} ({count})");
            }
            if count > 1 && !self.duplicates.contains(&name) {
                self.duplicates.push(name);
            }
            self.headers.push(unique);
        }
    }
}

fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    number::parse_number(cell, number::NumberStyle::Point).is_some()
        || date::parse_date(cell, date::DateOrder::Ymd).is_some()
        || date::parse_date(cell, date::DateOrder::Dmy).is_some()
}

/// The delimiter that cuts the first rows into the most even number of cells.
fn find_delimiter(input: &mut (impl Read + Seek), encoding: &'static Encoding) -> Result<Delimiter, TabularError> {
    let mut best = (Delimiter::Char(b','), 0.0);
    let candidates = [b',', b'\t', b';', b'|'].map(Delimiter::Char);
    for delimiter in candidates.into_iter().chain([Delimiter::Blanks]) {
        input.seek(SeekFrom::Start(0))?;
        let mut reader = DelimitedReader::new(&mut *input, encoding, delimiter);
        let mut row = Row::default();
        let mut widths: Vec<usize> = Vec::new();
        while widths.len() < SNIFFED && reader.next(&mut row)? {
            if !row.is_blank() {
                widths.push(row.len());
            }
        }
        let mut sorted = widths.clone();
        sorted.sort_unstable();
        let usual = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        if usual < 2 {
            continue;
        }
        let even = widths.iter().filter(|width| **width == usual).count() as f64 / widths.len() as f64;
        let score = if delimiter == Delimiter::Blanks {
            // Text has blanks everywhere: only a perfect grid counts, and only if nothing else does.
            if even < 0.98 { 0.0 } else { 0.4 }
        } else {
            even + (usual.min(20) as f64) * 0.01
        };
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    Ok(best.0)
}
