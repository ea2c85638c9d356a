//! A small query cache: shows the old answer while the new one loads; a change refetches what is on screen.

use super::http::{ApiError, Request};
use super::wire::Wire;
use js_sys::Date;
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
    static AGE: Cell<u32> = const { Cell::new(0) };
}

/// The readings of one thing, one at a time. What is asked for again while it is under way is read once more after its
/// answer: an answer that takes longer than the time between two changes would else never be shown.
#[derive(Default)]
pub(crate) struct Course {
    run: Cell<u32>,
    busy: Cell<bool>,
    again: Cell<bool>,
    since: Cell<f64>,
}

/// How long an answer is waited for before another request takes its place, in milliseconds: longer than any server takes,
/// shorter than a browser gives a connection that is gone.
const PATIENCE: f64 = 30_000.0;

impl Course {
    /// Begins a reading at a moment (milliseconds), and takes away the claim of every other one.
    pub(crate) fn begin(&self, now: f64) -> u32 {
        self.leave();
        self.busy.set(true);
        self.since.set(now);
        self.run.get()
    }

    /// Nothing is wanted any more of what is under way: something else is shown, or nothing.
    pub(crate) fn leave(&self) {
        self.run.set(self.run.get().wrapping_add(1));
        self.busy.set(false);
        self.again.set(false);
    }

    /// A reading is still wanted.
    pub(crate) fn wants(&self, mine: u32) -> bool {
        self.run.get() == mine
    }

    /// A reading is under way.
    pub(crate) fn busy(&self) -> bool {
        self.busy.get()
    }

    /// Asks at a moment for one more reading; false when it has to wait for the one under way.
    pub(crate) fn ask(&self, now: f64) -> bool {
        let waits = self.busy.get() && now - self.since.get() < PATIENCE;
        if waits {
            self.again.set(true);
        }
        !waits
    }

    /// What is under way began before what it reads has changed.
    pub(crate) fn behind(&self) -> bool {
        self.again.get()
    }

    /// Ends a reading; true when one more was asked for meanwhile.
    pub(crate) fn end(&self) -> bool {
        self.busy.set(false);
        self.again.replace(false)
    }
}

/// Changes when everything is forgotten: an answer to what was asked before may be another person's.
pub(crate) fn age() -> u32 {
    AGE.get()
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
    let course = use_memo((), |()| Course::default());
    let refetch = {
        let count = use_mut_ref(|| 0u32);
        let (nonce, course) = (nonce.setter(), course.clone());
        use_callback((), move |(), ()| {
            if course.ask(Date::now()) {
                *count.borrow_mut() += 1;
                nonce.set(*count.borrow());
            }
        })
    };
    let state = use_state(|| (String::new(), None::<Rc<T>>, None::<ApiError>, true));
    {
        let shown = state.clone();
        let state = state.setter();
        let refetch = refetch.clone();
        use_effect_with((path.clone(), *nonce), move |(path, _)| {
            let path = path.clone();
            let subscribed = (!path.is_empty()).then(|| subscribe(&path, refetch.clone()));
            let cached = CACHE.with_borrow(|c| c.get(&path).cloned()).and_then(|a| a.downcast::<T>().ok());
            // What is on screen stays there while the same thing is read again.
            let kept = cached.or_else(|| (shown.0 == path).then(|| shown.1.clone()).flatten());
            state.set((path.clone(), kept.clone(), None, !path.is_empty()));
            let under_way = course.clone();
            if !path.is_empty() {
                let (mine, asked) = (under_way.begin(Date::now()), age());
                wasm_bindgen_futures::spawn_local(async move {
                    let answer = Request::get(path.clone()).json::<T>().await;
                    if !under_way.wants(mine) {
                        return;
                    }
                    match answer {
                        _ if age() != asked => {}
                        Ok(v) => {
                            let v = Rc::new(v);
                            if !under_way.behind() {
                                CACHE.with_borrow_mut(|c| c.insert(path.clone(), v.clone() as Rc<dyn Any>));
                            }
                            state.set((path, Some(v), None, false));
                        }
                        Err(e) => state.set((path, kept, Some(e), false)),
                    }
                    if under_way.end() {
                        refetch.emit(());
                    }
                });
            }
            move || {
                course.leave();
                drop(subscribed);
            }
        });
    }
    Query { data: state.1.clone(), error: state.2.clone(), loading: state.3, refetch }
}

/// Forgets everything, when another person logs in or the language changes.
pub(crate) fn clear() {
    CACHE.take();
    AGE.set(AGE.get().wrapping_add(1));
    let all: Vec<_> = SUBSCRIPTIONS.with_borrow(|s| s.iter().map(|s| s.2.clone()).collect());
    for callback in all {
        callback.emit(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_while_it_is_under_way_is_read_once_more_after_its_answer() {
        let course = Course::default();
        assert!(course.ask(0.0), "nothing is under way");
        let mine = course.begin(0.0);
        assert!(!course.ask(700.0) && !course.ask(1400.0));
        assert!(course.wants(mine), "its answer is still shown");
        assert!(course.end(), "and followed by one more");
        assert!(course.ask(2000.0));
        course.begin(2000.0);
        assert!(!course.end(), "which nobody has asked to follow");
    }

    #[test]
    fn something_else_overtakes_what_is_under_way() {
        let course = Course::default();
        let first = course.begin(0.0);
        assert!(!course.ask(1.0));
        course.leave();
        let second = course.begin(2.0);
        assert!(!course.wants(first) && course.wants(second));
        assert!(!course.end(), "what was asked of the first is not asked of the second");
    }

    #[test]
    fn an_answer_that_does_not_come_holds_nothing_up_for_good() {
        let course = Course::default();
        course.begin(0.0);
        assert!(!course.ask(PATIENCE - 1.0));
        assert!(course.ask(PATIENCE));
    }
}
