//! RFM: the segment grid and why a customer is where it is.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which customers the grid counts, always within what the caller may see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct RfmQuery {
    /// Of this owner only.
    pub owner_id: Option<Uuid>,
    /// Of the members of this team and of the teams below it only.
    pub team_id: Option<Uuid>,
    /// Of the members of the teams of this region only.
    pub region: Option<String>,
}

/// All customers by RFM segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmGrid {
    /// The scoring that the numbers come from; null before the first.
    pub run: Option<RfmRun>,
    /// Every segment, the most valuable first; `none` holds the customers without an order in the window.
    pub segments: Vec<RfmSegment>,
    /// Customers by recency and frequency score, only cells that hold any.
    pub cells: Vec<RfmCell>,
    /// Customers that came after the last scoring.
    pub unscored: i64,
}

/// One scoring of all customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmRun {
    /// The last day of the window.
    pub as_of: NaiveDate,
    /// Days of the window.
    pub window_days: u32,
    /// When it ran.
    pub at: DateTime<Utc>,
    /// Customers with an order in the window.
    pub scored: u64,
    /// For each of recency (days), frequency (orders) and amount (minor units) the worst value that still has the
    /// score 2, 3, 4 and 5; null where nobody has it.
    pub recency_cuts: Vec<Option<i64>>,
    /// The same for the number of orders.
    pub frequency_cuts: Vec<Option<i64>>,
    /// The same for the amount in minor units.
    pub monetary_cuts: Vec<Option<i64>>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmSegment {
    /// H or L for recency, frequency and amount, or `none`.
    pub key: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// Its customers.
    pub customers: i64,
    /// Their orders in the window.
    pub orders: i64,
    /// Their amounts in the window, in minor units.
    pub amount_minor: i64,
    /// The list of its customers.
    pub drill_down: String,
}

/// The customers of one recency and one frequency score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmCell {
    /// Recency score, 1..5.
    pub r: i64,
    /// Frequency score, 1..5.
    pub f: i64,
    /// Customers.
    pub customers: i64,
    /// Their amounts in the window, in minor units.
    pub amount_minor: i64,
    /// The list of the customers.
    pub drill_down: String,
}

/// Why a customer is in its segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmExplanation {
    /// The customer.
    pub customer_id: Uuid,
    /// The segment; null before the first scoring.
    pub segment: Option<String>,
    /// Its name, in the caller's language.
    pub label: Option<String>,
    /// `high_value`, `potential`, `sleeping` or null.
    pub overlay: Option<String>,
    /// Recency, frequency and amount with their reasons; empty without an order in the window.
    pub dimensions: Vec<RfmDimension>,
    /// The scoring.
    pub run: Option<RfmRun>,
    /// Earlier segments, newest first.
    pub history: Vec<RfmChange>,
    /// The orders in the window.
    pub drill_down: String,
}

/// One score with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmDimension {
    /// `recency` (days since the last order), `frequency` (orders) or `monetary` (minor units).
    pub key: String,
    /// The value.
    pub value: i64,
    /// The score, 1..5: 1 + floor(5 × worse ÷ of).
    pub score: i64,
    /// Scored customers with a strictly worse value.
    pub worse: i64,
    /// Scored customers.
    pub of: i64,
    /// The worst value that still has the score 2, 3, 4 and 5.
    pub cuts: Vec<Option<i64>>,
}

/// A change of segment or score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RfmChange {
    /// When.
    pub at: DateTime<Utc>,
    /// The segment from then on.
    pub segment: String,
    /// Recency, frequency and amount scores as one number such as 543; 0 without an order in the window.
    pub scores: i64,
}
