//! What a person typed into the search box, as terms over the tokens of the index.

use super::chars::{Class, classify, push_letter};
use super::normalise::{legal_core, name_words, normalise_phone};
use super::pinyin::{LONGEST as SYLLABLE, is_initial, syllables_of};
use super::tokens::{EMAIL, MAX_INITIALS, MAX_READING, MIN_PHONE_DIGITS, PHONE, cut_word};

/// More words than this do not narrow a search further.
const MAX_GROUPS: usize = 16;
/// Shorter pieces are not looked up among e-mail addresses.
const MIN_EMAIL_PIECE: usize = 3;

/// One token to look for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QueryTerm {
    /// The token itself.
    Exact(String),
    /// Any token that begins like this.
    Prefix(String),
}

/// Alternatives, one of which a record must have.
pub type QueryGroup = Vec<QueryTerm>;

/// Whether the caller may find records by their phones and e-mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactData {
    /// The caller sees them, and may search them.
    Searchable,
    /// They are masked to the caller: a search must not reveal them either.
    Masked,
}

/// The groups that a record must all satisfy, each by one of its terms. Empty when the query
/// holds nothing that could be searched, which finds nothing.
///
/// Works for one or more Han characters, pinyin and its beginning, initials, Latin words and
/// their beginning, numbers as they are written, four or more digits anywhere in a phone, and e-mail addresses.
pub fn query_tokens(q: &str, contact_data: ContactData) -> Vec<QueryGroup> {
    let mut groups = Vec::new();
    match phone_query(q) {
        Some(digits) if contact_data == ContactData::Searchable => {
            // It may as well be the number of an order or a contract, written with the same signs. A record has the phone
            // or every word when it has the phone or the one word, and the phone or the other.
            let phone = [QueryTerm::Prefix(format!("{PHONE}{digits}")), QueryTerm::Prefix(digits)];
            words(q, ContactData::Masked, &mut groups);
            if groups.is_empty() {
                groups.push(QueryGroup::new());
            }
            for group in &mut groups {
                group.retain(|term| !phone.contains(term));
                group.splice(0..0, phone.iter().cloned());
            }
        }
        _ => words(q, contact_data, &mut groups),
    }
    groups.truncate(MAX_GROUPS);
    groups
}

/// The groups that every record satisfies in whose texts each of these stands somewhere, as many as a search may have: of
/// what is not Han (or kana, hangul) they say nothing, since the index knows words only from their beginning.
pub fn contained_tokens(texts: &[&str]) -> Vec<QueryGroup> {
    let (mut groups, mut run) = (Vec::new(), Vec::new());
    for text in texts {
        for c in text.chars() {
            match classify(c) {
                Class::Cjk(c) => run.push(c),
                Class::Silent => {}
                Class::Word(_) | Class::Break => end_run(&mut run, &mut groups),
            }
        }
        end_run(&mut run, &mut groups);
    }
    groups
}

/// Does a text of tokens, as [`TokenWriter`](super::TokenWriter) makes it, satisfy one of these terms?
pub fn has_term(tokens: &str, group: &[QueryTerm]) -> bool {
    tokens.split(' ').any(|token| {
        group.iter().any(|term| match term {
            QueryTerm::Exact(s) => token == s,
            QueryTerm::Prefix(s) => token.starts_with(s.as_str()),
        })
    })
}

/// A whole query that reads as a phone number, in the form phones are indexed.
fn phone_query(q: &str) -> Option<String> {
    let phone = normalise_phone(q)?;
    let (number, _) = phone.split_once('x').unwrap_or((&phone, ""));
    let digits = number.trim_start_matches('+');
    let mobile = digits.len() == 11 && digits.starts_with('1');
    let landline = digits.len() >= 10 && digits.starts_with('0');
    (mobile || landline || number.starts_with('+')).then(|| digits.to_owned())
}

fn words(q: &str, contact_data: ContactData, groups: &mut Vec<QueryGroup>) {
    for chunk in q.split_whitespace() {
        chunk_groups(legal_core(chunk), contact_data, groups);
    }
}

fn chunk_groups(chunk: &str, contact_data: ContactData, groups: &mut Vec<QueryGroup>) {
    if chunk.contains(['@', '＠']) && contact_data == ContactData::Searchable {
        let joined = name_words(chunk).concat();
        if !joined.is_empty() {
            add(groups, vec![QueryTerm::Prefix(format!("{EMAIL}{joined}"))]);
        }
        return;
    }
    let chunk = domain_stem(chunk);
    let mut run = Vec::new();
    let mut word = String::new();
    for c in chunk.chars() {
        match classify(c) {
            Class::Cjk(c) => {
                end_word(&mut word, contact_data, groups);
                run.push(c);
            }
            Class::Word(c) => {
                end_run(&mut run, groups);
                push_letter(&mut word, c);
            }
            Class::Silent => {}
            Class::Break => {
                end_run(&mut run, groups);
                end_word(&mut word, contact_data, groups);
            }
        }
    }
    end_run(&mut run, groups);
    end_word(&mut word, contact_data, groups);
}

/// `example.com.cn` is looked up as `example`: every address ends like the rest.
fn domain_stem(chunk: &str) -> &str {
    let mut stem = chunk;
    while let Some((head, "com" | "cn" | "net" | "org")) = stem.rsplit_once('.') {
        if head.is_empty() {
            break;
        }
        stem = head;
    }
    stem
}

fn end_run(run: &mut Vec<char>, groups: &mut Vec<QueryGroup>) {
    match run.as_slice() {
        [] => {}
        [one] => add(groups, vec![QueryTerm::Exact(one.to_string())]),
        many => {
            for pair in many.windows(2) {
                add(groups, vec![QueryTerm::Exact(pair.iter().collect())]);
            }
        }
    }
    run.clear();
}

fn end_word(word: &mut String, contact_data: ContactData, groups: &mut Vec<QueryGroup>) {
    if word.is_empty() {
        return;
    }
    let text = cut_word(word);
    let umlaut = passport_umlaut(text);
    let mut whole = vec![QueryTerm::Prefix(text.to_owned())];
    whole.extend(umlaut.iter().cloned().map(QueryTerm::Prefix));
    if contact_data == ContactData::Searchable {
        if text.len() >= MIN_PHONE_DIGITS && text.bytes().all(|b| b.is_ascii_digit()) {
            whole.push(QueryTerm::Prefix(format!("{PHONE}{text}")));
        }
        if text.len() >= MIN_EMAIL_PIECE {
            whole.push(QueryTerm::Prefix(format!("{EMAIL}{text}")));
        }
    }
    let typed = [Some(text), umlaut.as_deref()].into_iter().flatten();
    let ways: Vec<Vec<QueryGroup>> =
        std::iter::once(initials(text)).chain(typed.map(reading)).filter(|way| !way.is_empty()).collect();
    let pieces = ways.iter().map(Vec::len).max().unwrap_or(1);
    for at in 0..pieces {
        // A way with fewer pieces stands with its last one in the groups that others have more.
        let others = ways.iter().filter_map(|way| way.get(at).or(way.last())).flatten();
        add(groups, whole.iter().chain(others).cloned().collect());
    }
    word.clear();
}

/// The pieces of more initials than the index keeps together: a name has all of them when it has the text.
fn initials(text: &str) -> Vec<QueryGroup> {
    if text.len() <= MAX_INITIALS || !text.chars().all(is_initial) {
        return Vec::new();
    }
    let last = text.len() - MAX_INITIALS;
    let starts = (0..last).step_by(MAX_INITIALS).chain([last]);
    starts.map(|at| vec![QueryTerm::Prefix(text[at..at + MAX_INITIALS].to_owned())]).collect()
}

/// The pieces of a reading that is longer than the index keeps it: its beginning, what begins with a syllable in each stretch
/// as long as the longest one, its ending.
fn reading(typed: &str) -> Vec<QueryGroup> {
    if typed.len() <= MAX_READING || !typed.bytes().all(|b| b.is_ascii_lowercase()) {
        return Vec::new();
    }
    let cuts = syllables_of(typed, MAX_READING);
    let last = typed.len() - MAX_READING;
    let from = |at: usize| QueryTerm::Prefix(typed[at..typed.len().min(at + MAX_READING)].to_owned());
    let endings: QueryGroup = cuts.iter().filter(|at| **at >= last).map(|at| from(*at)).collect();
    if endings.is_empty() {
        return Vec::new();
    }
    let within = |end: usize| cuts.iter().filter(move |at| (end - SYLLABLE..end).contains(&(**at - 1)));
    let middle = (1..).map(|n| n * SYLLABLE).take_while(|end| *end <= last);
    let middle = middle.map(|end| within(end).map(|at| from(*at)).collect());
    std::iter::once(vec![from(0)]).chain(middle).chain([endings]).collect()
}

/// Passports write lü and nü as lyu and nyu, keyboards as lv and nv.
fn passport_umlaut(word: &str) -> Option<String> {
    (word.contains("lyu") || word.contains("nyu")).then(|| word.replace("lyu", "lv").replace("nyu", "nv"))
}

fn add(groups: &mut Vec<QueryGroup>, group: QueryGroup) {
    if groups.len() < MAX_GROUPS && !groups.contains(&group) {
        groups.push(group);
    }
}
