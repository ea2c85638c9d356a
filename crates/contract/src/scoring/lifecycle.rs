//! How customers move through their life with us (S1-01).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The stages with their customers, and who came into which in the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleFlow {
    /// The first day of the period.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Every stage in its order.
    pub stages: Vec<LifecycleStageRow>,
    /// The moves that led to where customers stand now, each customer once: the last one, where it moved more than once.
    pub moves: Vec<LifecycleMove>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleStageRow {
    /// `acquisition`, `growth`, `maturity` or `retention`.
    pub stage: String,
    /// Its name, in the caller's language.
    pub label: String,
    /// What matters in it, in the caller's language.
    pub focus: String,
    /// Customers in it now.
    pub customers: i64,
    /// The list of them.
    pub drill_down: String,
    /// Of them, those that came from an earlier stage in the period.
    pub came: i64,
    /// Of them, those that came back from a later stage in the period.
    pub came_back: i64,
    /// Of them, those in which investing was stopped in the period.
    pub stopped: i64,
    /// The list of those.
    pub stopped_drill_down: String,
}

/// From one stage to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleMove {
    /// The stage before.
    pub from: String,
    /// The present stage.
    pub to: String,
    /// It leads to an earlier stage.
    pub back: bool,
    /// How many customers.
    pub customers: i64,
    /// The list of them.
    pub drill_down: String,
}
