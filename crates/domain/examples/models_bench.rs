//! CPU time of the models over a million customers on one thread:
//! `cargo run --release -p domain --example models_bench [customers]`.

use domain::cadence::{self, Stake};
use domain::grade::{self, Grade};
use domain::repeat::{History, bg_nbd, predict, spend};
use domain::{four_r, health, lifecycle, sdae};
use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    let customers = std::env::args().nth(1).and_then(|a| a.parse::<usize>().ok()).unwrap_or(1_000_000);
    let mut random = Random(42);
    let histories: Vec<History> = (0..customers).map(|_| random.history()).collect();
    timed("BG/NBD fit", customers, || bg_nbd::fit(&histories).map_or(0.0, |fit| fit.params.r));
    timed("Gamma-Gamma fit", customers, || spend::fit(&histories).map_or(0.0, |fit| fit.params.p));
    let buying = bg_nbd::Params { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    let spending = spend::Params { p: 6.25, q: 3.74, gamma_minor: 1544.0 };
    let settings = predict::Settings::default();
    timed("prediction", customers, || {
        let values = histories.iter().map(|h| predict::predict(*h, &buying, Some(&spending), true, &settings));
        values.map(|p| p.p_alive).sum()
    });
    timed("P(alive) and a year", customers, || {
        histories.iter().map(|h| buying.p_alive(h) + buying.expected(h, 52.0)).sum()
    });
    timed("grade, cadence, SDAE, health, lifecycle", customers, || {
        (0..customers).map(|_| all_of_one(&mut random)).sum()
    });
    let contact = four_r::Settings::default();
    timed("4R of ten contacts each", customers, || {
        let facts = (0..customers * 10).map(|i| four_r::Facts {
            grade: Grade::ALL.get(i % 5).copied(),
            interval_days: Some(14),
            days_since_previous: Some((i % 40) as u32),
            ..four_r::Facts::default()
        });
        let mut tally = four_r::Tally::default();
        facts.for_each(|facts| tally.add(&four_r::score(facts, &contact)));
        tally.index().overall.unwrap_or(0.0)
    });
}

fn all_of_one(random: &mut Random) -> f64 {
    let percent = |random: &mut Random| Some((random.next() % 101) as f64);
    let days = |random: &mut Random| Some((random.next() % 200) as u32);
    let graded = grade::grade(
        grade::Input { potential: percent(random), fit: percent(random), strategic: None },
        None,
        &grade::Settings::default(),
    );
    let cadence = cadence::Settings::default();
    let due = cadence::interval(&cadence, graded.grade(), None, None).and_then(|interval| {
        let input =
            cadence::Input { grade: graded.grade(), interval, days_since: days(random), contacts_in_interval: 1 };
        cadence::due(&cadence::standing(input, &cadence), 0, Stake::default(), &cadence)
    });
    let facts = sdae::Facts {
        closeness: percent(random),
        days_since_contact: days(random),
        competitor_alerts: Some(0),
        wallet_share: percent(random),
        revenue_minor: Some(1_000_000),
        revenue_before_minor: Some(900_000),
        open_minor: Some(500_000),
        solution: percent(random),
        csat: percent(random),
        ..sdae::Facts::default()
    };
    let quality = sdae::assess(&facts, &[], &sdae::Settings::default());
    let measure = health::Settings::default();
    let health = health::health(
        &health::indicators(
            &health::Facts { renewal: percent(random), nps: Some(0.0), ..health::Facts::default() },
            &measure,
        ),
        &measure,
    );
    let stage = lifecycle::Facts { purchased_minor: Some((random.next() % 100_000_000) as i64), ..Default::default() };
    let tests = lifecycle::examine(lifecycle::Stage::Growth, &stage, &lifecycle::Entry::default());
    quality.scores().into_iter().flatten().sum::<f64>()
        + health.total.score.unwrap_or(0.0)
        + due.map_or(0.0, |d| d.lateness)
        + tests.len() as f64
}

fn timed(what: &str, customers: usize, work: impl FnOnce() -> f64) {
    let start = cpu_seconds();
    let check = work();
    println!("{what}: {customers} customers: {:.3} s ({check:.3})", cpu_seconds() - start);
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

    fn history(&mut self) -> History {
        let age = self.next() % 700 + 1;
        let repeats = (self.next() % 12).saturating_sub(4) as u32;
        let recency = if repeats > 0 { self.next() % age } else { 0 };
        History {
            repeats,
            recency: recency as f64 / 7.0,
            age: age as f64 / 7.0,
            mean_repeat_minor: (repeats > 0).then(|| (self.next() % 900_000 + 1000) as f64),
        }
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
