//! Calls, mails and messages from other systems, and what customers do by themselves.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Calls, mails and messages of one system, at most 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommunicationsInput {
    /// The system that they come from, such as `pbx`, `mail` or `wecom`.
    pub source: String,
    /// What happened.
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub items: Vec<CommunicationInput>,
}

/// A call, a mail or a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommunicationInput {
    /// Its identity in that system: the same one is logged once, however often it is sent.
    pub external_id: String,
    /// A kind of activity: `call`, `email`, `chat`, `meeting` …
    pub kind: String,
    /// Who began it.
    pub direction: Direction,
    /// In a line; made from the kind where it is absent.
    #[serde(default)]
    pub subject: Option<String>,
    /// What was said.
    #[serde(default)]
    pub note: Option<String>,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// How long.
    #[serde(default)]
    pub duration_minutes: Option<i64>,
    /// Who of us it was; the caller by default.
    #[serde(default)]
    pub owner_id: Option<Uuid>,
    /// Those on the other side, at most 20.
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub participants: Vec<Participant>,
}

/// Who began a communication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// They did.
    In,
    /// We did.
    Out,
}

/// Somebody on the other side, by any of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    /// As the system names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A phone in any form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A WeChat id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<String>,
    /// The identity in another system, such as WeCom's `external_userid`: `external_key` of a contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_key: Option<String>,
}

/// What came of each, in the order of the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommunicationResults {
    /// One for each item.
    pub results: Vec<CommunicationResult>,
}

/// What came of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommunicationResult {
    /// Its identity in the other system.
    pub external_id: String,
    /// Where it stands; null when it was refused.
    pub state: Option<CommunicationState>,
    /// It was logged before; nothing was written.
    pub duplicate: bool,
    /// Its id here.
    pub id: Option<Uuid>,
    /// The activity that holds it.
    pub activity_id: Option<Uuid>,
    /// The customer that it was attached to.
    pub customer_id: Option<Uuid>,
    /// The contact.
    pub contact_id: Option<Uuid>,
    /// The open opportunity.
    pub opportunity_id: Option<Uuid>,
    /// What is wrong with it: fields and codes.
    pub errors: Vec<ItemError>,
}

/// What is wrong with a field of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemError {
    /// The field.
    pub field: String,
    /// A stable code.
    pub code: String,
}

/// Where a communication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommunicationState {
    /// It belongs where it belongs.
    Attached,
    /// Several would fit: somebody has to choose.
    Ambiguous,
    /// Nobody is known by its addresses.
    Unmatched,
    /// Somebody said that it belongs to nobody.
    Dismissed,
}

/// A page of what is left to a person to choose, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Communications {
    /// The communications.
    pub items: Vec<Communication>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// A communication that is not attached to everything that it may belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Communication {
    /// Its id.
    pub id: Uuid,
    /// The activity that holds it.
    pub activity_id: Uuid,
    /// What it was about.
    pub subject: String,
    /// A kind of activity.
    pub kind: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Who began it.
    pub direction: Direction,
    /// The system that it came from.
    pub source: String,
    /// Where it stands.
    pub state: CommunicationState,
    /// Those on the other side, under the caller's masks.
    pub participants: Vec<Participant>,
    /// The customer, where it is certain.
    pub customer_id: Option<Uuid>,
    /// Its name.
    pub customer: Option<String>,
    /// What it may belong to, as far as the caller may see it.
    pub candidates: Vec<Candidate>,
}

/// Something that a communication may belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    /// `customers`, `contacts` or `opportunities`.
    pub object: String,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub title: String,
}

/// What a communication belongs to, as somebody chose it. A contact or an opportunity brings its customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attach {
    /// The customer.
    #[serde(default)]
    pub customer_id: Option<Uuid>,
    /// The contact.
    #[serde(default)]
    pub contact_id: Option<Uuid>,
    /// The opportunity.
    #[serde(default)]
    pub opportunity_id: Option<Uuid>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decided {
    /// The communication.
    pub id: Uuid,
    /// Where it stands now.
    pub state: CommunicationState,
    /// The activity that holds it.
    pub activity_id: Uuid,
}

/// What customers did by themselves, at most 1,000.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BehaviourBatch {
    /// The events.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub items: Vec<BehaviourEvent>,
}

/// One page view, download, visit of a webinar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BehaviourEvent {
    /// What makes it the same event: it is kept once, however often it is sent.
    pub key: String,
    /// `page_view`, `download`, `webinar`, `form`, `email_open`, `email_click` or `other`.
    pub kind: String,
    /// The page, the document, the webinar.
    pub name: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// The address of the page.
    #[serde(default)]
    pub url: Option<String>,
    /// The system that saw it.
    #[serde(default)]
    pub source: Option<String>,
    /// Who it was, by mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Who it was, by phone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Who it was, by the identity in another system: `external_key` of a contact.
    #[serde(default)]
    pub external_key: Option<String>,
}

/// What came of each, in the order of the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BehaviourResults {
    /// How many were kept.
    pub created: i64,
    /// How many had been kept before.
    pub duplicates: i64,
    /// How many were refused.
    pub refused: i64,
    /// How many of the kept ones are about a known contact or customer.
    pub linked: i64,
    /// One for each item.
    pub results: Vec<BehaviourResult>,
}

/// What came of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BehaviourResult {
    /// Its key.
    pub key: String,
    /// What was done.
    pub status: BehaviourStatus,
    /// Its id here.
    pub id: Option<Uuid>,
    /// The contact that it is about.
    pub contact_id: Option<Uuid>,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// What is wrong with it: fields and codes.
    pub errors: Vec<ItemError>,
}

/// What was done with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BehaviourStatus {
    /// It was kept.
    Created,
    /// It had been kept before.
    Duplicate,
    /// Something is wrong with it.
    Refused,
}
