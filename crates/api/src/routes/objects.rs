//! What the objects consist of, the organisation's custom fields, the event log and the global search.

use super::once::{Made, make, versioned};
use super::paging::limit;
use super::records::{keyed_as, path_id};
use super::table::{Routes, resource};
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use crate::permissions;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use contract::feed::{Events, Hits};
use contract::meta::{CustomFieldInput, CustomFieldOut, CustomFieldPatch, CustomFields, ObjectMeta, Objects};
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
    RolesRead => ("roles", Read);
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list_objects,
    get_object,
    list_custom_fields,
    create_custom_field,
    get_custom_field,
    update_custom_field,
    delete_custom_field,
    list_events,
    list_setup_events,
    get_field_sources,
    search
))]
pub(crate) struct Doc;

pub(super) fn configure(scope: &mut Routes) {
    scope.service(resource("/objects").route(web::get().to(list_objects)));
    scope.service(resource("/objects/{key}").route(web::get().to(get_object)));
    scope.service(
        resource("/custom_fields").route(web::get().to(list_custom_fields)).route(web::post().to(create_custom_field)),
    );
    scope.service(
        resource("/custom_fields/{id}")
            .route(web::get().to(get_custom_field))
            .route(web::patch().to(update_custom_field))
            .route(web::delete().to(delete_custom_field)),
    );
    scope.service(resource("/events").route(web::get().to(list_events)));
    scope.service(resource("/setup-events").route(web::get().to(list_setup_events)));
    scope.service(resource("/field-sources").route(web::get().to(get_field_sources)));
    scope.service(resource("/search").route(web::get().to(search)));
}

/// Every object that the caller may read: its fields with types and labels in the caller's language, and the caller's permissions.
#[utoipa::path(get, path = "/api/v1/objects", operation_id = "list_objects", summary = "List objects", description = "Every object that the caller may read: its fields with types and labels in the caller's language, and the caller's permissions.", responses((status = 200, description = "The objects.", body = Objects)))]
async fn list_objects(cx: Cx<Anyone>) -> Result<HttpResponse> {
    cx.no_query()?;
    let lang = cx.lang;
    let body = cx.read(move |ctx| Ok(app::describe::objects(ctx, lang))).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// One object with its fields, custom fields included.
#[utoipa::path(get, path = "/api/v1/objects/{key}", operation_id = "get_object", summary = "Get an object", description = "One object with its fields, custom fields included.", params(("key" = String, Path, description = "Plural key, for example customers.")), responses((status = 200, description = "The object.", body = ObjectMeta)))]
async fn get_object(cx: Cx<Anyone>, key: web::Path<String>) -> Result<HttpResponse> {
    cx.no_query()?;
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

/// The definitions of custom fields, of all objects or of one.
#[utoipa::path(get, path = "/api/v1/custom_fields", operation_id = "list_custom_fields", summary = "List custom fields", description = "The definitions of custom fields, of all objects or of one.", params(("object" = Option<String>, Query, description = "Plural key of an object.")), responses((status = 200, description = "The definitions.", body = CustomFields)), extensions(("x-permission" = json!("custom_fields.read"))))]
async fn list_custom_fields(cx: Cx<CustomFieldsRead>) -> Result<HttpResponse> {
    let query: OfObject = cx.query()?;
    let list = move |ctx: &mut app::Ctx<'_>| app::custom_fields::list(ctx, query.object.as_deref());
    let items = cx.read(list).await?;
    Ok(HttpResponse::Ok().json(CustomFields { items }))
}

/// Adds a typed field to an object. It can be filtered and sorted by at once, and stands in forms, lists, import and export.
#[utoipa::path(post, path = "/api/v1/custom_fields", operation_id = "create_custom_field", summary = "Create a custom field", description = "Adds a typed field to an object. It can be filtered and sorted by at once, and stands in forms, lists, import and export.", params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the first answer again for 24 hours.")), request_body(content = CustomFieldInput, example = json!({ "object": "customers", "key": "delivery_zone", "kind": "choice", "label_zh": "配送区", "label_en": "Delivery zone", "choices": [{ "key": "north", "label_zh": "北区", "label_en": "North" }] })), responses((status = 201, description = "The definition.", body = CustomFieldOut), (status = 409, description = "It does not fit the present state.", body = contract::problem::Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("custom_fields.create"))))]
async fn create_custom_field(cx: Cx<CustomFieldsCreate>, body: Payload) -> Result<HttpResponse> {
    let (key, input): (_, CustomFieldInput) = keyed_as(&cx, body).await?;
    let answer = make(&cx, key, &[], move |ctx| {
        let field = app::custom_fields::create(ctx, &input)?;
        Ok((Made::at(format!("/api/v1/custom_fields/{}", field.id)).version(field.version), field))
    });
    let answer = answer.await?;
    cx.state.forget_schema();
    Ok(answer)
}

/// One definition.
#[utoipa::path(get, path = "/api/v1/custom_fields/{id}", operation_id = "get_custom_field", summary = "Get a custom field", description = "One definition.", params(("id" = Uuid, Path, description = "Id of the field.")), responses((status = 200, description = "The definition.", body = CustomFieldOut)), extensions(("x-permission" = json!("custom_fields.read"))))]
async fn get_custom_field(cx: Cx<CustomFieldsRead>, req: HttpRequest) -> Result<HttpResponse> {
    let id = path_id(&req)?;
    let field = cx.read(move |ctx| app::custom_fields::get(ctx, id)).await?;
    Ok(versioned(field.version, &field))
}

/// A JSON merge patch; object, key and kind stay as they are, since values depend on them, and so do options that live records have. `If-Match` names the version.
#[utoipa::path(patch, path = "/api/v1/custom_fields/{id}", operation_id = "update_custom_field", summary = "Change a custom field", description = "A JSON merge patch; object, key and kind stay as they are, since values depend on them, and so do options that live records have. `If-Match` names the version.", params(("id" = Uuid, Path, description = "Id of the field."), ("If-Match" = String, Header, description = "The version the change is based on, in quotes.")), request_body(content = CustomFieldPatch, example = json!({ "label_zh": "配送区域" })), responses((status = 200, description = "The definition as it is now.", body = CustomFieldOut), (status = 412, description = "The definition has changed since.", body = contract::problem::Problem, content_type = "application/problem+json"), (status = 428, description = "If-Match is missing.", body = contract::problem::Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("custom_fields.update"))))]
async fn update_custom_field(cx: Cx<CustomFieldsUpdate>, req: HttpRequest, body: Payload) -> Result<HttpResponse> {
    let (id, version) = (path_id(&req)?, cx.if_match()?);
    let patch: CustomFieldPatch = cx.body(body).await?;
    let merge = move |ctx: &mut app::Ctx<'_>| {
        let (patch, mut field) = (patch.clone(), app::custom_fields::get(ctx, id)?.into_input());
        field.label_zh = patch.label_zh.unwrap_or(field.label_zh);
        field.label_en = patch.label_en.unwrap_or(field.label_en);
        field.choices = patch.choices.unwrap_or(field.choices);
        field.required = patch.required.unwrap_or(field.required);
        field.in_list = patch.in_list.unwrap_or(field.in_list);
        field.position = patch.position.or(field.position);
        app::custom_fields::update(ctx, id, version, &field)
    };
    let field = cx.write(merge).await?;
    cx.state.forget_schema();
    Ok(versioned(field.version, &field))
}

/// Removes the definition. The values stay in their records, unseen; a field of the same key that can hold them finds them again.
#[utoipa::path(delete, path = "/api/v1/custom_fields/{id}", operation_id = "delete_custom_field", summary = "Delete a custom field", description = "Removes the definition. The values stay in their records, unseen; a field of the same key that can hold them finds them again.", params(("id" = Uuid, Path, description = "Id of the field.")), responses((status = 204, description = "Removed.")), extensions(("x-permission" = json!("custom_fields.archive"))))]
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

/// The log of changes, newest first, of the records that the caller may see: who changed what, with old and new values.
#[utoipa::path(get, path = "/api/v1/events", operation_id = "list_events", summary = "List events", description = "The log of changes, newest first, of the records that the caller may see: who changed what, with old and new values.", params(("object" = Option<String>, Query, description = "Plural key of an object."), ("record_id" = Option<Uuid>, Query, description = "Of one record."), ("cursor" = Option<String>, Query, description = "next_cursor of the page before."), ("limit" = Option<i64>, Query, description = "1 to 200; 50 by default.", minimum = 1, maximum = 200)), responses((status = 200, description = "A page.", body = Events)), extensions(("x-permission" = json!("events.read"))))]
async fn list_events(cx: Cx<EventsRead>) -> Result<HttpResponse> {
    let query: EventQuery = cx.query()?;
    let before = position(query.cursor.as_deref())?;
    let limit = limit(query.limit, 50)?;
    let wanted =
        app::feed::Query { object: query.object.filter(|o| !o.is_empty()), record_id: query.record_id, before, limit };
    let events = cx.read(move |ctx| app::feed::page(ctx, &wanted)).await?;
    Ok(HttpResponse::Ok().json(events))
}

fn position(cursor: Option<&str>) -> app::Result<Option<i64>> {
    match cursor {
        None | Some("") => Ok(None),
        Some(text) => Ok(Some(text.parse().map_err(|_| app::Error::field("cursor", "invalid_cursor", ""))?)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupEventQuery {
    cursor: Option<String>,
    limit: Option<i64>,
}

/// The log of changes of how the organisation is set up, newest first: of people, roles, API keys, custom fields, rules, webhooks, the settings of models, of the pool, of working days and of the organisation. For those who may see every event.
#[utoipa::path(get, path = "/api/v1/setup-events", operation_id = "list_setup_events", summary = "List changes of the set-up", description = "The log of changes of how the organisation is set up, newest first: of people, roles, API keys, custom fields, rules, webhooks, the settings of models, of the pool, of working days and of the organisation. For those who may see every event.", params(("cursor" = Option<String>, Query, description = "next_cursor of the page before."), ("limit" = Option<i64>, Query, description = "1 to 200; 50 by default.", minimum = 1, maximum = 200)), responses((status = 200, description = "A page.", body = Events)), extensions(("x-permission" = json!("roles.read"))))]
async fn list_setup_events(cx: Cx<RolesRead>) -> Result<HttpResponse> {
    let query: SetupEventQuery = cx.query()?;
    let (before, limit) = (position(query.cursor.as_deref())?, limit(query.limit, 50)?);
    let lang = cx.lang;
    let events = cx.read(move |ctx| app::feed::setup(ctx, before, limit, lang)).await?;
    Ok(HttpResponse::Ok().json(events))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceQuery {
    object: String,
    record_id: Uuid,
}

/// Where the value of every field of a record comes from: a person, an imported file, another system, a rule, a merged record, or the program itself.
#[utoipa::path(get, path = "/api/v1/field-sources", operation_id = "get_field_sources", summary = "Get where values come from", description = "Where the value of every field of a record comes from: a person, an imported file, another system, a rule, a merged record, or the program itself.", params(("object" = String, Query, description = "Plural key of the object."), ("record_id" = Uuid, Query, description = "The record.")), responses((status = 200, description = "The fields that have a value.", body = contract::feed::FieldSources), (status = 404, description = "The record does not exist or is not visible to the caller.", body = contract::problem::Problem, content_type = "application/problem+json")), extensions(("x-permission" = json!("events.read"))))]
async fn get_field_sources(cx: Cx<EventsRead>) -> Result<HttpResponse> {
    let query: SourceQuery = cx.query()?;
    let sources = cx.read(move |ctx| app::sources::of_record(ctx, &query.object, query.record_id)).await?;
    Ok(HttpResponse::Ok().json(sources))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    q: String,
    limit: Option<i64>,
}

/// The newest matches of each object that the caller may read: Chinese characters, pinyin, initials, digits of a phone, e-mail addresses.
#[utoipa::path(get, path = "/api/v1/search", operation_id = "search_records", summary = "Search everything", description = "The newest matches of each object that the caller may read: Chinese characters, pinyin, initials, digits of a phone, e-mail addresses.", params(("q" = String, Query, description = "What to look for."), ("limit" = Option<i64>, Query, description = "Of each object at most; 5 by default.", minimum = 1, maximum = 200)), responses((status = 200, description = "What was found.", body = Hits)))]
async fn search(cx: Cx<Anyone>) -> Result<HttpResponse> {
    let query: SearchQuery = cx.query()?;
    let limit = limit(query.limit, 5)?;
    let hits = cx.read(move |ctx| app::search::search(ctx, &query.q, limit)).await?;
    Ok(HttpResponse::Ok().json(hits))
}
