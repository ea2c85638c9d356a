//! Funnel, forecast and the summary of a pipeline.

use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use contract::reports::{ForecastReport, FunnelReport, PipelineSummary, ReportQuery};

permissions! {
    /// Seeing opportunities, and so the reports on them.
    OpportunitiesRead => ("opportunities", Read);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_funnel, get_forecast, get_pipeline_summary))]
pub(crate) struct Doc;

/// Registers the reports. The summary must come before the records' own addresses.
pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/reports/funnel").route(web::get().to(get_funnel)));
    scope.service(resource("/reports/forecast").route(web::get().to(get_forecast)));
    scope.service(resource("/pipelines/{id}/summary").route(web::get().to(get_pipeline_summary)));
}

/// Get the funnel.
///
/// How far the opportunities created in a period came, how long they stayed in each stage, and the
/// conversion furthest below what is expected: the benchmark set for the stage, else that of the previous equal period.
#[utoipa::path(get, path = "/api/v1/reports/funnel", operation_id = "get_funnel", tag = "reports",
    params(ReportQuery), responses((status = 200, description = "The funnel.", body = FunnelReport)), extensions(("x-permission" = json!("opportunities.read and reports.read"))))]
async fn get_funnel(cx: Cx<OpportunitiesRead>) -> Result<HttpResponse> {
    let query: ReportQuery = cx.query()?;
    let report = cx.read(move |ctx| app::reports::funnel(ctx, &query)).await?;
    Ok(HttpResponse::Ok().json(report))
}

/// Get the forecast.
///
/// What the open opportunities will bring, with an 80 % interval, by category, stage and month.
#[utoipa::path(get, path = "/api/v1/reports/forecast", operation_id = "get_forecast", tag = "reports",
    params(ReportQuery), responses((status = 200, description = "The forecast.", body = ForecastReport)), extensions(("x-permission" = json!("opportunities.read and reports.read"))))]
async fn get_forecast(cx: Cx<OpportunitiesRead>) -> Result<HttpResponse> {
    let query: ReportQuery = cx.query()?;
    let report = cx.read(move |ctx| app::reports::forecast(ctx, &query)).await?;
    Ok(HttpResponse::Ok().json(report))
}

/// Get the summary of a pipeline.
///
/// Its open opportunities by stage with their forecast, and how the last twelve months closed.
#[utoipa::path(get, path = "/api/v1/pipelines/{id}/summary", operation_id = "get_pipeline_summary", tag = "reports",
    params(("id" = Uuid, Path, description = "The pipeline.")),
    responses((status = 200, description = "The summary.", body = PipelineSummary)), extensions(("x-permission" = json!("opportunities.read"))))]
async fn get_pipeline_summary(cx: Cx<OpportunitiesRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let id = path_id(&req)?;
    let summary = cx.read(move |ctx| app::reports::summary(ctx, id)).await?;
    Ok(HttpResponse::Ok().json(summary))
}
