//! Acts: use cases, jobs, import and export. Knows no HTTP.

pub mod calendar;
pub mod clock;
pub mod consumers;
pub mod ctx;
pub mod custom_fields;
pub mod demo;
pub mod describe;
pub mod error;
pub mod exports;
pub mod feed;
pub mod files;
pub mod idempotency;
pub mod identity;
pub mod imports;
pub mod jobs;
pub mod mail;
pub mod metrics;
pub mod notifications;
pub mod operations;
mod paging;
pub mod pool;
pub mod reach;
pub mod records;
mod recounts;
pub mod reports;
pub mod rules;
pub mod schema;
pub mod scores;
pub mod search;
pub mod tabular;
pub mod talk;
pub mod tasks;
pub mod totals;
pub mod webhooks;

pub use ctx::{Actor, Ctx, Visible, transaction};
pub use error::{Error, Result};
