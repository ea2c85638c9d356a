//! The caller's own profile.

use crate::records::Writer;
use crate::{Actor, Ctx, Error, Result, Visible};
use contract::identity::Me;
use domain::fields::FieldError;
use domain::policy::Masks;
use domain::record::read_input;
use persistence::db::AnyConnection;
use persistence::identity as store;
use persistence::records::Owners;
use serde_json::Value as Json;

/// What a person may change of the own record.
const OWN_FIELDS: [&str; 3] = ["name", "locale", "phone"];

/// The caller.
pub fn me(ctx: &mut Ctx<'_>) -> Result<Me> {
    describe(ctx.conn, ctx.actor)
}

/// An actor as the API shows one to itself.
pub(super) fn describe(conn: &mut AnyConnection, actor: &Actor) -> Result<Me> {
    let person = store::person(conn, actor.user_id)?.ok_or(Error::NotFound)?;
    let roles = store::roles_of(conn, actor.user_id)?;
    let temporary = store::password(conn, actor.user_id)?.is_some_and(|p| p.temporary);
    let organisation = super::organisation::read(conn)?;
    let (team_id, team_name, region) = match person.team {
        Some((id, name, region)) => (Some(id), Some(name), region),
        None => (None, None, None),
    };
    Ok(Me {
        id: person.id,
        name: person.name,
        email: person.email,
        locale: person.locale,
        title: person.title,
        phone: person.phone,
        team_id,
        team_name,
        region,
        roles: roles.into_iter().map(|r| r.key).collect(),
        password_temporary: temporary,
        permissions: actor.permissions.objects.clone(),
        masks: actor.permissions.masks,
        organisation,
    })
}

/// Changes the caller's own profile: a merge patch of name, language and phone.
pub fn update_me(ctx: &mut Ctx<'_>, patch: &Json) -> Result<Me> {
    ctx.in_person()?;
    let keys = patch.as_object().ok_or_else(|| Error::field("", "not_an_object", ""))?.keys();
    let foreign: Vec<FieldError> =
        keys.filter(|k| !OWN_FIELDS.contains(&k.as_str())).map(|k| FieldError::new(k, "unknown_field", "")).collect();
    if !foreign.is_empty() {
        return Err(Error::Invalid(foreign));
    }
    let shape = ctx.shape("users")?;
    let changes = read_input(&shape, patch, false, Masks::default(), &ctx.parse()).map_err(Error::Invalid)?;
    let old =
        persistence::records::get(ctx.conn, &shape, ctx.actor.user_id, Owners::All, true)?.ok_or(Error::NotFound)?;
    let mut writer = Writer::new(shape);
    writer.update(ctx, &old, &changes, &Visible::All)?;
    writer.flush(ctx)?;
    me(ctx)
}
