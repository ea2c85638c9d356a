//! What the three principles are measured by, for several periods at once: who was there, what they stand behind, what
//! they say, and when they worked.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A period: its days, and the moments at which it begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first and the last day.
    pub days: (NaiveDate, NaiveDate),
    /// The begin of the first day and the end of the last.
    pub moments: (DateTime<Utc>, DateTime<Utc>),
}

/// Who was there at some time of the period `p`: people of a team who had come and were not gone. Whoever has no day of
/// hire came with their account.
const PRESENT: &str = "u.team_id IS NOT NULL AND u.status <> 'invited' \
     AND (u.status = 'active' OR u.left_on IS NOT NULL OR u.archived_at IS NOT NULL) \
     AND (u.hired_on <= p.last OR (u.hired_on IS NULL AND u.created_at < p.ends)) \
     AND (u.left_on IS NULL OR u.left_on >= p.first) AND (u.archived_at IS NULL OR u.archived_at >= p.starts)";

/// Goals `g` that were there in the period `p` and apply to it.
const APPLIES: &str = "g.created_at < p.ends AND (g.archived_at IS NULL OR g.archived_at >= p.starts) \
     AND (g.starts_on IS NULL OR g.starts_on <= p.last) AND (g.ends_on IS NULL OR g.ends_on >= p.first)";

/// `SELECT … FROM (periods) p CROSS JOIN …`: so that SQLite goes through the periods first and by an index of the other.
fn over(conn: &AnyConnection, select: &'static str, spans: &[Span], join: &'static str) -> Sql {
    let mut q = Sql::start(conn, select);
    q.push(" FROM (");
    for (k, span) in (0i64..).zip(spans) {
        q.push(if k == 0 { "SELECT " } else { " UNION ALL SELECT " }).int(k).push(" AS k, ");
        q.bind(Store::Date, &Value::Date(span.days.0)).push(" AS first, ");
        q.bind(Store::Date, &Value::Date(span.days.1)).push(" AS last, ").time(span.moments.0).push(" AS starts, ");
        q.time(span.moments.1).push(" AS ends");
    }
    q.push(") p CROSS JOIN ").push(join).push(" WHERE ");
    q
}

fn push_owners(q: &mut Sql, column: &'static str, owners: Owners<'_>) {
    if let Owners::Only(ids) = owners {
        q.push(" AND ").push(column).push(" IN ").ids(ids);
    }
}

/// A number for each period, from rows of period and number.
fn numbers<const N: usize>(conn: &mut AnyConnection, q: Sql, spans: &[Span]) -> Result<Vec<[i64; N]>> {
    let mut found = vec![[0; N]; spans.len()];
    for cells in q.load(conn)? {
        let mut row = Row::new(cells);
        let at = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        if let Some(numbers) = found.get_mut(at) {
            for n in numbers {
                *n = row.int()?;
            }
        }
    }
    Ok(found)
}

/// Somebody who was there in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// Which period.
    pub span: usize,
    /// The first day at work, where it is known.
    pub hired_on: Option<NaiveDate>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// The last day at work.
    pub left_on: Option<NaiveDate>,
}

/// Who was there in each period.
pub fn present(conn: &mut AnyConnection, spans: &[Span], owners: Owners<'_>) -> Result<Vec<Present>> {
    let mut q = over(conn, "SELECT p.k, u.hired_on, u.created_at, u.left_on", spans, "users u");
    q.push(PRESENT);
    push_owners(&mut q, "u.id", owners);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let span = usize::try_from(row.int()?).unwrap_or_default();
        Ok(Present { span, hired_on: row.opt_date(), created_at: row.time()?, left_on: row.opt_date() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// What people answered to a question.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Answers {
    /// The mean of the answers.
    pub mean: Option<f64>,
    /// People who answered.
    pub people: i64,
    /// Those of them that are not the reader.
    pub others: i64,
}

/// Answers of each period as one person reads them: commitment, energy, learning.
pub fn pulse(conn: &mut AnyConnection, spans: &[Span], owners: Owners<'_>, reader: Uuid) -> Result<Vec<[Answers; 3]>> {
    let mut q = Sql::start(conn, "");
    for question in ["commitment", "energy", "learning"] {
        q.push(", avg(").push(question).push("), count(DISTINCT CASE WHEN ");
        q.push(question).push(" IS NOT NULL THEN owner_id END), count(DISTINCT CASE WHEN ").push(question);
        q.push(" IS NOT NULL AND owner_id <> ").id(reader).push(" THEN owner_id END)");
    }
    let columns = std::mem::replace(&mut q, Sql::start(conn, "SELECT p.k"));
    q.append(columns);
    q.append(over(conn, "", spans, "pulses"));
    q.push("archived_at IS NULL AND answered_on >= p.first AND answered_on <= p.last");
    push_owners(&mut q, "owner_id", owners);
    q.push(" GROUP BY p.k");
    let mut found = vec![[Answers::default(); 3]; spans.len()];
    for cells in q.load(conn)? {
        let mut row = Row::new(cells);
        let at = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        let mut next =
            || -> Result<Answers> { Ok(Answers { mean: row.opt_num(), people: row.int()?, others: row.int()? }) };
        let said = [next()?, next()?, next()?];
        if let Some(slot) = found.get_mut(at) {
            *slot = said;
        }
    }
    Ok(found)
}

/// The mean score of the trainings of each period that had a test.
pub fn training(conn: &mut AnyConnection, spans: &[Span], owners: Owners<'_>) -> Result<Vec<Option<f64>>> {
    let mut q = over(conn, "SELECT p.k, avg(score)", spans, "trainings");
    q.push("archived_at IS NULL AND score IS NOT NULL AND taken_on >= p.first AND taken_on <= p.last");
    push_owners(&mut q, "owner_id", owners);
    q.push(" GROUP BY p.k");
    let mut found = vec![None; spans.len()];
    for cells in q.load(conn)? {
        let mut row = Row::new(cells);
        let at = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        if let Some(slot) = found.get_mut(at) {
            *slot = row.opt_num();
        }
    }
    Ok(found)
}

fn company_goals(q: &mut Sql) {
    q.push("g.level = 'company' AND ").pick("g.published IS TRUE", "g.published = 1").push(" AND ").push(APPLIES);
}

/// Published goals that apply in each period, and how many of those who were there had acknowledged each by its end,
/// summed up.
pub fn acknowledged(conn: &mut AnyConnection, spans: &[Span], owners: Owners<'_>) -> Result<Vec<(i64, i64)>> {
    let mut q = over(conn, "SELECT p.k, count(*)", spans, "goals g");
    company_goals(&mut q);
    q.push(" GROUP BY p.k");
    let goals = numbers::<1>(conn, q, spans)?;
    let mut q = Sql::start(conn, "SELECT k, count(*) FROM (");
    q.append(over(
        conn,
        "SELECT DISTINCT p.k, a.goal_id, a.owner_id",
        spans,
        "goals g JOIN acknowledgements a ON a.goal_id = g.id JOIN users u ON u.id = a.owner_id",
    ));
    company_goals(&mut q);
    q.push(" AND ").push(PRESENT).push(" AND a.archived_at IS NULL AND a.acknowledged_on <= p.last AND ");
    q.pick("a.agrees", "a.agrees = 1");
    push_owners(&mut q, "a.owner_id", owners);
    q.push(") AS said GROUP BY k");
    let said = numbers::<1>(conn, q, spans)?;
    Ok(goals.into_iter().zip(said).map(|([goals], [said])| (goals, said)).collect())
}

/// Who stands behind a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The goal.
    pub goal: Uuid,
    /// People of these owners who agree.
    pub people: i64,
    /// The reader is one of those who agree, in reach or not.
    pub mine: bool,
}

/// Who stands behind the published goals that are there now.
pub fn agreements(conn: &mut AnyConnection, owners: Owners<'_>, reader: Uuid) -> Result<Vec<Agreement>> {
    let mut q = Sql::start(conn, "SELECT a.goal_id, count(DISTINCT CASE WHEN 1 = 1");
    push_owners(&mut q, "a.owner_id", owners);
    q.push(" THEN a.owner_id END), max(CASE WHEN a.owner_id = ").id(reader);
    q.push(
        " THEN 1 ELSE 0 END) FROM goals g JOIN acknowledgements a ON a.goal_id = g.id WHERE g.archived_at IS NULL AND ",
    );
    q.pick("g.published IS TRUE AND a.agrees", "g.published = 1 AND a.agrees = 1");
    q.push(" AND a.archived_at IS NULL GROUP BY a.goal_id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Agreement { goal: row.id()?, people: row.int()?, mine: row.int()? > 0 })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// People with goals of their own in each period, and those of them whose goals serve another.
pub fn linked(conn: &mut AnyConnection, spans: &[Span], owners: Owners<'_>) -> Result<Vec<(i64, i64)>> {
    let mut q = Sql::start(conn, "SELECT k, count(*), CAST(coalesce(sum(linked), 0) AS BIGINT) FROM (");
    q.append(over(
        conn,
        "SELECT p.k, g.owner_id, max(CASE WHEN g.parent_id IS NULL THEN 0 ELSE 1 END) AS linked",
        spans,
        "goals g JOIN users u ON u.id = g.owner_id",
    ));
    q.push("g.level = 'person' AND ").push(APPLIES).push(" AND ").push(PRESENT);
    push_owners(&mut q, "g.owner_id", owners);
    q.push(" GROUP BY p.k, g.owner_id) AS theirs GROUP BY k");
    Ok(numbers::<2>(conn, q, spans)?.into_iter().map(|[people, linked]| (people, linked)).collect())
}

/// Days of each period on which these people made contacts, summed up.
pub fn days_worked(conn: &mut AnyConnection, spans: &[Span], owners: Owners<'_>) -> Result<Vec<i64>> {
    let mut q = Sql::start(conn, "SELECT k, count(*) FROM (");
    q.append(over(
        conn,
        "SELECT DISTINCT p.k, t.owner, t.day",
        spans,
        "contact_totals t JOIN users u ON u.id = t.owner",
    ));
    q.push(
        "t.contacts > 0 AND t.day >= p.first AND t.day <= p.last AND (u.left_on IS NULL OR t.day <= u.left_on) AND ",
    );
    q.push(PRESENT);
    push_owners(&mut q, "t.owner", owners);
    q.push(") AS worked GROUP BY k");
    Ok(numbers::<1>(conn, q, spans)?.into_iter().map(|[days]| days).collect())
}
