//! Urgent needs of customers: tasks that wait to be answered, and how soon they were.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The origin of the tasks of urgent needs.
pub const ORIGIN: &str = "urgent";

/// An urgent need that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its task.
    pub task: Uuid,
    /// What is needed.
    pub title: String,
    /// When it was reported.
    pub created_at: DateTime<Utc>,
    /// By when it is to be answered.
    pub due_at: Option<DateTime<Utc>>,
    /// Who answers it.
    pub owner: Option<Uuid>,
    /// The customer.
    pub customer: Option<Uuid>,
    /// Its name.
    pub customer_name: Option<String>,
    /// Its owner.
    pub customer_owner: Option<Uuid>,
}

/// Urgent needs that wait for these people, the oldest first.
pub fn waiting(conn: &mut AnyConnection, owners: Owners<'_>, limit: i64) -> Result<Vec<Waiting>> {
    let mut q = Sql::start(
        conn,
        "SELECT t.id, t.title, t.created_at, t.due_at, t.owner_id, t.customer_id, c.name, c.owner_id FROM tasks t \
         LEFT JOIN customers c ON c.id = t.customer_id WHERE t.archived_at IS NULL AND t.origin = 'urgent' AND t.status = 'open'",
    );
    if let Owners::Only(ids) = owners {
        q.push(" AND t.owner_id IN ").ids(ids);
    }
    q.push(" ORDER BY t.created_at, t.id LIMIT ").int(limit);
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Waiting {
            task: row.id()?,
            title: row.text()?,
            created_at: row.time()?,
            due_at: row.opt_time(),
            owner: row.opt_id(),
            customer: row.opt_id(),
            customer_name: row.opt_text(),
            customer_owner: row.opt_id(),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// The hours that each urgent need took to be answered, of those answered since then.
pub fn answered(conn: &mut AnyConnection, since: DateTime<Utc>, owners: Owners<'_>) -> Result<Vec<f64>> {
    let mut q = Sql::start(
        conn,
        "SELECT created_at, done_at FROM tasks WHERE archived_at IS NULL AND origin = 'urgent' AND status = 'done' AND done_at >= ",
    );
    q.time(since);
    if let Owners::Only(ids) = owners {
        q.push(" AND owner_id IN ").ids(ids);
    }
    q.push(" ORDER BY done_at DESC LIMIT 5000");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let (from, to) = (row.time()?, row.time()?);
        Ok((to - from).num_minutes() as f64 / 60.0)
    };
    q.load(conn)?.into_iter().map(read).collect()
}
