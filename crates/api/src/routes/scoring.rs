//! Settings of the models, the list of whom to contact, and the four Rs.

use super::once::versioned;
use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::scoring::{
    CadenceSummary, CalendarQuery, ContactCalendar, ContactScore, DueList, DueQuery, FourRQuery, FourRReport,
    NewScoreSettings, ScorePreview, ScoreRun, ScoreSettings, ScoreSettingsList,
};

permissions! {
    /// Seeing customers, and so their scores.
    CustomersRead => ("customers", Read);
    /// Changing customers, and so scoring them.
    CustomersUpdate => ("customers", Update);
    /// Seeing activities, and so how right they were.
    ActivitiesRead => ("activities", Read);
    /// Seeing settings.
    SettingsRead => ("settings", Read);
    /// Changing settings.
    SettingsUpdate => ("settings", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list_score_settings,
    get_score_settings,
    set_score_settings,
    get_score_settings_preview,
    refresh_scores,
    get_due_customers,
    get_cadence_summary,
    get_contact_calendar,
    get_four_r,
    get_contact_score
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/score-settings").route(web::get().to(list_score_settings)));
    let settings = resource("/score-settings/{model}");
    scope.service(settings.route(web::get().to(get_score_settings)).route(web::put().to(set_score_settings)));
    scope.service(resource("/score-settings/{model}/preview").route(web::post().to(get_score_settings_preview)));
    scope.service(resource("/scores/refresh").route(web::post().to(refresh_scores)));
    scope.service(resource("/cadence/due").route(web::get().to(get_due_customers)));
    scope.service(resource("/cadence/summary").route(web::get().to(get_cadence_summary)));
    scope.service(resource("/cadence/calendar").route(web::get().to(get_contact_calendar)));
    scope.service(resource("/four-r").route(web::get().to(get_four_r)));
    scope.service(resource("/activities/{id}/four-r").route(web::get().to(get_contact_score)));
}

fn model_of(req: &HttpRequest) -> String {
    req.match_info().get("model").unwrap_or_default().to_owned()
}

/// List the settings of all models.
///
/// Each model's weights, cuts and intervals, with their version and what is shipped.
#[utoipa::path(get, path = "/api/v1/score-settings", operation_id = "list_score_settings", tag = "scores",
    responses((status = 200, description = "The settings.", body = ScoreSettingsList)), extensions(("x-permission" = json!("settings.read"))))]
async fn list_score_settings(cx: Cx<SettingsRead>) -> Result<HttpResponse> {
    cx.no_query()?;
    Ok(HttpResponse::Ok().json(cx.read(app::scores::settings_list).await?))
}

/// Get the settings of a model.
///
/// `grade`, `cadence`, `four_r` or `sdae`. The ETag names their version.
#[utoipa::path(get, path = "/api/v1/score-settings/{model}", operation_id = "get_score_settings", tag = "scores",
    params(("model" = String, Path, description = "The model.")),
    responses((status = 200, description = "The settings.", body = ScoreSettings)), extensions(("x-permission" = json!("settings.read"))))]
async fn get_score_settings(cx: Cx<SettingsRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let model = model_of(&req);
    let found = cx.read(move |ctx| app::scores::settings_of(ctx, &model)).await?;
    Ok(versioned(found.version, &found))
}

/// Change the settings of a model.
///
/// What the document leaves out has the value that is shipped. Contradictory settings (weights of zero, intervals of
/// zero, inverted cuts) are refused with the field. All customers are scored again soon after. The version that the
/// change is based on stands in If-Match.
#[utoipa::path(put, path = "/api/v1/score-settings/{model}", operation_id = "set_score_settings", tag = "scores",
    params(("model" = String, Path, description = "The model."), ("If-Match" = String, Header, description = "The version the change is based on.")),
    request_body = NewScoreSettings,
    responses((status = 200, description = "The settings now.", body = ScoreSettings),
        (status = 412, description = "The settings were changed in the meantime.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "The version is missing.", body = contract::problem::Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("settings.update"))))]
async fn set_score_settings(cx: Cx<SettingsUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    cx.no_query()?;
    let (model, version) = (model_of(&req), cx.if_match()?);
    let new: NewScoreSettings = cx.body(payload).await?;
    let found = cx
        .write(move |ctx| {
            app::scores::models::set(ctx, &model, version, &new.document)?;
            app::scores::settings_of(ctx, &model)
        })
        .await?;
    app::jobs::look_around();
    Ok(versioned(found.version, &found))
}

/// See what other settings would do.
///
/// Applies a document to every customer (for `four_r` to the latest contacts) without saving anything: how many
/// change their scores, and which, for example. Principles and playbooks are about no customer and cannot be previewed.
#[utoipa::path(post, path = "/api/v1/score-settings/{model}/preview", operation_id = "get_score_settings_preview", tag = "scores",
    params(("model" = String, Path, description = "The model.")), request_body = NewScoreSettings,
    responses((status = 200, description = "The effect.", body = ScorePreview)), extensions(("x-permission" = json!("settings.update"))))]
async fn get_score_settings_preview(
    cx: Cx<SettingsUpdate>,
    req: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse> {
    cx.no_query()?;
    let model = model_of(&req);
    let new: NewScoreSettings = cx.body(payload).await?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::preview(ctx, &model, &new.document, lang)).await?))
}

/// Score all customers and contacts now.
///
/// The worker does it every night, and what changes during the day is scored at once. Needs the permission to change
/// every customer.
#[utoipa::path(post, path = "/api/v1/scores/refresh", operation_id = "refresh_scores", tag = "scores",
    responses((status = 200, description = "The run.", body = ScoreRun)), extensions(("x-permission" = json!("customers.update"))))]
async fn refresh_scores(cx: Cx<CustomersUpdate>) -> Result<HttpResponse> {
    cx.no_query()?;
    // On a connection without a transaction: the run commits as it goes, and may be repeated.
    Ok(HttpResponse::Ok().json(cx.read(app::scores::refresh_all).await?))
}

/// Get whom to contact today.
///
/// The customers that are due for a contact in the order of value at stake × lateness, each with what made it.
#[utoipa::path(get, path = "/api/v1/cadence/due", operation_id = "get_due_customers", tag = "cadence", params(DueQuery),
    responses((status = 200, description = "The list.", body = DueList)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_due_customers(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: DueQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::due_list(ctx, &query, lang)).await?))
}

/// Get how contacts stand against their cadence.
///
/// Customers by status, and those contacted too often with the time that was wasted: too many contacts weigh as much
/// as too few.
#[utoipa::path(get, path = "/api/v1/cadence/summary", operation_id = "get_cadence_summary", tag = "cadence", params(DueQuery),
    responses((status = 200, description = "The summary.", body = CadenceSummary)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_cadence_summary(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: DueQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::summary(ctx, &query, lang)).await?))
}

/// Get the calendar of contacts.
///
/// Contacts made and planned day by day, for a calendar or a heat map.
#[utoipa::path(get, path = "/api/v1/cadence/calendar", operation_id = "get_contact_calendar", tag = "cadence", params(CalendarQuery),
    responses((status = 200, description = "The days.", body = ContactCalendar)), extensions(("x-permission" = json!("activities.read"))))]
async fn get_contact_calendar(cx: Cx<ActivitiesRead>) -> Result<HttpResponse> {
    let query: CalendarQuery = cx.query()?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::calendar(ctx, &query)).await?))
}

/// Get the four Rs of a period.
///
/// Right customer, frequency, message and resource of the contacts that the caller may see: the index of each, the
/// one that holds results back with its leverage (or that there is not enough data), how time was shared among the
/// grades, and the records behind.
#[utoipa::path(get, path = "/api/v1/four-r", operation_id = "get_four_r", tag = "four_r", params(FourRQuery),
    responses((status = 200, description = "The report.", body = FourRReport)), extensions(("x-permission" = json!("activities.read"))))]
async fn get_four_r(cx: Cx<ActivitiesRead>) -> Result<HttpResponse> {
    let query: FourRQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::report(ctx, &query, lang)).await?))
}

/// Explain the four Rs of a contact.
///
/// Each score with what it was made of at the time. An activity that is no contact, or not yet scored, is not found.
#[utoipa::path(get, path = "/api/v1/activities/{id}/four-r", operation_id = "get_contact_score", tag = "four_r",
    params(("id" = Uuid, Path, description = "The activity.")),
    responses((status = 200, description = "The explanation.", body = ContactScore)), extensions(("x-permission" = json!("activities.read"))))]
async fn get_contact_score(cx: Cx<ActivitiesRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::contact(ctx, id, lang)).await?))
}
