//! Changes of accounts, roles and settings in the log of changes.

use crate::{Ctx, Error, Result};
use chrono::{DateTime, Utc};
use persistence::db::AnyConnection;
use persistence::events::Event;
use serde::Serialize;
use serde_json::Value as Json;
use uuid::Uuid;

/// Who changes something, when, in which request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(super) actor: Uuid,
    pub(super) now: DateTime<Utc>,
    pub(super) request_id: Uuid,
}

impl Stamp {
    pub(crate) fn of(ctx: &Ctx<'_>) -> Stamp {
        Stamp { actor: ctx.actor.user_id, now: ctx.now, request_id: ctx.request_id }
    }

    /// Appends one event; passwords and keys never stand in it.
    pub(crate) fn note(
        &self,
        conn: &mut AnyConnection,
        kind: &str,
        object: &str,
        record: Uuid,
        old: Option<Json>,
        new: Option<Json>,
    ) -> Result<()> {
        let event = Event {
            seq: 0,
            id: Uuid::now_v7(),
            kind: kind.to_owned(),
            object: object.to_owned(),
            record_id: record,
            actor_id: Some(self.actor),
            at: self.now,
            old: old.map(|j| j.to_string()),
            new: new.map(|j| j.to_string()),
            request_id: self.request_id,
            origin_id: None,
            key_id: None,
        };
        Ok(persistence::events::append(conn, &[event])?)
    }
}

/// Notes a change of settings that are one document.
pub(crate) fn note_settings(ctx: &mut Ctx<'_>, object: &str, old: &impl Serialize, new: &impl Serialize) -> Result<()> {
    let document = |of: serde_json::Result<Json>| of.map_err(|e| Error::Internal(e.to_string()));
    let (old, new) = (document(serde_json::to_value(old))?, document(serde_json::to_value(new))?);
    Stamp::of(ctx).note(ctx.conn, &format!("{object}.updated"), object, Uuid::nil(), Some(old), Some(new))
}
