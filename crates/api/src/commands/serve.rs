//! `flywheel serve`.

use super::worker::Signals;
use crate::config::Config;
use crate::server;
use crate::state::State;
use actix_web::dev::ServerHandle;
use actix_web::{HttpServer, web};
use persistence::db::{self, SchemaState};
use std::time::Duration;

/// Threads for background jobs: an import and an export may run beside each other.
pub(super) const JOB_THREADS: usize = 2;

/// Options of `serve` alone.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Refuse to start when migrations have not run, instead of running them
    #[arg(long)]
    no_migrate: bool,
}

pub(super) fn run(config: Config, options: &Options) -> Result<(), String> {
    if options.no_migrate {
        require_current(&config)?;
    } else {
        let ran = super::apply_migrations(&config)?;
        if !ran.is_empty() {
            tracing::info!(migrations = ran.join(", "), "the database was brought up to date");
        }
    }
    let state = web::Data::new(State::new(config)?);
    super::warn_of_database(&state.config, &state.pool)?;
    actix_web::rt::System::new().block_on(serve(state)).map_err(|e| e.to_string())
}

/// The database is there and has exactly this program's schema, or the reason why not.
pub(super) fn require_current(config: &Config) -> Result<(), String> {
    super::require_there(config)?;
    let pool = db::pool(&config.database_url, 1).map_err(|e| e.to_string())?;
    let mut conn = db::get(&pool).map_err(|e| e.to_string())?;
    match db::schema_state(&mut conn).map_err(|e| e.to_string())? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind(names) => {
            Err(format!("migrations have not run: {}; run `flywheel migrate`", names.join(", ")))
        }
        SchemaState::Newer(names) => {
            Err(format!("the database is newer than this program (it knows {})", names.join(", ")))
        }
    }
}

/// Serves until SIGTERM or SIGINT; requests in flight are then finished, unless somebody presses Ctrl-C once more.
async fn serve(state: web::Data<State>) -> std::io::Result<()> {
    let (bind, workers, patience) = (state.config.bind, state.config.workers, state.config.shutdown_timeout);
    let shared = state.clone();
    let signals = Signals::new()?;
    app::consumers::enrol(&state.pool)
        .map_err(|e| std::io::Error::other(format!("the readers of the event log cannot begin: {e:?}")))?;
    let server = HttpServer::new(move || server::build(shared.clone()))
        .workers(workers)
        .client_request_timeout(Duration::from_secs(20))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(patience)
        // The server's own signals would cut requests off on SIGINT.
        .disable_signals()
        .bind(bind)
        .map_err(|e| {
            let why = format!("cannot listen on {bind}: {e}; choose another address with --bind or FLYWHEEL_BIND");
            std::io::Error::new(e.kind(), why)
        })?;
    for address in server.addrs() {
        tracing::info!(%address, "listening");
    }
    let jobs = app::jobs::Workers::start(&state.pool, &state.beside, JOB_THREADS)?;
    let follower = {
        let state = state.clone();
        std::thread::Builder::new().name("stream".to_owned()).spawn(move || crate::live::follow(&state))?
    };
    let server = server.run();
    actix_web::rt::spawn(stop_when_asked(signals, server.handle(), state.clone()));
    let result = server.await;
    state.live.end();
    drop(jobs);
    let _ = follower.join();
    tracing::info!("stopped");
    result
}

/// Waits for a signal and stops the server. Streams never end by themselves, so they are ended before the server waits
/// for requests in flight.
async fn stop_when_asked(mut signals: Signals, server: ServerHandle, state: web::Data<State>) {
    signals.asked().await;
    state.live.end();
    tokio::select! {
        () = server.stop(true) => {},
        () = signals.pressed() => {
            tracing::warn!("stopped at once");
            std::process::exit(130);
        }
    }
}
