//! Conditions as SQL. Each atom is true or false, never unknown, so that negation means the same as in memory.

use crate::communications;
use crate::sql::{Engine, Sql, Store};
use domain::condition::{Condition, FieldRef, Op, Sight, Test};
use domain::fields::{FieldDef, Kind};
use domain::record::Place;
use domain::value::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most tags of which each is looked up by itself.
const ONE_BY_ONE: usize = 8;

/// Appends a condition over the alias `t` of an object.
pub fn push_condition(q: &mut Sql, condition: &Condition, object: &'static str) {
    match condition {
        Condition::All(list) => push_list(q, list, object, " AND ", ("TRUE", "1")),
        Condition::Any(list) => push_list(q, list, object, " OR ", ("FALSE", "0")),
        Condition::Not(inner) => {
            q.push("NOT (");
            push_condition(q, inner, object);
            q.push(")");
        }
        Condition::Test(test) => push_test(q, test, object),
    }
}

fn push_list(
    q: &mut Sql,
    list: &[Condition],
    object: &'static str,
    joint: &'static str,
    empty: (&'static str, &'static str),
) {
    if list.is_empty() {
        q.pick(empty.0, empty.1);
        return;
    }
    q.push("(");
    for (i, c) in list.iter().enumerate() {
        if i > 0 {
            q.push(joint);
        }
        push_condition(q, c, object);
    }
    q.push(")");
}

fn push_test(q: &mut Sql, test: &Test, object: &'static str) {
    let f = &test.field;
    match &test.op {
        Op::Eq(v) => {
            compare(q, f, " = ", v);
            push_phone_tail(q, f, std::slice::from_ref(v), object);
        }
        Op::Ne(v) => {
            q.push("NOT ");
            compare(q, f, " = ", v);
        }
        Op::Lt(v) => compare(q, f, " < ", v),
        Op::Lte(v) => compare(q, f, " <= ", v),
        Op::Gt(v) => compare(q, f, " > ", v),
        Op::Gte(v) => compare(q, f, " >= ", v),
        Op::Between(low, high) => {
            q.push("(");
            compare(q, f, " >= ", low);
            q.push(" AND ");
            compare(q, f, " <= ", high);
            q.push(")");
        }
        Op::In(values) => {
            among(q, f, values);
            push_phone_tail(q, f, values, object);
        }
        Op::NotIn(values) => {
            q.push("NOT ");
            among(q, f, values);
        }
        Op::Contains(s) => text_test(q, f, |q, f| {
            q.pick("position(lower(", "instr(lower(");
            if q.engine() == Engine::Pg {
                q.text(s.clone()).push(" COLLATE \"C\") in lower(");
                push_field(q, f);
                q.push(")) > 0");
            } else {
                push_field(q, f);
                q.push("), lower(").text(s.clone()).push(")) > 0");
            }
        }),
        Op::StartsWith(s) => text_test(q, f, |q, f| {
            q.push("substr(lower(");
            push_field(q, f);
            q.push("), 1, length(")
                .text(s.clone())
                .pick("::text", "")
                .push(")) = lower(")
                .text(s.clone())
                .pick(" COLLATE \"C\")", ")");
        }),
        Op::IsEmpty => {
            push_field(q, f);
            q.push(" IS NULL");
        }
        Op::IsNotEmpty => {
            push_field(q, f);
            q.push(" IS NOT NULL");
        }
        Op::HasAny(ids) => {
            q.push("(");
            push_in_sight(q, f);
            has_tag(q, f, ids, object);
            q.push(")");
        }
        Op::HasNone(ids) => {
            q.push("NOT (");
            push_in_sight(q, f);
            has_tag(q, f, ids, object);
            q.push(")");
        }
        Op::HasAll(ids) => {
            q.push("(");
            push_in_sight(q, f);
            has_all_tags(q, f, ids, object);
            q.push(")");
        }
    }
}

/// Appends `… AND `, that the linked record is in sight: once, however many of its tags are asked for.
fn push_in_sight(q: &mut Sql, f: &FieldRef) {
    if let (Some((_, object)), false) = (f.via, f.sight == Sight::All) {
        q.push("EXISTS (SELECT 1 FROM ").ident(object.key).push(" j WHERE j.id = ");
        push_link(q, f);
        push_sight(q, &f.sight, object.owned);
        q.push(") AND ");
    }
}

fn compare(q: &mut Sql, f: &FieldRef, op: &'static str, value: &Value) {
    q.push("(");
    push_field(q, f);
    q.push(" IS NOT NULL AND ");
    push_field(q, f);
    q.push(op);
    push_operand(q, f, value);
    q.push(")");
}

fn among(q: &mut Sql, f: &FieldRef, values: &[Value]) {
    q.push("(");
    push_field(q, f);
    q.push(" IS NOT NULL AND ");
    push_field(q, f);
    q.push(" IN (");
    for (i, v) in values.iter().enumerate() {
        if i > 0 {
            q.push(",");
        }
        push_operand(q, f, v);
    }
    q.push("))");
}

/// Appends ` AND …`: phones are found by their last digits, which have an index where the phone as it stands has none.
fn push_phone_tail(q: &mut Sql, f: &FieldRef, values: &[Value], object: &'static str) {
    if f.via.is_none() && f.place != Place::Custom && communications::has_tails(object, &f.field.key) {
        q.push(" AND ");
        communications::push_tails(q, values.iter().filter_map(Value::as_str));
    }
}

fn text_test(q: &mut Sql, f: &FieldRef, test: impl FnOnce(&mut Sql, &FieldRef)) {
    q.push("(");
    push_field(q, f);
    q.push(" IS NOT NULL AND ");
    test(q, f);
    q.push(")");
}

/// Tags have a table of their own, and so have the links by which records are grouped, so that such a filter has an
/// index.
fn has_tag(q: &mut Sql, f: &FieldRef, ids: &[Uuid], object: &'static str) {
    q.push("EXISTS (SELECT 1");
    push_owned_members(q, f, ids, object);
    q.push(")");
}

/// Appends ` FROM … rt WHERE …`: those of [`push_members`] that are the record's, or the linked one's.
fn push_owned_members(q: &mut Sql, f: &FieldRef, ids: &[Uuid], object: &'static str) {
    push_members(q, &f.field, ids, f.via.map_or(object, |(_, def)| def.key));
    q.push(" AND rt.record_id = ");
    match f.via {
        None => q.push("t.id"),
        Some(_) => push_link(q, f),
    };
}

/// Each by itself where they are few, which begins at the rarest; many are counted, since an engine plans for every look-up.
fn has_all_tags(q: &mut Sql, f: &FieldRef, ids: &[Uuid], object: &'static str) {
    let ids: Vec<Uuid> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        q.pick("TRUE", "1");
        return;
    }
    if ids.len() > ONE_BY_ONE {
        let column = if matches!(f.field.kind, Kind::Links(_)) { "rt.target" } else { "rt.tag_id" };
        q.push("(SELECT count(DISTINCT ").push(column).push(")");
        push_owned_members(q, f, &ids, object);
        q.push(") = ").int(i64::try_from(ids.len()).unwrap_or(i64::MAX));
        return;
    }
    q.push("(");
    for (i, id) in ids.iter().enumerate() {
        q.push(if i == 0 { "" } else { " AND " });
        has_tag(q, f, &[*id], object);
    }
    q.push(")");
}

/// Appends ` FROM … rt WHERE …`: the entries of an object's records that have one of these tags or links.
pub(super) fn push_members(q: &mut Sql, field: &FieldDef, ids: &[Uuid], object: &'static str) {
    if matches!(field.kind, Kind::Links(_)) {
        q.push(" FROM record_links rt WHERE rt.target IN ").ids(ids);
        q.push(" AND rt.field = ").text(field.key.to_string());
    } else {
        q.push(" FROM record_tags rt WHERE rt.tag_id IN ").ids(ids);
    }
    q.push(" AND rt.object = ").text(object);
}

/// Appends ` AND …` so that only linked records in sight remain.
fn push_sight(q: &mut Sql, sight: &Sight, owned: bool) {
    match sight {
        Sight::All => {}
        Sight::Owners(_) if !owned => {}
        Sight::Owners(list) => {
            q.push(" AND j.owner_id IN ").ids_of_sight(list);
        }
        Sight::Nothing => {
            q.pick(" AND FALSE", " AND 0");
        }
    }
}

fn push_link<'q>(q: &'q mut Sql, f: &FieldRef) -> &'q mut Sql {
    q.column("t", f.link.clone())
}

/// Appends an operand as its field is stored. In the custom document days, moments and ids are texts; and on SQLite, which
/// has no types there, a value that its field's kind would not take any more is compared as what it is.
pub(super) fn push_operand(q: &mut Sql, f: &FieldRef, value: &Value) {
    let store = match (&f.place, value, q.engine()) {
        (Place::Custom, Value::Date(_) | Value::Time(_) | Value::Id(_), _) => {
            q.text(value.to_json().as_str().unwrap_or_default());
            return;
        }
        (Place::Custom, Value::Text(_), Engine::Sqlite) => Store::Text,
        (Place::Custom, Value::Int(_), Engine::Sqlite) => Store::Int,
        (Place::Custom, Value::Num(_), Engine::Sqlite) => Store::Num,
        (Place::Custom, Value::Bool(_), Engine::Sqlite) => Store::Bool,
        _ => Store::of(&f.field.kind),
    };
    q.bind(store, value);
}

/// Appends the expression that yields a field's value.
pub(crate) fn push_field(q: &mut Sql, f: &FieldRef) {
    match f.via {
        None => push_value(q, f, "t"),
        Some((_, object)) => {
            q.push("(SELECT ");
            push_value(q, f, "j");
            q.push(" FROM ").ident(object.key).push(" j WHERE j.id = ");
            push_link(q, f);
            push_sight(q, &f.sight, object.owned);
            q.push(")");
        }
    }
}

fn push_value(q: &mut Sql, f: &FieldRef, alias: &'static str) {
    match f.place {
        Place::Column(_) => {
            q.column(alias, f.field.key.clone());
        }
        // Keys of custom fields are checked to be plain identifiers when they are made.
        Place::Custom => match q.engine() {
            Engine::Sqlite => {
                q.push(format!("json_extract({alias}.custom, '$.{}')", f.field.key));
            }
            Engine::Pg => {
                let cast = match f.field.kind {
                    Kind::Int { .. } | Kind::Money => "::bigint",
                    Kind::Number | Kind::Percent => "::double precision",
                    Kind::Bool => "::boolean",
                    _ => " COLLATE \"C\"",
                };
                q.push(format!("(({alias}.custom ->> '{}'){cast})", f.field.key));
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::MAX_BINDS;
    use domain::objects;
    use domain::record::Shape;
    use std::borrow::Cow;

    fn over_the_customer(key: &str, people: usize) -> FieldRef {
        let at = Shape::plain(&objects::OPPORTUNITIES).columns().position(|f| f.key == "customer_id").unwrap();
        let shape = Shape::plain(&objects::CUSTOMERS);
        let (place, field) = shape.find(key).unwrap();
        FieldRef {
            via: Some((at, &objects::CUSTOMERS)),
            link: Cow::Borrowed("customer_id"),
            sight: Sight::Owners(vec![Uuid::nil(); people].into()),
            place,
            field: field.clone(),
        }
    }

    fn test(field: &FieldRef, op: Op) -> Condition {
        Condition::Test(Box::new(Test { field: field.clone(), op }))
    }

    #[test]
    fn the_largest_conditions_over_links_bind_no_more_than_an_engine_takes() {
        for people in [1, 8, 9, 32, 33, 1_000] {
            let (tags, number) = (over_the_customer("preference_ids", people), over_the_customer("employees", people));
            let between = test(&number, Op::Between(Value::Int(1), Value::Int(2)));
            for (tests, ids) in [(0, 5_000), (498, 4_004), (400, 4_200)] {
                let mut parts = vec![between.clone(); tests];
                parts.push(test(&tags, Op::HasAll((0..ids).map(|i| Uuid::from_u128(i as u128)).collect())));
                let condition = Condition::All(parts);
                assert_eq!(condition.excess(), None);
                for engine in [Engine::Sqlite, Engine::Pg] {
                    let mut q = Sql::new(engine);
                    push_condition(&mut q, &condition, "opportunities");
                    assert!(q.binds() <= MAX_BINDS, "{} for {people} people, {tests} tests and {ids} tags", q.binds());
                }
            }
        }
    }
}
