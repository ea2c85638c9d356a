//! Funnel, forecast and the summary of a pipeline.

use crate::metrics::Recount;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which opportunities a report looks at, always within what the caller may see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The pipeline; the default one if absent.
    pub pipeline_id: Option<Uuid>,
    /// First day, in the organisation's time zone.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
    /// For this product only.
    pub product_id: Option<Uuid>,
}

/// How far the opportunities created in a period came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelReport {
    /// The pipeline.
    pub pipeline_id: Uuid,
    /// Its stages in order, without those that mean lost.
    pub stages: Vec<FunnelStage>,
    /// Open opportunities of the period.
    pub open: u64,
    /// Won ones.
    pub won: u64,
    /// Lost ones.
    pub lost: u64,
    /// Amount of the won, in minor units.
    pub won_minor: i64,
    /// Percent won of those won or lost.
    pub win_rate: Option<f64>,
    /// Mean amount of the won, in minor units.
    pub mean_won_minor: Option<f64>,
    /// Mean days from engagement (else creation) to won, of opportunities won in the period.
    pub mean_cycle_days: Option<f64>,
    /// Median of the same days.
    pub median_cycle_days: Option<f64>,
    /// Open × win rate × mean won amount ÷ mean cycle: minor units per day.
    pub velocity_minor: Option<f64>,
    /// The conversion furthest below what is expected, of those with at least 20 entries.
    pub stuck: Option<StuckPoint>,
    /// The opportunities of the period.
    pub drill_down: String,
    /// Present while the figures are being counted anew.
    pub recount: Option<Recount>,
}

/// One stage of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelStage {
    /// The stage.
    pub stage_id: Uuid,
    /// Its name.
    pub name: String,
    /// `open` or `won`.
    pub kind: String,
    /// Opportunities that reached it.
    pub reached: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Open opportunities that came no further.
    pub open: u64,
    /// Percent of those that reached the next stage.
    pub conversion: Option<f64>,
    /// What is expected: the benchmark of the stage where one is set, else the same of the previous equal period.
    pub baseline: Option<f64>,
    /// Which of them `baseline` is; null without one.
    pub compared_with: Option<ComparedWith>,
    /// Mean days of the stays that ended in the period; null for one product, by which they are not kept.
    pub mean_days: Option<f64>,
    /// Median of the same days.
    pub median_days: Option<f64>,
    /// The opportunities that reached it.
    pub drill_down: String,
}

/// What a conversion is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComparedWith {
    /// The benchmark that was set for the stage.
    Benchmark,
    /// The previous equal period.
    PreviousPeriod,
}

/// Where opportunities get stuck.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StuckPoint {
    /// The stage that they do not leave.
    pub stage_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its conversion, in percent.
    pub conversion: f64,
    /// The conversion expected.
    pub baseline: f64,
    /// Where that comes from.
    pub compared_with: ComparedWith,
    /// Percentage points between them.
    pub drop: f64,
    /// Opportunities that reached the stage.
    pub entries: u64,
}

/// What open opportunities will bring; with a period, those expected to close in its months.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastReport {
    /// Open opportunities.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Σ probability × amount.
    pub expected_minor: f64,
    /// Lower end of the 80 % interval.
    pub low_minor: f64,
    /// Upper end of the 80 % interval.
    pub high_minor: f64,
    /// By how firmly they are counted on.
    pub categories: Vec<ForecastCategory>,
    /// By stage, with the probability and what it follows from.
    pub stages: Vec<ForecastStage>,
    /// By month of the expected close, in order; those without a date last.
    pub months: Vec<ForecastMonth>,
    /// The opportunities.
    pub drill_down: String,
    /// Present while the figures are being counted anew.
    pub recount: Option<Recount>,
}

/// Opportunities of one category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastCategory {
    /// `commit` (probability ≥ 80 %), `best_case` (≥ 50 %) or `pipeline`.
    pub key: String,
    /// Opportunities.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Σ probability × amount.
    pub expected_minor: f64,
}

/// Open opportunities of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastStage {
    /// The stage.
    pub stage_id: Uuid,
    /// Its name.
    pub name: String,
    /// `open`, `won` or `lost`.
    pub kind: String,
    /// Open opportunities.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Percent: the manual probability where there is one, else that of the history.
    pub probability: f64,
    /// Percent: (won + 1) ÷ (closed + 2) of those that had reached the stage.
    pub historic: f64,
    /// The manual probability in percent.
    pub manual: Option<f64>,
    /// Closed opportunities that had reached the stage.
    pub closed: u64,
    /// Those of them that were won.
    pub won: u64,
    /// Probability × amount.
    pub expected_minor: f64,
    /// The open opportunities of the stage.
    pub drill_down: String,
}

/// Open opportunities expected to close in one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForecastMonth {
    /// `YYYY-MM`; null without an expected day.
    pub month: Option<String>,
    /// Opportunities.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Σ probability × amount.
    pub expected_minor: f64,
    /// The opportunities.
    pub drill_down: String,
}

/// A pipeline at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PipelineSummary {
    /// The pipeline.
    pub pipeline_id: Uuid,
    /// Open opportunities.
    pub open: u64,
    /// Their amounts, in minor units.
    pub open_minor: i64,
    /// Σ probability × amount.
    pub expected_minor: f64,
    /// Lower end of the 80 % interval.
    pub low_minor: f64,
    /// Upper end of the 80 % interval.
    pub high_minor: f64,
    /// Won this month.
    pub won_this_month: u64,
    /// Their amounts, in minor units.
    pub won_this_month_minor: i64,
    /// Lost this month.
    pub lost_this_month: u64,
    /// Percent won of those closed in the last twelve months, this one included.
    pub win_rate: Option<f64>,
    /// Mean days from engagement (else creation) to won in those months.
    pub mean_cycle_days: Option<f64>,
    /// Open × win rate × mean won amount ÷ mean cycle: minor units per day.
    pub velocity_minor: Option<f64>,
    /// The stages in order.
    pub stages: Vec<ForecastStage>,
    /// Present while the figures are being counted anew.
    pub recount: Option<Recount>,
}
