use super::{Facts, Verdict, describe, need_fit};
use proptest::prelude::*;

fn said(fit: f64) -> Option<Verdict> {
    Some(Verdict { good: true, fit: Some(fit) })
}

#[test]
fn needs_answered_the_word_on_the_solution_and_the_trial_make_the_need_fit() {
    let all = Facts { needs: 4, answered: 3, offered: true, solution: said(80.0), trial: said(60.0) };
    assert_eq!(need_fit(all).score(), Some((40.0 * 75.0 + 30.0 * 80.0 + 30.0 * 60.0) / 100.0));
    let unsaid = Facts {
        solution: Some(Verdict { good: true, fit: None }),
        trial: Some(Verdict { good: false, fit: None }),
        ..all
    };
    assert_eq!(need_fit(unsaid).score(), Some((40.0 * 75.0 + 30.0 * 100.0) / 100.0));
}

#[test]
fn what_is_not_known_is_missing_and_too_little_is_no_score() {
    assert_eq!(need_fit(Facts::default()).score(), None);
    assert_eq!(need_fit(Facts { needs: 3, ..Facts::default() }).score(), None, "nothing was offered yet");
    assert_eq!(need_fit(Facts { trial: said(90.0), ..Facts::default() }).score(), None, "30 of 100 is too little");
    let offered = Facts { needs: 2, answered: 1, offered: true, ..Facts::default() };
    assert_eq!(need_fit(offered).score(), Some(50.0));
    assert!(need_fit(offered).inputs.iter().all(|i| describe(&i.key).is_some()) && describe("height").is_none());
}

proptest! {
    #[test]
    fn the_need_fit_is_0_to_100_and_rises_with_the_needs_answered(
        needs in 1u32..20, answered in 0u32..19, fit in proptest::option::of(0.0f64..=100.0),
    ) {
        let of = |answered| need_fit(Facts {
            needs, answered, offered: true, solution: fit.and_then(said), trial: None,
        }).score().unwrap();
        prop_assert!((0.0..=100.0).contains(&of(answered)));
        prop_assert!(of(answered) <= of(answered + 1) + 1e-9);
    }
}
