//! Scores of customers: RFM, its segment grid and its explanation.

mod refresh;
mod show;

pub use refresh::{refresh, refresh_if_due, run};
pub use show::{explain, grid};
