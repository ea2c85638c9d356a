//! The browser's own things: storage, downloads, the clock, locks between tabs. Only ever called on wasm.

use crate::format::Clock;
use chrono::{DateTime, FixedOffset, Utc};
use domain::zone::{Change, Zone};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use yew::prelude::*;

#[wasm_bindgen(raw_module = "../js/browser.js")]
extern "C" {
    fn when_idle() -> js_sys::Promise;
    fn take_lock(name: &str) -> js_sys::Promise;
    fn save_blob(blob: &JsValue, name: &str);
    fn save_as(text: &str, kind: &str, name: &str);
    fn copy_text(text: &str);
    pub(crate) fn shows_pdf() -> bool;
    fn focus_first(element: &web_sys::Element);
    pub(crate) fn raise(element: &web_sys::Element);
    pub(crate) fn count_unsaved(by: i32, question: &str);
    pub(crate) fn may_leave(question: &str) -> bool;
    /// Moves the focus among the entries of a menu, as a key says; false when it says nothing about that.
    pub(crate) fn focus_step(menu: &web_sys::Element, key: &str) -> bool;
    fn zone_offsets(name: &str) -> Vec<i32>;
    fn zone_names() -> Vec<String>;
}

#[wasm_bindgen(raw_module = "../js/install.js")]
extern "C" {
    fn on_update(told: &JsValue);
    fn take_update();
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// Something kept in this browser under `flywheel.KEY`.
pub(crate) fn stored(key: &str) -> Option<String> {
    storage()?.get_item(&format!("flywheel.{key}")).ok()?
}

/// Keeps something in this browser under `flywheel.KEY`.
pub(crate) fn store(key: &str, value: &str) {
    if let Some(s) = storage() {
        let _ = s.set_item(&format!("flywheel.{key}"), value);
    }
}

/// Forgets `flywheel.KEY`.
pub(crate) fn forget(key: &str) {
    if let Some(s) = storage() {
        let _ = s.remove_item(&format!("flywheel.{key}"));
    }
}

/// Forgets everything under `flywheel.` that begins so.
pub(crate) fn forget_all(prefix: &str) {
    let Some(s) = storage() else { return };
    let keys: Vec<String> = (0..s.length().unwrap_or(0)).filter_map(|i| s.key(i).ok().flatten()).collect();
    for key in keys.iter().filter(|k| k.strip_prefix("flywheel.").is_some_and(|k| k.starts_with(prefix))) {
        let _ = s.remove_item(key);
    }
}

thread_local! {
    static ZONE: Cell<Zone> = Cell::new(Zone::utc());
    static ZONE_NAME: RefCell<String> = RefCell::default();
}

/// Now, in the organisation's time zone.
pub(crate) fn clock() -> Clock {
    let now = DateTime::<Utc>::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default();
    Clock { now, zone: ZONE.get() }
}

/// From now on times are those of a time zone by its IANA name; of the browser's own when it does not know the name.
pub(crate) fn set_zone(name: &str) {
    if ZONE_NAME.with_borrow(|known| known == name && !name.is_empty()) {
        return;
    }
    // Pairs of a moment in minutes since 1970 and the minutes ahead of UTC from then on; the first holds before all.
    let pairs = zone_offsets(name);
    let offset = |minutes: i32| FixedOffset::east_opt(minutes * 60);
    let mut steps = pairs.chunks_exact(2).filter_map(|p| Some((i64::from(p[0]) * 60, offset(p[1])?)));
    let Some((_, first)) = steps.next() else { return };
    let changes: Vec<Change> = steps.map(|(at, offset)| Change { at, offset }).collect();
    // Lives as long as the page; another one comes only when an administrator moves the organisation.
    ZONE.set(Zone::new(first, Vec::leak(changes)));
    ZONE_NAME.set(name.to_owned());
}

/// The names of all time zones that this browser knows.
pub(crate) fn zones() -> Vec<String> {
    zone_names()
}

/// Waits for its turn among this browser's tabs; calling the answer lets the next one go on.
pub(crate) async fn lock(name: &str) -> Option<js_sys::Function> {
    JsFuture::from(take_lock(name)).await.ok()?.dyn_into().ok()
}

/// Waits until the page has nothing better to do.
pub(crate) async fn idle() {
    let _ = JsFuture::from(when_idle()).await;
}

/// Hands an answer to the user as a file.
pub(crate) async fn save(answer: gloo_net::http::Response, name: &str) -> Option<()> {
    let response: web_sys::Response = answer.into();
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    save_blob(&blob, name);
    Some(())
}

/// Hands a text to the user as a file of a media type.
pub(crate) fn save_text(text: &str, kind: &str, name: &str) {
    save_as(text, kind, name);
}

/// An address of an answer's content, for pictures; it holds memory until it is forgotten.
pub(crate) async fn address_of(answer: gloo_net::http::Response) -> Option<String> {
    let response: web_sys::Response = answer.into();
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    web_sys::Url::create_object_url_with_blob(blob.dyn_ref()?).ok()
}

/// Lets go of an address of [`address_of`].
pub(crate) fn forget_address(address: &str) {
    let _ = web_sys::Url::revoke_object_url(address);
}

/// Puts a text on the clipboard.
pub(crate) fn copy(text: &str) {
    copy_text(text);
}

/// Moves the focus to the first control inside an element.
pub(crate) fn focus_inside(element: &web_sys::Element) {
    focus_first(element);
}

/// The control that has the focus.
pub(crate) fn focused() -> Option<web_sys::HtmlElement> {
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}

/// Where the page's `<meta name="flywheel-api">` says the API is.
pub(crate) async fn api_base() -> String {
    let meta = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.query_selector("meta[name=flywheel-api]").ok().flatten());
    let base = meta.and_then(|m| m.get_attribute("content")).unwrap_or_default();
    if !base.ends_with(".json") {
        return base;
    }
    let Ok(answer) = gloo_net::http::Request::get(&base).send().await else { return String::new() };
    let config: serde_json::Value =
        answer.text().await.ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    config.get("api").and_then(serde_json::Value::as_str).unwrap_or("").to_owned()
}

/// The root element.
pub(crate) fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(w) = web_sys::window() {
        let _ = w.location().reload();
    }
}

/// Calls back when a newer version of the page waits to be taken.
pub(crate) fn on_new_version(told: yew::Callback<()>) {
    let told = Closure::<dyn Fn()>::new(move || told.emit(()));
    on_update(told.as_ref());
    told.forget();
}

/// Takes the newer version of the page.
pub(crate) fn take_new_version() {
    take_update();
}

/// Sets the page's title.
pub(crate) fn set_title(title: &str) {
    if let Some(d) = web_sys::window().and_then(|w| w.document()) {
        d.set_title(title);
    }
}

/// Is the window too narrow for two columns?
pub(crate) fn narrow() -> bool {
    let query = web_sys::window().and_then(|w| w.match_media("(max-width: 1023px)").ok().flatten());
    query.is_some_and(|m| m.matches())
}

/// The height of the window in pixels.
pub(crate) fn height() -> f64 {
    web_sys::window().and_then(|w| w.inner_height().ok()).and_then(|v| v.as_f64()).unwrap_or(900.0)
}

/// True on a screen without room for a table, as long as it is one.
#[hook]
pub(crate) fn use_phone() -> bool {
    let query = use_memo((), |()| web_sys::window()?.match_media("(width >= 40rem)").ok()?);
    let phone = use_state_eq(|| (*query).as_ref().is_some_and(|q| !q.matches()));
    let set = phone.setter();
    use_effect_with((), move |()| {
        let listener = (*query)
            .clone()
            .map(|q| gloo_events::EventListener::new(&q.clone(), "change", move |_| set.set(!q.matches())));
        move || drop(listener)
    });
    *phone
}

/// True on a Mac, where the command key is ⌘.
pub(crate) fn is_mac() -> bool {
    web_sys::window().is_some_and(|w| w.navigator().user_agent().is_ok_and(|a| a.contains("Mac")))
}
