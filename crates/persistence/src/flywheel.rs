//! What the flywheel joins: kept means of scores, outcomes, and who may not come back.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

type Days = (NaiveDate, NaiveDate);

fn push_owners(q: &mut Sql, column: &'static str, owners: Owners<'_>) {
    if let Owners::Only(ids) = owners {
        q.push(" AND ").push(column).push(" IN ").ids(ids);
    }
}

fn push_days(q: &mut Sql, column: &'static str, days: Days) {
    q.push(" AND ").push(column).push(" >= ").bind(Store::Date, &Value::Date(days.0));
    q.push(" AND ").push(column).push(" <= ").bind(Store::Date, &Value::Date(days.1));
}

fn counted(conn: &mut AnyConnection, q: Sql) -> Result<i64> {
    q.first(conn)?.map_or(Ok(0), |cells| Row::new(cells).int())
}

/// Sums of scores by owner, to be kept for a day: owner (nil for nobody) and score to customers and sum.
pub type DaySums = BTreeMap<(Uuid, &'static str), (i64, f64)>;

/// Keeps the sums of a day, replacing those that were there.
pub fn keep_sums(conn: &mut AnyConnection, day: NaiveDate, sums: &DaySums) -> Result<()> {
    let mut q = Sql::start(conn, "DELETE FROM score_totals WHERE day = ");
    q.bind(Store::Date, &Value::Date(day));
    q.execute(conn)?;
    let rows: Vec<_> = sums.iter().collect();
    for chunk in rows.chunks(100) {
        let mut q = Sql::start(conn, "INSERT INTO score_totals (day, owner, score, n, total) VALUES ");
        for (i, ((owner, score), (n, sum))) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" })
                .bind(Store::Date, &Value::Date(day))
                .push(", ")
                .id(*owner)
                .push(", ");
            q.text(*score).push(", ").int(*n).push(", ").bind(Store::Num, &Value::Num(*sum)).push(")");
        }
        q.execute(conn)?;
    }
    Ok(())
}

/// The mean of each score over the customers of these owners, as of the last day kept in a period.
pub fn means(conn: &mut AnyConnection, days: Days, owners: Owners<'_>) -> Result<BTreeMap<String, f64>> {
    let mut q = Sql::start(
        conn,
        "SELECT score, CAST(sum(n) AS BIGINT), sum(total) FROM score_totals WHERE day = (SELECT max(day) FROM score_totals WHERE 1 = 1",
    );
    push_days(&mut q, "day", days);
    q.push(")");
    push_owners(&mut q, "owner", owners);
    q.push(" GROUP BY score");
    let mut found = BTreeMap::new();
    for cells in q.load(conn)? {
        let mut row = Row::new(cells);
        let (score, n, sum) = (row.text()?, row.int()?, row.opt_num().unwrap_or(0.0));
        if n > 0 {
            found.insert(score, sum / n as f64);
        }
    }
    Ok(found)
}

/// Customers of the opportunities won in a period.
pub fn customers_won(conn: &mut AnyConnection, days: Days, owners: Owners<'_>) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(DISTINCT customer_id) FROM opportunities ");
    // Without statistics SQLite takes an index that leads to every single opportunity.
    q.pick("", "INDEXED BY opportunities_won ").push("WHERE archived_at IS NULL AND status = 'won'");
    push_days(&mut q, "closed_on", days);
    push_owners(&mut q, "owner_id", owners);
    counted(conn, q)
}

/// Customers made in a span of time that were of grade A or B at a moment, or are now, by whoever had them first.
pub fn new_good_customers(
    conn: &mut AnyConnection,
    span: (DateTime<Utc>, DateTime<Utc>),
    then: Option<DateTime<Utc>>,
    owners: Owners<'_>,
) -> Result<i64> {
    let mut q = Sql::start(conn, "SELECT count(*) FROM customers c");
    let good = " IN ('A', 'B')";
    // Without statistics SQLite goes by the key of the history, which leads through all that scores were made of.
    let narrow = |q: &mut Sql| {
        q.pick("", " INDEXED BY score_snapshots_grade");
    };
    if then.is_some() {
        q.push(" LEFT JOIN score_snapshots s");
        narrow(&mut q);
        q.push(" ON s.subject = c.id AND s.model = 'grade'");
    }
    q.push(" WHERE c.archived_at IS NULL AND c.created_at >= ").time(span.0).push(" AND c.created_at < ").time(span.1);
    match then {
        Some(at) => {
            // Whoever has a grade now and none in the history had it before that was kept.
            q.push(" AND c.grade IN ('A', 'B', 'C', 'D') AND CASE WHEN s.subject IS NULL THEN c.grade WHEN s.at < ");
            q.time(at).push(" THEN s.band END").push(good);
            q.push(" AND NOT EXISTS (SELECT 1 FROM score_snapshots l");
            narrow(&mut q);
            q.push(" WHERE l.subject = c.id AND l.model = 'grade' AND l.at > s.at AND l.at < ").time(at).push(")");
        }
        None => {
            q.push(" AND c.grade").push(good);
        }
    }
    // Without another first owner it is the present one's.
    if let Owners::Only(ids) = owners {
        q.push(" AND (c.first_owner_id IN ").ids(ids).push(" OR (c.first_owner_id IS NULL AND c.owner_id IN ");
        q.ids(ids).push("))");
    }
    counted(conn, q)
}

/// The first deals of people hired in the two years before the end of a period, where they fall into it: days from
/// the first day at work to the deal.
pub fn ramps(conn: &mut AnyConnection, days: Days, owners: Owners<'_>) -> Result<Vec<i64>> {
    let mut q = Sql::start(
        conn,
        "SELECT u.hired_on, (SELECT min(o.closed_on) FROM opportunities o WHERE o.owner_id = u.id AND o.status = 'won' \
         AND o.archived_at IS NULL AND o.closed_on >= u.hired_on) FROM users u WHERE u.hired_on IS NOT NULL",
    );
    push_days(&mut q, "u.hired_on", (days.1 - chrono::Duration::days(730), days.1));
    push_owners(&mut q, "u.id", owners);
    let mut found = Vec::new();
    for cells in q.load(conn)? {
        let mut row = Row::new(cells);
        let (hired, Some(first)) = (row.date()?, row.opt_date()) else { continue };
        if first >= days.0 && first <= days.1 {
            found.push((first - hired).num_days());
        }
    }
    Ok(found)
}

/// Somebody who began lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The person.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The first day at work.
    pub hired_on: NaiveDate,
    /// The day of the first deal won since.
    pub first_won_on: Option<NaiveDate>,
}

/// People who sell, hired in a span of days, the latest first: those with an opportunity, and those with one of the roles
/// that sell. Anybody else, such as a clerk, is not waited for.
pub fn newcomers(conn: &mut AnyConnection, days: Days, owners: Owners<'_>, selling: &[Uuid]) -> Result<Vec<Newcomer>> {
    let mut q = Sql::start(
        conn,
        "SELECT u.id, u.name, u.hired_on, min(CASE WHEN o.status = 'won' AND o.closed_on >= u.hired_on THEN o.closed_on END) \
         FROM users u LEFT JOIN opportunities o ON o.owner_id = u.id AND o.archived_at IS NULL \
         WHERE u.archived_at IS NULL AND u.status = 'active' AND u.hired_on IS NOT NULL",
    );
    push_days(&mut q, "u.hired_on", days);
    push_owners(&mut q, "u.id", owners);
    q.push(" AND (o.id IS NOT NULL OR EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role_id IN ");
    q.ids(selling).push(")) GROUP BY u.id, u.name, u.hired_on ORDER BY u.hired_on DESC, u.id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Newcomer { id: row.id()?, name: row.text()?, hired_on: row.date()?, first_won_on: row.opt_date() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A customer that may not come back.
#[derive(Debug, Clone, PartialEq)]
pub struct AtRisk {
    /// The customer.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: Option<Uuid>,
    /// The probability that it still is a customer, percent.
    pub alive: Option<f64>,
    /// What is at risk, in minor units.
    pub minor: i64,
    /// Its last order.
    pub last_order_on: Option<NaiveDate>,
    /// Its RFM segment.
    pub segment: Option<String>,
}

/// Live customers of these owners with value at risk, the greatest first.
pub fn at_risk(conn: &mut AnyConnection, owners: Owners<'_>, limit: i64) -> Result<Vec<AtRisk>> {
    let mut q = Sql::start(
        conn,
        "SELECT id, name, owner_id, alive, value_at_risk_minor, last_order_on, rfm_segment FROM customers \
         WHERE archived_at IS NULL AND value_at_risk_minor > 0",
    );
    push_owners(&mut q, "owner_id", owners);
    q.push(" ORDER BY value_at_risk_minor DESC, id LIMIT ").int(limit);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(AtRisk {
            id: row.id()?,
            name: row.text()?,
            owner: row.opt_id(),
            alive: row.opt_num(),
            minor: row.int()?,
            last_order_on: row.opt_date(),
            segment: row.opt_text(),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Customers by their segment at two moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The segment at the first.
    pub earlier: Option<String>,
    /// The segment at the second.
    pub later: Option<String>,
    /// The segment now.
    pub now: Option<String>,
    /// How many.
    pub customers: i64,
}

/// Live customers of these owners whose RFM segment changed since the first of two moments, by their segment at both and
/// now. All others are where they were.
pub fn migration(
    conn: &mut AnyConnection,
    moments: (DateTime<Utc>, DateTime<Utc>),
    owners: Owners<'_>,
) -> Result<Vec<Flow>> {
    let mut q = Sql::start(conn, "SELECT earlier, later, present, count(*) FROM (SELECT ");
    for (i, at) in [moments.0, moments.1].into_iter().enumerate() {
        q.push("(SELECT s.band FROM score_snapshots s WHERE s.subject = c.id AND s.model = 'rfm' AND s.at < ").time(at);
        q.push(" ORDER BY s.at DESC LIMIT 1) AS ").push(if i == 0 { "earlier, " } else { "later, " });
    }
    q.push(
        "c.rfm_segment AS present FROM (SELECT DISTINCT subject FROM score_snapshots WHERE model = 'rfm' AND at >= ",
    );
    q.time(moments.0).push(") AS moved JOIN customers c ON c.id = moved.subject WHERE c.archived_at IS NULL");
    push_owners(&mut q, "c.owner_id", owners);
    q.push(") AS both_days GROUP BY earlier, later, present ORDER BY 4 DESC, 1, 2, 3");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Flow { earlier: row.opt_text(), later: row.opt_text(), now: row.opt_text(), customers: row.int()? })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// How a content item was used.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentUse {
    /// The item.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// Contacts in which it was used.
    pub used: i64,
    /// Closed opportunities it was used for.
    pub closed: i64,
    /// Those of them that were won.
    pub won: i64,
    /// It was shown to the customer already.
    pub shown: bool,
}

/// Every content item in use, with how it fared and whether this customer has seen it.
pub fn content_uses(conn: &mut AnyConnection, customer: Uuid) -> Result<Vec<ContentUse>> {
    let mut q = Sql::start(
        conn,
        "SELECT c.id, c.title, count(u.activity_id), count(CASE WHEN o.status IN ('won', 'lost') THEN 1 END), \
         count(CASE WHEN o.status = 'won' THEN 1 END), count(CASE WHEN a.customer_id = ",
    );
    q.id(customer).push(
        " THEN 1 END) FROM contents c LEFT JOIN activity_contents u ON u.content_id = c.id LEFT JOIN activities a ON a.id = u.activity_id \
         LEFT JOIN opportunities o ON o.id = a.opportunity_id WHERE c.archived_at IS NULL AND ",
    );
    q.pick("c.active IS NOT FALSE", "coalesce(c.active, 1) = 1").push(" GROUP BY c.id, c.title");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(ContentUse {
            id: row.id()?,
            title: row.text()?,
            used: row.int()?,
            closed: row.int()?,
            won: row.int()?,
            shown: row.int()? > 0,
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Names of the resources in use.
pub fn resource_names(conn: &mut AnyConnection) -> Result<Vec<(Uuid, String)>> {
    let q = Sql::start(conn, "SELECT id, name FROM resources WHERE archived_at IS NULL");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.text()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}
