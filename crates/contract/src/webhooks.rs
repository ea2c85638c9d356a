//! Endpoints of other systems that are told what happens.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// Every endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhooks {
    /// By name.
    pub items: Vec<Webhook>,
}

/// An endpoint and its health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// Its id.
    pub id: Uuid,
    /// For `If-Match`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When somebody last changed it.
    pub updated_at: DateTime<Utc>,
    /// Who made it, or last changed its address or its events: it is told of the records that this person may see, under
    /// the same masks.
    pub created_by: Option<Uuid>,
    /// The API key by which they did, within whose limits it is told; null for a session.
    pub api_key_id: Option<Uuid>,
    /// Why nothing is sent: `owner_gone` when its maker is no longer active, `key_gone` when the API key is revoked or has
    /// expired; null while somebody answers for it. Whoever sends its address or its events again takes it over.
    pub stopped_reason: Option<String>,
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: WebhookKind,
    /// Where to send.
    pub url: String,
    /// What it is told: `customer.created`, `opportunity.*`, `*`; empty for calls of rules only.
    pub events: Vec<String>,
    /// Deliveries are made.
    pub active: bool,
    /// The secret for checking signatures; shown when it is made, null afterwards.
    pub secret: Option<String>,
    /// Failed deliveries in a row.
    pub failures: i64,
    /// After failures, no delivery before this.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Why the last failed one failed.
    pub last_error: Option<String>,
    /// When one last succeeded.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When one last failed.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Deliveries on their way.
    pub waiting: i64,
    /// Deliveries that were given up and can be replayed.
    pub parked: i64,
}

/// What an endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// Events as JSON, signed: `Flywheel-Signature: t=SECONDS,v1=HMAC-SHA256(secret, "t.body")` in hexadecimal.
    #[default]
    Flywheel,
    /// Messages of a WeCom (企业微信) group robot.
    Wecom,
    /// Messages of a DingTalk (钉钉) group robot.
    Dingtalk,
    /// Messages of a Feishu (飞书) group robot.
    Feishu,
}

impl WebhookKind {
    /// Its key in the database.
    pub const fn key(self) -> &'static str {
        match self {
            WebhookKind::Flywheel => "flywheel",
            WebhookKind::Wecom => "wecom",
            WebhookKind::Dingtalk => "dingtalk",
            WebhookKind::Feishu => "feishu",
        }
    }

    /// The kind of a key.
    pub fn of(key: &str) -> WebhookKind {
        let all = [WebhookKind::Wecom, WebhookKind::Dingtalk, WebhookKind::Feishu];
        all.into_iter().find(|kind| kind.key() == key).unwrap_or_default()
    }
}

/// A new endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookInput {
    /// Its name.
    pub name: String,
    /// What it takes; events as JSON by default.
    #[serde(default)]
    pub kind: WebhookKind,
    /// Where to send. Addresses of private networks are refused unless the server allows them.
    pub url: String,
    /// What it is told: `customer.created`, `opportunity.*`, `*`; empty for calls of rules only.
    #[serde(default)]
    pub events: Vec<String>,
    /// The secret of a DingTalk or Feishu robot that checks signatures. For other kinds one is made.
    #[serde(default)]
    pub secret: Option<String>,
}

/// A change of an endpoint: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookPatch {
    /// Its name.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name: Option<String>,
    /// Where to send.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub url: Option<String>,
    /// What it is told.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub events: Option<Vec<String>>,
    /// Deliveries are made. What happens while they are not is sent later.
    #[serde(default, deserialize_with = "crate::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub active: Option<bool>,
}

/// A page of an endpoint's deliveries, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deliveries {
    /// The deliveries.
    pub items: Vec<Delivery>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// Something sent or to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Its id, the same at every try: `Flywheel-Delivery`.
    pub id: Uuid,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Type of the event.
    #[serde(rename = "type")]
    pub type_: String,
    /// Plural key of the object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// What names the record; null for a test, and for records that the caller may not see.
    pub title: Option<String>,
    /// Values before the change, under the caller's masks; null where there are none or they may not be seen.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub old: Option<Map<String, Json>>,
    /// Values after the change, or the record that a rule sent, under the caller's masks.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub new: Option<Map<String, Json>>,
    /// The message to a group robot.
    pub message: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried next; null when it is not.
    pub next_at: Option<DateTime<Utc>>,
    /// HTTP status of the last answer.
    pub status: Option<i64>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it was done or given up.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On its way.
    Waiting,
    /// Taken by the endpoint.
    Done,
    /// Given up after 24 hours.
    Parked,
}

/// How much is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Replayed {
    /// Number of deliveries.
    pub replayed: i64,
}
