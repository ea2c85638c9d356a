//! Who may come in: passwords, attempts, sessions, keys and roles.

mod keys;
mod people;
mod roles;
mod sessions;

pub use keys::{ApiKey, insert_key, key, key_by_hash, keys_of, revoke_key, touch_key};
pub use people::{
    Attempt, Password, Person, any_person, attempt, forget_attempts, lock_accounts, password, people, person,
    person_by_email, save_attempt, set_password, set_status, subtree_members, team_in_use, team_members,
    users_with_role,
};
pub use roles::{Role, delete_role, insert_role, role, roles, roles_of, set_roles_of, update_role};
pub use sessions::{Session, insert_session, revoke_session, revoke_sessions_of, rotate_session, session, sessions_of};
