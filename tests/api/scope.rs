//! What lies outside of a caller's scope does not exist for them, whatever operation they try.

use std::collections::BTreeMap;

use domain::fields::{Kind, ObjectDef};
use serde_json::{Map, Value, json};
use tests::engines;
use tests::server::Server;
use tests::spec::Operation;
use tests::wait::until;

use crate::operations::{body_of, each, ensure, guarded, send};

/// Paths whose last name is no record of an owner, and why there is nothing to be outside of.
const NOT_OF_AN_OWNER: &[(&str, &str)] = &[
    ("metrics", "a key of the catalogue; the figure itself is of the caller's scope"),
    ("objects", "the description of an object"),
    ("playbooks", "a text of the organisation"),
    ("score-settings", "settings of the organisation"),
    ("roles", "roles of the organisation"),
    ("custom_fields", "fields of the organisation"),
    ("webhooks", "connections of the organisation: whoever may manage one manages all"),
    ("operations", "events of the whole system that could not be handled"),
];

/// A value that the field takes; links are followed.
fn value(server: &Server, kind: &Kind, made: &mut BTreeMap<String, String>) -> Value {
    match kind {
        Kind::Choice(choices) => json!(choices[0].key),
        Kind::Choices(choices) => json!([choices[0].key]),
        Kind::Link(object) => json!(record(server, object, made)),
        Kind::Links(object) => json!([record(server, object, made)]),
        Kind::Tags => json!([]),
        Kind::Int { min, .. } => json!(min.max(&1)),
        Kind::Number | Kind::Percent | Kind::Money => json!(1),
        Kind::Bool => json!(false),
        Kind::Date => json!("2026-03-02"),
        Kind::DateTime => json!("2026-03-02T09:00:00Z"),
        Kind::Json => json!({ "all": [] }),
        Kind::Email => json!("outside@example.com"),
        Kind::Phone => json!("13800138000"),
        Kind::Url => json!("https://example.com"),
        Kind::Text { .. } | Kind::LongText { .. } | Kind::Id => json!("别人的记录"),
    }
}

/// The administrator's record of an object, made when it is first asked for.
fn record(server: &Server, object: &str, made: &mut BTreeMap<String, String>) -> String {
    if let Some(id) = made.get(object) {
        return id.clone();
    }
    let known = |path: &str| server.admin().get(path).expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let id = match object {
        "users" | "pipelines" | "pipeline_stages" => known(&format!("/api/v1/{object}?limit=1")),
        _ => server.create(object, &input(server, domain::objects::find(object).unwrap(), made)),
    };
    made.insert(object.to_owned(), id.clone());
    id
}

/// What the object requires: from the documented example, and links from records that are there.
fn input(server: &Server, def: &ObjectDef, made: &mut BTreeMap<String, String>) -> Value {
    let path = format!("/api/v1/{}", def.key);
    let create = guarded().find(|op| op.method == "POST" && op.path == path).expect("a create");
    let (_, example) = body_of(create).unwrap_or_default();
    let mut input = Map::new();
    for field in def.fields.iter().filter(|field| field.required && field.writable && field.default.is_empty()) {
        let shown = example.get(field.key.as_ref()).filter(|_| !matches!(field.kind, Kind::Link(_) | Kind::Links(_)));
        let given = shown.cloned().unwrap_or_else(|| value(server, &field.kind, made));
        input.insert(field.key.to_string(), given);
    }
    Value::Object(input)
}

/// One record of the administrator for each kind of thing that has an owner, by its place in the path.
fn everything(server: &Server) -> BTreeMap<String, String> {
    let admin = server.admin();
    let mut made = BTreeMap::new();
    for def in domain::objects::ALL.iter().filter(|def| def.owned) {
        record(server, def.key, &mut made);
    }
    let file = admin
        .send("POST", "/api/v1/files?name=a.csv", Some(("text/csv", "客户名称\n甲公司\n".as_bytes())))
        .expect(201)
        .id();
    let import = admin.post("/api/v1/imports", &json!({ "object": "customers", "file_id": file })).expect(201).id();
    let export = admin.post("/api/v1/exports", &json!({ "object": "customers", "format": "csv" })).expect(202).id();
    let key = admin.post("/api/v1/api_keys", &json!({ "name": "对接" })).expect(201).id();
    let customer = made["customers"].clone();
    let (mentioned, theirs) = server.user("administrator", None);
    let body = format!("下周三来厂，请 @[李雷]({mentioned}) 准备");
    let about = json!({ "object": "customers", "record_id": customer, "body": body });
    let comment = admin.post("/api/v1/comments", &about).expect(201).id();
    let path = format!("/api/v1/attachments?object=customers&record_id={customer}&name=a.txt");
    let attachment = admin.send("POST", &path, Some(("application/octet-stream", b"text"))).expect(201).id();
    let rule = json!({ "name": "跟进", "definition": { "object": "customers", "trigger": { "kind": "event", "on": ["created"] },
        "actions": [{ "kind": "notify", "to": [{ "kind": "owner" }], "message": "{name}" }] } });
    let rule = admin.post("/api/v1/rules", &rule).expect(201).id();
    let call = json!({ "source": "pbx", "items": [{ "external_id": "1", "kind": "call", "direction": "in",
        "occurred_at": "2026-03-02T09:00:00Z", "participants": [{ "phone": "13900139000" }] }] });
    admin.post("/api/v1/communications", &call).expect(200);
    let first = |path: &str| admin.get(path).expect(200).items()[0]["id"].as_str().unwrap().to_owned();
    let (call, session) = (first("/api/v1/communications"), first("/api/v1/auth/sessions"));
    let news = until("the mention", || {
        let page = theirs.get("/api/v1/notifications").expect(200);
        page.items().first().map(|n| n["id"].as_str().unwrap().to_owned())
    });
    let (leaver, _) = server.user("administrator", None);
    server.create("tasks", &json!({ "title": "交接", "owner_id": leaver }));
    let to = json!({ "receivers": [{ "user_id": mentioned }], "kinds": ["tasks"] });
    let hand_over = admin.post(&format!("/api/v1/users/{leaver}/hand-over"), &to).expect(202).id();
    for (place, id) in [
        ("hand-overs", hand_over),
        ("notifications", news),
        ("files", file),
        ("imports", import),
        ("exports", export),
        ("api_keys", key),
        ("comments", comment),
        ("attachments", attachment),
        ("rules", rule),
        ("communications", call),
        ("sessions", session),
    ] {
        made.insert(place.to_owned(), id);
    }
    made
}

/// The first name of the path after the version.
fn place(op: &Operation) -> &str {
    let mut names = op.path.trim_start_matches("/api/v1/").split('/');
    match (names.next().unwrap_or_default(), names.next()) {
        ("pool" | "scores", Some(_)) => "customers",
        ("auth", Some(name)) => name,
        (name, _) => name,
    }
}

engines! {
    fn every_operation_on_a_record_of_somebody_else_is_404_for_a_role_that_sees_its_own(server: &Server) {
        let records = everything(server);
        let own = json!({ "read": "own", "create": "own", "update": "own", "archive": "own", "export": "own", "import": "own" });
        let permissions: Map<String, Value> =
            domain::policy::roles::permission_keys().into_iter().map(|key| (key.to_owned(), own.clone())).collect();
        let role = json!({ "key": "own_only", "name_zh": "只看自己", "name_en": "Own only", "permissions": permissions });
        server.admin().post("/api/v1/roles", &role).expect(201);
        let (_, other) = server.user("own_only", None);
        let unowned = |name: &str| {
            let object = domain::objects::find(name);
            object.is_some_and(|def| !def.owned) || NOT_OF_AN_OWNER.iter().any(|(known, _)| *known == name)
        };
        each(guarded().filter(|op| op.path.contains('{') && !unowned(place(op))), |op| {
            let id = records.get(place(op)).ok_or_else(|| format!("no record of {} was made", place(op)))?;
            let parts = op.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            let body = body_of(op).map(|(media, example)| (media, example.to_string()));
            if op.method == "GET" && op.path == format!("/api/v1/{}/{{id}}", place(op)) {
                server.admin().get(&path).expect(200);
            }
            let reply = send(&other, op, &path, body.as_ref().map(|(media, text)| (media.as_str(), text.as_bytes())));
            ensure(reply.status == 404, format!("{} {}", reply.status, reply.json))
        });
    }
}
