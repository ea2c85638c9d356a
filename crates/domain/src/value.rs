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
            Value::Int(n) => push_int(*n, out),
            // Most numbers are whole; the general way of writing them looks for the shortest fraction.
            Value::Num(n) if n.fract() == 0.0 && n.abs() < 1e15 && n.to_bits() != (-0.0f64).to_bits() => {
                push_int(*n as i64, out)
            }
            Value::Num(n) if n.is_finite() => {
                let _ = write!(out, "{n}");
            }
            Value::Num(_) => out.push_str("null"),
            Value::Text(s) => write_json_string(s, out),
            Value::Date(d) => push_date(*d, out),
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

/// A whole number without the general formatter.
fn push_int(n: i64, out: &mut String) {
    let mut digits = [b'0'; 20];
    let (mut rest, mut at) = (n.unsigned_abs(), digits.len());
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        out.push('-');
    }
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

fn two(n: u32) -> [u8; 2] {
    [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8]
}

/// A day in quotes without the general formatter, which dominated the cost of a list.
fn push_date(d: NaiveDate, out: &mut String) {
    use chrono::Datelike;
    use std::fmt::Write;
    let year = d.year();
    if !(0..=9999).contains(&year) {
        let _ = write!(out, "\"{d}\"");
        return;
    }
    let (cc, yy, mo, da) = (two(year as u32 / 100), two(year as u32 % 100), two(d.month()), two(d.day()));
    let text = [b'"', cc[0], cc[1], yy[0], yy[1], b'-', mo[0], mo[1], b'-', da[0], da[1], b'"'];
    out.push_str(std::str::from_utf8(&text).unwrap_or_default());
}

/// [`write_time`] in quotes, the same way.
fn push_time(t: &DateTime<Utc>, out: &mut String) {
    use chrono::{Datelike, Timelike};
    let year = t.year();
    if !(0..=9999).contains(&year) {
        write_json_string(&write_time(t), out);
        return;
    }
    push_date(t.date_naive(), out);
    // The quote after the day gives way to the time.
    out.pop();
    let (ho, mi, se) = (two(t.hour()), two(t.minute()), two(t.second()));
    let micros = t.timestamp_subsec_micros();
    let (a, b, c) = (two(micros / 10_000), two(micros / 100 % 100), two(micros % 100));
    let text = [b'T', ho[0], ho[1], b':', mi[0], mi[1], b':', se[0], se[1], b'.', a[0], a[1], b[0], b[1], c[0], c[1]];
    let end = if micros > 0 { text.len() } else { 9 };
    out.push_str(std::str::from_utf8(&text[..end]).unwrap_or_default());
    out.push_str("Z\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn written(value: &Value) -> String {
        let mut out = String::new();
        value.write_json(&mut out);
        out
    }

    #[test]
    fn what_is_written_fast_reads_as_the_same_value() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("a day");
        let at = |micros| Utc.timestamp_micros(micros).single().expect("a moment");
        let ints = [0, 1, -1, 42, i64::MAX, i64::MIN, 9_007_199_254_740_993].map(Value::Int);
        let nums = [0.0, -0.0, 62.0, -62.0, 0.1, 1e14, 1e15, 1e300, -2.5].map(Value::Num);
        let days =
            [day(1, 1, 1), day(2026, 11, 22), day(9999, 12, 31), day(12_345, 1, 1), day(-4, 2, 3)].map(Value::Date);
        let times = [0, 1, 999_999, 1_000_000, 1_795_000_000_123_456, -62_135_596_800_000_000, 253_402_300_800_000_000];
        let texts = ["", "张\\江\"\n\u{1}", "a/b"].map(|s| Value::Text(s.to_owned()));
        let times = times.map(|t| Value::Time(at(t)));
        for value in ints.iter().chain(&nums).chain(&days).chain(&times).chain(&texts) {
            let read: serde_json::Value = serde_json::from_str(&written(value)).expect("JSON");
            match (&read, value.to_json()) {
                // One and the same number may be written as 1e15 or 1000000000000000.
                (serde_json::Value::Number(a), serde_json::Value::Number(b)) => assert_eq!(a.as_f64(), b.as_f64()),
                (read, slow) => assert_eq!(*read, slow),
            }
        }
    }
    #[test]
    fn every_moment_that_is_taken_is_written_as_one_that_is_taken() {
        let zone = crate::zone::Zone::fixed(chrono::FixedOffset::east_opt(8 * 3600).expect("an offset"));
        let cx = crate::fields::ParseCx { zone, me: None, now: Utc.timestamp_micros(0).single().expect("a moment") };
        let kept = |text: &str| crate::fields::parse_time(text, &cx).map(|t| written(&Value::Time(t)));
        for (given, wanted) in [
            ("2026-03-05", "2026-03-04T16:00:00Z"),
            ("0001-01-02", "0001-01-01T16:00:00Z"),
            ("9999-12-31", "9999-12-30T16:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500000Z"),
            ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
        ] {
            let wanted = Some(format!("\"{wanted}\""));
            assert_eq!(kept(given), wanted, "{given}");
            assert_eq!(kept(wanted.as_deref().unwrap_or_default().trim_matches('"')), wanted, "{given}");
        }
        // Midnight there is a moment of the year before the first.
        assert_eq!(["0001-01-01", "9999-12-31T23:59:60Z"].map(kept), [None, None]);
    }
}
