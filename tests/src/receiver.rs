//! Other people's servers, as far as tests need them: one that is called over HTTP, and one that takes mail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Received {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

type Answer = Box<dyn Fn(&Received) -> String + Send + Sync>;

/// An HTTP server that keeps what it is told.
pub struct Receiver {
    address: String,
    kept: Arc<Mutex<Vec<Received>>>,
}

/// A whole HTTP answer.
pub fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

impl Receiver {
    /// One that answers as the function says.
    pub fn new(respond: impl Fn(&Received) -> String + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let respond: Arc<Answer> = Arc::new(Box::new(respond));
        let keep = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (keep, respond) = (keep.clone(), respond.clone());
                thread::spawn(move || serve(stream, &keep, &respond));
            }
        });
        Receiver { address, kept }
    }

    /// Its address with a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was told so far.
    pub fn received(&self) -> Vec<Received> {
        self.kept.lock().expect("no panic").clone()
    }
}

fn serve(mut stream: TcpStream, keep: &Mutex<Vec<Received>>, respond: &Answer) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(n, _)| n == "content-length").and_then(|(_, v)| v.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let received = Received { target, headers, body: String::from_utf8_lossy(&body).into_owned() };
    keep.lock().ok()?.push(received.clone());
    stream.write_all(respond(&received).as_bytes()).ok()
}

/// A server that takes connections and never answers.
pub struct Silent(String);

impl Silent {
    /// A new one.
    pub fn start() -> Silent {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                held.push(stream);
            }
        });
        Silent(address)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.0)
    }
}

/// A server whose answer is very long.
pub struct Flood {
    address: String,
    sent: Arc<AtomicU64>,
}

impl Flood {
    /// One that would send so many bytes.
    pub fn start(bytes: u64) -> Flood {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let sent = Arc::new(AtomicU64::new(0));
        let count = sent.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let count = count.clone();
                thread::spawn(move || pour(&mut stream, bytes, &count));
            }
        });
        Flood { address, sent }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Bytes that were taken from it.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

fn pour(stream: &mut TcpStream, bytes: u64, count: &AtomicU64) -> Option<()> {
    BufReader::new(stream.try_clone().ok()?).read_line(&mut String::new()).ok()?;
    stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n").as_bytes()).ok()?;
    let part = [b'x'; 65_536];
    while count.load(Ordering::Relaxed) < bytes {
        stream.write_all(&part).ok()?;
        count.fetch_add(part.len() as u64, Ordering::Relaxed);
    }
    Some(())
}

/// A mail server that takes everything, except what is for `refused@…`.
pub struct MailServer {
    address: String,
    kept: Arc<Mutex<Vec<(String, String)>>>,
}

impl MailServer {
    /// A new one.
    pub fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let keep = keep.clone();
                thread::spawn(move || talk(stream, &keep));
            }
        });
        MailServer { address, kept }
    }

    /// As `FLYWHEEL_SMTP_URL` takes it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Recipients and mails so far.
    pub fn mails(&self) -> Vec<(String, String)> {
        self.kept.lock().expect("no panic").clone()
    }
}

fn talk(mut stream: TcpStream, keep: &Mutex<Vec<(String, String)>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    stream.write_all(b"220 test ESMTP\r\n").ok()?;
    let mut recipient = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let upper = line.to_uppercase();
        let reply = match upper.get(..4)? {
            "EHLO" => "250-test\r\n250 8BITMIME\r\n",
            "RCPT" if line.contains("refused@") => "550 no such mailbox\r\n",
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1)?.to_owned();
                "250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").ok()?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    reader.read_line(&mut text).ok()?;
                }
                keep.lock().ok()?.push((recipient.clone(), text));
                "250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").ok()?;
                return Some(());
            }
            _ => "250 ok\r\n",
        };
        stream.write_all(reply.as_bytes()).ok()?;
    }
}
