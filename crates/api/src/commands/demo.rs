//! The demonstration company.

use crate::config::Config;
use app::demo;
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
    let empty = app::identity::setup_needed(&pool).map_err(|e| format!("{e:?}"))?;
    if !empty && options.if_empty {
        let known = db::get(&pool).and_then(|mut conn| persistence::identity::person_by_email(&mut conn, demo::EMAIL));
        match known.map_err(|e| e.to_string())? {
            Some(_) => println!(
                "the demonstration company is there: log in as {} with the password {}",
                demo::EMAIL,
                demo::PASSWORD
            ),
            None => println!("the database has users already: nothing to do"),
        }
        return Ok(());
    }
    if !empty {
        return Err("the database has users already; the demonstration needs an empty one".to_owned());
    }
    println!("making the demonstration company …");
    let made = demo::make(&pool, chrono::SubsecRound::trunc_subsecs(chrono::Utc::now(), 6), options.scale)
        .map_err(|e| format!("{e:?}"))?;
    println!(
        "{} users, {} customers, {} contacts, {} opportunities, {} orders, {} activities",
        made.users, made.customers, made.contacts, made.opportunities, made.orders, made.activities
    );
    println!("log in as {} with the password {}", demo::EMAIL, demo::PASSWORD);
    Ok(())
}
