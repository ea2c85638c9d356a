//! Merging records of any object that can be merged, and undoing it. Described in `record_docs` with the object's other
//! operations.

use super::records::path_id;
use super::table::{Routes, resource};
use crate::cx::Cx;
use crate::failure::Result;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::merging::{
    LeftRecords, MergeInput, MergeOut, MergeResult, MergedField, Merges, MovedRecords, UnmergeInput, UnmergeResult,
};
use domain::fields::ObjectDef;
use domain::policy::Action;
use domain::{merge, objects};

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    LeftRecords,
    MergeInput,
    MergeOut,
    MergeResult,
    MergedField,
    Merges,
    MovedRecords,
    UnmergeInput,
    UnmergeResult
)))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    for def in objects::ALL.into_iter().filter(|def| merge::mergeable(def)) {
        let path = |rest: &str| format!("/{}/{{id}}/{rest}", def.key);
        let join = web::post().to(move |req: HttpRequest, body: Payload| join(req, body, def));
        scope.service(resource(path("merge")).route(join));
        let part = web::post().to(move |req: HttpRequest, body: Payload| part(req, body, def));
        scope.service(resource(path("unmerge")).route(part));
        scope.service(resource(path("merges")).route(web::get().to(move |req: HttpRequest| list(req, def))));
    }
}

async fn join(req: HttpRequest, body: Payload, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Update).await?;
    cx.no_query()?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let input: MergeInput = cx.body(body).await?;
    let done = cx.write(move |ctx| app::records::merge(ctx, def.key, id, version, &input)).await?;
    Ok(HttpResponse::Ok().json(done))
}

async fn part(req: HttpRequest, body: Payload, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Update).await?;
    cx.no_query()?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let input: UnmergeInput = cx.body(body).await?;
    let done = cx.write(move |ctx| app::records::unmerge(ctx, def.key, id, version, &input)).await?;
    Ok(HttpResponse::Ok().json(done))
}

async fn list(req: HttpRequest, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Read).await?;
    cx.no_query()?;
    let id = path_id(&req)?;
    Ok(HttpResponse::Ok().json(cx.read(move |ctx| app::records::merges(ctx, def.key, id)).await?))
}
