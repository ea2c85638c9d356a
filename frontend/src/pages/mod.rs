//! The pages that are not rooms of an object.

pub mod auth;
pub mod exports;
pub mod home;
pub mod import_job;
pub mod imports;
pub mod settings;
