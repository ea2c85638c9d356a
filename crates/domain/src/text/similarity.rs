//! How alike two names are.

use super::normalise::normalise_name;

/// Dice coefficient of the character pairs of two texts, 0..1: twice the shared pairs over all
/// pairs. Texts of fewer than two characters are alike only when equal.
pub fn dice(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    2.0 * shared(&a, &b) as f64 / (a.len() + b.len()) as f64
}

/// [`dice`] of two names in their normalised form.
pub fn name_similarity(a: &str, b: &str) -> f64 {
    dice(&normalise_name(a), &normalise_name(b))
}

/// The candidates most alike to a name, best first, at most `limit`, none below `least`.
/// Answers positions in `candidates` with the similarity; equal ones keep their order.
pub fn best_matches<S: AsRef<str>>(name: &str, candidates: &[S], least: f64, limit: usize) -> Vec<(usize, f64)> {
    let name = normalise_name(name);
    let mut found: Vec<(usize, f64)> = candidates
        .iter()
        .map(|c| dice(&name, &normalise_name(c.as_ref())))
        .enumerate()
        .filter(|(_, likeness)| *likeness >= least)
        .collect();
    found.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    found.truncate(limit);
    found
}

/// The character pairs of a text in ascending order, with repetitions.
fn pairs(text: &str) -> Vec<(char, char)> {
    let mut pairs: Vec<(char, char)> = text.chars().zip(text.chars().skip(1)).collect();
    pairs.sort_unstable();
    pairs
}

/// How many pairs two sorted lists share, each counted as often as both have it.
fn shared(a: &[(char, char)], b: &[(char, char)]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared
}
