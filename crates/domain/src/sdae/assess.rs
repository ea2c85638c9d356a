//! The four scores of a customer and what follows from them.

use super::{Asset, Band, Dimension, Facts, INDICATORS, Indicator, Settings, computed};
use crate::weighted::{Part, Total, reaches, sum};
use serde::Serialize;

/// An indicator as a person judged it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assessment {
    /// Which.
    pub indicator: Indicator,
    /// 0..100.
    pub value: f64,
    /// Days since it was made.
    pub age_days: u32,
}

/// Where the value of an indicator comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// From records.
    Computed,
    /// From an assessment by hand.
    Assessed {
        /// Days since it was made.
        age_days: u32,
    },
    /// There is an assessment, but it is too old to count.
    Stale {
        /// Days since it was made.
        age_days: u32,
    },
    /// Nothing is known.
    Missing,
}

/// One indicator of an assessed customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Input {
    /// Which.
    pub indicator: Indicator,
    /// Where its value comes from.
    pub source: Source,
    /// Value, weight and points.
    #[serde(flatten)]
    pub part: Part,
}

/// One dimension of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DimensionScore {
    /// Which.
    pub dimension: Dimension,
    /// Score and coverage.
    #[serde(flatten)]
    pub total: Total,
    /// Its band; `None` without a score.
    pub band: Option<Band>,
}

/// The quality of a customer, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sdae {
    /// The four dimensions in their order.
    pub dimensions: [DimensionScore; 4],
    /// The lowest known one; of equal ones the first.
    pub weakest: Option<Dimension>,
    /// What the customer is to the company; `None` while security is unknown.
    pub asset: Option<Asset>,
    /// Experience is so bad that the other three are at risk; their numbers stay.
    pub at_risk: bool,
    /// The indicators in the order of [`Indicator::ALL`].
    #[serde(skip)]
    pub inputs: [Input; INDICATORS],
}

impl Sdae {
    /// The four scores in their order.
    pub fn scores(&self) -> [Option<f64>; 4] {
        self.dimensions.map(|d| d.total.score)
    }

    /// The indicators of a dimension.
    pub fn inputs_of(&self, dimension: Dimension) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(move |input| input.indicator.dimension() == dimension)
    }
}

/// Assesses a customer from facts and from what people judged: a fact comes before an assessment, a
/// younger assessment before an older one, and a stale one counts as missing.
pub fn assess(facts: &Facts, assessments: &[Assessment], settings: &Settings) -> Sdae {
    score(&computed(facts, settings), assessments, settings)
}

/// As [`assess`], from computed indicators.
pub fn score(known: &[Option<f64>; INDICATORS], assessments: &[Assessment], settings: &Settings) -> Sdae {
    let mut inputs = Indicator::ALL.map(|indicator| {
        let (value, source) = match known[indicator as usize] {
            Some(value) => (Some(value), Source::Computed),
            None => judged(indicator, assessments, settings),
        };
        Input { indicator, source, part: Part::new(indicator.code(), indicator.weight(settings), value) }
    });
    let dimensions = Dimension::ALL.map(|dimension| {
        let mut parts = [Part::new("", 0.0, None); INDICATORS];
        let mut n = 0;
        for input in inputs.iter().filter(|input| input.indicator.dimension() == dimension) {
            parts[n] = input.part;
            n += 1;
        }
        let total = sum(&mut parts[..n], settings.least_coverage);
        let own = inputs.iter_mut().filter(|input| input.indicator.dimension() == dimension);
        own.zip(parts).for_each(|(input, part)| input.part = part);
        DimensionScore { dimension, total, band: total.score.map(|score| band(score, settings)) }
    });
    let [security, development, _, experience] = dimensions.map(|d| d.total.score);
    let known = dimensions.iter().filter_map(|d| Some((d.dimension, d.total.score?)));
    Sdae {
        dimensions,
        weakest: known.reduce(|low, next| if next.1 < low.1 { next } else { low }).map(|(dimension, _)| dimension),
        asset: security.map(|security| asset(security, development, settings)),
        at_risk: experience.is_some_and(|e| !reaches(e, settings.experience_from)),
        inputs,
    }
}

fn judged(indicator: Indicator, assessments: &[Assessment], settings: &Settings) -> (Option<f64>, Source) {
    let of_it = assessments.iter().filter(|a| a.indicator == indicator && a.value.is_finite());
    match of_it.min_by_key(|a| a.age_days) {
        None => (None, Source::Missing),
        Some(a) if a.age_days > settings.assessment_days => (None, Source::Stale { age_days: a.age_days }),
        Some(a) => (Some(a.value), Source::Assessed { age_days: a.age_days }),
    }
}

/// The band of a score.
pub fn band(score: f64, settings: &Settings) -> Band {
    if reaches(score, settings.cuts.strong) {
        Band::Strong
    } else if reaches(score, settings.cuts.sound) {
        Band::Sound
    } else {
        Band::Weak
    }
}

fn asset(security: f64, development: Option<f64>, settings: &Settings) -> Asset {
    if !reaches(security, settings.retained_from) {
        Asset::Flow
    } else if development.is_some_and(|d| reaches(d, settings.increment_from)) {
        Asset::Increment
    } else {
        Asset::Retained
    }
}
