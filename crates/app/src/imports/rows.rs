//! One step of a run: some rows of the file become records.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
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
use super::links::{Found, Links, fold, known_by};
use super::setup::{Note, Progress, Setup};
use crate::records::Writer;
use crate::tabular::row::Row;
use crate::{Ctx, Error, Result, Visible};

/// Code of the hidden issues that stand for links to records of the same file which come later.
pub(super) const DEFERRED: &str = "deferred_link";

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
    writers: HashMap<String, Writer>,
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
    names: Vec<(usize, Vec<String>)>,
    /// Names of this object's records that may come later in the file.
    pub(super) deferred: Vec<(usize, String)>,
    pub(super) id: Option<Uuid>,
    pub(super) created_at: Option<DateTime<Utc>>,
    pub(super) created_by: Option<Uuid>,
    pub(super) rejected: bool,
}

/// The outcome of a step that is still to be stored with it.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) issues: Vec<IssueRow>,
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
    step.look_up(ctx, memory, &drafts)?;
    for draft in &mut drafts {
        step.resolve(ctx, memory, draft)?;
    }
    let existing = step.existing(ctx, &drafts)?;
    let mut main = memory.main.take().unwrap_or_else(|| Writer::import(plan.shape.clone(), plan.import));
    for writer in memory.writers.values_mut() {
        writer.flush(ctx)?;
    }
    main.read_ahead(ctx, drafts.iter().map(|draft| &draft.changes), existing.values().flatten())?;
    let mut fresh: HashMap<u64, Uuid> = HashMap::new();
    for draft in drafts {
        step.write(ctx, &mut main, memory, &existing, &mut fresh, draft)?;
    }
    persistence::jobs::plan_once(ctx.conn)?;
    main.write_rows(ctx)?;
    persistence::jobs::plan_afresh(ctx.conn)?;
    main.flush(ctx)?;
    memory.main = Some(main);
    step.progress.counts.rows_done += rows.len() as i64;
    if let Some(last) = rows.last() {
        step.progress.offset = last.number;
    }
    // Cells are read before rows are written, and the list is in the order of the file.
    step.outcome.issues.sort_by_key(|issue| issue.row);
    Ok(step.outcome)
}

impl Memory {
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
    fn bad(&mut self, draft: &mut Draft, column: &Column, code: &str, detail: &str, value: &str) {
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
            if row.spoiled(column.index).is_some() {
                continue;
            }
            let text = row.cell(column.index);
            match column.convert(text, &cx) {
                Cell::Empty => self.empty(&draft, column, text),
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
        let code = if text.trim().is_empty() { "empty_cell" } else { "left_empty" };
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

    fn look_up(&mut self, ctx: &mut Ctx<'_>, memory: &mut Memory, drafts: &[Draft]) -> Result<()> {
        let mut wanted: HashMap<&str, HashSet<String>> = HashMap::new();
        for (at, names) in drafts.iter().filter(|draft| !draft.rejected).flat_map(|draft| &draft.names) {
            if let Some(object) = self.plan.columns.get(*at).and_then(Column::link) {
                wanted.entry(object).or_default().extend(names.iter().cloned());
            }
        }
        for (object, names) in wanted {
            memory.links.look_up(ctx, object, &names)?;
        }
        Ok(())
    }

    /// Puts ids in place of the names of a row.
    fn resolve(&mut self, ctx: &mut Ctx<'_>, memory: &mut Memory, draft: &mut Draft) -> Result<()> {
        let plan = self.plan;
        let mut names = std::mem::take(&mut draft.names);
        // A stage is looked for in the pipeline of its row, so that comes first.
        names.sort_by_key(|(at, _)| {
            plan.columns.get(*at).is_some_and(|column| column.link() == Some("pipeline_stages"))
        });
        self.compose_title(draft, &names);
        for (at, texts) in names {
            if draft.rejected {
                return Ok(());
            }
            let Some(column) = plan.columns.get(at) else { continue };
            let mut ids = Vec::with_capacity(1);
            for text in &texts {
                match self.one(ctx, memory, draft, column, text)? {
                    Some(id) => ids.push(Value::Id(id)),
                    None if draft.rejected => return Ok(()),
                    None => {}
                }
            }
            match (&column.field.kind, ids.pop()) {
                (_, None) => {}
                (Kind::Tags, Some(last)) => {
                    ids.push(last);
                    ids.sort_by_key(Value::as_id);
                    ids.dedup();
                    draft.take(column, Value::List(ids));
                }
                (_, Some(id)) => draft.take(column, id),
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        ctx: &mut Ctx<'_>,
        memory: &mut Memory,
        draft: &mut Draft,
        column: &Column,
        text: &str,
    ) -> Result<Option<Uuid>> {
        let Some(object) = column.link() else { return Ok(None) };
        let scope = (object == "pipeline_stages").then(|| draft.pipeline(self.plan)).flatten();
        match memory.links.find(object, scope, text) {
            Found::One(id) => return Ok(Some(id)),
            Found::Several => {
                self.bad(draft, column, "ambiguous_link", object, text);
                return Ok(None);
            }
            Found::None => {}
        }
        let make = self.plan.setup.options.create_missing.get(&column.name).copied().unwrap_or(false);
        if object == self.plan.shape.def.key && domain::fields::parse_id(text).is_none() {
            if let Some(at) = self.plan.columns.iter().position(|known| known.index == column.index) {
                draft.deferred.push((at, text.to_owned()));
            }
            return Ok(None);
        }
        if !make || domain::fields::parse_id(text).is_some() {
            self.bad(draft, column, "link_not_found", object, text);
            return Ok(None);
        }
        let shape = ctx.shape(object)?;
        let import = self.plan.import;
        let mut writer = memory.writers.remove(object).unwrap_or_else(|| Writer::import(shape.clone(), import));
        let owner = draft.owner(self.plan).unwrap_or(ctx.actor.user_id);
        let made = memory.links.make(ctx, &mut writer, scope, text, owner);
        memory.writers.insert(object.to_owned(), writer);
        match made {
            Ok(id) => {
                *self.progress.counts.created_linked.entry(object.to_owned()).or_default() += 1;
                let note = Note {
                    code: "link_created",
                    column: Some(&column.header),
                    field: Some(&column.name),
                    detail: Some(object),
                    rejected: false,
                };
                self.progress.note(&note, draft.row, text);
                Ok(Some(id))
            }
            Err(Error::Invalid(_) | Error::Forbidden { .. }) => {
                self.bad(draft, column, "link_not_created", object, text);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// An opportunity without a name is called after its customer and product, or by its number.
    fn compose_title(&self, draft: &mut Draft, names: &[(usize, Vec<String>)]) {
        let shape = &self.plan.shape;
        if shape.def.key != "opportunities" || draft.changes.get(shape, "name").is_some() {
            return;
        }
        let named = |key: &str| {
            let found =
                names.iter().find(|(at, _)| self.plan.columns.get(*at).is_some_and(|column| column.name == key));
            found.and_then(|(_, texts)| texts.first().cloned())
        };
        let number = draft.changes.get(shape, "number").and_then(Value::as_str).map(str::to_owned);
        let parts: Vec<String> = match (named("customer_id"), named("product_id")) {
            (Some(customer), Some(product)) => vec![customer, product],
            (Some(customer), None) => std::iter::once(customer).chain(number).collect(),
            (None, Some(product)) => std::iter::once(product).chain(number).collect(),
            (None, None) => number.into_iter().collect(),
        };
        if !parts.is_empty() {
            let name: String = parts.join(" · ").chars().take(200).collect();
            draft.changes.set(shape, "name", Value::Text(name));
        }
    }
}

impl Draft {
    fn take(&mut self, column: &Column, value: Value) {
        match (&column.place, column.name.as_str()) {
            (_, "id") => self.id = value.as_id(),
            (_, "created_at") => self.created_at = value.as_time(),
            (_, "created_by") => self.created_by = value.as_id(),
            (Place::Column(at), _) => self.changes.columns.push((*at, value)),
            (Place::Custom, _) => self.changes.custom.push((column.field.key.to_string(), custom_json(&value))),
        }
    }

    fn pipeline(&self, plan: &Plan) -> Option<Uuid> {
        self.changes.get(&plan.shape, "pipeline_id").and_then(Value::as_id).or(plan.pipeline)
    }

    fn owner(&self, plan: &Plan) -> Option<Uuid> {
        self.changes.get(&plan.shape, "owner_id").and_then(Value::as_id).or(plan.setup.options.default_owner_id)
    }

    /// What the row's record is found by; none if a match field is empty.
    pub(super) fn key(&self, plan: &Plan) -> Option<u64> {
        if let Some(id) = self.id {
            return Some(hash(&[Value::Id(id)]));
        }
        let fields = &plan.setup.options.match_fields;
        let values: Vec<Value> =
            fields.iter().filter_map(|field| self.changes.get(&plan.shape, field).cloned()).collect();
        (!fields.is_empty() && values.len() == fields.len()).then(|| hash(&values))
    }
}

/// Two keys that collide would only make two rows of one step meet; 64 bits make that unlikely.
pub(super) fn hash(values: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        value.to_json().to_string().hash(&mut hasher);
    }
    hasher.finish()
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

/// Whether rows may be matched by these fields: one of them must be a text.
pub(super) fn is_matchable(shape: &Shape, fields: &[String]) -> bool {
    let kinds = fields.iter().map(|field| shape.position(field).and_then(|at| shape.column(at)));
    let all: Option<Vec<_>> = kinds.collect();
    fields.is_empty() || all.is_some_and(|all| all.iter().any(|field| field.kind.is_text()))
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
