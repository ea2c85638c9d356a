//! The kept RFM grid: live customers by owner, segment and scores, so that showing it reads some hundred rows whatever
//! the number of customers.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Engine, Sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a live customer stands in the grid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The owner; the nil id for none.
    pub owner: Uuid,
    /// The segment; empty before the first run that knew the customer.
    pub segment: String,
    /// The recency score; 0 without an order in the window.
    pub r: i64,
    /// The frequency score; 0 without an order in the window.
    pub f: i64,
}

/// A customer that comes, goes, or changes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The customer.
    pub customer: Uuid,
    /// Where it stood; none for a new or archived one.
    pub from: Option<Cell>,
    /// Where it stands; none for an archived one.
    pub to: Option<Cell>,
}

/// What stands in a cell, or is added to it: customers, their orders and their amounts.
type Sums = [i64; 3];

/// Carries out moves, in the order of the cells, so that two writers never wait for each other in a circle.
pub fn apply(conn: &mut AnyConnection, moves: &[Move]) -> Result<()> {
    // Only a customer with scores has orders in the window.
    let scored = |m: &&Move| m.from.iter().chain(&m.to).any(|cell| cell.r > 0);
    let ids: Vec<Uuid> = moves.iter().filter(scored).map(|m| m.customer).collect();
    let known = orders_of(conn, &ids)?;
    let mut changes: BTreeMap<&Cell, Sums> = BTreeMap::new();
    for m in moves {
        let [orders, amount] = known.get(&m.customer).copied().unwrap_or_default();
        for (cell, sign) in m.from.iter().map(|c| (c, -1)).chain(m.to.iter().map(|c| (c, 1))) {
            let sums = changes.entry(cell).or_default();
            sums[0] += sign;
            sums[1] += sign * orders;
            sums[2] = sums[2].saturating_add(sign * amount);
        }
    }
    changes.retain(|_, sums| *sums != Sums::default());
    let rows: Vec<(&Cell, Sums)> = changes.into_iter().collect();
    rows.chunks(64).try_for_each(|chunk| add(conn, chunk))
}

fn add(conn: &mut AnyConnection, rows: &[(&Cell, Sums)]) -> Result<()> {
    let mut q =
        Sql::start(conn, "INSERT INTO rfm_grid (owner, segment, r, f, customers, orders, amount_minor) VALUES ");
    for (i, (cell, [customers, orders, amount])) in rows.iter().enumerate() {
        q.push(if i == 0 { "(" } else { ", (" }).id(cell.owner).push(", ").text(cell.segment.clone());
        for n in [cell.r, cell.f, *customers, *orders, *amount] {
            q.push(", ").int(n);
        }
        q.push(")");
    }
    q.push(
        " ON CONFLICT (owner, segment, r, f) DO UPDATE SET customers = rfm_grid.customers + excluded.customers, \
         orders = rfm_grid.orders + excluded.orders, amount_minor = rfm_grid.amount_minor + excluded.amount_minor",
    );
    q.execute(conn)?;
    Ok(())
}

/// Orders and amounts in the window, of those of these customers that the last run scored.
fn orders_of(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<BTreeMap<Uuid, [i64; 2]>> {
    let mut found = BTreeMap::new();
    for chunk in customers.chunks(500) {
        let mut q = Sql::start(conn, "SELECT customer_id, orders, amount_minor FROM rfm_scores WHERE customer_id IN ");
        q.ids(chunk);
        for cells in q.load(conn)? {
            let mut row = Row::new(cells);
            found.insert(row.id()?, [row.int()?, row.int()?]);
        }
    }
    Ok(found)
}

/// Counts the grid anew from the customers.
pub fn rebuild(conn: &mut AnyConnection) -> Result<()> {
    if conn.engine() == Engine::Pg {
        // Whoever moved a customer has committed by the time that the lock is given, and is counted below; whoever
        // comes later adds to what is counted.
        Sql::start(conn, "LOCK TABLE rfm_grid IN EXCLUSIVE MODE").execute(conn)?;
    }
    Sql::start(conn, "DELETE FROM rfm_grid").execute(conn)?;
    let mut q = Sql::start(conn, "INSERT INTO rfm_grid (owner, segment, r, f, customers, orders, amount_minor) ");
    q.push("SELECT coalesce(c.owner_id, ").id(Uuid::nil());
    q.push(
        "), coalesce(c.rfm_segment, ''), coalesce(c.rfm_r, 0), coalesce(c.rfm_f, 0), count(*), coalesce(sum(s.orders), 0), \
         coalesce(sum(s.amount_minor), 0) FROM customers c LEFT JOIN rfm_scores s ON s.customer_id = c.id \
         WHERE c.archived_at IS NULL GROUP BY 1, 2, 3, 4",
    );
    q.execute(conn)?;
    Ok(())
}

/// Live customers alike in recency score, frequency score and segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RfmCell {
    /// Recency and frequency score; none without an order in the window.
    pub scores: Option<(i64, i64)>,
    /// The segment; none before the first run that knew the customer.
    pub segment: Option<String>,
    /// How many.
    pub customers: i64,
    /// Their orders in the window.
    pub orders: i64,
    /// Their amounts in the window, in minor units.
    pub amount_minor: i64,
}

/// The customers of these owners by score and segment.
pub fn cells(conn: &mut AnyConnection, owners: Owners<'_>) -> Result<Vec<RfmCell>> {
    let mut q = Sql::start(
        conn,
        "SELECT r, f, segment, CAST(sum(customers) AS BIGINT), CAST(sum(orders) AS BIGINT), CAST(sum(amount_minor) AS BIGINT) \
         FROM rfm_grid",
    );
    if let Owners::Only(ids) = owners {
        q.push(" WHERE owner IN ").ids(ids);
    }
    q.push(" GROUP BY r, f, segment HAVING sum(customers) <> 0");
    let read = |cells| {
        let mut row = Row::new(cells);
        let (r, f) = (row.int()?, row.int()?);
        Ok(RfmCell {
            scores: (r > 0).then_some((r, f)),
            segment: row.opt_text().filter(|s| !s.is_empty()),
            customers: row.int()?,
            orders: row.int()?,
            amount_minor: row.int()?,
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}
