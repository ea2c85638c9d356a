//! The wire types of the REST interface, read leniently: what an older or newer server leaves out is empty here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A record: its fields by key, as the API sends them.
pub type Record = Map<String, Value>;

/// The text under a key, or nothing.
pub fn text<'a>(record: &'a Record, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The whole number under a key.
pub fn int(record: &Record, key: &str) -> Option<i64> {
    record.get(key).and_then(Value::as_i64)
}

/// The value of a field, custom fields (`custom.KEY`) included.
pub fn field_value<'a>(record: &'a Record, key: &str) -> &'a Value {
    let found = match key.strip_prefix("custom.") {
        Some(custom) => record.get("custom").and_then(|c| c.get(custom)),
        None => record.get(key),
    };
    found.unwrap_or(&Value::Null)
}

/// One object of the API: what it is called and made of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ObjectMeta {
    pub key: String,
    pub label: String,
    pub label_plural: String,
    #[serde(alias = "title")]
    pub title_field: String,
    pub owned: bool,
    pub searchable: bool,
    pub customizable: bool,
    pub fields: Vec<FieldMeta>,
    pub permissions: BTreeMap<String, String>,
}

impl ObjectMeta {
    pub fn field(&self, key: &str) -> Option<&FieldMeta> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// What the caller may do: `read`, `create`, `update`, `archive`, `export`, `import`.
    pub fn may(&self, action: &str) -> bool {
        self.permissions.get(action).is_some_and(|scope| scope != "none")
    }

    /// The name of a record.
    pub fn title_of(&self, record: &Record) -> String {
        match field_value(record, &self.title_field) {
            Value::String(s) if !s.is_empty() => s.clone(),
            _ => text(record, "id").chars().take(8).collect(),
        }
    }
}

/// One field of an object.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FieldMeta {
    pub key: String,
    pub label: String,
    pub kind: String,
    pub max: Option<f64>,
    pub min: Option<f64>,
    pub choices: Vec<ChoiceMeta>,
    pub link: Option<String>,
    pub required: bool,
    pub filterable: bool,
    pub sortable: bool,
    pub writable: bool,
    pub importable: bool,
    pub custom: bool,
    pub masked: bool,
    pub in_list: bool,
    pub default: Value,
    pub help: Option<String>,
}

/// One option of a choice field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ChoiceMeta {
    pub key: String,
    pub label: String,
    pub color: String,
}

/// A page of a list of anything.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    #[serde(default)]
    pub next_cursor: Option<String>,
    #[serde(default)]
    pub total: Option<u64>,
    #[serde(default)]
    pub refs: BTreeMap<String, String>,
}

/// Who is logged in and what they may do.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Me {
    pub id: String,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub locale: Option<String>,
    pub title: Option<String>,
    pub team_id: Option<String>,
    pub team_name: Option<String>,
    pub region: Option<String>,
    pub roles: Vec<String>,
    pub permissions: BTreeMap<String, BTreeMap<String, String>>,
    pub organisation: Organisation,
}

impl Me {
    pub fn may(&self, object: &str, action: &str) -> bool {
        self.permissions.get(object).and_then(|p| p.get(action)).is_some_and(|s| s != "none")
    }

    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|r| r == "administrator" || r == "admin")
    }
}

/// The organisation's settings that the interface needs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Organisation {
    pub name: String,
    pub currency: String,
    pub timezone: String,
}

/// The answer of log-in, refresh and set-up.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Login {
    pub access_token: String,
    #[serde(default)]
    pub expires_in: i64,
    pub me: Me,
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Problem {
    pub title: String,
    pub detail: String,
    pub code: String,
    pub errors: Vec<FieldProblem>,
    pub request_id: String,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FieldProblem {
    pub field: String,
    pub code: String,
    pub message: String,
}

/// One change in the log.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventItem {
    pub seq: i64,
    pub id: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub object: String,
    pub record_id: String,
    pub actor_id: Option<String>,
    pub actor_name: Option<String>,
    pub at: String,
    pub old: Option<Record>,
    pub new: Option<Record>,
    pub request_id: Option<String>,
}

/// A hit of the search.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Hit {
    pub object: String,
    pub id: String,
    pub title: String,
    pub subtitle: Option<String>,
}

/// What a saved view keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewDefinition {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Value>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}
