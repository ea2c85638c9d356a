//! What the pages know: wire types, requests, the session, cached queries, and the state of lists.

pub mod filter;
pub mod form;
pub mod http;
pub mod listing;
pub mod query;
pub mod session;
pub mod types;
