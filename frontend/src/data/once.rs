//! Something that is done once, however often its button is pressed and however often it has to be sent.

use super::http::random_key;
use js_sys::Date;
use serde_json::Value;
use std::cell::{Cell, RefCell};

/// How long after it has been done a press belongs to the one that did it, in milliseconds: a double click may be slower
/// than the server.
const PRESS: f64 = 1_000.0;

/// What was sent last.
struct Sent {
    what: Value,
    key: String,
    /// When it had been done, if it has.
    done: Option<f64>,
}

/// What was sent last, and whether its answer is awaited.
#[derive(Default)]
pub(crate) struct Once {
    under_way: Cell<bool>,
    sent: RefCell<Option<Sent>>,
}

impl Once {
    /// The idempotency key under which something goes out; none while something is under way, or right after the same has
    /// been done. The same goes out under the same key until it has been done: a lost answer does not do it twice.
    pub(crate) fn begin(&self, what: &Value) -> Option<String> {
        if self.under_way.get() {
            return None;
        }
        let mut sent = self.sent.borrow_mut();
        let key = match sent.as_ref().filter(|sent| sent.what == *what) {
            Some(Sent { done: Some(at), .. }) if Date::now() - at < PRESS => return None,
            Some(Sent { done: None, key, .. }) => key.clone(),
            _ => random_key(),
        };
        *sent = Some(Sent { what: what.clone(), key: key.clone(), done: None });
        self.under_way.set(true);
        Some(key)
    }

    /// An answer came, or none will.
    pub(crate) fn end(&self, done: bool) {
        self.under_way.set(false);
        if let Some(sent) = self.sent.borrow_mut().as_mut().filter(|_| done) {
            sent.done = Some(Date::now());
        }
    }
}
