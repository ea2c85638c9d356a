//! The condition language: one typed expression over a record's fields.
//!
//! On the wire: `{"all":[…]}`, `{"any":[…]}`, `{"not":…}` and tests
//! `{"field":"grade","op":"in","value":["A","B"]}`. A field is a key of the object, `custom.KEY`, or
//! one step over a link: `customer_id.grade`. Logic is two-valued: a test on an unknown value is
//! false, except `ne`, `not_in` and `has_none`, which are true. So a condition means the same in
//! memory ([`Condition::matches`]) and in SQL, negated or not.

use crate::fields::{Direction, FieldDef, FieldError, Kind, ParseCx};
use crate::policy::{Mask, Masks};
use crate::record::{Place, Record, Shape, masked};
use crate::value::Value;
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

mod read;

#[cfg(test)]
mod tests;

/// Nodes of one condition at most, groups and negations too: an engine goes down one level for each part of a group, and
/// none goes down much further than a thousand.
const MAX_NODES: usize = 500;
/// Operands of one condition at most: an engine takes some ten thousand values in a statement, and an operand may be up to
/// three of them.
const MAX_OPERANDS: usize = 5_000;

/// A condition that is known to fit its object.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Every one holds; true when empty.
    All(Vec<Condition>),
    /// At least one holds; false when empty.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A test of one field.
    Test(Box<Test>),
}

/// A test of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What is tested.
    pub field: FieldRef,
    /// How.
    pub op: Op,
}

/// A field, possibly over one link.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRef {
    /// The link to follow first: position of the link column and the linked object.
    pub via: Option<(usize, &'static crate::fields::ObjectDef)>,
    /// Key of that link column; empty without one.
    pub link: Cow<'static, str>,
    /// Which linked records may be looked at; the values of others are unknown.
    pub sight: Sight,
    /// Where the value lives in the (linked) record.
    pub place: Place,
    /// The field.
    pub field: FieldDef,
}

/// Which records of an object somebody sees.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Sight {
    /// Every one.
    #[default]
    All,
    /// Those of these owners.
    Owners(Arc<[Uuid]>),
    /// None.
    Nothing,
}

impl PartialEq for crate::fields::ObjectDef {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// What is asked of a value. Relative times of the wire form are absolute here.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Equal.
    Eq(Value),
    /// Different or unknown.
    Ne(Value),
    /// Smaller.
    Lt(Value),
    /// Smaller or equal.
    Lte(Value),
    /// Greater.
    Gt(Value),
    /// Greater or equal.
    Gte(Value),
    /// Within both bounds, inclusive.
    Between(Value, Value),
    /// One of these.
    In(Vec<Value>),
    /// None of these, or unknown.
    NotIn(Vec<Value>),
    /// The text contains this one, ASCII letters of either case.
    Contains(String),
    /// The text starts with this one, ASCII letters of either case.
    StartsWith(String),
    /// Unknown.
    IsEmpty,
    /// Known.
    IsNotEmpty,
    /// Has at least one of these tags.
    HasAny(Vec<Uuid>),
    /// Has all of these tags.
    HasAll(Vec<Uuid>),
    /// Has none of these tags.
    HasNone(Vec<Uuid>),
}

/// Finds the shape of a linked object.
pub type Shapes<'a> = &'a dyn Fn(&str) -> Option<Arc<Shape>>;

/// Finds a linked record.
pub type Linked<'a> = &'a dyn Fn(&'static crate::fields::ObjectDef, Uuid) -> Option<Record>;

/// What reading a condition needs to know.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The object it is about.
    pub shape: &'a Shape,
    /// The objects its links lead to.
    pub shapes: Shapes<'a>,
    /// The caller's masks: a masked field cannot be tested, for that would reveal it.
    pub masks: Masks,
    /// Time, caller and time zone.
    pub cx: &'a ParseCx,
}

/// One key of a sort.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// The field; never over a link.
    pub field: FieldRef,
    /// Which way.
    pub direction: Direction,
}

impl Reader<'_> {
    /// Reads the wire form; reports every fault with its path under `path`.
    pub fn condition(&self, json: &serde_json::Value, path: &str) -> Result<Condition, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut budget = read::MAX_TESTS;
        let condition = read::condition(self, json, path, 0, &mut budget, &mut errors);
        match condition {
            Some(c) if errors.is_empty() => match c.excess() {
                Some(most) => Err(vec![FieldError::new(path, "too_many", most.to_string())]),
                None => Ok(c),
            },
            _ => Err(errors),
        }
    }

    /// A test `name = text` as written in a query string; several values by commas. No text at all asks for those without a
    /// value.
    pub fn equality(&self, name: &str, text: &str) -> Result<Condition, Vec<FieldError>> {
        let field = self.field(name, name).map_err(|e| vec![e])?;
        if text.is_empty() {
            return Ok(Condition::Test(Box::new(Test { field, op: Op::IsEmpty })));
        }
        let json = |s: &str| match field.field.kind {
            Kind::Int { .. } | Kind::Money | Kind::Number | Kind::Percent | Kind::Bool => {
                serde_json::from_str(s).unwrap_or_else(|_| serde_json::Value::from(s))
            }
            _ => serde_json::Value::from(s),
        };
        let error = |e: FieldError| vec![FieldError { field: name.to_owned(), ..e }];
        if matches!(field.field.kind, Kind::Tags | Kind::Links(_)) {
            let ids: Option<Vec<Uuid>> = text.split(',').map(crate::fields::parse_id).collect();
            let ids = ids.ok_or_else(|| error(FieldError::new(name, "id", "")))?;
            return Ok(Condition::Test(Box::new(Test { field, op: Op::HasAny(ids) })));
        }
        let several = text.contains(',') && matches!(field.field.kind, Kind::Choice(_) | Kind::Link(_) | Kind::Id);
        let operand = |s: &str| match field.field.parse(&json(s), self.cx) {
            Ok(Value::Null) => Err(error(FieldError::new(name, "required", ""))),
            read => read.map_err(error),
        };
        let op = if several {
            Op::In(text.split(',').map(operand).collect::<Result<_, _>>()?)
        } else {
            Op::Eq(operand(text)?)
        };
        Ok(Condition::Test(Box::new(Test { field, op })))
    }

    /// Reads `-created_at,name`. An unknown or unsortable key is an error that names it.
    pub fn sort(&self, text: &str) -> Result<Vec<SortKey>, Vec<FieldError>> {
        let mut keys: Vec<SortKey> = Vec::new();
        let mut errors = Vec::new();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (name, direction) = match part.strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (part, Direction::Ascending),
            };
            match self.shape.find(name) {
                None => errors.push(FieldError::new("sort", "unknown_field", name)),
                Some((_, f)) if !f.sortable || masked(&f.kind, self.masks) != Mask::Clear => {
                    errors.push(FieldError::new("sort", "not_sortable", name));
                }
                Some((place, f)) if keys.iter().all(|k| k.field.place != place || k.field.field.key != f.key) => {
                    keys.push(SortKey {
                        field: FieldRef {
                            via: None,
                            link: Cow::Borrowed(""),
                            sight: Sight::All,
                            place,
                            field: f.clone(),
                        },
                        direction,
                    });
                }
                Some(_) => {}
            }
        }
        if keys.len() > 4 {
            errors.push(FieldError::new("sort", "too_many", "4"));
        }
        if errors.is_empty() { Ok(keys) } else { Err(errors) }
    }

    /// The object's own sort.
    pub fn default_sort(&self) -> Vec<SortKey> {
        let key = |(name, direction): &(&'static str, Direction)| {
            let (place, field) = self.shape.find(name)?;
            Some(SortKey { field: FieldRef::own(place, field), direction: *direction })
        };
        self.shape.def.sort.iter().filter_map(key).collect()
    }

    /// A field by its name in a filter, possibly over one link.
    pub fn field(&self, name: &str, path: &str) -> Result<FieldRef, FieldError> {
        if let Some(found) = self.shape.find(name) {
            return self.allowed(None, found, path);
        }
        let unknown = || FieldError::new(path, "unknown_field", name);
        let (link, rest) = name.split_once('.').ok_or_else(unknown)?;
        let (place, link_field) = self.shape.find(link).ok_or_else(unknown)?;
        let (Place::Column(at), Kind::Link(object)) = (place, &link_field.kind) else { return Err(unknown()) };
        let target = (self.shapes)(object).ok_or_else(unknown)?;
        let (place, field) = target.find(rest).ok_or_else(unknown)?;
        self.allowed(Some((at, target.def)), (place, field), path)
    }

    fn allowed(
        &self,
        via: Option<(usize, &'static crate::fields::ObjectDef)>,
        (place, field): (Place, &FieldDef),
        path: &str,
    ) -> Result<FieldRef, FieldError> {
        if !field.filterable {
            return Err(FieldError::new(path, "not_filterable", field.key.as_ref()));
        }
        if masked(&field.kind, self.masks) != Mask::Clear {
            return Err(FieldError::new(path, "masked", field.key.as_ref()));
        }
        let link = via.and_then(|(at, _)| self.shape.column(at)).map_or(Cow::Borrowed(""), |f| f.key.clone());
        Ok(FieldRef { via, link, sight: Sight::All, place, field: field.clone() })
    }
}

impl Condition {
    /// Does a record satisfy it?
    pub fn matches(&self, record: &Record, linked: Linked<'_>, cx: &ParseCx) -> bool {
        match self {
            Condition::All(list) => list.iter().all(|c| c.matches(record, linked, cx)),
            Condition::Any(list) => list.iter().any(|c| c.matches(record, linked, cx)),
            Condition::Not(c) => !c.matches(record, linked, cx),
            Condition::Test(t) => match (&t.field.via, &t.field.place) {
                // What a record holds itself needs no copy.
                (None, Place::Column(at)) => t.op.holds(record.at(*at)),
                _ => t.op.holds(&t.field.value(record, linked, cx)),
            },
        }
    }

    /// The same for somebody who does not see every record, or not every field of them: what linked records hold that are
    /// out of sight is unknown, for otherwise a test of it would reveal it, answer by answer.
    pub fn seen_by(self, sight: &dyn Fn(&'static crate::fields::ObjectDef, &FieldDef) -> Sight) -> Condition {
        let each = |list: Vec<Condition>| list.into_iter().map(|c| c.seen_by(sight)).collect();
        match self {
            Condition::All(list) => Condition::All(each(list)),
            Condition::Any(list) => Condition::Any(each(list)),
            Condition::Not(inner) => Condition::Not(Box::new(inner.seen_by(sight))),
            Condition::Test(mut test) => {
                if let Some((_, object)) = test.field.via {
                    test.field.sight = sight(object, &test.field.field);
                }
                Condition::Test(test)
            }
        }
    }

    /// The limit that it exceeds, if it is larger than an engine could be asked.
    pub fn excess(&self) -> Option<usize> {
        let (nodes, operands) = self.size();
        let limits = [(nodes, MAX_NODES), (operands, MAX_OPERANDS)];
        limits.into_iter().find(|(size, most)| size > most).map(|(_, most)| most)
    }

    /// Its nodes and their operands.
    fn size(&self) -> (usize, usize) {
        match self {
            Condition::All(list) | Condition::Any(list) => list.iter().fold((1, 0), |(nodes, operands), part| {
                let (more, others) = part.size();
                (nodes + more, operands + others)
            }),
            Condition::Not(inner) => {
                let (nodes, operands) = inner.size();
                (nodes + 1, operands)
            }
            Condition::Test(test) => (1, test.op.operands()),
        }
    }

    /// Both conditions together.
    pub fn and(self, other: Condition) -> Condition {
        match (self, other) {
            (Condition::All(mut a), Condition::All(b)) => {
                a.extend(b);
                Condition::All(a)
            }
            (Condition::All(mut a), b) => {
                a.push(b);
                Condition::All(a)
            }
            (a, Condition::All(mut b)) => {
                b.insert(0, a);
                Condition::All(b)
            }
            (a, b) => Condition::All(vec![a, b]),
        }
    }
}

impl FieldRef {
    /// A field of the record itself.
    pub fn own(place: Place, field: &FieldDef) -> FieldRef {
        FieldRef { via: None, link: Cow::Borrowed(""), sight: Sight::All, place, field: field.clone() }
    }

    fn value(&self, record: &Record, linked: Linked<'_>, cx: &ParseCx) -> Value {
        match self.via {
            None => record.value(&self.place, &self.field, cx),
            Some((at, object)) => {
                let target = record.at(at).as_id().and_then(|id| linked(object, id));
                let target = target.filter(|r| self.sight.reaches(object, r));
                target.map_or(Value::Null, |r| r.value(&self.place, &self.field, cx))
            }
        }
    }
}

impl Sight {
    fn reaches(&self, object: &'static crate::fields::ObjectDef, record: &Record) -> bool {
        match self {
            Sight::All => true,
            Sight::Nothing => false,
            Sight::Owners(_) if !object.owned => true,
            Sight::Owners(list) => record.owner(&Shape::plain(object)).is_some_and(|owner| list.contains(&owner)),
        }
    }
}

impl Op {
    fn operands(&self) -> usize {
        match self {
            Op::IsEmpty | Op::IsNotEmpty => 0,
            Op::Eq(_) | Op::Ne(_) | Op::Lt(_) | Op::Lte(_) | Op::Gt(_) | Op::Gte(_) => 1,
            Op::Contains(_) | Op::StartsWith(_) => 1,
            Op::Between(..) => 2,
            Op::In(list) | Op::NotIn(list) => list.len(),
            Op::HasAny(ids) | Op::HasAll(ids) | Op::HasNone(ids) => ids.len(),
        }
    }

    /// Does a value satisfy it?
    pub fn holds(&self, value: &Value) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let is =
            |other: &Value, wanted: &[std::cmp::Ordering]| value.compare(other).is_some_and(|o| wanted.contains(&o));
        match self {
            Op::Eq(v) => is(v, &[Equal]),
            Op::Ne(v) => !is(v, &[Equal]),
            Op::Lt(v) => is(v, &[Less]),
            Op::Lte(v) => is(v, &[Less, Equal]),
            Op::Gt(v) => is(v, &[Greater]),
            Op::Gte(v) => is(v, &[Greater, Equal]),
            Op::Between(low, high) => is(low, &[Greater, Equal]) && is(high, &[Less, Equal]),
            Op::In(list) => list.iter().any(|v| is(v, &[Equal])),
            Op::NotIn(list) => !list.iter().any(|v| is(v, &[Equal])),
            Op::Contains(s) => value.as_str().is_some_and(|t| t.to_ascii_lowercase().contains(&s.to_ascii_lowercase())),
            Op::StartsWith(s) => {
                value.as_str().is_some_and(|t| t.to_ascii_lowercase().starts_with(&s.to_ascii_lowercase()))
            }
            Op::IsEmpty => value.is_null(),
            Op::IsNotEmpty => !value.is_null(),
            Op::HasAny(ids) => ids.iter().any(|id| has_tag(value, *id)),
            Op::HasAll(ids) => ids.iter().all(|id| has_tag(value, *id)),
            Op::HasNone(ids) => !ids.iter().any(|id| has_tag(value, *id)),
        }
    }
}

fn has_tag(value: &Value, id: Uuid) -> bool {
    matches!(value, Value::List(list) if list.contains(&Value::Id(id)))
}
