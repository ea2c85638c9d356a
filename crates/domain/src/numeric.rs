//! The little numerical analysis that the models need.

mod functions;
mod minimise;

#[cfg(test)]
mod tests;

pub(crate) use functions::{digamma, hypergeometric, ln_gamma};
pub(crate) use minimise::minimise;
