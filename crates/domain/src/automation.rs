//! When rules act: calendars of working time, schedules, and texts with places for a record's values.

pub mod calendar;
pub mod cron;
pub mod template;

/// Fields that follow other records one by one, without an event of their own: the event is that of the other record.
const SILENT: [(&str, &str); 3] =
    [("customers", "last_contact_at"), ("customers", "last_order_on"), ("opportunities", "last_activity_at")];

/// Can a rule wait for a change of this field?
pub fn is_told(object: &str, field: &str) -> bool {
    !SILENT.contains(&(object, field))
}
