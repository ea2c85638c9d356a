//! Whom to contact today, in the order that matters: value at stake × lateness.

use super::{Settings, Standing};
use crate::grade::Grade;
use serde::Serialize;

/// What may be lost with a customer, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stake {
    /// Bought in the last 12 months.
    pub revenue_minor: Option<i64>,
    /// Expected to be bought in the next 12 months.
    pub expected_minor: Option<i64>,
    /// Open opportunities, each by its probability.
    pub open_minor: Option<i64>,
}

impl Stake {
    /// The greater of past and expected revenue, and the open opportunities; at least what a
    /// customer of the grade (without one: a D) is taken to be worth.
    pub fn value_minor(&self, grade: Option<Grade>, settings: &Settings) -> i64 {
        let known = |amount: Option<i64>| amount.unwrap_or(0).max(0);
        let revenue = known(self.revenue_minor).max(known(self.expected_minor));
        let least = *settings.least_value_minor.get(grade.unwrap_or(Grade::D));
        revenue.saturating_add(known(self.open_minor)).max(i64::from(least))
    }
}

/// Why a customer stands where it does in the list of today.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Due {
    /// Value at stake × lateness.
    pub urgency: f64,
    /// Value at stake, in minor units.
    pub value_minor: i64,
    /// Days since the last contact (or, without one, since the customer was given to its owner) as
    /// a multiple of the interval; at least 1.
    pub lateness: f64,
    /// What the value was made of.
    pub stake: Stake,
}

/// The place of a customer in the list of today; `None` when no contact is due. `days_waiting` are
/// the days since the customer was given to its owner, for one that was never contacted.
pub fn due(standing: &Standing, days_waiting: u32, stake: Stake, settings: &Settings) -> Option<Due> {
    if !standing.status.is_due() {
        return None;
    }
    let input = &standing.input;
    let days = f64::from(input.days_since.unwrap_or(days_waiting));
    let lateness = (days / f64::from(input.interval.days.max(1))).max(1.0);
    let value_minor = stake.value_minor(input.grade, settings);
    Some(Due { urgency: value_minor as f64 * lateness, value_minor, lateness, stake })
}

/// Puts the most urgent first; of equals the later one, then the one of the smaller key, so that the
/// order never depends on the order given.
pub fn in_order<K: Ord>(list: &mut [(K, Due)]) {
    list.sort_by(|(a_key, a), (b_key, b)| {
        b.urgency.total_cmp(&a.urgency).then(b.lateness.total_cmp(&a.lateness)).then_with(|| a_key.cmp(b_key))
    });
}
