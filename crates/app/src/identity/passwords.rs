//! Changing one's own password, and giving one to somebody else.

use super::audit::Stamp;
use super::login::reserve_attempt;
use super::{hashing, users};
use crate::{Actor, Ctx, Error, Result};
use chrono::{DateTime, Utc};
use contract::identity::PasswordChange;
use domain::policy::password::{MAX_LENGTH, check};
use persistence::db::{self, DbPool};
use persistence::identity::{self as store, Password, Person};
use serde_json::json;
use uuid::Uuid;

/// A new password with its hash, which takes too long to make inside a transaction.
pub struct Prepared {
    plain: String,
    hash: String,
}

impl Prepared {
    /// Hashes a password that could be good. `field` is the input's field. Slow.
    pub fn new(field: &str, plain: String) -> Result<Prepared> {
        check(field, &plain, "", "").map_err(|e| Error::Invalid(vec![e]))?;
        let hash = hashing::hash(&plain)?;
        Ok(Prepared { plain, hash })
    }

    /// The stored form, when the password suits the person.
    pub(super) fn for_person(&self, field: &str, name: &str, email: &str, temporary: bool) -> Result<Password> {
        check(field, &self.plain, name, email).map_err(|e| Error::Invalid(vec![e]))?;
        Ok(Password { hash: self.hash.clone(), temporary })
    }
}

/// A password nobody will guess, for an administrator to pass on: five groups of four hexadecimal digits.
pub fn random_password() -> Result<String> {
    let digits = hashing::random()?;
    let group = |i: usize| digits.get(i * 4..i * 4 + 4).unwrap_or_default().to_owned();
    Ok((0..5).map(group).collect::<Vec<_>>().join("-"))
}

/// Changes the caller's password and ends the caller's other sessions. Wrong guesses make it rest, as at the log-in.
pub fn change_password(
    pool: &DbPool,
    actor: &Actor,
    input: PasswordChange,
    now: DateTime<Utc>,
    request_id: Uuid,
) -> Result<()> {
    if actor.api_key_id.is_some() {
        return Err(Error::Forbidden { permission: "password.change".to_owned() });
    }
    if input.current_password.chars().count() > MAX_LENGTH {
        return Err(Error::field("current_password", "wrong_password", ""));
    }
    let account = hashing::digest(&format!("password change of {}", actor.user_id));
    let (person, stored) = {
        let mut conn = db::get(pool)?;
        let person = store::person(&mut conn, actor.user_id)?.ok_or(Error::NotFound)?;
        check_for(&person, &input.new_password)?;
        reserve_attempt(&mut conn, &account, now)?;
        (person, store::password(&mut conn, actor.user_id)?)
    };
    if !hashing::verify(&input.current_password, stored.as_ref().map(|p| p.hash.as_str()))? {
        return Err(Error::field("current_password", "wrong_password", ""));
    }
    let prepared = Prepared::new("new_password", input.new_password)?;
    let password = prepared.for_person("new_password", &person.name, person.email.as_deref().unwrap_or(""), false)?;
    let mut conn = db::get(pool)?;
    db::write_tx(&mut conn, |conn| {
        store::forget_attempts(conn, &account)?;
        store::set_password(conn, actor.user_id, &password, now)?;
        store::revoke_sessions_of(conn, actor.user_id, actor.session_id, now)?;
        let stamp = Stamp { actor: actor.user_id, now, request_id };
        stamp.note(conn, "user.password_changed", "users", actor.user_id, None, None)
    })
}

fn check_for(person: &Person, password: &str) -> Result<()> {
    check("new_password", password, &person.name, person.email.as_deref().unwrap_or(""))
        .map_err(|e| Error::Invalid(vec![e]))
}

/// Gives a user a password to log in with and to change. An invited user becomes active; the user's sessions end.
/// Only for users who may do no more than the caller.
pub fn grant_password(ctx: &mut Ctx<'_>, user: Uuid, prepared: &Prepared) -> Result<()> {
    let person = store::person(ctx.conn, user)?.filter(|p| p.archived_at.is_none()).ok_or(Error::NotFound)?;
    users::require_not_above(ctx, user)?;
    let Some(email) = person.email.as_deref() else {
        return Err(Error::conflict("user_without_email", person.name));
    };
    let password = prepared.for_person("password", &person.name, email, user != ctx.actor.user_id)?;
    store::set_password(ctx.conn, user, &password, ctx.now)?;
    store::forget_attempts(ctx.conn, &hashing::digest(email))?;
    store::revoke_sessions_of(ctx.conn, user, ctx.actor.session_id, ctx.now)?;
    let stamp = Stamp::of(ctx);
    stamp.note(ctx.conn, "user.password_granted", "users", user, None, None)?;
    if person.status == "invited" && store::set_status(ctx.conn, user, "active", ctx.now)? {
        let (old, new) = (json!({"status": person.status}), json!({"status": "active"}));
        stamp.note(ctx.conn, "user.updated", "users", user, Some(old), Some(new))?;
    }
    Ok(())
}
