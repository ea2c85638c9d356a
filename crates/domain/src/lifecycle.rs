//! The life of a customer with us: four stages, entered when facts say so, each with what the
//! customer is entitled to (S1-01 to S1-06).

use crate::fields::{FieldError, Label, label};
use crate::settings::Check;
use serde::{Deserialize, Serialize};

mod entitlements;
mod facts;
mod transition;

#[cfg(test)]
mod tests;

pub use entitlements::{Entitlement, shipped};
pub use facts::{Fact, Facts, PartnerRank};
pub use transition::{Checked, Entry, Input, Op, Outcome, Reason, Test, examine, transition};

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

    /// What counts in this stage.
    pub fn focus(self) -> Label {
        match self {
            Self::Acquisition => label(
                "找准渠道、筛出高价值客户，用首单优惠和免费设计咨询打开合作。",
                "Find the right channels and the customers of value; open the door with the first order.",
            ),
            Self::Growth => label(
                "尽快建立信任：产品试用、定制方案、确认需求匹配。",
                "Build trust quickly: trial, tailored solution, proof that it fits.",
            ),
            Self::Maturity => label(
                "挖掘交叉销售和增值服务，扩大我们的钱包份额。",
                "Cross-sell and add services to win a greater share of the wallet.",
            ),
            Self::Retention => label(
                "用专属服务和权益留住客户，抵御竞品，延长合作。",
                "Keep the customer with service and rights of its own, and keep competitors out.",
            ),
        }
    }
}

/// How customers move through the stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// When a stage is entered.
    pub entry: Entry,
    /// Days that a customer stays before it moves back to an earlier stage, so that it does not
    /// move to and fro. Moves forward are made at once.
    pub settle_days: u32,
    /// What customers are entitled to.
    pub entitlements: Vec<Entitlement>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { entry: Entry::default(), settle_days: 30, entitlements: shipped() }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check::new();
        self.entry.check(&mut check);
        check.within("settle_days", f64::from(self.settle_days), 0.0, 365.0);
        entitlements::check(&self.entitlements, &mut check);
        check.done()
    }
}
