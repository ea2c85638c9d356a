//! What scores cost: the night, one contact, the pages that read them, the model of repeat purchase.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::repeat::{History, bg_nbd};
use domain::rfm::{OrderKind, Orders, Settings, score_orders};
use serde_json::json;

use crate::figures::{Figure, Target};
use crate::fill::Dice;
use crate::http::{Request, drive};
use crate::process::Server;
use crate::{full, log_in, request};

/// Customers, each with ten contacts and ten orders.
pub const SIZES: [usize; 2] = [50_000, 1_000_000];
const HISTORIES: usize = 23_570;

/// Measures it at these numbers of customers.
pub fn scoring(binary: &Path, folder: &Path, sizes: &[usize]) -> Vec<Figure> {
    let mut figures = vec![rfm(), repeat_fit()];
    let mut flywheel = Vec::new();
    for &size in sizes {
        let (dir, database, filled) = full(binary, folder, size);
        let server = Server::start(binary, &database, &dir);
        let token = log_in(server.port);
        server.settle();
        let before = server.cpu().all();
        let (status, run) = request(server.port, &token, "POST", "/api/v1/scores/refresh", b"");
        assert_eq!(status, 200, "{run}");
        let night = (server.cpu().all() - before).as_secs_f64() * 1e6 / size as f64;
        figures.push(Figure::new(
            format!("scoring at night, for a million customers, at {size}"),
            night,
            "s CPU",
            Target::Most(120.0),
        ));
        figures.push(Figure::new(
            format!("most memory meanwhile, at {size}"),
            server.most_memory(),
            "MB",
            Target::Most(500.0),
        ));
        server.settle();
        figures.push(contact(&server, &token, &filled.customers, size));
        let page = |path: &'static str| {
            let get = |_| -> Request { ("GET", path.to_owned(), String::new()) };
            drive(server.port, &token, 1, 40, Duration::from_secs(20), &get).quantile(0.5).as_secs_f64() * 1000.0
        };
        let due = page("/api/v1/cadence/due");
        figures.push(Figure::new(format!("due list of {size} customers, p50"), due, "ms", Target::Most(5.0)));
        let wheel = page("/api/v1/flywheel");
        figures.push(Figure::new(format!("flywheel of {} contacts, p50", size * 10), wheel, "ms", Target::Most(100.0)));
        flywheel.push(wheel);
    }
    if let [small, large] = flywheel.as_slice() {
        figures.push(Figure::new(
            "growth of the flywheel with twenty times the contacts",
            large / small,
            "×",
            Target::Open,
        ));
    }
    figures
}

/// What one contact costs until all scores that follow from it are written.
fn contact(server: &Server, token: &str, customers: &[String], size: usize) -> Figure {
    const CONTACTS: usize = 300;
    let before = server.cpu().background;
    drive(server.port, token, 2, CONTACTS, Duration::from_secs(30), &|i| {
        let activity = json!({ "subject": "测速拜访", "kind": "visit", "customer_id": customers[i * 31 % customers.len()], "occurred_at": chrono::Utc::now() });
        ("POST", "/api/v1/activities".to_owned(), activity.to_string())
    });
    server.settle();
    let spent = (server.cpu().background - before).as_secs_f64() * 1000.0 / CONTACTS as f64;
    Figure::new(format!("what follows from one contact, at {size}"), spent, "ms CPU", Target::Most(2.0))
}

/// RFM of a million customers with ten million orders, on one thread.
fn rfm() -> Figure {
    const CUSTOMERS: usize = 1_000_000;
    const ROWS: usize = 10_000_000;
    const AS_OF: i32 = 20_000;
    let mut dice = Dice::new(42);
    let (mut customer, mut day) = (Vec::with_capacity(ROWS), Vec::with_capacity(ROWS));
    let (mut amount, mut kind) = (Vec::with_capacity(ROWS), Vec::with_capacity(ROWS));
    for _ in 0..ROWS {
        customer.push(dice.roll(CUSTOMERS) as u32);
        day.push(AS_OF - dice.roll(500) as i32);
        amount.push(dice.roll(1_000_000) as i64);
        kind.push(match dice.roll(50) {
            0 => OrderKind::Return,
            1 => OrderKind::Ignored,
            _ => OrderKind::Purchase,
        });
    }
    let orders = Orders { customer: &customer, day: &day, order: None, amount_minor: &amount, kind: &kind };
    let start = own_cpu();
    let scored = score_orders(&orders, CUSTOMERS, AS_OF, Settings::default());
    let segments = scored.summary();
    let spent = own_cpu() - start;
    assert!(scored.scored > CUSTOMERS as u64 / 2 && !segments.is_empty(), "most customers have orders");
    Figure::new("RFM of 1,000,000 customers with 10,000,000 orders", spent, "s CPU", Target::Most(1.1))
}

/// CPU seconds of this thread so far.
fn own_cpu() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("/proc");
    spent.split(' ').next().and_then(|text| text.parse::<f64>().ok()).expect("nanoseconds") / 1e9
}

fn repeat_fit() -> Figure {
    let mut dice = Dice::new(7);
    let histories: Vec<History> = (0..HISTORIES)
        .map(|_| {
            let age = 1 + dice.roll(700);
            let repeats = dice.roll(12).saturating_sub(4) as u32;
            let recency = if repeats > 0 { dice.roll(age) } else { 0 };
            let mean_repeat_minor = (repeats > 0).then(|| 1000.0 + dice.roll(900_000) as f64);
            History { repeats, recency: recency as f64 / 7.0, age: age as f64 / 7.0, mean_repeat_minor }
        })
        .collect();
    let start = Instant::now();
    let fitted = bg_nbd::fit(&histories).is_ok();
    assert!(fitted, "the histories can be fitted");
    Figure::new("BG/NBD fit on 23,570 customers", start.elapsed().as_secs_f64(), "s", Target::Most(0.5))
}
