//! What `/metrics` shows, in the text format of Prometheus.

use crate::state::State;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use std::time::Duration;

/// Counters and timings of this process.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency: HistogramVec,
    pool: IntGaugeVec,
    jobs: IntGaugeVec,
    lag: IntGaugeVec,
    process: IntGaugeVec,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> prometheus::Result<Metrics> {
        let buckets = vec![0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let metrics = Metrics {
            registry: Registry::new(),
            requests: IntCounterVec::new(
                Opts::new("flywheel_requests_total", "Requests answered"),
                &["method", "route", "status"],
            )?,
            latency: HistogramVec::new(
                HistogramOpts::new("flywheel_request_seconds", "Time from the request's head to the answer's")
                    .buckets(buckets),
                &["method", "route"],
            )?,
            pool: IntGaugeVec::new(
                Opts::new("flywheel_pool_connections", "Database connections of this process"),
                &["state"],
            )?,
            jobs: IntGaugeVec::new(Opts::new("flywheel_jobs", "Background jobs in the database"), &["state"])?,
            lag: IntGaugeVec::new(
                Opts::new(
                    "flywheel_consumer_lag",
                    "Events a consumer of the log has still to read, and milliseconds since the first of them",
                ),
                &["consumer", "measure"],
            )?,
            process: IntGaugeVec::new(
                Opts::new("flywheel_process", "Resident bytes, processor milliseconds, seconds since the start"),
                &["measure"],
            )?,
        };
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.latency.clone()))?;
        metrics.registry.register(Box::new(metrics.pool.clone()))?;
        metrics.registry.register(Box::new(metrics.jobs.clone()))?;
        metrics.registry.register(Box::new(metrics.lag.clone()))?;
        metrics.registry.register(Box::new(metrics.process.clone()))?;
        Ok(metrics)
    }

    /// Counts one answer.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let mut digits = [0u8; 3];
        let method = known(method);
        digits.iter_mut().zip([status / 100, status / 10 % 10, status % 10]).for_each(|(d, n)| *d = b'0' + n as u8);
        self.requests.with_label_values(&[method, route, std::str::from_utf8(&digits).unwrap_or("")]).inc();
        self.latency.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    /// The page of `/metrics`. Blocks.
    pub(crate) fn page(&self, state: &State) -> prometheus::Result<Vec<u8>> {
        let pool = state.pool.state();
        self.pool.with_label_values(&["idle"]).set(i64::from(pool.idle_connections));
        self.pool.with_label_values(&["busy"]).set(i64::from(pool.connections - pool.idle_connections));
        // Whoever watches wants an answer most of all when the database gives none.
        if let Some(mut conn) = state.pool.try_get() {
            if let Ok(counts) = persistence::jobs::counts(&mut conn) {
                self.jobs.reset();
                counts.iter().for_each(|(name, n)| self.jobs.with_label_values(&[name.as_str()]).set(*n));
            }
            for lag in app::consumers::lags(&mut conn, chrono::Utc::now()).unwrap_or_default() {
                self.lag.with_label_values(&[lag.name.as_str(), "events"]).set(lag.events);
                self.lag.with_label_values(&[lag.name.as_str(), "milliseconds"]).set(lag.milliseconds);
            }
        }
        self.process.with_label_values(&["uptime_seconds"]).set(state.started.elapsed().as_secs() as i64);
        if let Some((resident, cpu)) = process() {
            self.process.with_label_values(&["resident_bytes"]).set(resident);
            self.process.with_label_values(&["cpu_milliseconds"]).set(cpu);
        }
        let mut page = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut page)?;
        Ok(page)
    }
}

/// A method of HTTP as a label; whatever else a caller makes up is one label together, or anybody could fill the memory.
fn known(method: &str) -> &'static str {
    const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    METHODS.into_iter().find(|m| *m == method).unwrap_or("OTHER")
}

/// Resident bytes and processor milliseconds, where the system tells (Linux: pages of 4 KiB, ticks of 10 ms).
fn process() -> Option<(i64, i64)> {
    let pages: i64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the program's name in brackets, may hold spaces; the times are the 14th and 15th.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: i64 = fields.get(11)?.parse::<i64>().ok()? + fields.get(12)?.parse::<i64>().ok()?;
    Some((pages * 4096, ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_callers_make_up_are_one_series() {
        let metrics = Metrics::new().unwrap();
        metrics.request("PATCH", "/api/v1/customers/{id}", 200, Duration::from_millis(1));
        for i in 0..100 {
            metrics.request(&format!("AAAA{i}"), "other", 404, Duration::from_millis(1));
        }
        let page = TextEncoder::new().encode_to_string(&metrics.registry.gather()).unwrap();
        let counted: Vec<&str> = page.lines().filter(|line| line.starts_with("flywheel_requests_total{")).collect();
        assert_eq!(counted.len(), 2, "{page}");
        assert!(counted.iter().any(|line| line.contains("method=\"OTHER\"") && line.ends_with(" 100")), "{page}");
        assert!(counted.iter().any(|line| line.contains("method=\"PATCH\"")), "{page}");
    }
}
