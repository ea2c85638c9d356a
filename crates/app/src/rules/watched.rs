//! Which figures of customers active rules wait for. A night moves a million scores; only the moves that a rule waits
//! for become events.

use super::trigger::waits_for;
use crate::Result;
use contract::rules::{RuleDefinition, Trigger};
use persistence::db::AnyConnection;
use persistence::rules as store;
use serde_json::Value as Json;

/// The figures that active rules about customers wait for, each with its trigger.
#[derive(Debug, Default)]
pub(crate) struct Watched(Vec<(String, Trigger)>);

impl Watched {
    /// As it is now.
    pub(crate) fn load(conn: &mut AnyConnection) -> Result<Watched> {
        let published = store::listening(conn)?.into_iter().filter_map(|rule| rule.published);
        // Most rules wait for something else, and need not be read for that.
        let waits = published.filter(|text| text.contains("\"change\"") || text.contains("\"crosses\""));
        let read = waits.filter_map(|text| serde_json::from_str::<RuleDefinition>(&text).ok());
        let of = |d: RuleDefinition| match &d.trigger {
            Trigger::Change { field, .. } | Trigger::Crosses { field, .. } if d.object == "customers" => {
                Some((field.clone(), d.trigger))
            }
            _ => None,
        };
        Ok(Watched(read.filter_map(of).collect()))
    }

    /// Does nobody wait for any of these?
    pub(crate) fn spares(&self, fields: &[&str]) -> bool {
        self.0.iter().all(|(field, _)| !fields.contains(&field.as_str()))
    }

    /// Does somebody wait for this move of a figure?
    pub(crate) fn wants(&self, field: &str, before: &Json, after: &Json) -> bool {
        self.0.iter().any(|(name, trigger)| name == field && waits_for(trigger, before, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn watched(triggers: &[Json]) -> Watched {
        let read =
            |json: &Json| (json["field"].as_str().unwrap().to_owned(), serde_json::from_value(json.clone()).unwrap());
        Watched(triggers.iter().map(read).collect())
    }

    #[test]
    fn a_line_is_passed_once_on_the_way_down_and_not_by_what_was_unknown() {
        let watched = watched(&[json!({ "kind": "crosses", "field": "health", "side": "below", "value": 60 })]);
        let wants = |before: Json, after: Json| watched.wants("health", &before, &after);
        assert!(wants(json!(60.0), json!(59.0)));
        assert!(!wants(json!(59.0), json!(58.0)), "it was below already");
        assert!(!wants(json!(61.0), json!(60.0)), "60 is not below 60");
        assert!(!wants(json!(58.0), json!(70.0)), "on the way up");
        assert!(!wants(Json::Null, json!(10.0)), "the first score of a customer is no fall");
        assert!(!watched.wants("alive", &json!(60.0), &json!(59.0)), "another figure");
    }

    #[test]
    fn what_changes_to_a_value_is_wanted_at_that_value_only() {
        let watched = watched(&[json!({ "kind": "change", "field": "sdae_weakest", "from": null, "to": "security" })]);
        assert!(watched.wants("sdae_weakest", &json!("experience"), &json!("security")));
        assert!(!watched.wants("sdae_weakest", &json!("security"), &json!("experience")));
        assert!(watched.spares(&["health", "alive"]) && !watched.spares(&["sdae_weakest"]));
    }
}
