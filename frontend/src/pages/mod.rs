//! The pages that are not rooms of an object.

pub(crate) mod auth;
pub(crate) mod explain;
pub(crate) mod exports;
pub(crate) mod forecast;
pub(crate) mod funnel;
pub(crate) mod home;
pub(crate) mod import_job;
pub(crate) mod import_mapping;
pub(crate) mod imports;
pub(crate) mod rfm;
pub(crate) mod settings;
