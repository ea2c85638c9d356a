//! Writing the records of a merge: the one that remains, and those that became part of it.

use super::{Stored, Writer, check_owner};
use crate::{Ctx, Result, Visible};
use domain::record::{Changes, Record};
use domain::value::Value;
use uuid::Uuid;

impl Writer {
    /// Changes the record that others are merged into or taken out of again, which `told` says in the event. It has a
    /// new version even where no field changes: what belongs to it does.
    pub(in crate::records) fn rewrite(
        &mut self,
        ctx: &mut Ctx<'_>,
        old: &Record,
        changes: &Changes,
        visible: &Visible,
        (verb, told): (&str, &str),
    ) -> Result<Stored> {
        let new = self.rewritten(ctx, old, changes, visible)?;
        let stored = self.save(ctx, verb, old, new)?;
        self.tell(verb, told);
        Ok(stored)
    }

    /// What [`Writer::rewrite`] would write, or why it would not.
    pub(in crate::records) fn rewritten(
        &mut self,
        ctx: &mut Ctx<'_>,
        old: &Record,
        changes: &Changes,
        visible: &Visible,
    ) -> Result<Record> {
        let shape = self.shape.clone();
        let mut new = old.clone();
        // Its values come from records that had them: what they link to needs no other check.
        changes.apply(&shape, &mut new);
        self.rules.apply(ctx, &shape, Some(old), &mut new, changes)?;
        check_owner(&shape, &new, visible)?;
        Ok(new)
    }

    /// Archives a record that became part of another, or brings it back.
    pub(in crate::records) fn set_merged(
        &mut self,
        ctx: &mut Ctx<'_>,
        old: &Record,
        into: Option<Uuid>,
    ) -> Result<Stored> {
        let shape = self.shape.clone();
        let mut new = old.clone();
        new.values[4] = if into.is_some() { Value::Time(ctx.now) } else { Value::Null };
        new.set(&shape, domain::merge::POINTER, into.map_or(Value::Null, Value::Id));
        self.save(ctx, if into.is_some() { "archived" } else { "restored" }, old, new)
    }
}
