//! How a score moves: its trend, and the effect of what was done about it (models, section 6; S0-19,
//! S0-20).

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// A score as it became on a day; it stays in force until the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The day.
    pub on: NaiveDate,
    /// The score from then on; `None` when it became unknown.
    pub value: Option<f64>,
}

/// The score in force at the end of a day: that of the last point until then, of several on one day
/// the last given.
pub fn in_force(history: &[Point], day: NaiveDate) -> Option<f64> {
    history.iter().filter(|p| p.on <= day).max_by_key(|p| p.on)?.value.filter(|v| v.is_finite())
}

/// Which way a score goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Up by enough to notice.
    Rising,
    /// Neither.
    Steady,
    /// Down by enough to notice.
    Falling,
}

impl Direction {
    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Steady => "steady",
            Self::Falling => "falling",
        }
    }
}

/// A change of at least this many points is noticed.
pub const LEAST_CHANGE: f64 = 5.0;

/// How a score moved, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// The score now.
    pub now: f64,
    /// The score then.
    pub before: f64,
    /// The day it is compared with.
    pub since: NaiveDate,
    /// Now less then.
    pub change: f64,
    /// Which way it goes.
    pub direction: Direction,
}

/// Compares the score in force at `as_of` with that of `days` before; `None` unless both are known.
/// A change of at least `least` points is a direction.
pub fn trend(history: &[Point], as_of: NaiveDate, days: u32, least: f64) -> Option<Trend> {
    let since = as_of.checked_sub_days(Days::new(u64::from(days)))?;
    let (now, before) = (in_force(history, as_of)?, in_force(history, since)?);
    let change = now - before;
    let direction = match change {
        c if c + 1e-9 >= least => Direction::Rising,
        c if c - 1e-9 <= -least => Direction::Falling,
        _ => Direction::Steady,
    };
    Some(Trend { now, before, since, change, direction })
}

/// Days after a playbook began until its effect is measured.
pub const EFFECT_DAYS: u32 = 90;

/// What a playbook did to a score, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// The score on the day before it began; if there was none yet, that of the day itself.
    pub before: Option<f64>,
    /// The score when measured; `None`: not yet measured, or unknown then.
    pub after: Option<f64>,
    /// After less before.
    pub change: Option<f64>,
    /// The day of measuring.
    pub measured_on: NaiveDate,
    /// True while that day is still to come.
    pub pending: bool,
}

/// The effect of what began on a day, measured `days` later, as seen on `as_of`.
pub fn effect(history: &[Point], began: NaiveDate, days: u32, as_of: NaiveDate) -> Effect {
    let eve = began.pred_opt().and_then(|eve| in_force(history, eve));
    let before = eve.or_else(|| in_force(history, began));
    let measured_on = began.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX);
    let pending = as_of < measured_on;
    let after = if pending { None } else { in_force(history, measured_on) };
    let change = before.zip(after).map(|(before, after)| after - before);
    Effect { before, after, change, measured_on, pending }
}

/// The effects of one playbook on many customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Effects {
    /// Effects that were measured.
    pub measured: u64,
    /// Those still to be measured.
    pub pending: u64,
    /// Measured effects that were an improvement.
    pub improved: u64,
    /// The mean change in points; `None` without a measured effect.
    pub mean_change: Option<f64>,
}

/// Sums up effects.
pub fn effects(all: &[Effect]) -> Effects {
    let changes: Vec<f64> = all.iter().filter_map(|e| e.change).collect();
    let measured = changes.len() as u64;
    Effects {
        measured,
        pending: all.iter().filter(|e| e.pending).count() as u64,
        improved: changes.iter().filter(|c| **c > 0.0).count() as u64,
        mean_change: (measured > 0).then(|| changes.iter().sum::<f64>() / measured as f64),
    }
}
