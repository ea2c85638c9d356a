//! The four Rs of one contact.

use super::{PerR, Settings};
use crate::grade::Grade;
use crate::lifecycle::Stage;
use serde::{Deserialize, Serialize};

/// R3: which aspects of the customer are known, and which of them the content met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Content items used.
    pub used: u16,
    /// Whether the stage met; `None`: the stage is not known.
    pub stage: Option<bool>,
    /// Whether a pain met; `None`: no pain is known.
    pub pain: Option<bool>,
    /// Whether the role met; `None`: the role of the person is not known.
    pub role: Option<bool>,
}

/// R4: what was used and what the stage recommends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Resources used.
    pub used: u16,
    /// Those of them that the stage recommends.
    pub fitting: u16,
    /// Resources that the stage recommends; `None`: no stage is known.
    pub recommended: Option<u16>,
    /// What they cost, in minor units.
    pub cost_minor: i64,
}

/// What is known of one contact at its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The customer's grade.
    pub grade: Option<Grade>,
    /// The customer's stage; `None`: not known, or not kept with what was scored long ago.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// Days between contacts that the customer should have; `None`: no target.
    pub interval_days: Option<u16>,
    /// Days since the contact before, whoever made it; `None`: this is the first.
    pub days_since_previous: Option<u32>,
    /// An opportunity or a ticket was open, so that no contact is too early.
    pub open_matter: bool,
    /// The content used.
    pub message: Message,
    /// The resources used.
    pub resources: Resources,
}

/// A contact's four scores, with what made them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// Each R 0..100; `None`: not applicable.
    pub scores: PerR<Option<f64>>,
    /// R2: days since the contact before as a multiple of the interval.
    pub share_of_interval: Option<f64>,
    /// R3: aspects met and aspects known.
    pub aspects: (u8, u8),
    /// R4: what the contact's resources might cost, in minor units; `None` for an ungraded customer.
    pub cost_cap_minor: Option<u32>,
    /// What it was made of.
    pub facts: Facts,
}

impl Scored {
    /// The mean of those that apply.
    pub fn mean(&self) -> Option<f64> {
        mean(&self.scores)
    }
}

/// The mean of what is known.
pub(super) fn mean(scores: &PerR<Option<f64>>) -> Option<f64> {
    let n = scores.iter().flatten().count();
    (n > 0).then(|| scores.iter().flatten().sum::<f64>() / n as f64)
}

/// Scores one contact.
pub fn score(facts: Facts, settings: &Settings) -> Scored {
    let interval = facts.interval_days.map(|days| f64::from(days.max(1)));
    let share = facts.days_since_previous.zip(interval).map(|(days, interval)| f64::from(days) / interval);
    let aspects = [facts.message.stage, facts.message.pain, facts.message.role];
    let known = aspects.iter().flatten().count() as u8;
    let met = if facts.message.used == 0 { 0 } else { aspects.iter().flatten().filter(|met| **met).count() as u8 };
    let cap = facts.grade.map(|grade| *settings.cost_cap_minor.get(grade));
    let scores = [
        facts.grade.map(|grade| settings.customer_points.get(grade).clamp(0.0, 100.0)),
        frequency(&facts, share, settings),
        (known > 0).then(|| 100.0 * f64::from(met) / f64::from(known)),
        resource(&facts.resources, cap),
    ];
    Scored { scores, share_of_interval: share, aspects: (met, known), cost_cap_minor: cap, facts }
}

fn frequency(facts: &Facts, share: Option<f64>, settings: &Settings) -> Option<f64> {
    if facts.days_since_previous.is_none() {
        return Some(100.0);
    }
    let share = share?;
    Some(if share < settings.early {
        if facts.open_matter { 100.0 } else { 100.0 * share / settings.early }
    } else if share <= settings.late + 1e-9 {
        100.0
    } else {
        (100.0 * (settings.lost - share) / (settings.lost - settings.late)).clamp(0.0, 100.0)
    })
}

fn resource(resources: &Resources, cap: Option<u32>) -> Option<f64> {
    let recommended = resources.recommended?;
    if resources.used == 0 {
        return (recommended > 0).then_some(0.0);
    }
    let fit = f64::from(resources.fitting.min(resources.used)) / f64::from(resources.used);
    let thrift = match cap {
        Some(cap) if resources.cost_minor > 0 => (f64::from(cap) / resources.cost_minor as f64).min(1.0),
        Some(_) | None => 1.0,
    };
    Some(100.0 * fit * thrift)
}
