//! Writing the rows of a step: which records they are about, and what becomes of each.

use std::collections::HashMap;

use contract::imports::Existing;
use domain::fields::{FieldError, Kind};
use domain::objects::OWN;
use domain::policy::{Action, Mask, Masks};
use domain::pool::Reason;
use domain::record::{Record, masked};
use domain::value::Value;
use persistence::imports::IssueRow;
use persistence::records::Owners;
use uuid::Uuid;

use super::rows::{DEFERRED, Draft, Memory, Step};
use super::setup::Note;
use crate::records::{Stamp, Writer};
use crate::{Ctx, Error, Result, Visible};

impl Step<'_> {
    pub(super) fn write(
        &mut self,
        ctx: &mut Ctx<'_>,
        main: &mut Writer,
        memory: &mut Memory,
        existing: &HashMap<u64, Vec<Record>>,
        fresh: &mut HashMap<u64, Uuid>,
        mut draft: Draft,
    ) -> Result<()> {
        if draft.rejected {
            self.progress.counts.rejected += 1;
            return Ok(());
        }
        let (known, key) = self.known(existing, &draft);
        let twin = key.and_then(|key| fresh.get(&key).copied());
        let result = match (known.as_slice(), twin) {
            ([], None) => {
                let tried = key.is_some_and(|key| self.plan.setup.dry_run && memory.seen.contains(&key));
                match (tried, draft.id) {
                    (true, _) => {
                        self.repeated(&draft);
                        self.progress.counts.updated += 1;
                        return Ok(());
                    }
                    (false, Some(_)) => Err(Error::field("id", "record_not_found", "")),
                    (false, None) => self.create(ctx, main, &mut draft),
                }
            }
            ([_, _, ..], _) => Err(Error::field("", "several_records_match", "")),
            (_, Some(id)) => {
                self.repeated(&draft);
                main.flush(ctx)?;
                match persistence::records::get(ctx.conn, &self.plan.shape, id, Owners::All, true)? {
                    Some(record) => self.update(ctx, main, &record, &mut draft).map(|()| None),
                    None => Err(Error::Internal("a record of this step is gone".to_owned())),
                }
            }
            ([record], None) => {
                if let Some(key) = key {
                    fresh.insert(key, record.id());
                }
                self.update(ctx, main, record, &mut draft).map(|()| None)
            }
        };
        match result {
            Ok(made) => {
                if let (Some(key), Some(id)) = (key, made) {
                    fresh.insert(key, id);
                }
                Ok(())
            }
            Err(Error::Invalid(errors)) => {
                self.reject(&draft, &errors);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn repeated(&mut self, draft: &Draft) {
        let note = Note { code: "repeated_key", column: None, field: None, detail: None, rejected: false };
        self.progress.note(&note, draft.row, "");
    }

    fn reject(&mut self, draft: &Draft, errors: &[FieldError]) {
        self.progress.counts.rejected += 1;
        for error in errors {
            let column = self.plan.columns.iter().find(|column| column.name == error.field);
            let field = if column.is_none() && !error.field.is_empty() { error.field.as_str() } else { &error.detail };
            self.issue(draft.row, column, error.code, field, "", true);
        }
    }

    fn create(&mut self, ctx: &mut Ctx<'_>, main: &mut Writer, draft: &mut Draft) -> Result<Option<Uuid>> {
        let (plan, shape) = (self.plan, &self.plan.shape);
        for (at, value) in &plan.defaults.columns {
            if !draft.changes.columns.iter().any(|(given, _)| given == at) {
                draft.changes.columns.push((*at, value.clone()));
            }
        }
        for (key, value) in &plan.defaults.custom {
            if !draft.changes.custom.iter().any(|(given, _)| given == key) {
                draft.changes.custom.push((key.clone(), value.clone()));
            }
        }
        let into_pool = plan.setup.options.into_pool && ctx.actor.visible("pool", Action::Update).is_some();
        let unowned = shape.def.owned && draft.changes.get(shape, "owner_id").is_none_or(Value::is_null);
        let pooled = unowned && into_pool && domain::pool::is_pooled(shape.def.key);
        if pooled {
            draft.changes.set(shape, "owner_id", Value::Null);
            draft.changes.set(shape, "pooled_at", Value::Time(ctx.now));
            draft.changes.set(shape, "pool_reason", Value::Text(Reason::Imported.key().to_owned()));
        } else if shape.def.owned && draft.changes.get(shape, "owner_id").is_none() {
            let owner = plan.setup.options.default_owner_id.unwrap_or(ctx.actor.user_id);
            draft.changes.set(shape, "owner_id", Value::Id(owner));
        }
        if let Some(title) = draft.title.take() {
            draft.changes.set(shape, "name", Value::Text(title));
        }
        let mut missing: Vec<FieldError> = shape
            .columns()
            .enumerate()
            .skip(OWN)
            .filter(|(at, field)| {
                field.required && field.writable && !draft.changes.columns.iter().any(|(given, _)| given == at)
            })
            .map(|(_, field)| FieldError::new(field.key.as_ref(), "required", ""))
            .collect();
        let given = |key: &str| draft.changes.custom.iter().any(|(given, value)| given == key && !value.is_null());
        let left = shape.custom.iter().filter(|field| field.required && !given(&field.key));
        missing.extend(left.map(|field| FieldError::new(format!("custom.{}", field.key), "required", "")));
        if !missing.is_empty() {
            return Err(Error::Invalid(missing));
        }
        let stamp = Stamp { created_at: draft.created_at, created_by: draft.created_by };
        // What nobody owns is in nobody's reach; whoever may give records of the pool may put some in.
        let Some(create) = &plan.create else { return Err(Error::field("", "create_not_allowed", "")) };
        let reach = if pooled { &Visible::All } else { create };
        let id = main.queue(ctx, std::mem::take(&mut draft.changes), reach, stamp)?.id();
        self.progress.counts.created += 1;
        self.defer(draft, id);
        Ok(Some(id))
    }

    fn update(&mut self, ctx: &mut Ctx<'_>, main: &mut Writer, record: &Record, draft: &mut Draft) -> Result<()> {
        let plan = self.plan;
        let reached = plan.update.as_ref().filter(|v| !plan.shape.def.owned || v.contains(record.owner(&plan.shape)));
        let Some(update) = reached else { return Err(Error::field("", "record_not_yours", "")) };
        self.keep_masked(ctx, draft);
        let changed = match plan.setup.options.existing {
            Existing::Skip => false,
            Existing::Update => {
                self.defer(draft, record.id());
                main.update(ctx, record, &draft.changes, update)?.changed
            }
        };
        if changed {
            self.progress.counts.updated += 1;
        } else {
            self.progress.counts.unchanged += 1;
        }
        Ok(())
    }

    /// What the caller only sees masked, he cannot replace: the file may hold the mask itself.
    fn keep_masked(&mut self, ctx: &Ctx<'_>, draft: &mut Draft) {
        let masks = ctx.actor.permissions.masks;
        if masks == Masks::default() {
            return;
        }
        let shape = self.plan.shape.clone();
        let hidden = |kind: &Kind| masked(kind, masks) != Mask::Clear;
        let before = draft.changes.columns.len() + draft.changes.custom.len();
        draft.changes.columns.retain(|(at, _)| !shape.column(*at).is_some_and(|field| hidden(&field.kind)));
        draft.changes.custom.retain(|(key, _)| !shape.custom.iter().any(|f| f.key == *key && hidden(&f.kind)));
        if draft.changes.columns.len() + draft.changes.custom.len() < before {
            let note = Note { code: "masked", column: None, field: None, detail: None, rejected: false };
            self.progress.note(&note, draft.row, "");
        }
    }

    /// Notes down the links of a record to records that may come later in the file.
    fn defer(&mut self, draft: &mut Draft, id: Uuid) {
        for (at, name) in draft.deferred.drain(..) {
            let Some(column) = self.plan.columns.get(at) else { continue };
            self.outcome.issues.push(IssueRow {
                row: draft.row,
                column: Some(column.header.clone()),
                field: Some(column.name.clone()),
                code: DEFERRED.to_owned(),
                detail: Some(id.to_string()),
                value: Some(name),
                rejected: false,
            });
        }
    }
}
