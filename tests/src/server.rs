//! A server of its own for every test, on either engine.
