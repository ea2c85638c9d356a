//! Rules of the house that a compiler does not know: who may depend on whom, what a file may hold, how the schema is made.

mod arrows;
mod codes;
mod requirements;
mod schema;
mod sources;
