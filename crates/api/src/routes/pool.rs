//! The public pool of every object that has one, its settings, and where the caller stands.

use super::once::versioned;
use super::records::{answer, keyed, pairs, path_id, replay, results, wants_refs};
use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::idempotency;
use app::pool;
use app::records::bulk::Outcome;
use contract::pool::{PoolSettings, PoolStanding};
use domain::policy::Action;
use serde::de::DeserializeOwned;

permissions! {
    /// Seeing the pool.
    PoolRead => ("pool", Read);
    /// Seeing the settings.
    SettingsRead => ("settings", Read);
    /// Changing the settings.
    SettingsUpdate => ("settings", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(get_pool, get_pool_settings, set_pool_settings),
    components(schemas(
        contract::pool::Release,
        contract::pool::ReleaseMany,
        contract::pool::ReleaseReason,
        contract::pool::Released,
        contract::pool::ClaimMany,
        contract::pool::AssignMany
    ))
)]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/pool").route(web::get().to(get_pool)));
    scope.service(
        resource("/pool_settings").route(web::get().to(get_pool_settings)).route(web::put().to(set_pool_settings)),
    );
    for object in domain::pool::OBJECTS {
        let at = |rest: &str| format!("/pool/{object}{rest}");
        scope.service(resource(at("")).route(web::get().to(move |req: HttpRequest| list(req, object))));
        scope.service(resource(at("/{id}")).route(web::get().to(move |req: HttpRequest| show(req, object))));
        scope.service(resource(at("/claim")).route(web::post().to(move |req: HttpRequest, body: Payload| {
            many(req, body, ("pool", Action::Create), move |ctx, input| pool::claim_many(ctx, object, input))
        })));
        scope.service(resource(at("/assign")).route(web::post().to(move |req: HttpRequest, body: Payload| {
            many(req, body, ("pool", Action::Update), move |ctx, input| pool::assign(ctx, object, input))
        })));
        scope.service(resource(at("/release")).route(web::post().to(move |req: HttpRequest, body: Payload| {
            many(req, body, (object, Action::Update), move |ctx, input| pool::release_many(ctx, object, input))
        })));
        scope.service(
            resource(format!("/{object}/{{id}}/claim"))
                .route(web::post().to(move |req: HttpRequest| claim(req, object))),
        );
        scope.service(
            resource(format!("/{object}/{{id}}/release"))
                .route(web::post().to(move |req: HttpRequest, body: Payload| release(req, body, object))),
        );
    }
}

async fn list(req: HttpRequest, object: &'static str) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, "pool", Action::Read).await?;
    let pairs = pairs(&req)?;
    let body = cx.read(move |ctx| pool::list(ctx, object, &pairs)).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

async fn show(req: HttpRequest, object: &'static str) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, "pool", Action::Read).await?;
    let (id, refs) = (path_id(&req)?, wants_refs(&req)?);
    let shown = cx.read(move |ctx| pool::show(ctx, object, id, refs)).await?;
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

async fn claim(req: HttpRequest, object: &'static str) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, "pool", Action::Create).await?;
    let id = path_id(&req)?;
    let shown = cx.write(move |ctx| pool::claim(ctx, object, id)).await?;
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

async fn release(req: HttpRequest, body: Payload, object: &'static str) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, object, Action::Update).await?;
    let id = path_id(&req)?;
    let input = cx.body(body).await?;
    let done = cx.write(move |ctx| pool::release(ctx, object, id, &input)).await?;
    Ok(HttpResponse::Ok().json(done))
}

/// A request of many rows: one result for each; with an idempotency key it is carried out once.
async fn many<T: DeserializeOwned + Send + 'static>(
    req: HttpRequest,
    body: Payload,
    (object, action): (&'static str, Action),
    f: impl Fn(&mut app::Ctx<'_>, &T) -> app::Result<Vec<Outcome>> + Send + 'static,
) -> Result<HttpResponse> {
    let cx: Cx<Anyone> = Cx::for_object(&req, object, action).await?;
    let (key, bytes) = keyed(&cx, body).await?;
    let input: T = crate::http::body::parse(&bytes)?;
    let (lang, request_id) = (cx.lang, cx.request_id);
    let answer = cx
        .write(move |ctx| idempotency::once(ctx, key.as_ref(), |ctx| Ok(results(f(ctx, &input)?, lang, request_id))))
        .await?;
    Ok(replay(answer))
}

/// Get one's standing at the pool.
///
/// What the caller may do there, what they have claimed today and what they own, with the limits in force.
#[utoipa::path(get, path = "/api/v1/pool", operation_id = "get_pool", tag = "pool", responses((status = 200, description = "Where the caller stands.", body = PoolStanding)), extensions(("x-permission" = json!("pool.read"))))]
async fn get_pool(cx: Cx<PoolRead>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(pool::standing).await?))
}

/// Get the settings of the pool.
///
/// The deadline of first contacts, and the limits of claiming.
#[utoipa::path(get, path = "/api/v1/pool_settings", operation_id = "get_pool_settings", tag = "pool", responses((status = 200, description = "The settings.", body = PoolSettings)), extensions(("x-permission" = json!("settings.read"))))]
async fn get_pool_settings(cx: Cx<SettingsRead>) -> Result<HttpResponse> {
    let found = cx.read(pool::settings).await?;
    Ok(versioned(found.version, &found))
}

/// Set the settings of the pool.
///
/// They are replaced as a whole. Deadlines that run already stay as they were set.
#[utoipa::path(put, path = "/api/v1/pool_settings", operation_id = "set_pool_settings", tag = "pool",
    params(("If-Match" = String, Header, description = "The version the change is based on.")),
    request_body(content = PoolSettings, example = json!({"deadline": true, "hours": 24, "warn_hours": 20, "working": false, "holdings": 0, "claims_per_day": 20, "rest_days": 7})),
    responses((status = 200, description = "The settings as they are now.", body = PoolSettings),
        (status = 412, description = "The settings were changed in the meantime.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "The version is missing.", body = contract::problem::Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("settings.update"))))]
async fn set_pool_settings(cx: Cx<SettingsUpdate>, payload: Payload) -> Result<HttpResponse> {
    let version = cx.if_match()?;
    let input: PoolSettings = cx.body(payload).await?;
    let found = cx.write(move |ctx| pool::set_settings(ctx, version, input.clone())).await?;
    Ok(versioned(found.version, &found))
}
