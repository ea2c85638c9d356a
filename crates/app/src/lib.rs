//! Acts: use cases, jobs, import and export. Knows no HTTP.

pub mod ctx;
pub mod error;
pub mod identity;
pub mod records;
pub mod schema;
pub mod tabular;

pub use ctx::{Actor, Ctx, Visible};
pub use error::{Error, Result};
