//! The weighted score shared by grade, SDAE, 4R, health and lead maturity
//! (models, section 1): `Σ wᵢ·xᵢ / Σ wᵢ` over the indicators that are present.

use serde::Serialize;

#[cfg(test)]
mod tests;

/// The least share of the weights that must be present for a score.
pub const LEAST_COVERAGE: f64 = 0.4;

/// One input of a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// What it is called in settings and explanations.
    pub key: String,
    /// Its weight; only the proportions between weights matter. Not negative.
    pub weight: f64,
    /// Its value, usually 0..100; `None` when unknown, which is not 0.
    pub value: Option<f64>,
}

impl Indicator {
    /// An indicator.
    pub fn new(key: impl Into<String>, weight: f64, value: Option<f64>) -> Self {
        Self { key: key.into(), weight, value }
    }

    fn weight(&self) -> f64 {
        if self.weight.is_finite() { self.weight.max(0.0) } else { 0.0 }
    }

    fn known(&self) -> Option<f64> {
        self.value.filter(|v| v.is_finite())
    }
}

/// A score, or the answer that too little is known for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The weighted mean of what is present.
    Score(f64),
    /// Less than the required share of the weights is present.
    Insufficient,
}

impl Outcome {
    /// The number, where there is one.
    pub fn score(self) -> Option<f64> {
        match self {
            Self::Score(score) => Some(score),
            Self::Insufficient => None,
        }
    }
}

/// A score with what made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    /// The score.
    pub outcome: Outcome,
    /// Weights present over all weights, 0..1.
    pub coverage: f64,
    /// The indicators as given.
    pub inputs: Vec<Indicator>,
}

impl Weighted {
    /// The number, where there is one.
    pub fn score(&self) -> Option<f64> {
        self.outcome.score()
    }

    /// How many points of the score come from each input; `None` for one that is missing or
    /// when there is no score. They add up to the score.
    pub fn shares(&self) -> Vec<Option<f64>> {
        let present: f64 = self.inputs.iter().filter(|i| i.known().is_some()).map(Indicator::weight).sum();
        self.inputs.iter().map(|i| self.score().and(i.known()).map(|value| value * i.weight() / present)).collect()
    }
}

/// The weighted score with the usual least coverage.
pub fn weighted(inputs: Vec<Indicator>) -> Weighted {
    weighted_with(inputs, LEAST_COVERAGE)
}

/// The weighted score; `Insufficient` when the coverage is below `least_coverage` or nothing
/// with a weight is present.
pub fn weighted_with(inputs: Vec<Indicator>, least_coverage: f64) -> Weighted {
    let all: f64 = inputs.iter().map(Indicator::weight).sum();
    let (present, sum) = inputs
        .iter()
        .filter_map(|i| i.known().map(|value| (i.weight(), value)))
        .fold((0.0, 0.0), |(weights, sum), (w, x)| (weights + w, sum + w * x));
    let coverage = if all > 0.0 { present / all } else { 0.0 };
    let outcome = if present > 0.0 && coverage + 1e-9 >= least_coverage {
        Outcome::Score(sum / present)
    } else {
        Outcome::Insufficient
    };
    Weighted { outcome, coverage, inputs }
}

/// One input of a [`Sum`]: what it weighs and what it adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is called in settings and explanations.
    pub key: &'static str,
    /// Its weight.
    pub weight: f64,
    /// Its value, 0..100; `None` when unknown.
    pub value: Option<f64>,
    /// The points of the score that come from it; `None` when unknown or without a score.
    pub points: Option<f64>,
}

impl Part {
    /// A part that is not summed.
    pub const fn new(key: &'static str, weight: f64, value: Option<f64>) -> Self {
        Self { key, weight, value, points: None }
    }
}

/// A weighted score of a fixed number of inputs, made without allocating, for the scoring of
/// millions of customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Total {
    /// The weighted mean of what is present, 0..100; `None` when too little is known.
    pub score: Option<f64>,
    /// Weights present over all weights, 0..1.
    pub coverage: f64,
}

/// Sums parts whose values are 0..100 (values beyond are taken to the nearest bound) and writes to
/// each how many points it adds. No score below the coverage `least`.
pub fn sum(parts: &mut [Part], least: f64) -> Total {
    let (mut all, mut present, mut total) = (0.0, 0.0, 0.0);
    for part in parts.iter_mut() {
        part.value = part.value.filter(|v| v.is_finite()).map(|v| v.clamp(0.0, 100.0));
        part.weight = if part.weight.is_finite() { part.weight.max(0.0) } else { 0.0 };
        all += part.weight;
        if let Some(value) = part.value {
            present += part.weight;
            total += part.weight * value;
        }
    }
    let coverage = if all > 0.0 { present / all } else { 0.0 };
    let score = (present > 0.0 && coverage + 1e-9 >= least).then(|| total / present);
    for part in parts {
        part.points = score.and(part.value).map(|value| value * part.weight / present);
    }
    Total { score, coverage }
}

/// True when a score reaches a cut, forgiving the rounding of a sum.
pub fn reaches(score: f64, cut: f64) -> bool {
    score + 1e-9 >= cut
}
