//! Every consumer of the event log.

use super::Consumer;
use crate::{notifications, rules, scores, webhooks};

/// Every consumer, each working on a thread of its own.
pub static ALL: &[Consumer] = &[
    Consumer { name: "notifications", objects: &[], batch: 500, prepare: notifications::news::prepare },
    Consumer { name: "rules", objects: &[], batch: 500, prepare: rules::listen::prepare },
    Consumer { name: "scores", objects: scores::OBJECTS, batch: 500, prepare: scores::on_events },
    Consumer { name: "webhooks", objects: &[], batch: 200, prepare: webhooks::prepare },
];
