//! What contacts say of how a customer takes to us.

use super::Share;
use crate::weighted::LEAST_COVERAGE;

/// A contact as far as it says so; `None` where nobody noted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    /// The customer came to us.
    pub initiated: Option<bool>,
    /// The customer responded.
    pub responded: Option<bool>,
}

fn count(talks: &[Talk], is: impl Fn(&Talk) -> bool) -> u32 {
    u32::try_from(talks.iter().filter(|talk| is(talk)).count()).unwrap_or(u32::MAX)
}

/// Contacts that the customer began, of all: that a customer came to us is noted, and that we went to it goes without
/// saying.
pub fn initiated(talks: &[Talk]) -> Option<Share> {
    let part = count(talks, |talk| talk.initiated == Some(true));
    (!talks.is_empty()).then(|| Share { part, whole: count(talks, |_| true) })
}

/// Our outreach that was answered, of that of which we know. Silence and what nobody noted are not the same, so an
/// unknown answer is none of either; but a few noted among many say nothing of the rest, as with any score.
pub fn answered(talks: &[Talk]) -> Option<Share> {
    let ours = |talk: &Talk| talk.initiated != Some(true);
    let whole = count(talks, |talk| ours(talk) && talk.responded.is_some());
    let part = count(talks, |talk| ours(talk) && talk.responded == Some(true));
    let enough = f64::from(whole) >= LEAST_COVERAGE * f64::from(count(talks, ours));
    (whole > 0 && enough).then_some(Share { part, whole })
}
