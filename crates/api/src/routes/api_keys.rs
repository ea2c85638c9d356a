//! API keys.

use super::once::{Made, make};
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::identity;
use contract::identity::{ApiKeyInput, ApiKeys, NewApiKey};

permissions! {
    /// Seeing API keys.
    KeysRead => ("api_keys", Read);
    /// Making an API key.
    KeysCreate => ("api_keys", Create);
    /// Ending an API key.
    KeysUpdate => ("api_keys", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(list_api_keys, create_api_key, revoke_api_key))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/api_keys").route(web::get().to(list_api_keys)).route(web::post().to(create_api_key)));
    scope.service(resource("/api_keys/{id}").route(web::delete().to(revoke_api_key)));
}

/// List API keys.
///
/// The keys in force, without their text: one's own, or everybody's for those who may see all.
#[utoipa::path(get, path = "/api/v1/api_keys", operation_id = "list_api_keys", tag = "api_keys", responses((status = 200, description = "The keys.", body = ApiKeys)), extensions(("x-permission" = json!("api_keys.read"))))]
async fn list_api_keys(cx: Cx<KeysRead>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(identity::list_keys).await?))
}

/// Create an API key.
///
/// The answer is the only place where its text is shown. It acts as its maker and may do no more than its maker may at
/// the time of each request. Keys cannot make keys.
#[utoipa::path(post, path = "/api/v1/api_keys", operation_id = "create_api_key", tag = "api_keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again, without the text of the key, for 24 hours.")),
    request_body(content = ApiKeyInput, example = json!({"name": "ERP 对接", "role_keys": ["integration"]})),
    responses((status = 201, description = "The key with its text.", body = NewApiKey)), extensions(("x-permission" = json!("api_keys.create"))))]
async fn create_api_key(cx: Cx<KeysCreate>, payload: Payload) -> Result<HttpResponse> {
    let (key, input): (_, ApiKeyInput) = keyed_as(&cx, payload).await?;
    make(&cx, key, &["key"], move |ctx| Ok((Made::nowhere(), identity::create_key(ctx, &input)?))).await
}

/// Revoke an API key.
///
/// It stops working at once.
#[utoipa::path(delete, path = "/api/v1/api_keys/{id}", operation_id = "revoke_api_key", tag = "api_keys", params(("id" = Uuid, Path, description = "Id of the key.")), responses((status = 204, description = "Revoked.")), extensions(("x-permission" = json!("api_keys.update"))))]
async fn revoke_api_key(cx: Cx<KeysUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    cx.write(move |ctx| identity::revoke_key(ctx, id)).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::NoContent().finish())
}
