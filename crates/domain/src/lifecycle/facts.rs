//! What the stage of a customer depends on.

use crate::fields::{Label, label};
use serde::{Deserialize, Serialize};

/// The rank of a customer that sells on for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerRank {
    /// 普通.
    Ordinary,
    /// 核心.
    Core,
    /// 区域头部: the head of its region.
    RegionalHead,
}

impl PartnerRank {
    /// All ranks, the lowest first.
    pub const ALL: [PartnerRank; 3] = [PartnerRank::Ordinary, PartnerRank::Core, PartnerRank::RegionalHead];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Core => "core",
            Self::RegionalHead => "regional_head",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Ordinary => ["普通合作商", "Ordinary partner"],
            Self::Core => ["核心合作商", "Core partner"],
            Self::RegionalHead => ["区域头部合作商", "Head partner of its region"],
        }
    }

    /// The number that rules compare: 0 for ordinary, 1 for core, 2 for the head of its region.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// Facts about a customer; `None` is unknown, and no rule on it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Everything bought so far, in minor units.
    pub purchased_minor: Option<i64>,
    /// Bought in the last 12 months, in minor units.
    pub revenue_minor: Option<i64>,
    /// Bought in the 12 months before, in minor units.
    pub revenue_before_minor: Option<i64>,
    /// Orders so far.
    pub orders: Option<u32>,
    /// Days since the first order.
    pub customer_days: Option<u32>,
    /// Rank as a partner.
    pub partner_rank: Option<PartnerRank>,
    /// Our share of the customer's purchases, percent.
    pub wallet_share: Option<f64>,
    /// Days since the last order as a multiple of the customer's cycle ([`crate::repeat::Gap`]).
    pub order_gap: Option<f64>,
    /// The probability that it is still a customer, 0..1.
    pub p_alive: Option<f64>,
    /// Health, 0..100.
    pub health: Option<f64>,
    /// Open competitor alerts.
    pub competitor_alerts: Option<u32>,
}

/// A fact that a rule can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Everything bought so far, in minor units.
    PurchasedMinor,
    /// Bought in the last 12 months, in minor units.
    RevenueMinor,
    /// Growth of the last 12 months on those before, percent.
    RevenueGrowth,
    /// Orders so far.
    Orders,
    /// Days since the first order.
    CustomerDays,
    /// Rank as a partner, as [`PartnerRank::number`].
    PartnerRank,
    /// Our share of the customer's purchases, percent.
    WalletShare,
    /// Days since the last order as a multiple of the cycle.
    OrderGap,
    /// The probability that it is still a customer, percent.
    PAlive,
    /// Health, 0..100.
    Health,
    /// Open competitor alerts.
    CompetitorAlerts,
}

impl Fact {
    /// All facts.
    pub const ALL: [Fact; 11] = [
        Fact::PurchasedMinor,
        Fact::RevenueMinor,
        Fact::RevenueGrowth,
        Fact::Orders,
        Fact::CustomerDays,
        Fact::PartnerRank,
        Fact::WalletShare,
        Fact::OrderGap,
        Fact::PAlive,
        Fact::Health,
        Fact::CompetitorAlerts,
    ];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::PurchasedMinor => "purchased_minor",
            Self::RevenueMinor => "revenue_minor",
            Self::RevenueGrowth => "revenue_growth",
            Self::Orders => "orders",
            Self::CustomerDays => "customer_days",
            Self::PartnerRank => "partner_rank",
            Self::WalletShare => "wallet_share",
            Self::OrderGap => "order_gap",
            Self::PAlive => "p_alive",
            Self::Health => "health",
            Self::CompetitorAlerts => "competitor_alerts",
        }
    }

    /// What a person reads.
    pub fn label(self) -> Label {
        match self {
            Self::PurchasedMinor => label("累计采购额", "Bought so far"),
            Self::RevenueMinor => label("近 12 个月采购额", "Bought in 12 months"),
            Self::RevenueGrowth => label("采购同比增长（%）", "Growth on last year (%)"),
            Self::Orders => label("累计订单数", "Orders so far"),
            Self::CustomerDays => label("合作天数", "Days as a customer"),
            Self::PartnerRank => label("合作商级别", "Partner rank"),
            Self::WalletShare => label("钱包份额（%）", "Share of wallet (%)"),
            Self::OrderGap => label("距上次下单 ÷ 下单周期", "Days since the last order ÷ order cycle"),
            Self::PAlive => label("活跃概率（%）", "Probability of being active (%)"),
            Self::Health => label("健康度", "Health"),
            Self::CompetitorAlerts => label("未处理的竞品预警", "Open competitor alerts"),
        }
    }

    /// Its number; `None` when unknown.
    pub fn of(self, facts: &Facts) -> Option<f64> {
        let value = match self {
            Self::PurchasedMinor => facts.purchased_minor.map(|v| v as f64),
            Self::RevenueMinor => facts.revenue_minor.map(|v| v as f64),
            Self::RevenueGrowth => growth(facts.revenue_minor?, facts.revenue_before_minor?),
            Self::Orders => facts.orders.map(f64::from),
            Self::CustomerDays => facts.customer_days.map(f64::from),
            Self::PartnerRank => facts.partner_rank.map(|rank| f64::from(rank.number())),
            Self::WalletShare => facts.wallet_share,
            Self::OrderGap => facts.order_gap,
            Self::PAlive => facts.p_alive.map(|p| 100.0 * p),
            Self::Health => facts.health,
            Self::CompetitorAlerts => facts.competitor_alerts.map(f64::from),
        };
        value.filter(|v| v.is_finite())
    }
}

fn growth(now: i64, before: i64) -> Option<f64> {
    (before > 0).then(|| 100.0 * (now as f64 - before as f64) / before as f64)
}
