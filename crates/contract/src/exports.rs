//! Exports: records as a file.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Comma-separated, UTF-8 with byte order mark.
    #[default]
    Csv,
    /// A workbook.
    Xlsx,
}

/// Which side of the archive an export is of: the values of the list parameter of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Archived {
    /// Live records.
    #[default]
    #[serde(rename = "false")]
    No,
    /// Live and archived records.
    #[serde(rename = "true")]
    Both,
    /// Archived records.
    #[serde(rename = "only")]
    Only,
}

impl Archived {
    /// As the list parameter says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Archived::No => "false",
            Archived::Both => "true",
            Archived::Only => "only",
        }
    }

    /// Whether it is what a list shows by itself.
    pub fn is_usual(&self) -> bool {
        *self == Archived::default()
    }
}

/// Asks for an export.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// Plural key of the object.
    pub object: String,
    /// Kind of file.
    #[serde(default)]
    pub format: FileFormat,
    /// Fields in the order of the columns; absent: all that the caller may see.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
    /// A condition that the records meet.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub filter: Option<Value>,
    /// Words that the records hold.
    #[serde(default)]
    pub q: Option<String>,
    /// Sort as in a list.
    #[serde(default)]
    pub sort: Option<String>,
    /// Whether archived records are in it, as in a list.
    #[serde(default, skip_serializing_if = "Archived::is_usual")]
    pub archived: Archived,
}

/// Where an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// Waits for a worker.
    Queued,
    /// Rows are being written.
    Running,
    /// The file is ready.
    Done,
    /// It could not be made.
    Failed,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Export {
    /// Its id.
    pub id: Uuid,
    /// Plural key of the object.
    pub object: String,
    /// Kind of file.
    pub format: FileFormat,
    /// Fields in the order of the columns.
    pub fields: Vec<String>,
    /// Where it stands.
    pub state: ExportState,
    /// Rows written.
    pub rows: i64,
    /// Name of the file.
    pub file_name: String,
    /// Who asked for it.
    pub created_by: Option<Uuid>,
    /// The name of who asked for it, in lists.
    pub created_by_name: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Until when the file can be downloaded; none before it is made and after it has gone.
    pub file_expires_at: Option<DateTime<Utc>>,
    /// Why it failed: a stable code.
    pub error: Option<String>,
}

/// A page of exports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportList {
    /// Newest first.
    pub items: Vec<Export>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}
