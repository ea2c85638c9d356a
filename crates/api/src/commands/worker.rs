//! `flywheel worker`: background jobs without the API.

use crate::config::Config;
use app::jobs::Workers;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) fn run(config: &Config) -> Result<(), String> {
    super::serve::require_current(config)?;
    let pool = persistence::db::pool(&config.database_url, config.pool_size).map_err(|e| e.to_string())?;
    super::warn_of_database(config, &pool)?;
    app::consumers::enrol(&pool).map_err(|e| format!("the readers of the event log cannot begin: {e:?}"))?;
    let small = persistence::db::small_pool(&config.database_url, config.pool_size).map_err(|e| e.to_string())?;
    let beside = small.unwrap_or_else(|| pool.clone());
    let workers = Workers::start(&pool, &beside, super::serve::JOB_THREADS).map_err(|e| e.to_string())?;
    tracing::info!("working");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    let asked = async {
        Signals::new()?.asked().await;
        Ok::<(), std::io::Error>(())
    };
    runtime.block_on(asked).map_err(|e| e.to_string())?;
    drop(workers);
    tracing::info!("stopped");
    Ok(())
}

/// SIGTERM and SIGINT, heard from the moment it is made.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Belongs to the runtime in which it is made.
    pub(super) fn new() -> std::io::Result<Signals> {
        Ok(Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits until somebody asks the process to end.
    pub(super) async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {},
            _ = self.interrupt.recv() => {},
        }
    }

    /// Waits until somebody presses Ctrl-C.
    pub(super) async fn pressed(&mut self) {
        self.interrupt.recv().await;
    }
}
