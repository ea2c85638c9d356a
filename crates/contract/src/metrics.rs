//! The metric catalogue and the values of metrics.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Every metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricCatalogue {
    /// The metrics in the order of the catalogue.
    pub items: Vec<MetricInfo>,
}

/// What a metric is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricInfo {
    /// Its name in this interface.
    pub key: String,
    /// Its label, in the caller's language.
    pub label: String,
    /// Its formula in words, in the caller's language.
    pub explanation: String,
    /// `count`, `money` (minor units of the organisation's currency), `percent` (0..100) or `days`.
    pub unit: String,
    /// The object whose records it counts.
    pub object: String,
    /// The field that puts a record into a period.
    pub date_field: String,
    /// What it can be grouped by: `region`, `team`, `user`, `product`, `stage`, `month`.
    pub groups: Vec<String>,
}

/// Which records a metric or report looks at, always within what the caller may see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct MetricQuery {
    /// First day, in the organisation's time zone.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// One of the metric's groups.
    pub group_by: Option<String>,
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
    /// Of opportunities for this product only.
    pub product_id: Option<Uuid>,
    /// Of opportunities in this pipeline only.
    pub pipeline_id: Option<Uuid>,
}

/// Figures that are being counted anew: until then some are still those of before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recount {
    /// `stage_order` or `time_zone`: what has changed.
    pub reason: String,
    /// How much has been counted, 0..100.
    pub percent: f64,
}

/// The value of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricValue {
    /// The metric.
    pub key: String,
    /// Its label, in the caller's language.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// The value; null when it divides by nothing.
    pub value: Option<f64>,
    /// The records behind it.
    pub n: i64,
    /// What the rows are grouped by.
    pub group_by: Option<String>,
    /// One row per group: months in their order, others with the greatest value first.
    pub rows: Vec<MetricRow>,
    /// The list of the records that it counts, as an address of this interface.
    pub drill_down: String,
    /// Present while it is being counted anew.
    pub recount: Option<Recount>,
}

/// The value of a metric for one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricRow {
    /// Id, name of the region, or month as `YYYY-MM`; null for records without one.
    pub key: Option<String>,
    /// What a person reads.
    pub label: String,
    /// The value; null when it divides by nothing.
    pub value: Option<f64>,
    /// The records behind it.
    pub n: i64,
    /// The list of the records that it counts.
    pub drill_down: String,
}
