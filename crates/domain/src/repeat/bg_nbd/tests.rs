use super::*;
use crate::numeric::ln_hypergeometric;
use proptest::prelude::*;

const PUBLISHED: Params = Params { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

fn of(repeats: u32, recency: f64, age: f64) -> History {
    History { repeats, recency, age, mean_repeat_minor: None }
}

/// The expectation as printed in the paper, (10).
fn as_printed(params: &Params, h: &History, t: f64) -> f64 {
    let Params { r, alpha, a, b } = *params;
    let x = f64::from(h.repeats);
    let z = t / (alpha + h.age + t);
    let ratio = ((alpha + h.age) / (alpha + h.age + t)).powf(r + x);
    let (sign, ln) = ln_hypergeometric(r + x, b + x, a + b + x - 1.0, z);
    let series = sign * ln.exp();
    let top = (a + b + x - 1.0) / (a - 1.0) * (1.0 - ratio * series);
    let left =
        if h.repeats > 0 { a / (b + x - 1.0) * ((alpha + h.age) / (alpha + h.recency)).powf(r + x) } else { 0.0 };
    top / (1.0 + left)
}

/// The probability of what one customer did, straight from the paper's (3) by integration over rate
/// and probability to leave.
fn by_integration(params: &Params, h: &History) -> f64 {
    let Params { r, alpha, a, b } = *params;
    let x = h.repeats as i32;
    let steps = 700;
    let mut sum = 0.0;
    for i in 0..steps {
        let p = (f64::from(i) + 0.5) / f64::from(steps);
        let weight = p.powf(a - 1.0) * (1.0 - p).powf(b - 1.0);
        for j in 0..steps {
            let rate = (f64::from(j) + 0.5) / f64::from(steps) * 4.0;
            let density = rate.powf(r - 1.0) * (-alpha * rate).exp();
            let alive = (1.0 - p).powi(x) * rate.powi(x) * (-rate * h.age).exp();
            let left = if x > 0 { p * (1.0 - p).powi(x - 1) * rate.powi(x) * (-rate * h.recency).exp() } else { 0.0 };
            sum += weight * density * (alive + left);
        }
    }
    let beta = (crate::numeric::ln_gamma(a) + crate::numeric::ln_gamma(b) - crate::numeric::ln_gamma(a + b)).exp();
    let gamma = (crate::numeric::ln_gamma(r) - r * alpha.ln()).exp();
    sum / beta / gamma * 4.0 / f64::from(steps).powi(2)
}

#[test]
fn the_likelihood_is_the_integral_of_the_paper() {
    let params = Params { r: 2.5, alpha: 6.0, a: 2.0, b: 3.0 };
    for h in [of(0, 0.0, 10.0), of(1, 4.0, 10.0), of(3, 9.0, 12.0)] {
        let (got, want) = (params.log_likelihood(&[h]).exp(), by_integration(&params, &h));
        assert!((got / want - 1.0).abs() < 1e-3, "{h:?}: {got} {want}");
    }
}

#[test]
fn customers_of_the_published_sample() {
    for (h, p_alive) in [(of(2, 30.43, 38.86), 0.7266), (of(1, 1.71, 38.86), 0.2121), (of(0, 0.0, 38.86), 1.0)] {
        assert!((PUBLISHED.p_alive(&h) - p_alive).abs() < 5e-4, "{h:?}: {}", PUBLISHED.p_alive(&h));
    }
}

#[test]
fn a_customer_with_thousands_of_purchases_has_finite_answers() {
    let h = of(50_000, 500.0, 520.0);
    assert_eq!(PUBLISHED.p_alive(&h), 0.0);
    assert_eq!(PUBLISHED.expected(&h, 52.0), 0.0);
    let active = of(50_000, 520.0, 520.0);
    // 4,958 purchases at its rate, were it never to leave.
    let expected = PUBLISHED.expected(&active, 52.0);
    assert!((4700.0..4958.0).contains(&expected), "{expected}");
}

#[test]
fn customers_that_leave_all_alike_have_finite_answers() {
    // With a and b great every customer leaves with probability a ÷ (a+b) after a purchase.
    let alike = Params { r: 2.0, alpha: 10.0, a: 4000.0, b: 16_000.0 };
    let fresh = of(0, 0.0, 0.0);
    // Purchases at rate λ until the first success of probability 1/5: (1 − E e^(−λt/5))·5.
    let rate = (1.0f64 + 0.2 * 52.0 / 10.0).powf(-2.0);
    assert!((alike.expected(&fresh, 52.0) / (5.0 * (1.0 - rate)) - 1.0).abs() < 1e-3);
    for x in [1, 100, 5_000, 50_000] {
        let n = alike.expected(&of(x, 100.0, 100.0), 52.0);
        let at_most = (20_000.0 + f64::from(x)) / 3999.0;
        assert!(n > 0.0 && n <= at_most, "{x}: {n}");
    }
}

#[test]
fn nonsense_in_a_history_gives_no_nonsense() {
    for h in [of(3, 90.0, 10.0), of(3, f64::NAN, 10.0), of(3, 1.0, f64::INFINITY), of(0, -1.0, -1.0)] {
        let (alive, n) = (PUBLISHED.p_alive(&h), PUBLISHED.expected(&h, 10.0));
        assert!((0.0..=1.0).contains(&alive) && n.is_finite() && n >= 0.0, "{h:?}");
    }
    assert_eq!(PUBLISHED.expected(&of(1, 1.0, 2.0), 0.0), 0.0);
    assert_eq!(PUBLISHED.expected(&of(1, 1.0, 2.0), f64::NAN), 0.0);
}

/// Customers as the model imagines them, from a simple generator of random numbers.
fn imagined(params: &Params, customers: u32, age: f64) -> Vec<History> {
    let mut state = 7u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    (0..customers)
        .map(|_| {
            // Shapes of whole numbers, so that gammas are sums of exponentials.
            let mut gamma = |shape: f64| (0..shape as u32).map(|_| -uniform().ln()).sum::<f64>();
            let rate = gamma(params.r) / params.alpha;
            let (one, other) = (gamma(params.a), gamma(params.b));
            let leaves = one / (one + other);
            let (mut time, mut repeats, mut last) = (0.0, 0, 0.0);
            loop {
                time -= uniform().ln() / rate;
                if time > age {
                    break;
                }
                (repeats, last) = (repeats + 1, time);
                if uniform() < leaves {
                    break;
                }
            }
            of(repeats, last, age)
        })
        .collect()
}

#[test]
fn parameters_are_found_again_from_imagined_customers() {
    let truth = Params { r: 2.0, alpha: 10.0, a: 1.0, b: 3.0 };
    let rows = imagined(&truth, 20_000, 60.0);
    let found = fit(&rows).unwrap();
    assert!(found.converged);
    let Params { r, alpha, a, b } = found.params;
    for (found, truth) in [(r, 2.0), (alpha, 10.0), (a, 1.0), (b, 3.0)] {
        assert!((found / truth - 1.0f64).abs() < 0.1, "{:?}", (r, alpha, a, b));
    }
    assert!(found.log_likelihood >= truth.log_likelihood(&rows));
}

#[test]
fn too_few_customers_are_said_to_be_too_few() {
    assert_eq!(fit(&[]), Err(TooFew { customers: 0, repeaters: 0 }));
    assert_eq!(fit(&vec![of(0, 0.0, 9.0); 1000]), Err(TooFew { customers: 1000, repeaters: 0 }));
    assert_eq!(fit(&[of(5, 8.0, 9.0)]), Err(TooFew { customers: 1, repeaters: 1 }));
}

#[test]
fn a_great_number_of_customers_is_fitted_from_an_even_sample() {
    let truth = Params { r: 2.0, alpha: 10.0, a: 1.0, b: 3.0 };
    let mut rows = imagined(&truth, 20_000, 60.0);
    let mean = |sample: &likelihood::Sample| sample.log_likelihood(&truth).0 / sample.customers;
    let (all, some) = (likelihood::Sample::of(&rows), likelihood::Sample::evenly(&rows, 3000));
    assert_eq!((all.customers, some.customers), (20_000.0, 2857.0));
    assert!((mean(&some) / mean(&all) - 1.0).abs() < 1e-3);
    rows.reverse();
    assert_eq!(mean(&likelihood::Sample::evenly(&rows, 3000)), mean(&some));
}

#[test]
fn one_purchase_promises_more_where_most_customers_leave_at_once_or_never() {
    let params = Params { r: 3.913, alpha: 0.5, a: 0.05, b: 0.1 };
    let (found, want) = (params.expected(&of(0, 0.0, 0.5), 25.7), as_printed(&params, &of(0, 0.0, 0.5), 25.7));
    assert!(found > 1.0 && (found - want).abs() < 1e-6 * want, "{found} {want}");
}

#[test]
fn equal_customers_end_in_an_answer() {
    let found = fit(&vec![of(3, 8.0, 9.0); 500]).unwrap();
    let Params { r, alpha, a, b } = found.params;
    assert!([r, alpha, a, b, found.log_likelihood].iter().all(|v| v.is_finite()));
    let alive = found.params.p_alive(&of(3, 8.0, 9.0));
    assert!((0.0..=1.0).contains(&alive));
}

prop_compose! {
    fn any_params()(r in 0.05f64..5.0, alpha in 0.5f64..40.0, a in 0.05f64..5.0, b in 0.1f64..8.0) -> Params {
        Params { r, alpha, a, b }
    }
}

prop_compose! {
    fn any_history()(repeats in 0u32..20, age in 0.5f64..150.0, share in 0.0f64..1.0) -> History {
        of(repeats, if repeats > 0 { age * share } else { 0.0 }, age)
    }
}

proptest! {
    #[test]
    fn the_expectation_is_the_printed_one(params in any_params(), h in any_history(), t in 0.1f64..60.0) {
        prop_assume!((params.a - 1.0).abs() > 1e-3 && (params.a + params.b + f64::from(h.repeats) - 1.0).abs() > 1e-3);
        let (got, want) = (params.expected(&h, t), as_printed(&params, &h, t));
        prop_assert!((got - want).abs() <= 1e-6 * (1.0 + want.abs()), "{} {}", got, want);
    }

    #[test]
    fn a_later_last_purchase_and_a_longer_wait_speak_for_and_against_a_customer(params in any_params(), h in any_history(), more in 0.0f64..30.0) {
        let later = History { recency: if h.repeats > 0 { (h.recency + more).min(h.age) } else { 0.0 }, ..h };
        prop_assert!(params.p_alive(&later) >= params.p_alive(&h) - 1e-12);
        let silent = History { age: h.age + more, ..h };
        prop_assert!(params.p_alive(&silent) <= params.p_alive(&h) + 1e-12);
    }

    #[test]
    fn a_longer_horizon_never_holds_fewer_purchases(params in any_params(), h in any_history(), t in 0.0f64..100.0, more in 0.0f64..100.0) {
        let (short, long) = (params.expected(&h, t), params.expected(&h, t + more));
        prop_assert!(short >= 0.0 && long >= short - 1e-7 * (1.0 + short), "{} {}", short, long);
    }

    #[test]
    fn the_likelihood_does_not_depend_on_the_order_and_its_slope_is_its_slope(params in any_params(), mut rows in proptest::collection::vec(any_history(), 1..12)) {
        let sample = likelihood::Sample::of(&rows);
        let (value, slope) = sample.log_likelihood(&params);
        rows.reverse();
        prop_assert!((params.log_likelihood(&rows) - value).abs() < 1e-9 * (1.0 + value.abs()));
        let nudged = |by: [f64; 4]| {
            let Params { r, alpha, a, b } = params;
            let [r, alpha, a, b] = [r * by[0].exp(), alpha * by[1].exp(), a * by[2].exp(), b * by[3].exp()];
            sample.log_likelihood(&Params { r, alpha, a, b }).0
        };
        for k in 0..4 {
            let mut by = [0.0; 4];
            by[k] = 1e-5;
            let up = nudged(by);
            by[k] = -1e-5;
            let numeric = (up - nudged(by)) / 2e-5;
            prop_assert!((numeric - slope[k]).abs() < 1e-3 * (1.0 + slope[k].abs()), "{} {} {}", k, numeric, slope[k]);
        }
    }
}
