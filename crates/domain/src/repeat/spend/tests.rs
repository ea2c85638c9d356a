use super::*;
use proptest::prelude::*;

/// p, q and γ as published for CDNOW, γ in cents.
const PUBLISHED: Params = Params { p: 6.25, q: 3.74, gamma_minor: 1544.0 };

fn of(repeats: u32, mean: f64) -> History {
    History { repeats, recency: 1.0, age: 2.0, mean_repeat_minor: Some(mean) }
}

#[test]
fn the_expected_amount_lies_between_that_of_all_and_the_customers_own() {
    let all = PUBLISHED.expected_minor(&History::default()).unwrap();
    assert_eq!(all.round(), 3522.0);
    let [once, often] = [1, 40].map(|n| PUBLISHED.expected_minor(&of(n, 10_000.0)).unwrap());
    assert!(all < once && once < often && often < 10_000.0, "{all} {once} {often}");
    assert_eq!(PUBLISHED.expected_minor(&of(2, f64::NAN)), Some(all));
    assert_eq!(PUBLISHED.expected_minor(&of(2, -1.0)), Some(all));
    let wide = Params { q: 0.9, ..PUBLISHED };
    assert_eq!(wide.expected_minor(&History::default()), None);
    assert!(wide.expected_minor(&of(1, 100.0)).is_some());
}

#[test]
fn too_few_and_equal_amounts() {
    assert_eq!(fit(&[]), Err(TooFew { customers: 0, repeaters: 0 }));
    assert_eq!(fit(&vec![of(0, 5.0); 99]).unwrap_err().repeaters, 0);
    let equal = fit(&vec![of(3, 5000.0); 200]).unwrap();
    assert_eq!(equal.correlation, 0.0);
    let expected = equal.params.expected_minor(&of(3, 5000.0)).unwrap();
    assert!((expected / 5000.0 - 1.0).abs() < 0.01, "{expected}");
}

#[test]
fn amounts_that_go_with_the_number_of_purchases_are_noticed() {
    let rows: Vec<History> = (1..100).map(|n| of(n, f64::from(n) * 100.0)).collect();
    assert!((fit(&rows).unwrap().correlation - 1.0).abs() < 1e-9);
}

proptest! {
    #[test]
    fn the_slope_is_the_slope(p in 0.3f64..8.0, q in 0.3f64..8.0, gamma in 0.1f64..9.0, rows in proptest::collection::vec((1u8..6, 0.1f64..4.0), 1..9)) {
        let mut rows: Vec<(f64, f64)> = rows.into_iter().map(|(x, m)| (f64::from(x), m)).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (_, slope) = log_likelihood(&rows, [p, q, gamma]);
        for k in 0..3 {
            let at = |by: f64| {
                let mut place = [p, q, gamma];
                place[k] *= by.exp();
                log_likelihood(&rows, place).0
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            prop_assert!((numeric - slope[k]).abs() < 1e-3 * (1.0 + slope[k].abs()), "{} {} {}", k, numeric, slope[k]);
        }
    }

    #[test]
    fn who_spends_more_is_expected_to_spend_more(n in 1u32..30, mean in 1.0f64..1e6, more in 0.0f64..1e6) {
        let of = |mean| PUBLISHED.expected_minor(&of(n, mean)).unwrap();
        prop_assert!(of(mean + more) >= of(mean));
    }
}
