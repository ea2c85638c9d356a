//! Copies and checks of a SQLite file.

use crate::db::AnyConnection;
use crate::error::{Error, Result};
use crate::sql::{Cells, Sql};

/// Writes a consistent copy of the database to a new file while others go on writing.
pub fn copy_to(conn: &mut AnyConnection, path: &str) -> Result<()> {
    let mut q = Sql::start(conn, "VACUUM INTO ");
    q.text(path);
    q.execute(conn)?;
    Ok(())
}

/// Brings the write-ahead log into the file; fails while anybody else has it open, working or not: leaving the mode of
/// the log is what SQLite does for nobody but its only user.
pub fn fold_log(conn: &mut AnyConnection) -> Result<()> {
    Sql::start(conn, "PRAGMA busy_timeout = 500").load(conn)?;
    let mode = Sql::start(conn, "PRAGMA journal_mode = DELETE").first(conn)?;
    match mode.and_then(|Cells(c)| c.first().and_then(domain::value::Value::as_str).map(str::to_owned)) {
        Some(mode) if mode == "delete" => Ok(()),
        _ => Err(Error::Unavailable("the database is in use".to_owned())),
    }
}

/// Is every page and every foreign key sound, and is it one of ours?
pub fn check(conn: &mut AnyConnection) -> Result<()> {
    let found = Sql::start(conn, "PRAGMA integrity_check").load(conn)?;
    let whole =
        matches!(found.as_slice(), [Cells(c)] if c.first().and_then(domain::value::Value::as_str) == Some("ok"));
    if !whole {
        return Err(Error::Internal("the integrity check failed".to_owned()));
    }
    if !Sql::start(conn, "PRAGMA foreign_key_check").load(conn)?.is_empty() {
        return Err(Error::Internal("a foreign key leads nowhere".to_owned()));
    }
    Sql::start(conn, "SELECT count(*) FROM customers").load(conn)?;
    Ok(())
}
