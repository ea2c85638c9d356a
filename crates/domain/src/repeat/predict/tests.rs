use super::*;
use proptest::prelude::*;

const BUYING: bg_nbd::Params = bg_nbd::Params { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const SPENDING: spend::Params = spend::Params { p: 6.25, q: 3.74, gamma_minor: 1544.0 };

fn of(repeats: u32, recency: f64, age: f64) -> History {
    History { repeats, recency, age, mean_repeat_minor: (repeats > 0).then_some(5000.0) }
}

fn predicted(history: History, settings: &Settings) -> Prediction {
    predict(history, &BUYING, Some(&SPENDING), true, settings)
}

#[test]
fn a_silent_customer_of_high_value_is_to_be_won_back() {
    let silent = of(6, 10.0, 60.0);
    let settings = Settings::default();
    let got = predicted(silent, &settings);
    assert!(got.p_alive < 0.05 && got.win_back);
    assert!(!predict(silent, &BUYING, None, false, &settings).win_back);
    assert!(!predicted(of(6, 58.0, 60.0), &settings).win_back);
}

#[test]
fn purchases_times_amount_is_revenue_and_what_may_be_lost_is_the_rest() {
    let got = predicted(of(2, 30.43, 38.86), &Settings::default());
    let year = got.mean_minor.unwrap() * got.purchases[2];
    assert_eq!(got.year_minor, Some(year.round() as i64));
    let certain = year / got.p_alive;
    assert!((got.at_risk_minor.unwrap() as f64 - (certain - year)).abs() <= 1.0);
    assert!(got.purchases[0] < got.purchases[1] && got.purchases[1] < got.purchases[2]);
    let without = predict(of(2, 30.43, 38.86), &BUYING, None, true, &Settings::default());
    assert_eq!((without.mean_minor, without.year_minor, without.lifetime_minor), (None, None, None));
}

#[test]
fn a_lifetime_value_is_discounted_and_of_profit() {
    let customer = of(2, 30.43, 38.86);
    let year = Settings { discount_per_year: 0.0, years: 1.0, margin: 1.0, ..Settings::default() };
    let plain = predicted(customer, &year);
    assert!((plain.lifetime_minor.unwrap() - plain.year_minor.unwrap()).abs() <= 1);
    let half = predicted(customer, &Settings { margin: 0.5, ..year });
    assert!((2 * half.lifetime_minor.unwrap() - plain.lifetime_minor.unwrap()).abs() <= 1);
    let discounted = predicted(customer, &Settings { discount_per_year: 0.21, ..year });
    let ratio = discounted.lifetime_minor.unwrap() as f64 / plain.lifetime_minor.unwrap() as f64;
    assert!((ratio - 1.0 / 1.1).abs() < 0.01, "about half a year early on the average: {ratio}");
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let bad = Settings { discount_per_year: -0.1, years: 0.0, margin: 0.0, win_back_below: 2.0, overdue: 0.5 };
    let fields: Vec<String> = bad.check().unwrap_err().into_iter().map(|e| e.field).collect();
    assert_eq!(fields, ["discount_per_year", "years", "margin", "win_back_below", "overdue"]);
    assert_eq!(Settings::default().check(), Ok(()));
}

proptest! {
    #[test]
    fn every_number_of_a_prediction_is_sound(repeats in 0u32..500, age in 0.0f64..500.0, share in 0.0f64..1.0) {
        let got = predicted(of(repeats, age * share, age), &Settings::default());
        prop_assert!((0.0..=1.0).contains(&got.p_alive));
        prop_assert!(got.purchases.iter().all(|n| n.is_finite() && *n >= 0.0));
        prop_assert!(got.lifetime_minor.unwrap() >= 0 && got.year_minor.unwrap() >= 0);
        prop_assert!(got.at_risk_minor.is_none_or(|a| a >= 0));
    }
}
