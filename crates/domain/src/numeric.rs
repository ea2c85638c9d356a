//! The little numerical analysis that the models need.

mod functions;
mod minimise;

#[cfg(test)]
mod tests;

pub(crate) use functions::{digamma, ln_gamma, ln_hypergeometric};
pub(crate) use minimise::minimise;
