//! Requests: where the API is, the access token (in memory only), its silent refresh, and problems as values.

use super::offline;
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

    /// The server does not know the session any more, or says that its person may not have one.
    pub(crate) fn refused(&self) -> bool {
        matches!(self.status, 400 | 401 | 403 | 422)
    }

    /// Whoever asked is not the person of this page any more.
    fn left() -> ApiError {
        ApiError { status: 401, ..ApiError::default() }
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

    /// What to tell the reader of what was sent: what is wrong first, with the label of its field where it has one.
    pub(crate) fn first(&self, lang: Lang, label: impl Fn(&str) -> Option<String>) -> String {
        let Some(problem) = self.errors.first() else { return self.text(lang) };
        match label(&problem.field) {
            Some(label) => format!("{label}{}{}", lang.pick("：", ": "), problem.message),
            None => problem.message.clone(),
        }
    }
}

/// What is sent.
pub(crate) enum Body {
    None,
    Json(Value),
}

/// One request; `path` is below `/api/v1`.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Body,
    pub(crate) if_match: Option<i64>,
    /// Creates are sent once, even when the network makes us repeat them.
    pub(crate) key: Option<String>,
    /// Only an answer of this moment will do, none that was kept.
    pub(crate) fresh: bool,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Request {
        Request { method: Method::GET, path: path.into(), body: Body::None, if_match: None, key: None, fresh: false }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::POST, body: Body::Json(body), fresh: true, ..Request::get(path) }
    }

    /// A create: with an idempotency key of its own.
    pub(crate) fn create(path: impl Into<String>, body: Value) -> Request {
        Request::create_as(random_key(), path, body)
    }

    /// A create with a key: however often it is sent, it is carried out once.
    pub(crate) fn create_as(key: String, path: impl Into<String>, body: Value) -> Request {
        Request { key: Some(key), ..Request::post(path, body) }
    }

    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::PATCH, ..Request::post(path, body) }
    }

    pub(crate) fn put(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::PUT, ..Request::post(path, body) }
    }

    pub(crate) fn delete(path: impl Into<String>) -> Request {
        Request { method: Method::DELETE, fresh: true, ..Request::get(path) }
    }

    /// Takes no answer that was kept from before.
    pub(crate) fn fresh(mut self) -> Request {
        self.fresh = true;
        self
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
        let text = body_of(answer).await?;
        read(&text)
    }

    /// Sends it; the answer's body as text. Without a network a reader gets what was last read.
    pub(crate) async fn text(self) -> Result<String, ApiError> {
        if self.fresh || self.if_match.is_some() {
            return body_of(self.answer().await?).await;
        }
        let (lang, path) = (LANG.get(), self.path.clone());
        let read = match self.answer().await {
            Ok(answer) => body_of(answer).await,
            Err(e) => Err(e),
        };
        match read {
            Ok(text) => {
                offline::keep(lang, &path, &text);
                Ok(text)
            }
            Err(e) if e.status == 0 => offline::kept(lang, &path).await.ok_or(e),
            Err(e) => Err(e),
        }
    }

    /// Sends it, refreshing the session or asking for the password again when it has ended. What one person has asked is
    /// never sent as another.
    pub(crate) async fn answer(self) -> Result<gloo_net::http::Response, ApiError> {
        let person = offline::person();
        let left = || !person.is_empty() && offline::person() != person;
        match self.answer_unless(&left).await {
            // Without an answer it would wait for the network, in the name of whoever is here by then.
            Err(_) if left() => Err(ApiError::left()),
            answer => answer,
        }
    }

    async fn answer_unless(self, left: &impl Fn() -> bool) -> Result<gloo_net::http::Response, ApiError> {
        loop {
            if TOKEN.with_borrow(Option::is_none) || EXPIRES.get() < js_sys::Date::now() {
                renew().await?;
            }
            if left() {
                return Err(ApiError::left());
            }
            let answer = self.send().await?;
            if answer.status() == 401 && self.path != "/auth/logout" {
                TOKEN.set(None);
                // An answer that nobody reads keeps its connection.
                let _ = answer.text().await;
                match refresh().await {
                    Ok(_) => {}
                    Err(e) if e.refused() => log_in_again().await,
                    Err(e) => return Err(e),
                }
                continue;
            }
            if answer.status() == 403 {
                denied();
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
        if self.method != Method::GET {
            b = b.header("x-request-id", &request_id());
        }
        if let Some(key) = &self.key {
            b = b.header("idempotency-key", key);
        }
        let request = match &self.body {
            Body::None => b.build(),
            Body::Json(v) => b.header("content-type", "application/json").body(v.to_string()),
        };
        let answer = request.map_err(|_| ApiError::offline())?.send().await;
        match answer {
            // A proxy in front of a server that is down.
            Ok(answer) if matches!(answer.status(), 502 | 504) => {
                offline::lost();
                Err(ApiError::offline())
            }
            Ok(answer) => {
                offline::reached();
                Ok(answer)
            }
            Err(_) => {
                offline::lost();
                Err(ApiError::offline())
            }
        }
    }
}

async fn body_of(answer: gloo_net::http::Response) -> Result<String, ApiError> {
    answer.text().await.map_err(|_| {
        offline::lost();
        ApiError::offline()
    })
}

/// Reads an answer's body; an empty one is null.
pub(crate) fn read<T: Wire>(text: &str) -> Result<T, ApiError> {
    let value: Value =
        serde_json::from_str(if text.is_empty() { "null" } else { text }).map_err(|_| ApiError::unreadable())?;
    Ok(T::take(value))
}

async fn problem(answer: gloo_net::http::Response) -> ApiError {
    let status = answer.status();
    let header = answer.headers().get("x-request-id").unwrap_or_default();
    problem_of(status, &answer.text().await.unwrap_or_default(), header)
}

/// A failure as its status, its body and the request id of its header tell it.
pub(crate) fn problem_of(status: u16, text: &str, header: String) -> ApiError {
    let p: Problem = read(text).unwrap_or_default();
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
    static DENIED: RefCell<Option<yew::Callback<()>>> = const { RefCell::new(None) };
    static LAST_DENIED: Cell<f64> = const { Cell::new(0.0) };
    static WAITING: RefCell<Vec<js_sys::Function>> = const { RefCell::new(Vec::new()) };
    /// The end of the names of this tab's writes.
    static TAB: String = {
        let key = random_key();
        format!("8{}-{}", &key[..3], &key[3..15])
    };
    static WRITES: Cell<u32> = const { Cell::new(0) };
    static LAST_REFRESH: RefCell<Option<Result<Login, ApiError>>> = const { RefCell::new(None) };
}

/// The language of messages that the server writes.
pub(crate) fn set_lang(lang: Lang) {
    LANG.set(lang);
}

/// The language of the page.
pub(crate) fn lang() -> Lang {
    LANG.get()
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
    offline::enter(login);
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

/// Called when something was not allowed that the page offered: what one may do has changed.
pub(crate) fn on_denied(told: yew::Callback<()>) {
    DENIED.set(Some(told));
}

/// Tells it, but not again and again for a page that is not allowed at all.
fn denied() {
    let now = js_sys::Date::now();
    if now - LAST_DENIED.replace(now) > 5_000.0
        && let Some(told) = DENIED.with_borrow(Clone::clone)
    {
        told.emit(());
    }
}

/// Gets a new access token through the refresh cookie; several callers share one request.
pub(crate) async fn refresh() -> Result<Login, ApiError> {
    let promise = REFRESHING
        .with_borrow_mut(|p| p.get_or_insert_with(|| wasm_bindgen_futures::future_to_promise(refresh_once())).clone());
    let _ = JsFuture::from(promise).await;
    REFRESHING.set(None);
    LAST_REFRESH.with_borrow(Clone::clone).unwrap_or_else(|| Err(ApiError::offline()))
}

async fn refresh_once() -> Result<JsValue, JsValue> {
    LAST_REFRESH.set(Some(renewed().await));
    Ok(JsValue::NULL)
}

async fn renewed() -> Result<Login, ApiError> {
    let request = Request::post("/auth/refresh", Value::Object(Default::default()));
    // Tabs take turns: each must send the newest cookie, a spent one would end the session.
    let release = crate::browser::lock("flywheel.refresh").await;
    let answer = request.send().await;
    if let Some(release) = release {
        let _ = release.call0(&JsValue::NULL);
    }
    let answer = answer?;
    if !answer.ok() {
        return Err(problem(answer).await);
    }
    let text = body_of(answer).await?;
    let login: Login = read(&text)?;
    if offline::somebody_else(&login) {
        // Another person has logged in in another tab: nothing of this page may be sent in their name.
        crate::browser::reload();
        return Err(ApiError::offline());
    }
    keep_token(&login);
    Ok(login)
}

/// A new token before the old one is refused; only without a network there is no use in going on.
async fn renew() -> Result<(), ApiError> {
    match crate::browser::stored("session") {
        Some(_) => match refresh().await {
            Err(e) if e.status == 0 => Err(e),
            _ => Ok(()),
        },
        None => Ok(()),
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

/// The name of a write of this tab: a UUID that begins with the moment and ends with the tab.
fn request_id() -> String {
    let n = WRITES.replace(WRITES.get().wrapping_add(1)) & 0xfff;
    named(js_sys::Date::now() as u64, n, &TAB.with(Clone::clone))
}

fn named(now: u64, n: u32, tab: &str) -> String {
    let time = format!("{now:012x}");
    let (high, low) = time.split_at(8);
    format!("{high}-{low}-7{n:03x}-{tab}")
}

/// A change was made by a request of this tab.
pub(crate) fn own(request: &str) -> bool {
    TAB.with(|tab| request.ends_with(tab.as_str()))
}

/// A new idempotency key.
pub(crate) fn random_key() -> String {
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
    fn the_name_of_a_write_is_a_uuid_that_ends_with_its_tab() {
        assert_eq!(named(0x019a_a000_0000, 5, "8abc-0123456789ab"), "019aa000-0000-7005-8abc-0123456789ab");
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for s in ["", "a b+c", "张伟 100%", "{\"all\":[]}", "%zz", "é&="] {
            assert_eq!(decode(&encode(s)), s);
        }
        assert_eq!(decode("a+b%20c%"), "a b c%");
    }
}
