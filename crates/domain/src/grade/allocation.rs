//! Whether time goes to the customers it shall go to (S0-03, S0-10).

use super::{ByGrade, Grade};
use serde::Serialize;

/// Minutes of contact by the grade of the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Minutes {
    /// With graded customers.
    pub graded: ByGrade<u64>,
    /// With customers without a grade; they take no part in the shares.
    pub ungraded: u64,
}

impl Minutes {
    /// Counts minutes with a customer.
    pub fn add(&mut self, grade: Option<Grade>, minutes: u64) {
        let place = match grade {
            Some(grade) => self.graded.get_mut(grade),
            None => &mut self.ungraded,
        };
        *place = place.saturating_add(minutes);
    }
}

/// What one grade got and should have got.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GradeShare {
    /// The grade.
    pub grade: Grade,
    /// Its minutes.
    pub minutes: u64,
    /// Its share of the minutes with graded customers, percent.
    pub actual: f64,
    /// The share it should have, percent.
    pub target: f64,
    /// Minutes beyond its share; negative when it got too few.
    pub excess_minutes: f64,
}

/// How well time was shared among the grades, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Allocation {
    /// `100·(1 − ½·Σ|actual − target|)`: 100 when every grade got its share.
    pub index: f64,
    /// The grades.
    pub shares: [GradeShare; 4],
    /// Minutes that should have gone to another grade.
    pub misplaced_minutes: f64,
    /// Minutes with ungraded customers.
    pub ungraded_minutes: u64,
}

/// Compares minutes with target shares, of which only the proportions matter. `None` without
/// minutes with graded customers.
pub fn allocation(minutes: &Minutes, target: &ByGrade<f64>) -> Option<Allocation> {
    let all: f64 = Grade::ALL.iter().map(|g| *minutes.graded.get(*g) as f64).sum();
    let weight = |grade: Grade| Some(*target.get(grade)).filter(|t| t.is_finite()).map_or(0.0, |t| t.max(0.0));
    let weights: f64 = Grade::ALL.into_iter().map(weight).sum();
    if all <= 0.0 || weights <= 0.0 {
        return None;
    }
    let shares = Grade::ALL.map(|grade| {
        let minutes = *minutes.graded.get(grade);
        let (actual, target) = (minutes as f64 / all, weight(grade) / weights);
        GradeShare {
            grade,
            minutes,
            actual: 100.0 * actual,
            target: 100.0 * target,
            excess_minutes: (actual - target) * all,
        }
    });
    let distance: f64 = shares.iter().map(|s| (s.actual - s.target).abs()).sum();
    Some(Allocation {
        index: (100.0 - distance / 2.0).clamp(0.0, 100.0),
        shares,
        misplaced_minutes: distance / 200.0 * all,
        ungraded_minutes: minutes.ungraded,
    })
}
