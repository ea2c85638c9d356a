//! What can go wrong between the program and its database.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

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
            Diesel::DatabaseError(_, info) if info.message().contains("deadlock detected") => {
                Error::Contended(info.message().to_owned())
            }
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

/// PostgreSQL's and SQLite's words for a whole number that has become too large.
fn is_overflow(message: &str) -> bool {
    ["bigint out of range", "integer overflow"].iter().any(|s| message.contains(s))
}

/// SQLite's and PostgreSQL's words for a disk without room.
fn is_full(message: &str) -> bool {
    ["database or disk is full", "No space left", "disk full"].iter().any(|s| message.contains(s))
}

/// Conditions of the surroundings, not faults of a statement. Both engines report them as plain
/// errors, so that only the text tells.
fn is_passing(message: &str) -> bool {
    const SIGNS: [&str; 11] = [
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
    ];
    SIGNS.iter().any(|s| message.contains(s))
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, Error>;
