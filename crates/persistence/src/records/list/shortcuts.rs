//! Three ways around a list's own query where that would look at most of a table: to the same records, sooner.

use super::super::compile;
use super::super::search::{query_text, tokens};
use super::{After, List, Order, Row, push_order, push_where, read};
use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::push_columns;
use crate::sql::{Cells, Engine, Sql};
use domain::condition::{Condition, Op};
use domain::fields::{FieldDef, Kind};
use domain::record::{Place, Projection};
use domain::text::{QueryGroup, QueryTerm, contained_tokens, has_term};
use domain::value::Value;
use uuid::Uuid;

/// Beginnings of a word up to this length are so common that the index would gather a good part of all records.
const SHORT: usize = 3;
/// How many of the newest records are looked at one by one before the index is asked.
const NEWEST: i64 = 1000;
/// How many times as many are looked at when the first ones promise that a page will be full by then.
const FURTHER: i64 = 8;
/// The most records for which the index is asked before a condition is tested.
const FEW: i64 = 2000;
/// The most records with a tag from which a list begins: finding out whether there are more is cheap up to here.
const FEW_MEMBERS: i64 = 5000;

/// The newest records that a beginning of a word finds, when enough of them are among the newest of all: `x` is what many
/// a name's pinyin begins with, and the index must gather all of those before it can tell the newest. None when it has to.
pub(super) fn newest(conn: &mut AnyConnection, l: &List<'_>) -> Result<Option<Vec<Row>>> {
    let Some([group]) = l.search else { return Ok(None) };
    let short = |t: &QueryTerm| matches!(t, QueryTerm::Prefix(s) if s.len() <= SHORT && s.bytes().all(|b| b.is_ascii_alphabetic()));
    if *l.order != Order::Newest || !group.iter().any(short) {
        return Ok(None);
    }
    let mut searched = Projection::default();
    // The id leads every row.
    searched.add(0);
    l.shape.def.search.iter().filter_map(|key| l.shape.position(key)).for_each(|at| searched.add(at));
    let all = List { search: None, only: Some(&searched), ..*l };
    let mut before = match l.after {
        Some(After::Seq(seq)) => *seq,
        _ => {
            let mut q = Sql::start(conn, "SELECT max(seq) FROM ");
            q.ident(l.shape.def.key);
            q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0) + 1
        }
    };
    let mut found = Vec::new();
    for _ in 0..FURTHER {
        let mut q = Sql::start(conn, "SELECT ");
        push_columns(&mut q, l.shape, all.only);
        push_where(&mut q, &all);
        // Bounded by numbers, not by a count: of a rare owner's records the newest may lie far apart.
        q.push(" AND t.seq >= ").int(before - NEWEST).push(" AND t.seq < ").int(before);
        push_order(&mut q, &all);
        for row in read(conn, &all, q)? {
            if has_term(&tokens(l.shape, &row.record), group) {
                found.push(row.seq);
            }
            if found.len() as i64 >= l.limit {
                return by_seq(conn, &List { search: None, ..*l }, &found).map(Some);
            }
        }
        before -= NEWEST;
        if before <= 1 || (found.len() as i64) * FURTHER < l.limit {
            break;
        }
    }
    Ok(None)
}

/// Those of a list that have these sequence numbers, the newest first.
fn by_seq(conn: &mut AnyConnection, l: &List<'_>, seqs: &[i64]) -> Result<Vec<Row>> {
    let mut q = Sql::start(conn, "SELECT ");
    push_columns(&mut q, l.shape, l.only);
    push_where(&mut q, l);
    q.push(" AND t.seq IN (");
    for (at, seq) in seqs.iter().enumerate() {
        q.push(if at == 0 { "" } else { ", " }).int(*seq);
    }
    q.push(") ORDER BY t.seq DESC");
    read(conn, l, q)
}

/// What the index must be asked first, when the condition wants a text with certain characters in it and few records have
/// them: without it everything would be read in the list's order until a page is full, which for a rare text is the whole
/// table. Where many have them, a page is soon full. SQLite only: PostgreSQL's index has to gather every match before it can
/// count a few, and its lists stay as they are.
pub(super) fn few(conn: &mut AnyConnection, l: &List<'_>) -> Result<Option<Vec<QueryGroup>>> {
    if conn.engine() != Engine::Sqlite || l.search.is_some() {
        return Ok(None);
    }
    let mut texts = Vec::new();
    if let Some(condition) = l.condition {
        gather(l, condition, &mut texts);
    }
    let groups = contained_tokens(&texts);
    if groups.is_empty() {
        return Ok(None);
    }
    let index = format!("{}_search", l.shape.def.key);
    let mut q = Sql::start(conn, "SELECT count(*) FROM (SELECT 1 FROM ");
    q.ident(index.clone()).push(" WHERE ").ident(index).push(" MATCH ").text(query_text(Engine::Sqlite, &groups));
    q.limit(FEW + 1).push(") AS found");
    let found = q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0);
    Ok((found <= FEW).then_some(groups))
}

/// What must stand in a searched text of every record that fits.
fn gather<'a>(l: &List<'_>, condition: &'a Condition, texts: &mut Vec<&'a str>) {
    match condition {
        Condition::All(list) => list.iter().for_each(|c| gather(l, c, texts)),
        Condition::Test(test) => {
            let Op::Contains(text) = &test.op else { return };
            let field = &test.field;
            let named =
                matches!(field.place, Place::Column(_)) && l.shape.def.search.contains(&field.field.key.as_ref());
            if field.via.is_none() && named && !matches!(field.field.kind, Kind::Phone | Kind::Email) {
                texts.push(text);
            }
        }
        Condition::Any(_) | Condition::Not(_) => {}
    }
}

/// Of how many tags and links is counted who has them, to begin by the rarest.
const MOST_COUNTED: usize = 32;

/// The tags or links of which every record that fits has one, when few records do.
pub(super) type Members<'a> = Option<(&'a FieldDef, &'a [Uuid])>;

/// By which tags or links a list begins: those that fewest of the records have, and few at that. Otherwise everything would
/// be read in the list's order until a page is full. SQLite only: PostgreSQL knows how often a tag occurs.
pub(super) fn members<'a>(conn: &mut AnyConnection, l: &List<'a>) -> Result<Members<'a>> {
    let mut all = Vec::new();
    match l.condition {
        Some(condition) if conn.engine() == Engine::Sqlite => wanted(condition, &mut all),
        _ => {}
    }
    let mut fewest = FEW_MEMBERS + 1;
    let mut found = None;
    for (field, ids) in all.into_iter().take(MOST_COUNTED) {
        let mut q = Sql::start(conn, "SELECT count(*) FROM (SELECT 1");
        compile::push_members(&mut q, field, ids, l.shape.def.key);
        q.limit(fewest).push(") AS found");
        let count = q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(fewest);
        if count < fewest {
            (fewest, found) = (count, Some((field, ids)));
        }
    }
    Ok(found)
}

/// Appends ` AND …` so that a query begins by these.
pub(super) fn push_members(q: &mut Sql, l: &List<'_>, members: Members<'_>) {
    let Some((field, ids)) = members else { return };
    q.push(" AND t.id IN (SELECT rt.record_id");
    compile::push_members(q, field, ids, l.shape.def.key);
    q.push(")");
}

/// The tags and links that a condition wants of every record, as groups of which one is enough.
fn wanted<'a>(condition: &'a Condition, all: &mut Vec<(&'a FieldDef, &'a [Uuid])>) {
    match condition {
        Condition::All(list) => list.iter().for_each(|c| wanted(c, all)),
        Condition::Test(test) if test.field.via.is_none() => match &test.op {
            Op::HasAny(ids) if !ids.is_empty() => all.push((&test.field.field, ids)),
            Op::HasAll(ids) => all.extend(ids.chunks(1).map(|one| (&test.field.field, one))),
            _ => {}
        },
        Condition::Test(_) | Condition::Any(_) | Condition::Not(_) => {}
    }
}
