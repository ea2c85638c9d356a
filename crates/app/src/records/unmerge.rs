//! Undoing a merge: each record is there again with what belonged to it, as far as nobody has worked with it since.

use super::ahead::move_alone;
use super::base::Base;
use super::merge::{allowed, facts, moved_out, objects_of, reach, settle, shape_of, value_of};
use super::write::Writer;
use crate::{Ctx, Error, Result, Visible};
use contract::merging::{LeftRecords, MovedRecords, UnmergeInput, UnmergeResult};
use domain::merge::{self, Child, POINTER};
use domain::policy::Action;
use domain::record::{Changes, Place, Record, Shape};
use persistence::merges::{self as store, Merge};
use persistence::records::Owners;
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use uuid::Uuid;

/// Records that stay are named up to this number.
const NAMED: usize = 100;

/// Undoes a merge of this record, or says what that would do.
pub fn unmerge(
    ctx: &mut Ctx<'_>,
    object: &str,
    id: Uuid,
    version: Option<i64>,
    input: &UnmergeInput,
) -> Result<UnmergeResult> {
    let shape = shape_of(ctx, object)?;
    let visible = ctx.require(shape.def.permission, Action::Update)?;
    super::get(ctx, object, id)?;
    let row = wanted(ctx, &shape, id, input.merge_id)?;
    move_alone(ctx, shape.def.key)?;
    let (survivor, losers) = load(ctx, &shape, &row)?;
    Base::if_named(version).check(&survivor)?;
    let children = merge::children(shape.def.key);
    let left = left(ctx, &shape, &row, &children)?;
    if !left.is_empty() && !input.leave_changed && !input.dry_run {
        let named: Vec<String> = left.iter().map(|l| format!("{} {}", l.object, l.count)).collect();
        return Err(Error::conflict("changed_since_merge", named.join(", ")));
    }
    let (changes, kept_fields) = put_back(ctx, &shape, &survivor, &row);
    let moved = survey(ctx, &row, &children, &left)?;
    let mut result = UnmergeResult {
        id: row.id,
        dry_run: input.dry_run,
        survivor_id: id,
        version: survivor.version(),
        restored: row.losers.clone(),
        moved,
        left,
        kept_fields,
    };
    if !input.dry_run {
        allowed(&result.moved)?;
        for left in &result.left {
            let ids = left_ids(ctx, &row, &left.object)?;
            store::leave(ctx.conn, row.id, &ids)?;
        }
        result.version = carry_out(ctx, &shape, &row, (survivor, losers), &changes, &visible, &children)?;
    }
    Ok(result)
}

/// The merge that is named, or the last one that still stands.
fn wanted(ctx: &mut Ctx<'_>, shape: &Shape, id: Uuid, merge_id: Option<Uuid>) -> Result<Merge> {
    let found = match merge_id {
        Some(merge_id) => {
            let named = store::get(ctx.conn, merge_id)?.filter(|m| m.survivor == id && m.object == shape.def.key);
            Some(named.ok_or_else(|| Error::field("merge_id", "link_missing", ""))?)
        }
        None => store::of_survivor(ctx.conn, id, 100)?.into_iter().find(|m| m.undone_at.is_none()),
    };
    match found {
        Some(merge) if merge.undone_at.is_none() => Ok(merge),
        Some(_) | None => Err(Error::conflict("nothing_to_unmerge", "")),
    }
}

/// The records, locked and still as the merge left them.
fn load(ctx: &mut Ctx<'_>, shape: &Shape, row: &Merge) -> Result<(Record, Vec<Record>)> {
    let mut all: Vec<Uuid> = row.losers.iter().copied().chain([row.survivor]).collect();
    all.sort_unstable();
    persistence::records::lock(ctx.conn, shape, &all)?;
    let mut found = persistence::records::get_many(ctx.conn, shape, &all, Owners::All)?;
    let at = found.iter().position(|r| r.id() == row.survivor).ok_or(Error::NotFound)?;
    let survivor = found.swap_remove(at);
    reach(ctx, shape, &survivor, Action::Update)?;
    if survivor.archived() {
        return Err(Error::conflict("archived", survivor.id().to_string()));
    }
    for loser in &found {
        reach(ctx, shape, loser, Action::Archive)?;
        if loser.get(shape, POINTER).as_id() != Some(row.survivor) {
            return Err(Error::conflict("nothing_to_unmerge", ""));
        }
    }
    Ok((survivor, found))
}

/// What was moved and has changed since.
fn left(ctx: &mut Ctx<'_>, shape: &Shape, row: &Merge, children: &[Child]) -> Result<Vec<LeftRecords>> {
    let mut left = Vec::new();
    for object in objects_of(children) {
        let mut ids = left_ids(ctx, row, object)?;
        if object == shape.def.key {
            ids.retain(|id| !row.losers.contains(id));
        }
        if !ids.is_empty() {
            let count = ids.len() as u64;
            ids.truncate(NAMED);
            left.push(LeftRecords { object: object.to_owned(), ids, count });
        }
    }
    Ok(left)
}

fn left_ids(ctx: &mut Ctx<'_>, row: &Merge, object: &str) -> Result<Vec<Uuid>> {
    let def = domain::objects::find(object).ok_or(Error::NotFound)?;
    Ok(store::changed_since(ctx.conn, row.id, def.key)?)
}

/// The fields of the survivor that go back to what they were, and those that somebody has changed since.
fn put_back(ctx: &Ctx<'_>, shape: &Shape, survivor: &Record, row: &Merge) -> (Changes, Vec<String>) {
    let document = |text: &str| serde_json::from_str::<Map<String, Json>>(text).unwrap_or_default();
    let (before, after) = (document(&row.before), document(&row.after));
    let (mut changes, mut kept) = (Changes::default(), Vec::new());
    let custom = survivor.custom();
    for (name, was) in before {
        let became = after.get(&name).cloned().unwrap_or_default();
        match shape.find(&name) {
            Some((Place::Column(at), field)) if *survivor.at(at) == value_of(field, &became, ctx) => {
                changes.columns.push((at, value_of(field, &was, ctx)));
            }
            Some((Place::Custom, field)) if custom.get(field.key.as_ref()).cloned().unwrap_or_default() == became => {
                changes.custom.push((field.key.to_string(), was));
            }
            Some(_) => kept.push(name),
            None => {}
        }
    }
    (changes, kept)
}

/// What goes back, and what of it the caller may not change.
fn survey(ctx: &mut Ctx<'_>, row: &Merge, children: &[Child], left: &[LeftRecords]) -> Result<Vec<MovedRecords>> {
    let mut found = Vec::new();
    for object in objects_of(children) {
        let def = domain::objects::find(object).ok_or(Error::NotFound)?;
        let visible = ctx.actor.visible(def.permission, Action::Update);
        let none = Visible::Owners(Arc::from([]));
        let owners = visible.as_ref().unwrap_or(&none).owners();
        let (count, mut beyond) = store::moved(ctx.conn, row.id, def, owners)?;
        if visible.is_none() {
            beyond = count;
        }
        let stays = left.iter().find(|l| l.object == object).map_or(0, |l| l.count as i64);
        if count > stays {
            found.push(moved_out(object, "", count - stays, beyond));
        }
    }
    Ok(found)
}

fn carry_out(
    ctx: &mut Ctx<'_>,
    shape: &Arc<Shape>,
    row: &Merge,
    (survivor, losers): (Record, Vec<Record>),
    changes: &Changes,
    visible: &Visible,
    children: &[Child],
) -> Result<i64> {
    if !store::set_undone(ctx.conn, row.id, ctx.actor.user_id, ctx.now)? {
        return Err(Error::conflict("nothing_to_unmerge", ""));
    }
    for child in children {
        store::move_back(ctx.conn, row.id, child)?;
    }
    settle(ctx, shape, row, children, true)?;
    store::move_talk_back(ctx.conn, row.id)?;
    let mut writer = Writer::new(shape.clone());
    let told = serde_json::json!(row.losers).to_string();
    for loser in &losers {
        writer.set_merged(ctx, loser, None)?;
    }
    stays_a_tree(ctx, shape, &row.losers)?;
    let stored = writer.rewrite(ctx, &survivor, changes, visible, ("unmerged", &told))?;
    store::forgive(ctx.conn, row.id)?;
    facts(ctx, shape, row)?;
    writer.flush(ctx)?;
    Ok(stored.record.version())
}

/// Records that get back what lay below them may have come to lie below that themselves: nobody saw it as one tree then.
fn stays_a_tree(ctx: &mut Ctx<'_>, shape: &Shape, losers: &[Uuid]) -> Result<()> {
    const DEEPEST: usize = 200;
    if shape.position(merge::PARENT).is_none() {
        return Ok(());
    }
    for loser in losers {
        let mut at = Some(*loser);
        for _ in 0..DEEPEST {
            let Some(id) = at else { break };
            let above = persistence::records::links(ctx.conn, shape, merge::PARENT, &[id])?;
            at = above.first().and_then(|(_, parent)| *parent);
            if at == Some(*loser) {
                return Err(Error::conflict("changed_since_merge", shape.def.key));
            }
        }
    }
    Ok(())
}
