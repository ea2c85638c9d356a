//! The flywheel: principles → 4R → SDAE → outcomes, for any period, team or region
//! (models, section 12; S0-21 to S0-24, S0-26, S0-27).

use crate::fields::{Label, label};
use serde::{Deserialize, Serialize};

mod busy;

#[cfg(test)]
mod tests;

pub use busy::{Effort, Placed, Quadrant, busy_against_effective};

/// A wheel of the flywheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wheel {
    /// The three principles: how we think.
    Principles,
    /// 4R: how we act.
    Execution,
    /// SDAE: what customers have become.
    Customers,
}

impl Wheel {
    /// All three in their order.
    pub const ALL: [Wheel; 3] = [Wheel::Principles, Wheel::Execution, Wheel::Customers];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Principles => "principles",
            Self::Execution => "execution",
            Self::Customers => "customers",
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Principles => ["三大原则", "Three principles"],
            Self::Execution => ["4R 执行", "4R execution"],
            Self::Customers => ["客户质量 SDAE", "Customer quality (SDAE)"],
        }
    }

    /// What to do when this is the slowest.
    pub fn advice(self) -> Label {
        match self {
            Self::Principles => label(
                "先统一思想：让每个人确认目标、把个人目标挂到团队目标上，再谈动作。",
                "Agree on the aim first: everybody acknowledges the goals and links their own to the team's.",
            ),
            Self::Execution => label(
                "动作不到位：打开 4R 看瓶颈在哪一个 R，按建议调整本周安排。",
                "The doing lags behind: open 4R, see which R is the bottleneck and change this week's plan.",
            ),
            Self::Customers => label(
                "动作没有沉淀为客户价值：从最弱的维度入手，按行动方案逐个改善重点客户。",
                "Effort does not become customer value: start with the weakest dimension and work the playbooks.",
            ),
        }
    }
}

/// What the flywheel brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Percent won of the opportunities closed (S0-22).
    Conversion,
    /// Won amount per customer that bought, in minor units (S0-22).
    RevenuePerCustomer,
    /// Qualified new customers per rep and work day (S0-23).
    NewPerRepDay,
    /// Won amount per contact, in minor units (S0-26).
    ValuePerContact,
    /// Mean days from a rep's first day to the first deal (S0-24); fewer are better.
    RampDays,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 5] = [
        Outcome::Conversion,
        Outcome::RevenuePerCustomer,
        Outcome::NewPerRepDay,
        Outcome::ValuePerContact,
        Outcome::RampDays,
    ];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Conversion => "conversion",
            Self::RevenuePerCustomer => "revenue_per_customer",
            Self::NewPerRepDay => "new_per_rep_day",
            Self::ValuePerContact => "value_per_contact",
            Self::RampDays => "ramp_days",
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Conversion => ["商机转化率", "Conversion"],
            Self::RevenuePerCustomer => ["单客产出", "Revenue per customer"],
            Self::NewPerRepDay => ["人均每日新增优质客户", "Qualified new customers per rep and day"],
            Self::ValuePerContact => ["每次联系的产出", "Won amount per contact"],
            Self::RampDays => ["新人首单天数", "Days to the first deal"],
        }
    }

    /// True when a smaller number is better.
    pub fn smaller_is_better(self) -> bool {
        matches!(self, Self::RampDays)
    }

    fn of(self, facts: &OutcomeFacts) -> Option<f64> {
        let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        match self {
            Self::Conversion => ratio(100.0 * facts.won as f64, (facts.won + facts.lost) as f64),
            Self::RevenuePerCustomer => ratio(facts.won_minor as f64, facts.customers_won as f64),
            Self::NewPerRepDay => ratio(facts.new_customers? as f64, facts.rep_days? as f64),
            Self::ValuePerContact => ratio(facts.won_minor as f64, facts.contacts? as f64),
            Self::RampDays => facts.ramp_days.filter(|d| d.is_finite()),
        }
    }
}

/// What was brought in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutcomeFacts {
    /// Opportunities won.
    pub won: u64,
    /// Opportunities lost.
    pub lost: u64,
    /// Amount of the won, in minor units.
    pub won_minor: i64,
    /// Customers of the won.
    pub customers_won: u64,
    /// New customers of grade A or B.
    pub new_customers: Option<u64>,
    /// Reps × work days.
    pub rep_days: Option<u64>,
    /// Contacts made.
    pub contacts: Option<u64>,
    /// Mean days from a rep's first day to the first deal, of the first deals of the period.
    pub ramp_days: Option<f64>,
}

/// Everything of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// The three principles, 0..100.
    pub principles: [Option<f64>; 3],
    /// The four Rs, 0..100.
    pub four_r: [Option<f64>; 4],
    /// The means of the four dimensions, 0..100.
    pub sdae: [Option<f64>; 4],
    /// What was brought.
    pub outcomes: OutcomeFacts,
}

/// A number, and how it was in the period before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The number; `None` when unknown.
    pub value: Option<f64>,
    /// The number of the period before.
    pub before: Option<f64>,
    /// Value less before.
    pub change: Option<f64>,
    /// True when it changed for the better, false when for the worse; `None` when it did not.
    pub better: Option<bool>,
}

impl Reading {
    fn new(value: Option<f64>, before: Option<f64>, smaller_is_better: bool) -> Self {
        let change = value.zip(before).map(|(value, before)| value - before);
        let better = change.filter(|c| c.abs() > 1e-9).map(|c| (c < 0.0) == smaller_is_better);
        Self { value, before, change, better }
    }
}

/// The flywheel of a period, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Flywheel {
    /// The three principles.
    pub principles: [Reading; 3],
    /// The four Rs.
    pub four_r: [Reading; 4],
    /// The four dimensions.
    pub sdae: [Reading; 4],
    /// Each wheel: the mean of what is known of it.
    pub wheels: [Reading; 3],
    /// The wheel with the lowest mean; of equal ones the first.
    pub slowest: Option<Wheel>,
    /// The outcomes in the order of [`Outcome::ALL`].
    pub outcomes: [Reading; 5],
}

/// Joins the wheels of a period, and compares with the period before.
pub fn flywheel(now: &Period, before: &Period) -> Flywheel {
    let wheel = |now: &[Option<f64>], before: &[Option<f64>]| Reading::new(mean(now), mean(before), false);
    let wheels = [
        wheel(&now.principles, &before.principles),
        wheel(&now.four_r, &before.four_r),
        wheel(&now.sdae, &before.sdae),
    ];
    let known = Wheel::ALL.into_iter().zip(wheels).filter_map(|(wheel, reading)| Some((wheel, reading.value?)));
    Flywheel {
        principles: pairs(&now.principles, &before.principles),
        four_r: pairs(&now.four_r, &before.four_r),
        sdae: pairs(&now.sdae, &before.sdae),
        wheels,
        slowest: known.reduce(|low, next| if next.1 < low.1 { next } else { low }).map(|(wheel, _)| wheel),
        outcomes: Outcome::ALL
            .map(|o| Reading::new(o.of(&now.outcomes), o.of(&before.outcomes), o.smaller_is_better())),
    }
}

fn pairs<const N: usize>(now: &[Option<f64>; N], before: &[Option<f64>; N]) -> [Reading; N] {
    std::array::from_fn(|i| Reading::new(now[i], before[i], false))
}

fn mean(values: &[Option<f64>]) -> Option<f64> {
    let n = values.iter().flatten().count();
    (n > 0).then(|| values.iter().flatten().sum::<f64>() / n as f64)
}
