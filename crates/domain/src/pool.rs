//! The public pool: records that nobody owns, and the deadline of the first contact with one that was given to somebody.

use crate::automation::calendar::Calendar;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// Objects whose records can be in the pool, by plural key.
pub const OBJECTS: [&str; 1] = ["customers"];

/// For how long whoever gave a record back by mistake can take it again as it was.
pub const TAKE_BACK: Duration = Duration::minutes(10);

/// Can records of this object be in the pool?
pub fn is_pooled(object: &str) -> bool {
    OBJECTS.contains(&object)
}

/// Why a record is in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Somebody gave it back.
    Returned,
    /// Nobody was in contact within the deadline.
    NoFirstTouch,
    /// Nobody was in contact for long.
    NoFollowUp,
    /// Whoever owned it has left.
    OwnerLeft,
    /// An import brought it in.
    Imported,
    /// A rule moved it.
    Rule,
}

impl Reason {
    /// Every reason, in the order of the field's choices.
    pub const ALL: [Reason; 6] =
        [Reason::Returned, Reason::NoFirstTouch, Reason::NoFollowUp, Reason::OwnerLeft, Reason::Imported, Reason::Rule];

    /// As stored and sent.
    pub const fn key(self) -> &'static str {
        match self {
            Reason::Returned => "returned",
            Reason::NoFirstTouch => "no_first_touch",
            Reason::NoFollowUp => "no_follow_up",
            Reason::OwnerLeft => "owner_left",
            Reason::Imported => "imported",
            Reason::Rule => "rule",
        }
    }

    /// The reason of a key.
    pub fn of(key: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.key() == key)
    }
}

/// How a record lies in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why.
    pub reason: Option<Reason>,
    /// Who owned it before.
    pub from: Option<Uuid>,
}

impl Entry {
    /// Does this person take back what they gave away by hand a moment ago? That is no new assignment.
    pub fn is_taken_back(&self, person: Uuid, now: DateTime<Utc>) -> bool {
        self.from == Some(person) && self.reason == Some(Reason::Returned) && now - self.since <= TAKE_BACK
    }

    /// Must this person, who owned it last, leave it to others still?
    pub fn rests_for(&self, person: Uuid, days: u32, now: DateTime<Utc>) -> bool {
        self.from == Some(person) && now - self.since < Duration::days(days.into())
    }
}

/// The moment until which a contact is to follow on an assignment: hours as they pass, or hours of work.
pub fn due(assigned: DateTime<Utc>, hours: u32, working: Option<&Calendar>) -> DateTime<Utc> {
    let span = Duration::hours(hours.into());
    match working {
        Some(calendar) => calendar.working_time_after(assigned, span),
        None => assigned + span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    #[test]
    fn only_what_was_given_back_by_hand_a_moment_ago_is_taken_back() {
        let (me, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let entry = |reason, from| Entry { since: at(0), reason: Some(reason), from: Some(from) };
        assert!(entry(Reason::Returned, me).is_taken_back(me, at(10)));
        assert!(!entry(Reason::Returned, me).is_taken_back(me, at(11)), "too late");
        assert!(!entry(Reason::Returned, other).is_taken_back(me, at(1)), "somebody else's");
        assert!(!entry(Reason::NoFirstTouch, me).is_taken_back(me, at(1)), "taken away by the deadline");
    }

    #[test]
    fn whoever_owned_it_last_leaves_it_to_others_for_some_days() {
        let me = Uuid::from_u128(1);
        let entry = Entry { since: at(0), reason: Some(Reason::NoFirstTouch), from: Some(me) };
        assert!(entry.rests_for(me, 1, at(1439)) && !entry.rests_for(me, 1, at(1440)));
        assert!(!entry.rests_for(me, 0, at(0)), "no such limit");
        assert!(!entry.rests_for(Uuid::from_u128(2), 1, at(0)));
    }

    #[test]
    fn every_reason_has_its_key() {
        assert!(Reason::ALL.into_iter().all(|reason| Reason::of(reason.key()) == Some(reason)));
    }
}
