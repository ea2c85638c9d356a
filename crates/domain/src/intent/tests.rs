use super::*;

#[test]
fn a_look_at_prices_is_worth_ten_points_and_a_case_five() {
    let settings = Settings::default();
    assert_eq!(settings.points(Behaviour::PriceView, 1), 10.0);
    assert_eq!(settings.points(Behaviour::CaseDownload, 2), 10.0);
    assert_eq!(settings.points(Behaviour::CompetitorView, 9), 0.0);
}

#[test]
fn points_fade_by_half_within_their_half_life() {
    let settings = Settings::default();
    assert_eq!(intent([(10.0, 0), (10.0, 30), (10.0, 60)], &settings), 17.5);
    assert_eq!(intent([], &settings), 0.0);
}

#[test]
fn the_order_of_behaviours_is_that_of_their_points() {
    for (behaviour, (key, _)) in Behaviour::ALL.into_iter().zip(Points::default().list()) {
        assert_eq!(behaviour.code(), key);
        assert_eq!(Behaviour::parse(key), Some(behaviour));
    }
}

#[test]
fn settings_without_points_or_half_life_are_refused_with_the_field() {
    let none = Points::default().list().map(|(key, _)| (key.to_owned(), serde_json::json!(0)));
    let none: serde_json::Map<String, serde_json::Value> = none.into_iter().collect();
    let wrong: Settings = serde_json::from_value(serde_json::json!({ "points": none, "half_life_days": 0 })).unwrap();
    let fields: Vec<String> = wrong.check().unwrap_err().into_iter().map(|e| e.field).collect();
    assert_eq!(fields, ["points", "half_life_days"]);
}
