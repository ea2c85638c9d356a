//! Three ways around a list's own query where that would look at most of a table: to the same records, sooner.

use super::super::compile;
use super::super::search::{columns, query_text, tokens_of};
use super::{After, List, Order, Row, push_numbered, push_order, read};
use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::push_columns;
use crate::sql::{Cells, Engine, Sql};
use domain::condition::{Condition, Op};
use domain::fields::{FieldDef, Kind};
use domain::record::Place;
use domain::text::{QueryGroup, QueryTerm, contained_tokens, has_term};
use domain::value::Value;
use uuid::Uuid;

/// PostgreSQL: beginnings of a word up to this length are so common that the index would gather a good part of all records.
const SHORT: usize = 3;
/// How many of the newest records are looked at one by one, before it is asked whether a page will be full soon.
const NEWEST: i64 = 400;
/// How many are looked at when those before promise that a page will be full by then.
const FURTHEST: i64 = 8000;
/// For the time that it takes to look at one record, the index gathers so many.
const GATHERED: i64 = 23;
/// Records on a leaf of the index, about.
const ON_A_LEAF: i64 = 500;
/// Of fewer records than this the index gathers any part before it is known how large the part is.
const SMALL: i64 = 50_000;
/// The longest beginnings that many may have: a reading as far as the index keeps it, which `shenzhenshi` is within.
const LONGEST: usize = 12;
/// The same of other words, and behind the mark of a phone or an address, in bytes.
const LONGEST_OTHER: usize = 9;
/// The most records for which the index is asked before a condition is tested.
const FEW: i64 = 2000;
/// The most records with a tag from which a list begins: finding out whether there are more is cheap up to here.
const FEW_MEMBERS: i64 = 5000;

/// The newest records that beginnings of words find, when enough of them are among the newest of all: `x` is what many
/// a name's pinyin begins with, and the index must gather all of those before it can tell the newest. None when it has to.
pub(super) fn newest(conn: &mut AnyConnection, l: &List<'_>) -> Result<Option<Vec<Row>>> {
    let Some(groups) = l.search.filter(|_| *l.order == Order::Newest) else { return Ok(None) };
    let beginnings: Vec<_> = groups.iter().filter_map(beginnings).collect();
    let short = |s: &&str| s.len() <= SHORT && s.bytes().all(|b| b.is_ascii_alphabetic());
    let worth = match (conn.engine(), groups) {
        (Engine::Pg, [_]) => beginnings.iter().flatten().any(short),
        (Engine::Pg, _) => false,
        (Engine::Sqlite, _) => !beginnings.is_empty(),
    };
    if !worth {
        return Ok(None);
    }
    let last = match l.after {
        Some(After::Seq(seq)) => seq.saturating_sub(1),
        _ => {
            let mut q = Sql::start(conn, "SELECT max(seq) FROM ");
            q.ident(l.shape.def.key);
            number(conn, q)?
        }
    };
    let Some(gathered) = gathered(conn, l, &beginnings, last)? else { return Ok(None) };
    let all = List { search: None, ..*l };
    let mut before = last.saturating_add(1);
    let mut found = Vec::new();
    let (mut seen, mut step) = (0, NEWEST / 4);
    while before > 1 && (seen < NEWEST || pays(l, seen, found.len() as i64, gathered)) && seen < FURTHEST {
        let q = numbered(conn, &all, before - step, before);
        for Cells(cells) in q.load(conn)? {
            let Some((seq, texts)) = cells.split_first() else { continue };
            let words = tokens_of(l.shape, columns(l.shape).zip(texts));
            if groups.iter().all(|group| has_term(&words, group)) {
                found.extend(seq.as_int());
            }
            if found.len() as i64 >= l.limit {
                let rows = by_seq(conn, &all, &found)?;
                // Somebody may have changed one of them in between: a page that is not full would be taken for the last.
                return Ok((rows.len() == found.len()).then_some(rows));
            }
        }
        (before, seen) = (before - step, seen + step);
        step = if seen < NEWEST { NEWEST - seen } else { seen.min(FURTHEST - seen) };
    }
    match before {
        // No record is left that was not looked at.
        ..=1 if found.is_empty() => Ok(Some(Vec::new())),
        ..=1 => by_seq(conn, &all, &found).map(Some),
        _ => Ok(None),
    }
}

/// Whether it takes less time to look at one record after the other until a page is full, when of so many as `seen` so many
/// are `found`, than to gather so many.
fn pays(l: &List<'_>, seen: i64, found: i64, gathered: i64) -> bool {
    l.limit.saturating_mul(seen).saturating_mul(GATHERED) <= gathered.saturating_mul(found)
}

/// The beginnings of words of which a record must have one; `None` when another word would do.
fn beginnings(group: &QueryGroup) -> Option<Vec<&str>> {
    group
        .iter()
        .map(|term| match term {
            QueryTerm::Prefix(s) => Some(s.as_str()),
            QueryTerm::Exact(_) => None,
        })
        .collect()
}

/// How many records, about, the index would gather for beginnings of words; `None` when that takes less time than to look at
/// the newest of so many records.
fn gathered(conn: &mut AnyConnection, l: &List<'_>, beginnings: &[Vec<&str>], total: i64) -> Result<Option<i64>> {
    if conn.engine() == Engine::Pg {
        // What it would have to gather is not known.
        return Ok(Some(FURTHEST * GATHERED));
    }
    if total < SMALL {
        return Ok(None);
    }
    let (mut fewest, mut sum) = (i64::MAX, 0);
    for group in beginnings {
        let mut records = 0;
        let common = |s: &&&str| s.len() <= if s.is_ascii() { LONGEST } else { LONGEST_OTHER };
        for beginning in group.iter().filter(common) {
            records += leaves(conn, l, beginning)? * ON_A_LEAF;
        }
        (fewest, sum) = (fewest.min(records), sum + records);
    }
    Ok(pays(l, total, fewest, sum).then_some(sum))
}

/// SQLite: how many leaves of the index are full of words that begin like this, and of who has them. Each segment knows the
/// words by which its leaves begin, where they begin by one.
fn leaves(conn: &mut AnyConnection, l: &List<'_>, beginning: &str) -> Result<i64> {
    let index = format!("{}_search_idx", l.shape.def.key);
    let mut q = Sql::start(conn, "WITH RECURSIVE segment (id) AS (SELECT min(segid) FROM ");
    q.ident(index.clone()).push(" UNION ALL SELECT (SELECT min(segid) FROM ").ident(index.clone());
    q.push(" WHERE segid > segment.id) FROM segment WHERE segment.id IS NOT NULL) SELECT sum(max(0, coalesce((SELECT pgno / 2 FROM ");
    // Words are kept as bytes, behind a digit.
    q.ident(index.clone()).push(" WHERE segid = segment.id AND term >= CAST(").text(format!("0{beginning}\u{10ffff}"));
    q.push(" AS BLOB) ORDER BY term LIMIT 1), (SELECT max(pgno) / 2 FROM ").ident(index.clone());
    q.push(" WHERE segid = segment.id)) - coalesce((SELECT pgno / 2 FROM ").ident(index);
    q.push(" WHERE segid = segment.id AND term < CAST(").text(format!("0{beginning}"));
    q.push(" AS BLOB) ORDER BY term DESC LIMIT 1), 0) - 1)) FROM segment WHERE segment.id IS NOT NULL");
    number(conn, q)
}

/// The number that a query answers; 0 where there is none.
fn number(conn: &mut AnyConnection, q: Sql) -> Result<i64> {
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)).unwrap_or(0))
}

/// The searched texts of a list's records, each behind its sequence number, between two of these. Bounded by numbers, not by a
/// count: of a rare owner's records the newest may lie far apart.
pub(crate) fn numbered(conn: &AnyConnection, l: &List<'_>, from: i64, to: i64) -> Sql {
    let mut q = Sql::start(conn, "SELECT t.seq");
    for field in columns(l.shape).filter_map(|at| l.shape.column(at)) {
        q.push(", ").column("t", field.key.clone());
    }
    push_numbered(&mut q, l);
    q.push(" AND t.seq >= ").int(from).push(" AND t.seq < ").int(to);
    push_order(&mut q, l);
    q
}

/// Those of a list that have these sequence numbers, the newest first.
fn by_seq(conn: &mut AnyConnection, l: &List<'_>, seqs: &[i64]) -> Result<Vec<Row>> {
    let q = of_numbers(conn, l, seqs);
    read(conn, l, q)
}

/// The query of [`by_seq`].
pub(crate) fn of_numbers(conn: &AnyConnection, l: &List<'_>, seqs: &[i64]) -> Sql {
    let mut q = Sql::start(conn, "SELECT ");
    push_columns(&mut q, l.shape, l.only);
    push_numbered(&mut q, l);
    q.push(" AND t.seq IN (");
    for (at, seq) in seqs.iter().enumerate() {
        q.push(if at == 0 { "" } else { ", " }).int(*seq);
    }
    q.push(") ORDER BY t.seq DESC");
    q
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
    Ok((number(conn, q)? <= FEW).then_some(groups))
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
