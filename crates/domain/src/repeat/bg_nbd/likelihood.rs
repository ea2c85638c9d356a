//! The likelihood of many histories, and its slope.

use super::{Params, age, recency};
use crate::repeat::History;

/// Histories that differ, each with how many customers have it.
pub(super) struct Sample {
    rows: Vec<Row>,
    /// For j = 0, 1, 2 …: customers with more than j repeat purchases.
    beyond: Vec<f64>,
    /// Customers.
    pub customers: f64,
}

struct Row {
    x: f64,
    recency: f64,
    age: f64,
    n: f64,
}

impl Sample {
    /// All histories.
    pub(super) fn of(histories: &[History]) -> Self {
        Self::evenly(histories, usize::MAX)
    }

    /// At most `most` of them: every so many in their own order, so that the order given does not
    /// matter.
    pub(super) fn evenly(histories: &[History], most: usize) -> Self {
        let mut keys: Vec<(u32, u64, u64)> =
            histories.iter().map(|h| (h.repeats, recency(h).to_bits(), age(h).to_bits())).collect();
        keys.sort_unstable();
        let every = keys.len().div_ceil(most.max(1)).max(1);
        let keys: Vec<_> = keys.into_iter().skip(every / 2).step_by(every).collect();
        let rows: Vec<Row> = keys
            .chunk_by(|a, b| a == b)
            .filter_map(|same| {
                let (x, recency, age) = *same.first()?;
                Some(Row {
                    x: f64::from(x),
                    recency: f64::from_bits(recency),
                    age: f64::from_bits(age),
                    n: same.len() as f64,
                })
            })
            .collect();
        let most = keys.last().map_or(0, |k| k.0 as usize);
        let mut beyond = Vec::with_capacity(most);
        let mut above = keys.len();
        let mut place = 0;
        for j in 0..most {
            while place < keys.len() && keys[place].0 as usize <= j {
                place += 1;
                above -= 1;
            }
            beyond.push(above as f64);
        }
        Self { rows, beyond, customers: keys.len() as f64 }
    }

    /// The logarithm of the likelihood, and its slope along ln r, ln α, ln a and ln b.
    ///
    /// The gamma functions differ by whole numbers, so they are sums:
    /// `ln Γ(r+x) − ln Γ(r) = Σ ln(r+j)` over j < x.
    pub(super) fn log_likelihood(&self, params: &Params) -> (f64, [f64; 4]) {
        let Params { r, alpha, a, b } = *params;
        let mut value = self.customers * r * alpha.ln();
        let (mut dr, mut dalpha) = (self.customers * alpha.ln(), self.customers * r / alpha);
        let (mut da, mut db) = (0.0, 0.0);
        for (j, n) in self.beyond.iter().enumerate() {
            let j = j as f64;
            value += n * ((r + j).ln() + (b + j).ln() - (a + b + j).ln());
            dr += n / (r + j);
            da -= n / (a + b + j);
            db += n / (b + j) - n / (a + b + j);
        }
        for row in &self.rows {
            let Row { x, n, .. } = *row;
            let (to_end, to_last) = (alpha + row.age, alpha + row.recency);
            let ln_end = to_end.ln();
            let alive = -(r + x) * ln_end;
            if x == 0.0 {
                value += n * alive;
                dr -= n * ln_end;
                dalpha -= n * r / to_end;
                continue;
            }
            let ln_last = to_last.ln();
            let left = (a / (b + x - 1.0)).ln() - (r + x) * ln_last;
            let odds = (left - alive).exp();
            let (p_left, p_alive) =
                if odds.is_finite() { (odds / (1.0 + odds), 1.0 / (1.0 + odds)) } else { (1.0, 0.0) };
            value += n * (alive.max(left) + (-(left - alive).abs()).exp().ln_1p());
            dr -= n * (p_alive * ln_end + p_left * ln_last);
            dalpha -= n * (r + x) * (p_alive / to_end + p_left / to_last);
            da += n * p_left / a;
            db -= n * p_left / (b + x - 1.0);
        }
        (value, [dr * r, dalpha * alpha, da * a, db * b])
    }
}
