//! Which statements a connection keeps prepared.
//!
//! Diesel keeps every statement that it has prepared for as long as the connection lives. Filters, sorts, page sizes and
//! patches make as many different ones as people think of, so only so many are let in; the others are prepared for one use.

use super::{Part, Sql};
use crate::db::LIFETIME;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};
use std::time::Instant;

/// Different statements that are kept at most; the program's own are a few hundred.
const MOST: usize = 1000;

struct Known {
    since: Instant,
    statements: HashSet<u64>,
}

static KNOWN: LazyLock<RwLock<Known>> =
    LazyLock::new(|| RwLock::new(Known { since: Instant::now(), statements: HashSet::new() }));

/// Is this one of the statements that are kept? Let in first come, first served, and all over again after the lifetime
/// of a connection, so that none has ever kept more than twice as many.
pub(super) fn is_kept(sql: &Sql) -> bool {
    let key = key(sql);
    {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        if known.statements.contains(&key) {
            return true;
        }
        if known.statements.len() >= MOST && known.since.elapsed() < LIFETIME {
            return false;
        }
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.statements.len() >= MOST {
        *known = Known { since: Instant::now(), statements: HashSet::new() };
    }
    known.statements.insert(key)
}

/// Names a statement by its pieces: those of the program by where they lie, which is quicker than reading them.
fn key(sql: &Sql) -> u64 {
    let mut key = Key(0);
    for part in &sql.parts {
        match part {
            Part::Sql(Cow::Borrowed(s)) | Part::Ident(Cow::Borrowed(s)) => {
                key.add(s.as_ptr().addr() as u64);
                key.add(s.len() as u64);
            }
            Part::Sql(Cow::Owned(s)) | Part::Ident(Cow::Owned(s)) => s.bytes().for_each(|b| key.add(u64::from(b))),
            Part::Bind(_) => key.add(u64::MAX),
        }
    }
    key.0
}

struct Key(u64);

impl Key {
    fn add(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Engine;
    use super::*;

    fn limited(n: i64) -> Sql {
        let mut q = Sql::new(Engine::Sqlite);
        q.push("SELECT 1").limit(n);
        q
    }

    #[test]
    fn only_so_many_different_statements_are_kept() {
        let kept = (0..3 * MOST as i64).filter(|n| is_kept(&limited(*n))).count();
        assert!((MOST / 2..=MOST).contains(&kept), "{kept}");
        assert!(is_kept(&limited(1)), "what was let in stays");
        assert!(!is_kept(&limited(3 * MOST as i64)));
    }

    #[test]
    fn lists_of_ids_of_similar_length_are_one_statement() {
        let list = |n: usize| {
            let mut q = Sql::new(Engine::Sqlite);
            q.ids(&vec![uuid::Uuid::nil(); n]);
            key(&q)
        };
        assert_eq!(list(5), list(8));
        assert_ne!(list(8), list(9));
    }
}
