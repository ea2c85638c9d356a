//! Records by what they are called: names however they are written, numbers in custom fields, what belongs to others.

use super::push_owners;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::sql::{Cells, Engine, Sql};
use domain::fields::{FieldDef, Kind};
use domain::record::Shape;
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
fn spellings(text: &str) -> impl Iterator<Item = String> {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let half: String = plain.chars().map(half_width).collect();
    let (upper, lower) = (half.to_uppercase(), half.to_lowercase());
    let wide = |text: &str| text.chars().map(full_width).collect::<String>();
    let wide = half.contains(|c: char| c.is_ascii_alphanumeric()).then(|| [wide(&upper), wide(&lower)]);
    [text.to_owned(), plain, half, upper, lower].into_iter().chain(wide.into_iter().flatten())
}

/// Whether a column is found by its folded form, however it is written.
pub fn is_folded(shape: &Shape, column: &str) -> bool {
    FOLDED.iter().any(|(object, folded)| *object == shape.def.key && *folded == column)
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

/// Live records whose column may be one of these texts, written with other width, case or blanks: ids with the text. By
/// index only, so the caller compares. Where the column has no index of folded names, blanks within a text matter, and
/// a mixture of cases is found as it stands in `texts` only.
pub fn find_alike(
    conn: &mut AnyConnection,
    shape: &Shape,
    column: &'static str,
    texts: &[String],
    owners: Owners<'_>,
) -> Result<Vec<(String, Uuid)>> {
    let is_folded = FOLDED.contains(&(shape.def.key, column));
    let spelt = texts.iter().flat_map(|text| spellings(text));
    let keys: BTreeSet<String> = if is_folded { spelt.map(|text| folded(&text)).collect() } else { spelt.collect() };
    let keys: Vec<String> = keys.into_iter().collect();
    if !is_folded {
        return super::find_by_text(conn, shape, column, &keys, owners);
    }
    let mut found = Vec::new();
    for chunk in keys.chunks(500) {
        let mut q = Sql::start(conn, "SELECT ");
        q.column("t", column).push(", t.id FROM ").ident(shape.def.key).push(" t WHERE t.archived_at IS NULL AND ");
        q.column("t", column).push(" IS NOT NULL AND ").push(expression(column));
        push_texts(&mut q, chunk);
        push_owners(&mut q, shape, owners);
        for Cells(cells) in q.load(conn)? {
            if let [Value::Text(text), Value::Id(id)] = cells.as_slice() {
                found.push((text.clone(), *id));
            }
        }
    }
    Ok(found)
}

fn push_texts(q: &mut Sql, texts: &[String]) {
    q.push(" IN (");
    for (i, text) in texts.iter().enumerate() {
        q.push(if i == 0 { "" } else { "," }).text(text.clone());
    }
    q.push(")");
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
    // Keys of custom fields are checked to be plain identifiers when they are made.
    let is_int = matches!(field.kind, Kind::Int { .. });
    let expression = match (conn.engine(), is_int) {
        (Engine::Sqlite, _) => format!("json_extract(t.custom, '$.{}')", field.key),
        (Engine::Pg, true) => format!("((t.custom ->> '{}')::bigint)", field.key),
        (Engine::Pg, false) => format!("((t.custom ->> '{}') COLLATE \"C\")", field.key),
    };
    let texts: BTreeSet<String> = values.iter().filter_map(Value::as_str).flat_map(spellings).collect();
    let texts: Vec<String> = texts.into_iter().collect();
    let ints: Vec<i64> = values.iter().filter_map(Value::as_int).collect();
    let pieces = if is_int { ints.chunks(500).len() } else { texts.chunks(500).len() };
    let mut found = Vec::new();
    for piece in 0..pieces {
        let mut q = Sql::start(conn, "SELECT t.id FROM ");
        q.ident(shape.def.key).push(" t WHERE t.archived_at IS NULL AND ").push(expression.clone());
        q.push(" IS NOT NULL AND ").push(expression.clone());
        if is_int {
            q.push(" IN (");
            for (i, int) in ints.chunks(500).nth(piece).unwrap_or_default().iter().enumerate() {
                q.push(if i == 0 { "" } else { "," }).int(*int);
            }
            q.push(")");
        } else {
            push_texts(&mut q, texts.chunks(500).nth(piece).unwrap_or_default());
        }
        push_owners(&mut q, shape, owners);
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(cells)| cells.first().and_then(Value::as_id)));
    }
    Ok(found)
}

/// A record with a name, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// The record.
    pub id: Uuid,
    /// What it belongs to.
    pub to: Option<Uuid>,
    /// The text of the column that was asked for.
    pub text: String,
}

/// As [`find_alike`], but only records that belong to one of these others by a link, or to none.
pub fn find_alike_at(
    conn: &mut AnyConnection,
    shape: &Shape,
    column: &'static str,
    texts: &[String],
    (link, to): (&'static str, &[Uuid]),
    owners: Owners<'_>,
) -> Result<Vec<Belonging>> {
    let is_folded = FOLDED.contains(&(shape.def.key, column));
    let spelt = texts.iter().flat_map(|text| spellings(text));
    let keys: BTreeSet<String> = if is_folded { spelt.map(|text| folded(&text)).collect() } else { spelt.collect() };
    let keys: Vec<String> = keys.into_iter().collect();
    let mut found = Vec::new();
    for (chunk, to) in keys.chunks(500).flat_map(|chunk| to.chunks(1000).enumerate().map(move |to| (chunk, to))) {
        let mut q = Sql::start(conn, "SELECT t.id, ");
        q.column("t", link).push(", ").column("t", column).push(" FROM ").ident(shape.def.key);
        q.push(" t WHERE t.archived_at IS NULL AND ").column("t", column).push(" IS NOT NULL AND ");
        match is_folded {
            true => q.push(expression(column)),
            false => q.column("t", column),
        };
        push_texts(&mut q, chunk);
        q.push(" AND (").column("t", link).push(" IN ").ids(to.1);
        // Those that belong to none are found once.
        if to.0 == 0 {
            q.push(" OR ").column("t", link).push(" IS NULL");
        }
        q.push(")");
        push_owners(&mut q, shape, owners);
        for Cells(cells) in q.load(conn)? {
            if let [Value::Id(id), to, Value::Text(text)] = cells.as_slice() {
                found.push(Belonging { id: *id, to: to.as_id(), text: text.clone() });
            }
        }
    }
    Ok(found)
}
