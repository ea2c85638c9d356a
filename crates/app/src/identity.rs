//! Who calls and what they may: set-up, log-in, sessions, keys, roles, the organisation.

mod actors;
mod audit;
mod hashing;
mod keys;
mod login;
mod me;
mod organisation;
mod passwords;
mod roles;
mod seeds;
mod setup;
mod users;

pub(crate) use actors::load_person;
pub use actors::{ActorCache, Credential, KEY_PREFIX, load_actor, operator};
pub(crate) use audit::{Stamp, note_settings};
pub(crate) use hashing::hash as password_hash;
pub use keys::{create_key, list_keys, revoke_key};
pub use login::{Device, LoggedIn, REFRESH_DAYS, end_session, list_sessions, login, logout, refresh};
pub use me::{me, update_me};
pub use organisation::{organisation, update_organisation};
pub use passwords::{Prepared, change_password, grant_password, random_password};
pub use roles::{create_role, delete_role, get_role, list_roles, update_role};
pub use seeds::ship as ship_roles;
pub use setup::{setup, setup_needed};
pub use users::{list_users, require_other_administrator, roles_of_user, set_roles_of_user};
