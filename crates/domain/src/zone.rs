//! Days and moments of a time zone, summer time included.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, Utc};

/// From a moment on, another offset holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The moment, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// The offset from then on.
    pub offset: FixedOffset,
}

/// A time zone as the moments at which its offset changes. Whoever knows the names of time zones makes the list; here
/// it is only read, so that the browser need not carry every zone of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    first: FixedOffset,
    changes: &'static [Change],
}

impl Zone {
    /// A zone whose offset never changes.
    pub const fn fixed(offset: FixedOffset) -> Zone {
        Zone { first: offset, changes: &[] }
    }

    /// UTC.
    pub fn utc() -> Zone {
        Zone::fixed(Utc.fix())
    }

    /// A zone with the offset that holds before all changes, and the changes in the order of time, at least two days
    /// apart.
    pub const fn new(first: FixedOffset, changes: &'static [Change]) -> Zone {
        Zone { first, changes }
    }

    /// The offset that holds at a moment.
    pub fn offset_at(&self, at: DateTime<Utc>) -> FixedOffset {
        self.offset(at.timestamp())
    }

    fn offset(&self, seconds: i64) -> FixedOffset {
        match self.changes.last() {
            None => self.first,
            Some(last) if last.at <= seconds => last.offset,
            Some(_) => {
                let passed = self.changes.partition_point(|c| c.at <= seconds);
                passed.checked_sub(1).and_then(|i| self.changes.get(i)).map_or(self.first, |c| c.offset)
            }
        }
    }

    /// What the clock on the wall shows at a moment.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.offset_at(at)).naive_local()
    }

    /// The day of a moment.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The moment at which the clock on the wall shows this. Of two such moments, when summer time ends, the first; where
    /// there is none, when it begins, the moment that it would have been without the change.
    pub fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let seconds = local.and_utc().timestamp();
        let before = self.offset(seconds - 86_400);
        let after = self.offset(seconds + 86_400);
        let at = |offset: FixedOffset| local.checked_sub_offset(offset).unwrap_or(local).and_utc();
        [before, after].into_iter().find(|o| self.offset_at(at(*o)) == *o).map_or_else(|| at(before), at)
    }

    /// The second moment at which the clock on the wall shows this; only when summer time ends there is one.
    pub fn again(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let later = self.offset(local.and_utc().timestamp() + 86_400);
        let second = local.checked_sub_offset(later)?.and_utc();
        (self.offset_at(second) == later && second > self.moment(local)).then_some(second)
    }

    /// The first moment of a day.
    pub fn midnight(&self, day: NaiveDate) -> DateTime<Utc> {
        self.moment(day.and_time(NaiveTime::MIN))
    }

    /// The last microsecond of a day.
    pub fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| self.midnight(next) - Duration::microseconds(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINTER: FixedOffset = FixedOffset::east_opt(3600).unwrap();
    const SUMMER: FixedOffset = FixedOffset::east_opt(7200).unwrap();
    /// 2026-03-29 01:00 and 2026-10-25 01:00 UTC.
    static CHANGES: [Change; 2] =
        [Change { at: 1_774_746_000, offset: SUMMER }, Change { at: 1_792_890_000, offset: WINTER }];
    const BERLIN: Zone = Zone::new(WINTER, &CHANGES);

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_of_a_moment_follows_summer_time() {
        assert_eq!(BERLIN.day(utc("2026-01-14T22:30:00Z")).to_string(), "2026-01-14");
        assert_eq!(BERLIN.day(utc("2026-07-14T22:30:00Z")).to_string(), "2026-07-15");
        assert_eq!(BERLIN.local(utc("2026-03-29T00:59:59Z")), local("2026-03-29T01:59:59"));
        assert_eq!(BERLIN.local(utc("2026-03-29T01:00:00Z")), local("2026-03-29T03:00:00"));
    }

    #[test]
    fn a_local_time_is_the_moment_that_shows_it() {
        assert_eq!(BERLIN.moment(local("2026-01-15T00:00:00")), utc("2026-01-14T23:00:00Z"));
        assert_eq!(BERLIN.moment(local("2026-07-15T00:00:00")), utc("2026-07-14T22:00:00Z"));
        // Twice shown, and never shown.
        assert_eq!(BERLIN.moment(local("2026-10-25T02:30:00")), utc("2026-10-25T00:30:00Z"));
        assert_eq!(BERLIN.moment(local("2026-03-29T02:30:00")), utc("2026-03-29T01:30:00Z"));
        assert_eq!(BERLIN.again(local("2026-10-25T02:30:00")), Some(utc("2026-10-25T01:30:00Z")));
        for once in ["2026-10-25T01:59:59", "2026-10-25T03:00:00", "2026-03-29T02:30:00", "2026-07-15T00:00:00"] {
            assert_eq!(BERLIN.again(local(once)), None, "{once}");
        }
    }

    #[test]
    fn every_moment_lies_between_midnight_and_the_end_of_its_day() {
        for hour in 0..24 * 400 {
            let at = utc("2026-01-01T00:20:00Z") + Duration::hours(hour);
            let day = BERLIN.day(at);
            assert!(BERLIN.midnight(day) <= at && at <= BERLIN.end_of(day), "{at}");
        }
    }
}
