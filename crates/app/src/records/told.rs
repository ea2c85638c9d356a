//! What an event says of a record.

use domain::record::{Record, Shape};
use domain::value::Value;

/// Every known field, for the event of a creation.
pub(crate) fn whole(shape: &Shape, record: &Record) -> String {
    let mut out = String::with_capacity(512);
    out.push('{');
    for (at, field) in shape.columns().enumerate() {
        let value = record.at(at);
        if !super::list::is_own(at) || value.is_null() {
            continue;
        }
        push_pair(&mut out, &field.key, value);
    }
    let custom = record.at(shape.custom_at());
    if custom.as_str().is_some_and(|s| s != "{}") {
        push_pair(&mut out, "custom", custom);
    }
    out.push('}');
    out
}

/// The changed fields before and after.
pub(super) fn difference(shape: &Shape, old: &Record, new: &Record) -> (String, String) {
    let (mut before, mut after) = (String::from("{"), String::from("{"));
    for (at, field) in shape.columns().enumerate() {
        if old.at(at) != new.at(at) && (super::list::is_own(at) || at == 4) {
            push_pair(&mut before, &field.key, old.at(at));
            push_pair(&mut after, &field.key, new.at(at));
        }
    }
    if old.at(shape.custom_at()) != new.at(shape.custom_at()) {
        push_pair(&mut before, "custom", old.at(shape.custom_at()));
        push_pair(&mut after, "custom", new.at(shape.custom_at()));
    }
    before.push('}');
    after.push('}');
    (before, after)
}

fn push_pair(out: &mut String, key: &str, value: &Value) {
    if out.len() > 1 {
        out.push(',');
    }
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
    value.write_json(out);
}
