//! Texts of rules with the record's values in them.

use crate::{Ctx, Result};
use domain::automation::template::{Piece, parse};
use domain::condition::{FieldRef, Reader, Sight};
use domain::fields::{FieldDef, Kind};
use domain::record::{Record, Shape};
use domain::value::Value;
use domain::zone::Zone;
use std::sync::Arc;

/// A text with the record's values, in Chinese, as far as the rule's publisher may see them. What cannot be told is left out.
pub(super) fn fill(ctx: &mut Ctx<'_>, shape: &Arc<Shape>, record: &Record, text: &str) -> Result<String> {
    let mut out = String::with_capacity(text.len() + 32);
    for piece in parse(text) {
        match piece {
            Piece::Text(plain) => out.push_str(&plain),
            Piece::Field(name) => {
                if let Some((field, value)) = lookup(ctx, shape, record, &name)? {
                    out.push_str(&say(ctx, &field, &value)?);
                }
            }
        }
    }
    Ok(out)
}

/// The value of a field by its name in a condition, possibly over one link.
pub(super) fn lookup(
    ctx: &mut Ctx<'_>,
    shape: &Arc<Shape>,
    record: &Record,
    name: &str,
) -> Result<Option<(FieldDef, Value)>> {
    let cx = ctx.parse();
    let shapes = |key: &str| ctx.schema.shape(key).cloned();
    let reader = Reader { shape, shapes: &shapes, masks: ctx.actor.permissions.masks, cx: &cx };
    let Ok(field) = reader.field(name, "") else { return Ok(None) };
    let value = value(ctx, &field, record)?;
    Ok(Some((field.field, value)))
}

/// The value that a reference stands for in a record.
pub(super) fn value(ctx: &mut Ctx<'_>, field: &FieldRef, record: &Record) -> Result<Value> {
    let cx = ctx.parse();
    let Some((at, object)) = field.via else { return Ok(record.value(&field.place, &field.field, &cx)) };
    let Some(id) = record.at(at).as_id() else { return Ok(Value::Null) };
    let target = ctx.shape(object.key)?;
    let owners = match crate::records::sight(ctx.actor, object, &field.field) {
        Sight::All => crate::Visible::All,
        Sight::Owners(list) => crate::Visible::Owners(list),
        Sight::Nothing => return Ok(Value::Null),
    };
    let linked = persistence::records::get(ctx.conn, &target, id, owners.owners(), false)?;
    Ok(linked.map_or(Value::Null, |r| r.value(&field.place, &field.field, &cx)))
}

/// A value in words.
fn say(ctx: &mut Ctx<'_>, field: &FieldDef, value: &Value) -> Result<String> {
    Ok(match (&field.kind, value) {
        (_, Value::Null) => "—".to_owned(),
        (Kind::Choice(choices), Value::Text(key)) => {
            choices.iter().find(|c| c.key == *key).map_or(key.clone(), |c| c.label.zh.clone().into_owned())
        }
        (Kind::Money, Value::Int(n)) => money(*n),
        (Kind::Bool, Value::Bool(b)) => if *b { "是" } else { "否" }.to_owned(),
        (Kind::Link(object), Value::Id(id)) => {
            // As far as the publisher may see it.
            let def = domain::objects::find(object).ok_or(crate::Error::NotFound)?;
            let found = crate::records::titles(ctx, [(def.key, vec![*id])])?;
            found.into_iter().next().map_or_else(|| "—".to_owned(), |(_, title)| title)
        }
        (_, Value::Time(at)) => local(*at, ctx.zone()),
        (_, Value::Date(day)) => day.to_string(),
        (_, Value::Int(n)) => n.to_string(),
        (_, Value::Num(n)) => n.to_string(),
        (_, value) => value.as_str().unwrap_or_default().to_owned(),
    })
}

/// A moment as people write it here.
pub(super) fn local(at: chrono::DateTime<chrono::Utc>, zone: Zone) -> String {
    zone.local(at).format("%Y-%m-%d %H:%M").to_string()
}

/// An amount in whole units with separators; cents only where there are any.
fn money(minor: i64) -> String {
    let (units, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    let digits = units.to_string();
    let mut out = String::from(if minor < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if cents > 0 {
        out.push_str(&format!(".{cents:02}"));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn money_is_said_in_whole_units() {
        assert_eq!(super::money(12_345_600), "123,456");
        assert_eq!(super::money(-100_050), "-1,000.50");
        assert_eq!(super::money(99), "0.99");
    }
}
