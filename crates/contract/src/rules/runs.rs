//! Trials of rules, what their runs did, and their versions.

use super::RuleDefinition;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// What to try a rule with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTest {
    /// The definition to try; the rule's draft by default.
    #[serde(default)]
    pub definition: Option<RuleDefinition>,
    /// How many days of events to look back, for rules that act by events; 30 by default.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365))]
    pub days: Option<i64>,
}

/// What a rule would have matched. Nothing was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTestResult {
    /// Records that fit, of those that the caller may see.
    pub matched: i64,
    /// False when `matched` is a lower bound: there was too much to look through, or the rule waits for a score, whose moves
    /// are logged only from then on.
    pub complete: bool,
    /// Events looked through, for rules that act by events; null for the others.
    pub events: Option<i64>,
    /// The first 50 of them.
    pub items: Vec<RuleTestRecord>,
}

/// A record that a rule would have matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTestRecord {
    /// Plural key of its object.
    pub object: String,
    /// Its id.
    pub id: Uuid,
    /// What names it.
    pub title: String,
    /// Its owner's name; null where it has none.
    pub owner: Option<String>,
    /// The values of the fields that the rule looks at.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub inputs: Map<String, Json>,
}

/// A page of a rule's runs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleRuns {
    /// The runs on records that the caller may see.
    pub items: Vec<RuleRun>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// One time that a rule acted on a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleRun {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Version of the rule that acted.
    pub number: i64,
    /// Plural key of the object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// What names it.
    pub title: String,
    /// What came of it.
    pub outcome: RunOutcome,
    /// Why nothing was done or why it failed: a stable code; null otherwise.
    pub reason: Option<String>,
    /// More about it, for an administrator.
    pub detail: Option<String>,
    /// The values that the rule saw.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub inputs: Map<String, Json>,
    /// What came of each action.
    pub actions: Vec<ActionOutcome>,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every action was done.
    Done,
    /// Some actions were done, others skipped.
    Partly,
    /// Nothing was done, for a reason.
    Skipped,
    /// An action failed and nothing was changed.
    Failed,
}

impl RunOutcome {
    /// Its key in the database.
    pub const fn key(self) -> &'static str {
        match self {
            RunOutcome::Done => "done",
            RunOutcome::Partly => "partly",
            RunOutcome::Skipped => "skipped",
            RunOutcome::Failed => "failed",
        }
    }
}

/// What came of one action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionOutcome {
    /// Its kind, such as `create_task`.
    pub kind: String,
    /// It was done.
    pub done: bool,
    /// Why it was skipped: a stable code; null when it was done.
    pub reason: Option<String>,
    /// What was made, or whom it concerned.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub result: Map<String, Json>,
}

/// The published versions of a rule, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleVersions {
    /// The versions.
    pub items: Vec<RuleVersion>,
}

/// One published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleVersion {
    /// Its number, from 1.
    pub number: i64,
    /// What it did.
    pub definition: RuleDefinition,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Who published it.
    pub published_by: Option<Uuid>,
}
