//! What people say about records.

use super::once::versioned;
use super::paging::{OfRecord, caller};
use super::records::{keyed, path_id, replay};
use super::table::{Routes, resource};
use crate::failure::Result;
use crate::http::body;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::idempotency;
use contract::talk::{Comment, CommentPatch, Comments, NewComment};
use domain::policy::Action;
use persistence::settings::Answer;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/comments").route(web::get().to(list_comments)).route(web::post().to(create_comment)));
    scope.service(resource("/comments/{id}/restore").route(web::post().to(restore_comment)));
    scope.service(
        resource("/comments/{id}")
            .route(web::get().to(get_comment))
            .route(web::patch().to(update_comment))
            .route(web::delete().to(archive_comment)),
    );
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list_comments, create_comment, get_comment, update_comment, archive_comment, restore_comment),
    components(schemas(Comment, CommentPatch, Comments, NewComment))
)]
pub(crate) struct Doc;

/// List a record's comments
///
/// Newest first, with the names of authors and mentioned people. Permission: read of the record.
#[utoipa::path(
    get, path = "/api/v1/comments", operation_id = "list_comments", tag = "comments", security(("bearer" = [])),
    params(("object" = String, Query, description = "Plural key of the record's object.", example = "customers"), ("record_id" = Uuid, Query, description = "The record."),
        ("cursor" = Option<String>, Query, description = "Where the page before ended."), ("limit" = Option<i64>, Query, description = "1 to 200, by default 50.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = Comments)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn list_comments(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Read]).await?;
    let asked: OfRecord = cx.query()?;
    let limit = asked.limit()?;
    let page = cx
        .read(move |ctx| app::talk::comments(ctx, &asked.object, asked.record_id, asked.cursor.as_deref(), limit))
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Comment on a record
///
/// `@[name](id)` in the text mentions a person. It stands in the record's timeline. Permission: read of the record, and
/// create or update of its object or create of activities.
#[utoipa::path(
    post, path = "/api/v1/comments", operation_id = "create_comment", tag = "comments", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = NewComment, example = json!({ "object": "customers", "record_id": "019aa000-0000-7000-8000-000000000001", "body": "客户下周三来厂，请 @[李雷](019aa000-0000-7000-8000-000000000002) 准备样机。" })),
    responses((status = 201, description = "The comment.", body = Comment, headers(("Location" = String), ("ETag" = String)))),
    extensions(("x-permission" = json!("create or update of any object")))
)]
async fn create_comment(req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Create, Action::Update]).await?;
    let (key, bytes) = keyed(&cx, payload).await?;
    let new: NewComment = body::parse(&bytes)?;
    let say = move |ctx: &mut app::Ctx<'_>| {
        idempotency::once(ctx, key.as_ref(), |ctx| {
            let comment = app::talk::say(ctx, &new)?;
            Ok(Answer {
                request_hash: String::new(),
                status: 201,
                etag: Some(format!("\"{}\"", comment.version)),
                location: Some(format!("/api/v1/comments/{}", comment.id)),
                body: serde_json::to_string(&comment).map_err(|e| app::Error::Internal(e.to_string()))?,
            })
        })
    };
    Ok(replay(cx.write(say).await?))
}

fn answer(comment: &Comment) -> HttpResponse {
    versioned(comment.version, &comment)
}

/// Get a comment
///
/// Permission: read of the record.
#[utoipa::path(
    get, path = "/api/v1/comments/{id}", operation_id = "get_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the comment.")),
    responses((status = 200, description = "The comment.", body = Comment)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn get_comment(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Read]).await?;
    let id = path_id(&req)?;
    Ok(answer(&cx.read(move |ctx| app::talk::comment(ctx, id)).await?))
}

/// Change a comment
///
/// Only its author may. `If-Match` names the version. Permission: read of the record.
#[utoipa::path(
    patch, path = "/api/v1/comments/{id}", operation_id = "update_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the comment."), ("If-Match" = String, Header, description = "The version the change is based on, in quotes.")),
    request_body(content = CommentPatch, example = json!({ "body": "客户改到周四来厂。" })),
    responses((status = 200, description = "The comment as it is now.", body = Comment),
        (status = 412, description = "It has changed since.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn update_comment(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Create, Action::Update]).await?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let patch: CommentPatch = cx.body(body).await?;
    Ok(answer(&cx.write(move |ctx| app::talk::reword(ctx, id, version, &patch.body)).await?))
}

/// Take a comment back
///
/// Its author may, and who may archive the record. Permission: read of the record.
#[utoipa::path(
    delete, path = "/api/v1/comments/{id}", operation_id = "archive_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the comment.")),
    responses((status = 200, description = "The comment in the archive.", body = Comment)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn archive_comment(req: HttpRequest) -> Result<HttpResponse> {
    set_archived(req, true).await
}

/// Restore a comment
///
/// Its author may, and who may archive the record. Permission: read of the record.
#[utoipa::path(
    post, path = "/api/v1/comments/{id}/restore", operation_id = "restore_comment", tag = "comments", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the comment.")),
    responses((status = 200, description = "The comment as it is now.", body = Comment)),
    extensions(("x-permission" = json!("read of the record")))
)]
async fn restore_comment(req: HttpRequest) -> Result<HttpResponse> {
    set_archived(req, false).await
}

async fn set_archived(req: HttpRequest, archived: bool) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Create, Action::Update, Action::Archive]).await?;
    let id = path_id(&req)?;
    Ok(answer(&cx.write(move |ctx| app::talk::archive_comment(ctx, id, archived)).await?))
}
