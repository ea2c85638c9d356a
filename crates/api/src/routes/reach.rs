//! Calls, mails and messages from other systems, and what customers do by themselves.

use super::paging::limit;
use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::reach::{behaviours, communications};
use contract::communications::{
    Attach, BehaviourBatch, BehaviourResults, CommunicationResults, Communications, CommunicationsInput, Decided,
};
use serde::Deserialize;

permissions! {
    /// Seeing what is left to choose.
    ReachRead => ("activities", Read);
    /// Logging what happened.
    ReachCreate => ("activities", Create);
    /// Choosing what it belongs to.
    ReachUpdate => ("activities", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(log_communications, list_communications, attach_communication, dismiss_communication, log_behaviours))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(
        resource("/communications").route(web::get().to(list_communications)).route(web::post().to(log_communications)),
    );
    scope.service(resource("/communications/{id}/attach").route(web::post().to(attach_communication)));
    scope.service(resource("/communications/{id}/dismiss").route(web::post().to(dismiss_communication)));
    scope.service(resource("/behaviours/batch").route(web::post().to(log_behaviours)));
}

/// Log communications.
///
/// Up to 100 calls, mails or messages of another system, each an activity that attaches itself to the customer, contact
/// and open opportunity that its addresses belong to, within the caller's sight: by phone, mail address, WeChat id or
/// identity in another system, and by the domain of a company. What is not certain is left open for a person to choose.
/// The same `external_id` of a source is logged once.
#[utoipa::path(post, path = "/api/v1/communications", operation_id = "log_communications", tag = "communications",
    request_body(content = CommunicationsInput, example = json!({"source": "pbx", "items": [{"external_id": "call-20261120-0017", "kind": "call", "direction": "in", "occurred_at": "2026-11-20T02:10:00Z", "duration_minutes": 6, "participants": [{"name": "张伟", "phone": "+86 138-0013-8000"}]}]})),
    responses((status = 200, description = "What came of each.", body = CommunicationResults)), extensions(("x-permission" = json!("activities.create"))))]
async fn log_communications(cx: Cx<ReachCreate>, payload: Payload) -> Result<HttpResponse> {
    let input: CommunicationsInput = cx.body(payload).await?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| communications::log(ctx, &input)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    cursor: Option<String>,
    limit: Option<i64>,
}

/// List communications to choose for.
///
/// Those within the caller's sight that could not attach themselves for certain, newest first, with what they may belong to.
#[utoipa::path(get, path = "/api/v1/communications", operation_id = "list_communications", tag = "communications",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before."), ("limit" = Option<i64>, Query, description = "1 to 200; 50 by default.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = Communications)), extensions(("x-permission" = json!("activities.read"))))]
async fn list_communications(cx: Cx<ReachRead>) -> Result<HttpResponse> {
    let query: Wanted = cx.query()?;
    let limit = limit(query.limit, 50)?;
    let page = cx.read(move |ctx| communications::open(ctx, query.cursor.as_deref(), limit)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Attach a communication.
///
/// To what somebody chose. A contact or an opportunity brings its customer; what is absent stays as it is.
#[utoipa::path(post, path = "/api/v1/communications/{id}/attach", operation_id = "attach_communication", tag = "communications",
    params(("id" = Uuid, Path, description = "Id of the communication.")),
    request_body(content = Attach, example = json!({"customer_id": "019aa000-0000-7000-8000-000000000001"})),
    responses((status = 200, description = "Where it stands now.", body = Decided)), extensions(("x-permission" = json!("activities.update"))))]
async fn attach_communication(cx: Cx<ReachUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let to: Attach = cx.body(payload).await?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| communications::choose(ctx, id, &to)).await?))
}

/// Dismiss a communication.
///
/// It belongs to nobody; its activity stays as it is.
#[utoipa::path(post, path = "/api/v1/communications/{id}/dismiss", operation_id = "dismiss_communication", tag = "communications",
    params(("id" = Uuid, Path, description = "Id of the communication.")),
    responses((status = 200, description = "Where it stands now.", body = Decided)), extensions(("x-permission" = json!("activities.update"))))]
async fn dismiss_communication(cx: Cx<ReachUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| communications::dismiss(ctx, id)).await?))
}

/// Log behaviours.
///
/// Up to 1,000 page views, downloads, visits of webinars and the like. Each is kept once by its key, and linked to the
/// contact and the customer that its mail address, phone or identity in another system belongs to, within the caller's
/// sight. They are records of their own, stand on the page of their customer and can set off rules.
#[utoipa::path(post, path = "/api/v1/behaviours/batch", operation_id = "log_behaviours", tag = "behaviours",
    request_body(content = BehaviourBatch, example = json!({"items": [{"key": "web-9f31", "kind": "page_view", "name": "价格页", "occurred_at": "2026-11-20T02:00:00Z", "url": "https://www.example.com/price", "email": "zhang.wei@example.cn"}]})),
    responses((status = 200, description = "What came of each.", body = BehaviourResults)), extensions(("x-permission" = json!("activities.create"))))]
async fn log_behaviours(cx: Cx<ReachCreate>, payload: Payload) -> Result<HttpResponse> {
    let input: BehaviourBatch = cx.body(payload).await?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| behaviours::log(ctx, &input)).await?))
}
