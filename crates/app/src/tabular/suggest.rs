//! Proposals for values that match nothing exactly: "GTXPro" → "GTX Pro".

use std::collections::HashMap;

use super::number::half_width;

/// Proposals below this likeness are not made.
const ENOUGH: f64 = 0.72;
/// Candidates compared in full for one value.
const COMPARED: usize = 40;
/// A pair of letters that more candidates than this share says nothing.
const COMMON: usize = 2_000;

/// The text without case, width, spaces and punctuation.
pub fn normalise(text: &str) -> String {
    half_width(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A proposal: the place of the candidate and its likeness, 0..1 (1: the same but for spelling
/// signs).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// Index of the candidate.
    pub index: usize,
    /// Likeness.
    pub score: f64,
}

/// Candidates prepared for many look-ups.
pub struct Matcher {
    forms: Vec<Vec<char>>,
    exact: HashMap<String, usize>,
    pairs: HashMap<[char; 2], Vec<u32>>,
}

impl Matcher {
    /// A matcher over the labels of existing records or choices.
    pub fn new<'a>(candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let mut matcher = Self { forms: Vec::new(), exact: HashMap::new(), pairs: HashMap::new() };
        for (index, candidate) in candidates.into_iter().enumerate() {
            let form = normalise(candidate);
            let chars: Vec<char> = form.chars().collect();
            for pair in pairs(&chars) {
                let list = matcher.pairs.entry(pair).or_default();
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                if list.len() <= COMMON && list.last() != Some(&index) {
                    list.push(index);
                }
            }
            matcher.exact.entry(form).or_insert(index);
            matcher.forms.push(chars);
        }
        matcher
    }

    /// The candidate most like the value, if one is like it at all and no other is as much.
    pub fn suggest(&self, value: &str) -> Option<Suggestion> {
        let form = normalise(value);
        if form.is_empty() {
            return None;
        }
        if let Some(index) = self.exact.get(&form) {
            return Some(Suggestion { index: *index, score: 1.0 });
        }
        let chars: Vec<char> = form.chars().collect();
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for pair in pairs(&chars) {
            let Some(list) = self.pairs.get(&pair).filter(|list| list.len() <= COMMON) else {
                continue;
            };
            for index in list {
                *shared.entry(*index).or_default() += 1;
            }
        }
        let mut ranked: Vec<(u32, usize)> = shared.into_iter().collect();
        ranked.sort_by_key(|(index, count)| (std::cmp::Reverse(*count), *index));
        let mut best: Option<Suggestion> = None;
        let mut second = 0.0_f64;
        for (index, _) in ranked.into_iter().take(COMPARED) {
            let Some(candidate) = self.forms.get(index as usize) else {
                continue;
            };
            let score = likeness(&chars, candidate);
            match best {
                Some(known) if known.score >= score => second = second.max(score),
                known => {
                    second = second.max(known.map_or(0.0, |known| known.score));
                    best = Some(Suggestion { index: index as usize, score });
                }
            }
        }
        best.filter(|best| best.score >= ENOUGH && best.score - second > 0.02)
    }
}

/// Likeness of two normalised texts, 0..1: the larger of Dice's coefficient of letter pairs and
/// the share of letters that need no edit.
fn likeness(a: &[char], b: &[char]) -> f64 {
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 0.0;
    }
    let edits = distance(a, b);
    // One wrong letter in a short word is another word.
    let edit = if edits * 5 > longest { 0.0 } else { 1.0 - edits as f64 / longest as f64 };
    edit.max(dice(a, b))
}

fn dice(a: &[char], b: &[char]) -> f64 {
    let (mut left, mut right): (Vec<_>, Vec<_>) = (pairs(a).collect(), pairs(b).collect());
    left.sort_unstable();
    right.sort_unstable();
    let total = left.len() + right.len();
    if total == 0 {
        return 0.0;
    }
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (left.get(i), right.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    2.0 * f64::from(both) / total as f64
}

fn pairs(chars: &[char]) -> impl Iterator<Item = [char; 2]> {
    // The edges count as letters, so that one-letter words have pairs too.
    let edge = std::iter::once('^');
    let padded: Vec<char> = edge.chain(chars.iter().copied()).chain(std::iter::once('$')).collect();
    (1..padded.len()).filter_map(move |at| Some([*padded.get(at - 1)?, *padded.get(at)?]))
}

/// Edits that make one text of the other: insert, delete, replace, or swap two neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (i, x) in a.iter().enumerate() {
        let mut line = vec![i + 1; width];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(line[j] + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(before[j - 1] + 1);
            }
            line[j + 1] = cost;
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_the_right_one() {
        let known = ["GTX Pro", "GTX Basic", "GTX Plus Pro", "GTX Plus Basic", "MG Special", "technology", "retail"];
        let known: Vec<&str> =
            known.into_iter().chain(["北京科技有限公司", "上海贸易有限公司", "Philippines"]).collect();
        let matcher = Matcher::new(known.iter().copied());
        for (value, expected) in [
            ("GTXPro", "GTX Pro"),
            ("gtx  plus-basic", "GTX Plus Basic"),
            ("technolgy", "technology"),
            ("tehcnology", "technology"),
            ("北京科技有限责任公司", "北京科技有限公司"),
            ("Philipines", "Philippines"),
            ("ＭＧ　Ｓｐｅｃｉａｌ", "MG Special"),
        ] {
            let found = matcher.suggest(value).map(|found| known[found.index]);
            assert_eq!(found, Some(expected), "{value}");
        }
    }

    #[test]
    fn unlike_names_get_no_proposal() {
        let matcher = Matcher::new(["GTX Pro", "Acme", "北京科技有限公司"]);
        for value in ["", "  ", "MG Advanced", "Globex", "GTK 500", "广州餐饮", "A"] {
            assert_eq!(matcher.suggest(value), None, "{value}");
        }
    }

    #[test]
    fn two_equally_like_candidates_give_no_proposal() {
        let matcher = Matcher::new(["Warehouse 11", "Warehouse 12"]);
        assert_eq!(matcher.suggest("Warehouse 13"), None);
    }
}
