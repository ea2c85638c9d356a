//! Cadence: how often a customer shall be contacted, and how often it is
//! (models, section 5; S0-11).
//!
//! A contact is a completed activity of one of [`CONTACT_KINDS`]; one in the future is none yet.
//! Adherence belongs to the customer: it counts for whoever owns the customer at the end of the
//! period, whoever made the contacts.

use crate::fields::FieldError;
use crate::grade::{ByGrade, Grade};
use crate::lifecycle::Stage;
use crate::settings::Check;
use serde::{Deserialize, Serialize};

mod due;
mod period;
mod standing;

#[cfg(test)]
mod tests;

pub use due::{Due, Stake, due, in_order};
pub use period::{Adherence, Balance, Verdict, adherence, expected, window_days};
pub use standing::{Input, Standing, Status, standing};

/// The kinds of activity that are a contact once completed.
pub const CONTACT_KINDS: [&str; 5] = ["call", "visit", "meeting", "online_meeting", "chat"];

/// True when an activity is a contact.
pub fn is_contact(kind: &str, completed: bool) -> bool {
    completed && CONTACT_KINDS.contains(&kind)
}

/// How many contacts the moments (in minutes) are: those that begin in the same minute are one, for
/// it is one talk logged for two people, or twice.
pub fn distinct_contacts(minutes: &mut Vec<i64>) -> usize {
    minutes.sort_unstable();
    minutes.dedup();
    minutes.len()
}

/// Days between contacts that a lifecycle stage asks for; `None` leaves it to the grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageDays {
    /// In the acquisition stage.
    pub acquisition: Option<u16>,
    /// In the growth stage.
    pub growth: Option<u16>,
    /// In the maturity stage.
    pub maturity: Option<u16>,
    /// In the retention stage.
    pub retention: Option<u16>,
}

impl StageDays {
    /// The days of a stage.
    pub fn get(&self, stage: Stage) -> Option<u16> {
        match stage {
            Stage::Acquisition => self.acquisition,
            Stage::Growth => self.growth,
            Stage::Maturity => self.maturity,
            Stage::Retention => self.retention,
        }
    }
}

/// Minutes that a contact is taken to last when nobody logged its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypicalMinutes {
    /// A call.
    pub call: u16,
    /// A visit.
    pub visit: u16,
    /// A meeting.
    pub meeting: u16,
    /// A meeting online.
    pub online_meeting: u16,
    /// A chat session.
    pub chat: u16,
}

impl Default for TypicalMinutes {
    fn default() -> Self {
        Self { call: 10, visit: 60, meeting: 60, online_meeting: 45, chat: 5 }
    }
}

impl TypicalMinutes {
    /// The minutes of a contact of this kind; 0 for what is no contact.
    pub fn of(&self, kind: &str) -> u16 {
        match kind {
            "call" => self.call,
            "visit" => self.visit,
            "meeting" => self.meeting,
            "online_meeting" => self.online_meeting,
            "chat" => self.chat,
            _ => 0,
        }
    }
}

/// How often customers shall be contacted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Days between contacts by grade.
    pub interval_days: ByGrade<u16>,
    /// Days between contacts by lifecycle stage, before those of the grade.
    pub stage_days: StageDays,
    /// Contacts beyond one per interval that are no excess; a customer without a grade has that of
    /// a C.
    pub allowance: ByGrade<u16>,
    /// From this multiple of the interval on, a customer has too few contacts.
    pub late: f64,
    /// In a period: below this share of the expected contacts there are too few.
    pub period_least: f64,
    /// In a period: beyond this multiple of the expected contacts there are too many.
    pub period_most: f64,
    /// The value, in minor units, that a customer of a grade is taken to be worth at least, so that
    /// new customers without revenue find their place in the order.
    pub least_value_minor: ByGrade<u32>,
    /// Minutes of contacts without a logged length.
    pub typical_minutes: TypicalMinutes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval_days: ByGrade::new(7, 14, 30, 90),
            stage_days: StageDays::default(),
            allowance: ByGrade::new(2, 1, 1, 0),
            late: 1.2,
            period_least: 0.8,
            period_most: 1.5,
            least_value_minor: ByGrade::new(10_000_000, 3_000_000, 1_000_000, 200_000),
            typical_minutes: TypicalMinutes::default(),
        }
    }
}

/// The longest interval, ten years.
const LONGEST: f64 = 3650.0;

impl Settings {
    /// Fine, or every fault with its field. A better grade may not wait longer than the next,
    /// nor be worth less.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check::new();
        self.interval_days.check_within(&mut check, "interval_days", 1.0, LONGEST);
        self.interval_days.check_rising(&mut check, "interval_days");
        for stage in Stage::ALL {
            if let Some(days) = self.stage_days.get(stage) {
                check.within(&format!("stage_days.{}", stage.code()), f64::from(days), 1.0, LONGEST);
            }
        }
        self.allowance.check_within(&mut check, "allowance", 0.0, 100.0);
        self.least_value_minor.check_falling(&mut check, "least_value_minor");
        if CONTACT_KINDS.iter().all(|kind| self.typical_minutes.of(kind) == 0) {
            check.fault("typical_minutes", "out_of_range", "1..65535");
        }
        check
            .within("late", self.late, 1.0, 10.0)
            .within("period_least", self.period_least, 0.01, 1.0)
            .within("period_most", self.period_most, 1.0, 10.0)
            .done()
    }

    /// Contacts of a customer beyond one per interval that are no excess.
    pub fn allowance_of(&self, grade: Option<Grade>) -> u16 {
        *self.allowance.get(grade.unwrap_or(Grade::C))
    }

    /// The minutes of a contact, and whether they are an estimate.
    pub fn minutes(&self, kind: &str, logged: Option<u32>) -> (u32, bool) {
        logged.map_or_else(|| (u32::from(self.typical_minutes.of(kind)), true), |minutes| (minutes, false))
    }
}

/// What an interval was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Set for the customer itself.
    Customer,
    /// Its lifecycle stage.
    Stage,
    /// Its grade.
    Grade,
}

/// Days between contacts, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// Days, at least 1.
    pub days: u16,
    /// What it was taken from.
    pub source: Source,
}

/// The interval of a customer: its own, else that of its stage, else that of its grade. `None`: no
/// target, because none is set and the customer is ungraded.
pub fn interval(
    settings: &Settings,
    grade: Option<Grade>,
    stage: Option<Stage>,
    customer_days: Option<u16>,
) -> Option<Interval> {
    let own = customer_days.map(|days| (days, Source::Customer));
    let by_stage = || stage.and_then(|s| settings.stage_days.get(s)).map(|days| (days, Source::Stage));
    let by_grade = || grade.map(|g| (*settings.interval_days.get(g), Source::Grade));
    let (days, source) = own.or_else(by_stage).or_else(by_grade)?;
    Some(Interval { days: days.max(1), source })
}
