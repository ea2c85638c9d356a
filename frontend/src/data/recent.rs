//! The records that this person opened last in this browser.

use super::wire::{Wire, wire};
use crate::browser;
use serde_json::{Value, json};

/// How many are kept.
const KEPT: usize = 20;

wire! {
/// A record that was opened.
pub(crate) struct Seen {
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) title: String,
}
}

fn place(user: &str) -> String {
    format!("recent.{user}")
}

/// What was opened, the last one first.
pub(crate) fn seen(user: &str) -> Vec<Seen> {
    browser::stored(&place(user))
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .map(|v| Wire::read(&v))
        .unwrap_or_default()
}

/// Notes that a record was opened.
pub(crate) fn note(user: &str, object: &str, id: &str, title: &str) {
    let new = Seen { object: object.to_owned(), id: id.to_owned(), title: title.to_owned() };
    let list: Vec<Value> =
        with(seen(user), new).iter().map(|s| json!({ "object": s.object, "id": s.id, "title": s.title })).collect();
    browser::store(&place(user), &Value::Array(list).to_string());
}

/// A list with one more in front, each record once.
fn with(mut list: Vec<Seen>, new: Seen) -> Vec<Seen> {
    list.retain(|s| s.id != new.id);
    list.insert(0, new);
    list.truncate(KEPT);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: &str) -> Seen {
        Seen { object: "customers".into(), id: id.into(), title: id.to_uppercase() }
    }

    #[test]
    fn what_is_opened_again_comes_first_and_once() {
        let list = ["a", "b", "c", "a"].into_iter().fold(vec![], |list, id| with(list, one(id)));
        assert_eq!(list.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["a", "c", "b"]);
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let list = (0..50).fold(vec![], |list, n| with(list, one(&n.to_string())));
        assert_eq!((list.len(), list[0].id.as_str()), (KEPT, "49"));
    }
}
