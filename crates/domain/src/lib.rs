//! Decides: every rule and model of Flywheel as pure functions of plain data.
//!
//! Nothing here reads a clock, a file, a database or a random source; the caller passes the time.
//! The crate also builds for wasm32, so the browser validates with the same rules as the server.

pub mod condition;
pub mod fields;
pub mod forecast;
pub mod funnel;
pub mod metrics;
pub mod objects;
pub mod policy;
pub mod record;
pub mod rfm;
pub mod text;
pub mod value;
pub mod weighted;
