//! From the wire form to the typed tree.

use super::{Condition, FieldRef, Op, Reader, Test};
use crate::fields::{FieldError, Kind, parse_id};
use crate::record::Place;
use crate::value::Value;
use chrono::{Duration, SubsecRound};
use serde_json::Value as Json;

/// Tests in one condition at most.
pub(super) const MAX_TESTS: usize = 100;
const MAX_DEPTH: usize = 8;
const MAX_LIST: usize = 1000;
const MAX_DAYS: i64 = 36_500;

pub(super) fn condition(
    r: &Reader<'_>,
    json: &Json,
    path: &str,
    depth: usize,
    budget: &mut usize,
    errors: &mut Vec<FieldError>,
) -> Option<Condition> {
    let Some(object) = json.as_object() else {
        errors.push(FieldError::new(path, "not_an_object", ""));
        return None;
    };
    if depth > MAX_DEPTH {
        errors.push(FieldError::new(path, "too_deep", MAX_DEPTH.to_string()));
        return None;
    }
    if object.contains_key("field") {
        if *budget == 0 {
            errors.push(FieldError::new(path, "too_many", MAX_TESTS.to_string()));
            return None;
        }
        *budget -= 1;
        return match test(r, object, path) {
            Ok(c) => Some(c),
            Err(e) => {
                errors.push(e);
                None
            }
        };
    }
    let mut entries = object.iter();
    let (Some((key, inner)), None) = (entries.next(), entries.next()) else {
        errors.push(FieldError::new(path, "invalid", "all | any | not | field"));
        return None;
    };
    match key.as_str() {
        "not" => {
            condition(r, inner, &format!("{path}.not"), depth + 1, budget, errors).map(|c| Condition::Not(Box::new(c)))
        }
        "all" | "any" => {
            let Some(list) = inner.as_array() else {
                errors.push(FieldError::new(format!("{path}.{key}"), "wrong_type", "array"));
                return None;
            };
            let mut parts = Vec::with_capacity(list.len());
            for (i, item) in list.iter().enumerate() {
                parts.extend(condition(r, item, &format!("{path}.{key}[{i}]"), depth + 1, budget, errors));
            }
            Some(if key == "all" { Condition::All(parts) } else { Condition::Any(parts) })
        }
        other => {
            errors.push(FieldError::new(format!("{path}.{other}"), "unknown_field", ""));
            None
        }
    }
}

fn test(r: &Reader<'_>, object: &serde_json::Map<String, Json>, path: &str) -> Result<Condition, FieldError> {
    if let Some(key) = object.keys().find(|k| !matches!(k.as_str(), "field" | "op" | "value")) {
        return Err(FieldError::new(format!("{path}.{key}"), "unknown_field", ""));
    }
    let name = object
        .get("field")
        .and_then(Json::as_str)
        .ok_or_else(|| FieldError::new(format!("{path}.field"), "wrong_type", "string"))?;
    let op =
        object.get("op").and_then(Json::as_str).ok_or_else(|| FieldError::new(format!("{path}.op"), "required", ""))?;
    let field = r.field(name, &format!("{path}.field"))?;
    let value = object.get("value").unwrap_or(&Json::Null);
    let at = Operand { r, field: &field, value, path };
    let (op, negate) = at.op(op)?;
    let test = Condition::Test(Box::new(Test { field: field.clone(), op }));
    Ok(if negate { Condition::Not(Box::new(test)) } else { test })
}

/// The operand of one test.
struct Operand<'a> {
    r: &'a Reader<'a>,
    field: &'a FieldRef,
    value: &'a Json,
    path: &'a str,
}

impl Operand<'_> {
    fn op(&self, op: &str) -> Result<(Op, bool), FieldError> {
        let kind = &self.field.field.kind;
        let unfit = || FieldError::new(format!("{}.op", self.path), "unknown_operator", op);
        let tags = matches!(kind, Kind::Tags | Kind::Links(_));
        let plain = match op {
            "is_empty" => Op::IsEmpty,
            "is_not_empty" => Op::IsNotEmpty,
            "has_any" | "has_all" | "has_none" if tags => {
                let ids = self
                    .list()?
                    .iter()
                    .map(|j| j.as_str().and_then(parse_id).ok_or_else(|| self.wrong("id", "")))
                    .collect::<Result<_, _>>()?;
                match op {
                    "has_any" => Op::HasAny(ids),
                    "has_all" => Op::HasAll(ids),
                    _ => Op::HasNone(ids),
                }
            }
            _ if tags => return Err(unfit()),
            "eq" if self.value.is_null() => Op::IsEmpty,
            "ne" if self.value.is_null() => Op::IsNotEmpty,
            "eq" | "is" => Op::Eq(self.one(self.value)?),
            "ne" => Op::Ne(self.one(self.value)?),
            "in" => Op::In(self.many()?),
            "not_in" => Op::NotIn(self.many()?),
            "contains" | "not_contains" | "starts_with" if kind.is_text() && !matches!(kind, Kind::Choice(_)) => {
                let text = self
                    .value
                    .as_str()
                    .filter(|s| !s.is_empty() && !s.contains('\0'))
                    .ok_or_else(|| self.wrong("wrong_type", "string"))?;
                if text.chars().count() > 500 {
                    return Err(self.wrong("too_long", "500"));
                }
                if op == "starts_with" { Op::StartsWith(text.to_owned()) } else { Op::Contains(text.to_owned()) }
            }
            "lt" | "lte" | "gt" | "gte" | "between" if kind.is_ordered() || matches!(kind, Kind::Text { .. }) => {
                self.comparison(op)?
            }
            "older_than_days" | "within_days" | "next_days" if matches!(kind, Kind::Date | Kind::DateTime) => {
                self.relative(op)?
            }
            _ => return Err(unfit()),
        };
        Ok((plain, op == "not_contains"))
    }

    fn comparison(&self, op: &str) -> Result<Op, FieldError> {
        if op == "between" {
            return match self.list()? {
                [low, high] => Ok(Op::Between(self.one(low)?, self.one(high)?)),
                _ => Err(self.wrong("invalid", "[low, high]")),
            };
        }
        let value = self.one(self.value)?;
        Ok(match op {
            "lt" => Op::Lt(value),
            "lte" => Op::Lte(value),
            "gt" => Op::Gt(value),
            _ => Op::Gte(value),
        })
    }

    /// "Older than 30 days" and its kin, made absolute at the time of the request.
    fn relative(&self, op: &str) -> Result<Op, FieldError> {
        let days = self
            .value
            .as_i64()
            .filter(|d| (0..=MAX_DAYS).contains(d))
            .ok_or_else(|| self.wrong("out_of_range", "0..36500"))?;
        let span = Duration::days(days);
        let cx = self.r.cx;
        let at = |shift: Duration| match self.field.field.kind {
            Kind::Date => Value::Date(cx.today() + shift),
            _ if self.field.place == Place::Custom => Value::Time((cx.now + shift).trunc_subsecs(0)),
            _ => Value::Time(cx.now + shift),
        };
        Ok(match op {
            "older_than_days" => Op::Lt(at(-span)),
            "within_days" => Op::Between(at(-span), at(Duration::zero())),
            _ => Op::Between(at(Duration::zero()), at(span)),
        })
    }

    fn one(&self, json: &Json) -> Result<Value, FieldError> {
        match self.field.field.parse(json, self.r.cx) {
            Ok(Value::Null) => Err(self.wrong("required", "")),
            // Custom moments are kept at whole seconds, so they are compared at whole seconds.
            Ok(Value::Time(t)) if self.field.place == Place::Custom => Ok(Value::Time(t.trunc_subsecs(0))),
            Ok(v) => Ok(v),
            Err(e) => Err(self.wrong(e.code, &e.detail)),
        }
    }

    fn many(&self) -> Result<Vec<Value>, FieldError> {
        self.list()?.iter().map(|j| self.one(j)).collect()
    }

    fn list(&self) -> Result<&[Json], FieldError> {
        let list = self.value.as_array().ok_or_else(|| self.wrong("wrong_type", "array"))?;
        if list.is_empty() {
            return Err(self.wrong("required", ""));
        }
        if list.len() > MAX_LIST {
            return Err(self.wrong("too_many", &MAX_LIST.to_string()));
        }
        Ok(list)
    }

    fn wrong(&self, code: &'static str, detail: &str) -> FieldError {
        FieldError::new(format!("{}.value", self.path), code, detail)
    }
}
