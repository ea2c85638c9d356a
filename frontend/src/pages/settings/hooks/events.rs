//! Which events an endpoint is told, as one ticks them. Pure, so that native tests hold it.

use std::collections::BTreeSet;

/// Objects that one can choose: plural key, and the word in an event's type.
pub(in crate::pages::settings) const OBJECTS: [(&str, &str); 7] = [
    ("customers", "customer"),
    ("contacts", "contact"),
    ("opportunities", "opportunity"),
    ("orders", "order"),
    ("activities", "activity"),
    ("tasks", "task"),
    ("products", "product"),
];

/// What can happen to a record.
pub(super) const VERBS: [&str; 4] = ["created", "updated", "archived", "restored"];

/// Is an event of this object and kind told?
pub(super) fn has(events: &[String], object: &str, verb: &str) -> bool {
    events.iter().any(|e| e == "*" || e.split_once('.').is_some_and(|(o, v)| o == object && (v == verb || v == "*")))
}

/// The events with one ticked or not; all of an object are said as `object.*`, other objects stay as they are.
pub(super) fn with(events: &[String], object: &str, verb: &str, on: bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (_, o) in OBJECTS {
        let told: BTreeSet<&str> =
            VERBS.into_iter().filter(|v| if o == object && *v == verb { on } else { has(events, o, v) }).collect();
        if told.len() == VERBS.len() {
            all.push(format!("{o}.*"));
        } else {
            all.extend(VERBS.into_iter().filter(|v| told.contains(v)).map(|v| format!("{o}.{v}")));
        }
    }
    let known = |e: &str| e == "*" || OBJECTS.iter().any(|(_, o)| e.split('.').next() == Some(*o));
    all.extend(events.iter().filter(|e| !known(e)).cloned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn ticks_are_said_as_briefly_as_they_can_be() {
        let mut events = Vec::new();
        for verb in VERBS {
            events = with(&events, "customer", verb, true);
        }
        assert_eq!(events, of(&["customer.*"]));
        assert_eq!(
            with(&events, "customer", "archived", false),
            of(&["customer.created", "customer.updated", "customer.restored"])
        );
    }

    #[test]
    fn everything_less_one_is_all_the_others_and_what_cannot_be_ticked_stays() {
        let less = with(&of(&["*"]), "order", "archived", false);
        assert!(has(&less, "order", "created") && !has(&less, "order", "archived") && has(&less, "task", "restored"));
        assert_eq!(
            with(&of(&["pipeline.created"]), "task", "created", true),
            of(&["task.created", "pipeline.created"])
        );
    }
}
