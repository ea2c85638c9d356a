//! What a source file may hold.

use std::collections::BTreeMap;

use tests::source_files;

const LIMIT: usize = 500;

/// Files that are over the limit today, with their length: the list and the lengths may only shrink.
const LONG: &[(&str, usize)] = &[];

#[test]
fn no_source_file_is_longer_than_the_limit() {
    let long: BTreeMap<&str, usize> = LONG.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in source_files(&["rs", "js", "mjs", "ts", "sh", "css"]) {
        let lines = text.lines().count();
        match long.get(path.as_str()) {
            Some(&allowed) if lines > allowed => wrong.push(format!("{path}: {lines} lines, was {allowed}; split it")),
            Some(_) if lines <= LIMIT => wrong.push(format!("{path}: take it off the list LONG")),
            Some(_) => {}
            None if lines > LIMIT => wrong.push(format!("{path}: {lines} lines; split it, {LIMIT} is the limit")),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_to_do_in_a_comment() {
    let words = ["TO", "FIX", "XX"].map(|start| {
        format!(
            "{start}{}",
            if start == "TO" {
                "DO"
            } else if start == "FIX" {
                "ME"
            } else {
                "X"
            }
        )
    });
    let mut wrong = Vec::new();
    for (path, text) in source_files(&["rs", "js", "mjs", "ts", "sh", "sql", "css", "toml"]) {
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)) {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "do it, or write an issue:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_names_a_place_on_the_writers_machine() {
    let places = ["work", "root", "home"].map(|name| format!("/{name}/"));
    let mut wrong = Vec::new();
    for (path, text) in source_files(&[
        "rs", "js", "mjs", "ts", "sh", "sql", "md", "toml", "html", "css", "json", "yml", "yaml", "txt", "",
    ]) {
        if path == "LICENSE" || path.ends_with("package-lock.json") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            // A link or a longer path that merely contains the word is no place on a machine.
            let named = places.iter().any(|place| {
                line.match_indices(place.as_str()).any(|(at, _)| {
                    line[..at].chars().next_back().is_none_or(|c| " \"'`=(:,".contains(c)) && !line[..at].ends_with(':')
                })
            });
            if named {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let needle = format!("#[{}(", "allow");
    let inner = format!("#![{}(", "allow");
    for (path, text) in source_files(&["rs"]) {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            assert!(
                !line.starts_with(&needle) && !line.starts_with(&inner),
                "{path}:{}: use #[expect(…, reason = \"…\")]",
                number + 1
            );
        }
    }
}

#[test]
fn no_test_is_ignored_or_sleeps() {
    let ignored = format!("#[{}", "ignore");
    let sleep = format!("thread::{}(", "sleep");
    for (path, text) in source_files(&["rs"]) {
        assert!(!text.contains(&ignored), "{path} ignores a test");
        if path.starts_with("tests/") && !path.starts_with("tests/src/") && !path.starts_with("tests/load/") {
            assert!(!text.contains(&sleep), "{path} sleeps: wait for the thing itself");
        }
    }
}
