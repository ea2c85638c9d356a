//! The event log and the global search on the wire.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Events {
    /// The events.
    pub items: Vec<EventOut>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventOut {
    /// Position in the log.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// For example `customer.updated`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Plural key of the object.
    pub object: String,
    /// The changed record.
    pub record_id: Uuid,
    /// Who changed it.
    pub actor_id: Option<Uuid>,
    /// Their name now.
    pub actor_name: Option<String>,
    /// A rule did it in that person's name.
    pub automated: bool,
    /// The name of the rule, where a rule did it and the caller may see the rule.
    pub rule: Option<String>,
    /// The file that it was imported from, where it was and the caller may see the import.
    pub import_file: Option<String>,
    /// The name of the API key by which another system did it in that person's name, where the caller may see the key.
    pub key: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The changed fields before.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub old: Option<serde_json::Map<String, serde_json::Value>>,
    /// The changed fields after.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub new: Option<serde_json::Map<String, serde_json::Value>>,
    /// Titles of the records that old and new link to, by id, and of playbooks by their keys.
    pub refs: std::collections::BTreeMap<String, String>,
    /// The request that changed it.
    pub request_id: Uuid,
}

/// Where the values of a record come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldSources {
    /// One for each field that has a value.
    pub items: Vec<FieldSource>,
}

/// Where the value of a field comes from: who or what gave it, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldSource {
    /// The field; `custom.` and the key for one of the organisation's own.
    pub field: String,
    /// What gave the value.
    pub kind: SourceKind,
    /// What names it: the file, the API key or the rule, where the caller may see it; null for the others.
    pub name: Option<String>,
    /// Who did it, or in whose name it was done; null for the program itself.
    pub actor_id: Option<Uuid>,
    /// Their name now.
    pub actor_name: Option<String>,
    /// When; null for what the program works out without a line in the log of changes.
    pub at: Option<DateTime<Utc>>,
    /// How often the value was given or changed, as far as the log was read.
    pub changes: u32,
}

/// What gives a field its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Somebody here.
    Person,
    /// A file that was imported.
    Import,
    /// Another system, by an API key.
    Integration,
    /// A rule.
    Rule,
    /// A record that was merged into this one.
    Merge,
    /// The program, from other records.
    Computed,
}

/// A page of what happened with a customer, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timeline {
    /// What happened.
    pub items: Vec<TimelineItem>,
    /// The names of the records that these records link to, by id.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub refs: serde_json::Map<String, serde_json::Value>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// Something that happened with a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineItem {
    /// What it is.
    pub kind: TimelineKind,
    /// When. An order stands at the beginning of its day.
    pub at: DateTime<Utc>,
    /// Plural key of the object of the record.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// The record as its list shows it; null for a change of the customer.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub record: Option<serde_json::Value>,
    /// The step of an opportunity; null for all else.
    pub step: Option<StageStep>,
    /// The change of the customer; null for all else.
    pub change: Option<EventOut>,
}

/// What stands in the timeline of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// A contact that took place.
    Activity,
    /// A step of an opportunity into a stage.
    Opportunity,
    /// An order.
    Order,
    /// A task that was done.
    Task,
    /// What somebody of the customer did on our pages and at our events.
    Behaviour,
    /// A change of the customer itself, a comment or a file.
    Change,
}

impl TimelineKind {
    /// All of them.
    pub const ALL: [TimelineKind; 6] =
        [Self::Activity, Self::Opportunity, Self::Order, Self::Task, Self::Behaviour, Self::Change];

    /// The word on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Opportunity => "opportunity",
            Self::Order => "order",
            Self::Task => "task",
            Self::Behaviour => "behaviour",
            Self::Change => "change",
        }
    }

    /// The object whose records it shows.
    pub fn object(self) -> &'static str {
        match self {
            Self::Activity => "activities",
            Self::Opportunity => "opportunities",
            Self::Order => "orders",
            Self::Task => "tasks",
            Self::Behaviour => "behaviours",
            Self::Change => "customers",
        }
    }
}

/// An opportunity's step into a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageStep {
    /// The stage.
    pub stage_id: Uuid,
    /// Its name.
    pub stage_name: String,
    /// The name of the stage before; null for a new opportunity.
    pub from: Option<String>,
    /// Who moved it.
    pub user_id: Option<Uuid>,
    /// Their name.
    pub user_name: Option<String>,
}

/// What the global search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hits {
    /// By object, newest first within each.
    pub items: Vec<Hit>,
}

/// One found record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    /// Plural key of the object.
    pub object: String,
    /// Its id.
    pub id: Uuid,
    /// What names it.
    pub title: String,
    /// What tells it from others of the same name.
    pub subtitle: String,
}
