//! Facts that a record shows about its children, computed anew for the records that a write touched.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What counts as a contact with the customer (models, section 5).
pub(crate) const CONTACT: &str = "kind IN ('call', 'visit', 'meeting', 'online_meeting', 'chat')";

/// Kinds in which a customer writes and waits for an answer; whoever calls or comes is answered at once.
const WRITTEN: &str = "kind IN ('chat', 'email')";

/// `customers.last_contact_at`: the latest completed contact that is not in the future; and `customers.unanswered_at`:
/// the first message of the customer after which nobody wrote back, called or met them.
pub fn last_contact(conn: &mut AnyConnection, customers: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    for chunk in customers.chunks(200) {
        let mut q = Sql::start(
            conn,
            "UPDATE customers SET last_contact_at = (SELECT max(a.occurred_at) FROM activities a WHERE a.customer_id = customers.id AND a.archived_at IS NULL AND a.",
        );
        q.push(CONTACT)
            .pick(" AND a.completed IS NOT FALSE", " AND coalesce(a.completed, 1) = 1")
            .push(" AND a.occurred_at <= ")
            .time(now);
        q.push("), unanswered_at = (SELECT min(a.occurred_at) FROM activities a WHERE a.customer_id = customers.id AND a.archived_at IS NULL AND a.")
            .push(WRITTEN)
            .pick(" AND a.customer_initiated AND a.completed IS NOT FALSE", " AND a.customer_initiated = 1 AND coalesce(a.completed, 1) = 1")
            .push(" AND a.occurred_at <= ")
            .time(now);
        q.push(" AND a.occurred_at > coalesce((SELECT max(b.occurred_at) FROM activities b WHERE b.customer_id = customers.id AND b.archived_at IS NULL AND b.kind <> 'note' AND b.occurred_at <= ")
            .time(now);
        q.push(" AND (NOT b.").push(WRITTEN).pick(
            " OR b.customer_initiated IS NOT TRUE) AND b.completed IS NOT FALSE), '-infinity'::timestamptz))",
            " OR coalesce(b.customer_initiated, 0) = 0) AND coalesce(b.completed, 1) = 1), 0))",
        );
        q.push(" WHERE id IN ").ids(chunk);
        q.execute(conn)?;
        // A contact since the assignment is the first one that was waited for.
        let mut q = Sql::start(conn, "UPDATE customers SET touch_due_at = NULL WHERE touch_due_at IS NOT NULL");
        q.push(" AND last_contact_at >= assigned_at AND id IN ").ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// `opportunities.last_activity_at`: the latest completed activity that is not in the future.
pub fn last_activity(conn: &mut AnyConnection, opportunities: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    for chunk in opportunities.chunks(200) {
        let mut q = Sql::start(
            conn,
            "UPDATE opportunities SET last_activity_at = (SELECT max(a.occurred_at) FROM activities a WHERE a.opportunity_id = opportunities.id AND a.archived_at IS NULL",
        );
        q.pick(" AND a.completed IS NOT FALSE", " AND coalesce(a.completed, 1) = 1")
            .push(" AND a.occurred_at <= ")
            .time(now);
        q.push(") WHERE id IN ").ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// `order_lines.owner_id`: a line belongs to whom its order belongs to.
pub fn own_lines(conn: &mut AnyConnection, order: Uuid, owner: Option<Uuid>) -> Result<()> {
    let mut q = Sql::start(conn, "UPDATE order_lines SET owner_id = ");
    q.bind(Store::Id, &owner.map_or(Value::Null, Value::Id)).push(" WHERE order_id = ").id(order);
    q.execute(conn)?;
    Ok(())
}

/// `behaviours.owner_id`: what a customer did belongs to whom the customer belongs to, and is seen by nobody who has it no
/// more.
pub fn own_behaviours(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<()> {
    for chunk in customers.chunks(200) {
        let mut q = Sql::start(
            conn,
            "UPDATE behaviours SET owner_id = (SELECT c.owner_id FROM customers c WHERE c.id = behaviours.customer_id) \
             WHERE customer_id IN ",
        );
        q.ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// The sums of the live lines of these orders, in minor units; none for an order without lines.
pub fn sums_of_lines(conn: &mut AnyConnection, orders: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let mut sums = HashMap::new();
    for chunk in orders.chunks(500) {
        let mut q = Sql::start(
            conn,
            "SELECT order_id, CAST(sum(amount_minor) AS BIGINT) FROM order_lines WHERE archived_at IS NULL AND order_id IN ",
        );
        q.ids(chunk).push(" GROUP BY order_id");
        for cells in q.load(conn)? {
            let mut row = Row::new(cells);
            sums.insert(row.id()?, row.int()?);
        }
    }
    Ok(sums)
}

/// `customers.last_order_on`: the latest order that stands, was not sent back and is not in the future.
pub fn last_order(conn: &mut AnyConnection, customers: &[Uuid], today: NaiveDate) -> Result<()> {
    for chunk in customers.chunks(200) {
        let mut q = Sql::start(
            conn,
            "UPDATE customers SET last_order_on = (SELECT max(o.ordered_on) FROM orders o WHERE o.customer_id = customers.id AND o.archived_at IS NULL \
             AND o.status IN ('confirmed', 'fulfilled') AND o.ordered_on <= ",
        );
        q.bind(Store::Date, &Value::Date(today)).push(") WHERE id IN ").ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// Customers and opportunities of completed activities that were written ahead of their time, which came within a span.
pub fn arrived(
    conn: &mut AnyConnection,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<(BTreeSet<Uuid>, BTreeSet<Uuid>)> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, opportunity_id FROM activities WHERE archived_at IS NULL AND updated_at < occurred_at AND occurred_at > ",
    );
    q.time(span.0).push(" AND occurred_at <= ").time(span.1);
    q.pick(" AND completed IS NOT FALSE", " AND coalesce(completed, 1) = 1");
    let (mut customers, mut opportunities) = (BTreeSet::new(), BTreeSet::new());
    for cells in q.load(conn)? {
        let mut row = Row::new(cells);
        customers.extend(row.opt_id());
        opportunities.extend(row.opt_id());
    }
    Ok((customers, opportunities))
}

/// Customers of orders whose day came within a span, the first day included.
pub fn ordered_within(conn: &mut AnyConnection, days: (NaiveDate, NaiveDate)) -> Result<BTreeSet<Uuid>> {
    let mut q =
        Sql::start(conn, "SELECT DISTINCT customer_id FROM orders WHERE archived_at IS NULL AND ordered_on >= ");
    q.bind(Store::Date, &Value::Date(days.0)).push(" AND ordered_on <= ").bind(Store::Date, &Value::Date(days.1));
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}
