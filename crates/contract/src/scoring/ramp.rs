//! How long newcomers take to their first deal.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose newcomers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct RampQuery {
    /// Members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Members of the teams of this region only.
    pub region: Option<String>,
}

/// The people hired in the last two years, and their way to the first deal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RampReport {
    /// The day it is of.
    pub as_of: NaiveDate,
    /// Mean days of those with a deal; null without any.
    pub mean_days: Option<f64>,
    /// Median days of those with a deal.
    pub median_days: Option<f64>,
    /// Mean of the later half less that of the earlier half; negative is better, null below four.
    pub trend_days: Option<f64>,
    /// By quarter of hire, the earliest first.
    pub cohorts: Vec<RampCohort>,
    /// Each newcomer, the latest first.
    pub newcomers: Vec<RampNewcomer>,
}

/// Those hired in the same quarter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RampCohort {
    /// The first day of the quarter.
    pub from: NaiveDate,
    /// Newcomers.
    pub hired: u32,
    /// Those with a first deal.
    pub ramped: u32,
    /// Their mean days.
    pub mean_days: Option<f64>,
}

/// Somebody who began lately.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RampNewcomer {
    /// The person.
    pub user_id: Uuid,
    /// The name.
    pub name: String,
    /// The first day at work.
    pub hired_on: NaiveDate,
    /// The day of the first deal; null so far.
    pub first_won_on: Option<NaiveDate>,
    /// Days to it, or until today.
    pub days: i64,
    /// There is no deal yet.
    pub waiting: bool,
    /// Still without a deal after more days than half of the others took.
    pub late: bool,
}
