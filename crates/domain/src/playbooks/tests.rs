use super::*;
use std::collections::BTreeSet;

#[test]
fn every_playbook_has_texts_in_both_languages_and_tasks_in_the_order_of_their_time() {
    let mut keys = BTreeSet::new();
    for playbook in all() {
        let key = playbook.key;
        assert!(keys.insert(key), "{key} is there twice");
        assert_eq!(find(key), Some(playbook));
        assert!(!playbook.steps.is_empty(), "{key} has no task");
        assert!(playbook.steps.windows(2).all(|w| w[0].in_days <= w[1].in_days), "{key}");
        let own = [playbook.title, playbook.aim];
        for text in own.into_iter().chain(playbook.steps.iter().flat_map(|s| [s.title, s.note])) {
            assert!(!text[0].is_ascii() && text[1].is_ascii() && !text[1].is_empty(), "{key}: {text:?}");
        }
        assert!(playbook.steps.iter().all(|s| s.title[0].chars().count() <= 30), "{key}: a title is short");
    }
    assert_eq!(keys.len(), 28);
}

#[test]
fn each_dimension_and_band_has_its_own() {
    for dimension in Dimension::ALL {
        for band in Band::ALL {
            assert_eq!(of_dimension(dimension, band).key, format!("{}_{}", dimension.code(), band.code()));
        }
    }
    assert_eq!(of_dimension(Dimension::Security, Band::Weak).title[0], "关系维护计划");
    assert_eq!(of_dimension(Dimension::Development, Band::Strong).title[0], "新品推荐计划");
}

#[test]
fn stages_segments_profiles_and_signs_have_theirs() {
    for stage in Stage::ALL {
        assert_eq!(of_stage(stage).key, format!("stage_{}", stage.code()));
    }
    for overlay in [Overlay::HighValue, Overlay::Potential, Overlay::Sleeping] {
        assert_eq!(of_overlay(overlay).key, format!("rfm_{}", overlay.code()));
    }
    for profile in Profile::ALL {
        assert_eq!(of_profile(profile).key, format!("profile_{}", profile.code()));
    }
    let signs = [browsed_without_order(), low_repurchase(), win_back(), churn_risk(), health_alert()].map(|p| p.key);
    assert_eq!(signs, ["browsed_without_order", "low_repurchase", "win_back", "churn_risk", "health_alert"]);
}

#[test]
fn a_high_churn_risk_brings_an_exclusive_benefit_and_an_executive_visit() {
    let titles: Vec<&str> = churn_risk().steps.iter().map(|s| s.title[1]).collect();
    assert_eq!(titles, ["Offer an exclusive benefit", "Executive visit"]);
    assert!(churn_risk().steps.iter().all(|s| s.priority == Priority::High));
}

#[test]
fn every_shipped_playbook_says_for_whom_it_is_and_the_two_of_the_source_begin_by_themselves() {
    let library = Library::of(&Settings::default());
    assert!(library.entries.iter().all(|e| e.plan.fits != Fits::Any {} && e.shipped && !e.own));
    let weak = Fits::Dimension { dimension: Dimension::Security, band: Band::Weak };
    let started = |grade| library.automatic(weak, grade).map(|e| e.key.as_str()).collect::<Vec<_>>();
    assert_eq!(started(Some(crate::grade::Grade::A)), ["security_weak"]);
    assert!(started(Some(crate::grade::Grade::D)).is_empty() && started(None).is_empty());
    let sign = Fits::Sign { sign: Sign::Health };
    assert_eq!(library.fitting(sign).map(|e| e.key.as_str()).collect::<Vec<_>>(), ["health_alert"]);
    assert_eq!(library.automatic(sign, Some(crate::grade::Grade::A)).count(), 0);
}

#[test]
fn a_changed_playbook_stands_in_the_place_of_the_shipped_one_and_own_ones_come_last() {
    let mut settings = Settings::default();
    let mut plan = Library::of(&settings).find("win_back").unwrap().plan.clone();
    plan.title = Words::same("挽回");
    plan.fits = Fits::Sign { sign: Sign::Churn };
    settings.own.insert("win_back".to_owned(), plan.clone());
    settings.own.insert("zz_own".to_owned(), Plan { active: false, ..plan.clone() });
    settings.check().unwrap();
    let library = Library::of(&settings);
    assert_eq!(library.entries.len(), 29);
    assert!(library.find("win_back").is_some_and(|e| e.shipped && e.own && e.plan.title.zh == "挽回"));
    assert!(library.entries.last().is_some_and(|e| e.key == "zz_own" && !e.shipped));
    assert_eq!(library.fitting(Fits::Sign { sign: Sign::Churn }).count(), 2);
    assert_eq!(library.fitting(Fits::Sign { sign: Sign::WinBack }).count(), 0);
    settings.own.insert("empty".to_owned(), Plan { tasks: Vec::new(), title: Words::default(), ..plan });
    let fields: Vec<String> = settings.check().unwrap_err().into_iter().map(|e| e.field).collect();
    assert_eq!(fields, ["own.empty.title", "own.empty.tasks"]);
}
