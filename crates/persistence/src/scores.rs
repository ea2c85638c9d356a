//! Scores of customers and their history.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store, shape};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use uuid::Uuid;

/// What a customer ordered in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderSums {
    /// The customer.
    pub customer: Uuid,
    /// The day of the last order; none when there are only returns.
    pub last_on: Option<NaiveDate>,
    /// Orders that were not sent back.
    pub orders: i64,
    /// Amounts less returns, in minor units.
    pub amount_minor: i64,
}

/// The sums of those of these customers that are live and have an order or a return in the window, by ascending id. The
/// customers are named, so that both engines look up their orders, rather than all orders of the window.
pub fn order_sums(
    conn: &mut AnyConnection,
    window: (NaiveDate, NaiveDate),
    customers: &[Uuid],
) -> Result<Vec<OrderSums>> {
    let mut q = Sql::start(
        conn,
        "SELECT o.customer_id, max(CASE WHEN o.status <> 'returned' THEN o.ordered_on END), \
         CAST(sum(CASE WHEN o.status <> 'returned' THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(sum(CASE WHEN o.status = 'returned' THEN -abs(o.amount_minor) ELSE o.amount_minor END) AS BIGINT) \
         FROM orders o JOIN customers c ON c.id = o.customer_id AND c.archived_at IS NULL \
         WHERE o.archived_at IS NULL AND o.status IN ('confirmed', 'fulfilled', 'returned') AND o.ordered_on >= ",
    );
    q.bind(Store::Date, &Value::Date(window.0)).push(" AND o.ordered_on <= ").bind(Store::Date, &Value::Date(window.1));
    q.push(" AND o.customer_id IN ").ids(customers).push(" GROUP BY o.customer_id ORDER BY o.customer_id");
    let read = |Cells(mut c): Cells| {
        shape(Store::Date, c.get_mut(1)?);
        let [customer, last_on, orders, amount] = c.as_slice() else { return None };
        Some(OrderSums {
            customer: customer.as_id()?,
            last_on: last_on.as_date(),
            orders: orders.as_int()?,
            amount_minor: amount.as_int()?,
        })
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}

/// The RFM scores of a customer with what they follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RfmRow {
    /// The customer.
    pub customer: Uuid,
    /// The day of the last order in the window.
    pub last_on: NaiveDate,
    /// Orders in the window.
    pub orders: i64,
    /// Amounts less returns in the window, in minor units.
    pub amount_minor: i64,
    /// The scores of recency, frequency and amount.
    pub scores: [i64; 3],
    /// The scored customers with a strictly worse value of each.
    pub worse: [i64; 3],
    /// The segment.
    pub segment: String,
    /// The strategy that overlays it.
    pub overlay: Option<String>,
}

/// Writes the scores of one run. Of two runs at once the later one's rows stay, whoever writes last: otherwise its end
/// would take away, as those of an earlier run, what the other wrote over them.
pub fn write_rfm(conn: &mut AnyConnection, rows: &[RfmRow], run_at: DateTime<Utc>) -> Result<()> {
    let mut rest = rows;
    // Powers of two only, so that few different statements are ever prepared.
    let mut size = 128;
    while !rest.is_empty() {
        while size > rest.len() {
            size /= 2;
        }
        let (head, tail) = rest.split_at(size);
        let mut q = Sql::start(
            conn,
            "INSERT INTO rfm_scores (customer_id, last_on, orders, amount_minor, r, f, m, r_worse, f_worse, m_worse, segment, overlay, run_at) VALUES ",
        );
        for (i, row) in head.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(row.customer).push(", ");
            q.bind(Store::Date, &Value::Date(row.last_on)).push(", ").int(row.orders).push(", ").int(row.amount_minor);
            for n in row.scores.iter().chain(&row.worse) {
                q.push(", ").int(*n);
            }
            q.push(", ").text(row.segment.clone()).push(", ");
            let overlay = row.overlay.clone().map_or(Value::Null, Value::Text);
            q.bind(Store::Text, &overlay).push(", ").time(run_at).push(")");
        }
        q.push(
            " ON CONFLICT (customer_id) DO UPDATE SET last_on = excluded.last_on, orders = excluded.orders, \
             amount_minor = excluded.amount_minor, r = excluded.r, f = excluded.f, m = excluded.m, \
             r_worse = excluded.r_worse, f_worse = excluded.f_worse, m_worse = excluded.m_worse, \
             segment = excluded.segment, overlay = excluded.overlay, run_at = excluded.run_at WHERE rfm_scores.run_at <= excluded.run_at",
        );
        q.execute(conn)?;
        rest = tail;
    }
    Ok(())
}

const NOT_SCORED: &str = "NOT EXISTS (SELECT 1 FROM rfm_scores s WHERE s.customer_id = customers.id)";
const DIFFERS: &str = "(customers.rfm_segment IS DISTINCT FROM s.segment OR customers.rfm_r IS DISTINCT FROM s.r \
     OR customers.rfm_f IS DISTINCT FROM s.f OR customers.rfm_m IS DISTINCT FROM s.m \
     OR customers.rfm_overlay IS DISTINCT FROM s.overlay)";

/// What a run says anew of a customer of whom an earlier one had said something: segment and scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RfmMove {
    /// The customer.
    pub customer: Uuid,
    /// As it was.
    pub before: (String, [Option<i64>; 3]),
    /// As it is.
    pub after: (String, [Option<i64>; 3]),
}

/// Customers with an id after the first and up to the second; none: no bound.
pub type IdRange = (Option<Uuid>, Option<Uuid>);

/// Limits a condition to a range of ids.
fn push_range(q: &mut Sql, id: &'static str, (after, upto): IdRange) {
    for (op, bound) in [(" > ", after), (" <= ", upto)] {
        if let Some(bound) = bound {
            q.push(" AND ").push(id).push(op).id(bound);
        }
    }
}

/// Those of a range whose history was written by this run, before the scores are copied to the customers.
fn rfm_moves(conn: &mut AnyConnection, run_at: DateTime<Utc>, range: IdRange) -> Result<Vec<RfmMove>> {
    let mut q = Sql::start(
        conn,
        "SELECT c.id, c.rfm_segment, c.rfm_r, c.rfm_f, c.rfm_m, coalesce(s.segment, 'none'), s.r, s.f, s.m FROM customers c \
         JOIN score_snapshots h ON h.subject = c.id LEFT JOIN rfm_scores s ON s.customer_id = c.id \
         WHERE h.model = 'rfm' AND c.rfm_segment IS NOT NULL AND h.at = ",
    );
    q.time(run_at);
    push_range(&mut q, "c.id", range);
    q.push(" ORDER BY c.id");
    let read = |cells| {
        let mut r = Row::new(cells);
        Ok(RfmMove {
            customer: r.id()?,
            before: (r.text()?, [r.opt_int(), r.opt_int(), r.opt_int()]),
            after: (r.text()?, [r.opt_int(), r.opt_int(), r.opt_int()]),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Ends a run for the customers of a range: forgets the rows of earlier ones, remembers what changed, and copies the
/// scores to the customers. `since` is the day from which a strategy that is another than before counts; none where no
/// run was before this one, so that what has been so for long is no news. Answers what moved when it is `asked` for.
pub fn settle_rfm(
    conn: &mut AnyConnection,
    run_at: DateTime<Utc>,
    since: Option<NaiveDate>,
    asked: bool,
    range: IdRange,
) -> Result<Vec<RfmMove>> {
    let mut q = Sql::start(conn, "DELETE FROM rfm_scores WHERE run_at < ");
    q.time(run_at);
    push_range(&mut q, "customer_id", range);
    q.execute(conn)?;
    let mut q =
        Sql::start(conn, "INSERT INTO score_snapshots (subject, model, at, value, band) SELECT s.customer_id, 'rfm', ");
    q.time(run_at).push(
        ", s.r * 100.0 + s.f * 10 + s.m, s.segment FROM rfm_scores s JOIN customers ON customers.id = s.customer_id WHERE ",
    );
    q.push(DIFFERS);
    push_range(&mut q, "customers.id", range);
    q.push(" ON CONFLICT (subject, model, at) DO NOTHING");
    q.execute(conn)?;
    let mut q =
        Sql::start(conn, "INSERT INTO score_snapshots (subject, model, at, value, band) SELECT customers.id, 'rfm', ");
    q.time(run_at).push(", 0.0, 'none' FROM customers WHERE customers.rfm_segment <> 'none' AND ");
    q.push(NOT_SCORED);
    push_range(&mut q, "customers.id", range);
    q.push(" ON CONFLICT (subject, model, at) DO NOTHING");
    q.execute(conn)?;
    let moves = if asked { rfm_moves(conn, run_at, range)? } else { Vec::new() };
    let mut q = Sql::start(
        conn,
        "UPDATE customers SET rfm_r = s.r, rfm_f = s.f, rfm_m = s.m, rfm_segment = s.segment, rfm_overlay = s.overlay, \
         rfm_overlay_on = CASE WHEN s.overlay IS NULL THEN NULL \
         WHEN customers.rfm_overlay IS NOT DISTINCT FROM s.overlay THEN customers.rfm_overlay_on ELSE ",
    );
    q.bind(Store::Date, &since.map_or(Value::Null, Value::Date));
    q.push(" END FROM rfm_scores s WHERE s.customer_id = customers.id AND ").push(DIFFERS);
    push_range(&mut q, "customers.id", range);
    q.execute(conn)?;
    let mut q = Sql::start(
        conn,
        "UPDATE customers SET rfm_r = NULL, rfm_f = NULL, rfm_m = NULL, rfm_segment = 'none', rfm_overlay = NULL, \
         rfm_overlay_on = NULL WHERE rfm_segment IS DISTINCT FROM 'none' AND ",
    );
    q.push(NOT_SCORED);
    push_range(&mut q, "customers.id", range);
    q.execute(conn)?;
    Ok(moves)
}

/// Of these customers those that were in one of the RFM segments at some time since a moment.
pub fn of_value_since(
    conn: &mut AnyConnection,
    customers: &[Uuid],
    segments: &[&'static str],
    since: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let mut q =
        Sql::start(conn, "SELECT DISTINCT s.subject FROM score_snapshots s WHERE s.model = 'rfm' AND s.subject IN ");
    q.ids(customers).push(" AND s.band IN (");
    for (i, segment) in segments.iter().enumerate() {
        q.push(if i == 0 { "" } else { ", " }).text(*segment);
    }
    // What held until then held no longer when the next was already known.
    q.push(") AND (s.at > ").time(since);
    q.push(" OR NOT EXISTS (SELECT 1 FROM score_snapshots n WHERE n.subject = s.subject AND n.model = 'rfm' AND n.at > s.at AND n.at <= ");
    q.time(since).push("))");
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// The scores of a customer, if it had an order in the window of the last run.
pub fn rfm_of(conn: &mut AnyConnection, customer: Uuid) -> Result<Option<RfmRow>> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, last_on, orders, amount_minor, r, f, m, r_worse, f_worse, m_worse, segment, overlay FROM rfm_scores WHERE customer_id = ",
    );
    q.id(customer);
    let read = |Cells(mut c): Cells| {
        shape(Store::Date, c.get_mut(1)?);
        let int = |at: usize| c.get(at).and_then(Value::as_int);
        Some(RfmRow {
            customer: c.first()?.as_id()?,
            last_on: c.get(1)?.as_date()?,
            orders: int(2)?,
            amount_minor: int(3)?,
            scores: [int(4)?, int(5)?, int(6)?],
            worse: [int(7)?, int(8)?, int(9)?],
            segment: c.get(10)?.as_str()?.to_owned(),
            overlay: c.get(11)?.as_str().map(str::to_owned),
        })
    };
    Ok(q.first(conn)?.and_then(read))
}

/// A change of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When.
    pub at: DateTime<Utc>,
    /// The score from then on.
    pub value: f64,
    /// The band from then on.
    pub band: String,
}

/// The changes of a subject's score under a model, newest first.
pub fn snapshots(conn: &mut AnyConnection, subject: Uuid, model: &str, limit: i64) -> Result<Vec<Snapshot>> {
    let mut q = Sql::start(conn, "SELECT at, value, band FROM score_snapshots WHERE subject = ");
    q.id(subject).push(" AND model = ").text(model).push(" ORDER BY at DESC LIMIT ").int(limit);
    let read = |Cells(mut c): Cells| {
        shape(Store::Time, c.get_mut(0)?);
        let [at, value, band] = c.as_slice() else { return None };
        Some(Snapshot { at: at.as_time()?, value: value.as_f64()?, band: band.as_str()?.to_owned() })
    };
    Ok(q.load(conn)?.into_iter().filter_map(read).collect())
}
