//! What can go wrong between the program and its database.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as Diesel};

/// A failure of the database layer, by meaning.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The settings name no database that this program knows.
    #[error("{0}")]
    Configuration(String),
    /// The database cannot be reached, is locked or refuses work for now.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// This transaction and another waited for each other, or changed the same rows at once, and the database made
    /// this one give way: carried out again it may well succeed.
    #[error("another writer was in the way: {0}")]
    Contended(String),
    /// There is no room left where the database lies.
    #[error("no room left: {0}")]
    Full(String),
    /// Migrations failed or do not match the program.
    #[error("{0}")]
    Migration(String),
    /// A unique index holds this value already; the name of the index or columns.
    #[error("already there: {0}")]
    Duplicate(String),
    /// A link points to a record that does not exist.
    #[error("a linked record does not exist: {0}")]
    BrokenLink(String),
    /// A sum beyond what the database can count to.
    #[error("too large a sum: {0}")]
    TooLarge(String),
    /// Anything else: a fault of ours.
    #[error("database error: {0}")]
    Internal(String),
}

impl From<Diesel> for Error {
    fn from(e: Diesel) -> Error {
        Error::from_ref(&e)
    }
}

impl Error {
    fn from_ref(e: &Diesel) -> Error {
        match e {
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Error::Duplicate(info.constraint_name().map_or_else(|| info.message().to_owned(), str::to_owned))
            }
            Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
                Error::BrokenLink(info.message().to_owned())
            }
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
                Error::Contended(info.message().to_owned())
            }
            // Their details quote the row, so that no word in them means anything.
            Diesel::DatabaseError(
                DatabaseErrorKind::NotNullViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::ExclusionViolation
                | DatabaseErrorKind::RestrictViolation,
                _,
            ) => Error::Internal(e.to_string()),
            Diesel::DatabaseError(_, info) if is_deadlock(&**info) => Error::Contended(info.message().to_owned()),
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Error::Unavailable(info.message().to_owned()),
            Diesel::RollbackErrorOnCommit { commit_error, .. } => match Error::from_ref(commit_error) {
                Error::Full(message) => Error::Full(message),
                // Neither could be said to the database, so it is the connection that is gone.
                _ => Error::Unavailable("the connection was lost".to_owned()),
            },
            Diesel::BrokenTransactionManager => Error::Unavailable("the connection was lost".to_owned()),
            Diesel::DatabaseError(_, info) if is_overflow(info.message()) => Error::TooLarge(info.message().to_owned()),
            Diesel::DatabaseError(_, info) if is_full(info.message()) => Error::Full(info.message().to_owned()),
            Diesel::DatabaseError(_, info) if is_passing(info.message()) => {
                Error::Unavailable(info.message().to_owned())
            }
            _ => Error::Internal(e.to_string()),
        }
    }
}

// diesel keeps the SQLSTATE to itself but for the kinds above, so that words have to tell. Connections ask for English;
// where the server does not let them, its messages come in its own language: what is the same in every language is
// looked at first, then the words of PostgreSQL's Chinese catalogue (zh_CN).

/// Two transactions that wait for each other. PostgreSQL names the modes of their locks in the details, which no
/// catalogue translates.
fn is_deadlock(info: &dyn DatabaseErrorInformation) -> bool {
    let modes = |details: &str| details.contains("ShareLock") || details.contains("ExclusiveLock");
    says(info.message(), &["deadlock detected", "检测到死锁"]) || info.details().is_some_and(modes)
}

/// PostgreSQL's and SQLite's words for a whole number that has become too large; the name of the type comes first in
/// every language.
fn is_overflow(message: &str) -> bool {
    message.starts_with("bigint") || says(message, &["integer overflow"])
}

/// SQLite's and PostgreSQL's words for a disk without room.
fn is_full(message: &str) -> bool {
    says(message, &["database or disk is full", "No space left", "disk full", "设备上没有空间", "超出磁盘限额"])
}

/// Conditions of the surroundings, not faults of a statement. Both engines report them as plain
/// errors, so that only the text tells.
fn is_passing(message: &str) -> bool {
    const SIGNS: [&str; 13] = [
        "database is locked",
        "disk I/O error",
        "unable to open database",
        "attempt to write a readonly",
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "could not connect",
        "connection refused",
        "lock timeout",
        "too many clients",
        "锁超时",
        "中断联接",
    ];
    says(message, &SIGNS)
}

fn says(message: &str, signs: &[&str]) -> bool {
    signs.iter().any(|s| message.contains(s))
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of PostgreSQL with its details.
    struct Said(&'static str, Option<&'static str>);

    impl DatabaseErrorInformation for Said {
        fn message(&self) -> &str {
            self.0
        }
        fn details(&self) -> Option<&str> {
            self.1
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            None
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            None
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn read(kind: DatabaseErrorKind, said: Said) -> Error {
        Error::from(Diesel::DatabaseError(kind, Box::new(said)))
    }

    fn plain(message: &'static str) -> Error {
        read(DatabaseErrorKind::Unknown, Said(message, None))
    }

    #[test]
    fn what_passes_is_told_from_faults_in_english_and_in_chinese() {
        for message in ["deadlock detected", "检测到死锁"] {
            assert!(matches!(plain(message), Error::Contended(_)), "{message}");
        }
        for message in ["canceling statement due to lock timeout", "由于锁超时，取消语句操作", "由于管理员命令中断联接"]
        {
            assert!(matches!(plain(message), Error::Unavailable(_)), "{message}");
        }
        for message in [
            "could not extend file \"base/5/16384\": No space left on device",
            "无法扩展文件 \"base/5/16384\": 设备上没有空间",
        ] {
            assert!(matches!(plain(message), Error::Full(_)), "{message}");
        }
        for message in ["bigint out of range", "bigint 超出范围", "bigint ist außerhalb des gültigen Bereichs"] {
            assert!(matches!(plain(message), Error::TooLarge(_)), "{message}");
        }
        assert!(matches!(plain("关系 \"customers\" 不存在"), Error::Internal(_)));
    }

    #[test]
    fn a_deadlock_is_known_by_its_locks_in_any_language_and_not_by_a_row_that_is_quoted() {
        let locks = "Prozess 7 wartet auf ShareLock-Sperre auf Transaktion 9; blockiert von Prozess 8.";
        let deadlock = read(DatabaseErrorKind::Unknown, Said("Verklemmung (Deadlock) entdeckt", Some(locks)));
        assert!(matches!(deadlock, Error::Contended(_)));
        let row = "Failing row contains (1, ShareLock).";
        let broken = read(DatabaseErrorKind::NotNullViolation, Said("null value in column \"name\"", Some(row)));
        assert!(matches!(broken, Error::Internal(_)));
    }
}
