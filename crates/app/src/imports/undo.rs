//! Taking a whole import back: what it made is archived, what it changed has its old values again. What somebody has
//! changed or used since stays, unless it is wanted otherwise; what rules did is no use by anybody, and what they made
//! about a record goes with it. The event log says what that was.

use contract::imports::{ChangedSince, ImportState, UndoKept, UndoReason, UndoResult};
use domain::fields::Kind;
use domain::policy::Action;
use domain::record::{Changes, Place, Shape};
use domain::value::Value;
use persistence::db::AnyConnection;
use persistence::events::{Event, Filter};
use persistence::jobs;
use persistence::records::Owners;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

use super::run::{Stop, Worker};
use super::setup::{Progress, read, to_json};
use crate::records::Writer;
use crate::{Ctx, Error, Result, Visible};

/// Events taken back in one transaction.
const STEP: i64 = 500;
/// Kept records that the report names.
const MAX_NAMED: usize = 100;
/// Records whose orders follow them.
const LINES: &str = "order_lines";

/// Takes the import of a job back.
pub(crate) fn undo(worker: &Worker<'_>) -> std::result::Result<(), Stop> {
    let mut conn = persistence::db::get(worker.pool)?;
    while !step(worker, &mut conn)? {}
    Ok(())
}

fn step(worker: &Worker<'_>, conn: &mut AnyConnection) -> std::result::Result<bool, Stop> {
    let import = worker.job.subject;
    worker.transaction(conn, |ctx| {
        let mut row = persistence::imports::lock(ctx.conn, import)?.ok_or(Error::NotFound)?;
        let mut progress: Progress = read(&row.progress)?;
        let filter = Filter { origin_id: Some(import), ..Filter::default() };
        let events = persistence::events::newest(ctx.conn, &filter, progress.undo_before, STEP)?;
        let lines: Vec<Uuid> = events.iter().filter(|e| e.object == LINES).map(|e| e.record_id).collect();
        crate::records::lock_orders(ctx, LINES, &lines, None)?;
        let (kept, followers) = decide(ctx, import, &events)?;
        let changed: Vec<Uuid> =
            events.iter().filter(|event| !is_creation(event)).map(|event| event.record_id).collect();
        let made = persistence::events::created_by(ctx.conn, &changed, import)?;
        let mut undo = Undo {
            job: worker.job.id,
            object: row.object.clone(),
            kept,
            made,
            followers,
            gone: BTreeSet::new(),
            force: progress.changed_since == ChangedSince::Undo,
            result: progress.undo.clone().unwrap_or_default(),
            writers: BTreeMap::new(),
        };
        for event in &events {
            undo.take_back(ctx, event)?;
        }
        undo.archive_followers(ctx)?;
        for writer in undo.writers.values_mut() {
            writer.flush(ctx)?;
        }
        progress.undo = Some(undo.result);
        progress.undo_before = events.last().map(|event| event.seq).or(progress.undo_before);
        let done = (events.len() as i64) < STEP;
        if done {
            row.state = ImportState::Undone.key().to_owned();
            row.finished_at = Some(ctx.now);
            jobs::finish(ctx.conn, worker.job, "done", None, ctx.now)?;
        }
        row.progress = to_json(&progress)?;
        row.updated_at = ctx.now;
        persistence::imports::update(ctx.conn, &row)?;
        Ok(done)
    })
}

fn is_creation(event: &Event) -> bool {
    event.kind.ends_with(".created")
}

/// Records that a rule made about others, with their object, by what they are linked to.
type Followers = HashMap<Uuid, Vec<(&'static str, Uuid)>>;

/// What is in use and what follows, of records that are locked: nobody can work on them between the question and the
/// archiving. Followers are known only by asking, and may have been worked on until they were locked, so that it is
/// asked again.
fn decide(ctx: &mut Ctx<'_>, import: Uuid, events: &[Event]) -> Result<(HashMap<Uuid, UndoReason>, Followers)> {
    let mut made: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for event in events.iter().filter(|event| is_creation(event)) {
        made.entry(&event.object).or_default().push(event.record_id);
    }
    lock(ctx, &made)?;
    let found = in_use(ctx, import, &made)?;
    if found.1.is_empty() {
        return Ok(found);
    }
    let mut following: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (object, id) in found.1.values().flatten() {
        following.entry(object).or_default().push(*id);
    }
    lock(ctx, &following)?;
    in_use(ctx, import, &made)
}

fn lock(ctx: &mut Ctx<'_>, records: &BTreeMap<&str, Vec<Uuid>>) -> Result<()> {
    for (object, ids) in records {
        let shape = ctx.shape(object)?;
        persistence::records::lock(ctx.conn, &shape, ids)?;
    }
    Ok(())
}

/// The records among those made, by object, which somebody has changed, or linked others to; and what rules alone made
/// about them.
fn in_use(
    ctx: &mut Ctx<'_>,
    import: Uuid,
    made: &BTreeMap<&str, Vec<Uuid>>,
) -> Result<(HashMap<Uuid, UndoReason>, Followers)> {
    let (mut found, mut followers) = (HashMap::new(), Followers::new());
    for (object, ids) in made {
        for id in used(ctx, object, ids, import, &mut followers)? {
            found.insert(id, UndoReason::Used);
        }
        for id in persistence::events::touched(ctx.conn, ids, import)? {
            found.insert(id, UndoReason::Changed);
        }
    }
    Ok((found, followers))
}

/// Those of the records that live records are linked to which neither the import made, nor a rule and nobody has touched
/// since. People are left out: everything they ever owned is linked to them.
fn used(ctx: &mut Ctx<'_>, object: &str, ids: &[Uuid], import: Uuid, followers: &mut Followers) -> Result<Vec<Uuid>> {
    if object == "users" {
        return Ok(Vec::new());
    }
    let mut links: Vec<(Uuid, &'static str, Uuid)> = Vec::new();
    for def in domain::objects::ALL {
        for field in def.fields {
            if matches!(&field.kind, Kind::Link(target) if target == object)
                && let Cow::Borrowed(column) = field.key
            {
                let found = persistence::records::linked_by(ctx.conn, def.key, column, ids)?;
                links.extend(found.into_iter().map(|(target, child)| (target, def.key, child)));
            }
        }
    }
    let children: Vec<Uuid> = links.iter().map(|(.., child)| *child).collect();
    let own = persistence::events::of_origin(ctx.conn, &children, import)?;
    links.retain(|(.., child)| !own.contains(child));
    let children: Vec<Uuid> = links.iter().map(|(.., child)| *child).collect();
    let mut idle = persistence::events::made_by_rules(ctx.conn, &children)?;
    let by_rules: Vec<Uuid> = idle.iter().copied().collect();
    for child in persistence::events::touched(ctx.conn, &by_rules, import)? {
        idle.remove(&child);
    }
    let mut found = Vec::new();
    for (target, object, child) in links {
        if idle.contains(&child) {
            followers.entry(target).or_default().push((object, child));
        } else {
            found.push(target);
        }
    }
    Ok(found)
}

/// An undo under way.
struct Undo {
    job: Uuid,
    /// What was imported.
    object: String,
    /// Created records that stay, unless by force.
    kept: HashMap<Uuid, UndoReason>,
    /// Those of the changed records that the import had made: they go or stay as a whole.
    made: HashSet<Uuid>,
    /// What rules made about the created records.
    followers: Followers,
    /// Those of them whose record has gone, by object.
    gone: BTreeSet<(&'static str, Uuid)>,
    /// What was changed since is taken back too, as far as the one who undoes may change it.
    force: bool,
    result: UndoResult,
    /// By object. What follows elsewhere is written once at the end of a step.
    writers: BTreeMap<String, Writer>,
}

impl Undo {
    fn take_back(&mut self, ctx: &mut Ctx<'_>, event: &Event) -> Result<()> {
        let created = is_creation(event);
        // What only followed from imported records, the amount of an order from its lines, follows them back.
        if !created && (event.object != self.object || self.made.contains(&event.record_id)) {
            return Ok(());
        }
        let shape = ctx.shape(&event.object)?;
        let Some(record) = persistence::records::get(ctx.conn, &shape, event.record_id, Owners::All, true)? else {
            return Ok(());
        };
        if record.archived() {
            return Ok(());
        }
        let as_it_was = if created { None } else { old_values(ctx, &shape, event, &record, false)? };
        let since = match self.kept.get(&record.id()).copied() {
            None if !created && as_it_was.is_none() => Some(UndoReason::Changed),
            reason => reason.filter(|_| created),
        };
        if let Some(reason) = since.filter(|_| !self.force) {
            self.keep(event, reason);
            return Ok(());
        }
        // What is still as the import left it goes by the right to import; what others have done since, by that to do it.
        let by = if event.object == self.object { Action::Import } else { Action::Create };
        let done_since = if created { Action::Archive } else { Action::Update };
        let action = if since.is_some() { done_since } else { by };
        let owner = record.owner(&shape);
        let reach = ctx.actor.visible_by(&[(shape.def.permission, by), (shape.def.permission, action)]);
        let pooled = shape.def.owned && owner.is_none() && ctx.actor.visible("pool", Action::Update).is_some();
        if !pooled && !reach.is_some_and(|reach| !shape.def.owned || reach.contains(owner)) {
            self.keep(event, UndoReason::NotYours);
            return Ok(());
        }
        let job = self.job;
        let writer = self.writers.entry(event.object.clone()).or_insert_with(|| Writer::back(shape.clone(), job));
        let done = if created {
            crate::records::set_archived_by(ctx, writer, &record, true).map(|stored| stored.changed)
        } else {
            let forced = if since.is_some() { old_values(ctx, &shape, event, &record, true)? } else { None };
            match as_it_was.or(forced) {
                Some(changes) => writer.update(ctx, &record, &changes, &Visible::All).map(|stored| stored.changed),
                None => Ok(false),
            }
        };
        match done {
            Ok(true) => {
                writer.flush_row(ctx)?;
                if created {
                    self.gone.extend(self.followers.remove(&record.id()).into_iter().flatten());
                }
                *(if created { &mut self.result.archived } else { &mut self.result.reverted }) += 1;
            }
            Ok(false) => self.keep(event, UndoReason::Changed),
            Err(Error::Conflict { .. } | Error::Invalid(_)) => self.keep(event, UndoReason::Blocked),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Archives what rules made about records that have gone; it is locked.
    fn archive_followers(&mut self, ctx: &mut Ctx<'_>) -> Result<()> {
        let mut by_object: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
        for (object, id) in std::mem::take(&mut self.gone) {
            by_object.entry(object).or_default().push(id);
        }
        for (object, ids) in by_object {
            let shape = ctx.shape(object)?;
            let job = self.job;
            let writer = self.writers.entry(object.to_owned()).or_insert_with(|| Writer::back(shape.clone(), job));
            for record in persistence::records::get_many(ctx.conn, &shape, &ids, Owners::All)? {
                crate::records::set_archived_by(ctx, writer, &record, true)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, event: &Event, reason: UndoReason) {
        self.result.kept += 1;
        if self.result.kept_records.len() < MAX_NAMED {
            let (object, record_id) = (event.object.clone(), event.record_id);
            self.result.kept_records.push(UndoKept { object, record_id, title: None, reason });
        }
    }
}

/// The values from before the event, if the record still has those from after it, or by force.
fn old_values(
    ctx: &Ctx<'_>,
    shape: &Shape,
    event: &Event,
    record: &domain::record::Record,
    force: bool,
) -> Result<Option<Changes>> {
    let parse = |text: &Option<String>| -> Result<Map<String, Json>> {
        let text = text.as_deref().unwrap_or("{}");
        serde_json::from_str(text).map_err(|error| Error::Internal(error.to_string()))
    };
    let (old, new) = (parse(&event.old)?, parse(&event.new)?);
    let cx = ctx.parse();
    let mut changes = Changes::default();
    for (key, after) in &new {
        let before = old.get(key).cloned().unwrap_or_default();
        if key == "custom" {
            if !force && record.custom() != after.as_object().cloned().unwrap_or_default() {
                return Ok(None);
            }
            let keys = after.as_object().into_iter().flatten().map(|(key, _)| (key.clone(), Json::Null));
            changes.custom.extend(keys);
            changes.custom.extend(before.as_object().cloned().unwrap_or_default());
            continue;
        }
        let Some((Place::Column(at), field)) = shape.find(key) else { continue };
        let read = |json: &Json| field.parse(json, &cx).unwrap_or(Value::Null);
        if !force && *record.at(at) != read(after) {
            return Ok(None);
        }
        changes.columns.push((at, read(&before)));
    }
    Ok(Some(changes))
}
