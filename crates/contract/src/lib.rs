//! Names: the wire types, shared by the server, the tests and the browser.

pub mod feed;
pub mod meta;
pub mod problem;
