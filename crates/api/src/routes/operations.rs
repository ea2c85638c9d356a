//! What works in the background.

use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use app::operations;
use contract::automation::{Operations, Retried};

permissions! {
    /// Seeing what works in the background.
    OperationsRead => ("operations", Read);
    /// Having it tried again.
    OperationsUpdate => ("operations", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_operations, retry_failure, retry_mail))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/operations").route(web::get().to(get_operations)));
    scope.service(resource("/operations/mail/retry").route(web::post().to(retry_mail)));
    scope.service(resource("/operations/failures/{id}/retry").route(web::post().to(retry_failure)));
}

/// Get the state of operations.
///
/// How far each reader of the event log is behind, jobs, mail and deliveries by state, rules by time with their next
/// look, and the events that could not be handled.
#[utoipa::path(get, path = "/api/v1/operations", operation_id = "get_operations", tag = "operations", responses((status = 200, description = "The state.", body = Operations)), extensions(("x-permission" = json!("operations.read"))))]
async fn get_operations(cx: Cx<OperationsRead>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(operations::overview).await?))
}

/// Retry a failure.
///
/// Tries an event again that a consumer could not handle and passed over.
#[utoipa::path(post, path = "/api/v1/operations/failures/{id}/retry", operation_id = "retry_failure", tag = "operations", params(("id" = Uuid, Path, description = "Id of the failure.")), responses((status = 200, description = "What came of it.", body = Retried)), extensions(("x-permission" = json!("operations.update"))))]
async fn retry_failure(cx: Cx<OperationsUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| operations::retry_failure(ctx, id)).await?))
}

/// Retry mail.
///
/// Tries every mail again that was given up.
#[utoipa::path(post, path = "/api/v1/operations/mail/retry", operation_id = "retry_mail", tag = "operations", responses((status = 200, description = "How much is on its way.", body = Retried)), extensions(("x-permission" = json!("operations.update"))))]
async fn retry_mail(cx: Cx<OperationsUpdate>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.write(operations::retry_mail).await?))
}
