//! What people say about a record, and the files that belong to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Something said about a record. It is seen by whoever sees the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// Counts its changes.
    pub version: i64,
    /// When it was said.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When its words were last changed; null while they are the first ones.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who said it.
    pub created_by: Option<Uuid>,
    /// Plural key of the record's object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// The text; `@[name](id)` mentions a person.
    pub body: String,
    /// The people whom the text mentions.
    pub mentions: Vec<Uuid>,
}

/// A page of comments, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comments {
    /// The comments.
    pub items: Vec<Comment>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
    /// Names of authors and mentioned people, by id.
    pub refs: BTreeMap<String, String>,
}

/// A new comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// Plural key of the record's object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// The text, at most 10,000 characters; `@[name](id)` mentions a person.
    pub body: String,
}

/// A changed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CommentPatch {
    /// The text, at most 10,000 characters.
    pub body: String,
}

/// A file that belongs to a record. It is seen by whoever sees the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// When it was put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// Who brought it.
    pub created_by: Option<Uuid>,
    /// Plural key of the record's object.
    pub object: String,
    /// The record.
    pub record_id: Uuid,
    /// Its name with its ending.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
    /// What its content is, found out from the content itself.
    pub media_type: String,
    /// It is a picture or a PDF, which a browser may show in the page.
    pub preview: bool,
}

/// A page of attachments, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachments {
    /// The attachments.
    pub items: Vec<Attachment>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
    /// Names of those who brought them, by id.
    pub refs: BTreeMap<String, String>,
}
