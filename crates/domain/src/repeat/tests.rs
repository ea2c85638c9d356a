use super::*;
use proptest::prelude::*;

#[test]
fn a_cycle_is_the_median_from_three_days_on() {
    for (days, want) in [
        (&[][..], None),
        (&[5], None),
        (&[5, 35], None),
        (&[5, 5, 5, 35], None),
        (&[0, 30, 90], Some(45.0)),
        (&[90, 0, 30, 30], Some(45.0)),
        (&[0, 10, 20, 120], Some(10.0)),
        (&[0, 10, 30, 60, 100], Some(25.0)),
    ] {
        assert_eq!(cycle(&mut days.to_vec()), want, "{days:?}");
    }
}

#[test]
fn an_order_is_overdue_beyond_one_and_a_half_cycles() {
    let of = |days| gap(30.0, days, 1.5);
    assert_eq!((of(10).expected_in_days, of(10).overdue), (20, false));
    assert_eq!((of(45).expected_in_days, of(45).overdue), (-15, false));
    assert!(of(46).overdue);
    assert_eq!(gap(0.2, 3, 1.5).ratio, 3.0);
    assert_eq!(gap(f64::NAN, 3, 1.5).cycle_days, 1.0);
}

#[test]
fn a_history_counts_days_and_leaves_out_the_first_amount_and_what_comes_later() {
    let mut rows = vec![(107, 300), (100, 900), (100, 50), (107, 100), (121, 200), (400, 7)];
    let got = history(&mut rows, 128).unwrap();
    assert_eq!(got, History { repeats: 2, recency: 3.0, age: 4.0, mean_repeat_minor: Some(300.0) });
    let once = history(&mut [(100, 900)], 128).unwrap();
    assert_eq!(once, History { repeats: 0, recency: 0.0, age: 4.0, mean_repeat_minor: None });
    assert_eq!(history(&mut [(200, 900)], 128), None);
    assert_eq!(history(&mut [], 128), None);
}

proptest! {
    #[test]
    fn a_history_does_not_depend_on_the_order(rows in proptest::collection::vec((0i32..300, -50i64..500), 0..20), until in 0i32..400) {
        let (mut forwards, mut backwards) = (rows.clone(), rows);
        backwards.reverse();
        let got = history(&mut forwards, until);
        prop_assert_eq!(got, history(&mut backwards, until));
        if let Some(got) = got {
            prop_assert!(got.recency <= got.age && got.recency >= 0.0);
            prop_assert_eq!(got.repeats == 0, got.recency == 0.0);
        }
    }
}
