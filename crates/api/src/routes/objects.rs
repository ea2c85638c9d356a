//! What the objects consist of, the organisation's custom fields, the event log and the global search.

use super::records::path_id;
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use crate::permissions;
use actix_web::http::header;
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use contract::meta::{CustomFieldInput, CustomFields};
use serde::Deserialize;
use uuid::Uuid;

permissions! {
    /// Seeing the definitions of custom fields.
    CustomFieldsRead => ("custom_fields", Read);
    /// Adding a custom field.
    CustomFieldsCreate => ("custom_fields", Create);
    /// Changing a custom field.
    CustomFieldsUpdate => ("custom_fields", Update);
    /// Removing a custom field.
    CustomFieldsArchive => ("custom_fields", Archive);
    /// Reading the event log.
    EventsRead => ("events", Read);
}

pub(super) fn configure(scope: &mut ServiceConfig) {
    scope.service(web::resource("/objects").route(web::get().to(list_objects)));
    scope.service(web::resource("/objects/{key}").route(web::get().to(get_object)));
    scope.service(
        web::resource("/custom_fields")
            .route(web::get().to(list_custom_fields))
            .route(web::post().to(create_custom_field)),
    );
    scope.service(
        web::resource("/custom_fields/{id}")
            .route(web::get().to(get_custom_field))
            .route(web::patch().to(update_custom_field))
            .route(web::delete().to(delete_custom_field)),
    );
    scope.service(web::resource("/events").route(web::get().to(list_events)));
    scope.service(web::resource("/search").route(web::get().to(search)));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn list_objects(cx: Cx<Anyone>) -> Result<HttpResponse> {
    cx.query::<Nothing>()?;
    let lang = cx.lang;
    let body = cx.read(move |ctx| Ok(app::describe::objects(ctx, lang))).await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn get_object(cx: Cx<Anyone>, key: web::Path<String>) -> Result<HttpResponse> {
    cx.query::<Nothing>()?;
    let lang = cx.lang;
    let key = key.into_inner();
    let find = move |ctx: &mut app::Ctx<'_>| {
        let shape = ctx.shape(&key)?;
        app::describe::object(ctx, &shape, lang).ok_or(app::Error::NotFound)
    };
    let body = cx.read(find).await?;
    Ok(HttpResponse::Ok().json(body))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfObject {
    object: Option<String>,
}

async fn list_custom_fields(cx: Cx<CustomFieldsRead>) -> Result<HttpResponse> {
    let query: OfObject = cx.query()?;
    let list = move |ctx: &mut app::Ctx<'_>| app::custom_fields::list(ctx, query.object.as_deref());
    let items = cx.read(list).await?;
    Ok(HttpResponse::Ok().json(CustomFields { items }))
}

async fn create_custom_field(cx: Cx<CustomFieldsCreate>, body: Payload) -> Result<HttpResponse> {
    let input: CustomFieldInput = cx.body(body).await?;
    let field = cx.write(move |ctx| app::custom_fields::create(ctx, &input)).await?;
    cx.state.forget_schema();
    let location = format!("/api/v1/custom_fields/{}", field.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::ETAG, format!("\"{}\"", field.version)))
        .json(field))
}

async fn get_custom_field(cx: Cx<CustomFieldsRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let field = cx.read(move |ctx| app::custom_fields::get(ctx, id)).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", field.version))).json(field))
}

async fn update_custom_field(cx: Cx<CustomFieldsUpdate>, req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let input: serde_json::Value = cx.body(body).await?;
    let merge = move |ctx: &mut app::Ctx<'_>| {
        // A merge patch over the definition as it is.
        let mut whole = serde_json::to_value(&app::custom_fields::get(ctx, id)?.field).unwrap_or_default();
        if let (Some(whole), Some(patch)) = (whole.as_object_mut(), input.as_object()) {
            for (key, value) in patch {
                whole.insert(key.clone(), value.clone());
            }
        }
        let merged: CustomFieldInput =
            serde_json::from_value(whole).map_err(|e| app::Error::field("", "invalid", e.to_string()))?;
        app::custom_fields::update(ctx, id, version, &merged)
    };
    let field = cx.write(merge).await?;
    cx.state.forget_schema();
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", field.version))).json(field))
}

async fn delete_custom_field(cx: Cx<CustomFieldsArchive>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    cx.write(move |ctx| app::custom_fields::delete(ctx, id)).await?;
    cx.state.forget_schema();
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    object: Option<String>,
    record_id: Option<Uuid>,
    cursor: Option<String>,
    limit: Option<i64>,
}

async fn list_events(cx: Cx<EventsRead>) -> Result<HttpResponse> {
    let query: EventQuery = cx.query()?;
    let before = match query.cursor.as_deref() {
        None | Some("") => None,
        Some(text) => Some(text.parse().map_err(|_| app::Error::field("cursor", "invalid_cursor", ""))?),
    };
    let limit = limit(query.limit, 50)?;
    let wanted = app::feed::Query { object: query.object, record_id: query.record_id, before, limit };
    let events = cx.read(move |ctx| app::feed::page(ctx, &wanted)).await?;
    Ok(HttpResponse::Ok().json(events))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    q: String,
    limit: Option<i64>,
}

async fn search(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let query: SearchQuery = cx.query()?;
    let limit = limit(query.limit, 5)?;
    let hits = cx.read(move |ctx| app::search::search(ctx, &query.q, limit)).await?;
    Ok(HttpResponse::Ok().json(hits))
}

fn limit(given: Option<i64>, default: i64) -> Result<i64> {
    match given {
        None => Ok(default),
        Some(n) if (1..=200).contains(&n) => Ok(n),
        Some(_) => Err(app::Error::field("limit", "out_of_range", "1..200").into()),
    }
}
