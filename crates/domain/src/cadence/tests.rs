use super::*;
use crate::grade::Grade::{A, B, C, D};
use proptest::prelude::*;

fn of_grade(grade: Grade) -> Interval {
    interval(&Settings::default(), Some(grade), None, None).unwrap()
}

fn status(grade: Grade, days_since: Option<u32>, contacts_in_interval: u32) -> Status {
    let input = Input { grade: Some(grade), interval: of_grade(grade), days_since, contacts_in_interval };
    standing(input, &Settings::default()).status
}

fn verdict(grade: Grade, period: u32, contacts: u32) -> Verdict {
    adherence(contacts, period, of_grade(grade), Some(grade), &Settings::default()).verdict
}

fn faults(settings: Settings) -> Vec<String> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn only_completed_activities_of_five_kinds_are_contacts() {
    assert!(CONTACT_KINDS.iter().all(|kind| is_contact(kind, true) && !is_contact(kind, false)));
    assert!(!is_contact("email", true) && !is_contact("note", true));
    assert_eq!(distinct_contacts(&mut vec![5, 3, 5, 4]), 3);
}

#[test]
fn a_customer_overrides_its_stage_and_the_stage_the_grade() {
    let stage_days = StageDays { retention: Some(10), ..StageDays::default() };
    let settings = Settings { stage_days, ..Settings::default() };
    let of = |grade, stage, own| interval(&settings, grade, stage, own).map(|i| (i.days, i.source));
    assert_eq!(of(Some(B), Some(Stage::Growth), None), Some((14, Source::Grade)));
    assert_eq!(of(Some(B), Some(Stage::Retention), None), Some((10, Source::Stage)));
    assert_eq!(of(Some(B), Some(Stage::Retention), Some(3)), Some((3, Source::Customer)));
    assert_eq!(of(None, Some(Stage::Growth), None), None);
    assert_eq!(of(None, None, Some(0)), Some((1, Source::Customer)));
}

#[test]
fn a_contact_is_due_at_the_interval_and_late_beyond_a_fifth_more() {
    for (grade, days, contacts, want) in [
        (A, None, 0, Status::Never),
        (A, Some(0), 1, Status::OnTrack),
        (A, Some(6), 1, Status::OnTrack),
        (A, Some(7), 0, Status::Due),
        (A, Some(8), 0, Status::Due),
        (A, Some(9), 0, Status::Under),
        (C, Some(36), 0, Status::Due),
        (C, Some(37), 0, Status::Under),
        (A, Some(1), 3, Status::OnTrack),
        (A, Some(1), 4, Status::Over),
        (B, Some(1), 3, Status::Over),
        (D, Some(1), 1, Status::OnTrack),
        (D, Some(1), 2, Status::Over),
        (D, Some(100), 2, Status::Over),
    ] {
        assert_eq!(status(grade, days, contacts), want, "{grade:?} {days:?} {contacts}");
    }
}

#[test]
fn a_standing_says_when_the_next_contact_is_due() {
    let of = |days_since| {
        let input = Input { grade: Some(A), interval: of_grade(A), days_since, contacts_in_interval: 1 };
        standing(input, &Settings::default())
    };
    assert_eq!(of(Some(2)).due_in_days, Some(5));
    assert_eq!(of(Some(20)).due_in_days, Some(-13));
    assert_eq!(of(None).due_in_days, None);
    assert_eq!((of(None).most_contacts, (of(None).late_after_days * 10.0).round()), (3, 84.0));
}

#[test]
fn in_30_days_4_to_6_contacts_are_right_for_an_a_and_1_in_90_for_a_d() {
    let of_a = [0, 3, 4, 6, 7].map(|n| verdict(A, 30, n));
    assert_eq!(of_a, [Verdict::Under, Verdict::Under, Verdict::On, Verdict::On, Verdict::Over]);
    let of_d = [0, 1, 2].map(|n| verdict(D, 30, n));
    assert_eq!(of_d, [Verdict::Under, Verdict::On, Verdict::Over]);
    let a = adherence(9, 30, of_grade(A), Some(A), &Settings::default());
    assert_eq!((a.window_days, a.least, a.most, a.excess(), a.missing()), (30, 4, 6, 3, 0));
    let d = adherence(0, 30, of_grade(D), Some(D), &Settings::default());
    assert_eq!((d.window_days, d.expected, d.least, d.most, d.missing()), (90, 1.0, 1, 1, 1));
}

#[test]
fn some_number_of_contacts_is_always_right() {
    let of = |contacts| adherence(contacts, 117, of_grade(D), Some(D), &Settings::default()).verdict;
    assert_eq!([1, 2, 3].map(of), [Verdict::Under, Verdict::On, Verdict::Over]);
}

#[test]
fn too_many_contacts_weigh_as_much_as_too_few() {
    let mut balance = Balance::default();
    for (grade, contacts) in [(A, 4), (A, 2), (A, 8), (D, 1)] {
        balance.add(&adherence(contacts, 30, of_grade(grade), Some(grade), &Settings::default()), 30);
    }
    let Balance { on, under, over, missing_contacts, excess_contacts, missing_minutes, wasted_minutes } = balance;
    assert_eq!((on, under, over, missing_contacts, excess_contacts), (2, 1, 1, 2, 2));
    assert_eq!((missing_minutes, wasted_minutes), (60, 60));
    assert_eq!((balance.violations(), balance.percent()), (2, Some(50.0)));
    assert_eq!(Balance::default().percent(), None);
}

fn list_of(rows: &[(u32, Grade, Option<u32>, i64)]) -> Vec<(u32, Due)> {
    let settings = Settings::default();
    let mut list: Vec<(u32, Due)> = rows
        .iter()
        .filter_map(|(key, grade, days_since, revenue)| {
            let interval = of_grade(*grade);
            let input = Input { grade: Some(*grade), interval, days_since: *days_since, contacts_in_interval: 0 };
            let stake = Stake { revenue_minor: Some(*revenue), ..Stake::default() };
            Some((*key, due(&standing(input, &settings), 3, stake, &settings)?))
        })
        .collect();
    in_order(&mut list);
    list
}

#[test]
fn the_due_list_goes_by_value_times_lateness() {
    let rows = [
        (1, A, Some(7), 20_000_000),
        (2, C, Some(90), 10_000_000),
        (3, A, Some(3), 90_000_000),
        (4, D, None, 0),
        (5, A, None, 0),
    ];
    let list = list_of(&rows);
    assert_eq!(list.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [2, 1, 5, 4]);
    assert_eq!((list[0].1.lateness, list[0].1.value_minor), (3.0, 10_000_000));
    assert_eq!((list[2].1.lateness, list[2].1.value_minor), (1.0, 10_000_000));
}

#[test]
fn what_is_at_stake_is_revenue_past_or_expected_and_the_open_opportunities() {
    let settings = Settings::default();
    let stake = |revenue, expected, open| Stake { revenue_minor: revenue, expected_minor: expected, open_minor: open };
    let value = |s: Stake, grade| s.value_minor(grade, &settings);
    assert_eq!(value(stake(Some(50_000_000), Some(70_000_000), Some(1)), Some(A)), 70_000_001);
    assert_eq!(value(stake(Some(-5), None, None), Some(B)), 3_000_000);
    assert_eq!(value(Stake::default(), None), 200_000);
    assert_eq!(value(stake(Some(i64::MAX), None, Some(i64::MAX)), None), i64::MAX);
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let good = Settings::default();
    assert_eq!(faults(good), [""; 0]);
    let interval = |days| Settings { interval_days: days, ..good };
    assert_eq!(faults(interval(ByGrade::new(0, 14, 30, 90))), ["interval_days.A"]);
    assert_eq!(faults(interval(ByGrade::new(7, 14, 10, 90))), ["interval_days.C"]);
    let stage_days = StageDays { growth: Some(0), ..StageDays::default() };
    assert_eq!(faults(Settings { stage_days, ..good }), ["stage_days.growth"]);
    assert_eq!(faults(Settings { late: 0.9, ..good }), ["late"]);
    let least_value_minor = ByGrade::new(100, 300, 300, 200);
    assert_eq!(faults(Settings { least_value_minor, ..good }), ["least_value_minor.B"]);
    let typical_minutes = TypicalMinutes { call: 0, visit: 0, meeting: 0, online_meeting: 0, chat: 0 };
    assert_eq!(faults(Settings { typical_minutes, ..good }), ["typical_minutes"]);
    assert_eq!(faults(Settings { typical_minutes: TypicalMinutes { call: 5, ..typical_minutes }, ..good }), [""; 0]);
    assert_eq!(faults(Settings { period_least: 0.0, period_most: 0.5, ..good }), ["period_least", "period_most"]);
}

#[test]
fn a_contact_without_a_length_has_the_typical_one_of_its_kind() {
    let settings = Settings::default();
    assert_eq!(settings.minutes("visit", Some(25)), (25, false));
    assert_eq!(settings.minutes("visit", Some(0)), (0, false));
    assert_eq!(CONTACT_KINDS.map(|k| settings.minutes(k, None)), [10, 60, 60, 45, 5].map(|m| (m, true)));
}

proptest! {
    #[test]
    fn verdict_least_and_most_agree(contacts in 0u32..400, period in 1u32..400, days in 1u16..400, g in 0usize..5) {
        let grade = Grade::ALL.get(g).copied();
        let interval = Interval { days, source: Source::Customer };
        let got = adherence(contacts, period, interval, grade, &Settings::default());
        prop_assert!(got.least >= 1 && got.least <= got.most);
        prop_assert_eq!(got.verdict == Verdict::Under, got.missing() > 0);
        prop_assert_eq!(got.verdict == Verdict::Over, got.excess() > 0);
        prop_assert!(got.window_days >= period && got.window_days >= u32::from(days));
    }

    #[test]
    fn waiting_longer_never_makes_a_customer_less_urgent(days in 0u32..400, more in 0u32..400, g in 0usize..4, value in 0i64..1_000_000_000) {
        let grade = Grade::ALL[g];
        let settings = Settings::default();
        let place = |days| {
            let input = Input { grade: Some(grade), interval: of_grade(grade), days_since: Some(days), contacts_in_interval: 0 };
            let stake = Stake { revenue_minor: Some(value), ..Stake::default() };
            due(&standing(input, &settings), 0, stake, &settings).map_or(0.0, |d| d.urgency)
        };
        prop_assert!(place(days + more) >= place(days));
    }

    #[test]
    fn the_order_of_the_due_list_does_not_depend_on_the_order_given(
        rows in proptest::collection::vec((0usize..4, proptest::option::of(0u32..60), 0i64..5), 0..20),
    ) {
        let mut rows: Vec<_> = rows.into_iter().zip(0..).map(|((g, d, v), key)| (key, Grade::ALL[g], d, v * 10_000_000)).collect();
        let list = list_of(&rows);
        rows.reverse();
        prop_assert_eq!(list, list_of(&rows));
    }
}
