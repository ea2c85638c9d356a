//! The three principles, the flywheel, busy against effective, repeat purchase, migration and the whole customer.

use super::{CustomerScores, FourRValue, ScorePart};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which period, and whose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct PeriodQuery {
    /// The first day; 89 days before the last one by default.
    pub from: Option<NaiveDate>,
    /// The last day; today by default.
    pub to: Option<NaiveDate>,
    /// Of this person only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
}

/// The three principles of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrinciplesReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// People who were there at some time of the period.
    pub people: i64,
    /// Commitment, precision, engagement.
    pub gauges: Vec<PrincipleGauge>,
    /// The lowest known one.
    pub lowest: Option<String>,
}

/// One principle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrincipleGauge {
    /// `commitment`, `precision` or `engagement`.
    pub principle: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// The question it answers, in the caller's language.
    pub question: String,
    /// 0..100; null when too little is known.
    pub score: Option<f64>,
    /// Weights known over all weights, 0..1.
    pub coverage: f64,
    /// Its inputs. Of surveys and trainings only those that the caller may read count, and answers of others are missing
    /// until four people have answered.
    pub parts: Vec<ScorePart>,
}

/// The three principles month by month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrinciplesCourse {
    /// The names of commitment, precision and engagement, in the caller's language.
    pub labels: Vec<String>,
    /// The months in their order.
    pub items: Vec<PrinciplesMonth>,
}

/// The three principles of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrinciplesMonth {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day, or the last day asked for.
    pub to: NaiveDate,
    /// People who were there.
    pub people: i64,
    /// Commitment, precision and engagement, 0..100; null where too little is known.
    pub scores: Vec<Option<f64>>,
    /// The lowest known one.
    pub lowest: Option<String>,
}

/// Who stands behind the published goals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoalAgreements {
    /// The goals that somebody agreed with.
    pub items: Vec<GoalAgreement>,
}

/// Who stands behind a goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoalAgreement {
    /// The goal.
    pub goal_id: Uuid,
    /// People who agree, of those whose acknowledgements the caller may read; null for whoever reads only their own.
    pub people: Option<i64>,
    /// The caller agrees.
    pub mine: bool,
}

/// Principles, 4R, customer quality and outcomes of a period, each against the period before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlywheelReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The first day of the period before.
    pub before_from: NaiveDate,
    /// The last day of the period before.
    pub before_to: NaiveDate,
    /// The three wheels: `principles`, `execution`, `customers`.
    pub wheels: Vec<FlywheelReading>,
    /// The slowest known wheel.
    pub slowest: Option<String>,
    /// What to do about it, in the caller's language.
    pub advice: Option<String>,
    /// Commitment, precision, engagement.
    pub principles: Vec<FlywheelReading>,
    /// The four Rs.
    pub four_r: Vec<FlywheelReading>,
    /// The four dimensions, as of the last scoring in each period.
    pub sdae: Vec<FlywheelReading>,
    /// What was brought.
    pub outcomes: Vec<FlywheelReading>,
    /// The R that holds results back.
    pub bottleneck: Option<String>,
    /// Its name, in the caller's language.
    pub bottleneck_label: Option<String>,
    /// False: insufficient data for leverage, so the greatest gap was taken.
    pub leverage_known: bool,
    /// Its gap and its leverage, with the contacts behind it.
    pub bottleneck_value: Option<FourRValue>,
    /// What to do about it, in the caller's language.
    pub fix: Option<String>,
}

/// A number now and before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlywheelReading {
    /// What it is.
    pub key: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// Its value; null when unknown.
    pub value: Option<f64>,
    /// Its value in the period before.
    pub before: Option<f64>,
    /// The change.
    pub change: Option<f64>,
    /// The change is for the better; null when there is none.
    pub better: Option<bool>,
}

/// Who does much, and who brings much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffortReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Median of the contacts; null without anybody.
    pub median_contacts: Option<f64>,
    /// Median of the won amounts, in minor units.
    pub median_won_minor: Option<f64>,
    /// Everybody with contacts or won amounts, the greatest amount first.
    pub people: Vec<EffortRow>,
}

/// What one person did and brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffortRow {
    /// The person.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// Contacts made.
    pub contacts: i64,
    /// Their minutes.
    pub minutes: i64,
    /// Amount won, in minor units.
    pub won_minor: i64,
    /// Amount won per contact, in minor units; null without contacts.
    pub won_minor_per_contact: Option<f64>,
    /// The mean of the four Rs of the contacts.
    pub index: Option<f64>,
    /// `driving`, `efficient`, `busy` or `idle`.
    pub quadrant: String,
    /// Its name, in the caller's language.
    pub quadrant_label: String,
    /// What follows from it, in the caller's language.
    pub advice: String,
}

/// Customers that may not come back, the greatest value at risk first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepeatList {
    /// When it was last found what purchases follow; null while too few customers have bought again.
    pub fitted_at: Option<DateTime<Utc>>,
    /// Customers it was found from.
    pub fitted_customers: Option<u64>,
    /// The customers.
    pub items: Vec<RepeatCustomer>,
}

/// A customer that may not come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepeatCustomer {
    /// The customer.
    pub customer_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner_id: Option<Uuid>,
    /// The owner's name.
    pub owner_name: Option<String>,
    /// The probability that it still is a customer, percent; null after a single purchase.
    pub alive: Option<f64>,
    /// Revenue of a year that is lost should it have left, in minor units.
    pub at_risk_minor: i64,
    /// Its last order.
    pub last_order_on: Option<NaiveDate>,
    /// Its RFM segment.
    pub rfm_segment: Option<String>,
}

/// Which two days to compare.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct MigrationQuery {
    /// The first day, as its end was; 90 days before the last one by default.
    pub from: Option<NaiveDate>,
    /// The last day; today by default.
    pub to: Option<NaiveDate>,
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
}

/// How customers moved between RFM segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmMigration {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Customers by both segments; those scored on neither day are left out.
    pub flows: Vec<RfmFlow>,
}

/// The customers that went from one segment to another, or stayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmFlow {
    /// The segment on the first day; null before the first scoring.
    pub from: Option<String>,
    /// The segment on the last day.
    pub to: Option<String>,
    /// How many customers.
    pub customers: i64,
}

/// A customer in one answer: profile, people, opportunities, orders, work, scores, and what to do next. A list that the
/// caller may not see is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerOverview {
    /// The record.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub customer: serde_json::Value,
    /// Every score with its reasons.
    pub scores: CustomerScores,
    /// What to do next, the most pressing first.
    pub next_actions: Vec<NextAction>,
    /// People, newest first, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub contacts: Option<Vec<serde_json::Value>>,
    /// Opportunities, newest first, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub opportunities: Option<Vec<serde_json::Value>>,
    /// Orders, newest first, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub orders: Option<Vec<serde_json::Value>>,
    /// Activities, newest first, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub activities: Option<Vec<serde_json::Value>>,
    /// Open tasks, the first due first, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub tasks: Option<Vec<serde_json::Value>>,
    /// Entitlements, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub entitlements: Option<Vec<serde_json::Value>>,
    /// Playbooks carried out, at most 20.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub playbook_runs: Option<Vec<serde_json::Value>>,
    /// Assessments, newest first, at most 5.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    pub assessments: Option<Vec<serde_json::Value>>,
    /// The names of the records that these records link to, by id.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub refs: serde_json::Map<String, serde_json::Value>,
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextAction {
    /// `contact`, `playbook`, `task`, `grade`, `stopped`, `success_manager` or `case`.
    pub kind: String,
    /// What to do, in the caller's language.
    pub title: String,
    /// Why, in the caller's language.
    pub why: String,
    /// The playbook to start, of `playbook` only.
    pub playbook: Option<String>,
    /// The task, of `task` only.
    pub task_id: Option<Uuid>,
    /// The content item to send, of `case` only.
    pub content_id: Option<Uuid>,
}

/// Whom the contact is planned with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct SuggestionQuery {
    /// The person at the customer; their role decides what fits.
    pub contact_id: Option<Uuid>,
}

/// What to bring to a contact that is being planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestions {
    /// Content, the most fitting first.
    pub contents: Vec<SuggestedContent>,
    /// Resources that the stage recommends, those within the cost cap first.
    pub resources: Vec<SuggestedResource>,
    /// What the resources of one contact may cost for the customer's grade, in minor units.
    pub cost_cap_minor: Option<i64>,
}

/// A content item worth using.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestedContent {
    /// The item.
    pub content_id: Uuid,
    /// Its title.
    pub title: String,
    /// It is for the customer's stage; null: no stage known.
    pub stage_met: Option<bool>,
    /// It answers a pain of the customer; null: none known.
    pub pain_met: Option<bool>,
    /// It is for the person's role; null: not known.
    pub role_met: Option<bool>,
    /// R3 of the contact if this alone is used.
    pub points: Option<f64>,
    /// How often it was used.
    pub used: i64,
    /// How often the opportunity it was used for was won, of those closed, percent; null while none is.
    pub won: Option<f64>,
    /// The customer has already been shown it.
    pub shown: bool,
}

/// A resource that the stage recommends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestedResource {
    /// The resource.
    pub resource_id: Uuid,
    /// Its name.
    pub name: String,
    /// What one use costs, in minor units.
    pub cost_minor: i64,
    /// It fits under the cost cap together with those before it.
    pub affordable: bool,
}

/// The questions of the self-assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditQuestions {
    /// The questions in their order.
    pub items: Vec<AuditQuestion>,
}

/// A question, answered from 1 to 5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditQuestion {
    /// The key of its answer.
    pub key: String,
    /// The index it is about.
    pub subject: String,
    /// Its name, in the caller's language.
    pub subject_label: String,
    /// The question, in the caller's language.
    pub text: String,
    /// What 1 means.
    pub low: String,
    /// What 5 means.
    pub high: String,
}
