//! Customers by how their contacts stand, and the calendar of contacts.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// More owners than these are looked up by walking the common order instead of one list each.
const FEW: usize = 60;

/// The customers of these owners for whom a contact is due, the most urgent first.
pub fn due(conn: &mut AnyConnection, owners: Owners<'_>, limit: i64) -> Result<Vec<Uuid>> {
    const HEAD: &str =
        "SELECT id, cadence_priority FROM customers WHERE archived_at IS NULL AND cadence_priority IS NOT NULL";
    const TAIL: &str = " ORDER BY cadence_priority DESC, id LIMIT ";
    let mut q = match owners {
        Owners::Only(ids) if ids.len() <= FEW && !ids.is_empty() => {
            let mut q = Sql::start(conn, "SELECT id FROM (");
            for (i, owner) in ids.iter().enumerate() {
                q.push(if i == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
                q.push(HEAD).push(" AND owner_id = ").id(*owner).push(TAIL).int(limit).push(") AS of_one");
            }
            q.push(") AS of_all");
            q
        }
        Owners::Only(ids) => {
            let mut q = Sql::start(conn, "SELECT id FROM (");
            q.push(HEAD).push(" AND owner_id IN ").ids(ids).push(TAIL).int(limit).push(") AS of_all");
            q
        }
        Owners::Pool => return Ok(Vec::new()),
        Owners::All => {
            let mut q = Sql::start(conn, "SELECT id FROM (");
            q.push(HEAD).push(TAIL).int(limit).push(") AS of_all");
            q
        }
    };
    q.push(TAIL).int(limit);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// Live customers of these owners by how their contacts stand.
pub fn statuses(conn: &mut AnyConnection, owners: Owners<'_>) -> Result<Vec<(String, i64)>> {
    let words: Vec<&str> = domain::cadence::Status::ALL.iter().map(|s| s.code()).collect();
    by_word(conn, "cadence_status", &words, owners)
}

/// Live customers of these owners that are contacted too often, the greatest excess first.
pub fn over(conn: &mut AnyConnection, owners: Owners<'_>, limit: i64) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT id FROM customers WHERE archived_at IS NULL AND cadence_excess > 0");
    push_owners(&mut q, owners);
    q.push(" ORDER BY cadence_excess DESC, id LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// Contacts beyond what is of use with all customers of these owners.
pub fn excess(conn: &mut AnyConnection, owners: Owners<'_>) -> Result<i64> {
    let mut q = Sql::start(
        conn,
        "SELECT CAST(coalesce(sum(cadence_excess), 0) AS BIGINT) FROM customers WHERE archived_at IS NULL AND cadence_excess > 0",
    );
    push_owners(&mut q, owners);
    q.first(conn)?.map_or(Ok(0), |cells| Row::new(cells).int())
}

pub(crate) fn push_owners(q: &mut Sql, owners: Owners<'_>) {
    if let Owners::Only(ids) = owners {
        q.push(" AND owner_id IN ").ids(ids);
    }
}

/// The moments of planned contacts of these owners in a span of time, at most `limit`.
pub fn planned(
    conn: &mut AnyConnection,
    span: (DateTime<Utc>, DateTime<Utc>),
    owners: Owners<'_>,
    limit: i64,
) -> Result<Vec<DateTime<Utc>>> {
    let mut q = Sql::start(conn, "SELECT occurred_at FROM activities WHERE archived_at IS NULL AND occurred_at >= ");
    q.time(span.0).push(" AND occurred_at < ").time(span.1).push(" AND ").push(crate::derived::CONTACT);
    q.pick(" AND completed IS FALSE", " AND completed = 0");
    push_owners(&mut q, owners);
    q.push(" ORDER BY occurred_at LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).time()).collect()
}

/// Live customers of these owners by the words of one column, for distributions: each word is a range of the column's
/// index.
pub fn by_word(
    conn: &mut AnyConnection,
    column: &'static str,
    words: &[&str],
    owners: Owners<'_>,
) -> Result<Vec<(String, i64)>> {
    let mut q = Sql::start(conn, "SELECT ");
    q.ident(column).push(", count(*) FROM customers WHERE archived_at IS NULL AND ").ident(column).push(" IN (");
    for (i, word) in words.iter().enumerate() {
        q.push(if i == 0 { "" } else { ", " }).text(*word);
    }
    q.push(") AND ").ident(column).push(" IS NOT NULL");
    push_owners(&mut q, owners);
    q.push(" GROUP BY ").ident(column);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.text()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Names of customers by id.
pub fn names(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut q = Sql::start(conn, "SELECT id, name FROM customers WHERE id IN ");
    q.ids(ids);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.text()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}
