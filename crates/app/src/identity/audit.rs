//! Changes of accounts and roles in the log of changes.

use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use persistence::db::AnyConnection;
use persistence::events::Event;
use serde_json::Value as Json;
use uuid::Uuid;

/// Who changes something, when, in which request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) actor: Uuid,
    pub(super) now: DateTime<Utc>,
    pub(super) request_id: Uuid,
}

impl Stamp {
    pub(super) fn of(ctx: &Ctx<'_>) -> Stamp {
        Stamp { actor: ctx.actor.user_id, now: ctx.now, request_id: ctx.request_id }
    }

    /// Appends one event; passwords and keys never stand in it.
    pub(super) fn note(
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
