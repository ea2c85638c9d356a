//! Access tokens: JSON web tokens signed with HMAC-SHA256, and no other algorithm.
//!
//! `jsonwebtoken` reads and writes them; of cryptography it is given this one algorithm only, as its own
//! back ends bring RSA and elliptic curves along, which nothing here uses.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

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

/// Genuine tokens that are remembered at most; with more of them it starts over.
const REMEMBERED: usize = 4096;

/// Signs and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    /// What genuine tokens say: a token comes with every request of its quarter of an hour, and working it out anew
    /// would be a good part of what reading a record costs.
    genuine: Arc<RwLock<HashMap<String, Claims>>>,
}

impl Tokens {
    /// With this secret.
    pub fn new(secret: &[u8]) -> Tokens {
        // A second installation in the same process is refused and changes nothing.
        let _ = PROVIDER.install_default();
        let mut validation = Validation::new(Algorithm::HS256);
        // The caller passes the time; the library would look at the clock.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Tokens {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            genuine: Arc::default(),
        }
    }

    /// A token for a session.
    pub fn issue(&self, user: Uuid, session: Uuid, now: DateTime<Utc>) -> String {
        let claims = Claims { sub: user, sid: session, iat: now.timestamp(), exp: now.timestamp() + LIFETIME };
        // Plain data and an HMAC key cannot fail; an empty token would be refused.
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).unwrap_or_default()
    }

    /// What a token says, when it is genuine and not too old.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Refused> {
        let known = self.genuine.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned();
        let claims = match known {
            Some(claims) => claims,
            None => self.work_out(token)?,
        };
        if claims.exp <= now.timestamp() { Err(Refused::Expired) } else { Ok(claims) }
    }

    fn work_out(&self, token: &str) -> Result<Claims, Refused> {
        let claims: Claims = decode(token, &self.decoding, &self.validation).map_err(|_| Refused::Invalid)?.claims;
        let mut genuine = self.genuine.write().unwrap_or_else(PoisonError::into_inner);
        if genuine.len() >= REMEMBERED {
            genuine.clear();
        }
        genuine.insert(token.to_owned(), claims.clone());
        Ok(claims)
    }
}

/// The one algorithm.
static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: &Algorithm, family: AlgorithmFamily, secret: &[u8]) -> Result<Hs256, Error> {
        match (algorithm, family) {
            (Algorithm::HS256, AlgorithmFamily::Hmac) => {
                Hmac::new_from_slice(secret).map(Hs256).map_err(|_| ErrorKind::InvalidKeyFormat.into())
            }
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        }
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Ok(Box::new(Hs256::new(algorithm, key.family(), key.as_bytes())?))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    Ok(Box::new(Hs256::new(algorithm, key.family(), key.try_get_as_bytes()?)?))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.0.clone().chain_update(message).verify_slice(signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
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
