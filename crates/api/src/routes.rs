//! Every address of the server.

use crate::failure::Failure;
use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

mod api_keys;
mod attachments;
mod auth;
mod comments;
mod exports;
mod files;
mod health;
mod imports;
mod me;
mod metrics;
mod notifications;
mod objects;
mod operations;
mod paging;
mod records;
mod reports;
mod roles;
mod rules;
mod scorecards;
mod scores;
mod scoring;
mod stream;
mod webhooks;

/// Registers everything.
pub(crate) fn configure(app: &mut ServiceConfig) {
    app.configure(health::configure);
    app.service(web::resource("/openapi.json").route(web::get().to(health::get_openapi)));
    app.service(web::redirect("/docs", "/docs/"));
    app.service(SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"])));
    app.service(web::scope("/api/v1").configure(api));
}

/// What lies under `/api/v1`.
fn api(scope: &mut ServiceConfig) {
    metrics::configure(scope);
    reports::configure(scope);
    api_keys::configure(scope);
    auth::configure(scope);
    me::configure(scope);
    roles::configure(scope);
    scorecards::configure(scope);
    scores::configure(scope);
    scoring::configure(scope);
    notifications::configure(scope);
    rules::configure(scope);
    operations::configure(scope);
    webhooks::configure(scope);
    stream::configure(scope);
    objects::configure(scope);
    records::configure(scope);
    files::configure(scope);
    comments::configure(scope);
    attachments::configure(scope);
    imports::configure(scope);
    exports::configure(scope);
    scope.default_service(web::to(nowhere));
}

/// No such address.
pub(crate) async fn nowhere() -> Result<String, Failure> {
    Err(Failure::NoRoute)
}

/// What the typed handlers say of themselves.
pub(crate) fn documents() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        health::Doc::openapi(),
        auth::Doc::openapi(),
        me::Doc::openapi(),
        roles::Doc::openapi(),
        api_keys::Doc::openapi(),
        objects::Doc::openapi(),
        files::Doc::openapi(),
        comments::Doc::openapi(),
        attachments::Doc::openapi(),
        imports::Doc::openapi(),
        exports::Doc::openapi(),
        metrics::Doc::openapi(),
        reports::Doc::openapi(),
        scorecards::Doc::openapi(),
        scores::Doc::openapi(),
        scoring::Doc::openapi(),
        notifications::Doc::openapi(),
        stream::Doc::openapi(),
        rules::Doc::openapi(),
        operations::Doc::openapi(),
        webhooks::Doc::openapi(),
    ]
}
