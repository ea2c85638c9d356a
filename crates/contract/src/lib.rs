//! Names: the wire types, shared by the server, the tests and the browser.

pub mod problem;
