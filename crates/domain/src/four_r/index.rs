//! The index of many contacts, kept so that contacts can be taken out again.

use super::contact::mean;
use super::{PerR, Scored};
use serde::{Deserialize, Serialize};

/// Points are kept in thousandths, so that sums are exact in any order.
const FINE: f64 = 1000.0;

/// Sums of scored contacts. What was added can be removed, exactly: a contact that is changed,
/// merged or deleted leaves no trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Contacts.
    pub contacts: i64,
    /// For each R the sum of its scores, in thousandths of a point.
    pub sum: PerR<i64>,
    /// For each R the contacts it applies to.
    pub n: PerR<i64>,
}

impl Tally {
    /// A single contact.
    pub fn of(scores: &PerR<Option<f64>>) -> Self {
        let known = |score: &Option<f64>| score.filter(|s| s.is_finite());
        Self {
            contacts: 1,
            sum: scores.each_ref().map(|s| known(s).map_or(0, |s| (s.clamp(0.0, 100.0) * FINE).round() as i64)),
            n: scores.each_ref().map(|s| i64::from(known(s).is_some())),
        }
    }

    /// Adds a contact.
    pub fn add(&mut self, scored: &Scored) {
        self.merge(&Self::of(&scored.scores));
    }

    /// Takes a contact out.
    pub fn remove(&mut self, scored: &Scored) {
        let one = Self::of(&scored.scores);
        self.contacts -= one.contacts;
        for k in 0..4 {
            self.sum[k] -= one.sum[k];
            self.n[k] -= one.n[k];
        }
    }

    /// Joins another tally.
    pub fn merge(&mut self, other: &Tally) {
        self.contacts += other.contacts;
        for k in 0..4 {
            self.sum[k] += other.sum[k];
            self.n[k] += other.n[k];
        }
    }

    /// The index.
    pub fn index(&self) -> Index {
        let of = |k: usize| (self.n[k] > 0).then(|| self.sum[k] as f64 / FINE / self.n[k] as f64);
        let each = [of(0), of(1), of(2), of(3)];
        Index { each, overall: mean(&each), tally: *self }
    }
}

/// How right the contacts of a period were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Index {
    /// For each R the mean of its contacts, 0..100; `None`: it applied to none.
    pub each: PerR<Option<f64>>,
    /// The mean of those that are known.
    pub overall: Option<f64>,
    /// What it was made of.
    pub tally: Tally,
}

/// Keeps the worst records that are shown to it.
#[derive(Clone, Debug)]
pub struct Worst<K> {
    limit: usize,
    rows: Vec<(f64, K)>,
}

impl<K: Ord + Clone> Worst<K> {
    /// Keeps at most `limit`.
    pub fn new(limit: usize) -> Self {
        Self { limit, rows: Vec::new() }
    }

    /// Shows a record: the lowest scores stay; of equal ones those of the smaller key.
    pub fn show(&mut self, key: &K, score: Option<f64>) {
        let Some(score) = score.filter(|s| s.is_finite()) else { return };
        let place = self.rows.partition_point(|(s, k)| s.total_cmp(&score).then_with(|| k.cmp(key)).is_lt());
        if place < self.limit {
            self.rows.insert(place, (score, key.clone()));
            self.rows.truncate(self.limit);
        }
    }

    /// The records with their scores, the worst first.
    pub fn rows(&self) -> &[(f64, K)] {
        &self.rows
    }
}
