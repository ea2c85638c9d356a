//! Times without a network: what was read stays readable, and what is written waits and is sent once.
//!
//! Everything is kept by user, forgotten on log-out, and never shown to or sent as anybody else.

use super::http::{ApiError, Request};
use super::query;
use super::types::Login;
use super::wire::{Wire, wire};
use crate::browser;
use crate::i18n::Lang;
use gloo_net::http::Method;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[wasm_bindgen(raw_module = "../js/offline.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn seen_put(user: &str, path: &str, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn seen_get(user: &str, path: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn seen_forget(keep: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn person_put(text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn person_get() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn queue_put(text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn queue_drop(id: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn queue_all(user: &str) -> Result<JsValue, JsValue>;
    fn on_network(told: &JsValue);
}

/// How long the server remembers a key, less an hour: a write that was tried before that may have been carried out and
/// would be carried out again.
const REMEMBERED: f64 = 23.0 * 3_600_000.0;
/// The longest wait between two looks whether the server answers again, in milliseconds.
const LONGEST: u32 = 15_000;

wire! {
/// A write that waits for the network.
pub(crate) struct Waiting {
    /// Its idempotency key.
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    /// The object that is written, for its icon and for what is read again afterwards.
    pub(crate) object: String,
    /// What a person calls it.
    pub(crate) title: String,
    /// When it was written.
    pub(crate) at: String,
    /// When it was first sent, in milliseconds since 1970.
    pub(crate) tried: Option<f64>,
    /// `waiting`, `failed`, or `unsure` when nobody can say any more whether it was carried out.
    pub(crate) state: String,
    pub(crate) error: String,
    pub(crate) request_id: String,
}
}

impl Waiting {
    fn json(&self) -> Value {
        json!({ "id": self.id, "user": self.user, "path": self.path, "body": self.body, "object": self.object,
            "title": self.title, "at": self.at, "tried": self.tried, "state": self.state, "error": self.error,
            "request_id": self.request_id })
    }
}

/// How it stands with the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Net {
    /// The server cannot be reached.
    pub(crate) away: bool,
    /// When the oldest answer on the page was read, if it was not read just now: milliseconds since 1970.
    pub(crate) read_at: Option<f64>,
    /// Writes that wait, and those of them that need a person.
    pub(crate) waiting: usize,
    pub(crate) stuck: usize,
}

thread_local! {
    static USER: RefCell<String> = RefCell::default();
    static NET: RefCell<Net> = RefCell::default();
    static HEARERS: RefCell<Vec<(usize, Callback<Net>)>> = RefCell::default();
    static NEXT: Cell<usize> = const { Cell::new(0) };
    static SENT: RefCell<Option<Callback<usize>>> = const { RefCell::new(None) };
    static PROBING: Cell<bool> = const { Cell::new(false) };
    static SENDING: Cell<bool> = const { Cell::new(false) };
}

fn set(change: impl FnOnce(&mut Net)) {
    let (before, now) = NET.with_borrow_mut(|n| {
        let before = n.clone();
        change(n);
        (before, n.clone())
    });
    if before != now {
        for hearer in HEARERS.with_borrow(|h| h.iter().map(|x| x.1.clone()).collect::<Vec<_>>()) {
            hearer.emit(now.clone());
        }
    }
}

/// How it stands with the network, kept up to date.
#[hook]
pub(crate) fn use_net() -> Net {
    let net = use_state_eq(|| NET.with_borrow(Clone::clone));
    {
        let net = net.setter();
        use_effect_with((), move |()| {
            let id = NEXT.replace(NEXT.get() + 1);
            net.set(NET.with_borrow(Clone::clone));
            HEARERS.with_borrow_mut(|h| h.push((id, Callback::from(move |n| net.set(n)))));
            move || HEARERS.with_borrow_mut(|h| h.retain(|x| x.0 != id))
        });
    }
    (*net).clone()
}

/// Listens to the browser; called once.
pub(crate) fn start() {
    let told = Closure::<dyn Fn(bool)>::new(|online: bool| if online { probe() } else { lost() });
    on_network(told.as_ref());
    told.forget();
}

/// The id of the person whose page this is; empty before a log-in.
pub(crate) fn person() -> String {
    USER.with_borrow(Clone::clone)
}

/// True when a session is not that of the person whose page this is, as after another log-in in another tab.
pub(crate) fn somebody_else(login: &Login) -> bool {
    USER.with_borrow(|u| !u.is_empty() && *u != login.me.id)
}

/// Who reads and writes from now on. What others have read in this browser is forgotten.
pub(crate) fn enter(login: &Login) {
    USER.set(login.me.id.clone());
    let login = login.clone();
    spawn_local(async move {
        hand_to(&login).await;
        count().await;
        flush();
    });
}

/// What this browser shows without a network is from now on a person's own, and nobody else's is left.
pub(crate) async fn hand_to(login: &Login) {
    let _ = seen_forget(&login.me.id).await;
    let _ = person_put(&json!({ "me": login.me_ }).to_string()).await;
}

/// The person who was logged in here last, for a start without a network.
pub(crate) async fn last_person() -> Option<Login> {
    let text = person_get().await.ok()?.as_string()?;
    let login = Login::read(&serde_json::from_str(&text).ok()?);
    USER.set(login.me.id.clone());
    count().await;
    Some(login)
}

/// Forgets what was read; what waits stays for its writer.
pub(crate) async fn leave() {
    USER.take();
    let _ = seen_forget("").await;
    set(|n| *n = Net { away: n.away, ..Net::default() });
}

/// Paths whose answers are worth keeping: what people look at, not jobs, files and sessions.
fn worth_keeping(path: &str) -> bool {
    !["/auth", "/setup", "/imports", "/exports", "/search", "/files"].iter().any(|p| path.starts_with(p))
}

fn place(lang: Lang, path: &str) -> String {
    format!("{} {path}", lang.tag())
}

/// Keeps an answer that was read.
pub(crate) fn keep(lang: Lang, path: &str, text: &str) {
    let user = USER.with_borrow(Clone::clone);
    if user.is_empty() || !worth_keeping(path) {
        return;
    }
    let (path, text) = (place(lang, path), text.to_owned());
    spawn_local(async move {
        let _ = seen_put(&user, &path, &text).await;
    });
}

/// What was last read from a path, without a network.
pub(crate) async fn kept(lang: Lang, path: &str) -> Option<String> {
    let (text, at) = before(lang, path).await?;
    set(|n| n.read_at = Some(n.read_at.map_or(at, |old| old.min(at))));
    Some(text)
}

/// What was last read from a path and when, for those who ask the server at the same time.
pub(crate) async fn before(lang: Lang, path: &str) -> Option<(String, f64)> {
    let user = USER.with_borrow(Clone::clone);
    if user.is_empty() || !worth_keeping(path) {
        return None;
    }
    let found: js_sys::Array = seen_get(&user, &place(lang, path)).await.ok()?.dyn_into().ok()?;
    Some((found.get(0).as_string()?, found.get(1).as_f64()?))
}

/// Another page is opened: what it shows is not read yet.
pub(crate) fn turned() {
    set(|n| n.read_at = None);
}

/// True while the server cannot be reached.
pub(crate) fn away() -> bool {
    NET.with_borrow(|n| n.away)
}

/// No answer came.
pub(crate) fn lost() {
    set(|n| n.away = true);
    probe();
}

/// An answer came.
pub(crate) fn reached() {
    if !away() {
        return;
    }
    let stale = NET.with_borrow(|n| n.read_at.is_some());
    set(|n| {
        n.away = false;
        n.read_at = None;
    });
    if stale {
        query::clear();
    }
    flush();
}

/// Looks again and again, less and less often, until the server answers.
fn probe() {
    if PROBING.replace(true) {
        return;
    }
    spawn_local(async move {
        let mut wait = 1500;
        while away() {
            gloo_timers::future::TimeoutFuture::new(wait).await;
            wait = (wait * 3 / 2).min(LONGEST);
            if Request::get("/setup").open_json::<Value>().await.is_ok() {
                reached();
            }
        }
        PROBING.set(false);
    });
}

/// Who is told how many waiting writes were carried out.
pub(crate) fn on_sent(told: Callback<usize>) {
    SENT.set(Some(told));
}

/// Writes that may wait: what one notes down on the road.
pub(crate) fn may_wait(object: &str) -> bool {
    matches!(object, "activities" | "tasks" | "comments")
}

/// Lets a write wait. `id` is the idempotency key with which it may have been sent already.
pub(crate) async fn wait(id: String, object: &str, path: String, body: Value, title: String) -> bool {
    let item = Waiting {
        id,
        user: USER.with_borrow(Clone::clone),
        path,
        body,
        object: object.to_owned(),
        title,
        at: crate::format::moment_text(browser::clock().now),
        tried: Some(js_sys::Date::now()),
        state: "waiting".into(),
        error: String::new(),
        request_id: String::new(),
    };
    let written = queue_put(&item.json().to_string()).await.is_ok();
    count().await;
    written
}

/// Everything that waits, in the order in which it was written.
pub(crate) async fn queue() -> Vec<Waiting> {
    let user = USER.with_borrow(Clone::clone);
    let text = queue_all(&user).await.ok().and_then(|v| v.as_string()).unwrap_or_default();
    Wire::read(&serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn count() {
    let all = queue().await;
    let stuck = all.iter().filter(|w| w.state != "waiting").count();
    set(|n| {
        n.waiting = all.len();
        n.stuck = stuck;
    });
    query::invalidate(QUEUE);
}

/// The name under which the pages that show the queue listen to it.
pub(crate) const QUEUE: &str = "queue:";

/// Gives up a waiting write.
pub(crate) async fn discard(id: &str) {
    let _ = queue_drop(id).await;
    count().await;
}

/// Tries a write again that failed, as a new one.
pub(crate) async fn again(mut item: Waiting) {
    let _ = queue_drop(&item.id).await;
    // A failed write was not carried out and an unsure one is as its writer decided: the old key has no further use.
    item = Waiting {
        id: super::http::random_key(),
        tried: None,
        state: "waiting".into(),
        error: String::new(),
        request_id: String::new(),
        ..item
    };
    let _ = queue_put(&item.json().to_string()).await;
    count().await;
    flush();
}

/// Sends what waits, in order; one tab at a time.
pub(crate) fn flush() {
    if away() || USER.with_borrow(String::is_empty) || SENDING.replace(true) {
        return;
    }
    spawn_local(async move {
        let release = browser::lock("flywheel.queue").await;
        let mut sent = 0;
        let mut wait_a_little = false;
        for item in queue().await.into_iter().filter(|w| w.state == "waiting") {
            // Its writer may have left since the queue was read.
            if item.user != person() {
                break;
            }
            match send(item).await {
                Sent::Done => sent += 1,
                Sent::Stuck => {}
                Sent::Later => {
                    wait_a_little = !away();
                    break;
                }
            }
        }
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
        SENDING.set(false);
        count().await;
        if sent > 0 {
            query::invalidate("/events");
            if let Some(told) = SENT.with_borrow(Clone::clone) {
                told.emit(sent);
            }
        }
        if wait_a_little {
            gloo_timers::future::TimeoutFuture::new(LONGEST).await;
            flush();
        }
    });
}

enum Sent {
    Done,
    /// It needs a person.
    Stuck,
    /// The server cannot take it now.
    Later,
}

async fn send(mut item: Waiting) -> Sent {
    let now = js_sys::Date::now();
    if item.tried.is_some_and(|at| now - at > REMEMBERED) {
        item.state = "unsure".into();
        let _ = queue_put(&item.json().to_string()).await;
        return Sent::Stuck;
    }
    if item.tried.is_none() {
        item.tried = Some(now);
        let _ = queue_put(&item.json().to_string()).await;
    }
    let request = Request {
        method: Method::POST,
        key: Some(item.id.clone()),
        ..Request::post(item.path.clone(), item.body.clone())
    };
    let failed = match request.json::<Value>().await {
        Ok(answer) => refused(&answer),
        Err(e) => Some(e),
    };
    match failed {
        // Its writer has left: it waits until they are back.
        Some(_) if item.user != person() => Sent::Later,
        None => {
            let _ = queue_drop(&item.id).await;
            query::invalidate(&format!("/{}", item.object));
            query::facts_follow(&item.object);
            Sent::Done
        }
        Some(e) if e.status == 0 || e.status == 429 || e.status >= 500 => {
            item.error = if e.status == 0 { String::new() } else { e.message };
            item.request_id = e.request_id;
            let _ = queue_put(&item.json().to_string()).await;
            Sent::Later
        }
        Some(e) => {
            item.error = e.errors.first().map_or(e.message, |x| x.message.clone());
            item.request_id = e.request_id;
            item.state = "failed".into();
            let _ = queue_put(&item.json().to_string()).await;
            Sent::Stuck
        }
    }
}

/// The failure of a change that was sent as a bulk of one.
fn refused(answer: &Value) -> Option<ApiError> {
    let error = answer.get("results")?.get(0)?.get("error").filter(|e| !e.is_null())?;
    let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let message = if word("detail").is_empty() { word("title") } else { word("detail") };
    let status = error.get("status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok()).unwrap_or(422);
    Some(ApiError { status, code: word("code"), message, errors: vec![], request_id: word("request_id") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_records_are_kept_and_files_and_sessions_are_not() {
        for path in ["/customers?limit=60", "/customers/1?refs=true", "/objects", "/comments?object=customers"] {
            assert!(worth_keeping(path), "{path}");
        }
        for path in ["/auth/sessions", "/files/1/content", "/exports", "/imports/1", "/search?q=a", "/setup"] {
            assert!(!worth_keeping(path), "{path}");
        }
    }

    #[test]
    fn a_refused_row_of_a_bulk_is_a_failure() {
        assert_eq!(refused(&json!({ "id": "1" })), None);
        assert_eq!(refused(&json!({ "results": [{ "status": 200, "error": null }] })), None);
        let e = refused(
            &json!({ "results": [{ "status": 412, "error": { "status": 412, "code": "stale", "detail": "已被修改" } }] }),
        );
        assert_eq!(e.map(|e| (e.status, e.message)), Some((412, "已被修改".to_owned())));
    }

    #[test]
    fn a_waiting_write_survives_the_disk() {
        let w = Waiting {
            id: "k".into(),
            tried: Some(5.0),
            body: json!({"a": 1}),
            state: "failed".into(),
            ..Waiting::default()
        };
        assert_eq!(Waiting::read(&w.json()), w);
    }
}
