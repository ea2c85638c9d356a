//! What customers do where we can see it.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Something a customer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The entry.
    pub id: Uuid,
    /// The customer.
    pub customer: Uuid,
    /// What.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How often.
    pub times: i64,
    /// The points that it was worth when it was written down.
    pub points: i64,
}

/// What these customers did in a span of time, by customer and time.
pub fn seen(conn: &mut AnyConnection, customers: &[Uuid], span: (DateTime<Utc>, DateTime<Utc>)) -> Result<Vec<Seen>> {
    let mut q = Sql::start(
        conn,
        "SELECT id, customer_id, kind, occurred_at, times, coalesce(points, 0) FROM behaviours \
         WHERE archived_at IS NULL AND customer_id IN ",
    );
    q.ids(customers).push(" AND occurred_at > ").time(span.0).push(" AND occurred_at <= ").time(span.1);
    q.push(" ORDER BY customer_id, occurred_at");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Seen {
            id: row.id()?,
            customer: row.id()?,
            kind: row.text()?,
            at: row.time()?,
            times: row.int()?,
            points: row.int()?,
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A customer of high intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keen {
    /// The customer.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: Option<Uuid>,
    /// Its points.
    pub intent: i64,
    /// Its grade.
    pub grade: Option<String>,
    /// The latest contact.
    pub last_contact_at: Option<DateTime<Utc>>,
}

/// Live customers of these owners with so many points of intent, most first.
pub fn keen(conn: &mut AnyConnection, owners: Owners<'_>, least: i64, limit: i64) -> Result<Vec<Keen>> {
    let mut q = Sql::start(
        conn,
        "SELECT id, name, owner_id, intent, grade, last_contact_at FROM customers WHERE archived_at IS NULL AND intent > 0 AND intent >= ",
    );
    q.int(least);
    if let Owners::Only(ids) = owners {
        q.push(" AND owner_id IN ").ids(ids);
    }
    q.push(" ORDER BY intent DESC, id LIMIT ").int(limit);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Keen {
            id: row.id()?,
            name: row.text()?,
            owner: row.opt_id(),
            intent: row.int()?,
            grade: row.opt_text(),
            last_contact_at: row.opt_time(),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// What a customer bought of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The category; none for products without one.
    pub category: Option<String>,
    /// Orders with it.
    pub orders: i64,
    /// Amount of those lines.
    pub amount_minor: i64,
    /// The last of them.
    pub last_on: Option<NaiveDate>,
}

/// What a customer bought, by category, the most first.
pub fn bought(conn: &mut AnyConnection, customer: Uuid) -> Result<Vec<Bought>> {
    let mut q = Sql::start(
        conn,
        "SELECT p.category, count(DISTINCT o.id), CAST(coalesce(sum(l.amount_minor), 0) AS BIGINT), max(o.ordered_on) FROM orders o \
         JOIN order_lines l ON l.order_id = o.id AND l.archived_at IS NULL JOIN products p ON p.id = l.product_id \
         WHERE o.archived_at IS NULL AND o.status IN ('confirmed', 'fulfilled') AND o.customer_id = ",
    );
    q.id(customer).push(" GROUP BY p.category ORDER BY 3 DESC, 1");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Bought { category: row.opt_text(), orders: row.int()?, amount_minor: row.int()?, last_on: row.opt_date() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The products that a customer bought.
pub fn products_bought(conn: &mut AnyConnection, customer: Uuid) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(
        conn,
        "SELECT DISTINCT l.product_id FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.archived_at IS NULL \
         WHERE l.product_id IS NOT NULL AND o.archived_at IS NULL AND o.status IN ('confirmed', 'fulfilled') AND o.customer_id = ",
    );
    q.id(customer);
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// Categories of the products on sale, with how many there are of each.
pub fn categories(conn: &mut AnyConnection) -> Result<Vec<(String, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT category, count(*) FROM products WHERE archived_at IS NULL AND category IS NOT NULL AND ",
    );
    q.pick("active IS NOT FALSE", "coalesce(active, 1) = 1").push(" GROUP BY category ORDER BY 2 DESC, 1");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.text()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Live products or content items that have one of these tags: id, title, tag.
pub fn tagged(conn: &mut AnyConnection, object: &'static str, tags: &[Uuid]) -> Result<Vec<(Uuid, String, Uuid)>> {
    let title = if object == "products" { "t.name" } else { "t.title" };
    let mut q = Sql::start(conn, "SELECT t.id, ");
    q.push(title)
        .push(", r.tag_id FROM record_tags r JOIN ")
        .push(object)
        .push(" t ON t.id = r.record_id WHERE r.object = ");
    q.text(object).push(" AND t.archived_at IS NULL AND ");
    q.pick("t.active IS NOT FALSE", "coalesce(t.active, 1) = 1").push(" AND r.tag_id IN ").ids(tags);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.text()?, row.id()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// How something of the library was used in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The item.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// What one use costs; 0 for content.
    pub cost_minor: i64,
    /// Contacts that used it.
    pub contacts: i64,
    /// Customers of those.
    pub customers: i64,
    /// Opportunities that they were about and that are closed.
    pub closed: i64,
    /// Those of them that were won.
    pub won: i64,
    /// The amount of those.
    pub won_minor: i64,
}

/// The use of every live content item or resource in the contacts of these owners in a span of time, most used first.
pub fn uses(
    conn: &mut AnyConnection,
    object: &'static str,
    span: (DateTime<Utc>, DateTime<Utc>),
    owners: Owners<'_>,
) -> Result<Vec<Used>> {
    let (title, cost, table, key) = match object {
        "resources" => ("t.name", "t.unit_cost_minor", "activity_resources", "resource_id"),
        _ => ("t.title", "0", "activity_contents", "content_id"),
    };
    let mut q = Sql::start(conn, "SELECT t.id, ");
    q.push(title).push(", t.kind, ").push(cost).push(", coalesce(x.contacts, 0), coalesce(x.customers, 0), coalesce(x.closed, 0), coalesce(x.won, 0), coalesce(x.won_minor, 0) FROM ");
    q.push(object).push(" t LEFT JOIN (SELECT item, CAST(sum(contacts) AS BIGINT) AS contacts, count(DISTINCT customer) AS customers, \
        count(CASE WHEN status IN ('won', 'lost') THEN 1 END) AS closed, count(CASE WHEN status = 'won' THEN 1 END) AS won, \
        CAST(sum(CASE WHEN status = 'won' THEN amount ELSE 0 END) AS BIGINT) AS won_minor FROM (SELECT u.");
    q.push(key).push(" AS item, a.customer_id AS customer, a.opportunity_id AS deal, o.status AS status, max(coalesce(o.amount_minor, 0)) AS amount, count(*) AS contacts FROM activities a JOIN ");
    q.push(table).push(
        " u ON u.activity_id = a.id LEFT JOIN opportunities o ON o.id = a.opportunity_id AND o.archived_at IS NULL \
        WHERE a.archived_at IS NULL AND a.occurred_at >= ",
    );
    q.time(span.0).push(" AND a.occurred_at < ").time(span.1);
    if let Owners::Only(ids) = owners {
        q.push(" AND a.owner_id IN ").ids(ids);
    }
    q.push(" GROUP BY 1, 2, 3, 4) AS deals GROUP BY item) AS x ON x.item = t.id WHERE t.archived_at IS NULL ORDER BY 5 DESC, 2");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Used {
            id: row.id()?,
            title: row.text()?,
            kind: row.text()?,
            cost_minor: row.int()?,
            contacts: row.int()?,
            customers: row.int()?,
            closed: row.int()?,
            won: row.int()?,
            won_minor: row.int()?,
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A contact as far as habits follow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// When.
    pub at: DateTime<Utc>,
    /// Its kind.
    pub kind: String,
    /// The customer answered.
    pub answered: Option<bool>,
}

/// The latest completed contacts with a customer in a span of time, newest first.
pub fn contacts(
    conn: &mut AnyConnection,
    customer: Uuid,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Contact>> {
    let mut q = Sql::start(conn, "SELECT occurred_at, kind, responded FROM activities WHERE customer_id = ");
    q.id(customer).push(" AND occurred_at > ").time(span.0).push(" AND occurred_at <= ").time(span.1);
    q.push(" AND archived_at IS NULL AND ").push(crate::derived::CONTACT);
    q.pick(" AND completed IS NOT FALSE", " AND coalesce(completed, 1) = 1");
    q.push(" ORDER BY occurred_at DESC LIMIT 200");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Contact { at: row.time()?, kind: row.text()?, answered: row.opt_bool() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}
