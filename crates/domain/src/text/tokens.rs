//! The tokens of a record in the search index.
//!
//! The index is a list of words separated by spaces. Of a run of Han characters it holds
//! every character, every pair, and from every position the joined pinyin and the initials
//! of the next syllables, so that a prefix query finds `zhangw` and `zw` anywhere in a name.
//! Both are cut where few names still differ, so that many share a token and a query gathers
//! few of them; what is typed beyond that is looked for piece by piece.
//! Of a phone it holds every ending of its digits, of an e-mail every ending of its parts,
//! both behind a marker letter that no text produces, so that a caller to whom they are
//! masked can be kept from searching them.

use super::chars::{Class, classify, push_letter};
use super::normalise::{email_parts, legal_suffix_len, normalise_phone};
use super::pinyin::{initial, push_syllable, readings, surname_reading};

/// Marks a token made from the digits of a phone.
pub(super) const PHONE: char = 'φ';
/// Marks a token made from an e-mail address.
pub(super) const EMAIL: char = 'ε';
/// The shortest piece of a phone that can be searched.
pub(super) const MIN_PHONE_DIGITS: usize = 4;
/// Longest joined reading, in letters.
pub(super) const MAX_READING: usize = 12;
/// Most initials.
pub(super) const MAX_INITIALS: usize = 6;
/// Positions of one run from which readings start; a name is shorter, a note need not have more.
const MAX_READING_STARTS: usize = 64;
/// A longer word is cut, in the index and in the query alike.
pub(super) const MAX_WORD: usize = 64;

const SLOTS: usize = 256;

/// Appends the tokens of one record to a string, each once, separated by spaces.
pub struct TokenWriter<'a> {
    out: &'a mut String,
    base: usize,
    slots: [u32; SLOTS],
    used: usize,
    run: Vec<char>,
    syllables: Vec<Option<&'static str>>,
    word: String,
}

/// The tokens of a name-like text, as a list.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out = String::new();
    push_tokens(&mut out, text);
    out.split(' ').filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

/// Appends the tokens of one name-like text.
pub fn push_tokens(out: &mut String, text: &str) {
    TokenWriter::new(out).text(text);
}

/// Appends the tokens of one phone number.
pub fn push_phone_tokens(out: &mut String, phone: &str) {
    TokenWriter::new(out).phone(phone);
}

/// Appends the tokens of one e-mail address.
pub fn push_email_tokens(out: &mut String, email: &str) {
    TokenWriter::new(out).email(email);
}

impl<'a> TokenWriter<'a> {
    /// Starts a record; what `out` already holds is left as it is.
    pub fn new(out: &'a mut String) -> Self {
        let base = out.len();
        Self { out, base, slots: [0; SLOTS], used: 0, run: Vec::new(), syllables: Vec::new(), word: String::new() }
    }

    /// Adds the tokens of a name, title, number or other short text.
    pub fn text(&mut self, text: &str) {
        let mut leading = true;
        for c in text.chars() {
            match classify(c) {
                Class::Cjk(c) => {
                    self.end_word();
                    self.run.push(c);
                }
                Class::Word(c) => {
                    leading &= !self.end_run(leading);
                    push_letter(&mut self.word, c);
                }
                Class::Silent => {}
                Class::Break => {
                    leading &= !self.end_run(leading);
                    self.end_word();
                }
            }
        }
        self.end_run(leading);
        self.end_word();
    }

    /// Adds the endings of a phone's digits; nothing when it is not a phone. What is too long for one and has a slash in it
    /// are several.
    pub fn phone(&mut self, phone: &str) {
        match normalise_phone(phone) {
            Some(number) => self.number(&number),
            None => phone.split(['/', '／']).filter_map(normalise_phone).for_each(|number| self.number(&number)),
        }
    }

    /// Adds the endings of a phone in its one form.
    fn number(&mut self, phone: &str) {
        let (main, extension) = phone.split_once('x').unwrap_or((phone, ""));
        let main = main.trim_start_matches('+');
        for start in 0..=main.len().saturating_sub(MIN_PHONE_DIGITS) {
            self.token(|out| {
                out.push(PHONE);
                out.push_str(&main[start..]);
            });
        }
        if extension.len() >= MIN_PHONE_DIGITS {
            self.token(|out| {
                out.push(PHONE);
                out.push_str(extension);
            });
        }
    }

    /// Adds the address joined from each of its parts on; nothing when it is not an address.
    pub fn email(&mut self, email: &str) {
        let Some(parts) = email_parts(email) else {
            return;
        };
        for start in 0..parts.len().saturating_sub(1) {
            self.token(|out| {
                out.push(EMAIL);
                parts[start..].iter().for_each(|part| out.push_str(part));
            });
        }
    }

    /// Writes one token, then takes it back if the record already has it.
    fn token(&mut self, write: impl FnOnce(&mut String)) {
        let before = self.out.len();
        if before > 0 && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        let start = self.out.len();
        write(self.out);
        if self.out.len() == start || self.is_known(start) {
            self.out.truncate(before);
        }
    }

    /// Whether the token at `start` occurs before; remembers it if not. A record with more
    /// tokens than the table holds may repeat some, which only costs space.
    fn is_known(&mut self, start: usize) -> bool {
        let bytes = self.out.as_bytes();
        let token = &bytes[start..];
        let mut slot = hash(token) as usize % SLOTS;
        for _ in 0..SLOTS {
            let entry = self.slots[slot];
            if entry == 0 {
                break;
            }
            let known = &bytes[self.base + entry as usize - 1..start];
            if known.len() > token.len() && known.starts_with(token) && known[token.len()] == b' ' {
                return true;
            }
            slot = (slot + 1) % SLOTS;
        }
        if self.used < SLOTS - SLOTS / 4 {
            self.slots[slot] = u32::try_from(start - self.base + 1).unwrap_or(0);
            self.used += 1;
        }
        false
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let cut = cut_word(&word);
        self.token(|out| out.push_str(cut));
        self.inner_numbers(cut);
        self.word = word;
        self.word.clear();
    }

    /// `so2024001` is also found by `2024001`.
    fn inner_numbers(&mut self, word: &str) {
        if !word.is_ascii() || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return;
        }
        for number in word.split(|c: char| !c.is_ascii_digit()) {
            if number.len() >= 3 {
                self.token(|out| out.push_str(number));
            }
        }
    }

    /// Ends a run of characters; answers whether there was one.
    fn end_run(&mut self, leading: bool) -> bool {
        if self.run.is_empty() {
            return false;
        }
        let run = std::mem::take(&mut self.run);
        for (i, &c) in run.iter().enumerate() {
            self.token(|out| out.push(c));
            if let Some(&next) = run.get(i + 1) {
                self.token(|out| {
                    out.push(c);
                    out.push(next);
                });
            }
        }
        self.readings(&run, leading);
        self.run = run;
        self.run.clear();
        true
    }

    fn readings(&mut self, run: &[char], leading: bool) {
        let core = match run.len() - legal_suffix_len(run) {
            0 => run,
            len => &run[..len],
        };
        let mut syllables = std::mem::take(&mut self.syllables);
        readings(core, &mut syllables);
        for start in 0..core.len().min(MAX_READING_STARTS) {
            self.reading(syllables[start..].iter().map_while(|s| *s));
        }
        if let Some(surname) = core.first().and_then(|&c| surname_reading(c))
            && leading
            && syllables[0].is_some_and(|usual| usual != surname)
        {
            let rest = syllables[1..].iter().map_while(|s| *s);
            self.reading(std::iter::once(surname).chain(rest));
        }
        self.syllables = syllables;
    }

    fn reading(&mut self, syllables: impl Iterator<Item = &'static str> + Clone) {
        self.token(|out| {
            let end = out.len() + MAX_READING;
            let mut rest = syllables.clone();
            while out.len() < end
                && let Some(syllable) = rest.next()
            {
                push_syllable(out, syllable);
            }
            out.truncate(end);
        });
        self.token(|out| out.extend(syllables.take(MAX_INITIALS).map(initial)));
    }
}

/// The part of a word that the index keeps.
pub(super) fn cut_word(word: &str) -> &str {
    let mut end = word.len().min(MAX_WORD);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

/// FNV-1a: short keys, no state.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}
