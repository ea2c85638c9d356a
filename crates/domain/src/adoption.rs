//! How people take to the product: whether activities are written down while they are fresh (S4-43).

use chrono::{DateTime, Duration, Utc};

/// An activity is on time when it is written down at most so many hours after it took place.
pub const ON_TIME_HOURS: i64 = 24;

/// Was it written down in time? What was planned beforehand was.
pub fn on_time(occurred_at: DateTime<Utc>, written_at: DateTime<Utc>) -> bool {
    written_at - occurred_at <= Duration::hours(ON_TIME_HOURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_in_time_and_a_second_more_is_late() {
        let at = DateTime::UNIX_EPOCH;
        assert!(on_time(at, at));
        assert!(on_time(at, at + Duration::hours(24)));
        assert!(!on_time(at, at + Duration::hours(24) + Duration::seconds(1)));
        assert!(on_time(at + Duration::days(3), at), "planned");
    }
}
