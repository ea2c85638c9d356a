use super::*;
use proptest::prelude::*;

fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (sign, ln) = ln_hypergeometric(a, b, c, z);
    sign * ln.exp()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * (1.0 + b.abs())
}

#[test]
fn gamma_of_whole_numbers_is_the_factorial() {
    let mut factorial: f64 = 1.0;
    for n in 1..100u32 {
        assert!(near(ln_gamma(f64::from(n)), factorial.ln()), "{n}");
        factorial *= f64::from(n);
    }
    assert!(near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln()));
    assert!(near(ln_gamma(1e-8), 18.420_680_738_180_21));
}

#[test]
fn digamma_at_known_places() {
    assert!(near(digamma(1.0), -0.577_215_664_901_532_9));
    assert!(near(digamma(0.5), -1.963_510_026_021_423_5));
    assert!(near(digamma(100.0), 4.600_161_852_738_087));
}

#[test]
fn hypergeometric_functions_with_a_closed_form() {
    for z in [0.0f64, 0.1, 0.5, 0.9, 0.99] {
        assert!(near(hypergeometric(0.7, 2.0, 2.0, z), (1.0 - z).powf(-0.7)), "{z}");
        let log = if z == 0.0 { 1.0 } else { -(1.0 - z).ln() / z };
        assert!(near(hypergeometric(1.0, 1.0, 2.0, z), log), "{z}");
    }
    assert!(near(hypergeometric(-2.0, 3.0, 4.0, 0.4), 1.0 - 0.6 + 0.096));
    let (sign, huge) = ln_hypergeometric(5000.0, 3.0, 3.0, 0.9);
    assert!(sign == 1.0 && near(huge, -5000.0 * 0.1f64.ln()), "{huge}");
    assert!(near(hypergeometric(2.0, 1.0, -0.5, 0.5), 0.5f64.powf(-3.5) * hypergeometric(-2.5, -1.5, -0.5, 0.5)));
    assert_eq!(ln_hypergeometric(2.0, 1.0, -0.5, 0.5).0, -1.0);
}

#[test]
fn a_bent_valley_is_followed_to_its_lowest_point() {
    let valley = |p: &[f64; 2]| {
        let (u, v) = (1.0 - p[0], p[1] - p[0] * p[0]);
        (u * u + 100.0 * v * v, [-2.0 * u - 400.0 * p[0] * v, 200.0 * v])
    };
    let found = minimise(valley, [-1.2, 1.0], 1e-9);
    assert!(found.converged && found.steps < 100, "{found:?}");
    assert!(near(found.at[0], 1.0) && near(found.at[1], 1.0) && found.value < 1e-15);
}

#[test]
fn a_function_without_a_lowest_point_is_given_up() {
    let found = minimise(|p: &[f64; 1]| (-p[0], [-1.0]), [0.0], 1e-9);
    assert!(!found.converged);
}

proptest! {
    #[test]
    fn gamma_and_digamma_step_as_they_must(x in 0.01f64..500.0) {
        prop_assert!(near(ln_gamma(x + 1.0), ln_gamma(x) + x.ln()));
        prop_assert!(near(digamma(x + 1.0), digamma(x) + 1.0 / x));
        let slope = (ln_gamma(x * 1.0001) - ln_gamma(x * 0.9999)) / (x * 0.0002);
        prop_assert!((slope - digamma(x)).abs() < 1e-4 * (1.0 + slope.abs()));
    }

    #[test]
    fn eulers_transformation_holds(a in 0.1f64..4.0, b in -0.9f64..4.0, more in 0.0f64..9.0, z in 0.0f64..0.95) {
        let c = a.max(b) + more + 0.1;
        let other = (1.0 - z).powf(c - a - b) * hypergeometric(c - a, c - b, c, z);
        let sum = hypergeometric(a, b, c, z);
        prop_assert!((sum - other).abs() <= 1e-7 * (1.0 + sum.abs().max(other.abs())), "{} {}", sum, other);
    }
}

proptest! {
    #[test]
    fn the_series_ends_only_when_what_is_left_no_longer_counts(
        a in -4000.0f64..4000.0, b in -0.999f64..500.0, c in 0.1f64..600.0, share in 0.0f64..1.0,
    ) {
        // As far as the terms shrink at once, so that the plain sum needs no scaling.
        let z = 0.9 * share / (1.0 + (a * b / c).abs().max(a.abs() / c).max(a.abs()));
        let (mut sum, mut term) = (1.0, 1.0);
        for n in 0..4000 {
            let n = f64::from(n);
            term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
            sum += term;
        }
        let found = hypergeometric(a, b, c, z);
        prop_assert!((found - sum).abs() <= 1e-11 * sum.abs().max(1.0), "{} {}", found, sum);
    }
}
