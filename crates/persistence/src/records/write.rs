//! Writing records, their words in the search index and their tags.

use super::search::tokens;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql, Store};
use domain::fields::Kind;
use domain::record::{Record, Shape};
use domain::value::Value;
use uuid::Uuid;

/// Inserts one record with its words and tags.
pub fn insert(conn: &mut AnyConnection, shape: &Shape, record: &Record) -> Result<()> {
    insert_many(conn, shape, std::slice::from_ref(record))
}

/// Inserts records with their words and tags, in statements of at most 128 rows.
pub fn insert_many(conn: &mut AnyConnection, shape: &Shape, records: &[Record]) -> Result<()> {
    let engine = conn.engine();
    let searchable = !shape.def.search.is_empty();
    let mut seq = if engine == Engine::Sqlite { next_seq(conn, shape)? } else { 0 };
    // Powers of two only, so that few different statements are ever prepared.
    for group in powers_of_two(records) {
        let words: Vec<String> = if searchable { group.iter().map(|r| tokens(shape, r)).collect() } else { Vec::new() };
        insert_rows(conn, shape, group, &words, seq)?;
        if engine == Engine::Sqlite && searchable {
            let mut q = Sql::start(conn, "INSERT INTO ");
            q.ident(format!("{}_search", shape.def.key)).push(" (rowid, tokens) VALUES ");
            for (i, text) in (0i64..).zip(words) {
                q.push(if i == 0 { "(" } else { ", (" }).int(seq + i).push(", ").text(text).push(")");
            }
            q.execute(conn)?;
        }
        seq += group.len() as i64;
    }
    for record in records {
        let tags = tags_of(shape, record);
        if !tags.is_empty() {
            write_tags(conn, shape, record.id(), &tags)?;
        }
    }
    crate::merges::note_members(conn, shape, records, false)
}

fn powers_of_two(mut records: &[Record]) -> Vec<&[Record]> {
    let mut groups = Vec::new();
    let mut size = 128;
    while !records.is_empty() {
        while size > records.len() {
            size /= 2;
        }
        let (head, tail) = records.split_at(size);
        groups.push(head);
        records = tail;
    }
    groups
}

/// The write lock is held, so nobody else takes the number in between.
fn next_seq(conn: &mut AnyConnection, shape: &Shape) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT max(seq) FROM ");
    q.ident(shape.def.key);
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0) + 1)
}

fn insert_rows(conn: &mut AnyConnection, shape: &Shape, records: &[Record], words: &[String], seq: i64) -> Result<()> {
    let sqlite = conn.engine() == Engine::Sqlite;
    let mut q = Sql::start(conn, "INSERT INTO ");
    q.ident(shape.def.key).push(if sqlite { " (seq, " } else { " (" }).push(super::columns(shape.def));
    let searched = !sqlite && !words.is_empty();
    q.push(if searched { ", custom, search) VALUES " } else { ", custom) VALUES " });
    for (i, record) in records.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" });
        if sqlite {
            q.int(seq + i as i64).push(", ");
        }
        for (at, field) in shape.columns().enumerate() {
            q.bind(Store::of(&field.kind), record.at(at)).push(", ");
        }
        q.bind(Store::Json, record.at(shape.custom_at()));
        if searched {
            push_vector(&mut q, words.get(i).map_or("", String::as_str));
        }
        q.push(")");
    }
    q.execute(conn)?;
    Ok(())
}

fn push_vector(q: &mut Sql, words: &str) {
    q.push(", array_to_tsvector(string_to_array(").text(words).push(", ' '))");
}

/// Writes changed columns (positions) of a record whose version in the database is still `expected`.
/// The record carries its new version and update time. Says whether there was such a row.
pub fn update(
    conn: &mut AnyConnection,
    shape: &Shape,
    record: &Record,
    changed: &[usize],
    custom: bool,
    expected: i64,
) -> Result<bool> {
    let is_searched = |at: &usize| shape.column(*at).is_some_and(|f| shape.def.search.contains(&f.key.as_ref()));
    let reword = changed.iter().any(is_searched);
    let words = if reword { tokens(shape, record) } else { String::new() };
    let sqlite = conn.engine() == Engine::Sqlite;
    let mut q = Sql::start(conn, "UPDATE ");
    q.ident(shape.def.key)
        .push(" SET version = ")
        .int(record.version())
        .push(", updated_at = ")
        .bind(Store::Time, record.at(3));
    for at in changed.iter().filter(|at| ![0, 1, 3].contains(*at)) {
        let Some(field) = shape.column(*at) else { continue };
        q.push(", ").ident(field.key.clone()).push(" = ").bind(Store::of(&field.kind), record.at(*at));
    }
    if custom {
        q.push(", custom = ").bind(Store::Json, record.at(shape.custom_at()));
    }
    if reword && !sqlite {
        q.push(", search = array_to_tsvector(string_to_array(").text(words.clone()).push(", ' '))");
    }
    q.push(" WHERE id = ").id(record.id()).push(" AND version = ").int(expected);
    if q.execute(conn)? == 0 {
        return Ok(false);
    }
    if reword && sqlite {
        let mut q = Sql::start(conn, "UPDATE ");
        q.ident(format!("{}_search", shape.def.key))
            .push(" SET tokens = ")
            .text(words)
            .push(" WHERE rowid = (SELECT seq FROM ");
        q.ident(shape.def.key).push(" WHERE id = ").id(record.id()).push(")");
        q.execute(conn)?;
    }
    if changed.iter().any(|at| shape.column(*at).is_some_and(|f| matches!(f.kind, Kind::Tags))) {
        delete_tags(conn, record.id())?;
        write_tags(conn, shape, record.id(), &tags_of(shape, record))?;
    }
    if changed.iter().any(|at| domain::merge::lists(shape.def).contains(at)) {
        crate::merges::note_members(conn, shape, std::slice::from_ref(record), true)?;
    }
    Ok(true)
}

/// The tags of a record.
pub fn tags_of(shape: &Shape, record: &Record) -> Vec<Uuid> {
    match record.get(shape, "tags") {
        Value::List(list) => list.iter().filter_map(Value::as_id).collect(),
        _ => Vec::new(),
    }
}

/// Adds rows to the tag index.
pub fn write_tags(conn: &mut AnyConnection, shape: &Shape, id: Uuid, tags: &[Uuid]) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let mut q = Sql::start(conn, "INSERT INTO record_tags (tag_id, object, record_id) VALUES ");
    for (i, tag) in tags.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" }).id(*tag).push(", ").text(shape.def.key).push(", ").id(id).push(")");
    }
    q.execute(conn)?;
    Ok(())
}

/// Removes a record's rows from the tag index.
pub fn delete_tags(conn: &mut AnyConnection, id: Uuid) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM record_tags WHERE record_id = ");
    q.id(id);
    q.execute(conn)?;
    Ok(())
}
