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

use crate::fields::FieldError;
use crate::settings::Check;
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

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check::new();
        check.within("window_days", f64::from(self.window_days), 7.0, 3650.0);
        check.within("high", f64::from(self.high), 2.0, 5.0).within("low", f64::from(self.low), 1.0, 4.0);
        if self.low >= self.high {
            check.fault("low", "must_descend", "high");
        }
        if let Mode::Fixed(tables) = &self.mode {
            tables.check(&mut check);
        }
        check.done()
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
#[serde(deny_unknown_fields)]
pub struct CutTables {
    /// Days since the last order, at most; for the scores 2, 3, 4 and 5.
    pub recency_days: [i64; 4],
    /// Orders, at least.
    pub frequency: [i64; 4],
    /// Amount in minor units, at least.
    pub monetary_minor: [i64; 4],
}

impl CutTables {
    /// Every limit within bounds, and each harder to reach than the one before it.
    fn check(&self, check: &mut Check) {
        let most = crate::fields::MONEY_MAX;
        let tables: [(&str, [i64; 4], i64, i64); 3] = [
            ("recency_days", self.recency_days.map(|days| -days), -3650, 0),
            ("frequency", self.frequency, 1, 1_000_000),
            ("monetary_minor", self.monetary_minor, 1, most),
        ];
        for (key, limits, least, greatest) in tables {
            let field = |at: usize| format!("mode.fixed.{key}[{at}]");
            for (at, limit) in limits.iter().enumerate() {
                if !(least..=greatest).contains(limit) {
                    let bounds = if least < 0 { "0..3650".to_owned() } else { format!("{least}..{greatest}") };
                    check.fault(&field(at), "out_of_range", &bounds);
                }
            }
            for (at, pair) in limits.windows(2).enumerate() {
                if pair[1] <= pair[0] {
                    let code = if least < 0 { "must_descend" } else { "must_ascend" };
                    check.fault(&field(at + 1), code, &field(at));
                }
            }
        }
    }
}
