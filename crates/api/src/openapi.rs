//! The OpenAPI document: the objects' part from their declarations, the rest from the handlers, the
//! error answers from what each operation is.

use crate::{record_docs, routes};
use serde_json::{Map, Value as Json, json};
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

#[derive(OpenApi)]
#[openapi(components(schemas(contract::problem::Problem, contract::problem::FieldProblem)))]
struct Shared;

/// The document, pretty-printed, with a newline at the end.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| serde_json::to_string_pretty(&document()).unwrap_or_default() + "\n");
    &TEXT
}

/// The document.
pub fn document() -> Json {
    let part = record_docs::part();
    let (mut paths, mut schemas) = (part.paths, part.schemas);
    for typed in typed() {
        let json = serde_json::to_value(&typed).unwrap_or_default();
        take(&json, "/paths", &mut paths);
        take(&json, "/components/schemas", &mut schemas);
    }
    for (path, item) in &mut paths {
        let Some(operations) = item.as_object_mut() else { continue };
        for operation in operations.values_mut().filter_map(Json::as_object_mut) {
            complete(path, operation);
        }
    }
    paths.sort_keys();
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Flywheel",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The CRM that measures and raises sales effectiveness (效能飞轮). Times are RFC 3339 UTC; money is in minor units; \
                errors are application/problem+json with stable codes, in the language of Accept-Language.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token of POST /api/v1/auth/login, or an API key (fw_…).",
            } },
        },
    })
}

/// The documents of the typed handlers.
fn typed() -> Vec<Document> {
    let mut all = routes::documents();
    all.push(Shared::openapi());
    all
}

fn take(json: &Json, pointer: &str, into: &mut Map<String, Json>) {
    if let Some(found) = json.pointer(pointer).and_then(Json::as_object) {
        into.extend(found.clone());
    }
}

/// Bytes are a binary string, not a list of numbers.
fn mark_bytes(body: &mut Json) {
    let Some(content) = body.get_mut("content").and_then(Json::as_object_mut) else { return };
    for (media, described) in content.iter_mut() {
        if !media.ends_with("json") && !media.starts_with("text/") {
            described["schema"] = json!({ "type": "string", "format": "binary" });
        }
    }
}

/// Adds what follows from the operation itself: the ways in which it can be refused.
fn complete(path: &str, operation: &mut Map<String, Json>) {
    let public = operation
        .get("security")
        .and_then(Json::as_array)
        .is_some_and(|s| s.iter().any(|r| r.as_object().is_some_and(Map::is_empty)));
    let reads_body = operation.contains_key("requestBody");
    let permitted = operation.contains_key("x-permission");
    operation.entry("security").or_insert_with(|| json!([{ "bearer": [] }]));
    if operation.get("tags").is_none_or(|t| t == &json!([])) {
        let tag = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or("service").to_owned();
        operation.insert("tags".to_owned(), json!([tag]));
    }
    let permission = match operation.get("x-permission").and_then(Json::as_str) {
        Some(name) => name.to_owned(),
        None if public => "none, open to everybody".to_owned(),
        None => "anybody who is logged in".to_owned(),
    };
    if let Some(Json::String(text)) = operation.get_mut("description")
        && !text.contains("Permission: ")
    {
        text.push_str(&format!(" Permission: {permission}."));
    }
    if let Some(body) = operation.get_mut("requestBody") {
        mark_bytes(body);
    }
    for parameter in operation.get_mut("parameters").and_then(Json::as_array_mut).into_iter().flatten() {
        if parameter["name"] == "If-Match" {
            parameter["schema"] = record_docs::version_schema();
        }
    }
    let Some(responses) = operation.get_mut("responses").and_then(Json::as_object_mut) else { return };
    responses.values_mut().for_each(mark_bytes);
    let mut add = |wanted: bool, status: &str| {
        if wanted && !responses.contains_key(status) {
            responses.insert(status.to_owned(), record_docs::problem(status));
        }
    };
    let api = path.starts_with("/api/");
    add(api && !public, "401");
    add(permitted, "403");
    add(path.contains('{'), "404");
    add(reads_body, "400");
    add(reads_body, "413");
    add(reads_body, "415");
    add(api, "422");
    add(api, "429");
    add(api, "503");
    responses.sort_keys();
}
