//! Two migration trees, one schema.

use std::collections::BTreeSet;
use std::fs;

use tests::repository_root;

fn migrations(engine: &str) -> BTreeSet<String> {
    let folder = repository_root().join("migrations").join(engine);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect()
}

#[test]
fn both_trees_hold_the_same_migrations() {
    assert_eq!(migrations("sqlite"), migrations("postgres"));
}

#[test]
fn every_migration_can_be_undone() {
    for engine in ["sqlite", "postgres"] {
        for name in migrations(engine) {
            for file in ["up.sql", "down.sql"] {
                let path = repository_root().join("migrations").join(engine).join(&name).join(file);
                let text = fs::read_to_string(&path).unwrap_or_default();
                assert!(
                    text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--")),
                    "{} does nothing",
                    path.display()
                );
            }
        }
    }
}
