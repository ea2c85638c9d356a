//! The organisation's settings.

use super::audit::Stamp;
use crate::schema::{self, ORGANISATION};
use crate::{Ctx, Error, Result, settings};
use contract::identity::{Organisation, OrganisationPatch};
use persistence::db::AnyConnection;
use serde_json::json;
use uuid::Uuid;

/// The organisation's settings.
pub fn organisation(ctx: &mut Ctx<'_>) -> Result<Organisation> {
    read(ctx.conn)
}

pub(super) fn read(conn: &mut AnyConnection) -> Result<Organisation> {
    let (version, o) = settings::load::<schema::Organisation>(conn, ORGANISATION)?;
    Ok(Organisation { version, name: o.name, currency: o.currency, timezone: o.timezone })
}

/// Changes the version that the caller has read.
pub fn update_organisation(ctx: &mut Ctx<'_>, version: Option<i64>, patch: &OrganisationPatch) -> Result<Organisation> {
    let old = organisation(ctx)?;
    settings::based_on(version, old.version)?;
    let mut new = old.clone();
    if let Some(name) = &patch.name {
        new.name = check_name(name, "name")?;
    }
    if let Some(currency) = &patch.currency {
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Error::field("currency", "currency", ""));
        }
        new.currency.clone_from(currency);
    }
    if let Some(timezone) = &patch.timezone {
        schema::zone(timezone).ok_or_else(|| Error::field("timezone", "timezone", ""))?;
        new.timezone.clone_from(timezone);
    }
    if new != old {
        if new.timezone != old.timezone {
            crate::recounts::time_zone(ctx, &new.timezone)?;
        }
        let (before, after) = (Some(json!(old)), Some(json!(new)));
        Stamp::of(ctx).note(ctx.conn, "organisation.updated", "settings", Uuid::nil(), before, after)?;
        new.version = settings::replace(ctx, ORGANISATION, old.version, &new)?;
        if new.timezone != old.timezone {
            crate::rules::sweep::reschedule(ctx)?;
        }
    }
    Ok(new)
}

/// A name of one line and at most 200 characters.
pub(super) fn check_name(name: &str, field: &str) -> Result<String> {
    let kind = domain::fields::FieldDef::new("name", "", "", domain::fields::Kind::Text { max: 200 });
    let value = kind.parse(&json!(name), &parsing()).map_err(|e| Error::field(field, e.code, e.detail))?;
    value.as_str().map(str::to_owned).ok_or_else(|| Error::field(field, "required", ""))
}

/// Parsing that depends on neither time nor caller.
pub(super) fn parsing() -> domain::fields::ParseCx {
    domain::fields::ParseCx { zone: domain::zone::Zone::utc(), me: None, now: chrono::DateTime::UNIX_EPOCH }
}

pub(super) fn save(conn: &mut AnyConnection, stamp: &Stamp, organisation: &Organisation) -> Result<()> {
    Ok(persistence::settings::set(conn, ORGANISATION, &json!(organisation).to_string(), stamp.now)?)
}
