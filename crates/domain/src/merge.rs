//! Making one record of several: what each field keeps, and what hangs on them.

use crate::fields::{FieldDef, FieldError, Kind, ObjectDef};
use crate::objects;
use crate::record::{Changes, Place, Record, Shape};
use crate::value::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// The field in which a record that was merged says where it went. Objects that have it can be merged.
pub const POINTER: &str = "merged_into_id";

/// The field in which a record of a tree names the one above it.
pub const PARENT: &str = "parent_id";

/// Records that one merge may take up at most.
pub const MAX_MERGED: usize = 50;

/// Values that a model gives unless a person has: the field, and the one that tells of the person.
const BY_HAND: [(&str, &str); 2] = [("grade", "grade_manual"), ("lifecycle_stage", "lifecycle_manual")];

/// Can records of this object be merged?
pub fn mergeable(def: &ObjectDef) -> bool {
    def.fields.iter().any(|field| field.key == POINTER)
}

/// A field that points to records of another object.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// The object that has the field.
    pub def: &'static ObjectDef,
    /// The field.
    pub field: &'static FieldDef,
}

impl Child {
    /// It holds several records.
    pub fn is_list(&self) -> bool {
        self.field.kind.is_list()
    }
}

/// Every field of every object that points to records of this one: what has to move when such a record is merged.
pub fn children(target: &str) -> Vec<Child> {
    let points = |field: &FieldDef| match &field.kind {
        Kind::Link(object) | Kind::Links(object) => object == target,
        _ => false,
    };
    let of = |def: &'static ObjectDef| def.fields.iter().filter(|f| points(f)).map(move |field| Child { def, field });
    objects::ALL.iter().flat_map(|def| of(def)).collect()
}

/// Positions of an object's lists of records that can be merged: who stands in them is kept in an index of its own.
pub fn lists(def: &ObjectDef) -> &'static [usize] {
    static LISTS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
        let is_list = |field: &FieldDef| match &field.kind {
            Kind::Links(object) => objects::find(object).is_some_and(mergeable),
            _ => false,
        };
        let positions = |def: &&'static ObjectDef| {
            let found = def.fields.iter().enumerate().filter(|(_, f)| is_list(f)).map(|(at, _)| at + objects::OWN);
            (def.key, found.collect())
        };
        objects::ALL.iter().map(positions).collect()
    });
    LISTS.get(def.key).map_or(&[], Vec::as_slice)
}

/// Whose value a field keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The field as the API names it.
    pub field: String,
    /// The record whose value it is; several for a list that is united.
    pub from: Vec<Uuid>,
    /// The surviving record says something else than before.
    pub changed: bool,
}

/// What the surviving record becomes.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Its changes.
    pub changes: Changes,
    /// Every field of which at least one of the records knows a value.
    pub kept: Vec<Kept>,
}

/// Decides what the survivor keeps: what was chosen; otherwise its own value, or where it has none that of the first
/// of the others that has one. Lists are united. Of the parents of the others those count as none that come to hang `below`
/// the survivor themselves.
pub fn plan(
    shape: &Shape,
    survivor: &Record,
    others: &[Record],
    chosen: &BTreeMap<String, Uuid>,
    below: &[Uuid],
) -> Result<Plan, Vec<FieldError>> {
    check(shape, survivor, others, chosen)?;
    let all: Vec<&Record> = std::iter::once(survivor).chain(others).collect();
    let ids: Vec<Uuid> = all.iter().map(|r| r.id()).collect();
    let mut plan = Plan::default();
    for (at, field) in shape.columns().enumerate().skip(objects::OWN).filter(|(_, f)| f.writable) {
        let known: Vec<(Uuid, Value)> = all
            .iter()
            .filter(|r| chosen.contains_key(field.key.as_ref()) || counts(shape, field, r, survivor))
            .map(|r| {
                let from_elsewhere = field.key == PARENT && r.id() != survivor.id();
                (r.id(), outward(field, shape, r.at(at), &ids, if from_elsewhere { below } else { &[] }))
            })
            .collect();
        let wanted = chosen.get(field.key.as_ref()).copied();
        let (from, value) = match decide(field, wanted, known) {
            Some(decided) => decided,
            None if survivor.at(at).is_null() => continue,
            None => (Vec::new(), Value::Null),
        };
        let changed = value != *survivor.at(at);
        if changed {
            plan.changes.columns.push((at, value));
        }
        plan.kept.push(Kept { field: field.key.to_string(), from, changed });
    }
    plan_custom(shape, &all, chosen, &mut plan);
    Ok(plan)
}

/// The same for the organisation's own fields.
fn plan_custom(shape: &Shape, all: &[&Record], chosen: &BTreeMap<String, Uuid>, plan: &mut Plan) {
    let documents: Vec<_> = all.iter().map(|r| (r.id(), r.custom())).collect();
    for field in shape.custom.iter() {
        let name = format!("custom.{}", field.key);
        let value = |(id, document): &(Uuid, serde_json::Map<String, serde_json::Value>)| {
            (*id, document.get(field.key.as_ref()).cloned().unwrap_or_default())
        };
        let known: Vec<(Uuid, serde_json::Value)> = documents.iter().map(value).collect();
        let Some(first) = known.iter().find(|(_, value)| !value.is_null()) else { continue };
        let pick = match chosen.get(&name) {
            Some(id) => known.iter().find(|(other, _)| other == id).unwrap_or(first),
            None => first,
        };
        let changed = known.first().is_none_or(|(_, own)| *own != pick.1);
        if changed {
            plan.changes.custom.push((field.key.to_string(), pick.1.clone()));
        }
        plan.kept.push(Kept { field: name, from: vec![pick.0], changed });
    }
}

/// Faults of the choices, at the field that was chosen for.
fn check(
    shape: &Shape,
    survivor: &Record,
    others: &[Record],
    chosen: &BTreeMap<String, Uuid>,
) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    for (name, id) in chosen {
        let at = format!("values.{name}");
        match shape.find(name) {
            None => errors.push(FieldError::new(at, "unknown_field", "")),
            Some((_, field)) if !field.writable => errors.push(FieldError::new(at, "read_only", "")),
            Some((place, field)) => {
                let record = std::iter::once(survivor).chain(others).find(|r| r.id() == *id);
                match record {
                    None => errors.push(FieldError::new(at, "not_merged", "")),
                    Some(r) if field.required && is_unknown(r, &place, field) => {
                        errors.push(FieldError::new(at, "required", ""));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn is_unknown(record: &Record, place: &Place, field: &FieldDef) -> bool {
    match place {
        Place::Column(at) => record.at(*at).is_null(),
        Place::Custom => record.custom().get(field.key.as_ref()).is_none_or(|v| v.is_null()),
    }
}

/// Does the value of this record count where nothing was chosen? What a model gave another record is no value to keep:
/// the model will give the survivor its own.
fn counts(shape: &Shape, field: &FieldDef, record: &Record, survivor: &Record) -> bool {
    let by_hand = BY_HAND.iter().find(|(key, _)| *key == field.key);
    record.id() == survivor.id() || by_hand.is_none_or(|(_, flag)| record.get(shape, flag).as_bool() == Some(true))
}

/// A value as the survivor could keep it: a link from one of the merged records to another, or to one `below` them, says
/// nothing any more.
fn outward(field: &FieldDef, shape: &Shape, value: &Value, ids: &[Uuid], below: &[Uuid]) -> Value {
    match (&field.kind, value) {
        (Kind::Link(object), Value::Id(id)) if object == shape.def.key && (ids.contains(id) || below.contains(id)) => {
            Value::Null
        }
        _ => value.clone(),
    }
}

/// The value that is kept and whose it is; nothing where nobody knows one.
fn decide(field: &FieldDef, wanted: Option<Uuid>, known: Vec<(Uuid, Value)>) -> Option<(Vec<Uuid>, Value)> {
    let one = |(id, value): (Uuid, Value)| (vec![id], value);
    if let Some(wanted) = wanted {
        return known.into_iter().find(|(id, _)| *id == wanted).map(one);
    }
    if !field.kind.is_list() {
        return known.into_iter().find(|(_, value)| !value.is_null()).map(one);
    }
    let (mut from, mut members) = (Vec::new(), Vec::new());
    for (id, value) in known {
        let Value::List(list) = value else { continue };
        let before = members.len();
        for member in list {
            if !members.contains(&member) {
                members.push(member);
            }
        }
        if members.len() > before {
            from.push(id);
        }
    }
    members.sort_by_key(|member| (member.as_id(), member.as_str().map(str::to_owned)));
    (!members.is_empty()).then_some((from, Value::List(members)))
}
