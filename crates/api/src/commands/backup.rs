//! Copies of a SQLite database, made while it is in use, and bringing them back.

use crate::config::Config;
use chrono::{DateTime, Utc};
use clap::Args;
use persistence::db::{self, SchemaState, Target};
use std::fs;
use std::path::{Path, PathBuf};

/// Options of `backup`.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// File to write; must not exist
    file: PathBuf,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// File that `backup` wrote
    file: PathBuf,
    /// Replace a database that exists; it is kept beside the new one under the ending .before-restore-TIME (UTC)
    #[arg(long)]
    force: bool,
}

/// The file of the SQLite database; on PostgreSQL its own tools do this better.
fn sqlite_file(config: &Config, instead: &str) -> Result<PathBuf, String> {
    match Target::parse(&config.database_url).map_err(|e| e.to_string())? {
        Target::Sqlite(path) => Ok(PathBuf::from(path)),
        Target::Pg(_) => Err(format!("this database is PostgreSQL: use {instead}")),
    }
}

/// Writes a consistent copy.
pub(super) fn backup(config: &Config, options: &Backup) -> Result<(), String> {
    let source = sqlite_file(config, "pg_dump --format=custom")?;
    if !source.exists() {
        return Err(format!("there is no database {}", source.display()));
    }
    if options.file.exists() {
        return Err(format!("{} exists already", options.file.display()));
    }
    if let Some(dir) = options.file.parent().filter(|d| !d.as_os_str().is_empty()) {
        fs::create_dir_all(dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))?;
    }
    let pool = db::pool(&config.database_url, 1).map_err(|e| e.to_string())?;
    let mut conn = db::get(&pool).map_err(|e| e.to_string())?;
    // A half-written copy must not look like a whole one.
    let partial = with_ending(&options.file, "partial");
    let _ = fs::remove_file(&partial);
    persistence::backup::copy_to(&mut conn, &text(&partial)?).map_err(|e| e.to_string())?;
    verify(&partial)?;
    fs::rename(&partial, &options.file).map_err(|e| format!("cannot rename {}: {e}", partial.display()))?;
    println!("wrote {}", options.file.display());
    Ok(())
}

/// Checks a copy and puts it in the database's place.
pub(super) fn restore(config: &Config, options: &Restore) -> Result<(), String> {
    let target = sqlite_file(config, "pg_restore")?;
    verify(&options.file)?;
    if target.exists() && !options.force {
        return Err(format!("{} exists; stop the server and give --force to replace it", target.display()));
    }
    if let Some(dir) = target.parent().filter(|d| !d.as_os_str().is_empty()) {
        fs::create_dir_all(dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))?;
    }
    let partial = with_ending(&target, "restoring");
    let aside = replace(&options.file, &partial, &target).inspect_err(|_| {
        let _ = fs::remove_file(&partial);
    })?;
    println!("restored {} from {}", target.display(), options.file.display());
    if let Some(aside) = aside {
        println!("the database that was there is {}", aside.display());
    }
    Ok(())
}

/// Puts a copy of a file in the database's place, and answers where the database is that was there.
fn replace(file: &Path, partial: &Path, target: &Path) -> Result<Option<PathBuf>, String> {
    fs::copy(file, partial).map_err(|e| format!("cannot copy {}: {e}", file.display()))?;
    let aside = if target.exists() {
        // What the write-ahead log still holds belongs to the database that is set aside.
        fold_log(target)?;
        let aside = unused_name(target, Utc::now());
        fs::rename(target, &aside).map_err(|e| format!("cannot set {} aside: {e}", target.display()))?;
        Some(aside)
    } else {
        None
    };
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", target.display()));
    }
    if let Err(error) = fs::rename(partial, target) {
        // Better the old database than none.
        if let Some(aside) = &aside {
            let _ = fs::rename(aside, target);
        }
        return Err(format!("cannot rename {}: {error}", partial.display()));
    }
    Ok(aside)
}

/// A name for the database that is set aside: it sorts by time, and nothing has it yet.
fn unused_name(target: &Path, now: DateTime<Utc>) -> PathBuf {
    let name = with_ending(target, &format!("before-restore-{}", now.format("%Y%m%dT%H%M%SZ")));
    let more = |n: u32| with_ending(&name, &n.to_string());
    let mut found = name.clone();
    let mut n = 1;
    while found.exists() {
        n += 1;
        found = more(n);
    }
    found
}

fn fold_log(path: &Path) -> Result<(), String> {
    let pool = db::pool(&format!("sqlite:{}", text(path)?), 1).map_err(|e| e.to_string())?;
    let mut conn = db::get(&pool).map_err(|e| e.to_string())?;
    persistence::backup::fold_log(&mut conn).map_err(|e| format!("is the server still running? {e}"))
}

/// A whole database that this program can read.
fn verify(path: &Path) -> Result<(), String> {
    if !path.is_file() {
        return Err(format!("there is no file {}", path.display()));
    }
    // A look at a copy, so that checking leaves no trace beside the original.
    let probe = with_ending(path, "checking");
    fs::copy(path, &probe).map_err(|e| format!("cannot copy {}: {e}", path.display()))?;
    let result = look_into(&probe).map_err(|e| format!("{} is not a sound database: {e}", path.display()));
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", probe.display()));
    }
    result
}

fn look_into(path: &Path) -> Result<(), String> {
    let pool = db::pool(&format!("sqlite:{}", text(path)?), 1).map_err(|e| e.to_string())?;
    let mut conn = db::get(&pool).map_err(|e| e.to_string())?;
    persistence::backup::check(&mut conn).map_err(|e| e.to_string())?;
    match db::schema_state(&mut conn).map_err(|e| e.to_string())? {
        SchemaState::Newer(names) => Err(format!("it belongs to a newer version ({})", names.join(", "))),
        SchemaState::Current | SchemaState::Behind(_) => Ok(()),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn text(path: &Path) -> Result<String, String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("{} is not UTF-8", path.display()))
}
