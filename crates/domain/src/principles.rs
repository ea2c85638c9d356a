//! The three principles: commitment, precision, engagement (models, section 12; S0-01 to S0-07).

use crate::fields::FieldError;
use crate::sdae::Share;
use crate::settings::{Check, weights};
use crate::weighted::{Part, Total, sum};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

mod pulse;

#[cfg(test)]
mod tests;

pub use pulse::{LEAST_VOICES, Pulse, QUESTIONS, Question, points, pulse, told};

/// A principle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principle {
    /// 承诺度: willing.
    Commitment,
    /// 精准度: aimed.
    Precision,
    /// 投入度: able, and doing it well.
    Engagement,
}

impl Principle {
    /// All three in their order.
    pub const ALL: [Principle; 3] = [Principle::Commitment, Principle::Precision, Principle::Engagement];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Commitment => "commitment",
            Self::Precision => "precision",
            Self::Engagement => "engagement",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Commitment => ["承诺度", "Commitment"],
            Self::Precision => ["精准度", "Precision"],
            Self::Engagement => ["投入度", "Engagement"],
        }
    }

    /// The question it answers.
    pub fn question(self) -> [&'static str; 2] {
        match self {
            Self::Commitment => ["愿意干吗？", "Are we willing?"],
            Self::Precision => ["瞄准了干吗？", "Are we aiming?"],
            Self::Engagement => ["有能力、好好地干吗？", "Are we able, and doing it well?"],
        }
    }
}

weights! {
    /// What the inputs of commitment weigh.
    CommitmentWeights {
        /// Goals read and agreed to.
        acknowledged: 1.0,
        /// People whose goals are linked to a goal of the company.
        linked: 1.0,
        /// Answers to the pulse survey.
        pulse: 1.0,
    }
}

weights! {
    /// What the inputs of engagement weigh.
    EngagementWeights {
        /// Learning, and use of what is known.
        cognitive: 1.0,
        /// Answers to the pulse survey.
        emotional: 1.0,
        /// Days with logged work.
        behavioural: 1.0,
    }
}

/// How the principles are measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Weights of commitment.
    pub commitment: CommitmentWeights,
    /// Weights of engagement.
    pub engagement: EngagementWeights,
    /// Share of a principle's weights that must be known, 0..1: one of three inputs by default.
    pub least_coverage: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { commitment: CommitmentWeights::default(), engagement: EngagementWeights::default(), least_coverage: 0.3 }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        Check::new()
            .weights("commitment", &self.commitment.list())
            .weights("engagement", &self.engagement.list())
            .within("least_coverage", self.least_coverage, 0.0, 1.0)
            .done()
    }
}

/// Facts about a person or a team over a period; `None` is unknown, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Goals acknowledged, of those published to the people.
    pub acknowledged: Option<Share>,
    /// People whose goals are linked, of all with goals.
    pub linked: Option<Share>,
    /// Pulse answers on commitment, 0..100.
    pub pulse: Option<f64>,
    /// The index of the allocation of time to grades ([`crate::grade::Allocation`]).
    pub precision: Option<f64>,
    /// Learning completed and knowledge used, 0..100.
    pub cognitive: Option<f64>,
    /// Pulse answers on engagement, 0..100.
    pub emotional: Option<f64>,
    /// Days with logged work, of the work days.
    pub worked: Option<Share>,
}

/// One gauge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gauge {
    /// The principle.
    pub principle: Principle,
    /// Score and coverage.
    #[serde(flatten)]
    pub total: Total,
    /// Its inputs with weights and points; of precision only the first is used.
    #[serde(skip)]
    parts: [Part; 3],
    #[serde(skip)]
    used: usize,
}

impl Gauge {
    /// Its inputs with weights and points.
    pub fn parts(&self) -> &[Part] {
        &self.parts[..self.used.min(3)]
    }
}

/// The three gauges, with what made them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Principles {
    /// The gauges in the order of [`Principle::ALL`].
    pub gauges: [Gauge; 3],
    /// The lowest known one; of equal ones the first.
    pub lowest: Option<Principle>,
}

/// Measures the principles.
pub fn principles(facts: &Facts, settings: &Settings) -> Principles {
    let share = |share: Option<Share>| share.and_then(Share::percent);
    let commitment = [share(facts.acknowledged), share(facts.linked), facts.pulse];
    let engagement = [facts.cognitive, facts.emotional, share(facts.worked)];
    let precision = ("allocation", 1.0);
    let gauges = [
        gauge(Principle::Commitment, &settings.commitment.list(), &commitment, settings),
        gauge(Principle::Precision, &[precision], &[facts.precision], settings),
        gauge(Principle::Engagement, &settings.engagement.list(), &engagement, settings),
    ];
    let known = gauges.iter().filter_map(|g| Some((g.principle, g.total.score?)));
    let lowest = known.reduce(|low, next| if next.1 < low.1 { next } else { low }).map(|(principle, _)| principle);
    Principles { gauges, lowest }
}

fn gauge(principle: Principle, weights: &[(&'static str, f64)], values: &[Option<f64>], settings: &Settings) -> Gauge {
    let mut parts = [Part::new("", 0.0, None); 3];
    for ((part, (key, weight)), value) in parts.iter_mut().zip(weights).zip(values) {
        *part = Part::new(key, *weight, *value);
    }
    let used = weights.len().min(3);
    let total = sum(&mut parts[..used], settings.least_coverage);
    Gauge { principle, total, parts, used }
}

/// Work days from a day to a day, both included: Mondays to Fridays, less `holidays`, and the other
/// days that are worked to make up for them.
pub fn work_days(from: NaiveDate, to: NaiveDate, holidays: &[NaiveDate], made_up: &[NaiveDate]) -> u32 {
    let is_work = |day: &NaiveDate| {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        if weekend { made_up.contains(day) } else { !holidays.contains(day) }
    };
    let days = from.iter_days().take_while(|day| *day <= to).filter(is_work).count();
    u32::try_from(days).unwrap_or(u32::MAX)
}
