//! Set-up, log-in, sessions.

use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx, blocking};
use crate::failure::{Failure, Result};
use crate::http::{Meta, body, edge};
use crate::state::State;
use crate::token::LIFETIME;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use app::Error;
use app::identity::{Device, LoggedIn, REFRESH_DAYS};
use chrono::{SubsecRound, Utc};
use contract::identity::{Access, Login, PasswordChange, Sessions, Setup, SetupState};
use contract::problem::Problem;

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(get_setup, create_setup, login, refresh, logout, change_password, list_sessions, revoke_session),
    components(schemas(
        contract::identity::schemas::Grant,
        contract::identity::schemas::Scope,
        contract::identity::schemas::Masks,
        contract::identity::schemas::Mask
    ))
)]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/setup").route(web::get().to(get_setup)).route(web::post().to(create_setup)));
    scope.service(resource("/auth/login").route(web::post().to(login)));
    scope.service(resource("/auth/refresh").route(web::post().to(refresh)));
    scope.service(resource("/auth/logout").route(web::post().to(logout)));
    scope.service(resource("/auth/password").route(web::post().to(change_password)));
    scope.service(resource("/auth/sessions").route(web::get().to(list_sessions)));
    scope.service(resource("/auth/sessions/{id}").route(web::delete().to(revoke_session)));
}

const COOKIE: &str = "flywheel_refresh";
const COOKIE_PATH: &str = "/api/v1/auth";

/// The refresh token in its cookie; an empty one removes it.
fn cookie(state: &State, token: String) -> Cookie<'static> {
    let age = if token.is_empty() { Duration::ZERO } else { Duration::days(REFRESH_DAYS) };
    Cookie::build(COOKIE, token)
        .path(COOKIE_PATH)
        .http_only(true)
        .secure(state.config.secure_cookies())
        .same_site(SameSite::Strict)
        .max_age(age)
        .finish()
}

fn device(req: &HttpRequest, state: &State) -> Device {
    let agent = req.headers().get(header::USER_AGENT).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    let address = edge::address(req.headers(), req.peer_addr(), state.config.trust_proxy);
    Device { user_agent: agent, address: address.map(|ip| ip.to_string()) }
}

/// Passwords may be tried so often from one address, and no more.
fn throttle(req: &HttpRequest, state: &State) -> Result<()> {
    let address = edge::address(req.headers(), req.peer_addr(), state.config.trust_proxy);
    state.limits.login(address).map_err(|seconds| Failure::App(Error::TooMany(seconds)))
}

fn answer(status: StatusCode, state: &State, logged_in: LoggedIn) -> HttpResponse {
    let access = Access {
        access_token: state.tokens.issue(logged_in.user, logged_in.session, Utc::now()),
        token_type: "Bearer".to_owned(),
        expires_in: LIFETIME,
        me: logged_in.me,
    };
    HttpResponse::build(status).cookie(cookie(state, logged_in.refresh_token)).json(access)
}

/// Whether the product waits for its first user.
///
/// The interface shows the set-up page while `needed` is true. Permission: none.
#[utoipa::path(get, path = "/api/v1/setup", operation_id = "get_setup", tag = "setup", security(()), responses((status = 200, description = "The state.", body = SetupState)))]
async fn get_setup(state: Data<State>) -> Result<HttpResponse> {
    let needed = blocking(move || Ok(app::identity::setup_needed(&state.pool)?)).await?;
    Ok(HttpResponse::Ok().json(SetupState { needed }))
}

/// Set the product up.
///
/// Makes the organisation, its administrator, the shipped roles and pipelines, and logs the administrator in.
/// Only while there is no user. Permission: none.
#[utoipa::path(post, path = "/api/v1/setup", operation_id = "create_setup", tag = "setup", security(()),
    request_body(content = Setup, example = json!({"organisation": "华东精密仪器", "name": "王芳", "email": "wang.fang@example.com", "password": "Steady-Lathe-27"})),
    responses((status = 201, description = "Set up and logged in; the refresh token is a cookie.", body = Access), (status = 409, description = "There is a user already.", body = Problem, content_type = "application/problem+json")))]
async fn create_setup(req: HttpRequest, payload: Payload, state: Data<State>) -> Result<HttpResponse> {
    throttle(&req, &state)?;
    let input: Setup = body::json(&req, payload).await?;
    let (device, request_id, shared) = (device(&req, &state), Meta::of(&req).request_id, state.clone());
    let now = Utc::now().trunc_subsecs(6);
    let done = blocking(move || Ok(app::identity::setup(&shared.pool, &input, &device, now, request_id)?)).await?;
    state.forget_actors();
    state.forget_schema();
    Ok(answer(StatusCode::CREATED, &state, done))
}

/// Log in.
///
/// Gives an access token for 15 minutes and a refresh token as a cookie. After several wrong passwords in a row the
/// account rests for a growing time (429). Permission: none.
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "login", tag = "auth", security(()),
    request_body(content = Login, example = json!({"email": "wang.fang@example.com", "password": "Steady-Lathe-27"})),
    responses((status = 200, description = "Logged in.", body = Access), (status = 401, description = "Wrong e-mail address or password.", body = Problem, content_type = "application/problem+json")))]
async fn login(req: HttpRequest, payload: Payload, state: Data<State>) -> Result<HttpResponse> {
    throttle(&req, &state)?;
    let input: Login = body::json(&req, payload).await?;
    let (device, shared, now) = (device(&req, &state), state.clone(), Utc::now().trunc_subsecs(6));
    let done = blocking(move || Ok(app::identity::login(&shared.pool, &input, &device, now)?)).await?;
    Ok(answer(StatusCode::OK, &state, done))
}

/// Refresh the access token.
///
/// Exchanges the refresh token of the cookie `flywheel_refresh` for a new access token and the next refresh token.
/// A refresh token is good for one exchange. For 30 seconds it is accepted again while no successor of it was used, so
/// that a lost answer logs nobody out; otherwise using a spent one ends the session. Permission: none.
#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "refresh", tag = "auth", security(()),
    params(("flywheel_refresh" = Option<String>, Cookie, description = "The refresh token, as the log-in set it.")),
    responses((status = 200, description = "Refreshed.", body = Access), (status = 401, description = "There is no session to go on with.", body = Problem, content_type = "application/problem+json")))]
async fn refresh(req: HttpRequest, state: Data<State>) -> Result<HttpResponse> {
    let token = req.cookie(COOKIE).map(|c| c.value().to_owned()).filter(|t| !t.is_empty());
    let token = token.ok_or(Error::Unauthenticated("not_logged_in"))?;
    let (shared, now) = (state.clone(), Utc::now().trunc_subsecs(6));
    let done = blocking(move || Ok(app::identity::refresh(&shared.pool, &token, now)?)).await;
    match done {
        Ok(done) => Ok(answer(StatusCode::OK, &state, done)),
        Err(Failure::App(Error::Unauthenticated(code))) => {
            state.forget_actors();
            Err(Error::Unauthenticated(code).into())
        }
        Err(other) => Err(other),
    }
}

/// Log out.
///
/// Ends the session at once and removes the cookie. A call with an API key has no session and changes nothing.
/// Permission: any caller.
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "logout", tag = "auth", responses((status = 204, description = "Logged out.")))]
async fn logout(cx: Cx<Anyone>) -> Result<HttpResponse> {
    cx.write(app::identity::logout).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::NoContent().cookie(cookie(&cx.state, String::new())).finish())
}

/// Change one's own password.
///
/// Ends the caller's other sessions. Not with an API key. Permission: any user who is logged in.
#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "change_password", tag = "auth",
    request_body(content = PasswordChange, example = json!({"current_password": "Steady-Lathe-27", "new_password": "Quiet-Harbour-58"})),
    responses((status = 204, description = "Changed."), (status = 403, description = "An API key has no password.", body = Problem, content_type = "application/problem+json")))]
async fn change_password(cx: Cx<Anyone>, payload: Payload) -> Result<HttpResponse> {
    let input: PasswordChange = cx.body(payload).await?;
    let (state, actor, now, request_id) = (cx.state.clone(), cx.actor.clone(), cx.now, cx.request_id);
    blocking(move || Ok(app::identity::change_password(&state.pool, &actor, input, now, request_id)?)).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::NoContent().finish())
}

/// List one's own sessions.
///
/// The log-ins of the caller that are in force, newest first. Permission: any person; not an API key.
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "list_sessions", tag = "auth", responses((status = 200, description = "The sessions.", body = Sessions), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn list_sessions(cx: Cx<Anyone>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(app::identity::list_sessions).await?))
}

/// End one of one's own sessions.
///
/// Its access token stops working at once. Permission: any person; not an API key.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "revoke_session", tag = "auth", params(("id" = Uuid, Path, description = "Id of the session.")), responses((status = 204, description = "Ended."), (status = 403, description = "An API key is not the person.", body = contract::problem::Problem, content_type = "application/problem+json")))]
async fn revoke_session(cx: Cx<Anyone>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    cx.write(move |ctx| app::identity::end_session(ctx, id)).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::NoContent().finish())
}
