//! When a task reminds, when it comes again, and whether doing it helped.

use crate::automation::calendar::Calendar;
use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

/// How long before it is due a task reminds; `None` for a choice that does not remind.
pub fn lead(reminder: &str) -> Option<TimeDelta> {
    match reminder {
        "at_due" => Some(TimeDelta::zero()),
        "m15" => Some(TimeDelta::minutes(15)),
        "h1" => Some(TimeDelta::hours(1)),
        "d1" => Some(TimeDelta::days(1)),
        _ => None,
    }
}

/// When a task that is due then reminds: never after it was due, at once where the moment has passed already.
pub fn remind_at(due: DateTime<Utc>, reminder: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = due - lead(reminder)?;
    (due > now).then(|| at.max(now))
}

/// How often a task comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Every so many days.
    Days(u64),
    /// Every so many months, on the same day of the month; on the last where there is none.
    Months(u32),
}

impl Repeat {
    /// The rhythm of a choice.
    pub fn of(key: &str) -> Option<Repeat> {
        Some(match key {
            "daily" => Repeat::Days(1),
            "weekly" => Repeat::Days(7),
            "biweekly" => Repeat::Days(14),
            "monthly" => Repeat::Months(1),
            "quarterly" => Repeat::Months(3),
            "yearly" => Repeat::Months(12),
            _ => return None,
        })
    }

    /// The day of the n-th time after the first. Counted from the first, so that the 31st stays the 31st.
    fn nth(self, first: NaiveDate, n: u32) -> Option<NaiveDate> {
        match self {
            Repeat::Days(days) => first.checked_add_days(Days::new(days.checked_mul(n.into())?)),
            Repeat::Months(months) => first.checked_add_months(Months::new(months.checked_mul(n)?)),
        }
    }
}

/// A series of tasks.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The day of the first.
    pub first: NaiveDate,
    /// How often.
    pub repeat: Repeat,
    /// None after this day.
    pub until: Option<NaiveDate>,
    /// When people work, where a day off moves the task to the next working day.
    pub working: Option<&'a Calendar>,
}

/// Times that are looked through for the next one: some 25 years of days.
const PATIENCE: u32 = 10_000;

impl Series<'_> {
    /// The first time that is planned for a day after `last`, on which the one before is due, and whose moment is later
    /// than `after`; `moment` says when on a day the task is due.
    pub fn next(
        &self,
        last: NaiveDate,
        after: DateTime<Utc>,
        moment: impl Fn(NaiveDate) -> DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        for n in 0..PATIENCE {
            let planned = self.repeat.nth(self.first, n)?;
            if self.until.is_some_and(|until| planned > until) {
                return None;
            }
            if planned <= last {
                continue;
            }
            let at = moment(self.worked(planned));
            if at > after {
                return Some(at);
            }
        }
        None
    }

    /// The day itself, or the first working day after it.
    fn worked(&self, day: NaiveDate) -> NaiveDate {
        match self.working {
            Some(calendar) if !calendar.is_working_day(day) => calendar.working_days_after(day, 1),
            _ => day,
        }
    }
}

/// What became of one measure after a task was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It rose, or what one hopes for happened.
    Up,
    /// It fell.
    Down,
    /// It is as it was.
    Same,
}

/// Whether doing a task helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not done.
    NotDone,
    /// Nothing is known of anything that could have changed.
    InsufficientData,
    /// Something rose and nothing fell.
    Improved,
    /// Something fell and nothing rose.
    Worsened,
    /// Both.
    Mixed,
    /// Nothing changed in the whole time.
    Unchanged,
    /// Nothing has changed yet, and there is time left.
    Waiting,
}

/// The verdict over the measures that are known; `over` when the time of looking has ended.
pub fn verdict(turns: &[Turn], over: bool) -> Verdict {
    let any = |wanted: Turn| turns.contains(&wanted);
    match (turns.is_empty(), any(Turn::Up), any(Turn::Down)) {
        (true, ..) => Verdict::InsufficientData,
        (_, true, true) => Verdict::Mixed,
        (_, true, false) => Verdict::Improved,
        (_, false, true) => Verdict::Worsened,
        (_, false, false) if over => Verdict::Unchanged,
        (_, false, false) => Verdict::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn nine(day: NaiveDate) -> DateTime<Utc> {
        day.and_hms_opt(9, 0, 0).unwrap().and_utc()
    }

    #[test]
    fn a_task_reminds_before_it_is_due_and_never_after() {
        let due = at("2026-11-23T10:00");
        assert_eq!(remind_at(due, "h1", at("2026-11-23T08:00")), Some(at("2026-11-23T09:00")));
        assert_eq!(remind_at(due, "d1", at("2026-11-23T08:00")), Some(at("2026-11-23T08:00")), "at once");
        assert_eq!(remind_at(due, "at_due", at("2026-11-23T10:00")), None);
        assert_eq!(remind_at(due, "none", at("2026-11-23T08:00")), None);
    }

    #[test]
    fn the_thirty_first_stays_the_thirty_first() {
        let series = Series { first: day("2026-01-31"), repeat: Repeat::Months(1), until: None, working: None };
        assert_eq!(series.next(day("2026-01-31"), at("2026-01-31T09:00"), nine), Some(at("2026-02-28T09:00")));
        assert_eq!(series.next(day("2026-02-28"), at("2026-02-28T09:00"), nine), Some(at("2026-03-31T09:00")));
    }

    #[test]
    fn what_was_missed_is_not_made_up_for_and_a_series_ends() {
        let series =
            Series { first: day("2026-11-02"), repeat: Repeat::Days(7), until: Some(day("2026-11-30")), working: None };
        assert_eq!(series.next(day("2026-11-02"), at("2026-11-20T12:00"), nine), Some(at("2026-11-23T09:00")));
        assert_eq!(series.next(day("2026-11-30"), at("2026-11-30T09:00"), nine), None);
    }

    #[test]
    fn a_day_off_moves_the_task_and_not_the_series() {
        let calendar = Calendar::shipped(Zone::utc());
        // The 7th of November 2026 is a Saturday. Done early, it is not made a second time for the Monday.
        let series =
            Series { first: day("2026-11-07"), repeat: Repeat::Months(1), until: None, working: Some(&calendar) };
        assert_eq!(series.next(day("2026-10-07"), at("2026-11-06T12:00"), nine), Some(at("2026-11-09T09:00")));
        assert_eq!(series.next(day("2026-11-09"), at("2026-11-09T09:00"), nine), Some(at("2026-12-07T09:00")));
        assert_eq!(series.next(day("2026-11-07"), at("2026-11-07T09:00"), nine), Some(at("2026-12-07T09:00")));
    }

    #[test]
    fn the_verdict_needs_something_known() {
        assert_eq!(verdict(&[], true), Verdict::InsufficientData);
        assert_eq!(verdict(&[Turn::Same, Turn::Up], false), Verdict::Improved);
        assert_eq!(verdict(&[Turn::Down, Turn::Up], true), Verdict::Mixed);
        assert_eq!(verdict(&[Turn::Down, Turn::Same], true), Verdict::Worsened);
        assert_eq!(verdict(&[Turn::Same], true), Verdict::Unchanged);
        assert_eq!(verdict(&[Turn::Same], false), Verdict::Waiting);
    }
}
