//! The models of repeat purchase against the figures published for the CDNOW data (Fader, Hardie &
//! Lee): from the summary and from the raw purchases. The data lie at `../shared/data` beside the
//! repository, or where `FLYWHEEL_REAL_DATA` says; without them the tests say so and check nothing.

use chrono::{Datelike, NaiveDate};
use domain::repeat::{History, bg_nbd, history, predict, spend};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file of the public data, if it is on this machine.
fn read(name: &str) -> Option<String> {
    let given = std::env::var_os("FLYWHEEL_REAL_DATA").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = given.unwrap_or_else(beside).join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: there is no {}", path.display());
    }
    text
}

fn day(text: &str) -> Option<i32> {
    NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(|d| d.num_days_from_ce())
}

/// The last day of the 39 weeks to which the published model was fitted.
fn end_of_calibration() -> i32 {
    NaiveDate::from_ymd_opt(1997, 9, 30).map_or(0, |d| d.num_days_from_ce())
}

/// Purchases by customer; amounts in cents. `columns`: where customer, date and amount stand.
fn purchases(text: &str, columns: [usize; 3]) -> BTreeMap<u32, Vec<(i32, i64)>> {
    let mut all: BTreeMap<u32, Vec<(i32, i64)>> = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let cell = |i: usize| cells.get(columns[i]).copied().unwrap_or_default();
        if let (Ok(customer), Some(day), Ok(amount)) = (cell(0).parse(), day(cell(1)), cell(2).parse::<f64>()) {
            all.entry(customer).or_default().push((day, (amount * 100.0).round() as i64));
        }
    }
    all
}

fn histories(all: &mut BTreeMap<u32, Vec<(i32, i64)>>) -> Vec<History> {
    all.values_mut().filter_map(|rows| history(rows, end_of_calibration())).collect()
}

/// The purchases that were made in the 39 weeks after the calibration, and those foretold.
fn in_the_next_39_weeks(all: &BTreeMap<u32, Vec<(i32, i64)>>, rows: &[History], params: &bg_nbd::Params) -> (f64, f64) {
    let until = end_of_calibration();
    let later = |rows: &Vec<(i32, i64)>| {
        let mut days: Vec<i32> =
            rows.iter().map(|r| r.0).filter(|d| (until + 1..=until + 39 * 7).contains(d)).collect();
        days.dedup();
        days.len() as f64
    };
    (all.values().map(later).sum(), rows.iter().map(|h| params.expected(h, 39.0)).sum())
}

fn is_published(fit: &bg_nbd::Fit) {
    let bg_nbd::Params { r, alpha, a, b } = fit.params;
    let printed = format!("{r:.3} {alpha:.3} {a:.3} {b:.3} {:.1}", fit.log_likelihood);
    assert_eq!(printed, "0.243 4.414 0.793 2.426 -9582.4");
    assert!(fit.converged);
    assert_eq!(fit.customers, 2357);
}

#[test]
fn the_published_fit_follows_from_the_summary() {
    let Some(text) = read("cdnow_customers_summary.csv") else { return };
    let row = |line: &str| -> Option<History> {
        let cells: Vec<f64> = line.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [_, repeats, recency, age] = cells[..] else { return None };
        Some(History { repeats: repeats as u32, recency, age, mean_repeat_minor: None })
    };
    let rows: Vec<History> = text.lines().filter_map(row).collect();
    let fit = bg_nbd::fit(&rows);
    is_published(&fit.expect("2,357 customers are enough"));
    assert_eq!(spend::fit(&rows).err().map(|e| (e.customers, e.repeaters)), Some((2357, 0)));
}

#[test]
fn the_published_fits_follow_from_the_purchases_of_the_sample() {
    let Some(text) = read("cdnow_sample.txt") else { return };
    let mut all = purchases(&text, [1, 2, 4]);
    let rows = histories(&mut all);
    let fit = bg_nbd::fit(&rows).expect("2,357 customers are enough");
    is_published(&fit);
    let (bought, foretold) = in_the_next_39_weeks(&all, &rows, &fit.params);
    let before: f64 = rows.iter().map(|h| f64::from(h.repeats)).sum();
    assert_eq!((before, bought), (2457.0, 1882.0));
    let share = (before + foretold) / (before + bought);
    assert!((0.94..1.0).contains(&share), "the paper finds the model a few percent low: {share}");
    let fit = spend::fit(&rows).expect("946 customers bought again");
    let spend::Params { p, q, gamma_minor } = fit.params;
    assert_eq!((fit.repeaters, fit.converged), (946, true));
    assert_eq!(format!("{p:.2} {q:.2} {:.2}", gamma_minor / 100.0), "6.25 3.74 15.44");
}

#[test]
fn the_sample_is_found_again_in_the_purchases_of_all_customers() {
    let (Some(sample), Some(master)) = (read("cdnow_sample.txt"), read("cdnow_master.txt")) else { return };
    let chosen = purchases(&sample, [0, 2, 4]);
    let mut all = purchases(&master, [0, 1, 3]);
    assert_eq!(all.len(), 23_570);
    all.retain(|customer, _| chosen.contains_key(customer));
    is_published(&bg_nbd::fit(&histories(&mut all)).expect("2,357 customers are enough"));
}

#[test]
fn all_customers_are_fitted_and_what_they_bought_later_is_foretold() {
    let Some(text) = read("cdnow_master.txt") else { return };
    let mut all = purchases(&text, [0, 1, 3]);
    let rows = histories(&mut all);
    let start = std::time::Instant::now();
    let fit = bg_nbd::fit(&rows).expect("23,570 customers are enough");
    let seconds = start.elapsed().as_secs_f64();
    println!("23,570 customers fitted in {seconds:.3} s: {fit:?}");
    assert!(fit.converged && fit.customers == 23_570);
    assert!(seconds < 0.5 || cfg!(debug_assertions), "the fit took {seconds:.3} s");
    let (bought, foretold) = in_the_next_39_weeks(&all, &rows, &fit.params);
    println!("bought {bought}, foretold {foretold:.0}");
    assert!((0.85..1.0).contains(&(foretold / bought)), "bought {bought}, foretold {foretold}");
}

#[test]
fn a_published_customer_buys_1_226_times_in_39_weeks() {
    let params = bg_nbd::Params { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    let history = History { repeats: 2, recency: 30.43, age: 38.86, mean_repeat_minor: None };
    assert_eq!(format!("{:.3}", params.expected(&history, 39.0)), "1.226");
    let prediction = predict::predict(history, &params, None, true, &predict::Settings::default());
    assert!(prediction.p_alive > 0.7 && !prediction.win_back);
}
