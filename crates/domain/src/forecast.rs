//! What the open opportunities will bring (models, section 9; S2-12).

use crate::funnel::Standing;
use crate::metrics::OpportunityStatus;

#[cfg(test)]
mod tests;

/// Standard deviations on each side of the mean that hold 80 % of a normal distribution.
const EIGHTY_PERCENT: f64 = 1.2816;

/// From this probability on an opportunity is committed.
pub const COMMIT: f64 = 0.8;
/// From this probability on an opportunity belongs to the best case.
pub const BEST_CASE: f64 = 0.5;

/// How likely an opportunity in a stage is won, and from what that follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageProbability {
    /// 0..1: the manual probability where there is one, else that of the history.
    pub probability: f64,
    /// `(won + 1) ÷ (closed + 2)`.
    pub historic: f64,
    /// Closed opportunities that had reached the stage.
    pub closed: u64,
    /// Those of them that were won.
    pub won: u64,
    /// The probability somebody set, 0..1.
    pub manual: Option<f64>,
}

/// The probability of every stage from how closed opportunities ended; `manual` overrides stage
/// by stage and may be shorter than the stages. Stages as in [`crate::funnel`].
pub fn stage_probabilities(stages: usize, history: &[Standing], manual: &[Option<f64>]) -> Vec<StageProbability> {
    let count = |stage: usize, status: OpportunityStatus| -> u64 {
        let last = stages.saturating_sub(1);
        history
            .iter()
            .filter(|s| s.status == status)
            .filter(|s| status == OpportunityStatus::Won || s.furthest.min(last) >= stage)
            .map(|s| s.n)
            .sum()
    };
    (0..stages)
        .map(|stage| {
            let won = count(stage, OpportunityStatus::Won);
            let closed = won + count(stage, OpportunityStatus::Lost);
            let historic = (won + 1) as f64 / (closed + 2) as f64;
            let manual = manual.get(stage).copied().flatten().filter(|p| p.is_finite()).map(|p| p.clamp(0.0, 1.0));
            StageProbability { probability: manual.unwrap_or(historic), historic, closed, won, manual }
        })
        .collect()
}

/// One open opportunity, or several of the same probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portion {
    /// How many opportunities.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// The sum of the squares of their amounts.
    pub squares: f64,
    /// 0..1.
    pub probability: f64,
    /// Somebody who can veto is against it: it counts 0.
    pub not_winnable: bool,
}

impl Portion {
    /// A single opportunity; a missing amount is none.
    pub fn of(amount_minor: Option<i64>, probability: f64, not_winnable: bool) -> Self {
        let amount_minor = amount_minor.unwrap_or(0);
        let amount = amount_minor as f64;
        Self { n: 1, amount_minor, squares: amount * amount, probability, not_winnable }
    }

    /// The probability it counts with.
    pub fn weight(&self) -> f64 {
        if self.not_winnable || !self.probability.is_finite() { 0.0 } else { self.probability.clamp(0.0, 1.0) }
    }

    /// Where it belongs.
    pub fn category(&self) -> Category {
        match self.weight() {
            p if p >= COMMIT => Category::Commit,
            p if p >= BEST_CASE => Category::BestCase,
            _ => Category::Pipeline,
        }
    }
}

/// How firmly an opportunity is counted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Probability of at least [`COMMIT`].
    Commit,
    /// Probability of at least [`BEST_CASE`].
    BestCase,
    /// Any other.
    Pipeline,
}

impl Category {
    /// All categories, the firmest first.
    pub const ALL: [Category; 3] = [Category::Commit, Category::BestCase, Category::Pipeline];

    /// The word by which the interface names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::BestCase => "best_case",
            Self::Pipeline => "pipeline",
        }
    }
}

/// The opportunities of one category.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategorySum {
    /// The category.
    pub category: Category,
    /// How many opportunities.
    pub n: u64,
    /// Their amounts, in minor units.
    pub amount_minor: i64,
    /// Their amounts times their probabilities.
    pub expected_minor: f64,
}

/// A forecast with what made it. Money in minor units.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Σ p·amount.
    pub expected_minor: f64,
    /// Lower end of the 80 % interval.
    pub low_minor: f64,
    /// Upper end of the 80 % interval.
    pub high_minor: f64,
    /// The three categories.
    pub categories: [CategorySum; 3],
    /// What it was made of.
    pub portions: Vec<Portion>,
}

/// Forecasts open opportunities: `Σ p·amount ± 1.2816·√(Σ p(1−p)·amount²)`.
pub fn forecast(portions: Vec<Portion>) -> Forecast {
    let mut categories =
        Category::ALL.map(|category| CategorySum { category, n: 0, amount_minor: 0, expected_minor: 0.0 });
    let (mut expected, mut variance) = (0.0, 0.0);
    for portion in &portions {
        let p = portion.weight();
        let value = p * portion.amount_minor as f64;
        expected += value;
        variance += p * (1.0 - p) * portion.squares;
        let sum = &mut categories[portion.category() as usize];
        sum.n += portion.n;
        sum.amount_minor = sum.amount_minor.saturating_add(portion.amount_minor);
        sum.expected_minor += value;
    }
    let reach = EIGHTY_PERCENT * variance.max(0.0).sqrt();
    Forecast {
        expected_minor: expected,
        low_minor: expected - reach,
        high_minor: expected + reach,
        categories,
        portions,
    }
}
