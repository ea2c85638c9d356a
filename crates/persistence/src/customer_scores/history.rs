//! How scores became what they are.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::row::{Row, or_null};
use crate::sql::{Cells, Sql, Store};
use chrono::{DateTime, Utc};
use domain::value::Value;
use uuid::Uuid;

/// A score as it became at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// What was scored.
    pub subject: Uuid,
    /// The model.
    pub model: &'static str,
    /// The score.
    pub value: f64,
    /// Its band.
    pub band: String,
    /// Weights known over all weights.
    pub coverage: Option<f64>,
    /// What it was made of, as JSON.
    pub inputs: String,
    /// The version of the settings.
    pub settings_version: i64,
}

/// Adds to the history of scores.
pub fn remember(conn: &mut AnyConnection, snapshots: &[Snapshot], at: DateTime<Utc>) -> Result<()> {
    for chunk in snapshots.chunks(64) {
        let mut q = Sql::start(
            conn,
            "INSERT INTO score_snapshots (subject, model, at, value, band, coverage, inputs, settings_version) VALUES ",
        );
        for (i, s) in chunk.iter().enumerate() {
            q.push(if i == 0 { "(" } else { ", (" }).id(s.subject).push(", ").text(s.model).push(", ").time(at);
            q.push(", ").bind(Store::Num, &Value::Num(s.value)).push(", ").text(s.band.clone()).push(", ");
            q.bind(Store::Num, &or_null(s.coverage, Value::Num)).push(", ");
            q.bind(Store::Json, &Value::Json(s.inputs.clone())).push(", ").int(s.settings_version).push(")");
        }
        q.push(
            " ON CONFLICT (subject, model, at) DO UPDATE SET value = excluded.value, band = excluded.band, \
             coverage = excluded.coverage, inputs = excluded.inputs, settings_version = excluded.settings_version",
        );
        q.execute(conn)?;
    }
    Ok(())
}

/// One change of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The model.
    pub model: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The score from then on.
    pub value: f64,
    /// The band from then on.
    pub band: String,
    /// What it was made of, as JSON.
    pub inputs: Option<String>,
    /// The version of the settings.
    pub settings_version: Option<i64>,
}

/// The changes of the scores of a subject, newest first, at most `limit` of each model: one that changes daily hides none.
pub fn history(conn: &mut AnyConnection, subject: Uuid, limit: i64) -> Result<Vec<Change>> {
    let mut q = Sql::start(
        conn,
        "SELECT model, at, value, band, inputs, settings_version FROM (SELECT model, at, value, band, inputs, settings_version, \
         row_number() OVER (PARTITION BY model ORDER BY at DESC) AS place FROM score_snapshots WHERE subject = ",
    );
    q.id(subject).push(") s WHERE place <= ").int(limit).push(" ORDER BY at DESC");
    let read = |cells: Cells| {
        let mut row = Row::new(cells);
        Ok(Change {
            model: row.text()?,
            at: row.time()?,
            value: row.opt_num().unwrap_or_default(),
            band: row.text()?,
            inputs: row.opt_text(),
            settings_version: row.opt_int(),
        })
    };
    q.load(conn)?.into_iter().map(read).collect()
}
