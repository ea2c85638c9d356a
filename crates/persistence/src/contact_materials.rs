//! What contacts are scored against: content and resources with their tags, roles of people, open matters.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What a content item is tagged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// The item.
    pub id: Uuid,
    /// Lifecycle stages.
    pub stages: Vec<String>,
    /// Pains.
    pub pains: Vec<Uuid>,
    /// Roles.
    pub roles: Vec<String>,
    /// What one use costs, in minor units; 0 for content.
    pub cost_minor: i64,
    /// May be used and recommended.
    pub live: bool,
}

/// The content items of these ids.
pub fn contents(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Vec<Tagged>> {
    let mut q = Sql::start(conn, "SELECT id, stages, pain_ids, roles, 0, archived_at FROM contents WHERE id IN ");
    q.ids(ids);
    q.load(conn)?.into_iter().map(read_tagged).collect()
}

/// The whole resource catalogue, what is no longer in use included.
pub fn resources(conn: &mut AnyConnection) -> Result<Vec<Tagged>> {
    let mut q = Sql::start(conn, "SELECT id, stages, pain_ids, roles, unit_cost_minor, CASE WHEN ");
    q.pick("active IS FALSE", "active = 0").push(" THEN created_at ELSE archived_at END FROM resources ORDER BY id");
    q.load(conn)?.into_iter().map(read_tagged).collect()
}

fn read_tagged(cells: Cells) -> Result<Tagged> {
    let mut row = Row::new(cells);
    Ok(Tagged {
        id: row.id()?,
        stages: row.words(),
        pains: row.ids(),
        roles: row.words(),
        cost_minor: row.opt_int().unwrap_or_default(),
        live: row.opt_time().is_none(),
    })
}

/// The cases in use of an industry, or of none: those of the industry first, then the newest.
pub fn cases(conn: &mut AnyConnection, industry: Option<&str>) -> Result<Vec<(Uuid, String)>> {
    let mut q = Sql::start(
        conn,
        "SELECT c.id, c.title FROM contents c WHERE c.kind = 'case_study' AND c.archived_at IS NULL AND ",
    );
    q.pick("c.active IS NOT FALSE", "coalesce(c.active, 1) = 1").push(" AND (c.industry IS NULL");
    if let Some(industry) = industry {
        q.push(" OR c.industry = ").text(industry.to_owned());
    }
    q.push(") ORDER BY CASE WHEN c.industry IS NULL THEN 1 ELSE 0 END, c.created_at DESC, c.id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.text()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Is a case among these content items?
pub fn holds_case(conn: &mut AnyConnection, contents: &[Uuid]) -> Result<bool> {
    for chunk in contents.chunks(500) {
        let mut q = Sql::start(conn, "SELECT 1 FROM contents c WHERE c.kind = 'case_study' AND c.id IN ");
        q.ids(chunk).push(" LIMIT 1");
        if q.first(conn)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was shown to a customer up to now, and when: of its latest contacts with content, as many as asked for.
pub fn shown_to(
    conn: &mut AnyConnection,
    customer: Uuid,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Vec<Uuid>, DateTime<Utc>)>> {
    let mut q = Sql::start(
        conn,
        "SELECT a.content_ids, a.occurred_at FROM activities a WHERE a.archived_at IS NULL AND a.content_ids IS NOT NULL AND a.customer_id = ",
    );
    q.id(customer).push(" AND a.occurred_at <= ").time(now);
    q.pick(" AND a.completed IS NOT FALSE", " AND coalesce(a.completed, 1) = 1");
    q.push(" ORDER BY a.occurred_at DESC").limit(limit);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.ids(), row.time()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The roles of people at customers, of those whose role is known.
pub fn roles(conn: &mut AnyConnection, people: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut q = Sql::start(conn, "SELECT id, role FROM contacts WHERE role IS NOT NULL AND id IN ");
    q.ids(people);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.text()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A time in which something was open with a customer, so that no contact is too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matter {
    /// The customer.
    pub customer: Uuid,
    /// Since when.
    pub from: DateTime<Utc>,
    /// The day it was closed, if it has been and is known.
    pub closed_on: Option<NaiveDate>,
    /// It is open now.
    pub open: bool,
}

/// When opportunities of these customers were open.
pub fn matters(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<Matter>> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, created_at, closed_on, status FROM opportunities WHERE archived_at IS NULL AND customer_id IN ",
    );
    q.ids(customers);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Matter {
            customer: row.id()?,
            from: row.time()?,
            closed_on: row.opt_date(),
            open: row.opt_text().as_deref() == Some("open"),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// What a customer was from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The customer.
    pub customer: Uuid,
    /// Since when.
    pub from: DateTime<Utc>,
    /// The word for it; `none` for nothing.
    pub word: String,
}

/// The grades that these customers had, by customer and time.
pub fn grades_held(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<Held>> {
    held(conn, "SELECT subject, at, band FROM score_snapshots WHERE model = 'grade' AND subject IN ", customers)
}

/// The stages that these customers were in, by customer and time.
pub fn stages_held(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<Held>> {
    held(conn, "SELECT customer_id, entered_at, stage FROM lifecycle_history WHERE customer_id IN ", customers)
}

fn held(conn: &mut AnyConnection, select: &'static str, customers: &[Uuid]) -> Result<Vec<Held>> {
    let mut q = Sql::start(conn, select);
    q.ids(customers).push(" ORDER BY 1, 2");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Held { customer: row.id()?, from: row.time()?, word: row.text()? })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The customers of activities, and of those that were scored as contacts of another.
pub fn customers_of(conn: &mut AnyConnection, activities: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for chunk in activities.chunks(500) {
        let mut q = Sql::start(conn, "SELECT customer_id FROM activities WHERE customer_id IS NOT NULL AND id IN ");
        q.ids(chunk).push(" UNION SELECT customer_id FROM contact_scores WHERE activity_id IN ").ids(chunk);
        for cells in q.load(conn)? {
            found.push(Row::new(cells).id()?);
        }
    }
    Ok(found)
}

/// Of these customers those that have a contact which was never scored.
pub fn unscored(conn: &mut AnyConnection, customers: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let mut q = Sql::start(conn, "SELECT DISTINCT a.customer_id FROM activities a WHERE a.customer_id IN ");
    q.ids(customers).push(" AND a.occurred_at <= ").time(now).push(" AND a.archived_at IS NULL AND a.");
    q.push(crate::derived::CONTACT).pick(" AND a.completed IS NOT FALSE", " AND coalesce(a.completed, 1) = 1");
    q.push(" AND NOT EXISTS (SELECT 1 FROM contact_scores s WHERE s.activity_id = a.id)");
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).id()).collect()
}

/// What the latest scored contacts were made of, as JSON.
pub fn latest_inputs(conn: &mut AnyConnection, limit: i64) -> Result<Vec<String>> {
    let mut q = Sql::start(
        conn,
        "SELECT s.inputs FROM (SELECT id FROM activities WHERE archived_at IS NULL ORDER BY occurred_at DESC LIMIT ",
    );
    q.int(limit).push(") a JOIN contact_scores s ON s.activity_id = a.id");
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).text()).collect()
}
