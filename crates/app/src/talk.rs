//! Comments and attachments of records. Whoever sees a record sees them; whoever may work writes them.

use crate::paging::newest_first;
use crate::{Ctx, Error, Result};
use contract::files::StoredFile;
use contract::talk::{Attachment, Attachments, Comment, Comments, NewComment};
use domain::fields::{FieldDef, Kind};
use domain::policy::Action;
use domain::record::{Record, Shape};
use domain::text::mentions;
use persistence::events::Event;
use persistence::records::Owners;
use persistence::talk::{self as store, AttachmentRow, CommentRow};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Characters of a comment at most.
const MAX_BODY: u32 = 10_000;

/// What a browser may show in the page. Others, such as drawings with scripts in them, are only handed out as files.
const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", PDF];
const PDF: &str = "application/pdf";

/// A record that the caller sees; an unknown object or record is the fault of the parameter that names it.
fn seen(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<(Arc<Shape>, Record)> {
    if ctx.schema.shape(object).is_none() {
        return Err(Error::field("object", "choice", domain::objects::ALL.map(|o| o.key).join(", ")));
    }
    crate::records::get(ctx, object, id).map_err(|e| match e {
        Error::NotFound => Error::field("record_id", "link_missing", ""),
        e => e,
    })
}

/// May the caller write something about records of this object? Whoever may change some of them, and whoever may log
/// work; not those who only look on.
pub fn require_writer(ctx: &Ctx<'_>, shape: &Shape) -> Result<()> {
    let may = |permission: &str, action| ctx.actor.visible(permission, action).is_some();
    let permission = shape.def.permission;
    if may(permission, Action::Update) || may(permission, Action::Create) || may("activities", Action::Create) {
        return Ok(());
    }
    Err(Error::Forbidden { permission: crate::ctx::permission_name(permission, Action::Update) })
}

fn note(
    ctx: &mut Ctx<'_>,
    shape: &Shape,
    record: Uuid,
    verb: &str,
    old: Option<Json>,
    new: Option<Json>,
) -> Result<()> {
    let event = Event {
        seq: 0,
        id: Uuid::now_v7(),
        kind: format!("{}.{verb}", shape.def.singular),
        object: shape.def.key.to_owned(),
        record_id: record,
        actor_id: Some(ctx.actor.user_id),
        at: ctx.now,
        old: old.map(|json| json.to_string()),
        new: new.map(|json| json.to_string()),
        request_id: ctx.request_id,
        origin_id: None,
        key_id: ctx.actor.api_key_id,
    };
    Ok(persistence::events::append(ctx.conn, &[event])?)
}

fn names(ctx: &mut Ctx<'_>, people: BTreeSet<Uuid>) -> Result<BTreeMap<String, String>> {
    let users = ctx.shape("users")?;
    let ids: Vec<Uuid> = people.into_iter().collect();
    let found = persistence::records::titles(ctx.conn, &users, &ids, Owners::All)?;
    Ok(found.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// The comments of a record, newest first.
pub fn comments(ctx: &mut Ctx<'_>, object: &str, id: Uuid, cursor: Option<&str>, limit: i64) -> Result<Comments> {
    seen(ctx, object, id)?;
    let load = |before, limit| store::comments(ctx.conn, object, id, before, limit);
    let (rows, next_cursor) = newest_first(cursor, limit, load, |row| row.id)?;
    let people = rows.iter().flat_map(|row| row.created_by.iter().chain(&row.mentions)).copied().collect();
    let refs = names(ctx, people)?;
    Ok(Comments { items: rows.into_iter().map(comment_out).collect(), next_cursor, refs })
}

fn comment_out(row: CommentRow) -> Comment {
    Comment {
        id: row.id,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        edited_at: row.edited_at,
        archived_at: row.archived_at,
        created_by: row.created_by,
        object: row.object,
        record_id: row.record_id,
        body: row.body,
        mentions: row.mentions,
    }
}

/// The text as it is kept, and the people in it that there are.
fn read_body(ctx: &mut Ctx<'_>, body: &str) -> Result<(String, Vec<Uuid>)> {
    let field = FieldDef::new("body", "", "", Kind::LongText { max: MAX_BODY });
    let value = field.parse(&json!(body), &ctx.parse()).map_err(|e| Error::Invalid(vec![e]))?;
    let text = value.as_str().ok_or_else(|| Error::field("body", "required", ""))?.to_owned();
    let mut people = mentions(&text);
    if !people.is_empty() {
        let users = ctx.shape("users")?;
        let known = persistence::records::titles(ctx.conn, &users, &people, Owners::All)?;
        people.retain(|id| known.iter().any(|(user, _)| user == id));
    }
    Ok((text, people))
}

/// Says something about a record.
pub fn say(ctx: &mut Ctx<'_>, new: &NewComment) -> Result<Comment> {
    let (shape, _) = seen(ctx, &new.object, new.record_id)?;
    require_writer(ctx, &shape)?;
    let (body, mentions) = read_body(ctx, &new.body)?;
    let row = CommentRow {
        id: Uuid::now_v7(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        edited_at: None,
        archived_at: None,
        created_by: Some(ctx.actor.user_id),
        object: new.object.clone(),
        record_id: new.record_id,
        body,
        mentions,
    };
    store::insert_comment(ctx.conn, &row)?;
    let told = json!({ "note": row.body, "comment_id": row.id, "mentions": row.mentions });
    note(ctx, &shape, row.record_id, "commented", None, Some(told))?;
    Ok(comment_out(row))
}

/// A comment of a record that the caller sees.
fn comment_seen(ctx: &mut Ctx<'_>, id: Uuid, lock: bool) -> Result<(Arc<Shape>, CommentRow)> {
    let row = store::comment(ctx.conn, id, lock)?.ok_or(Error::NotFound)?;
    let (shape, _) = hidden(crate::records::get(ctx, &row.object, row.record_id))?;
    Ok((shape, row))
}

/// What belongs to a record out of sight does not exist.
fn hidden<T>(found: Result<T>) -> Result<T> {
    found.map_err(|e| if matches!(e, Error::Forbidden { .. }) { Error::NotFound } else { e })
}

/// One comment.
pub fn comment(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Comment> {
    Ok(comment_out(comment_seen(ctx, id, false)?.1))
}

/// Changes the text of a comment of one's own.
pub fn reword(ctx: &mut Ctx<'_>, id: Uuid, version: Option<i64>, body: &str) -> Result<Comment> {
    let (shape, mut row) = comment_seen(ctx, id, true)?;
    let version = version.ok_or(Error::VersionRequired)?;
    if version != row.version {
        return Err(Error::Stale { current: row.version });
    }
    if row.created_by != Some(ctx.actor.user_id) {
        return Err(Error::Forbidden { permission: "comments.update".to_owned() });
    }
    let (body, mentions) = read_body(ctx, body)?;
    if body == row.body {
        return Ok(comment_out(row));
    }
    let old = json!({ "note": row.body, "comment_id": row.id, "mentions": row.mentions });
    row = CommentRow { version: version + 1, updated_at: ctx.now, edited_at: Some(ctx.now), body, mentions, ..row };
    store::update_comment(ctx.conn, &row)?;
    let new = json!({ "note": row.body, "comment_id": row.id, "mentions": row.mentions });
    note(ctx, &shape, row.record_id, "comment_updated", Some(old), Some(new))?;
    Ok(comment_out(row))
}

/// Takes a comment back, or brings it back: its author, or who may archive the record.
pub fn archive_comment(ctx: &mut Ctx<'_>, id: Uuid, archived: bool) -> Result<Comment> {
    let (shape, row) = comment_seen(ctx, id, true)?;
    require_remover(ctx, &shape, row.record_id, row.created_by)?;
    if row.archived_at.is_some() == archived {
        return Ok(comment_out(row));
    }
    let row =
        CommentRow { version: row.version + 1, updated_at: ctx.now, archived_at: archived.then_some(ctx.now), ..row };
    store::update_comment(ctx.conn, &row)?;
    let text = json!({ "note": row.body, "comment_id": row.id });
    if archived {
        note(ctx, &shape, row.record_id, "comment_archived", Some(text), None)?;
    } else {
        note(ctx, &shape, row.record_id, "comment_restored", None, Some(text))?;
    }
    Ok(comment_out(row))
}

fn require_remover(ctx: &mut Ctx<'_>, shape: &Shape, record: Uuid, author: Option<Uuid>) -> Result<()> {
    if author == Some(ctx.actor.user_id) {
        return Ok(());
    }
    let permission = shape.def.permission;
    let reach = ctx.require(permission, Action::Archive)?;
    // What everybody reads, such as a published goal, is not within everybody's reach.
    match persistence::records::get(ctx.conn, shape, record, reach.owners(), false)? {
        Some(record) if !shape.def.owned || reach.contains(record.owner(shape)) => Ok(()),
        Some(_) | None => {
            Err(Error::Forbidden { permission: crate::ctx::permission_name(permission, Action::Archive) })
        }
    }
}

/// The attachments of a record, newest first.
pub fn attachments(ctx: &mut Ctx<'_>, object: &str, id: Uuid, cursor: Option<&str>, limit: i64) -> Result<Attachments> {
    seen(ctx, object, id)?;
    let load = |before, limit| store::attachments(ctx.conn, object, id, before, limit);
    let (rows, next_cursor) = newest_first(cursor, limit, load, |row| row.id)?;
    let refs = names(ctx, rows.iter().filter_map(|row| row.created_by).collect())?;
    Ok(Attachments { items: rows.into_iter().map(attachment_out).collect(), next_cursor, refs })
}

fn attachment_out(row: AttachmentRow) -> Attachment {
    Attachment {
        preview: SHOWN.contains(&row.media_type.as_str()),
        id: row.id,
        created_at: row.created_at,
        archived_at: row.archived_at,
        created_by: row.created_by,
        object: row.object,
        record_id: row.record_id,
        name: row.name,
        size: row.size,
        media_type: row.media_type,
    }
}

/// May the caller attach a file to this record? Asked before the file is received.
pub fn check_attach(ctx: &mut Ctx<'_>, object: &str, id: Uuid) -> Result<()> {
    let (shape, _) = seen(ctx, object, id)?;
    require_writer(ctx, &shape)
}

/// Attaches a received file to a record.
pub fn attach(ctx: &mut Ctx<'_>, object: &str, id: Uuid, file: &StoredFile) -> Result<Attachment> {
    let (shape, _) = seen(ctx, object, id)?;
    require_writer(ctx, &shape)?;
    let head = crate::files::read_chunk(ctx.conn, file.id, 0)?.unwrap_or_default();
    let row = AttachmentRow {
        id: Uuid::now_v7(),
        created_at: ctx.now,
        archived_at: None,
        created_by: Some(ctx.actor.user_id),
        object: object.to_owned(),
        record_id: id,
        file_id: file.id,
        name: file.name.clone(),
        size: file.size,
        media_type: media_type(&head).to_owned(),
    };
    persistence::files::keep(ctx.conn, file.id, None)?;
    store::insert_attachment(ctx.conn, &row)?;
    note(ctx, &shape, id, "file_attached", None, Some(told(&row)))?;
    Ok(attachment_out(row))
}

fn told(row: &AttachmentRow) -> Json {
    json!({ "attachment_id": row.id, "file_name": row.name, "file_size": row.size })
}

/// What a file is, by how its content begins; a name can say anything.
fn media_type(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'%', b'P', b'D', b'F', ..] => PDF,
        _ => "application/octet-stream",
    }
}

fn attachment_seen(ctx: &mut Ctx<'_>, id: Uuid, lock: bool) -> Result<(Arc<Shape>, AttachmentRow)> {
    let row = store::attachment(ctx.conn, id, lock)?.ok_or(Error::NotFound)?;
    let (shape, _) = hidden(crate::records::get(ctx, &row.object, row.record_id))?;
    Ok((shape, row))
}

/// One attachment.
pub fn attachment(ctx: &mut Ctx<'_>, id: Uuid) -> Result<Attachment> {
    Ok(attachment_out(attachment_seen(ctx, id, false)?.1))
}

/// An attachment with the stored file that is its content; one in the archive has none to hand out.
pub fn content(ctx: &mut Ctx<'_>, id: Uuid) -> Result<(Attachment, StoredFile)> {
    let (_, row) = attachment_seen(ctx, id, false)?;
    if row.archived_at.is_some() {
        return Err(Error::NotFound);
    }
    let file = StoredFile { id: row.file_id, name: row.name.clone(), size: row.size, created_at: row.created_at };
    Ok((attachment_out(row), file))
}

/// Puts an attachment away, or brings it back: who brought it, or who may archive the record.
pub fn archive_attachment(ctx: &mut Ctx<'_>, id: Uuid, archived: bool) -> Result<Attachment> {
    let (shape, mut row) = attachment_seen(ctx, id, true)?;
    require_remover(ctx, &shape, row.record_id, row.created_by)?;
    if row.archived_at.is_some() == archived {
        return Ok(attachment_out(row));
    }
    row.archived_at = archived.then_some(ctx.now);
    store::archive_attachment(ctx.conn, id, row.archived_at)?;
    if archived {
        note(ctx, &shape, row.record_id, "file_removed", Some(told(&row)), None)?;
    } else {
        note(ctx, &shape, row.record_id, "file_attached", None, Some(told(&row)))?;
    }
    Ok(attachment_out(row))
}
