use super::*;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn faults(settings: Settings) -> Vec<String> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn three_views_in_30_days_without_an_order_call_for_an_offer() {
    let as_of = day(11, 22);
    let of = |views: &[NaiveDate], orders: &[NaiveDate]| {
        let got = browsed_without_order(views, orders, as_of, &Settings::default());
        (got.applies, got.count)
    };
    let views = [day(10, 24), day(11, 1), day(11, 22)];
    assert_eq!(of(&views, &[]), (true, 3));
    assert_eq!(of(&views, &[day(10, 23)]), (true, 3));
    assert_eq!(of(&views, &[day(10, 24)]), (false, 3));
    assert_eq!(of(&views[1..], &[]), (false, 2));
    assert_eq!(of(&[day(10, 23), day(11, 1), day(11, 23), day(11, 2)], &[]), (false, 2));
    assert_eq!(of(&[], &[]), (false, 0));
}

#[test]
fn fewer_than_two_repeat_purchases_in_half_a_year_call_for_a_recall() {
    let as_of = day(11, 22);
    let of = |orders: &[NaiveDate]| {
        let got = low_repurchase(orders, as_of, &Settings::default());
        (got.applies, got.count)
    };
    let old = day(1, 5);
    assert_eq!(of(&[old]), (true, 0));
    assert_eq!(of(&[old, day(5, 22)]), (true, 0));
    assert_eq!(of(&[old, day(5, 23)]), (true, 1));
    assert_eq!(of(&[old, day(5, 23), day(11, 22)]), (false, 2));
    assert_eq!(of(&[day(6, 1)]), (false, 1), "it has not had half a year to buy again");
    assert_eq!(of(&[]), (false, 0));
    assert_eq!(of(&[old, day(11, 23), day(12, 1)]), (true, 0), "orders of the future are none yet");
}

#[test]
fn half_a_year_is_six_calendar_months() {
    let settings = Settings::default();
    assert_eq!(settings.repeats_from(NaiveDate::from_ymd_opt(2026, 8, 31).unwrap()), day(3, 1));
    assert_eq!(settings.views_from(day(11, 30)), day(11, 1));
    assert_eq!(settings.repeats_from(NaiveDate::MIN), NaiveDate::MIN);
}

#[test]
fn limits_of_nothing_are_refused_with_the_field() {
    assert_eq!(faults(Settings::default()), [""; 0]);
    let none = Settings { views: 0, view_days: 0, least_repeats: 0, repeat_months: 0 };
    assert_eq!(faults(none), ["views", "view_days", "least_repeats", "repeat_months"]);
}

#[test]
fn the_recall_is_due_since_the_day_on_which_too_few_purchases_remained() {
    let settings = Settings::default();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let orders = ["2026-01-10", "2026-03-05", "2026-08-20"].map(day);
    let since = |as_of: &str| low_repurchase_since(&orders, day(as_of), &settings);
    assert_eq!(since("2026-09-04"), None);
    assert_eq!(since("2026-09-05"), Some(day("2026-09-05")));
    assert_eq!(since("2026-10-01"), Some(day("2026-09-05")));
    assert_eq!(low_repurchase_since(&orders[..1], day("2026-07-10"), &settings), Some(day("2026-07-10")));
}
