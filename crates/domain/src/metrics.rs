//! The metric catalogue and the kept totals behind it.
//!
//! A record's [`contributions`] to the totals are a pure function of the record. Whoever writes
//! a record adds [`change`] of its old and new facts to the totals, so that a dashboard reads a
//! few rows instead of the history, and the totals can be rebuilt from the records at any time.
//! [`CATALOGUE`] says how each metric follows from the totals and which records it counts.

mod catalogue;
mod drill_down;
mod facts;
mod tally;
mod totals;

#[cfg(test)]
mod tests;

pub use catalogue::{CATALOGUE, Formula, Group, Metric, Part, Quantity, Unit, metric};
pub use drill_down::{DrillDown, Period, drill_down};
pub use facts::{
    ACTIVITY_KINDS, ActivityFacts, CustomerFacts, Facts, OpportunityFacts, OpportunityStatus, OrderFacts, OrderStatus,
    activity_bucket, contributions, stay,
};
pub use tally::{Tally, median_of_buckets};
pub use totals::{Contribution, Key, Measure, SPREAD_UNIT, Sums, Totals, change, standing_bucket, standing_of};
