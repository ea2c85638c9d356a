//! The wire types of the REST interface, read leniently: what an older or newer server leaves out is empty here.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A record: its fields by key, as the API sends them.
pub(crate) type Record = Map<String, Value>;

/// `null` reads as nothing.
fn or_nothing<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(d).map(Option::unwrap_or_default)
}

/// The text under a key, or nothing.
pub(crate) fn text<'a>(record: &'a Record, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The whole number under a key.
pub(crate) fn int(record: &Record, key: &str) -> Option<i64> {
    record.get(key).and_then(Value::as_i64)
}

/// The value of a field, custom fields (`custom.KEY`) included.
pub(crate) fn field_value<'a>(record: &'a Record, key: &str) -> &'a Value {
    let found = match key.strip_prefix("custom.") {
        Some(custom) => record.get("custom").and_then(|c| c.get(custom)),
        None => record.get(key),
    };
    found.unwrap_or(&Value::Null)
}

/// One object of the API: what it is called and made of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectMeta {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) label_plural: String,
    #[serde(alias = "title")]
    pub(crate) title_field: String,
    pub(crate) owned: bool,
    pub(crate) searchable: bool,
    pub(crate) customizable: bool,
    pub(crate) fields: Vec<FieldMeta>,
    pub(crate) permissions: BTreeMap<String, String>,
}

impl ObjectMeta {
    pub(crate) fn field(&self, key: &str) -> Option<&FieldMeta> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// What the caller may do: `read`, `create`, `update`, `archive`, `export`, `import`.
    pub(crate) fn may(&self, action: &str) -> bool {
        self.permissions.get(action).is_some_and(|scope| scope != "none")
    }

    /// The name of a record.
    pub(crate) fn title_of(&self, record: &Record) -> String {
        match field_value(record, &self.title_field) {
            Value::String(s) if !s.is_empty() => s.clone(),
            _ => text(record, "id").chars().take(8).collect(),
        }
    }
}

/// One field of an object.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct FieldMeta {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) kind: String,
    pub(crate) max: Option<f64>,
    pub(crate) min: Option<f64>,
    pub(crate) choices: Vec<ChoiceMeta>,
    pub(crate) link: Option<String>,
    pub(crate) required: bool,
    pub(crate) filterable: bool,
    pub(crate) sortable: bool,
    pub(crate) writable: bool,
    pub(crate) importable: bool,
    pub(crate) custom: bool,
    pub(crate) masked: bool,
    pub(crate) in_list: bool,
    pub(crate) default: Value,
    pub(crate) help: Option<String>,
}

/// One option of a choice field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct ChoiceMeta {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) color: String,
}

/// A page of a list of anything.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
    #[serde(default)]
    pub(crate) total: Option<u64>,
    #[serde(default)]
    pub(crate) refs: BTreeMap<String, String>,
}

/// Who is logged in and what they may do.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Me {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) team_id: Option<String>,
    pub(crate) team_name: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) permissions: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) masks: BTreeMap<String, String>,
    pub(crate) organisation: Organisation,
}

impl Me {
    pub(crate) fn may(&self, object: &str, action: &str) -> bool {
        self.permissions.get(object).and_then(|p| p.get(action)).is_some_and(|s| s != "none")
    }
}

/// The organisation's settings that the interface needs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Organisation {
    pub(crate) name: String,
    pub(crate) currency: String,
    pub(crate) timezone: String,
}

/// The answer of log-in, refresh and set-up.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Login {
    pub(crate) access_token: String,
    #[serde(default)]
    pub(crate) expires_in: i64,
    pub(crate) me: Me,
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) code: String,
    pub(crate) errors: Vec<FieldProblem>,
    pub(crate) request_id: String,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct FieldProblem {
    pub(crate) field: String,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// One change in the log.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct EventItem {
    pub(crate) seq: i64,
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) type_: String,
    pub(crate) object: String,
    pub(crate) record_id: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) actor_name: Option<String>,
    pub(crate) at: String,
    pub(crate) old: Option<Record>,
    pub(crate) new: Option<Record>,
    pub(crate) request_id: Option<String>,
    pub(crate) refs: BTreeMap<String, String>,
}

/// A hit of the search.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Hit {
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) subtitle: Option<String>,
}

/// What a saved view keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ViewDefinition {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) q: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<Value>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) sort: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<String>,
}
