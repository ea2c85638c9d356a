//! The version of a record that a change goes by.

use crate::{Error, Result};
use domain::record::Record;

/// What a change is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// A version that the caller has seen.
    Version(i64),
    /// The record as it is now.
    AsItIs,
    /// The caller should have named a version and did not.
    Missing,
}

impl Base {
    pub(super) fn of(version: Option<i64>) -> Base {
        version.map_or(Base::Missing, Base::Version)
    }

    /// The version, where one is named.
    pub(super) fn if_named(version: Option<i64>) -> Base {
        version.map_or(Base::AsItIs, Base::Version)
    }

    pub(super) fn check(self, record: &Record) -> Result<()> {
        match self {
            Base::Missing => Err(Error::VersionRequired),
            Base::Version(v) if v != record.version() => Err(Error::Stale { current: record.version() }),
            Base::Version(_) | Base::AsItIs => Ok(()),
        }
    }
}
