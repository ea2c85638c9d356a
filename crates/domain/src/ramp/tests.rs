use super::{Newcomer, ramps};
use chrono::{Duration, NaiveDate};
use proptest::prelude::*;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn newcomer(hired_on: NaiveDate, after: Option<i64>) -> Newcomer {
    Newcomer { hired_on, first_won_on: after.map(|days| hired_on + Duration::days(days)) }
}

#[test]
fn the_days_to_the_first_deal_and_whether_they_get_fewer() {
    let all = [
        newcomer(day(1, 5), Some(140)),
        newcomer(day(2, 2), Some(120)),
        newcomer(day(4, 1), Some(100)),
        newcomer(day(5, 6), Some(80)),
        newcomer(day(8, 3), None),
        newcomer(day(11, 2), None),
    ];
    let got = ramps(&all, day(11, 28));
    assert_eq!((got.mean_days, got.median_days, got.trend_days), (Some(110.0), Some(110.0), Some(-40.0)));
    let each: Vec<_> = got.each.iter().map(|r| (r.days, r.waiting, r.late)).collect();
    assert_eq!(each[3..], [(80, false, false), (117, true, true), (26, true, false)]);
    let cohorts: Vec<_> = got.cohorts.iter().map(|c| (c.from, c.hired, c.ramped, c.mean_days)).collect();
    assert_eq!(cohorts[0], (day(1, 1), 2, 2, Some(130.0)));
    assert_eq!(cohorts[2], (day(7, 1), 1, 0, None));
}

#[test]
fn few_newcomers_have_no_trend_and_none_have_nothing() {
    let got = ramps(&[newcomer(day(1, 5), Some(10)), newcomer(day(2, 5), Some(20))], day(11, 28));
    assert_eq!((got.mean_days, got.trend_days), (Some(15.0), None));
    let nothing = ramps(&[], day(11, 28));
    assert_eq!((nothing.mean_days, nothing.median_days, nothing.cohorts.len()), (None, None, 0));
    let alone = ramps(&[newcomer(day(1, 5), None)], day(1, 5));
    assert_eq!((alone.each[0].days, alone.each[0].late), (0, false));
}

proptest! {
    #[test]
    fn the_order_of_newcomers_changes_no_sum(
        all in proptest::collection::vec((0i64..700, proptest::option::of(0i64..400)), 0..20),
    ) {
        let of = |(ago, after): &(i64, Option<i64>)| newcomer(day(11, 28) - Duration::days(*ago), *after);
        let list: Vec<Newcomer> = all.iter().map(of).collect();
        let mut turned = list.clone();
        turned.reverse();
        let (a, b) = (ramps(&list, day(11, 28)), ramps(&turned, day(11, 28)));
        prop_assert_eq!((a.mean_days, a.median_days, &a.cohorts), (b.mean_days, b.median_days, &b.cohorts));
        prop_assert!(a.each.iter().all(|r| r.days >= 0));
        prop_assert_eq!(a.cohorts.iter().map(|c| c.hired).sum::<u32>() as usize, list.len());
    }
}
