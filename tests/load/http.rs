//! A keep-alive HTTP client that costs as little as it can, so that the machine is the server's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// One connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
    token: String,
    line: String,
    body: Vec<u8>,
}

/// What a run of requests showed.
pub struct Run {
    /// Requests answered.
    pub count: usize,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Ascending.
    pub latencies: Vec<Duration>,
}

impl Run {
    /// The latency that this share of the requests did not exceed.
    pub fn quantile(&self, q: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get((last as f64 * q).round() as usize).copied().unwrap_or_default()
    }
}

impl Connection {
    /// To `127.0.0.1:port`, as the bearer of `token`.
    pub fn open(port: u16, token: &str) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Connection {
            stream: BufReader::with_capacity(1 << 16, stream),
            token: token.to_owned(),
            line: String::new(),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads its answer: status and body.
    pub fn send(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> std::io::Result<(u16, &[u8])> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        if !self.token.is_empty() {
            request += &format!("Authorization: Bearer {}\r\n", self.token);
        }
        if !body.is_empty() || method == "POST" {
            request += &format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len());
        }
        request += "\r\n";
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.get_mut().write_all(&bytes)?;
        let status = self.read_line()?.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.read_line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
        }
        self.body.clear();
        if !chunked {
            self.read_body(length)?;
        }
        while chunked {
            let size =
                usize::from_str_radix(self.read_line()?.split(';').next().unwrap_or("0").trim(), 16).unwrap_or(0);
            self.read_body(size)?;
            self.read_line()?;
            chunked = size > 0;
        }
        Ok((status, &self.body))
    }

    fn read_line(&mut self) -> std::io::Result<&str> {
        self.line.clear();
        if self.stream.read_line(&mut self.line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(self.line.trim_end())
    }

    fn read_body(&mut self, length: usize) -> std::io::Result<()> {
        let start = self.body.len();
        self.body.resize(start + length, 0);
        self.stream.read_exact(&mut self.body[start..])
    }
}

/// A request: method, path, JSON body (empty for none).
pub type Request = (&'static str, String, String);

/// Sends `count` requests, the i-th made by `make(i)`, over `connections` connections at once, for at most `limit`.
/// Any answer of 400 and above ends the run.
pub fn drive(
    port: u16,
    token: &str,
    connections: usize,
    count: usize,
    limit: Duration,
    make: &(dyn Fn(usize) -> Request + Sync),
) -> Run {
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let mut latencies: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(port, token).expect("the server listens");
                    let mut seen = Vec::new();
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        if i >= count || start.elapsed() > limit {
                            return seen;
                        }
                        let (method, path, body) = make(i);
                        let sent = Instant::now();
                        let (status, answer) = connection
                            .send(method, &path, "application/json", body.as_bytes())
                            .expect("the server answers");
                        seen.push(sent.elapsed());
                        assert!(status < 400, "{method} {path}: {status} {}", String::from_utf8_lossy(answer));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    });
    let elapsed = start.elapsed();
    latencies.sort_unstable();
    Run { count: latencies.len(), elapsed, latencies }
}
