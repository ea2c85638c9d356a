//! Names: the wire types, shared by the server, the tests and the browser.

pub mod exports;
pub mod feed;
pub mod files;
pub mod identity;
pub mod imports;
pub mod meta;
pub mod metrics;
pub mod problem;
pub mod reports;
pub mod scores;
