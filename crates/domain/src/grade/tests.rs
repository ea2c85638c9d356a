use super::*;
use proptest::prelude::*;

fn of(potential: Option<f64>, fit: Option<f64>, strategic: Option<f64>) -> Graded {
    grade(Input { potential, fit, strategic }, None, &Settings::default())
}

fn faults(settings: Settings) -> Vec<String> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn a_grade_weighs_potential_fit_and_strategic_value() {
    for (input, grade, score) in [
        ((Some(80.0), None, Some(50.0)), Some(Grade::B), Some(5000.0 / 70.0)),
        ((Some(80.0), Some(80.0), Some(80.0)), Some(Grade::A), Some(80.0)),
        ((Some(80.0), Some(79.0), Some(80.0)), Some(Grade::B), Some(79.7)),
        ((Some(60.0), Some(60.0), Some(60.0)), Some(Grade::B), Some(60.0)),
        ((Some(40.0), Some(40.0), Some(40.0)), Some(Grade::C), Some(40.0)),
        ((Some(39.0), Some(39.0), Some(40.0)), Some(Grade::D), Some(39.2)),
        ((Some(0.0), None, None), Some(Grade::D), Some(0.0)),
        ((None, Some(100.0), None), None, None),
        ((None, None, None), None, None),
        ((Some(140.0), Some(-3.0), None), Some(Grade::B), Some(62.5)),
    ] {
        let got = of(input.0, input.1, input.2);
        assert_eq!(got.computed, grade, "{input:?}");
        match (got.total.score, score) {
            (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{input:?}: {a}"),
            (a, b) => assert_eq!(a, b, "{input:?}"),
        }
    }
}

#[test]
fn an_explanation_says_what_each_input_weighs_and_adds() {
    let got = of(Some(80.0), None, Some(50.0));
    let shown: Vec<_> = got.parts.iter().map(|p| (p.key, p.weight, p.value, p.points.map(f64::round))).collect();
    assert_eq!(
        shown,
        [
            ("potential", 50.0, Some(80.0), Some(57.0)),
            ("fit", 30.0, None, None),
            ("strategic", 20.0, Some(50.0), Some(14.0)),
        ]
    );
    assert_eq!(got.total.coverage, 0.7);
}

#[test]
fn a_grade_set_by_hand_keeps_the_computed_one_beside_it_and_needs_a_reason() {
    let input = Input { potential: Some(90.0), fit: Some(90.0), strategic: None };
    let got = grade(input, Some(Grade::C), &Settings::default());
    assert_eq!((got.computed, got.grade()), (Some(Grade::A), Some(Grade::C)));
    assert_eq!(check_reason(Some(" \n")).unwrap_err()[0].field, "grade_reason");
    assert_eq!((check_reason(None).is_err(), check_reason(Some("老板的同学"))), (true, Ok(())));
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let good = Settings::default();
    assert_eq!(faults(good), [""; 0]);
    assert_eq!(faults(Settings { cuts: Cuts { a: 60.0, b: 60.0, c: 40.0 }, ..good }), ["cuts.b"]);
    assert_eq!(faults(Settings { cuts: Cuts { a: 101.0, ..good.cuts }, ..good }), ["cuts.a"]);
    assert_eq!(faults(Settings { weights: Weights { potential: 0.0, fit: 0.0, strategic: 0.0 }, ..good }), ["weights"]);
    assert_eq!(faults(Settings { target_share: ByGrade::default(), ..good }), ["target_share"]);
    assert_eq!(faults(Settings { target_share: ByGrade::new(1.0, -1.0, 0.0, 0.0), ..good }), ["target_share.B"]);
    assert_eq!(faults(Settings { least_coverage: 1.5, ..good }), ["least_coverage"]);
}

#[test]
fn settings_read_and_write_and_fill_in_what_is_missing() {
    let settings: Settings = serde_json::from_str(r#"{"cuts": {"a": 85}}"#).unwrap();
    assert_eq!(settings, Settings { cuts: Cuts { a: 85.0, ..Cuts::default() }, ..Settings::default() });
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    assert!(json.contains(r#""target_share":{"A":45.0"#), "{json}");
    assert!(serde_json::from_str::<Settings>(r#"{"cut": {}}"#).is_err());
}

#[test]
fn guidance_goes_from_the_best_down_for_every_input() {
    for (key, _) in Weights::default().list() {
        let anchors = guidance(key);
        assert!(anchors.len() >= 4, "{key}");
        assert!(anchors.windows(2).all(|w| w[0].value > w[1].value), "{key}");
    }
    assert!(guidance("height").is_empty());
}

fn minutes(a: u64, b: u64, c: u64, d: u64) -> Minutes {
    Minutes { graded: ByGrade::new(a, b, c, d), ungraded: 0 }
}

#[test]
fn time_shared_as_planned_is_worth_100() {
    let target = Settings::default().target_share;
    for (given, index) in [
        (minutes(45, 30, 20, 5), 100.0),
        (minutes(450, 300, 200, 50), 100.0),
        (minutes(0, 0, 0, 7), 5.0),
        (minutes(25, 25, 25, 25), 75.0),
        (minutes(60, 0, 0, 0), 45.0),
    ] {
        assert!((allocation(&given, &target).unwrap().index - index).abs() < 1e-9, "{given:?}");
    }
    assert_eq!(allocation(&minutes(0, 0, 0, 0), &target), None);
    assert_eq!(allocation(&minutes(1, 0, 0, 0), &ByGrade::default()), None);
}

#[test]
fn misplaced_time_is_named_by_grade() {
    let mut given = minutes(0, 0, 0, 0);
    for (grade, n) in [(Some(Grade::A), 250), (Some(Grade::D), 750), (None, 99)] {
        given.add(grade, n);
    }
    let got = allocation(&given, &Settings::default().target_share).unwrap();
    assert_eq!(got.shares.map(|s| s.excess_minutes.round()), [-200.0, -300.0, -200.0, 700.0]);
    assert_eq!((got.misplaced_minutes.round(), got.ungraded_minutes), (700.0, 99));
}

fn value() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of(0.0f64..=100.0)
}

proptest! {
    #[test]
    fn a_better_input_never_lowers_the_grade(p in 0.0f64..100.0, f in value(), s in value(), more in 0.0f64..50.0) {
        let (before, after) = (of(Some(p), f, s).computed.unwrap(), of(Some(p + more), f, s).computed.unwrap());
        prop_assert!(after <= before);
    }

    #[test]
    fn weights_have_no_scale(p in value(), f in value(), s in value(), scale in 0.01f64..100.0) {
        let Weights { potential, fit, strategic } = Weights::default();
        let weights = Weights { potential: potential * scale, fit: fit * scale, strategic: strategic * scale };
        let input = Input { potential: p, fit: f, strategic: s };
        let a = grade(input, None, &Settings::default());
        let b = grade(input, None, &Settings { weights, ..Settings::default() });
        prop_assert_eq!(a.total.score.is_some(), b.total.score.is_some());
        prop_assert!((a.total.score.unwrap_or(0.0) - b.total.score.unwrap_or(0.0)).abs() < 1e-6);
        let points: f64 = b.parts.iter().filter_map(|p| p.points).sum();
        prop_assert!((points - b.total.score.unwrap_or(0.0)).abs() < 1e-6);
    }

    #[test]
    fn an_allocation_is_0_to_100_and_its_excess_adds_up_to_nothing(
        m in proptest::array::uniform4(0u64..10_000),
        t in proptest::array::uniform4(0.0f64..100.0),
        scale in 0.01f64..100.0,
    ) {
        let given = minutes(m[0], m[1], m[2], m[3]);
        let target = ByGrade::new(t[0], t[1], t[2], t[3] + 0.1);
        let scaled = ByGrade::new(t[0] * scale, t[1] * scale, t[2] * scale, (t[3] + 0.1) * scale);
        if let Some(got) = allocation(&given, &target) {
            prop_assert!((0.0..=100.0).contains(&got.index));
            prop_assert!(got.shares.iter().map(|s| s.excess_minutes).sum::<f64>().abs() < 1e-6);
            prop_assert!((allocation(&given, &scaled).unwrap().index - got.index).abs() < 1e-6);
        }
    }
}
