//! The cycle in which a customer orders.

use serde::Serialize;

/// The median days between the days on which a customer ordered, from three such days on. Orders of
/// one day are one. Sorts the days.
pub fn cycle(days: &mut Vec<i32>) -> Option<f64> {
    days.sort_unstable();
    days.dedup();
    if days.len() < 3 {
        return None;
    }
    let mut gaps: Vec<i32> = days.windows(2).map(|w| w[1] - w[0]).collect();
    gaps.sort_unstable();
    let n = gaps.len();
    Some((f64::from(gaps[(n - 1) / 2]) + f64::from(gaps[n / 2])) / 2.0)
}

/// Where a customer stands in its cycle, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gap {
    /// Median days between orders.
    pub cycle_days: f64,
    /// Days since the last order.
    pub days_since: u32,
    /// Days since the last order as a multiple of the cycle.
    pub ratio: f64,
    /// Days until the next order is to be expected; negative when it was to be expected before.
    pub expected_in_days: i64,
    /// True when the order is later than `late` cycles.
    pub overdue: bool,
}

/// Where a customer stands in its cycle; `late` is the multiple of the cycle from which on an
/// order is overdue.
pub fn gap(cycle_days: f64, days_since: u32, late: f64) -> Gap {
    let cycle_days = if cycle_days.is_finite() { cycle_days.max(1.0) } else { 1.0 };
    let ratio = f64::from(days_since) / cycle_days;
    let expected_in_days = cycle_days.round() as i64 - i64::from(days_since);
    Gap { cycle_days, days_since, ratio, expected_in_days, overdue: ratio > late }
}
