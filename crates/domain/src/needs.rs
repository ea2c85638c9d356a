//! Groups of customers by what they need: tags, preferences and pains that go together (S1-08).
//!
//! Two needs are as similar as the customers that have both are many among those that have either. The two most
//! similar groups are joined, as long as their needs are on average similar enough; so one need that many have does
//! not chain everything together.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// Needs looked at: the most frequent ones.
const MOST: usize = 80;

/// When needs go together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// From this share on, 0..1.
    pub least_similarity: f64,
    /// From so many customers that have both on.
    pub least_together: i64,
    /// A need that fewer customers have makes no group.
    pub least_customers: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { least_similarity: 0.2, least_together: 3, least_customers: 5 }
    }
}

/// Two needs that go together.
#[derive(Clone, Debug, PartialEq)]
pub struct Link<K> {
    /// One.
    pub a: K,
    /// The other.
    pub b: K,
    /// Customers that have both.
    pub together: i64,
    /// Those among the customers that have either, 0..1.
    pub similarity: f64,
}

/// A group of needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster<K> {
    /// The needs with their customers, the most frequent first.
    pub needs: Vec<(K, i64)>,
    /// Each two of them that go together, the most similar first.
    pub links: Vec<Link<K>>,
}

/// The customers of each need.
pub type Singles<K> = BTreeMap<K, i64>;
/// The customers of each two needs, the smaller key first.
pub type Pairs<K> = BTreeMap<(K, K), i64>;

/// How similar two needs are; 0 below the least number of customers that have both.
fn similarity(of: (i64, i64), together: i64, settings: &Settings) -> f64 {
    let either = of.0 + of.1 - together;
    if together < settings.least_together.max(1) || either <= 0 { 0.0 } else { together as f64 / either as f64 }
}

/// The groups, the most customers of their most frequent need first. The order given makes no difference.
pub fn clusters<K: Ord + Copy>(singles: &Singles<K>, pairs: &Pairs<K>, settings: &Settings) -> Vec<Cluster<K>> {
    let mut needs: Vec<(K, i64)> =
        singles.iter().map(|(k, n)| (*k, *n)).filter(|(_, n)| *n >= settings.least_customers.max(1)).collect();
    needs.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    needs.truncate(MOST);
    let alike = |a: usize, b: usize| {
        let (x, y) = (needs[a], needs[b]);
        let key = if x.0 <= y.0 { (x.0, y.0) } else { (y.0, x.0) };
        let together = pairs.get(&key).copied().unwrap_or(0);
        (together, similarity((x.1, y.1), together, settings))
    };
    let mut groups: Vec<Vec<usize>> = (0..needs.len()).map(|i| vec![i]).collect();
    while let Some((i, j)) = closest(&groups, settings, &|a, b| alike(a, b).1) {
        let joined = groups.remove(j);
        groups[i].extend(joined);
    }
    let cluster = |mut members: Vec<usize>| {
        members.sort_unstable();
        let mut links = Vec::new();
        for (at, a) in members.iter().enumerate() {
            for b in &members[at + 1..] {
                let (together, similarity) = alike(*a, *b);
                if similarity > 0.0 {
                    links.push(Link { a: needs[*a].0, b: needs[*b].0, together, similarity });
                }
            }
        }
        links.sort_by(|x, y| y.similarity.total_cmp(&x.similarity).then(x.a.cmp(&y.a)).then(x.b.cmp(&y.b)));
        Cluster { needs: members.iter().map(|i| needs[*i]).collect(), links }
    };
    groups.sort_by_key(|members| members.iter().min().copied());
    groups.into_iter().map(cluster).collect()
}

/// The two groups that are most similar on average, if similar enough; of equals the first.
fn closest(groups: &[Vec<usize>], settings: &Settings, alike: &dyn Fn(usize, usize) -> f64) -> Option<(usize, usize)> {
    let mut best: Option<(f64, (usize, usize))> = None;
    for i in 0..groups.len() {
        for j in i + 1..groups.len() {
            let sum: f64 = groups[i].iter().map(|a| groups[j].iter().map(|b| alike(*a, *b)).sum::<f64>()).sum();
            let mean = sum / (groups[i].len() * groups[j].len()) as f64;
            if mean > 0.0 && mean >= settings.least_similarity && best.is_none_or(|(most, _)| mean > most) {
                best = Some((mean, (i, j)));
            }
        }
    }
    best.map(|(_, pair)| pair)
}
