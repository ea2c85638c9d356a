//! What an object is made of: the declaration from which storage, API, import and interface follow.

use crate::value::Value;
use crate::zone::Zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use std::borrow::Cow;
use uuid::Uuid;

/// A text in both languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

/// A constant label.
pub const fn label(zh: &'static str, en: &'static str) -> Label {
    Label { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
}

/// One option of a choice field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is stored and sent.
    pub key: Cow<'static, str>,
    /// What a person reads.
    pub label: Label,
    /// A quiet hue: neutral, info, primary, success, warning or error.
    pub color: Cow<'static, str>,
}

/// A constant choice.
pub const fn choice(key: &'static str, zh: &'static str, en: &'static str, color: &'static str) -> Choice {
    Choice { key: Cow::Borrowed(key), label: label(zh, en), color: Cow::Borrowed(color) }
}

/// The type of a field: what it accepts, how it is stored and compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// One line of at most `max` characters.
    Text {
        /// Characters at most.
        max: u32,
    },
    /// Several lines of at most `max` characters.
    LongText {
        /// Characters at most.
        max: u32,
    },
    /// An e-mail address; masked by role.
    Email,
    /// A phone number; masked by role.
    Phone,
    /// A web address.
    Url,
    /// A whole number within bounds.
    Int {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// An amount in minor units, from −[`MONEY_MAX`] to [`MONEY_MAX`].
    Money,
    /// A number with a fraction.
    Number,
    /// 0..100.
    Percent,
    /// Yes or no.
    Bool,
    /// A calendar day.
    Date,
    /// A moment.
    DateTime,
    /// One of the listed options.
    Choice(Cow<'static, [Choice]>),
    /// A record of another object, by its plural key.
    Link(Cow<'static, str>),
    /// Ids of tags.
    Tags,
    /// Records of another object, by its plural key: a set of ids.
    Links(Cow<'static, str>),
    /// Several of the listed options.
    Choices(Cow<'static, [Choice]>),
    /// A JSON object.
    Json,
    /// The record's own id.
    Id,
}

impl Kind {
    /// The name of the kind on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Kind::Text { .. } => "text",
            Kind::LongText { .. } => "long_text",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Url => "url",
            Kind::Int { .. } => "int",
            Kind::Money => "money",
            Kind::Number => "number",
            Kind::Percent => "percent",
            Kind::Bool => "bool",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
            Kind::Choice(_) => "choice",
            Kind::Link(_) => "link",
            Kind::Tags => "tags",
            Kind::Links(_) => "links",
            Kind::Choices(_) => "choices",
            Kind::Json => "json",
            Kind::Id => "id",
        }
    }

    /// True for the kinds whose values are texts in memory and in the database.
    pub const fn is_text(&self) -> bool {
        matches!(
            self,
            Kind::Text { .. } | Kind::LongText { .. } | Kind::Email | Kind::Phone | Kind::Url | Kind::Choice(_)
        )
    }

    /// True for the kinds whose values are lists.
    pub const fn is_list(&self) -> bool {
        matches!(self, Kind::Tags | Kind::Links(_) | Kind::Choices(_))
    }

    /// True for the kinds that have an order.
    pub const fn is_ordered(&self) -> bool {
        self.is_number() || matches!(self, Kind::Date | Kind::DateTime)
    }

    /// Is a value of it a number?
    pub const fn is_number(&self) -> bool {
        matches!(self, Kind::Int { .. } | Kind::Money | Kind::Number | Kind::Percent)
    }
}

/// One field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDef {
    /// Name in JSON and in the database; a custom field's key is without the `custom.` prefix.
    pub key: Cow<'static, str>,
    /// What a person reads.
    pub label: Label,
    /// Its type.
    pub kind: Kind,
    /// Must be given when a record is made and cannot be cleared.
    pub required: bool,
    /// Clients may write it; otherwise only the system does.
    pub writable: bool,
    /// May stand in a filter.
    pub filterable: bool,
    /// May stand in a sort.
    pub sortable: bool,
    /// May be a column of an import.
    pub importable: bool,
    /// Shown in lists unless the user chooses otherwise.
    pub in_list: bool,
    /// Used when a new record does not say; JSON text, empty for none.
    pub default: &'static str,
}

impl FieldDef {
    /// A writable, filterable, importable field.
    pub const fn new(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> FieldDef {
        let sortable = !matches!(kind, Kind::LongText { .. } | Kind::Json) && !kind.is_list();
        let filterable = !matches!(kind, Kind::Json | Kind::Links(_) | Kind::Choices(_));
        let importable = !matches!(kind, Kind::Links(_) | Kind::Choices(_));
        FieldDef {
            key: Cow::Borrowed(key),
            label: label(zh, en),
            kind,
            required: false,
            writable: true,
            filterable,
            sortable,
            importable,
            in_list: false,
            default: "",
        }
    }

    /// Must be given.
    pub const fn required(mut self) -> FieldDef {
        self.required = true;
        self
    }

    /// Written by the system only.
    pub const fn read_only(mut self) -> FieldDef {
        self.writable = false;
        self.importable = false;
        self
    }

    /// Written by clients but not by imports.
    pub const fn not_imported(mut self) -> FieldDef {
        self.importable = false;
        self
    }

    /// A column of the standard list.
    pub const fn column(mut self) -> FieldDef {
        self.in_list = true;
        self
    }

    /// The value a new record has when the client does not say, as JSON text.
    pub const fn default(mut self, json: &'static str) -> FieldDef {
        self.default = json;
        self
    }

    /// Reads one value from JSON, or says precisely what is wrong with it.
    /// An empty or blank text is `Null`.
    pub fn parse(&self, json: &serde_json::Value, cx: &ParseCx) -> Result<Value, FieldError> {
        parse_value(&self.kind, json, cx).map_err(|(code, detail)| FieldError {
            field: self.key.to_string(),
            code,
            detail,
        })
    }
}

/// One thing wrong with one field. The message in the reader's language is made from the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field, for example `name` or `custom.region` or `filter.all[0].value`.
    pub field: String,
    /// Stable code, for example `required`.
    pub code: &'static str,
    /// What the message names: a limit, the allowed values, the found type.
    pub detail: String,
}

impl FieldError {
    /// An error of a field.
    pub fn new(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), code, detail: detail.into() }
    }
}

/// What parsing needs to know besides the text.
#[derive(Debug, Clone, Copy)]
pub struct ParseCx {
    /// The organisation's time zone: a date given for a moment means that day's midnight there.
    pub zone: Zone,
    /// The caller, for the value `"$me"` of a user field in conditions.
    pub me: Option<Uuid>,
    /// The time of the request.
    pub now: DateTime<Utc>,
}

impl ParseCx {
    /// Midnight of a day in the organisation's time zone.
    pub fn midnight(&self, day: NaiveDate) -> DateTime<Utc> {
        self.zone.midnight(day)
    }

    /// Today in the organisation's time zone.
    pub fn today(&self) -> NaiveDate {
        self.zone.day(self.now)
    }
}

/// The greatest amount either way, in minor units: a trillion, far beyond any company's turnover, exact in a float, and
/// small enough that ninety thousand of them can be added up in 64 bits.
pub const MONEY_MAX: i64 = 100_000_000_000_000;

type Wrong = (&'static str, String);

fn parse_value(kind: &Kind, json: &serde_json::Value, cx: &ParseCx) -> Result<Value, Wrong> {
    use serde_json::Value as J;
    if json.is_null() {
        return Ok(Value::Null);
    }
    let text = || match json {
        J::String(s) if s.contains('\0') => Err(("nul_character", String::new())),
        J::String(s) => Ok(s.trim()),
        J::Null | J::Bool(_) | J::Number(_) | J::Array(_) | J::Object(_) => Err(("wrong_type", "string".to_owned())),
    };
    match kind {
        Kind::Text { max } => short_text(text()?, *max, true),
        Kind::LongText { max } => short_text(text()?, *max, false),
        Kind::Email => checked(text()?, 254, "email", is_email).map(lower),
        Kind::Phone => checked(text()?, 40, "phone", is_phone),
        Kind::Url => checked(text()?, 500, "url", is_url),
        Kind::Int { min, max } => whole(json, *min, *max),
        Kind::Money => whole(json, -MONEY_MAX, MONEY_MAX),
        Kind::Number => number(json, -1e15, 1e15),
        Kind::Percent => number(json, 0.0, 100.0),
        Kind::Bool => json.as_bool().map(Value::Bool).ok_or(("wrong_type", "boolean".to_owned())),
        Kind::Date => match text()? {
            "" => Ok(Value::Null),
            s => parse_date(s).map(Value::Date).ok_or(("date", String::new())),
        },
        Kind::DateTime => match text()? {
            "" => Ok(Value::Null),
            s => parse_time(s, cx).map(Value::Time).ok_or(("datetime", String::new())),
        },
        Kind::Choice(choices) => match text()? {
            "" => Ok(Value::Null),
            s if choices.iter().any(|c| c.key == s) => Ok(Value::Text(s.to_owned())),
            _ => Err(("choice", choices.iter().map(|c| c.key.as_ref()).collect::<Vec<_>>().join(", "))),
        },
        Kind::Link(object) => match text()? {
            "" => Ok(Value::Null),
            "$me" if object == "users" && cx.me.is_some() => Ok(cx.me.map_or(Value::Null, Value::Id)),
            s => parse_id(s).map(Value::Id).ok_or(("id", String::new())),
        },
        Kind::Id => parse_id(text()?).map(Value::Id).ok_or(("id", String::new())),
        Kind::Tags | Kind::Links(_) => {
            list(json, |s| parse_id(s).ok_or(("id", String::new()))).map(|ids| set_of(ids, Value::Id))
        }
        Kind::Choices(choices) => {
            let known = |s: &str| choices.iter().find(|c| c.key == s).map(|c| c.key.to_string());
            let all = || choices.iter().map(|c| c.key.as_ref()).collect::<Vec<_>>().join(", ");
            list(json, |s| known(s).ok_or_else(|| ("choice", all()))).map(|keys| set_of(keys, Value::Text))
        }
        Kind::Json => match json {
            J::Object(_) => {
                let text = json.to_string();
                if text.contains("\\u0000") { Err(("nul_character", String::new())) } else { Ok(Value::Json(text)) }
            }
            J::Null | J::Bool(_) | J::Number(_) | J::Array(_) | J::String(_) => {
                Err(("wrong_type", "object".to_owned()))
            }
        },
    }
}

/// The members of a list of texts, at most a hundred.
fn list<T>(json: &serde_json::Value, read: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    let list = json.as_array().ok_or(("wrong_type", "array".to_owned()))?;
    if list.len() > 100 {
        return Err(("too_many", "100".to_owned()));
    }
    list.iter().map(|j| j.as_str().ok_or(("wrong_type", "string".to_owned())).and_then(&read)).collect()
}

/// A set as a list in order, nothing twice; an empty one is unknown.
fn set_of<T: Ord>(mut members: Vec<T>, wrap: impl Fn(T) -> Value) -> Value {
    members.sort_unstable();
    members.dedup();
    if members.is_empty() { Value::Null } else { Value::List(members.into_iter().map(wrap).collect()) }
}

fn lower(v: Value) -> Value {
    if let Value::Text(s) = v { Value::Text(s.to_lowercase()) } else { v }
}

fn short_text(s: &str, max: u32, one_line: bool) -> Result<Value, Wrong> {
    if s.is_empty() {
        return Ok(Value::Null);
    }
    if s.len() > max as usize && s.chars().count() > max as usize {
        return Err(("too_long", max.to_string()));
    }
    if one_line && s.contains(['\n', '\r']) {
        return Err(("one_line", String::new()));
    }
    Ok(Value::Text(s.to_owned()))
}

fn checked(s: &str, max: u32, code: &'static str, ok: fn(&str) -> bool) -> Result<Value, Wrong> {
    match short_text(s, max, true)? {
        Value::Text(t) if !ok(&t) => Err((code, String::new())),
        v => Ok(v),
    }
}

fn whole(json: &serde_json::Value, min: i64, max: i64) -> Result<Value, Wrong> {
    if !json.is_number() {
        return Err(("wrong_type", "integer".to_owned()));
    }
    let n = json.as_i64().or_else(|| json.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9.1e15).map(|f| f as i64));
    match n {
        Some(n) if (min..=max).contains(&n) => Ok(Value::Int(n)),
        Some(_) => Err(("out_of_range", format!("{min}..{max}"))),
        None if json.is_u64() || json.as_f64().is_some_and(|f| f.abs() >= 9.1e15) => {
            Err(("out_of_range", format!("{min}..{max}")))
        }
        None => Err(("wrong_type", "integer".to_owned())),
    }
}

fn number(json: &serde_json::Value, min: f64, max: f64) -> Result<Value, Wrong> {
    match json.as_f64() {
        // Adding zero turns −0.0 into 0.0, so that equal numbers are written alike.
        Some(f) if f >= min && f <= max => Ok(Value::Num(f + 0.0)),
        Some(_) => Err(("out_of_range", format!("{min}..{max}"))),
        None => Err(("wrong_type", "number".to_owned())),
    }
}

/// A UUID in its hyphenated form.
pub fn parse_id(s: &str) -> Option<Uuid> {
    if s.len() == 36 { Uuid::try_parse(s).ok() } else { None }
}

/// `YYYY-MM-DD`, years 1 to 9999.
pub fn parse_date(s: &str) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = s.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(**b - b'0')))
    };
    let year = number(&[y1, y2, y3, y4]).and_then(|y| i32::try_from(y).ok()).filter(|y| *y >= 1)?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// RFC 3339, cut to microseconds, years 1 to 9999; a bare date is that day's midnight in the organisation's time zone, and a
/// leap second the one after it.
pub fn parse_time(s: &str, cx: &ParseCx) -> Option<DateTime<Utc>> {
    use chrono::Datelike;
    let t = parse_date(s).map(|day| cx.midnight(day));
    let t = t.or_else(|| DateTime::parse_from_rfc3339(s).map(|t| t.with_timezone(&Utc)).ok());
    let t = t.or_else(|| NaiveDateTime::parse_from_str(s, "%Y-%m-%dT%H:%M").ok().map(|t| cx.zone.moment(t)));
    t.and_then(|t| DateTime::from_timestamp_micros(t.timestamp_micros())).filter(|t| (1..=9999).contains(&t.year()))
}

/// One `@` with something before it and a dotted domain behind, no blanks.
pub fn is_email(s: &str) -> bool {
    let Some((local, domain)) = s.rsplit_once('@') else { return false };
    !local.is_empty()
        && local.len() <= 64
        && !s.contains(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')')
        })
        && !local.contains('@')
        && domain.contains('.')
        && domain.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

/// 5 to 20 digits with the usual separators, an optional leading `+` and an extension.
pub fn is_phone(s: &str) -> bool {
    let digits = s.bytes().filter(u8::is_ascii_digit).count();
    (5..=20).contains(&digits)
        && s.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(c, '+' | '-' | ' ' | '(' | ')' | '（' | '）' | '.' | '/' | 'x' | '#' | '转' | '*' | '—')
        })
}

/// `http` or `https` with a host.
pub fn is_url(s: &str) -> bool {
    let rest = s.strip_prefix("https://").or_else(|| s.strip_prefix("http://")).unwrap_or(s);
    !rest.contains("://")
        && !rest.starts_with('/')
        && !rest.contains(char::is_whitespace)
        && rest.split(['/', '?', '#']).next().is_some_and(|host| host.contains('.') && host.len() > 3)
}

/// Which records a user may act on, and how the object presents itself.
#[derive(Debug)]
pub struct ObjectDef {
    /// Plural key: table, route, permission.
    pub key: &'static str,
    /// Singular key: event types and operation ids.
    pub singular: &'static str,
    /// Name of one.
    pub label: Label,
    /// Name of many.
    pub label_plural: Label,
    /// The field that names a record.
    pub title: &'static str,
    /// Has an `owner_id`, so that scopes narrower than all apply.
    pub owned: bool,
    /// The object whose grants apply; itself unless it lives inside another.
    pub permission: &'static str,
    /// Its own fields, after the system fields.
    pub fields: &'static [FieldDef],
    /// Fields whose words the search index holds; empty for none.
    pub search: &'static [&'static str],
    /// Sort of a list that does not say, without the final `id`.
    pub sort: &'static [(&'static str, Direction)],
    /// Custom fields may be added.
    pub customizable: bool,
}

/// Direction of a sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}
