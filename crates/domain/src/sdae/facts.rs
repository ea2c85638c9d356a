//! What the system knows of a customer, and the indicators that follow from it.

use super::{INDICATORS, Indicator, Settings};
use serde::{Deserialize, Serialize};

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Those that count.
    pub part: u32,
    /// All.
    pub whole: u32,
}

impl Share {
    /// 0..100; `None` of nothing.
    pub fn percent(self) -> Option<f64> {
        (self.whole > 0).then(|| 100.0 * f64::from(self.part.min(self.whole)) / f64::from(self.whole))
    }
}

/// Facts about a customer; `None` is unknown (or there is no such record yet), never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Mean closeness of the key persons, 0..100.
    pub closeness: Option<f64>,
    /// Median days between orders ([`crate::repeat::cycle`]).
    pub cycle_days: Option<f64>,
    /// Days since the last order.
    pub days_since_order: Option<u32>,
    /// Days since the last contact.
    pub days_since_contact: Option<u32>,
    /// Days since the first order.
    pub customer_days: Option<u32>,
    /// Open competitor alerts.
    pub competitor_alerts: Option<u32>,
    /// Our share of the customer's purchases, percent.
    pub wallet_share: Option<f64>,
    /// Revenue of the last 12 months, in minor units.
    pub revenue_minor: Option<i64>,
    /// Revenue of the 12 months before, in minor units.
    pub revenue_before_minor: Option<i64>,
    /// Amount of the open opportunities, in minor units.
    pub open_minor: Option<i64>,
    /// Product lines bought, of all.
    pub product_lines: Option<Share>,
    /// Mean solution acceptance of the key persons, 0..100.
    pub solution: Option<f64>,
    /// Our outreach that was answered, of that of which we know ([`crate::sdae::answered`]).
    pub answered: Option<Share>,
    /// Contacts that the customer began, of all.
    pub initiated: Option<Share>,
    /// Content read, of all that was sent.
    pub content: Option<Share>,
    /// Satisfaction, 0..100.
    pub csat: Option<f64>,
    /// Net promoter score, −100..100.
    pub nps: Option<f64>,
    /// Tickets solved in time, of all.
    pub tickets: Option<Share>,
    /// Deliveries in time, of all.
    pub deliveries: Option<Share>,
}

/// The indicators that follow from facts, each 0..100, in the order of [`Indicator::ALL`].
pub fn computed(facts: &Facts, settings: &Settings) -> [Option<f64>; INDICATORS] {
    Indicator::ALL.map(|indicator| value(indicator, facts, settings).filter(|v| v.is_finite()).map(bounded))
}

fn value(indicator: Indicator, facts: &Facts, settings: &Settings) -> Option<f64> {
    match indicator {
        Indicator::Closeness => facts.closeness,
        Indicator::Repeat => Some(on_cycle(facts.cycle_days?, facts.days_since_order?)),
        Indicator::Recency => Some(100.0 * (1.0 - ratio(facts.days_since_contact?, settings.recency_days))),
        Indicator::Tenure => Some(100.0 * f64::from(facts.customer_days?) / 365.25 / settings.tenure_years),
        Indicator::NoCompetitor => Some(100.0 - settings.competitor_points * f64::from(facts.competitor_alerts?)),
        Indicator::Headroom => facts.wallet_share.map(|share| 100.0 - share),
        Indicator::Growth => growth(facts.revenue_minor?, facts.revenue_before_minor?),
        Indicator::Pipeline => pipeline(facts.open_minor?, facts.revenue_minor?),
        Indicator::WhiteSpace => facts.product_lines?.percent().map(|bought| 100.0 - bought),
        Indicator::Solution => facts.solution,
        Indicator::Response => facts.answered?.percent(),
        Indicator::Initiated => facts.initiated?.percent(),
        Indicator::Content => facts.content?.percent(),
        Indicator::Csat => facts.csat,
        Indicator::Nps => facts.nps.map(|nps| (nps + 100.0) / 2.0),
        Indicator::Tickets => facts.tickets?.percent(),
        Indicator::Deliveries => facts.deliveries?.percent(),
    }
}

fn bounded(value: f64) -> f64 {
    value.clamp(0.0, 100.0)
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

/// `100·min(1, cycle/gap)`; a cycle of less than a day is one of a day.
pub(crate) fn on_cycle(cycle_days: f64, days_since_order: u32) -> f64 {
    let gap = f64::from(days_since_order);
    if gap <= cycle_days.max(1.0) { 100.0 } else { 100.0 * cycle_days.max(1.0) / gap }
}

/// 50 and the percent of growth; unknown without revenue in the year before.
fn growth(now: i64, before: i64) -> Option<f64> {
    (before > 0).then(|| 50.0 + 100.0 * (now as f64 - before as f64) / before as f64)
}

/// Open amount against revenue. Without revenue any open amount is plenty, and none says nothing.
fn pipeline(open: i64, revenue: i64) -> Option<f64> {
    if revenue > 0 { Some(100.0 * open.max(0) as f64 / revenue as f64) } else { (open > 0).then_some(100.0) }
}
