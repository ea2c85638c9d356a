//! The application as actix serves it, in the program and in tests alike.

use crate::config::Config;
use crate::failure::Failure;
use crate::http::edge;
use crate::routes;
use crate::state::State;
use crate::static_files;
use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, Error, web};

/// One worker's application.
pub fn build(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let cors = Condition::new(!state.config.cors_origins.is_empty(), cors(&state.config));
    App::new()
        .app_data(state)
        .app_data(web::PathConfig::default().error_handler(|_, _| Failure::App(app::Error::NotFound).into()))
        .configure(routes::configure)
        .default_service(web::to(static_files::serve))
        .wrap(from_fn(edge::limit))
        .wrap(cors)
        .wrap(from_fn(edge::pass))
}

/// Only the configured origins; cookies go along, as the refresh token is one.
fn cors(config: &Config) -> Cors {
    let exposed = ["etag", "location", "retry-after", "x-request-id"];
    let allowed = [
        "authorization",
        "content-type",
        "accept-language",
        "if-match",
        "idempotency-key",
        "last-event-id",
        "x-request-id",
    ];
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers(allowed)
        .expose_headers(exposed);
    config
        .cors_origins
        .iter()
        .fold(cors.supports_credentials().max_age(3600), |cors, origin| cors.allowed_origin(origin))
}
