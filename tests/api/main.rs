//! The API as its callers see it, on both engines, one module per context.

mod accounts;
mod backup;
mod concurrency;
mod conditions;
mod consumers;
mod crashes;
mod demo;
mod figures;
mod identity;
mod imports;
mod indexes;
mod mail;
mod notifications;
mod operations;
mod outage;
mod records;
mod rules;
mod scorecards;
mod scoring;
mod server;
mod talk;
mod totals;
mod upkeep;
mod webhooks;
