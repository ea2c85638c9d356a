//! One row of a table and what was wrong with it as text.

use super::clean::visible;

/// The longest cell kept, in bytes; the rest of a longer one is dropped and reported.
pub const MAX_CELL: usize = 1024 * 1024;
/// The most columns of a table; further ones are dropped and reported.
pub const MAX_COLUMNS: usize = 2_000;

/// A fault of the file itself, found while reading a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A cell was longer than [`MAX_CELL`]: what was read of it is not all, and does not come in.
    CellTooLong,
    /// A cell held NUL characters; they were removed.
    Nul,
    /// A cell held bytes that are no text in the file's encoding.
    BadText,
    /// A quotation mark was opened and never closed.
    UnclosedQuote,
    /// A cell held a spreadsheet error such as `#N/A`.
    SheetError,
    /// The row has fewer cells than the header.
    MissingCells,
    /// The row has more filled cells than the header.
    ExtraCells,
}

impl Flaw {
    /// The stable code of the fault.
    pub fn code(self) -> &'static str {
        match self {
            Self::CellTooLong => "cell_too_long",
            Self::Nul => "nul_removed",
            Self::BadText => "bad_text",
            Self::UnclosedQuote => "unclosed_quote",
            Self::SheetError => "sheet_error",
            Self::MissingCells => "missing_cells",
            Self::ExtraCells => "extra_cells",
        }
    }
}

/// A row as text. One value is reused for all rows of a file, so that reading allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its number in the file, counted as a spreadsheet does: the first row is 1.
    pub number: u64,
    text: String,
    ends: Vec<usize>,
    /// What was wrong with it, by column where there is one.
    pub flaws: Vec<(Option<usize>, Flaw)>,
    /// Columns whose cell is merged with one above and holds what that one does.
    merged: Vec<usize>,
}

impl Row {
    /// The cell of a column counted from 0; empty where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        let Some(end) = self.ends.get(column) else {
            return "";
        };
        let start = match column.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
            None => 0,
        };
        self.text.get(start..*end).unwrap_or_default()
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no cell at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether every cell is empty or white space.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The cells in order.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }

    /// Whether a fault forbids using the text of this column as it stands.
    pub fn spoiled(&self, column: usize) -> Option<Flaw> {
        self.flaws.iter().find_map(|(at, flaw)| {
            let bad = matches!(flaw, Flaw::CellTooLong | Flaw::SheetError);
            (*at == Some(column) && bad).then_some(*flaw)
        })
    }

    /// Whether the cell of a column is merged with one above it.
    pub fn is_merged(&self, column: usize) -> bool {
        self.merged.contains(&column)
    }

    /// Whether any of its cells is merged with one above it.
    pub(crate) fn goes_on(&self) -> bool {
        !self.merged.is_empty()
    }

    pub(crate) fn clear(&mut self, number: u64) {
        self.number = number;
        self.text.clear();
        self.ends.clear();
        self.flaws.clear();
        self.merged.clear();
    }

    pub(crate) fn push_merged(&mut self, cell: &str) {
        self.merged.push(self.ends.len());
        self.push(cell);
    }

    pub(crate) fn push(&mut self, cell: &str) {
        if self.ends.len() >= MAX_COLUMNS {
            if self.flaws.last() != Some(&(None, Flaw::ExtraCells)) {
                self.flaws.push((None, Flaw::ExtraCells));
            }
            return;
        }
        self.text.push_str(&visible(cell));
        self.ends.push(self.text.len());
    }

    pub(crate) fn flaw(&mut self, flaw: Flaw) {
        self.flaws.push((Some(self.ends.len()), flaw));
    }

    /// Reports a row that is longer than the header, or shorter where every cell must be written.
    pub(crate) fn expect(&mut self, columns: usize, all: bool) {
        if all && self.len() < columns {
            self.flaws.push((None, Flaw::MissingCells));
        } else if (columns..self.len()).any(|column| !self.cell(column).trim().is_empty()) {
            self.flaws.push((None, Flaw::ExtraCells));
        }
    }
}
