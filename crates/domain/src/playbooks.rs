//! Playbooks: what to do about a score, a stage, a segment or a sign, as tasks (S0-20, S1-10, S1-11,
//! S1-13, S1-43, S2-06 to S2-08).

use crate::lifecycle::Stage;
use crate::policy::roles::{SERVICE, SUCCESS_MANAGER, TECHNICAL};
use crate::profiles::Profile;
use crate::rfm::Overlay;
use crate::sdae::{Band, Dimension};
use serde::{Deserialize, Serialize};

mod others;
mod plans;
mod sdae;

#[cfg(test)]
mod tests;

pub use plans::{Entry, Fits, Library, Plan, Settings, Sign, Starts, Task, Words, plan_faults};

/// How pressing a task is; its word is a priority of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// At once.
    High,
    /// In its turn.
    Normal,
    /// When there is time.
    Low,
}

impl Priority {
    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

/// Who does a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doer {
    /// The owner of the customer.
    Owner,
    /// The owner's manager.
    Manager,
    /// Whoever supports with technology.
    Technical,
    /// Whoever serves after the sale.
    Service,
}

impl Doer {
    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Technical => "technical",
            Self::Service => "service",
        }
    }

    /// The roles of which a member of the account team does it; none for those who are found by the team they work in.
    pub fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Owner | Self::Manager => &[],
            Self::Technical => &[TECHNICAL],
            Self::Service => &[SERVICE, SUCCESS_MANAGER],
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Owner => ["负责人", "Owner"],
            Self::Manager => ["直属上级", "Manager"],
            Self::Technical => ["技术支持", "Technical support"],
            Self::Service => ["售后服务", "Service"],
        }
    }
}

/// How often a task comes back once it is done; its word is one of the repetitions of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every quarter.
    Quarterly,
}

impl Every {
    /// All of them.
    pub const ALL: [Every; 3] = [Every::Weekly, Every::Monthly, Every::Quarterly];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
        }
    }
}

/// One task of a playbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The title of the task, Chinese and English.
    pub title: [&'static str; 2],
    /// How to do it, Chinese and English.
    pub note: [&'static str; 2],
    /// Days until it is due.
    pub in_days: u16,
    /// How pressing it is.
    pub priority: Priority,
    /// Who does it.
    pub doer: Doer,
    /// It comes back once it is done.
    pub repeat: Option<Every>,
}

impl Step {
    /// The same, coming back.
    const fn every(mut self, every: Every) -> Step {
        self.repeat = Some(every);
        self
    }
}

/// A playbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playbook {
    /// The stored word; the origin of its tasks.
    pub key: &'static str,
    /// What it is called, Chinese and English.
    pub title: [&'static str; 2],
    /// What it is for, Chinese and English.
    pub aim: [&'static str; 2],
    /// Its tasks in their order.
    pub steps: &'static [Step],
}

const fn playbook(
    key: &'static str,
    title: [&'static str; 2],
    aim: [&'static str; 2],
    steps: &'static [Step],
) -> Playbook {
    Playbook { key, title, aim, steps }
}

const fn step(doer: Doer, priority: Priority, in_days: u16, title: [&'static str; 2], note: [&'static str; 2]) -> Step {
    Step { title, note, in_days, priority, doer, repeat: None }
}

/// Every shipped playbook.
pub fn all() -> impl Iterator<Item = &'static Playbook> {
    sdae::ALL.iter().chain(others::ALL)
}

/// A playbook by its key.
pub fn find(key: &str) -> Option<&'static Playbook> {
    all().find(|p| p.key == key)
}

/// The playbook of a dimension in a band.
pub fn of_dimension(dimension: Dimension, band: Band) -> &'static Playbook {
    &sdae::ALL[dimension as usize * Band::ALL.len() + band as usize]
}

/// The playbook of a lifecycle stage.
pub fn of_stage(stage: Stage) -> &'static Playbook {
    match stage {
        Stage::Acquisition => &others::ACQUISITION,
        Stage::Growth => &others::GROWTH,
        Stage::Maturity => &others::MATURITY,
        Stage::Retention => &others::RETENTION,
    }
}

/// The playbook of a strategy over the RFM segments.
pub fn of_overlay(overlay: Overlay) -> &'static Playbook {
    match overlay {
        Overlay::HighValue => &others::HIGH_VALUE,
        Overlay::Potential => &others::POTENTIAL,
        Overlay::Sleeping => &others::SLEEPING,
    }
}

/// The playbook of a customer profile.
pub fn of_profile(profile: Profile) -> &'static Playbook {
    match profile {
        Profile::PriceSensitive => &others::PRICE_SENSITIVE,
        Profile::Professional => &others::PROFESSIONAL,
        Profile::DecisionChain => &others::DECISION_CHAIN,
        Profile::TechnologyDriven => &others::TECHNOLOGY_DRIVEN,
    }
}

/// S1-10: viewed often, not ordered.
pub fn browsed_without_order() -> &'static Playbook {
    &others::BROWSED
}

/// S1-11: bought again too rarely.
pub fn low_repurchase() -> &'static Playbook {
    &others::RECALL
}

/// A customer of high value that is probably gone.
pub fn win_back() -> &'static Playbook {
    &others::WIN_BACK
}

/// S1-43: high churn risk.
pub fn churn_risk() -> &'static Playbook {
    &others::CHURN
}

/// S4-25: an indicator of health fell, or its band dropped.
pub fn health_alert() -> &'static Playbook {
    &others::HEALTH
}
