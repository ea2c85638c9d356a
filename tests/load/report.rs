//! What one size of database showed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::figures::{Figure, Target};

/// One operation.
pub struct Line {
    /// Its name.
    pub operation: &'static str,
    /// CPU milliseconds of the server per request (per thousand rows for the import).
    pub cpu: f64,
    /// The same of what follows from the requests: consumers of the event log and jobs.
    pub after: f64,
    /// Requests per second.
    pub per_second: f64,
    /// Half of the answers came within this.
    pub p50: Duration,
    /// Nearly all of the answers came within this.
    pub p99: Duration,
}

impl Line {
    /// As a figure with its target, which may grow so much.
    pub fn figure(&self, growth: f64) -> Figure {
        let most = |limit: f64| Target::Most(limit * growth);
        let target = match self.operation {
            "read" => most(0.06),
            "list 50" => most(0.25),
            "search" => most(0.4),
            "create" => most(0.25),
            "pipeline aggregate" => most(1.0),
            "due list" => most(5.0),
            _ => Target::Open,
        };
        if self.operation.starts_with("import") {
            return Figure::new("import on SQLite", self.per_second, "rows/s", Target::Least(20_000.0));
        }
        Figure::new(self.operation, self.cpu, "ms CPU", target)
    }
}

/// What one size showed.
pub struct Report {
    /// Customers.
    pub size: usize,
    /// The operations.
    pub lines: Vec<Line>,
    /// Everything beside its target.
    pub figures: Vec<Figure>,
}

impl Report {
    /// Prints it.
    pub fn print(&self) {
        println!("\n{} customers, {} opportunities (SQLite)", self.size, self.size * 3);
        println!(
            "  {:<20} {:>12} {:>10} {:>10} {:>10} {:>10}",
            "operation", "CPU ms/req", "after it", "per s", "p50 ms", "p99 ms"
        );
        for line in &self.lines {
            println!(
                "  {:<20} {:>12.3} {:>10.3} {:>10.0} {:>10.2} {:>10.2}",
                line.operation,
                line.cpu,
                line.after,
                line.per_second,
                line.p50.as_secs_f64() * 1000.0,
                line.p99.as_secs_f64() * 1000.0
            );
        }
        self.figures.iter().for_each(Figure::print);
    }

    /// For the last line of the report.
    pub fn summary(&self) -> Value {
        let milliseconds = |d: Duration| d.as_secs_f64() * 1000.0;
        let line = |l: &Line| json!({ "operation": l.operation, "cpu_ms": l.cpu, "after_cpu_ms": l.after, "per_second": l.per_second, "p50_ms": milliseconds(l.p50), "p99_ms": milliseconds(l.p99) });
        json!({ "customers": self.size, "operations": self.lines.iter().map(line).collect::<Vec<_>>(), "figures": self.figures.iter().map(Figure::json).collect::<Vec<_>>() })
    }
}
