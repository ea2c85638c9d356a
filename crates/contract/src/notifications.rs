//! What people are told, and how they want to be told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kinds of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// A record was given to you.
    Assigned,
    /// Somebody wrote your name in a note.
    Mention,
    /// A task is due soon.
    Reminder,
    /// A rule has something to tell.
    Rule,
    /// The first contact with a customer is due soon, or the customer went to the public pool.
    Pool,
    /// Something that should work does not.
    Alarm,
}

impl NewsKind {
    /// Every kind, in the order of the settings page.
    pub const ALL: [NewsKind; 6] =
        [NewsKind::Assigned, NewsKind::Mention, NewsKind::Reminder, NewsKind::Rule, NewsKind::Pool, NewsKind::Alarm];

    /// Its key on the wire and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            NewsKind::Assigned => "assigned",
            NewsKind::Mention => "mention",
            NewsKind::Reminder => "reminder",
            NewsKind::Rule => "rule",
            NewsKind::Pool => "pool",
            NewsKind::Alarm => "alarm",
        }
    }

    /// The kind of a key.
    pub fn of(key: &str) -> Option<NewsKind> {
        NewsKind::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What a person reads: Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            NewsKind::Assigned => ("分配给我的记录", "Records assigned to me"),
            NewsKind::Mention => ("有人@我", "Mentions of me"),
            NewsKind::Reminder => ("任务提醒", "Reminders of tasks"),
            NewsKind::Rule => ("自动化规则的消息", "Messages from rules"),
            NewsKind::Pool => ("首次联系与公海", "First contacts and the public pool"),
            NewsKind::Alarm => ("系统告警", "System alarms"),
        }
    }
}

/// One message of the live stream, in the fields of server-sent events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamMessage {
    /// What it is: `unread`, `change`, `notification` or `reset`.
    pub event: String,
    /// A JSON document, as the operation says.
    pub data: String,
    /// Position to come back with; on `change` and `reset` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A page of the caller's news, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notifications {
    /// The news.
    pub items: Vec<Notification>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
    /// How much the caller has not read, on all pages together.
    pub unread: i64,
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What kind of news.
    pub kind: NewsKind,
    /// The news in one line, in the caller's language.
    pub title: String,
    /// More of it; empty when there is no more.
    pub body: String,
    /// Plural key of the object that it is about; null when it is about none.
    pub object: Option<String>,
    /// The record that it is about.
    pub record_id: Option<Uuid>,
    /// When it was read; null when it was not.
    pub read_at: Option<DateTime<Utc>>,
}

/// Marks one piece of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationPatch {
    /// True when it has been read, false to find it again among the unread.
    pub read: bool,
}

/// What marking everything came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Marked {
    /// How much was marked.
    pub marked: i64,
    /// How much is unread now.
    pub unread: i64,
}

/// How news comes by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ByMail {
    /// Not at all.
    #[default]
    Off,
    /// At once.
    Instant,
    /// Together, once a day, as far as it is unread by then.
    Digest,
}

impl ByMail {
    /// Its key in the database.
    pub const fn key(self) -> &'static str {
        match self {
            ByMail::Off => "off",
            ByMail::Instant => "instant",
            ByMail::Digest => "digest",
        }
    }

    /// The choice of a key.
    pub fn of(key: &str) -> ByMail {
        [ByMail::Instant, ByMail::Digest].into_iter().find(|by| by.key() == key).unwrap_or_default()
    }
}

/// How the caller wants to be told each kind of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationPreferences {
    /// Every kind.
    pub items: Vec<NotificationPreference>,
    /// Mail can be sent: the server knows a mail server. Otherwise `email` stays `off`.
    pub mail_available: bool,
}

/// How the caller wants to be told one kind of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationPreference {
    /// Which kind.
    pub kind: NewsKind,
    /// In the caller's language.
    pub label: String,
    /// Shown in the application.
    pub in_app: bool,
    /// Sent by mail.
    pub email: ByMail,
}

/// A change of preferences: the kinds that are named change, the others stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationPreferencesInput {
    /// At most one for each kind.
    pub items: Vec<NotificationPreferenceInput>,
}

/// A choice for one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationPreferenceInput {
    /// Which kind.
    pub kind: NewsKind,
    /// Shown in the application.
    pub in_app: bool,
    /// Sent by mail.
    pub email: ByMail,
}
