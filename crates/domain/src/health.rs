//! Health of a customer and the signs that it may leave (models, section 10; S1-42, S1-43, S4-24,
//! S4-25).

use crate::fields::{FieldError, Label, label};
use crate::sdae::on_cycle;
use crate::settings::{Check, weights};
use crate::weighted::{LEAST_COVERAGE, Part, Total, reaches, sum};
use serde::{Deserialize, Serialize};

mod churn;

#[cfg(test)]
mod tests;

pub use churn::{Churn, ChurnFacts, churn};

weights! {
    /// What the indicators of health weigh.
    Weights {
        /// Use of the product, against the three months before.
        usage: 25.0,
        /// Open and escalated service requests.
        service: 15.0,
        /// Intention to renew.
        renewal: 25.0,
        /// Willingness to recommend.
        nps: 15.0,
        /// How recent the last interaction is.
        interaction: 10.0,
        /// Orders on their cycle.
        frequency: 10.0,
    }
}

/// The name and the formula of an indicator, for the reader of an explanation.
pub fn describe(key: &str) -> Option<(Label, Label)> {
    Some(match key {
        "usage" => (
            label("产品使用频率", "Product usage"),
            label(
                "近 30 天使用 ÷ 之前 90 天的月均，最多 100",
                "Use in 30 days over the mean of the 3×30 before, at most 100",
            ),
        ),
        "service" => (
            label("服务请求", "Service requests"),
            label("100 分，每张未结或升级的工单扣分", "100, less points for every open or escalated ticket"),
        ),
        "renewal" => {
            (label("续约意向", "Intention to renew"), label("客户表达的续约意向", "As the customer expressed it"))
        }
        "nps" => (label("推荐意愿 NPS", "NPS"), label("（NPS + 100）÷ 2", "(NPS + 100) ÷ 2")),
        "interaction" => (
            label("最近互动", "Last interaction"),
            label("刚互动过为 100，到期限降为 0", "100 just after one, falling to 0 at the limit"),
        ),
        "frequency" => (
            label("购买频率", "Purchase frequency"),
            label("下单周期 ÷ 距上次下单天数，最多 100", "Order cycle over days since the last order, at most 100"),
        ),
        _ => return None,
    })
}

/// How healthy a customer is; the order is from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Nothing to do.
    Healthy,
    /// To be watched.
    Watch,
    /// To be helped.
    AtRisk,
}

impl Band {
    /// All bands, the best first.
    pub const ALL: [Band; 3] = [Band::Healthy, Band::Watch, Band::AtRisk];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Watch => "watch",
            Self::AtRisk => "at_risk",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Healthy => ["健康", "Healthy"],
            Self::Watch => ["关注", "Watch"],
            Self::AtRisk => ["有风险", "At risk"],
        }
    }
}

/// How health is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What the indicators weigh.
    pub weights: Weights,
    /// Least score of a healthy customer.
    pub healthy: f64,
    /// Least score of a customer to be watched; below it is at risk.
    pub watch: f64,
    /// Share of the weights that must be known, 0..1.
    pub least_coverage: f64,
    /// Points that every open or escalated ticket costs.
    pub ticket_points: f64,
    /// Days after an interaction until it is worth nothing.
    pub interaction_days: u32,
    /// An indicator that falls by this many points is an alert.
    pub alert_points: f64,
    /// Within how many days.
    pub alert_days: u32,
    /// Months without interaction that are a sign of leaving.
    pub silent_months: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: Weights::default(),
            healthy: 80.0,
            watch: 60.0,
            least_coverage: LEAST_COVERAGE,
            ticket_points: 20.0,
            interaction_days: 180,
            alert_points: 30.0,
            alert_days: 30,
            silent_months: 3,
        }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        Check::new()
            .weights("weights", &self.weights.list())
            .within("healthy", self.healthy, 0.0, 100.0)
            .within("watch", self.watch, 0.0, 100.0)
            .descending(&[("healthy", self.healthy), ("watch", self.watch)])
            .within("least_coverage", self.least_coverage, 0.0, 1.0)
            .within("ticket_points", self.ticket_points, 0.0, 100.0)
            .within("interaction_days", f64::from(self.interaction_days), 1.0, 3650.0)
            .within("alert_points", self.alert_points, 1.0, 100.0)
            .within("alert_days", f64::from(self.alert_days), 1.0, 365.0)
            .within("silent_months", f64::from(self.silent_months), 1.0, 60.0)
            .done()
    }
}

/// Facts about a customer; `None` is unknown (or there is no such record yet), never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Uses of the product in the last 30 days.
    pub usage: Option<f64>,
    /// Mean uses in each of the three 30 days before.
    pub usage_before: Option<f64>,
    /// Open or escalated tickets.
    pub tickets: Option<u32>,
    /// Intention to renew, 0..100.
    pub renewal: Option<f64>,
    /// Net promoter score, −100..100.
    pub nps: Option<f64>,
    /// Days since the last interaction of any kind.
    pub days_since_interaction: Option<u32>,
    /// Median days between orders ([`crate::repeat::cycle`]).
    pub cycle_days: Option<f64>,
    /// Days since the last order.
    pub days_since_order: Option<u32>,
}

/// The indicators that follow from facts, each 0..100, in the order of the weights.
pub fn indicators(facts: &Facts, settings: &Settings) -> [Option<f64>; Weights::COUNT] {
    let limit = f64::from(settings.interaction_days.max(1));
    let usage = facts
        .usage
        .zip(facts.usage_before)
        .and_then(|(now, before)| if before > 0.0 { Some(100.0 * now / before) } else { (now > 0.0).then_some(100.0) });
    [
        usage,
        facts.tickets.map(|n| 100.0 - settings.ticket_points * f64::from(n)),
        facts.renewal,
        facts.nps.map(|nps| (nps + 100.0) / 2.0),
        facts.days_since_interaction.map(|days| 100.0 * (1.0 - f64::from(days) / limit)),
        facts.cycle_days.zip(facts.days_since_order).map(|(cycle, since)| on_cycle(cycle, since)),
    ]
    .map(|value| value.filter(|v| v.is_finite()).map(|v| v.clamp(0.0, 100.0)))
}

/// The health of a customer, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Health {
    /// Score and coverage.
    pub total: Total,
    /// The band; `None` without a score.
    pub band: Option<Band>,
    /// The indicators with their weights and points.
    pub parts: [Part; Weights::COUNT],
}

/// Measures health from indicators.
pub fn health(values: &[Option<f64>; Weights::COUNT], settings: &Settings) -> Health {
    let mut parts = [Part::new("", 0.0, None); Weights::COUNT];
    for ((part, (key, weight)), value) in parts.iter_mut().zip(settings.weights.list()).zip(values) {
        *part = Part::new(key, weight, *value);
    }
    let total = sum(&mut parts, settings.least_coverage);
    let band = total.score.map(|score| match score {
        s if reaches(s, settings.healthy) => Band::Healthy,
        s if reaches(s, settings.watch) => Band::Watch,
        _ => Band::AtRisk,
    });
    Health { total, band, parts }
}

/// Something that went wrong quickly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Alert {
    /// An indicator fell.
    Fell {
        /// Which.
        indicator: &'static str,
        /// What it was.
        from: f64,
        /// What it is.
        to: f64,
    },
    /// The band is worse than it was.
    BandDropped {
        /// What it was.
        from: Band,
        /// What it is.
        to: Band,
    },
}

/// Compares with the indicators and the band of `alert_days` ago. What was or is unknown is no fall.
pub fn alerts(
    now: &Health,
    before: &[Option<f64>; Weights::COUNT],
    band_before: Option<Band>,
    settings: &Settings,
) -> Vec<Alert> {
    let fell = now.parts.iter().zip(before).filter_map(|(part, before)| {
        let (from, to) = ((*before)?, part.value?);
        reaches(from - to, settings.alert_points).then_some(Alert::Fell { indicator: part.key, from, to })
    });
    let dropped = band_before.zip(now.band).filter(|(from, to)| to > from);
    fell.chain(dropped.map(|(from, to)| Alert::BandDropped { from, to })).collect()
}
