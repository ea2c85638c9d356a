//! One step of a run: some rows of the file become records.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use contract::imports::BadCells;
use domain::fields::{FieldDef, FieldError, Kind};
use domain::objects::OWN;
use domain::policy::{Action, Mask, Masks};
use domain::record::{Changes, Place, Shape, custom_json};
use domain::value::Value;
use persistence::imports::IssueRow;
use uuid::Uuid;

use super::convert::{Cell, Column};
use super::links::{Links, fold, is_scope, known_by};
use super::setup::{Note, Progress, Setup};
use crate::records::Writer;
use crate::tabular::clean::is_nothing;
use crate::tabular::row::Row;
use crate::{Ctx, Error, Result, Visible};

/// Code of the hidden issues that stand for links to records of the same file which come later.
pub(super) const DEFERRED: &str = "deferred_link";

/// Rows whose new records are gathered before they are written: so many that what is still to be written of them stays in the
/// processor's own memory.
const GATHERED: usize = 512;

/// Everything that the steps of a run share.
pub(super) struct Plan {
    pub(super) import: Uuid,
    pub(super) setup: Setup,
    pub(super) shape: Arc<Shape>,
    pub(super) columns: Vec<Column>,
    /// Whose records may be made and changed; none where that is not allowed at all.
    pub(super) create: Option<Visible>,
    pub(super) update: Option<Visible>,
    /// The pipeline of opportunities whose row names none.
    pub(super) pipeline: Option<Uuid>,
    /// Values of new records that the file does not give.
    pub(super) defaults: Changes,
}

/// What the steps of a run carry from one to the next.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) links: Links,
    pub(super) writers: HashMap<String, Writer>,
    main: Option<Writer>,
    /// In a dry run nothing stays in the database: match keys and names of the rows so far.
    pub(super) seen: HashSet<u64>,
    pub(super) titles: HashSet<String>,
}

/// A row on its way to become a record.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) row: i64,
    pub(super) changes: Changes,
    /// By column of the plan: names of records still to be found.
    pub(super) names: Vec<(usize, Vec<String>)>,
    /// What an opportunity without a name of its own is called when it is made.
    pub(super) title: Option<String>,
    /// Names of this object's records that may come later in the file.
    pub(super) deferred: Vec<(usize, String)>,
    /// Links to what others belong to whose cell is filled, whether or not their record is found.
    pub(super) filled: Vec<String>,
    /// What the record that the row is about belongs to, by link.
    pub(super) belongs: Vec<(&'static str, Uuid)>,
    pub(super) id: Option<Uuid>,
    pub(super) created_at: Option<DateTime<Utc>>,
    pub(super) created_by: Option<Uuid>,
    pub(super) rejected: bool,
}

/// The outcome of a step that is still to be stored with it.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) issues: Vec<IssueRow>,
    /// Match keys of the records that it made or that its rows are about.
    pub(super) made: Vec<u64>,
}

/// Brings rows in. Nothing is kept of a step that fails: the caller rolls back.
pub(super) fn step(
    ctx: &mut Ctx<'_>,
    plan: &Plan,
    memory: &mut Memory,
    progress: &mut Progress,
    rows: &[Row],
) -> Result<Outcome> {
    let mut step = Step { plan, progress, outcome: Outcome::default() };
    let mut drafts: Vec<Draft> = rows.iter().map(|row| step.draft(ctx, row)).collect();
    if plan.setup.dry_run {
        let name = name_column(&plan.shape);
        let titles = drafts.iter().filter_map(|draft| draft.changes.get(&plan.shape, name));
        memory.titles.extend(titles.filter_map(Value::as_str).map(fold));
    }
    let existing = step.existing(ctx, &drafts)?;
    step.name(ctx, memory, &mut drafts, &existing)?;
    let mut main = memory.main.take().unwrap_or_else(|| Writer::import(plan.shape.clone(), plan.import));
    main.look_again();
    memory.flush(ctx)?;
    main.read_ahead(ctx, drafts.iter().map(|draft| &draft.changes), existing.values().flatten())?;
    let mut fresh: HashMap<u64, Uuid> = HashMap::new();
    for (at, draft) in drafts.into_iter().enumerate() {
        if at > 0 && at % GATHERED == 0 {
            write_rows(ctx, &mut main)?;
        }
        step.write(ctx, &mut main, memory, &existing, &mut fresh, draft)?;
    }
    write_rows(ctx, &mut main)?;
    main.flush(ctx)?;
    memory.main = Some(main);
    step.progress.counts.rows_done += rows.len() as i64;
    if let Some(last) = rows.last() {
        step.progress.offset = last.number;
    }
    // Cells are read before rows are written, and the list is in the order of the file.
    step.outcome.issues.sort_by_key(|issue| issue.row);
    step.outcome.made = fresh.into_keys().collect();
    Ok(step.outcome)
}

fn write_rows(ctx: &mut Ctx<'_>, main: &mut Writer) -> Result<()> {
    persistence::jobs::plan_once(ctx.conn)?;
    main.write_rows(ctx)?;
    persistence::jobs::plan_afresh(ctx.conn)?;
    Ok(())
}

impl Memory {
    /// Writes the linked records that were made; what others belong to comes before them.
    fn flush(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        let objects = domain::objects::ALL.iter().map(|def| def.key);
        objects.filter_map(|object| Some(self.writers.get_mut(object)?.flush(ctx))).collect()
    }

    /// The step was rolled back.
    pub(super) fn forget(&mut self) {
        self.links.forget();
        self.writers.clear();
        self.main = None;
    }
}

pub(super) struct Step<'a> {
    pub(super) plan: &'a Plan,
    pub(super) progress: &'a mut Progress,
    pub(super) outcome: Outcome,
}

impl Step<'_> {
    pub(super) fn issue(
        &mut self,
        row: i64,
        column: Option<&Column>,
        code: &str,
        detail: &str,
        value: &str,
        rejected: bool,
    ) {
        let note = Note {
            code,
            column: column.map(|column| column.header.as_str()),
            field: column.map(|column| column.name.as_str()),
            detail: None,
            rejected,
        };
        self.progress.note(&note, row, value);
        self.progress.counts.issues += 1;
        self.outcome.issues.push(IssueRow {
            row,
            column: column.map(|column| column.header.clone()),
            field: column.map(|column| column.name.clone()),
            code: code.to_owned(),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
            value: (!value.is_empty()).then(|| value.chars().take(200).collect()),
            rejected,
        });
    }

    /// A bad cell: the row is left out, or comes in without the value.
    pub(super) fn bad(&mut self, draft: &mut Draft, column: &Column, code: &str, detail: &str, value: &str) {
        let rejects = column.field.required || self.plan.setup.options.bad_cells == BadCells::RejectRow;
        draft.rejected |= rejects;
        self.issue(draft.row, Some(column), code, detail, value, rejects);
    }

    fn draft(&mut self, ctx: &Ctx<'_>, row: &Row) -> Draft {
        let cx = ctx.parse();
        let plan = self.plan;
        let mut draft = Draft { row: i64::try_from(row.number).unwrap_or(i64::MAX), ..Draft::default() };
        for (at, flaw) in &row.flaws {
            let column = at.and_then(|at| plan.columns.iter().find(|column| column.index == at));
            let cell = at.map_or("", |at| row.cell(at));
            if column.is_some() || at.is_none() {
                match (row.spoiled(at.unwrap_or(usize::MAX)), column) {
                    (Some(_), Some(column)) => self.bad(&mut draft, column, flaw.code(), "", cell),
                    _ => self.issue(draft.row, column, flaw.code(), "", cell, false),
                }
            }
        }
        for (at, column) in plan.columns.iter().enumerate() {
            if is_scope(&column.name) && !row.cell(column.index).trim().is_empty() {
                draft.filled.push(column.name.clone());
            }
            if row.spoiled(column.index).is_some() {
                continue;
            }
            let text = row.cell(column.index);
            // An amount that is written once for several rows is not that of each.
            if row.is_merged(column.index) && column.counts() {
                self.aside(&draft, column, "merged_amount", text);
                continue;
            }
            match column.convert(text, &cx) {
                Cell::Empty => self.empty(&draft, column, text),
                Cell::Mask => self.aside(&draft, column, "mask_kept", text),
                Cell::Value(value, replaced) => {
                    if replaced {
                        self.replaced(&draft, column, text);
                    }
                    draft.take(column, value);
                }
                Cell::Names(names) => {
                    if column.field.kind == Kind::Tags {
                        column.replaced(text).for_each(|name| self.replaced(&draft, column, name));
                    }
                    draft.names.push((at, names));
                }
                Cell::Bad(code, detail) => self.bad(&mut draft, column, code, &detail, text),
            }
        }
        self.plausible(&draft);
        draft
    }

    /// Values that are right each for itself but not together.
    fn plausible(&mut self, draft: &Draft) {
        let day = |key: &str| draft.changes.get(&self.plan.shape, key).and_then(Value::as_date);
        if let (Some(engaged), Some(closed)) = (day("engaged_on"), day("closed_on"))
            && closed < engaged
        {
            let note = Note { code: "closed_before_engaged", column: None, field: None, detail: None, rejected: false };
            self.progress.note(&note, draft.row, &closed.to_string());
        }
    }

    fn empty(&mut self, draft: &Draft, column: &Column, text: &str) {
        let code = if text.trim().is_empty() || is_nothing(text.trim()) { "empty_cell" } else { "left_empty" };
        self.aside(draft, column, code, text);
    }

    /// Notes down that a cell comes to nothing.
    fn aside(&mut self, draft: &Draft, column: &Column, code: &'static str, text: &str) {
        let note =
            Note { code, column: Some(&column.header), field: Some(&column.name), detail: None, rejected: false };
        self.progress.note(&note, draft.row, text.trim());
    }

    fn replaced(&mut self, draft: &Draft, column: &Column, text: &str) {
        let said = self.label(column, text.trim());
        let note = Note {
            code: "value_replaced",
            column: Some(&column.header),
            field: Some(&column.name),
            detail: said.as_deref(),
            rejected: false,
        };
        self.progress.note(&note, draft.row, text.trim());
    }

    /// What a person reads for a replaced value.
    fn label(&self, column: &Column, text: &str) -> Option<String> {
        let said = self.plan.setup.options.value_links.get(&column.name)?.get(text)?.clone()?;
        let unmatched = self.plan.setup.unmatched.get(&column.name).into_iter().flatten();
        let label = unmatched.filter(|u| u.suggestion.as_ref() == Some(&said)).find_map(|u| u.label.clone());
        Some(label.unwrap_or(said))
    }
}

impl Draft {
    pub(super) fn take(&mut self, column: &Column, value: Value) {
        match (&column.place, column.name.as_str()) {
            (_, "id") => self.id = value.as_id(),
            (_, "created_at") => self.created_at = value.as_time(),
            (_, "created_by") => self.created_by = value.as_id(),
            (Place::Column(at), _) => self.changes.columns.push((*at, value)),
            (Place::Custom, _) => self.changes.custom.push((column.field.key.to_string(), custom_json(&value))),
        }
    }

    /// What records of an object belong to that are named in this row: its pipeline, its customer.
    pub(super) fn scope(&self, plan: &Plan, object: &str) -> Option<Uuid> {
        let link = super::links::scope(object)?;
        let given = self.changes.get(&plan.shape, link).and_then(Value::as_id);
        let known = || self.belongs.iter().find(|(known, _)| *known == link).map(|(_, id)| *id);
        let usual = || plan.defaults.get(&plan.shape, link).and_then(Value::as_id);
        let found = given.or_else(known).or_else(usual);
        if link == "pipeline_id" { found.or(plan.pipeline) } else { found }
    }

    /// Whether the row names what records of an object belong to, but there is none such: then nobody knows which are meant.
    pub(super) fn is_astray(&self, plan: &Plan, object: &str) -> bool {
        super::links::scope(object).is_some_and(|link| {
            self.filled.iter().any(|filled| filled == link)
                && self.changes.get(&plan.shape, link).and_then(Value::as_id).is_none()
        })
    }

    pub(super) fn owner(&self, plan: &Plan) -> Option<Uuid> {
        self.changes.get(&plan.shape, "owner_id").and_then(Value::as_id).or(plan.setup.options.default_owner_id)
    }
}

/// The default values of a new record, those of the object and those of the import.
pub(super) fn defaults(ctx: &Ctx<'_>, shape: &Shape, setup: Option<&Setup>) -> Result<Changes> {
    let cx = ctx.parse();
    let given = |name: &str| setup.and_then(|setup| setup.options.defaults.get(name));
    let parse = |name: &str, field: &FieldDef, json: &serde_json::Value| {
        let wrong = |error| Error::Invalid(vec![FieldError { field: format!("defaults.{name}"), ..error }]);
        field.parse(json, &cx).map_err(wrong)
    };
    let mut found = Changes::default();
    for (at, field) in shape.columns().enumerate().skip(OWN) {
        let value = match given(&field.key) {
            Some(_) if !field.writable => {
                return Err(Error::field(format!("defaults.{}", field.key), "read_only", ""));
            }
            Some(json) => parse(&field.key, field, json)?,
            None if field.default.is_empty() => continue,
            None => parse(&field.key, field, &serde_json::from_str(field.default).unwrap_or_default())?,
        };
        if !value.is_null() {
            found.columns.push((at, value));
        }
    }
    for field in shape.custom.iter() {
        let name = format!("custom.{}", field.key);
        let value = given(&name).map(|json| parse(&name, field, json)).transpose()?;
        if let Some(value) = value.filter(|value| !value.is_null()) {
            found.custom.push((field.key.to_string(), custom_json(&value)));
        }
    }
    Ok(found)
}

/// The permissions under which rows are written: importing goes no further than making and changing records one by one.
pub(super) fn scopes(ctx: &Ctx<'_>, shape: &Shape) -> Result<(Option<Visible>, Option<Visible>)> {
    let object = shape.def.permission;
    ctx.require(object, Action::Import)?;
    let with = |action| ctx.actor.visible_by(&[(object, Action::Import), (object, action)]);
    let (create, update) = (with(Action::Create), with(Action::Update));
    if create.is_none() && update.is_none() {
        ctx.require(object, Action::Create)?;
    }
    Ok((create, update))
}

/// Whether records may be recognised by a field: who sees it only masked would learn by it whose value it is.
pub(super) fn is_seen(shape: &Shape, field: &str, masks: Masks) -> bool {
    let kind = shape.find(field).map(|(_, field)| &field.kind);
    kind.is_none_or(|kind| domain::record::masked(kind, masks) == Mask::Clear)
}

/// The main name column of an object.
fn name_column(shape: &Shape) -> &'static str {
    known_by(shape.def.key).first().copied().unwrap_or(shape.def.title)
}
