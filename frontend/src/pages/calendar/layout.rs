//! Days, weeks and where things stand in them. Pure, so that native tests hold it.

use crate::format::{Clock, parse_moment};
use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Timelike};

/// First and last hour of the week's grid.
pub(super) const HOURS: std::ops::Range<u32> = 8..20;

/// How the calendar is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Month,
    Week,
    Agenda,
}

impl View {
    pub(super) const ALL: [View; 3] = [View::Month, View::Week, View::Agenda];

    pub(super) fn key(self) -> &'static str {
        match self {
            View::Month => "month",
            View::Week => "week",
            View::Agenda => "agenda",
        }
    }

    /// The days that it shows around a day: the first, and the one after the last.
    pub(super) fn days(self, at: NaiveDate) -> (NaiveDate, NaiveDate) {
        match self {
            View::Month => {
                let from = monday(first_of_month(at));
                (from, from + Duration::days(i64::from(weeks(at)) * 7))
            }
            View::Week => (monday(at), monday(at) + Duration::days(7)),
            View::Agenda => (at, at + Duration::days(30)),
        }
    }

    /// The day to look at one step before or after.
    pub(super) fn step(self, at: NaiveDate, forward: bool) -> NaiveDate {
        let sign = if forward { 1 } else { -1 };
        match self {
            View::Month => {
                let first = first_of_month(at);
                let month = chrono::Months::new(1);
                if forward { first.checked_add_months(month) } else { first.checked_sub_months(month) }.unwrap_or(at)
            }
            View::Week => at + Duration::days(7 * sign),
            View::Agenda => at + Duration::days(30 * sign),
        }
    }
}

pub(super) fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The Monday of a day's week.
pub(super) fn monday(day: NaiveDate) -> NaiveDate {
    day - Duration::days(i64::from(day.weekday().num_days_from_monday()))
}

/// How many weeks a month touches: 4 to 6.
fn weeks(at: NaiveDate) -> u32 {
    let first = first_of_month(at);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    let days = (next - monday(first)).num_days();
    ((days + 6) / 7) as u32
}

/// Something with a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// `tasks`, `activities` or `opportunities`.
    pub(super) object: &'static str,
    pub(super) id: String,
    pub(super) version: Option<i64>,
    pub(super) title: String,
    /// In the organisation's time; a deal stands at the beginning of its day.
    pub(super) at: NaiveDateTime,
    pub(super) minutes: i64,
    pub(super) done: bool,
    pub(super) late: bool,
    /// Of an activity: its kind.
    pub(super) kind: String,
    pub(super) customer: Option<(String, String)>,
    pub(super) owner: String,
    /// Of a deal, in minor units.
    pub(super) amount: Option<i64>,
}

impl Entry {
    pub(super) fn is_task(&self) -> bool {
        self.object == "tasks"
    }

    /// A day on which a deal is expected to close, without a time of day.
    pub(super) fn is_deal(&self) -> bool {
        self.object == "opportunities"
    }

    /// `09:30`; nothing for what has a day only.
    pub(super) fn time(&self) -> String {
        if self.is_deal() { String::new() } else { format!("{:02}:{:02}", self.at.hour(), self.at.minute()) }
    }

    /// Inside the hours of the week's grid.
    pub(super) fn in_hours(&self) -> bool {
        !self.is_deal() && HOURS.contains(&self.at.hour())
    }
}

/// A moment in the organisation's time.
pub(super) fn local(text: &str, clock: &Clock) -> Option<NaiveDateTime> {
    parse_moment(text).map(|at| clock.zone.local(at))
}

/// The entries of a day, by time.
pub(super) fn on_day(entries: &[Entry], day: NaiveDate) -> Vec<&Entry> {
    let mut list: Vec<&Entry> = entries.iter().filter(|e| e.at.date() == day).collect();
    list.sort_by_key(|e| (e.at, e.id.clone()));
    list
}

/// Where an entry stands in its day's column: lane and number of lanes of the group that overlaps.
pub(super) fn lanes(day: &[&Entry]) -> Vec<(usize, usize)> {
    let span = |e: &Entry| {
        let from = i64::from(e.at.hour() * 60 + e.at.minute());
        (from, from + e.minutes.max(30))
    };
    let mut out = vec![(0, 1); day.len()];
    let mut group: Vec<usize> = Vec::new();
    let mut ends: Vec<i64> = Vec::new();
    for (i, entry) in day.iter().enumerate() {
        let (from, to) = span(entry);
        if ends.iter().all(|end| *end <= from) {
            close(&mut out, &group, ends.len());
            group.clear();
            ends.clear();
        }
        let lane = ends.iter().position(|end| *end <= from).unwrap_or(ends.len());
        if lane == ends.len() {
            ends.push(to)
        } else {
            ends[lane] = to
        }
        out[i].0 = lane;
        group.push(i);
    }
    close(&mut out, &group, ends.len());
    out
}

fn close(out: &mut [(usize, usize)], group: &[usize], lanes: usize) {
    for i in group {
        out[*i].1 = lanes.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> NaiveDate {
        s.parse().unwrap()
    }

    fn entry(id: &str, time: &str, minutes: i64) -> Entry {
        Entry { id: id.into(), at: format!("2026-11-22T{time}:00").parse().unwrap(), minutes, ..Entry::default() }
    }

    #[test]
    fn a_month_shows_whole_weeks_from_monday() {
        assert_eq!(View::Month.days(day("2026-11-22")), (day("2026-10-26"), day("2026-12-07")));
        assert_eq!(View::Month.days(day("2027-02-10")), (day("2027-02-01"), day("2027-03-01")));
        assert_eq!(View::Week.days(day("2026-11-22")), (day("2026-11-16"), day("2026-11-23")));
    }

    #[test]
    fn a_step_from_the_last_of_a_long_month_skips_no_month() {
        assert_eq!(View::Month.step(day("2026-01-31"), true), day("2026-02-01"));
        assert_eq!(View::Month.step(day("2026-03-31"), false), day("2026-02-01"));
        assert_eq!(View::Week.step(day("2026-11-22"), false), day("2026-11-15"));
    }

    #[test]
    fn what_overlaps_stands_side_by_side_and_the_rest_is_wide() {
        let list = [entry("a", "09:00", 60), entry("b", "09:30", 60), entry("c", "10:00", 30), entry("d", "14:00", 30)];
        let refs: Vec<&Entry> = list.iter().collect();
        assert_eq!(lanes(&refs), [(0, 2), (1, 2), (0, 2), (0, 1)]);
        assert_eq!(lanes(&[]), []);
    }

    #[test]
    fn the_entries_of_a_day_come_in_their_order() {
        let list = [entry("late", "18:00", 0), entry("early", "08:00", 0)];
        let ids: Vec<&str> = on_day(&list, day("2026-11-22")).iter().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["early", "late"]);
        assert!(on_day(&list, day("2026-11-23")).is_empty());
    }
}
