//! How well what we offer meets what a customer needs: needs answered, solutions accepted, trials that worked (S1-03).

use crate::fields::{Label, label};
use crate::weighted::{Indicator, Weighted, weighted};

#[cfg(test)]
mod tests;

/// Needs answered, the word on the solution, the trial; only the proportions matter.
const WEIGHTS: [(&str, f64); 3] = [("answered", 40.0), ("solution", 30.0), ("trial", 30.0)];

/// How a solution or a trial ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The customer took it, or it did what was expected.
    pub good: bool,
    /// The fit in the customer's eyes, 0..100, where it was said.
    pub fit: Option<f64>,
}

impl Verdict {
    /// 0..100: what was said, otherwise all or nothing.
    fn value(self) -> f64 {
        self.fit.unwrap_or(if self.good { 100.0 } else { 0.0 })
    }
}

/// What is known of a customer; `None` is unknown, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// Needs that the customer is known to have.
    pub needs: u32,
    /// Those of them that a solution which was not declined answers.
    pub answered: u32,
    /// A solution was made at all: without one, needs are not yet unanswered.
    pub offered: bool,
    /// The latest solution with a word on it.
    pub solution: Option<Verdict>,
    /// The latest trial that ended.
    pub trial: Option<Verdict>,
}

/// The need fit with its parts.
pub fn need_fit(facts: Facts) -> Weighted {
    let answered = (facts.needs > 0 && facts.offered)
        .then(|| 100.0 * f64::from(facts.answered.min(facts.needs)) / f64::from(facts.needs));
    let values = [answered, facts.solution.map(Verdict::value), facts.trial.map(Verdict::value)];
    weighted(WEIGHTS.iter().zip(values).map(|((key, weight), value)| Indicator::new(*key, *weight, value)).collect())
}

/// The name and the formula of a part.
pub fn describe(key: &str) -> Option<(Label, Label)> {
    Some(match key {
        "answered" => (
            label("需求覆盖", "Needs answered"),
            label("方案回应的痛点 ÷ 客户的痛点", "Pains that solutions answer, of those the customer has"),
        ),
        "solution" => (
            label("方案认可", "Word on the solution"),
            label(
                "客户评价的匹配度；未评价时认可 100、未采纳 0",
                "Fit in the customer's eyes; otherwise 100 accepted, 0 declined",
            ),
        ),
        "trial" => (
            label("试用结果", "Trial"),
            label(
                "符合需求程度；未评价时达到预期 100、未达 0",
                "How far it met the need; otherwise 100 succeeded, 0 failed",
            ),
        ),
        _ => return None,
    })
}
