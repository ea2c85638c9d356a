//! Sending files: how much of one has gone, and giving it up half-way.

use super::http::{self, ApiError, Request};
use super::offline;
use super::query::invalidate;
use super::types::Record;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

#[wasm_bindgen(raw_module = "../js/upload.js")]
extern "C" {
    fn send_file(url: &str, token: Option<String>, lang: &str, file: &JsValue, told: &JsValue) -> js_sys::Array;
}

/// A file on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sending {
    /// Tells it from the others of a page.
    pub(crate) at: u32,
    pub(crate) name: String,
    pub(crate) size: f64,
    /// How much of it has gone, from 0 to 1.
    pub(crate) part: f64,
    /// Why it did not arrive.
    pub(crate) error: Option<ApiError>,
}

/// Ends one sending.
type Stop = Rc<RefCell<Option<js_sys::Function>>>;

/// One attempt: the answer's status, text and request id.
async fn attempt(path: &str, file: &web_sys::File, told: &Callback<f64>, stop: &Stop) -> (i32, String, String) {
    let heard = told.clone();
    let told = Closure::<dyn Fn(f64)>::new(move |part| heard.emit(part));
    let started = send_file(&http::url(path), http::token(), http::lang().tag(), file, told.as_ref());
    *stop.borrow_mut() = started.get(1).dyn_into().ok();
    let Ok(promise) = started.get(0).dyn_into::<js_sys::Promise>() else { return Default::default() };
    let answer: js_sys::Array = match JsFuture::from(promise).await.map(JsCast::dyn_into) {
        Ok(Ok(answer)) => answer,
        _ => return Default::default(),
    };
    let word = |i| answer.get(i).as_string().unwrap_or_default();
    (answer.get(0).as_f64().unwrap_or_default() as i32, word(1), word(2))
}

/// Sends a file; nothing when it was given up half-way.
async fn send(path: &str, file: &web_sys::File, told: &Callback<f64>, stop: &Stop) -> Result<Option<Record>, ApiError> {
    // Asked for by a request of its own, so that the session is a fresh one before fifty megabytes go.
    Request::get("/me").fresh().text().await?;
    let (status, text, request_id) = attempt(path, file, told, stop).await;
    match status {
        -1 => Ok(None),
        0 => {
            offline::lost();
            Err(ApiError::offline())
        }
        200..=299 => http::read(&text).map(Some),
        _ => Err(http::problem_of(u16::try_from(status).unwrap_or_default(), &text, request_id)),
    }
}

/// The files on their way from one place of the page.
#[derive(Clone)]
pub(crate) struct Uploads {
    pub(crate) now: Vec<Sending>,
    /// Sends a file to a path; the callback gets what the server made of it.
    pub(crate) start: Callback<(String, web_sys::File, Callback<Record>)>,
    /// Gives one up, or puts a failed one away.
    pub(crate) stop: Callback<u32>,
}

/// Sends files one beside the other. Whoever leaves the page gives up what is on its way.
#[hook]
pub(crate) fn use_uploads() -> Uploads {
    let shown = use_state_eq(Vec::<Sending>::new);
    let all = use_mut_ref(Vec::<(Sending, Stop)>::new);
    let show = {
        let (shown, all) = (shown.setter(), all.clone());
        Callback::from(move |()| shown.set(all.borrow().iter().map(|s| s.0.clone()).collect()))
    };
    {
        let all = all.clone();
        use_effect_with((), move |()| {
            move || {
                for (_, stop) in all.borrow_mut().drain(..) {
                    end(&stop);
                }
            }
        });
    }
    let next = use_mut_ref(|| 0u32);
    let start = {
        let (all, show) = (all.clone(), show.clone());
        Callback::from(move |(path, file, done): (String, web_sys::File, Callback<Record>)| {
            let at = next.replace_with(|n| *n + 1);
            let stop = Stop::default();
            let one = Sending { at, name: file.name(), size: file.size(), ..Sending::default() };
            all.borrow_mut().push((one, stop.clone()));
            show.emit(());
            let (all, show) = (all.clone(), show.clone());
            spawn_local(async move {
                let told = {
                    let (all, show) = (all.clone(), show.clone());
                    Callback::from(move |part: f64| {
                        if let Some((s, _)) = all.borrow_mut().iter_mut().find(|s| s.0.at == at) {
                            s.part = part
                        }
                        show.emit(())
                    })
                };
                match send(&path, &file, &told, &stop).await {
                    Err(e) => {
                        if let Some((s, _)) = all.borrow_mut().iter_mut().find(|s| s.0.at == at) {
                            s.error = Some(e)
                        }
                    }
                    Ok(made) => {
                        all.borrow_mut().retain(|s| s.0.at != at);
                        if let Some(made) = made {
                            done.emit(made)
                        }
                    }
                }
                show.emit(());
            });
        })
    };
    let stop = Callback::from(move |at: u32| {
        let found = all.borrow().iter().find(|s| s.0.at == at).map(|s| s.1.clone());
        if let Some(stop) = found {
            end(&stop);
        }
        all.borrow_mut().retain(|s| s.0.at != at);
        show.emit(())
    });
    Uploads { now: (*shown).clone(), start, stop }
}

fn end(stop: &Stop) {
    if let Some(f) = stop.borrow_mut().take() {
        let _ = f.call0(&JsValue::NULL);
    }
}

/// What a new file of a record is told to: its list and its history.
pub(crate) fn arrived() {
    invalidate("/attachments");
    invalidate("/events");
}

/// The words of a failure: of the field at fault where there is one.
pub(crate) fn said(l: crate::i18n::Lang, e: &ApiError) -> String {
    e.errors.first().map_or_else(|| e.text(l), |x| x.message.clone())
}
