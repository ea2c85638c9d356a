//! Every way a use case can end badly, by meaning. `api` maps each to one problem document.

use domain::fields::FieldError;

/// The closed list of failures.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// Readable but wrong, field by field.
    Invalid(Vec<FieldError>),
    /// It does not fit the present state; a stable code and what is in the way.
    Conflict {
        /// Stable code, for example `duplicate`.
        code: &'static str,
        /// What is in the way.
        detail: String,
    },
    /// The record has changed since the caller read it.
    Stale {
        /// Its version now.
        current: i64,
    },
    /// A change that must name the version it is based on does not.
    VersionRequired,
    /// The caller's role does not allow it; the object and action that would be needed.
    Forbidden {
        /// For example `customers.create`.
        permission: String,
    },
    /// Not logged in, or no longer; a stable code.
    Unauthenticated(&'static str),
    /// Too many attempts; seconds to wait.
    TooMany(u32),
    /// Another writer was in the way, and this one had to give up; see [`crate::transaction`].
    Contended(String),
    /// The database is busy or away; try again.
    Unavailable(String),
    /// There is no room left for what was to be stored.
    Full(String),
    /// A fault of ours; the text is for the log only.
    Internal(String),
}

impl Error {
    /// One wrong field.
    pub fn field(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Error {
        Error::Invalid(vec![FieldError::new(field, code, detail)])
    }

    /// A conflict with the present state.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Error {
        Error::Conflict { code, detail: detail.into() }
    }
}

impl From<persistence::Error> for Error {
    fn from(e: persistence::Error) -> Error {
        match e {
            persistence::Error::Unavailable(s) => Error::Unavailable(s),
            persistence::Error::Contended(s) => Error::Contended(s),
            persistence::Error::Full(s) => Error::Full(s),
            persistence::Error::TooLarge(_) => Error::field("amount_minor", "total_out_of_range", ""),
            persistence::Error::Duplicate(s) => Error::Conflict { code: "duplicate", detail: s },
            persistence::Error::BrokenLink(_) => {
                Error::Conflict { code: "linked_record_missing", detail: String::new() }
            }
            persistence::Error::Configuration(s)
            | persistence::Error::Migration(s)
            | persistence::Error::Internal(s) => Error::Internal(s),
        }
    }
}

impl From<persistence::DieselError> for Error {
    fn from(e: persistence::DieselError) -> Error {
        persistence::Error::from(e).into()
    }
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, Error>;
