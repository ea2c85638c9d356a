//! Lists: filter, scope, search, sort and keyset pages in one query.

mod shortcuts;

pub(crate) use shortcuts::{numbered, of_numbers};

use super::compile::{push_condition, push_field, push_operand};
use super::search::push_from;
use super::{Owners, push_columns, push_owners, read_row};
use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql};
use domain::condition::{Condition, SortKey};
use domain::fields::Direction;
use domain::record::{Place, Projection, Record, Shape};
use domain::text::QueryGroup;
use domain::value::Value;
use uuid::Uuid;

/// Which side of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Archived {
    /// Live records.
    #[default]
    No,
    /// Archived records.
    Only,
    /// Both.
    Both,
}

/// The order of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// By these keys, then by id in the direction of the last key. Unknown values are the smallest.
    Keys(Vec<SortKey>),
    /// Newest first by sequence number: the order in which a search can stop early.
    Newest,
}

/// Where the last page ended.
#[derive(Debug, Clone, PartialEq)]
pub enum After {
    /// The values of the sort keys of the last record, and its id.
    Keys(Vec<Value>, Uuid),
    /// The sequence number of the last record.
    Seq(i64),
}

/// A list to be read.
#[derive(Clone, Copy)]
pub struct List<'a> {
    /// The object.
    pub shape: &'a Shape,
    /// Whose records.
    pub owners: Owners<'a>,
    /// Which side of the archive.
    pub archived: Archived,
    /// The filter.
    pub condition: Option<&'a Condition>,
    /// The search; an empty list finds nothing.
    pub search: Option<&'a [QueryGroup]>,
    /// The order.
    pub order: &'a Order,
    /// Where to go on.
    pub after: Option<&'a After>,
    /// Records at most.
    pub limit: i64,
    /// The columns wanted; all by default. The sort keys must be among them.
    pub only: Option<&'a Projection>,
}

/// One record of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Sequence number, for the cursor of [`Order::Newest`].
    pub seq: i64,
    /// The record.
    pub record: Record,
}

/// Reads one page.
pub fn list(conn: &mut AnyConnection, l: &List<'_>) -> Result<Vec<Row>> {
    if l.search.is_some_and(<[QueryGroup]>::is_empty) {
        return Ok(Vec::new());
    }
    if let Some(rows) = shortcuts::newest(conn, l)? {
        return Ok(rows);
    }
    let q = select(conn, l)?;
    read(conn, l, q)
}

fn read(conn: &mut AnyConnection, l: &List<'_>, q: Sql) -> Result<Vec<Row>> {
    let rows = q.load(conn)?;
    let rows = rows.into_iter().map(|cells| read_row(cells, l.shape, l.only));
    Ok(rows.map(|(seq, record)| Row { seq, record }).collect())
}

/// The query of a page.
pub(crate) fn select(conn: &mut AnyConnection, l: &List<'_>) -> Result<Sql> {
    let few = shortcuts::few(conn, l)?;
    let l = &few.as_deref().map_or(*l, |groups| List { search: Some(groups), ..*l });
    let members = shortcuts::members(conn, l)?;
    let mut q = Sql::start(conn, "SELECT ");
    push_columns(&mut q, l.shape, l.only);
    push_where(&mut q, l);
    shortcuts::push_members(&mut q, l, members);
    if let Some(after) = l.after {
        q.push(" AND ");
        push_after(&mut q, l.order, after);
    }
    push_order(&mut q, l);
    q.limit(l.limit);
    Ok(q)
}

/// Counts the records of a list, all pages together; stops at `cap` when one is given.
pub fn count(conn: &mut AnyConnection, l: &List<'_>, cap: Option<i64>) -> Result<i64> {
    if l.search.is_some_and(<[QueryGroup]>::is_empty) {
        return Ok(0);
    }
    let few = shortcuts::few(conn, l)?;
    let l = &few.as_deref().map_or(*l, |groups| List { search: Some(groups), ..*l });
    let members = shortcuts::members(conn, l)?;
    let mut q = Sql::start(conn, "SELECT count(*) FROM (SELECT 1");
    push_where(&mut q, l);
    shortcuts::push_members(&mut q, l, members);
    if let Some(cap) = cap {
        q.limit(cap);
    }
    q.push(") AS counted");
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

fn push_where(q: &mut Sql, l: &List<'_>) {
    push_from(q, l.shape, l.search);
    push_narrow(q, l);
}

/// As [`push_where`], of records whose numbers are given: SQLite, which knows nothing of how many there are, would rather read
/// all that an owner has.
fn push_numbered(q: &mut Sql, l: &List<'_>) {
    q.push(" FROM ").ident(l.shape.def.key);
    q.pick(" t WHERE TRUE", " t NOT INDEXED WHERE 1");
    push_narrow(q, l);
}

fn push_narrow(q: &mut Sql, l: &List<'_>) {
    match l.archived {
        Archived::No => q.push(" AND t.archived_at IS NULL"),
        Archived::Only => q.push(" AND t.archived_at IS NOT NULL"),
        Archived::Both => q,
    };
    push_owners(q, l.shape, l.owners);
    if let Some(condition) = l.condition {
        q.push(" AND ");
        push_condition(q, condition, l.shape.def.key);
    }
}

fn push_order(q: &mut Sql, l: &List<'_>) {
    match l.order {
        Order::Newest => match (q.engine(), l.search) {
            // The index yields its rows in this order by itself.
            (Engine::Sqlite, Some(_)) => q.push(" ORDER BY s.rowid DESC"),
            _ => q.push(" ORDER BY t.seq DESC"),
        },
        Order::Keys(keys) => {
            q.push(" ORDER BY ");
            for key in keys {
                push_field(q, &key.field);
                q.push(match (key.direction, q.engine(), nullable(key)) {
                    (Direction::Ascending, Engine::Pg, true) => " ASC NULLS FIRST, ",
                    (Direction::Ascending, ..) => " ASC, ",
                    (Direction::Descending, Engine::Pg, true) => " DESC NULLS LAST, ",
                    (Direction::Descending, ..) => " DESC, ",
                });
            }
            q.push(match last_direction(keys) {
                Direction::Ascending => "t.id ASC",
                Direction::Descending => "t.id DESC",
            })
        }
    };
}

fn last_direction(keys: &[SortKey]) -> Direction {
    keys.last().map_or(Direction::Descending, |k| k.direction)
}

/// May the key be unknown? System times and required fields never are.
fn nullable(key: &SortKey) -> bool {
    match key.field.place {
        Place::Column(at) => !(key.field.field.required || at < 4),
        Place::Custom => true,
    }
}

/// Appends the condition "comes after the last record". With unknowns as the smallest values,
/// ascending: after an unknown come the known ones; descending: after a known one come the unknown.
fn push_after(q: &mut Sql, order: &Order, after: &After) {
    match (order, after) {
        (Order::Newest, After::Seq(seq)) => {
            // A bound on the index itself, where there is one, lets it start there.
            q.push("t.seq < ").int(*seq);
        }
        (Order::Keys(keys), After::Keys(values, id)) => {
            if let ([key], [value]) = (keys.as_slice(), values.as_slice())
                && !nullable(key)
                && !value.is_null()
            {
                q.push("(");
                push_field(q, &key.field);
                q.push(if key.direction == Direction::Ascending { ", t.id) > (" } else { ", t.id) < (" });
                push_operand(q, &key.field, value);
                q.push(", ").id(*id).push(")");
                return;
            }
            push_after_keys(q, keys, values, *id);
        }
        // A cursor of another order; the caller refuses it, so nothing may follow.
        _ => {
            q.pick("FALSE", "0");
        }
    }
}

fn push_after_keys(q: &mut Sql, keys: &[SortKey], values: &[Value], id: Uuid) {
    q.push("(");
    for (i, key) in keys.iter().enumerate() {
        let value = values.get(i).unwrap_or(&Value::Null);
        if push_beyond(q, key, value) {
            q.push(" OR ");
        }
        q.push("(");
        if value.is_null() {
            push_field(q, &key.field);
            q.push(" IS NULL AND (");
        } else {
            push_field(q, &key.field);
            q.push(" = ");
            push_operand(q, &key.field, value);
            q.push(" AND (");
        }
    }
    q.push(if last_direction(keys) == Direction::Ascending { "t.id > " } else { "t.id < " }).id(id);
    for _ in keys {
        q.push("))");
    }
    q.push(")");
}

/// Appends "strictly beyond this key's value"; false when nothing can be.
fn push_beyond(q: &mut Sql, key: &SortKey, value: &Value) -> bool {
    match (key.direction, value.is_null()) {
        (Direction::Ascending, true) => {
            push_field(q, &key.field);
            q.push(" IS NOT NULL");
        }
        (Direction::Ascending, false) => {
            push_field(q, &key.field);
            q.push(" > ");
            push_operand(q, &key.field, value);
        }
        (Direction::Descending, true) => return false,
        (Direction::Descending, false) => {
            q.push("(");
            push_field(q, &key.field);
            q.push(" < ");
            push_operand(q, &key.field, value);
            if nullable(key) {
                q.push(" OR ");
                push_field(q, &key.field);
                q.push(" IS NULL");
            }
            q.push(")");
        }
    }
    true
}
