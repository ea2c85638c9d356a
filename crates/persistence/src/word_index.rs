//! The word index on PostgreSQL. What is inserted waits in a list beside it until there is enough to be sorted in at once;
//! whoever inserts what fills the list does the sorting, and waits for it. While very much is inserted, another connection
//! sorts instead.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::sql::{Cells, Engine, Sql};
use diesel::connection::SimpleConnection;
use domain::value::Value;

/// Sorts in what waits, in all searched tables; answers how many pages waited, or `None` on SQLite, where nothing does.
/// Only the owner of the tables may.
pub fn sort_in(conn: &mut AnyConnection) -> Result<Option<i64>> {
    if conn.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let mut q = Sql::start(conn, "SELECT 0::bigint");
    for def in domain::objects::ALL.iter().filter(|def| !def.search.is_empty()) {
        q.push(" + gin_clean_pending_list(").text(format!("{}_search", def.key)).push("::regclass)");
    }
    Ok(q.first(conn)?.and_then(|Cells(c)| c.first().and_then(Value::as_int)))
}

/// Leaves the sorting of what the rest of this transaction inserts to others, up to 64 MB.
pub fn leave_unsorted(conn: &mut AnyConnection) -> Result<()> {
    if let AnyConnection::Pg(c) = conn {
        c.batch_execute("SET LOCAL gin_pending_list_limit = '64MB'")?;
    }
    Ok(())
}
