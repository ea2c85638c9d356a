//! How long newcomers take from their first day to their first deal, and whether that gets shorter (S0-24).

use chrono::{Datelike, NaiveDate};

#[cfg(test)]
mod tests;

/// Newcomers that are compared at least; fewer say nothing of a trend.
const ENOUGH: usize = 4;

/// Somebody who began lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newcomer {
    /// The first day at work.
    pub hired_on: NaiveDate,
    /// The day of the first deal won since; none so far.
    pub first_won_on: Option<NaiveDate>,
}

/// How far a newcomer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    /// Days to the first deal, or until today while there is none.
    pub days: i64,
    /// There is no deal yet.
    pub waiting: bool,
    /// Still without a deal after more days than half of the others took.
    pub late: bool,
}

/// Those hired in the same quarter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cohort {
    /// The first day of the quarter.
    pub from: NaiveDate,
    /// Newcomers.
    pub hired: u32,
    /// Those with a first deal.
    pub ramped: u32,
    /// Their mean days; none without any.
    pub mean_days: Option<f64>,
}

/// What is to be seen of all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ramps {
    /// Each newcomer, in the order given.
    pub each: Vec<Ramp>,
    /// Mean days of those with a deal.
    pub mean_days: Option<f64>,
    /// Median days of those with a deal.
    pub median_days: Option<f64>,
    /// By quarter of hire, the earliest first.
    pub cohorts: Vec<Cohort>,
    /// Mean days of the later half of those with a deal less those of the earlier half; negative is better. None while
    /// there are fewer than four.
    pub trend_days: Option<f64>,
}

fn mean(days: &[i64]) -> Option<f64> {
    (!days.is_empty()).then(|| days.iter().sum::<i64>() as f64 / days.len() as f64)
}

fn median(days: &[i64]) -> Option<f64> {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied()? as f64;
    if sorted.len() % 2 == 1 { Some(upper) } else { Some((sorted.get(middle - 1).copied()? as f64 + upper) / 2.0) }
}

fn quarter(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1).unwrap_or(day)
}

/// Looks at the newcomers as of a day.
pub fn ramps(newcomers: &[Newcomer], as_of: NaiveDate) -> Ramps {
    let taken = |n: &Newcomer| n.first_won_on.map(|won| (won - n.hired_on).num_days().max(0));
    let mut done: Vec<(NaiveDate, i64)> = newcomers.iter().filter_map(|n| Some((n.hired_on, taken(n)?))).collect();
    done.sort_unstable();
    let days: Vec<i64> = done.iter().map(|(_, days)| *days).collect();
    let median_days = median(&days);
    let each = newcomers.iter().map(|n| match taken(n) {
        Some(days) => Ramp { days, waiting: false, late: false },
        None => {
            let days = (as_of - n.hired_on).num_days().max(0);
            Ramp { days, waiting: true, late: median_days.is_some_and(|median| days as f64 > median) }
        }
    });
    let mut quarters: Vec<NaiveDate> = newcomers.iter().map(|n| quarter(n.hired_on)).collect();
    quarters.sort_unstable();
    quarters.dedup();
    let cohort = |from: NaiveDate| {
        let hired = newcomers.iter().filter(|n| quarter(n.hired_on) == from).count();
        let of: Vec<i64> = done.iter().filter(|(day, _)| quarter(*day) == from).map(|(_, days)| *days).collect();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Cohort { from, hired: count(hired), ramped: count(of.len()), mean_days: mean(&of) }
    };
    let (earlier, later) = days.split_at(days.len() / 2);
    let trend = mean(later).zip(mean(earlier)).map(|(later, earlier)| later - earlier);
    Ramps {
        each: each.collect(),
        mean_days: mean(&days),
        median_days,
        cohorts: quarters.into_iter().map(cohort).collect(),
        trend_days: trend.filter(|_| days.len() >= ENOUGH),
    }
}
