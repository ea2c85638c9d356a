//! Working time, and the state of what works in the background.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The organisation's part of the working calendar; Chinese weekends and public holidays are known besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkingCalendar {
    /// Begin of the working day, `HH:MM`.
    pub opens: String,
    /// End of the working day, `HH:MM`.
    pub closes: String,
    /// More days off.
    #[serde(default)]
    pub holidays: Vec<NaiveDate>,
    /// More days worked; they win over days off.
    #[serde(default)]
    pub worked: Vec<NaiveDate>,
}

impl Default for WorkingCalendar {
    fn default() -> WorkingCalendar {
        let (opens, closes) = ("09:00".to_owned(), "18:00".to_owned());
        WorkingCalendar { opens, closes, holidays: Vec::new(), worked: Vec::new() }
    }
}
