//! When rules act: calendars of working time, schedules, and texts with places for a record's values.

pub mod calendar;
pub mod cron;
pub mod template;

/// Fields that follow other records one by one, without an event of their own: the event is that of the other record.
const SILENT: [(&str, &str); 4] = [
    ("customers", "last_contact_at"),
    ("customers", "unanswered_at"),
    ("customers", "last_order_on"),
    ("opportunities", "last_activity_at"),
];

/// Figures of a customer whose moves stand in the log only where a rule waits for them.
const FIGURES: [&str; 24] = [
    "grade_computed",
    "grade_score",
    "cadence_status",
    "cadence_due_on",
    "cadence_priority",
    "cadence_excess",
    "sdae_security",
    "sdae_development",
    "sdae_acceptance",
    "sdae_experience",
    "sdae_weakest",
    "health",
    "alive",
    "value_at_risk_minor",
    "intent",
    "browsed_on",
    "recall_on",
    "churn_on",
    "health_alert_on",
    "win_back_on",
    "rfm_segment",
    "rfm_r",
    "rfm_f",
    "rfm_m",
];

/// Does the log tell of every change of this field, whether a rule waits for it or not?
pub fn is_logged(object: &str, field: &str) -> bool {
    object != "customers" || !FIGURES.contains(&field)
}

/// Does the time since a moment run from the record's beginning until that moment comes? Who was never contacted has been
/// silent since they were made. Any other moment that has not come has not passed: who does not wait for an answer, lies
/// not in the pool or owes no first contact must not match.
pub fn runs_from_the_beginning(object: &str, field: &str) -> bool {
    matches!((object, field), ("customers", "last_contact_at") | ("opportunities", "last_activity_at"))
}

/// Can a rule wait for a change of this field?
pub fn is_told(object: &str, field: &str) -> bool {
    !SILENT.contains(&(object, field))
}
