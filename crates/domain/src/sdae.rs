//! SDAE: the quality of a customer in four dimensions: security, development, acceptance,
//! experience (models, section 6; S0-14 to S0-20).

use crate::fields::FieldError;
use crate::settings::{Check, weights};
use crate::weighted::LEAST_COVERAGE;
use serde::{Deserialize, Serialize};

mod assess;
mod contacts;
mod facts;
mod indicators;
mod summary;

#[cfg(test)]
mod tests;

pub use assess::{Assessment, DimensionScore, Input, Sdae, Source, assess, band, score};
pub use contacts::{Talk, answered, initiated};
pub(crate) use facts::on_cycle;
pub use facts::{Facts, Share, computed};
pub use indicators::{INDICATORS, Indicator};
pub use summary::Summary;

/// One of the four dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// 安全度: would a lower price take the customer away?
    Security,
    /// 发展度: can we get a greater share?
    Development,
    /// 接受度: trusted adviser or one supplier among others?
    Acceptance,
    /// 体验度: is it pleasant to work with us?
    Experience,
}

impl Dimension {
    /// All four in their order.
    pub const ALL: [Dimension; 4] =
        [Dimension::Security, Dimension::Development, Dimension::Acceptance, Dimension::Experience];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Development => "development",
            Self::Acceptance => "acceptance",
            Self::Experience => "experience",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Security => ["安全度", "Security"],
            Self::Development => ["发展度", "Development"],
            Self::Acceptance => ["接受度", "Acceptance"],
            Self::Experience => ["体验度", "Experience"],
        }
    }
}

/// How good a score is; the order is from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Nothing to mend: use it.
    Strong,
    /// Good enough.
    Sound,
    /// To be mended.
    Weak,
}

impl Band {
    /// All bands, the best first.
    pub const ALL: [Band; 3] = [Band::Strong, Band::Sound, Band::Weak];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Sound => "sound",
            Self::Weak => "weak",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Strong => ["强", "Strong"],
            Self::Sound => ["稳", "Sound"],
            Self::Weak => ["弱", "Weak"],
        }
    }
}

/// What a customer is to the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asset {
    /// 增量: secure and growing.
    Increment,
    /// 留量: secure.
    Retained,
    /// 流量: may be gone tomorrow.
    Flow,
}

impl Asset {
    /// All classes, the most valuable first.
    pub const ALL: [Asset; 3] = [Asset::Increment, Asset::Retained, Asset::Flow];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Increment => "increment",
            Self::Retained => "retained",
            Self::Flow => "flow",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Increment => ["增量", "Increment"],
            Self::Retained => ["留量", "Retained"],
            Self::Flow => ["流量", "Flow"],
        }
    }
}

weights! {
    /// What the indicators of security weigh.
    SecurityWeights {
        /// Closeness of the relationship.
        closeness: 30.0,
        /// Orders or renewals on their cycle.
        repeat: 25.0,
        /// How recent the last contact is.
        recency: 15.0,
        /// Years as a customer.
        tenure: 10.0,
        /// No competitor at the door.
        no_competitor: 20.0,
    }
}

weights! {
    /// What the indicators of development weigh.
    DevelopmentWeights {
        /// What the customer buys elsewhere.
        headroom: 35.0,
        /// Growth of revenue on the year before.
        growth: 25.0,
        /// Open opportunities against revenue.
        pipeline: 25.0,
        /// Product lines not yet bought.
        white_space: 15.0,
    }
}

weights! {
    /// What the indicators of acceptance weigh.
    AcceptanceWeights {
        /// Acceptance of our solution.
        solution: 40.0,
        /// Answers to our calls and messages.
        response: 30.0,
        /// Contacts begun by the customer.
        initiated: 15.0,
        /// Content that was read.
        content: 15.0,
    }
}

weights! {
    /// What the indicators of experience weigh.
    ExperienceWeights {
        /// Satisfaction.
        csat: 35.0,
        /// Willingness to recommend.
        nps: 20.0,
        /// Tickets solved in time.
        tickets: 25.0,
        /// Deliveries in time.
        deliveries: 20.0,
    }
}

/// Where bands begin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cuts {
    /// Least score of the strong band.
    pub strong: f64,
    /// Least score of the sound band; below is weak.
    pub sound: f64,
}

impl Default for Cuts {
    fn default() -> Self {
        Self { strong: 80.0, sound: 60.0 }
    }
}

/// How customers are assessed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Weights of security.
    pub security: SecurityWeights,
    /// Weights of development.
    pub development: DevelopmentWeights,
    /// Weights of acceptance.
    pub acceptance: AcceptanceWeights,
    /// Weights of experience.
    pub experience: ExperienceWeights,
    /// Where bands begin.
    pub cuts: Cuts,
    /// From this security on a customer is retained.
    pub retained_from: f64,
    /// From this development on a retained customer is an increment.
    pub increment_from: f64,
    /// Below this experience the other three are at risk.
    pub experience_from: f64,
    /// Share of a dimension's weights that must be known, 0..1.
    pub least_coverage: f64,
    /// Days after which an assessment by hand is stale.
    pub assessment_days: u32,
    /// Days after a contact until its recency is worth nothing.
    pub recency_days: u32,
    /// Years as a customer that are worth 100.
    pub tenure_years: f64,
    /// Points that every open competitor alert costs.
    pub competitor_points: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            security: SecurityWeights::default(),
            development: DevelopmentWeights::default(),
            acceptance: AcceptanceWeights::default(),
            experience: ExperienceWeights::default(),
            cuts: Cuts::default(),
            retained_from: 60.0,
            increment_from: 60.0,
            experience_from: 60.0,
            least_coverage: LEAST_COVERAGE,
            assessment_days: 180,
            recency_days: 180,
            tenure_years: 5.0,
            competitor_points: 50.0,
        }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let Cuts { strong, sound } = self.cuts;
        Check::new()
            .weights("security", &self.security.list())
            .weights("development", &self.development.list())
            .weights("acceptance", &self.acceptance.list())
            .weights("experience", &self.experience.list())
            .within("cuts.strong", strong, 0.0, 100.0)
            .within("cuts.sound", sound, 0.0, 100.0)
            .descending(&[("cuts.strong", strong), ("cuts.sound", sound)])
            .within("retained_from", self.retained_from, 0.0, 100.0)
            .within("increment_from", self.increment_from, 0.0, 100.0)
            .within("experience_from", self.experience_from, 0.0, 100.0)
            .within("least_coverage", self.least_coverage, 0.0, 1.0)
            .within("assessment_days", f64::from(self.assessment_days), 1.0, 3650.0)
            .within("recency_days", f64::from(self.recency_days), 1.0, 3650.0)
            .within("tenure_years", self.tenure_years, 0.1, 100.0)
            .within("competitor_points", self.competitor_points, 0.0, 100.0)
            .done()
    }
}
