//! Roles: shipped ones can be adjusted, own ones added. Nobody hands out more than they have.

use super::audit::Stamp;
use super::organisation::check_name;
use crate::{Ctx, Error, Result};
use contract::identity::{PermissionObject, Role as RoleOut, RoleInput, RolePatch, Roles};
use contract::problem::Lang;
use domain::fields::FieldError;
use domain::policy::roles::{ADMINISTRATOR, permission_keys};
use domain::policy::{Action, Grant, Permissions};
use persistence::identity::{self as store, Role};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

fn out(role: Role, lang: Lang) -> RoleOut {
    RoleOut {
        id: role.id,
        version: role.version,
        created_at: role.created_at,
        updated_at: role.updated_at,
        name: lang.pick(&role.name_zh, &role.name_en).to_owned(),
        key: role.key,
        name_zh: role.name_zh,
        name_en: role.name_en,
        builtin: role.builtin,
        permissions: role.permissions.objects,
        masks: role.permissions.masks,
    }
}

/// Every role, and what a grant can name.
pub fn list_roles(ctx: &mut Ctx<'_>, lang: Lang) -> Result<Roles> {
    let items = store::roles(ctx.conn)?.into_iter().map(|r| out(r, lang)).collect();
    let owned = |key: &str| match domain::objects::find(key) {
        Some(object) => object.owned,
        None => {
            matches!(
                key,
                "imports" | "exports" | "events" | "metrics" | "reports" | "scores" | "api_keys" | "rules" | "pool"
            )
        }
    };
    let objects = permission_keys().into_iter().map(|key| PermissionObject { key: key.to_owned(), owned: owned(key) });
    Ok(Roles { items, objects: objects.collect() })
}

/// One role.
pub fn get_role(ctx: &mut Ctx<'_>, id: Uuid, lang: Lang) -> Result<RoleOut> {
    store::role(ctx.conn, id)?.map(|r| out(r, lang)).ok_or(Error::NotFound)
}

/// Adds a role.
pub fn create_role(ctx: &mut Ctx<'_>, input: RoleInput, lang: Lang) -> Result<RoleOut> {
    let key_fits = !input.key.is_empty() && input.key.len() <= 40;
    if !key_fits || !input.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(Error::field("key", "invalid", "a-z 0-9 _"));
    }
    let permissions = Permissions { objects: input.permissions, masks: input.masks };
    check_grants(&permissions.objects)?;
    require_within(ctx, "permissions", &permissions)?;
    let existing = store::roles(ctx.conn)?;
    if existing.iter().any(|r| r.key == input.key) {
        return Err(Error::field("key", "duplicate", ""));
    }
    let role = Role {
        id: Uuid::now_v7(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        key: input.key,
        name_zh: check_name(&input.name_zh, "name_zh")?,
        name_en: check_name(&input.name_en, "name_en")?,
        permissions,
        builtin: false,
        position: existing.iter().map(|r| r.position).max().unwrap_or(0) + 1,
    };
    store::insert_role(ctx.conn, &role)?;
    Stamp::of(ctx).note(ctx.conn, "role.created", "roles", role.id, None, Some(shown(&role)))?;
    Ok(out(role, lang))
}

/// Changes a role at a version. The administrator's permissions stay what they are.
pub fn update_role(ctx: &mut Ctx<'_>, id: Uuid, version: Option<i64>, patch: RolePatch, lang: Lang) -> Result<RoleOut> {
    let old = store::role(ctx.conn, id)?.ok_or(Error::NotFound)?;
    match version {
        None => return Err(Error::VersionRequired),
        Some(v) if v != old.version => return Err(Error::Stale { current: old.version }),
        Some(_) => {}
    }
    let mut new = old.clone();
    if let Some(name) = &patch.name_zh {
        new.name_zh = check_name(name, "name_zh")?;
    }
    if let Some(name) = &patch.name_en {
        new.name_en = check_name(name, "name_en")?;
    }
    if let Some(objects) = patch.permissions {
        check_grants(&objects)?;
        new.permissions.objects = objects;
    }
    if let Some(masks) = patch.masks {
        new.permissions.masks = masks;
    }
    if new == old {
        return Ok(out(old, lang));
    }
    if new.permissions != old.permissions {
        if old.key == ADMINISTRATOR {
            return Err(Error::conflict("builtin_role", old.key));
        }
        require_within(ctx, "permissions", &old.permissions)?;
        require_within(ctx, "permissions", &new.permissions)?;
    }
    new.version += 1;
    new.updated_at = ctx.now;
    if !store::update_role(ctx.conn, &new)? {
        return Err(Error::Stale { current: old.version });
    }
    Stamp::of(ctx).note(ctx.conn, "role.updated", "roles", id, Some(shown(&old)), Some(shown(&new)))?;
    Ok(out(new, lang))
}

/// Removes a role that is not shipped and that nobody has.
pub fn delete_role(ctx: &mut Ctx<'_>, id: Uuid) -> Result<()> {
    let role = store::role(ctx.conn, id)?.ok_or(Error::NotFound)?;
    if role.builtin {
        return Err(Error::conflict("builtin_role", role.key));
    }
    match store::delete_role(ctx.conn, id) {
        Err(persistence::Error::BrokenLink(_)) => return Err(Error::conflict("role_in_use", role.key)),
        other => other?,
    }
    Stamp::of(ctx).note(ctx.conn, "role.deleted", "roles", id, Some(shown(&role)), None)
}

fn shown(role: &Role) -> serde_json::Value {
    json!({"key": role.key, "name_zh": role.name_zh, "name_en": role.name_en, "permissions": role.permissions.objects, "masks": role.permissions.masks})
}

/// Grants name objects that exist.
pub(super) fn check_grants(grants: &BTreeMap<String, Grant>) -> Result<()> {
    let keys = permission_keys();
    let unknown = grants.keys().filter(|k| !keys.contains(&k.as_str()));
    let errors: Vec<FieldError> =
        unknown.map(|k| FieldError::new(format!("permissions.{k}"), "unknown_permission", k.clone())).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The caller may do everything that these permissions allow.
pub(super) fn require_within(ctx: &Ctx<'_>, field: &str, permissions: &Permissions) -> Result<()> {
    if permissions.within(&ctx.actor.permissions) {
        return Ok(());
    }
    let own = &ctx.actor.permissions;
    let beyond = permissions.objects.iter().find(|(o, g)| Action::ALL.iter().any(|a| g.scope(*a) > own.scope(o, *a)));
    Err(Error::field(field, "beyond_your_own", beyond.map_or("masks", |(object, _)| object.as_str())))
}
