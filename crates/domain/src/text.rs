//! Text as people write it: names, phones and e-mails brought to one form for comparing,
//! and the tokens by which the search index finds a record.
//!
//! Tokens and query terms are made by the same rules, so both database engines only ever
//! compare finished words (see [`TokenWriter`] and [`query_tokens`]).

mod chars;
mod mentions;
mod normalise;
mod pinyin;
mod query;
mod similarity;
mod tokens;

#[cfg(test)]
mod tests;

pub use mentions::mentions;
pub use normalise::{legal_core, normalise_email, normalise_name, normalise_phone};
pub use pinyin::to_pinyin;
pub use query::{ContactData, QueryGroup, QueryTerm, contained_tokens, has_term, query_tokens};
pub use similarity::{best_matches, dice, name_similarity};
pub use tokens::{TokenWriter, push_email_tokens, push_phone_tokens, push_tokens, tokens};
