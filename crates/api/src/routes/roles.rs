//! Roles, and the roles and passwords of users.

use super::once::{Made, make};
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::{Cx, blocking};
use crate::failure::Result;
use crate::permissions;
use actix_web::http::header;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use app::identity::{self, Prepared};
use contract::identity::{PasswordGrant, Role, RoleInput, RolePatch, Roles, UserRoles};
use contract::problem::Problem;

permissions! {
    /// Seeing roles.
    RolesRead => ("roles", Read);
    /// Adding a role.
    RolesCreate => ("roles", Create);
    /// Changing a role, and who has it.
    RolesUpdate => ("roles", Update);
    /// Deleting a role.
    RolesArchive => ("roles", Archive);
    /// Seeing users.
    UsersRead => ("users", Read);
    /// Changing users.
    UsersUpdate => ("users", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list_roles,
    create_role,
    get_role,
    update_role,
    delete_role,
    get_user_roles,
    set_user_roles,
    set_user_password
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/roles").route(web::get().to(list_roles)).route(web::post().to(create_role)));
    scope.service(
        resource("/roles/{id}")
            .route(web::get().to(get_role))
            .route(web::patch().to(update_role))
            .route(web::delete().to(delete_role)),
    );
    scope.service(
        resource("/users/{id}/roles").route(web::get().to(get_user_roles)).route(web::put().to(set_user_roles)),
    );
    scope.service(resource("/users/{id}/password").route(web::post().to(set_user_password)));
}

fn answer(mut response: HttpResponseBuilder, role: &Role) -> HttpResponse {
    response.insert_header((header::ETAG, format!("\"{}\"", role.version))).json(role)
}

/// List roles.
///
/// Every role with its grants, and what a grant can name.
#[utoipa::path(get, path = "/api/v1/roles", operation_id = "list_roles", tag = "roles", responses((status = 200, description = "The roles.", body = Roles)), extensions(("x-permission" = json!("roles.read"))))]
async fn list_roles(cx: Cx<RolesRead>) -> Result<HttpResponse> {
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| identity::list_roles(ctx, lang)).await?))
}

/// Create a role.
///
/// Nobody can put more into a role than they have themselves.
#[utoipa::path(post, path = "/api/v1/roles", operation_id = "create_role", tag = "roles",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = RoleInput, example = json!({"key": "assistant", "name_zh": "销售助理", "name_en": "Sales assistant", "permissions": {"customers": {"read": "team", "update": "team"}}, "masks": {"phone": "partial", "email": "clear"}})),
    responses((status = 201, description = "The role.", body = Role)), extensions(("x-permission" = json!("roles.create"))))]
async fn create_role(cx: Cx<RolesCreate>, payload: Payload) -> Result<HttpResponse> {
    let (key, input): (_, RoleInput) = keyed_as(&cx, payload).await?;
    let lang = cx.lang;
    make(&cx, key, &[], move |ctx| {
        let role = identity::create_role(ctx, input.clone(), lang)?;
        Ok((Made::at(format!("/api/v1/roles/{}", role.id)).version(role.version), role))
    })
    .await
}

/// Get a role.
///
/// One role with its grants.
#[utoipa::path(get, path = "/api/v1/roles/{id}", operation_id = "get_role", tag = "roles", params(("id" = Uuid, Path, description = "Id of the role.")), responses((status = 200, description = "The role.", body = Role)), extensions(("x-permission" = json!("roles.read"))))]
async fn get_role(cx: Cx<RolesRead>, req: HttpRequest) -> Result<HttpResponse> {
    let (id, lang) = (path_id(&req)?, cx.lang);
    let role = cx.read(move |ctx| identity::get_role(ctx, id, lang)).await?;
    Ok(answer(HttpResponse::Ok(), &role))
}

/// Change a role.
///
/// What is absent stays; grants and masks are replaced as a whole. It takes effect at once for everybody who has the
/// role. The administrator's grants cannot be changed.
#[utoipa::path(patch, path = "/api/v1/roles/{id}", operation_id = "update_role", tag = "roles",
    params(("id" = Uuid, Path, description = "Id of the role."), ("If-Match" = String, Header, description = "The version the change is based on, in quotes.")),
    request_body(content = RolePatch, example = json!({"name_en": "Sales assistant (East)"})),
    responses((status = 200, description = "The role as it is now.", body = Role), (status = 409, description = "The administrator's grants stay.", body = Problem, content_type = "application/problem+json"), (status = 412, description = "The role has changed since.", body = Problem, content_type = "application/problem+json"), (status = 428, description = "If-Match is missing.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("roles.update"))))]
async fn update_role(cx: Cx<RolesUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let (id, version, lang) = (path_id(&req)?, cx.if_match()?, cx.lang);
    let patch: RolePatch = cx.body(payload).await?;
    let role = cx.write(move |ctx| identity::update_role(ctx, id, version, patch.clone(), lang)).await?;
    cx.state.forget_actors();
    Ok(answer(HttpResponse::Ok(), &role))
}

/// Delete a role.
///
/// Only one that is not shipped and that nobody has.
#[utoipa::path(delete, path = "/api/v1/roles/{id}", operation_id = "delete_role", tag = "roles", params(("id" = Uuid, Path, description = "Id of the role.")), responses((status = 204, description = "Deleted."), (status = 409, description = "It is shipped, or somebody has it.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("roles.archive"))))]
async fn delete_role(cx: Cx<RolesArchive>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    cx.write(move |ctx| identity::delete_role(ctx, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get a user's roles.
///
/// The keys of the roles; what they allow adds up.
#[utoipa::path(get, path = "/api/v1/users/{id}/roles", operation_id = "get_user_roles", tag = "users", params(("id" = Uuid, Path, description = "Id of the user.")), responses((status = 200, description = "The roles.", body = UserRoles)), extensions(("x-permission" = json!("users.read"))))]
async fn get_user_roles(cx: Cx<UsersRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| identity::roles_of_user(ctx, id)).await?))
}

/// Set a user's roles.
///
/// Replaces them all, at once for every session of the user. Nobody can give or take a role that allows more than
/// they have themselves, and one active administrator always remains.
#[utoipa::path(put, path = "/api/v1/users/{id}/roles", operation_id = "set_user_roles", tag = "users", params(("id" = Uuid, Path, description = "Id of the user.")),
    request_body(content = UserRoles, example = json!({"roles": ["representative"]})),
    responses((status = 200, description = "The roles as they are now.", body = UserRoles), (status = 409, description = "The last administrator stays one.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("users.update"))))]
async fn set_user_roles(cx: Cx<UsersUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let wanted: UserRoles = cx.body(payload).await?;
    let roles = cx.write(move |ctx| identity::set_roles_of_user(ctx, id, &wanted)).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::Ok().json(roles))
}

/// Give a user a password.
///
/// The user can log in with it and is asked to change it; an invited user becomes active; the user's sessions end.
/// Only for users who may do no more than the caller.
#[utoipa::path(post, path = "/api/v1/users/{id}/password", operation_id = "set_user_password", tag = "users", params(("id" = Uuid, Path, description = "Id of the user.")),
    request_body(content = PasswordGrant, example = json!({"password": "Quiet-Harbour-58"})),
    responses((status = 204, description = "Given."), (status = 409, description = "The user has no e-mail address to log in with.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("users.update"))))]
async fn set_user_password(cx: Cx<UsersUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let input: PasswordGrant = cx.body(payload).await?;
    let prepared = blocking(move || Ok(Prepared::new("password", input.password)?)).await?;
    cx.write(move |ctx| identity::grant_password(ctx, id, &prepared)).await?;
    cx.state.forget_actors();
    Ok(HttpResponse::NoContent().finish())
}
