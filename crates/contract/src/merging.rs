//! Making one record of several.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is to be merged into a record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// The records that become part of it, 1 to 50.
    pub ids: Vec<Uuid>,
    /// Whose value a field keeps, by its name (`custom.key` for an own field). What is not named keeps the value of the
    /// record itself, or where it has none that of the first of the others; lists are united.
    #[serde(default)]
    pub values: BTreeMap<String, Uuid>,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// Whose value a field keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergedField {
    /// The field.
    pub field: String,
    /// The record whose value it is; several for a list that is united.
    pub from: Vec<Uuid>,
    /// The remaining record says something else than before.
    pub changed: bool,
}

/// How many records of a kind move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedRecords {
    /// Plural key of their object; `comments` and `attachments` too.
    pub object: String,
    /// The field by which they point to the merged records.
    pub field: String,
    /// How many.
    pub count: u64,
    /// How many of them the caller may not change; with any, the merge is refused.
    pub out_of_reach: u64,
}

/// What a merge did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeResult {
    /// The merge; null for a dry run.
    pub id: Option<Uuid>,
    /// Nothing was changed.
    pub dry_run: bool,
    /// The record that remains.
    pub survivor_id: Uuid,
    /// Its version now.
    pub version: i64,
    /// The records that become part of it.
    pub merged: Vec<Uuid>,
    /// Every field of which one of the records knows a value.
    pub fields: Vec<MergedField>,
    /// What moves to it.
    pub moved: Vec<MovedRecords>,
}

/// Which merge is to be undone, and how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UnmergeInput {
    /// The merge; the last one of the record by default.
    #[serde(default)]
    pub merge_id: Option<Uuid>,
    /// Leave with the record what has changed since, instead of refusing.
    #[serde(default)]
    pub leave_changed: bool,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// Records that cannot go back, since somebody has worked with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeftRecords {
    /// Plural key of their object.
    pub object: String,
    /// Their ids, the first hundred.
    pub ids: Vec<Uuid>,
    /// How many.
    pub count: u64,
}

/// What undoing a merge did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmergeResult {
    /// The merge.
    pub id: Uuid,
    /// Nothing was changed.
    pub dry_run: bool,
    /// The record that they were merged into.
    pub survivor_id: Uuid,
    /// Its version now.
    pub version: i64,
    /// The records that are there again.
    pub restored: Vec<Uuid>,
    /// What goes back to them.
    pub moved: Vec<MovedRecords>,
    /// What stays, since it has changed after the merge.
    pub left: Vec<LeftRecords>,
    /// Fields that keep their value, since somebody has changed them after the merge.
    pub kept_fields: Vec<String>,
}

/// A merge that a record came out of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeOut {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Option<Uuid>,
    /// The records that became part of it.
    pub merged: Vec<Uuid>,
    /// What moved.
    pub moved: Vec<MovedRecords>,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
}

/// The merges that a record came out of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Merges {
    /// The latest hundred, newest first.
    pub items: Vec<MergeOut>,
    /// Names of the records and people in them, by id.
    pub refs: BTreeMap<String, String>,
}
