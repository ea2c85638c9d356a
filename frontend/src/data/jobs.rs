//! Imports and exports as the interface reads them.

use super::types::Record;
use super::wire::wire;
use std::collections::BTreeMap;

wire! {
/// An import: its file, its options, how far it has come and what came of it.
pub(crate) struct Import {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) object: String,
    pub(crate) file_id: String,
    pub(crate) file_name: String,
    pub(crate) sheets: Vec<String>,
    pub(crate) sheet: Option<String>,
    pub(crate) charset: String,
    pub(crate) delimiter: String,
    pub(crate) duplicate_headers: Vec<String>,
    pub(crate) state: String,
    pub(crate) dry_run: bool,
    pub(crate) created_by: Option<String>,
    pub(crate) created_by_name: Option<String>,
    pub(crate) created_at: String,
    pub(crate) started_at: Option<String>,
    pub(crate) finished_at: Option<String>,
    pub(crate) columns: Vec<Column>,
    pub(crate) mapping: BTreeMap<String, String>,
    pub(crate) match_fields: Vec<String>,
    pub(crate) existing: String,
    pub(crate) bad_cells: String,
    pub(crate) date_format: Option<String>,
    pub(crate) number_format: Option<String>,
    pub(crate) multiply: BTreeMap<String, i64>,
    pub(crate) create_missing: BTreeMap<String, bool>,
    pub(crate) value_links: BTreeMap<String, BTreeMap<String, Option<String>>>,
    pub(crate) default_owner_id: Option<String>,
    pub(crate) into_pool: bool,
    pub(crate) unmatched: BTreeMap<String, Vec<Unmatched>>,
    pub(crate) progress: Progress,
    pub(crate) issues: Vec<Issue>,
    pub(crate) undo: Option<Undo>,
    pub(crate) error: Option<String>,
}
}

impl Import {
    /// Something is being done right now.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.state.as_str(), "queued" | "running" | "undoing")
    }

    /// Mapping and options may still change.
    pub(crate) fn is_open(&self) -> bool {
        self.state == "draft" || (self.dry_run && !self.is_busy())
    }

    /// Done so far, 0..100; `None` while the rows are not counted.
    pub(crate) fn percent(&self) -> Option<f64> {
        let total = self.progress.rows_total.filter(|t| *t > 0)?;
        Some((self.progress.rows_done as f64 / total as f64 * 100.0).clamp(0.0, 100.0))
    }

    /// Values that a person has not decided about yet.
    pub(crate) fn undecided(&self) -> usize {
        self.unmatched
            .iter()
            .map(|(field, list)| {
                list.iter().filter(|u| !self.value_links.get(field).is_some_and(|m| m.contains_key(&u.value))).count()
            })
            .sum()
    }
}

wire! {
/// A column of the file.
pub(crate) struct Column {
    pub(crate) header: String,
    pub(crate) shape: String,
    pub(crate) filled: i64,
    pub(crate) samples: Vec<String>,
    pub(crate) guess: Option<String>,
    pub(crate) confidence: f64,
    pub(crate) date_format: Option<String>,
    pub(crate) date_ambiguous: bool,
    pub(crate) number_format: Option<String>,
}
}

wire! {
/// A value that matches nothing exactly.
pub(crate) struct Unmatched {
    pub(crate) value: String,
    pub(crate) count: i64,
    pub(crate) suggestion: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) score: Option<f64>,
    pub(crate) several: bool,
}
}

wire! {
/// How far an import has come.
pub(crate) struct Progress {
    pub(crate) rows_total: Option<i64>,
    pub(crate) rows_done: i64,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) unchanged: i64,
    pub(crate) rejected: i64,
    pub(crate) issues: i64,
    pub(crate) created_linked: BTreeMap<String, i64>,
}
}

wire! {
/// Issues of one kind in one column.
pub(crate) struct Issue {
    pub(crate) code: String,
    pub(crate) column: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) count: i64,
    pub(crate) rejected: bool,
    pub(crate) rows: Vec<i64>,
    pub(crate) examples: Vec<String>,
    pub(crate) detail: Option<String>,
    pub(crate) message: String,
}
}

wire! {
/// What came of an undo.
pub(crate) struct Undo {
    pub(crate) archived: i64,
    pub(crate) reverted: i64,
    pub(crate) kept: i64,
    pub(crate) kept_records: Vec<Kept>,
}
}

wire! {
/// A record that an undo left as it is.
pub(crate) struct Kept {
    pub(crate) object: String,
    pub(crate) record_id: String,
    pub(crate) title: Option<String>,
    pub(crate) reason: String,
}
}

/// The state of an export job, whatever the key is called.
pub(crate) fn state_of(job: &Record) -> &str {
    match super::types::text(job, "state") {
        "" => super::types::text(job, "status"),
        s => s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_decided_is_counted_once_per_value() {
        let import = <Import as crate::data::wire::Wire>::read(&serde_json::json!({
            "state": "done", "dry_run": true, "progress": {"rows_total": 200, "rows_done": 50},
            "unmatched": {"product_id": [{"value": "GTXPro", "count": 3}, {"value": "X"}]},
            "value_links": {"product_id": {"GTXPro": null}}
        }));
        assert_eq!(import.undecided(), 1);
        assert!(import.is_open() && !import.is_busy());
        assert_eq!(import.percent(), Some(25.0));
    }
}
