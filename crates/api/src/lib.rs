//! Speaks: HTTP for the use cases of `app`. The program `flywheel` is a thin shell around this library.

pub mod commands;
pub mod config;
pub mod cx;
pub mod failure;
pub mod http;
pub mod limits;
mod live;
pub mod metrics;
pub mod openapi;
pub mod record_docs;
pub mod routes;
mod secret;
pub mod server;
pub mod state;
mod static_files;
pub mod token;

pub use failure::{Failure, Result};
pub use server::build;
