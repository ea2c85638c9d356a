//! Customers by where they came from, and what was offered to them.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The customers of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The source.
    pub source: Option<String>,
    /// Customers, screened, qualified, graded, of grade A or B, bought, of grade A or B and not bought.
    pub counts: [i64; 7],
    /// What they bought in the window of RFM.
    pub revenue_minor: i64,
}

/// Live customers made in a span of time, by source.
pub fn channels(
    conn: &mut AnyConnection,
    span: (DateTime<Utc>, DateTime<Utc>),
    owners: Owners<'_>,
) -> Result<Vec<Channel>> {
    let mut q = Sql::start(
        conn,
        "SELECT c.source, count(*), count(c.screening), \
         CAST(coalesce(sum(CASE WHEN c.screening = 'qualified' THEN 1 ELSE 0 END), 0) AS BIGINT), count(c.grade), \
         CAST(coalesce(sum(CASE WHEN c.grade IN ('A', 'B') THEN 1 ELSE 0 END), 0) AS BIGINT), count(c.last_order_on), \
         CAST(coalesce(sum(CASE WHEN c.grade IN ('A', 'B') AND c.last_order_on IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT), \
         CAST(coalesce(sum(s.amount_minor), 0) AS BIGINT) \
         FROM customers c LEFT JOIN rfm_scores s ON s.customer_id = c.id WHERE c.archived_at IS NULL AND c.created_at >= ",
    );
    q.time(span.0).push(" AND c.created_at < ").time(span.1);
    if let Owners::Only(ids) = owners {
        q.push(" AND c.owner_id IN ").ids(ids);
    }
    q.push(" GROUP BY c.source ORDER BY 9 DESC, 2 DESC, 1");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let source = row.opt_text();
        let counts = [row.int()?, row.int()?, row.int()?, row.int()?, row.int()?, row.int()?, row.int()?];
        Ok(Channel { source, counts, revenue_minor: row.int()? })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A solution or a trial of a customer, the latest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Its state.
    pub status: String,
    /// The fit in the customer's eyes.
    pub fit: Option<f64>,
    /// The needs it answers.
    pub pains: Vec<Uuid>,
}

fn offers(conn: &mut AnyConnection, sql: &'static str, customer: Uuid, order: &'static str) -> Result<Vec<Offer>> {
    let mut q = Sql::start(conn, sql);
    q.id(customer).push(order);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Offer { status: row.text()?, fit: row.opt_num(), pains: row.ids() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Live solutions made for a customer.
pub fn solutions(conn: &mut AnyConnection, customer: Uuid) -> Result<Vec<Offer>> {
    let sql = "SELECT status, fit, pain_ids FROM solutions WHERE archived_at IS NULL AND customer_id = ";
    offers(
        conn,
        sql,
        customer,
        " ORDER BY coalesce(decided_on, sent_on) IS NULL, coalesce(decided_on, sent_on) DESC, id DESC LIMIT 500",
    )
}

/// Live trials of a customer.
pub fn trials(conn: &mut AnyConnection, customer: Uuid) -> Result<Vec<Offer>> {
    let sql = "SELECT status, fit, NULL FROM trials WHERE archived_at IS NULL AND customer_id = ";
    offers(conn, sql, customer, " ORDER BY coalesce(ends_on, starts_on) DESC, id DESC LIMIT 500")
}
