//! Repeat purchase: the cycle in which a customer orders.

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
