//! Pages of what a caller has under way (imports, exports) and of what hangs on a record (comments, attachments).

use super::files::require_any;
use crate::cx::{Anyone, Cx};
use crate::failure::Result;
use actix_web::HttpRequest;
use domain::policy::Action;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Which page is asked for.
pub(super) struct Page {
    /// Where the page before ended.
    pub(super) cursor: Option<String>,
    /// How many.
    pub(super) limit: i64,
}

impl Page {
    /// Of a request.
    pub(super) fn of(cx: &Cx<Anyone>) -> Result<Page> {
        let Asked { cursor, limit: given } = cx.query()?;
        Ok(Page { cursor, limit: limit(given, 50)? })
    }
}

/// A limit within 1..200, or the default.
pub(super) fn limit(given: Option<i64>, default: i64) -> Result<i64> {
    match given {
        None => Ok(default),
        Some(n) if (1..=200).contains(&n) => Ok(n),
        Some(_) => Err(app::Error::field("limit", "out_of_range", "1..200").into()),
    }
}

/// Which page of what hangs on a record is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfRecord {
    /// Plural key of the record's object.
    pub(super) object: String,
    /// The record.
    pub(super) record_id: Uuid,
    /// Where the page before ended.
    pub(super) cursor: Option<String>,
    limit: Option<i64>,
}

impl OfRecord {
    /// How many, by default 50.
    pub(super) fn limit(&self) -> Result<i64> {
        limit(self.limit, 50)
    }
}

/// A caller who may do one of these with records of some object.
pub(super) async fn caller(req: &HttpRequest, actions: &[Action]) -> Result<Cx<Anyone>> {
    let cx = Cx::authenticate(req).await?;
    require_any(&cx, actions)?;
    Ok(cx)
}
