//! `tests/requirements.md` says for every requirement where it lives and which test holds it; nothing in it may be made up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use tests::{repository_root, source_files};

/// One row of the table.
struct Row {
    id: String,
    place: String,
    tests: Vec<String>,
    state: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(repository_root().join("tests/requirements.md")).unwrap();
    text.lines()
        .filter_map(|line| {
            let cells: Vec<&str> =
                line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
            let [id, _, place, tests, state] = cells[..] else { return None };
            is_id(id).then(|| Row {
                id: id.to_owned(),
                place: place.to_owned(),
                tests: code_words(tests),
                state: state.to_owned(),
            })
        })
        .collect()
}

fn is_id(text: &str) -> bool {
    text.strip_prefix('S').and_then(|rest| rest.split_once('-')).is_some_and(|(group, number)| {
        !group.is_empty() && !number.is_empty() && group.chars().chain(number.chars()).all(|c| c.is_ascii_digit())
    })
}

/// What stands between backticks.
fn code_words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_row_is_there_once_and_has_a_known_state() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(seen.insert(row.id.clone()), "{} is listed twice", row.id);
        assert!(
            ["built", "part", "planned", "reference"].contains(&row.state.as_str()),
            "{}: state {:?}",
            row.id,
            row.state
        );
        if row.state == "built" {
            assert!(!row.tests.is_empty(), "{} is said to be built but names no test", row.id);
        }
    }
    assert!(seen.len() > 200, "only {} rows were read", seen.len());
}

#[test]
fn every_test_and_place_that_the_table_names_exists() {
    let sources: BTreeMap<String, String> = source_files(&["rs", "mjs", "ts", "js"]).into_iter().collect();
    for row in rows() {
        for name in &row.tests {
            let found = sources.values().any(|text| {
                text.contains(&format!("fn {name}("))
                    || text.contains(&format!("test('{name}'"))
                    || text.contains(&format!("test(\"{name}\""))
            });
            assert!(found, "{}: there is no test `{name}`", row.id);
        }
        for place in code_words(&row.place) {
            let path = place.split("::").next().unwrap_or_default();
            assert!(repository_root().join(path).exists(), "{}: there is no `{place}`", row.id);
        }
    }
}

#[test]
fn every_requirement_of_the_register_is_listed() {
    let register = repository_root().join("../shared/requirements.md");
    let Ok(text) = fs::read_to_string(&register) else {
        println!("skipped: the register of requirements is not on this machine");
        return;
    };
    let wanted: BTreeSet<String> = text
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| ")?.split(" |").next()?.trim().to_owned()))
        .filter(|id| is_id(id))
        .collect();
    let listed: BTreeSet<String> = rows().into_iter().map(|row| row.id).collect();
    let missing: Vec<&String> = wanted.difference(&listed).collect();
    let unknown: Vec<&String> = listed.difference(&wanted).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
}
