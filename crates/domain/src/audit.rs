//! The self-assessment of an effectiveness system: the first baseline of all indices, before there
//! are records to compute them from (S0-28).

use crate::four_r::R;
use crate::principles::{Principle, points};
use crate::sdae::Dimension;
use serde::Serialize;

mod questions;

#[cfg(test)]
mod tests;

pub use questions::QUESTIONS;

/// What a question is about: one of the eleven indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case", tag = "model", content = "key")]
pub enum Subject {
    /// A principle.
    Principles(Principle),
    /// One of the four Rs.
    FourR(R),
    /// A dimension of customer quality.
    Sdae(Dimension),
}

impl Subject {
    /// All eleven, in the order of the wizard.
    pub const ALL: [Subject; 11] = [
        Subject::Principles(Principle::Commitment),
        Subject::Principles(Principle::Precision),
        Subject::Principles(Principle::Engagement),
        Subject::FourR(R::Customer),
        Subject::FourR(R::Frequency),
        Subject::FourR(R::Message),
        Subject::FourR(R::Resource),
        Subject::Sdae(Dimension::Security),
        Subject::Sdae(Dimension::Development),
        Subject::Sdae(Dimension::Acceptance),
        Subject::Sdae(Dimension::Experience),
    ];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Principles(principle) => principle.code(),
            Self::FourR(r) => r.code(),
            Self::Sdae(dimension) => dimension.code(),
        }
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Principles(principle) => principle.label(),
            Self::FourR(r) => r.label(),
            Self::Sdae(dimension) => dimension.label(),
        }
    }
}

/// A question of the wizard, answered from 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The stored word.
    pub key: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// The question, Chinese and English.
    pub text: [&'static str; 2],
    /// What an answer of 1 means.
    pub low: [&'static str; 2],
    /// What an answer of 5 means.
    pub high: [&'static str; 2],
}

/// The index of one subject as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Baseline {
    /// Which.
    pub subject: Subject,
    /// The mean of the answers, 0..100; `None` without an answer.
    pub score: Option<f64>,
    /// Answers that counted.
    pub answers: u64,
}

/// The baseline of all eleven indices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// In the order of [`Subject::ALL`].
    pub baselines: [Baseline; 11],
    /// The mean of those known.
    pub overall: Option<f64>,
    /// The lowest known one; of equal ones the first.
    pub lowest: Option<Subject>,
}

/// Sums up answers of one person or many, each the key of a question and 1 to 5. Unknown questions
/// and other answers do not count.
pub fn audit<'a>(answers: impl IntoIterator<Item = (&'a str, u8)>) -> Audit {
    let mut sums = [(0.0, 0u64); 11];
    for (key, answer) in answers {
        let found = QUESTIONS.iter().find(|q| q.key == key);
        if let Some((question, points)) = found.zip(points(answer))
            && let Some(place) = Subject::ALL.iter().position(|s| *s == question.subject)
        {
            sums[place] = (sums[place].0 + points, sums[place].1 + 1);
        }
    }
    let baselines = std::array::from_fn(|i| {
        let (sum, answers) = sums[i];
        Baseline { subject: Subject::ALL[i], score: (answers > 0).then(|| sum / answers as f64), answers }
    });
    let known: Vec<(Subject, f64)> = baselines.iter().filter_map(|b: &Baseline| Some((b.subject, b.score?))).collect();
    let overall = (!known.is_empty()).then(|| known.iter().map(|k| k.1).sum::<f64>() / known.len() as f64);
    let lowest = known.into_iter().reduce(|low, next| if next.1 < low.1 { next } else { low }).map(|k| k.0);
    Audit { baselines, overall, lowest }
}

/// What people think against what the records show.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Which index.
    pub subject: Subject,
    /// What people answered.
    pub felt: f64,
    /// What the records show.
    pub measured: f64,
    /// Felt less measured: above 0 people think better of it than it is.
    pub gap: f64,
}

/// Compares a baseline with measured indices in the order of [`Subject::ALL`], the widest gap first;
/// only what both know.
pub fn compare(audit: &Audit, measured: &[Option<f64>; 11]) -> Vec<Comparison> {
    let pairs = audit.baselines.iter().zip(measured);
    let mut rows: Vec<Comparison> = pairs
        .filter_map(|(b, measured)| {
            let (felt, measured) = (b.score?, (*measured)?);
            Some(Comparison { subject: b.subject, felt, measured, gap: felt - measured })
        })
        .collect();
    rows.sort_by(|a, b| b.gap.abs().total_cmp(&a.gap.abs()));
    rows
}
