//! One typed value of a record's field.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use std::cmp::Ordering;
use uuid::Uuid;

/// The value of one field. What is not known is `Null`, never zero or an empty text.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Not known or not set.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number; money in minor units.
    Int(i64),
    /// A number with a fraction; a percentage 0..100.
    Num(f64),
    /// Text, never empty (an empty text is `Null`).
    Text(String),
    /// A calendar day in the organisation's time zone.
    Date(NaiveDate),
    /// A moment, UTC, microsecond precision.
    Time(DateTime<Utc>),
    /// The id of a linked record.
    Id(Uuid),
    /// Several values, for example tags.
    List(Vec<Value>),
    /// A JSON document as its text, kept verbatim (custom fields, definitions).
    Json(String),
}

impl Value {
    /// True where nothing is known.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(s) | Value::Json(s) => Some(s),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Num(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Id(_)
            | Value::List(_) => None,
        }
    }

    /// The whole number, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(n) = self { Some(*n) } else { None }
    }

    /// Any number as a float.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(n) => Some(*n as f64),
            Value::Num(n) => Some(*n),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Id(_)
            | Value::List(_)
            | Value::Json(_) => None,
        }
    }

    /// The id, when it is one.
    pub fn as_id(&self) -> Option<Uuid> {
        if let Value::Id(id) = self { Some(*id) } else { None }
    }

    /// The moment, when it is one.
    pub fn as_time(&self) -> Option<DateTime<Utc>> {
        if let Value::Time(t) = self { Some(*t) } else { None }
    }

    /// The day, when it is one.
    pub fn as_date(&self) -> Option<NaiveDate> {
        if let Value::Date(d) = self { Some(*d) } else { None }
    }

    /// The truth value, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(b) = self { Some(*b) } else { None }
    }

    /// Order of two values of the same field; `None` when either is unknown or the kinds differ.
    /// Texts compare by bytes, as both databases are told to.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
            (Value::Id(a), Value::Id(b)) => Some(a.cmp(b)),
            (a, b) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        }
    }

    /// The value as the API writes it.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as J;
        match self {
            Value::Null => J::Null,
            Value::Bool(b) => J::Bool(*b),
            Value::Int(n) => J::from(*n),
            Value::Num(n) => J::from(*n),
            Value::Text(s) => J::String(s.clone()),
            Value::Date(d) => J::String(d.to_string()),
            Value::Time(t) => J::String(write_time(t)),
            Value::Id(id) => J::String(id.to_string()),
            Value::List(v) => J::Array(v.iter().map(Value::to_json).collect()),
            Value::Json(s) => serde_json::from_str(s).unwrap_or(J::Null),
        }
    }

    /// Appends the value as JSON text: the fast path of lists.
    pub fn write_json(&self, out: &mut String) {
        use std::fmt::Write;
        // Writing into a String cannot fail, so the results are of no interest.
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Int(n) => {
                let _ = write!(out, "{n}");
            }
            Value::Num(n) if n.is_finite() => {
                let _ = write!(out, "{n}");
            }
            Value::Num(_) => out.push_str("null"),
            Value::Text(s) => write_json_string(s, out),
            Value::Date(d) => {
                let _ = write!(out, "\"{d}\"");
            }
            Value::Time(t) => push_time(t, out),
            Value::Id(id) => {
                let mut buf = [0u8; 36];
                out.push('"');
                out.push_str(id.hyphenated().encode_lower(&mut buf));
                out.push('"');
            }
            Value::List(v) => {
                out.push('[');
                for (i, x) in v.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    x.write_json(out);
                }
                out.push(']');
            }
            Value::Json(s) => out.push_str(s),
        }
    }
}

/// Appends a JSON string literal.
pub fn write_json_string(s: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (i, b) in s.bytes().enumerate() {
        let escape = match b {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => {
                use std::fmt::Write;
                out.push_str(&s[plain..i]);
                let _ = write!(out, "\\u{b:04x}");
                plain = i + 1;
                continue;
            }
            _ => continue,
        };
        out.push_str(&s[plain..i]);
        out.push_str(escape);
        plain = i + 1;
    }
    out.push_str(&s[plain..]);
    out.push('"');
}

/// RFC 3339 in UTC, with microseconds only where there are any.
pub fn write_time(t: &DateTime<Utc>) -> String {
    let format = if t.timestamp_subsec_micros() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
    t.to_rfc3339_opts(format, true)
}

/// [`write_time`] in quotes without the general formatter, which dominated the cost of a list.
fn push_time(t: &DateTime<Utc>, out: &mut String) {
    use chrono::{Datelike, Timelike};
    let year = t.year();
    if !(0..=9999).contains(&year) {
        write_json_string(&write_time(t), out);
        return;
    }
    let two = |n: u32| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
    let (cc, yy) = (two(year as u32 / 100), two(year as u32 % 100));
    let (mo, da, ho, mi, se) = (two(t.month()), two(t.day()), two(t.hour()), two(t.minute()), two(t.second()));
    let text = [
        b'"', cc[0], cc[1], yy[0], yy[1], b'-', mo[0], mo[1], b'-', da[0], da[1], b'T', ho[0], ho[1], b':', mi[0],
        mi[1], b':', se[0], se[1],
    ];
    out.extend(text.iter().map(|b| char::from(*b)));
    let micros = t.timestamp_subsec_micros();
    if micros > 0 {
        use std::fmt::Write;
        let _ = write!(out, ".{micros:06}");
    }
    out.push_str("Z\"");
}
