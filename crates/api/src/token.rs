//! Access tokens: JSON web tokens signed with HMAC-SHA256. Only this one algorithm and header exist, so nothing is negotiated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

/// `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// How long an access token is good for, in seconds.
pub const LIFETIME: i64 = 15 * 60;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// Issued, in seconds since 1970.
    pub iat: i64,
    /// Good until, in seconds since 1970.
    pub exp: i64,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Not one of ours.
    Invalid,
    /// One of ours, but too old.
    Expired,
}

/// Signs and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    key: Hmac<Sha256>,
}

impl Tokens {
    /// With this secret.
    pub fn new(secret: &[u8]) -> Tokens {
        let key = match Hmac::<Sha256>::new_from_slice(secret) {
            Ok(key) => key,
            Err(_) => unreachable!("an HMAC takes a key of any length"),
        };
        Tokens { key }
    }

    /// A token for a session.
    pub fn issue(&self, user: Uuid, session: Uuid, now: DateTime<Utc>) -> String {
        let claims = Claims { sub: user, sid: session, iat: now.timestamp(), exp: now.timestamp() + LIFETIME };
        let payload = serde_json::to_vec(&claims).unwrap_or_default();
        let signed = format!("{HEADER}.{}", BASE64.encode(payload));
        let mac = self.key.clone().chain_update(signed.as_bytes()).finalize().into_bytes();
        format!("{signed}.{}", BASE64.encode(mac))
    }

    /// What a token says, when it is genuine and not too old.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Refused> {
        let (signed, mac) = token.rsplit_once('.').ok_or(Refused::Invalid)?;
        let payload = signed.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('.')).ok_or(Refused::Invalid)?;
        let mac = BASE64.decode(mac).map_err(|_| Refused::Invalid)?;
        self.key.clone().chain_update(signed.as_bytes()).verify_slice(&mac).map_err(|_| Refused::Invalid)?;
        let payload = BASE64.decode(payload).map_err(|_| Refused::Invalid)?;
        let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Refused::Invalid)?;
        if claims.exp <= now.timestamp() { Err(Refused::Expired) } else { Ok(claims) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    #[test]
    fn a_token_is_good_until_it_expires() {
        let tokens = Tokens::new(b"0123456789abcdef0123456789abcdef");
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        let token = tokens.issue(user, session, now());
        assert!(tokens.check(&token, now()).is_ok_and(|c| c.sub == user && c.sid == session));
        assert_eq!(tokens.check(&token, now() + Duration::seconds(LIFETIME)), Err(Refused::Expired));
    }

    #[test]
    fn a_changed_token_or_another_key_is_refused() {
        let tokens = Tokens::new(b"0123456789abcdef0123456789abcdef");
        let token = tokens.issue(Uuid::now_v7(), Uuid::now_v7(), now());
        let none = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).expect("a payload"));
        let other = tokens.issue(Uuid::now_v7(), Uuid::now_v7(), now());
        let spliced =
            format!("{}.{}", other.rsplit_once('.').expect("parts").0, token.rsplit_once('.').expect("parts").1);
        for wrong in ["", "a.b.c", &token[..token.len() - 2], &none, &spliced] {
            assert_eq!(tokens.check(wrong, now()), Err(Refused::Invalid), "{wrong}");
        }
        assert_eq!(Tokens::new(b"another").check(&token, now()), Err(Refused::Invalid));
    }
}
