//! Every consumer of the event log.

use super::Consumer;

/// Every consumer, each working on a thread of its own.
pub static ALL: &[Consumer] = &[];
