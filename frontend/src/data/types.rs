//! The wire types of the REST interface, read leniently: what an older or newer server leaves out is empty here.

use super::wire::{Wire, wire};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A record: its fields by key, as the API sends them.
pub(crate) type Record = Map<String, Value>;

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

wire! {
/// One object of the API: what it is called and made of.
pub(crate) struct ObjectMeta {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) label_plural: String,
    pub(crate) title_field: String,
    pub(crate) owned: bool,
    pub(crate) searchable: bool,
    pub(crate) customizable: bool,
    pub(crate) fields: Fields,
    pub(crate) permissions: BTreeMap<String, String>,
}
}

/// The fields of an object. Most pieces of a page hold on to them, so they are there once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Rc<Vec<FieldMeta>>);

impl std::ops::Deref for Fields {
    type Target = Vec<FieldMeta>;

    fn deref(&self) -> &Vec<FieldMeta> {
        &self.0
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Fields) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl From<Vec<FieldMeta>> for Fields {
    fn from(fields: Vec<FieldMeta>) -> Fields {
        Fields(Rc::new(fields))
    }
}

impl Wire for Fields {
    fn read(v: &Value) -> Fields {
        <Vec<FieldMeta>>::read(v).into()
    }
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

wire! {
/// One field of an object.
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
    pub(crate) guidance: Vec<AnchorMeta>,
}
}

wire! {
/// What a value of a judged field stands for.
pub(crate) struct AnchorMeta {
    pub(crate) value: f64,
    pub(crate) text: String,
}
}

wire! {
/// One option of a choice field.
pub(crate) struct ChoiceMeta {
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) color: String,
}
}

/// A page of a list of anything.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: Option<String>,
    pub(crate) total: Option<u64>,
    pub(crate) refs: BTreeMap<String, String>,
}

impl<T: Wire> Wire for Page<T> {
    fn read(v: &Value) -> Page<T> {
        let of = |key: &str| v.get(key).unwrap_or(&Value::Null);
        Page {
            items: Wire::read(of("items")),
            next_cursor: Wire::read(of("next_cursor")),
            total: Wire::read(of("total")),
            refs: Wire::read(of("refs")),
        }
    }

    fn take(mut v: Value) -> Page<T> {
        let items = v.get_mut("items").map(Value::take).unwrap_or_default();
        Page { items: Wire::take(items), ..Page::<T>::read(&v) }
    }
}

wire! {
/// Who is logged in and what they may do.
pub(crate) struct Me {
    pub(crate) id: String,
    pub(crate) name: String,
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
}

impl Me {
    pub(crate) fn may(&self, object: &str, action: &str) -> bool {
        self.permissions.get(object).and_then(|p| p.get(action)).is_some_and(|s| s != "none")
    }
}

wire! {
/// The organisation's settings that the interface needs.
pub(crate) struct Organisation {
    pub(crate) name: String,
    pub(crate) currency: String,
    pub(crate) timezone: String,
}
}

wire! {
/// The answer of log-in, refresh and set-up.
pub(crate) struct Login {
    pub(crate) access_token: String,
    pub(crate) expires_in: i64,
    pub(crate) me: Me,
    /// The person as they were sent.
    pub(crate) me_: Value,
}
}

wire! {
/// A problem document (RFC 9457).
pub(crate) struct Problem {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) code: String,
    pub(crate) errors: Vec<FieldProblem>,
    pub(crate) request_id: String,
}
}

wire! {
/// What is wrong with one field.
pub(crate) struct FieldProblem {
    pub(crate) field: String,
    pub(crate) code: String,
    pub(crate) message: String,
}
}

wire! {
/// One change in the log.
pub(crate) struct EventItem {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) type_: String,
    pub(crate) object: String,
    pub(crate) record_id: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) actor_name: Option<String>,
    pub(crate) automated: bool,
    pub(crate) rule: Option<String>,
    pub(crate) import_file: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) at: String,
    pub(crate) old: Option<Record>,
    pub(crate) new: Option<Record>,
    pub(crate) request_id: Option<String>,
    pub(crate) refs: BTreeMap<String, String>,
}
}

wire! {
/// A hit of the search.
pub(crate) struct Hit {
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) subtitle: Option<String>,
}
}

wire! {
/// What a saved view keeps.
pub(crate) struct ViewDefinition {
    pub(crate) q: String,
    pub(crate) filter: Option<Value>,
    pub(crate) sort: String,
    pub(crate) fields: Vec<String>,
}
}

impl ViewDefinition {
    /// As JSON, without what is empty.
    pub(crate) fn json(&self) -> Value {
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| {
            if !matches!(&value, Value::Null) && value != json!("") && value != json!([]) {
                out.insert(key.to_owned(), value);
            }
        };
        put("q", json!(self.q));
        put("filter", self.filter.clone().unwrap_or(Value::Null));
        put("sort", json!(self.sort));
        put("fields", json!(self.fields));
        Value::Object(out)
    }
}
