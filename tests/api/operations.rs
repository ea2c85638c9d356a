//! What holds for every operation of the document, so that a new endpoint is covered the moment it exists.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::client::Client;
use tests::engines;
use tests::server::Server;
use tests::spec::{Operation, Spec};

/// An id that no record has.
const NOBODY: &str = "019aa000-0000-7000-8000-00000000dead";

fn is_public(op: &Operation) -> bool {
    let list = op.value["security"].as_array();
    list.is_some_and(|l| l.is_empty() || l.iter().any(|s| s.as_object().is_some_and(serde_json::Map::is_empty)))
}

pub(crate) fn guarded() -> impl Iterator<Item = &'static Operation> {
    Spec::committed().operations.iter().filter(|op| op.path.starts_with("/api/v1/") && !is_public(op))
}

/// The path with its parameters replaced.
fn path_of(op: &Operation) -> String {
    let parts = op.path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn parameters<'a>(op: &'a Operation, place: &'a str) -> impl Iterator<Item = &'a str> {
    op.value["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(move |p| p["in"] == place)
        .filter_map(|p| p["name"].as_str())
}

/// The query parameters that are no plain texts.
fn typed(op: &Operation) -> impl Iterator<Item = &str> {
    let typed = |p: &&Value| {
        let text = p["schema"].to_string();
        ["\"integer\"", "\"boolean\"", "\"date\"", "\"date-time\"", "\"uuid\""].iter().any(|kind| text.contains(kind))
    };
    let all = op.value["parameters"].as_array().into_iter().flatten();
    all.filter(|p| p["in"] == "query").filter(typed).filter_map(|p| p["name"].as_str())
}

/// The media type and the documented example of its body, if it takes one.
pub(crate) fn body_of(op: &Operation) -> Option<(String, Value)> {
    let spec = Spec::committed();
    let (media, content) = op.value["requestBody"]["content"].as_object()?.iter().next()?;
    let schema = spec.resolve(&content["schema"]);
    let example = content.get("example").or_else(|| content["examples"].as_object()?.values().next()?.get("value"));
    let example = example
        .or_else(|| content["schema"].get("example"))
        .or_else(|| schema.get("example"))
        .or_else(|| schema["examples"].get(0));
    Some((media.clone(), example.cloned().unwrap_or(Value::Null)))
}

pub(crate) fn send(client: &Client, op: &Operation, path: &str, body: Option<(&str, &[u8])>) -> tests::client::Reply {
    let client = if parameters(op, "header").any(|name| name.eq_ignore_ascii_case("if-match")) {
        client.with_header("if-match", "\"1\"")
    } else {
        client.clone()
    };
    client.send(&op.method, path, body)
}

/// Runs the check for each operation and says everything that is wrong at once.
pub(crate) fn each(
    operations: impl Iterator<Item = &'static Operation>,
    check: impl Fn(&Operation) -> Result<(), String>,
) {
    let mut count = 0;
    let wrong: Vec<String> = operations
        .inspect(|_| count += 1)
        .filter_map(|op| check(op).err().map(|e| format!("{} {}: {e}", op.method, op.path)))
        .collect();
    assert!(wrong.is_empty(), "{} of the operations:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "there is no such operation");
}

pub(crate) fn ensure(holds: bool, otherwise: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

engines! {
    fn nobody_gets_further_than_401_without_a_session_whatever_the_body(server: &Server) {
        let anonymous = server.anonymous();
        each(guarded(), |op| {
            let reply = send(&anonymous, op, &path_of(op), body_of(op).is_some().then_some(("application/json", b"\xff{not json")));
            ensure(reply.status == 401, format!("{} {}", reply.status, reply.json))
        });
    }

    fn a_made_up_token_is_401(server: &Server) {
        for token in ["x", "fw_0000", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."] {
            let client = server.anonymous().with_token(token);
            each(guarded(), |op| ensure(send(&client, op, &path_of(op), None).status == 401, token));
        }
    }

    fn a_role_without_permissions_is_403_before_its_body_is_read(server: &Server) {
        let nobody = powerless(server);
        // These act on the caller alone, or show only what the caller may see anyway.
        let open: BTreeSet<&str> = OPEN_TO_EVERYBODY.iter().copied().collect();
        each(guarded().filter(|op| !open.contains(op.id.as_str())), |op| {
            let reply = send(&nobody, op, &path_of(op), body_of(op).is_some().then_some(("application/json", b"\xff{not json")));
            ensure(reply.status == 403, format!("{} {} {}", op.id, reply.status, reply.json["code"]))
        });
    }

    fn a_wrong_page_is_422(server: &Server) {
        let admin = server.admin();
        let paged = guarded().filter(|op| op.method == "GET" && parameters(op, "query").any(|p| p == "limit"));
        each(paged, |op| {
            let mut wrong = vec!["limit=0", "limit=100000", "limit=-1", "limit=x"];
            if parameters(op, "query").any(|p| p == "cursor") {
                wrong.push("cursor=%00garbage");
            }
            for query in wrong {
                let reply = admin.get(&format!("{}?{query}", path_of(op)));
                ensure(reply.status == 422 || (reply.status == 404 && op.path.contains('{')), format!("{query} is {}", reply.status))?;
            }
            Ok(())
        });
    }

    fn an_unknown_query_parameter_is_422(server: &Server) {
        let admin = server.admin();
        let queried = |op: &&Operation| op.method == "GET" && !op.path.contains('{') && parameters(op, "query").next().is_some();
        each(guarded().filter(queried), |op| {
            let reply = admin.get(&format!("{}?surely_unknown=1", path_of(op)));
            ensure(reply.status == 422, format!("{} {}", reply.status, reply.json))
        });
    }

    fn a_malformed_query_parameter_is_422_and_named(server: &Server) {
        let admin = server.admin();
        let queried = |op: &&Operation| op.method == "GET" && !op.path.contains('{') && typed(op).next().is_some();
        each(guarded().filter(queried), |op| {
            for name in typed(op) {
                let reply = admin.get(&format!("{}?{name}=neither%20nor", path_of(op)));
                ensure(reply.status == 422, format!("{name}: {} {}", reply.status, reply.json))?;
                ensure(reply.wrong_fields().contains(&name), format!("{name} is not named: {}", reply.json))?;
            }
            Ok(())
        });
    }

    fn an_unknown_id_is_404(server: &Server) {
        let admin = server.admin();
        each(guarded().filter(|op| op.path.contains('{')), |op| {
            let body = body_of(op).map(|(media, example)| (media, example.to_string()));
            let reply = send(&admin, op, &path_of(op), body.as_ref().map(|(media, text)| (media.as_str(), text.as_bytes())));
            ensure(reply.status == 404, format!("{} {}", reply.status, reply.json))
        });
    }

    fn an_id_that_is_none_is_404_or_422(server: &Server) {
        let admin = server.admin();
        each(guarded().filter(|op| op.path.contains('{') && op.method == "GET"), |op| {
            for id in ["x", "%00", "0", "..%2f..%2fetc"] {
                let reply = admin.get(&path_of(op).replace(NOBODY, id));
                ensure([404, 422, 400].contains(&reply.status), format!("{id}: {}", reply.status))?;
            }
            Ok(())
        });
    }

    fn a_body_that_is_not_json_is_400_and_one_of_another_type_415(server: &Server) {
        let admin = server.admin();
        let json_body = |op: &&Operation| body_of(op).is_some_and(|(media, _)| media == "application/json") && !op.path.contains('{');
        each(guarded().filter(json_body), |op| {
            for text in [&b"{"[..], b"\xff\xfe", b"", b"nul"] {
                let reply = send(&admin, op, &path_of(op), Some(("application/json", text)));
                ensure(reply.status == 400, format!("{:?} is {}", String::from_utf8_lossy(text), reply.status))?;
            }
            let reply = send(&admin, op, &path_of(op), Some(("text/plain", b"{}")));
            ensure(reply.status == 415, format!("text/plain is {}", reply.status))?;
            for text in ["[]", "1", "null", "\"x\""] {
                let reply = send(&admin, op, &path_of(op), Some(("application/json", text.as_bytes())));
                ensure(reply.status == 422 || reply.status == 400, format!("{text} is {}", reply.status))?;
            }
            Ok(())
        });
    }

    fn an_unknown_key_in_a_body_is_422_and_named(server: &Server) {
        let admin = server.admin();
        let json_body = |op: &&Operation| body_of(op).is_some_and(|(media, example)| media == "application/json" && example.is_object()) && !op.path.contains('{');
        each(guarded().filter(json_body), |op| {
            let Some((_, mut example)) = body_of(op) else { return Ok(()) };
            example["surely_unknown"] = json!(1);
            let reply = send(&admin, op, &path_of(op), Some(("application/json", example.to_string().as_bytes())));
            ensure(reply.status == 422 || reply.status == 400, format!("{} {}", reply.status, reply.json))?;
            ensure(reply.json.to_string().contains("surely_unknown"), format!("does not name it: {}", reply.json))
        });
    }

    fn a_body_of_two_megabytes_is_413(server: &Server) {
        let admin = server.admin();
        let text = format!("{{\"name\":\"{}\"}}", "x".repeat(2 << 20));
        let json_body = |op: &&Operation| body_of(op).is_some_and(|(media, _)| media == "application/json") && !op.path.contains('{');
        each(guarded().filter(json_body), |op| {
            let reply = send(&admin, op, &path_of(op), Some(("application/json", text.as_bytes())));
            ensure(reply.status == 413, format!("{}", reply.status))
        });
    }

    fn an_unknown_route_is_a_404_problem_and_a_wrong_method_405(server: &Server) {
        let admin = server.admin();
        admin.get("/api/v1/nothing_of_the_kind").expect_problem(404, "no_such_address");
        let reply = admin.send("DELETE", "/api/v1/customers", None).expect(405);
        assert!(reply.header("allow").is_some_and(|allow| allow.contains("GET")), "{:?}", reply.headers);
    }

    fn every_answer_carries_a_request_id_and_its_problem_names_the_same(server: &Server) {
        let reply = server.anonymous().get("/api/v1/me").expect(401);
        assert_eq!(reply.header("x-request-id"), reply["request_id"].as_str());
    }
}

/// Operations that act on the caller alone, or that show only what the caller may see anyway.
const OPEN_TO_EVERYBODY: &[&str] = &[
    "get_me",
    "update_me",
    "logout",
    "change_password",
    "list_sessions",
    "revoke_session",
    "get_organisation",
    "list_objects",
    "get_object",
    "search_records",
    "list_metrics",
    "get_metric",
    "list_notifications",
    "update_notification",
    "update_all_notifications",
    "get_notification_preferences",
    "set_notification_preferences",
    "get_stream",
    "get_working_calendar",
];

/// Somebody whose only role allows nothing.
fn powerless(server: &Server) -> Client {
    let role = json!({ "key": "powerless", "name_zh": "无权限", "name_en": "Powerless" });
    server.admin().post("/api/v1/roles", &role).expect(201);
    server.as_role("powerless")
}
