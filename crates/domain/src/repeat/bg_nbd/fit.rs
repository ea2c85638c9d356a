//! The parameters under which what happened is most likely.

use super::likelihood::Sample;
use super::{Params, age};
use crate::numeric::minimise;
use crate::repeat::History;
use serde::{Deserialize, Serialize};

/// Customers needed for a fit.
pub const LEAST_CUSTOMERS: usize = 100;
/// Customers with a repeat purchase needed for a fit.
pub const LEAST_REPEATERS: usize = 30;

/// Logarithms of parameters stay within ± this: beyond, the data say nothing of them.
const WIDEST: f64 = 10.0;

/// A fit looks at no more customers than this, taken evenly from all in the order of their
/// histories: more would change no digit that matters.
const MOST_CUSTOMERS: usize = 100_000;

/// Parameters, and how they were found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// The parameters.
    pub params: Params,
    /// The logarithm of the likelihood of the customers looked at.
    pub log_likelihood: f64,
    /// Customers looked at.
    pub sampled: u64,
    /// Customers.
    pub customers: u64,
    /// Customers with a repeat purchase.
    pub repeaters: u64,
    /// Steps of the search.
    pub steps: u32,
    /// False when the search ended without a clear best: use with care.
    pub converged: bool,
}

/// Too few customers for a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// Customers there are.
    pub customers: u64,
    /// Those of them with a repeat purchase.
    pub repeaters: u64,
}

/// Fits the parameters by maximum likelihood.
pub fn fit(histories: &[History]) -> Result<Fit, TooFew> {
    let customers = histories.len() as u64;
    let repeaters = histories.iter().filter(|h| h.repeats > 0).count() as u64;
    if histories.len() < LEAST_CUSTOMERS || repeaters < LEAST_REPEATERS as u64 {
        return Err(TooFew { customers, repeaters });
    }
    let sample = Sample::evenly(histories, MOST_CUSTOMERS);
    let mean_age = histories.iter().map(age).sum::<f64>() / customers as f64;
    let cost = |logs: &[f64; 4]| {
        if logs.iter().any(|l| l.abs() > WIDEST) {
            return (f64::INFINITY, [0.0; 4]);
        }
        let (value, slope) = sample.log_likelihood(&of_logs(logs));
        (-value / sample.customers, slope.map(|s| -s / sample.customers))
    };
    let found = minimise(cost, [0.0, mean_age.max(1.0).ln(), 0.0, 0.0], 1e-7);
    let log_likelihood = -found.value * sample.customers;
    let sampled = sample.customers as u64;
    Ok(Fit {
        params: of_logs(&found.at),
        log_likelihood,
        sampled,
        customers,
        repeaters,
        steps: found.steps,
        converged: found.converged,
    })
}

fn of_logs(logs: &[f64; 4]) -> Params {
    let [r, alpha, a, b] = logs.map(f64::exp);
    Params { r, alpha, a, b }
}
