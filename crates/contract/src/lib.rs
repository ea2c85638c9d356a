//! Names: the wire types, shared by the server, the tests and the browser.

pub mod feed;
pub mod identity;
pub mod meta;
pub mod metrics;
pub mod exports;
pub mod feed;
pub mod files;
pub mod imports;
pub mod meta;
pub mod problem;
pub mod reports;
pub mod scores;
