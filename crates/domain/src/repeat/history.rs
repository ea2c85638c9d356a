//! What the models of repeat purchase need to know of a customer.

use serde::{Deserialize, Serialize};

/// Days in the unit of time of the models.
pub const DAYS_PER_WEEK: f64 = 7.0;

/// The purchases of a customer up to some day. Purchases of one day are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// x: purchases after the first.
    pub repeats: u32,
    /// t_x: weeks from the first purchase to the last.
    pub recency: f64,
    /// T: weeks from the first purchase to the day of looking.
    pub age: f64,
    /// Mean amount of the purchases after the first, in minor units; `None` without any.
    pub mean_repeat_minor: Option<f64>,
}

/// The history of purchases, each a day and an amount in minor units, in any order, as seen at the
/// end of day `until`. Later ones do not count. `None` without a purchase.
pub fn history(purchases: &mut [(i32, i64)], until: i32) -> Option<History> {
    purchases.sort_unstable();
    let seen = &purchases[..purchases.partition_point(|(day, _)| *day <= until)];
    let (first, last) = (seen.first()?.0, seen.last()?.0);
    let days = seen.chunk_by(|a, b| a.0 == b.0).count();
    let repeats = u32::try_from(days - 1).unwrap_or(u32::MAX);
    let after_first = seen.iter().filter(|(day, _)| *day > first);
    let sum: f64 = after_first.map(|(_, amount)| *amount as f64).sum();
    let weeks = |days: i32| f64::from(days) / DAYS_PER_WEEK;
    Some(History {
        repeats,
        recency: weeks(last - first),
        age: weeks(until - first),
        mean_repeat_minor: (repeats > 0).then(|| sum / f64::from(repeats)),
    })
}
