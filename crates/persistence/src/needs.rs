//! What customers need, and what they need together: kept by owner and counted with every run.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a need was said, and which it is.
pub type Need = (String, Uuid);

/// Customers by owner (nil for nobody) and two needs; one need alone stands beside itself.
pub type Together = BTreeMap<(Uuid, Need, Need), i64>;

/// The needs of these live customers: tags, preferences and pains, with the owner of each customer.
pub fn of_customers(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid, Need)>> {
    let mut q = Sql::start(
        conn,
        "SELECT c.id, c.owner_id, l.field, l.target FROM customers c JOIN record_links l ON l.record_id = c.id \
         AND l.object = 'customers' AND l.field IN ('preference_ids', 'pain_ids') WHERE c.archived_at IS NULL AND c.id IN ",
    );
    q.ids(ids);
    q.push(
        " UNION ALL SELECT c.id, c.owner_id, 'tags', r.tag_id FROM customers c JOIN record_tags r ON r.record_id = c.id \
         AND r.object = 'customers' WHERE c.archived_at IS NULL AND c.id IN ",
    );
    q.ids(ids);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let (customer, owner) = (row.id()?, row.opt_id().unwrap_or_default());
        Ok((customer, owner, (row.text()?, row.id()?)))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Keeps the counts of a run in place of those before.
pub fn keep(conn: &mut AnyConnection, counts: &Together) -> Result<()> {
    Sql::start(conn, "DELETE FROM need_totals").execute(conn)?;
    let rows: Vec<_> = counts.iter().collect();
    for chunk in rows.chunks(100) {
        let mut q = Sql::start(conn, "INSERT INTO need_totals (owner, a_kind, a, b_kind, b, customers) VALUES ");
        for (i, ((owner, a, b), customers)) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(*owner);
            for (kind, id) in [a, b] {
                q.push(", ").text(kind.clone()).push(", ").id(*id);
            }
            q.push(", ").int(**customers).push(")");
        }
        q.execute(conn)?;
    }
    Ok(())
}

/// The kept counts of these owners together.
pub fn together(conn: &mut AnyConnection, owners: Owners<'_>) -> Result<Vec<(Need, Need, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT a_kind, a, b_kind, b, CAST(sum(customers) AS BIGINT) FROM need_totals WHERE customers > 0",
    );
    if let Owners::Only(ids) = owners {
        q.push(" AND owner IN ").ids(ids);
    }
    q.push(" GROUP BY a_kind, a, b_kind, b");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(((row.text()?, row.id()?), (row.text()?, row.id()?), row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}
