//! What a customer will buy and be worth, and what may be lost with it.

use super::{DAYS_PER_WEEK, History, bg_nbd, spend};
use crate::fields::FieldError;
use crate::settings::Check;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// The horizons of the purchases to expect, in days.
pub const HORIZONS: [u16; 3] = [30, 90, 365];

const WEEKS_PER_YEAR: f64 = 365.0 / DAYS_PER_WEEK;

/// How customers are valued.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What money of next year is worth less today, 0..1.
    pub discount_per_year: f64,
    /// Years that a lifetime value looks ahead.
    pub years: f64,
    /// The part of an amount that is profit, 0..1; 1 values revenue.
    pub margin: f64,
    /// Below this probability of being a customer, one of high value is to be won back, 0..1.
    pub win_back_below: f64,
    /// From this multiple of its cycle on, a customer's order is overdue.
    pub overdue: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { discount_per_year: 0.12, years: 3.0, margin: 1.0, win_back_below: 0.3, overdue: 1.5 }
    }
}

impl Settings {
    /// Fine, or every fault with its field.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        Check::new()
            .within("discount_per_year", self.discount_per_year, 0.0, 1.0)
            .within("years", self.years, 0.25, 20.0)
            .within("margin", self.margin, 0.01, 1.0)
            .within("win_back_below", self.win_back_below, 0.0, 1.0)
            .within("overdue", self.overdue, 1.0, 100.0)
            .done()
    }
}

/// The prediction for one customer, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The probability that it is still a customer, 0..1.
    pub p_alive: f64,
    /// Purchases to expect within each of [`HORIZONS`].
    pub purchases: [f64; 3],
    /// Mean amount to expect of a purchase, in minor units; `None` without a fit of amounts.
    pub mean_minor: Option<f64>,
    /// Revenue to expect within a year, in minor units.
    pub year_minor: Option<i64>,
    /// Lifetime value: discounted profit to expect, in minor units.
    pub lifetime_minor: Option<i64>,
    /// Revenue of a year that is lost should it have left, in minor units: what it would bring for
    /// certain alive, less what is to be expected.
    pub at_risk_minor: Option<i64>,
    /// It was of high value and is probably no customer any more: win it back.
    pub win_back: bool,
    /// What it was made of.
    pub history: History,
}

/// Predicts one customer. `was_high_value`: it was in the segment of high value before.
pub fn predict(
    history: History,
    buying: &bg_nbd::Params,
    spending: Option<&spend::Params>,
    was_high_value: bool,
    settings: &Settings,
) -> Prediction {
    let p_alive = buying.p_alive(&history);
    let purchases = HORIZONS.map(|days| buying.expected(&history, f64::from(days) / DAYS_PER_WEEK));
    let mean_minor = spending.and_then(|spending| spending.expected_minor(&history));
    let year = mean_minor.map(|mean| mean * purchases[2]);
    let at_risk = year.filter(|_| p_alive > 0.0).map(|year| year * (1.0 - p_alive) / p_alive);
    let lifetime = mean_minor.map(|mean| mean * settings.margin * discounted(&history, buying, settings));
    let money = |amount: Option<f64>| amount.map(|a| a.round() as i64);
    Prediction {
        p_alive,
        purchases,
        mean_minor,
        year_minor: money(year),
        lifetime_minor: money(lifetime),
        at_risk_minor: money(at_risk),
        win_back: was_high_value && p_alive < settings.win_back_below,
        history,
    }
}

/// The purchases to expect, each worth less the later it comes: summed by quarters of a year, each
/// discounted to its middle.
fn discounted(history: &History, buying: &bg_nbd::Params, settings: &Settings) -> f64 {
    let quarters = (settings.years * 4.0).round().clamp(1.0, 80.0) as u32;
    let mut before = 0.0;
    (1..=quarters)
        .map(|quarter| {
            let until = buying.expected(history, f64::from(quarter) * WEEKS_PER_YEAR / 4.0);
            let middle = (f64::from(quarter) - 0.5) / 4.0;
            let share = (until - before) / (1.0 + settings.discount_per_year).powf(middle);
            before = until;
            share
        })
        .sum()
}
