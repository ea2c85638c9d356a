use super::*;
use std::collections::BTreeSet;

#[test]
fn every_index_is_asked_about_and_every_question_is_in_both_languages() {
    let mut keys = BTreeSet::new();
    for q in &QUESTIONS {
        assert!(keys.insert(q.key), "{} is there twice", q.key);
        for text in [q.text, q.low, q.high] {
            assert!(!text[0].is_ascii() && text[1].is_ascii() && !text[1].is_empty(), "{text:?}");
        }
    }
    for subject in Subject::ALL {
        assert!(QUESTIONS.iter().any(|q| q.subject == subject), "{subject:?}");
        assert!(!subject.label()[0].is_empty() && !subject.code().is_empty());
    }
}

#[test]
fn answers_of_many_people_make_a_baseline() {
    let got = audit([
        ("goals_known", 4),
        ("goals_linked", 2),
        ("goals_known", 3),
        ("loyalty", 1),
        ("nothing", 5),
        ("growth", 9),
    ]);
    assert_eq!((got.baselines[0].score, got.baselines[0].answers), (Some(50.0), 3));
    assert_eq!(got.baselines[7].score, Some(0.0));
    assert_eq!((got.overall, got.lowest), (Some(25.0), Some(Subject::Sdae(Dimension::Security))));
    let none = audit([]);
    assert_eq!((none.overall, none.lowest), (None, None));
    assert!(none.baselines.iter().all(|b| b.score.is_none()));
}

#[test]
fn what_people_think_is_compared_with_what_the_records_show() {
    let felt = audit([("goals_known", 5), ("loyalty", 3), ("growth", 3)]);
    let mut measured = [None; 11];
    measured[0] = Some(40.0);
    measured[7] = Some(75.0);
    measured[1] = Some(9.0);
    let rows: Vec<(&str, f64)> = compare(&felt, &measured).iter().map(|c| (c.subject.code(), c.gap)).collect();
    assert_eq!(rows, [("commitment", 60.0), ("security", -25.0)]);
}
