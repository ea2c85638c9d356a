//! The roles of users.

use super::audit::Stamp;
use super::roles::require_within;
use crate::{Ctx, Error, Result};
use contract::identity::UserRoles;
use domain::policy::Permissions;
use domain::policy::roles::ADMINISTRATOR;
use persistence::db::AnyConnection;
use persistence::identity::{self as store, Person, Role};
use serde_json::json;
use uuid::Uuid;

fn keys(roles: &[Role]) -> Vec<String> {
    roles.iter().map(|r| r.key.clone()).collect()
}

/// Every user with the roles, by name: for the command line.
pub fn list_users(conn: &mut AnyConnection) -> Result<Vec<(Person, Vec<String>)>> {
    let mut users = Vec::new();
    for person in store::people(conn)? {
        let roles = keys(&store::roles_of(conn, person.id)?);
        users.push((person, roles));
    }
    Ok(users)
}

/// The roles of a user.
pub fn roles_of_user(ctx: &mut Ctx<'_>, user: Uuid) -> Result<UserRoles> {
    store::person(ctx.conn, user)?.ok_or(Error::NotFound)?;
    Ok(UserRoles { roles: keys(&store::roles_of(ctx.conn, user)?) })
}

/// Gives a user exactly these roles. What is added or taken away must be within what the caller may do.
pub fn set_roles_of_user(ctx: &mut Ctx<'_>, user: Uuid, wanted: &UserRoles) -> Result<UserRoles> {
    store::lock_accounts(ctx.conn)?;
    store::person(ctx.conn, user)?.ok_or(Error::NotFound)?;
    let before = store::roles_of(ctx.conn, user)?;
    let all = store::roles(ctx.conn)?;
    if let Some(unknown) = wanted.roles.iter().find(|key| all.iter().all(|r| r.key != **key)) {
        return Err(Error::field("roles", "unknown_role", unknown.clone()));
    }
    let after: Vec<Role> = all.into_iter().filter(|r| wanted.roles.contains(&r.key)).collect();
    let changed = |one: &[Role], other: &[Role]| -> Vec<Role> {
        one.iter().filter(|r| other.iter().all(|o| o.id != r.id)).cloned().collect()
    };
    let mut difference = changed(&before, &after);
    difference.extend(changed(&after, &before));
    for role in &difference {
        require_within(ctx, "roles", &role.permissions)?;
    }
    if !difference.is_empty() {
        store::set_roles_of(ctx.conn, user, &after.iter().map(|r| r.id).collect::<Vec<_>>())?;
        guard_administrators(ctx.conn)?;
        let (old, new) = (json!({"roles": keys(&before)}), json!({"roles": keys(&after)}));
        Stamp::of(ctx).note(ctx.conn, "user.roles_changed", "users", user, Some(old), Some(new))?;
    }
    Ok(UserRoles { roles: keys(&after) })
}

/// At least one active administrator remains.
fn guard_administrators(conn: &mut AnyConnection) -> Result<()> {
    if store::users_with_role(conn, ADMINISTRATOR)?.is_empty() {
        return Err(Error::conflict("last_administrator", ""));
    }
    Ok(())
}

/// This user may be disabled or archived: the last active administrator may not.
pub fn require_other_administrator(ctx: &mut Ctx<'_>, user: Uuid) -> Result<()> {
    store::lock_accounts(ctx.conn)?;
    match store::users_with_role(ctx.conn, ADMINISTRATOR)?.as_slice() {
        [last] if *last == user => Err(Error::conflict("last_administrator", "")),
        _ => Ok(()),
    }
}

/// The caller may do everything that this user may: otherwise taking over the account would be a way up.
pub(super) fn require_not_above(ctx: &mut Ctx<'_>, user: Uuid) -> Result<()> {
    let roles = store::roles_of(ctx.conn, user)?;
    let theirs = Permissions::union(roles.iter().map(|r| &r.permissions));
    if roles.is_empty() || theirs.within(&ctx.actor.permissions) {
        return Ok(());
    }
    Err(Error::Forbidden { permission: format!("roles {}", keys(&roles).join(", ")) })
}
