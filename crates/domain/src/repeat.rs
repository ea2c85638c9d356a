//! Repeat purchase: the cycle in which customers order, what they will buy, and what to do when
//! they do not (models, section 4; S1-10, S1-11).
//!
//! [`bg_nbd`] says how many purchases to expect and whether a customer is still one, [`spend`] what
//! a purchase will be worth, [`predict`] joins both, [`triggers`] are the rules on orders and views.

pub mod bg_nbd;
mod cycle;
mod history;
pub mod predict;

pub mod spend;
pub mod triggers;

#[cfg(test)]
mod tests;

pub use cycle::{Gap, cycle, gap};
pub use history::{DAYS_PER_WEEK, History, history};
