//! The endpoints of every object, by its declaration.

use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::{Failure, Result};
use actix_web::http::header;
use actix_web::web::{self, BytesMut, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use app::idempotency::{self, BegunKey, Key};
use app::records::Shown;
use app::records::bulk;
use domain::fields::{ObjectDef, parse_id};
use domain::objects;
use domain::policy::Action;
use persistence::settings::Answer;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Registers `/customers` and its kin.
pub(super) fn configure(scope: &mut Routes) {
    for def in objects::ALL {
        let def: &'static ObjectDef = def;
        let path = format!("/{}", def.key);
        scope.service(
            resource(path.clone())
                .route(web::get().to(move |req: HttpRequest| list(req, def)))
                .route(web::post().to(move |req: HttpRequest, body: Payload| create(req, body, def))),
        );
        scope.service(
            resource(format!("{path}/bulk"))
                .route(web::post().to(move |req: HttpRequest, body: Payload| run_bulk(req, body, def))),
        );
        if def.key == objects::OPPORTUNITIES.key {
            scope.service(resource(format!("{path}/{{id}}/move")).route(web::post().to(move_opportunity)));
            scope.service(resource(format!("{path}/{{id}}/history")).route(web::get().to(stage_history)));
        }
        scope.service(
            resource(format!("{path}/{{id}}/restore")).route(web::post().to(move |req: HttpRequest| restore(req, def))),
        );
        scope.service(
            resource(format!("{path}/{{id}}"))
                .route(web::get().to(move |req: HttpRequest| get(req, def)))
                .route(web::patch().to(move |req: HttpRequest, body: Payload| update(req, body, def)))
                .route(web::delete().to(move |req: HttpRequest| archive(req, def))),
        );
    }
}

async fn list(req: HttpRequest, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Read).await?;
    let pairs = pairs(&req)?;
    // The first or next of everybody's records in the usual order come straight from an index.
    let everybody = matches!(cx.actor.visible(def.permission, Action::Read), Some(app::Visible::All));
    let plain = everybody && pairs.iter().all(|(key, _)| matches!(key.as_str(), "limit" | "cursor" | "refs"));
    let list = move |ctx: &mut app::Ctx<'_>| app::records::list(ctx, def.key, &pairs);
    let body = if plain { cx.glance(list).await? } else { cx.read(list).await? };
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

async fn get(req: HttpRequest, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Read).await?;
    let (id, refs) = (path_id(&req)?, wants_refs(&req)?);
    let shown = cx.glance(move |ctx| app::records::show(ctx, def.key, id, refs)).await?;
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

/// Whether the titles of linked records are wanted; nothing else can be asked of a single record.
pub(super) fn wants_refs(req: &HttpRequest) -> Result<bool> {
    let mut refs = false;
    for (key, value) in pairs(req)? {
        match (key.as_str(), value.as_str()) {
            ("refs", "true") => refs = true,
            ("refs", "false") => refs = false,
            ("refs", _) => return Err(app::Error::field("refs", "wrong_type", "boolean").into()),
            _ => return Err(app::Error::field(key, "unknown_parameter", "").into()),
        }
    }
    Ok(refs)
}

async fn create(req: HttpRequest, body: Payload, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Create).await?;
    let (key, input) = keyed_body(&cx, body).await?;
    let answer = cx
        .write(move |ctx| {
            idempotency::once(ctx, key.as_ref(), |ctx| {
                let shown = app::records::create(ctx, def.key, &input)?;
                Ok(kept(201, Some(format!("/api/v1/{}/{}", def.key, shown.id)), shown))
            })
        })
        .await?;
    changed(&cx, def);
    Ok(replay(answer))
}

async fn update(req: HttpRequest, body: Payload, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Update).await?;
    let id = path_id(&req)?;
    let version = cx.if_match()?;
    let input: Json = parse(&cx.body_bytes(body).await?)?;
    let shown = cx.write(move |ctx| app::records::update(ctx, def.key, id, version, &input)).await?;
    changed(&cx, def);
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

async fn archive(req: HttpRequest, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Archive).await?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let shown = cx.write(move |ctx| app::records::archive(ctx, def.key, id, version)).await?;
    changed(&cx, def);
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

async fn restore(req: HttpRequest, def: &'static ObjectDef) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, def.key, Action::Archive).await?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let shown = cx.write(move |ctx| app::records::restore(ctx, def.key, id, version)).await?;
    changed(&cx, def);
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

async fn run_bulk(req: HttpRequest, body: Payload, def: &'static ObjectDef) -> Result<HttpResponse> {
    // Each row needs its own permission; whoever may do none of it is turned away before the body is read.
    let cx = Cx::for_object(&req, def.key, Action::Read).await?;
    let writes = [Action::Create, Action::Update, Action::Archive];
    if writes.iter().all(|a| cx.require(def.key, *a).is_err()) {
        cx.require(def.key, Action::Update)?;
    }
    let (key, input) = keyed_body(&cx, body).await?;
    let lang = cx.lang;
    let request_id = cx.request_id;
    let answer = cx
        .write(move |ctx| {
            idempotency::once(ctx, key.as_ref(), |ctx| {
                let outcomes = bulk::run(ctx, def.key, &input)?;
                Ok(results(outcomes, lang, request_id))
            })
        })
        .await?;
    changed(&cx, def);
    Ok(replay(answer))
}

/// The answer of a request of many rows: one result for each.
pub(super) fn results(outcomes: Vec<bulk::Outcome>, lang: contract::problem::Lang, request_id: Uuid) -> Answer {
    let results: Vec<Json> = outcomes.into_iter().map(|o| outcome(o, lang, request_id)).collect();
    let body = json!({ "results": results }).to_string();
    Answer { request_hash: String::new(), status: 200, etag: None, location: None, body }
}

fn outcome(outcome: bulk::Outcome, lang: contract::problem::Lang, request_id: Uuid) -> Json {
    match (outcome.done, outcome.error) {
        (Some((id, version)), _) => {
            json!({ "status": if outcome.created { 201 } else { 200 }, "id": id, "version": version, "error": null })
        }
        (None, error) => {
            let error = error.unwrap_or(app::Error::Internal("a row without an outcome".to_owned()));
            let problem = Failure::App(error).problem(lang, request_id);
            json!({ "status": problem.status, "id": null, "version": null, "error": problem })
        }
    }
}

async fn move_opportunity(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, objects::OPPORTUNITIES.key, Action::Update).await?;
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let input: Json = parse(&cx.body_bytes(body).await?)?;
    let shown = cx.write(move |ctx| app::records::history::move_to(ctx, id, version, &input)).await?;
    Ok(answer(HttpResponse::Ok(), &shown).body(shown.json))
}

async fn stage_history(req: HttpRequest) -> Result<HttpResponse> {
    let cx = Cx::for_object(&req, objects::OPPORTUNITIES.key, Action::Read).await?;
    let id = path_id(&req)?;
    let body = cx.read(move |ctx| app::records::history::stages(ctx, id)).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// What other requests hold in memory about people and teams is out of date.
fn changed(cx: &Cx<Anyone>, def: &ObjectDef) {
    if matches!(def.key, "users" | "teams") {
        cx.state.forget_actors();
    }
}

/// The body as JSON and, where the request carries one, its idempotency key.
async fn keyed_body(cx: &Cx<Anyone>, body: Payload) -> Result<(Option<Key>, Json)> {
    let (key, bytes) = keyed(cx, body).await?;
    Ok((key, parse(&bytes)?))
}

/// The body as a type and, where the request carries one, its idempotency key.
pub(super) async fn keyed_as<P, T: DeserializeOwned>(cx: &Cx<P>, body: Payload) -> Result<(Option<Key>, T)> {
    let (key, bytes) = keyed(cx, body).await?;
    Ok((key, crate::http::body::parse(&bytes)?))
}

/// The body as it came and, where the request carries one, its idempotency key.
pub(super) async fn keyed<P>(cx: &Cx<P>, body: Payload) -> Result<(Option<Key>, BytesMut)> {
    let bytes = cx.body_bytes(body).await?;
    let key = begun_key(cx, cx.request().path())?.map(|mut begun| {
        begun.add(&bytes);
        begun.end()
    });
    Ok((key, bytes))
}

/// The idempotency key of a request to this address whose body is still to come.
pub(super) fn begun_key<P>(cx: &Cx<P>, address: &str) -> Result<Option<BegunKey>> {
    let Some(value) = cx.request().headers().get("idempotency-key") else { return Ok(None) };
    let route = format!("{} {address}", cx.request().method());
    Ok(Some(BegunKey::new(value.to_str().unwrap_or(""), &route)?))
}

fn parse(bytes: &[u8]) -> Result<Json> {
    serde_json::from_slice(bytes).map_err(|e| Failure::Unreadable(e.to_string()))
}

/// The id in the path; what is not an id names nothing.
pub(super) fn path_id(req: &HttpRequest) -> Result<Uuid> {
    req.match_info().get("id").and_then(parse_id).ok_or(Failure::App(app::Error::NotFound))
}

/// The parameters of the query string in their order.
pub(super) fn pairs(req: &HttpRequest) -> Result<Vec<(String, String)>> {
    let query = Query::<Vec<(String, String)>>::from_query(req.query_string());
    query.map(Query::into_inner).map_err(|e| Failure::Unreadable(e.to_string()))
}

pub(super) fn answer(mut builder: actix_web::HttpResponseBuilder, shown: &Shown) -> actix_web::HttpResponseBuilder {
    builder.content_type("application/json").insert_header((header::ETAG, format!("\"{}\"", shown.version)));
    builder
}

fn kept(status: i64, location: Option<String>, shown: Shown) -> Answer {
    Answer {
        request_hash: String::new(),
        status,
        etag: Some(format!("\"{}\"", shown.version)),
        location,
        body: shown.json,
    }
}

/// Gives an answer, the first time or again.
pub(super) fn replay(answer: Answer) -> HttpResponse {
    let status = u16::try_from(answer.status).ok().and_then(|s| actix_web::http::StatusCode::from_u16(s).ok());
    let mut builder = HttpResponse::build(status.unwrap_or(actix_web::http::StatusCode::OK));
    builder.content_type("application/json");
    if let Some(etag) = answer.etag {
        builder.insert_header((header::ETAG, etag));
    }
    if let Some(location) = answer.location {
        builder.insert_header((header::LOCATION, location));
    }
    builder.body(answer.body)
}
