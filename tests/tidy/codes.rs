//! Every error code that the program can answer with has a sentence in both languages.

use std::collections::{BTreeMap, BTreeSet};

use api::Failure;
use app::Error;
use contract::imports::{issue_message, stop_message};
use contract::problem::{Lang, field_message};
use tests::source_files;

/// What a code stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The list of wrong fields of a problem document.
    Field,
    /// The problem document itself.
    Problem,
    /// The error list of an import, or any of the others: helpers take codes for all of them.
    Any,
}

/// What makes errors, with the place of the code among its arguments.
const MAKERS: &[(&str, usize, Place)] = &[
    ("Error::field", 1, Place::Field),
    ("FieldError::new", 1, Place::Field),
    ("Err((", 0, Place::Field),
    ("ok_or((", 0, Place::Field),
    ("Error::conflict", 0, Place::Problem),
    ("Unauthenticated", 0, Place::Problem),
    ("Cell::Bad", 0, Place::Any),
];

/// The parts of a list up to its end, split at the commas of its own level.
fn parts(text: &str, end: char) -> Vec<&str> {
    let (mut found, mut depth, mut from, mut quoted, mut escaped) = (Vec::new(), 0_i32, 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            c if depth == 0 && c == end => {
                found.push(text[from..at].trim());
                return found;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The texts in quotation marks that can be codes.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    let is_code =
        |s: &&str| !s.is_empty() && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    text.split('"').skip(1).step_by(2).filter(is_code)
}

fn is_part_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows each call of `name`.
fn calls<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let open = if name.ends_with('(') { name.to_owned() } else { format!("{name}(") };
    let ends: Vec<usize> = text
        .match_indices(&open)
        .filter(|(at, _)| !text[..*at].ends_with(is_part_of_a_name) && !text[..*at].ends_with("fn "))
        .map(|(at, found)| at + found.len())
        .collect();
    ends.into_iter().map(|end| &text[end..])
}

/// Functions and closures that take a parameter `code`, with its place; the flag says whether other files can call it.
fn helpers(text: &str) -> Vec<(&str, usize, bool)> {
    let is_code = |parameter: &str| parameter == "code" || parameter == "code: &'static str";
    let place = |parameters: Vec<&str>| parameters.into_iter().filter(|p| !p.ends_with("self")).position(is_code);
    let functions = text.match_indices("fn ").filter_map(|(at, _)| {
        let (name, rest) = text[at + 3..].split_once('(')?;
        let public = text[..at].ends_with("pub ") || text[..at].ends_with("pub(crate) ");
        Some((name, place(parts(rest, ')'))?, public))
    });
    let closures = text.match_indices("let ").filter_map(|(at, _)| {
        let (name, rest) = text[at + 4..].split_once(" = |")?;
        let name = name.trim_start_matches("mut ");
        name.chars().all(is_part_of_a_name).then_some(())?;
        Some((name, place(parts(rest, '|'))?, false))
    });
    functions.chain(closures).filter(|(name, ..)| !["new", "field", "conflict"].contains(name)).collect()
}

/// Every code in the sources, with a file in which it stands.
fn codes() -> BTreeMap<(Place, String), String> {
    let files: Vec<(String, String)> = source_files(&["rs"])
        .into_iter()
        .filter(|(path, _)| path.starts_with("crates/") && path.contains("/src/") && !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()))
        .collect();
    let shared: BTreeSet<(String, usize)> = files
        .iter()
        .flat_map(|(_, text)| helpers(text))
        .filter(|(.., public)| *public)
        .map(|(name, place, _)| (name.to_owned(), place))
        .collect();
    let mut found = BTreeMap::new();
    for (path, text) in &files {
        // What an import refuses a row for stands in its error list.
        let of_rows = path.starts_with("crates/app/src/imports/");
        let mut add = |place: Place, within: &str| {
            let place = if of_rows { Place::Any } else { place };
            for code in literals(within) {
                found.entry((place, code.to_owned())).or_insert_with(|| path.clone());
            }
        };
        let own = helpers(text).into_iter().map(|(name, at, _)| (name, at, Place::Any));
        let shared = shared.iter().map(|(name, at)| (name.as_str(), *at, Place::Any));
        for (name, at, place) in MAKERS.iter().copied().chain(own).chain(shared) {
            for rest in calls(text, name) {
                add(place, parts(rest, ')').get(at).copied().unwrap_or_default());
            }
        }
        for (at, _) in text.match_indices(" code: \"") {
            add(Place::Any, text[at..].split([',', '}']).next().unwrap_or_default());
        }
        if path.starts_with("crates/app/src/tabular/") {
            for rest in calls_of_code(text) {
                add(Place::Any, rest);
            }
        }
    }
    found
}

/// The bodies of functions `code`, which give each of their kind its code.
fn calls_of_code(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn code(").skip(1).filter_map(|rest| rest.split("\n    }").next())
}

/// Whether a text is a sentence of its own instead of the one for codes that nobody knows.
fn is_known(code: &str, say: impl Fn(Lang, &str) -> String) -> bool {
    const NOBODYS: &str = "code_of_nobody";
    let is_own = |lang| say(lang, code) != say(lang, NOBODYS).replace(NOBODYS, code);
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    is_own(Lang::Zh)
        && is_own(Lang::En)
        && say(Lang::Zh, code).contains(is_han)
        && !say(Lang::En, code).contains(is_han)
}

fn in_field(lang: Lang, code: &str) -> String {
    field_message(lang, code, "·")
}

fn in_issue(lang: Lang, code: &str) -> String {
    issue_message(lang, code, "·")
}

fn in_problem(lang: Lang, code: &str) -> String {
    let failure = Failure::App(Error::Conflict { code: String::from(code).leak(), detail: "·".to_owned() });
    failure.problem(lang, uuid::Uuid::nil()).detail
}

#[test]
fn every_error_code_has_a_sentence_in_both_languages() {
    let codes = codes();
    let missing: Vec<String> = codes
        .iter()
        .filter(|((place, code), _)| {
            let (field, problem) = (is_known(code, in_field), is_known(code, in_problem));
            !match place {
                Place::Field => field,
                Place::Problem => problem || is_known(code, stop_message),
                Place::Any => field || problem || is_known(code, in_issue) || is_known(code, stop_message),
            }
        })
        .map(|((place, code), path)| format!("{path}: {code} ({place:?})"))
        .collect();
    assert!(missing.is_empty(), "without a text:\n{}", missing.join("\n"));
}

#[test]
fn the_search_for_error_codes_finds_those_that_are_known_to_be_there() {
    let codes = codes();
    for (place, code) in [
        (Place::Field, "too_deep"),
        (Place::Field, "datetime"),
        (Place::Problem, "task_not_open"),
        (Place::Problem, "session_ended"),
        (Place::Any, "not_a_workbook"),
        (Place::Any, "unknown_column"),
        (Place::Any, "too_short"),
    ] {
        assert!(codes.contains_key(&(place, code.to_owned())), "{place:?} {code}");
    }
    assert!(codes.len() > 120, "{}", codes.len());
}

#[test]
fn a_job_that_stopped_says_why_in_both_languages() {
    for code in [
        "forbidden",
        "not_found",
        "internal",
        "changed_meanwhile",
        "too_many_attempts",
        "session_ended",
        "not_a_workbook",
    ] {
        assert!(is_known(code, stop_message), "{code}");
    }
}
