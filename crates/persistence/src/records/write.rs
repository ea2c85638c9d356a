//! Writing records, their words in the search index and their tags.

use super::search::tokens;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql, Store};
use domain::fields::{FieldDef, Kind};
use domain::record::{Record, Shape};
use domain::value::Value;
use uuid::Uuid;

/// Rows of one statement on SQLite: it opens every index of the table once for them, and keeps the pages that they change
/// until it ends.
const SQLITE_ROWS: usize = 16;
/// Rows of one statement on PostgreSQL.
const PG_ROWS: usize = 128;
/// From so many records on a thread of its own makes their words meanwhile.
const MANY: usize = 256;

/// Inserts one record with its words and tags.
pub fn insert(conn: &mut AnyConnection, shape: &Shape, record: &Record) -> Result<()> {
    insert_many(conn, shape, std::slice::from_ref(record))
}

/// Inserts records with their words and tags.
pub fn insert_many(conn: &mut AnyConnection, shape: &Shape, records: &[Record]) -> Result<()> {
    insert_around(conn, shape, records, |_| Ok(()))
}

/// Inserts records with their words and tags, in statements of several rows each, and on the way whatever else is written
/// by such statements.
///
/// SQLite sets a savepoint for a statement of several rows, and there FTS5 writes out the words gathered so far as a segment,
/// which it merges with others later. So the words come last, and the whole batch is one segment. They are made while the
/// rows are written, when there are many.
pub fn insert_around(
    conn: &mut AnyConnection,
    shape: &Shape,
    records: &[Record],
    others: impl FnOnce(&mut AnyConnection) -> Result<()>,
) -> Result<()> {
    let known = known(shape, records);
    match conn.engine() {
        Engine::Sqlite => {
            if let [_] = records {
                // It takes the number that SQLite gives it, which its words take too before anything else is inserted.
                insert_rows(conn, shape, (&known, records), &[], None)?;
                for words in words(shape, records) {
                    insert_words(conn, shape, words, None)?;
                }
                others(conn)?;
            } else {
                let first = next_seq(conn, shape)?;
                for (words, seq) in
                    insert_groups(conn, shape, (&known, records), first, others)?.into_iter().zip(first..)
                {
                    insert_words(conn, shape, words, Some(seq))?;
                }
            }
        }
        Engine::Pg => {
            let words = words(shape, records);
            let mut words = words.as_slice();
            for group in powers_of_two(records, PG_ROWS) {
                let (head, tail) = words.split_at(group.len().min(words.len()));
                insert_rows(conn, shape, (&known, group), head, None)?;
                words = tail;
            }
            others(conn)?;
        }
    }
    for record in records {
        let tags = tags_of(shape, record);
        if !tags.is_empty() {
            write_tags(conn, shape, record.id(), &tags)?;
        }
        write_links(conn, shape, record, &links_of(shape, record))?;
    }
    crate::merges::note_members(conn, shape, records, false)
}

/// SQLite: inserts rows from this number on, then what others insert; answers their words, made meanwhile when there are many.
fn insert_groups(
    conn: &mut AnyConnection,
    shape: &Shape,
    (known, records): (&[usize], &[Record]),
    first: i64,
    others: impl FnOnce(&mut AnyConnection) -> Result<()>,
) -> Result<Vec<String>> {
    std::thread::scope(|scope| {
        let made = (records.len() >= MANY).then(|| scope.spawn(|| words(shape, records)));
        let mut seq = first;
        for group in powers_of_two(records, SQLITE_ROWS) {
            insert_rows(conn, shape, (known, group), &[], Some(seq))?;
            seq += group.len() as i64;
        }
        others(conn)?;
        Ok(match made {
            Some(made) => made.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            None => words(shape, records),
        })
    })
}

/// The words of each record; none where an object is not searched.
fn words(shape: &Shape, records: &[Record]) -> Vec<String> {
    match shape.def.search {
        [] => Vec::new(),
        _ => records.iter().map(|record| tokens(shape, record)).collect(),
    }
}

/// The columns that at least one of the records has a value for. No column but `custom` has a default, so that the others
/// can be left out: most fields of most records are unknown.
fn known(shape: &Shape, records: &[Record]) -> Vec<usize> {
    let mut known = vec![false; shape.custom_at()];
    for record in records {
        known.iter_mut().zip(&record.values).for_each(|(known, value)| *known |= !value.is_null());
    }
    known.into_iter().enumerate().filter_map(|(at, known)| known.then_some(at)).collect()
}

/// Groups of at most so many, which is a power of two. Powers of two only, so that few different statements are ever prepared.
fn powers_of_two(mut records: &[Record], most: usize) -> Vec<&[Record]> {
    let mut groups = Vec::new();
    let mut size = most;
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

/// SQLite: the words of the record of this number, or of the one that was inserted last.
fn insert_words(conn: &mut AnyConnection, shape: &Shape, words: String, seq: Option<i64>) -> Result<()> {
    let mut q = Sql::start(conn, "INSERT INTO ");
    q.ident(format!("{}_search", shape.def.key)).push(" (rowid, tokens) VALUES (");
    match seq {
        Some(seq) => q.int(seq),
        None => q.push("last_insert_rowid()"),
    };
    q.push(", ").text(words).push(")");
    q.execute(conn)?;
    Ok(())
}

fn insert_rows(
    conn: &mut AnyConnection,
    shape: &Shape,
    (known, records): (&[usize], &[Record]),
    words: &[String],
    first: Option<i64>,
) -> Result<()> {
    let names = super::columns(shape.def);
    let fields = || known.iter().filter_map(move |at| Some((*at, shape.column(*at)?, names.get(*at)?.as_str())));
    let mut q = Sql::start(conn, "INSERT INTO ");
    q.ident(shape.def.key).push(if first.is_some() { " (seq, " } else { " (" });
    fields().for_each(|(_, _, name)| {
        q.push(name);
    });
    let searched = q.engine() == Engine::Pg && !words.is_empty();
    q.push(if searched { "custom, search) VALUES " } else { "custom) VALUES " });
    for (i, record) in records.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" });
        if let Some(first) = first {
            q.int(first + i as i64).push(", ");
        }
        for (at, field, _) in fields() {
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
    if changed.iter().any(|at| shape.column(*at).is_some_and(is_grouped)) {
        let mut q = Sql::start(conn, "DELETE FROM record_links WHERE record_id = ");
        q.id(record.id());
        q.execute(conn)?;
        write_links(conn, shape, record, &links_of(shape, record))?;
    }
    if changed.iter().any(|at| domain::merge::lists(shape.def).contains(at)) {
        crate::merges::note_members(conn, shape, std::slice::from_ref(record), true)?;
    }
    Ok(true)
}

/// Links by which records are found.
fn is_grouped(field: &FieldDef) -> bool {
    field.filterable && matches!(field.kind, Kind::Links(_))
}

/// What a record links to by the fields that group records.
fn links_of(shape: &Shape, record: &Record) -> Vec<(String, Uuid)> {
    let mut links = Vec::new();
    for (at, field) in shape.columns().enumerate().filter(|(_, field)| is_grouped(field)) {
        if let Value::List(list) = record.at(at) {
            links.extend(list.iter().filter_map(Value::as_id).map(|id| (field.key.to_string(), id)));
        }
    }
    links
}

fn write_links(conn: &mut AnyConnection, shape: &Shape, record: &Record, links: &[(String, Uuid)]) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let mut q = Sql::start(conn, "INSERT INTO record_links (object, field, target, record_id) VALUES ");
    for (i, (field, target)) in links.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" }).text(shape.def.key).push(", ").text(field.clone()).push(", ");
        q.id(*target).push(", ").id(record.id()).push(")");
    }
    q.push(" ON CONFLICT DO NOTHING");
    q.execute(conn)?;
    Ok(())
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
