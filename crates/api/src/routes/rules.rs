//! Rules: drafts, versions, trials, runs, and the working calendar that they go by.

use super::notifications::position;
use super::once::{Made, make, versioned};
use super::paging::limit;
use super::records::{keyed, path_id};
use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::{Failure, Result};
use crate::http::body;
use crate::permissions;
use actix_web::http::header;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use app::rules;
use contract::automation::WorkingCalendar;
use contract::problem::Problem;
use contract::rules::{
    Rule, RuleInput, RuleMove, RulePatch, RuleRun, RuleRuns, RuleTest, RuleTestResult, RuleVersions, Rules, RunOutcome,
};
use domain::fields::parse_id;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

permissions! {
    /// Seeing rules and what they did.
    RulesRead => ("rules", Read);
    /// Making a rule.
    RulesCreate => ("rules", Create);
    /// Changing a rule, and letting it act.
    RulesUpdate => ("rules", Update);
    /// Archiving a rule.
    RulesArchive => ("rules", Archive);
    /// Changing the organisation's settings.
    SettingsUpdate => ("settings", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list_rules,
    create_rule,
    get_rule,
    update_rule,
    archive_rule,
    publish_rule,
    pause_rule,
    resume_rule,
    move_rule,
    test_rule,
    list_rule_runs,
    retry_rule_run,
    list_rule_versions,
    get_working_calendar,
    set_working_calendar
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/rules").route(web::get().to(list_rules)).route(web::post().to(create_rule)));
    scope.service(
        resource("/rules/{id}")
            .route(web::get().to(get_rule))
            .route(web::patch().to(update_rule))
            .route(web::delete().to(archive_rule)),
    );
    scope.service(resource("/rules/{id}/publish").route(web::post().to(publish_rule)));
    scope.service(resource("/rules/{id}/pause").route(web::post().to(pause_rule)));
    scope.service(resource("/rules/{id}/resume").route(web::post().to(resume_rule)));
    scope.service(resource("/rules/{id}/move").route(web::post().to(move_rule)));
    scope.service(resource("/rules/{id}/test").route(web::post().to(test_rule)));
    scope.service(resource("/rules/{id}/runs").route(web::get().to(list_rule_runs)));
    scope.service(resource("/rules/{id}/runs/{run_id}/retry").route(web::post().to(retry_rule_run)));
    scope.service(resource("/rules/{id}/versions").route(web::get().to(list_rule_versions)));
    scope.service(
        resource("/working_calendar")
            .route(web::get().to(get_working_calendar))
            .route(web::put().to(set_working_calendar)),
    );
}

fn answer(mut response: HttpResponseBuilder, rule: &Rule) -> HttpResponse {
    response.insert_header((header::ETAG, format!("\"{}\"", rule.version))).json(rule)
}

/// List rules.
///
/// Every rule, in the order in which they act, with state, health and the number of runs of the last 30 days.
#[utoipa::path(get, path = "/api/v1/rules", operation_id = "list_rules", tag = "rules", responses((status = 200, description = "The rules.", body = Rules)), extensions(("x-permission" = json!("rules.read"))))]
async fn list_rules(cx: Cx<RulesRead>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(cx.read(rules::list).await?))
}

/// Create a rule.
///
/// A draft, last in the order. It is checked when it is published, and does nothing before.
#[utoipa::path(post, path = "/api/v1/rules", operation_id = "create_rule", tag = "rules",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")),
    request_body(content = RuleInput, example = json!({"name": "大额商机 7 天未跟进", "definition": {
        "object": "opportunities",
        "trigger": {"kind": "elapsed", "field": "last_activity_at", "count": 7, "unit": "days"},
        "condition": {"all": [{"field": "status", "op": "eq", "value": "open"}, {"field": "amount_minor", "op": "gt", "value": 10000000}]},
        "actions": [{"kind": "notify", "to": [{"kind": "owner"}, {"kind": "director"}], "message": "商机「{name}」已 7 天没有跟进"}]
    }})),
    responses((status = 201, description = "The rule.", body = Rule), (status = 409, description = "There are too many rules.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("rules.create"))))]
async fn create_rule(cx: Cx<RulesCreate>, payload: Payload) -> Result<HttpResponse> {
    let (key, bytes) = keyed(&cx, payload).await?;
    let input: RuleInput = worded(&bytes)?;
    make(&cx, key, &[], move |ctx| {
        let rule = rules::create(ctx, input.clone())?;
        Ok((Made::at(format!("/api/v1/rules/{}", rule.id)).version(rule.version), rule))
    })
    .await
}

/// Reads a body whose choices are named by their `kind`. serde would take the number of a choice for its name as well.
fn worded<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let read = body::parse(bytes)?;
    let json: Json = serde_json::from_slice(bytes).map_err(|e| app::Error::Internal(e.to_string()))?;
    match json.get("definition").and_then(|definition| numbered(definition, "definition")) {
        Some(field) => Err(app::Error::field(field, "wrong_type", "string").into()),
        None => Ok(read),
    }
}

/// Where a `kind` is no word, outside of values that a rule sets or compares with.
fn numbered(json: &Json, path: &str) -> Option<String> {
    match json {
        Json::Object(fields) => fields.iter().find_map(|(key, value)| match (key.as_str(), value) {
            ("values" | "value" | "from" | "to", value) if !value.is_array() => None,
            ("kind", value) if !value.is_string() => Some(format!("{path}.kind")),
            _ => numbered(value, &format!("{path}.{key}")),
        }),
        Json::Array(items) => items.iter().enumerate().find_map(|(i, item)| numbered(item, &format!("{path}[{i}]"))),
        _ => None,
    }
}

/// Get a rule.
///
/// Its draft, what acts, and how it is doing.
#[utoipa::path(get, path = "/api/v1/rules/{id}", operation_id = "get_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")), responses((status = 200, description = "The rule.", body = Rule)), extensions(("x-permission" = json!("rules.read"))))]
async fn get_rule(cx: Cx<RulesRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let rule = cx.read(move |ctx| rules::get(ctx, id)).await?;
    Ok(answer(HttpResponse::Ok(), &rule))
}

/// Change a rule.
///
/// What is absent stays. A changed definition is a draft until it is published; what was published goes on.
#[utoipa::path(patch, path = "/api/v1/rules/{id}", operation_id = "update_rule", tag = "rules",
    params(("id" = Uuid, Path, description = "Id of the rule."), ("If-Match" = String, Header, description = "The version the change is based on, in quotes.")),
    request_body(content = RulePatch, example = json!({"name": "大额商机一周未跟进"})),
    responses((status = 200, description = "The rule as it is now.", body = Rule), (status = 412, description = "The rule has changed since.", body = Problem, content_type = "application/problem+json"), (status = 428, description = "If-Match is missing.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("rules.update"))))]
async fn update_rule(cx: Cx<RulesUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let patch: RulePatch = worded(&cx.body_bytes(payload).await?)?;
    let rule = cx.write(move |ctx| rules::update(ctx, id, version, patch.clone())).await?;
    Ok(answer(HttpResponse::Ok(), &rule))
}

/// Archive a rule.
///
/// It acts no more; what it did stays in the log.
#[utoipa::path(delete, path = "/api/v1/rules/{id}", operation_id = "archive_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")), responses((status = 204, description = "Archived.")), extensions(("x-permission" = json!("rules.archive"))))]
async fn archive_rule(cx: Cx<RulesArchive>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    cx.write(move |ctx| rules::archive(ctx, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Publish a rule.
///
/// Checks the draft whole (every fault with its path) and lets it act from now on, with the caller's permissions: it
/// sees and changes what the caller may. One that is published by an API key acts within the key's limits, and is stopped
/// when the key is no longer in force.
#[utoipa::path(post, path = "/api/v1/rules/{id}/publish", operation_id = "publish_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")), responses((status = 200, description = "The rule as it is now.", body = Rule)), extensions(("x-permission" = json!("rules.update"))))]
async fn publish_rule(cx: Cx<RulesUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let rule = cx.write(move |ctx| rules::publish(ctx, id)).await?;
    Ok(answer(HttpResponse::Ok(), &rule))
}

/// Pause a rule.
///
/// It stops at once, in the middle of a long run too. What happens while it is paused is not made up for.
#[utoipa::path(post, path = "/api/v1/rules/{id}/pause", operation_id = "pause_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")), responses((status = 200, description = "The rule as it is now.", body = Rule), (status = 409, description = "It does not act.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("rules.update"))))]
async fn pause_rule(cx: Cx<RulesUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let rule = cx.write(move |ctx| rules::pause(ctx, id)).await?;
    Ok(answer(HttpResponse::Ok(), &rule))
}

/// Resume a rule.
///
/// A paused or stopped rule acts again as it was published, after another check and with the caller's permissions, as after
/// publishing it.
#[utoipa::path(post, path = "/api/v1/rules/{id}/resume", operation_id = "resume_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")), responses((status = 200, description = "The rule as it is now.", body = Rule), (status = 409, description = "It was never published.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("rules.update"))))]
async fn resume_rule(cx: Cx<RulesUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let rule = cx.write(move |ctx| rules::resume(ctx, id)).await?;
    Ok(answer(HttpResponse::Ok(), &rule))
}

/// Move a rule.
///
/// Rules act in their order. The answer is the new order.
#[utoipa::path(post, path = "/api/v1/rules/{id}/move", operation_id = "move_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")),
    request_body(content = RuleMove, example = json!({"after": null})),
    responses((status = 200, description = "The rules in their new order.", body = Rules)), extensions(("x-permission" = json!("rules.update"))))]
async fn move_rule(cx: Cx<RulesUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let to: RuleMove = cx.body(payload).await?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| rules::move_to(ctx, id, &to)).await?))
}

/// Test a rule.
///
/// What it would have matched, of what the caller may see: for a rule by time the records that are due now, for a rule by
/// events the records whose events of the last days would have set it off. Nothing is done.
#[utoipa::path(post, path = "/api/v1/rules/{id}/test", operation_id = "test_rule", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")),
    request_body(content = RuleTest, example = json!({"days": 30})),
    responses((status = 200, description = "What it would have matched.", body = RuleTestResult)), extensions(("x-permission" = json!("rules.update"))))]
async fn test_rule(cx: Cx<RulesUpdate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let input: RuleTest = worded(&cx.body_bytes(payload).await?)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| rules::test(ctx, id, &input)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    outcome: Option<RunOutcome>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// List a rule's runs.
///
/// What it did, newest first, on the records that the caller may see: the values it saw, and what came of each action.
#[utoipa::path(get, path = "/api/v1/rules/{id}/runs", operation_id = "list_rule_runs", tag = "rules",
    params(("id" = Uuid, Path, description = "Id of the rule."), ("outcome" = Option<RunOutcome>, Query, description = "Only runs with this outcome."), ("cursor" = Option<String>, Query, description = "next_cursor of the page before."), ("limit" = Option<i64>, Query, description = "1 to 200; 50 by default.", minimum = 1, maximum = 200)),
    responses((status = 200, description = "A page.", body = RuleRuns)), extensions(("x-permission" = json!("rules.read"))))]
async fn list_rule_runs(cx: Cx<RulesRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let query: Wanted = cx.query()?;
    let (before, limit) = (position(query.cursor.as_deref())?, limit(query.limit, 50)?);
    let page = cx.read(move |ctx| rules::runs(ctx, id, query.outcome, before, limit)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// Retry a failed run.
///
/// The rule acts once more on the record of a run that failed. The answer is the new run; when that fails too, it is the one to retry.
#[utoipa::path(post, path = "/api/v1/rules/{id}/runs/{run_id}/retry", operation_id = "retry_rule_run", tag = "rules",
    params(("id" = Uuid, Path, description = "Id of the rule."), ("run_id" = Uuid, Path, description = "Id of the run.")),
    responses((status = 200, description = "The new run.", body = RuleRun), (status = 409, description = "It did not fail, was tried again already, or the record no longer fits.", body = Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("rules.update"))))]
async fn retry_rule_run(cx: Cx<RulesUpdate>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let run = req.match_info().get("run_id").and_then(parse_id).ok_or(Failure::App(app::Error::NotFound))?;
    Ok(HttpResponse::Ok().json(cx.write(move |ctx| rules::retry(ctx, id, run)).await?))
}

/// List a rule's versions.
///
/// Every definition that was published, newest first.
#[utoipa::path(get, path = "/api/v1/rules/{id}/versions", operation_id = "list_rule_versions", tag = "rules", params(("id" = Uuid, Path, description = "Id of the rule.")), responses((status = 200, description = "The versions.", body = RuleVersions)), extensions(("x-permission" = json!("rules.read"))))]
async fn list_rule_versions(cx: Cx<RulesRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| rules::versions(ctx, id)).await?))
}

/// Get the working calendar.
///
/// The organisation's working hours and its own days off and on. Chinese weekends, public holidays and the weekend days
/// worked in exchange are known besides.
#[utoipa::path(get, path = "/api/v1/working_calendar", operation_id = "get_working_calendar", tag = "rules", responses((status = 200, description = "The calendar.", body = WorkingCalendar)))]
async fn get_working_calendar(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let found = cx.read(app::calendar::get).await?;
    Ok(versioned(found.version, &found))
}

/// Set the working calendar.
///
/// It is replaced as a whole.
#[utoipa::path(put, path = "/api/v1/working_calendar", operation_id = "set_working_calendar", tag = "rules",
    params(("If-Match" = String, Header, description = "The version the change is based on.")),
    request_body(content = WorkingCalendar, example = json!({"opens": "09:00", "closes": "18:00", "holidays": ["2027-01-01"], "worked": []})),
    responses((status = 200, description = "The calendar as it is now.", body = WorkingCalendar),
        (status = 412, description = "The settings were changed in the meantime.", body = contract::problem::Problem, content_type = "application/problem+json"),
        (status = 428, description = "The version is missing.", body = contract::problem::Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("settings.update"))))]
async fn set_working_calendar(cx: Cx<SettingsUpdate>, payload: Payload) -> Result<HttpResponse> {
    let version = cx.if_match()?;
    let input: WorkingCalendar = cx.body(payload).await?;
    let found = cx.write(move |ctx| app::calendar::set(ctx, version, input.clone())).await?;
    Ok(versioned(found.version, &found))
}
