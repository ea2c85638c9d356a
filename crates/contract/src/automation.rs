//! Working time, and the state of what works in the background.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The organisation's part of the working calendar; Chinese weekends and public holidays are known besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkingCalendar {
    /// Version, 0 for what is shipped. A change names in If-Match the one it is based on; in its body it says nothing.
    #[serde(default)]
    pub version: i64,
    /// Begin of the working day, `HH:MM`.
    pub opens: String,
    /// End of the working day, `HH:MM`.
    pub closes: String,
    /// More days off.
    #[serde(default)]
    pub holidays: Vec<NaiveDate>,
    /// More days worked; they win over days off.
    #[serde(default)]
    pub worked: Vec<NaiveDate>,
}

impl Default for WorkingCalendar {
    fn default() -> WorkingCalendar {
        let (opens, closes) = ("09:00".to_owned(), "18:00".to_owned());
        WorkingCalendar { version: 0, opens, closes, holidays: Vec::new(), worked: Vec::new() }
    }
}

/// What works in the background, and how it is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operations {
    /// Readers of the event log.
    pub consumers: Vec<ConsumerState>,
    /// Background jobs (imports, exports) by state.
    pub jobs: BTreeMap<String, i64>,
    /// Mail.
    pub mail: MailState,
    /// Deliveries to endpoints of other systems: on their way.
    pub deliveries_waiting: i64,
    /// Deliveries that were given up and can be replayed.
    pub deliveries_parked: i64,
    /// Rules that act by time and that the caller may see, the next first.
    pub schedules: Vec<ScheduleState>,
    /// Events that a consumer could not handle and passed over, oldest first, at most 200.
    pub failures: Vec<FailureState>,
}

/// A reader of the event log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsumerState {
    /// Its name.
    pub name: String,
    /// Position of the last event that it has done with.
    pub position: i64,
    /// Events that it has still to read.
    pub events_behind: i64,
    /// Age of the first of them in milliseconds; 0 when there is none.
    pub milliseconds_behind: i64,
    /// Failed tries in a row at what comes next.
    pub failures: i64,
    /// Why the last one failed.
    pub error: Option<String>,
    /// When its position last moved.
    pub updated_at: DateTime<Utc>,
}

/// Mail in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailState {
    /// The server knows a mail server.
    pub available: bool,
    /// On its way.
    pub waiting: i64,
    /// Given up; it can be tried again.
    pub parked: i64,
    /// Sent.
    pub sent: i64,
    /// Why a mail last failed.
    pub last_error: Option<String>,
}

/// A rule that acts by time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduleState {
    /// The rule.
    pub rule_id: Uuid,
    /// Its name.
    pub name: String,
    /// When it looks next.
    pub next_at: Option<DateTime<Utc>>,
    /// When it last looked.
    pub checked_at: Option<DateTime<Utc>>,
    /// It should have looked already.
    pub late: bool,
}

/// An event that was passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailureState {
    /// Its id.
    pub id: Uuid,
    /// Which consumer.
    pub consumer: String,
    /// Position of the event.
    pub event_seq: i64,
    /// Why.
    pub error: String,
    /// When it failed first.
    pub created_at: DateTime<Utc>,
    /// When it was last tried again.
    pub retried_at: Option<DateTime<Utc>>,
}

/// What came of trying again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Retried {
    /// It is done now, or on its way.
    pub done: bool,
    /// How many.
    pub count: i64,
}
