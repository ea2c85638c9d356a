//! The metric catalogue and the values of metrics.

use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use actix_web::HttpResponse;
use actix_web::web;
use contract::metrics::{MetricCatalogue, MetricQuery, MetricValue};
use contract::problem::Problem;

#[derive(utoipa::OpenApi)]
#[openapi(paths(list_metrics, get_metric))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/metrics").route(web::get().to(list_metrics)));
    scope.service(resource("/metrics/{key}").route(web::get().to(get_metric)));
}

/// List the metrics.
///
/// Every metric with its unit, its formula in words and what it can be grouped by.
#[utoipa::path(get, path = "/api/v1/metrics", operation_id = "list_metrics", tag = "metrics",
    responses((status = 200, description = "The catalogue.", body = MetricCatalogue)))]
async fn list_metrics(cx: Cx<Anyone>) -> Result<HttpResponse> {
    cx.no_query()?;
    Ok(HttpResponse::Ok().json(app::metrics::catalogue(cx.lang)))
}

/// Get the value of a metric.
///
/// The value within what the caller may see, and on request one row per group. Every number
/// carries the list of the records that it counts. Needs the permission to read the metric's object.
#[utoipa::path(get, path = "/api/v1/metrics/{key}", operation_id = "get_metric", tag = "metrics",
    params(("key" = String, Path, description = "Key of the metric.", example = "win_rate"), MetricQuery),
    responses((status = 200, description = "The value.", body = MetricValue),
        (status = 403, description = "The caller may not read the metric's object.", body = Problem, content_type = "application/problem+json")),
    extensions(("x-permission" = json!("metrics.read and that of reading the metric's object"))))]
async fn get_metric(cx: Cx<Anyone>, key: web::Path<String>) -> Result<HttpResponse> {
    let query: MetricQuery = cx.query()?;
    let (key, lang) = (key.into_inner(), cx.lang);
    let value = cx.read(move |ctx| app::metrics::value(ctx, &key, &query, lang)).await?;
    Ok(HttpResponse::Ok().json(value))
}
