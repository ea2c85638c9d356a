//! The caller and the organisation.

use super::once::versioned;
use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use crate::permissions;
use actix_web::HttpResponse;
use actix_web::web::{self, Payload};
use contract::identity::{Me, MePatch, Organisation, OrganisationPatch};
use serde_json::Value as Json;

permissions! {
    /// Changing the organisation's settings.
    SettingsUpdate => ("settings", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_me, update_me, get_organisation, update_organisation))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/me").route(web::get().to(get_me)).route(web::patch().to(update_me)));
    scope.service(
        resource("/organisation").route(web::get().to(get_organisation)).route(web::patch().to(update_organisation)),
    );
}

/// Get one's own profile.
///
/// Who the caller is, what the caller may do by object, and how sensitive fields are shown. Permission: any caller.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "get_me", tag = "me", responses((status = 200, description = "The caller.", body = Me)))]
async fn get_me(cx: Cx<Anyone>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(app::identity::me).await?))
}

/// Change one's own profile.
///
/// A JSON merge patch of name, language and phone: what is absent stays, null clears. Permission: any person; not an API key.
#[utoipa::path(patch, path = "/api/v1/me", operation_id = "update_me", tag = "me", request_body(content = MePatch, example = json!({"locale": "en"})), responses((status = 200, description = "The caller as it is now.", body = Me), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn update_me(cx: Cx<Anyone>, payload: Payload) -> Result<HttpResponse> {
    let patch: Json = cx.body(payload).await?;
    let me = cx.write(move |ctx| app::identity::update_me(ctx, &patch)).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::Ok().json(me))
}

/// Get the organisation.
///
/// Name, currency and time zone. Permission: any caller.
#[utoipa::path(get, path = "/api/v1/organisation", operation_id = "get_organisation", tag = "organisation", responses((status = 200, description = "The settings.", body = Organisation)))]
async fn get_organisation(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let found = cx.read(app::identity::organisation).await?;
    Ok(versioned(found.version, &found))
}

/// Change the organisation.
///
/// What is absent stays. Amounts are not converted when the currency changes.
#[utoipa::path(patch, path = "/api/v1/organisation", operation_id = "update_organisation", tag = "organisation", request_body(content = OrganisationPatch, example = json!({"timezone": "Asia/Shanghai"})), params(("If-Match" = String, Header, description = "The version the change is based on.")),
    responses((status = 200, description = "The settings as they are now.", body = Organisation),
        (status = 412, description = "The settings were changed in the meantime.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "The version is missing.", body = contract::problem::Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("settings.update"))))]
async fn update_organisation(cx: Cx<SettingsUpdate>, payload: Payload) -> Result<HttpResponse> {
    let version = cx.if_match()?;
    let patch: OrganisationPatch = cx.body(payload).await?;
    let organisation = cx.write(move |ctx| app::identity::update_organisation(ctx, version, &patch)).await?;
    cx.state.forget_schema();
    Ok(versioned(organisation.version, &organisation))
}
