//! Logging in, staying logged in, logging out.

use super::actors::{Credential, load_actor};
use super::{hashing, me};
use crate::{Ctx, Error, Result};
use chrono::{DateTime, Duration, Utc};
use contract::identity::{Login, Me, Session as SessionOut, Sessions};
use domain::policy::password::{MAX_LENGTH, rest_seconds};
use persistence::db::{self, AnyConnection, DbPool};
use persistence::identity::{self as store, Attempt, Session};
use persistence::usage::Use;
use uuid::Uuid;

/// Days that a session lasts without being used.
pub const REFRESH_DAYS: i64 = 30;
/// Seconds for which a refresh can be repeated whose answer was lost.
const LOST_ANSWER_SECONDS: i64 = 30;
/// So many unused successors of one token are remembered beside the newest.
const MAX_UNUSED: usize = 4;

/// What a session is recognised by in the list of sessions.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
}

/// A session that has just begun or been refreshed.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Whose.
    pub user: Uuid,
    /// The session.
    pub session: Uuid,
    /// Good for one refresh.
    pub refresh_token: String,
    /// Who they are and what they may do.
    pub me: Me,
}

/// Wrong attempts are forgotten when the account was left alone for this long.
const FORGET_HOURS: i64 = 24;

/// Begins a session. An unknown address costs the same time and gives the same answer as a wrong password;
/// many wrong ones in a row make the address rest, known or not.
pub fn login(pool: &DbPool, input: &Login, device: &Device, now: DateTime<Utc>) -> Result<LoggedIn> {
    let email = input.email.trim().to_lowercase();
    let password = input.password.as_str();
    if password.chars().count() > MAX_LENGTH || email.chars().count() > 254 {
        return Err(Error::Unauthenticated("wrong_credentials"));
    }
    let account = hashing::digest(&email);
    let known = {
        let mut conn = db::get(pool)?;
        reserve_attempt(&mut conn, &account, now)?;
        match store::person_by_email(&mut conn, &email)?.filter(|p| p.is_active()) {
            Some(person) => store::password(&mut conn, person.id)?.map(|p| (person.id, p.hash)),
            None => None,
        }
    };
    let right = hashing::verify(password, known.as_ref().map(|(_, hash)| hash.as_str()))?;
    let user = known.filter(|_| right).map(|(id, _)| id).ok_or(Error::Unauthenticated("wrong_credentials"))?;
    let mut conn = db::get(pool)?;
    db::write_tx(&mut conn, |conn| {
        store::forget_attempts(conn, &account)?;
        begin(conn, user, device, now)
    })
}

/// Counts an attempt as failed before it is tried, so that many at once cannot slip through; a success forgets it.
/// Refused while the account rests.
pub(super) fn reserve_attempt(conn: &mut AnyConnection, account: &str, now: DateTime<Utc>) -> Result<()> {
    db::write_tx(conn, |conn| {
        let before = store::attempt(conn, account)?.filter(|a| now - a.failed_at < Duration::hours(FORGET_HOURS));
        if let Some(until) = before.as_ref().and_then(|a| a.locked_until).filter(|until| *until > now) {
            let seconds = u32::try_from((until - now).num_seconds() + 1).unwrap_or(1);
            return Err(Error::TooMany(seconds));
        }
        let failures = before.map_or(0, |a| a.failures).saturating_add(1);
        let rest = rest_seconds(failures);
        let locked_until = (rest > 0).then(|| now + Duration::seconds(i64::from(rest)));
        let attempt = Attempt { failures, failed_at: now, locked_until };
        store::save_attempt(conn, account, &attempt, now - Duration::hours(FORGET_HOURS))?;
        Ok(())
    })
}

/// A new session of a user, in the transaction of the caller.
pub(super) fn begin(conn: &mut AnyConnection, user: Uuid, device: &Device, now: DateTime<Utc>) -> Result<LoggedIn> {
    let id = Uuid::now_v7();
    let token = token_for(id)?;
    let cut =
        |s: &Option<String>, max: usize| s.as_ref().map(|s| s.chars().filter(|c| !c.is_control()).take(max).collect());
    let session = Session {
        id,
        user_id: user,
        token_hash: hashing::digest(&token),
        previous_hash: None,
        spent_at: None,
        unused_hashes: None,
        generation: 1,
        created_at: now,
        expires_at: now + Duration::days(REFRESH_DAYS),
        last_used_at: now,
        user_agent: cut(&device.user_agent, 300),
        address: cut(&device.address, 60),
        revoked_at: None,
    };
    store::insert_session(conn, &session)?;
    note(conn, user, now, Use::Login)?;
    finish(conn, &session, token, now)
}

/// Keeps that somebody uses the product on this day of the organisation.
fn note(conn: &mut AnyConnection, user: Uuid, now: DateTime<Utc>, what: Use) -> Result<()> {
    let day = crate::schema::load(conn)?.zone.day(now);
    Ok(persistence::usage::note(conn, user, day, what)?)
}

fn finish(conn: &mut AnyConnection, session: &Session, refresh_token: String, now: DateTime<Utc>) -> Result<LoggedIn> {
    let credential = Credential::Session { user: session.user_id, session: session.id };
    let actor = load_actor(conn, &credential, now)?;
    let me = me::describe(conn, &actor)?;
    Ok(LoggedIn { user: session.user_id, session: session.id, refresh_token, me })
}

fn token_for(session: Uuid) -> Result<String> {
    Ok(format!("{}.{}", session.simple(), hashing::random()?))
}

fn session_of(token: &str) -> Option<Uuid> {
    Uuid::try_parse(token.split_once('.')?.0).ok()
}

/// What became of a refresh token.
enum Refreshed {
    Good(Box<LoggedIn>),
    /// It was used before: somebody else has a copy.
    Reused,
    Ended,
}

/// Makes `next` the token of a session in exchange for the one with this hash. False when that one is spent: it is
/// neither good now nor the one before, exchanged less than [`LOST_ANSWER_SECONDS`] ago for what nobody has used yet.
fn exchange(session: &mut Session, given: &str, next: &str, now: DateTime<Utc>) -> bool {
    let next = hashing::digest(next);
    let unused = session.unused_hashes.as_deref().unwrap_or_default();
    if session.token_hash == given || unused.split(' ').any(|hash| hash == given) {
        session.previous_hash = Some(given.to_owned());
        session.spent_at = Some(now);
        session.unused_hashes = None;
    } else if session.previous_hash.as_deref() == Some(given)
        && session.spent_at.is_some_and(|spent| now < spent + Duration::seconds(LOST_ANSWER_SECONDS))
    {
        tracing::info!(session = %session.id, "refresh repeated");
        // Which of several answers reaches the browser last is not known.
        let given_out: Vec<&str> = unused.split_whitespace().chain([session.token_hash.as_str()]).collect();
        let kept = given_out.len().saturating_sub(MAX_UNUSED);
        session.unused_hashes = Some(given_out[kept..].join(" "));
    } else {
        return false;
    }
    session.token_hash = next;
    true
}

/// Exchanges a refresh token for the next one. The token before is good for [`LOST_ANSWER_SECONDS`] more while none of
/// its successors was used, since the answer that held them may be lost. Any other spent token ends the whole session:
/// either the caller or whoever used it before has stolen it.
pub fn refresh(pool: &DbPool, token: &str, now: DateTime<Utc>) -> Result<LoggedIn> {
    let Some(id) = session_of(token) else { return Err(Error::Unauthenticated("invalid_token")) };
    let mut conn = db::get(pool)?;
    let refreshed = db::write_tx(&mut conn, |conn| -> Result<Refreshed> {
        let Some(mut session) = store::session(conn, id, true)? else { return Ok(Refreshed::Ended) };
        if session.revoked_at.is_some() || session.expires_at <= now {
            return Ok(Refreshed::Ended);
        }
        let next = token_for(id)?;
        // Compared are hashes of what the caller sent or could not know, so that comparing them tells nothing.
        if !exchange(&mut session, &hashing::digest(token), &next, now) {
            store::revoke_session(conn, session.user_id, id, now)?;
            return Ok(Refreshed::Reused);
        }
        session.generation += 1;
        session.last_used_at = now;
        session.expires_at = now + Duration::days(REFRESH_DAYS);
        store::rotate_session(conn, &session)?;
        note(conn, session.user_id, now, Use::Visit)?;
        Ok(Refreshed::Good(Box::new(finish(conn, &session, next, now)?)))
    })?;
    match refreshed {
        Refreshed::Good(logged_in) => Ok(*logged_in),
        Refreshed::Reused => Err(Error::Unauthenticated("token_reused")),
        Refreshed::Ended => Err(Error::Unauthenticated("session_ended")),
    }
}

/// Ends the session that a request belongs to; an API key has none and is left alone.
pub fn logout(ctx: &mut Ctx<'_>) -> Result<()> {
    if let Some(session) = ctx.actor.session_id {
        store::revoke_session(ctx.conn, ctx.actor.user_id, session, ctx.now)?;
    }
    Ok(())
}

/// The caller's sessions that are in force.
pub fn list_sessions(ctx: &mut Ctx<'_>) -> Result<Sessions> {
    ctx.in_person()?;
    let current = ctx.actor.session_id;
    let sessions = store::sessions_of(ctx.conn, ctx.actor.user_id, ctx.now)?;
    let items = sessions.into_iter().map(|s| SessionOut {
        id: s.id,
        created_at: s.created_at,
        last_used_at: s.last_used_at,
        expires_at: s.expires_at,
        user_agent: s.user_agent,
        address: s.address,
        current: current == Some(s.id),
    });
    Ok(Sessions { items: items.collect() })
}

/// Ends one of the caller's sessions.
pub fn end_session(ctx: &mut Ctx<'_>, session: Uuid) -> Result<()> {
    ctx.in_person()?;
    if store::revoke_session(ctx.conn, ctx.actor.user_id, session, ctx.now)? { Ok(()) } else { Err(Error::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session whose token `first` was exchanged for `second` just now.
    fn exchanged(now: DateTime<Utc>) -> Session {
        let mut session = Session {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            token_hash: hashing::digest("first"),
            previous_hash: None,
            spent_at: None,
            unused_hashes: None,
            generation: 1,
            created_at: now,
            expires_at: now,
            last_used_at: now,
            user_agent: None,
            address: None,
            revoked_at: None,
        };
        assert!(give(&mut session, "first", "second", now));
        session
    }

    fn give(session: &mut Session, given: &str, next: &str, now: DateTime<Utc>) -> bool {
        exchange(session, &hashing::digest(given), next, now)
    }

    #[test]
    fn a_spent_token_is_taken_again_for_half_a_minute_from_its_first_exchange() {
        let now = Utc::now();
        let mut session = exchanged(now);
        assert!(give(&mut session, "first", "third", now + Duration::seconds(20)));
        assert!(!give(&mut session, "first", "fourth", now + Duration::seconds(30)));
        assert!(give(&mut session, "third", "fifth", now + Duration::days(1)));
    }

    #[test]
    fn of_several_successors_the_first_that_is_used_makes_the_others_spent() {
        let now = Utc::now();
        let mut session = exchanged(now);
        assert!(give(&mut session, "first", "third", now));
        assert!(give(&mut session, "second", "fourth", now));
        assert!(!give(&mut session, "third", "x", now));
        assert!(!give(&mut session, "first", "x", now));
        assert!(give(&mut session, "fourth", "fifth", now));
    }
}
