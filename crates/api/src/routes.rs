//! Every address of the server.

use crate::failure::Failure;
use actix_web::web::{self, ServiceConfig};
use table::Routes;
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

mod api_keys;
mod attachments;
mod auth;
mod comments;
mod exports;
mod files;
mod handovers;
mod health;
mod imports;
mod me;
mod merges;
mod metrics;
mod notifications;
mod objects;
mod once;
mod operations;
mod paging;
mod playbooks;
mod pool;
mod reach;
mod records;
mod reports;
mod roles;
mod rules;
mod scorecards;
mod scores;
mod scoring;
mod stream;
mod table;
mod targets;
mod tasks;
mod webhooks;

/// Registers everything.
pub(crate) fn configure(app: &mut ServiceConfig) {
    app.configure(health::configure);
    app.service(web::resource("/openapi.json").route(web::get().to(health::get_openapi)));
    app.service(web::redirect("/docs", "/docs/"));
    app.service(SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"])));
    let mut routes = Routes::default();
    api(&mut routes);
    app.service(routes.under("/api/v1"));
}

/// What lies under `/api/v1`.
fn api(routes: &mut Routes) {
    metrics::configure(routes);
    reports::configure(routes);
    api_keys::configure(routes);
    auth::configure(routes);
    me::configure(routes);
    roles::configure(routes);
    handovers::configure(routes);
    playbooks::configure(routes);
    scorecards::configure(routes);
    scores::configure(routes);
    scoring::configure(routes);
    targets::configure(routes);
    notifications::configure(routes);
    rules::configure(routes);
    operations::configure(routes);
    webhooks::configure(routes);
    stream::configure(routes);
    tasks::configure(routes);
    objects::configure(routes);
    reach::configure(routes);
    pool::configure(routes);
    merges::configure(routes);
    records::configure(routes);
    files::configure(routes);
    comments::configure(routes);
    attachments::configure(routes);
    imports::configure(routes);
    exports::configure(routes);
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
        handovers::Doc::openapi(),
        api_keys::Doc::openapi(),
        merges::Doc::openapi(),
        objects::Doc::openapi(),
        files::Doc::openapi(),
        comments::Doc::openapi(),
        attachments::Doc::openapi(),
        imports::Doc::openapi(),
        exports::Doc::openapi(),
        metrics::Doc::openapi(),
        reports::Doc::openapi(),
        playbooks::Doc::openapi(),
        scorecards::Doc::openapi(),
        scores::Doc::openapi(),
        scoring::Doc::openapi(),
        targets::Doc::openapi(),
        notifications::Doc::openapi(),
        stream::Doc::openapi(),
        tasks::Doc::openapi(),
        reach::Doc::openapi(),
        pool::Doc::openapi(),
        rules::Doc::openapi(),
        operations::Doc::openapi(),
        webhooks::Doc::openapi(),
    ]
}
