//! Every consumer of the event log.

use super::Consumer;

/// Every consumer, each working on a thread of its own.
pub static ALL: &[Consumer] =
    &[Consumer { name: "scores", objects: crate::scores::OBJECTS, batch: 500, prepare: crate::scores::on_events }];
