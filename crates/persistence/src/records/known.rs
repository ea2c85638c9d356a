//! Records by what they are called: names however they are written, numbers in custom fields, what belongs to others.

use super::{Owners, push_condition, push_owners};
use crate::communications;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql};
use domain::condition::{Condition, FieldRef, Op, Test};
use domain::fields::FieldDef;
use domain::record::{Place, Shape};
use domain::value::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Names by whose folded form records have an index.
const FOLDED: [(&str, &str); 5] = [
    ("customers", "name"),
    ("customers", "short_name"),
    ("contacts", "name"),
    ("opportunities", "name"),
    ("products", "name"),
];

/// What the folded form has in place of these characters.
const REPLACED: [(char, &str); 9] = [
    (' ', ""),
    ('\u{3000}', ""),
    ('\u{a0}', ""),
    ('（', "("),
    ('）', ")"),
    ('－', "-"),
    ('，', ","),
    ('．', "."),
    ('＆', "&"),
];

/// The indexed expression, letter for letter as the migration has it.
fn expression(column: &str) -> String {
    let inner = REPLACED
        .iter()
        .fold(format!("t.\"{column}\""), |inner, (from, to)| format!("replace({inner}, '{from}', '{to}')"));
    format!("lower({inner})")
}

/// What the expression makes of a text: both engines' `lower` knows ASCII only.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match REPLACED.iter().find(|(from, _)| *from == c) {
            Some((_, to)) => out.push_str(to),
            None => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

/// The ways in which a text may be written in the database.
fn spellings(text: &str) -> Vec<String> {
    // Han characters have neither width nor case; most names have nothing else.
    if text.chars().all(|c| matches!(c, '\u{3400}'..='\u{9fff}')) {
        return vec![text.to_owned()];
    }
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let half: String = plain.chars().map(half_width).collect();
    let (upper, lower) = (half.to_uppercase(), half.to_lowercase());
    let wide = |text: &str| text.chars().map(full_width).collect::<String>();
    let wide = half.contains(|c: char| c.is_ascii_alphanumeric()).then(|| [wide(&upper), wide(&lower)]);
    [text.to_owned(), plain, half, upper, lower].into_iter().chain(wide.into_iter().flatten()).collect()
}

/// Whether a column is found by its folded form, however it is written.
pub fn is_folded(shape: &Shape, column: &str) -> bool {
    FOLDED.contains(&(shape.def.key, column))
}

/// The form under which texts of a column without an index of folded names are the same: those that [`find_alike`] and
/// [`find_by_custom`] find by each other. Letters all capital or all small are the same, in half or full width; any other
/// text only as it is written.
pub fn spelling(text: &str) -> String {
    let half: String = text.chars().map(half_width).collect();
    let (upper, lower) = (half.to_uppercase(), half.to_lowercase());
    let wide = |text: &str| text.chars().map(full_width).collect::<String>();
    let is_plain = text.split_whitespace().collect::<Vec<_>>().join(" ") == text;
    let back = upper.to_lowercase() == lower && lower.to_uppercase() == upper;
    let is_one = || [&upper, &lower].into_iter().any(|one| one == text || wide(one) == text);
    if is_plain && back && is_one() { lower } else { text.to_owned() }
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

fn full_width(c: char) -> char {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// A record that is called something, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The record.
    pub id: Uuid,
    /// What it belongs to, by the link that was asked for.
    pub to: Option<Uuid>,
    /// The text of the column that was asked for.
    pub text: String,
}

/// What records are looked for by.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// The column.
    pub column: &'static str,
    /// What may stand in it.
    pub texts: &'a [String],
    /// The link that says what they belong to; without one nothing is said of that.
    pub link: Option<&'static str>,
    /// Only those that belong to one of these, or to nothing.
    pub at: Option<&'a [Uuid]>,
}

/// Live records whose column may be one of these texts, written with other width, case or blanks. By index only, so the
/// caller compares. Where the column has no index of folded names, blanks within a text matter, and a mixture of cases is
/// found as it stands in `texts` only; phones are found by their last digits, as they stand.
pub fn find_alike(
    conn: &mut AnyConnection,
    shape: &Shape,
    called: Called<'_>,
    owners: Owners<'_>,
) -> Result<Vec<Known>> {
    let mut found = Vec::new();
    for q in alike(conn, shape, called, owners) {
        for Cells(cells) in q.load(conn)? {
            if let [Value::Id(id), to, Value::Text(text)] = cells.as_slice() {
                found.push(Known { id: *id, to: to.as_id(), text: text.clone() });
            }
        }
    }
    Ok(found)
}

/// The queries of [`find_alike`].
pub(crate) fn alike(conn: &AnyConnection, shape: &Shape, called: Called<'_>, owners: Owners<'_>) -> Vec<Sql> {
    let Called { column, texts, link, at } = called;
    let is_folded = is_folded(shape, column);
    let spelt = texts.iter().flat_map(|text| spellings(text));
    let keys: BTreeSet<String> = if is_folded { spelt.map(|text| folded(&text)).collect() } else { spelt.collect() };
    let keys: Vec<String> = keys.into_iter().collect();
    // Those that belong to nothing are found once, with the first of the others.
    let places: Vec<Option<(usize, &[Uuid])>> = match at {
        Some(at) => at.chunks(1000).enumerate().map(Some).collect(),
        None => vec![None],
    };
    let mut queries = Vec::new();
    let has_tails = communications::has_tails(shape.def.key, column);
    let at_once = if has_tails { conn.engine().texts_by_expression() } else { 500 };
    for (chunk, place) in keys.chunks(at_once).flat_map(|chunk| places.iter().map(move |place| (chunk, place))) {
        let mut q = Sql::start(conn, "SELECT t.id, ");
        match link {
            Some(link) => q.column("t", link),
            None => q.push("NULL"),
        };
        q.push(", ").column("t", column).push(" FROM ");
        let live = |q: &mut Sql| {
            q.ident(shape.def.key)
                .push(" t WHERE t.archived_at IS NULL AND ")
                .column("t", column)
                .push(" IS NOT NULL AND ");
        };
        if is_folded && q.engine() == Engine::Pg {
            // One after the other: the planner takes a list of names for most of the table, which it would then read.
            q.push("(VALUES (");
            for (at, key) in chunk.iter().enumerate() {
                q.push(if at == 0 { "" } else { "), (" }).text(key.clone());
            }
            q.push(")) AS k (key) CROSS JOIN LATERAL (SELECT * FROM ");
            live(&mut q);
            q.push(expression(column)).push(" = k.key COLLATE \"C\" OFFSET 0) t WHERE TRUE");
        } else {
            live(&mut q);
            match is_folded {
                true => q.push(expression(column)),
                false => q.column("t", column),
            };
            q.push(" IN ").texts(chunk);
        }
        if has_tails {
            q.push(" AND ");
            communications::push_tails(&mut q, chunk.iter().map(String::as_str));
        }
        if let (Some((number, to)), Some(link)) = (place, link) {
            q.push(" AND (").column("t", link).push(" IN ").ids(to);
            if *number == 0 {
                q.push(" OR ").column("t", link).push(" IS NULL");
            }
            q.push(")");
        }
        push_owners(&mut q, shape, owners);
        queries.push(q);
    }
    queries
}

/// Live records whose custom field may be one of these values, texts with other width or case: their ids, by the index
/// of the field. The caller compares.
pub fn find_by_custom(
    conn: &mut AnyConnection,
    shape: &Shape,
    field: &FieldDef,
    values: &[Value],
    owners: Owners<'_>,
) -> Result<Vec<Uuid>> {
    let texts: BTreeSet<String> = values.iter().filter_map(Value::as_str).flat_map(spellings).collect();
    let others = values.iter().filter(|value| value.as_str().is_none()).cloned();
    let values: Vec<Value> = texts.into_iter().map(Value::Text).chain(others).collect();
    let mut found = Vec::new();
    for chunk in values.chunks(conn.engine().texts_by_expression()) {
        let field = FieldRef::own(Place::Custom, field);
        let test = Condition::Test(Box::new(Test { field, op: Op::In(chunk.to_vec()) }));
        let mut q = Sql::start(conn, "SELECT t.id FROM ");
        q.ident(shape.def.key).push(" t WHERE t.archived_at IS NULL AND ");
        push_condition(&mut q, &test, shape.def.key);
        push_owners(&mut q, shape, owners);
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(cells)| cells.first().and_then(Value::as_id)));
    }
    Ok(found)
}
