//! Rate limits per user, API key and address: each a bucket that refills steadily.

use crate::config::Config;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

/// The limits of one server process.
pub struct Limits {
    callers: Limit<Uuid>,
    addresses: Limit<IpAddr>,
    logins: Limit<IpAddr>,
}

impl Limits {
    /// As configured.
    pub fn new(config: &Config) -> Limits {
        let often = |rate: u32| NonZeroU32::new(rate).map(|n| Quota::per_second(n).allow_burst(n.saturating_mul(FIVE)));
        Limits {
            callers: Limit::new(often(config.rate_limit)),
            addresses: Limit::new(often(config.address_rate_limit)),
            logins: Limit::new(NonZeroU32::new(config.login_rate_limit).map(Quota::per_minute)),
        }
    }

    /// One request of a user or key; the error is the seconds to wait.
    pub fn caller(&self, id: Uuid) -> Result<(), u32> {
        self.callers.check(&id)
    }

    /// One request from an address.
    pub fn address(&self, ip: Option<IpAddr>) -> Result<(), u32> {
        ip.map_or(Ok(()), |ip| self.addresses.check(&ip))
    }

    /// One attempt to log in from an address.
    pub fn login(&self, ip: Option<IpAddr>) -> Result<(), u32> {
        ip.map_or(Ok(()), |ip| self.logins.check(&ip))
    }
}

const FIVE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// Buckets by key; `None` is no limit.
struct Limit<K: Hash + Eq + Clone> {
    limiter: Option<RateLimiter<K, DashMapStateStore<K>, DefaultClock>>,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(quota: Option<Quota>) -> Limit<K> {
        Limit { limiter: quota.map(RateLimiter::dashmap), checks: AtomicU32::new(0) }
    }

    fn check(&self, key: &K) -> Result<(), u32> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        // Full buckets are as good as none: now and then they are dropped, so that keys do not pile up.
        if self.checks.fetch_add(1, Ordering::Relaxed) % 100_000 == 99_999 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|wait| {
            let seconds = wait.wait_time_from(limiter.clock().now()).as_secs_f64().ceil();
            (seconds as u32).max(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_over_its_limit_waits_and_others_do_not() {
        let limit = Limit::new(NonZeroU32::new(2).map(Quota::per_minute));
        assert_eq!((limit.check(&1), limit.check(&1)), (Ok(()), Ok(())));
        assert!(limit.check(&1).is_err_and(|seconds| (1..=60).contains(&seconds)));
        assert_eq!(limit.check(&2), Ok(()));
    }

    #[test]
    fn zero_is_no_limit() {
        let limit = Limit::new(NonZeroU32::new(0).map(Quota::per_minute));
        assert!((0..1000).all(|_| limit.check(&1).is_ok()));
    }
}
