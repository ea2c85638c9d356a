//! Schedules in five fields: minute, hour, day of month, month, day of week (0 and 7 are Sunday).

use super::calendar::Calendar;
use crate::zone::Zone;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

/// All of a day's hours.
const EVERY_HOUR: u64 = (1 << 24) - 1;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Either day field may fit when both are given, as everywhere.
    either: bool,
}

impl Cron {
    /// Reads a schedule; `None` when it is none.
    pub fn parse(text: &str) -> Option<Cron> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else { return None };
        let mut cron = Cron {
            minutes: set(minutes, 0, 59)?,
            hours: set(hours, 0, 23)?,
            days: set(days, 1, 31)?,
            months: set(months, 1, 12)?,
            weekdays: set(weekdays, 0, 7)?,
            either: !days.starts_with('*') && !weekdays.starts_with('*'),
        };
        if has(cron.weekdays, 7) {
            cron.weekdays |= 1;
        }
        Some(cron)
    }

    fn fits(&self, day: NaiveDate) -> bool {
        let (of_month, of_week) = (has(self.days, day.day()), has(self.weekdays, day.weekday().num_days_from_sunday()));
        has(self.months, day.month()) && if self.either { of_month || of_week } else { of_month && of_week }
    }

    /// The first moment after another, in the calendar's time zone; on working days only where that is wanted. `None`
    /// when there is none within eight years: the thirtieth of February. Of the hour that the clock shows twice when summer
    /// time ends, a schedule for every hour has both, any other the first: what is daily happens once a day.
    pub fn next(&self, after: DateTime<Utc>, calendar: &Calendar, working: bool) -> Option<DateTime<Utc>> {
        let mut day = calendar.zone.local(after).date();
        for _ in 0..366 * 8 {
            if self.fits(day) && (!working || calendar.is_working_day(day)) {
                // The order of the clock is not that of time where it is put back.
                let found = self.moments(day, calendar.zone).filter(|moment| *moment > after).min();
                if found.is_some() {
                    return found;
                }
            }
            day = day.checked_add_days(Days::new(1))?;
        }
        None
    }

    fn moments(&self, day: NaiveDate, zone: Zone) -> impl Iterator<Item = DateTime<Utc>> {
        let every_hour = self.hours == EVERY_HOUR;
        self.times().flat_map(move |time| {
            let local = day.and_time(time);
            let second = if every_hour { zone.again(local) } else { None };
            [Some(zone.moment(local)), second].into_iter().flatten()
        })
    }

    fn times(&self) -> impl Iterator<Item = NaiveTime> {
        let hours = (0..24).filter(|h| has(self.hours, *h));
        hours.flat_map(|h| {
            let minutes = (0..60).filter(|m| has(self.minutes, *m));
            minutes.filter_map(move |m| NaiveTime::from_hms_opt(h, m, 0))
        })
    }
}

fn has(set: u64, n: u32) -> bool {
    set & (1 << n) != 0
}

/// `*`, `5`, `1-5`, `*/15`, `8-18/2`, and lists of these.
fn set(text: &str, min: u32, max: u32) -> Option<u64> {
    let mut found = 0u64;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|s| *s > 0 && *s <= max)?),
            None => (part, 1),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*", _) => (min, max),
            (_, Some((from, to))) => (from.parse().ok()?, to.parse().ok()?),
            (one, None) => {
                let n: u32 = one.parse().ok()?;
                (n, if part.contains('/') { max } else { n })
            }
        };
        if from < min || to > max || from > to {
            return None;
        }
        (from..=to).step_by(step as usize).for_each(|n| found |= 1 << n);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Change;
    use chrono::{FixedOffset, TimeDelta};

    const WINTER: FixedOffset = FixedOffset::east_opt(3600).unwrap();
    const SUMMER: FixedOffset = FixedOffset::east_opt(7200).unwrap();
    /// 2026-03-29 01:00 and 2026-10-25 01:00 UTC.
    static CHANGES: [Change; 2] =
        [Change { at: 1_774_746_000, offset: SUMMER }, Change { at: 1_792_890_000, offset: WINTER }];
    const BERLIN: Zone = Zone::new(WINTER, &CHANGES);

    /// The moments of a schedule on a day in Berlin, one after the other.
    fn day_in_berlin(cron: &str, day: &str) -> Vec<DateTime<Utc>> {
        let (cron, day) = (Cron::parse(cron).unwrap(), day.parse::<NaiveDate>().unwrap());
        let calendar = Calendar::shipped(BERLIN);
        let before = BERLIN.midnight(day) - TimeDelta::seconds(1);
        let later = |at: &DateTime<Utc>| cron.next(*at, &calendar, false);
        std::iter::successors(later(&before), later).take_while(|at| BERLIN.day(*at) == day).collect()
    }

    fn next(cron: &str, after: &str, working: bool) -> Option<String> {
        let calendar = Calendar::shipped(Zone::fixed(FixedOffset::east_opt(8 * 3600).unwrap()));
        let moment =
            |text: &str| format!("{text}:00+08:00").parse::<DateTime<FixedOffset>>().unwrap().with_timezone(&Utc);
        let found = Cron::parse(cron).unwrap().next(moment(after), &calendar, working)?;
        Some(calendar.zone.local(found).format("%Y-%m-%dT%H:%M").to_string())
    }

    #[test]
    fn the_next_time_of_a_schedule() {
        for (cron, after, expected) in [
            ("0 9 * * *", "2026-11-22T08:59", "2026-11-22T09:00"),
            ("0 9 * * *", "2026-11-22T09:00", "2026-11-23T09:00"),
            ("*/15 8-18 * * 1-5", "2026-11-20T18:45", "2026-11-23T08:00"),
            ("30 17 1 * *", "2026-11-22T08:00", "2026-12-01T17:30"),
            ("0 9 1 * 1", "2026-11-22T08:00", "2026-11-23T09:00"),
            ("0 0 29 2 *", "2026-11-22T08:00", "2028-02-29T00:00"),
            ("0 9 * * 7", "2026-11-22T09:30", "2026-11-29T09:00"),
        ] {
            assert_eq!(next(cron, after, false).as_deref(), Some(expected), "{cron}");
        }
        assert_eq!(next("0 0 30 2 *", "2026-11-22T08:00", false), None);
    }

    #[test]
    fn on_working_days_a_schedule_passes_over_holidays() {
        assert_eq!(next("0 9 * * *", "2026-09-30T10:00", true).as_deref(), Some("2026-10-08T09:00"));
        assert_eq!(next("0 9 * * *", "2026-10-09T10:00", true).as_deref(), Some("2026-10-10T09:00"));
    }

    #[test]
    fn where_the_clock_is_put_back_or_forward_a_schedule_goes_on_in_the_order_of_time() {
        for (cron, spring, autumn) in [
            ("*/15 * * * *", 92, 100),
            ("0 * * * *", 23, 25),
            ("30 2 * * *", 1, 1),
            ("0 2 * * *", 1, 1),
            ("0,30 1-3 * * *", 4, 6),
            ("*/15 0-5 * * *", 20, 24),
        ] {
            for (day, count) in [("2026-03-29", spring), ("2026-10-25", autumn)] {
                let moments = day_in_berlin(cron, day);
                assert!(moments.is_sorted_by(|one, next| one < next), "{cron} on {day}: {moments:?}");
                assert_eq!(moments.len(), count, "{cron} on {day}: {moments:?}");
            }
        }
        for day in ["2026-03-29", "2026-10-25"] {
            let quarters = day_in_berlin("*/15 * * * *", day);
            let quarter = |pair: &[DateTime<Utc>]| pair[1] - pair[0] == TimeDelta::minutes(15);
            assert!(quarters.windows(2).all(quarter), "{day}");
        }
    }

    #[test]
    fn the_next_time_lies_ahead_at_every_minute_of_the_days_on_which_the_clock_is_moved() {
        let calendar = Calendar::shipped(BERLIN);
        for cron in ["*/15 * * * *", "*/20 1-3 * * *", "30 2 * * *", "0 9 * * *"] {
            let read = Cron::parse(cron).unwrap();
            for day in ["2026-03-29", "2026-10-25"] {
                let midnight = BERLIN.midnight(day.parse().unwrap());
                let nexts: Vec<DateTime<Utc>> = (0..25 * 60)
                    .map(|minute| {
                        let now = midnight + TimeDelta::minutes(minute);
                        let next = read.next(now, &calendar, false).unwrap();
                        assert!(next > now, "{cron} at {now}: {next}");
                        next
                    })
                    .collect();
                assert!(nexts.is_sorted(), "{cron} on {day}");
            }
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in ["", "* * * *", "60 * * * *", "* 24 * * *", "5-1 * * * *", "*/0 * * * *", "a * * * *", "* * 0 * *"]
        {
            assert_eq!(Cron::parse(text), None, "{text}");
        }
    }
}
