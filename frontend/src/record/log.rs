//! A list that its reader makes longer at its end, and that is read again in its length when something changes.

use super::value::Refs;
use crate::data::http::{ApiError, Request, encode};
use crate::data::query::subscribe;
use crate::data::types::Page;
use crate::data::wire::Wire;
use crate::i18n::Lang;
use crate::ui::FailedLine;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Entries of a page.
const PAGE: usize = 30;
/// Entries read at once at most.
const MOST: usize = 200;

/// What has been read so far.
#[derive(Clone, PartialEq)]
pub(crate) struct Log<T> {
    pub(crate) items: Vec<T>,
    /// Names of what the entries point to.
    pub(crate) refs: Rc<Refs>,
    /// Where it goes on; none at the end.
    pub(crate) next: Option<String>,
    pub(crate) ready: bool,
    /// Why the last part could not be read.
    pub(crate) error: Option<ApiError>,
    /// The list that it is of.
    path: String,
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        let (refs, path) = (Rc::default(), String::new());
        Log { items: Vec::new(), refs, next: None, ready: false, error: None, path }
    }
}

impl<T: 'static> Log<T> {
    /// What stands below the entries: that a part could not be read, or the way to the next ones.
    pub(crate) fn end(&self, l: Lang, load: &Callback<Option<String>>) -> Html {
        let next = self.next.clone();
        let onclick = load.reform(move |_: MouseEvent| next.clone());
        let retry = load.reform(|()| None);
        html! { <>
            if let Some(error) = self.error.clone().filter(|_| !self.items.is_empty()) { <FailedLine {error} {retry} /> }
            if self.next.is_some() { <p class="grid h-11 place-items-center"><button type="button" class="btn btn-ghost btn-xs" {onclick}>{ l.load_more() }</button></p> }
        </> }
    }
}

/// The list at `path`, whose query has begun, read again when one of the `heard` paths changes; and what reads on from a
/// cursor, or from the beginning without one.
#[hook]
pub(crate) fn use_log<T>(path: String, heard: &'static [&'static str]) -> (Log<T>, Callback<Option<String>>)
where
    T: Wire + Clone + PartialEq + 'static,
{
    let log = use_state_eq(Log::<T>::default);
    let nonce = use_state_eq(|| 0u32);
    let asked = use_mut_ref(|| 0u32);
    let load = {
        let (log, path) = (log.clone(), path.clone());
        Callback::from(move |cursor: Option<String>| {
            let more = cursor.as_ref().map(|c| format!("&cursor={}", encode(c))).unwrap_or_default();
            // What is read again stays as long as it was.
            let again = cursor.is_none() && log.path == path;
            let limit = if again { log.items.len().clamp(PAGE, MOST) } else { PAGE };
            let request = Request::get(format!("{path}&limit={limit}{more}"));
            *asked.borrow_mut() += 1;
            let (log, asked, turn, path) = (log.clone(), asked.clone(), *asked.borrow(), path.clone());
            spawn_local(async move {
                let mut next = (*log).clone();
                next.ready = true;
                match request.json::<Page<T>>().await {
                    Ok(page) => {
                        if cursor.is_none() {
                            next = Log { ready: true, path, ..Log::default() };
                        }
                        next.error = None;
                        let mut refs = (*next.refs).clone();
                        refs.extend(page.refs);
                        next.items.extend(page.items);
                        next.next = page.next_cursor;
                        next.refs = Rc::new(refs);
                    }
                    Err(e) => next.error = Some(e),
                }
                // Another list may be wanted by now.
                if *asked.borrow() == turn {
                    log.set(next);
                }
            });
        })
    };
    {
        let load = load.clone();
        let count = use_mut_ref(|| 0u32);
        use_effect_with((path, *nonce), move |_| {
            load.emit(None);
            let again = Callback::from(move |()| {
                *count.borrow_mut() += 1;
                nonce.set(*count.borrow())
            });
            let held: Vec<_> = heard.iter().map(|at| subscribe(at, again.clone())).collect();
            move || drop(held)
        });
    }
    ((*log).clone(), load)
}
