use super::*;
use proptest::prelude::*;

fn day(n: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().checked_add_days(Days::new(u64::from(n))).unwrap()
}

fn history(points: &[(u32, Option<f64>)]) -> Vec<Point> {
    points.iter().map(|(n, value)| Point { on: day(*n), value: *value }).collect()
}

#[test]
fn a_score_is_in_force_until_the_next() {
    let all = history(&[(10, Some(50.0)), (20, None), (30, Some(70.0)), (30, Some(75.0))]);
    let of = |n| in_force(&all, day(n));
    assert_eq!(
        [of(9), of(10), of(19), of(20), of(30), of(99)],
        [None, Some(50.0), Some(50.0), None, Some(75.0), Some(75.0)]
    );
    assert_eq!(in_force(&[], day(1)), None);
}

#[test]
fn a_trend_needs_both_ends_and_a_change_to_notice() {
    let of = |points: &[(u32, Option<f64>)]| {
        trend(&history(points), day(100), 90, LEAST_CHANGE).map(|t| (t.change, t.direction))
    };
    assert_eq!(of(&[(10, Some(60.0)), (50, Some(65.0))]), Some((5.0, Direction::Rising)));
    assert_eq!(of(&[(10, Some(60.0)), (50, Some(55.0))]), Some((-5.0, Direction::Falling)));
    assert_eq!(of(&[(10, Some(60.0)), (50, Some(64.9)), (101, Some(0.0))]).unwrap().1, Direction::Steady);
    assert_eq!(of(&[(11, Some(60.0))]), None);
    assert_eq!(of(&[(1, Some(60.0)), (50, None)]), None);
}

#[test]
fn an_effect_is_the_score_90_days_later_against_the_eve() {
    let all = history(&[(0, Some(40.0)), (10, Some(45.0)), (60, Some(58.0)), (100, Some(62.0)), (101, Some(90.0))]);
    let early = effect(&all, day(10), EFFECT_DAYS, day(99));
    assert_eq!((early.before, early.after, early.pending), (Some(40.0), None, true));
    let done = effect(&all, day(10), EFFECT_DAYS, day(400));
    assert_eq!((done.before, done.after, done.change, done.pending), (Some(40.0), Some(62.0), Some(22.0), false));
    assert_eq!(done.measured_on, day(100));
    let first = effect(&all, day(0), EFFECT_DAYS, day(400));
    assert_eq!((first.before, first.change), (Some(40.0), Some(18.0)));
    assert_eq!(effect(&[], day(0), EFFECT_DAYS, day(400)).change, None);
    let sum = effects(&[early, done, first, effect(&[], day(0), 90, day(400))]);
    assert_eq!((sum.measured, sum.pending, sum.improved, sum.mean_change), (2, 1, 2, Some(20.0)));
    assert_eq!(effects(&[]).mean_change, None);
}

proptest! {
    #[test]
    fn the_order_of_days_does_not_matter(days in proptest::collection::btree_set(0u32..200, 0..12), at in 0u32..200) {
        let points: Vec<(u32, Option<f64>)> = days.iter().map(|d| (*d, (d % 5 > 0).then_some(f64::from(*d)))).collect();
        let forwards = history(&points);
        let backwards: Vec<Point> = forwards.iter().rev().copied().collect();
        prop_assert_eq!(in_force(&forwards, day(at)), in_force(&backwards, day(at)));
    }
}
