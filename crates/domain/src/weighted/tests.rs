use super::*;
use proptest::prelude::*;

fn of(inputs: &[(f64, Option<f64>)]) -> Weighted {
    weighted(inputs.iter().map(|(w, x)| Indicator::new("x", *w, *x)).collect())
}

#[test]
fn worked_cases() {
    type Case = (&'static [(f64, Option<f64>)], Option<f64>, f64);
    let cases: [Case; 8] = [
        (&[(50.0, Some(80.0)), (30.0, None), (20.0, Some(50.0))], Some(5000.0 / 70.0), 0.7),
        (&[(50.0, Some(80.0)), (30.0, Some(60.0)), (20.0, Some(50.0))], Some(68.0), 1.0),
        (&[(40.0, Some(10.0)), (60.0, None)], Some(10.0), 0.4),
        (&[(39.0, Some(10.0)), (61.0, None)], None, 0.39),
        (&[(50.0, None), (50.0, None)], None, 0.0),
        (&[], None, 0.0),
        (&[(0.0, Some(10.0))], None, 0.0),
        (&[(1.0, Some(0.0)), (1.0, Some(f64::NAN))], Some(0.0), 0.5),
    ];
    for (inputs, score, coverage) in cases {
        let got = of(inputs);
        assert_eq!(got.coverage, coverage, "{inputs:?}");
        match (got.score(), score) {
            (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{inputs:?}: {a}"),
            (a, b) => assert_eq!(a, b, "{inputs:?}"),
        }
    }
}

fn any_inputs() -> impl Strategy<Value = Vec<(f64, Option<f64>)>> {
    proptest::collection::vec((0.1f64..100.0, proptest::option::of(0.0f64..100.0)), 1..8)
}

proptest! {
    #[test]
    fn a_score_lies_between_its_least_and_greatest_value(inputs in any_inputs()) {
        if let Some(score) = of(&inputs).score() {
            let known: Vec<f64> = inputs.iter().filter_map(|i| i.1).collect();
            prop_assert!(score >= known.iter().copied().fold(f64::MAX, f64::min) - 1e-9);
            prop_assert!(score <= known.iter().copied().fold(f64::MIN, f64::max) + 1e-9);
        }
    }

    #[test]
    fn weights_have_no_scale_and_order_does_not_matter(inputs in any_inputs(), scale in 0.01f64..100.0) {
        let score = of(&inputs).score();
        let mut other: Vec<_> = inputs.iter().map(|(w, x)| (w * scale, *x)).collect();
        other.reverse();
        match (score, of(&other).score()) {
            (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-6),
            (a, b) => prop_assert_eq!(a.is_some(), b.is_some()),
        }
    }

    #[test]
    fn a_better_indicator_never_lowers_the_score(inputs in any_inputs(), which in 0usize..8, more in 0.0f64..50.0) {
        let mut better = inputs.clone();
        let which = which % inputs.len();
        better[which].1 = better[which].1.map(|x| x + more);
        if let (Some(before), Some(after)) = (of(&inputs).score(), of(&better).score()) {
            prop_assert!(after >= before - 1e-9);
        }
    }

    #[test]
    fn shares_add_up_to_the_score(inputs in any_inputs()) {
        let result = of(&inputs);
        if let Some(score) = result.score() {
            let sum: f64 = result.shares().into_iter().flatten().sum();
            prop_assert!((sum - score).abs() < 1e-6);
        }
    }
}
