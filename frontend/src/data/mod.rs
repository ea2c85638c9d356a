//! What the pages know: wire types, requests, the session, cached queries, and the state of lists.

pub(crate) mod change;
pub(crate) mod filter;
pub(crate) mod form;
pub(crate) mod http;
pub(crate) mod jobs;
pub(crate) mod listing;
pub(crate) mod live;
pub(crate) mod offline;
pub(crate) mod once;
pub(crate) mod query;
pub(crate) mod recent;
pub(crate) mod session;
pub(crate) mod types;
pub(crate) mod upload;
pub(crate) mod wire;
