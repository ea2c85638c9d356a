//! The program's subcommands.

use crate::config::{Config, Settings};
use clap::{Parser, Subcommand};
use persistence::db::{self, DbPool, Target};
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

mod backup;
mod demo;
mod import;
mod logging;
mod serve;
mod user;
mod worker;

/// Flywheel CRM.
#[derive(Debug, Parser)]
#[command(name = "flywheel", version, about = "Flywheel CRM", propagate_version = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the web pages, and run background jobs
    Serve(serve::Options),
    /// Bring the database to this program's schema
    Migrate,
    /// Write a consistent copy of a SQLite database, also while it is in use
    Backup(backup::Backup),
    /// Check a copy and put it in the place of the SQLite database
    Restore(backup::Restore),
    /// Fill an empty database with a demonstration company
    Demo(demo::Options),
    /// Add users, give them passwords, list them
    #[command(subcommand)]
    User(user::Command),
    /// Run background jobs without the API, beside any number of other processes
    Worker,
    /// Bring a CSV or XLSX file in
    Import(Box<import::Options>),
    /// Print the OpenAPI document
    Openapi,
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let line = Line::parse();
    let done = line.settings.resolve().and_then(|config| {
        logging::start(&config)?;
        run(line.command, config)
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("flywheel: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, config: Config) -> Result<(), String> {
    app::mail::configure(config.smtp.clone())?;
    app::webhooks::allow_private(config.webhook_private);
    match command {
        Command::Serve(options) => serve::run(config, &options),
        Command::Migrate => migrate(&config),
        Command::Backup(options) => backup::backup(&config, &options),
        Command::Restore(options) => backup::restore(&config, &options),
        Command::Demo(options) => demo::run(&config, &options),
        Command::User(command) => user::run(&config, command),
        Command::Worker => worker::run(&config),
        Command::Import(options) => import::run(&config, &options),
        Command::Openapi => print(crate::openapi::text()),
    }
}

/// Writes to the standard output. Who reads it may have read enough and be gone, as `head` is.
fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(format!("cannot write to the standard output: {e}")),
        _ => Ok(()),
    }
}

fn migrate(config: &Config) -> Result<(), String> {
    let ran = apply_migrations(config)?;
    match ran.as_slice() {
        [] => println!("the database is up to date"),
        names => println!("applied: {}", names.join(", ")),
    }
    Ok(())
}

/// Runs what has not run yet, under a lock between processes; refuses a database that is newer than this program.
fn apply_migrations(config: &Config) -> Result<Vec<String>, String> {
    db::bring_up_to_date(&config.database_url).map_err(|e| e.to_string())
}

/// There is a database to work on. One that is asked for in a wrong folder must not come into being there, empty.
fn require_there(config: &Config) -> Result<(), String> {
    let target = Target::parse(&config.database_url).map_err(|e| e.to_string())?;
    match target.missing() {
        Some(path) => Err(format!("there is no database {}: say where it is with DATABASE_URL", path.display())),
        None => Ok(()),
    }
}

/// Says once, when a process starts, what the operator had better change about PostgreSQL.
fn warn_of_database(config: &Config, pool: &DbPool) -> Result<(), String> {
    if let Some(host) = Target::parse(&config.database_url).map_err(|e| e.to_string())?.exposed() {
        tracing::warn!(
            host,
            "PostgreSQL is reached over a network without encryption: keep that network private, or use a local stunnel or pgbouncer"
        );
    }
    let mut conn = db::get(pool).map_err(|e| e.to_string())?;
    if let Some(lc_messages) = db::foreign_language(&mut conn).map_err(|e| e.to_string())? {
        tracing::warn!(
            lc_messages,
            "PostgreSQL does not answer in English and this user may not choose, so that some passing errors may count as \
             faults: set lc_messages = 'C' on the server, or from PostgreSQL 15 on GRANT SET ON PARAMETER lc_messages"
        );
    }
    Ok(())
}
