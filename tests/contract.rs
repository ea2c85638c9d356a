//! The OpenAPI document: what is committed is what the code says, and the conventions hold for every operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::repository_root;
use tests::spec::{Operation, Spec};

/// Operations that anybody may call: (operation id).
const PUBLIC: &[&str] =
    &["get_setup", "create_setup", "login", "refresh", "get_health", "get_readiness", "get_prometheus", "get_openapi"];

/// Verbs that an operation id may start with besides those of the four plain methods.
const VERBS: &[&str] = &[
    "list", "get", "create", "update", "archive", "restore", "bulk", "delete", "move", "start", "cancel", "undo",
    "login", "logout", "refresh", "change", "publish", "pause", "resume", "test", "retry", "replay", "stop", "add",
    "snooze", "log", "attach", "dismiss", "search", "upload", "download", "set", "revoke", "claim", "assign",
    "release", "merge", "unmerge", "report",
];

fn spec() -> &'static Spec {
    Spec::committed()
}

fn each(check: impl Fn(&Operation) -> Result<(), String>) {
    let wrong: Vec<String> = spec()
        .operations
        .iter()
        .filter_map(|op| check(op).err().map(|e| format!("{} {} ({}): {e}", op.method, op.path, op.id)))
        .collect();
    assert!(wrong.is_empty(), "{} operations:\n{}", wrong.len(), wrong.join("\n"));
}

fn ensure(holds: bool, otherwise: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

fn is_public(op: &Operation) -> bool {
    op.value["security"]
        .as_array()
        .is_some_and(|list| list.is_empty() || list.iter().any(|s| s.as_object().is_some_and(|s| s.is_empty())))
}

#[test]
fn the_committed_document_is_what_the_code_generates() {
    let generated = tests::server::generated_document();
    let committed = std::fs::read_to_string(repository_root().join("openapi/openapi.json")).unwrap();
    assert!(generated.trim() == committed.trim(), "openapi/openapi.json is not up to date: run `make openapi`");
}

#[test]
fn operation_ids_are_unique_and_say_verb_and_noun() {
    let mut seen = BTreeSet::new();
    each(|op| {
        let verb = op.id.split('_').next().unwrap_or_default();
        let plain = op.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        ensure(plain && VERBS.contains(&verb), "its id is not verb_noun in snake_case")
    });
    for op in &spec().operations {
        assert!(seen.insert(&op.id), "{} is used twice", op.id);
    }
}

#[test]
fn every_operation_has_a_summary_a_description_and_a_tag() {
    each(|op| {
        let text = |key: &str| op.value[key].as_str().is_some_and(|s| s.trim().len() > 3);
        ensure(text("summary") && text("description"), "no summary or no description")?;
        ensure(op.value["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "no tag")
    });
}

#[test]
fn the_parameters_of_a_path_are_those_that_stand_in_it() {
    each(|op| {
        let inside: BTreeSet<&str> =
            op.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).collect();
        let listed = op.value["parameters"].as_array().into_iter().flatten().map(|p| spec().resolve(p));
        let named: BTreeSet<&str> = listed.filter(|p| p["in"] == "path").filter_map(|p| p["name"].as_str()).collect();
        ensure(inside == named, format!("{named:?} are said to stand in the path, {inside:?} do"))
    });
}

/// What makes something and takes no idempotency key, and why that does no harm.
const MADE_TWICE: [(&str, &str); 3] = [
    ("/api/v1/setup", "there is only one first start"),
    ("/api/v1/imports/{id}/start", "an import runs once"),
    ("/api/v1/imports/{id}/undo", "an import is taken back once"),
];

#[test]
fn whatever_makes_something_takes_an_idempotency_key() {
    each(|op| {
        let makes = ["201", "202"].iter().any(|status| op.value["responses"].get(*status).is_some());
        let listed = op.value["parameters"].as_array().into_iter().flatten().map(|p| spec().resolve(p));
        let keyed = listed.into_iter().any(|p| p["name"] == "Idempotency-Key");
        let excused = MADE_TWICE.iter().any(|(path, _)| *path == op.path) || op.path.ends_with("/test");
        ensure(op.method != "post" || !makes || keyed || excused, "it takes no Idempotency-Key".to_owned())
    });
}

#[test]
fn every_error_is_described_as_a_problem() {
    each(|op| {
        for (status, response) in op.value["responses"].as_object().into_iter().flatten() {
            if status.starts_with(['4', '5']) && !op.path.starts_with("/healthz") && !op.path.starts_with("/readyz") {
                let content = &spec().resolve(response)["content"];
                ensure(
                    content["application/problem+json"]["schema"].is_object(),
                    format!("{status} is not application/problem+json"),
                )?;
            }
        }
        Ok(())
    });
}

#[test]
fn what_may_happen_is_documented() {
    each(|op| {
        let has = |status: &str| op.value["responses"].get(status).is_some();
        ensure(
            op.value["responses"]
                .as_object()
                .is_some_and(|r| r.keys().any(|s| s.starts_with('2') || s.starts_with('3'))),
            "no success",
        )?;
        if !op.path.starts_with("/api/") {
            return Ok(());
        }
        ensure(is_public(op) || has("401"), "no 401")?;
        ensure(!op.path.contains('{') || has("404"), "a path parameter but no 404")?;
        ensure(
            op.value.get("requestBody").is_none() || (has("400") && has("413") && has("415") && has("422")),
            "a body but not 400, 413, 415 and 422",
        )?;
        ensure(
            op.value["parameters"].as_array().is_none_or(|p| p.iter().all(|p| p["in"] != "query"))
                || has("422")
                || has("400"),
            "a query but no 422",
        )?;
        ensure(
            op.method != "PATCH" || (has("412") && has("428")) || !takes(op, "if-match"),
            "a versioned PATCH without 412 and 428",
        )?;
        ensure(has("429") && has("503"), "no 429 or no 503")
    });
}

fn takes(op: &Operation, header: &str) -> bool {
    op.value["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|p| p["in"] == "header" && p["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(header)))
}

#[test]
fn only_the_listed_operations_are_open_to_anybody() {
    each(|op| {
        let allowed = PUBLIC.contains(&op.id.as_str()) || !op.path.starts_with("/api/");
        let secured = op.value["security"]
            .as_array()
            .or_else(|| spec().document["security"].as_array())
            .is_some_and(|s| !s.is_empty());
        ensure(allowed || (secured && !is_public(op)), "needs no authentication")
    });
    let schemes = &spec().document["components"]["securitySchemes"];
    assert!(
        schemes.as_object().is_some_and(|s| s.values().any(|s| s["scheme"] == "bearer")),
        "no bearer scheme: {schemes}"
    );
}

#[test]
fn every_operation_says_which_permission_it_needs() {
    each(|op| {
        let said = op.value["description"].as_str().is_some_and(|d| d.contains("Permission:"))
            || op.value.get("x-permission").is_some();
        ensure(said || !op.path.starts_with("/api/"), "no permission named")
    });
}

#[test]
fn every_body_has_an_example_that_is_of_its_schema() {
    each(|op| {
        for (media, content) in op.value["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(media, _)| media.ends_with("json"))
        {
            let example =
                content.get("example").or_else(|| content["examples"].as_object()?.values().next()?.get("value"));
            let example = example
                .or_else(|| content["schema"].get("example"))
                .or_else(|| spec().resolve(&content["schema"]).get("example"))
                .or_else(|| spec().resolve(&content["schema"])["examples"].get(0));
            let Some(example) = example else { return Err(format!("{media} without an example")) };
            spec().check_value(&content["schema"], example).map_err(|e| format!("its example is wrong: {e}"))?;
        }
        Ok(())
    });
}

#[test]
fn lists_take_a_limit_and_a_cursor_and_answer_pages() {
    each(|op| {
        let names: BTreeSet<&str> = op.value["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "query")
            .filter_map(|p| p["name"].as_str())
            .collect();
        if !names.contains("cursor") {
            return Ok(());
        }
        ensure(names.contains("limit"), "cursor without limit")?;
        let schema = &spec().resolve(&op.value["responses"]["200"])["content"]["application/json"]["schema"];
        let properties = &spec().resolve(schema)["properties"];
        ensure(
            properties.get("items").is_some() && properties.get("next_cursor").is_some(),
            "its answer has no items or no next_cursor",
        )
    });
}

#[test]
fn names_are_snake_case_and_money_and_times_have_their_suffix() {
    let mut wrong = BTreeMap::new();
    for (schema, value) in spec().document["components"]["schemas"].as_object().unwrap() {
        for (name, property) in value["properties"].as_object().into_iter().flatten() {
            let snake = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let time = property["format"] != "date-time" || name.ends_with("_at") || name == "at" || name == "as_of";
            if !snake || !time {
                wrong.insert(format!("{schema}.{name}"), property.to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_reference_points_at_something() {
    fn walk(value: &Value, document: &Value) {
        match value {
            Value::Object(map) => {
                if let Some(pointer) = map.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#')) {
                    assert!(document.pointer(pointer).is_some(), "dangling {pointer}");
                }
                map.values().for_each(|v| walk(v, document));
            }
            Value::Array(items) => items.iter().for_each(|v| walk(v, document)),
            _ => {}
        }
    }
    walk(&spec().document, &spec().document);
}
