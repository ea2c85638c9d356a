//! For those who watch the server: is it up, can it work, how is it doing.

use crate::cx::blocking;
use crate::failure::{Failure, Result};
use crate::state::State;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, http::header};
use persistence::db::{self, SchemaState};
use serde_json::json;

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(web::resource("/healthz").route(web::get().to(alive)));
    app.service(web::resource("/readyz").route(web::get().to(ready)));
    app.service(web::resource("/metrics").route(web::get().to(metrics)));
}

/// The process answers.
async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The database answers and has exactly this program's schema.
async fn ready(state: Data<State>) -> Result<HttpResponse> {
    let found = blocking(move || {
        let mut conn = db::get(&state.pool)?;
        Ok(db::schema_state(&mut conn)?)
    })
    .await?;
    match found {
        SchemaState::Current => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
        SchemaState::Behind(names) => Err(not_ready(format!("migrations have not run: {}", names.join(", ")))),
        SchemaState::Newer(names) => Err(not_ready(format!("the database is newer: {}", names.join(", ")))),
    }
}

fn not_ready(why: String) -> Failure {
    Failure::App(app::Error::Unavailable(why))
}

/// Counters in the text format of Prometheus.
async fn metrics(state: Data<State>) -> Result<HttpResponse> {
    let page = state.metrics.page(&state).map_err(|e| Failure::App(app::Error::Internal(e.to_string())))?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(page))
}
