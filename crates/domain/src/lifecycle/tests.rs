use super::*;
use proptest::prelude::*;

const YUAN: i64 = 100;

fn bought(yuan: i64) -> Facts {
    Facts { purchased_minor: Some(yuan * YUAN), ..Facts::default() }
}

fn moved(current: Option<Stage>, days_in_stage: u32, facts: &Facts) -> Outcome {
    transition(Input { current, days_in_stage, pinned: None }, facts, &Settings::default())
}

fn faults(settings: Settings) -> Vec<(String, &'static str)> {
    settings.check().err().unwrap_or_default().into_iter().map(|e| (e.field, e.code)).collect()
}

#[test]
fn more_than_500_000_yuan_is_the_growth_stage() {
    for (facts, want) in [
        (Facts::default(), Stage::Acquisition),
        (bought(500_000), Stage::Acquisition),
        (bought(500_001), Stage::Growth),
        (Facts { partner_rank: Some(PartnerRank::Core), ..bought(0) }, Stage::Acquisition),
        (Facts { partner_rank: Some(PartnerRank::RegionalHead), ..bought(0) }, Stage::Maturity),
        (
            Facts { partner_rank: Some(PartnerRank::RegionalHead), order_gap: Some(1.6), ..bought(600_000) },
            Stage::Retention,
        ),
        (Facts { health: Some(59.0), ..bought(600_000) }, Stage::Retention),
        (Facts { competitor_alerts: Some(1), ..bought(600_000) }, Stage::Retention),
        (Facts { competitor_alerts: Some(1), ..bought(1_000) }, Stage::Acquisition),
    ] {
        assert_eq!(moved(None, 0, &facts).stage, want, "{facts:?}");
    }
}

#[test]
fn a_move_grants_and_revokes_rights() {
    let first = moved(None, 0, &bought(0));
    assert_eq!((first.moved_from, first.reason), (None, Reason::NoRule));
    assert_eq!(
        (first.granted, first.revoked),
        (vec!["first_order_discount".to_owned(), "free_design".to_owned()], vec![])
    );
    let grown = moved(Some(Stage::Acquisition), 3, &bought(600_000));
    assert_eq!((grown.moved_from, &grown.granted[..]), (Some(Stage::Acquisition), &["stock_first".to_owned()][..]));
    assert_eq!(grown.revoked, ["first_order_discount", "free_design"]);
    let Reason::Met { tests } = grown.reason else { panic!("{:?}", grown.reason) };
    assert_eq!((tests[0].found, tests[0].test.value, tests[0].holds), (Some(60_000_000.0), 50_000_000.0, true));
    let same = moved(Some(Stage::Growth), 3, &bought(600_000));
    assert_eq!((same.moved_from, same.granted.len(), same.revoked.len()), (None, 0, 0));
}

#[test]
fn a_move_back_waits_until_the_stage_has_settled() {
    let early = moved(Some(Stage::Retention), 10, &bought(600_000));
    assert_eq!((early.stage, early.moved_from), (Stage::Retention, None));
    assert_eq!(early.reason, Reason::Settling { to: Stage::Growth, days_left: 20 });
    let later = moved(Some(Stage::Retention), 30, &bought(600_000));
    assert_eq!((later.stage, later.moved_from), (Stage::Growth, Some(Stage::Retention)));
    assert_eq!(later.revoked, ["account_manager", "joint_model", "exclusive_service", "member_rights"]);
}

#[test]
fn a_stage_set_by_hand_wins_at_once() {
    let input = Input { current: Some(Stage::Retention), days_in_stage: 0, pinned: Some(Stage::Growth) };
    let got = transition(input, &bought(0), &Settings::default());
    assert_eq!((got.stage, got.reason), (Stage::Growth, Reason::Pinned));
}

#[test]
fn an_examination_shows_what_is_missing_for_a_stage() {
    let got = examine(Stage::Retention, &Facts { health: Some(70.0), ..bought(600_000) }, &Entry::default());
    let shown: Vec<Vec<(Option<f64>, bool)>> =
        got.iter().map(|all| all.iter().map(|c| (c.found, c.holds)).collect()).collect();
    let much = (Some(60_000_000.0), true);
    assert_eq!(shown, [[much, (None, false)], [much, (Some(70.0), false)], [much, (None, false)]]);
    assert!(examine(Stage::Acquisition, &bought(1), &Entry::default()).is_empty());
}

#[test]
fn every_fact_has_its_number_and_its_name() {
    let facts = Facts {
        purchased_minor: Some(1),
        revenue_minor: Some(150),
        revenue_before_minor: Some(100),
        orders: Some(3),
        customer_days: Some(4),
        partner_rank: Some(PartnerRank::Core),
        wallet_share: Some(6.0),
        order_gap: Some(7.0),
        p_alive: Some(0.08),
        health: Some(9.0),
        competitor_alerts: Some(10),
    };
    let numbers = Fact::ALL.map(|f| f.of(&facts).unwrap());
    assert_eq!(numbers, [1.0, 150.0, 50.0, 3.0, 4.0, 1.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
    for fact in Fact::ALL {
        assert_eq!(fact.of(&Facts::default()), None);
        assert_eq!(serde_json::to_string(&fact).unwrap(), format!("{:?}", fact.code()));
        assert!(!fact.label().zh.is_empty());
    }
}

#[test]
fn contradictory_settings_are_refused_with_the_field() {
    let good = Settings::default();
    assert_eq!(faults(good.clone()), []);
    let mut bad = good.clone();
    bad.entry.growth.push(vec![]);
    bad.entry.maturity[0][0].value = f64::NAN;
    bad.settle_days = 9999;
    assert_eq!(
        faults(bad),
        [
            ("entry.growth[1]".to_owned(), "required"),
            ("entry.maturity[0][0].value".to_owned(), "out_of_range"),
            ("settle_days".to_owned(), "out_of_range"),
        ]
    );
    let mut bad = good;
    bad.entitlements[1].key = bad.entitlements[0].key.clone();
    bad.entitlements[2].until = Stage::Acquisition;
    bad.entitlements[3].zh = " ".to_owned();
    assert_eq!(
        faults(bad),
        [
            ("entitlements[1].key".to_owned(), "duplicate"),
            ("entitlements[2].until".to_owned(), "must_ascend"),
            ("entitlements[3].zh".to_owned(), "required"),
        ]
    );
}

#[test]
fn settings_read_and_write() {
    let json = serde_json::to_string(&Settings::default()).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), Settings::default());
    assert!(json.contains(r#"{"fact":"purchased_minor","op":"more_than","value":50000000.0}"#), "{json}");
    for stage in Stage::ALL {
        assert_eq!(Stage::parse(stage.code()), Some(stage));
        assert!(!stage.focus().zh.is_empty());
    }
    assert!(PartnerRank::ALL.iter().all(|r| PartnerRank::parse(r.code()) == Some(*r)));
}

proptest! {
    #[test]
    fn rights_after_a_move_are_those_of_the_stage(
        current in proptest::option::of(0usize..4), days in 0u32..60, yuan in 0i64..1_000_000, gap in proptest::option::of(0.0f64..3.0),
    ) {
        let settings = Settings::default();
        let current = current.map(|i| Stage::ALL[i]);
        let got = moved(current, days, &Facts { order_gap: gap, ..bought(yuan) });
        let held = |stage: Stage| settings.entitlements.iter().filter(move |e| e.holds_in(stage)).map(|e| e.key.clone());
        let mut rights: Vec<String> = current.into_iter().flat_map(held).filter(|k| !got.revoked.contains(k)).collect();
        rights.extend(got.granted.iter().cloned());
        rights.sort();
        let mut want: Vec<String> = held(got.stage).collect();
        want.sort();
        prop_assert_eq!(rights, want);
        let again = moved(Some(got.stage), 999, &Facts { order_gap: gap, ..bought(yuan) });
        let settled = moved(Some(again.stage), 0, &Facts { order_gap: gap, ..bought(yuan) });
        prop_assert_eq!(settled.moved_from, None);
    }

    #[test]
    fn buying_more_never_moves_a_customer_back(yuan in 0i64..1_000_000, more in 0i64..1_000_000) {
        prop_assert!(moved(None, 0, &bought(yuan + more)).stage >= moved(None, 0, &bought(yuan)).stage);
    }
}
