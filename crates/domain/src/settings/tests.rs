use super::*;
use crate::grade::Weights;

fn faults(check: &mut Check) -> Vec<(String, &'static str, String)> {
    check.done().err().unwrap_or_default().into_iter().map(|e| (e.field, e.code, e.detail)).collect()
}

#[test]
fn a_fault_names_its_field_and_what_is_allowed() {
    let mut check = Check::new();
    check.within("late", f64::NAN, 1.0, 2.0).within("early", 0.5, 0.0, 1.0);
    assert_eq!(faults(&mut check), [("late".to_owned(), "out_of_range", "1..2".to_owned())]);
    assert_eq!(check.done(), Ok(()));
}

#[test]
fn weights_are_not_negative_and_not_all_zero() {
    let weights =
        |potential, fit| faults(Check::new().weights("weights", &Weights { potential, fit, strategic: 0.0 }.list()));
    assert_eq!(weights(0.0, 1.0), []);
    assert_eq!(weights(0.0, 0.0), [("weights".to_owned(), "weights_zero", String::new())]);
    assert_eq!(weights(-1.0, 1.0)[0].0, "weights.potential");
    assert_eq!(weights(1.0, f64::INFINITY)[0].0, "weights.fit");
}

#[test]
fn inverted_cuts_name_the_later_field() {
    let cuts = faults(Check::new().descending(&[("cuts.a", 60.0), ("cuts.b", 60.0), ("cuts.c", 40.0)]));
    assert_eq!(cuts, [("cuts.b".to_owned(), "must_descend", "cuts.a".to_owned())]);
    let rising = faults(Check::new().rising(&[("days.a", 7.0), ("days.b", 7.0), ("days.c", 6.0)]));
    assert_eq!(rising, [("days.c".to_owned(), "must_ascend", "days.b".to_owned())]);
}

#[test]
fn a_missing_weight_has_its_default_and_an_unknown_one_is_refused() {
    let weights: Weights = serde_json::from_str(r#"{"fit": 5}"#).unwrap();
    assert_eq!(weights.list(), [("potential", 50.0), ("fit", 5.0), ("strategic", 20.0)]);
    assert!(serde_json::from_str::<Weights>(r#"{"height": 5}"#).is_err());
}
