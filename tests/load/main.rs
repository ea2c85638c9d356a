//! `make bench`: what one request costs the server, at two sizes of database.
//!
//! For each size a database is filled through the record engine, the release build of `flywheel` is started on it, and each
//! operation is driven over keep-alive connections on the loopback address. The CPU time is the server's own, from `/proc`.

mod automation;
mod figures;
mod fill;
mod http;
mod process;
mod report;
mod scoring;

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use automation::automation;
use figures::{Figure, Target};
use fill::{Company, Dice, Extent, Filled};
use http::{Connection, Request, drive};
use process::Server;
use report::{Line, Report};
use scoring::scoring;

const CONNECTIONS: usize = 4;
const PASSWORD: &str = "Correct-Horse-9-Battery";

fn main() {
    let only_fill = env::args().nth(1).is_some_and(|arg| arg == "fill");
    let sizes: Vec<usize> = env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100_000, 1_000_000] } else { sizes };
    let binary = PathBuf::from(env::var("FLYWHEEL_BIN").expect("FLYWHEEL_BIN names the server"));
    let folder = PathBuf::from(env::var("BENCH_DIR").expect("BENCH_DIR names a folder"));
    if only_fill {
        sizes.iter().for_each(|&size| drop(full(&binary, &folder, size)));
        return;
    }
    if only("scores") {
        scoring(&binary, &folder, &sizes).iter().for_each(Figure::print);
        return;
    }
    let mut figures = Vec::new();
    let reports: Vec<Report> = sizes.iter().map(|&size| measure(&binary, &folder, size)).collect();
    for report in &reports {
        report.print();
        figures.extend(report.figures.clone());
    }
    if let [small, .., large] = reports.as_slice() {
        println!("\ngrowth of CPU per request from {} to {} customers", small.size, large.size);
        for (a, b) in small.lines.iter().zip(&large.lines) {
            println!("  {:<20} {:>6.2}", a.operation, b.cpu / a.cpu.max(0.001));
        }
    }
    if env::var_os("BENCH_ONLY").is_some() {
        return;
    }
    let mut others = scoring(&binary, &folder, &scoring::SIZES);
    others.extend(postgres(&binary, &folder));
    println!("\nscores and PostgreSQL");
    others.iter().for_each(Figure::print);
    figures.extend(others);
    let figures: Vec<Value> = figures.iter().map(Figure::json).collect();
    println!("{}", json!({ "bench": reports.iter().map(Report::summary).collect::<Vec<_>>(), "figures": figures }));
}

/// With `BENCH_ONLY=requests`, `automation` or `scores` nothing else is measured.
fn only(part: &str) -> bool {
    env::var("BENCH_ONLY").is_ok_and(|only| only == part)
}

/// The database of a size with something in every list, with its folder and address.
fn full(binary: &Path, folder: &Path, size: usize) -> (PathBuf, String, Filled) {
    kept(binary, folder.join(format!("full-{size}")), &Extent::full(size))
}

/// The database of a size that requests are measured on, with its folder and address.
fn filled(binary: &Path, folder: &Path, size: usize) -> (PathBuf, String, Filled) {
    kept(binary, folder.join(size.to_string()), &Extent::sparse(size))
}

fn kept(binary: &Path, dir: PathBuf, extent: &Extent) -> (PathBuf, String, Filled) {
    let database = format!("sqlite:{}", dir.join("flywheel.db").display());
    let filled = prepare(binary, &dir, &database, extent);
    (dir, database, filled)
}

fn measure(binary: &Path, folder: &Path, size: usize) -> Report {
    let (dir, database, filled) = filled(binary, folder, size);
    let server = Server::start(binary, &database, &dir);
    let token = log_in(server.port);
    server.settle();
    let (first_answer, idle) = (server.first_answer, server.memory());
    if only("automation") {
        let figures = automation(&server, &token, &filled.customers[0]);
        return Report { size, lines: Vec::new(), figures };
    }
    let get = |path: String| -> Request { ("GET", path, String::new()) };
    let customers = &filled.customers;
    let mut lines = vec![
        operate(&server, &token, "read", 10_000, &|i| {
            get(format!("/api/v1/customers/{}", customers[i * 7919 % customers.len()]))
        }),
        operate(&server, &token, "list 50", 2_000, &|_| get("/api/v1/customers?limit=50".to_owned())),
        operate(&server, &token, "list 50, own sort", 1_000, &|i| {
            get(format!("/api/v1/customers?limit=50&sort={}", ["name", "-updated_at"][i % 2]))
        }),
        operate(&server, &token, "search", 1_000, &|i| {
            get(format!("/api/v1/customers?limit=20&q={}", filled.queries[i % filled.queries.len()]))
        }),
        operate(&server, &token, "create", 2_000, &|i| {
            ("POST", "/api/v1/customers".to_owned(), {
                let company = Dice::new(i as u64).company();
                json!({ "name": company.name, "phone": format!("138{i:08}"), "city": company.city }).to_string()
            })
        }),
        operate(&server, &token, "due list", 300, &|_| get("/api/v1/cadence/due".to_owned())),
        operate(&server, &token, "pipeline aggregate", 500, &|_| {
            get(format!("/api/v1/pipelines/{}/summary", filled.pipeline))
        }),
    ];
    // An import gives way to people who write, and those of the line before have only just stopped.
    server.catch_up();
    lines.push(import(&server, &token, 50_000));
    let mut figures = vec![
        Figure::new("start to first answer", first_answer.as_secs_f64(), "s", Target::Most(0.5)),
        Figure::new("idle memory", idle, "MB", Target::Most(60.0)),
        Figure::new("memory after the load", server.memory(), "MB", Target::Open),
    ];
    // The targets are for a hundred thousand customers; ten times as many may cost half as much again.
    let growth = if size > 100_000 { 1.5 } else { 1.0 };
    figures.extend(lines.iter().map(|line| line.figure(growth)));
    if !only("requests") {
        figures.extend(automation(&server, &token, &customers[0]));
    }
    Report { size, lines, figures }
}

/// Rows of an import per second on a fresh PostgreSQL database, where one is at hand.
fn postgres(binary: &Path, folder: &Path) -> Vec<Figure> {
    let Ok(url) = env::var("FLYWHEEL_TEST_PG") else {
        println!("\nno PostgreSQL: FLYWHEEL_TEST_PG is not set");
        return Vec::new();
    };
    let dir = folder.join("postgres");
    std::fs::create_dir_all(&dir).expect("a folder");
    let server = Server::start(binary, &url, &dir);
    set_up(server.port);
    let token = log_in(server.port);
    server.settle();
    let line = import(&server, &token, 50_000);
    vec![Figure::new("import on PostgreSQL", line.per_second, "rows/s", Target::Least(8_000.0))]
}

fn set_up(port: u16) {
    let setup =
        json!({ "organisation": "飞轮测速", "name": "管理员", "email": "admin@example.com", "password": PASSWORD })
            .to_string();
    let (status, body) = request(port, "", "POST", "/api/v1/setup", setup.as_bytes());
    assert_eq!(status, 201, "{body}");
}

/// An organisation with its customers; kept between runs.
fn prepare(binary: &Path, dir: &Path, database: &str, extent: &Extent) -> Filled {
    std::fs::create_dir_all(dir).expect("a folder");
    let marker = dir.join("filled.json");
    if let Some(filled) = std::fs::read_to_string(&marker).ok().and_then(|text| Filled::read(&text)) {
        return filled;
    }
    for file in std::fs::read_dir(dir).expect("a folder").flatten() {
        std::fs::remove_file(file.path()).ok();
    }
    let server = Server::start(binary, database, dir);
    set_up(server.port);
    drop(server);
    let start = Instant::now();
    let filled = fill::fill(database, extent);
    eprintln!("filled {} customers in {:.0} s", extent.customers, start.elapsed().as_secs_f64());
    // What follows from so many new records is no part of what is measured later.
    Server::start(binary, database, dir).settle();
    std::fs::write(&marker, filled.write()).expect("a file");
    filled
}

fn log_in(port: u16) -> String {
    let body = json!({ "email": "admin@example.com", "password": PASSWORD }).to_string();
    let (status, answer) = request(port, "", "POST", "/api/v1/auth/login", body.as_bytes());
    assert_eq!(status, 200, "{answer}");
    answer["access_token"].as_str().expect("a token").to_owned()
}

fn request(port: u16, token: &str, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
    let mut connection = Connection::open(port, token).expect("the server listens");
    let kind = if path.starts_with("/api/v1/files") { "text/csv" } else { "application/json" };
    let (status, answer) = connection.send(method, path, kind, body).expect("the server answers");
    (status, serde_json::from_slice(answer).unwrap_or_default())
}

fn operate(
    server: &Server,
    token: &str,
    operation: &'static str,
    count: usize,
    make: &(dyn Fn(usize) -> Request + Sync),
) -> Line {
    drive(server.port, token, CONNECTIONS, count / 20 + 10, Duration::from_secs(5), &|i| make(i + 1_000_000));
    server.settle();
    let before = server.cpu();
    let run = drive(server.port, token, CONNECTIONS, count, Duration::from_secs(20), make);
    server.settle();
    let cpu = server.cpu();
    let per_request = |spent: Duration| spent.as_secs_f64() * 1000.0 / run.count.max(1) as f64;
    Line {
        operation,
        cpu: per_request(cpu.requests.saturating_sub(before.requests)),
        after: per_request(cpu.background - before.background),
        per_second: run.count as f64 / run.elapsed.as_secs_f64(),
        p50: run.quantile(0.5),
        p99: run.quantile(0.99),
    }
}

/// Imports so many customers from a CSV file, from upload to the finished job.
fn import(server: &Server, token: &str, rows: usize) -> Line {
    // Other names in every run: rows that are there already are changed instead of made.
    let mut dice = Dice::new(chrono::Utc::now().timestamp().unsigned_abs());
    let mut csv = String::from("客户名称,电话,城市,行业\n");
    for i in 0..rows {
        let Company { name, city, trade } = dice.rare_company();
        csv += &format!("{name},139{i:08},{city},{trade}\n");
    }
    let before = server.cpu();
    let start = Instant::now();
    let (status, file) = request(server.port, token, "POST", "/api/v1/files?name=customers.csv", csv.as_bytes());
    assert_eq!(status, 201, "{file}");
    let body = json!({ "object": "customers", "file_id": file["id"] }).to_string();
    let (status, import) = request(server.port, token, "POST", "/api/v1/imports", body.as_bytes());
    assert_eq!(status, 201, "{import}");
    let path = format!("/api/v1/imports/{}", import["id"].as_str().expect("an id"));
    let (status, started) = request(server.port, token, "POST", &format!("{path}/start"), b"{\"dry_run\":false}");
    assert!(status < 300, "{started}");
    loop {
        let (_, state) = request(server.port, token, "GET", &path, b"");
        match state["state"].as_str().unwrap_or_default() {
            "done" => break,
            "failed" | "cancelled" => panic!("{state}"),
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
        assert!(start.elapsed() < Duration::from_secs(300), "the import does not end: {state}");
    }
    let elapsed = start.elapsed();
    let cpu = server.cpu().all() - before.all();
    server.catch_up();
    let after = server.cpu().all() - before.all() - cpu;
    let per_thousand = |spent: Duration| spent.as_secs_f64() * 1_000_000.0 / rows as f64;
    Line {
        operation: "import, 1000 rows",
        cpu: per_thousand(cpu),
        after: per_thousand(after),
        per_second: rows as f64 / elapsed.as_secs_f64(),
        p50: elapsed,
        p99: elapsed,
    }
}
