use super::*;
use proptest::prelude::*;

fn of(facts: &Facts) -> Principles {
    principles(facts, &Settings::default())
}

fn share(part: u32, whole: u32) -> Option<Share> {
    Some(Share { part, whole })
}

#[test]
fn each_gauge_is_the_mean_of_what_is_known_and_the_lowest_is_named() {
    let facts = Facts {
        acknowledged: share(9, 10),
        linked: share(3, 4),
        pulse: Some(60.0),
        precision: Some(71.0),
        cognitive: None,
        emotional: Some(80.0),
        worked: share(15, 25),
    };
    let got = of(&facts);
    assert_eq!(got.gauges.map(|g| g.total.score), [Some(75.0), Some(71.0), Some(70.0)]);
    assert_eq!(got.lowest, Some(Principle::Engagement));
    let parts: Vec<_> = got.gauges[2].parts().iter().map(|p| (p.key, p.value, p.points)).collect();
    assert_eq!(
        parts,
        [("cognitive", None, None), ("emotional", Some(80.0), Some(40.0)), ("behavioural", Some(60.0), Some(30.0))]
    );
    assert_eq!(got.gauges[1].parts().len(), 1);
}

#[test]
fn nothing_known_is_no_gauge() {
    let got = of(&Facts { linked: share(0, 0), ..Facts::default() });
    assert_eq!((got.gauges.map(|g| g.total.score), got.lowest), ([None; 3], None));
    let one = of(&Facts { worked: share(1, 4), ..Facts::default() });
    assert_eq!(one.gauges[2].total.score, Some(25.0));
}

#[test]
fn work_days_know_weekends_holidays_and_days_made_up() {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    assert_eq!(work_days(day(11, 1), day(11, 30), &[], &[]), 21);
    assert_eq!(work_days(day(11, 2), day(11, 8), &[day(11, 3), day(11, 7)], &[day(11, 8)]), 5);
    assert_eq!(work_days(day(11, 8), day(11, 1), &[], &[]), 0);
}

#[test]
fn answers_from_1_to_5_are_worth_0_to_100() {
    assert_eq!([0, 1, 3, 5, 6].map(points), [None, Some(0.0), Some(50.0), Some(100.0), None]);
    let got = pulse([("goal_clear", 5), ("goal_mine", 3), ("energy", 2), ("weather", 5), ("fair", 9)]);
    assert_eq!((got.commitment, got.engagement, got.answers), (Some(75.0), Some(25.0), 3));
    assert_eq!(pulse([]), Pulse::default());
}

#[test]
fn the_survey_asks_about_willing_and_doing() {
    for principle in [Principle::Commitment, Principle::Engagement] {
        assert!(QUESTIONS.iter().filter(|q| q.principle == principle).count() >= 3);
    }
    let mut keys: Vec<&str> = QUESTIONS.iter().map(|q| q.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), QUESTIONS.len());
    assert!(Principle::ALL.iter().all(|p| Principle::parse(p.code()) == Some(*p)));
}

#[test]
fn weights_of_zero_are_refused_with_the_field() {
    let commitment = CommitmentWeights { acknowledged: 0.0, linked: 0.0, pulse: 0.0 };
    let bad = Settings { commitment, ..Settings::default() };
    assert_eq!(bad.check().unwrap_err()[0].field, "commitment");
    assert_eq!(Settings::default().check(), Ok(()));
}

proptest! {
    #[test]
    fn gauges_are_0_to_100(v in proptest::array::uniform4(proptest::option::of(0.0f64..=100.0)), a in 0u32..9, b in 0u32..9) {
        let facts = Facts { acknowledged: share(a, b), linked: share(b, a), pulse: v[0], precision: v[1], cognitive: v[2], emotional: v[3], worked: share(a, 8) };
        let got = of(&facts);
        for gauge in got.gauges {
            prop_assert!(gauge.total.score.is_none_or(|s| (0.0..=100.0 + 1e-9).contains(&s)));
            if let Some(lowest) = got.lowest {
                prop_assert!(gauge.total.score.is_none_or(|s| s >= got.gauges[lowest as usize].total.score.unwrap()));
            }
        }
    }
}
