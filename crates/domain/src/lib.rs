//! Decides: every rule and model of Flywheel as pure functions of plain data.
//!
//! Nothing here reads a clock, a file, a database or a random source; the caller passes the time.
//! The crate also builds for wasm32, so the browser validates with the same rules as the server.

pub mod adoption;
pub mod audit;
pub mod automation;
pub mod cadence;
pub mod condition;
pub mod fields;
pub mod flywheel;
pub mod forecast;
pub mod four_r;
pub mod funnel;
pub mod grade;
pub mod habits;
pub mod handover;
pub mod health;
pub mod intent;
pub mod ladder;
pub mod lifecycle;
pub mod merge;
pub mod metrics;
pub mod need_fit;
pub mod needs;
mod numeric;
pub mod objects;
pub mod playbooks;
pub mod policy;
pub mod pool;
pub mod principles;
pub mod profiles;
pub mod ramp;
pub mod reach;
pub mod record;
pub mod repeat;
pub mod rfm;
pub mod sdae;
pub mod settings;
pub mod shift;
pub mod tasks;
pub mod text;
pub mod tiers;
pub mod trend;
pub mod value;
pub mod weighted;
pub mod zone;
