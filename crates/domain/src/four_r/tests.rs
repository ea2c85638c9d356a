use super::*;
use crate::grade::Grade::{self, A, B, C, D};
use proptest::prelude::*;

fn scores(facts: Facts) -> PerR<Option<f64>> {
    score(facts, &Settings::default()).scores.map(|s| s.map(|s| (s * 100.0).round() / 100.0))
}

fn frequency(interval: u16, days: u32, open_matter: bool) -> f64 {
    let facts =
        Facts { interval_days: Some(interval), days_since_previous: Some(days), open_matter, ..Facts::default() };
    scores(facts)[1].unwrap()
}

fn faults(settings: Settings) -> Vec<String> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn the_right_customer_is_one_of_a_good_grade() {
    let of = |grade| scores(Facts { grade, ..Facts::default() })[0];
    assert_eq!([Some(A), Some(B), Some(C), Some(D)].map(of), [100.0, 100.0, 50.0, 0.0].map(Some));
    assert_eq!(of(None), None);
}

#[test]
fn the_right_frequency_is_half_to_six_fifths_of_the_interval() {
    for (interval, days, matter, want) in [
        (10, 5, false, 100.0),
        (10, 12, false, 100.0),
        (5, 6, false, 100.0),
        (10, 0, false, 0.0),
        (10, 2, false, 40.0),
        (10, 2, true, 100.0),
        (10, 16, false, 50.0),
        (10, 16, true, 50.0),
        (10, 20, false, 0.0),
        (10, 900, false, 0.0),
    ] {
        assert_eq!(frequency(interval, days, matter), want, "{days} of {interval}");
    }
    assert_eq!(scores(Facts::default())[1], Some(100.0));
    assert_eq!(scores(Facts { days_since_previous: Some(3), ..Facts::default() })[1], None);
}

#[test]
fn the_right_message_meets_what_is_known_of_the_customer() {
    let white_paper = Tagged { stages: &["proposal"], pains: &["cost", "delivery"], roles: &["finance"] };
    let case = Tagged { stages: &["first_contact"], pains: &[], roles: &["user"] };
    let of = |known: Known<'_>, used: &[Tagged<'_>]| {
        let facts = Facts { message: message(known, used), ..Facts::default() };
        (scores(facts)[2], score(facts, &Settings::default()).aspects)
    };
    let known = Known { stage: Some("proposal"), pains: &["delivery"], role: Some("user") };
    assert_eq!(of(known, &[white_paper]), (Some(66.67), (2, 3)));
    assert_eq!(of(known, &[white_paper, case]), (Some(100.0), (3, 3)));
    assert_eq!(of(known, &[]), (Some(0.0), (0, 3)));
    assert_eq!(of(Known { role: None, pains: &[], ..known }, &[case]), (Some(0.0), (0, 1)));
    assert_eq!(of(Known::default(), &[case]), (None, (0, 0)));
}

#[test]
fn the_right_resources_are_recommended_and_not_too_dear() {
    let mix: Option<&[&str]> = Some(&["expert", "trial"]);
    let of = |used: &[(&str, i64)], mix: Option<&[&str]>, grade: Option<Grade>| {
        scores(Facts { grade, resources: resources(used, mix), ..Facts::default() })[3]
    };
    assert_eq!(of(&[("expert", 0)], mix, Some(A)), Some(100.0));
    assert_eq!(of(&[("expert", 100_000), ("gift", 0)], mix, Some(A)), Some(50.0));
    assert_eq!(of(&[("expert", 400_000)], mix, Some(A)), Some(50.0));
    assert_eq!(of(&[("expert", 40_000), ("gift", 60_000)], mix, Some(C)), Some(15.0));
    assert_eq!(of(&[("expert", 400_000)], mix, None), Some(100.0));
    assert_eq!(of(&[], mix, Some(A)), Some(0.0));
    assert_eq!(of(&[], Some(&[]), Some(A)), None);
    assert_eq!(of(&[("gift", 1)], Some(&[]), Some(A)), Some(0.0));
    assert_eq!(of(&[("gift", 1)], None, Some(A)), None);
}

#[test]
fn a_contact_of_which_nothing_is_known_has_only_its_frequency() {
    let scored = score(Facts::default(), &Settings::default());
    assert_eq!(scored.scores, [None, Some(100.0), None, None]);
    assert_eq!(scored.mean(), Some(100.0));
}

#[test]
fn an_index_is_the_mean_of_the_contacts_to_which_an_r_applies() {
    let mut tally = Tally::default();
    assert_eq!(tally.index().each, [None; 4]);
    assert_eq!(tally.index().overall, None);
    let contact = |grade| score(Facts { grade, ..Facts::default() }, &Settings::default());
    for grade in [Some(A), Some(C), None, Some(D)] {
        tally.add(&contact(grade));
    }
    let index = tally.index();
    assert_eq!(index.each, [Some(50.0), Some(100.0), None, None]);
    assert_eq!((index.overall, index.tally.contacts, index.tally.n), (Some(75.0), 4, [3, 4, 0, 0]));
    tally.remove(&contact(Some(D)));
    assert_eq!(tally.index().each[0], Some(75.0));
}

#[test]
fn the_worst_contacts_are_named() {
    let mut worst = Worst::new(2);
    for (key, score) in [(1, Some(50.0)), (2, None), (3, Some(0.0)), (4, Some(50.0)), (0, Some(f64::NAN))] {
        worst.show(&key, score);
    }
    assert_eq!(worst.rows(), [(0.0, 3), (50.0, 1)]);
}

/// `n` closed opportunities, of which `won` are won.
fn closed(scores: PerR<f64>, n: usize, won: usize) -> Vec<Closed> {
    (0..n).map(|i| Closed { scores: scores.map(Some), won: i < won }).collect()
}

#[test]
fn the_bottleneck_is_the_gap_that_decides() {
    let rows = [closed([90.0, 90.0, 90.0, 90.0], 30, 24), closed([40.0, 40.0, 40.0, 90.0], 30, 6)].concat();
    let index = [Some(70.0), Some(60.0), Some(85.0), Some(30.0)];
    let got = bottleneck(index, &rows, &Settings::default());
    assert_eq!((got.r, got.leverage_known), (Some(R::Resource), false));
    assert_eq!(got.links.map(|l| l.gap), [10.0, 20.0, 0.0, 50.0].map(Some));
    let lever = got.links[0].leverage;
    assert_eq!((lever.above, lever.below, lever.median), ((30, 24), (30, 6), Some(65.0)));
    assert!((lever.leverage.unwrap() - 0.6).abs() < 1e-9);
    assert_eq!(got.links[3].leverage.leverage, None);

    let rows = [closed([90.0, 90.0, 90.0, 20.0], 30, 24), closed([40.0, 40.0, 40.0, 30.0], 30, 6)].concat();
    let got = bottleneck(index, &rows, &Settings::default());
    assert_eq!((got.r, got.leverage_known), (Some(R::Frequency), true));
    assert!((got.links[1].loss.unwrap() - 12.0).abs() < 1e-9);
    assert!((got.links[3].loss.unwrap() - 2.5).abs() < 1e-9, "an R that hurts still has the least leverage");
}

#[test]
fn without_data_there_is_no_leverage_and_without_a_gap_no_bottleneck() {
    let got = bottleneck([None; 4], &[], &Settings::default());
    assert_eq!((got.r, got.leverage_known), (None, false));
    let got = bottleneck([Some(80.0), Some(100.0), None, Some(95.0)], &[], &Settings::default());
    assert_eq!(got.r, None);
    let got = bottleneck([Some(10.0), None, None, Some(10.0)], &closed([1.0; 4], 19, 3), &Settings::default());
    assert_eq!((got.r, got.leverage_known), (Some(R::Customer), false));
}

#[test]
fn what_an_r_without_a_gap_decides_need_not_be_known() {
    let rows = [closed([90.0; 4], 30, 24), closed([40.0, 40.0, 40.0, 90.0], 30, 6)].concat();
    let got = bottleneck([Some(70.0), Some(60.0), Some(85.0), Some(90.0)], &rows, &Settings::default());
    assert_eq!(got.links[3].leverage.leverage, None);
    assert_eq!((got.r, got.leverage_known), (Some(R::Frequency), true));
}

#[test]
fn opportunities_at_the_median_join_the_smaller_side_when_one_is_too_small() {
    let rows = [closed([100.0; 4], 60, 45), closed([50.0; 4], 25, 5)].concat();
    let got = leverage(&rows, 0, 20);
    assert_eq!((got.median, got.above, got.below), (Some(100.0), (60, 45), (25, 5)));
    assert!((got.leverage.unwrap() - 0.55).abs() < 1e-9);
    let equal = leverage(&closed([100.0; 4], 60, 45), 0, 20);
    assert_eq!(equal.leverage, None);
    let rows = [closed([10.0; 4], 20, 0), closed([50.0; 4], 5, 5), closed([90.0; 4], 20, 20)].concat();
    assert_eq!(leverage(&rows, 2, 20).leverage, Some(1.0));
    assert_eq!(leverage(&rows, 2, 20).above, (20, 20));
}

#[test]
fn content_that_fits_and_worked_is_suggested_before_what_was_shown() {
    let of = |key, stages, roles, used, worked, shown| Candidate {
        key,
        tagged: Tagged { stages, pains: &[], roles },
        used,
        worked,
        shown,
    };
    let known = Known { stage: Some("proposal"), pains: &[], role: Some("finance") };
    let all = [
        of(1, &["proposal"], &[], 0, 0, false),
        of(2, &["proposal"], &["finance"], 10, 1, false),
        of(3, &["proposal"], &["finance"], 10, 9, true),
        of(4, &["proposal"], &[], 10, 9, false),
        of(5, &["contract"], &["user"], 10, 10, false),
    ];
    let got = suggest(known, &all, 9);
    assert_eq!(got.iter().map(|s| s.key).collect::<Vec<_>>(), [2, 4, 1, 3]);
    assert_eq!((got[0].points, got[1].points, got[0].met), (Some(100.0), Some(50.0), [Some(true), None, Some(true)]));
    assert_eq!(got[2].success, 0.5);
    assert_eq!(suggest(Known::default(), &all, 2).iter().map(|s| s.key).collect::<Vec<_>>(), [5, 4]);
    assert!(suggest::<i32>(known, &[], 9).is_empty());
}

#[test]
fn resources_are_chosen_in_the_order_of_the_mix_up_to_the_cap() {
    let mix = [("expert", 60_000), ("trial", 30_000), ("case", 0), ("sample", 20_000)];
    assert_eq!(affordable(&mix, Some(80_000)), (vec!["expert", "case", "sample"], 80_000));
    assert_eq!(affordable(&mix, Some(0)), (vec!["case"], 0));
    assert_eq!(affordable(&mix, None).0.len(), 4);
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let good = Settings::default();
    assert_eq!(faults(good), [""; 0]);
    assert_eq!(faults(Settings { early: 0.0, ..good }), ["early"]);
    assert_eq!(faults(Settings { late: 2.0, ..good }), ["lost"]);
    assert_eq!(faults(Settings { goal: 0.0, worst: 0, ..good }), ["goal", "worst"]);
    let customer_points = ByGrade::new(100.0, 101.0, 0.0, 0.0);
    assert_eq!(faults(Settings { customer_points, ..good }), ["customer_points.B", "customer_points.B"]);
    let customer_points = ByGrade::new(0.0, 0.0, 0.0, 100.0);
    assert_eq!(faults(Settings { customer_points, ..good }), ["customer_points.D"]);
    let cost_cap_minor = ByGrade::new(5, 5, 9, 0);
    assert_eq!(faults(Settings { cost_cap_minor, ..good }), ["cost_cap_minor.D", "cost_cap_minor.C"]);
}

#[test]
fn every_r_has_its_word_its_names_and_its_fix() {
    for r in R::ALL {
        assert_eq!(R::parse(r.code()), Some(r));
        assert!(!r.label()[0].is_empty() && !r.fix().zh.is_empty() && !r.fix().en.is_empty());
    }
}

prop_compose! {
    fn any_facts()(
        grade in proptest::option::of(0usize..4),
        interval_days in proptest::option::of(0u16..400),
        days_since_previous in proptest::option::of(0u32..900),
        open_matter: bool,
        used in 0u16..4,
        aspects in proptest::array::uniform3(proptest::option::of(any::<bool>())),
        fitting in 0u16..6,
        recommended in proptest::option::of(0u16..4),
        cost_minor in -10i64..1_000_000,
    ) -> Facts {
        let [stage, pain, role] = aspects;
        Facts {
            grade: grade.map(|g| Grade::ALL[g]),
            stage: None,
            interval_days,
            days_since_previous,
            open_matter,
            message: Message { used, stage, pain, role },
            resources: Resources { used, fitting, recommended, cost_minor },
        }
    }
}

proptest! {
    #[test]
    fn scores_are_0_to_100(facts in any_facts()) {
        for score in score(facts, &Settings::default()).scores.into_iter().flatten() {
            prop_assert!((0.0..=100.0).contains(&score));
        }
    }

    #[test]
    fn a_tally_does_not_depend_on_the_order_and_forgets_what_is_removed(all in proptest::collection::vec(any_facts(), 1..20)) {
        let scored: Vec<_> = all.iter().map(|f| score(*f, &Settings::default())).collect();
        let (mut forwards, mut backwards) = (Tally::default(), Tally::default());
        scored.iter().for_each(|s| forwards.add(s));
        scored.iter().rev().for_each(|s| backwards.add(s));
        prop_assert_eq!(forwards, backwards);
        backwards.remove(&scored[0]);
        let mut rest = Tally::default();
        scored[1..].iter().for_each(|s| rest.add(s));
        prop_assert_eq!(backwards, rest);
    }

    #[test]
    fn the_bottleneck_is_below_its_goal_and_does_not_depend_on_the_order(
        index in proptest::array::uniform4(proptest::option::of(0.0f64..100.0)),
        rows in proptest::collection::vec((proptest::array::uniform4(proptest::option::of(0u8..5)), any::<bool>()), 0..90),
    ) {
        let mut rows: Vec<Closed> = rows.into_iter()
            .map(|(scores, won)| Closed { scores: scores.map(|s| s.map(|s| f64::from(s) * 25.0)), won })
            .collect();
        let got = bottleneck(index, &rows, &Settings::default());
        if let Some(r) = got.r {
            prop_assert!(index[r as usize].unwrap() < 80.0);
        } else {
            prop_assert!(index.iter().flatten().all(|i| *i >= 80.0));
        }
        for link in got.links {
            let Leverage { leverage, above, below, .. } = link.leverage;
            prop_assert!(leverage.is_none_or(|l| (-1.0..=1.0).contains(&l) && above.0 >= 20 && below.0 >= 20));
        }
        rows.reverse();
        prop_assert_eq!(bottleneck(index, &rows, &Settings::default()), got);
    }
}
