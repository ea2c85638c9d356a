//! The operations of one object.

use super::{examples, permission, type_name};
use domain::fields::{Kind, ObjectDef};
use domain::policy::Action;
use serde_json::{Map, Value as Json, json};

/// Adds an object's paths.
pub(super) fn push(def: &'static ObjectDef, paths: &mut Map<String, Json>) {
    let name = type_name(def);
    let (one, many) = (def.label.en.to_lowercase(), def.label_plural.en.to_lowercase());
    let base = format!("/api/v1/{}", def.key);
    let record = json!({ "$ref": format!("#/components/schemas/{name}") });
    let op = |verb: &str, noun: &str, action: Action, summary: String, description: &str| {
        op(def, (verb, noun), action, summary, description)
    };
    let list = op("list", def.key, Action::Read, format!("List {many}"), "A page of the records that the caller may see. Any filterable field may be given as a parameter of its own; several values by commas mean any of them.")
        .parameters(list_parameters(def))
        .answer("200", "A page.", json!({ "$ref": format!("#/components/schemas/{name}List") }), &[])
        .problems(&["401", "403", "422", "429", "503"]);
    let create = op("create", def.singular, Action::Create, format!("Create a {one}"), "An unknown key, a read-only field or a wrong value is answered with all faults at once. With an Idempotency-Key the same request is carried out once.")
        .parameters(vec![idempotency_key()])
        .body(json!({ "$ref": format!("#/components/schemas/{name}Input") }), "application/json", examples::input(def.key))
        .answer("201", "The new record.", record.clone(), &["ETag", "Location"])
        .problems(&["400", "401", "403", "409", "413", "415", "422", "429", "503"]);
    paths.insert(base.clone(), json!({ "get": list.json, "post": create.json }));

    let id = id_parameter(&one);
    let get = op(
        "get",
        def.singular,
        Action::Read,
        format!("Get a {one}"),
        "Out of the caller's scope is the same as absent: 404.",
    )
    .parameters(vec![id.clone(), refs_parameter()])
    .answer("200", "The record.", record.clone(), &["ETag"])
    .problems(&["401", "403", "404", "422", "429", "503"]);
    let update = op("update", def.singular, Action::Update, format!("Change a {one}"), "A JSON merge patch. If-Match names the version it is based on: a stale one is 412 and loses nothing, a missing one 428.")
        .parameters(vec![id.clone(), if_match(true)])
        .body(json!({ "$ref": format!("#/components/schemas/{name}Patch") }), "application/json", examples::patch(def.key))
        .answer("200", "The record as it is now.", record.clone(), &["ETag"])
        .problems(&["400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503"]);
    let archive = op(
        "archive",
        def.singular,
        Action::Archive,
        format!("Archive a {one}"),
        "Archived records are left out of lists and totals and can be restored.",
    )
    .parameters(vec![id.clone(), if_match(false)])
    .answer("200", "The archived record.", record.clone(), &["ETag"])
    .problems(&["400", "401", "403", "404", "409", "412", "429", "503"]);
    paths.insert(format!("{base}/{{id}}"), json!({ "get": get.json, "patch": update.json, "delete": archive.json }));

    let restore = op(
        "restore",
        def.singular,
        Action::Archive,
        format!("Restore a {one}"),
        "Brings a record back from the archive.",
    )
    .parameters(vec![id.clone(), if_match(false)])
    .answer("200", "The restored record.", record.clone(), &["ETag"])
    .problems(&["400", "401", "403", "404", "409", "412", "429", "503"]);
    paths.insert(format!("{base}/{{id}}/restore"), json!({ "post": restore.json }));

    let example = json!({ "operations": [{ "op": "create", "data": examples::input(def.key) }] });
    let bulk = op(
        "bulk",
        def.key,
        Action::Update,
        format!("Change many {many}"),
        "Up to 1,000 operations, each atomic and with a result of its own; each needs its own permission.",
    )
    .parameters(vec![idempotency_key()])
    .body(json!({ "$ref": "#/components/schemas/BulkRequest" }), "application/json", example)
    .answer("200", "One result per operation.", json!({ "$ref": "#/components/schemas/BulkResponse" }), &[])
    .problems(&["400", "401", "403", "413", "415", "422", "429", "503"]);
    paths.insert(format!("{base}/bulk"), json!({ "post": bulk.json }));

    if def.key == "opportunities" {
        let step = op(
            "move",
            def.singular,
            Action::Update,
            "Move an opportunity to a stage".to_owned(),
            "The status follows the stage; the stay in the stage left is ended and a new one begun.",
        )
        .parameters(vec![id.clone(), if_match(false)])
        .body(
            json!({ "$ref": "#/components/schemas/StageMove" }),
            "application/json",
            json!({ "stage_id": examples::PLACEHOLDER }),
        )
        .answer("200", "The opportunity as it is now.", record, &["ETag"])
        .problems(&["400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503"]);
        paths.insert(format!("{base}/{{id}}/move"), json!({ "post": step.json }));
        let history = op(
            "get",
            "opportunity_history",
            Action::Read,
            "Stages of an opportunity".to_owned(),
            "Every stay in a stage with its days.",
        )
        .parameters(vec![id])
        .answer("200", "The stays, oldest first.", json!({ "$ref": "#/components/schemas/StageHistory" }), &[])
        .problems(&["401", "403", "404", "429", "503"]);
        paths.insert(format!("{base}/{{id}}/history"), json!({ "get": history.json }));
    }
}

/// Adds the paths of the public pool of an object that has one.
pub(super) fn push_pool(def: &'static ObjectDef, paths: &mut Map<String, Json>) {
    let name = type_name(def);
    let (one, many) = (def.label.en.to_lowercase(), def.label_plural.en.to_lowercase());
    let base = format!("/api/v1/pool/{}", def.key);
    let op = |id: String, needs: String, summary: String, description: &str| Operation {
        json: json!({
            "tags": ["pool"],
            "operationId": id,
            "summary": summary,
            "description": description,
            "security": [{ "bearer": [] }],
            "x-permission": needs,
            "parameters": [],
            "responses": {},
        }),
    };
    let pool = |action| app::ctx::permission_name("pool", action);
    let id = id_parameter(&one);
    let reads = ["401", "403", "404", "422", "429", "503"];
    let writes = ["400", "401", "403", "404", "409", "413", "415", "422", "429", "503"];
    let record = json!({ "$ref": format!("#/components/schemas/{name}") });
    let list = op(format!("list_pool_{}", def.key), pool(Action::Read), format!("List {many} in the pool"), "A page of the records that nobody owns and that whoever may claim can take, with the filters of any list. Telephone numbers and mail addresses are masked.")
        .parameters(list_parameters(def).into_iter().filter(|p| p["name"] != "archived").collect())
        .answer("200", "A page.", json!({ "$ref": format!("#/components/schemas/{name}List") }), &[])
        .problems(&["401", "403", "422", "429", "503"]);
    paths.insert(base.clone(), json!({ "get": list.json }));
    let show = op(
        format!("get_pool_{}", def.singular),
        pool(Action::Read),
        format!("Get a {one} in the pool"),
        "As in the list; one that is not in the pool is not found.",
    )
    .parameters(vec![id.clone(), refs_parameter()])
    .answer("200", "The record.", record.clone(), &["ETag"])
    .problems(&reads);
    paths.insert(format!("{base}/{{id}}"), json!({ "get": show.json }));
    let claim = op(format!("claim_{}", def.singular), pool(Action::Create), format!("Claim a {one}"), "Takes a record out of the pool for the caller, within the limits of the settings. When several ask at once exactly one gets it; the others are told who (`claimed_by_other`).")
        .parameters(vec![id.clone()])
        .answer("200", "The record, which is the caller's now.", record, &["ETag"])
        .problems(&["401", "403", "404", "409", "429", "503"]);
    paths.insert(format!("/api/v1/{}/{{id}}/claim", def.key), json!({ "post": claim.json }));
    let release = op(format!("release_{}", def.singular), permission(def, Action::Update), format!("Give a {one} to the pool"), "The record has no owner any more. For ten minutes whoever gave it back can claim it as if nothing had happened.")
        .parameters(vec![id])
        .body(json!({ "$ref": "#/components/schemas/Release" }), "application/json", json!({ "note": "客户说明年再谈" }))
        .answer("200", "It is in the pool.", json!({ "$ref": "#/components/schemas/Released" }), &[])
        .problems(&writes);
    paths.insert(format!("/api/v1/{}/{{id}}/release", def.key), json!({ "post": release.json }));
    let ids = json!([examples::PLACEHOLDER]);
    let rows = [
        (
            "claim",
            pool(Action::Create),
            "ClaimMany",
            json!({ "ids": ids }),
            "Claim many",
            "Takes records out of the pool for the caller as far as the limits go: one result for each, with the reason of each that failed.",
        ),
        (
            "assign",
            pool(Action::Update),
            "AssignMany",
            json!({ "ids": ids, "user_id": examples::PLACEHOLDER }),
            "Assign many",
            "Gives records in the pool to somebody within the caller's reach: one result for each. The limits of claiming do not apply.",
        ),
        (
            "release",
            permission(def, Action::Update),
            "ReleaseMany",
            json!({ "ids": ids, "note": "客户说明年再谈" }),
            "Give many to the pool",
            "Gives records to the pool: one result for each.",
        ),
    ];
    for (verb, needs, body, example, summary, description) in rows {
        let bulk = op(format!("{verb}_{}", def.key), needs, format!("{summary}: {many}"), description)
            .parameters(vec![idempotency_key()])
            .body(json!({ "$ref": format!("#/components/schemas/{body}") }), "application/json", example)
            .answer("200", "One result per record.", json!({ "$ref": "#/components/schemas/BulkResponse" }), &[])
            .problems(&["400", "401", "403", "413", "415", "422", "429", "503"]);
        paths.insert(format!("{base}/{verb}"), json!({ "post": bulk.json }));
    }
}

/// An operation of an object.
pub(super) fn op(
    def: &'static ObjectDef,
    (verb, noun): (&str, &str),
    action: Action,
    summary: String,
    description: &str,
) -> Operation {
    Operation {
        json: json!({
            "tags": [def.key],
            "operationId": format!("{verb}_{noun}"),
            "summary": summary,
            "description": description,
            "security": [{ "bearer": [] }],
            "x-permission": permission(def, action),
            "parameters": [],
            "responses": {},
        }),
    }
}

/// An operation under construction.
pub(super) struct Operation {
    /// As it stands in the document.
    pub(super) json: Json,
}

impl Operation {
    pub(super) fn parameters(mut self, list: Vec<Json>) -> Operation {
        self.json["parameters"] = Json::Array(list);
        self
    }

    pub(super) fn body(mut self, schema: Json, media: &str, example: Json) -> Operation {
        self.json["requestBody"] =
            json!({ "required": true, "content": { media: { "schema": schema, "example": example } } });
        self
    }

    pub(super) fn answer(mut self, status: &str, description: &str, schema: Json, headers: &[&str]) -> Operation {
        let header = |name: &&str| {
            let text = if *name == "ETag" { "The version, for If-Match." } else { "Address of the new record." };
            ((*name).to_owned(), json!({ "schema": { "type": "string" }, "description": text }))
        };
        let headers: Map<String, Json> = headers.iter().map(header).collect();
        self.json["responses"][status] = json!({ "description": description, "headers": headers, "content": { "application/json": { "schema": schema } } });
        self
    }

    pub(super) fn problems(mut self, statuses: &[&str]) -> Operation {
        for status in statuses {
            self.json["responses"][*status] = problem(status);
        }
        self
    }
}

/// A problem answer by status.
pub(crate) fn problem(status: &str) -> Json {
    let text = match status {
        "400" => "The request cannot be read.",
        "401" => "Not logged in.",
        "403" => "The caller's role does not allow it.",
        "404" => "Not there, or out of the caller's scope.",
        "409" => "It does not fit the present state.",
        "412" => "The record has changed since.",
        "413" => "The body is too large.",
        "415" => "The body is not JSON.",
        "422" => "Readable but wrong, field by field.",
        "428" => "If-Match is missing.",
        "429" => "Too many requests.",
        "503" => "The database is busy; try again.",
        _ => "A problem.",
    };
    json!({ "description": text, "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } })
}

fn parameter(place: &str, name: &str, required: bool, schema: Json, description: &str) -> Json {
    json!({ "name": name, "in": place, "required": required, "schema": schema, "description": description })
}

pub(super) fn id_parameter(one: &str) -> Json {
    parameter("path", "id", true, json!({ "type": "string", "format": "uuid" }), &format!("Id of the {one}."))
}

fn refs_parameter() -> Json {
    parameter("query", "refs", false, json!({ "type": "boolean" }), "Also answer with the titles of linked records.")
}

/// What `If-Match` takes: a version in quotes; an empty header is none.
pub(crate) fn version_schema() -> Json {
    json!({ "type": "string", "pattern": "^(\"[0-9]{1,18}\")?$", "example": "\"1\"" })
}

pub(super) fn if_match(required: bool) -> Json {
    parameter("header", "If-Match", required, version_schema(), "The version the change is based on, in quotes.")
}

fn idempotency_key() -> Json {
    let schema = json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" });
    parameter(
        "header",
        "Idempotency-Key",
        false,
        schema,
        "The same key with the same body gives the first answer again for 24 hours.",
    )
}

fn list_parameters(def: &'static ObjectDef) -> Vec<Json> {
    let text = || json!({ "type": "string" });
    let mut list = Vec::new();
    if !def.search.is_empty() {
        list.push(parameter(
            "query",
            "q",
            false,
            json!({ "type": "string", "maxLength": 200 }),
            "Full-text search: Chinese characters, pinyin, initials, digits of a phone, an e-mail address.",
        ));
    }
    list.push(parameter(
        "query",
        "filter",
        false,
        text(),
        "A condition as JSON, for example {\"field\":\"name\",\"op\":\"contains\",\"value\":\"科技\"}.",
    ));
    list.push(parameter(
        "query",
        "sort",
        false,
        text(),
        "Fields by commas, `-` for descending, for example -created_at,name.",
    ));
    list.push(parameter(
        "query",
        "limit",
        false,
        json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
        "Records on the page.",
    ));
    list.push(parameter("query", "cursor", false, text(), "next_cursor of the page before, with the same sort."));
    list.push(parameter("query", "fields", false, text(), "Only these fields, by commas; id and version always."));
    list.push(parameter(
        "query",
        "archived",
        false,
        json!({ "type": "string", "enum": ["false", "true", "only"], "default": "false" }),
        "Whether archived records are listed.",
    ));
    list.push(parameter(
        "query",
        "count",
        false,
        json!({ "type": "string", "enum": ["none", "exact", "estimate"], "default": "none" }),
        "Whether to count all pages; an estimate stops at 10,000.",
    ));
    list.push(refs_parameter());
    for field in def.fields.iter().filter(|f| f.filterable && !matches!(f.kind, Kind::LongText { .. })) {
        list.push(parameter(
            "query",
            &field.key,
            false,
            text(),
            &format!("{} equals this; empty for unknown.", field.label.en),
        ));
    }
    list
}
