//! Endpoints of other systems.

use super::notifications::position;
use super::once::{Made, make};
use super::paging::limit;
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::{Failure, Result};
use crate::permissions;
use actix_web::http::header;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use app::webhooks;
use contract::problem::Problem;
use contract::webhooks::{
    Deliveries, Delivery, DeliveryState, Replayed, Webhook, WebhookInput, WebhookPatch, Webhooks,
};
use domain::fields::parse_id;
use serde::Deserialize;

permissions! {
    /// Seeing endpoints and what they were told.
    WebhooksRead => ("webhooks", Read);
    /// Making an endpoint.
    WebhooksCreate => ("webhooks", Create);
    /// Changing an endpoint, and sending again.
    WebhooksUpdate => ("webhooks", Update);
    /// Archiving an endpoint.
    WebhooksArchive => ("webhooks", Archive);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list_webhooks,
    create_webhook,
    get_webhook,
    update_webhook,
    archive_webhook,
    test_webhook,
    list_deliveries,
    replay_delivery,
    replay_deliveries
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/webhooks").route(web::get().to(list_webhooks)).route(web::post().to(create_webhook)));
    scope.service(
        resource("/webhooks/{id}")
            .route(web::get().to(get_webhook))
            .route(web::patch().to(update_webhook))
            .route(web::delete().to(archive_webhook)),
    );
    scope.service(resource("/webhooks/{id}/test").route(web::post().to(test_webhook)));
    scope.service(resource("/webhooks/{id}/replay").route(web::post().to(replay_deliveries)));
    scope.service(resource("/webhooks/{id}/deliveries").route(web::get().to(list_deliveries)));
    scope.service(resource("/webhooks/{id}/deliveries/{delivery_id}/replay").route(web::post().to(replay_delivery)));
}

fn answer(mut response: HttpResponseBuilder, webhook: &Webhook) -> HttpResponse {
    response.insert_header((header::ETAG, format!("\"{}\"", webhook.version))).json(webhook)
}

/// List webhooks.
///
/// Every endpoint with its health: failures in a row, the last error, what is on its way and what was given up.
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks", responses((status = 200, description = "The endpoints.", body = Webhooks)), extensions(("x-permission" = json!("webhooks.read"))))]
async fn list_webhooks(cx: Cx<WebhooksRead>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(webhooks::list).await?))
}

/// Create a webhook.
///
/// It is told of every event that it names, of records that its maker may see, with old and new values, at least once and
/// in the order of each record. One that is made by an API key sees no more than the key, and no longer than the key is in
/// force. Deliveries are signed, tried again for 24 hours and then parked. The answer is the only
/// place where the secret is shown.
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "create_webhook", tag = "webhooks",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again, without the secret, for 24 hours.")),
    request_body(content = WebhookInput, example = json!({"name": "ERP 订单同步", "url": "https://erp.example.com/flywheel", "events": ["order.created", "order.updated"]})),
    responses((status = 201, description = "The endpoint with its secret.", body = Webhook), (status = 409, description = "There are too many.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("webhooks.create"))))]
async fn create_webhook(cx: Cx<WebhooksCreate>, payload: Payload) -> Result<HttpResponse> {
    let (key, input): (_, WebhookInput) = keyed_as(&cx, payload).await?;
    make(&cx, key, &["secret"], move |ctx| {
        let webhook = webhooks::create(ctx, &input)?;
        Ok((Made::at(format!("/api/v1/webhooks/{}", webhook.id)).version(webhook.version), webhook))
    })
    .await
}

/// Get a webhook.
///
/// One endpoint with its health.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", operation_id = "get_webhook", tag = "webhooks", params(("id" = Uuid, Path, description = "Id of the endpoint.")), responses((status = 200, description = "The endpoint.", body = Webhook)), extensions(("x-permission" = json!("webhooks.read"))))]
async fn get_webhook(cx: Cx<WebhooksRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let webhook = cx.read(move |ctx| webhooks::get(ctx, id)).await?;
    Ok(answer(HttpResponse::Ok(), &webhook))
}

/// Change a webhook.
///
/// What is absent stays. A changed endpoint is tried at once. Whoever changes its address or its events becomes its maker:
/// from then on it is told what they may see, within the limits of the API key if they use one, and unless they see
/// everything, its earlier deliveries go. So is an endpoint taken over for which nobody answers any more.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", operation_id = "update_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "Id of the endpoint."), ("If-Match" = String, Header, description = "The version the change is based on, in quotes.")),
    request_body(content = WebhookPatch, example = json!({"active": false})),
    responses((status = 200, description = "The endpoint as it is now.", body = Webhook), (status = 412, description = "It has changed since.", body = Problem, content_type = "application/problem+json"), (status = 428, description = "If-Match is missing.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("webhooks.update"))))]
async fn update_webhook(cx: Cx<WebhooksUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let patch: WebhookPatch = cx.body(payload).await?;
    let webhook = cx.write(move |ctx| webhooks::update(ctx, id, version, &patch)).await?;
    Ok(answer(HttpResponse::Ok(), &webhook))
}

/// Archive a webhook.
///
/// It is told nothing any more.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "archive_webhook", tag = "webhooks", params(("id" = Uuid, Path, description = "Id of the endpoint.")), responses((status = 204, description = "Archived.")), extensions(("x-permission" = json!("webhooks.archive"))))]
async fn archive_webhook(cx: Cx<WebhooksArchive>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    cx.write(move |ctx| webhooks::archive(ctx, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Test a webhook.
///
/// Sends a `ping`; what came of it stands in the deliveries.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks", params(("id" = Uuid, Path, description = "Id of the endpoint.")), responses((status = 202, description = "The delivery on its way.", body = Delivery), (status = 409, description = "Nobody answers for it any more.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("webhooks.update"))))]
async fn test_webhook(cx: Cx<WebhooksUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    Ok(HttpResponse::Accepted().json(cx.write(move |ctx| webhooks::test(ctx, id)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    state: Option<DeliveryState>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// List deliveries.
///
/// What an endpoint was or is to be told, newest first, with old and new values as far as the caller may see the record.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "webhooks",
    params(("id" = Uuid, Path, description = "Id of the endpoint."), ("state" = Option<DeliveryState>, Query, description = "Only deliveries in this state."), ("cursor" = Option<String>, Query, description = "next_cursor of the page before."), ("limit" = Option<i64>, Query, description = "1 to 200; 50 by default.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = Deliveries)), extensions(("x-permission" = json!("webhooks.read"))))]
async fn list_deliveries(cx: Cx<WebhooksRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let query: Wanted = cx.query()?;
    let (before, limit) = (position(query.cursor.as_deref())?, limit(query.limit, 50)?);
    let page = cx.read(move |ctx| webhooks::deliveries(ctx, id, query.state, before, limit)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Replay a delivery.
///
/// Sends one again that was given up or delivered, for another 24 hours.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay", operation_id = "replay_delivery", tag = "webhooks",
    params(("id" = Uuid, Path, description = "Id of the endpoint."), ("delivery_id" = Uuid, Path, description = "Id of the delivery.")),
    responses((status = 200, description = "It is on its way.", body = Replayed), (status = 409, description = "Nobody answers for it any more.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("webhooks.update"))))]
async fn replay_delivery(cx: Cx<WebhooksUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let delivery = req.match_info().get("delivery_id").and_then(parse_id);
    let delivery = delivery.ok_or(Failure::App(app::Error::NotFound))?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| webhooks::replay(ctx, id, Some(delivery))).await?))
}

/// Replay all deliveries.
///
/// Sends everything that was given up again, for another 24 hours.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", operation_id = "replay_deliveries", tag = "webhooks",
    params(("id" = Uuid, Path, description = "Id of the endpoint.")),
    responses((status = 200, description = "How much is on its way.", body = Replayed), (status = 409, description = "Nobody answers for it any more.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("webhooks.update"))))]
async fn replay_deliveries(cx: Cx<WebhooksUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| webhooks::replay(ctx, id, None)).await?))
}
