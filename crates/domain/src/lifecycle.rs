//! The life of a customer with us: four stages (S1-01 to S1-06).

use serde::{Deserialize, Serialize};

/// A stage; the order is that of a customer's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 获客期: to be won, or just won.
    Acquisition,
    /// 成长期: buys, and trust grows.
    Growth,
    /// 成熟期: a partner whose share of wallet can grow.
    Maturity,
    /// 留存期: to be kept.
    Retention,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Stage; 4] = [Stage::Acquisition, Stage::Growth, Stage::Maturity, Stage::Retention];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Acquisition => "acquisition",
            Self::Growth => "growth",
            Self::Maturity => "maturity",
            Self::Retention => "retention",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Acquisition => ["获客期", "Acquisition"],
            Self::Growth => ["成长期", "Growth"],
            Self::Maturity => ["成熟期", "Maturity"],
            Self::Retention => ["留存期", "Retention"],
        }
    }
}
