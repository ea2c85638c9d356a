//! What can go wrong between the program and its database.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// A failure of the database layer, by meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings name no database that this program knows.
    #[error("{0}")]
    Configuration(String),
    /// The database cannot be reached, is locked, full or refuses work for now.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// This transaction and another waited for each other, or changed the same rows at once, and the database made
    /// this one give way: carried out again it may well succeed.
    #[error("another writer was in the way: {0}")]
    Contended(String),
    /// Migrations failed or do not match the program.
    #[error("{0}")]
    Migration(String),
    /// A unique index holds this value already; the name of the index or columns.
    #[error("already there: {0}")]
    Duplicate(String),
    /// A link points to a record that does not exist.
    #[error("a linked record does not exist: {0}")]
    BrokenLink(String),
    /// Anything else: a fault of ours.
    #[error("database error: {0}")]
    Internal(String),
}

impl From<Diesel> for Error {
    fn from(e: Diesel) -> Error {
        match &e {
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
            // Neither could be said to the database, so it is the connection that is gone.
            Diesel::RollbackErrorOnCommit { .. } => Error::Unavailable("the connection was lost".to_owned()),
            Diesel::BrokenTransactionManager => Error::Unavailable("the connection was lost".to_owned()),
            Diesel::DatabaseError(_, info) if is_passing(info.message()) => {
                Error::Unavailable(info.message().to_owned())
            }
            _ => Error::Internal(e.to_string()),
        }
    }
}

/// Conditions of the surroundings, not faults of a statement. Both engines report them as plain
/// errors, so that only the text tells.
fn is_passing(message: &str) -> bool {
    const SIGNS: [&str; 13] = [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database",
        "attempt to write a readonly",
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "could not connect",
        "connection refused",
        "lock timeout",
        "No space left",
        "too many clients",
    ];
    SIGNS.iter().any(|s| message.contains(s))
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, Error>;
