use super::*;
use chrono::NaiveDate;
use proptest::prelude::*;

fn of(facts: &Facts) -> Health {
    let settings = Settings::default();
    health(&indicators(facts, &settings), &settings)
}

fn full() -> Facts {
    Facts {
        usage: Some(60.0),
        usage_before: Some(80.0),
        tickets: Some(1),
        renewal: Some(90.0),
        nps: Some(40.0),
        days_since_interaction: Some(18),
        cycle_days: Some(30.0),
        days_since_order: Some(40),
    }
}

fn faults(settings: Settings) -> Vec<String> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn a_worked_customer() {
    let got = of(&full());
    assert_eq!(got.parts.map(|p| p.value.unwrap()), [75.0, 80.0, 90.0, 70.0, 90.0, 75.0]);
    assert!((got.total.score.unwrap() - 80.25).abs() < 1e-9);
    assert_eq!(got.band, Some(Band::Healthy));
    assert_eq!(got.parts[2].points, Some(22.5));
}

#[test]
fn facts_at_the_edges() {
    let usage = |now, before| {
        let facts = Facts { usage: Some(now), usage_before: Some(before), ..Facts::default() };
        indicators(&facts, &Settings::default())[0]
    };
    assert_eq!(
        [usage(90.0, 30.0), usage(0.0, 30.0), usage(5.0, 0.0), usage(0.0, 0.0)],
        [Some(100.0), Some(0.0), Some(100.0), None]
    );
    let tickets = |n| indicators(&Facts { tickets: Some(n), ..Facts::default() }, &Settings::default())[1];
    assert_eq!([tickets(0), tickets(5), tickets(50)], [100.0, 0.0, 0.0].map(Some));
}

#[test]
fn nothing_known_is_no_health_rather_than_bad_health() {
    let got = of(&Facts::default());
    assert_eq!((got.total.score, got.band, got.total.coverage), (None, None, 0.0));
    let little = of(&Facts { renewal: Some(10.0), ..Facts::default() });
    assert_eq!((little.band, little.total.coverage), (None, 0.25));
    let enough = of(&Facts { renewal: Some(10.0), nps: Some(-80.0), ..Facts::default() });
    assert_eq!((enough.band, enough.total.score), (Some(Band::AtRisk), Some(10.0)));
}

#[test]
fn a_fall_of_30_points_or_of_a_band_is_an_alert() {
    let settings = Settings::default();
    let before = indicators(&full(), &settings);
    let now = of(&Facts { usage: Some(36.0), renewal: Some(61.0), ..full() });
    let got = alerts(&now, &before, Some(Band::Healthy), &settings);
    assert_eq!(
        got,
        [
            Alert::Fell { indicator: "usage", from: 75.0, to: 45.0 },
            Alert::BandDropped { from: Band::Healthy, to: Band::Watch },
        ]
    );
    assert_eq!(alerts(&of(&full()), &before, Some(Band::AtRisk), &settings), []);
    assert_eq!(alerts(&of(&full()), &[None; 6], None, &settings), []);
    assert_eq!(alerts(&of(&Facts::default()), &before, Some(Band::Healthy), &settings), []);
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

#[test]
fn silence_and_rising_interest_in_competitors_are_a_high_churn_risk() {
    let of = |last_interaction, views: Option<(u32, u32)>| {
        let facts = ChurnFacts {
            last_interaction,
            known_since: Some(day(1, 1)),
            competitor_views: views.map(|v| v.0),
            competitor_views_before: views.map(|v| v.1),
        };
        let got = churn(facts, day(11, 22), &Settings::default());
        (got.high, got.silent, got.views_up)
    };
    assert_eq!(of(Some(day(8, 21)), Some((5, 4))), (true, true, Some(true)));
    assert_eq!(of(Some(day(8, 22)), Some((5, 4))), (false, false, Some(true)));
    assert_eq!(of(Some(day(8, 21)), Some((4, 4))), (false, true, Some(false)));
    assert_eq!(of(Some(day(8, 21)), None), (false, true, None));
    assert_eq!(of(None, Some((1, 0))), (true, true, Some(true)));
    let unknown = churn(ChurnFacts::default(), day(11, 22), &Settings::default());
    assert!(!unknown.silent && !unknown.high);
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let good = Settings::default();
    assert_eq!(faults(good), [""; 0]);
    assert_eq!(faults(Settings { watch: 90.0, ..good }), ["watch"]);
    assert_eq!(faults(Settings { alert_days: 0, silent_months: 0, ..good }), ["alert_days", "silent_months"]);
    let weights = Weights { usage: 0.0, service: 0.0, renewal: 0.0, nps: 0.0, interaction: 0.0, frequency: 0.0 };
    assert_eq!(faults(Settings { weights, ..good }), ["weights"]);
}

#[test]
fn every_indicator_has_a_name_and_a_formula_and_the_weights_add_up() {
    let list = Weights::default().list();
    assert_eq!(list.iter().map(|w| w.1).sum::<f64>(), 100.0);
    assert!(list.iter().all(|(key, _)| describe(key).is_some()) && describe("height").is_none());
    assert!(Band::ALL.iter().all(|b| Band::parse(b.code()) == Some(*b)));
}

proptest! {
    #[test]
    fn health_is_0_to_100_and_rises_with_its_indicators(
        values in proptest::array::uniform6(proptest::option::of(0.0f64..=100.0)), which in 0usize..6, more in 0.0f64..50.0,
    ) {
        let settings = Settings::default();
        let mut better = values;
        better[which] = better[which].map(|v| (v + more).min(100.0));
        let (before, after) = (health(&values, &settings), health(&better, &settings));
        prop_assert!(after.total.score >= before.total.score.map(|s| s - 1e-9));
        prop_assert!(before.total.score.is_none_or(|s| (0.0..=100.0 + 1e-9).contains(&s)));
        prop_assert_eq!(alerts(&before, &values, before.band, &settings), []);
    }
}
