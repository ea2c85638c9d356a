//! Imports: analyse, map, try, run, undo.

use super::table::{Routes, resource};
use actix_web::http::header;
use actix_web::web::{self, Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::{Actor, Ctx};
use contract::imports::{
    BadCells, ChangedSince, Existing, Import, ImportColumn, ImportIssue, ImportIssueList, ImportList, ImportPatch,
    ImportProgress, ImportState, IssueSummary, NewImport, StartImport, UndoImport, UndoKept, UndoReason, UndoResult,
    UnmatchedValue,
};
use contract::problem::Lang;
use domain::policy::Action;
use persistence::db::{self, DbPool};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

use super::files::attachment;
use super::once::{Made, make};
use super::paging::{Page, caller, limit};
use super::records::{keyed_as, path_id};
use crate::failure::Result;
use crate::http::stream::Pieces;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/imports").route(web::get().to(list_imports)).route(web::post().to(create_import)));
    scope.service(resource("/imports/{id}/start").route(web::post().to(start_import)));
    scope.service(resource("/imports/{id}/cancel").route(web::post().to(cancel_import)));
    scope.service(resource("/imports/{id}/undo").route(web::post().to(undo_import)));
    scope.service(resource("/imports/{id}/errors").route(web::get().to(list_import_errors)));
    scope.service(resource("/imports/{id}").route(web::get().to(get_import)).route(web::patch().to(update_import)));
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        list_imports,
        create_import,
        get_import,
        update_import,
        start_import,
        cancel_import,
        undo_import,
        list_import_errors
    ),
    components(schemas(
        BadCells,
        ChangedSince,
        Existing,
        Import,
        ImportColumn,
        ImportIssue,
        ImportIssueList,
        ImportList,
        ImportPatch,
        ImportProgress,
        ImportState,
        IssueSummary,
        NewImport,
        StartImport,
        UndoImport,
        UndoKept,
        UndoReason,
        UndoResult,
        UnmatchedValue
    ))
)]
pub(crate) struct Doc;

/// List imports
///
/// The caller's imports, newest first, without their columns; an API key sees those only for which it gave the file.
/// Permission: import of any object.
#[utoipa::path(
    get, path = "/api/v1/imports", operation_id = "list_imports", tag = "imports", security(("bearer" = [])),
    params(("cursor" = Option<String>, Query, description = "Where the page before ended."), ("limit" = Option<i64>, Query, description = "1 to 200, by default 50.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = ImportList)),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn list_imports(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let page = Page::of(&cx)?;
    let list = cx.read(move |ctx| app::imports::list(ctx, page.cursor.as_deref(), page.limit)).await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Analyse a file
///
/// Finds the layout of an uploaded CSV or XLSX file, guesses a field for each column from its header and its data, and
/// proposes records for names that match nothing exactly. Nothing is brought in yet. Permission: import of the object.
#[utoipa::path(
    post, path = "/api/v1/imports", operation_id = "create_import", tag = "imports", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = NewImport, example = json!({ "object": "customers", "file_id": "019aa000-0000-7000-8000-000000000001" })),
    responses((status = 201, description = "The draft.", body = Import, headers(("Location" = String)))),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn create_import(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let (key, new): (_, NewImport) = keyed_as(&cx, body).await?;
    let pool = cx.state.pool.clone();
    let draft = cx.read(move |ctx| app::imports::draft(ctx, &pool, &new)).await?;
    make(&cx, key, &[], move |ctx| {
        let import = app::imports::keep(ctx, &draft)?;
        Ok((Made::at(format!("/api/v1/imports/{}", import.id)), import))
    })
    .await
}

/// Get an import
///
/// Columns, mapping and options, how far it has come, and what was wrong, by kind. Permission: import of any object.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}", operation_id = "get_import", tag = "imports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the import.")),
    responses((status = 200, description = "The import.", body = Import)),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn get_import(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    let import = cx.read(move |ctx| app::imports::get(ctx, id, lang)).await?;
    Ok(HttpResponse::Ok().json(import))
}

/// Change mapping and options
///
/// Possible before the import runs, and after a dry run. A JSON merge patch; `If-Match` names the version. Permission: import of any object.
#[utoipa::path(
    patch, path = "/api/v1/imports/{id}", operation_id = "update_import", tag = "imports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the import."), ("If-Match" = String, Header, description = "The version the change is based on, in quotes.")),
    request_body(content = ImportPatch, example = json!({ "mapping": { "公司": "name", "备注": null }, "match_fields": ["name"], "create_missing": { "owner_id": false } })),
    responses((status = 200, description = "The import.", body = Import), (status = 409, description = "It runs or has run.", body = contract::problem::Problem, content_type = "application/problem+json"), (status = 412, description = "It has changed since.", body = contract::problem::Problem, content_type = "application/problem+json"), (status = 428, description = "If-Match is missing.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn update_import(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let patch: ImportPatch = cx.body(body).await?;
    let asked = patch.clone();
    let compared = cx.read(move |ctx| app::imports::compare(ctx, id, &asked)).await?;
    let import = cx.write(move |ctx| app::imports::update(ctx, id, version, &patch, compared.as_ref())).await?;
    Ok(HttpResponse::Ok().json(import))
}

/// Start an import
///
/// Puts it into the queue; its progress is in the import itself. A dry run reports the same and changes nothing. With
/// `If-Match`, it starts with the mapping and options of that version or not at all. Permission: import of the object.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/start", operation_id = "start_import", tag = "imports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the import."), ("If-Match" = Option<String>, Header, description = "The version that is to be started, in quotes. Without it, whatever mapping and options it has now.")),
    request_body(content = StartImport, example = json!({ "dry_run": true })),
    responses((status = 202, description = "It is queued.", body = Import), (status = 409, description = "It runs or has run.", body = contract::problem::Problem, content_type = "application/problem+json"), (status = 412, description = "It has changed since.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn start_import(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let start: StartImport = cx.body(body).await?;
    let import = cx.write(move |ctx| app::imports::start(ctx, id, version, start.dry_run)).await?;
    app::jobs::wake();
    Ok(HttpResponse::Accepted().json(import))
}

/// Cancel an import
///
/// Stops it after the rows that are being written; rows until then stay. Permission: import of any object.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/cancel", operation_id = "cancel_import", tag = "imports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the import.")),
    responses((status = 200, description = "The import.", body = Import), (status = 409, description = "It has ended.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn cancel_import(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let id = path_id(&req)?;
    let import = cx.write(move |ctx| app::imports::cancel(ctx, id)).await?;
    Ok(HttpResponse::Ok().json(import))
}

/// Undo an import
///
/// Archives what it made and gives what it changed its old values again. Records that somebody has changed since, or that
/// other records are linked to, stay as they are and are named with the reason in the import's `undo`; with
/// `"changed_since": "undo"`, at once or afterwards, they are taken back too. What rules changed in a record that was made
/// does not keep it, and tasks and other records that rules made about it are archived with it unless somebody has worked
/// on them. Permission: import of the object.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/undo", operation_id = "undo_import", tag = "imports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the import.")),
    request_body(content = Option<UndoImport>, description = "Without a body, what was changed since is kept.", example = json!({ "changed_since": "keep" })),
    responses((status = 202, description = "It is queued.", body = Import), (status = 409, description = "There is nothing to undo.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn undo_import(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let id = path_id(&req)?;
    let wanted: UndoImport = cx.optional_body(body).await?;
    let import = cx.write(move |ctx| app::imports::undo(ctx, id, wanted)).await?;
    app::jobs::wake();
    Ok(HttpResponse::Accepted().json(import))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Errors {
    format: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// List an import's errors
///
/// What was wrong with which row and column, in the order of the file; as JSON by pages, or the whole list as a CSV file
/// with `format=csv`. Permission: import of any object.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/errors", operation_id = "list_import_errors", tag = "imports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the import."), ("format" = Option<String>, Query, description = "`json` (default) or `csv`."),
        ("cursor" = Option<String>, Query, description = "Where the page before ended."), ("limit" = Option<i64>, Query, description = "1 to 200, by default 50.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page, or the file.", content((ImportIssueList = "application/json"), (String = "text/csv")))),
    extensions(("x-permission" = json!("import of any object")))
)]
async fn list_import_errors(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Import]).await?;
    let query: Errors = cx.query()?;
    let (limit, lang) = (limit(query.limit, 50)?, cx.lang);
    let id = path_id(&req)?;
    match query.format.as_deref() {
        None | Some("json") => {
            let page = cx.read(move |ctx| app::imports::issues(ctx, id, query.cursor.as_deref(), limit, lang)).await?;
            Ok(HttpResponse::Ok().json(page))
        }
        Some("csv") => {
            let import = cx.read(move |ctx| app::imports::get(ctx, id, lang)).await?;
            let name = format!("{}-errors.csv", import.file_name.rsplit_once('.').map_or("import", |(stem, _)| stem));
            let list = List {
                pool: cx.state.pool.clone(),
                actor: cx.actor.clone(),
                schema: cx.schema.clone(),
                now: cx.now,
                id,
                lang,
                cursor: None,
                ended: false,
            };
            Ok(HttpResponse::Ok()
                .content_type("text/csv; charset=utf-8")
                .insert_header((header::CONTENT_DISPOSITION, attachment(&name)))
                .streaming(Pieces::new(list, next_piece)))
        }
        Some(_) => Err(app::Error::field("format", "choice", "json, csv").into()),
    }
}

/// Where the writing of an error list stands.
struct List {
    pool: DbPool,
    actor: Arc<Actor>,
    schema: Arc<app::schema::Schema>,
    now: chrono::DateTime<chrono::Utc>,
    id: Uuid,
    lang: Lang,
    cursor: Option<String>,
    ended: bool,
}

fn next_piece(mut list: List) -> app::Result<Option<(Bytes, List)>> {
    if list.ended {
        return Ok(None);
    }
    let mut conn = db::get(&list.pool)?;
    let mut ctx = Ctx { conn: &mut conn, actor: &list.actor, now: list.now, request_id: list.id, schema: &list.schema };
    let (bytes, cursor) = app::imports::issues_csv(&mut ctx, list.id, list.cursor.as_deref(), list.lang)?;
    list.ended = cursor.is_none();
    list.cursor = cursor;
    Ok(Some((Bytes::from(bytes), list)))
}
