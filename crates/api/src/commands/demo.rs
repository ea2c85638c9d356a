//! The demonstration company.

use crate::config::Config;
use app::demo::{self, State};
use clap::Args;
use persistence::db;

/// Options of `demo`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Do nothing when the database has users already, instead of failing
    #[arg(long)]
    if_empty: bool,
    /// Part of the company to make, 0.01 to 1
    #[arg(long, default_value_t = 1.0, value_name = "PART")]
    scale: f64,
}

/// Migrates the database where needed, fills it and says how to log in.
pub(super) fn run(config: &Config, options: &Options) -> Result<(), String> {
    if !(0.01..=1.0).contains(&options.scale) {
        return Err("--scale must be between 0.01 and 1".to_owned());
    }
    super::apply_migrations(config)?;
    let pool = db::pool(&config.database_url, 2).map_err(|e| e.to_string())?;
    match demo::state(&pool).map_err(|e| format!("{e:?}"))? {
        State::Empty => println!("making the demonstration company …"),
        State::HalfMade => println!("the demonstration company was begun and broken off: making the rest of it …"),
        State::Complete if options.if_empty => {
            println!(
                "the demonstration company is there: log in as {} with the password {}",
                demo::EMAIL,
                demo::PASSWORD
            );
            return Ok(());
        }
        State::Foreign if options.if_empty => {
            println!("the database has users already: nothing to do");
            return Ok(());
        }
        State::Complete | State::Foreign => {
            return Err("the database has users already; the demonstration needs an empty one".to_owned());
        }
    }
    let made = demo::make(&pool, chrono::SubsecRound::trunc_subsecs(chrono::Utc::now(), 6), options.scale)
        .map_err(|e| format!("{e:?}"))?;
    println!(
        "{} users, {} customers, {} contacts, {} opportunities, {} orders, {} activities",
        made.users, made.customers, made.contacts, made.opportunities, made.orders, made.activities
    );
    println!("log in as {} with the password {}", demo::EMAIL, demo::PASSWORD);
    Ok(())
}
