use super::*;
use proptest::prelude::*;

fn full() -> Facts {
    let half = Share { part: 5, whole: 10 };
    Facts {
        closeness: Some(90.0),
        cycle_days: Some(30.0),
        days_since_order: Some(60),
        days_since_contact: Some(18),
        customer_days: Some(731),
        competitor_alerts: Some(1),
        wallet_share: Some(30.0),
        revenue_minor: Some(120),
        revenue_before_minor: Some(100),
        open_minor: Some(60),
        product_lines: Some(Share { part: 1, whole: 4 }),
        solution: Some(80.0),
        answered: Some(half),
        initiated: Some(Share { part: 1, whole: 5 }),
        content: Some(half),
        csat: Some(90.0),
        nps: Some(40.0),
        tickets: Some(Share { part: 9, whole: 10 }),
        deliveries: Some(Share { part: 4, whole: 5 }),
    }
}

fn of(facts: &Facts) -> Sdae {
    assess(facts, &[], &Settings::default())
}

fn faults(settings: Settings) -> Vec<String> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn a_worked_customer() {
    let got = of(&full());
    let values: Vec<f64> = got.inputs.iter().map(|i| i.part.value.unwrap().round()).collect();
    assert_eq!(
        values,
        [90.0, 50.0, 90.0, 40.0, 50.0, 70.0, 70.0, 50.0, 75.0, 80.0, 50.0, 20.0, 50.0, 90.0, 70.0, 90.0, 80.0]
    );
    let scores = got.scores().map(|s| (s.unwrap() * 100.0).round() / 100.0);
    assert_eq!(scores, [67.0, 65.75, 57.5, 84.0]);
    let bands = got.dimensions.map(|d| d.band.unwrap());
    assert_eq!(bands, [Band::Sound, Band::Sound, Band::Weak, Band::Strong]);
    assert_eq!((got.weakest, got.asset, got.at_risk), (Some(Dimension::Acceptance), Some(Asset::Increment), false));
}

#[test]
fn missing_indicators_leave_their_weight_to_the_others() {
    let got = of(&Facts { closeness: Some(80.0), competitor_alerts: Some(1), ..Facts::default() });
    let [security, development, ..] = got.dimensions;
    assert_eq!((security.total.score, security.total.coverage), (Some((30.0 * 80.0 + 20.0 * 50.0) / 50.0), 0.5));
    assert_eq!((development.total.score, development.band), (None, None));
    assert_eq!((got.weakest, got.asset), (Some(Dimension::Security), Some(Asset::Retained)));
    let closeness = got.inputs_of(Dimension::Security).next().unwrap();
    assert_eq!((closeness.part.points, closeness.source), (Some(48.0), Source::Computed));
    assert_eq!(got.inputs_of(Dimension::Security).nth(1).unwrap().source, Source::Missing);
    let little = of(&Facts { closeness: Some(80.0), ..Facts::default() });
    assert_eq!((little.scores(), little.weakest, little.asset), ([None; 4], None, None));
}

#[test]
fn nothing_known_is_no_score_rather_than_zero() {
    let got = of(&Facts::default());
    assert_eq!((got.scores(), got.weakest, got.asset, got.at_risk), ([None; 4], None, None, false));
}

#[test]
fn facts_at_the_edges() {
    let value = |indicator: Indicator, facts: Facts| computed(&facts, &Settings::default())[indicator as usize];
    let none = Facts::default();
    let repeat =
        |cycle, gap| value(Indicator::Repeat, Facts { cycle_days: Some(cycle), days_since_order: Some(gap), ..none });
    assert_eq!([repeat(30.0, 0), repeat(30.0, 30), repeat(30.0, 120)], [100.0, 100.0, 25.0].map(Some));
    assert_eq!(repeat(0.0, 4), Some(25.0));
    let growth = |now, before| {
        value(Indicator::Growth, Facts { revenue_minor: Some(now), revenue_before_minor: Some(before), ..none })
    };
    assert_eq!([growth(300, 100), growth(0, 100), growth(75, 100)], [100.0, 0.0, 25.0].map(Some));
    assert_eq!([growth(100, 0), growth(100, -5)], [None, None]);
    let pipeline = |open, revenue| {
        value(Indicator::Pipeline, Facts { open_minor: Some(open), revenue_minor: Some(revenue), ..none })
    };
    assert_eq!(
        [pipeline(50, 0), pipeline(0, 0), pipeline(0, 9), pipeline(99, 9)],
        [Some(100.0), None, Some(0.0), Some(100.0)]
    );
    let alerts = |n| value(Indicator::NoCompetitor, Facts { competitor_alerts: Some(n), ..none });
    assert_eq!([alerts(0), alerts(2), alerts(9)], [100.0, 0.0, 0.0].map(Some));
    let nps = |nps| value(Indicator::Nps, Facts { nps: Some(nps), ..none });
    assert_eq!([nps(-100.0), nps(0.0), nps(100.0)], [0.0, 50.0, 100.0].map(Some));
    let empty = Some(Share { part: 0, whole: 0 });
    assert_eq!(value(Indicator::Response, Facts { answered: empty, ..none }), None);
    assert_eq!(value(Indicator::Recency, Facts { days_since_contact: Some(400), ..none }), Some(0.0));
}

#[test]
fn an_assessment_fills_a_gap_until_it_is_stale() {
    let made = |age_days, value| Assessment { indicator: Indicator::Csat, value, age_days };
    let of = |facts: Facts, all: &[Assessment]| {
        let input = assess(&facts, all, &Settings::default()).inputs[Indicator::Csat as usize];
        (input.part.value, input.source)
    };
    let none = Facts::default();
    assert_eq!(of(none, &[made(180, 70.0)]), (Some(70.0), Source::Assessed { age_days: 180 }));
    assert_eq!(of(none, &[made(181, 70.0)]), (None, Source::Stale { age_days: 181 }));
    assert_eq!(of(none, &[made(300, 70.0), made(3, 20.0)]), (Some(20.0), Source::Assessed { age_days: 3 }));
    assert_eq!(of(Facts { csat: Some(95.0), ..none }, &[made(1, 20.0)]), (Some(95.0), Source::Computed));
    assert_eq!(of(none, &[made(1, f64::NAN)]), (None, Source::Missing));
}

#[test]
fn bad_experience_marks_the_others_and_changes_no_number() {
    let bad = Facts { csat: Some(20.0), nps: Some(-60.0), ..full() };
    let (good, got) = (of(&full()), of(&bad));
    assert!(got.at_risk && !good.at_risk);
    assert_eq!(got.scores()[..3], good.scores()[..3]);
    assert_eq!(got.weakest, Some(Dimension::Experience));
}

#[test]
fn a_customer_is_flow_retained_or_increment() {
    let of = |security, development| {
        let mut known = [None; INDICATORS];
        for i in Indicator::ALL {
            match i.dimension() {
                Dimension::Security => known[i as usize] = security,
                Dimension::Development => known[i as usize] = development,
                Dimension::Acceptance | Dimension::Experience => {}
            }
        }
        score(&known, &[], &Settings::default()).asset
    };
    assert_eq!(of(Some(60.0), Some(60.0)), Some(Asset::Increment));
    assert_eq!(of(Some(60.0), Some(59.0)), Some(Asset::Retained));
    assert_eq!(of(Some(99.0), None), Some(Asset::Retained));
    assert_eq!(of(Some(59.0), Some(99.0)), Some(Asset::Flow));
    assert_eq!(of(None, Some(99.0)), None);
}

#[test]
fn a_summary_counts_customers_and_forgets_those_taken_out() {
    let mut summary = Summary::default();
    assert_eq!(summary.mean(Dimension::Security), None);
    let (good, unknown) = (Summary::of(&of(&full())), Summary::of(&of(&Facts::default())));
    let bad = Summary::of(&of(&Facts { csat: Some(0.0), nps: Some(-100.0), ..full() }));
    [good, unknown, bad].iter().for_each(|one| summary.add(one));
    assert_eq!((summary.customers, summary.known(Dimension::Experience), summary.at_risk), (3, 2, 1));
    assert_eq!(summary.mean(Dimension::Experience).map(f64::round), Some(61.0));
    assert_eq!(summary.in_band(Dimension::Experience, Band::Weak), 1);
    assert_eq!(summary.of_asset(Asset::Increment), 2);
    assert_eq!(summary.weakest, [0, 0, 1, 1]);
    summary.remove(&bad);
    summary.remove(&unknown);
    assert_eq!(summary, good);
}

#[test]
fn words_weights_and_indicators_agree() {
    let settings = Settings::default();
    let lists = [
        settings.security.list().to_vec(),
        settings.development.list().to_vec(),
        settings.acceptance.list().to_vec(),
        settings.experience.list().to_vec(),
    ];
    let listed: Vec<(&str, f64)> = lists.concat();
    let own: Vec<(&str, f64)> = Indicator::ALL.iter().map(|i| (i.code(), i.weight(&settings))).collect();
    assert_eq!(listed, own);
    for (list, dimension) in lists.iter().zip(Dimension::ALL) {
        assert_eq!(list.iter().map(|w| w.1).sum::<f64>(), 100.0);
        assert!(list.iter().all(|w| Indicator::parse(w.0).unwrap().dimension() == dimension));
        assert_eq!(Dimension::parse(dimension.code()), Some(dimension));
    }
    for (place, i) in Indicator::ALL.into_iter().enumerate() {
        assert_eq!(i as usize, place);
        assert!(!i.label().zh.is_empty() && !i.formula().en.is_empty());
    }
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let good = Settings::default();
    assert_eq!(faults(good), [""; 0]);
    assert_eq!(faults(Settings { cuts: Cuts { strong: 60.0, sound: 80.0 }, ..good }), ["cuts.sound"]);
    let acceptance = AcceptanceWeights { solution: 0.0, response: 0.0, initiated: 0.0, content: 0.0 };
    assert_eq!(faults(Settings { acceptance, ..good }), ["acceptance"]);
    let security = SecurityWeights { tenure: -1.0, ..good.security };
    assert_eq!(faults(Settings { security, ..good }), ["security.tenure"]);
    assert_eq!(faults(Settings { recency_days: 0, tenure_years: 0.0, ..good }), ["recency_days", "tenure_years"]);
}

fn any_known() -> impl Strategy<Value = [Option<f64>; INDICATORS]> {
    proptest::array::uniform17(proptest::option::of(0.0f64..=100.0))
}

proptest! {
    #[test]
    fn scores_are_0_to_100_and_their_points_add_up(known in any_known()) {
        let got = score(&known, &[], &Settings::default());
        for d in got.dimensions {
            if let Some(score) = d.total.score {
                prop_assert!((0.0..=100.0 + 1e-9).contains(&score));
                let points: f64 = got.inputs_of(d.dimension).filter_map(|i| i.part.points).sum();
                prop_assert!((points - score).abs() < 1e-6);
                prop_assert!(got.scores()[got.weakest.unwrap() as usize].unwrap() <= score);
            }
        }
    }

    #[test]
    fn a_better_indicator_never_lowers_its_dimension(known in any_known(), which in 0usize..INDICATORS, more in 0.0f64..50.0) {
        let mut better = known;
        better[which] = better[which].map(|v| (v + more).min(100.0));
        let (before, after) = (score(&known, &[], &Settings::default()), score(&better, &[], &Settings::default()));
        for (a, b) in after.scores().into_iter().zip(before.scores()) {
            prop_assert!(a.unwrap_or(0.0) >= b.unwrap_or(0.0) - 1e-9);
        }
    }

    #[test]
    fn weights_have_no_scale(known in any_known(), scale in 0.01f64..100.0) {
        let w = SecurityWeights::default();
        let security = SecurityWeights {
            closeness: w.closeness * scale,
            repeat: w.repeat * scale,
            recency: w.recency * scale,
            tenure: w.tenure * scale,
            no_competitor: w.no_competitor * scale,
        };
        let a = score(&known, &[], &Settings::default()).scores()[0];
        let b = score(&known, &[], &Settings { security, ..Settings::default() }).scores()[0];
        prop_assert_eq!(a.is_some(), b.is_some());
        prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-6);
    }
}

#[test]
fn one_noted_contact_among_many_makes_no_customer_that_always_calls_and_answers() {
    let yes = Talk { initiated: Some(true), responded: Some(true) };
    let unnoted = Talk::default();
    let ours = |responded| Talk { responded: Some(responded), ..unnoted };
    assert_eq!((initiated(&[]), answered(&[])), (None, None));
    assert_eq!(initiated(&[yes, unnoted, unnoted, unnoted]), Some(Share { part: 1, whole: 4 }));
    // What the customer began is no outreach of ours.
    assert_eq!(answered(&[yes, unnoted]), None);
    assert_eq!(answered(&[yes, ours(false), ours(true)]), Some(Share { part: 1, whole: 2 }));
    assert_eq!(answered(&[ours(true), unnoted, unnoted]), None);
    assert_eq!(answered(&[ours(true), ours(false), unnoted, unnoted, unnoted]), Some(Share { part: 1, whole: 2 }));
}
