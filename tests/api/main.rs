//! The API as its callers see it, on both engines, one module per context.

mod accounts;
mod concurrency;
mod conditions;
mod consumers;
mod figures;
mod identity;
mod imports;
mod notifications;
mod operations;
mod outage;
mod records;
mod rules;
mod scorecards;
mod scoring;
mod server;
