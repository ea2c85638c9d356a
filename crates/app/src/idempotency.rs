//! A request that is sent twice is carried out once: the first answer is kept with the write itself.

use crate::{Ctx, Error, Result};
use chrono::{DateTime, Duration, Utc};
use persistence::db::AnyConnection;
use persistence::settings::Answer;
use sha2::{Digest, Sha256};

/// How long an answer is kept.
const KEPT_HOURS: i64 = 24;

/// A request that carries an `Idempotency-Key`.
#[derive(Debug, Clone)]
pub struct Key {
    key: String,
    hash: String,
}

impl Key {
    /// Of a request: its key, its route and its body. A key is 1 to 200 printable ASCII characters.
    pub fn new(key: &str, route: &str, body: &[u8]) -> Result<Key> {
        let mut begun = BegunKey::new(key, route)?;
        begun.add(body);
        Ok(begun.end())
    }
}

/// A key whose request comes in pieces.
#[derive(Debug)]
pub struct BegunKey {
    key: String,
    hasher: Sha256,
}

impl BegunKey {
    /// Of a request whose body is still to come; the same rules as for [`Key::new`].
    pub fn new(key: &str, route: &str) -> Result<BegunKey> {
        if key.is_empty() || key.len() > 200 || !key.bytes().all(|b| (0x21..0x7f).contains(&b)) {
            return Err(Error::field("Idempotency-Key", "invalid", "1–200 ASCII"));
        }
        let mut hasher = Sha256::new();
        hasher.update(route.as_bytes());
        hasher.update([0]);
        Ok(BegunKey { key: key.to_owned(), hasher })
    }

    /// The next piece of the body.
    pub fn add(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
    }

    /// The body has ended.
    pub fn end(self) -> Key {
        let hash = self.hasher.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Key { key: self.key, hash }
    }
}

/// Carries out `f` unless this request was answered before; keeps its answer in the same transaction.
pub fn once(ctx: &mut Ctx<'_>, key: Option<&Key>, f: impl FnOnce(&mut Ctx<'_>) -> Result<Answer>) -> Result<Answer> {
    once_keeping(ctx, key, |answer| Ok(answer.clone()), f)
}

/// The same where what is kept of the answer is not all that is said the first time.
pub fn once_keeping(
    ctx: &mut Ctx<'_>,
    key: Option<&Key>,
    kept: impl FnOnce(&Answer) -> Result<Answer>,
    f: impl FnOnce(&mut Ctx<'_>) -> Result<Answer>,
) -> Result<Answer> {
    let Some(key) = key else { return f(ctx) };
    let user = ctx.actor.user_id;
    // The same request may be under way in another transaction.
    persistence::db::queue_for(ctx.conn, &format!("answer {user} {}", key.key))?;
    if let Some(known) = persistence::settings::answer(ctx.conn, user, &key.key, ctx.now - Duration::hours(KEPT_HOURS))?
    {
        if known.request_hash != key.hash {
            return Err(Error::field("Idempotency-Key", "reused_key", ""));
        }
        return Ok(known);
    }
    let answer = Answer { request_hash: key.hash.clone(), ..f(ctx)? };
    persistence::settings::remember_answer(ctx.conn, user, &key.key, &kept(&answer)?, ctx.now)?;
    Ok(answer)
}

/// Forgets the answers that nobody can ask for any more.
pub fn sweep(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize> {
    Ok(persistence::settings::forget_answers(conn, now - Duration::hours(KEPT_HOURS))?)
}
