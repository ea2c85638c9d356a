use super::*;
use proptest::prelude::*;

use OpportunityStatus::{Lost, Open, Won};

fn standing(furthest: usize, status: OpportunityStatus, n: u64) -> Standing {
    Standing { furthest, status, n, amount_minor: 0 }
}

#[test]
fn stages_learn_their_probability_from_history() {
    let history =
        [standing(0, Lost, 6), standing(1, Lost, 2), standing(2, Won, 3), standing(9, Lost, 1), standing(0, Open, 50)];
    let got = stage_probabilities(3, &history, &[None, Some(0.9)]);
    let numbers: Vec<(u64, u64)> = got.iter().map(|p| (p.won, p.closed)).collect();
    assert_eq!(numbers, [(3, 12), (3, 6), (3, 4)]);
    assert_eq!(got[0].probability, 4.0 / 14.0);
    assert_eq!((got[1].probability, got[1].historic, got[1].manual), (0.9, 0.5, Some(0.9)));
    assert_eq!(got[2].probability, 4.0 / 6.0);
    assert_eq!(stage_probabilities(1, &[], &[])[0].probability, 0.5);
}

#[test]
fn a_worked_forecast() {
    let got = forecast(vec![
        Portion::of(Some(1000), 0.8, false),
        Portion::of(Some(2000), 0.5, false),
        Portion::of(Some(4000), 0.25, false),
        Portion::of(Some(9000), 0.9, true),
        Portion::of(None, 0.9, false),
    ]);
    assert_eq!(got.expected_minor, 800.0 + 1000.0 + 1000.0);
    let reach = 1.2816 * (0.16 * 1e6 + 0.25 * 4e6 + 0.1875 * 16e6f64).sqrt();
    assert!((got.high_minor - 2800.0 - reach).abs() < 1e-9 && (2800.0 - reach - got.low_minor).abs() < 1e-9);
    let rows: Vec<(&str, u64, i64, f64)> =
        got.categories.iter().map(|c| (c.category.word(), c.n, c.amount_minor, c.expected_minor)).collect();
    assert_eq!(rows, [("commit", 2, 1000, 800.0), ("best_case", 1, 2000, 1000.0), ("pipeline", 2, 13_000, 1000.0)]);
}

#[test]
fn nothing_forecasts_nothing() {
    let got = forecast(vec![]);
    assert_eq!((got.expected_minor, got.low_minor, got.high_minor), (0.0, 0.0, 0.0));
}

fn any_portion() -> impl Strategy<Value = Portion> {
    (proptest::option::of(0i64..1_000_000), 0.0f64..1.0, proptest::bool::weighted(0.1))
        .prop_map(|(amount, p, blocked)| Portion::of(amount, p, blocked))
}

proptest! {
    #[test]
    fn a_forecast_lies_between_nothing_and_everything(portions in proptest::collection::vec(any_portion(), 0..30)) {
        let all: f64 = portions.iter().map(|p| p.amount_minor as f64).sum();
        let got = forecast(portions.clone());
        prop_assert!((0.0..=all + 1e-6).contains(&got.expected_minor));
        prop_assert!(got.low_minor <= got.expected_minor && got.expected_minor <= got.high_minor);
        let parts: f64 = got.categories.iter().map(|c| c.expected_minor).sum();
        prop_assert!((parts - got.expected_minor).abs() < 1e-6);
        prop_assert_eq!(got.categories.iter().map(|c| c.n).sum::<u64>(), portions.len() as u64);
    }

    #[test]
    fn the_order_does_not_matter_and_sums_stand_for_their_parts(amounts in proptest::collection::vec(0i64..10_000, 1..20), p in 0.0f64..1.0) {
        let single: Vec<Portion> = amounts.iter().map(|a| Portion::of(Some(*a), p, false)).collect();
        let mut backwards = single.clone();
        backwards.reverse();
        let together = Portion {
            n: amounts.len() as u64,
            amount_minor: amounts.iter().sum(),
            squares: amounts.iter().map(|a| (*a as f64).powi(2)).sum(),
            probability: p,
            not_winnable: false,
        };
        let want = forecast(single);
        for got in [forecast(backwards), forecast(vec![together])] {
            prop_assert!((got.expected_minor - want.expected_minor).abs() < 1e-6 * (1.0 + want.expected_minor));
            prop_assert!((got.high_minor - want.high_minor).abs() < 1e-6 * (1.0 + want.high_minor));
        }
    }

    #[test]
    fn probabilities_are_possible_and_more_wins_raise_them(won in 0u64..50, lost in 0u64..50, more in 0u64..50) {
        let p = |won| stage_probabilities(2, &[standing(0, Won, won), standing(1, Lost, lost)], &[])[1].probability;
        prop_assert!(p(won) > 0.0 && p(won) < 1.0);
        prop_assert!(p(won + more) >= p(won));
    }

    #[test]
    fn a_likelier_opportunity_never_lowers_the_forecast(portions in proptest::collection::vec(any_portion(), 1..10), more in 0.0f64..0.5) {
        let mut likelier = portions.clone();
        likelier[0].probability += more;
        prop_assert!(forecast(likelier).expected_minor >= forecast(portions).expected_minor - 1e-9);
    }
}
