//! BG/NBD: how often a customer buys while it is one, and whether it still is
//! (Fader, Hardie & Lee, "Counting Your Customers" the Easy Way, Marketing Science 24, 2005).
//!
//! While alive a customer buys at random at its own rate; after each purchase it leaves for good
//! with its own probability. Rates are gamma distributed over customers (shape r, rate α),
//! probabilities beta distributed (a, b). Time is in weeks. A customer with a single purchase is
//! always alive in this model: it has had no repeat purchase to leave after.

mod fit;
mod likelihood;

#[cfg(test)]
mod tests;

use super::History;
use crate::numeric::ln_hypergeometric;
use serde::{Deserialize, Serialize};

pub use fit::{Fit, LEAST_CUSTOMERS, LEAST_REPEATERS, TooFew, fit};

/// The four parameters, all positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Params {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Rate of the purchase rates, in weeks.
    pub alpha: f64,
    /// First parameter of the probabilities to leave.
    pub a: f64,
    /// Second parameter of the probabilities to leave.
    pub b: f64,
}

impl Params {
    /// The logarithm of the likelihood of histories.
    pub fn log_likelihood(&self, histories: &[History]) -> f64 {
        likelihood::Sample::of(histories).log_likelihood(self).0
    }

    /// The probability that the customer is still one, 0..1.
    pub fn p_alive(&self, history: &History) -> f64 {
        1.0 / (1.0 + self.odds_of_leaving(history))
    }

    /// The purchases to expect in the next `weeks`.
    ///
    /// The paper's (10), either as printed or after Euler's transformation of its hypergeometric
    /// function, whichever has the smaller terms: as printed they grow with the purchases made,
    /// transformed with a.
    pub fn expected(&self, history: &History, weeks: f64) -> f64 {
        if !(weeks > 0.0 && weeks.is_finite()) {
            return 0.0;
        }
        let Self { r, alpha, b, .. } = *self;
        // At a = 1 the formula is 0 ÷ 0, at c = 0 its factor is; a hair beside, both are smooth.
        let a = if (self.a - 1.0).abs() < 1e-5 { 1.0 + 1e-5 } else { self.a };
        let x = f64::from(history.repeats);
        let c = a + b + x - 1.0;
        let c = if c.abs() < 1e-7 { 1e-7 } else { c };
        let start = alpha + age(history);
        let z = weeks / (start + weeks);
        let shrink = (start / (start + weeks)).ln();
        let (power, (sign, ln)) = if r + x < (a - 1.0).abs() {
            (r + x, ln_hypergeometric(r + x, b + x, c, z))
        } else {
            (a - 1.0, ln_hypergeometric(a + b - 1.0 - r, a - 1.0, c, z))
        };
        let ln = power * shrink + ln;
        // Where a + b < 1 and nothing was bought again c is negative, and so may the function be.
        let gone = if sign < 0.0 { 1.0 + ln.exp() } else { -ln.exp_m1() };
        let while_alive = c / (a - 1.0) * gone;
        (while_alive * self.p_alive(history)).max(0.0)
    }

    fn odds_of_leaving(&self, history: &History) -> f64 {
        if history.repeats == 0 {
            return 0.0;
        }
        let x = f64::from(history.repeats);
        let since = ((self.alpha + age(history)) / (self.alpha + recency(history))).ln();
        (self.a.ln() - (self.b + x - 1.0).ln() + (self.r + x) * since).exp()
    }
}

/// T, never negative.
fn age(history: &History) -> f64 {
    if history.age.is_finite() { history.age.max(0.0) } else { 0.0 }
}

/// t_x, within 0..T.
fn recency(history: &History) -> f64 {
    if history.recency.is_finite() { history.recency.clamp(0.0, age(history)) } else { 0.0 }
}
