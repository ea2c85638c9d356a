use super::*;
use crate::playbooks::Doer;

#[test]
fn what_meets_most_preferences_comes_first() {
    let offer = |key, tags, owned| Offer { key, tags, owned };
    let offers = [
        offer(1, &["极简风", "客厅"], false),
        offer(2, &["极简风", "新中式"], false),
        offer(3, &["极简风"], false),
        offer(4, &["极简风", "新中式"], true),
        offer(5, &["欧式"], false),
        offer(6, &["极简风"], false),
    ];
    let got = recommend(&["极简风", "新中式"], &offers, 10);
    assert_eq!(got.iter().map(|r| r.key).collect::<Vec<_>>(), [2, 3, 6, 1]);
    assert_eq!((got[0].percent, got[1].percent), (100.0, 50.0));
    assert_eq!(got[1].met, ["极简风"]);
    assert_eq!(recommend(&["极简风"], &offers, 2).len(), 2);
    assert!(recommend(&[], &offers, 9).is_empty());
}

#[test]
fn a_complex_decision_chain_is_served_by_sales_technology_and_service() {
    assert_eq!(Profile::DecisionChain.team(), [Doer::Technical, Doer::Service]);
    for profile in Profile::ALL {
        assert_eq!(Profile::parse(profile.code()), Some(profile));
        assert!(!profile.approach().zh.is_empty() && !profile.label()[0].is_empty());
    }
}
