//! Who used the product on which day, kept as it happens.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::records::Owners;
use crate::row::Row;
use crate::sql::{Cells, Sql, Store};
use chrono::NaiveDate;
use domain::value::Value;
use uuid::Uuid;

/// A log-in, or a session that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Somebody logged in.
    Login,
    /// Somebody came back to a session.
    Visit,
}

/// Notes that somebody uses the product on a day.
pub fn note(conn: &mut AnyConnection, user: Uuid, day: NaiveDate, what: Use) -> Result<()> {
    let (logins, visits) = if what == Use::Login { (1, 0) } else { (0, 1) };
    let mut q = Sql::start(conn, "INSERT INTO usage_days (user_id, day, logins, visits) VALUES (");
    q.id(user).push(", ").bind(Store::Date, &Value::Date(day)).push(", ").int(logins).push(", ").int(visits);
    q.push(
        ") ON CONFLICT (user_id, day) DO UPDATE SET logins = usage_days.logins + excluded.logins, \
         visits = usage_days.visits + excluded.visits",
    );
    q.execute(conn)?;
    Ok(())
}

/// Log-ins of each of these users in a period, and the days on which each used the product.
pub fn sums(
    conn: &mut AnyConnection,
    days: (NaiveDate, NaiveDate),
    users: Owners<'_>,
) -> Result<Vec<(Uuid, i64, i64)>> {
    let mut q = Sql::start(conn, "SELECT user_id, CAST(sum(logins) AS BIGINT), count(*) FROM usage_days WHERE day >= ");
    q.bind(Store::Date, &Value::Date(days.0)).push(" AND day <= ").bind(Store::Date, &Value::Date(days.1));
    if let Owners::Only(ids) = users {
        q.push(" AND user_id IN ").ids(ids);
    }
    q.push(" GROUP BY user_id");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok((row.id()?, row.int()?, row.int()?))
    };
    q.load(conn)?.into_iter().map(read).collect()
}
