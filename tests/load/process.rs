//! The server as a process: what it costs, read from `/proc`.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::http::Connection;

/// A running server.
pub struct Server {
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// From its start to the first answer of `/readyz`.
    pub first_answer: Duration,
}

impl Server {
    /// Starts the binary on this database and a free port.
    pub fn start(binary: &Path, database: &str, dir: &Path) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let start = Instant::now();
        let child = Command::new(binary)
            .arg("serve")
            .env("DATABASE_URL", database)
            .env("FLYWHEEL_BIND", format!("127.0.0.1:{port}"))
            .env("FLYWHEEL_SECRET", "bench-bench-bench-bench-bench-bench-bench-0001")
            .env("FLYWHEEL_DATA_DIR", dir)
            .envs(
                ["FLYWHEEL_RATE_LIMIT", "FLYWHEEL_ADDRESS_RATE_LIMIT", "FLYWHEEL_LOGIN_RATE_LIMIT"]
                    .map(|name| (name, "0")),
            )
            .stdout(Stdio::null())
            .stderr(fs::File::create(dir.join("server.log")).expect("a log file"))
            .spawn()
            .expect("the server starts");
        let mut server = Server { child, port, first_answer: Duration::ZERO };
        while start.elapsed() < Duration::from_secs(120) {
            let answer = Connection::open(port, "")
                .and_then(|mut c| c.send("GET", "/readyz", "", &[]).map(|(status, _)| status));
            if matches!(answer, Ok(200)) {
                server.first_answer = start.elapsed();
                return server;
            }
            assert!(
                server.child.try_wait().expect("a child").is_none(),
                "the server ended: {}",
                fs::read_to_string(dir.join("server.log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("the server did not answer in two minutes");
    }

    /// User and system time so far.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("/proc");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = [11, 12].iter().filter_map(|&i| fields.get(i)?.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Resident memory in MB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("/proc");
        let kilobytes =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM, so that the server closes its database itself.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().is_ok_and(|s| s.success());
        if !asked {
            self.child.kill().ok();
        }
        self.child.wait().ok();
    }
}
