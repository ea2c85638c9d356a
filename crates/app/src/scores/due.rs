//! Runs over all customers, and settings that are saved while one is under way: it read them at its beginning, and the
//! customers of its first pages keep what followed from them. What a run was is kept among the settings, and whoever saves
//! settings raises the version under which it is kept, so that a run knows at its end whether it has to be made again.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use persistence::db::AnyConnection;
use persistence::settings;
use serde::Serialize;

/// How often settings had been saved when a run began. To be asked before the run reads them.
pub(super) fn asked(conn: &mut AnyConnection, key: &str) -> Result<i64> {
    Ok(settings::versioned(conn, key)?.map_or(0, |(version, _)| version))
}

/// Keeps the last run as one that has to be made again, also where one is under way; there need not be one yet.
pub(super) fn again<T: Serialize>(
    conn: &mut AnyConnection,
    key: &str,
    last: Option<&T>,
    now: DateTime<Utc>,
) -> Result<()> {
    let json = last.map_or_else(|| Ok("{}".to_owned()), text)?;
    Ok(settings::raise(conn, key, &json, now)?)
}

/// Keeps a run at its end, inside a transaction: as done, or where settings have been saved since it asked, as due. Tells
/// whether it is done.
pub(super) fn end<T: Serialize>(
    conn: &mut AnyConnection,
    key: &str,
    asked: i64,
    (done, due): (&T, &T),
    now: DateTime<Utc>,
) -> Result<bool> {
    let is_done = settings::set_at(conn, key, &text(done)?, now, asked)?;
    if !is_done {
        settings::set(conn, key, &text(due)?, now)?;
    }
    Ok(is_done)
}

fn text<T: Serialize>(run: &T) -> Result<String> {
    serde_json::to_string(run).map_err(|e| Error::Internal(e.to_string()))
}
