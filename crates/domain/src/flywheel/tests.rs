use super::*;
use proptest::prelude::*;

fn period() -> Period {
    Period {
        principles: [Some(80.0), None, Some(60.0)],
        four_r: [Some(50.0), Some(60.0), Some(70.0), Some(80.0)],
        sdae: [Some(66.0), None, None, None],
        outcomes: OutcomeFacts {
            won: 6,
            lost: 4,
            won_minor: 1_200_000,
            customers_won: 5,
            new_customers: Some(4),
            rep_days: Some(80),
            contacts: Some(300),
            ramp_days: Some(120.0),
        },
    }
}

#[test]
fn a_worked_period() {
    let got = flywheel(&period(), &Period::default());
    assert_eq!(got.wheels.map(|w| w.value), [70.0, 65.0, 66.0].map(Some));
    assert_eq!(got.slowest, Some(Wheel::Execution));
    assert_eq!(got.outcomes.map(|o| o.value), [60.0, 240_000.0, 0.05, 4_000.0, 120.0].map(Some));
    assert!(got.outcomes.iter().all(|o| o.change.is_none() && o.better.is_none()));
}

#[test]
fn a_change_is_better_or_worse_and_a_shorter_ramp_is_better() {
    let mut before = period();
    before.four_r[0] = Some(70.0);
    before.outcomes.ramp_days = Some(150.0);
    before.outcomes.won = 4;
    let got = flywheel(&period(), &before);
    assert_eq!((got.four_r[0].change, got.four_r[0].better), (Some(-20.0), Some(false)));
    assert_eq!((got.outcomes[4].change, got.outcomes[4].better), (Some(-30.0), Some(true)));
    assert_eq!((got.outcomes[0].change, got.outcomes[0].better), (Some(10.0), Some(true)));
    assert_eq!((got.four_r[1].change, got.four_r[1].better), (Some(0.0), None));
}

#[test]
fn nothing_known_turns_no_wheel() {
    let got = flywheel(&Period::default(), &period());
    assert_eq!((got.slowest, got.wheels.map(|w| w.value)), (None, [None; 3]));
    assert_eq!(got.outcomes.map(|o| o.value), [None; 5]);
}

fn place(rows: &[(f64, f64)]) -> Vec<Quadrant> {
    let efforts =
        rows.iter().zip(0..).map(|((activity, outcome), key)| Effort { key, activity: *activity, outcome: *outcome });
    busy_against_effective(efforts.collect())
        .map_or(vec![], |(placed, _)| placed.into_iter().map(|p| p.quadrant).collect())
}

#[test]
fn four_people_stand_in_four_quadrants() {
    use Quadrant::{Busy, Driving, Efficient, Idle};
    assert_eq!(place(&[(90.0, 90.0), (10.0, 80.0), (80.0, 10.0), (20.0, 20.0)]), [Driving, Efficient, Busy, Idle]);
    assert_eq!(place(&[(5.0, 0.0)]), [Busy]);
    assert_eq!(place(&[(0.0, 0.0), (0.0, 0.0)]), [Idle, Idle]);
    assert_eq!(place(&[]), []);
    assert!(Quadrant::ALL.iter().all(|q| !q.advice().zh.is_empty() && !q.code().is_empty()));
}

proptest! {
    #[test]
    fn a_place_does_not_depend_on_the_order(rows in proptest::collection::vec((0.0f64..100.0, -10.0f64..100.0), 0..20)) {
        let mut backwards: Vec<_> = rows.clone();
        backwards.reverse();
        let mut places = place(&backwards);
        places.reverse();
        prop_assert_eq!(places, place(&rows));
    }

    #[test]
    fn the_slowest_wheel_has_the_lowest_mean(values in proptest::array::uniform11(proptest::option::of(0.0f64..=100.0))) {
        let mut now = Period::default();
        now.principles.copy_from_slice(&values[..3]);
        now.four_r.copy_from_slice(&values[3..7]);
        now.sdae.copy_from_slice(&values[7..]);
        let got = flywheel(&now, &Period::default());
        prop_assert_eq!(got.slowest.is_some(), values.iter().any(Option::is_some));
        if let Some(slowest) = got.slowest {
            let low = got.wheels[slowest as usize].value.unwrap();
            prop_assert!(got.wheels.iter().all(|w| w.value.is_none_or(|v| v >= low)));
        }
    }
}
