//! Pages of lists that are read newest first by id, since ids are in the order of their making.

use crate::{Error, Result};
use domain::fields::parse_id;
use uuid::Uuid;

/// A page, and where the next one begins: `load` reads at most so many before an id, or from the newest on.
pub(crate) fn newest_first<R>(
    cursor: Option<&str>,
    limit: i64,
    load: impl FnOnce(Option<Uuid>, i64) -> persistence::Result<Vec<R>>,
    id: impl Fn(&R) -> Uuid,
) -> Result<(Vec<R>, Option<String>)> {
    let before = match cursor {
        Some(cursor) => Some(parse_id(cursor).ok_or_else(|| Error::field("cursor", "invalid_cursor", ""))?),
        None => None,
    };
    let mut rows = load(before, limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let next = rows.last().filter(|_| more).map(|row| id(row).to_string());
    Ok((rows, next))
}
