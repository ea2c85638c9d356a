//! The caller's news, and how they want to be told.

use super::paging::limit;
use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::notifications::{
    Marked, Notification, NotificationPatch, NotificationPreferences, NotificationPreferencesInput, Notifications,
};
use serde::Deserialize;

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list_notifications,
    update_notification,
    update_all_notifications,
    get_notification_preferences,
    set_notification_preferences
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/notifications").route(web::get().to(list_notifications)));
    scope.service(resource("/notifications/read_all").route(web::post().to(update_all_notifications)));
    scope.service(
        resource("/notifications/preferences")
            .route(web::get().to(get_notification_preferences))
            .route(web::put().to(set_notification_preferences)),
    );
    scope.service(resource("/notifications/{id}").route(web::patch().to(update_notification)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    unread: Option<bool>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// A cursor that is a position.
pub(super) fn position(cursor: Option<&str>) -> Result<Option<i64>> {
    match cursor {
        None | Some("") => Ok(None),
        Some(text) => match text.parse() {
            Ok(position) => Ok(Some(position)),
            Err(_) => Err(app::Error::field("cursor", "invalid_cursor", "").into()),
        },
    }
}

/// List notifications.
///
/// What the caller was told, newest first, in the caller's language, with the number of what is unread.
#[utoipa::path(get, path = "/api/v1/notifications", operation_id = "list_notifications", tag = "notifications",
    params(("unread" = Option<bool>, Query, description = "Only what is unread."), ("cursor" = Option<String>, Query, description = "next_cursor of the page before."), ("limit" = Option<i64>, Query, description = "1 to 200; 50 by default.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = Notifications), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn list_notifications(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let query: Wanted = cx.query()?;
    let (before, limit, lang) = (position(query.cursor.as_deref())?, limit(query.limit, 50)?, cx.lang);
    let unread = query.unread.unwrap_or(false);
    let page = cx.read(move |ctx| app::notifications::page(ctx, unread, before, limit, lang)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Mark a notification.
///
/// As read, or as unread again.
#[utoipa::path(patch, path = "/api/v1/notifications/{id}", operation_id = "update_notification", tag = "notifications",
    params(("id" = Uuid, Path, description = "Id of the notification.")),
    request_body(content = NotificationPatch, example = json!({"read": true})),
    responses((status = 200, description = "The notification as it is now.", body = Notification), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn update_notification(cx: Cx<Anyone>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let (id, lang) = (path_id(&req)?, cx.lang);
    let patch: NotificationPatch = cx.body(payload).await?;
    let body = cx.write(move |ctx| app::notifications::mark(ctx, id, &patch, lang)).await?;
    cx.state.live.read(cx.actor.user_id);
    Ok(HttpResponse::Ok().json(body))
}

/// Mark all notifications as read.
///
/// Everything that the caller was told so far.
#[utoipa::path(post, path = "/api/v1/notifications/read_all", operation_id = "update_all_notifications", tag = "notifications",
    responses((status = 200, description = "How much was marked.", body = Marked), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn update_all_notifications(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let body = cx.write(app::notifications::mark_all).await?;
    cx.state.live.read(cx.actor.user_id);
    Ok(HttpResponse::Ok().json(body))
}

/// Get the notification preferences.
///
/// How the caller wants to be told each kind of news. Mail can be chosen only where the server knows a mail server.
#[utoipa::path(get, path = "/api/v1/notifications/preferences", operation_id = "get_notification_preferences", tag = "notifications",
    responses((status = 200, description = "Every kind.", body = NotificationPreferences), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn get_notification_preferences(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::notifications::preferences(ctx, lang)).await?))
}

/// Set notification preferences.
///
/// The kinds that are named change, the others stay.
#[utoipa::path(put, path = "/api/v1/notifications/preferences", operation_id = "set_notification_preferences", tag = "notifications",
    request_body(content = NotificationPreferencesInput, example = json!({"items": [{"kind": "assigned", "in_app": true, "email": "off"}]})),
    responses((status = 200, description = "Every kind as it is now.", body = NotificationPreferences), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn set_notification_preferences(cx: Cx<Anyone>, payload: Payload) -> Result<HttpResponse> {
    let input: NotificationPreferencesInput = cx.body(payload).await?;
    let lang = cx.lang;
    let body = cx.write(move |ctx| app::notifications::prefer(ctx, &input, lang)).await?;
    Ok(HttpResponse::Ok().json(body))
}
