//! Argon2id, a few at a time: each takes tens of milliseconds and 19 MiB on purpose.

use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use std::sync::{Condvar, Mutex, PoisonError};

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

/// Compared with where there is no account. Not a secret: whatever it is the hash of lets nobody in.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$t0VaYTMmV/AigYezmobTsA$ZKEIOqcXy/q1EgYwaoJB0VHQCdNIxIzWxpi85cPxyDM";

/// Is this the password? Slow, and just as slow where there is no hash to compare with.
pub(super) fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY)).map_err(|e| Error::Internal(e.to_string()))?;
    let argon = argon()?;
    let _turn = Turn::wait();
    Ok(argon.verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some())
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
        assert!(!verify("Steady-Lathe-27", None).unwrap());
        assert!(verify("Steady-Lathe-27", Some(NOBODY)).unwrap(), "the hash of nobody costs as much as any other");
    }
}
