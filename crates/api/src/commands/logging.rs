//! The log: lines on standard error, for people or for programs.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

pub(super) fn start(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log_level).map_err(|e| format!("FLYWHEEL_LOG_LEVEL: {e}"))?;
    let terminal = std::io::stderr().is_terminal();
    let format = config.log.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = match format {
        LogFormat::Json => log.json().flatten_event(true).try_init(),
        LogFormat::Text => log.with_ansi(terminal).try_init(),
    };
    started.map_err(|e| e.to_string())
}
