//! The condition language as rows that a person can read and edit.

use super::types::{FieldMeta, ObjectMeta};
use crate::format::Clock;
use crate::i18n::Lang;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One condition: a field, an operator and what it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) field: String,
    pub(crate) op: String,
    pub(crate) value: Value,
}

/// The rows of a filter, and whether any of them is enough; `None` when it is nested deeper than rows can show.
pub(crate) fn rows(meta: &ObjectMeta, filter: Option<&Value>) -> Option<(bool, Vec<Row>)> {
    let Some(filter) = filter else { return Some((false, Vec::new())) };
    if let Some(row) = row(meta, filter) {
        return Some((false, vec![row]));
    }
    let (any, list) = match (filter.get("all"), filter.get("any")) {
        (Some(Value::Array(list)), None) => (false, list),
        (None, Some(Value::Array(list))) => (true, list),
        _ => return None,
    };
    list.iter().map(|v| row(meta, v)).collect::<Option<Vec<_>>>().map(|rows| (any, rows))
}

/// One condition as a row. Links from figures say that a field equals one value where people choose several: that is read as
/// a list of one, which can be added to.
fn row(meta: &ObjectMeta, v: &Value) -> Option<Row> {
    let field = v.get("field")?.as_str()?.to_owned();
    let op = v.get("op")?.as_str()?;
    let value = v.get("value").cloned().unwrap_or(Value::Null);
    let listed = match op {
        "eq" => Some("in"),
        "ne" => Some("not_in"),
        _ => None,
    };
    let of_several = meta.field(&field).is_some_and(|f| matches!(f.kind.as_str(), "choice" | "link"));
    match listed.filter(|_| of_several && value.as_str().is_some_and(|s| !s.is_empty())) {
        Some(op) => Some(Row { field, op: op.to_owned(), value: json!([value]) }),
        None => Some(Row { field, op: op.to_owned(), value }),
    }
}

/// The filter that rows mean; unfinished rows are left out.
pub(crate) fn build(any: bool, rows: &[Row]) -> Option<Value> {
    let done: Vec<Value> = rows
        .iter()
        .filter(|r| is_done(r))
        .map(|r| match needs_value(&r.op) {
            true => json!({ "field": r.field, "op": r.op, "value": r.value }),
            false => json!({ "field": r.field, "op": r.op }),
        })
        .collect();
    match done.len() {
        0 => None,
        _ if any => Some(json!({ "any": done })),
        _ => Some(json!({ "all": done })),
    }
}

fn is_done(row: &Row) -> bool {
    !row.field.is_empty()
        && (!needs_value(&row.op)
            || !matches!(&row.value, Value::Null) && row.value != json!("") && row.value != json!([]))
        && (row.op != "between"
            || row.value.as_array().is_some_and(|ends| ends.len() == 2 && ends.iter().all(|v| !v.is_null())))
}

/// False for the operators that stand alone.
pub(crate) fn needs_value(op: &str) -> bool {
    !matches!(op, "is_empty" | "is_not_empty")
}

/// True for the operators that take a list.
pub(crate) fn takes_list(op: &str) -> bool {
    matches!(op, "in" | "not_in" | "has_any" | "has_all" | "has_none")
}

/// True for the operators that count days from today.
pub(crate) fn takes_days(op: &str) -> bool {
    matches!(op, "within_days" | "older_than_days" | "next_days")
}

/// The operators that make sense for a kind of field, the most usual first.
pub(crate) fn operators(kind: &str) -> &'static [&'static str] {
    match kind {
        "choice" | "link" => &["in", "not_in", "is_empty", "is_not_empty"],
        "tags" | "links" => &["has_any", "has_all", "has_none", "is_empty", "is_not_empty"],
        "bool" => &["eq", "is_empty"],
        "date" => &["within_days", "older_than_days", "next_days", "between", "gte", "lte", "is_empty", "is_not_empty"],
        "datetime" => &["within_days", "older_than_days", "next_days", "gte", "lte", "is_empty", "is_not_empty"],
        "int" | "money" | "number" | "percent" => {
            &["gte", "gt", "lte", "lt", "between", "eq", "is_empty", "is_not_empty"]
        }
        _ => &["contains", "not_contains", "starts_with", "eq", "is_empty", "is_not_empty"],
    }
}

/// What an operator is called for a kind of field.
pub(crate) fn operator_label(lang: Lang, kind: &str, op: &str) -> &'static str {
    let day = matches!(kind, "date" | "datetime");
    match op {
        "eq" => lang.op_eq(),
        "ne" => lang.op_ne(),
        "in" | "has_any" => lang.op_in(),
        "has_all" => lang.op_has_all(),
        "not_in" | "has_none" => lang.op_not_in(),
        "contains" => lang.op_contains(),
        "not_contains" => lang.op_not_contains(),
        "within_days" => lang.op_within_days(),
        "older_than_days" => lang.op_older_than_days(),
        "next_days" => lang.op_next_days(),
        "between" => lang.op_between(),
        "starts_with" => lang.op_starts_with(),
        "gt" if day => lang.op_after(),
        "gte" if day => lang.op_from(),
        "lt" if day => lang.op_before(),
        "lte" if day => lang.op_until(),
        "gt" => lang.op_gt(),
        "gte" => lang.op_gte(),
        "lt" => lang.op_lt(),
        "lte" => lang.op_lte(),
        "is_empty" => lang.op_empty(),
        "is_not_empty" => lang.op_set(),
        _ => "?",
    }
}

/// What conditions need in order to be said in words.
pub(crate) struct Speech<'a> {
    pub(crate) lang: Lang,
    pub(crate) meta: &'a ObjectMeta,
    pub(crate) refs: &'a BTreeMap<String, String>,
    pub(crate) currency: &'a str,
    pub(crate) clock: &'a Clock,
}

impl Speech<'_> {
    /// One condition in words: `行业 是 制造业`.
    pub(crate) fn row(&self, row: &Row) -> String {
        let field = self.meta.field(&row.field);
        let label = field.map_or(row.field.as_str(), |f| f.label.as_str());
        let op = operator_label(self.lang, field.map_or("text", |f| f.kind.as_str()), &row.op);
        if !needs_value(&row.op) {
            return format!("{label} {op}");
        }
        let days = plain(&row.value);
        match row.op.as_str() {
            "within_days" => return format!("{label} {}", self.lang.op_within(&days)),
            "older_than_days" => return format!("{label} {}", self.lang.op_older_than(&days)),
            "next_days" => return format!("{label} {}", self.lang.op_next(&days)),
            _ => {}
        }
        let values: Vec<String> = match &row.value {
            Value::Array(list) => list.iter().map(|v| self.value(field, v)).collect(),
            v => vec![self.value(field, v)],
        };
        let sep = match row.op.as_str() {
            "between" => self.lang.pick(" 到 ", " and "),
            _ => self.lang.pick("、", ", "),
        };
        format!("{label} {op} {}", values.join(sep))
    }

    /// A whole tree in words, for the filters that rows cannot show.
    pub(crate) fn tree(&self, v: &Value) -> String {
        if let Some(row) = row(self.meta, v) {
            return self.row(&row);
        }
        let join = |list: &Value, word: &str| {
            let parts: Vec<String> =
                list.as_array().map(|l| l.iter().map(|v| self.tree(v)).collect()).unwrap_or_default();
            parts.join(word)
        };
        if let Some(list) = v.get("all") {
            return self.lang.bracketed(&join(list, self.lang.pick("，且 ", " and ")));
        }
        if let Some(list) = v.get("any") {
            return self.lang.bracketed(&join(list, self.lang.pick("，或 ", " or ")));
        }
        v.get("not")
            .map(|inner| format!("{}{}", self.lang.pick("不满足 ", "not "), self.tree(inner)))
            .unwrap_or_default()
    }

    /// A value of a field in words.
    pub(crate) fn value(&self, field: Option<&FieldMeta>, v: &Value) -> String {
        let Some(field) = field else { return plain(v) };
        match (field.kind.as_str(), v) {
            (_, Value::String(s)) if s == "$me" => self.lang.me_word().to_owned(),
            ("choice", Value::String(s)) => {
                field.choices.iter().find(|c| &c.key == s).map_or(s.clone(), |c| c.label.clone())
            }
            ("link" | "tags" | "links", Value::String(s)) => {
                self.refs.get(s).cloned().unwrap_or_else(|| s.chars().take(8).collect())
            }
            ("money", Value::Number(n)) => {
                crate::format::money(self.lang, self.currency, n.as_i64().unwrap_or_default())
            }
            ("datetime", Value::String(s)) if s.len() > 10 => crate::format::moment(self.lang, s, self.clock),
            ("bool", Value::Bool(b)) => if *b { self.lang.yes() } else { self.lang.no() }.to_owned(),
            (_, v) => plain(v),
        }
    }
}

fn plain(v: &Value) -> String {
    v.as_str().map_or_else(|| v.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::types::ChoiceMeta;

    #[test]
    fn rows_and_filters_are_each_other() {
        let filter = json!({"all":[{"field":"grade","op":"in","value":["A"]},{"field":"phone","op":"is_empty"}]});
        let meta = ObjectMeta::default();
        let (any, list) = rows(&meta, Some(&filter)).unwrap();
        assert!(!any);
        assert_eq!(build(any, &list), Some(filter));
        assert_eq!(rows(&meta, Some(&json!({"all":[{"any":[]}]}))), None);
        assert_eq!(build(false, &[Row { field: "name".into(), op: "contains".into(), value: Value::Null }]), None);
        let between =
            |value: Value| build(false, &[Row { field: "day".into(), op: "between".into(), value }]).is_some();
        assert!(between(json!([1, 2])) && !between(json!([1, null])) && !between(json!(1)));
    }

    #[test]
    fn what_equals_one_value_can_be_made_to_be_one_of_several() {
        let field = |key: &str, kind: &str| FieldMeta { key: key.into(), kind: kind.into(), ..FieldMeta::default() };
        let fields = vec![field("rfm_segment", "choice"), field("customer_id", "link"), field("name", "text")];
        let meta = ObjectMeta { fields: fields.into(), ..ObjectMeta::default() };
        let read = |field: &str, op: &str, value: Value| {
            let filter = json!({ "field": field, "op": op, "value": value });
            rows(&meta, Some(&filter)).unwrap().1.remove(0)
        };
        let row = |field: &str, op: &str, value: Value| Row { field: field.into(), op: op.into(), value };
        assert_eq!(read("rfm_segment", "eq", json!("HHH")), row("rfm_segment", "in", json!(["HHH"])));
        assert_eq!(read("rfm_segment", "ne", json!("HHH")), row("rfm_segment", "not_in", json!(["HHH"])));
        assert_eq!(read("customer_id", "eq", json!("0190")), row("customer_id", "in", json!(["0190"])));
        assert_eq!(read("name", "eq", json!("甲")), row("name", "eq", json!("甲")));
        assert_eq!(read("rfm_segment", "eq", Value::Null), row("rfm_segment", "eq", Value::Null));
        let both = json!({"all":[{"field":"rfm_segment","op":"eq","value":"HHH"},{"field":"name","op":"is_empty"}]});
        assert_eq!(rows(&meta, Some(&both)).unwrap().1.remove(0), row("rfm_segment", "in", json!(["HHH"])));
    }

    #[test]
    fn a_condition_is_said_in_words() {
        let choices = vec![ChoiceMeta { key: "A".into(), label: "A 级".into(), color: String::new() }];
        let grade = FieldMeta {
            key: "grade".into(),
            label: "等级".into(),
            kind: "choice".into(),
            choices,
            ..FieldMeta::default()
        };
        let meta = ObjectMeta { fields: vec![grade].into(), ..ObjectMeta::default() };
        let clock = Clock { now: chrono::DateTime::UNIX_EPOCH, zone: domain::zone::Zone::utc() };
        let speech = Speech { lang: Lang::Zh, meta: &meta, refs: &BTreeMap::new(), currency: "CNY", clock: &clock };
        assert_eq!(speech.row(&Row { field: "grade".into(), op: "in".into(), value: json!(["A"]) }), "等级 是 A 级");
        assert_eq!(speech.tree(&json!({"not":{"field":"grade","op":"is_empty"}})), "不满足 等级 为空");
    }
}
