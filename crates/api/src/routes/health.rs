//! For those who watch the server: is it up, can it work, how is it doing.

use crate::cx::blocking;
use crate::failure::{Failure, Result};
use crate::state::State;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, http::header};
use persistence::db::{self, SchemaState};

/// The process answers.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// The process can work.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Readiness {
    /// Always `ready`.
    status: &'static str,
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_health, get_readiness, get_prometheus, get_openapi))]
pub(crate) struct Doc;

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(web::resource("/healthz").route(web::get().to(get_health)));
    app.service(web::resource("/readyz").route(web::get().to(get_readiness)));
    app.service(web::resource("/metrics").route(web::get().to(get_prometheus)));
}

/// Is the process alive?
///
/// Answers as long as the process does, whatever the database is doing.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "service", security(()), responses((status = 200, description = "It is.", body = Health)))]
async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Can the process work?
///
/// The database answers and has exactly this program's schema.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "service", security(()), responses((status = 200, description = "It can.", body = Readiness), (status = 503, description = "Not now.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn get_readiness(state: Data<State>) -> Result<HttpResponse> {
    let found = blocking(move || {
        let mut conn = db::get(&state.pool)?;
        Ok(db::schema_state(&mut conn)?)
    })
    .await?;
    match found {
        SchemaState::Current => Ok(HttpResponse::Ok().json(Readiness { status: "ready" })),
        SchemaState::Behind(names) => Err(not_ready(format!("migrations have not run: {}", names.join(", ")))),
        SchemaState::Newer(names) => Err(not_ready(format!("the database is newer: {}", names.join(", ")))),
    }
}

fn not_ready(why: String) -> Failure {
    Failure::App(app::Error::Unavailable(why))
}

/// Counters and timings of this process.
///
/// In the text format of Prometheus: requests, latency, database connections, memory and processor time.
#[utoipa::path(get, path = "/metrics", operation_id = "get_prometheus", tag = "service", security(()), responses((status = 200, description = "The page.", body = String, content_type = "text/plain")))]
async fn get_prometheus(state: Data<State>) -> Result<HttpResponse> {
    let page = move || state.metrics.page(&state).map_err(|e| Failure::App(app::Error::Internal(e.to_string())));
    let page = blocking(page).await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(page))
}

/// This document.
///
/// The OpenAPI description of every operation, as it is committed in the repository.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_openapi", tag = "service", security(()), responses((status = 200, description = "The document.", body = Object)))]
pub(super) async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(crate::openapi::text())
}
