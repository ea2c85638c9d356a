//! Working days and working hours in China: weekdays, public holidays, and the weekend days worked in exchange.

use crate::zone::Zone;
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Utc, Weekday};

/// Public holidays as the State Council arranged them: first and last day of each.
const HOLIDAYS: &[(&str, &str)] = &[
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
];

/// Weekend days that are worked in exchange.
const WORKED: &[&str] = &[
    "2025-01-26",
    "2025-02-08",
    "2025-04-27",
    "2025-09-28",
    "2025-10-11",
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
];

/// When people work. The shipped one knows the holidays of 2025 and 2026; other years know weekends only, until the
/// organisation adds its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The organisation's time zone.
    pub zone: Zone,
    /// Begin of the working day.
    pub opens: NaiveTime,
    /// End of the working day.
    pub closes: NaiveTime,
    /// Days off besides the shipped ones.
    pub holidays: Vec<NaiveDate>,
    /// Days worked besides the shipped ones; they win over days off.
    pub worked: Vec<NaiveDate>,
}

impl Calendar {
    /// Nine to six, with the shipped holidays.
    pub fn shipped(zone: Zone) -> Calendar {
        let hour = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap_or_default();
        Calendar { zone, opens: hour(9), closes: hour(18), holidays: Vec::new(), worked: Vec::new() }
    }

    /// Is this day worked?
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        if self.worked.contains(&day) {
            return true;
        }
        if self.holidays.contains(&day) {
            return false;
        }
        let text = day.to_string();
        let text = text.as_str();
        if WORKED.contains(&text) {
            return true;
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !HOLIDAYS.iter().any(|(first, last)| *first <= text && text <= *last)
    }

    /// The moment before which so many working days lie between then and now: a whole working day for each.
    pub fn working_days_before(&self, now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let local = self.zone.local(now);
        let mut day = local.date();
        let mut left = days;
        // Longer than any row of holidays, so that a calendar of nothing but days off ends too.
        let mut patience = 30 + u64::from(days) * 8;
        while left > 0 && patience > 0 {
            if self.is_working_day(day) {
                left -= 1;
            }
            day = day.checked_sub_days(Days::new(1)).unwrap_or(day);
            patience -= 1;
        }
        self.at(day, local.time())
    }

    /// The day so many working days after another.
    pub fn working_days_after(&self, from: NaiveDate, days: u32) -> NaiveDate {
        let mut day = from;
        let mut left = days;
        let mut patience = 30 + u64::from(days) * 8;
        while left > 0 && patience > 0 {
            day = day.checked_add_days(Days::new(1)).unwrap_or(day);
            if self.is_working_day(day) {
                left -= 1;
            }
            patience -= 1;
        }
        day
    }

    /// The moment before which so much working time lies between then and now.
    pub fn working_time_before(&self, now: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
        let local = self.zone.local(now);
        let mut day = local.date();
        let mut until = local.time();
        let mut left = span;
        for _ in 0..3_660 {
            if self.is_working_day(day) {
                let end = until.min(self.closes);
                let worked = (end - self.opens).max(Duration::zero());
                if worked >= left && worked > Duration::zero() {
                    return self.at(day, end) - left;
                }
                left -= worked;
            }
            day = day.checked_sub_days(Days::new(1)).unwrap_or(day);
            until = self.closes;
        }
        self.at(day, until)
    }

    /// The moment after which so much working time lies between another and it.
    pub fn working_time_after(&self, from: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
        let local = self.zone.local(from);
        let mut day = local.date();
        let mut since = local.time();
        let mut left = span;
        for _ in 0..3_660 {
            if self.is_working_day(day) {
                let begin = since.max(self.opens);
                let worked = (self.closes - begin).max(Duration::zero());
                if worked >= left && worked > Duration::zero() {
                    return self.at(day, begin) + left;
                }
                left -= worked;
            }
            day = day.checked_add_days(Days::new(1)).unwrap_or(day);
            since = NaiveTime::MIN;
        }
        self.at(day, since)
    }

    fn at(&self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        self.zone.moment(day.and_time(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn calendar() -> Calendar {
        Calendar::shipped(Zone::fixed(FixedOffset::east_opt(8 * 3600).unwrap()))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn moment(text: &str) -> DateTime<Utc> {
        format!("{text}:00+08:00").parse::<DateTime<FixedOffset>>().unwrap().with_timezone(&Utc)
    }

    #[test]
    fn holidays_are_off_and_the_weekend_days_in_exchange_are_worked() {
        for (text, worked) in [
            ("2026-10-01", false),
            ("2026-10-10", true),
            ("2026-10-11", false),
            ("2026-02-23", false),
            ("2026-02-24", true),
            ("2026-02-28", true),
            ("2025-10-11", true),
        ] {
            assert_eq!(calendar().is_working_day(day(text)), worked, "{text}");
        }
    }

    #[test]
    fn the_organisations_own_days_win() {
        let own = Calendar { holidays: vec![day("2026-11-23")], worked: vec![day("2026-11-22")], ..calendar() };
        assert!(!own.is_working_day(day("2026-11-23")) && own.is_working_day(day("2026-11-22")));
    }

    #[test]
    fn two_working_hours_before_monday_ten_is_friday_five() {
        let calendar = calendar();
        let before = |now: &str, hours| calendar.working_time_before(moment(now), Duration::hours(hours));
        assert_eq!(before("2026-11-23T10:00", 2), moment("2026-11-20T17:00"));
        assert_eq!(before("2026-11-23T20:00", 2), moment("2026-11-23T16:00"));
        assert_eq!(before("2026-11-22T12:00", 9), moment("2026-11-20T09:00"));
        assert_eq!(before("2026-10-08T10:00", 2), moment("2026-09-30T17:00"), "over the National Day");
    }

    #[test]
    fn two_working_hours_after_friday_five_is_monday_ten() {
        let calendar = calendar();
        let after = |from: &str, hours| calendar.working_time_after(moment(from), Duration::hours(hours));
        assert_eq!(after("2026-11-20T17:00", 2), moment("2026-11-23T10:00"));
        assert_eq!(after("2026-11-23T07:00", 9), moment("2026-11-23T18:00"));
        assert_eq!(after("2026-11-21T12:00", 10), moment("2026-11-24T10:00"));
        assert_eq!(after("2026-09-30T17:00", 2), moment("2026-10-08T10:00"), "over the National Day");
    }

    #[test]
    fn working_days_pass_over_holidays_both_ways() {
        let calendar = calendar();
        assert_eq!(calendar.working_days_after(day("2026-09-30"), 1), day("2026-10-08"));
        assert_eq!(calendar.working_days_after(day("2026-11-20"), 2), day("2026-11-24"));
        assert_eq!(calendar.working_days_before(moment("2026-11-24T12:00"), 2), moment("2026-11-22T12:00"));
    }
}
