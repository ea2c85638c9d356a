//! Two migration trees, one schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use domain::record::Shape;
use persistence::introspect::Table;
use tests::database::{Database, Engine};
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
fn no_two_migrations_have_the_same_version() {
    let names = migrations("sqlite");
    let versions: BTreeSet<&str> = names.iter().map(|name| name.split('_').next().unwrap_or(name)).collect();
    assert_eq!(versions.len(), names.len(), "of two migrations of one version only one runs: {names:?}");
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

/// Columns named `…_id` that cannot have a foreign key, with the reason.
const WITHOUT_FOREIGN_KEY: &[(&str, &str, &str)] = &[
    ("record_tags", "record_id", "points to a record of the object beside it"),
    ("record_links", "record_id", "points to a record of the object beside it"),
    ("events", "record_id", "points to a record of the object beside it"),
    ("comments", "record_id", "points to a record of the object beside it"),
    ("attachments", "record_id", "points to a record of the object beside it"),
    ("pool_exits", "record_id", "points to a record of the object beside it"),
    ("list_members", "record_id", "points to a record of the object beside it"),
    ("merge_moves", "record_id", "points to a record of the object beside it"),
    ("events", "origin_id", "the import or rule that made the change, which may be removed before its events"),
    ("events", "request_id", "names a request in the log, no row"),
];

/// Columns of one engine only, with the reason.
const ONE_ENGINE: &[(&str, &str, &str)] = &[];

fn tables_of(engine: Engine) -> Option<BTreeMap<String, Table>> {
    let database = Database::empty(engine)?;
    let pool = persistence::db::pool(database.url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    persistence::db::migrate(&mut conn).unwrap();
    Some(persistence::introspect::tables(&mut conn).unwrap())
}

fn check_ids(engine: Engine) {
    let Some(tables) = tables_of(engine) else { return };
    assert!(tables.len() > 10, "{:?}", tables.keys());
    let mut wrong = Vec::new();
    for (name, table) in &tables {
        for column in table.columns.keys().filter(|c| c.ends_with("_id")) {
            let excused = WITHOUT_FOREIGN_KEY.iter().any(|(t, c, _)| t == name && c == column);
            let keyed = table.foreign_keys.iter().any(|(c, _)| c == column);
            if keyed == excused {
                wrong.push(format!(
                    "{name}.{column}: {}",
                    if excused { "take it off WITHOUT_FOREIGN_KEY" } else { "no foreign key" }
                ));
            }
            if !table.indexed.contains(column) && column != "request_id" {
                wrong.push(format!("{name}.{column}: no index begins with it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{engine:?}:\n{}", wrong.join("\n"));
}

#[test]
fn every_id_column_has_a_foreign_key_and_an_index_on_sqlite() {
    check_ids(Engine::Sqlite);
}

#[test]
fn every_id_column_has_a_foreign_key_and_an_index_on_postgresql() {
    check_ids(Engine::Postgres);
}

#[test]
fn both_engines_hold_the_same_tables_columns_and_foreign_keys() {
    let (Some(sqlite), Some(postgres)) = (tables_of(Engine::Sqlite), tables_of(Engine::Postgres)) else { return };
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for (name, left) in &sqlite {
        let right = &postgres[name];
        let columns: BTreeSet<&String> = left.columns.keys().chain(right.columns.keys()).collect();
        for column in columns {
            // SQLite's row number lets an INTEGER PRIMARY KEY look as if it could be null.
            let excused = column == "seq" || ONE_ENGINE.iter().any(|(t, c, _)| t == name && c == column);
            if !excused && left.columns.get(column) != right.columns.get(column) {
                wrong.push(format!(
                    "{name}.{column}: nullable is {:?} on SQLite, {:?} on PostgreSQL",
                    left.columns.get(column),
                    right.columns.get(column)
                ));
            }
        }
        for (column, other) in left.foreign_keys.symmetric_difference(&right.foreign_keys) {
            wrong.push(format!("{name}.{column} → {other}: on one engine only"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_text_of_a_declared_field_compares_by_bytes() {
    let Some(database) = Database::empty(Engine::Postgres) else { return };
    let pool = persistence::db::pool(database.url(), 1).unwrap();
    let mut conn = persistence::db::get(&pool).unwrap();
    persistence::db::migrate(&mut conn).unwrap();
    let others = persistence::introspect::not_by_bytes(&mut conn).unwrap();
    let mut wrong = Vec::new();
    for def in domain::objects::ALL {
        let shape = Shape::plain(def);
        let names = shape.columns().map(|field| (def.key.to_owned(), field.key.to_string()));
        wrong.extend(names.filter(|name| others.contains(name)));
    }
    assert!(wrong.is_empty(), "COLLATE \"C\" is missing: {wrong:?}");
}

#[test]
fn every_migration_runs_backwards_and_forwards_again_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::empty(engine) else { continue };
        let pool = persistence::db::pool(database.url(), 1).unwrap();
        let mut conn = persistence::db::get(&pool).unwrap();
        persistence::db::migrate(&mut conn).unwrap();
        let before = persistence::introspect::tables(&mut conn).unwrap();
        persistence::db::revert_all(&mut conn).unwrap();
        assert_eq!(persistence::introspect::tables(&mut conn).unwrap(), BTreeMap::new(), "{engine:?}");
        persistence::db::migrate(&mut conn).unwrap();
        assert_eq!(persistence::introspect::tables(&mut conn).unwrap(), before, "{engine:?}");
    }
}
