//! RFM: the segment grid, why a customer is where it is, and scoring anew.

use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use crate::permissions;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use contract::scores::{RfmExplanation, RfmGrid, RfmQuery, RfmRun};

permissions! {
    /// Seeing customers, and so their scores.
    CustomersRead => ("customers", Read);
    /// Changing customers, and so scoring them.
    CustomersUpdate => ("customers", Update);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(get_rfm, refresh_rfm, get_rfm_explanation))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/scores/rfm").route(web::get().to(get_rfm)));
    scope.service(resource("/scores/rfm/refresh").route(web::post().to(refresh_rfm)));
    scope.service(resource("/scores/rfm/{id}").route(web::get().to(get_rfm_explanation)));
}

/// Get the RFM grid.
///
/// The customers that the caller may see, by segment and by recency and frequency score, with the
/// limits of the scores. Every number carries the list of its customers.
#[utoipa::path(get, path = "/api/v1/scores/rfm", operation_id = "get_rfm", tag = "scores",
    params(RfmQuery), responses((status = 200, description = "The grid.", body = RfmGrid)), extensions(("x-permission" = json!("customers.read and scores.read"))))]
async fn get_rfm(cx: Cx<CustomersRead>) -> Result<HttpResponse> {
    let query: RfmQuery = cx.query()?;
    let lang = cx.lang;
    let grid = cx.read(move |ctx| app::scores::grid(ctx, &query, lang)).await?;
    Ok(HttpResponse::Ok().json(grid))
}

/// Score all customers now.
///
/// The worker does it every night. Needs the permission to change every customer.
#[utoipa::path(post, path = "/api/v1/scores/rfm/refresh", operation_id = "refresh_rfm", tag = "scores",
    responses((status = 200, description = "The run.", body = RfmRun)), extensions(("x-permission" = json!("customers.update"))))]
async fn refresh_rfm(cx: Cx<CustomersUpdate>) -> Result<HttpResponse> {
    cx.no_query()?;
    // On a connection without a transaction: the run commits as it goes, and may be repeated.
    let run = cx.read(app::scores::refresh).await?;
    Ok(HttpResponse::Ok().json(run))
}

/// Explain the RFM segment of a customer.
///
/// For each score the value, its rank among the scored customers and the limits; earlier segments.
#[utoipa::path(get, path = "/api/v1/scores/rfm/{id}", operation_id = "get_rfm_explanation", tag = "scores",
    params(("id" = Uuid, Path, description = "The customer.")),
    responses((status = 200, description = "The explanation.", body = RfmExplanation)), extensions(("x-permission" = json!("customers.read"))))]
async fn get_rfm_explanation(cx: Cx<CustomersRead>, req: HttpRequest) -> Result<HttpResponse> {
    cx.no_query()?;
    let (id, lang) = (path_id(&req)?, cx.lang);
    let explanation = cx.read(move |ctx| app::scores::explain(ctx, id, lang)).await?;
    Ok(HttpResponse::Ok().json(explanation))
}
