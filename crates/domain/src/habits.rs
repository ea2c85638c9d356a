//! How a customer is best reached, from the contacts that there were (S4-43).

use std::collections::BTreeMap;

/// A contact that there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Whether the customer answered; `None` where that was not noted.
    pub answered: Option<bool>,
    /// The hour of the day at which it began.
    pub hour: u32,
    /// The day of the week, 1 for Monday.
    pub weekday: u32,
}

/// What shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Habits<'a> {
    /// The kind that is answered best; where answers were not noted, the most frequent one.
    pub channel: Option<&'a str>,
    /// How often it is answered, percent.
    pub answered: Option<f64>,
    /// The two hours with the most contacts: their first.
    pub from_hour: Option<u32>,
    /// The day of the week with the most contacts.
    pub weekday: Option<u32>,
}

/// A kind counts from so many contacts on, and so does a time of the day or the week.
const LEAST: usize = 3;

/// The habits that contacts show. Contacts that were answered say when the customer has time, unless there are too few.
pub fn habits<'a>(contacts: &[Seen<'a>]) -> Habits<'a> {
    let mut kinds: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for contact in contacts {
        let (all, noted, yes) = kinds.entry(contact.kind).or_default();
        *all += 1;
        *noted += usize::from(contact.answered.is_some());
        *yes += usize::from(contact.answered == Some(true));
    }
    let share = |noted: usize, yes: usize| (noted >= LEAST).then(|| 100.0 * yes as f64 / noted as f64);
    let mut known: Vec<(&str, usize, Option<f64>)> =
        kinds.into_iter().map(|(kind, (all, noted, yes))| (kind, all, share(noted, yes))).collect();
    known.retain(|(_, all, _)| *all >= LEAST);
    let best = known.into_iter().max_by(|a, b| {
        a.2.unwrap_or(-1.0).total_cmp(&b.2.unwrap_or(-1.0)).then(a.1.cmp(&b.1)).then_with(|| b.0.cmp(a.0))
    });
    let answered: Vec<&Seen<'_>> = contacts.iter().filter(|c| c.answered == Some(true)).collect();
    let when = if answered.len() >= LEAST { answered } else { contacts.iter().collect() };
    let enough = when.len() >= LEAST;
    Habits {
        channel: best.map(|b| b.0),
        answered: best.and_then(|b| b.2),
        from_hour: most(when.iter().map(|c| c.hour / 2 * 2)).filter(|_| enough),
        weekday: most(when.iter().map(|c| c.weekday)).filter(|_| enough),
    }
}

/// The most frequent value; of equals the smallest.
fn most(values: impl Iterator<Item = u32>) -> Option<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(kind: &str, answered: Option<bool>, hour: u32, weekday: u32) -> Seen<'_> {
        Seen { kind, answered, hour, weekday }
    }

    #[test]
    fn the_kind_that_is_answered_best_is_the_channel_and_answers_say_when() {
        let mut contacts = vec![seen("call", Some(false), 9, 1); 4];
        contacts.extend([seen("visit", Some(true), 15, 3), seen("visit", Some(true), 14, 3)]);
        contacts.push(seen("visit", Some(true), 10, 4));
        let found = habits(&contacts);
        assert_eq!((found.channel, found.answered), (Some("visit"), Some(100.0)));
        assert_eq!((found.from_hour, found.weekday), (Some(14), Some(3)));
    }

    #[test]
    fn without_answers_the_most_frequent_kind_counts_and_few_contacts_say_nothing() {
        let contacts = [seen("chat", None, 20, 5), seen("chat", None, 20, 5), seen("chat", None, 8, 5)];
        assert_eq!(habits(&contacts).channel, Some("chat"));
        assert_eq!(habits(&contacts).answered, None);
        assert_eq!(habits(&contacts[..2]), Habits::default());
        assert_eq!(habits(&[]), Habits::default());
    }
}
