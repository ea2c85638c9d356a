use super::*;
use proptest::prelude::*;

use OpportunityStatus::{Lost, Open, Won};

fn standing(furthest: usize, status: OpportunityStatus, n: u64, amount_minor: i64) -> Standing {
    Standing { furthest, status, n, amount_minor }
}

#[test]
fn a_worked_funnel() {
    let input = Input {
        stages: 4,
        standings: vec![
            standing(0, Open, 30, 3000),
            standing(0, Lost, 10, 1000),
            standing(1, Open, 20, 2000),
            standing(1, Lost, 10, 1000),
            standing(2, Open, 10, 1000),
            standing(1, Won, 20, 5000),
        ],
        stays: vec![vec![Duration { days: 4, n: 1 }, Duration { days: 2, n: 2 }], vec![], vec![]],
        cycles: vec![Duration { days: 50, n: 15 }, Duration { days: 10, n: 5 }],
        baseline: vec![Some(60.0), Some(80.0), Some(70.0)],
    };
    let got = funnel(input.clone());
    assert_eq!(got.stages.iter().map(|s| s.reached).collect::<Vec<_>>(), [100, 60, 30, 20]);
    assert_eq!(got.stages.iter().map(|s| s.open).collect::<Vec<_>>(), [30, 20, 10, 0]);
    assert_eq!(
        got.stages.iter().map(|s| s.conversion).collect::<Vec<_>>(),
        [Some(60.0), Some(50.0), Some(2000.0 / 30.0), None]
    );
    assert_eq!((got.stages[0].mean_days, got.stages[0].median_days), (Some(8.0 / 3.0), Some(2.0)));
    assert_eq!(got.stages[3].mean_days, None);
    assert_eq!((got.open, got.won, got.lost), (60, 20, 20));
    assert_eq!(got.win_rate, Some(50.0));
    assert_eq!(got.mean_won_minor, Some(250.0));
    assert_eq!((got.mean_cycle_days, got.median_cycle_days), (Some(40.0), Some(50.0)));
    assert_eq!(got.velocity_minor, Some(60.0 * 0.5 * 250.0 / 40.0));
    let stuck = got.stuck.unwrap();
    assert_eq!((stuck.stage, stuck.drop, stuck.entries), (1, 30.0, 60));
    assert_eq!(got.input, input);
}

#[test]
fn nothing_is_unknown_rather_than_zero() {
    let got = funnel(Input { stages: 3, ..Input::default() });
    assert_eq!(got.stages.len(), 3);
    assert!(got.stages.iter().all(|s| s.reached == 0 && s.conversion.is_none()));
    assert_eq!((got.win_rate, got.mean_won_minor, got.velocity_minor, got.stuck), (None, None, None, None));
    assert!(funnel(Input::default()).stages.is_empty());
}

#[test]
fn few_entries_or_no_drop_are_not_stuck() {
    let with = |entries: u64, baseline: Option<f64>| {
        funnel(Input {
            stages: 2,
            standings: vec![standing(0, Open, entries / 2, 0), standing(1, Open, entries - entries / 2, 0)],
            baseline: vec![baseline],
            ..Input::default()
        })
        .stuck
    };
    assert!(with(20, Some(60.0)).is_some());
    assert_eq!(with(18, Some(60.0)), None);
    assert_eq!(with(20, Some(50.0)), None);
    assert_eq!(with(20, None), None);
}

fn any_standings() -> impl Strategy<Value = Vec<Standing>> {
    let status = prop_oneof![Just(Open), Just(Won), Just(Lost)];
    proptest::collection::vec(
        (0usize..7, status, 0u64..30, 0i64..1000).prop_map(|(f, s, n, a)| standing(f, s, n, a)),
        0..20,
    )
}

proptest! {
    #[test]
    fn fewer_reach_each_further_stage(stages in 1usize..7, standings in any_standings()) {
        let all: u64 = standings.iter().map(|s| s.n).sum();
        let got = funnel(Input { stages, standings, ..Input::default() });
        prop_assert_eq!(got.stages[0].reached, all);
        prop_assert!(got.stages.windows(2).all(|w| w[0].reached >= w[1].reached));
        prop_assert!(got.stages.iter().filter_map(|s| s.conversion).all(|c| (0.0..=100.0).contains(&c)));
        prop_assert_eq!(got.stages.iter().map(|s| s.open).sum::<u64>(), got.open);
        prop_assert!(got.won <= got.stages[stages - 1].reached);
    }

    #[test]
    fn the_order_of_opportunities_does_not_matter(stages in 1usize..7, standings in any_standings()) {
        let mut backwards = standings.clone();
        backwards.reverse();
        let a = funnel(Input { stages, standings, ..Input::default() });
        let b = funnel(Input { stages, standings: backwards, ..Input::default() });
        prop_assert_eq!(a.stages, b.stages);
        prop_assert_eq!(a.win_rate, b.win_rate);
    }

    #[test]
    fn one_more_win_never_lowers_the_win_rate(standings in any_standings()) {
        let mut more = standings.clone();
        more.push(standing(0, Won, 1, 0));
        let rate = |standings| funnel(Input { stages: 3, standings, ..Input::default() }).win_rate;
        prop_assert!(rate(more).unwrap_or(0.0) >= rate(standings).unwrap_or(0.0));
    }
}
