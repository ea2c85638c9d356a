//! Taking a whole import back: what it made is archived, what it changed has its old values again
//! where nobody has changed them since. The event log says what that was.

use contract::imports::{ImportState, UndoResult};
use domain::record::{Changes, Place, Shape};
use domain::value::Value;
use persistence::db::AnyConnection;
use persistence::events::{Event, Filter};
use persistence::jobs;
use persistence::records::Owners;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::run::{Stop, Worker};
use super::setup::{Progress, read, to_json};
use crate::records::Writer;
use crate::{Ctx, Error, Result, Visible};

/// Events taken back in one transaction.
const STEP: i64 = 500;

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
        let mut result = progress.undo.clone().unwrap_or_default();
        for event in &events {
            take_back(ctx, worker.job.id, event, &mut result)?;
        }
        progress.undo = Some(result);
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

fn take_back(ctx: &mut Ctx<'_>, origin: Uuid, event: &Event, result: &mut UndoResult) -> Result<()> {
    let shape = ctx.shape(&event.object)?;
    let Some(record) = persistence::records::get(ctx.conn, &shape, event.record_id, Owners::All, true)? else {
        return Ok(());
    };
    let mut writer = Writer::import(shape.clone(), origin);
    let done = if event.kind.ends_with(".created") {
        crate::records::set_archived_by(ctx, &mut writer, &record, true).map(|stored| stored.changed)
    } else {
        match old_values(ctx, &shape, event, &record)? {
            Some(changes) => writer.update(ctx, &record, &changes, &Visible::All).map(|stored| stored.changed),
            None => Ok(false),
        }
    };
    match done {
        Ok(true) => {
            writer.flush(ctx)?;
            if event.kind.ends_with(".created") {
                result.archived += 1;
            } else {
                result.reverted += 1;
            }
        }
        // Somebody has worked on it since, or live records stand on it.
        Ok(false) | Err(Error::Conflict { .. } | Error::Invalid(_)) => result.kept += i64::from(!record.archived()),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The values from before the event, if the record still has those from after it.
fn old_values(ctx: &Ctx<'_>, shape: &Shape, event: &Event, record: &domain::record::Record) -> Result<Option<Changes>> {
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
            if record.custom() != after.as_object().cloned().unwrap_or_default() {
                return Ok(None);
            }
            let keys = after.as_object().into_iter().flatten().map(|(key, _)| (key.clone(), Json::Null));
            changes.custom.extend(keys);
            changes.custom.extend(before.as_object().cloned().unwrap_or_default());
            continue;
        }
        let Some((Place::Column(at), field)) = shape.find(key) else { continue };
        let read = |json: &Json| field.parse(json, &cx).unwrap_or(Value::Null);
        if *record.at(at) != read(after) {
            return Ok(None);
        }
        changes.columns.push((at, read(&before)));
    }
    Ok(Some(changes))
}
