//! API keys.

use super::audit::Stamp;
use super::organisation::check_name;
use super::roles::{check_grants, require_within};
use super::{KEY_PREFIX, hashing};
use crate::{Ctx, Error, Result, Visible};
use contract::identity::{ApiKey as KeyOut, ApiKeyInput, ApiKeys, NewApiKey};
use domain::policy::{Action, Permissions};
use persistence::identity::{self as store, ApiKey};
use serde_json::json;
use uuid::Uuid;

/// Characters of a key's text that are kept to recognise it.
const PREFIX: usize = 10;

/// The keys in force: everybody's for those who may see all, else one's own.
pub fn list_keys(ctx: &mut Ctx<'_>) -> Result<ApiKeys> {
    let user = match ctx.require("api_keys", Action::Read)? {
        Visible::All => None,
        Visible::Owners(_) | Visible::Pool => Some(ctx.actor.user_id),
    };
    let items = store::keys_of(ctx.conn, user)?.into_iter().map(|k| KeyOut {
        id: k.id,
        user_id: k.user_id,
        name: k.name,
        prefix: k.prefix,
        created_at: k.created_at,
        expires_at: k.expires_at,
        last_used_at: k.last_used_at,
        permissions: k.permissions.objects,
        masks: k.permissions.masks,
    });
    Ok(ApiKeys { items: items.collect() })
}

/// Makes a key that acts as the caller. A key cannot make keys: it would outlive being revoked.
pub fn create_key(ctx: &mut Ctx<'_>, input: &ApiKeyInput) -> Result<NewApiKey> {
    if ctx.actor.api_key_id.is_some() {
        return Err(Error::Forbidden { permission: "api_keys.create".to_owned() });
    }
    let name = check_name(&input.name, "name")?;
    if input.expires_at.is_some_and(|t| t <= ctx.now) {
        return Err(Error::field("expires_at", "past", ""));
    }
    let permissions = permissions_of(ctx, input)?;
    let text = format!("{KEY_PREFIX}{}", hashing::random()?);
    let key = ApiKey {
        id: Uuid::now_v7(),
        user_id: ctx.actor.user_id,
        created_at: ctx.now,
        name,
        prefix: text.chars().take(PREFIX).collect(),
        key_hash: hashing::digest(&text),
        permissions,
        expires_at: input.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    store::insert_key(ctx.conn, &key)?;
    let new = json!({"name": key.name, "prefix": key.prefix, "expires_at": key.expires_at});
    Stamp::of(ctx).note(ctx.conn, "api_key.created", "api_keys", key.id, None, Some(new))?;
    Ok(NewApiKey { id: key.id, name: key.name, key: text, expires_at: key.expires_at })
}

fn permissions_of(ctx: &mut Ctx<'_>, input: &ApiKeyInput) -> Result<Permissions> {
    let permissions = match (&input.role_keys, &input.permissions) {
        (Some(_), Some(_)) => return Err(Error::field("permissions", "invalid", "role_keys")),
        (None, None) => return Ok(ctx.actor.permissions.as_ref().clone()),
        (None, Some(objects)) => {
            check_grants(objects)?;
            let masks = input.masks.unwrap_or(ctx.actor.permissions.masks);
            Permissions { objects: objects.clone(), masks }
        }
        (Some(keys), None) => {
            let all = store::roles(ctx.conn)?;
            if let Some(unknown) = keys.iter().find(|key| all.iter().all(|r| r.key != **key)) {
                return Err(Error::field("role_keys", "unknown_role", unknown.clone()));
            }
            Permissions::union(all.iter().filter(|r| keys.contains(&r.key)).map(|r| &r.permissions))
        }
    };
    require_within(ctx, if input.role_keys.is_some() { "role_keys" } else { "permissions" }, &permissions)?;
    Ok(permissions)
}

/// Ends a key of the caller, or of anybody for those who may.
pub fn revoke_key(ctx: &mut Ctx<'_>, id: Uuid) -> Result<()> {
    let visible = ctx.require("api_keys", Action::Archive).or_else(|_| ctx.require("api_keys", Action::Update))?;
    let key = store::key(ctx.conn, id)?.filter(|k| k.revoked_at.is_none() && visible.contains(Some(k.user_id)));
    let key = key.ok_or(Error::NotFound)?;
    store::revoke_key(ctx.conn, id, ctx.now)?;
    Stamp::of(ctx).note(ctx.conn, "api_key.revoked", "api_keys", id, Some(json!({"name": key.name})), None)
}
