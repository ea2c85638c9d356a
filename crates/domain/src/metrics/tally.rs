//! From rows of the totals to the value of a metric.

use std::collections::BTreeMap;

use super::catalogue::{Formula, Metric, Part, Quantity};
use super::totals::{Contribution, Measure, Sums};

/// The sums of the rows that belong to one value: the whole of a metric, or one group of it.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    buckets: BTreeMap<(Measure, i32), Sums>,
    weighted: f64,
}

impl Tally {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row, or the sum of several with the same measure and bucket. `probability` (0..1)
    /// is that of the row's stage; it matters for open opportunities only.
    pub fn add(&mut self, row: &Contribution, probability: f64) {
        let sums = self.buckets.entry((row.key.measure, row.key.bucket)).or_default();
        sums.n += row.sums.n;
        sums.amount += row.sums.amount;
        sums.extra += row.sums.extra;
        if row.key.measure == Measure::Open {
            self.weighted += probability * row.sums.amount as f64;
        }
    }

    /// The value of a metric: `None` when it divides by nothing. Money in minor units,
    /// percentages 0..100, days as days.
    pub fn value(&self, metric: &Metric) -> Option<f64> {
        match metric.formula {
            Formula::Sum(parts) => Some(self.sum(parts)),
            Formula::Ratio { numerator, denominator, scale } => {
                let below = self.sum(denominator);
                (below != 0.0).then(|| scale * self.sum(numerator) / below)
            }
            Formula::Median(measure) => median_of_buckets(self.of(measure)),
            Formula::Weighted => Some(self.weighted.round()),
        }
    }

    /// How many records stand behind a metric's value, those that its list shows: of a ratio the records that it is
    /// divided by, and those that only its numerator knows, such as orders that were returned.
    pub fn records(&self, metric: &Metric) -> i64 {
        let measures: Vec<Part> = match metric.formula {
            Formula::Sum(parts) => parts.to_vec(),
            Formula::Ratio { numerator, denominator, .. } => {
                let divided_by = |part: &&Part| denominator.iter().any(|d| d.measure == part.measure);
                denominator.iter().chain(numerator.iter().filter(|part| !divided_by(part))).copied().collect()
            }
            Formula::Median(measure) => vec![Part::records(measure)],
            Formula::Weighted => vec![Part::records(Measure::Open)],
        };
        measures.iter().map(|p| self.rows(*p).map(|(_, sums)| sums.n).sum::<i64>()).sum()
    }

    fn sum(&self, parts: &[Part]) -> f64 {
        parts.iter().map(|p| self.part(*p)).sum()
    }

    fn part(&self, part: Part) -> f64 {
        let rows = self.rows(part);
        let whole: i128 = match part.quantity {
            Quantity::Records => rows.map(|(_, s)| i128::from(s.n)).sum(),
            Quantity::Amount => rows.map(|(_, s)| i128::from(s.amount)).sum(),
            Quantity::Buckets => rows.map(|(b, s)| i128::from(b) * i128::from(s.n)).sum(),
        };
        whole as f64
    }

    fn rows(&self, part: Part) -> impl Iterator<Item = (i32, Sums)> + '_ {
        self.buckets
            .iter()
            .filter(move |((m, b), _)| *m == part.measure && part.bucket.is_none_or(|only| only == *b))
            .map(|((_, b), s)| (*b, *s))
    }

    fn of(&self, measure: Measure) -> impl Iterator<Item = (i32, i64)> + Clone + '_ {
        self.buckets.range((measure, i32::MIN)..=(measure, i32::MAX)).map(|((_, bucket), sums)| (*bucket, sums.n))
    }
}

/// The exact median of values given as (value, how often) in ascending order of the value:
/// the middle one, or the mean of the two in the middle. `None` without any.
pub fn median_of_buckets(rows: impl Iterator<Item = (i32, i64)> + Clone) -> Option<f64> {
    let total: i64 = rows.clone().map(|(_, n)| n).sum();
    if total <= 0 {
        return None;
    }
    let at = |index: i64| {
        let mut passed = 0;
        rows.clone().find_map(|(value, n)| {
            passed += n;
            (index < passed).then_some(f64::from(value))
        })
    };
    Some((at((total - 1) / 2)? + at(total / 2)?) / 2.0)
}
