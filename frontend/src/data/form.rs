//! Drafts of records: what was typed, whether it is valid, and what of it has changed.

use super::types::{FieldMeta, ObjectMeta, Record, field_value};
use crate::format::{Clock, moment_input, money_input, parse_moment_input, parse_money};
use crate::i18n::Lang;
use domain::fields::{is_email, is_phone, is_url};
use serde_json::{Map, Value, json};

/// What is wrong with a typed value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Invalid {
    Required,
    Email,
    Phone,
    Url,
    Number,
    Money,
    Whole,
    TooLong(u64),
    Range(String, String),
}

impl Invalid {
    pub(crate) fn text(&self, lang: Lang) -> String {
        match self {
            Invalid::Required => lang.inv_required().to_owned(),
            Invalid::Email => lang.inv_email().to_owned(),
            Invalid::Phone => lang.inv_phone().to_owned(),
            Invalid::Url => lang.inv_url().to_owned(),
            Invalid::Number => lang.inv_number().to_owned(),
            Invalid::Money => lang.inv_money().to_owned(),
            Invalid::Whole => lang.inv_whole().to_owned(),
            Invalid::TooLong(max) => lang.inv_too_long(*max),
            Invalid::Range(min, max) => lang.inv_range(min, max),
        }
    }
}

/// The field in which somebody says why they set by hand what a model finds by itself.
pub(crate) fn reason_of<'a>(meta: &'a ObjectMeta, key: &str) -> Option<&'a FieldMeta> {
    meta.field(&format!("{key}_manual"))?;
    meta.field(&format!("{key}_reason")).filter(|f| f.writable && !f.masked)
}

/// The text of an input box for a value.
pub(crate) fn input_text(field: &FieldMeta, value: &Value, clock: &Clock) -> String {
    match (field.kind.as_str(), value) {
        ("money", Value::Number(n)) => n.as_i64().map(money_input).unwrap_or_default(),
        ("datetime", Value::String(s)) => moment_input(s, clock),
        (_, Value::String(s)) => s.clone(),
        (_, Value::Null) => String::new(),
        // 80.0 is written 80.
        (_, Value::Number(n)) if n.is_f64() => n.as_f64().map(|v| v.to_string()).unwrap_or_default(),
        (_, Value::Array(_) | Value::Object(_)) => serde_json::to_string_pretty(value).unwrap_or_default(),
        (_, v @ (Value::Bool(_) | Value::Number(_))) => v.to_string(),
    }
}

/// The value of a typed text; what cannot be read stays a text, so that [`check`] can say so and nothing typed is lost.
pub(crate) fn parse_input(field: &FieldMeta, text: &str, clock: &Clock) -> Value {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Value::Null;
    }
    let kept = || Value::String(text.to_owned());
    match field.kind.as_str() {
        "money" => parse_money(trimmed).map_or_else(kept, Value::from),
        "int" => trimmed.replace(',', "").parse::<i64>().map_or_else(|_| kept(), Value::from),
        "number" | "percent" => match trimmed.trim_end_matches('%').replace(',', "").parse::<f64>() {
            // Where whole numbers are wanted, 14.0 would be refused.
            Ok(n) if n.fract() == 0.0 && n.abs() < 9e15 => json!(n as i64),
            Ok(n) if n.is_finite() => json!(n),
            _ => kept(),
        },
        "datetime" => parse_moment_input(trimmed, clock).map_or_else(kept, Value::String),
        "json" => serde_json::from_str(trimmed).unwrap_or_else(|_| kept()),
        "bool" => Value::Bool(trimmed == "true"),
        _ => kept(),
    }
}

/// What is wrong with a value, if anything. The server checks again; this is for answering while one types.
pub(crate) fn check(field: &FieldMeta, value: &Value) -> Option<Invalid> {
    let empty = match value {
        Value::Null => true,
        Value::String(s) => s.trim().is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if empty {
        return field.required.then_some(Invalid::Required);
    }
    match (field.kind.as_str(), value) {
        ("money", Value::String(_)) => Some(Invalid::Money),
        ("int", Value::String(_)) => Some(Invalid::Whole),
        ("number" | "percent", Value::String(_)) => Some(Invalid::Number),
        ("email", Value::String(s)) if !is_email(s.trim()) => Some(Invalid::Email),
        ("phone", Value::String(s)) if !is_phone(s.trim()) => Some(Invalid::Phone),
        ("url", Value::String(s)) if !is_url(s.trim()) => Some(Invalid::Url),
        ("int" | "number" | "percent", Value::Number(n)) => in_range(field, n.as_f64().unwrap_or_default()),
        ("text" | "long_text", Value::String(s)) => {
            field.max.filter(|m| s.chars().count() as f64 > *m).map(|m| Invalid::TooLong(m as u64))
        }
        _ => None,
    }
}

fn in_range(field: &FieldMeta, n: f64) -> Option<Invalid> {
    let (min, max) = match field.kind.as_str() {
        "percent" => (Some(0.0), Some(100.0)),
        _ => (field.min, field.max),
    };
    let outside = min.is_some_and(|m| n < m) || max.is_some_and(|m| n > m);
    let said = |bound: Option<f64>| bound.map(|b| crate::format::number(b, 0)).unwrap_or_default();
    outside.then(|| Invalid::Range(said(min), said(max)))
}

/// Puts a field into a record; custom fields go below `custom`.
pub(crate) fn put(record: &mut Record, key: &str, value: Value) {
    match key.strip_prefix("custom.") {
        Some(custom) => {
            let holder = record.entry("custom").or_insert_with(|| Value::Object(Map::new()));
            if let Some(map) = holder.as_object_mut() {
                map.insert(custom.to_owned(), value);
            }
        }
        None => {
            record.insert(key.to_owned(), value);
        }
    }
}

/// The writable fields of a draft that differ from the original; a new record sends what is not empty.
pub(crate) fn changes(fields: &[FieldMeta], original: Option<&Record>, draft: &Record) -> Record {
    let mut out = Record::new();
    for field in fields.iter().filter(|f| f.writable && !f.masked) {
        let new = tidy(field_value(draft, &field.key));
        let changed = match original {
            Some(o) => tidy(field_value(o, &field.key)) != new,
            None => !new.is_null(),
        };
        if changed {
            put(&mut out, &field.key, new);
        }
    }
    out
}

/// A record as it is now, with what somebody has changed of it as it was before.
pub(crate) fn carried(fields: &[FieldMeta], before: &Record, mine: &Record, now: &Record) -> Record {
    let mut out = now.clone();
    for field in fields.iter().filter(|f| changed(f, before, mine)) {
        put(&mut out, &field.key, field_value(mine, &field.key).clone());
    }
    out
}

/// True when somebody has changed a field that they may change.
pub(crate) fn changed(field: &FieldMeta, before: &Record, mine: &Record) -> bool {
    field.writable && !field.masked && tidy(field_value(before, &field.key)) != tidy(field_value(mine, &field.key))
}

/// Where this browser keeps what a person has not saved yet.
pub(crate) fn drafts_of(person: &str) -> String {
    format!("draft.{person}.")
}

fn tidy(value: &Value) -> Value {
    match value {
        Value::String(s) if s.trim().is_empty() => Value::Null,
        Value::String(s) => Value::String(s.trim().to_owned()),
        Value::Array(a) if a.is_empty() => Value::Null,
        v => v.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{FixedOffset, Utc};
    use domain::zone::Zone;

    fn field(key: &str, kind: &str) -> FieldMeta {
        FieldMeta { key: key.into(), kind: kind.into(), writable: true, ..FieldMeta::default() }
    }

    fn clock() -> Clock {
        Clock { now: chrono::DateTime::<Utc>::UNIX_EPOCH, zone: Zone::fixed(FixedOffset::east_opt(28800).unwrap()) }
    }

    #[test]
    fn what_cannot_be_read_is_kept_and_said() {
        let f = field("amount_minor", "money");
        let v = parse_input(&f, "很多", &clock());
        assert_eq!(v, json!("很多"));
        assert_eq!(check(&f, &v), Some(Invalid::Money));
        assert_eq!(parse_input(&f, "1.5万", &clock()), json!(1_500_000));
        assert_eq!(check(&field("e", "email"), &json!("a@")), Some(Invalid::Email));
        assert_eq!(check(&field("p", "percent"), &json!(101.0)), Some(Invalid::Range("0".into(), "100".into())));
    }

    #[test]
    fn an_empty_required_field_is_named() {
        let f = FieldMeta { required: true, ..field("name", "text") };
        assert_eq!(check(&f, &json!("  ")), Some(Invalid::Required));
        assert_eq!(check(&f, &json!("x")), None);
    }

    #[test]
    fn only_what_changed_is_sent() {
        let fields =
            [field("name", "text"), field("note", "long_text"), field("custom.area", "text"), field("tags", "tags")];
        let old: Record =
            serde_json::from_value(json!({"name":"a","note":"n","custom":{"area":"华东"},"tags":[]})).unwrap();
        let mut draft = old.clone();
        put(&mut draft, "note", json!(""));
        put(&mut draft, "custom.area", json!("华南 "));
        let sent = Value::Object(changes(&fields, Some(&old), &draft));
        assert_eq!(sent, json!({"note":null,"custom":{"area":"华南"}}));
        assert_eq!(
            Value::Object(changes(&fields, None, &old)),
            json!({"name":"a","note":"n","custom":{"area":"华东"}})
        );
    }

    #[test]
    fn a_change_is_carried_to_the_record_as_others_have_left_it() {
        let fields = [field("name", "text"), field("phone", "phone"), field("custom.area", "text")];
        let record = |v: Value| -> Record { serde_json::from_value(v).unwrap() };
        let before = record(json!({"version":5,"name":"a","phone":"1","custom":{"area":"华东"}}));
        let now = record(json!({"version":6,"name":"a","phone":"2","custom":{"area":"华东"}}));
        let mut mine = before.clone();
        put(&mut mine, "name", json!("b"));
        put(&mut mine, "custom.area", Value::Null);
        let out = carried(&fields, &before, &mine, &now);
        assert_eq!(Value::Object(out.clone()), json!({"version":6,"name":"b","phone":"2","custom":{"area":null}}));
        assert_eq!(
            Value::Object(changes(&fields, Some(&now), &out)),
            json!({"name":"b","custom":{"area":null}}),
            "what the other has changed is not sent"
        );
    }

    #[test]
    fn a_moment_is_shown_here_and_sent_in_utc() {
        let f = field("due_at", "datetime");
        let v = json!("2026-11-22T07:30:00Z");
        assert_eq!(input_text(&f, &v, &clock()), "2026-11-22T15:30");
        assert_eq!(parse_input(&f, "2026-11-22T15:30", &clock()), v);
    }
}
