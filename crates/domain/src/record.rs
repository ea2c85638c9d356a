//! A record in memory, and the shape that says what each of its values is.

mod names;

use crate::fields::{FieldDef, FieldError, Kind, ObjectDef, ParseCx, parse_date, parse_id, parse_time};
use crate::objects::{OWN, SYSTEM};
use crate::policy::{Mask, Masks, mask_email, mask_phone};
use crate::value::{Value, write_json_string};
use names::Names;
use std::sync::Arc;
use uuid::Uuid;

/// An object as this organisation has it: the declaration and its custom fields.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The declaration.
    pub def: &'static ObjectDef,
    /// The organisation's own fields, in their order.
    pub custom: Arc<[FieldDef]>,
}

/// Where a field's value lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A column: its position in the row.
    Column(usize),
    /// A key of the custom document.
    Custom,
}

impl Shape {
    /// A shape without custom fields.
    pub fn plain(def: &'static ObjectDef) -> Shape {
        Shape { def, custom: Arc::from([]) }
    }

    /// Number of values in a row: system fields, own fields, the custom document.
    pub fn width(&self) -> usize {
        OWN + self.def.fields.len() + 1
    }

    /// Position of the custom document.
    pub fn custom_at(&self) -> usize {
        OWN + self.def.fields.len()
    }

    /// The columns in row order, without the custom document.
    pub fn columns(&self) -> impl Iterator<Item = &'static FieldDef> {
        SYSTEM.iter().chain(self.def.fields.iter())
    }

    /// The column at a position.
    pub fn column(&self, at: usize) -> Option<&'static FieldDef> {
        if at < OWN { SYSTEM.get(at) } else { self.def.fields.get(at - OWN) }
    }

    /// Position of a column by its key.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.columns().position(|f| f.key == key)
    }

    /// A field by its name in the API: a column's key or `custom.KEY`.
    pub fn find(&self, name: &str) -> Option<(Place, &FieldDef)> {
        if let Some(key) = name.strip_prefix("custom.") {
            return self.custom.iter().find(|f| f.key == key).map(|f| (Place::Custom, f));
        }
        let at = self.position(name)?;
        self.column(at).map(|f| (Place::Column(at), f))
    }

    /// Position of the owner, for owned objects.
    pub fn owner_at(&self) -> Option<usize> {
        if self.def.owned { self.position("owner_id") } else { None }
    }
}

/// One record: values in the order of its shape, the custom document last.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The values.
    pub values: Vec<Value>,
}

impl Record {
    /// A record of nothing but unknowns.
    pub fn empty(shape: &Shape) -> Record {
        let mut values = vec![Value::Null; shape.width()];
        if let Some(last) = values.last_mut() {
            *last = Value::Json("{}".to_owned());
        }
        Record { values }
    }

    /// The value at a position; `Null` beyond the end.
    pub fn at(&self, at: usize) -> &Value {
        static NULL: Value = Value::Null;
        self.values.get(at).unwrap_or(&NULL)
    }

    /// The value of a column by key; `Null` where the object has no such column.
    pub fn get(&self, shape: &Shape, key: &str) -> &Value {
        self.at(shape.position(key).unwrap_or(usize::MAX))
    }

    /// Sets a column by key; nothing happens where the object has no such column.
    pub fn set(&mut self, shape: &Shape, key: &str, value: Value) {
        if let Some(slot) = shape.position(key).and_then(|at| self.values.get_mut(at)) {
            *slot = value;
        }
    }

    /// The id; nil for a record that was never saved.
    pub fn id(&self) -> Uuid {
        self.at(0).as_id().unwrap_or_default()
    }

    /// The version, from 1.
    pub fn version(&self) -> i64 {
        self.at(1).as_int().unwrap_or(0)
    }

    /// True when it is in the archive.
    pub fn archived(&self) -> bool {
        !self.at(4).is_null()
    }

    /// The owner, for owned objects.
    pub fn owner(&self, shape: &Shape) -> Option<Uuid> {
        shape.owner_at().and_then(|at| self.at(at).as_id())
    }

    /// The custom fields as a JSON object.
    pub fn custom(&self) -> serde_json::Map<String, serde_json::Value> {
        let text = self.values.last().and_then(Value::as_str).unwrap_or("{}");
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The value of a field wherever it lives, as it is stored.
    pub fn value(&self, place: &Place, field: &FieldDef, cx: &ParseCx) -> Value {
        match place {
            Place::Column(at) => self.at(*at).clone(),
            Place::Custom => {
                let json = self.custom().remove(field.key.as_ref()).unwrap_or_default();
                stored(&field.kind, &json, cx).unwrap_or_default()
            }
        }
    }

    /// Appends the record as the API shows it: own fields flat, `custom` as an object.
    /// `only` limits the fields (positions, and keys of custom fields when `custom` is named);
    /// `None` writes all.
    pub fn write_json(&self, shape: &Shape, masks: Masks, only: Option<&Projection>, out: &mut String) {
        let start = out.len();
        let names = Names::of(shape.def);
        match only {
            None => self.write_columns(shape, masks, names, out),
            Some(only) => {
                for (at, field) in shape.columns().enumerate().filter(|(at, _)| only.has(*at)) {
                    match self.at(at) {
                        Value::Null => out.push_str(names.unknown(at, at + 1)),
                        value => {
                            out.push_str(names.known(at));
                            write_value(value, &field.kind, masks, out);
                        }
                    }
                }
            }
        }
        if only.is_none_or(|p| p.custom) {
            out.push_str(",\"custom\":");
            self.write_custom(shape, masks, out);
        }
        // The first name came with a comma before it.
        if out.len() > start {
            out.replace_range(start..=start, "{");
        } else {
            out.push('{');
        }
        out.push('}');
    }

    /// Most fields of most records are unknown, and a list has thousands of them: those that stand together are one text.
    fn write_columns(&self, shape: &Shape, masks: Masks, names: &Names, out: &mut String) {
        let mut written = 0;
        for (at, field) in shape.columns().enumerate() {
            let value = self.at(at);
            if value.is_null() {
                continue;
            }
            if written < at {
                out.push_str(names.unknown(written, at));
            }
            out.push_str(names.known(at));
            write_value(value, &field.kind, masks, out);
            written = at + 1;
        }
        out.push_str(names.unknown(written, shape.custom_at()));
    }

    fn write_custom(&self, shape: &Shape, masks: Masks, out: &mut String) {
        if masks.phone == Mask::Clear && masks.email == Mask::Clear {
            self.at(shape.custom_at()).write_json(out);
            return;
        }
        let mut custom = self.custom();
        mask_custom(&mut custom, shape, masks);
        out.push_str(&serde_json::Value::Object(custom).to_string());
    }
}

/// Puts the caller's masks on the values of custom fields. Values of fields that are gone are left out: what was in them,
/// a telephone number perhaps, is not known any more.
pub fn mask_custom(custom: &mut serde_json::Map<String, serde_json::Value>, shape: &Shape, masks: Masks) {
    if masks.phone == Mask::Clear && masks.email == Mask::Clear {
        return;
    }
    custom.retain(|key, value| {
        let field = shape.custom.iter().find(|f| f.key.as_ref() == key.as_str());
        if let Some(field) = field.filter(|f| masked(&f.kind, masks) != Mask::Clear) {
            let shown = value.as_str().and_then(|s| mask(s, &field.kind, masks));
            *value = shown.map_or(serde_json::Value::Null, serde_json::Value::String);
        }
        field.is_some()
    });
}

/// The fields that a list answers with.
#[derive(Debug, Clone, Default)]
pub struct Projection {
    columns: u128,
    /// The custom document is wanted.
    pub custom: bool,
}

impl Projection {
    /// Adds a column by position.
    pub fn add(&mut self, at: usize) {
        self.columns |= 1 << at;
    }

    /// Is the column wanted?
    pub fn has(&self, at: usize) -> bool {
        self.columns & (1 << at) != 0
    }
}

/// The mask that applies to a kind of field.
pub fn masked(kind: &Kind, masks: Masks) -> Mask {
    match kind {
        Kind::Phone => masks.phone,
        Kind::Email => masks.email,
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Url
        | Kind::Int { .. }
        | Kind::Money
        | Kind::Number
        | Kind::Percent
        | Kind::Bool
        | Kind::Date
        | Kind::DateTime
        | Kind::Choice(_)
        | Kind::Link(_)
        | Kind::Tags
        | Kind::Links(_)
        | Kind::Choices(_)
        | Kind::Json
        | Kind::Id => Mask::Clear,
    }
}

/// Is there a mask that applies to this kind of field?
pub fn sensitive(kind: &Kind) -> bool {
    masked(kind, Masks { phone: Mask::Hidden, email: Mask::Hidden }) != Mask::Clear
}

/// A text of a sensitive kind under the caller's masks.
pub fn mask(text: &str, kind: &Kind, masks: Masks) -> Option<String> {
    match kind {
        Kind::Phone => mask_phone(text, masks.phone),
        Kind::Email => mask_email(text, masks.email),
        _ => Some(text.to_owned()),
    }
}

/// Appends a value under the caller's masks.
pub fn write_value(value: &Value, kind: &Kind, masks: Masks, out: &mut String) {
    match (value, masked(kind, masks)) {
        (Value::Text(s), Mask::Partial | Mask::Hidden) => match mask(s, kind, masks) {
            Some(shown) => write_json_string(&shown, out),
            None => out.push_str("null"),
        },
        (Value::Null, _) if kind.is_list() => out.push_str("[]"),
        _ => value.write_json(out),
    }
}

/// What a client wants changed: positions with new values, and custom fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// Column positions with their new values.
    pub columns: Vec<(usize, Value)>,
    /// Custom fields: key and new JSON value, `null` to clear.
    pub custom: Vec<(String, serde_json::Value)>,
}

impl Changes {
    /// The new value of a column, if it is among the changes.
    pub fn get(&self, shape: &Shape, key: &str) -> Option<&Value> {
        let at = shape.position(key)?;
        self.columns.iter().find(|(p, _)| *p == at).map(|(_, v)| v)
    }

    /// Sets a column among the changes.
    pub fn set(&mut self, shape: &Shape, key: &str, value: Value) {
        let Some(at) = shape.position(key) else { return };
        match self.columns.iter_mut().find(|(p, _)| *p == at) {
            Some((_, v)) => *v = value,
            None => self.columns.push((at, value)),
        }
    }

    /// Applies the changes; says which columns really changed, and whether a custom field did.
    pub fn apply(&self, shape: &Shape, record: &mut Record) -> (Vec<usize>, bool) {
        let mut changed = Vec::new();
        for (at, value) in &self.columns {
            if let Some(slot) = record.values.get_mut(*at)
                && slot != value
            {
                *slot = value.clone();
                changed.push(*at);
            }
        }
        if self.custom.is_empty() {
            return (changed, false);
        }
        let before = record.custom();
        let mut after = before.clone();
        for (key, value) in &self.custom {
            if value.is_null() {
                after.remove(key);
            } else {
                after.insert(key.clone(), value.clone());
            }
        }
        let custom_changed = before != after;
        if custom_changed && let Some(slot) = record.values.get_mut(shape.custom_at()) {
            *slot = Value::Json(serde_json::Value::Object(after).to_string());
        }
        (changed, custom_changed)
    }
}

/// Reads a JSON object (create input or merge patch) as changes. Every fault is reported at once:
/// unknown keys, read-only fields, masked fields, wrong values, and, for a create, what is missing.
pub fn read_input(
    shape: &Shape,
    json: &serde_json::Value,
    create: bool,
    masks: Masks,
    cx: &ParseCx,
) -> Result<Changes, Vec<FieldError>> {
    let Some(object) = json.as_object() else {
        return Err(vec![FieldError::new("", "not_an_object", "")]);
    };
    let mut changes = Changes::default();
    let mut errors = Vec::new();
    for (key, value) in object {
        if key == "custom" {
            read_custom(shape, value, create, masks, cx, &mut changes, &mut errors);
            continue;
        }
        let Some((at, field)) = shape.position(key).and_then(|at| shape.column(at).map(|f| (at, f))) else {
            errors.push(FieldError::new(key, "unknown_field", ""));
            continue;
        };
        if !field.writable {
            errors.push(FieldError::new(key, "read_only", ""));
        } else if !create && masked(&field.kind, masks) != Mask::Clear {
            errors.push(FieldError::new(key, "masked", ""));
        } else {
            match field.parse(value, cx) {
                Ok(Value::Null) if field.required && (!create || field.default.is_empty()) => {
                    errors.push(FieldError::new(key, "required", ""))
                }
                Ok(Value::Null) if field.required => {}
                Ok(v) => changes.columns.push((at, v)),
                Err(e) => errors.push(e),
            }
        }
    }
    if create {
        complete(shape, object, &mut changes, &mut errors, cx);
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

/// Defaults and missing required fields of a create.
fn complete(
    shape: &Shape,
    object: &serde_json::Map<String, serde_json::Value>,
    changes: &mut Changes,
    errors: &mut Vec<FieldError>,
    cx: &ParseCx,
) {
    for (at, field) in shape.columns().enumerate().skip(OWN) {
        if changes.columns.iter().any(|(p, _)| *p == at) || errors.iter().any(|e| e.field == field.key) {
            continue;
        }
        let given = object.get(field.key.as_ref()).is_some_and(|v| !v.is_null());
        if !field.default.is_empty() && !given {
            let default = serde_json::from_str(field.default).unwrap_or_default();
            changes.columns.push((at, field.parse(&default, cx).unwrap_or_default()));
        } else if field.required && field.writable {
            errors.push(FieldError::new(field.key.as_ref(), "required", ""));
        }
    }
    for field in shape.custom.iter().filter(|f| f.required) {
        let name = format!("custom.{}", field.key);
        if !changes.custom.iter().any(|(k, v)| *k == field.key && !v.is_null())
            && !errors.iter().any(|e| e.field == name)
        {
            errors.push(FieldError::new(name, "required", ""));
        }
    }
}

fn read_custom(
    shape: &Shape,
    json: &serde_json::Value,
    create: bool,
    masks: Masks,
    cx: &ParseCx,
    changes: &mut Changes,
    errors: &mut Vec<FieldError>,
) {
    let Some(object) = json.as_object() else {
        errors.push(FieldError::new("custom", "not_an_object", ""));
        return;
    };
    for (key, value) in object {
        let name = format!("custom.{key}");
        let Some(field) = shape.custom.iter().find(|f| f.key == *key) else {
            errors.push(FieldError::new(name, "unknown_field", ""));
            continue;
        };
        if !create && masked(&field.kind, masks) != Mask::Clear {
            errors.push(FieldError::new(name, "masked", ""));
            continue;
        }
        match field.parse(value, cx) {
            Ok(v) if v.is_null() && field.required && !create => errors.push(FieldError::new(name, "required", "")),
            Ok(v) => changes.custom.push((key.clone(), custom_json(&v))),
            Err(e) => errors.push(FieldError { field: name, ..e }),
        }
    }
}

/// A stored value by the kind of its field, as it stands; `None` for lists and documents. It was checked when it was
/// written, by the definition of that day: what today's would not take is still the value, here as in the database.
pub fn stored(kind: &Kind, json: &serde_json::Value, cx: &ParseCx) -> Option<Value> {
    use serde_json::Value as J;
    match json {
        J::Null => Some(Value::Null),
        J::Bool(flag) => Some(Value::Bool(*flag)),
        J::Number(number) => match (kind, number.as_i64()) {
            (Kind::Number | Kind::Percent, _) | (_, None) => number.as_f64().map(Value::Num),
            (_, Some(whole)) => Some(Value::Int(whole)),
        },
        J::String(text) if text.contains('\0') => None,
        J::String(text) => {
            let read = match kind {
                Kind::Date => parse_date(text).map(Value::Date),
                Kind::DateTime => parse_time(text, cx).map(Value::Time),
                Kind::Link(_) | Kind::Id => parse_id(text).map(Value::Id),
                _ => None,
            };
            Some(read.unwrap_or_else(|| Value::Text(text.clone())))
        }
        J::Array(_) | J::Object(_) => None,
    }
}

/// How a custom value is kept: moments at whole seconds, so that their texts sort as they do.
pub fn custom_json(value: &Value) -> serde_json::Value {
    use chrono::SubsecRound;
    match value {
        Value::Time(t) => Value::Time(t.trunc_subsecs(0)).to_json(),
        _ => value.to_json(),
    }
}
