//! Playbooks: what they are, how they are changed and started, and what they did.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What to do about a score, a stage, a segment, a profile, a preference or a sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Playbook {
    /// What it is started by.
    pub key: String,
    /// Its name, in the caller's language.
    pub title: String,
    /// What it is to reach, in the caller's language.
    pub aim: String,
    /// Its tasks.
    pub tasks: Vec<PlaybookTask>,
    /// For which customers it is.
    pub fits: PlaybookFits,
    /// The same, in the caller's language.
    pub fits_label: String,
    /// `by_hand`, or `automatic`: when a customer of the grades of the settings comes to be one that it fits.
    pub starts: String,
    /// It is suggested and may be started.
    pub active: bool,
    /// It is shipped.
    pub shipped: bool,
    /// It was changed, or is the organisation's own.
    pub changed: bool,
    /// What it did; null where it is merely suggested.
    pub effect: Option<PlaybookEffect>,
}

/// A task of a playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaybookTask {
    /// What to do, in the caller's language.
    pub title: String,
    /// How to do it, in the caller's language.
    pub note: String,
    /// Days until it is due.
    pub days: u16,
    /// `high`, `normal` or `low`.
    pub priority: String,
    /// Who does it, in the caller's language.
    pub doer: String,
    /// The same as a key: `owner`, `manager`, `technical` or `service`.
    pub doer_key: String,
    /// It comes back once it is done: `weekly`, `monthly` or `quarterly`.
    pub repeat: Option<String>,
}

/// For which customers a playbook is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaybookFits {
    /// `dimension`, `stage`, `segment`, `profile`, `sign`, `preference`, or `any`.
    pub kind: String,
    /// Which of them; the id of a tag for a preference; null for any.
    #[serde(default)]
    pub value: Option<String>,
    /// The band of a dimension: `strong`, `sound` or `weak`.
    #[serde(default)]
    pub band: Option<String>,
}

/// What a playbook did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaybookEffect {
    /// How often it was started.
    pub runs: i64,
    /// For how many of those 90 days have passed and both scores are known.
    pub measured: i64,
    /// The mean change of the score in those 90 days, in points; null while nothing is measured.
    pub mean_change: Option<f64>,
}

/// Every playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Playbooks {
    /// The version of the settings, for `If-Match`.
    pub version: i64,
    /// The playbooks.
    pub items: Vec<Playbook>,
}

/// A playbook as somebody writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({ "title": "极简风客户", "aim": "用同风格案例促成下单。",
    "fits": { "kind": "profile", "value": "professional" }, "starts": "by_hand",
    "tasks": [{ "title": "发同风格案例", "days": 2, "priority": "normal", "doer": "owner" }] })))]
#[serde(deny_unknown_fields)]
pub struct PlaybookInput {
    /// Its name.
    pub title: String,
    /// What it is to reach.
    pub aim: String,
    /// For which customers it is.
    pub fits: PlaybookFits,
    /// `by_hand` or `automatic`.
    pub starts: String,
    /// It is suggested and may be started.
    #[serde(default = "yes")]
    pub active: bool,
    /// Its tasks.
    pub tasks: Vec<PlaybookTaskInput>,
}

fn yes() -> bool {
    true
}

/// A task of a playbook as somebody writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaybookTaskInput {
    /// What to do.
    pub title: String,
    /// How to do it.
    #[serde(default)]
    pub note: Option<String>,
    /// Days until it is due.
    pub days: u16,
    /// `high`, `normal` or `low`.
    pub priority: String,
    /// `owner`, `manager`, `technical` or `service`.
    pub doer: String,
    /// It comes back once it is done: `weekly`, `monthly` or `quarterly`; null for once.
    #[serde(default)]
    pub repeat: Option<String>,
}

/// Which playbook to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({ "playbook": "win_back" })))]
#[serde(deny_unknown_fields)]
pub struct NewPlaybookRun {
    /// Its key.
    pub playbook: String,
}

/// A playbook that was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaybookRunStarted {
    /// The run.
    pub run_id: Uuid,
    /// The playbook's name.
    pub title: String,
    /// The dimension that its effect is measured by after 90 days.
    pub dimension: String,
    /// Its tasks.
    pub task_ids: Vec<Uuid>,
}
