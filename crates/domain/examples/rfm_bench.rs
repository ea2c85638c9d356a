//! CPU time of RFM over a million customers and ten million orders on one thread:
//! `cargo run --release -p domain --example rfm_bench [customers] [orders]`.

use domain::rfm::{OrderKind, Orders, Settings, score_orders};
use std::time::{SystemTime, UNIX_EPOCH};

const AS_OF: i32 = 20_000;

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|a| a.parse::<usize>().ok());
    let customers = args.next().unwrap_or(1_000_000);
    let rows = args.next().unwrap_or(10_000_000);
    let mut random = Random(42);
    let mut customer = Vec::with_capacity(rows);
    let mut day = Vec::with_capacity(rows);
    let mut amount = Vec::with_capacity(rows);
    let mut kind = Vec::with_capacity(rows);
    for _ in 0..rows {
        customer.push((random.next() % customers.max(1) as u64) as u32);
        day.push(AS_OF - (random.next() % 500) as i32);
        amount.push((random.next() % 1_000_000) as i64);
        kind.push(match random.next() % 50 {
            0 => OrderKind::Return,
            1 => OrderKind::Ignored,
            _ => OrderKind::Purchase,
        });
    }
    let dense: Vec<u64> = (0..rows as u64).map(|i| i / 2 * 2).collect();
    let sparse: Vec<u64> = dense.iter().map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    for (what, order) in
        [("every row an order", None), ("dense order keys", Some(&dense[..])), ("sparse order keys", Some(&sparse[..]))]
    {
        let orders = Orders { customer: &customer, day: &day, order, amount_minor: &amount, kind: &kind };
        let start = cpu_seconds();
        let rfm = score_orders(&orders, customers, AS_OF, Settings::default());
        let summary = rfm.summary();
        let seconds = cpu_seconds() - start;
        println!(
            "{what}: {customers} customers, {rows} rows, {} scored, {} of important value: {seconds:.3} s",
            rfm.scored, summary[0].customers
        );
    }
}

/// SplitMix64: the same data on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// CPU seconds of this process where the system tells them, else the time of day.
fn cpu_seconds() -> f64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map(|nanoseconds| nanoseconds / 1e9)
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64()))
}
