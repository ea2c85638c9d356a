use super::*;

const YUAN: i64 = 100;

#[test]
fn the_amounts_of_both_presets() {
    for (preset, yuan, want) in [
        (Preset::Saas, 100_001, Tier::Strategic),
        (Preset::Saas, 100_000, Tier::Growth),
        (Preset::Saas, 30_000, Tier::Growth),
        (Preset::Saas, 29_999, Tier::Basic),
        (Preset::Saas, 0, Tier::Basic),
        (Preset::Saas, -5, Tier::Basic),
        (Preset::Enterprise, 500_001, Tier::Strategic),
        (Preset::Enterprise, 500_000, Tier::Growth),
        (Preset::Enterprise, 100_000, Tier::Growth),
        (Preset::Enterprise, 99_999, Tier::Basic),
    ] {
        assert_eq!(tier(yuan * YUAN, &preset.settings()).tier, want, "{preset:?} {yuan}");
    }
    assert_eq!(Settings::default(), Preset::Saas.settings());
}

#[test]
fn what_is_missing_brings_the_next_tier() {
    let settings = Settings::default();
    for paid in [-7, 0, 2_999_999, 3_000_000, 10_000_000] {
        let now = tier(paid, &settings);
        let missing = now.to_next_minor.unwrap();
        assert!(
            tier(paid + missing, &settings).tier < now.tier && tier(paid + missing - 1, &settings).tier == now.tier
        );
    }
    assert_eq!(tier(i64::MAX, &settings).to_next_minor, None);
}

#[test]
fn inverted_amounts_are_refused_with_the_field() {
    assert_eq!(Settings::default().check(), Ok(()));
    let inverted = Settings { strategic_above_minor: 1, growth_from_minor: 2, ..Settings::default() };
    assert_eq!(inverted.check().unwrap_err()[0].field, "strategic_above_minor");
    let none = Settings { strategic_above_minor: 1, growth_from_minor: 0, ..Settings::default() };
    assert_eq!(none.check().unwrap_err()[0].field, "growth_from_minor");
}

#[test]
fn every_tier_of_every_preset_has_services() {
    for preset in Preset::ALL {
        for tier in Tier::ALL {
            assert!(!preset.services(tier).is_empty(), "{preset:?} {tier:?}");
            assert_eq!(Tier::parse(tier.code()), Some(tier));
        }
    }
}

#[test]
fn urgent_needs_of_basic_customers_go_to_one_person_and_of_others_to_their_owners() {
    let (shared, owner) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let settings = Settings { shared_owner_id: Some(shared), ..Preset::Enterprise.settings() };
    assert_eq!(settings.answers(Some(Tier::Basic), Some(owner)), (Some(shared), true));
    assert_eq!(settings.answers(Some(Tier::Growth), Some(owner)), (Some(owner), false));
    assert_eq!(settings.answers(None, None), (None, false));
    assert_eq!(Settings::default().answers(Some(Tier::Basic), Some(owner)), (Some(owner), false));
}

#[test]
fn the_services_stay_those_of_the_preset_whatever_the_amounts_become() {
    let mut settings = Preset::Enterprise.settings();
    settings.strategic_above_minor = 60_000_000;
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap().preset, Preset::Enterprise);
    let old = serde_json::from_str::<Settings>(r#"{"strategic_above_minor":1000,"growth_from_minor":10}"#).unwrap();
    assert_eq!(old.preset, Preset::Saas);
}
