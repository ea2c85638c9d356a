//! Decides: the rules and models of sales effectiveness as pure functions.
//! No input or output, no clock, no randomness; the caller passes the day or the moment.

pub mod text;
