//! Copies of a SQLite database, made while it is in use, and bringing them back.

use crate::config::Config;
use chrono::{DateTime, Utc};
use clap::Args;
use persistence::backup::Log;
use persistence::db::{self, SchemaState, Target};
use std::fs;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
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
    sqlite_file(config, "pg_dump --format=custom")?;
    super::require_there(config)?;
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
    // SQLite fills an empty file as it is: nobody else may read it from its first byte on.
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)
        .map_err(|e| format!("cannot write {}: {e}", partial.display()))?;
    persistence::backup::copy_to(&mut conn, &text(&partial)?).map_err(|e| e.to_string())?;
    verify(&partial, &partial)?;
    to_disk(&partial)?;
    fs::rename(&partial, &options.file).map_err(|e| format!("cannot rename {}: {e}", partial.display()))?;
    to_disk(folder(&options.file))?;
    println!("wrote {}", options.file.display());
    Ok(())
}

/// Checks a copy and puts it in the database's place.
pub(super) fn restore(config: &Config, options: &Restore) -> Result<(), String> {
    let target = sqlite_file(config, "pg_restore")?;
    if !options.file.is_file() {
        return Err(format!("there is no file {}", options.file.display()));
    }
    if target.exists() && !options.force {
        return Err(format!("{} exists; stop the server and give --force to replace it", target.display()));
    }
    if let Some(dir) = target.parent().filter(|d| !d.as_os_str().is_empty()) {
        db::make_folder(dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))?;
    }
    verify(&options.file, &target)?;
    let partial = with_ending(&target, "restoring");
    let aside = replace(&options.file, &partial, &target).inspect_err(|_| {
        let _ = fs::remove_file(&partial);
    })?;
    println!("restored {} from {}", target.display(), options.file.display());
    if let Some(Aside { path, damage }) = aside {
        println!("the database that was there is {}", path.display());
        if let Some(why) = damage {
            println!("it was damaged, so that what its log held may still be beside it: {why}");
        }
    }
    Ok(())
}

/// The database that was there before.
struct Aside {
    path: PathBuf,
    /// Why its log could not be brought into it; the log then lies beside it.
    damage: Option<String>,
}

/// What SQLite keeps beside a database.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Puts a copy of a file in the database's place, and answers where the database is that was there.
fn replace(file: &Path, partial: &Path, target: &Path) -> Result<Option<Aside>, String> {
    copy(file, partial)?;
    to_disk(partial)?;
    let aside = if target.exists() {
        // What the write-ahead log still holds belongs to the database that is set aside.
        let damage = fold_log(target)?;
        let path = unused_name(target, Utc::now());
        set_aside(target, &path).map_err(|e| format!("cannot set {} aside: {e}", target.display()))?;
        Some(Aside { path, damage })
    } else {
        None
    };
    for ending in BESIDE {
        let _ = fs::remove_file(beside(target, ending));
    }
    if let Err(error) = fs::rename(partial, target) {
        // Better the old database than none.
        if let Some(aside) = &aside {
            let _ = set_aside(&aside.path, target);
        }
        return Err(format!("cannot rename {}: {error}", partial.display()));
    }
    to_disk(folder(target))?;
    Ok(aside)
}

/// Renames a database with what lies beside it: all of it, or nothing.
fn set_aside(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut moved: Vec<&str> = Vec::new();
    // The database last: it must not be anywhere without its log.
    for ending in BESIDE.into_iter().chain([""]) {
        match fs::rename(beside(from, ending), beside(to, ending)) {
            Ok(()) => moved.push(ending),
            Err(error) if !ending.is_empty() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                for ending in moved {
                    let _ = fs::rename(beside(to, ending), beside(from, ending));
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The name of what SQLite keeps beside a database.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The folder in which a file lies.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Waits until a file, or the names in a folder, would survive a power cut.
fn to_disk(path: &Path) -> Result<(), String> {
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| format!("cannot write {} to the disk: {e}", path.display()))
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

/// Brings the log into the file; says why a damaged one does not allow it, and refuses while anybody has it open.
fn fold_log(path: &Path) -> Result<Option<String>, String> {
    match persistence::backup::fold_log(path).map_err(|e| format!("cannot open {}: {e}", path.display()))? {
        Log::Folded => Ok(None),
        Log::Unreadable(why) => Ok(Some(why)),
        Log::InUse => Err(format!("is the server still running? {} is in use", path.display())),
    }
}

/// A whole database that this program can read. What is looked at is a copy beside `place`, so that checking leaves no
/// trace beside the original, which may lie where nobody may write.
fn verify(path: &Path, place: &Path) -> Result<(), String> {
    let probe = with_ending(place, "checking");
    let looked = copy(path, &probe)
        .and_then(|()| look_into(&probe).map_err(|e| format!("{} is not a sound database: {e}", path.display())));
    remove(&probe);
    looked
}

/// Copies a file. The copy is there to be written to, also where the original may only be read.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    // The log of an earlier copy would be read as this one's.
    remove(to);
    let copied = fs::copy(from, to).and_then(|_| {
        let mut permissions = fs::metadata(to)?.permissions();
        permissions.set_mode(permissions.mode() | 0o600);
        fs::set_permissions(to, permissions)
    });
    copied.map_err(|e| format!("cannot copy {} to {}: {e}", from.display(), to.display()))
}

/// Removes a database, if it is there, with what lies beside it.
fn remove(path: &Path) {
    for ending in BESIDE.into_iter().chain([""]) {
        let _ = fs::remove_file(beside(path, ending));
    }
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
    beside(path, &format!(".{ending}"))
}

fn text(path: &Path) -> Result<String, String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("{} is not UTF-8", path.display()))
}
