//! What every request passes through, and how its parts are read.

pub mod body;
pub(crate) mod by_name;
pub(crate) mod edge;
pub mod query;
pub(crate) mod stream;
pub(crate) mod text;

pub use edge::Meta;
