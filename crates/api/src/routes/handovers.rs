//! Handing over what somebody who leaves still holds.

use super::once::{Made, make};
use super::paging::limit;
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::handovers::{
    HandOver, HandOverMove, HandOverMoves, HandOverReceiver, HandOverShare, HandOverState, HoldingCount, HoldingKind,
    Holdings, Leaver, Leavers, NewHandOver,
};
use contract::problem::Problem;
use serde::Deserialize;

permissions! {
    /// Seeing users.
    UsersRead => ("users", Read);
    /// Changing users.
    UsersUpdate => ("users", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(get_holdings, hand_over, get_hand_over, cancel_hand_over, list_hand_over_moves, list_leavers),
    components(schemas(
        HandOverShare,
        HandOver,
        HandOverMove,
        HandOverMoves,
        HandOverState,
        HoldingCount,
        HoldingKind,
        Holdings,
        Leaver,
        Leavers,
        NewHandOver,
        HandOverReceiver
    ))
)]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/users/{id}/holdings").route(web::get().to(get_holdings)));
    scope.service(resource("/users/{id}/hand-over").route(web::post().to(hand_over)));
    scope.service(resource("/hand-overs/{id}").route(web::get().to(get_hand_over)));
    scope.service(resource("/hand-overs/{id}/cancel").route(web::post().to(cancel_hand_over)));
    scope.service(resource("/hand-overs/{id}/moves").route(web::get().to(list_hand_over_moves)));
    scope.service(resource("/leavers").route(web::get().to(list_leavers)));
}

/// Get what a user holds.
///
/// How many open records the user still owns or has a part in, by kind, each with its list, as far as the caller may see
/// them; the teams the user leads; and the latest hand-over. A user can be disabled while holding something: it stays
/// where it is until it is handed over.
#[utoipa::path(get, path = "/api/v1/users/{id}/holdings", operation_id = "get_holdings", tag = "users",
    params(("id" = Uuid, Path, description = "Id of the user.")),
    responses((status = 200, description = "What the user holds.", body = Holdings)), extensions(("x-permission" = json!("users.read"))))]
async fn get_holdings(cx: Cx<UsersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::handovers::holdings(ctx, id)).await?))
}

/// Hand over what a user holds.
///
/// To one person, or to several by shares, or customers to the public pool; in the background, before the user is
/// disabled or after. What is open about a customer goes with it; what is done stays with whom it was. The caller needs
/// the permission to change records of every kind that is handed over, for the user and for whoever takes over, who
/// have to be active and see such records; contacts always go with their customers. Without `kinds` everything of which
/// there is something. One hand-over of a user at a time.
#[utoipa::path(post, path = "/api/v1/users/{id}/hand-over", operation_id = "start_hand_over", tag = "users",
    params(("id" = Uuid, Path, description = "Id of the user."), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = NewHandOver, example = json!({"receivers": [{"user_id": "019aa000-0000-7000-8000-000000000001", "share": 2}, {"user_id": "019aa000-0000-7000-8000-000000000002", "share": 1}], "kinds": ["customers", "contacts", "opportunities", "tasks", "activities"]})),
    responses((status = 202, description = "It is queued.", body = HandOver, headers(("Location" = String))), (status = 409, description = "Another one is under way, or there is nothing to hand over.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("users.update"))))]
async fn hand_over(cx: Cx<UsersUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let (key, input): (_, NewHandOver) = keyed_as(&cx, payload).await?;
    let answer = make(&cx, key, &[], move |ctx| {
        let made = app::handovers::create(ctx, id, &input)?;
        Ok((Made { status: 202, ..Made::at(format!("/api/v1/hand-overs/{}", made.id)) }, made))
    });
    let answer = answer.await?;
    app::jobs::wake();
    Ok(answer)
}

/// Get a hand-over.
///
/// How far it has come, and how much everybody was given. For whoever asked for it, and for those who see the customers
/// of the user.
#[utoipa::path(get, path = "/api/v1/hand-overs/{id}", operation_id = "get_hand_over", tag = "users",
    params(("id" = Uuid, Path, description = "Id of the hand-over.")),
    responses((status = 200, description = "The hand-over.", body = HandOver)), extensions(("x-permission" = json!("users.read"))))]
async fn get_hand_over(cx: Cx<UsersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::handovers::get(ctx, id)).await?))
}

/// Cancel a hand-over.
///
/// Stops it after the records that are being handed over now. What went to others stays with them, and they are told;
/// the rest is where it was and can be handed over again. For whoever asked for it, and for those who see the customers
/// of the user.
#[utoipa::path(post, path = "/api/v1/hand-overs/{id}/cancel", operation_id = "cancel_hand_over", tag = "users",
    params(("id" = Uuid, Path, description = "Id of the hand-over.")),
    responses((status = 200, description = "The hand-over.", body = HandOver), (status = 409, description = "It has ended.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("users.update"))))]
async fn cancel_hand_over(cx: Cx<UsersUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| app::handovers::cancel(ctx, id)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    cursor: Option<String>,
    limit: Option<i64>,
}

/// List what a hand-over moved.
///
/// What went to whom, the latest first. Records that the caller may not see have no title.
#[utoipa::path(get, path = "/api/v1/hand-overs/{id}/moves", operation_id = "list_hand_over_moves", tag = "users",
    params(("id" = Uuid, Path, description = "Id of the hand-over."), ("cursor" = Option<String>, Query, description = "Where the page before ended."), ("limit" = Option<i64>, Query, description = "1 to 200, by default 50.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = HandOverMoves)), extensions(("x-permission" = json!("users.read"))))]
async fn list_hand_over_moves(cx: Cx<UsersRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let asked: Asked = cx.query()?;
    let limit = limit(asked.limit, 50)?;
    let before = match asked.cursor.filter(|cursor| !cursor.is_empty()) {
        None => None,
        Some(cursor) => Some(cursor.parse::<i64>().map_err(|_| app::Error::field("cursor", "invalid_cursor", ""))?),
    };
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::handovers::moves(ctx, id, before, limit)).await?))
}

/// List people who left something behind.
///
/// Users who are disabled or archived and still own open records that the caller may see, those with the most first.
#[utoipa::path(get, path = "/api/v1/leavers", operation_id = "list_leavers", tag = "users",
    responses((status = 200, description = "The people.", body = Leavers)), extensions(("x-permission" = json!("users.read"))))]
async fn list_leavers(cx: Cx<UsersRead>) -> Result<HttpResponse> {
    cx.no_query()?;
    Ok(HttpResponse::Ok().json(cx.read(app::handovers::leavers).await?))
}
