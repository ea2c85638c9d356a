//! Playbooks and what they are for: signs, intent, preferences, and the library that is used.

use super::once::{Made, make, versioned};
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::scoring::{
    DueQuery, IntentLedger, IntentList, LibraryUse, NewPlaybookRun, PeriodQuery, Playbook, PlaybookInput,
    PlaybookRunStarted, Playbooks, Recommendations,
};

permissions! {
    /// Seeing customers, and so their scores.
    CustomersRead => ("customers", Read);
    /// Making tasks, and so those of a playbook.
    TasksCreate => ("tasks", Create);
    /// Changing settings.
    SettingsUpdate => ("settings", Update);
    /// Seeing activities, and so what was used in them.
    ActivitiesRead => ("activities", Read);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    start_playbook,
    list_playbooks,
    create_playbook,
    set_playbook,
    delete_playbook,
    get_recommendations,
    get_intent_ledger,
    get_intent,
    get_library_use
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/customers/{id}/playbooks").route(web::post().to(start_playbook)));
    scope.service(resource("/customers/{id}/recommendations").route(web::get().to(get_recommendations)));
    scope.service(resource("/customers/{id}/intent").route(web::get().to(get_intent_ledger)));
    let all = resource("/playbooks").route(web::get().to(list_playbooks));
    scope.service(all.route(web::post().to(create_playbook)));
    let one = resource("/playbooks/{key}").route(web::put().to(set_playbook));
    scope.service(one.route(web::delete().to(delete_playbook)));
    scope.service(resource("/intent").route(web::get().to(get_intent)));
    scope.service(resource("/library-use").route(web::get().to(get_library_use)));
}

fn key_of(req: &HttpRequest) -> String {
    req.match_info().get("key").unwrap_or_default().to_owned()
}

/// Start a playbook for a customer.
///
/// Makes its tasks for whom they are meant: the owner, their manager, the members of the account team whose roles they are
/// for; and remembers the score, so that the effect can be measured after 90 days. For those who may change the customer
/// and for its account team.
#[utoipa::path(post, path = "/api/v1/customers/{id}/playbooks", operation_id = "start_playbook", tag = "scores",
    params(("id" = Uuid, Path, description = "The customer."), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")), request_body = NewPlaybookRun,
    responses((status = 201, description = "What was made.", body = PlaybookRunStarted)), extensions(("x-permission" = json!("tasks.create"))))]
async fn start_playbook(cx: Cx<TasksCreate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    let (key, new): (_, NewPlaybookRun) = keyed_as(&cx, payload).await?;
    make(&cx, key, &[], move |ctx| Ok((Made::nowhere(), app::scores::start_playbook(ctx, id, &new, lang)?))).await
}

/// List the playbooks.
///
/// What to do about a dimension in a band, a lifecycle stage, a segment, a profile, a preference or a sign, with the
/// mean effect after 90 days on the customers that the caller may see. The ETag names the version of all of them.
#[utoipa::path(get, path = "/api/v1/playbooks", operation_id = "list_playbooks", tag = "scores",
    responses((status = 200, description = "The playbooks.", body = Playbooks)), extensions(("x-permission" = json!("customers.read"))))]
async fn list_playbooks(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    cx.no_query()?;
    let lang = cx.lang;
    let found = cx.read(move |ctx| app::scores::list_playbooks(ctx, lang)).await?;
    Ok(versioned(found.version, &found))
}

/// Write a new playbook.
///
/// For customers with a dimension in a band, in a stage, of a segment or profile, with a preference or a sign.
#[utoipa::path(post, path = "/api/v1/playbooks", operation_id = "create_playbook", tag = "scores",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")), request_body = PlaybookInput,
    responses((status = 201, description = "The playbook.", body = Playbook)), extensions(("x-permission" = json!("settings.update"))))]
async fn create_playbook(cx: Cx<SettingsUpdate>, payload: Payload) -> Result<HttpResponse> {
    cx.no_query()?;
    let lang = cx.lang;
    let (key, input): (_, PlaybookInput) = keyed_as(&cx, payload).await?;
    make(&cx, key, &[], move |ctx| Ok((Made::nowhere(), app::scores::save_playbook(ctx, None, None, &input, lang)?)))
        .await
}

/// Change a playbook.
///
/// A shipped one too; what is sent replaces it. Runs that began keep their tasks. The version of the list that the
/// change is based on stands in If-Match.
#[utoipa::path(put, path = "/api/v1/playbooks/{key}", operation_id = "set_playbook", tag = "scores",
    params(("key" = String, Path, description = "The playbook."), ("If-Match" = String, Header, description = "The version the change is based on.")),
    request_body = PlaybookInput,
    responses((status = 200, description = "The playbook now.", body = Playbook),
        (status = 412, description = "The playbooks were changed in the meantime.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "The version is missing.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("settings.update"))))]
async fn set_playbook(cx: Cx<SettingsUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    cx.no_query()?;
    let (key, version, lang) = (key_of(&req), cx.if_match()?, cx.lang);
    let input: PlaybookInput = cx.body(payload).await?;
    let found = cx.write(move |ctx| app::scores::save_playbook(ctx, Some(&key), version, &input, lang)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Take back the changes of a playbook.
///
/// A shipped one is as it was shipped; an own one is removed.
#[utoipa::path(delete, path = "/api/v1/playbooks/{key}", operation_id = "delete_playbook", tag = "scores",
    params(("key" = String, Path, description = "The playbook."), ("If-Match" = String, Header, description = "The version the change is based on.")),
    responses((status = 204, description = "Taken back."),
        (status = 400, description = "If-Match cannot be read.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 412, description = "The playbooks were changed in the meantime.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "The version is missing.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("settings.update"))))]
async fn delete_playbook(cx: Cx<SettingsUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (key, version) = (key_of(&req), cx.if_match()?);
    cx.write(move |ctx| app::scores::reset_playbook(ctx, &key, version)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get what a customer likes and could be shown.
///
/// Products and cases that meet its preference tags, what it bought by category, and what it did not buy yet.
#[utoipa::path(get, path = "/api/v1/customers/{id}/recommendations", operation_id = "get_recommendations", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The recommendations.", body = Recommendations)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_recommendations(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let id = path_id(&req)?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::recommendations(ctx, id, lang)).await?))
}

/// Get the points of a customer's intent.
///
/// Every entry of the ledger with what it was worth when it was written down and what it is worth now.
#[utoipa::path(get, path = "/api/v1/customers/{id}/intent", operation_id = "get_intent_ledger", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The ledger.", body = IntentLedger)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_intent_ledger(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::ledger(ctx, id, lang)).await?))
}

/// Get the customers of high intent.
///
/// Those with the points of the settings or more, the most first.
#[utoipa::path(get, path = "/api/v1/intent", operation_id = "get_intent", tag = "scores", params(DueQuery),
    responses((status = 200, description = "The customers.", body = IntentList)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_intent(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: DueQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::intent_list(ctx, &query, lang)).await?))
}

/// Get how content and resources were used.
///
/// Each item with the contacts that used it, their customers, and how the opportunities went that they were about.
#[utoipa::path(get, path = "/api/v1/library-use", operation_id = "get_library_use", tag = "four_r", params(PeriodQuery),
    responses((status = 200, description = "The use.", body = LibraryUse)), extensions(("x-permission" = json!("activities.read and contents.read"))))]
async fn get_library_use(cx: Cx<ActivitiesRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::library_use(ctx, &query, lang)).await?))
}
