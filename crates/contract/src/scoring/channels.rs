//! Which channels bring the right customers, and how well what we offer fits a customer's needs.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ScorePart;

/// How good the channels were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Each source, the one that brought most revenue first.
    pub rows: Vec<ChannelRow>,
}

/// The customers of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelRow {
    /// The source; null for customers of whom it is not known.
    pub source: Option<String>,
    /// Its name, in the caller's language.
    pub label: String,
    /// Customers made in the period.
    pub customers: u64,
    /// Those that were screened.
    pub screened: u64,
    /// Those found qualified.
    pub qualified: u64,
    /// Qualified of screened, percent; null while none was screened.
    pub precision: Option<f64>,
    /// Those of grade A or B.
    pub good: u64,
    /// Those of grade A or B among the graded, percent; null while none is graded.
    pub good_share: Option<f64>,
    /// Those that bought.
    pub bought: u64,
    /// Bought of all, percent.
    pub conversion: Option<f64>,
    /// What they bought in the window of RFM, in minor units.
    pub revenue_minor: i64,
    /// Of grade A or B and not yet buying: the prospects of high value.
    pub prospects: u64,
    /// The customers of the source.
    pub drill_down: String,
    /// The prospects of high value.
    pub prospects_link: String,
}

/// How well what we offer meets what a customer needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedFit {
    /// 0..100; null while too little is known.
    pub score: Option<f64>,
    /// The share of the weights that is known, 0..1.
    pub coverage: f64,
    /// What it is made of.
    pub parts: Vec<ScorePart>,
    /// Trials, those that run included.
    pub trials: u64,
    /// Solutions, drafts included.
    pub solutions: u64,
}
