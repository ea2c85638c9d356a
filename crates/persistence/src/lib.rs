//! Remembers: the only crate that knows diesel and SQL, on SQLite and PostgreSQL alike.

pub mod backup;
pub mod cadence;
pub mod consumers;
pub mod contact_materials;
pub mod contact_scores;
pub mod custom_index;
pub mod customer_scores;
pub mod db;
pub mod derived;
pub mod error;
pub mod events;
pub mod exports;
pub mod files;
pub mod flywheel;
pub mod identity;
pub mod imports;
pub mod introspect;
pub mod jobs;
pub mod lifecycle;
pub mod notifications;
pub mod pipeline;
pub mod records;
pub mod recounts;
pub mod rfm_grid;
mod row;
pub mod rules;
pub mod score_settings;
pub mod scores;
pub mod settings;
pub mod sql;
pub mod talk;
pub mod totals;
pub mod types;
pub mod writer;

pub use diesel::result::Error as DieselError;
pub use error::{Error, Result};
