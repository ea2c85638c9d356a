//! Busy against effective: who does much, and who brings much (S0-27).

use crate::fields::{Label, label};
use serde::{Deserialize, Serialize};

/// What a rep or a team did and brought in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Effort<K> {
    /// Who.
    pub key: K,
    /// How much was done: contacts, or their minutes.
    pub activity: f64,
    /// What it brought: won amount, or the gain in customer value.
    pub outcome: f64,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Does much and brings much.
    Driving,
    /// Does little and brings much.
    Efficient,
    /// Does much and brings little.
    Busy,
    /// Does little and brings little.
    Idle,
}

impl Quadrant {
    /// All quadrants.
    pub const ALL: [Quadrant; 4] = [Quadrant::Driving, Quadrant::Efficient, Quadrant::Busy, Quadrant::Idle];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Driving => "driving",
            Self::Efficient => "efficient",
            Self::Busy => "busy",
            Self::Idle => "idle",
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Driving => ["勤而有效", "Busy and effective"],
            Self::Efficient => ["高效", "Efficient"],
            Self::Busy => ["忙而低效", "Busy without effect"],
            Self::Idle => ["待激活", "To be woken"],
        }
    }

    /// What follows from it.
    pub fn advice(self) -> Label {
        match self {
            Self::Driving => label("保持节奏，把打法讲给团队听。", "Keep the pace, and show the team how."),
            Self::Efficient => {
                label("打法值得复制；再多给几个好客户。", "Worth copying; give them a few more good customers.")
            }
            Self::Busy => label(
                "动作多、产出少：看 4R 是客户、频率、信息还是资源没做对。",
                "Much done, little gained: see which of the four Rs goes wrong.",
            ),
            Self::Idle => {
                label("先把联系量做起来，主管陪访一周。", "Bring contacts up first; the manager goes along for a week.")
            }
        }
    }
}

/// Somebody with the place found.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<K> {
    /// What was done and brought.
    pub effort: Effort<K>,
    /// Where that is.
    pub quadrant: Quadrant,
    /// Outcome per unit of activity; `None` without activity.
    pub yield_per_activity: Option<f64>,
}

/// Places each against the medians, which are returned too (activity, outcome): at or above the
/// median is much. An outcome of nothing is never much. `None` without anybody.
pub fn busy_against_effective<K>(efforts: Vec<Effort<K>>) -> Option<(Vec<Placed<K>>, [f64; 2])> {
    let activity = median(efforts.iter().map(|e| e.activity).collect())?;
    let outcome = median(efforts.iter().map(|e| e.outcome).collect())?;
    let place = |effort: Effort<K>| {
        let does_much = effort.activity >= activity && effort.activity > 0.0;
        let brings_much = effort.outcome >= outcome && effort.outcome > 0.0;
        let quadrant = match (does_much, brings_much) {
            (true, true) => Quadrant::Driving,
            (false, true) => Quadrant::Efficient,
            (true, false) => Quadrant::Busy,
            (false, false) => Quadrant::Idle,
        };
        let yield_per_activity = (effort.activity > 0.0).then(|| effort.outcome / effort.activity);
        Placed { effort, quadrant, yield_per_activity }
    };
    Some((efforts.into_iter().map(place).collect(), [activity, outcome]))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    Some((values.get(n.checked_sub(1)? / 2)? + values.get(n / 2)?) / 2.0)
}
