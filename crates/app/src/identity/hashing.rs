//! Argon2id, a few at a time: each takes tens of milliseconds and 19 MiB on purpose.

use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

/// Memory in KiB, passes and lanes: the least that OWASP recommends for Argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Hashed at the same time at most.
const TURNS: usize = 4;

static BUSY: Mutex<usize> = Mutex::new(0);
static DONE: Condvar = Condvar::new();

struct Turn;

impl Turn {
    fn wait() -> Turn {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy >= TURNS {
            busy = DONE.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy += 1;
        Turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *BUSY.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        DONE.notify_one();
    }
}

fn argon() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password with a salt of its own, in PHC form. Slow.
pub(crate) fn hash(password: &str) -> Result<String> {
    let argon = argon()?;
    let _turn = Turn::wait();
    let hash = argon.hash_password(password.as_bytes()).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(hash.to_string())
}

/// Is this the password? Slow, and just as slow where there is no hash to compare with.
pub(super) fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let known = hash.is_some();
    let hash = match (hash, NOBODY.get()) {
        (Some(hash), _) => hash.to_owned(),
        (None, Some(nobody)) => nobody.clone(),
        (None, None) => {
            let nobody = self::hash("nobody has this password")?;
            NOBODY.get_or_init(|| nobody).clone()
        }
    };
    let parsed = PasswordHash::new(&hash).map_err(|e| Error::Internal(e.to_string()))?;
    let argon = argon()?;
    let _turn = Turn::wait();
    Ok(argon.verify_password(password.as_bytes(), &parsed).is_ok() && known)
}

/// SHA-256 in hexadecimal: for secrets that are random already.
pub(super) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// 32 random bytes in hexadecimal.
pub(super) fn random() -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recognised_and_another_is_not() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse battery", Some(&stored)).unwrap());
        assert!(!verify("correct horse batterz", Some(&stored)).unwrap());
        assert!(!verify("nobody has this password", None).unwrap());
    }
}
