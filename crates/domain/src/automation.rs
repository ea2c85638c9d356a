//! When rules act: calendars of working time, schedules, and texts with places for a record's values.

pub mod calendar;
pub mod cron;
pub mod template;
