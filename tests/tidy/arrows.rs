//! domain ← contract ← persistence ← app ← api; domain, contract ← frontend; nothing points the other way.

use std::collections::BTreeSet;
use std::fs;

use tests::repository_root;

/// Per crate: the crates of ours that it may see.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("crates/domain", &[]),
    ("crates/contract", &["domain"]),
    ("crates/persistence", &["domain", "contract"]),
    ("crates/app", &["domain", "contract", "persistence"]),
    ("crates/api", &["domain", "contract", "persistence", "app"]),
    ("frontend", &["domain", "contract"]),
];

/// What the two crates that also run in the browser may depend on.
const PURE: &[&str] = &["chrono", "domain", "pinyin", "serde", "serde_json", "utoipa", "uuid"];

/// Libraries with one owner: (prefix of the library's name, the crate).
const OWNED: &[(&str, &str)] = &[
    ("diesel", "crates/persistence"),
    ("libsqlite3-sys", "crates/persistence"),
    ("pq-sys", "crates/persistence"),
    ("r2d2", "crates/persistence"),
    ("actix", "crates/api"),
    ("yew", "frontend"),
    ("web-sys", "frontend"),
];

fn manifest(folder: &str) -> toml::Table {
    let path = repository_root().join(folder).join("Cargo.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn members() -> Vec<String> {
    let mut folders: Vec<String> = fs::read_dir(repository_root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| format!("crates/{}", entry.file_name().to_string_lossy()))
        .collect();
    folders.extend(["frontend".to_owned(), "tests".to_owned()]);
    folders
}

/// Names in the tables `sections`, also under `[target.….]`.
fn dependencies(manifest: &toml::Table, sections: &[&str]) -> BTreeSet<String> {
    let mut tables = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    tables
        .iter()
        .flat_map(|table| sections.iter().filter_map(|section| table.get(*section)?.as_table()))
        .flat_map(|table| table.keys().cloned())
        .collect()
}

#[test]
fn every_crate_sees_only_the_crates_below_it() {
    let ours: BTreeSet<&str> = ["domain", "contract", "persistence", "app", "api", "frontend", "tests"].into();
    for (folder, allowed) in MAY_SEE {
        let seen = dependencies(&manifest(folder), &["dependencies", "build-dependencies", "dev-dependencies"]);
        for name in seen.iter().filter(|name| ours.contains(name.as_str())) {
            assert!(allowed.contains(&name.as_str()), "{folder} must not depend on {name}");
        }
    }
    let known: BTreeSet<&str> = MAY_SEE.iter().map(|(folder, _)| *folder).chain(["tests"]).collect();
    for folder in members() {
        assert!(known.contains(folder.as_str()), "{folder} is a new crate: give it a line in MAY_SEE");
    }
}

#[test]
fn a_library_with_an_owner_is_used_by_its_owner_only() {
    for folder in members() {
        for name in dependencies(&manifest(&folder), &["dependencies", "build-dependencies", "dev-dependencies"]) {
            for (prefix, owner) in OWNED {
                assert!(
                    !name.starts_with(prefix) || folder == *owner,
                    "{folder} must not depend on {name}: only {owner} does"
                );
            }
        }
    }
}

#[test]
fn domain_and_contract_depend_on_nothing_that_does_io() {
    for folder in ["crates/domain", "crates/contract"] {
        for name in dependencies(&manifest(folder), &["dependencies", "build-dependencies"]) {
            assert!(PURE.contains(&name.as_str()), "{folder} must not depend on {name}");
        }
    }
}

#[test]
fn domain_reads_no_clock_and_touches_no_system() {
    let forbidden = [
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "now_v7",
        "new_v4",
    ];
    for (path, text) in tests::source_files(&["rs"]) {
        if !path.starts_with("crates/domain/src") {
            continue;
        }
        for word in forbidden {
            assert!(!text.contains(word), "{path} uses {word}: the caller passes it in");
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for folder in members().iter().filter(|folder| folder.as_str() != "tests") {
        let lints = manifest(folder).get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(lints, Some(true), "{folder}/Cargo.toml: [lints] workspace = true");
    }
}
