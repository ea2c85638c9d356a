//! The part of the OpenAPI document that follows from the declarations of the objects.

use domain::fields::{FieldDef, Kind, ObjectDef};
use domain::objects;
use domain::policy::Action;
use serde_json::{Map, Value as Json, json};

mod examples;
mod merging;
mod operations;

pub(crate) use operations::{problem, version_schema};

/// Paths and component schemas of every object's endpoints.
#[derive(Debug, Default)]
pub struct Part {
    /// By path.
    pub paths: Map<String, Json>,
    /// By name.
    pub schemas: Map<String, Json>,
}

/// The whole part.
pub fn part() -> Part {
    let mut part = Part::default();
    for def in objects::ALL {
        schemas(def, &mut part.schemas);
        operations::push(def, &mut part.paths);
        if domain::pool::is_pooled(def.key) {
            operations::push_pool(def, &mut part.paths);
        }
        merging::push(def, &mut part.paths);
    }
    shared(&mut part.schemas);
    part
}

/// `Customer` for `customers`, `OrderLine` for `order_lines`.
pub(crate) fn type_name(def: &ObjectDef) -> String {
    let word = |w: &str| w.chars().take(1).flat_map(char::to_uppercase).chain(w.chars().skip(1)).collect::<String>();
    def.singular.split('_').map(word).collect()
}

fn schemas(def: &'static ObjectDef, out: &mut Map<String, Json>) {
    let name = type_name(def);
    let mut shown = Map::new();
    for field in objects::SYSTEM.iter().chain(def.fields) {
        shown.insert(field.key.to_string(), output(field));
    }
    shown.insert(
        "custom".into(),
        json!({ "type": "object", "description": "The organisation's own fields.", "additionalProperties": true }),
    );
    if def.key == "orders" {
        let lines = json!({ "type": "array", "items": { "$ref": "#/components/schemas/OrderLine" }, "description": "In a single order only, not in lists." });
        shown.insert("lines".into(), lines);
    }
    shown.insert("refs".into(), refs());
    out.insert(
        name.clone(),
        json!({
            "type": "object",
            "description": format!("{} ({}). A list with `fields` answers with these only.", def.label.en, def.label.zh),
            "properties": shown,
            "required": ["id", "version"],
            "additionalProperties": false,
        }),
    );
    let mut input = Map::new();
    for field in def.fields.iter().filter(|f| f.writable) {
        input.insert(field.key.to_string(), input_schema(field));
    }
    input.insert("custom".into(), json!({ "type": "object", "description": "Values of custom fields by key; null clears.", "additionalProperties": true }));
    if def.key == "orders" {
        input.insert("lines".into(), lines_input());
    }
    let required: Vec<&str> = def
        .fields
        .iter()
        .filter(|f| f.required && f.writable && f.default.is_empty())
        .map(|f| f.key.as_ref())
        .collect();
    let body = |required: &[&str], what: &str| json!({ "type": "object", "description": what, "properties": input, "required": required, "additionalProperties": false });
    let name_of = |suffix: &str| format!("{name}{suffix}");
    out.insert(name_of("Input"), body(&required, "A new record."));
    out.insert(name_of("Patch"), body(&[], "A JSON merge patch (RFC 7396): what is absent stays, null clears."));
    out.insert(
        name_of("List"),
        json!({
            "type": "object",
            "description": "A page.",
            "properties": {
                "items": { "type": "array", "items": { "$ref": format!("#/components/schemas/{name}") } },
                "next_cursor": { "type": ["string", "null"], "description": "Where the next page begins; null on the last one." },
                "total": { "type": ["integer", "null"], "format": "int64", "description": "Only on `count`; an estimate counts to 10,000." },
                "refs": refs(),
            },
            "required": ["items", "next_cursor", "total"],
            "additionalProperties": false,
        }),
    );
}

fn refs() -> Json {
    json!({ "type": "object", "additionalProperties": { "type": "string" }, "description": "Titles of linked records by id; only with `refs=true`." })
}

fn lines_input() -> Json {
    let fields = objects::ORDER_LINES.fields.iter().filter(|f| f.writable && f.key != "order_id");
    let properties: Map<String, Json> = fields.map(|f| (f.key.to_string(), input_schema(f))).collect();
    json!({
        "type": ["array", "null"],
        "maxItems": 500,
        "description": "Replaces the lines. The amount becomes their sum unless it is given.",
        "items": { "type": "object", "properties": properties, "additionalProperties": false },
    })
}

/// The schema of a field as it is answered.
fn output(field: &FieldDef) -> Json {
    let mut schema = base(&field.kind);
    let certain = matches!(field.key.as_ref(), "id" | "version" | "created_at" | "updated_at")
        || field.required
        || field.kind.is_list();
    if !certain {
        nullable(&mut schema);
    }
    describe(&mut schema, field);
    schema
}

/// An empty text clears a field as null does, since forms send it; a link to a user takes the caller as `$me`.
fn or_empty(schema: Json, kind: &Kind) -> Json {
    let more = match kind {
        Kind::Link(object) if object == "users" => json!(["", "$me"]),
        Kind::Email | Kind::Phone | Kind::Url | Kind::Date | Kind::DateTime | Kind::Choice(_) | Kind::Link(_) => {
            json!([""])
        }
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Int { .. }
        | Kind::Money
        | Kind::Number
        | Kind::Percent
        | Kind::Bool
        | Kind::Tags
        | Kind::Links(_)
        | Kind::Choices(_)
        | Kind::Json
        | Kind::Id => return schema,
    };
    json!({ "anyOf": [schema, { "type": "string", "enum": more }] })
}

/// The schema of a field as it is sent.
fn input_schema(field: &FieldDef) -> Json {
    let mut schema = base(&field.kind);
    if let Some(object) = schema.as_object_mut() {
        match &field.kind {
            Kind::Text { max } => {
                object.insert("maxLength".into(), json!(max));
                object.insert("pattern".into(), json!("^[^\\r\\n\\u0000]*$"));
                if field.required {
                    object.insert("minLength".into(), json!(1));
                    object.insert("pattern".into(), json!("^[^\\r\\n\\u0000]*[^\\s\\u0000][^\\r\\n\\u0000]*$"));
                }
            }
            Kind::LongText { max } => {
                object.insert("maxLength".into(), json!(max));
                object.insert("pattern".into(), json!("^[^\\u0000]*$"));
            }
            Kind::Email => drop(object.insert("maxLength".into(), json!(254))),
            Kind::Phone => {
                object.insert("maxLength".into(), json!(40));
                object.insert("pattern".into(), json!("^\\+?[0-9][0-9 ()./-]{5,18}$"));
            }
            Kind::Url => {
                object.insert("maxLength".into(), json!(500));
                object
                    .insert("pattern".into(), json!("^(https?://)?[a-z0-9-]+(\\.[a-z0-9-]{2,})+(/[A-Za-z0-9._-]*)*$"));
            }
            Kind::Int { min, max } => {
                object.insert("minimum".into(), json!(min));
                object.insert("maximum".into(), json!(max));
            }
            Kind::Money => {
                object.insert("minimum".into(), json!(-domain::fields::MONEY_MAX));
                object.insert("maximum".into(), json!(domain::fields::MONEY_MAX));
            }
            Kind::Number => {
                object.insert("minimum".into(), json!(-1e15));
                object.insert("maximum".into(), json!(1e15));
            }
            Kind::Tags | Kind::Links(_) | Kind::Choices(_) => {
                object.insert("maxItems".into(), json!(100));
            }
            Kind::Percent
            | Kind::Bool
            | Kind::Date
            | Kind::DateTime
            | Kind::Choice(_)
            | Kind::Link(_)
            | Kind::Json
            | Kind::Id => {}
        }
    }
    if !(field.required && field.default.is_empty()) {
        nullable(&mut schema);
        schema = or_empty(schema, &field.kind);
    }
    describe(&mut schema, field);
    if !field.default.is_empty()
        && let (Some(object), Ok(default)) = (schema.as_object_mut(), serde_json::from_str::<Json>(field.default))
    {
        object.insert("default".into(), default);
    }
    schema
}

fn base(kind: &Kind) -> Json {
    match kind {
        Kind::Text { .. } | Kind::LongText { .. } | Kind::Phone | Kind::Url => json!({ "type": "string" }),
        Kind::Email => json!({ "type": "string", "format": "email" }),
        Kind::Int { .. } | Kind::Money => json!({ "type": "integer", "format": "int64" }),
        Kind::Number => json!({ "type": "number", "format": "double" }),
        Kind::Percent => json!({ "type": "number", "format": "double", "minimum": 0, "maximum": 100 }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::DateTime => json!({ "type": "string", "format": "date-time" }),
        Kind::Choice(choices) => {
            json!({ "type": "string", "enum": choices.iter().map(|c| c.key.as_ref()).collect::<Vec<_>>() })
        }
        Kind::Choices(choices) => {
            let keys = choices.iter().map(|c| c.key.as_ref()).collect::<Vec<_>>();
            json!({ "type": "array", "items": { "type": "string", "enum": keys } })
        }
        Kind::Link(_) | Kind::Id => json!({ "type": "string", "format": "uuid" }),
        Kind::Tags | Kind::Links(_) => json!({ "type": "array", "items": { "type": "string", "format": "uuid" } }),
        Kind::Json => json!({ "type": "object", "additionalProperties": true }),
    }
}

fn nullable(schema: &mut Json) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Json::String(name)) = object.get("type").cloned() {
        object.insert("type".into(), json!([name, "null"]));
    }
    if let Some(Json::Array(options)) = object.get_mut("enum") {
        options.push(Json::Null);
    }
}

fn describe(schema: &mut Json, field: &FieldDef) {
    let Some(object) = schema.as_object_mut() else { return };
    let mut text = format!("{} ({})", field.label.en, field.label.zh);
    match &field.kind {
        Kind::Money => text.push_str(", in minor units of the organisation's currency"),
        Kind::Link(target) | Kind::Links(target) => {
            text.push_str(", id of one of ");
            text.push_str(target);
        }
        Kind::Email | Kind::Phone => text.push_str(", masked by role"),
        _ => {}
    }
    object.insert("description".into(), json!(text + "."));
}

/// Schemas that all objects share.
fn shared(out: &mut Map<String, Json>) {
    out.insert(
        "BulkRequest".into(),
        json!({
            "type": "object",
            "description": "Up to 1,000 operations, carried out in order.",
            "required": ["operations"],
            "additionalProperties": false,
            "properties": { "operations": { "type": "array", "maxItems": 1000, "items": {
                "type": "object",
                "required": ["op"],
                "additionalProperties": false,
                "properties": {
                    "op": { "type": "string", "enum": ["create", "update", "archive", "restore"] },
                    "id": { "type": ["string", "null"], "format": "uuid", "description": "Not for create." },
                    "version": { "type": ["integer", "null"], "format": "int64", "description": "The version the change is based on; without it the record is changed as it is." },
                    "data": { "type": "object", "additionalProperties": true, "description": "Input of create, merge patch of update." },
                },
            } } },
        }),
    );
    out.insert(
        "BulkResponse".into(),
        json!({
            "type": "object",
            "description": "One result per operation, in the same order.",
            "required": ["results"],
            "additionalProperties": false,
            "properties": { "results": { "type": "array", "items": {
                "type": "object",
                "required": ["status", "id", "version", "error"],
                "additionalProperties": false,
                "properties": {
                    "status": { "type": "integer", "description": "What the operation alone would have answered." },
                    "id": { "type": ["string", "null"], "format": "uuid" },
                    "version": { "type": ["integer", "null"], "format": "int64" },
                    "error": { "oneOf": [{ "$ref": "#/components/schemas/Problem" }, { "type": "null" }] },
                },
            } } },
        }),
    );
    out.insert(
        "StageMove".into(),
        json!({
            "type": "object",
            "description": "Where an opportunity goes.",
            "required": ["stage_id"],
            "additionalProperties": false,
            "properties": {
                "stage_id": { "type": "string", "format": "uuid" },
                "lost_reason": { "type": ["string", "null"], "maxLength": 200, "pattern": "^[^\\r\\n\\u0000]*$" },
            },
        }),
    );
    out.insert(
        "StageHistory".into(),
        json!({
            "type": "object",
            "description": "The stays of an opportunity in its stages, oldest first.",
            "required": ["items"],
            "additionalProperties": false,
            "properties": { "items": { "type": "array", "items": {
                "type": "object",
                "required": ["stage_id", "stage_name", "user_id", "user_name", "entered_at", "left_at", "days"],
                "additionalProperties": false,
                "properties": {
                    "stage_id": { "type": "string", "format": "uuid" },
                    "stage_name": { "type": "string" },
                    "user_id": { "type": ["string", "null"], "format": "uuid" },
                    "user_name": { "type": ["string", "null"] },
                    "entered_at": { "type": "string", "format": "date-time" },
                    "left_at": { "type": ["string", "null"], "format": "date-time" },
                    "days": { "type": "number", "description": "Days in the stage, up to now for the present one." },
                },
            } } },
        }),
    );
}

/// The permission of an operation as the document names it.
pub(crate) fn permission(def: &ObjectDef, action: Action) -> String {
    app::ctx::permission_name(def.permission, action)
}
