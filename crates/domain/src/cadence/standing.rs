//! How a customer stands today.

use super::{Interval, Settings};
use crate::grade::Grade;
use crate::weighted::reaches;
use serde::{Deserialize, Serialize};

/// How the contacts of a customer stand against its cadence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No contact yet.
    Never,
    /// Too long since the last contact.
    Under,
    /// The next contact is due.
    Due,
    /// As it should be.
    OnTrack,
    /// More contacts than are of use.
    Over,
}

impl Status {
    /// All, the most pressing first.
    pub const ALL: [Status; 5] = [Status::Never, Status::Under, Status::Due, Status::OnTrack, Status::Over];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Under => "under",
            Self::Due => "due",
            Self::OnTrack => "on_track",
            Self::Over => "over",
        }
    }

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// The Chinese and the English name.
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Never => ["尚未联系", "Never contacted"],
            Self::Under => ["联系不足", "Too few contacts"],
            Self::Due => ["该联系了", "Due"],
            Self::OnTrack => ["正常", "On track"],
            Self::Over => ["联系过多", "Too many contacts"],
        }
    }

    /// Contacts missing in the last interval: there should have been one.
    pub fn missing(self) -> u32 {
        match self {
            Self::Never | Self::Under => 1,
            Self::Due | Self::OnTrack | Self::Over => 0,
        }
    }

    /// True when somebody should make contact now.
    pub fn is_due(self) -> bool {
        match self {
            Self::Never | Self::Under | Self::Due => true,
            Self::OnTrack | Self::Over => false,
        }
    }
}

/// What is known of a customer's contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Its grade, for the allowance.
    pub grade: Option<Grade>,
    /// Its interval.
    pub interval: Interval,
    /// Days since the last contact; `None`: there was none.
    pub days_since: Option<u32>,
    /// Contacts in the days of one interval that end today, today included.
    pub contacts_in_interval: u32,
}

/// How a customer stands, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// Days until the next contact is due; negative when it was due before today. `None` without
    /// a contact: it is due at once.
    pub due_in_days: Option<i64>,
    /// From this many days since the last contact on, there are too few.
    pub late_after_days: f64,
    /// Contacts in one interval that are not too many.
    pub most_contacts: u32,
    /// What it was made of.
    pub input: Input,
}

impl Standing {
    /// Contacts of the last interval beyond what is of use.
    pub fn excess(&self) -> u32 {
        self.input.contacts_in_interval.saturating_sub(self.most_contacts)
    }
}

/// How a customer stands; too many contacts win over every other status.
pub fn standing(input: Input, settings: &Settings) -> Standing {
    let days = input.interval.days.max(1);
    let most_contacts = 1 + u32::from(settings.allowance_of(input.grade));
    let late_after_days = settings.late * f64::from(days);
    let status = match input.days_since {
        None => Status::Never,
        Some(_) if input.contacts_in_interval > most_contacts => Status::Over,
        Some(since) if !reaches(late_after_days, f64::from(since)) => Status::Under,
        Some(since) if since >= u32::from(days) => Status::Due,
        Some(_) => Status::OnTrack,
    };
    let due_in_days = input.days_since.map(|since| i64::from(days) - i64::from(since));
    Standing { status, due_in_days, late_after_days, most_contacts, input }
}
