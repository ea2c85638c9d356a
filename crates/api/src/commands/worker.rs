//! `flywheel worker`: background jobs without the API.

use crate::config::Config;
use app::jobs::Workers;

pub(super) fn run(config: &Config) -> Result<(), String> {
    super::serve::require_current(config)?;
    let pool = persistence::db::pool(&config.database_url, config.pool_size).map_err(|e| e.to_string())?;
    app::consumers::enrol(&pool).map_err(|e| format!("the readers of the event log cannot begin: {e:?}"))?;
    let small = persistence::db::small_pool(&config.database_url, config.pool_size).map_err(|e| e.to_string())?;
    let beside = small.unwrap_or_else(|| pool.clone());
    let workers = Workers::start(&pool, &beside, super::serve::JOB_THREADS).map_err(|e| e.to_string())?;
    tracing::info!("working");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(ended()).map_err(|e| e.to_string())?;
    drop(workers);
    tracing::info!("stopped");
    Ok(())
}

/// Waits for SIGTERM or SIGINT.
pub(super) async fn ended() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut asked = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = asked.recv() => Ok(()),
        ended = tokio::signal::ctrl_c() => ended,
    }
}
