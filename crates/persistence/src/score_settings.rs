//! Every version of every model's settings.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// One version of a model's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The model.
    pub model: String,
    /// From 1.
    pub version: i64,
    /// The settings as JSON.
    pub document: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: Option<Uuid>,
}

/// The latest version of every model that has one.
pub fn latest(conn: &mut AnyConnection) -> Result<Vec<Version>> {
    let q = Sql::start(
        conn,
        "SELECT model, version, document, created_at, created_by FROM score_settings s \
         WHERE version = (SELECT max(n.version) FROM score_settings n WHERE n.model = s.model)",
    );
    q.load(conn)?.into_iter().map(read).collect()
}

/// All versions of a model, newest first.
pub fn history(conn: &mut AnyConnection, model: &str, limit: i64) -> Result<Vec<Version>> {
    let mut q =
        Sql::start(conn, "SELECT model, version, document, created_at, created_by FROM score_settings WHERE model = ");
    q.text(model).push(" ORDER BY version DESC LIMIT ").int(limit);
    q.load(conn)?.into_iter().map(read).collect()
}

fn read(cells: Cells) -> Result<Version> {
    let mut row = Row::new(cells);
    Ok(Version {
        model: row.text()?,
        version: row.int()?,
        document: row.text()?,
        created_at: row.time()?,
        created_by: row.opt_id(),
    })
}

/// Keeps a new version. Two at once under the same number are refused as a duplicate.
pub fn insert(conn: &mut AnyConnection, v: &Version) -> Result<()> {
    let mut q =
        Sql::start(conn, "INSERT INTO score_settings (model, version, document, created_at, created_by) VALUES (");
    q.text(v.model.clone()).push(", ").int(v.version).push(", ");
    q.bind(Store::Json, &Value::Json(v.document.clone())).push(", ").time(v.created_at).push(", ");
    q.bind(Store::Id, &or_null(v.created_by, Value::Id)).push(")");
    q.execute(conn)?;
    Ok(())
}
