//! Who is logged in, and what the API consists of for them.

use super::types::{Me, ObjectMeta};
use std::rc::Rc;
use yew::prelude::*;

/// The person, the objects, and the ways out.
#[derive(Clone, PartialEq)]
pub(crate) struct Session {
    pub(crate) me: Rc<Me>,
    pub(crate) objects: Rc<Vec<ObjectMeta>>,
    /// Replaces the person after a change of their own data.
    pub(crate) set_me: Callback<Me>,
    pub(crate) log_out: Callback<()>,
}

impl Session {
    /// The declaration of an object.
    pub(crate) fn object(&self, key: &str) -> Option<&ObjectMeta> {
        self.objects.iter().find(|o| o.key == key)
    }

    /// The organisation's currency.
    pub(crate) fn currency(&self) -> &str {
        match self.me.organisation.currency.as_str() {
            "" => "CNY",
            c => c,
        }
    }
}

/// The session; an empty one outside of its provider.
#[hook]
pub(crate) fn use_session() -> Session {
    use_context::<Session>().unwrap_or_else(|| Session {
        me: Rc::default(),
        objects: Rc::default(),
        set_me: Callback::noop(),
        log_out: Callback::noop(),
    })
}
