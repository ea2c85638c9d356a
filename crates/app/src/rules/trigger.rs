//! What sets a rule off: an event that its trigger waits for.

use contract::rules::{EventVerb, Trigger};
use persistence::events::Event;
use serde_json::{Map, Value as Json};
use std::cell::OnceCell;

/// What an event says of the record before and after, read when it is asked for.
pub(super) struct Documents<'a> {
    event: &'a Event,
    read: OnceCell<[Map<String, Json>; 2]>,
}

impl<'a> Documents<'a> {
    /// Those of an event.
    pub(super) fn of(event: &'a Event) -> Documents<'a> {
        Documents { event, read: OnceCell::new() }
    }

    fn both(&self) -> &[Map<String, Json>; 2] {
        let document = |text: &Option<String>| -> Map<String, Json> {
            text.as_deref().and_then(|s| serde_json::from_str(s).ok()).unwrap_or_default()
        };
        self.read.get_or_init(|| [document(&self.event.old), document(&self.event.new)])
    }

    /// The values of a field before and after, when it changed.
    fn change(&self, field: &str) -> Option<(Json, Json)> {
        let [old, new] = self.both();
        let (before, after) = match field.strip_prefix("custom.") {
            Some(key) => {
                let of =
                    |doc: &Map<String, Json>| doc.get("custom").and_then(|c| c.get(key)).cloned().unwrap_or_default();
                (of(old), of(new))
            }
            None => (old.get(field).cloned().unwrap_or_default(), new.get(field)?.clone()),
        };
        (before != after).then_some((before, after))
    }
}

/// Does an event set a trigger off? If so, what it says that the record does not: the value before.
pub(super) fn sets_off(trigger: &Trigger, verb: EventVerb, documents: &Documents<'_>) -> Option<Map<String, Json>> {
    let written = matches!(verb, EventVerb::Created | EventVerb::Updated);
    let field = match trigger {
        Trigger::Event { on } => return on.contains(&verb).then(Map::new),
        Trigger::Change { field, .. } | Trigger::Crosses { field, .. } if written => field,
        Trigger::Change { .. }
        | Trigger::Crosses { .. }
        | Trigger::Elapsed { .. }
        | Trigger::Before { .. }
        | Trigger::Schedule { .. } => return None,
    };
    let (before, after) = documents.change(field)?;
    waits_for(trigger, &before, &after).then(|| Map::from_iter([(format!("{field} (before)"), before)]))
}

/// Does a trigger that waits for a field wait for this change of it?
pub(super) fn waits_for(trigger: &Trigger, before: &Json, after: &Json) -> bool {
    match trigger {
        Trigger::Change { from, to, .. } => {
            let fits = |wanted: &Option<Json>, is: &Json| wanted.as_ref().is_none_or(|w| same(w, is));
            fits(from, before) && fits(to, after)
        }
        Trigger::Crosses { side, value, .. } => {
            let line = value.as_ref().and_then(serde_json::Number::as_f64);
            match (line, before.as_f64(), after.as_f64()) {
                (Some(line), Some(before), Some(after)) => side.reached(line, before, after),
                _ => false,
            }
        }
        Trigger::Event { .. } | Trigger::Elapsed { .. } | Trigger::Before { .. } | Trigger::Schedule { .. } => false,
    }
}

/// Are two values the same? `60` and `60.0` are.
fn same(a: &Json, b: &Json) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
