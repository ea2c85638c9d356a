//! Exports: records as a file.

use super::table::{Routes, resource};
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::exports::{Archived, Export, ExportList, ExportState, FileFormat, NewExport};
use domain::policy::Action;

use super::files::{content, table_type};
use super::once::{Made, make};
use super::paging::{Page, caller};
use super::records::{keyed_as, path_id};
use crate::failure::Result;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/exports").route(web::get().to(list_exports)).route(web::post().to(create_export)));
    scope.service(resource("/exports/{id}").route(web::get().to(get_export)));
    scope.service(resource("/exports/{id}/content").route(web::get().to(download_export)));
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list_exports, create_export, get_export, download_export),
    components(schemas(Archived, Export, ExportList, ExportState, FileFormat, NewExport))
)]
pub(crate) struct Doc;

/// List exports
///
/// The caller's exports, newest first; an API key sees those only that were asked for by it. Permission: export of any object.
#[utoipa::path(
    get, path = "/api/v1/exports", operation_id = "list_exports", tag = "exports", security(("bearer" = [])),
    params(("cursor" = Option<String>, Query, description = "Where the page before ended."), ("limit" = Option<i64>, Query, description = "1 to 200, by default 50.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = ExportList)),
    extensions(("x-permission" = json!("export of any object")))
)]
async fn list_exports(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Export]).await?;
    let page = Page::of(&cx)?;
    let list = cx.read(move |ctx| app::exports::list(ctx, page.cursor.as_deref(), page.limit)).await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Ask for an export
///
/// Records within the caller's scope and under its masks, as a CSV or XLSX file made in the background. Permission: export of the object.
#[utoipa::path(
    post, path = "/api/v1/exports", operation_id = "create_export", tag = "exports", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = NewExport, example = json!({ "object": "customers", "format": "xlsx", "fields": ["name", "grade", "owner_id"], "filter": { "field": "grade", "op": "eq", "value": "A" }, "sort": "name" })),
    responses((status = 202, description = "It is queued.", body = Export, headers(("Location" = String)))),
    extensions(("x-permission" = json!("export of any object")))
)]
async fn create_export(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Export]).await?;
    let (key, new): (_, NewExport) = keyed_as(&cx, body).await?;
    let lang = cx.lang;
    let answer = make(&cx, key, &[], move |ctx| {
        let export = app::exports::create(ctx, &new, lang)?;
        Ok((Made { status: 202, ..Made::at(format!("/api/v1/exports/{}", export.id)) }, export))
    });
    let answer = answer.await?;
    app::jobs::wake();
    Ok(answer)
}

/// Get an export
///
/// How far it has come. Permission: export of any object.
#[utoipa::path(
    get, path = "/api/v1/exports/{id}", operation_id = "get_export", tag = "exports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the export.")),
    responses((status = 200, description = "The export.", body = Export)),
    extensions(("x-permission" = json!("export of any object")))
)]
async fn get_export(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Export]).await?;
    let id = path_id(&req)?;
    let export = cx.read(move |ctx| app::exports::get(ctx, id)).await?;
    Ok(HttpResponse::Ok().json(export))
}

/// Download an export
///
/// The finished file; by an API key only of what was asked for by it. Permission: export of any object.
#[utoipa::path(
    get, path = "/api/v1/exports/{id}/content", operation_id = "download_export", tag = "exports", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the export.")),
    responses((status = 200, description = "The file.", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 409, description = "It is not finished.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("export of any object")))
)]
async fn download_export(req: HttpRequest) -> Result<HttpResponse> {
    let cx = caller(&req, &[Action::Export]).await?;
    let id = path_id(&req)?;
    let file = cx.read(move |ctx| app::exports::file(ctx, id)).await?;
    Ok(content(&cx.state.pool, &file, table_type(&file.name)))
}
