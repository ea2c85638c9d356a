//! Special functions.

/// Beyond this the asymptotic series are exact to the last digits.
const FAR: f64 = 10.0;

/// ln Γ(x) for x > 0: Stirling's series, after stepping up with Γ(x+1) = x·Γ(x).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < FAR {
        product *= x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    let series = 1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z / 1188.0)));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series / x - product.ln()
}

/// ψ(x), the derivative of ln Γ, for x > 0.
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < FAR {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    let series = z * (1.0 / 12.0 - z * (1.0 / 120.0 - z * (1.0 / 252.0 - z * (1.0 / 240.0 - z / 132.0))));
    sum + x.ln() - 0.5 / x - series
}

/// Gauss' ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series: its sign, and ln of its size; c is no integer below 1.
/// The sum is scaled down as it grows, so that nothing overflows.
pub(crate) fn ln_hypergeometric(a: f64, b: f64, c: f64, z: f64) -> (f64, f64) {
    const HUGE: f64 = 1e200;
    let (mut sum, mut term, mut n, mut ln_scale): (f64, f64, f64, f64) = (1.0, 1.0, 0.0, 0.0);
    while n < 1e6 {
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        n += 1.0;
        if sum.abs() > HUGE {
            sum /= HUGE;
            term /= HUGE;
            ln_scale += HUGE.ln();
        }
        // Once c + n is above 0, no later |a + m| ÷ (c + m) is above the present one or 1, and the same holds for b and
        // for 1 in place of c: what is left is at most a geometric series of this term.
        let most = |x: f64, y: f64| ((x + n) / (y + n)).abs().max(1.0);
        let q = z * (most(a, c) * most(b, 1.0)).min(most(a, 1.0) * most(b, c));
        if c + n > 0.0 && q < 1.0 && term.abs() * q <= 1e-13 * (1.0 - q) * sum.abs() {
            break;
        }
    }
    (sum.signum(), sum.abs().ln() + ln_scale)
}
