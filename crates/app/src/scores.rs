//! Scores of customers: RFM, its segment grid and its explanation.

pub(crate) mod audits;
mod bands;
mod cadence;
mod contacts;
mod customers;
mod evaluate;
mod events;
mod explain;
mod flywheel;
mod four_r;
pub(crate) mod grading;
mod grid;
mod lifecycle;
pub mod models;
mod nightly;
mod overview;
pub(crate) mod playbooks;
mod preview;
mod refresh;
mod show;

pub use audits::audit_questions;
pub use cadence::{calendar, due_list, summary};
pub use events::{OBJECTS, on_events};
pub use explain::{customer, distribution};
pub use flywheel::{effort, migration, repeat_list, report as flywheel, three_principles};
pub use four_r::{contact, report};
pub(crate) use grid::moved;
pub use nightly::{last_run, refresh_all, refresh_all_if_due};
pub use overview::{overview, suggestions};
pub use playbooks::{list as list_playbooks, start as start_playbook};
pub use preview::{get as settings_of, list as settings_list, preview};
pub use refresh::{refresh, refresh_if_due, run};
pub use show::{explain, grid};
