//! Stays of customers in their lifecycle stages, and what scores give and take.

use crate::cadence::push_owners;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A customer enters a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The customer.
    pub customer: Uuid,
    /// The stage.
    pub stage: &'static str,
    /// Why, as JSON.
    pub reason: String,
}

/// Ends the present stays of these customers and begins the new ones.
pub fn enter(conn: &mut AnyConnection, moves: &[Move], now: DateTime<Utc>) -> Result<()> {
    for chunk in moves.chunks(100) {
        let ids: Vec<Uuid> = chunk.iter().map(|m| m.customer).collect();
        let mut q = Sql::start(conn, "UPDATE lifecycle_history SET left_at = ");
        q.time(now).push(" WHERE left_at IS NULL AND customer_id IN ").ids(&ids);
        q.execute(conn)?;
        let mut q = Sql::start(conn, "INSERT INTO lifecycle_history (customer_id, entered_at, stage, reason) VALUES ");
        for (i, m) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(m.customer).push(", ").time(now).push(", ").text(m.stage);
            q.push(", ").text(m.reason.clone()).push(")");
        }
        q.push(" ON CONFLICT (customer_id, entered_at) DO UPDATE SET stage = excluded.stage, reason = excluded.reason, left_at = NULL");
        q.execute(conn)?;
    }
    Ok(())
}

/// The present stage of each of these customers that has one, and since when.
pub fn present(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<(Uuid, String, DateTime<Utc>)>> {
    let mut q = Sql::start(
        conn,
        "SELECT customer_id, stage, entered_at FROM lifecycle_history WHERE left_at IS NULL AND customer_id IN ",
    );
    q.ids(customers);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.text()?, row.time()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A stay in a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    /// The stage.
    pub stage: String,
    /// Since when.
    pub entered_at: DateTime<Utc>,
    /// Until when; none for the present one.
    pub left_at: Option<DateTime<Utc>>,
    /// Why, as JSON.
    pub reason: Option<String>,
}

/// The stays of a customer, newest first.
pub fn stays(conn: &mut AnyConnection, customer: Uuid, limit: i64) -> Result<Vec<Stay>> {
    let mut q =
        Sql::start(conn, "SELECT stage, entered_at, left_at, reason FROM lifecycle_history WHERE customer_id = ");
    q.id(customer).push(" ORDER BY entered_at DESC LIMIT ").int(limit);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Stay { stage: row.text()?, entered_at: row.time()?, left_at: row.opt_time(), reason: row.opt_text() })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// How many live customers of these owners came into their present stage in these days, by the stage before and the present.
pub fn moved(
    conn: &mut AnyConnection,
    days: (NaiveDate, NaiveDate),
    owners: Owners<'_>,
) -> Result<Vec<(String, String, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT lifecycle_from, lifecycle_stage, count(*) FROM customers WHERE archived_at IS NULL AND lifecycle_from IS NOT NULL \
         AND lifecycle_stage IS NOT NULL AND lifecycle_on >= ",
    );
    q.bind(Store::Date, &Value::Date(days.0)).push(" AND lifecycle_on <= ").bind(Store::Date, &Value::Date(days.1));
    push_owners(&mut q, owners);
    q.push(" GROUP BY lifecycle_from, lifecycle_stage");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.text()?, row.text()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// In how many live customers of these owners investing was stopped in these days, by their stage.
pub fn stopped(
    conn: &mut AnyConnection,
    days: (NaiveDate, NaiveDate),
    owners: Owners<'_>,
) -> Result<Vec<(String, i64)>> {
    let mut q = Sql::start(
        conn,
        "SELECT lifecycle_stage, count(*) FROM customers WHERE archived_at IS NULL AND lifecycle_stage IS NOT NULL \
         AND invest_stopped_on IS NOT NULL AND invest_stopped_on >= ",
    );
    q.bind(Store::Date, &Value::Date(days.0))
        .push(" AND invest_stopped_on <= ")
        .bind(Store::Date, &Value::Date(days.1));
    push_owners(&mut q, owners);
    q.push(" GROUP BY lifecycle_stage");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.text()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// A right of the settings that a customer holds at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// The entitlement.
    pub id: Uuid,
    /// The customer.
    pub customer: Uuid,
    /// Its key in the settings.
    pub key: String,
}

/// What these customers are entitled to at present by the settings, the oldest first.
pub fn rights(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<Right>> {
    let mut found = Vec::new();
    for chunk in customers.chunks(500) {
        let mut q = Sql::start(
            conn,
            "SELECT id, customer_id, key FROM entitlements WHERE archived_at IS NULL AND status = 'active' AND key IS NOT NULL \
             AND customer_id IN ",
        );
        q.ids(chunk).push(" ORDER BY customer_id, granted_on, id");
        for cells in q.load(conn)? {
            let mut row = Row::new(cells);
            found.push(Right { id: row.id()?, customer: row.id()?, key: row.text()? });
        }
    }
    Ok(found)
}

/// Ends entitlements.
pub fn end_rights(
    conn: &mut AnyConnection,
    ids: &[Uuid],
    status: &'static str,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    for chunk in ids.chunks(500) {
        let mut q = Sql::start(conn, "UPDATE entitlements SET version = version + 1, status = ");
        q.text(status).push(", revoked_on = ").bind(Store::Date, &Value::Date(today)).push(", updated_at = ").time(now);
        q.push(" WHERE status = 'active' AND id IN ").ids(chunk);
        q.execute(conn)?;
    }
    Ok(())
}

/// Which of these customers have an open task, and from where it came.
pub fn open_tasks(conn: &mut AnyConnection, customers: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut found = Vec::new();
    for chunk in customers.chunks(500) {
        let mut q = Sql::start(
            conn,
            "SELECT customer_id, origin FROM tasks WHERE archived_at IS NULL AND status = 'open' AND origin IS NOT NULL AND customer_id IN ",
        );
        q.ids(chunk);
        for cells in q.load(conn)? {
            let mut row = Row::new(cells);
            found.push((row.id()?, row.text()?));
        }
    }
    Ok(found)
}

/// Who leads the teams of these people.
pub fn leads(conn: &mut AnyConnection, people: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let mut q = Sql::start(
        conn,
        "SELECT u.id, t.lead_id FROM users u JOIN teams t ON t.id = u.team_id JOIN users l ON l.id = t.lead_id \
         WHERE l.status = 'active' AND l.archived_at IS NULL AND u.id IN ",
    );
    q.ids(people);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.id()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The playbooks that were started for these customers since a day.
pub fn started(conn: &mut AnyConnection, customers: &[Uuid], since: NaiveDate) -> Result<Vec<(Uuid, String)>> {
    let mut found = Vec::new();
    for chunk in customers.chunks(500) {
        let mut q = Sql::start(
            conn,
            "SELECT customer_id, playbook FROM playbook_runs WHERE archived_at IS NULL AND playbook IS NOT NULL AND customer_id IN ",
        );
        q.ids(chunk).push(" AND started_on > ").bind(Store::Date, &Value::Date(since));
        for cells in q.load(conn)? {
            let mut row = Row::new(cells);
            found.push((row.id()?, row.text()?));
        }
    }
    Ok(found)
}

/// How often a playbook was started, for how many the effect is measured, and the mean change of the score.
pub type Effect = (String, i64, i64, Option<f64>);

/// The effects of all playbooks on the customers of these owners.
pub fn effects(conn: &mut AnyConnection, owners: Owners<'_>) -> Result<Vec<Effect>> {
    let mut q = Sql::start(
        conn,
        "SELECT playbook, count(*), count(score_after - score_before), avg(score_after - score_before) FROM playbook_runs \
         WHERE archived_at IS NULL AND playbook IS NOT NULL",
    );
    push_owners(&mut q, owners);
    q.push(" GROUP BY playbook");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.text()?, row.int()?, row.int()?, row.opt_num()))
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Measures the playbooks that began so long ago: the score of their dimension now.
pub fn measure_playbooks(conn: &mut AnyConnection, began_until: NaiveDate, today: NaiveDate) -> Result<usize> {
    let mut measured = 0;
    for (dimension, column) in [
        ("security", "sdae_security"),
        ("development", "sdae_development"),
        ("acceptance", "sdae_acceptance"),
        ("experience", "sdae_experience"),
    ] {
        let mut q = Sql::start(conn, "UPDATE playbook_runs SET score_after = (SELECT c.");
        q.push(column).push(" FROM customers c WHERE c.id = playbook_runs.customer_id), measured_on = ");
        q.bind(Store::Date, &Value::Date(today))
            .push(" WHERE measured_on IS NULL AND archived_at IS NULL AND started_on <= ");
        q.bind(Store::Date, &Value::Date(began_until)).push(" AND dimension = ").text(dimension);
        measured += q.execute(conn)?;
    }
    Ok(measured)
}
