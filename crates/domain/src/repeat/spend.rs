//! Gamma-Gamma: what the next purchase of a customer will be worth
//! (Fader, Hardie & Lee, RFM and CLV, Journal of Marketing Research 42, 2005).
//!
//! Amounts of a customer scatter around its own mean (gamma, shape p), the means differ over
//! customers (inverse gamma, shape q, scale γ). How much is spent must not depend on how often.

#[cfg(test)]
mod tests;

use super::History;
use super::bg_nbd::{LEAST_REPEATERS, TooFew};
use crate::numeric::{digamma, ln_gamma, minimise};
use serde::{Deserialize, Serialize};

/// The three parameters, all positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Params {
    /// Shape of the amounts of a customer.
    pub p: f64,
    /// Shape of the means over customers.
    pub q: f64,
    /// Scale of the means over customers, in minor units.
    pub gamma_minor: f64,
}

impl Params {
    /// The mean amount to expect of the customer's purchases, in minor units: its own mean and that
    /// of all, the more of its own the more it has bought. `None` when neither says anything.
    pub fn expected_minor(&self, history: &History) -> Option<f64> {
        let Self { p, q, gamma_minor } = *self;
        let own = history.mean_repeat_minor.filter(|m| m.is_finite() && *m > 0.0 && history.repeats > 0);
        let x = own.map_or(0.0, |_| f64::from(history.repeats));
        let divisor = p * x + q - 1.0;
        (divisor > 0.0).then(|| p * (gamma_minor + own.unwrap_or(0.0) * x) / divisor)
    }
}

/// Parameters, and how they were found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// The parameters.
    pub params: Params,
    /// Customers with a repeat purchase of some amount.
    pub repeaters: u64,
    /// How much amount and number of purchases go together, −1..1; far from 0 the model does not
    /// hold.
    pub correlation: f64,
    /// Steps of the search.
    pub steps: u32,
    /// False when the search ended without a clear best: use with care.
    pub converged: bool,
}

/// Fits the parameters by maximum likelihood to the customers with repeat purchases of some amount.
pub fn fit(histories: &[History]) -> Result<Fit, TooFew> {
    let mut rows: Vec<(f64, f64)> = histories
        .iter()
        .filter(|h| h.repeats > 0)
        .filter_map(|h| Some((f64::from(h.repeats), h.mean_repeat_minor.filter(|m| m.is_finite() && *m > 0.0)?)))
        .collect();
    if rows.len() < LEAST_REPEATERS {
        return Err(TooFew { customers: histories.len() as u64, repeaters: rows.len() as u64 });
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let n = rows.len() as f64;
    let correlation = correlation(&rows);
    // In units of the mean amount all three parameters are of the size of one.
    let unit = rows.iter().map(|row| row.1).sum::<f64>() / n;
    rows.iter_mut().for_each(|row| row.1 /= unit);
    let cost = |logs: &[f64; 3]| {
        if logs.iter().any(|l| l.abs() > 10.0) {
            return (f64::INFINITY, [0.0; 3]);
        }
        let (value, slope) = log_likelihood(&rows, logs.map(f64::exp));
        (-value / n, slope.map(|s| -s / n))
    };
    let found = minimise(cost, [1.0, 1.0, 1.0], 1e-7);
    let [p, q, gamma] = found.at.map(f64::exp);
    let params = Params { p, q, gamma_minor: gamma * unit };
    Ok(Fit { params, repeaters: rows.len() as u64, correlation, steps: found.steps, converged: found.converged })
}

/// The logarithm of the likelihood, without what no parameter changes, and its slope along the
/// logarithms of p, q and γ. The rows are ordered by the number of purchases.
fn log_likelihood(rows: &[(f64, f64)], [p, q, gamma]: [f64; 3]) -> (f64, [f64; 3]) {
    let (mut value, mut dp, mut dq, mut dgamma) = (0.0, 0.0, 0.0, 0.0);
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let Some(x) = same.first().map(|row| row.0) else { continue };
        let (n, px) = (same.len() as f64, p * x);
        let (together, own) = (digamma(px + q), digamma(px));
        value += n * (ln_gamma(px + q) - ln_gamma(px) - ln_gamma(q) + q * gamma.ln() + px * x.ln());
        dp += n * x * (together - own + x.ln());
        dq += n * (together - digamma(q) + gamma.ln());
        dgamma += n * q / gamma;
        for (_, m) in same {
            let all = gamma + x * m;
            value += px * m.ln() - (px + q) * all.ln();
            dp += x * (m.ln() - all.ln());
            dq -= all.ln();
            dgamma -= (px + q) / all;
        }
    }
    (value, [dp * p, dq * q, dgamma * gamma])
}

fn correlation(rows: &[(f64, f64)]) -> f64 {
    let n = rows.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / n;
    let (x, m) = (mean(&|r| r.0), mean(&|r| r.1));
    let with = mean(&|r| (r.0 - x) * (r.1 - m));
    let scatter = (mean(&|r| (r.0 - x).powi(2)) * mean(&|r| (r.1 - m).powi(2))).sqrt();
    if scatter > 0.0 { (with / scatter).clamp(-1.0, 1.0) } else { 0.0 }
}
