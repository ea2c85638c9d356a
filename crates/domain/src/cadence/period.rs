//! Cadence over a period: too few contacts and too many are both violations, of the same weight.

use super::{Interval, Settings};
use crate::grade::Grade;
use serde::{Deserialize, Serialize};

/// Whether the contacts of a period were right in number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too few.
    Under,
    /// Right.
    On,
    /// Too many.
    Over,
}

impl Verdict {
    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Under => "under",
            Self::On => "on",
            Self::Over => "over",
        }
    }
}

/// Adherence of one customer, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Adherence {
    /// Under, on or over.
    pub verdict: Verdict,
    /// Days looked at: the period, or the interval where that is longer.
    pub window_days: u32,
    /// Contacts to expect in them.
    pub expected: f64,
    /// Contacts made in them.
    pub contacts: u32,
    /// The least number that is right.
    pub least: u32,
    /// The greatest number that is right.
    pub most: u32,
    /// The interval.
    pub interval: Interval,
}

impl Adherence {
    /// Contacts that were not made.
    pub fn missing(&self) -> u32 {
        self.least.saturating_sub(self.contacts)
    }

    /// Contacts beyond what is of use.
    pub fn excess(&self) -> u32 {
        self.contacts.saturating_sub(self.most)
    }
}

/// The days to look at for a period: they end with it.
pub fn window_days(period_days: u32, interval: Interval) -> u32 {
    period_days.max(u32::from(interval.days.max(1)))
}

/// Contacts to expect in a window.
pub fn expected(window_days: u32, interval: Interval) -> f64 {
    f64::from(window_days) / f64::from(interval.days.max(1))
}

/// Judges the contacts in the window of a period ([`window_days`]): too few are fewer than
/// `period_least` of the expected, too many are more than `period_most` of them and than the
/// allowance. The least whole number that is not too few is never too many: otherwise, of a customer
/// due every 90 days and seen over 117, one contact would be too few and two too many.
pub fn adherence(
    contacts: u32,
    period_days: u32,
    interval: Interval,
    grade: Option<Grade>,
    settings: &Settings,
) -> Adherence {
    let window_days = window_days(period_days, interval);
    let expected = expected(window_days, interval);
    let few = (settings.period_least * expected - 1e-9).ceil().max(0.0);
    let many = (settings.period_most * expected).max(1.0 + f64::from(settings.allowance_of(grade)));
    let (least, most) = (few as u32, (many + 1e-9).floor().max(few) as u32);
    let verdict = if contacts < least {
        Verdict::Under
    } else if contacts > most {
        Verdict::Over
    } else {
        Verdict::On
    };
    Adherence { verdict, window_days, expected, contacts, least, most, interval }
}

/// Adherence of many customers: of a rep, a team or a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Customers with the right number of contacts.
    pub on: u64,
    /// Customers with too few.
    pub under: u64,
    /// Customers with too many.
    pub over: u64,
    /// Contacts that were not made.
    pub missing_contacts: u64,
    /// Contacts beyond what is of use.
    pub excess_contacts: u64,
    /// Minutes the missing contacts would have taken.
    pub missing_minutes: u64,
    /// Minutes the excess contacts took: waste.
    pub wasted_minutes: u64,
}

impl Balance {
    /// Counts a customer; `mean_minutes` is the mean length of its contacts, or of the owner's.
    pub fn add(&mut self, adherence: &Adherence, mean_minutes: u32) {
        let (missing, excess) = (u64::from(adherence.missing()), u64::from(adherence.excess()));
        match adherence.verdict {
            Verdict::On => self.on += 1,
            Verdict::Under => self.under += 1,
            Verdict::Over => self.over += 1,
        }
        self.missing_contacts += missing;
        self.excess_contacts += excess;
        self.missing_minutes += missing * u64::from(mean_minutes);
        self.wasted_minutes += excess * u64::from(mean_minutes);
    }

    /// Joins another balance.
    pub fn merge(&mut self, other: &Balance) {
        self.on += other.on;
        self.under += other.under;
        self.over += other.over;
        self.missing_contacts += other.missing_contacts;
        self.excess_contacts += other.excess_contacts;
        self.missing_minutes += other.missing_minutes;
        self.wasted_minutes += other.wasted_minutes;
    }

    /// Customers on either side of what is right.
    pub fn violations(&self) -> u64 {
        self.under + self.over
    }

    /// Percent of customers with the right number of contacts; `None` without customers.
    pub fn percent(&self) -> Option<f64> {
        let all = self.on + self.violations();
        (all > 0).then(|| 100.0 * self.on as f64 / all as f64)
    }
}
