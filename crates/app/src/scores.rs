//! Scores of customers: RFM, its segment grid and its explanation.

mod cadence;
mod contacts;
mod customers;
mod events;
mod four_r;
pub(crate) mod grading;
pub mod models;
mod nightly;
mod preview;
mod refresh;
mod show;

pub use cadence::{calendar, due_list, summary};
pub use events::{OBJECTS, on_events};
pub use four_r::{contact, report};
pub use nightly::{last_run, refresh_all, refresh_all_if_due};
pub use preview::{get as settings_of, list as settings_list, preview};
pub use refresh::{refresh, refresh_if_due, run};
pub use show::{explain, grid};
