//! RFM: how recently, how often and for how much a customer buys (models, section 3; S1-08,
//! S2-06 to S2-08).
//!
//! Customers are rows 0..n of columns, so that a million of them score in a fraction of a
//! second. A caller that already has per-customer sums uses [`score_aggregates`], one that has
//! orders uses [`score_orders`].

mod aggregate;
mod score;
mod segment;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use aggregate::{Aggregate, OrderKind, Orders, aggregate};
pub use score::{Dimension, DimensionScore, Explanation, Rfm, Scores, score_aggregates, score_orders};
pub use segment::{Overlay, Segment, SegmentSummary};

/// How scores are formed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Days of the window, which ends with the day of scoring (included).
    pub window_days: u32,
    /// How a value becomes a score.
    pub mode: Mode,
    /// From this score on a value is high.
    pub high: u8,
    /// Up to this score a value is low, for the strategy overlay.
    pub low: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self { window_days: 365, mode: Mode::Rank, high: 4, low: 2 }
    }
}

/// How a value becomes a score of 1..5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By rank among the scored customers: `1 + floor(5·k/N)`, k of them strictly worse.
    Rank,
    /// By fixed tables.
    Fixed(CutTables),
}

/// Fixed limits: a value scores one more than the number of limits it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutTables {
    /// Days since the last order, at most; for the scores 2, 3, 4 and 5.
    pub recency_days: [i64; 4],
    /// Orders, at least.
    pub frequency: [i64; 4],
    /// Amount in minor units, at least.
    pub monetary_minor: [i64; 4],
}
