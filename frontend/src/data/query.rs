//! A small query cache: shows the old answer while the new one loads; a change refetches what is on screen.

use super::http::{ApiError, Request};
use super::wire::Wire;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

type Subscription = (usize, String, Callback<()>);

thread_local! {
    static CACHE: RefCell<HashMap<String, Rc<dyn Any>>> = RefCell::default();
    static SUBSCRIPTIONS: RefCell<Vec<Subscription>> = RefCell::default();
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

/// Drops every cached answer under a prefix and refetches those on screen.
pub(crate) fn invalidate(prefix: &str) {
    CACHE.with_borrow_mut(|c| c.retain(|k, _| !k.starts_with(prefix)));
    let hit: Vec<_> = SUBSCRIPTIONS
        .with_borrow(|s| s.iter().filter(|(_, k, _)| k.starts_with(prefix)).map(|s| s.2.clone()).collect());
    for callback in hit {
        callback.emit(());
    }
}

/// Reads the records on screen again whose facts follow from what was done with this object: last contact, last order,
/// who waits for an answer, the amount of an order. Lists stay where they are scrolled to.
pub(crate) fn facts_follow(object: &str) {
    if object == "order_lines" {
        invalidate("/orders/");
    }
    if matches!(object, "activities" | "orders" | "order_lines") {
        invalidate("/customers/");
        invalidate("/opportunities/");
        invalidate("/my_day");
    }
}

/// Takes an answer that was read before for one of now, until there is one.
pub(crate) fn seed<T: 'static>(path: &str, answer: T) {
    CACHE.with_borrow_mut(|c| {
        c.entry(path.to_owned()).or_insert_with(|| Rc::new(answer) as Rc<dyn Any>);
    });
}

/// Calls back when something under a path changes, until the answer is dropped.
pub(crate) fn subscribe(path: &str, callback: Callback<()>) -> Subscribed {
    let id = NEXT.replace(NEXT.get() + 1);
    SUBSCRIPTIONS.with_borrow_mut(|s| s.push((id, path.to_owned(), callback)));
    Subscribed(id)
}

/// Ends a subscription when dropped.
pub(crate) struct Subscribed(usize);

impl Drop for Subscribed {
    fn drop(&mut self) {
        SUBSCRIPTIONS.with_borrow_mut(|s| s.retain(|x| x.0 != self.0));
    }
}

/// What a query knows now.
pub(crate) struct Query<T> {
    pub(crate) data: Option<Rc<T>>,
    pub(crate) error: Option<ApiError>,
    pub(crate) loading: bool,
    pub(crate) refetch: Callback<()>,
}

/// Reads `GET path`; an empty path reads nothing.
#[hook]
pub(crate) fn use_query<T: Wire + 'static>(path: String) -> Query<T> {
    let nonce = use_state(|| 0u32);
    let refetch = {
        let count = use_mut_ref(|| 0u32);
        let nonce = nonce.setter();
        use_callback((), move |(), ()| {
            *count.borrow_mut() += 1;
            nonce.set(*count.borrow());
        })
    };
    let state = use_state(|| (String::new(), None::<Rc<T>>, None::<ApiError>, true));
    {
        let shown = state.clone();
        let state = state.setter();
        let refetch = refetch.clone();
        use_effect_with((path.clone(), *nonce), move |(path, _)| {
            let path = path.clone();
            let subscribed = (!path.is_empty()).then(|| subscribe(&path, refetch));
            let gone = Rc::new(Cell::new(path.is_empty()));
            let cached = CACHE.with_borrow(|c| c.get(&path).cloned()).and_then(|a| a.downcast::<T>().ok());
            // What is on screen stays there while the same thing is read again.
            let kept = cached.or_else(|| (shown.0 == path).then(|| shown.1.clone()).flatten());
            state.set((path.clone(), kept.clone(), None, !path.is_empty()));
            let left = gone.clone();
            if !path.is_empty() {
                wasm_bindgen_futures::spawn_local(async move {
                    let answer = Request::get(path.clone()).json::<T>().await;
                    if left.get() {
                        return;
                    }
                    match answer {
                        Ok(v) => {
                            let v = Rc::new(v);
                            CACHE.with_borrow_mut(|c| c.insert(path.clone(), v.clone() as Rc<dyn Any>));
                            state.set((path, Some(v), None, false));
                        }
                        Err(e) => state.set((path, kept, Some(e), false)),
                    }
                });
            }
            move || {
                gone.set(true);
                drop(subscribed);
            }
        });
    }
    Query { data: state.1.clone(), error: state.2.clone(), loading: state.3, refetch }
}

/// Forgets everything, when another person logs in or the language changes.
pub(crate) fn clear() {
    CACHE.take();
    let all: Vec<_> = SUBSCRIPTIONS.with_borrow(|s| s.iter().map(|s| s.2.clone()).collect());
    for callback in all {
        callback.emit(());
    }
}
