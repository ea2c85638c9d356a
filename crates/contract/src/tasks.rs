//! A person's day, and what came of a task.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Puts a task off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snooze {
    /// Until when it is out of the way; it reminds then. Null brings it back at once.
    pub resume_at: Option<DateTime<Utc>>,
}

/// A task that was put off, or brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snoozed {
    /// The task.
    pub id: Uuid,
    /// Its version now, for `If-Match`.
    pub version: i64,
    /// Until when it is out of the way.
    pub resume_at: Option<DateTime<Utc>>,
    /// When it reminds.
    pub remind_at: Option<DateTime<Utc>>,
}

/// How a day is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayBy {
    /// Overdue, today, put off, done.
    #[default]
    Time,
    /// A group for each customer, then what was put off and done.
    Customer,
}

/// What the caller has to do today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyDay {
    /// The day, in the organisation's time zone.
    pub date: NaiveDate,
    /// How the groups were made.
    pub by: DayBy,
    /// The groups in their order; none is empty.
    pub groups: Vec<DayGroup>,
    /// Open tasks that were due before now.
    pub overdue: i64,
    /// Open tasks and planned activities of the rest of the day, and customers to be contacted or answered.
    pub today: i64,
    /// Tasks that were put off until later.
    pub snoozed: i64,
    /// Tasks done today.
    pub done: i64,
    /// Open tasks that are due in the seven days after.
    pub upcoming: i64,
    /// False when there is more than is shown.
    pub complete: bool,
}

/// A part of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayGroup {
    /// `waiting`, `overdue`, `today`, `snoozed`, `done`, `none` (of no customer), or the id of a customer.
    pub key: String,
    /// What it is called, in the caller's language.
    pub label: String,
    /// What is in it.
    pub items: Vec<DayItem>,
}

/// A task, a planned activity, or a customer whose first contact is due or who waits for an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayItem {
    /// `tasks`, `activities` or `customers`.
    pub object: String,
    /// Its id.
    pub id: Uuid,
    /// For `If-Match`.
    pub version: i64,
    /// What it is.
    pub title: String,
    /// When it is due, or planned; of a customer who waits, since when.
    pub at: Option<DateTime<Utc>>,
    /// It should have been done already.
    pub overdue: bool,
    /// The customer wrote, and nobody has answered.
    pub waiting: bool,
    /// It is done.
    pub done: bool,
    /// `high`, `normal` or `low`; null for an activity.
    pub priority: Option<String>,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// Its name; null where the caller may not see it.
    pub customer: Option<String>,
    /// The contact.
    pub contact_id: Option<Uuid>,
    /// Its name.
    pub contact: Option<String>,
    /// The opportunity.
    pub opportunity_id: Option<Uuid>,
    /// Its name.
    pub opportunity: Option<String>,
    /// Where it comes from, if nobody made it by hand.
    pub origin: Option<String>,
    /// Until when it was put off.
    pub resume_at: Option<DateTime<Utc>>,
    /// How often it comes again.
    pub repeat: Option<String>,
    /// What came of it.
    pub result: Option<String>,
}

/// What changed at the customer after a task was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskEffect {
    /// The task.
    pub task_id: Uuid,
    /// When it was done; null while it is not.
    pub done_at: Option<DateTime<Utc>>,
    /// For how many days afterwards is looked.
    pub days: i64,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
    /// All of that time has passed.
    pub complete: bool,
    /// In one word.
    pub verdict: TaskVerdict,
    /// How it was worked out, in the caller's language.
    pub how: String,
    /// Everything that is known, changed or not.
    pub measures: Vec<EffectMeasure>,
}

/// Whether a task helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskVerdict {
    /// It is not done.
    NotDone,
    /// Nothing is known of anything that could have changed.
    InsufficientData,
    /// Something rose and nothing fell.
    Improved,
    /// Something fell and nothing rose.
    Worsened,
    /// Both.
    Mixed,
    /// Nothing changed in the whole time.
    Unchanged,
    /// Nothing has changed yet, and there is time left.
    Waiting,
}

/// One thing that could have changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffectMeasure {
    /// `stage`, `contact`, `grade`, `sdae` or `health`.
    pub key: String,
    /// What it is called, in the caller's language.
    pub label: String,
    /// When the task was done.
    pub before: Option<String>,
    /// At the end of the time, or now.
    pub after: Option<String>,
    /// When it changed last.
    pub changed_at: Option<DateTime<Utc>>,
    /// `up`, `down` or `same`.
    pub turn: EffectTurn,
}

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EffectTurn {
    /// It rose, or what one hopes for happened.
    Up,
    /// It fell.
    Down,
    /// It is as it was.
    Same,
}
