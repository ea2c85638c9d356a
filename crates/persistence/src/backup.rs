//! Copies and checks of a SQLite file.

use crate::db::{self, AnyConnection, Target};
use crate::error::{Error, Result};
use crate::sql::{Cells, Sql};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Writes a consistent copy of the database to a new file while others go on writing.
pub fn copy_to(conn: &mut AnyConnection, path: &str) -> Result<()> {
    let mut q = Sql::start(conn, "VACUUM INTO ");
    q.text(path);
    q.execute(conn)?;
    Ok(())
}

/// What became of a write-ahead log that was to go into its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// The file holds everything, and nobody has it open.
    Folded,
    /// Somebody else has the database open.
    InUse,
    /// The database is damaged, and why; a file that does not begin as one was not touched.
    Unreadable(String),
}

/// Brings the write-ahead log into the file, unless anybody else has it open, working or not: leaving the mode of
/// the log is what SQLite does for nobody but its only user. A damaged file SQLite reads no further than its beginning,
/// so that the system is asked whether anybody has it open.
pub fn fold_log(path: &Path) -> std::io::Result<Log> {
    let target = path.to_str().map(|p| Target::Sqlite(p.to_owned()));
    let target = target.ok_or_else(|| std::io::Error::other("the path is not UTF-8"))?;
    let why = match begins_as_database(path)?.then(|| leave_log(&target)) {
        Some(Ok(true)) => return Ok(Log::Folded),
        Some(Ok(false)) => return Ok(Log::InUse),
        Some(Err(Error::Unavailable(why))) if why.contains("database is locked") => return Ok(Log::InUse),
        Some(Err(error)) => error.to_string(),
        None => "the file does not begin as a database of SQLite".to_owned(),
    };
    Ok(if is_locked(path)? { Log::InUse } else { Log::Unreadable(why) })
}

fn begins_as_database(path: &Path) -> std::io::Result<bool> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut start = Vec::new();
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    Ok(start == MAGIC)
}

/// False when somebody else is there.
fn leave_log(target: &Target) -> Result<bool> {
    let mut conn = db::connect(target)?;
    Sql::start(&conn, "PRAGMA busy_timeout = 500").load(&mut conn)?;
    let mode = Sql::start(&conn, "PRAGMA journal_mode = DELETE").first(&mut conn)?;
    Ok(mode.is_some_and(|Cells(c)| c.first().and_then(domain::value::Value::as_str) == Some("delete")))
}

/// Whoever has a database open holds a lock of the system on some of its bytes.
fn is_locked(path: &Path) -> std::io::Result<bool> {
    let file = File::options().read(true).write(true).open(path)?;
    match rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(false),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Ok(true),
        Err(error) => Err(error.into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_in_use_is_told_from_a_damaged_one() {
        let path = std::env::temp_dir().join(format!("flywheel-fold-{}.db", uuid::Uuid::now_v7()));
        let target = Target::Sqlite(path.to_str().unwrap().to_owned());
        let mut conn = db::connect(&target).unwrap();
        Sql::start(&conn, "CREATE TABLE t (x INTEGER)").execute(&mut conn).unwrap();
        assert_eq!(fold_log(&path).unwrap(), Log::InUse);
        drop(conn);
        assert_eq!(fold_log(&path).unwrap(), Log::Folded);
        let whole = std::fs::read(&path).unwrap();
        let mut torn = whole.clone();
        torn[20..100].fill(0xA5);
        for damaged in [torn, vec![0xA5; whole.len()], Vec::new()] {
            std::fs::write(&path, &damaged).unwrap();
            assert!(matches!(fold_log(&path).unwrap(), Log::Unreadable(_)));
            assert_eq!(std::fs::read(&path).unwrap(), damaged);
        }
        std::fs::remove_file(path).unwrap();
    }
}
