//! Names: the wire types, shared by the server, the tests and the browser.

pub mod automation;
pub mod communications;
pub mod exports;
pub mod feed;
pub mod files;
pub mod handovers;
pub mod identity;
pub mod imports;
pub mod merging;
pub mod meta;
pub mod metrics;
pub mod notifications;
pub mod pool;
pub mod problem;
pub mod reports;
pub mod rules;
pub mod scores;
pub mod scoring;
pub mod talk;
pub mod tasks;
pub mod webhooks;

/// A key of a patch that may be absent. Where it is given, it is what its type says: null clears what it names only where
/// the type has a null.
pub(crate) fn given<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    T::deserialize(from).map(Some)
}
