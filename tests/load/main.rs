//! `make bench`: what one request costs the server, at two sizes of database.
//!
//! For each size a database is filled through the record engine, the release build of `flywheel` is started on it, and each
//! operation is driven over keep-alive connections on the loopback address. The CPU time is the server's own, from `/proc`.

mod fill;
mod http;
mod process;

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use fill::Filled;
use http::{Connection, Request, drive};
use process::Server;

const CONNECTIONS: usize = 4;
const PASSWORD: &str = "Correct-Horse-9-Battery";

/// One line of the report.
struct Line {
    operation: &'static str,
    /// CPU milliseconds of the server per request (per thousand rows for the import).
    cpu: f64,
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

/// What one size showed.
struct Report {
    size: usize,
    first_answer: Duration,
    idle: f64,
    memory: f64,
    lines: Vec<Line>,
}

fn main() {
    let sizes: Vec<usize> = env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100_000, 1_000_000] } else { sizes };
    let binary = PathBuf::from(env::var("FLYWHEEL_BIN").expect("FLYWHEEL_BIN names the server"));
    let folder = PathBuf::from(env::var("BENCH_DIR").expect("BENCH_DIR names a folder"));
    let reports: Vec<Report> = sizes.iter().map(|&size| measure(&binary, &folder, size)).collect();
    for report in &reports {
        print(report);
    }
    if let [small, .., large] = reports.as_slice() {
        println!("\ngrowth of CPU per request from {} to {} customers", small.size, large.size);
        for (a, b) in small.lines.iter().zip(&large.lines) {
            println!("  {:<20} {:>6.2}", a.operation, b.cpu / a.cpu.max(0.001));
        }
    }
    println!("{}", json!({ "bench": reports.iter().map(summary).collect::<Vec<_>>() }));
}

fn measure(binary: &Path, folder: &Path, size: usize) -> Report {
    let dir = folder.join(size.to_string());
    let database = format!("sqlite:{}", dir.join("flywheel.db").display());
    let filled = prepare(binary, &dir, &database, size);
    let server = Server::start(binary, &database, &dir);
    let token = log_in(server.port);
    std::thread::sleep(Duration::from_secs(1));
    let (first_answer, idle) = (server.first_answer, server.memory());
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
            (
                "POST",
                "/api/v1/customers".to_owned(),
                json!({ "name": format!("新建客户{i}有限公司"), "phone": format!("138{i:08}"), "city": "上海" })
                    .to_string(),
            )
        }),
        operate(&server, &token, "pipeline aggregate", 500, &|_| {
            get(format!("/api/v1/pipelines/{}/summary", filled.pipeline))
        }),
    ];
    lines.push(import(&server, &token, 50_000));
    Report { size, first_answer, idle, memory: server.memory(), lines }
}

/// An organisation with its customers; kept between runs.
fn prepare(binary: &Path, dir: &Path, database: &str, size: usize) -> Filled {
    std::fs::create_dir_all(dir).expect("a folder");
    let marker = dir.join("filled.json");
    if let Some(filled) = std::fs::read_to_string(&marker).ok().and_then(|text| Filled::read(&text)) {
        return filled;
    }
    for file in std::fs::read_dir(dir).expect("a folder").flatten() {
        std::fs::remove_file(file.path()).ok();
    }
    let server = Server::start(binary, database, dir);
    let setup =
        json!({ "organisation": "飞轮测速", "name": "管理员", "email": "admin@example.com", "password": PASSWORD })
            .to_string();
    let (status, body) = request(server.port, "", "POST", "/api/v1/setup", setup.as_bytes());
    assert_eq!(status, 201, "{body}");
    drop(server);
    let start = Instant::now();
    let filled = fill::fill(database, size);
    eprintln!("filled {size} customers and {} opportunities in {:.0} s", size * 3, start.elapsed().as_secs_f64());
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
    let before = server.cpu();
    let run = drive(server.port, token, CONNECTIONS, count, Duration::from_secs(20), make);
    let cpu = server.cpu() - before;
    Line {
        operation,
        cpu: cpu.as_secs_f64() * 1000.0 / run.count.max(1) as f64,
        per_second: run.count as f64 / run.elapsed.as_secs_f64(),
        p50: run.quantile(0.5),
        p99: run.quantile(0.99),
    }
}

/// Imports so many customers from a CSV file, from upload to the finished job.
fn import(server: &Server, token: &str, rows: usize) -> Line {
    let mut csv = String::from("客户名称,电话,城市,行业\n");
    for i in 0..rows {
        csv += &format!("导入客户{i}科技有限公司,139{i:08},杭州,制造\n");
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
    let cpu = server.cpu() - before;
    Line {
        operation: "import, 1000 rows",
        cpu: cpu.as_secs_f64() * 1_000_000.0 / rows as f64,
        per_second: rows as f64 / elapsed.as_secs_f64(),
        p50: elapsed,
        p99: elapsed,
    }
}

fn print(report: &Report) {
    println!(
        "\n{} customers, {} opportunities (SQLite); first answer {:.0} ms, idle {:.0} MB, after the load {:.0} MB",
        report.size,
        report.size * 3,
        report.first_answer.as_secs_f64() * 1000.0,
        report.idle,
        report.memory
    );
    println!("  {:<20} {:>12} {:>10} {:>10} {:>10}", "operation", "CPU ms/req", "per s", "p50 ms", "p99 ms");
    for line in &report.lines {
        println!(
            "  {:<20} {:>12.3} {:>10.0} {:>10.2} {:>10.2}",
            line.operation,
            line.cpu,
            line.per_second,
            line.p50.as_secs_f64() * 1000.0,
            line.p99.as_secs_f64() * 1000.0
        );
    }
}

fn summary(report: &Report) -> Value {
    let lines: Vec<Value> = report.lines.iter().map(|l| json!({ "operation": l.operation, "cpu_ms": l.cpu, "per_second": l.per_second, "p50_ms": l.p50.as_secs_f64() * 1000.0, "p99_ms": l.p99.as_secs_f64() * 1000.0 })).collect();
    json!({ "customers": report.size, "first_answer_ms": report.first_answer.as_secs_f64() * 1000.0, "idle_mb": report.idle, "memory_mb": report.memory, "operations": lines })
}
