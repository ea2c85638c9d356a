//! Imports: a file, what its columns mean, how it is to be brought in, and what came of it.

mod messages;

pub use messages::{issue_message, stop_message};

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Asks for the analysis of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// Plural key of the object that the rows are.
    pub object: String,
    /// The uploaded file.
    pub file_id: Uuid,
    /// Sheet of a workbook; the first that holds rows if absent.
    #[serde(default)]
    pub sheet: Option<String>,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Analysed; mapping and options may change.
    Draft,
    /// Waits for a worker.
    Queued,
    /// Rows are being read.
    Running,
    /// Every row was read; bad ones are listed.
    Done,
    /// Stopped by a fault of the file or the system; rows until then stay.
    Failed,
    /// Stopped by a person; rows until then stay.
    Cancelled,
    /// Being taken back.
    Undoing,
    /// Taken back.
    Undone,
}

impl ImportState {
    /// As stored and sent.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// Reads what [`ImportState::key`] wrote.
    pub fn from_key(key: &str) -> Option<Self> {
        [
            Self::Draft,
            Self::Queued,
            Self::Running,
            Self::Done,
            Self::Failed,
            Self::Cancelled,
            Self::Undoing,
            Self::Undone,
        ]
        .into_iter()
        .find(|state| state.key() == key)
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportColumn {
    /// Its header, made unique.
    pub header: String,
    /// What its cells look like: text, int, number, date, datetime, time, bool, email, phone, url or empty.
    pub shape: String,
    /// Filled cells.
    pub filled: i64,
    /// Some of its values.
    pub samples: Vec<String>,
    /// The field that it seems to be.
    pub guess: Option<String>,
    /// How sure that is, 0..1.
    pub confidence: f64,
    /// Order of day, month and year that was found in it: ymd, dmy or mdy.
    pub date_format: Option<String>,
    /// Whether another order would fit as well, so that a person should confirm it.
    pub date_ambiguous: bool,
    /// Decimal sign that was found in it: point or comma.
    pub number_format: Option<String>,
}

/// What to do with a row that has a bad cell in a field that may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BadCells {
    /// Leave the row out.
    #[default]
    RejectRow,
    /// Bring the row in without the value.
    LeaveEmpty,
}

/// What to do with a row whose record is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// Change the record to what the filled cells say.
    #[default]
    Update,
    /// Leave the record as it is.
    Skip,
}

/// How the file is to be brought in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ImportOptions {
    /// Field of each column that is brought in, by header; `custom.KEY` for a custom field.
    pub mapping: BTreeMap<String, String>,
    /// Fields by which a row's record is found; none: every row makes a new record. One of them must be a text, a phone,
    /// an address or a choice of the object's own, or a custom field (`custom.KEY`) of the kinds text, int, email, phone
    /// or url. Phones of customers and contacts without an extension are the same when their digits are, whatever blanks
    /// and signs (`-().`) stand between; names of customers, contacts, opportunities and products whatever their width,
    /// case and blanks. Any other text (a number, a code, an address, a custom field) is the same as it is written, or all
    /// in capitals or all in small letters, in half or full width. Of several records that are alike, the one that is
    /// written as in the row is meant.
    pub match_fields: Vec<String>,
    /// What to do with records that are found.
    pub existing: Existing,
    /// What to do with bad cells.
    pub bad_cells: BadCells,
    /// Order of day, month and year for every column: ymd, dmy or mdy; absent: as found in each.
    pub date_format: Option<String>,
    /// Decimal sign for every column: point or comma; absent: as found in each.
    pub number_format: Option<String>,
    /// Factors for numbers, by header: 1000000 where a column is in millions, which is proposed where its header says so; 100
    /// is proposed where a column of percentages holds shares of one. An amount with a unit of its own is in that.
    pub multiply: BTreeMap<String, i64>,
    /// Link fields whose missing records are made, by field. Contacts and opportunities are looked for at the customer of
    /// their row, where it has one, and made there; elsewhere only one is meant that has no customer, or whose number,
    /// phone or address is given. They stay empty where the customer of the row is not found.
    pub create_missing: BTreeMap<String, bool>,
    /// What a value stands for, by field and value: an id for a link, a key for a choice, a text
    /// for a text. Null is none of those there are: a linked record is made where `create_missing`
    /// says so, else the field is left empty. An id holds for every row with the text, whatever the customer of the row.
    pub value_links: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// Values for fields of new records that the file does not give, by field; `custom.KEY` for a custom field.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub defaults: BTreeMap<String, Value>,
    /// Owner of records whose row names none; absent: who imports.
    pub default_owner_id: Option<Uuid>,
    /// New records whose row names no owner belong to nobody and go to the public pool.
    pub into_pool: bool,
}

/// A change of the options: keys that are absent stay as they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ImportPatch {
    /// See [`ImportOptions`]; a null takes the column out.
    pub mapping: Option<BTreeMap<String, Option<String>>>,
    /// See [`ImportOptions`].
    pub match_fields: Option<Vec<String>>,
    /// See [`ImportOptions`].
    pub existing: Option<Existing>,
    /// See [`ImportOptions`].
    pub bad_cells: Option<BadCells>,
    /// ymd, dmy, mdy or auto.
    pub date_format: Option<String>,
    /// point, comma or auto.
    pub number_format: Option<String>,
    /// See [`ImportOptions`]; columns that are not named keep their factor, a null or 1 takes it away.
    pub multiply: Option<BTreeMap<String, Option<i64>>>,
    /// See [`ImportOptions`]; fields that are not named stay as they are.
    pub create_missing: Option<BTreeMap<String, bool>>,
    /// See [`ImportOptions`]; values that are not named stay as they are.
    pub value_links: Option<BTreeMap<String, BTreeMap<String, Option<String>>>>,
    /// See [`ImportOptions`].
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, Value>>))]
    pub defaults: Option<BTreeMap<String, Value>>,
    /// See [`ImportOptions`]; null: who imports.
    #[serde(deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub default_owner_id: Option<Option<Uuid>>,
    /// See [`ImportOptions`].
    pub into_pool: Option<bool>,
}

/// A value of the file that matches no record, choice or known word exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmatchedValue {
    /// The text in the file.
    pub value: String,
    /// Rows that have it, of those analysed.
    pub count: i64,
    /// What it seems to be: an id, choice key or text, to be confirmed in `value_links`.
    pub suggestion: Option<String>,
    /// The suggestion as a person reads it.
    pub label: Option<String>,
    /// Likeness, 0..1.
    pub score: Option<f64>,
    /// Whether several records have this name, so that nothing is proposed.
    #[serde(default)]
    pub several: bool,
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ImportProgress {
    /// Rows of the file, the header apart; absent while not counted.
    pub rows_total: Option<i64>,
    /// Rows read.
    pub rows_done: i64,
    /// Records made.
    pub created: i64,
    /// Records changed.
    pub updated: i64,
    /// Rows whose record is there already and stayed as it was.
    pub unchanged: i64,
    /// Rows left out.
    pub rejected: i64,
    /// Lines of the error list.
    pub issues: i64,
    /// Linked records made on the way, by object.
    pub created_linked: BTreeMap<String, i64>,
}

/// Issues of one kind in one column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueSummary {
    /// Stable code.
    pub code: String,
    /// Header of the column.
    pub column: Option<String>,
    /// The field it was for.
    pub field: Option<String>,
    /// Cells or rows concerned.
    pub count: i64,
    /// Whether rows were left out for it.
    pub rejected: bool,
    /// Numbers of the first rows.
    pub rows: Vec<i64>,
    /// Some of the texts.
    pub examples: Vec<String>,
    /// What more there is to say, for example what a value was taken for.
    pub detail: Option<String>,
    /// In the reader's language.
    #[serde(default)]
    pub message: String,
}

/// What came of an undo.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UndoResult {
    /// Made records that were archived, linked ones included.
    pub archived: i64,
    /// Changed records that have their old values again.
    pub reverted: i64,
    /// Records that stay as they are: somebody has changed them since, or works with them.
    pub kept: i64,
    /// Some of them, at most 100.
    #[serde(default)]
    pub kept_records: Vec<UndoKept>,
}

/// A record that an undo left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UndoKept {
    /// Plural key of its object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// What it is called, where the caller may see it.
    pub title: Option<String>,
    /// Why it stays.
    pub reason: UndoReason,
}

/// Why an undo leaves a record as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UndoReason {
    /// Somebody has changed it since.
    Changed,
    /// Records are linked to it that the import did not make, nor a rule alone.
    Used,
    /// It cannot go: others stand on it.
    Blocked,
    /// The one who undoes may not change it: it belongs to somebody else by now.
    NotYours,
}

/// How an undo treats records that somebody has changed or used since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangedSince {
    /// They stay as they are, and the report names them.
    #[default]
    Keep,
    /// They are taken back too; what was changed since is lost, the event log keeps it.
    Undo,
}

/// Takes an import back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UndoImport {
    /// What becomes of records that somebody has changed or used since; `keep` by default.
    #[serde(default)]
    pub changed_since: ChangedSince,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// Its id; events of its records carry it as their origin.
    pub id: Uuid,
    /// Counts changes of mapping and options.
    pub version: i64,
    /// Plural key of the object.
    pub object: String,
    /// The file.
    pub file_id: Uuid,
    /// Its name.
    pub file_name: String,
    /// Sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet in use.
    pub sheet: Option<String>,
    /// Encoding of a text file.
    pub charset: String,
    /// Delimiter of a text file: the character, or `blanks`.
    pub delimiter: String,
    /// Number of the header row; 0 if there is none.
    pub header_row: i64,
    /// Header names that stand more than once in the file.
    pub duplicate_headers: Vec<String>,
    /// Where it stands.
    pub state: ImportState,
    /// Whether it only tries, or has only tried, without changing anything.
    pub dry_run: bool,
    /// Who made it.
    pub created_by: Option<Uuid>,
    /// The name of who made it, in lists.
    pub created_by_name: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it began to run.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The columns of the file; only in the answer for one import.
    pub columns: Vec<ImportColumn>,
    /// Mapping and options.
    #[serde(flatten)]
    pub options: ImportOptions,
    /// By field: values that match nothing, with suggestions. None of contacts and opportunities where the file or a
    /// default gives the customer, nor of stages where the file gives the pipeline: those are looked for row by row.
    pub unmatched: BTreeMap<String, Vec<UnmatchedValue>>,
    /// Fields with names of records of which not all were compared, because the file has too many of them or there are too
    /// many records.
    pub not_compared: Vec<String>,
    /// How far it has come.
    pub progress: ImportProgress,
    /// Issues by kind and column.
    pub issues: Vec<IssueSummary>,
    /// What came of its undo.
    pub undo: Option<UndoResult>,
    /// Why it failed as a whole: a stable code.
    pub error: Option<String>,
}

/// A page of imports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportList {
    /// Newest first.
    pub items: Vec<Import>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Starts an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartImport {
    /// Only try and report, changing nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Something wrong with a row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportIssue {
    /// Number of the row in the file, as a spreadsheet counts; 0 for the file as a whole.
    pub row: i64,
    /// Header of the column, where one column is at fault.
    pub column: Option<String>,
    /// The field it was for.
    pub field: Option<String>,
    /// Stable code.
    pub code: String,
    /// In the reader's language.
    pub message: String,
    /// The text of the cell, cut.
    pub value: Option<String>,
    /// Whether the row was left out for it.
    pub rejected: bool,
}

/// A page of issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportIssueList {
    /// In the order of the file.
    pub items: Vec<ImportIssue>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}
