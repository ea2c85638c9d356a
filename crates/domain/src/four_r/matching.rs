//! Compares what was used in a contact with what is known of the customer.

use super::{Message, Resources};

/// What is known on the customer's side when a contact is made: words or ids as texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// The stage of the opportunity or of the lifecycle.
    pub stage: Option<&'a str>,
    /// The pains.
    pub pains: &'a [&'a str],
    /// The role of the person spoken with.
    pub role: Option<&'a str>,
}

/// What a content item is tagged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tagged<'a> {
    /// Stages.
    pub stages: &'a [&'a str],
    /// Pains.
    pub pains: &'a [&'a str],
    /// Roles.
    pub roles: &'a [&'a str],
}

/// R3 of the content items used: an aspect is met when one of them is tagged for it.
pub fn message(known: Known<'_>, used: &[Tagged<'_>]) -> Message {
    let met = |is_met: &dyn Fn(&Tagged<'_>) -> bool| used.iter().any(is_met);
    Message {
        used: u16::try_from(used.len()).unwrap_or(u16::MAX),
        stage: known.stage.map(|stage| met(&|item| item.stages.contains(&stage))),
        pain: (!known.pains.is_empty()).then(|| met(&|item| item.pains.iter().any(|p| known.pains.contains(p)))),
        role: known.role.map(|role| met(&|item| item.roles.contains(&role))),
    }
}

/// R4 of the resources used, each with its cost in minor units, against the mix of the stage.
pub fn resources(used: &[(&str, i64)], mix: Option<&[&str]>) -> Resources {
    let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let fitting = used.iter().filter(|(key, _)| mix.is_some_and(|mix| mix.contains(key))).count();
    Resources {
        used: count(used.len()),
        fitting: count(fitting),
        recommended: mix.map(|mix| count(mix.len())),
        cost_minor: used.iter().fold(0i64, |sum, (_, cost)| sum.saturating_add(*cost)),
    }
}
