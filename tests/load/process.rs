//! The server as a process: what it costs, read from `/proc`.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::http::Connection;

/// Threads of the server that do what follows from requests, or what time makes due.
const BACKGROUND: [&str; 9] =
    ["job", "notifications", "rules", "scores", "webhooks", "clock", "mail", "deliver", "stream"];

/// CPU time of a server.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    /// Of the threads that answer requests and write for them.
    pub requests: Duration,
    /// Of all others.
    pub background: Duration,
}

impl Cpu {
    /// Both.
    pub fn all(self) -> Duration {
        self.requests + self.background
    }
}

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

    /// User and system time so far: of what answers requests, and of what follows from them on threads of its own.
    pub fn cpu(&self) -> Cpu {
        let process = format!("/proc/{}", self.child.id());
        let stat = fs::read_to_string(format!("{process}/stat")).expect("/proc");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = [11, 12].iter().filter_map(|&i| fields.get(i)?.parse::<u64>().ok()).sum();
        let background = self.threads(&BACKGROUND);
        // Threads that have ended count in the whole only: those that answer come and go, the others stay.
        Cpu { requests: Duration::from_millis(ticks * 10).saturating_sub(background), background }
    }

    fn threads(&self, names: &[&str]) -> Duration {
        let used = |task: fs::DirEntry| {
            let named = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            let times = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let nanoseconds = times.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
            if names.contains(&named.trim()) { Duration::from_nanos(nanoseconds) } else { Duration::ZERO }
        };
        fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("/proc").flatten().map(used).sum()
    }

    /// CPU time of the threads of this name.
    pub fn thread(&self, name: &str) -> Duration {
        self.threads(&[name])
    }

    /// How long a server must be quiet to have settled.
    pub const PATIENCE: Duration = Duration::from_millis(1200);

    /// Waits until the server has nothing left to do.
    pub fn settle(&self) {
        self.wait_until_quiet(|| self.cpu().all());
    }

    /// Waits until nothing is left of what follows from requests, while others may go on.
    pub fn catch_up(&self) {
        self.wait_until_quiet(|| self.cpu().background);
    }

    /// Waits until the threads of this name have nothing left to do, while others may go on.
    pub fn rest_of(&self, name: &str) {
        self.wait_until_quiet(|| self.thread(name));
    }

    fn wait_until_quiet(&self, spent: impl Fn() -> Duration) {
        let (start, mut quiet) = (Instant::now(), 0);
        while quiet < 4 && start.elapsed() < Duration::from_secs(900) {
            let before = spent();
            std::thread::sleep(Duration::from_millis(300));
            quiet = if spent().saturating_sub(before) <= Duration::from_millis(10) { quiet + 1 } else { 0 };
        }
    }

    /// Resident memory in MB.
    pub fn memory(&self) -> f64 {
        self.megabytes("VmRSS:")
    }

    /// The most that resident memory has been, in MB.
    pub fn most_memory(&self) -> f64 {
        self.megabytes("VmHWM:")
    }

    fn megabytes(&self, line: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("/proc");
        let kilobytes =
            status.lines().find_map(|l| l.strip_prefix(line)?.split_whitespace().next()?.parse::<f64>().ok());
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
