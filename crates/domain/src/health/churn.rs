//! High churn risk (S1-43): long silence while the customer looks at competitors.

use super::Settings;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// What is known of a customer's silence and of its interest in others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChurnFacts {
    /// The day of the last interaction: a contact, or a mail that the customer wrote or answered.
    pub last_interaction: Option<NaiveDate>,
    /// The day since which we know the customer: without an interaction, silence counts from here.
    pub known_since: Option<NaiveDate>,
    /// Views of competitors' sites in the last months; `None`: not recorded.
    pub competitor_views: Option<u32>,
    /// Views of competitors' sites in the same number of months before.
    pub competitor_views_before: Option<u32>,
}

/// The risk, with what made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Churn {
    /// High churn risk: both signs.
    pub high: bool,
    /// No interaction since before [`Churn::silent_from`].
    pub silent: bool,
    /// Interest in competitors rises: more views than before; `None` when none are recorded. An open alert alone is no
    /// rise: it may be as old as the contract.
    pub views_up: Option<bool>,
    /// The day from which on an interaction would have broken the silence.
    pub silent_from: NaiveDate,
    /// What it was made of.
    pub facts: ChurnFacts,
}

/// Judges the risk on a day.
pub fn churn(facts: ChurnFacts, as_of: NaiveDate, settings: &Settings) -> Churn {
    let silent_from = as_of.checked_sub_months(Months::new(settings.silent_months)).unwrap_or(NaiveDate::MIN);
    let silent = facts.last_interaction.or(facts.known_since).is_some_and(|last| last < silent_from);
    let views_up = facts.competitor_views.zip(facts.competitor_views_before).map(|(now, before)| now > before);
    Churn { high: silent && views_up == Some(true), silent, views_up, silent_from, facts }
}
