//! What to bring to a contact that is being planned (S0-12, S0-13).

use super::{Known, Tagged, message};

/// A content item that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a, K> {
    /// What it is.
    pub key: K,
    /// What it is tagged for.
    pub tagged: Tagged<'a>,
    /// How often it was used.
    pub used: u32,
    /// How often the contact or its opportunity went on well afterwards.
    pub worked: u32,
    /// The customer has already been shown it.
    pub shown: bool,
}

/// A content item worth using, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion<K> {
    /// What it is.
    pub key: K,
    /// Whether stage, pain and role are met; `None` where nothing is known of the customer.
    pub met: [Option<bool>; 3],
    /// R3 of the contact if this alone is used, 0..100; `None` when nothing is known.
    pub points: Option<f64>,
    /// The share of its uses that went on well, drawn towards one half while they are few, 0..1.
    pub success: f64,
    /// The customer has already been shown it.
    pub shown: bool,
}

/// The content that meets most of what is known: first what was not yet shown, then what meets
/// more, then what worked more often, then the smaller key; at most `limit`. Content that meets
/// nothing is left out, unless nothing is known.
pub fn suggest<'a, K: Ord + Clone>(
    known: Known<'_>,
    candidates: &[Candidate<'a, K>],
    limit: usize,
) -> Vec<Suggestion<K>> {
    let mut found: Vec<(usize, Suggestion<K>)> = candidates
        .iter()
        .filter_map(|candidate| {
            let fit = message(known, &[candidate.tagged]);
            let met = [fit.stage, fit.pain, fit.role];
            let (all, hits) = (met.iter().flatten().count(), met.iter().flatten().filter(|m| **m).count());
            let points = (all > 0).then(|| 100.0 * hits as f64 / all as f64);
            let worked = f64::from(candidate.worked.min(candidate.used));
            let success = (worked + 1.0) / (f64::from(candidate.used) + 2.0);
            let shown = candidate.shown;
            (all == 0 || hits > 0)
                .then(|| (hits, Suggestion { key: candidate.key.clone(), met, points, success, shown }))
        })
        .collect();
    found.sort_by(|(a_hits, a), (b_hits, b)| {
        (a.shown.cmp(&b.shown))
            .then(b_hits.cmp(a_hits))
            .then(b.success.total_cmp(&a.success))
            .then_with(|| a.key.cmp(&b.key))
    });
    found.truncate(limit);
    found.into_iter().map(|(_, suggestion)| suggestion).collect()
}

/// The resources of the stage's mix that fit under the cost cap of the grade, in the order of the
/// mix, and their cost. Each is a key and a cost in minor units; without a cap all fit.
pub fn affordable<'a>(mix: &[(&'a str, i64)], cap_minor: Option<u32>) -> (Vec<&'a str>, i64) {
    let mut cost = 0i64;
    let fits = |(key, own): &(&'a str, i64)| {
        let next = cost.saturating_add((*own).max(0));
        let fits = cap_minor.is_none_or(|cap| next <= i64::from(cap));
        if fits {
            cost = next;
        }
        fits.then_some(*key)
    };
    let chosen = mix.iter().filter_map(fits).collect();
    (chosen, cost)
}
