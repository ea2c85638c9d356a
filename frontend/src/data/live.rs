//! What happens meanwhile: changes by others refetch what is on screen, news is counted and said.

use super::http::{self, Request};
use super::query::{clear, facts_follow, invalidate};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

#[wasm_bindgen(raw_module = "../js/live.js")]
extern "C" {
    fn follow(url: &str, token: &str, last: &str, on: &JsValue) -> js_sys::Function;
}

/// How long changes are gathered before what they concern is read again, in milliseconds.
const GATHER: u32 = 800;
/// News that follows other news within so many milliseconds is counted, not said.
const QUIET: f64 = 1_500.0;
/// The longest wait before coming back to a stream that ended, in milliseconds.
const LONGEST: u32 = 30_000;

/// News, as the shell hears of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum News {
    /// So much is unread.
    Unread(i64),
    /// Something new: its line.
    Arrived(String),
}

type Heard = Closure<dyn FnMut(String, String, String)>;

struct State {
    told: Callback<News>,
    last: String,
    changed: BTreeSet<String>,
    gathering: bool,
    wait: u32,
    /// When news came last, in milliseconds.
    said: f64,
    /// This connection has said how much is unread.
    connected: bool,
    gone: bool,
    stop: Option<js_sys::Function>,
    heard: Option<Heard>,
}

/// Follows the stream until dropped.
pub(crate) struct Live(Rc<RefCell<State>>);

impl Drop for Live {
    fn drop(&mut self) {
        let mut s = self.0.borrow_mut();
        s.gone = true;
        if let Some(stop) = s.stop.take() {
            let _ = stop.call0(&JsValue::NULL);
        }
    }
}

/// Begins to follow.
pub(crate) fn start(told: Callback<News>) -> Live {
    let state = Rc::new(RefCell::new(State {
        told,
        last: String::new(),
        changed: BTreeSet::new(),
        gathering: false,
        wait: 1000,
        said: 0.0,
        connected: false,
        gone: false,
        stop: None,
        heard: None,
    }));
    let s = state.clone();
    spawn_local(async move { connect(s).await });
    Live(state)
}

async fn connect(state: Rc<RefCell<State>>) {
    // Brings the count, and a fresh token for the stream.
    let first = Request::get("/notifications?limit=1").fresh().json::<Value>().await;
    if state.borrow().gone {
        return;
    }
    let (Ok(first), Some(token)) = (first, http::token()) else { return later(state) };
    tell_unread(&state, &first);
    let heard = {
        let state = state.clone();
        Heard::new(move |event: String, data: String, id: String| hear(&state, &event, &data, id))
    };
    state.borrow_mut().connected = false;
    let last = state.borrow().last.clone();
    let stop = follow(&http::url("/stream"), &token, &last, heard.as_ref());
    let mut s = state.borrow_mut();
    s.stop = Some(stop);
    s.heard = Some(heard);
}

/// Comes back after a while, each time a longer one.
fn later(state: Rc<RefCell<State>>) {
    let wait = {
        let mut s = state.borrow_mut();
        let wait = s.wait;
        s.wait = (wait * 2).min(LONGEST);
        wait
    };
    spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(wait).await;
        if !state.borrow().gone {
            connect(state).await
        }
    });
}

fn tell_unread(state: &Rc<RefCell<State>>, v: &Value) {
    if let Some(n) = v.get("unread").and_then(Value::as_i64) {
        let told = state.borrow().told.clone();
        told.emit(News::Unread(n))
    }
}

fn hear(state: &Rc<RefCell<State>>, event: &str, data: &str, id: String) {
    if event == "end" {
        return later(state.clone());
    }
    let Ok(v) = serde_json::from_str::<Value>(data) else { return };
    {
        let mut s = state.borrow_mut();
        s.wait = 1000;
        if !id.is_empty() {
            s.last = id
        }
    }
    match event {
        "change" => changed(state, &v),
        "reset" => clear(),
        "unread" => {
            tell_unread(state, &v);
            // Read elsewhere: what is on screen shows it too.
            if state.borrow().connected {
                invalidate("/notifications");
            }
            state.borrow_mut().connected = true;
        }
        "notification" => {
            tell_unread(state, &v);
            gather(state, "notifications");
            // Of a flood only the first is said aloud; the bell counts them all.
            let now = js_sys::Date::now();
            let last = std::mem::replace(&mut state.borrow_mut().said, now);
            if now - last < QUIET {
                return;
            }
            let told = state.borrow().told.clone();
            told.emit(News::Arrived(v.get("title").and_then(Value::as_str).unwrap_or("").to_owned()))
        }
        _ => {}
    }
}

fn changed(state: &Rc<RefCell<State>>, v: &Value) {
    let word = |key: &str| v.get(key).and_then(Value::as_str).unwrap_or("");
    // What this tab did is on screen already; the same person may have written elsewhere, or a rule in their name.
    if !http::own(word("request_id")) && !word("object").is_empty() {
        gather(state, word("object"))
    }
}

/// Gathers what changed for a moment, so that an import of thousands reads each list once.
fn gather(state: &Rc<RefCell<State>>, object: &str) {
    {
        let mut s = state.borrow_mut();
        s.changed.insert(object.to_owned());
        if std::mem::replace(&mut s.gathering, true) {
            return;
        }
    }
    let state = state.clone();
    spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(GATHER).await;
        let objects = {
            let mut s = state.borrow_mut();
            s.gathering = false;
            std::mem::take(&mut s.changed)
        };
        for object in objects {
            invalidate(&format!("/{object}"));
            facts_follow(&object);
        }
        invalidate("/events");
    });
}
