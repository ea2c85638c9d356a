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
    /// The rule that did it in that person's name, where a rule did.
    pub rule: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The changed fields before.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub old: Option<serde_json::Map<String, serde_json::Value>>,
    /// The changed fields after.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub new: Option<serde_json::Map<String, serde_json::Value>>,
    /// Titles of the records that old and new link to, by id.
    pub refs: std::collections::BTreeMap<String, String>,
    /// The request that changed it.
    pub request_id: Uuid,
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
