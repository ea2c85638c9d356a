//! Server-sent events as a browser reads them.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

/// An open stream.
pub struct EventStream {
    lines: BufReader<Box<dyn Read + Send>>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerEvent {
    /// Its name.
    pub name: String,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its data.
    pub data: Value,
}

impl EventStream {
    /// Reads this body.
    pub fn new(body: impl Read + Send + 'static) -> EventStream {
        EventStream { lines: BufReader::new(Box::new(body)) }
    }

    /// The next event; `None` when the server ended the stream.
    pub fn next_event(&mut self) -> Option<ServerEvent> {
        let mut event = ServerEvent { name: String::new(), id: None, data: Value::Null };
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 {
                return None;
            }
            let line = line.trim_end();
            match line.split_once(": ") {
                Some(("event", name)) => event.name = name.to_owned(),
                Some(("id", id)) => event.id = Some(id.to_owned()),
                Some(("data", data)) => event.data = serde_json::from_str(data).expect("data is JSON"),
                _ if line.is_empty() && !event.name.is_empty() => return Some(event),
                _ => {}
            }
        }
    }

    /// The next event of this name, passing over others.
    #[track_caller]
    pub fn wait_for(&mut self, name: &str) -> ServerEvent {
        loop {
            let event = self.next_event().unwrap_or_else(|| panic!("the stream ended before {name}"));
            if event.name == name {
                return event;
            }
        }
    }
}
