//! Records of any object: reading, listing, writing, by the object's shape.

mod compile;
mod known;
mod list;
mod search;
mod write;

pub use compile::push_condition;
pub(crate) use compile::push_field;
pub(crate) use known::alike;
pub use known::{Called, Known, find_alike, find_by_custom, is_folded, spelling};
pub(crate) use list::select;
pub use list::{After, Archived, List, Order, Row, count, list};
pub(crate) use list::{numbered, of_numbers};
pub use write::{delete_tags, insert, insert_around, insert_many, tags_of, update, write_tags};

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql, Store, shape as shape_cell};
use domain::fields::ObjectDef;
use domain::record::{Projection, Record, Shape};
use domain::value::Value;
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// Whose records may be seen.
#[derive(Debug, Clone, Copy)]
pub enum Owners<'a> {
    /// Everybody's, and those of nobody.
    All,
    /// Those of these users only.
    Only(&'a [Uuid]),
    /// Those in the public pool only.
    Pool,
}

/// Appends the columns of a shape, its custom document and the sequence number; unwanted columns are left out.
fn push_columns(q: &mut Sql, shape: &Shape, only: Option<&Projection>) {
    let Some(only) = only else {
        q.push(whole_row(shape.def));
        return;
    };
    for (at, field) in shape.columns().enumerate().filter(|(at, _)| only.has(*at)) {
        q.push(if at == 0 { "" } else { ", " }).column("t", field.key.clone());
    }
    q.push(if only.custom { ", t.custom, t.seq" } else { ", t.seq" });
}

/// The whole row's columns as one piece: reading a record spends more on building its query than one would think.
fn whole_row(def: &'static ObjectDef) -> &'static str {
    static ROWS: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
        let row = |def: &'static ObjectDef| {
            let names = columns(def).iter().fold(String::new(), |row, name| row + "t." + name);
            (def.key, names + "t.custom, t.seq")
        };
        domain::objects::ALL.iter().map(|def| row(def)).collect()
    });
    ROWS.get(def.key).map_or("", String::as_str)
}

/// The quoted columns of an object, each with a comma behind it, without the sequence number and the custom document.
fn columns(def: &'static ObjectDef) -> &'static [String] {
    static NAMES: LazyLock<HashMap<&'static str, Vec<String>>> = LazyLock::new(|| {
        let name = |field: &domain::fields::FieldDef| format!("\"{}\", ", field.key);
        let names = |def: &'static ObjectDef| (def.key, Shape::plain(def).columns().map(name).collect());
        domain::objects::ALL.iter().map(|def| names(def)).collect()
    });
    NAMES.get(def.key).map(Vec::as_slice).unwrap_or_default()
}

/// Turns the cells of [`push_columns`] into a record; the last cell is the sequence number.
fn read_row(Cells(mut values): Cells, shape: &Shape, only: Option<&Projection>) -> (i64, Record) {
    let seq = values.pop().and_then(|c| c.as_int()).unwrap_or(0);
    if let Some(only) = only {
        values = spread(values, shape, only);
    }
    // In place: most cells of most records are unknown, and a list has thousands of them.
    for (cell, field) in values.iter_mut().zip(shape.columns()).filter(|(cell, _)| !cell.is_null()) {
        shape_cell(Store::of(&field.kind), cell);
        if field.kind.is_list() {
            *cell = list_of(cell, &field.kind);
        }
    }
    match values.get_mut(shape.custom_at()) {
        Some(custom) if custom.is_null() => *custom = Value::Json("{}".to_owned()),
        Some(custom) => shape_cell(Store::Json, custom),
        None => {}
    }
    (seq, Record { values })
}

/// Puts the cells of a part of the columns in their places.
fn spread(cells: Vec<Value>, shape: &Shape, only: &Projection) -> Vec<Value> {
    let mut cells = cells.into_iter();
    let mut next = |wanted: bool| if wanted { cells.next().unwrap_or_default() } else { Value::Null };
    let mut values: Vec<Value> = (0..shape.custom_at()).map(|at| next(only.has(at))).collect();
    values.push(next(only.custom));
    values
}

fn list_of(cell: &Value, kind: &domain::fields::Kind) -> Value {
    let Some(text) = cell.as_str() else { return Value::Null };
    let members: Vec<Value> = if matches!(kind, domain::fields::Kind::Choices(_)) {
        serde_json::from_str::<Vec<String>>(text).unwrap_or_default().into_iter().map(Value::Text).collect()
    } else {
        serde_json::from_str::<Vec<Uuid>>(text).unwrap_or_default().into_iter().map(Value::Id).collect()
    };
    if members.is_empty() { Value::Null } else { Value::List(members) }
}

/// Appends ` AND …` so that only records of these owners remain. What is shared or
/// published, such as a view or a goal, is everybody's.
pub(crate) fn push_owners(q: &mut Sql, shape: &Shape, owners: Owners<'_>) {
    let ids: &[Uuid] = match owners {
        Owners::Only(ids) if shape.def.owned => ids,
        Owners::Pool if shape.position("pooled_at").is_some() => {
            q.push(" AND t.pooled_at IS NOT NULL");
            return;
        }
        Owners::Pool => &[],
        Owners::All | Owners::Only(_) => return,
    };
    let open = ["shared", "published"].into_iter().find(|key| shape.position(key).is_some());
    q.push(if open.is_some() { " AND (t.owner_id " } else { " AND t.owner_id " });
    match ids {
        [one] => {
            q.push("= ").id(*one);
        }
        many => {
            q.push("IN ").ids(many);
        }
    }
    if let Some(column) = open {
        q.push(" OR ").column("t", column).pick(")", " = 1)");
    }
}

/// A record by id within the given owners, archived or not; locked against other writers when asked.
pub fn get(
    conn: &mut AnyConnection,
    shape: &Shape,
    id: Uuid,
    owners: Owners<'_>,
    lock: bool,
) -> Result<Option<Record>> {
    let mut q = Sql::start(conn, "SELECT ");
    push_columns(&mut q, shape, None);
    q.push(" FROM ").ident(shape.def.key).push(" t WHERE t.id = ").id(id);
    push_owners(&mut q, shape, owners);
    // SQLite has one writer, who holds the lock already.
    if lock && q.engine() == Engine::Pg {
        q.push(" FOR UPDATE OF t");
    }
    Ok(q.first(conn)?.map(|cells| read_row(cells, shape, None).1))
}

/// Locks records against other writers, in the order of their ids: those who lock many do not wait for each other in a
/// circle.
pub fn lock(conn: &mut AnyConnection, shape: &Shape, ids: &[Uuid]) -> Result<()> {
    // SQLite has one writer, who holds the lock already.
    if ids.is_empty() || conn.engine() == Engine::Sqlite {
        return Ok(());
    }
    let mut q = Sql::start(conn, "SELECT 1 FROM ");
    q.ident(shape.def.key).push(" t WHERE t.id IN ").ids(ids).push(" ORDER BY t.id FOR UPDATE OF t");
    q.load(conn)?;
    Ok(())
}

/// Several records by id, in no particular order.
pub fn get_many(conn: &mut AnyConnection, shape: &Shape, ids: &[Uuid], owners: Owners<'_>) -> Result<Vec<Record>> {
    let mut records = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "SELECT ");
        push_columns(&mut q, shape, None);
        q.push(" FROM ").ident(shape.def.key).push(" t WHERE t.id IN ").ids(chunk);
        push_owners(&mut q, shape, owners);
        records.extend(q.load(conn)?.into_iter().map(|cells| read_row(cells, shape, None).1));
    }
    Ok(records)
}

/// Does a live record with this id exist within the given owners?
pub fn exists(conn: &mut AnyConnection, shape: &Shape, id: Uuid, owners: Owners<'_>) -> Result<bool> {
    Ok(a_live_one(conn.engine(), shape, id, owners).first(conn)?.is_some())
}

fn a_live_one(engine: Engine, shape: &Shape, id: Uuid, owners: Owners<'_>) -> Sql {
    let mut q = Sql::new(engine);
    q.push("SELECT 1 FROM ").ident(shape.def.key).push(" t WHERE t.id = ").id(id).push(" AND t.archived_at IS NULL");
    push_owners(&mut q, shape, owners);
    q
}

/// The same for a link that is about to be written: the record stays until the end of the transaction. On PostgreSQL it could
/// otherwise become part of another one in between, after what belonged to it had been moved.
pub fn stays(conn: &mut AnyConnection, shape: &Shape, id: Uuid, owners: Owners<'_>) -> Result<bool> {
    let mut q = a_live_one(conn.engine(), shape, id, owners);
    q.pick(" FOR KEY SHARE OF t", "");
    Ok(q.first(conn)?.is_some())
}

/// Which of these are the ids of live records; as with [`stays`] they remain so until the end of the transaction.
pub fn stay(conn: &mut AnyConnection, shape: &Shape, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "SELECT t.id FROM ");
        q.ident(shape.def.key).push(" t WHERE t.id IN ").ids(chunk).push(" AND t.archived_at IS NULL");
        q.pick(" ORDER BY t.id FOR KEY SHARE OF t", "");
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(cells)| cells.first().and_then(Value::as_id)));
    }
    Ok(found)
}

/// Which of these are the ids of live records within the given owners.
pub fn live(conn: &mut AnyConnection, shape: &Shape, ids: &[Uuid], owners: Owners<'_>) -> Result<Vec<Uuid>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "SELECT t.id FROM ");
        q.ident(shape.def.key).push(" t WHERE t.id IN ").ids(chunk).push(" AND t.archived_at IS NULL");
        push_owners(&mut q, shape, owners);
        found.extend(q.load(conn)?.into_iter().filter_map(|Cells(cells)| cells.first().and_then(Value::as_id)));
    }
    Ok(found)
}

/// The titles of records by id, for showing links.
pub fn titles(
    conn: &mut AnyConnection,
    shape: &Shape,
    ids: &[Uuid],
    owners: Owners<'_>,
) -> Result<Vec<(Uuid, String)>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "SELECT t.id, ");
        q.column("t", shape.def.title).push(" FROM ").ident(shape.def.key).push(" t WHERE t.id IN ").ids(chunk);
        push_owners(&mut q, shape, owners);
        for Cells(cells) in q.load(conn)? {
            if let [Value::Id(id), title] = cells.as_slice() {
                found.push((*id, title.as_str().unwrap_or_default().to_owned()));
            }
        }
    }
    Ok(found)
}

/// One link of each of these records, archived ones too.
pub fn links(
    conn: &mut AnyConnection,
    shape: &Shape,
    column: &'static str,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Option<Uuid>)>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "SELECT t.id, ");
        q.column("t", column).push(" FROM ").ident(shape.def.key).push(" t WHERE t.id IN ").ids(chunk);
        let rows = q.load(conn)?;
        found.extend(rows.iter().filter_map(|Cells(c)| Some((c.first()?.as_id()?, c.get(1).and_then(Value::as_id)))));
    }
    Ok(found)
}

/// Live records of an object that somebody made and that are linked to these by a column, as pairs of target and record.
pub fn linked_by(
    conn: &mut AnyConnection,
    object: &'static str,
    column: &'static str,
    targets: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>> {
    let mut found = Vec::new();
    for chunk in targets.chunks(500) {
        let mut q = Sql::start(conn, "SELECT ");
        q.column("t", column).push(", t.id FROM ").ident(object);
        q.push(" t WHERE t.archived_at IS NULL AND t.created_by IS NOT NULL AND ");
        q.column("t", column).push(" IN ").ids(chunk);
        let pair = |Cells(c): Cells| Some((c.first()?.as_id()?, c.get(1)?.as_id()?));
        found.extend(q.load(conn)?.into_iter().filter_map(pair));
    }
    Ok(found)
}

/// Live records whose column equals one of these texts, ids with the text: links by name, match keys.
pub fn find_by_text(
    conn: &mut AnyConnection,
    shape: &Shape,
    column: &'static str,
    texts: &[String],
    owners: Owners<'_>,
) -> Result<Vec<(String, Uuid)>> {
    let mut found = Vec::new();
    for chunk in texts.chunks(500) {
        let mut q = Sql::start(conn, "SELECT ");
        q.column("t", column).push(", t.id FROM ").ident(shape.def.key).push(" t WHERE t.archived_at IS NULL AND ");
        q.column("t", column).push(" IN ").texts(chunk);
        push_owners(&mut q, shape, owners);
        for Cells(cells) in q.load(conn)? {
            if let [Value::Text(text), Value::Id(id)] = cells.as_slice() {
                found.push((text.clone(), *id));
            }
        }
    }
    Ok(found)
}
