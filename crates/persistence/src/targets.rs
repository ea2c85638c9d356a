//! Groups of customers by a condition: how many there are, and how many of them were contacted.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::{Owners, push_condition};
use crate::row::Row;
use crate::sql::{Cells, Engine, MAX_BINDS, Sql, Store};
use chrono::NaiveDate;
use domain::condition::Condition;
use domain::value::Value;
use uuid::Uuid;

/// Live customers of one group and one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// The place of the group among those asked for.
    pub group: usize,
    /// The owner.
    pub owner: Option<Uuid>,
    /// Customers.
    pub customers: i64,
    /// Those of them contacted in the period.
    pub contacted: i64,
}

/// Counts groups in one statement, in which each goes by the indexes of its own condition; in several where one could not
/// take all their values.
pub fn covered(
    conn: &mut AnyConnection,
    groups: &[(usize, Condition)],
    days: (NaiveDate, NaiveDate),
    owners: Owners<'_>,
) -> Result<Vec<Covered>> {
    let engine = conn.engine();
    let mut found = Vec::new();
    let mut q = Sql::new(engine);
    for (group, condition) in groups {
        let part = members(engine, *group, condition, days, owners);
        if !q.is_empty() && q.binds() + part.binds() > MAX_BINDS {
            found.extend(counted(conn, std::mem::replace(&mut q, Sql::new(engine)))?);
        }
        if !q.is_empty() {
            q.push(" UNION ALL ");
        }
        q.append(part);
    }
    if !q.is_empty() {
        found.extend(counted(conn, q)?);
    }
    Ok(found)
}

/// Counts one group.
fn members(
    engine: Engine,
    group: usize,
    condition: &Condition,
    days: (NaiveDate, NaiveDate),
    owners: Owners<'_>,
) -> Sql {
    let mut q = Sql::new(engine);
    q.push(format!("SELECT CAST({group} AS BIGINT)"));
    q.push(
        ", t.owner_id, count(*), CAST(sum(CASE WHEN EXISTS (SELECT 1 FROM contact_scores c WHERE c.customer_id = t.id",
    );
    q.push(" AND c.day >= ").bind(Store::Date, &Value::Date(days.0));
    q.push(" AND c.day <= ").bind(Store::Date, &Value::Date(days.1));
    q.push(") THEN 1 ELSE 0 END) AS BIGINT) FROM customers t WHERE t.archived_at IS NULL");
    if let Owners::Only(ids) = owners {
        q.push(" AND t.owner_id IN ").ids(ids);
    }
    q.push(" AND ");
    push_condition(&mut q, condition, "customers");
    q.push(" GROUP BY t.owner_id");
    q
}

fn counted(conn: &mut AnyConnection, q: Sql) -> Result<Vec<Covered>> {
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        let group = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        Ok(Covered { group, owner: row.opt_id(), customers: row.int()?, contacted: row.int()? })
    };
    q.load(conn)?.into_iter().map(read).collect()
}

/// Customers in which nothing more is invested, and the contacts with them since, of a period, with their minutes.
pub fn stopped(conn: &mut AnyConnection, days: (NaiveDate, NaiveDate), owners: Owners<'_>) -> Result<(i64, i64, i64)> {
    let mut marked = Sql::start(conn, "c.archived_at IS NULL AND ");
    marked.pick("c.invest_stopped IS TRUE", "c.invest_stopped = 1");
    if let Owners::Only(ids) = owners {
        marked.push(" AND c.owner_id IN ").ids(ids);
    }
    let mut q = Sql::start(conn, "SELECT count(*) FROM customers c WHERE ");
    q.append(marked.clone());
    let customers = q.first(conn)?.map_or(Ok(0), |cells| Row::new(cells).int())?;
    let mut q = Sql::start(
        conn,
        "SELECT count(*), CAST(coalesce(sum(s.minutes), 0) AS BIGINT) FROM customers c \
         JOIN contact_scores s ON s.customer_id = c.id AND s.day >= c.invest_stopped_on AND s.day >= ",
    );
    q.bind(Store::Date, &Value::Date(days.0)).push(" AND s.day <= ").bind(Store::Date, &Value::Date(days.1));
    q.push(" WHERE ").append(marked);
    let (contacts, minutes) = q.first(conn)?.map_or(Ok::<_, crate::Error>((0, 0)), |cells| {
        let mut row = Row::new(cells);
        Ok((row.int()?, row.int()?))
    })?;
    Ok((customers, contacts, minutes))
}

/// Keys of shipped segments that exist, archived or not.
pub fn keys(conn: &mut AnyConnection) -> Result<Vec<String>> {
    let q = Sql::start(conn, "SELECT key FROM segments WHERE key IS NOT NULL");
    q.load(conn)?.into_iter().map(|cells| Row::new(cells).text()).collect()
}
