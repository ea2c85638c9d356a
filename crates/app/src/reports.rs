//! Funnel, forecast and the summary of a pipeline, from the kept totals.

mod forecast;
mod funnel;
mod stages;
mod summary;

pub use forecast::forecast;
pub use funnel::funnel;
pub use summary::summary;

pub(crate) use stages::stage_weights;
