//! Requests: where the API is, the access token (in memory only), its silent refresh, and problems as values.

use super::types::{FieldProblem, Login, Problem};
use super::wire::Wire;
use crate::i18n::Lang;
use gloo_net::http::{Method, RequestBuilder};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Why a request failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ApiError {
    /// HTTP status; 0 when no answer came.
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) errors: Vec<FieldProblem>,
    pub(crate) request_id: String,
}

impl ApiError {
    pub(crate) fn offline() -> ApiError {
        ApiError { code: "offline".into(), ..ApiError::default() }
    }

    fn unreadable() -> ApiError {
        ApiError { code: "unreadable".into(), ..ApiError::default() }
    }

    /// What to tell the reader.
    pub(crate) fn text(&self, lang: Lang) -> String {
        match self.code.as_str() {
            "offline" => lang.err_offline().to_owned(),
            "unreadable" => lang.err_unreadable().to_owned(),
            _ if !self.message.is_empty() => self.message.clone(),
            _ => lang.err_status(self.status),
        }
    }
}

/// What is sent.
pub(crate) enum Body {
    None,
    Json(Value),
    /// A file as it is.
    Raw(JsValue),
}

/// One request; `path` is below `/api/v1`.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Body,
    pub(crate) if_match: Option<i64>,
    /// Creates are sent once, even when the network makes us repeat them.
    pub(crate) key: Option<String>,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Request {
        Request { method: Method::GET, path: path.into(), body: Body::None, if_match: None, key: None }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::POST, path: path.into(), body: Body::Json(body), if_match: None, key: None }
    }

    /// A create: with an idempotency key of its own.
    pub(crate) fn create(path: impl Into<String>, body: Value) -> Request {
        Request { key: Some(random_key()), ..Request::post(path, body) }
    }

    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::PATCH, ..Request::post(path, body) }
    }

    pub(crate) fn put(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::PUT, ..Request::post(path, body) }
    }

    pub(crate) fn delete(path: impl Into<String>) -> Request {
        Request { method: Method::DELETE, ..Request::get(path) }
    }

    pub(crate) fn upload(path: impl Into<String>, file: JsValue) -> Request {
        Request { method: Method::POST, body: Body::Raw(file), ..Request::get(path) }
    }

    pub(crate) fn if_match(mut self, version: Option<i64>) -> Request {
        self.if_match = version;
        self
    }

    /// Sends it and reads the answer.
    pub(crate) async fn json<T: Wire>(self) -> Result<T, ApiError> {
        let text = self.text().await?;
        read(&text)
    }

    /// Sends it without a session and reads the answer.
    pub(crate) async fn open_json<T: Wire>(self) -> Result<T, ApiError> {
        let answer = self.send().await?;
        if !answer.ok() {
            return Err(problem(answer).await);
        }
        let text = answer.text().await.map_err(|_| ApiError::offline())?;
        read(&text)
    }

    /// Sends it; the answer's body as text.
    pub(crate) async fn text(self) -> Result<String, ApiError> {
        let answer = self.answer().await?;
        answer.text().await.map_err(|_| ApiError::offline())
    }

    /// Sends it, refreshing the session or asking for the password again when it has ended.
    pub(crate) async fn answer(self) -> Result<gloo_net::http::Response, ApiError> {
        loop {
            if TOKEN.with_borrow(Option::is_none) || EXPIRES.get() < js_sys::Date::now() {
                renew().await;
            }
            let answer = self.send().await?;
            if answer.status() == 401 && self.path != "/auth/logout" {
                TOKEN.set(None);
                // An answer that nobody reads keeps its connection.
                let _ = answer.text().await;
                if refresh().await.is_none() {
                    log_in_again().await;
                }
                continue;
            }
            return if answer.ok() { Ok(answer) } else { Err(problem(answer).await) };
        }
    }

    async fn send(&self) -> Result<gloo_net::http::Response, ApiError> {
        let mut b = RequestBuilder::new(&url(&self.path))
            .method(self.method.clone())
            .credentials(web_sys::RequestCredentials::Include);
        b = b.header("accept-language", LANG.get().tag());
        if let Some(token) = TOKEN.with_borrow(Clone::clone) {
            b = b.header("authorization", &format!("Bearer {token}"));
        }
        if let Some(version) = self.if_match {
            b = b.header("if-match", &format!("\"{version}\""));
        }
        if let Some(key) = &self.key {
            b = b.header("idempotency-key", key);
        }
        let request = match &self.body {
            Body::None => b.build(),
            Body::Json(v) => b.header("content-type", "application/json").body(v.to_string()),
            Body::Raw(file) => b.header("content-type", "application/octet-stream").body(file.clone()),
        };
        request.map_err(|_| ApiError::offline())?.send().await.map_err(|_| ApiError::offline())
    }
}

/// Reads an answer's body; an empty one is null.
fn read<T: Wire>(text: &str) -> Result<T, ApiError> {
    let value: Value =
        serde_json::from_str(if text.is_empty() { "null" } else { text }).map_err(|_| ApiError::unreadable())?;
    Ok(T::read(&value))
}

async fn problem(answer: gloo_net::http::Response) -> ApiError {
    let status = answer.status();
    let header = answer.headers().get("x-request-id").unwrap_or_default();
    let p: Problem = answer.text().await.ok().and_then(|t| read(&t).ok()).unwrap_or_default();
    ApiError {
        status,
        code: p.code,
        message: if p.detail.is_empty() { p.title } else { p.detail },
        errors: p.errors,
        request_id: if p.request_id.is_empty() { header } else { p.request_id },
    }
}

thread_local! {
    static BASE: RefCell<String> = RefCell::default();
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    static EXPIRES: Cell<f64> = const { Cell::new(0.0) };
    static LANG: Cell<Lang> = const { Cell::new(Lang::Zh) };
    static REFRESHING: RefCell<Option<js_sys::Promise>> = const { RefCell::new(None) };
    static ASK: RefCell<Option<yew::Callback<()>>> = const { RefCell::new(None) };
    static WAITING: RefCell<Vec<js_sys::Function>> = const { RefCell::new(Vec::new()) };
    static LAST_LOGIN: RefCell<Option<Login>> = const { RefCell::new(None) };
}

/// The language of messages that the server writes.
pub(crate) fn set_lang(lang: Lang) {
    LANG.set(lang);
}

/// Sets where the API is; the path `/api/v1` is added.
pub(crate) fn set_base(base: &str) {
    BASE.set(base.trim_end_matches('/').to_owned());
}

/// The full address of a path below `/api/v1`.
pub(crate) fn url(path: &str) -> String {
    BASE.with_borrow(|b| format!("{b}/api/v1{path}"))
}

/// Keeps the access token of a log-in, and lets requests that waited for it go on.
pub(crate) fn keep_token(login: &Login) {
    TOKEN.set(Some(login.access_token.clone()));
    let seconds = if login.expires_in > 0 { login.expires_in as f64 } else { 900.0 };
    EXPIRES.set(js_sys::Date::now() + (seconds - 20.0).max(5.0) * 1000.0);
    crate::browser::store("session", "1");
    for resolve in WAITING.take() {
        let _ = resolve.call0(&JsValue::NULL);
    }
}

/// The access token, for what cannot be a [`Request`].
pub(crate) fn token() -> Option<String> {
    TOKEN.with_borrow(Clone::clone)
}

/// Forgets the access token.
pub(crate) fn drop_token() {
    TOKEN.set(None);
    crate::browser::forget("session");
}

/// Called when the session has ended and the password is needed again.
pub(crate) fn on_expired(ask: yew::Callback<()>) {
    ASK.set(Some(ask));
}

/// Gets a new access token through the refresh cookie; several callers share one request.
pub(crate) async fn refresh() -> Option<Login> {
    let promise = REFRESHING
        .with_borrow_mut(|p| p.get_or_insert_with(|| wasm_bindgen_futures::future_to_promise(refresh_once())).clone());
    let ok = JsFuture::from(promise).await.is_ok();
    REFRESHING.set(None);
    if ok { LAST_LOGIN.with_borrow(Clone::clone) } else { None }
}

async fn refresh_once() -> Result<JsValue, JsValue> {
    let request = Request::post("/auth/refresh", Value::Object(Default::default()));
    // Tabs take turns: each must send the newest cookie, a spent one would end the session.
    let release = crate::browser::lock("flywheel.refresh").await;
    let answer = request.send().await;
    if let Some(release) = release {
        let _ = release.call0(&JsValue::NULL);
    }
    let answer = answer.map_err(|_| JsValue::NULL)?;
    let text = answer.text().await.map_err(|_| JsValue::NULL)?;
    let login: Login = if answer.ok() { read(&text).map_err(|_| JsValue::NULL)? } else { return Err(JsValue::NULL) };
    keep_token(&login);
    LAST_LOGIN.set(Some(login));
    Ok(JsValue::NULL)
}

async fn renew() {
    if crate::browser::stored("session").is_some() {
        let _ = refresh().await;
    }
}

/// Shows the log-in over the page and waits until somebody has logged in.
async fn log_in_again() {
    let promise = js_sys::Promise::new(&mut |resolve, _| WAITING.with_borrow_mut(|w| w.push(resolve)));
    if let Some(ask) = ASK.with_borrow(Clone::clone) {
        ask.emit(());
    }
    let _ = JsFuture::from(promise).await;
}

fn random_key() -> String {
    let part = || (js_sys::Math::random() * 4_294_967_296.0) as u32;
    format!("{:08x}{:08x}{:08x}", part(), part(), part())
}

/// Encodes a text for a query string or a path.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(b >> 4)]));
                out.push(char::from(HEX[usize::from(b & 15)]));
            }
        }
    }
    out
}

/// Decodes a part of a query string.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = |j: usize| bytes.get(j).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[i], hex(i + 1), hex(i + 2)) {
            (b'%', Some(a), Some(b)) => {
                out.push((a * 16 + b) as u8);
                i += 3;
            }
            (b'+', _, _) => {
                out.push(b' ');
                i += 1;
            }
            (b, _, _) => {
                out.push(b);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for s in ["", "a b+c", "张伟 100%", "{\"all\":[]}", "%zz", "é&="] {
            assert_eq!(decode(&encode(s)), s);
        }
        assert_eq!(decode("a+b%20c%"), "a b c%");
    }
}
