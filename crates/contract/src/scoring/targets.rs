//! Segments and how far they are covered, groups by need, and service of the basic tier.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose customers, and how far back contacts count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct SegmentQuery {
    /// Days until today, 1 to 366; 30 by default.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 366))]
    pub days: Option<i64>,
    /// Customers of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
}

/// Every segment with its customers, those of them contacted in the period, and what to do with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SegmentReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day: today.
    pub to: NaiveDate,
    /// The segments in their order.
    pub items: Vec<SegmentCoverage>,
}

/// A segment and how far it is covered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SegmentCoverage {
    /// The segment.
    pub segment_id: Uuid,
    /// Its version, for `If-Match`.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What kind of customers it holds.
    pub purpose: String,
    /// The same in the caller's language.
    pub purpose_label: String,
    /// What to do with them.
    pub strategy: Option<String>,
    /// It is a target list: its coverage counts.
    pub target: bool,
    /// The condition that makes it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub definition: serde_json::Value,
    /// The condition cannot be carried out by the caller: it names a field that is gone or masked. Nothing is counted.
    pub unreadable: bool,
    /// Its customers.
    pub customers: i64,
    /// Those of them contacted in the period.
    pub contacted: i64,
    /// The share of them, percent; null without customers.
    pub coverage: Option<f64>,
    /// The share that is wanted, percent.
    pub goal: Option<f64>,
    /// The list of its customers.
    pub drill_down: String,
    /// The list of those not contacted in the period.
    pub waiting: String,
    /// The same by owner, most customers first.
    pub owners: Vec<SegmentOwner>,
}

/// A segment's customers of one owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SegmentOwner {
    /// The owner; null for customers of nobody.
    pub owner_id: Option<Uuid>,
    /// The owner's name.
    pub name: Option<String>,
    /// Customers.
    pub customers: i64,
    /// Those of them contacted in the period.
    pub contacted: i64,
}

/// Groups of customers by what they need, found from tags, preferences and pains that go together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedClusters {
    /// When customers were last counted; null before the first time.
    pub counted_at: Option<DateTime<Utc>>,
    /// Two needs go together from this share of their customers on: those that have both, of those that have either.
    pub least_similarity: f64,
    /// And from this many customers on.
    pub least_together: i64,
    /// The groups, the most customers first.
    pub items: Vec<NeedCluster>,
}

/// A group by need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedCluster {
    /// What it could be called: its most frequent needs.
    pub name: String,
    /// Its needs, the most frequent first.
    pub needs: Vec<Need>,
    /// Why they are one group: each two of them that go together.
    pub links: Vec<NeedLink>,
    /// Customers that have any of the needs.
    pub customers: i64,
    /// The condition of a segment of these customers.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub definition: serde_json::Value,
    /// The list of these customers.
    pub drill_down: String,
}

/// Something that customers need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Need {
    /// Where it was said: `tags`, `preference_ids` or `pain_ids`.
    pub kind: String,
    /// The tag or the pain.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Customers that have it.
    pub customers: i64,
}

/// Two needs that go together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedLink {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
    /// Customers that have both.
    pub together: i64,
    /// Those of the customers that have either, percent.
    pub similarity: f64,
}

/// How customers of the basic tier are served (S2-38).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BasicService {
    /// The one salesperson who answers urgent needs; null while none is named: then each owner does.
    pub shared_owner_id: Option<Uuid>,
    /// The salesperson's name.
    pub shared_owner_name: Option<String>,
    /// The version of the settings of the tiers, for `If-Match`.
    pub version: i64,
    /// Customers of the basic tier that the caller may see.
    pub customers: i64,
    /// The list of them.
    pub drill_down: String,
    /// The mails that are sent by themselves; null for who may not see rules.
    pub mails: Option<Vec<BasicMail>>,
    /// Urgent needs that wait, the oldest first.
    pub waiting: Vec<UrgentNeed>,
    /// Urgent needs that were answered in the last 30 days.
    pub answered: i64,
    /// Hours from report to answer, their median; null without any.
    pub median_hours: Option<f64>,
}

/// A mail that goes to basic customers by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BasicMail {
    /// The rule.
    pub rule_id: Uuid,
    /// Its name.
    pub name: String,
    /// `draft`, `active`, `paused` or `stopped`.
    pub state: String,
    /// Mails of the last 30 days.
    pub sent: i64,
}

/// An urgent need that waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UrgentNeed {
    /// Its task.
    pub task_id: Uuid,
    /// What is needed.
    pub need: String,
    /// The customer.
    pub customer_id: Option<Uuid>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// Who answers it.
    pub owner_id: Option<Uuid>,
    /// Their name.
    pub owner_name: Option<String>,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// By when it is to be answered.
    pub due_at: Option<DateTime<Utc>>,
}

/// An urgent need of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({ "need": "收货少 3 箱，客户明早要用" })))]
#[serde(deny_unknown_fields)]
pub struct NewUrgentNeed {
    /// What is needed, at most 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub need: String,
    /// More about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Who answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UrgentNeedTaken {
    /// The task.
    pub task_id: Uuid,
    /// Who answers.
    pub owner_id: Uuid,
    /// Their name.
    pub owner_name: Option<String>,
    /// It went to the shared queue of the basic tier, not to the customer's owner.
    pub shared: bool,
}

/// How people take to the product: log-ins, and how soon contacts are written down (S4-43).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdoptionReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Working days in between, until today.
    pub work_days: i64,
    /// An activity is on time when it is written down at most so many hours after it took place.
    pub within_hours: i64,
    /// Everybody together.
    pub total: AdoptionRow,
    /// Each team.
    pub teams: Vec<AdoptionRow>,
    /// Each person.
    pub people: Vec<AdoptionRow>,
}

/// One person, one team, or all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdoptionRow {
    /// The person or team; null for all.
    pub id: Option<Uuid>,
    /// The name.
    pub name: Option<String>,
    /// People counted.
    pub people: i64,
    /// Log-ins.
    pub logins: i64,
    /// Days on which each used the product, summed up.
    pub days_used: i64,
    /// Those of the working days of all, percent.
    pub used: Option<f64>,
    /// Activities of the period.
    pub activities: i64,
    /// Those written down in time.
    pub on_time: i64,
    /// The share of them, percent; null without activities.
    pub on_time_share: Option<f64>,
}

/// How a customer is best reached, from contacts of the last 400 days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactHabits {
    /// Contacts looked at.
    pub contacts: i64,
    /// The kind of contact that is answered best.
    pub channel: Option<String>,
    /// The same in the caller's language.
    pub channel_label: Option<String>,
    /// How often it is answered, percent; null where that was never noted.
    pub answered: Option<f64>,
    /// The part of the day with the most contacts: its first hour.
    pub from_hour: Option<i64>,
    /// Its last hour.
    pub to_hour: Option<i64>,
    /// The day of the week with the most contacts, 1 for Monday.
    pub weekday: Option<i64>,
}
