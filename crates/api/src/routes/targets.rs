//! Segments and their coverage, groups by need, service of the basic tier, and how people take to the product.

use super::once::{Made, make};
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::scoring::{
    AdoptionReport, BasicService, DueQuery, NeedClusters, NewUrgentNeed, PeriodQuery, SegmentQuery, SegmentReport,
    UrgentNeedTaken,
};

permissions! {
    /// Seeing segments.
    SegmentsRead => ("segments", Read);
    /// Seeing customers, and so what they need.
    CustomersRead => ("customers", Read);
    /// Seeing figures of people and teams.
    ScoresRead => ("scores", Read);
    /// Making tasks, and so reporting urgent needs.
    TasksCreate => ("tasks", Create);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_segment_report, get_need_clusters, get_adoption, get_basic_service, report_urgent_need))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/scores/segments").route(web::get().to(get_segment_report)));
    scope.service(resource("/scores/needs").route(web::get().to(get_need_clusters)));
    scope.service(resource("/adoption").route(web::get().to(get_adoption)));
    scope.service(resource("/basic-service").route(web::get().to(get_basic_service)));
    scope.service(resource("/customers/{id}/urgent-needs").route(web::post().to(report_urgent_need)));
}

/// Get the segments and how far they are covered.
///
/// Every segment with its strategy, its customers that the caller may see, and the share of them contacted in the days
/// until today, by owner too; with the list of them and of those who still wait.
#[utoipa::path(get, path = "/api/v1/scores/segments", operation_id = "get_segment_report", tag = "scores", params(SegmentQuery),
    responses((status = 200, description = "The segments.", body = SegmentReport)), extensions(("x-permission" = json!("segments.read, customers.read and scores.read"))))]
async fn get_segment_report(cx: Cx<SegmentsRead>) -> Result<HttpResponse> {
    let query: SegmentQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::segments_report(ctx, &query, lang)).await?))
}

/// Get groups of customers by what they need.
///
/// Tags, preferences and pains that go together, counted with the last scoring of all customers; with the needs of each
/// group, why they are one group, and the condition of a segment of its customers.
#[utoipa::path(get, path = "/api/v1/scores/needs", operation_id = "get_need_clusters", tag = "scores", params(DueQuery),
    responses((status = 200, description = "The groups.", body = NeedClusters)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_need_clusters(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: DueQuery = cx.query()?;
    let lang = cx.lang;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::need_clusters(ctx, &query, lang)).await?))
}

/// Get how people take to the product.
///
/// Log-ins, days of use, and the share of activities that were written down in time, of each person, each team and all
/// that the caller may see.
#[utoipa::path(get, path = "/api/v1/adoption", operation_id = "get_adoption", tag = "flywheel", params(PeriodQuery),
    responses((status = 200, description = "The figures.", body = AdoptionReport)), extensions(("x-permission" = json!("scores.read"))))]
async fn get_adoption(cx: Cx<ScoresRead>) -> Result<HttpResponse> {
    let query: PeriodQuery = cx.query()?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::scores::adoption(ctx, &query)).await?))
}

/// Get how customers of the basic tier are served.
///
/// The mails that go to them by themselves, the one salesperson for their urgent needs, and the needs that wait.
#[utoipa::path(get, path = "/api/v1/basic-service", operation_id = "get_basic_service", tag = "scores",
    responses((status = 200, description = "The service.", body = BasicService)), extensions(("x-permission" = json!("customers.read and tasks.read"))))]
async fn get_basic_service(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    cx.no_query()?;
    Ok(HttpResponse::Ok().json(cx.read(app::scores::basic_service).await?))
}

/// Report an urgent need of a customer.
///
/// Makes a task to be done within four hours: for the shared salesperson where the customer is of the basic tier, else
/// for the customer's owner.
#[utoipa::path(post, path = "/api/v1/customers/{id}/urgent-needs", operation_id = "report_urgent_need", tag = "scores",
    params(("id" = Uuid, Path, description = "The customer."), ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")), request_body = NewUrgentNeed,
    responses((status = 201, description = "Who answers it.", body = UrgentNeedTaken)), extensions(("x-permission" = json!("customers.read and tasks.create"))))]
async fn report_urgent_need(cx: Cx<TasksCreate>, req: HttpRequest, payload: Payload) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    let (key, new): (_, NewUrgentNeed) = keyed_as(&cx, payload).await?;
    make(&cx, key, &[], move |ctx| Ok((Made::nowhere(), app::scores::take_urgent(ctx, id, &new, lang)?))).await
}
