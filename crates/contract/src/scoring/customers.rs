//! Every score of a customer with its reasons, and the playbooks that follow.

use super::{DueCustomer, Playbook};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Every score of a customer as of now, each with what made it. What is not known is null and not counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerScores {
    /// The customer.
    pub customer_id: Uuid,
    /// Its grade.
    pub grade: GradeScore,
    /// How its contacts stand; null without a target.
    pub cadence: Option<DueCustomer>,
    /// Its quality in four dimensions.
    pub sdae: SdaeScore,
    /// Its health.
    pub health: HealthScore,
    /// Where it stands in its life with us.
    pub lifecycle: LifecycleScore,
    /// What it pays and what it is served; null for those who never bought.
    pub tier: Option<TierScore>,
    /// What it will buy; null without orders, or while too few customers have bought again to tell.
    pub repeat: Option<RepeatScore>,
    /// How to speak with such a customer, in the caller's language; null without a profile.
    pub approach: Option<String>,
    /// How much it looks as if it were about to buy; null while nothing of the kind was seen.
    pub intent: Option<IntentScore>,
    /// Playbooks that fit: for signs that something is wrong, for its dimensions from the lowest, for its stage and its profile.
    pub playbooks: Vec<Playbook>,
    /// Earlier scores, newest first.
    pub history: Vec<ScoreChange>,
}

/// One input of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScorePart {
    /// What it is called in the settings.
    pub key: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// How it comes about, in the caller's language; empty where the name says it.
    pub formula: String,
    /// Its weight; only the proportions matter.
    pub weight: f64,
    /// Its value, 0..100; null when unknown, which is not 0.
    pub value: Option<f64>,
    /// The points of the score that come from it.
    pub points: Option<f64>,
    /// `computed`, `assessed`, `stale` or `missing`.
    pub source: String,
    /// Days since the assessment that it comes from.
    pub age_days: Option<u32>,
}

/// A customer's grade with what made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GradeScore {
    /// The grade that counts; null: ungraded.
    pub grade: Option<String>,
    /// The computed grade.
    pub computed: Option<String>,
    /// It was set by hand.
    pub manual: bool,
    /// The score; null when too little is known.
    pub score: Option<f64>,
    /// Weights known over all weights, 0..1.
    pub coverage: f64,
    /// The inputs.
    pub parts: Vec<ScorePart>,
    /// The share of contact time that this grade shall have, percent.
    pub target_share: Option<f64>,
    /// The version of the settings.
    pub settings_version: i64,
}

/// The quality of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SdaeScore {
    /// The four dimensions.
    pub dimensions: Vec<SdaeDimension>,
    /// The lowest known one.
    pub weakest: Option<String>,
    /// `increment`, `retained` or `flow`; null while security is unknown.
    pub asset_class: Option<String>,
    /// Its name, in the caller's language.
    pub asset_label: Option<String>,
    /// Experience is so bad that the other three are at risk.
    pub at_risk: bool,
    /// The version of the settings.
    pub settings_version: i64,
}

/// One dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SdaeDimension {
    /// `security`, `development`, `acceptance` or `experience`.
    pub dimension: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// The score; null when too little is known.
    pub score: Option<f64>,
    /// Weights known over all weights, 0..1.
    pub coverage: f64,
    /// `strong`, `sound` or `weak`.
    pub band: Option<String>,
    /// The band's name, in the caller's language.
    pub band_label: Option<String>,
    /// The indicators.
    pub parts: Vec<ScorePart>,
}

/// The health of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthScore {
    /// The score; null when too little is known.
    pub score: Option<f64>,
    /// Weights known over all weights, 0..1.
    pub coverage: f64,
    /// `healthy`, `watch` or `at_risk`.
    pub band: Option<String>,
    /// The band's name, in the caller's language.
    pub band_label: Option<String>,
    /// The indicators.
    pub parts: Vec<ScorePart>,
    /// No contact for the months that count as silence.
    pub silent: bool,
    /// Silence from this day on.
    pub silent_since: NaiveDate,
    /// Views of competitors in the months that count as silence; null while none was ever seen.
    pub competitor_views: Option<u32>,
    /// Silence and rising interest in competitors (S1-43).
    pub high_churn_risk: bool,
    /// What fell within the days of the settings (S4-25), in the caller's language.
    pub alerts: Vec<String>,
    /// The version of the settings.
    pub settings_version: i64,
}

/// Where a customer stands in its life with us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleScore {
    /// `acquisition`, `growth`, `maturity` or `retention`.
    pub stage: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// What matters in it, in the caller's language.
    pub focus: String,
    /// The stage was set by hand.
    pub manual: bool,
    /// What each later stage asks for, and what of it holds: every alternative of every stage.
    pub conditions: Vec<LifecycleCondition>,
    /// Earlier stages, newest first.
    pub history: Vec<LifecycleStay>,
    /// What the customer is entitled to in this stage, in the caller's language.
    pub entitlements: Vec<String>,
    /// The version of the settings.
    pub settings_version: i64,
}

/// One test of one alternative way into a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleCondition {
    /// The stage.
    pub stage: String,
    /// The alternative, from 0; all tests of one must hold.
    pub alternative: u32,
    /// What the fact is called in the settings; the values of those that end in `_minor` are minor units, and
    /// `partner_rank` counts the ranks from 0.
    pub key: String,
    /// The fact, in the caller's language.
    pub fact: String,
    /// `more_than`, `at_least`, `at_most` or `less_than`.
    pub op: String,
    /// The limit.
    pub value: f64,
    /// What was found; null when unknown.
    pub found: Option<f64>,
    /// It holds.
    pub holds: bool,
}

/// A stay in a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleStay {
    /// The stage.
    pub stage: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// Since when.
    pub entered_at: DateTime<Utc>,
    /// Until when; null for the present one.
    pub left_at: Option<DateTime<Utc>>,
}

/// What a customer pays and what it is served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TierScore {
    /// `strategic`, `growth` or `basic`.
    pub tier: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// What it ordered in the last 12 months less what it sent back, in minor units: confirmed orders count as paid while
    /// payments are not recorded.
    pub paid_minor: i64,
    /// What is missing for the next tier, in minor units; null in the highest.
    pub to_next_minor: Option<i64>,
    /// What the tier is served, in the caller's language.
    pub services: Vec<String>,
    /// The customer success managers in its account team, who serve it beside sales; null where the tier has none.
    pub success_managers: Option<Vec<TierPerson>>,
    /// The customer success managers who could; empty where one serves it already.
    pub could_serve: Vec<TierPerson>,
    /// The model case to send it next; null unless the tier is sent cases, one was not sent in the last 90 days, and there
    /// is one of its industry, or of none, that it has not seen.
    pub case_to_send: Option<CaseToSend>,
    /// The version of the settings.
    pub settings_version: i64,
}

/// Somebody who serves a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TierPerson {
    /// The user.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
}

/// A case that a customer has not seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseToSend {
    /// The content item.
    pub content_id: Uuid,
    /// Its title.
    pub title: String,
}

/// What a customer will buy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepeatScore {
    /// Days on which it bought after the first.
    pub repeats: u32,
    /// The probability that it still is a customer, percent. After a single purchase always 100: nothing can be said yet.
    pub alive: f64,
    /// Purchases to expect in 30, 90 and 365 days.
    pub expected_purchases: Vec<f64>,
    /// Mean amount to expect of a purchase, in minor units.
    pub mean_minor: Option<f64>,
    /// Revenue to expect within a year, in minor units.
    pub year_minor: Option<i64>,
    /// Lifetime value, in minor units.
    pub lifetime_minor: Option<i64>,
    /// Revenue of a year that is lost should it have left, in minor units.
    pub at_risk_minor: Option<i64>,
    /// It was of high value and has probably left: win it back.
    pub win_back: bool,
    /// Median days between its orders; null before the third.
    pub cycle_days: Option<f64>,
    /// Days until the next order is to be expected; negative when it is late.
    pub next_in_days: Option<i64>,
    /// It bought less than usual people do in the months of the trigger: call back (S1-11).
    pub low_repurchase: bool,
    /// From how many customers the model was found.
    pub fitted_customers: u64,
    /// False where the data of all customers say too little: to be used with care.
    pub converged: bool,
    /// The version of the settings.
    pub settings_version: i64,
}

/// How much a customer looks as if it were about to buy (S4-43).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntentScore {
    /// Points as they are worth now.
    pub points: f64,
    /// From so many points on intent is high.
    pub high_from: f64,
    /// It is.
    pub is_high: bool,
    /// It looked often lately and did not order (S1-10).
    pub browsed: bool,
    /// The version of the settings.
    pub settings_version: i64,
}

/// A score as it became at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreChange {
    /// `grade`, `sdae`, `health`, `tier`, `repeat` or `rfm`.
    pub model: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The score from then on; of `sdae` the mean of the known dimensions, of `tier` the amount ordered in 12 months, of
    /// `repeat` the probability in percent that it still is a customer. Null from when on it was unknown.
    pub value: Option<f64>,
    /// The band from then on.
    pub band: String,
    /// The four dimensions, of `sdae` only.
    pub dimensions: Option<Vec<Option<f64>>>,
    /// The version of the settings it was scored by; null where it was not noted.
    pub settings_version: Option<i64>,
}

/// Customers by one of their scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreDistribution {
    /// The score.
    pub by: String,
    /// Each band with its customers; null for those without.
    pub bands: Vec<ScoreBand>,
}

/// The customers of one band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreBand {
    /// The band; null for customers without one.
    pub key: Option<String>,
    /// Its name, in the caller's language.
    pub label: String,
    /// How many customers.
    pub customers: i64,
    /// The list of them.
    pub drill_down: String,
}

/// Which distribution, and whose customers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct DistributionQuery {
    /// `grade`, `lifecycle_stage`, `service_tier`, `asset_class`, `sdae_weakest`, `health_band` or `rfm_segment`.
    pub by: String,
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
}
