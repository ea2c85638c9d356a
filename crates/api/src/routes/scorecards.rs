//! Every score of a customer, playbooks, the flywheel, and the whole customer in one answer.

use super::paging::limit;
use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use contract::scoring::{
    AuditComparison, AuditQuestions, ChannelReport, CustomerOverview, CustomerScores, DistributionQuery, DueQuery,
    EffortReport, FlywheelReport, GoalAgreements, LifecycleFlow, MigrationQuery, NeedFit, PeriodQuery,
    PrinciplesCourse, PrinciplesReport, RampQuery, RampReport, RepeatList, RfmMigration, ScoreDistribution,
    SuggestionQuery, Suggestions,
};
use serde::Deserialize;

permissions! {
    /// Seeing customers, and so their scores.
    CustomersRead => ("customers", Read);
    /// Seeing scores of people and teams.
    ScoresRead => ("scores", Read);
    /// Seeing goals.
    GoalsRead => ("goals", Read);
    /// Seeing self-assessments.
    PulsesRead => ("pulses", Read);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    get_customer_scores,
    get_customer_overview,
    get_customer_timeline,
    get_suggestions,
    get_score_distribution,
    get_rfm_migration,
    get_lifecycle_flow,
    get_repeat_purchase,
    get_principles,
    get_principles_course,
    list_goal_agreements,
    get_flywheel,
    get_effort,
    get_ramp,
    get_channels,
    get_need_fit,
    list_audit_questions,
    get_audit_comparison
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/customers/{id}/scores").route(web::get().to(get_customer_scores)));
    scope.service(resource("/customers/{id}/overview").route(web::get().to(get_customer_overview)));
    scope.service(resource("/customers/{id}/timeline").route(web::get().to(get_customer_timeline)));
    scope.service(resource("/customers/{id}/suggestions").route(web::get().to(get_suggestions)));
    scope.service(resource("/scores/distribution").route(web::get().to(get_score_distribution)));
    scope.service(resource("/scores/rfm/migration").route(web::get().to(get_rfm_migration)));
    scope.service(resource("/scores/lifecycle").route(web::get().to(get_lifecycle_flow)));
    scope.service(resource("/repeat-purchase").route(web::get().to(get_repeat_purchase)));
    scope.service(resource("/principles").route(web::get().to(get_principles)));
    scope.service(resource("/principles/months").route(web::get().to(get_principles_course)));
    scope.service(resource("/goal-agreements").route(web::get().to(list_goal_agreements)));
    scope.service(resource("/flywheel").route(web::get().to(get_flywheel)));
    scope.service(resource("/effort").route(web::get().to(get_effort)));
    scope.service(resource("/ramp").route(web::get().to(get_ramp)));
    scope.service(resource("/channels").route(web::get().to(get_channels)));
    scope.service(resource("/customers/{id}/need-fit").route(web::get().to(get_need_fit)));
    scope.service(resource("/audit-questions").route(web::get().to(list_audit_questions)));
    scope.service(resource("/audits/{id}/comparison").route(web::get().to(get_audit_comparison)));
}

/// Get every score of a customer with its reasons.
///
/// Grade, cadence, SDAE, health, lifecycle, service tier and repeat purchase as of now, each with its inputs, weights
/// and points; earlier scores; and the playbooks that fit. What is not known is missing, never zero.
#[utoipa::path(get, path = "/api/v1/customers/{id}/scores", operation_id = "get_customer_scores", tag = "scores",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The scores.", body = CustomerScores)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_customer_scores(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::customer(ctx, id, lang)).await?))
}

/// Get a customer in one answer.
///
/// Profile, people, opportunities, orders, activities, tasks, scores and what to do next. Lists that the caller may
/// not see are null; each holds only what the caller may see.
#[utoipa::path(get, path = "/api/v1/customers/{id}/overview", operation_id = "get_customer_overview", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The customer.", body = CustomerOverview)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_customer_overview(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::overview(ctx, id, lang)).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TimelineQuery {
    /// Kinds wanted, separated by commas: `activity`, `opportunity`, `order`, `task`, `behaviour`, `change`; all by default.
    kinds: Option<String>,
    /// next_cursor of the page before.
    cursor: Option<String>,
    /// 1 to 200; 30 by default.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Get what happened with a customer.
///
/// Contacts, steps of opportunities, orders, tasks done, behaviours and changes in one order of time, newest first, each
/// with its record and only what the caller may see. What is planned is no part of it.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", operation_id = "get_customer_timeline", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer."), TimelineQuery),
    responses((status = 200, description = "A page.", body = contract::feed::Timeline)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_customer_timeline(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    let query: TimelineQuery = cx.query()?;
    let (id, limit) = (path_id(&req)?, limit(query.limit, 30)?);
    let wanted = app::timeline::Query { kinds: query.kinds, cursor: query.cursor, limit };
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::timeline::page_of(ctx, id, &wanted)).await?))
}

/// Get what to bring to a contact with a customer.
///
/// Content that fits the customer's stage, pains and the person's role, with how it fared; resources that the stage
/// recommends, with what the customer's grade may cost.
#[utoipa::path(get, path = "/api/v1/customers/{id}/suggestions", operation_id = "get_suggestions", tag = "four_r",
    params(("id" = Uuid, Path, description = "The customer."), SuggestionQuery),
    responses((status = 200, description = "The suggestions.", body = Suggestions)), extensions(("x-permission" = json!("customers.read and contents.read"))))]
async fn get_suggestions(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    let query: SuggestionQuery = cx.query()?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::suggestions(ctx, id, &query)).await?))
}

/// Get the customers by one of their scores.
///
/// Every band with its number of customers and the list of them.
#[utoipa::path(get, path = "/api/v1/scores/distribution", operation_id = "get_score_distribution", tag = "scores", params(DistributionQuery),
    responses((status = 200, description = "The bands.", body = ScoreDistribution)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_score_distribution(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: DistributionQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::distribution(ctx, &query, lang)).await?))
}

/// Get how customers moved between RFM segments.
///
/// The segments at the end of two days: who went where, and who stayed.
#[utoipa::path(get, path = "/api/v1/scores/rfm/migration", operation_id = "get_rfm_migration", tag = "scores", params(MigrationQuery),
    responses((status = 200, description = "The flows.", body = RfmMigration)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_rfm_migration(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: MigrationQuery = cx.query()?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::migration(ctx, &query)).await?))
}

/// Get how customers move through the lifecycle stages.
///
/// How many customers stand in each stage, how many came from which stage in the period, how many came back and in how many
/// investing was stopped, each with the list of them.
#[utoipa::path(get, path = "/api/v1/scores/lifecycle", operation_id = "get_lifecycle_flow", tag = "scores", params(PeriodQuery),
    responses((status = 200, description = "The stages and the moves.", body = LifecycleFlow)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_lifecycle_flow(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::lifecycle_flow(ctx, &query, lang)).await?))
}

/// Get the customers that may not come back.
///
/// By the value at risk: what a customer would buy in a year, less what is to be expected of it.
#[utoipa::path(get, path = "/api/v1/repeat-purchase", operation_id = "get_repeat_purchase", tag = "scores", params(DueQuery),
    responses((status = 200, description = "The customers.", body = RepeatList)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_repeat_purchase(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: DueQuery = cx.query()?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::repeat_list(ctx, &query)).await?))
}

/// Get the three principles of a period.
///
/// Commitment, precision and engagement of the people that the caller may see, with their inputs; the lowest is named.
#[utoipa::path(get, path = "/api/v1/principles", operation_id = "get_principles", tag = "flywheel", params(PeriodQuery),
    responses((status = 200, description = "The gauges.", body = PrinciplesReport)), extensions(("x-permission" = json!("scores.read"))))]
async fn get_principles(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::three_principles(ctx, &query, lang)).await?))
}

/// Get the three principles month by month.
///
/// Of the months of the period, at most 24; the twelve months until its last day by default. Of the past it counts who
/// was there then: from the day of hire, else the day the account was made, to the last day at work.
#[utoipa::path(get, path = "/api/v1/principles/months", operation_id = "get_principles_course", tag = "flywheel", params(PeriodQuery),
    responses((status = 200, description = "The months.", body = PrinciplesCourse)), extensions(("x-permission" = json!("scores.read"))))]
async fn get_principles_course(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::principles_course(ctx, &query, lang)).await?))
}

/// List who stands behind the published goals.
///
/// For each goal that somebody agreed with the number of those whose acknowledgements the caller may read (permission
/// pulses.read beyond one's own), and whether the caller is one of those who agree.
#[utoipa::path(get, path = "/api/v1/goal-agreements", operation_id = "list_goal_agreements", tag = "flywheel",
    responses((status = 200, description = "The goals.", body = GoalAgreements)), extensions(("x-permission" = json!("goals.read"))))]
async fn list_goal_agreements(cx: Cx<GoalsRead>) -> Result<HttpResponse> {
    cx.no_query()?;
    Ok(HttpResponse::Ok().json(cx.read(app::scores::goal_agreements).await?))
}

/// Get the flywheel of a period.
///
/// Principles, 4R, customer quality and outcomes against the period before, with the slowest wheel and the R that
/// holds results back.
#[utoipa::path(get, path = "/api/v1/flywheel", operation_id = "get_flywheel", tag = "flywheel", params(PeriodQuery),
    responses((status = 200, description = "The flywheel.", body = FlywheelReport)), extensions(("x-permission" = json!("scores.read"))))]
async fn get_flywheel(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::flywheel(ctx, &query, lang)).await?))
}

/// Get busy against effective.
///
/// Contacts against won amounts of each person, and where that stands against the medians.
#[utoipa::path(get, path = "/api/v1/effort", operation_id = "get_effort", tag = "flywheel", params(PeriodQuery),
    responses((status = 200, description = "The people.", body = EffortReport)), extensions(("x-permission" = json!("scores.read"))))]
async fn get_effort(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::effort(ctx, &query, lang)).await?))
}

/// Get how long newcomers take to their first deal.
///
/// The people hired in the last two years, by quarter of hire, and whether the later ones are faster than the earlier.
#[utoipa::path(get, path = "/api/v1/ramp", operation_id = "get_ramp", tag = "flywheel", params(RampQuery),
    responses((status = 200, description = "The newcomers.", body = RampReport)), extensions(("x-permission" = json!("scores.read"))))]
async fn get_ramp(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    let query: RampQuery = cx.query()?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::ramp(ctx, &query)).await?))
}

/// Get which channels bring the right customers.
///
/// The customers made in a period by their source: how many were found qualified, are of grade A or B, bought, and for
/// how much; the prospects of high value with a link to them.
#[utoipa::path(get, path = "/api/v1/channels", operation_id = "get_channels", tag = "customers", params(PeriodQuery),
    responses((status = 200, description = "The channels.", body = ChannelReport)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_channels(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::channels(ctx, &query, lang)).await?))
}

/// Get how well what we offer meets what a customer needs.
///
/// From the pains it has, the solutions made for it and the trials that ended, with the reasons.
#[utoipa::path(get, path = "/api/v1/customers/{id}/need-fit", operation_id = "get_need_fit", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The need fit.", body = NeedFit)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_need_fit(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::need_fit(ctx, id, lang)).await?))
}

/// List the questions of the self-assessment.
///
/// Each is answered from 1 to 5; a record of `audits` keeps the answers by key and carries the baseline they make.
#[utoipa::path(get, path = "/api/v1/audit-questions", operation_id = "list_audit_questions", tag = "flywheel",
    responses((status = 200, description = "The questions.", body = AuditQuestions)), extensions(("x-permission" = json!("scores.read"))))]
async fn list_audit_questions(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    cx.no_query()?;
    Ok(HttpResponse::Ok().json(app::scores::audit_questions(cx.lang)))
}

/// Compare a self-assessment with the records.
///
/// What people answered about each of the eleven indices against what the records of the 90 days until today show,
/// the widest gap first.
#[utoipa::path(get, path = "/api/v1/audits/{id}/comparison", operation_id = "get_audit_comparison", tag = "flywheel",
    params(("id" = Uuid, Path, description = "The self-assessment.")),
    responses((status = 200, description = "The comparison.", body = AuditComparison)), extensions(("x-permission" = json!("pulses.read and scores.read"))))]
async fn get_audit_comparison(cx: Cx<PulsesRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::compare_audit(ctx, id, lang)).await?))
}
