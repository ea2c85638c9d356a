//! A client that holds every response against the OpenAPI document.

use std::ops::Index;

use serde_json::Value;
use ureq::http::{Method, Request};

use crate::events::EventStream;
use crate::spec::Spec;

/// Talks to one server as one caller. Panics on a response that the document does not promise.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Vec<u8>,
    /// The body when it is JSON, else null.
    pub json: Value,
    /// `METHOD path`, for messages.
    pub request: String,
}

impl Client {
    /// An anonymous caller of the server at `base`, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Client {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .timeout_global(Some(std::time::Duration::from_secs(180)))
            .build()
            .new_agent();
        Client { agent, base: base.to_owned(), token: None, headers: Vec::new() }
    }

    /// The same server, as the bearer of this access token or API key.
    pub fn with_token(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same caller, sending this header with every request, in the place of another of its name.
    pub fn with_header(&self, name: &str, value: &str) -> Client {
        let mut client = self.clone();
        client.headers.retain(|(other, _)| other != name);
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same server, as nobody.
    pub fn anonymous(&self) -> Client {
        Client { token: None, ..self.clone() }
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    /// `POST` of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(("application/json", body.to_string().as_bytes())))
    }

    /// `POST` without a body.
    pub fn post_empty(&self, path: &str) -> Reply {
        self.send("POST", path, None)
    }

    /// Changes what is at a path (`PATCH` or `PUT`), from its version of now.
    pub fn settle(&self, method: &str, path: &str, body: &Value) -> Reply {
        let version = self.get(path).expect(200)["version"].as_i64().expect("a version");
        let based = self.with_header("if-match", &format!("\"{version}\""));
        based.send(method, path, Some(("application/json", body.to_string().as_bytes())))
    }

    /// A merge patch of the record at this version.
    pub fn patch(&self, path: &str, version: i64, body: &Value) -> Reply {
        self.with_header("if-match", &format!("\"{version}\"")).send(
            "PATCH",
            path,
            Some(("application/json", body.to_string().as_bytes())),
        )
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None)
    }

    /// `POST` to a server that may be gone; `None` when it gives no answer.
    pub fn try_post(&self, path: &str, body: &Value) -> Option<Reply> {
        let mut request = Request::builder().method("POST").uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.header("content-type", "application/json").body(body.to_string()).expect("a request");
        let mut response = self.agent.run(request).ok()?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_vec().ok()?;
        let json = serde_json::from_slice(&body).ok()?;
        Some(Reply { status, headers: Vec::new(), body, json, request: format!("POST {path}") })
    }

    /// Follows server-sent events.
    pub fn follow(&self, path: &str) -> EventStream {
        let mut request = Request::builder().uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = self.agent.run(request.body(()).expect("a request")).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(response.status().as_u16(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream", "{path}");
        EventStream::new(response.into_body().into_reader())
    }

    /// Any request; the response is checked against the document.
    pub fn send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Reply {
        let reply = self.send_unchecked(method, path, body);
        let bare = path.split('?').next().unwrap_or_default();
        if let Err(wrong) = Spec::committed().check(
            method,
            bare,
            reply.status,
            reply.header("content-type").unwrap_or_default(),
            &reply.body,
        ) {
            panic!("{method} {path}: {wrong}\n{}", String::from_utf8_lossy(&reply.body));
        }
        reply
    }

    /// Any request, the response as it is.
    pub fn send_unchecked(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Reply {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).expect("a method"))
            .uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = match body {
            Some((content_type, bytes)) => {
                self.agent.run(request.header("content-type", content_type).body(bytes).expect("a request"))
            }
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut response = response.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = response
            .body_mut()
            .with_config()
            .limit(1 << 28)
            .read_to_vec()
            .unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Reply { status: response.status().as_u16(), headers, body, json, request: format!("{method} {path}") }
    }
}

impl Reply {
    /// The reply itself, when it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}: {}", self.request, String::from_utf8_lossy(&self.body));
        self
    }

    /// The reply itself, when it is a problem with this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Reply {
        let reply = self.expect(status);
        assert_eq!(reply.json["code"], code, "{}: {}", reply.request, reply.json);
        reply
    }

    /// The first header of this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The record's id.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("{}: no id in {}", self.request, self.json)).to_owned()
    }

    /// The record's version.
    #[track_caller]
    pub fn version(&self) -> i64 {
        self.json["version"].as_i64().unwrap_or_else(|| panic!("{}: no version in {}", self.request, self.json))
    }

    /// The list's items.
    #[track_caller]
    pub fn items(&self) -> &[Value] {
        self.json["items"].as_array().unwrap_or_else(|| panic!("{}: no items in {}", self.request, self.json))
    }

    /// The fields that a 422 names.
    pub fn wrong_fields(&self) -> Vec<&str> {
        self.json["errors"].as_array().into_iter().flatten().filter_map(|e| e["field"].as_str()).collect()
    }
}

impl Index<&str> for Reply {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        &self.json[key]
    }
}
