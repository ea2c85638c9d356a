//! Files that belong to records.

use super::files::{content, made_of, receive, shown_in_page};
use super::paging::{OfRecord, caller};
use super::records::path_id;
use super::table::{Routes, resource};
use crate::failure::Result;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::talk::{Attachment, Attachments};
use domain::policy::Action;
use serde::Deserialize;
use uuid::Uuid;

/// Bytes of an attachment at most.
const LIMIT: i64 = 50 << 20;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(
        resource("/attachments").route(web::get().to(list_attachments)).route(web::post().to(create_attachment)),
    );
    scope.service(resource("/attachments/{id}/content").route(web::get().to(download_attachment)));
    scope.service(resource("/attachments/{id}/restore").route(web::post().to(restore_attachment)));
    scope.service(
        resource("/attachments/{id}").route(web::get().to(get_attachment)).route(web::delete().to(archive_attachment)),
    );
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        list_attachments,
        create_attachment,
        get_attachment,
        download_attachment,
        archive_attachment,
        restore_attachment
    ),
    components(schemas(Attachment, Attachments))
)]
pub(crate) struct Doc;

/// List a record's attachments
///
/// Newest first. Permission: read of the record.
#[utoipa::path(
    get, path = "/api/v1/attachments", operation_id = "list_attachments", tag = "attachments", security(("bearer" = [])),
    params(("object" = String, Query, description = "Plural key of the record's object.", example = "customers"), ("record_id" = Uuid, Query, description = "The record."),
        ("cursor" = Option<String>, Query, description = "Where the page before ended."), ("limit" = Option<i64>, Query, description = "1 to 200, by default 50.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = Attachments)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn list_attachments(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Read]).await?;
    let asked: OfRecord = cx.query()?;
    let limit = asked.limit()?;
    let page = cx
        .read(move |ctx| app::talk::attachments(ctx, &asked.object, asked.record_id, asked.cursor.as_deref(), limit))
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    object: String,
    record_id: Uuid,
    name: String,
}

/// Attach a file to a record
///
/// The body is the file itself, of any media type, at most 50 MiB. Permission: read of the record, and create or update
/// of its object or create of activities.
#[utoipa::path(
    post, path = "/api/v1/attachments", operation_id = "create_attachment", tag = "attachments", security(("bearer" = [])),
    params(("object" = String, Query, description = "Plural key of the record's object.", example = "customers"), ("record_id" = Uuid, Query, description = "The record."),
        ("name" = String, Query, description = "Name of the file with its ending.", example = "drawing.pdf"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = Option<Vec<u8>>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, description = "The attachment.", body = Attachment, headers(("Location" = String)))),
    extensions(("x-permission" = json!("create or update of any object")))
)]
async fn create_attachment(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Create, Action::Update]).await?;
    let Brought { object, record_id, name } = cx.query()?;
    let known = object.clone();
    cx.read(move |ctx| app::talk::check_attach(ctx, &known, record_id)).await?;
    let (file, key) = receive(&cx, body, name, LIMIT).await?;
    made_of(&cx, file, key, move |ctx, file| {
        let attachment = app::talk::attach(ctx, &object, record_id, file)?;
        Ok((format!("/api/v1/attachments/{}", attachment.id), attachment))
    })
    .await
}

/// Get an attachment
///
/// Its name, size and kind. Permission: read of the record.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}", operation_id = "get_attachment", tag = "attachments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the attachment.")),
    responses((status = 200, description = "The attachment.", body = Attachment)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn get_attachment(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Read]).await?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::talk::attachment(ctx, id)).await?))
}

/// Download an attachment
///
/// The file: pictures (PNG, JPEG, GIF, WebP) and PDF to be shown in the page, everything else to be saved. Permission: read of the record.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}/content", operation_id = "download_attachment", tag = "attachments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the attachment.")),
    responses((status = 200, description = "The content.", content(
        (Vec<u8> = "application/octet-stream"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"), (Vec<u8> = "image/webp"),
        (Vec<u8> = "application/pdf"),
    ))),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn download_attachment(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Read]).await?;
    let id = path_id(&req)?;
    let (attachment, file) = cx.read(move |ctx| app::talk::content(ctx, id)).await?;
    let shown = attachment.preview.then_some(attachment.media_type.as_str());
    Ok(match shown {
        Some(media) => shown_in_page(&cx.state.pool, &file, media),
        None => content(&cx.state.pool, &file, "application/octet-stream"),
    })
}

/// Put an attachment away
///
/// Who brought it may, and who may archive the record. Permission: read of the record.
#[utoipa::path(
    delete, path = "/api/v1/attachments/{id}", operation_id = "archive_attachment", tag = "attachments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the attachment.")),
    responses((status = 200, description = "The attachment in the archive.", body = Attachment)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn archive_attachment(req: HttpRequest) -> Result<HttpResponse> {
    set_archived(req, true).await
}

/// Restore an attachment
///
/// Who brought it may, and who may archive the record. Permission: read of the record.
#[utoipa::path(
    post, path = "/api/v1/attachments/{id}/restore", operation_id = "restore_attachment", tag = "attachments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the attachment.")),
    responses((status = 200, description = "The attachment as it is now.", body = Attachment)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn restore_attachment(req: HttpRequest) -> Result<HttpResponse> {
    set_archived(req, false).await
}

async fn set_archived(req: HttpRequest, archived: bool) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Create, Action::Update, Action::Archive]).await?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| app::talk::archive_attachment(ctx, id, archived)).await?))
}
