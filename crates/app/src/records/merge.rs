//! Making one record of several, so that nothing that belongs to any of them is lost.

use super::ahead::move_alone;
use super::base::Base;
use super::write::Writer;
use crate::{Ctx, Error, Result, Visible};
use contract::merging::{MergeInput, MergeOut, MergeResult, MergedField, Merges, MovedRecords};
use domain::fields::FieldError;
use domain::merge::{self, Child, MAX_MERGED, PARENT, POINTER, Plan};
use domain::policy::Action;
use domain::record::{Record, Shape};
use domain::value::Value;
use persistence::merges as store;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Records that belong to whom their customer belongs to, by the field that names it.
const FOLLOWING: [(&str, &str); 1] = [("behaviours", "customer_id")];
/// Steps up a tree at most: where subtrees were moved it may be deeper than one may put a record.
const MAX_STEPS: usize = 1_000;
/// Merges that the page shows.
const SHOWN: i64 = 100;

/// An object whose records can be merged.
pub(super) fn shape_of(ctx: &Ctx<'_>, object: &str) -> Result<Arc<Shape>> {
    ctx.shape(object).and_then(|shape| if merge::mergeable(shape.def) { Ok(shape) } else { Err(Error::NotFound) })
}

/// Merges other records into this one, or says what that would do.
pub fn merge(
    ctx: &mut Ctx<'_>,
    object: &str,
    id: Uuid,
    version: Option<i64>,
    input: &MergeInput,
) -> Result<MergeResult> {
    let shape = shape_of(ctx, object)?;
    let visible = ctx.require(shape.def.permission, Action::Update)?;
    check_ids(id, &input.ids)?;
    move_alone(ctx, shape.def.key)?;
    let (survivor, losers) = load(ctx, &shape, id, &input.ids)?;
    Base::if_named(version).check(&survivor)?;
    let below = below(ctx, &shape, &survivor, &losers)?;
    let plan = merge::plan(&shape, &survivor, &losers, &input.values, &below).map_err(Error::Invalid)?;
    let parent = plan.changes.get(&shape, PARENT).unwrap_or_else(|| survivor.get(&shape, PARENT)).as_id();
    if parent.is_some_and(|parent| below.contains(&parent)) {
        return Err(Error::field(PARENT, "link_to_itself", ""));
    }
    let moved = survey(ctx, &shape, &input.ids)?;
    let mut result = MergeResult {
        id: None,
        dry_run: input.dry_run,
        survivor_id: id,
        version: survivor.version(),
        merged: input.ids.clone(),
        fields: plan.kept.iter().map(field_out).collect(),
        moved,
    };
    if input.dry_run {
        Writer::new(shape.clone()).rewritten(ctx, &survivor, &plan.changes, &visible)?;
        return Ok(result);
    }
    allowed(&result.moved)?;
    let merge_id = Uuid::now_v7();
    result.id = Some(merge_id);
    result.version = carry_out(ctx, &shape, merge_id, (survivor, losers), &plan, &visible, &result.moved)?;
    Ok(result)
}

fn field_out(kept: &merge::Kept) -> MergedField {
    MergedField { field: kept.field.clone(), from: kept.from.clone(), changed: kept.changed }
}

fn check_ids(id: Uuid, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Err(Error::field("ids", "required", ""));
    }
    if ids.len() > MAX_MERGED {
        return Err(Error::field("ids", "too_many", MAX_MERGED.to_string()));
    }
    let mut seen = BTreeSet::from([id]);
    let again = |(at, other): (usize, &Uuid)| {
        let code = if *other == id { "link_to_itself" } else { "duplicate" };
        (!seen.insert(*other)).then(|| FieldError::new(format!("ids[{at}]"), code, ""))
    };
    let errors: Vec<FieldError> = ids.iter().enumerate().filter_map(again).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The records, locked in the order of their ids, so that two merges that cross wait for each other in a row.
fn load(ctx: &mut Ctx<'_>, shape: &Shape, id: Uuid, ids: &[Uuid]) -> Result<(Record, Vec<Record>)> {
    let permission = shape.def.permission;
    let readable = ctx.require(permission, Action::Read)?;
    let mut all: Vec<Uuid> = ids.iter().copied().chain([id]).collect();
    all.sort_unstable();
    persistence::records::lock(ctx.conn, shape, &all)?;
    let mut found = persistence::records::get_many(ctx.conn, shape, &all, readable.owners())?;
    let mut take = |id: Uuid| found.iter().position(|r| r.id() == id).map(|at| found.swap_remove(at));
    let survivor = take(id).ok_or(Error::NotFound)?;
    let missing = |at: usize| Error::field(format!("ids[{at}]"), "link_missing", "");
    let losers =
        ids.iter().enumerate().map(|(at, id)| take(*id).ok_or_else(|| missing(at))).collect::<Result<Vec<_>>>()?;
    reach(ctx, shape, &survivor, Action::Update)?;
    for loser in &losers {
        reach(ctx, shape, loser, Action::Archive)?;
    }
    for record in std::iter::once(&survivor).chain(&losers) {
        if let Some(into) = record.get(shape, POINTER).as_id() {
            return Err(Error::conflict("already_merged", into.to_string()));
        }
        if record.archived() {
            return Err(Error::conflict("archived", record.id().to_string()));
        }
    }
    Ok((survivor, losers))
}

/// The parents of these records that are one of them or hang below one, by however many steps: when the records are one,
/// they hang below it.
fn below(ctx: &mut Ctx<'_>, shape: &Shape, survivor: &Record, losers: &[Record]) -> Result<Vec<Uuid>> {
    let all = || losers.iter().chain([survivor]);
    let merged: BTreeSet<Uuid> = all().map(Record::id).collect();
    let parents: BTreeSet<Uuid> = all().filter_map(|r| r.get(shape, PARENT).as_id()).collect();
    // Each parent with where its way up has come to.
    let mut ways: Vec<(Uuid, Uuid)> = parents.into_iter().map(|parent| (parent, parent)).collect();
    let mut found = Vec::new();
    for _ in 0..MAX_STEPS {
        let (back, open): (Vec<_>, Vec<_>) = ways.into_iter().partition(|(_, at)| merged.contains(at));
        found.extend(back.into_iter().map(|(parent, _)| parent));
        if open.is_empty() {
            break;
        }
        let at: Vec<Uuid> = open.iter().map(|(_, at)| *at).collect();
        let links = persistence::records::links(ctx.conn, shape, PARENT, &at)?;
        let up: HashMap<Uuid, Uuid> = links.into_iter().filter_map(|(id, parent)| Some((id, parent?))).collect();
        ways = open.into_iter().filter_map(|(parent, at)| Some((parent, *up.get(&at)?))).collect();
    }
    Ok(found)
}

/// The caller may do this to this record.
pub(super) fn reach(ctx: &Ctx<'_>, shape: &Shape, record: &Record, action: Action) -> Result<()> {
    let visible = ctx.require(shape.def.permission, action)?;
    if !shape.def.owned || visible.contains(record.owner(shape)) {
        return Ok(());
    }
    Err(Error::Forbidden { permission: crate::ctx::permission_name(shape.def.permission, action) })
}

/// What points to these records, and what of it the caller may not change.
fn survey(ctx: &mut Ctx<'_>, shape: &Shape, ids: &[Uuid]) -> Result<Vec<MovedRecords>> {
    let mut found = Vec::new();
    for child in merge::children(shape.def.key) {
        let visible = ctx.actor.visible(child.def.permission, Action::Update);
        let none = Visible::Owners(Arc::from([]));
        let owners = visible.as_ref().unwrap_or(&none).owners();
        let (count, mut beyond) = store::count(ctx.conn, &child, ids, owners)?;
        if visible.is_none() {
            beyond = count;
        }
        // Where somebody was merged into before follows by itself.
        if child.field.key == POINTER {
            beyond = 0;
        }
        found.push(moved_out(child.def.key, &child.field.key, count, beyond));
    }
    for (object, count) in ["comments", "attachments"].into_iter().zip(store::count_talk(ctx.conn, shape.def.key, ids)?)
    {
        found.push(moved_out(object, "record_id", count, 0));
    }
    found.retain(|m| m.count > 0);
    Ok(found)
}

pub(super) fn moved_out(object: &str, field: &str, count: i64, beyond: i64) -> MovedRecords {
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    MovedRecords {
        object: object.to_owned(),
        field: field.to_owned(),
        count: number(count),
        out_of_reach: number(beyond),
    }
}

/// Nothing may move that the caller may not change.
pub(super) fn allowed(moved: &[MovedRecords]) -> Result<()> {
    let Some(beyond) = moved.iter().find(|m| m.out_of_reach > 0) else { return Ok(()) };
    let object = domain::objects::find(&beyond.object).map_or(beyond.object.as_str(), |def| def.permission);
    Err(Error::Forbidden { permission: crate::ctx::permission_name(object, Action::Update) })
}

fn carry_out(
    ctx: &mut Ctx<'_>,
    shape: &Arc<Shape>,
    merge_id: Uuid,
    (survivor, losers): (Record, Vec<Record>),
    plan: &Plan,
    visible: &Visible,
    moved: &[MovedRecords],
) -> Result<i64> {
    let ids: Vec<Uuid> = losers.iter().map(Record::id).collect();
    let (before, after) = changed_values(shape, &survivor, plan);
    let row = store::Merge {
        id: merge_id,
        object: shape.def.key.to_owned(),
        survivor: survivor.id(),
        created_at: ctx.now,
        created_by: Some(ctx.actor.user_id),
        losers: ids.clone(),
        before,
        after,
        moved: serde_json::to_string(moved).map_err(|e| Error::Internal(e.to_string()))?,
        undone_at: None,
    };
    store::insert(ctx.conn, &row)?;
    move_children(ctx, shape, &row)?;
    let mut writer = Writer::new(shape.clone());
    let told = serde_json::json!(ids).to_string();
    let stored = writer.rewrite(ctx, &survivor, &plan.changes, visible, ("merged", &told))?;
    let mut gone = Vec::new();
    for loser in &losers {
        let stored = writer.set_merged(ctx, loser, Some(survivor.id()))?;
        gone.push((loser.id(), stored.record.version()));
    }
    store::note_losers(ctx.conn, &row, &gone)?;
    facts(ctx, shape, &row)?;
    writer.flush(ctx)?;
    Ok(stored.record.version())
}

/// Everything that points to the merged records points to the survivor.
fn move_children(ctx: &mut Ctx<'_>, shape: &Shape, row: &store::Merge) -> Result<()> {
    let children = merge::children(shape.def.key);
    for child in &children {
        store::note_links(ctx.conn, row.id, child, &row.losers, row.survivor)?;
    }
    for child in &children {
        store::move_links(ctx.conn, row.id, child, &row.losers, row.survivor)?;
    }
    settle(ctx, shape, row, &children, false)?;
    store::move_talk(ctx.conn, row.id, shape.def.key, &row.losers, row.survivor)?;
    Ok(())
}

/// What else follows for records that were moved, there or `back`.
pub(super) fn settle(
    ctx: &mut Ctx<'_>,
    shape: &Shape,
    row: &store::Merge,
    children: &[Child],
    back: bool,
) -> Result<()> {
    for object in objects_of(children) {
        store::touch(ctx.conn, row.id, object, ctx.now)?;
    }
    if shape.def.key == "customers" {
        store::single_rights(ctx.conn, row.id, back)?;
        store::follow_contacts(ctx.conn, row.id)?;
        for following in FOLLOWING {
            store::follow_owner(ctx.conn, row.id, following, "customers")?;
        }
    }
    Ok(())
}

/// The objects of these fields, each once.
pub(super) fn objects_of(children: &[Child]) -> Vec<&'static str> {
    let mut objects: Vec<&'static str> = children.iter().map(|c| c.def.key).collect();
    objects.dedup();
    objects
}

/// What the records show about what belongs to them.
pub(super) fn facts(ctx: &mut Ctx<'_>, shape: &Shape, row: &store::Merge) -> Result<()> {
    if shape.def.key == "customers" {
        let all: Vec<Uuid> = row.losers.iter().copied().chain([row.survivor]).collect();
        persistence::derived::last_contact(ctx.conn, &all, ctx.now)?;
        persistence::derived::last_order(ctx.conn, &all, ctx.zone().day(ctx.now))?;
    }
    Ok(())
}

/// The values of the survivor that change, before and after, by the names of their fields.
fn changed_values(shape: &Shape, survivor: &Record, plan: &Plan) -> (String, String) {
    let (mut before, mut after) = (serde_json::Map::new(), serde_json::Map::new());
    for (at, value) in &plan.changes.columns {
        let Some(field) = shape.column(*at) else { continue };
        before.insert(field.key.to_string(), survivor.at(*at).to_json());
        after.insert(field.key.to_string(), value.to_json());
    }
    let custom = survivor.custom();
    for (key, value) in &plan.changes.custom {
        before.insert(format!("custom.{key}"), custom.get(key).cloned().unwrap_or_default());
        after.insert(format!("custom.{key}"), value.clone());
    }
    (serde_json::Value::Object(before).to_string(), serde_json::Value::Object(after).to_string())
}

/// The merges that a record came out of.
pub fn merges(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<Merges> {
    let shape = shape_of(ctx, object)?;
    super::get(ctx, object, id)?;
    let found = store::of_survivor(ctx.conn, id, SHOWN)?;
    let records: BTreeSet<Uuid> = found.iter().flat_map(|m| m.losers.iter().copied()).collect();
    let people: BTreeSet<Uuid> = found.iter().filter_map(|m| m.created_by).collect();
    let wanted = [(shape.def.key, records.into_iter().collect()), ("users", people.into_iter().collect())];
    let refs = super::titles(ctx, wanted)?.into_iter().map(|(id, title)| (id.to_string(), title)).collect();
    let out = |m: store::Merge| MergeOut {
        id: m.id,
        created_at: m.created_at,
        created_by: m.created_by,
        merged: m.losers,
        moved: serde_json::from_str(&m.moved).unwrap_or_default(),
        undone_at: m.undone_at,
    };
    Ok(Merges { items: found.into_iter().map(out).collect(), refs })
}

/// A value as it was written down.
pub(super) fn value_of(field: &domain::fields::FieldDef, json: &serde_json::Value, ctx: &Ctx<'_>) -> Value {
    field.parse(json, &ctx.parse()).unwrap_or_default()
}
