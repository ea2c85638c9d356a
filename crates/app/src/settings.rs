//! Settings of the organisation that are read and replaced as a whole, each with a version.

use crate::{Ctx, Error, Result};
use persistence::db::AnyConnection;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A setting and its version; what is shipped, with version 0, as long as nobody has changed it.
pub(crate) fn load<T: DeserializeOwned + Default>(conn: &mut AnyConnection, key: &str) -> Result<(i64, T)> {
    let stored = persistence::settings::versioned(conn, key)?;
    Ok(stored.and_then(|(version, json)| Some((version, serde_json::from_str(&json).ok()?))).unwrap_or_default())
}

/// Refuses a change that names no version, or one that is not that of now.
pub(crate) fn based_on(version: Option<i64>, current: i64) -> Result<()> {
    match version {
        None => Err(Error::VersionRequired),
        Some(version) if version != current => Err(Error::Stale { current }),
        Some(_) => Ok(()),
    }
}

/// Replaces a setting of this version; returns the new one.
pub(crate) fn replace(ctx: &mut Ctx<'_>, key: &str, current: i64, value: &impl Serialize) -> Result<i64> {
    let json = serde_json::to_string(value).map_err(|e| Error::Internal(e.to_string()))?;
    if persistence::settings::replace(ctx.conn, key, &json, ctx.now, current)? {
        return Ok(current + 1);
    }
    let now = persistence::settings::versioned(ctx.conn, key)?;
    Err(Error::Stale { current: now.map_or(0, |(version, _)| version) })
}
