//! What is stored of an import besides its row: layout, columns and options; counts and issues.

use std::collections::BTreeMap;

use contract::imports::{
    ChangedSince, Import, ImportColumn, ImportOptions, ImportProgress, ImportState, IssueSummary, UndoResult,
    UnmatchedValue,
};
use persistence::imports::ImportRow;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tabular::layout::Layout;
use crate::{Error, Result};

/// What is known and decided before the import runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) file_name: String,
    pub(super) sheets: Vec<String>,
    pub(super) layout: Layout,
    pub(super) columns: Vec<ImportColumn>,
    /// By column: its different values with their counts; absent where there are too many.
    pub(super) distinct: Vec<Option<Vec<(String, i64)>>>,
    /// Whether all rows were looked at.
    #[serde(default)]
    pub(super) whole: bool,
    pub(super) options: ImportOptions,
    pub(super) unmatched: BTreeMap<String, Vec<UnmatchedValue>>,
    #[serde(default)]
    pub(super) not_compared: Vec<String>,
    pub(super) dry_run: bool,
    /// The API key by which the file was looked at: a key sees no other imports, since samples and bad cells stand in them
    /// as they are in the file.
    #[serde(default)]
    pub(super) made_by_key: Option<Uuid>,
    /// The API key under which it was started, whose permissions limit the run.
    #[serde(default)]
    pub(super) api_key_id: Option<Uuid>,
    /// Who takes it back, with whose permissions that is done.
    #[serde(default)]
    pub(super) undone_by: Option<Uuid>,
}

impl Setup {
    /// The API key whose import it is; for one that was looked at before that was kept, the one by which it was started.
    pub(super) fn key(&self) -> Option<Uuid> {
        self.made_by_key.or(self.api_key_id)
    }
}

/// What is known of a run, stored with every step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    #[serde(flatten)]
    pub(super) counts: ImportProgress,
    /// Number of the last row of the file whose outcome is committed.
    pub(super) offset: u64,
    /// Where the next issue goes in the list.
    pub(super) position: i64,
    /// Notes by kind and column.
    pub(super) notes: Vec<IssueSummary>,
    /// What came of the undo.
    pub(super) undo: Option<UndoResult>,
    /// Event before which the undo still has to work.
    pub(super) undo_before: Option<i64>,
    /// What it does with records that somebody has changed since.
    #[serde(default)]
    pub(super) changed_since: ChangedSince,
}

/// Notes kept of one import.
const MAX_NOTES: usize = 400;
/// Rows and examples kept of one note.
const MAX_EXAMPLES: usize = 5;

/// What a note is about.
pub(super) struct Note<'a> {
    pub(super) code: &'a str,
    pub(super) column: Option<&'a str>,
    pub(super) field: Option<&'a str>,
    pub(super) detail: Option<&'a str>,
    pub(super) rejected: bool,
}

impl Progress {
    /// Counts a cell or row under its note.
    pub(super) fn note(&mut self, note: &Note<'_>, row: i64, example: &str) {
        let same = |known: &IssueSummary| {
            known.code == note.code
                && known.column.as_deref() == note.column
                && known.detail.as_deref() == note.detail
                && known.rejected == note.rejected
        };
        let index = match self.notes.iter().position(same) {
            Some(index) => index,
            None if self.notes.len() < MAX_NOTES => {
                self.notes.push(IssueSummary {
                    code: note.code.to_owned(),
                    column: note.column.map(str::to_owned),
                    field: note.field.map(str::to_owned),
                    detail: note.detail.map(str::to_owned),
                    rejected: note.rejected,
                    ..IssueSummary::default()
                });
                self.notes.len() - 1
            }
            None => return,
        };
        let Some(known) = self.notes.get_mut(index) else { return };
        known.count += 1;
        if known.rows.len() < MAX_EXAMPLES {
            known.rows.push(row);
        }
        if !example.is_empty() && known.examples.len() < MAX_EXAMPLES && !known.examples.iter().any(|e| e == example) {
            known.examples.push(example.chars().take(100).collect());
        }
    }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}

pub(super) fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.to_string()))
}

/// An import as the API shows it.
pub(super) fn show(row: &ImportRow) -> Result<Import> {
    let setup: Setup = read(&row.setup)?;
    let progress: Progress = read(&row.progress)?;
    let layout = setup.layout;
    Ok(Import {
        id: row.id,
        version: row.version,
        object: row.object.clone(),
        file_id: row.file_id,
        file_name: setup.file_name,
        sheets: setup.sheets,
        sheet: layout.sheet,
        charset: layout.charset,
        delimiter: layout.delimiter,
        header_row: i64::try_from(layout.header_row).unwrap_or_default(),
        duplicate_headers: layout.duplicates,
        state: ImportState::from_key(&row.state).unwrap_or(ImportState::Failed),
        dry_run: setup.dry_run,
        created_by: row.created_by,
        created_by_name: None,
        created_at: row.created_at,
        updated_at: row.updated_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        columns: setup.columns,
        options: setup.options,
        unmatched: setup.unmatched,
        not_compared: setup.not_compared,
        progress: progress.counts,
        issues: progress.notes,
        undo: progress.undo,
        error: row.error.clone(),
    })
}
