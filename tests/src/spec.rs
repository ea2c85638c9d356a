//! The committed OpenAPI document, and whether a response is what it promises.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::repository_root;

/// One operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// `GET`, `POST`, …
    pub method: String,
    /// With `{parameters}`.
    pub path: String,
    /// `operationId`.
    pub id: String,
    /// The operation object itself, with the parameters of its path merged in.
    pub value: Value,
}

/// The document with its operations and a validator per response.
pub struct Spec {
    /// As committed.
    pub document: Value,
    /// In the order of the document.
    pub operations: Vec<Operation>,
    /// The components, closed: an object with properties takes no others.
    components: Value,
    validators: Mutex<HashMap<(String, u16, String), Arc<Validator>>>,
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

impl Spec {
    /// `openapi/openapi.json`.
    pub fn committed() -> &'static Spec {
        static SPEC: OnceLock<Spec> = OnceLock::new();
        SPEC.get_or_init(|| {
            let path = repository_root().join("openapi/openapi.json");
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|e| panic!("{}: {e}; run `make openapi`", path.display()));
            Spec::new(serde_json::from_str(&text).expect("openapi.json is JSON"))
        })
    }

    fn new(document: Value) -> Spec {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in METHODS {
                let Some(value) = item.get(method) else { continue };
                let mut value = value.clone();
                let mut parameters = item["parameters"].as_array().cloned().unwrap_or_default();
                parameters.extend(value["parameters"].as_array().cloned().unwrap_or_default());
                value["parameters"] = parameters.into_iter().map(|p| resolve(&document, &p).clone()).collect();
                let id = value["operationId"].as_str().unwrap_or_default().to_owned();
                operations.push(Operation { method: method.to_uppercase(), path: path.clone(), id, value });
            }
        }
        let components = closed(&document);
        Spec { document, operations, components, validators: Mutex::default() }
    }

    /// The operation that answers this method and path (without a query).
    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let matching = self.operations.iter().filter(|op| op.method == method && matches(&op.path, path));
        matching.min_by_key(|op| op.path.matches('{').count())
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> &Operation {
        self.operations.iter().find(|op| op.id == id).unwrap_or_else(|| panic!("openapi.json has no operation {id}"))
    }

    /// Follows `$ref` once.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        resolve(&self.document, value)
    }

    /// What is wrong with a response, if anything: an undocumented status, content type or header, a body that is not of its schema.
    pub fn check(&self, method: &str, path: &str, status: u16, content_type: &str, body: &[u8]) -> Result<(), String> {
        let Some(operation) = self.find(method, path) else {
            // Unknown routes and methods still answer as problems.
            return if status >= 400 {
                self.check_problem(status, content_type, body)
            } else {
                Err("the document has no such operation".to_owned())
            };
        };
        let responses = &operation.value["responses"];
        let Some(response) = responses.get(status.to_string()).or_else(|| responses.get("default")) else {
            return Err(format!("{}: status {status} is not documented", operation.id));
        };
        let response = self.resolve(response);
        let Some(content) = response["content"].as_object().filter(|content| !content.is_empty()) else {
            return if body.is_empty() {
                Ok(())
            } else {
                Err(format!("{}: {status} is documented without a body", operation.id))
            };
        };
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some(described) = content.get(&media) else {
            return Err(format!(
                "{}: {status} has content type {content_type:?}, documented are {:?}",
                operation.id,
                content.keys().collect::<Vec<_>>()
            ));
        };
        if !media.ends_with("json") {
            return Ok(());
        }
        let value: Value =
            serde_json::from_slice(body).map_err(|e| format!("{}: {status} is not JSON: {e}", operation.id))?;
        let Some(schema) = described.get("schema") else { return Ok(()) };
        let validator = self.validator(operation, status, &media, schema);
        let wrong: Vec<String> =
            validator.iter_errors(&value).take(5).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("{}: {status} is not of its schema: {}", operation.id, wrong.join("; ")))
        }
    }

    /// Is this value of this schema?
    pub fn check_value(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let root = json!({ "allOf": [schema], "components": self.components });
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&root).map_err(|e| e.to_string())?;
        let wrong: Vec<String> =
            validator.iter_errors(value).take(5).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    fn check_problem(&self, status: u16, content_type: &str, body: &[u8]) -> Result<(), String> {
        if !content_type.starts_with("application/problem+json") {
            return Err(format!("status {status} with content type {content_type:?} instead of a problem"));
        }
        let value: Value = serde_json::from_slice(body).map_err(|e| e.to_string())?;
        let same = value["status"] == json!(status)
            && ["type", "title", "code", "request_id"].iter().all(|key| value[key].is_string());
        if same { Ok(()) } else { Err(format!("not a whole problem: {value}")) }
    }

    fn validator(&self, operation: &Operation, status: u16, media: &str, schema: &Value) -> Arc<Validator> {
        let key = (operation.id.clone(), status, media.to_owned());
        let mut validators = self.validators.lock().expect("no test panics while it holds this");
        validators
            .entry(key)
            .or_insert_with(|| {
                let root = json!({ "allOf": [schema], "components": self.components });
                Arc::new(
                    jsonschema::draft202012::options()
                        .should_validate_formats(true)
                        .build(&root)
                        .unwrap_or_else(|e| panic!("{}: {e}", operation.id)),
                )
            })
            .clone()
    }
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or_else(|| panic!("dangling reference {pointer}")),
        None => value,
    }
}

fn matches(template: &str, path: &str) -> bool {
    let mut left = template.split('/');
    let mut right = path.split('/');
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(l), Some(r)) if l == r || (l.starts_with('{') && !r.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The components in which an object with `properties` takes no undocumented ones, so that a response may not say
/// more than the document does. Parts of an `allOf` stay open: each sees the properties of the others.
fn closed(document: &Value) -> Value {
    let mut open = BTreeSet::new();
    collect_parts(document, &mut open);
    let mut components = document["components"].clone();
    if let Some(schemas) = components["schemas"].as_object_mut() {
        for (name, schema) in schemas {
            if !open.contains(name) {
                close(schema);
            }
        }
    }
    components
}

/// Names of the schemas that are a part of some `allOf`.
fn collect_parts(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for part in map.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                names.extend(
                    part["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")).map(str::to_owned),
                );
            }
            map.values().for_each(|v| collect_parts(v, names));
        }
        Value::Array(items) => items.iter().for_each(|v| collect_parts(v, names)),
        _ => {}
    }
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && !map.contains_key("additionalProperties") && !map.contains_key("allOf")
            {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            for (key, value) in map.iter_mut() {
                if key != "allOf" && key != "example" && key != "examples" && key != "default" {
                    close(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
