//! Who calls and what they may: log-in, sessions, keys, roles.

mod actors;

pub use actors::{ActorCache, Credential, KEY_PREFIX, load_actor};
