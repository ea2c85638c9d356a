//! Right customer, right frequency, right message, right resource.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose contacts, and when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct FourRQuery {
    /// The first day; 89 days before the last one by default.
    pub from: Option<NaiveDate>,
    /// The last day; today by default.
    pub to: Option<NaiveDate>,
    /// Made by this person only.
    pub owner_id: Option<Uuid>,
    /// Made by the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Made by the members of the teams of this region only.
    pub region: Option<String>,
    /// With this customer only.
    pub customer_id: Option<Uuid>,
    /// With customers that were of this grade at the time only: `A`, `B`, `C` or `D`.
    pub grade: Option<String>,
    /// `user`, `team`, `region`, `grade` or `month`.
    pub group_by: Option<String>,
}

/// How right the contacts of a period were, and what holds results back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FourRReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// All contacts of the period.
    pub index: FourRIndex,
    /// By the group asked for, the lowest overall index first; months in their order.
    pub groups: Vec<FourRGroup>,
    /// The share of contact time by grade; empty without contacts with graded customers, and of
    /// one grade.
    pub allocation: Vec<AllocationShare>,
    /// 100 when every grade got its share of time; null without contacts with graded customers.
    pub allocation_index: Option<f64>,
    /// Minutes that should have gone to customers of another grade.
    pub misplaced_minutes: Option<f64>,
    /// The contacts that were worst in the bottleneck R.
    pub worst: Vec<WorstContact>,
}

/// The four Rs of some contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FourRIndex {
    /// Contacts.
    pub contacts: i64,
    /// Their minutes.
    pub minutes: i64,
    /// The mean of the four; null without contacts.
    pub overall: Option<f64>,
    /// The index that each R shall reach.
    pub goal: f64,
    /// Each R.
    pub values: Vec<FourRValue>,
    /// The R that holds results back: `customer`, `frequency`, `message` or `resource`; null when all reach the goal.
    pub bottleneck: Option<String>,
    /// False: insufficient data for leverage, so the greatest gap was taken; so it is of every month, and of a grade
    /// unless the report is of that grade alone.
    pub leverage_known: bool,
    /// What to do about the bottleneck, in the caller's language.
    pub fix: Option<String>,
    /// The contacts counted.
    pub drill_down: String,
}

/// One R.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FourRValue {
    /// `customer`, `frequency`, `message` or `resource`.
    pub r: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// The mean over the contacts it applies to; null when it applied to none.
    pub index: Option<f64>,
    /// Contacts it applies to.
    pub n: i64,
    /// How far the index is below the goal.
    pub gap: Option<f64>,
    /// Win rate of the closed opportunities in which it was done better than in most, less that of the others, -1..1. Of
    /// those closed in the year that ends with the period, or in the period where that is longer, by the same people.
    /// Negative: better scores did not go with more deals. Null: insufficient data.
    pub leverage: Option<f64>,
    /// Closed opportunities above and below the median.
    pub closed: i64,
    /// The contacts below the goal, the worst first.
    pub drill_down: String,
}

/// The contacts of a person, a team, a region, a grade or a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FourRGroup {
    /// Id or word of the group; null for those without one.
    pub key: Option<String>,
    /// Its name.
    pub label: String,
    /// Its contacts.
    pub index: FourRIndex,
}

/// The contact time of one grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllocationShare {
    /// The grade.
    pub grade: String,
    /// Its minutes.
    pub minutes: u64,
    /// Its share of the minutes with graded customers, percent.
    pub actual: f64,
    /// The share it should have, percent.
    pub target: f64,
    /// Minutes beyond its share; negative when it got too few.
    pub excess_minutes: f64,
}

/// A contact that went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorstContact {
    /// The activity.
    pub activity_id: Uuid,
    /// What it was about.
    pub subject: String,
    /// The customer.
    pub customer_id: Uuid,
    /// Its name, where the caller may see it.
    pub customer_name: Option<String>,
    /// Who made the contact.
    pub owner_id: Option<Uuid>,
    /// Their name.
    pub owner_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The score in the bottleneck R.
    pub score: f64,
}

/// Why a contact has its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactScore {
    /// The activity.
    pub activity_id: Uuid,
    /// The four.
    pub values: Vec<ContactScoreValue>,
    /// The version of the settings it was scored by; 0 for those shipped.
    pub settings_version: i64,
    /// The customer's grade at the time.
    pub grade: Option<String>,
    /// Days between contacts that there should have been.
    pub interval_days: Option<u16>,
    /// Days since the contact before; null for the first.
    pub days_since_previous: Option<u32>,
    /// An opportunity was open, so that no contact was too early.
    pub open_matter: bool,
    /// Content items used.
    pub content_used: u16,
    /// Whether the content met the stage; null: not known.
    pub stage_met: Option<bool>,
    /// Whether it met a pain; null: none known.
    pub pain_met: Option<bool>,
    /// Whether it met the role of the person; null: not known.
    pub role_met: Option<bool>,
    /// Resources used.
    pub resources_used: u16,
    /// Those of them that the stage recommends.
    pub resources_fitting: u16,
    /// Resources that the stage recommends; null: no stage known, or it recommends none.
    pub resources_recommended: Option<u16>,
    /// What they cost, in minor units.
    pub cost_minor: i64,
    /// What they might cost for the grade, in minor units.
    pub cost_cap_minor: Option<i64>,
}

/// One R of a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactScoreValue {
    /// `customer`, `frequency`, `message` or `resource`.
    pub r: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// 0..100; null where it does not apply.
    pub score: Option<f64>,
}
